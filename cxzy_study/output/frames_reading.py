"""The table of agreement to the rows that a figure draws."""

from __future__ import annotations

import pandas as pd

from cxzy_study.tables import check_table


def frame_agreement(agreement: pd.DataFrame, *, a: str = "reader_1", b: str = "reader_2") -> pd.DataFrame:
    """Return the agreement of two readers, a row a theme, then all themes together, then the mode.

    Returns
    -------
    pandas.DataFrame
        ``theme``, ``alpha``, ``alpha_low``, ``alpha_high``, ``positive``, ``verdict`` as in the table, and
        ``n_either`` (units that at least one of them marked; empty for sets and mode).
    """
    check_table(agreement, "agreement")
    rows = agreement[agreement["a"].eq(a) & agreement["b"].eq(b)].reset_index(drop=True)
    rows = rows.assign(n_either=rows["n_a"] + rows["n_b"] - rows["n_both"])
    return rows[["theme", "n_either", "positive", "alpha", "alpha_low", "alpha_high", "verdict"]]
