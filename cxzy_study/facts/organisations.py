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
    r"(?:兼职)?(?:机关)?(?:党组|党委|常委|政协|人大常委会|人大)?、?(?:原|前|现任)?(?:第一|副|总|代)?(?:书记|市长|县长|区长|州长|旗长|镇长|乡长|省长|主席|主任|局长|厅长|部长|处长|"
    r"院长|校长|台长|"
    r"行长|政委|团长|董事长|总经理|经理|负责人|所长|站长|检察长|秘书长|会长|队长|组长|科长|常委(?!会|班子)|委员(?!会)|领导(?!班子|小组|机构|干部会)|"
    r"主要领导|主要负责|负责同志|代表(?!大会)|发言人)"
)
_BOUNDS = (
    r"(?<=[—-])记|(?<=\d)[日号](?!报)|成功(?=引进|引入)|去(?!年)|(?<=[\d一二三四五六七八九十多])[次场期轮批](?!级)|[+,。;:!?、()《》【】—\s\d]|我(?=[校院局县市区镇乡厂省])|"
    r"着(?!力)|各[级类种]?|全(?!国|总)|有(?!限)|为(?!民服务)|等(?!级)|经(?!济|信|贸|营|开)|本(?!溪)|即(?!墨)|如(?!皋|东)|那(?!曲)|(?<![成首])都(?!江|匀|市)|"
    r"(?<![呼平泰仁])和(?!平|谐|田|林|硕|静|顺|龙|政)|[的了在而由向对从到与及把将被让使是并该这某以按请叫给据因其也就已]|"
    r"[一二两三几每]?(?:个(?!人|体)|家(?!园|庭|居|乡|电|具)|名(?!师|校|牌|优)|位(?!于)|所(?!属|在|有)|支(?!部|队|行|援)|条(?!件)|项(?!目)|届)|企业(?!家|管)|"
    r"机关(?!事务)|农民(?!专业|合作|工)|村民(?!委)|群众(?!工作)|干部(?!监督|下乡|局)|党员(?!志愿|干部下乡|代表监督)|指导(?!组|小组|检查组)|机构(?=[省市县区])|组织(?!部)"
)
"""Characters and words before which a name ends; plain words stand in the lexicon (role ``bound``)."""
_CLASS = re.compile(
    r"(?:基层|农村|企业|社区|乡镇|街道|村|非公|非公有制|两新|上级|下级|所在|全体|临时|流动|联合|楼栋|所属|下属|有关|相关|国有|国企|民营|私营|先进|示范|网格|其他|"
    r"物业|保险|上市|外资|股份|有限|责任|建筑|旅游|商业|专业|行业|公立|定点|市直|县直|省直|直属|乡|镇|机关|中小|大型|小型|中型|职能|主管|业务|行政|新|"
    r"高等|普通|重点|中心|一般|个人|人民|本地|外地|城市|区域|农业|农民|果品|合同|监管|党群|两委|各类|多种|统一|学校|事业|工商|集体|信用|村级|镇级|便民|"
    r"三级|两级|非党|农机|农机专业|志愿者|先锋|社区|县级|市级|省级|乡级|名牌|著名|知名|综合|专科|连锁|专职|兼职|联合|指定|分|子|各分|生产|服装|加工|造纸|砖瓦|制药|食品|化肥|车间|项目|所在|同类|大中专|高职|职业|专门|附属|指挥|街道办|村民|居民|中央|地方|政府|兴趣|课题|科研|党|团|党建|党员|干部|青年|妇女|志愿|群众|窗口|山区|所有|类|省|市|县|区|大|小|老|女|男|好|红|社会|党课|协作|生产|党务)+"
)
_NO_SUFFIX = re.compile("[习生课科文术员化]|制|法")
_COUNTED = re.compile(r"(?:\d[多余]?|[两二三四五六七八九十百千万几多数][多余]?)(?:个|家|所|支|名|座|处|间)$")
_BARE = frozenset(["分局", "公共行政服务中心", "集团公司", "街道办事处", "街道办", "办事处", "社区居委会", "乡镇街道办事处"])
_MANY = re.compile(
    rf"{_COUNTED.pattern}|各(?:级|类|地|个)?$|"
    r"(?:所有|全部|每个|每所|每家|任何)(?:的)?$|各[^,。;、]{1,4}、$|各(?:县|市|区|乡|镇)?[(][^()]{1,8}[)]$"
)
"""What stands before names that mean several or any of a class."""
_LEVEL_LED = re.compile("[省市县区镇乡](?![省市县区镇乡级直属管场民城域村土内外里办立营医])")
"""A level before a name says which one is meant: 市行政服务中心 is one, 乡镇卫生院 is not."""
_OPEN = frozenset("“『「‘")
_OWNER_END = re.compile("(?:[院校厂局办委会心团系矿学镇乡村区道县市所站队店场社中处科室组]|公司|集团|银行|系统|[一二三四五六七八九十]中|旗|州)$")


