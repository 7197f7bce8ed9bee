"""The first machine coder: rules to codes, with evidence for every one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cxzy_study.coding import spans as s
from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.page import Page, Vocabulary
from cxzy_study.coding.rules import compile_codebook, find_doctrine, find_matches
from cxzy_study.tables import KINDS, InvalidInput

UNIT_COLUMNS = ("doc_id", "unit_id", "kind", "section", "text")
EVIDENCE_COLUMNS = ("doc_id", "unit_id", "theme", "rule", "start", "end", "verdict", "why")
CODE_COLUMNS = ("doc_id", "unit_id", "theme", "coder", "value", "probability")
PAGE_CHARS = 300_000
"""Whole documents are coded together up to about so many characters, to bound memory."""


def code_units(
    units: pd.DataFrame, *, codebook: Codebook, coder: str = "rules", refused: bool = True
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Code units by the rules of a codebook.

    Parameters
    ----------
    units : DataFrame
        A row for each heading or sentence, documents together, units in reading order; columns
        ``doc_id``, ``unit_id``, ``kind``, ``section`` (as in table `units`) and ``text``
        (simplified). Others are not looked at.
    codebook : Codebook
    coder : str
        Name under which the codes stand.
    refused : bool
        Whether to look for refused matches, too (a third slower).

    Returns
    -------
    codes : DataFrame
        As table `codes`: a row for each unit and theme that holds, ``none`` where none does;
        ``value`` 1, ``probability`` empty.
    evidence : DataFrame
        As table `evidence`, with ``start`` and ``end`` (code points of the unit's text, 0-based,
        half-open) in place of ``spans``. A unit bears a theme if and only if it has a row of that
        theme with verdict ``counted``.

    Raises
    ------
    InvalidInput
        If a column is missing, a kind is none of `units`, a text is no text, or a unit is given twice.

    Examples
    --------
    >>> from cxzy_study.coding.codebook import read_codebook
    >>> both = {"en": "Pledging", "zh": "承诺"}
    >>> rule = {"id": "pledging.word", "match": "承诺", "hits": ["承诺。"], "misses": ["决心。"]}
    >>> theme = {"id": "pledging", "label": both, "definition": both, "include": both, "exclude": both, "rules": [rule]}
    >>> book = read_codebook({"version": "1", "title": both, "licence": "CC BY 4.0", "themes": [theme],
    ...                       "negation": {"before": ["没有"]}})
    >>> units = pd.DataFrame({"doc_id": "demo", "unit_id": ["u1", "u2"], "kind": "sentence", "section": "0",
    ...                       "text": ["松岭县各支部公开承诺。", "青河镇没有承诺。"]})
    >>> codes, evidence = code_units(units, codebook=book)
    >>> codes[["unit_id", "theme", "value"]].to_numpy().tolist()
    [['u1', 'pledging', 1], ['u2', 'none', 1]]
    >>> evidence[["unit_id", "start", "end", "verdict", "why"]].to_numpy().tolist()
    [['u1', 8, 10, 'counted', ''], ['u2', 5, 7, 'refused', 'denied by 没有']]
    """
    check_units(units)
    vocabulary = compile_codebook(codebook)
    tables = []
    for first, last in _pages(units):
        part = units.iloc[first:last]
        page = Page(vocabulary, part["text"].tolist(), (part["kind"] == "heading").to_numpy(), find_parents(part))
        found = _code_page(page, vocabulary, refused)
        found["unit"] += first
        tables.append(found)
    if tables:
        table = pd.concat(tables, ignore_index=True)
    else:
        nothing = Page(vocabulary, [], np.zeros(0, dtype=bool), np.zeros(0, dtype=np.int64))
        table = _code_page(nothing, vocabulary, refused)
    themes, rules = list(codebook.theme_ids), [rule.id for _, rule in codebook.rules]
    evidence = pd.DataFrame(
        {
            "doc_id": units["doc_id"].to_numpy()[table["unit"]],
            "unit_id": units["unit_id"].to_numpy()[table["unit"]],
            "theme": np.array(themes, dtype=object)[table["theme"]],
            "rule": np.array(rules, dtype=object)[table["rule"]],
            "start": table["start"].to_numpy(),
            "end": table["end"].to_numpy(),
            "verdict": np.where(table["flag"] == s.OK, "counted", "refused"),
            "why": [_why(f, d, vocabulary) if f else "" for f, d in zip(table["flag"], table["detail"], strict=True)],
        },
        columns=EVIDENCE_COLUMNS,
    )
    return _codes(units, table, themes, coder), evidence


