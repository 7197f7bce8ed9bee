"""HTML to blocks of traced text: a tokenizer that knows where every character stands.

Parsers of HTML give a tree without places in the file; this one reads in one linear pass, takes
any bytes, and keeps offsets. What it leaves out it says: markup, scripts, hidden elements.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

from cxzy_study.text.spans import Piece, Traced

BLOCK = frozenset(
    "address article aside audio blockquote body br caption center dd details dialog dir div dl dt fieldset figcaption "
    "figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html isindex legend li link main menu "
    "meta nav ol optgroup option p pre section summary table tbody td tfoot th thead title tr ul video".split()
)
VOID = frozenset(
    "area base basefont bgsound br col embed frame hr img input isindex link meta param source track wbr".split()
)
SILENT = frozenset("script style noscript template select textarea button iframe object svg math head map".split())
RAW_TEXT = frozenset("script style textarea title xmp iframe noembed noframes".split())
_NAME = r"[A-Za-z][A-Za-z0-9:_.-]{0,40}"
TOKEN = re.compile(
    r"<!--|<!\[CDATA\[|<!\[[^\]<>]{0,200}\]>|<![A-Za-z]|<\?|<(?P<close>/?)(?P<name>" + _NAME + r")(?=[\s/>])"
    r"|&(?:#[0-9]{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)"
)
_ATTRIBUTE = re.compile(r"""([A-Za-z_:@][\w:.-]{0,60})(?:\s*=\s*("[^"]{0,4000}"|'[^']{0,4000}'|[^\s"'>]{1,4000}))?""")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
IS_MARKUP = re.compile(
    r"<\s*(?:!doctype|html|head|body|div|p|br|table|span|a|font|script|meta|h[1-6]|li|ul|td)\b[^<>]{0,2000}>", re.I
)
MAX_DEPTH = 400


@dataclass
class Element:
    """An open element: its tag, the id and class it bears, and its parent."""

    tag: str
    label: str
    parent: Element | None
    depth: int
    hidden: bool = False
    index: int = 0


@dataclass
class Block:
    """A stretch of text between two block tags, in file order."""

    text: Traced
    element: Element
    n_linked: int = 0
    line_break: bool = False
    meta: dict[str, str] = field(default_factory=dict)

    @property
    def link_share(self) -> float:
        """Share of the block's characters that stand inside links, in [0, 1]."""
        return self.n_linked / max(1, len(self.text.text.strip()))


@dataclass
class Page:
    """What the tokenizer made of a page."""

    blocks: list[Block]
    title: str
    meta: dict[str, str]
    removed: list[tuple[int, int, str]]


def split_markup(raw: str, simple: str) -> Page:
    """Return the blocks of an HTML page or fragment.

    Parameters
    ----------
    raw : str
        The decoded file; offsets count its code points.
    simple : str
        The same text in simplified script, as long as *raw*.
    """
    return _Tokenizer(raw, simple).run()


class _Tokenizer:
    def __init__(self, raw: str, simple: str) -> None:
        self.raw, self.simple = raw, simple
        self.root = Element("#root", "", None, 0)
        self.open = self.root
        self.pieces: list[Piece] = []
        self.links = 0
        self.n_linked = 0
        self.n_elements = 0
        self.page = Page([], "", {}, [])
        self.after_break = False

    def run(self) -> Page:
        at = 0
        while match := TOKEN.search(self.raw, at):
            self._text(at, match.start())
            at = self._token(match)
        self._text(at, len(self.raw))
        self._flush()
        return self.page

    def _token(self, match: re.Match[str]) -> int:
        start, token = match.start(), match.group()
        if token.startswith("&"):
            value = html.unescape(token)
            if value == token:
                self._text(start, match.end())
            elif not self.open.hidden:
                self._piece(Piece(start, match.end(), value))
            else:
                self._drop(start, match.end(), "hidden")
            return match.end()
        if match["name"] is None:
            return self._declaration(match)
        name = match["name"].lower()
        end, attributes = self._attributes(match.end())
        self._drop(start, end, "markup")
        if match["close"]:
            self._close(name)
            return end
        if name in BLOCK:
            self._flush()
            self.after_break = name == "br"
        if name == "meta":
            key = attributes.get("name", attributes.get("property", "")).lower()
            if key and attributes.get("content"):
                self.page.meta.setdefault(key, html.unescape(attributes["content"]))
        if name in RAW_TEXT and not attributes.get("/"):
            return self._raw_text(name, end)
        if name not in VOID and not attributes.get("/"):
            self._push(name, attributes)
        return end

    def _attributes(self, at: int) -> tuple[int, dict[str, str]]:
        """Read attributes up to ``>``; an unclosed tag ends where the next one begins."""
        attributes: dict[str, str] = {}
        while at < len(self.raw):
            char = self.raw[at]
            if char == ">":
                return at + 1, attributes
            if char == "<":
                return at, attributes
            if found := _ATTRIBUTE.match(self.raw, at):
                attributes.setdefault(found[1].lower(), (found[2] or "").strip("\"'"))
                at = found.end()
                continue
            if char == "/" and self.raw[at : at + 2] == "/>":
                attributes["/"] = "/"
            at += 1
        return at, attributes

    def _declaration(self, match: re.Match[str]) -> int:
        token, start = match.group(), match.start()
        if token == "<!--":
            end = self.raw.find("-->", match.end())
            # The closing mark of office pages' conditional comments counts as one, too.
            end = len(self.raw) if end < 0 else end + 3
            self._drop(start, end, "comment")
            return end
        if token == "<![CDATA[":
            self._drop(start, match.end(), "markup")
            return match.end()
        if token.startswith("<!["):
            self._drop(start, match.end(), "markup")
            return match.end()
        end = self.raw.find(">", match.end())
        end = len(self.raw) if end < 0 else end + 1
        self._drop(start, end, "markup")
        return end

    def _raw_text(self, name: str, start: int) -> int:
        close = re.compile(f"</{name}(?=[\\s/>])", re.I).search(self.raw, start)
        end = close.start() if close else len(self.raw)
        if name == "title":
            if not self.page.title:
                # A page's title may be encoded twice (&amp;nbsp;): once more does no harm.
                self.page.title = html.unescape(html.unescape(self.simple[start:end])).strip()
            self._drop(start, end, "page title")
        else:
            self._drop(start, end, "script" if name in {"script", "style"} else "hidden")
        return end

    def _push(self, name: str, attributes: dict[str, str]) -> None:
        if (
            name in BLOCK
            and name not in {"td", "th", "tr", "table", "div", "body", "html"}
            and self.open.tag == name == "p"
        ):
            self._close("p")
        hidden = self.open.hidden or name in SILENT or bool(_HIDDEN.search(attributes.get("style", "")))
        if name == "head":
            hidden = False
        if self.open.depth >= MAX_DEPTH:
            return
        self.n_elements += 1
        label = f"{attributes.get('id', '')} {attributes.get('class', '')}".strip().lower()
        self.open = Element(name, label, self.open, self.open.depth + 1, hidden, self.n_elements)
        self.links += name == "a"

    def _close(self, name: str) -> None:
        if name in BLOCK:
            self._flush()
            self.after_break = name == "br"
        node: Element | None = self.open
        # A stray closing tag closes nothing; tables keep their cells' closing tags inside.
        for _ in range(60):
            if node is None or node.tag == name:
                break
            if node.tag in {"td", "th", "table"} and name not in {
                "td",
                "th",
                "tr",
                "table",
                "tbody",
                "body",
                "html",
                "div",
            }:
                return
            node = node.parent
        if node is None or node.tag != name:
            return
        while self.open is not node.parent:
            self.links -= self.open.tag == "a"
            assert self.open.parent is not None
            self.open = self.open.parent

    def _text(self, start: int, end: int) -> None:
        if start < end:
            if self.open.hidden:
                self._drop(start, end, "hidden")
            else:
                self._piece(Piece(start, end, self.simple[start:end]))

    def _piece(self, piece: Piece) -> None:
        self.pieces.append(piece)
        if self.links:
            self.n_linked += len(piece.text.strip())

    def _drop(self, start: int, end: int, reason: str) -> None:
        self.page.removed.append((start, end, reason))

    def _flush(self) -> None:
        text = Traced(self.pieces)
        if text.text.strip():
            self.page.blocks.append(Block(text, self.open, self.n_linked, self.after_break))
        self.pieces, self.n_linked = [], 0
