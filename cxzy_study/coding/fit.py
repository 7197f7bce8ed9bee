"""Fitting the two linear models that the learned coder is made of: plain and noisy-or logistic regression."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize

Floats = NDArray[np.float64]


def fit_noisy_or(
    matrix: sparse.csr_matrix,
    starts: NDArray[np.int64],
    marks: Floats,
    *,
    weights: Floats,
    penalty: float,
    scale: Floats | None = None,
    n_steps: int = 80,
) -> tuple[Floats, Floats]:
    """Fit, for each theme, a logistic model of clauses from marks that are known of whole units only.

    A unit bears a theme unless none of its clauses does: P = 1 - Π (1 - σ(x·w + b)), the noisy-or of multiple-instance
    learning (Maron and Lozano-Pérez 1998, NIPS 10). Where every unit has one clause this is logistic regression. All
    themes are fitted in one run of L-BFGS, which starts from their rates and is deterministic.

    Parameters
    ----------
    matrix : csr_matrix, shape (clauses, features)
    starts : ndarray of int, shape (units,)
        First row of each unit.
    marks : ndarray, shape (units, themes)
        1 marked, 0 not, NaN unknown.
    weights : ndarray, shape (units, themes)
        What each mark counts.
    penalty : float
        Of the squared coefficients (half of it times their sum is added to the loss).
    scale : ndarray, shape (features, themes), optional
        What each coefficient is multiplied by, so that those of promising features cost less (:func:`rate_features`).
    n_steps : int
        Steps at most.

    Returns
    -------
    coefficients : ndarray, shape (features, themes)
    intercepts : ndarray, shape (themes,)
    """
    n_rows, width = matrix.shape
    n_units, n_themes = marks.shape
    rows, columns = matrix.tocsr(), matrix.T.tocsr()
    unit = np.repeat(np.arange(n_units), np.diff(np.append(starts, n_rows)))
    known = np.where(np.isnan(marks), 0.0, weights)
    truth = np.nan_to_num(marks)
    size = width * n_themes
    scale = np.ones((width, n_themes)) if scale is None else scale

    def loss(values: Floats) -> tuple[float, Floats]:
        scores = rows @ (values[:size].reshape(width, n_themes) * scale) + values[size:]
        small = np.exp(-np.abs(scores))
        none = np.add.reduceat(np.maximum(scores, 0) + np.log1p(small), starts, axis=0)  # -log P(no clause bears it)
        missed = np.exp(-none)
        some = np.clip(1 - missed, 1e-9, 1)
        total = (known * ((1 - truth) * none - truth * np.log(some))).sum() + penalty / 2 * values[:size] @ values[:size]
        slope = ((1 - truth) - truth * missed / some) * known
        slope = slope[unit] * np.where(scores >= 0, 1, small) / (1 + small)
        return total, np.concatenate([((columns @ slope) * scale).ravel() + penalty * values[:size], slope.sum(axis=0)])

    rate = np.clip((known * truth).sum(axis=0) / np.maximum(known.sum(axis=0), 1e-9), 1e-4, 1 - 1e-4)
    rate = rate * n_units / max(n_rows, n_units)
    first = np.concatenate([np.zeros(size), np.log(rate / (1 - rate))])
    found = minimize(loss, first, jac=True, method="L-BFGS-B", options={"maxiter": n_steps, "maxcor": 7}).x
    return found[:size].reshape(width, n_themes) * scale, found[size:]


def rate_features(present: sparse.csr_matrix, marks: Floats, *, weights: Floats, cap: float = 3.0) -> Floats:
    """Return how much more often each feature occurs in units that bear a theme: naive Bayes' log ratios, cut off.

    As scale of a linear model they make features count that lean to a theme in few examples (Wang and Manning 2012,
    Baselines and Bigrams, ACL).

    Parameters
    ----------
    present : csr_matrix, shape (units, features)
        1 where a unit has the feature.
    marks, weights : ndarray, shape (units, themes)
        As for :func:`fit_noisy_or`.

    Returns
    -------
    ndarray, shape (features, themes)
    """
    known = np.where(np.isnan(marks), 0.0, weights)
    truth = np.nan_to_num(marks)
    bearing, lacking = (1 + np.asarray(present.T @ (known * side)) for side in (truth, 1 - truth))
    return np.clip(np.log(bearing / bearing.sum(axis=0)) - np.log(lacking / lacking.sum(axis=0)), -cap, cap)


def predict_noisy_or(scores: Floats, starts: NDArray[np.int64]) -> Floats:
    """Return the probability of each theme in each unit from the scores of its clauses.

    Examples
    --------
    >>> predict_noisy_or(np.zeros((3, 1)), np.array([0, 1])).ravel().tolist()
    [0.5, 0.75]
    """
    if not len(starts):
        return np.zeros((0, scores.shape[1]))
    return -np.expm1(-np.add.reduceat(np.logaddexp(0, scores), starts, axis=0))


def fit_logistic(
    values: Floats, marks: Floats, *, prior: Floats, penalty: float | Floats, weights: Floats | None = None
) -> Floats:
    """Fit logistic regression whose coefficients are drawn to *prior*; the last one returned is the intercept.

    Parameters
    ----------
    values : ndarray, shape (units, columns)
    marks : ndarray, shape (units,)
        1, 0, or NaN (left out).
    prior : ndarray, shape (columns,)
    penalty : float or ndarray, shape (columns,)
        Of the squared distance from *prior*; the intercept is free.
    weights : ndarray, shape (units,), optional
        What each mark counts; by default 1.
    """
    known = ~np.isnan(marks)
    values, marks = values[known], marks[known]
    counted = np.ones(len(marks)) if weights is None else weights[known]

    def loss(at: Floats) -> tuple[float, Floats]:
        scores = values @ at[:-1] + at[-1]
        error = counted * (1 / (1 + np.exp(-scores)) - marks)
        away = at[:-1] - prior
        total = (counted * (np.logaddexp(0, scores) - marks * scores)).sum() + (penalty / 2 * away * away).sum()
        return total, np.append(values.T @ error + penalty * away, error.sum())

    rate = np.clip(counted @ marks / counted.sum() if counted.any() else 0.5, 1e-4, 1 - 1e-4)
    first = np.append(prior, np.log(rate / (1 - rate)))
    return np.asarray(minimize(loss, first, jac=True, method="L-BFGS-B").x)
