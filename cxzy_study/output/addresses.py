"""Where a number or an exhibit of the report stands in the explorer: the state of that page, as an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

import pandas as pd

from cxzy_study.output.explorer import SHOWN
from cxzy_study.output.ledger import Number

EXPLORER = "explorer.html"
"""The page, which lies beside the report."""

VIEWS = {
    "claims": "claims", "practices": "practices", "accountability": "practices", "formulas": "formulas", "families": "formulas",
    "quantities": "numbers", "agreement": "coders", "scores": "coders", "sources": "sources",
}  # fmt: skip
"""The view that is opened beside a row of a table."""

EXHIBIT_STATES = {
    "fig_sources": "v=sources", "fig_account": "v=sources", "fig_reliability": "v=coders", "fig_bodies": "v=bodies",
    "fig_themes": "v=overview", "fig_intervals": "v=overview", "fig_keyness": "v=words", "fig_strips": "v=passages",
    "fig_checks": "v=practices", "fig_accountability": "v=practices", "fig_ladder": "v=practices", "fig_cycles": "v=practices",
    "fig_trees": "v=formulas", "fig_families": "v=formulas", "fig_lineage": "v=formulas", "fig_approaches": "v=practices",
    "fig_arenas": "v=overview&by=arena", "fig_claims": "v=claims", "fig_curve": "v=claims", "fig_scores": "v=coders",
}  # fmt: skip
"""The view that shows what a figure was drawn from, where one does."""

ROWS_OF = {
    "tab_sources": ("sources", ("doc_id",)), "tab_claims": ("claims", ("claim_id",)),
    "tab_finding": ("practice_finding", ("a", "b", "group")), "tab_numbers": ("quantities", ("doc_id", "unit_id", "surface")),
    "tab_statements": ("statements", ("doc_id",)), "tab_words": ("practices", ("doc_id",)),
    "tab_methods": ("calibration", ("method", "nominal")),
}  # fmt: skip
"""The table, and the columns that name a row or rows of it, behind a line of a table exhibit."""

_KINDS = {"n_sentences": "sentence", "n_headings": "heading"}


def spell_rows(rows: Iterable[int]) -> str:
    """Return row numbers with those that follow each other drawn together.

    Examples
    --------
    >>> spell_rows([1, 2, 3, 5, 8, 9])
    '1-3,5,8-9'
    """
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ",".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def number_address(number: Number, tables: Mapping[str, pd.DataFrame], *, lang: str) -> str:
    """Return the explorer's address for the rows that a number rests on; empty where that page does not show them."""
    return spell_address(_state_of(number, tables), lang=lang)


def rows_address(table: str, rows: Iterable[int], *, lang: str) -> str:
    """Return the explorer's address of rows of a table; empty where that page does not carry the table."""
    listed = list(rows)
    if not listed or table not in SHOWN:
        return spell_address({}, lang=lang)
    return spell_address({"v": VIEWS.get(table, ""), "row": f"{table}.{spell_rows(listed)}"}, lang=lang)


def spell_address(state: Mapping[str, str], *, lang: str) -> str:
    """Return a state of the explorer as an address, or nothing for no state.

    Examples
    --------
    >>> spell_address({"v": "claims", "row": "claims.3"}, lang="zh")
    'explorer.html#v=claims&row=claims.3&lang=zh'
    """
    parts = [f"{name}={quote(value, safe=',.-')}" for name, value in state.items() if value]
    return f"{EXPLORER}#{'&'.join([*parts, f'lang={lang}'])}" if parts else ""


def _state_of(number: Number, tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    table, rows = number.table, number.rows
    frame = tables[table]
    first = frame.iloc[rows[0] - 1]
    if table == "fig_sources" and number.column in _KINDS:
        docs = ",".join(frame["doc_id"].iloc[[r - 1 for r in rows]]) if len(rows) < len(frame) else ""
        return {"v": "passages", "doc": docs, "kind": _KINDS[number.column]}
    if table == "fig_account":
        return {"v": "sources"}
    if table == "fig_scores":
        scores = tables["scores"]
        found = scores[(scores["theme"] == first["theme"]) & (scores["coder"] == first["coder"])].index
        shown = spell_rows(int(i) + 1 for i in found)
        return {"v": "passages", "theme": str(first["theme"]), "coder": str(first["coder"]), "row": f"scores.{shown}"}
    if table not in SHOWN:
        return {}
    place = f"{table}.{spell_rows(rows)}"
    if table in {"shares", "silence"} and len(rows) == 1:
        group = "arena" if first.get("group_kind") == "arena" else "doc"
        return {"v": "passages", group: str(first["group"]), "theme": str(first["theme"]), "kind": "sentence", "row": place}
    return {"v": VIEWS.get(table, ""), "row": place}
