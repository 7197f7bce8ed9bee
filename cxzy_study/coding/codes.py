"""Coding sheets to codes, and one coder held against another."""

from __future__ import annotations

import pandas as pd

from cxzy_study.tables import SCHEMAS, THEMES, InvalidInput, check_table


def sheet_codes(sheet: pd.DataFrame, *, coder: str) -> pd.DataFrame:
    """Return a coding sheet as table ``codes``: a row for each mark, and one for the mode.

    Parameters
    ----------
    sheet : DataFrame
        Table ``sheet``; rows with empty ``themes`` were not read and give no row.
    coder : str
        Name of the reader.

    Examples
    --------
    >>> sheet = pd.DataFrame({"doc_id": ["demo"], "unit_id": ["u001"], "themes": ["pledging;service"],
    ...                       "mode": ["done"], "note": [""]})
    >>> sheet_codes(sheet, coder="reader_1").theme.tolist()
    ['pledging', 'service', 'mode=done']
    """
    check_table(sheet, "sheet")
    rows = []
    for row in sheet.itertuples():
        marks = [t for t in str(row.themes).split(";") if t]
        if "none" in marks and len(marks) > 1:
            raise InvalidInput(f"Invalid sheet of {coder}: none stands alone. {row.doc_id} {row.unit_id}.")
        if row.mode:
            marks.append(f"mode={row.mode}")
        rows += [(row.doc_id, row.unit_id, mark, coder, 1, None) for mark in marks]
    return pd.DataFrame(rows, columns=SCHEMAS["codes"].names).astype({"probability": float})


def score_coder(codes: pd.DataFrame, *, coder: str, reference: str) -> pd.DataFrame:
    """Hold a coder's marks against a reference reading, theme by theme.

    Returns
    -------
    DataFrame
        Table ``scores``: coder, reference, theme, n_true (units that the reference marks), n_coded
        (units that the coder marks), precision, recall, f1. A score is empty where its denominator
        is 0.

    Raises
    ------
    InvalidInput
        If the two did not read the same units.
    """
    marks = codes[codes.value.eq(1) & ~codes.theme.str.contains("=")]
    sides = {}
    for name in (coder, reference):
        one = marks[marks.coder == name]
        sides[name] = {t: set(zip(g.doc_id, g.unit_id, strict=True)) for t, g in one.groupby("theme")}
        sides[name]["*"] = set(zip(one.doc_id, one.unit_id, strict=True))
    strange = sorted(sides[coder]["*"] ^ sides[reference]["*"])
    if strange:
        raise InvalidInput(f"Invalid coder {coder}: must have read the same units as {reference}. {strange[:5]}.")
    rows = []
    for theme in THEMES:
        coded, true = (sides[name].get(theme, set()) for name in (coder, reference))
        both = len(coded & true)
        precision = both / len(coded) if coded else None
        recall = both / len(true) if true else None
        f1 = 2 * both / (len(coded) + len(true)) if coded or true else None
        rows.append((coder, reference, theme, len(true), len(coded), precision, recall, f1))
    frame = pd.DataFrame(rows, columns=SCHEMAS["scores"].names)
    return frame.astype({"precision": float, "recall": float, "f1": float})
