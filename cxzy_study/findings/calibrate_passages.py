"""Are classes of passages found where they were planted, and nowhere else?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxzy_study.findings.passages import METHODS, compare_passages


def draw_presence(
    classes: np.ndarray, *, n_terms: int, strength: float, rng: np.random.Generator
) -> np.ndarray:
    """Draw which terms stand in which passages, some terms being rarer and some passages longer than others.

    Parameters
    ----------
    classes : ndarray of int, shape (passages,)
        Planted class of each passage.
    strength : float
        Standard deviation, over classes and terms, of a shift of the log-odds: at 0 there is nothing to find.
    """
    logit = rng.uniform(-3.5, -1.0, n_terms) + rng.normal(0, 0.5, (len(classes), 1))
    logit = logit + rng.normal(0, strength, (int(classes.max()) + 1, n_terms))[classes]
    return (rng.random(logit.shape) < 1 / (1 + np.exp(-logit))).astype(float)


def measure_passages(
    *,
    n_runs: int = 100,
    strengths: Sequence[float] = (0.0, 1.0, 2.0),
    methods: Sequence[str] = tuple(METHODS),
    n_passages: int = 60,
    n_terms: int = 80,
    n_classes: int = 3,
    n_null: int = 19,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how often classes of passages are supported where none, or some, were planted.

    Parameters
    ----------
    strengths : sequence of float
        Standard deviation of the classes' log-odds, by term.

    Returns
    -------
    DataFrame
        One row a strength and method, and ``any``: ``method``, ``strength``, ``n_passages``, ``n_classes``, ``n_runs``,
        ``supported`` (rate of tables for which the method, at any k, is supported; of ``any`` the nominal rate is 0.05
        at strength 0), ``se``, ``right`` (rate for which the planted number of classes is among those supported).
    """
    rows = []
    for strength in strengths:
        found = []
        for run in range(n_runs):
            rng = np.random.default_rng([seed, run])
            values = draw_presence(np.arange(n_passages) % n_classes, n_terms=n_terms, strength=strength, rng=rng)
            frame = compare_passages(pd.DataFrame(values), methods=methods, k=(2, 3), n_null=n_null, seed=seed + run)
            held = frame["supported"] == 1
            right = held & (frame["n_classes"] == n_classes)
            answers = [((held & (frame["method"] == m)).any(), (right & (frame["method"] == m)).any()) for m in methods]
            found.append([*answers, (held.any(), right.any())])
        rates = np.array(found, dtype=float).mean(axis=0)
        for method, (supported, correct) in zip([*methods, "any"], rates, strict=True):
            rows.append({
                "method": method, "strength": strength, "n_passages": n_passages, "n_classes": n_classes,
                "n_runs": n_runs, "supported": supported, "se": np.sqrt(supported * (1 - supported) / n_runs),
                "right": correct,
            })  # fmt: skip
    return pd.DataFrame(rows)
