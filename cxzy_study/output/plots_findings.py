"""Findings as pictures: the map, the tree, the network of themes, words, families of practices."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.output.labels import needs_leader, place_labels
from cxzy_study.output.panels import add_panels, label_rows
from cxzy_study.output.style import (
    FAINT,
    INK,
    QUIET,
    SMALLEST_PT,
    THEME_COLOURS,
    check_lang,
    document_marks,
    journal_style,
    new_axes,
    plot_heading,
    set_ticks,
    share_colours,
    sort_documents,
    text_width,
    wrap_text,
)
from cxzy_study.tables import THEMES

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ENOUGH = 0.95
"""Support from which a branch is drawn as supported."""


def plot_map(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the documents with their ellipses, and beside them the themes, on the same two dimensions.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_map` returns it.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=95)
    groups, themes = frame[frame["kind"] == "group"], frame[frame["kind"] == "theme"]
    with journal_style():
        ax.set_axis_off()
        left, right = ax.inset_axes((0.0, 0.0, 0.42, 1.0)), ax.inset_axes((0.515, 0.0, 0.485, 1.0))
        marks = document_marks(groups["name"].tolist())
        _plot_ellipses(left, groups, marks)
        left.scatter(themes["x"], themes["y"], s=5, color="#a6a6a6", marker="+", linewidth=0.6, zorder=1)
        right.scatter(themes["x"], themes["y"], s=9, color=INK, marker="+", linewidth=0.7, zorder=3)
        for panel in (left, right):
            panel.axhline(0, color=FAINT, linewidth=0.6, zorder=0)
            panel.axvline(0, color=FAINT, linewidth=0.6, zorder=0)
            panel.set_xlabel(glossary.label("axis.dimension", lang, n=1, share=f"{frame['inertia_x'].iloc[0]:.0%}"))
            panel.tick_params(labelsize=SMALLEST_PT)
            panel.set_ylabel(glossary.label("axis.dimension", lang, n=2, share=f"{frame['inertia_y'].iloc[0]:.0%}"))
        # Labels are placed by the finished layout: only then it is known how long a unit is.
        ax.get_figure(root=True).draw_without_rendering()  # type: ignore[union-attr]
        spans = [(*left.get_xlim(), *left.get_ylim()), (*_around(themes["x"], 0.25), *_around(themes["y"], 0.12))]
        for panel, span in zip((left, right), spans, strict=True):
            _set_equal(panel, *span)
            set_ticks(panel, *panel.get_xlim(), axis="x", most=5)
            set_ticks(panel, *panel.get_ylim(), axis="y", most=6)
        tints = [marks[name][0] for name in groups["name"]]
        _label_points(left, groups, groups[f"place_{lang}"].tolist(), colours=tints, size=7.5, lines=_outlines(groups))
        names = [glossary.label(f"theme.{t}", lang) for t in themes["name"]]
        _label_points(right, themes, names, colours=[INK] * len(names), size=SMALLEST_PT)
    return ax


def plot_tree(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the tree of documents with the support of its branches, and beside it how far every two lie apart.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_tree` returns it. A branch without the support of 95 in 100
        resamples is drawn broken.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=62)
    documents = frame[frame["part"] == "document"].set_index("doc_id")
    names = documents[f"place_{lang}"].to_dict()
    with journal_style():
        ax.set_axis_off()
        left, right = ax.inset_axes((0.0, 0.0, 0.46, 1.0)), ax.inset_axes((0.68, 0.0, 0.32, 1.0))
        _plot_branches(left, frame[frame["part"] == "branch"], names, glossary, lang)
        _plot_pairs(right, frame[frame["part"] == "pair"], names, glossary, lang)
    return ax


def plot_network(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw themes on a circle, joined where they share a sentence more often, or less often, than chance gives.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_network` returns it.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=100)
    themes, pairs = frame[frame["part"] == "theme"], frame[frame["part"] == "pair"]
    with journal_style():
        ax.set_axis_off()
        ax.set_aspect("equal")
        turn = {t: math.pi / 2 - 2 * math.pi * i / len(THEMES) for i, t in enumerate(THEMES)}
        at = {t: np.array([math.cos(a), math.sin(a)]) for t, a in turn.items()}
        for row in pairs.itertuples():
            a, b = at[row.theme_a], at[row.theme_b]
            # Bent towards the middle, so that lines between neighbours do not run over the marks between them.
            steps = np.linspace(0, 1, 40)[:, None]
            curve = (1 - steps) ** 2 * a + 2 * steps * (1 - steps) * (a + b) * 0.2 + steps**2 * b
            more = row.log_odds > 0
            ax.plot(
                *curve.T, color=INK if more else QUIET, linewidth=0.5 + abs(row.log_odds), zorder=1,
                linestyle="-" if more else (0, (2.5, 1.5)), solid_capstyle="round",
            )  # fmt: skip
        for row in themes.itertuples():
            x, y = at[row.theme]
            ax.scatter([x], [y], s=10 + 4 * row.n, color=THEME_COLOURS[row.theme], edgecolor="white", linewidth=0.6, zorder=3)
            side = "center" if abs(x) < 0.1 else ("left" if x > 0 else "right")
            text = f"{glossary.label(f'theme.{row.theme}', lang)} ({int(row.n)})"
            ax.annotate(text, (x, y), (x * 11, y * 11), textcoords="offset points", ha=side, va="center", size=7)
        ax.set(xlim=(-2.5, 3.3), ylim=(-1.2, 1.15))
        for i, (key, style, colour) in enumerate((("more", "-", INK), ("less", (0, (2.5, 1.5)), QUIET))):
            ax.plot([1.75, 1.95], [-0.95 - 0.16 * i] * 2, linestyle=style, color=colour, linewidth=1.5)
            ax.text(2.0, -0.95 - 0.16 * i, glossary.label(f"network.{key}", lang), va="center", size=SMALLEST_PT)
    return ax


def plot_keyness(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the words that set each document apart, a panel a document.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_keyness` returns it. Words that stand in one or two places of
        the document (DPnorm above 0.8) are hollow.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=70)
    groups = sort_documents(frame["group"])
    marks = document_marks(groups)
    deepest = int(frame["rank"].max())
    with journal_style():
        ax.set_axis_off()
        right = float(frame["z"].max()) * 1.05
        for panel, group in zip(add_panels(ax, len(groups)), groups, strict=True):
            rows = frame[frame["group"] == group]
            colour, marker = marks[group]
            panel.set(xlim=(0, right), ylim=(deepest + 0.6, 0.2))
            lumped = rows["dp_norm"] > 0.8
            panel.hlines(rows["rank"], 0, rows["z"], color=colour, linewidth=1.2)
            face = ["white" if hollow else colour for hollow in lumped]
            panel.scatter(rows["z"], rows["rank"], s=13, marker=marker, facecolors=face, edgecolors=colour, linewidth=0.9, zorder=3)
            for row in rows.itertuples():
                text = row.term if lang == "zh" else f"{row.term} {_gloss(row.term, glossary)}"
                panel.annotate(
                    f"{text} ({row.n})", (0, row.rank), (0, 3.2), textcoords="offset points", va="bottom", ha="left",
                    size=SMALLEST_PT,
                )  # fmt: skip
            panel.set_yticks([])
            panel.spines["left"].set_color(FAINT)
            panel.set_xticks([0, 2, 4] if right < 6 else [0, 3, 6])
            plot_heading(panel, [rows[f"place_{lang}"].iloc[0]], x=right / 2)
        ax.annotate(
            glossary.label("axis.keyness", lang), (0.5, 0), (0, -16), xycoords="axes fraction",
            textcoords="offset points", ha="center", va="top", size=7,
        )  # fmt: skip
    return ax


def plot_approaches(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw families of practices by document: how many, and the practice nearest to the others of its family.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_families` returns it.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=80)
    documents = sort_documents(frame["doc_id"])
    families = frame.drop_duplicates("family").reset_index(drop=True)
    totals = frame.groupby("doc_id")["n"].sum()
    top = float((frame["n"] / frame["doc_id"].map(totals)).max())
    with journal_style():
        ax.set_axis_off()
        ax.set(xlim=(0, 6.9), ylim=(len(families), -0.35))
        for x, doc in enumerate(documents):
            label = frame.loc[frame["doc_id"] == doc, f"place_{lang}"].iloc[0]
            heading = f"{label} ({totals[doc]})"
            ax.text(1.9 + x + 0.5, -0.14, heading, ha="center", va="center", size=7.5)
        for y, family in families.iterrows():
            size = int(frame.loc[frame["family"] == family["family"], "n"].sum())
            name = glossary.label(f"family.{family['instrument']}", lang)
            ax.text(0.0, y + 0.2, f"{name} ({size})", size=7.5, va="center")
            told = glossary.label("family.marks", lang, marks=_spell_marks(family["marks"], glossary, lang))
            for i, line in enumerate(wrap_text(told, width=132, size=SMALLEST_PT)[:4]):
                ax.text(0.0, y + 0.42 + 0.15 * i, line, size=SMALLEST_PT, va="center", color=QUIET)
        for row in frame.itertuples():
            x, y = documents.index(row.doc_id), families.index[families["family"] == row.family][0]
            share = row.n / totals[row.doc_id]
            ground = share_colours()(0.75 * share / top)
            ax.fill([1.92 + x, 2.88 + x, 2.88 + x, 1.92 + x], [y + 0.03, y + 0.03, y + 0.97, y + 0.97], color=ground, linewidth=0)
            dark = sum(ground[:3]) < 1.75
            ink = "white" if dark else INK
            ax.text(2.4 + x, y + 0.2, f"{share:.0%}  ({row.n})", ha="center", va="center", size=7, color=ink)
            named = row.practice if lang == "zh" or not row.label_en else row.label_en
            for i, line in enumerate(wrap_text(named, width=66, size=SMALLEST_PT)[:4]):
                ax.text(2.4 + x, y + 0.42 + 0.15 * i, line, ha="center", va="center", size=SMALLEST_PT, color=ink)
    return ax


def _gloss(term: str, glossary: Glossary) -> str:
    return glossary.label(f"word.{term}", "en") if glossary.has(f"word.{term}") else ""


def _spell_marks(marks: str, glossary: Glossary, lang: str) -> str:
    words = [glossary.label(m.replace("=", "."), lang) for m in marks.split(";") if not m.startswith("instrument=")]
    return (", " if lang == "en" else "、").join(words)


def _plot_ellipses(panel: Axes, groups: pd.DataFrame, marks: dict[str, tuple[str, str]]) -> None:
    from matplotlib.patches import Ellipse

    styles = ("-", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1.5, 1, 1.5)), (0, (8, 2)))
    for i, row in enumerate(groups.itertuples()):
        colour, marker = marks[str(row.name)]
        if pd.notna(row.radius_a):
            panel.add_patch(Ellipse(
                (row.x, row.y), 2 * row.radius_a, 2 * row.radius_b, angle=row.angle, fill=False, edgecolor=colour,
                linewidth=1.1, linestyle=styles[i % len(styles)], zorder=2,
            ))  # fmt: skip
        panel.scatter([row.x], [row.y], s=30, marker=marker, color=colour, zorder=4, edgecolor="white", linewidth=0.5)
    panel.autoscale_view()


def _outlines(groups: pd.DataFrame) -> np.ndarray:
    """Return points along the ellipses, close together, in the units of the map."""
    turn = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    drawn = groups[groups["radius_a"].notna()]
    x, y, a, b, angle = (drawn[c].to_numpy(dtype=float)[:, None] for c in ("x", "y", "radius_a", "radius_b", "angle"))
    along, across, tilt = a * np.cos(turn), b * np.sin(turn), np.deg2rad(angle)
    points = np.stack([
        x + along * np.cos(tilt) - across * np.sin(tilt), y + along * np.sin(tilt) + across * np.cos(tilt)
    ], axis=-1)  # fmt: skip
    return points.reshape(-1, 2)


def _set_equal(panel: Axes, left: float, right: float, low: float, high: float) -> None:
    """Widen the limits so that one unit is as long across as up: distances on the map mean something."""
    box = panel.get_window_extent()
    unit = max((right - left) / box.width, (high - low) / box.height)
    x, y = (left + right) / 2, (low + high) / 2
    panel.set(
        xlim=(x - unit * box.width / 2, x + unit * box.width / 2), ylim=(y - unit * box.height / 2, y + unit * box.height / 2)
    )


def _label_points(
    panel: Axes, rows: pd.DataFrame, texts: list[str], *, colours: list[str], size: float, lines: np.ndarray | None = None
) -> None:
    """Write *texts* beside their points, clear of each other and of *lines*, given as points close together."""
    dpi = panel.figure.dpi if panel.figure is not None else 72
    places = panel.transData.transform(rows[["x", "y"]].to_numpy(dtype=float)) * 72 / dpi
    box = panel.get_window_extent()
    page = (box.x0 * 72 / dpi + 1, box.y0 * 72 / dpi + 1, box.x1 * 72 / dpi - 1, box.y1 * 72 / dpi - 1)
    drawn = panel.transData.transform(np.empty((0, 2)) if lines is None else lines) * 72 / dpi
    taken = [(x - 1.0, y - 1.0, x + 1.0, y + 1.0) for x, y in drawn.tolist()]
    offsets = place_labels([(float(x), float(y)) for x, y in places], texts, size=size, page=page, taken=taken)
    for (x, y), offset, text, colour in zip(rows[["x", "y"]].to_numpy(dtype=float), offsets, texts, colours, strict=True):
        wide = text_width(text, size=size) / 2
        if needs_leader(offset, wide=wide):
            line = {"arrowstyle": "-", "color": QUIET, "linewidth": 0.4, "shrinkA": 0, "shrinkB": 1}
            panel.annotate("", (x, y), offset, textcoords="offset points", arrowprops=line, zorder=5).set_in_layout(False)
        note = panel.annotate(
            text, (x, y), offset, textcoords="offset points", ha="center", va="center", size=size, color=colour, zorder=6,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.2},
        )  # fmt: skip
        note.set_in_layout(False)


def _around(values: pd.Series, room: float) -> tuple[float, float]:
    more = room * float(values.max() - values.min())
    return float(values.min()) - more, float(values.max()) + more


def _plot_branches(panel: Axes, rows: pd.DataFrame, names: dict[str, str], glossary: Glossary, lang: str) -> None:
    order = _leaves(rows)
    at: dict[str, tuple[float, float]] = {d: (0.0, float(i)) for i, d in enumerate(order)}
    marks = document_marks(order)
    for row in rows.itertuples():
        (x1, y1), (x2, y2) = at[row.left], at[row.right]
        x, y = float(row.height), (y1 + y2) / 2
        solid = pd.isna(row.support) or row.support >= ENOUGH
        style = "-" if solid else (0, (3, 1.8))
        panel.plot([x1, x, x, x2], [y1, y1, y2, y2], color=INK, linewidth=1.0, linestyle=style)
        if pd.notna(row.support):
            panel.annotate(
                f"{row.support:.0%}", (x, y), (3, 0), textcoords="offset points", va="center", ha="left", size=SMALLEST_PT,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
            )  # fmt: skip
        at[row.members] = (x, y)
    for doc, (_, y) in [(d, at[d]) for d in order]:
        colour, marker = marks[doc]
        panel.scatter([0], [y], s=18, marker=marker, color=colour, zorder=3, clip_on=False)
    label_rows(panel, [names[d] for d in order], line=False, pad=6)
    right = float(rows["height"].max()) * 1.18
    panel.set(xlim=(0, right), ylim=(len(order) - 0.5, -0.5))
    panel.set_xlabel(glossary.label("axis.tree", lang))
    set_ticks(panel, 0, right, axis="x")


def _plot_pairs(panel: Axes, rows: pd.DataFrame, names: dict[str, str], glossary: Glossary, lang: str) -> None:
    places = range(len(rows))
    panel.hlines(places, rows["chance"], rows["chance_high"], color=FAINT, linewidth=5, zorder=1)
    panel.scatter(rows["chance"], places, s=14, marker="|", color=QUIET, linewidth=1.0, zorder=2)
    beyond = (rows["distance"] > rows["chance_high"]).to_numpy()
    face = [INK if far else "white" for far in beyond]
    panel.scatter(rows["distance"], places, s=15, marker="o", facecolors=face, edgecolors=INK, linewidth=0.8, zorder=3)
    joint = " – " if lang == "en" else "—"
    pairs = [f"{names[a]}{joint}{names[b]}" for a, b in zip(rows["group_a"], rows["group_b"], strict=True)]
    label_rows(panel, pairs, line=False, size=SMALLEST_PT)
    right = float(rows[["distance", "chance_high"]].max().max()) * 1.08
    panel.set(xlim=(0, right), ylim=(len(rows) - 0.5, -0.5))
    panel.set_xlabel(glossary.label("axis.distance", lang))
    set_ticks(panel, 0, right, axis="x")


def _leaves(rows: pd.DataFrame) -> list[str]:
    """Documents in an order in which no lines of the tree cross."""
    parts = {row.members: (row.left, row.right) for row in rows.itertuples()}

    def walk(name: str) -> list[str]:
        return [name] if name not in parts else [*walk(parts[name][0]), *walk(parts[name][1])]

    return walk(rows["members"].iloc[-1])
