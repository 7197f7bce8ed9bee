"""Bodies of very many documents at once: what :mod:`cxzy_study.facts.bodies` finds, by the compiled kernel.

Patterns and places are those of the plain functions; ``native/bodies.c`` has only the order in which they are asked.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np

from cxzy_study.facts import bodies as b
from cxzy_study.facts import organisations as o
from cxzy_study.facts.fast_quantities import Found
from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.places import FIRST_YEAR, LAST_YEAR, Place, load_gazetteer, short_name
from cxzy_study.text.machine import Machine, Pointers, Trie, arguments, load_kernel, take_strings, texts_array
from cxzy_study.text.regex import compile_patterns

COLUMNS = "unit start end name_a name_b type level code above_a above_b".split()
TYPES = (
    "place", "party", "government", "department", "system", "enterprise", "university", "school", "institution",
    "court", "congress", "group", "mass",
)  # fmt: skip
LEVELS = ("", "province", "municipality", "prefecture", "county", "township", "village", "zone", "region", "national")


def patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns that the kernel asks, by their names there and in that order."""
    (_, department), (_, system) = o._cores()
    return {
        "LISTED_GATE": re.compile(r"等(?:\d+个|[两三四五六七八九十]+个)?[区县市旗]"), "LISTED_PLACES": b._LISTED,
        "LOCAL": b._LOCAL, "LOCAL_BOUND": b._LOCAL_BOUND, "LOCAL_CLASS": b._LOCAL_CLASS, "LOCAL_WORDS": b._LOCAL_WORDS,
        "INNER": re.compile("(?<=.)[乡镇](?=..)"), "NO_STEM": re.compile("[级政机基贫农乡]$|农村|乡镇"), "POST": o.POST,
        "ANY": o._any(), "DEPARTMENT": department, "SYSTEM": system, "OWNED": o._OWNED, "CELL_OWNER": o._CELL_OWNER,
        "CELLS": o._CELLS, "SUFFIX": o._suffixes()[0], "NO_SUFFIX": o._NO_SUFFIX, "LISTED": o._listed(),
        "VILLAGE_CELL": o._VILLAGE_CELL, "BOUND": o._bound(), "COUNT_LED": o._COUNT_LED,
        "LEVEL_BEFORE": re.compile(rf"(?:中共|(?:{o._LEVEL})委|(?<![全各本我该下])(?:省|市|县|区|州|旗))$"),
        "CELL_END": re.compile("(?:党委|党工委|农工委|工委|党总支部?|党支部|支部|党组)$"),
        "CELL_NAME": re.compile("党委$|党总支部?$|支部$|党组$|工委$"), "OFFICE_CELL": re.compile("机关(?:党?工委)$"),
        "CELL_STEM": re.compile("学校|校|局|院|厂|镇|乡|区|社区|村|公司|县|市|街道|中心|医院|学院|集团公司|集团|大学|矿"),
        "CLASS": o._CLASS, "OWNER_END": o._OWNER_END,
        "CASE": re.compile("(?:格局|布局|结局|大局|全局|开局|当局|政局|残局|僵局)$"),
        "EACH": re.compile("各[^,。;、]{1,4}、$"), "COUNTED": o._COUNTED, "MANY": o._MANY, "BARE": re.compile("|".join(sorted(o._BARE))),
        "GROUP_BARE": re.compile("联席会|联席会议|指挥部|服务队|服务团|突击队|工作队|小组|活动办|活动办公室"),
        "COMPANY": re.compile("(?:有限|股份|责任|控股)+$"), "FIRMS": o._FIRMS, "LEVEL_LED": o._LEVEL_LED,
        "LOCAL_INSTITUTION": re.compile("[省市县区镇乡](?:第?[一二三四五六七八九十]*人民|中心|中医|妇幼)?"),
        "MASS_NAME": re.compile("(?:共青)?团(?!体)|全国|中华|[省市县区州旗]"), "MINE": re.compile("[一二三四五六七八九十]矿"),
        "OWNER_LEVEL": re.compile(r"((?:自治区|省|市|县|区|州|旗|镇|乡)委)(?=[^\W\d_]{2})"),
        "LEVEL": re.compile("(自治区|省|市|县|区|州|旗|镇|乡)"),
        "OWNER_CELL": re.compile("(.{2,}?)(?:党委|党总支|党支部|党组|党工委)"),
        "NATIONAL": re.compile("中央|党中央|中共中央|国务院|全国|国家"),
        "UNLISTED": o._UNLISTED, "UNLISTED_OWNER": b.UNLISTED_OWNER,
        **{f"DIRECT_{i}": pattern for i, (_, pattern) in enumerate(o._DIRECT)},
    }  # fmt: skip


