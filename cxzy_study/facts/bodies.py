"""Bodies: places, party bodies, departments, systems, firms, schools and groups that documents name."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from cxzy_study.facts.lexicon import check_units, fold_text, iter_documents
from cxzy_study.facts.organisations import POST, Organisation, find_organisations
from cxzy_study.facts.places import Gazetteer, Place, choose_place, load_gazetteer, short_name
from cxzy_study.facts.taken import Taken
from cxzy_study.text.match import Matcher

BODY_COLUMNS = ("doc_id", "unit_id", "start", "end", "surface", "name", "body_type", "admin_level", "adcode", "parent")

_ZONE = "(?:国家级|省级)?(?:经济(?:技术)?)?开发区|高新(?:技术)?(?:产业)?(?:开发)?区|(?:工业|产业|科技|物流)园区|工业园|产业园|保税区|工业区|示范区"
_LOCAL = re.compile(rf"(?:{_ZONE}|[乡镇村]|街道|社区|苏木|嘎查)(?!街道|社区|小区)(?![民务庄级镇域情貌规官里长支委两])")
_LOCAL_BOUND = re.compile(
    r"[\s\d]|[^\w]|帮助|协助|[的了在由向对从到和与及把将被让使是有为等并各全该本这某进入驻下送帮做住来个起]|那(?=[个些里时位])|[我他你咱]们|这个|位于|来自|走进|推动|开展|组织|选择|建设|"
    r"发展|处在|当地|附近|所有|一些|不少|记者|干部|党员|群众|企业|机关|[省市县区旗州](?=[^\W\d_]{2})|国家级|省级|市级"
)
_LOCAL_CLASS = re.compile(
    r"(?:农|乡|城|城乡|贫困|行政|自然|城中|后进|全|各|本|该|村|新|街道|城市|文明|标准化|扶贫|精品|示范|先进|薄弱|试点|山区|小城|集|重点|中心|"
    r"老|小|大|建制|特色|美丽|空心|社会主义新农|难点|星级服务|星级|和谐|幸福|智慧|所属|辖区|结对|邻|外|本地|下|家|故|同|基层|下属|周边|偏远|兄弟|联系|包|两|三|四|几|多|每|一|进|"
    r"驻|入|兵|军|市)+"
)
_LOCAL_WORDS = re.compile(
    "党委|逐|开始|全部|查处|撤|年|千人|百村|万户|围绕|消除|争当|参加|增加|扩大|邻村|对口|覆盖|优秀|精品|党建|服务|建设|管理|加强|努力|打造|文化|科技|社会|经济|先进|创建|争创|惠及|"
    "能人|治$|民警|误信|邻$|^一[校站岗队室网栏员]|狠抓|加大|小城|覆盖|深入|走访|拓展|完善|搭建|建立|提高|提升|构建|深化|健全|规范|整合|创新|丰富|落实|抓好|强化|推进|推行|实施|带动|共建|关爱|慰问|调研|监督|宣传|维护|保障|面向|发展|示范|贫困|后进|困难|"
    "落后|软弱|涣散|省|市|县|级|户|移民|改造|居民|新型|生态|民主|法治|宜居|卫生|绿色|平安|试行|推行|实行|多数|部分|年轻|帮扶|定点|挂钩"
)
_LISTED = re.compile(r"([^\W\d_]{1,12}(?:、[^\W\d_]{1,4}){1,15})等(?:\d+个|[两三四五六七八九十]+个)?([区县市旗])")
_LEVELS = {"省": "province", "自治区": "province", "镇": "township", "乡": "township"} | dict.fromkeys("县区旗", "county")


def find_bodies(
    units: pd.DataFrame, *, year: int | Mapping[str, int] | None = None, places: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Find the bodies that some documents name.

    A body is one organisation or place, named or pointed to without doubt (县委 in a county's own text); classes of
    bodies (各级党组织) and holders of offices (县委书记某某) are none. Of nested names the longest counts.

    Parameters
    ----------
    units : DataFrame
        Units with their text, in reading order; see :func:`cxzy_study.facts.formulas.find_formulas`.
    year : int or mapping of doc_id to int, optional
        Of which year codes and levels are taken (2011, if not given).
    places : DataFrame, optional
        Regions and zones without a code, in the place of ``data/lexicon/places.csv``.

    Returns
    -------
    DataFrame
        One row a mention, in reading order: ``doc_id, unit_id``; ``start, end`` code points within the unit's text;
        ``surface``; ``name`` (of places the full name); ``body_type`` (see
        :data:`cxzy_study.facts.organisations.BODY_TYPES`); ``admin_level`` (province, municipality, prefecture,
        county, township, village, zone, region; empty where unknown); ``adcode`` of places that have one in that year
        and can be told apart; ``parent``, the body above, where it can be told.

    Raises
    ------
    InvalidInput
        If a column is missing, a unit stands twice or a year is before 1980.

    Examples
    --------
    >>> from cxzy_study.facts.lexicon import UNIT_COLUMNS
    >>> units = pd.DataFrame([("d", "u1", "sentence", "0", 0, "", 1, "静海县委在市卫生局和云溪镇开会。")],
    ...                      columns=list(UNIT_COLUMNS))
    >>> find_bodies(units, year=2010)[["name", "body_type", "parent"]].values.tolist()
    [['静海县委', 'party', '静海县'], ['市卫生局', 'department', ''], ['云溪镇', 'place', '']]
    """
    check_units(units)
    rows: list[tuple[object, ...]] = []
    for doc_id, (unit_ids, texts) in iter_documents(units, ("unit_id", "text")):
        own = year.get(doc_id) if isinstance(year, Mapping) else year
        gazetteer = load_gazetteer(own, places=places)
        rows += _document(doc_id, unit_ids, texts, gazetteer)
    return pd.DataFrame(rows, columns=list(BODY_COLUMNS))


