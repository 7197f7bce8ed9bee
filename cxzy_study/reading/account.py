"""One page that accounts for a reading: what was kept, what was struck out and why, what was changed."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxzy_study.reading.documents import Reading

_FOLDED = frozenset({"markup", "script", "comment", "hidden"})
"""Reasons whose characters nobody wants to read: shown by their number."""

_STYLE = """
.cxzy{font:16px/1.75 "Noto Sans CJK SC","Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;max-width:56em;margin:auto;color:#1a1a1a}
.cxzy .s{padding:0 .1em;border-bottom:1px solid #bbb}.cxzy .h{font-weight:700;padding:0 .1em;border-bottom:2px solid #444}
.cxzy .no{font-size:.65em;color:#666;vertical-align:super;user-select:none}.cxzy del{color:#9a3412;background:#fff1e8}
.cxzy del.m{text-decoration:none;font-size:.7em;color:#777;background:#eee;border-radius:3px;padding:0 .25em}
.cxzy ins{background:#dbeafe;text-decoration:none}.cxzy table{border-collapse:collapse;font-size:.85em}
.cxzy td,.cxzy th{padding:.1em .6em;text-align:left;border-bottom:1px solid #ddd}.cxzy pre{white-space:pre-wrap;font:inherit}
"""


def account_html(reading: Reading, *, whole_page: bool = True) -> str:
    """Return the account of a reading as HTML that needs nothing from outside.

    Every character of the decoded file is shown where it stands: units underlined, with their
    number and section; what was removed struck out, with its reason; characters of another script
    as read, with the printed one in the title. Markup and scripts are shown by their length.
    """
    removed = {a: (b, reason) for a, b, reason in reading.removed}
    starts: dict[int, tuple[int, int, int]] = {}
    for number, unit in enumerate(reading.units, start=1):
        for part, (a, b) in enumerate(unit.text.spans):
            starts[a] = (b, number, part)
    changed = {at: (raw, text) for at, raw, text, _ in reading.script_changes}
    parts: list[str] = []
    at = 0
    while at < len(reading.raw):
        if at in removed:
            end, reason = removed[at]
            parts.append(_removed(reading.raw[at:end], reason))
        else:
            end, number, part = starts[at]
            unit = reading.units[number - 1]
            text = "".join(_character(reading.raw[i], changed.get(i)) for i in range(at, end))
            label = f'<span class="no">{number}</span>' if part == 0 else ""
            title = f"{unit.kind} {number}, section {unit.section}, paragraph {unit.paragraph}, places {at}-{end}"
            parts.append(f'{label}<span class="{unit.kind[0]}" title="{escape(title)}">{text}</span>')
        at = end
    body = f'<div class="cxzy"><style>{_STYLE}</style>{_head(reading)}<pre>{"".join(parts)}</pre></div>'
    if not whole_page:
        return body
    title = escape(f"{reading.doc_id}: {reading.title}")
    return f'<!doctype html><html lang="zh"><meta charset="utf-8"><title>{title}</title><body>{body}</body></html>\n'


def _character(raw: str, change: tuple[str, str] | None) -> str:
    if change is None:
        return escape(raw)
    return f'<ins title="{escape(change[0])} → {escape(change[1])}">{escape(change[1])}</ins>'


def _removed(raw: str, reason: str) -> str:
    if reason == "space":
        return escape(raw)
    if reason in _FOLDED:
        return f'<del class="m" title="{reason}, {len(raw)} characters">{len(raw)}</del>'
    return f'<del title="{escape(reason)}">{escape(raw)}</del>'


def _head(reading: Reading) -> str:
    counts: dict[str, int] = {}
    for a, b, reason in reading.removed:
        counts[reason] = counts.get(reason, 0) + b - a
    n_removed = sum(counts.values())
    rows = [("kept in units", len(reading.raw) - n_removed), *sorted(counts.items(), key=lambda x: -x[1])]
    table = "".join(f"<tr><td>{escape(name)}</td><td>{n:,}</td></tr>" for name, n in rows)
    tree = "".join(
        f'<div style="margin-left:{1.2 * unit.depth}em">{escape(unit.section)} {escape(unit.text.text)}</div>'
        for unit in reading.units
        if unit.kind == "heading"
    )
    facts = [reading.encoding, reading.script, reading.published_on, reading.outlet, f"{len(reading.units)} units"]
    line = " · ".join(escape(f) for f in facts if f)
    return (
        f"<h2>{escape(reading.title or reading.doc_id)}</h2><p>{line}</p>"
        f"<details><summary>Characters: kept and removed, {len(reading.raw):,} in all</summary>"
        f"<table>{table}</table></details><details><summary>Headings</summary>{tree}</details>"
    )