_NO_NAME = (
    "全本我各该某市县及省区州旗乡镇村盟委党政府部局的了着过是为对向从到被将把扣紧他她它你叮嘱规常载体等与或也并已以按其此每这那第一二三四五六七八九十两几多个位名年月日时前后内外间级直会据于至"
    "令受请报告示求议召听取做搞抓办照落实立传汇贯彻执行学习研究讨论决导领班志昨今去近目当随先首通得支持担任选席参加围绕入进来往赴抵组织宣统推服务提交呈协助依靠拥护"
    "表邀感谢迎批评认指强调说制发排署督检查核考监审监记者讯国民众群干员基层关时现而但如别包括希出极真切严联责授命派抽所属跟响应号倡举设建团共青纪期届地自做由在经和不没有要使让给"
)
_UNLISTED = re.compile(rf"(?:(?<=中共)|(?<!\w)|(?<=[在由经和]))(?:(?![{_NO_NAME}]){_HAN}){{2,4}}$")
"""A name before 县委 that no table lists: between a mark or 中共 and the level, of characters that verbs and times do not have."""
_UNLISTED_LED = re.compile("[市县区旗](?:委|纪委)")


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
def _bound() -> re.Pattern[str]:
    """What can be no part of a name: the words of the lexicon, by their first character, and :data:`_BOUNDS`."""
    words = shipped("body_words")
    by_first: dict[str, list[str]] = {}
    for word in sorted(words[words["role"] == "bound"]["word"], key=len, reverse=True):
        by_first.setdefault(word[0], []).append(word[1:])
    tree = "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in sorted(by_first.items()))
    return re.compile(f"{tree}|{_BOUNDS}")


@lru_cache(maxsize=1)
def _suffixes() -> tuple[re.Pattern[str], dict[str, str]]:
    words = shipped("body_words")
    types = dict(words[words["role"] == "suffix"][["word", "body_type"]].itertuples(index=False))
    words = sorted(types, key=len, reverse=True)
    return re.compile("|".join(re.escape(w) + ("(?!学)" if w[-1] == "中" else "") for w in words)), types


@lru_cache(maxsize=1)
def _any() -> re.Pattern[str]:
    """Cheap to search: the last characters of all names."""
    ends = {word[-1] for word in _suffixes()[1]} | set("局厅委部办室门统央府院协政关组")
    return re.compile("[" + "".join(sorted(ends)) + "]")


