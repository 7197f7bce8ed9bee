"""Coding sheets: written, filled in by a person, read back and checked."""

import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from cxzy_study.coding.codebook import load_codebook
from cxzy_study.coding.coder import code_units
from cxzy_study.coding.sheets import load_sheet, sample_sheet, save_sheet
from cxzy_study.tables import MODES, THEMES, InvalidInput, check_table

ROOT = Path(__file__).resolve().parent.parent
ROWS = [
    ("u0", "heading", "1", "一、公开承诺"), ("u1", "sentence", "1", "各支部向社会公开承诺。"),
    ("u2", "sentence", "1", "=1+1"), ("u3", "heading", "1.1", "(一)监督"), ("u4", "sentence", "1.1", "由居民\x01打分。"),
]  # fmt: skip


@pytest.fixture(scope="module")
def v1():
    return load_codebook(ROOT / "data" / "codebook" / "v1.yaml")


@pytest.fixture
def units():
    return pd.DataFrame(ROWS, columns=["unit_id", "kind", "section", "text"]).assign(doc_id="demo")


def fill(path, **cells):
    """Write into cells given as column=[(row, value)], rows as the spreadsheet numbers them."""
    if path.suffix == ".csv":
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
        for column, values in cells.items():
            for row, value in values:
                table.loc[row - 2, column] = value
        path.write_bytes(table.to_csv(index=False).encode("utf-8-sig"))
        return
    book = openpyxl.load_workbook(path)
    sheet = book["coding"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for column, values in cells.items():
        for row, value in values:
            sheet.cell(row, columns[column], value)
    book.save(path)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_a_reader_fills_in_comes_back(tmp_path, units, v1, ending):
    path = save_sheet(units, tmp_path / f"sheet.{ending}", codebook=v1)
    fill(path, pledging=[(3, "x")], supervision=[(6, " X ")], participation=[(6, "x")], none=[(4, "x")], mode=[(3, "done")], note=[(6, "打分?")])
    sheet = load_sheet(path, themes=THEMES, units=units)
    check_table(sheet, "sheet")
    assert sheet["themes"].tolist() == ["", "pledging", "none", "", "supervision;participation"]
    assert sheet["mode"].tolist() == ["", "done", "", "", ""]
    assert sheet["note"].tolist() == ["", "", "", "", "打分?"]
    assert sheet["unit_id"].tolist() == ["u0", "u1", "u2", "u3", "u4"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_an_empty_sheet_and_one_without_units(tmp_path, units, v1, ending):
    path = save_sheet(units, tmp_path / f"sheet.{ending}", codebook=v1)
    assert load_sheet(path, themes=THEMES)["themes"].eq("").all()
    path = save_sheet(units.iloc[:0], tmp_path / f"none.{ending}", codebook=v1)
    assert load_sheet(path, themes=THEMES, units=units.iloc[:0]).empty


def test_the_sheet_shows_the_heading_above_and_no_formula(tmp_path, units, v1):
    some = units.iloc[[2, 4]]
    path = save_sheet(some, tmp_path / "s.csv", codebook=v1, within=units)
    table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    assert table["heading"].tolist() == ["一、公开承诺", "(一)监督"]
    assert table["text"][0] == "'=1+1"
    sheet = openpyxl.load_workbook(save_sheet(some, tmp_path / "s.xlsx", codebook=v1, within=units))["coding"]
    cell = sheet.cell(2, 5)
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert sheet.cell(3, 5).value == "由居民打分。"


def test_the_workbook_offers_what_it_accepts_and_the_definitions(tmp_path, units, v1):
    book = openpyxl.load_workbook(save_sheet(units, tmp_path / "s.xlsx", codebook=v1))
    rules = {rule.formula1: str(rule.sqref) for rule in book["coding"].data_validations.dataValidation}
    assert set(rules) == {'"x"', '"' + ",".join(MODES) + '"'}
    assert len(rules['"x"'].split()) == len(THEMES) + 1
    assert [row[0].value for row in book["codebook"].iter_rows(min_row=2, max_row=18)] == list(THEMES)


@pytest.mark.parametrize(
    ("cells", "culprit"),
    [
        ({"pledging": [(3, "yes")]}, r"column pledging: a mark is x. Rows \[3\]"),
        ({"pledging": [(3, "x")], "none": [(3, "x")]}, r"none cannot stand beside a theme. Rows \[3\]"),
        ({"mode": [(5, "finished")], "none": [(5, "x")]}, r"column mode: .*Rows \[5\]"),
        ({"mode": [(5, "done")]}, r"needs a theme or none. Rows \[5\]"),
        ({"unit_id": [(4, "u1")]}, r"a unit may stand once. Rows \[4\]"),
        ({"unit_id": [(4, "u9")]}, r"column unit_id: .*row 4 has demo/u9, demo/u2 lacks"),
    ],
)
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_what_cannot_be_understood_is_named(tmp_path, units, v1, cells, culprit, ending):
    path = save_sheet(units, tmp_path / f"sheet.{ending}", codebook=v1)
    fill(path, **cells)
    with pytest.raises(InvalidInput, match=culprit):
        load_sheet(path, themes=THEMES, units=units)


@pytest.mark.parametrize(
    ("name", "content", "culprit"),
    [
        ("a.csv", b"doc_id,unit_id\n", "column is missing. pledging"),
        ("a.csv", b"", "column is missing. doc_id"),
        ("a.csv", b"\xff\xff", "CSV in UTF-8"),
        ("a.csv", b"doc_id,doc_id\n", "stands twice. doc_id"),
        ("a.csv", b"doc_id\na,b,c\n", r"longer than the header. Rows \[2\]"),
        ("a.xlsx", b"PK nonsense", "XLSX"),
        ("a.ods", b"", "xlsx or .csv"),
    ],
)
def test_files_that_are_no_sheet(tmp_path, name, content, culprit):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InvalidInput, match=culprit):
        load_sheet(tmp_path / name, themes=THEMES)


def test_paths_and_units_that_cannot_be(tmp_path, units, v1):
    with pytest.raises(InvalidInput, match="nowhere"):
        load_sheet(tmp_path / "nowhere.csv", themes=THEMES)
    with pytest.raises(InvalidInput, match=r"sheet\.txt"):
        save_sheet(units, tmp_path / "sheet.txt", codebook=v1)
    with pytest.raises(InvalidInput, match="demo/u4"):
        save_sheet(units, tmp_path / "sheet.csv", codebook=v1, within=units.iloc[:4])
    assert list(tmp_path.iterdir()) == []


def many_units():
    texts = ["全县经济增长。"] * 60 + ["公开承诺。"] * 4 + ["抗洪抢险。"] * 2 + ["今天天气好。"] * 60
    table = pd.DataFrame({"doc_id": "demo", "unit_id": [f"u{i}" for i in range(len(texts))], "kind": "sentence"})
    return table.assign(section="0", text=texts)


def test_the_sample_holds_rare_themes_and_keeps_to_its_seed(v1):
    units = many_units()
    codes, _ = code_units(units, codebook=v1)
    sample = sample_sheet(units, codes=codes, themes=THEMES, seed=4, n=20, at_least=3)
    assert len(sample) == 20
    assert sample["unit_id"].is_unique
    counts = sample["text"].value_counts()
    assert counts["抗洪抢险。"] == 2
    assert counts["公开承诺。"] >= 3
    assert sample.index.is_monotonic_increasing
    assert set(sample["drawn_for"]) == {"", "stability", "pledging", "development", "none"}
    pd.testing.assert_frame_equal(sample, sample_sheet(units, codes=codes, themes=THEMES, seed=4, n=20, at_least=3))
    assert not sample.equals(sample_sheet(units, codes=codes, themes=THEMES, seed=5, n=20, at_least=3))


def test_samples_of_all_of_none_and_of_too_many(v1):
    units = many_units()
    codes, _ = code_units(units, codebook=v1)
    for n in (0, len(units)):
        assert len(sample_sheet(units, codes=codes, themes=THEMES, seed=1, n=n)) == n
    with pytest.raises(InvalidInput, match="n 127"):
        sample_sheet(units, codes=codes, themes=THEMES, seed=1, n=127)


def test_a_sheet_saved_by_another_program_without_the_shown_columns(tmp_path, units, v1):
    path = save_sheet(units, tmp_path / "s.csv", codebook=v1)
    table = pd.read_csv(io.StringIO(path.read_text("utf-8-sig")), dtype=str, keep_default_na=False)
    path.write_text(table.drop(columns=["kind", "heading", "text"]).to_csv(index=False), "utf-8")
    assert len(load_sheet(path, themes=THEMES, units=units)) == 5
