"""A decoded page to its paragraphs: body found, furniture taken out, broken lines put together again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from statistics import median

from cxzy_study.reading.furniture import CREDIT, DATELINE
from cxzy_study.reading.lines import (
    CLOSED,
    Line,
    cut_site,
    is_open,
    key_of,
    make_line,
    mark_furniture,
    mark_outside,
    mark_running_heads,
    mark_titles,
    wrap_width,
)
from cxzy_study.reading.markup import IS_MARKUP, Block, split_markup
from cxzy_study.reading.units import Paragraph, find_enumerator, is_standing_heading
from cxzy_study.text.spans import Span, Traced, invert_spans, join

Mark = tuple[int, int, str]

_DATE = re.compile(r"((?:19|20)\d{2})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})")
_OUTLET = re.compile(
    r"(?:文章来源|来源|稿源|出处)\s*[:：]\s*[(（【\[]?(《[^\s《》()（）【】\[\]]{2,18}》|[^\s《》()（）【】\[\]」』〕〉]{2,20})"
)


@dataclass
class Body:
    """What a page comes to: paragraphs in order, and a mark for everything that was taken out."""

    paragraphs: list[Paragraph]
    marks: list[Mark] = field(default_factory=list)
    title: str = ""
    published_on: str = ""
    outlet: str = ""


def find_body(raw: str, simple: str, *, html: bool, markdown: bool = False) -> Body:
    """Return the body of a page.

    Parameters
    ----------
    raw, simple : str
        The decoded file, and the same in simplified script (as many characters).
    html : bool
        Whether the file is a web page. Text files with stray tags are read as text.
    markdown : bool
        Whether marks of Markdown (``#``, ``**``, bullets, links) are taken out first.
    """
    marks: list[Mark] = []
    page_title = ""
    if html or IS_MARKUP.search(raw):
        page = split_markup(raw, simple)
        marks += page.removed
        page_title = page.title if html else ""
        blocks = _joined_cells(page.blocks) if html else page.blocks
        if html:
            lines = [make_line(Traced(b.text.pieces), b) for b in blocks]
            mark_outside(lines, page_title)
        else:
            lines = [make_line(line, b) for b in blocks for line in b.text.lines()]
    else:
        text = _without_markdown(Traced.literal(simple), marks) if markdown else Traced.literal(simple)
        lines = [make_line(line) for line in text.lines()]
    lines = [line for line in lines if line.text]
    mark_running_heads(lines, raw)
    mark_furniture(lines)
    width = None if html else wrap_width(lines)
    mark_titles(lines, page_title, width=width)
    body = Body([], marks)
    _describe(body, lines, page_title)
    for line in lines:
        if line.reason:
            body.marks += [(a, b, line.reason) for a, b in line.text.spans]
    kept = [line for line in lines if not line.reason]
    body.paragraphs = _paragraphs(kept, body.marks, raw=raw, width=width, html=html)
    return body


_MARKDOWN = re.compile(
    r"\A---\n(?:[^\n]{0,500}\n){0,60}?---\n|<!--(?:[^-]|-(?!->)){0,4000}-->|!\[[^\]\n]*\]\([^)\n]*\)"
    r"|^[ \t]*(?:#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+)|\*\*|__|`+"
    r"|\[(?=[^\]\n]*\]\()|\]\([^)\n]*\)|^[ \t]*(?:-{3,}|\*{3,})[ \t]*$",
    re.M,
)


def _without_markdown(text: Traced, marks: list[Mark]) -> Traced:
    marks += [(m.start(), m.end(), "markup") for m in _MARKDOWN.finditer(text.text) if m.group().strip()]
    return text.drop(_MARKDOWN)


def _joined_cells(blocks: list[Block]) -> list[Block]:
    """Put together again what a table cell shows one character to a paragraph, top to bottom."""
    out: list[Block] = []
    for block in blocks:
        last = out[-1] if out else None
        stacked = last and (len(last.text.text.strip()) == 1 or last.meta.get("vertical"))
        if last and stacked and len(block.text.text.strip()) == 1 and block.element.parent is last.element.parent:
            n_linked = last.n_linked + block.n_linked
            out[-1] = Block(last.text + block.text, last.element, n_linked, meta={"vertical": "1"})
            continue
        out.append(block)
    return out


def _describe(body: Body, lines: list[Line], page_title: str) -> None:
    titles = [line.text.text for line in lines if line.title and not line.reason]
    stated = [t for t in titles if page_title and key_of(t) in key_of(page_title)]
    body.title = fold_title((stated or titles or [cut_site(page_title)])[0])
    for line in lines:
        if line.reason in {"byline", "masthead", "menu", "outside the article", "signature date"}:
            if not body.published_on and (match := _DATE.search(line.folded)):
                year, month, day = (int(x) for x in match.groups())
                if 1 <= month <= 12 and 1 <= day <= 31:
                    body.published_on = f"{year:04d}-{month:02d}-{day:02d}"
            if not body.outlet and (match := _OUTLET.search(line.folded)):
                body.outlet = match[1]


def fold_title(text: str) -> str:
    """Return a title on one line."""
    return " ".join(text.split())


def _paragraphs(lines: list[Line], marks: list[Mark], *, raw: str, width: int | None, html: bool) -> list[Paragraph]:
    out: list[Paragraph] = []
    last = ""
    # Of lines broken at one width, one that is indented more than most begins a paragraph.
    flush = median(line.indent for line in lines) if lines else 0
    for line in lines:
        text = line.text
        if line.title:
            if out and out[-1].title and raw[out[-1].text.spans[-1][1] : text.spans[0][0]] == "\v":
                # A soft break (Word) inside a title: one title on two lines.
                out[-1] = Paragraph(join([out[-1].text, text]), title=True)
            else:
                out.append(Paragraph(text, title=True))
            last = ""
            continue
        first = not any(not p.title for p in out)
        if first and (match := DATELINE.match(text.text)):
            marks += [(a, b, "dateline") for a, b in text.cut(0, match.end()).spans]
            text = text.cut(match.end()).strip()
        if match := CREDIT.search(text.text):
            marks += [(a, b, "byline") for a, b in text.cut(match.start()).spans]
            text = text.cut(0, match.start()).strip()
        if not text:
            continue
        if last and not (width and line.indent > flush) and _continues(last, text.text, width=width, html=html):
            joined = join([out[-1].text, text])
            out[-1] = Paragraph(joined)
        else:
            out.append(Paragraph(text))
        last = out[-1].text.text if not width else line.text.text
    return out


def _continues(before: str, after: str, *, width: int | None, html: bool) -> bool:
    """Whether *after* goes on with the sentence that *before* leaves open (a page break, say)."""
    if width is not None:
        # Lines of equal length: one that reaches the margin goes on, unless an enumerator follows a full stop.
        full = len(before) >= width - 4
        closed = bool(CLOSED.search(before))
        return full and not (closed and (find_enumerator(after)[0] or len(before) < width - 1))
    if CLOSED.search(before):
        return False
    if is_open(before):
        return not (html and len(before) < 12)
    if html or find_enumerator(after)[0] in {"part", "han", "(han)", "1", "(1)"} or is_standing_heading(before):
        return False
    return bool(re.search(r"[。；;,，]", before)) or len(before) > 60


def account(raw: str, kept: list[Span], marks: list[Mark]) -> list[Mark]:
    """Return the removal ledger: every character of *raw* that is in no unit, with the reason.

    The kept and the removed spans together are all of ``[0, len(raw))``, without overlap.
    """
    ledger: list[Mark] = []
    marks = sorted(marks)
    at = 0
    for start, end in invert_spans(kept, len(raw)):
        while at < len(marks) and marks[at][1] <= start:
            at += 1
        place, k = start, at
        while place < end:
            while k < len(marks) and marks[k][1] <= place:
                k += 1
            if k < len(marks) and marks[k][0] <= place:
                stop, reason = min(end, marks[k][1]), marks[k][2]
            else:
                stop = min(end, marks[k][0]) if k < len(marks) else end
                reason = "space" if not re.search(r"\w", raw[place:stop]) else "debris"
            if ledger and ledger[-1][2] == reason and ledger[-1][1] == place:
                ledger[-1] = (ledger[-1][0], stop, reason)
            else:
                ledger.append((place, stop, reason))
            place = stop
    return ledger
