"""Exhibits on the documents: what they are, and what was kept of each page."""

from __future__ import annotations

from cxzy_study.output import frames
from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.plots_documents import plot_account, plot_sources

EXHIBITS = (
    Exhibit(
        "fig_sources",
        "figure",
        ("sources", "units", "source_basis"),
        lambda t, _: frames.frame_sources(t["sources"], units=t["units"], basis=t["source_basis"]),
        {"en": "Sources at a glance", "zh": "文献一览"},
        {
            "en": "A line on each side of a mark of publication: the date is known no more exactly than that.",
            "zh": "发表标记两侧的线：时间只能确定到此范围。",
        },
        {
            "en": "A row for each document with its place, level, genre and number of sentences, and on a time "
            "axis the period that it reports on and the date of its publication.",
            "zh": "每份文献一行：地点、层级、文体、句数，以及时间轴上的所述时段与发表时间。",
        },
        True,
        plot_sources,
        2,
        56.0,
    ),
    Exhibit(
        "tab_sources",
        "table",
        ("sources", "source_basis"),
        lambda t, _: frames.frame_bibliography(t["sources"], basis=t["source_basis"]),
        {"en": "The documents", "zh": "文献目录"},
        {
            "en": "Empty: neither stated in the document nor publicly known. In brackets: inferred from the text.",
            "zh": "空格：文中未载，亦无公开资料。方括号：据文内推定。",
        },
        {
            "en": "A table with the author, title, outlet and date of each document.",
            "zh": "各文献的作者、题名、载体与时间。",
        },
        False,
        shown=("place", "author", "author_role", "title", "outlet", "published_on", "completeness"),
    ),
    Exhibit(
        "fig_account",
        "figure",
        ("sources", "units", "removed"),
        lambda t, _: frames.frame_account(t["sources"], units=t["units"], removed=t["removed"]),
        {"en": "What was kept of each saved page, and what was removed", "zh": "所存页面中保留与剔除的内容"},
        {
            "en": "Code points of the decoded files; kept and removed add up to the whole page.",
            "zh": "按解码后文件的字符计；保留与剔除之和等于全页。",
        },
        {
            "en": "Bars, a panel for each document: the characters kept in units, and those removed, by reason.",
            "zh": "条形图，每份文献一栏：保留的字符数与按缘由剔除的字符数。",
        },
        False,
        plot_account,
        2,
        64.0,
    ),
)
