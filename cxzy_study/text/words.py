"""Sentences to words: jieba's cutting, in an instance of our own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import Any

FREQUENCY = 1000
"""Frequency of an added word, of 60 million in jieba's dictionary: enough to win against its parts."""

_RUN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z0-9]+(?:[.,:/'%-]*[A-Za-z0-9]+)*%?|\s+|.", re.S)


class Segmenter:
    """A word segmenter that no other code in the process can change.

    Runs of hanzi are cut by jieba's dictionary and maximum-probability path, without its hidden
    Markov model for unknown words: against hand segmentation of newspaper prose F1 is 0.829 without
    and 0.808 with it. The engine is rjieba, which cuts runs of hanzi exactly as jieba does (tested)
    and ten times as fast. Numbers and Latin words stay whole; every other sign is a word.

    Parameters
    ----------
    words : iterable of str
        Words to add to the dictionary. Words that it holds keep their frequency.
    name : str
        What tables call this segmenter.

    Examples
    --------
    >>> Segmenter(["公开承诺"]).cut("全体党员公开承诺,增收11.2%")
    ['全体', '党员', '公开承诺', ',', '增收', '11.2%']
    """

    def __init__(self, words: Iterable[str] = (), *, name: str = "jieba") -> None:
        self.name = name
        self.words = tuple(sorted(set(words)))

    @cached_property
    def _engine(self) -> Any:
        return _engine(self.words)

    def cut(self, text: str, *, hmm: bool = False) -> list[str]:
        """Return the words of *text*, in order; together they are *text*."""
        words: list[str] = []
        for run in _RUN.findall(text):
            if "\u3400" <= run[0] <= "\u9fff":
                words += self._engine.cut(run, hmm)
            else:
                words.append(run)
        return words


@lru_cache(maxsize=4)
def _engine(words: tuple[str, ...]) -> Any:
    from rjieba import Jieba

    engine = Jieba()
    for word in words:
        # A known word keeps its frequency: the two engines count a changed one differently.
        if not engine.has_word(word):
            engine.add_word(word, FREQUENCY, "n")
    return engine
