"""Where numbered formulas stand in a text: in quotation marks, before a descriptor, spelled out, or known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cxzy_study.facts.families import name_family
from cxzy_study.facts.grammar import (
    DESCRIPTORS,
    Formula,
    is_formula,
    parse_bare,
    parse_formula,
    strip_descriptor,
)
from cxzy_study.facts.taken import Taken
from cxzy_study.text.match import Matcher

CLOSE = "”’』」\"'"

HINT = re.compile(r"[一二两三四五六七八九十双]|[0-9NXnx]\+[0-9NXnx]|\d个|[123456]{3}[”』」’\"]")
QUOTED = re.compile(r"[“‘『「\"']([^“”‘’『』「」\"'《》]{2,44})[”’』」\"']")
NUMERIC = re.compile(r"[一二两三四五六七八九十双\dNXnx]")
"""Every formula has a number."""
_EDGE = rf"(?=$|[^\w]|的|等|{DESCRIPTORS})"
_START = r"(?<![第零〇一二两三四五六七八九十百千万亿\d.数几])"
_H = r"[^\W\d_A-Za-z一二两三四五六七八九十双百千万第]"
_N = r"(?:十|[一二两三四五六七八九双])"
_MANY = re.compile(rf"{_START}{_N}{_H}{{1,2}}{_N}{_H}{{1,3}}?(?:{_N}{_H}{{1,3}}?){{0,2}}{_EDGE}")
_NAMED = re.compile(
    rf"{_START}[两双三四五六七八九十](?![个项条种类级套支道期步点层批轮])(?:{_H}){{1,2}}?"
    "(?=(?:责任制|工作法|活动|竞赛|工程|创建|机制|制度|问题|记录本|原则))"
)
_VERB_HEADS = (
    "率先|领先|贯穿|进一步|摆进去|到位|结合起来|转变|提升|坚持|确保|务必|必须|不准|不让|满意|带头|优先|突破|纳入|延伸|争当|看齐|"
    "杜绝|严禁|落实|带动|联动|公开|统一|一律|一致|第一"
)
_VERBED = re.compile(rf"{_START}[两三四五六七八九十]个(?:{_VERB_HEADS})(?=$|[^\w]|的|要求|原则|目标|活动)")
_NEGATED = re.compile(rf"{_START}[两三四五六七八九十]不{_H}{{1,2}}?(?=$|[^\w]|原则|规定|问题)")
_DOUBLED = re.compile(r"(?<![\w])(?:做到|实现|达到)?((?:[两双])(?:促进|提高|提升|丰收|推进|落实))(?=$|[^\w])")
_SUPPORTED = re.compile("五保(?=老人|对象|供养)")
_JOINT = re.compile(rf"{_START}[二三四五六七八九][城县区镇级方](?:联创|同创)")
_TRINITY = re.compile(rf"{_START}[二三四五六七八九]位一体")
_SUM = re.compile(r"(?<![\w.+])(?:\d|[NXnx])(?:\+(?:\d{1,2}|[NXnx])){1,4}(?![\w.+%])")
_GLOSSED = re.compile(rf"{_START}[两双三四五六七八九十]个?{_H}{{1,4}}?(?=\((?:即|就是|指)?[^()]{{3,90}}\)|,?(?:即|就是|是指):?[^,]|:即)")
_BIG = re.compile(rf"{_START}[三四五六七八九十]大(?:工程|战役|会战|行动|攻坚战|战略|高地|计划)(?=$|[^\w]|的)")
_VERB_NUMBER = re.compile(rf"{_H}{{1,2}}{_N}{_H}{_N}(?=活动|工程|制度|机制|行动|工作法|责任制|帮扶)")
_ITEM = r"({n})([个项条种类件名位支张本套面座把道])([^\W\d_]{{2,12}})"
SERIES = re.compile(
    "[、,]?".join(f"({_ITEM.format(n=n)})" for n in "一两三")
    + "(?:[、,]?(" + _ITEM.format(n="四") + "))?(?:[、,]?(" + _ITEM.format(n="五") + "))?"
)  # fmt: skip
ONES = re.compile(r"一(\w)\w{1,9}\1(?:、一(\w)\w{1,9}\2){2,}")


_ACTED = re.compile(rf"(?:{_H}){{0,3}}?([两三四五六七八九十]个{_H}{{2,4}})")


@dataclass(frozen=True)
class Mention:
    """A formula where it stands: ``[start, end)`` in the unit's text, and by which rule it was found."""

    start: int
    end: int
    surface: str
    formula: Formula
    rule: str

    @property
    def family(self) -> str:
        """Under what it is the same formula in all its spellings; see :func:`cxzy_study.facts.families.name_family`."""
        return _family(self.formula, self.surface)


