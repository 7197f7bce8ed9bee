"""Codes of very many units at once: what :func:`cxzy_study.coding.coder.code_units` gives, by the compiled kernel.

The rules are those of the plain functions; ``native/codes.c`` looks, unit by unit, only at what is asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import reduce
from itertools import chain
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxzy_study.coding import zones as z
from cxzy_study.coding.codebook import ZONES, Codebook, Rule
from cxzy_study.coding.parser import And, Literals, Near, Node, Not, Or, Pattern, points
from cxzy_study.coding.rules import compile_codebook
from cxzy_study.text.machine import Machine, Pointers, Trie, arguments, load_kernel
from cxzy_study.text.regex import compile_patterns
from cxzy_study.text.regex_openings import first_two
from cxzy_study.text.regex_sets import members

_KINDS = {"Literals": 0, "Pattern": 1, "Near": 2, "And": 3, "Or": 4, "Not": 5}
_GROUPS = ("spoken", "shields", "names", "before", "adjacent", "after", "unless", "remedy")
_NONE, _MOST_PAIRS, _BLOCK = -1, 200, 8
_MOST_OPTIONS, _MOST_HEADINGS, _MOST_RULES, _MOST_NODES = 8, 64, 4000, 20_000


class _Expressions:
    """All expressions of a codebook as rows of numbers; *first* is the bit by which their first list of literals is known."""

    def __init__(self, index: dict[str, int], first: int) -> None:
        self.index, self.first = index, first
        self.nodes: list[tuple[int, ...]] = []
        self.lists: list[int] = []
        self.literals: list[list[int]] = []
        self.patterns: list[re.Pattern[str]] = []

    def put(self, values: list[int]) -> tuple[int, int]:
        self.lists += values
        return len(self.lists) - len(values), len(self.lists)

    def add(self, node: Node) -> tuple[int, list[tuple[int, int]]]:
        """Add a node behind its parts; return its number, and bits of which two must be set for it to hold."""
        kind, flags, distance = _KINDS[type(node).__name__], 0, 0
        needs = [(_NONE, _NONE)]
        if isinstance(node, Literals):
            a, b = self.first + len(self.literals), 0
            self.literals.append([self.index[x] for x in node.literals])
            needs = [(a, _NONE)]
        elif isinstance(node, Pattern):
            a, b = len(self.patterns), _NONE
            self.patterns.append(node.pattern)
            if (begin := _beginnings(node.pattern)) is not None:
                b = self.first + len(self.literals)
                needs = [(b, _NONE)]
                self.literals.append([self.index[x] for x in begin])
        elif isinstance(node, Near):
            (a, needs), (b, right) = self.add(node.left), self.add(node.right)
            flags, distance = node.clause + 2 * node.ordered + 4 * node.negated, node.distance
            if not node.negated:
                needs = _both(needs, right)
        elif isinstance(node, Not):
            a, b = self.add(node.part)[0], 0
        else:
            numbers, parts = zip(*map(self.add, node.parts), strict=True)
            a, b = self.put(list(numbers))
            needs = reduce(_both, parts) if isinstance(node, And) else [pair for part in parts for pair in part]
        self.nodes.append((kind, a, b, flags, distance, int(points(node))))
        return len(self.nodes) - 1, needs


def _both(left: list[tuple[int, int]], right: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return two bits of each way in which *left* and *right* are fulfilled: fewer than may be needed."""
    if len(left) * len(right) > _MOST_PAIRS:
        return left
    all_ = [[*({*a, *b} - {_NONE}), _NONE, _NONE] for a in left for b in right]
    return [(bits[0], bits[1]) for bits in all_]


def _beginnings(pattern: re.Pattern[str]) -> frozenset[str] | None:
    """Return the first two characters of all matches, to be looked for as literals are; None if there are too many."""
    found = first_two(sre.parse(pattern.pattern, pattern.flags), members)
    # Letters and digits count as literals only where none stands beside them.
    return None if found is None or any(char.isascii() for pair in found for char in pair) else found


def _patterns(node: Node) -> Iterator[re.Pattern[str]]:
    if isinstance(node, Pattern):
        yield node.pattern
    for part in (node.left, node.right) if isinstance(node, Near) else [node.part] if isinstance(node, Not) else getattr(node, "parts", ()):
        yield from _patterns(part)


def _needed(node: Node) -> frozenset[str] | None:
    """Return literals of which a unit must hold one for *node* to point at something; None if it may without."""
    if isinstance(node, Literals):
        return frozenset(node.literals)
    if isinstance(node, Pattern):
        return _beginnings(node.pattern)
    if isinstance(node, Near):
        return _needed(node.left)
    if isinstance(node, And):
        parts = [needed for part in node.parts if points(part) and (needed := _needed(part)) is not None]
        return min(parts, key=len, default=None)
    if isinstance(node, Or):
        every = [_needed(part) for part in node.parts]
        return None if None in every else frozenset().union(*(part for part in every if part))
    return None


