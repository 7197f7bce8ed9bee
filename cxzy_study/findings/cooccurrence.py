"""Themes that stand in the same sentence more often than chance would put them there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from cxzy_study.findings.marks import Marks, find_marks
from cxzy_study.tables import THEMES, InvalidInput

CODEBOOK_PAIRS = (("supervision", "participation"), ("contests", "leadership"))
"""Pairs that codebook version 1 doubles by rule: appraisal by residents is both supervision and participation, and a
numbered rivalry named as the campaign's carrier is both a contest and campaign organisation. That they occur together
is no finding."""


def count_cooccurrence(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    *,
    coder: str,
    groups: pd.DataFrame | None = None,
    leave_out: Collection[tuple[str, str]] = CODEBOOK_PAIRS,
    n_length_classes: int = 3,
    level: float = 0.95,
) -> pd.DataFrame:
    """Count how often every two themes share a sentence, beside what their strata give.

    Long sentences bear more themes, and so do some documents: pooled over them, all themes seem to attract each other.
    So sentences are sorted into strata, each group's sentences by length into equal classes, and the odds ratio is
    Mantel's and Haenszel's over strata (1959, Journal of the National Cancer Institute 22:719), with the variance of
    its logarithm by Robins, Breslow and Greenland (1986, Biometrics 42:311). Where the two themes never share a
    sentence, or never part, ½ is added to the four sums over strata, in proportion to the strata. Sentences of a
    paragraph depend on each other in each theme, and much less in what two themes have to do with each other; the
    interval takes them for independent in that. How often it holds 0 for themes without association is in table
    ``calibration`` (``cooccurrence``): a little too often in all, and too rarely on the upper side.
    There are 136 pairs: some 7 intervals miss by
    chance.

    Parameters
    ----------
    codes, units, coder, groups
        As for :func:`cxzy_study.findings.shares.count_shares`.
    leave_out : collection of pairs of themes
        Pairs that the codebook makes, in either order.
    n_length_classes : int
        Classes of length within a group; 1 for no allowance.
    level : float
        Of the interval.

    Returns
    -------
    DataFrame
        One row a pair: ``theme_a``, ``theme_b``, ``n_units``, ``n_a``, ``n_b``, ``n_both``, ``expected`` (sentences
        with both if they were independent within strata), ``phi`` (of the pooled table; empty where a theme never or
        always occurs), ``log_odds`` (natural logarithm of the stratified odds ratio), ``low``, ``high`` (empty where
        there is nothing to tell: one of the themes does not vary within any stratum). Largest log_odds first, pairs
        without one last.

    Raises
    ------
    InvalidInput
        For an unknown theme in *leave_out*, a number of classes below 1, and as
        :func:`cxzy_study.findings.marks.find_marks` does.
    """
    odd = sorted({t for pair in leave_out for t in pair} - set(THEMES))
    if odd:
        raise InvalidInput(f"Invalid leave_out: must be pairs of themes. {odd}.")
    if n_length_classes < 1:
        raise InvalidInput(f"Invalid n_length_classes {n_length_classes}: must be 1 or more.")
    marks = find_marks(codes, units, coder=coder, groups=groups)
    left_out = {frozenset(pair) for pair in leave_out}
    pairs = [
        (i, j) for i, j in combinations(range(len(THEMES)), 2) if frozenset((THEMES[i], THEMES[j])) not in left_out
    ]
    found = pool_pairs(marks, pairs, n_length_classes=n_length_classes, level=level)
    i, j = np.array(pairs, dtype=int).reshape(-1, 2).T
    names = np.array(THEMES)
    frame = pd.DataFrame({"theme_a": names[i], "theme_b": names[j], "n_units": len(marks.values)} | found)
    return frame.sort_values(["log_odds", "theme_a", "theme_b"], ascending=[False, True, True], ignore_index=True)


def pool_pairs(
    marks: Marks, pairs: Sequence[tuple[int, int]], *, n_length_classes: int, level: float = 0.95
) -> dict[str, np.ndarray]:
    """Return what :func:`count_cooccurrence` lists of these pairs of themes (numbers of columns), in their order.

    Returns
    -------
    dict of ndarray, shape (pairs,)
        ``n_a``, ``n_b``, ``n_both``, ``expected``, ``phi``, ``log_odds``, ``low``, ``high``.
    """
    i, j = np.array(pairs, dtype=int).reshape(-1, 2).T
    cells = np.moveaxis(count_cells(marks, n_length_classes=n_length_classes)[:, :, i, j], 2, 0)
    log_odds, se = pool_odds(cells)
    half = stats.norm.ppf(0.5 + level / 2) * se
    n = len(marks.values)
    n_both, only_a, only_b, neither = cells.sum(axis=1).T
    n_a, n_b = n_both + only_a, n_both + only_b
    scale = np.sqrt(n_a * n_b * (n - n_a) * (n - n_b))
    phi = np.divide(n_both * neither - only_a * only_b, scale, out=np.full(len(i), np.nan), where=scale > 0)
    expected = cells[:, :, :2].sum(axis=2) * cells[:, :, [0, 2]].sum(axis=2) / cells.sum(axis=2)
    return {
        "n_a": n_a.astype(int), "n_b": n_b.astype(int), "n_both": n_both.astype(int), "expected": expected.sum(axis=1),
        "phi": phi, "log_odds": log_odds, "low": log_odds - half, "high": log_odds + half,
    }  # fmt: skip


def mantel_haenszel(cells: np.ndarray) -> tuple[float, float]:
    """Return the logarithm of the common odds ratio and its standard error.

    Parameters
    ----------
    cells : ndarray of float, shape (strata, 4)
        Counts of both, only the first, only the second, neither.

    Returns
    -------
    log_odds, se : float
        NaN where no stratum has both values of both.

    Examples
    --------
    >>> log_odds, se = mantel_haenszel(np.array([[10, 5, 4, 20.0]]))
    >>> round(log_odds, 3), round(se, 3)
    (2.303, 0.775)
    """
    log_odds, se = pool_odds(cells[None])
    return float(log_odds[0]), float(se[0])


def pool_odds(cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return :func:`mantel_haenszel` of many tables, shapes (tables,), of cells of shape (tables, strata, 4)."""
    a, b, c, d = np.moveaxis(cells, 2, 0)
    varies = (a + b > 0) & (c + d > 0) & (a + c > 0) & (b + d > 0)
    n = np.where(varies, cells.sum(axis=2), 0.0)
    a, b, c, d = (np.where(varies, x, 0.0) for x in (a, b, c, d))
    n_all = n.sum(axis=1, keepdims=True)
    one_sided = ((a * d).sum(axis=1) == 0) | ((b * c).sum(axis=1) == 0)
    share = np.divide(n, 2 * n_all, out=np.zeros_like(n), where=(n_all > 0) & one_sided[:, None])
    a, b, c, d, n = a + share, b + share, c + share, d + share, n + 4 * share
    safe = np.where(n > 0, n, 1.0)
    p, q, r, s = (a + d) / safe, (b + c) / safe, a * d / safe, b * c / safe
    known = varies.any(axis=1)
    sum_r, sum_s = (np.where(known, x.sum(axis=1), np.nan) for x in (r, s))
    variance = (
        (p * r).sum(axis=1) / (2 * sum_r**2)
        + (p * s + q * r).sum(axis=1) / (2 * sum_r * sum_s)
        + (q * s).sum(axis=1) / (2 * sum_s**2)
    )
    return np.log(sum_r / sum_s), np.sqrt(variance)


def count_cells(marks: Marks, *, n_length_classes: int) -> np.ndarray:
    """Count sentences with both of two themes, only one, only the other, neither, in each stratum.

    Returns
    -------
    ndarray of float, shape (strata, 4, 17, 17)
    """
    values, strata = marks.values.astype(float), _strata(marks, n_length_classes)
    tables = []
    for stratum in np.unique(strata):
        own = values[strata == stratum]
        both, n = own.T @ own, own.sum(axis=0)
        tables.append([both, n[:, None] - both, n - both, len(own) - n[:, None] - n + both])
    return np.array(tables).reshape(-1, 4, len(THEMES), len(THEMES))


def _strata(marks: Marks, n_classes: int) -> np.ndarray:
    """Number of each sentence's stratum: its group and, within it, its class of length; ties share a class."""
    rank = np.empty(len(marks.values))
    for group in range(len(marks.groups)):
        own = marks.member == group
        rank[own] = stats.rankdata(marks.n_chars[own]) / own.sum()
    return marks.member * n_classes + np.minimum(np.ceil(rank * n_classes).astype(int) - 1, n_classes - 1)
