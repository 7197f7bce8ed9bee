"""Classes of passages: Reinert's splits against brute force, and classes held against tables without any."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from cxzy_study.findings.calibrate_passages import draw_presence, measure_passages
from cxzy_study.findings.passages import (
    cluster_passages,
    compare_passages,
    join_passages,
    share_of_inertia,
    tabulate_passages,
    trade_terms,
)
from cxzy_study.findings.reinert import chi_square, classify_passages, describe_classes, split_class
from cxzy_study.tables import InvalidInput

TABLES = st.integers(0, 10_000).map(
    lambda seed: (np.random.default_rng(seed).random((9, 7)) < 0.5).astype(float)
)


def planted(strength=2.5, *, n=60, classes=3, seed=1):
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % classes
    values = draw_presence(truth, n_terms=60, strength=strength, rng=rng)
    return pd.DataFrame(values, index=[f"松岭#{i}" for i in range(n)]), truth


def chi2_of(table, right):
    """χ² of the two sides by scipy; 0 where a side has no term."""
    sides = np.array([table[~right].sum(axis=0), table[right].sum(axis=0)])
    if (sides.sum(axis=1) == 0).any():
        return 0.0
    return chi2_contingency(sides, correction=False).statistic


def prepared(values):
    """The rows and columns that a split looks at."""
    table = values[:, values.sum(axis=0) >= 3]
    return table[table.sum(axis=1) > 0] if table.shape[1] else table[:0]


def best_by_brute_force(table):
    sides = (np.array((False, *bits)) for bits in product((False, True), repeat=len(table) - 1))
    return max(chi2_of(table, side) for side in sides)


@given(TABLES)
@settings(deadline=None, max_examples=30)
def test_chi_square_is_scipys(values):
    table = prepared(values)
    if len(table) < 2:
        return
    for cut in range(1, len(table)):
        right = np.arange(len(table)) >= cut
        assert chi_square(table[~right].sum(axis=0), table.sum(axis=0)) == pytest.approx(chi2_of(table, right))


@given(TABLES)
@settings(deadline=None, max_examples=12)
def test_a_split_is_at_a_peak_and_near_the_best_of_all(values):
    """Of 255 ways to part nine passages: no single move is better, and few other ways are at all."""
    split = split_class(values)
    table = prepared(values)
    if split is None:
        assert len(table) < 2 or best_by_brute_force(table) == pytest.approx(0)
        return
    side = np.ones(len(values), bool)
    side[split.left] = False
    kept = values[:, values.sum(axis=0) >= 3].sum(axis=1) > 0
    right = side[kept]
    assert chi2_of(table, right) == pytest.approx(split.chi2)
    for i in range(len(table)):
        moved = right.copy()
        moved[i] = not moved[i]
        assert chi2_of(table, moved) <= split.chi2 * (1 + 1e-9)
    assert split.chi2 <= best_by_brute_force(table) * (1 + 1e-9)
    assert split.chi2 >= 0.5 * best_by_brute_force(table)


def test_planted_halves_are_the_best_of_all_splits():
    rng = np.random.default_rng(3)
    for _ in range(8):
        chance = np.where(np.arange(10)[:, None] < 5, [0.9] * 4 + [0.1] * 4, [0.1] * 4 + [0.9] * 4)
        values = (rng.random(chance.shape) < chance).astype(float)
        table = prepared(values)
        split = split_class(values)
        assert split.chi2 == pytest.approx(best_by_brute_force(table))


def test_splits_do_not_depend_on_the_order_of_passages_or_terms():
    presence, _ = planted()
    made = classify_passages(presence, k=3).set_index("passage")["class"]
    shuffled = presence.sample(frac=1, random_state=2).sample(frac=1, axis=1, random_state=3)
    again = classify_passages(shuffled, k=3).set_index("passage")["class"].reindex(made.index)
    assert pd.crosstab(made, again).astype(bool).sum().sum() == 3


def test_planted_classes_are_found_and_described():
    presence, truth = planted()
    made = classify_passages(presence, k=3)
    assert pd.crosstab(made["class"], truth).max(axis=1).sum() >= 58
    assert set(made["path"]) <= {"L", "R", "LL", "LR", "RL", "RR"}
    terms = describe_classes(presence, made.set_index("passage")["class"], n_terms=5)
    first = terms.iloc[0]
    inside = (made["class"] == first["class"]).to_numpy()
    with_term = presence[first["term"]].to_numpy()
    assert first["n"] == with_term[inside].sum()
    assert first["chi2"] == pytest.approx(chi2_contingency(pd.crosstab(inside, with_term), correction=False).statistic)


def test_passages_without_terms_have_no_class_and_small_classes_are_not_split():
    presence, _ = planted()
    presence.iloc[4] = 0
    made = classify_passages(presence, k=3)
    assert made["class"].isna().tolist() == [i == 4 for i in range(60)]
    assert made["class"].value_counts().min() >= 5
    assert classify_passages(presence.iloc[:12], k=9, min_size=5)["class"].nunique() <= 2


def test_what_is_all_alike_is_not_split():
    assert split_class(np.ones((8, 5))) is None


def test_traded_tables_keep_their_margins_and_are_all_as_likely():
    """Of the six ways to give two of four terms to one of two passages, each comes up about as often."""
    start = np.array([[1, 1, 0, 0], [0, 0, 1, 1.0]])
    rng = np.random.default_rng(0)
    seen = {}
    for _ in range(3000):
        drawn = trade_terms(start, rng=rng)
        assert (drawn.sum(axis=0) == 1).all()
        assert (drawn.sum(axis=1) == 2).all()
        seen[tuple(drawn[0])] = seen.get(tuple(drawn[0]), 0) + 1
    assert len(seen) == 6
    assert all(abs(n - 500) < 5 * np.sqrt(500) for n in seen.values())


def test_share_of_inertia_is_chi_square_over_the_sum():
    presence, truth = planted(n=30)
    values = presence.to_numpy()
    table = np.array([values[truth == c].sum(axis=0) for c in range(3)])
    table = table[:, table.sum(axis=0) > 0]
    wanted = chi2_contingency(table, correction=False).statistic / table.sum()
    assert share_of_inertia(values, truth) == pytest.approx(wanted)
    assert share_of_inertia(values, np.zeros(30, int)) == 0


@pytest.mark.parametrize("method", ["reinert", "spectral", "hdbscan"])
def test_each_method_finds_what_is_planted_and_nothing_in_noise(method):
    presence, truth = planted(3.0)
    found = cluster_passages(presence, method=method, k=3)
    table = pd.crosstab(found, truth)
    assert table.max(axis=1).sum() >= 0.9 * table.to_numpy().sum()
    frame = compare_passages(presence, methods=[method], k=[3], n_null=19)
    assert frame["supported"].tolist() == [1]
    noise, _ = planted(0.0, seed=5)
    assert compare_passages(noise, methods=[method], k=[2, 3], n_null=39)["supported"].sum() == 0


def test_false_support_is_as_rare_as_it_should_be():
    rates = measure_passages(n_runs=6, strengths=(0.0,), methods=("reinert",), n_null=19).set_index("method")
    assert rates.loc["any", "supported"] <= 0.34
    assert measure_passages(n_runs=3, strengths=(3.0,), methods=("reinert",))["right"].min() == 1


def test_passages_are_joined_within_sections_and_tabulated():
    units = pd.DataFrame({
        "doc_id": "河亭", "unit_id": [f"u{i}" for i in range(6)], "kind": ["heading"] + ["sentence"] * 5,
        "section": ["1", "1", "1", "1", "2", "2"], "paragraph": [1, 2, 2, 3, 4, 5], "n_chars": 20,
    })  # fmt: skip
    assert join_passages(units)["passage"].tolist() == ["河亭#1", "河亭#1", "河亭#2", "河亭#3", "河亭#4"]
    joined = join_passages(units, n_chars=50)
    assert joined["passage"].tolist() == ["河亭#1", "河亭#1", "河亭#1", "河亭#2", "河亭#2"]
    terms = pd.DataFrame({
        "doc_id": "河亭", "unit_id": ["u1", "u2", "u4", "u5", None], "section": None, "segmenter": "jieba",
        "term": ["服务", "服务", "服务", "竞赛", "服务"], "n": 1,
    })  # fmt: skip
    table = tabulate_passages(terms, joined, segmenter="jieba", min_passages=1)
    assert table.to_dict("index") == {"河亭#1": {"服务": 1, "竞赛": 0}, "河亭#2": {"服务": 1, "竞赛": 1}}
    assert tabulate_passages(terms, joined, segmenter="jieba", min_passages=2).columns.tolist() == ["服务"]


@pytest.mark.parametrize(
    ("call", "culprit"),
    [
        (lambda p: classify_passages(p * 2, k=2), "must be 0 or 1"),
        (lambda p: classify_passages(p, k=1), "k 1"),
        (lambda p: classify_passages(p.iloc[:9], k=2), "10 passages with terms are needed. 9"),
        (lambda p: compare_passages(p, methods=["ward"]), "method ward"),
        (lambda p: compare_passages(p.iloc[:12]), "20 passages"),
        (lambda p: cluster_passages(p, method="ward"), "method ward"),
        (lambda p: tabulate_passages(pd.DataFrame(columns=["doc_id", "unit_id", "segmenter", "term", "n"]),
                                     pd.DataFrame(), segmenter="hand"), "segmenter hand"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_name(call, culprit):
    presence, _ = planted()
    with pytest.raises(InvalidInput, match=culprit):
        call(presence)
