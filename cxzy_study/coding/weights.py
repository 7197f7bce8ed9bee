"""What the learned coder knows, as two tables of numbers that people can read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from cxzy_study.coding.features import Clauses, find_clauses
from cxzy_study.coding.fit import predict_noisy_or
from cxzy_study.tables import InvalidInput, save_text, table_text

Floats = NDArray[np.float64]

SIGNS = ("text", "heading", "previous", "next", "is_heading", "length", "rule", "rules", "refused")
"""What the second step weighs: see :func:`cxzy_study.coding.learned.find_signs`."""
RULE_SIGNS = ("rule", "rules", "refused")
LIMIT = 7.0
"""Logits of the text are cut off here: beyond, there is no knowing."""


@dataclass(frozen=True)
class TextWeights:
    """Weights of features, by theme, of the models of a unit's text.

    Attributes
    ----------
    features : tuple of str
        Sorted.
    rarity : ndarray, shape (features,)
        What a feature counts: ``1 + ln((1 + n) / (1 + n_with))`` over the clauses learnt from.
    clause, unit : ndarray, shape (features, themes)
        Of the noisy-or over clauses, and of the unit as a whole (two models, their mean).
    clause_intercept, unit_intercept : ndarray, shape (themes,)
    """

    features: tuple[str, ...]
    rarity: Floats
    clause: Floats
    unit: Floats
    clause_intercept: Floats
    unit_intercept: Floats

    @cached_property
    def columns(self) -> dict[str, int]:
        """Column of each feature."""
        return {name: i for i, name in enumerate(self.features)}

    def logits(self, texts: Sequence[str]) -> Floats:
        """Return the log odds of each theme in each text: the mean of those of the three models."""
        return self.logits_of(find_clauses(texts, columns=self.columns))

    def logits_of(self, clauses: Clauses) -> Floats:
        """Return the same of clauses whose columns are the features."""
        rows, starts = weigh_clauses(clauses, self.rarity), clauses.starts
        parts = predict_noisy_or(rows @ self.clause + self.clause_intercept, starts)
        return join_logits(to_logit(parts), weigh_units(clauses, self.rarity) @ self.unit + self.unit_intercept)


@dataclass(frozen=True)
class Weights:
    """All that the learned coder knows.

    Attributes
    ----------
    themes : tuple of str
    text : TextWeights
    rates : ndarray, shape (themes,)
        Share of the units learnt from that bear the theme: what is assumed of a heading or neighbour that is not there.
    signs : ndarray, shape (signs, themes)
    others : ndarray, shape (themes, themes)
        What the log odds of each theme (rows) add to those of each theme (columns).
    intercept : ndarray, shape (themes,)
    thresholds : ndarray, shape (themes,)
        A theme is marked if its probability is so high.
    """

    themes: tuple[str, ...]
    text: TextWeights
    rates: Floats
    signs: Floats
    others: Floats
    intercept: Floats
    thresholds: Floats


def join_logits(parts: Floats, wholes: Floats) -> Floats:
    """Return the mean of the log odds by the clauses and by the two models of the whole unit, those cut off at :data:`LIMIT`."""
    return (parts + 2 * np.clip(wholes, -LIMIT, LIMIT)) / 3


def to_logit(probabilities: Floats) -> Floats:
    """Return log odds, cut off at :data:`LIMIT`."""
    edge = 1 / (1 + np.exp(LIMIT))
    p = np.clip(probabilities, edge, 1 - edge)
    return np.log(p / (1 - p))


def weigh_clauses(clauses: Clauses, rarity: Floats) -> sparse.csr_matrix:
    """Return each clause as a vector of length 1 of its features' rarities."""
    return _unit_length(clauses.matrix.multiply(rarity).tocsr())


