"""Score the finders of facts against a reading by hand that lies outside the project.

    python benchmarks/score_facts.py TEXTS GOLD [--year 2011] [--list]

TEXTS is a folder of documents, GOLD one of `formulas.csv` (doc_id, spans, surface, numerals, heads, parts),
`quantities.csv` (doc_id, spans, surface, value, measure, kind) and `bodies.csv` (doc_id, spans, surface, name,
body_type); `doc_id` is a file's name without its ending, `spans` one place in the file, `start-end` in code points.

What is the same: a formula in the same place with the same surface; a quantity whose place overlaps, with the same
value and measure; a body whose place overlaps, with the same name and type. Beside precision and recall stand their
Wilson intervals at 95 %. `--list` shows what was missed and what was found beyond the reading.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.quantities import find_quantities
from cxzy_study.findings.intervals import wilson
from cxzy_study.reading.documents import read_bytes
from cxzy_study.study.rebuild import add_spans

KINDS = ("formulas", "quantities", "bodies")
Same = Callable[[object, object], bool]


def place(row) -> tuple[int, int]:
    """The stretch of the file that a row's spans cover."""
    numbers = [int(n) for span in row.spans.split(";") for n in span.split("-")]
    return min(numbers), max(numbers)


def overlap(a, b) -> bool:
    (a0, a1), (b0, b1) = place(a), place(b)
    return a0 < b1 and b0 < a1


SAME: dict[str, Same] = {
    "formulas": lambda a, b: overlap(a, b) and a.surface == b.surface,
    "quantities": lambda a, b: overlap(a, b) and abs(float(a.value) - b.value) < 1e-6 * max(1, b.value) and a.measure == b.measure,
    "bodies": lambda a, b: overlap(a, b) and (a.name, a.body_type) == (b.name, b.body_type),
}


def find_all(texts: Path, year: int) -> tuple[dict[str, pd.DataFrame], list[str]]:
    """Read every document and find its facts, with places in the file."""
    readings = [read_bytes(path.read_bytes(), doc_id=path.stem) for path in sorted(texts.glob("*.*")) if path.is_file()]
    units = pd.concat([reading.units_frame() for reading in readings], ignore_index=True)
    formulas = find_formulas(units)
    found = {
        "formulas": formulas,
        "quantities": find_quantities(units, formulas=formulas),
        "bodies": find_bodies(units, year=year),
    }
    return {name: add_spans(table, readings) for name, table in found.items()}, [r.doc_id for r in readings]


def pair(gold: pd.DataFrame, found: pd.DataFrame, same: Same) -> list[tuple]:
    """Pair each row of the reading with the first row found that is the same and not yet taken."""
    left: dict[str, list] = {}
    for row in found.itertuples():
        left.setdefault(row.doc_id, []).append(row)
    pairs = []
    for row in gold.itertuples():
        rows = left.get(row.doc_id, [])
        match = next((r for r in rows if same(row, r)), None)
        if match is not None:
            rows.remove(match)
            pairs.append((row, match))
    return pairs


def rate(right: int, n: int) -> str:
    if not n:
        return "   –                 "
    low, high = wilson(np.array([right / n]), float(n))
    return f"{right / n:.3f} [{float(low[0]):.3f}, {float(high[0]):.3f}]"


def score(found: dict[str, pd.DataFrame], gold: dict[str, pd.DataFrame], doc_ids: list[str], *, lists: bool) -> None:
    for kind in KINDS:
        pairs = pair(gold[kind], found[kind], SAME[kind])
        print(f"{kind:11s} precision {rate(len(pairs), len(found[kind]))}  recall {rate(len(pairs), len(gold[kind]))}  "
              f"({len(gold[kind])} read, {len(found[kind])} found)")  # fmt: skip
        placed = pair(gold[kind], found[kind], overlap)
        print(f"{'':11s} in place  {rate(len(placed), len(found[kind]))}  recall {rate(len(placed), len(gold[kind]))}")
        if kind == "formulas":
            told = [(a, b) for a, b in pairs if a.parts]
            print(f"{'':11s} numerals and heads {rate(sum((a.numerals, a.heads) == (b.numerals, b.heads) for a, b in pairs), len(pairs))}"
                  f"  parts exact {rate(sum(a.parts == b.parts for a, b in told), len(told))} ({len(told)} told)")  # fmt: skip
        if kind == "quantities":
            print(f"{'':11s} kind      {rate(sum(a.kind == b.kind for a, b in pairs), len(pairs))}")
        for doc_id in doc_ids:
            own = [p for p in pairs if p[0].doc_id == doc_id]
            n_found, n_gold = (int((t[kind].doc_id == doc_id).sum()) for t in (found, gold))
            if n_found or n_gold:
                print(f"    {doc_id:8s} {len(own):3d} right of {n_found:3d} found, {n_gold:3d} read")
        if lists:
            taken = {a.Index for a, _ in pairs}, {b.Index for _, b in pairs}
            for word, table, met in (("missed", gold[kind], taken[0]), ("beyond", found[kind], taken[1])):
                for row in table[~table.index.isin(met)].itertuples():
                    what = (row.name, row.body_type) if kind == "bodies" else (row.surface,)
                    print(f"    {word} {row.doc_id} {row.spans} {' '.join(what)}")


def main() -> None:
    parser = argparse.ArgumentParser(description="Score the finders of facts against a reading outside the project.")
    parser.add_argument("texts", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--year", type=int, default=2011)
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    gold = {kind: pd.read_csv(args.gold / f"{kind}.csv", dtype=str, keep_default_na=False) for kind in KINDS}
    found, doc_ids = find_all(args.texts, args.year)
    score(found, gold, doc_ids, lists=args.list)


if __name__ == "__main__":
    main()
