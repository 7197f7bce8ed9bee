"""The machine coder held against the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.panels import label_rows
from cxzy_study.output.style import FAINT, QUIET, check_lang, journal_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SCORE_MARKS = {"precision": ("#0072b2", ">", -0.2), "recall": ("#d55e00", "<", 0.2), "f1": ("#1a1a1a", "D", 0.0)}
"""Colour, marker and distance from the row's middle of each score."""


def plot_scores(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw precision, recall and F1 of a coder, a row a theme, with the number of units that the reader marked.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_scores` returns it. A score that is undefined is
        said to be, and not drawn.
    """
    check_lang(lang)
    ax = ax or new_axes(columns=1, height_mm=95)
    with journal_style():
        ax.hlines(range(len(frame)), 0, 1, color=FAINT, linewidth=0.4, zorder=1)
        for name, (colour, marker, aside) in SCORE_MARKS.items():
            rows = frame[frame[name].notna()]
            ax.scatter(
                rows[name], rows.index + aside, s=13 if name == "f1" else 15, marker=marker, color=colour,
                linewidth=0, zorder=3, label=glossary.label(f"axis.{name}", lang), clip_on=False,
            )  # fmt: skip
        for y, row in frame.iterrows():
            ax.text(1.04, y, f"{row['n_true']}", va="center", ha="left", size=6.5)
            lost = [glossary.label(f"axis.{name}", lang) for name in SCORE_MARKS if pd.isna(row[name])]
            if lost:
                words = f"{glossary.label('axis.undefined', lang)}: {', '.join(lost)}"
                ground = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
                ax.text(0.02, y, words, va="center", size=6.5, color=QUIET, bbox=ground)
        ax.text(1.04, -1.0, glossary.label("column.n_true", lang), va="center", ha="left", size=6.5, color=QUIET)
        ax.set(xlim=(0, 1), ylim=(len(frame) - 0.4, -0.6))
        reference = glossary.label(f"coder.{frame['reference'].iloc[0]}", lang)
        ax.set_xlabel(glossary.label("axis.score", lang, reference=reference))
        ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.50", "0.75", "1"])
        label_rows(ax, [glossary.label(f"theme.{t}", lang) for t in frame["theme"]], line=False)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderpad=0, handletextpad=0.1,
            columnspacing=1.0, borderaxespad=0.2,
        )  # fmt: skip
    return ax
