"""Practices drawn: the ladder from doctrine to outcome, the three cycles, and centre and locality in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.panels import label_rows
from cxzy_study.output.style import (
    FAINT,
    INK,
    QUIET,
    SMALLEST_PT,
    check_lang,
    document_marks,
    journal_style,
    new_axes,
    plot_heading,
    wrap_text,
)
from cxzy_study.tables import CYCLES, MODES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COUNTED = {
    "practices": (INK, "", -0.2, "axis.practices", "axis.n_practices"),
    "sentences": ("white", "//////", 0.2, "axis.sentences", "axis.n_sentences"),
}
"""Fill, hatch and distance from the rung's middle of what the ladder counts, its label, and that of its number."""


BASES = {"consulted": INK, "public_page": "#8c8c8c", "general_knowledge": "white"}
"""Fill of a central entry's mark: the surer its date, the darker."""


def plot_ladder(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the share of practices and of sentences on each rung, a panel a document, and below a panel an arena.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_practices.frame_ladder` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with the panels in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=120)
    with journal_style():
        ax.set_axis_off()
        kinds = list(dict.fromkeys(frame["group_kind"]))
        across = int(frame.groupby("group_kind")["group"].nunique().max())
        gap, foot, below = 0.02, 0.15, 0.06
        width, height = (1 - gap * (across - 1)) / across, (1 - below - foot * len(kinds)) / len(kinds)
        for down, kind in enumerate(kinds):
            of_kind = frame[frame["group_kind"] == kind]
            for i, group in enumerate(dict.fromkeys(of_kind["group"])):
                place = (i * (width + gap), 1 - foot * 0.75 - height - down * (height + foot), width, height)
                panel = ax.inset_axes(place)
                rows = of_kind[of_kind["group"] == group]
                _plot_rungs(panel, rows, glossary=glossary, lang=lang)
                label_rows(panel, [glossary.label(f"mode.{m}", lang) for m in MODES], shown=not i)
        _legend(ax, [(fill, hatch, glossary.label(key, lang)) for fill, hatch, _, key, _ in COUNTED.values()])
    return ax


def _plot_rungs(panel: Axes, rows: pd.DataFrame, *, glossary: Glossary, lang: str) -> None:
    numbers = []
    for counted, (fill, hatch, aside, _, total) in COUNTED.items():
        mine = rows[rows["counted"] == counted].set_index("mode").loc[list(MODES)]
        heights = [i + aside for i in range(len(MODES))]
        panel.barh(heights, mine["share"], height=0.34, facecolor=fill, edgecolor=INK, hatch=hatch, linewidth=0.5)
        for y, share, n in zip(heights, mine["share"], mine["n"], strict=True):
            panel.text(share + 0.03, y, f"{n}" if n else "–", va="center", size=SMALLEST_PT, color=INK if n else QUIET)
        numbers.append(glossary.label(total, lang, n=int(mine["n_all"].iloc[0])))
    first = rows.iloc[0]
    if first["censored"]:
        panel.axvspan(0, 1.25, facecolor="#f0f0f0", zorder=0, linewidth=0)
    panel.set(xlim=(0, 1.25), ylim=(len(MODES) - 0.4, -0.6))
    panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
    name = first[f"place_{lang}"] or glossary.label(f"arena.{first['group']}", lang)
    plot_heading(panel, [name, *numbers], x=0.62)


def plot_cycles(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the three cycles side by side: steps across, documents down, and what each tells of each step.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_practices.frame_cycles` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with a panel a cycle in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=70)
    with journal_style():
        ax.set_axis_off()
        docs = list(dict.fromkeys(frame["doc_id"]))
        names = frame.drop_duplicates("doc_id").set_index("doc_id")[f"place_{lang}"]
        total, gap, left = sum(len(steps) for steps in CYCLES.values()), 0.025, 0.115
        unit = (1 - left - gap * (len(CYCLES) - 1)) / total
        for cycle, steps in CYCLES.items():
            panel = ax.inset_axes((left, 0.12, unit * len(steps), 0.68))
            left += unit * len(steps) + gap
            _plot_cycle(panel, frame[frame["cycle"] == cycle], docs=docs, glossary=glossary, lang=lang)
            label_rows(panel, [names[d] for d in docs], shown=cycle == next(iter(CYCLES)))
            panel.set_title(glossary.label(f"theme.{cycle}", lang), loc="left", pad=24, size=7.5)
        _legend_cycles(ax, glossary=glossary, lang=lang)
    return ax


