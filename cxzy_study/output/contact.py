"""All figures on one sheet, to be looked at together: one style, one palette, nothing cut."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from cxzy_study.output.exhibits import EXHIBITS, name_of
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.pictures import reduce_colours
from cxzy_study.output.style import INK, WIDTH_MM, check_lang, font_file
from cxzy_study.tables import InvalidInput

_WIDTH, _GAP, _CAPTION, _COLUMNS = 760, 26, 34, 3
_DOTS_PER_MM = _WIDTH / WIDTH_MM[2]


def make_contact_sheet(folder: str | Path, *, glossary: Glossary, lang: str, ids: Sequence[str] = ()) -> bytes:
    """Return a PNG with every figure of *folder*, all at one scale, in the order of the report; same files, same bytes.

    Parameters
    ----------
    folder
        Holds ``<id>_<lang>.png`` as :func:`~cxzy_study.output.figures.save_exhibit` writes them.
    ids
        Figures to show; all by default.

    Raises
    ------
    InvalidInput
        If a figure is missing, or none is asked for.
    """
    from PIL import Image, ImageDraw, ImageFont

    check_lang(lang)
    figures = [e for e in EXHIBITS.values() if e.plot and (not ids or e.id in ids)]
    paths = [Path(folder) / f"{e.id}_{lang}.png" for e in figures]
    missing = [p.name for p in paths if not p.is_file()]
    if missing or not figures:
        raise InvalidInput(f"Invalid folder {folder}: must hold the figures of the sheet. {missing[:5]}.")
    font = ImageFont.truetype(str(font_file()), 20)
    cells = []
    for exhibit, path in zip(figures, paths, strict=True):
        with Image.open(path) as picture:
            width = round(WIDTH_MM[exhibit.columns] * _DOTS_PER_MM)
            small = picture.convert("RGB").resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
        cells.append((small, f"{name_of(exhibit, glossary=glossary, lang=lang)} · {exhibit.id}"))
    # Each figure goes below the column that is shortest so far, so that the sheet has few holes.
    ends = [_GAP] * _COLUMNS
    placed = []
    for small, words in cells:
        column = ends.index(min(ends))
        placed.append((small, words, _GAP + column * (_WIDTH + _GAP), ends[column]))
        ends[column] += _CAPTION + small.height + _GAP
    sheet = Image.new("RGB", (_GAP + _COLUMNS * (_WIDTH + _GAP), max(ends)), "#ececec")
    pen = ImageDraw.Draw(sheet)
    for small, words, x, y in placed:
        pen.text((x, y), words, font=font, fill=INK)
        sheet.paste(small, (x, y + _CAPTION))
    buffer = io.BytesIO()
    reduce_colours(sheet).save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
