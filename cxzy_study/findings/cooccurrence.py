"""Themes that stand in the same sentence more often than chance would put them there."""

from __future__ import annotations

from collections.abc import Collection
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
    interval takes them for independent in that, and in simulations of themes without association holds 0 in 94% to 97%
    (:func:`cxzy_study.findings.calibrate_groups.measure_cooccurrence`). There are 136 pairs: some 7 intervals miss by
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
    cells = count_cells(marks, n_length_classes=n_length_classes)
    n = len(marks.values)
    rows = []
    for i, j in pairs:
        cell = cells[:, :, i, j]
        log_odds, se = mantel_haenszel(cell)
        half = stats.norm.ppf(0.5 + level / 2) * se
        n_both, only_a, only_b, neither = cell.sum(axis=0)
        n_a, n_b = n_both + only_a, n_both + only_b
        scale = np.sqrt(n_a * n_b * (n - n_a) * (n - n_b))
        expected = cell[:, :2].sum(axis=1) * cell[:, [0, 2]].sum(axis=1) / cell.sum(axis=1)
        rows.append({
            "theme_a": THEMES[i], "theme_b": THEMES[j], "n_units": n, "n_a": int(n_a), "n_b": int(n_b),
            "n_both": int(n_both), "expected": float(expected.sum()),
            "phi": (n_both * neither - only_a * only_b) / scale if scale else np.nan,
            "log_odds": log_odds, "low": log_odds - half, "high": log_odds + half,
        })  # fmt: skip
    columns = ["theme_a", "theme_b", "n_units", "n_a", "n_b", "n_both", "expected", "phi", "log_odds", "low", "high"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.sort_values(["log_odds", "theme_a", "theme_b"], ascending=[False, True, True], ignore_index=True)


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
    n = cells.sum(axis=1)
    a, b, c, d = cells.T
    varies = (a + b > 0) & (c + d > 0) & (a + c > 0) & (b + d > 0)
    if not varies.any():
        return np.nan, np.nan
    a, b, c, d, n = (x[varies] for x in (a, b, c, d, n))
    if (a * d).sum() == 0 or (b * c).sum() == 0:
        share = n / n.sum() / 2
        a, b, c, d, n = a + share, b + share, c + share, d + share, n + 4 * share
    p, q, r, s = (a + d) / n, (b + c) / n, a * d / n, b * c / n
    variance = (
        (p * r).sum() / (2 * r.sum() ** 2)
        + (p * s + q * r).sum() / (2 * r.sum() * s.sum())
        + (q * s).sum() / (2 * s.sum() ** 2)
    )
    return float(np.log(r.sum() / s.sum())), float(np.sqrt(variance))


def count_cells(marks: Marks, *, n_length_classes: int) -> np.ndarray:
    """Count sentences with both of two themes, only one, only the other, neither, in each stratum.

    Returns
    -------
    ndarray of float, shape (strata, 4, 17, 17)
    """
    values, strata = marks.values.astype(float), _strata(marks.sentences, n_length_classes)
    tables = []
    for stratum in np.unique(strata):
        own = values[strata == stratum]
        missing = 1 - own
        tables.append([own.T @ own, own.T @ missing, missing.T @ own, missing.T @ missing])
    return np.array(tables).reshape(-1, 4, len(THEMES), len(THEMES))


def _strata(sentences: pd.DataFrame, n_classes: int) -> np.ndarray:
    """Number of each sentence's stratum: its group and, within it, its class of length; ties share a class."""
    rank = sentences.groupby("group")["n_chars"].rank(method="average", pct=True)
    group = sentences.groupby("group").ngroup()
    return (group * n_classes + np.minimum(np.ceil(rank * n_classes).astype(int) - 1, n_classes - 1)).to_numpy()
