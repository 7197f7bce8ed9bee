"""What is known of a pattern's matches beforehand: how they begin, what they hold, and where they end."""

from __future__ import annotations

from dataclasses import dataclass
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

DEEP = 3
"""Characters at the beginning of a match that are known beforehand."""


def to_mask(row: NDArray[np.bool_]) -> int:
    """Return a row as a number, a bit for each class.

    >>> to_mask(np.array([True, False, True]))
    5
    """
    return int.from_bytes(np.packbits(row, bitorder="little").tobytes(), "little")


def to_rows(masks: list[int], width: int) -> NDArray[np.bool_]:
    """Return numbers of :func:`to_mask` as rows of so many classes."""
    size = -(-width // 8)
    told = np.frombuffer(b"".join(mask.to_bytes(size, "little") for mask in masks), dtype=np.uint8)
    return np.unpackbits(told.reshape(len(masks), size), axis=1, count=width, bitorder="little").astype(bool)


_SIZES = [tuple(size for size in range(DEEP + 1) if which >> size & 1) for which in range(2 << DEEP)]


@dataclass(frozen=True, slots=True)
class Heads:
    """Classes that each of the first characters may have, and how many there may be (all from :data:`DEEP` on are one).

    Attributes
    ----------
    rows : tuple of int
        Of each of the first characters, a bit for each class.
    sizes : int
        A bit for each number of characters.
    """

    rows: tuple[int, ...]
    sizes: int

    @classmethod
    def nothing(cls) -> Heads:
        """Return what an empty match has."""
        return cls((0,) * DEEP, 1)

    @classmethod
    def one(cls, mask: int) -> Heads:
        """Return what one character has."""
        return cls((mask, *(0,) * (DEEP - 1)), 2)

    @classmethod
    def anything(cls, width: int) -> Heads:
        """Return what may be anything, of so many classes."""
        return cls(((1 << width) - 1,) * DEEP, (2 << DEEP) - 1)

    def __add__(self, other: Heads) -> Heads:
        rows, sizes = list(self.rows), 0
        for size in _SIZES[self.sizes]:
            for k in range(DEEP - size):
                rows[size + k] |= other.rows[k]
            for more in _SIZES[other.sizes]:
                sizes |= 1 << min(size + more, DEEP)
        return Heads(tuple(rows), sizes)

    def __or__(self, other: Heads) -> Heads:
        return Heads(tuple(a | b for a, b in zip(self.rows, other.rows, strict=True)), self.sizes | other.sizes)

    def least(self) -> int:
        """Return how many characters there are at least."""
        return _SIZES[self.sizes][0]

    def sure(self, width: int) -> NDArray[np.bool_]:
        """Return the rows, of so many classes, all in those that there may not be."""
        rows = to_rows(list(self.rows), width)
        rows[self.least() :] = True
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
