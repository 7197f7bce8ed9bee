"""Words of very many texts at once: what :class:`cxzy_study.text.words.Segmenter` cuts, by the compiled kernel."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from cxzy_study.text.machine import Trie, arguments, load_kernel
from cxzy_study.text.words import FREQUENCY


class Lexicon:
    """jieba's dictionary and some words more, each with its weight.

    Attributes
    ----------
    words : tuple of str
        All words, sorted.
    trie : Trie
        The same, for the kernel.
    weights : ndarray of float64
        Of each node of the trie: the logarithm of the word's share of all words, NaN where no word ends.
    lone : float
        The same for a character that is no word.
    """

    def __init__(self, more: Iterable[str] = ()) -> None:
        counts = _dictionary()
        added = {word: FREQUENCY for word in sorted(set(more)) if word not in counts}
        counts = counts | added
        self.words = tuple(sorted(counts))
        self.trie = Trie(list(self.words))
        total = math.log(sum(counts.values()))
        weights = np.array([(math.log(counts[w]) if counts[w] else -math.inf) - total for w in self.words] + [math.nan])
        self.weights = weights[self.trie.words]
        self.lone = -total

    @cached_property
    def names(self) -> Any:
        """The words as an Arrow array."""
        import pyarrow as pa

        return pa.array(self.words)

    def ranks(self, lacking: list[str]) -> tuple[Any, Any]:
        """Return a rank for every word, those that the dictionary lacks behind its own, and their order.

        Ranks are in the order of the words. One of the dictionary is its number and 1, times 2 ** 20; what the rank of any
        other has beyond that is its place among the *lacking* in order, from 1.
        """
        own = np.arange(1, len(self.words) + 1, dtype=np.int64) << 20
        order = sorted(range(len(lacking)), key=lacking.__getitem__)
        others = np.empty(len(lacking), dtype=np.int64)
        for k, i in enumerate(order, start=1):
            others[i] = (bisect_left(self.words, lacking[i]) << 20) + k
        return np.concatenate([own, others]), np.array(order, dtype=np.int64)

    def cut(self, x: Any, begins: Any, ends: Any) -> tuple[Any, Any, list[str]]:
        """Return the words of the stretches ``x[begin:end]``: their numbers, the stretch of each, and words without one.

        Numbers from ``len(words)`` on are those of the words that the dictionary lacks, given as third.
        """
        kernel = load_kernel()
        assert kernel is not None
        n, size = len(begins), len(x) + 1
        word, of = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
        longest = int((ends - begins).max(initial=0)) + 2
        counts = np.array([0, 1], dtype=np.int64)
        at, end = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
        best, to, node_of = np.empty(longest), np.empty(longest, dtype=np.int32), np.empty(longest, dtype=np.int32)
        room, found = size // 8 + longest + 4096, -1
        while found < 0:
            others = Trie([], room=room)
            counts[:] = 0, 1
            found = kernel.segment(*arguments(
                self.trie, self.weights, self.lone, len(self.words), others, counts[:1], counts[1:], others.room, at, end, x, n,
                begins, ends, best, to, node_of, word, of, size,
            ))  # fmt: skip
            assert found >= 0 or room < size + 64
            room *= 2
        lacking = [x[a:b].tobytes().decode("utf-32-le") for a, b in zip(at[: counts[0]], end[: counts[0]], strict=True)]
        return word[:found], of[:found], lacking


@lru_cache(maxsize=1)
def _dictionary() -> dict[str, int]:
    """Return the words of jieba's dictionary with their frequencies."""
    from importlib.resources import files

    lines = (files("jieba") / "dict.txt").read_text("utf-8").splitlines()
    return {word: int(count) for word, count, *_ in (line.split(" ") for line in lines)}
