"""Are groups, branches, contrasts, pairs and families found where they were planted, and nowhere else?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from cxzy_study.findings.calibrate import FIVE_DOCUMENTS, draw_corpus, spread_over_runs
from cxzy_study.findings.clusters import build_tree, count_support
from cxzy_study.findings.contrasts import contrast_blocks
from cxzy_study.findings.cooccurrence import pool_pairs
from cxzy_study.findings.correspondence import place_groups
from cxzy_study.findings.distances import group_shares, measure_distances
from cxzy_study.findings.families import METHODS, compare_families
from cxzy_study.findings.marks import Blocks
from cxzy_study.findings.partitions import score_partitions
from cxzy_study.findings.simulate import PLANTED_SHARES, plant_clusters, simulate_marks
from cxzy_study.tables import THEMES

APART = (0, 1, 2, 3, 4)
"""Five groups, each different from each: with strength 0 all are the same."""


def measure_grouping(
    *,
    n_runs: int = 200,
    planted: Sequence[tuple[Sequence[int], float, float]] = (
        (APART, 0.0, 0.0), (APART, 0.5, 0.0), (APART, 1.0, 0.0), (APART, 0.0, 0.5),
        ((0, 0, 0, 1, 1), 0.5, 0.0), ((0, 0, 0, 1, 1), 1.0, 0.0), ((0, 0, 0, 1, 1), 1.5, 0.0),
        ((0, 0, 1, 1, 2), 1.0, 0.0), ((0, 0, 0, 0, 1), 1.0, 0.0),
    ),
    n_paragraphs: Sequence[int] = FIVE_DOCUMENTS,
    icc: float = 0.1,
    measure: str = "jensen_shannon",
    linkage: str = "average",
    n_permutations: int = 199,
    n_resamples: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often a grouping is supported where none, or one, was planted.

    Parameters
    ----------
    planted : sequence of (partition, strength, level)
        Cluster of each group; standard deviation of the clusters' log-odds, by theme; standard deviation of a shift of
        all themes of a group together (sentences that bear more or fewer themes): a gradient, not a grouping.
    n_paragraphs : sequence of int
        Paragraphs of each group.

    Returns
    -------
    DataFrame
        One row a setting: ``partition``, ``strength``, ``level``, ``icc``, ``n_runs``, ``supported`` (rate of corpora
        for which :func:`cxzy_study.findings.partitions.compare_partitions` supports a grouping: nominal 0.05 where none
        is planted), ``se``, ``right`` (rate for which it is the planted one), ``mixed`` (rate for which one of its
        clusters has members of different planted ones), ``branch_95`` (rate of corpora with a branch of the tree, other
        than the root, whose support is 0.95 or more), ``branch_95_wrong`` (with such a branch that parts members of one
        cluster and is no part of one).
    """  # fmt: skip
    rows = []
    for partition, strength, level in planted:
        found = []
        for run in range(n_runs):
            rng = np.random.default_rng([seed, run])
            blocks = _corpus(partition, strength, level, n_paragraphs, icc, seed + run)
            scores = score_partitions(
                blocks, measure=measure, n_permutations=n_permutations, n_resamples=n_resamples, rng=rng
            )
            verdict = scores.verdict()
            joins = build_tree(measure_distances(group_shares(blocks), measure=measure), linkage=linkage)
            branches = [a | b for a, b, _ in joins][:-1]
            support = count_support(
                blocks, branches, measure=measure, linkage=linkage, n_resamples=n_resamples, rng=rng, scales=(1.0,)
            )[:, 0]
            strong = [b for b, s in zip(branches, support, strict=True) if s >= 0.95]
            wrong = any(_cuts(b, partition) for b in strong)
            mixed = verdict is not None and _mixes(verdict, partition)
            found.append((verdict is not None, verdict == tuple(partition), mixed, bool(strong), wrong))
        supported, right, mixed, branch, wrong_branch = np.mean(found, axis=0)
        rows.append({
            "partition": ";".join(map(str, partition)), "strength": strength, "level": level, "icc": icc,
            "n_runs": n_runs, "supported": supported, "se": np.sqrt(supported * (1 - supported) / n_runs),
            "right": right, "mixed": mixed, "branch_95": branch, "branch_95_wrong": wrong_branch,
        })  # fmt: skip
    return pd.DataFrame(rows)


