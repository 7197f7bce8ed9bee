"""The units of whole documents as one text, with everything that rules ask about it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cxzy_study.coding import spans as s
from cxzy_study.coding import zones as z
from cxzy_study.coding.codebook import Codebook, Rule
from cxzy_study.coding.parser import find_literals
from cxzy_study.coding.spans import Flags, Spans
from cxzy_study.text.fold import fold_width
from cxzy_study.text.match import Hits, Ints, Matcher, find_containers


class Vocabulary:
    """All literals of a codebook in one automaton: of rules, headings and doctrine, names, shields, cues."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook, cues = codebook, codebook.negation
        spoken: set[str] = find_literals(codebook.doctrine) if codebook.doctrine else set()
        for _, rule in codebook.rules:
            spoken |= find_literals(rule.node) | (find_literals(rule.heading) if rule.heading else set())
        self.groups = {
            "spoken": tuple(spoken), "shields": codebook.shields, "names": codebook.names, "before": cues.before,
            "adjacent": cues.adjacent, "after": cues.after, "unless": cues.unless, "remedy": cues.remedy,
        }  # fmt: skip
        self.matcher = Matcher(sorted(set().union(*self.groups.values())))
        self.index = {literal: i for i, literal in enumerate(self.matcher.literals)}
        self.masks = {name: self._mask(literals) for name, literals in self.groups.items()}

    def _mask(self, literals: Sequence[str]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self.matcher.literals), dtype=bool)
        mask[[self.index[x] for x in literals]] = True
        return mask


