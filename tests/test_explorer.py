"""The explorer as a file: whole, small, the same bytes, without addresses and without the sources' text."""

from __future__ import annotations

import dataclasses
import json
import re

import leak
import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.cli import main
from cxzy_study.output.explorer import NEEDED, SCRIPTS, SHOWN, TEMPLATES, build_explorer, encode_table
from cxzy_study.output.glossary import load_glossary
from cxzy_study.study.explore import PAGE, codebook_words, explore_files, explore_study, table_paths, unit_texts
from cxzy_study.study.load import load_study
from cxzy_study.study.own import read_all
from cxzy_study.tables import InvalidInput

DEMO = ROOT / "data" / "demo" / "pages"


@pytest.fixture(scope="module")
def study():
    return load_study()


@pytest.fixture(scope="module")
def glossary():
    return load_glossary(ROOT / "data" / "glossary.csv")


def data_of(page: str) -> dict:
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)[1])


def make(tables, study, glossary, **more) -> str:
    book = codebook_words(study.codebook)
    return build_explorer(tables, glossary=glossary, codebook=book, study={"name": "demo", "version": "1"}, **more)


def test_the_committed_page_is_what_the_tables_give(study, tmp_path):
    made = explore_study(study, to=tmp_path / "explorer.html").read_bytes()
    assert len(made) < 1_400_000
    assert (ROOT / PAGE).read_bytes() == made
    assert explore_study(study, to=tmp_path / "again.html").read_bytes() == made


def test_the_page_names_nothing_outside():
    page = (ROOT / PAGE).read_text("utf-8")
    assert "default-src 'none'" in page
    assert re.findall(r"(?i)https?:|(?<!:)//[a-z0-9-]+\.[a-z]|@import|<link|<iframe|<img", page) == []
    assert set(re.findall(r"url\(([a-z]+):", page)) == {"data"}
    assert re.findall(r"<script[^>]+src|\bfetch\(|XMLHttpRequest|WebSocket|\beval\(", page) == []


def test_the_page_holds_every_row_of_its_tables(study):
    data = data_of((ROOT / PAGE).read_text("utf-8"))
    assert data["texts"] is None
    assert set(data["tables"]) == set(SHOWN) & set(study.tables)
    for name, packed in data["tables"].items():
        numbers = packed.get("rows", range(1, packed["n"] + 1))
        for column, cells in packed["columns"].items():
            values = [cells["of"][i] for i in cells["at"]] if isinstance(cells, dict) else cells
            expected = study[name][column].iloc[[n - 1 for n in numbers]]
            if pd.api.types.is_numeric_dtype(expected):
                shown = pd.Series(values, dtype=float)
                pd.testing.assert_series_equal(shown, expected.astype(float), check_index=False, check_names=False, rtol=1e-9)
            else:
                assert values == expected.tolist(), (name, column)
    assert data["tables"]["terms"]["n"] == study["terms"].unit_id.ne("").sum()
    assert all((ROOT / path).is_file() for path in data["paths"].values())


def test_what_is_missing_is_not_offered(study, glossary):
    few = {name: study[name] for name in NEEDED}
    assert list(data_of(make(few, study, glossary))["tables"]) == list(NEEDED)
    with pytest.raises(InvalidInput, match=r"needs sources, units, codes\. Missing \['codes'\]"):
        make({name: study[name] for name in NEEDED[:2]}, study, glossary)


def test_no_cell_can_end_the_script(study, glossary):
    sources = study["sources"].assign(title="</script><script>alert(1)</script><!--")
    page = make({name: study[name] for name in NEEDED} | {"sources": sources}, study, glossary)
    assert page.count("<script") == 2
    assert data_of(page)["tables"]["sources"]["columns"]["title"]["of"] == ["</script><script>alert(1)</script><!--"]


def test_a_table_packed_is_the_table():
    columns = {"a": ["x", "x", "y", "x"], "n": pd.array([1, None, 3, 0], dtype="Int64"), "p": [0.1, float("nan"), 1.0, 2 / 3]}
    frame = pd.DataFrame(columns, index=[2, 4, 6, 8])
    assert encode_table(frame) == {
        "n": 4, "rows": [2, 4, 6, 8],
        "columns": {"a": {"of": ["x", "y"], "at": [0, 0, 1, 0]}, "n": [1, None, 3, 0], "p": [0.1, None, 1, 0.666666667]},
    }  # fmt: skip


@pytest.fixture(scope="module")
def with_texts(corpus_dir, study, tmp_path_factory):
    return explore_study(study, to=tmp_path_factory.mktemp("texts") / "texts.html", corpus=corpus_dir)


