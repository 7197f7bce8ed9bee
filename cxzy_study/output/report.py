"""The report: templates and tables to HTML, PDF and DOCX, every number with a link to its rows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from cxzy_study.output.addresses import number_address
from cxzy_study.output.blocks import embed_picture, show_block, show_name
from cxzy_study.output.documents import make_docx, make_pdf
from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.fonts import font_face
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.ledger import Ledger, frame_numbers, show_number
from cxzy_study.output.pictures import find_pdf_difference
from cxzy_study.output.printing import CODER, template_functions
from cxzy_study.output.prose import check_prose, find_macros
from cxzy_study.output.references import Item, cite
from cxzy_study.output.rows import list_rows
from cxzy_study.output.style import LANGS, check_lang
from cxzy_study.tables import InvalidInput, save_bytes, table_text

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES = Path(__file__).parent / "templates"

FORMATS = ("html", "pdf", "docx")

FONT = "cxzy Han"
"""Name of the Chinese type that a page brings along."""


def build_report(
    tables: Mapping[str, pd.DataFrame],
    *,
    exhibits_dir: str | Path,
    glossary: Glossary,
    codebook: Mapping[str, object],
    study: Mapping[str, str],
    works: Sequence[Item],
    to: str | Path,
    langs: Sequence[str] = LANGS,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Write ``report_<lang>.html|pdf|docx`` for each language, and ``numbers.csv``, into the folder *to*.

    The HTML page stands alone: pictures and Chinese type are inside. Its numbers lead to the explorer
    that lies beside it, those of PDF and DOCX to a line of the appendix. A PDF that would show the
    same as the one that is there is not written again.

    Parameters
    ----------
    tables
        The study's tables by name; at least those of which :data:`EXHIBITS` are made.
    exhibits_dir
        Folder of the drawn exhibits, which must show these tables.
    codebook
        ``version``, ``sha`` (SHA-256 of the codebook's file) and ``themes`` (``id``, and
        ``definition``, ``include`` and ``exclude`` by language).
    study
        ``version`` and ``released`` (ISO 8601) of the study, for its citation.
    works
        What the templates may cite, as CSL-JSON (see :mod:`cxzy_study.output.references`).
    langs
        Languages to write; ``numbers.csv`` always lists the numbers of all.
    formats
        Among :data:`FORMATS`.

    Returns
    -------
    list of Path
        The files by language and format, then ``numbers.csv``.

    Raises
    ------
    InvalidInput
        If a template types a number or asks for one that no single row holds, a table or label is
        missing, an exhibit is missing or was drawn from other tables, or the languages do not
        report the same numbers.
    """
    for lang in langs:
        check_lang(lang)
    if strangers := [f for f in formats if f not in FORMATS]:
        raise InvalidInput(f"Invalid formats: must be among {', '.join(FORMATS)}. {strangers}.")
    frames = {e.id: frame_exhibit(e, tables, coder=CODER) for e in EXHIBITS.values()}
    facts = _facts(glossary, codebook=codebook, study=study)
    pages, ledgers = {}, {}
    for lang in LANGS:
        ledger = Ledger({**tables, **frames, "facts": facts}, glossary=glossary, lang=lang)
        shown = {
            e.id: show_block(e, frames[e.id], Path(exhibits_dir), tables=tables, glossary=glossary, codebook=codebook, lang=lang)
            for e in EXHIBITS.values()
        }
        citations = cite(_spelled(works, glossary=glossary, lang=lang), lang=lang)
        functions = template_functions(ledger, shown=shown, citations=citations, codebook=codebook)
        pages[lang] = _render_page(ledger, functions)
        ledgers[lang] = ledger
    _check_same_numbers(ledgers)
    # All is made before anything is written: a report is there whole or not at all.
    addresses = {
        lang: {n.number_id: number_address(n, ledger.tables, lang=lang) for n in ledger.numbers}
        for lang, ledger in ledgers.items()
    }

    def make_html(page: str, *, lang: str, pictures: Path) -> bytes:
        return _make_html(_lead_to_explorer(page, addresses[lang]), lang=lang, pictures=pictures)

    makers = {"html": make_html, "pdf": _make_pdf, "docx": make_docx}
    made = {
        Path(to) / f"report_{lang}.{form}": makers[form](pages[lang], lang=lang, pictures=Path(exhibits_dir))
        for lang in langs
        for form in formats
    }
    written = [_save_if_other(content, path) for path, content in made.items()]
    return [*written, save_bytes(table_text(frame_numbers(ledgers)).encode("utf-8-sig"), Path(to) / "numbers.csv")]