def _plot_cycle(panel: Axes, rows: pd.DataFrame, *, docs: list[str], glossary: Glossary, lang: str) -> None:
    steps = CYCLES[rows["cycle"].iloc[0]]
    panel.hlines(range(len(docs)), -0.5, len(steps) - 0.5, color=FAINT, linewidth=0.5, zorder=0)
    for row in rows.to_dict("records"):
        x, y = steps.index(row["step"]), docs.index(row["doc_id"])
        _plot_step(panel, x, y, row["status"])
        if row["status"] == "not_seen":
            panel.text(x, y, f"< {row['share_high']:.0%}", ha="center", va="center", size=SMALLEST_PT, color=QUIET, bbox=_GROUND)
        elif row["status"] != "cannot_be_seen":
            colour = "white" if row["status"] == "realised" else INK
            panel.text(x, y, f"{row['n_practices']}", ha="center", va="center", size=SMALLEST_PT, color=colour, zorder=4)
    for x, step in enumerate(steps):
        lines = wrap_text(glossary.label(f"step.{step}", lang), width=31, size=SMALLEST_PT)
        panel.annotate("\n".join(lines), (x, 1), (0, 5), xycoords=("data", "axes fraction"), textcoords="offset points",
                       ha="center", va="bottom", size=SMALLEST_PT, linespacing=1.2)  # fmt: skip
        if x:
            panel.annotate("", (x - 0.3, -0.72), (x - 0.7, -0.72), arrowprops={"arrowstyle": "->", "color": QUIET, "linewidth": 0.7})
    panel.set(xlim=(-0.55, len(steps) - 0.45), ylim=(len(docs) - 0.5, -0.85), xticks=[])
    for side in panel.spines.values():
        side.set_visible(False)


_GROUND: dict[str, Any] = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def _plot_step(panel: Axes, x: float, y: float, status: str) -> None:
    from matplotlib.patches import Rectangle

    if status in {"realised", "demanded"}:
        face = INK if status == "realised" else "white"
        panel.scatter([x], [y], s=95, facecolor=face, edgecolor=INK, linewidth=0.8, zorder=3)
    elif status == "cannot_be_seen":
        box = Rectangle((x - 0.42, y - 0.3), 0.84, 0.6, facecolor="white", edgecolor=QUIET, hatch="//////", linewidth=0.4)
        panel.add_patch(box)


def _legend_cycles(ax: Axes, *, glossary: Glossary, lang: str) -> None:
    panel = ax.inset_axes((0.0, 0.0, 1.0, 0.09))
    panel.set_axis_off()
    panel.set(xlim=(0, 40), ylim=(0.6, -0.6))
    for x, status in zip((0.6, 11.0, 21.4, 31.2), ("realised", "demanded", "not_seen", "cannot_be_seen"), strict=True):
        _plot_step(panel, x, 0, status)
        if status == "not_seen":
            panel.text(x - 0.5, 0, "< 5%", ha="center", va="center", size=SMALLEST_PT, color=QUIET)
        panel.text(x + 0.9, 0, glossary.label(f"sight.{status}", lang), va="center", size=SMALLEST_PT)


