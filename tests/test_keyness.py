"""Keyness and dispersion against published values and against loops."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.findings.dispersion import count_dispersion, split_blocks
from cxzy_study.findings.keyness import compare_keyness, compare_log_likelihood, count_terms
from cxzy_study.tables import InvalidInput

WORDS = ["一", "二", "三", "四", "五"]

tables = st.lists(st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(any), min_size=2, max_size=5)


def counts_of(groups: dict[str, dict[str, int]]) -> pd.DataFrame:
    rows = [(group, term, n) for group, words in groups.items() for term, n in words.items()]
    return pd.DataFrame(rows, columns=["group", "term", "n"])


def counts_from(table: list[list[int]]) -> pd.DataFrame:
    return counts_of({f"g{i}": dict(zip(WORDS, row, strict=True)) for i, row in enumerate(table)})


def cell(frame: pd.DataFrame, group: str, term: str) -> pd.Series:
    return frame[(frame["group"] == group) & (frame["term"] == term)].iloc[0]


# ---- log-odds with a Dirichlet prior ---------------------------------------------------------------------------------


def test_log_odds_give_the_values_printed_by_an_independent_implementation():
    """Two sentences about a fox and a pig, α 0.05 for each of eleven words: the output that Hessel's README prints."""
    one = "the quick brown fox jumps over the lazy pig".split()
    two = "the lazy purple pig jumps over the lazier donkey".split()
    counts = counts_of({"one": {w: one.count(w) for w in one}, "two": {w: two.count(w) for w in two}})
    flat = pd.DataFrame({"term": sorted({*one, *two}), "n": 1})
    frame = compare_keyness(counts, alpha0=0.55, prior=flat, prior_name="flat")
    assert cell(frame, "two", "purple")["z"] == pytest.approx(0.6894227886807968, abs=1e-12)
    assert cell(frame, "one", "purple")["z"] == pytest.approx(-0.6894227886807968, abs=1e-12)
    assert cell(frame, "one", "quick")["z"] == pytest.approx(0.6894227886807968, abs=1e-12)
    assert cell(frame, "one", "the")["z"] == 0
    assert set(frame["prior"]) == {"flat"}


def log_odds_by_loop(table, alpha0):
    """The formula, one word and group at a time."""
    total = sum(map(sum, table))
    for i, row in enumerate(table):
        for w, word in enumerate(WORDS):
            if not sum(r[w] for r in table):
                continue
            alpha = alpha0 * sum(r[w] for r in table) / total
            y_i, n_i = row[w], sum(row)
            y_j, n_j = sum(r[w] for r in table) - y_i, total - n_i
            delta = math.log((y_i + alpha) / (n_i + alpha0 - y_i - alpha))
            delta -= math.log((y_j + alpha) / (n_j + alpha0 - y_j - alpha))
            yield f"g{i}", word, delta, delta / math.sqrt(1 / (y_i + alpha) + 1 / (y_j + alpha))


@settings(max_examples=40, deadline=None)
@given(tables.filter(lambda t: sum(any(c) for c in zip(*t, strict=True)) > 1), st.floats(0.5, 500))
def test_log_odds_equal_the_loop(table, alpha0):
    frame = compare_keyness(counts_from(table), alpha0=alpha0).set_index(["group", "term"])
    expected = list(log_odds_by_loop(table, alpha0))
    assert len(expected) == len(frame)
    for group, word, delta, z in expected:
        assert frame.loc[(group, word), "log_odds"] == pytest.approx(delta, abs=1e-9)
        assert frame.loc[(group, word), "z"] == pytest.approx(z, abs=1e-9)


def test_two_groups_mirror_each_other_and_order_changes_nothing():
    counts = counts_from([[9, 1, 4, 0, 2], [3, 5, 4, 8, 0]])
    frame = compare_keyness(counts, alpha0=20)
    one, two = (frame[frame["group"] == g].set_index("term")["z"].sort_index() for g in ("g0", "g1"))
    np.testing.assert_allclose(one, -two)
    pd.testing.assert_frame_equal(frame, compare_keyness(counts.sample(frac=1, random_state=1), alpha0=20))
    assert frame[frame["group"] == "g0"]["z"].is_monotonic_decreasing


def test_a_heavier_prior_asks_more_of_rare_words():
    counts = counts_of({"a": {"常": 500, "罕": 2}, "b": {"常": 500, "罕": 0}})
    z = [cell(compare_keyness(counts, alpha0=a), "a", "罕")["z"] for a in (1, 50, 5000)]
    assert z[0] > 0
    assert z[2] < z[1]
    light = cell(compare_keyness(counts, alpha0=1), "a", "罕")["log_odds"]
    assert cell(compare_keyness(counts, alpha0=5000), "a", "罕")["log_odds"] < light / 2


