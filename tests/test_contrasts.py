"""Contrasts within a document, themes that occur together, and maps."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.findings.calibrate_groups import measure_contrasts, measure_cooccurrence, measure_ellipses
from cxzy_study.findings.contrasts import compare_groups_within, permute_groups
from cxzy_study.findings.cooccurrence import CODEBOOK_PAIRS, count_cooccurrence, mantel_haenszel
from cxzy_study.findings.correspondence import analyse_table, compare_correspondence, fit_ellipse
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.simulate import PLANTED_SHARES, plant_clusters, simulate_corpus
from cxzy_study.tables import THEMES, InvalidInput


def document(*, n_paragraphs=(5, 6, 4), seed=1, shares=None):
    planted = np.tile(PLANTED_SHARES, (len(n_paragraphs), 1)) if shares is None else shares
    return simulate_corpus(planted, n_paragraphs=n_paragraphs, one_document=True, seed=seed)


# ---- contrasts -------------------------------------------------------------------------------------------------------


def test_permutation_p_equals_every_dealing_written_out():
    marked = np.array([[3, 0], [2, 1], [0, 1], [1, 1], [0, 2], [0, 0]])
    sizes = np.array([3, 4, 2, 5, 3, 1])
    owner = np.array([0, 0, 1, 1, 1, 1])

    def differences(labels):
        first = np.array(labels) == 0
        return marked[first].sum(axis=0) / sizes[first].sum() - marked[~first].sum(axis=0) / sizes[~first].sum()

    every = np.array([differences(p) for p in set(permutations(owner))])
    assert len(every) == 15
    observed = differences(owner)
    _, p, adjusted = permute_groups(marked, sizes, owner, n_permutations=14, rng=np.random.default_rng(0))
    np.testing.assert_allclose(p[0], (np.abs(every) >= np.abs(observed) - 1e-12).mean(axis=0))
    _, drawn, _ = permute_groups(np.tile(marked, (2, 1)), np.tile(sizes, 2), np.tile(owner, 2), n_permutations=400,
                                 rng=np.random.default_rng(0))  # fmt: skip
    np.testing.assert_allclose(drawn * 401, np.round(drawn * 401))  # of 495 ways, 400 are drawn
    tail = np.array([[(np.abs(every[:, t]) >= abs(row[t]) - 1e-12).mean() for t in (0, 1)] for row in every])
    own = np.array([(np.abs(every[:, t]) >= abs(observed[t]) - 1e-12).mean() for t in (0, 1)])
    strong, weak = np.argsort(own)
    slow = np.zeros(2)
    slow[strong] = (tail.min(axis=1) <= own[strong] + 1e-12).mean()
    slow[weak] = max(slow[strong], own[weak])
    np.testing.assert_allclose(adjusted[0], slow)
    np.testing.assert_allclose(p[0], p[1])  # two groups mirror each other


def test_contrast_columns():
    made = document()
    table = compare_groups_within(made.codes, made.units, coder="settled", groups=made.groups, n_permutations=99)
    assert len(table) == 3 * 17
    np.testing.assert_allclose(table["difference"], table["share"] - table["share_rest"], atol=1e-12)
    assert (table["low"] <= table["difference"]).all()
    assert (table["difference"] <= table["high"]).all()
    assert (table["p"] <= table["p_adjusted"] + 1e-12).all()
    assert table["p"].between(0.01, 1).all()
    assert table.drop_duplicates("group")["least_p"].tolist() == pytest.approx([1 / 3003, 1 / 5005, 1 / 1365])


def test_a_strong_contrast_is_found_and_only_that():
    shares = np.tile(PLANTED_SHARES, (2, 1))
    shares[0, THEMES.index("service")] = 0.85
    made = document(n_paragraphs=(12, 12), shares=shares, seed=2)
    table = compare_groups_within(made.codes, made.units, coder="settled", groups=made.groups, n_permutations=999)
    found = table[table["p_adjusted"] <= 0.05]
    assert set(found["theme"]) == {"service"}
    assert found["difference"].abs().min() > 0.4


def test_a_theme_that_never_occurs_has_p_one():
    made = document()
    codes = made.codes[made.codes["theme"] != "digital"]
    bare = made.units.merge(codes[["doc_id", "unit_id"]].drop_duplicates(), how="left", indicator=True)
    missing = bare.loc[bare["_merge"] == "left_only", ["doc_id", "unit_id"]]
    codes = pd.concat([codes, missing.assign(theme="none", coder="settled", value=1)])
    table = compare_groups_within(codes, made.units, coder="settled", groups=made.groups, n_permutations=50)
    row = table[table["theme"] == "digital"]
    assert row["p"].eq(1).all()
    assert row["difference"].eq(0).all()


def test_documents_are_compared_within_themselves_and_order_changes_nothing():
    one, two = document(seed=3), document(seed=4)
    codes, units, groups = (
        pd.concat([getattr(one, name), getattr(two, name).assign(doc_id="doc_1")])
        for name in ("codes", "units", "groups")
    )
    both = compare_groups_within(codes, units, coder="settled", groups=groups, n_permutations=50)
    alone = compare_groups_within(one.codes, one.units, coder="settled", groups=one.groups, n_permutations=50)
    pd.testing.assert_frame_equal(both[both["doc_id"] == "doc_0"].reset_index(drop=True), alone)
    mixed = compare_groups_within(
        codes.sample(frac=1, random_state=1), units.sample(frac=1, random_state=2), coder="settled",
        groups=groups.sample(frac=1, random_state=3), n_permutations=50,
    )  # fmt: skip
    pd.testing.assert_frame_equal(both, mixed)


def test_one_arena_is_no_contrast():
    made = document(n_paragraphs=(5,))
    with pytest.raises(InvalidInput, match=r"doc_0 has \['group_0'\]"):
        compare_groups_within(made.codes, made.units, coder="settled", groups=made.groups)


def test_false_contrasts_are_as_rare_as_they_should_be():
    table = measure_contrasts(n_runs=40, n_paragraphs=((12, 12),), odds_ratios=(1.0, 20.0), n_permutations=499)
    assert (table["any_false"] <= 7 / 40).all()  # binomial at 0.05: 8 or more have a chance of 0.1%
    assert table["power"].iloc[0] <= 5 / 40
    assert table["power"].iloc[1] > 0.6
    assert (table["coverage"] >= 0.85).all()


# ---- co-occurrence ---------------------------------------------------------------------------------------------------


def test_one_stratum_gives_woolfs_odds_ratio():
    """Of one table Mantel-Haenszel is ad/bc, its variance Woolf's sum of reciprocals (Robins and others 1986)."""
    log_odds, se = mantel_haenszel(np.array([[10.0, 20.0, 5.0, 65.0]]))
    assert log_odds == pytest.approx(np.log(10 * 65 / (20 * 5)))
    assert se == pytest.approx(np.sqrt(1 / 10 + 1 / 20 + 1 / 5 + 1 / 65))


