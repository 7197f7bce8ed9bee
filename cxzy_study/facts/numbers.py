"""Numbers with a measure in running Chinese text, and numbers that are none (dates, ordinals, names)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.taken import Taken
from cxzy_study.text.numerals import parse_numeral

_CN = "零〇○一二三四五六七八九十百千万亿两"
_KILO = "千(?![瓦伏米克卡赫焦])"
"""千 as a number, not as the beginning of a unit (220千伏)."""
_ANY = "[零〇○一二三四五六七八九十百万亿两]"
_NUM = rf"(?:(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)|\d+)(?:\.\d+)?|{_ANY}|{_KILO})(?:\d+(?:\.\d+)?|{_ANY}|{_KILO}|点(?=[一二三四五六七八九])|[多余几来](?=[百千万亿]))*"
_HINT = re.compile(rf"[\d{_CN}]|半")
_SHARE_WORD = re.compile(r"(一大半|一半|大半|过半|半数)(?!天|晌|路|山|年|月|个|小时)")
_NONE = re.compile(r"(?:为|近|降到|降至)(零)(?=的|[^\w]|$)")
_FRACTION = re.compile(
    rf"(?<![\d{_CN}])([{_CN}]{{1,6}}|\d{{1,6}})分之([{_CN}\d.]{{1,12}}(?:(?<=[{_CN}])点[零〇○一二三四五六七八九]{{1,4}})?)|(?<![\d/.])(\d{{1,3}})/(\d{{1,4}})(?![\d/.月])"
)
_PER_MILLE = {"百分之": "%", "千分之": "‰"}
_RANGE = r"(?:(?:-|~|—|至|到)(?={n}))"
_INNER = "(多|余|几|来|数)?"
_DATE = re.compile(
    r"(?:(?:19|20)\d\d|[一二]九?[〇零○一二三四五六七八九]{3}|\d\d)年(?:\d{1,2}|[一二三四五六七八九十]{1,3})月(?:份)?(?:\d{1,2}|"
    r"[一二三四五六七八九十]{1,3})?[日号]?"
    r"|(?:19|20)\d\d(?:[-—–~至到]+(?:19|20)?\d\d)?年(?!来|多|以上|期)|[一二][九〇零○][〇零○一二三四五六七八九]{2}年"
    r"|(?<!个)(?<!\d)(?:\d{1,2}|[一二三四五六七八九十]{1,2})月(?:份|\d{1,2}[日号]|[一二三四五六七八九十]{1,3}[日号]|底|初|中旬|上旬|下旬|末|以来|起|至|"
    r"到|-|,|、|。|的|召开|开始)?"
    r"|(?<![\d.])\d{1,2}[日号](?!线|楼|文|令|院|以?内|之内|夜)"
    r"|\d{1,2}(?::|时|点)\d{1,2}分?|[上下]午\d{1,2}[时点]"
    r"|[〔\[(]\d{4}[〕\])]\d*号?|[“\"]\d{1,2}[.·]\d{1,2}[”\"]"
    r"|(?:19|20)\d\d[-/.]\d{1,2}[-/.]\d{1,2}|[二十一三四五六七八九]世纪|[二三四五六七八九]十年代|\d0年代"
)
_ORDINAL = re.compile(
    rf"第(?:[{_CN}]+|\d+)(?:届|次|批|个|条|款|章|节|期|轮|阶段|季度|步|年|天|时间|书记|责任人|要务|线|产业|人民医院|中级|集团军|代|任|医院"
    rf"|人|党支部|小组|部分|方面|点|项|类|种|道|站|张|本|手|版)?|(?<![{_CN}\d])[{_CN}\d]{{1,4}}届[{_CN}]*(?:中全会|次全会)?"
)
_WORDS = re.compile(
    r"百分制|千分制|(?<![上近数几])万年(?=[^\W\d_])|百千万|九台|双百|双千|双万|老两口|小两口|两口子|一点一滴|一分一厘|三堂会审|百年不遇|百年一遇|五大道|一五一十|十分|百姓|百货|千方百计|千家万户|千军万马|千篇一律|千真万确|成千上万|成百上千|万众|万一|"
    "万家灯火|亿万|百年大计|百花齐放|千秋|万事|万物|"
    "万般|四川|三明|三亚|三河|九江|六安|四平|十堰|双方|双休|两岸|两会|两委|三峡|三农|四处|四周|四面|五湖|五星|三角|三轮车|三轮摩托|黑三轮|五金|"
    "一二把手|三三两两|三五成群|一年半载|一时半|三番五次|三令五申|七嘴八舌|四面八方|五花八门|一五一十|乱七八糟|四通八达|一心一意|"
    "三天两头|两手抓|两面派|两条腿|两张皮|两层皮|一五一十|十有八九|一百二十个|九牛|二话|三言两语|二十四节气"
)
_LEFT = r"(?:至少|最少|不少于|不低于|不超过|不高于|不多于|不足|不到|超过|突破|低于|高于|多于|少于|将近|接近|大约|约有?|近|逾|超|最多|上下|满|上)"
_BEFORE = re.compile(rf"({_LEFT})(?:有|了|达|达到|为|用|每|要)?$")
_LEAST = re.compile(r"(至少|不少于)[^,。;!?、\d]{1,14}$|最?([多少短长大小高低])的?(?:只有|仅有|达|为|列了)$|([短长])的$")
_BEHIND = re.compile(r"(以上|以下|以内|之内|内|左右|上下|有余|之多|不等|出头|多|余|半)")
RANKS = re.compile(rf"(第|前|末|后|倒数第)([{_CN}]+|\d+)(名|位)?")
_RANKED = re.compile(r"(?:居|列|位|排|名|获|评为|夺得|取得|升至|上升到|跃居|全[省市国县区州]|其中)[^,。;!?]{0,14}$")


@dataclass(frozen=True)
class Number:
    """A number with its measure: ``[start, end)`` of numeral, inner qualifier and measure."""

    start: int
    end: int
    value: Decimal
    measure: str
    qualifier: str
    numeral: str
    rank: bool = False
    high: Decimal | None = None


@lru_cache(maxsize=1)
def _measures() -> frozenset[str]:
    return frozenset(shipped("measures")["measure"])


@lru_cache(maxsize=1)
def _pattern() -> re.Pattern[str]:
    unit = "|".join(map(re.escape, sorted(_measures() - {"%", "‰"}, key=len, reverse=True)))
    between = _RANGE.format(n=f"[\\d{_CN}]")
    return re.compile(rf"(?P<num>{_NUM})(?:{between}(?P<high>{_NUM}))?{_INNER}(?:\s?(?P<pct>%|‰)|(?P<unit>{unit}))?")


def find_numbers(text: str) -> Iterator[Number]:
    """Yield the numbers of *text* (folded to half width) that have a measure, in order.

    Dates, years, ordinals, document numbers and words that only hold a numeral are left out; so is 一 (see
    :func:`cxzy_study.facts.quantities.find_quantities` for when it counts): its numbers are given, to be judged there.
    """
    if not _HINT.search(text):
        return
    taken = Taken(len(text), (m.span() for p in (_DATE, _ORDINAL, _WORDS) for m in p.finditer(text)))
    for number in (*_ranks(text), *_fractions(text), *_halves(text), *_tenths(text), *_about(text)):
        # 第一 is an ordinal where it is no rank, and was taken for one.
        if number.rank or taken.free(number.start, number.end):
            taken.add(number.start, number.end)
            yield number
    for match in _pattern().finditer(text):
        if not taken.free(*match.span("num")):
            continue
        read = _read(text, match)
        if read is not None:
            yield read


def _near(text: str, at: int) -> str:
    """Return what stands shortly before a number: long lines must not be read once for each of their numbers."""
    return text[max(0, at - 32) : at]


def _ranks(text: str) -> Iterator[Number]:
    for match in RANKS.finditer(text):
        lead, digits, unit = match.groups()
        bare = unit is None
        near = text[max(0, match.start() - 6) : match.start()]
        if lead in "前末后" and (bare or (unit == "位" and not re.search("名|排|列", near))):
            continue
        if lead.endswith("第") and (bare or unit == "位"):
            behind = text[match.end() : match.end() + 2]
            ranked = _RANKED.search(_near(text, match.start()))
            if not ranked or (bare and re.match(r"[^\W\d_]", behind) and behind[0] not in "的和、与升降到至上跃"):
                continue
        value = _value(digits)
        if value is not None:
            yield Number(match.start(), match.end(), value, unit or "", lead.rstrip("第"), digits, rank=True)


def _fractions(text: str) -> Iterator[Number]:
    for match in _FRACTION.finditer(text):
        below, above = (match[1], match[2]) if match[1] else (match[4], match[3])
        measure = _PER_MILLE.get(f"{below}分之", "") if match[1] else ""
        value, base = _value(above), _value(below)
        if value is None or not base:
            continue
        if measure:
            yield _with_qualifiers(text, match.start(), match.end(), value, measure, match[0])
        elif value < base:
            yield _with_qualifiers(text, match.start(), match.end(), value / base, "", match[0])
    for match in _NONE.finditer(text):
        yield Number(*match.span(1), Decimal(0), "", "", match[1])
    for match in _SHARE_WORD.finditer(text):
        more = match[0][:2] in {"一大", "大半", "过半"}
        yield _with_qualifiers(text, match.start(), match.end(), Decimal("0.5"), "", match[0], more=more)


_HALF = re.compile(r"(?<![一大多过前后两对各参折上下头个])半(?:个多?(月|小时|学期|世纪)|(年|天|小时|学期))(?!来)")
_DIGIT = "[零〇○一二两三四五六七八九]"
_AND_HALF = re.compile(
    "半(?![数年月天日个小载边挂球岛山路导程价夜径身公景]|脱产|成品|自动|自理|封闭|专业|职业|机械|开放|失能|透明|文盲|军事|工半|信半)"
)
"""一亩半, and no word that begins with 半."""
_ABOUT = re.compile(
    rf"(?<![第\d点分数几{_CN}])((?:[一二三四五六七八九]?[百千]){{0,2}}(?:[一二三四五六七八九]?十)?)"
    rf"([一二两三四五六七八])([二两三四五六七八九])(?!期间)(十|百|{_KILO})?(万亿|[万亿])?(多|余)?(?=[^\W\d_])"
)
_ROUGHLY = re.compile(rf"(?<![第\d点分数几{_CN}])(?:百八十|千八百|万八千)(?=[^\W\d_])")
_PAIR = re.compile(rf"(?<!点)(?<!{_DIGIT})[一二两三四五六七八九]{{2}}(?!{_DIGIT})")


_TENTHS = re.compile(r"(?<![不建])([一两二三四五六七八九])成([一二三四五六七八九])(?![一-龥]?[功立员就长本为])")
_MILLIONS = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?|[一二两三四五六七八九十百千]+)([多余几])?个([多余])?(亿|万)(?![一-龥]?个)")


def _tenths(text: str) -> Iterator[Number]:
    """一成五: one tenth and a half; 18个亿: a measure before the unit."""
    for match in _TENTHS.finditer(text) if "成" in text else ():
        tenths = (_value(match[1]) or Decimal(0)) + (_value(match[2]) or Decimal(0)) / 10
        yield _with_qualifiers(text, match.start(), match.end(), tenths, "成", match[0])
    for match in _MILLIONS.finditer(text) if "个" in text else ():
        value, scale = _value(match[1]), _value("一" + match[4])
        if value is not None and scale is not None:
            end = match.end() + (text[match.end() : match.end() + 1] == "元")
            number = _with_qualifiers(text, match.start(), end, value * scale, "元" if end > match.end() else "", match[0])
            yield replace(number, qualifier=";".join(w for w in (number.qualifier, match[2] or match[3]) if w))


def _halves(text: str) -> Iterator[Number]:
    for match in _HALF.finditer(text):
        measure = match[1] or match[2]
        if text[match.start() - 1 : match.start()] == "每":
            continue
        words = [m[1] for m in [_BEFORE.search(_near(text, match.start()))] if m] + (["多"] if "多" in match[0] else [])
        behind = _BEHIND.match(text, match.end())
        words += [behind[1]] if behind else []
        yield Number(match.start(), match.end(), Decimal("0.5"), measure, ";".join(words), "半")


def _about(text: str) -> Iterator[Number]:
    """两三天, 十七八名, 三五百户: two numerals that are neighbours are a range; so are 三五, 三两 and 百八十."""
    for match in _ABOUT.finditer(text):
        base, first, second, small, large, vague = match.groups()
        one, two = int(parse_numeral(first)), int(parse_numeral(second))
        step = int(parse_numeral("一" + small)) if small else 1
        over = int(parse_numeral(base)) if base else 0
        near = two - one == 1 or (one, two) in {(3, 2), (3, 5)}
        unit = _unit(text, match.end())
        # 一百二三十 goes on from its hundreds; 一百二三 does not say in what.
        if not unit or not near or (over and (over % (10 * step) or (base[-1] != "十" and not small))):
            continue
        scale = int(parse_numeral("一" + large)) if large else 1
        yield _range(match, unit, (over + min(one, two) * step) * scale, (over + max(one, two) * step) * scale, vague)
    for match in _ROUGHLY.finditer(text):
        if unit := _unit(text, match.end()):
            high = int(parse_numeral(match[0][0]))
            yield _range(match, unit, high * 8 // 10, high, "")


def _unit(text: str, at: int) -> str:
    behind = text[at : at + 4]
    return next((behind[:n] for n in (4, 3, 2, 1) if behind[:n] in _measures()), "")


def _range(match: re.Match[str], unit: str, low: int, high: int, vague: str | None) -> Number:
    measure = unit[1:] if unit[0] == "个" and len(unit) > 1 else unit
    return Number(match.start(), match.end() + len(unit), Decimal(low), measure, vague or "", match[0], high=Decimal(high))


def _with_qualifiers(
    text: str, a: int, b: int, value: Decimal, measure: str, numeral: str, *, more: bool = False
) -> Number:
    words = ["超过"] if more else []
    if before := _BEFORE.search(_near(text, a)):
        words.append(before[1])
    if behind := _BEHIND.match(text, b):
        words.append(behind[1])
    return Number(a, b, value, measure, ";".join(words), numeral)


def _read(text: str, match: re.Match[str]) -> Number | None:
    a, end = match.span("num")[0], match.end()
    numeral, unit, inner = match["num"], match["pct"] or match["unit"] or "", match[3] or ""
    if (a and text[a - 1] in "第数几初") or (a and text[a - 1].isascii() and text[a - 1].isalnum()) or not unit:
        return _big(text, match) if not unit else None
    vague = re.search("[多余几来]", numeral)
    value = None if _PAIR.search(numeral) else _value(re.sub("[多余几来]", "", numeral))
    if value is None:
        return None
    if unit == "周" and text[end : end + 1] in {"年", "岁"}:
        return None
    high = _value(match["high"]) if match["high"] else None
    if match["high"] and match["high"][-1] in "万亿千百" and numeral[-1].isdigit():
        value *= _value(match["high"][-1]) or 1
    half = unit not in _WHOLE and _AND_HALF.match(text, end) is not None
    end += half
    words = [w for w in (vague[0] if vague else "", inner) if w]
    near = _near(text, a)
    if (before := _BEFORE.search(near)) and (before[1] != "上" or numeral[0] in "百千万亿"):
        words.insert(0, before[1])
    elif least := _LEAST.search(near):
        words.insert(0, least[1] or "最" + (least[2] or least[3]))
    if behind := _BEHIND.match(text, end):
        more = behind[1] in "多余" and text[behind.end() : behind.end() + 1] in {"种", "次"}
        words += [] if behind[1] == "半" or more else [behind[1]]
    if unit[:2] in {"个多", "个半"}:
        words += ["多"] if unit[1] == "多" else []
        half, unit = unit[1] == "半", unit[2:]
    value += Decimal("0.5") if half else 0
    unit = unit[1:] if unit[0] == "个" and len(unit) > 1 else unit
    return Number(a, end, value, unit, ";".join(words), numeral, high=high)


_WHOLE = frozenset("% ‰ 岁 名 位 人 户 家 百分点".split())
"""Measures with which 半 is no half of one."""


def _big(text: str, match: re.Match[str]) -> Number | None:
    """八大…: a number before 大 and a noun counts it; so does a bare round number before a noun (4000多万)."""
    behind = text[match.end() : match.end() + 3]
    a, numeral = match.start(), match["num"]
    if len(behind) == 3 and behind[0] == "大" and numeral in "三四五六七八九十两" and behind[1] not in "队班":
        measure = "类" if behind[1] == "类" else ""
        return Number(a, match.end() + 1 + bool(measure), _value(numeral) or Decimal(0), measure, "", numeral)
    if re.search(r"\d[多余]?[万亿]$|[一二三四五六七八九十百千]万$", numeral):
        value = None if _PAIR.search(numeral) else _value(re.sub("[多余几来]", "", numeral))
        words = [w for w in [*re.findall("[多余几来]", numeral), match[3] or ""] if w]
        if before := _BEFORE.search(_near(text, a)):
            words.insert(0, before[1])
        return None if value is None else Number(a, match.end(), value, "", ";".join(words), numeral)
    return None


_LONGEST = 24


def _value(numeral: str) -> Decimal | None:
    if len(numeral) > _LONGEST:
        return None
    try:
        return parse_numeral(numeral)
    except (ValueError, ArithmeticError):
        return None
