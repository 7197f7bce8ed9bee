"""Codes of very many units at once: what :func:`cxzy_study.coding.coder.code_units` gives, hits found by the kernel."""

from __future__ import annotations

from typing import Any

import numpy as np

from cxzy_study.coding import spans as s
from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.page import Page
from cxzy_study.coding.rules import compile_codebook, find_doctrine, find_matches
from cxzy_study.text.machine import Trie, arguments, load_kernel
from cxzy_study.text.match import Hits


class FastCoder:
    """The rules of a codebook, ready for texts as arrays."""

    def __init__(self, codebook: Codebook) -> None:
        self.vocabulary = compile_codebook(codebook)
        self._trie = Trie(list(self.vocabulary.matcher.literals))

    def find(self, x: Any) -> Hits:
        """Return every hit of every literal, as :meth:`cxzy_study.text.match.Matcher.find` does."""
        kernel = load_kernel()
        assert kernel is not None
        size = len(x) // 2 + 64
        while True:
            columns = [np.empty(size, dtype=np.int32) for _ in range(3)]
            found = kernel.find(*arguments(self._trie, x, len(x), *columns, size))
            if found <= size:
                return Hits(*(column[:found].astype(np.int64) for column in columns))
            size = found

    def code(self, x: Any, text: str, lengths: Any, headings: Any, parents: Any) -> tuple[Any, Any]:
        """Return the units that bear a theme, and the theme's number; units without any bear the number after the last.

        Parameters
        ----------
        x, text : ndarray of uint32, str
            The units' texts, folded to half width, a line break between them.
        lengths, headings, parents : ndarray
            Of each unit: its length, whether it is a heading, and the heading above it (-1 for none).
        """
        page = Page.joined(self.vocabulary, text, lengths, headings, parents, self.find(x))
        themes = {theme: i for i, theme in enumerate(self.vocabulary.codebook.theme_ids)}
        bears = np.zeros((page.n_units, len(themes) + 1), dtype=bool)
        doctrine = find_doctrine(page)
        for theme, rule in self.vocabulary.codebook.rules:
            counted, _ = find_matches(rule, page, doctrine=doctrine, refused=False)
            bears[counted.unit[counted.flag == s.OK], themes[theme]] = True
        bears[:, -1] = ~bears.any(axis=1)
        return np.nonzero(bears)
