"""What is computed all at once equals what a slow, obvious loop gives."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy.cluster.hierarchy import fcluster
from scipy.cluster.hierarchy import linkage as link
from scipy.spatial.distance import pdist
from scipy.special import expit, xlogy

from cxzy_study.findings.calibrate_passages import draw_presence
from cxzy_study.findings.clusters import LINKAGES, build_tree, count_support, join_all
from cxzy_study.findings.consensus import METHODS, count_consensus, cut_tree
from cxzy_study.findings.contrasts import _step_down, _tail
from cxzy_study.findings.cooccurrence import count_cells, pool_odds
from cxzy_study.findings.correspondence import analyse_table, place_groups
from cxzy_study.findings.distances import MEASURES, group_shares, measure_distances, resample_shares
from cxzy_study.findings.estimates import correct_shares, draw_sample, estimate_shares, pick_rows
from cxzy_study.findings.families import compare_families
from cxzy_study.findings.lengths import adjust_for_length, adjust_marks, fit_firth
from cxzy_study.findings.marks import Marks, find_marks
from cxzy_study.findings.passages import sort_passages
from cxzy_study.findings.reinert import classify_passages
from cxzy_study.findings.shares import count_character_shares, weigh_characters
from cxzy_study.findings.simulate import (
    PLANTED_SHARES,
    mark_table,
    plant_clusters,
    planted_truth,
    simulate_corpus,
    simulate_marks,
)
from cxzy_study.tables import THEMES

CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def marks_of(made) -> Marks:
    return find_marks(made.codes, made.units, coder="settled")


@pytest.fixture(scope="module")
def made():
    shares = plant_clusters((0, 1, 2, 3), strength=0.8, seed=5)
    return simulate_corpus(shares, n_paragraphs=(11, 7, 15, 9), length_slope=0.8, seed=5)


# ---- marks as arrays -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n_groups", [3, 12])
def test_marks_drawn_at_once_are_those_of_the_tables(n_groups):
    """With twelve documents doc_10 stands before doc_2."""
    shares = plant_clusters(range(n_groups), strength=0.5, seed=2)
    options = {"n_paragraphs": 4, "icc": 0.2, "length_slope": 0.8, "seed": 7}
    slow_corpus = simulate_corpus(shares, **options)
    slow, fast = marks_of(slow_corpus), simulate_marks(shares, **options)
    assert fast.groups == slow.groups
    np.testing.assert_array_equal(fast.values, slow.values)
    np.testing.assert_array_equal(fast.blocks, slow.blocks)
    for name in ("paragraph", "n_chars"):
        assert fast.sentences[name].tolist() == slow.sentences[name].tolist()
    assert fast.sentences["group"].tolist() == slow.sentences["group"].tolist()
    for one, two in zip(planted_truth(shares, length_slope=0.8), ("share", "of_characters"), strict=True):
        np.testing.assert_allclose(one.ravel(), slow_corpus.truth[two], **CLOSE)


def test_blocks_are_what_each_group_has(made):
    marks = marks_of(made)
    marked, sizes = marks.tally.sums()
    for g, group in enumerate(marks.groups):
        slow_marked, slow_sizes = marks.of(group).by_block()
        np.testing.assert_array_equal(marks.tally.of(g)[0], slow_marked)
        np.testing.assert_array_equal(marks.tally.of(g)[1], slow_sizes)
        np.testing.assert_array_equal(marked[g], slow_marked.sum(axis=0))
        assert sizes[g] == slow_sizes.sum()
        np.testing.assert_allclose(group_shares(marks.tally)[g], marks.of(group).values.mean(axis=0), **CLOSE)


# ---- distances and trees ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", list(MEASURES))
def test_all_pairs_at_once_are_each_pair(measure):
    shares = np.random.default_rng(0).random((3, 4, 17))
    shares[0, 1], shares[1, 2], shares[2, 3] = 0.0, shares[1, 0], 1.0
    found = measure_distances(shares, measure=measure)
    for table, distances in zip(shares, found, strict=True):
        for i, j in combinations(range(4), 2):
            assert distances[i, j] == distances[j, i] == pytest.approx(max(MEASURES[measure](table[i], table[j]), 0.0), rel=1e-9, abs=1e-12)
    if measure == "jensen_shannon":
        p, q = shares[0, 0], shares[0, 1]
        entropy = [-(xlogy(x, x) + xlogy(1 - x, 1 - x)) / np.log(2) for x in ((p + q) / 2, p, q)]
        assert found[0, 0, 1] == pytest.approx((entropy[0] - (entropy[1] + entropy[2]) / 2).mean(), rel=1e-9)


@pytest.mark.parametrize("linkage", LINKAGES)
@pytest.mark.parametrize("n", [3, 5, 8])
def test_trees_built_at_once_are_scipys(linkage, n):
    distances = np.random.default_rng(n).random((60, n, n))
    distances = np.triu(distances, 1) + np.swapaxes(np.triu(distances, 1), 1, 2)
    for one, branches in zip(distances, join_all(distances, linkage=linkage), strict=True):
        assert {frozenset(i for i in range(n) if b >> i & 1) for b in branches.tolist()} == {
            a | b for a, b, _ in build_tree(one, linkage=linkage)
        }
        assert branches[-1] == 2**n - 1


def test_support_is_counted_tree_by_tree(made, monkeypatch):
    blocks = marks_of(made).tally
    branches = [frozenset({0, 1}), frozenset({2, 3}), frozenset({0, 1, 2})]
    options = {"measure": "jensen_shannon", "linkage": "average", "n_resamples": 60}
    fast = count_support(blocks, branches, rng=np.random.default_rng(1), **options)
    rng = np.random.default_rng(1)
    for s, scale in enumerate((0.5, 0.6, 0.7)):
        drawn = measure_distances(resample_shares(blocks, n_resamples=60, rng=rng, scale=scale))
        trees = [{a | b for a, b, _ in build_tree(d, linkage="average")} for d in drawn]
        assert fast[:, s].tolist() == pytest.approx([np.mean([b in t for t in trees]) for b in branches])
    # Of more groups than an integer has bits trees are built one by one.
    monkeypatch.setattr("cxzy_study.findings.clusters.MOST_AT_ONCE", 2)
    np.testing.assert_allclose(count_support(blocks, branches, rng=np.random.default_rng(1), **options), fast)


# ---- permutations ----------------------------------------------------------------------------------------------------


def test_tails_and_steps_equal_counting():
    rng = np.random.default_rng(3)
    difference = rng.integers(-9, 9, (7, 60)) / 8 + rng.normal(0, 1e-14, (7, 60))  # many ties, but for the last bits
    size = np.round(np.abs(difference), 9)
    slow = np.array([[(row >= value).sum() for value in row] for row in size])
    np.testing.assert_array_equal(_tail(difference), slow)
    order = np.argsort(slow[:, 0], kind="stable")
    adjusted, largest = np.empty(7), 0.0
    for place, row in enumerate(order):
        least = slow[order[place:]].min(axis=0)
        largest = max(largest, (least <= slow[row, 0]).mean())
        adjusted[row] = largest
    np.testing.assert_allclose(_step_down(slow), adjusted, **CLOSE)


# ---- consensus -------------------------------------------------------------------------------------------------------


def kmeans_one(values: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Lloyd's k-means, the best of three k-means++ starts, start by start."""
    best, least = np.zeros(len(values), dtype=int), np.inf
    for _ in range(3):
        centres = values[[rng.integers(len(values))]]
        near = np.full(len(values), np.inf)
        while len(centres) < k:
            near = np.minimum(near, ((values - centres[-1]) ** 2).sum(axis=1))
            grown = np.cumsum(near if near.any() else np.ones(len(values)))
            centres = np.concatenate([centres, values[[int(np.searchsorted(grown, rng.random() * grown[-1], side="right"))]]])
        labels = np.full(len(values), -1)
        for _ in range(50):
            squares = (centres**2).sum(axis=1) - 2 * values @ centres.T
            moved = squares.argmin(axis=1)
            if (moved == labels).all():
                break
            labels = moved
            centres = np.array([values[labels == c].mean(axis=0) if (labels == c).any() else centres[c] for c in range(k)])
        within = squares[np.arange(len(values)), labels].sum()
        if within < least:
            best, least = labels, within
    return best


