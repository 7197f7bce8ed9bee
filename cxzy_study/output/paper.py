"""The page made ready for paper: what pandoc must be told before it makes a document of it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from html import unescape

BUDGET = 150
"""Widths of a Latin letter that fit a line of a table on A4 at the small type of the PDF."""

DOCUMENT_BUDGET = 120
"""The same for a word processor."""

MARGIN, DOCUMENT_MARGIN = 2.0, 3.5
"""What a cell's two margins take, in the same: those of a word processor are wider."""

FLOOR = 5
"""Least width of a column, in the same."""

WHOLE = 10
"""Width up to which a cell is kept on one line."""

_CELL = re.compile(r"<t[hd][^>]*>(.*?)</t[hd]>", re.DOTALL)


def prepare_page(page: str, *, budget: int = BUDGET, margin: float = MARGIN) -> str:
    """Return *page* so that pandoc takes all of it and keeps the places that links lead to: ids go onto spans.

    Links to the explorer are taken off, since a document may lie anywhere; tables get the widths of their columns.
    """
    # Of a page with <main> pandoc reads nothing else.
    page = re.sub(r"<nav.*?</nav>|</?main>", "", page, flags=re.DOTALL)
    page = re.sub(r' <a class="look".*?</a>', "", page)
    page = re.sub(r'<a [^>]*href="explorer\.html[^"]*"[^>]*>(.*?)</a>', r"\1", page)
    page = re.sub(r'<tr id="([^"]+)"><td>(.*?)</td>', r'<tr><td><span id="\1">\2</span></td>', page)
    page = re.sub(r'<a class="num" id="([^"]+)" (.*?</a>)', r'<span id="\1"><a \2</span>', page)
    return re.sub(r"<table>.*?</table>", lambda m: _with_widths(m[0], budget, margin), page, flags=re.DOTALL)


def prepare_document(page: str) -> str:
    """Return *page* as :func:`prepare_page` does, with figures as paragraphs of named styles and the title left to the document's.

    Word processors set a figure that holds a table as a frame in which the table is crushed.
    """
    page = re.sub(r"<h1>.*?</h1>", "", prepare_page(page, budget=DOCUMENT_BUDGET, margin=DOCUMENT_MARGIN), flags=re.DOTALL)

    def unwrap(m: re.Match[str]) -> str:
        figure_id, caption, inner = m[1], m[2], m[3]
        style = "Table Caption" if "<table" in inner else "Figure Caption"
        inner = re.sub(r'<p class="note">(.*?)</p>', r'<div data-custom-style="Exhibit Note"><p>\1</p></div>', inner, flags=re.DOTALL)
        inner = re.sub(r"(<img [^>]*>)", r'<div data-custom-style="Figure"><p>\1</p></div>', inner)
        return f'<div data-custom-style="{style}"><p><span id="{figure_id}">{caption}</span></p></div>{inner}'

    return re.sub(r'<figure id="([^"]+)"[^>]*><figcaption>(.*?)</figcaption>(.*?)</figure>', unwrap, page, flags=re.DOTALL)


def column_widths(rows: Sequence[Sequence[str]], *, budget: int = BUDGET, margin: float = MARGIN) -> list[float]:
    """Return the part of the line that each column takes: as much as it asks for where all fit, else by need.

    Parameters
    ----------
    rows
        Texts of the cells, header included. A Chinese character is a little wider than two letters.

    Returns
    -------
    list of float
        In (0, 1], together at most 1.

    Examples
    --------
    >>> column_widths([["Town", "n"], ["松岭", "12"]], budget=20)
    [0.35, 0.35]
    >>> [round(w, 2) for w in column_widths([["n", "what it is"], ["1", "a long sentence " * 9]], budget=50)]
    [0.14, 0.86]
    """
    columns = list(zip(*rows, strict=True))
    wish = [max(FLOOR, *map(cell_width, cells)) + margin for cells in columns]
    if sum(wish) <= budget:
        return [w / budget for w in wish]
    # What cannot be broken must fit; the rest is shared by the root of what is asked for, so that one long cell does not take all.
    least = [max(FLOOR, *map(_least, cells)) + margin for cells in columns]
    scale = min(1.0, 0.9 * budget / sum(least))
    least = [scale * w for w in least]
    need = [max(w - small, 0) ** 0.7 for w, small in zip(wish, least, strict=True)]
    rest = budget - sum(least)
    return [(small + rest * n / (sum(need) or 1)) / budget for small, n in zip(least, need, strict=True)]


def _with_widths(table: str, budget: int, margin: float) -> str:
    rows = [[unescape(re.sub(r"<[^>]+>", "", cell)) for cell in _CELL.findall(row)] for row in re.findall(r"<tr.*?</tr>", table, re.DOTALL)]
    columns = "".join(f'<col style="width: {100 * w:.1f}%">' for w in column_widths(rows, budget=budget, margin=margin))
    return table.replace("<table>", f"<table><colgroup>{columns}</colgroup>", 1)


def _least(cell: str) -> float:
    return cell_width(cell) if cell_width(cell) <= WHOLE else max(map(cell_width, _pieces(cell)), default=0)


def _pieces(text: str) -> list[str]:
    """Return what a line break may stand between: Latin words and figures, single Chinese characters."""
    return re.findall(r"[^\s\u2e80-\u9fff\uff00-\uffef、。，；：]+|[\u2e80-\u9fff\uff00-\uffef]", text)


def cell_width(text: str) -> float:
    """Return how wide *text* is in a table, in letters of Latin type."""
    # A Chinese character: a little over two letters: with the cell's margins a name of a few characters would break before its last.
    return sum(2.1 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
