"""Coding sheets: a spreadsheet that a person fills in, read back and checked."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.coder import check_units, find_parents
from cxzy_study.tables import MODES, InvalidInput, save_bytes

NONE, MARK = "none", "x"
SHOWN = ("doc_id", "unit_id", "kind", "heading", "text")
"""Columns that the reader looks at; those to fill in follow: one for each theme, none, mode, note."""

PARAGRAPH = "paragraph"
"""Stands after unit_id where the units tell it: whole paragraphs are resampled when two readers are compared."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def sample_sheet(
    units: pd.DataFrame, *, codes: pd.DataFrame, themes: Sequence[str], seed: int, n: int = 60, at_least: int = 3
) -> pd.DataFrame:
    """Sample units for a reader, so that rare themes occur.

    For each theme, the rarest first, units that a first coder marked with it are drawn at random
    until *at_least* of the sample bear it; ``none`` counts as a theme. What is left of *n* is drawn
    from all remaining units. Such a sample is right for measuring agreement theme by theme, not for
    estimating shares: rare themes are over-represented by design.

    Parameters
    ----------
    units : DataFrame
        Units to draw from, with ``doc_id`` and ``unit_id``.
    codes : DataFrame
        Table `codes` of one coder (the rules, say).
    themes : sequence of str
    seed : int
    n : int
        Size of the sample.
    at_least : int
        Units wanted for each theme; fewer where there are not so many, or no room.

    Returns
    -------
    DataFrame
        Rows of *units* in their order, with ``drawn_for``: the theme, or empty for those drawn from all.

    Raises
    ------
    InvalidInput
        If *n* or *at_least* is negative or there are not *n* units.
    """
    if not 0 <= n <= len(units) or at_least < 0:
        rule = f"n must be from 0 to {len(units)}, the number of units, and at_least 0 or more"
        raise InvalidInput(f"Invalid n {n} or at_least {at_least}: {rule}.")
    rng = np.random.default_rng(seed)
    place = {unit: i for i, unit in enumerate(zip(units["doc_id"], units["unit_id"], strict=True))}
    bearers: dict[str, list[int]] = {theme: [] for theme in (*themes, NONE)}
    marks = codes.loc[codes["value"].eq(1), ["doc_id", "unit_id", "theme"]]
    for doc_id, unit_id, theme in marks.itertuples(index=False):
        if theme in bearers and (doc_id, unit_id) in place:
            bearers[theme].append(place[doc_id, unit_id])
    drawn: dict[int, str] = {}
    for theme in sorted(bearers, key=lambda t: len(bearers[t])):
        free = sorted(set(bearers[theme]) - drawn.keys())
        want = max(at_least - sum(i in drawn for i in set(bearers[theme])), 0)
        for i in rng.permutation(free)[: min(want, n - len(drawn))].tolist():
            drawn[i] = theme
    rest = [i for i in range(len(units)) if i not in drawn]
    drawn |= dict.fromkeys(rng.permutation(rest)[: n - len(drawn)].tolist(), "")
    chosen = sorted(drawn)
    return units.iloc[chosen].assign(drawn_for=[drawn[i] for i in chosen])


def save_sheet(
    units: pd.DataFrame, path: str | Path, *, codebook: Codebook, within: pd.DataFrame | None = None
) -> Path:
    """Write a coding sheet for *units*, XLSX or CSV by the path's ending.

    The reader marks a theme with ``x`` in its column, or ``none``, and may choose a mode and write
    a note. In XLSX the cells offer what they accept, and a second worksheet holds the definitions.
    Text that a spreadsheet would run as a formula is stored as text (in CSV after an apostrophe).

    Parameters
    ----------
    units : DataFrame
        Units to code, as for :func:`cxzy_study.coding.coder.code_units`, with ``paragraph`` if it is known.
    path : str or Path
        ``.xlsx`` or ``.csv``.
    codebook : Codebook
    within : DataFrame, optional
        All units of the documents, for the heading above each; by default *units* themselves.

    Raises
    ------
    InvalidInput
        If the ending is another, or a unit is not *within*.
    """
    path = Path(path)
    shown = _shown(check_units(units), check_units(units if within is None else within))
    columns = [*shown.columns, *codebook.theme_ids, NONE, "mode", "note"]
    if path.suffix.lower() == ".csv":
        safe = shown.map(lambda cell: f"'{cell}" if cell.startswith(_FORMULA) else cell)
        text = safe.reindex(columns=columns, fill_value="").to_csv(index=False, lineterminator="\n")
        return save_bytes(text.encode("utf-8-sig"), path)
    if path.suffix.lower() == ".xlsx":
        return save_bytes(_workbook(shown, columns, codebook), path)
    raise InvalidInput(f"Invalid path {path}: a sheet is .xlsx or .csv.")


