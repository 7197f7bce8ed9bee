"""A run of documents as one text, and the tables that the compiled kernel makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from cxzy_study.bulk.chain import Item
from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.doubts import settle_bodies, settle_quantities
from cxzy_study.bulk.schema import SCHEMAS, make_table, schema_of
from cxzy_study.facts.fast_formulas import Formulas
from cxzy_study.facts.lexicon import fold_text
from cxzy_study.facts.resolve import Unit
from cxzy_study.reading.fast_units import Pages
from cxzy_study.reading.formats import Source
from cxzy_study.reading.pages import fold_title
from cxzy_study.text.fold import fold_width
from cxzy_study.text.machine import arrow_strings, code_points, fold_points, repeat_strings


class Batch:
    """Documents as one text, and the rows that each stage makes of them.

    Parameters
    ----------
    chain : FastChain
    items : list of Item
        The run's documents.
    opened : dict of int to (Source, str)
        Those that the kernel may read, by position, with their SHA-256.

    Attributes
    ----------
    hard : set of int
        Documents of which nothing here is to be trusted; then there are no tables.
    rows : dict
        For each table, the document of each of its rows.
    """

    def __init__(self, chain: Any, items: list[Item], opened: dict[int, tuple[Source, str]]) -> None:
        self.chain, self.items = chain, items
        texts = [source.text for source, _ in opened.values()]
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        ends = np.cumsum(lengths + 1) - 1
        begins = ends - lengths
        self.raw = "\n".join(texts)
        x = code_points(self.raw)
        self.pages = pages = Pages(x, begins, ends)
        # What could not be read has no place in any table.
        self.numbers = np.delete(np.array(list(opened), dtype=np.int64), pages.hard)
        self.opened = [opened[i] for i in self.numbers.tolist()]
        self.rows: dict[str, Any] = {}
        self.hard: set[int] = set()
        if not len(self.numbers):
            return
        self.doc = pages.unit("doc")
        self.a, self.b = pages.unit("a"), pages.unit("b")
        self.first, self.last = pages.doc("start"), pages.doc("end")
        self.x, self.fold = fold_points(pages.text, fold_width), fold_points(pages.text, fold_text)
        self.units = self._units()
        self.formulas = self._formulas()
        dates = pages.doc("date")
        self.years = np.where(dates > 0, dates // 10000, 0)
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
        self.unit_ids = pa.array(ids).take(pa.array(self.name))
        return {"doc_id": self.doc_ids.take(pa.array(self.doc)), "unit_id": self.unit_ids}

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

    def _documents(self) -> pa.Table:
        pages, dates = self.pages, self.pages.doc("date").tolist()
        titles = [
            fold_title(self.raw[a:b]) for a, b in zip(pages.doc("title_a").tolist(), pages.doc("title_b").tolist(), strict=True)
        ]
        items = [self.items[i] for i in self.numbers.tolist()]
        return self._make("documents", np.arange(len(items)), {
            "doc_id": self.doc_ids, "group": [item.group for item in items], "format": [item.format[1:] for item in items],
            "encoding": [source.encoding for source, _ in self.opened], "script": ["simplified"] * len(items),
            "title": titles, "outlet": arrow_strings(pages.scratch, pages.doc("outlet_a"), pages.doc("outlet_b")),
            "published_on": [f"{d // 10000:04d}-{d // 100 % 100:02d}-{d % 100:02d}" if d else "" for d in dates],
            "n_chars": [len(source.text) for source, _ in self.opened], "n_units": self.last - self.first,
            "sha256": [sha256 for _, sha256 in self.opened],
        })  # fmt: skip

    def units_columns(self) -> dict[str, Any]:
        """Return the columns of table ``units`` that tell what a unit is."""
        p = self.pages
        return self.units | {
            "kind": _choose(("sentence", "heading"), p.unit("heading")), "depth": p.unit("depth"), "paragraph": p.unit("paragraph"),
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
        at = pa.array(unit)
        return self._make("codes", self.doc[unit], {
            "doc_id": self.units["doc_id"].take(at), "unit_id": self.units["unit_id"].take(at), "theme": _choose(themes, theme),
            "probability": self.chance,
        })  # fmt: skip

    def _terms(self) -> pa.Table:
        p = self.pages
        # Paths of one page share their place in the scratch text, so that it tells sections apart.
        places = p.unit("section_a")
        first, words, counts = self.chain.lexicon.count(p.text, self.a, self.b, places)
        new = np.flatnonzero(np.diff(first, prepend=-1))
        at, each = first[new], np.diff(np.append(new, len(first)))
        sections = arrow_strings(p.scratch, places[at], p.unit("section_b")[at])
        return self._make("terms", np.repeat(self.doc[at], each), {
            "doc_id": repeat_strings(self.doc_ids.take(pa.array(self.doc[at])), each),
            "section": repeat_strings(sections, each), "term": words, "n": counts,
        })  # fmt: skip

    def _formulas_table(self) -> pa.Table:
        found = self.formulas
        return self._make("formulas", self.doc[found["unit"]], self._placed(found) | found.columns())

    def _placed(self, found: Any) -> dict[str, Any]:
        unit, start, end = found["unit"], found["start"], found["end"]
        at = pa.array(unit)
        return {
            "doc_id": self.units["doc_id"].take(at), "unit_id": self.units["unit_id"].take(at),
            "spans": self.pages.spans(start, end), "surface": arrow_strings(self.pages.text, start, end),
        }  # fmt: skip

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
        blocks, block, sizes = np.unique(key, return_inverse=True, return_counts=True)
        groups, group = np.unique([self.items[i].group for i in self.numbers.tolist()], return_inverse=True)
        # Blocks of one group and size are counted together.
        kinds, kind = np.unique(group[blocks >> 32] << 32 | sizes, return_inverse=True)
        of_unit = np.full(len(self.doc), -1, dtype=np.int64)
        of_unit[sentence] = block
        unit, theme = self.coded
        hit = (of_unit[unit] >= 0) & (theme < len(themes))
        coded = np.bincount(theme[hit] * len(blocks) + of_unit[unit[hit]], minlength=len(themes) * len(blocks))
        cell = (np.arange(len(themes))[:, None] * len(kinds) + kind).reshape(-1)
        n_blocks, n_coded, n_squared = (
            np.bincount(cell, weights=weights, minlength=len(themes) * len(kinds)).astype(np.int64)
            for weights in (None, coded, coded**2)
        )
        table = pa.table({
            "group": pa.array(groups.astype(object)).take(pa.array(np.tile(kinds >> 32, len(themes)))),
            "theme": _choose(themes, np.repeat(np.arange(len(themes)), len(kinds))),
            "block_size": np.tile(kinds & 0xFFFFFFFF, len(themes)), "n_blocks": n_blocks, "n_coded": n_coded,
            "n_coded_squared": n_squared,
        })  # fmt: skip
        return add_counts([table.cast(SCHEMAS["counts"])])


def _parents(pages: Pages) -> Any:
    """Return for each unit the position of the nearest heading above it; see ``find_parents`` of the coder."""
    heading, docs, begins, ends = (pages.unit(name) for name in ("heading", "doc", "section_a", "section_b"))
    if not len(docs):
        return np.empty(0, dtype=np.int64)
    # Between two headings every unit of one section has the same heading above it.
    same = (np.diff(docs) == 0) & (np.diff(begins) == 0) & (np.diff(ends) == 0) & (heading[1:] == 0) & (heading[:-1] == 0)
    changes = np.append(0, np.flatnonzero(~same) + 1)
    sections = _strings(pages.scratch, begins[changes], ends[changes])
    found: list[int] = []
    document = -1
    last: dict[str, int] = {}
    columns = (changes.tolist(), docs[changes].tolist(), sections, (heading[changes] > 0).tolist())
    for at, doc, section, is_heading in zip(*columns, strict=True):
        if doc != document:
            document, last = doc, {}
        above = section
        while last and above and above not in last:
            above = above.rpartition(".")[0]
        found.append(last.get(above, last.get("0", -1)) if last else -1)
        if is_heading:
            last[section] = at
    return np.repeat(np.array(found, dtype=np.int64), np.diff(np.append(changes, len(docs))))


def _strings(x: Any, starts: Any, ends: Any) -> list[str]:
    text = x.tobytes().decode("utf-32-le")
    return [text[a:b] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]


def _choose(names: tuple[str, ...], which: Any) -> pa.Array:
    return pa.array(names).take(pa.array(which))


def _cast(column: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(column, pa.Array):
        return column if column.type == kind else column.cast(kind)
    if isinstance(column, np.ndarray) and column.dtype == np.int64 and kind == pa.int32():
        column = column.astype(np.int32)
    return pa.array(column, kind, from_pandas=True)
