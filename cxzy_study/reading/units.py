"""Paragraphs to units: headings, the enumeration tree, sentences."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cxzy_study.reading.sentences import split_sentences
from cxzy_study.text.spans import INVISIBLE, Piece, Traced, join

HAN = "一二三四五六七八九十"
ENUMERATORS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (level, re.compile(pattern))
    for level, pattern in (
        ("part", rf"第[{HAN}百]{{1,4}}(?:部分|章|节|条)\s*[、,，:：.．]?\s*"),
        ("han", rf"[{HAN}]{{1,3}}\s*[、.．]\s*"),
        ("(han)", rf"[(（]\s*[{HAN}]{{1,3}}\s*[)）]\s*[、,，.．]?\s*"),
        ("1", r"\d{1,2}\s*(?:[、．]|\.(?!\d))\s*"),
        ("(1)", r"[(（]\s*\d{1,2}\s*[)）]\s*[、,，.．]?\s*|\d{1,2}\s*[)）]\s*"),
        ("①", r"[①-⑳]\s*[、.．]?\s*"),
        ("ordinal", rf"第[{HAN}]{{1,2}}\s*[,，、:：]\s*"),
        ("dash", r"(?:——+|--+|―+)\s*"),
        ("is", rf"[{HAN}]{{1,2}}(?:是|要|抓)(?![个家级票线])"),
        ("first", r"(?:首先|其次|再次|最后)\s*[,，、:：]\s*"),
    )
)
"""Kinds of enumerator, outermost first by custom; depth follows the order in which a text uses them."""

_OPENS = frozenset({"part", "han", "(han)", "1", "(1)", "①"})
MAX_HEADING = 60
MAX_RUN_IN = 48
MAX_RUN_IN_ITEM = 26
MAX_PARALLEL = 22


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a document: its text, and whether the page shows it as a title."""

    text: Traced
    title: bool = False


@dataclass(frozen=True)
class Unit:
    """A heading or sentence, as :data:`cxzy_study.tables.SCHEMAS` ``units`` describes it."""

    kind: str
    section: str
    depth: int
    enumerator: str
    paragraph: int
    text: Traced


def find_enumerator(text: str) -> tuple[str, str]:
    """Return the kind and surface of the enumerator that *text* begins with, or two empty strings.

    >>> find_enumerator("(二)强化宣传"), find_enumerator("一是机构到位。"), find_enumerator("2011年")
    (('(han)', '(二)'), ('is', '一是'), ('', ''))
    """
    for level, pattern in ENUMERATORS:
        if match := pattern.match(text):
            return level, match.group().strip()
    return "", ""


def is_standing_heading(text: str) -> bool:
    """Whether a whole paragraph reads as a heading: short, and no sentence.

    >>> is_standing_heading("创新活动主题和载体"), is_standing_heading("我们召开了会议,")
    (True, False)
    """
    level, enumerator = find_enumerator(text)
    body = text[len(enumerator) :]
    if re.search(r"[。！？；!?;,，、:：]$", text) or re.search(r"[。；;]", body):
        return False
    if re.search(r"^[“「『][^”」』]*[！？!?…][”」』]$", text):
        # A quotation on a line of its own.
        return False
    quotes = sum(body.count(c) for c in "“《「『(（") - sum(body.count(c) for c in "”》」』)）")
    if quotes:
        return False
    if level not in _OPENS and len(re.findall(r"[,，]", body)) > 1:
        # Several clauses without enumerator: a sentence that a page break cut short.
        return False
    limit = MAX_HEADING if level in _OPENS else 40
    return len(body) <= limit and bool(re.search(r"[\u4e00-\u9fff]", body))


class _Sections:
    """The section in force: a path of numbers, one for each kind of enumerator in use."""

    def __init__(self) -> None:
        self.levels: list[str] = []
        self.numbers: list[int] = []
        self.used: dict[tuple[int, ...], int] = {}

    @property
    def path(self) -> tuple[int, ...]:
        return tuple(self.numbers) or (0,)

    def open(self, level: str) -> tuple[int, ...]:
        """Open the next section of a kind; kinds deeper than it are closed."""
        if level in self.levels:
            del self.levels[self.levels.index(level) :]
            del self.numbers[len(self.levels) :]
        self.levels.append(level)
        self.numbers.append(self._next(tuple(self.numbers)))
        return self.path

    def child(self, parent: tuple[int, ...]) -> tuple[int, ...]:
        """Return the next section below *parent*, without entering it."""
        return (*parent, self._next(parent))

    def _next(self, parent: tuple[int, ...]) -> int:
        self.used[parent] = self.used.get(parent, 0) + 1
        return self.used[parent]


def split_units(paragraphs: list[Paragraph]) -> list[Unit]:
    """Cut paragraphs into units and give each its section.

    Section ``0`` holds what stands before the first heading, titles included. A heading with an
    enumerator opens a section, also where it runs in before text on the same line. A run-in
    heading inside a paragraph (一是…。), after a dash, or without enumerator opens a section below
    the one in force, up to the end of its paragraph.
    """
    units: list[Unit] = []
    sections = _Sections()
    parallel = _parallel_run_ins(paragraphs)
    for index, paragraph in enumerate(paragraphs):
        text = paragraph.text.text
        level, enumerator = find_enumerator(text)
        places = split_sentences(text)
        if paragraph.title:
            units.append(Unit("heading", "0", 0, "", index + 1, _tidy(paragraph.text)))
        elif is_standing_heading(text) or _heads_what_follows(paragraphs, index):
            path = sections.open(level if level in _OPENS else "plain")
            units.append(_unit("heading", path, enumerator, index, paragraph.text))
        else:
            _split_paragraph(units, sections, index, paragraph.text, places, level, index in parallel)
    return units