def check_units(units: pd.DataFrame) -> pd.DataFrame:
    """Return *units* if they can be coded.

    Raises
    ------
    InvalidInput
        See :func:`code_units`.
    """
    if missing := [c for c in UNIT_COLUMNS if c not in units.columns]:
        needed = ", ".join(UNIT_COLUMNS)
        raise InvalidInput(f"Invalid units: they need the columns {needed}. Missing {', '.join(missing)}.")
    for column, bad, rule in (
        ("kind", ~units["kind"].isin(KINDS), f"it must be one of {', '.join(KINDS)}"),
        ("text", ~units["text"].map(lambda x: isinstance(x, str)).astype(bool), "it must be text"),
        ("unit_id", units.duplicated(["doc_id", "unit_id"]), "a unit may be given once"),
    ):
        if bad.any():
            ids = units.loc[bad, ["doc_id", "unit_id"]].astype(str).agg("/".join, axis=1).tolist()
            raise InvalidInput(f"Invalid {column} of units: {rule}. {', '.join(ids[:5])}.")
    return units


def find_parents(units: pd.DataFrame) -> np.ndarray:
    """Return for each unit the position of the nearest heading above it, -1 for none.

    Above a unit of section ``2.1`` stand the headings of ``2.1`` and ``2``, each the last one
    before it in its document, and the title (section ``0``) above them all.
    """
    parents = np.full(len(units), -1, dtype=np.int64)
    last: dict[str, int] = {}
    document = None
    is_heading = (units["kind"] == "heading").to_numpy()
    rows = zip(units["doc_id"].tolist(), units["section"].astype(str).tolist(), is_heading.tolist(), strict=True)
    for at, (doc_id, section, heading) in enumerate(rows):
        if doc_id != document:
            document, last = doc_id, {}
        if last:
            above = section
            while above and above not in last:
                above = above.rpartition(".")[0]
            parents[at] = last.get(above, last.get("0", -1))
        if heading:
            last[section] = at
    return parents


def _pages(units: pd.DataFrame) -> Iterator[tuple[int, int]]:
    """Yield ranges of whole documents."""
    first = size = 0
    lengths = units["text"].str.len().tolist()
    docs = units["doc_id"].tolist()
    for at, length in enumerate(lengths):
        if size > PAGE_CHARS and docs[at] != docs[at - 1]:
            yield first, at
            first, size = at, 0
        size += length
    if docs:
        yield first, len(docs)


def _code_page(page: Page, vocabulary: Vocabulary, refused: bool) -> pd.DataFrame:
    names = ("unit", "theme", "rule", "start", "end", "flag", "detail")
    columns: list[list[np.ndarray]] = [[] for _ in names]
    theme_at = {theme: i for i, theme in enumerate(vocabulary.codebook.theme_ids)}
    doctrine = find_doctrine(page)
    for number, (theme, rule) in enumerate(vocabulary.codebook.rules):
        for spans in find_matches(rule, page, doctrine=doctrine, refused=refused):
            n = len(spans.start)
            offsets = page.offsets[spans.unit]
            places = (spans.start - offsets, spans.end - offsets)
            ids = (spans.unit, np.full(n, theme_at[theme]), np.full(n, number))
            values: tuple[np.ndarray, ...] = (*ids, *places, spans.flag, spans.detail)
            for column, value in zip(columns, values, strict=True):
                column.append(value)
    table = pd.DataFrame({name: np.concatenate(parts) for name, parts in zip(names, columns, strict=True)})
    return table.sort_values(["unit", "theme", "rule", "start", "end"], kind="stable", ignore_index=True)


def _codes(units: pd.DataFrame, table: pd.DataFrame, themes: list[str], coder: str) -> pd.DataFrame:
    marks = table.loc[table["flag"] == s.OK, ["unit", "theme"]].drop_duplicates().sort_values(["unit", "theme"])
    unmarked = np.setdiff1d(np.arange(len(units)), marks["unit"])
    at = np.concatenate((marks["unit"].to_numpy(), unmarked))
    theme = np.concatenate((marks["theme"].to_numpy(), np.full(len(unmarked), len(themes))))
    order = np.argsort(at, kind="stable")
    at, theme = at[order].astype(np.int64), theme[order].astype(np.int64)
    return pd.DataFrame(
        {
            "doc_id": units["doc_id"].to_numpy()[at],
            "unit_id": units["unit_id"].to_numpy()[at],
            "theme": np.array([*themes, "none"], dtype=object)[theme],
            "coder": coder,
            "value": pd.array(np.ones(len(at), dtype=np.int64), dtype="Int64"),
            "probability": np.full(len(at), np.nan),
        },
        columns=CODE_COLUMNS,
    )


_WHY = {
    s.SHIELDED: "inside the longer term {}", s.TITLE: "in a title", s.NAME: "in a proper name",
    s.QUOTE: "in a quotation", s.TEXT: "in running text", s.DENIED: "denied by {}",
    s.WORD: "not at the edges of a word", s.EXCLUDED: "excluded by NOT", s.HEADING: "the heading above does not hold",
    s.DOCTRINE: "in a statement of doctrine",
}  # fmt: skip


def _why(flag: int, detail: int, vocabulary: Vocabulary) -> str:
    return _WHY[flag].format(vocabulary.matcher.literals[detail] if detail >= 0 else "")
