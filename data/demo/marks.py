"""The marks of a demo source: what a page prints and a reading must not see.

In a source a unit's text carries its noise between ``⟦`` and ``⟧``:

- ``⟦name⟧`` prints the document's noise item *name* (a page break, a caption);
- ``⟦<b>⟧`` or ``⟦&nbsp;⟧`` prints a tag or an entity that stands for nothing;
- ``⟦“|&ldquo;⟧`` is read as what stands before the bar and printed as what stands behind it.
"""

from __future__ import annotations

import re

NOISE_KINDS = (
    "agency_byline", "blank_lines", "breadcrumb", "byline", "caption", "caption_in_word", "comment", "copyright",
    "dateline", "deleted_text", "editor_line", "emphasis", "entity", "footer", "form", "forum", "front_matter",
    "hidden_text", "image", "inline_tag", "line_break", "link_list", "menu", "metadata", "nbsp", "notice",
    "office_markup", "page_break_in_sentence", "page_break_in_word", "page_number", "preview_cut", "run_split",
    "running_head", "script", "share_bar", "sidebar", "signature", "slip", "stray_tag", "style", "title_twice",
    "zero_width",
)  # fmt: skip
"""Every kind of noise that the demo corpus shows."""

_MARK = re.compile(r"⟦([^⟧]*)⟧")


def _parts(mark: str, noise: dict[str, dict[str, str]]) -> tuple[str, str, str]:
    """Return what is read, what is printed, and the kind of noise of one *mark*."""
    if "|" in mark:
        read, printed = mark.split("|", 1)
        return read, printed, "entity" if printed.startswith("&") else "line_break"
    if mark in noise:
        return "", noise[mark]["raw"], noise[mark]["kind"]
    if mark.startswith("<"):
        return "", mark, "inline_tag"
    if mark == "&nbsp;":
        return "", mark, "nbsp"
    raise ValueError(f"Invalid mark {mark!r}: must be a noise item, a tag, an entity or read|printed.")


def read_marks(text: str) -> str:
    """Return *text* as a reading must give it.

    >>> read_marks("党支部⟦<b>⟧带头⟦：|&#xFF1A;⟧")
    '党支部带头：'
    """
    return _MARK.sub(lambda m: m[1].split("|", 1)[0] if "|" in m[1] else "", text)


def print_marks(text: str, noise: dict[str, dict[str, str]]) -> str:
    """Return *text* as the page prints it.

    >>> print_marks("党支部⟦<b>⟧带头⟦cut⟧人", {"cut": {"kind": "page_break_in_word", "raw": "/"}})
    '党支部<b>带头/人'
    """
    return _MARK.sub(lambda m: _parts(m[1], noise)[1], text)


def mark_kinds(text: str, noise: dict[str, dict[str, str]]) -> set[str]:
    """Return the kinds of noise inside *text*."""
    return {_parts(m[1], noise)[2] for m in _MARK.finditer(text)}
