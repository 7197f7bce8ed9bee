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
from functools import reduce
from operator import or_
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxzy_study.text.regex_heads import COMMON, DEEP, RARE, Heads, Need, is_anchored, to_mask, to_rows
from cxzy_study.text.regex_openings import by_first, find_openings, mark_pairs
from cxzy_study.text.regex_sets import SIZE, distinct, members

ACCEPT, CHAR, SET, SPLIT, JUMP, GREEDY, LAZY, SAVE, BEGIN, END, AHEAD, BEHIND, BRANCH, GROUP = range(14)
"""Instructions of the machine."""

NO_LIMIT = 1 << 30
NO_SET = -1
_FEW = 4
_SPLIT = (SPLIT, 0, 0, NO_SET, NO_SET)


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
    sets : ndarray of bool, shape (n_sets, n_classes + 1)
        Which classes each set holds; the last column is for the end of the text.
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


_SINGLE = (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN)


class _Compiler:
    def __init__(self) -> None:
        self.code: list[int] = []
        self.sets: dict[object, tuple[int, tuple[object, Any]]] = {}
        self.rows: NDArray[np.bool_] = np.empty((0, 0), dtype=bool)
        self.weights: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self.masks: list[int] = []
        """The rows, a bit for each class."""
        self.branches: list[tuple[Any, list[int]]] = []
        self._known: dict[tuple[int, bool], tuple[Any, Heads]] = {}
        self.jumps: list[int] = []
        self.asks: list[tuple[int, Any]] = []
        """Where the code asks whether alternatives may begin with the next character: the number of a set, in the end."""
        self.chars: list[int] = []
        """Where the code names a single character: a class of its own, in the place of a set in the end."""

    def set_of(self, item: tuple[object, Any]) -> int:
        return self.sets.setdefault(str(item) if item[0] is ops.IN else item, (len(self.sets), item))[0]

    def classify(self) -> NDArray[np.uint16]:
        """Return the class of each character, now that all sets are known; their rows are kept by class."""
        rows = np.array([members(*item) for _, item in self.sets.values()])
        some, classes = distinct(rows)
        self.rows = rows[:, some]
        commonness = np.ones(SIZE, dtype=np.int64)
        for n, char in enumerate(reversed(COMMON), start=1):
            commonness[ord(char)] += 20 * n
        self.weights = np.bincount(classes, weights=commonness).astype(np.int64)
        self.masks = [to_mask(row) for row in self.rows]
        return classes.astype(np.uint16)

    def heads(self, tree: Any, *, last: bool = False) -> Heads:
        """Return what the first characters of a match of *tree* may be; with *last*, the last ones, backwards."""
        # A tree is asked for again with every one that it is part of; kept, so that no other gets its id.
        known = self._known.get((id(tree), last))
        if known is None:
            known = self._known[id(tree), last] = tree, self._heads(tree, last=last)
        return known[1]

    def _heads(self, tree: Any, *, last: bool) -> Heads:
        found = Heads.nothing()
        for op, value in reversed(tree) if last else tree:
            if op in _SINGLE:
                found += Heads.one(self.masks[self.set_of((op, value))])
            elif op in (ops.MAX_REPEAT, ops.MIN_REPEAT):
                once = self.heads(value[2], last=last)
                for _ in range(min(value[0], DEEP)):
                    found += once
                for _ in range(min(value[1] - value[0], DEEP)):
                    found |= found + once
            elif op is ops.SUBPATTERN:
                found += self.heads(value[3], last=last)
            elif op is ops.BRANCH:
                bodies = [self.heads(body, last=last) for body in value[1]]
                found += reduce(or_, bodies)
            elif op is ops.GROUPREF:
                found += Heads.anything(self.rows.shape[1])
            if found.least() >= DEEP:
                break
        return found

    def first_of(self, bodies: Any) -> list[int]:
        """Return for each of some trees the classes with which a match may begin; one bit more, if none need follow."""
        width = self.rows.shape[1]
        heads = [self.heads(body) for body in bodies]
        return [head.rows[0] if head.least() else (2 << width) - 1 for head in heads]

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

    def openings(self, code: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return all sets, and put into the *code* those that it asks of what comes next."""
        sets, all_ = list(self.masks), (2 << self.rows.shape[1]) - 1
        known = {row: number for number, row in reversed([*enumerate(sets)])}
        for place, bodies in self.asks:
            row = reduce(or_, self.first_of(bodies))
            if row == all_:
                continue  # nothing is known
            number = known.setdefault(row, len(sets))
            if number == len(sets):
                sets.append(row)
            code[place] = number
        return to_rows(sets, self.rows.shape[1] + 1)

    def emit(self, *values: int) -> int:
        self.code.extend(values)
        return len(self.code) - len(values)

    def pattern(self, pattern: re.Pattern[str]) -> tuple[int, Any]:
        if pattern.flags & ~(re.UNICODE | re.MULTILINE):
            raise ValueError(f"Invalid pattern /{pattern.pattern}/: flags are not supported.")
        tree = sre.parse(pattern.pattern, pattern.flags)
        start = len(self.code)
        first = len(self.jumps)
        self.sequence(tree)
        self.emit(ACCEPT)
        for at in self.jumps[first:]:
            # Straight to where it ends up.
            while self.code[self.code[at + 1]] == JUMP:
                self.code[at + 1] = self.code[self.code[at + 1] + 1]
            if self.code[self.code[at + 1]] == ACCEPT:
                self.code[at] = ACCEPT
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
            at = self.emit(AHEAD if direction >= 0 else BEHIND, wanted, 0, NO_SET, 0 if direction >= 0 else body.getwidth()[0])
            self.sequence(body)
            self.emit(ACCEPT)
            self.code[at + 2] = len(self.code)
            self.asks.append((at + 3, [body]))
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
            at = self.emit(*_SPLIT)
            self.sequence(body)
            self.jumps.append(self.emit(JUMP, at))
            self.split(at, [body], lazy=lazy)
            return
        splits = []
        for _ in range(high - low):
            splits.append(self.emit(*_SPLIT))
            self.sequence(body)
        for at in splits:
            self.split(at, [body], lazy=lazy)

    def split(self, at: int, bodies: list[Any], rest: list[Any] | None = None, *, lazy: bool = False) -> None:
        """Let the split at *at* go on with the *bodies* behind it, or else with what stands here: *rest*, or whatever."""
        ways = [(at + len(_SPLIT), bodies), (len(self.code), rest)]
        for number, (way, heads) in enumerate(ways[::-1] if lazy else ways):
            self.code[at + 1 + number] = way
            if heads is not None:
                self.asks.append((at + 3 + number, heads))

    def branch(self, alternatives: Any) -> None:
        groups = by_first(alternatives)
        jumps = []
        if len(groups) < _FEW:
            for n, bodies in enumerate(groups):
                at = None if n + 1 == len(groups) else self.emit(*_SPLIT)
                self.bodies(bodies)
                if at is not None:
                    jumps.append(self.emit(JUMP, 0))
                    self.split(at, bodies, [body for group in groups[n + 1 :] for body in group])
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
        self.jumps += jumps

    def bodies(self, bodies: list[Any]) -> None:
        """Add alternatives; if there are more than one, all begin with the same character."""
        if len(bodies) == 1:
            self.sequence(bodies[0])
        else:
            self.sequence(bodies[0][:1])
            self.branch([body[1:] for body in bodies])


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
        row[:3], row[3] = compiler.heads(tree).sure(n_classes), compiler.heads(tree, last=True).sure(n_classes)[0]
        if need is not None and rare:
            row[4] = need.row
        least, greatest = (min(int(w), NO_LIMIT) for w in tree.getwidth())
        width[:] = least, greatest, is_anchored(tree), need.offset if need is not None and rare else -1
    ways: list[int] = []
    branches = np.zeros((max(1, len(compiler.branches)), n_classes + 1), dtype=np.int32)
    for number, (alternatives, places) in enumerate(compiler.branches):
        may = to_rows(compiler.first_of(alternatives), n_classes + 1)
        some, which = distinct(may)
        at = []
        for row in may.T[some]:
            at.append(len(ways))
            ways += [place for place, yes in zip(places, row, strict=True) if yes] + [-1]
        branches[number] = np.array(at)[which]
    code = np.array(compiler.code, dtype=np.int32)
    sets = compiler.openings(code)
    for place in compiler.chars:
        code[place] = int(compiler.rows[code[place]].argmax())
    return Programs(
        code, np.array(starts, dtype=np.int32), classes, sets,
        near, widths, branches, np.array(ways or [-1], dtype=np.int32),
        *mark_pairs([find_openings(tree, compiler.set_of) for tree in trees], compiler.rows),
    )  # fmt: skip
