"""The characters that a page needs, as a font that the page can bring along."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import lru_cache

from cxzy_study.output.style import font_file
from cxzy_study.tables import InvalidInput

WIDE = 0x2000
"""From here on characters are taken from the font; what lies below every system has."""


def subset_font(characters: Iterable[str]) -> bytes:
    """Return those *characters* of Noto Sans SC as WOFF2, the same bytes for the same characters.

    Characters that the font lacks are left to the reader's system; letters and digits below U+2000
    are never taken along.

    Raises
    ------
    InvalidInput
        If no character is left.

    Examples
    --------
    >>> subset_font("承诺书")[:4]
    b'wOF2'
    """
    wanted = frozenset(ord(c) for c in characters if ord(c) >= WIDE)
    return _subset(wanted)


@lru_cache(maxsize=8)
def _subset(wanted: frozenset[int]) -> bytes:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    with TTFont(font_file(), recalcTimestamp=False) as font:
        known = font.getBestCmap()
        found = sorted(wanted & known.keys())
        if not found:
            raise InvalidInput("Invalid characters: the font has none of them, so there is nothing to bring along.")
        options = subset.Options(flavor="woff2", hinting=False, recalc_timestamp=False, notdef_outline=True)
        # The font's own tables of names and of vertical type make half of a small subset.
        options.name_IDs = []
        options.layout_features = ["kern", "locl"]
        subsetter = subset.Subsetter(options)
        subsetter.populate(unicodes=found)
        subsetter.subset(font)
        font.flavor = "woff2"
        buffer = io.BytesIO()
        font.save(buffer, reorderTables=None)
    return buffer.getvalue()


def font_face(page: str, *, family: str, lang: str = "zh") -> str:
    """Return the CSS rule that gives *page* its Chinese as *family*, on any machine.

    In an English page quotation marks and dashes are left to the Latin type: the Chinese ones are twice as wide.
    """
    data = base64.b64encode(subset_font(set(page))).decode()
    only = ";unicode-range:U+2E80-9FFF,U+F900-FFEF" if lang == "en" else ""
    return f"@font-face{{font-family:{family!r};src:url(data:font/woff2;base64,{data}) format('woff2'){only}}}"
