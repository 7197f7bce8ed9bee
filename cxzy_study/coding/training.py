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
from cxzy_study.coding.learned import find_signs, tame_logits, weigh_signs
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
    least: int = 4
    """Clauses in which a feature must occur."""
    pooling: float = 2.0
    """How strongly a theme's second step is drawn to that of all themes together."""
    others_penalty: float = 100.0
    """Of the squared weights of other themes' log odds."""
    fresh_weight: float = 0.4
    """What a unit that was written to learn from counts, beside 1: it is not quite of the kinds that are to be coded."""
    with_rules: bool = True
    n_folds: int = 4
    n_steps: int = 50
    """Of each fit: more change nothing that can be measured."""


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
        Units that were written to learn from: their text was not at hand when the rules were made, so that only they can
        tell what rules are worth; thresholds follow from the others, if there are any.
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

    Three linear models see the text: a noisy-or over clauses, for one clause is enough to bear a theme, and logistic
    models of the whole unit, by all features and by words and pairs alone. A second step weighs their mean log odds with
    those of the heading above, the neighbours and the other themes, and with what the rules found; it learns from log
    odds of units that the first step did not learn from, documents kept apart, and so do the thresholds. What the rules
    are worth is learnt only where they are fresh.

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
    none = (np.zeros((len(SIGNS), width)), np.zeros((width, width)), np.zeros(width))
    empty = Weights(themes, first.text, rates, *none, np.full(width, 0.5))
    signs = find_signs(coded.units, first.logits, coded.counts, rates=rates)
    chances = np.zeros_like(coded.marks)
    for k in np.unique(first.folds):
        inside, outside = first.folds == k, first.folds != k
        step = learn_signs(signs[:, outside], coded.marks[outside], coded.rules_fresh[outside], empty, options)
        chances[inside] = weigh_signs(signs[:, inside], step)
    final = learn_signs(signs, coded.marks, coded.rules_fresh, empty, options)
    judged = ~coded.rules_fresh if not coded.rules_fresh.all() else coded.rules_fresh
    pairs = zip(chances[judged].T, coded.marks[judged].T, strict=True)
    return replace(final, thresholds=np.array([find_threshold(p, y) for p, y in pairs]))


class _Texts:
    """The texts to learn from, cut once."""

    def __init__(self, coded: Coded, phrases: pd.DataFrame, themes: tuple[str, ...], options: Options) -> None:
        self.options, self.n_units = options, len(coded.units)
        self.clauses = find_clauses([*coded.units["text"], *phrases["phrase"]])
        said = [set(str(x).split(";")) for x in phrases["themes"]]
        told = np.array([[float(t in s) for t in themes] for s in said]).reshape(len(said), len(themes))
        self.marks = np.vstack([coded.marks, told])
        told_weights = np.where(told == 1, options.phrase_weight, options.absent_weight)
        counted = np.where(coded.rules_fresh, options.fresh_weight, 1.0)[:, None] * np.ones_like(coded.marks)
        self.weights = np.vstack([counted, told_weights])

    def learn(self, units: NDArray[np.int64]) -> TextWeights:
        rows = np.concatenate([units, np.arange(self.n_units, len(self.marks))])
        marks, weights = self.marks[rows], self.weights[rows]
        clauses = self.clauses.take(rows)
        clauses = _keep(clauses, np.flatnonzero(_frequency(clauses.matrix) >= self.options.least))
        return self._fit(clauses, marks, weights)

    def _fit(self, clauses: Clauses, marks: Floats, weights: Floats) -> TextWeights:
        n = clauses.matrix.shape[0]
        rarity = 1 + np.log((1 + n) / (1 + _frequency(clauses.matrix)))
        options, units = self.options, weigh_units(clauses, rarity)
        clause = fit_noisy_or(
            weigh_clauses(clauses, rarity), clauses.starts, marks,
            weights=weights, penalty=options.clause_penalty, n_steps=options.n_steps,
        )  # fmt: skip
        all_of_it = self._fit_units(units, marks, weights)
        words = np.array([i for i, name in enumerate(clauses.names) if name.startswith(("w:", "b:"))], dtype=np.int64)
        by_words = self._fit_units(units[:, words], marks, weights)
        # Both are linear in the same vectors, so that their mean is one set of weights.
        unit = all_of_it[0] / 2
        unit[words] += by_words[0] / 2
        return TextWeights(clauses.names, rarity, clause[0], unit, clause[1], (all_of_it[1] + by_words[1]) / 2)

    def _fit_units(self, units: sparse.csr_matrix, marks: Floats, weights: Floats) -> tuple[Floats, Floats]:
        present = units.copy()
        present.data = np.ones_like(present.data)
        scale = rate_features(present, marks, weights=weights)
        return fit_noisy_or(
            units, np.arange(units.shape[0]), marks,
            weights=weights, penalty=self.options.unit_penalty, scale=scale, n_steps=self.options.n_steps,
        )  # fmt: skip


