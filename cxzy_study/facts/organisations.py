"""Organisations by the grammar of their names: who they belong to, what they do, and a generic word at the end.

::

    party       := owner (委 | 党委 | 党工委 | 工委 | 党总支 | 党支部 | 党组 | 纪委)      泰宁县委, 新桥乡党委
    department  := owner? function (局 | 厅 | 委 | 部 | 办 | 室 | 部门)                市卫生局, 县委组织部, 公安部门
    system      := owner? function 系统                                              教育系统
    government  := owner (人民政府 | 政府)
    others      := name suffix (大学, 医院, 公司, 领导小组 …: ``data/lexicon/body_words.csv``)
    owner       := place | level (省 市 县 区 …) | body

Classes of bodies (各级党组织, 基层党委, 物业公司) are no bodies; neither is one inside an office title (县委书记某某).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.taken import Taken

BODY_TYPES = (
    "place", "party", "government", "department", "system", "enterprise", "university", "school", "institution",
    "court", "congress", "group", "mass",
)  # fmt: skip

_HAN = r"[^\W\d_A-Za-z]"
_LEVEL = "自治区|省|市|县|区|州|旗|盟|镇|乡"
POST = re.compile(
    r"(?:机关)?(?:党组|党委|常委|政协|人大常委会|人大)?、?(?:原|前|现任)?(?:第一|副|总|代)?(?:书记|市长|县长|区长|州长|旗长|镇长|乡长|省长|主席|主任|局长|厅长|部长|处长|"
    r"院长|校长|台长|"
    r"行长|政委|团长|董事长|总经理|经理|负责人|所长|站长|检察长|秘书长|会长|队长|组长|科长|常委(?!会|班子)|委员(?!会)|领导(?!班子|小组|机构|干部会)|"
    r"主要领导|主要负责|负责同志|代表(?!大会)|发言人)"
)
_BOUND = re.compile(
    r"[,。;:!?、()《》【】—\s\d]|按照|依照|对照|如果|例如|比如|我国|我(?=[校院局县市区镇乡厂省])|帮助|所属|下属|着(?!力)|各[级类种]?|全(?!国|总)|有(?!限)|"
    r"为(?!民服务)|等(?!级)|经(?!济|信|贸|营|开)|本(?!溪)|即(?!墨)|如(?!皋|东)|那(?!曲)|"
    r"(?<![成首])都(?!江|匀|市)|(?<![呼平泰仁])和(?!平|谐|田|林|硕|静|顺|龙|政)|[的了在而由向对从到与及把将被让使是并该这某以按请叫给据因其也就已]|"
    r"以及|成立|设立|组建|建立|组成|召开|通过|联系|来到|走进|走访|担任|负责|发动|帮助|要求|聘请|邀请|派出|选派|位于|前往|进驻|推动|促进|"
    r"支持|配合|协调|鼓励|引导|做好|开展|围绕|加强|提高|发挥|完善|成为|作为|包括|涉及|关于|来自|当地|附近|一些|不少|多家|多个|[一二两三几每]?(?:个(?!人|体)|家(?!园|庭|居|乡|"
    r"电|具)|名(?!师|校|牌|优)|位(?!于)|所(?!属|在|有)|支(?!部|队|行|援)|条(?!件)|项(?!目)|届)|"
    r"企业(?!家|管)|单位|部门|机关(?!事务)|同志|记者|农民|村民|群众(?!工作)|部分|干部(?!监督|下乡|局)|党员(?!志愿|干部下乡|代表监督)|目前|近日|今年|去年|日前|随后|同时|此外|其中|"
    r"打好|搭建|依托|协助|参加|参与|受到|得到|反映|听取|办理|申请|启动|恢复|进入|深入|下到|上报|报送|交由|送到|责成|指导(?!组|小组|检查组)|接受|转交|"
    r"领域|实行|办好|增加|扩大|采取|构建|努力|消除|争当|打造|查处|处理|举行|委托|组织(?!部)|探索|推行|实施|创建|争创|拓展"
)
_CLASS = re.compile(
    r"(?:基层|农村|企业|社区|乡镇|街道|村|非公|非公有制|两新|上级|下级|所在|全体|临时|流动|联合|楼栋|所属|下属|有关|相关|国有|国企|民营|私营|先进|示范|网格|其他|"
    r"物业|保险|上市|外资|股份|有限|责任|建筑|旅游|商业|专业|行业|公立|定点|市直|县直|省直|直属|乡|镇|机关|中小|大型|小型|中型|职能|主管|业务|行政|新|"
    r"高等|普通|重点|中心|一般|个人|人民|本地|外地|城市|区域|农业|农民|果品|合同|监管|党群|两委|各类|多种|统一|学校|事业|工商|集体|信用|村级|镇级|便民|"
    r"三级|两级|县级|市级|省级|村民|居民|中央|地方|政府|兴趣|课题|科研|党|团|党建|党员|干部|青年|妇女|志愿|群众|窗口|山区|所有|类|省|市|县|区|大|小|老|女|男|好|红|社会|党课|协作|生产|党务)+"
)
_NO_SUFFIX = re.compile("[习生课科文术员化]|制|法")
_OPEN = frozenset("“『「‘")
_OWNER_END = re.compile("(?:[院校厂局办委会心团学镇乡村区道县市所站队店场社中处科室组]|公司|集团|银行|旗|州)$")


@dataclass(frozen=True)
class Organisation:
    """A body where it stands in a unit: ``[start, end)``, its name and its type."""

    start: int
    end: int
    name: str
    body_type: str


@lru_cache(maxsize=1)
def _functions() -> str:
    words = shipped("body_words")
    return "|".join(sorted(words[words["role"] == "function"]["word"], key=len, reverse=True))


@lru_cache(maxsize=1)
def _suffixes() -> tuple[re.Pattern[str], dict[str, str]]:
    words = shipped("body_words")
    types = dict(words[words["role"] == "suffix"][["word", "body_type"]].itertuples(index=False))
    words = sorted(types, key=len, reverse=True)
    return re.compile("|".join(re.escape(w) + ("(?!学)" if w == "一中" else "") for w in words)), types


@lru_cache(maxsize=1)
def _cores() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns of a function and a generic word; who owns it is looked for on their left."""
    f = _functions()
    return (
        ("department", re.compile(
            rf"(?:{f})(?:工作)?(?:局|厅|委员会|委(?!员|托|会)|部(?!门|分|署|委|长|队|位|级)|办公室|办(?![理事好公学案班法税证])|部门)|(?:信访|督查|政策研究|"
            rf"政研|法制|接待)室"
        )),
        ("system", re.compile(rf"(?<!电子)(?<!信息)(?<!网络)(?:{f})系统(?!工程|性)")),
    )  # fmt: skip


