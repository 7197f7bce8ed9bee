"""The tables of the report's appendix: what each theme means, and every practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd

from cxzy_study.output.glossary import Glossary

DEFINITION_COLUMNS = ("theme", "definition", "include", "exclude")
INVENTORY_COLUMNS = ("practice", "gloss", "mode", "checked", "whose_words")


def show_definitions(themes: Sequence[Mapping[str, Any]], *, glossary: Glossary, lang: str) -> str:
    """Return the codebook's themes as an HTML table: the theme, what it means, what is marked and what is not.

    Parameters
    ----------
    themes
        Each with ``id``, and ``definition``, ``include`` and ``exclude`` by language.
    """
    rows = (
        [glossary.label(f"theme.{t['id']}", lang), *(t[part][lang] for part in ("definition", "include", "exclude"))]
        for t in themes
    )
    return _table("definitions", DEFINITION_COLUMNS, rows, glossary=glossary, lang=lang)


def show_inventory(practices: pd.DataFrame, *, glossary: Glossary, lang: str) -> str:
    """Return practices (rows of the table of that name) as an HTML table, each row with an anchor of its own."""
    rows, ids = [], []
    for p in practices.to_dict("records"):
        judged = [glossary.label(f"forum.{f}", lang) for f in p["checking"].split(";") if f != "none"]
        after = [glossary.label(f"consequence.{c}", lang) for c in p["consequence"].split(";") if c != "none"]
        join = ", " if lang == "en" else "、"
        rows.append(
            [
                p["practice"] if lang == "zh" else f"{p['label_en']} ({p['practice'].strip('“”')})",
                p["gloss_zh" if lang == "zh" else "gloss"],
                glossary.label(f"mode.{p['mode']}", lang),
                join.join(judged) + (f" → {join.join(after)}" if after else ""),
                glossary.label(f"words.{p['whose_words']}", lang),
            ]
        )
        ids.append(f"practice-{p['practice_id']}")
    return _table("inventory", INVENTORY_COLUMNS, rows, glossary=glossary, lang=lang, ids=ids)


def _table(
    kind: str, columns: Sequence[str], rows: Any, *, glossary: Glossary, lang: str, ids: Sequence[str] = ()
) -> str:
    """Return an HTML table without an empty line, which would end the block in Markdown."""
    head = "".join(f"<th>{escape(glossary.label(f'column.{c}', lang))}</th>" for c in columns)
    lines = []
    for i, cells in enumerate(rows):
        anchor = f' id="{ids[i]}"' if ids else ""
        lines.append(f"<tr{anchor}>" + "".join(f"<td>{escape(str(c))}</td>" for c in cells) + "</tr>")
    body = "".join(lines)
    return f'<div class="wide appendix {kind}"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
