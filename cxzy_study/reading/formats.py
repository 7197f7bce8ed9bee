"""Files of every kind to the text that they give."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cxzy_study.reading.delimited import MAX_CELL_CHARS, Cells, find_delimiter, split_lines, table_rows
from cxzy_study.reading.described import NOTHING, Described, describe_row, find_described
from cxzy_study.reading.encodings import decode
from cxzy_study.tables import InvalidInput

TEXTS = frozenset({".txt", ".md", ".html", ".htm", ".docx", ".pdf"})
TABLES = frozenset({".csv", ".tsv", ".xlsx", ".jsonl", ".parquet"})
FORMATS = TEXTS | TABLES

MAX_FILE_BYTES = 64 * 2**20
MAX_TABLE_BYTES = 2**31
MAX_UNPACKED_BYTES = 256 * 2**20
MAX_DOCUMENT_CHARS = MAX_CELL_CHARS
MAX_ID_CHARS = 1000
TEXT_COLUMNS = ("text", "content", "正文", "内容", "全文")
ID_COLUMNS = ("doc_id", "id", "编号")


@dataclass(frozen=True)
class Source:
    """A document as its file gives it: decoded text, how to read it, and what a table tells of it."""

    suffix: str
    text: str
    encoding: str
    html: bool = False
    markdown: bool = False
    told: Described = NOTHING


def open_text(content: bytes, *, suffix: str, name: str) -> Source:
    """Return the text of a one-document file.

    Parameters
    ----------
    content : bytes
        The file.
    suffix : str
        Its extension, one of :data:`TEXTS`.
    name : str
        Its name in error messages.

    Raises
    ------
    InvalidInput
        If it cannot be read: broken, encrypted, an archive bomb, no text, empty of text.
    """
    if len(content) > MAX_FILE_BYTES:
        raise InvalidInput(f"Invalid file {name}: must be under {MAX_FILE_BYTES >> 20} MB. Split it.")
    if suffix == ".docx":
        text, encoding = _docx(content, name), "docx"
    elif suffix == ".pdf":
        text, encoding = _pdf(content, name), "pdf"
    else:
        if content[:4] in {b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0"}:
            raise InvalidInput(
                f"Invalid file {name}: is no text but an office file, PDF or archive. Give it its own extension."
            )
        text, encoding = decode(content, name=name)
    if len(text) > MAX_DOCUMENT_CHARS:
        raise InvalidInput(
            f"Invalid file {name}: must hold under {MAX_DOCUMENT_CHARS >> 20} million characters. Split it."
        )
    return Source(suffix, text, encoding, html=suffix in {".html", ".htm"}, markdown=suffix == ".md")


def iter_rows(
    path: Path, *, suffix: str, text_column: str | None, id_column: str | None, names: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, Source | InvalidInput]]:
    """Yield ``(row id, file encoding, document or reason of refusal)`` for each row of a table of documents.

    Raises
    ------
    InvalidInput
        If the file as a whole cannot be read, lacks the columns, or has no rows.
    """
    name = path.name
    if path.stat().st_size > MAX_TABLE_BYTES:
        raise InvalidInput(
            f"Invalid file {name}: must be under {MAX_TABLE_BYTES >> 30} GB. Split it, or use cxzy bulk."
        )
    rows, encoding = open_rows(path, suffix)
    columns: tuple[str, str] | None = None
    described: tuple[str, ...] = ()
    seen: set[str] = set()
    number = 0
    for number, row in enumerate(rows, start=1):
        if isinstance(row, InvalidInput):
            yield str(number), encoding, row
            continue
        if columns is None:
            columns = choose_columns(list(row), text_column, id_column, name)
            described = find_described(list(row), without=columns)
        row_id, cell = check_row(row, number, columns=columns, seen=seen, name=name)
        if isinstance(cell, InvalidInput):
            yield row_id, encoding, cell
        else:
            yield row_id, encoding, replace(cell_source(cell, suffix, encoding), told=describe_row(row, described, names=names))
    if not number:
        raise InvalidInput(f"Invalid table {name}: has no rows.")


def check_row(
    row: Row, number: int, *, columns: tuple[str, str], seen: set[str], name: str
) -> tuple[str, str | InvalidInput]:
    """Return a row's id and its text, or why it is refused.

    Parameters
    ----------
    row : mapping
        Its cells by column.
    number : int
        Which row of its table it is, from 1: its id where it has none of its own.
    columns : tuple
        Names of the columns of text and id, as :func:`choose_columns` gives them.
    seen : set of str
        Ids so far; the row's is added.
    name : str
        The file, for messages.
    """
    cell = row.get(columns[0])
    row_id = str(row.get(columns[1]) or "").strip() if columns[1] else ""
    row_id = row_id or str(number)
    if row_id in seen:
        return str(number), InvalidInput(f"Invalid id {row_id!r} in {name}, row {number}: must be unique.")
    if len(row_id) > MAX_ID_CHARS:
        return str(number), InvalidInput(f"Invalid id {row_id[:40]!r}… in {name}, row {number}: must be under {MAX_ID_CHARS} characters.")
    seen.add(row_id)
    if not isinstance(cell, str) or not cell.strip():
        return row_id, InvalidInput(f"Invalid row {number} of {name}: column {columns[0]} holds no text.")
    if len(cell) > MAX_DOCUMENT_CHARS:
        return row_id, InvalidInput(f"Invalid row {number} of {name}: text is too long.")
    return row_id, cell


_PAGE = re.compile(r"\s*(?:<!doctype|<html|<head|<body)", re.I)


def cell_source(cell: str, suffix: str, encoding: str) -> Source:
    """Return a cell of a table as a document: a web page if it begins like one."""
    return Source(suffix, cell, encoding, html=_PAGE.match(cell, 0, 2000) is not None)


def choose_columns(names: list[str], text_column: str | None, id_column: str | None, file: str) -> tuple[str, str]:
    """Return the names of the columns of text and id (empty if there is none).

    Raises
    ------
    InvalidInput
        If a column that was asked for is missing, or none holds the text.
    """
    for given, option in ((text_column, "--text-column"), (id_column, "--id-column")):
        if given and given not in names:
            raise InvalidInput(f"Invalid {option} {given}: {file} has the columns {', '.join(names)}.")
    text = text_column or next((c for c in TEXT_COLUMNS if c in names), None)
    if text is None:
        raise InvalidInput(
            f"Invalid table {file}: name the text column with --text-column. Columns: {', '.join(names)}."
        )
    return text, id_column or next((c for c in ID_COLUMNS if c in names), "")


Row = dict[str, Any]


def open_rows(path: Path, suffix: str) -> tuple[Iterator[Row | InvalidInput], str]:
    """Return the rows of a table by column, or why one is refused, and the encoding of its file."""
    if suffix in {".csv", ".tsv"}:
        text, encoding = decode(path.read_bytes(), name=path.name)
        return table_rows(Cells(split_lines(text), path.name, delimiter=find_delimiter(text))), encoding
    if suffix == ".jsonl":
        text, encoding = decode(path.read_bytes(), name=path.name)
        return jsonl_rows(text.split("\n"), path.name), encoding
    if suffix == ".xlsx":
        return _xlsx_rows(path), "xlsx"
    return _parquet_rows(path), "parquet"


_HALF = re.compile("[\ud800-\udfff]")
"""A lone surrogate, which JSON can write and no text can hold."""


def jsonl_rows(lines: Iterable[str], name: str) -> Iterator[Row | InvalidInput]:
    """Yield the rows of JSON Lines by column, or why one is refused; blank lines are none."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield InvalidInput(f"Invalid line {number} of {name}: must be a JSON object.")
            continue
        if not isinstance(row, dict):
            yield InvalidInput(f"Invalid line {number} of {name}: must be a JSON object.")
        elif "\\u" in line and (half := _HALF.search(json.dumps(row, ensure_ascii=False))):
            yield InvalidInput(f"Invalid line {number} of {name}: U+{ord(half[0]):04X} is half a character.")
        else:
            yield row