def test_the_berkeley_admissions():
    """Men and women admitted to six departments (Bickel and others 1975): 1.84 pooled, 0.905 over departments."""
    cells = np.array([
        [512, 313, 89, 19], [353, 207, 17, 8], [120, 205, 202, 391], [138, 279, 131, 244], [53, 138, 94, 299],
        [22, 351, 24, 317],
    ], dtype=float)  # fmt: skip
    pooled, _ = mantel_haenszel(cells.sum(axis=0, keepdims=True))
    assert np.exp(pooled) == pytest.approx(1.84, abs=0.005)
    log_odds, se = mantel_haenszel(cells)
    assert np.exp(log_odds) == pytest.approx(0.905, abs=0.0005)
    assert np.exp(log_odds + np.array([-1.96, 1.96]) * se) == pytest.approx([0.772, 1.060], abs=0.002)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=4, max_size=4), min_size=1, max_size=5))
def test_common_odds_are_finite_or_said_to_be_unknown(cells):
    log_odds, se = mantel_haenszel(np.array(cells, dtype=float))
    varies = any(a + b and c + d and a + c and b + d for a, b, c, d in cells)
    assert np.isfinite(log_odds) == np.isfinite(se) == varies


def test_pairs_are_counted_and_the_codebooks_own_left_out():
    made = simulate_corpus(plant_clusters((0, 1), strength=0.5), n_paragraphs=20, seed=1)
    marks = find_marks(made.codes, made.units, coder="settled")
    table = count_cooccurrence(made.codes, made.units, coder="settled")
    assert len(table) == 136 - len(CODEBOOK_PAIRS)
    for row in table.itertuples():
        a, b = (marks.values[:, THEMES.index(t)] for t in (row.theme_a, row.theme_b))
        assert (row.n_a, row.n_b, row.n_both) == (a.sum(), b.sum(), (a & b).sum())
        if np.isfinite(row.phi):
            assert row.phi == pytest.approx(np.corrcoef(a, b)[0, 1])
    pairs = {frozenset(p) for p in zip(table["theme_a"], table["theme_b"], strict=True)}
    assert not pairs & {frozenset(p) for p in CODEBOOK_PAIRS}
    known = table["log_odds"].dropna()
    assert known.is_monotonic_decreasing
    every = [(a, b) for i, a in enumerate(THEMES) for b in THEMES[:i]]
    assert count_cooccurrence(made.codes, made.units, coder="settled", leave_out=every).empty


