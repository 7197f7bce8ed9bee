"""Numbered formulas: found by shape, refused by shape, and spelled out from wherever the text tells them."""

from __future__ import annotations

import pandas as pd
import pytest
from facts import demo_truth, demo_units, units_of
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.facts.families import find_families, name_family, name_pattern
from cxzy_study.facts.formulas import FORMULA_COLUMNS, check_formula, clean_formulas, find_formulas
from cxzy_study.facts.grammar import parse_bare, parse_formula, strip_descriptor
from cxzy_study.facts.lexicon import COLUMNS, load_lexicon
from cxzy_study.tables import InvalidInput


def surfaces(*texts: str, **options) -> list[str]:
    return find_formulas(units_of(*texts, **options))["surface"].tolist()


def parts(*texts: str, kinds: str = "") -> tuple[str, str, str]:
    """Parts, status and place of the first formula."""
    row = find_formulas(units_of(*texts, kinds=kinds)).iloc[0]
    return row["parts"], row["status"], row["told"]


# ---- grammar ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "numerals", "heads"),
    [
        ("三学三比", "3 3", "学 比"), ("五比五看两满意", "5 5 2", "比 看 满意"), ("一站三中心", "1 3", "站 中心"),
        ("四抓四动四促", "4 4 4", "抓 动 促"), ("五个好", "5", "好"), ("五好", "5", "好"), ("四位一体", "4 1", "位 体"),
        ("1+X", "1 X", ""), ("1+3+N", "1 3 N", ""), ("三级联创", "3", "联创"), ("双带双创", "2 2", "带 创"),
        ("十大战役", "10", "战役"), ("四套班子", "4", "班子"), ("联五帮一", "5 1", "联 帮"), ("一库四清", "1 4", "库 清"),
        ("三学五比一考核", "3 5 1", "学 比 考核"), ("五比三创一考评", "5 3 1", "比 创 考评"), ("七权七责", "7 7", "权 责"),
        ("三个高地", "3", "高地"), ("六个一", "6", "一"), ("三个一批", "3", "一批"), ("一岗双责", "1 2", "岗 责"),
        ("四个一百", "4", "一百"), ("双百双千", "2 2", "百 千"), ("三个100%", "3", "100%"), ("六城联创", "6", "城联创"),
        ("三不让", "3", "不让"), ("五问于民", "5", "问"), ("十二项承诺", "12", "承诺"), ("两个务必", "2", "务必"),
    ],
)  # fmt: skip
def test_every_shape_is_taken_apart(text, numerals, heads):
    formula = check_formula(text)
    assert formula.numerals == tuple(numerals.split())
    assert formula.heads == tuple(heads.split())


@pytest.mark.parametrize("text", ["十二五", "十七大", "五中全会", "七一", "五湖四海", "公开承诺", "三", "", "四川", "学三比", "双向监督"])
def test_what_only_looks_like_a_formula_is_refused(text):
    with pytest.raises(InvalidInput, match="Invalid formula"):
        check_formula(text)


def test_numbers_alone_are_parsed_only_where_that_is_asked():
    assert parse_formula("四三") is None
    assert parse_bare("四三").numerals == ("4", "3")
    assert parse_bare("1234").numerals == ("1", "2", "3", "4")
    assert parse_bare("211") is None
    assert parse_bare("七一") is None


@given(st.lists(st.tuples(st.sampled_from("一二三四五六七八九"), st.sampled_from("抓比创看评讲送访")), min_size=2, max_size=4))
def test_groups_are_read_back(groups):
    text = "".join(n + h for n, h in groups)
    formula = parse_formula(text)
    assert formula.heads == tuple(h for _, h in groups)
    assert formula.announced == sum("一二三四五六七八九".index(n) + 1 for n, _ in groups)


@given(st.text("一二三五十两双个大位级第比学好新年NX+1”“、", max_size=12))
def test_any_text_is_a_formula_or_none(text):
    formula = parse_formula(text)
    assert formula is None or len(formula.heads) in {0, len(formula.numerals)}


