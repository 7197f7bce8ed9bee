"""Bytes to text: the encoding is found out, never guessed silently."""

from __future__ import annotations

import codecs
import re
from functools import lru_cache

from cxzy_study.tables import InvalidInput

MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))

_DECLARED = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", re.I)
_SAME = {"gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "big5-hkscs": "big5", "utf8": "utf-8"}


def decode(content: bytes, *, name: str = "input") -> tuple[str, str]:
    """Return the text of *content*, without its byte-order mark, and the name of its encoding.

    A byte-order mark decides; then UTF-8, strictly; then the encoding that reads as the most
    ordinary Chinese among GB18030, Big5 and UTF-16 without mark (a page's own declaration wins
    if it decodes and reads at least nearly as well). Line ends are left alone.

    Raises
    ------
    InvalidInput
        If the bytes are no text in any of these encodings.

    Examples
    --------
    >>> decode("创先争优".encode("gb18030"))
    ('创先争优', 'gb18030')
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise InvalidInput(
                    f"Invalid file {name}: begins as {encoding} but breaks at byte {error.start}."
                ) from None
    if not content:
        return "", "utf-8"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = None
    if text is not None and (text.count("\0") <= len(text) // 100 or _looks_utf16(content) is None):
        return _checked(text, "utf-8", name)
    candidates: list[tuple[float, str, str]] = []
    declared = _DECLARED.search(content[:4096])
    wanted = _SAME.get(d := declared[1].decode("ascii").lower(), d) if declared else ""
    for encoding in ("gb18030", "big5", "utf-16-le", "utf-16-be"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        score = _plausibility(text) + (0.05 if encoding == wanted else 0.0)
        candidates.append((score, encoding, text))
    if not candidates:
        return _damaged(content, name)
    score, encoding, text = max(candidates, key=lambda c: c[0])
    if score < 0.5:
        # What decodes reads as nonsense: UTF-16 takes nearly any bytes, and so do a cut download's.
        return _damaged(content, name)
    return _checked(text, encoding, name)


def _damaged(content: bytes, name: str) -> tuple[str, str]:
    """Text with a few broken bytes (a cut download): read if under one character in a hundred is lost."""
    best: tuple[float, str, str] | None = None
    for encoding in ("utf-8", "gb18030", "big5"):
        text = content.decode(encoding, "replace")
        lost = text.count("\ufffd") / max(1, len(text))
        score = _plausibility(text) - 10 * lost
        if lost <= 0.01 and (best is None or score > best[0]):
            best = (score, encoding, text)
    if best is None or best[0] < 0.5:
        raise InvalidInput(f"Invalid file {name}: is no text (tried UTF-8, GB18030, Big5, UTF-16). Save it as UTF-8.")
    return best[2], best[1] + " (damaged)"


def _looks_utf16(content: bytes) -> str | None:
    even, odd = content[0:4096:2].count(0), content[1:4096:2].count(0)
    if odd > 4 * max(1, even):
        return "utf-16-le"
    return "utf-16-be" if even > 4 * max(1, odd) else None


_CONTROL = re.compile("[\0-\x08\x0e-\x1a\x1c-\x1f]")


def _checked(text: str, encoding: str, name: str) -> tuple[str, str]:
    odd = len(_CONTROL.findall(text, 0, 20000))
    if odd > max(2, len(text[:20000]) // 20):
        raise InvalidInput(
            f"Invalid file {name}: is no text (control characters). Give a text, web page or office file."
        )
    return text, encoding


_ORDINARY = re.compile(r"[ -~\s，。、；：？！“”‘’（）《》「」『』—…·　\uff10-\uff5a]")
_COMMON = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所"
    "民得经十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日"
    "那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想"
    "已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农"
    "個為來時們這對會發學經過後電裡業與關從動應開還無質體當點現實進種產國務員幹黨創優爭組織導領區縣鎮鄉眾群服"
)


def _plausibility(text: str) -> float:
    """How far *text* is made of what Chinese text is made of, in [0, 1].

    Ordinary signs count 1; of hanzi the 300 most frequent count 1, those of the first levels of
    GB 2312 and Big5 (the frequent ones) 0.8, all others 0.1: what a wrong encoding yields is rare.
    """
    sample = re.sub(r"\s+", "", re.sub(r"<[^>]{0,500}>", "", text[:60000])) or " "
    score = float(len(_ORDINARY.findall(sample)))
    for char in sample:
        if char in _COMMON:
            score += 1.0
        elif "\u4e00" <= char <= "\u9fff":
            score += 0.8 if _is_frequent(char) else 0.1
    return score / len(sample)


@lru_cache(maxsize=30_000)
def _is_frequent(char: str) -> bool:
    for encoding, first, last in (("gb2312", 0xB0, 0xD7), ("big5", 0xA4, 0xC6)):
        try:
            if first <= char.encode(encoding)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False
