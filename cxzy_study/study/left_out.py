"""What the learned coder says of each of the study's documents when it has learnt from other documents alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxzy_study.tables import SCHEMAS, THEMES, check_table

LEFT_OUT = "benchmarks/coder/left_out.csv"
"""Written by `cxzy evaluate`, which needs the development set; `cxzy rebuild` takes its marks into table ``codes``."""
ACCURACY = "benchmarks/coder/accuracy.csv"
CODER = "learned"


def left_out_table(units: pd.DataFrame, chances: NDArray[np.float64], marked: NDArray[np.bool_]) -> pd.DataFrame:
    """Return table ``left_out``: a row for each unit and theme.

    Parameters
    ----------
    units : DataFrame
        doc_id, unit_id.
    chances, marked : ndarray, shape (units, 17)
        Probabilities and marks by a coder that did not learn from the unit's document.
    """
    at = np.repeat(np.arange(len(units)), len(THEMES))
    return check_table(pd.DataFrame({
        "doc_id": units["doc_id"].to_numpy()[at], "unit_id": units["unit_id"].to_numpy()[at],
        "theme": np.tile(np.array(THEMES, dtype=object), len(units)),
        "probability": chances.ravel().round(4), "marked": marked.ravel().astype(int),
    }), "left_out")  # fmt: skip


def left_out_codes(table: pd.DataFrame, *, coder: str = CODER) -> pd.DataFrame:
    """Return the marks of table ``left_out`` as table ``codes``: ``none`` where a unit bears no theme.

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": ["demo", "demo"], "unit_id": ["u001", "u002"]})
    >>> chances = np.zeros((2, 17))
    >>> chances[0, 0] = 0.9
    >>> left_out_codes(left_out_table(units, chances, chances > 0.5))[["unit_id", "theme", "probability"]].values.tolist()
    [['u001', 'pledging', 0.9], ['u002', 'none', nan]]
    """
    keys = ["doc_id", "unit_id"]
    marks = table[table["marked"] == 1]
    bare = table[table.groupby(keys)["marked"].transform("max") == 0].drop_duplicates(keys)
    rows = pd.concat([marks, bare.assign(theme="none", probability=np.nan)]).sort_index(kind="stable")
    rows = rows.assign(coder=coder, value=1)[SCHEMAS["codes"].names].reset_index(drop=True)
    return check_table(rows, "codes")
