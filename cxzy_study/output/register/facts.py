"""Exhibits on facts: formulas taken apart, their families, the ledger of numbers, bodies within bodies."""

from __future__ import annotations

from cxzy_study.output import frames_facts as frames
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.plots_facts import plot_bodies, plot_families, plot_lineage, plot_trees

EXHIBITS = (
    Exhibit(
        "fig_trees",
        "figure",
        ("formulas", "sources"),
        lambda t, _: frames.frame_trees(t["formulas"], sources=t["sources"]),
        {"en": "Numbered formulas taken apart", "zh": "数字口号的拆解"},
        {
            "en": "The formulas that branch most. Parts as the documents word them, with glosses in grey.",
            "zh": "分支最多的口号。各部分用语照录原文。",
        },
        {
            "en": "Trees: each numbered formula at the left, its parts to the right, and what a part that is a formula itself is made of.",
            "zh": "树状图：左为口号，右为其各部分；某部分本身也是口号的，再拆一层。",
        },
        False,
        plot_trees,
        2,
        88.0,
    ),
    Exhibit(
        "fig_families",
        "figure",
        ("families", "sources"),
        lambda t, _: frames.frame_families(t["families"], sources=t["sources"]),
        {"en": "Families of numbered formulas", "zh": "数字口号的家族"},
        {
            "en": "Filled: the parts are told there; hollow: only the name. Spellings with the same numbers and heads are "
            "one family; X, Y stand for heads; in grey, what a name says. Lexicon: publicly known wordings.",
            "zh": "实心：当处列明各部分；空心：仅有名称。数字与中心词相同者为一族；X、Y代表中心词。词表：公开的通行表述。",
        },
        {
            "en": "Rows of formulas grouped by pattern, columns of documents; a mark where a document uses a family.",
            "zh": "按句式分组的口号为行，文献为列；文献使用某族处有标记。",
        },
        True,
        plot_families,
        2,
        98.0,
    ),
    Exhibit(
        "fig_lineage",
        "figure",
        ("families", "sources"),
        lambda t, _: frames.frame_lineage(t["families"], sources=t["sources"]),
        {"en": "Dated wordings of the same formula", "zh": "同一口号的历次表述"},
        {
            "en": "Families with two dated wordings or more; − and +: parts gone and new against the earliest. An earlier "
            "date here is no proof of origin: the lexicon is small.",
            "zh": "有两次以上注明时间的表述；−、＋：与最早表述相比减去和新增的部分。此处较早不等于首创：词表所收有限。",
        },
        {
            "en": "A time axis; a line for each family with a mark at each dated wording and what changed.",
            "zh": "时间轴：每族一线，每次表述一个标记，并注明变化。",
        },
        True,
        plot_lineage,
        2,
        52.0,
    ),
    Exhibit(
        "tab_numbers",
        "table",
        ("quantities", "sources"),
        lambda t, _: frames.frame_numbers(t["quantities"], sources=t["sources"]),
        {"en": "The ledger of numbers", "zh": "数字台账"},
        {
            "en": "Every number that a document gives with what it counts. Empty: not stated. What is counted is found by rule of thumb.",
            "zh": "文献所给每一个数字及其所计之物。空格：未载明。所计之物按经验规则摘取。",
        },
        {
            "en": "A table: number, what it counts, measure, per, period and kind.",
            "zh": "表：数值、所计之物、量词、单位时段、时期与类别。",
        },
        True,
        shown=("place", "unit_id", "surface", "thing", "qualifier", "per", "period", "kind", "flag"),
    ),
    Exhibit(
        "fig_bodies",
        "figure",
        ("about", "arenas", "sources"),
        lambda t, _: frames.frame_bodies(t["about"], arenas=t["arenas"], sources=t["sources"]),
        {"en": "Bodies within bodies: Tianjin and Taining", "zh": "机构中的机构：天津与泰宁"},
        {
            "en": "Headings and sentences that are about each body: those it is named in, else its heading's, else the "
            "document's own. Open bars: all units of an arena or kind. Names are translated; the rows of the figure give them in Chinese.",
            "zh": "论及各机构的标题与句子数：句中点名者，否则依标题，再否则归文献本身的主体。空心条：该领域或类别的全部单位。名称照录。",
        },
        {
            "en": "Two indented lists with bars: Tianjin's districts, systems and departments; Taining's arenas, townships and offices.",
            "zh": "两列缩进清单与条形：天津的区县、系统与部门；泰宁的各领域、乡镇与机关。",
        },
        False,
        plot_bodies,
        2,
        132.0,
    ),
)