def test_words_of_the_prior_that_no_group_uses_hold_their_part():
    counts = counts_from([[9, 1, 4, 1, 2], [3, 5, 4, 8, 1]])
    prior = pd.DataFrame({"term": [*WORDS, "六"], "n": [10] * 5 + [50]})
    half = pd.DataFrame({"term": WORDS, "n": [10] * 5})
    y, n = 9, 17
    alpha = 100 * 10 / 100
    expected = math.log((y + alpha) / (n + 100 - y - alpha)) - math.log((3 + alpha) / (21 + 100 - 3 - alpha))
    assert cell(compare_keyness(counts, alpha0=100, prior=prior), "g0", "一")["log_odds"] == pytest.approx(expected)
    assert cell(compare_keyness(counts, alpha0=100, prior=half), "g0", "一")["log_odds"] != pytest.approx(expected)


# ---- log-likelihood --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("learner", "native", "printed"), [(348, 99, 147), (15, 14, 0), (9, 32, 14), (21, 25, 0), (392, 170, 90)]
)
def test_two_cells_give_raysons_values(learner, native, printed):
    """Rayson to the Corpora list, 18 January 2002: forms of keep in two corpora of a million words."""
    million = 1_000_000
    counts = counts_of({
        "learner": {"keep": learner, "other": million - learner}, "native": {"keep": native, "other": million - native}
    })  # fmt: skip
    found = cell(compare_log_likelihood(counts, n_cells=2), "learner", "keep")
    assert round(found["g2"]) == printed
    assert found["log_ratio"] == pytest.approx(math.log2(learner / native))


@pytest.mark.parametrize(
    ("cells", "printed"),
    [((110, 2442, 111, 29114), 270.72), ((29, 13, 123, 31612), 263.90), ((31, 23, 139, 31584), 256.84)],
)
def test_four_cells_give_dunnings_values(cells, printed):
    """Dunning 1993, table 1: the swiss; can be; previous year."""
    a, b, c, d = cells
    counts = counts_of({"one": {"word": a, "other": b}, "two": {"word": c, "other": d}})
    assert cell(compare_log_likelihood(counts), "one", "word")["g2"] == pytest.approx(printed, abs=0.005)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_log_likelihood_equals_the_loop(table):
    total = sum(map(sum, table))
    frame = compare_log_likelihood(counts_from(table)).set_index(["group", "term"])
    for i, row in enumerate(table):
        for w, word in enumerate(WORDS):
            margin = sum(r[w] for r in table)
            if not margin:
                continue
            size, rest = sum(row), total - sum(row)
            cells = [(row[w], size * margin), (margin - row[w], rest * margin)]
            cells += [(size - row[w], size * (total - margin)), (rest - margin + row[w], rest * (total - margin))]
            g2 = 2 * sum(o * math.log(o * total / e) for o, e in cells if o)
            found = frame.loc[(f"g{i}", word)]
            assert found["g2"] == pytest.approx(g2, abs=1e-8)
            ratio = math.log2((row[w] or 0.5) / size * rest / ((margin - row[w]) or 0.5))
            assert found["log_ratio"] == pytest.approx(ratio)
            if min(size, rest) * margin / total > 1:
                two = 2 * sum(o * math.log(o * total / e) for o, e in cells[:2] if o)
                assert found["ell"] == pytest.approx(
                    two / (total * math.log(min(size, rest) * margin / total)), abs=1e-8
                )
            else:
                assert np.isnan(found["ell"])


def test_log_likelihood_ranks_what_is_used_more_first():
    frame = compare_log_likelihood(counts_from([[30, 1, 10, 10, 10], [1, 30, 10, 10, 10]]))
    assert frame[frame["group"] == "g0"]["term"].iloc[[0, -1]].tolist() == ["一", "二"]


# ---- refusals --------------------------------------------------------------------------------------------------------


def test_bad_input_is_refused_by_name():
    counts = counts_from([[9, 1, 4, 1, 2], [3, 5, 4, 8, 1]])
    with pytest.raises(InvalidInput, match=r"every word\. 二"):
        compare_keyness(counts, alpha0=1, prior=pd.DataFrame({"term": ["一", "三", "四", "五"], "n": 1}))
    with pytest.raises(InvalidInput, match="Invalid alpha0 0"):
        compare_keyness(counts, alpha0=0)
    with pytest.raises(InvalidInput, match=r"two groups.*g0"):
        compare_keyness(counts[counts["group"] == "g0"], alpha0=1)
    with pytest.raises(InvalidInput, match=r"two words.*一"):
        compare_keyness(counts[counts["term"] == "一"], alpha0=1)
    with pytest.raises(InvalidInput, match="two groups"):
        compare_log_likelihood(counts.iloc[:0])
    with pytest.raises(InvalidInput, match="Invalid n_cells 3"):
        compare_log_likelihood(counts, n_cells=3)
    with pytest.raises(InvalidInput, match=r"0 or more\. \['一'\]"):
        compare_log_likelihood(pd.concat([counts, counts.iloc[[0]].assign(n=-1)]))
    with pytest.raises(InvalidInput, match="term"):
        compare_log_likelihood(counts.drop(columns="term"))


