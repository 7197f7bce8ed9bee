"""Remarks of the tables in Chinese: short notes in our own words that the tables hold in English."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxzy_study.tables import InvalidInput

REMARKS = {
    "source_basis": ("reason",), "settled": ("note",), "reader_1": ("note",), "reader_2": ("note",), "practices": ("note",),
    "centre": ("note", "source"), "agreement": ("note",), "practice_agreement": ("note",), "practice_finding": ("note",),
    "silence": ("why",), "quantities": ("flag",), "sight": ("why",),
    "practices_reader_1": ("gloss", "note"), "practices_reader_2": ("gloss", "note"),
}  # fmt: skip
"""Columns of short remarks, by table. A page shows the English words too: what a reader wrote is data."""

_FIELD = re.compile(r"\\\{(\w+)\\\}")


def load_remarks(path: str | Path) -> dict[str, str]:
    """Read the remarks: a CSV with the columns ``en`` and ``zh``, every cell filled, no remark twice.

    Numbers that differ from row to row stand as ``{n}`` and the like, the same in both languages.
    """
    frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    if list(frame.columns) != ["en", "zh"]:
        raise InvalidInput(f"Invalid remarks {path}: columns must be en, zh. Found {list(frame.columns)}.")
    bad = frame.eq("").any(axis=1) | frame["en"].duplicated()
    if bad.any():
        culprits = frame.loc[bad, "en"].tolist()[:3]
        raise InvalidInput(f"Invalid remarks {path}: every remark must be filled in both languages and come once. {culprits}.")
    return dict(zip(frame["en"], frame["zh"], strict=True))


def find_remarks(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Return the distinct remarks of the columns :data:`REMARKS`, in the order of the tables."""
    columns = (tables[name][c] for name, cs in REMARKS.items() if name in tables for c in cs if c in tables[name])
    cells = (str(cell) for column in columns for cell in column.dropna())
    return list(dict.fromkeys(cell for cell in cells if cell))


def translate_remarks(tables: Mapping[str, pd.DataFrame], remarks: Mapping[str, str]) -> dict[str, str]:
    """Return for each remark of the tables what it is in Chinese, as far as *remarks* knows it.

    Examples
    --------
    >>> tables = {"settled": pd.DataFrame({"note": ["only 8 paragraphs", "new"]})}
    >>> translate_remarks(tables, {"only {n} paragraphs": "仅{n}段"})
    {'only 8 paragraphs': '仅8段'}
    """
    patterns = [(re.compile(_FIELD.sub(r"(?P<\1>\\d+)", re.escape(en))), zh) for en, zh in remarks.items() if "{" in en]
    found = {}
    for text in find_remarks(tables):
        if text in remarks:
            found[text] = remarks[text]
            continue
        for pattern, zh in patterns:
            if m := pattern.fullmatch(text):
                found[text] = zh.format(**m.groupdict())
    return found