def _split_paragraph(
    units: list[Unit],
    sections: _Sections,
    index: int,
    text: Traced,
    places: list[tuple[int, int]],
    level: str,
    parallel: bool,
) -> None:
    holder = current = sections.path
    item = ""
    for number, (a, b) in enumerate(places):
        piece = text.cut(a, b)
        mark, printed = find_enumerator(piece.text)
        more = number + 1 < len(places)
        kind = "sentence"
        if number == 0 and more and level in _OPENS and len(piece.text) - len(printed) <= MAX_RUN_IN:
            holder = current = sections.open(level)
            kind = "heading"
        elif number == 0 and more and ((level == "dash" and len(piece.text) <= MAX_RUN_IN) or parallel):
            holder = current = sections.child(holder)
            kind = "heading"
        elif mark in {"is", "ordinal", "(1)", "①"} and more and len(piece.text) - len(printed) <= MAX_RUN_IN_ITEM:
            after = text.text[places[number + 1][0] :]
            # Behind an item that ends in a semicolon stands one more item, the last.
            if item != mark and piece.text[-1] not in "；;" and find_enumerator(after)[0] != mark:
                current = sections.child(holder)
                kind = "heading"
        item = mark if kind == "sentence" and piece.text[-1] in "；;" else ""
        units.append(_unit(kind, current, printed, index, piece))


def _unit(kind: str, path: tuple[int, ...], enumerator: str, index: int, text: Traced) -> Unit:
    depth = 0 if path == (0,) else len(path)
    return Unit(kind, ".".join(map(str, path)), depth, enumerator, index + 1, _tidy(text, heading=kind == "heading"))


def _heads_what_follows(paragraphs: list[Paragraph], index: int) -> bool:
    """One short sentence with an enumerator is a heading if its text follows, and an item if its siblings do."""
    text = paragraphs[index].text.text
    level, printed = find_enumerator(text)
    if (
        level not in _OPENS
        or len(text) - len(printed) > MAX_RUN_IN
        or text[-1] not in "。:："
        or index + 1 >= len(paragraphs)
    ):
        return False
    if len(split_sentences(text)) != 1:
        return False
    after, _ = find_enumerator(paragraphs[index + 1].text.text)
    before = paragraphs[index - 1].text.text if index else ""
    sibling_before = find_enumerator(before)[0] == level and len(split_sentences(before)) == 1
    return after != level and not sibling_before and not (after in _OPENS and _OUTER.index(after) < _OUTER.index(level))


_OUTER = ("part", "han", "(han)", "1", "(1)", "①")


def _parallel_run_ins(paragraphs: list[Paragraph]) -> set[int]:
    """Indices of paragraphs whose short first sentence is a heading: at least two of a section that are built alike.

    One alone is no evidence (a paragraph may well begin with a short sentence); two or more of
    nearly the same length, without comma or copula, at the head of at least half of a section's
    paragraphs are.
    """
    found: set[int] = set()
    group: list[int] = []
    for index in range(len(paragraphs) + 1):
        text = paragraphs[index].text.text if index < len(paragraphs) else ""
        if index == len(paragraphs) or is_standing_heading(text) or find_enumerator(text)[0] in _OPENS:
            found |= _alike(paragraphs, group)
            group = []
        elif not paragraphs[index].title:
            group.append(index)
    return found


def _alike(paragraphs: list[Paragraph], group: list[int]) -> set[int]:
    heads: dict[int, int] = {}
    for index in group:
        text = paragraphs[index].text.text
        places = split_sentences(text)
        first = text[slice(*places[0])] if places else ""
        short = 4 <= len(first) <= MAX_PARALLEL and first.endswith("。")
        if len(places) > 1 and short and not re.search(r"[,，:：;；、“”‘’()（）\d是了]", first):
            heads[index] = len(first)
    if len(heads) < 2 or 2 * len(heads) < len(group) or max(heads.values()) - min(heads.values()) > 5:
        return set()
    return set(heads)


_BLANKS = re.compile(rf"[\s{INVISIBLE}]+")


def _tidy(text: Traced, *, heading: bool = True) -> Traced:
    """Take out white space between Chinese characters; a heading keeps the gap between its halves."""
    text = text.strip()
    if not _BLANKS.search(text.text):
        return text
    kept: list[Traced] = []
    at = 0
    for match in _BLANKS.finditer(text.text):
        kept.append(text.cut(at, match.start()))
        left = re.search(r"[^\s]*$", text.text[: match.start()])
        right = re.match(r"[^\s]*", text.text[match.end() :])
        latin = text.text[match.start() - 1].isascii() and text.text[match.end()].isascii()
        halves = heading and left and right and min(len(left[0]), len(right[0])) >= 3
        if (latin and match.group().isspace()) or halves:
            blank = text.cut(match.start(), match.end())
            kept.append(Traced([Piece(blank.spans[0][0], blank.spans[-1][1], " ")]))
        at = match.end()
    kept.append(text.cut(at))
    return join(kept)
