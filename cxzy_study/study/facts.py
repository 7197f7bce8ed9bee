"""The facts of the shipped study: what its documents name, and what follows from that alone."""

from __future__ import annotations

import pandas as pd

from cxzy_study.facts.about import assign_bodies
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.families import find_families
from cxzy_study.facts.formulas import clean_formulas, find_formulas
from cxzy_study.facts.quantities import find_quantities


def fact_tables(texts: pd.DataFrame, *, sources: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return formulas, quantities, bodies, families and what each unit is about, for the documents of the study.

    No heading or sentence stands among the parts of a formula.

    Parameters
    ----------
    texts : DataFrame
        Units with their text.
    sources : DataFrame
        Table ``sources``: the day of each document, and with it the year of its places.

    Returns
    -------
    dict
        ``formulas``, ``quantities``, ``bodies`` with ``start, end``; ``families``; ``about``.
    """
    found = find_formulas(texts)
    dates = {r.doc_id: r.published_on or r.covers_to for r in sources.itertuples()}
    years = {doc_id: int(day[:4]) for doc_id, day in dates.items() if day}
    formulas = clean_formulas(found, units=texts)
    bodies = find_bodies(texts, year=years)
    return {
        "formulas": formulas,
        "quantities": find_quantities(texts, formulas=found),
        "bodies": bodies,
        "families": find_families(formulas, dates=dates),
        "about": assign_bodies(texts, bodies),
    }
