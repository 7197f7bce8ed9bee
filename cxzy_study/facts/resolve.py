"""Where a document spells a formula out: behind it, before it, in what follows, as headings, or anywhere in it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence

from cxzy_study.facts.follow import CLOSE, MOST_UNITS, ON, REACH, STOP, SURE, Found, Place, Unit, following, grow, may_fit, place
from cxzy_study.facts.grammar import DESCRIPTORS, Formula
from cxzy_study.facts.mentions import Mention
from cxzy_study.facts.parts import Item, clean_parts, match_heads, spell_out, split_items

_AFTER = re.compile(
    rf"[{CLOSE}]?(?:(?:{DESCRIPTORS})|[^\W\d_]{{0,6}})?[,]?"
    r"(?:即|就是|也就是说?|是指|指的是|指|包括|分别是|分别为|具体是|主要是|内容是|内容包括|:|——|,(?=即|也?就是))+"
)
_CONNECTS = re.compile("[即就也是指包分具主内:—]")
_JOINED = 12
"""Characters behind a formula among which the first of a connective must stand, behind what the formula is called."""
_BRACKET = re.compile(rf"[{CLOSE}]?[^\W\d_]{{0,10}}\(((?:[^()]|\([^()]*\))+)\)")
LED = re.compile(r"(?:为(?:主要)?(?:内容|主体|抓手|载体)的?|组成的|构成的|相结合的|结合的|等的|等|的)$")
_QUOTES = re.compile(r"((?:[“‘『「][^“”‘’『』「」]*[”’』」][、,和与及+]?)+)$")
_QUOTES_END, _LED_END = "”’』」、,和与及+", "的等容体手"
_ROLES_END = tuple(word + end for word in ("主体", "基础", "骨干", "支撑", "补充") for end in ("", "的"))
"""With what a stretch ends that the patterns match."""
_GROUPED = re.compile(r"[“‘『「(]([^“”‘’『』「」()]{4,120})[”’』」)]")
_LINKS = re.compile("[和及与、,]*")
_EDGES = (
    (re.compile(r"[,;。!?:“”‘’『』「」(]"), True, ("[、]", "[、]|和|及|以及|与", r"\+")),
    (re.compile(r"[;。!?:(]"), False, ("[、,]", "[、,]|和|与")),
)
"""Where a clause begins that spells a formula out, whether commas are among that, and at what it is cut."""
_ROLES = re.compile(r"以([^,、;。]+?)为(?:核心|主导|龙头|引领|统领|基础|主体|关键|纽带)[,、](.+?)(?:为(?:主体|基础|骨干|支撑|补充))的?$")
def find_parts(units: Sequence[Unit], i: int, mention: Mention, inside: list[Mention]) -> Found | None:
    """Return the parts of a mention in unit *i* that its surroundings tell, or None.

    Parameters
    ----------
    units : list of Unit
        The document.
    mention : Mention
    inside : list of Mention
        All mentions of the same unit: 四三 is told by the formulas that follow it.
    """
    if mention.formula.shape == "series":
        return Found(tuple(_series(i, mention)), "itself")
    if mention.formula.shape == "bare":
        told = _numbered(mention, inside)
        return Found(tuple((i, m.start, m.end) for m in told), "after") if told else None
    if mention.formula.shape == "sum":
        return _summed(units, i, mention)
    for look in (_bracket, _after, _before, following):
        found = look(units, i, mention)
        if found is not None:
            return found
    return None


def find_anywhere(units: Sequence[Unit], i: int, formula: Formula, *, whole: str, starts: Sequence[int]) -> Found | None:
    """Return a list in the document, the nearest to unit *i*, that bears the formula's heads and is as long as it.

    *whole* is the text of all units together, a line break between them, and *starts* where each begins there.
    """
    n = formula.announced
    if not is_sought(formula):
        return None
    heads = set(formula.heads)
    if sum(map(whole.count, heads)) < n:
        return None
    counts: Counter[int] = Counter()
    for head in heads:
        at = whole.find(head)
        while at >= 0:
            counts[bisect_right(starts, at) - 1] += 1
            at = whole.find(head, at + len(head))
    holding = [j for j, count in counts.items() if count >= n]
    for j in sorted(holding, key=lambda j: (abs(j - i), j)):
        text = units[j].text
        if len(text) > 8 * REACH:
            continue
        for match in _GROUPED.finditer(text):
            spelled = spell_out(text, match.start(1), match.end(1), formula)
            if spelled is not None and spelled.fit >= SURE:
                return place(j, text, spelled, formula, "document")
        spelled = spell_out(text, 0, len(text), formula, exact=False)
        if spelled is not None:
            return place(j, text, spelled, formula, "document")
    return None


def is_sought(formula: Formula) -> bool:
    """Whether a list anywhere in the document may be taken for the parts of *formula*."""
    n, heads = formula.announced, formula.heads
    return 0 < n <= 12 and bool(heads) and not (n == 2 and max(map(len, heads)) < 2)


def _series(i: int, mention: Mention) -> Iterator[Place]:
    ones = all(n == "1" for n in mention.formula.numerals)
    for a, b in split_items(mention.surface, 0, len(mention.surface), cut="[、,]"):
        yield i, mention.start + a + (2 if ones else 0), mention.start + b


def _numbered(mention: Mention, inside: list[Mention]) -> list[Mention]:
    later = [m for m in inside if m.start >= mention.end]
    told: list[Mention] = []
    for number in mention.formula.numerals:
        match = next((m for m in later if m.formula.numerals == (number,) and m not in told), None)
        if match is None:
            return []
        told.append(match)
    return told


def _summed(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    """1+5 where the same numbers stand again with what they count (1名党员联系5户居民)."""
    text, places, at = units[i].text, [], mention.end
    for number in mention.formula.numerals:
        match = re.compile(rf"(?<![\d.]){number}[^\W\d_](?:(?!{_ACTS})[^\W\d_]){{1,10}}").search(text, at)
        if not number.isdigit() or match is None:
            return None
        places.append((i, match.start(), match.end()))
        at = match.end()
    return Found(tuple(places), "after")


_ACTS = "联系|帮扶|帮带|结对|负责|包|带动|服务|管理"


def _bracket(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    text = units[i].text
    match = _BRACKET.match(text, mention.end) if text.find("(", mention.end, mention.end + _JOINED) >= 0 else None
    if not match:
        return None
    spelled = spell_out(text, match.start(1), match.end(1), mention.formula)
    return place(i, text, spelled, mention.formula, "bracket") if spelled else None


def _after(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    text = units[i].text
    match = _AFTER.match(text, mention.end) if _CONNECTS.search(text, mention.end, mention.end + _JOINED) else None
    on = match or ON.match(text, mention.end)
    if not on:
        return None
    stop = STOP.search(text, on.end())
    end, own = min(stop.end() if stop else len(text), on.end() + 2 * REACH), None
    if on.end() < end:
        spelled = spell_out(text, on.end(), end, mention.formula) if match or may_fit(text, mention.formula) else None
        # A connective says that parts follow; without one only their heads do.
        sure = match and not (text.endswith(";") and end == len(text))
        if spelled is not None and (sure or spelled.fit >= SURE):
            return place(i, text, spelled, mention.formula, "after")
        own = place(i, text, spelled, mention.formula, "after") if spelled else None
    return (grow(units, [(i, on.end())], i, mention.formula, "after") or own) if match else None


def _before(units: Sequence[Unit], i: int, mention: Mention) -> Found | None:
    text, formula = units[i].text, mention.formula
    end = mention.start - 1 if mention.start and text[mention.start - 1] in "“‘『「\"'" else mention.start
    back = max(0, end - REACH)
    if text.endswith(_ROLES_END, back, end) and (match := _ROLES.search(text, back, end)):
        first = (match.start(1), match.end(1))
        rest = split_items(text, match.start(2), match.end(2), cut="[、,]|和|及|与")
        if 1 + len(rest) == formula.counts[0]:
            return Found(tuple((i, a, b) for a, b in [first, *rest]), "before")
    led = LED.search(text, max(back, end - 6), end) if end and text[end - 1] in _LED_END else None
    stop = led.start() if led else end
    if stop and text[stop - 1] in _QUOTES_END and (match := _QUOTES.search(text, back, stop)):
        items = [(m.start(1), m.end(1)) for m in re.finditer(r"[“‘『「]([^“”‘’『』「」]+)[”’』」]", text[match.start() : stop])]
        items = [(match.start() + a, match.start() + b) for a, b in items]
        if len(items) == 1:
            spelled = spell_out(text, *items[0], formula)
            return place(i, text, spelled, formula, "before") if spelled else None
        found = _listed(i, text, items, formula, adjacent=False)
        if found is not None:
            return found
    found = _clause(i, text, stop, formula, adjacent=led is None)
    if found is None and i and units[i - 1].text.endswith(";"):
        found = _backwards(units, i, stop, formula)
    return found


def _listed(i: int, text: str, items: list[Item], formula: Formula, *, adjacent: bool) -> Found | None:
    texts = [text[a:b] for a, b in items]
    if len(items) in formula.wanted and (adjacent or match_heads(texts, formula) == 1):
        return Found(tuple((i, a, b) for a, b in clean_parts(text, tuple(items), formula)), "before")
    for head, n in zip(formula.heads, formula.counts, strict=False):
        # One of several groups told: 有人管事、有钱办事、有场所议事 of 三有一化.
        if len(formula.heads) > 1 and len(items) == n > 1 and all(head in t for t in texts):
            return Found(tuple((i, a, b) for a, b in items), "before", complete=False)
    return None


def _clause(i: int, text: str, stop: int, formula: Formula, *, adjacent: bool) -> Found | None:
    """Parts in the clause before the formula: as many as it has items, or its last items if they bear the heads."""
    back, wanted = max(0, stop - REACH), formula.wanted
    listed = adjacent and bool(wanted) and text.count("、", back, stop) >= max(2, min(wanted)) - 1
    if not listed and not may_fit(text[back:stop], formula):
        return None
    for edge, commas, cuts in _EDGES:
        edges = edge.finditer(text, back, stop)
        begin = max((m.end() for m in edges if not _opened(text, m, stop)), default=back)
        begin += len(_LINKS.match(text[begin:stop])[0])  # type: ignore[index]
        fits = may_fit(text[begin:stop], formula)
        for cut in cuts:
            if not (fits or (adjacent and cut == "[、]" and commas)):
                continue
            items = split_items(text, begin, stop, cut=cut)
            for n in formula.wanted:
                if len(items) < n or n < 2:
                    continue
                last = items[-n:]
                texts = [text[a:b] for a, b in last]
                fit = match_heads(texts, formula)
                bare = len(items) == n and cut == "[、]" and commas and (n > 2 or min(map(len, texts)) > 4)
                if fit == 1 or (adjacent and bare):
                    return Found(tuple((i, a, b) for a, b in clean_parts(text, tuple(last), formula)), "before")
    return None


def _opened(text: str, match: re.Match[str], stop: int) -> bool:
    """Whether an opening bracket is closed again before *stop*: it belongs to an item, 党支部(党总支)."""
    return match[0] == "(" and ")" in text[match.end() : stop]


def _backwards(units: Sequence[Unit], i: int, stop: int, formula: Formula) -> Found | None:
    stretch, j = [(i, 0, stop)], i
    while j and units[j - 1].text.endswith(";") and len(stretch) < MOST_UNITS:
        j -= 1
        stretch.insert(0, (j, 0, len(units[j].text)))
        items = [(k, *item) for k, a, b in stretch for item in split_items(units[k].text, a, b, cut="[、,;]")]
        for n in formula.wanted:
            last = items[-n:]
            if len(items) >= n and match_heads([units[k].text[a:b] for k, a, b in last], formula) == 1:
                k, a, b = last[0]
                head = formula.heads[0]
                first = (k, a + units[k].text[a:b].rfind(head), b) if units[k].text[a:b].count(head) else last[0]
                return Found((first if last[1][1:] and b - first[1] >= 2 else last[0], *last[1:]), "before")
    return None
