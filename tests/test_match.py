"""Many literals in one pass, against the obvious loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxzy_study.text.fold import fold_width
from cxzy_study.text.match import Matcher, find_containers

SHORT = st.text("甲乙丙a1 ", min_size=1, max_size=3)
TEXT = st.text("甲乙丙a1 ,。\n", max_size=30)


def is_word(char):
    return char in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def slow_find(literals, text):
    found = []
    for number, literal in enumerate(literals):
        for start in range(len(text) - len(literal) + 1):
            end = start + len(literal)
            if text[start:end] != literal:
                continue
            if is_word(literal[0]) and start and is_word(text[start - 1]):
                continue
            if is_word(literal[-1]) and end < len(text) and is_word(text[end]):
                continue
            found.append((number, start, end))
    return sorted(found, key=lambda hit: (hit[1], -hit[2]))


@given(st.lists(SHORT, unique=True, max_size=6), TEXT)
def test_every_occurrence_is_found_nested_and_overlapping_ones_too(literals, text):
    hits = Matcher(literals).find(text)
    found = zip(hits.literal.tolist(), hits.start.tolist(), hits.end.tolist(), strict=True)
    assert list(found) == slow_find(literals, text)


@given(st.lists(SHORT, unique=True, max_size=6), TEXT)
def test_containers_are_longer_and_hold_the_hit(literals, text):
    hits = Matcher(literals).find(text)
    places = list(zip(hits.start.tolist(), hits.end.tolist(), strict=True))
    for (start, end), holder in zip(places, find_containers(hits).tolist(), strict=True):
        held = [(a, b) for a, b in places if a <= start and end <= b and b - a > end - start]
        if holder >= 0:
            assert places[holder] in held
        else:
            assert not held


def test_longest_wins_only_over_what_lies_inside_it():
    matcher = Matcher(["印度", "印度尼西亚", "西亚洲"])
    hits = matcher.find_longest("印度尼西亚洲,印度")
    assert [matcher.literals[i] for i in hits.literal] == ["印度尼西亚", "西亚洲", "印度"]
    assert hits.start.tolist() == [0, 3, 7]


def test_letters_and_digits_stand_at_the_edges_of_their_word():
    matcher = Matcher(["GDP", "5个"])
    assert len(matcher.find("GDPR 15个")) == 0
    assert len(matcher.find("全县GDP增,建5个点")) == 2


def test_nothing_to_look_for_and_nothing_to_look_in():
    assert len(Matcher([]).find("松岭县")) == 0
    assert len(Matcher(["松岭"]).find("")) == 0
    assert find_containers(Matcher(["松岭"]).find("")).shape == (0,)


def test_astral_characters_and_lone_surrogates_keep_offsets():
    hits = Matcher(["松岭"]).find("\U00020000\ud800松岭")
    assert (hits.start.tolist(), hits.end.tolist()) == ([2], [4])


@pytest.mark.parametrize(("literals", "culprit"), [(["甲", ""], "Position 1"), (["甲", "乙", "甲"], "甲")])
def test_bad_literals_are_named(literals, culprit):
    with pytest.raises(ValueError, match=culprit):
        Matcher(literals)


@given(st.text(st.characters(codec=None), max_size=20))
def test_folding_keeps_the_length_and_is_idempotent(text):
    once = fold_width(text)
    assert len(once) == len(text)
    assert fold_width(once) == once


def test_folding_makes_full_width_half_width_and_nothing_else():
    assert fold_width("ＡＢ１２，！（）：；％～　\xa0") == "AB12,!():;%~  "
    assert fold_width("。、《》“”『』·〇") == "。、《》“”『』·〇"
    assert fold_width("\ud800") == "\ufffd"


def test_hits_come_as_integers():
    hits = Matcher(["甲"]).find("甲乙甲")
    assert hits.literal.dtype == hits.start.dtype == np.int64
