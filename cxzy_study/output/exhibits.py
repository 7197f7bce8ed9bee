"""The register of exhibits: every figure and table of the study, in the order in which the report shows them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from cxzy_study.output import frames
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.plots_documents import plot_account, plot_sources, plot_strips
from cxzy_study.output.plots_scores import plot_scores
from cxzy_study.output.plots_shares import FEW, plot_share_panels, plot_theme_heat
from cxzy_study.output.style import check_lang
from cxzy_study.tables import InvalidInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MACHINE = "rules"
"""The machine coder that the study ships."""

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Exhibit:
    """A figure or table: what it shows, from which tables, how it is drawn, and what must be said under it.

    ``title``, ``note`` and ``alt`` are given in both languages. ``frame`` makes the rows that are
    shown, from the tables named in ``tables`` and the name of a coder. ``plot`` draws them, over
    ``columns`` columns of the page, ``height_mm`` high without the note; a table shows the columns
    ``shown``. An exhibit that ``compares`` places says under it that place, genre, author and date
    cannot be parted here.
    """

    id: str
    kind: str
    tables: tuple[str, ...]
    frame: Callable[[Tables, str], pd.DataFrame]
    title: Mapping[str, str]
    note: Mapping[str, str]
    alt: Mapping[str, str]
    compares: bool
    plot: Callable[..., Axes] | None = None
    columns: int = 2
    height_mm: float = 0.0
    shown: tuple[str, ...] = ()


EXHIBITS: dict[str, Exhibit] = {
    e.id: e
    for e in (
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
}
"""All exhibits by id. Figures and tables are numbered in this order, each kind on its own."""


def check_exhibit(exhibit_id: str) -> Exhibit:
    """Return the exhibit with that id."""
    if exhibit_id not in EXHIBITS:
        raise InvalidInput(f"Invalid exhibit {exhibit_id!r}: must be one of {', '.join(EXHIBITS)}.")
    return EXHIBITS[exhibit_id]


def frame_exhibit(exhibit: Exhibit, tables: Tables, *, coder: str = "settled") -> pd.DataFrame:
    """Return the rows that *exhibit* shows, made from *tables* (by name)."""
    missing = [name for name in exhibit.tables if name not in tables]
    if missing:
        raise InvalidInput(f"Invalid tables: {exhibit.id} is made from {', '.join(exhibit.tables)}. Missing {missing}.")
    return exhibit.frame(tables, coder)


def number_of(exhibit: Exhibit) -> int:
    """Return the number that *exhibit* bears among those of its kind, from 1."""
    return [e.id for e in EXHIBITS.values() if e.kind == exhibit.kind].index(exhibit.id) + 1


def name_of(exhibit: Exhibit, *, glossary: Glossary, lang: str) -> str:
    """Return how the exhibit is called: “Figure 2”, “图 2”."""
    return glossary.label(f"exhibit.{exhibit.kind}", lang, number=number_of(exhibit))


def note_of(
    exhibit: Exhibit, frame: pd.DataFrame, *, glossary: Glossary, codebook: Mapping[str, object], lang: str
) -> str:
    """Return what must be read with an exhibit: its own note, coder, intervals, warnings, codebook.

    Parameters
    ----------
    frame
        The rows that are shown: coder, interval method and censored groups are taken from them.
    codebook
        ``version`` and ``sha`` (SHA-256 of the codebook's file, of which the first twelve digits
        are shown).
    """
    check_lang(lang)
    notes = [exhibit.note[lang]]
    if "coder" in frame:
        names = [glossary.label(f"coder.{c}", lang) for c in dict.fromkeys(frame["coder"])]
        notes.append(glossary.label("note.coder", lang, coder=", ".join(names)))
    if exhibit.plot is plot_share_panels:
        methods = [m for m in dict.fromkeys(frame["interval"].fillna("")) if m]
        notes += [glossary.label(f"interval.{method}", lang) for method in methods]
        if frame["n_units"].min() < FEW:
            notes.append(glossary.label("note.few", lang, few=FEW))
    if "censored" in frame and frame["censored"].any():
        notes.append(glossary.label("note.censored", lang))
    if exhibit.compares:
        notes.append(glossary.label("note.places", lang))
    sha = str(codebook["sha"])[:12]
    notes.append(glossary.label("note.codebook", lang, version=codebook["version"], sha=sha))
    return (" " if lang == "en" else "").join(notes)
