"""What a part is made of: whole files, and stretches of tables that are too large for one part."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from cxzy_study.bulk.listing import Entry
from cxzy_study.bulk.settings import Settings
from cxzy_study.reading.delimited import HEAD_CHARS, Cells, find_delimiter, read_header, split_lines
from cxzy_study.reading.described import find_described
from cxzy_study.reading.encodings import MARKS, decode
from cxzy_study.reading.formats import (
    FORMATS,
    MAX_DOCUMENT_CHARS,
    MAX_FILE_BYTES,
    TABLES,
    choose_columns,
    jsonl_rows,
)
from cxzy_study.tables import InvalidInput

PACKED = (".jsonl.gz", ".csv.gz", ".tsv.gz")
MAX_LINE_BYTES = 4 * MAX_DOCUMENT_CHARS + 2**20
"""A line of more bytes holds more characters than a document may, whatever its encoding."""

_SAMPLE = 2**20


@dataclass(frozen=True)
class Piece:
    """A file, or a stretch of one.

    Attributes
    ----------
    path : str
        Below the inputs' common folder.
    size, changed : int
        Of the whole file: bytes, and time of its last change.
    kind : str
        ``file``: the whole; ``lines``: bytes *start* to *end* of JSONL or CSV; ``groups``: row groups *start* to *end*
        of Parquet; ``refused``: nothing is read, for *reason*.
    start, end : int
    row, rows : int
        Rows of the file before the stretch, and in it.
    columns : tuple of str
        Names of the columns of text, id, group, title, date and outlet (empty if there is none).
    header : tuple of str
        All column names of a CSV.
    delimiter : str
        What parts its cells.
    encoding : str
    sum : int
        CRC-32 of the stretch: whether it is still the same after the file has grown.
    reason : str
    """

    path: str
    size: int
    changed: int
    kind: str = "file"
    start: int = 0
    end: int = 0
    row: int = 0
    rows: int = 0
    columns: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    sum: int = 0
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what differs from a whole file, by name."""
        told = {"path": self.path, "size": self.size, "changed": self.changed}
        # Of the usual piece, a page, there may be millions.
        return told if self.kind == "file" else told | {k: v for k, v in vars(self).items() if k not in told and v}

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> Piece:
        """Return the piece that :meth:`to_json` told."""
        values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in told.items()}
        return cls(**values)

    @property
    def weight(self) -> int:
        """Bytes to read; a little more for each, so that a part of empty files is no endless one."""
        return 512 + (self.end - self.start if self.kind == "lines" else self.size if self.kind == "file" else 0)


