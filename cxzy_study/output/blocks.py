"""Exhibits as blocks of the report's HTML."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from cxzy_study.output.addresses import EXHIBIT_STATES, EXPLORER, ROWS_OF, rows_address
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.exhibits import name_of, note_of
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.ledger import show_number
from cxzy_study.output.paper import cell_width
from cxzy_study.output.pictures import find_text_difference, shrink_png
from cxzy_study.tables import InvalidInput, table_text

SHORT = 20
"""Letters of Latin type up to which a table's cell stays on one line."""


def show_block(
    exhibit: Exhibit,
    frame: pd.DataFrame,
    folder: Path,
    *,
    tables: Mapping[str, pd.DataFrame],
    glossary: Glossary,
    codebook: Mapping[str, object],
    lang: str,
) -> str:
    """Return the HTML of an exhibit, without an empty line, which would end the block in Markdown.

    The lines of a table lead to the rows of *tables* that they were made from, a figure to the view
    of the explorer that shows what it was drawn from.
    """
    drawn = folder / f"{exhibit.id}.csv"
    if not drawn.is_file():
        raise InvalidInput(f"Invalid exhibits {folder}: {drawn.name} is missing. Draw the exhibits first.")
    if find_text_difference(drawn.read_text(encoding="utf-8-sig"), table_text(frame), tolerance=1e-9):
        raise InvalidInput(f"Invalid exhibit {exhibit.id}: it was drawn from other tables. Draw the exhibits again.")
    note = note_of(exhibit, frame, glossary=glossary, codebook=codebook, lang=lang)
    name, title = name_of(exhibit, glossary=glossary, lang=lang), escape(exhibit.title[lang])
    if exhibit.plot is None:
        inner = show_table(exhibit, frame, addresses=_line_addresses(exhibit, frame, tables, lang=lang), glossary=glossary, lang=lang)
        below = f'<p class="note">{escape(note)}</p>'
    else:
        # The note stands in the picture; who does not see the picture reads it in the alternative text.
        alt = escape(f"{exhibit.alt[lang]} {note}", quote=True)
        inner = f'<img alt="{alt}" src="{exhibit.id}_{lang}.png">'
        below = ""
    state = EXHIBIT_STATES.get(exhibit.id)
    label = glossary.label("report.explore", lang)
    look = f' <a class="look" href="{EXPLORER}#{escape(state)}&amp;lang={lang}">{label}</a>' if state else ""
    caption = f"<figcaption><b>{name}.</b> {title}{look}</figcaption>"
    kind = f"{exhibit.kind} columns-{exhibit.columns}"
    return f'<figure id="{exhibit.id}" class="{kind}">{caption}<div class="wide">{inner}</div>{below}</figure>'


def _line_addresses(exhibit: Exhibit, frame: pd.DataFrame, tables: Mapping[str, pd.DataFrame], *, lang: str) -> list[str]:
    """Return for each line of a table exhibit the address of the rows behind it."""
    if exhibit.id not in ROWS_OF:
        return [""] * len(frame)
    table, columns = ROWS_OF[exhibit.id]
    behind: dict[tuple[object, ...], list[int]] = {}
    for number, key in enumerate(tables[table][list(columns)].itertuples(index=False, name=None), start=1):
        behind.setdefault(key, []).append(number)
    keys = frame[list(columns)].itertuples(index=False, name=None)
    return [rows_address(table, behind.get(key, []), lang=lang) for key in keys]


def show_name(name: str, *, glossary: Glossary, lang: str) -> str:
    """Return an author's *name* as it is written in *lang*, if the glossary knows it, else as it is."""
    key = f"author.{name}"
    return glossary.label(key, lang) if glossary.has(key) else name


def embed_picture(folder: Path, name: str) -> str:
    """Return the picture as a data address, SVG or PNG (in few colours), whichever is shorter."""
    import base64

    svg, png = (folder / f"{name}.{form}" for form in ("svg", "png"))
    found = []
    if svg.is_file():
        text = re.sub(r"\s*\n\s*", " ", svg.read_text(encoding="utf-8"))
        found.append("data:image/svg+xml," + quote(text, safe=" '/:=;,.!@$*()+-_?"))
    if png.is_file():
        found.append("data:image/png;base64," + base64.b64encode(shrink_png(png.read_bytes())).decode())
    if not found:
        raise InvalidInput(f"Invalid exhibits {folder}: must hold {svg.name} or {png.name}. Draw the exhibits first.")
    return min(found, key=len)


def show_table(
    exhibit: Exhibit, frame: pd.DataFrame, *, glossary: Glossary, lang: str, addresses: Sequence[str] = ()
) -> str:
    """Return the rows of a table exhibit as an HTML table, its columns named by the glossary.

    Of a column that the rows have in both languages the report's is shown; numbers stand to the right; a cell whose
    value the glossary knows as ``<column>.<value>`` (or as ``coder.<value>`` of a column ``a`` or ``b``) is shown as that.
    The first cell of a line leads to its address, if it has one.
    """

    def show(row: Mapping[str, Any], column: str) -> str:
        value = row.get(f"{column}_{lang}", row.get(column))
        if pd.isna(value) or value == "":
            return ""
        if column == "author":
            return (", " if lang == "en" else "、").join(show_name(name, glossary=glossary, lang=lang) for name in str(value).split(";"))
        if column == "published_on":
            day = show_number(value, fmt="date", lang=lang)
            return f"[{day}]" if row["published_basis"] == "inferred" else day
        if column in broken:
            return f"{value:.2f}"
        if isinstance(value, (int, float)):
            return f"{value:,.0f}"
        keys = (f"{'coder' if column in {'a', 'b'} else column}.{value}", f"theme.{value}")
        return next((glossary.label(key, lang) for key in keys if glossary.has(key)), str(value))

    numbers = frame[[c for c in exhibit.shown if c in frame]].select_dtypes("number")
    # A column with one broken number shows two places throughout.
    broken = {c for c in numbers if not (numbers[c].dropna() % 1 == 0).all()}
    right = set(numbers)

    def cell(tag: str, column: str, words: str, address: str = "") -> str:
        kinds = ["number"] * (column in right) + ["short"] * (tag == "td" and 0 < cell_width(words) <= SHORT)
        aside = (f' class="{" ".join(kinds)}"' if kinds else "") + (' align="right"' if column in right else "")
        inner = f'<a class="row" href="{escape(address)}">{escape(words)}</a>' if address and words else escape(words)
        return f"<{tag}{aside}>{inner}</{tag}>"

    head = "".join(cell("th", c, glossary.label(f"column.{c}", lang)) for c in exhibit.shown)
    first, *_ = exhibit.shown
    body = ""
    for i, row in enumerate(frame.to_dict("records")):
        address = addresses[i] if addresses else ""
        body += f"<tr>{''.join(cell('td', c, show(row, c), address if c == first else '') for c in exhibit.shown)}</tr>"
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
