"""Many literals in one pass over a text (Aho-Corasick).

Policy for nesting and overlap, in one place: :meth:`Matcher.find` reports **every** occurrence of
every literal; :func:`find_containers` says which of them lie inside a longer one. Who asks for
"the longest wins" drops those and nothing else: two hits that only overlap in part both stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Hits:
    """Occurrences of literals, in the order of their starts, longer ones first.

    ``literal`` (L,) index into :attr:`Matcher.literals`; ``start``, ``end`` (L,) places in code
    points, 0-based, half-open.
    """

    literal: Ints
    start: Ints
    end: Ints

    def __len__(self) -> int:
        return len(self.start)

    def take(self, which: NDArray[np.bool_] | Ints) -> Hits:
        """Return the hits that a mask or an index names."""
        return Hits(self.literal[which], self.start[which], self.end[which])


class Matcher:
    """A fixed set of literals, found all together.

    A literal that begins or ends with an ASCII letter or digit is found there only at the edge of
    a word or number (``GDP`` not in ``GDPR``, ``5`` not in ``15``). Chinese shows no such edge:
    give the longer words, too, and see :func:`find_containers`.

    Parameters
    ----------
    literals : iterable of str
        What to look for, each once, none empty.

    Raises
    ------
    ValueError
        If a literal is empty or given twice.

    Examples
    --------
    >>> matcher = Matcher(["印度", "印度尼西亚", "GDP"])
    >>> hits = matcher.find("GDPR与GDP:印度尼西亚、印度")
    >>> [(matcher.literals[i], a, b) for i, a, b in zip(hits.literal, hits.start.tolist(), hits.end.tolist())]
    [('GDP', 5, 8), ('印度尼西亚', 9, 14), ('印度', 9, 11), ('印度', 15, 17)]
    >>> (find_containers(hits) >= 0).tolist()
    [False, False, True, False]
    """

    def __init__(self, literals: Iterable[str]) -> None:
        self.literals = tuple(literals)
        if "" in self.literals:
            raise ValueError("Invalid literals: none may be empty. Position " + str(self.literals.index("")) + ".")
        if len(set(self.literals)) < len(self.literals):
            twice = sorted({x for x in self.literals if self.literals.count(x) > 1})
            raise ValueError(f"Invalid literals: each may be given once. {twice[:5]}.")
        from ahocorasick_rs import AhoCorasick

        self._automaton = AhoCorasick(list(self.literals)) if self.literals else None
        self._edge_left = np.array([_is_word(x[0]) for x in self.literals], dtype=bool)
        self._edge_right = np.array([_is_word(x[-1]) for x in self.literals], dtype=bool)
        self._edged = bool(self._edge_left.any() or self._edge_right.any())

    def find(self, text: str) -> Hits:
        """Return every occurrence of every literal in *text*, nested and overlapping ones too.

        A lone surrogate, which is no character, is part of no literal.
        """
        if self._automaton is None or not text:
            return _NO_HITS
        try:
            found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        except UnicodeEncodeError:
            clean = re.sub("[\ud800-\udfff]", "\ufffd", text)
            found = self._automaton.find_matches_as_indexes(clean, overlapping=True)
        if not found:
            return _NO_HITS
        flat = np.array(found, dtype=np.int64)
        hits = Hits(flat[:, 0], flat[:, 1], flat[:, 2])
        if self._edged:
            hits = hits.take(self._whole(hits, text))
        return hits if len(hits) < 2 else hits.take(np.lexsort((-hits.end, hits.start)))

    def find_longest(self, text: str) -> Hits:
        """Return the occurrences that lie inside no longer one."""
        hits = self.find(text)
        return hits if len(hits) < 2 else hits.take(find_containers(hits) < 0)

    def _whole(self, hits: Hits, text: str) -> NDArray[np.bool_]:
        keep = np.ones(len(hits), dtype=bool)
        for i in np.flatnonzero(self._edge_left[hits.literal]):
            at = int(hits.start[i])
            keep[i] = at == 0 or not _is_word(text[at - 1])
        for i in np.flatnonzero(self._edge_right[hits.literal] & keep):
            at = int(hits.end[i])
            keep[i] = at == len(text) or not _is_word(text[at])
        return keep


_NO_HITS = Hits(*(np.empty(0, dtype=np.int64) for _ in range(3)))


def find_containers(hits: Hits, holders: Hits | None = None) -> Ints:
    """Return for each hit the index of a longer one that holds it, -1 where there is none.

    Parameters
    ----------
    hits : Hits
    holders : Hits, optional
        Among which to look, sorted as :meth:`Matcher.find` returns them, no two alike; by default
        the hits themselves.

    Returns
    -------
    ndarray of int64, shape (L,)
        Index into *holders*: of those that begin no later, the one that reaches farthest right.
    """
    holders = hits if holders is None else holders
    if not len(hits) or not len(holders):
        return np.full(len(hits), -1, dtype=np.int64)
    reach = np.maximum.accumulate(holders.end)
    is_new = np.concatenate(([True], reach[1:] > reach[:-1]))
    farthest = np.maximum.accumulate(np.where(is_new, np.arange(len(holders)), 0))
    at = np.searchsorted(holders.start, hits.start, side="right") - 1
    chosen = farthest[np.maximum(at, 0)]
    longer = (holders.end - holders.start)[chosen] > hits.end - hits.start
    return np.where((at >= 0) & (holders.end[chosen] >= hits.end) & longer, chosen, -1)


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()
