"""Codes of very many units at once: what :func:`cxzy_study.coding.coder.code_units` gives, by the compiled kernel.

The rules are those of the plain functions; ``native/codes.c`` looks, unit by unit, only at what is asked for.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from cxzy_study.coding import zones as z
from cxzy_study.coding.codebook import ZONES, Codebook, Rule
from cxzy_study.coding.parser import And, Literals, Near, Node, Not, Or, Pattern, points
from cxzy_study.coding.rules import compile_codebook
from cxzy_study.text.machine import Machine, Pointers, Trie, arguments, load_kernel
from cxzy_study.text.regex import compile_patterns

_KINDS = {"Literals": 0, "Pattern": 1, "Near": 2, "And": 3, "Or": 4, "Not": 5}
_GROUPS = ("spoken", "shields", "names", "before", "adjacent", "after", "unless", "remedy")
_MOST_OPTIONS, _MOST_HEADINGS, _MOST_RULES, _MOST_NODES = 8, 64, 4000, 20_000


class _Expressions:
    """All expressions of a codebook as rows of numbers."""

    def __init__(self, index: dict[str, int]) -> None:
        self.index = index
        self.nodes: list[tuple[int, ...]] = []
        self.lists: list[int] = []
        self.patterns: list[re.Pattern[str]] = []

    def put(self, values: list[int]) -> tuple[int, int]:
        self.lists += values
        return len(self.lists) - len(values), len(self.lists)

    def add(self, node: Node) -> int:
        """Add a node behind its parts; return its number."""
        kind, flags, distance = _KINDS[type(node).__name__], 0, 0
        if isinstance(node, Literals):
            a, b = self.put(sorted(self.index[x] for x in node.literals))
        elif isinstance(node, Pattern):
            a, b = len(self.patterns), 0
            self.patterns.append(node.pattern)
        elif isinstance(node, Near):
            a, b = self.add(node.left), self.add(node.right)
            flags, distance = node.clause + 2 * node.ordered + 4 * node.negated, node.distance
        elif isinstance(node, Not):
            a, b = self.add(node.part), 0
        else:
            a, b = self.put([self.add(part) for part in node.parts])
        self.nodes.append((kind, a, b, flags, distance, int(points(node))))
        return len(self.nodes) - 1


def _needed(node: Node) -> frozenset[str] | None:
    """Return literals of which a unit must hold one for *node* to point at something; None if it may without."""
    if isinstance(node, Literals):
        return frozenset(node.literals)
    if isinstance(node, Near):
        return _needed(node.left)
    if isinstance(node, And):
        parts = [needed for part in node.parts if points(part) and (needed := _needed(part)) is not None]
        return min(parts, key=len, default=None)
    if isinstance(node, Or):
        every = [_needed(part) for part in node.parts]
        return None if None in every else frozenset().union(*(part for part in every if part))
    return None


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
        literals = vocabulary.matcher.literals
        groups = np.zeros(len(literals), dtype=np.uint8)
        for bit, name in enumerate(_GROUPS):
            groups |= vocabulary.masks[name].astype(np.uint8) << np.uint8(bit)
        expressions = _Expressions(vocabulary.index)
        options: dict[tuple[tuple[str, ...], str], int] = {}
        rows, headed, loose = [], 0, []
        triggers: list[list[int]] = [[] for _ in literals]
        for number, (theme, rule) in enumerate(codebook.rules):
            if rule.words:
                raise ValueError(f"Invalid rule {rule.id}: words is not known to the kernel.")
            row = self._row(rule, self.themes.index(theme), expressions, options, headed)
            headed += rule.heading is not None
            rows.append(row)
            needed = _needed(rule.node)
            if needed is None:
                loose.append(number)
            for literal in needed or ():
                triggers[vocabulary.index[literal]].append(number)
        if codebook.doctrine is not None:
            doctrine = Rule("doctrine", "", codebook.doctrine, ZONES, "count", None, "", False, (), ())
            rows.append(self._row(doctrine, 0, expressions, options, 0))
        n_rules = len(rows) - (codebook.doctrine is not None)
        if len(options) > _MOST_OPTIONS or headed > _MOST_HEADINGS or n_rules > _MOST_RULES or len(expressions.nodes) > _MOST_NODES:
            raise ValueError("Invalid codebook: it has more rules or options than the kernel knows.")
        homes: list[list[int]] = [[] for _ in literals]
        for number, (kind, a, b, *_) in enumerate(expressions.nodes):
            for i in expressions.lists[a:b] if kind == _KINDS["Literals"] else ():
                homes[i].append(number)
        nodes = np.array([expressions.put(numbers) for numbers in homes], dtype=np.int32).reshape(-1, 2)
        places = np.array([expressions.put(rules) for rules in triggers], dtype=np.int32).reshape(-1, 2)
        nouns = "|".join(map(re.escape, codebook.name_nouns)) or "(?!)"
        patterns = {"QUOTED": z._QUOTED, "TITLE": z._TITLE, "NAME_NOUN": re.compile(nouns)}
        patterns |= {str(i): pattern for i, pattern in enumerate(expressions.patterns)}
        self._machine = Machine(compile_patterns(patterns))
        self._book = Pointers(
            Trie(list(literals)), groups, np.array(expressions.nodes, dtype=np.int32),
            np.array([*expressions.lists, 0], dtype=np.int32), np.array(rows, dtype=np.int32),
            places[:, 0], places[:, 1], nodes[:, 0], nodes[:, 1],
            np.array([*loose, 0], dtype=np.int32), n_rules, len(loose), 0 if codebook.doctrine is not None else -1,
            len(options), codebook.negation.reach, int(codebook.overlap == "codebook"),
        )  # fmt: skip

    @staticmethod
    def _row(rule: Rule, theme: int, expressions: _Expressions, options: dict[Any, int], headed: int) -> tuple[int, ...]:
        zones = sum(1 << z.CODES[name] for name in rule.zones)
        option = options.setdefault((rule.zones, rule.negation), len(options))
        heading = -1 if rule.heading is None else expressions.add(rule.heading)
        kind = {"": -1, "sentence": 0, "heading": 1}[rule.kind]
        return expressions.add(rule.node), theme, zones, int(rule.negation == "refuse"), heading, headed, kind, option

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