@pytest.mark.parametrize("method", METHODS)
def test_consensus_equals_single_clusterings(method):
    rng = np.random.default_rng(4)
    # So many features that no two centres are equally near: of those the rounding would choose.
    values = (rng.random((40, 30)) < rng.uniform(0.1, 0.5, 30)).astype(float)
    values[values.sum(axis=1) == 0, 0] = 1
    k = (2, 3, 5)
    fast = count_consensus(values, method, k, 12, np.random.default_rng(9))
    slow, drawn, rng = np.zeros((len(k), 40, 40)), np.zeros((40, 40)), np.random.default_rng(9)
    for _ in range(12):
        at = np.sort(rng.permutation(40)[:32])
        for place, groups in enumerate(k):
            if method == "kmeans":
                labels = kmeans_one(values[at], groups, rng)
            else:
                tree = link(pdist(values[at], "jaccard" if method == "average" else "euclidean"), method=method)
                labels = fcluster(tree, groups, criterion="maxclust")
            for i, one in enumerate(at):
                slow[place][one, at] += labels[i] == labels
        drawn[np.ix_(at, at)] += 1
    slow = np.divide(slow, drawn, out=np.zeros_like(slow), where=drawn > 0)
    slow[:, np.arange(40), np.arange(40)] = 1.0
    np.testing.assert_allclose(fast, slow, **CLOSE)


