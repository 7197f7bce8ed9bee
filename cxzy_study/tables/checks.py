"""Check, load and save tables; write any file whole or not at all."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from cxzy_study.tables.columns import Column
from cxzy_study.tables.schemas import SCHEMAS

_SPANS = re.compile(r"\d+-\d+(;\d+-\d+)*")
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class InvalidInput(ValueError):
    """Bad input: the message names the culprit and what to do (the command line exits 2; a notebook shows one line).

    The way to it is kept (``__traceback__``, ``%debug``): it is only not printed.
    """

    def _render_traceback_(self) -> list[str]:
        """Return what IPython prints: the message alone, for no line of this library is at fault."""
        return [f"InvalidInput: {self}"]


def check_table(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return *frame* if it is a sound table *name*, its columns in order.

    Raises
    ------
    InvalidInput
        Naming the column, its rule and the first offending rows (numbered from 1, header not
        counted).

    Examples
    --------
    >>> arenas = pd.DataFrame({"doc_id": ["demo"], "unit_id": ["u001"], "arena": ["villages"]})
    >>> check_table(arenas, "arenas").shape
    (1, 3)
    """
    table = SCHEMAS[name]
    missing = [c for c in table.names if c not in frame.columns]
    extra = [c for c in frame.columns if c not in table.names]
    if missing or extra:
        raise InvalidInput(f"Invalid table {name}: columns must be {table.names}. Missing {missing}, unknown {extra}.")
    for column in table.columns:
        bad = _offending(frame[column.name], column)
        if bad.any():
            rows = (np.flatnonzero(bad) + 1)[:5].tolist()
            rule = "no cell may be empty" if column.required and _empty(frame[column.name]).any() else _rule(column)
            raise InvalidInput(f"Invalid table {name}, column {column.name}: {rule}. Rows {rows}.")
    if table.key and frame.duplicated(list(table.key)).any():
        rows = (np.flatnonzero(frame.duplicated(list(table.key))) + 1)[:5].tolist()
        raise InvalidInput(f"Invalid table {name}: {', '.join(table.key)} must be unique. Rows {rows}.")
    return frame[table.names]


def load_table(path: str | Path, name: str) -> pd.DataFrame:
    """Read table *name* from CSV and check it.

    Raises
    ------
    InvalidInput
        If the file is missing, is no CSV or breaks the table's rules.
    """
    path = Path(path)
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(f"Invalid path {path}: no such file (table {name}).") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise InvalidInput(
            f"Invalid file {path}: must be UTF-8 CSV (table {name}). {str(error).splitlines()[0]}"
        ) from None
    for column in SCHEMAS[name].columns:
        if column.name not in raw.columns:
            continue
        cells = raw[column.name]
        if column.kind in {"int", "flag"}:
            numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce")
            whole = cells.eq("") | (numbers.notna() & (numbers % 1 == 0))
            if not whole.all():
                rows = (np.flatnonzero(~whole) + 1)[:5].tolist()
                raise InvalidInput(
                    f"Invalid table {name} in {path}, column {column.name}: {_rule(column)}. Rows {rows}."
                )
            raw[column.name] = numbers.astype("Int64")
        elif column.kind in {"share", "number"}:
            numbers = pd.to_numeric(cells.where(cells != ""), errors="coerce")
            if (numbers.isna() & cells.ne("")).any():
                rows = (np.flatnonzero(numbers.isna() & cells.ne("")) + 1)[:5].tolist()
                raise InvalidInput(
                    f"Invalid table {name} in {path}, column {column.name}: {_rule(column)}. Rows {rows}."
                )
            raw[column.name] = numbers.astype(float)
    return check_table(raw, name)


def save_table(frame: pd.DataFrame, path: str | Path, name: str) -> Path:
    """Check *frame* as table *name* and write it whole or not at all.

    Floats keep nine significant digits, so that equal tables are equal bytes on machines that
    differ in the last bit.
    """
    return save_text(table_text(check_table(frame, name)), path)


def table_text(frame: pd.DataFrame) -> str:
    """Return *frame* as CSV, the way every table of the project is written."""
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.9g")


def save_text(text: str, path: str | Path) -> Path:
    """Write *text* (UTF-8) whole or not at all."""
    return save_bytes(text.encode("utf-8"), path)


def save_bytes(content: bytes, path: str | Path) -> Path:
    """Write *content* to *path* by an atomic rename; an interrupted call leaves the old file, an error names *path*."""
    path = Path(path)
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            os.chmod(scratch, 0o644)
            os.replace(scratch, path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    return path


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Let an error of the system name *path*, which was asked for, in the place of a scratch file or nothing."""
    try:
        yield
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, error.strerror, str(path)) from error


def _empty(cells: pd.Series) -> pd.Series:
    return cells.isna() | cells.astype(str).eq("")


def _offending(cells: pd.Series, column: Column) -> pd.Series:
    empty = _empty(cells)
    if column.kind in {"int", "flag", "share", "number"}:
        numbers = pd.to_numeric(cells.where(~empty, np.nan), errors="coerce").astype(float)
        bad = numbers.isna() & ~empty
        if column.kind != "number":
            bad |= numbers < 0
        if column.kind in {"share", "flag"}:
            bad |= numbers > 1
        if column.kind in {"int", "flag"}:
            bad |= numbers.notna() & (numbers % 1 != 0)
    else:
        filled = cells.where(~empty, "").astype(str)
        bad = pd.Series(False, index=cells.index)
        if column.kind == "spans":
            bad = ~empty & ~filled.map(lambda s: bool(_SPANS.fullmatch(s))).astype(bool)
        elif column.kind == "date":
            bad = ~empty & ~filled.map(lambda s: bool(_DATE.fullmatch(s))).astype(bool)
        elif column.kind == "list" and column.allowed:
            bad = ~empty & ~filled.map(lambda s: set(s.split(";")) <= set(column.allowed)).astype(bool)
        elif column.allowed:
            bad = ~empty & ~filled.isin(column.allowed)
    return (bad | (empty if column.required else False)).fillna(True).astype(bool)


def _rule(column: Column) -> str:
    if column.allowed:
        return f"must be one of {', '.join(column.allowed)}"
    return {
        "int": "must be a whole number, 0 or more",
        "flag": "must be 0 or 1",
        "share": "must lie in [0, 1]",
        "number": "must be a number",
        "date": "must be YYYY, YYYY-MM or YYYY-MM-DD",
        "spans": "must be start-end, several joined by ;",
    }.get(column.kind, "must not be empty")
