"""Quantities: numbers that count, with measure, qualifier, rate, period and kind; and numbers that count nothing."""

from __future__ import annotations

import pandas as pd
import pytest
from facts import demo_truth, demo_units, units_of
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.facts.lexicon import load_lexicon
from cxzy_study.facts.numbers import find_numbers
from cxzy_study.facts.quantities import QUANTITY_COLUMNS, find_quantities
from cxzy_study.tables import InvalidInput


def values(*texts: str) -> list[tuple[float, str]]:
    frame = find_quantities(units_of(*texts))
    return list(zip(frame["value"], frame["measure"], strict=True))


def first(text: str) -> pd.Series:
    return find_quantities(units_of(text)).iloc[0]


# ---- value and measure -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value", "measure"),
    [
        ("建立联系点360多个。", 360, "个"), ("投入1088亿元。", 108_800_000_000, "元"), ("调研1.5万人次。", 15_000, "人次"),
        ("十二名干部", 12, "名"), ("两轮评议", 2, "轮"), ("三万九千多名党员", 39_000, "名"), ("近7万4千多个", 74_000, "个"),
        ("2万5000平方米", 25_000, "平方米"), ("8000多万名党员", 80_000_000, "名"), ("上百个社团", 100, "个"), ("满意率98.5%", 98.5, "%"),
        ("百分之三十的村", 30, "%"), ("九成以上的审批", 9, "成"), ("历时两个月", 2, "月"), ("缩短11.5个工作日", 11.5, "工作日"),
        ("提高5.2个百分点", 5.2, "百分点"), ("用了半个小时", 0.5, "小时"), ("花了两三天", 2, "天"), ("一亩半地", 1.5, "亩"),
        ("十几个办公室", 10, "个"), ("三十多处会所", 30, "处"), ("６,８２３次", 6823, "次"), ("每村一名代办员", 1, "名"),
        ("八大类药品", 8, "类"), ("融资2000万", 20_000_000, ""), ("上访事件为零", 0, ""), ("三分之一的群众", 1 / 3, ""),
        ("一半以上的村", 0.5, ""), ("减少1/3以上", 1 / 3, ""), ("位居全省第3位", 3, "位"), ("获全市第一名", 1, "名"), ("前三名", 3, "名"),
        ("引进资金18个亿", 1_800_000_000, ""), ("融资2.5个亿元", 250_000_000, "元"), ("增长一成五", 1.5, "成"), ("建起220千伏变电站", 220, "千伏"),
        ("新增30万千瓦", 300_000, "千瓦"), ("长12.5千米", 12.5, "千米"), ("占全省的0.37 %", 0.37, "%"), ("翻了两番", 2, "番"),
        ("新建石桥一座,", 1, "座"), ("经过一年的培养", 1, "年"), ("费用超出一倍多", 1, "倍"), ("种植香菇130棚", 130, "棚"),
        ("率达百分之八十七点四", 87.4, "%"), ("死亡率千分之一点五", 1.5, "‰"), ("走了一个半小时", 1.5, "小时"), ("集训两个半月", 2.5, "月"),
        ("工期两年半时间", 2.5, "年"), ("经过一年半,", 1.5, "年"), ("每周两个半天", 2, "个"), ("选派5名半脱产干部", 5, "名"), ("利润翻一番", 1, "番"),
        ("产量翻了将近一番", 1, "番"), ("增长８7．5％", 87.5, "%"), ("提高２．5个百分点", 2.5, "百分点"), ("出生率0.5‰", 0.5, "‰"), ("占3.5﹪", 3.5, "%"),
        ("利润增长三点二五倍", 3.25, "倍"),
    ],
)  # fmt: skip
def test_values_and_measures(text, value, measure):
    assert values(text) == [(pytest.approx(value), measure)]


