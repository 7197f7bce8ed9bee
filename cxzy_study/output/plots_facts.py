"""Figures of facts: formulas as trees, families across documents, their lineage in time, bodies within bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output.frames_facts import LEXICON
from cxzy_study.output.glossary import Glossary
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
    sort_documents,
    text_width,
    wrap_text,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_trees(
    frame: pd.DataFrame,
    *,
    glossary: Glossary,
    lang: str = "en",
    ax: Axes | None = None,
) -> Axes:
    """Draw formulas as trees that lie on their side, one below the other, two columns of them; in English with glosses.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_facts.frame_trees` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*, with one inset Axes a tree, in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=80)
    with journal_style():
        ax.set_axis_off()
        trees = [frame[frame["tree"] == t] for t in dict.fromkeys(frame["tree"])]
        columns: list[list[pd.DataFrame]] = [[], []]
        for tree in trees:
            columns[0 if _rows(columns[0]) <= _rows(columns[1]) else 1].append(tree)
        longest = max((_rows(column) for column in columns), default=1) or 1
        marks = document_marks(sort_documents(frame["doc_id"]))
        for i, column in enumerate(columns):
            top = 1.0
            for tree in column:
                high = (float(tree["y"].max()) + 2) / longest
                panel = ax.inset_axes((i * 0.51, top - high, 0.49, high * 0.94))
                _plot_tree(panel, tree, colour=marks[str(tree["doc_id"].iloc[0])][0], glossary=glossary, lang=lang)
                top -= high
    return ax


def _rows(trees: list[pd.DataFrame]) -> float:
    return sum(float(tree["y"].max()) + 2 for tree in trees)


def _plot_tree(panel: Axes, tree: pd.DataFrame, *, colour: str, glossary: Glossary, lang: str) -> None:
    panel.set_axis_off()
    panel.set(xlim=(0, 1), ylim=(float(tree["y"].max()) + 0.6, -0.6))
    deepest = int(tree["depth"].max())
    glosses = {label: glossary.gloss(label, lang) for label in tree["label"]}
    root = tree.iloc[0]
    place = str(root[f"place_{lang}"])
    glosses[root["label"]] = ": ".join(filter(None, [place, glosses[root["label"]]]))
    inner = {tree.loc[tree["node"] == parent, "label"].iloc[0] for parent in tree["parent"] if parent >= 0}

    def wide(label: str) -> float:
        name, gloss = text_width(label, size=7.5), text_width(glosses[label], size=SMALLEST_PT) if glosses[label] else 0.0
        return max(name, gloss) if label in inner else name + gloss + 4

    widths = [max(wide(label) for label in rows["label"]) for _, rows in tree.groupby("depth")]
    # Columns are as wide as their longest name; what is left goes to the branches between them.
    full = 0.49 * 183 / 25.4 * 72
    gap = max((full - sum(widths)) / max(deepest, 1), 14.0) if deepest else 0.0
    gap = min(gap, 46.0)
    starts = [sum(widths[:d]) + gap * d for d in range(deepest + 1)]
    at = {row.node: (starts[row.depth] / full, row.y) for row in tree.itertuples()}
    for row in tree.itertuples():
        x, y = at[row.node]
        panel.text(x, y, row.label, va="center", size=7.5, color=INK, weight="normal")
        # Of a formula the gloss stands below; of a last part, beside it.
        if gloss := glosses[row.label]:
            aside = (0, -4.5) if row.label in inner else (text_width(row.label, size=7.5) + 4, 0)
            va = "top" if row.label in inner else "center"
            panel.annotate(gloss, (x, y), aside, textcoords="offset points", size=SMALLEST_PT, color=QUIET, va=va)
        if row.parent >= 0:
            parent = tree[tree["node"] == row.parent].iloc[0]
            px = at[row.parent][0] + text_width(parent["label"], size=7.5) / full
            end, begin = x - 3 / full, px + 3 / full
            middle = x - (gap * 0.45) / full
            panel.plot([begin, middle, middle, end], [parent["y"], parent["y"], y, y], color=colour, linewidth=0.8)


def plot_families(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw families of formulas, grouped by pattern, against the documents that use them: parts told, or only named.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_facts.frame_families` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax* with two inset Axes, the halves of the list, in ``ax.child_axes``.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=100)
    with journal_style():
        ax.set_axis_off()
        docs = [*sort_documents(d for d in frame["doc_id"] if d != LEXICON), LEXICON]
        docs = [d for d in docs if d in set(frame["doc_id"])]
        families = list(dict.fromkeys(zip(frame["pattern"], frame["family"], strict=True)))
        half = (len(families) + 1) // 2
        for i, rows in enumerate((families[:half], families[half:])):
            if rows:
                _plot_families(ax.inset_axes((i * 0.51, 0, 0.49, 0.93)), frame, rows, docs, half, glossary=glossary, lang=lang)
    return ax