@lru_cache(maxsize=1)
def _cores() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Patterns of a function and a generic word; who owns it is looked for on their left."""
    f = _functions()
    return (
        ("department", re.compile(
            rf"(?:{f})(?:工作)?(?:局|厅|委员会|委(?!员|托|会)|部(?!门|分|署|委|长|队|位|级)|办公室|办(?![理事好公学案班法税证])|部门|机关(?![事党干工]))|(?:信访|督查|政策研究|"
            rf"政研|法制|接待)室"
        )),
        ("system", re.compile(rf"(?<!电子)(?<!信息)(?<!网络)(?:{f})系统(?!工程|性)")),
    )  # fmt: skip


_OWNED = re.compile(rf"(?:中央|国家|(?:{_LEVEL})委|(?<![全各本我该下两三四乡])(?:{_LEVEL}))$")
_VILLAGE_CELL = re.compile("(?:村|社区)(?:党委|党总支部?|党支部|支部)")
_COUNT_LED = re.compile("[一两三四五六七八九十]+(?:[^方星海通环联合川建矿]|$)")
_FIRMS = re.compile("(?:中国)?人民银行|国家电网|南方电网|中国(?:移动|联通|电信|石油|石化|邮政|铁建|中铁)|中石油|中石化|中海油")
_CELL_OWNER = re.compile("(?<!县委)(?:党委|党工委)$")
_DIRECT: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("department", re.compile(
        rf"(?:中央|国家|(?:{_LEVEL})委|{_LEVEL})(?!级|直|里|区|内|场|民){_HAN}{{1,6}}?(?:局|厅|委员会)(?!面|限|部|势)"
    )),
    ("department", re.compile(r"[县市省区州旗](?:委(?:办公室|办|督查室|政研室|研究室)(?![理事好公])|(?:活动|创先争优|督查|信访)办(?![理事好]))")),
    ("group", re.compile("[省市县区州旗镇乡](?:委)?(?:创先争优|创建|创先|争优|教育实践|实践)(?:活动)?办(?:公室)?(?![理事好])")),
    ("party", re.compile("(?:中央|自治区|[省市县区州旗])?(?:[省市县区州]?(?:直属?|级)机关|省直|市直|县直|区直|国家机关)(?:党?工委)(?!会|员)")),
    ("mass", re.compile(rf"共青团{_HAN}{{2,8}}?(?:[省市县区州旗]委|委员会)(?!员)")),
    ("mass", re.compile("(?:共青)?团(?:中央|[省市县区州旗]委|工委)(?!员)|(?:中华全国|全国|[省市县区州旗])(?:总工会|妇联|工商联|青联|侨联|文联|科协|残联)")),
    ("party", re.compile(rf"中共{_HAN}{{2,24}}?委员会")),
    ("party", re.compile(r"(?:中共)?(?:自治区党委|[省市县区旗州]委|地委|兵团党委)(?:常委会|班子)?(?!员(?!会)|托|会)")),
    ("department", re.compile("(?<![全各])(?:省厅|[省市县区]局)(?=[、,。;的和与]|党|要求|目标|统一)")),
    ("party", re.compile(r"(?<![乡城])[镇乡]委(?![会员托派办])")),
    ("party", re.compile(r"(?:中央|[省市县区州旗镇乡])?纪委(?!会)|中纪委")),
    ("party", re.compile(
        r"党中央|中共中央|中央军委|中央政治局|中央组织部|中组部|中央宣传部|中宣部|"
        r"中央(?=[、,。和与\d]|一号|要求|决定|提出|部署|精神|统一|创新|关于|的|八项|对|各|从|强调|$)"
    )),
    ("government", re.compile(rf"国务院|(?<!乡)(?:{_LEVEL})(?:人民)?政府")),
    ("congress", re.compile(rf"(?:全国|{_LEVEL})(?:人大常委会|人大|政协)(?!代表|委员)")),
    ("group", re.compile("(?<=下设)办公室")),
    ("enterprise", _FIRMS),
)  # fmt: skip
_CELLS = re.compile("党委(?!政府)|党工委|农工委|工委(?!会|员)|党总支部?|党支部|(?<=[村校院厂矿])支部|党组(?!织|成)")


_LISTED = (
    r"((?:(?:{f}|[^\W\d_]{{2,4}}[局委办厅])、)(?:(?:{f}|[^\W\d_]{{2,4}}[局委办厅]|行政服务中心)、){{0,15}}(?:{f}|[^\W\d_]{{2,4}}[局委办厅]|行政服务中心))"
    r"等?(?:\d+个|[两三四五六七八九十]+个|多个|有关|相关)?(系统|部门)"
)


@lru_cache(maxsize=1)
def _listed() -> re.Pattern[str]:
    return re.compile(_LISTED.format(f=_functions()))


def find_organisations(text: str, places: list[tuple[int, int]], *, village: bool = False) -> list[Organisation]:
    """Return the organisations of one unit (folded to half width), in order, none inside another.

    One inside an office title (县委书记) is given with the type ``post``, so that its place is not taken for a body.

    Parameters
    ----------
    text : str
    places : list of (int, int)
        Where place names stand: they belong to the name that follows them without a break.
    village : bool
        Whether the document speaks of one village or community, so that 村党支部 is one branch and not any.
    """
    if not _any().search(text):
        return []
    found: list[Organisation] = []
    starts = {b: a for a, b in places}
    for body_type, pattern in _cores():
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 4) : match.start()]
            owner = _OWNED.search(before) if body_type == "department" else None
            start = match.start() - (len(owner[0]) if owner else 0)
            if match[0].endswith("机关") and owner is None and start not in starts:
                continue  # 公安机关 is a class, 松岭县公安机关 one body
            if body_type == "department" and (cell := _CELL_OWNER.search(before)):
                start = _left_edge(text, match.start() - len(cell[0]))
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
    if not village:
        found = [o for o in found if not _VILLAGE_CELL.fullmatch(o.name)]
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
    if not name or (_COUNT_LED.match(name) and begin not in starts.values()):
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
    for match in _bound().finditer(text, floor, stop + 4):
        if match.end() > stop:
            break
        edge = match.end()
    if stop - edge > 3 and text[edge] in "院校厂所站行" and text[edge - 1 : edge] in {"我", "本", "该"}:
        edge += 1
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
    if text.startswith("中共", begin):
        return begin
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
    if body_type == "party" and _UNLISTED_LED.match(text, begin):
        unlisted = _UNLISTED.search(text, max(0, begin - 4), begin)
        if unlisted and not _bound().search(unlisted[0]):
            begin = unlisted.start()
            return begin - 2 if text[max(0, begin - 2) : begin] == "中共" else begin
    return begin


def _is_class(text: str, begin: int, suffix: int, end: int, body_type: str, name: str) -> bool:
    """Whether the name stands for a class of bodies, not for one."""
    before, head = text[max(0, begin - 2) : begin], text[begin:suffix]
    near = text[max(0, begin - 8) : begin]
    if re.search("各[^,。;、]{1,4}、$", near):
        return True
    if body_type != "party" and (_COUNTED if body_type == "group" else _MANY).search(near):
        return True
    if name in _BARE:
        return True
    generic = text[suffix:end]
    if body_type == "party":
        stem = re.sub(r"(?:党委|党工委|农工委|工委|党总支部?|党支部|支部|党组)$", "", name)
        if re.search("机关(?:党?工委)$", name):
            return False
        if re.search("党委$|党总支部?$|支部$|党组$|工委$", name):
            if re.fullmatch("学校|校|局|院|厂|镇|乡|区|社区|村|公司|县|市|街道|中心|医院|学院|集团公司|集团|大学|矿", stem):
                return before[-1:] in {"各", "乡", "农", "镇", "每", "个", "全"}
            plain = not stem or _CLASS.fullmatch(stem) or before[-1:] == "各" or re.search("[、“”]", stem)
            return bool(plain) or not (_OWNER_END.search(stem) or re.search("工委$", name))
        return before[-1:] in {"各", "全"} and len(name) < 3
    if body_type in {"department", "system", "government", "congress"}:
        bounds = [m[0] for m in _bound().finditer(name)] if body_type == "department" and name[-1] in "局厅会" else []
        if any(len(bound) > 1 or bound in "各的了和与及对在" for bound in bounds):
            return True
        return bool(re.search(r"(?:格局|布局|结局|大局|全局|开局|当局|政局|残局|僵局)$", name)) or before[-1:] in {"各", "乡", "全"}
    if body_type == "group":
        empty = begin == suffix and generic in {"联席会", "联席会议", "指挥部", "服务队", "服务团", "突击队", "工作队", "小组", "活动办", "活动办公室"}
        return empty or before == "各类" or (generic in {"小组", "服务队"} and bool(_CLASS.fullmatch(head)))
    if body_type in {"institution", "school", "university"} and name[0] in _OPEN:
        return True
    head = text[begin : end - len(generic)] if generic else text[begin:end]
    stem = re.sub(r"(?:有限|股份|责任|控股)+$", "", head)
    if body_type == "enterprise" and _FIRMS.fullmatch(name):
        return False
    if len(stem) > 1 and _LEVEL_LED.match(stem) and before[-1:] not in {"全", "各", "乡", "两"}:
        return False
    if body_type in {"institution", "court", "mass"} and re.fullmatch("[省市县区镇乡](?:第?[一二三四五六七八九十]*人民|中心|中医|妇幼)?", stem):
        return False
    if body_type == "mass" and re.match("(?:共青)?团(?!体)|全国|中华|[省市县区州旗]", name):
        return False
    if generic[-1:] == "矿" and re.fullmatch("[一二三四五六七八九十]矿", generic):
        return False
    if generic[-1:] == "中" and body_type == "school":
        return len(stem) < 2 and stem not in set("省市县区镇")
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
            edge = max((m.end() for m in _bound().finditer(item) if m.end() < len(item) - 1), default=0)
            yield Organisation(at + edge, at + len(item), item[edge:], own)
            at += len(item) + 1