@lru_cache(maxsize=16)
def places_of(year: int | None) -> Pointers:
    """Return the places of *year* as the kernel takes them."""
    gazetteer = load_gazetteer(year)
    ids: dict[Place, int] = {}
    texts: dict[str, int] = {}

    def number(place: Place) -> int:
        return ids.setdefault(place, len(ids))

    def lists(groups: list[tuple[Place, ...]]) -> tuple[Any, Any]:
        flat = np.array([number(p) for group in groups for p in group], dtype=np.int32)
        return np.cumsum([len(group) for group in groups]).astype(np.int64), flat

    literals = [*gazetteer.full, *gazetteer.short]
    ends, cands = lists([gazetteer.full.get(x) or gazetteer.short[x] for x in literals])
    stems: dict[str, list[Place]] = {}
    for suffix in "县区市旗":
        for name, group in gazetteer.full.items():
            if name[-1] == suffix and 3 <= len(name) <= 5:
                stems.setdefault(name[:-1], []).extend(p for p in group if p.level == "county")
    stems = {stem: group for stem, group in stems.items() if group}
    stem_ends, stem_cands = lists([tuple(group) for group in stems.values()])
    places = list(ids)
    known = gazetteer.full.keys() | gazetteer.short.keys()

    def intern(items: list[str]) -> Any:
        return [texts.setdefault(item, len(texts)) for item in items]

    names = intern([p.name for p in places])
    above = intern([gazetteer.parent(p) for p in places])
    shorts = [short_name(p.name) for p in places]
    briefs = intern([s if len(s) > 1 and s not in known else "" for s in shorts])
    pool, text_ends = texts_array(list(texts))
    both = np.stack([np.concatenate(([0], text_ends[:-1])), text_ends], axis=1)
    words = shipped("body_words")
    suffixes = dict(words[words["role"] == "suffix"][["word", "body_type"]].itertuples(index=False))
    return Pointers(
        Trie(literals), Trie(list(stems)), Trie(list(suffixes)), ends, stem_ends, cands, stem_cands,
        np.array([x in gazetteer.short for x in literals], dtype=np.int32),
        np.array([TYPES.index(t) for t in suffixes.values()], dtype=np.int32),
        np.array([TYPES.index(t) for t, _ in o._DIRECT], dtype=np.int32),
        np.array([int(p.adcode or -1) for p in places], dtype=np.int32),
        np.array([LEVELS.index(p.level) for p in places], dtype=np.int32),
        pool, both[names], both[above], both[briefs], len(o._DIRECT), int(min(map(len, literals)) < 2),
    )  # fmt: skip


class Bodies(Found):
    """Rows of bodies."""

    def columns(self) -> dict[str, Any]:
        """Return the columns of table ``bodies`` but for places."""
        known, which = np.unique(self["code"], return_inverse=True)
        codes = ["" if code < 0 else f"{code:06d}" for code in known.tolist()]
        return {
            "name": self.strings("name"), "body_type": take_strings(TYPES, self["type"]),
            "admin_level": take_strings(LEVELS, self["level"]), "adcode": take_strings(codes, which),
            "parent": self.strings("above"),
        }  # fmt: skip


class FastBodies:
    """The kernel with its patterns."""

    def __init__(self) -> None:
        self._machine = Machine(compile_patterns(patterns()))
        self._rooms: tuple[Any, ...] = ()

    def _room(self, size: int) -> tuple[Any, ...]:
        """Return the kernel's work space, which it leaves as it was, so that it is not made for every batch."""
        if not self._rooms or len(self._rooms[0]) < size:
            self._rooms = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8), np.full(size, -1, dtype=np.int64)
        return self._rooms

    def find(self, x: Any, first: Any, last: Any, begins: Any, ends: Any, years: Any) -> Bodies:
        """Find the bodies of documents.

        Parameters
        ----------
        x : ndarray of uint32
            Text of all units, as :func:`cxzy_study.facts.lexicon.fold_text` gives it.
        first, last, years : ndarray
            Of each document: its units, from first to the one before last, and its year, 0 where unknown.
        begins, ends : ndarray
            Of each unit its place in *x*.
        """
        kernel = load_kernel()
        assert kernel is not None
        t, size = self._machine.classify(x), len(x)
        begins, ends = (np.ascontiguousarray(a, dtype=np.int64) for a in (begins, ends))
        hard, used = np.zeros(len(begins), dtype=np.uint8), np.zeros(1, dtype=np.int64)
        taken, is_start, start_of = self._room(size + 2)
        hard[first[(years > 0) & (years < FIRST_YEAR)]] = 1
        room = size // 12 + 4096
        while True:
            rows, scratch = np.empty((room, len(COLUMNS)), dtype=np.int64), np.empty(32 * room + 9 * 4096, dtype=np.uint32)
            n, used[0] = 0, 0
            for year in np.unique(years).tolist():
                if 0 < year < FIRST_YEAR:
                    continue
                a, b = (np.ascontiguousarray(places[years == year]) for places in (first, last))
                found = kernel.bodies(*arguments(
                    self._machine, places_of(min(year, LAST_YEAR) or None), t, x, len(a), a, b, begins, ends, scratch,
                    len(scratch), used, rows[n:], room - n, hard, taken, start_of, is_start,
                ))  # fmt: skip
                if found < 0:
                    break
                n += found
            else:
                break
            room *= 2
            self._rooms = ()
            taken, is_start, start_of = self._room(size + 2)
        rows = rows[:n]
        rows = rows[np.argsort(rows[:, 0], kind="stable")]
        return Bodies(COLUMNS, rows, scratch, np.flatnonzero(hard))