_OWNED = re.compile(rf"(?:中央|国家|(?:{_LEVEL})委|(?<![全各本我该下两三四乡])(?:{_LEVEL}))$")
_DIRECT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("department", re.compile(
        rf"(?:中央|国家|(?:{_LEVEL})委|{_LEVEL})(?!级|直|里|区|内|场|民){_HAN}{{1,6}}?(?:局|厅|委员会)(?!面|限|部|势)"
    )),
    ("department", re.compile(r"[县市省区州旗](?:委(?:办公室|办|督查室|政研室|研究室)(?![理事好公])|(?:活动|创先争优|督查|信访)办(?![理事好]))")),
    ("party", re.compile(rf"中共{_HAN}{{2,14}}?委员会")),
    ("party", re.compile(r"(?:中共)?(?:自治区党委|[省市县区旗州]委|地委|兵团党委)(?:常委会|班子)?(?!员(?!会)|托|会)")),
    ("party", re.compile(r"(?:中央|[省市县区州旗镇乡])?纪委(?!会)|中纪委")),
    ("party", re.compile(
        r"党中央|中共中央|中央军委|中央政治局|中央组织部|中组部|中央宣传部|中宣部|"
        r"中央(?=[、,。和与]|要求|决定|提出|部署|精神|统一|创新|关于|的|八项|对|各|从|强调|$)"
    )),
    ("government", re.compile(rf"国务院|(?<!乡)(?:{_LEVEL})(?:人民)?政府")),
    ("congress", re.compile(rf"(?:全国|{_LEVEL})(?:人大常委会|人大|政协)(?!代表|委员)")),
    ("group", re.compile("(?<=下设)办公室")),
)  # fmt: skip
_CELLS = re.compile("党委(?!政府)|党工委|农工委|工委(?!会|员)|党总支|党支部|党组(?!织|成)")
_ANY = re.compile("[局厅委部办室门统央府院协政学校司团厂社站所队组会园台场行田矿馆联]")


