"""All rules of a codebook over many units at once.

The literals of all rules, names, shields and cues are found in **one pass** over the text
(:class:`cxzy_study.text.match.Matcher`); rules are then evaluated on those hits only, as columns
over all units together. Text is matched folded, so full width and half width are one and offsets
are those of the unit's own text.

Policy for nesting and overlap
------------------------------
1. A literal inside a longer **shield** of the codebook is no hit (印度 inside 印度尼西亚). A rule may
   still ask for the shield itself, or for something longer.
2. Within one set of alternatives (``A|B|C``, or an ``@list``) the longest wins: of 承诺|公开承诺
   the second, once. With ``overlap: codebook`` the longest wins over all literals of all rules;
   with ``overlap: alternatives`` rules do not hide each other's hits, for one word may speak for
   two themes (群众评议 for supervision and for participation).
3. Hits that overlap only in part both stand.
4. ``words: true`` asks in addition that a hit begin and end where a segmenter (rjieba) sees words
   begin and end. Latin letters and digits always stand at the edges of their word or number.

A match is refused if a part of it stands in a zone in which the rule does not count, or is denied
(:mod:`cxzy_study.coding.zones`), if the heading that the rule asks for is missing, or if the
codebook's ``doctrine`` holds in the unit, which then only says what a thing means or is for.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from cxzy_study.coding import spans as s
from cxzy_study.coding.codebook import ZONES, Codebook, Rule
from cxzy_study.coding.page import Page, Vocabulary
from cxzy_study.coding.parser import And, Literals, Near, Node, Not, Or, Pattern, points
from cxzy_study.coding.spans import Flags, Spans
from cxzy_study.text.match import Hits


@lru_cache(maxsize=8)
def compile_codebook(codebook: Codebook) -> Vocabulary:
    """Return the automaton of all literals of *codebook*, made once."""
    return Vocabulary(codebook)


def find_doctrine(page: Page) -> NDArray[np.bool_]:
    """Return the units in which no rule counts, because the codebook's ``doctrine`` holds there."""
    codebook = page.vocabulary.codebook
    if codebook.doctrine is None:
        return np.zeros(page.n_units, dtype=bool)
    rule = Rule("doctrine", "", codebook.doctrine, ZONES, "count", None, "", False, (), ())
    return _Evaluation(rule, page, {}, np.zeros(page.n_units, dtype=bool), strict=True).best(rule.node) == s.OK


def find_matches(
    rule: Rule, page: Page, *, doctrine: NDArray[np.bool_], refused: bool = True
) -> tuple[Spans, Spans]:
    """Return the matches of *rule* that count, and those that are refused.

    A refused match is one that would count if nothing were held against its parts; its ``flag``
    and ``detail`` give the first reason. They are looked for if *refused* asks for them.
    *doctrine* is what :func:`find_doctrine` returns.
    """
    hits: dict[Literals, Spans] = {}
    counted = _Evaluation(rule, page, hits, doctrine, strict=True).run()
    if not refused:
        return counted, s.NOTHING
    tried = _Evaluation(rule, page, hits, doctrine, strict=False).run()
    tried = tried.take(tried.flag != s.OK)
    width = len(page.text) + 1
    return counted, tried.take(~np.isin(tried.start * width + tried.end, counted.start * width + counted.end))


