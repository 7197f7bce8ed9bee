"""Facts against a settled reading, and how fast they are found.

    python benchmarks/bench_facts.py [--corpus FOLDER] [--gold FOLDER]

The demonstration corpus is compared with its truth always; the five documents with the reading settled by eye where
both are at hand (FOLDER of `formulas.csv`, `quantities.csv`, `bodies.csv`). What is counted:

- a formula: the same place in the same unit; its parts: all of them, in the same words (`@unit`: the whole unit);
- a quantity: overlapping places, the same value and measure; its kind;
- a body: overlapping places, the same name and type.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from pathlib import Path

import pandas as pd

from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.formulas import clean_formulas, find_formulas
from cxzy_study.facts.quantities import find_quantities
from cxzy_study.reading.documents import read_bytes

ROOT = Path(__file__).resolve().parents[1]
UNIT = ["doc_id", "unit_id"]


def read_table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def report(name: str, right: int, gold: int, found: int, **rates: float) -> None:
    more = "".join(f", {key.replace('_', ' ')} {rate:.3f}" for key, rate in rates.items())
    print(f"  {name:10s} precision {right / max(found, 1):.3f}, recall {right / max(gold, 1):.3f} ({gold} read){more}")


def pair(gold: pd.DataFrame, found: pd.DataFrame, same) -> list[tuple]:
    """Pair each gold row with the first row found in its unit that is the same and not yet taken."""
    left: dict[tuple, list] = {}
    for row in found.itertuples():
        left.setdefault((row.doc_id, row.unit_id), []).append(row)
    pairs = []
    for row in gold.itertuples():
        rows = left.get((row.doc_id, row.unit_id), [])
        match = next((r for r in rows if same(row, r)), None)
        if match is not None:
            rows.remove(match)
            pairs.append((row, match))
    return pairs


def overlap(a, b) -> bool:
    if not hasattr(a, "start"):  # the demonstration corpus's truth gives surfaces
        return a.surface in b.surface or b.surface in a.surface
    return int(a.start) < b.end and b.start < int(a.end)


def compare(units: pd.DataFrame, gold: dict[str, pd.DataFrame], years: dict[str, int]) -> None:
    formulas = find_formulas(units)
    if "formulas" in gold and gold["formulas"]["parts"].str.contains("@").any():
        formulas = clean_formulas(formulas, units=units)
    if "formulas" in gold:
        exact = lambda a, b: a.surface == b.surface and overlap(a, b)  # noqa: E731
        pairs = pair(gold["formulas"], formulas, exact)
        told = [(a, b) for a, b in pairs if a.parts]
        report(
            "formulas", len(pairs), len(gold["formulas"]), len(formulas),
            heads=sum((a.numerals, a.heads) == (b.numerals, b.heads) for a, b in pairs) / max(len(pairs), 1),
            parts_exact=sum(a.parts == b.parts for a, b in told) / max(len(told), 1),
            status=sum(a.status == b.status for a, b in pairs) / max(len(pairs), 1),
        )  # fmt: skip
    if "quantities" in gold:
        found = find_quantities(units, formulas=formulas)
        alike = lambda a, b: overlap(a, b) and abs(float(a.value) - b.value) < 1e-6 and a.measure == b.measure  # noqa: E731
        pairs = pair(gold["quantities"], found, alike)
        report(
            "quantities", len(pairs), len(gold["quantities"]), len(found),
            **{c: sum(getattr(a, c) == getattr(b, c) for a, b in pairs) / max(len(pairs), 1) for c in ("kind", "qualifier", "per")},
        )  # fmt: skip
    if "bodies" in gold:
        found = find_bodies(units, year=years)
        alike = lambda a, b: overlap(a, b) and (a.name, a.body_type) == (b.name, b.body_type)  # noqa: E731
        report("bodies", len(pair(gold["bodies"], found, alike)), len(gold["bodies"]), len(found))


def demo() -> pd.DataFrame:
    folder = ROOT / "data" / "demo" / "truth"
    units = pd.read_csv(folder / "units.csv", keep_default_na=False, dtype={"section": str})
    print("demonstration corpus")
    compare(units, {name: read_table(folder / f"{name}.csv") for name in ("formulas", "quantities")}, {})
    return units


def five(corpus: Path, folder: Path) -> None:
    sources = read_table(ROOT / "data" / "sources.csv").set_index("sha256")
    frames, years = [], {}
    for path in sorted(corpus.glob("*.txt")):
        source = sources.loc[hashlib.sha256(path.read_bytes()).hexdigest()]
        frames.append(read_bytes(path.read_bytes(), doc_id=source["doc_id"]).units_frame())
        dated = source["covers_to"] or source["published_on"]
        years |= {source["doc_id"]: int(dated[:4])} if dated else {}
    print("the five documents")
    gold = {name: read_table(folder / f"{name}.csv") for name in ("formulas", "quantities", "bodies")}
    compare(pd.concat(frames, ignore_index=True), gold, years)


def speed(units: pd.DataFrame) -> None:
    copies = max(1, 1_000_000 // sum(len(t.encode()) for t in units["text"]))
    many = pd.concat([units.assign(doc_id=units["doc_id"] + f"#{i}") for i in range(copies)], ignore_index=True)
    size = sum(len(t.encode()) for t in many["text"]) / 1e6
    formulas = find_formulas(many)
    print(f"speed, processor time, {size:.1f} MB")
    for name, find in (
        ("formulas", lambda: find_formulas(many)),
        ("quantities", lambda: find_quantities(many, formulas=formulas)),
        ("bodies", lambda: find_bodies(many)),
    ):
        start = time.process_time()
        find()
        print(f"  {name:10s} {size / (time.process_time() - start):5.2f} MB/s")


def main() -> None:
    parser = argparse.ArgumentParser(description="Compare facts with a settled reading.")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus")
    parser.add_argument("--gold", type=Path, default=ROOT / "data" / "coding" / "facts")
    args = parser.parse_args()
    units = demo()
    if any(args.corpus.glob("*.txt")) and (args.gold / "formulas.csv").exists():
        five(args.corpus, args.gold)
    else:
        print("the five documents: texts or settled reading not at hand")
    speed(units)


if __name__ == "__main__":
    main()
