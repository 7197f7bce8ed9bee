"""Regular expressions that cannot explode: a bounded part of Python's."""

from __future__ import annotations

import re
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as sre  # type: ignore[attr-defined]
from typing import Any

from cxzy_study.tables import InvalidInput

MAX_PATTERN = 200
"""Longest pattern, in characters."""
MAX_REPEAT = 50
"""Highest upper bound of a quantifier."""
MAX_MATCH = 200
"""Longest possible match, in characters."""
MAX_STEPS = 10_000
"""Most ways in which a pattern may be tried at one place of the text."""

_LEAVES = {ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN, ops.AT, ops.CATEGORY}


def check_pattern(pattern: str, *, where: str) -> re.Pattern[str]:
    """Return *pattern* compiled, if the work that it can cause at one place is bounded.

    Allowed are characters, classes, ``.``, groups, alternatives and quantifiers with an upper
    bound of at most :data:`MAX_REPEAT`. Refused are ``*``, ``+`` and ``{n,}``, quantifiers inside
    quantifiers, back-references, look-around, inline flags, and patterns that match the empty
    string, more than :data:`MAX_MATCH` characters, or in more than :data:`MAX_STEPS` ways. ``^`` and
    ``$`` stand for the ends of a unit (or of a line in it).

    Parameters
    ----------
    pattern : str
        In the syntax of :mod:`re`.
    where : str
        Rule in which it stands, for the message.

    Raises
    ------
    InvalidInput
        Naming the rule, the pattern and what it must not have.

    Examples
    --------
    >>> check_pattern("第[一二三]名|前[0-9]{1,2}位", where="demo").search("列全市前10位").group()
    '前10位'
    >>> check_pattern("(学+)+不", where="demo")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    cxzy_study.tables.InvalidInput: Invalid pattern /(学+)+不/ in demo: a quantifier needs an upper bound of 50 or less.
    """

    def refuse(rule: str) -> InvalidInput:
        return InvalidInput(f"Invalid pattern /{pattern}/ in {where}: {rule}.")

    if len(pattern) > MAX_PATTERN:
        raise refuse(f"it must have {MAX_PATTERN} characters or fewer")
    try:
        tree = sre.parse(pattern)
        compiled = re.compile(pattern, re.MULTILINE)
    except (re.error, RecursionError, OverflowError) as error:
        raise refuse(f"it is no regular expression ({error})") from None
    if tree.state.flags & ~re.UNICODE:
        raise refuse("inline flags are not allowed")
    steps = _steps(tree, inside=False, refuse=refuse)
    shortest, longest = tree.getwidth()
    if not shortest:
        raise refuse("it must not match the empty string")
    if longest > MAX_MATCH:
        raise refuse(f"it must match {MAX_MATCH} characters or fewer")
    if steps > MAX_STEPS:
        raise refuse(f"it could be tried in {steps} ways at one place, {MAX_STEPS} are allowed")
    return compiled


def _steps(tree, *, inside: bool, refuse) -> int:  # type: ignore[no-untyped-def]
    """Count the ways in which *tree* can be tried: repeats and branches multiply along a sequence."""
    steps = 1
    for op, value in tree:
        if op in _REPEATS:
            low, high, body = value
            if high > MAX_REPEAT:
                raise refuse(f"a quantifier needs an upper bound of {MAX_REPEAT} or less")
            if inside:
                raise refuse("a quantifier must not stand inside another")
            ways = _steps(body, inside=True, refuse=refuse)
            # Each round of a repeat of branches may take each of them.
            steps *= (high - low + 1) * min(ways**high, MAX_STEPS + 1)
        elif op is ops.SUBPATTERN:
            if value[1] or value[2]:
                raise refuse("inline flags are not allowed")
            steps *= _steps(value[3], inside=inside, refuse=refuse)
        elif op is ops.BRANCH:
            steps *= sum(_steps(branch, inside=inside, refuse=refuse) for branch in value[1])
        elif op not in _LEAVES:
            raise refuse(f"{_NAMES.get(op, str(op).lower())} is not allowed")
    return steps


def stays_in_line(pattern: re.Pattern[str]) -> bool:
    r"""Whether no match of *pattern* can hold a line break, so that many lines can be searched as one text.

    Negated classes and ``\s``, ``\D`` and their like may match one; so may a line break itself.

    >>> stays_in_line(re.compile("第.{1,3}名")), stays_in_line(re.compile("第[^一]名"))
    (True, False)
    """
    return _one_line(sre.parse(pattern.pattern))


def _one_line(tree) -> bool:  # type: ignore[no-untyped-def]
    for op, value in tree:
        if op is ops.SUBPATTERN:
            parts = [value[3]]
        elif op is ops.BRANCH:
            parts = value[1]
        elif op in _REPEATS:
            parts = [value[2]]
        elif op is ops.IN:
            if any(kind in (ops.NEGATE, ops.CATEGORY) or _holds_break(kind, item) for kind, item in value):
                return False
            continue
        elif op is ops.NOT_LITERAL or _holds_break(op, value):
            return False
        else:
            continue
        if not all(_one_line(part) for part in parts):
            return False
    return True


def _holds_break(op: object, value: Any) -> bool:
    return (op is ops.LITERAL and value == 10) or (op is ops.RANGE and value[0] <= 10 <= value[1])


_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, getattr(ops, "POSSESSIVE_REPEAT", None))
_NAMES = {
    ops.GROUPREF: "a back-reference",
    ops.GROUPREF_EXISTS: "a conditional",
    ops.ASSERT: "look-around",
    ops.ASSERT_NOT: "look-around",
}
