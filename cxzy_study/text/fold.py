"""Full-width and half-width forms as one, character for character."""

from __future__ import annotations

import re

_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xA0: 0x20}
_HALF |= dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
_WIDE = re.compile("[\uff01-\uff5e\u3000\xa0\ud800-\udfff]")


def fold_width(text: str) -> str:
    """Return *text* with full-width forms as half-width ones, its length and all offsets unchanged.

    Letters, digits and punctuation from U+FF01 to U+FF5E become ASCII, the ideographic and the
    no-break space a space. What has no half-width form of one character (。、《》“”) stays. A lone
    surrogate, which is no character, becomes U+FFFD.

    Examples
    --------
    >>> fold_width("松岭县，三〇％：“ＧＤＰ”　增长！")
    '松岭县,三〇%:“GDP” 增长!'
    """
    return _WIDE.sub(_half, text)


def _half(match: re.Match[str]) -> str:
    return chr(_HALF[ord(match[0])])
