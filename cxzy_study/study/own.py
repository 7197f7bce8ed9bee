"""The same chain for anyone's documents: read, code, and write what people open in a spreadsheet."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.coder import code_units
from cxzy_study.coding.learned import code_learned
from cxzy_study.coding.weights import load_weights
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.practices import find_practices
from cxzy_study.facts.quantities import find_quantities
from cxzy_study.reading.account import account_html
from cxzy_study.reading.files import Document, Rejected, documents_frame, read_files
from cxzy_study.reading.structure import find_announced, find_missing_ordinals
from cxzy_study.study.load import CODEBOOK, ROOT, load_codebook
from cxzy_study.study.rebuild import add_spans, place_in_files
from cxzy_study.tables import SCHEMAS, InvalidInput, check_table, naming, save_bytes, table_text

CODERS = ("learned", "rules")
WEIGHTS = Path("data/coding/learned")


def read_all(
    inputs: Sequence[str | Path],
    *,
    keep_going: bool = False,
    text_column: str | None = None,
    id_column: str | None = None,
    names: tuple[str, ...] = (),
    unique: bool = False,
) -> tuple[list[Document], pd.DataFrame]:
    """Read every document of *inputs*; say on standard error which of them repeat another, byte for byte.

    Parameters
    ----------
    inputs : sequence of path
        Files and folders.
    keep_going : bool
        Set aside what cannot be read instead of stopping.
    text_column, id_column, names
        As for :func:`cxzy_study.reading.files.read_files`.
    unique : bool
        Leave repeats out.

    Returns
    -------
    documents : list of Document
        In the order of their ids' files.
    rejected : DataFrame
        doc_id, file, reason; empty unless *keep_going*.

    Raises
    ------
    InvalidInput
        At the first document that cannot be read, unless *keep_going*; if none can be read.
    """
    documents: list[Document] = []
    rejected: list[tuple[str, str, str]] = []
    for item in _with_progress(read_files(inputs, text_column=text_column, id_column=id_column, names=names)):
        if isinstance(item, Document):
            documents.append(item)
        elif keep_going:
            rejected.append((item.doc_id, item.path.name, item.reason))
        else:
            raise InvalidInput(f"{item.reason.rstrip('.')}. ({item.doc_id}; --keep-going sets such files aside.)")
    if not documents:
        # Something was listed, and all of it set aside.
        doc_id, _, reason = rejected[0]
        raise InvalidInput(f"Invalid INPUT: no document could be read. {doc_id}: {reason} ({len(rejected):,} set aside.)")
    repeats = find_repeats(documents)
    if repeats:
        from tqdm import tqdm

        tqdm.write(_tell_repeats(repeats, unique=unique), file=sys.stderr)
        documents = [d for d in documents if not unique or d.reading.doc_id not in repeats]
    return documents, pd.DataFrame(rejected, columns=["doc_id", "file", "reason"])


def find_repeats(documents: Iterable[Document]) -> dict[str, str]:
    """Return the ids of documents whose content is that of an earlier one, byte for byte, with the earlier one's id."""
    first: dict[str, str] = {}
    twins = ((d.reading.doc_id, first.setdefault(d.sha256, d.reading.doc_id)) for d in documents)
    return {doc_id: twin for doc_id, twin in twins if twin != doc_id}


def _tell_repeats(repeats: Mapping[str, str], *, unique: bool) -> str:
    shown = ", ".join(f"{doc_id} = {twin}" for doc_id, twin in list(repeats.items())[:10])
    more = f" and {len(repeats) - 10:,} more" if len(repeats) > 10 else ""
    many = "1 document repeats" if len(repeats) == 1 else f"{len(repeats):,} documents repeat"
    return f"{many} another, {'left out' if unique else 'counted all the same (--unique leaves such out)'}: {shown}{more}"


def _with_progress(items: Iterable[Document | Rejected]) -> Iterable[Document | Rejected]:
    from tqdm import tqdm

    # Nothing is shown before two seconds have passed, nor where standard error is no terminal.
    return tqdm(items, desc="reading", unit=" documents", delay=2, leave=False, disable=None)


def units_of(documents: Iterable[Document]) -> pd.DataFrame:
    """Return the units of *documents* as one table ``units`` with their ``text``."""
    return pd.concat([d.reading.units_frame() for d in documents], ignore_index=True)


