"""Shares adjusted for the length of sentences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize

from cxzy_study.findings.calibrate import measure_weighted
from cxzy_study.findings.lengths import adjust_for_length, fit_firth
from cxzy_study.findings.simulate import PLANTED_SHARES, simulate_corpus
from cxzy_study.tables import InvalidInput


def test_firth_equals_a_search_of_the_penalised_likelihood():
    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(30), rng.normal(size=30)])
    outcome = rng.random(30) < 0.2

    def minus(beta):
        p = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (p * (1 - p))[:, None])
        return -(outcome @ np.log(p) + (~outcome) @ np.log(1 - p) + 0.5 * np.log(np.linalg.det(information)))

    found = optimize.minimize(minus, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12})
    np.testing.assert_allclose(fit_firth(design, outcome[:, None])[0][0], found.x, atol=1e-5)


def test_firth_is_finite_where_the_likelihood_is_not():
    design = np.column_stack([np.repeat([1, 0], 10), np.repeat([0, 1], 10)]).astype(float)
    outcome = np.repeat([False, True], 10)
    (beta,), _ = fit_firth(design, outcome[:, None])
    np.testing.assert_allclose(1 / (1 + np.exp(-beta)), [0.5 / 11, 10.5 / 11])


def test_adjustment_takes_away_what_length_made():
    """Equal log-odds at every length, one group of long sentences: raw shares differ, adjusted ones do not."""
    made = simulate_corpus([PLANTED_SHARES] * 2, n_paragraphs=400, icc=0.0, length_slope=0.0, seed=3)
    units = made.units.copy()
    long = units["doc_id"] == "doc_1"
    units.loc[long, "n_chars"] *= 2
    rng = np.random.default_rng(4)
    chance = 1 / (1 + np.exp(-(np.log(0.1 / 0.9) + np.log(units["n_chars"] / 60))))
    service = rng.random(len(units)) < chance
    codes = units[["doc_id", "unit_id"]].assign(theme=np.where(service, "service", "none"), coder="settled", value=1)
    table = adjust_for_length(codes, units, coder="settled").set_index(["theme", "group"]).loc["service"]
    assert table.loc["doc_1", "share"] > 1.5 * table.loc["doc_0", "share"]
    assert table.loc["doc_1", "adjusted"] == pytest.approx(table.loc["doc_0", "adjusted"], abs=0.03)
    assert table["slope"].iloc[0] == pytest.approx(np.log(2), abs=0.15)
    np.testing.assert_allclose(table.loc["doc_0", "mean_chars"] * 2, table.loc["doc_1", "mean_chars"], rtol=0.05)


def test_adjustment_without_lengths_is_the_raw_share():
    made = simulate_corpus([PLANTED_SHARES] * 3, n_paragraphs=150, seed=9)
    units = made.units.assign(n_chars=np.where(made.units.index % 2, 40, 41))
    table = adjust_for_length(made.codes, units, coder="settled")
    np.testing.assert_allclose(table["adjusted"], table["share"], atol=0.01)
    assert ((table["low"] < table["adjusted"]) & (table["adjusted"] < table["high"])).all()


def test_adjustment_of_hostile_tables():
    units = pd.DataFrame({
        "doc_id": "songling", "unit_id": ["u000", "u001", "u002"], "kind": "sentence", "paragraph": 1, "n_chars": 40,
    })  # fmt: skip
    codes = units[["doc_id", "unit_id"]].assign(theme=["service", "none", "none"], coder="settled", value=1)
    table = adjust_for_length(codes, units.assign(n_chars=[10, 20, 40]), coder="settled")
    assert table[["low", "high"]].isna().all(axis=None)
    same = adjust_for_length(codes, units, coder="settled").set_index("theme")
    assert same.loc["service", "adjusted"] == pytest.approx(1.5 / 4)  # (k + 1/2) / (n + 1), and no slope
    assert same.loc["service", "slope"] == 0
    assert table["adjusted"].between(0, 1).all()
    with pytest.raises(InvalidInput, match=r"n_chars of 1 or more.*u001"):
        adjust_for_length(codes, units.assign(n_chars=[10, 0, 40]), coder="settled")


def test_intervals_hold_what_was_planted():
    table = measure_weighted(n_runs=8, n_paragraphs=((11, 15, 11, 24, 12),), length_slopes=(0.8,))
    assert set(table["share"]) == {"characters", "adjusted"}
    assert table["coverage"].between(0.90, 0.99).all()
