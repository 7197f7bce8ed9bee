"""One chain from documents to tables: read, split, segment, code, count, find facts.

The plain path: the functions of the small study. It is what any faster path is held against.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd
import pyarrow as pa

from cxzy_study.bulk.counts import count_blocks
from cxzy_study.bulk.schema import SCHEMAS, empty_table, make_table, schema_of
from cxzy_study.bulk.settings import Settings, hash_folder
from cxzy_study.coding.codebook import Codebook, load_codebook
from cxzy_study.coding.coder import code_units
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.quantities import find_quantities
from cxzy_study.reading.described import NOTHING, Described, fill_in
from cxzy_study.reading.documents import Reading, read_text
from cxzy_study.reading.formats import MAX_DOCUMENT_CHARS, TEXTS, Source, cell_source, open_text
from cxzy_study.reading.terms import count_terms
from cxzy_study.tables import InvalidInput
from cxzy_study.text.spans import Traced, format_spans
from cxzy_study.text.words import Segmenter

if TYPE_CHECKING:
    from cxzy_study.coding.weights import Weights


class Item(NamedTuple):
    """A document as its file gives it.

    Attributes
    ----------
    doc_id : str
    content : bytes or str
        The file's bytes; of a table's row the text of its cell.
    format : str
        ``.txt``, ``.html``, ``.htm``, ``.md``, ``.docx`` or ``.pdf``; of a row that of its table, ``.jsonl`` say.
    group : str
        The group under which it is counted.
    file : str
        The name of its file, for messages.
    encoding : str
        Of a row, the encoding of its file.
    told : Described
        Of a row, what it says beside the text.
    """

    doc_id: str
    content: bytes | str
    format: str
    group: str = ""
    file: str = ""
    encoding: str = ""
    told: Described = NOTHING


Read = tuple[Item, Reading, str]
"""A document, what reading made of it, and the SHA-256 of its content."""


class Chain:
    r"""The chain, built once in a process.

    Parameters
    ----------
    settings : Settings

    Examples
    --------
    >>> from cxzy_study.bulk.settings import make_settings
    >>> chain = Chain(make_settings())
    >>> page = "松岭县总结\n\n各支部公开承诺,推行“三亮两评”。".encode()
    >>> tables = chain.run([Item("a.txt", page, ".txt"), Item("b.txt", b"\0\0", ".txt")])
    >>> tables["codes"].to_pydict()["theme"], tables["formulas"].to_pydict()["surface"]
    (['none', 'pledging'], ['三亮两评'])
    >>> tables["rejected"].to_pydict()["doc_id"]
    ['b.txt']
    """

    batch = 2**17
    """Characters (of pages: bytes) that had best go through it together: few enough that no batch takes a document's time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.codebook = read_settings_codebook(settings)
        self.weights = read_settings_weights(settings)
        self.segmenter = Segmenter(settings.words)

    def run(self, documents: Iterable[Item]) -> dict[str, pa.Table]:
        """Return the tables of *documents*, rows in the documents' order.

        A document stands by itself: its rows are the same whatever stands beside it. What cannot be read has a row in
        ``rejected``. Whether a formula is told in another document is settled over the whole corpus, later.

        Parameters
        ----------
        documents : iterable of Item
            Their ids differ.

        Returns
        -------
        dict of str to Table
            A table for each name of :data:`cxzy_study.bulk.schema.SCHEMAS`. Columns of text may be
            dictionary-encoded. ``counts`` is one table for all of *documents*.
        """
        read, rejected = self.read(documents)
        return self.code_readings(read) | {"rejected": rejected}

    def read(self, documents: Iterable[Item]) -> tuple[list[Read], pa.Table]:
        """Return each document that can be read, with its reading and SHA-256, and table ``rejected`` of the others."""
        read: list[Read] = []
        rejected: dict[str, list[str]] = {name: [] for name in SCHEMAS["rejected"].names}
        for item in documents:
            try:
                read.append((item, *read_item(item, names=self.settings.names)))
            except InvalidInput as error:
                for column, cell in zip(rejected.values(), (item.doc_id, item.file or item.doc_id, str(error)), strict=True):
                    column.append(cell)
        return read, make_table("rejected", rejected)

    def code_readings(self, read: list[Read]) -> dict[str, pa.Table]:
        """Return the tables of documents that have been read, as :meth:`run` does; ``rejected`` is empty."""
        tables = {name: empty_table(name, text=self.settings.text) for name in SCHEMAS}
        if read:
            tables |= {name: self._table(name, frame) for name, frame in self._frames(read).items()}
            themes = self.codebook.theme_ids
            tables["counts"] = count_blocks(tables["documents"], tables["units"], tables["codes"], themes=themes)
        return tables

    def _frames(self, read: list[Read]) -> dict[str, pd.DataFrame]:
        readings = [reading for _, reading, _ in read]
        units = pd.concat([r.units_frame() for r in readings], ignore_index=True)
        keys = zip(units.doc_id, units.unit_id, strict=True)
        texts = dict(zip(keys, (unit.text for r in readings for unit in r.units), strict=True))
        if self.weights is None:
            codes, _ = code_units(units, codebook=self.codebook, refused=False)
        else:
            from cxzy_study.coding.learned import code_learned

            codes, _, _ = code_learned(units, codebook=self.codebook, weights=self.weights)
        terms = count_terms(units, segmenter=self.segmenter)
        formulas = find_formulas(units, share=False)
        years = {r.doc_id: int(r.published_on[:4]) for r in readings if r.published_on}
        found = {
            "formulas": formulas,
            "quantities": find_quantities(units, formulas=formulas),
            "bodies": find_bodies(units, year=years or None),
        }
        return {
            "documents": pd.DataFrame([_described(*told) for told in read], columns=SCHEMAS["documents"].names),
            "units": units,
            "codes": codes,
            "terms": terms[terms.unit_id == ""],
            **{name: _placed(frame, texts) for name, frame in found.items()},
        }

    def _table(self, name: str, frame: pd.DataFrame) -> pa.Table:
        schema = schema_of(name, text=self.settings.text)
        return pa.Table.from_pandas(frame[schema.names], schema=schema, preserve_index=False)