_MATCHERS: dict[int, tuple[Gazetteer, Matcher]] = {}


def _matcher(gazetteer: Gazetteer) -> Matcher:
    """Return the matcher of all place names of a year, made once for each gazetteer that is alive."""
    kept = _MATCHERS.get(id(gazetteer))
    if kept is None or kept[0] is not gazetteer:
        if len(_MATCHERS) > 8:
            _MATCHERS.clear()
        kept = _MATCHERS[id(gazetteer)] = (gazetteer, Matcher([*gazetteer.full, *gazetteer.short]))
    return kept[1]


def _document(doc_id: str, unit_ids: list[str], raws: list[str], gazetteer: Gazetteer) -> Iterator[tuple[object, ...]]:
    texts = [fold_text(text) for text in raws]
    matcher = _matcher(gazetteer)
    hits = _hits(texts, matcher)
    found = [list(_official(text, here, gazetteer)) for text, here in zip(texts, hits, strict=True)]
    shorts = _short_forms(found, gazetteer)
    for text, named in zip(texts, found, strict=True):
        named += _again(text, named, shorts)
        named += _local(text, named)
    local = {c[0].name: c for named in found for _, _, c in named if c[0].level in {"township", "village", "zone"}}
    for text, named in zip(texts, found, strict=True):
        # A township that the document names is found again where no boundary stands before it.
        named += _again(text, named, {name: c for name, c in local.items() if name in text})
        named[:] = [_trimmed(place, text, local) for place in named]
        zones = [(a, b) for a, b, c in named if c[0].level == "zone"]
        if zones:
            named[:] = [p for p in named if not any(a <= p[0] and p[1] <= b and (a, b) != p[:2] for a, b in zones)]
        named.sort(key=lambda p: (p[0], -p[1]))
    sure = Counter(c[0].adcode for named in found for _, _, c in named if len(c) == 1 and c[0].adcode)
    context = [code for code, _ in sure.most_common()]
    named_villages = Counter(c[0].name for named in found for _, _, c in named if c[0].level == "village")
    # 村党支部 means one branch where the document speaks of one village, and more than in passing.
    village = len(named_villages) == 1 and max(named_villages.values()) > 1
    for unit_id, raw, text, named in zip(unit_ids, raws, texts, found, strict=True):
        organisations = find_organisations(text, [(a, b) for a, b, _ in named], village=village)
        begins = [a for a, _, _ in named]
        owned = Taken(len(text), ((o.start, o.end) for o in organisations))
        last, last_end = None, -1
        rows: list[tuple[int, tuple[object, ...]]] = []
        for a, b, candidates in named:
            place = choose_place(candidates, context)
            name = candidates[0].name
            above = last.name if last and last_end == a else ""
            last, last_end = place or candidates[0], b
            if not owned.free(a, b) or POST.match(text, b):
                continue
            parent = (gazetteer.parent(place) if place else "") or above
            code, level = (place.adcode, place.level) if place else ("", candidates[0].level)
            rows.append((a, (doc_id, unit_id, a, b, raw[a:b], name, "place", level, code, parent)))
        for o in organisations:
            if o.body_type == "post":
                continue
            level, parent = _owner(o, named[bisect_left(begins, o.start) : bisect_left(begins, o.end)])
            surface = raw[o.start : o.end]
            rows.append((o.start, (doc_id, unit_id, o.start, o.end, surface, o.name, o.body_type, level, "", parent)))
        for _, row in sorted(rows, key=lambda r: r[0]):
            yield row