def _bits(members: list[list[int]], n: int) -> NDArray[np.uint64]:
    """Return of each of *n* things, as bits, in which of the lists *members* it is."""
    found = np.zeros((n, max(1, -(-len(members) // 64))), dtype=np.uint64)
    for number, things in enumerate(members):
        found[things, number // 64] |= np.uint64(1) << np.uint64(number % 64)
    return found


class FastCoder:
    """The rules of a codebook, ready for texts as arrays.

    Raises
    ------
    ValueError
        If the codebook has what the kernel does not know: rules with ``words``, or very many different options.
    """

    def __init__(self, codebook: Codebook) -> None:
        vocabulary = compile_codebook(codebook)
        self.themes = codebook.theme_ids
        literals = list(vocabulary.matcher.literals)
        n_literals, index = len(literals), dict(vocabulary.index)
        groups = np.zeros(n_literals, dtype=np.uint8)
        for bit, name in enumerate(_GROUPS):
            groups |= vocabulary.masks[name].astype(np.uint8) << np.uint8(bit)
        numbered = list(codebook.rules)
        n_rules = len(numbered)
        nodes = [node for _, rule in numbered for node in (rule.node, rule.heading) if node is not None]
        for pattern in (p for node in [*nodes, *([codebook.doctrine] if codebook.doctrine is not None else [])] for p in _patterns(node)):
            for begin in sorted(_beginnings(pattern) or ()):
                if index.setdefault(begin, len(literals)) == len(literals):
                    literals.append(begin)
        expressions = _Expressions(index, 64 * -(-n_rules // 64))
        options: dict[tuple[tuple[str, ...], str], int] = {}
        rows, headed, loose = [], 0, list[int]()
        triggers: list[list[int]] = []
        for number, (theme, rule) in enumerate(numbered):
            if rule.words:
                raise ValueError(f"Invalid rule {rule.id}: words is not known to the kernel.")
            row = self._row(rule, self.themes.index(theme), expressions, options, headed)
            headed += rule.heading is not None
            rows.append(row)
            needed = _needed(rule.node)
            if needed is None:
                loose.append(number)
            triggers.append([index[literal] for literal in needed or ()])
        if codebook.doctrine is not None:
            doctrine = Rule("doctrine", "", codebook.doctrine, ZONES, "count", None, "", False, (), ())
            rows.append(self._row(doctrine, 0, expressions, options, 0))
        if len(options) > _MOST_OPTIONS or headed > _MOST_HEADINGS or n_rules > _MOST_RULES or len(expressions.nodes) > _MOST_NODES:
            raise ValueError("Invalid codebook: it has more rules or options than the kernel knows.")
        homes = np.concatenate([_bits(triggers, len(literals)), _bits(expressions.literals, len(literals))], axis=1)
        homes = np.pad(homes, ((0, 0), (0, -homes.shape[1] % _BLOCK)))
        asked = _bits([[0] if number in loose else [] for number in range(n_rules)], 1)
        nouns = "|".join(map(re.escape, codebook.name_nouns)) or "(?!)"
        patterns = {"QUOTED": z._QUOTED, "TITLE": z._TITLE, "NAME_NOUN": re.compile(nouns)}
        patterns |= {str(i): pattern for i, pattern in enumerate(expressions.patterns)}
        self._machine = Machine(compile_patterns(patterns))
        self._book = Pointers(
            Trie(literals), groups, np.array(expressions.nodes, dtype=np.int32),
            np.array([*expressions.lists, 0], dtype=np.int32), np.array(rows, dtype=np.int32), homes, asked,
            n_rules, asked.shape[1], homes.shape[1], 0 if codebook.doctrine is not None else -1,
            len(options), codebook.negation.reach, int(codebook.overlap == "codebook"), n_literals,
        )  # fmt: skip

    @staticmethod
    def _row(rule: Rule, theme: int, expressions: _Expressions, options: dict[Any, int], headed: int) -> tuple[int, ...]:
        zones = sum(1 << z.CODES[name] for name in rule.zones)
        option = options.setdefault((rule.zones, rule.negation), len(options))
        heading = -1 if rule.heading is None else expressions.add(rule.heading)[0]
        node, needs = expressions.add(rule.node)
        kind = {"": -1, "sentence": 0, "heading": 1}[rule.kind]
        return node, theme, zones, int(rule.negation == "refuse"), heading, headed, kind, option, *expressions.put([*chain(*needs)])

    def code(self, x: Any, begins: Any, ends: Any, headings: Any, parents: Any) -> tuple[Any, Any, Any]:
        """Return the units that bear a theme, the theme's number, and the units that only the plain functions can do.

        Units without any theme bear the number after the last.

        Parameters
        ----------
        x : ndarray of uint32
            The units' texts, folded to half width, a line break between them.
        begins, ends, headings, parents : ndarray of int64
            Of each unit: its place in *x*, whether it is a heading, and the heading above it (-1 for none).
        """
        bears = np.zeros((len(begins), len(self.themes) + 1), dtype=np.uint8)
        hard = self._run(x, begins, ends, headings, parents, bears, 0, 0)
        bears[:, -1] = ~bears.any(axis=1)
        unit, theme = np.nonzero(bears)
        return unit, theme, hard

    def count(self, x: Any, begins: Any, ends: Any, headings: Any, parents: Any) -> tuple[Any, Any]:
        """Return the matches of each unit and theme that count, and whether any is refused, and the units that are too hard.

        The first has the shape (2, units, themes): see :func:`cxzy_study.coding.learned.count_evidence`, which counts the
        refused ones, too.
        """
        shape = (len(begins), len(self.themes) + 1)
        counted, refused = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.uint8)
        hard = self._run(x, begins, ends, headings, parents, np.zeros(shape, dtype=np.uint8), counted, refused)
        return np.stack([counted[:, :-1], refused[:, :-1]]).astype(float), hard

    def _run(self, x: Any, begins: Any, ends: Any, headings: Any, parents: Any, bears: Any, counted: Any, refused: Any) -> Any:
        kernel = load_kernel()
        assert kernel is not None
        n, t = len(begins), self._machine.classify(x)
        hard, holding = np.zeros(n, dtype=np.uint8), np.zeros(n, dtype=np.uint64)
        kernel.codes(*arguments(
            self._machine, self._book, t, x, n, begins, ends, headings, parents, len(self.themes) + 1, holding, bears, hard,
            counted, refused,
        ))  # fmt: skip
        return np.flatnonzero(hard)
