"""Bodies: places of a year, organisations by the grammar of their names, and which of them a unit is about."""

from __future__ import annotations

import pandas as pd
import pytest
from facts import units_of
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.facts.about import assign_bodies, assign_practices, find_home
from cxzy_study.facts.bodies import BODY_COLUMNS, find_bodies
from cxzy_study.facts.lexicon import load_lexicon
from cxzy_study.facts.organisations import BODY_TYPES
from cxzy_study.facts.places import choose_place, level_of, load_gazetteer, short_name
from cxzy_study.tables import InvalidInput


def named(*texts: str, year: int | None = 2011) -> list[tuple[str, str]]:
    frame = find_bodies(units_of(*texts), year=year)
    return list(zip(frame["name"], frame["body_type"], strict=True))


def place(text: str, year: int) -> tuple[str, str, str]:
    row = find_bodies(units_of(text), year=year).iloc[0]
    return row["adcode"], row["admin_level"], row["parent"]


# ---- places of a year ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "year", "expected"),
    [
        ("静海县开会。", 2010, ("120223", "county", "天津市")), ("蓟县开会。", 2010, ("120225", "county", "天津市")),
        ("静海区开会。", 2017, ("120118", "county", "天津市")), ("定安县开会。", 2004, ("469025", "county", "海南省")),
        ("定安县开会。", 2011, ("469021", "county", "海南省")), ("廊坊开会。", 2011, ("131000", "prefecture", "河北省")),
        ("天津开会。", 2011, ("120000", "municipality", "")), ("内蒙古开会。", 2011, ("150000", "province", "")),
    ],
)  # fmt: skip
def test_places_have_the_code_and_level_of_the_year(text, year, expected):
    assert place(text, year) == expected


def test_a_place_that_the_year_did_not_know_is_none():
    assert named("蓟州区开会。", year=2010) == []
    assert named("蓟州区开会。", year=2017) == [("蓟州区", "place")]


def test_each_document_may_have_a_year_of_its_own():
    units = pd.concat([units_of("定安县", doc_id="old"), units_of("定安县", doc_id="new")], ignore_index=True)
    assert find_bodies(units, year={"old": 2004, "new": 2011})["adcode"].tolist() == ["469025", "469021"]


def test_years_without_a_table_are_refused_or_read_as_the_last():
    with pytest.raises(InvalidInput, match="1949"):
        find_bodies(units_of("定安县"), year=1949)
    assert load_gazetteer(2030) is load_gazetteer(2018)


def test_names_that_several_places_bear_are_told_apart_by_the_document_or_left_open():
    assert place("和平区开会。", 2010)[0] == ""
    assert place("天津市和平区开会。", 2010)[0] == "120000"
    frame = find_bodies(units_of("天津市和平区开会。", "和平区很好。"), year=2010)
    assert frame["adcode"].tolist() == ["120000", "120101", "120101"]


def test_levels_short_names_and_choice():
    levels = [level_of(c) for c in ("110000", "130000", "130100", "130123")]
    assert levels == ["municipality", "province", "prefecture", "county"]
    assert [short_name(n) for n in ("宁夏回族自治区", "蓟县", "翁牛特旗", "甘孜藏族自治州")] == ["宁夏", "蓟县", "翁牛特", "甘孜"]
    same = load_gazetteer(2010).full["和平区"]
    assert choose_place(same, ["120000"]).adcode == "120101"
    assert choose_place(same, []) is None
    assert choose_place((), ["120000"]) is None


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("福建泰宁召开会议,泰宁的做法好。", ["福建省", "泰宁县", "泰宁县"]),
        ("和平、河东、河西等3个区跟上。", ["和平区", "河东区", "河西区"]),
        ("在松花江畔的云溪镇白果村和柳树社区。", ["云溪镇", "白果村", "柳树社区"]),
        ("打造新天津,建设“美丽廊坊”。", []), ("南京路上,四平八稳。", []), ("全县各乡镇、所有贫困村、每个社区和农村。", []),
        ("文山会海要治,来宾满意。", []), ("松岭经济开发区和青山街道", ["松岭经济开发区", "青山街道"]),
        ("天津市经济技术开发区开工。", ["天津市经济技术开发区"]), ("据《河南日报》报道", []), ("贵州省威宁县出台", ["贵州省", "威宁彝族回族苗族自治县"]), ("泰宁县、开发区跟上。", ["泰宁县"]), ("法那村的人,形容法那村富了", ["法那村", "法那村"]), ("松岭省长和静海县县长来了。", []),
    ],
)  # fmt: skip
def test_places_in_text(text, names):
    assert [n for n, kind in named(text) if kind == "place"] == names


