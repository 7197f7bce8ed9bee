"""Labels beside points lie on nothing else, and the lines that lead to them pass by what they do not mean."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cxzy_study.output.labels import needs_leader, place_labels
from cxzy_study.output.style import text_width

SIZE = 7.0


def boxes(points, texts, offsets):
    for (x, y), text, (dx, dy) in zip(points, texts, offsets, strict=True):
        wide, high = text_width(text, size=SIZE) / 2, SIZE * 0.6
        yield x + dx - wide, y + dy - high, x + dx + wide, y + dy + high


def meet(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


@pytest.mark.parametrize("seed", range(6))
def test_no_label_lies_on_a_label_a_point_or_a_taken_place(seed):
    rng = np.random.default_rng(seed)
    points = [(float(x), float(y)) for x, y in rng.uniform(40, 260, (14, 2))]
    texts = [f"theme {'x' * (i % 9)}" for i in range(14)]
    ring = [(150 + 60 * math.cos(t) - 1, 150 + 60 * math.sin(t) - 1, 150 + 60 * math.cos(t) + 1, 150 + 60 * math.sin(t) + 1)
            for t in np.linspace(0, 2 * math.pi, 90)]  # fmt: skip
    offsets = place_labels(points, texts, size=SIZE, page=(0, 0, 300, 300), taken=ring)
    placed = list(boxes(points, texts, offsets))
    for i, box in enumerate(placed):
        assert min(box) >= 0
        assert max(box) <= 300
        assert not any(meet(box, other) for j, other in enumerate(placed) if j != i)
        assert not any(meet(box, (x, y, x, y)) for x, y in points)
        assert not any(meet(box, taken) for taken in ring)


def test_a_label_far_off_is_not_led_to_past_another_point():
    # Left and right are walls, near below too: above the second point there is room, but the line would run through it.
    points = [(50.0, 50.0), (50.0, 60.0)]
    walls = [(-80.0, -80.0, 40.0, 180.0), (60.0, -80.0, 180.0, 180.0), (40.0, 24.0, 60.0, 47.0)]
    (dx, dy), _ = place_labels(points, ["aaa", "b"], size=SIZE, page=(-80, -80, 180, 180), taken=walls)
    assert needs_leader((dx, dy), wide=text_width("aaa", size=SIZE) / 2)
    along = [math.dist((50 + dx * s, 50 + dy * s), points[1]) for s in np.linspace(0, 1, 50)]
    assert min(along) > 2.5


def test_the_same_points_get_the_same_places():
    points, texts = [(50.0, 50.0), (52.0, 51.0), (54.0, 50.0)], ["甲地", "乙地", "丙地"]
    told = [place_labels(points, texts, size=SIZE, page=(0, 0, 100, 100)) for _ in range(2)]
    assert told[0] == told[1]