@lru_cache(maxsize=65536)
def _family(formula: Formula, surface: str) -> str:
    return name_family(";".join(formula.numerals), ";".join(formula.heads), surface)


@dataclass(frozen=True)
class Known:
    """Formulas that are found without quotation marks: their surfaces, and what each is made of."""

    matcher: Matcher
    formulas: Mapping[str, Formula]
    near: re.Pattern[str]
    """Cheap to search: the first two characters of each surface."""

    @classmethod
    def of(cls, formulas: Mapping[str, Formula]) -> Known:
        """Return the matcher of *formulas*, by surface."""
        near = "|".join(sorted({re.escape(surface[:2]) for surface in formulas})) or "(?!)"
        return cls(Matcher(formulas), formulas, re.compile(near))


def find_mentions(text: str, *, known: Known, names: Known | None = None) -> list[Mention]:
    """Return the numbered formulas of one unit.

    Parameters
    ----------
    text : str
        The unit, folded to half width.
    known : Known
        Conventional formulas, which need no quotation marks.
    names : Known, optional
        Formulas that stand in quotation marks elsewhere in the same document.

    Returns
    -------
    list of Mention
        In order; of two that overlap the longer stands, unless the shorter is in quotation marks of its own.
    """
    if not HINT.search(text):
        return []
    found = [*_in_quotes(text, known), *_in_text(text), *_literal(text, known, "known")]
    if names is not None:
        found += _literal(text, names, "repeated")
    return choose_mentions(found, len(text))


def choose_mentions(found: list[Mention], size: int) -> list[Mention]:
    """Return those of the mentions *found* in a text of *size* characters that stand, in order."""
    if len(found) < 2:
        return found
    found.sort(key=lambda m: (m.rule != "quoted", m.start - m.end, m.start))
    kept: list[Mention] = []
    taken = Taken(size)
    for mention in found:
        if taken.free(mention.start, mention.end):
            taken.add(mention.start, mention.end)
            kept.append(mention)
    return sorted(kept, key=lambda m: m.start)


def _in_quotes(text: str, known: Known) -> Iterator[Mention]:
    for match in QUOTED.finditer(text):
        if match[1] in known.formulas or NUMERIC.search(match[1]):
            yield from read_quoted(text, match.start(1), match.end(1), known)


def read_quoted(text: str, start: int, end: int, known: Known) -> Iterator[Mention]:
    """Return the formulas that the quotation marks around ``text[start:end]`` hold."""
    content = text[start:end]
    if told := _read_quoted(content, known.formulas.get(content)):
        for a, b, formula, rule in told:
            yield Mention(start + a, start + b, content[a:b], formula, rule)
    elif (bare := parse_bare(content)) is not None and _CALLED.match(text[end : end + 12]):
        yield Mention(start, end, content, bare, "quoted")


_CALLED = re.compile(f"[{CLOSE}](?:{DESCRIPTORS})")


@lru_cache(maxsize=65536)
def _read_quoted(content: str, own: Formula | None) -> tuple[tuple[int, int, Formula, str], ...]:
    """Return the formulas that quotation marks hold: place in the *content*, and by which rule; *own* is a known one."""
    if series := SERIES.fullmatch(content):
        mentions = [_series(series, 0)]
    else:
        mentions = _listed(content, 0) if "、" in content or "," in content else []
    if not mentions:
        name, formula = (content, own) if own is not None else _name(content)
        mentions = [] if formula is None else [Mention(0, len(name), name, formula, "quoted")]
    return tuple((m.start, m.end, m.formula, m.rule) for m in mentions)


