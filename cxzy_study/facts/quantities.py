"""Quantities: numbers with what they count, how sure, per what, over which period, and of which kind."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

import pandas as pd

from cxzy_study.facts.context import find_per, find_period, find_thing, judge_kind, span_of_dates
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.lexicon import check_columns, check_units, fold_text, shipped
from cxzy_study.facts.numbers import Number, find_numbers
from cxzy_study.facts.taken import Taken

QUANTITY_COLUMNS = (
    "doc_id", "unit_id", "start", "end", "surface", "value", "measure", "base_value", "base_measure", "qualifier",
    "thing", "per", "period", "kind", "value_to", "of", "claimant", "flag",
)  # fmt: skip

_NEAR = 160
_DEICTIC = re.compile(r"(?:这|那|(?<!提)前|头|(?<!推)后|最近|每逢|每)$")
_TIME = frozenset("年 天 日 周 月 季度 星期 小时 分钟 工作日".split())
_REPEATED = frozenset("次 堂 期 场 场次 篇 份 件 条 节 课时 个 名 户 项 遍 天".split())
_POINT_IN_TIME = re.compile(r"以?前|级|度|代|轻|多?半?来(?![的自访信到往去电临])")
_EACH_DOING = re.compile(r"每(?![一两二三四五六七八九十个名位月年季周天日户村人站岗件亩次镇乡县市级组店所队班期场校家]|半)[^\W\d_]{1,4}$")
_NO_ONE = re.compile("[每某任各这那另同统唯进第]$|每[到办做过逢完]$")
_ONE_RATE = re.compile(r"(?:每[^,。;!?]{0,24}|一[年月季周天日旬人户村队]|人均|平均|半年[^,。]{0,6}|一[人户村家][^,。]{0,10})$")
_ONE_SURE = re.compile(
    r"(?:至少|不少于)[^\W\d_]{0,3}$|(?:不低于|只有|仅有?|只|经过|唯一|缩短|提前|为期|历时|时间跨度为|超过|不到|近|用了|达|连续|联系|前进|后退|"
    r"上升|下降|前移)(?:了|每人|了每人)?$"
)
_THINGS = frozenset("座 个 处 所 栋 条 台 辆 套 间 块 口 眼 家 名 份 本 场 支 项 幢".split())
_DONE_ONE = re.compile(r"(?:建设?|建成|购|置|成立|设立|安装|创办|评选|举办|召开|制作|配备|完成|修|栽|发放|开展|配|打|添|招|选)[^\W\d_]*[^\W\d_一]{2}$")
"""修建桥一座: a number behind what it counts."""
_VILLAGE = re.compile("(?:[村队]|社区|居委会)第?$")
_PLACE_NAME = re.compile(r"[一二三四五六七八九十][里分棵道间口岔条块家户面]" + "(?:[^\\W\\d_]{1,2}?)?(?:村|镇|乡|屯|街道|社区|堡)(?![民里内外中委子])")
"""三棵树村, 五分地村: names of places."""
_DONE_EACH = re.compile(r"[^\W\d_]{2}一(.)[、,][^\W\d_]{2}$")
_ONE_BEHIND = re.compile(r"(?:以上|以下|以内|之内|内|左右|半|多|倍|来|有余)")
_ONE_OF = "一[个名条张本份次场堂篇项支台把面块户件套门辆双][^,、;:。]{1,14}"
_LISTED = re.compile(rf"{_ONE_OF}(?:[、,]{_ONE_OF}){{2,}}")
_POINTS = re.compile("意见|要求|建议|体会|希望|措施|想法|说明|经验|启示|结合|认识|看法|做法|原因|理由")
_CLAIM = re.compile(r"(据(?:初步)?统计|据了解|据[^,。;]{2,14}?(?:介绍|透露|统计|消息)|[^,。;“”]{2,12}?(?:介绍说?|表示|透露|指出|告诉记者))")
_TURNED = re.compile("翻[了过]?(?:将?近|接近|约)?$")
_CLAIM_HINT = re.compile("据|介绍|表示|透露|指出|告诉")
_OF = re.compile(r"占(?:到|了|全[省市县区]|总(?!数))?([^,。;\d]{1,16}?)的?$")


def find_quantities(units: pd.DataFrame, *, formulas: pd.DataFrame | None = None) -> pd.DataFrame:
    """Find the quantities of some documents.

    Years, dates, document numbers, ordinals, enumerators and numbered formulas are none; so is 一 where it only says
    "a" (一个载体, 一批典型): it counts in a rate (每月一次), a duration, beside 至少 or 以上, and in lists of such.

    Parameters
    ----------
    units : DataFrame
        Units with their text, in reading order; see :func:`cxzy_study.facts.formulas.find_formulas`.
    formulas : DataFrame, optional
        The formulas of the same units, if they have been found already.

    Returns
    -------
    DataFrame
        One row a quantity, in reading order:

        - ``doc_id, unit_id``; ``start, end`` code points within the unit's text; ``surface``;
        - ``value`` as a number, of ranges the lower end (``value_to`` the upper); ``measure`` as printed, without 个
          before a unit; a percentage is 30 with ``%``, a fraction is a number in [0, 1] without a measure;
        - ``base_value, base_measure`` in base units (a day, 元, 平方米, 千克; shares in [0, 1]), empty where the
          measure only counts in itself;
        - ``qualifier`` words joined by ``;`` (约 多 以上 余 至少 …), for ranks 前 or 末;
        - ``thing`` that is counted; ``per``, what it is a rate of; ``period`` that it covers, where stated;
        - ``kind``: ``level``, ``change``, ``rank`` or ``share``;
        - ``of``, the denominator, and ``claimant``, where stated;
        - ``flag``: what does not fit (a duration beside dates that are not as far apart).

    Raises
    ------
    InvalidInput
        If a column is missing or a unit stands twice.

    Examples
    --------
    >>> from cxzy_study.facts.lexicon import UNIT_COLUMNS
    >>> text = "全县建立联系点360多个,每月走访2次以上,增长11.2%。"
    >>> units = pd.DataFrame([("d", "u1", "sentence", "0", 0, "", 1, text)],
    ...                      columns=list(UNIT_COLUMNS))
    >>> find_quantities(units)[["value", "measure", "qualifier", "per", "kind"]].values.tolist()
    [[360.0, '个', '多', '', 'level'], [2.0, '次', '以上', '每月', 'level'], [11.2, '%', '', '', 'change']]
    """
    check_units(units)
    if formulas is None:
        formulas = find_formulas(units)
    check_columns(formulas, ("doc_id", "unit_id", "start", "end"), name="formulas")
    taken: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in formulas[["doc_id", "unit_id", "start", "end"]].itertuples(index=False):
        taken.setdefault((row.doc_id, row.unit_id), []).append((row.start, row.end))
    rows: list[tuple[object, ...]] = []
    last: tuple[object, object, str] = ("", "", "")
    columns = [units[c].tolist() for c in ("doc_id", "unit_id", "paragraph", "enumerator", "text")]
    for doc_id, unit_id, paragraph, enumerator, raw in zip(*columns, strict=True):
        text = fold_text(raw)
        inherited = last[2] if last[:2] == (doc_id, paragraph) else ""
        period = ""
        for number in _counted(text, taken.get((doc_id, unit_id), []), len(enumerator or "")):
            row, period = _row(text, number, inherited)
            rows.append((doc_id, unit_id, number.start, number.end, raw[number.start : number.end], *row))
        # A statement that runs on after a semicolon keeps its period.
        last = (doc_id, paragraph, period or inherited) if text.endswith(";") else ("", "", "")
    frame = pd.DataFrame(rows, columns=list(QUANTITY_COLUMNS))
    for column in ("value", "base_value", "value_to"):
        frame[column] = frame[column].astype(float)
    return frame


def _counted(text: str, formulas: list[tuple[int, int]], after: int) -> Iterator[Number]:
    """Yield the numbers that count something."""
    taken = Taken(len(text), formulas)
    numbers = [n for n in find_numbers(text) if n.start >= after and taken.free(n.start, n.end)]
    numbers.sort(key=lambda n: n.start)
    others = [n for n in numbers if n.numeral != "一"]
    starts = [n.start for n in others]
    for number in numbers:
        before, behind = text[max(0, number.start - _NEAR) : number.start], text[number.end : number.end + _NEAR]
        if number.measure in _TIME and (_DEICTIC.search(before) or _POINT_IN_TIME.match(behind)):
            continue
        if number.numeral in {"百", "千", "万"} and _in_quotes(before):
            continue
        if number.measure == "点" and not _POINTS.match(behind[:4].lstrip("的主要具体")):
            continue
        if number.measure == "组" and _VILLAGE.search(before):
            continue
        if number.measure == "番" and not _TURNED.search(before):
            continue
        if _PLACE_NAME.match(text, number.start):
            continue
        at = bisect_left(starts, number.start)
        if number.numeral == "一" and not _one_counts(text, number, others[max(0, at - 6) : at + 6]):
            continue
        yield number


def _one_counts(text: str, number: Number, near: list[Number]) -> bool:
    """Whether 一 is a number here, not an article; *near* are the numbers around it."""
    if number.rank or number.value != 1:
        return True
    begin = max(0, number.start - _NEAR)
    before, behind = text[begin : number.start], text[number.end : number.end + 4]
    clause = before[max(before.rfind(c) for c in ",。;!?:") + 1 :]
    if number.measure in {"段", "批", "种"} or _NO_ONE.search(before) or _EACH_DOING.search(clause):
        return False
    if re.match("部分|些|定|样|般|线|度|一", behind) or before.endswith("一" + number.measure):
        return False
    if before[-1:] in {"上", "下"} and number.measure in {"级", "步", "期", "轮"}:
        return False
    if number.measure in _THINGS and re.match("[,。;、:!?]|$", behind) and _DONE_ONE.search(clause):
        return True
    if number.measure in _TIME:
        sure = _ONE_BEHIND.match(behind) or _ONE_SURE.search(clause) or re.match(r"[,。;:!?]|的?时间", behind)
        return bool(sure or "每" in clause) and not re.search(r"[第新]$|有$|[^\W\d_]{2}的$", clause)
    if _ONE_SURE.search(clause) or re.match("以上|以内|以下|之内|倍|半", behind):
        return True
    if number.measure in {"倍", "成", "百分点", "番"}:
        return True
    if _DONE_EACH.search(clause[-8:]) or re.match(r"[、,][^\W\d_]{2}一", behind):
        return False
    if _ONE_RATE.search(clause) and "就" not in clause:
        return True
    sentence = before[max(before.rfind(c) for c in "。;!?") + 1 :]
    if "每" in sentence and any(n.start < number.start and n.value != 1 for n in near):
        return True
    if re.search(r"每[^,。;!?]{1,10}[^。;!?]*$", sentence) and re.search(r"[、,]$|[、,][^,、]{0,4}$", before):
        return True
    if any(n.measure == number.measure and n.value > 1 and abs(n.start - number.start) < 8 for n in near):
        return True
    around = text[begin : number.end + _NEAR]
    return any(m.start() <= number.start - begin < m.end() for m in _LISTED.finditer(around))


def _in_quotes(before: str) -> bool:
    return max(before.rfind(c) for c in "“‘『「《") > max(before.rfind(c) for c in "”’』」》")


def _row(text: str, number: Number, inherited: str) -> tuple[tuple[object, ...], str]:
    base_value, base_measure = _base(number)
    far = "all" if number.numeral == "一" else "time" if number.measure in _REPEATED else ""
    per = "" if number.rank else find_per(text, number.start, far=far)
    # A duration is no rate of a period, but may be compared with the dates beside it.
    period = "" if number.measure in _TIME else find_period(text, number.start) or inherited
    thing = find_thing(text, number)
    kind = judge_kind(text, number)
    before = text[max(0, number.start - _NEAR) : number.start]
    of = m[1] if kind == "share" and (m := _OF.search(before)) else ""
    claim = _CLAIM.search(before) if _CLAIM_HINT.search(before) else None
    flag = _flag(text, number)
    return (
        float(number.value), number.measure, base_value, base_measure, number.qualifier, thing, per, period, kind,
        None if number.high is None else float(number.high), of, claim[1] if claim else "", flag,
    ), period  # fmt: skip


@lru_cache(maxsize=1)
def _bases() -> dict[str, tuple[str, float]]:
    rows = shipped("measures").itertuples()
    return {r.measure: (r.base_measure, float(r.factor)) for r in rows if r.dimension != "count"}


def _base(number: Number) -> tuple[float | None, str]:
    if number.rank:
        return None, ""
    if not number.measure and number.value < 1:
        return float(number.value), "1"
    base = _bases().get(number.measure) or _bases().get("个" + number.measure)
    return (None, "") if base is None else (float(number.value) * base[1], base[0])


def _flag(text: str, number: Number) -> str:
    """Compare a duration with the two dates of its sentence; a quarter more or less is let pass."""
    if number.measure not in {"年", "月"} or number.qualifier:
        return ""
    told = float(number.value) * (12 if number.measure == "年" else 1)
    dated = span_of_dates(text)
    if dated is None or abs(dated - told) <= max(1.0, told / 4):
        return ""
    return f"stated {told:g} months, dated {dated:g} months"
