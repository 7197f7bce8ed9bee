"""Panels within a figure: where they stand, and how their rows are named."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def add_panels(
    ax: Axes, n: int, *, across: int | None = None, gap: float = 0.02, gap_down: float = 0.0
) -> Iterator[Axes]:
    """Add n panels of one size to *ax*, row by row, and yield each as it is added.

    Parameters
    ----------
    across
        Panels a row; all by default.
    gap, gap_down
        Room between panels of a row, and between rows, as parts of *ax*.

    Yields
    ------
    matplotlib.axes.Axes
        Inset Axes, in ``ax.child_axes``.
    """
    across = across or n
    down = -(-n // across)
    width, height = (1 - gap * (across - 1)) / across, (1 - gap_down * (down - 1)) / down
    for i in range(n):
        row, column = divmod(i, across)
        yield ax.inset_axes((column * (width + gap), 1 - height - row * (height + gap_down), width, height))


def label_rows(
    panel: Axes, labels: Sequence[str], *, shown: bool = True, line: bool = True, size: float | None = None,
    pad: float | None = None,
) -> None:  # fmt: skip
    """Name the rows of a panel, at 0, 1, …, without tick marks.

    Parameters
    ----------
    shown
        Whether the names are written: of panels side by side only the first has them, and all have the room.
    line
        Whether the panel keeps the line at its left.
    size, pad
        Points of the names, and between them and the panel; as the style has them by default.
    """
    options: dict[str, Any] = {} if size is None else {"size": size}
    panel.set_yticks(range(len(labels)), list(labels) if shown else [""] * len(labels), **options)
    panel.tick_params(axis="y", length=0, **({} if pad is None else {"pad": pad}))
    if not line:
        panel.spines["left"].set_visible(False)