@dataclass(frozen=True)
class Part:
    """A part: what is read together, and gives one file of every table."""

    number: int
    pieces: tuple[Piece, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        """Name of its files, in the order of the parts."""
        return f"part-{self.number:07d}"


def suffix_of(path: str) -> str:
    """Return the extension by which a file is read.

    >>> suffix_of("a/b.JSONL.gz"), suffix_of("c.Txt")
    ('.jsonl.gz', '.txt')
    """
    low = path.lower()
    # Of pages there may be millions: first whether it is any packed file at all.
    if low.endswith(PACKED):
        return next(suffix for suffix in PACKED if low.endswith(suffix))
    return os.path.splitext(low)[1]


def cut_entry(entry: Entry, base: Path, settings: Settings, known: Piece | None = None) -> Iterator[Piece]:
    """Yield the pieces of a file, in order.

    Parameters
    ----------
    entry : Entry
    base : Path
        The inputs' common folder.
    settings : Settings
    known : Piece, optional
        The last stretch that is still as it was; pieces begin behind it.
    """
    whole = Piece(*entry[:3])
    name, suffix = os.path.basename(entry.path), suffix_of(entry.path)
    if entry.reason:
        yield replace(whole, kind="refused", reason=entry.reason)
    elif suffix not in FORMATS and suffix not in PACKED:
        formats = " ".join(sorted(FORMATS | set(PACKED)))
        yield replace(whole, kind="refused", reason=f"Invalid file {name}: its format must be one of {formats}.")
    elif suffix not in TABLES:
        reason = f"Invalid file {name}: must be under {MAX_FILE_BYTES >> 20} MB. Split it."
        big = entry.size > MAX_FILE_BYTES and suffix not in PACKED
        yield replace(whole, kind="refused", reason=reason) if big else whole
    elif entry.size <= settings.part_bytes or suffix == ".xlsx":
        yield whole
    else:
        cutter = {".jsonl": _cut_jsonl, ".csv": _cut_csv, ".tsv": _cut_csv, ".parquet": _cut_parquet}[suffix]
        last = known
        try:
            for piece in cutter(whole, base / entry.path, settings, known):
                last = piece
                yield piece
        except InvalidInput as error:
            told = {"start": last.end, "end": entry.size, "row": last.row + last.rows} if last else {}
            yield replace(whole, kind="refused", reason=str(error), **told)  # type: ignore[arg-type]
        except OSError as error:
            yield replace(whole, kind="refused", reason=f"Invalid file {name}: cannot be opened ({error.strerror}).")


def columns_of(names: list[str], settings: Settings, file: str) -> tuple[str, ...]:
    """Return the names of the columns of text, id, group, title, date and outlet (empty if there is none).

    Raises
    ------
    InvalidInput
        If one that was asked for is missing, or none holds the text.
    """
    text, own = choose_columns(names, settings.text_column or None, settings.id_column or None, file)
    if settings.group_column and settings.group_column not in names:
        raise InvalidInput(
            f"Invalid --group-column {settings.group_column}: {file} has the columns {', '.join(names)}."
        )
    return text, own, settings.group_column, *find_described(names, without=(text, own))[:3]


def sample_encoding(path: Path) -> str:
    """Return the encoding of a large table, from its beginning, middle and end.

    Raises
    ------
    InvalidInput
        If it is no text, or UTF-16, which cannot be cut.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        if head.startswith(tuple(mark for mark, name in MARKS if name != "utf-8")):
            raise InvalidInput(f"Invalid file {path.name}: large tables must not be UTF-16. Save it as UTF-8.")
        samples = [head[: head.rfind(b"\n") + 1] or head]
        for start in (size // 2, max(0, size - _SAMPLE)):
            file.seek(start)
            chunk = file.read(_SAMPLE)
            samples.append(chunk[chunk.find(b"\n") + 1 : chunk.rfind(b"\n") + 1])
    found = [decode(sample, name=path.name)[1].removesuffix(" (damaged)") for sample in samples if sample]
    return next((e for e in found if e != "utf-8"), "utf-8")


def decode_line(raw: bytes, encoding: str) -> str:
    """Return a line's text; a broken character is shown as U+FFFD.

    >>> decode_line("松岭".encode()[:-1], "utf-8")
    '松\ufffd'
    """
    return raw.decode(encoding, "replace")


def iter_lines(file: BinaryIO, end: int | None = None) -> Iterator[tuple[bytes, bool]]:
    """Yield ``(line, whole)``; of a line over :data:`MAX_LINE_BYTES` only the beginning, its rest is passed over."""
    at = file.tell()
    while end is None or at < end:
        line = file.readline(MAX_LINE_BYTES)
        if not line:
            return
        whole = len(line) < MAX_LINE_BYTES or line.endswith(b"\n")
        at += len(line)
        rest = line
        while not whole and rest and not rest.endswith(b"\n"):
            rest = file.readline(MAX_LINE_BYTES)
            at += len(rest)
        yield line, whole


def _bom(file: BinaryIO) -> int:
    return 3 if file.read(3) == MARKS[0][0] else 0


def _cut_jsonl(whole: Piece, path: Path, settings: Settings, known: Piece | None) -> Iterator[Piece]:
    with path.open("rb") as file:
        start, row = (known.end, known.row + known.rows) if known else (_bom(file), 0)
        encoding = known.encoding if known else sample_encoding(path)
        columns = known.columns if known else ()
        while start < whole.size:
            file.seek(start)
            block = file.read(settings.part_bytes)
            if not columns:
                head = decode_line(block[: 2**22], encoding)
                first = next((r for r in jsonl_rows(head.split("\n"), path.name) if isinstance(r, dict)), None)
                columns = columns_of(list(first), settings, path.name) if first is not None else ()
            check, rows, end = zlib.crc32(block), count_rows(block, encoding), start + len(block)
            if not block.endswith(b"\n"):
                # The last line goes on; what is left of it is no further row.
                for rest in iter(lambda: file.readline(_SAMPLE), b""):
                    check, end = zlib.crc32(rest, check), end + len(rest)
                    if rest.endswith(b"\n"):
                        break
            if end == start:
                return
            yield replace(
                whole, kind="lines", start=start, end=end, row=row, rows=rows, columns=columns, encoding=encoding, sum=check
            )
            start, row = end, row + rows


def count_rows(block: bytes, encoding: str) -> int:
    r"""Count the lines of a block that are not blank.

    >>> count_rows(b'{"a": 1}\n\n{"a": 2}', "utf-8")
    2
    """
    lines = block.count(b"\n") + (not block.endswith(b"\n"))
    # The usual case, a hundred times as fast: every line begins with a brace.
    if block[:1] == b"{" and block.count(b"\n{") + 1 == lines:
        return lines
    return sum(1 for line in decode_line(block, encoding).split("\n") if line.strip())


def _cut_csv(whole: Piece, path: Path, settings: Settings, known: Piece | None) -> Iterator[Piece]:
    with path.open("rb") as file:
        encoding = known.encoding if known else sample_encoding(path)
        file.seek(known.end if known else _bom(file))
        at, check = file.tell(), 0

        def lines() -> Iterator[str]:
            nonlocal at, check
            for raw, _ in iter_lines(file):
                at, check = file.tell(), zlib.crc32(raw, check)
                yield from split_lines(decode_line(raw, encoding))

        delimiter = known.delimiter if known else find_delimiter(decode_line(file.read(4 * HEAD_CHARS), encoding))
        file.seek(at)
        reader = Cells(lines(), path.name, delimiter=delimiter, line=_count_lines(path, at) if known else 0)
        if known:
            header, columns, row = known.header, known.columns, known.row + known.rows
        else:
            header, row = read_header(reader), 0
            columns = columns_of(list(header), settings, path.name)
        start, rows, check = at, 0, 0
        told = replace(whole, kind="lines", columns=columns, header=header, delimiter=delimiter, encoding=encoding)
        try:
            for cells in reader:
                rows += cells != []
                if at - start >= settings.part_bytes:
                    yield replace(told, start=start, end=at, row=row, rows=rows, sum=check)
                    start, row, rows, check = at, row + rows, 0, 0
        except InvalidInput as error:
            # What stands before the fault is a stretch that ends where its last whole row does: read again, it stops there.
            yield replace(told, start=start, end=at, row=row, rows=rows, sum=check, reason=f"{error}")
            raise
        if rows or at > start:
            yield replace(told, start=start, end=at, row=row, rows=rows, sum=check)


def _count_lines(path: Path, end: int) -> int:
    with path.open("rb") as file:
        return sum(file.read(min(_SAMPLE, end - at)).count(b"\n") for at in range(0, end, _SAMPLE))


def _cut_parquet(whole: Piece, path: Path, settings: Settings, _: Piece | None) -> Iterator[Piece]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            columns = columns_of(file.schema_arrow.names, settings, path.name)
            start = row = rows = size = 0
            for group in range(file.num_row_groups):
                meta = file.metadata.row_group(group)
                rows, size = rows + meta.num_rows, size + meta.total_byte_size
                if size >= settings.part_bytes or group + 1 == file.num_row_groups:
                    yield replace(whole, kind="groups", start=start, end=group + 1, row=row, rows=rows, columns=columns)
                    start, row, rows, size = group + 1, row + rows, 0, 0
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InvalidInput(f"Invalid file {path.name}: cannot be read as Parquet ({type(error).__name__}).") from None
