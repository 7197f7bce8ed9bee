"""Families of practices: consensus clustering, believed only where it beats data without clusters.

Consensus clustering finds stable clusters in noise, so stability by itself is no evidence.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import stats
from scipy.cluster.hierarchy import fcluster
from scipy.cluster.hierarchy import linkage as link

from cxzy_study.findings.consensus import METHODS, count_consensus
from cxzy_study.tables import InvalidInput


def compare_families(
    features: pd.DataFrame,
    *,
    k: Sequence[int] = (2, 3, 4, 5, 6),
    methods: Sequence[str] = METHODS,
    n_resamples: int = 100,
    n_null: int = 50,
    exclusive: Sequence[Sequence[str]] = (),
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the stability of clusterings of items with that of items without clusters.

    Four fifths of the items are drawn without replacement and clustered, many times; the consensus of two items is how
    often they fall together when both are drawn (Monti and others 2003, Machine Learning 52:91). PAC, the proportion of
    ambiguous pairs, is the part of pairs with a consensus above 0.1 and below 0.9 (Șenbabaoğlu, Michailidis and Li
    2014, Scientific Reports 4:6207): low is stable. The null keeps each feature's frequency and, nearly, what every two
    features have to do with each other, in one cloud without clusters (a normal vector with the features' tetrachoric
    correlations, cut at their frequencies; John and others 2020, Scientific Reports 10:1816, for the idea). Features of
    which each item has exactly one (its instrument, its actor) part the items by themselves, and are found in any data:
    the null has exactly one of them as well (*exclusive*). How often families
    are supported where there are none is in table ``calibration``.

    Parameters
    ----------
    features : DataFrame of 0 and 1
        One row an item (index: its id), one column a feature: theme, actor, instrument, kind of checking.
    k : sequence of int
        Numbers of clusters.
    methods : sequence of str
        Of :data:`METHODS`.
    exclusive : sequence of sequences of str
        Sets of columns of which each item has exactly one.
    n_resamples, n_null, seed : int

    Returns
    -------
    DataFrame
        One row a method and k: ``method``, ``k``, ``pac``, ``null_mean``, ``null_low`` (5th percentile of PAC without
        clusters), ``p`` (part of null data that are as stable), ``p_adjusted`` (part of null data of which *any* method
        and k stands out as much, by standardised PAC), ``supported`` (1: p_adjusted at most 0.05).

    Raises
    ------
    InvalidInput
        If features are not 0 or 1, an item has none, there are fewer than ten items, k is below 2 or above half the
        items, a method is unknown, or an item has not exactly one of an exclusive set.
    """
    values = _check(features, k, methods)
    blocks = _find_blocks(features, exclusive)
    rng = np.random.default_rng(seed)
    cases = [(method, int(n)) for method in methods for n in k]
    observed = _pacs(values, methods, k, n_resamples, rng)
    null = np.array([
        _pacs(draw_null(values, rng=rng, blocks=blocks), methods, k, n_resamples, rng) for _ in range(n_null)
    ])  # fmt: skip
    # Standardised with the observed among them, as one of the draws that it is if there are no clusters.
    every = np.concatenate([observed[None], null])
    spread = np.where(every.std(axis=0) > 0, every.std(axis=0), np.inf)
    z, z_null = (observed - every.mean(axis=0)) / spread, (null - every.mean(axis=0)) / spread
    frame = pd.DataFrame({
        "method": [m for m, _ in cases], "k": [n for _, n in cases], "pac": observed, "null_mean": null.mean(axis=0),
        "null_low": np.quantile(null, 0.05, axis=0), "p": (1 + (null <= observed).sum(axis=0)) / (1 + n_null),
        "p_adjusted": (1 + (z_null.min(axis=1)[:, None] <= z).sum(axis=0)) / (1 + n_null),
    })  # fmt: skip
    return frame.assign(supported=(frame["p_adjusted"] <= 0.05).astype(int))


def cluster_families(
    features: pd.DataFrame, *, k: int, method: str = "average", n_resamples: int = 100, seed: int = 0
) -> pd.DataFrame:
    """Sort items into k families by consensus, with the features and exemplars that name each.

    Do so for what :func:`compare_families` supports, and never test differences between the families: they were made to
    differ.

    Parameters
    ----------
    features, method, n_resamples, seed
        As for :func:`compare_families`.
    k : int
        Number of families.

    Returns
    -------
    DataFrame
        One row an item: ``item`` (index of *features*), ``family`` (1 … k, largest first), ``consensus`` (mean
        consensus with the other members; empty for a family of one), ``exemplar`` (1: the member with the highest,
        first in order), ``marks`` (of its family: the three features that stand out most from all items, joined by
        ``;``).

    Raises
    ------
    InvalidInput
        As :func:`compare_families` does.
    """
    values = _check(features, [k], [method])
    consensus = count_consensus(values, method, [k], n_resamples, np.random.default_rng(seed))[0]
    labels = fcluster(link(_condense(1 - consensus), method="average"), k, criterion="maxclust")
    # Largest first, and by the first member where sizes are equal.
    order = sorted(set(labels), key=lambda c: (-(labels == c).sum(), int(np.flatnonzero(labels == c)[0])))
    rows = []
    for number, cluster in enumerate(order, start=1):
        members = np.flatnonzero(labels == cluster)
        within = consensus[np.ix_(members, members)]
        mean = (within.sum(axis=1) - 1) / (len(members) - 1) if len(members) > 1 else np.array([np.nan])
        ahead = values[members].mean(axis=0) - values.mean(axis=0)
        marks = ";".join(str(features.columns[f]) for f in np.argsort(-ahead, kind="stable")[:3] if ahead[f] > 0)
        best = int(np.nanargmax(mean)) if len(members) > 1 else 0
        rows += [(features.index[m], number, mean[i], int(i == best), marks) for i, m in enumerate(members)]
    return pd.DataFrame(rows, columns=["item", "family", "consensus", "exemplar", "marks"])


