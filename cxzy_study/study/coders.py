"""Coders of the study, and of anyone, held against each other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cxzy_study.coding.codes import sheet_codes
from cxzy_study.coding.reliability import compare_coders, find_disagreements
from cxzy_study.study.load import SEED, Study, load_study
from cxzy_study.tables import InvalidInput, load_table

_SHOWN = ["theme", "n_units", "n_a", "n_b", "n_both", "positive", "alpha", "alpha_low", "alpha_high", "verdict", "note"]


def compare_readers(study: Study, a: str = "reader_1", b: str = "reader_2") -> pd.DataFrame:
    """Return the agreement of two coders of the study on its sentences; see :func:`compare_coders`."""
    units = study["units"]
    sentences = units[units.kind == "sentence"]
    codes = study["codes"].merge(sentences[["doc_id", "unit_id"]])
    table = compare_coders(codes[codes.coder == a], codes[codes.coder == b], blocks=sentences, seed=SEED)
    return table[_SHOWN]


def agree(a: Path, b: Path, *, units: Path | None = None) -> tuple[str, pd.DataFrame]:
    """Compare two coding sheets; every unit that both coded counts.

    Parameters
    ----------
    a, b : path
        Tables ``sheet``.
    units : path, optional
        Table of units with paragraphs (``cxzy read`` writes one); by default that of the study.

    Returns
    -------
    text : str
        The table and the units on which the two differ, for people.
    table : DataFrame
        See :func:`compare_coders`.
    """
    sides = [sheet_codes(load_table(path, "sheet"), coder=path.stem) for path in (a, b)]
    if a.stem == b.stem:
        sides = [side.assign(coder=str(path)) for side, path in zip(sides, (a, b), strict=True)]
    blocks = pd.read_csv(units, encoding="utf-8-sig") if units else load_study()["units"]
    lacking = {"doc_id", "unit_id", "paragraph"} - set(blocks.columns)
    if lacking:
        raise InvalidInput(f"Invalid --units {units}: must have the columns doc_id, unit_id, paragraph. {sorted(lacking)}.")
    table = compare_coders(*sides, blocks=blocks, seed=SEED)
    differ = find_disagreements(*sides, units=blocks)
    parts = [
        f"a is {a}, b is {b}. Intervals: 95%, paragraphs resampled.",
        table[_SHOWN].to_string(index=False, na_rep="", float_format=lambda x: f"{x:.2f}"),
        f"\n{len(differ)} units on which they differ:",
        differ.to_string(index=False) if len(differ) else "none",
    ]
    return "\n".join(parts), table
