"""Quantities of very many units at once: what :mod:`cxzy_study.facts.quantities` finds, by the compiled kernel.

The patterns are those of the plain functions; ``native/quantities.c`` has only the order in which they are asked.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import numpy as np

from cxzy_study.facts import context as c
from cxzy_study.facts import numbers as n
from cxzy_study.facts import quantities as q
from cxzy_study.text.machine import Machine, arguments, arrow_strings, load_kernel, take_strings
from cxzy_study.text.regex import compile_patterns

_LONG_PERIOD = "[^,。;!?“”]{0,12}?(?:活动|教育实践活动|工作)(?:开展|实施|启动)以来"

COLUMNS = (
    "start end num exp den high hexp has_high m_a m_b q_a q_b only rank unit t_a t_b per_a per_b p_a p_b kind of_a of_b c_a c_b"
).split()


def patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns that the kernel asks, by their names there and in that order."""
    if _LONG_PERIOD + "|" not in c._PERIOD.pattern or not c._LEFT_CUT.pattern.startswith("(?:^|"):
        raise ValueError("Invalid patterns: the plain functions have changed; the kernel must follow.")
    units = sorted(n._measures(), key=len, reverse=True)
    return {
        "HINT": n._HINT, "DATE": n._DATE, "ORDINAL": n._ORDINAL, "WORDS": n._WORDS, "RANKS": n.RANKS,
        "RANKED": n._RANKED, "LETTER": c._LETTER, "FRACTION": n._FRACTION, "NONE": n._NONE,
        "SHARE_WORD": n._SHARE_WORD, "HALF": n._HALF, "TENTHS": n._TENTHS,
        "MILLIONS": n._MILLIONS, "ABOUT": n._ABOUT, "ROUGHLY": n._ROUGHLY, "NUMBER": n._pattern(), "BEFORE": n._BEFORE,
        "LEAST": n._LEAST, "BEHIND": n._BEHIND, "UNITS": re.compile("|".join(map(re.escape, units))),
        "BIG": re.compile(r"\d[多余]?[万亿]$|[一二三四五六七八九十百千]万$"),
        "TIME": re.compile("|".join(map(re.escape, sorted(q._TIME)))),
        "REPEATED": re.compile("|".join(map(re.escape, sorted(q._REPEATED)))),
        "DEICTIC": q._DEICTIC, "POINT_IN_TIME": q._POINT_IN_TIME, "POINTS": q._POINTS, "NO_ONE": q._NO_ONE,
        "EACH_DOING": q._EACH_DOING, "NOT_ONE": re.compile("部分|些|定|样|般|线|度|一"), "ONE_BEHIND": q._ONE_BEHIND,
        "ONE_SURE": q._ONE_SURE, "ONE_ENDS": re.compile(r"[,。;:!?]|的?时间"), "NEW": re.compile(r"[第新]$|有$|[^\W\d_]{2}的$"),
        "LIMIT": re.compile("以上|以内|以下|之内|倍|半"), "ONE_RATE": q._ONE_RATE,
        "EACH": re.compile(r"每[^,。;!?]{1,10}[^。;!?]*$"), "COMMA": re.compile(r"[、,]$|[、,][^,、]{0,4}$"),
        "LISTED": q._LISTED, "OF": q._OF, "CLAIM": q._CLAIM, "PER": c._PER, "OF_TIME": c._OF_TIME, "PERIOD": c._PERIOD,
        "SHORT_PERIOD": re.compile(c._PERIOD.pattern.replace(_LONG_PERIOD + "|", "")), "LONG": c._LONG, "RIGHT": c._RIGHT,
        "NO_THING": re.compile(r"[以之]?内|前|后|左右|来|里|时(?!间)"), "PARTICLES": re.compile(r"[了着过地得也就还才]+"),
        "SHARE_OF": c._SHARE_OF, "GROWTH": c._GROWTH,
        "FROM": re.compile(r"(?:由|从)[^,]*?(?:提高|增加|上升|下降|压缩|减少)到?$"),
        "LEFT_CUT": re.compile(c._LEFT_CUT.pattern.replace("(?:^|", "(?:", 1)),
        "LEADS": c._RATE_END, "DIGIT": re.compile(r"\d"),
        "WHOLE": c._NO_THING,
        "EMPTY": c._EMPTY, "RATE_FROM": re.compile("率[^,。;]{0,2}(?:由|从)$"), "CHANGED_LATER": c._CHANGED_LATER,
        "REACH": c._REACH, "CHANGE": c._CHANGE, "CHANGED_NOUN": c._CHANGED_NOUN, "MORE": re.compile("以上的?增"),
        "FALL": re.compile(r"(?:下降|减少|压缩|增长|提高|上升|降低|降|节约|减)[^,。;到至]{0,6}$"),
        "CHANGED_THING": c._CHANGED_THING, "VILLAGE": q._VILLAGE, "TURNED": q._TURNED, "PLACE_NAME": q._PLACE_NAME,
        "THINGS": re.compile("|".join(map(re.escape, sorted(q._THINGS)))), "DONE_ONE": q._DONE_ONE, "DONE_EACH": q._DONE_EACH,
        "EACH_ONE": re.compile(r"[、,][^\W\d_]{2}一"), "RAISED": re.compile("(?:提高|提升|加强)$"),
        "AND_HALF": n._AND_HALF, "ENTIRE": re.compile("|".join(map(re.escape, sorted(n._WHOLE)))), "PAIR": n._PAIR,
    }  # fmt: skip


