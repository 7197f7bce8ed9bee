"""What a table of documents says of each beside its text: title, date, outlet, author."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from cxzy_study.reading.documents import Reading
from cxzy_study.text.script import detect_script, simplify

COLUMNS = {
    "title": ("title", "标题", "標題", "题名", "題名", "题目", "篇名"),
    "published_on": ("published_on", "date", "日期", "发布日期", "發布日期", "发表日期", "出版日期", "发布时间", "时间"),
    "outlet": ("outlet", "来源", "來源", "媒体", "媒體", "报刊", "报纸", "刊物", "网站"),
    "author": ("author", "authors", "作者"),
}
"""Names of columns that tell each, the best first."""

MAX_CHARS = 300
_DATE = re.compile(r"\s*((?:19[89]|20\d)\d)(?:\s*[年/.-]\s*(\d{1,2})(?!\d)(?:\s*[月/.-]\s*(\d{1,2})(?!\d))?|(\d\d)(\d\d))?(?!\d)")


class Described(NamedTuple):
    """What a table says of a document, empty where it says nothing.

    Attributes
    ----------
    title, outlet : str
        In simplified script.
    published_on : str
        ISO 8601, as exact as the table: ``2011``, ``2011-06`` or ``2011-06-07``.
    author : str
        Names joined by ``;``.
    """

    title: str = ""
    published_on: str = ""
    outlet: str = ""
    author: str = ""


NOTHING = Described()


def find_described(names: Sequence[str], *, without: Iterable[str] = ()) -> tuple[str, str, str, str]:
    """Return the names of the columns of title, date, outlet and author (empty if there is none).

    Parameters
    ----------
    names : sequence of str
        Of all columns.
    without : iterable of str
        Columns that hold something else: the text, say.

    Examples
    --------
    >>> find_described(["标题", "Date", "text"], without=["text"])
    ('标题', 'Date', '', '')
    """
    taken = set(without)
    known = {name.strip().lower(): name for name in reversed(names) if name not in taken}
    title, published_on, outlet, author = (next((known[n] for n in usual if n in known), "") for usual in COLUMNS.values())
    return title, published_on, outlet, author


def describe_row(row: Mapping[str, Any], columns: Sequence[str], *, names: tuple[str, ...] = ()) -> Described:
    """Return what a row says of its document; *columns* as :func:`find_described` gives them.

    *names* are those that conversion of script leaves as printed.

    >>> describe_row({"标题": "松嶺縣總結", "date": "2011年6月"}, ("标题", "date", "", ""))
    Described(title='松岭县总结', published_on='2011-06', outlet='', author='')
    """
    title, published_on, outlet, author = (row.get(column) if column else None for column in (*columns, "", "", "", "")[:4])
    if isinstance(author, list):
        author = ";".join(map(str, author))
    people = re.split(r"[;,，；、/\s]+", _tidy(author, names=names))
    return Described(
        _tidy(title, names=names), read_date(published_on), _tidy(outlet, names=names), ";".join(filter(None, people))
    )


def _tidy(cell: object, *, names: tuple[str, ...]) -> str:
    text = " ".join(cell.split()) if isinstance(cell, str) else ""
    if len(text) > MAX_CHARS:
        return ""
    return simplify(text, names=names)[0] if detect_script(text) == "traditional" else text


def read_date(cell: object) -> str:
    """Return a cell's date, year first, from 1980 on; empty if it tells none (the order of 6/7/2011 is anyone's guess).

    >>> [read_date(cell) for cell in ("2011/6/7 08:30", 20110607, "2011年6月", "2011", "6/7/2011", "2011-13-01")]
    ['2011-06-07', '2011-06-07', '2011-06', '2011', '', '']
    """
    match = _DATE.match(str(cell)) if isinstance(cell, str | int | dt.date) else None
    if match is None:
        return ""
    told = [part for part in (match[1], match[2] or match[4], match[3] or match[5]) if part]
    try:
        dt.date(*(int(part) for part in (*told, "1", "1")[:3]))
    except ValueError:
        return ""
    return "-".join(part.zfill(2) for part in told)


def fill_in(reading: Reading, told: Described) -> Reading:
    """Return *reading* with title, date and outlet as the table tells them where the page itself tells none."""
    more = {name: getattr(told, name) for name in ("title", "published_on", "outlet") if not getattr(reading, name)}
    return replace(reading, **more) if any(more.values()) else reading