class _Evaluation:
    """One rule on one page: strictly, on what counts; or leniently, on everything, with the reasons kept."""

    def __init__(
        self, rule: Rule, page: Page, hits: dict[Literals, Spans], doctrine: NDArray[np.bool_], *, strict: bool
    ) -> None:
        self.rule, self.page, self.hits, self.doctrine, self.strict = rule, page, hits, doctrine, strict

    def strictly(self) -> _Evaluation:
        return self if self.strict else _Evaluation(self.rule, self.page, self.hits, self.doctrine, strict=True)

    def run(self) -> Spans:
        spans = self.spans(self.rule.node)
        if not len(spans.start):
            return spans
        if self.rule.kind:
            spans = spans.take(self.page.headings[spans.unit] == (self.rule.kind == "heading"))
        barred = [(s.DOCTRINE, self.doctrine)]
        if self.rule.heading is not None:
            barred.append((s.HEADING, ~self.under(self.rule.heading)))
        for flag, where in barred:
            bad = where[spans.unit]
            if self.strict:
                spans = spans.take(~bad)
            else:
                spans = spans.worsened(np.where(bad, flag, s.OK).astype(np.uint8), np.full(len(bad), -1))
        return spans

    def under(self, node: Node) -> NDArray[np.bool_]:
        """Return which units have a heading above them in which *node* holds."""
        page = self.page
        holds = (self.strictly().best(node) == s.OK) & page.headings
        result = np.zeros(page.n_units, dtype=bool)
        above = page.parents
        while (above >= 0).any():
            result |= np.where(above >= 0, holds[above], False)
            above = np.where(above >= 0, page.parents[above], -1)
        return result

    def spans(self, node: Node) -> Spans:
        """Return the matches of a node that points at something."""
        if isinstance(node, Literals):
            if node not in self.hits:
                self.hits[node] = self.page.find(node.literals, self.rule)
            found = self.hits[node]
            return found.take(found.flag == s.OK) if self.strict else found
        if isinstance(node, Pattern):
            return self.pattern(node)
        if isinstance(node, Near):
            return self.near(node)
        if isinstance(node, Or):
            return s.join_spans([self.spans(part) for part in node.parts])
        if isinstance(node, And):
            return self.both(node)
        raise TypeError(f"{type(node).__name__} points at nothing")

    def near(self, node: Near) -> Spans:
        left = self.spans(node.left)
        if not len(left.start):
            return left
        right = self.spans(node.right)
        block = self.page.clauses if node.clause else self.page.units
        pairs, paired = s.find_near(left, right, distance=node.distance, ordered=node.ordered, block=block)
        if not node.negated:
            return pairs
        if self.strict:
            return left.take(~paired)
        return left.worsened(np.where(paired, s.EXCLUDED, s.OK).astype(np.uint8), np.full(len(paired), -1))

    def both(self, node: And) -> Spans:
        worst = np.full(self.page.n_units, s.OK, dtype=np.uint8)
        pointing = []
        for part in node.parts:
            if points(part):
                pointing.append(self.spans(part))
                best = s.reduce_units(pointing[-1], self.page.n_units)
            else:
                best = self.best(part)
            worst = np.maximum(worst, best)
            if (worst == s.ABSENT).all():
                return s.NOTHING
        spans = s.join_spans(pointing)
        spans = spans.take(worst[spans.unit] != s.ABSENT)
        return spans.worsened(worst[spans.unit], np.full(len(spans.start), -1))

    def best(self, node: Node) -> Flags:
        """Return the best flag of *node* in each unit, ``ABSENT`` where it does not hold."""
        if isinstance(node, Not):
            inner = self.strictly().best(node.part)
            return np.where(inner == s.OK, s.ABSENT if self.strict else s.EXCLUDED, s.OK).astype(np.uint8)
        if not points(node) and isinstance(node, And | Or):
            flags = [self.best(part) for part in node.parts]
            return np.max(flags, axis=0) if isinstance(node, And) else np.min(flags, axis=0)
        return s.reduce_units(self.spans(node), self.page.n_units)

    def pattern(self, node: Pattern) -> Spans:
        page = self.page
        if node.one_line:
            found = [match.span() for match in node.pattern.finditer(page.text)]
        else:
            ends_at = (page.offsets + page.lengths).tolist()
            units = zip(page.offsets.tolist(), ends_at, strict=True)
            found = [match.span() for start, end in units for match in node.pattern.finditer(page.text, start, end)]
        if not found:
            return s.NOTHING
        starts, ends = np.array(found, dtype=np.int64).T
        flag, detail = page.judge_places(Hits(np.full(len(starts), -1), starts, ends), self.rule)
        spans = Spans(starts, ends, page.unit_at(starts), flag, detail)
        return spans.take(flag == s.OK) if self.strict else spans
