"""A run of documents as one text, and the tables that the compiled kernel makes of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import numpy as np
import pyarrow as pa

from cxzy_study.bulk.chain import Item
from cxzy_study.bulk.doubts import settle_bodies, settle_quantities
from cxzy_study.bulk.schema import SCHEMAS, make_table, schema_of
from cxzy_study.facts.fast_fold import fold_units
from cxzy_study.facts.fast_formulas import Formulas
from cxzy_study.facts.follow import Unit
from cxzy_study.reading.fast_units import Pages
from cxzy_study.reading.formats import Source
from cxzy_study.reading.pages import fold_title
from cxzy_study.text.fold import fold_width
from cxzy_study.text.machine import arguments, arrow_strings, code_points, fold_points, load_kernel, take_strings


class Batch(ABC):
    """Documents as one text, and the rows that each stage makes of them.

    Parameters
    ----------
    chain : FastChain
    items : list of Item
        The run's documents.
    pages : Pages
        The units of those of them that are here, and their places.
    numbers : ndarray of int64
        Which these are, by position.

    Attributes
    ----------
    hard : set of int
        Documents of which nothing here is to be trusted; then there are no tables.
    rows : dict
        For each table, the document of each of its rows.
    """

    def __init__(self, chain: Any, items: list[Item], pages: Any, numbers: Any) -> None:
        self.chain, self.items, self.pages, self.numbers = chain, items, pages, numbers
        self.rows: dict[str, Any] = {}
        self.hard: set[int] = set()
        if not len(self.numbers):
            return
        self.doc = pages.unit("doc")
        self.a, self.b = pages.unit("a"), pages.unit("b")
        self.first, self.last = pages.doc("start"), pages.doc("end")
        self.x, self.fold = fold_points(pages.text, fold_width), fold_units(pages.text, self.a, self.b)
        self.units = self._units()
        self.formulas = self._formulas()
        self.dates = _dates(pages, [items[i].told.published_on for i in self.numbers.tolist()])
        self.years = np.where(self.dates > 0, self.dates // 10000, 0)
        paragraph = np.cumsum(
            (np.diff(pages.unit("paragraph"), prepend=-1) != 0) | (np.diff(self.doc, prepend=-1) != 0)
        )
        after = pages.unit("enumerator_b") - pages.unit("enumerator_a")
        self.found: dict[str, Any] = {
            "quantities": chain.quantities.find(
                self.fold, self.a, self.b, after, paragraph, *(self.formulas[k] for k in ("unit", "start", "end"))
            ),
            "bodies": chain.bodies.find(self.fold, self.first, self.last, self.a, self.b, self.years),
        }  # fmt: skip
        *self.coded, self.chance, hard = chain.code(self.x, self.a, self.b, pages.unit("heading"), _parents(pages), self.doc)
        self.hard = set(self.numbers[self.doc[hard]].tolist())

    def _units(self) -> dict[str, pa.Array]:
        """Return the columns that other tables share."""
        n = self.last - self.first
        width = np.maximum(3, np.char.str_len(n.astype(str)))
        number = np.arange(len(self.doc)) - self.first[self.doc] + 1
        ids: list[str] = []
        start: dict[int, int] = {}
        for w in np.unique(width).tolist():
            start[w] = len(ids)
            ids += [f"u{i:0{w}d}" for i in range(1, int(n[width == w].max(initial=0)) + 1)]
        offset = np.array([start[w] for w in width.tolist()])
        self.doc_ids = pa.array([self.items[i].doc_id for i in self.numbers.tolist()])
        self.names, self.name = ids, offset[self.doc] + number - 1
        self.unit_ids = take_strings(ids, self.name)
        return {"doc_id": take_strings(self.doc_ids, self.doc), "unit_id": self.unit_ids}

    def _formulas(self) -> Formulas:
        """Find the formulas; their units and places are those of the text of all units."""
        pages = self.pages

        def describe(i: int) -> Unit:
            text = self.fold[self.a[i] : self.b[i]].tobytes().decode("utf-32-le")
            return Unit(self.names[self.name[i]], text, bool(pages.unit("heading")[i]), int(pages.unit("depth")[i]), "")

        return self.chain.formulas.find(
            self.fold, self.first, self.last, self.a, self.b, pages.unit("heading"), pages.unit("depth"), describe
        )

    def tables(self) -> dict[str, pa.Table]:
        """Return all tables."""
        made = {
            "documents": self._documents(), "units": self._units_table(), "codes": self._codes(), "terms": self._terms(),
            "formulas": self._formulas_table(),
            "quantities": settle_quantities(self, self._quantities()),
            "bodies": settle_bodies(self, self._bodies()),
            "rejected": make_table("rejected", {name: [] for name in SCHEMAS["rejected"].names}), "counts": self._counts(),
        }  # fmt: skip
        self.rows["rejected"] = np.empty(0, dtype=np.int64)
        return made

    def _make(self, name: str, doc: Any, columns: dict[str, Any]) -> pa.Table:
        self.rows[name] = self.numbers[doc]
        schema = schema_of(name, text=self.chain.settings.text)
        return pa.table([_cast(columns[field.name], field.type) for field in schema], schema=schema)

    @abstractmethod
    def _described(self) -> dict[str, Any]:
        """Return what is known of the documents apart from their units, by column of table ``documents``."""

    def _documents(self) -> pa.Table:
        items = [self.items[i] for i in self.numbers.tolist()]
        return self._make("documents", np.arange(len(items)), self._described() | {
            "doc_id": self.doc_ids, "group": [item.group for item in items], "format": [item.format[1:] for item in items],
            "n_units": self.last - self.first,
        })  # fmt: skip

    def units_columns(self) -> dict[str, Any]:
        """Return the columns of table ``units`` that tell what a unit is."""
        p = self.pages
        return self.units | {
            "kind": take_strings(("sentence", "heading"), p.unit("heading")), "depth": p.unit("depth"),
            "paragraph": p.unit("paragraph"),
            "section": arrow_strings(p.scratch, p.unit("section_a"), p.unit("section_b")),
            "enumerator": arrow_strings(p.scratch, p.unit("enumerator_a"), p.unit("enumerator_b")),
        }  # fmt: skip

    def _units_table(self) -> pa.Table:
        columns = self.units_columns() | {
            "spans": self.pages.spans(self.a, self.b), "n_chars": self.pages.unit("n_chars"),
        }  # fmt: skip
        if self.chain.settings.text:
            columns["text"] = arrow_strings(self.pages.text, self.a, self.b)
        return self._make("units", self.doc, columns)

    def _codes(self) -> pa.Table:
        themes = (*self.chain.codebook.theme_ids, "none")
        unit, theme = self.coded
        return self._make("codes", self.doc[unit], self._ids(unit) | {
            "theme": take_strings(themes, theme), "probability": self.chance,
        })  # fmt: skip

    def _ids(self, unit: Any) -> dict[str, pa.Array]:
        return {"doc_id": take_strings(self.doc_ids, self.doc[unit]), "unit_id": take_strings(self.unit_ids, unit)}

    def _terms(self) -> pa.Table:
        p = self.pages
        # Paths of one page share their place in the scratch text, so that it tells sections apart.
        places = p.unit("section_a")
        first, words, counts = self.chain.lexicon.count(p.text, self.a, self.b, places)
        new = np.flatnonzero(np.diff(first, prepend=-1))
        at, each = first[new], np.diff(np.append(new, len(first)))
        sections = arrow_strings(p.scratch, places[at], p.unit("section_b")[at])
        doc = np.repeat(self.doc[at], each)
        return self._make("terms", doc, {
            "doc_id": take_strings(self.doc_ids, doc), "section": take_strings(sections, np.repeat(np.arange(len(at)), each)),
            "term": words, "n": counts,
        })  # fmt: skip

    def _formulas_table(self) -> pa.Table:
        found = self.formulas
        return self._make("formulas", self.doc[found["unit"]], self._placed(found) | found.columns())

    def _placed(self, found: Any) -> dict[str, Any]:
        unit, start, end = found["unit"], found["start"], found["end"]
        return self._ids(unit) | {
            "spans": self.pages.spans(start, end), "surface": arrow_strings(self.pages.text, start, end),
        }

    def _quantities(self) -> pa.Table:
        found = self.found["quantities"]
        return self._make("quantities", self.doc[found["unit"]], self._placed(found) | found.columns(self.fold))

    def _bodies(self) -> pa.Table:
        found = self.found["bodies"]
        return self._make("bodies", self.doc[found["unit"]], self._placed(found) | found.columns())

    def _counts(self) -> pa.Table:
        """Return the counts that :func:`cxzy_study.bulk.counts.count_blocks` gives."""
        p, themes = self.pages, self.chain.codebook.theme_ids
        sentence = p.unit("heading") == 0
        key = self.doc[sentence] << 32 | p.unit("paragraph")[sentence]
        # Sentences of one paragraph stand together.
        first = np.flatnonzero(np.diff(key, prepend=-1))
        sizes = np.diff(np.append(first, len(key)))
        block = np.repeat(np.arange(len(first)), sizes)
        groups, group = np.unique([self.items[i].group for i in self.numbers.tolist()], return_inverse=True)
        # Blocks of one group and size are counted together.
        kinds, kind = np.unique(group[key[first] >> 32] << 32 | sizes, return_inverse=True)
        of_unit = np.full(len(self.doc), -1, dtype=np.int64)
        of_unit[sentence] = block
        unit, theme = self.coded
        at = of_unit[unit]
        hit = (at >= 0) & (theme < len(themes))
        coded = np.bincount(theme[hit] * len(first) + at[hit], minlength=len(themes) * len(first))
        cell = (np.arange(len(themes))[:, None] * len(kinds) + kind).reshape(-1)
        n_coded, n_squared = (
            np.bincount(cell, weights=weights, minlength=len(themes) * len(kinds)).astype(np.int64).reshape(len(themes), -1)
            for weights in (coded, coded**2)
        )
        # By group, theme and size; the kinds are in order of group and size.
        by_theme = np.argsort(np.array(themes))
        order = np.lexsort((np.tile(np.arange(len(kinds)), len(themes)), np.repeat(np.arange(len(themes)), len(kinds)),
                            np.tile(kinds >> 32, len(themes))))  # fmt: skip
        of_theme, of_kind = order // max(1, len(kinds)), order % max(1, len(kinds))
        which = by_theme[of_theme]
        return pa.table({
            "group": take_strings(groups.tolist(), kinds[of_kind] >> 32), "theme": take_strings(themes, which),
            "block_size": kinds[of_kind] & 0xFFFFFFFF, "n_blocks": np.bincount(kind, minlength=len(kinds))[of_kind],
            "n_coded": n_coded[which, of_kind], "n_coded_squared": n_squared[which, of_kind],
        }, schema=SCHEMAS["counts"])  # fmt: skip


def _dates(pages: Any, told: list[str]) -> Any:
    """Return the documents' dates as numbers (20110607, 20110600 for a month), those that tables tell where pages tell none."""
    numbers = [int(date.replace("-", "").ljust(8, "0")) if date else 0 for date in told]
    dates = pages.doc("date")
    return np.where(dates > 0, dates, np.array(numbers, dtype=np.int64))


