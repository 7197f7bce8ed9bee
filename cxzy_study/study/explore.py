"""The explorer of the study, with and without the texts, and the same page for documents of one's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from cxzy_study.coding.codebook import Codebook
from cxzy_study.findings.shares import count_shares
from cxzy_study.output.explorer import build_explorer, save_explorer
from cxzy_study.output.glossary import load_glossary
from cxzy_study.output.remarks import load_remarks
from cxzy_study.reading.documents import Reading
from cxzy_study.reading.files import Document
from cxzy_study.study.load import CODEBOOK, DECIDED, READERS, ROOT, SEED, Study, load_codebook, rounded
from cxzy_study.study.own import check_coder, code_own, find_facts, own_sources, read_all, units_of
from cxzy_study.study.practices import PRACTICE_SHEETS
from cxzy_study.study.rebuild import place_in_files, read_corpus
from cxzy_study.tables import THEMES, InvalidInput
from cxzy_study.text.script import find_variants

PAGE = Path("report/explorer.html")
"""The explorer that is committed: without the texts."""


def explore_study(study: Study, *, to: Path, corpus: Path | None = None) -> Path:
    """Write the explorer of the study.

    Parameters
    ----------
    to
        The file.
    corpus
        Folder of the source documents: their texts are written into the page, which then may not
        lie in the checkout.

    Raises
    ------
    InvalidInput
        If a page with texts would lie in the checkout, or a document is missing or is another than
        the tables are of.
    """
    texts = None
    if corpus is not None:
        check_outside(to, root=study.root, why="--corpus writes the sources' texts into the page, which must not be committed")
        texts = unit_texts(read_corpus(corpus, study["sources"]).values())
        _check_same_units(texts, study["units"])
    page = build_explorer(
        study.tables,
        glossary=load_glossary(study.root / "data/glossary.csv"),
        codebook=codebook_words(study.codebook),
        study=_citation(study.root),
        paths=table_paths(study),
        texts=texts,
        concerns=claim_concerns(study.root / "data/claims.yaml"),
        remarks=load_remarks(study.root / "data/remarks.csv"),
        variants=find_variants,
    )
    return save_explorer(page, to)


def explore_files(
    inputs: Sequence[str | Path], *, to: Path, codebook: str | Path | None = None, coder: str | None = None, **reading: Any
) -> tuple[Path, list[Document], pd.DataFrame]:
    """Write an explorer of anyone's documents: read, coded as ``cxzy code`` codes, facts found, texts in the page.

    Parameters
    ----------
    inputs, reading
        As for :func:`cxzy_study.study.own.read_all`.
    codebook
        A codebook of one's own; by default the study's.
    coder
        As for :func:`cxzy_study.study.own.code_files`.

    Returns
    -------
    path : Path
        The page.
    documents : list of Document
        What was read.
    rejected : DataFrame
        doc_id, file, reason.

    Raises
    ------
    InvalidInput
        If nothing can be read, the coder does not fit the codebook, or one of the study's sources is among the documents and the page
        would lie in the checkout.
    """
    book = load_codebook(codebook or ROOT / CODEBOOK)
    check_coder(coder, book)
    documents, rejected = read_all(inputs, **reading)
    known = set(pd.read_csv(ROOT / DECIDED["sources"], dtype=str)["sha256"])
    if known & {d.sha256 for d in documents}:
        check_outside(to, root=ROOT, why="one of the study's sources is among the documents, and its text must not be committed")
    page = build_explorer(
        own_tables(documents, codebook=book, coder=coder),
        glossary=load_glossary(ROOT / "data/glossary.csv"),
        codebook=codebook_words(book),
        study={"name": "cxzy_study", "version": _citation(ROOT)["version"]},
        texts=unit_texts(d.reading for d in documents),
        remarks=load_remarks(ROOT / "data/remarks.csv"),
        variants=find_variants,
    )
    return save_explorer(page, to), documents, rejected


def own_tables(documents: Sequence[Document], *, codebook: Codebook, coder: str | None = None) -> dict[str, pd.DataFrame]:
    """Return the tables that the chain makes of anyone's documents, as far as the explorer shows them."""
    units = units_of(documents)
    readings = [d.reading for d in documents]
    codes, evidence, _ = code_own(units, codebook=codebook, coder=coder)
    return {
        "sources": own_sources(documents),
        "units": units.drop(columns="text"),
        "codes": codes,
        "evidence": place_in_files(evidence, readings, "evidence"),
        **_own_shares(codes, units, codebook.theme_ids),
        "removed": pd.concat([r.removed_frame() for r in readings], ignore_index=True),
        **find_facts(documents),
    }


