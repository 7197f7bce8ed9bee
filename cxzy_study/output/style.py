"""One journal style: type, widths, colours and marks, the same in every figure and both languages."""

from __future__ import annotations

import importlib.util
import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxzy_study.tables import THEMES, InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

LANGS = ("en", "zh")

WIDTH_MM = {1: 89.0, 2: 183.0}
"""Width of a figure over one and over two columns of a journal page, mm."""

SMALLEST_PT = 6.5
"""No text is smaller at print size, points."""

FAMILY = "cxzy Noto Sans SC"
"""Name under which the font is registered: an own one, so that a font of the system is never taken in its place."""

INK, QUIET, FAINT = "#1a1a1a", "#5f5f5f", "#d9d9d9"
"""Text and marks; notes and axes; grids and borders."""

THEME_COLOURS = dict(
    zip(
        THEMES,
        (
            "#b4004b", "#f0a5ff", "#69005a", "#f07887", "#784b96", "#e178c3", "#a54b78", "#96874b", "#3c3c00",
            "#b4c369", "#1e7800", "#c3962d", "#004b2d", "#1e96f0", "#2d2d96", "#5ad2b4", "#0f69d2",
        ),
        strict=True,
    )
)  # fmt: skip
"""One colour a theme. Dark and light take turns, so that neighbours part in grey; any two of the seventeen stay apart
for readers with and without each kind of colour blindness (tests/test_figures.py measures both). In grey, themes that
are no neighbours may look alike: every figure labels them directly."""

PLACES = {
    "langfang": ("#0094b7", "o"),
    "dingan": ("#cc7f00", "s"),
    "taining": ("#244d0c", "^"),
    "tianjin": ("#6c2ba5", "D"),
    "finance": ("#222222", "v"),
}
"""Colour and mark of each of the study's documents, in the order in which every figure shows them."""

ARENAS = ("villages", "offices", "state_firms", "private_firms", "communities")
"""The arenas of Taining's project, in the order in which every figure shows them."""

SPARE = (("#8a6d1d", "X"), ("#56b4e9", "P"), ("#8c1c13", "p"), ("#44aa99", "<"), ("#999933", ">"), ("#332288", "h"))
"""Colours and marks for documents that are not the study's own."""

_SEQUENCE = ("#ffffff", "#e9f0f8", "#cddff0", "#b0cde7", "#93badd", "#3a75b0", "#1d5590", "#06294d")
"""Few shades lie in the middle, where neither black nor white type reads well."""

_RC: Any = {
    "font.family": [FAMILY],
    "font.size": 7.5,
    "axes.titlesize": 7.5,
    "axes.labelsize": 7.0,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 7.0,
    "legend.fontsize": 6.5,
    "axes.unicode_minus": False,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "text.color": INK,
    "text.parse_math": False,
    "text.hinting": "no_hinting",
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.0,
    "hatch.linewidth": 0.5,
    "figure.dpi": 150,
    "savefig.dpi": 300,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.constrained_layout.h_pad": 0.02,
    "figure.constrained_layout.w_pad": 0.02,
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "cxzy_study",
    "path.simplify": False,
}


@cache
def font_file() -> Path:
    """Return the file of the font, Noto Sans SC (OFL), which the package zhplot carries.

    The package is never imported: its import changes matplotlib's settings.
    """
    spec = importlib.util.find_spec("zhplot")
    path = Path(spec.origin).parent / "fonts" / "NotoSansSC-Regular.ttf" if spec and spec.origin else None
    if path is None or not path.is_file():
        raise InvalidInput("Invalid environment: the package zhplot with its font NotoSansSC-Regular.ttf is missing.")
    return path


@cache
def _register_font() -> None:
    """Make the font known to matplotlib, once, under a name of its own."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(font_file())
    font_manager.fontManager.ttflist.append(replace(font_manager.fontManager.ttflist[-1], name=FAMILY))


@contextmanager
def journal_style() -> Iterator[None]:
    """Draw in the journal style inside the ``with`` block; a character that the font lacks is an error."""
    import matplotlib as mpl

    _register_font()
    with mpl.rc_context(_RC), warnings.catch_warnings():
        warnings.filterwarnings("error", message="Glyph .* missing", category=UserWarning)
        yield


def new_axes(*, columns: int = 2, height_mm: float = 90.0) -> Axes:
    """Return the Axes of a new pyplot figure in the journal style, over one or two columns."""
    import matplotlib.pyplot as plt

    with journal_style():
        size = (check_columns(columns) / 25.4, height_mm / 25.4)
        return plt.subplots(figsize=size, layout="constrained")[1]


def check_columns(columns: int) -> float:
    """Return the width in mm of a figure over *columns* columns of the page."""
    if columns not in WIDTH_MM:
        raise InvalidInput(f"Invalid columns {columns!r}: must be one of {', '.join(map(str, WIDTH_MM))}.")
    return WIDTH_MM[columns]


def check_lang(lang: str) -> str:
    """Return *lang* if labels exist in it."""
    if lang not in LANGS:
        raise InvalidInput(f"Invalid lang {lang!r}: must be one of {', '.join(LANGS)}.")
    return lang


def sort_documents(doc_ids: Iterable[str]) -> list[str]:
    """Return the distinct *doc_ids*: the study's own in their fixed order, then the others as they came.

    Examples
    --------
    >>> sort_documents(["yunxi", "tianjin", "langfang", "yunxi"])
    ['langfang', 'tianjin', 'yunxi']
    """
    given = list(dict.fromkeys(doc_ids))
    return [d for d in PLACES if d in given] + [d for d in given if d not in PLACES]


def sort_arenas(arenas: Iterable[str]) -> list[str]:
    """Return the distinct *arenas*: the study's own in their fixed order, then the others as they came."""
    given = list(dict.fromkeys(arenas))
    return [a for a in ARENAS if a in given] + [a for a in given if a not in ARENAS]


