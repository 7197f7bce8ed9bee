"""How well coders do on documents that they have not seen, and how far their shares are off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output.frames_coder import CODERS
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.style import FAINT, QUIET, check_lang, journal_style, new_axes
from cxzy_study.tables import TOTALS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MARKS = dict(zip(CODERS, (
    ("#9a9a9a", "o", -0.24, "right"), ("#d55e00", "s", 0.0, "center"), ("#1d4e89", "D", 0.24, "left"),
), strict=True))  # fmt: skip
"""Colour, marker, distance from the row's middle, and to which side of its mark the label stands, of each coder."""
BEST = CODERS[-1]


def plot_accuracy(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw F1 of each coder with its interval, a row a theme, and beside it how far the learned coder's shares are off.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_coder.frame_accuracy` returns it. What is undefined is not drawn.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with the two panels in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=120)
    names = list(dict.fromkeys(frame["theme"]))
    with journal_style():
        ax.set_axis_off()
        scores, shares = ax.inset_axes((0, 0, 0.63, 1)), ax.inset_axes((0.70, 0, 0.30, 1))
        for panel in (scores, shares):
            panel.hlines(range(len(names)), 0, 1, color=FAINT, linewidth=0.4, zorder=1, transform=panel.get_yaxis_transform())
            panel.axhline(len(TOTALS) - 0.5, color=QUIET, linewidth=0.5)
            panel.set_ylim(len(names) - 0.4, -1.3)
            panel.spines["left"].set_visible(False)
            panel.tick_params(axis="y", length=0)
        for coder, (colour, marker, aside, side) in MARKS.items():
            rows = frame[frame["measured"] == coder].set_index("theme").loc[names].reset_index()
            _plot_dots(scores, rows, ("f1", "low", "high"), colour=colour, marker=marker, aside=aside)
            scores.text(
                rows["f1"].iloc[0] + {"right": 0.03, "center": 0.0, "left": -0.03}[side], -0.75,
                glossary.label(f"accuracy.{coder.replace(' ', '_')}", lang), color=colour if coder != CODERS[0] else QUIET,
                ha=side, va="center", size=7,
            )  # fmt: skip
            if coder == BEST:
                _plot_dots(shares, rows, ("bias", "bias_low", "bias_high"), colour=colour, marker=marker, aside=0.0)
                counts = [f"{n:,}" if t not in TOTALS else "" for t, n in zip(rows["theme"], rows["n_true"], strict=True)]
        scores.set_xlim(0, 1)
        scores.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.50", "0.75", "1"])
        keys = [f"accuracy.{t.strip('()')}" if t in TOTALS else f"theme.{t}" for t in names]
        scores.set_yticks(range(len(names)), [glossary.label(key, lang) for key in keys])
        scores.set_xlabel(glossary.label("accuracy.f1", lang))
        counts[len(TOTALS) - 1] = glossary.label("column.n_true", lang)
        for y, count in enumerate(counts):
            scores.text(1.015, y, count, size=6.5, color=QUIET, va="center", transform=scores.get_yaxis_transform())
        shares.axvline(0, color=QUIET, linewidth=0.6, zorder=1.5)
        shares.set_yticks([])
        ends = frame.loc[frame["measured"] == BEST, ["bias_low", "bias_high"]].abs().max().max()
        step = 0.05 if ends > 0.04 else 0.02
        at = [-step, 0, step]
        shares.set_xlim(-max(ends, step) * 1.08, max(ends, step) * 1.08)
        shares.set_xticks(at, [f"{x * 100:+.0f}" if x else "0" for x in at])
        shares.set_xlabel(glossary.label("accuracy.bias", lang))
    return ax


def _plot_dots(panel: Axes, rows: pd.DataFrame, names: tuple[str, str, str], *, colour: str, marker: str, aside: float) -> None:
    value, low, high = names
    there = rows[rows[value].notna()]
    lines = there[there[low].notna() & there[high].notna()]
    panel.hlines(lines.index + aside, lines[low].astype(float), lines[high].astype(float), color=colour, linewidth=0.9, zorder=2)
    panel.scatter(there[value].astype(float), there.index + aside, s=13, marker=marker, color=colour, linewidth=0, zorder=3, clip_on=False)
