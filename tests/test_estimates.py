"""Shares of a corpus that people read in part."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.findings.calibrate import measure_estimates
from cxzy_study.findings.estimates import (
    ALL_READ,
    bound_silence,
    draw_sample,
    estimate_shares,
    size_sample,
)
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.shares import count_shares
from cxzy_study.findings.simulate import PLANTED_SHARES, mark_table, simulate_corpus
from cxzy_study.tables import THEMES, InvalidInput


def corpus(*, n_documents=8, seed=1, missed=0.3, false=0.05):
    """A corpus with the reader's codes of everything and a machine's that errs."""
    made = simulate_corpus([PLANTED_SHARES] * n_documents, n_paragraphs=5, seed=seed)
    marks = find_marks(made.codes, made.units, coder="settled")
    rng = np.random.default_rng(seed)
    marked = rng.random(marks.values.shape) < np.where(marks.values, 1 - missed, false)
    rules = mark_table(marks.sentences, marked, coder="rules")
    return made.units, pd.concat([made.codes, rules], ignore_index=True), marks.values, marked


def test_the_estimate_is_the_mean_of_the_corrected_marks():
    """Ỹ = Ŷ + R/π (Y - Ŷ), sentence by sentence, as the formula stands."""
    units, codes, truth, machine = corpus()
    sample = draw_sample(units, n=40, seed=3)
    keys = find_marks(codes, units, coder="settled").sentences
    drawn = dict(zip(zip(sample["doc_id"], sample["unit_id"], strict=True), sample["probability"], strict=True))
    total = np.zeros(17)
    for i, key in enumerate(zip(keys["doc_id"], keys["unit_id"], strict=True)):
        total += machine[i].astype(float)
        if key in drawn:
            total += (truth[i].astype(float) - machine[i]) / drawn[key]
    found = estimate_shares(codes, units, sample, machine="rules", reader="settled")
    np.testing.assert_allclose(found["estimate"], total / len(keys))
    np.testing.assert_allclose(found["naive"], machine.mean(axis=0))
    np.testing.assert_allclose(found["bias"], found["naive"] - found["estimate"])
    assert found["n_read"].eq(40).all()
    assert (found["low"] <= found["high"]).all()


def test_strata_read_more_thickly_weigh_no_more():
    """One document of eight is a stratum of which half is read, of the others a tenth."""
    units, codes, truth, machine = corpus(seed=5)
    rare = units["doc_id"].eq("doc_0")
    drawn = [
        draw_sample(units[at], n=int(at.sum() * rate), seed=1).assign(stratum=name)
        for name, at, rate in (("rare", rare, 0.5), ("usual", ~rare, 0.1))
    ]
    sample = pd.concat(drawn, ignore_index=True)
    keys = pd.MultiIndex.from_frame(find_marks(codes, units, coder="settled").sentences[["doc_id", "unit_id"]])
    at = keys.get_indexer(pd.MultiIndex.from_frame(sample[["doc_id", "unit_id"]]))
    error = truth[at].astype(float) - machine[at]
    corrected = machine.mean(axis=0) + (error / sample["probability"].to_numpy()[:, None]).sum(axis=0) / len(keys)
    found = estimate_shares(codes, units, sample, machine="rules", reader="settled")
    np.testing.assert_allclose(found["naive"] - found["bias"], corrected)


def test_all_samples_of_a_small_corpus_average_to_the_truth():
    """Unbiased by design: over every sample that could be drawn, not only on average over models."""
    from itertools import combinations

    units, codes, truth, _ = corpus(n_documents=1, seed=7)
    keys = find_marks(codes, units, coder="settled").sentences[["doc_id", "unit_id"]].iloc[:8]
    units, codes = units.merge(keys), codes.merge(keys)
    every = [
        estimate_shares(
            codes, units, keys.iloc[list(at)].assign(by="sentence", stratum="all", probability=2 / 8), machine="rules",
            reader="settled",
        )
        for at in combinations(range(8), 2)
    ]  # fmt: skip
    uncut = [table["naive"] - table["bias"] for table in every]
    np.testing.assert_allclose(np.mean(uncut, axis=0), truth[:8].mean(axis=0), atol=1e-12)
    assert np.min(uncut) < 0
    for table, one in zip(every, uncut, strict=True):
        np.testing.assert_allclose(table["estimate"], one.clip(0, 1))
        assert (abs(table["estimate"] - truth[:8].mean(axis=0)) <= abs(one - truth[:8].mean(axis=0)) + 1e-12).all()


@pytest.mark.parametrize(("n", "by"), [(3, "sentence"), (20, "sentence"), (-1, "sentence"), (3, "document")])
def test_an_estimate_is_a_share_and_lies_in_its_interval(n, by):
    """Few read: corrections lead out of [0, 1]. All but one read: the interval is narrow."""
    units, codes, _, _ = corpus(n_documents=6, seed=3)
    n = n if n > 0 else len(units.query("kind == 'sentence'")) + n
    for seed in range(5):
        sample = draw_sample(units, n=n, by=by, seed=seed)
        found = estimate_shares(codes, units, sample, machine="rules", reader="settled")
        assert found["estimate"].between(0, 1).all()
        assert (found["low"] <= found["estimate"]).all()
        assert (found["estimate"] <= found["high"]).all()


def test_where_all_is_read_there_is_nothing_to_correct():
    units, codes, truth, _ = corpus(n_documents=2)
    sample = draw_sample(units, n=len(units))
    found = estimate_shares(codes, units, sample, machine="rules", reader="settled")
    assert set(found["basis"]) == {ALL_READ}
    for column in ("estimate", "low", "high"):
        np.testing.assert_allclose(found[column], truth.mean(axis=0))


def test_a_machine_without_errors_still_has_an_interval_with_room():
    units, codes, truth, _ = corpus(missed=0.0, false=0.0)
    found = estimate_shares(codes, units, draw_sample(units, n=50), machine="rules", reader="settled")
    np.testing.assert_allclose(found["estimate"], truth.mean(axis=0))
    assert (found["high"] > found["low"]).all()
    assert found[["n_missed", "n_false"]].eq(0).all(axis=None)


def test_reading_outside_the_sample_changes_nothing_and_order_neither():
    units, codes, *_ = corpus()
    sample = draw_sample(units, n=40, seed=3)
    usual = estimate_shares(codes, units, sample, machine="rules", reader="settled")
    keys = pd.MultiIndex.from_frame(codes[["doc_id", "unit_id"]])
    kept = (codes["coder"] == "rules") | keys.isin(pd.MultiIndex.from_frame(sample[["doc_id", "unit_id"]]))
    pd.testing.assert_frame_equal(usual, estimate_shares(codes[kept], units, sample, machine="rules", reader="settled"))
    mixed = estimate_shares(
        codes.sample(frac=1, random_state=1), units.sample(frac=1, random_state=2),
        sample.sample(frac=1, random_state=3), machine="rules", reader="settled",
    )  # fmt: skip
    pd.testing.assert_frame_equal(usual, mixed)


@settings(max_examples=25, deadline=None)
@given(st.integers(4, 60), st.integers(0, 99))
def test_samples_are_drawn_as_asked(n, seed):
    units, *_ = corpus(n_documents=6)
    strata = {f"doc_{i}": "news" if i % 3 else "essays" for i in range(6)}
    sample = draw_sample(units, n=n, strata=strata, seed=seed)
    assert len(sample) == n
    assert not sample.duplicated(["doc_id", "unit_id"]).any()
    assert (sample["doc_id"].map(strata) == sample["stratum"]).all()
    size = units["doc_id"].map(strata).value_counts()
    for name, part in sample.groupby("stratum"):
        assert len(part) >= 2
        assert part["probability"].eq(len(part) / size[name]).all()
    again = draw_sample(units.sample(frac=1, random_state=1), n=n, strata=strata, seed=seed)
    pd.testing.assert_frame_equal(sample, again)


def test_documents_are_drawn_whole():
    units, codes, *_ = corpus()
    sample = draw_sample(units, n=3, by="document", seed=2)
    assert sample["doc_id"].nunique() == 3
    assert len(sample) == units["doc_id"].isin(sample["doc_id"]).sum()
    assert sample["probability"].eq(3 / 8).all()
    estimate_shares(codes, units, sample, machine="rules", reader="settled")
    with pytest.raises(InvalidInput, match=r"read whole\. \['doc_"):
        estimate_shares(codes, units, sample.iloc[1:], machine="rules", reader="settled")


def test_every_sentence_is_as_likely_to_be_drawn():
    units, *_ = corpus(n_documents=2)
    drawn = pd.concat([draw_sample(units, n=5, seed=s) for s in range(150)])
    rate = drawn.groupby(["doc_id", "unit_id"]).size().reindex(pd.MultiIndex.from_frame(units[["doc_id", "unit_id"]]))
    expected = 150 * 5 / len(units)
    assert rate.notna().all()
    assert abs(rate - expected).max() < 5 * np.sqrt(expected)


def test_refusals():
    units, codes, *_ = corpus(n_documents=2)
    sample = draw_sample(units, n=10)

    def estimate(codes=codes, sample=sample):
        return estimate_shares(codes, units, sample, machine="rules", reader="settled")

    first = codes["doc_id"].eq("doc_0")
    with pytest.raises(InvalidInput, match="Invalid codes of rules: must cover all"):
        estimate(codes=codes[(codes["coder"] != "rules") | first])
    lacking = codes["coder"].eq("settled") & codes["unit_id"].eq(sample["unit_id"].iloc[0])
    with pytest.raises(InvalidInput, match="Invalid codes of settled"):
        estimate(codes=codes[~lacking])
    with pytest.raises(InvalidInput, match=r"u9999"):
        estimate(sample=sample.assign(unit_id=["u9999", *sample["unit_id"].iloc[1:]]))
    with pytest.raises(InvalidInput, match=r"drawn by one of.*\['paragraph'\]"):
        estimate(sample=sample.assign(by="paragraph"))
    with pytest.raises(InvalidInput, match=r"one probability in \(0, 1\]"):
        estimate(sample=sample.assign(probability=[0.5] + [0.1] * 9))
    with pytest.raises(InvalidInput, match="Invalid by paragraph"):
        draw_sample(units, n=3, by="paragraph")
    with pytest.raises(InvalidInput, match=r"Invalid n 1: .*1 strata"):
        draw_sample(units, n=1)
    with pytest.raises(InvalidInput, match=r"Invalid n 9999"):
        draw_sample(units, n=9999)
    with pytest.raises(InvalidInput, match=r"needs one\. \['doc_1'\]"):
        draw_sample(units, n=9, strata={"doc_0": "news"})


def test_cochrans_sample_sizes():
    """Cochran 1977, 4.4: p (1 - p) at most ¼, half width 0.05: 384 of a large population, 278 of 1,000."""
    assert size_sample(n_units=10**9, half_width=0.05, error_share=0.25) == 385
    assert size_sample(n_units=1000, half_width=0.05, error_share=0.25) == 278
    assert size_sample(n_units=50, half_width=0.001, error_share=0.25) == 50
    for bad in ({"n_units": 0}, {"half_width": 0}, {"error_share": 1.0}):
        with pytest.raises(InvalidInput, match=next(iter(bad))):
            size_sample(**({"n_units": 100, "half_width": 0.1, "error_share": 0.1} | bad))


def test_the_size_gives_the_wanted_width():
    units, codes, truth, machine = corpus(n_documents=40)
    error = (truth != machine).mean(axis=0)
    n = size_sample(n_units=len(units), half_width=0.04, error_share=float(error.max()))
    found = estimate_shares(codes, units, draw_sample(units, n=n), machine="rules", reader="settled")
    assert ((found["high"] - found["low"]) / 2).max() < 0.04 * 1.15


def test_silence_is_bounded_and_a_censored_source_says_nothing():
    made = simulate_corpus([[0.0] * 16 + [0.3]] * 3, n_paragraphs=(8, 8, 1), seed=1)
    shares = count_shares(made.codes, made.units, coder="settled", censored=["doc_1"])
    bounds = bound_silence(shares, recall=dict.fromkeys(THEMES, 0.5)).set_index(["group", "theme"])
    high = shares.set_index(["group", "theme"])["high"]
    assert "digital" not in bounds.loc["doc_0"].index
    assert bounds.loc[("doc_0", "service"), "bound"] == pytest.approx(2 * high["doc_0", "service"])
    assert bounds.loc["doc_1", "bound"].isna().all()
    assert set(bounds.loc["doc_1", "why"]) == {"censored source"}
    assert set(bounds.loc["doc_2", "why"]) == {"none: one paragraph"}
    tiny = bound_silence(shares, recall=dict.fromkeys(THEMES, 0.01))
    assert tiny["bound"].max() == 1
    with pytest.raises(InvalidInput, match=r"must lie in.*contests"):
        bound_silence(shares, recall={t: 0.5 for t in THEMES if t != "contests"})


def test_bias_and_coverage_over_many_samples():
    table = measure_estimates(n_runs=16, n_documents=12, n_drawn=(("sentence", 60), ("document", 6)), seed=1)
    assert (table["coverage"] >= 0.90).all()
    assert (table["bias"] <= 1.6 * table["se_bias"]).all()  # of 17 themes the ratio squared is about χ²(17) / 17
    assert (table["bias_naive"] > 2 * table["se_bias"]).all()
