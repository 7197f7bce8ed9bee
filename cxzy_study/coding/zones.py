"""Where in a text a match stands (zones), and whether it is denied there (negation).

Zones
-----
``title`` is what stands in 《》 or 【】, brackets included. ``quote`` is what stands in “”, ‘’, 『』,
「」 or straight double quotes; ``name`` is such a quotation when one of the codebook's
``name_nouns`` follows it at once (“金湖先锋”工程), and every term of its ``names``. All else is
``text``. The strongest wins: title, name, quote, text. A pair that does not close within
:data:`MAX_QUOTE` characters of the same unit makes no zone.

Negation
--------
A match is denied if in its clause a ``before`` cue (没有, 缺乏) ends at most ``reach`` characters
before it begins, an ``adjacent`` cue (不, 未) ends where it begins, or an ``after`` cue (不到位,
有待) begins at most ``reach`` characters after it ends. A cue inside a longer word of ``unless`` (不仅) is none, and neither is one inside the match
itself. Nothing is denied in a unit that has a word of ``remedy`` (解决, 整治): there a problem is
stated in order to be solved, and counts for the theme of the remedy.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxzy_study.text.match import Hits, Ints

MAX_QUOTE = 80
TEXT, QUOTE, NAME, TITLE = range(4)
CODES = {"text": TEXT, "quote": QUOTE, "name": NAME, "title": TITLE}

_TITLE = re.compile(rf"《[^《》\n]{{1,{MAX_QUOTE}}}》|【[^【】\n]{{1,{MAX_QUOTE}}}】")
_QUOTED = re.compile(
    "|".join(rf"{a}[^{a}{b}\n]{{1,{MAX_QUOTE}}}{b}" for a, b in ("“”", "『』", "「」", "‘’", '""')),
)
_CLAUSE_ENDS = np.array([ord(c) for c in ",:;。!?\n"], dtype=np.uint32)


class Negations(NamedTuple):
    """Hits of the cues in one text; those inside longer words of ``unless`` are taken out."""

    before: Hits
    adjacent: Hits
    after: Hits


def find_zones(text: str, *, name_nouns: tuple[str, ...], names: Hits) -> NDArray[np.uint8]:
    """Return the zone of every character.

    Parameters
    ----------
    text : str
        Folded text; a line break ends every zone.
    name_nouns : tuple of str
        Nouns that make quotation marks before them a name.
    names : Hits
        Places of proper names.

    Returns
    -------
    ndarray of uint8, shape (len(text),)
        One of :data:`CODES`.
    """
    zones = np.zeros(len(text), dtype=np.uint8)
    for match in _QUOTED.finditer(text):
        zones[match.start() : match.end()] = NAME if text.startswith(name_nouns, match.end()) else QUOTE
    for start, end in zip(names.start.tolist(), names.end.tolist(), strict=True):
        zones[start:end] = NAME
    for match in _TITLE.finditer(text):
        zones[match.start() : match.end()] = TITLE
    return zones


def find_clauses(text: str) -> Ints:
    """Return for every character the number of its clause, rising over the text.

    The sign that ends a clause belongs to it.
    """
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    ends = np.isin(codes, _CLAUSE_ENDS)
    return np.concatenate(([0], np.cumsum(ends, dtype=np.int64)[:-1])) if len(codes) else np.empty(0, dtype=np.int64)


def find_denials(hits: Hits, *, cues: Negations, clauses: Ints, reach: int) -> Ints:
    """Return for each hit the literal of the cue that denies it, -1 where none does.

    Remedies are not looked at here: they stand for whole units.
    """
    denied = np.full(len(hits), -1, dtype=np.int64)
    for cue, most in ((cues.before, reach), (cues.adjacent, 0)):
        if len(cue) and len(hits):
            order = np.argsort(cue.end, kind="stable")
            at = np.searchsorted(cue.end[order], hits.start, side="right") - 1
            chosen = order[np.maximum(at, 0)]
            near = (at >= 0) & (hits.start - cue.end[chosen] <= most)
            near &= clauses[cue.end[chosen] - 1] == clauses[hits.start]
            denied = np.where(near, cue.literal[chosen], denied)
    if len(cues.after) and len(hits):
        at = np.searchsorted(cues.after.start, hits.end, side="left")
        chosen = np.minimum(at, len(cues.after) - 1)
        near = (at < len(cues.after)) & (cues.after.start[chosen] - hits.end <= reach)
        near &= clauses[cues.after.start[chosen]] == clauses[hits.end - 1]
        denied = np.where(near, cues.after.literal[chosen], denied)
    return denied