def test_places_of_ones_own():
    own = pd.DataFrame([("松岭新区", "松岭", "", "zone", "2009", "", "廊坊市", "")], columns=load_lexicon("places").columns)
    frame = find_bodies(units_of("松岭新区开工。"), year=2010, places=own)
    assert frame[["name", "admin_level", "parent"]].values.tolist() == [["松岭新区", "zone", "廊坊市"]]
    assert find_bodies(units_of("松岭新区开工。"), year=2008, places=own).empty


# ---- organisations ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("静海县委、县政府部署。", [("静海县委", "party"), ("县政府", "government")]),
        ("云溪乡党委开展活动。", [("云溪乡党委", "party")]),
        ("如,白潭水电厂党委建网页。", [("白潭水电厂党委", "party")]),
        ("县委办党支部和县旅游管委会党委", [("县委办党支部", "party"), ("县旅游管委会党委", "party")]),
        ("市委组织部、市委政研室、市卫生局", [("市委组织部", "department"), ("市委政研室", "department"), ("市卫生局", "department")]),
        ("市委金融工委推动发展。", [("市委金融工委", "party")]),
        ("全市卫生系统和国资系统", [("卫生系统", "system"), ("国资系统", "system")]),
        ("统战、民政、国资委等3个系统和部门", [("统战", "system"), ("民政", "system"), ("国资委", "department")]),
        ("公安部门答复。", [("公安部门", "department")]),
        ("由霜桥大学12位书记带头", [("霜桥大学", "university")]),
        ("企业霜桥天溪数码科技有限公司的做法", [("霜桥天溪数码科技有限公司", "enterprise")]),
        ("县“山花先锋”工程领导小组办公室", [("县“山花先锋”工程领导小组办公室", "group")]),
        ("县委成立了创先争优活动领导小组。", [("县委", "party"), ("创先争优活动领导小组", "group")]),
        ("党中央、国务院和中央纪委", [("党中央", "party"), ("国务院", "government"), ("中央纪委", "party")]),
        ("市人民医院和霜桥第一中学", [("市人民医院", "institution"), ("霜桥第一中学", "school")]),
        ("学校党委要求", [("学校党委", "party")]),
        ("宁晋县委成立督导组", [("宁晋县委", "party"), ("督导组", "group")]),
        ("县直机关工委、团县委和市残联", [("县直机关工委", "party"), ("团县委", "mass"), ("市残联", "mass")]),
        ("学校党委宣传部、白杨大学党委组织部", [("学校党委宣传部", "department"), ("白杨大学党委组织部", "department")]),
        ("县一中、霜桥一中和霜桥第二中学", [("县一中", "school"), ("霜桥一中", "school"), ("霜桥第二中学", "school")]),
        ("霜桥社区居委会、松岭街道办事处", [("霜桥社区居委会", "mass"), ("松岭街道办事处", "government")]),
        ("中国农业银行霜桥支行、国家电网", [("中国农业银行霜桥支行", "enterprise"), ("国家电网", "enterprise")]),
        ("市交警支队和静海县纪检监察机关", [("市交警支队", "department"), ("静海县纪检监察机关", "department")]),
        ("争取市行政执法局支持,成功引进兴民科技有限公司", [("市行政执法局", "department"), ("兴民科技有限公司", "enterprise")]),
        ("教育、民政、社会保障等部门的窗口", [("教育", "department"), ("民政", "department"), ("社会保障", "department")]),
        ("镇委要求,白湾煤业集团三矿党委落实", [("镇委", "party"), ("白湾煤业集团三矿党委", "party")]),
        ("县委创先争优办和省交警总队", [("县委创先争优办", "group"), ("省交警总队", "department")]),
    ],
)  # fmt: skip
def test_organisations_by_the_grammar_of_their_names(text, expected):
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "各级党组织和广大党员", "基层党委、各党支部、农村党组织", "县委书记张某某", "云溪镇镇长李某", "物业公司和有限公司", "中小学和公立医院", "各类社会组织",
        "形成工作格局,服务大局", "一级抓一级", "电子监察系统", "中学生学习", "20个调查组", "两家医院和各县(市、区)教育局", "各街道办事处", "“二甲”医院", "实现名牌大学录取",
        "扎根于公司", "全国公安机关", "农机专业合作社社员", "分局的战果", "先后召开7次会议", "“支部+协会”模式", "搭建起社区平台,完善社区服务", "党员先锋服务队", "乡镇党委和街道党组织", "做法好", "",
    ],
)  # fmt: skip
def test_classes_of_bodies_and_holders_of_offices_are_none(text):
    assert named(text) == []


