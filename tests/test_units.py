from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxzy_study.reading.documents import read_text
from cxzy_study.reading.sentences import split_sentences
from cxzy_study.reading.units import find_enumerator, is_standing_heading


def sentences(text: str) -> list[str]:
    return [text[a:b] for a, b in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("。", ["。"]),
        ("没有句号", ["没有句号"]),
        ("一句。二句!三句?四句;", ["一句。", "二句!", "三句?", "四句;"]),
        ("全角！也是？对；行。", ["全角！", "也是？", "对；", "行。"]),
        ("他说:“行。”大家笑了。", ["他说:“行。”", "大家笑了。"]),
        ("他说:“她说‘行。’”完了。", ["他说:“她说‘行。’”", "完了。"]),
        ("(见附件。)下一句。", ["(见附件。)", "下一句。"]),
        ("增长11.2%,比上年高。抗击“6.21”洪灾。", ["增长11.2%,比上年高。", "抗击“6.21”洪灾。"]),
        ("学习《路在何方？》一文。再学《为什么！怎么办？》。", ["学习《路在何方？》一文。", "再学《为什么！怎么办？》。"]),
        ("《没有收尾。第二句。", ["《没有收尾。", "第二句。"]),
        ("真的?!是吗……不是。。", ["真的?!", "是吗……不是。。"]),
        ("网址a.cn/x?y=1;z=2可查。", ["网址a.cn/x?y=1;z=2可查。"]),
        ("  前后有空  。 \u200b 后句。 ", ["前后有空  。", "\u200b 后句。".lstrip("\u200b ")]),
        ("“二是”不丢字。二是继续。", ["“二是”不丢字。", "二是继续。"]),
    ],
)
def test_sentences(text, expected):
    assert sentences(text) == expected


@given(st.text(alphabet="甲乙。!?；;“”‘’()（）《》\"'…—1.a 　\u200b", max_size=60))
def test_no_character_of_a_paragraph_is_lost(text):
    places = split_sentences(text)
    outside = "".join(text[a:b] for a, b in zip([0] + [b for _, b in places], [a for a, _ in places] + [len(text)], strict=True))
    assert all(c.isspace() or c == "\u200b" for c in outside)
    assert places == sorted(places)
    assert all(a < b for a, b in places)


@given(st.lists(st.sampled_from(["甲乙丙丁。", "戊己？”", "庚辛；"]), max_size=6))
def test_splitting_again_changes_nothing(parts):
    for sentence in sentences("".join(parts)):
        assert sentences(sentence) == [sentence]


@pytest.mark.parametrize(
    ("text", "kind", "printed"),
    [
        ("一、总体情况", "han", "一、"),
        ("十二、其他", "han", "十二、"),
        ("（三）强化督查", "(han)", "（三）"),
        ("(三)强化督查", "(han)", "(三)"),
        ("1、抓部署", "1", "1、"),
        ("2．加强学习", "1", "2．"),
        ("3.5亿元", "", ""),
        ("(4)深化阶段", "(1)", "(4)"),
        ("①第一条", "①", "①"),
        ("第二部分 措施", "part", "第二部分"),
        ("第一，统一思想", "ordinal", "第一，"),
        ("一是机构到位", "is", "一是"),
        ("一个党员一面旗帜", "", ""),
        ("二要抓落实", "is", "二要"),
        ("首先，要认识到", "first", "首先，"),
        ("——成效明显", "dash", "——"),
        ("2011年以来", "", ""),
        ("一抓班子", "is", "一抓"),
    ],
)
def test_enumerators(text, kind, printed):
    assert find_enumerator(text) == (kind, printed)


def test_headings_are_short_and_no_sentences():
    assert is_standing_heading("二、准确把握各环节的任务要求")
    assert is_standing_heading("创新活动主题 丰富活动载体")
    assert not is_standing_heading("我们就要随着形势,不断学习,时刻保持")
    assert not is_standing_heading("他指出:")
    assert not is_standing_heading("研究制定《服务民生工")
    assert not is_standing_heading("——")
    assert not is_standing_heading("“这盏路灯什么时候能亮？”")
    assert is_standing_heading("“三问”：为谁亮灯")


