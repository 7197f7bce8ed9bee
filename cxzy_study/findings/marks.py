"""Codes of one coder as a matrix of sentences and themes, with the paragraph that each sentence stands in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from cxzy_study.tables import THEMES, InvalidInput


@dataclass(frozen=True)
class Blocks:
    """Paragraphs of some groups as counts: all that resampling and permuting them needs.

    Attributes
    ----------
    marked : ndarray of int, shape (blocks, 17)
        Sentences of each paragraph that bear each theme.
    sizes : ndarray of int, shape (blocks,)
        Sentences of each paragraph.
    owner : ndarray of int, shape (blocks,)
        Number of each paragraph's group among *groups*.
    groups : list of str
        Names of the groups, sorted.
    """

    marked: np.ndarray
    sizes: np.ndarray
    owner: np.ndarray
    groups: list[str]

    def of(self, group: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the counts of one group's paragraphs, by the group's number."""
        own = self.owner == group
        return self.marked[own], self.sizes[own]

    def sums(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the counts of each group, shapes (groups, 17) and (groups,)."""
        member = self.owner == np.arange(len(self.groups))[:, None]
        return member @ self.marked, member @ self.sizes


@dataclass(frozen=True)
class Marks:
    """What one coder marked in the sentences of some groups.

    Attributes
    ----------
    sentences : DataFrame
        One row a sentence, sorted by group, doc_id, paragraph and unit_id: ``group``, ``doc_id``, ``unit_id``,
        ``paragraph``, ``n_chars`` (characters).
    values : ndarray of bool, shape (sentences, 17)
        Whether the sentence bears each theme of :data:`cxzy_study.tables.THEMES`.
    blocks : ndarray of int, shape (sentences,)
        Number of the sentence's paragraph within its group; 0, 1, … over all groups, in the order of the rows.
    """

    sentences: pd.DataFrame
    values: np.ndarray
    blocks: np.ndarray

    @cached_property
    def groups(self) -> list[str]:
        """Names of the groups that have a sentence, sorted."""
        return sorted(self.sentences["group"].unique())

    @cached_property
    def member(self) -> np.ndarray:
        """Number of each sentence's group among :attr:`groups`, shape (sentences,)."""
        return np.asarray(pd.factorize(self.sentences["group"], sort=True)[0])

    @cached_property
    def n_chars(self) -> np.ndarray:
        """Characters of each sentence, shape (sentences,)."""
        return self.sentences["n_chars"].to_numpy(dtype=float)

    @cached_property
    def tally(self) -> Blocks:
        """The marks counted by paragraph."""
        marked, sizes = self.by_block()
        return Blocks(marked, sizes, self.member[np.unique(self.blocks, return_index=True)[1]], self.groups)

    def of(self, group: str) -> Marks:
        """Return the marks of one group, its blocks numbered from 0."""
        rows = (self.sentences["group"] == group).to_numpy()
        blocks = np.unique(self.blocks[rows], return_inverse=True)[1]
        return Marks(self.sentences[rows].reset_index(drop=True), self.values[rows], blocks)

    def by_block(self) -> tuple[np.ndarray, np.ndarray]:
        """Return counts of marked sentences, shape (blocks, 17), and of sentences, shape (blocks,)."""
        n_blocks = int(self.blocks.max()) + 1 if len(self.blocks) else 0
        # Columns one by one: np.add.at would be the shorter, and ten times as slow.
        columns = [np.bincount(self.blocks, weights=v, minlength=n_blocks) for v in self.values.T]
        return np.stack(columns, axis=1).astype(int), np.bincount(self.blocks, minlength=n_blocks)


def find_marks(
    codes: pd.DataFrame, units: pd.DataFrame, *, coder: str, groups: pd.DataFrame | None = None
) -> Marks:
    """Return the sentences that *coder* read, with their themes.

    Headings are left out, and so is a group of which the coder read nothing. Rows of a layer (``mode=…``) are ignored.

    Parameters
    ----------
    codes : DataFrame
        Table ``codes``. A unit counts as read if it has a row of the coder for a theme or for ``none``.
    units : DataFrame
        Table ``units``; needed are doc_id, unit_id, kind, paragraph, n_chars.
    coder : str
        Whose codes.
    groups : DataFrame, optional
        Columns doc_id, unit_id, group: the sentences that belong to a group, each to one. Without it a group is a
        document.

    Raises
    ------
    InvalidInput
        If a column is missing, a unit is listed twice or unknown, the coder has no codes, a theme is unknown, a unit is
        both ``none`` and a theme, or the coder read a group only in part (a share of what was read would not be one of
        the group: see :mod:`cxzy_study.findings.estimates`).

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2"], "kind": "sentence", "paragraph": 1,
    ...                       "n_chars": 9})
    >>> codes = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2"], "theme": ["service", "none"],
    ...                       "coder": "settled", "value": 1})
    >>> find_marks(codes, units, coder="settled").values.sum()
    np.int64(1)
    """
    sentences = _sentences(units, groups)
    codes = _codes(codes, coder)
    known = pd.MultiIndex.from_frame(units[["doc_id", "unit_id"]])
    named = pd.MultiIndex.from_frame(codes[["doc_id", "unit_id"]])
    if not named.isin(known).all():
        raise InvalidInput(f"Invalid codes of {coder}: each unit must be in units. {_ids(named[~named.isin(known)])}.")
    keys = pd.MultiIndex.from_frame(sentences[["doc_id", "unit_id"]])
    is_read = keys.isin(named)
    rate = pd.Series(is_read).groupby(sentences["group"].to_numpy()).transform("mean").to_numpy()
    if ((rate > 0) & ~is_read).any():
        raise InvalidInput(
            f"Invalid codes of {coder}: a group must be read whole or not at all. {_ids(keys[(rate > 0) & ~is_read])}."
        )
    sentences, keys = sentences[is_read].reset_index(drop=True), keys[is_read]
    marked = codes[(codes["theme"] != "none") & (codes["value"] == 1)]
    rows = keys.get_indexer(pd.MultiIndex.from_frame(marked[["doc_id", "unit_id"]]))
    columns = pd.Index(THEMES).get_indexer(marked["theme"])
    values = np.zeros((len(sentences), len(THEMES)), dtype=bool)
    values[rows[rows >= 0], columns[rows >= 0]] = True
    blocks = sentences.groupby(["group", "doc_id", "paragraph"], sort=True).ngroup().to_numpy()
    return Marks(sentences, values, blocks)


def check_columns(frame: pd.DataFrame, name: str, columns: Iterable[str]) -> None:
    """Refuse a frame that lacks a column.

    Raises
    ------
    InvalidInput
        Naming what is missing.
    """
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise InvalidInput(f"Invalid {name}: columns are missing. {missing}.")


def _sentences(units: pd.DataFrame, groups: pd.DataFrame | None) -> pd.DataFrame:
    check_columns(units, "units", ("doc_id", "unit_id", "kind", "paragraph", "n_chars"))
    twice = units.duplicated(["doc_id", "unit_id"])
    if twice.any():
        raise InvalidInput(f"Invalid units: doc_id, unit_id must be unique. {_ids(units[twice])}.")
    frame = units.loc[units["kind"] == "sentence", ["doc_id", "unit_id", "paragraph", "n_chars"]]
    if groups is None:
        frame = frame.assign(group=frame["doc_id"])
    else:
        check_columns(groups, "groups", ("doc_id", "unit_id", "group"))
        groups = groups[["doc_id", "unit_id", "group"]]
        twice = groups.duplicated(["doc_id", "unit_id"])
        if twice.any():
            raise InvalidInput(f"Invalid groups: a unit belongs to one group. {_ids(groups[twice])}.")
        known = pd.MultiIndex.from_frame(units[["doc_id", "unit_id"]])
        lost = ~pd.MultiIndex.from_frame(groups[["doc_id", "unit_id"]]).isin(known)
        if lost.any():
            raise InvalidInput(f"Invalid groups: each unit must be in units. {_ids(groups[lost])}.")
        frame = frame.merge(groups, on=["doc_id", "unit_id"])
    frame = frame.sort_values(["group", "doc_id", "paragraph", "unit_id"], ignore_index=True)
    return frame[["group", "doc_id", "unit_id", "paragraph", "n_chars"]]


def _codes(codes: pd.DataFrame, coder: str) -> pd.DataFrame:
    check_columns(codes, "codes", ("doc_id", "unit_id", "theme", "coder", "value"))
    layer = codes["theme"].astype(str).str.contains("=", regex=False)
    codes = codes[(codes["coder"] == coder) & ~layer]
    if codes.empty:
        raise InvalidInput(f"Invalid coder {coder}: must have rows of themes in codes.")
    odd = ~codes["theme"].isin([*THEMES, "none"])
    if odd.any():
        raise InvalidInput(f"Invalid codes of {coder}: unknown theme. {sorted(codes.loc[odd, 'theme'].unique())}.")
    marked = codes[codes["value"] == 1]
    empty = pd.MultiIndex.from_frame(marked.loc[marked["theme"] == "none", ["doc_id", "unit_id"]])
    themed = pd.MultiIndex.from_frame(marked.loc[marked["theme"] != "none", ["doc_id", "unit_id"]])
    if themed.isin(empty).any():
        both = _ids(themed[themed.isin(empty)])
        raise InvalidInput(f"Invalid codes of {coder}: a unit is none or has themes. {both}.")
    return codes


def _ids(rows: pd.MultiIndex | pd.DataFrame) -> str:
    if isinstance(rows, pd.DataFrame):
        rows = pd.MultiIndex.from_frame(rows[["doc_id", "unit_id"]])
    named = sorted({f"{doc} {unit}" for doc, unit in rows})
    return ", ".join(named[:5]) + (f" and {len(named) - 5} more" if len(named) > 5 else "")