def measure_contrasts(
    *,
    n_runs: int = 200,
    n_paragraphs: Sequence[Sequence[int]] = ((3, 3, 3, 2, 4), (5, 6, 4), (12, 12)),
    odds_ratios: Sequence[float] = (1.0, 3.0, 8.0),
    icc: float = 0.1,
    persistence: float = 0.0,
    n_permutations: int = 199,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often contrasts within a document are found where none, or one, was planted.

    Parameters
    ----------
    n_paragraphs : sequence of sequences of int
        Paragraphs of each arena of a document.
    n_permutations : int
        With few the least p is too large to survive the allowance for 34 to 85 comparisons: 199 find nothing at all.
    odds_ratios : sequence of float
        By which the odds of one theme (``development``) are multiplied in the first arena.

    Returns
    -------
    DataFrame
        One row a setting: ``n_paragraphs``, ``odds_ratio``, ``icc``, ``persistence``, ``n_runs``, ``any_false`` (rate
        of documents with an adjusted p of 0.05 or less for another theme: nominal 0.05), ``se`` (of any_false),
        ``power`` (rate for the planted theme and arena), ``coverage`` (of the difference of that theme and arena).
    """
    at = THEMES.index("development")
    rows = []
    for paragraphs in n_paragraphs:
        for ratio in odds_ratios:
            shares = np.tile(PLANTED_SHARES, (len(paragraphs), 1))
            odds = shares[0, at] / (1 - shares[0, at]) * ratio
            shares[0, at] = odds / (1 + odds)
            found = []
            for run in range(n_runs):
                rng = np.random.default_rng([seed, run, len(paragraphs)])
                blocks = draw_corpus(shares, n_paragraphs=paragraphs, icc=icc, persistence=persistence, rng=rng)
                cell = contrast_blocks(blocks, n_permutations=n_permutations, rng=rng)
                truth = shares[0, at] - shares[1, at]
                is_found = cell["p_adjusted"] <= 0.05
                found.append((
                    np.delete(is_found, at, axis=1).any(), is_found[0, at],
                    cell["low"][0, at] <= truth <= cell["high"][0, at],
                ))  # fmt: skip
            false, power, coverage = np.mean(found, axis=0)
            rows.append({
                "n_paragraphs": ";".join(map(str, paragraphs)), "odds_ratio": ratio, "icc": icc,
                "persistence": persistence, "n_runs": n_runs, "any_false": false,
                "se": np.sqrt(false * (1 - false) / n_runs), "power": power, "coverage": coverage,
            })  # fmt: skip
    return pd.DataFrame(rows)


def measure_cooccurrence(
    *,
    n_runs: int = 200,
    icc: Sequence[float] = (0.0, 0.1, 0.3),
    length_slope: float = 0.8,
    n_length_classes: Sequence[int] = (1, 3, 5),
    n_paragraphs: Sequence[int] = FIVE_DOCUMENTS,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often intervals of the log odds ratio hold 0 for themes that have nothing to do with each other.

    Returns
    -------
    DataFrame
        One row a setting: ``icc``, ``length_slope``, ``n_length_classes``, ``n_runs``, ``coverage``, ``se``,
        ``above`` (rate of intervals wholly above 0) over pairs with two or more sentences expected to have both.
    """
    rows = []
    every_pair = list(combinations(range(len(THEMES)), 2))
    for rho in icc:
        for classes in n_length_classes:
            held = []
            for run in range(n_runs):
                shares = plant_clusters(range(len(n_paragraphs)), strength=0.5, seed=seed + run)
                marks = simulate_marks(
                    shares, n_paragraphs=n_paragraphs, icc=rho, length_slope=length_slope, seed=seed + run
                )
                found = pool_pairs(marks, every_pair, n_length_classes=classes)
                low, high = (found[end][found["expected"] >= 2] for end in ("low", "high"))
                held.append((((low <= 0) & (high >= 0)).mean(), (low > 0).mean()))
            coverage, above = np.mean(held, axis=0)
            rows.append({
                "icc": rho, "length_slope": length_slope, "n_length_classes": classes, "n_runs": n_runs,
                "coverage": coverage, "se": spread_over_runs(np.array(held)[:, :1]), "above": above,
            })  # fmt: skip
    return pd.DataFrame(rows)


def measure_ellipses(
    *,
    n_runs: int = 200,
    n_paragraphs: Sequence[Sequence[int]] = (FIVE_DOCUMENTS, (6, 6, 6, 6)),
    strengths: Sequence[float] = (0.0, 0.5, 1.0),
    icc: float = 0.1,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often a group's ellipse holds the place of its planted profile in the same map.

    Returns
    -------
    DataFrame
        ``n_paragraphs`` (joined by ``;``), ``strength``, ``icc``, ``n_runs``, ``coverage``, ``se``.
    """
    rows = []
    for paragraphs in n_paragraphs:
        for strength in strengths:
            held = []
            for run in range(n_runs):
                shares = plant_clusters(range(len(paragraphs)), strength=strength, seed=seed + run)
                blocks = simulate_marks(shares, n_paragraphs=paragraphs, icc=icc, seed=seed + run).tally
                found = place_groups(blocks)
                used = shares[:, found.used]
                gap = found.whole.project(used / used.sum(axis=1, keepdims=True))[:, :2] - found.centre
                radius_a, radius_b, angle = found.ellipse.T
                turn = np.radians(angle)
                along = (gap[:, 0] * np.cos(turn) + gap[:, 1] * np.sin(turn)) / radius_a
                across = (gap[:, 1] * np.cos(turn) - gap[:, 0] * np.sin(turn)) / radius_b
                held.append(along**2 + across**2 <= 1)
            rows.append({
                "n_paragraphs": ";".join(map(str, paragraphs)), "strength": strength, "icc": icc, "n_runs": n_runs,
                "coverage": np.mean(held), "se": spread_over_runs(np.array(held, dtype=float)),
            })  # fmt: skip
    return pd.DataFrame(rows)


def measure_families(
    *,
    n_runs: int = 40,
    n_items: int = 80,
    n_features: int = 26,
    strengths: Sequence[float] = (0.0, 1.5, 2.5),
    n_families: int = 3,
    methods: Sequence[str] = METHODS,
    n_resamples: int = 25,
    n_null: int = 39,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often consensus clustering supports families where none, or some, were planted.

    Parameters
    ----------
    strengths : sequence of float
        Standard deviation of the families' log-odds, by feature; 0 for no families.

    Returns
    -------
    DataFrame
        ``strength``, ``n_items``, ``n_families``, ``n_runs``, ``supported`` (rate of data for which any method and k is
        supported: nominal 0.05 at strength 0), ``se``, ``right`` (rate for which the planted number is among those
        supported).
    """
    rows = []
    for strength in strengths:
        found = []
        for run in range(n_runs):
            rng = np.random.default_rng([seed, run])
            family = np.arange(n_items) % n_families
            logit = rng.uniform(-3, -0.5, n_features) + rng.normal(0, strength, (n_families, n_features))[family]
            values = (rng.random(logit.shape) < 1 / (1 + np.exp(-logit))).astype(float)
            empty = np.flatnonzero(values.sum(axis=1) == 0)
            values[empty, logit[empty].argmax(axis=1)] = 1.0
            frame = compare_families(
                pd.DataFrame(values), k=(2, 3, 4, 5), methods=methods, n_resamples=n_resamples, n_null=n_null, seed=run
            )
            held = frame["supported"] == 1
            found.append((held.any(), (held & (frame["k"] == n_families)).any()))
        supported, right = np.mean(found, axis=0)
        rows.append({
            "strength": strength, "n_items": n_items, "n_families": n_families, "n_runs": n_runs,
            "supported": supported, "se": np.sqrt(supported * (1 - supported) / n_runs), "right": right,
        })  # fmt: skip
    return pd.DataFrame(rows)


def _corpus(
    partition: Sequence[int], strength: float, level: float, n_paragraphs: Sequence[int], icc: float, seed: int
) -> Blocks:
    shares = plant_clusters(partition, strength=strength, seed=seed)
    rng = np.random.default_rng([seed, 1])
    odds = shares / (1 - shares) * np.exp(rng.normal(0, level, (len(shares), 1)))
    return draw_corpus(odds / (1 + odds), n_paragraphs=n_paragraphs, icc=icc, rng=rng)


def _mixes(verdict: Sequence[int], partition: Sequence[int]) -> bool:
    """Whether a cluster of the verdict has members of different planted clusters."""
    return len(set(zip(verdict, partition, strict=True))) > len(set(verdict))


def _cuts(branch: frozenset[int], partition: Sequence[int]) -> bool:
    """Whether a branch has some but not all members of a cluster, together with others."""
    inside = {partition[i] for i in branch}
    outside = {c for i, c in enumerate(partition) if i not in branch}
    return len(inside) > 1 and bool(inside & outside)
