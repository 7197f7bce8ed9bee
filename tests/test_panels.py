"""Panels stand beside each other without overlap, and only the first column names its rows."""

from __future__ import annotations

import pytest

from cxzy_study.output.panels import add_panels, label_rows
from cxzy_study.output.style import new_axes


def test_panels_fill_the_axes_row_by_row():
    ax = new_axes(height_mm=60)
    panels = list(add_panels(ax, 5, across=3, gap=0.05, gap_down=0.2))
    assert ax.child_axes == panels
    whole = ax.get_position()
    boxes = [p.get_axes_locator()(p, None) for p in panels]
    assert {round(b.width / whole.width, 9) for b in boxes} == {0.3}
    assert {round(b.height / whole.height, 9) for b in boxes} == {0.4}
    assert [round((b.x0 - whole.x0) / whole.width, 9) + 0.0 for b in boxes] == [0.0, 0.35, 0.7, 0.0, 0.35]
    assert [round((b.y0 - whole.y0) / whole.height, 9) + 0.0 for b in boxes] == [0.6, 0.6, 0.6, 0.0, 0.0]


@pytest.mark.parametrize(("shown", "line"), [(True, True), (False, False)])
def test_rows_are_named_without_ticks(shown, line):
    ax = new_axes(height_mm=60)
    label_rows(ax, ["云溪", "松岭"], shown=shown, line=line, size=6.5)
    assert [t.get_text() for t in ax.get_yticklabels()] == (["云溪", "松岭"] if shown else ["", ""])
    assert {t.get_fontsize() for t in ax.get_yticklabels()} == {6.5}
    assert {t.tick1line.get_markersize() for t in ax.yaxis.get_major_ticks()} == {0}
    assert ax.spines["left"].get_visible() == line
