"""Tables to the rows that a figure draws. What is computed for a figure is computed here, and saved beside it."""

from __future__ import annotations

import calendar
from collections.abc import Sequence

import pandas as pd

from cxzy_study.output.style import sort_arenas, sort_documents
from cxzy_study.tables import THEMES, InvalidInput, check_table


def year_span(day: str) -> tuple[float, float]:
    """Return the beginning and the end of an ISO date, as exact as it is, in years.

    Examples
    --------
    >>> year_span("2005")
    (2005.0, 2006.0)
    >>> [round(y, 3) for y in year_span("2010-07")]
    [2010.496, 2010.581]
    """
    parts = [int(part) for part in day.split("-")]
    first = [*parts, 1, 1]
    length = 366 if calendar.isleap(parts[0]) else 365

    def place(month: int, date: int) -> float:
        return parts[0] + (sum(calendar.monthrange(parts[0], m)[1] for m in range(1, month)) + date) / length

    start = place(first[1], first[2] - 1)
    if len(parts) == 1:
        return start, parts[0] + 1.0
    if len(parts) == 2:
        return start, place(parts[1], calendar.monthrange(parts[0], parts[1])[1])
    return start, place(parts[1], parts[2])


def frame_sources(sources: pd.DataFrame, *, units: pd.DataFrame, basis: pd.DataFrame) -> pd.DataFrame:
    """Return one row a document: what it is, the period it reports on, and when it was published.

    Returns
    -------
    pandas.DataFrame
        The columns of `sources` that the figure names, ``published_basis`` (as in `source_basis`),
        ``covers_start``, ``covers_end``, ``published_start``, ``published_end`` (years, empty where
        unknown), ``n_sentences`` and ``n_headings``.
    """
    check_table(sources, "sources"), check_table(units, "units"), check_table(basis, "source_basis")
    known = basis.loc[basis["fact"] == "published_on"].set_index("doc_id")["basis"]
    rows = []
    for row in _documents(sources):
        of_doc = units.loc[units["doc_id"] == row["doc_id"], "kind"]
        covers = [year_span(row[c]) if row[c] else (None, None) for c in ("covers_from", "covers_to")]
        published = year_span(row["published_on"]) if row["published_on"] else (None, None)
        names = ("doc_id", "place_en", "place_zh", "admin_level", "genre", "campaign", "completeness")
        rows.append(
            {name: row[name] for name in names}
            | {"covers_from": row["covers_from"], "covers_to": row["covers_to"], "published_on": row["published_on"]}
            | {"published_basis": known.get(row["doc_id"], "unknown")}
            | {"covers_start": covers[0][0], "covers_end": covers[1][1]}
            | {"published_start": published[0], "published_end": published[1]}
            | {"n_sentences": int(of_doc.eq("sentence").sum()), "n_headings": int(of_doc.eq("heading").sum())}
        )
    frame = pd.DataFrame(rows)
    years = ["covers_start", "covers_end", "published_start", "published_end"]
    frame[years] = frame[years].astype(float)
    return frame


def frame_bibliography(sources: pd.DataFrame, *, basis: pd.DataFrame) -> pd.DataFrame:
    """Return one row a document: who says what, where and when, as far as it is known."""
    check_table(sources, "sources"), check_table(basis, "source_basis")
    known = basis.loc[basis["fact"] == "published_on"].set_index("doc_id")["basis"]
    names = ["doc_id", "place_en", "place_zh", "title", "author", "author_role", "outlet", "published_on"]
    frame = pd.DataFrame(_documents(sources))[[*names, "completeness"]]
    return frame.assign(published_basis=frame["doc_id"].map(known).fillna("unknown"))


def frame_shares(
    shares: pd.DataFrame, *, sources: pd.DataFrame, coder: str, group_kind: str = "source"
) -> pd.DataFrame:
    """Return the shares of one coder, a row a group and theme, groups and themes in their fixed order.

    Returns
    -------
    pandas.DataFrame
        The columns of `shares`, and ``place_en`` and ``place_zh`` (empty for arenas).

    Raises
    ------
    InvalidInput
        If the coder has no row for a group and theme: a missing share is not a share of nought.
    """
    check_table(shares, "shares"), check_table(sources, "sources")
    chosen = shares[(shares["group_kind"] == group_kind) & (shares["coder"] == coder)]
    if chosen.empty:
        raise InvalidInput(f"Invalid coder {coder!r}: it has no shares of a {group_kind}.")
    given = list(dict.fromkeys(chosen["group"]))
    groups = sort_documents(given) if group_kind == "source" else sort_arenas(given)
    order = pd.MultiIndex.from_product([groups, THEMES], names=["group", "theme"])
    frame = chosen.set_index(["group", "theme"])
    gaps = order.difference(frame.index)
    if len(gaps):
        raise InvalidInput(f"Invalid shares: every group of {coder!r} must have all themes. {gaps.tolist()[:5]}.")
    frame = frame.loc[order].reset_index()
    places = sources.set_index("doc_id")
    strangers = sorted(set(groups) - set(places.index)) if group_kind == "source" else []
    if strangers:
        raise InvalidInput(f"Invalid shares: every source must be in the table of sources. {strangers[:5]}.")
    for column in ("place_en", "place_zh"):
        frame[column] = frame["group"].map(places[column]) if group_kind == "source" else ""
    return frame[[*shares.columns, "place_en", "place_zh"]]


