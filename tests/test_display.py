"""How things show themselves in a notebook: short, the same each time, errors in one line."""

from __future__ import annotations

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

import cxzy_study as cx
from conftest import ROOT
from cxzy_study.output.display import mark_text
from cxzy_study.tables import InvalidInput

TEXT = "松岭县总结\n\n各支部公开承诺，群众评议<好>。会议开了。"


@pytest.fixture(scope="module")
def study():
    return cx.load_study()


@pytest.fixture(scope="module")
def coded():
    units = cx.read_text(TEXT, doc_id="demo").units_frame()
    return units, *cx.code_units(units, codebook=cx.load_codebook())


def test_the_study_and_its_codebook_show_themselves(study):
    assert re.fullmatch(r"Study: 5 documents, \d+ tables, [\d,]+ rows, codebook 1 \(\w{8}\)", repr(study))
    shown = study._repr_html_()
    assert shown == cx.load_study()._repr_html_()
    assert len(shown) < 10_000
    for row in study["sources"].itertuples():
        assert row.title in shown
        assert row.place_zh in shown
    for theme in study.codebook.themes:
        assert theme.label["en"] in study.codebook._repr_html_()
        assert theme.label["zh"] in study.codebook._repr_html_()
    assert re.fullmatch(r"Codebook 1 \(\w{8}\): 17 themes, \d+ rules", repr(study.codebook))


def test_a_document_shows_its_account_and_says_briefly_what_it_is():
    [document] = cx.read_files([ROOT / "data" / "demo" / "pages" / "07_songhe_report.txt"])
    assert document._repr_html_() == document.reading._repr_html_()
    assert len(repr(document)) < 300
    assert document.reading.title in repr(document)


def test_coded_passages_mark_what_counts(coded):
    units, codes, evidence = coded
    shown = cx.show_codes(units, codes, evidence, lang="zh")._repr_html_()
    assert "承诺践诺" in shown
    counted = evidence[evidence.verdict == "counted"]
    for row in counted.itertuples():
        text = units.loc[units.unit_id == row.unit_id, "text"].iloc[0]
        assert text[row.start : row.end] in re.sub(r"<[^>]+>", "", shown)
    assert "&lt;好&gt;" in shown
    assert shown.count("border-bottom:3px") >= counted.unit_id.nunique() > 0
    assert "2 more units" in cx.show_codes(units, codes, evidence, limit=1)._repr_html_()
    assert "Study" not in repr(cx.show_codes(units, codes, evidence))


def test_overlapping_matches_share_their_marks():
    shown = mark_text("公开承诺书", [(0, 4, "pledging"), (2, 5, "service")])
    assert re.sub(r"<[^>]+>", "", shown) == "公开承诺书"
    assert re.findall(r'title="([^"]+)"', shown) == ["pledging", "pledging, service", "service"]


def test_what_cannot_be_shown_is_refused(coded):
    units, codes, evidence = coded
    with pytest.raises(InvalidInput, match="limit -1"):
        cx.show_codes(units, codes, evidence, limit=-1)
    with pytest.raises(InvalidInput, match=r"Invalid units.*'text'"):
        cx.show_codes(units.drop(columns="text"), codes, evidence)
    with pytest.raises(InvalidInput, match="lang 'fr'"):
        cx.show_codes(units, codes, evidence, lang="fr")


def test_an_unknown_table_is_named_with_those_that_there_are(study):
    with pytest.raises(InvalidInput, match=r"Invalid table 'weather': must be one of sources,.*units"):
        study["weather"]


def test_an_error_is_one_line_in_a_notebook(capsys):
    settings = Config()
    settings.HistoryManager.enabled = False
    shell = InteractiveShell(config=settings)
    shell.run_cell("import cxzy_study as cx; cx.read_all(['no_such_folder'])")
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("InvalidInput: Invalid")
    shell.run_cell("1 / 0")  # what is no bad input keeps its traceback
    assert len(capsys.readouterr().out.splitlines()) > 3


def test_every_public_name_has_help():
    for name in cx.__all__:
        assert (getattr(cx, name).__doc__ or "").strip(), name