def account_pages(documents: Sequence[Document]) -> dict[str, bytes]:
    """Return the page that accounts for each reading, by a file name made from the document's id."""
    return {
        re.sub(r"[^\w.#-]+", "_", f"{d.reading.doc_id}.account.html"): account_html(d.reading).encode("utf-8", "replace")
        for d in documents
    }


def read_tables(documents: Sequence[Document]) -> dict[str, pd.DataFrame]:
    """Return what ``cxzy read`` writes of documents: documents, units, ledgers, counts announced and found."""
    units = units_of(documents)
    return {
        "documents": documents_frame(documents),
        "units": units,
        "announced": place_in_files(find_announced(units), [d.reading for d in documents], "announced"),
        "ordinals": find_missing_ordinals(units),
        "removed": pd.concat([d.reading.removed_frame() for d in documents], ignore_index=True),
        "script_changes": pd.concat([d.reading.script_frame() for d in documents], ignore_index=True),
    }


def code_files(
    inputs: Sequence[str | Path],
    *,
    codebook: str | Path | None = None,
    coder: str | None = None,
    keep_going: bool = False,
    text_column: str | None = None,
    id_column: str | None = None,
    names: tuple[str, ...] = (),
    unique: bool = False,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Read and code documents.

    Parameters
    ----------
    inputs : sequence of path
        Files and folders.
    codebook : path, optional
        A codebook of one's own; by default the study's.
    coder : {'learned', 'rules'}, optional
        By default ``learned`` with the study's codebook, which its weights belong to, and ``rules`` with any other.
    keep_going : bool
        Set aside what cannot be read instead of stopping.
    text_column, id_column, names, unique
        As for :func:`read_all`.

    Returns
    -------
    coded : DataFrame
        One row a unit: doc_id, unit_id, kind, spans, text, themes (ids joined by ``;``) and, from the learned coder,
        ``p_<theme>``: the probability of each theme.
    evidence : DataFrame
        Table ``evidence``.
    rejected : DataFrame
        doc_id, file, reason.

    Raises
    ------
    InvalidInput
        If the learned coder is asked for with a codebook that it was not made for.
    """
    book = load_codebook(codebook or ROOT / CODEBOOK)
    check_coder(coder, book)
    documents, rejected = read_all(
        inputs, keep_going=keep_going, text_column=text_column, id_column=id_column, names=names, unique=unique
    )
    units = units_of(documents)
    codes, evidence, chances = code_own(units, codebook=book, coder=coder)
    marks = codes[codes.theme.ne("none") & ~codes.theme.str.contains("=")]
    themes = marks.groupby(["doc_id", "unit_id"], sort=False).theme.agg(";".join).rename("themes")
    coded = units.merge(themes, how="left", on=["doc_id", "unit_id"])
    coded["themes"] = coded.themes.fillna("")
    columns = ["doc_id", "unit_id", "kind", "spans", "text", "themes"]
    chances = chances.add_prefix("p_").reset_index(drop=True)
    return pd.concat([coded[columns], chances], axis=1), place_in_files(evidence, [d.reading for d in documents], "evidence"), rejected


def code_own(
    units: pd.DataFrame, *, codebook: Codebook | None = None, coder: str | None = None
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Code units by the coder that every command takes for documents of one's own.

    Parameters
    ----------
    units : DataFrame
        With their text, as :func:`units_of` gives them.
    codebook : Codebook, optional
        By default the study's.
    coder : {'learned', 'rules'}, optional
        By default the better one that fits the codebook; see :func:`check_coder`. The codes stand under its name.

    Returns
    -------
    codes, evidence : DataFrame
        As of :func:`cxzy_study.coding.coder.code_units`.
    chances : DataFrame
        A row for each unit; from the learned coder a column for each theme: its probability.
    """
    book = codebook or load_codebook()
    if check_coder(coder, book) == "learned":
        return code_learned(units, codebook=book, weights=load_weights(ROOT / WEIGHTS))
    return *code_units(units, codebook=book), pd.DataFrame(index=units.index)


def check_coder(coder: str | None, codebook: Codebook) -> str:
    """Return the coder to use with *codebook*: the one asked for, or by default the better one that fits it.

    Raises
    ------
    InvalidInput
        If there is no such coder, or the learned one is asked for with a codebook that it was not made for.
    """
    own = codebook.label == load_codebook(ROOT / CODEBOOK).label
    if coder is None:
        return "learned" if own else "rules"
    if coder not in CODERS:
        raise InvalidInput(f"Invalid --coder {coder}: must be one of {', '.join(CODERS)}.")
    if coder == "learned" and not own:
        raise InvalidInput(f"Invalid --coder learned: its weights belong to the study's codebook. {codebook.label}.")
    return coder


def find_facts(documents: Sequence[Document]) -> dict[str, pd.DataFrame]:
    """Return the numbered formulas, quantities and bodies that documents name, with their places, and proposed practices.

    The level of a place is that of the document's year where reading found a date.
    """
    units, readings = units_of(documents), [d.reading for d in documents]
    formulas = find_formulas(units)
    years = {r.doc_id: int(r.published_on[:4]) for r in readings if r.published_on}
    found = {
        "formulas": formulas,
        "quantities": find_quantities(units, formulas=formulas),
        "bodies": find_bodies(units, year=years or None),
    }
    practices = find_practices(units, formulas=formulas, bodies=found["bodies"])
    return {name: add_spans(table, readings) for name, table in found.items()} | {"practices": practices}


def people_csv(frame: pd.DataFrame) -> bytes:
    """Return *frame* as CSV for spreadsheets: byte-order mark, and no cell that one would run as a formula.

    A text that begins with ``= + - @`` gets an apostrophe before it, which spreadsheets take as "this is text".
    """
    texts = frame.select_dtypes(["object", "str"]).columns
    safe = frame.assign(**{c: frame[c].astype(str).str.replace(r"^(?=[=+\-@\t\r])", "'", regex=True) for c in texts})
    return b"\xef\xbb\xbf" + table_text(safe).encode("utf-8", "replace")


def save_people_file(frame: pd.DataFrame, path: Path, *, force: bool = False) -> Path:
    """Write one CSV for people, whole or not at all.

    Raises
    ------
    InvalidInput
        If *path* exists, unless *force*.
    """
    check_free(path, force=force)
    return save_bytes(people_csv(frame), path)


def save_people_folder(tables: Mapping[str, pd.DataFrame | bytes], folder: Path, *, force: bool = False) -> Path:
    """Write a folder of CSVs, and below it `accounts/` with the pages given as bytes, whole or not at all."""
    check_free(folder, force=force, folder=True)
    with naming(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            for name, content in tables.items():
                if isinstance(content, bytes):
                    (scratch / "accounts").mkdir(exist_ok=True)
                    (scratch / "accounts" / name).write_bytes(content)
                else:
                    (scratch / f"{name}.csv").write_bytes(people_csv(content))
            scratch.chmod(0o755)
            if folder.is_dir():
                for file in sorted(p for p in scratch.rglob("*") if p.is_file()):
                    place = folder / file.relative_to(scratch)
                    place.parent.mkdir(exist_ok=True)
                    os.replace(file, place)
            else:
                os.replace(scratch, folder)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return folder


def check_free(path: Path, *, force: bool, folder: bool = False) -> Path:
    """Return *path* if a file (or a *folder*) may be written there: nothing stands there yet, or *force*.

    Raises
    ------
    InvalidInput
        If something is there, or the wrong kind of thing.
    """
    if path.exists() and path.is_dir() != folder:
        raise InvalidInput(f"Invalid --to {path}: is {'a folder' if path.is_dir() else 'a file'}. Name another.")
    if not force and path.exists() and (path.is_file() or any(path.iterdir())):
        raise InvalidInput(f"Invalid --to {path}: exists already. Name another, or overwrite it with --force.")
    return path


def own_sources(documents: Sequence[Document]) -> pd.DataFrame:
    """Return table ``sources`` for documents of one's own: what reading knows, the rest empty.

    The label of a document is its id.
    """
    rows = [
        {
            "doc_id": d.reading.doc_id,
            "title": d.reading.title or d.reading.doc_id,
            "author": d.author,
            "published_on": d.reading.published_on,
            "outlet": d.reading.outlet,
            "place_en": d.reading.doc_id,
            "place_zh": d.reading.doc_id,
            "script": d.reading.script,
            "completeness": "whole",
            "sha256": d.sha256,
            "n_chars": len(d.reading.raw),
        }
        for d in documents
    ]
    frame = pd.DataFrame(rows, columns=SCHEMAS["sources"].names)
    return check_table(frame.astype(object).fillna(""), "sources")
