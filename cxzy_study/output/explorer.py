"""The explorer: tables to one HTML file that works offline, in both languages, without a server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from cxzy_study.output.fonts import font_face
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.remarks import translate_remarks
from cxzy_study.output.style import ARENAS, LANGS, PLACES, SPARE, THEME_COLOURS, share_colours, sort_documents
from cxzy_study.tables import SCHEMAS, InvalidInput, save_text

TEMPLATES = Path(__file__).parent / "templates"

SHOWN = (
    "sources source_basis units arenas codes evidence shares silence agreement scores accuracy formulas families quantities bodies "
    "about announced "
    "practices practices_reader_1 practices_reader_2 practice_agreement practice_finding statements centre sight "
    "accountability ladder cycle_steps claims calibration terms reader_1 reader_2 settled removed"
).split()
"""Tables that the page carries where they are at hand, in the order in which it names them."""

NEEDED = ("sources", "units", "codes")

SCRIPTS = "explorer_data explorer_parts explorer_panel explorer_rows explorer_views explorer_lists explorer".split()
"""The page's scripts, in the order in which they run."""

LABELS = (
    "explorer theme arena mode kind coder genre level campaign completeness script reason interval note axis column "
    "actor forum consequence step basis field rowof status choice option sight calibration value"
).split()
"""Groups of the glossary that the page carries."""

FAMILY = "cxzy Han"
"""Name of the font that the page brings along."""

SHADES = 33
"""Steps of the colour map of shares."""


def build_explorer(
    tables: Mapping[str, pd.DataFrame],
    *,
    glossary: Glossary,
    codebook: Mapping[str, Any],
    study: Mapping[str, str],
    paths: Mapping[str, str] | None = None,
    texts: pd.DataFrame | None = None,
    concerns: Mapping[str, Mapping[str, Any]] | None = None,
    remarks: Mapping[str, str] | None = None,
    variants: Callable[[str], Mapping[str, str]] | None = None,
) -> str:
    """Return the page: one HTML document with everything in it and no address of anything outside.

    Parameters
    ----------
    tables
        Tables by name; at least :data:`NEEDED`. What is missing of :data:`SHOWN` is not offered.
    codebook
        ``version``, ``sha``, ``themes`` (each with ``id``, and ``label``, ``definition``, ``include``
        and ``exclude`` in both languages) and ``rules`` (id to expression).
    study
        ``name`` and ``version``, for citations.
    paths
        Where each table lies, for citations; empty for documents of one's own.
    texts
        Texts of the units: ``doc_id``, ``unit_id``, ``text`` and ``pieces``, a list of
        ``(start in the text, start in the file, n_text, n_file)``. Without them the page holds places only.

    concerns
        What each claim speaks of, by its id: ``themes`` and ``docs`` (ids), ``column`` and ``values`` of table practices.

    remarks
        What remarks of the tables are in Chinese, by what they are in English.
    variants
        Gives for the characters of a text their traditional forms, each with the simplified one, so that a search
        in either script finds the same.

    Raises
    ------
    InvalidInput
        If a needed table is missing.
    """
    missing = [name for name in NEEDED if name not in tables]
    if missing:
        raise InvalidInput(f"Invalid tables: the explorer needs {', '.join(NEEDED)}. Missing {missing}.")
    data = {
        "study": dict(study),
        "codebook": {"version": codebook["version"], "sha": codebook["sha"], "rules": dict(codebook["rules"])},
        "themes": _themes(codebook["themes"]),
        "documents": _documents(tables["sources"]),
        "arenas": [a for a in ARENAS if "arenas" in tables and a in set(tables["arenas"]["arena"])],
        "shades": _shades(),
        "labels": _labels(glossary),
        "paths": dict(paths or {}),
        "concerns": dict(concerns or {}),
        "remarks": translate_remarks(tables, remarks or {}),
        "columns": _column_notes(tables),
        "tables": {name: encode_table(_shown_rows(name, tables[name])) for name in SHOWN if name in tables},
        "texts": _texts(texts) if texts is not None else None,
    }
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    # Variants are searched with and never shown: as escapes they ask for no glyphs of the page's font.
    pairs = "".join(a + b for a, b in sorted(variants(packed).items())) if variants else ""
    return _render(f'{packed[:-1]},"variants":{json.dumps(pairs)}}}', glossary)


def save_explorer(page: str, path: str | Path) -> Path:
    """Write the page whole or not at all, and return its path."""
    return save_text(page, path)


