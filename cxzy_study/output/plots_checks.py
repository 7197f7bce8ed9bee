"""Who answers to whom: a flow of practices, and the same as a matrix."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.style import FAINT, INK, QUIET, SMALLEST_PT, check_lang, journal_style, new_axes, share_colours
from cxzy_study.tables import SCHEMAS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import Patch

FORUM_COLOURS = {
    "superior": "#06294d", "organisation": "#3a75b0", "peer": "#a6c8e6", "member": "#5a4510", "resident": "#d38a12",
    "self": "#d6d6d6", "none": "#efefef",
}  # fmt: skip
"""One colour a forum, each of another lightness, so that grey keeps them apart."""

_GAP = 1.0
_LEAST = 2.1
"""Gap between boxes and least height of a box, in practices."""


def _order(frame: pd.DataFrame, column: str) -> list[str]:
    allowed = next(c.allowed for c in SCHEMAS["accountability"].columns if c.name == column)
    return [value for value in allowed if value in set(frame[column])]


def plot_flow(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw who judges whom with what consequence, as bands as wide as the number of practices.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_practices.frame_accountability` returns it. The hatched part of a band are
        practices that are only demanded or planned.

    Returns
    -------
    matplotlib.axes.Axes
        With a box a node and a patch a band; a band's ``gid`` is ``from>to``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=100)
    columns = (("forum", "forum", 0.0, 0.2), ("answers", "actor", 0.4, 0.62), ("consequence", "consequence", 0.82, 1.0))
    with journal_style():
        ax.set_axis_off()
        boxes: dict[tuple[str, str], tuple[float, float, float, float]] = {}
        heights = []
        for column, _, left, right in columns:
            totals = frame.groupby(column)["n_practices"].sum()
            order = _order(frame, column)
            tall = [max(float(totals[value]), _LEAST) for value in order]
            heights.append(sum(tall) + _GAP * (len(tall) - 1))
            top = 0.0
            for value, height in zip(order, tall, strict=True):
                boxes[column, value] = (left, right, top, height)
                top += height + _GAP
        whole = max(heights)
        for (column, value), (left, right, top, height) in list(boxes.items()):
            shift = (whole - heights[[c[0] for c in columns].index(column)]) / 2
            boxes[column, value] = (left, right, top + shift, height)
        for start, stop in ((0, 1), (1, 2)):
            _plot_bands(ax, frame, columns[start][0], columns[stop][0], boxes)
        for column, family, *_ in columns:
            totals = frame.groupby(column)["n_practices"].sum()
            for value in _order(frame, column):
                left, right, top, height = boxes[column, value]
                name = glossary.label(f"{family}.{value}", lang)
                ax.add_patch(_rectangle(left, right, top, height))
                ax.text((left + right) / 2, top + height / 2, f"{name}  {totals[value]}", ha="center", va="center", size=SMALLEST_PT)
        for key, (_, _, left, right) in zip(("axis.forum", "axis.answers", "axis.consequence"), columns, strict=True):
            ax.text((left + right) / 2, -1.2, glossary.label(key, lang), ha="center", va="bottom", color=QUIET)
        ax.set(xlim=(-0.005, 1.005), ylim=(whole + 0.5, -4.5))
    return ax


def _rectangle(left: float, right: float, top: float, height: float) -> Patch:
    from matplotlib.patches import Rectangle

    return Rectangle((left, top), right - left, height, facecolor="white", edgecolor=QUIET, linewidth=0.6, zorder=3)


def _plot_bands(
    ax: Axes, frame: pd.DataFrame, here: str, there: str, boxes: dict[tuple[str, str], tuple[float, float, float, float]]
) -> None:
    """Draw the bands between two columns, coloured by forum, each split into what is realised and what is not."""
    used: dict[tuple[str, str], float] = {}
    for (column, value), (_, _, top, height) in boxes.items():
        total = float(frame.loc[frame[column] == value, "n_practices"].sum())
        used[column, value] = top + (height - total) / 2
    keys = [here, there] + (["forum"] if "forum" not in (here, there) else [])
    sums = frame.groupby(keys)[["n_practices", "n_realised"]].sum().reset_index()
    for column in (there, here) if here == "forum" else (there, "forum", here):
        sums = sums.assign(_rank=sums[column].map(_order(frame, column).index)).sort_values("_rank", kind="stable")
    for row in sums.to_dict("records"):
        colour = FORUM_COLOURS[row["forum"]]
        for n, hatch in ((row["n_realised"], None), (row["n_practices"] - row["n_realised"], "////")):
            if not n:
                continue
            left, right = boxes[here, row[here]][1], boxes[there, row[there]][0]
            a, b = used[here, row[here]], used[there, row[there]]
            band = _band(left, right, a, b, float(n))
            band.set(facecolor=colour if hatch is None else "white", edgecolor=colour, hatch=hatch, linewidth=0.3)
            band.set(gid=f"{row[here]}>{row[there]}", zorder=1)
            ax.add_patch(band)
            used[here, row[here]] += float(n)
            used[there, row[there]] += float(n)


def _band(left: float, right: float, a: float, b: float, n: float) -> Patch:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    middle = (left + right) / 2
    places = [
        (left, a), (middle, a), (middle, b), (right, b), (right, b + n), (middle, b + n), (middle, a + n), (left, a + n), (left, a),
    ]  # fmt: skip
    codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    return PathPatch(Path(places, codes))


def plot_matrix(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw who answers (rows) to whom (columns), with the consequences as lines of each cell.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_practices.frame_accountability` returns it. A line of a cell reads:
        consequence, number of practices, in brackets how many of them are told as realised.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=90)
    with journal_style():
        answers, forums = _order(frame, "answers"), _order(frame, "forum")
        cells = dict(list(frame.groupby(["answers", "forum"])))
        tall = [max([len(rows) for (who, _), rows in cells.items() if who == answer], default=1) for answer in answers]
        edges = np.concatenate([[0.0], np.cumsum([lines + 0.5 for lines in tall])])
        most = max(int(rows["n_practices"].sum()) for rows in cells.values())
        colours = share_colours()
        for (answer, forum), rows in cells.items():
            top, x = edges[answers.index(answer)], forums.index(forum)
            height = edges[answers.index(answer) + 1] - top
            n = int(rows["n_practices"].sum())
            shade = colours(0.62 * (n / most) ** 0.5)
            ax.fill_between([x, x + 1], top, top + height, color=shade, linewidth=0, zorder=1)
            dark = np.dot(shade[:3], (0.299, 0.587, 0.114)) < 0.55
            for i, row in enumerate(rows.to_dict("records")):
                name = glossary.label(f"consequence.{row['consequence']}", lang)
                words = f"{name} {row['n_practices']} ({row['n_realised']})"
                y = top + height / 2 + (i - (len(rows) - 1) / 2)
                ax.text(x + 0.5, y, words, ha="center", va="center", size=SMALLEST_PT, color="white" if dark else INK, zorder=3)
        ax.hlines(edges, 0, len(forums), color=FAINT, linewidth=0.5, zorder=2)
        ax.vlines(range(len(forums) + 1), 0, edges[-1], color=FAINT, linewidth=0.5, zorder=2)
        ax.set(xlim=(0, len(forums)), ylim=(edges[-1], 0))
        across, down = [glossary.label(f"forum.{f}", lang) for f in forums], [glossary.label(f"actor.{a}", lang) for a in answers]
        _ticks(ax, across, (edges[:-1] + edges[1:]) / 2, down)
    return ax


def _ticks(ax: Axes, across: Sequence[str], heights: np.ndarray, down: Sequence[str]) -> None:
    ax.set_xticks(np.arange(len(across)) + 0.5, across)
    ax.set_yticks(heights, down)
    ax.tick_params(length=0, labeltop=True, labelbottom=False, top=False)
    for side in ax.spines.values():
        side.set_visible(False)
