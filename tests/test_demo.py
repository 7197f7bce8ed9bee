"""The demo corpus: it is what its sources give, its truth is sound, and it shows all that it promises."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml

from cxzy_study.tables import MODES, THEMES, InvalidInput, check_table

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "data" / "demo"
FORMATS = {".txt", ".html", ".htm", ".md", ".docx", ".pdf", ".csv", ".xlsx", ".jsonl", ".parquet"}


@pytest.fixture(scope="module")
def builder():
    """The modules of the builder, which lie beside the corpus and not in the package."""
    before = dict(sys.modules)
    sys.path.insert(0, str(DEMO))
    try:
        import build
        import marks
        import sources

        yield {"build": build, "marks": marks, "sources": sources}
    finally:
        sys.path.remove(str(DEMO))
        for name in {"build", "marks", "pages", "sources"} - before.keys():
            sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def truth():
    files = (DEMO / "truth").glob("*.csv")
    return {path.stem: pd.read_csv(path, dtype=str, keep_default_na=False) for path in files}


def run_builder(*arguments, script=DEMO / "build.py"):
    env = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=env, check=False)


def test_corpus_is_what_its_sources_give():
    result = run_builder("--check")
    assert result.returncode == 0, result.stdout + result.stderr


def test_check_sees_a_changed_page(tmp_path):
    copy = tmp_path / "demo"
    shutil.copytree(DEMO, copy, ignore=shutil.ignore_patterns("__pycache__"))
    page = copy / "pages" / "02_shuangqiao_speech.txt"
    page.write_bytes(page.read_bytes().replace(b"12", b"13", 1))
    (copy / "pages" / "stray.txt").write_text("无", "utf-8")
    result = run_builder("--check", script=copy / "build.py")
    assert result.returncode == 1
    assert "pages/02_shuangqiao_speech.txt" in result.stdout
    assert "pages/stray.txt" in result.stdout
    assert run_builder(script=copy / "build.py").returncode == 0
    assert page.read_bytes() == (DEMO / "pages" / page.name).read_bytes()
    assert not (copy / "pages" / "stray.txt").exists()


def test_bytes_are_the_same_on_every_run(builder):
    assert builder["build"].build() == builder["build"].build()


def test_truth_tables_fit_together(truth):
    units = truth["units"]
    assert not units.duplicated(["doc_id", "unit_id"]).any()
    assert set(units.doc_id) == set(truth["documents"].doc_id)
    described = truth["documents"].set_index("doc_id").n_units.astype(int)
    assert units.groupby("doc_id").size().to_dict() == described.to_dict()
    keys = set(zip(units.doc_id, units.unit_id, strict=True))
    for name in ("codes", "formulas", "quantities"):
        table = truth[name]
        assert set(zip(table.doc_id, table.unit_id, strict=True)) <= keys, name
    assert len(truth["codes"]) == len(units)
    check_table(truth["codes"], "sheet")
    assert truth["codes"]["mode"].isin(MODES).all()
    assert not truth["codes"].themes.eq("").any()


def test_facts_stand_in_their_units(truth):
    texts = truth["units"].set_index(["doc_id", "unit_id"]).text
    for name in ("formulas", "quantities"):
        for row in truth[name].itertuples():
            assert row.surface in texts[row.doc_id, row.unit_id], row
    assert pd.to_numeric(truth["quantities"].value).ge(0).all()
    assert set(truth["quantities"].kind) == {"level", "change", "share", "rank"}


def test_formulas_have_the_status_that_the_corpus_bears_out(truth):
    formulas = truth["formulas"]
    resolved = formulas[formulas.status == "resolved"]
    spelled = resolved.groupby("surface").parts.first()
    here = set(zip(resolved.doc_id, resolved.surface, strict=True))
    elsewhere = formulas[formulas.status == "defined elsewhere"]
    assert len(elsewhere) >= 3
    for row in elsewhere.itertuples():
        assert row.parts == spelled[row.surface]
        assert (row.doc_id, row.surface) not in here
    assert formulas[formulas.status == "unresolved"].parts.eq("").all()
    documents = truth["units"].groupby("doc_id").text.agg("".join)
    for row in resolved.itertuples():
        for part in row.parts.split("|"):
            assert part in documents[row.doc_id], (row.surface, part)


def test_numerals_count_the_parts(truth):
    for row in truth["formulas"].itertuples():
        if row.parts and "+" not in row.surface:
            numbers = [int(n) for n in row.numerals.split(";")]
            # 四联四促 has two fours and four headings, each of which spells out one of either.
            assert len(row.parts.split("|")) in {sum(numbers), numbers[0]}


def test_size_and_spread(truth):
    documents, units = truth["documents"], truth["units"]
    assert len(documents) >= 12
    assert 350 <= len(units) <= 450
    assert documents.n_units.astype(int).between(25, 60).sum() >= 8
    assert set(documents.genre) == {"speech", "report", "news", "essay"}
    assert {"prefecture", "county", "township"} == set(documents.admin_level)
    assert set(documents.script) == {"simplified", "traditional"}
    assert {"utf-8", "utf-8-sig", "utf-16", "gb18030", "big5"} <= set(documents.encoding)
    assert {Path(f).suffix for f in documents.file} == FORMATS
    assert documents.date.str[:4].astype(int).between(2004, 2012).all()
    assert "censored" in set(documents.completeness)


def test_every_theme_and_mode_occurs(truth):
    coded = truth["codes"].merge(truth["units"], on=["doc_id", "unit_id"])
    sentences = coded[coded.kind == "sentence"]
    counts = sentences.themes.str.split(";").explode().value_counts()
    assert all(counts.get(theme, 0) >= 3 for theme in THEMES)
    assert set(coded["mode"]) == set(MODES)


def test_every_kind_of_noise_occurs(builder, truth):
    shown = set(truth["documents"].noise.str.split(";").explode()) - {""}
    assert shown == set(builder["marks"].NOISE_KINDS)


@pytest.mark.parametrize(
    ("page", "encoding"),
    [
        ("01_yunxi_report.html", "utf-8"), ("02_shuangqiao_speech.txt", "gb18030"), ("07_songhe_report.txt", "utf-16"),
        ("08_shuiwu_essay.txt", "utf-8-sig"), ("09_liaofeng_news.txt", "big5"), ("11_briefs.csv", "utf-8-sig"),
    ],
)  # fmt: skip
def test_pages_are_in_the_encoding_that_they_claim(page, encoding):
    data = (DEMO / "pages" / page).read_bytes()
    text = data.decode(encoding)
    assert any(word in text for word in ("党", "黨"))
    if encoding not in {"utf-8", "utf-8-sig"}:
        with pytest.raises(UnicodeDecodeError):
            data.decode("utf-8")
    assert data.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")


def test_units_stand_on_a_page_once_its_noise_is_out(truth):
    """A slow, obvious reading of one page: take out blanks, breaks and caption, and find every unit in order."""
    page = (DEMO / "pages" / "02_shuangqiao_speech.txt").read_bytes().decode("gb18030")
    page = re.sub(r"图为城关镇.*?摄\)", "", page)
    page = re.sub(r"\s", "", page)
    at = 0
    for text in truth["units"].query("doc_id == '02_shuangqiao_speech.txt'").text:
        bare = re.sub(r"\s", "", text)
        assert bare in page[at:], text
        at = page.index(bare, at) + len(bare)


def test_pdf_gives_its_text(truth):
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(DEMO / "pages" / "05_fengzhu_essay.pdf")
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    pdf.close()
    text = re.sub(r"\s|岚江党建\s*2011年第6期\s*经验交流|— \d —", "", text)
    for unit in truth["units"].query("doc_id == '05_fengzhu_essay.pdf'").text:
        assert re.sub(r"\s", "", unit) in text, unit


def test_tables_open_in_their_own_readers(truth):
    import openpyxl

    sheet = openpyxl.load_workbook(DEMO / "pages" / "12_materials.xlsx").worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["序号", "单位", "发布日期", "正文"]
    assert sheet.max_row == 4
    assert len(pd.read_parquet(DEMO / "pages" / "14_dispatches.parquet")) == 3
    assert len(pd.read_json(DEMO / "pages" / "13_notes.jsonl", lines=True)) == 3
    assert list(pd.read_csv(DEMO / "pages" / "11_briefs.csv").编号) == ["B01", "B02", "B03", "B04"]


def test_names_at_risk_stand_in_the_texts(truth):
    """Each listed name is one that a reading has to leave as it is printed."""
    texts = "".join(truth["units"].text)
    names = (DEMO / "names.txt").read_text("utf-8").split()
    assert names
    assert all(name in texts for name in names)


def test_readme_names_every_page(truth):
    readme = (DEMO / "README.md").read_text("utf-8")
    assert all(f"`pages/{name}`" in readme for name in set(truth["documents"].file))


UNIT = {"text": "全镇修路三条。", "themes": "service", "mode": "done", "q": ["三条|3|条||路|||level"]}


def build_one(folder, builder, blocks, **facts):
    source = {"doc_id": "x.txt", "encoding": "utf-8", "blocks": blocks} | facts
    (folder / "x.yaml").write_text(yaml.safe_dump(source, allow_unicode=True), "utf-8")
    return builder["sources"].load_sources(folder)[0][1][0]


def test_a_sound_source_gives_its_rows(tmp_path, builder):
    head = {"text": "一、办实事", "enum": "一、", "opens": "1", "themes": "none", "mode": "planned"}
    noise = {"cut": {"kind": "page_break_in_word", "raw": "\n\n"}}
    unit = UNIT | {"text": "全镇修⟦cut⟧路三条。"}
    doc = build_one(tmp_path, builder, [{"h": head}, {"p": [unit]}], noise=noise)
    assert [u["section"] for u in doc.units] == ["1", "1"]
    assert doc.units[1]["text"] == "全镇修路三条。"
    assert doc.pieces[1][2] == "全镇修\n\n路三条。"
    assert doc.noise == {"page_break_in_word"}
    assert doc.quantities[0]["value"] == "3"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"text": "修了路。又修桥。", "q": []}, "a terminator must end the unit"),
        ({"text": " 修了路。", "q": []}, "padded"),
        ({"themes": "roads"}, "themes"),
        ({"mode": "hoped"}, "mode"),
        ({"q": ["四条|4|条||路|||level"]}, "quantity"),
        ({"formulas": ["三通一平"]}, "formula"),
        ({"enum": "一是"}, "enumerator"),
        ({"print": "全鎮修路。"}, "as many characters"),
        ({"opens": "2"}, "elder"),
        ({"opens": "1.1"}, "elder"),
    ],
)
def test_an_unsound_unit_is_refused(tmp_path, builder, change, rule):
    with pytest.raises(InvalidInput, match=rule):
        build_one(tmp_path, builder, [{"p": [UNIT | change]}])


def test_sentence_without_end_must_be_the_last(tmp_path, builder):
    with pytest.raises(InvalidInput, match="last unit of a paragraph"):
        build_one(tmp_path, builder, [{"p": [UNIT | {"text": "修路", "q": []}, UNIT]}])


def test_noise_that_is_not_printed_is_refused(tmp_path, builder):
    with pytest.raises(InvalidInput, match="must be printed"):
        build_one(tmp_path, builder, [{"p": [UNIT]}], noise={"menu": {"kind": "menu", "raw": "首页"}})
