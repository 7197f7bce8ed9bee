"""How far apart the profiles of two groups are, and how far chance alone would put them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from zlib import crc32

import numpy as np
import pandas as pd

from cxzy_study.findings.marks import Blocks, find_marks
from cxzy_study.tables import InvalidInput

_TINY = np.finfo(float).tiny


def _entropy(p: np.ndarray) -> np.ndarray:
    # 0 log 0 is 0; scipy's xlogy knows that, at three times the cost.
    q = 1 - p
    return -(p * np.log(np.maximum(p, _TINY)) + q * np.log(np.maximum(q, _TINY))) / np.log(2)


def _jensen_shannon(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return _entropy((p + q) / 2).mean(axis=-1) - (_entropy(p).mean(axis=-1) + _entropy(q).mean(axis=-1)) / 2


def _hellinger(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    return (1 - np.sqrt(p * q) - np.sqrt((1 - p) * (1 - q))).mean(axis=-1)


def _cosine(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    norms = np.sqrt((p**2).sum(axis=-1) * (q**2).sum(axis=-1))
    alike = np.divide((p * q).sum(axis=-1), norms, out=np.zeros_like(norms), where=norms > 0)
    # Two groups without any theme are alike; one without differs from one with.
    return np.where((p == q).all(axis=-1), 0.0, 1 - alike)


def _bray_curtis(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    total = (p + q).sum(axis=-1)
    return np.divide(np.abs(p - q).sum(axis=-1), total, out=np.zeros_like(total), where=total > 0)


MEASURES: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "jensen_shannon": _jensen_shannon,
    "hellinger": _hellinger,
    "cosine": _cosine,
    "bray_curtis": _bray_curtis,
}
"""Distances of two rows of shares, all in [0, 1] and 0 for equal rows.

- ``jensen_shannon``: mean over themes of the Jensen-Shannon divergence of two Bernoulli shares in bits,
  H((p+q)/2) - (H(p)+H(q))/2 (Lin 1991, IEEE Transactions on Information Theory 37:145).
- ``hellinger``: mean over themes of the squared Hellinger distance, 1 - √pq - √((1-p)(1-q)).
- ``cosine``: 1 - p·q / |p||q|. It sees only proportions between themes, not how many a sentence bears.
- ``bray_curtis``: Σ|p-q| / Σ(p+q).
"""


WITH_INTERVAL = ("jensen_shannon", "hellinger")
"""Measures whose excess has an interval that covers."""


def measure_distances(shares: np.ndarray, *, measure: str = "jensen_shannon") -> np.ndarray:
    """Return the distances between all rows of shares.

    Parameters
    ----------
    shares : ndarray of float, shape (..., groups, themes)
    measure : str
        One of :data:`MEASURES`.

    Returns
    -------
    ndarray of float, shape (..., groups, groups)
        Symmetric, with zeros on the diagonal.

    Examples
    --------
    >>> measure_distances(np.array([[0.5, 0.0], [0.5, 1.0]]))
    array([[0. , 0.5],
           [0.5, 0. ]])
    """
    n = shares.shape[-2]
    found = np.zeros((*shares.shape[:-2], n, n))
    i, j = np.triu_indices(n, 1)
    found[..., i, j] = found[..., j, i] = measure_pairs(shares, measure=measure)
    return found


def measure_pairs(shares: np.ndarray, *, measure: str = "jensen_shannon") -> np.ndarray:
    """Return the distances of :func:`measure_distances` above the diagonal, row by row, shape (..., pairs).

    Examples
    --------
    >>> measure_pairs(np.array([[0.5, 0.0], [0.5, 1.0], [0.5, 1.0]]))
    array([0.5, 0.5, 0. ])
    """
    check_measure(measure)
    i, j = np.triu_indices(shares.shape[-2], 1)
    p, q = shares[..., i, :], shares[..., j, :]
    if measure == "jensen_shannon":
        # The groups' own entropies are needed once, not once a pair.
        own = _entropy(shares).mean(axis=-1)
        found = _entropy((p + q) / 2).mean(axis=-1) - (own[..., i] + own[..., j]) / 2
    else:
        found = MEASURES[measure](p, q)
    # Rounding leaves a hair below 0.
    return np.maximum(found, 0.0)


def compare_profiles(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    *,
    coder: str,
    groups: pd.DataFrame | None = None,
    measure: str = "jensen_shannon",
    n_permutations: int = 1000,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare the profiles of every two groups, less what chance gives.

    Two samples of one text are never at distance 0. ``chance`` is the mean distance when the paragraphs of both groups
    are dealt out anew, as many to each as it has; ``excess`` is what goes beyond it. Jensen-Shannon and Hellinger grow
    with the square of a difference, so that excess estimates the distance of the shares behind the samples, and its
    interval is excess ± 1.96 s √(B/(B-1)), cut at 0, with s from paragraphs drawn anew within groups (the factor
    averaged over both). How often it holds the truth is in table ``calibration`` (``distance``): more often than named. Of
    cosine and Bray-Curtis excess is too small, and no interval that was tried covers nine in ten: they have none.

    Between documents this is a description: place, genre, author and date differ together.

    Parameters
    ----------
    codes, units, coder, groups
        As for :func:`cxzy_study.findings.shares.count_shares`.
    measure : str
        One of :data:`MEASURES`.
    n_permutations, n_resamples, seed : int
        Every pair draws numbers of its own, so that other groups change nothing.

    Returns
    -------
    DataFrame
        One row a pair: ``group_a``, ``group_b``, ``measure``, ``n_blocks_a``, ``n_blocks_b``, ``distance``, ``chance``,
        ``chance_high`` (which 95 of 100 dealings stay below), ``excess``, ``low``, ``high`` (empty for other measures,
        and where a group has one paragraph).

    Raises
    ------
    InvalidInput
        For an unknown measure, fewer than two groups, and as :func:`cxzy_study.findings.marks.find_marks` does.
    """
    check_measure(measure)
    marks = find_marks(codes, units, coder=coder, groups=groups)
    if len(marks.groups) < 2:
        raise InvalidInput(f"Invalid groups: two that {coder} read are needed. {marks.groups}.")
    rows = []
    for a, b in combinations(marks.groups, 2):
        rng = np.random.default_rng([seed, crc32(a.encode()), crc32(b.encode())])
        one, two = (marks.tally.of(marks.groups.index(g)) for g in (a, b))
        row = compare_pair(one, two, measure=measure, n_permutations=n_permutations, n_resamples=n_resamples, rng=rng)
        rows.append({"group_a": a, "group_b": b, "measure": measure} | row)
    return pd.DataFrame(rows)


