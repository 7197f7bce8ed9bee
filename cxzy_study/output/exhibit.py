"""What an exhibit is: a figure or table with its words in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Exhibit:
    """A figure or table: what it shows, from which tables, how it is drawn, and what must be said under it.

    ``title``, ``note`` and ``alt`` are given in both languages. ``frame`` makes the rows that are
    shown, from the tables named in ``tables`` and the name of a coder. ``plot`` draws them, over
    ``columns`` columns of the page, ``height_mm`` high without the note; a table shows the columns
    ``shown``. An exhibit that ``compares`` places says under it that place, genre, author and date
    cannot be parted here. ``methods`` names what is calibrated, where that does not follow from its tables.
    """

    id: str
    kind: str
    tables: tuple[str, ...]
    frame: Callable[[Tables, str], pd.DataFrame]
    title: Mapping[str, str]
    note: Mapping[str, str]
    alt: Mapping[str, str]
    compares: bool
    plot: Callable[..., Axes] | None = None
    columns: int = 2
    height_mm: float = 0.0
    shown: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