# ---- counting --------------------------------------------------------------------------------------------------------


def terms_table() -> pd.DataFrame:
    rows = [
        ("songling", "", "1", "rjieba", "服务", 2), ("songling", "", "2", "rjieba", "服务", 3),
        ("songling", "u1", "", "rjieba", "服务", 1), ("heting", "", "1", "rjieba", "松岭", 4),
        ("heting", "", "1", "jieba", "服务", 9), ("heting", "u1", "", "rjieba", "服务", 7),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "section", "segmenter", "term", "n"])


def test_terms_are_counted_by_document_or_group():
    whole = count_terms(terms_table(), segmenter="rjieba")
    assert whole.values.tolist() == [["heting", "松岭", 4], ["songling", "服务", 5]]
    assert count_terms(terms_table(), segmenter="rjieba", leave_out={"松岭"})["group"].tolist() == ["songling"]
    groups = pd.DataFrame({"doc_id": ["songling", "heting"], "unit_id": "u1", "group": ["villages", "schools"]})
    assert count_terms(terms_table(), segmenter="rjieba", groups=groups).values.tolist() == [
        ["schools", "服务", 7], ["villages", "服务", 1],
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="Invalid segmenter pkuseg"):
        count_terms(terms_table(), segmenter="pkuseg")


# ---- dispersion ------------------------------------------------------------------------------------------------------


def letters() -> pd.DataFrame:
    parts = ["bamnibeup", "basatbewqn", "bcagabesta", "baghabeaat", "bahaabeaxat"]
    rows = [(i, c, part.count(c)) for i, part in enumerate(parts) for c in sorted(set(part))]
    return pd.DataFrame(rows, columns=["block", "term", "n"])


def test_dispersion_gives_griess_values():
    """Gries 2008, the corpus of fifty letters in five parts: `a` has DP 0.18; `x` is in one part only."""
    frame = count_dispersion(letters()).set_index("term")
    assert frame.loc["a", "n"] == 15
    assert frame.loc["a", "dp"] == pytest.approx(0.18)
    assert frame.loc["a", "dp_norm"] == pytest.approx(0.18 / 0.82)
    assert frame.loc["x", "dp"] == pytest.approx(0.78)
    assert frame.loc["x", "n_blocks"] == 1


def test_the_clumped_word_reaches_one_and_the_even_word_zero():
    counts = pd.DataFrame({"block": [1, 1, 2, 3], "term": ["一", "二", "二", "二"], "n": [5, 4, 4, 4]})
    frame = count_dispersion(counts, sizes=pd.Series(10.0, index=[1, 2, 3])).set_index("term")
    assert frame.loc["一", "dp_norm"] == pytest.approx(1.0)
    assert frame.loc["二", "dp_norm"] == pytest.approx(0.0)


def test_a_block_without_the_vocabulary_counts():
    counts = pd.DataFrame({"block": [1, 2], "term": "一", "n": 5})
    frame = count_dispersion(counts, sizes=pd.Series([10, 10, 20], index=[1, 2, 3]))
    assert frame["dp"].iloc[0] == pytest.approx(0.5)
    assert np.isnan(count_dispersion(counts.iloc[:1])["dp"].iloc[0])
    with pytest.raises(InvalidInput, match=r"size above 0\. \[2\]"):
        count_dispersion(counts, sizes=pd.Series([10], index=[1]))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 60), min_size=8, max_size=40), st.integers(1, 3))
def test_blocks_keep_the_order_and_are_nearly_equal(chars, n_blocks):
    units = pd.DataFrame({"doc_id": "songling", "unit_id": [f"u{i}" for i in range(len(chars))], "n_chars": chars})
    block = split_blocks(units, n_blocks=n_blocks)
    assert block["block"].is_monotonic_increasing
    size = block.groupby("block")["n_chars"].sum()
    assert (abs(size - sum(chars) / n_blocks) <= max(chars)).all()


def test_more_blocks_than_units_are_refused():
    units = pd.DataFrame({"doc_id": "songling", "unit_id": ["u1", "u2"], "n_chars": 10})
    with pytest.raises(InvalidInput, match=r"each block needs a unit\. \['songling'\]"):
        split_blocks(units, n_blocks=3)
    with pytest.raises(InvalidInput, match="Invalid n_blocks 0"):
        split_blocks(units, n_blocks=0)
