"""Codes as passages to look at in a notebook."""

from __future__ import annotations

import pandas as pd

from cxzy_study.coding.codebook import Codebook
from cxzy_study.output.display import CodedPassages
from cxzy_study.output.style import check_lang
from cxzy_study.study.load import load_codebook
from cxzy_study.tables import InvalidInput


def show_codes(
    units: pd.DataFrame,
    codes: pd.DataFrame,
    evidence: pd.DataFrame,
    *,
    codebook: Codebook | None = None,
    limit: int = 20,
    lang: str = "en",
) -> CodedPassages:
    r"""Show coded units: text, themes, and under a line the words of the rules that count.

    Parameters
    ----------
    units : DataFrame
        As :func:`cxzy_study.units_of` returns it, or a part of it.
    codes, evidence : DataFrame
        As :func:`cxzy_study.code_units` returns them.
    codebook : Codebook, optional
        Whose labels are shown; by default the study's.
    limit : int
        At most so many units.
    lang : {"en", "zh"}
        Language of the labels.

    Raises
    ------
    InvalidInput
        If *limit* is negative, or a table lacks a column.

    Examples
    --------
    >>> import cxzy_study as cx
    >>> units = cx.read_text("松岭县总结\n\n各支部公开承诺。", doc_id="demo").units_frame()
    >>> codes, evidence = cx.code_units(units, codebook=cx.load_codebook())
    >>> cx.show_codes(units, codes, evidence)
    CodedPassages: 2 units, 1 themes
    """
    check_lang(lang)
    if limit < 0:
        raise InvalidInput(f"Invalid limit {limit}: it must be 0 or more.")
    wanted = {
        "units": (units, ("doc_id", "unit_id", "kind", "text")),
        "codes": (codes, ("doc_id", "unit_id", "theme")),
        "evidence": (evidence, ("doc_id", "unit_id", "theme", "start", "end", "verdict")),
    }
    for name, (frame, columns) in wanted.items():
        if missing := [c for c in columns if c not in frame.columns]:
            raise InvalidInput(f"Invalid {name}: must have the columns {', '.join(columns)}. Missing {missing}.")
    book = codebook or load_codebook()
    return CodedPassages(units, codes, evidence, labels={t.id: t.label[lang] for t in book.themes}, limit=limit)