Named = tuple[int, int, tuple[Place, ...]]


def _hits(texts: list[str], matcher: Matcher) -> list[list[tuple[str, int, int]]]:
    """Return the literals in each text, found in one pass over all of them."""
    found: list[list[tuple[str, int, int]]] = [[] for _ in texts]
    ends = np.cumsum([len(text) + 1 for text in texts])
    hits = matcher.find_longest("\n".join(texts))
    which = np.searchsorted(ends, hits.start, side="right").tolist()
    for i, a, b, n in zip(hits.literal.tolist(), hits.start.tolist(), hits.end.tolist(), which, strict=True):
        begin = int(ends[n]) - len(texts[n]) - 1
        found[n].append((matcher.literals[i], a - begin, b - begin))
    return found


def _official(text: str, hits: list[tuple[str, int, int]], gazetteer: Gazetteer) -> Iterator[Named]:
    """Yield the places of the code table: full names, short forms of upper levels, counties behind their province."""
    at, starts = 0, {a for _, a, _ in hits}
    for name, a, b in hits:
        if a < at or _is_other(text, a, b, name in gazetteer.short):
            continue
        candidates = gazetteer.full.get(name) or gazetteer.short[name]
        at = b
        yield a, b, candidates
        for width in () if b in starts else (2, 3, 4):
            stem = text[b : b + width]
            below = [p for s in "县区市旗" for p in gazetteer.full.get(stem + s, ()) if p.level == "county"]
            below = [p for p in below if any(p.adcode[:2] == c.adcode[:2] for c in candidates)]
            if below and len(stem) == width and text[b + width : b + width + 1] not in "县区市旗":
                yield b, b + width, tuple(below)
                at = b + width
                break
    for match in _LISTED.finditer(text) if "等" in text and "、" in text else ():
        start = match.start(1)
        for item in match[1].split("、"):
            for cut in range(len(item) - 1):
                candidates = gazetteer.full.get(item[cut:] + match[2], ())
                if candidates:
                    yield start + cut, start + len(item), candidates
                    break
            start += len(item) + 1


def _is_other(text: str, a: int, b: int, short: bool) -> bool:
    """Whether the characters only look like the place, or stand in a slogan (“建设新松岭”)."""
    if text[a:b] == "和县" and text[max(0, a - 1) : a] not in {"省", "市", "徽", "湖", "山"}:
        return True
    if short and (
        text[b : b + 1] in {"路", "港", "河", "江", "话", "菜", "八"}
        or text[b : b + 2] in {"日报", "晚报", "卫视", "商报", "都市"}
        or text[a - 1 : a] == "新"
    ):
        return True
    floor = max(0, a - 40)
    opened = max(text.rfind(c, floor, a) for c in "“『「‘")
    if opened < 0 or max(text.rfind(c, floor, a) for c in "”』」’") > opened:
        return False
    closed = min((i for i in (text.find(c, b, b + 40) for c in "”』」’") if i >= 0), default=-1)
    return closed >= 0 and closed - opened <= 32 and (opened + 1, closed) != (a, b)


def _short_forms(found: list[list[Named]], gazetteer: Gazetteer) -> dict[str, tuple[Place, ...]]:
    """Return the short forms of the counties that the document names in full."""
    counties = {p.name: c for named in found for _, _, c in named for p in c[:1] if p.level == "county"}
    shorts = {short_name(name): candidates for name, candidates in counties.items()}
    return {s: c for s, c in shorts.items() if len(s) > 1 and s not in gazetteer.full and s not in gazetteer.short}