def frame_strips(units: pd.DataFrame, *, codes: pd.DataFrame, sources: pd.DataFrame, coder: str) -> pd.DataFrame:
    """Return where each document speaks of each theme: a row a unit and theme, in reading order.

    Returns
    -------
    pandas.DataFrame
        doc_id, place_en, place_zh, completeness, unit_id, kind, ``opens_section`` (1: a section of
        the first level begins here), ``start`` and ``end`` (characters of the document's units
        read before the unit's begin and by its end, spaces not counted), theme (empty where the
        coder marked none), coder.

    Raises
    ------
    InvalidInput
        If the coder did not read a unit, or coded one that is not there.
    """
    check_table(units, "units"), check_table(codes, "codes"), check_table(sources, "sources")
    marks = codes[(codes["coder"] == coder) & (codes["value"] == 1) & codes["theme"].isin([*THEMES, "none"])]
    key = ["doc_id", "unit_id"]
    read, there = pd.MultiIndex.from_frame(marks[key]), pd.MultiIndex.from_frame(units[key])
    unread, unknown = there.difference(read), read.difference(there)
    for lost, rule in ((unread, "must have read every unit"), (unknown, "must have coded units that are there")):
        if len(lost):
            raise InvalidInput(f"Invalid coder {coder!r}: {rule}. {lost.tolist()[:5]}.")
    names = pd.DataFrame(_documents(sources)).set_index("doc_id")
    parts = []
    for doc_id in [d for d in names.index if d in set(units["doc_id"])]:
        of_doc = units.loc[units["doc_id"] == doc_id].reset_index(drop=True)
        top = of_doc["section"].astype(str).str.split(".").str[0]
        end = of_doc["n_chars"].astype(int).cumsum()
        parts.append(
            of_doc[["doc_id", "unit_id", "kind"]].assign(
                opens_section=(top != top.shift()).astype(int).where(of_doc.index > 0, 0),
                start=end - of_doc["n_chars"].astype(int),
                end=end,
                **{c: names.at[doc_id, c] for c in ("place_en", "place_zh", "completeness")},
            )
        )
    frame = pd.concat(parts, ignore_index=True).merge(marks[[*key, "theme"]], on=key, how="left")
    frame["theme"] = frame["theme"].where(frame["theme"] != "none", "")
    rank = {theme: i for i, theme in enumerate(THEMES)}
    frame = frame.assign(_rank=frame["theme"].map(rank).fillna(-1), _doc=frame["doc_id"].map(names.index.get_loc))
    frame = frame.sort_values(["_doc", "start", "end", "_rank"], kind="stable", ignore_index=True)
    known = ["doc_id", "place_en", "place_zh", "completeness", "unit_id", "kind"]
    return frame[[*known, "opens_section", "start", "end", "theme"]].assign(coder=coder)


def frame_scores(scores: pd.DataFrame, *, coder: str, reference: str) -> pd.DataFrame:
    """Return one coder's rows of `scores`, a row a theme in the fixed order; an undefined score stays empty.

    Raises
    ------
    InvalidInput
        If the coder was not held against the reference in every theme.
    """
    check_table(scores, "scores")
    frame = scores[(scores["coder"] == coder) & (scores["reference"] == reference)].set_index("theme")
    gaps = [theme for theme in THEMES if theme not in frame.index]
    if gaps:
        raise InvalidInput(f"Invalid scores of {coder!r} against {reference!r}: must have all themes. {gaps[:5]}.")
    return frame.loc[list(THEMES)].reset_index()[list(scores.columns)]


def frame_account(sources: pd.DataFrame, *, units: pd.DataFrame, removed: pd.DataFrame) -> pd.DataFrame:
    """Return what became of each character of the saved pages: kept in units, or removed, by reason.

    Returns
    -------
    pandas.DataFrame
        doc_id, place_en, place_zh, reason (``kept`` first, then the reasons, most characters
        first), n_chars (code points), n_all (code points of the decoded file).

    Raises
    ------
    InvalidInput
        If kept and removed do not add up to the whole file.
    """
    check_table(sources, "sources"), check_table(units, "units"), check_table(removed, "removed")
    kept = units["spans"].map(_length).groupby(units["doc_id"]).sum()
    gone = removed.astype({"n_chars": int}).groupby(["reason", "doc_id"])["n_chars"].sum()
    totals = gone.groupby("reason").sum()
    reasons = sorted(totals.index, key=lambda r: (-totals[r], r))
    rows = []
    for row in _documents(sources):
        doc_id, n_all = row["doc_id"], int(row["n_chars"])
        counts = {"kept": int(kept.get(doc_id, 0))} | {r: int(gone.get((r, doc_id), 0)) for r in reasons}
        if sum(counts.values()) != n_all:
            raise InvalidInput(
                f"Invalid account of {doc_id!r}: kept {counts['kept']} and removed "
                f"{sum(counts.values()) - counts['kept']} must add up to {n_all} characters."
            )
        names = {"doc_id": doc_id, "place_en": row["place_en"], "place_zh": row["place_zh"]}
        rows += [names | {"reason": reason, "n_chars": n, "n_all": n_all} for reason, n in counts.items()]
    frame = pd.DataFrame(rows)
    order = {reason: i for i, reason in enumerate(["kept", *reasons])}
    return frame.sort_values("reason", key=lambda c: c.map(order), kind="stable", ignore_index=True)


def _documents(sources: pd.DataFrame) -> Sequence[dict]:
    """Return the rows of `sources` as dicts in the fixed order of documents, unknown as an empty string."""
    rows = {r["doc_id"]: r for r in sources.astype(object).where(sources.notna(), "").to_dict("records")}
    return [rows[d] for d in sort_documents(rows)]


def _length(spans: str) -> int:
    """Return how many code points *spans* (``start-end;…``) cover."""
    ends = [part.split("-") for part in spans.split(";")]
    return sum(int(b) - int(a) for a, b in ends)