def _listed(content: str, start: int) -> list[Mention]:
    """Return the formulas of a list in one pair of quotation marks.

    一讲、二评、三公示 is one formula with as many groups; 争做四个表率,实现三个提高 holds two.
    """
    items = re.split("[、,]", content)
    groups = [parse_formula(item) for item in items]
    if "," not in content and all(g is not None and g.shape == "groups" for g in groups):
        numerals = tuple(n for g in groups if g for n in g.numerals)
        heads = tuple(h for g in groups if g for h in g.heads)
        formula = Formula(numerals, heads, "groups", any(g.measured for g in groups if g))
        named = all(len(h) <= 6 for h in heads) and is_formula(formula, quoted=True)
        return [Mention(start, start + len(content), content, formula, "quoted")] if named else []
    mentions = []
    for item in items:
        match = _ACTED.fullmatch(item)
        named_here = parse_formula(match[1]) if match else None
        if match and named_here:
            at = start + match.start(1)
            mentions.append(Mention(at, at + len(match[1]), match[1], named_here, "quoted"))
        start += len(item) + 1
    return mentions if len(mentions) == len(items) else []




def _name(content: str) -> tuple[str, Formula | None]:
    """Return the formula that quotation marks hold, without what it is called (工程, 问题)."""
    for name in dict.fromkeys((strip_descriptor(content), content)):
        formula = parse_formula(name)
        if formula is not None and is_formula(formula, quoted=True):
            return name, formula
    return content, None


def _in_text(text: str) -> Iterator[Mention]:
    for number, (rule, pattern, _) in enumerate(PATTERNS):
        for match in pattern.finditer(text):
            group = 1 if rule == "doubled" else 0
            mention = read_pattern(number, text, match.start(group), match.end(group), match.start())
            if mention is not None:
                yield mention
    for match in SERIES.finditer(text):
        yield _series(match, 0)
    for match in ONES.finditer(text):
        items = match[0].split("、")
        heads = tuple(item[1] for item in items)
        yield Mention(match.start(), match.end(), match[0], Formula(("1",) * len(heads), heads, "series"), "series")


def read_pattern(number: int, text: str, start: int, end: int, matched: int) -> Mention | None:
    """Return the formula at ``text[start:end]``, found by a pattern of :data:`PATTERNS` whose match began at *matched*."""
    rule, _, quoted = PATTERNS[number]
    surface = text[start:end]
    formula = parse_formula(surface)
    if formula is None or (formula.measured and rule in {"pattern", "described"}) or not is_formula(formula, quoted=quoted):
        return None
    return Mention(start, end, surface, formula, rule) if _plain_start(text, matched) else None


Rule = tuple[str, re.Pattern[str], bool]
PATTERNS: tuple[Rule, ...] = (
    ("pattern", _MANY, False),
    ("pattern", _TRINITY, False),
    ("known", _SUPPORTED, True),
    ("joint", _JOINT, True),
    ("pattern", _SUM, False),
    ("pattern", _VERB_NUMBER, False),
    ("big", _BIG, True),
    ("described", _NAMED, True),
    ("verbal", _VERBED, True),
    ("verbal", _NEGATED, True),
    ("doubled", _DOUBLED, True),
    ("glossed", _GLOSSED, True),
)


def _plain_start(text: str, start: int) -> bool:
    """Whether what begins there is no tail of a word (统一, 唯一, 之一, 星期三, 国道)."""
    return not (start and text[start - 1] in "统唯之万单专逐同合归其初周")


def _series(match: re.Match[str], offset: int) -> Mention:
    groups = match.groups()
    items = [(groups[i + 1], groups[i + 3]) for i in range(0, len(groups), 4) if groups[i]]
    digits = {"一": "1", "两": "2", "三": "3", "四": "4", "五": "5"}
    formula = Formula(tuple(digits[n] for n, _ in items), tuple(h for _, h in items), "series", True)
    return Mention(offset + match.start(), offset + match.end(), match[0], formula, "series")


def _literal(text: str, known: Known, rule: str) -> Iterator[Mention]:
    if not known.near.search(text):
        return
    hits = known.matcher.find_longest(text)
    for a, b in zip(hits.start.tolist(), hits.end.tolist(), strict=True):
        if (mention := read_known(text, a, b, known, rule)) is not None:
            yield mention


def read_known(text: str, a: int, b: int, known: Known, rule: str) -> Mention | None:
    """Return the known formula ``text[a:b]``, unless a number goes before it."""
    surface = text[a:b]
    if a and (text[a - 1] in "第十百千万零〇一二三四五六七八九两.数几" or text[a - 1].isdigit()):
        return None
    return Mention(a, b, surface, known.formulas[surface], rule)


def names_of(mentions: Iterable[Mention]) -> dict[str, Formula]:
    """Return the formulas in quotation marks that are looked for again without them."""
    return {m.surface: m.formula for m in mentions if m.rule == "quoted" and len(m.surface) >= 3 and m.formula.heads}
