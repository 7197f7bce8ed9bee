"""A map of groups and themes, with an ellipse around each group: a position is no difference without it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from scipy import stats

from cxzy_study.findings.marks import Blocks, find_marks
from cxzy_study.tables import THEMES, InvalidInput

FEWEST_BLOCKS = 5
"""Of four paragraphs an ellipse would be eight times as wide as of ten, and say nothing."""

QUANTILE = 0.99
"""At which ellipses are drawn, that nearly 95 of 100 may hold the true profile."""


@dataclass(frozen=True)
class Correspondence:
    """A simple correspondence analysis.

    Attributes
    ----------
    inertia : ndarray, shape (dimensions,)
        Principal inertias, largest first; their sum is χ² / n.
    rows, columns : ndarray, shape (rows, dimensions), (columns, dimensions)
        Principal coordinates: distances between rows are χ² distances.
    row_mass, column_mass : ndarray
        Parts of the whole.
    """

    inertia: np.ndarray
    rows: np.ndarray
    columns: np.ndarray
    row_mass: np.ndarray
    column_mass: np.ndarray

    def project(self, profiles: np.ndarray) -> np.ndarray:
        """Return where rows with these profiles would stand (supplementary points), shape (..., dimensions)."""
        return profiles @ (self.columns / np.sqrt(self.inertia))


def analyse_table(table: np.ndarray) -> Correspondence:
    """Analyse a table of counts by the singular value decomposition of its standardised residuals.

    With P the table over its sum, r and c its margins, S = Dr^-½ (P - r c') Dc^-½ = U D V'; rows are Dr^-½ U D, columns
    Dc^-½ V D (Greenacre 2017, Correspondence Analysis in Practice, 3rd ed., appendix A). The sign of each dimension is
    fixed so that the column farthest out stands on its positive side.

    Parameters
    ----------
    table : ndarray of float, shape (rows, columns)
        No row or column may be empty.

    Examples
    --------
    >>> analyse_table(np.array([[10.0, 0.0], [0.0, 10.0]])).inertia
    array([1.])
    """
    p = table / table.sum()
    r, c = p.sum(axis=1), p.sum(axis=0)
    residuals = (p - np.outer(r, c)) / np.sqrt(np.outer(r, c))
    u, d, v = np.linalg.svd(residuals, full_matrices=False)
    kept = d > 1e-9
    u, d, v = u[:, kept], d[kept], v[kept]
    rows, columns = u * d / np.sqrt(r)[:, None], v.T * d / np.sqrt(c)[:, None]
    sign = np.sign(columns[np.abs(columns).argmax(axis=0), np.arange(len(d))])
    return Correspondence(d**2, rows * sign, columns * sign, r, c)


def compare_correspondence(
    codes: pd.DataFrame, units: pd.DataFrame, *, coder: str, groups: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Map groups and themes on two dimensions, with ellipses of the groups.

    The table counts the sentences of each group with each theme; a sentence with two themes counts in both, so that χ²
    tests nothing here. The dimensions are those along which the groups differ most in *these* paragraphs, by chance
    too: samples of one text are spread over the map as far as real differences would be, and a bootstrap of paragraphs
    projected into the map (Greenacre 1984, 8.1) puts the true profile inside its "95%" ellipse in 28% of such cases. So
    the groups' places are cross-validated: the analysis is made without one paragraph, turned to fit the whole one
    (Procrustes), and that paragraph is projected into it; a group stands at the mean of its paragraphs, weighted by
    marks. The ellipse is that of the mean with Hotelling's T² (2 (B-1) / (B-2) F), drawn at the quantile 0.99: what
    cross-validation leaves out is made up for by that, not wholly: how often ellipses hold the true profile is in table
    ``calibration`` (``ellipse``), less often than 95 of 100 where groups hardly differ or have few paragraphs.

    Parameters
    ----------
    codes, units, coder, groups
        As for :func:`cxzy_study.findings.shares.count_shares`. Themes with fewer than two marks are left out.

    Returns
    -------
    DataFrame
        One row a group and theme: ``kind`` (group or theme), ``name``, ``n`` (marks), ``x``, ``y`` (of a group its
        cross-validated place, of a theme its principal coordinates), ``x_fitted``, ``y_fitted`` (principal coordinates
        of the plain analysis), ``mass``, ``quality`` (part of its inertia that the two dimensions show), ``inertia_x``,
        ``inertia_y`` (parts of the total inertia, the same in all rows), and for groups ``radius_a``, ``radius_b``
        (half axes of the ellipse, longer first), ``angle`` (of the longer one, degrees from the x axis, in (-90, 90]),
        empty with fewer than :data:`FEWEST_BLOCKS` paragraphs.

    Raises
    ------
    InvalidInput
        With fewer than three groups or themes that have marks, and as
        :func:`cxzy_study.findings.marks.find_marks` does.
    """
    marks = find_marks(codes, units, coder=coder, groups=groups)
    found = place_groups(marks.tally, name=coder)
    whole, table = found.whole, found.table
    shown = whole.inertia / whole.inertia.sum()
    rows = [
        ("group", group, int(table[g].sum()), *found.centre[g], *whole.rows[g, :2], whole.row_mass[g],
         _quality(whole.rows[g]), *shown[:2], *found.ellipse[g])
        for g, group in enumerate(found.groups)
    ]  # fmt: skip
    for t, theme in enumerate(np.array(THEMES)[found.used]):
        place = whole.columns[t, :2]
        rows.append(("theme", str(theme), int(table[:, t].sum()), *place, *place, whole.column_mass[t],
                     _quality(whole.columns[t]), *shown[:2], np.nan, np.nan, np.nan))  # fmt: skip
    columns = [
        "kind", "name", "n", "x", "y", "x_fitted", "y_fitted", "mass", "quality", "inertia_x", "inertia_y", "radius_a",
        "radius_b", "angle",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True)
class Places:
    """Groups on the map of :func:`compare_correspondence`.

    Attributes
    ----------
    groups : list of str
        Groups that have marks.
    used : ndarray of bool, shape (17,)
        Themes with two marks or more.
    table : ndarray of float, shape (groups, themes used)
        Sentences of each group with each theme.
    whole : Correspondence
        The plain analysis of that table.
    centre : ndarray, shape (groups, 2)
        Cross-validated places.
    ellipse : ndarray, shape (groups, 3)
        Half axes, longer first, and angle of the longer one in degrees; NaN with too few paragraphs.
    """

    groups: list[str]
    used: np.ndarray
    table: np.ndarray
    whole: Correspondence
    centre: np.ndarray
    ellipse: np.ndarray


def place_groups(blocks: Blocks, *, name: str = "the coder") -> Places:
    """Place groups on a map, as :func:`compare_correspondence` says.

    Raises
    ------
    InvalidInput
        With fewer than three groups or themes that have marks, or if the groups' profiles lie on one line; *name* is
        whose marks they are.
    """
    used = blocks.marked.sum(axis=0) > 1
    marked = blocks.marked[:, used].astype(float)
    sums = blocks.sums()[0]
    kept = np.flatnonzero(sums.any(axis=1))
    names, table = [blocks.groups[g] for g in kept], sums[kept][:, used].astype(float)
    if len(names) < 3 or used.sum() < 3 or (table.sum(axis=1) == 0).any():
        raise InvalidInput(f"Invalid codes of {name}: a map needs three groups and themes with marks. {names}.")
    whole = analyse_table(table)
    if len(whole.inertia) < 2:
        raise InvalidInput(f"Invalid codes of {name}: the groups' profiles lie on one line, not on a map. {names}.")
    told = marked.sum(axis=1) > 0
    marked, owner = marked[told], np.searchsorted(kept, blocks.owner[told])
    places = _place_without(table, owner, marked, whole)
    centre, ellipse = np.empty((len(names), 2)), np.empty((len(names), 3))
    for g in range(len(names)):
        own = owner == g
        weight = marked[own].sum(axis=1) / marked[own].sum()
        centre[g] = weight @ places[own]
        ellipse[g] = _ellipse_of_mean(places[own] - centre[g], weight)
    return Places(names, used, table, whole, centre, ellipse)


def fit_ellipse(covariance: np.ndarray, *, reach: float) -> tuple[float, float, float]:
    """Return the half axes, longer first, and the angle in degrees of {x : x' covariance⁻¹ x = reach}.

    Examples
    --------
    >>> [round(x, 3) for x in fit_ellipse(np.diag([1.0, 4.0]), reach=stats.chi2.ppf(0.95, 2))]
    [4.895, 2.448, 90.0]
    """
    lengths, axes = np.linalg.eigh(covariance)
    radius = np.sqrt(np.maximum(lengths, 0.0) * reach)
    x, y = axes[:, 1]
    return float(radius[1]), float(radius[0]), float(90.0 - (90.0 - np.degrees(np.arctan2(y, x))) % 180.0)


def _place_without(table: np.ndarray, owner: np.ndarray, marked: np.ndarray, whole: Correspondence) -> np.ndarray:
    """Where each paragraph stands in the map that is made without it, turned to fit the whole one.

    All paragraphs at once: what :func:`analyse_table` does, with empty rows and columns at nought instead of left out.
    """
    rest = table - (owner[:, None] == np.arange(len(table)))[..., None] * marked[:, None, :]
    p = rest / rest.sum(axis=(1, 2), keepdims=True)
    r, c = p.sum(axis=2, keepdims=True), p.sum(axis=1, keepdims=True)
    expected = r * c
    residuals = np.divide(p - expected, np.sqrt(expected), out=np.zeros_like(p), where=expected > 0)
    _, d, v = np.linalg.svd(residuals, full_matrices=False)
    # Columns Dc^-½ V D over D; dimensions without inertia count for nothing.
    root = np.divide(1.0, np.sqrt(c), out=np.zeros_like(c), where=c > 0)
    standard = np.swapaxes(v * (d > 1e-9)[..., None] * root, 1, 2)
    target = whole.columns / np.sqrt(whole.inertia)
    u, _, w = np.linalg.svd(np.swapaxes(standard * whole.column_mass[:, None], 1, 2) @ target, full_matrices=False)
    profiles = marked / marked.sum(axis=1, keepdims=True)
    return (profiles[:, None, :] @ standard @ u @ w)[:, 0, :2]


def _ellipse_of_mean(deviations: np.ndarray, weight: np.ndarray) -> tuple[float, float, float]:
    n = len(weight)
    if n < FEWEST_BLOCKS:
        return np.nan, np.nan, np.nan
    weighted = deviations * weight[:, None]
    covariance = n / (n - 1) * weighted.T @ weighted
    return fit_ellipse(covariance, reach=2 * (n - 1) / (n - 2) * _f_quantile(n - 2))


@lru_cache(maxsize=1024)
def _f_quantile(freedom: int) -> float:
    return float(stats.f.ppf(QUANTILE, 2, freedom))


def _quality(point: np.ndarray) -> float:
    total = float((point**2).sum())
    return float((point[:2] ** 2).sum()) / total if total > 0 else np.nan
