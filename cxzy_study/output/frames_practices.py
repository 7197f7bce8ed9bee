"""Tables on practices to the rows that a figure draws."""

from __future__ import annotations

import pandas as pd

from cxzy_study.output.frames import year_span
from cxzy_study.output.style import sort_arenas, sort_documents
from cxzy_study.tables import CYCLES, MODES, SCHEMAS, InvalidInput, check_table

WORDS = ("centre", "adapted", "not_found", "earlier")


def frame_accountability(accountability: pd.DataFrame, *, group: str = "all") -> pd.DataFrame:
    """Return who answers to whom with what consequence in one group, each in the fixed order of its vocabulary."""
    check_table(accountability, "accountability")
    rows = accountability[accountability["group"] == group]
    if rows.empty:
        raise InvalidInput(f"Invalid group {group!r}: must be one of {', '.join(dict.fromkeys(accountability['group']))}.")
    allowed = {c.name: list(c.allowed) for c in SCHEMAS["accountability"].columns}
    ranks = [rows[c].map(allowed[c].index).rename(c) for c in ("answers", "forum", "consequence")]
    order = pd.concat(ranks, axis=1).sort_values(["answers", "forum", "consequence"]).index
    return rows.loc[order].reset_index(drop=True)


def frame_ladder(ladder: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the rungs of every document, then of every arena, with the place's names (empty for arenas)."""
    check_table(ladder, "ladder"), check_table(sources, "sources")
    order = [("source", d) for d in sort_documents(ladder.loc[ladder["group_kind"] == "source", "group"])]
    order += [("arena", a) for a in sort_arenas(ladder.loc[ladder["group_kind"] == "arena", "group"])]
    rank = {key: i for i, key in enumerate(order)}
    places = sources.set_index("doc_id")
    frame = ladder.assign(
        _group=[rank[key] for key in zip(ladder["group_kind"], ladder["group"], strict=True)],
        _mode=ladder["mode"].map(MODES.index),
        **{c: [places.at[g, c] if g in places.index else "" for g in ladder["group"]] for c in ("place_en", "place_zh")},
    )
    return frame.sort_values(["_group", "counted", "_mode"], kind="stable", ignore_index=True).drop(columns=["_group", "_mode"])


def frame_cycles(cycle_steps: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of the three cycles, documents and steps in their fixed order, with the places' names."""
    check_table(cycle_steps, "cycle_steps"), check_table(sources, "sources")
    places = sources.set_index("doc_id")
    docs = sort_documents(cycle_steps["doc_id"])
    cycles = list(CYCLES)
    keyed = cycle_steps.assign(
        _cycle=cycle_steps["cycle"].map(cycles.index),
        _doc=cycle_steps["doc_id"].map(docs.index),
        _step=[CYCLES[c].index(s) for c, s in zip(cycle_steps["cycle"], cycle_steps["step"], strict=True)],
        **{c: cycle_steps["doc_id"].map(places[c]) for c in ("place_en", "place_zh")},
    )
    return keyed.sort_values(["_cycle", "_doc", "_step"], ignore_index=True).drop(columns=["_cycle", "_doc", "_step"])


def frame_centre(centre: pd.DataFrame, *, practices: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the dated register of central formulas, and how many practices of each document go back to each.

    Returns
    -------
    pandas.DataFrame
        A row an entry and document that uses it, or one row with an empty ``doc_id`` where none does; entries in the order
        of their dates, those that neither bear a date nor are used left out. ``start`` and ``end`` (years, of the entry),
        ``doc_start`` and ``doc_end`` (years, of the last that the document reports, or of its publication; empty where
        unknown), ``n_practices``, ``whose_words`` of them (joined by ``;``).
    """
    check_table(centre, "centre"), check_table(practices, "practices"), check_table(sources, "sources")
    used: dict[tuple[str, str], list[str]] = {}
    for row in practices.itertuples():
        for entry in filter(None, row.register_ids.split(";")):
            used.setdefault((entry, row.doc_id), []).append(row.whose_words)
    dated = {r.doc_id: r.covers_to or r.published_on for r in sources.fillna("").itertuples()}
    places = sources.set_index("doc_id")
    docs = sort_documents(sources["doc_id"])
    rows = []
    for entry in centre[centre["dated_on"].fillna("").ne("")].sort_values(["dated_on", "register_id"]).to_dict("records"):
        start, end = year_span(entry["dated_on"])
        end = year_span(entry["dated_to"])[1] if entry["dated_to"] else end
        base = {k: entry[k] for k in ("register_id", "name", "name_en", "kind", "dated_on", "basis")} | {"start": start, "end": end}
        found = [d for d in docs if (entry["register_id"], d) in used]
        for doc_id in found or [""]:
            words = used.get((entry["register_id"], doc_id), [])
            day = dated.get(doc_id, "")
            span = year_span(day) if day else (None, None)
            rows.append(
                base | {"doc_id": doc_id, "n_practices": len(words), "whose_words": ";".join(w for w in WORDS if w in words),
                        "doc_start": span[0], "doc_end": span[1]}
                | {c: places.at[doc_id, c] if doc_id else "" for c in ("place_en", "place_zh")}
            )  # fmt: skip
    return pd.DataFrame(rows).astype({"doc_start": float, "doc_end": float})


def frame_words(practices: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return for each document how many practices are in the centre's words, adapted, not found there, or earlier."""
    check_table(practices, "practices"), check_table(sources, "sources")
    places = sources.set_index("doc_id")
    rows = [
        {"doc_id": doc_id, "place_en": places.at[doc_id, "place_en"], "place_zh": places.at[doc_id, "place_zh"],
         "n_practices": int((practices["doc_id"] == doc_id).sum())}
        | {f"n_{word}": int(((practices["doc_id"] == doc_id) & (practices["whose_words"] == word)).sum()) for word in WORDS}
        for doc_id in sort_documents(practices["doc_id"])
    ]  # fmt: skip
    return pd.DataFrame(rows)


def frame_finding(finding: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return how far two inventories found the same practices: the readers first, then the program, in all and by document."""
    check_table(finding, "practice_finding"), check_table(sources, "sources")
    places = sources.set_index("doc_id")
    known = finding[finding["group"].isin(["all", *places.index])]
    names = {c: [places.at[g, c] if g in places.index else {"en": "all", "zh": "全部"}[c[-2:]] for g in known["group"]] for c in ("place_en", "place_zh")}
    return known.assign(**names).reset_index(drop=True)


def frame_statements(statements: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return for each document how many sentences count activity, count results, credit growth, admit failure, warn of form.

    Activity and result counts are numbers, not sentences: one sentence may hold several.
    """
    check_table(statements, "statements"), check_table(sources, "sources")
    kinds = next(c.allowed for c in SCHEMAS["statements"].columns if c.name == "statement")
    places = sources.set_index("doc_id")
    rows = []
    for doc_id in sort_documents(sources["doc_id"]):
        mine = statements[statements["doc_id"] == doc_id]
        counts = {f"n_{kind}": int((mine["statement"] == kind).sum()) for kind in kinds}
        credited = int(((mine["statement"] == "growth") & (mine["credited_to"] == "party")).sum())
        rows.append({"doc_id": doc_id} | {c: places.at[doc_id, c] for c in ("place_en", "place_zh")} | counts | {"n_credited": credited})
    return pd.DataFrame(rows)