def test_owners_levels_and_parents():
    frame = find_bodies(units_of("静海县委和市委组织部,中共泰宁县委,云溪镇党委,浙江省湖州市公安局。"), year=2010)
    rows = frame.set_index("name")[["admin_level", "parent"]].T.to_dict("list")
    assert rows["静海县委"] == ["county", "静海县"]
    assert rows["市委组织部"][1] == "市委"
    assert rows["中共泰宁县委"] == ["county", "泰宁县"]
    assert rows["云溪镇党委"] == ["township", "云溪镇"]
    assert rows["湖州市公安局"] == ["prefecture", "湖州市"]
    assert rows["浙江省"] == ["province", ""]


# ---- what a unit is about --------------------------------------------------------------------------------------------


def test_units_are_about_what_they_or_their_heading_name_else_about_the_documents_own_body():
    units = units_of("静海县的做法", "云溪乡党委建网。", "大家都好。", "下一步", "按照县委要求抓落实。", "静海县进步了。", kinds="hsshss")
    bodies = find_bodies(units, year=2010)
    about = assign_bodies(units, bodies)
    assert about[["unit_id", "body", "basis"]].values.tolist() == [
        ["u001", "静海县", "named"], ["u002", "云溪乡党委", "named"], ["u003", "静海县", "heading"], ["u004", "静海县", "document"],
        ["u005", "静海县", "document"], ["u006", "静海县", "named"],
    ]  # fmt: skip
    assert find_home(bodies) == "静海县"
    own = assign_bodies(units, bodies.iloc[:0], home={"d": "松岭县"})
    assert set(own["body"]) == {"松岭县"}
    assert set(own["basis"]) == {"document"}


def test_a_practice_is_about_what_its_units_are_about():
    units = units_of("静海县的做法", "云溪乡党委建网。", "大家都好。", kinds="hss")
    about = assign_bodies(units, find_bodies(units, year=2010))
    practices = pd.DataFrame({"practice_id": ["p1", "p2"], "doc_id": "d", "unit_ids": ["u002;u003", ""]})
    found = assign_practices(practices, about)
    assert found[["practice_id", "body", "basis", "n_units"]].values.tolist() == [
        ["p1", "云溪乡党委", "named", 1], ["p1", "静海县", "heading", 1],
    ]  # fmt: skip
    with pytest.raises(InvalidInput, match="p1 u009"):
        assign_practices(practices.assign(unit_ids="u009"), about)


