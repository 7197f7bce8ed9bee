"""What stands around a number: the thing counted, its rate, its period and the kind of statement."""

from __future__ import annotations

import re

from cxzy_study.facts.numbers import Number

_PER = re.compile(
    r"(每(?:半年|半个?月|[两二三四五六\d]+个?(?:月|年|天|周|季度)|个?季度|个?月|年|周|天|日|人|户|亩|吨|村|次|站|岗|镇|乡|县|市|级|组|店|所|队|班|期|场|件|校|家)"
    r"|每(?![一个名位条项支半])[^\W\d_]{1,4}一[次件起条天][^\W\d_]{0,6}?(?=记|加|扣|得|奖|罚|补)"
    r"|每一?(?:个|名|位|户|家|条|件|项|支)[^\W\d_每]{1,6}?(?=至少|不少于|要|都|须|应|联系|安排|开展|组织|召开|向|到|由|选|配|负责|帮|包|深入|必须|定点|学|"
    r"上|撰写|走|投入|能|可以|购买|增|用|办|报|抽|$|[,、\d一二两三四五六七八九十]))"
    r"|(一[年季月周天日旬户人](?=[^\W\d_]{0,6}$))|(人均|户均|年均|月均|村均|亩均|平均每[人户月年天])"
)
_PERIOD = re.compile(
    r"((?:(?:19|20)\d\d年|今年|去年|当年|全年|前年|明年)(?:上半年|下半年|前三季度|[一二三四]季度|前?\d{1,2}(?:-\d{1,2})?个?月份?底?|底|初|年底|以?来)?"
    r"|今年以来|[^,。;!?“”]{0,12}?(?:活动|教育实践活动|工作)(?:开展|实施|启动)以来|上半年|下半年|前三季度|一季度|截至[^,。;]{1,12}|截止[^,。;]{1,12}"
    r"|截至目前|目前|至今|到目前(?:为止)?|近年来|近[一二两三四五六七八九十\d]+年来?|[一二两三四五六七八九十\d]+年(?:多)?来|去年(?:以)?来|年内|年底前|\d{1,2}月(?:份|底)?)"
)
_CHANGE = re.compile(
    r"(?:增长|增加|增收|增幅|提高|提升|上升|上涨|下降|减少|降低|降幅|压缩|缩短|精简|回落|翻|提速|多出|少了|新发展|新办|新建成|前移|后移|多收入|多收|比增|同比增|增|减|新增|扩大|上调|"
    r"下调|涨|减幅|幅度达?|降)"
    r"(?:了|近|约|超过|将|要)*$"
)
_CHANGED_THING = re.compile(r"(?:新增|增加|减少|压缩|精简|缩短|新发展|新办|多出)[^,。;到至\d]{1,10}$")
_REACH = re.compile(r"(?:到|至|达到?|为|由|从)$")
_CHANGED_LATER = re.compile(r"(?:以上|以下|左右)?的?(?:增长|增幅|降幅|增长率|提升|下降|涨幅)")
_CHANGED_NOUN = re.compile(r"(?:增幅|降幅|增速|涨幅|跌幅|幅度|增长率|增长)[^,。;]{0,6}$")
_STOP = (
    "[,。;:!?、()“”‘’『』「」《》\\s]|(?:以上|以下|左右|以内|之内)?(?:的(?=[,。;]|$)|都|均|已|被|将|要|由|并|进行|开展|组成|联系|担任|参加|参与|获得|获|"
    "受到|得到|掌握|到(?!位|期|龄|会)|在(?!职|岗|校|编)(?=[^,。]{2})|为(?=[^,。]{2})|和(?=[一二三四五六七八九十两\\d])|从|向|对|与(?=[\\d一二两])|是|"
    "有(?=[^,。]{2})|走进|深入|集中|"
    "达到|迎来|正在|已经|全部|实现|完成|建成|建立|作为|分别|分头|同时|陆续|提出|签|找出|走访|反映|入手|挂钩|中[,。])"
)
_RIGHT = re.compile(rf"(?:以上|以下|左右|以内|之内|多|余|余的)?的?((?:(?!{_STOP}).){{1,18}})")
_MARKS = re.compile("[“”‘’『』「」]")
_LONG = re.compile(rf"(?:以上|以下)?(?:[^,。;:、的]{{2,10}}、)+[^,。;:、的]{{2,10}}的((?:(?!{_STOP}).){{2,10}})")
_LEFT_CUT = re.compile(
    r"(?:^|[,。;:!?、()“”\s]|(?<!公)共(?!产)|已|累计|完成|实现|达到?|建立|新建|召开|(?<!党)组织|发放|收集|征求|梳理|选派|选树|评选|表彰|投入|确定|建成|清理|查处|解决|办理|"
    r"处分|处理|发展|开展|聘请|梳理出|收到|减少|增加|增长|下降|提高|约|近|超过|至少|为|是|有|了|由|从|到|等|的)"
)
_DATES = re.compile(r"(?:((?:19|20)\d\d)年|(今年|去年|同年|当年))?(\d{1,2}|[一二三四五六七八九十]{1,3})月")
_MONTHS = {c: n for n, c in enumerate("零 一 二 三 四 五 六 七 八 九 十 十一 十二".split())}


