"""The glossary: every label in both languages, and nothing asked for that is not there."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.output.appendix import DEFINITION_COLUMNS, INVENTORY_COLUMNS
from cxzy_study.output.exhibits import EXHIBITS
from cxzy_study.output.glossary import Glossary, load_glossary
from cxzy_study.output.plots_scores import SCORE_MARKS
from cxzy_study.output.style import ARENAS, LANGS
from cxzy_study.tables import KINDS, MODES, SCHEMAS, THEMES, InvalidInput

FILE = ROOT / "data" / "glossary.csv"
OUTPUT = ROOT / "cxzy_study" / "output"
# Words that are the same in Chinese.
SAME = {"axis.f1", "field.f1", "name.1+X", "column.n_true", "axis.not_seen", "fact.interval_level"}


@pytest.fixture(scope="module")
def glossary() -> Glossary:
    return load_glossary(FILE)


def _allowed(table: str, column: str) -> tuple[str, ...]:
    return next(c.allowed for c in SCHEMAS[table].columns if c.name == column)


def test_every_closed_vocabulary_has_its_terms(glossary):
    families = {
        "theme": THEMES,
        "mode": MODES,
        "kind": KINDS,
        "arena": ARENAS,
        "genre": _allowed("sources", "genre"),
        "level": _allowed("sources", "admin_level"),
        "campaign": _allowed("sources", "campaign"),
        "completeness": _allowed("sources", "completeness"),
        "script": _allowed("sources", "script"),
        "actor": _allowed("accountability", "answers"),
        "forum": _allowed("accountability", "forum"),
        "consequence": _allowed("accountability", "consequence"),
        "step": _allowed("cycle_steps", "step"),
        "sight": _allowed("cycle_steps", "status"),
        "basis": _allowed("centre", "basis"),
        "words": _allowed("practices", "whose_words"),
        "coder": ("settled", "reader_1", "reader_2", "rules", "learned"),
    }
    missing = [f"{f}.{v}" for f, values in families.items() for v in values if not glossary.has(f"{f}.{v}")]
    assert not missing


@pytest.mark.parametrize(("table", "column", "family"), [
    ("claims", "claim_id", "claim"), ("claims", "status", "status"), ("claims", "stated", "stated"),
    ("removed", "reason", "reason"), ("shares", "interval", "interval"), ("shares", "coder", "coder"),
])  # fmt: skip
def test_every_word_of_the_shipped_tables_has_its_term(glossary, table, column, family):
    words = pd.read_csv(ROOT / "data" / "tables" / f"{table}.csv", dtype=str)[column].unique()
    assert [w for w in words if not glossary.has(f"{family}.{w}")] == []


def test_every_key_that_code_and_templates_name_is_there_and_no_other(glossary):
    text = "\n".join(p.read_text(encoding="utf-8") for p in OUTPUT.rglob("*") if p.suffix in {".py", ".j2"})
    named = set(re.findall(r"[\"']((?:axis|column|note|report|kind|exhibit)\.\w+)[\"']", text))
    named |= {f"fact.{key}" for key in re.findall(r"fact\(\"(\w+)\"", text)}
    named -= {f"fact.{key}" for key in ("codebook_version", "codebook_sha", "study_version", "study_released")}
    named |= {f"axis.{score}" for score in SCORE_MARKS} | {f"column.{c}" for e in EXHIBITS.values() for c in e.shown}
    named |= {f"exhibit.{e.kind}" for e in EXHIBITS.values()}
    named |= {f"axis.{quantity}" for quantity in ("coverage", "false")}
    named |= {f"report.{how}" for how in ("count", "sum")}
    named |= {f"column.{c}" for c in (*DEFINITION_COLUMNS, *INVENTORY_COLUMNS)}
    assert sorted(key for key in named if not glossary.has(key)) == []
    vocabularies = {"theme", "mode", "genre", "level", "campaign", "completeness", "script", "kind", "arena", "coder",
                    "reason", "interval", "actor", "forum", "consequence", "step", "sight", "basis", "words", "explorer",
                    "verdict", "agreement", "author", "author_role", "outlet", "title",
                    "instrument", "checking", "family", "choice", "option", "claim", "calibration", "word", "status",
                    "stated", "network", "curve", "body_group", "facts", "measured",
                    "accuracy", "field", "value", "name", "rate_of", "rowof", "flag"}  # fmt: skip
    # The explorer's labels are counted in test_explorer.py, names in test_remarks.py.
    assert sorted(key for key in glossary.terms if key not in named and key.split(".")[0] not in vocabularies) == []


def test_chinese_labels_are_chinese_and_english_ones_are_not(glossary):
    han = re.compile(r"[\u4e00-\u9fff]")
    assert [k for k, t in glossary.terms.items() if k not in SAME and not han.search(t["zh"])] == []
    assert [k for k, t in glossary.terms.items() if han.search(t["en"]) and k not in {"report.language", "claim.finance_word"}] == []


def test_labels_take_values_and_say_what_is_missing(glossary):
    assert glossary.label("axis.n_units", "en", n=7) == "7 sentences"
    with pytest.raises(InvalidInput, match=r"axis\.n_units.*'n'"):
        glossary.label("axis.n_units", "zh")
    with pytest.raises(InvalidInput, match=r"theme\.weather"):
        glossary.label("theme.weather", "en")
    with pytest.raises(InvalidInput, match=r"'fr'.*en, zh"):
        glossary.label("theme.digital", "fr")


@pytest.mark.parametrize(("text", "culprit"), [
    ("key,en\na,b\n", "columns"),
    ("key,en,zh\na.b,word,\n", "a.b"),
    ("key,en,zh\na.b,word,词\na.b,word,词\n", "once.*a.b"),
    ("key,en,zh\na.b,{n} words,{m}词\n", "same values.*a.b"),
    ("", "CSV"),
])  # fmt: skip
def test_a_broken_file_is_refused_by_name(tmp_path, text, culprit):
    path = tmp_path / "glossary.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidInput, match=culprit):
        load_glossary(path)


def test_a_missing_file_is_refused_and_an_empty_one_is_empty(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        load_glossary(tmp_path / "none.csv")
    (tmp_path / "glossary.csv").write_text("key,en,zh\n", encoding="utf-8")
    assert load_glossary(tmp_path / "glossary.csv").terms == {}


def test_both_languages_are_those_of_the_style():
    assert LANGS == ("en", "zh")
