"""What a numbered formula is made of, where its text says so.

A place that may spell out a formula is cut into items at every level of its punctuation; the items are its parts if
there are as many as the numbers announce (their sum, or each number where all groups have the same and one item
tells a part of each), and, where nothing but nearness ties them to the formula, if they bear its heads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cxzy_study.facts.grammar import Formula, parse_formula

Item = tuple[int, int]
"""A part's place ``[start, end)`` in the text that it was cut from."""

_LEAD = re.compile(
    r"^(?:[,、;:\s]|即|就是|也就是说?|是指|指的是|指|包括|分别是|分别为|具体是|主要是|内容是|一是|二是|三是|四是|五是|六是|七是|八是|九是|"
    r"首先|其次|再次|[(]?[一二三四五六七八九十\d]{1,2}[)、.]|[①-⑳]|以及|并且|同时|并|是)+"
)
_PLACE_VERB = re.compile(r"^(?:在|从|对|每)[^,、;。]{1,8}?(?:设立|建立|成立|组建|开展|设置|设|建|配)")
_EDGES = re.compile(r"[,、;:\s。!?“”‘’『』「」\"'(0-9即就也指包分具主内是一二三四五六七八九首其再以并同等①-⑳]")
"""Characters with which something may begin or end that :func:`trim` takes away."""
_ONE = re.compile(r"^(?:设立|建立|设置|组建|配备|设|建|配|有)?一[个名位条支张本家所处](?=..)")
_VERB = re.compile(
    r"^.*?(?:出台|印发|下发|制定|走访听取|听取|征求|推行|开展|建立|实行|实施|形成|构建|坚持|落实|做到|实现|开创|大力|推进|组织|探索|创建|设立|提出|增设|健全|完善|采取|通过|"
    r"以|的|和|由|按照|围绕|在|对|把|将)[了的]?(?=[^,、;。]{2,}$)"
)
_TAIL = re.compile(r"(?:等|等等|[。,;:!?、\s])+$")
_SUMMED = re.compile(r"(?<=..)等?[两三四五六七八九十](?:个方面|方面|个|项|类|种|大).*$")
_QUOTE = "“”‘’『』「」\"'"
_CUT_AT = (";。!?", ",;。!?", "、", "、,;。!?", "、,;。!?和及与", "+、,", "")
"""Characters of which one stands in every match of each of the next; none if there are too many."""
_CUTS = ("[;。!?]", "[,;。!?]", "[、]", "[、,;。!?]", r"[、,;。!?]|和|及|以及|与", r"\+|[、,]", r"[^\w+]+")


@dataclass(frozen=True)
class Spelled:
    """Parts found in one text: their places, and how well they fit (1: count and heads, less: count alone)."""

    items: tuple[Item, ...]
    fit: float


def split_items(text: str, start: int, end: int, *, cut: str) -> list[Item]:
    """Return the items of ``text[start:end]`` between matches of *cut* that lie in no brackets or book titles."""
    items, at, depth = [], start, 0
    for match in _cutter(cut).finditer(text[start:end]):
        if match[0] in "(《":
            depth += 1
        elif match[0] in ")》":
            depth -= 1
        elif depth <= 0:
            items.append((at, start + match.start()))
            at = start + match.end()
    items.append((at, end))
    return [item for item in (trim(text, a, b) for a, b in items) if item[0] < item[1]]


@lru_cache(maxsize=32)
def _cutter(cut: str) -> re.Pattern[str]:
    return re.compile(rf"[(《]|[)》]|(?:{cut})")


def trim(text: str, start: int, end: int) -> Item:
    """Return the item without quotation marks, enumerators and connectives around it."""
    if start < end and not _EDGES.match(text[start]) and not _EDGES.match(text[end - 1]):
        return start, end
    while True:
        piece = text[start:end]
        lead = _LEAD.match(piece)
        if lead and lead.end() < len(piece):
            start += lead.end()
        elif piece and piece[0] in _QUOTE + " ":
            start += 1
        elif tail := _TAIL.search(piece):
            end -= len(tail[0])
        elif piece and piece[-1] in _QUOTE + " ":
            end -= 1
        else:
            return start, end


