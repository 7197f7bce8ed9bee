"""Codes for other programs as W3C Web Annotations (a recommendation of 2017); for REFI-QDA see :mod:`.refi`.

Places are code points of the decoded file, 0-based and half-open, as in table `units`. No text of a
document is written unless it is given.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import pandas as pd

from cxzy_study.coding.codebook import Codebook
from cxzy_study.tables import MODES, InvalidInput, save_text
from cxzy_study.text.spans import Span, parse_spans

ANNOTATION_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
ORIGIN = "cxzy_study"
"""What the exports say they come from."""


def save_annotations(
    codes: pd.DataFrame, path: str | Path, *, units: pd.DataFrame, codebook: Codebook,
    addresses: Mapping[str, str] | None = None, texts: Mapping[str, str] | None = None,
) -> Path:  # fmt: skip
    """Write codes as W3C Web Annotations (JSON-LD, an annotation collection of one page).

    Each code is an annotation with motivation ``classifying``, the theme's id as body, and a
    TextPositionSelector for each of its unit's places; with *texts* a TextQuoteSelector beside it.

    Parameters
    ----------
    codes : DataFrame
        Table `codes`, of one coder or several. ``none`` is left out.
    path : str or Path
    units : DataFrame
        ``doc_id``, ``unit_id``, ``spans`` of every coded unit.
    codebook : Codebook
    addresses : mapping of doc_id to str, optional
        IRI of each document; by default its id, relative to the file.
    texts : mapping of doc_id to str, optional
        Decoded files.

    Raises
    ------
    InvalidInput
        If a unit is unknown, a theme is not in the codebook, a place is outside its text, or a
        document has no address.
    """
    items: list[dict[str, Any]] = []
    for doc_id, unit_id, coder, theme, spans in place_codes(codes, units, codebook, texts):
        if addresses is not None and not addresses.get(doc_id):
            raise InvalidInput(f"Invalid addresses: every document needs one. {doc_id}.")
        source = addresses[doc_id] if addresses is not None else quote(doc_id)
        targets = [{"source": source, "selector": _selector(span, texts[doc_id] if texts else None)} for span in spans]
        items.append(
            {
                "id": f"urn:uuid:{make_guid('annotation', doc_id, unit_id, coder, theme)}",
                "type": "Annotation",
                "motivation": "classifying",
                "creator": {"name": coder},
                "body": {"type": "TextualBody", "purpose": "classifying", "value": theme},
                "target": targets,
            }
        )
    page = {"type": "AnnotationPage", "startIndex": 0, "items": items}
    collection = {
        "@context": ANNOTATION_CONTEXT,
        "type": "AnnotationCollection",
        "label": codebook.label,
        "total": len(items),
        "first": page,
    }
    return save_text(json.dumps(collection, ensure_ascii=False, indent=1) + "\n", path)


def load_annotations(path: str | Path) -> pd.DataFrame:
    """Read the classifying annotations of a collection that :func:`save_annotations` wrote, or one like it.

    Returns
    -------
    DataFrame
        A row for each place: ``source`` (IRI), ``start``, ``end``, ``theme``, ``coder``, ``text``
        (quoted characters, empty if none are).

    Raises
    ------
    InvalidInput
        If the file is no such collection.
    """
    try:
        content = json.loads(read_bytes(path))
        if content["@context"] != ANNOTATION_CONTEXT or content["type"] != "AnnotationCollection":
            raise InvalidInput(f"Invalid annotations {path}: it must be a Web Annotation collection.")
        rows = []
        for item in content["first"]["items"]:
            for target in item["target"]:
                selectors = target["selector"] if isinstance(target["selector"], list) else [target["selector"]]
                kinds = {selector["type"]: selector for selector in selectors}
                place, exact = kinds["TextPositionSelector"], kinds.get("TextQuoteSelector", {}).get("exact", "")
                names = item["body"]["value"], item["creator"]["name"]
                rows.append((target["source"], int(place["start"]), int(place["end"]), *names, exact))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, InvalidInput):
            raise
        raise InvalidInput(f"Invalid annotations {path}: it must be a Web Annotation collection ({error!r}).") from None
    return pd.DataFrame(rows, columns=["source", "start", "end", "theme", "coder", "text"])


Mark: TypeAlias = tuple[str, str, str, str, tuple[Span, ...]]
"""doc_id, unit_id, coder, theme, places."""


def place_codes(
    codes: pd.DataFrame, units: pd.DataFrame, codebook: Codebook, texts: Mapping[str, str] | None
) -> list[Mark]:
    """Return doc_id, unit_id, coder, theme and places of every mark but ``none``.

    Raises
    ------
    InvalidInput
        If a theme or a unit is unknown, or a place is not in its text.
    """
    places = {(d, u): s for d, u, s in units[["doc_id", "unit_id", "spans"]].itertuples(index=False)}
    known = {*codebook.theme_ids, *(f"mode={mode}" for mode in MODES)}
    marks: list[Mark] = []
    rows = codes.loc[codes["value"].eq(1) & codes["theme"].ne("none"), ["doc_id", "unit_id", "coder", "theme"]]
    for doc_id, unit_id, coder, theme in rows.itertuples(index=False):
        if theme not in known:
            raise InvalidInput(f"Invalid codes: a theme is not in the codebook. {theme}.")
        if (doc_id, unit_id) not in places:
            raise InvalidInput(f"Invalid units: every coded unit must be among them. {doc_id}/{unit_id}.")
        spans = parse_spans(places[doc_id, unit_id])
        if texts is not None and (doc_id not in texts or spans[-1][1] > len(texts[doc_id])):
            raise InvalidInput(f"Invalid texts: they must hold every coded place. {doc_id}/{unit_id}.")
        marks.append((doc_id, unit_id, coder, theme, spans))
    return marks


def _selector(span: Span, text: str | None) -> Any:
    place = {"type": "TextPositionSelector", "start": span[0], "end": span[1]}
    return place if text is None else [place, {"type": "TextQuoteSelector", "exact": text[span[0] : span[1]]}]


def make_guid(*parts: object) -> str:
    """Return the same identifier for the same thing on every run."""
    return str(uuid5(NAMESPACE_URL, json.dumps([ORIGIN, *parts], ensure_ascii=False)))


def read_bytes(path: str | Path) -> bytes:
    """Return a file's bytes, or say why they cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InvalidInput(f"Invalid path {path}: it cannot be read ({error.strerror}).") from None
