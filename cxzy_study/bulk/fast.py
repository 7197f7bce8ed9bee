"""The chain over many documents at once, by the compiled kernel: the rows of :class:`cxzy_study.bulk.chain.Chain`.

A run of documents becomes one text. Pages that the kernel cannot read go the plain way, and their rows are put in where they
belong; facts in single units of which it cannot be sure (a number of more than fifteen digits, say) are found there anew.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cxzy_study.bulk.batch import Batch
from cxzy_study.bulk.chain import Chain, Item, open_item
from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.settings import Settings
from cxzy_study.coding.fast_codes import FastCoder
from cxzy_study.coding.fast_learned import FastLearned
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

    batch = 2**18  # larger ones are no faster, and take a third of a gigabyte more

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        try:
            self.coder: FastCoder | None = FastCoder(self.codebook)
            self.learned = FastLearned(self.codebook, self.weights, rules=self.coder) if self.weights is not None else None
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
        with _ONE_AT_A_TIME, _no_collector():
            batch = Batch(self, items, opened) if opened else None
            while batch is not None and batch.hard:
                # Found out late, and very seldom: once more, without the documents that only the plain chain can do.
                opened = {i: told for i, told in opened.items() if i not in batch.hard}
                batch = Batch(self, items, opened) if opened else None
            tables = batch.tables() if batch is not None and len(batch.numbers) else None
        if batch is None or tables is None:
            return super().run(items)
        plain = np.delete(np.arange(len(items)), batch.numbers).tolist()
        if plain:
            others = super().run([items[i] for i in plain])
            for name, table in tables.items():
                if name == "counts":
                    tables[name] = add_counts([table, others[name]])
                else:
                    tables[name] = _put_in(batch.rows[name], table, others[name], items, plain)
        return tables


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
    own = pc.index_in(others["doc_id"], pa.array([items[i].doc_id for i in which])).to_numpy()
    parts: list[pa.Table] = []
    last = begin = 0
    ends = np.searchsorted(own, np.arange(len(which)), "right")
    for at, end in zip(np.searchsorted(rows, which).tolist(), ends.tolist(), strict=True):
        parts += [table.slice(last, at - last), others.slice(begin, end - begin)]
        last, begin = at, end
    return pa.concat_tables([*parts, table.slice(last)])