class Found:
    """Rows of one kernel, by columns, and the text that it wrote."""

    def __init__(self, names: list[str], rows: Any, scratch: Any, hard: Any) -> None:
        self.scratch, self.hard = scratch, hard
        self._columns = dict(zip(names, np.ascontiguousarray(rows.T), strict=True))

    def __getitem__(self, name: str) -> Any:
        return self._columns[name]

    def strings(self, name: str, x: Any = None) -> Any:
        """Return the stretches ``name_a:name_b`` of *x*, or of the kernel's own text."""
        return arrow_strings(self.scratch if x is None else x, self[name + "_a"], self[name + "_b"])


class Quantities(Found):
    """Rows of quantities."""

    def columns(self, x: Any) -> dict[str, Any]:
        """Return the columns of table ``quantities`` but for places; *x* is the text that was searched."""
        values = self["num"] / 10.0 ** self["exp"]
        for i in np.flatnonzero(self["den"] > 1).tolist():
            share = Decimal(int(self["num"][i])) / 10 ** int(self["exp"][i]) / Decimal(int(self["den"][i]))
            values[i] = float(share.normalize())
        high = np.where(self["has_high"] > 0, self["high"] / 10.0 ** self["hexp"], np.nan)
        own = self["m_a"] >= 0
        printed = arrow_strings(x, np.where(own, self["m_a"], 0), np.where(own, self["m_b"], 0))
        measures, which = _dictionary(printed)
        for mark, sign in ((_PERCENT, "%"), (_PERMILLE, "‰")):
            measures.append(sign)
            which[self["m_a"] == mark] = len(measures) - 1
        bases = q._bases()
        known = [bases.get(m) or bases.get("个" + m) for m in measures]
        factor = np.array([base[1] if base else np.nan for base in known])[which]
        share = (self["m_a"] == _NONE) & (self["rank"] == 0) & (values < 1)
        base_value = np.where(share, values, np.where(self["rank"] > 0, np.nan, values * factor))
        names = [*(base[0] if base else "" for base in known), "1", ""]
        base_of = np.where(self["rank"] > 0, len(names) - 1, np.where(share, len(names) - 2, which))
        return {
            "value": values, "measure": take_strings(measures, which), "base_value": base_value,
            "base_measure": take_strings(names, base_of), "qualifier": self.strings("q"), "thing": self.strings("t"),
            "per": self.strings("per", x), "period": self.strings("p", x),
            "kind": take_strings(["level", "change", "rank", "share"], self["kind"]), "value_to": high,
            "of": self.strings("of", x), "claimant": self.strings("c", x), "flag": self._flags(x, measures, which),
        }  # fmt: skip

    def _flags(self, x: Any, measures: list[str], which: Any) -> Any:
        told, flag = [""], np.zeros(len(which), dtype=np.int64)
        timed = np.isin(which, [i for i, m in enumerate(measures) if m in {"年", "月"}]) & (self["q_a"] == self["q_b"])
        rows = np.flatnonzero(timed)
        begins, ends = (places[self["unit"][rows]] for places in (self.begins, self.ends))
        # A span of dates has two months.
        months = np.flatnonzero(x == ord("月"))
        dated = np.searchsorted(months, ends) - np.searchsorted(months, begins) > 1
        for i, begin, end in zip(*(places[dated].tolist() for places in (rows, begins, ends)), strict=True):
            text = x[begin:end].tobytes().decode("utf-32-le")
            value = Decimal(int(self["num"][i])) / 10 ** int(self["exp"][i])
            flag[i] = len(told)
            told.append(q._flag(text, n.Number(0, 0, value, measures[which[i]], "", "")))
        return take_strings(told, flag)

    begins: Any
    ends: Any


_NONE, _PERCENT, _PERMILLE = -1, -2, -3


def _dictionary(cells: Any) -> tuple[list[str], Any]:
    coded = cells.dictionary_encode()
    return coded.dictionary.to_pylist(), coded.indices.to_numpy(zero_copy_only=False).copy()


class FastQuantities:
    """The kernel with its patterns."""

    def __init__(self) -> None:
        self._machine = Machine(compile_patterns(patterns()))

    def find(
        self, x: Any, begins: Any, ends: Any, after: Any, paragraph: Any, unit: Any, start: Any, end: Any
    ) -> Quantities:
        """Find the quantities of units.

        Parameters
        ----------
        x : ndarray of uint32
            Text of all units, as :func:`cxzy_study.facts.lexicon.fold_text` gives it.
        begins, ends, after, paragraph : ndarray
            Of each unit: its place in *x*, the length of its enumerator, and a number for its paragraph.
        unit, start, end : ndarray
            Of each numbered formula, in the order of units: its unit, and its place in *x*.
        """
        kernel = load_kernel()
        assert kernel is not None
        t, size = self._machine.classify(x), len(x)
        places = [np.ascontiguousarray(a, dtype=np.int64) for a in (begins, ends, after, paragraph)]
        formulas = [np.ascontiguousarray(a, dtype=np.int64) for a in (unit, start, end)]
        hard, taken = np.zeros(len(begins), dtype=np.uint8), np.zeros(size + 2, dtype=np.uint8)
        room = size // 16 + 4096
        while True:
            rows, scratch = np.empty((room, len(COLUMNS)), dtype=np.int64), np.empty(8 * room + 140_000, dtype=np.uint32)
            found = kernel.quantities(*arguments(
                self._machine, t, x, len(begins), *places, len(unit), *formulas, scratch, len(scratch), rows, room, hard, taken
            ))  # fmt: skip
            if found >= 0:
                break
            room *= 2
            hard[:] = 0
            taken[:] = 0
        result = Quantities(COLUMNS, rows[:found], scratch, np.flatnonzero(hard))
        result.begins, result.ends = places[:2]
        return result