def test_trees_are_cut_as_scipy_cuts_them_ties_and_all():
    rng = np.random.default_rng(0)
    for n in (4, 9, 30):
        tree = link(rng.integers(0, 3, (n, 2)).astype(float), method="average")  # many distances are equal
        for k in range(1, n + 1):
            mine, scipys = cut_tree(tree, k), fcluster(tree, k, criterion="maxclust")
            assert len(set(zip(mine.tolist(), scipys.tolist(), strict=True))) == len(set(mine)) == len(set(scipys))


def test_pac_is_the_rise_of_the_distribution_of_consensus():
    """Şenbabaoğlu and others 2014: PAC = CDF(0.9) - CDF(0.1) of the consensus of all pairs; one at 0.9 is not ambiguous."""
    rng = np.random.default_rng(1)
    values = (rng.random((20, 6)) < 0.4).astype(float)
    values[values.sum(axis=1) == 0, 0] = 1
    table = compare_families(pd.DataFrame(values), k=(2, 3), methods=("ward",), n_resamples=17, n_null=2, seed=5)
    consensus = count_consensus(values, "ward", (2, 3), 17, np.random.default_rng(5))
    for pac, matrix in zip(table["pac"], consensus, strict=True):
        pairs = np.sort(matrix[np.triu_indices(20, 1)])
        rise = np.searchsorted(pairs, 0.9, side="left") - np.searchsorted(pairs, 0.1, side="right")
        assert 0 < pac < 1
        assert pac == pytest.approx(rise / len(pairs))


def test_all_numbers_of_classes_at_once_are_each_by_itself():
    rng = np.random.default_rng(2)
    values = draw_presence(np.arange(50) % 3, n_terms=40, strength=1.5, rng=rng)
    values = values[values.sum(axis=1) > 0]
    both = sort_passages(values, ("reinert", "spectral", "hdbscan"), (2, 3, 4))
    alone = [sort_passages(values, [m], [k])[0] for m in ("reinert", "spectral") for k in (2, 3, 4)]
    for one, two in zip(both, [*alone, *sort_passages(values, ["hdbscan"], [9])], strict=True):
        np.testing.assert_array_equal(one, two)
    for k, labels in zip((2, 3, 4), both, strict=False):
        classes = classify_passages(pd.DataFrame(values), k=k)["class"].fillna(0).to_numpy(dtype=int)
        np.testing.assert_array_equal(labels, classes - 1)