def test_a_planted_pair_comes_first():
    made = simulate_corpus([PLANTED_SHARES], n_paragraphs=60, seed=1)
    held = made.codes[made.codes["theme"] == "publicity"]
    codes = pd.concat([made.codes[~made.codes["theme"].isin(["digital"])], held.assign(theme="digital")])
    coded = codes[["doc_id", "unit_id"]].drop_duplicates()
    bare = made.units[["doc_id", "unit_id"]].merge(coded, how="left", indicator=True)
    codes = pd.concat([codes, bare[bare.pop("_merge") == "left_only"].assign(theme="none", coder="settled", value=1)])
    first = count_cooccurrence(codes, made.units, coder="settled").iloc[0]
    assert {first["theme_a"], first["theme_b"]} == {"publicity", "digital"}
    assert first["phi"] == pytest.approx(1)
    assert first["low"] > 0


def test_length_alone_is_not_taken_for_attraction():
    table = measure_cooccurrence(n_runs=12, icc=(0.1,), length_slope=1.5, n_length_classes=(1, 5))
    table = table.set_index("n_length_classes")
    assert table.loc[5, "coverage"] > 0.92
    assert table.loc[1, "above"] > table.loc[5, "above"]


def test_bad_pairs_are_refused():
    made = document()
    with pytest.raises(InvalidInput, match="harmony"):
        count_cooccurrence(made.codes, made.units, coder="settled", leave_out=[("harmony", "service")])
    with pytest.raises(InvalidInput, match="Invalid n_length_classes 0"):
        count_cooccurrence(made.codes, made.units, coder="settled", n_length_classes=0)


# ---- correspondence analysis -----------------------------------------------------------------------------------------

SMOKERS = np.array([[4, 2, 3, 2], [4, 3, 7, 4], [25, 10, 12, 4], [18, 24, 33, 13], [10, 6, 7, 2]], dtype=float)
"""Staff of a firm by how much they smoke (Greenacre 1984, 3.1)."""


def test_the_smokers():
    found = analyse_table(SMOKERS)
    assert found.inertia.sum() == pytest.approx(0.0852, abs=5e-5)
    np.testing.assert_allclose(found.inertia, [0.074759, 0.010017, 0.000414], atol=5e-7)
    rows = [[0.0658, 0.1937], [-0.2590, 0.2433], [0.3806, 0.0107], [-0.2330, -0.0577], [0.2011, -0.0789]]
    np.testing.assert_allclose(np.abs(found.rows[:, :2]), np.abs(rows), atol=5e-5)
    assert (np.sign(found.rows[:, 0]) == np.sign(found.rows[0, 0]) * np.sign([1, -1, 1, -1, 1])).all()


def test_distances_on_the_map_are_chi_square_distances():
    found = analyse_table(SMOKERS)
    profiles = SMOKERS / SMOKERS.sum(axis=1, keepdims=True)
    for i in range(5):
        for j in range(5):
            chi = (((profiles[i] - profiles[j]) ** 2) / found.column_mass).sum()
            assert ((found.rows[i] - found.rows[j]) ** 2).sum() == pytest.approx(chi)
    np.testing.assert_allclose(found.project(profiles), found.rows, atol=1e-12)
    np.testing.assert_allclose(found.row_mass @ found.rows, 0, atol=1e-12)


def test_the_ellipse_of_a_turned_cloud():
    turn = np.radians(30)
    axes = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    a, b, angle = fit_ellipse(axes @ np.diag([9.0, 1.0]) @ axes.T, reach=4.0)
    assert (a, b, angle) == pytest.approx((6, 2, 30))
    assert fit_ellipse(np.diag([9.0, 1.0]), reach=1.0)[2] in (0.0, pytest.approx(0.0))


def test_a_map_of_groups_and_themes():
    made = simulate_corpus(plant_clusters((0, 1, 2, 3), strength=1.5), n_paragraphs=(12, 12, 12, 4), seed=1)
    table = compare_correspondence(made.codes, made.units, coder="settled")
    groups = table[table["kind"] == "group"]
    assert groups["name"].tolist() == ["doc_0", "doc_1", "doc_2", "doc_3"]
    assert groups["radius_a"].notna().tolist() == [True, True, True, False]  # four paragraphs have no ellipse
    assert (groups["radius_a"] >= groups["radius_b"]).iloc[:3].all()
    assert table["quality"].between(0, 1).all()
    # Seen without itself, a paragraph is nearer to the middle: fitted places are too far out.
    assert np.hypot(groups["x"], groups["y"]).mean() < np.hypot(groups["x_fitted"], groups["y_fitted"]).mean()
    pd.testing.assert_frame_equal(
        table, compare_correspondence(made.codes.sample(frac=1, random_state=1), made.units, coder="settled")
    )


def test_two_groups_have_no_map():
    made = document(n_paragraphs=(5, 5))
    with pytest.raises(InvalidInput, match="three groups"):
        compare_correspondence(made.codes, made.units, coder="settled", groups=made.groups)


def test_ellipses_hold_the_truth():
    table = measure_ellipses(n_runs=15, n_paragraphs=((11, 15, 11, 24, 12),), strengths=(0.0, 1.0))
    assert (table["coverage"] >= 0.85).all()