def test_a_descriptor_is_no_part_of_the_name():
    assert [strip_descriptor(t) for t in ("三良工程", "四风问题", "五比三创一考评", "四个制度")] == ["三良", "四风", "五比三创一考评", "四个制度"]


# ---- where they stand ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("镇里开展“三送三问”活动。", ["三送三问"]),
        ("镇里开展三送三问活动。", ["三送三问"]),
        ("推行『一网四联』模式和「双诺双评」制度。", ["一网四联", "双诺双评"]),
        ("以‘1+X’模式带动。", ["1+X"]),
        ("形成了“三四”管理责任制。", ["三四"]),
        ("实施“1234”工作机制。", ["1234"]),
        ("落实三增责任制。", ["三增"]),
        ("县四套班子带头,落实一岗双责。", ["四套班子", "一岗双责"]),
        ("做到学习工作两不误、两促进。", ["两不误", "两促进"]),
        ("教师十不准规定", ["十不准"]),
        ("抓好四个贯穿,做到三个到位。", ["四个贯穿", "三个到位"]),
        ("开展“一条主线、两个重点、三项保障”活动", ["一条主线、两个重点、三项保障"]),
        ("在全镇推进八大会战。", ["八大会战"]),
        ("整治“三公经费”和“三公”消费。", ["三公经费", "三公"]),
        ("以“一讲、二评、三公示”为抓手。", ["一讲、二评、三公示"]),
        ("推行“四级联动、五方共建”。", ["四级联动、五方共建"]),
        ("以“争做三个表率,实现两个提高”为标准。", ["三个表率", "两个提高"]),
        ("开展〝三带三创〞活动。", ["三带三创"]),
        ("争创“五好基层党组织”和“三型机关”。", ["五好", "三型"]),
        ("抓好“两区”建设、六城联创。", ["两区", "六城联创"]),
        ("实施“双百双千”工程。", ["双百双千"]),
        ("评出“十佳满意窗口”。", ["十佳满意窗口"]),
        ("看望五保老人。", ["五保"]),
    ],
)
def test_formulas_are_found(text, found):
    assert surfaces(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "主要有四个方面:", "要抓好“四个方面”。", "建立三个督查层次。", "书记是“第一责任人”。", "“十二五”开局良好。", "迎接党的十八大。",
        "“七一”前夕走访老党员。", "三明市、四川省和九江市", "四面八方、五湖四海的客人", "争创一流,一心一意谋发展。", "“一把手”亲自抓。",
        "2010年5月1日,共6823人。", "十七届五中全会", "第三批第二名", "三年五载不算长", "“24小时”值班", "实行“一站式”服务", "“三堂会审”",
        "“一个支部一面旗”", "三分之一的村", "由三位村民、两名干部组成", "“八小时以外”", "星期三、星期四", "“双向监督”",
        "“一村一品”", "“二级英模”", "“一户一宅”", "“一名党员一份业绩”", "三到五公里", "三至五个工作日", "创建“二甲”医院",
    ],
)  # fmt: skip
def test_counts_dates_names_and_idioms_are_none(text):
    assert surfaces(text) == []


def test_a_name_in_quotation_marks_is_found_again_without_them():
    assert surfaces("开展三联进村活动之前,先学习。", "这就是“三联进村”。") == ["三联进村", "三联进村"]


def test_places_slice_back_and_know_nothing_of_quotation_marks():
    frame = find_formulas(units_of("开展“三送三问”,落实『五个好』。", "以“１＋Ｘ”模式。"))
    texts = units_of("开展“三送三问”,落实『五个好』。", "以“１＋Ｘ”模式。").set_index("unit_id")["text"]
    cut = [texts[u][a:b] for u, a, b in zip(frame["unit_id"], frame["start"], frame["end"], strict=True)]
    assert cut == ["三送三问", "五个好", "１＋Ｘ"]


