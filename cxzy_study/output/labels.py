"""Labels beside points, moved until none lies over another."""

from __future__ import annotations

from collections.abc import Sequence

from cxzy_study.output.style import text_width

Box = tuple[float, float, float, float]
_LINE = 1.25
_GAPS = (3.0, 6.0, 10.0, 15.0, 21.0, 28.0, 36.0, 45.0, 55.0, 66.0)
_SIDES = (
    (1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 1), (-0.7, 1), (0.7, -1), (-0.7, -1), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5),
)  # fmt: skip


def place_labels(
    points: Sequence[tuple[float, float]], texts: Sequence[str], *, size: float, page: Box, taken: Sequence[Box] = ()
) -> list[tuple[float, float]]:
    """Return offsets, in points, of the middles of labels from their points.

    Labels are placed one after the other, each at the first of a fixed list of places around its point where it lies
    on no other label, no point and nothing *taken*, and within the page; the last place is kept where none is free.

    Parameters
    ----------
    points : sequence of (x, y)
        In points (1/72 inch).
    texts : sequence of str
    size : float
        Of the type, points.
    page : (left, bottom, right, top)
        In points.
    taken : sequence of boxes
        Other places to keep free.

    Examples
    --------
    >>> place_labels([(50, 50), (70, 50)], ["甲", "乙"], size=7, page=(0, 0, 120, 100))[0][0] > 0
    True
    """
    placed = [*taken, *((x - 2.5, y - 2.5, x + 2.5, y + 2.5) for x, y in points)]
    offsets = []
    for own, ((x, y), text) in enumerate(zip(points, texts, strict=True), start=len(taken)):
        wide, high = text_width(text, size=size) / 2 + 1.0, size * _LINE / 2
        best = (0.0, 0.0)
        for gap in _GAPS:
            free = False
            for side_x, side_y in _SIDES:
                best = (side_x * (wide + gap), side_y * (high + gap))
                box = (x + best[0] - wide, y + best[1] - high, x + best[0] + wide, y + best[1] + high)
                inside = page[0] <= box[0] and box[2] <= page[2] and page[1] <= box[1] and box[3] <= page[3]
                others = (p for i, p in enumerate(placed) if i != own)
                if inside and not any(_meet(box, other) for other in others):
                    free = True
                    break
            if free:
                break
        offsets.append(best)
        placed.append((x + best[0] - wide, y + best[1] - high, x + best[0] + wide, y + best[1] + high))
    return offsets


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
