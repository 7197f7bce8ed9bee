"""Findings, multiverse, claims and calibration of the study: made, written and compared."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from cxzy_study.findings.calibration import TRIALS, run_trials
from cxzy_study.findings.claims import evaluate_claims, find_fallen, load_claims
from cxzy_study.findings.multiverse import run_multiverse
from cxzy_study.study.analysis import bench_of, key_of, make_families, make_findings, practices_of
from cxzy_study.study.load import ROOT, Study, rounded
from cxzy_study.study.rates import tell_methods
from cxzy_study.tables import CALIBRATED, SCHEMAS, check_table, load_table, save_table, table_text

CLAIMS = Path("data/claims.yaml")
PARTS = Path(".parts")


def refresh_findings(study: Study) -> list[str]:
    """Make the tables of findings and of claims again and write those that differ.

    Returns
    -------
    list of str
        A line for each table that changed, and for each claim that stands worse than before.
    """
    made = make_findings(study)
    said = [line for name, table in made.items() for line in _write(study.root, name, table)]
    claims, fallen = evaluate_study(Study({**study.tables, **made}, study.codebook, study.root))
    return [*said, *_write(study.root, "claims", claims), *(f"claim fallen: {line}" for line in fallen)]


def evaluate_study(study: Study) -> tuple[pd.DataFrame, list[str]]:
    """Evaluate the study's claims; return table ``claims`` and what stands worse than in the one on disk."""
    root = study.root
    path = root / "data/tables/multiverse.csv"
    multiverse = load_table(path, "multiverse") if path.is_file() else None
    if multiverse is not None:
        multiverse = multiverse.assign(holds=multiverse["holds"].astype(int))
    found = evaluate_claims(load_claims(root / CLAIMS), bench_of(study), multiverse=multiverse)
    table = check_table(rounded(found[SCHEMAS["claims"].names]), "claims")
    old = root / "data/tables/claims.csv"
    return table, find_fallen(table, load_table(old, "claims")) if old.is_file() else []


def make_multiverse(study: Study, *, parts: Path | None = None, quiet: bool = False) -> pd.DataFrame:
    """Compute every claim in every universe and return table ``multiverse``; parts on disk are taken up."""
    return run_multiverse(
        load_claims(study.root / CLAIMS),
        bench_of(study),
        parts=parts or study.root / PARTS / "multiverse",
        key=key_of(study),
        tell=None if quiet else teller("claim"),
    )


def make_calibration(*, parts: Path | None = None, part: float = 1.0, quiet: bool = False) -> pd.DataFrame:
    """Run the calibration and return table ``calibration``; parts on disk are taken up."""
    folder = parts or ROOT / PARTS / "calibration"
    table = run_trials(folder, trials=TRIALS, part=part, tell=None if quiet else teller("part"))
    return check_table(rounded(table[SCHEMAS["calibration"].names]), "calibration")


def save_families(study: Study) -> list[str]:
    """Make and write the tables ``approaches_tested`` and ``approaches``; return what changed."""
    made = make_families(practices_of(study))
    return [line for name, table in made.items() for line in _write(study.root, name, table)]


def save_multiverse(study: Study) -> list[str]:
    """Make and write the tables ``multiverse`` and ``claims``; return what changed."""
    said = _write(study.root, "multiverse", make_multiverse(study))
    claims, fallen = evaluate_study(study)
    return [*said, *_write(study.root, "claims", claims), *(f"claim fallen: {line}" for line in fallen)]


def tell_claims(claims: pd.DataFrame) -> str:
    """Return claims as lines for people: status, statistic, where it holds, the sentence; what their methods do."""
    lines = []
    for row in claims.itertuples():
        ends = f" [{row.low:.2f}, {row.high:.2f}]" if pd.notna(row.low) else ""
        number = f"{row.value:.3g}{ends}" if pd.notna(row.value) else "no number"
        held = f"{row.n_hold} of {row.n_universes}" if row.n_universes else "not run"
        lines.append(f"{row.status:<6} {number:<22} {row.side} {row.bound:<5g} {held:>13}  {row.claim_id}: {row.en}")
    used = {row for listed in claims["calibrated"].dropna() for row in listed.split(";") if row}
    lines.append(tell_methods([row for row in CALIBRATED["claims"] if row in used]))
    return "\n".join(lines)


def save_calibration(*, part: float = 1.0, root: Path = ROOT) -> list[str]:
    """Make and write table ``calibration``; return what changed."""
    return _write(root, "calibration", make_calibration(part=part))


def teller(noun: str) -> Callable[[int, int, str], None]:
    """Return a function that tells progress on standard error, when that is a terminal."""
    start = time.monotonic()

    def tell(done: int, n: int, name: str) -> None:
        if sys.stderr.isatty():
            spent = time.monotonic() - start
            left = f", about {spent / done * (n - done):.0f} s left" if done else ""
            end = "\n" if done == n else ""
            sys.stderr.write(f"\r\x1b[K{noun} {min(done + 1, n)} of {n}: {name} ({spent:.0f} s{left}){end}")
            sys.stderr.flush()

    return tell


def _write(root: Path, name: str, table: pd.DataFrame) -> list[str]:
    path = root / f"data/tables/{name}.csv"
    checked = check_table(table, name)
    if path.is_file() and path.read_text("utf-8") == table_text(checked):
        return []
    was_there = path.is_file()
    save_table(checked, path, name)
    return [f"data/tables/{name}.csv: {'changed' if was_there else 'new'}, {len(checked)} rows"]
