"""Defensible ways to analyse the same documents, and the quantities that findings need under each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from cxzy_study.findings.distances import check_measure
from cxzy_study.findings.lengths import adjust_profiles
from cxzy_study.findings.marks import Marks, find_marks
from cxzy_study.tables import THEMES, InvalidInput

CHOICES: dict[str, tuple[str, ...]] = {
    "unit": ("sentence", "sentence_heading", "paragraph"),
    "coder": ("settled", "reader_1", "reader_2", "rules", "learned"),
    "weighting": ("units", "characters", "length_adjusted"),
    "measure": ("jensen_shannon", "hellinger", "cosine", "bray_curtis"),
    "linkage": ("average", "complete", "single", "weighted"),
    "left_out": ("", "langfang", "dingan", "taining", "tianjin", "finance"),
    "segmenter": ("jieba", "jieba_plain", "jieba_hmm"),
    "prior": ("500", "100", "2000"),
}
"""Choices that could have been made otherwise, the one that the study made first; ``prior`` is α₀ of keyness."""


@dataclass(frozen=True)
class Universe:
    """One way to analyse: a choice for each name of :data:`CHOICES`."""

    unit: str = "sentence"
    coder: str = "settled"
    weighting: str = "units"
    measure: str = "jensen_shannon"
    linkage: str = "average"
    left_out: str = ""
    segmenter: str = "jieba"
    prior: str = "500"

    def __post_init__(self) -> None:
        for f in fields(self):
            value = getattr(self, f.name)
            if value not in CHOICES[f.name] and f.name not in ("left_out", "coder"):
                raise InvalidInput(f"Invalid {f.name} {value}: must be one of {', '.join(CHOICES[f.name])}.")
        check_measure(self.measure)


@dataclass(frozen=True)
class Bench:
    """The tables of a study, with what is computed from them kept for the next finding that needs it.

    Attributes
    ----------
    codes, units : DataFrame
        Tables ``codes`` and ``units``.
    groupings : mapping
        Name to a table doc_id, unit_id, group: groups within a document (arenas, levels).
    modes : DataFrame
        doc_id, unit_id, coder, mode: the layer ``mode`` as readers coded it.
    practices : mapping
        Coder (reader_1, reader_2, settled) to an inventory of practices.
    words : DataFrame
        doc_id, segmenter, term, n: words by document, names of places left out.
    families : DataFrame
        Table ``approaches_tested``.
    partitions : DataFrame
        Table ``partitions``.
    """

    codes: pd.DataFrame
    units: pd.DataFrame
    groupings: Mapping[str, pd.DataFrame]
    modes: pd.DataFrame
    practices: Mapping[str, pd.DataFrame]
    words: pd.DataFrame
    families: pd.DataFrame
    partitions: pd.DataFrame
    _kept: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def documents(self) -> list[str]:
        """Ids of the documents, sorted."""
        return sorted(self.units["doc_id"].unique())

    @cached_property
    def coders(self) -> list[str]:
        """Coders who coded all, in the order of :data:`CHOICES`."""
        known = set(self.codes["coder"])
        return [c for c in CHOICES["coder"] if c in known]

    def marks(self, universe: Universe) -> Marks:
        """Return the marks of the universe's coder on the universe's units, its document left out."""
        whole = self._keep(("marks", universe.unit, universe.coder), lambda: self._find_marks(universe))
        if not universe.left_out:
            return whole
        return self._keep(
            ("marks", universe.unit, universe.coder, universe.left_out),
            lambda: drop_document(whole, universe.left_out),
        )

    def shares(self, universe: Universe) -> pd.DataFrame:
        """Return shares of themes (columns) by document (rows), weighted as the universe says."""
        key = ("shares", universe.unit, universe.coder, universe.weighting, universe.left_out)
        return self._keep(key, lambda: weigh_shares(self.marks(universe), weighting=universe.weighting))

    def grouped(self, universe: Universe, doc_id: str, grouping: str) -> Marks:
        """Return the marks of one document by groups within it."""
        key = ("grouped", universe.unit, universe.coder, doc_id, grouping)
        groups = self.groupings[grouping]
        own = groups[groups["doc_id"] == doc_id]
        return self._keep(key, lambda: self._find_marks(universe, own))

    def _find_marks(self, universe: Universe, groups: pd.DataFrame | None = None) -> Marks:
        units = self.units
        if universe.unit == "sentence_heading":
            units = units.assign(kind="sentence")
        marks = find_marks(self.codes, units, coder=universe.coder, groups=groups)
        return join_paragraphs(marks) if universe.unit == "paragraph" else marks

    def _keep(self, key: tuple[Any, ...], make: Any) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]


def join_paragraphs(marks: Marks) -> Marks:
    """Return marks of paragraphs: a paragraph bears the themes that any of its sentences bears.

    Examples
    --------
    >>> sentences = pd.DataFrame({"group": "松岭", "doc_id": "松岭", "unit_id": ["u1", "u2"], "paragraph": 1, "n_chars": 9})
    >>> values = np.eye(2, 17, dtype=bool)
    >>> joined = join_paragraphs(Marks(sentences, values, np.array([0, 0])))
    >>> joined.values.sum(), joined.sentences["n_chars"].tolist()
    (np.int64(2), [18])
    """
    marked, _ = marks.by_block()
    own = marks.sentences.assign(block=marks.blocks)
    first = own.groupby("block", as_index=False).agg(
        {"group": "first", "doc_id": "first", "unit_id": "first", "paragraph": "first", "n_chars": "sum"}
    )
    return Marks(first.drop(columns="block"), marked > 0, np.arange(len(first)))


def drop_document(marks: Marks, doc_id: str) -> Marks:
    """Return the marks without those of one document."""
    kept = (marks.sentences["doc_id"] != doc_id).to_numpy()
    blocks = np.unique(marks.blocks[kept], return_inverse=True)[1]
    return Marks(marks.sentences[kept].reset_index(drop=True), marks.values[kept], blocks)


def weigh_shares(marks: Marks, *, weighting: str) -> pd.DataFrame:
    """Return shares by group: of units, of characters, or adjusted for the length of units."""
    names = marks.groups
    group = marks.sentences["group"].to_numpy()
    n_chars = marks.sentences["n_chars"].to_numpy(dtype=float)
    if weighting == "length_adjusted":
        values = adjust_profiles(marks)
    elif weighting in ("units", "characters"):
        weight = n_chars if weighting == "characters" else np.ones(len(group))
        values = np.array([np.average(marks.values[group == g], axis=0, weights=weight[group == g]) for g in names])
    else:
        raise InvalidInput(f"Invalid weighting {weighting}: must be one of {', '.join(CHOICES['weighting'])}.")
    return pd.DataFrame(values, index=names, columns=list(THEMES))
