"""Labels beside points, moved until none lies over another."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import product

from cxzy_study.output.style import text_width

Box = tuple[float, float, float, float]
Point = tuple[float, float]
_LINE = 1.25
_GAPS = (3.0, 6.0, 10.0, 15.0, 21.0, 28.0, 36.0, 45.0, 55.0, 66.0)
_SIDES = (
    (1, 0), (-1, 0), (0, 1), (0, -1), (0.7, 1), (-0.7, 1), (0.7, -1), (-0.7, -1), (1, 0.5), (-1, 0.5), (1, -0.5), (-1, -0.5),
)  # fmt: skip

_ORDERS = 60
"""How many orders are tried, until one has no fault."""


def place_labels(
    points: Sequence[Point], texts: Sequence[str], *, size: float, page: Box, taken: Sequence[Box] = ()
) -> list[Point]:
    """Return offsets, in points, of the middles of labels from their points.

    Labels are placed one after the other, those with the nearest neighbours first, or in the best of some orders by lot;
    each at the first of a fixed list of places around its point where it lies on no other label, no point and nothing
    *taken*, within the page, and where the line that leads to it meets no other point, label or line; where no place is
    free, at the one with the least fault.

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
    near = [min((math.dist(p, q) for j, q in enumerate(points) if j != i), default=0.0) for i, p in enumerate(points)]
    order = sorted(range(len(points)), key=near.__getitem__)
    dealer, best = random.Random(0), None
    for _ in range(_ORDERS):
        tried = _place_in_order(order, points, texts, size=size, page=page, taken=taken)
        best = tried if best is None else min(best, tried)
        if not best[0][0]:
            break
        dealer.shuffle(order)
    assert best is not None
    return best[1]


def _place_in_order(
    order: Sequence[int], points: Sequence[Point], texts: Sequence[str], *, size: float, page: Box, taken: Sequence[Box]
) -> tuple[tuple[int, float], list[Point]]:
    """Return how bad the places are, by their faults and by how far they lie off, and the offsets."""
    marks = [(x - 2.5, y - 2.5, x + 2.5, y + 2.5) for x, y in points]
    placed: list[Box] = []
    offsets, bad = [(0.0, 0.0)] * len(points), 0
    for own in order:
        (x, y), text = points[own], texts[own]
        wide, high = text_width(text, size=size) / 2 + 1.0, size * _LINE / 2
        others = [mark for i, mark in enumerate(marks) if i != own] + placed
        least, chosen = 9, [(x, y, x, y)]
        for gap, (side_x, side_y) in product(_GAPS, _SIDES):
            offset = (side_x * (wide + gap), side_y * (high + gap))
            box = (x + offset[0] - wide, y + offset[1] - high, x + offset[0] + wide, y + offset[1] + high)
            leader = _boxes_along((x, y), offset, box) if needs_leader(offset, wide=wide - 1.0) else []
            inside = page[0] <= box[0] and box[2] <= page[2] and page[1] <= box[1] and box[3] <= page[3]
            faults = 4 * (not inside) + 2 * any(_meet(box, o) for o in (*others, *taken))
            faults += any(_meet(b, o) for b in leader for o in others)
            if faults < least:
                least, chosen, offsets[own] = faults, [box, *leader], offset
            if not faults:
                break
        bad += least
        placed += chosen
    return (bad, sum(math.hypot(*offset) for offset in offsets)), offsets


def needs_leader(offset: Point, *, wide: float) -> bool:
    """Whether a label at *offset*, of half width *wide*, lies so far from its point that a line must lead to it."""
    return math.hypot(max(abs(offset[0]) - wide, 0), offset[1]) > 11


def _boxes_along(point: Point, way: Point, box: Box) -> list[Box]:
    """Return small boxes along the line from *point* to the label in *box*, but for its beginning: points may coincide."""
    n = max(2, int(math.hypot(*way) / 1.5))
    along = ((point[0] + way[0] * i / n, point[1] + way[1] * i / n) for i in range(4, n))
    return [b for x, y in along if not _meet(b := (x - 0.75, y - 0.75, x + 0.75, y + 0.75), box)]


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
