"""Words of very many texts at once: what :class:`cxzy_study.text.words.Segmenter` cuts, by the compiled kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np

from cxzy_study.text.machine import Pointers, Trie, arguments, load_kernel, texts_array
from cxzy_study.text.words import FREQUENCY

MOST_WORDS, MOST_CHARS = 2**20, 2**12
"""So many words, and characters of one, are too many for the kernel."""


COMMON = 100
"""A word as frequent in jieba's dictionary is among the tenth that makes up nearly all of a text."""


class Lexicon:
    """jieba's dictionary and some words more, each with its weight.

    Attributes
    ----------
    trie : Trie
        The words of hanzi, each known by its number among all words, sorted.
    weights : ndarray of float64
        Of each node of the trie: the logarithm of the word's share of all words, NaN where no word ends.
    lone : float
        The same for a character that is no word.

    Raises
    ------
    ValueError
        If there are too many words, or too long ones.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        from importlib.resources import files

        kernel = load_kernel()
        assert kernel is not None
        content = np.frombuffer((files("jieba") / "dict.txt").read_bytes(), dtype=np.uint8)
        n = int(np.count_nonzero(content == ord("\n"))) + 1
        x, (ends, counts) = np.empty(len(content), dtype=np.uint32), np.empty((2, n), dtype=np.int64)
        n = kernel.read_dictionary(*arguments(content, len(content), x, ends, counts))
        more_x, more_ends = texts_array(sorted(set(more)))
        x = np.concatenate([x[: ends[n - 1]], more_x])
        ends = np.concatenate([ends[:n], ends[n - 1] + more_ends])
        counts = np.concatenate([counts[:n], np.full(len(more_ends), FREQUENCY)])
        self._x, self._ends = np.empty_like(x), np.empty_like(ends)
        order, room = np.empty((2, len(ends)), dtype=np.int32)
        kept = kernel.arrange_words(*arguments(len(ends), n, x, ends, order, room, self._x, self._ends))
        counts, self._ends = counts[order[:kept]], self._ends[:kept]
        if kept >= MOST_WORDS or np.diff(self._ends).max() >= MOST_CHARS:
            raise ValueError("Invalid words: there are too many, or too long ones.")
        # A word with other signs than hanzi is never cut as one, so that it need not be known.
        hanzi = (self._x >= 0x3400) & (self._x <= 0x9FFF)
        by_use = np.argsort(counts < COMMON, kind="stable")
        self.trie = Trie((np.where(hanzi, self._x, np.uint32(0x10FFFF)), self._ends), order=by_use)
        total = math.log(counts.sum())
        some, which = np.unique(counts, return_inverse=True)
        # As Python's own logarithm has it: NumPy's may differ in the last place.
        logs = np.array([(math.log(count) if count else -math.inf) - total for count in some.tolist()])
        self.weights = np.append(logs[which], math.nan)[self.trie.words]
        self._nodes = np.zeros(len(self.weights), dtype=[("weight", np.float64), ("word", np.int64)])
        self._nodes["weight"] = np.where(self.weights > -math.inf, self.weights, -1e300)
        self._nodes["word"] = self.trie.words
        self.lone = -total

    @cached_property
    def words(self) -> tuple[str, ...]:
        """All words, sorted."""
        text, ends = self._x.tobytes().decode("utf-32-le"), self._ends.tolist()
        return tuple(text[a:b] for a, b in zip([0, *ends], ends, strict=False))

    def count(self, x: Any, begins: Any, ends: Any, sections: Any) -> tuple[Any, Any, Any]:
        """Count the words of units by section, as :func:`cxzy_study.reading.terms.count_terms` does.

        Parameters
        ----------
        x : ndarray of uint32
            Text of all units.
        begins, ends, sections : ndarray of int64
            Of each unit its place in *x*, and a number of its section, not negative.

        Returns
        -------
        first, words, counts
            Rows by section, in the order of their first units, and in it by word: the section's first unit, the word (an
            Arrow array of strings), and how often it stands there.
        """
        import pyarrow as pa

        kernel = load_kernel()
        assert kernel is not None
        n, size = len(begins), len(x) + 1
        longest = int((ends - begins).max(initial=0)) + 2
        numbered = int(sections.max(initial=-1)) + 1
        first, counts, offsets = (np.empty(size + 1, dtype=np.int32) for _ in range(3))
        text = np.empty(3 * size, dtype=np.uint8)
        room = [np.empty(most, dtype=kind) for most, kind in (
            (n, np.int32), (numbered, np.int32), (longest, np.float64), (longest, np.int32), (longest, np.int32), (size, np.uint64),
            (size, np.uint64), (3 * size, np.int64),
        )]  # fmt: skip
        rows = Pointers(first, counts, offsets, text)
        found = kernel.count_words(*arguments(
            self.trie, self._nodes, self.lone, x, n, begins, ends, sections, numbered, *room, rows
        ))  # fmt: skip
        words = pa.StringArray.from_buffers(found, pa.py_buffer(offsets[: found + 1]), pa.py_buffer(text[: offsets[found]]))
        return first[:found], words, counts[:found]
