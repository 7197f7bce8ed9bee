"""Lines and blocks of a page, and the verdicts on them: outside the article, furniture, title."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import compress

from cxzy_study.reading.furniture import find_reason, fold_line
from cxzy_study.reading.markup import Block, Element
from cxzy_study.reading.sentences import TERMINATORS
from cxzy_study.reading.units import find_enumerator
from cxzy_study.text.spans import Traced

CLOSED = re.compile(rf"[{TERMINATORS}:：…][”’」』）)】］》\"']*$")
"""The end of a line that ends a unit, too."""

_CONTAINERS = frozenset(
    "#root html body div td tr table tbody article section main center form frameset blockquote dd dl".split()
)


@dataclass
class Line:
    """A line of plain text or a block of a page, stripped, with its furniture verdict."""

    text: Traced
    folded: str
    block: Block | None = None
    indent: int = 0
    reason: str | None = None
    title: bool = False


def make_line(text: Traced, block: Block | None = None) -> Line:
    """Strip a line and fold it for the rules."""
    stripped = text.strip()
    return Line(stripped, fold_line(stripped.text), block, len(text.text) - len(text.text.lstrip()))


def is_running(line: Line) -> bool:
    """Whether a line is running text: long enough, punctuated, and no list of links."""
    if line.reason or (line.block and line.block.link_share > 0.3):
        return False
    n = len(line.folded)
    return (n >= 25 and bool(re.search(r"[，,。；;]", line.folded))) or (
        n >= 12 and bool(re.search(r"[。!?！？]$", line.folded))
    )


def mark_outside(lines: list[Line], page_title: str) -> None:
    """Find the element of a page that holds its running text; mark blocks outside of it, and link lists within."""
    weights: dict[int, int] = defaultdict(int)
    elements: dict[int, Element] = {}
    for line in lines:
        if not line.block or not is_running(line) or find_reason(line.folded, before_body=False, after_body=False):
            continue
        node: Element | None = line.block.element
        while node is not None:
            weights[node.index] += len(line.folded)
            elements[node.index] = node
            node = node.parent
    children: dict[int, list[int]] = defaultdict(list)
    for index, element in elements.items():
        if element.parent is not None and element.tag in _CONTAINERS:
            children[element.parent.index].append(index)
    chosen = 0
    while children[chosen]:
        best = max(children[chosen], key=lambda i: (weights[i], -i))
        if weights[best] < 0.8 * weights[chosen]:
            break
        chosen = best
    inside = [_is_within(line, chosen) for line in lines]
    heading = None if any(map(_is_heading, compress(lines, inside))) else _heading_above(lines, inside)
    for line, within in zip(lines, inside, strict=True):
        assert line.block is not None
        if not within and line is not heading and not is_page_title(line, page_title):
            line.reason = "outside the article"
        elif line.block.link_share > 0.6 and len(line.folded) < 80:
            line.reason = "links"


def _is_within(line: Line, chosen: int) -> bool:
    node = line.block.element if line.block else None
    while node is not None and node.index != chosen:
        node = node.parent
    return node is not None


def _is_heading(line: Line) -> bool:
    return line.block is not None and line.block.element.tag == "h1"


def _heading_above(lines: list[Line], inside: list[bool]) -> Line | None:
    """Return the ``<h1>`` that stands directly above the article, with nothing but furniture between them."""
    for i in range(inside.index(True) - 1 if True in inside else -1, -1, -1):
        line = lines[i]
        if _is_heading(line):
            # The site's own name is one on many pages.
            named = is_site(line.folded) or len(key_of(line.folded)) < 5
            return None if named or (line.block and line.block.link_share > 0.6) else line
        if find_reason(line.folded, before_body=True, after_body=False, titled=True) not in {"byline", "share bar", "masthead", "debris"}:
            return None
    return None


def is_page_title(line: Line, page_title: str) -> bool:
    """Whether a block is the page's heading, as its <title> says."""
    key, title = key_of(line.text.text), key_of(page_title)
    if len(key) < 5 or not title:
        return False
    tag = line.block.element.tag if line.block else ""
    label = line.block.element.label if line.block else ""
    heading = bool(re.fullmatch(r"h[1-4]|th|caption", tag)) or "title" in label
    if heading and tag == "h1" and not is_site(line.folded):
        # Worded a little differently: the beginnings overlap.
        same = next((i for i, pair in enumerate(zip(key, title, strict=False)) if pair[0] != pair[1]), min(len(key), len(title)))
        if same >= 5 and 2 * same >= len(key):
            return True
    return heading and (title.startswith(key) or (key in title and 2 * len(key) >= len(title)))


_SITE = r"网|网站|在线|频道|日报|晚报|时报|早报|周刊|门户|官网|论坛"
_OWNER = rf"{_SITE}|新闻|新闻中心|资讯|电视台|政府|党委|委员会|学校|大学|学院|中学|小学|局|部|办公室"
_SUFFIX = re.compile(
    rf"\s*(?:[_|｜丨].*|\s[-–]+\s.{{2,60}}|--+.{{2,60}}|[-–]\s?[^\s–-]{{1,30}}(?:{_OWNER})|—+\s?[^\s—]{{1,30}}(?:{_SITE}))\s*$"
)
"""What names the site behind a title; behind a dash (——) may well stand a subtitle."""