def _placed(found: pd.DataFrame, texts: dict[tuple[str, str], Traced]) -> pd.DataFrame:
    """Put places in the file in the place of those in a unit's text; see :func:`cxzy_study.study.rebuild.add_spans`."""
    rows = zip(found.doc_id, found.unit_id, found.start, found.end, strict=True)
    return found.assign(spans=[format_spans(texts[doc_id, unit_id].cut(a, b).spans) for doc_id, unit_id, a, b in rows])


def read_item(item: Item, *, names: tuple[str, ...] = ()) -> tuple[Reading, str]:
    """Read a document as :func:`cxzy_study.reading.files.read_files` would; return its SHA-256, too.

    Raises
    ------
    InvalidInput
        If it cannot be read.
    """
    source, sha256 = open_item(item)
    reading = read_text(
        source.text, doc_id=item.doc_id, html=source.html, markdown=source.markdown, encoding=source.encoding, names=names
    )
    if not reading.units:
        raise InvalidInput(f"Invalid document {item.doc_id}: holds no running text (only furniture, or nothing).")
    return fill_in(reading, item.told), sha256


def open_item(item: Item) -> tuple[Source, str]:
    """Return a document's decoded text, and the SHA-256 of its bytes (of a cell: of its text as UTF-8).

    Raises
    ------
    InvalidInput
        If it cannot be decoded, is too long, or holds half a character (a lone surrogate, as JSON can write it).
    """
    content = item.content
    if isinstance(content, bytes):
        if item.format not in TEXTS:
            raise InvalidInput(f"Invalid format {item.format} of {item.doc_id}: must be one of {' '.join(sorted(TEXTS))}.")
        source = open_text(content, suffix=item.format, name=item.file or item.doc_id)
        return source, hashlib.sha256(content).hexdigest()
    if len(content) > MAX_DOCUMENT_CHARS:
        raise InvalidInput(f"Invalid document {item.doc_id}: text is too long.")
    try:
        encoded = content.encode("utf-8")
    except UnicodeEncodeError as error:
        half = ord(content[error.start])
        raise InvalidInput(f"Invalid document {item.doc_id}: U+{half:04X} at {error.start} is half a character.") from None
    return cell_source(content, item.format, item.encoding), hashlib.sha256(encoded).hexdigest()


def reject(item: Item, reason: str) -> pa.Table:
    """Return table ``rejected`` with one row."""
    return make_table("rejected", {"doc_id": [item.doc_id], "file": [item.file or item.doc_id], "reason": [reason]})


def read_settings_codebook(settings: Settings) -> Codebook:
    """Return the codebook whose text the settings hold."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "codebook.yaml"
        path.write_text(settings.codebook, encoding="utf-8")
        return load_codebook(path)


def read_settings_weights(settings: Settings) -> Weights | None:
    """Return the weights of the learned coder, None where the rules code.

    Raises
    ------
    InvalidInput
        If this installation has other weights than the run was begun with.
    """
    if not settings.weights:
        return None
    from cxzy_study.coding.weights import load_weights
    from cxzy_study.study.load import ROOT
    from cxzy_study.study.own import WEIGHTS

    if hash_folder(ROOT / WEIGHTS) != settings.weights:
        raise InvalidInput("Invalid installation: its learned coder has other weights than the one that began this run.")
    return load_weights(ROOT / WEIGHTS)


def _described(item: Item, r: Reading, sha256: str) -> tuple[str | int, ...]:
    return (
        r.doc_id, item.group, item.format[1:], r.encoding, r.script, r.title, r.published_on, r.outlet, len(r.raw),
        len(r.units), sha256,
    )  # fmt: skip


def load_chain(settings: Settings) -> Chain:
    """Return the fastest chain that this machine has: the same rows, faster, where the fast path is installed."""
    if importlib.util.find_spec("cxzy_study.bulk.fast") is None:
        return Chain(settings)
    try:
        fast = importlib.import_module("cxzy_study.bulk.fast")
    except ImportError:
        # Installed without a C compiler: there is no kernel here.
        return Chain(settings)
    return fast.FastChain(settings)