def _spelled(works: Sequence[Item], *, glossary: Glossary, lang: str) -> list[Item]:
    """Return *works* with their authors' names as they are written in *lang*."""

    def spell(name: Mapping[str, str]) -> Mapping[str, str]:
        return {"literal": show_name(name["literal"], glossary=glossary, lang=lang)} if "literal" in name else name

    return [{**work, "author": [spell(name) for name in work["author"]]} if "author" in work else work for work in works]


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


def _make_html(page: str, *, lang: str, pictures: Path) -> bytes:
    """Return *page* with its pictures and its Chinese type inside."""
    page = page.replace("/*font-face*/", font_face(page, family=FONT, lang=lang), 1)
    page = re.sub(r'(?<=src=")([^":]+)\.png(?=")', lambda m: embed_picture(pictures, m[1]), page)
    return page.encode("utf-8")


def _lead_to_explorer(page: str, addresses: Mapping[str, str]) -> str:
    """Return *page* with the numbers leading to their addresses (by id); one without an address keeps to its line below."""

    def lead(m: re.Match[str]) -> str:
        address = addresses[m[2]]
        return f'{m[1]}href="{address.replace("&", "&amp;")}"' if address else m[0]

    return re.sub(r'(<a class="num" id="(n\d+)" )href="[^"]*"', lead, page)


def _make_pdf(page: str, *, lang: str, pictures: Path) -> bytes:
    vectors = re.sub(r'(?<=src=")([^":]+)\.png(?=")', r"\1.svg", page)
    return make_pdf(vectors, lang=lang, pictures=pictures)


def _save_if_other(content: bytes, path: Path) -> Path:
    same = path.suffix == ".pdf" and path.is_file() and not find_pdf_difference(path.read_bytes(), content)
    return path if same else save_bytes(content, path)


def read_prose(lang: str) -> str:
    """Return the report's template in one language: its parts, checked, one after the other in the order of their names.

    The first part holds the macros that the others may call.
    """
    paths = sorted((TEMPLATES / lang).glob("*.md.j2"))
    parts = [path.read_text(encoding="utf-8") for path in paths]
    macros = find_macros(parts[0]) if parts else set()
    checked = [check_prose(part, name=f"{lang}/{path.name}", macros=macros) for path, part in zip(paths, parts, strict=True)]
    return "\n".join(checked)


def _render_page(ledger: Ledger, functions: Mapping[str, Any]) -> str:
    """Return the page with its pictures named by file, as PNG."""
    from markdown_it import MarkdownIt

    lang, glossary = ledger.lang, ledger.glossary
    prose = _environment(autoescape=False).from_string(read_prose(lang)).render(functions)
    title = re.search(r"^# (.+)$", prose, flags=re.MULTILINE)
    if not title:
        raise InvalidInput(f"Invalid template {lang}: must have a title.")
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(prose)
    page = _environment(autoescape=True).from_string((TEMPLATES / "page.html.j2").read_text(encoding="utf-8"))
    return page.render(
        lang={"en": "en", "zh": "zh-Hans"}[lang],
        lang_id=lang,
        title=re.sub(r"<[^>]+>", "", title[1]),
        body=body,
        label=lambda key: glossary.label(key, lang),
        others=[(other, glossary.label("report.language", other)) for other in LANGS if other != lang],
        tables=list_rows(ledger),
    )


def _environment(*, autoescape: bool) -> Environment:
    from jinja2 import Environment, StrictUndefined

    return Environment(autoescape=autoescape, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


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