# ---- parts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "kinds", "expected", "told"),
    [
        (("“三增”(增学识、增收成、增贡献)责任制",), "", "增学识|增收成|增贡献", "bracket"),
        (("“两会一评”,即支部会、党员会和群众评。",), "", "支部会|党员会|群众评", "after"),
        (("“三学三用”是指学政策用政策、学技术用技术、学法律用法律。",), "", "学政策用政策|学技术用技术|学法律用法律", "after"),
        (("推行值班安排、收费标准、办理时限“三公开”。",), "", "值班安排|收费标准|办理时限", "before"),
        (("以党支部为核心,居委会、业委会和物业站为主体的“四位一体”模式",), "", "党支部|居委会|业委会|物业站", "before"),
        (("“有人讲”“有人学”“有人用”的“三有”课堂",), "", "有人讲|有人学|有人用", "before"),
        (("办好“三个一”实事。", "修一条路,挖一口井,建一座桥。"), "", "修一条路|挖一口井|建一座桥", "next"),
        (("做到“两个到位”:", "一是人员到位。", "各村都有人。", "二是经费到位。"), "shsh", "人员到位|经费到位", "headings"),
        (("在“三抓三促”上下功夫。", "1、抓学习,促提高。", "说明。", "2、抓作风,促落实。", "3、抓制度,促规范。"), "shshh",
         "抓学习,促提高|抓作风,促落实|抓制度,促规范", "headings"),
        (("“三个摆进去”:也就是自己的问题,自己要摆进去;", "班子的问题,班长要摆进去;", "下级的问题,上级要摆进去。"), "",
         "自己的问题,自己要摆进去|班子的问题,班长要摆进去|下级的问题,上级要摆进去", "after"),
        (("围绕“四个好”目标。", "使支部做到“班子好、队伍好、机制好、口碑好”。"), "", "班子好|队伍好|机制好|口碑好", "next"),
        (("使支部做到“班子好、队伍好、机制好、口碑好”。", "各镇都动起来。", "围绕“四个好”目标。"), "", "班子好|队伍好|机制好|口碑好", "document"),
        (("“四三”责任制,即建立“四条线”和“三级网”。",), "", "四条线|三级网", "after"),
        (("推行“一站两中心”(在村设便民站,在镇设服务、信访『两中心』)",), "", "便民站|服务|信访", "bracket"),
        (("“两公开三评议”制度。", "“两公开”即党务公开、村务公开,“三评议”即群众评议、党员评议、支部评议。"), "",
         "党务公开|村务公开|群众评议|党员评议|支部评议", "groups"),
        (("实行“两张网”。", "“两张网”即信息网、服务网。"), "", "信息网|服务网", "after"),
        (("使参加活动的每名党员做到目标要求、时间安排、职责任务“三个清楚”。",), "", "目标要求|时间安排|职责任务", "before"),
        (("“四多四少”,也就是会议多,下村少;", "文件多,办法少;", "应酬多,读书少;", "空话多,实事少。"), "",
         "会议多|下村少|文件多|办法少|应酬多|读书少|空话多|实事少", "after"),
    ],
)  # fmt: skip
def test_parts_are_found_wherever_they_are_told(texts, kinds, expected, told):
    assert parts(*texts, kinds=kinds) == (expected, "resolved", told)


@pytest.mark.parametrize(
    "texts",
    [
        ("县委提出“五比五看两满意”载体,结合实际。",),
        ("打好“五个攻坚战”,在发展中创先进、争优秀。", "各村都动了起来。"),
        ("深化“双带双创”活动,建班子、带队伍、选路子,争创“五好”乡镇党委、村党支部。",),
        ("确定‘两个率先’目标,全面创先、建功岗位。",),
    ],
)
def test_parts_are_not_made_up(texts):
    assert parts(*texts)[1] == "unresolved"


def test_what_another_document_tells_is_told_elsewhere_and_all_mentions_share_it():
    told = units_of("推行“三清”(清账目、清资产、清欠款)。", "“三清”见效。", doc_id="a")
    asks = units_of("学习“三清”办法。", doc_id="b")
    frame = find_formulas(pd.concat([told, asks], ignore_index=True))
    assert frame["status"].tolist() == ["resolved", "resolved", "defined elsewhere"]
    assert frame["parts"].nunique() == 1
    assert frame["part_places"].iloc[2].startswith("a/u001:")
    assert find_formulas(asks)["status"].tolist() == ["unresolved"]


