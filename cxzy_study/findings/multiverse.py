"""Every finding under every defensible combination of choices.

A description of how far findings depend on choices: the share of analyses in which one holds is no probability that it
is true. Combinations are not equally good, nor independent of each other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from cxzy_study.findings.claim_kinds import KINDS, Claim
from cxzy_study.findings.claims import is_borne
from cxzy_study.findings.universes import CHOICES, Bench, Universe
from cxzy_study.tables import save_text, table_text

COLUMNS = ("claim_id", *CHOICES, "value", "holds")


def list_universes(claim: Claim, bench: Bench) -> list[Universe]:
    """Return the universes of a claim: every combination of the choices that its kind depends on, the study's first.

    Coders are those who coded; a document is left out only if the corpus has it.
    """
    kind = KINDS[claim["kind"]]
    options = []
    for choice in kind.choices:
        allowed = CHOICES[choice]
        if choice == "coder":
            allowed = tuple(c for c in allowed if c in bench.coders)
        if choice == "left_out":
            allowed = tuple(d for d in allowed if not d or d in bench.documents)
        if choice == "segmenter":
            allowed = tuple(s for s in allowed if (bench.words["segmenter"] == s).any())
        options.append(allowed)
    return [replace(Universe(), **dict(zip(kind.choices, chosen, strict=True))) for chosen in product(*options)]


def run_claim(claim: Claim, bench: Bench) -> pd.DataFrame:
    """Compute one claim in all its universes.

    Returns
    -------
    DataFrame
        Rows of table ``multiverse``: ``claim_id``, the choices (empty where the claim does not depend on one),
        ``value``, ``holds``. A universe in which the claim has no number (it speaks of the document left out, or the
        coder did not code the layer) has no row.
    """
    kind = KINDS[claim["kind"]]
    rows = []
    for universe in list_universes(claim, bench):
        value = kind.statistic(bench, universe, claim)
        if not np.isnan(value):
            chosen = {c: getattr(universe, c) if c in kind.choices else "" for c in CHOICES}
            if "left_out" in kind.choices:
                chosen["left_out"] = universe.left_out or "none"
            rows.append({"claim_id": claim["id"], **chosen, "value": float(f"{value:.4g}"),
                         "holds": int(is_borne(value, claim))})  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def run_multiverse(
    claims: Sequence[Claim],
    bench: Bench,
    *,
    parts: Path,
    key: str,
    tell: Callable[[int, int, str], None] | None = None,
) -> pd.DataFrame:
    """Compute all claims in all their universes, taking up what is already in *parts*.

    Parameters
    ----------
    parts : path
        Folder of the parts: one CSV a claim, written whole or not at all.
    key : str
        What the tables are (a hash of them): parts made from other tables are not taken up.
    tell : callable, optional
        Called with claims done, claims in all, and the claim that begins.

    Returns
    -------
    DataFrame
        Table ``multiverse``, claims in the order given.
    """
    tables = []
    for done, claim in enumerate(claims):
        if tell:
            tell(done, len(claims), claim["id"])
        told = json.dumps([key, {k: v for k, v in claim.items() if k not in ("en", "zh", "stated")}, CHOICES])
        path = parts / f"{claim['id']}-{hashlib.sha256(told.encode()).hexdigest()[:12]}.csv"
        if not path.is_file():
            save_text(table_text(run_claim(claim, bench)), path)
        tables.append(pd.read_csv(path, dtype=dict.fromkeys(CHOICES, str), keep_default_na=False))
    if tell:
        tell(len(claims), len(claims), "")
    return pd.concat(tables, ignore_index=True)
