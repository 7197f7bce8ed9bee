"""Remarks in Chinese: every remark of the tables has one, and none is without its remark."""

from __future__ import annotations

import re

import pytest

from conftest import ROOT
from cxzy_study.output.glossary import load_glossary
from cxzy_study.output.remarks import find_remarks, load_remarks, translate_remarks
from cxzy_study.study.load import load_study
from cxzy_study.tables import InvalidInput

PATH = ROOT / "data" / "remarks.csv"


def test_every_remark_of_the_tables_is_told_in_chinese_and_none_for_nothing():
    study, remarks = load_study(), load_remarks(PATH)
    found = find_remarks(study.tables)
    told = translate_remarks(study.tables, remarks)
    assert [text for text in found if text not in told] == []
    plain = {en for en in remarks if "{" not in en}
    assert plain - set(found) == set()
    assert {zh for zh in told.values() if not re.search(r"[\u4e00-\u9fff]|GB/T", zh)} == set()


def test_numbers_are_carried_over():
    told = translate_remarks({"practice_finding": load_study()["practice_finding"]}, {"only {n} paragraphs: the interval is too short": "仅{n}段"})
    assert told["only 8 paragraphs: the interval is too short"] == "仅8段"


@pytest.mark.parametrize("text", ["en,zh\na,\n", "en,zh\na,b\na,c\n", "en,de\na,b\n"])
def test_a_bad_file_is_refused(text, tmp_path):
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match="Invalid remarks"):
        load_remarks(tmp_path / "x.csv")


def test_names_in_english_figures_have_a_gloss():
    from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit

    glossary, tables = load_glossary(ROOT / "data" / "glossary.csv"), load_study().tables
    names = set(frame_exhibit(EXHIBITS["fig_trees"], tables)["label"]) | set(frame_exhibit(EXHIBITS["fig_bodies"], tables)["label"])
    families = frame_exhibit(EXHIBITS["fig_families"], tables)
    names |= {surface.split("|")[0] for surface in families["surfaces"]}
    assert sorted(name for name in names if name and not glossary.gloss(name, "en")) == []
    assert glossary.gloss("五比一创", "zh") == ""
