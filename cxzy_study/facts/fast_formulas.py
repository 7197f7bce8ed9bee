"""Formulas of very many documents at once: what the plain functions find, asked only where there may be something.

``native/formulas.c`` says where a formula may stand, and around which of them something may spell it out; both may be
wrong in one direction only, and what stands there is for the plain functions to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from cxzy_study.facts import formulas as f
from cxzy_study.facts import mentions as m
from cxzy_study.facts import resolve
from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.mentions import Known, Mention
from cxzy_study.facts.resolve import Unit
from cxzy_study.text.machine import Machine, Pointers, Trie, arguments, load_kernel, texts_array
from cxzy_study.text.regex import compile_patterns

Described = tuple[str, bool, int, str]
"""Of a unit: its id, whether it is a heading, its depth and its section."""

_QUOTED, _FIRST = 3, 4
"""Places among the patterns: the quoted, and the first of those in running text."""


def patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns that the kernel asks, by their names there and in that order."""
    return {
        "HINT": m.HINT, "NUMERIC": m.NUMERIC, "LED": resolve.LED, "QUOTED": m.QUOTED,
        **{f"PATTERN_{i}": pattern for i, (_, pattern, _) in enumerate(m.PATTERNS)}, "SERIES": m.SERIES, "ONES": m.ONES,
    }  # fmt: skip


