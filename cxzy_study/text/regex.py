"""Python's regular expressions as tables, for the compiled machine in :mod:`cxzy_study.text.machine`.

The patterns stay where they are, as :mod:`re` compiled them; here their parse trees become rows of small integers. What
the machine finds with them is what :mod:`re` finds, group by group: same order of trials, same first match. Characters
are looked at by class: two characters that no pattern tells apart are one class, so that every set is a short row of
bits. Characters beyond U+FFFF are not known here (texts that hold one go the plain way).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxzy_study.text.regex_heads import COMMON, DEEP, RARE, Heads, Need, is_anchored
from cxzy_study.text.regex_openings import find_openings, mark_pairs

ACCEPT, CHAR, SET, SPLIT, JUMP, GREEDY, LAZY, SAVE, BEGIN, END, AHEAD, BEHIND, BRANCH, GROUP = range(14)
"""Instructions of the machine."""

SIZE = 0x10000
NO_LIMIT = 1 << 30
_FEW = 4


@dataclass(frozen=True)
class Programs:
    """Many patterns in one set of tables.

    Attributes
    ----------
    code : ndarray of int32
        Instructions of all patterns.
    starts : ndarray of int32, shape (n_patterns,)
        Where each pattern begins in *code*.
    classes : ndarray of uint16, shape (65536,)
        Class of each character.
    sets : ndarray of bool, shape (n_sets, n_classes)
        Which classes each set holds.
    near : ndarray of bool, shape (n_patterns, 5, n_classes)
        Which classes the first, second and third character of a match may have (all, if it may be shorter), its last,
        and of which classes it must hold one (all, if none is known).
    widths : ndarray of int32, shape (n_patterns, 4)
        The least and greatest length of a match, whether it must end where the text does, and how far behind its
        beginning the character that it must hold stands at most (-1, if none is known).
    branches : ndarray of int32, shape (n_branches, n_classes + 1)
        Where in *ways* the alternatives stand that may begin with a class (last: at the end of the text).
    ways : ndarray of int32
        Places in *code*, each list closed by -1.
    pairs, whatever : ndarray of uint64
        Which patterns may begin with two classes, see :func:`cxzy_study.text.regex_openings.mark_pairs`.
    """

    code: NDArray[np.int32]
    starts: NDArray[np.int32]
    classes: NDArray[np.uint16]
    sets: NDArray[np.bool_]
    near: NDArray[np.bool_]
    widths: NDArray[np.int32]
    branches: NDArray[np.int32]
    ways: NDArray[np.int32]
    pairs: NDArray[np.uint64]
    whatever: NDArray[np.uint64]


@lru_cache(maxsize=1)
def _categories() -> dict[object, NDArray[np.bool_]]:
    chars = [chr(c) for c in range(SIZE)]
    kinds = {
        ops.CATEGORY_DIGIT: np.array([c.isdecimal() for c in chars]),
        ops.CATEGORY_SPACE: np.array([c.isspace() for c in chars]),
        ops.CATEGORY_WORD: np.array([c.isalnum() or c == "_" for c in chars]),
    }
    nots = {
        ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT, ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
        ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
    }  # fmt: skip
    return kinds | {name: ~kinds[kind] for name, kind in nots.items()}


def _members(op: object, value: Any) -> NDArray[np.bool_]:
    """Return which characters one item of a pattern stands for."""
    found = np.zeros(SIZE, dtype=bool)
    if op is ops.LITERAL:
        found[value] = True
    elif op is ops.NOT_LITERAL:
        found[:] = True
        found[value] = False
    elif op is ops.RANGE:
        found[value[0] : value[1] + 1] = True
    elif op is ops.ANY:
        found[:] = True
        found[10] = False
    elif op is ops.CATEGORY:
        found |= _categories()[value]
    elif op is ops.IN:
        for kind, item in value:
            if kind is not ops.NEGATE:
                found |= _members(kind, item)
        if value[0][0] is ops.NEGATE:
            found = ~found
    return found


_SINGLE = (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN)


class _Compiler:
    def __init__(self) -> None:
        self.code: list[int] = []
        self.sets: dict[str, tuple[int, tuple[object, Any]]] = {}
        self.rows: NDArray[np.bool_] = np.empty((0, 0), dtype=bool)
        self.weights: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.branches: list[tuple[Any, list[int]]] = []
        self.chars: list[int] = []
        """Where the code names a single character: a class of its own, in the place of a set in the end."""

    def set_of(self, item: tuple[object, Any]) -> int:
        return self.sets.setdefault(str(item), (len(self.sets), item))[0]

    def classify(self) -> NDArray[np.uint16]:
        """Return the class of each character, now that all sets are known; their rows are kept by class."""
        rows = np.array([_members(*item) for _, item in self.sets.values()])
        some, classes = _distinct(rows)
        self.rows = rows[:, some]
        commonness = np.ones(SIZE, dtype=np.int64)
        for n, char in enumerate(reversed(COMMON), start=1):
            commonness[ord(char)] += 20 * n
        self.weights = np.bincount(classes, weights=commonness).astype(np.int64)
        return classes.astype(np.uint16)

    def heads(self, tree: Any, *, last: bool = False) -> Heads:
        """Return what the first characters of a match of *tree* may be; with *last*, the last ones, backwards."""
        none = np.zeros((DEEP, self.rows.shape[1]), dtype=bool)
        found = Heads(none, frozenset([0]))
        for op, value in reversed(tree) if last else tree:
            if op in _SINGLE:
                more = none.copy()
                more[0] = self.rows[self.set_of((op, value))]
                found += Heads(more, frozenset([1]))
            elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
                once = self.heads(value[2], last=last)
                for _ in range(min(value[0], DEEP)):
                    found += once
                for _ in range(min(value[1] - value[0], DEEP)):
                    found |= found + once
            elif op is ops.SUBPATTERN:
                found += self.heads(value[3], last=last)
            elif op is ops.BRANCH:
                any_ = Heads(none, frozenset())
                for body in value[1]:
                    any_ |= self.heads(body, last=last)
                found += any_
            elif op is ops.GROUPREF:
                found += Heads(~none, frozenset(range(DEEP + 1)))
            if min(found.sizes) >= DEEP:
                break
        return found

    def needs(self, tree: Any) -> Need | None:
        """Return classes of which every match of *tree* holds one, as rare as can be; None if there are none."""
        found: list[Need] = []
        offset = 0
        for number, (op, value) in enumerate(tree):
            need: Need | None = None
            if op in _SINGLE:
                need = Need(self.rows[self.set_of((op, value))], 0)
            elif op is ops.SUBPATTERN:
                need = self.needs(value[3])
            elif op is ops.BRANCH:
                parts = [self.needs(body) for body in value[1]]
                if None not in parts:
                    need = Need(np.any([p.row for p in parts if p], axis=0), max(p.offset for p in parts if p))
            elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT) and value[0] > 0:
                need = self.needs(value[2])
            elif op is ops.ASSERT and value[0] >= 0:
                need = self.needs(value[1])
            if need is not None:
                found.append(Need(need.row, min(need.offset + offset, NO_LIMIT)))
            offset = min(offset + tree[number : number + 1].getwidth()[1], NO_LIMIT)
        return min(found, key=lambda need: int(self.weights[need.row].sum()), default=None)

    def emit(self, *values: int) -> int:
        self.code.extend(values)
        return len(self.code) - len(values)

    def pattern(self, pattern: re.Pattern[str]) -> tuple[int, Any]:
        if pattern.flags & ~(re.UNICODE | re.MULTILINE):
            raise ValueError(f"Invalid pattern /{pattern.pattern}/: flags are not supported.")
        tree = sre.parse(pattern.pattern, pattern.flags)
        start = len(self.code)
        self.sequence(tree)
        self.emit(ACCEPT)
        return start, tree

    def sequence(self, tree: Any) -> None:
        for op, value in tree:
            self.item(op, value)

    def item(self, op: object, value: Any) -> None:
        if op is ops.LITERAL:
            self.chars.append(self.emit(CHAR, self.set_of((op, value))) + 1)
        elif op in _SINGLE:
            self.emit(SET, self.set_of((op, value)))
        elif op is ops.AT:
            if value not in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING, ops.AT_END, ops.AT_END_STRING):
                raise ValueError(f"Invalid pattern: {value} is not supported.")
            self.emit(BEGIN if value in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING) else END)
        elif op is ops.SUBPATTERN:
            group, _, _, body = value
            if group is not None:
                self.emit(SAVE, 2 * group)
            self.sequence(body)
            if group is not None:
                self.emit(SAVE, 2 * group + 1)
        elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            self.repeat(*value, lazy=op is ops.MIN_REPEAT)
        elif op is ops.BRANCH:
            self.branch(value[1])
        elif op in (ops.ASSERT, ops.ASSERT_NOT):
            direction, body = value
            wanted = int(op is ops.ASSERT)
            at = self.emit(AHEAD, wanted, 0) if direction >= 0 else self.emit(BEHIND, wanted, 0, body.getwidth()[0])
            self.sequence(body)
            self.emit(ACCEPT)
            self.code[at + 2] = len(self.code)
        elif op is ops.GROUPREF:
            self.emit(GROUP, 2 * value)
        else:
            raise ValueError(f"Invalid pattern: {op} is not supported.")

    def repeat(self, low: int, high: int, body: Any, *, lazy: bool) -> None:
        endless = high >= NO_LIMIT or high is ops.MAXREPEAT
        if len(body) == 1 and body[0][0] in _SINGLE:
            self.emit(LAZY if lazy else GREEDY, self.set_of(body[0]), low, NO_LIMIT if endless else high)
            return
        for _ in range(low):
            self.sequence(body)
        if endless:
            if body.getwidth()[0] == 0:
                raise ValueError("Invalid pattern: an endless repeat of what may be empty is not supported.")
            at = self.emit(SPLIT, 0, 0)
            self.sequence(body)
            self.emit(JUMP, at)
            ways = [at + 3, len(self.code)]
            self.code[at + 1 : at + 3] = ways[::-1] if lazy else ways
            return
        splits = []
        for _ in range(high - low):
            splits.append(self.emit(SPLIT, 0, 0))
            self.sequence(body)
        for at in splits:
            ways = [at + 3, len(self.code)]
            self.code[at + 1 : at + 3] = ways[::-1] if lazy else ways

    def branch(self, alternatives: Any) -> None:
        groups = _by_first(alternatives)
        jumps = []
        if len(groups) < _FEW:
            for n, bodies in enumerate(groups):
                at = None if n + 1 == len(groups) else self.emit(SPLIT, 0, 0)
                self.bodies(bodies)
                if at is not None:
                    jumps.append(self.emit(JUMP, 0))
                    self.code[at + 1 : at + 3] = [at + 3, len(self.code)]
        else:
            places: list[int] = []
            self.emit(BRANCH, len(self.branches))
            self.branches.append(([bodies[0][:1] if len(bodies) > 1 else bodies[0] for bodies in groups], places))
            for bodies in groups:
                places.append(len(self.code))
                self.bodies(bodies)
                jumps.append(self.emit(JUMP, 0))
        for at in jumps:
            self.code[at + 1] = len(self.code)

    def bodies(self, bodies: list[Any]) -> None:
        """Add alternatives; if there are more than one, all begin with the same character."""
        if len(bodies) == 1:
            self.sequence(bodies[0])
        else:
            self.sequence(bodies[0][:1])
            self.branch([body[1:] for body in bodies])


def _by_first(alternatives: Any) -> list[list[Any]]:
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


def _distinct(rows: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return one column of each kind among the columns of *rows*, and of which kind each column is."""
    marks = np.random.default_rng(1).integers(2**63, size=len(rows), dtype=np.uint64)
    keys = np.zeros(rows.shape[1], dtype=np.uint64)
    for row, mark in zip(rows, marks, strict=True):
        keys[row] ^= mark
    _, some, which = np.unique(keys, return_index=True, return_inverse=True)
    return some, which.reshape(-1)