def test_without_the_corpus_no_text_of_it_is_in_the_page(corpus_dir, with_texts):
    forbidden = leak.windows(leak.source_texts(corpus_dir))
    assert leak.find_leaks([ROOT / PAGE], forbidden, root=ROOT) == []
    assert len(leak.find_leaks([with_texts], forbidden, root=with_texts.parent)) == 1  # the check can fail


def test_places_slice_into_the_texts(study, with_texts):
    data = data_of(with_texts.read_text("utf-8"))
    assert len(data["texts"]) == len(study["units"])
    for row in study["formulas"].itertuples():
        text, pieces = data["texts"][f"{row.doc_id}.{row.unit_id}"]
        found = ""
        for a, b in (map(int, span.split("-")) for span in row.spans.split(";")):
            for at, start, n, wide in pieces:
                x, y = max(a, start), min(b, start + wide)
                if x < y:
                    assert n == wide
                    found += text[at + x - start : at + y - start]
        assert found == row.surface


@pytest.mark.parametrize("place", ["report/x.html", "figures/x.html", "data/x.html", "notebooks/x.html", "x.html"])
def test_texts_are_not_written_into_the_checkout(place, study, tmp_path, capsys):
    with pytest.raises(InvalidInput, match="must lie outside the checkout"):
        explore_study(study, to=ROOT / place, corpus=tmp_path)
    assert main(["explore", "--corpus", str(tmp_path), "--to", str(ROOT / place)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (ROOT / "x.html").exists()


def test_a_source_among_own_documents_is_known_by_its_content(corpus_dir, tmp_path):
    copy = tmp_path / "mine.txt"
    copy.write_bytes(sorted(corpus_dir.glob("0*.txt"))[0].read_bytes())
    with pytest.raises(InvalidInput, match=r"outside the checkout.*among the documents"):
        explore_files([copy], to=ROOT / "report" / "mine.html")


def test_texts_of_other_units_are_refused(corpus_dir, study, tmp_path):
    fewer = dataclasses.replace(study, tables={**study.tables, "units": study["units"].iloc[1:]})
    with pytest.raises(InvalidInput, match="not what reading makes of the corpus"):
        explore_study(fewer, to=tmp_path / "x.html", corpus=corpus_dir)


def test_own_documents_become_a_page(tmp_path, capsys):
    to = tmp_path / "own.html"
    assert main(["explore", str(DEMO / "02_shuangqiao_speech.txt"), str(DEMO / "04_luting_speech.docx"), "--to", str(to)]) == 0
    assert "2 documents" in capsys.readouterr().out
    data = data_of(to.read_text("utf-8"))
    assert {"units", "codes", "evidence", "shares", "formulas", "quantities", "bodies"} <= set(data["tables"])
    assert len(data["texts"]) == data["tables"]["units"]["n"]
    assert main(["explore", str(DEMO / "02_shuangqiao_speech.txt"), "--to", str(to)]) == 2  # exists already
    assert main(["explore", str(DEMO), "--corpus", str(tmp_path), "--to", str(to)]) == 2
    assert main(["explore", "--codebook", "x.yaml", "--to", str(tmp_path / "y.html")]) == 2
    assert main(["explore", str(DEMO)]) == 2


def test_pieces_give_back_the_file():
    documents, _ = read_all([DEMO / "01_yunxi_report.html"])
    [reading] = [d.reading for d in documents]
    for row in unit_texts([reading]).itertuples():
        for at, start, n, wide in row.pieces:
            if n == wide:
                assert row.text[at : at + n] == reading.raw[start : start + wide]
        assert sum(n for _, _, n, _ in row.pieces) == len(row.text)


def test_every_label_that_the_scripts_ask_for_is_there_and_no_other(glossary):
    code = "\n".join((TEMPLATES / f"{name}.js").read_text("utf-8") for name in SCRIPTS) + "explorer.noscript"
    asked = set(re.findall(r"[\"'`]((?:explorer|note|axis|kind|mode|coder|completeness|campaign)\.[a-z_]+)[\"'`]", code))
    # What ends in an underscore asks for a family.
    assert sorted(key for key in asked if not glossary.has(key) and not key.endswith("_")) == []
    # `explorer.body_${…}` asks for a family; `explorer.${…}` for a name that stands in the code by itself.
    families = (*(key for key in asked if key.endswith("_")),)
    families += (*re.findall(r"`(explorer\.[a-z_]+_)\$\{", code), "explorer.instrument_", "explorer.commitment_", "explorer.whose_words_")
    named = set(re.findall(r"[a-z_]+", code))
    mine = [key for key in glossary.terms if key.startswith("explorer.")]
    unused = [k for k in mine if k not in asked and not k.startswith(families) and k.split(".")[1].removesuffix("_note") not in named]
    assert unused == []


def test_every_table_has_a_path_for_its_citation(study):
    paths = table_paths(study)
    assert sorted(set(study.tables) & set(SHOWN) - set(paths)) == []
