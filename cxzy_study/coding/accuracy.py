"""How well a coder does on documents that readers coded: scores by theme, their intervals over documents, reliability."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEAST = 10
"""Macro-F1 runs over themes that so many units bear at least."""


def count_errors(marks: Floats, coded: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return true positives, false positives and false negatives of each theme, shape (3, themes); NaN is not scored."""
    true, false = marks == 1, marks == 0
    return np.stack([(true & coded).sum(axis=0), (false & coded).sum(axis=0), (true & ~coded).sum(axis=0)])


def f1_scores(counts: NDArray[np.int64], *, least: int = LEAST) -> tuple[float, float, Floats]:
    """Return micro-F1, macro-F1 over the themes with *least* bearers, and the F1 of each theme (NaN where nothing is).

    Parameters
    ----------
    counts : ndarray, shape (3, themes)
        From :func:`count_errors`.

    Examples
    --------
    >>> micro, macro, each = f1_scores(np.array([[8, 1], [2, 0], [2, 3]]), least=1)
    >>> round(micro, 2), round(macro, 2), each.tolist()
    (0.72, 0.6, [0.8, 0.4])
    """
    right, wrong, missed = counts
    total = 2 * right + wrong + missed
    each = np.where(total > 0, 2 * right / np.maximum(total, 1), np.nan)
    kept = right + missed >= least
    micro = 2 * right.sum() / total.sum() if total.sum() else np.nan
    return float(micro), float(each[kept].mean()) if kept.any() else np.nan, each


def score_documents(
    marks: Floats,
    coded: NDArray[np.bool_],
    doc_ids: Sequence[str],
    *,
    themes: Sequence[str],
    seed: int,
    n_resamples: int = 1000,
) -> pd.DataFrame:
    """Score a coder theme by theme, with percentile intervals over documents resampled whole.

    Parameters
    ----------
    marks : ndarray, shape (units, themes)
        1, 0, or NaN (disputed: not scored).
    coded : ndarray of bool, shape (units, themes)
    doc_ids : sequence of str
        Document of each unit.
    themes : sequence of str
    seed : int
    n_resamples : int

    Returns
    -------
    DataFrame
        One row a theme, then ``(micro)`` and ``(macro)``: n_true, n_coded, precision, recall, f1, low, high (95%),
        share_true, share_coded, bias (share_coded less share_true), bias_low, bias_high. A score without denominator is
        empty.
    """
    docs, at = np.unique(np.asarray(doc_ids, dtype=str), return_inverse=True)
    parts = np.stack([count_errors(marks[at == d], coded[at == d]) for d in range(len(docs))])
    sizes = np.stack([(~np.isnan(marks[at == d])).sum(axis=0) for d in range(len(docs))])
    draws = np.random.default_rng(seed).integers(0, len(docs), size=(n_resamples, len(docs)))
    scores, biases = [], []
    for drawn in draws:
        counts, n = parts[drawn].sum(axis=0), sizes[drawn].sum(axis=0)
        scores.append(np.append(f1_scores(counts)[2], f1_scores(counts)[:2]))
        biases.append((counts[1] - counts[2]) / np.maximum(n, 1))
    # A theme that a resample lacks has no score there; one that all lack has no interval.
    low, high = pd.DataFrame(scores).quantile([0.025, 0.975]).to_numpy()
    bias_low, bias_high = np.quantile(np.array(biases), [0.025, 0.975], axis=0)
    counts, n = parts.sum(axis=0), sizes.sum(axis=0)
    micro, macro, each = f1_scores(counts)
    right, wrong, missed = counts
    rows = pd.DataFrame({
        "theme": list(themes), "n_true": right + missed, "n_coded": right + wrong,
        "precision": right / np.where(right + wrong, right + wrong, np.nan),
        "recall": right / np.where(right + missed, right + missed, np.nan),
        "f1": each, "low": low[:-2], "high": high[:-2],
        "share_true": (right + missed) / n, "share_coded": (right + wrong) / n, "bias": (wrong - missed) / n,
        "bias_low": bias_low, "bias_high": bias_high,
    })  # fmt: skip
    total = pd.DataFrame({
        "theme": ["(micro)", "(macro)"], "n_true": (right + missed).sum(), "n_coded": (right + wrong).sum(),
        "precision": [right.sum() / max((right + wrong).sum(), 1), np.nan],
        "recall": [right.sum() / max((right + missed).sum(), 1), np.nan],
        "f1": [micro, macro], "low": low[-2:], "high": high[-2:],
    })  # fmt: skip
    return pd.concat([rows, total], ignore_index=True)


def measure_reliability(chances: Floats, marks: Floats, *, n_bins: int = 10) -> pd.DataFrame:
    """Return how often a theme holds where it was given such a probability: a reliability table over all themes.

    Parameters
    ----------
    chances, marks : ndarray, shape (units, themes)
        Probabilities, and 1, 0 or NaN.

    Returns
    -------
    DataFrame
        One row a bin of equal width: low, high, n, mean_probability, share_true; the expected calibration error is the
        mean of their difference weighted by n.

    Examples
    --------
    >>> measure_reliability(np.array([[0.1], [0.9]]), np.array([[0.0], [1.0]]), n_bins=2)["share_true"].tolist()
    [0.0, 1.0]
    """
    known = ~np.isnan(marks)
    p, y = chances[known], marks[known]
    edges = np.linspace(0, 1, n_bins + 1)
    at = np.clip(np.digitize(p, edges) - 1, 0, n_bins - 1)
    n = np.bincount(at, minlength=n_bins)
    some = np.where(n > 0, n, np.nan)
    return pd.DataFrame({
        "low": edges[:-1], "high": edges[1:], "n": n,
        "mean_probability": np.bincount(at, weights=p, minlength=n_bins) / some,
        "share_true": np.bincount(at, weights=y, minlength=n_bins) / some,
    })  # fmt: skip