def _frequency(matrix: sparse.csr_matrix) -> Floats:
    return np.asarray(matrix.sum(axis=0)).ravel()


def _keep(clauses: Clauses, columns: NDArray[np.int64]) -> Clauses:
    return Clauses(clauses.matrix[:, columns], clauses.starts, tuple(clauses.names[i] for i in columns))


def learn_signs(signs: Floats, marks: Floats, fresh: NDArray[np.bool_], empty: Weights, options: Options) -> Weights:
    """Learn the second step: first what the text and its place are worth, then what the rules add where they are fresh."""
    own = [i for i, name in enumerate(SIGNS) if name not in RULE_SIGNS]
    rules = [i for i, name in enumerate(SIGNS) if name in RULE_SIGNS]
    counted = np.where(fresh, options.fresh_weight, 1.0)
    base, others, base_intercept = _learn_pooled(
        signs[own], marks, np.zeros(len(own)), options, weights=counted, more=tame_logits(signs)
    )
    values, intercept = np.zeros_like(empty.signs), base_intercept
    values[own] = base
    if options.with_rules and fresh.any():
        scores = np.einsum("sut,st->ut", signs[own], base) + tame_logits(signs) @ others + base_intercept
        parts = np.concatenate([scores[None], signs[rules]])[:, fresh]
        # Fresh texts are of other kinds, so that what rules change there is taken over, not the level of a theme there.
        without, _, at_without = _learn_pooled(parts[:1], marks[fresh], np.ones(1), options)
        added, _, at_added = _learn_pooled(parts, marks[fresh], np.append(1.0, np.zeros(len(rules))), options)
        slope = added[0] / np.maximum(without[0], 0.1)
        values[own], others, values[rules] = base * slope, others * slope, added[1:]
        intercept = base_intercept * slope + at_added - at_without * slope
    return replace(empty, signs=values, others=others, intercept=intercept)


def _learn_pooled(
    signs: Floats,
    marks: Floats,
    prior: Floats,
    options: Options,
    *,
    weights: Floats | None = None,
    more: Floats | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Weights of signs, drawn to those of all themes together; of further columns, drawn to nought; and intercepts."""
    n_signs, (n_units, width) = len(signs), marks.shape
    weights = np.ones(n_units) if weights is None else weights
    more = np.zeros((n_units, 0)) if more is None else more
    flat = signs.transpose(2, 1, 0).reshape(-1, n_signs)
    pooled = fit_logistic(flat, marks.T.ravel(), prior=prior, penalty=0.01, weights=np.tile(weights, width))[:-1]
    drawn = np.append(pooled, np.zeros(more.shape[1]))
    penalty = np.append(np.full(n_signs, options.pooling), np.full(more.shape[1], options.others_penalty))
    fitted = np.array([
        fit_logistic(np.hstack([signs[:, :, t].T, more]), marks[:, t], prior=drawn, penalty=penalty, weights=weights)
        for t in range(width)
    ]).T  # fmt: skip
    return fitted[:n_signs], fitted[n_signs:-1], fitted[-1]


def find_threshold(chances: Floats, marks: Floats, *, usual: float = 0.4, draw: float = 4.0) -> float:
    """Return the probability from which on to mark a theme, so that F1 is best; few marks draw it to *usual*.

    A step of 0.1 away from *usual* must better F1 by ``0.1 * draw / sqrt(marks)``: at a hundred marks by 0.04.
    """
    known = ~np.isnan(marks)
    chances, marks = chances[known], marks[known]
    steps = np.arange(0.06, 0.71, 0.02)
    marked = chances[:, None] >= steps
    f1 = 2 * marks @ marked / np.maximum(marked.sum(axis=0) + marks.sum(), 1)
    smooth = np.array([f1[max(0, i - 2) : i + 3].mean() for i in range(len(steps))])
    smooth -= draw * np.abs(steps - usual) / np.sqrt(max(marks.sum(), 1))
    return float(steps[smooth.argmax()].round(2))
