"""The command line: what it writes, what it refuses, with which exit code."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from cxzy_study.cli import main

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"
PAGE = DEMO / "pages" / "01_yunxi_report.html"


def rows(path: Path) -> list[dict[str, str]]:
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(content.decode("utf-8-sig").splitlines()))


def test_read_writes_units_and_ledgers(tmp_path, capsys):
    assert main(["read", str(PAGE), "--to", str(tmp_path / "out")]) == 0
    names = {p.name for p in (tmp_path / "out").iterdir()}
    assert {"documents.csv", "units.csv", "removed.csv", "script_changes.csv"} <= names
    [document] = rows(tmp_path / "out" / "documents.csv")
    assert document["doc_id"] == "01_yunxi_report.html"
    units = rows(tmp_path / "out" / "units.csv")
    assert len(units) == int(document["n_headings"]) + int(document["n_sentences"])
    assert "1 documents" in capsys.readouterr().out


def test_code_writes_one_row_a_unit_with_evidence(tmp_path):
    out, evidence = tmp_path / "codes.csv", tmp_path / "evidence.csv"
    assert main(["code", str(PAGE), "--to", str(out), "--evidence", str(evidence)]) == 0
    coded = rows(out)
    assert list(coded[0])[:6] == ["doc_id", "unit_id", "kind", "spans", "text", "themes"]
    counted = {(r["unit_id"], r["theme"]) for r in rows(evidence) if r["verdict"] == "counted"}
    assert {(r["unit_id"], t) for r in coded for t in r["themes"].split(";") if t} == counted


def test_several_inputs_and_their_ids(tmp_path):
    for name in ("a/one.txt", "b/two.txt"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(f"松岭县\n\n全县党员公开承诺,按期兑现。来自{name[0]}处。", "utf-8")
    out = tmp_path / "codes.csv"
    assert main(["code", str(tmp_path / "b"), str(tmp_path / "a/one.txt"), "--to", str(out)]) == 0
    assert list(dict.fromkeys(r["doc_id"] for r in rows(out))) == ["a/one.txt", "b/two.txt"]


def test_existing_output_is_refused_and_kept(tmp_path, capsys):
    out = tmp_path / "codes.csv"
    out.write_text("mine")
    assert main(["code", str(PAGE), "--to", str(out)]) == 2
    assert out.read_text() == "mine"
    assert "--force" in capsys.readouterr().err
    assert main(["code", str(PAGE), "--to", str(out), "--force"]) == 0
    assert len(rows(out)) > 40


def test_a_bad_file_stops_or_is_set_aside(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("松岭县\n\n全县党员公开承诺,按期兑现。", "utf-8")
    (tmp_path / "in" / "bad.docx").write_bytes(b"no")
    assert main(["read", str(tmp_path / "in"), "--to", str(tmp_path / "out")]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "bad.docx" in error
    assert not (tmp_path / "out").exists()
    assert main(["read", str(tmp_path / "in"), "--to", str(tmp_path / "out"), "--keep-going"]) == 0
    assert [r["doc_id"] for r in rows(tmp_path / "out" / "rejected.csv")] == ["bad.docx"]


def test_cells_that_a_spreadsheet_would_run_are_defused(tmp_path):
    (tmp_path / "a.txt").write_text("松岭县\n\n=1+1,按期兑现承诺,全县党员都参加活动,群众满意。", "utf-8")
    assert main(["code", str(tmp_path / "a.txt"), "--to", str(tmp_path / "out.csv")]) == 0
    assert rows(tmp_path / "out.csv")[1]["text"].startswith("'=")


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["read", "nowhere", "--to", "out"], "nowhere"),
        (["rebuild", "--corpus", "nowhere"], "nowhere"),
        (["code", str(PAGE), "--to", "out.csv", "--codebook", "nowhere.yaml"], "nowhere.yaml"),
        (["figures", "fig_nothing"], "fig_nothing"),
        (["agree", "a.csv", "b.csv"], "a.csv"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(arguments, culprit, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert culprit in error
    assert list(tmp_path.iterdir()) == []


def test_help_lists_every_command():
    text = subprocess.run([sys.executable, "-m", "cxzy_study.cli", "--help"], capture_output=True, text=True, check=True).stdout
    for command in ("study", "figures", "report", "rebuild", "read", "code", "agree", "compare"):
        assert command in text


def test_an_interrupted_run_leaves_nothing_half_written(tmp_path, monkeypatch):
    import cxzy_study.study.own as own

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(own, "people_csv", interrupt)
    assert main(["read", str(PAGE), "--to", str(tmp_path / "out")]) == 130
    assert list(tmp_path.iterdir()) == []
