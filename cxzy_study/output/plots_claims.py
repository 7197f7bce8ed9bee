"""How far findings can be trusted, as pictures: where claims hold, the weakest of them, and what methods do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxzy_study.output.frames_findings import OPTIONS
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.panels import label_rows
from cxzy_study.output.style import (
    INK,
    QUIET,
    SMALLEST_PT,
    check_lang,
    journal_style,
    new_axes,
    set_ticks,
    share_colours,
    wrap_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STATUS_MARKS = {"holds": "o", "leans": "D", "falls": "X", "open": "s"}
"""Marker of each status of a claim."""


def plot_claims(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw in which part of the analyses each claim holds, under each option of each choice.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_claims` returns it.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=112)
    claims = list(dict.fromkeys(frame["claim_id"]))
    columns, groups = _columns(frame)
    with journal_style():
        ax.set(xlim=(-2.6, max(columns.values()) + 0.7), ylim=(len(claims) - 0.4, -0.6))
        for y, claim in enumerate(claims):
            rows = frame[frame["claim_id"] == claim]
            whole = rows[rows["choice"] == "all"].iloc[0]
            for row in rows[rows["choice"] != "all"].itertuples():
                x = columns[row.choice, row.option]
                ground = share_colours()(0.05 + 0.8 * row.share)
                ax.fill([x - 0.42, x + 0.42, x + 0.42, x - 0.42], [y - 0.42, y - 0.42, y + 0.42, y + 0.42],
                        facecolor=ground, edgecolor=QUIET, linewidth=0.3)  # fmt: skip
                if row.share < 0.5:
                    ax.plot([x - 0.28, x + 0.28], [y + 0.28, y - 0.28], color=INK, linewidth=0.8)
            before = whole["stated"] == "confirmatory"
            ax.scatter([-2.2], [y], s=15, marker=STATUS_MARKS[whole["status"]], linewidth=0.8, zorder=3,
                       facecolors=INK if before else "white", edgecolors=INK)  # fmt: skip
            told = f"{whole['share']:.0%}" if whole["n"] else "–"
            ax.text(-0.35, y, told, ha="right", va="center", size=SMALLEST_PT)
        ax.set_yticks(range(len(claims)), [glossary.label(f"claim.{c}", lang) for c in claims])
        ax.tick_params(axis="both", length=0)
        ax.xaxis.tick_top()
        places = list(columns.values())
        ax.set_xticks(places, [_option(c, o, glossary, lang) for c, o in columns], rotation=90, size=SMALLEST_PT)
        for choice, (first, last) in groups.items():
            ax.plot([first - 0.4, last + 0.4], [len(claims) - 0.3] * 2, color=QUIET, linewidth=0.8, clip_on=False)
            name = glossary.label(f"choice.{choice}", lang)
            lines = wrap_text(name, width=14.0 * (last - first + 1) + 6, size=SMALLEST_PT)
            for i, line in enumerate(lines):
                ax.annotate(line, ((first + last) / 2, len(claims) - 0.3), (0, -8 - 9 * i), textcoords="offset points",
                            ha="center", va="center", size=SMALLEST_PT, annotation_clip=False)  # fmt: skip
        for spine in ax.spines.values():
            spine.set_visible(False)
    return ax


def plot_curve(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the specification curve of the least robust claims: all analyses by their statistic, and their choices.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_curve` returns it.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=110)
    claims = list(dict.fromkeys(frame["claim_id"]))
    with journal_style():
        ax.set_axis_off()
        width, gap = (1 - 0.17 * len(claims)) / len(claims), 0.17
        for i, claim in enumerate(claims):
            rows = frame[frame["claim_id"] == claim]
            start = gap + i * (width + gap)
            above, below = ax.inset_axes((start, 0.62, width, 0.30)), ax.inset_axes((start, 0.0, width, 0.58))
            _plot_values(above, rows, glossary, lang)
            _plot_choices(below, rows, glossary, lang)
            title = glossary.label(f"claim.{claim}", lang)
            lines = wrap_text(title, width=150, size=7)
            for n, line in enumerate(reversed(lines)):
                above.annotate(line, (0.5 - gap / width / 2, 1), (0, 6 + 9 * n), xycoords="axes fraction",
                               textcoords="offset points", ha="center", va="bottom", size=7)  # fmt: skip
    return ax


def plot_calibration(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw what methods do on planted truth: coverage of 95% intervals, and how often nothing is taken for something.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_findings.frame_calibration` returns it. A dot is a setting; filled: on the
        unsafe side of the nominal value by more than two standard errors.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=70)
    with journal_style():
        ax.set_axis_off()
        for kind, box in (("coverage", (0.0, 0.0, 0.27, 1.0)), ("false", (0.73, 0.0, 0.19, 1.0))):
            _plot_rates(ax.inset_axes(box), frame[frame["kind"] == kind], kind, glossary, lang)
    return ax


def _plot_rates(panel: Axes, rows: pd.DataFrame, kind: str, glossary: Glossary, lang: str) -> None:
    names = list(dict.fromkeys(rows["row"]))
    panel.axvline(0.95 if kind == "coverage" else 0.05, color=QUIET, linewidth=0.8, zorder=0)
    for y, name in enumerate(names):
        own = rows[rows["row"] == name].reset_index(drop=True)
        spread = np.linspace(-0.28, 0.28, len(own)) if len(own) > 1 else np.zeros(1)
        at = y + spread
        panel.hlines(at, own["rate"] - 2 * own["se"], own["rate"] + 2 * own["se"], color=QUIET, linewidth=0.8, zorder=1)
        lax = (own["verdict"] == "lax").to_numpy()
        face = [INK if bad else "white" for bad in lax]
        panel.scatter(own["rate"], at, s=11, facecolors=face, edgecolors=INK, linewidth=0.7, zorder=2, clip_on=False)
        n = own["n_runs"]
        told = f"{n.min():,}" if n.min() == n.max() else f"{n.min():,}–{n.max():,}"
        panel.annotate(told, (1.0, y), (4, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
                       va="center", ha="left", size=SMALLEST_PT, color=QUIET, annotation_clip=False)  # fmt: skip
    panel.annotate(glossary.label("axis.runs", lang), (1.0, -1.0), (4, 0), xycoords=("axes fraction", "data"),
                   textcoords="offset points", va="center", ha="left", size=SMALLEST_PT, color=QUIET,
                   annotation_clip=False)  # fmt: skip
    label_rows(panel, [glossary.label(f"calibration.{n}", lang) for n in names], line=False)
    panel.set_ylim(len(names) - 0.4, -0.6)
    low, high = float((rows["rate"] - 2 * rows["se"]).min()), float((rows["rate"] + 2 * rows["se"]).max())
    panel.set_xlim((min(low, 0.9) - 0.01, 1.0) if kind == "coverage" else (0.0, max(high, 0.1) + 0.01))
    panel.set_xlabel(glossary.label("axis.coverage" if kind == "coverage" else "axis.false", lang))
    from matplotlib.ticker import PercentFormatter

    set_ticks(panel, *panel.get_xlim(), axis="x")
    panel.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))


def _plot_values(panel: Axes, rows: pd.DataFrame, glossary: Glossary, lang: str) -> None:
    bound, own = float(rows["bound"].iloc[0]), float(rows["own"].iloc[0])
    panel.axhline(bound, color=INK, linewidth=0.7, zorder=1)
    held = (rows["holds"] == 1).to_numpy()
    panel.scatter(rows["place"][held], rows["value"][held], s=3, color="#1d5590", linewidth=0, zorder=2)
    panel.scatter(rows["place"][~held], rows["value"][~held], s=3, color="#9a9a9a", linewidth=0, zorder=2)
    nearest = int((rows["value"] - own).abs().to_numpy().argmin())
    panel.scatter([rows["place"].iloc[nearest]], [own], s=30, marker="D", facecolors="white", edgecolors=INK, zorder=3)
    panel.set_xticks([])
    panel.set_xlim(0, len(rows) + 1)
    panel.set_ylabel(glossary.label("axis.statistic", lang), size=SMALLEST_PT)
    told = glossary.label("curve.held", lang, n=int(held.sum()), of=len(rows))
    panel.annotate(told, (0.5, 1), (0, -2), xycoords="axes fraction", textcoords="offset points", ha="center", va="top",
                   size=SMALLEST_PT, color=QUIET,
                   bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85})  # fmt: skip
    low, high = float(min(rows["value"].min(), bound)), float(max(rows["value"].max(), bound))
    room = 0.08 * (high - low)
    panel.set_ylim(low - room, high + 2.4 * room)
    set_ticks(panel, low, high, axis="y")
    panel.tick_params(labelsize=SMALLEST_PT)


def _plot_choices(panel: Axes, rows: pd.DataFrame, glossary: Glossary, lang: str) -> None:
    """A tick for each analysis and option, below its statistic."""
    used = [c for c in OPTIONS if rows[f"by_{c}"].ne("").any()]
    y, labels, places = 0.0, [], []
    for choice in used:
        for option in [o for o in OPTIONS[choice] if (rows[f"by_{choice}"] == o).any()]:
            at = rows["place"][rows[f"by_{choice}"] == option]
            panel.vlines(at, y - 0.36, y + 0.36, color=INK, linewidth=min(2.0, 60.0 / len(rows)))
            labels.append(_option(choice, option, glossary, lang))
            places.append(y)
            y += 1.0
        y += 0.6
    panel.set_yticks(places, labels, size=SMALLEST_PT)
    panel.tick_params(axis="both", length=0)
    panel.set_xticks([])
    panel.set(xlim=(0, len(rows) + 1), ylim=(max(y, 17.0) - 0.6, -0.8))
    for spine in panel.spines.values():
        spine.set_visible(False)


def _columns(frame: pd.DataFrame) -> tuple[dict[tuple[str, str], float], dict[str, tuple[float, float]]]:
    """Place of each option of each choice, and of each choice's first and last."""
    columns: dict[tuple[str, str], float] = {}
    groups: dict[str, tuple[float, float]] = {}
    x = 0.5
    for choice, known in OPTIONS.items():
        options = [o for o in known if ((frame["choice"] == choice) & (frame["option"] == o)).any()]
        if not options:
            continue
        first = x
        for option in options:
            columns[choice, option] = x
            x += 1.0
        groups[choice] = (first, x - 1.0)
        x += 0.5
    return columns, groups


def _option(choice: str, option: str, glossary: Glossary, lang: str) -> str:
    if choice == "prior":
        return str(option)
    key = f"coder.{option}" if choice == "coder" else f"option.{option}"
    return glossary.label(key, lang)
