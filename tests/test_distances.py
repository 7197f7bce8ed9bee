"""Distances of profiles, and what chance gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import distance as scipy_distance

from cxzy_study.findings.calibrate import measure_distances_held
from cxzy_study.findings.distances import (
    MEASURES,
    WITH_INTERVAL,
    compare_profiles,
    group_shares,
    measure_distances,
    resample_shares,
)
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.simulate import plant_clusters, simulate_corpus
from cxzy_study.tables import InvalidInput

rows = st.lists(st.floats(0, 1).map(lambda x: round(x, 6)), min_size=17, max_size=17)

SLOW = {
    "jensen_shannon": lambda p, q: np.mean([
        scipy_distance.jensenshannon([a, 1 - a], [b, 1 - b], base=2) ** 2 for a, b in zip(p, q, strict=True)
    ]),
    "hellinger": lambda p, q: np.mean([
        0.5 * ((np.sqrt(a) - np.sqrt(b)) ** 2 + (np.sqrt(1 - a) - np.sqrt(1 - b)) ** 2)
        for a, b in zip(p, q, strict=True)
    ]),
    "cosine": scipy_distance.cosine,
    "bray_curtis": scipy_distance.braycurtis,
}  # fmt: skip
"""Each distance as scipy or the textbook has it, theme by theme."""


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=40, deadline=None)
@given(rows.filter(lambda p: max(p) > 0.01), rows.filter(lambda q: max(q) > 0.01))
def test_distances_equal_the_textbook(measure, p, q):
    found = measure_distances(np.array([p, q]), measure=measure)
    assert found[0, 1] == pytest.approx(SLOW[measure](np.array(p), np.array(q)), abs=1e-7)


@pytest.mark.parametrize("measure", MEASURES)
@settings(max_examples=30, deadline=None)
@given(st.lists(rows, min_size=2, max_size=4))
def test_distances_are_symmetric_bounded_and_zero_for_equals(measure, shares):
    found = measure_distances(np.array([*shares, shares[0]]), measure=measure)
    np.testing.assert_allclose(found, found.T)
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()
    assert found[0, -1] == 0
    assert (np.diagonal(found) == 0).all()


def test_nothing_against_something():
    shares = np.array([np.zeros(17), np.zeros(17), np.full(17, 0.5)])
    for measure in MEASURES:
        found = measure_distances(shares, measure=measure)
        assert found[0, 1] == 0
        assert found[0, 2] > 0.1


def corpus(strength: float, *, n_paragraphs=(11, 15, 24), seed: int = 1):
    shares = plant_clusters(range(len(n_paragraphs)), strength=strength, seed=seed)
    return simulate_corpus(shares, n_paragraphs=n_paragraphs, seed=seed)


def test_equal_groups_have_no_excess_and_different_ones_do():
    same, apart = corpus(0.0), corpus(2.0)
    for measure in MEASURES:
        a = compare_profiles(same.codes, same.units, coder="settled", measure=measure, n_permutations=300)
        b = compare_profiles(apart.codes, apart.units, coder="settled", measure=measure, n_permutations=300)
        assert (a["distance"] > 0).all()  # never 0, of two samples of one text either
        assert (a["excess"].abs() < a["chance"]).all()
        assert (b["distance"] > b["chance_high"]).all()
        if measure in WITH_INTERVAL:
            assert (a["low"] == 0).all()
            assert (b["low"] > 0).sum() >= 2
        else:
            assert b[["low", "high"]].isna().all(axis=None)


def test_chance_equals_the_mean_over_every_dealing():
    """Five paragraphs, two against three: ten dealings, all of them written out."""
    from itertools import combinations

    made = corpus(0.8, n_paragraphs=(2, 3))
    marks = find_marks(made.codes, made.units, coder="settled")
    marked, sizes = marks.by_block()
    every = []
    for chosen in combinations(range(5), 2):
        one = np.isin(np.arange(5), chosen)
        shares = np.array([marked[m].sum(axis=0) / sizes[m].sum() for m in (one, ~one)])
        every.append(measure_distances(shares)[0, 1])
    found = compare_profiles(made.codes, made.units, coder="settled", n_permutations=20_000)
    assert found["chance"].iloc[0] == pytest.approx(np.mean(every), rel=0.01)
    assert found["distance"].iloc[0] == pytest.approx(measure_distances(group_shares(marks.tally))[0, 1])


def test_pairs_do_not_depend_on_other_groups_or_on_the_order_of_rows():
    made = corpus(0.5)
    usual = compare_profiles(made.codes, made.units, coder="settled", n_permutations=50, n_resamples=50)
    mixed = compare_profiles(
        made.codes.sample(frac=1, random_state=1), made.units.sample(frac=1, random_state=2), coder="settled",
        n_permutations=50, n_resamples=50,
    )  # fmt: skip
    pd.testing.assert_frame_equal(usual, mixed)
    two = made.units[made.units["doc_id"] != "doc_2"]
    fewer = compare_profiles(
        made.codes[made.codes["doc_id"] != "doc_2"], two, coder="settled", n_permutations=50, n_resamples=50
    )
    pd.testing.assert_frame_equal(usual.iloc[:1], fewer)
    other = compare_profiles(made.codes, made.units, coder="settled", n_permutations=50, n_resamples=50, seed=1)
    assert (usual["chance"] != other["chance"]).all()


def test_one_paragraph_has_no_interval():
    made = corpus(0.5, n_paragraphs=(1, 6))
    row = compare_profiles(made.codes, made.units, coder="settled", n_permutations=50, n_resamples=50).iloc[0]
    assert np.isnan(row["low"])
    assert row["chance"] > 0


def test_resamples_keep_the_shares_on_average_and_scale_in_size():
    made = corpus(0.5)
    marks = find_marks(made.codes, made.units, coder="settled")
    rng = np.random.default_rng(0)
    drawn = resample_shares(marks.tally, n_resamples=4000, rng=rng)
    np.testing.assert_allclose(drawn.mean(axis=0), group_shares(marks.tally), atol=0.01)
    half = resample_shares(marks.tally, n_resamples=4000, rng=rng, scale=0.5)
    varies = drawn.var(axis=0)[2] > 0
    ratio = half.var(axis=0)[2][varies] / drawn.var(axis=0)[2][varies]
    assert ratio.mean() == pytest.approx(2.0, rel=0.15)


def test_refusals():
    made = corpus(0.5)
    with pytest.raises(InvalidInput, match="Invalid measure manhattan"):
        compare_profiles(made.codes, made.units, coder="settled", measure="manhattan")
    with pytest.raises(InvalidInput, match="Invalid measure manhattan"):
        measure_distances(np.zeros((2, 17)), measure="manhattan")
    one = made.units["doc_id"] == "doc_0"
    with pytest.raises(InvalidInput, match=r"two that settled read are needed\. \['doc_0'\]"):
        compare_profiles(made.codes[made.codes["doc_id"] == "doc_0"], made.units[one], coder="settled")


def test_intervals_of_excess_hold_the_planted_distance():
    blocks = ((5, 5), (11, 15))
    table = measure_distances_held(n_runs=40, n_blocks=blocks, strengths=(0.0, 1.0), n_resamples=100, seed=3)
    table = table.set_index(["measure", "strength"]).sort_index()
    for measure in WITH_INTERVAL:
        assert (table.loc[measure, "coverage"] >= 0.90).all()
        assert (table.loc[(measure, 0.0), "beyond_chance"] <= 0.20).all()
        assert table.loc[(measure, 1.0), "beyond_chance"].max() > 0.80
        null = table.loc[(measure, 0.0)]
        assert (null["excess"].abs() < 0.1 * null["distance"]).all()
    assert table.loc["cosine", "coverage"].isna().all()