def _clause(text: str, at: int) -> str:
    return _since(text, at, ",。;:!?")


def _sentence(text: str, at: int, ends: str = "。;!?") -> str:
    return _since(text, at, ends)


def _since(text: str, at: int, ends: str) -> str:
    """Return what stands before *at*, from the last of the marks *ends* on."""
    floor = max(0, at - _REACH_BACK)
    return text[max(floor, *(text.rfind(c, floor, at) + 1 for c in ends)) : at]


_REACH_BACK = 240
"""Characters before a number that may speak of it: a line without end is not read once for each number."""


def find_per(text: str, at: int, *, far: str = "") -> str:
    """Return what the number at *at* is a rate of, as printed, or an empty string.

    Where the number's clause tells no rate, one of an earlier clause of the sentence may hold: *far* is ``time`` for
    rates of time, ``all`` for any, empty for none.

    >>> find_per("机关干部每月至少走访2次", 10), find_per("农民人均纯收入5000元", 7), find_per("走访2次", 2)
    ('每月', '人', '')
    """
    clause = _clause(text, at)
    matches = list(_PER.finditer(clause)) if _PER_HINT.search(clause) else []
    if not matches and far:
        earlier = _sentence(text, at, "。;!?:")[: -len(clause) or None]
        told = [m[1] for m in _PER.finditer(earlier) if m[1] and (far == "all" or _OF_TIME.match(m[1]))]
        return told[-1] if told else ""
    if not matches:
        return ""
    found = matches[-1]
    if found[3]:
        return found[3][2:] if found[3][0] == "平" else found[3][0] if found[3][1] == "均" else found[3][2:]
    if found[1] and len(matches) > 1 and matches[-2].end() == found.start():
        return (matches[-2][1] or "") + found[1]
    return found[1] or found[2]


_PER_HINT = re.compile("[每一均]")
_OF_TIME = re.compile("每(?:半|个?(?:月|季度)|年|周|天|日|[两二三四五六0-9])")


def find_period(text: str, at: int) -> str:
    """Return the period that the number at *at* covers, as its sentence states it before the number.

    >>> find_period("2011年,全市完成投资1088亿元", 12), find_period("目前已建13个", 4), find_period("已建13个", 2)
    ('2011年', '目前', '')
    """
    sentence = _sentence(text, at, "。!?")
    if not _PERIOD_HINT.search(sentence):
        return ""
    matches = [m for m in _PERIOD.finditer(sentence) if m.end() <= len(sentence)]
    return matches[-1][1] if matches else ""


_PERIOD_HINT = re.compile("[年月来度今前截]")


