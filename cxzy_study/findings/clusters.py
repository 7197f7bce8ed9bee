"""A tree of few groups, with the support that its branches have in the passages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from scipy.cluster.hierarchy import linkage as link
from scipy.spatial.distance import squareform

from cxzy_study.findings.distances import (
    check_measure,
    group_shares,
    measure_distances,
    resample_shares,
)
from cxzy_study.findings.marks import Blocks, find_marks
from cxzy_study.tables import InvalidInput

LINKAGES = ("average", "complete", "single", "weighted")
"""Ways to join that only need distances (Ward's needs squared Euclidean ones)."""

SCALES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4)
"""Sizes of resamples, as multiples of a group's paragraphs, for the multiscale bootstrap."""

MOST_AT_ONCE = 62
"""Groups whose branches fit into the bits of an integer; trees of more are built one by one."""


def cluster_groups(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    *,
    coder: str,
    groups: pd.DataFrame | None = None,
    measure: str = "jensen_shannon",
    linkage: str = "average",
    n_resamples: int = 500,
    seed: int = 0,
) -> pd.DataFrame:
    """Cluster groups into a tree, with the support of each branch.

    Paragraphs are drawn anew within each group and the tree is built again. ``support`` is the part of such trees that
    have the branch, at the size that the groups have (Felsenstein 1985, Evolution 39:783). ``support_au`` is the
    approximately unbiased one of the multiscale bootstrap: with BP(r) the support when r times as many paragraphs are
    drawn, -Φ⁻¹(BP) = v √r + c / √r is fitted by weighted least squares over ten sizes, and AU = 1 - Φ(v - c)
    (Shimodaira 2002, Systematic Biology 51:492). Any tree has branches, on noise too. How often some branch reaches a
    support of 0.95 in simulated documents without groups is in table ``calibration`` (``grouping``, ``branch_95``); an AU
    of 0.95 was reached in 20% to 33%: ``support`` is the one to judge by, beside
    :func:`cxzy_study.findings.partitions.compare_partitions`, which asks whether there are groups at all.

    Parameters
    ----------
    codes, units, coder, groups, measure
        As for :func:`cxzy_study.findings.distances.compare_profiles`.
    linkage : str
        One of :data:`LINKAGES`.
    n_resamples, seed : int
        Trees for each of the ten sizes.

    Returns
    -------
    DataFrame
        One row a branch, lowest first, the last being the root: ``members`` (joined by ``;``), ``n_members``,
        ``height`` (distance at which it is joined), ``left``, ``right`` (members of its two parts), ``support``,
        ``support_au`` (both empty for the root, which every tree has), ``measure``, ``linkage``.

    Raises
    ------
    InvalidInput
        For an unknown measure or linkage, fewer than three groups, and as
        :func:`cxzy_study.findings.marks.find_marks` does.
    """
    check_measure(measure)
    if linkage not in LINKAGES:
        raise InvalidInput(f"Invalid linkage {linkage}: must be one of {', '.join(LINKAGES)}.")
    marks = find_marks(codes, units, coder=coder, groups=groups)
    names = marks.groups
    if len(names) < 3:
        raise InvalidInput(f"Invalid groups: a tree needs three that {coder} read. {names}.")
    joins = build_tree(measure_distances(group_shares(marks.tally), measure=measure), linkage=linkage)
    found = count_support(
        marks.tally, [a | b for a, b, _ in joins], measure=measure, linkage=linkage, n_resamples=n_resamples,
        rng=np.random.default_rng(seed),
    )  # fmt: skip
    rows = []
    for (a, b, height), by_scale in zip(joins, found, strict=True):
        left, right = sorted((_spell(a, names), _spell(b, names)))
        is_root = len(a | b) == len(names)
        rows.append({
            "members": _spell(a | b, names), "n_members": len(a | b), "height": height, "left": left, "right": right,
            "support": np.nan if is_root else by_scale[SCALES.index(1.0)],
            "support_au": np.nan if is_root else fit_multiscale(by_scale, n_resamples=n_resamples),
            "measure": measure, "linkage": linkage,
        })  # fmt: skip
    return pd.DataFrame(rows)


def build_tree(distances: np.ndarray, *, linkage: str) -> list[tuple[frozenset[int], frozenset[int], float]]:
    """Return the joins of a hierarchical clustering: the two parts and their height, lowest first.

    Examples
    --------
    >>> joins = build_tree(np.array([[0, 1, 4], [1, 0, 6], [4, 6, 0.0]]), linkage="average")
    >>> [(sorted(a | b), height) for a, b, height in joins]
    [([0, 1], 1.0), ([0, 1, 2], 5.0)]
    """
    n = len(distances)
    parts = [frozenset([i]) for i in range(n)]
    joins = []
    for a, b, height, _ in link(squareform(distances, checks=False), method=linkage):
        joins.append((parts[int(a)], parts[int(b)], float(height)))
        parts.append(parts[int(a)] | parts[int(b)])
    return joins


