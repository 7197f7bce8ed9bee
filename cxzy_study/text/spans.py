"""Text that remembers where each of its characters stands in the raw file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Piece:
    """A stretch of raw characters ``[start, end)`` and the text that it reads as.

    A literal piece has as many characters of text as of raw file; any other (an entity, say) is
    atomic: each of its characters traces to the whole stretch.
    """

    start: int
    end: int
    text: str

    @property
    def literal(self) -> bool:
        """Whether each character of the text is one character of the file."""
        return len(self.text) == self.end - self.start


class Traced:
    """An immutable string put together from places in a raw file.

    Examples
    --------
    >>> page = Traced.literal("松 岭县", 10)
    >>> page.drop(" ").text, page.drop(" ").spans
    ('松岭县', ((10, 11), (12, 14)))
    """

    __slots__ = ("pieces", "text")

    def __init__(self, pieces: Iterable[Piece] = ()) -> None:
        self.pieces = tuple(p for p in pieces if p.text)
        self.text = "".join(p.text for p in self.pieces)

    @classmethod
    def literal(cls, text: str, start: int = 0) -> Traced:
        """Return *text* as it stands in the file from *start* on."""
        return cls([Piece(start, start + len(text), text)])

    def __len__(self) -> int:
        return len(self.text)

    def __bool__(self) -> bool:
        return bool(self.text)

    def __repr__(self) -> str:
        return f"Traced({self.text!r}, {format_spans(self.spans)})"

    def __add__(self, other: Traced) -> Traced:
        return Traced((*self.pieces, *other.pieces))

    def cut(self, start: int, end: int | None = None) -> Traced:
        """Return the characters ``[start, end)`` of the text, 0-based."""
        end = len(self.text) if end is None else min(end, len(self.text))
        if start <= 0 and end == len(self.text):
            return self
        kept, at = [], 0
        for piece in self.pieces:
            a, b = max(start - at, 0), min(end - at, len(piece.text))
            if a < b:
                if piece.literal:
                    kept.append(Piece(piece.start + a, piece.start + b, piece.text[a:b]))
                else:
                    kept.append(Piece(piece.start, piece.end, piece.text[a:b]))
            at += len(piece.text)
            if at >= end:
                break
        return Traced(kept)

    def strip(self, extra: str = "") -> Traced:
        """Return the text without white space, invisible characters and *extra* at both ends."""
        a, b = 0, len(self.text)
        while a < b and (is_blank(self.text[a]) or self.text[a] in extra):
            a += 1
        while b > a and (is_blank(self.text[b - 1]) or self.text[b - 1] in extra):
            b -= 1
        return self.cut(a, b)

    def drop(self, pattern: str | re.Pattern[str]) -> Traced:
        """Return the text without the matches of *pattern*."""
        kept, at = [], 0
        for match in re.finditer(pattern, self.text):
            if match.end() > match.start():
                kept.append(self.cut(at, match.start()))
                at = match.end()
        if not kept:
            return self
        kept.append(self.cut(at))
        return join(kept)

    def lines(self) -> Iterator[Traced]:
        """Yield the lines, without their ends."""
        at = 0
        for match in re.finditer(r"\r\n|[\n\r\u2028\u2029\x0b\x0c\x85]", self.text):
            yield self.cut(at, match.start())
            at = match.end()
        yield self.cut(at)

    @property
    def spans(self) -> tuple[Span, ...]:
        """Places in the raw file, in reading order, neighbours merged."""
        merged: list[Span] = []
        for piece in self.pieces:
            if merged and merged[-1][1] == piece.start:
                merged[-1] = (merged[-1][0], piece.end)
            elif not (merged and merged[-1] == (piece.start, piece.end)):
                merged.append((piece.start, piece.end))
        return tuple(merged)


def join(parts: Iterable[Traced]) -> Traced:
    """Return *parts* one after the other."""
    return Traced(piece for part in parts for piece in part.pieces)


def is_blank(char: str) -> bool:
    """Whether *char* is white space or shows nothing (zero width, direction marks, controls)."""
    return char.isspace() or char in _INVISIBLE


_INVISIBLE = frozenset(
    [chr(c) for c in (*range(0x00, 0x09), *range(0x0E, 0x20), 0x7F, 0xAD, 0x180E, 0xFEFF, *range(0x200B, 0x2010))]
    + [chr(c) for c in (*range(0x202A, 0x202F), *range(0x2060, 0x2070))]
)
INVISIBLE = "".join(sorted(_INVISIBLE))
"""Characters that show nothing: controls, zero width, soft hyphen, marks of direction."""


def format_spans(spans: Iterable[Span]) -> str:
    """Return *spans* as they stand in tables.

    >>> format_spans([(3, 8), (12, 20)])
    '3-8;12-20'
    """
    return ";".join(f"{a}-{b}" for a, b in spans)


def parse_spans(text: str) -> tuple[Span, ...]:
    """Read spans from a table's cell.

    >>> parse_spans("3-8;12-20")
    ((3, 8), (12, 20))

    Raises
    ------
    ValueError
        If *text* is not ``start-end`` joined by ``;`` with start < end.
    """
    if not text:
        return ()
    spans = []
    for item in text.split(";"):
        match = re.fullmatch(r"(\d+)-(\d+)", item)
        if not match or int(match[1]) >= int(match[2]):
            raise ValueError(f"Invalid spans {text!r}: must be start-end with start < end, joined by ;. {item!r}.")
        spans.append((int(match[1]), int(match[2])))
    return tuple(spans)


def slice_spans(text: str, spans: Iterable[Span]) -> str:
    """Return the characters of *text* at *spans*, one after the other."""
    return "".join(text[a:b] for a, b in spans)


def merge_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the union of *spans*, sorted, without overlap."""
    merged: list[Span] = []
    for a, b in sorted(spans):
        if merged and a <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        elif a < b:
            merged.append((a, b))
    return merged


def invert_spans(spans: Iterable[Span], n: int) -> list[Span]:
    """Return what *spans* leave out of ``[0, n)``.

    >>> invert_spans([(2, 4)], 6)
    [(0, 2), (4, 6)]
    """
    gaps, at = [], 0
    for a, b in merge_spans(spans):
        if at < a:
            gaps.append((at, a))
        at = b
    if at < n:
        gaps.append((at, n))
    return gaps
