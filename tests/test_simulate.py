"""The generator plants what it says, and coverage is measured as by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxzy_study.findings.calibrate import measure_coverage, spread_over_runs
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.simulate import (
    MEDIAN_CHARS,
    PARAGRAPH_SIZES,
    PLANTED_SHARES,
    draw_marks,
    plant_clusters,
    simulate_corpus,
)
from cxzy_study.tables import THEMES, InvalidInput, check_table


def test_a_simulated_corpus_is_made_of_sound_tables():
    made = simulate_corpus([PLANTED_SHARES] * 2, n_paragraphs=(4, 7), seed=1)
    check_table(made.units, "units")
    check_table(made.codes, "codes")
    assert made.units.groupby("doc_id")["paragraph"].max().tolist() == [4, 7]
    assert len(made.groups) == len(made.units)
    assert set(map(tuple, made.codes[["doc_id", "unit_id"]].to_numpy())) == set(
        map(tuple, made.units[["doc_id", "unit_id"]].to_numpy())
    )
    bare = made.codes.groupby(["doc_id", "unit_id"])["theme"].agg(set)
    assert all(themes == {"none"} or "none" not in themes for themes in bare)


def test_one_document_has_arenas_that_share_no_paragraph():
    made = simulate_corpus([PLANTED_SHARES] * 3, n_paragraphs=5, one_document=True, seed=2)
    assert made.units["doc_id"].unique().tolist() == ["doc_0"]
    merged = made.units.merge(made.groups, on=["doc_id", "unit_id"])
    assert merged.groupby("paragraph")["group"].nunique().eq(1).all()
    assert merged["paragraph"].max() == 15


def test_the_same_seed_gives_the_same_corpus():
    one, two, other = (simulate_corpus([PLANTED_SHARES], n_paragraphs=9, seed=s) for s in (5, 5, 6))
    pd.testing.assert_frame_equal(one.codes, two.codes)
    assert len(one.codes) != len(other.codes) or not one.codes.equals(other.codes)


def test_shares_are_as_planted():
    made = simulate_corpus([PLANTED_SHARES], n_paragraphs=4000, icc=0.1, seed=3)
    marks = find_marks(made.codes, made.units, coder="settled")
    np.testing.assert_allclose(marks.values.mean(axis=0), PLANTED_SHARES, atol=0.015)
    np.testing.assert_allclose(made.truth["share"], PLANTED_SHARES, atol=1e-12)
    sizes = np.bincount(marks.blocks)
    assert set(sizes) <= set(PARAGRAPH_SIZES)
    assert np.median(marks.sentences["n_chars"]) == pytest.approx(MEDIAN_CHARS, rel=0.03)


def test_truth_is_the_mean_over_lengths():
    made = simulate_corpus([PLANTED_SHARES], n_paragraphs=6000, icc=0.0, length_slope=1.0, seed=4)
    marks = find_marks(made.codes, made.units, coder="settled")
    np.testing.assert_allclose(marks.values.mean(axis=0), made.truth["share"], atol=0.012)
    long = marks.sentences["n_chars"].to_numpy() > 100
    assert marks.values[long].sum(axis=1).mean() > 1.5 * marks.values[~long].sum(axis=1).mean()


@pytest.mark.parametrize(("icc", "persistence"), [(0.0, 0.0), (0.3, 0.0), (0.3, 0.6)])
def test_correlations_are_as_planted(icc, persistence):
    """Pairs of sentences of one paragraph, and of adjacent paragraphs, of three sentences each."""
    blocks = np.repeat(np.arange(30_000), 3)
    chance = np.full((90_000, 2), 0.3)
    marks = draw_marks(chance, blocks, icc=icc, persistence=persistence, rng=np.random.default_rng(1))
    cells = marks[:, 0].reshape(-1, 3)
    assert np.corrcoef(cells[:, 0], cells[:, 1])[0, 1] == pytest.approx(icc, abs=0.02)
    assert np.corrcoef(cells[:-1, 2], cells[1:, 0])[0, 1] == pytest.approx(icc * persistence, abs=0.02)
    assert np.corrcoef(marks[:, 0], marks[:, 1])[0, 1] == pytest.approx(0, abs=0.02)
    assert marks.mean() == pytest.approx(0.3, abs=0.01)


def test_no_sentences_no_marks():
    empty = np.zeros((0, 17))
    assert draw_marks(empty, np.zeros(0, dtype=int), icc=0.1, rng=np.random.default_rng(0)).shape == (0, 17)


def test_clusters_are_planted():
    shares = plant_clusters((0, 1, 0, 2), strength=1.0, seed=1)
    assert (shares[0] == shares[2]).all()
    assert (shares[0] != shares[1]).all()
    np.testing.assert_allclose(plant_clusters((0, 1), strength=0.0), [PLANTED_SHARES] * 2)
    logit = np.log(shares / (1 - shares)) - np.log(np.array(PLANTED_SHARES) / (1 - np.array(PLANTED_SHARES)))
    many = plant_clusters(range(200), strength=0.7)
    spread = np.log(many / (1 - many)).std(axis=0)
    np.testing.assert_allclose(spread, 0.7, rtol=0.25)
    assert np.abs(logit).max() < 5


@pytest.mark.parametrize(
    ("shares", "options", "culprit"),
    [
        ([[0.1] * 16], {}, "17 probabilities"),
        ([[1.5] * 17], {}, "17 probabilities"),
        ([PLANTED_SHARES], {"icc": 1.2}, "Invalid icc 1.2"),
        ([PLANTED_SHARES], {"persistence": -1}, "Invalid persistence -1"),
    ],
)
def test_impossible_plants_are_refused(shares, options, culprit):
    with pytest.raises(InvalidInput, match=culprit):
        simulate_corpus(shares, n_paragraphs=3, **options)


def test_shares_of_zero_and_one_are_kept():
    made = simulate_corpus([[0.0] * 16 + [1.0]], n_paragraphs=3, length_slope=1.0, seed=1)
    assert set(made.codes["theme"]) == {THEMES[-1]}
    assert len(made.codes) == len(made.units)


def test_coverage_of_what_must_hold_and_what_cannot():
    """A share of 0 lies in every Wilson interval; no bootstrap is made for it."""
    table = measure_coverage(n_runs=20, n_blocks=(4,), icc=(0.0,), shares=(0.0,), methods=("wilson", "bootstrap_bca"))
    table = table.set_index("method")
    assert table.loc["wilson", ["coverage", "made"]].tolist() == [1.0, 1.0]
    assert table.loc["bootstrap_bca", ["coverage", "made"]].tolist() == [0.0, 0.0]
    assert np.isnan(table.loc["bootstrap_bca", "width"])


def test_independent_sentences_are_covered_at_the_exact_rate():
    """Of n sentences with share ½ the rate at which Wilson's interval holds ½ is a sum of binomial terms."""
    from scipy import stats

    from cxzy_study.findings.intervals import wilson

    rng = np.random.default_rng([0, 6, 0])
    sizes = [rng.choice(PARAGRAPH_SIZES, 6).sum() for _ in range(2000)]
    exact = []
    for n in np.unique(sizes):
        low, high = wilson(np.arange(n + 1) / n, int(n))
        held = (low <= 0.5) & (high >= 0.5)
        exact.append((np.mean(np.equal(sizes, n)), stats.binom.pmf(np.arange(n + 1), n, 0.5) @ held))
    expected = sum(w * c for w, c in exact)
    table = measure_coverage(n_runs=400, n_blocks=(6,), icc=(0.0,), shares=(0.5,) * 5, methods=("wilson",))
    assert table["coverage"].iloc[0] == pytest.approx(expected, abs=0.02)
    assert table["se"].iloc[0] == pytest.approx(np.sqrt(expected * (1 - expected) / 2000), rel=0.4)


def test_paragraphs_that_follow_each_other_cost_coverage():
    settled = {"n_runs": 150, "n_blocks": (24,), "icc": (0.3,), "methods": ("wilson_deff",)}
    alone = measure_coverage(**settled)["coverage"].iloc[0]
    following = measure_coverage(persistence=0.8, **settled)["coverage"].iloc[0]
    assert following < alone - 0.03


def test_spread_over_runs():
    answers = np.array([[0.0, 1.0], [1.0, 1.0]])
    assert spread_over_runs(answers) == pytest.approx(np.std([0.5, 1.0], ddof=1) / np.sqrt(2))
    assert np.isnan(spread_over_runs(np.array([[1.0]])))