@pytest.mark.parametrize(
    "text",
    [
        "2010年5月24日召开。", "2011年", "二〇一一年", "5月份以来", "十月下旬", "8日下午", "上世纪八十年代", "〔2010〕12号文件", "“6.21”洪灾",
        "十一届三中全会", "第十二届", "第一书记", "第一时间赶到", "第二批单位", "一把手抓", "一个重要载体", "一批先进典型", "一支高素质队伍",
        "形成一套制度", "统一思想", "十分重要", "四川省", "三明市", "一方面要学", "这两天", "前两年", "五年前", "五湖四海", "数千名群众", "几十个回合",
        "一名一流的", "建党90周年", "三年级", "实行千分制", "“百日”行动", "五年来,成绩很大。", "一级抓一级", "万众一心", "96110电话", "五星级", "两岸",
        "2010—2012年的名单", "8年来“爱心队”壮大", "整改一件、销号一件", "五分地村的井", "三棵树村5组", "一家一家走", "向上一级报告", "一户一宅",
        "经过一番讨论", "三五成群地来", "等上一年半载", "五三名", "“九五”期间", "收获满满的一年。", "九台的农机校", "“百千万”工程", "万年矿的工人",
    ],
)  # fmt: skip
def test_years_dates_ordinals_and_articles_are_none(text):
    assert values(text) == []


@pytest.mark.parametrize(
    ("text", "low", "high", "surface"),
    [
        ("住着三五户人家", 3, 5, "三五户"), ("用三五分钟", 3, 5, "三五分钟"), ("两三名队员", 2, 3, "两三名"), ("去了三两天", 2, 3, "三两天"),
        ("七八百名", 700, 800, "七八百名"), ("十七八名后生", 17, 18, "十七八名"), ("二十四五岁", 24, 25, "二十四五岁"), ("百八十户", 80, 100, "百八十户"),
        ("一百二三十人", 120, 130, "一百二三十人"), ("三四十个", 30, 40, "三四十个"), ("三五百亩", 300, 500, "三五百亩"),
        ("二三十万元", 200_000, 300_000, "二三十万元"), ("十三四万元", 130_000, 140_000, "十三四万元"), ("一两个村", 1, 2, "一两个"),
    ],
)  # fmt: skip
def test_neighbouring_numerals_are_a_range(text, low, high, surface):
    row = first(text)
    assert (row["value"], row["value_to"], row["surface"]) == (low, high, surface)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("投入7 450元,培训2 130名村医。", [(7450, "元"), (2130, "名")]), ("修路12 000余万元", [(120_000_000, "元")]),
        ("惠及1\u2009260\u2009000人", [(1_260_000, "人")]), ("4\u202f200多名", [(4200, "名")]), ("4\xa0200名", [(4200, "名")]),
        ("12'000名", [(12_000, "名")]), ("12’000名", [(12_000, "名")]), ("其中，6，850名", [(6850, "名")]), ("１ ２００．５亩", [(1200.5, "亩")]),
        ("由1 000提高到1 500名", [(1500, "名")]), ("1 000-1 500名", [(1000, "名")]),
        # Neighbours, not groups.
        ("到2010 100人", [(100, "人")]), ("2010，100人", [(100, "人")]), ("2009 2010 2011", []), ("8:30 200人", [(200, "人")]),
        ("2012-05-16 100人", [(100, "人")]), ("得98　100　102分", [(102, "分")]), ("12 3456人", [(3456, "人")]), ("1.5 200人", [(200, "人")]),
        ("100 200 3000人", [(3000, "人")]), ("‘5’100人", [(100, "人")]), ("050 100人", [(100, "人")]), ("1,2345人", [(2345, "人")]),
    ],
)  # fmt: skip
def test_groups_of_digits(text, told):
    assert values(text) == told


def test_enumerators_and_formulas_are_none():
    units = units_of("三、抓落实").assign(enumerator="三、")
    assert find_quantities(units).empty
    assert values("开展“三个一”活动,落实“四个到位”,建三个队。") == [(3, "个")]


def test_one_counts_only_where_it_is_a_number():
    assert values("每月召开一次例会。") == [(1, "次")]
    assert values("每人联系一个村、一户困难家庭。") == [(1, "个"), (1, "户")]
    assert values("至少上一次党课。") == [(1, "次")]
    assert values("联系一个以上村。") == [(1, "个")]
    assert values("带去一张表、一本书、一个本子。") == [(1, "张"), (1, "本"), (1, "个")]
    assert values("形成“下管一级、下查两级”的办法。") == [(1, "级"), (2, "级")]
    assert values("每到一处,都要请群众参与。") == []
    assert values("每参加一次服务记2分。") == [(2, "分")]
    assert values("历时一年,效果明显。") == [(1, "年")]