def count_support(
    blocks: Blocks,
    branches: Sequence[frozenset[int]],
    *,
    measure: str,
    linkage: str,
    n_resamples: int,
    rng: np.random.Generator,
    scales: Sequence[float] = SCALES,
) -> np.ndarray:
    """Return the part of resampled trees that have each branch, shape (branches, scales)."""
    found = np.zeros((len(branches), len(scales)))
    wanted = np.array([sum(1 << i for i in branch) for branch in branches], dtype=object)
    for s, scale in enumerate(scales):
        shares = resample_shares(blocks, n_resamples=n_resamples, rng=rng, scale=scale)
        distances = measure_distances(shares, measure=measure)
        if len(blocks.groups) > MOST_AT_ONCE:
            trees = [{a | b for a, b, _ in build_tree(one, linkage=linkage)} for one in distances]
            found[:, s] = [np.mean([branch in tree for tree in trees]) for branch in branches]
        else:
            built = join_all(distances, linkage=linkage)
            found[:, s] = (built[:, :, None] == wanted).any(axis=1).mean(axis=0)
    return found


def join_all(distances: np.ndarray, *, linkage: str) -> np.ndarray:
    """Return the branches of many trees at once, each as :func:`build_tree` would build it.

    Of equal distances the first is joined; there :func:`build_tree` may join another.

    Parameters
    ----------
    distances : ndarray of float, shape (trees, n, n)
        Symmetric; n at most :data:`MOST_AT_ONCE`.

    Returns
    -------
    ndarray of int, shape (trees, n - 1)
        Members of each branch in the order of joining, member i being the bit ``1 << i``; the last is the root.

    Examples
    --------
    >>> join_all(np.array([[[0, 1, 4], [1, 0, 6], [4, 6, 0.0]]]), linkage="average")
    array([[3, 7]])
    """
    n_trees, n, _ = distances.shape
    far = distances + np.where(np.eye(n, dtype=bool), np.inf, 0.0)
    members = np.tile(np.int64(1) << np.arange(n), (n_trees, 1))
    size = np.ones((n_trees, n))
    tree = np.arange(n_trees)
    built = np.empty((n_trees, n - 1), dtype=np.int64)
    for step in range(n - 1):
        at = far.reshape(n_trees, -1).argmin(axis=1)
        a, b = at // n, at % n
        to_a, to_b, n_a, n_b = far[tree, a], far[tree, b], size[tree, a][:, None], size[tree, b][:, None]
        if linkage == "average":
            joined = (n_a * to_a + n_b * to_b) / (n_a + n_b)
        elif linkage == "weighted":
            joined = (to_a + to_b) / 2
        else:
            joined = np.maximum(to_a, to_b) if linkage == "complete" else np.minimum(to_a, to_b)
        joined[tree, a] = np.inf
        far[tree, a], far[tree, :, a] = joined, joined
        far[tree, b], far[tree, :, b] = np.inf, np.inf
        members[tree, a] |= members[tree, b]
        size[tree, a] += size[tree, b]
        built[:, step] = members[tree, a]
    return built


def fit_multiscale(support: np.ndarray, *, n_resamples: int, scales: Sequence[float] = SCALES) -> float:
    """Return the approximately unbiased support from supports at several scales.

    Where fewer than three scales have a support that is neither 0 nor 1, there is no curve, and the support at the
    scale nearest to 1 is returned.

    Examples
    --------
    >>> flat = np.full(10, 0.5)
    >>> round(fit_multiscale(flat, n_resamples=1000), 3)
    0.5
    """
    size = np.asarray(scales)
    inside = (support > 0) & (support < 1)
    if inside.sum() < 3:
        return float(support[np.argmin(np.abs(size - 1))])
    bp, r = support[inside], size[inside]
    z = -stats.norm.ppf(bp)
    weight = np.sqrt(n_resamples / (bp * (1 - bp))) * stats.norm.pdf(z)
    design = np.column_stack([np.sqrt(r), 1 / np.sqrt(r)])
    v, c = np.linalg.lstsq(design * weight[:, None], z * weight, rcond=None)[0]
    return float(stats.norm.sf(v - c))


def _spell(members: frozenset[int], names: Sequence[str]) -> str:
    return ";".join(names[i] for i in sorted(members))
