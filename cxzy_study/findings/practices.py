"""What the settled practices say: who answers to whom, how far talk is from deed, and which steps are left out.

All of it counts practices, or sentences, of five documents. What officials write about their own work is a
presentation: a practice told as done is a claim. One paragraph can hold many practices, so counts are not compared by
tests.
"""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from cxzy_study.tables import CYCLES, MODES, SCHEMAS, check_table

ALL = "all"
REALISED = ("under_way", "done", "outcome")
"""Modes of a practice that is claimed to exist; ``demanded`` and ``planned`` ones are only asked for."""


def count_accountability(practices: pd.DataFrame) -> pd.DataFrame:
    """Count who answers to whom with what consequence, in all and by document.

    Parameters
    ----------
    practices : DataFrame
        Table ``practices``; rows that tell neither judging nor consequence are left out.

    Returns
    -------
    DataFrame
        Table ``accountability``. A practice with two judges, or two consequences, counts once in each cell.

    Examples
    --------
    >>> row = {"practice_id": "demo-1", "doc_id": "demo", "answers": "member", "checking": "peer;resident",
    ...        "consequence": "none", "mode": "done"}
    >>> count_accountability(pd.DataFrame([row]))[["group", "forum", "n_practices"]].values.tolist()[:2]
    [['all', 'peer', 1], ['all', 'resident', 1]]
    """
    told = practices[practices["checking"].ne("none") | practices["consequence"].ne("none")]
    cells: dict[tuple[str, str, str, str], list[tuple[str, bool]]] = {}
    for group in (ALL, *dict.fromkeys(practices["doc_id"])):
        for row in told[told["doc_id"].eq(group) | (group == ALL)].to_dict("records"):
            for forum in row["checking"].split(";"):
                for consequence in row["consequence"].split(";"):
                    cell = (group, row["answers"], forum, consequence)
                    cells.setdefault(cell, []).append((row["practice_id"], row["mode"] in REALISED))
    rows = [
        (*cell, len(found), sum(real for _, real in found), ";".join(practice for practice, _ in found))
        for cell, found in cells.items()
    ]
    return check_table(pd.DataFrame(rows, columns=SCHEMAS["accountability"].names), "accountability")


def count_ladder(
    practices: pd.DataFrame,
    modes: pd.DataFrame,
    *,
    units: pd.DataFrame,
    arenas: pd.DataFrame,
    censored: Iterable[str] = (),
) -> pd.DataFrame:
    """Count practices and sentences on each rung from doctrine to outcome, by source and by arena.

    Parameters
    ----------
    practices : DataFrame
        Table ``practices``. A practice belongs to an arena if all its units do that belong to any.
    modes : DataFrame
        ``doc_id``, ``unit_id``, ``mode``: one reading of every unit.
    units, arenas : DataFrame
        Tables of those names.
    censored : iterable of str
        Documents that break off.

    Returns
    -------
    DataFrame
        Table ``ladder``, all seven rungs in every group, nought included.
    """
    hidden = set(censored)
    sentences = units.loc[units["kind"] == "sentence", ["doc_id", "unit_id"]].merge(modes)
    arena_of = {(r.doc_id, r.unit_id): r.arena for r in arenas.itertuples()}
    homes = [
        {arena_of[row.doc_id, u] for u in row.unit_ids.split(";") if (row.doc_id, u) in arena_of} for row in practices.itertuples()
    ]
    placed = practices.assign(arena=[home.pop() if len(home) == 1 else "" for home in homes])
    in_arena = sentences.assign(arena=[arena_of.get((r.doc_id, r.unit_id), "") for r in sentences.itertuples()])
    rows = []
    for kind, column in (("source", "doc_id"), ("arena", "arena")):
        for group in dict.fromkeys(units["doc_id"] if kind == "source" else arenas["arena"]):
            for counted, table in (("practices", placed), ("sentences", in_arena)):
                found = table.loc[table[column] == group, "mode"]
                for mode in MODES:
                    n = int((found == mode).sum())
                    share = n / len(found) if len(found) else 0.0
                    rows.append((kind, group, counted, mode, n, len(found), share, int(group in hidden)))
    return check_table(pd.DataFrame(rows, columns=SCHEMAS["ladder"].names), "ladder")


def trace_cycles(practices: pd.DataFrame, *, units: pd.DataFrame, sight: pd.DataFrame) -> pd.DataFrame:
    """Say for each document and step of each cycle whether it is told, and if not, whether it could have been seen.

    Parameters
    ----------
    practices, units : DataFrame
        Tables of those names.
    sight : DataFrame
        Table ``sight``: steps that a document cannot tell, and why. A step that is told is told, whatever it says.

    Returns
    -------
    DataFrame
        Table ``cycle_steps``. ``share_high`` bounds a silence by length: of n sentences none tells the step, so with 95%
        its share in a text of this kind is below 1 - 0.05 ** (1 / n) (the exact form of the rule of three; sentences
        are taken as independent, which makes the bound too low rather than too high).
    """
    hidden: dict[tuple[str, str, str], str] = {}
    for row in sight.itertuples():
        steps = CYCLES[row.cycle] if row.step == "all" else (row.step,)
        hidden |= {(row.doc_id, row.cycle, step): row.reason for step in steps}
    rows = []
    for doc_id, of_doc in units[units["kind"] == "sentence"].groupby("doc_id", sort=False):
        for cycle, steps in CYCLES.items():
            mine = practices[(practices["doc_id"] == doc_id) & (practices["cycle"] == cycle)]
            for step in steps:
                found = mine[pd.Series([step in s.split(";") for s in mine["step"]], index=mine.index, dtype=bool)]
                reason = "" if len(found) else hidden.get((doc_id, cycle, step), "")
                if len(found):
                    status = "realised" if found["mode"].isin(REALISED).any() else "demanded"
                else:
                    status = "cannot_be_seen" if reason else "not_seen"
                high = None if len(found) or reason else 1 - 0.05 ** (1 / len(of_doc))
                rows.append((doc_id, cycle, step, status, reason, len(found), ";".join(found["practice_id"]), len(of_doc), high))
    frame = pd.DataFrame(rows, columns=SCHEMAS["cycle_steps"].names)
    return check_table(frame.astype({"share_high": float}), "cycle_steps")
