"""Demo sources, checked, to truth tables.

A source states what a reading must find. This module walks it once, refuses what contradicts the
conventions of the codebook, and returns rows; how a page looks is the business of ``pages``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from marks import NOISE_KINDS, mark_kinds, print_marks, read_marks

from cxzy_study.tables import MODES, THEMES, InvalidInput

FACTS = ("title", "genre", "campaign", "admin_level", "place", "date", "encoding", "script", "completeness", "shows")
QUANTITY = ("surface", "value", "measure", "qualifier", "thing", "per", "period", "kind")
KINDS = ("level", "change", "rank", "share")
STATUS = ("resolved", "defined elsewhere", "unresolved")

_CLOSERS = "”’』」）)》】\"'"
_TITLES = re.compile(r"《[^》]*》")
_END = re.compile(rf"[。！？；!?;][{_CLOSERS}]*")


@dataclass
class Document:
    """One document: its facts, its truth rows, and the pieces that its page is printed from.

    ``pieces`` are ``(kind, wrap, text)``: kind ``h``, ``p`` or ``noise``, the template that the
    source gives this piece (or none), and the text as printed.
    """

    doc_id: str
    facts: dict[str, str]
    source: dict[str, Any]
    pieces: list[tuple[str, str | None, str]] = field(default_factory=list)
    units: list[dict[str, Any]] = field(default_factory=list)
    codes: list[dict[str, Any]] = field(default_factory=list)
    formulas: list[dict[str, Any]] = field(default_factory=list)
    quantities: list[dict[str, Any]] = field(default_factory=list)
    noise: set[str] = field(default_factory=set)


def load_sources(folder: Path) -> list[tuple[dict[str, Any], list[Document]]]:
    """Return each source file of *folder*, by name, with its documents (several for a table).

    Raises
    ------
    InvalidInput
        Naming the document, the unit and the rule that it breaks.
    """
    files = []
    for path in sorted(folder.glob("*.yaml")):
        source = yaml.safe_load(path.read_text("utf-8"))
        if "rows" in source:
            shared = {k: v for k, v in source.items() if k not in {"rows", "columns"}}
            key = source.get("id_column")
            rows = [
                shared | row | {"doc_id": f"{source['doc_id']}#{row[key] if key else n}"}
                for n, row in enumerate(source["rows"], 1)
            ]
        else:
            rows = [source]
        files.append((source, [_document(row) for row in rows]))
    return files


def _document(source: dict[str, Any]) -> Document:
    doc = Document(source["doc_id"], {k: str(source.get(k, "") or "") for k in FACTS}, source)
    noise = source.get("noise", {})
    section, paragraph, used = "0", 0, set()
    for block in source["blocks"]:
        wrap = block.get("wrap")
        if "noise" in block:
            item = noise[block["noise"]]
            used.add(block["noise"])
            doc.noise.add(item["kind"])
            doc.pieces.append(("noise", wrap, item["raw"]))
            continue
        paragraph += 1
        entries = [block["h"]] if "h" in block else block["p"]
        printed = []
        for n, entry in enumerate(entries):
            section = entry.get("opens", section)
            _unit(doc, entry, section=section, paragraph=paragraph, last=n == len(entries) - 1)
            raw = entry.get("print", entry["text"])
            printed.append(print_marks(raw, noise))
            doc.noise |= mark_kinds(raw, noise)
            used |= {name for name in noise if f"⟦{name}⟧" in raw}
        doc.pieces.append(("h" if "h" in block else "p", wrap, "".join(printed)))
    doc.noise |= set(source.get("noise_of_format", ()))
    if unknown := doc.noise - set(NOISE_KINDS):
        raise InvalidInput(f"Invalid noise in {doc.doc_id}: must be one of the listed kinds. {sorted(unknown)}.")
    if idle := set(noise) - used:
        raise InvalidInput(f"Invalid noise in {doc.doc_id}: every item must be printed. {sorted(idle)}.")
    _check_sections(doc)
    return doc


def _unit(doc: Document, entry: dict[str, Any], *, section: str, paragraph: int, last: bool) -> None:
    text = read_marks(entry["text"])
    unit_id = f"u{len(doc.units) + 1:03d}"
    where = {"doc_id": doc.doc_id, "unit_id": unit_id}
    kind = "heading" if "opens" in entry else "sentence"
    depth = 0 if section == "0" else section.count(".") + 1
    _check_unit(f"{doc.doc_id} {unit_id}", entry, text, kind=kind, last=last)
    place = {"kind": kind, "section": section, "depth": depth, "enumerator": entry.get("enum", "")}
    doc.units.append(where | place | {"paragraph": paragraph, "text": text})
    reading = {"themes": _in_order(entry["themes"]), "mode": entry["mode"], "note": entry.get("note", "")}
    doc.codes.append(where | reading)
    for surface in entry.get("formulas", ()):
        formula = doc.source["formulas"][surface]
        row = {"surface": surface, "numerals": formula["numerals"], "heads": formula["heads"]}
        doc.formulas.append(where | row | {"parts": "|".join(formula["parts"]), "status": formula["status"]})
    for line in entry.get("q", ()):
        doc.quantities.append(where | dict(zip(QUANTITY, line.split("|"), strict=True)))


def _in_order(themes: str) -> str:
    marked = themes.split(";")
    return "none" if marked == ["none"] else ";".join(t for t in THEMES if t in marked)


def _check_unit(where: str, entry: dict[str, Any], text: str, *, kind: str, last: bool) -> None:
    """Refuse a unit that the codebook would cut elsewhere or whose codes and facts are unsound."""

    def refuse(rule: str, culprit: object) -> None:
        raise InvalidInput(f"Invalid unit {where}: {rule}. {culprit!r}.")

    if text != text.strip() or not text:
        refuse("text must be neither empty nor padded", text)
    ends = [m.end() for m in _END.finditer(_TITLES.sub(lambda m: "书" * len(m[0]), text))]
    if kind == "sentence" and (ends[:-1] or (ends and ends[-1] != len(text))):
        refuse("a terminator must end the unit", text)
    if not last and (not ends or ends[-1] != len(text)):
        refuse("only the last unit of a paragraph may lack a terminator", text)
    if "enum" in entry and not text.startswith(entry["enum"]):
        refuse("text must begin with its enumerator", entry["enum"])
    themes = entry["themes"].split(";")
    if themes != ["none"] and (set(themes) - set(THEMES) or len(set(themes)) != len(themes)):
        refuse("themes must be of the codebook, each once", entry["themes"])
    if entry["mode"] not in MODES:
        refuse("mode must be of the codebook", entry["mode"])
    for surface in entry.get("formulas", ()):
        if surface not in text:
            refuse("a formula must stand in the unit", surface)
    for line in entry.get("q", ()):
        cells = dict(zip(QUANTITY, line.split("|"), strict=True))
        if cells["surface"] not in text or cells["kind"] not in KINDS or not float(cells["value"]) >= 0:
            refuse("a quantity must stand in the unit, with a number and a kind", line)
    if "print" in entry and len(read_marks(entry["print"])) != len(text):
        refuse("the printed form must have as many characters as the text", entry["print"])


def _check_sections(doc: Document) -> None:
    """Refuse a section number that does not follow from those before it."""
    seen: set[str] = {"0"}
    for unit in doc.units:
        section = unit["section"]
        if unit["kind"] == "sentence" or section == "0":
            continue
        parent, _, number = section.rpartition(".")
        earlier = [int(s.rpartition(".")[2]) for s in seen - {"0"} if s.rpartition(".")[0] == parent]
        if int(number) != max(earlier, default=0) + 1 or (parent and parent not in seen):
            raise InvalidInput(f"Invalid section in {doc.doc_id}: must follow its elder. {unit['unit_id']} {section}.")
        seen.add(section)


def iter_truth(documents: list[Document], table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of truth *table* (units, codes, formulas, quantities) over all documents."""
    for doc in documents:
        yield from getattr(doc, table)
