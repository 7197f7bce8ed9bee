"""Paragraphs to sentences, as codebook version 1 defines them."""

from __future__ import annotations

import re

from cxzy_study.text.spans import is_blank

TERMINATORS = "。！？；!?;"
_STOPS = re.compile(f"[《{TERMINATORS}]")
CLOSERS = "”’」』）)】］]》〉\"'"
_TITLE_REACH = 80


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Return the places of the sentences of a paragraph, as codebook version 1 defines them.

    A sentence runs up to and including a terminator (full stop, exclamation or question mark,
    semicolon, full or half width) with the closing quotes and brackets that follow it; the end
    of the paragraph ends one, too. Titles in 《》 are not cut, nor is half-width punctuation
    between Latin letters or digits.

    Examples
    --------
    >>> text = "他问:“到位了吗?”大家说:到位了;群众满意。"
    >>> [text[a:b] for a, b in split_sentences(text)]
    ['他问:“到位了吗?”', '大家说:到位了;', '群众满意。']
    """
    places: list[tuple[int, int]] = []
    start = at = 0
    n = len(text)
    while at < n:
        match = _STOPS.search(text, at)
        if match is None:
            break
        at = match.start()
        if match[0] == "《":
            # A title keeps its question mark; one that never closes is no title.
            close = text.find("》", at + 1, at + _TITLE_REACH)
            if close > 0 and "《" not in text[at + 1 : close]:
                at = close + 1
                continue
        elif not _inside_latin(text, at):
            end = at + 1
            while end < n and text[end] in TERMINATORS:
                end += 1
            while end < n and text[end] in CLOSERS:
                if text[end] in "\"'" and text.count(text[end], start, end) % 2 == 0:
                    break
                end += 1
            places.append((start, end))
            start = at = end
            continue
        at += 1
    if text[start:].strip():
        places.append((start, n))
    return _without_blank(text, places)


def _inside_latin(text: str, at: int) -> bool:
    if text[at] not in "!?;" or not 0 < at < len(text) - 1:
        return False
    return text[at - 1].isascii() and text[at - 1].isalnum() and text[at + 1].isascii() and text[at + 1].isalnum()


def _without_blank(text: str, places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    out = []
    for a, b in places:
        while a < b and is_blank(text[a]):
            a += 1
        while b > a and is_blank(text[b - 1]):
            b -= 1
        if a < b:
            out.append((a, b))
    return out
