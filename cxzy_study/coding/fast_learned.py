"""The learned coder over very many units at once: what :func:`cxzy_study.coding.learned.code_learned` gives, by the kernel.

The features and the two models of the text are those of :mod:`cxzy_study.coding.features` and
:mod:`cxzy_study.coding.weights`; ``native/learned.c`` goes from text to log odds in one pass.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from cxzy_study.coding import features as f
from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.fast_codes import FastCoder
from cxzy_study.coding.learned import decide, stack_signs
from cxzy_study.coding.weights import LIMIT, Weights, join_logits
from cxzy_study.text.fast_words import Lexicon
from cxzy_study.text.machine import Pointers, Trie, arguments, load_kernel

_MOST_THEMES, _BLOCK = 64, 4


class FastLearned:
    """The learned coder, ready for texts as arrays.

    Raises
    ------
    ValueError
        If the weights belong to another codebook, or have what the kernel does not know.
    """

    def __init__(self, codebook: Codebook, weights: Weights, *, rules: FastCoder) -> None:
        if weights.themes != codebook.theme_ids or len(weights.themes) > _MOST_THEMES or f.LENGTHS != (1, 2, 3):
            raise ValueError("Invalid weights: they are not known to the kernel.")
        self.weights, self.rules, self.themes = weights, rules, weights.themes
        text, self._lexicon = weights.text, Lexicon()
        kinds: dict[str, list[str]] = {"runs": [], "w:": [], "b:": []}
        columns: dict[str, list[int]] = {"runs": [], "w:": [], "b:": []}
        for column, name in enumerate(text.features):
            kind = name[:2] if name[:2] in kinds and len(name) > 3 else "runs"
            kinds[kind].append(name.removeprefix(kind))
            columns[kind].append(column)
        clause = np.pad(text.clause, ((0, 0), (0, -len(self.themes) % _BLOCK)))
        feature, theme = np.nonzero(text.unit)
        begins = np.searchsorted(feature, np.arange(len(text.features) + 1)).astype(np.int32)
        unit = (begins, np.array([*theme, 0], dtype=np.int32), np.array([*text.unit[feature, theme], 0.0]))
        n, dictionary = len(text.features), self._lexicon
        self._learnt = Pointers(
            dictionary.trie, *(Trie(kinds[kind]) for kind in kinds), *(np.array([*columns[kind], 0], dtype=np.int32) for kind in kinds),
            character_kinds(), dictionary.weights, text.rarity, clause, *unit, text.clause_intercept, text.unit_intercept,
            np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int32), len(self.themes), clause.shape[1],
        )  # fmt: skip

    def logits(self, x: Any, begins: Any, ends: Any) -> tuple[Any, Any]:
        """Return what :meth:`cxzy_study.coding.weights.TextWeights.logits` gives, and which units are too hard for the kernel.

        Parameters
        ----------
        x : ndarray of uint32
            The units' texts, folded to half width.
        begins, ends : ndarray of int64
            Of each unit: its place in *x*.
        """
        kernel = load_kernel()
        assert kernel is not None
        parts, wholes = np.zeros((2, len(begins), len(self.themes)))
        hard = np.zeros(len(begins), dtype=np.uint8)
        kernel.learned(*arguments(
            self._learnt, self._lexicon.lone, LIMIT, x, len(begins), begins, ends, parts, wholes, hard
        ))  # fmt: skip
        return join_logits(parts, wholes), hard

    def code(self, x: Any, begins: Any, ends: Any, headings: Any, parents: Any, docs: Any) -> tuple[Any, Any, Any, Any]:
        """Return the units that bear a theme, the theme's number, its probability, and the units that are too hard.

        Units without any theme bear the number after the last, without probability (NaN). A document with a hard unit is
        not to be trusted as a whole: units look at their neighbours.

        Parameters
        ----------
        x : ndarray of uint32
            The units' texts, folded to half width, a line break between them.
        begins, ends, headings, parents, docs : ndarray of int64
            Of each unit: its place in *x*, whether it is a heading, the heading above it (-1 for none), its document.
        """
        logits, hard = self.logits(x, begins, ends)
        counts, hard_rules = self.rules.count(x, begins, ends, headings, parents)
        signs = stack_signs(
            logits, counts, rates=self.weights.rates, docs=docs, parents=parents, headings=headings > 0, lengths=ends - begins
        )
        unit, theme, chance = decide(signs, self.weights)[:3]
        return unit, theme, chance, np.union1d(np.flatnonzero(hard), hard_rules)


def character_kinds() -> Any:
    """Return of each character up to U+FFFF what the features take it for, as bits: see ``native/learned.c``."""
    kinds = np.zeros(0x10000, dtype=np.uint8)
    for code in range(min(0x10000, sys.maxunicode)):
        c = chr(code)
        digit = f._NUMBER.fullmatch(c) is not None
        numeral = f._NUMBER.fullmatch(c * 2) is not None and not digit
        sign, ends = f._SIGNS.fullmatch(c) is not None, f._BREAK.fullmatch(c) is not None
        kinds[code] = digit + 2 * numeral + 4 * sign + 8 * ends + 16 * c.isspace()
    return kinds
