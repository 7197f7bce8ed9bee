"""Which characters the items of a pattern stand for, and which of them no pattern tells apart."""

from __future__ import annotations

from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 0x10000
"""Characters that are known: those up to U+FFFF."""


@lru_cache(maxsize=1)
def categories() -> dict[object, NDArray[np.bool_]]:
    """Return which characters belong to each category of patterns (digits, white space, parts of words, and none of these)."""
    chars = [chr(c) for c in range(SIZE)]
    kinds = {
        ops.CATEGORY_DIGIT: np.array([c.isdecimal() for c in chars]),
        ops.CATEGORY_SPACE: np.array([c.isspace() for c in chars]),
        ops.CATEGORY_WORD: np.array([c.isalnum() or c == "_" for c in chars]),
    }
    nots = {
        ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT, ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
        ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
    }  # fmt: skip
    return kinds | {name: ~kinds[kind] for name, kind in nots.items()}


def members(op: object, value: Any) -> NDArray[np.bool_]:
    """Return which characters one item of a pattern stands for."""
    found = np.zeros(SIZE, dtype=bool)
    if op is ops.LITERAL:
        found[value] = True
    elif op is ops.NOT_LITERAL:
        found[:] = True
        found[value] = False
    elif op is ops.RANGE:
        found[value[0] : value[1] + 1] = True
    elif op is ops.ANY:
        found[:] = True
        found[10] = False
    elif op is ops.CATEGORY:
        found |= categories()[value]
    elif op is ops.IN:
        for kind, item in value:
            if kind is not ops.NEGATE:
                found |= members(kind, item)
        if value[0][0] is ops.NEGATE:
            found = ~found
    return found


def distinct(rows: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return one column of each kind among the columns of *rows*, and of which kind each column is."""
    marks = np.random.default_rng(1).integers(2**63, size=len(rows), dtype=np.uint64)
    keys = np.zeros(rows.shape[1], dtype=np.uint64)
    for row, mark in zip(rows, marks, strict=True):
        keys ^= row * mark
    _, some, which = np.unique(keys, return_index=True, return_inverse=True)
    return some, which.reshape(-1)