def _told_date(number: int) -> str:
    """Return a date as text: ``2011-06-07``, or ``2011-06``, or ``2011``."""
    text = f"{number:08d}"
    return "-".join(part for part in (text[:4], text[4:6], text[6:]) if int(part)) if number else ""


class OpenedBatch(Batch):
    """Documents that the kernel reads.

    Parameters
    ----------
    chain, items
        As those of :class:`Batch`.
    opened : dict of int to (Source, str)
        Documents by position, with their SHA-256. What the kernel cannot read of them has no place in any table.
    """

    def __init__(self, chain: Any, items: list[Item], opened: dict[int, tuple[Source, str]]) -> None:
        texts = [source.text for source, _ in opened.values()]
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        ends = np.cumsum(lengths + 1) - 1
        self.raw = "\n".join(texts)
        pages = Pages(code_points(self.raw), ends - lengths, ends)
        numbers = np.delete(np.array(list(opened), dtype=np.int64), pages.hard)
        self.opened = [opened[i] for i in numbers.tolist()]
        super().__init__(chain, items, pages, numbers)

    def _described(self) -> dict[str, Any]:
        pages, told = self.pages, [self.items[i].told for i in self.numbers.tolist()]
        titles = zip(pages.doc("title_a").tolist(), pages.doc("title_b").tolist(), told, strict=True)
        outlets = arrow_strings(pages.scratch, pages.doc("outlet_a"), pages.doc("outlet_b"))
        if any(row.outlet for row in told):
            outlets = pa.array([own or row.outlet for own, row in zip(outlets.to_pylist(), told, strict=True)])
        return {
            "encoding": [source.encoding for source, _ in self.opened], "script": ["simplified"] * len(told),
            "title": [fold_title(self.raw[a:b]) or row.title for a, b, row in titles], "outlet": outlets,
            "published_on": [_told_date(date) for date in self.dates.tolist()],
            "n_chars": [len(source.text) for source, _ in self.opened], "sha256": [sha256 for _, sha256 in self.opened],
        }  # fmt: skip


def _parents(pages: Any) -> Any:
    """Return for each unit the position of the nearest heading above it; see ``find_parents`` of the coder."""
    kernel = load_kernel()
    assert kernel is not None
    heading, docs, begins, ends = (pages.unit(name) for name in ("heading", "doc", "section_a", "section_b"))
    found = np.full(len(docs), -1, dtype=np.int64)
    most = int((pages.doc("end") - pages.doc("start")).max(initial=0))
    places = np.full((1 << (2 * most).bit_length(), 2), -1, dtype=np.int64)
    scratch = np.ascontiguousarray(pages.scratch)
    kernel.parents(*arguments(scratch, len(docs), docs, heading, begins, ends, places, len(places), found))
    return found


def _cast(column: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(column, pa.Array):
        return column if column.type == kind else column.cast(kind)
    if isinstance(column, np.ndarray) and column.dtype == np.int64 and kind == pa.int32():
        column = column.astype(np.int32)
    return pa.array(column, kind, from_pandas=True)
