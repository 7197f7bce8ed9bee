"""Frames: the rows that the exhibits draw, and the notes under them."""

from __future__ import annotations

import re
from dataclasses import replace

import invented
import pandas as pd
import pytest

from cxzy_study.output import frames
from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit, note_of
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.plots_shares import plot_share_panels
from cxzy_study.output.style import LANGS
from cxzy_study.tables import InvalidInput

FIGURES = [e for e in EXHIBITS.values() if e.plot]
GLOSSARY = invented.glossary()
GIVEN = {"glossary": GLOSSARY, "codebook": invented.CODEBOOK}


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


def test_notes_state_codebook_coder_interval_and_the_one_difference(tables):
    for exhibit in FIGURES:
        frame = frame_exhibit(exhibit, tables)
        for lang in LANGS:
            note = note_of(exhibit, frame, lang=lang, **GIVEN)
            assert "0f1e2d3c4b5a" in note
            assert (GLOSSARY.label("note.places", lang) in note) == exhibit.compares
            assert ("coder" not in frame) or GLOSSARY.label(f"coder.{frame['coder'].iloc[0]}", lang) in note
            if exhibit.plot is plot_share_panels:
                assert GLOSSARY.label("interval.wilson_deff", lang) in note
    compared = {e.id for e in FIGURES if e.compares}
    assert compared >= {"fig_sources", "fig_themes", "fig_intervals", "fig_strips", "fig_ladder", "fig_cycles"}
    assert not compared & {"fig_account", "fig_arenas", "fig_scores"}


def test_every_exhibit_has_its_words_in_both_languages():
    for exhibit in EXHIBITS.values():
        for words in (exhibit.title, exhibit.note, exhibit.alt):
            assert set(words) == set(LANGS)
            assert re.search(r"[\u4e00-\u9fff]", words["zh"])


@pytest.mark.parametrize(("day", "start", "end"), [
    ("2012", 2012, 2013), ("2011-12", 2011 + 334 / 365, 2012), ("2012-02-29", 2012 + 59 / 366, 2012 + 60 / 366),
    ("2011-01-01", 2011, 2011 + 1 / 365), ("2012-12-31", 2012 + 365 / 366, 2013),
])  # fmt: skip
def test_dates_are_as_long_as_they_are_exact(day, start, end):
    assert frames.year_span(day) == pytest.approx((start, end))


def test_a_missing_share_is_refused_and_not_nought(tables):
    shares = tables["shares"]
    gap = shares[~((shares["group"] == "dingan") & (shares["theme"] == "service"))]
    with pytest.raises(InvalidInput, match=r"all themes.*dingan.*service"):
        frames.frame_shares(gap, sources=tables["sources"], coder="settled")
    with pytest.raises(InvalidInput, match=r"'rules'.*no shares of a source"):
        frames.frame_shares(shares, sources=tables["sources"], coder="rules")
    with pytest.raises(InvalidInput, match=r"table of sources.*tianjin"):
        frames.frame_shares(shares, sources=tables["sources"].iloc[:3], coder="settled")


def test_an_unread_unit_is_refused_and_one_without_theme_is_kept(tables):
    units, codes, sources = tables["units"], tables["codes"], tables["sources"]
    frame = frames.frame_strips(units, codes=codes, sources=sources, coder="settled")
    assert len(frame.drop_duplicates(["doc_id", "unit_id"])) == len(units)
    assert (frame.groupby("doc_id")["end"].max() == units.groupby("doc_id")["n_chars"].sum()).all()
    assert len(frame[frame["theme"] == ""]) == len(codes[codes["theme"] == "none"])
    unread = codes[~((codes["doc_id"] == "taining") & (codes["unit_id"] == "u001"))]
    with pytest.raises(InvalidInput, match=r"every unit.*'taining', 'u001'"):
        frames.frame_strips(units, codes=unread, sources=sources, coder="settled")
    extra = pd.concat([codes, codes.head(1).assign(unit_id="u999")])
    with pytest.raises(InvalidInput, match=r"units that are there.*u999"):
        frames.frame_strips(units, codes=extra, sources=sources, coder="settled")


def test_an_account_that_does_not_add_up_is_refused(tables):
    removed = tables["removed"].iloc[1:]
    with pytest.raises(InvalidInput, match=r"'langfang'.*must add up"):
        frames.frame_account(tables["sources"], units=tables["units"], removed=removed)
    frame = frame_exhibit(EXHIBITS["fig_account"], tables)
    assert (frame.groupby("doc_id")["n_chars"].sum() == frame.groupby("doc_id")["n_all"].first()).all()


def test_drawing_changes_no_frame(tables):
    for exhibit in FIGURES:
        frame = frame_exhibit(exhibit, tables)
        before = frame.copy(deep=True)
        draw_exhibit(exhibit, frame, **GIVEN)
        pd.testing.assert_frame_equal(frame, before)


def test_a_register_can_be_furnished():
    wider = replace(EXHIBITS["fig_scores"], columns=3)
    with pytest.raises(InvalidInput, match="columns 3"):
        draw_exhibit(wider, frame_exhibit(wider, invented.tables()), **GIVEN)
