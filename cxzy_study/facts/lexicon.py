"""The dated lexicon: conventional formulas, what only looks like one, measures, kinds of bodies, places.

The files in ``data/lexicon`` are publicly known facts, put together for this project; they can grow, and any function
of this room takes another table in place of the shipped one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from cxzy_study.tables import InvalidInput
from cxzy_study.text.fold import fold_width

FOLDER = Path(__file__).resolve().parents[2] / "data" / "lexicon"

COLUMNS: dict[str, tuple[str, ...]] = {
    "formulas": ("formula", "numerals", "heads", "parts", "from_on", "unquoted", "note"),
    "not_formulas": ("surface", "why"),
    "measures": ("measure", "dimension", "base_measure", "factor"),
    "body_words": ("word", "role", "body_type", "note"),
    "practice_heads": ("head", "kind", "themes", "instrument"),
    "places": ("name", "short", "adcode", "admin_level", "from_on", "to_on", "parent", "note"),
}
"""Columns of each file of the lexicon; all cells are text, unknown is empty."""

UNIT_COLUMNS = ("doc_id", "unit_id", "kind", "section", "depth", "enumerator", "paragraph", "text")
"""Columns that the functions of this room read in a frame of units (``text`` in simplified script)."""


def load_lexicon(name: str, *, folder: Path = FOLDER) -> pd.DataFrame:
    """Read one file of the lexicon.

    Parameters
    ----------
    name : str
        One of :data:`COLUMNS`.
    folder : Path
        Where the files lie.

    Returns
    -------
    DataFrame
        The columns of :data:`COLUMNS`, all text.

    Raises
    ------
    InvalidInput
        If there is no such file, or a column is missing.

    Examples
    --------
    >>> lexicon = load_lexicon("formulas").set_index("formula")
    >>> lexicon.loc["五个好", "from_on"]
    '2010-04'
    """
    if name not in COLUMNS:
        raise InvalidInput(f"Invalid lexicon {name}: must be one of {', '.join(COLUMNS)}.")
    path = folder / f"{name}.csv"
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(f"Invalid lexicon {name}: no such file. {path.name}.") from None
    return check_columns(frame, COLUMNS[name], name=f"lexicon {name}")


@lru_cache(maxsize=len(COLUMNS))
def shipped(name: str) -> pd.DataFrame:
    """Return one file of the shipped lexicon, read once in a process; not to be changed."""
    return load_lexicon(name)


def check_columns(frame: pd.DataFrame, columns: Iterable[str], *, name: str) -> pd.DataFrame:
    """Return *frame* if it has all *columns*.

    Raises
    ------
    InvalidInput
        Naming the columns that it lacks.
    """
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise InvalidInput(f"Invalid {name}: a column is missing. {', '.join(missing)}.")
    return frame


def check_units(units: pd.DataFrame) -> pd.DataFrame:
    """Return *units* if it is a frame of units with their text.

    Raises
    ------
    InvalidInput
        If a column of :data:`UNIT_COLUMNS` is missing, or a unit stands there twice.
    """
    check_columns(units, UNIT_COLUMNS, name="units")
    twice = units.duplicated(["doc_id", "unit_id"])
    if twice.any():
        names = [f"{r.doc_id} {r.unit_id}" for r in units[twice].head(5).itertuples()]
        raise InvalidInput(f"Invalid units: doc_id and unit_id must be unique. {', '.join(names)}.")
    return units


_MARKS = str.maketrans("〝〞〟＂﹪", "“””\"%")

SEPARATORS = " \u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f'’"
"""What may stand between groups of digits (6 850, 6’850) beside the comma."""
_SPLIT = re.compile(f"[0-9][{SEPARATORS}][0-9]{{3}}")
_GROUPS = re.compile(
    rf"(?<![0-9./‘'])(?<![0-9][{SEPARATORS},:])(?<!-[0-9]-)(?<!-[0-9][0-9]-)"
    rf"[1-9][0-9]{{0,2}}([{SEPARATORS}])[0-9]{{3}}(?:\1[0-9]{{3}})*(?![0-9]|[{SEPARATORS},:/][0-9])"
)
"""One to three digits and groups of three, all with the same mark between, and no further digit beside them: a year before
a number (2010 100人), clock times, dates and lists of longer numbers are none."""


def fold_text(text: str) -> str:
    """Return *text* in the characters that the rules of this room know, its length and all offsets unchanged.

    >>> fold_text("“五个好〞，３家"), fold_text("６ ８５０名"), fold_text("2010 100人")
    ('“五个好”,3家', '6,850名', '2010 100人')
    """
    return join_digits(fold_points(text), text)


def fold_points(text: str) -> str:
    """Return *text* with its characters folded one by one."""
    return fold_width(text).translate(_MARKS)


def join_digits(text: str, raw: str) -> str:
    """Return *text* with commas between the groups of a number, where *raw* has blanks or apostrophes."""
    if not _SPLIT.search(text):
        return text
    return _GROUPS.sub(lambda m: m[0] if "\u3000" in raw[m.start() : m.end()] else re.sub("[^0-9]", ",", m[0]), text)


def iter_documents(units: pd.DataFrame, columns: Iterable[str]) -> Iterator[tuple[str, list[list[Any]]]]:
    """Yield each document's id and, for each of *columns*, its cells in order; documents as they first appear."""
    cells = [units[c].tolist() for c in columns]
    rows: dict[Any, list[int]] = {}
    for i, doc_id in enumerate(units["doc_id"].tolist()):
        rows.setdefault(doc_id, []).append(i)
    for doc_id, own in rows.items():
        yield str(doc_id), [[column[i] for i in own] for column in cells]
