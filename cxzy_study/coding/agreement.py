"""Statistics of agreement between coders.

Every function returns a :class:`Statistic`: a number, or the reason in words why there is none. No
statistic is NaN and none warns.

Sources
-------
Cohen, J. (1960). A coefficient of agreement for nominal scales. *Educational and Psychological
Measurement* 20, 37-46.
Krippendorff, K. (2011). Computing Krippendorff's alpha-reliability. University of Pennsylvania.
Passonneau, R. (2006). Measuring agreement on set-valued items (MASI) for semantic and pragmatic
annotation. *Proceedings of LREC*.
Bloch, D. A. and Kraemer, H. C. (1989). 2 x 2 kappa coefficients: measures of agreement or
association. *Biometrics* 45, 269-287; as used by Krippendorff, K. (2019). *Content Analysis*, 4th ed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from math import ceil
from statistics import NormalDist
from typing import NamedTuple

from cxzy_study.tables import InvalidInput

RELIABLE = 0.80
TENTATIVE = 0.667


class Statistic(NamedTuple):
    """A value, or None with the reason why it is undefined."""

    value: float | None
    why: str = ""


def percent_agreement(a: Sequence[Hashable], b: Sequence[Hashable]) -> Statistic:
    """Return the share of units in which two coders agree, in [0, 1]; units without a value (None) are left out.

    >>> percent_agreement([1, 1, 0, None], [1, 0, 0, 1]).value
    0.6666666666666666
    """
    pairs = _pairs(a, b)
    if not pairs:
        return Statistic(None, NO_COMMON)
    return Statistic(sum(x == y for x, y in pairs) / len(pairs))


def positive_agreement(a: Sequence[Hashable], b: Sequence[Hashable]) -> Statistic:
    """Return 2a / (2a + b + c): how far two coders agree on where a mark is, whatever they leave unmarked.

    Here a counts units that both mark, b and c those that only one marks.

    >>> positive_agreement([1, 1, 0, 0], [1, 0, 0, 0]).value
    0.6666666666666666
    """
    pairs = _pairs(a, b)
    if not pairs:
        return Statistic(None, NO_COMMON)
    marks = sum(bool(x) + bool(y) for x, y in pairs)
    if not marks:
        return Statistic(None, NO_MARK)
    return Statistic(2 * sum(bool(x) and bool(y) for x, y in pairs) / marks)


def cohen_kappa(a: Sequence[Hashable], b: Sequence[Hashable]) -> Statistic:
    """Return Cohen's kappa (1960): agreement beyond what the two coders' own margins give by chance.

    >>> cohen_kappa([1, 1, 0, 0], [1, 0, 0, 0]).value
    0.5
    """
    pairs = _pairs(a, b)
    if not pairs:
        return Statistic(None, NO_COMMON)
    n = len(pairs)
    margins = Counter(x for x, _ in pairs), Counter(y for _, y in pairs)
    chance = sum(margins[0][value] * margins[1][value] for value in margins[0]) / n**2
    if len(margins[0] | margins[1]) == 1:
        return Statistic(None, ONE_VALUE)
    return Statistic((sum(x == y for x, y in pairs) / n - chance) / (1 - chance))


def krippendorff_alpha(
    data: Sequence[Sequence[Hashable]], *, distance: Callable[[Hashable, Hashable], float] | None = None
) -> Statistic:
    """Return Krippendorff's alpha for any number of coders, missing values allowed.

    alpha = 1 - D_o / D_e, with the observed disagreement D_o over pairs of values within units (a
    unit of m values weighs its pairs by 1 / (m - 1)) and the expected D_e over all pairs of
    pairable values.

    Parameters
    ----------
    data : sequence of sequences, shape (n_coders, n_units)
        Values, None where a coder gave none.
    distance : callable, optional
        Difference of two values in [0, 1], 0 for equal ones; by default nominal (0 or 1). Use
        :func:`masi_distance` for sets.

    Raises
    ------
    InvalidInput
        If there are fewer than two coders, or they have different numbers of units.

    Examples
    --------
    >>> round(krippendorff_alpha([[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]).value, 3)
    0.095
    """
    if len(data) < 2 or len({len(row) for row in data}) != 1:
        shape = [len(row) for row in data]
        raise InvalidInput(f"Invalid data: two coders or more must each have a value or None for every unit. {shape}.")
    differ = distance or _nominal
    units = [[value for value in column if value is not None] for column in zip(*data, strict=True)]
    units = [values for values in units if len(values) > 1]
    totals = Counter(value for values in units for value in values)
    n = sum(totals.values())
    if not n:
        return Statistic(None, NO_COMMON)
    observed = sum(_total_difference(Counter(values), differ) / (len(values) - 1) for values in units) / n
    expected = _total_difference(totals, differ) / (n * (n - 1))
    if not expected:
        return Statistic(None, ONE_VALUE)
    return Statistic(1 - observed / expected)


def masi_distance(a: Hashable, b: Hashable) -> float:
    """Return Passonneau's MASI distance (2006) of two sets, 0 for two empty ones.

    1 - J * M with Jaccard's J = |a & b| / |a | b| and M = 1 for equal sets, 2/3 where one holds the
    other, 1/3 where they share a part, 0 where they share nothing.

    >>> masi_distance(frozenset({"service"}), frozenset({"service", "training"}))
    0.6666666666666667
    >>> masi_distance(frozenset(), frozenset())
    0.0
    """
    if not isinstance(a, frozenset) or not isinstance(b, frozenset):
        raise InvalidInput(f"Invalid value {a!r} or {b!r}: MASI compares frozen sets.")
    if a == b:
        return 0.0
    common = a & b
    if not common:
        return 1.0
    monotony = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - len(common) / len(a | b) * monotony


def count_units_needed(*, minimum: float = RELIABLE, share: float = 0.5, level: float = 0.05) -> int:
    """Return how many units two coders must both code before alpha can be told to be above *minimum*.

    N = 2 z^2 ((1 + alpha) (3 - alpha) / (4 p (1 - p) (1 - alpha)) - alpha), after Bloch and Kraemer
    (1989, equation 3.7) as Krippendorff (2019) uses it, for one value against all others.

    Parameters
    ----------
    minimum : float
        Smallest acceptable alpha, from 0 to below 1.
    share : float
        Share p of units that bear the value, between 0 and 1: the rarer it is, the more units.
    level : float
        Level of significance, one-sided, between 0 and 0.5.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> count_units_needed(share=0.25), count_units_needed(minimum=0.667, share=0.25)
    (139, 81)
    """
    for name, value, low, high in (("minimum", minimum, 0, 1), ("share", share, 0, 1), ("level", level, 0, 0.5)):
        if not (low < value < high or (name == "minimum" and value == 0)):
            raise InvalidInput(f"Invalid {name} {value}: it must lie between {low} and {high}.")
    z = NormalDist().inv_cdf(1 - level)
    need = (1 + minimum) * (3 - minimum) / (4 * share * (1 - share) * (1 - minimum)) - minimum
    return ceil(2 * z**2 * need)


def judge_alpha(low: float | None) -> str:
    """Return what the lower bound of alpha allows: ``reliable``, ``tentative``, ``unreliable`` or ``undefined``.

    >>> [judge_alpha(x) for x in (0.85, 0.7, 0.5, None)]
    ['reliable', 'tentative', 'unreliable', 'undefined']
    """
    if low is None:
        return "undefined"
    return "reliable" if low >= RELIABLE else "tentative" if low >= TENTATIVE else "unreliable"


NO_COMMON = "no unit was coded by two coders"
NO_MARK = "neither coder marks it anywhere"
ONE_VALUE = "all coders give one and the same value throughout: nothing varies"


def _pairs(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[Hashable, Hashable]]:
    if len(a) != len(b):
        raise InvalidInput(f"Invalid data: two coders must have the same units. {len(a)} and {len(b)}.")
    return [(x, y) for x, y in zip(a, b, strict=True) if x is not None and y is not None]


def _nominal(a: Hashable, b: Hashable) -> float:
    return float(a != b)


def _total_difference(counts: Counter[Hashable], differ: Callable[[Hashable, Hashable], float]) -> float:
    """Sum of differences over ordered pairs of values."""
    values = list(counts.items())
    half = sum(n * m * differ(x, y) for i, (x, n) in enumerate(values) for y, m in values[:i])
    return 2 * half
