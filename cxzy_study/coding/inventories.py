"""Two inventories of practices held against each other: which rows are the same practice.

A row of one inventory is the same practice as a row of the other if they speak of a common unit and bear a like
label. Pairs are made one to one, so that their likeness in all is greatest: the assignment problem.

Sources
-------
Kuhn, H. W. (1955). The Hungarian method for the assignment problem. *Naval Research Logistics Quarterly* 2, 83-97;
solved by :func:`scipy.optimize.linear_sum_assignment`.
Dice, L. R. (1945). Measures of the amount of ecologic association between species. *Ecology* 26, 297-302.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from cxzy_study.tables import SCHEMAS, check_table

_NOT_WORD = re.compile(r"[^\u3400-\u9fffA-Za-z0-9+]")
LEAST = 0.5
"""Least sum of the two likenesses (each from 0 to 1) of a pair. Every pair also shares a unit and a pair of characters."""


def match_practices(a: pd.DataFrame, b: pd.DataFrame, *, a_name: str, b_name: str, least: float = LEAST) -> pd.DataFrame:
    """Pair the practices of two inventories, document by document.

    Parameters
    ----------
    a, b : DataFrame
        Columns ``practice_id``, ``doc_id``, ``practice`` (label) and ``unit_ids`` (joined by ``;``).
    a_name, b_name : str
        What to call them.
    least : float
        Least sum of the likenesses of units and labels that makes a pair, from 0 to 2.

    Returns
    -------
    DataFrame
        Table ``practice_matches``: pairs in the order of *a*, then rows that stand alone.

    Examples
    --------
    >>> columns = ["practice_id", "doc_id", "practice", "unit_ids"]
    >>> a = pd.DataFrame([("a1", "demo", "云溪先锋岗", "u002"), ("a2", "demo", "承诺书", "u003")], columns=columns)
    >>> b = pd.DataFrame([("b1", "demo", "先锋岗", "u002;u004")], columns=columns)
    >>> match_practices(a, b, a_name="one", b_name="two")[["a_id", "b_id"]].values.tolist()
    [['a1', 'b1'], ['a2', '']]
    """
    from scipy.optimize import linear_sum_assignment

    rows: list[tuple[object, ...]] = []
    for doc_id in dict.fromkeys([*a.doc_id, *b.doc_id]):
        one, two = a[a.doc_id == doc_id], b[b.doc_id == doc_id]
        units, labels = _likeness(one, two)
        total = np.where((units > 0) & (labels > 0), units + labels, 0.0)
        total[total < least] = 0.0
        left, right = linear_sum_assignment(-total)
        paired = {int(i): int(j) for i, j in zip(left, right, strict=True) if total[i, j] > 0}
        first, second = list(one.practice_id), list(two.practice_id)
        rows += [(doc_id, a_name, b_name, first[i], second[j], units[i, j], labels[i, j]) for i, j in paired.items()]
        rows += [(doc_id, a_name, b_name, first[i], "", np.nan, np.nan) for i in range(len(first)) if i not in paired]
        taken = set(paired.values())
        rows += [(doc_id, a_name, b_name, "", second[j], np.nan, np.nan) for j in range(len(second)) if j not in taken]
    return check_table(pd.DataFrame(rows, columns=SCHEMAS["practice_matches"].names), "practice_matches")


def compare_labels(a: str, b: str) -> float:
    """Return how like two labels are, in [0, 1]: Dice's coefficient of their pairs of neighbouring characters.

    Quotes, brackets and punctuation do not count. A label of one character is its own pair.

    >>> compare_labels("“先锋岗”活动", "先锋岗")
    0.6666666666666666
    """
    one, two = _pairs(a), _pairs(b)
    size = sum(one.values()) + sum(two.values())
    return 2 * sum((one & two).values()) / size if size else 0.0


def compare_unit_sets(a: Iterable[str], b: Iterable[str]) -> float:
    """Return how far two rows speak of the same units: those in common by those of either (Jaccard), in [0, 1].

    >>> compare_unit_sets(["u001", "u002"], ["u002"])
    0.5
    """
    one, two = set(a), set(b)
    return len(one & two) / len(one | two) if one | two else 0.0


def _likeness(a: pd.DataFrame, b: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    shape = (len(a), len(b))
    left, right = [u.split(";") for u in a.unit_ids], [u.split(";") for u in b.unit_ids]
    units = np.array([compare_unit_sets(x, y) for x in left for y in right]).reshape(shape)
    labels = np.array([compare_labels(x, y) for x in a.practice for y in b.practice]).reshape(shape)
    return units, labels


def _pairs(label: str) -> Counter[str]:
    text = _NOT_WORD.sub("", label)
    return Counter(text[i : i + 2] for i in range(len(text) - 1)) or Counter(filter(None, [text]))
