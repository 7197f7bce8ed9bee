"""The text of very many units as the rules of this room know it: :func:`cxzy_study.facts.lexicon.fold_text` at once."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxzy_study.facts.lexicon import SEPARATORS, fold_points, join_digits
from cxzy_study.text import machine


def fold_units(x: Any, begins: Any, ends: Any) -> Any:
    """Return the text of all units folded.

    Parameters
    ----------
    x : ndarray of uint32
        Code points of all units.
    begins, ends : ndarray
        Where each unit begins and ends in *x*, in order.
    """
    folded = machine.fold_points(x, fold_points)
    digit = folded - ord("0") < 10
    marks = np.flatnonzero(digit[:-2] & ~digit[1:-1] & digit[2:]) + 1
    marks = marks[np.isin(folded[marks], machine.code_points(SEPARATORS))]
    for i in np.unique(np.searchsorted(ends, marks, side="right")).tolist():
        if i < len(begins):
            a, b = int(begins[i]), int(ends[i])
            raw, text = (y[a:b].tobytes().decode("utf-32-le", "surrogatepass") for y in (x, folded))
            folded[a:b] = machine.code_points(join_digits(text, raw))
    return folded
