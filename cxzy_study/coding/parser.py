"""The rule language: expressions over literals, parsed to a tree.

==================  =============================================================================
``公开承诺``         a literal, found wherever it stands (see nesting, below)
``"a|b c"``          a literal with spaces or signs of the language in it
``@resident``        any literal of the codebook's list ``resident``
``A|B|C``            any of them; binds closest
``A ..8 B``          B begins at most 8 characters after A ends, in the same clause
``A ...8 B``         the same, over commas as well (never over the unit's end)
``A ~8 B``           A and B in either order, at most 8 characters between, in the same clause
``A ~~8 B``          the same, over commas as well
``A !..8 B``         A that is not so followed by B; likewise ``!...8``, ``!~8`` and ``!~~8``
``NOT A``            no A in the unit
``A AND B``          both in the unit
``A OR B``           at least one in the unit; binds loosest
``( … )``            grouping
``/第[一二三]名/``    a bounded regular expression (:mod:`cxzy_study.coding.bounded`)
==================  =============================================================================

A **clause** ends at ``,，:：;；。!！?？`` and at the end of a line; ``、`` ends none. Distances chain
from the left: ``A ..3 B ..5 C`` is ``(A ..3 B) ..5 C``. Of several partners the nearest counts, of
two equally near the later one.

What a match points at: of a literal its characters, of a distance all from the first to the last
part, of AND and OR the parts that hold. So NOT needs something beside it to point at.

Nesting and overlap: see :mod:`cxzy_study.coding.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cxzy_study.coding.bounded import check_pattern, stays_in_line
from cxzy_study.tables import InvalidInput
from cxzy_study.text.fold import fold_width

MAX_EXPRESSION = 8000
MAX_LITERAL = 40
MAX_DISTANCE = 200
MAX_DEPTH = 20


@dataclass(frozen=True)
class Literals:
    """Any of some literals."""

    literals: tuple[str, ...]


@dataclass(frozen=True)
class Pattern:
    """A bounded regular expression; ``one_line``: no match of it can hold a line break."""

    pattern: re.Pattern[str]
    one_line: bool


@dataclass(frozen=True)
class Near:
    """Two expressions at a distance (``negated``: the first without the second)."""

    left: Node
    right: Node
    distance: int
    ordered: bool
    clause: bool
    negated: bool


@dataclass(frozen=True)
class And:
    """All parts hold in the unit."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    """At least one part holds in the unit."""

    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold in the unit."""

    part: Node


