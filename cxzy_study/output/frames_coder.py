"""Rows of the figure on the machine coder's errors."""

from __future__ import annotations

import pandas as pd

from cxzy_study.tables import THEMES, TOTALS, InvalidInput, check_table

SET = "development set"
CODERS = ("plain words", "linear model on words", "learned without rules")
"""Coders that have not seen what they code; those with rules are internal, and left out."""


def frame_accuracy(accuracy: pd.DataFrame) -> pd.DataFrame:
    """Return F1 and bias of the coders of :data:`CODERS` on the development set: all themes together first, then each.

    Returns
    -------
    DataFrame
        Of table ``accuracy``: measured (the coder), theme, n_true, f1, low, high, bias, bias_low, bias_high; themes in the fixed order,
        and for each the coders in theirs.

    Raises
    ------
    InvalidInput
        If a coder was not measured in every theme.
    """
    check_table(accuracy, "accuracy")
    own = accuracy[accuracy["set"].eq(SET)].set_index(["theme", "coder"])
    wanted = pd.MultiIndex.from_product([[*TOTALS, *THEMES], CODERS], names=["theme", "coder"])
    if lacking := sorted(set(wanted) - set(own.index)):
        raise InvalidInput(f"Invalid accuracy: every coder must be measured in every theme. {lacking[:5]}.")
    columns = ["measured", "theme", "n_true", "f1", "low", "high", "bias", "bias_low", "bias_high"]
    return own.loc[wanted].reset_index().rename(columns={"coder": "measured"})[columns]
