"""From coded units to weights: how the learned coder is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from cxzy_study.coding.features import Clauses, find_clauses
from cxzy_study.coding.fit import fit_logistic, fit_noisy_or, rate_features
from cxzy_study.coding.learned import find_signs, weigh_signs
from cxzy_study.coding.weights import (
    RULE_SIGNS,
    SIGNS,
    Floats,
    TextWeights,
    Weights,
    weigh_clauses,
    weigh_units,
)
from cxzy_study.tables import InvalidInput


@dataclass(frozen=True)
class Options:
    """Choices of the training; the values are those that did best in cross-validation."""

    clause_penalty: float = 0.1
    unit_penalty: float = 0.3
    phrase_weight: float = 0.6
    """What a phrase that bears a theme counts, beside a unit's 1."""
    absent_weight: float = 0.2
    """What a phrase that does not bear it counts."""
    least: int = 3
    """Clauses in which a feature must occur."""
    pooling: float = 2.0
    """How strongly a theme's second step is drawn to that of all themes together."""
    with_rules: bool = True
    n_folds: int = 4


@dataclass(frozen=True)
class Coded:
    """Coded units to learn from.

    Attributes
    ----------
    units : DataFrame
        As for :func:`cxzy_study.coding.coder.code_units`, whole documents in reading order.
    marks : ndarray, shape (units, themes)
        1 marked, 0 not, NaN disputed or not coded.
    counts : ndarray, shape (2, units, themes)
        Counted and refused matches of the rules (:func:`cxzy_study.coding.learned.count_evidence`).
    rules_fresh : ndarray of bool, shape (units,)
        Units whose text was not at hand when the rules were written: only they can tell what rules are worth.
    """

    units: pd.DataFrame
    marks: Floats
    counts: Floats
    rules_fresh: NDArray[np.bool_]

    def take(self, at: NDArray[np.int64]) -> Coded:
        """Return some of the units."""
        units = self.units.iloc[at].reset_index(drop=True)
        return Coded(units, self.marks[at], self.counts[:, at], self.rules_fresh[at])


def join_coded(parts: Sequence[Coded]) -> Coded:
    """Return several sets as one."""
    return Coded(
        pd.concat([p.units for p in parts], ignore_index=True),
        np.concatenate([p.marks for p in parts]),
        np.concatenate([p.counts for p in parts], axis=1),
        np.concatenate([p.rules_fresh for p in parts]),
    )


def split_documents(doc_ids: Sequence[str], n: int) -> NDArray[np.int64]:
    """Return a fold for each unit: documents whole, the largest first, each into the fold that is smallest so far.

    Examples
    --------
    >>> split_documents(["a", "a", "a", "b", "c"], 2).tolist()
    [0, 0, 0, 1, 1]
    """
    names, sizes = np.unique(np.asarray(doc_ids, dtype=str), return_counts=True)
    filled = np.zeros(n)
    fold = {}
    for name, size in sorted(zip(names.tolist(), sizes.tolist(), strict=True), key=lambda x: (-x[1], x[0])):
        fold[name] = int(filled.argmin())
        filled[fold[name]] += size
    return np.array([fold[str(d)] for d in doc_ids], dtype=np.int64)


@dataclass(frozen=True)
class Learned:
    """What the first step learnt, and what it says of the units when it has not seen their document.

    Attributes
    ----------
    text : TextWeights
    logits : ndarray, shape (units, themes)
        Log odds of each unit by weights that were learnt without its document.
    folds : ndarray of int, shape (units,)
    """

    text: TextWeights
    logits: Floats
    folds: NDArray[np.int64]


def learn_weights(
    coded: Coded, *, themes: tuple[str, ...], phrases: pd.DataFrame | None = None, options: Options | None = None
) -> Weights:
    """Learn weights from coded units, and phrases of which it is known what they say.

    Two linear models see the text: a noisy-or over clauses, for one clause is enough to bear a theme, and a logistic
    model of the whole unit. A second step weighs their mean log odds with those of the heading above and the
    neighbours, and with what the rules found; it learns from log odds of units that the first step did not learn from,
    documents kept apart, and so do the thresholds. What the rules are worth is learnt only where they are fresh.

    Parameters
    ----------
    coded : Coded
    themes : tuple of str
        Columns of ``coded.marks``.
    phrases : DataFrame, optional
        ``themes`` (ids joined by ``;``, or ``none``) and ``phrase``.
    options : Options, optional

    Raises
    ------
    InvalidInput
        If there are fewer documents than folds.
    """
    options = options or Options()
    first = learn_text(coded, themes=themes, phrases=phrases, options=options)
    return learn_decisions(coded, first, themes=themes, options=options)


def learn_text(coded: Coded, *, themes: tuple[str, ...], phrases: pd.DataFrame | None, options: Options) -> Learned:
    """Learn the first step; see :func:`learn_weights`."""
    if (n_documents := coded.units["doc_id"].nunique()) < options.n_folds:
        raise InvalidInput(f"Invalid units: {options.n_folds} documents are needed. {n_documents}.")
    more = pd.DataFrame({"themes": [], "phrase": []}) if phrases is None else phrases
    texts = _Texts(coded, more, themes, options)
    folds = split_documents(coded.units["doc_id"].tolist(), options.n_folds)
    logits = np.zeros_like(coded.marks)
    for k in range(options.n_folds):
        part = texts.learn(np.flatnonzero(folds != k))
        logits[folds == k] = part.logits(coded.units["text"].iloc[np.flatnonzero(folds == k)].tolist())
    return Learned(texts.learn(np.arange(len(coded.units))), logits, folds)


