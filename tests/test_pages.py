"""Bodies of pages: furniture out, broken text together again, every character accounted for."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxzy_study.reading.documents import Reading, read_bytes, read_text
from cxzy_study.reading.furniture import find_reason, fold_line
from cxzy_study.reading.lines import cut_site
from cxzy_study.tables import InvalidInput

EXAMPLES = int(os.environ.get("CXZY_EXAMPLES", "150"))
"""Pages that each property is tried on; a long run sets more (CXZY_EXAMPLES=10000)."""


def texts(reading: Reading) -> list[str]:
    return [unit.text.text for unit in reading.units]


def accounted(reading: Reading) -> None:
    """Kept and removed are all of the file, once; what was removed without a named reason bears no words."""
    marks = [0] * len(reading.raw)
    for unit in reading.units:
        for a, b in unit.text.spans:
            marks[a:b] = [m + 1 for m in marks[a:b]]
    for a, b, reason in reading.removed:
        marks[a:b] = [m + 1 for m in marks[a:b]]
        if reason == "space":
            assert not re.search(r"\w", reading.raw[a:b])
    assert marks == [1] * len(reading.raw)


PORTAL = """首页English
  • 时政
  • 报\xa0纸
    松岭日报 2011年06月07日 星期二

    强化考核促提升

    作者:石小川 《松岭日报》( 2011年06月07日 02版)

        松岭县把考核作为抓手,按季检查,按年评议。各乡镇都建立了台账,纪律松



石小川(左)在推进会上。