def compile_patterns(patterns: Mapping[str, re.Pattern[str]]) -> Programs:
    """Return the tables of *patterns*, in their order.

    Raises
    ------
    ValueError
        If a pattern uses what the machine does not know (flags, conditionals, possessive repeats).
    """
    compiler = _Compiler()
    starts, trees = zip(*(compiler.pattern(pattern) for pattern in patterns.values()), strict=True)
    classes = compiler.classify()
    n_classes = compiler.rows.shape[1]
    near = np.ones((len(trees), 5, n_classes), dtype=bool)
    widths = np.empty((len(trees), 4), dtype=np.int32)
    for row, width, tree in zip(near, widths, trees, strict=True):
        need = compiler.needs(tree)
        rare = need is not None and compiler.weights[need.row].sum() < RARE
        row[:3], row[3] = compiler.heads(tree).sure(), compiler.heads(tree, last=True).sure()[0]
        if need is not None and rare:
            row[4] = need.row
        least, greatest = (min(int(w), NO_LIMIT) for w in tree.getwidth())
        width[:] = least, greatest, is_anchored(tree), need.offset if need is not None and rare else -1
    ways: list[int] = []
    branches = np.zeros((max(1, len(compiler.branches)), n_classes + 1), dtype=np.int32)
    for number, (alternatives, places) in enumerate(compiler.branches):
        heads = [compiler.heads(body) for body in alternatives]
        may = np.array([np.append(head.sure()[0], 0 in head.sizes) for head in heads])
        some, which = _distinct(may)
        at = []
        for row in may.T[some]:
            at.append(len(ways))
            ways += [place for place, yes in zip(places, row, strict=True) if yes] + [-1]
        branches[number] = np.array(at)[which]
    code = np.array(compiler.code, dtype=np.int32)
    for place in compiler.chars:
        code[place] = int(compiler.rows[code[place]].argmax())
    return Programs(
        code, np.array(starts, dtype=np.int32), classes, compiler.rows,
        near, widths, branches, np.array(ways or [-1], dtype=np.int32),
        *mark_pairs([find_openings(tree, compiler.set_of) for tree in trees], compiler.rows),
    )  # fmt: skip
