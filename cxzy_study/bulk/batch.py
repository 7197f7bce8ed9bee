"""A run of documents as one text, and the tables that the compiled kernel makes of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxzy_study.bulk.chain import Item, hash_item
from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.schema import SCHEMAS, make_table, schema_of
from cxzy_study.facts.formulas import FORMULA_COLUMNS
from cxzy_study.facts.lexicon import fold_text
from cxzy_study.reading.fast_units import Pages
from cxzy_study.reading.formats import Source
from cxzy_study.reading.pages import fold_title
from cxzy_study.text.fold import fold_width
from cxzy_study.text.machine import arrow_strings, code_points, fold_points


class Batch:
    """Documents as one text, and the rows that each stage makes of them.

    Parameters
    ----------
    chain : FastChain
    items : list of Item
        The run's documents.
    sources : dict of int to Source
        Those that the kernel may read, by position.

    Attributes
    ----------
    hard : set of int
        Documents that only the plain chain can do.
    rows : dict
        For each table, the document of each of its rows.
    """

    def __init__(self, chain: Any, items: list[Item], sources: dict[int, Source]) -> None:
        self.chain, self.items = chain, items
        self.numbers = np.array(list(sources), dtype=np.int64)
        self.sources = list(sources.values())
        self.rows: dict[str, Any] = {}
        texts = [source.text for source in self.sources]
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        ends = np.cumsum(lengths + 1) - 1
        self.begins = ends - lengths
        self.raw = "\n".join(texts)
        x = code_points(self.raw)
        self.pages = pages = Pages(x, fold_points(x, fold_width), self.begins, ends)
        self.hard = set(self.numbers[pages.doc("hard") > 0].tolist())
        if self.hard:
            return
        self.doc = pages.unit("doc")
        self.a, self.b = pages.unit("a"), pages.unit("b")
        self.first, self.last = pages.doc("start"), pages.doc("end")
        self.x, self.fold = fold_points(pages.text, fold_width), fold_points(pages.text, fold_text)
        self.fold_text = self.fold.tobytes().decode("utf-32-le")
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
        self.hard |= set(self.numbers[self.doc[hard]].tolist())
        for found in self.found.values():
            self.hard |= set(self.numbers[self.doc[found.hard]].tolist())

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

    def _formulas(self) -> dict[str, Any]:
        """Find the formulas; ``unit``, ``start`` and ``end`` are those of the text of all units."""
        scratch = self.pages.scratch.tobytes().decode("utf-32-le")
        columns = [self.pages.unit(name).tolist() for name in ("heading", "depth", "section_a", "section_b")]
        heading, depth, section_a, section_b = columns
        name = self.name.tolist()

        def describe(i: int) -> tuple[str, bool, int, str]:
            return self.names[name[i]], heading[i] > 0, depth[i], scratch[section_a[i] : section_b[i]]

        rows = self.chain.formulas.find(
            self.fold, self.fold_text, self.first, self.last, self.a, self.b, self.pages.unit("heading"), self.pages.unit("depth"),
            describe,
        )  # fmt: skip
        cells: Any = zip(*(row for _, row in rows), strict=True) if rows else ((),) * (len(FORMULA_COLUMNS) - 2)
        table: dict[str, Any] = dict(zip(FORMULA_COLUMNS, map(list, cells), strict=False))
        dated = self.chain.formulas.dated
        for k, name in enumerate(FORMULA_COLUMNS[-2:]):
            table[name] = [dated[surface][k] if surface in dated else "" for surface in table["surface"]]
        unit = np.array([i for i, _ in rows], dtype=np.int64)
        start, end = (self.a[unit] + np.array(table[name], dtype=np.int64) for name in ("start", "end"))
        return table | {"unit": unit, "start": start, "end": end}

    def tables(self) -> dict[str, pa.Table]:
        """Return all tables."""
        made = {
            "documents": self._documents(), "units": self._units_table(), "codes": self._codes(), "terms": self._terms(),
            "formulas": self._formulas_table(), "quantities": self._quantities(), "bodies": self._bodies(),
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
            "encoding": [source.encoding for source in self.sources], "script": ["simplified"] * len(items),
            "title": titles, "outlet": arrow_strings(pages.scratch, pages.doc("outlet_a"), pages.doc("outlet_b")),
            "published_on": [f"{d // 10000:04d}-{d // 100 % 100:02d}-{d % 100:02d}" if d else "" for d in dates],
            "n_chars": [len(source.text) for source in self.sources], "n_units": self.last - self.first,
            "sha256": [hash_item(item) for item in items],
        })  # fmt: skip

    def _units_table(self) -> pa.Table:
        p = self.pages
        columns = self.units | {
            "kind": _choose(("sentence", "heading"), p.unit("heading")), "depth": p.unit("depth"), "paragraph": p.unit("paragraph"),
            "section": arrow_strings(p.scratch, p.unit("section_a"), p.unit("section_b")),
            "enumerator": arrow_strings(p.scratch, p.unit("enumerator_a"), p.unit("enumerator_b")),
            "spans": self._spans(np.arange(len(self.doc)), self.a, self.b), "n_chars": p.unit("n_chars"),
        }  # fmt: skip
        if self.chain.settings.text:
            columns["text"] = arrow_strings(p.text, self.a, self.b)
        return self._make("units", self.doc, columns)

    def _spans(self, unit: Any, start: Any, end: Any) -> pa.Array:
        """Return places in the pages as ``start-end``; *start* and *end* are places in the text of all units."""
        p = self.pages
        if not len(unit):
            return pa.array([], pa.string())
        first, last = pa.array(p.starts[start]), pa.array(p.ends[end - 1])
        spans = pc.binary_join_element_wise(first.cast(pa.string()), last.cast(pa.string()), "-")
        broken = np.flatnonzero((p.unit("runs_b") - p.unit("runs_a"))[unit] > 1)
        if not len(broken):
            return spans
        cells = [self._runs(int(start[i]), int(end[i])) for i in broken]
        mask = np.zeros(len(unit), dtype=bool)
        mask[broken] = True
        return pc.replace_with_mask(spans, mask, pa.array(cells))

    def _runs(self, start: int, end: int) -> str:
        begins, ends = self.pages.starts[start:end], self.pages.ends[start:end]
        cut = np.flatnonzero(begins[1:] != ends[:-1])
        pairs = zip(begins[np.append(0, cut + 1)].tolist(), ends[np.append(cut, end - start - 1)].tolist(), strict=True)
        return ";".join(f"{a}-{b}" for a, b in pairs)

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
        _, first, group = np.unique(p.unit("section_a"), return_index=True, return_inverse=True)
        order = np.sort(first)
        group = np.argsort(np.argsort(first))[group]
        word, of, lacking = self.chain.lexicon.cut(p.text, self.a, self.b)
        rank, order_of = self.chain.lexicon.ranks(lacking)
        keys = np.sort((group[of].astype(np.int64) << 40) | rank[word])
        new = np.flatnonzero(np.diff(keys, prepend=-1))
        counts = np.diff(np.append(new, len(keys)))
        at = keys[new] >> 40
        first = order[at]
        found = keys[new] & ((1 << 40) - 1)
        number, beyond = (found >> 20) - 1, found & ((1 << 20) - 1)
        own = np.flatnonzero(beyond)
        number[own] = len(self.chain.lexicon.words) + order_of[beyond[own] - 1]
        names = pa.concat_arrays([self.chain.lexicon.names, pa.array(lacking, pa.string())])
        sections = arrow_strings(p.scratch, p.unit("section_a")[order], p.unit("section_b")[order])
        return self._make("terms", self.doc[first], {
            "doc_id": self.doc_ids.take(pa.array(self.doc[first])), "section": sections.take(pa.array(at)),
            "term": names.take(pa.array(number)), "n": counts,
        })  # fmt: skip

    def _formulas_table(self) -> pa.Table:
        unit = self.formulas["unit"]
        at = pa.array(unit)
        columns = self.formulas | {
            "doc_id": self.units["doc_id"].take(at), "unit_id": self.units["unit_id"].take(at),
            "spans": self._spans(unit, self.formulas["start"], self.formulas["end"]),
        }  # fmt: skip
        return self._make("formulas", self.doc[unit], columns)

    def _placed(self, found: Any) -> dict[str, Any]:
        unit, start, end = found["unit"], found["start"], found["end"]
        at = pa.array(unit)
        return {
            "doc_id": self.units["doc_id"].take(at), "unit_id": self.units["unit_id"].take(at),
            "spans": self._spans(unit, start, end), "surface": arrow_strings(self.pages.text, start, end),
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