def compare_pair(
    one: tuple[np.ndarray, np.ndarray],
    two: tuple[np.ndarray, np.ndarray],
    *,
    measure: str,
    n_permutations: int,
    n_resamples: int,
    rng: np.random.Generator,
) -> dict[str, float]:
    """Return one row of :func:`compare_profiles` for two groups as paragraph counts (marked, sizes)."""
    function = MEASURES[measure]
    (marked_a, sizes_a), (marked_b, sizes_b) = one, two
    n_a, n_b = len(sizes_a), len(sizes_b)
    distance = float(function(_share(marked_a, sizes_a), _share(marked_b, sizes_b)))
    marked, sizes = np.concatenate([marked_a, marked_b]), np.concatenate([sizes_a, sizes_b])
    dealt = np.zeros((n_permutations, n_a + n_b))
    np.put_along_axis(dealt, rng.random(dealt.shape).argsort(axis=1)[:, :n_a], 1, axis=1)
    by_chance = function(_share(marked, sizes, dealt), _share(marked, sizes, 1 - dealt))
    low = high = np.nan
    excess = distance - float(by_chance.mean())
    if measure in WITH_INTERVAL and n_a > 1 and n_b > 1:
        drawn_a, drawn_b = (rng.multinomial(n, np.full(n, 1 / n), size=n_resamples) for n in (n_a, n_b))
        again = function(_share(marked_a, sizes_a, drawn_a), _share(marked_b, sizes_b, drawn_b))
        # A paragraph drawn from n varies by (n - 1) / n of what a new one would.
        half = 1.96 * float(again.std()) * np.sqrt((n_a / (n_a - 1) + n_b / (n_b - 1)) / 2)
        low, high = max(excess - half, 0.0), max(excess + half, 0.0)
    return {
        "n_blocks_a": n_a, "n_blocks_b": n_b, "distance": distance, "chance": float(by_chance.mean()),
        "chance_high": float(np.quantile(by_chance, 0.95)), "excess": excess, "low": low, "high": high,
    }  # fmt: skip


def resample_shares(blocks: Blocks, *, n_resamples: int, rng: np.random.Generator, scale: float = 1.0) -> np.ndarray:
    """Draw each group's paragraphs with replacement and return its shares.

    Parameters
    ----------
    scale : float
        Paragraphs drawn, as a multiple of those that the group has (rounded, at least 1).

    Returns
    -------
    ndarray of float, shape (n_resamples, groups, 17)
        Groups in the order of ``blocks.groups``.
    """
    drawn = []
    for group in range(len(blocks.groups)):
        marked, sizes = blocks.of(group)
        n = len(sizes)
        weights = rng.multinomial(max(1, round(scale * n)), np.full(n, 1 / n), size=n_resamples)
        drawn.append(_share(marked, sizes, weights))
    return np.stack(drawn, axis=1)


def group_shares(blocks: Blocks) -> np.ndarray:
    """Return the shares of each group, shape (groups, 17), groups in the order of ``blocks.groups``."""
    marked, sizes = blocks.sums()
    return marked / sizes[:, None]


def check_measure(measure: str) -> str:
    """Return *measure* if it is known.

    Raises
    ------
    InvalidInput
        Otherwise.
    """
    if measure not in MEASURES:
        raise InvalidInput(f"Invalid measure {measure}: must be one of {', '.join(MEASURES)}.")
    return measure


def _share(marked: np.ndarray, sizes: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    # Products of floats are left to BLAS; sums of whole numbers are exact either way.
    counts = np.column_stack([marked, sizes]).astype(float)
    held = (np.ones(len(sizes)) if weights is None else weights.astype(float)) @ counts
    return held[..., :-1] / held[..., -1:]