def _again(text: str, named: list[Named], shorts: dict[str, tuple[Place, ...]]) -> list[Named]:
    taken = Taken(len(text), ((a, b) for a, b, _ in named))
    more = []
    for short, candidates in shorts.items():
        for match in re.finditer(re.escape(short), text):
            a, b = match.span()
            if taken.free(a, b) and not _is_other(text, a, b, True):
                more.append((a, b, candidates))
    return more


def _trimmed(place: Named, text: str, local: dict[str, tuple[Place, ...]]) -> Named:
    """Return a township without the words before it, if the document names it without them elsewhere."""
    start, end, candidates = place
    if end - start > 3 and candidates[0].level in _LOCAL_LEVELS:
        for at in range(start + 1, end - 2):
            if text[at:end] in local:
                return at, end, local[text[at:end]]
    return place


_LOCAL_LEVELS = frozenset({"township", "village"})


def _local(text: str, named: list[Named]) -> list[Named]:
    """Return townships, villages and communities, which no table lists: by suffix, from the last boundary."""
    ends = {b for _, b, _ in named}
    taken = Taken(len(text), ((a, b) for a, b, _ in named))
    found: list[Named] = []
    at = 0
    for match in _LOCAL.finditer(text):
        end = match.end()
        floor = max(0, end - 12)
        start = max([at, floor, *(b for b in range(floor, end - 1) if b in ends)])
        window = text[start:end]
        suffix, zone = len(match[0]), match[0][-1] in "区园" and match[0] != "社区"
        edge = max((m.end() for m in _LOCAL_BOUND.finditer(window[:-suffix])), default=0)
        if len(window) >= 12 and edge == 0:
            continue
        stem = window[edge:-suffix]
        if inner := re.search("(?<=.)[乡镇](?=..)", stem):
            # 赵镇后寨村: the township before it is a place of its own, however short behind its county.
            first = end - suffix - len(stem)
            cut = first + inner.end()
            if first in ends:
                found.append((first, cut, (Place(text[first:cut], "", "township"),)))
            stem = stem[inner.end() :]
        if zone and not stem and not edge and start in ends and taken.free(start, end):
            # 松岭市高新区: the zone is named by the place before it.
            begin = max(a for a, b, _ in named if b == start)
            found.append((begin, end, (Place(text[begin:end], "", "zone"),)))
            at = end
            continue
        if not 1 < len(stem) <= 4 or _LOCAL_CLASS.fullmatch(stem) or re.search("[级政机基贫农乡]$|农村|乡镇", stem):
            continue
        if _LOCAL_WORDS.search(stem) or not taken.free(end - len(stem) - suffix, end):
            continue
        level = "zone" if zone else "township" if window[-1] in "乡镇道木" else "village"
        begin = end - suffix - len(stem)
        found.append((begin, end, (Place(text[begin:end], "", level),)))
        at = end
    return found


UNLISTED_OWNER = re.compile(r"(?:中共)?([^\W\d_]{2,4}[市县区旗])(?:委(?:常委会|班子)?|纪委)")


def _owner(body: Organisation, named: list[Named]) -> tuple[str, str]:
    """Return level and parent of an organisation, as its own name and the places *named* in it tell them."""
    inside = [(a, b, c) for a, b, c in named if b <= body.end]
    rest = body.name
    if inside:
        _, b, candidates = inside[-1]
        rest = body.name[b - body.start :]
        if rest.startswith("委"):
            return candidates[0].level, candidates[0].name
        level = candidates[0].level
        owner = re.match(r"委(?=[^\W\d_]{2})", rest)
        return level, candidates[0].name if owner is None else candidates[0].name + "委"
    if match := re.match(r"((?:自治区|省|市|县|区|州|旗|镇|乡)委)(?=[^\W\d_]{2})", rest):
        return _LEVELS.get(match[1][:-1], ""), match[1]
    if match := re.match("(自治区|省|市|县|区|州|旗|镇|乡)", rest):
        return _LEVELS.get(match[1], ""), ""
    if match := re.fullmatch("(.{2,}?)(?:党委|党总支|党支部|党组|党工委)", rest):
        return "", match[1]
    if match := UNLISTED_OWNER.fullmatch(rest):
        return _LEVELS.get(match[1][-1], ""), match[1]
    return ("national", "") if re.match("中央|党中央|中共中央|国务院|全国|国家", rest) else ("", "")