def load_sheet(path: str | Path, *, themes: Sequence[str], units: pd.DataFrame | None = None) -> pd.DataFrame:
    """Read a filled-in coding sheet.

    Parameters
    ----------
    path : str or Path
        As :func:`save_sheet` wrote it, filled in.
    themes : sequence of str
        Theme ids of the codebook.
    units : DataFrame, optional
        Units that the sheet was made for: it must hold these and no others.

    Returns
    -------
    DataFrame
        Table `sheet`: ``doc_id``, ``unit_id``, ``themes`` (ids joined by ``;``, ``none`` where no
        theme holds, empty where the reader left the row blank), ``mode``, ``note``.

    Raises
    ------
    InvalidInput
        Naming the column and the first rows (as the spreadsheet numbers them) that cannot be
        understood: another mark than ``x``, ``none`` beside a theme, an unknown mode, a mode without
        a mark, a unit twice, missing or unknown.
    """
    path = Path(path)
    rows = _read_rows(path)
    header, body = (rows[0], rows[1:]) if rows else ([], [])
    columns = [*SHOWN, *themes, NONE, "mode", "note"]
    if missing := [c for c in columns if c not in header and c not in ("kind", "heading", "text")]:
        raise InvalidInput(f"Invalid sheet {path}: a column is missing. {', '.join(missing)}.")
    table = pd.DataFrame(body, columns=pd.Index(header, dtype=object)).astype(object)
    table = table[[any(cells) for cells in body]] if body else table
    marks = table[[*themes, NONE]].map(str.lower)
    is_marked = marks.eq(MARK)
    blank = ~is_marked.any(axis=1)
    for column in marks.columns:
        _refuse(path, column, ~marks[column].isin([MARK, ""]), f"a mark is {MARK}")
    _refuse(path, NONE, is_marked[NONE] & is_marked[list(themes)].any(axis=1), "none cannot stand beside a theme")
    _refuse(path, "mode", ~table["mode"].isin([*MODES, ""]), f"it must be one of {', '.join(MODES)}")
    _refuse(path, "mode", table["mode"].ne("") & blank, "a unit with a mode needs a theme or none")
    _refuse(path, "unit_id", table.duplicated(["doc_id", "unit_id"]), "a unit may stand once")
    if units is not None:
        wanted = set(zip(units["doc_id"].astype(str), units["unit_id"].astype(str), strict=True))
        found = dict(zip(zip(table["doc_id"], table["unit_id"], strict=True), table.index, strict=True))
        strange = [f"row {int(i) + 2} has {d}/{u}" for (d, u), i in found.items() if (d, u) not in wanted]
        lost = [f"{d}/{u} lacks" for d, u in sorted(wanted - found.keys())]
        if strange or lost:
            ids = ", ".join([*strange[:5], *lost[:5]])
            raise InvalidInput(f"Invalid sheet {path}, column unit_id: it must hold the units it was made for. {ids}.")
    names = np.array([*themes, NONE], dtype=object)
    joined = [";".join(names[row]) for row in is_marked.to_numpy()]
    sheet = table[["doc_id", "unit_id"]].assign(themes=joined, mode=table["mode"], note=table["note"])
    return sheet.reset_index(drop=True)


def load_paragraphs(path: str | Path) -> pd.DataFrame | None:
    """Return the units of a coding sheet with their paragraphs, or None if it does not tell them.

    Returns
    -------
    DataFrame
        ``doc_id``, ``unit_id``, ``paragraph``.

    Raises
    ------
    InvalidInput
        If it is no sheet, or a paragraph is no whole number.
    """
    rows = _read_rows(Path(path))
    columns = ["doc_id", "unit_id", PARAGRAPH]
    if not rows or not set(columns) <= set(rows[0]):
        return None
    table = pd.DataFrame(rows[1:], columns=pd.Index(rows[0], dtype=object)).astype(object)[columns]
    table = table[table["unit_id"].ne("")]
    _refuse(Path(path), PARAGRAPH, ~table[PARAGRAPH].str.fullmatch(r"\d+").astype(bool), "it must be a whole number")
    return table.astype({PARAGRAPH: int})


