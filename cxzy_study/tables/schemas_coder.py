"""Columns of the tables that `cxzy evaluate` writes: what the learned coder says of documents that it has not seen."""

from __future__ import annotations

from cxzy_study.tables.columns import DOC, UNIT, Table, column
from cxzy_study.tables.vocabulary import THEMES

TOTALS = ("(micro)", "(macro)")
"""Rows of ``accuracy`` over all themes: scores of all marks together, and the mean of the themes' scores."""

CODER = (
    Table(
        "left_out",
        "a theme in a unit of the study, as the learned coder sees it that has learnt from other documents alone, without the rules",
        (
            DOC,
            UNIT,
            column("theme", "id", "theme", True, THEMES),
            column("probability", "share", "probability that the unit bears the theme"),
            column("marked", "flag", "1: the probability reaches the theme's threshold"),
        ),
        ("doc_id", "unit_id", "theme"),
    ),
    Table(
        "accuracy",
        "a theme, or all, as one coder marks it in documents that readers coded; 95% intervals over documents resampled",
        (
            column("set", "id", "documents that are coded", True, ("development set", "five documents")),
            column("coder", "id", "coder, its name in words"),
            column("rules_seen", "flag", "1: internal, for the rules were made with many of these texts at hand"),
            column("theme", "id", "theme, (micro) or (macro)", True, (*THEMES, *TOTALS)),
            column("n_true", "int", "units that readers marked"),
            column("n_coded", "int", "units that the coder marked"),
            column("precision", "share", "part of the coder's marks that readers set, too", False),
            column("recall", "share", "part of the readers' marks that the coder set, too", False),
            column("f1", "share", "harmonic mean of the two; (macro): over themes with ten units or more", False),
            column("low", "share", "lower end of the interval of f1", False),
            column("high", "share", "upper end", False),
            column("share_true", "share", "share of the units that readers marked", False),
            column("share_coded", "share", "share of the units that the coder marked", False),
            column("bias", "number", "share_coded less share_true", False),
            column("bias_low", "number", "lower end of its interval", False),
            column("bias_high", "number", "upper end", False),
        ),
        ("set", "coder", "theme"),
    ),
)
