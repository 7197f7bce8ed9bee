"""Which two characters may stand next to each other where a match of a pattern begins."""

from __future__ import annotations

from collections.abc import Callable
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxzy_study.text.regex_heads import DEEP

PAIR_BITS = 13
"""Pairs of classes are known by so many bits; two pairs that share them are taken for each other."""
_MOST = 2000
_ANY = -1

Opening = tuple[int, ...]
"""The first characters of a match, by number of set; at most :data:`DEEP`."""


def find_openings(tree: Any, set_of: Callable[[tuple[object, Any]], int]) -> set[Opening] | None:
    """Return how matches of *tree* may begin; None if in too many ways. *set_of* numbers the sets of single characters."""
    found: set[Opening] = {()}
    for op, value in tree:
        if op in (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN):
            found = _follow(found, {(set_of((op, value)),)})
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            once = find_openings(value[2], set_of)
            if once is None:
                return None
            for n in range(min(value[1], value[0] + DEEP, 2 * DEEP)):
                found = (found if n >= value[0] else set()) | _follow(found, once)
                if len(found) > _MOST:
                    return None
        elif op is ops.SUBPATTERN or op is ops.BRANCH:
            parts = [find_openings(body, set_of) for body in (value[1] if op is ops.BRANCH else [value[3]])]
            if None in parts:
                return None
            found = _follow(found, set().union(*(part for part in parts if part)))
        elif op is ops.GROUPREF:
            found = _follow(found, {(_ANY,) * DEEP})
        if len(found) > _MOST:
            return None
        if all(len(opening) == DEEP for opening in found):
            break
    return found


def _follow(before: set[Opening], after: set[Opening]) -> set[Opening]:
    return {(a + b)[:DEEP] for a in before for b in after} if len(before) * len(after) <= 50 * _MOST else {(_ANY,) * DEEP}


def mark_pairs(openings: list[set[Opening] | None], rows: NDArray[np.bool_]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return which of the first 64 patterns may have two classes as first and second, or as second and third character.

    Parameters
    ----------
    openings : list of set of tuple
        Of each pattern, see :func:`find_openings`.
    rows : ndarray of bool, shape (n_sets, n_classes)
        Which classes each set holds.

    Returns
    -------
    pairs : ndarray of uint64, shape (2 ** PAIR_BITS, 2)
        By the number of the pair, see :func:`pair_of`.
    whatever : ndarray of uint64, shape (n_classes, 2)
        By the one of the two that comes first: patterns of which any other may follow.
    """
    pairs, whatever = np.zeros((1 << PAIR_BITS, 2), dtype=np.uint64), np.zeros((rows.shape[1], 2), dtype=np.uint64)
    members = [np.flatnonzero(row).astype(np.uint32) for row in rows] + [np.arange(rows.shape[1], dtype=np.uint32)]
    for number, of_pattern in enumerate(openings[:64]):
        mark = np.uint64(1) << np.uint64(number)
        for column in (0, 1):
            hit = np.zeros(1 << PAIR_BITS, dtype=bool)
            for a, b in {(*opening, _ANY, _ANY, _ANY)[column : column + 2] for opening in of_pattern or [()]}:
                if 8 * len(members[b]) > rows.shape[1]:
                    whatever[members[a], column] |= mark
                elif not hit.all():
                    hit[pair_of(members[a][:, None], members[b][None, :])] = True
            pairs[hit, column] |= mark
    return pairs, whatever


def pair_of(a: NDArray[np.uint32], b: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return by which number the kernel knows the pair of classes (*a*, *b*)."""
    mixed: NDArray[np.uint32] = (a * np.uint32(0x9E3779B1) ^ b * np.uint32(0x85EBCA6B)) >> np.uint32(32 - PAIR_BITS)
    return mixed


def first_two(tree: Any, members: Callable[[object, Any], NDArray[np.bool_]], *, most: int = 400) -> frozenset[str] | None:
    """Return the first two characters of all matches of *tree*; None if some has but one, or if there are more than *most*.

    *members* tells which characters an item of the tree stands for.
    """
    items: dict[str, tuple[object, Any]] = {}
    sets: dict[str, int] = {}

    def number(item: tuple[object, Any]) -> int:
        items[str(item)] = item
        return sets.setdefault(str(item), len(sets))

    openings = find_openings(tree, number)
    if openings is None or any(len(opening) < 2 or _ANY in opening[:2] for opening in openings):
        return None
    chars = {sets[name]: np.flatnonzero(members(*item)) for name, item in items.items()}
    pairs = {opening[:2] for opening in openings}
    if sum(len(chars[a]) * len(chars[b]) for a, b in pairs) > most:
        return None
    return frozenset(chr(x) + chr(y) for a, b in pairs for x in chars[a].tolist() for y in chars[b].tolist())


def by_first(alternatives: Any) -> list[list[Any]]:
    """Return *alternatives*, those that begin with the same character together: no text fits two of such groups."""
    groups: list[list[Any]] = []
    known: dict[int, list[Any]] = {}
    for body in alternatives:
        char = body[0][1] if len(body) and body[0][0] is ops.LITERAL else None
        if char is None:
            # It may begin with any character, and none that comes later may be tried before it.
            known.clear()
        elif char in known:
            known[char].append(body)
            continue
        groups.append([body])
        if char is not None:
            known[char] = groups[-1]
    return groups
