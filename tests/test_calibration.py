"""The calibration runs in parts that are taken up again, and its table says what was measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.findings import calibrate, calibrate_claims, calibrate_groups
from cxzy_study.findings.calibration import TRIALS, Trial, merge_chunks, run_trials
from cxzy_study.findings.families import compare_families, draw_null
from cxzy_study.findings.features import tabulate_practices
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.simulate import PLANTED_SHARES, simulate_corpus
from cxzy_study.tables import THEMES, InvalidInput, load_table

SMALL = (
    Trial("share_interval", calibrate.measure_coverage, {"methods": ("wilson_deff",), "n_blocks": (11,), "icc": (0.1,)},
          400, 100, ("method", "n_blocks", "icc"), {"coverage": 0.95}),
    Trial("contrast", calibrate_groups.measure_contrasts,
          {"odds_ratios": (1.0,), "n_paragraphs": ((12, 12),), "n_permutations": 499}, 40, 20,
          ("n_paragraphs", "odds_ratio"), {"any_false": 0.05, "coverage": 0.95}),
)  # fmt: skip


def test_a_small_calibration_is_near_its_names(tmp_path):
    table = run_trials(tmp_path, trials=SMALL).set_index(["method", "quantity"])
    assert abs(table.loc[("share_interval", "coverage"), "rate"] - 0.95) < 0.02
    assert table.loc[("contrast", "any_false"), "rate"] <= 0.2
    assert table.loc[("contrast", "coverage"), "rate"] >= 0.8
    assert table["n_runs"].tolist() == [400, 40, 40]


def test_parts_are_taken_up_and_tell_their_progress(tmp_path):
    told = []
    first = run_trials(tmp_path, trials=SMALL[:1], part=0.5, tell=lambda *t: told.append(t))
    assert [t[:2] for t in told] == [(0, 2), (1, 2), (2, 2)]
    stamps = {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    again = run_trials(tmp_path, trials=SMALL[:1])
    assert {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir() if p.name in stamps} == stamps
    assert len(list(tmp_path.iterdir())) == 4
    assert first["n_runs"].tolist() == [200]
    assert again["n_runs"].tolist() == [400]
    changed = Trial(**{**SMALL[0].__dict__, "options": {**SMALL[0].options, "n_blocks": (12,)}})
    assert changed.key != SMALL[0].key
    with pytest.raises(InvalidInput, match="part 0"):
        run_trials(tmp_path, trials=SMALL, part=0)


def test_no_two_chunks_use_one_seed():
    seen = set()
    trial = Trial("x", lambda *, n_runs, seed: seen.add((seed, n_runs)) or pd.DataFrame(
        {"s": ["1"], "coverage": [0.9], "se": [0.0], "n_runs": [n_runs]}), {}, 30, 10, ("s",), {"coverage": 0.95})  # fmt: skip
    trial.measure.__name__ = "made"
    run_trials(_Nowhere(), trials=[trial])
    assert seen == {(0, 10), (10, 10), (20, 10)}


class _Nowhere:
    """A folder in which nothing is and nothing stays."""

    def __truediv__(self, name):
        import tempfile
        from pathlib import Path

        return Path(tempfile.mkdtemp()) / name


def test_chunks_are_merged_by_their_runs_and_judged_by_two_standard_errors():
    trial = Trial("m", calibrate.measure_coverage, {}, 300, 100, ("icc",), {"coverage": 0.95, "power": None})
    chunks = [
        pd.DataFrame({"icc": ["0"], "coverage": [c], "se": [s], "n_runs": [n], "power": [p]})
        for c, s, n, p in ((0.90, 0.01, 100, 0.2), (0.93, 0.02, 200, 0.5))
    ]
    table = merge_chunks(trial, chunks).set_index("quantity")
    assert table.loc["coverage", "rate"] == pytest.approx(0.92)
    assert table.loc["coverage", "se"] == pytest.approx(np.hypot(100 * 0.01, 200 * 0.02) / 300)
    assert table.loc["coverage", "verdict"] == "lax"
    assert table.loc["power", "rate"] == pytest.approx(0.4)
    near = (0.4 * 300 + 1) / 302
    assert table.loc["power", "se"] == pytest.approx(np.sqrt(near * (1 - near) / 300))
    assert table.loc["power", "verdict"] == ""


@pytest.mark.parametrize(
    ("rate", "nominal", "verdict"),
    [(0.951, 0.95, "as_named"), (0.99, 0.95, "cautious"), (0.90, 0.95, "lax"), (0.09, 0.05, "lax"), (0.01, 0.05, "cautious")],
)
def test_verdicts_know_the_safe_side(rate, nominal, verdict):
    from cxzy_study.findings.calibration import _judge

    assert _judge(rate, nominal, 0.001) == verdict


def test_a_corpus_drawn_at_once_is_like_one_made_of_tables():
    """Shares, and the correlation within paragraphs, as simulate_corpus gives them."""
    shares = np.tile(PLANTED_SHARES, (2, 1))
    rng = np.random.default_rng(0)
    drawn = calibrate.draw_corpus(shares, n_paragraphs=(1500, 1500), icc=0.2, rng=rng)
    made = simulate_corpus(shares, n_paragraphs=1500, icc=0.2, seed=1)
    marks = find_marks(made.codes, made.units, coder="settled")
    assert len(drawn.groups) == len(marks.groups) == 2
    shared = [blocks.marked.sum(axis=0) / blocks.sizes.sum() for blocks in (drawn, marks.tally)]
    assert shared[0] == pytest.approx(np.array(PLANTED_SHARES), abs=0.012)
    assert shared[0].mean() == pytest.approx(shared[1].mean(), rel=0.03)
    assert drawn.sizes.mean() == pytest.approx(marks.tally.sizes.mean(), rel=0.08)


def test_the_shipped_calibration_has_every_trial_and_its_errors():
    table = load_table(ROOT / "data/tables/calibration.csv", "calibration")
    assert set(table["method"]) == {t.method for t in TRIALS}
    named = table[table["nominal"].notna()]
    gap, se = (named["rate"] - named["nominal"]).abs(), named["se"].clip(lower=1e-12)
    assert ((gap <= 2 * se) == (named["verdict"] == "as_named")).all()
    assert table.loc[table["method"] == "share_interval", "n_runs"].min() == 10_000


# ---- families where the codebook allows one choice only -----------------------------------------------------------------


def one_choice(n=120, seed=0):
    """Items that have one of four instruments and some themes, and nothing to do with each other beyond that."""
    rng = np.random.default_rng(seed)
    instrument = rng.integers(0, 4, n)
    made = {f"instrument={i}": (instrument == i).astype(int) for i in range(4)}
    made |= {f"theme={i}": (rng.random(n) < 0.15).astype(int) for i in range(8)}
    return pd.DataFrame(made), [[f"instrument={i}" for i in range(4)]]


def test_a_single_choice_makes_no_families_once_the_null_has_it_too():
    table, exclusive = one_choice()
    plain = compare_families(table, k=(4,), methods=("ward",), n_resamples=15, n_null=19)
    fair = compare_families(table, k=(4,), methods=("ward",), n_resamples=15, n_null=19, exclusive=exclusive)
    assert plain["supported"].tolist() == [1]
    assert fair["supported"].tolist() == [0]


def test_the_null_has_exactly_one_of_each_exclusive_set_in_the_same_frequencies():
    table, _ = one_choice(n=400)
    drawn = draw_null(table.to_numpy(dtype=float), rng=np.random.default_rng(1), blocks=[np.arange(4)])
    assert (drawn[:, :4].sum(axis=1) == 1).all()
    assert drawn[:, :4].mean(axis=0) == pytest.approx(table.to_numpy()[:, :4].mean(axis=0), abs=0.05)


def test_an_item_with_two_of_an_exclusive_set_is_refused():
    table, exclusive = one_choice()
    table.iloc[3, :4] = 1
    with pytest.raises(InvalidInput, match=r"exactly one. \[3\]"):
        compare_families(table, k=(2,), exclusive=exclusive)


def test_practices_are_tabulated_with_rare_actors_put_together():
    practices = pd.DataFrame({
        "practice_id": [f"p{i}" for i in range(12)], "themes": ["service;contests"] * 6 + ["training"] * 6,
        "actor": ["member"] * 9 + ["media", "media", "resident"], "instrument": ["structure"] * 6 + ["authority"] * 6,
        "checking": ["superior;peer"] * 7 + ["none"] * 5,
    })  # fmt: skip
    table, exclusive = tabulate_practices(practices)
    assert table.columns.tolist() == [
        "theme=contests", "theme=training", "theme=service", "actor=member", "actor=other", "instrument=authority",
        "instrument=structure", "checking=superior", "checking=peer",
    ]  # fmt: skip
    assert [c for c in table if c.startswith("theme=")] == [f"theme={t}" for t in THEMES if f"theme={t}" in table]
    assert exclusive == [["actor=member", "actor=other"], ["instrument=authority", "instrument=structure"]]
    assert (table[exclusive[0]].sum(axis=1) == 1).all()
    assert table["actor=other"].sum() == 3


def test_leads_found_after_looking_hold_their_truth_about_as_often_as_named():
    table = calibrate_claims.measure_differences(n_runs=40, strengths=(0.0, 0.5)).set_index(["kind", "strength"])
    assert set(table.index.get_level_values("kind")) == {"share_above", "emphasis", "share_least", "share_most"}
    leads = table.loc[["share_above", "emphasis"]]
    assert (leads["coverage"] > 0.9).all()
    assert (leads["false"] <= 0.05).all()
    # Of documents that are all the same the one with the highest upper end was chosen for it.
    assert table.loc[("share_most", 0.0), "coverage"] < 0.92
    assert table.loc["share_least", "false"].isna().all()
