"""The command line: what it writes, what it refuses, with which exit code."""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

import pytest

from cxzy_study.cli import main
from cxzy_study.coding.weights import load_weights
from cxzy_study.study.load import ROOT
from cxzy_study.study.own import WEIGHTS
from cxzy_study.tables import THEMES

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
    assert "1 document," in capsys.readouterr().out


def test_code_writes_one_row_a_unit_with_evidence(tmp_path):
    out, evidence = tmp_path / "codes.csv", tmp_path / "evidence.csv"
    assert main(["code", str(PAGE), "--to", str(out), "--evidence", str(evidence), "--coder", "rules"]) == 0
    coded = rows(out)
    assert list(coded[0]) == ["doc_id", "unit_id", "kind", "spans", "text", "themes"]
    counted = {(r["unit_id"], r["theme"]) for r in rows(evidence) if r["verdict"] == "counted"}
    assert {(r["unit_id"], t) for r in coded for t in r["themes"].split(";") if t} == counted


def test_code_by_default_gives_probabilities_and_marks_above_their_thresholds(tmp_path):
    out = tmp_path / "codes.csv"
    assert main(["code", str(PAGE), "--to", str(out)]) == 0
    coded = rows(out)
    assert list(coded[0])[6:] == [f"p_{t}" for t in THEMES]
    weights = load_weights(ROOT / WEIGHTS)
    thresholds = dict(zip(weights.themes, weights.thresholds, strict=True))
    for row in coded:
        above = {t for t in THEMES if float(row[f"p_{t}"]) >= thresholds[t]}
        assert set(filter(None, row["themes"].split(";"))) == above
    assert any(row["themes"] for row in coded)


def test_another_codebook_is_coded_by_its_rules_and_the_learned_coder_refuses_it(tmp_path, capsys):
    book = tmp_path / "mine.yaml"
    book.write_text((ROOT / "data/codebook/v1.yaml").read_text("utf-8").replace('version: "1"', 'version: "2"', 1), "utf-8")
    out = tmp_path / "codes.csv"
    assert main(["code", str(PAGE), "--to", str(out), "--codebook", str(book)]) == 0
    assert list(rows(out)[0])[-1] == "themes"
    assert main(["code", str(PAGE), "--to", str(out), "--force", "--codebook", str(book), "--coder", "learned"]) == 2
    assert "weights belong to the study's codebook" in capsys.readouterr().err


def test_a_sample_is_drawn_read_and_gives_corrected_shares(tmp_path, capsys):
    sheet, shares = tmp_path / "sheet.csv", tmp_path / "shares.csv"
    assert main(["sample", str(PAGE), "--to", str(sheet), "--n", "9"]) == 0
    assert "±5%" in capsys.readouterr().out
    drawn = rows(sheet)
    assert len(drawn) == len(rows(tmp_path / "sheet.drawn.csv")) == 9
    assert main(["estimate", str(PAGE), "--sheet", str(sheet)]) == 2
    assert "every row must be marked" in capsys.readouterr().err
    filled = [row | {"service" if i < 3 else "none": "x"} for i, row in enumerate(drawn)]
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(drawn[0]))
        writer.writeheader()
        writer.writerows(filled)
    assert main(["estimate", str(PAGE), "--sheet", str(sheet), "--to", str(shares)]) == 0
    found = {r["theme"]: r for r in rows(shares)}
    coded = tmp_path / "codes.csv"
    assert main(["code", str(PAGE), "--to", str(coded)]) == 0
    sentences = {r["unit_id"]: "service" in r["themes"].split(";") for r in rows(coded) if r["kind"] == "sentence"}
    naive = sum(sentences.values()) / len(sentences)
    error = sum((i < 3) - sentences[row["unit_id"]] for i, row in enumerate(drawn)) / 9
    assert float(found["service"]["naive"]) == pytest.approx(naive)
    assert float(found["service"]["estimate"]) == pytest.approx(naive + error)


def test_where_all_is_read_there_is_nothing_to_correct(tmp_path, capsys):
    (tmp_path / "a.txt").write_text("松岭县\n\n全县党员公开承诺。青河镇修通村路。今天天气晴朗。", "utf-8")
    sheet = tmp_path / "sheet.csv"
    assert main(["sample", str(tmp_path / "a.txt"), "--to", str(sheet), "--n", "3"]) == 0
    assert "nothing to correct" in capsys.readouterr().out
    drawn = rows(sheet)
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(drawn[0]))
        writer.writeheader()
        writer.writerows([row | {"none": "x"} for row in drawn])
    assert main(["estimate", str(tmp_path / "a.txt"), "--sheet", str(sheet)]) == 0
    assert "all read: nothing to correct" in capsys.readouterr().out


def test_facts_are_written_with_their_places(tmp_path):
    text = "松岭县\n\n全县推行“三亮”(亮身份、亮职责、亮承诺)活动,每月检查2次,新建支部37个。"
    (tmp_path / "a.txt").write_text(text, "utf-8")
    assert main(["facts", str(tmp_path / "a.txt"), "--to", str(tmp_path / "out")]) == 0
    [formula] = rows(tmp_path / "out" / "formulas.csv")
    assert (formula["surface"], formula["parts"], formula["status"]) == ("三亮", "亮身份|亮职责|亮承诺", "resolved")
    start, end = map(int, formula["spans"].split("-"))
    assert text[start:end] == "三亮"
    found = {(r["value"], r["measure"], r["per"]) for r in rows(tmp_path / "out" / "quantities.csv")}
    assert {("2", "次"), ("37", "个")} <= {f[:2] for f in found}
    assert (tmp_path / "out" / "bodies.csv").is_file()


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


