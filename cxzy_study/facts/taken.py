"""Which characters of a text are taken: overlap in time that does not grow with what was found before."""

from __future__ import annotations

from collections.abc import Iterable


class Taken:
    """A mask over a text of *n* characters.

    Examples
    --------
    >>> taken = Taken(10, [(2, 4)])
    >>> taken.free(0, 2), taken.free(3, 6)
    (True, False)
    """

    __slots__ = ("_mask",)

    def __init__(self, n: int, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._mask = bytearray(n)
        for a, b in spans:
            self.add(a, b)

    def add(self, a: int, b: int) -> None:
        """Take ``[a, b)``."""
        self._mask[a:b] = b"\x01" * (b - a)

    def free(self, a: int, b: int) -> bool:
        """Whether nothing of ``[a, b)`` is taken."""
        return self._mask.find(1, a, b) < 0
