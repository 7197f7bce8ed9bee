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
    towards one half where marks are few: compare adjusted shares with each other, not with the raw ones. In simulations
    (:func:`cxzy_study.findings.calibrate.measure_weighted`) intervals hold the planted share in 94% to 95%.

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
    names = marks.groups
    length = np.log2(n_chars)
    length -= length.mean()
    member = marks.sentences["group"].to_numpy()[:, None] == np.array(names)
    design = np.column_stack([member, length])
    fits = [fit_firth(design, marks.values[:, t]) for t in range(len(THEMES))]
    z = stats.norm.ppf(0.5 + level / 2)
    tables = []
    for g, group in enumerate(names):
        part = marks.of(group)
        deff = _design_effect(part)
        rows = []
        for beta, covariance in fits:
            chance = expit(beta[g] + beta[-1] * length)
            adjusted = chance.mean()
            pull = chance * (1 - chance)
            gradient = np.zeros(len(beta))
            gradient[g], gradient[-1] = pull.mean(), (pull * length).mean()
            gradient /= adjusted * (1 - adjusted)
            half = z * np.sqrt(deff * (gradient @ covariance @ gradient))
            rows.append((adjusted, expit(logit(adjusted) - half), expit(logit(adjusted) + half), beta[-1]))
        tables.append(pd.DataFrame(rows, columns=["adjusted", "low", "high", "slope"]).assign(
            group=group, coder=coder, theme=THEMES, n_units=len(part.values),
            mean_chars=part.sentences["n_chars"].mean(), share=part.values.mean(axis=0),
        ))  # fmt: skip
    columns = ["group", "coder", "theme", "n_units", "mean_chars", "share", "adjusted", "low", "high", "slope"]
    return pd.concat(tables, ignore_index=True)[columns]


def adjust_profiles(marks: Marks) -> np.ndarray:
    """Return the adjusted shares of :func:`adjust_for_length` alone, shape (groups, 17)."""
    length = np.log2(marks.sentences["n_chars"].to_numpy(dtype=float))
    length -= length.mean()
    names = marks.groups
    design = np.column_stack([marks.sentences["group"].to_numpy()[:, None] == np.array(names), length])
    fits = [fit_firth(design, marks.values[:, t])[0] for t in range(len(THEMES))]
    return np.array([[expit(beta[g] + beta[-1] * length).mean() for beta in fits] for g in range(len(names))])


def fit_firth(design: np.ndarray, outcome: np.ndarray, *, n_steps: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Fit a logistic model by Firth's penalised likelihood.

    Newton's steps on the score Σ (y - π + h (½ - π)) x, h being the leverages of the weighted design; without a
    covariate the estimate of a share is (k + ½) / (n + 1).

    Parameters
    ----------
    design : ndarray of float, shape (n, p)
    outcome : ndarray of bool, shape (n,)

    Returns
    -------
    beta : ndarray, shape (p,)
    covariance : ndarray, shape (p, p)
        Inverse of the information.

    Examples
    --------
    >>> beta, _ = fit_firth(np.ones((4, 1)), np.array([True, False, False, False]))
    >>> round(float(expit(beta[0])), 4)
    0.3
    """
    beta = np.zeros(design.shape[1])
    for _ in range(n_steps):
        chance = expit(design @ beta)
        weighted = design * (chance * (1 - chance))[:, None]
        # Of sentences of one length the slope cannot be told; the pseudo-inverse leaves it at 0.
        covariance = np.linalg.pinv(design.T @ weighted, hermitian=True)
        leverage = np.einsum("ij,jk,ik->i", weighted, covariance, design)
        step = covariance @ (design.T @ (outcome - chance + leverage * (0.5 - chance)))
        # Far from the maximum a full step may overshoot.
        beta = beta + step * min(1.0, 4.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-10:
            break
    return beta, covariance


def _design_effect(part: Marks) -> float:
    """Sentences over effective sentences; NaN where one paragraph tells nothing."""
    marked, sizes = part.by_block()
    return len(part.values) / effective_size(sizes, pooled_icc(marked, sizes)) if len(sizes) > 1 else np.nan
