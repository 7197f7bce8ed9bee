"""Are groups, branches, contrasts and families found where they were planted, and nowhere else?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxzy_study.findings.calibrate import FIVE_DOCUMENTS
from cxzy_study.findings.clusters import build_tree, count_support
from cxzy_study.findings.contrasts import compare_groups_within
from cxzy_study.findings.distances import group_shares, measure_distances
from cxzy_study.findings.families import METHODS, compare_families
from cxzy_study.findings.marks import Marks, read_marks
from cxzy_study.findings.partitions import score_partitions
from cxzy_study.findings.simulate import PLANTED_SHARES, plant_clusters, simulate_corpus
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
        is planted), ``se``, ``right`` (rate for which it is the planted one), ``branch_95`` (rate of corpora with a
        branch of the tree, other than the root, whose support is 0.95 or more), ``branch_95_wrong`` (with such a branch
        that parts members of one cluster and is no part of one).
    """  # fmt: skip
    rows = []
    for partition, strength, level in planted:
        found = []
        for run in range(n_runs):
            rng = np.random.default_rng([seed, run])
            marks = _corpus(partition, strength, level, n_paragraphs, icc, seed + run)
            scores = score_partitions(
                marks, measure=measure, n_permutations=n_permutations, n_resamples=0, rng=rng
            )
            best = int(scores.z_spread.argmax())
            is_supported = bool(scores.p_same[best] <= 0.05 and scores.p_spread[best] <= 0.05)
            joins = build_tree(measure_distances(group_shares(marks), measure=measure), linkage=linkage)
            branches = [a | b for a, b, _ in joins][:-1]
            support = count_support(
                marks, branches, measure=measure, linkage=linkage, n_resamples=n_resamples, rng=rng, scales=(1.0,)
            )[:, 0]
            strong = [b for b, s in zip(branches, support, strict=True) if s >= 0.95]
            wrong = any(_cuts(b, partition) for b in strong)
            is_right = is_supported and scores.partitions[best] == tuple(partition)
            found.append((is_supported, is_right, bool(strong), wrong))
        supported, right, branch, wrong_branch = np.mean(found, axis=0)
        rows.append({
            "partition": ";".join(map(str, partition)), "strength": strength, "level": level, "icc": icc,
            "n_runs": n_runs, "supported": supported, "se": np.sqrt(supported * (1 - supported) / n_runs),
            "right": right, "branch_95": branch, "branch_95_wrong": wrong_branch,
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
                made = simulate_corpus(
                    shares, n_paragraphs=paragraphs, icc=icc, persistence=persistence, one_document=True,
                    seed=seed + run,
                )
                frame = compare_groups_within(
                    made.codes, made.units, coder="settled", groups=made.groups, n_permutations=n_permutations, seed=run
                )
                own = frame["theme"] == "development"
                cell = frame[own & (frame["group"] == "group_0")].iloc[0]
                truth = shares[0, at] - shares[1, at]
                found.append((
                    (frame.loc[~own, "p_adjusted"] <= 0.05).any(), cell["p_adjusted"] <= 0.05,
                    cell["low"] <= truth <= cell["high"],
                ))  # fmt: skip
            false, power, coverage = np.mean(found, axis=0)
            rows.append({
                "n_paragraphs": ";".join(map(str, paragraphs)), "odds_ratio": ratio, "icc": icc,
                "persistence": persistence, "n_runs": n_runs, "any_false": false,
                "se": np.sqrt(false * (1 - false) / n_runs), "power": power, "coverage": coverage,
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
) -> Marks:
    shares = plant_clusters(partition, strength=strength, seed=seed)
    shift = np.random.default_rng([seed, 1]).normal(0, level, (len(shares), 1))
    odds = shares / (1 - shares) * np.exp(shift)
    made = simulate_corpus(odds / (1 + odds), n_paragraphs=n_paragraphs, icc=icc, seed=seed)
    return read_marks(made.codes, made.units, coder="settled")


def _cuts(branch: frozenset[int], partition: Sequence[int]) -> bool:
    """Whether a branch has some but not all members of a cluster, together with others."""
    inside = {partition[i] for i in branch}
    outside = {c for i, c in enumerate(partition) if i not in branch}
    return len(inside) > 1 and bool(inside & outside)