def test_part_places_slice_back():
    units = units_of("做到“两个到位”:", "一是人员到位。", "二是经费到位。", kinds="shh")
    row = find_formulas(units).iloc[0]
    texts = units.set_index("unit_id")["text"]
    cut = []
    for place in row["part_places"].split(";"):
        unit_id, _, span = place.partition(":")
        a, b = map(int, span.split("-"))
        cut.append(texts[unit_id][a:b])
    assert "|".join(cut) == row["parts"]
    assert (row["n_announced"], row["n_found"]) == (2, 2)


def test_whole_units_are_no_parts_of_a_shipped_table():
    units = units_of("做到“两个到位”:", "一是人员全部到位。", "二是经费全部到位。", kinds="shh")
    shipped = clean_formulas(find_formulas(units), units=units)
    assert shipped["parts"].tolist() == ["@u002|@u003"]
    bracket = units_of("“两清”(清账目、清欠款)行动已经在全县展开。")
    assert clean_formulas(find_formulas(bracket), units=bracket)["parts"].tolist() == ["清账目|清欠款"]
    long = units_of("“两清”(清理多年没有人管的集体账目和台账、清理多年没有人还的集体欠款和押金)行动已经在全县展开。")
    assert clean_formulas(find_formulas(long), units=long)["parts"].tolist() == ["@u001:5-21|@u001:22-38"]
    with pytest.raises(InvalidInput, match="u002"):
        clean_formulas(find_formulas(units), units=units.iloc[:1])


# ---- families and lexicon --------------------------------------------------------------------------------------------


def test_spellings_share_a_family_and_families_a_pattern():
    assert name_family("5", "好") == "5好"
    assert name_pattern("3;3", "学;比") == name_pattern("3;3", "联;帮") == "三X三Y"
    frame = find_formulas(units_of("争创“五好”支部,围绕“五个好”目标,开展“三学三比”和“三联三帮”。"))
    families = find_families(frame)
    own = families[families["doc_id"] == "d"].set_index("family")
    assert own.loc["5好", "surfaces"] == "五好|五个好"
    assert set(families.loc[families["pattern"] == "三X三Y", "n_pattern"]) == {2}


def test_a_wording_that_changed_is_shown_beside_the_lexicon():
    text = "做到“五个好”(领导班子好、党员队伍好、工作机制好、发展业绩好、群众反映好)。"
    families = find_families(find_formulas(units_of(text, doc_id="old")), dates={"old": "2004-04"})
    assert families["doc_id"].tolist() == ["old", "lexicon"]
    assert families["changed"].tolist() == ["", "-发展业绩好|+工作业绩好"]
    assert families["n_documents"].tolist() == [1, 1]


def test_the_lexicon_is_sound_and_dated():
    lexicon = load_lexicon("formulas")
    assert not lexicon["formula"].duplicated().any()
    for row in lexicon.itertuples():
        formula = parse_formula(strip_descriptor(row.formula)) or parse_formula(row.formula)
        heads = row.heads.split(";")
        if row.parts and formula is not None and formula.announced and "、" not in row.formula:
            numbers = [int(n) for n in row.numerals.split(";")]
            assert len(row.parts.split("|")) in {sum(numbers), numbers[0]}
        assert len(row.numerals.split(";")) >= len(heads)
        assert row.from_on == "" or row.from_on[:4].isdigit()
    excluded = load_lexicon("not_formulas")
    assert set(excluded["why"]) <= set("date plan congress place name word idiom ordinal distributive".split())
    assert not set(excluded["surface"]) & set(lexicon["formula"])


def test_a_lexicon_of_ones_own_takes_the_place_of_the_shipped_one():
    own = pd.DataFrame([("九联户", "9", "联户", "", "2008", "1", "")], columns=list(COLUMNS["formulas"]))
    frame = find_formulas(units_of("全县推广九联户和四套班子联系制。"), lexicon=own)
    assert frame[["surface", "known_from"]].values.tolist() == [["九联户", "2008"]]
    with pytest.raises(InvalidInput, match="heads"):
        find_formulas(units_of("一"), lexicon=own.drop(columns="heads"))
    with pytest.raises(InvalidInput, match="九联户"):
        find_formulas(units_of("一"), lexicon=own.assign(numerals=""))


