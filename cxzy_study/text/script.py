"""Traditional and simplified script: found out, then converted only where it must be.

Converting simplified text damages it (显著 becomes 显着), so :func:`detect_script` looks first.
The result of :func:`simplify` has as many characters as its input, so offsets stay true.
"""

from __future__ import annotations

import re
from functools import lru_cache

ONE_TO_MANY = frozenset("乾著瞭藉徵餘昇纔鍾覆夥於構係繫裡裏麼蘇穫發髮復複幹後歷曆面麵範準衝鬆鬥臺檯颱榖谷佔沖週誌緻捲託慾兇傢遊鍊")
"""Traditional characters whose conversion depends on the word, or that stand for a known slip."""

KEPT_NAMES = (
    "乾安", "乾县", "乾陵", "乾隆", "康乾", "乾坤", "乾潭", "乾驿", "著名", "著作", "著述", "著称", "名著", "原著", "专著", "论著", "编著", "巨著",
)  # fmt: skip
"""Names and words in which 乾 or 著 is right in simplified text, in their right form."""


@lru_cache(maxsize=1)
def _converter():  # type: ignore[no-untyped-def]
    from opencc_pyo3 import OpenCC

    return OpenCC("t2s")


@lru_cache(maxsize=1)
def _characters() -> tuple[frozenset[str], frozenset[str]]:
    """Characters that occur only in traditional, and only in simplified text."""
    from opencc_pyo3 import OpenCC

    every = [chr(c) for c in range(0x4E00, 0x9FA6)]
    to_simple = OpenCC("t2s").convert("\n".join(every)).split("\n")
    to_traditional = OpenCC("s2t").convert("\n".join(every)).split("\n")
    only_traditional = frozenset(c for c, s in zip(every, to_simple, strict=True) if s != c and c not in "乾著於后")
    only_simple = frozenset(c for c, t in zip(every, to_traditional, strict=True) if t != c) - only_traditional
    # Characters that are simplified forms of one word and old characters in their own right (后 里 面 …) say nothing.
    shared = frozenset("后里面谷范余台只系制冲准几出千升卜占厂丑云于才卷回复征致朱松板丰干斗术表游周志")
    return only_traditional, only_simple - shared


def find_variants(text: str) -> dict[str, str]:
    """Return the traditional forms of the simplified characters of *text*, each with the simplified one.

    Examples
    --------
    >>> find_variants("创先争优")
    {'優': '优', '創': '创', '爭': '争'}
    """
    wanted = set(text)
    return {traditional: simple for traditional, simple in _variants().items() if simple in wanted and traditional not in wanted}


@lru_cache(maxsize=1)
def _variants() -> dict[str, str]:
    from opencc_pyo3 import OpenCC

    every = [chr(c) for c in range(0x4E00, 0x9FA6)]
    simple = OpenCC("t2s").convert("\n".join(every)).split("\n")
    return {a: b for a, b in zip(every, simple, strict=True) if a != b and len(b) == 1}


def detect_script(text: str) -> str:
    """Return ``traditional`` or ``simplified``, by the characters that only one of them has.

    Text with neither counts as simplified: there is nothing to convert.

    >>> detect_script("松嶺縣創先爭優活動"), detect_script("松岭县创先争优活动成效显著")
    ('traditional', 'simplified')
    """
    n_traditional, n_simple = (len(chars.findall(text)) for chars in _telling())
    return "traditional" if n_traditional > n_simple else "simplified"


@lru_cache(maxsize=1)
def _telling() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of the characters of :func:`_characters`."""
    only_traditional, only_simple = (re.compile(f"[{re.escape(''.join(sorted(chars)))}]") for chars in _characters())
    return only_traditional, only_simple


def simplify(text: str, *, names: tuple[str, ...] = ()) -> tuple[str, list[tuple[int, str, str, str]]]:
    """Convert traditional *text*, character for character.

    Parameters
    ----------
    text : str
        Traditional text.
    names : tuple of str
        Further names of places and people, in the form that simplified text should give them
        (乾塘, 於小满), beside :data:`KEPT_NAMES`.

    Returns
    -------
    converted : str
        As many characters as *text*.
    changes : list of (position, raw, text, why)
        Every character of :data:`ONE_TO_MANY` that was changed (``one_to_many``), and every
        character of a kept name that a converter would have changed (``protected``).

    Examples
    --------
    >>> simplify("提昇乾部隊伍,找準著力點")[0]
    '提升干部队伍,找准着力点'
    >>> simplify("乾塘市的於小滿是乾部", names=("乾塘", "於小满"))[0]
    '乾塘市的於小满是干部'
    """
    clean = re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    convert = _converter().convert
    converted = convert(clean)
    if len(converted) != len(clean):
        # A phrase rule changed the length: fall back to single characters, which keep it.
        converted = "".join(c2 if len(c2 := convert(c)) == 1 else c for c in clean)
    out = list(converted)
    changes: list[tuple[int, str, str, str]] = []
    protected: set[int] = set()
    for name in (*KEPT_NAMES, *names):
        for match in re.finditer(re.escape(convert(name)), converted):
            # The page must print the very character that conversion would take from the name.
            places = range(match.start(), match.end())
            if any(char != out[at] and text[at] != char for at, char in zip(places, name, strict=True)):
                continue
            for at, char in zip(places, name, strict=True):
                if out[at] != char:
                    changes.append((at, text[at], char, "protected"))
                    out[at] = char
                protected.add(at)
    for at, (raw, new) in enumerate(zip(text, out, strict=True)):
        if raw != new and raw in ONE_TO_MANY and at not in protected:
            changes.append((at, raw, new, "one_to_many"))
    return "".join(out), sorted(changes)