def plot_centre(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the central formulas and stages on a time line, and below each the documents whose practices use it.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_practices.frame_centre` returns it. What is known no more exactly than a month
        or a year has a line as long as that.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=150)
    first, last = 2009.55, 2013.0
    early, undated = 2008.9, 2013.45
    with journal_style():
        entries = list(dict.fromkeys(frame["register_id"]))
        docs = [d for d in dict.fromkeys(frame["doc_id"]) if d]
        marks = document_marks(docs)
        ax.hlines([y + 0.5 for y in range(-1, len(entries))], 2008.55, 2013.8, color=FAINT, linewidth=0.4, zorder=0)
        ax.vlines([first - 0.2, last + 0.05], -0.5, len(entries) - 0.5, color=QUIET, linewidth=0.5, linestyle=(0, (1, 2)))
        for y, entry in enumerate(entries):
            rows = frame[frame["register_id"] == entry]
            head = rows.iloc[0]
            start, end = max(float(head["start"]), first - 0.15), float(head["end"])
            face = BASES[head["basis"]]
            ax.hlines(y - 0.2, start, end, color=INK, linewidth=0.8, zorder=1)
            ax.plot(start, y - 0.2, "|", color=INK, markersize=4)
            x = (start + min(end, start + 0.09)) / 2
            ax.plot(x, y - 0.2, "o", color=INK, markerfacecolor=face, markersize=3.6, markeredgewidth=0.7, zorder=3)
            for row in rows[rows["doc_id"] != ""].to_dict("records"):
                colour, marker = marks[row["doc_id"]]
                known = pd.notna(row["doc_start"])
                x = undated if not known else early if row["doc_end"] < first else (row["doc_start"] + row["doc_end"]) / 2
                ax.plot(x, y + 0.2, marker, color=colour, markersize=3.8, zorder=3)
                ax.annotate(f"{row['n_practices']}", (x, y + 0.2), (4, 0), textcoords="offset points", va="center", size=SMALLEST_PT)
        names = frame.drop_duplicates("register_id")
        label_rows(ax, names["name_en" if lang == "en" else "name"].tolist(), line=False, size=SMALLEST_PT)
        ax.set(xlim=(2008.55, 2013.8), ylim=(len(entries) - 0.4, -0.6))
        years = range(2010, 2014)
        ticks = [early, *years, undated]
        ax.set_xticks(ticks, [glossary.label("axis.early", lang), *(f"{y}" for y in years), glossary.label("axis.undated", lang)])
        _legend_centre(ax, frame, marks=marks, glossary=glossary, lang=lang)
    return ax


def _legend_centre(ax: Axes, frame: pd.DataFrame, *, marks: dict[str, tuple[str, str]], glossary: Glossary, lang: str) -> None:
    from matplotlib.lines import Line2D

    places = frame[frame["doc_id"] != ""].drop_duplicates("doc_id").set_index("doc_id")[f"place_{lang}"]
    handles = [
        Line2D([], [], color=INK, marker="o", markerfacecolor=face, markersize=3.6, linewidth=0.8, label=name)
        for name, face in ((glossary.label(f"basis.{basis}", lang), face) for basis, face in BASES.items())
    ]
    for doc_id, (colour, marker) in marks.items():
        handles.append(Line2D([], [], color=colour, marker=marker, linestyle="", markersize=3.8, label=places[doc_id]))
    ax.legend(
        handles=handles, loc="lower right", bbox_to_anchor=(1, 1), ncols=4, frameon=False, borderpad=0, handletextpad=0.5,
        columnspacing=1.2,
    )  # fmt: skip


def _legend(ax: Axes, items: list[tuple[str, str, str]]) -> None:
    from matplotlib.patches import Patch

    handles = [Patch(facecolor=fill, edgecolor=INK, hatch=hatch, linewidth=0.5, label=label) for fill, hatch, label in items]
    ax.legend(handles=handles, loc="lower right", bbox_to_anchor=(1, -0.01), ncols=2, frameon=False, borderpad=0, handletextpad=0.5)
