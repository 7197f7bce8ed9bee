"""The practices of the shipped study: two readers' inventories, the settled one, and what follows from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxzy_study.coding.inventories import match_practices
from cxzy_study.coding.inventory_agreement import compare_attributes, compare_finding
from cxzy_study.findings.practices import count_accountability, count_ladder, trace_cycles
from cxzy_study.tables import CYCLES, InvalidInput, load_table

FOLDER = Path("data/coding/practices")
PRACTICE_SHEETS = {f"practices_{reader}": FOLDER / f"{reader}.csv" for reader in ("reader_1", "reader_2")}
PRACTICES_DECIDED = {
    "practices": str(FOLDER / "settled.csv"),
    "dropped_practices": str(FOLDER / "dropped.csv"),
    "centre": "data/coding/centre.csv",
    "statements": str(FOLDER / "statements.csv"),
    "sight": str(FOLDER / "sight.csv"),
}
PRACTICES_DERIVED = (
    "practice_matches", "practice_finding", "practice_agreement", "accountability", "ladder", "cycle_steps",
    "practice_weights", "proposed_practices",
)  # fmt: skip


def load_practice_sheets(root: Path) -> dict[str, pd.DataFrame]:
    """Return the two readers' inventories by the name that they bear in the study."""
    return {name: load_table(root / path, "practice_sheet") for name, path in PRACTICE_SHEETS.items()}


def practice_tables(
    tables: Mapping[str, pd.DataFrame], *, sheets: Mapping[str, pd.DataFrame], modes: pd.DataFrame, seed: int
) -> dict[str, pd.DataFrame]:
    """Return the tables that follow from the inventories: agreement of the readers first, then what was found.

    Parameters
    ----------
    tables : mapping
        ``practices``, ``units``, ``arenas``, ``sources``, ``sight``.
    sheets : mapping
        As :func:`load_practice_sheets` returns it.
    modes : DataFrame
        The settled coding sheet: ``doc_id``, ``unit_id``, ``mode``.
    """
    a, b = (sheets[name] for name in PRACTICE_SHEETS)
    units, practices, sources = tables["units"], tables["practices"], tables["sources"]
    matches = match_practices(a, b, a_name="reader_1", b_name="reader_2")
    censored = sources.loc[sources["completeness"] == "censored", "doc_id"]
    return {
        "practice_matches": matches,
        "practice_finding": compare_finding(a, b, matches, units=units, seed=seed),
        "practice_agreement": compare_attributes(a, b, matches, units=units, seed=seed),
        "accountability": count_accountability(practices),
        "ladder": count_ladder(
            practices, modes[["doc_id", "unit_id", "mode"]], units=units, arenas=tables["arenas"], censored=censored
        ),
        "cycle_steps": trace_cycles(practices, units=units, sight=tables["sight"]),
    }


def check_practices(tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse inventories that contradict the units, the register or each other.

    Raises
    ------
    InvalidInput
        Naming the table, the rule and the first offending ids.
    """
    units = set(zip(tables["units"]["doc_id"], tables["units"]["unit_id"], strict=True))
    for name in ("practices", *PRACTICE_SHEETS):
        rows = tables[name].to_dict("records")
        lost = [r["practice_id"] for r in rows if not {(r["doc_id"], u) for u in r["unit_ids"].split(";")} <= units]
        _refuse(lost, name, "unit_ids must be units of its document")
        _refuse([r["practice_id"] for r in rows if not _fits(r["cycle"], r["step"])], name, "step must belong to its cycle")
    practices = tables["practices"].to_dict("records")
    known = {r["practice_id"]: r["doc_id"] for r in practices}
    registered = set(tables["centre"]["register_id"])
    unknown = [r["practice_id"] for r in practices if not _listed(r["register_ids"]) <= registered]
    _refuse(unknown, "practices", "register_ids must be in centre")
    strange = [r["practice_id"] for r in practices if r["parent"] and known.get(r["parent"]) != r["doc_id"]]
    _refuse(strange, "practices", "parent must be a practice of the same document")
    silent = [r["practice_id"] for r in practices if bool(r["answers"]) != (r["checking"] != "none" or r["consequence"] != "none")]
    _refuse(silent, "practices", "answers must be filled where judging or a consequence is told, and only there")
    followed = [r["practice_id"] for r in practices if r["whose_words"] in {"centre", "adapted"} and not r["register_ids"]]
    _refuse(followed, "practices", "the centre's words need their entry of the register")
    _check_dates(tables)
    for reader in ("reader_1", "reader_2"):
        there = set(tables[f"practices_{reader}"]["practice_id"])
        dropped = tables["dropped_practices"]
        gone = set(dropped.loc[dropped["reader"] == reader, "practice_id"])
        kept = {i for r in practices for i in _listed(r[reader])}
        _refuse(sorted(there - kept - gone), f"practices_{reader}", "every row must be settled or dropped")
        wrong = sorted((kept | gone) - there) + sorted(kept & gone)
        _refuse(wrong, "practices", f"{reader} must name rows of that reader, kept or dropped")
    lost = [f"{r.doc_id}/{r.unit_id}" for r in tables["statements"].itertuples() if (r.doc_id, r.unit_id) not in units]
    _refuse(lost, "statements", "unit_id must be a unit of its document")
    _refuse(sorted(set(tables["sight"]["doc_id"]) - {d for d, _ in units}), "sight", "doc_id must be a document of the study")


def _check_dates(tables: Mapping[str, pd.DataFrame]) -> None:
    """A document cannot follow words that are younger than itself."""
    dated = dict(zip(tables["centre"]["register_id"], tables["centre"]["dated_on"], strict=True))
    sources = tables["sources"].fillna("")
    last = {r.doc_id: max(r.covers_to, r.published_on) for r in sources.itertuples()}
    copied = [
        r.practice_id
        for r in tables["practices"].itertuples()
        if r.whose_words in {"centre", "adapted"}
        and last[r.doc_id]
        and any(_later(dated[i], last[r.doc_id]) for i in _listed(r.register_ids))
    ]
    _refuse(copied, "practices", "the words of `centre` that it follows must not be younger than its document")
    earlier = [
        r.practice_id
        for r in tables["practices"].itertuples()
        if r.whose_words == "earlier" and not all(_later(dated[i], last[r.doc_id]) for i in _listed(r.register_ids) if dated[i])
    ]
    _refuse(earlier, "practices", "the words of `centre` that it is earlier than must be younger than its document")


def _later(day: str, other: str) -> bool:
    """Whether *day* lies after *other*, as far as both are known.

    >>> _later("2010-07-15", "2010-07"), _later("2010-12", "2010-07")
    (False, True)
    """
    exact = min(len(day), len(other))
    return day[:exact] > other[:exact]


def _fits(cycle: str, step: str) -> bool:
    steps = set(step.split(";"))
    return steps == {"none"} if cycle == "none" else steps <= set(CYCLES[cycle])


def _listed(cell: str) -> set[str]:
    return set(filter(None, cell.split(";")))


def _refuse(bad: list[str], table: str, rule: str) -> None:
    if bad:
        raise InvalidInput(f"Invalid table {table}: {rule}. {', '.join(bad[:5])}.")