class Page:
    """Units as columns: their hits, clauses, zones and headings.

    Parameters
    ----------
    vocabulary : Vocabulary
    texts : sequence of str
        The units' texts, in order.
    headings : ndarray of bool, shape (n_units,)
        Which of them are headings.
    parents : ndarray of int64, shape (n_units,)
        The unit that is the nearest heading above each, -1 for none.
    """

    def __init__(
        self, vocabulary: Vocabulary, texts: Sequence[str], headings: NDArray[np.bool_], parents: Ints
    ) -> None:
        text = fold_width("\n".join(texts))
        lengths = np.fromiter((len(t) for t in texts), dtype=np.int64, count=len(texts))
        self._fill(vocabulary, text, lengths, headings, parents, vocabulary.matcher.find(text))

    @classmethod
    def joined(
        cls, vocabulary: Vocabulary, text: str, lengths: Ints, headings: NDArray[np.bool_], parents: Ints, found: Hits
    ) -> Page:
        """Return the page of texts that stand joined already, folded, a line break between them, with all hits found."""
        page = cls.__new__(cls)
        page._fill(vocabulary, text, lengths, headings, parents, found)
        return page

    def _fill(
        self, vocabulary: Vocabulary, text: str, lengths: Ints, headings: NDArray[np.bool_], parents: Ints, found: Hits
    ) -> None:
        self.vocabulary, self.headings, self.parents, self.text, self.lengths = vocabulary, headings, parents, text, lengths
        self.n_units = len(lengths)
        self.offsets = np.cumsum(self.lengths + 1) - self.lengths - 1
        self._found = found
        self._groups = {name: found.take(mask[found.literal]) for name, mask in vocabulary.masks.items()}
        self.hits = self._groups["spoken"]
        self.unit = self.unit_at(self.hits.start)
        # Where each literal's hits are, so that a rule gathers its own without looking at the others'.
        self._order = np.argsort(self.hits.literal, kind="stable")
        self._bounds = np.searchsorted(self.hits.literal[self._order], np.arange(len(vocabulary.matcher.literals) + 1))
        self._flags: dict[tuple[tuple[str, ...], str, bool], tuple[Flags, Ints]] = {}

    def unit_at(self, places: Ints) -> Ints:
        """Return the unit of each place in the joined text."""
        return np.searchsorted(self.offsets, places, side="right") - 1

    def find(self, literals: Sequence[str], rule: Rule) -> Spans:
        """Return the hits of *literals*, longest among themselves, with what *rule* holds against each."""
        order, bounds = self._order, self._bounds
        numbers = [self.vocabulary.index[x] for x in literals]
        parts = [order[bounds[i] : bounds[i + 1]] for i in numbers if bounds[i] < bounds[i + 1]]
        if not parts:
            return s.NOTHING
        which = np.sort(np.concatenate(parts))
        flag, detail = self.judge(rule)
        spans = Spans(self.hits.start[which], self.hits.end[which], self.unit[which], flag[which], detail[which])
        # A hit that does not count hides nothing: 评议 stands where 群众评议 is refused.
        hits = self.hits.take(which)
        held = find_containers(hits, hits.take(spans.flag == s.OK)) >= 0
        return spans.take(~held) if held.any() else spans

    def judge(self, rule: Rule) -> tuple[Flags, Ints]:
        """Return for every hit the first reason why it does not count for rules with these options."""
        key = (rule.zones, rule.negation, rule.words)
        if key not in self._flags:
            self._flags[key] = self.judge_places(self.hits, rule)
        return self._flags[key]

    def judge_places(self, hits: Hits, rule: Rule) -> tuple[Flags, Ints]:
        """Return for each of some places why it does not count for *rule*, and the literal that gives the reason."""
        around, zone, denials = self._facts if hits is self.hits else self._find_facts(hits)
        flag = np.where(around >= 0, s.SHIELDED, s.OK).astype(np.uint8)
        detail = around.copy()
        barred = ~np.isin(zone, [z.CODES[name] for name in rule.zones]) & (flag == s.OK)
        flag[barred] = _ZONE_FLAGS[zone[barred]]
        if rule.negation == "refuse":
            denied = (denials >= 0) & (flag == s.OK)
            flag[denied], detail[denied] = s.DENIED, denials[denied]
        if rule.words:
            flag[~self.at_words(hits) & (flag == s.OK)] = s.WORD
        return flag, detail

    @cached_property
    def _facts(self) -> tuple[Ints, NDArray[np.uint8], Ints]:
        return self._find_facts(self.hits)

    def _find_facts(self, hits: Hits) -> tuple[Ints, NDArray[np.uint8], Ints]:
        """Return the longer term around each place, its zone, and the cue that denies it (-1 for none)."""
        around = find_containers(hits, self.holders)
        if len(self.holders):
            around = np.where(around >= 0, self.holders.literal[around], -1)
        zone = np.minimum(self.zones[hits.start], self.zones[hits.end - 1])
        return around, zone, self.find_denials(hits)

    def find_denials(self, hits: Hits) -> Ints:
        """Return the cue that denies each hit, -1 for none; nothing is denied where a remedy is demanded."""
        groups = self._groups
        free = {
            name: groups[name].take(find_containers(groups[name], groups["unless"]) < 0)
            for name in ("before", "adjacent", "after")
        }
        reach = self.vocabulary.codebook.negation.reach
        denied = z.find_denials(hits, cues=z.Negations(**free), clauses=self.clauses, reach=reach)
        remedied = np.zeros(self.n_units, dtype=bool)
        remedied[self.unit_at(groups["remedy"].start)] = True
        denied[remedied[self.unit_at(hits.start)]] = -1
        return denied

    def at_words(self, hits: Hits) -> NDArray[np.bool_]:
        """Return whether each hit begins and ends where a word does; only units with hits are cut."""
        import rjieba

        edges = np.zeros(len(self.text) + 1, dtype=bool)
        for unit in np.unique(self.unit_at(hits.start)).tolist():
            start = int(self.offsets[unit])
            words = rjieba.cut(self.text[start : start + int(self.lengths[unit])])
            edges[start + np.cumsum([0, *map(len, words)])] = True
        return edges[hits.start] & edges[hits.end]

    @cached_property
    def holders(self) -> Hits:
        """The longer terms that hide the literals within them."""
        shields = self._groups["shields"]
        if self.vocabulary.codebook.overlap == "alternatives":
            return shields
        masks = self.vocabulary.masks
        return self._found.take((masks["spoken"] | masks["shields"])[self._found.literal])

    @cached_property
    def zones(self) -> NDArray[np.uint8]:
        """Zone of each character."""
        return z.find_zones(self.text, name_nouns=self.vocabulary.codebook.name_nouns, names=self._groups["names"])

    @cached_property
    def clauses(self) -> Ints:
        """Clause of each character."""
        return z.find_clauses(self.text)

    @cached_property
    def units(self) -> Ints:
        """Unit of each character."""
        return np.repeat(np.arange(self.n_units), self.lengths + 1)


_ZONE_FLAGS = np.array([s.TEXT, s.QUOTE, s.NAME, s.TITLE], dtype=np.uint8)
