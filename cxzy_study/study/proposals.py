"""Proposals of practices by program: learned from the settled inventory, and held against it and the demonstration corpus."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from cxzy_study.coding.inventories import match_practices
from cxzy_study.coding.inventory_agreement import compare_attributes, compare_finding
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.practice_candidates import find_candidates
from cxzy_study.facts.practice_model import candidate_features, fit_weights
from cxzy_study.facts.practices import find_practices, label_candidates

DEMO = Path("data/demo")
PROPOSED = ("mode", "commitment", "themes", "instrument")


def propose_left_out(texts: pd.DataFrame, practices: pd.DataFrame) -> pd.DataFrame:
    """Return the proposals for each document by weights that the *other* documents taught: table ``proposed_practices``."""
    formulas, bodies = find_formulas(texts), find_bodies(texts)
    parts = []
    for doc_id in dict.fromkeys(texts["doc_id"]):
        weights = learn_weights(texts[texts["doc_id"] != doc_id], practices)
        here = [table[table["doc_id"] == doc_id] for table in (texts, formulas, bodies)]
        parts.append(find_practices(here[0], formulas=here[1], bodies=here[2], weights=weights))
    return pd.concat(parts, ignore_index=True)


def learn_weights(texts: pd.DataFrame, practices: pd.DataFrame) -> pd.DataFrame:
    """Return table ``practice_weights``, learned from all of *texts* and their settled *practices*."""
    candidates = find_candidates(texts, formulas=find_formulas(texts))
    return fit_weights(candidate_features(candidates, texts), label_candidates(candidates, practices))


def load_demo(root: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return units (with their text) and practices of those demonstration documents whose practices were read by hand."""
    units, practices = (
        pd.read_csv(root / DEMO / path, dtype=str, keep_default_na=False) for path in ("truth/units.csv", "practices.csv")
    )
    units = units[units["doc_id"].isin(practices["doc_id"])].astype({"depth": int, "paragraph": int}).reset_index(drop=True)
    return units, practices.assign(practice_id=[f"demo-{i + 1:02d}" for i in range(len(practices))])


def proposal_tables(texts: pd.DataFrame, practices: pd.DataFrame, *, root: Path, seed: int) -> dict[str, pd.DataFrame]:
    """Return weights, left-out proposals, and how they agree: with the settled inventory, and on the demonstration corpus.

    Returns
    -------
    dict
        ``practice_weights``, ``proposed_practices``, and rows for ``practice_finding`` and ``practice_agreement``.
    """
    weights, proposed = learn_weights(texts, practices), propose_left_out(texts, practices)
    matches = match_practices(proposed, practices, a_name="program", b_name="settled")
    units, truth = load_demo(root)
    there = find_practices(units, formulas=find_formulas(units), bodies=find_bodies(units), weights=weights)
    pairs = match_practices(there, truth, a_name="program", b_name="demo")
    found = compare_finding(there, truth, pairs, units=units, seed=seed)
    ours = compare_finding(proposed, practices, matches, units=texts, seed=seed)
    return {
        "practice_weights": weights,
        "proposed_practices": proposed,
        "practice_finding": pd.concat([ours, found[found["group"] == "all"]]),
        "practice_agreement": pd.concat([
            compare_attributes(proposed, practices, matches, units=texts, seed=seed, attributes=PROPOSED),
            compare_attributes(there, truth, pairs, units=units, seed=seed, attributes=PROPOSED[:2]),
        ]),
    }  # fmt: skip
