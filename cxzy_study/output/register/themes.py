"""Exhibits on the themes: shares, places in the text, arenas, and the machine coder."""

from __future__ import annotations

from cxzy_study.output import frames
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.plots_documents import plot_strips
from cxzy_study.output.plots_scores import plot_scores
from cxzy_study.output.plots_shares import plot_share_panels, plot_theme_heat

MACHINE = "rules"
"""The machine coder that the study ships."""

EXHIBITS = (
    Exhibit(
        "fig_themes",
        "figure",
        ("shares", "sources"),
        lambda t, coder: frames.frame_shares(t["shares"], sources=t["sources"], coder=coder),
        {"en": "Themes by document: shares and counts", "zh": "各文献的主题：比例与句数"},
        {
            "en": "Share of the document's sentences that bear the theme, number of sentences in brackets; a "
            "sentence may bear several themes or none.",
            "zh": "带有该主题的句子占该文献句子的比例，括号内为句数；一句可有多个主题，也可没有。",
        },
        {
            "en": "Heat map with themes in rows and documents in columns; each cell prints a share and a count.",
            "zh": "热图：行为主题，列为文献；每格印出比例与句数。",
        },
        True,
        plot_theme_heat,
        2,
        92.0,
    ),
    Exhibit(
        "fig_intervals",
        "figure",
        ("shares", "sources"),
        lambda t, coder: frames.frame_shares(t["shares"], sources=t["sources"], coder=coder),
        {"en": "Themes by document: shares with intervals", "zh": "各文献的主题：比例及其区间"},
        {
            "en": "Dots: share of the document's sentences. Lines: intervals, which speak of the passages of this "
            "document and not of the place.",
            "zh": "点：占该文献句子的比例。线：区间，只涉及该文献的段落，不涉及该地。",
        },
        {
            "en": "Dots with interval lines, a panel for each document, themes in rows.",
            "zh": "点与区间线，每份文献一栏，行为主题。",
        },
        True,
        plot_share_panels,
        2,
        88.0,
    ),
    Exhibit(
        "fig_strips",
        "figure",
        ("units", "codes", "sources"),
        lambda t, coder: frames.frame_strips(t["units"], codes=t["codes"], sources=t["sources"], coder=coder),
        {"en": "Where in each document each theme is marked", "zh": "各主题在文中出现的位置"},
        {
            "en": "A block is a sentence, as long as its text; a block of half height is a heading. Broken lines: "
            "a section of the first level begins.",
            "zh": "色块为一句，长短如其字数；半高色块为标题。虚线：一级标题所起的节。",
        },
        {
            "en": "A strip for each theme, a panel for each document; blocks mark sentences that bear the theme.",
            "zh": "每份文献一栏，每个主题一条；色块标出带有该主题的句子。",
        },
        True,
        plot_strips,
        2,
        118.0,
    ),
    Exhibit(
        "fig_arenas",
        "figure",
        ("shares", "sources"),
        lambda t, coder: frames.frame_shares(t["shares"], sources=t["sources"], coder=coder, group_kind="arena"),
        {"en": "Within Taining: themes by arena", "zh": "泰宁内部：各领域的主题"},
        {
            "en": "Sentences that speak of one arena of the project; place, author, genre and date are the same in "
            "all panels. The groups are tiny.",
            "zh": "只论及该工程某一领域的句子；各栏的地点、作者、文体与时间相同。各组句数很少。",
        },
        {
            "en": "Dots with interval lines, a panel for each arena of Taining's report, themes in rows.",
            "zh": "点与区间线，泰宁报告的每个领域一栏，行为主题。",
        },
        False,
        plot_share_panels,
        2,
        88.0,
    ),
    Exhibit(
        "fig_scores",
        "figure",
        ("scores",),
        lambda t, coder: frames.frame_scores(t["scores"], coder=MACHINE, reference=coder),
        {"en": "The machine coder held against the reader", "zh": "机器编码与读者编码的对照"},
        {
            "en": "Internal: the rules were written with these texts at hand, and only other texts can tell how "
            "well they read. n: units that the reader marked.",
            "zh": "内部检验：规则是对着这些文本写成的，读得好坏须用其他文本检验。n：读者标出的单位数。",
        },
        {
            "en": "Precision, recall and F1 of the machine coder, a row for each theme.",
            "zh": "机器编码的精确率、召回率与F1，每个主题一行。",
        },
        False,
        plot_scores,
        1,
        92.0,
    ),
)