# ---- pairs -----------------------------------------------------------------------------------------------------------


def pool_one(cells: np.ndarray) -> tuple[float, float]:
    """Mantel and Haenszel's odds ratio and the variance of Robins, Breslow and Greenland, table by table."""
    rows = [c for c in cells if c[0] + c[1] and c[2] + c[3] and c[0] + c[2] and c[1] + c[3]]
    if not rows:
        return np.nan, np.nan
    total = sum(sum(c) for c in rows)
    if not sum(c[0] * c[3] for c in rows) or not sum(c[1] * c[2] for c in rows):
        rows = [[x + sum(c) / total / 2 for x in c] for c in rows]
    r, s, pr, mixed, qs = 0.0, 0.0, 0.0, 0.0, 0.0
    for a, b, c, d in rows:
        n = a + b + c + d
        p, q, ad, bc = (a + d) / n, (b + c) / n, a * d / n, b * c / n
        r, s, pr, qs = r + ad, s + bc, pr + p * ad, qs + q * bc
        mixed += p * bc + q * ad
    return np.log(r / s), np.sqrt(pr / (2 * r**2) + mixed / (2 * r * s) + qs / (2 * s**2))


def test_odds_pooled_at_once_are_those_pooled_one_by_one():
    cells = np.random.default_rng(0).integers(0, 6, (200, 3, 4)).astype(float)
    cells[0], cells[1, :, 0], cells[2, :, 1] = 0, 0, 0
    log_odds, se = pool_odds(cells)
    slow = np.array([pool_one(c) for c in cells.tolist()])
    assert np.isnan(slow[0]).all()
    np.testing.assert_allclose(np.stack([log_odds, se], axis=1), slow, **CLOSE)


