"""What is known of a pattern's matches beforehand: how they begin, what they hold, and where they end."""

from __future__ import annotations

from dataclasses import dataclass
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEEP = 3
"""Characters at the beginning of a match that are known beforehand."""


@dataclass(frozen=True)
class Heads:
    """Classes that each of the first characters may have, and how many there may be (all from :data:`DEEP` on are one)."""

    rows: NDArray[np.bool_]
    sizes: frozenset[int]

    def __add__(self, other: Heads) -> Heads:
        rows = self.rows.copy()
        for size in self.sizes:
            rows[size:] |= other.rows[: DEEP - size]
        return Heads(rows, frozenset(min(a + b, DEEP) for a in self.sizes for b in other.sizes))

    def __or__(self, other: Heads) -> Heads:
        return Heads(self.rows | other.rows, self.sizes | other.sizes)

    def sure(self) -> NDArray[np.bool_]:
        """Return the rows, all classes in those that there may not be."""
        rows = self.rows.copy()
        rows[min(self.sizes) :] = True
        return rows


@dataclass(frozen=True)
class Need:
    """Classes of which one must stand in a match, and how far behind its beginning at most."""

    row: NDArray[np.bool_]
    offset: int


COMMON = "的一是,。、有在人和大会中了为党员部工作国这上年要发个地全主政组不县以民市时单位开学实行生经编日记者示月文第出动来力关建"
"""Characters that are frequent in official prose, the most frequent first."""
RARE = 10_000
"""Weight from which a set of characters tells nothing."""


def is_anchored(tree: Any) -> bool:
    """Whether every match of *tree* must end where the text ends."""
    if not len(tree):
        return False
    op, value = tree[-1]
    if op is ops.SUBPATTERN:
        return is_anchored(value[3])
    if op is ops.BRANCH:
        return all(map(is_anchored, value[1]))
    return op is ops.AT and value in (ops.AT_END, ops.AT_END_STRING)