def match_heads(texts: list[str], formula: Formula) -> float:
    """Return the share of items that bear the head that they should.

    Items that tell one part of each group must bear all heads; otherwise the first heads belong to the first items,
    or they alternate (多 少 多 少).
    """
    heads, counts = formula.heads, formula.counts
    if not heads or not texts:
        return 0.0
    if len(texts) == counts[0] and len(set(counts)) == 1 and len(counts) > 1:
        return sum(all(h in t for h in heads) for t in texts) / len(texts)
    blocks = [h for h, n in zip(heads, counts, strict=False) for _ in range(n)]
    turns = list(heads) * (len(texts) // len(heads))
    orders = (blocks, turns or blocks)
    return max(sum(h in t for h, t in zip(order, texts, strict=False)) / len(texts) for order in orders)


def spell_out(text: str, start: int, end: int, formula: Formula, *, exact: bool = True) -> Spelled | None:
    """Return the parts of *formula* in ``text[start:end]``, which is known to be about it.

    With ``exact`` the stretch must hold nothing else, or begin with items that all bear their heads; otherwise as many
    items in a row as are wanted may stand anywhere in it, all with heads.
    """
    best: Spelled | None = None
    for n in formula.wanted:
        last: list[Item] = []
        for cut, chars in zip(_CUTS, _CUT_AT, strict=True):
            if chars and sum(text.count(char, start, end) for char in chars) < n - 1:
                continue
            items = split_items(text, start, end, cut=cut)
            if items == last or len(items) < n:
                continue
            last = items
            for run, surety in _candidates(items, n, text, formula, exact=exact):
                texts = [text[a:b] for a, b in run]
                if any(_TELLS.search(t) for t in texts) or any(_is_itself(t, formula) for t in texts):
                    continue
                fit = match_heads(texts, formula)
                whole = len(run) == len(items)
                if (exact and whole) or fit == 1:
                    score = surety * (0.5 + fit / 2)
                    if best is None or score > best.fit:
                        best = Spelled(tuple(run), score)
    return best


def _is_itself(text: str, formula: Formula) -> bool:
    """Whether an item is the formula's own name, told again before its parts."""
    parsed = parse_formula(text) if len(text) <= 12 else None
    return parsed is not None and (parsed.numerals, parsed.heads) == (formula.numerals, formula.heads)


_TELLS = re.compile("[”’』」](?:即|就是|是指|指)")
"""Another formula's parts begin there."""


def _candidates(
    items: list[Item], n: int, text: str, formula: Formula, *, exact: bool
) -> Iterator[tuple[list[Item], float]]:
    if exact:
        if len(items) == n:
            yield items, 1.0
        elif len(items) > n and formula.heads:
            first = items[:n]
            if not any(_BEYOND.search(text[a:b]) for a, b in first):
                yield first, 0.99
        return
    for run in _runs(items, n, text):
        if _parallel([text[a:b] for a, b in run], formula):
            yield run, 1.0


def _runs(items: list[Item], n: int, text: str) -> Iterator[list[Item]]:
    """Yield *n* items in a row, all different, none of them more than a clause."""
    for i in range(len(items) - n + 1):
        run = items[i : i + n]
        texts = [text[a:b] for a, b in run]
        if len(set(texts)) == n and not any(_BEYOND.search(t) or parse_formula(t) for t in texts):
            yield run


_BEYOND = re.compile("[,;:。!?“”‘’『』「」]")


def _parallel(texts: list[str], formula: Formula) -> bool:
    """Whether the items bear their heads in the same place, so that they are no chance neighbours."""
    heads = formula.heads
    if heads == ("一",):
        return all(re.search(r"一\w", t) for t in texts)
    if len(heads) == 1 and len(heads[0]) > 1 and len(texts) > 2:
        return True
    ends = [any(t.endswith(h) for h in heads) for t in texts]
    starts = [any(t.startswith(h) for h in heads) for t in texts]
    return all(ends) or all(starts) if len(heads) == 1 else all(a or b for a, b in zip(ends, starts, strict=True))


def clean_parts(text: str, items: tuple[Item, ...], formula: Formula) -> tuple[Item, ...]:
    """Return the items without what leads up to them (大力推行…, 在乡镇设立…, 配一名…) or names the formula."""
    cleaned = [_clean_one(text, a, b) for a, b in items]
    bearing = [h for h, n in zip(formula.heads, formula.counts, strict=False) for _ in range(n)]
    if len(cleaned) > 1:
        cleaned[0] = _align_first(text, cleaned, bearing)
    if len(bearing) == len(cleaned):
        cleaned = [_shorten(text, item, h, cleaned) for item, h in zip(cleaned, bearing, strict=True)]
    if len(formula.heads) == 1:
        cleaned = _cut_comment(text, cleaned, formula.heads[0])
    return tuple(_cut_ordinals(text, cleaned))


def _cut_ordinals(text: str, items: list[Item]) -> list[Item]:
    """一比学习、二比作风: ordinals that count up are none of the parts' words."""
    counted = len(items) > 1 and all(
        b - a > 2 and text[a] == ordinal and text[a + 1] not in _COUNTING for (a, b), ordinal in zip(items, _ORDINALS, strict=False)
    )
    return [(a + 1, b) for a, b in items] if counted and len(items) <= len(_ORDINALS) else items


_ORDINALS, _COUNTING = "一二三四五六七八九十", "个名条项本张件种"


def _cut_comment(text: str, items: list[Item], head: str) -> list[Item]:
    """Cut what every item says about its part: 问困难,看… and 个人自学有…."""
    for cut in (r"^[^,]*?HEAD[^,]*?(?=,)", r"^.*?HEAD(?=[有要][^,]+$)"):
        matches = [(a, b, re.match(cut.replace("HEAD", re.escape(head)), text[a:b])) for a, b in items]
        told = [(a, a + m.end(), text[a + m.end() : b]) for a, b, m in matches if m]
        if len(told) == len(items) and not all(head in rest for _, _, rest in told):
            return [(a, b) for a, b, _ in told]
    return items


def _clean_one(text: str, start: int, end: int) -> Item:
    quote = re.search(r"[“‘『「][^“”‘’『』「」]*[”’』」]?$", text[start:end])
    if quote and quote.start() > 1:
        # A name in quotation marks closes the item; a mark that only opens begins it.
        closed = text[end - 1 : end + 1].strip("“‘『「")[-1:] in set("”’』」")
        start, end = (start, start + quote.start()) if closed else (start + quote.start() + 1, end)
    if summed := _SUMMED.search(text[start:end]):
        end = start + summed.start()
    for pattern in (_PLACE_VERB, _ONE):
        if match := pattern.match(text[start:end]):
            start += match.end()
    return trim(text, start, end)


def _align_first(text: str, items: list[Item], bearing: list[str]) -> Item:
    """Cut the first item where its siblings begin: with their first characters, else after a verb, else by length."""
    start, end = items[0]
    first, rest = text[start:end], [text[a:b] for a, b in items[1:]]
    longest = max(map(len, rest))
    if len(bearing) == len(items) and all(r.startswith(h) for r, h in zip(rest, bearing[1:], strict=True)):
        at = first.rfind(bearing[0])
        if at >= 0 and end - start - at > len(bearing[0]):
            return start + at, end
    for size in (3, 2, 1):
        heads = {r[:size] for r in rest}
        if (len(heads) == 1 and len(rest) > 1) or (len(heads) == 1 and size > 1):
            at = first.rfind(heads.pop())
            if at >= 0:
                return start + at, end
    if len(first) <= longest + 1:
        return start, end
    cut = start
    while end - cut > longest + 1 and (match := _VERB.match(text[cut:end])):
        cut += match.end()
    if cut > start:
        return cut, end
    return (start, end) if len(first) <= 2 * longest else (end - longest, end)


def _shorten(text: str, item: Item, head: str, items: list[Item]) -> Item:
    start, end = item
    others = sorted(b - a for a, b in items if (a, b) != item)
    longer = others and end - start == others[len(others) // 2] + 1
    if longer and len(head) == 1 and text[start:end].endswith(head) and text[start] in "设建配有聘选定":
        return (start + 1, end) if sum(text[a] == text[start] for a, _ in items) == 1 else item
    return item
