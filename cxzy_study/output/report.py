"""The report: templates and tables to self-contained HTML, every number with a link to its rows."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pandas as pd

from cxzy_study.output.exhibit import Exhibit
from cxzy_study.output.exhibits import EXHIBITS, check_exhibit, frame_exhibit, name_of, note_of
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.ledger import FILLED, Ledger, frame_numbers, show_number
from cxzy_study.output.pictures import find_text_difference
from cxzy_study.output.prose import check_prose
from cxzy_study.output.style import LANGS, check_lang, sort_arenas, sort_documents
from cxzy_study.tables import SCHEMAS, InvalidInput, check_table, save_text, table_text

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

CODER = "settled"
"""Whose codes the report speaks of."""


def build_report(
    tables: Mapping[str, pd.DataFrame],
    *,
    exhibits_dir: str | Path,
    glossary: Glossary,
    codebook: Mapping[str, object],
    study: Mapping[str, str],
    to: str | Path,
    langs: Sequence[str] = LANGS,
) -> list[Path]:
    """Write ``report_<lang>.html`` for each language, and ``numbers.csv``, into the folder *to*.

    Parameters
    ----------
    tables
        The study's tables by name; at least those of which :data:`EXHIBITS` are made.
    exhibits_dir
        Folder of the drawn exhibits, which must show these tables.
    codebook
        ``version`` and ``sha`` (SHA-256 of the codebook's file).
    study
        ``version`` and ``released`` (ISO 8601) of the study, for its citation.
    langs
        Languages to write; ``numbers.csv`` always lists the numbers of all.

    Returns
    -------
    list of Path
        The pages, then ``numbers.csv``.

    Raises
    ------
    InvalidInput
        If a template types a number or asks for one that no single row holds, a table or label is
        missing, an exhibit is missing or was drawn from other tables, or the languages do not
        report the same numbers.
    """
    for lang in langs:
        check_lang(lang)
    for name, table in tables.items():
        if name in SCHEMAS:
            check_table(table, name)
    frames = {e.id: frame_exhibit(e, tables, coder=CODER) for e in EXHIBITS.values()}
    facts = _facts(glossary, codebook=codebook, study=study)
    pages, ledgers = {}, {}
    for lang in LANGS:
        ledger = Ledger({**tables, **frames, "facts": facts}, glossary=glossary, lang=lang)
        shown = {
            e.id: _show_exhibit(e, frames[e.id], Path(exhibits_dir), glossary=glossary, codebook=codebook, lang=lang)
            for e in EXHIBITS.values()
        }
        pages[lang] = _render_page(ledger, shown)
        ledgers[lang] = ledger
    _check_same_numbers(ledgers)
    written = [save_text(pages[lang], Path(to) / f"report_{lang}.html") for lang in langs]
    return [*written, save_text(table_text(frame_numbers(ledgers)), Path(to) / "numbers.csv")]


def _facts(glossary: Glossary, *, codebook: Mapping[str, object], study: Mapping[str, str]) -> pd.DataFrame:
    """Return the facts that are in no table of the study: versions, dates of the campaign, level of the intervals."""
    terms = {key.removeprefix("fact."): term for key, term in glossary.terms.items() if key.startswith("fact.")}
    rows = [(key, *(term[lang] for lang in LANGS)) for key, term in terms.items()]
    plain = {
        "codebook_version": str(codebook["version"]),
        "codebook_sha": f"SHA-256 {show_number(codebook['sha'], fmt='sha', lang='en')}",
        "study_version": study["version"],
    }
    rows += [(key, value, value) for key, value in plain.items()]
    rows.append(("study_released", *(show_number(study["released"], fmt="date", lang=lang) for lang in LANGS)))
    return pd.DataFrame(rows, columns=["key", *LANGS])


def _render_page(ledger: Ledger, shown: Mapping[str, str]) -> str:
    from markdown_it import MarkdownIt

    lang, glossary = ledger.lang, ledger.glossary
    name = f"report_{lang}.md.j2"
    source = check_prose((TEMPLATES / name).read_text(encoding="utf-8"), name=name)
    prose = _environment(autoescape=False).from_string(source).render(_functions(ledger, shown))
    title = re.search(r"^# (.+)$", prose, flags=re.MULTILINE)
    if not title:
        raise InvalidInput(f"Invalid template {name}: must begin with a title.")
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(prose)
    page = _environment(autoescape=True).from_string((TEMPLATES / "page.html.j2").read_text(encoding="utf-8"))
    return page.render(
        lang={"en": "en", "zh": "zh-Hans"}[lang],
        title=re.sub(r"<[^>]+>", "", title[1]),
        body=body,
        label=lambda key: glossary.label(key, lang),
        others=[(other, glossary.label("report.language", other)) for other in LANGS if other != lang],
        lists=[n for n in ledger.numbers if n.how != "cell"],
        tables=_used_rows(ledger),
    )


def _environment(*, autoescape: bool) -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _functions(ledger: Ledger, shown: Mapping[str, str]) -> dict[str, Any]:
    """Return what a template may call: the printing functions, and those that only find rows."""
    lang, glossary = ledger.lang, ledger.glossary

    def exhibit(exhibit_id: str) -> str:
        return shown[check_exhibit(exhibit_id).id]

    def ref(exhibit_id: str) -> str:
        return f'<a href="#{exhibit_id}">{name_of(check_exhibit(exhibit_id), glossary=glossary, lang=lang)}</a>'

    def find_documents(**key: object) -> list[str]:
        return sort_documents(ledger.find_rows("sources", **key)["doc_id"])

    def find_common(doc_ids: Sequence[str]) -> list[str]:
        """Return the themes that each of these documents bears at least once."""
        rows = ledger.find_rows("shares", group_kind="source", coder=CODER)
        rows = rows[rows["group"].isin(list(doc_ids)) & (rows["n_coded"] > 0)]
        found = rows["theme"].value_counts()
        return [t for t in dict.fromkeys(ledger.tables["shares"]["theme"]) if found.get(t, 0) == len(doc_ids)]

    return {
        "n": ledger.cell,
        "total": ledger.total,
        "count": ledger.count,
        "fact": ledger.fact,
        "text": lambda table, **key: _plain(ledger.text(table, **key)),
        "label": lambda key, **values: _plain(ledger.label(key, **values)),
        "theme": lambda theme_id: _plain(ledger.label(f"theme.{theme_id}")),
        "place": lambda doc_id: _plain(ledger.text("sources", column=f"place_{lang}", doc_id=doc_id)),
        "exhibit": exhibit,
        "ref": ref,
        "find_top": ledger.find_top,
        "find_rows": ledger.find_rows,
        "find_documents": find_documents,
        "find_arenas": lambda: sort_arenas(ledger.find_rows("shares", group_kind="arena", coder=CODER)["group"]),
        "find_common": find_common,
        "CODER": CODER,
        "FILLED": FILLED,
    }


def _plain(words: str) -> str:
    """Return *words* so that neither Markdown nor HTML sees a mark in them."""
    return re.sub(r"[\\`*_{}\[\]<>&#|~]", lambda m: f"&#{ord(m[0])};", words)


def _show_exhibit(
    exhibit: Exhibit,
    frame: pd.DataFrame,
    folder: Path,
    *,
    glossary: Glossary,
    codebook: Mapping[str, object],
    lang: str,
) -> str:
    """Return the HTML of an exhibit, without an empty line, which would end the block in Markdown."""
    drawn = folder / f"{exhibit.id}.csv"
    if not drawn.is_file():
        raise InvalidInput(f"Invalid exhibits {folder}: {drawn.name} is missing. Draw the exhibits first.")
    if find_text_difference(drawn.read_text(encoding="utf-8"), table_text(frame), tolerance=1e-9):
        raise InvalidInput(f"Invalid exhibit {exhibit.id}: it was drawn from other tables. Draw the exhibits again.")
    note = note_of(exhibit, frame, glossary=glossary, codebook=codebook, lang=lang)
    name, title = name_of(exhibit, glossary=glossary, lang=lang), escape(exhibit.title[lang])
    if exhibit.plot is None:
        inner = _show_table(exhibit, frame, glossary=glossary, lang=lang)
        below = f'<p class="note">{escape(note)}</p>'
    else:
        # The note stands in the picture; who does not see the picture reads it in the alternative text.
        alt = escape(f"{exhibit.alt[lang]} {note}", quote=True)
        inner = f'<img alt="{alt}" src="{_embed(folder, exhibit.id, lang)}">'
        below = ""
    caption = f"<figcaption><b>{name}.</b> {title}</figcaption>"
    kind = f"{exhibit.kind} columns-{exhibit.columns}"
    return f'<figure id="{exhibit.id}" class="{kind}">{caption}<div class="wide">{inner}</div>{below}</figure>'


def _embed(folder: Path, exhibit_id: str, lang: str) -> str:
    """Return the picture as a data address, SVG or PNG, whichever is shorter."""
    import base64

    svg, png = (folder / f"{exhibit_id}_{lang}.{form}" for form in ("svg", "png"))
    found = []
    if svg.is_file():
        text = re.sub(r"\s*\n\s*", " ", svg.read_text(encoding="utf-8"))
        found.append("data:image/svg+xml," + quote(text, safe=" '/:=;,.!@$*()+-_?"))
    if png.is_file():
        found.append("data:image/png;base64," + base64.b64encode(png.read_bytes()).decode())
    if not found:
        raise InvalidInput(f"Invalid exhibits {folder}: must hold {svg.name} or {png.name}. Draw the exhibits first.")
    return min(found, key=len)


def _show_table(exhibit: Exhibit, frame: pd.DataFrame, *, glossary: Glossary, lang: str) -> str:
    def show(row: Mapping[str, Any], column: str) -> str:
        value = row[f"place_{lang}"] if column == "place" else row[column]
        if column == "author":
            value = value.replace(";", ", " if lang == "en" else "、")
        elif column == "published_on" and value:
            value = show_number(value, fmt="date", lang=lang)
            value = f"[{value}]" if row["published_basis"] == "inferred" else value
        elif column == "completeness":
            value = glossary.label(f"completeness.{value}", lang)
        return escape(str(value))

    head = "".join(f"<th>{escape(glossary.label(f'column.{c}', lang))}</th>" for c in exhibit.shown)
    rows = ("".join(f"<td>{show(row, c)}</td>" for c in exhibit.shown) for row in frame.to_dict("records"))
    body = "".join(f"<tr>{cells}</tr>" for cells in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _used_rows(ledger: Ledger) -> list[dict[str, Any]]:
    """Return for each table the rows that the report's numbers come from, with its key and the columns named."""
    tables = []
    for name in sorted({number.table for number in ledger.numbers}):
        frame = ledger.tables[name]
        mine = [number for number in ledger.numbers if number.table == name]
        key = SCHEMAS[name].key if name in SCHEMAS else ("doc_id", "group", "theme")
        named = {part.split("=")[0] for n in mine for part in n.key.split(";") if part} | {n.column for n in mine}
        columns = [c for c in frame.columns if c in {*key, *named}]
        rows = sorted({row for number in mine for row in number.rows})
        cells = table_text(frame.loc[[r - 1 for r in rows], columns])
        text = pd.read_csv(io.StringIO(cells), dtype=str, keep_default_na=False)
        numbered = list(zip(rows, text.to_numpy().tolist(), strict=True))
        tables.append({"name": name, "columns": columns, "rows": numbered})
    return tables


def _check_same_numbers(ledgers: Mapping[str, Ledger]) -> None:
    """Refuse reports that do not rest on the same rows; what differs by language (facts) is compared by its key."""

    def where(ledger: Ledger) -> set[tuple[str, str, str]]:
        return {(n.table, n.key, "" if n.table == "facts" else n.column) for n in ledger.numbers}

    first, *others = ledgers.values()
    for other in others:
        odd = sorted(where(first) ^ where(other))
        if odd:
            raise InvalidInput(
                f"Invalid templates: reports in {first.lang} and {other.lang} must give the same numbers. {odd[:5]}."
            )