def learn_decisions(coded: Coded, first: Learned, *, themes: tuple[str, ...], options: Options) -> Weights:
    """Learn the second step and the thresholds; see :func:`learn_weights`."""
    rates, width = np.clip(np.nanmean(coded.marks, axis=0), 1e-3, 1 - 1e-3), len(themes)
    empty = Weights(themes, first.text, rates, np.zeros((len(SIGNS), width)), np.zeros(width), np.full(width, 0.5))
    signs = find_signs(coded.units, first.logits, coded.counts, rates=rates)
    chances = np.zeros_like(coded.marks)
    for k in np.unique(first.folds):
        inside, outside = first.folds == k, first.folds != k
        step = learn_signs(signs[:, outside], coded.marks[outside], coded.rules_fresh[outside], empty, options)
        chances[inside] = weigh_signs(signs[:, inside], step)
    final = learn_signs(signs, coded.marks, coded.rules_fresh, empty, options)
    return replace(final, thresholds=np.array([find_threshold(p, y) for p, y in zip(chances.T, coded.marks.T, strict=True)]))


class _Texts:
    """The texts to learn from, cut once."""

    def __init__(self, coded: Coded, phrases: pd.DataFrame, themes: tuple[str, ...], options: Options) -> None:
        self.options, self.n_units = options, len(coded.units)
        self.clauses = find_clauses([*coded.units["text"], *phrases["phrase"]])
        said = [set(str(x).split(";")) for x in phrases["themes"]]
        told = np.array([[float(t in s) for t in themes] for s in said]).reshape(len(said), len(themes))
        self.marks = np.vstack([coded.marks, told])
        told_weights = np.where(told == 1, options.phrase_weight, options.absent_weight)
        self.weights = np.vstack([np.ones_like(coded.marks), told_weights])

    def learn(self, units: NDArray[np.int64]) -> TextWeights:
        rows = np.concatenate([units, np.arange(self.n_units, len(self.marks))])
        marks, weights = self.marks[rows], self.weights[rows]
        clauses = self.clauses.take(rows)
        clauses = _keep(clauses, np.flatnonzero(_frequency(clauses.matrix) >= self.options.least))
        return self._fit(clauses, marks, weights)

    def _fit(self, clauses: Clauses, marks: Floats, weights: Floats) -> TextWeights:
        n = clauses.matrix.shape[0]
        rarity = 1 + np.log((1 + n) / (1 + _frequency(clauses.matrix)))
        units = weigh_units(clauses, rarity)
        present = units.copy()
        present.data = np.ones_like(present.data)
        scale = rate_features(present, marks, weights=weights)
        clause = fit_noisy_or(
            weigh_clauses(clauses, rarity), clauses.starts, marks,
            weights=weights, penalty=self.options.clause_penalty,
        )  # fmt: skip
        unit = fit_noisy_or(
            units, np.arange(units.shape[0]), marks, weights=weights, penalty=self.options.unit_penalty, scale=scale
        )
        return TextWeights(clauses.names, rarity, clause[0], unit[0], clause[1], unit[1])


def _frequency(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=0)).ravel()


def _keep(clauses: Clauses, columns: NDArray[np.int64]) -> Clauses:
    return Clauses(clauses.matrix[:, columns], clauses.starts, tuple(clauses.names[i] for i in columns))


def learn_signs(signs: Floats, marks: Floats, fresh: NDArray[np.bool_], empty: Weights, options: Options) -> Weights:
    """Learn the second step: first what the text and its place are worth, then what the rules add where they are fresh."""
    own = [i for i, name in enumerate(SIGNS) if name not in RULE_SIGNS]
    others = [i for i, name in enumerate(SIGNS) if name in RULE_SIGNS]
    base, base_intercept = _learn_pooled(signs[own], marks, np.zeros(len(own)), options.pooling)
    values, intercept = np.zeros_like(empty.signs), base_intercept
    values[own] = base
    if options.with_rules and fresh.any():
        scores = np.einsum("sut,st->ut", signs[own], base) + base_intercept
        parts = np.concatenate([scores[None], signs[others]])[:, fresh]
        prior = np.zeros(len(parts))
        prior[0] = 1.0
        added, intercept = _learn_pooled(parts, marks[fresh], prior, options.pooling)
        values[own], values[others] = base * added[0], added[1:]
        intercept = base_intercept * added[0] + intercept
    return replace(empty, signs=values, intercept=intercept)


def _learn_pooled(signs: Floats, marks: Floats, prior: Floats, pooling: float) -> tuple[Floats, Floats]:
    flat = signs.transpose(2, 1, 0).reshape(-1, len(signs))
    pooled = fit_logistic(flat, marks.T.ravel(), prior=prior, penalty=0.01)[:-1]
    fitted = [fit_logistic(signs[:, :, t].T, marks[:, t], prior=pooled, penalty=pooling) for t in range(marks.shape[1])]
    return np.array([f[:-1] for f in fitted]).T, np.array([f[-1] for f in fitted])


def find_threshold(chances: Floats, marks: Floats, *, usual: float = 0.38) -> float:
    """Return the probability from which on to mark a theme, so that F1 is best; few marks draw it to *usual*."""
    known = ~np.isnan(marks)
    chances, marks = chances[known], marks[known]
    steps = np.arange(0.06, 0.71, 0.02)
    marked = chances[:, None] >= steps
    f1 = 2 * marks @ marked / np.maximum(marked.sum(axis=0) + marks.sum(), 1)
    smooth = np.array([f1[max(0, i - 2) : i + 3].mean() for i in range(len(steps))])
    smooth -= 0.5 * np.abs(steps - usual) / np.sqrt(max(marks.sum(), 1))
    return float(steps[smooth.argmax()].round(2))
