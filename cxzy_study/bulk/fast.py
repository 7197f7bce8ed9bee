"""The chain over many documents at once, by the compiled kernel: the rows of :class:`cxzy_study.bulk.chain.Chain`.

A run of documents becomes one text. Pages that the kernel cannot read (web pages, traditional script) are read by the plain
functions, and coded by the kernel; their rows are put in where they belong. Facts in single units of which it cannot be
sure (a number of more than fifteen digits, say) are found there anew.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxzy_study.bulk.batch import Batch, OpenedBatch
from cxzy_study.bulk.chain import Chain, Item, open_item
from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.readings import ReadBatch, is_fit
from cxzy_study.bulk.settings import Settings
from cxzy_study.coding.fast_codes import FastCoder
from cxzy_study.facts.fast_bodies import FastBodies
from cxzy_study.facts.fast_formulas import FastFormulas
from cxzy_study.facts.fast_quantities import FastQuantities
from cxzy_study.reading.fast_units import is_plain
from cxzy_study.reading.formats import Source
from cxzy_study.tables import InvalidInput
from cxzy_study.text.fast_words import Lexicon
from cxzy_study.text.machine import load_kernel

if load_kernel() is None:
    raise ImportError("cxzy_study was installed without its compiled kernel (no C compiler)")

_ONE_AT_A_TIME = threading.Lock()
"""The kernel keeps its work space between calls: one thread of a process may be in it."""


class FastChain(Chain):
    """The chain, built once in a process."""

    batch = 2**19  # half as large takes a tenth more time, twice as large is no faster and takes 80 MB more

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        try:
            self.coder: FastCoder | None = FastCoder(self.codebook)
            self.learned = None
            if self.weights is not None:
                from cxzy_study.coding.fast_learned import FastLearned

                self.learned = FastLearned(self.codebook, self.weights, rules=self.coder)
        except ValueError:
            # A codebook or weights with what the kernel does not know: everything goes the plain way.
            self.coder = None
            return
        self.lexicon = Lexicon(settings.words)
        self.formulas, self.quantities, self.bodies = FastFormulas(), FastQuantities(), FastBodies()
        # Dictionaries and tables stay: a full search for cycles would go through all of them behind every batch.
        gc.freeze()

    def code(self, x: Any, begins: Any, ends: Any, headings: Any, parents: Any, docs: Any) -> tuple[Any, Any, Any, Any]:
        """Return the codes of units as arrays; see :meth:`cxzy_study.coding.fast_learned.FastLearned.code`."""
        if self.learned is not None:
            return self.learned.code(x, begins, ends, headings, parents, docs)
        assert self.coder is not None
        unit, theme, hard = self.coder.code(x, begins, ends, headings, parents)
        return unit, theme, np.full(len(unit), np.nan), hard

    def run(self, documents: Iterable[Item]) -> dict[str, pa.Table]:
        """Return the tables of *documents*; see :meth:`cxzy_study.bulk.chain.Chain.run`."""
        items = list(documents)
        opened: dict[int, tuple[Source, str]] = {}
        for i, item in enumerate(items if self.coder is not None else []):
            try:
                source, sha256 = open_item(item)
            except InvalidInput:
                continue  # the plain chain says why
            if source.text and not source.html and not source.markdown and is_plain(source.text):
                opened[i] = source, sha256
        done = self._settle(partial(OpenedBatch, self, items), opened)
        left = np.delete(np.arange(len(items)), done[0].numbers if done else []).tolist()
        if not left:
            return done[1] if done else super().run(items)
        # The plain functions read what the kernel cannot; the rest is the kernel's again.
        read, rejected = self.read([items[i] for i in left])
        number = {items[i].doc_id: i for i in left}
        fit = {number[item.doc_id]: (r, sha256) for item, r, sha256 in read if self.coder is not None and is_fit(r)}
        second = self._settle(partial(ReadBatch, self, items), fit)
        fast = set(second[0].numbers.tolist()) if second else set()
        others = self.code_readings([told for told in read if number[told[0].doc_id] not in fast]) | {"rejected": rejected}
        for batch, tables in filter(None, (second, done)):
            others = self._join(batch, tables, others, items)
        return others

    def _settle(self, make: Callable[[dict[int, Any]], Batch], told: dict[int, Any]) -> tuple[Batch, dict[str, pa.Table]] | None:
        """Return a batch of documents by position and its tables, without those that only the plain chain can do."""
        with _ONE_AT_A_TIME, _no_collector():
            batch = make(told) if told else None
            while batch is not None and batch.hard:
                # Found out late, and very seldom: once more, without them.
                told = {i: what for i, what in told.items() if i not in batch.hard}
                batch = make(told) if told else None
            return (batch, batch.tables()) if batch is not None and len(batch.numbers) else None

    def _join(self, batch: Batch, tables: dict[str, pa.Table], others: dict[str, pa.Table], items: list[Item]) -> dict[str, pa.Table]:
        """Return the tables of a batch with those of other documents put in where they belong."""
        which = np.delete(np.arange(len(items)), batch.numbers).tolist()
        return {
            name: add_counts([table, others[name]]) if name == "counts" else _put_in(batch.rows[name], table, others[name], items, which)
            for name, table in tables.items()
        }


@contextmanager
def _no_collector() -> Iterator[None]:
    """Stop looking for cycles among objects: a batch makes very many, and none."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _put_in(rows: Any, table: pa.Table, others: pa.Table, items: list[Item], which: list[int]) -> pa.Table:
    """Return a table of documents with the rows of the documents *which*, all *others*, put in where they belong.

    Both tables are in the documents' order; *rows* tells the document of each row of *table*.
    """
    others = others.cast(table.schema)
    own = pc.index_in(others["doc_id"], pa.array([items[i].doc_id for i in which], pa.string())).to_numpy()
    parts: list[pa.Table] = []
    last = begin = 0
    ends = np.searchsorted(own, np.arange(len(which)), "right")
    for at, end in zip(np.searchsorted(rows, which).tolist(), ends.tolist(), strict=True):
        parts += [table.slice(last, at - last), others.slice(begin, end - begin)]
        last, begin = at, end
    return pa.concat_tables([*parts, table.slice(last)])
