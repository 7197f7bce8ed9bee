"""Plain pages by the thousand: what :mod:`cxzy_study.reading` makes of them, by the compiled kernel.

The kernel reads pages without markup in simplified script that are not broken at one width; whatever else a page is, it
says so, and the page is read by :func:`cxzy_study.reading.documents.read_text`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from typing import Any

import numpy as np

from cxzy_study.reading import furniture as f
from cxzy_study.reading import pages, units
from cxzy_study.reading.markup import IS_MARKUP
from cxzy_study.text.fold import fold_width
from cxzy_study.text.machine import Machine, Pointers, arguments, folding, load_kernel, write_spans
from cxzy_study.text.regex import compile_patterns
from cxzy_study.text.regex_sets import categories
from cxzy_study.text.script import _characters
from cxzy_study.text.spans import INVISIBLE

UNIT = "doc a b heading depth paragraph section_a section_b enumerator_a enumerator_b n_chars runs_a runs_b".split()
DOC = "start end hard title_a title_b date outlet_a outlet_b".split()
_REASONS = (
    "", "debris", "footer", "menu", "share bar", "notice", "links", "byline", "masthead", "caption", "chatter", "signature date",
)  # fmt: skip
_BREAKS, _MARKS, _PAIRS = "\n\r\x0b\x0c\x85\u2028\u2029", "《。！？；!?;", "《》“”「」『』（）()【】"
"""What ends a line, where the end of a sentence may be, and what comes in pairs."""


def patterns() -> dict[str, re.Pattern[str]]:
    """Return the patterns that the kernel asks, in the order of their numbers there."""
    return {
        **{f"RULE_{i}": _inside(pattern) or pattern for i, (_, pattern) in enumerate(f.LINE_RULES)},
        **{f"ENUMERATOR_{i}": pattern for i, (_, pattern) in enumerate(units.ENUMERATORS)},
        "NAME": f._NAME, "SITE": f._SITE, "ROLE": f._ROLE, "STAMP": f._STAMP, "SIGNED": f._SIGNED,
        "BULLET": re.compile(r"[·•▪■◆●▶►]"), "BRACKETED": re.compile(r"[(【\[][^()【】\[\]]{2,40}[)】\]]"),
        "PAGER": re.compile(r"\[\d\].*下一页|上一页.*下一页"), "PUBLISHED": pages._DATE, "OUTLET": pages._OUTLET,
        "DATELINE": f.DATELINE, "CREDIT": f.CREDIT,
    }  # fmt: skip


def _inside(rule: re.Pattern[str]) -> re.Pattern[str] | None:
    """Return what a line must hold somewhere for a rule ``.*(?:this).*`` to match the whole of it; None for other rules."""
    found = re.fullmatch(r"\.\*(\(\?:[^()]*(?:\((?!\?P)[^()]*\)[^()]*)*\))\.\*", rule.pattern)
    return re.compile(found[1]) if found else None


@lru_cache(maxsize=1)
def _rules(machine: Machine) -> Pointers:
    kinds = np.zeros(0x10000, dtype=np.uint16)
    traditional, simple = _characters()
    for bit, chars in ((2, INVISIBLE), (8, traditional), (16, simple), (32, f._SURNAMES), (128, _BREAKS), (256, _MARKS), (512, _PAIRS)):
        kinds[[ord(c) for c in chars]] |= bit
    for bit, kind in ((1, ops.CATEGORY_SPACE), (4, ops.CATEGORY_WORD), (64, ops.CATEGORY_DIGIT)):
        kinds |= bit * categories()[kind].astype(np.uint16)
    reasons = np.array([_REASONS.index(reason) for reason, _ in f.LINE_RULES], dtype=np.int32)
    anywhere = sum(1 << number for number, (_, rule) in enumerate(f.LINE_RULES) if _inside(rule))
    return Pointers(kinds, reasons, folding(fold_width), machine.classes.astype(np.uint16), anywhere)


MOST_CHARS = 2**23


class Pages:
    """Units of many pages, as arrays.

    Attributes
    ----------
    hard : ndarray of int64
        Positions of the pages that it cannot read; the others are numbered anew.
    units, docs : ndarray of int64
        A column for each unit and page; rows :data:`UNIT` and :data:`DOC`.
    text, starts, ends : ndarray
        Code points of all units' texts, a line break behind each, and where each character begins and ends in its page.
    scratch : ndarray of uint32
        Sections, enumerators and outlets.
    runs : ndarray of int64, shape (n_runs, 2)
        Places of the units in their pages.
    """

    def __init__(self, x: Any, begins: Any, ends: Any) -> None:
        kernel, machine = load_kernel(), _machine()
        assert kernel is not None
        n, size = len(begins), len(x)
        docs = np.zeros((n, len(DOC)), dtype=np.int64)
        most, wide = size // 4 + 64, size + 64
        rows = np.empty((most, len(UNIT)), dtype=np.int64)
        runs = np.empty((wide, 2), dtype=np.int64)
        text, first, last = (np.empty(2 * size + 64, dtype=kind) for kind in (np.uint32, np.int32, np.int32))
        scratch = np.empty(2 * size + 4096, dtype=np.uint32)
        sizes = np.zeros(2, dtype=np.int64)
        longest = int((ends - begins).max(initial=0)) + 64
        kinds = (np.uint32, np.uint16, np.uint32, np.uint16, np.int32)
        buffers = [np.empty(wide, dtype=np.uint16), *(np.empty(longest, dtype=kind) for kind in kinds)]
        n_units = kernel.read_pages(*arguments(
            machine, _rules(machine), x, n, begins, ends, docs, rows, most, runs, wide, text, first, last, sizes[:1],
            scratch, len(scratch), sizes[1:], *buffers,
        ))  # fmt: skip
        self.docs, self.units = docs.T, np.ascontiguousarray(rows[:n_units].T)
        hard = docs[:, DOC.index("hard")] > 0
        self.hard = np.flatnonzero(hard)
        if len(self.hard):
            self.docs = self.docs[:, ~hard]
            self.units[0] = (np.cumsum(~hard) - 1)[self.units[0]]
        self.text, self.starts, self.ends = text[: sizes[0]], first[: sizes[0]], last[: sizes[0]]
        self.scratch, self.runs = scratch[: sizes[1]], runs

    def spans(self, starts: Any, ends: Any) -> Any:
        """Return where stretches of :attr:`text`, none empty, stand in their pages, as an Arrow array: ``12-20;21-30``."""
        return write_spans(self.starts, self.ends, starts, ends)

    def doc(self, name: str) -> Any:
        """Return a column of pages."""
        return np.ascontiguousarray(self.docs[DOC.index(name)])

    def unit(self, name: str) -> Any:
        """Return a column of units."""
        return self.units[UNIT.index(name)]


@lru_cache(maxsize=1)
def _machine() -> Machine:
    return Machine(compile_patterns(patterns()))


def is_plain(text: str) -> bool:
    """Whether the kernel may try to read a page: without markup, and not very long."""
    return len(text) <= MOST_CHARS and not ("<" in text and IS_MARKUP.search(text))
