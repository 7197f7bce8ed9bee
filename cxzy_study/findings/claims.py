"""Findings as sentences: each with the statistic that must bear it, its interval, and where it holds and fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from cxzy_study.findings.claim_kinds import KINDS, Claim
from cxzy_study.findings.universes import CHOICES, Bench, Universe
from cxzy_study.tables import THEMES, InvalidInput

STATED = {"before": "confirmatory", "after": "exploratory"}
_WANTED = ("id", "stated", "kind", "en", "zh")
_THEMES = ("theme", "theme_a", "theme_b")


def load_claims(path: str | Path) -> list[Claim]:
    """Load claims from a YAML file: a list of mappings.

    Each has ``id``, ``stated`` (before: committed before its number was looked at; after: found in the numbers),
    ``kind`` (of :data:`cxzy_study.findings.claim_kinds.KINDS`, with its parameters), one of ``above`` and ``below``,
    and the sentence in both languages, ``en`` and ``zh``.

    Raises
    ------
    InvalidInput
        Naming the claim that breaks a rule.
    """
    path = Path(path)
    if not path.is_file():
        raise InvalidInput(f"Invalid path {path}: no such file (claims).")
    try:
        claims = yaml.safe_load(path.read_text("utf-8"))
    except yaml.YAMLError as error:
        raise InvalidInput(f"Invalid claims {path.name}: must be YAML. {str(error).splitlines()[0]}") from None
    if not isinstance(claims, list) or not all(isinstance(c, dict) for c in claims):
        raise InvalidInput(f"Invalid claims {path.name}: must be a list of claims.")
    for number, claim in enumerate(claims, start=1):
        check_claim(claim, name=str(claim.get("id", f"number {number}")))
    ids = [c["id"] for c in claims]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise InvalidInput(f"Invalid claims {path.name}: an id comes once. {twice}.")
    return claims


def check_claim(claim: Claim, *, name: str) -> None:
    """Refuse a claim that cannot be computed or read.

    Raises
    ------
    InvalidInput
        Naming the claim and the rule.
    """
    missing = [w for w in _WANTED if not claim.get(w)]
    if missing:
        raise InvalidInput(f"Invalid claim {name}: lacks {', '.join(missing)}.")
    if claim["kind"] not in KINDS:
        raise InvalidInput(f"Invalid claim {name}: kind must be one of {', '.join(KINDS)}. {claim['kind']}.")
    if claim["stated"] not in STATED:
        raise InvalidInput(f"Invalid claim {name}: stated must be before or after. {claim['stated']}.")
    if ("above" in claim) == ("below" in claim):
        raise InvalidInput(f"Invalid claim {name}: must have one of above and below.")
    odd = [claim[t] for t in _THEMES if t in claim and claim[t] not in THEMES]
    if odd:
        raise InvalidInput(f"Invalid claim {name}: unknown theme. {odd}.")


def is_borne(value: float, claim: Claim) -> bool:
    """Whether a number is on the claim's side of its bound; no number is on neither side."""
    return bool(value > claim["above"]) if "above" in claim else bool(value < claim["below"])


def judge_claim(value: float, low: float, high: float, claim: Claim) -> str:
    """Return ``holds``, ``leans`` or ``falls``.

    A claim holds if its statistic is on its side of the bound and so is the whole interval, where there is one; it
    leans if only the statistic is; else it falls.

    Examples
    --------
    >>> judge_claim(0.2, 0.05, 0.4, {"above": 0}), judge_claim(0.2, -0.1, 0.4, {"above": 0})
    ('holds', 'leans')
    """
    if not is_borne(value, claim):
        return "falls"
    end = low if "above" in claim else high
    return "holds" if np.isnan(end) or is_borne(end, claim) else "leans"


def evaluate_claims(claims: Sequence[Claim], bench: Bench, *, multiverse: pd.DataFrame | None = None) -> pd.DataFrame:
    """Evaluate claims under the study's own choices, and say in how many other analyses they hold.

    Parameters
    ----------
    claims : sequence of claims
        As :func:`load_claims` gives them.
    bench : Bench
    multiverse : DataFrame, optional
        Table ``multiverse``.

    Returns
    -------
    DataFrame
        Table ``claims``, in the order given.
    """
    rows = []
    for claim in claims:
        kind = KINDS[claim["kind"]]
        at = Universe()
        value = kind.statistic(bench, at, claim)
        low, high = kind.interval(bench, at, claim) if not np.isnan(value) else (np.nan, np.nan)
        side = "above" if "above" in claim else "below"
        held = pd.DataFrame(columns=["holds"]) if multiverse is None else multiverse[multiverse["claim_id"] == claim["id"]]
        rows.append({
            "claim_id": claim["id"], "stated": STATED[claim["stated"]], "kind": claim["kind"], "value": value,
            "low": low, "high": high, "side": side, "bound": float(claim[side]),
            "status": judge_claim(value, low, high, claim) if not np.isnan(value) else "open",
            "n_universes": len(held), "n_hold": int(held["holds"].sum()),
            "share_hold": float(held["holds"].mean()) if len(held) else np.nan,
            "fails_where": find_failures(held), "calibrated": ";".join(kind.calibrated), "en": claim["en"], "zh": claim["zh"],
        })  # fmt: skip
    return pd.DataFrame(rows)


def find_failures(held: pd.DataFrame) -> str:
    """Name the choices under which a claim fails most, as ``choice=option n/of``, joined by ``;``.

    An option is named if the claim fails under it at least half as often again as under all together; all options of
    a choice that matters little are left out. Empty where the claim fails nowhere.
    """
    if held.empty or held["holds"].all():
        return ""
    overall = 1 - held["holds"].mean()
    found = []
    for choice in CHOICES:
        if choice not in held or held[choice].nunique(dropna=False) < 2:
            continue
        for option, part in held.groupby(held[choice].fillna("").replace("", "none")):
            failed = int((part["holds"] == 0).sum())
            if failed and failed / len(part) >= min(1.5 * overall, 1.0):
                found.append((failed / len(part), f"{choice}={option} {failed}/{len(part)}"))
    if not found:
        return f"anywhere {int((held['holds'] == 0).sum())}/{len(held)}"
    return ";".join(text for _, text in sorted(found, key=lambda pair: (-pair[0], pair[1])))


def find_least_robust(claims: pd.DataFrame, *, n: int = 3) -> pd.DataFrame:
    """Return the claims that the study makes and that hold in the smallest part of the analyses.

    Those that fall are not made; of the others, the lowest ``share_hold`` first, and of equal ones those that only
    lean.
    """
    made = claims[claims["status"].isin(("holds", "leans"))]
    order = made.assign(sure=made["status"].eq("holds")).sort_values(["share_hold", "sure", "claim_id"])
    return order.drop(columns="sure").head(n).reset_index(drop=True)


def find_fallen(claims: pd.DataFrame, before: pd.DataFrame) -> list[str]:
    """Say which claims stand worse than in an earlier table of claims, one line a claim."""
    rank = {"holds": 0, "leans": 1, "open": 2, "falls": 3}
    old: Mapping[str, Any] = before.set_index("claim_id")["status"].to_dict()
    return [
        f"{row.claim_id}: {old[row.claim_id]} before, {row.status} now"
        for row in claims.itertuples()
        if row.claim_id in old and rank[str(row.status)] > rank[old[row.claim_id]]
    ]