def _xlsx_rows(path: Path) -> Iterator[Row | InvalidInput]:
    _check_archive(path.read_bytes(), path.name)
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        header: list[str] | None = None
        for cells in sheet.iter_rows(values_only=True):
            if header is None:
                header = [str(c) if c is not None else "" for c in cells]
            elif any(c is not None for c in cells):
                yield dict(zip(header, cells, strict=False))
        book.close()
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 (openpyxl raises anything on damaged books)
        raise InvalidInput(
            f"Invalid file {path.name}: cannot be read as XLSX ({type(error).__name__}). Save it again."
        ) from None


def _parquet_rows(path: Path) -> Iterator[Row | InvalidInput]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=256):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"Invalid file {path.name}: cannot be read as Parquet ({type(error).__name__}).") from None


def _check_archive(content: bytes, name: str) -> zipfile.ZipFile:
    """Refuse what is no archive, or one that unpacks to far more than it is."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        infos = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError, UnicodeDecodeError):
        raise InvalidInput(f"Invalid file {name}: is no office file (not an archive). Save it again.") from None
    unpacked = sum(info.file_size for info in infos)
    if len(infos) > 10_000 or unpacked > MAX_UNPACKED_BYTES:
        raise InvalidInput(
            f"Invalid file {name}: unpacks to {unpacked >> 20} MB in {len(infos)} parts; refused as an archive bomb."
        )
    if any(info.flag_bits & 1 for info in infos):
        raise InvalidInput(f"Invalid file {name}: is encrypted. Save it without a password.")
    return archive


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def _docx(content: bytes, name: str) -> str:
    """Text of a Word document, a line to a paragraph; deleted and hidden text and fallback copies left out."""
    from lxml import etree

    archive = _check_archive(content, name)
    try:
        with archive.open("word/document.xml") as part:
            xml = part.read(MAX_UNPACKED_BYTES + 1)
    except KeyError:
        raise InvalidInput(f"Invalid file {name}: holds no Word document (word/document.xml is missing).") from None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise InvalidInput(f"Invalid file {name}: is damaged ({type(error).__name__}). Save it again.") from None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidInput(f"Invalid file {name}: is damaged (XML, line {error.lineno}). Save it again.") from None
    parts: list[str] = []
    hidden = [
        node.getparent().getparent() for node in root.iter(f"{_W}vanish") if node.get(f"{_W}val") not in {"0", "false"}
    ]
    skipped: set[Any] = {
        child for node in (*root.iter(_FALLBACK), *hidden) if node is not None for child in node.iter()
    }
    for node in root.iter():
        if node in skipped:
            continue
        if node.tag == f"{_W}p":
            parts.append("\n")
        elif node.tag == f"{_W}t":
            parts.append(node.text or "")
        elif node.tag in {f"{_W}br", f"{_W}cr"}:
            parts.append("\v")
        elif node.tag == f"{_W}tab":
            parts.append("\t")
    return "".join(parts).lstrip("\n")


def _pdf(content: bytes, name: str) -> str:
    """Text of a PDF, pages one after the other."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
        pages = []
        for index in range(min(len(document), 20_000)):
            page = document[index].get_textpage()
            pages.append(page.get_text_bounded())
            page.close()
        document.close()
    except pypdfium2.PdfiumError as error:
        reason = "asks for a password" if "password" in str(error).lower() else "is damaged"
        raise InvalidInput(f"Invalid file {name}: {reason} (PDF). Save it again.") from None
    # A word that the typesetter broke is marked by U+FFFE; the break is no character.
    text = "\f".join(pages).replace("\ufffe", "")
    if len(re.sub(r"\s", "", text)) < 2 * len(pages):
        raise InvalidInput(f"Invalid file {name}: gives no text (a scan?). Recognise its characters first (OCR).")
    return text
