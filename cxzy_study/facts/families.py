"""Families of formulas: what is the same formula, what shares its pattern, and which came first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from cxzy_study.facts.lexicon import COLUMNS, check_columns, shipped

_HANZI = "〇一二三四五六七八九十"
_LETTERS = "XYZWVUTS"


def name_family(numerals: str, heads: str, surface: str = "") -> str:
    """Return the key under which a formula is the same in all its spellings.

    Parameters
    ----------
    numerals, heads : str
        As in table ``formulas``, joined by ``;``.
    surface : str
        Kept where there are no heads (``1+X``).

    Examples
    --------
    >>> name_family("5", "好") == name_family("5", "好")  # 五好, 五个好
    True
    >>> name_family("3;3", "学;比"), name_family("1;X", "", "1+X")
    ('3学3比', '1+X')
    """
    if not heads:
        return surface
    return "".join(n + h for n, h in zip(numerals.split(";"), heads.split(";"), strict=False))


@lru_cache(maxsize=65536)
def name_pattern(numerals: str, heads: str, surface: str = "") -> str:
    """Return a formula's pattern: its numbers, and a letter for each head.

    >>> name_pattern("3;3", "学;比"), name_pattern("5;5;2", "比;看;满意"), name_pattern("1;X", "", "1+X")
    ('三X三Y', '五X五Y二Z', '1+X')
    """
    if not heads:
        return surface
    letters: dict[str, str] = {}
    for head in heads.split(";"):
        letters.setdefault(head, _LETTERS[len(letters) % len(_LETTERS)])
    numbers = [_HANZI[int(n)] if n.isdigit() and int(n) <= 10 else n for n in numerals.split(";")]
    return "".join(n + letters[h] for n, h in zip(numbers, heads.split(";"), strict=False))


LEXICON = "lexicon"
"""Stands in the place of a document where the lexicon words a family."""


def find_families(
    formulas: pd.DataFrame, *, dates: Mapping[str, str] | None = None, lexicon: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the families of the formulas found, with their lineage across documents and dates.

    Parameters
    ----------
    formulas : DataFrame
        As :func:`cxzy_study.facts.formulas.find_formulas` returns.
    dates : mapping, optional
        Document to the date (ISO 8601, any precision) that it speaks of.
    lexicon : DataFrame, optional
        Conventional formulas in the place of ``data/lexicon/formulas.csv``: dated wordings that the documents are
        compared with.

    Returns
    -------
    DataFrame
        One row a family and document (``lexicon`` where the lexicon words it), the earliest first: ``family``,
        ``pattern``, ``doc_id``, ``date``, ``surfaces`` (joined by ``|``), ``n_mentions``, ``parts`` as that document
        words them, ``n_documents`` of the family, ``n_pattern`` families that share the pattern, ``changed``: parts
        of the family's earliest wording that this one lacks, then those that it has instead (``-…|+…``), empty where
        nothing can be compared.

    Raises
    ------
    InvalidInput
        If a column is missing.
    """
    columns = ["family", "pattern", "doc_id", "surface", "parts", "status"]
    check_columns(formulas, columns, name="formulas")
    dates = dates or {}
    rows = []
    for (family, doc_id), group in formulas.groupby(["family", "doc_id"], sort=False):
        own = group[group["status"].eq("resolved") & group["parts"].ne("")]
        surfaces = "|".join(dict.fromkeys(group["surface"]))
        parts = own["parts"].iloc[0] if len(own) else ""
        rows.append((family, group["pattern"].iloc[0], doc_id, dates.get(doc_id, ""), surfaces, len(group), parts))
    met = {row[0] for row in rows}
    lexicon = shipped("formulas") if lexicon is None else check_columns(lexicon, COLUMNS["formulas"], name="lexicon")
    for row in lexicon[lexicon["parts"] != ""].drop_duplicates(["numerals", "heads"]).itertuples():
        family = name_family(row.numerals, row.heads, row.formula)
        if family in met:
            pattern = name_pattern(row.numerals, row.heads, row.formula)
            rows.append((family, pattern, LEXICON, row.from_on, row.formula, 0, row.parts))
    names = ["family", "pattern", "doc_id", "date", "surfaces", "n_mentions", "parts"]
    frame = pd.DataFrame(rows, columns=names)
    if frame.empty:
        return frame.assign(n_documents=pd.Series(dtype=int), n_pattern=pd.Series(dtype=int), changed="")
    # An unknown date sorts last: nothing is claimed to be first without one.
    frame = frame.assign(order=frame["date"].where(frame["date"] != "", "9999"))
    frame = frame.sort_values(["family", "order", "doc_id"], kind="stable").drop(columns="order")
    documents = frame["doc_id"].where(frame["doc_id"] != LEXICON)
    frame["n_documents"] = documents.groupby(frame["family"]).transform("nunique")
    frame["n_pattern"] = frame.groupby("pattern")["family"].transform("nunique")
    first = frame[frame["parts"] != ""].groupby("family")["parts"].first()
    frame["changed"] = [_changed(first.get(f, ""), p) for f, p in zip(frame["family"], frame["parts"], strict=True)]
    return frame.reset_index(drop=True)


def _changed(first: str, parts: str) -> str:
    if not first or not parts or first == parts or "@" in first + parts:
        return ""
    old, new = first.split("|"), parts.split("|")
    return "|".join([f"-{p}" for p in old if p not in new] + [f"+{p}" for p in new if p not in old])