驰的现象明显减少。

    (作者系松岭县委办公室主任)

    松岭报社概况 | 联系我们 | 法律声明 | 网站地图

    松岭报社版权所有"""


def test_a_portal_page_without_tags():
    reading = read_text(PORTAL, doc_id="demo")
    assert texts(reading) == ["强化考核促提升", "松岭县把考核作为抓手,按季检查,按年评议。", "各乡镇都建立了台账,纪律松驰的现象明显减少。"]
    assert reading.published_on == "2011-06-07"
    assert {reason for *_, reason in reading.removed} >= {"menu", "masthead", "byline", "caption", "footer"}
    assert len(reading.units[2].text.spans) == 2
    accounted(reading)


HTML = """<!DOCTYPE html><html><head><title>白鹭区开展承诺活动--白鹭新闻网</title><style>p{color:red}</style>
<script>var a="<p>假的。</p>";</script></head><body><div id=nav><ul><li><a href=/>首页</a></li><li><a href=/a>要闻</a></li></ul></div>
<div class=main><h1>白鹭区开展承诺活动</h1><div class=info>来源：白鹭新闻网 作者：佚名 发布时间：2011年3月4日 点击数：5</div>
<div class=text><p class=MsoNormal>白鹭区<b>各级</b>党组织<span>公开</span>&nbsp;承诺，<o:p></o:p>接受监督。<!--[if gte mso 9]><xml>垃圾</xml><![endif]--></p>
<p>全区签订承诺书&#8220;一千二百&#8221;份，<a href=/x>建立台账</a>，按月检查。</p><p style="display:none">隐藏的文字，不该出现。</p></div></div>
<div class=side><h3>推荐阅读</h3><ul><li><a href=1>某地举行活动，反响热烈</a></li></ul></div><div class=foot>版权所有 白鹭新闻网</div></body></html>"""


def test_a_web_page():
    reading = read_bytes(HTML.encode("gb18030"), doc_id="demo", html=True)
    assert reading.encoding == "gb18030"
    assert texts(reading) == ["白鹭区开展承诺活动", "白鹭区各级党组织公开承诺，接受监督。", "全区签订承诺书“一千二百”份，建立台账，按月检查。"]
    assert reading.title == "白鹭区开展承诺活动"
    assert reading.outlet == "白鹭新闻网"
    accounted(reading)


def test_text_with_stray_tags_and_chatter():
    page = '云溪市的探索\n丁一凡 王二喜</p><p style="x">\n<br>\n全市推行“三亮”活动,效果明显。<br>\n——亮身份。党员都戴徽章。<br>\n责任编辑:丁 三</p> 楼主辛苦了 沙发 顶一下\n页:\n[1]'
    reading = read_text(page, doc_id="demo")
    assert texts(reading) == ["云溪市的探索", "全市推行“三亮”活动,效果明显。", "——亮身份。", "党员都戴徽章。"]
    accounted(reading)


def test_traditional_script_is_found_and_converted_with_its_ledger():
    page = "乾塘市乾部作風轉變\n\n乾塘新聞網訊:全市乾部進村入戶,著力解決問題,服務水平不斷提昇。(記者於小滿)"
    reading = read_text(page, doc_id="demo", names=("乾塘", "於小满"))
    assert reading.script == "traditional"
    assert texts(reading) == ["乾塘市干部作风转变", "全市干部进村入户,着力解决问题,服务水平不断提升。"]
    changes = reading.script_frame()
    assert set(zip(changes.raw, changes.text, changes.why, strict=True)) == {
        ("乾", "乾", "protected"), ("乾", "干", "one_to_many"), ("著", "着", "one_to_many"), ("昇", "升", "one_to_many"),
    }  # fmt: skip
    accounted(reading)


def test_simplified_text_is_left_alone():
    assert texts(read_text("松岭县\n\n成效显著,干部著书立说,乾坤朗朗。", doc_id="demo"))[1] == "成效显著,干部著书立说,乾坤朗朗。"


@pytest.mark.parametrize("heading", ["一、加强组织领导", "安全生产", "主题和载体", "1、抓重点", "党建引领促发展"])
def test_headings_are_no_furniture(heading):
    assert find_reason(fold_line(heading), before_body=False, after_body=False) is None


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("责任编辑：陈 锋", "byline"),
        ("记者 石小川 通讯员 丁一凡", "byline"),
        ("(文字编辑:易某)", "byline"),
        ("新闻网 > 要闻 > 正文", "menu"),
        ("【打印正文】", "share bar"),
        ("上一篇：某某会议通知[ 09-13 ]", "menu"),
        ("岚ICP备00000000号", "footer"),
        ("下载文档前请自行甄别内容", "notice"),
        ("|||", "debris"),
        ("第 3 页 共 9 页", "debris"),
        ("图为党员在田间", "caption"),
    ],
)
def test_furniture(line, reason):
    assert find_reason(fold_line(line), before_body=False, after_body=False) == reason


def test_lines_broken_at_one_width_are_rejoined():
    body = "松岭县各级党组织把公开承诺作为重点任务来抓，全县一千二百名党员作出承诺并按期兑现，群众对此普遍表示满意，认为活动办到了心坎上。"
    lines = [body[i : i + 16] for i in range(0, len(body), 16)]
    reading = read_text("承诺活动\n" + "\n".join(lines * 2) + "\n", doc_id="demo")
    assert texts(reading)[1:] == [body, body]


def test_a_page_break_does_not_end_a_sentence():
    page = "通知\n\n各单位要研究制定《服务民生工\n\n作方案》,并于月底上报。会议的召开,\n\n为工作提供了契机。"
    assert texts(read_text(page, doc_id="demo"))[1:] == ["各单位要研究制定《服务民生工作方案》,并于月底上报。", "会议的召开,为工作提供了契机。"]


PIECES = st.sampled_from(
    ["首页", "| 要闻 |", "全县党员公开承诺,按期兑现。", "一、抓重点", "一是机构到位。县里成立小组,专人负责。", "<p>", "</p>", "<br>", "<b>", "&nbsp;",
     "&#x4e00;", "<script>x</script>", "<!--", "-->", "\n", "\n\n", "\r\n", "(记者丁一)", "責任編輯:某", "图为现场", "《未完", "“引", "”", "\u200b",
     "\x00", "\u202e", "<", ">", "&", "<table><td>", "乾部", "——亮点。大家都说好,很好。", "、", "\f", "\v", "] ]>", "<![CDATA["]
)  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=25).map("".join), st.booleans(), st.booleans())
def test_any_page_is_accounted_for(page, html, markdown):
    reading = read_text(page, doc_id="demo", html=html, markdown=markdown)
    accounted(reading)
    again = read_text(page, doc_id="demo", html=html, markdown=markdown)
    assert again.units == reading.units or texts(again) == texts(reading)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.sampled_from(["全县党员公开承诺,按期兑现。", "松岭县召开大会!", "群众说:“满意。”", "各地按月检查;"]), min_size=1, max_size=8))
def test_clean_text_is_kept_whole_and_reading_is_idempotent(sentences):
    first = read_text("\n".join(sentences), doc_id="demo")
    assert texts(first) == sentences
    assert texts(read_text("\n".join(texts(first)), doc_id="demo")) == sentences


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_give_a_result_or_a_clear_refusal(content):
    try:
        reading = read_bytes(content, doc_id="demo", html=content[:1] < b"\x80")
    except InvalidInput as error:
        refusal = str(error)
        reading = None
    if reading is None:
        assert "demo" in refusal
    else:
        accounted(reading)


def test_hostile_markup_takes_linear_time():
    import time

    def seconds(n: int) -> float:
        start = time.perf_counter()
        read_text("<div><p a=1 " * n + "<" * n + "&#x" * n + "<!--" * n, doc_id="demo", html=True)
        return time.perf_counter() - start

    seconds(100)
    assert seconds(8000) < 40 * max(seconds(1000), 0.002)


OUTLETS = [
    ("【来源：云泽日报】", "云泽日报"), ("（来源:云泽日报）", "云泽日报"), ("来源：《云泽日报》 作者：佚名", "《云泽日报》"), ("来源：【云泽日报】", "云泽日报"),
    ("来源：云泽日报（网络版）", "云泽日报"), ("[稿源: 云泽网]", "云泽网"), ("来源：云泽日报 2011年6月7日", "云泽日报"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "outlet"), OUTLETS)
def test_brackets_are_no_part_of_an_outlet(line, outlet):
    reading = read_text(f"松岭县工作要点\n{line}\n今年要抓好三件事,件件有着落。\n", doc_id="demo")
    assert reading.outlet == outlet
    assert len(reading.units) == 2

ARTICLE = (
    "<div class=text><p>白鹭区各级党组织公开承诺，接受群众监督，年底逐项检查。</p><p>全区签订承诺书一千二百份，建立台账，按月检查。</p></div>"
)
SITES = [
    # The heading stands beside the article, and the title of the page is worded differently, or names the site.
    ("白鹭区承诺活动见实效_云岭党建网", "<h1>白鹭区：公开承诺暖人心</h1>" + ARTICLE, "白鹭区：公开承诺暖人心"),
    ("云岭党建网", "<h1>公开承诺暖人心</h1><div>来源：云岭网 发布时间：2011年3月4日</div>" + ARTICLE, "公开承诺暖人心"),
    ("白鹭区开展承诺活动成效好 - 云岭网", "<h1>白鹭区开展承诺活动见实效</h1><ul><li>要闻导读</ul>" + ARTICLE, "白鹭区开展承诺活动见实效"),
    # No heading of the article: the site's own, one far above, one of another text.
    ("白鹭区开展承诺活动_要闻_云岭党建网", "<h1>云岭党建网</h1>" + ARTICLE, "白鹭区开展承诺活动"),
    ("白鹭区开展承诺活动 - 云岭网", "<h1>本期专题策划导读</h1><ul><li>要闻导读<li>理论园地</ul>" + ARTICLE, "白鹭区开展承诺活动"),
    ("白鹭区开展承诺活动|云岭网", "<h1><a href=/>云岭先锋之窗</a></h1>" + ARTICLE, "白鹭区开展承诺活动"),
    ("白鹭区开展承诺活动——记白鹭镇中学", ARTICLE, "白鹭区开展承诺活动——记白鹭镇中学"),
    ("白鹭区开展承诺活动--白鹭新闻网", "<h1>云岭先锋之窗</h1>" + ARTICLE.replace("<p>", "<h1>白鹭区承诺不落空</h1><p>", 1), "白鹭区承诺不落空"),
]


@pytest.mark.parametrize(("title", "body", "expected"), SITES)
def test_the_title_of_a_page(title, body, expected):
    page = f"<html><head><title>{title}</title></head><body><div id=all>{body}</div><p>版权所有 云岭网</p></body></html>"
    reading = read_text(page, doc_id="demo", html=True)
    assert reading.title == expected
    assert texts(reading)[-2:] == ["白鹭区各级党组织公开承诺，接受群众监督，年底逐项检查。", "全区签订承诺书一千二百份，建立台账，按月检查。"]
    assert texts(reading)[:-2] == ([expected] if f"{expected}</h1>" in body else [])
    accounted(reading)


def test_a_long_title_takes_linear_time():
    assert cut_site("- " * 200_000 + "_" * 200_000).startswith("- ")
