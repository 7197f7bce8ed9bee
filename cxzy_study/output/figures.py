"""Exhibits to files: the only place that calls ``savefig``."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.exhibits import name_of, note_of
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.pictures import find_pdf_difference, find_png_difference, find_text_difference
from cxzy_study.output.style import QUIET, SMALLEST_PT, check_columns, check_lang, journal_style, wrap_text
from cxzy_study.tables import InvalidInput, save_bytes, table_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("svg", "pdf", "png")

_METADATA: dict[str, dict[str, Any]] = {
    "png": {"Software": None},
    "svg": {"Date": None, "Creator": None},
    "pdf": {"CreationDate": None, "Producer": None, "Creator": None},
}
_LEADING = 1.4
_MARGIN_PT = 3.0


@dataclass(frozen=True)
class Picture:
    """A drawn exhibit, which shows itself in a notebook, with its title and its alternative text."""

    png: bytes
    title: str
    alt: str
    width_mm: float

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> tuple[dict, dict]:  # noqa: ARG002
        size = {"width": round(self.width_mm / 25.4 * 120)}
        return {"image/png": self.png, "text/plain": f"{self.title}. {self.alt}"}, {"image/png": size}


def draw_exhibit(
    exhibit: Exhibit, frame: pd.DataFrame, *, glossary: Glossary, codebook: Mapping[str, object], lang: str = "en"
) -> Figure:
    """Draw *frame* as *exhibit* at print size, with its note below.

    Parameters
    ----------
    frame
        As :func:`~cxzy_study.output.exhibits.frame_exhibit` returns it.
    codebook
        ``version`` and ``sha``, which the note states.

    Raises
    ------
    InvalidInput
        If the exhibit is a table, a label is missing, or the font lacks a character.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    check_lang(lang)
    if exhibit.plot is None:
        raise InvalidInput(f"Invalid exhibit {exhibit.id!r}: a table is not drawn.")
    try:
        with journal_style():
            width = check_columns(exhibit.columns) / 25.4
            text = note_of(exhibit, frame, glossary=glossary, codebook=codebook, lang=lang)
            lines = wrap_text(text, width=width * 72 - 2 * _MARGIN_PT, size=SMALLEST_PT)
            below = (len(lines) * SMALLEST_PT * _LEADING + 3 * _MARGIN_PT) / 72
            height = exhibit.height_mm / 25.4 + below
            layout = ConstrainedLayoutEngine(rect=(0, below / height, 1, 1 - below / height))
            figure = Figure(figsize=(width, height), layout=layout)
            FigureCanvasAgg(figure)
            exhibit.plot(frame, glossary=glossary, lang=lang, ax=figure.subplots())
            for i, line in enumerate(reversed(lines)):
                up = (_MARGIN_PT + i * SMALLEST_PT * _LEADING) / 72 / height
                note = figure.text(_MARGIN_PT / 72 / width, up, line, size=SMALLEST_PT, color=QUIET, va="bottom")
                note.set_in_layout(False)
            figure.canvas.draw()
    except UserWarning as warning:
        raise InvalidInput(f"Invalid labels of {exhibit.id}: the font has no such character. {warning}") from None
    return figure


def show_exhibit(
    exhibit: Exhibit, frame: pd.DataFrame, *, glossary: Glossary, codebook: Mapping[str, object], lang: str = "en"
) -> Picture:
    """Return the exhibit as a picture for a notebook: the same that :func:`save_exhibit` writes, at 150 dpi."""
    figure = draw_exhibit(exhibit, frame, glossary=glossary, codebook=codebook, lang=lang)
    title = f"{name_of(exhibit, glossary=glossary, lang=lang)}: {exhibit.title[lang]}"
    return Picture(_render(figure, "png", dpi=150), title, exhibit.alt[lang], check_columns(exhibit.columns))


def save_exhibit(
    exhibit: Exhibit,
    frame: pd.DataFrame,
    *,
    glossary: Glossary,
    codebook: Mapping[str, object],
    lang: str,
    to: str | Path,
    formats: Sequence[str] = FORMATS,
) -> dict[Path, str]:
    """Write ``<id>_<lang>.svg|pdf|png`` and, with the rows that are drawn, ``<id>.csv`` into the folder *to*.

    A file is written only if it is not there or shows something else than the new one would: PNG
    and PDF are compared as pictures, numbers in SVG to 1e-6 and in CSV to 1e-9, so that a rerun
    on another machine changes no file. Of a table only the CSV is written.

    Returns
    -------
    dict
        Path to ``new``, ``changed`` or ``unchanged``.
    """
    strangers = [f for f in formats if f not in FORMATS]
    if strangers:
        raise InvalidInput(f"Invalid formats: must be among {', '.join(FORMATS)}. {strangers}.")
    to = Path(to)
    # The byte-order mark lets spreadsheets read the Chinese.
    done = {to / f"{exhibit.id}.csv": table_text(frame).encode("utf-8-sig")}
    if exhibit.plot is not None:
        figure = draw_exhibit(exhibit, frame, glossary=glossary, codebook=codebook, lang=lang)
        done |= {to / f"{exhibit.id}_{lang}.{form}": _render(figure, form) for form in formats}
    return {path: _save_if_other(content, path) for path, content in done.items()}


def _render(figure: Figure, form: str, *, dpi: int = 300) -> bytes:
    buffer = io.BytesIO()
    with journal_style():
        figure.savefig(buffer, format=form, dpi=dpi, metadata=_METADATA[form])
    return buffer.getvalue()


def _save_if_other(content: bytes, path: Path) -> str:
    if not path.is_file():
        save_bytes(content, path)
        return "new"
    old = path.read_bytes()
    if old == content or not _find_difference(old, content, path.suffix):
        return "unchanged"
    save_bytes(content, path)
    return "changed"


def _find_difference(old: bytes, new: bytes, suffix: str) -> str:
    """Say how two files of one kind differ; a file that cannot be read as what it should be differs."""
    try:
        if suffix == ".png":
            return find_png_difference(old, new)
        if suffix == ".pdf":
            return find_pdf_difference(old, new)
        return find_text_difference(old.decode(), new.decode(), tolerance=1e-6 if suffix == ".svg" else 1e-9)
    except (OSError, ValueError, RuntimeError) as error:
        return f"it cannot be read: {error}"
