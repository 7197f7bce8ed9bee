"""Whether two drawings show the same: on another machine the same figure is not the same bytes."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

EDGE = 24
"""A pixel differs when a channel is off by more than this, of 255: edges smoothed otherwise stay below or are few."""

SHARE = 1e-4
"""At most this share of the pixels may differ, fewer than one other digit changes."""

FLAT = 4
"""Within areas of one colour nothing is smoothed, and being off by more than this, of 255, is another colour."""

PATCH = 3
"""No square of this many pixels a side may be off throughout by more than FLAT."""

_NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_SVG_ID = re.compile(r'(?<=[">#(])[mpcih][0-9a-f]{10}(?=["<)])')


def reduce_colours(picture: Image.Image) -> Image.Image:
    """Return *picture* (RGB) in at most 255 colours: its most frequent ones as they are, the rest taken together."""
    import numpy as np
    from PIL import Image

    counted = picture.getcolors(picture.width * picture.height) or []
    ranked = sorted(((-n, colour) for n, colour in counted if isinstance(colour, tuple)))
    frequent = [colour for _, colour in ranked[:127]]
    rest = picture.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in frequent for part in colour] + rest[: 128 * 3])
    few = picture.quantize(palette=palette, dither=Image.Dither.NONE)
    # Pillow finds colours to the nearest four steps only; the frequent ones, white above all, must stay as they are.
    codes, places = (np.asarray(picture, dtype=np.int32) @ (65536, 256, 1)), np.asarray(few).copy()
    known = np.array([r * 65536 + g * 256 + b for r, g, b in frequent], dtype=np.int32)
    order = np.argsort(known)
    at = np.searchsorted(known[order], codes).clip(max=len(known) - 1)
    exact = known[order][at] == codes
    places[exact] = order[at[exact]]
    exact_picture = Image.fromarray(places, mode="P")
    exact_picture.putpalette(few.getpalette() or [])
    return exact_picture


def shrink_png(picture: bytes) -> bytes:
    """Return *picture* in few colours and about a quarter of the bytes: what a page or a document carries along."""
    from PIL import Image

    buffer = io.BytesIO()
    with Image.open(io.BytesIO(picture)) as given:
        few = reduce_colours(given.convert("RGB"))
        few.save(buffer, format="PNG", optimize=True, dpi=given.info.get("dpi", (300, 300)))
    return buffer.getvalue()


def find_png_difference(old: bytes, new: bytes) -> str:
    """Say how two PNG pictures differ, or nothing where they are the same but for the noise of smoothing."""
    import numpy as np
    from PIL import Image

    a, b = (np.asarray(Image.open(io.BytesIO(data)).convert("RGBA"), dtype=np.int16) for data in (old, new))
    return _find_pixel_difference(a, b)


def find_pdf_difference(old: bytes, new: bytes) -> str:
    """Say how two PDF files differ when every page of both is rendered here, at 150 dpi of a one-page file, else 75.

    Bytes tell nothing: another patch release of matplotlib or typst writes the same page in other bytes.
    """
    import numpy as np
    import pypdfium2

    first, second = (pypdfium2.PdfDocument(data) for data in (old, new))
    try:
        if len(first) != len(second):
            return f"{len(first)} pages were there, {len(second)} are new"
        scale = (150 if len(first) == 1 else 75) / 72
        for number, pages in enumerate(zip(first, second, strict=True), 1):
            drawn = [np.asarray(page.render(scale=scale).to_pil().convert("RGBA"), dtype=np.int16) for page in pages]
            if fault := _find_pixel_difference(*drawn):
                return fault if len(first) == 1 else f"page {number}: {fault}"
    finally:
        first.close()
        second.close()
    return ""


def find_text_difference(old: str, new: str, *, tolerance: float) -> str:
    r"""Say how two texts (SVG, CSV) differ, or nothing where they do in no more than the noise of their numbers.

    Numbers may be off by *tolerance* (absolute up to 1, relative above). Identifiers that
    matplotlib makes from the bytes of a path are compared by their order of appearance.

    Examples
    --------
    >>> find_text_difference('<path d="M 1.0000001 2"/>', '<path d="M 1.0 2"/>', tolerance=1e-6)
    ''
    >>> find_text_difference("党员,12\n", "党员,13\n", tolerance=1e-6)
    '12 was there, 13 is new'
    """
    if old == new:
        return ""
    old, new = _order_ids(old), _order_ids(new)
    a, b = _NUMBER.split(old), _NUMBER.split(new)
    if a != b:
        return "the text between the numbers differs"
    for x, y in zip(_NUMBER.findall(old), _NUMBER.findall(new), strict=True):
        # A hair more than the tolerance, so that 0.000001 in print is not lost to binary fractions.
        if x != y and abs(float(x) - float(y)) > tolerance * max(1.0, abs(float(x))) * (1 + 1e-6):
            return f"{x} was there, {y} is new"
    return ""


def _order_ids(text: str) -> str:
    seen: dict[str, str] = {}
    return _SVG_ID.sub(lambda m: seen.setdefault(m[0], f"id{len(seen)}"), text)


def _find_pixel_difference(a, b) -> str:  # type: ignore[no-untyped-def]
    from numpy.lib.stride_tricks import sliding_window_view

    if a.shape != b.shape:
        return f"{a.shape[1]} x {a.shape[0]} pixels were there, {b.shape[1]} x {b.shape[0]} are new"
    off = abs(a - b).max(axis=2)
    if not off.any():
        return ""
    edges = off > EDGE
    if edges.mean() > SHARE:
        return f"{edges.sum()} pixels differ ({edges.mean():.3%} of them; at most {SHARE:.3%} may)"
    flats = off > FLAT
    if min(flats.shape) >= PATCH and sliding_window_view(flats, (PATCH, PATCH)).all(axis=(2, 3)).any():
        return f"a patch of {PATCH} x {PATCH} pixels or more has another colour"
    return ""