def weigh_units(clauses: Clauses, rarity: Floats) -> sparse.csr_matrix:
    """Return each unit as a vector of length 1: ``1 + ln n`` of each feature's clauses, times its rarity."""
    n_rows, n_units = clauses.matrix.shape[0], len(clauses.starts)
    unit = np.repeat(np.arange(n_units), np.diff(np.append(clauses.starts, n_rows)))
    joined = sparse.csr_matrix((np.ones(n_rows), (unit, np.arange(n_rows))), shape=(n_units, n_rows)) @ clauses.matrix
    joined.data = 1 + np.log(joined.data)
    return _unit_length(joined.multiply(rarity).tocsr())


def _unit_length(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1 / np.where(lengths > 0, lengths, 1)) @ rows)


def weights_tables(weights: Weights) -> dict[str, pd.DataFrame]:
    """Return *weights* as tables ``features`` and ``themes``; weights have one decimal, and those that vanish are empty."""
    text = weights.text
    features = pd.DataFrame({"feature": text.features, "rarity": text.rarity.round(3)})
    for part, values in (("clause", text.clause), ("unit", text.unit)):
        rounded = values.round(1)
        cells = pd.DataFrame(np.where(rounded == 0, np.nan, rounded), columns=[f"{part}_{t}" for t in weights.themes])
        features = pd.concat([features, cells], axis=1)
    themes = pd.DataFrame({"theme": weights.themes, "rate": weights.rates})
    themes["clause_intercept"], themes["unit_intercept"] = text.clause_intercept, text.unit_intercept
    for sign, values in zip(SIGNS, weights.signs, strict=True):
        themes[sign] = values
    for other, values in zip(weights.themes, weights.others, strict=True):
        themes[f"from_{other}"] = values
    themes["intercept"], themes["threshold"] = weights.intercept, weights.thresholds
    return {"features": features, "themes": themes.round(4)}


def save_weights(weights: Weights, folder: Path) -> Path:
    """Write *weights* as ``features.csv`` and ``themes.csv`` into *folder*."""
    for name, table in weights_tables(weights).items():
        save_text(table_text(table), folder / f"{name}.csv")
    return folder


def load_weights(folder: str | Path) -> Weights:
    """Read what :func:`save_weights` wrote.

    Raises
    ------
    InvalidInput
        If a file or column is missing or a cell is no number.
    """
    folder = Path(folder)
    tables = {}
    for name, keys in (("features", ["feature", "rarity"]), ("themes", ["theme", *SIGNS, "intercept", "threshold"])):
        path = folder / f"{name}.csv"
        try:
            tables[name] = pd.read_csv(path, keep_default_na=False, na_values=[""], encoding="utf-8", dtype={keys[0]: str})
        except FileNotFoundError:
            raise InvalidInput(f"Invalid path {path}: no such file.") from None
        if missing := [c for c in keys if c not in tables[name].columns]:
            raise InvalidInput(f"Invalid file {path}: columns are missing. {', '.join(missing)}.")
    features, rows = tables["features"], tables["themes"]
    themes = tuple(rows["theme"])
    try:
        parts = [
            features[[f"{part}_{t}" for t in themes]].fillna(0.0).to_numpy(dtype=float) for part in ("clause", "unit")
        ]
        at = {c: rows[c].to_numpy(dtype=float) for c in rows.columns if c != "theme"}
        names = ("rate", "clause_intercept", "unit_intercept", "intercept", "threshold")
        rates, clause, unit, intercept, thresholds = (at[name] for name in names)
        others = np.stack([at[f"from_{t}"] for t in themes])
    except (KeyError, ValueError) as error:
        raise InvalidInput(f"Invalid weights in {folder}: each theme needs its columns of numbers. {error}.") from None
    rarity = features["rarity"].to_numpy(dtype=float)
    text = TextWeights(tuple(features["feature"]), rarity, parts[0], parts[1], clause, unit)
    return Weights(themes, text, rates, np.stack([at[s] for s in SIGNS]), others, intercept, thresholds)
