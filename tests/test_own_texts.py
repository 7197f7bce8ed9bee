"""What one meets who uses the command line on texts of one's own: nothing lost, one coder, messages that help."""

from __future__ import annotations

import csv
import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import cxzy_study as cx
from cxzy_study.cli import main
from cxzy_study.coding.sheets import load_paragraphs

TEXT = """松岭县创先争优活动总结

一、公开承诺
全县党员公开承诺,年底逐条兑现。青河镇修通村路三条。
二、评议
支部书记向群众述职,群众当场评议。今天天气晴朗。
"""


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two documents that can be read."""
    made = tmp_path / "in"
    made.mkdir()
    (made / "a.txt").write_text(TEXT, "utf-8")
    (made / "b.txt").write_text(TEXT.replace("松岭", "云溪").replace("三条", "五条"), "utf-8")
    return made


@pytest.fixture
def torn(folder: Path) -> Path:
    """The same and one that cannot be read."""
    (folder / "bad.docx").write_bytes(b"no")
    return folder


FILE_VERBS = {
    "code": ["--coder", "rules"],
    "explore": [],
    "sheet": [],
    "sample": ["--n", "5"],
}


@pytest.mark.parametrize("verb", FILE_VERBS)
def test_what_is_set_aside_never_takes_the_place_of_another_file(verb, torn, tmp_path, capsys):
    out = tmp_path / "out" / {"explore": "mine.html"}.get(verb, "mine.csv")
    out.parent.mkdir()
    theirs, listed = out.with_name("rejected.csv"), out.with_name(f"{out.name}.rejected.csv")
    theirs.write_text("mine")
    command = [verb, str(torn), "--to", str(out), *FILE_VERBS[verb], "--keep-going"]
    assert main(command) == 0
    assert theirs.read_text() == "mine"
    assert [r["doc_id"] for r in rows(listed)] == ["bad.docx"]
    assert f"1 rejected ({listed})" in capsys.readouterr().out
    for made in set(out.parent.iterdir()) - {theirs}:
        made.unlink()
    listed.write_text("mine, too")
    assert main(command) == 2
    assert listed.name in capsys.readouterr().err
    assert not out.exists()
    assert listed.read_text() == "mine, too"
    (torn / "bad.docx").unlink()
    assert main([*command, "--force"]) == 0
    assert rows(listed) == []  # the list is of this run


@pytest.mark.parametrize("verb", ["read", "facts"])
def test_a_folder_of_results_holds_the_list_of_its_own_run(verb, torn, tmp_path):
    out = tmp_path / "out"
    command = [verb, str(torn), "--to", str(out), "--keep-going"]
    assert main(command) == 0
    assert [r["doc_id"] for r in rows(out / "rejected.csv")] == ["bad.docx"]
    assert main(command) == 2
    (torn / "bad.docx").unlink()
    assert main([*command, "--force"]) == 0
    assert rows(out / "rejected.csv") == []


def test_two_results_are_not_written_to_one_file(folder, tmp_path, capsys):
    out = tmp_path / "codes.csv"
    assert main(["code", str(folder), "--to", str(out), "--evidence", str(out), "--force"]) == 2
    assert "one file" in capsys.readouterr().err
    assert not out.exists()


def page_codes(path: Path) -> tuple[set[str], set[tuple[str, str]]]:
    """Coders of a page, and which unit bears which theme."""
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', path.read_text("utf-8"), re.S)
    columns = {
        name: [cells["of"][i] for i in cells["at"]] if isinstance(cells, dict) else cells
        for name, cells in json.loads(data[1])["tables"]["codes"]["columns"].items()
    }
    units = [f"{d}/{u}" for d, u in zip(columns["doc_id"], columns["unit_id"], strict=True)]
    return set(columns["coder"]), {(u, t) for u, t in zip(units, columns["theme"], strict=True) if t != "none"}


@pytest.mark.parametrize("coder", [None, "learned", "rules"])
def test_one_coder_speaks_on_the_command_line_in_the_page_and_in_python(coder, folder, tmp_path):
    asked = ["--coder", coder] if coder else []
    codes, page = tmp_path / "codes.csv", tmp_path / "mine.html"
    assert main(["code", str(folder), "--to", str(codes), *asked]) == 0
    assert main(["explore", str(folder), "--to", str(page), *asked]) == 0
    coded = {(f"{r['doc_id']}/{r['unit_id']}", t) for r in rows(codes) for t in r["themes"].split(";") if t}
    assert page_codes(page) == ({coder or "learned"}, coded)
    units = cx.units_of(cx.read_all([folder])[0])
    table, _, chances = cx.code_own(units, coder=coder)
    marks = table[table.theme != "none"]
    assert {(f"{d}/{u}", t) for d, u, t in zip(marks.doc_id, marks.unit_id, marks.theme, strict=True)} == coded
    assert chances.shape == (len(units), 0 if coder == "rules" else 17)


def test_the_two_coders_differ_on_these_texts(folder):
    """Otherwise the test above could not fail."""
    units = cx.units_of(cx.read_all([folder])[0])
    one, two = (set(map(tuple, cx.code_own(units, coder=c)[0][["doc_id", "unit_id", "theme"]].values)) for c in ("learned", "rules"))
    assert one != two


def test_the_page_of_the_study_has_no_choice_of_coder(capsys):
    assert main(["explore", "--coder", "rules"]) == 2
    assert "Give INPUT" in capsys.readouterr().err


@pytest.mark.parametrize("coder", ["learned", "rules"])
def test_the_figure_of_shares_takes_either_coder(coder, folder):
    documents, _ = cx.read_all([folder])
    units = cx.units_of(documents)
    codes = cx.code_own(units, coder=coder)[0]
    shares = cx.count_shares(codes, units, coder=coder)
    book = {"version": cx.load_codebook().version, "sha": cx.load_codebook().sha}
    assert cx.show_shares(shares, cx.own_sources(documents), codebook=book).png.startswith(b"\x89PNG")
    with pytest.raises(cx.InvalidInput, match="must be of one coder"):
        cx.show_shares(pd.concat([shares, shares.assign(coder="other")]), cx.own_sources(documents), codebook=book)


def fill(sheet: Path, *, theme: str = "none", **changed: str) -> None:
    """Mark each row of a CSV sheet with a theme; *changed* replaces cells of its second row."""
    table = rows(sheet)
    for row in table:
        row[theme] = "x"
    table[1] |= changed
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(table[0]))
        writer.writeheader()
        writer.writerows(table)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_two_readers_of_own_texts_are_compared_as_the_sheet_says(ending, folder, tmp_path, capsys):
    sheet, copy = tmp_path / f"one.{ending}", tmp_path / f"two.{ending}"
    assert main(["sheet", str(folder), "--to", str(sheet)]) == 0
    assert f"cxzy agree {sheet} COPY" in capsys.readouterr().out
    units = cx.units_of(cx.read_all([folder])[0])
    assert load_paragraphs(sheet).to_numpy().tolist() == units[["doc_id", "unit_id", "paragraph"]].to_numpy().tolist()
    for path, second in ((copy, {"none": "", "service": "x"}), (sheet, {})):
        if ending == "csv":
            path.write_bytes(sheet.read_bytes())
            fill(path, **second)
            continue
        book = openpyxl.load_workbook(sheet)
        page = book["coding"]
        at = {cell.value: cell.column for cell in page[1]}
        for row in range(2, len(units) + 2):
            page.cell(row, at["none"]).value = "x"
        for name, value in second.items():
            page.cell(3, at[name]).value = value
        book.save(path)
    assert main(["agree", str(sheet), str(copy)]) == 0
    told = capsys.readouterr().out
    assert "1 units on which they differ" in told
    assert main(["read", str(folder), "--to", str(tmp_path / "read")]) == 0
    capsys.readouterr()
    assert main(["agree", str(sheet), str(copy), "--units", str(tmp_path / "read" / "units.csv")]) == 0
    with_units = capsys.readouterr().out
    assert with_units.split("differ:")[0] == told.split("differ:")[0]  # the same paragraphs are resampled


def test_sheets_without_paragraphs_are_told_which_option_helps(folder, tmp_path, capsys):
    sheet, copy = tmp_path / "one.csv", tmp_path / "two.csv"
    assert main(["sheet", str(folder), "--to", str(sheet)]) == 0
    fill(sheet)
    table = pd.read_csv(sheet, dtype=str, keep_default_na=False, encoding="utf-8-sig").drop(columns="paragraph")
    for path in (sheet, copy):
        table.to_csv(path, index=False, encoding="utf-8-sig")
    capsys.readouterr()
    assert main(["agree", str(sheet), str(copy)]) == 2
    error = capsys.readouterr().err
    assert "--units" in error
    assert "cxzy read INPUT --to DIR" in error
    assert "a.txt/u" in error


@pytest.mark.parametrize("n", ["0", "-3", "9999"])
def test_a_sheet_of_no_unit_or_of_more_than_there_are_is_refused(n, folder, tmp_path, capsys):
    assert main(["sheet", str(folder), "--to", str(tmp_path / "s.xlsx"), "--sample", n]) == 2
    assert f"Invalid --sample {n}: must be from 1 to 14" in capsys.readouterr().err
    assert not (tmp_path / "s.xlsx").exists()


@pytest.fixture
def sampled(folder, tmp_path) -> Path:
    sheet = tmp_path / "sheet.csv"
    assert main(["sample", str(folder), "--to", str(sheet), "--n", "4"]) == 0
    fill(sheet)
    return sheet


def test_shares_are_not_told_of_documents_that_were_altered(folder, sampled, capsys):
    command = ["estimate", str(folder), "--sheet", str(sampled)]
    assert main(command) == 0
    page = folder / "b.txt"
    content = page.read_text("utf-8")
    page.write_text(content.replace("五条", "六条"), "utf-8")
    assert main(command) == 2
    assert "has altered b.txt" in capsys.readouterr().err
    page.write_text(content, "utf-8")
    (folder / "c.txt").write_text(content, "utf-8")
    assert main(command) == 2
    assert "has besides c.txt" in capsys.readouterr().err
    (folder / "c.txt").unlink()
    assert main(command) == 0
    sampled.with_name("sheet.documents.csv").unlink()
    assert main(command) == 2
    assert "sheet.documents.csv: no such file" in capsys.readouterr().err


def test_a_document_that_is_gone_is_named_though_no_sentence_of_it_was_drawn(folder, tmp_path, capsys):
    for name in "cdefg":
        (folder / f"{name}.txt").write_text(TEXT, "utf-8")
    sheet = tmp_path / "sheet.csv"
    assert main(["sample", str(folder), "--to", str(sheet), "--n", "2"]) == 0
    fill(sheet)
    undrawn = sorted({f"{name}.txt" for name in "abcdefg"} - {r["doc_id"] for r in rows(sheet)})[0]
    (folder / undrawn).unlink()
    assert main(["estimate", str(folder), "--sheet", str(sheet)]) == 2
    assert f"lacks {undrawn}" in capsys.readouterr().err


def test_a_sheet_of_another_corpus_is_known_by_its_units(sampled, tmp_path, capsys):
    (tmp_path / "other.txt").write_text(TEXT, "utf-8")
    assert main(["estimate", str(tmp_path / "other.txt"), "--sheet", str(sampled)]) == 2
    error = capsys.readouterr().err
    assert f"units of the sheet {sampled} are not in it" in error
    assert "a.txt/u" in error


def test_a_row_whose_unit_was_altered_is_named(folder, sampled, capsys):
    fill(sampled, unit_id="u777")
    assert main(["estimate", str(folder), "--sheet", str(sampled)]) == 2
    error = capsys.readouterr().err
    assert f"Invalid sheet {sampled}, column unit_id" in error
    assert f"row 3 has {rows(sampled)[1]['doc_id']}/u777" in error


def villages(n: int) -> str:
    """A text of n sentences that share some words."""
    words = (
        "水渠 村路 承诺 群众 支部 党员 学习 培训 竞赛 评议 典型 服务 公开 档案 课堂 企业 社区 医院 学校 林场 茶园 果树 灯光 图书"
    ).split()
    lines = [f"第{i}处有{words[i % 24]}和{words[(i * 5 + 1) % 24]},也有{words[(i * 7 + 3) % 24]}。" for i in range(n)]
    return "松岭县\n\n" + "".join(lines) + "\n"


def test_topics_of_a_small_corpus_are_as_many_as_fit_or_refused_with_what_is_lacking(tmp_path, capsys):
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    command = ["topics", str(folder), "--to", str(out), "--coder", "rules"]
    for name in ("a.txt", "b.txt"):
        (folder / name).write_text(villages(30), "utf-8")
    assert main(command) == 0
    told = capsys.readouterr().out
    topics = pd.read_csv(out / "topics.csv", encoding="utf-8-sig")
    n = int((topics.model == "factorisation").sum())
    assert 2 <= n < 25
    assert f"factorisation: {n} topics" in told
    assert "too small for the usual 25" in told
    (folder / "b.txt").unlink()
    assert main([*command, "--force"]) == 2
    error = capsys.readouterr().err
    assert "topics need 8 units and as many words" in error
    assert "give more documents" in error


def test_an_interrupt_during_the_imports_is_quiet(monkeypatch, capsys):
    """Importing the entry takes nothing heavy along; what main imports may be interrupted."""
    code = "import sys; before = set(sys.modules); import cxzy_study.cli; print(*(set(sys.modules) - before))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert {m for m in told if not m.startswith(("cxzy_study", "importlib", "_", "types", "typing", "collections"))} <= {
        "abc", "contextlib", "copyreg", "enum", "functools", "keyword", "operator", "re", "reprlib", "warnings",
    }  # fmt: skip
    assert [m for m in told if m.startswith("cxzy_study.")] == ["cxzy_study.cli"]

    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cxzy_study.cli._parser", interrupt)
    assert main(["--help"]) == 130
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(("verb", "made", "name"), [("code", "mkstemp", "codes.csv"), ("facts", "mkdtemp", "found")])
def test_where_nothing_can_be_written_the_place_asked_for_is_named(verb, made, name, folder, tmp_path, monkeypatch, capsys):
    def refuse(**given: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", f"{given['dir']}/{given['prefix']}k3j2h1")

    monkeypatch.setattr(f"tempfile.{made}", refuse)
    assert main([verb, str(folder), "--to", str(tmp_path / "there" / name)]) == 2
    error = capsys.readouterr().err
    assert error == f"cxzy: cannot read or write {tmp_path / 'there' / name}: Permission denied.\n"


def test_a_file_in_the_place_of_a_folder_is_told_with_the_result_that_was_asked_for(folder, tmp_path, capsys):
    (tmp_path / "file").write_text("mine")
    assert main(["code", str(folder), "--to", str(tmp_path / "file" / "codes.csv"), "--coder", "rules"]) == 2
    assert str(tmp_path / "file" / "codes.csv") in capsys.readouterr().err
