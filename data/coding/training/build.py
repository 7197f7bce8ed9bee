"""Make `units.csv` from coded texts as people write them: their documents are read like any others.

``python data/coding/training/build.py SOURCES [SOURCES …] --apart DIR [--apart DIR …]``

SOURCES are folders of `*.txt`: a line `@id|kind of document|remark` begins a document; every other line is a unit, ``◆``,
and the codes of its themes (their first two letters; og for organisation) or ``-``; ``+`` at its head: same paragraph as
the line before. A unit is dropped where the reading does not find it as it was written, and where it is too much like
a text of the folders --apart (the development set, the source documents), which the training must not repeat.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path, PurePath

import pandas as pd

from cxzy_study.study.own import read_all, units_of
from cxzy_study.tables import THEMES, InvalidInput, save_text, table_text

HERE = Path(__file__).resolve().parent
CODES = {t[:2]: t for t in THEMES if t != "organisation"} | {"og": "organisation"}
SHORT = 16
"""A unit with fewer characters is a set term, a name or a heading: such may be alike."""
ALIKE = 80
"""So much of a unit (in hundredths, best place) may not stand in a text that the training is kept apart from."""


@dataclass(frozen=True)
class Line:
    """A unit as it was written."""

    text: str
    themes: str
    goes_on: bool


def load_sources(folder: Path) -> dict[str, list[Line]]:
    """Return the lines of each document.

    Raises
    ------
    InvalidInput
        If a line has no codes or unknown ones, or a document's id stands twice.
    """
    documents: dict[str, list[Line]] = {}
    for path in sorted(folder.glob("*.txt")):
        lines: list[Line] = []
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if not line.strip():
                continue
            if line.startswith("@"):
                doc = line[1:].partition("|")[0].strip()
                if doc in documents:
                    raise InvalidInput(f"Invalid id {doc}: must stand once. {path.name} line {number}.")
                lines = documents.setdefault(doc, [])
                continue
            text, mark, codes = line.partition("◆")
            known = [c for c in codes.split() if c != "-"]
            if not mark or not codes.split() or set(known) - set(CODES):
                raise InvalidInput(f"Invalid codes {codes!r}: must be known codes or -. {path.name} line {number}.")
            marked = {CODES[c] for c in known}
            text = text.strip()
            lines.append(Line(text.lstrip("+").strip(), ";".join(t for t in THEMES if t in marked) or "none", text[0] == "+"))
    return {doc: lines for doc, lines in documents.items() if lines}


def read_sources(documents: dict[str, list[Line]]) -> pd.DataFrame:
    """Return the units of the documents as the project reads them."""
    with tempfile.TemporaryDirectory() as folder:
        for doc, lines in documents.items():
            text = "".join(("" if line.goes_on or i == 0 else "\n") + line.text for i, line in enumerate(lines))
            Path(folder, f"{doc}.txt").write_text(text + "\n", encoding="utf-8")
        units = units_of(read_all([folder])[0])
    return units.assign(doc=[PurePath(d).stem for d in units["doc_id"]])


def plain(text: str) -> str:
    """Return the text without spaces and signs, which the reading may set in another width."""
    return re.sub(r"[\W_]", "", text)


def join_codes(units: pd.DataFrame, documents: dict[str, list[Line]]) -> pd.DataFrame:
    """Return the units that stand as they were written, with their themes."""
    rows = []
    for doc, read in units.groupby("doc", sort=False):
        left = list(documents[str(doc)])
        for unit in read.itertuples():
            at = next((i for i, line in enumerate(left) if plain(line.text) == plain(unit.text)), None)
            if at is not None:
                rows.append((doc, unit.kind, unit.section, unit.text, left.pop(at).themes))
    table = pd.DataFrame(rows, columns=["doc", "kind", "section", "text", "themes"])
    table.insert(1, "n", table.groupby("doc").cumcount())
    return table


def load_apart(folder: Path) -> list[str]:
    """Return the texts of a development set (units.jsonl) or of a folder of plain texts, in sentences."""
    if (folder / "units.jsonl").is_file():
        lines = (folder / "units.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line)["text"] for line in lines if line.strip()]
    texts = [path.read_bytes().decode("utf-8", "ignore") for path in sorted(folder.glob("*.txt"))]
    return [part for text in texts for part in re.split("[。;；\n]", text)]


def is_alike(text: str, others: list[str]) -> bool:
    """Return whether most of *text* stands in one of *others*."""
    from rapidfuzz import fuzz

    wanted = plain(text)
    near = (o for o in others if len(o) >= 0.6 * len(wanted))
    return len(wanted) >= SHORT and any(fuzz.partial_ratio(wanted, o, score_cutoff=ALIKE) > ALIKE for o in near)


def main() -> None:
    """Write `units.csv` and say what was dropped."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", nargs="+", type=Path)
    parser.add_argument("--apart", type=Path, action="append", required=True)
    parser.add_argument("--to", type=Path, default=HERE / "units.csv")
    arguments = parser.parse_args()
    documents: dict[str, list[Line]] = {}
    for folder in arguments.sources:
        more = load_sources(folder)
        if twice := sorted(set(more) & set(documents)):
            raise InvalidInput(f"Invalid ids: each must stand once. {twice[:5]}.")
        documents |= more
    table = join_codes(read_sources(documents), documents)
    apart = [p for folder in arguments.apart for text in load_apart(folder) if len(p := plain(text)) >= SHORT]
    alike = [is_alike(text, apart) for text in table["text"]]
    doubled = table.duplicated(["text", "themes"]) & (table["text"].map(plain).str.len() >= SHORT)
    kept = table[~(pd.Series(alike) | doubled)]
    save_text(table_text(kept), arguments.to)
    written = sum(map(len, documents.values()))
    sys.stdout.write(
        f"{written} units written in {len(documents)} documents; {written - len(table)} read otherwise than written, {sum(alike)} too "
        f"much like texts that the training is kept apart from, {int(doubled.sum())} told twice: {len(kept)} kept\n"
    )


if __name__ == "__main__":
    main()
