"""Do intervals hold the truth as often as they say? Answers on simulated corpora, held against what was planted.

Every function takes its number of runs and gives a rate with its standard error ``se``, √(p(1-p)/n) where answers of
different runs are independent and from the spread over runs where one run gives several.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxzy_study.findings.distances import MEASURES, WITH_INTERVAL, compare_pair
from cxzy_study.findings.estimates import correct_shares, pick_rows
from cxzy_study.findings.intervals import METHODS, make_interval
from cxzy_study.findings.lengths import adjust_marks
from cxzy_study.findings.marks import Blocks
from cxzy_study.findings.shares import weigh_characters
from cxzy_study.findings.simulate import (
    PARAGRAPH_SIZES,
    PLANTED_SHARES,
    draw_marks,
    plant_clusters,
    planted_truth,
    simulate_marks,
)
from cxzy_study.tables import THEMES

FIVE_DOCUMENTS = (11, 15, 11, 24, 12)
"""Paragraphs of five documents of the kind that is studied."""


def measure_coverage(
    *,
    n_runs: int = 1000,
    n_blocks: Sequence[int] = (2, 3, 5, 8, 11, 15, 24, 30),
    icc: Sequence[float] = (0.0, 0.1, 0.3),
    persistence: float = 0.0,
    methods: Sequence[str] = METHODS,
    shares: Sequence[float] = PLANTED_SHARES,
    n_resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often 95% intervals of shares hold the planted share.

    Parameters
    ----------
    n_runs : int
        Simulated groups a setting; each gives an interval for every theme.
    n_blocks, icc : sequence
        Paragraphs of a group and their correlation: every pair is a setting.
    persistence : float
        Correlation between adjacent paragraphs, as a share of icc: what taking paragraphs as independent leaves out.

    Returns
    -------
    DataFrame
        One row a setting and method: ``method``, ``n_blocks``, ``icc``, ``persistence``, ``n_runs``, ``made`` (share of
        themes with an interval), ``coverage`` (share of all that hold the truth; without an interval none does),
        ``coverage_made`` (of those made), ``lowest`` (coverage of the theme with the lowest), ``se`` (of coverage),
        ``width`` (mean).
    """
    truth = np.asarray(shares)
    rows = []
    for blocks in n_blocks:
        for rho in icc:
            rng = np.random.default_rng([seed, blocks, round(rho * 1000)])
            inside = {m: np.zeros((n_runs, len(truth))) for m in methods}
            width = {m: np.full((n_runs, len(truth)), np.nan) for m in methods}
            for run in range(n_runs):
                counts, sizes = _draw_blocks(truth, blocks, rho, persistence, rng)
                for m in methods:
                    low, high = make_interval(counts, sizes, method=m, n_resamples=n_resamples, seed=run)
                    inside[m][run] = (low <= truth) & (truth <= high)
                    width[m][run] = high - low
            for m in methods:
                made = ~np.isnan(width[m])
                rows.append({
                    "method": m, "n_blocks": blocks, "icc": rho, "persistence": persistence, "n_runs": n_runs,
                    "made": made.mean(), "coverage": inside[m].mean(),
                    "coverage_made": inside[m].sum() / max(made.sum(), 1),
                    "lowest": inside[m].mean(axis=0).min(), "se": spread_over_runs(inside[m]),
                    "width": np.nanmean(width[m]) if made.any() else np.nan,
                })  # fmt: skip
    return pd.DataFrame(rows)


