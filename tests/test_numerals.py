"""Numerals against a plain writer of Chinese numbers, and against known values."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxzy_study.text.numerals import parse_numeral

DIGITS = "零一二三四五六七八九"


def write(n: int) -> str:
    """A number below ten thousand million in Chinese numerals, by the rules of a primary school."""
    if n < 10:
        return DIGITS[n]
    parts = []
    for value, unit in ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十")):
        if n >= value:
            parts.append(write(n // value) + unit)
            n %= value
            if n and n < value // 10:
                parts.append("零")
    return "".join(parts) + (DIGITS[n] if n else "")


@given(st.integers(0, 10**10 - 1))
def test_what_is_written_in_chinese_is_read_back(n):
    assert parse_numeral(write(n)) == n


@given(st.integers(0, 10**12), st.integers(0, 99))
def test_arabic_numbers_are_read_with_and_without_commas_and_decimals(n, cents):
    assert parse_numeral(f"{n:,}") == parse_numeral(str(n)) == n
    assert parse_numeral(f"{n}.{cents:02d}") == Decimal(f"{n}.{cents:02d}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", "10"), ("十五", "15"), ("一百零五", "105"), ("两千三", "2300"), ("一百五", "150"), ("一万二", "12000"), ("两千零三", "2003"),
        ("二〇一一", "2011"), ("俩", None),
        ("1.5万", "15000"), ("3.26亿", "326000000"), ("400万", "4000000"), ("2万5000", "25000"), ("7万4千", "74000"),
        ("三万九千", "39000"), ("百分之三十", "0.3"), ("千分之五", "0.005"), ("三分之一", str(Decimal(1) / 3)),
        ("2/5", "0.4"), ("45%", "0.45"), ("６，８２３", "6823"), ("二点五", "2.5"), ("", None), ("多", None), ("一分之零", "0"),
        ("零分之一", None), ("3/0", None), ("1,23", None),
    ],
)  # fmt: skip
def test_values(text, value):
    if value is None:
        with pytest.raises(ValueError, match="Invalid numeral"):
            parse_numeral(text)
    else:
        assert parse_numeral(text) == Decimal(value)


@given(st.text("一二三十百万亿0123456789.,%/分之点多", max_size=40))
def test_any_text_is_a_number_or_refused_in_one_line(text):
    try:
        value = parse_numeral(text)
    except ValueError as error:
        value, message = None, str(error)
    if value is None:
        assert message.startswith("Invalid numeral")
        assert message.count("\n") == 0
    else:
        assert value.is_finite()