def draw_null(
    values: np.ndarray, *, rng: np.random.Generator, blocks: Sequence[np.ndarray] = ()
) -> np.ndarray:
    """Draw as many items with the same frequencies of features, and much the same associations, but no clusters.

    Tetrachoric correlations are approximated by (ω^¾ - 1) / (ω^¾ + 1), ω being the odds ratio with ½ added to each cell
    (Digby 1983, Biometrics 39:753), and the matrix is brought back to a correlation matrix where it is none. An item
    without any feature gets its likeliest one.

    Parameters
    ----------
    values : ndarray of float, shape (items, features)
        0 or 1.
    blocks : sequence of ndarray of int
        Columns of which each item has exactly one: the one whose normal number stands highest, after shifts that give
        the columns their frequencies. What the columns of a block have to do with each other is then given by that.
    """
    n, n_features = values.shape
    both = values.T @ values + 0.5
    only = values.T @ (1 - values) + 0.5
    neither = (1 - values).T @ (1 - values) + 0.5
    odds = (both * neither / (only * only.T)) ** 0.75
    correlation = (odds - 1) / (odds + 1)
    for block in blocks:
        correlation[np.ix_(block, block)] = 0.0
    np.fill_diagonal(correlation, 1.0)
    lengths, axes = np.linalg.eigh(correlation)
    root = axes * np.sqrt(np.maximum(lengths, 1e-6))
    root = root / np.sqrt((root**2).sum(axis=1, keepdims=True))
    latent = rng.normal(size=(n, n_features)) @ root.T
    above = latent - stats.norm.isf(np.clip(values.mean(axis=0), 1e-9, 1 - 1e-9))
    drawn = (above > 0).astype(float)
    for block in blocks:
        wanted, shift = values[:, block].mean(axis=0), np.zeros(len(block))
        for _ in range(30):
            chosen = (above[:, block] + shift).argmax(axis=1)
            shift += 0.5 * np.log((wanted + 0.5 / n) / (np.bincount(chosen, minlength=len(block)) / n + 0.5 / n))
        drawn[:, block] = chosen[:, None] == np.arange(len(block))
    empty = np.flatnonzero(drawn.sum(axis=1) == 0)
    drawn[empty, above[empty].argmax(axis=1)] = 1.0
    return drawn


def _check(features: pd.DataFrame, k: Sequence[int], methods: Sequence[str]) -> np.ndarray:
    values = features.to_numpy(dtype=float)
    odd = [m for m in methods if m not in METHODS]
    if odd:
        raise InvalidInput(f"Invalid method {odd[0]}: must be one of {', '.join(METHODS)}.")
    if len(values) < 10:
        raise InvalidInput(f"Invalid features: ten items are needed. {len(values)} given.")
    if not np.isin(values, (0, 1)).all():
        bad = features.columns[~np.isin(values, (0, 1)).all(axis=0)].tolist()
        raise InvalidInput(f"Invalid features: each cell must be 0 or 1. {bad[:5]}.")
    bare = features.index[values.sum(axis=1) == 0].tolist()
    if bare:
        raise InvalidInput(f"Invalid features: each item must have one. {bare[:5]}.")
    odd_k = [n for n in k if not 2 <= n <= len(values) // 2]
    if odd_k:
        raise InvalidInput(f"Invalid k {odd_k[0]}: must be 2 to {len(values) // 2}, half the items.")
    return values


def _find_blocks(features: pd.DataFrame, exclusive: Sequence[Sequence[str]]) -> list[np.ndarray]:
    blocks = []
    for names in exclusive:
        several = features.index[features[list(names)].sum(axis=1) != 1].tolist()
        if several:
            raise InvalidInput(f"Invalid exclusive {', '.join(names)}: each item must have exactly one. {several[:5]}.")
        blocks.append(features.columns.get_indexer(list(names)))
    return blocks


def _pacs(
    values: np.ndarray, methods: Sequence[str], k: Sequence[int], n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """PAC for every method and k, k running faster."""
    i, j = np.triu_indices(len(values), 1)
    pairs = np.concatenate([count_consensus(values, m, k, n_resamples, rng)[:, i, j] for m in methods])
    return ((pairs > 0.1) & (pairs < 0.9)).mean(axis=1)


def _condense(matrix: np.ndarray) -> np.ndarray:
    return matrix[np.triu_indices(len(matrix), 1)]