def is_site(text: str) -> bool:
    """Whether a line is the name of a site or paper.

    >>> is_site("云岭党建网"), is_site("松岭县推行承诺制")
    (True, False)
    """
    return bool(re.fullmatch(rf"\S{{2,12}}(?:{_SITE})", text))


def cut_site(title: str) -> str:
    """Return a page's <title> without the name of its site behind the title proper.

    >>> cut_site("松岭县推行承诺制_云岭党建网"), cut_site("松岭县推行承诺制 - 要闻 - 云岭网"), cut_site("为谁亮灯——松岭县见闻")
    ('松岭县推行承诺制', '松岭县推行承诺制', '为谁亮灯——松岭县见闻')
    """
    while len(title) <= 300 and (match := _SUFFIX.search(title)) and len(key_of(title[: match.start()])) >= 5:
        title = title[: match.start()]
    return title


def is_open(text: str) -> bool:
    """Whether *text* cannot end here: a comma, or a bracket, title or quotation that is not closed."""
    if re.search(r"[,，、(（“《—]$", text):
        return True
    return any(text.count(pair[0]) > text.count(pair[1]) for pair in ("《》", "“”", "「」", "『』", "（）", "()", "【】"))


def key_of(text: str) -> str:
    """Return letters, digits and hanzi alone: what two printings of a title share."""
    return re.sub(r"[\W_]", "", text)


def mark_furniture(lines: list[Line]) -> None:
    """Give every line of furniture its reason."""
    # Strong rules first, so that a notice is not taken for the first running text.
    for line in lines:
        if not line.reason:
            line.reason = find_reason(line.folded, before_body=False, after_body=False)
    running = [i for i, line in enumerate(lines) if is_running(line)]
    first, last = (running[0], running[-1]) if running else (len(lines), -1)
    titled = False
    for i, line in enumerate(lines):
        if not line.reason:
            line.reason = find_reason(line.folded, before_body=i < first, after_body=i > last, titled=titled)
            titled = titled or not line.reason
    for i in range(last + 2, len(lines)):
        # What follows a comment, link or footer below the text, and is no running text, is more of the same.
        if not lines[i].reason and lines[i - 1].reason in {"chatter", "links", "footer"}:
            lines[i].reason = lines[i - 1].reason
    for step in (1, -1):
        # A very short line beside a menu's is one of the menu's, before and after the text.
        for i in range(len(lines))[::step]:
            near = lines[i - step] if 0 <= i - step < len(lines) else None
            outside = i < first or i > last
            if outside and not lines[i].reason and near and near.reason == "menu" and len(key_of(lines[i].folded)) <= 4:
                lines[i].reason = "menu"


def mark_running_heads(lines: list[Line], raw: str) -> None:
    """Mark what every page of a PDF repeats at its top or foot, and page numbers."""
    if "\f" not in raw:
        return
    edges: dict[str, list[Line]] = defaultdict(list)
    for i, line in enumerate(lines):
        before = raw[lines[i - 1].text.spans[-1][1] if i else 0 : line.text.spans[0][0]]
        after = raw[line.text.spans[-1][1] : lines[i + 1].text.spans[0][0] if i + 1 < len(lines) else len(raw)]
        if i == 0 or i + 1 == len(lines) or "\f" in before or "\f" in after:
            edges[re.sub(r"\d+", "0", line.folded)].append(line)
    for same in edges.values():
        for line in same:
            if len(line.folded) <= 50 and (len(same) > 1 or re.fullmatch(r"[\W_]*\d{1,4}[\W_]*", line.folded)):
                line.reason = "running head"


def wrap_width(lines: list[Line]) -> int | None:
    """Width at which a text was broken into lines of equal length (mail, PDF), or None if it was not."""
    lengths = [len(line.text) for line in lines if not line.reason]
    open_ends = [len(line.text) for line in lines if not line.reason and not CLOSED.search(line.text.text)]
    if len(lengths) < 8 or len(open_ends) < 0.5 * len(lengths):
        return None
    width = sorted(open_ends)[int(0.9 * (len(open_ends) - 1))]
    near = sum(width - 4 <= n <= width + 3 for n in open_ends)
    return width if width >= 14 and near >= 0.6 * len(open_ends) and max(lengths) <= width + 6 else None


def mark_titles(lines: list[Line], page_title: str, *, width: int | None) -> None:
    """Titles are the unpunctuated lines before the first running text; of a title told twice the last is kept."""
    kept = [line for line in lines if not line.reason]
    titles: list[Line] = []
    for line in kept:
        if is_running(line) or CLOSED.search(line.folded) or find_enumerator(line.folded)[0] not in {"", "dash"}:
            break
        if is_open(line.folded) or (width and len(line.text) >= width - 4):
            break
        if len(titles) == 5 or len(line.folded) > 60:
            break
        titles.append(line)
    if len(titles) == len(kept) and len(kept) > 1 and not any(is_page_title(line, page_title) for line in titles):
        titles = titles[:1]
    seen: set[str] = set()
    for line in reversed(titles):
        line.title = True
        key = key_of(line.text.text)
        if key in seen:
            line.reason = "title told twice"
        seen.add(key)
