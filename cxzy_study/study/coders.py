"""Coders of the study, and of anyone, held against each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from cxzy_study.coding.agreement import count_units_needed
from cxzy_study.coding.changes import compare_codebooks
from cxzy_study.coding.codes import sheet_codes
from cxzy_study.coding.exports import save_annotations
from cxzy_study.coding.refi import save_refi_codebook, save_refi_project
from cxzy_study.coding.reliability import compare_coders, find_disagreements
from cxzy_study.coding.sheets import load_paragraphs, load_sheet, sample_sheet, save_sheet
from cxzy_study.study.load import SEED, Study, load_codebook, load_study
from cxzy_study.study.own import check_free, code_own
from cxzy_study.study.rebuild import read_corpus
from cxzy_study.tables import THEMES, InvalidInput, load_table

_SHOWN = ["theme", "n_units", "n_a", "n_b", "n_both", "positive", "alpha", "alpha_low", "alpha_high", "verdict", "note"]


def agree(a: Path, b: Path, *, units: Path | None = None) -> tuple[str, pd.DataFrame]:
    """Compare two coding sheets; every unit that both coded counts.

    Parameters
    ----------
    a, b : path
        Tables ``sheet``, or coding sheets filled in (XLSX or CSV, as ``cxzy sheet`` makes them).
    units : path, optional
        Table of units with paragraphs (``cxzy read`` writes one). By default the sheets tell them, as ``cxzy sheet``
        writes them; of sheets that do not, the study's units do.

    Returns
    -------
    text : str
        The table and the units on which the two differ, for people.
    table : DataFrame
        See :func:`compare_coders`.

    Raises
    ------
    InvalidInput
        If a sheet cannot be understood, or nothing tells the paragraph of a unit.
    """
    sides = [sheet_codes(_load_any_sheet(path), coder=path.stem) for path in (a, b)]
    if a.stem == b.stem:
        sides = [side.assign(coder=str(path)) for side, path in zip(sides, (a, b), strict=True)]
    blocks = _load_blocks(units) if units else _find_blocks(a, b)
    known = set(zip(blocks["doc_id"], blocks["unit_id"], strict=True))
    both = set.intersection(*({*zip(side["doc_id"], side["unit_id"], strict=True)} for side in sides))
    if lost := sorted(f"{d}/{u}" for d, u in both - known):
        rule = "nothing tells the paragraph of some units; name their table with --units, which cxzy read INPUT --to DIR writes"
        raise InvalidInput(f"Invalid --units {units or ''}: {rule} as DIR/units.csv. {lost[:5]}.")
    table = compare_coders(*sides, blocks=blocks, seed=SEED)
    differ = find_disagreements(*sides, units=blocks)
    parts = [
        f"a is {a}, b is {b}. Intervals: 95%, paragraphs resampled.",
        table[_SHOWN].to_string(index=False, na_rep="", float_format=lambda x: f"{x:.2f}"),
        f"\n{len(differ)} units on which they differ:",
        differ.to_string(index=False) if len(differ) else "none",
    ]
    return "\n".join(parts), table


def _load_blocks(path: Path) -> pd.DataFrame:
    try:
        blocks = pd.read_csv(path, encoding="utf-8-sig", dtype={"doc_id": str, "unit_id": str})
    except FileNotFoundError:
        raise InvalidInput(f"Invalid --units {path}: no such file.") from None
    if lacking := {"doc_id", "unit_id", "paragraph"} - set(blocks.columns):
        raise InvalidInput(f"Invalid --units {path}: must have the columns doc_id, unit_id, paragraph. {sorted(lacking)}.")
    return blocks


def _find_blocks(a: Path, b: Path) -> pd.DataFrame:
    """Return the paragraphs that the sheets tell, or else those of the study."""
    told = [table for table in map(load_paragraphs, (a, b)) if table is not None]
    if not told:
        return load_study()["units"]
    return pd.concat(told, ignore_index=True).drop_duplicates(["doc_id", "unit_id"])


def _load_any_sheet(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise InvalidInput(f"Invalid sheet {path}: no such file.")
    if path.suffix.lower() == ".csv":
        with path.open(encoding="utf-8-sig") as file:
            if "themes" in file.readline().strip().split(","):
                return load_table(path, "sheet")
    return load_sheet(path, themes=THEMES)


def compare(old: Path, new: Path, units: pd.DataFrame) -> tuple[str, dict[str, pd.DataFrame]]:
    """Code *units* by two codebooks and say what the second one moves.

    Returns
    -------
    text : str
        Changed rules, codes that move and shares that move, for people.
    tables : dict
        rules, codes, shares; see :func:`compare_codebooks`.
    """
    books = [load_codebook(path) for path in (old, new)]
    changes = compare_codebooks(*books, units=units)
    rules = changes.rules[(changes.rules.change != "same") | (changes.rules.n_old != changes.rules.n_new)]
    moved = changes.shares[(changes.shares.n_added > 0) | (changes.shares.n_lost > 0)]
    parts = [f"old: {books[0].label}", f"new: {books[1].label}", "Both codebooks code by their rules, without learned weights."]
    for title, table in (("rules", rules), ("codes", changes.codes), ("shares", moved)):
        parts.append(f"\n{len(table)} {title} that change:")
        parts.append(table.to_string(index=False) if len(table) else "none")
    return "\n".join(parts), {"rules": changes.rules, "codes": changes.codes, "shares": changes.shares}


def study_units(corpus: Path) -> pd.DataFrame:
    """Return the units of the study's documents with their text, under the study's ids."""
    readings = read_corpus(corpus, load_study()["sources"])
    return pd.concat([reading.units_frame() for reading in readings.values()], ignore_index=True)


def make_sheet(
    units: pd.DataFrame, path: Path, *, sample: int | None = None, coder: str | None = None, force: bool = False
) -> str:
    """Write a coding sheet, of all units or of a sample in which rare themes occur, and say how to go on.

    What is rare the machine says: *coder* is that of :func:`cxzy_study.study.own.code_own`.
    """
    check_free(path, force=force)
    if sample is not None and not 1 <= sample <= len(units):
        raise InvalidInput(f"Invalid --sample {sample}: must be from 1 to {len(units)}, the number of units.")
    codebook = load_codebook()
    chosen = units
    if sample is not None:
        codes, _, _ = code_own(units, codebook=codebook, coder=coder)
        chosen = sample_sheet(units, codes=codes, themes=codebook.theme_ids, seed=SEED, n=sample)
    save_sheet(chosen, path, codebook=codebook, within=units)
    needed = {share: count_units_needed(minimum=0.80, share=share) for share in (0.5, 0.2, 0.1, 0.05)}
    sizes = ", ".join(f"{n:,} if {share:.0%} of the units bear it" for share, n in needed.items())
    return (
        f"{len(chosen)} units in {path}. Mark themes with x, or none. "
        f"A second reader fills in a copy; then: cxzy agree {path} COPY\n"
        f"To show that a theme's alpha is at least 0.80 (5% level) takes, by Bloch and Kraemer's formula, {sizes}."
    )


def export_codes(study: Study, path: Path, *, coders: Sequence[str], corpus: Path | None, force: bool = False) -> Path:
    """Write the study's codes for other tools, by the path's ending.

    ``.qdc`` and ``.qdpx`` are the codebook and project of the REFI-QDA standard (ATLAS.ti, MAXQDA,
    NVivo, QualCoder open them), ``.jsonld`` are Web Annotations. Texts are packed in only where
    *corpus* gives them.
    """
    check_free(path, force=force)
    codes = study["codes"][study["codes"].coder.isin(coders)]
    if codes.empty:
        raise InvalidInput(f"Invalid coder {', '.join(coders)}: must be one of {', '.join(study['codes'].coder.unique())}.")
    texts = {k: r.raw for k, r in read_corpus(corpus, study["sources"]).items()} if corpus else None
    if path.suffix == ".qdc":
        return save_refi_codebook(study.codebook, path)
    if path.suffix == ".qdpx":
        return save_refi_project(
            codes, path, units=study["units"], codebook=study.codebook, name="cxzy_study", texts=texts
        )
    if path.suffix == ".jsonld":
        return save_annotations(codes, path, units=study["units"], codebook=study.codebook, texts=texts)
    raise InvalidInput(f"Invalid --to {path}: must end in .qdc, .qdpx or .jsonld.")