# ---- what stands around ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("约300户", "约"), ("近万名群众", "近"), ("480多名", "多"), ("3400余人", "余"), ("满意率达95%以上", "以上"), ("不少于5条", "不少于"),
        ("每月至少到村里走访2次以上", "至少;以上"), ("三天内答复", "内"), ("超过386亿元", "超过"), ("不到16公里", "不到"), ("6条", ""),
        ("上一堂课,每月2次", ""), ("前三名", "前"), ("末三名", "末"),
    ],
)  # fmt: skip
def test_qualifiers(text, qualifier):
    assert first(text)["qualifier"] == qualifier


@pytest.mark.parametrize(
    ("text", "per"),
    [
        ("每月走访2次。", "每月"), ("各镇每季度报送不少于5条。", "每季度"), ("每名党员50元。", "每名党员"), ("农民人均纯收入4386元。", "人"),
        ("每两个月走一遍。", "每两个月"), ("每人每月住村10天。", "每人每月"), ("一年开不了两次会。", "一年"), ("走访2次。", ""),
        ("每月到点走访,听意见,解难题2次。", "每月"), ("平均每人128.50元。", "每人"),
    ],
)  # fmt: skip
def test_rates(text, per):
    assert first(text)["per"] == per


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("收入增长18.7%", "change"), ("下降了两成", "change"), ("收入4386元", "level"), ("新增岗位9000个", "change"),
        ("增加到9000个", "level"),
        ("覆盖率达90%", "share"), ("90%的党员", "share"), ("占总分的60%", "share"), ("由61%提高到90%", "share"), ("居全市第2位", "rank"),
        ("精简幅度达60%", "change"), ("提高5个百分点", "change"), ("同比减少68批次", "change"), ("投诉为零", "level"), ("提高两个满意度", "level"), ("翻了两番", "change"), ("三分之一的人", "share"),
    ],
)  # fmt: skip
def test_kinds(text, kind):
    assert first(text)["kind"] == kind


def test_things_periods_denominators_and_claimants():
    row = first("据统计,截至10月底,全市已建成示范点214个,占全部村的40%。")
    assert (row["period"], row["claimant"], row["value"]) == ("截至10月底", "据统计", 214)
    share = find_quantities(units_of("据统计,截至10月底,全市已建成示范点214个,占全部村的40%。")).iloc[1]
    assert (share["of"], share["kind"]) == ("全部村", "share")
    assert first("解决困难问题2790余件。")["thing"] == "困难问题"
    assert first("聘请36名监督员。")["thing"] == "监督员"
    assert first("选派28名政治素质好、业务能力强的干部到村。")["thing"] == "干部"


def test_a_period_lasts_over_a_semicolon_and_no_further():
    units = units_of("2011年,投资完成1088亿元;", "预算收入140亿元。", "税收20亿元。")
    same = units.assign(paragraph=1)
    assert find_quantities(same)["period"].tolist() == ["2011年", "2011年", ""]
    assert find_quantities(units)["period"].tolist() == ["2011年", "", ""]


def test_base_units_stand_beside_the_original():
    frame = find_quantities(units_of("投入1.5万元,修路3公里,绿化2亩,用时2周,满意率95%,党员7名,占三分之一,居全省第3位。"))
    base = {r.measure: (r.base_value, r.base_measure) for r in frame.itertuples() if r.kind != "rank"}
    assert base["元"] == (15_000, "元")
    assert base["公里"] == (3000, "米")
    assert base["亩"] == (pytest.approx(1333.333, abs=0.01), "平方米")
    assert base["周"] == (14, "天")
    assert base["%"] == (pytest.approx(0.95), "1")
    assert base[""] == (pytest.approx(1 / 3), "1")
    assert base["名"][1] == ""
    assert pd.isna(base["名"][0])


