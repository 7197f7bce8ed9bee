"""Tables whose cells are parted by commas, semicolons or tabs, with a reason for every row that cannot be told."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from cxzy_study.tables import InvalidInput

MAX_CELL_CHARS = 16 * 2**20
DELIMITERS = (",", ";", "\t")
HEAD_CHARS = 2**16
"""Characters of a table's beginning that tell its delimiter."""

_HEAD_ROWS = 20
_MARKS = "a quotation mark within a quoted cell must be doubled, and one that opens a cell be closed."


class Cells:
    r"""The rows of a table as lists of cells; None in the place of a row that cannot be told.

    Stricter than :func:`csv.reader`, which takes a quotation mark that is never closed for a cell that holds the rest of the
    file, and drops the marks of a cell like ``"a"b``.

    Parameters
    ----------
    lines : iterable of str
        With their ends; a bare carriage return ends one, too.
    name : str
        The table, for messages.
    delimiter : str
        As :func:`find_delimiter` tells it.
    line : int
        Lines of the table before the first of *lines*.

    Raises
    ------
    InvalidInput
        From ``next``, if a quotation mark is not closed before the file ends, or a cell is too long. Nothing can be read
        behind it.

    Examples
    --------
    >>> list(Cells(['a,b\n', '"1"x,2\n', '3,4\n'], "t.csv"))
    [['a', 'b'], None, ['3', '4']]
    """

    def __init__(self, lines: Iterable[str], name: str, *, delimiter: str = ",", line: int = 0) -> None:
        csv.field_size_limit(MAX_CELL_CHARS)
        self.name, self.line = name, line
        self._opened = 0
        self._open = False
        self._reader = csv.reader(self._counted(lines), delimiter=delimiter, strict=True)

    def _counted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.line += 1
            # Marks within a cell are doubled, so that an odd number of them in a line opens or closes a cell.
            if line.count('"') % 2:
                self._open = not self._open
                self._opened = self.line if self._open else 0
            yield line

    def __iter__(self) -> Iterator[list[str] | None]:
        return self

    def __next__(self) -> list[str] | None:
        first, self._open, self._opened = self.line + 1, False, 0
        try:
            return next(self._reader)
        except csv.Error as error:
            if " expected after " in str(error):
                return None
            if not self._open and "field larger" in str(error):
                raise InvalidInput(
                    f"Invalid table {self.name}, line {self.line}: a cell must be under {MAX_CELL_CHARS >> 20} million "
                    "characters. Nothing from here on can be read."
                ) from None
            raise InvalidInput(
                f"Invalid table {self.name}, line {self._opened or first}: the quotation mark that opens a cell here must be "
                "closed. Nothing from here on can be read."
            ) from None


def split_lines(text: str) -> Iterator[str]:
    r"""Yield the lines of a text with their ends; a bare carriage return ends one, too.

    >>> list(split_lines("a\rb\r\n"))
    ['a\r', 'b\r\n']
    """
    return io.StringIO(text, newline="")


def find_delimiter(head: str) -> str:
    r"""Return what parts the cells of a table: comma, semicolon (spreadsheets of much of Europe) or tab.

    That which parts the header into more than one cell, and most of the first rows into as many.

    Parameters
    ----------
    head : str
        The beginning of the table (:data:`HEAD_CHARS`), or all of it.

    Examples
    --------
    >>> find_delimiter("id;text\n1;会议开了,大家满意。\n"), find_delimiter("text\n好;很好\n")
    (';', ',')
    """
    cut = len(head) >= HEAD_CHARS
    best, found = (0.0, 1), ","
    for delimiter in DELIMITERS:
        rows: list[int] = []
        try:
            for cells in Cells(split_lines(head[:HEAD_CHARS]), "", delimiter=delimiter):
                if cells != []:
                    rows.append(len(cells or ()))
                if len(rows) > _HEAD_ROWS:
                    break
            else:
                # The last row may be cut short.
                rows = rows[: len(rows) - cut] or rows
        except InvalidInput:
            pass
        if rows and rows[0] > 1:
            alike = (1 + rows[1:].count(rows[0])) / len(rows)
            if (alike, rows[0]) > best:
                best, found = (alike, rows[0]), delimiter
    return found


def table_rows(cells: Cells) -> Iterator[dict[str, Any] | InvalidInput]:
    """Yield the rows of a table by column, or why one is refused; the first row names the columns."""
    header = read_header(cells)
    for row in cells:
        if row != []:
            yield name_cells(row, header, cells.name, cells.line)


def read_header(cells: Cells) -> tuple[str, ...]:
    """Return the names of a table's columns, its first row.

    Raises
    ------
    InvalidInput
        If it cannot be told, or two columns bear one name.
    """
    header = next(cells, [])
    if header is None:
        raise InvalidInput(f"Invalid table {cells.name}: {_MARKS} That is its header.")
    if len(set(header)) < len(header):
        raise InvalidInput(f"Invalid table {cells.name}: column names must be unique. {', '.join(header)}.")
    return tuple(header)


def name_cells(row: list[str] | None, header: tuple[str, ...], name: str, number: int) -> dict[str, Any] | InvalidInput:
    """Return a row by column, or why it is refused; *number* is its place in the table."""
    if row is None:
        return InvalidInput(f"Invalid row {number} of {name}: {_MARKS}")
    if len(row) != len(header):
        return InvalidInput(f"Invalid row {number} of {name}: has {len(row)} cells, the header {len(header)}.")
    return dict(zip(header, row, strict=True))
