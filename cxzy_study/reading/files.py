"""Files and folders to documents, in a fixed order, with a reason for everything that is refused."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxzy_study.reading.described import fill_in
from cxzy_study.reading.documents import Reading, read_text
from cxzy_study.reading.formats import FORMATS, TABLES, Source, iter_rows, open_text
from cxzy_study.tables import InvalidInput


@dataclass(frozen=True, repr=False)
class Document:
    """A document that was read, with what is known of its file; *author* is what a table tells."""

    reading: Reading
    path: Path
    suffix: str
    sha256: str
    author: str = ""

    def __repr__(self) -> str:
        return f"Document {self.path.name}: {self.reading!r}"

    def _repr_html_(self) -> str:
        return self.reading._repr_html_()


@dataclass(frozen=True)
class Rejected:
    """A file or row that was refused, and why."""

    doc_id: str
    path: Path
    reason: str


def list_files(inputs: Sequence[str | Path]) -> list[tuple[str, Path]]:
    """Return ``(doc_id, path)`` of every file of *inputs*, in a fixed order.

    A file's id is its name; below a folder its path there; with several inputs the path below
    their common parent. Hidden files (names that begin with ``.`` or ``~$``) are no documents;
    links to folders are not followed.

    Raises
    ------
    InvalidInput
        If an input is missing, a folder holds no file, or two files would bear one id.
    """
    if not inputs:
        raise InvalidInput("Invalid INPUT: give at least one file or folder.")
    paths = [Path(os.path.abspath(p)) for p in inputs]
    for given, path in zip(inputs, paths, strict=True):
        if not path.exists():
            raise InvalidInput(f"Invalid INPUT {given}: no such file or folder.")
    if len(paths) == 1:
        base = paths[0] if paths[0].is_dir() else paths[0].parent
    else:
        base = Path(os.path.commonpath([p if p.is_dir() else p.parent for p in paths]))
    found: dict[str, Path] = {}
    for path in paths:
        for file in _walk(path):
            found[file.relative_to(base).as_posix()] = file
    if not found:
        raise InvalidInput(f"Invalid INPUT {inputs[0]}: the folder holds no file.")
    return sorted(found.items())


def _walk(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for folder, folders, files in os.walk(path, followlinks=False):
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        for name in sorted(files):
            if not name.startswith((".", "~$")):
                yield Path(folder) / name


def read_files(
    inputs: Sequence[str | Path],
    *,
    text_column: str | None = None,
    id_column: str | None = None,
    names: tuple[str, ...] = (),
) -> Iterator[Document | Rejected]:
    """Read every document of *inputs*; what cannot be read comes as :class:`Rejected`, never skipped.

    Parameters
    ----------
    inputs : sequence of path
        Files and folders; see :func:`list_files` for the ids.
    text_column, id_column : str, optional
        Columns of tables (CSV, TSV, XLSX, JSONL, Parquet) that hold the text and an id of each
        document; by default ``text`` (content, 正文, …) and ``doc_id`` (id, 编号) or the row's number.
        Columns of title, date and outlet (:data:`cxzy_study.reading.described.COLUMNS`) tell these
        where the text itself does not.
    names : tuple of str
        Names that conversion of script leaves as printed.
    """
    for doc_id, path in list_files(inputs):
        suffix = path.suffix.lower()
        try:
            if suffix not in FORMATS:
                raise InvalidInput(f"Invalid file {path.name}: its format must be one of {' '.join(sorted(FORMATS))}.")
            if suffix in TABLES:
                rows = iter_rows(path, suffix=suffix, text_column=text_column, id_column=id_column, names=names)
                for row_id, _, row in rows:
                    row_doc = f"{doc_id}#{row_id}"
                    if isinstance(row, InvalidInput):
                        yield Rejected(row_doc, path, str(row))
                    else:
                        yield _document(row, row_doc, path, row.text.encode("utf-8", "surrogatepass"), names)
                continue
            content = path.read_bytes()
            yield _document(open_text(content, suffix=suffix, name=path.name), doc_id, path, content, names)
        except InvalidInput as error:
            yield Rejected(doc_id, path, str(error))
        except OSError as error:
            yield Rejected(doc_id, path, f"Invalid file {path.name}: cannot be opened ({error.strerror}).")


def _document(source: Source, doc_id: str, path: Path, content: bytes, names: tuple[str, ...]) -> Document | Rejected:
    reading = read_text(
        source.text, doc_id=doc_id, html=source.html, markdown=source.markdown, encoding=source.encoding, names=names
    )
    if not reading.units:
        return Rejected(doc_id, path, f"Invalid document {doc_id}: holds no running text (only furniture, or nothing).")
    sha256 = hashlib.sha256(content).hexdigest()
    return Document(fill_in(reading, source.told), path, source.suffix, sha256, source.told.author)


def documents_frame(documents: Sequence[Document]) -> pd.DataFrame:
    """Return one row a document: format, encoding, script, title, sizes, and the first of equal content.

    Columns: doc_id, file, format, encoding, script, title, published_on, outlet, n_chars,
    n_kept, n_removed (characters), n_headings, n_sentences, sha256, duplicate_of.
    """
    first: dict[str, str] = {}
    rows = []
    for d in documents:
        r = d.reading
        twin = first.setdefault(d.sha256, r.doc_id)
        removed = sum(b - a for a, b, _ in r.removed)
        headings = sum(u.kind == "heading" for u in r.units)
        rows.append(
            (r.doc_id, d.path.name, d.suffix[1:], r.encoding, r.script, r.title, r.published_on, r.outlet, len(r.raw),
             len(r.raw) - removed, removed, headings, len(r.units) - headings, d.sha256,
             twin if twin != r.doc_id else "")
        )  # fmt: skip
    columns = ("doc_id file format encoding script title published_on outlet n_chars n_kept n_removed n_headings "
               "n_sentences sha256 duplicate_of").split()  # fmt: skip
    return pd.DataFrame(rows, columns=columns)
