"""The learned coder: probabilities from the text, what stands around it, and the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.coder import CODE_COLUMNS, code_units, find_parents
from cxzy_study.coding.weights import SIGNS, Floats, Weights, to_logit

HINT = 5.0
"""Log odds are cut off here where they speak of other themes."""


def code_learned(
    units: pd.DataFrame, *, codebook: Codebook, weights: Weights, coder: str = "learned"
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Code units by what was learnt from coded texts, the rules among it.

    Parameters
    ----------
    units : DataFrame
        As for :func:`cxzy_study.coding.coder.code_units`.
    codebook : Codebook
        The one that the weights were learnt with.
    weights : Weights
    coder : str
        Name under which the codes stand.

    Returns
    -------
    codes : DataFrame
        As table `codes`: a row for each unit and theme that holds, with its ``probability``; ``none`` where none does.
    evidence : DataFrame
        What the rules found; see :func:`~cxzy_study.coding.coder.code_units`. A theme may hold without it.
    probabilities : DataFrame
        A row for each unit, in order, a column for each theme.
    """
    _, evidence = code_units(units, codebook=codebook)
    logits = weights.text.logits(units["text"].tolist())
    signs = find_signs(units, logits, count_evidence(units, evidence, weights.themes), rates=weights.rates)
    at, theme, chance, p = decide(signs, weights)
    return (
        _codes(units, at, theme, chance, weights.themes, coder),
        evidence,
        pd.DataFrame(p, columns=list(weights.themes), index=units.index),
    )


def count_evidence(units: pd.DataFrame, evidence: pd.DataFrame, themes: tuple[str, ...]) -> Floats:
    """Return counted and refused matches of each unit and theme, shape (2, units, themes)."""
    at = pd.MultiIndex.from_frame(units[["doc_id", "unit_id"]]).get_indexer(
        pd.MultiIndex.from_frame(evidence[["doc_id", "unit_id"]])
    )
    counts = np.zeros((2, len(units), len(themes)))
    verdict = evidence["verdict"].eq("refused").to_numpy().astype(int)
    np.add.at(counts, (verdict, at, pd.Index(themes).get_indexer(evidence["theme"])), 1)
    return counts


def find_signs(units: pd.DataFrame, logits: Floats, counts: Floats, *, rates: Floats) -> Floats:
    """Return what the second step weighs, shape (signs, units, themes), in the order of :data:`SIGNS`.

    ``text`` log odds by the unit's words; ``heading``, ``previous``, ``next`` the same of the heading above and of the
    neighbours in the document; ``is_heading``; ``length`` ln of the characters, less 3.3; ``rule`` whether a rule's
    match counts, ``rules`` ln(1 + their number), ``refused`` whether one was refused.
    """
    return stack_signs(
        logits,
        counts,
        rates=rates,
        docs=units["doc_id"].to_numpy(),
        parents=find_parents(units),
        headings=units["kind"].eq("heading").to_numpy(),
        lengths=units["text"].str.len().to_numpy(dtype=float),
    )


def stack_signs(
    logits: Floats,
    counts: Floats,
    *,
    rates: Floats,
    docs: NDArray[Any],
    parents: NDArray[np.int64],
    headings: NDArray[np.bool_],
    lengths: NDArray[Any],
) -> Floats:
    """Return what :func:`find_signs` does, of units that are known by their columns.

    Parameters
    ----------
    logits, counts, rates
        As there.
    docs, parents, headings, lengths : ndarray, shape (units,)
        The document, the position of the heading above (-1 for none), whether it is a heading, and characters.
    """
    n = len(docs)
    here = np.arange(n)
    before = np.where((here > 0) & (docs == np.roll(docs, 1)), here - 1, -1)
    after = np.where((here < n - 1) & (docs == np.roll(docs, -1)), here + 1, -1)
    usual = to_logit(rates)

    def of(places: NDArray[np.int64]) -> Floats:
        return np.where((places >= 0)[:, None], logits[places], usual)

    wide = np.ones((1, logits.shape[1]))
    values = {
        "text": logits,
        "heading": of(parents),
        "previous": of(before),
        "next": of(after),
        "is_heading": headings.astype(float)[:, None] * wide,
        "length": (np.log(lengths + 1.0) - 3.3)[:, None] * wide,
        "rule": (counts[0] > 0).astype(float),
        "rules": np.log1p(counts[0]),
        "refused": (counts[1] > 0).astype(float),
    }
    return np.stack([values[name] for name in SIGNS])


def weigh_signs(signs: Floats, weights: Weights) -> Floats:
    """Return the probability of each theme in each unit, from its own signs and the text's log odds of all themes."""
    scores = np.einsum("sut,st->ut", signs, weights.signs) + tame_logits(signs) @ weights.others
    return 1 / (1 + np.exp(-(scores + weights.intercept)))


def tame_logits(signs: Floats) -> Floats:
    """Return the log odds by the unit's words as other themes take them: cut off nearer, for they only hint there."""
    return np.clip(signs[SIGNS.index("text")], -HINT, HINT)


def decide(signs: Floats, weights: Weights) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, Floats]:
    """Return the units that bear a theme, the theme's number, its probability, and all probabilities.

    Units without any theme bear the number after the last, without probability (NaN).
    """
    p = weigh_signs(signs, weights).round(4)  # as written, so that marks follow from what is shown
    marked = p >= weights.thresholds
    at, theme = np.nonzero(np.column_stack([marked, ~marked.any(axis=1)]))
    return at, theme, np.column_stack([p, np.full(len(p), np.nan)])[at, theme], p


def _codes(
    units: pd.DataFrame,
    at: NDArray[np.int64],
    theme: NDArray[np.int64],
    chance: Floats,
    themes: tuple[str, ...],
    coder: str,
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "doc_id": units["doc_id"].to_numpy()[at],
            "unit_id": units["unit_id"].to_numpy()[at],
            "theme": np.array([*themes, "none"], dtype=object)[theme],
            "coder": coder,
            "value": pd.array(np.ones(len(at), dtype=np.int64), dtype="Int64"),
            "probability": chance,
        },
        columns=CODE_COLUMNS,
    )
