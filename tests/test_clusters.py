"""Trees, partitions and families: found where they were planted, and nowhere else."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxzy_study.findings.calibrate_groups import APART, measure_families, measure_grouping
from cxzy_study.findings.clusters import SCALES, build_tree, cluster_groups, fit_multiscale
from cxzy_study.findings.distances import group_shares, measure_distances, resample_shares
from cxzy_study.findings.families import cluster_families, compare_families, draw_null
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.partitions import (
    NO_GROUPING,
    Scores,
    compare_partitions,
    find_grouping,
    list_partitions,
    score_partitions,
)
from cxzy_study.findings.simulate import plant_clusters, simulate_corpus
from cxzy_study.tables import InvalidInput


def corpus(partition, strength, *, n_paragraphs=20, seed=1):
    shares = plant_clusters(partition, strength=strength, seed=seed)
    return simulate_corpus(shares, n_paragraphs=n_paragraphs, seed=seed)


# ---- partitions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "bell"), [(0, 1), (1, 1), (2, 2), (3, 5), (4, 15), (5, 52), (6, 203), (8, 4140)])
def test_there_are_bells_number_of_partitions(n, bell):
    """OEIS A000110."""
    found = list(list_partitions(n))
    assert len(found) == len(set(found)) == bell


def test_scores_equal_a_loop_over_pairs():
    made = corpus((0, 0, 1, 1, 2), 1.0, n_paragraphs=6)
    marks = find_marks(made.codes, made.units, coder="settled")
    found = score_partitions(
        marks.tally, measure="jensen_shannon", n_permutations=5, n_resamples=50, rng=np.random.default_rng(0)
    )
    distances = measure_distances(group_shares(marks.tally))
    assert len(found.partitions) == 50
    for partition, score in zip(found.partitions, found.score, strict=True):
        within = [distances[i, j] for i, j in combinations(range(5), 2) if partition[i] == partition[j]]
        between = [distances[i, j] for i, j in combinations(range(5), 2) if partition[i] != partition[j]]
        assert score == pytest.approx(np.mean(between) - np.mean(within))


def test_the_planted_grouping_is_found():
    made = corpus((0, 0, 0, 1, 1), 2.5)
    table = compare_partitions(made.codes, made.units, coder="settled", n_permutations=300, n_resamples=100)
    assert len(table) == 52
    assert find_grouping(table) == "doc_0;doc_1;doc_2|doc_3;doc_4"
    assert table["supported"].sum() == 1
    assert table["chosen"].iloc[0] > 0.9
    assert table["chosen"].sum() == pytest.approx(1)
    assert table["z_spread"].iloc[:50].is_monotonic_decreasing
    assert table["score"].iloc[50:].isna().all()


def test_clusters_that_fall_apart_are_dissolved():
    """The best partition is a trio and a pair; the pair is no nearer to each other than to the trio."""
    partitions = [(0, 0, 0, 1, 1), (0, 0, 0, 1, 2)]
    ones = np.ones(2)

    def verdict(p, trio, pair):
        coherence = [{(0, 1, 2): trio, (3, 4): pair}, {(0, 1, 2): trio}]
        z = np.array([3.0, 2.0])
        return Scores(partitions, ones, z, z, np.array([0.01, 0.2]), np.array([p, 0.2]), ones, coherence).verdict()

    assert verdict(0.01, 1.0, 0.99) == (0, 0, 0, 1, 1)
    assert verdict(0.01, 1.0, 0.60) == (0, 0, 0, 1, 2)
    assert verdict(0.01, 0.60, 1.0) == (0, 1, 2, 3, 3)
    assert verdict(0.01, 0.60, 0.60) is None
    assert verdict(0.06, 1.0, 0.99) is None


def test_coherence_is_counted_by_resample():
    made = corpus((0, 0, 1, 2), 1.0, n_paragraphs=6)
    marks = find_marks(made.codes, made.units, coder="settled")
    options = {"measure": "jensen_shannon", "n_permutations": 5, "n_resamples": 40}
    found = score_partitions(marks.tally, rng=np.random.default_rng(0), **options)
    # The same numbers again: dealings, turns and then resamples are drawn in this order.
    rng = np.random.default_rng(0)
    rng.random((5, 24))
    rng.normal(size=(5, 3, 3))
    slow = [
        (d[0, 1] + d[0, 2] + d[1, 2]) / 3 < (d[0, 3] + d[1, 3] + d[2, 3]) / 3
        for d in measure_distances(resample_shares(marks.tally, n_resamples=40, rng=rng))
    ]
    assert found.coherence[found.partitions.index((0, 0, 0, 1))] == {(0, 1, 2): np.mean(slow)}


def test_samples_of_one_text_are_no_grouping():
    made = corpus(APART, 0.0)
    table = compare_partitions(made.codes, made.units, coder="settled", n_permutations=300, n_resamples=20)
    assert find_grouping(table) == NO_GROUPING
    assert table["null_same"].min() > 0.05


def test_partitions_do_not_depend_on_the_order_of_rows():
    made = corpus((0, 0, 1), 1.0, n_paragraphs=5)
    usual = compare_partitions(made.codes, made.units, coder="settled", n_permutations=50, n_resamples=10)
    mixed = compare_partitions(
        made.codes.sample(frac=1, random_state=1), made.units.sample(frac=1, random_state=1), coder="settled",
        n_permutations=50, n_resamples=10,
    )  # fmt: skip
    pd.testing.assert_frame_equal(usual, mixed)


def test_too_few_and_too_many_groups_are_refused():
    for n in (2, 9):
        made = corpus(range(n), 0.5, n_paragraphs=2)
        with pytest.raises(InvalidInput, match="3 to 8 that settled read"):
            compare_partitions(made.codes, made.units, coder="settled", n_permutations=2, n_resamples=2)
    with pytest.raises(InvalidInput, match="Invalid measure euclid"):
        compare_partitions(made.codes, made.units, coder="settled", measure="euclid")


def test_grouping_is_supported_about_as_often_as_it_should_be():
    planted = ((APART, 0.0, 0.0), (APART, 0.0, 0.7), ((0, 0, 0, 1, 1), 2.0, 0.0))
    table = measure_grouping(n_runs=30, planted=planted, n_permutations=99, n_resamples=40)
    # Binomial with 30 runs at 0.05: 6 or more have a chance of 0.3%.
    assert (table["supported"].iloc[:2] <= 5 / 30).all()
    assert table["supported"].iloc[2] > 0.5
    assert table["right"].iloc[2] > 0.4
    assert table["branch_95"].iloc[0] <= 5 / 30
    assert table["branch_95"].iloc[2] > 0.8
    assert table["branch_95_wrong"].iloc[2] <= 0.2


# ---- trees -----------------------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=10, max_size=10, unique=True))
def test_average_linkage_equals_joining_by_hand(values):
    n = 5
    distances = np.zeros((n, n))
    distances[np.triu_indices(n, 1)] = values
    distances += distances.T
    parts = [frozenset([i]) for i in range(n)]
    slow = []
    while len(parts) > 1:
        mean = {(a, b): np.mean([distances[i, j] for i in a for j in b]) for a, b in combinations(parts, 2)}
        a, b = min(mean, key=mean.get)
        slow.append((a | b, mean[a, b]))
        parts = [p for p in parts if p not in (a, b)] + [a | b]
    found = build_tree(distances, linkage="average")
    assert [height for *_, height in found] == pytest.approx([height for _, height in slow])
    if len({height for _, height in slow}) == len(slow):
        assert [a | b for a, b, _ in found] == [members for members, _ in slow]


def test_a_planted_tree_has_support_and_noise_has_none():
    made = corpus((0, 0, 0, 1, 1), 2.0)
    tree = cluster_groups(made.codes, made.units, coder="settled", n_resamples=100).set_index("members")
    assert tree.loc["doc_0;doc_1;doc_2", "support"] > 0.95
    assert tree.loc["doc_3;doc_4", "support"] > 0.95
    assert np.isnan(tree["support"].iloc[-1])
    assert tree.index[-1] == ";".join(f"doc_{i}" for i in range(5))
    assert tree["height"].is_monotonic_increasing
    noise = corpus(APART, 0.0)
    assert cluster_groups(noise.codes, noise.units, coder="settled", n_resamples=100)["support"].max() < 0.95


def test_the_multiscale_fit_gives_back_the_curve():
    """Supports made from v and c: AU is 1 - Φ(v - c), and plain support at scale 1 is 1 - Φ(v + c)."""
    v, c = -1.2, 0.4
    r = np.array(SCALES)
    support = stats.norm.sf(v * np.sqrt(r) + c / np.sqrt(r))
    assert fit_multiscale(support, n_resamples=1000) == pytest.approx(stats.norm.sf(v - c), abs=1e-6)
    assert fit_multiscale(np.ones(10), n_resamples=1000) == 1.0


def test_tree_refusals():
    made = corpus((0, 1), 1.0, n_paragraphs=3)
    with pytest.raises(InvalidInput, match="Invalid linkage ward"):
        cluster_groups(made.codes, made.units, coder="settled", linkage="ward")
    with pytest.raises(InvalidInput, match="a tree needs three"):
        cluster_groups(made.codes, made.units, coder="settled")


# ---- families --------------------------------------------------------------------------------------------------------


def items(strength: float, *, n: int = 60, seed: int = 1) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    family = np.arange(n) % 3
    logit = rng.uniform(-2.5, -0.5, 20) + rng.normal(0, strength, (3, 20))[family]
    values = (rng.random((n, 20)) < 1 / (1 + np.exp(-logit))).astype(int)
    values[values.sum(axis=1) == 0, 0] = 1
    return pd.DataFrame(values, index=[f"p{i:02d}" for i in range(n)], columns=[f"f{i}" for i in range(20)]), family


def test_families_are_found_and_named():
    features, family = items(4.0)
    table = compare_families(features, k=(2, 3), methods=("average", "ward"), n_resamples=25, n_null=39)
    assert table.loc[table["k"] == 3, "supported"].any()
    found = cluster_families(features, k=3, method="ward", n_resamples=40).set_index("item").loc[features.index]
    table = pd.crosstab(found["family"], family).to_numpy()
    assert table.max(axis=0).sum() >= 57
    assert found.groupby("family")["exemplar"].sum().eq(1).all()
    assert found["family"].value_counts().loc[[1, 2, 3]].is_monotonic_decreasing
    first = found.index[found["family"] == 1]
    ahead = (features.loc[first].mean() - features.mean()).idxmax()
    assert found.loc[first[0], "marks"].split(";")[0] == ahead


def test_kmeans_finds_the_planted_families():
    features, family = items(4.0)
    found = cluster_families(features, k=3, method="kmeans", n_resamples=20).set_index("item").loc[features.index]
    assert pd.crosstab(found["family"], family).to_numpy().max(axis=0).sum() >= 57


def test_the_null_keeps_frequencies_and_associations():
    rng = np.random.default_rng(0)
    base = rng.random((4000, 1)) < 0.4
    values = np.hstack([base ^ (rng.random((4000, 2)) < 0.2), rng.random((4000, 2)) < 0.3, np.ones((4000, 1))])
    drawn = draw_null(values.astype(float), rng=np.random.default_rng(1))
    np.testing.assert_allclose(drawn.mean(axis=0), values.mean(axis=0), atol=0.03)
    np.testing.assert_allclose(np.corrcoef(drawn[:, :4].T), np.corrcoef(values[:, :4].T), atol=0.06)
    assert (drawn.sum(axis=1) > 0).all()


def test_noise_has_no_families_and_seeds_are_kept():
    table = measure_families(n_runs=4, n_items=30, strengths=(0.0,), methods=("ward",), n_resamples=10, n_null=19)
    assert table["supported"].iloc[0] <= 0.5
    features, _ = items(0.0, n=20)
    once = compare_families(features, k=(2,), methods=("kmeans",), n_resamples=5, n_null=5, seed=3)
    pd.testing.assert_frame_equal(
        once, compare_families(features, k=(2,), methods=("kmeans",), n_resamples=5, n_null=5, seed=3)
    )


@pytest.mark.parametrize(
    ("spoil", "options", "culprit"),
    [
        (lambda f: f.iloc[:9], {}, "ten items"),
        (lambda f: f.assign(f3=2), {}, r"0 or 1\. \['f3'\]"),
        (lambda f: f.mul(f.index != "p04", axis=0), {}, r"must have one\. \['p04'\]"),
        (lambda f: f, {"k": 1}, "Invalid k 1"),
        (lambda f: f, {"k": 31}, "Invalid k 31"),
        (lambda f: f, {"method": "dbscan"}, "Invalid method dbscan"),
    ],
)
def test_bad_features_are_refused(spoil, options, culprit):
    with pytest.raises(InvalidInput, match=culprit):
        cluster_families(spoil(items(1.0)[0]), **({"k": 2} | options))