SPEECH = """松岭县创先争优推进会讲话

今天的会议很重要,主要讲三点。

一、提高认识
认识要再提高,步子要再加快。
(一)肯定成绩。去年,全县建立联系点120个。成绩来之不易。
(二)正视差距。作风还不够扎实。
二、落实措施
1、抓部署,三级联动。一是机构到位。县委成立领导小组,下设办公室。二是经费到位。县乡两级列入预算。
总的看,进展顺利。
——硬环境改善。新修道路30公里。
"""


def test_tree_of_a_speech():
    units = read_text(SPEECH, doc_id="demo").units
    assert [(u.kind[0], u.section, u.enumerator, u.text.text) for u in units] == [
        ("h", "0", "", "松岭县创先争优推进会讲话"),
        ("s", "0", "", "今天的会议很重要,主要讲三点。"),
        ("h", "1", "一、", "一、提高认识"),
        ("s", "1", "", "认识要再提高,步子要再加快。"),
        ("h", "1.1", "(一)", "(一)肯定成绩。"),
        ("s", "1.1", "", "去年,全县建立联系点120个。"),
        ("s", "1.1", "", "成绩来之不易。"),
        ("h", "1.2", "(二)", "(二)正视差距。"),
        ("s", "1.2", "", "作风还不够扎实。"),
        ("h", "2", "二、", "二、落实措施"),
        ("h", "2.1", "1、", "1、抓部署,三级联动。"),
        ("h", "2.1.1", "一是", "一是机构到位。"),
        ("s", "2.1.1", "", "县委成立领导小组,下设办公室。"),
        ("h", "2.1.2", "二是", "二是经费到位。"),
        ("s", "2.1.2", "", "县乡两级列入预算。"),
        ("s", "2.1", "", "总的看,进展顺利。"),
        ("h", "2.1.3", "——", "——硬环境改善。"),
        ("s", "2.1.3", "", "新修道路30公里。"),
    ]


def test_items_of_a_list_are_sentences_and_headings_have_text_below():
    text = "松岭县工作要点\n\n今年要抓好三件事:\n1．加强学习,提高素质。\n2．转变作风,服务群众。\n3．健全制度。\n6．抓好群团工作。\n群团工作由专人负责,按月检查。\n"
    units = read_text(text, doc_id="demo").units
    assert [u.kind for u in units if u.enumerator] == ["sentence"] * 4
    alone = "松岭县工作要点\n\n全县要抓好群团工作,不留空白。\n6．抓好群团工作。\n群团工作由专人负责,按月检查。\n"
    assert [u.kind for u in read_text(alone, doc_id="demo").units if u.enumerator] == ["heading"]


def test_run_in_headings_need_a_twin():
    one = "松岭县\n\n思想是先导。要加强学习,提高认识。\n\n县里开了会,定了方案。大家满意。\n"
    assert all(u.kind == "sentence" for u in read_text(one, doc_id="demo").units[1:])
    two = "松岭县\n\n追求经济高端发展。把项目作为重点,一年一小步。\n\n夯实党的基层堡垒。在农村抓班子,在社区抓网格。\n"
    assert [u.kind for u in read_text(two, doc_id="demo").units[1:]] == ["heading", "sentence", "heading", "sentence"]


LISTS = [
    ("问题有三:一是阵地建设滞后；二是经费保障不足；三是流动党员管理难。全县要逐项整改,限期销号。", "ssss"),
    ("首先看问题。(1)阵地建设滞后；(2)经费保障不足；(3)流动党员管理难。全县要逐项整改,限期销号。", "sssss"),
    # With text of their own below they are headings, the last and the only one, too.
    ("一是机构到位。县委成立小组,下设办公室。二是经费到位。县乡列入预算,专款专用。", "hshs"),
    ("全县分三步走。三是流动党员管理难。全县要逐项整改,限期销号。", "shs"),
    ("一是县委成立领导小组,下设办公室,由专人负责,按月检查。二是经费到位。县乡列入预算,专款专用。", "shs"),
    ("一是滞后；二是不足；三是管理难。全县要整改,限期销号。一是抓排查。各乡镇排查,不留死角。", "ssssh" + "s"),
]


@pytest.mark.parametrize(("paragraph", "kinds"), LISTS)
def test_the_last_item_of_a_list_is_what_the_others_are(paragraph, kinds):
    units = read_text(f"松岭县工作要点\n\n今年要抓好三件事,件件有着落。\n\n{paragraph}\n", doc_id="demo").units[2:]
    assert "".join(u.kind[0] for u in units) == kinds, [u.text.text for u in units]
