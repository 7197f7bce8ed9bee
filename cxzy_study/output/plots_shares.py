"""Shares of themes: the heat map, and dots with intervals in small multiples."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.panels import add_panels, label_rows
from cxzy_study.output.style import (
    FAINT,
    INK,
    QUIET,
    SMALLEST_PT,
    THEME_COLOURS,
    WIDTH_MM,
    check_lang,
    document_marks,
    journal_style,
    new_axes,
    plot_heading,
    share_colours,
    text_width,
)
from cxzy_study.tables import THEMES, InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FEW = 10
"""A group of fewer sentences than this is drawn with hollow marks."""

MOST_PANELS = 8

MOST_ACROSS, MOST_COLUMNS = 12, 60
"""Columns of a heat map that stand abreast, and that it has at all."""

MOST_NAME_PT = 110.0
"""Room for a turned name, points."""

HEAT_MM = 82.8
"""Height of the cells of a heat map, mm."""


@dataclass(frozen=True)
class HeatLayout:
    """How the columns of a heat map stand: so many across, in so many rows of panels, their names level or turned."""

    across: int
    down: int
    names: dict[str, str]
    turned: bool
    heading_pt: float

    @property
    def height_mm(self) -> float:
        """Height of the figure without its note, mm."""
        return self.down * (HEAT_MM + self.heading_pt * 25.4 / 72)


def lay_heat(frame: pd.DataFrame, *, glossary: Glossary, lang: str, width_mm: float = WIDTH_MM[2]) -> HeatLayout:
    """Plan a heat map so that no cell and no name is printed over its neighbour.

    Names that are wider than their column are turned; columns that would be narrower than a cell's words go into
    another row of panels, and never are more than twelve abreast.

    Raises
    ------
    InvalidInput
        If there are more groups than a page can hold.
    """
    groups = list(dict.fromkeys(frame["group"]))
    if len(groups) > MOST_COLUMNS:
        rule = f"a heat map shows at most {MOST_COLUMNS} documents. Choose some"
        raise InvalidInput(f"Invalid shares: {rule}. {len(groups)}.")
    themes = max(text_width(glossary.label(f"theme.{t}", lang), size=7) for t in THEMES)
    room = width_mm / 25.4 * 72 - themes - 10
    cells = max(dict.fromkeys(_cell_words(row, glossary, lang) for _, row in frame.iterrows()), key=len)
    most = max(1, min(MOST_ACROSS, int(room / (text_width(cells, size=SMALLEST_PT) + 3))))
    down = math.ceil(len(groups) / most)
    across = math.ceil(len(groups) / down)
    heads = {g: _heading(rows.iloc[0], g, glossary=glossary, lang=lang) for g, rows in frame.groupby("group", sort=False)}
    sizes = (7.5, SMALLEST_PT)
    wide = max(text_width(line, size=size) for head in heads.values() for line, size in zip(head, sizes, strict=True))
    if wide <= room / across - 3:
        return HeatLayout(across, down, {g: head[0] for g, head in heads.items()}, turned=False, heading_pt=26.0)
    names = {g: _shorten(head[0], most=MOST_NAME_PT) for g, head in heads.items()}
    high = max(text_width(line, size=7.5) for g, head in heads.items() for line in (names[g], head[1]))
    return HeatLayout(across, down, names, turned=True, heading_pt=high + 10)


def plot_theme_heat(
    frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None
) -> Axes:
    """Draw themes by group as a heat map, each cell with its share and its count.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_shares` returns it. A theme that a censored
        group does not show is drawn as unknown, not as nought.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*; of more groups than stand abreast (:func:`lay_heat`) with one inset Axes a row of panels, in
        ``ax.child_axes``.
    """
    check_lang(lang)
    groups = list(dict.fromkeys(frame["group"]))
    layout = lay_heat(frame, glossary=glossary, lang=lang)
    ax = ax or new_axes(height_mm=layout.height_mm)
    with journal_style():
        panels = [ax]
        if layout.down > 1:
            ax.set_axis_off()
            heading = layout.heading_pt * 25.4 / 72
            gap = heading / (layout.height_mm - heading)
            panels = list(add_panels(ax, layout.down, across=1, gap_down=gap))
        top = max(0.1, float(frame["share"].astype(float).max()))
        for i, panel in enumerate(panels):
            shown = groups[i * layout.across : (i + 1) * layout.across]
            _plot_heat(panel, frame[frame["group"].isin(shown)], shown, top=top, layout=layout, glossary=glossary, lang=lang)
    return ax


def _plot_heat(
    ax: Axes, frame: pd.DataFrame, groups: list[str], *, top: float, layout: HeatLayout, glossary: Glossary, lang: str
) -> None:
    import numpy as np
    from matplotlib.patches import Rectangle

    cells = frame.set_index(["theme", "group"])
    grid = cells["share"].unstack("group").loc[list(THEMES), groups].to_numpy(dtype=float)
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
            ground = share_colours()(row["share"] / top)
            ax.text(
                x, y, _cell_words(row, glossary, lang), size=SMALLEST_PT, ha="center", va="center", color=_ink_on(ground),
                bbox={"facecolor": ground, "edgecolor": "none", "pad": 0.6} if row["censored"] else None,
            )  # fmt: skip
    # Of several panels the last may have fewer columns, which are as wide as those above them.
    ax.set(xlim=(-0.5, layout.across - 0.5), ylim=(rows - 0.5, -0.5))
    ax.set_yticks(range(rows), [glossary.label(f"theme.{t}", lang) for t in THEMES])
    for x, group in enumerate(groups):
        lines = _heading(cells.loc[(THEMES[0], group)], group, glossary=glossary, lang=lang)
        plot_heading(ax, [layout.names[group], *lines[1:]], x=x, turned=layout.turned)
    ax.set_xticks([])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


def _cell_words(row: pd.Series, glossary: Glossary, lang: str) -> str:
    silent = row["censored"] and not row["n_coded"]
    return glossary.label("axis.not_seen", lang) if silent else f"{row['share']:.0%}  ({row['n_coded']})"


def _shorten(name: str, *, most: float) -> str:
    """Return *name*, cut in its middle if it is wider than *most* points: names differ at their beginnings and ends."""
    kept = len(name)
    short = name
    while text_width(short, size=7.5) > most:
        kept -= 1
        short = f"{name[: kept - kept // 2]}…{name[len(name) - kept // 2 :]}"
    return short


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
