"""Parts of a formula in what stands below it: lists that bear its heads, enumerated units, ordinals."""

from __future__ import annotations

import pytest
from facts import units_of

from cxzy_study.facts.formulas import find_formulas


def parts(*texts: str, kinds: str = "") -> tuple[str, str]:
    row = find_formulas(units_of(*texts, kinds=kinds)).iloc[0]
    return row["parts"], row["status"]


@pytest.mark.parametrize(
    ("texts", "kinds", "expected"),
    [
        # The list stands behind a full stop, in the same unit or unit by unit, below a sentence or a heading.
        (("开展“三比三看”活动。比手艺,看谁出活快;比耐心,看谁差错少;比和气,看谁回头客多。",), "", "比手艺|看谁出活快|比耐心|看谁差错少|比和气|看谁回头客多"),
        (("(一)开展“三比三看”活动。", "比手艺，看谁出活快；", "比耐心，看谁差错少；", "比和气，看谁回头客多。"), "hsss",
         "比手艺|看谁出活快|比耐心|看谁差错少|比和气|看谁回头客多"),
        (("渡口站推行“四带头”，带头早到岗；", "带头晚下班；", "带头学修船；", "带头讲礼貌。"), "", "带头早到岗|带头晚下班|带头学修船|带头讲礼貌"),
        (("落实“三到位”。", "航道清理到位，不留死角；", "船具检修到位；", "值班人员到位。", "其他照旧。"), "", "航道清理到位,不留死角|船具检修到位|值班人员到位"),
        # Enumerated units, as many as announced, whatever their words.
        (("渡口站落实“三个到位”。", "1.清理航道。", "2.检修船具。", "3.排好值班。"), "", "清理航道|检修船具|排好值班"),
        (("渡口站落实“三个到位”:", "一是清理航道;", "二是检修船具;", "三是排好值班。", "其他照旧。"), "", "清理航道|检修船具|排好值班"),
        (("“两个延伸”工程", "(一)渡线往上游去", "(二)班次往夜里排"), "hhh", "渡线往上游去|班次往夜里排"),
        # Ordinals are none of the parts' words.
        (("开展“三比”活动:一比手艺,二比耐心,三比和气。",), "", "比手艺|比耐心|比和气"),
        (("推行“两公开”(一公开船期、二公开票价)。",), "", "公开船期|公开票价"),
    ],
)  # fmt: skip
def test_lists_below_are_the_parts(texts, kinds, expected):
    assert parts(*texts, kinds=kinds) == (expected, "resolved")


@pytest.mark.parametrize(
    ("texts", "kinds"),
    [
        (("落实“三个到位”。", "1.清理航道。", "2.检修船具。", "3.排好值班。", "4.备足油料。"), ""),  # four, not three
        (("落实“三个到位”。", "1.清理航道。", "2.检修船具。", "其他照旧。"), ""),
        (("落实“三个到位”。", "1.清理航道。", "一、检修船具。", "3.排好值班。"), ""),
        (("落实“三个到位”,航道畅通。", "1.清理航道。", "2.检修船具。", "3.排好值班。"), ""),  # the list is about something else
        (("开展“三比”活动。", "比手艺;", "比耐心;", "比和气;", "比船速。"), ""),
        (("开展“三比”活动。", "今年比手艺的有两个站;", "去年比耐心的站很少;", "明年再比和气吧。"), ""),  # 比 stands anywhere
        (("开展“三比”活动。", "比手艺;", "其他;", "比耐心;", "比和气。"), ""),
        (("落实“三个一”。", "每站一条船;", "每船一个人;", "不准一人当两班。"), ""),  # 一 stands everywhere
    ],
)  # fmt: skip
def test_other_lists_are_not(texts, kinds):
    assert parts(*texts, kinds=kinds) == ("", "unresolved")
