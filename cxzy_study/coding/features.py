"""What the learned coder sees of a sentence: its clauses, and the words and short runs of characters in each."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cxzy_study.text.fold import fold_width
from cxzy_study.text.words import Segmenter

LENGTHS = (1, 2, 3)
"""Characters in a run."""

_BREAK = re.compile(r"[,;。!?:\n]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|[〇零一二三四五六七八九十百千万亿两]{2,}")
_SIGNS = re.compile(r"[\s\"“”‘’'()《》〈〉【】\[\]、·…—\-.]+")


def split_clauses(text: str) -> list[str]:
    """Return the clauses of *text*: what commas, colons and terminators part; numbers are one sign, ``0``.

    A text without characters is one empty clause.

    Examples
    --------
    >>> split_clauses("松岭县投入120万元，修通了村路；群众满意。")
    ['松岭县投入0万元', '修通了村路', '群众满意']
    """
    folded = _NUMBER.sub("0", fold_width(text))
    return [clause for part in _BREAK.split(folded) if (clause := part.strip())] or [""]


def find_features(clause: str) -> list[str]:
    """Return the features of a clause, each once: words (``w:``), pairs of neighbouring words (``b:``), runs of characters.

    Runs have one to three characters and never reach over a sign. A pair has at most four characters.

    Examples
    --------
    >>> find_features("公开承诺")
    ['b:公开_承诺', 'w:公开', 'w:承诺', '公', '公开', '公开承', '开', '开承', '开承诺', '承', '承诺', '诺']
    """
    words = [word for word in _segmenter().cut(clause) if word.strip()]
    found = {f"w:{word}" for word in words if len(word) > 1}
    found |= {f"b:{a}_{b}" for a, b in pairwise(words) if len(a) + len(b) <= 4}
    for part in _SIGNS.split(clause):
        for n in LENGTHS:
            found.update(part[i : i + n] for i in range(len(part) - n + 1))
    return sorted(found)


@lru_cache(maxsize=1)
def _segmenter() -> Segmenter:
    return Segmenter()


@dataclass(frozen=True)
class Clauses:
    """Clauses of units as rows of a matrix.

    Attributes
    ----------
    matrix : csr_matrix, shape (clauses, features)
        1 where a clause has a feature.
    starts : ndarray of int64, shape (units,)
        Row of each unit's first clause; every unit has one at least.
    names : tuple of str
        The features, by column.
    """

    matrix: sparse.csr_matrix
    starts: NDArray[np.int64]
    names: tuple[str, ...]

    def take(self, units: NDArray[np.int64]) -> Clauses:
        """Return the clauses of some units, in the order given."""
        ends = np.append(self.starts[1:], self.matrix.shape[0])
        rows = [np.arange(self.starts[i], ends[i]) for i in units]
        sizes = np.array([len(r) for r in rows], dtype=np.int64)
        starts = np.cumsum(sizes) - sizes
        return Clauses(self.matrix[np.concatenate(rows) if rows else []], starts, self.names)


def find_clauses(texts: Sequence[str], *, columns: Mapping[str, int] | None = None) -> Clauses:
    """Return the clauses of *texts* with their features.

    Parameters
    ----------
    texts : sequence of str
    columns : mapping of feature to column, optional
        The features to look for; by default all that occur, sorted.
    """
    rows = [find_features(clause) for text in texts for clause in split_clauses(text)]
    sizes = np.array([len(split_clauses(text)) for text in texts], dtype=np.int64)
    if columns is None:
        columns = {name: i for i, name in enumerate(sorted({name for row in rows for name in row}))}
    known = [[columns[name] for name in row if name in columns] for row in rows]
    ends = np.cumsum([0, *map(len, known)])
    indices = np.array([i for row in known for i in sorted(row)], dtype=np.int32)
    matrix = sparse.csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(rows), len(columns)))
    return Clauses(matrix, np.cumsum(sizes) - sizes, tuple(sorted(columns, key=columns.__getitem__)))
