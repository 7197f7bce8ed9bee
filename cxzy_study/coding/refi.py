"""Codes for programs of qualitative analysis: REFI-QDA codebooks and projects.

ATLAS.ti, MAXQDA, NVivo, QualCoder, Quirkos and others open this format (REFI-QDA standard 1.5,
qdasoftware.org). Places are code points, 0-based and half-open. No text of a document is written
unless it is given: a project then names the file that the other program must be shown.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pandas as pd

from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.exports import ORIGIN, Mark, make_guid, place_codes, read_bytes
from cxzy_study.tables import MODES, InvalidInput, save_bytes
from cxzy_study.text.spans import Span

CODEBOOK_NS = "urn:QDA-XML:codebook:1.0"
PROJECT_NS = "urn:QDA-XML:project:1.0"


def save_refi_codebook(codebook: Codebook, path: str | Path) -> Path:
    """Write the themes of a codebook as a REFI-QDA codebook (``.qdc``).

    A code's name is the theme's id; its description holds label, definition and what to include
    and leave out, in both languages.
    """
    root = _element(CODEBOOK_NS, "CodeBook", origin=ORIGIN)
    _add_codes(root, CODEBOOK_NS, codebook, modes=False)
    return save_bytes(_xml(root), path)


def save_refi_project(
    codes: pd.DataFrame, path: str | Path, *, units: pd.DataFrame, codebook: Codebook, name: str,
    texts: Mapping[str, str] | None = None,
) -> Path:  # fmt: skip
    """Write codes as a REFI-QDA project (``.qdpx``).

    Parameters
    ----------
    codes : DataFrame
        Table `codes`, of one coder or several; each becomes a user. ``none`` is left out.
    path : str or Path
    units : DataFrame
        ``doc_id``, ``unit_id``, ``spans`` of every coded unit; a unit put together from several
        places becomes several selections.
    codebook : Codebook
    name : str
        Name of the project.
    texts : mapping of doc_id to str, optional
        Decoded files, to be packed into the project.

    Raises
    ------
    InvalidInput
        If a unit is unknown, a theme is not in the codebook, or a place is outside its text.
    """
    marks = place_codes(codes, units, codebook, texts)
    root = _element(PROJECT_NS, "Project", name=name, origin=ORIGIN)
    coders = list(dict.fromkeys(mark[2] for mark in marks))
    if coders:
        users = _add(root, PROJECT_NS, "Users")
        for coder in coders:
            _add(users, PROJECT_NS, "User", guid=make_guid("user", coder), name=coder)
    _add_codes(_add(root, PROJECT_NS, "CodeBook"), PROJECT_NS, codebook, modes=True)
    files: dict[str, bytes] = {}
    documents = list(dict.fromkeys(mark[0] for mark in marks))
    if documents:
        sources = _add(root, PROJECT_NS, "Sources")
        for doc_id in documents:
            guid = make_guid("source", doc_id)
            where = f"internal://{guid}.txt" if texts else f"relative:///{quote(doc_id)}.txt"
            source = _add(sources, PROJECT_NS, "TextSource", guid=guid, name=doc_id, plainTextPath=where)
            if texts:
                files[f"sources/{guid}.txt"] = texts[doc_id].encode("utf-8")
            _add_selections(source, doc_id, [mark for mark in marks if mark[0] == doc_id])
    _add(root, PROJECT_NS, "Description").text = codebook.label
    return save_bytes(_zip({"project.qde": _xml(root), **files}), path)


def load_refi_codebook(path: str | Path) -> pd.DataFrame:
    """Read a REFI-QDA codebook: a row for each code, with ``code`` and ``description``.

    Raises
    ------
    InvalidInput
        If the file is no such codebook.
    """
    root = _parse(read_bytes(path), path, f"{{{CODEBOOK_NS}}}CodeBook")
    codes = root.iter(f"{{{CODEBOOK_NS}}}Code")
    rows = [(code.get("name"), code.findtext(f"{{{CODEBOOK_NS}}}Description") or "") for code in codes]
    return pd.DataFrame(rows, columns=["code", "description"])


def load_refi_project(path: str | Path) -> pd.DataFrame:
    """Read the codes of text sources from a REFI-QDA project.

    Returns
    -------
    DataFrame
        A row for each coding: ``doc_id`` (name of the source), ``start``, ``end``, ``theme`` (name
        of the code), ``coder`` (name of the user), ``text`` (coded characters, if the project holds
        the text, else empty).

    Raises
    ------
    InvalidInput
        If the file is no such project or refers to a code that it lacks.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(path))) as archive:
            files = {name.lower(): archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise InvalidInput(f"Invalid project {path}: it must be a .qdpx archive ({error}).") from None
    if "project.qde" not in files:
        raise InvalidInput(f"Invalid project {path}: it must hold project.qde.")
    root = _parse(files["project.qde"], path, f"{{{PROJECT_NS}}}Project")
    tag = f"{{{PROJECT_NS}}}".__add__
    names = {item.get("guid"): item.get("name") for kind in ("Code", "User") for item in root.iter(tag(kind))}
    try:
        rows = [
            (source.get("name"), start, end, names[coding.find(tag("CodeRef")).get("targetGUID")],
             names.get(coding.get("creatingUser"), ""), text[start:end])
            for source in root.iter(tag("TextSource"))
            for text in [_source_text(source, files)]
            for selection in source.iter(tag("PlainTextSelection"))
            for start, end in [(int(selection.get("startPosition")), int(selection.get("endPosition")))]
            for coding in selection.iter(tag("Coding"))
        ]  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        rule = "every selection needs its place and every coding its code"
        raise InvalidInput(f"Invalid project {path}: {rule} ({error!r}).") from None
    return pd.DataFrame(rows, columns=["doc_id", "start", "end", "theme", "coder", "text"])


def _source_text(source: Any, files: Mapping[str, bytes]) -> str:
    name = "sources/" + (source.get("plainTextPath") or "").removeprefix("internal://").lower()
    return files[name].decode("utf-8-sig") if name in files else ""


def _add_selections(source: Any, doc_id: str, marks: Iterable[Mark]) -> None:
    selections: dict[Span, Any] = {}
    for _, unit_id, coder, theme, spans in marks:
        for span in spans:
            if span not in selections:
                selections[span] = _add(
                    source, PROJECT_NS, "PlainTextSelection", guid=make_guid("selection", doc_id, *span), name=unit_id,
                    startPosition=str(span[0]), endPosition=str(span[1]),
                )  # fmt: skip
            guid = make_guid("coding", doc_id, *span, coder, theme)
            coding = _add(selections[span], PROJECT_NS, "Coding", guid=guid, creatingUser=make_guid("user", coder))
            _add(coding, PROJECT_NS, "CodeRef", targetGUID=make_guid("code", theme))


def _add_codes(parent: Any, ns: str, codebook: Codebook, *, modes: bool) -> None:
    codes = _add(parent, ns, "Codes")
    for theme in codebook.themes:
        code = _add(codes, ns, "Code", guid=make_guid("code", theme.id), name=theme.id, isCodable="true")
        lines = [" / ".join((theme.label["en"], theme.label["zh"]))]
        for title, part in (("", theme.definition), ("+ ", theme.include), ("- ", theme.exclude)):
            lines += [f"{title}{part['en']}", f"{title}{part['zh']}"]
        _add(code, ns, "Description").text = "\n".join(lines)
    if modes:
        parent_code = _add(codes, ns, "Code", guid=make_guid("code", "mode"), name="mode", isCodable="false")
        for mode in MODES:
            _add(parent_code, ns, "Code", guid=make_guid("code", f"mode={mode}"), name=f"mode={mode}", isCodable="true")


def _element(ns: str, tag: str, **attributes: str) -> Any:
    from lxml import etree

    return etree.Element(f"{{{ns}}}{tag}", attributes, nsmap={None: ns})


def _add(parent: Any, ns: str, tag: str, **attributes: str) -> Any:
    from lxml import etree

    try:
        return etree.SubElement(parent, f"{{{ns}}}{tag}", attributes)
    except ValueError:
        names = sorted(attributes.values())
        raise InvalidInput(f"Invalid name in {names}: XML allows no control characters.") from None


def _xml(root: Any) -> bytes:
    from lxml import etree

    content: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", standalone=True, pretty_print=True)
    return content


def _parse(content: bytes, path: str | Path, tag: str) -> Any:
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidInput(f"Invalid file {path}: it must be XML ({error}).") from None
    if root.tag != tag:
        raise InvalidInput(f"Invalid file {path}: its root must be {tag}. {root.tag}.")
    return root


def _zip(files: Mapping[str, bytes]) -> bytes:
    """Pack files into an archive whose bytes depend on nothing else."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, content)
    return buffer.getvalue()
