"""The documents themselves: when they speak, what of them was read, and where each theme stands in them."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, Any

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
)
from cxzy_study.tables import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_sources(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the documents as rows: what they are, and on a time axis what they report on and when they came out.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_sources` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax* with the rows' texts; the time axis is ``ax.child_axes[0]``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=65)
    with journal_style():
        n = len(frame)
        ax.set_axis_off()
        ax.set(xlim=(0, 1), ylim=(n - 0.5, -0.5))
        heads = {"column.place": 0.0, "column.level": 0.18, "column.genre": 0.315, "column.n_sentences": 0.5}
        for key, x in heads.items():
            ax.text(x, -0.66, glossary.label(key, lang), color=QUIET, size=6.5, ha="right" if x == 0.5 else "left")
        for y, row in enumerate(frame.to_dict("records")):
            remarks = [
                glossary.label(f"{column}.{row[column]}", lang)
                for column, usual in (("campaign", "campaign"), ("completeness", "whole"))
                if row[column] != usual
            ]
            ax.text(0, y - (0.16 if remarks else 0), row[f"place_{lang}"], va="center")
            if remarks:
                ax.text(0, y + 0.22, "; ".join(remarks), va="center", size=6.5, color=QUIET)
            level = glossary.label(f"level.{row['admin_level']}", lang) if row["admin_level"] else ""
            ax.text(heads["column.level"], y, level, va="center")
            ax.text(heads["column.genre"], y, glossary.label(f"genre.{row['genre']}", lang), va="center")
            ax.text(heads["column.n_sentences"], y, f"{row['n_sentences']}", va="center", ha="right")
        _plot_time(ax.inset_axes((0.54, 0, 0.46, 1)), frame, glossary=glossary, lang=lang)
    return ax


def _plot_time(panel: Axes, frame: pd.DataFrame, *, glossary: Glossary, lang: str) -> None:
    from matplotlib.lines import Line2D

    columns = ["covers_start", "covers_end", "published_start", "published_end"]
    known = frame[columns].astype(float)
    first, last = floor(known.min(axis=None) - 1e-9), ceil(known.max(axis=None) + 1e-9)
    marks = document_marks(frame["doc_id"].tolist())
    panel.hlines([y + 0.5 for y in range(-1, len(frame))], first, last, color=FAINT, linewidth=0.5, clip_on=False)
    for y, row in enumerate(frame.to_dict("records")):
        colour, marker = marks[row["doc_id"]]
        missing = []
        if pd.notna(row["covers_start"]):
            start, end = row["covers_start"], row["covers_end"]
            panel.barh(y - 0.17, end - start, left=start, height=0.2, color=colour)
        else:
            missing.append(glossary.label("axis.unknown_period", lang))
        if pd.notna(row["published_start"]):
            at = (row["published_start"] + row["published_end"]) / 2
            panel.hlines(y + 0.2, row["published_start"], row["published_end"], color=colour, linewidth=0.9)
            face = "white" if row["published_basis"] == "inferred" else colour
            panel.plot(at, y + 0.2, marker, color=colour, markerfacecolor=face, markersize=4.5, clip_on=False)
        else:
            missing.append(glossary.label("axis.unknown", lang))
        if len(missing) == 1:
            near = row["covers_start"] if pd.notna(row["covers_start"]) else row["published_start"]
            x, side = (last, "right") if near > (first + last) / 2 else (near, "left")
            panel.text(x, y + 0.2, missing[0], size=6.5, color=QUIET, va="center", ha=side)
        elif missing:
            for line, words in zip((-0.17, 0.2), missing, strict=True):
                panel.text(last, y + line, words, size=6.5, color=QUIET, va="center", ha="right")
    panel.set(xlim=(first, last), ylim=(len(frame) - 0.5, -0.5), yticks=[])
    panel.set_xticks(range(first, last + 1), [""] * (last - first + 1))
    panel.set_xticks([year + 0.5 for year in range(first, last)], [str(y) for y in range(first, last)], minor=True)
    panel.tick_params(axis="x", which="minor", length=0, labelsize=6.5)
    panel.spines["left"].set_visible(False)
    dot: dict[str, Any] = {"linestyle": "none", "marker": "o", "color": INK, "markersize": 4}
    handles = [
        Line2D([], [], color=INK, linewidth=3.5, label=glossary.label("axis.period", lang)),
        Line2D([], [], label=glossary.label("axis.published", lang), **dot),
        Line2D([], [], label=glossary.label("axis.inferred", lang), **dot | {"markerfacecolor": "white"}),
    ]
    panel.legend(
        handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, borderpad=0,
        handlelength=1.4, handletextpad=0.5, columnspacing=1.2, borderaxespad=0.3,
    )  # fmt: skip


def plot_account(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw what was kept of each page and what was removed, by reason, one panel a document, in characters.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_account` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with one inset Axes a document, in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=70)
    with journal_style():
        ax.set_axis_off()
        docs, reasons = list(dict.fromkeys(frame["doc_id"])), list(dict.fromkeys(frame["reason"]))
        longest = float(frame["n_chars"].max())
        for panel, doc_id in zip(add_panels(ax, len(docs)), docs, strict=True):
            rows = frame[frame["doc_id"] == doc_id].set_index("reason").loc[reasons]
            colours = [INK if r == "kept" else "#8c8c8c" for r in reasons]
            panel.barh(range(len(reasons)), rows["n_chars"], height=0.62, color=colours)
            for y, n in enumerate(rows["n_chars"]):
                panel.text(n + 0.025 * longest, y, f"{n:,}", va="center", size=6.5, color=INK if n else QUIET)
            panel.set(xlim=(0, longest * 1.42), ylim=(len(reasons) - 0.4, -0.6), xticks=[])
            label_rows(panel, [glossary.label(f"reason.{r}", lang) for r in reasons], shown=doc_id == docs[0])
            panel.spines["bottom"].set_visible(False)
            first = rows.iloc[0]
            total = glossary.label("axis.n_all", lang, n=f"{first['n_all']:,}")
            plot_heading(panel, [first[f"place_{lang}"], total], x=longest * 0.71)
    return ax


def plot_strips(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw where along each document each theme is marked, one panel a document, themes in rows.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames.frame_strips` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with one inset Axes a document, in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=130)
    with journal_style():
        ax.set_axis_off()
        docs = list(dict.fromkeys(frame["doc_id"]))
        across = min(3, len(docs))
        down = ceil(len(docs) / across)
        right = float(frame["end"].max()) * 1.06
        panels = add_panels(ax, len(docs), across=across, gap=0.03, gap_down=0.13 if down > 1 else 0.0)
        for i, (panel, doc_id) in enumerate(zip(panels, docs, strict=True)):
            _plot_strip(panel, frame[frame["doc_id"] == doc_id], right=right, glossary=glossary, lang=lang)
            label_rows(panel, [glossary.label(f"theme.{t}", lang) for t in THEMES], shown=not i % across, size=6.5)
            if i + across >= len(docs):
                panel.set_xlabel(glossary.label("axis.position", lang))
    return ax


def _plot_strip(panel: Axes, rows: pd.DataFrame, *, right: float, glossary: Glossary, lang: str) -> None:
    first = rows.iloc[0]
    end = float(rows["end"].max())
    panel.hlines(range(len(THEMES)), 0, end, color=FAINT, linewidth=0.4, zorder=1)
    borders = rows.loc[rows["opens_section"] == 1, "start"].drop_duplicates()
    panel.vlines(borders, -0.6, len(THEMES) - 0.4, color=QUIET, linewidth=0.5, linestyle=(0, (2, 2)), zorder=1)
    for y, theme in enumerate(THEMES):
        for kind, tall in (("sentence", 0.76), ("heading", 0.38)):
            marked = rows[(rows["theme"] == theme) & (rows["kind"] == kind)]
            stretches = list(zip(marked["start"], marked["end"] - marked["start"], strict=True))
            if stretches:
                colour = THEME_COLOURS[theme]
                panel.broken_barh(stretches, (y - tall / 2, tall), facecolor=colour, linewidth=0, zorder=2)
    if first["completeness"] == "censored":
        panel.axvline(end, color=INK, linewidth=1, linestyle=(0, (1, 1)))
        words = glossary.label("axis.breaks_off", lang)
        panel.text(end + 0.015 * right, len(THEMES) / 2 - 0.5, words, rotation=90, size=6.5, va="center")
    panel.set(xlim=(0, right), ylim=(len(THEMES) - 0.4, -0.6))
    step = next(s for s in (100, 200, 500, 1000, 2000, 5000, 10 ** len(str(int(right)))) if right / s < 5)
    ticks = range(0, int(right) + 1, step)
    panel.set_xticks(ticks, [f"{t:,}" for t in ticks])
    panel.set_title(first[f"place_{lang}"], loc="left", pad=3)
    panel.spines["left"].set_visible(False)
