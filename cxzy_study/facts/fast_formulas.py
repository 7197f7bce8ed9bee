"""Formulas of very many documents at once: what the plain functions find, by the compiled kernel.

The patterns and the words are those of the plain functions; ``native/grammar.c``, ``mentions.c``, ``parts.c`` and
``formulas.c`` have only the order in which they are asked. A document with what the kernel does not know (more formulas
than it has room for, digits of another script) is read by the plain functions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from cxzy_study.facts import follow, parts, resolve
from cxzy_study.facts import formulas as f
from cxzy_study.facts import grammar as g
from cxzy_study.facts import mentions as m
from cxzy_study.facts.follow import Unit
from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.mentions import Known
from cxzy_study.text.machine import Machine, Pointers, Trie, arguments, arrow_strings, load_kernel, texts_array
from cxzy_study.text.regex import compile_patterns

COLUMNS = (
    "unit start end complete told n_announced n_found rule dated numerals_a numerals_b heads_a heads_b parts_a parts_b "
    "part_places_a part_places_b family_a family_b pattern_a pattern_b"
).split()
_STATUS = ("unresolved", "resolved")
_TOLD = ("", "bracket", "after", "before", "next", "headings", "document", "itself", "groups")
_RULES = tuple(dict.fromkeys(("quoted", "known", "series", "repeated", *(rule for rule, *_ in m.PATTERNS))))
"""What the kernel's numbers stand for, in its order."""
_TEXTS = ("numerals", "heads", "parts", "part_places", "family", "pattern")


def patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns that the kernel asks, by their names there and in that order."""
    return {
        "HINT": m.HINT, "NUMERIC": m.NUMERIC, "LED": resolve.LED, "AFTER": resolve._AFTER, "ON": follow.ON,
        "QUOTES": resolve._QUOTES, "ROLES": resolve._ROLES, "CONGRESS": g._CONGRESS, "SUMS": g._SUMS, "ONE_EACH": g._ONES,
        "ROUND": g._ROUND, "GROUP_ONE": g._GROUP_ONE, "HEAD_TAIL": g._TAIL, "VERBS": g._VERBS, "RUN": g._RUN, "BARE": g._BARE,
        "OWNED": g._OWNED, "DESCRIBED": g._DESCRIBED, "CALLED": m._CALLED, "ACTED": m._ACTED, "LEAD": parts._LEAD,
        "PLACE_VERB": parts._PLACE_VERB, "ONE": parts._ONE, "VERB": parts._VERB, "SUMMED": parts._SUMMED,
        "AT_END": follow.LAST, "ITEM_MARK": follow.ITEM, "QUOTED": m.QUOTED,
        **{f"PATTERN_{i}": pattern for i, (_, pattern, _) in enumerate(m.PATTERNS)}, "SERIES": m.SERIES, "ONES": m.ONES,
    }  # fmt: skip


def _kinds_of_words() -> dict[str, int]:
    """Return the words of the grammar and what each is, in bits."""
    sets = (g.TIMES, g.COUNTED, g.PLAIN_HEADS, g._EACH, g._NAMED, g._TO, g.excluded())
    kinds: dict[str, int] = {}
    for bit, words in enumerate(sets):
        for word in words:
            kinds[word] = kinds.get(word, 0) | 1 << bit
    return kinds


def _kinds_of_characters(known: Iterable[str]) -> Any:
    """Return of each character up to U+FFFF what it is, in bits."""
    every, first = "".join(map(chr, range(0x10000))), {re.escape(surface[0]) for surface in known}
    classes: tuple[str | re.Pattern[str], ...] = (r"[^\W\d_]", r"\d", r"\s", r"\w", parts._EDGES, parts._BEYOND, m.NUMERIC, r"[等。,;:!?、\s]", m._N, f"[{''.join(first)}]")
    kinds = np.fromiter((char.isdigit() for char in every), dtype=np.uint16, count=len(every))
    for bit, kind in enumerate(classes, start=1):
        kinds[[match.start() for match in re.compile(kind).finditer(every)]] |= 1 << bit
    return kinds


class FastFormulas:
    """The kernel with its patterns, its words and the lexicon."""

    def __init__(self) -> None:
        import pyarrow as pa

        kernel, lexicon = load_kernel(), shipped("formulas")
        assert kernel is not None
        self._known = Known.of(f._known_formulas(lexicon))
        for surface, formula in self._known.formulas.items():
            readable = all(0 < len(n) < 3 for n in formula.numerals) and all(formula.heads)
            numbered = m.NUMERIC.search(surface) and m.HINT.search(surface)
            if not readable or not numbered or surface[0].isascii() or surface[-1].isascii():
                raise ValueError("Invalid lexicon formulas: the kernel knows only those with a Chinese number.")
        dated = lexicon.drop_duplicates("formula")
        self._dated = {surface: i for i, surface in enumerate(dated["formula"])}
        self._lexicon = [pa.array([*dated[name], ""], pa.string()) for name in ("from_on", "parts")]
        specs = [";".join(cells) for formula in self._known.formulas.values() for cells in (formula.numerals, formula.heads)]
        words, names = _kinds_of_words(), patterns()
        self._machine = Machine(compile_patterns(names))
        rules = [(_RULES.index(rule), rule in {"pattern", "described"}, quoted) for rule, _, quoted in m.PATTERNS]
        doubled = list(names).index("PATTERN_0") + [rule for rule, *_ in m.PATTERNS].index("doubled")
        paired = sum(1 << number for number, pattern in enumerate(names.values()) if pattern in (m._MANY, m._VERB_NUMBER))
        self._words = Pointers(
            Trie(list(words)), np.array(list(words.values()), dtype=np.uint8), _kinds_of_characters(self._known.formulas),
            Trie(list(self._known.formulas)), *texts_array(specs), Trie(list(self._dated)), np.array(rules, dtype=np.int64),
            len(names), doubled, paired,
        )  # fmt: skip
        self._room = np.empty(kernel.formulas_room(), dtype=np.uint8)

    def find(
        self, x: Any, first: Any, last: Any, begins: Any, ends: Any, heading: Any, depth: Any, describe: Callable[[int], Unit]
    ) -> Formulas:
        """Find the formulas of documents, each by itself.

        Parameters
        ----------
        x : ndarray of uint32
            Text of all units, as :func:`cxzy_study.facts.lexicon.fold_text` gives it.
        first, last : ndarray
            Of each document its units, from first to the one before last.
        begins, ends, heading, depth : ndarray
            Of each unit its place in *x*, whether it is a heading, and its depth.
        describe : function
            Gives a unit.
        """
        kernel = load_kernel()
        assert kernel is not None
        t, n = self._machine.classify(x), len(first)
        places = [np.ascontiguousarray(a, dtype=np.int64) for a in (first, last, begins, ends, heading, depth)]
        longest = int((ends[last - 1] - begins[first]).max(initial=0)) + 1
        joined, classes = np.empty(longest, dtype=np.uint32), np.empty(longest, dtype=np.uint16)
        n_rows, size = len(x) // 64 + 1024, len(x) // 4 + 4096
        while True:
            taken, again, hard = (np.zeros(k + 1, dtype=np.uint8) for k in (len(x), len(begins), n))
            rows, texts = np.empty((n_rows, len(COLUMNS)), dtype=np.int64), np.empty(size, dtype=np.uint32)
            found = kernel.formulas(*arguments(
                self._machine, self._words, x, t, n, *places, self._room, joined, classes, taken, again, hard, texts, size, rows, n_rows
            ))  # fmt: skip
            if found >= 0:
                break
            n_rows, size = 2 * n_rows, 2 * size
        rows = rows[:found]
        for doc in np.flatnonzero(hard[:n]).tolist():
            more, text = self._plain(int(first[doc]), [describe(i) for i in range(int(first[doc]), int(last[doc]))], begins)
            more[:, COLUMNS.index("numerals_a") :] += len(texts)
            rows, texts = np.concatenate([rows, more]), np.concatenate([texts, text])
        if hard.any():
            rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return Formulas(x, rows, texts, self._lexicon)

    def _plain(self, low: int, units: list[Unit], begins: Any) -> tuple[Any, Any]:
        """Return the rows of one document by the plain functions, as the kernel writes them, and their text."""
        document = f.read_document("", units, known=self._known)
        document.resolve()
        names = ("unit_id", *f.FORMULA_COLUMNS[2:-2])
        cells: list[str] = []
        rows: list[list[int]] = []
        for (i, mention), row in zip(document.mentions, document.rows(), strict=True):
            cell: dict[str, Any] = dict(zip(names, row[1:], strict=True))
            cells += [cell[name] for name in _TEXTS]
            at = int(begins[low + i])
            rows.append([
                low + i, at + mention.start, at + mention.end, _STATUS.index(cell["status"]), _TOLD.index(cell["told"]),
                cell["n_announced"] or 0, cell["n_found"], _RULES.index(cell["rule"]),
                self._dated.get(mention.surface, -1),
            ])  # fmt: skip
        text, stops = texts_array(cells)
        places = np.column_stack([np.append(0, stops[:-1]), stops]).reshape(len(rows), -1) if rows else np.empty((0, 12))
        return np.column_stack([np.array(rows, dtype=np.int64).reshape(-1, 9), places]).astype(np.int64), text


class Formulas:
    """Rows of the kernel, by columns."""

    def __init__(self, x: Any, rows: Any, texts: Any, lexicon: list[Any]) -> None:
        self._x, self._rows, self._texts, self._lexicon = x, rows, texts, lexicon

    def __getitem__(self, name: str) -> Any:
        return self._rows[:, COLUMNS.index(name)]

    def columns(self) -> dict[str, Any]:
        """Return the columns of table ``formulas`` but for places."""
        import pyarrow as pa
        import pyarrow.compute as pc

        announced, dated = self["n_announced"], self["dated"]
        lexicon = [column.take(pa.array(np.where(dated < 0, len(column) - 1, dated))) for column in self._lexicon]
        return {
            **{name: arrow_strings(self._texts, self[name + "_a"], self[name + "_b"]) for name in _TEXTS},
            "surface": arrow_strings(self._x, self["start"], self["end"]),
            "status": pa.array(_STATUS).take(pa.array(self["complete"])), "told": pa.array(_TOLD).take(pa.array(self["told"])),
            "n_announced": pc.if_else(pa.array(announced > 0), pa.array(announced, pa.int32()), None),
            "n_found": self["n_found"], "rule": pa.array(_RULES).take(pa.array(self["rule"])),
            "known_from": lexicon[0], "known_parts": lexicon[1],
        }  # fmt: skip
