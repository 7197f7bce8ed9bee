"""How things show themselves in a notebook: short HTML that needs nothing from outside, the same each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

import pandas as pd

from cxzy_study.output.style import FAMILY, PLACES, THEME_COLOURS, sort_documents

FONT = f'font-family:"Helvetica Neue",Arial,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","{FAMILY}",sans-serif'
_CELL = "padding:.15em .8em .15em 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd"


def study_html(tables: Mapping[str, pd.DataFrame], *, codebook: str, labels: Mapping[str, Mapping[str, str]]) -> str:
    """Return the study at a glance: its documents in both languages, and the tables that it holds.

    Parameters
    ----------
    codebook
        How the codebook is called.
    labels
        Terms of the glossary: key to ``en`` and ``zh``.
    """
    sources = tables["sources"].set_index("doc_id")
    kinds = tables["units"].groupby(["doc_id", "kind"], sort=False).size()
    rows = []
    for doc_id in sort_documents(sources.index):
        row = sources.loc[doc_id]
        genre = labels.get(f"genre.{row['genre']}", {"en": "", "zh": ""})
        dot = f'<span style="color:{PLACES.get(doc_id, ("#5f5f5f", ""))[0]}">●</span>'
        rows.append(
            [
                f"{dot} {escape(row['place_en'])} {escape(row['place_zh'])}",
                f"<code>{escape(doc_id)}</code>",
                escape(row["title"]),
                escape(f"{genre['en']} {genre['zh']}"),
                f"{kinds.get((doc_id, 'sentence'), 0)}",
                f"{kinds.get((doc_id, 'heading'), 0)}",
            ]
        )
    heads = ["Document 文献", "doc_id", "Title 题名", "Genre 文体", "Sentences 句", "Headings 标题"]
    names = ", ".join(f"<code>{escape(name)}</code> {len(table):,}" for name, table in tables.items())
    return (
        f'<div style="{FONT}"><p><b>Study</b>, {escape(codebook)}: <code>study["sources"]</code> and so on</p>'
        f"{html_table(heads, rows)}<details><summary>{len(tables)} tables and their rows 数据表及行数</summary><p>{names}</p></details></div>"
    )


def html_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table; heads and cells are HTML already."""
    head = "".join(f'<th style="{_CELL};font-weight:600">{cell}</th>' for cell in heads)
    body = "".join("<tr>" + "".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) + "</tr>" for row in rows)
    return f'<table style="border-collapse:collapse"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


class CodedPassages:
    """Units with their themes, and in their text the matches that count; shows itself in a notebook.

    Parameters
    ----------
    units
        With ``doc_id``, ``unit_id``, ``kind`` and ``text``.
    codes
        Table ``codes`` of one coder.
    evidence
        As :func:`cxzy_study.code_units` returns it, with ``start`` and ``end`` in the unit's text.
    labels
        Theme id to its label.
    limit
        At most so many units are shown.
    """

    def __init__(
        self, units: pd.DataFrame, codes: pd.DataFrame, evidence: pd.DataFrame, *, labels: Mapping[str, str], limit: int
    ) -> None:
        self.units, self.codes, self.evidence, self.labels, self.limit = units, codes, evidence, dict(labels), limit

    def __repr__(self) -> str:
        """Say how much there is; the passages themselves are in the HTML."""
        return f"CodedPassages: {len(self.units)} units, {self._marks()['theme'].nunique()} themes"

    def _marks(self) -> pd.DataFrame:
        return self.codes[self.codes["theme"].isin(list(self.labels))]

    def _repr_html_(self) -> str:
        themes = self._marks().groupby(["doc_id", "unit_id"])["theme"].agg(list).to_dict()
        counted = self.evidence[self.evidence["verdict"] == "counted"]
        hits: dict[tuple[str, str], list[tuple[int, int, str]]] = {}
        for doc_id, unit_id, start, end, theme in counted[["doc_id", "unit_id", "start", "end", "theme"]].itertuples(index=False):
            hits.setdefault((doc_id, unit_id), []).append((int(start), int(end), theme))
        parts = []
        for doc_id, unit_id, kind, text in self.units.head(self.limit)[["doc_id", "unit_id", "kind", "text"]].itertuples(index=False):
            chips = " ".join(
                f'<span style="white-space:nowrap;margin-right:.8em"><span style="color:{_colour(t)}">■</span> '
                f"{escape(self.labels[t])}</span>"
                for t in themes.get((doc_id, unit_id), [])
            )
            weight = ";font-weight:600" if kind == "heading" else ""
            parts.append(
                f'<div style="padding:.4em 0;border-bottom:1px solid #ddd">'
                f'<small style="color:#5f5f5f">{escape(doc_id)} {escape(unit_id)}</small>'
                f'<div style="line-height:1.8{weight}">{mark_text(text, hits.get((doc_id, unit_id), []))}</div><small>{chips}</small></div>'
            )
        rest = len(self.units) - self.limit
        more = f"<p><small>… {rest:,} more units: raise <code>limit</code></small></p>" if rest > 0 else ""
        return f'<div style="{FONT};max-width:56em">{"".join(parts)}{more}</div>'


def mark_text(text: str, hits: Sequence[tuple[int, int, str]]) -> str:
    """Return *text* as HTML, each hit (start, end, theme) under a line in its theme's colour; overlaps share marks.

    Examples
    --------
    >>> mark_text("公开承诺", [(2, 4, "pledging")])
    '公开<span style="background:#fff1b8;border-bottom:3px solid #b4004b" title="pledging">承诺</span>'
    """
    edges = sorted({0, len(text), *(place for a, b, _ in hits for place in (a, b))})
    parts = []
    for a, b in pairwise(edges):
        over = list(dict.fromkeys(theme for start, end, theme in hits if start <= a and b <= end))
        piece = escape(text[a:b])
        if over:
            style = f"background:#fff1b8;border-bottom:3px solid {_colour(over[0])}"
            piece = f'<span style="{style}" title="{escape(", ".join(over))}">{piece}</span>'
        parts.append(piece)
    return "".join(parts)


def _colour(theme: str) -> str:
    return THEME_COLOURS.get(theme, "#5f5f5f")