_LISTED = (
    r"((?:(?:{f}|[^\W\d_]{{2,4}}[局委办厅])、){{1,15}}(?:{f}|[^\W\d_]{{2,4}}[局委办厅]))"
    r"等?(?:\d+个|[两三四五六七八九十]+个|多个|有关|相关)?(系统|部门)"
)


@lru_cache(maxsize=1)
def _listed() -> re.Pattern[str]:
    return re.compile(_LISTED.format(f=_functions()))


def find_organisations(text: str, places: list[tuple[int, int]]) -> list[Organisation]:
    """Return the organisations of one unit (folded to half width), in order, none inside another.

    One inside an office title (县委书记) is given with the type ``post``, so that its place is not taken for a body.

    Parameters
    ----------
    text : str
    places : list of (int, int)
        Where place names stand: they belong to the name that follows them without a break.
    """
    if not _ANY.search(text):
        return []
    found: list[Organisation] = []
    starts = {b: a for a, b in places}
    for body_type, pattern in _cores():
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 4) : match.start()]
            owner = _OWNED.search(before) if body_type == "department" else None
            start = match.start() - (len(owner[0]) if owner else 0)
            found += _named(text, start, start, match.end(), body_type, starts)
    for body_type, pattern in _DIRECT:
        for match in pattern.finditer(text):
            found += _named(text, match.start(), match.start(), match.end(), body_type, starts)
    for match in _CELLS.finditer(text):
        found += _named(text, _left_edge(text, match.start()), match.start(), match.end(), "party", starts)
    suffix, types = _suffixes()
    for match in suffix.finditer(text):
        if not _NO_SUFFIX.match(text, match.end()) and text[match.start() - 1 : match.end()] != "中小学":
            found += _named(text, _left_edge(text, match.start()), match.start(), match.end(), types[match[0]], starts)
    found += _elided(text)
    found.sort(key=lambda o: (o.start - o.end, o.start))
    kept: list[Organisation] = []
    taken = Taken(len(text))
    for body in found:
        if taken.free(body.start, body.end):
            taken.add(body.start, body.end)
            kept.append(body)
    return sorted(kept, key=lambda o: o.start)


def _named(
    text: str, begin: int, suffix: int, end: int, body_type: str, starts: dict[int, int]
) -> Iterator[Organisation]:
    """Yield the body whose name begins at *begin* or earlier and ends, with its generic word, at *end*."""
    begin = _extend(text, begin, end, starts, body_type)
    if text[begin : begin + 1] in _OPEN and not re.search("[”』」’]", text[begin:end]):
        begin += 1
    name = text[begin:end]
    if not name or (name[0] in "一两三四五六七八九十" and begin not in starts.values()):
        return
    if POST.match(text, end):
        yield Organisation(begin, end, name, "post")
        return
    if _is_class(text, begin, suffix, end, body_type, name):
        return
    yield Organisation(begin, end, name, body_type)


def _left_edge(text: str, stop: int) -> int:
    """Return where the name that runs up to *stop* begins: behind the last word that can be no part of a name."""
    floor = max(0, stop - 18)
    edge = floor
    # Some way beyond, for what a word may not be followed by.
    for match in _BOUND.finditer(text, floor, stop + 4):
        if match.end() > stop:
            break
        edge = match.end()
    quote = None
    for match in re.compile("[“”『』「」‘’]").finditer(text, floor, stop):
        # A quoted name may stand inside (“某某”工程领导小组); a closing mark alone is a boundary.
        if match[0] in _OPEN:
            quote = match.start()
        elif quote is None or quote < edge:
            edge = max(edge, match.end())
            quote = None
        else:
            quote = None
    return edge if quote is None or quote < edge else quote + 1


