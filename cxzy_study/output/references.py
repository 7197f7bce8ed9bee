"""Who is cited, and how: citations and bibliography by author and year, and files for other tools.

English follows Chicago (pandoc's own style), Chinese GB/T 7714 in short (`templates/chinese.csl`).
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from cxzy_study.tables import InvalidInput

Item = Mapping[str, Any]
"""A work as CSL-JSON has it: ``id``, ``type``, ``title``, ``author``, ``issued`` …"""

_TYPES = {"essay": "article-newspaper", "news": "article-newspaper", "speech": "speech", "report": "report"}
_RIS = {
    "article-newspaper": "NEWS", "article-journal": "JOUR", "book": "BOOK", "chapter": "CHAP", "speech": "GEN",
    "report": "RPRT", "software": "COMP", "document": "GEN", "paper-conference": "CPAPER",
}  # fmt: skip
_LANG = {"en": "en-US", "zh": "zh-CN"}
_CHINESE = Path(__file__).parent / "templates" / "chinese.csl"


@dataclass(frozen=True)
class Citations:
    """Works as cited in one language: ``narrative`` Monroe et al. (2008), ``brackets`` (Monroe et al. 2008), HTML."""

    narrative: Mapping[str, str]
    brackets: Mapping[str, str]
    entries: Mapping[str, str]


def study_item(citation: Mapping[str, Any]) -> Item:
    """Return the study as a work, from the fields of `CITATION.cff`."""
    return {
        "id": "cxzy_study",
        "type": "software",
        "title": citation["title"],
        "author": [{"literal": a["name"]} for a in citation["authors"]],
        "version": str(citation["version"]),
        "issued": _issued(str(citation["date-released"])),
        "license": citation["license"],
    }


def source_items(sources: pd.DataFrame, *, basis: pd.DataFrame) -> list[Item]:
    """Return the documents as works; a date that is inferred is marked as such (``circa``), an unknown one is left out.

    Parameters
    ----------
    sources, basis : DataFrame
        Tables ``sources`` and ``source_basis``.
    """
    known = basis[basis.fact == "published_on"].set_index("doc_id").basis
    items: list[Item] = []
    for row in sources.itertuples():
        item: dict[str, Any] = {"id": row.doc_id, "type": _TYPES.get(row.genre, "document"), "title": row.title}
        if row.author:
            item["author"] = [{"literal": name} for name in row.author.split(";")]
        elif row.author_role:
            item["author"] = [{"literal": row.author_role}]
        if row.outlet:
            item["container-title"] = row.outlet
        if row.published_on:
            item["issued"] = _issued(row.published_on) | ({"circa": True} if known.get(row.doc_id) == "inferred" else {})
        if row.url:
            item["URL"] = row.url
        if row.completeness == "censored":
            item["note"] = "preview that breaks off"
        items.append(item)
    return items


def _issued(day: str) -> dict[str, Any]:
    return {"date-parts": [[int(part) for part in day.split("-")]]}


def load_items(path: str | Path) -> list[Item]:
    """Load works from a file of CSL-JSON.

    Raises
    ------
    InvalidInput
        If the file is missing or no CSL-JSON, or an id stands twice.
    """
    try:
        items = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InvalidInput(f"Invalid references {path}: must be a file of CSL-JSON. {error}.") from None
    return check_items(items)


def check_items(items: Sequence[Item]) -> list[Item]:
    """Return *items* if each has an id of its own, a type and a title."""
    ids = [item.get("id", "") for item in items]
    bad = [i for i, item in zip(ids, items, strict=True) if ids.count(i) > 1 or not all(item.get(f) for f in ("id", "type", "title"))]
    if bad:
        raise InvalidInput(f"Invalid references: each must have an id of its own, a type and a title. {bad[:5]}.")
    return list(items)


def cite(items: Sequence[Item], *, lang: str) -> Citations:
    """Return how each work is cited, by pandoc's citeproc.

    Examples
    --------
    >>> work = {"id": "li2012", "type": "book", "title": "承诺", "author": [{"literal": "李一"}], "issued": {"date-parts": [[2012]]}}
    >>> cite([work], lang="en").narrative["li2012"]
    '李一 (2012)'
    """
    ids = [item["id"] for item in check_items(items)]
    text = "\n\n".join([*(f"@{i}" for i in ids), *(f"[@{i}]" for i in ids), "::: {#refs}\n:::"])
    style = [f"--csl={_CHINESE}"] if lang == "zh" else []
    page = _run_citeproc(f"---\nlang: {_LANG[lang]}\nlink-citations: false\n---\n\n{text}\n", items, style)
    shown = re.findall(r'<p><span\s+class="citation"\s+data-cites="[^"]*">(.*?)</span></p>', page, flags=re.DOTALL)
    entries = dict(re.findall(r'<div id="ref-([^"]+)"[^>]*>\s*(.*?)\s*</div>', page, flags=re.DOTALL))
    if len(shown) != 2 * len(ids) or set(entries) != set(ids):
        raise InvalidInput(f"Invalid references: pandoc cited {len(shown) // 2} of {len(ids)} works.")
    clean = [" ".join(re.sub(r"</?span[^>]*>", "", one).split()).replace(" （", "（") for one in shown]
    return Citations(
        dict(zip(ids, clean[: len(ids)], strict=True)),
        dict(zip(ids, clean[len(ids) :], strict=True)),
        {i: " ".join(entry.split()) for i, entry in entries.items()},
    )


def write_csl(items: Sequence[Item]) -> str:
    """Return *items* as a file of CSL-JSON (Zotero and pandoc read it)."""
    return json.dumps(check_items(items), ensure_ascii=False, indent=1) + "\n"


def write_bibtex(items: Sequence[Item]) -> str:
    """Return *items* as a file of BibTeX, by pandoc."""
    import pypandoc

    return pypandoc.convert_text(json.dumps(check_items(items)), "bibtex", format="csljson").replace("\r\n", "\n")


def write_ris(items: Sequence[Item]) -> str:
    r"""Return *items* as a file of RIS (EndNote, Mendeley and Zotero read it).

    Examples
    --------
    >>> work = {"id": "a", "type": "report", "title": "总结", "issued": {"date-parts": [[2005, 6]]}}
    >>> write_ris([work]).split("\r\n")
    ['TY  - RPRT', 'ID  - a', 'TI  - 总结', 'PY  - 2005', 'DA  - 2005/06//', 'ER  - ', '']
    """
    lines = []
    for item in check_items(items):
        rows = [("TY", _RIS.get(item["type"], "GEN")), ("ID", item["id"]), ("TI", item["title"])]
        rows += [("AU", name.get("literal") or f"{name['family']}, {name['given']}") for name in item.get("author", ())]
        rows.append(("T2", item.get("container-title")))
        if "issued" in item:
            year, *rest = item["issued"]["date-parts"][0]
            rows.append(("PY", str(year)))
            if rest:
                month, day = ([f"{part:02d}" for part in rest] + [""])[:2]
                rows.append(("DA", f"{year}/{month}/{day}/"))
        first, _, last = str(item.get("page", "")).partition("-")
        rows += [("VL", item.get("volume")), ("IS", item.get("issue")), ("SP", first), ("EP", last)]
        rows += [("PB", item.get("publisher")), ("ET", item.get("version")), ("DO", item.get("DOI")), ("UR", item.get("URL"))]
        rows += [("N1", item.get("note")), ("ER", "")]
        lines += [f"{tag}  - {value}" for tag, value in rows if value or tag == "ER"]
    return "\r\n".join(lines) + "\r\n"


WRITERS = {"csl": write_csl, "bibtex": write_bibtex, "ris": write_ris}
"""What writes works for other tools, by format."""


def _run_citeproc(text: str, items: Sequence[Item], style: list[str]) -> str:
    return _run_pandoc(text, json.dumps(list(items)), tuple(style))


@lru_cache(maxsize=8)
def _run_pandoc(text: str, items: str, style: tuple[str, ...]) -> str:
    import pypandoc

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "items.json"
        path.write_text(items, encoding="utf-8")
        # Without --quiet pandoc says that it has no translation of "abstract" for Chinese, which no citation needs.
        options = ["--citeproc", f"--bibliography={path}", "--quiet", *style]
        return pypandoc.convert_text(text, "html", format="markdown", extra_args=options)
