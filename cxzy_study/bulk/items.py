"""The documents of a part, one after the other, with a reason for everything that is refused."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from cxzy_study.bulk.chain import Item
from cxzy_study.bulk.listing import show_path
from cxzy_study.bulk.pieces import Piece, columns_of, decode_line, iter_lines, suffix_of
from cxzy_study.bulk.settings import Settings
from cxzy_study.reading.delimited import HEAD_CHARS, Cells, find_delimiter, name_cells, read_header, split_lines
from cxzy_study.reading.described import describe_row
from cxzy_study.reading.encodings import MARKS, decode
from cxzy_study.reading.formats import (
    MAX_DOCUMENT_CHARS,
    MAX_FILE_BYTES,
    MAX_UNPACKED_BYTES,
    TABLES,
    Row,
    check_row,
    jsonl_rows,
    open_rows,
)
from cxzy_study.tables import InvalidInput

Rows = Iterator[Row | InvalidInput]
MOST_PACKED = 100
"""Of more than so many bytes for each packed one a file is refused, as one that was made to fill the machine."""


class Refused(NamedTuple):
    """A file, a row, or what is left of a file, that gives no document.

    ``again`` says that the fault may pass (a disk that did not answer): a later run tries once more.
    """

    doc_id: str
    file: str
    reason: str
    again: bool = False


def iter_piece(
    piece: Piece, base: Path, settings: Settings, dropped: frozenset[str] = frozenset()
) -> Iterator[Item | Refused]:
    """Yield the documents of a piece in order, and what is refused.

    Parameters
    ----------
    piece : Piece
    base : Path
        The inputs' common folder.
    settings : Settings
    dropped : frozenset of str
        Ids that another part has already.
    """
    path, doc_id = base / piece.path, show_path(piece.path)
    name = doc_id.rpartition("/")[2]
    if piece.kind == "refused":
        yield Refused(doc_id, name, piece.reason)
        return
    try:
        suffix = suffix_of(piece.path)
        if suffix not in TABLES and not suffix.endswith(".gz"):
            with path.open("rb") as file:
                content = file.read(MAX_FILE_BYTES + 1)
            yield Item(doc_id, content, suffix, _folder(doc_id), name)
            return
        for item in _table(piece, path, suffix, doc_id, name, settings):
            if isinstance(item, Item) and item.doc_id in dropped:
                reason = f"Invalid id {item.doc_id.rpartition('#')[2]!r} in {name}: must be unique."
                yield Refused(item.doc_id, name, reason)
            else:
                yield item
    except InvalidInput as error:
        yield Refused(doc_id, name, str(error))
    except OSError as error:
        yield Refused(doc_id, name, f"Invalid file {name}: cannot be opened ({error.strerror}).", again=True)


def _folder(doc_id: str) -> str:
    """Return the group of a page: the first folder of its path."""
    return doc_id.partition("/")[0] if "/" in doc_id else "."


def _table(piece: Piece, path: Path, suffix: str, doc_id: str, name: str, settings: Settings) -> Iterator[Item | Refused]:
    rows, encoding = _open(piece, path, suffix, settings)
    columns: tuple[str, ...] = piece.columns
    seen: set[str] = set()
    kind = suffix.removesuffix(".gz")
    number = piece.row
    while True:
        number += 1
        try:
            row = next(rows, None)
        except InvalidInput as error:
            # What has been read up to here stays.
            yield Refused(doc_id, name, str(error))
            return
        if row is None:
            if _is_empty(piece, number - 1):
                yield Refused(doc_id, name, f"Invalid table {name}: has no rows.")
            return
        if isinstance(row, InvalidInput):
            yield Refused(f"{doc_id}#{number}", name, str(row))
            continue
        if not columns:
            columns = columns_of(list(row), settings, name)
        row_id, cell = check_row(row, number, columns=cast(tuple[str, str], columns[:2]), seen=seen, name=name)
        if isinstance(cell, InvalidInput):
            yield Refused(f"{doc_id}#{row_id}", name, str(cell))
            continue
        group = str(row.get(columns[2]) or "") if columns[2] else doc_id
        told = describe_row(row, columns[3:], names=settings.names)
        damaged = "\ufffd" in cell and encoding not in {"xlsx", "parquet"} and not encoding.endswith(")")
        yield Item(f"{doc_id}#{row_id}", cell, kind, group, name, encoding + " (damaged)" * damaged, told)


def _is_empty(piece: Piece, last: int) -> bool:
    """Whether a table has ended without a row; of one that was cut into pieces the last piece says so."""
    return last == 0 and (piece.kind == "file" or piece.end == piece.size)


def _open(piece: Piece, path: Path, suffix: str, settings: Settings) -> tuple[Rows, str]:
    if suffix.endswith(".gz"):
        return _open_packed(piece, path, suffix)
    if piece.kind == "groups":
        return _parquet_rows(path, piece), "parquet"
    if piece.kind == "lines":
        return _line_rows(piece, path, suffix), piece.encoding
    if suffix == ".parquet":
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with pq.ParquetFile(path) as file:
                columns = columns_of(file.schema_arrow.names, settings, path.name)
                whole = Piece(piece.path, piece.size, piece.changed, end=file.num_row_groups, columns=columns)
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise InvalidInput(f"Invalid file {path.name}: cannot be read as Parquet ({type(error).__name__}).") from None
        return _parquet_rows(path, whole), "parquet"
    return open_rows(path, suffix)


def _line_rows(piece: Piece, path: Path, suffix: str) -> Rows:
    with path.open("rb") as file:
        file.seek(piece.start)
        lines = _text_lines(file, piece.encoding, piece.end)
        if suffix == ".jsonl":
            yield from _json_rows(lines, path.name)
        else:
            cells = Cells(_split(lines), path.name, delimiter=piece.delimiter)
            yield from _csv_rows(cells, piece.header, path.name, row=piece.row, quiet=bool(piece.reason))


def _text_lines(file: BinaryIO, encoding: str, end: int | None = None) -> Iterator[str]:
    for line, whole in iter_lines(file, end):
        # Of a line that no document may be as long as, enough to be refused for its length.
        yield decode_line(line, encoding) if whole else "\0" * (MAX_DOCUMENT_CHARS + 1)


def _split(lines: Iterable[str]) -> Iterator[str]:
    return (part for line in lines for part in split_lines(line))


def _json_rows(lines: Iterable[str], name: str) -> Rows:
    for line in lines:
        if len(line) > MAX_DOCUMENT_CHARS and line[0] == "\0":
            yield InvalidInput(f"Invalid line in {name}: is too long.")
        else:
            yield from jsonl_rows([line], name)


def _csv_rows(cells: Cells, header: tuple[str, ...], name: str, *, row: int = 0, quiet: bool = False) -> Rows:
    """Yield the rows of a CSV behind its header; *quiet* where the plan has told already how it ends."""
    try:
        for told in cells:
            if told != []:
                row += 1
                yield name_cells(told, header, name, row)
    except InvalidInput:
        if not quiet:
            raise


def _open_packed(piece: Piece, path: Path, suffix: str) -> tuple[Rows, str]:
    try:
        with gzip.open(path) as file:
            sample = file.read1(2**20)
        encoding = decode(sample[: sample.rfind(b"\n") + 1] or sample, name=path.name)[1].removesuffix(" (damaged)")
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InvalidInput(f"Invalid file {path.name}: is damaged, or no gzip file ({type(error).__name__}).") from None
    return _packed_rows(piece, path, suffix, encoding), encoding


def _packed_rows(piece: Piece, path: Path, suffix: str, encoding: str) -> Rows:
    most = max(MAX_UNPACKED_BYTES, MOST_PACKED * piece.size)
    with cast(BinaryIO, gzip.open(path)) as file:
        lines = _bounded(_text_lines(file, encoding), file, most, path.name)
        try:
            if suffix == ".jsonl.gz":
                yield from _json_rows(lines, path.name)
                return
            with gzip.open(path) as head:
                delimiter = find_delimiter(decode_line(head.read(4 * HEAD_CHARS).removeprefix(MARKS[0][0]), encoding))
            cells = Cells(_split(lines), path.name, delimiter=delimiter)
            yield from _csv_rows(cells, read_header(cells), path.name)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise InvalidInput(
                f"Invalid file {path.name}: is damaged or cut short from here on ({type(error).__name__})."
            ) from None


def _bounded(lines: Iterator[str], file: BinaryIO, most: int, name: str) -> Iterator[str]:
    first = True
    for line in lines:
        if file.tell() > most:
            raise InvalidInput(f"Invalid file {name}: unpacks to over {most >> 20} MB; refused as an archive bomb.")
        yield line.removeprefix("\ufeff") if first else line
        first = False


def _parquet_rows(path: Path, piece: Piece) -> Rows:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = list(dict.fromkeys(c for c in piece.columns if c))
    try:
        with pq.ParquetFile(path, buffer_size=2**20, pre_buffer=False) as file:
            groups = list(range(piece.start, piece.end))
            for batch in file.iter_batches(256, row_groups=groups, columns=columns, use_threads=False):
                yield from _python_rows(batch, path.name)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise
        raise InvalidInput(f"Invalid file {path.name}: cannot be read on as Parquet ({type(error).__name__}).") from None


def _python_rows(batch: object, name: str) -> Rows:
    try:
        yield from batch.to_pylist()  # type: ignore[attr-defined]
    except UnicodeDecodeError:
        # One cell is no UTF-8: row by row, so that the others stay.
        for at in range(batch.num_rows):  # type: ignore[attr-defined]
            try:
                yield batch.slice(at, 1).to_pylist()[0]  # type: ignore[attr-defined]
            except UnicodeDecodeError:
                yield InvalidInput(f"Invalid row in {name}: is no UTF-8.")
