"""Lines and blocks of a page, and the verdicts on them: outside the article, furniture, title."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

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
    for line in lines:
        assert line.block is not None
        node = line.block.element
        while node is not None and node.index != chosen:
            node = node.parent
        if node is None and not is_page_title(line, page_title):
            line.reason = "outside the article"
        elif line.block.link_share > 0.6 and len(line.folded) < 80:
            line.reason = "links"


def is_page_title(line: Line, page_title: str) -> bool:
    """Whether a block is the page's heading, as its <title> says."""
    key, title = key_of(line.text.text), key_of(page_title)
    if len(key) < 5 or not title:
        return False
    tag = line.block.element.tag if line.block else ""
    label = line.block.element.label if line.block else ""
    heading = bool(re.fullmatch(r"h[1-4]|th|caption", tag)) or "title" in label
    return heading and (title.startswith(key) or (key in title and 2 * len(key) >= len(title)))


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
