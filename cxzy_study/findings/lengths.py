"""Shares had all groups sentences of the same length: long sentences bear more themes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit, logit

from cxzy_study.findings.intervals import effective_size, pooled_icc
from cxzy_study.findings.marks import Marks, find_marks
from cxzy_study.tables import THEMES, InvalidInput


def adjust_for_length(
    codes: pd.DataFrame, units: pd.DataFrame, *, coder: str, groups: pd.DataFrame | None = None, level: float = 0.95
) -> pd.DataFrame:
    """Estimate each group's shares as if its sentences had the lengths of all groups' sentences together.

    Each theme has a logistic model, log-odds = αᵍʳᵒᵘᵖ + β (log₂ characters - mean), one slope for all groups, fitted
    with Firth's penalty, under which a group without the theme has a finite estimate (Firth 1993, Biometrika 80:27;
    Heinze and Schemper 2002, Statistics in Medicine 21:2409). The adjusted share of a group is the mean of its modelled
    probabilities over the lengths of all sentences (regression standardisation). Its interval is symmetric in log-odds,
    by the delta method, the model's variance times the design effect of the group's paragraphs. Firth's estimates lean
    towards one half where marks are few: compare adjusted shares with each other, not with the raw ones. How
    often intervals hold the planted share is in table ``calibration`` (``share_weighted``).

    Parameters
    ----------
    codes, units, coder, groups
        As for :func:`cxzy_study.findings.shares.count_shares`. The lengths of all groups given are the standard, so
        that another set of groups is another standard.
    level : float
        Of the interval.

    Returns
    -------
    DataFrame
        One row a group and theme: ``group``, ``coder``, ``theme``, ``n_units``, ``mean_chars`` (of the group's
        sentences), ``share`` (raw), ``adjusted``, ``low``, ``high`` (of ``adjusted``; empty with one paragraph),
        ``slope`` (change of log-odds when a sentence is twice as long; the same in all groups).

    Raises
    ------
    InvalidInput
        If a sentence has no characters, or as :func:`cxzy_study.findings.marks.find_marks` does.
    """
    marks = find_marks(codes, units, coder=coder, groups=groups)
    n_chars = marks.sentences["n_chars"].to_numpy(dtype=float)
    if (n_chars <= 0).any():
        bad = marks.sentences.loc[n_chars <= 0, "unit_id"].tolist()
        raise InvalidInput(f"Invalid units: a sentence must have n_chars of 1 or more. {', '.join(bad[:5])}.")
    found = adjust_marks(marks, level=level)
    n_units = np.bincount(marks.member)
    tables = [
        pd.DataFrame({
            "group": group, "coder": coder, "theme": THEMES, "n_units": int(n_units[g]),
            "mean_chars": n_chars[marks.member == g].mean(), "share": marks.values[marks.member == g].mean(axis=0),
            "adjusted": found["adjusted"][g], "low": found["low"][g], "high": found["high"][g], "slope": found["slope"],
        })
        for g, group in enumerate(marks.groups)
    ]  # fmt: skip
    columns = ["group", "coder", "theme", "n_units", "mean_chars", "share", "adjusted", "low", "high", "slope"]
    return pd.concat(tables, ignore_index=True)[columns]


def adjust_marks(marks: Marks, *, level: float = 0.95) -> dict[str, np.ndarray]:
    """Return what :func:`adjust_for_length` estimates.

    Returns
    -------
    dict of ndarray
        ``adjusted``, ``low``, ``high`` of shape (groups, 17), ``slope`` of shape (17,).
    """
    design, length = _design(marks)
    beta, covariance = fit_firth(design, marks.values)
    n_groups = design.shape[1] - 1
    chance = expit(beta[:, :n_groups, None] + beta[:, -1:, None] * length)
    adjusted = chance.mean(axis=2).T
    pull = chance * (1 - chance)
    by_level, by_slope = pull.mean(axis=2).T / (adjusted * (1 - adjusted)), (pull @ length).T / len(length)
    by_slope = by_slope / (adjusted * (1 - adjusted))
    own = covariance[:, range(n_groups), range(n_groups)].T
    shared, slope = covariance[:, :n_groups, -1].T, covariance[:, -1, -1]
    variance = by_level**2 * own + 2 * by_level * by_slope * shared + by_slope**2 * slope
    deff = np.array([_design_effect(*marks.tally.of(g)) for g in range(n_groups)])[:, None]
    half = stats.norm.ppf(0.5 + level / 2) * np.sqrt(deff * variance)
    middle = logit(adjusted)
    return {"adjusted": adjusted, "low": expit(middle - half), "high": expit(middle + half), "slope": beta[:, -1]}


def _design(marks: Marks) -> tuple[np.ndarray, np.ndarray]:
    """A column a group and one for the length of the sentence, and that length: log₂ characters, less the mean."""
    length = np.log2(marks.n_chars)
    length -= length.mean()
    return np.column_stack([marks.member[:, None] == np.arange(len(marks.groups)), length]).astype(float), length


def adjust_profiles(marks: Marks) -> np.ndarray:
    """Return the adjusted shares of :func:`adjust_for_length` alone, shape (groups, 17)."""
    design, length = _design(marks)
    beta, _ = fit_firth(design, marks.values)
    n_groups = design.shape[1] - 1
    return expit(beta[:, :n_groups, None] + beta[:, -1:, None] * length).mean(axis=2).T


def fit_firth(
    design: np.ndarray, outcomes: np.ndarray, *, n_steps: int = 100
) -> tuple[np.ndarray, np.ndarray]:
    """Fit a logistic model to each of several outcomes by Firth's penalised likelihood.

    Newton's steps on the score Σ (y - π + h (½ - π)) x, h being the leverages of the weighted design; without a
    covariate the estimate of a share is (k + ½) / (n + 1).

    Parameters
    ----------
    design : ndarray of float, shape (n, p)
    outcomes : ndarray of bool, shape (n, k)

    Returns
    -------
    beta : ndarray, shape (k, p)
    covariance : ndarray, shape (k, p, p)
        Inverse of the information.

    Examples
    --------
    >>> beta, _ = fit_firth(np.ones((4, 1)), np.array([[True], [False], [False], [False]]))
    >>> round(float(expit(beta[0, 0])), 4)
    0.3
    """
    n, p = design.shape
    beta, covariance = np.zeros((outcomes.shape[1], p)), np.zeros((outcomes.shape[1], p, p))
    products = (design[:, :, None] * design[:, None, :]).reshape(n, -1)
    is_full = np.linalg.matrix_rank(design) == p
    left = np.arange(len(beta))
    for _ in range(n_steps):
        chance = expit(beta[left] @ design.T)
        weight = chance * (1 - chance)
        information = (weight @ products).reshape(-1, p, p)
        # Of sentences of one length the slope cannot be told; the pseudo-inverse leaves it at 0.
        inverse = np.linalg.inv(information) if is_full else np.linalg.pinv(information, hermitian=True)
        leverage = weight * (inverse.reshape(-1, p * p) @ products.T)
        score = (outcomes[:, left].T - chance + leverage * (0.5 - chance)) @ design
        step = (inverse @ score[..., None])[..., 0]
        size = np.abs(step).max(axis=1)
        # Far from the maximum a full step may overshoot.
        beta[left] += step * np.minimum(1.0, 4.0 / np.maximum(size, 1e-12))[:, None]
        covariance[left] = inverse
        # Outcomes that have arrived stay where they are.
        left = left[size >= 1e-10]
        if not len(left):
            break
    return beta, covariance


def _design_effect(marked: np.ndarray, sizes: np.ndarray) -> float:
    """Sentences over effective sentences; NaN where one paragraph tells nothing."""
    return int(sizes.sum()) / effective_size(sizes, pooled_icc(marked, sizes)) if len(sizes) > 1 else np.nan
