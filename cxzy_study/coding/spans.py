"""Sets of matches as columns, and the operators of the rule language on them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxzy_study.text.match import Ints

OK, SHIELDED, TITLE, NAME, QUOTE, TEXT, DENIED, WORD, EXCLUDED, HEADING, DOCTRINE = range(11)
"""Why a match does not count (0: it does)."""

ABSENT = 255
Flags = NDArray[np.uint8]


class Spans(NamedTuple):
    """Matches in one text: places, units, and whether each counts.

    ``start``, ``end``, ``unit`` (L,) int64; ``flag`` (L,) uint8, :data:`OK` or the reason against;
    ``detail`` (L,) int64, the literal that gives the reason, or -1. In the order of their starts.
    """

    start: Ints
    end: Ints
    unit: Ints
    flag: Flags
    detail: Ints

    def take(self, which: NDArray[np.bool_] | Ints) -> Spans:
        """Return the matches that a mask or an index names."""
        return Spans(self.start[which], self.end[which], self.unit[which], self.flag[which], self.detail[which])

    def sorted(self) -> Spans:
        """Return the matches in order, one for each place: the one that counts, if any does."""
        order = np.lexsort((self.flag, self.end, self.start))
        ordered = self.take(order)
        new = np.ones(len(order), dtype=bool)
        new[1:] = (ordered.start[1:] != ordered.start[:-1]) | (ordered.end[1:] != ordered.end[:-1])
        return ordered.take(new)

    def worsened(self, flag: Flags, detail: Ints) -> Spans:
        """Return the matches with the reasons of others where those are the first against them."""
        first = (self.flag == OK) & (flag != OK)
        return self._replace(flag=np.where(first, flag, self.flag), detail=np.where(first, detail, self.detail))


_NONE = np.empty(0, dtype=np.int64)
NOTHING = Spans(_NONE, _NONE, _NONE, np.empty(0, dtype=np.uint8), _NONE)


def join_spans(parts: list[Spans]) -> Spans:
    """Return the union of *parts*."""
    filled = [part for part in parts if len(part.start)]
    if not filled:
        return NOTHING
    if len(filled) == 1:
        return filled[0]
    start, end, unit, detail = (
        np.concatenate([np.asarray(part[column]) for part in filled]) for column in (0, 1, 2, 4)
    )
    return Spans(start, end, unit, np.concatenate([part.flag for part in filled]), detail).sorted()


def find_near(
    left: Spans, right: Spans, *, distance: int, ordered: bool, block: Ints
) -> tuple[Spans, NDArray[np.bool_]]:
    """Pair each match of *left* with the nearest of *right*.

    Parameters
    ----------
    left, right : Spans
    distance : int
        Most characters between the two; they do not overlap.
    ordered : bool
        Whether the right one must follow.
    block : ndarray of int64, shape (n_chars,)
        The clause, or unit, of each character: both must lie in one.

    Returns
    -------
    pairs : Spans
        From the beginning of the first to the end of the last.
    paired : ndarray of bool, shape (len(left),)
        Which of *left* have a partner.
    """
    n = len(left.start)
    if not n or not len(right.start):
        return NOTHING, np.zeros(n, dtype=bool)
    far = np.iinfo(np.int64).max
    at = np.searchsorted(right.start, left.end, side="left")
    after = np.minimum(at, len(right.start) - 1)
    gap_after = np.where(at < len(right.start), right.start[after] - left.end, far)
    gap_after[(gap_after > distance) | (block[right.start[after]] != block[left.end - 1])] = far
    if ordered:
        chosen, gap = after, gap_after
    else:
        by_end = np.argsort(right.end, kind="stable")
        at = np.searchsorted(right.end[by_end], left.start, side="right") - 1
        before = by_end[np.maximum(at, 0)]
        gap_before = np.where(at >= 0, left.start - right.end[before], far)
        gap_before[(gap_before > distance) | (block[right.end[before] - 1] != block[left.start])] = far
        chosen = np.where(gap_before < gap_after, before, after)
        gap = np.minimum(gap_before, gap_after)
    paired = gap < far
    kept, partner = left.take(paired), right.take(chosen[paired])
    pairs = kept._replace(start=np.minimum(kept.start, partner.start), end=np.maximum(kept.end, partner.end))
    return pairs.worsened(partner.flag, partner.detail).sorted(), paired


def reduce_units(spans: Spans, n_units: int) -> Flags:
    """Return the best flag of each unit, :data:`ABSENT` where nothing matches."""
    best = np.full(n_units, ABSENT, dtype=np.uint8)
    np.minimum.at(best, spans.unit, spans.flag)
    return best
