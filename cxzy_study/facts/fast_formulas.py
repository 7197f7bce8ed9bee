"""Formulas of very many documents at once: the plain functions, asked only where the kernel says that there may be any."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np

from cxzy_study.facts import formulas as f
from cxzy_study.facts import mentions
from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.mentions import Known
from cxzy_study.facts.resolve import Unit
from cxzy_study.text.machine import Machine, arguments, load_kernel
from cxzy_study.text.regex import compile_patterns

Described = tuple[str, bool, int, str]
"""Of a unit: its id, whether it is a heading, its depth and its section."""


class FastFormulas:
    """The lexicon and the gates, ready."""

    def __init__(self) -> None:
        self._known = Known.of(f._known_formulas(shipped("formulas")))
        gates = self._gates()
        self._n_gates, self._machine = len(gates), Machine(compile_patterns(gates))

    def _gates(self) -> dict[str, re.Pattern[str]]:
        """Return patterns of which every unit with a formula matches the first, and one of the others."""
        number = r"[一二两三四五六七八九十双\dNXnx]"
        return {
            "HINT": mentions._HINT, "QUOTED": re.compile(rf"[“‘『「\"'][^“”‘’『』「」\"'《》]{{0,43}}?{number}"),
            **{f"PATTERN_{i}": pattern for i, (_, pattern, _) in enumerate(mentions.PATTERNS)},
            "SERIES": mentions._SERIES, "ONES": mentions._ONES,
            "KNOWN": re.compile("|".join(map(re.escape, sorted(self._known.formulas)))),
        }  # fmt: skip

    def gate(self, x: Any, begins: Any, ends: Any) -> Any:
        """Return of each unit which gates it passes, a bit for each; a unit that passes none holds no formula."""
        kernel = load_kernel()
        assert kernel is not None
        t, found = self._machine.classify(x), np.zeros(len(begins), dtype=np.uint64)
        kernel.any(*arguments(self._machine, t, len(begins), begins, ends, self._n_gates, found))
        return found

    def find(
        self, x: Any, text: str, first: Any, last: Any, begins: Any, ends: Any, describe: Callable[[int], Described]
    ) -> list[tuple[int, tuple[Any, ...]]]:
        """Find the formulas of documents, each by itself.

        Parameters
        ----------
        x, text : ndarray of uint32, str
            Text of all units, as :func:`cxzy_study.facts.lexicon.fold_text` gives it.
        first, last : ndarray
            Of each document its units, from first to the one before last.
        begins, ends : ndarray
            Of each unit its place in *x*.
        describe : function
            Describes a unit.

        Returns
        -------
        list of (unit, row)
            Unit and row as :func:`cxzy_study.facts.formulas.find_formulas` has it, without what the lexicon adds.
        """
        gates = self.gate(x, begins, ends)
        gated = np.flatnonzero(gates)
        found: dict[int, list[mentions.Mention]] = {}
        places = (gated.tolist(), begins[gated].tolist(), ends[gated].tolist(), gates[gated].tolist())
        for i, a, b, bits in zip(*places, strict=True):
            patterns = [p for k, p in enumerate(mentions.PATTERNS, start=2) if bits >> k & 1]
            literal = bool(bits >> (self._n_gates - 1) & 1)
            if told := mentions.find_mentions(text[a:b], known=self._known, patterns=patterns, literal=literal):
                found[i] = told
        rows: list[tuple[int, tuple[Any, ...]]] = []
        for doc in np.unique(np.searchsorted(last, list(found), side="right")).tolist():
            low, high = int(first[doc]), int(last[doc])
            texts = [text[a:b] for a, b in zip(begins[low:high].tolist(), ends[low:high].tolist(), strict=True)]
            units = [Unit(d[0], t, *d[1:]) for t, d in zip(texts, map(describe, range(low, high)), strict=True)]
            mine = f.repeat_mentions(texts, [found.get(i, []) for i in range(low, high)], known=self._known)
            document = f._Document("", units, [(i, m) for i, told in enumerate(mine) for m in told], [], {})
            document.resolve()
            rows += [(low + i, row) for (i, _), row in zip(document.mentions, document.rows(), strict=True)]
        return rows