def _plot_families(
    panel: Axes, frame: pd.DataFrame, families: list[tuple[str, str]], docs: list[str], n: int, *, glossary: Glossary, lang: str
) -> None:
    marks = document_marks([d for d in docs if d != LEXICON])
    panel.set_axis_off()
    # Glosses take room that the marks can spare.
    left = 0.56 if lang == "zh" else 0.7
    step = (1 - left) / len(docs)
    panel.set(xlim=(0, 1), ylim=(n - 0.5, -0.5))
    places = frame.drop_duplicates("doc_id").set_index("doc_id")[f"place_{lang}"]
    for k, doc_id in enumerate(docs):
        name = glossary.label("axis.lexicon", lang) if doc_id == LEXICON else str(places[doc_id])
        panel.annotate(
            name, (left + step * (k + 0.5), 1), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
            rotation=90 if lang == "en" else 0, size=SMALLEST_PT, color=QUIET, ha="center", va="bottom",
        )  # fmt: skip
    before = ""
    for y, (pattern, family) in enumerate(families):
        own = frame[(frame["family"] == family) & (frame["pattern"] == pattern)]
        if pattern != before:
            panel.text(0, y, glossary.numerals(pattern, lang), va="center", size=SMALLEST_PT, color=QUIET)
            if y:
                panel.hlines(y - 0.5, 0, 1, color=FAINT, linewidth=0.5)
            before = pattern
        surfaces = list(dict.fromkeys(s for cell in own["surfaces"] for s in cell.split("|")))
        names = " / ".join(surfaces)
        panel.text(0.16 if lang == "zh" else 0.13, y, names, va="center", size=SMALLEST_PT)
        if gloss := glossary.gloss(surfaces[0], lang):
            x = 0.13 + (text_width(names, size=SMALLEST_PT) + 4) / (0.49 * 183 / 25.4 * 72)
            panel.text(x, y, gloss, va="center", size=SMALLEST_PT, color=QUIET)
        panel.hlines(y, left, 1, color=FAINT, linewidth=0.4, zorder=1)
        for row in own.itertuples():
            colour, marker = marks.get(row.doc_id, (QUIET, "s"))
            face = colour if row.told else "white"
            panel.plot(
                left + step * (docs.index(row.doc_id) + 0.5), y, marker, color=colour, markerfacecolor=face, markersize=4,
                zorder=3,
            )  # fmt: skip


