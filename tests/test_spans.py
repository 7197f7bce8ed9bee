from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxzy_study.text.spans import Piece, Traced, format_spans, invert_spans, join, merge_spans, parse_spans, slice_spans

SPANS = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda p: (p[0], p[0] + p[1])), max_size=8)


@given(SPANS)
def test_spans_and_gaps_are_all(spans):
    kept, gaps = merge_spans(spans), invert_spans(spans, 60)
    marks = [0] * 60
    for a, b in kept + gaps:
        for i in range(a, b):
            marks[i] += 1
    assert marks == [1] * 60
    assert {i for a, b in kept for i in range(a, b)} == {i for a, b in spans for i in range(a, b)}


@given(st.text(max_size=30), st.integers(0, 30), st.integers(0, 30))
def test_cut_is_slicing_and_leads_back(text, a, b):
    traced = Traced.literal(text, 7)
    piece = traced.cut(a, b)
    assert piece.text == text[a:b]
    assert slice_spans("." * 7 + text, piece.spans) == piece.text


def test_an_entity_traces_to_all_of_itself():
    text = Traced([Piece(0, 2, "甲乙"), Piece(2, 8, "\xa0"), Piece(8, 9, "丙")])
    assert text.cut(2, 4).spans == ((2, 9),)
    assert text.drop(r"\s").text == "甲乙丙"
    assert format_spans(text.drop(r"\s").spans) == "0-2;8-9"


def test_strip_takes_what_shows_nothing():
    assert Traced.literal("\u200b\ufeff 甲 乙\u3000\n").strip().text == "甲 乙"


def test_join_of_pieces_keeps_order():
    text = Traced.literal("甲乙丙丁")
    assert join([text.cut(2, 4), text.cut(0, 2)]).spans == ((2, 4), (0, 2))


@pytest.mark.parametrize("bad", ["3", "4-4", "5-3", "1-2;", "a-b", "1-2,3-4"])
def test_bad_spans_are_refused(bad):
    with pytest.raises(ValueError, match="start < end"):
        parse_spans(bad)
