"""Do intervals of claims hold when the document was chosen because it leads?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxzy_study.findings.calibrate import FIVE_DOCUMENTS, draw_corpus, spread_over_runs
from cxzy_study.findings.intervals import lead_variance, newcombe, score_blocks
from cxzy_study.findings.simulate import plant_clusters


def measure_differences(
    *,
    n_runs: int = 500,
    n_paragraphs: Sequence[int] = FIVE_DOCUMENTS,
    strengths: Sequence[float] = (0.0, 0.5),
    icc: float = 0.1,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure intervals of claims on the document that is found to lead: chosen because it does, which flatters it.

    Parameters
    ----------
    strengths : sequence of float
        Standard deviation of the documents' log-odds; 0 for documents that are all the same.

    Returns
    -------
    DataFrame
        One row a setting and kind: ``kind`` (share_above: of each theme, the largest share less the second; emphasis: the
        same of the difference between each theme's share and the next theme's; share_least, share_most: of the document
        with the smallest share, and of the one with the highest upper end), ``strength``, ``n_runs``, ``coverage`` (of the
        true lead of the document that is found to lead; of the true smallest and largest share), ``false`` (of leads: rate
        of intervals above 0 while the document truly does not lead; nominal 0.025), ``se`` (of coverage).
    """
    rows = []
    for strength in strengths:
        found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {
            kind: [] for kind in ("share_above", "emphasis", "share_least", "share_most")
        }
        for run in range(n_runs):
            rng = np.random.default_rng([seed, run])
            shares = plant_clusters(range(len(n_paragraphs)), strength=strength, seed=seed + run)
            blocks = draw_corpus(shares, n_paragraphs=n_paragraphs, icc=icc, rng=rng)
            each = [blocks.of(g) for g in range(len(shares))]
            scores = np.array([score_blocks(*own) for own in each])
            first, second = _two_largest(scores[:, 0])
            low, high = newcombe(*(tuple(np.take_along_axis(scores, at[None, None], axis=0)[0]) for at in (first, second)))
            found["share_above"].append(_hold_lead(shares, first, low, high))
            leads, variances = [], []
            for marked, sizes in each:
                lead = marked - np.roll(marked, -1, axis=1)
                leads.append(lead.sum(axis=0) / sizes.sum())
                variances.append(lead_variance(lead, sizes))
            value = np.array(leads)
            first, second = _two_largest(value)
            theme = np.arange(value.shape[1])
            gap = value[first, theme] - value[second, theme]
            half = 1.96 * np.sqrt(np.array(variances)[first, theme] + np.array(variances)[second, theme])
            truth = shares - np.roll(shares, -1, axis=1)
            found["emphasis"].append(_hold_lead(truth, first, gap - half, gap + half))
            theme, unknown = np.arange(scores.shape[2]), np.full(scores.shape[2], np.nan)
            for kind, at, end in (("share_least", scores[:, 0].argmin(axis=0), shares.min(axis=0)),
                                  ("share_most", scores[:, 2].argmax(axis=0), shares.max(axis=0))):  # fmt: skip
                found[kind].append(((scores[at, 1, theme] <= end) & (end <= scores[at, 2, theme]), unknown))
        for kind, answers in found.items():
            held, false = (np.array(x, dtype=float) for x in zip(*answers, strict=True))
            rows.append({
                "kind": kind, "strength": strength, "n_runs": n_runs, "coverage": held.mean(),
                "false": np.nanmean(false) if np.isfinite(false).any() else np.nan, "se": spread_over_runs(held),
            })  # fmt: skip
    return pd.DataFrame(rows)


def _two_largest(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the largest and the second value of each column."""
    order = np.argsort(-values, axis=0, kind="stable")
    return order[0], order[1]


def _hold_lead(truth: np.ndarray, first: np.ndarray, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether intervals hold the true lead of the first; and, where it truly has none, whether they are above 0."""
    at = np.arange(truth.shape[1])
    others = truth.copy()
    others[first, at] = -np.inf
    lead = truth[first, at] - others.max(axis=0)
    return (low <= lead + 1e-12) & (lead <= high + 1e-12), np.where(lead <= 1e-12, low > 0, np.nan)