def _own_shares(codes: pd.DataFrame, units: pd.DataFrame, themes: Sequence[str]) -> dict[str, pd.DataFrame]:
    """Return table ``shares``, of those themes of the codebook that the table knows; nothing if it knows none."""
    known = codes[codes["theme"].isin([*THEMES, "none"])]
    if known.empty:
        return {}
    shares = count_shares(known, units, coder=known["coder"].iloc[0], seed=SEED)
    shares = rounded(shares[shares["theme"].isin(list(themes))].reset_index(drop=True))
    return {"shares": shares} if len(shares) else {}


def unit_texts(readings: Iterable[Reading]) -> pd.DataFrame:
    """Return the text of every unit with its pieces: ``(start in the text, start in the file, n_text, n_file)``."""
    rows = []
    for reading in readings:
        for unit_id, unit in zip(reading.units_frame()["unit_id"], reading.units, strict=True):
            pieces, at = [], 0
            for piece in unit.text.pieces:
                pieces.append((at, piece.start, len(piece.text), piece.end - piece.start))
                at += len(piece.text)
            rows.append((reading.doc_id, unit_id, unit.text.text, pieces))
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "text", "pieces"])


def codebook_words(codebook: Codebook) -> dict[str, Any]:
    """Return what the explorer says of the codebook: version, hash, wording of themes, expressions of rules."""
    themes = [
        {"id": t.id, "label": t.label, "definition": t.definition, "include": t.include, "exclude": t.exclude}
        for t in codebook.themes
    ]
    rules = {rule.id: rule.source for _, rule in codebook.rules}
    return {"version": codebook.version, "sha": codebook.sha, "themes": themes, "rules": rules}


def check_outside(path: Path, *, root: Path, why: str) -> Path:
    """Return *path* if it lies outside the checkout *root*, so that it cannot be committed.

    Raises
    ------
    InvalidInput
        If it lies inside.
    """
    if path.resolve().is_relative_to(root.resolve()):
        raise InvalidInput(f"Invalid --to {path}: must lie outside the checkout. {why[0].upper()}{why[1:]}.")
    return path


def table_paths(study: Study) -> Mapping[str, str]:
    """Return where each table lies, as citations name it."""
    found = {}
    for name in study.tables:
        decided = DECIDED | {reader: f"data/coding/{reader}.csv" for reader in READERS} | PRACTICE_SHEETS
        for path in (str(decided.get(name, "")), f"data/tables/{name}.csv"):
            if path and (study.root / path).is_file():
                found[name] = path
                break
    return found


def claim_concerns(path: Path) -> dict[str, dict[str, Any]]:
    """Return what each claim of the file speaks of: its themes, its documents, the practices that it counts."""
    found = {}
    for claim in yaml.safe_load(path.read_text("utf-8")):
        docs = [claim.get("doc_id"), claim.get("group"), *(claim["groups"] if isinstance(claim.get("groups"), list) else [])]
        themes = [claim.get(name) for name in ("theme", "theme_a", "theme_b")]
        of: dict[str, Any] = {"themes": [t for t in themes if t], "docs": [d for d in docs if d], "together": claim["kind"] == "pair"}
        named = ("column", "values") if claim["kind"] == "practice_share" else ()
        found[claim["id"]] = of | {name: claim[name] for name in named if name in claim}
    return found


def _citation(root: Path) -> dict[str, str]:
    citation = yaml.safe_load((root / "CITATION.cff").read_text("utf-8"))
    return {"name": "cxzy_study", "version": str(citation["version"])}


def _check_same_units(texts: pd.DataFrame, units: pd.DataFrame) -> None:
    """Refuse texts that the tables are not of, so that no passage is shown under another's codes."""
    if texts[["doc_id", "unit_id"]].to_numpy().tolist() != units[["doc_id", "unit_id"]].to_numpy().tolist():
        raise InvalidInput("Invalid table units: is not what reading makes of the corpus now. Run cxzy rebuild.")
