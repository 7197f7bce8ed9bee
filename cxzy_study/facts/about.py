"""Which bodies a unit, or a practice, is about: those that it names, else those of its heading, else the document's own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

import pandas as pd

from cxzy_study.facts.bodies import BODY_COLUMNS
from cxzy_study.facts.lexicon import check_columns, check_units
from cxzy_study.tables import InvalidInput

ABOUT_COLUMNS = ("doc_id", "unit_id", "body", "body_type", "admin_level", "basis")


def assign_bodies(units: pd.DataFrame, bodies: pd.DataFrame, *, home: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Say which bodies each unit is about.

    A unit is about the bodies that it names itself, if any of them acts or is dealt with there (not merely the centre
    or the body above that praises); else about what its heading names; else about the document's own body.

    Parameters
    ----------
    units : DataFrame
        Units with their text.
    bodies : DataFrame
        As :func:`find_bodies` returns.
    home : mapping of doc_id to str, optional
        Name of each document's own body; by default the place that it names most often.

    Returns
    -------
    DataFrame
        ``doc_id, unit_id, body, body_type, admin_level, basis``; one row a unit and body, in reading order; ``basis`` is
        ``named``, ``heading`` or ``document``; ``body`` is empty where no document body is known.

    Raises
    ------
    InvalidInput
        If a column is missing, or *bodies* names a unit that *units* lacks.
    """
    check_units(units)
    check_columns(bodies, BODY_COLUMNS, name="bodies")
    known = set(zip(units["doc_id"], units["unit_id"], strict=True))
    strange = sorted(set(zip(bodies["doc_id"], bodies["unit_id"], strict=True)) - known)
    if strange:
        names = ", ".join("/".join(s) for s in strange[:5])
        raise InvalidInput(f"Invalid bodies: each unit must be in units. {names}.")
    named: dict[tuple[str, str], list[Told]] = {}
    above = bodies["name"].str.match(_HIGHER)
    for row in bodies[~above & (bodies["body_type"] != "group")].itertuples():
        told = named.setdefault((row.doc_id, row.unit_id), [])
        if (row.name, row.body_type, row.admin_level) not in told:
            told.append((row.name, row.body_type, row.admin_level))
    levels = dict(zip(bodies["name"], bodies["admin_level"], strict=True))
    rows: list[tuple[str, str, str, str, str, str]] = []
    for doc_id, group in units.groupby("doc_id", sort=False):
        own = (home or {}).get(str(doc_id)) or find_home(bodies[bodies["doc_id"] == doc_id])
        above_it: dict[int, list[Told]] = {}
        for unit in group.itertuples():
            here = named.get((unit.doc_id, unit.unit_id), [])
            if unit.kind == "heading":
                above_it = {d: bodies for d, bodies in above_it.items() if d < unit.depth}
                # A title names the document's own body, if any.
                above_it |= {unit.depth: here} if here and unit.depth else {}
            heading = above_it[max(above_it)] if above_it else []
            about, basis = here or heading, "named" if here else "heading"
            if not about:
                about, basis = [(own, "place", levels.get(own, ""))], "document"
            rows += [(unit.doc_id, unit.unit_id, name, kind if name else "", level, basis) for name, kind, level in about]
    return pd.DataFrame(rows, columns=list(ABOUT_COLUMNS))


_HIGHER = re.compile("(?:党中央|中共中央|中央|国务院|省委|省政府|[省市县区]委$|[省市县区]政府$)")


Told = tuple[str, str, str]
"""Name, type and level of a body."""


def assign_practices(practices: pd.DataFrame, about: pd.DataFrame) -> pd.DataFrame:
    """Say which bodies each practice is about: those that the units in which it is evidenced are about.

    Parameters
    ----------
    practices : DataFrame
        ``practice_id, doc_id, unit_ids`` (joined by ``;``).
    about : DataFrame
        As :func:`assign_bodies` returns.

    Returns
    -------
    DataFrame
        ``practice_id, doc_id, body, body_type, admin_level, basis, n_units``: one row a practice and body, those of
        most units first. Where a unit names a body, the document's own is not given beside it.

    Raises
    ------
    InvalidInput
        If a column is missing, or a practice is evidenced by a unit that *about* lacks.

    Examples
    --------
    >>> about = pd.DataFrame([("d", "u1", "云溪镇", "place", "township", "named"), ("d", "u2", "松岭县", "place",
    ...                       "county", "document")], columns=list(ABOUT_COLUMNS))
    >>> practices = pd.DataFrame({"practice_id": ["p1"], "doc_id": ["d"], "unit_ids": ["u1;u2"]})
    >>> assign_practices(practices, about)[["body", "n_units"]].values.tolist()
    [['云溪镇', 1]]
    """
    check_columns(practices, ("practice_id", "doc_id", "unit_ids"), name="practices")
    check_columns(about, ABOUT_COLUMNS, name="about")
    units = practices[["practice_id", "doc_id", "unit_ids"]].assign(unit_id=practices["unit_ids"].str.split(";"))
    units = units.explode("unit_id").drop(columns="unit_ids")
    units = units[units["unit_id"].fillna("") != ""]
    joined = units.merge(about, how="left", on=["doc_id", "unit_id"])
    strange = joined[joined["basis"].isna()]
    if len(strange):
        names = ", ".join(f"{r.practice_id} {r.unit_id}" for r in strange.head(5).itertuples())
        raise InvalidInput(f"Invalid practices: each unit must be in about. {names}.")
    told = joined.groupby("practice_id")["basis"].transform(lambda basis: basis.ne("document").any())
    joined = joined[~told | joined["basis"].ne("document")]
    keys = ["practice_id", "doc_id", "body", "body_type", "admin_level", "basis"]
    counted = joined.groupby(keys, sort=False)["unit_id"].nunique().rename("n_units").reset_index()
    order = {practice: n for n, practice in enumerate(practices["practice_id"])}
    counted = counted.assign(order=counted["practice_id"].map(order))
    return counted.sort_values(["order", "n_units"], ascending=[True, False], kind="stable").drop(columns="order").reset_index(drop=True)


def find_home(bodies: pd.DataFrame) -> str:
    """Return the place that a document's bodies name most often, itself or as an owner; empty if none."""
    places = bodies[(bodies["body_type"] == "place") & (bodies["adcode"] != "")]["name"].tolist()
    owned = (bodies["body_type"] != "place") & bodies["parent"].str.endswith(("省", "市", "县", "区", "州", "旗"))
    owners = bodies[owned]["parent"].tolist()
    count = Counter(places + owners)
    return min(count, key=lambda name: (-count[name], (places + owners).index(name))) if count else ""