def test_the_branch_of_a_village_is_one_where_one_village_is_spoken_of():
    assert ("村党支部", "party") in named("白果村变了样。", "村党支部带头,白果村富了。")
    assert ("村党支部", "party") not in named("白果村和柳树村变了样,白果村富了。", "村党支部带头。")
    assert ("村党支部", "party") not in named("各村党支部带头。")


def test_a_unit_about_nobody_known_says_so():
    units = units_of("大家都好。")
    about = assign_bodies(units, find_bodies(units))
    assert about[["body", "body_type", "basis"]].values.tolist() == [["", "", "document"]]


def test_bodies_of_other_units_are_refused():
    units = units_of("静海县", "泰宁县")
    with pytest.raises(InvalidInput, match="d/u002"):
        assign_bodies(units.iloc[:1], find_bodies(units))


# ---- lexicon, empty, hostile, properties -----------------------------------------------------------------------------


def test_the_words_of_bodies_are_sound():
    words = load_lexicon("body_words")
    assert not words["word"].duplicated().any()
    assert set(words["role"]) <= {"function", "suffix", "bound"}
    assert set(words.loc[words["role"] == "suffix", "body_type"]) <= set(BODY_TYPES)


def test_nothing_gives_the_empty_table():
    for units in (units_of(), units_of("", "没有名字。")):
        frame = find_bodies(units)
        assert list(frame.columns) == list(BODY_COLUMNS)
        assert frame.empty
        assert len(assign_bodies(units, frame)) == len(units)


@pytest.mark.parametrize(
    "text",
    ["静海县委" * 5000, "领导小组" * 5000, "公安、" * 20_000 + "部门", "村" * 20_000, "局" * 20_000, "和平、" * 20_000 + "等区"],
)
def test_hostile_lines_are_read_in_bounded_time(text):
    frame = find_bodies(units_of(text), year=2010)
    assert all(text[a:b] == s for a, b, s in zip(frame["start"], frame["end"], frame["surface"], strict=True))


PIECES = "静海县 天津 云溪镇 白果村 党委 县委 市委 组织部 公安 局 部门 系统 的 和 、 “ ” 领导小组 书记 大学 各".split()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), max_size=3))
def test_places_slice_back_and_never_overlap(texts):
    units = units_of(*texts)
    frame = find_bodies(units, year=2010)
    lookup = units.set_index("unit_id")["text"]
    for unit_id, group in frame.groupby("unit_id"):
        places = zip(group["start"], group["end"], group["surface"], strict=True)
        assert all(lookup[unit_id][a:b] == s for a, b, s in places)
        assert (group["start"].iloc[1:].to_numpy() >= group["end"].iloc[:-1].to_numpy()).all()
    assert set(frame["body_type"]) <= set(BODY_TYPES)
    assert set(assign_bodies(units, frame)["unit_id"]) == set(units["unit_id"])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("松桥县委召开会议。", ["松桥县委"]), ("中共梅浦市委决定,鹭洲区纪委负责。", ["中共梅浦市委", "鹭洲区纪委"]),
        ("由梅浦市委和鹭洲区委共同承办。", ["梅浦市委", "鹭洲区委"]), ("“松桥县委”", ["松桥县委"]), ("松桥县委书记讲话。", []),
        # Verbs, times and pronouns before a committee are no names.
        ("按照县委要求,会同市纪委办理。", ["县委", "市纪委"]), ("近日县委作出部署。", ["县委"]), ("贯彻市委精神,紧扣县委中心工作。", ["市委", "县委"]),
        ("他叮嘱县委办好此事。", ["县委"]), ("报告市委、县委。", ["市委", "县委"]),
    ],
)  # fmt: skip
def test_committees_of_places_that_no_table_lists_keep_their_names(text, names):
    assert [n for n in find_bodies(units_of(text))["name"] if n.endswith("委")] == names


def test_a_committee_of_an_unlisted_county_has_its_level_and_what_is_above():
    row = find_bodies(units_of("在松桥县纪委开会。")).iloc[0]
    assert (row["surface"], row["admin_level"], row["parent"]) == ("松桥县纪委", "county", "松桥县")