Node: TypeAlias = Literals | Pattern | Near | And | Or | Not

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | "(?P<quoted>[^"\n]*)"
      | /(?P<pattern>(?:[^/\\\n]|\\.)*)/
      | (?P<near>!?(?:\.{2,3}|~{1,2})\d+)(?=[\s(@"/])
      | @(?P<list>[a-z][a-z0-9_]*)
      | (?P<sign>[()|])
      | (?P<word>[^\s()|"/~!@.&]+)""",
    re.VERBOSE,
)


def parse_expression(text: str, *, lists: Mapping[str, tuple[str, ...]], where: str) -> Node:
    """Parse one expression of the rule language.

    Parameters
    ----------
    text : str
        The expression.
    lists : mapping of str to tuple of str
        Literals for which ``@name`` stands.
    where : str
        Rule in which it stands, for messages.

    Returns
    -------
    Node
        Literals are folded (:func:`cxzy_study.text.fold.fold_width`).

    Raises
    ------
    InvalidInput
        Naming the rule, the place in the expression, and what is wrong there.

    Examples
    --------
    >>> parse_expression("解决 ..6 困难|难题", lists={}, where="demo")
    ... # doctest: +NORMALIZE_WHITESPACE
    Near(left=Literals(literals=('解决',)), right=Literals(literals=('困难', '难题')), distance=6,
         ordered=True, clause=True, negated=False)
    >>> parse_expression("NOT 困难", lists={}, where="demo")  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    cxzy_study.tables.InvalidInput: Invalid expression in demo: it must point at something that stands in the text, so NOT needs a part beside it that is not negated. NOT 困难.
    """
    if len(text) > MAX_EXPRESSION:
        rule = f"it must have {MAX_EXPRESSION} characters or fewer"
        raise InvalidInput(f"Invalid expression in {where}: {rule}. {len(text)}.")
    node = _Parser(text, lists, where).parse()
    if not points(node):
        raise InvalidInput(
            f"Invalid expression in {where}: it must point at something that stands in the text, so NOT needs a part "
            f"beside it that is not negated. {_excerpt(text)}."
        )
    return node


def points(node: Node) -> bool:
    """Whether every match of *node* has characters to point at."""
    if isinstance(node, Not):
        return False
    if isinstance(node, And):
        return any(points(part) for part in node.parts)
    if isinstance(node, Or):
        return all(points(part) for part in node.parts)
    return True


def find_literals(node: Node) -> set[str]:
    """Return all literals of *node*."""
    if isinstance(node, Literals):
        return set(node.literals)
    if isinstance(node, Near):
        return find_literals(node.left) | find_literals(node.right)
    if isinstance(node, And | Or):
        return set().union(*(find_literals(part) for part in node.parts))
    if isinstance(node, Not):
        return find_literals(node.part)
    return set()


def check_literal(text: object, *, where: str) -> str:
    """Return *text* folded, if it can be a literal.

    Raises
    ------
    InvalidInput
        If it is no text, empty, longer than :data:`MAX_LITERAL`, or has white space at an end or
        a line break within.
    """
    if not isinstance(text, str):
        rule = "it must be text; put numbers, dates, yes and no in quotes"
        raise InvalidInput(f"Invalid literal {text!r} in {where}: {rule}.")
    folded = fold_width(text)
    if not folded or folded != folded.strip() or "\n" in folded or len(folded) > MAX_LITERAL:
        rule = f"it must have 1 to {MAX_LITERAL} characters, no white space at its ends and no line break"
        raise InvalidInput(f"Invalid literal {text!r} in {where}: {rule}.")
    return folded


class _Parser:
    """Recursive descent over the tokens of one expression."""

    def __init__(self, text: str, lists: Mapping[str, tuple[str, ...]], where: str) -> None:
        self.text, self.lists, self.where = text, lists, where
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if not match:
                rule = "this sign must stand in a literal in double quotes, or it lacks its number or partner"
                raise self.wrong(at, rule)
            if match.lastgroup != "space":
                self.tokens.append((str(match.lastgroup), match[str(match.lastgroup)], at))
            at = match.end()
        self.at = self.depth = 0

    def wrong(self, at: int, rule: str) -> InvalidInput:
        place = _excerpt(self.text[at:]) or "the end"
        return InvalidInput(f"Invalid expression in {self.where}, at character {at + 1}: {rule}. {place}.")

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "", len(self.text))

    def take_word(self, word: str) -> bool:
        if self.peek()[:2] in (("word", word), ("sign", word)):
            self.at += 1
            return True
        return False

    def parse(self) -> Node:
        node = self.disjunction()
        kind, _, at = self.peek()
        if kind != "end":
            raise self.wrong(at, "an operator is missing before this")
        return node

    def disjunction(self) -> Node:
        parts = [self.conjunction()]
        while self.take_word("OR"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self) -> Node:
        parts = [self.negation()]
        while self.take_word("AND"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negation(self) -> Node:
        if self.take_word("NOT"):
            self.deeper()
            part = self.negation()
            self.depth -= 1
            return Not(part)
        return self.distance()

    def distance(self) -> Node:
        node = self.alternatives()
        while self.peek()[0] == "near":
            _, sign, at = self.peek()
            self.at += 1
            mark = sign.lstrip("!").rstrip("0123456789")
            distance = int(sign.lstrip("!.~"))
            if distance > MAX_DISTANCE:
                raise self.wrong(at, f"a distance must be {MAX_DISTANCE} or less")
            right = self.alternatives()
            if not (points(node) and points(right)):
                raise self.wrong(at, "a distance needs two parts that point at something")
            node = Near(node, right, distance, mark[0] == ".", mark in ("..", "~"), sign[0] == "!")
        return node

    def alternatives(self) -> Node:
        parts = [self.atom()]
        while self.take_word("|"):
            parts.append(self.atom())
        literals = [part for part in parts if isinstance(part, Literals)]
        merged = tuple(dict.fromkeys(x for part in literals for x in part.literals))
        others = tuple(part for part in parts if not isinstance(part, Literals))
        if not others:
            return Literals(merged)
        return Or(((Literals(merged),) if merged else ()) + others) if len(parts) > 1 else parts[0]

    def atom(self) -> Node:
        kind, value, at = self.peek()
        self.at += 1
        if kind == "sign" and value == "(":
            self.deeper()
            node = self.disjunction()
            if not self.take_word(")"):
                raise self.wrong(self.peek()[2], "a closing bracket is missing here")
            self.depth -= 1
            return node
        if kind == "list":
            if value not in self.lists:
                raise self.wrong(at, f"no such list; the codebook has {sorted(self.lists)}")
            return Literals(self.lists[value])
        if kind == "pattern":
            pattern = check_pattern(value, where=self.where)
            return Pattern(pattern, stays_in_line(pattern))
        if kind == "quoted" or (kind == "word" and value not in ("AND", "OR", "NOT")):
            return Literals((check_literal(value, where=self.where),))
        raise self.wrong(at, "a literal, a list, a pattern or a bracket must stand here")

    def deeper(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.wrong(self.peek()[2], f"brackets and NOT may be nested {MAX_DEPTH} deep")


def _excerpt(text: str) -> str:
    return text if len(text) <= 30 else text[:30] + "…"
