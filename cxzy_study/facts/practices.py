"""Practices that a program proposes: names that may be practices, with what the sentence claims of them.

A proposal is for a person to check. The program finds names; it does not find practices that a text only describes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from cxzy_study.facts.lexicon import check_units, shipped
from cxzy_study.facts.practice_candidates import Candidate, close_label, find_candidates, is_said
from cxzy_study.facts.practice_model import apply_weights, candidate_features
from cxzy_study.facts.practice_modes import propose_modes
from cxzy_study.tables import SCHEMAS, THEMES, check_table, load_table

LEAST = 0.4
"""Least probability of a proposal."""

WEIGHTS = Path(__file__).resolve().parents[2] / "data" / "tables" / "practice_weights.csv"


def find_practices(
    units: pd.DataFrame,
    *,
    formulas: pd.DataFrame,
    bodies: pd.DataFrame,
    weights: pd.DataFrame | None = None,
    least: float = LEAST,
) -> pd.DataFrame:
    """Propose the practices of some documents.

    Parameters
    ----------
    units : DataFrame
        Units with their text (simplified), in reading order.
    formulas, bodies : DataFrame
        As :func:`cxzy_study.facts.formulas.find_formulas` and :func:`cxzy_study.facts.bodies.find_bodies` return them.
    weights : DataFrame, optional
        Table ``practice_weights``; by default the shipped one, learned from the study's five documents.
    least : float
        Least probability of a proposal.

    Returns
    -------
    DataFrame
        Table ``proposed_practices``. A name that a document repeats is one row. ``mode`` and ``commitment`` are those of
        the first sentence that names it; ``themes`` and ``instrument`` follow from its head noun; ``body`` is the last
        body named before it in its unit. What is not proposed is empty: actor, addressee, checking, consequence, gloss.
    """
    check_units(units)
    candidates = find_candidates(units, formulas=formulas)
    weights = load_table(WEIGHTS, "practice_weights") if weights is None else check_table(weights, "practice_weights")
    sure = dict(zip(candidates, apply_weights(candidate_features(candidates, units), weights), strict=True))
    named: dict[tuple[str, str], list[Candidate]] = {}
    for candidate in candidates:
        named.setdefault((candidate.doc_id, close_label(candidate.label)), []).append(candidate)
    claims = {(r.doc_id, r.unit_id): (r.mode, r.commitment) for r in propose_modes(units).itertuples()}
    kinds = {(r.doc_id, r.unit_id): r.kind for r in units.itertuples()}
    heads = shipped("practice_heads").drop_duplicates("head").set_index("head")
    placed: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in bodies.itertuples():
        placed.setdefault((row.doc_id, row.unit_id), []).append((int(row.start), row.name))
    rows, count = [], dict.fromkeys(units["doc_id"], 0)
    for (doc_id, label), places in named.items():
        probability = max(sure[c] for c in places)
        if probability < least or is_said(label):
            continue
        first = next((c for c in places if kinds[doc_id, c.unit_id] == "sentence"), places[0])
        mode, commitment = claims[doc_id, first.unit_id]
        # What is named as a thing that a body does is seldom the doctrine or the problem of its sentence.
        mode = "under_way" if mode in {"doctrine", "problem"} else mode
        count[doc_id] += 1
        known = first.head in heads.index
        rows.append(
            {
                "practice_id": f"{doc_id}-{count[doc_id]:02d}", "doc_id": doc_id, "practice": label, "gloss": "",
                "body": _body_before(first, placed), "actor": "", "addressee": "",
                "themes": _order(heads.at[first.head, "themes"]) if known else "",
                "instrument": heads.at[first.head, "instrument"] if known else "",
                "mode": mode, "checking": "", "consequence": "", "commitment": commitment, "whose_words": "",
                "unit_ids": ";".join(dict.fromkeys(c.unit_id for c in places)), "rule": first.rule, "probability": round(probability, 3),
            }
        )  # fmt: skip
    return check_table(pd.DataFrame(rows, columns=SCHEMAS["proposed_practices"].names), "proposed_practices")


def _body_before(candidate: Candidate, bodies: Mapping[tuple[str, str], list[tuple[int, str]]]) -> str:
    before = [body for body in bodies.get((candidate.doc_id, candidate.unit_id), []) if body[0] < candidate.start]
    return max(before)[1] if before else ""


def _order(themes: str) -> str:
    return ";".join(theme for theme in THEMES if theme in themes.split(";"))


def label_candidates(candidates: Sequence[Candidate], practices: pd.DataFrame, *, likeness: float = 0.5) -> list[bool]:
    """Return for each candidate whether an inventory has a practice of a like label in the same unit.

    Likeness is the share of pairs of neighbouring characters that both labels have (Dice), of Chinese characters,
    letters and digits alone.
    """
    labels: dict[tuple[str, str], list[set[str]]] = {}
    for row in practices.itertuples():
        for unit_id in row.unit_ids.split(";"):
            labels.setdefault((row.doc_id, unit_id), []).append(_pairs(row.practice))
    found = []
    for c in candidates:
        mine = _pairs(c.label)
        sizes = [(2 * len(mine & other), len(mine) + len(other)) for other in labels.get((c.doc_id, c.unit_id), [])]
        found.append(any(both >= likeness * size > 0 for both, size in sizes))
    return found


def _pairs(label: str) -> set[str]:
    text = "".join(c for c in label if c.isalnum())
    return {text[i : i + 2] for i in range(len(text) - 1)}
