"""Reinert's descending classification: passages split in two again and again, by the words they share.

For corpora of many passages. With a handful of documents it sorts passages, not places.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxzy_study.tables import InvalidInput

FEWEST_PASSAGES = 3
"""A term in fewer passages of a class does not guide its split (rainette's and IRaMuTeQ's ``tsj``)."""

LARGEST_COEFFICIENT = 0.3
"""Contingency coefficient beyond which a term goes on only in the class that has more of it (``cc_test``)."""


@dataclass(frozen=True)
class Split:
    """A class split in two: rows of each part, and the χ² of the two parts by terms."""

    left: np.ndarray
    right: np.ndarray
    chi2: float


def classify_passages(presence: pd.DataFrame, *, k: int, min_size: int = 5) -> pd.DataFrame:
    """Classify passages by descending hierarchical classification (Reinert 1983, Cahiers de l'analyse des données 8:187).

    The largest class that can be split is split in two, until there are k. A split puts the passages in the order of
    the first axis of the correspondence analysis of passages and terms, cuts where the χ² of the 2 × terms table is
    largest, and then moves single passages to the other side as long as that raises χ². In each part a term goes on
    only if it stands in :data:`FEWEST_PASSAGES` passages of it, and, where the split parts it strongly (contingency
    coefficient √(χ²/(χ²+n)) above :data:`LARGEST_COEFFICIENT`), only in the part that has more of it than expected. A
    split that leaves a part below *min_size* is not made.

    Classes are made, not found: any table has some. Whether there is anything to classify is what
    :func:`cxzy_study.findings.passages.compare_passages` asks.

    Parameters
    ----------
    presence : DataFrame of 0 and 1
        One row a passage (index: its id), one column a term.
    k : int
        Classes wanted; there are fewer where no class can be split any more.
    min_size : int
        Fewest passages of a class.

    Returns
    -------
    DataFrame
        ``passage``, ``class`` (1 … k, in the order of the tree; empty for a passage without terms), ``path`` (sides
        taken, ``LR``: left at the first split, right at the second).

    Raises
    ------
    InvalidInput
        If cells are not 0 or 1, k is below 2, or fewer than 2 × *min_size* passages have a term.

    Examples
    --------
    >>> made = pd.DataFrame([[1, 1, 0, 0]] * 5 + [[0, 0, 1, 1]] * 6, columns=["承诺", "践诺", "竞赛", "夺旗"])
    >>> classify_passages(made, k=2)["class"].tolist()
    [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]
    """
    values = check_presence(presence, k=k, fewest=2 * min_size)
    *_, leaves = descend(values, k=k, min_size=min_size)
    classes = np.full(len(values), np.nan)
    paths = np.full(len(values), "", dtype=object)
    for number, (path, rows) in enumerate(leaves, start=1):
        classes[rows], paths[rows] = number, path
    frame = pd.DataFrame({"passage": presence.index, "class": classes, "path": paths})
    return frame.astype({"class": "Int64"})


def descend(values: np.ndarray, *, k: int, min_size: int = 5) -> Iterator[list[tuple[str, np.ndarray]]]:
    """Yield the classes of :func:`classify_passages`, path and rows of each, after every split: first one, then two, …"""
    used = values.sum(axis=1) > 0
    leaves: list[tuple[str, np.ndarray, np.ndarray]] = [("", np.flatnonzero(used), np.ones(values.shape[1], bool))]
    closed: set[str] = set()
    yield [(path, rows) for path, rows, _ in leaves]
    while len(leaves) < k:
        open_leaves = [leaf for leaf in leaves if leaf[0] not in closed]
        if not open_leaves:
            return
        path, rows, terms = max(open_leaves, key=lambda leaf: len(leaf[1]))
        split = split_class(values[rows][:, terms])
        if split is None or min(len(split.left), len(split.right)) < min_size:
            closed.add(path)
            continue
        parts = [rows[split.left], rows[split.right]]
        kept = _keep_terms(values, parts, terms)
        at = next(i for i, leaf in enumerate(leaves) if leaf[0] == path)
        leaves[at : at + 1] = [(path + side, p, t) for side, p, t in zip("LR", parts, kept, strict=True)]
        yield [(path, rows) for path, rows, _ in leaves]


def describe_classes(presence: pd.DataFrame, classes: pd.Series, *, n_terms: int = 10) -> pd.DataFrame:
    """List the terms that each class has more of than the others.

    Parameters
    ----------
    presence : DataFrame of 0 and 1
    classes : Series
        Class of each passage, by the index of *presence*; passages without one do not count.
    n_terms : int
        Terms a class.

    Returns
    -------
    DataFrame
        ``class``, ``term``, ``n`` (passages of the class with it), ``n_rest``, ``chi2`` (of the fourfold table, 1
        degree of freedom, as the field prints it; classes were made from these terms, so that it ranks and does not
        test), largest first; only terms that the class has more of than expected.
    """
    known = classes.reindex(presence.index).notna().to_numpy()
    values = presence.to_numpy(dtype=float)[known]
    labels = classes.reindex(presence.index)[known].to_numpy()
    tables = []
    for label in sorted(set(labels)):
        inside = labels == label
        chi2, more = _fourfold(values, inside)
        frame = pd.DataFrame({
            "class": label, "term": presence.columns, "n": values[inside].sum(axis=0).astype(int),
            "n_rest": values[~inside].sum(axis=0).astype(int), "chi2": chi2,
        })  # fmt: skip
        tables.append(frame[more].sort_values(["chi2", "term"], ascending=[False, True]).head(n_terms))
    return pd.concat(tables, ignore_index=True)


def split_class(values: np.ndarray) -> Split | None:
    """Split passages in two: the best cut along the first axis, then single moves as long as χ² grows.

    Parameters
    ----------
    values : ndarray of float, shape (passages, terms)
        0 or 1. Terms in fewer than :data:`FEWEST_PASSAGES` passages are left out.

    Returns
    -------
    Split or None
        Rows in ascending order, the part with the first passage first; None where nothing can be split. Passages that
        have none of the terms go with the larger part.
    """
    used = values[:, values.sum(axis=0) >= FEWEST_PASSAGES]
    rows = np.flatnonzero(used.sum(axis=1) > 0)
    if len(rows) < 2 or used.shape[1] < 2:
        return None
    table = used[rows]
    order = np.argsort(_first_axis(table), kind="stable")
    cuts = chi_square(np.cumsum(table[order], axis=0)[:-1], table.sum(axis=0))
    right = np.ones(len(rows), bool)
    right[order[: int(cuts.argmax()) + 1]] = False
    chi2 = _switch(table, right)
    if not right.any() or right.all() or not chi2 > 0:
        return None
    side = np.full(len(values), right.mean() > 0.5)
    side[rows] = right
    if side[0]:
        side = ~side
    return Split(np.flatnonzero(~side), np.flatnonzero(side), float(chi2))


def chi_square(left: np.ndarray, total: np.ndarray) -> np.ndarray:
    """Return χ² of 2 × terms tables, n (Σ aⱼ²/(a cⱼ) + Σ bⱼ²/(b cⱼ) - 1), 0 where one side is empty.

    Parameters
    ----------
    left : ndarray of float, shape (..., terms)
        Counts of one side.
    total : ndarray of float, shape (terms,)
        Counts of both, above 0.
    """
    right = total - left
    a, b = left.sum(axis=-1), right.sum(axis=-1)
    both = (a > 0) & (b > 0)
    part = (left**2 / total).sum(axis=-1) / np.where(a > 0, a, 1)
    rest = (right**2 / total).sum(axis=-1) / np.where(b > 0, b, 1)
    return np.where(both, total.sum() * (part + rest - 1), 0.0)


def check_presence(presence: pd.DataFrame, *, k: int, fewest: int) -> np.ndarray:
    """Return the cells of a table of passages and terms, once it is sound."""
    values = presence.to_numpy(dtype=float)
    if not np.isin(values, (0, 1)).all():
        bad = presence.columns[~np.isin(values, (0, 1)).all(axis=0)].tolist()
        raise InvalidInput(f"Invalid presence: each cell must be 0 or 1. {bad[:5]}.")
    if k < 2:
        raise InvalidInput(f"Invalid k {k}: must be 2 or more.")
    n_used = int((values.sum(axis=1) > 0).sum())
    if n_used < fewest:
        raise InvalidInput(f"Invalid presence: {fewest} passages with terms are needed. {n_used} given.")
    return values


def _first_axis(table: np.ndarray) -> np.ndarray:
    """Places of the rows on the first axis of their correspondence analysis.

    The sign is fixed: the passage farthest out stands on the positive side.
    """
    p = table / table.sum()
    r, c = p.sum(axis=1), p.sum(axis=0)
    residuals = (p - np.outer(r, c)) / np.sqrt(np.outer(r, c))
    u = np.linalg.svd(residuals, full_matrices=False)[0][:, 0] / np.sqrt(r)
    return u * np.sign(u[np.abs(u).argmax()])


def _switch(table: np.ndarray, right: np.ndarray) -> float:
    """Move the passage that raises χ² most to the other side, until none does; *right* is changed in place."""
    total = table.sum(axis=0)
    left = table[~right].sum(axis=0)
    best = float(chi_square(left, total))
    while True:
        moved = chi_square(left + np.where(right, 1.0, -1.0)[:, None] * table, total)
        at = int(moved.argmax())
        if moved[at] <= best * (1 + 1e-12):
            return best
        left = left + (table[at] if right[at] else -table[at])
        right[at] = not right[at]
        best = float(moved[at])


def _keep_terms(values: np.ndarray, parts: list[np.ndarray], terms: np.ndarray) -> list[np.ndarray]:
    both = np.concatenate(parts)
    inside = np.arange(len(both)) < len(parts[0])
    chi2, more = _fourfold(values[both], inside)
    strong = np.sqrt(chi2 / (chi2 + len(both))) > LARGEST_COEFFICIENT
    return [
        terms & (values[rows].sum(axis=0) >= FEWEST_PASSAGES) & (~strong | has_more)
        for rows, has_more in zip(parts, (more, ~more), strict=True)
    ]


def _fourfold(values: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """χ² of each term's presence and the part, and whether the part has more than expected."""
    n, size = len(values), inside.sum()
    with_term = values.sum(axis=0)
    held = values[inside].sum(axis=0)
    expected = with_term * size / n
    spread = with_term * (n - with_term) * size * (n - size)
    chi2 = np.divide(n**3 * (held - expected) ** 2, spread, out=np.zeros(len(held)), where=spread > 0)
    return chi2, held > expected