def _extend(text: str, begin: int, end: int, starts: dict[int, int], body_type: str) -> int:
    """Take in the owner that stands directly before the name: a place, a level, the place of a committee."""
    place = starts.get(begin)
    for width in (1, 2):
        # 泰宁县|委: the level of the name closes the place.
        if begin + width in starts and text[begin : begin + width] in _LEVEL.split("|"):
            place = starts[begin + width]
    # Within the name the last place is its owner, and those before it stand for themselves.
    place = max((starts[b] for b in range(begin + 1, end) if b in starts and begin < starts[b]), default=place)
    if place is not None:
        return place - 2 if text[place - 2 : place] == "中共" else place
    before = text[max(0, begin - 6) : begin]
    if match := re.search(rf"(?:中共|(?:{_LEVEL})委|(?<![全各本我该下])(?:省|市|县|区|州|旗))$", before):
        if body_type == "government" and match[0].endswith("委"):
            return begin
        if body_type not in {"party", "system"} or match[0] == "中共" or match[0].endswith("委"):
            return begin - len(match[0])
    return begin


def _is_class(text: str, begin: int, suffix: int, end: int, body_type: str, name: str) -> bool:
    """Whether the name stands for a class of bodies, not for one."""
    before, head = text[max(0, begin - 2) : begin], text[begin:suffix]
    generic = text[suffix:end]
    if body_type == "party":
        stem = re.sub(r"(?:党委|党工委|农工委|工委|党总支|党支部|党组)$", "", name)
        if re.search("党委$|党总支$|党支部$|党组$|工委$", name):
            if re.fullmatch("学校|校|局|院|厂|镇|乡|区|社区|公司|县|市|街道", stem):
                return before[-1:] in {"各", "乡"}
            plain = not stem or _CLASS.fullmatch(stem) or before[-1:] == "各" or re.search("[、“”]", stem)
            return bool(plain) or not (_OWNER_END.search(stem) or re.search("工委$", name))
        return before[-1:] in {"各", "全"} and len(name) < 3
    if body_type in {"department", "system", "government", "congress"}:
        bounds = [m[0] for m in _BOUND.finditer(name)] if body_type == "department" and name[-1] in "局厅会" else []
        if any(len(bound) > 1 or bound in "各的了和与及对在" for bound in bounds):
            return True
        return bool(re.search(r"(?:格局|布局|结局|大局|全局|开局|当局|政局|残局|僵局)$", name)) or before[-1:] in {"各", "乡", "全"}
    if body_type == "group":
        empty = begin == suffix and generic in {"联席会", "联席会议", "指挥部", "服务团", "突击队", "工作队", "小组", "活动办", "活动办公室"}
        return empty or before == "各类" or (generic == "小组" and bool(_CLASS.fullmatch(head)))
    head = text[begin : end - len(generic)] if generic else text[begin:end]
    stem = re.sub(r"(?:有限|股份|责任|控股)+$", "", head)
    if body_type in {"institution", "court", "mass"} and re.fullmatch("[省市县区镇乡](?:第?[一二三四五六七八九十]*人民|中心|中医|妇幼)?", stem):
        return False
    if generic == "一中":
        return len(stem) < 2
    return len(stem) < 2 or bool(_CLASS.fullmatch(stem)) or bool(re.search(r"[、]", stem))


def _elided(text: str) -> Iterator[Organisation]:
    """Yield the systems and departments of a list that names their kind once (教育、卫生等部门)."""
    if "部门" not in text and "系统" not in text:
        return
    for match in _listed().finditer(text):
        kind = "system" if match[2] == "系统" else "department"
        at = match.start(1)
        for item in match[1].split("、"):
            own = "department" if item[-1] in "局委办厅" else kind
            edge = max((m.end() for m in _BOUND.finditer(item) if m.end() < len(item) - 1), default=0)
            yield Organisation(at + edge, at + len(item), item[edge:], own)
            at += len(item) + 1