def find_thing(text: str, number: Number) -> str:
    """Return the thing that is counted: what follows the measure, else what stands before the number.

    The cut is by words that cannot belong to a noun phrase, so that it may be too long or too short.
    """
    if not number.rank and number.measure not in {"%", "元", "倍", "成", "百分点", "番"}:
        behind = _MARKS.sub("", text[number.end : number.end + 60])
        match = _LONG.match(behind) or _RIGHT.match(behind)
        if match and not re.match(r"[以之]?内|前|后|左右|来|里|时(?!间)", match[1]):
            thing = re.sub(r"^(?:的|多|余)", "", match[1])
            if len(thing) > 0 and not re.fullmatch(r"[了着过地得也就还才]+", thing):
                return thing
    if number.measure in {"%", "成"} and (match := _SHARE_OF.match(text, number.end)):
        return match[1]
    clause = _clause(text, number.start)
    if not re.search(r"[^\W\d_]", clause) or (number.measure == "%" and _GROWTH.fullmatch(clause)):
        clause = _sentence(text, number.start)
    if number.measure in {"%", "元", "倍"} or number.rank:
        clause = re.sub(r"(?:由|从)[^,]*?(?:提高|增加|上升|下降|压缩|减少)到?$", "", clause)
    # The last piece that is more than an empty word: earlier ones are not looked at.
    for piece in reversed(_LEFT_CUT.split(clause)):
        if not piece or not _LETTER.search(piece):
            continue
        piece = _NO_THING.sub("", re.sub(r"\d.*$", "", _RATE_END.sub("", piece)))
        if len(piece) > 1 and not _EMPTY.fullmatch(piece):
            return piece[-16:]
    return ""


_LETTER = re.compile(r"[^\W\d_]")
_RATE_END = re.compile(r"(?:每[^\W\d_]{1,3}|不少于|平均|总量|共计|(?<=..)翻)$")
_NO_THING = re.compile(
    "(?:位?居|列|排名?|排在)?全[国省市县区]$|^(?:又获得|继?被?评为)?(?:全[省市县区]|[省市县])(?=..)"
)
_SHARE_OF = re.compile(r"(?:以上|以下|左右)?的([^,。;:!?、]{1,14}?)(?=都|均|已|掌握|做到|建|,|。|;|$)")
_GROWTH = re.compile("(?:比|同比)?(?:增长|增|下降|降|比增)[了约近]*")
_EMPTY = re.compile("(?:比|同比|其中|全[省市县区]|目前|今年|已经|居|位居|列|排名|比增|同比增|增长|下降|增|减|降|通过)+")


def judge_kind(text: str, number: Number) -> str:
    """Return the kind of a quantity: ``rank``, ``share``, ``change`` or ``level``.

    >>> from cxzy_study.facts.numbers import find_numbers
    >>> text = "覆盖率由61%提高到90%,收入增长8%,居全市第2位"
    >>> [judge_kind(text, n) for n in sorted(find_numbers(text), key=lambda n: n.start)]
    ['share', 'share', 'change', 'rank']
    """
    if number.rank:
        return "rank"
    clause, behind = _clause(text, number.start), text[number.end : number.end + 10]
    ratio = number.measure in {"%", "‰", "成"} or (not number.measure and 0 < number.value < 1)
    words = "|".join(map(re.escape, number.qualifier.split(";")))
    stem = re.sub(f"(?:{words})+$", "", clause) if number.qualifier else clause
    if number.measure in {"百分点", "倍"}:
        return "change"
    if ratio:
        if number.measure == "%" and re.search("率[^,。;]{0,2}(?:由|从)$", stem):
            return "share"
        later = _CHANGED_LATER.match(behind) and not _REACH.search(stem)
        if later or _CHANGE.search(stem) or _CHANGED_NOUN.search(stem) or re.match("以上的?增", behind):
            return "change"
        if re.search(r"(?:下降|减少|压缩|增长|提高|上升|降低|降|节约|减)[^,。;到至]{0,6}$", stem) and not _REACH.search(stem):
            return "change"
        return "share"
    if _REACH.search(stem) or (number.measure in {"个", "项", "种"} and re.search("(?:提高|提升|加强)$", stem)):
        return "level"
    return "change" if _CHANGE.search(stem) or _CHANGED_THING.search(stem) else "level"


def span_of_dates(text: str) -> float | None:
    """Return the months between the first and the last of two dated months of *text*, or None.

    >>> span_of_dates("2010年12月起,历时一年,到2011年6月底结束")
    7.0
    """
    dated: list[int] = []
    year = 0
    if len(text) > 4 * _REACH_BACK:
        return None
    for match in _DATES.finditer(text):
        month = int(match[3]) if match[3].isdigit() else _MONTHS.get(match[3], 0)
        year = int(match[1]) if match[1] else year
        if not year or not 1 <= month <= 12:
            return None
        dated.append(year * 12 + month)
    if len(dated) != 2 or dated[1] <= dated[0]:
        return None
    return float(dated[1] - dated[0] + 1)