def test_a_lexicon_that_is_missing_is_refused(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        load_lexicon("formulas", folder=tmp_path)
    with pytest.raises(InvalidInput, match="must be one of"):
        load_lexicon("terms")


# ---- empty, hostile, properties --------------------------------------------------------------------------------------


def test_nothing_gives_the_empty_table():
    for units in (units_of(), units_of("", " ")):
        frame = find_formulas(units)
        assert list(frame.columns) == list(FORMULA_COLUMNS)
        assert frame.empty
        assert find_families(frame).empty


def test_frames_that_are_no_units_are_refused():
    with pytest.raises(InvalidInput, match="depth"):
        find_formulas(units_of("一").drop(columns="depth"))
    twice = pd.concat([units_of("一"), units_of("二")])
    with pytest.raises(InvalidInput, match="d u001"):
        find_formulas(twice)


@pytest.mark.parametrize(
    "text",
    ["“五好”" * 3000, "甲、" * 20000 + "“三公开”", "(三" * 20000, "“" * 20000, "1+" * 20000 + "X", "三学三比" * 5000],
)
def test_hostile_lines_are_read_in_bounded_time(text):
    frame = find_formulas(units_of(text))
    assert all(text[a:b] == s for a, b, s in zip(frame["start"], frame["end"], frame["surface"], strict=True))


def test_formulas_with_fewer_heads_than_numbers_and_open_numbers_of_two_characters():
    """三三制 has two numbers and one head; six items may be its parts as well as three."""
    frame = find_formulas(units_of("“三三制”(一甲、二乙、三丙、四丁、五戊、六己),“1N+2”工程"))
    assert frame[["surface", "numerals", "n_found"]].to_numpy().tolist() == [["三三制", "3;3", 6], ["1N+2", "1N;2", 0]]


def test_lines_without_end_are_looked_at_a_bounded_number_of_times():
    # Parts are looked for around the first mentions of a family only: time grows with the line, no faster.
    from cxzy_study.facts import formulas as module

    asked = []
    real = module.find_parts
    module.find_parts = lambda *given: asked.append(1) or real(*given)
    try:
        frame = find_formulas(units_of("“三个一”即" * 2000))
    finally:
        module.find_parts = real
    assert len(frame) == 2000
    assert len(asked) == module.MOST_TRIES


PIECES = "“三学三比” 即学理论、 学技术 五个好 ( ) 、 。 : 一是 班子好 “ ” 1+X 四套班子 两 第 双带 活动".split()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=9).map("".join), max_size=5))
def test_places_always_slice_back_and_never_overlap(texts):
    units = units_of(*texts)
    frame = find_formulas(units)
    lookup = units.set_index("unit_id")["text"]
    for unit_id, group in frame.groupby("unit_id"):
        places = zip(group["start"], group["end"], group["surface"], strict=True)
        assert all(lookup[unit_id][a:b] == s for a, b, s in places)
        assert (group["start"].iloc[1:].to_numpy() >= group["end"].iloc[:-1].to_numpy()).all()
    assert frame.loc[frame["status"] == "resolved", "parts"].ne("").all()


def test_documents_do_not_disturb_each_other():
    a, b = units_of("“三清”(清账目、清资产、清欠款)", doc_id="a"), units_of("落实“四看”要求。", doc_id="b")
    both = find_formulas(pd.concat([a, b], ignore_index=True))
    apart = pd.concat([find_formulas(a), find_formulas(b)], ignore_index=True)
    pd.testing.assert_frame_equal(both, apart)


def test_the_demo_corpus_gives_its_formulas():
    truth = demo_truth("formulas")
    frame = find_formulas(demo_units())
    columns = ["doc_id", "unit_id", "surface", "numerals", "heads"]
    expected, found = (set(f[columns].itertuples(index=False, name=None)) for f in (truth, frame))
    assert len(expected & found) >= 0.95 * max(len(expected), len(found))
    joined = truth.merge(frame, on=columns, suffixes=("", "_found"))
    same = (joined["parts"] == joined["parts_found"]) & (joined["status"] == joined["status_found"])
    assert same.mean() >= 0.9