def test_cells_are_counted_by_group_and_length(made):
    marks = marks_of(made)
    rank = marks.sentences.groupby("group")["n_chars"].rank(method="average", pct=True)
    stratum = marks.member * 3 + np.minimum(np.ceil(rank * 3) - 1, 2)
    cells = count_cells(marks, n_length_classes=3)
    for place, s in enumerate(sorted(set(stratum))):
        own = marks.values[stratum == s]
        for i, j in ((0, 1), (3, 9), (16, 2)):
            a, b = own[:, i], own[:, j]
            assert cells[place, :, i, j].tolist() == [(a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum()]


# ---- map -------------------------------------------------------------------------------------------------------------


def test_places_without_each_paragraph_equal_an_analysis_each(made):
    """One group has its marks in one paragraph only, so that leaving it out empties a row of the table."""
    codes = made.codes[(made.codes["doc_id"] != "doc_1") | (made.codes["unit_id"] == "u0001") | (made.codes["theme"] == "none")]
    lost = made.units[["doc_id", "unit_id"]].merge(codes[["doc_id", "unit_id"]].drop_duplicates(), how="left", indicator=True)
    lost = lost.loc[lost["_merge"] == "left_only", ["doc_id", "unit_id"]].assign(theme="none", coder="settled", value=1)
    for own in (made.codes, pd.concat([codes, lost])):
        marks = find_marks(own, made.units, coder="settled")
        found = place_groups(marks.tally)
        for g, group in enumerate(found.groups):
            blocks = marks.of(group).by_block()[0][:, found.used].astype(float)
            blocks = blocks[blocks.sum(axis=1) > 0]
            places = []
            for block in blocks:
                rest = found.table.copy()
                rest[g] -= block
                held = rest.sum(axis=0) > 0
                one = analyse_table(rest[rest.sum(axis=1) > 0][:, held])
                standard = np.zeros((len(held), len(one.inertia)))
                standard[held] = one.columns / np.sqrt(one.inertia)
                target = found.whole.columns / np.sqrt(found.whole.inertia)
                u, _, v = np.linalg.svd((standard * found.whole.column_mass[:, None]).T @ target, full_matrices=False)
                places.append((block @ (standard @ u @ v) / block.sum())[:2])
            weight = blocks.sum(axis=1) / blocks.sum()
            np.testing.assert_allclose(found.centre[g], weight @ np.array(places), rtol=1e-8, atol=1e-9)


# ---- weighted shares -------------------------------------------------------------------------------------------------


def firth_one(design, outcome):
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        chance = expit(design @ beta)
        weighted = design * (chance * (1 - chance))[:, None]
        covariance = np.linalg.pinv(design.T @ weighted, hermitian=True)
        leverage = np.array([w @ covariance @ x for w, x in zip(weighted, design, strict=True)])
        step = covariance @ (design.T @ (outcome - chance + leverage * (0.5 - chance)))
        beta = beta + step * min(1.0, 4.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return beta, covariance


@pytest.mark.parametrize("one_length", [False, True])
def test_firths_models_at_once_are_each_model(made, one_length):
    marks = marks_of(made)
    length = np.log2(marks.n_chars) * (not one_length)
    design = np.column_stack([marks.member[:, None] == np.arange(4), length - length.mean()]).astype(float)
    beta, covariance = fit_firth(design, marks.values)
    for t in (0, 5, 16):
        slow_beta, slow_covariance = firth_one(design, marks.values[:, t])
        np.testing.assert_allclose(beta[t], slow_beta, rtol=1e-8, atol=1e-9)
        np.testing.assert_allclose(covariance[t], slow_covariance, rtol=1e-7, atol=1e-9)


def test_arrays_of_shares_are_those_of_the_tables(made):
    marks = marks_of(made)
    adjusted = adjust_for_length(made.codes, made.units, coder="settled")
    found = adjust_marks(marks)
    for name in ("adjusted", "low", "high"):
        np.testing.assert_allclose(found[name].ravel(), adjusted[name], **CLOSE)
    by_character = count_character_shares(made.codes, made.units, coder="settled")
    for name, values in zip(("share", "low", "high"), weigh_characters(marks), strict=True):
        np.testing.assert_allclose(values.ravel(), by_character[name], **CLOSE)
    for g, group in enumerate(marks.groups):
        own = marks.of(group)
        slow = own.sentences["n_chars"].to_numpy() @ own.values / own.sentences["n_chars"].sum()
        np.testing.assert_allclose(weigh_characters(marks)[0][g], slow, **CLOSE)


# ---- corrected shares ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by", "n"), [("sentence", 40), ("document", 5)])
def test_corrections_of_arrays_are_those_of_the_tables(by, n):
    made = simulate_corpus([PLANTED_SHARES] * 12, n_paragraphs=5, seed=3)
    marks = marks_of(made)
    machine = np.random.default_rng(0).random(marks.values.shape) < np.where(marks.values, 0.7, 0.05)
    sample = draw_sample(made.units, n=n, by=by, seed=4)
    codes = pd.concat([made.codes, mark_table(marks.sentences, machine, coder="rules")])
    table = estimate_shares(codes, made.units, sample, machine="rules", reader="settled")
    n_there = 12 if by == "document" else len(marks.values)
    drawn = pick_rows(n_there, n, np.random.default_rng(4))
    at = np.flatnonzero(np.isin(marks.member, drawn)) if by == "document" else drawn
    shift, centre, half = correct_shares(
        marks.values[at].astype(float) - machine[at], len(marks.values), probability=np.full(len(at), n / n_there),
        stratum=np.zeros(len(at), dtype=int), document=marks.member[at] if by == "document" else None,
    )  # fmt: skip
    naive = machine.mean(axis=0)
    assert table["n_read"].iloc[0] == len(at)
    np.testing.assert_allclose(table["naive"] - table["bias"], naive + shift, **CLOSE)
    np.testing.assert_allclose(table["estimate"], np.clip(naive + shift, 0, 1), **CLOSE)
    np.testing.assert_allclose(table["low"], np.clip(naive + centre - half, 0, 1), **CLOSE)
    np.testing.assert_allclose(table["high"], np.clip(naive + centre + half, 0, 1), **CLOSE)
    assert table["theme"].tolist() == list(THEMES)
