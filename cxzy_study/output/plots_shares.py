"""Shares of themes: the heat map, and dots with intervals in small multiples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.panels import add_panels, label_rows
from cxzy_study.output.style import (
    FAINT,
    INK,
    QUIET,
    THEME_COLOURS,
    check_lang,
    document_marks,
    journal_style,
    new_axes,
    plot_heading,
    share_colours,
)
from cxzy_study.tables import THEMES, InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 10
"""A group of fewer sentences than this is drawn with hollow marks."""

MOST_PANELS = 8


def plot_theme_heat(
    frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw themes by group as a heat map, each cell with its share and its count.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_shares` returns it. A theme that a censored
        group does not show is drawn as unknown, not as nought.
    """
    import numpy as np
    from matplotlib.patches import Rectangle

    check_lang(lang)
    groups = list(dict.fromkeys(frame["group"]))
    ax = ax or new_axes(height_mm=100)
    with journal_style():
        cells = frame.set_index(["theme", "group"])
        grid = cells["share"].unstack("group").loc[list(THEMES), groups].to_numpy(dtype=float)
        top = max(0.1, float(np.nanmax(grid)))
        columns, rows = len(groups), len(THEMES)
        edges = (np.arange(columns + 1) - 0.5, np.arange(rows + 1) - 0.5)
        ax.pcolormesh(*edges, grid, cmap=share_colours(), vmin=0, vmax=top, edgecolor="white", linewidth=0.6)
        for x, group in enumerate(groups):
            if cells.loc[(THEMES[0], group), "censored"]:
                ax.add_patch(
                    Rectangle((x - 0.5, -0.5), 1, rows, fc="none", ec="#9a9a9a", hatch="////", linewidth=0)
                )
            for y, theme in enumerate(THEMES):
                row = cells.loc[(theme, group)]
                silent = row["censored"] and not row["n_coded"]
                words = glossary.label("axis.not_seen", lang) if silent else f"{row['share']:.0%}  ({row['n_coded']})"
                ground = share_colours()(row["share"] / top)
                ax.text(
                    x, y, words, size=6.5, ha="center", va="center", color=_ink_on(ground),
                    bbox={"facecolor": ground, "edgecolor": "none", "pad": 0.6} if row["censored"] else None,
                )  # fmt: skip
        ax.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5))
        ax.set_yticks(range(rows), [glossary.label(f"theme.{t}", lang) for t in THEMES])
        for x, group in enumerate(groups):
            plot_heading(ax, _heading(cells.loc[(THEMES[0], group)], group, glossary=glossary, lang=lang), x=x)
        ax.set_xticks([])
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    return ax


def plot_share_panels(
    frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None, few: int = FEW
) -> Axes:
    """Draw shares with their intervals, one panel a group, themes in rows.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_shares` returns it. Documents bear their own
        colour and mark, arenas the colours of the themes.
    few
        Groups of fewer sentences have hollow marks.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with one inset Axes a group, in ``ax.child_axes``.
    """
    check_lang(lang)
    groups = list(dict.fromkeys(frame["group"]))
    if not 1 <= len(groups) <= MOST_PANELS:
        raise InvalidInput(f"Invalid frame: must have 1 to {MOST_PANELS} groups, has {len(groups)}. {groups[:5]}.")
    ax = ax or new_axes(height_mm=95)
    with journal_style():
        ax.set_axis_off()
        ends = frame[["share", "high"]].astype(float).max(axis=1)
        right = min(1.0, float(ends.max()) * 1.04 or 1.0)
        for panel, group in zip(add_panels(ax, len(groups), gap=0.035), groups, strict=True):
            rows = frame[frame["group"] == group].set_index("theme").loc[list(THEMES)]
            _plot_panel(panel, rows, group=group, few=few)
            panel.set(xlim=(-0.03 * right, right), ylim=(len(THEMES) - 0.4, -0.6))
            _percent_axis(panel, right)
            names = [glossary.label(f"theme.{t}", lang) for t in THEMES]
            label_rows(panel, names, shown=group == groups[0], line=False)
            heading = _heading(rows.iloc[0], group, glossary=glossary, lang=lang, blocks=True)
            plot_heading(panel, heading, x=right / 2)
        ax.annotate(
            glossary.label("axis.share", lang), (0.5, 0), (0, -16), xycoords="axes fraction",
            textcoords="offset points", ha="center", va="top", size=7,
        )  # fmt: skip
    return ax


def _plot_panel(panel: Axes, rows: pd.DataFrame, *, group: str, few: int) -> None:
    first = rows.iloc[0]
    colours = [THEME_COLOURS[t] for t in rows.index]
    marker = "o"
    if first["group_kind"] == "source":
        colour, marker = document_marks([group])[group]
        colours = [colour] * len(rows)
    if first["censored"]:
        panel.set_facecolor("#ececec")
    panel.hlines(range(len(rows)), 0, 1, color=FAINT, linewidth=0.4, zorder=1)
    panel.axvline(0, color=QUIET, linewidth=0.6, zorder=1.5)
    shown = [not (r["censored"] and not r["n_coded"]) for _, r in rows.iterrows()]
    lines = [
        (y, float(r["low"]), float(r["high"]), colours[y])
        for y, (_, r) in enumerate(rows.iterrows())
        if shown[y] and pd.notna(r["low"]) and pd.notna(r["high"])
    ]
    if lines:
        rows_at, lows, highs, tints = zip(*lines, strict=True)
        panel.hlines(rows_at, lows, highs, colors=tints, linewidth=1.1, zorder=2)
    ys = [y for y in range(len(rows)) if shown[y]]
    edges = [colours[y] for y in ys]
    hollow = int(first["n_units"]) < few
    panel.scatter(
        rows["share"].astype(float).iloc[ys], ys, s=15, marker=marker, zorder=3, linewidth=0.8,
        facecolors="white" if hollow else edges, edgecolors=edges, clip_on=False,
    )  # fmt: skip


def _percent_axis(panel: Axes, right: float) -> None:
    from matplotlib.ticker import FixedLocator, PercentFormatter

    step = next(s for s in (0.05, 0.1, 0.2, 0.25, 0.5) if right / s < 3.6)
    panel.xaxis.set_major_locator(FixedLocator([i * step for i in range(int(right / step + 1e-9) + 1)]))
    panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _heading(row: pd.Series, group: str, *, glossary: Glossary, lang: str, blocks: bool = False) -> list[str]:
    """Name a group: its place or arena, and how many sentences, and paragraphs, it has."""
    name = row[f"place_{lang}"] if row["group_kind"] == "source" else glossary.label(f"arena.{group}", lang)
    lines = [name, glossary.label("axis.n_units", lang, n=row["n_units"])]
    if blocks:
        lines.append(glossary.label("axis.n_blocks", lang, n=row["n_blocks"]))
    return lines


def _ink_on(ground: tuple[float, float, float, float]) -> str:
    """Return the colour of type that stands out more on *ground*, by the contrast ratio of WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in ground[:3]]
    light = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    # INK has a luminance of 0.01.
    return "white" if 1.05 / (light + 0.05) > (light + 0.05) / 0.06 else INK
