"""Coded texts to learn from and to be judged on: the development set, the five documents, further ones, phrases."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxzy_study.coding.coder import code_units
from cxzy_study.coding.learned import count_evidence
from cxzy_study.coding.training import Coded
from cxzy_study.study.coders import study_units
from cxzy_study.study.load import ROOT, load_codebook, load_study
from cxzy_study.study.own import read_all, units_of
from cxzy_study.tables import THEMES, InvalidInput

PHRASES = "data/coding/phrases.csv"
TRAINING = "data/coding/training/units.csv"
COLUMNS = ["doc_id", "unit_id", "kind", "section", "text"]
ALIKE = 0.85
"""So much alike must a unit read be to one of the development set to be taken for it."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """Units of the development set as its makers cut them, and where the reading has them.

    Attributes
    ----------
    units : DataFrame
        doc_id, n, optional.
    marks : ndarray, shape (units, 17)
        1 both readers marked the theme, 0 neither, NaN one of them.
    read : ndarray of int, shape (units,)
        Row of the unit read that is this one, -1 where there is none.
    """

    units: pd.DataFrame
    marks: Floats
    read: NDArray[np.int64]


def load_phrases(path: Path = ROOT / PHRASES) -> pd.DataFrame:
    """Return the phrases written for this study: ``themes`` (ids joined by ``;``, or ``none``) and ``phrase``.

    Raises
    ------
    InvalidInput
        If a column is missing or a theme unknown.
    """
    try:
        phrases = pd.read_csv(path, dtype=str, keep_default_na=False)[["themes", "phrase"]]
    except (FileNotFoundError, KeyError) as error:
        raise InvalidInput(f"Invalid phrases {path}: a table with the columns themes, phrase is needed. {error}.") from None
    if odd := sorted({t for x in phrases["themes"] for t in x.split(";")} - {*THEMES, "none"}):
        raise InvalidInput(f"Invalid phrases {path}: unknown themes. {odd[:5]}.")
    return phrases


def marks_of(themes: Sequence[Iterable[str]], other: Sequence[Iterable[str]] | None = None) -> Floats:
    """Return marks of one reading; with *other*, NaN where the two differ."""
    one = np.array([[float(t in set(s)) for t in THEMES] for s in themes]).reshape(len(themes), len(THEMES))
    return one if other is None else np.where(one == marks_of(other), one, np.nan)


def coded_from(units: pd.DataFrame, marks: Floats, *, fresh: bool) -> Coded:
    """Join units and marks with what the rules find in them."""
    units = units[COLUMNS].reset_index(drop=True)
    _, evidence = code_units(units, codebook=load_codebook())
    return Coded(units, marks, count_evidence(units, evidence, THEMES), np.full(len(units), fresh))


def load_devset(folder: str | Path) -> tuple[Coded, Judged]:
    """Read the pages of a development set and find its units in them.

    Parameters
    ----------
    folder : path
        With ``pages/`` and ``units.jsonl`` (doc, n, text, optional, reader_1, reader_2).

    Raises
    ------
    InvalidInput
        If one of them is missing.
    """
    folder = Path(folder)
    rows = _load_lines(folder / "units.jsonl")
    documents, _ = read_all([folder / "pages"])
    units = units_of(documents)
    units["doc_id"] = [PurePath(d).stem for d in units["doc_id"]]
    marks = marks_of([r["reader_1"] for r in rows], [r["reader_2"] for r in rows])
    read = np.array(_find_units(rows, units), dtype=np.int64)
    known = np.full((len(units), len(THEMES)), np.nan)
    known[read[read >= 0]] = marks[read >= 0]
    judged = pd.DataFrame({"doc_id": [r["doc"] for r in rows], "n": [r["n"] for r in rows]})
    judged["optional"] = [bool(r.get("optional")) for r in rows]
    return coded_from(units, known, fresh=False), Judged(judged, marks, read)


def load_study_coded(corpus: str | Path) -> Coded:
    """Return the study's five documents with the settled reading."""
    units = study_units(Path(corpus))
    settled = load_study()["settled"].set_index(["doc_id", "unit_id"])["themes"]
    keys = pd.MultiIndex.from_frame(units[["doc_id", "unit_id"]])
    return coded_from(units, marks_of([str(x).split(";") for x in settled.loc[keys]]), fresh=False)


def load_training(path: Path = ROOT / TRAINING) -> Coded:
    """Return the coded texts that were written for this study, on which the rules were not made.

    Parameters
    ----------
    path : path
        A table: doc, n, kind, section, text, themes (ids joined by ``;``, or ``none``).

    Raises
    ------
    InvalidInput
        If the file or a column is missing or a theme unknown.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)[["doc", "n", "kind", "section", "text", "themes"]]
    except (FileNotFoundError, KeyError) as error:
        raise InvalidInput(f"Invalid texts {path}: a table with doc, n, kind, section, text, themes is needed. {error}.") from None
    said = [x.split(";") for x in table["themes"]]
    if odd := sorted({t for themes in said for t in themes} - {*THEMES, "none"}):
        raise InvalidInput(f"Invalid texts {path}: unknown themes. {odd[:5]}.")
    units = table.assign(doc_id="training/" + table["doc"], unit_id="u" + table["n"].str.zfill(4))
    return coded_from(units, marks_of(said), fresh=True)


def load_texts(path: str | Path) -> Coded:
    """Return further coded texts, on which the rules were not made.

    Parameters
    ----------
    path : path
        JSON lines: doc, n, text, reader_1, reader_2, and, if known, kind and section.
    """
    path = Path(path)
    rows = _load_lines(path)
    texts = [re.sub(r"\s+", " ", r["text"]).strip() for r in rows]
    ended = re.compile(r"[。！？；：!?;:][”’」』）)\]】\"']*$")
    units = pd.DataFrame({
        "doc_id": [f"{path.parent.name}/{r['doc']}" for r in rows],
        "unit_id": [f"u{i:04d}" for i in range(len(rows))],
        "kind": [r.get("kind") or ("sentence" if ended.search(t) else "heading") for r, t in zip(rows, texts, strict=True)],
        "section": [str(r.get("section", "0")) for r in rows],
        "text": texts,
    })  # fmt: skip
    marks = marks_of([r["reader_1"] for r in rows], [r.get("reader_2", r["reader_1"]) for r in rows])
    return coded_from(units, marks, fresh=True)


def _load_lines(path: Path) -> list[dict[str, Any]]:
    try:
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except FileNotFoundError:
        raise InvalidInput(f"Invalid path {path}: no such file.") from None
    except json.JSONDecodeError as error:
        raise InvalidInput(f"Invalid file {path}: must be JSON lines. {error}.") from None


def _find_units(rows: Sequence[dict[str, Any]], units: pd.DataFrame) -> list[int]:
    """Row of the unit read that is most like each given one, -1 if none is alike enough."""
    there: dict[str, list[tuple[int, str]]] = {}
    for at, (doc, text) in enumerate(zip(units["doc_id"], units["text"], strict=True)):
        there.setdefault(doc, []).append((at, _plain(text)))
    found = []
    for row in rows:
        wanted, best, where = _plain(row["text"]), ALIKE, -1
        for at, text in there.get(row["doc"], ()):
            if text == wanted:
                where = at
                break
            if 2 * min(len(text), len(wanted)) >= best * (len(text) + len(wanted)):
                alike = SequenceMatcher(None, wanted, text, autojunk=False).ratio()
                if alike >= best:
                    best, where = alike, at
        found.append(where)
    return found


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