def measure_distances_held(
    *,
    n_runs: int = 500,
    n_blocks: Sequence[tuple[int, int]] = ((3, 3), (5, 5), (3, 15), (11, 15), (24, 24)),
    strengths: Sequence[float] = (0.0, 0.3, 0.6, 1.0),
    icc: float = 0.1,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure bias and coverage of the excess distance of two groups, and how often equal groups seem apart.

    Parameters
    ----------
    strengths : sequence of float
        Standard deviation of the groups' log-odds around common shares (:func:`plant_clusters`).

    Returns
    -------
    DataFrame
        One row a setting and measure: ``measure``, ``n_blocks_a``, ``n_blocks_b``, ``strength``, ``icc``, ``n_runs``,
        ``truth`` (mean planted distance), ``distance``, ``excess`` (means), ``beyond_chance`` (rate of distances above
        ``chance_high``: nominal 0.05 at strength 0), ``coverage``, ``se`` (both empty for measures without an
        interval).
    """
    rows = []
    for a, b in n_blocks:
        for strength in strengths:
            found: dict[str, list[tuple[float, ...]]] = {m: [] for m in MEASURES}
            for run in range(n_runs):
                rng = np.random.default_rng([seed, a, b, run])
                shares = plant_clusters([0, 1], strength=strength, seed=seed + run)
                one, two = (_draw_blocks(p, n, icc, 0.0, rng) for p, n in zip(shares, (a, b), strict=True))
                for m, function in MEASURES.items():
                    row = compare_pair(
                        one, two, measure=m, n_permutations=n_resamples, n_resamples=n_resamples, rng=rng
                    )
                    truth = float(function(*shares))
                    held = row["low"] - 1e-12 <= truth <= row["high"] + 1e-12 if m in WITH_INTERVAL else np.nan
                    found[m].append((truth, row["distance"], row["excess"], row["distance"] > row["chance_high"], held))
            for m, values in found.items():
                truth, distance, excess, beyond, coverage = np.mean(values, axis=0)
                rows.append({
                    "measure": m, "n_blocks_a": a, "n_blocks_b": b, "strength": strength, "icc": icc, "n_runs": n_runs,
                    "truth": truth, "distance": distance, "excess": excess, "beyond_chance": beyond,
                    "coverage": coverage, "se": np.sqrt(coverage * (1 - coverage) / n_runs),
                })  # fmt: skip
    return pd.DataFrame(rows)


def measure_weighted(
    *,
    n_runs: int = 100,
    n_paragraphs: Sequence[Sequence[int]] = ((5, 5, 5, 5, 5), FIVE_DOCUMENTS),
    length_slopes: Sequence[float] = (0.0, 0.8),
    icc: float = 0.1,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often intervals of character shares and of shares adjusted for length hold the planted ones.

    Parameters
    ----------
    length_slopes : sequence of float
        Change of every theme's log-odds with the logarithm of a sentence's characters.

    Returns
    -------
    DataFrame
        ``share`` (characters or adjusted), ``n_paragraphs`` (joined by ``;``), ``length_slope``, ``icc``, ``n_runs``,
        ``coverage``, ``se``.
    """
    rows = []
    for paragraphs in n_paragraphs:
        for slope in length_slopes:
            held: dict[str, list[np.ndarray]] = {"characters": [], "adjusted": []}
            for run in range(n_runs):
                shares = plant_clusters(range(len(paragraphs)), strength=0.5, seed=seed + run)
                marks = simulate_marks(
                    shares, n_paragraphs=paragraphs, icc=icc, length_slope=slope, seed=seed + run
                )
                # Groups planted alike in all but their shares: all have the standard's lengths.
                truth, of_characters = planted_truth(shares, length_slope=slope)
                _, low, high = weigh_characters(marks)
                held["characters"].append(((low <= of_characters) & (of_characters <= high)).ravel())
                found = adjust_marks(marks)
                held["adjusted"].append(((found["low"] <= truth) & (truth <= found["high"])).ravel())
            for name, answers in held.items():
                rows.append({
                    "share": name, "n_paragraphs": ";".join(map(str, paragraphs)), "length_slope": slope, "icc": icc,
                    "n_runs": n_runs, "coverage": np.mean(answers),
                    "se": spread_over_runs(np.array(answers, dtype=float)),
                })  # fmt: skip
    return pd.DataFrame(rows)


def measure_estimates(
    *,
    n_runs: int = 200,
    n_documents: int = 30,
    n_drawn: Sequence[tuple[str, int]] = (("sentence", 50), ("sentence", 200), ("document", 4), ("document", 10)),
    missed: float = 0.3,
    false: float = 0.03,
    unevenness: float = 0.5,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure bias and coverage of shares corrected by a random sample, against those of the machine.

    Parameters
    ----------
    n_drawn : sequence of (by, n)
        Sentences or documents drawn.
    missed, false : float
        Part of the reader's marks that the machine misses; part of the sentences without a mark that it marks.
    unevenness : float
        Standard deviation of the logarithm of both rates over documents and themes.

    Returns
    -------
    DataFrame
        ``by``, ``n_drawn``, ``n_runs``, ``n_read`` (mean sentences), ``error_naive``, ``error`` (mean absolute error
        over themes), ``bias_naive``, ``bias`` (root mean square over themes of the mean error), ``se_bias`` (what
        ``bias`` comes to by chance if there is none), ``coverage``, ``se`` (of coverage), ``width``.
    """
    rows = []
    for by, n in n_drawn:
        found, held, errors = [], [], []
        for run in range(n_runs):
            rng = np.random.default_rng([seed, run])
            shares = plant_clusters(range(n_documents), strength=0.5, seed=seed + run)
            marks = simulate_marks(shares, n_paragraphs=8, icc=0.1, seed=seed + run)
            document, n_all = marks.member, len(marks.values)
            uneven = np.exp(rng.normal(0, unevenness, (2, n_documents, len(THEMES))))[:, document]
            chance = np.where(marks.values, 1 - np.minimum(missed * uneven[0], 1), np.minimum(false * uneven[1], 1))
            machine = rng.random(chance.shape) < chance
            # As draw_sample and estimate_shares do it, all documents being of one stratum.
            n_there = n_documents if by == "document" else n_all
            drawn = pick_rows(n_there, n, np.random.default_rng(run))
            at = np.flatnonzero(np.isin(document, drawn)) if by == "document" else drawn
            shift, centre, half = correct_shares(
                marks.values[at].astype(float) - machine[at], n_all, probability=np.full(len(at), n / n_there),
                stratum=np.zeros(len(at), dtype=int), document=document[at] if by == "document" else None,
            )  # fmt: skip
            share, truth = machine.mean(axis=0), marks.values.mean(axis=0)
            low, high = np.clip(share + centre - half, 0, 1), np.clip(share + centre + half, 0, 1)
            held.append((low <= truth) & (truth <= high))
            found.append((len(at), (high - low).mean()))
            errors.append((share - truth, share + shift - truth))
        n_read, width = np.mean(found, axis=0)
        both = np.array(errors)
        error_naive, mean_error = np.abs(both).mean(axis=(0, 2))
        bias_naive, bias = np.sqrt((both.mean(axis=0) ** 2).mean(axis=1))
        se_bias = np.sqrt((both[:, 1].var(axis=0, ddof=1) / n_runs).mean()) if n_runs > 1 else np.nan
        rows.append({
            "by": by, "n_drawn": n, "n_runs": n_runs, "n_read": n_read, "error_naive": error_naive, "error": mean_error,
            "bias_naive": bias_naive, "bias": bias, "se_bias": se_bias,
            "coverage": np.mean(held), "se": spread_over_runs(np.array(held, dtype=float)), "width": width,
        })  # fmt: skip
    return pd.DataFrame(rows)


def spread_over_runs(answers: np.ndarray) -> float:
    """Return the standard error of the mean of *answers*, shape (runs, answers of one run); NaN for one run."""
    means = answers.mean(axis=1)
    return float(means.std(ddof=1) / np.sqrt(len(means))) if len(means) > 1 else np.nan


def draw_corpus(
    shares: np.ndarray, *, n_paragraphs: Sequence[int], icc: float, persistence: float = 0.0, rng: np.random.Generator
) -> Blocks:
    """Draw the paragraphs of groups with these shares, shape (groups, 17): what a simulated corpus comes to, at once.

    Paragraphs have the sizes of :data:`PARAGRAPH_SIZES`.
    """
    sizes = rng.choice(PARAGRAPH_SIZES, sum(n_paragraphs))
    owner = np.repeat(np.arange(len(shares)), n_paragraphs)
    parts = [_mark_blocks(share, sizes[owner == g], icc, persistence, rng) for g, share in enumerate(shares)]
    return Blocks(np.concatenate(parts), sizes, owner, [f"group_{g}" for g in range(len(shares))])


def _draw_blocks(
    shares: np.ndarray, n_blocks: int, icc: float, persistence: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Marked sentences by paragraph and theme, and sentences by paragraph, of a simulated group."""
    sizes = rng.choice(PARAGRAPH_SIZES, n_blocks)
    return _mark_blocks(shares, sizes, icc, persistence, rng), sizes


def _mark_blocks(
    shares: np.ndarray, sizes: np.ndarray, icc: float, persistence: float, rng: np.random.Generator
) -> np.ndarray:
    """Marked sentences by paragraph and theme, of paragraphs with these sizes."""
    at = np.repeat(np.arange(len(sizes)), sizes)
    chance = np.broadcast_to(shares, (len(at), len(shares)))
    marks = draw_marks(chance, at, icc=icc, persistence=persistence, rng=rng)
    return np.add.reduceat(marks.astype(int), np.cumsum(sizes) - sizes, axis=0)