def document_marks(doc_ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return colour and marker of each document; the study's own always bear the same."""
    others = [d for d in doc_ids if d not in PLACES]
    if len(others) > len(SPARE):
        raise InvalidInput(
            f"Invalid documents {len(others)}: a figure tells at most {len(SPARE)} apart. {others[:5]}."
        )
    spare = dict(zip(others, SPARE, strict=False))
    return {d: PLACES.get(d) or spare[d] for d in doc_ids}


def share_colours() -> Colormap:
    """Return the sequential map of shares, white to dark blue: ever darker, so that grey keeps the order."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("cxzy_shares", _SEQUENCE)


def plot_heading(ax: Axes, lines: Sequence[str], *, x: float, turned: bool = False) -> None:
    """Write *lines* above *ax*, centred at *x* (data), on base lines that are level with those of its neighbours.

    *turned* lines run upwards, the first at the left.
    """
    for i, line in enumerate(reversed(lines)):
        first = i == len(lines) - 1
        if turned:
            ax.annotate(
                line, (x, 1), (4.5 * (len(lines) - 1) - 9 * i, 4), xycoords=("data", "axes fraction"),
                textcoords="offset points", ha="center", va="bottom", rotation=90, size=7.5 if first else SMALLEST_PT,
                color=INK if first else QUIET,
            )  # fmt: skip
            continue
        ax.annotate(
            line, (x, 1), (0, 4 + 9 * i + (1 if first else 0)), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", va="baseline", size=7.5 if first else SMALLEST_PT,
            color=INK if first else QUIET,
        )  # fmt: skip


def set_ticks(ax: Axes, low: float, high: float, *, axis: str, most: int = 4) -> None:
    """Set at most *most* round ticks on an axis ("x" or "y"), none of them outside [low, high]."""
    from matplotlib.ticker import FixedLocator, MaxNLocator

    ticks = MaxNLocator(nbins=most, steps=[1, 2, 5, 10]).tick_values(low, high)
    inside = [t for t in ticks if low - 1e-9 <= t <= high + 1e-9]
    getattr(ax, f"{axis}axis").set_major_locator(FixedLocator(inside))


def text_width(text: str, *, size: float) -> float:
    """Return the width of one line of *text* at *size* points, in points."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    properties = FontProperties(fname=str(font_file()), size=size)
    return float(text_to_path.get_text_width_height_descent(text, properties, ismath=False)[0])


def wrap_text(text: str, *, width: float, size: float) -> list[str]:
    """Break *text* into lines at most *width* points wide at *size* points.

    Latin words stay whole, Chinese breaks between any two characters, and no line starts with a
    closing mark or ends with an opening one.
    """
    pieces = re.findall(r"[（“‘《]*(?:[^\s\u2e80-\u9fff\uff00-\uffef，。；：、）”’》！？（“‘《]+|.)[，。；：、）”’》！？]*\s*", text)
    lines, line = [], ""
    for piece in pieces:
        if line and text_width((line + piece).rstrip(), size=size) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.strip() else lines


def find_type_faults(figure: Figure) -> list[str]:
    """Return what a production desk would send back: type too small, cut off, or printed over other type.

    Parameters
    ----------
    figure
        A figure that has been drawn once, so that every text has its place.
    """
    from matplotlib.text import Text

    faults = []
    page = figure.bbox
    placed: list[tuple[Any, str]] = []
    for text in figure.findobj(Text):
        if not (text.get_visible() and text.get_text().strip()) or not _is_shown(text):
            continue
        words = text.get_text().replace("\n", " / ")
        size = float(text.get_fontsize())
        if size < SMALLEST_PT:
            faults.append(f"{words!r} is set in {size:g} pt")
        box = text.get_window_extent()
        if box.x0 < page.x0 - 0.5 or box.y0 < page.y0 - 0.5 or box.x1 > page.x1 + 0.5 or box.y1 > page.y1 + 0.5:
            faults.append(f"{words!r} is cut off")
        # Boxes hold the leading above and below the type: half a point of touch is none.
        slack = 0.5 * figure.dpi / 72
        for other, names in placed:
            wide = min(box.x1, other.x1) - max(box.x0, other.x0)
            high = min(box.y1, other.y1) - max(box.y0, other.y0)
            if wide > slack and high > slack:
                faults.append(f"{words!r} is printed over {names!r}")
        placed.append((box, words))
    return faults


def _is_shown(text: Any) -> bool:
    """Whether a text is really drawn: tick labels beyond the axis limits exist, and are not."""
    axis = getattr(text, "axes", None)
    if axis is None:
        return True
    for line in (axis.xaxis, axis.yaxis):
        ticks = [*line.get_major_ticks(len(line.get_majorticklocs())), *line.get_minor_ticks()]
        mine = [t for t in ticks if text in (t.label1, t.label2)]
        if mine:
            low, high = sorted(line.get_view_interval())
            return bool(axis.axison and low - 1e-9 <= mine[0].get_loc() <= high + 1e-9)
    return bool(axis.axison or text not in (axis.xaxis.label, axis.yaxis.label))