def encode_table(frame: pd.DataFrame) -> dict[str, Any]:
    """Return a table as lists, column by column; a column that repeats its texts as a list of them and numbers.

    Parameters
    ----------
    frame
        Its index holds the row numbers on disk, from 1.

    Examples
    --------
    >>> encode_table(pd.DataFrame({"doc_id": ["demo", "demo", "demo"], "n": [3, None, 1]}, index=[1, 2, 3]))
    {'n': 3, 'columns': {'doc_id': {'of': ['demo'], 'at': [0, 0, 0]}, 'n': [3, None, 1]}}
    """
    columns: dict[str, Any] = {}
    for name in frame.columns:
        cells = [_plain(value) for value in frame[name].tolist()]
        distinct = list(dict.fromkeys(cells))
        if all(isinstance(c, str) for c in distinct) and len(distinct) * 2 <= len(cells):
            numbers = {value: i for i, value in enumerate(distinct)}
            columns[name] = {"of": distinct, "at": [numbers[c] for c in cells]}
        else:
            columns[name] = cells
    encoded: dict[str, Any] = {"n": len(frame), "columns": columns}
    rows = frame.index.tolist()
    if rows != list(range(1, len(frame) + 1)):
        encoded["rows"] = rows
    return encoded


def _plain(value: Any) -> str | int | float | None:
    """Return a cell as JSON knows it: whole numbers whole, others with the nine digits of the tables on disk."""
    if isinstance(value, str):
        return value
    if value is None or pd.isna(value):
        return None
    number = float(value)
    return int(number) if number == int(number) else float(f"{number:.9g}")


def _shown_rows(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a table that the page carries, numbered as on disk."""
    frame = frame.set_axis(range(1, len(frame) + 1), axis=0)
    if name == "terms":
        return frame.loc[frame["unit_id"].fillna("").ne(""), ["doc_id", "unit_id", "segmenter", "term", "n"]]
    if name in {"reader_1", "reader_2", "settled"}:
        # Their marks stand in table codes.
        return frame.loc[frame["note"].fillna("").ne(""), ["doc_id", "unit_id", "note"]]
    return frame


def _themes(themes: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    spare = [colour for colour, _ in SPARE] + list(THEME_COLOURS.values())
    others = [t["id"] for t in themes if t["id"] not in THEME_COLOURS]
    colours = THEME_COLOURS | {t: spare[i % len(spare)] for i, t in enumerate(others)}
    fields = ("label", "definition", "include", "exclude")
    return [
        {"id": t["id"], "colour": colours[t["id"]], **{f: [t[f][lang] for lang in LANGS] for f in fields}}
        for t in themes
    ]


def _documents(sources: pd.DataFrame) -> list[dict[str, Any]]:
    rows = {row["doc_id"]: row for row in sources.fillna("").to_dict("records")}
    made = []
    others = [d for d in rows if d not in PLACES]
    # The figures refuse more documents than they have marks; a page names each of them, so marks may come again.
    marks = PLACES | {d: SPARE[i % len(SPARE)] for i, d in enumerate(others)}
    for doc_id in sort_documents(rows):
        row = rows[doc_id]
        colour, mark = marks[doc_id]
        label = [row["place_en"], row["place_zh"]]
        n_chars, censored = int(row["n_chars"]), row["completeness"] == "censored"
        made.append({"id": doc_id, "colour": colour, "mark": mark, "label": label, "n_chars": n_chars, "censored": censored})
    return made


def _shades() -> list[str]:
    from matplotlib.colors import to_hex

    colours = share_colours()
    return [to_hex(colours(i / (SHADES - 1))) for i in range(SHADES)]


def _labels(glossary: Glossary) -> dict[str, list[str]]:
    return {
        key: [term[lang] for lang in LANGS] for key, term in glossary.terms.items() if key.split(".")[0] in LABELS
    }


def _column_notes(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    """Return what each column of each table holds, as the schemas say it."""
    like = dict.fromkeys(("reader_1", "reader_2", "settled"), "sheet")
    like |= dict.fromkeys(("practices_reader_1", "practices_reader_2"), "practice_sheet")
    schemas = {name: SCHEMAS.get(like.get(name, name)) for name in SHOWN}
    return {
        name: {"": schema.row, **{c.name: c.doc for c in schema.columns}}
        for name, schema in schemas.items()
        if schema and name in tables
    }


def _texts(texts: pd.DataFrame) -> dict[str, list[Any]]:
    return {f"{row.doc_id}.{row.unit_id}": [row.text, [list(p) for p in row.pieces]] for row in texts.itertuples()}


def _render(packed: str, glossary: Glossary) -> str:
    # Nothing in the data may end the script element that holds it.
    packed = packed.replace("<", "\\u003c")
    parts = {
        "title": escape(" · ".join(glossary.label("explorer.title", lang) for lang in LANGS)),
        "noscript": "<br>".join(escape(glossary.label("explorer.noscript", lang)) for lang in LANGS),
        "css": _template("explorer.css"),
        "data": packed,
        "js": "\n".join(_template(f"{name}.js") for name in SCRIPTS),
    }
    page = re.sub(r"\{\{ (\w+) \}\}", lambda m: parts.get(m[1], m[0]), _template("explorer.html"))
    return page.replace("{{ font }}", font_face(page, family=FAMILY), 1)


def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")
