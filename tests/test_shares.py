"""Shares of themes, their intervals, and what the intervals are worth."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxzy_study.findings.calibrate import measure_coverage
from cxzy_study.findings.intervals import METHODS, effective_size, make_interval, pooled_icc, wilson
from cxzy_study.findings.shares import count_character_shares, count_practice_shares, count_shares
from cxzy_study.findings.simulate import PARAGRAPH_SIZES, PLANTED_SHARES, simulate_corpus
from cxzy_study.tables import THEMES, InvalidInput, check_table


def units_of(*paragraphs: int, doc_id: str = "songling", chars: int = 40) -> pd.DataFrame:
    return pd.DataFrame({
        "doc_id": doc_id, "unit_id": [f"u{i:03d}" for i in range(len(paragraphs))], "kind": "sentence",
        "paragraph": list(paragraphs), "n_chars": chars,
    })  # fmt: skip


def codes_of(units: pd.DataFrame, marked: dict[str, str]) -> pd.DataFrame:
    """Codes of every unit: those of *marked* (themes joined by `;`), `none` for the others."""
    rows = [(u.doc_id, u.unit_id, t) for u in units.itertuples() for t in marked.get(u.unit_id, "none").split(";")]
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "theme"]).assign(coder="settled", value=1)


def corpus(seed: int = 0, n_groups: int = 3, n_paragraphs: int = 8, **options):
    return simulate_corpus([PLANTED_SHARES] * n_groups, n_paragraphs=n_paragraphs, seed=seed, **options)


# ---- counts ----------------------------------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(2, 6))
def test_counts_equal_a_count_by_hand(seed, n_groups, n_paragraphs):
    made = corpus(seed, n_groups, n_paragraphs)
    table = check_table(count_shares(made.codes, made.units, coder="settled"), "shares")
    for row in table.itertuples():
        units = made.units[made.units["doc_id"] == row.group]
        n_coded = sum(c.doc_id == row.group and c.theme == row.theme for c in made.codes.itertuples())
        assert (row.n_units, row.n_coded, row.n_blocks) == (len(units), n_coded, units["paragraph"].nunique())
        assert row.share == n_coded / len(units)
        assert 0 <= row.low <= row.share <= row.high <= 1


def test_headings_and_layers_do_not_count():
    units = units_of(1, 1, 2)
    codes = codes_of(units, {"u000": "service", "u001": "service", "u002": "contests"})
    units.loc[0, "kind"] = "heading"
    layer = pd.DataFrame([("songling", "u001", "mode=done", "settled", 1)], columns=codes.columns)
    table = count_shares(pd.concat([codes, layer]), units, coder="settled").set_index("theme")
    assert table.loc["service", ["n_units", "n_coded"]].tolist() == [2, 1]


def test_value_zero_is_read_and_not_marked():
    units = units_of(1, 2)
    codes = codes_of(units, {"u000": "service", "u001": "service"})
    codes.loc[1, "value"] = 0
    table = count_shares(codes, units, coder="settled").set_index("theme")
    assert table.loc["service", ["n_units", "n_coded"]].tolist() == [2, 1]


@pytest.mark.parametrize("method", METHODS)
def test_order_of_rows_changes_nothing(method):
    made = corpus(3)
    usual = count_shares(made.codes, made.units, coder="settled", method=method, groups=made.groups, n_resamples=200)
    mixed = count_shares(
        made.codes.sample(frac=1, random_state=1), made.units.sample(frac=1, random_state=2), coder="settled",
        method=method, groups=made.groups.sample(frac=1, random_state=3), n_resamples=200,
    )  # fmt: skip
    pd.testing.assert_frame_equal(usual, mixed)


@pytest.mark.parametrize("method", METHODS)
def test_a_document_counts_the_same_alone_and_among_others(method):
    made = corpus(4)
    among = count_shares(made.codes, made.units, coder="settled", method=method, n_resamples=200)
    codes, units = (frame[frame["doc_id"] == "doc_1"] for frame in (made.codes, made.units))
    alone = count_shares(codes, units, coder="settled", method=method, n_resamples=200)
    pd.testing.assert_frame_equal(among[among["group"] == "doc_1"].reset_index(drop=True), alone)


def test_arenas_of_one_document():
    made = corpus(5, one_document=True)
    table = count_shares(
        made.codes, made.units, coder="settled", groups=made.groups, group_kind="arena", censored=("doc_0",)
    )
    assert table["group"].unique().tolist() == ["group_0", "group_1", "group_2"]
    assert table.drop_duplicates("group")["n_units"].sum() == len(made.units)
    assert table["censored"].eq(1).all()
    check_table(table, "shares")


def test_five_documents_take_less_than_two_seconds():
    made = corpus(6, n_groups=5, n_paragraphs=24)
    start = time.perf_counter()
    count_shares(made.codes, made.units, coder="settled")
    assert time.perf_counter() - start < 2


# ---- edges -----------------------------------------------------------------------------------------------------------


def test_no_coded_unit_still_has_an_interval_with_room():
    units = units_of(1, 1, 2, 3)
    row = count_shares(codes_of(units, {"u000": "service"}), units, coder="settled").set_index("theme").loc["contests"]
    assert row["share"] == 0
    assert row["low"] == 0
    assert 0.3 < row["high"] < 0.8


def test_one_paragraph_has_no_interval_and_says_so():
    units = units_of(1, 1, 1)
    table = count_shares(codes_of(units, {"u000": "service"}), units, coder="settled")
    assert table[["low", "high"]].isna().all(axis=None)
    assert set(table["interval"]) == {"none: one paragraph"}
    check_table(table, "shares")


def test_a_group_that_nobody_read_has_no_share():
    units = pd.concat([units_of(1, 2), units_of(1, 2, doc_id="heting")])
    read = units[units["doc_id"] == "songling"]
    table = count_shares(codes_of(read, {}), units, coder="settled")
    unread = table[table["group"] == "heting"]
    assert unread[["share", "low", "high"]].isna().all(axis=None)
    assert unread["n_units"].eq(0).all()
    assert set(unread["interval"]) == {"none: no sentence read"}


def test_a_bootstrap_of_what_does_not_vary_is_no_interval():
    units = units_of(1, 1, 2, 3)
    codes = codes_of(units, {"u000": "service"})
    table = count_shares(codes, units, coder="settled", method="bootstrap_percentile").set_index("theme")
    assert np.isnan(table.loc["contests", "high"])
    assert table.loc["contests", "interval"] == "none: no variation to resample"
    assert table.loc["service", "interval"] == "bootstrap_percentile"


@pytest.mark.parametrize(
    ("spoil", "culprit"),
    [
        (lambda c, u: (c.drop(index=1), u), "songling u001"),
        (lambda c, u: (c.assign(theme="harmony"), u), "harmony"),
        (lambda c, u: (c.assign(unit_id="u999"), u), "u999"),
        (lambda c, u: (pd.concat([c, c.iloc[[0]].assign(theme="none")]), u), r"none or has themes\. songling u000"),
        (lambda c, u: (c.assign(coder="rules"), u), "Invalid coder settled"),
        (lambda c, u: (c, pd.concat([u, u.iloc[[2]]])), r"unique\. songling u002"),
        (lambda c, u: (c, u.drop(columns="paragraph")), "paragraph"),
    ],
)
def test_bad_input_is_refused_by_name(spoil, culprit):
    units = units_of(1, 1, 2)
    codes = codes_of(units, {"u000": "service", "u001": "service", "u002": "contests"})
    codes, units = spoil(codes, units)
    with pytest.raises(InvalidInput, match=culprit):
        count_shares(codes, units, coder="settled")


def test_bad_choices_are_refused():
    units = units_of(1, 2)
    codes = codes_of(units, {})
    with pytest.raises(InvalidInput, match="Invalid method wald"):
        count_shares(codes, units, coder="settled", method="wald")
    with pytest.raises(InvalidInput, match="Invalid group_kind cluster"):
        count_shares(codes, units, coder="settled", group_kind="cluster")
    twice = pd.DataFrame({"doc_id": "songling", "unit_id": ["u000", "u000"], "group": ["a", "b"]})
    with pytest.raises(InvalidInput, match=r"one group\. songling u000"):
        count_shares(codes, units, coder="settled", groups=twice)
    lost = pd.DataFrame({"doc_id": ["songling"], "unit_id": ["u777"], "group": ["a"]})
    with pytest.raises(InvalidInput, match=r"must be in units\. songling u777"):
        count_shares(codes, units, coder="settled", groups=lost)


def test_empty_tables():
    units = units_of()
    with pytest.raises(InvalidInput, match="Invalid coder settled"):
        count_shares(codes_of(units, {}), units, coder="settled")


# ---- other populations -----------------------------------------------------------------------------------------------


def test_character_shares_weigh_long_sentences():
    units = units_of(1, 1, 2).assign(n_chars=[120, 40, 40])
    codes = codes_of(units, {"u000": "service", "u001": "contests"})
    table = count_character_shares(codes, units, coder="settled").set_index("theme")
    assert table.loc["service", ["n_chars", "n_chars_coded", "share"]].tolist() == [200, 120, 0.6]
    assert table.loc["contests", "share"] == 0.2
    assert table.loc["service", "low"] < 0.6 < table.loc["service", "high"]


def test_characters_of_equal_sentences_are_shares_of_sentences():
    made = corpus(7)
    units = made.units.assign(n_chars=50)
    by_sentence = count_shares(made.codes, units, coder="settled")
    by_character = count_character_shares(made.codes, units, coder="settled")
    for column in ("share", "low", "high"):
        np.testing.assert_allclose(by_sentence[column], by_character[column], atol=1e-12)


def test_practices():
    listed = pd.DataFrame({
        "practice_id": list("abc"), "doc_id": ["songling"] * 3, "themes": ["service;digital", "service", None]
    })  # fmt: skip
    table = count_practice_shares(listed).set_index("theme")
    assert table.loc["service", ["n_practices", "n_coded"]].tolist() == [3, 2]
    with pytest.raises(InvalidInput, match="harmony"):
        count_practice_shares(listed.assign(themes="harmony"))
    assert count_practice_shares(listed.iloc[:0]).empty


# ---- intervals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_values(k, n, low, high):
    """Newcombe 1998, Statistics in Medicine 17:857, table I, method 3."""
    ends = wilson(np.array([k / n]), n)
    assert [round(float(e[0]), 4) for e in ends] == [low, high]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=12), st.floats(0, 1))
def test_effective_size_is_that_of_the_correlation_matrix(sizes, icc):
    blocks = np.repeat(np.arange(len(sizes)), sizes)
    matrix = np.where(blocks[:, None] == blocks, icc, 0.0)
    np.fill_diagonal(matrix, 1.0)
    assert effective_size(np.array(sizes), icc) == pytest.approx(len(blocks) ** 2 / matrix.sum())


def test_icc_equals_the_analysis_of_variance_by_hand():
    rng = np.random.default_rng(2)
    sizes = np.array([1, 2, 3, 5, 8, 4])
    marked = rng.binomial(sizes[:, None], rng.beta(0.6, 1.4, (6, 3)))
    between = within = 0.0
    for t in range(3):
        sentences = [[1.0] * marked[b, t] + [0.0] * (sizes[b] - marked[b, t]) for b in range(6)]
        grand = np.mean([x for s in sentences for x in s])
        between += sum(len(s) * (np.mean(s) - grand) ** 2 for s in sentences) / 5
        within += sum((x - np.mean(s)) ** 2 for s in sentences for x in s) / (sizes.sum() - 6)
    usual = (sizes.sum() - sum(m * m for m in sizes) / sizes.sum()) / 5
    assert pooled_icc(marked, sizes) == pytest.approx((between - within) / (between + (usual - 1) * within))
    assert pooled_icc(marked, sizes) > 0


def test_icc_is_found():
    made = simulate_corpus([PLANTED_SHARES], n_paragraphs=3000, icc=0.2, seed=1)
    blocks = np.unique(made.units["paragraph"], return_inverse=True)[1]
    merged = made.codes[made.codes["theme"] != "none"].merge(made.units[["unit_id", "paragraph"]], on="unit_id")
    marked = pd.crosstab(merged["paragraph"], merged["theme"]).reindex(np.arange(1, 3001), fill_value=0)
    assert pooled_icc(marked.to_numpy(), np.bincount(blocks)) == pytest.approx(0.2, abs=0.02)


def test_beta_binomial_interval_equals_integration_by_scipy():
    """One theme, so the evidence for ρ is its own; scipy's betabinom, point by point, with Jeffreys' prior."""
    sizes, marked = np.array([3, 5, 2, 4]), np.array([[1], [4], [0], [1]])
    low, high = make_interval(marked, sizes, method="beta_binomial")
    angles = (np.arange(1000) + 0.5) / 1000 * np.pi / 2
    posterior = np.zeros(1000)
    for rho in (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5):
        for i, p in enumerate(np.sin(angles) ** 2):
            if rho:
                a, b = p * (1 - rho) / rho, (1 - p) * (1 - rho) / rho
                posterior[i] += np.prod(stats.betabinom.pmf(marked[:, 0], sizes, a, b))
            else:
                posterior[i] += np.prod(stats.binom.pmf(marked[:, 0], sizes, p))
    grown = np.cumsum(posterior) / posterior.sum()
    ends = np.sin(np.interp([0.025, 0.975], grown, angles)) ** 2
    np.testing.assert_allclose([low[0], high[0]], ends, atol=2e-3)


@pytest.mark.parametrize(("method", "name"), [("bootstrap_percentile", "percentile"), ("bootstrap_bca", "BCa")])
def test_bootstraps_equal_scipys(method, name):
    rng = np.random.default_rng(5)
    sizes = rng.choice(PARAGRAPH_SIZES, 20)
    marked = rng.binomial(sizes, 0.3)
    low, high = make_interval(marked[:, None], sizes, method=method, n_resamples=20_000, seed=1)
    theirs = stats.bootstrap(
        (marked, sizes), lambda y, m, axis: y.sum(axis=axis) / m.sum(axis=axis), paired=True, vectorized=True,
        n_resamples=20_000, method=name, rng=np.random.default_rng(1),
    ).confidence_interval  # fmt: skip
    np.testing.assert_allclose([low[0], high[0]], [theirs.low, theirs.high], atol=6e-3)


def test_coverage_of_the_default_is_near_its_name_and_others_are_not():
    table = measure_coverage(n_runs=150, n_blocks=(3, 11), icc=(0.0, 0.3), seed=1)
    table = table.set_index(["method", "icc", "n_blocks"]).sort_index()
    for row in table.loc["wilson_deff"].itertuples():
        assert 0.92 <= row.coverage <= 0.98
    # What the measure can find: independence assumed where there is none, and a bootstrap of three paragraphs.
    assert table.loc[("wilson", 0.3, 11), "coverage"] < 0.90
    assert table.loc[("bootstrap_percentile", 0.0, 3), "coverage"] < 0.60
    assert (table["made"].xs("bootstrap_bca") < 1).all()
    assert table.loc["wilson_deff", "made"].eq(1).all()
    again = measure_coverage(n_runs=3, n_blocks=(3,), icc=(0.1,), seed=1)
    pd.testing.assert_frame_equal(again, measure_coverage(n_runs=3, n_blocks=(3,), icc=(0.1,), seed=1))


def test_themes_keep_the_codebooks_order():
    made = corpus(8, n_groups=1)
    assert count_shares(made.codes, made.units, coder="settled")["theme"].tolist() == list(THEMES)
