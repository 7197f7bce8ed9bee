"""Exhibits on practices: who found them, who checks whom, how far talk is from deed, the cycles, centre and locality."""

from __future__ import annotations

from cxzy_study.output import frames_practices as frames
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.plots_checks import plot_flow, plot_matrix
from cxzy_study.output.plots_practices import plot_centre, plot_cycles, plot_ladder

EXHIBITS = (
    Exhibit(
        "tab_finding",
        "table",
        ("practice_finding", "sources"),
        lambda t, _: frames.frame_finding(t["practice_finding"], sources=t["sources"]),
        {"en": "Finding practices: two readers, and a program", "zh": "找出做法：两位读者与程序"},
        {
            "en": "F1 is the share of all rows of both inventories that are matched, with its 95% interval over paragraphs. "
            "The readers are language models of one kind. The program learned from the other four documents.",
            "zh": "F1为两份清单全部条目中配对者所占比例，附按段落重抽的95%区间。读者为同类语言模型。程序学自其余四份文献。",
        },
        {
            "en": "A table with the numbers of practices of each inventory, of matched pairs, precision, recall and F1.",
            "zh": "列出各清单的做法数、配对数、精确率、召回率与F1的表。",
        },
        False,
        shown=("a", "b", "place", "n_a", "n_b", "n_both", "precision", "recall", "f1", "f1_low", "f1_high"),
    ),
    Exhibit(
        "fig_checks",
        "figure",
        ("accountability",),
        lambda t, _: frames.frame_accountability(t["accountability"]),
        {"en": "Who checks whom, with what consequence", "zh": "谁检查谁，后果如何"},
        {
            "en": "Practices of all five documents in which somebody is judged. Bands are as wide as the number of practices; one "
            "with two judges or consequences counts twice. Hatched: only demanded or planned.",
            "zh": "五份文献中有评判关系的做法。带宽为做法数；有两个评判者或两种后果的计两次。斜线：仅属要求或计划。",
        },
        {
            "en": "Flow in three columns, who judges, who answers and what follows; a box for each, bands between them.",
            "zh": "三列流向图：谁评判、谁受评、有何后果；各为一框，框间以带相连。",
        },
        True,
        plot_flow,
        2,
        104.0,
    ),
    Exhibit(
        "fig_accountability",
        "figure",
        ("accountability",),
        lambda t, _: frames.frame_accountability(t["accountability"]),
        {"en": "Accountability: actor by forum by consequence", "zh": "问责矩阵：受评者、评判者与后果"},
        {
            "en": "Practices of all five documents; in brackets: those told as under way, done or with an outcome. Empty: no practice.",
            "zh": "五份文献的做法数；括号内为称正在进行、已完成或已见效者。空格：没有这样的做法。",
        },
        {
            "en": "Matrix with those who answer in rows and those who judge in columns; each cell lists consequences with counts.",
            "zh": "矩阵：行为受评者，列为评判者；每格列出后果与做法数。",
        },
        True,
        plot_matrix,
        2,
        88.0,
    ),
    Exhibit(
        "fig_ladder",
        "figure",
        ("ladder", "sources"),
        lambda t, _: frames.frame_ladder(t["ladder"], sources=t["sources"]),
        {"en": "The ladder from doctrine to outcome", "zh": "由道理到成效的阶梯"},
        {
            "en": "Shares of the document's practices and sentences, with counts; above by document, below by arena of Taining's "
            "project. Done and outcome are claims of those who write. The groups of the arenas are tiny.",
            "zh": "占该文献做法与句子的比例，附数目；上排为文献，下排为泰宁工程的各领域。完成与成效都是作者的自述。各领域组数很少。",
        },
        {
            "en": "Bars for practices and for sentences, a panel for each document and arena, rungs in rows.",
            "zh": "做法与句子的条形图，每份文献与领域一栏，行为各级阶梯。",
        },
        True,
        plot_ladder,
        2,
        128.0,
    ),
    Exhibit(
        "fig_cycles",
        "figure",
        ("cycle_steps", "sources"),
        lambda t, _: frames.frame_cycles(t["cycle_steps"], sources=t["sources"]),
        {"en": "Three cycles, place by place", "zh": "三个循环，逐地对照"},
        {
            "en": "In the circles: practices that are the step. Percentages: not told; a share of sentences above this would have "
            "shown itself with 95%, so that silence in a short text says little.",
            "zh": "圈内为属于该步的做法数。百分数：未提及；若占句子的比例高于此数，则有95%的机会会出现，故短文的沉默说明不了多少。",
        },
        {
            "en": "Three panels with steps across and documents down; marks say whether a step is realised, demanded, not told, or "
            "could not be seen.",
            "zh": "三栏，横为步骤，纵为文献；标记分别表示已实行、仅要求、未提及与无从得见。",
        },
        True,
        plot_cycles,
        2,
        72.0,
    ),
    Exhibit(
        "fig_centre",
        "figure",
        ("centre", "practices", "sources"),
        lambda t, _: frames.frame_centre(t["centre"], practices=t["practices"], sources=t["sources"]),
        {"en": "Centre and locality in time", "zh": "时间线上的中央与地方"},
        {
            "en": "Circles: when a central formula or stage is dated, a line where no more exactly than a month or year. Marks "
            "below: documents, with the number of their practices in its words or adapted from them. What stands in 2004–05 "
            "cannot copy what came later.",
            "zh": "圆点：中央提法或阶段的时间，只知到月或年者以线表示。下方标记：用其原话或加以变通的做法数，按文献。2004至2005年者不可能抄自后来的提法。",
        },
        {
            "en": "Rows of central formulas in the order of their dates on a time axis, with marks of the documents that use them.",
            "zh": "按时间排列的中央提法，每行标出使用它的文献。",
        },
        True,
        plot_centre,
        2,
        150.0,
    ),
    Exhibit(
        "tab_words",
        "table",
        ("practices", "sources"),
        lambda t, _: frames.frame_words(t["practices"], sources=t["sources"]),
        {"en": "Whose words", "zh": "谁的话"},
        {
            "en": "Practices by the wording that they follow. Not found: in the texts consulted, which are few; it does not mean that "
            "the place invented it.",
            "zh": "按措辞来源计的做法数。未见：所查文本有限，未见不等于当地首创。",
        },
        {"en": "A table of counts of practices by document and by whose words they are in.", "zh": "按文献与措辞来源列出做法数的表。"},
        True,
        shown=("place", "n_practices", "n_centre", "n_adapted", "n_not_found", "n_earlier"),
    ),
    Exhibit(
        "tab_statements",
        "table",
        ("statements", "sources"),
        lambda t, _: frames.frame_statements(t["statements"], sources=t["sources"]),
        {"en": "Activity, results, growth and candour", "zh": "活动、结果、增长与自省"},
        {
            "en": "Counts that the texts give of activity and of results; sentences that report growth, and of these how many credit "
            "party work; praise from above; failure admitted; warnings of mere form.",
            "zh": "文中所给的活动数与结果数；报告增长的句子，其中归功于党建者；上级肯定；承认的不足；对形式主义的告诫。",
        },
        {"en": "A table of counts of statements by document and kind.", "zh": "按文献与种类列出陈述数的表。"},
        True,
        shown=(
            "place", "n_activity_count", "n_result_count", "n_growth", "n_credited", "n_praise_from_above", "n_admitted_failure",
            "n_warning_formalism",
        ),
    ),
)  # fmt: skip