def test_a_range_keeps_both_ends():
    row = first("每人掌握1-2门技术。")
    assert (row["value"], row["value_to"], row["measure"]) == (1, 2, "门")
    assert first("联系两到三户")["value_to"] == 3
    assert pd.isna(first("2门")["value_to"])


def test_a_duration_that_its_dates_contradict_is_flagged():
    assert first("2010年12月起,为期一年,到2011年6月底结束。")["flag"] == "stated 12 months, dated 7 months"
    assert first("2010年12月起,为期七个月,到2011年6月底结束。")["flag"] == ""
    assert first("从2010年12月开始,为期一年。")["flag"] == ""


# ---- tables, empty, hostile, properties ------------------------------------------------------------------------------


def test_nothing_gives_the_empty_table():
    for units in (units_of(), units_of("", "没有数字。")):
        frame = find_quantities(units)
        assert list(frame.columns) == list(QUANTITY_COLUMNS)
        assert frame.empty
        assert frame["value"].dtype == float


def test_formulas_that_were_found_are_used():
    units = units_of("三个高地和三个村")
    assert len(find_quantities(units)) == 2
    own = pd.DataFrame([("d", "u001", 0, 4)], columns=["doc_id", "unit_id", "start", "end"])
    assert find_quantities(units, formulas=own)["start"].tolist() == [5]
    with pytest.raises(InvalidInput, match="end"):
        find_quantities(units, formulas=own.drop(columns="end"))


def test_measures_are_sound():
    measures = load_lexicon("measures")
    assert not measures["measure"].duplicated().any()
    assert (measures["factor"].astype(float) > 0).all()
    assert set(measures["dimension"]) >= {"money", "area", "length", "mass", "time", "ratio", "count"}


@pytest.mark.parametrize(
    "text",
    ["1" * 100_000, "每月一次," * 2000, "12.5%" * 2000, "百分之" * 5000, "三百" * 20_000, "甲、" * 30_000 + "等3人", "一个" * 3000],
)
def test_hostile_lines_are_read_in_bounded_time(text):
    frame = find_quantities(units_of(text))
    assert all(text[a:b] == s for a, b, s in zip(frame["start"], frame["end"], frame["surface"], strict=True))


PIECES = "增长 每月 30% １２名 一次 三分之一 百分之五 第2位 2010年5月 近 多 以上 万元 3.5 两 村 , 。 “五好”".split()


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
def test_places_slice_back_and_never_overlap(text):
    frame = find_quantities(units_of(text))
    assert all(text[a:b] == s for a, b, s in zip(frame["start"], frame["end"], frame["surface"], strict=True))
    assert (frame["start"].iloc[1:].to_numpy() >= frame["end"].iloc[:-1].to_numpy()).all()
    assert set(frame["kind"]) <= {"level", "change", "rank", "share"}
    shares = frame.loc[frame["measure"] == "", "value"]
    assert ((shares >= 0) & (shares < 1) | (shares >= 10_000) | (frame.loc[shares.index, "kind"] == "rank")).all()


@given(st.integers(2, 10**7))
def test_an_arabic_count_is_found_whatever_it_is(n):
    assert values(f"建成{n}个点。") == [(n, "个")]
    assert values(f"建成{n:,}个点。") == [(n, "个")]


def test_numbers_come_with_what_stands_beside_them():
    number = next(find_numbers("不少于3.5万户以上"))
    assert (number.value, number.measure, number.qualifier) == (35_000, "户", "不少于;以上")


def test_the_demo_corpus_gives_its_quantities():
    truth, frame = demo_truth("quantities"), find_quantities(demo_units())
    left: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
    for row in frame.itertuples():
        left.setdefault((row.doc_id, row.unit_id), []).append((row.value, row.measure, row.kind))
    found = kinds = 0
    for row in truth.itertuples():
        told = left.get((row.doc_id, row.unit_id), [])
        same = [t for t in told if t[0] == pytest.approx(float(row.value)) and t[1] == row.measure]
        if same:
            told.remove(same[0])
            found += 1
            kinds += same[0][2] == row.kind
    assert found >= 0.95 * max(len(truth), len(frame))
    assert kinds >= 0.9 * found
