"""Chinese, Arabic and mixed numerals as numbers."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2, "俩": 2, "仨": 3}
UNITS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}

HANZI_NUMBER = "[零〇○一二三四五六七八九十百千万亿两]"
"""Character class of a number in Chinese numerals."""


def parse_numeral(text: str) -> Decimal:
    """Return the value of a Chinese, Arabic or mixed numeral.

    Examples
    --------
    >>> [str(parse_numeral(s)) for s in ("三十二", "两", "1.5万", "6,823", "二〇一一", "百分之三十", "一千二百万")]
    ['32', '2', '15000', '6823', '2011', '0.3', '12000000']
    >>> [str(parse_numeral(s)) for s in ("2万5000", "7万4千", "两千三", "四分之一", "3/4", "二点五")]
    ['25000', '74000', '2300', '0.25', '0.75', '2.5']

    Raises
    ------
    ValueError
        If *text* is no numeral.
    """
    plain = text.strip().translate(_HALF_WIDTH)
    if match := re.fullmatch(r"(.+)分之(.+)", plain):
        return _fraction(parse_numeral(match[2]), parse_numeral(match[1]), text)
    if match := re.fullmatch(r"(\d+)/(\d+)", plain):
        return _fraction(Decimal(match[1]), Decimal(match[2]), text)
    if plain.endswith("%"):
        return parse_numeral(plain[:-1]) / 100
    if re.fullmatch(rf"(?:{_ARABIC}[十百千万亿]+)*{_ARABIC}[十百千万亿]*", plain):
        value = sum((_scaled(m[1], m[2]) for m in re.finditer(rf"({_ARABIC})([十百千万亿]*)", plain)), Decimal(0))
        whole = value.to_integral_value()
        return whole if whole == value else value.normalize()
    if not re.fullmatch(f"{HANZI_NUMBER}+(点[零〇○一二三四五六七八九]+)?", plain):
        raise ValueError(f"Invalid numeral {text!r}: must be a Chinese or Arabic number.")
    before, _, behind = plain.partition("点")
    value = Decimal(_whole(before))
    if behind:
        value += Decimal("0." + "".join(str(DIGITS[c]) for c in behind))
    return value


_HALF_WIDTH = str.maketrans("０１２３４５６７８９．％，／", "0123456789.%,/")
_ARABIC = r"\d+(?:,\d{3})*(?:\.\d+)?"


def _scaled(digits: str, units: str) -> Decimal:
    value = Decimal(digits.replace(",", ""))
    for unit in units:
        value *= UNITS.get(unit) or MYRIADS[unit]
    return value


def _fraction(above: Decimal, below: Decimal, text: str) -> Decimal:
    if not below:
        raise ValueError(f"Invalid numeral {text!r}: must not be divided by nought.")
    return (above / below).normalize()


def _whole(text: str) -> int:
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    if len(text) > 2 and text[-1] in DIGITS and DIGITS[text[-1]] and text[-2] in "百千万亿":
        # 两千三 is 2300; 2003 has a 零.
        return _whole(text[:-1]) + DIGITS[text[-1]] * (UNITS.get(text[-2]) or MYRIADS[text[-2]]) // 10
    high = total = section = digit = 0
    for char in text:
        if char in DIGITS:
            digit = DIGITS[char]
        elif char in UNITS:
            section += (digit or 1) * UNITS[char]
            digit = 0
        elif char == "万":
            total += (section + digit or 1) * MYRIADS[char]
            section = digit = 0
        else:
            high += (total + section + digit or 1) * MYRIADS[char]
            total = section = digit = 0
    return high + total + section + digit