def test_folders_may_bear_dots_and_files_are_no_folders(tmp_path, capsys):
    out = tmp_path / "read.v1"
    assert main(["read", str(PAGE), "--to", str(out)]) == 0
    assert main(["read", str(PAGE), "--to", str(out), "--force"]) == 0
    assert main(["code", str(PAGE), "--to", str(out), "--force"]) == 2
    assert "is a folder" in capsys.readouterr().err


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


def test_a_sheet_filled_in_is_read_back_and_compared(tmp_path, capsys):
    import openpyxl

    sheet = tmp_path / "one.xlsx"
    assert main(["sheet", str(PAGE), "--sample", "20", "--to", str(sheet)]) == 0
    assert "Bloch and Kraemer" in capsys.readouterr().out
    book = openpyxl.load_workbook(sheet)
    page = book.worksheets[0]
    header = [cell.value for cell in page[1]]
    for row in range(2, 22):
        page.cell(row, header.index("pledging" if row % 3 else "none") + 1).value = "x"
    book.save(sheet)
    page.cell(2, header.index("none") + 1).value = None
    page.cell(2, header.index("pledging") + 1).value = "x"
    book.save(tmp_path / "two.xlsx")
    assert main(["read", str(PAGE), "--to", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    units = str(tmp_path / "out" / "units.csv")
    assert main(["agree", str(sheet), str(tmp_path / "two.xlsx"), "--units", units]) == 0
    line = next(x for x in capsys.readouterr().out.splitlines() if x.split()[0] == "pledging")
    assert line.split()[1:5] == ["20", "13", "13", "13"]


def test_a_changed_rule_is_followed_to_codes_and_shares(tmp_path, capsys):
    old = DEMO.parent / "codebook" / "v1.yaml"
    text = old.read_text("utf-8")
    start = text.index("- id: contests\n")
    end = text.index("- id: responsibility\n")
    rules = text.index("  rules:", start)
    rule = "  rules:\n  - id: contests.only\n    match: 比武\n    hits: [大比武。]\n    misses: [读书。]\n\n"
    (tmp_path / "new.yaml").write_text(text[:rules] + rule + text[end:], "utf-8")
    command = ["compare", str(old), str(tmp_path / "new.yaml"), str(DEMO / "pages"), "--to", str(tmp_path / "out")]
    assert main(command) == 0
    assert "contests.only" in capsys.readouterr().out
    shares = rows(tmp_path / "out" / "shares.csv")
    moved = [r for r in shares if r["n_lost"] != "0"]
    assert moved
    assert {r["theme"] for r in moved} == {"contests"}
    assert all(int(r["n_new"]) == int(r["n_old"]) - int(r["n_lost"]) + int(r["n_added"]) for r in shares)


@pytest.mark.parametrize("suffix", ["qdpx", "qdc", "jsonld"])
def test_codes_are_written_for_other_tools(tmp_path, suffix):
    from cxzy_study.coding.exports import load_annotations
    from cxzy_study.coding.refi import load_refi_codebook, load_refi_project
    from cxzy_study.study.load import load_study

    path = tmp_path / f"study.{suffix}"
    assert main(["export", "--to", str(path)]) == 0
    codes = load_study()["codes"]
    marks = codes[(codes.coder == "settled") & (codes.theme != "none")]
    if suffix == "qdc":
        assert len(load_refi_codebook(path)) == 17
    else:
        found = load_annotations(path) if suffix == "jsonld" else load_refi_project(path)
        assert set(found.theme) == set(marks.theme)
        assert len(found) >= len(marks)
    assert main(["export", "--to", str(tmp_path / "study.doc")]) == 2


def test_help_lists_every_command():
    text = subprocess.run([sys.executable, "-m", "cxzy_study.cli", "--help"], capture_output=True, text=True, check=True).stdout
    for command in ("study", "figures", "report", "rebuild", "read", "code", "facts", "agree", "compare", "sheet", "export"):
        assert command in text


def test_an_interrupted_run_leaves_nothing_half_written(tmp_path, monkeypatch):
    import cxzy_study.study.own as own

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(own, "people_csv", interrupt)
    assert main(["read", str(PAGE), "--to", str(tmp_path / "out")]) == 130
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["code", "explore", "read"])
def test_documents_that_repeat_another_are_told_and_left_out_if_wanted(tmp_path, capsys, verb):
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text("松岭县总结\n\n各支部公开承诺。" + "会议开了。" * (name == "b.txt"), "utf-8")
    files, suffix = [str(tmp_path / f"{n}.txt") for n in "abc"], {"code": ".csv", "explore": ".html", "read": ""}[verb]
    assert main([verb, *files, "--to", str(tmp_path / f"all{suffix}")]) == 0
    told = capsys.readouterr()
    assert told.err == "1 document repeats another, counted all the same (--unique leaves such out): c.txt = a.txt\n"
    assert main([verb, *files, "--to", str(tmp_path / f"once{suffix}"), "--unique"]) == 0
    assert "1 document repeats another, left out: c.txt = a.txt" in capsys.readouterr().err
    written = {name: tmp_path / f"{name}{suffix}" / ("documents.csv" if verb == "read" else "") for name in ("all", "once")}
    assert "c.txt" in written["all"].read_text("utf-8")
    assert "c.txt" not in written["once"].read_text("utf-8")
    assert main([verb, *files[:2], "--to", str(tmp_path / f"two{suffix}")]) == 0
    assert capsys.readouterr().err == ""