def plot_lineage(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw the dated wordings of each family on a time axis, and under each what changed.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_facts.frame_lineage` returns it.

    Returns
    -------
    matplotlib.axes.Axes
        *ax*; x is the year.
    """
    check_lang(lang)
    ax = ax or new_axes(height_mm=45)
    with journal_style():
        families = list(dict.fromkeys(frame["family"]))
        marks = document_marks(sort_documents(d for d in frame["doc_id"] if d != LEXICON))
        years = [_year(day) for day in frame["date"]]
        first, last = int(min(years)) - 1, int(max(years)) + 2
        for y, family in enumerate(families):
            own = frame[frame["family"] == family]
            at = [_year(day) for day in own["date"]]
            ax.hlines(y, min(at), max(at), color=QUIET, linewidth=0.8, zorder=1)
            for k, (x, row) in enumerate(zip(at, own.itertuples(), strict=True)):
                colour, marker = marks.get(row.doc_id, (QUIET, "s"))
                ax.plot(x, y, marker, color=colour, markerfacecolor=colour if row.parts else "white", markersize=4.5, zorder=3)
                place = glossary.label("axis.lexicon", lang) if row.doc_id == LEXICON else getattr(row, f"place_{lang}")
                surfaces = row.surfaces.split("|")
                words = f"{place} {row.date}: {' / '.join(surfaces)}" + _in_brackets(glossary.gloss(surfaces[0], lang))
                # Wordings of one family take turns above and below its line.
                up = k % 2 == 0
                right = x > (first + last) / 2
                changes = [c[0].replace("-", "−") + (glossary.gloss(c[1:], lang) or c[1:]) for c in (row.changed or "").split("|") if c]
                lines = [words, *changes]
                for j, line in enumerate(reversed(lines) if up else lines):
                    ax.annotate(
                        line, (x, y), (-3 if right else 3, (6 + 9 * j) * (1 if up else -1)), textcoords="offset points",
                        size=SMALLEST_PT, ha="right" if right else "left", va="bottom" if up else "top",
                        color=INK if line == words else QUIET,
                    )  # fmt: skip
        ax.set(xlim=(first, last), ylim=(len(families) - 0.4, -0.6), yticks=[])
        ax.set_xticks(range(first, last + 1))
        ax.spines["left"].set_visible(False)
    return ax


def _in_brackets(gloss: str) -> str:
    return f" ({gloss})" if gloss else ""


def _year(day: str) -> float:
    """Return a day, month or year as a year with its fraction, in the middle of what is known."""
    numbers = [int(n) for n in day.split("-")]
    month = numbers[1] - 0.5 if len(numbers) > 1 else 6.0
    return numbers[0] + month / 12


def plot_bodies(frame: pd.DataFrame, *, glossary: Glossary, lang: str = "en", ax: Axes | None = None) -> Axes:
    """Draw bodies within bodies: an indented list a document, a bar for the units that are about each.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.frames_facts.frame_bodies` returns it.

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
        most = max(frame.groupby("doc_id").size())
        width = 1 / len(docs)
        for i, doc_id in enumerate(docs):
            own = frame[frame["doc_id"] == doc_id]
            panel = ax.inset_axes((i * width, 0, width - 0.03, 0.95))
            _plot_bodies(panel, own, most=most, full=(width - 0.03) * 183 / 25.4 * 72, glossary=glossary, lang=lang)
            n_units = glossary.label("axis.units_about", lang)
            plot_heading(panel, [str(own[f"place_{lang}"].iloc[0]), n_units], x=0.5)
    return ax


def _plot_bodies(panel: Axes, rows: pd.DataFrame, *, most: int, full: float, glossary: Glossary, lang: str) -> None:
    panel.set_axis_off()
    panel.set(xlim=(0, 1), ylim=(most - 0.4, -0.6))
    longest = float(rows["n_units"].max())
    for y, row in enumerate(rows.itertuples()):
        label = glossary.label(row.key, lang) if row.key else glossary.gloss(row.label, lang) or row.label
        x = 0.04 * row.depth
        room = (0.66 - x) * full
        line = wrap_text(label, width=room, size=SMALLEST_PT)[0]
        label = label if line == label else f"{line[:-1]}…"
        panel.text(x, y, label, va="center", size=SMALLEST_PT, color=QUIET if row.depth == 1 else INK)
        shade = ("#8c8c8c", "#5f5f5f", INK)[row.depth]
        panel.barh(
            y,
            0.26 * row.n_units / longest,
            left=0.68,
            height=0.55,
            color="white" if row.depth == 1 else shade,
            edgecolor=shade,
            linewidth=0.6,
        )
        panel.text(0.69 + 0.26 * row.n_units / longest, y, f"{row.n_units}", va="center", size=SMALLEST_PT, color=QUIET)
