"""How far two readers agree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.style import FAINT, INK, QUIET, check_lang, journal_style, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = {"reliable": INK, "tentative": "#8f8f8f", "unreliable": "white", "undefined": "white"}
"""Filling of the mark of each verdict: the paler, the less it may be relied on."""

THRESHOLDS = (0.667, 0.8)
"""Krippendorff's marks for tentative and for firm conclusions, as the codebook takes them."""


def plot_agreement(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw alpha with its interval, a row a theme, filled by verdict, with the units that either reader marked.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_reading.frame_agreement` returns it.
    """
    check_lang(lang)
    ax = ax or new_axes(columns=1, height_mm=98)
    with journal_style():
        rows = range(len(frame))
        ax.hlines(rows, 0.5, 1, color=FAINT, linewidth=0.4, zorder=1)
        for x in THRESHOLDS:
            ax.axvline(x, color=QUIET, linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
        known = frame[frame["alpha_low"].notna()]
        ax.hlines(known.index, known["alpha_low"].clip(lower=0.5), known["alpha_high"], color=QUIET, linewidth=0.9, zorder=2)
        for verdict, filling in MARKS.items():
            mine = frame[frame["verdict"].eq(verdict) & frame["alpha"].notna()]
            if len(mine):
                ax.scatter(
                    mine["alpha"], mine.index, s=17, facecolor=filling, edgecolor=INK, linewidth=0.7, zorder=3, clip_on=False,
                    label=glossary.label(f"verdict.{verdict}", lang),
                )  # fmt: skip
        for y, row in frame.iterrows():
            if pd.notna(row["n_either"]):
                ax.text(1.03, y, f"{row['n_either']:.0f}", va="center", ha="left", size=6.5)
        ax.text(1.03, -1.0, glossary.label("column.n_true", lang), va="center", ha="left", size=6.5, color=QUIET)
        ax.set(xlim=(0.5, 1), ylim=(len(frame) - 0.4, -0.6))
        ax.set_xlabel(glossary.label("axis.alpha", lang))
        ax.set_xticks([0.5, 0.667, 0.8, 0.9, 1], ["0.5", "0.667", "0.80", "0.90", "1"])
        names = {"(sets)": "agreement.sets", "(mode)": "agreement.mode"}
        ax.set_yticks(rows, [glossary.label(names.get(t, f"theme.{t}"), lang) for t in frame["theme"]])
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, borderpad=0, handletextpad=0.1,
            columnspacing=0.9, borderaxespad=0.2,
        )  # fmt: skip
    return ax