def _shown(units: pd.DataFrame, within: pd.DataFrame) -> pd.DataFrame:
    place = {unit: i for i, unit in enumerate(zip(within["doc_id"], within["unit_id"], strict=True))}
    keys = list(zip(units["doc_id"], units["unit_id"], strict=True))
    if lost := [f"{d}/{u}" for d, u in keys if (d, u) not in place]:
        raise InvalidInput(f"Invalid units: they must be within the given ones. {', '.join(lost[:5])}.")
    parents, texts = find_parents(within), within["text"].tolist()
    above = [parents[place[key]] for key in keys]
    shown = units[["doc_id", "unit_id", "kind", "text"]].astype(str)
    shown.insert(3, "heading", [texts[i] if i >= 0 else "" for i in above])
    if PARAGRAPH in units.columns:
        shown.insert(2, PARAGRAPH, units[PARAGRAPH].astype(str))
    return shown


def _workbook(shown: pd.DataFrame, columns: list[str], codebook: Codebook) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    sheet.title = "coding"
    labels = {theme.id: theme for theme in codebook.themes}
    for number, name in enumerate(columns, 1):
        cell = sheet.cell(1, number, name)
        cell.font = Font(bold=True)
        sheet.column_dimensions[get_column_letter(number)].width = {"text": 70, "heading": 25, "note": 30}.get(name, 13)
    for line, row in enumerate(shown.itertuples(index=False), 2):
        for number, value in enumerate(row, 1):
            cell = sheet.cell(line, number)
            cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)[:32_000]
            cell.data_type = "s"  # never a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    last = max(len(shown) + 1, 2)
    for names, allowed in (((*codebook.theme_ids, NONE), [MARK]), (("mode",), list(MODES))):
        offered = '"' + ",".join(allowed) + '"'
        rule = DataValidation(type="list", formula1=offered, allow_blank=True, showErrorMessage=True)
        rule.error = f"Only {', '.join(allowed)}, or nothing."
        sheet.add_data_validation(rule)
        for name in names:
            letter = get_column_letter(columns.index(name) + 1)
            rule.add(f"{letter}2:{letter}{last}")
    sheet.freeze_panes = sheet.cell(2, len(shown.columns) + 1)
    guide = book.create_sheet("codebook")
    guide.append(["theme", "English", "中文", "definition", "定义", "mark it for", "标注", "do not mark it for", "不标注"])
    for theme_id in codebook.theme_ids:
        theme = labels[theme_id]
        parts = [part[lang] for part in (theme.definition, theme.include, theme.exclude) for lang in ("en", "zh")]
        guide.append([theme_id, theme.label["en"], theme.label["zh"], *parts])
    guide.append([codebook.label])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _read_rows(path: Path) -> list[list[str]]:
    """Return the cells of the sheet as stripped text, header first, all rows of one length."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"Invalid path {path}: it cannot be read ({error.strerror}).") from None
    if path.suffix.lower() == ".csv":
        try:
            rows: list[list[Any]] = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error) as error:
            raise InvalidInput(f"Invalid sheet {path}: it must be CSV in UTF-8 ({error}).") from None
    elif path.suffix.lower() == ".xlsx":
        rows = _read_workbook(content, path)
    else:
        raise InvalidInput(f"Invalid path {path}: a sheet is .xlsx or .csv.")
    if not rows:
        return []
    header = [str(cell or "").strip() for cell in rows[0]]
    width = len(header)
    if twice := sorted({name for name in header if name and header.count(name) > 1}):
        raise InvalidInput(f"Invalid sheet {path}: a column stands twice. {', '.join(twice)}.")
    long = [i for i, row in enumerate(rows, 1) if any(cell not in (None, "") for cell in row[width:])]
    if long:
        raise InvalidInput(f"Invalid sheet {path}: rows must not be longer than the header. Rows {long[:5]}.")
    return [[str("" if cell is None else cell).strip() for cell in [*row, *[None] * width][:width]] for row in rows]


def _read_workbook(content: bytes, path: Path) -> list[list[Any]]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=False, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise InvalidInput(f"Invalid sheet {path}: it must be an XLSX workbook ({error}).") from None
    sheet = book["coding"] if "coding" in book.sheetnames else book.worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _refuse(path: Path, column: str, bad: pd.Series, rule: str) -> None:
    if bad.any():
        rows = [int(i) + 2 for i in bad.index[bad]][:5]
        raise InvalidInput(f"Invalid sheet {path}, column {column}: {rule}. Rows {rows}.")
