"""Documents that the plain functions have read, as the kernel wants them: reading alone takes its time, the rest goes fast."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from cxzy_study.bulk.batch import Batch
from cxzy_study.bulk.chain import Item
from cxzy_study.reading.documents import Reading
from cxzy_study.text.machine import code_points, write_spans

MOST_CHARS = 2**23
_BREAKS = set("\n\r\x0b\x0c\x85\u2028\u2029")


def is_fit(reading: Reading) -> bool:
    """Whether the kernel may take over the units of *reading*.

    Not if a unit has a character beyond 16 bits or a line break, or two characters that stand for one place of the page:
    these the kernel does not know.
    """
    if len(reading.raw) > MOST_CHARS:
        return False
    for unit in reading.units:
        if max(unit.text.text) > "\uffff" or not _BREAKS.isdisjoint(unit.text.text):
            return False
        if any(len(piece.text) > 1 and not piece.literal for piece in unit.text.pieces):
            return False
    return True


class ReadPages:
    """The units of documents that have been read: what of :class:`cxzy_study.reading.fast_units.Pages` a batch asks for."""

    def __init__(self, readings: list[Reading]) -> None:
        units = [unit for reading in readings for unit in reading.units]
        texts = [unit.text.text for unit in units]
        n = np.array([len(reading.units) for reading in readings], dtype=np.int64)
        last = np.cumsum(n)
        self._docs = {
            "start": last - n, "end": last,
            "date": np.array([10000 * int(reading.published_on[:4] or 0) for reading in readings], dtype=np.int64),
        }  # fmt: skip
        lengths = np.array([len(text) for text in texts], dtype=np.int64)
        begins = np.cumsum(lengths + 1) - lengths - 1
        self._units = {
            "doc": np.repeat(np.arange(len(readings)), n), "a": begins, "b": begins + lengths,
            "heading": np.array([unit.kind == "heading" for unit in units], dtype=np.int64),
            "depth": np.array([unit.depth for unit in units], dtype=np.int64),
            "paragraph": np.array([unit.paragraph for unit in units], dtype=np.int64),
            "n_chars": np.array([len("".join(text.split())) for text in texts], dtype=np.int64),
        }  # fmt: skip
        self.text = code_points("".join(text + "\n" for text in texts))
        self.starts, self.ends = _places([unit.text.pieces for unit in units], len(self.text))
        self._write(readings)

    def _write(self, readings: list[Reading]) -> None:
        """Put sections and enumerators into one text; those of a document that are the same share a place there."""
        written: list[str] = []
        size = 0
        columns: dict[str, list[int]] = {name: [] for name in ("section_a", "section_b", "enumerator_a", "enumerator_b")}
        for reading in readings:
            known: dict[str, int] = {}
            for unit in reading.units:
                for name, words in (("section", unit.section), ("enumerator", unit.enumerator)):
                    if words not in known:
                        known[words] = size
                        # A document's own place for the empty words, too: a character that nothing shows.
                        written.append(words or " ")
                        size += max(1, len(words))
                    columns[f"{name}_a"].append(known[words])
                    columns[f"{name}_b"].append(known[words] + len(words))
        self.scratch = code_points("".join(written))
        self._units |= {name: np.array(places, dtype=np.int64) for name, places in columns.items()}

    def spans(self, starts: Any, ends: Any) -> pa.Array:
        """Return where stretches of :attr:`text` stand in their pages; see :meth:`Pages.spans`."""
        return write_spans(self.starts, self.ends, starts, ends)

    def doc(self, name: str) -> Any:
        """Return a column of pages."""
        return self._docs[name]

    def unit(self, name: str) -> Any:
        """Return a column of units."""
        return self._units[name]


def _places(pieces: list[tuple[Any, ...]], size: int) -> tuple[Any, Any]:
    """Return where each character begins and ends in its page; the line break behind a unit stands nowhere."""
    begins, stops, lengths = [], [], []
    for of_unit in pieces:
        for piece in of_unit:
            begins.append(piece.start)
            stops.append(piece.end)
            lengths.append(len(piece.text))
        begins.append(-2)
        stops.append(-3)
        lengths.append(1)
    begin, stop, length = (np.array(column, dtype=np.int64) for column in (begins, stops, lengths))
    last = np.cumsum(length)
    first = np.repeat(begin, length) + np.arange(size) - np.repeat(last - length, length)
    end = first + 1
    end[last - 1] = stop
    return first.astype(np.int32), end.astype(np.int32)


class ReadBatch(Batch):
    """Documents that the plain functions have read.

    Parameters
    ----------
    chain, items
        As those of :class:`Batch`.
    read : dict of int to (Reading, str)
        Documents by position, each fit (:func:`is_fit`), with their SHA-256.
    """

    def __init__(self, chain: Any, items: list[Item], read: dict[int, tuple[Reading, str]]) -> None:
        self.read = list(read.values())
        super().__init__(chain, items, ReadPages([reading for reading, _ in self.read]), np.array(list(read), dtype=np.int64))

    def _described(self) -> dict[str, Any]:
        readings = [reading for reading, _ in self.read]
        columns = {name: [getattr(r, name) for r in readings] for name in ("encoding", "script", "title", "published_on", "outlet")}
        return columns | {"n_chars": [len(r.raw) for r in readings], "sha256": [sha256 for _, sha256 in self.read]}