class FastFormulas:
    """The lexicon and the patterns, ready.

    Attributes
    ----------
    dated : dict
        Of each formula of the lexicon, date and parts.
    """

    def __init__(self) -> None:
        lexicon = shipped("formulas")
        self._known = Known.of(f._known_formulas(lexicon))
        surfaces = list(self._known.formulas)
        if any(s.isascii() or not m.NUMERIC.search(s) or not m.HINT.search(s) for s in surfaces):
            raise ValueError("Invalid lexicon formulas: the kernel knows only those with a Chinese number.")
        self.dated = {r.formula: (r.from_on, r.parts) for r in lexicon[::-1].itertuples()}
        self._trie, names = Trie(surfaces), patterns()
        self._n_patterns, self._machine = len(names), Machine(compile_patterns(names))
        self._doubled = next(i for i, (rule, *_) in enumerate(m.PATTERNS, start=_FIRST) if rule == "doubled")

    def candidates(self, x: Any, t: Any, begins: Any, ends: Any) -> Any:
        """Return what may be a formula: unit, rule, start, end, and where the rule's match began; in the order of units."""
        kernel, room = load_kernel(), len(x) // 16 + 1024
        assert kernel is not None
        while True:
            out = np.empty((room, 5), dtype=np.int64)
            found = kernel.candidates(*arguments(
                self._machine, self._trie, t, x, len(begins), begins, ends, self._n_patterns, self._doubled, out, room
            ))  # fmt: skip
            if found >= 0:
                return out[:found]
            room *= 2

    def find(
        self, x: Any, text: str, first: Any, last: Any, begins: Any, ends: Any, heading: Any, depth: Any,
        describe: Callable[[int], Described],
    ) -> list[tuple[int, tuple[Any, ...]]]:  # fmt: skip
        """Find the formulas of documents, each by itself.

        Parameters
        ----------
        x, text : ndarray of uint32, str
            Text of all units, as :func:`cxzy_study.facts.lexicon.fold_text` gives it.
        first, last : ndarray
            Of each document its units, from first to the one before last.
        begins, ends, heading, depth : ndarray
            Of each unit its place in *x*, whether it is a heading, and its depth.
        describe : function
            Describes a unit.

        Returns
        -------
        list of (unit, row)
            Unit and row as :func:`cxzy_study.facts.formulas.find_formulas` has it, without what the lexicon adds.
        """
        t = self._machine.classify(x)
        candidates = self.candidates(x, t, begins, ends)
        by_unit: dict[int, list[tuple[int, int, int, int]]] = {}
        for i, *candidate in candidates.tolist():
            by_unit.setdefault(i, []).append(candidate)
        units = np.array(list(by_unit), dtype=np.int64)
        docs = np.searchsorted(last, units, side="right")
        found: dict[int, dict[int, list[Mention]]] = {}
        columns = (docs, first[docs], begins[units], ends[units])
        for doc, low, a, b, (i, here) in zip(*(column.tolist() for column in columns), by_unit.items(), strict=True):
            if told := self._mentions(text[a:b], a, here):
                found.setdefault(doc, {})[i - low] = told
        documents = []
        for doc, there in found.items():
            low, high = int(first[doc]), int(last[doc])
            starts, start = (begins[low:high] - begins[low]).tolist(), int(begins[low])
            whole = text[start : int(ends[high - 1])]
            pages = _Units(whole, starts, [*(at - 1 for at in starts[1:]), len(whole)], low, describe)
            mine = f.repeat_mentions(pages, there, whole=whole, known=self._known)
            documents.append((low, high, f._Document("", pages, mine, whole, starts)))
        asks = iter(self._spelled(x, t, begins, ends, heading, depth, documents))
        rows: list[tuple[int, tuple[Any, ...]]] = []
        for low, _, document in documents:
            document.asks = [next(asks) for _ in document.mentions]
            document.resolve()
            rows += [(low + i, row) for (i, _), row in zip(document.mentions, document.rows(), strict=True)]
        return rows

    def _mentions(self, text: str, begin: int, candidates: list[Any]) -> list[Mention]:
        """Return the formulas of one unit, which begins at *begin*; see :func:`cxzy_study.facts.mentions.find_mentions`."""
        found: list[Mention] = []
        for rule, a, b, start in candidates:
            mention: Mention | None
            if rule == _QUOTED:
                found += m.read_quoted(text, a - begin, b - begin, self._known)
                continue
            if rule < self._n_patterns - 2:
                mention = m.read_pattern(rule - _FIRST, text, a - begin, b - begin, start - begin)
            elif rule == self._n_patterns:
                mention = m.read_known(text, a - begin, b - begin, self._known, "known")
            else:
                return m.find_mentions(text, known=self._known)
            if mention is not None:
                found.append(mention)
        return m.choose_mentions(found, len(text))

    def _spelled(self, x: Any, t: Any, begins: Any, ends: Any, heading: Any, depth: Any, documents: list[Any]) -> list[int]:
        """Return of each mention of the *documents* what may spell it out: 1 what stands around it, 2 another unit, 3 both."""
        kernel = load_kernel()
        assert kernel is not None
        heads: list[str] = []
        rows, sure = [], []
        for low, high, document in documents:
            for i, mention in document.mentions:
                formula, n = mention.formula, len(heads)
                heads += set(formula.heads)
                wanted, at = formula.wanted or (0,), int(begins[low + i])
                anywhere = formula.announced if resolve.is_sought(formula) else 0
                rows.append((
                    low + i, at + mention.start, at + mention.end, low, high, n, len(heads), min(wanted), max(wanted), anywhere
                ))  # fmt: skip
                sure.append(formula.shape not in {"groups", "verbs"})
        pool, stops = texts_array(heads)
        may = np.zeros(len(rows), dtype=np.uint8)
        told = Pointers(x, pool, stops, begins, ends, heading, depth)
        named = np.array(rows, dtype=np.int64).reshape(-1, 10)
        kernel.spelled(*arguments(self._machine, t, told, len(rows), named, may))
        return (may | np.array(sure, dtype=np.uint8)).tolist()


class _Units(Sequence[Unit]):
    """The units of a document, each made when it is asked for."""

    def __init__(self, whole: str, starts: list[int], ends: list[int], low: int, describe: Callable[[int], Described]) -> None:
        self._whole, self._starts, self._ends, self._low, self._describe = whole, starts, ends, low, describe
        self._made: dict[int, Unit] = {}

    def __len__(self) -> int:
        return len(self._starts)

    def __getitem__(self, i: Any) -> Any:
        unit = self._made.get(i)
        if unit is None:
            if not 0 <= i < len(self._starts):
                raise IndexError(i)
            unit_id, heading, depth, section = self._describe(self._low + i)
            unit = self._made[i] = Unit(unit_id, self._whole[self._starts[i] : self._ends[i]], heading, depth, section)
        return unit
