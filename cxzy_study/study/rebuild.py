"""From raw documents to the tables of the study."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from cxzy_study.coding.coder import code_units
from cxzy_study.coding.codes import score_coder, sheet_codes
from cxzy_study.coding.parser import find_literals
from cxzy_study.coding.reliability import compare_coders
from cxzy_study.reading.documents import Reading, read_bytes
from cxzy_study.reading.structure import find_announced
from cxzy_study.reading.terms import count_term_risk, count_term_variants, count_terms
from cxzy_study.study.facts import fact_tables
from cxzy_study.study.left_out import ACCURACY, LEFT_OUT, left_out_codes
from cxzy_study.study.load import CODEBOOK, DECIDED, DERIVED, READERS, ROOT, SEED, load_codebook, rounded, share_table
from cxzy_study.study.practices import load_practice_sheets, practice_tables
from cxzy_study.study.proposals import proposal_tables
from cxzy_study.tables import SCHEMAS, InvalidInput, check_table, load_table, save_table, table_text
from cxzy_study.text.spans import format_spans
from cxzy_study.text.words import Segmenter

WORDS = Path("data/lexicon/words.txt")


def load_words(root: Path = ROOT) -> tuple[str, ...]:
    """Return the campaign's words that segmentation should know, from `data/lexicon/words.txt`."""
    return tuple(filter(None, (root / WORDS).read_text("utf-8").split("\n")))


def read_corpus(corpus: Path, sources: pd.DataFrame) -> dict[str, Reading]:
    """Read the source documents from *corpus*, recognised by content whatever they are called.

    Raises
    ------
    InvalidInput
        If the folder or a document is missing.
    """
    if not corpus.is_dir():
        raise InvalidInput(f"Invalid corpus {corpus}: no such folder.")
    found = {hashlib.sha256(p.read_bytes()).hexdigest(): p for p in sorted(corpus.rglob("*")) if p.is_file()}
    missing = [row.doc_id for row in sources.itertuples() if row.sha256 not in found]
    if missing:
        raise InvalidInput(
            f"Invalid corpus {corpus}: no file has the sha256 of data/sources.csv for {', '.join(missing)}."
        )
    return {row.doc_id: read_bytes(found[row.sha256].read_bytes(), doc_id=row.doc_id) for row in sources.itertuples()}


def make_tables(corpus: Path, *, root: Path = ROOT) -> dict[str, pd.DataFrame]:
    """Make every derived table again from the raw documents and from what people decided.

    Returns
    -------
    dict
        Table name to table, for each of :data:`DERIVED`.
    """
    tables = {name: load_table(root / path, name) for name, path in DECIDED.items()}
    codebook = load_codebook(root / CODEBOOK)
    readings = read_corpus(corpus, tables["sources"])
    texts = pd.concat([r.units_frame() for r in readings.values()], ignore_index=True)
    tables["units"] = check_table(texts.drop(columns="text"), "units")
    tables["removed"] = pd.concat([r.removed_frame() for r in readings.values()], ignore_index=True)
    tables["script_changes"] = pd.concat([r.script_frame() for r in readings.values()], ignore_index=True)
    tables["announced"] = place_in_files(find_announced(texts), readings.values(), "announced")
    vocabulary = sorted({word for _, rule in codebook.rules for word in find_literals(rule.node)})
    tables["terms"] = count_terms(texts, segmenter=Segmenter(load_words(root)), vocabulary=vocabulary)
    tables["term_variants"] = count_term_variants(texts)
    tables["term_risk"] = count_term_risk(texts, words=load_words(root))
    codes, evidence = code_units(texts, codebook=codebook)
    tables["evidence"] = place_in_files(evidence, readings.values(), "evidence")
    sheets = [sheet_codes(load_table(root / f"data/coding/{reader}.csv", "sheet"), coder=reader) for reader in READERS]
    learned = left_out_codes(load_table(root / LEFT_OUT, "left_out"))
    tables["codes"] = pd.concat([*sheets, codes, learned], ignore_index=True)
    tables["accuracy"] = load_table(root / ACCURACY, "accuracy")
    tables["shares"] = share_table(tables)
    tables["scores"] = score_coder(tables["codes"], coder="rules", reference="settled")
    tables["agreement"] = agreement_table(tables)
    facts = fact_tables(texts, sources=tables["sources"])
    tables |= {
        name: place_in_files(found, readings.values(), name) if "start" in found else found for name, found in facts.items()
    }
    settled = load_table(root / "data/coding/settled.csv", "sheet")
    tables |= practice_tables(tables, sheets=load_practice_sheets(root), modes=settled, seed=SEED)
    proposals = proposal_tables(texts, tables["practices"], root=root, seed=SEED)
    both = {name: pd.concat([tables[name], proposals[name]], ignore_index=True) for name in ("practice_finding", "practice_agreement")}
    tables |= proposals | both
    return {name: check_table(rounded(tables[name]), name) for name in DERIVED}


def agreement_table(tables: Mapping[str, pd.DataFrame], a: str = "reader_1", b: str = "reader_2") -> pd.DataFrame:
    """Return table ``agreement``: two readers of the study, on its sentences, paragraphs resampled."""
    sentences = tables["units"][tables["units"].kind == "sentence"]
    codes = tables["codes"].merge(sentences[["doc_id", "unit_id"]])
    table = compare_coders(codes[codes.coder == a], codes[codes.coder == b], blocks=sentences, seed=SEED)
    plain = table.astype({c: float for c in table.columns if str(table[c].dtype) == "Float64"})
    return check_table(plain.assign(a=a, b=b), "agreement")


def place_in_files(found: pd.DataFrame, readings: Iterable[Reading], name: str) -> pd.DataFrame:
    """Turn places within a unit's text (columns start, end) into places in its file (``spans``), as table *name*."""
    return add_spans(found, readings)[SCHEMAS[name].names]


def add_spans(found: pd.DataFrame, readings: Iterable[Reading]) -> pd.DataFrame:
    """Put ``spans``, places in the file, for ``start`` and ``end``, places within the text of a unit."""
    texts = {}
    for reading in readings:
        for unit_id, unit in zip(reading.units_frame().unit_id, reading.units, strict=True):
            texts[reading.doc_id, unit_id] = unit.text
    spans = [
        format_spans(texts[row.doc_id, row.unit_id].cut(int(row.start), int(row.end)).spans)
        for row in found.itertuples()
    ]
    placed = found.drop(columns=["start", "end"])
    placed.insert(2, "spans", spans)
    return placed


def rebuild(corpus: Path, *, check: bool = False, root: Path = ROOT) -> list[str]:
    """Make ``data/tables`` again from the raw documents; with *check* only compare.

    Returns
    -------
    list of str
        One line for each table that differs (with *check*) or was changed.
    """
    changed = []
    for name, table in make_tables(corpus, root=root).items():
        path = root / f"data/tables/{name}.csv"
        old = path.read_text("utf-8") if path.is_file() else None
        if old == table_text(table):
            continue
        changed.append(f"data/tables/{name}.csv: {_difference(old, table_text(table))}")
        if not check:
            save_table(table, path, name)
    return changed


def _difference(old: str | None, new: str) -> str:
    if old is None:
        return "is missing" if new else ""
    before, after = old.splitlines(), new.splitlines()
    first = next(
        (i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after))
    )
    return f"differs from line {first + 1} on ({len(before) - 1} rows before, {len(after) - 1} now)"
