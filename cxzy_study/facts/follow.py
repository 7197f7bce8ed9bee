"""What follows a unit that names a formula: parts as headings, as the next sentence, or as a list directly below."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from cxzy_study.facts.grammar import DESCRIPTORS, Formula
from cxzy_study.facts.mentions import Mention
from cxzy_study.facts.parts import Spelled, clean_parts, match_heads, spell_out, trim
from cxzy_study.text.numerals import parse_numeral

Place = tuple[int, int, int]
"""A part's place: index of the unit in its document, start and end in the unit's text."""

CLOSE = "”’』」\"'"
STOP = re.compile("[。!?]")
ON = re.compile(rf"[{CLOSE}]?(?:{DESCRIPTORS})?,")
SURE = 0.99
MOST_UNITS = 14
REACH = 300
"""Characters before a formula, and half of those behind it, that may spell it out."""
LAST = re.compile(rf"[{CLOSE}]?(?:{DESCRIPTORS})?(?:的?要求)?[。:;,]?")
"""What may stand between a formula and the end of its unit where a list below is its parts, whatever their words."""
ITEM = re.compile(r"([(]?)([一二三四五六七八九十]{1,2}|\d{1,2})([)、.]|是)")
_MOST_ITEMS = 12


class Unit(NamedTuple):
    """What resolving needs to know of a unit; ``text`` is folded to half width."""

    unit_id: str
    text: str
    heading: bool
    depth: int
    section: str


@dataclass(frozen=True)
class Found:
    """Parts of one formula in one document, and where they were told."""

    places: tuple[Place, ...]
    source: str
    complete: bool = True


def place(i: int, text: str, spelled: Spelled, formula: Formula, source: str) -> Found:
    """Return the parts that unit *i* spells out."""
    return Found(tuple((i, a, b) for a, b in clean_parts(text, spelled.items, formula)), source)


def may_fit(text: str, formula: Formula) -> bool:
    """Whether *text* holds as many heads as the items of a full fit would bear; cheap to ask first."""
    wanted = formula.wanted
    return bool(wanted and formula.heads) and sum(text.count(head) for head in set(formula.heads)) >= min(wanted)


def grow(units: Sequence[Unit], began: list[tuple[int, int]], i: int, formula: Formula, source: str) -> Found | None:
    """Take in one unit after the other, as long as they run on, until they hold as many items as are wanted."""
    most = max(formula.wanted, default=0)
    stretch = [(j, a) for j, a in began if a < len(units[j].text)]
    for j in range(i + 1, min(i + 1 + min(most, MOST_UNITS), len(units))):
        stretch.append((j, 0))
        found = _joined(units, stretch, formula, source)
        if found is not None:
            return found
    return None


def _joined(
    units: Sequence[Unit], stretch: list[tuple[int, int]], formula: Formula, source: str, *, alike: bool = False
) -> Found | None:
    """Return the parts in several units read as one text, each cut at the same level of punctuation."""
    text, starts = "", []
    for j, a in stretch:
        starts.append((len(text), j, a))
        text += units[j].text[a:]
    spelled = spell_out(text, 0, len(text), formula)
    if spelled is None or (formula.heads and spelled.fit < SURE):
        return None
    if alike and not _alike([text[a:b] for a, b in spelled.items], formula):
        return None
    places = []
    for a, b in clean_parts(text, spelled.items, formula):
        at, j, offset = max((s for s in starts if s[0] <= a), key=lambda s: s[0])
        places.append((j, a - at + offset, b - at + offset))
    if any(b > len(units[j].text) for j, _, b in places):
        return None
    return Found(tuple(places), source)


def _alike(texts: list[str], formula: Formula) -> bool:
    """Whether the first clauses of all items begin with a head, or all end with one."""
    clauses, heads = [text.partition(",")[0] for text in texts], formula.heads
    return all(clause.startswith(heads) for clause in clauses) or all(clause.endswith(heads) for clause in clauses)


def following(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    """Parts told by what follows the announcing unit: headings, enumerated sentences, or the next sentence."""
    formula, text = mention.formula, units[i].text
    wanted = formula.wanted
    headings = _next_headings(units, i, most=max(wanted, default=0) + 1)
    announces = text.rstrip(CLOSE).endswith(":")
    for n in wanted if headings else ():
        places = tuple((j, *trim(units[j].text, 0, len(units[j].text))) for j in headings[:n])
        fit = match_heads([units[j].text[a:b] for j, a, b in places], formula)
        if len(headings) >= n and (fit == 1 or (announces and not formula.heads and len(headings) == n)):
            return Found(places, "headings")
    below = None if units[i].heading and not announces else _next(units, i, formula, announces=announces)
    return below or _below(units, i, mention) or _enumerated(units, i, mention)


def _next(units: Sequence[Unit], i: int, formula: Formula, *, announces: bool) -> Found | None:
    if i + 1 < len(units):
        text = units[i + 1].text[: 8 * REACH]
        spelled = spell_out(text, 0, len(text), formula) if may_fit(text, formula) else None
        if spelled is not None and spelled.fit >= SURE:
            return place(i + 1, text, spelled, formula, "next")
    return grow(units, [], i, formula, "next") if announces else None


def _next_headings(units: Sequence[Unit], i: int, *, most: int) -> list[int]:
    """Return the headings that follow unit *i*, of the depth of the first of them, up to a higher one and to *most*."""
    first = next((j for j in range(i + 1, min(i + 4, len(units))) if units[j].heading), None)
    if first is None:
        return []
    depth, found = units[first].depth, []
    for j in range(first, len(units)):
        unit = units[j]
        if unit.heading and unit.depth == depth:
            found.append(j)
        elif unit.heading and unit.depth < depth:
            break
        if len(found) == most:
            break
    return found


def _below(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    """Parts in the units below, or in the rest of its own, which run on and all bear their heads, as many as announced."""
    formula, text = mention.formula, units[i].text
    heads, borne = set(formula.heads), 0
    if not heads or "一" in heads:
        return None
    begin = ON.match(text, mention.end) or STOP.search(text, mention.end)
    stretch: list[tuple[int, int]] = []
    for j in range(i, min(i + 1 + min(max(formula.wanted, default=0), MOST_UNITS), len(units))):
        at = begin.end() if j == i and begin else 0
        if j == i and (not begin or at == len(text)):
            continue
        n = sum(units[j].text.count(head, at) for head in heads)
        if not n or (j > i and units[j].heading):
            return None
        borne += n
        stretch.append((j, at))
        found = _joined(units, stretch, formula, "next", alike=True) if borne >= min(formula.wanted) else None
        if found is not None:
            # A list that runs on has more items than are announced.
            return None if units[j].text.endswith(";") else found
    return None


def _enumerated(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    """Parts as the enumerated units directly below one that ends with the formula, as many as announced."""
    counts = mention.formula.counts
    if len(counts) != 1 or not 2 <= counts[0] <= _MOST_ITEMS or not LAST.fullmatch(units[i].text, mention.end):
        return None
    first, *more = (_ordinal(units, j) for j in range(i + 1, i + 2 + counts[0]))
    if first is None or first[0] != 1:
        return None
    expected = [(k, *first[1:]) for k in range(2, counts[0] + 2)]
    if more[:-1] != expected[:-1] or more[-1] == expected[-1]:
        return None
    return Found(tuple((j, *trim(units[j].text, 0, len(units[j].text))) for j in range(i + 1, i + 1 + counts[0])), "next")


def _ordinal(units: Sequence[Unit], j: int) -> tuple[int, str, str, bool, bool] | None:
    """Return the ordinal with which unit *j* begins, and how it is written."""
    match = ITEM.match(units[j].text) if j < len(units) else None
    if match is None:
        return None
    return int(parse_numeral(match[2])), match[1], match[3], match[2].isdigit(), units[j].heading
