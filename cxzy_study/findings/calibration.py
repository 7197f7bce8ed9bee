"""The calibration of every method in one table: many runs, in parts on disk, so that it can be stopped and resumed.

A method is named for what it should do: a 95% interval holds the truth in 95 of 100 cases, a test at 5% rejects a true
null in 5. What it does is measured on corpora with a planted truth and printed beside every use of the method.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxzy_study.findings import calibrate, calibrate_claims, calibrate_groups, calibrate_passages
from cxzy_study.findings.calibrate_groups import APART
from cxzy_study.tables import InvalidInput, save_text, table_text

COVERAGE, FALSE = 0.95, 0.05


@dataclass(frozen=True)
class Trial:
    """A method that is tried: how, how often, and what it should do.

    Attributes
    ----------
    method : str
        Key of the method, as table ``calibration`` names it.
    measure : callable
        A ``measure_…`` function of the calibration: takes n_runs, seed and *options*, gives one row a setting.
    n_runs, n_chunk : int
        Runs a setting in all, and in one part on disk.
    settings : tuple of str
        Columns that name a setting.
    quantities : mapping
        Column to its nominal value, or None where there is none (power). The first has its standard error in ``se``.
    """

    method: str
    measure: Callable[..., pd.DataFrame]
    options: Mapping[str, Any]
    n_runs: int
    n_chunk: int
    settings: tuple[str, ...]
    quantities: Mapping[str, float | None]

    @property
    def key(self) -> str:
        """Name of the trial's parts, which changes with its options."""
        told = json.dumps([self.measure.__name__, self.options, self.n_chunk], default=list, sort_keys=True)
        return f"{self.method}-{hashlib.sha256(told.encode()).hexdigest()[:10]}"


_PAIRS = ((3, 3), (11, 15), (24, 24))
_TWO, _SPLIT, _ONE = (0, 0, 0, 1, 1), (0, 0, 1, 1, 2), (0, 0, 0, 0, 1)
_SHARES = ("method", "n_blocks", "icc")
_GROUPS = ("partition", "strength", "level")
_WITHIN = ("n_paragraphs", "odds_ratio")

TRIALS: tuple[Trial, ...] = (
    Trial("share_interval", calibrate.measure_coverage, {"methods": ("wilson_deff",)}, 10_000, 2_000, _SHARES,
          {"coverage": COVERAGE}),
    Trial("share_interval", calibrate.measure_coverage,
          {"methods": ("beta_binomial",), "n_blocks": (3, 11, 15, 24)}, 10_000, 1_000, _SHARES, {"coverage": COVERAGE}),
    Trial("share_interval", calibrate.measure_coverage,
          {"methods": ("wilson", "bootstrap_percentile", "bootstrap_bca"), "n_blocks": (3, 11, 15, 24), "icc": (0.1,)},
          10_000, 1_000, _SHARES, {"coverage_made": COVERAGE, "made": None}),
    Trial("distance", calibrate.measure_distances_held, {"n_blocks": _PAIRS, "strengths": (0.0,)}, 10_000, 1_000,
          ("measure", "n_blocks_a", "n_blocks_b", "strength"), {"beyond_chance": FALSE, "coverage": COVERAGE}),
    Trial("distance", calibrate.measure_distances_held, {"n_blocks": _PAIRS, "strengths": (0.6,)}, 10_000, 1_000,
          ("measure", "n_blocks_a", "n_blocks_b", "strength"), {"coverage": COVERAGE, "beyond_chance": None}),
    Trial("difference", calibrate_claims.measure_differences, {}, 10_000, 1_000, ("kind", "strength"),
          {"coverage": COVERAGE, "false": 0.025}),
    Trial("contrast", calibrate_groups.measure_contrasts, {"odds_ratios": (1.0,), "n_permutations": 1999}, 10_000, 500,
          _WITHIN, {"any_false": FALSE, "coverage": COVERAGE}),
    Trial("contrast", calibrate_groups.measure_contrasts, {"odds_ratios": (3.0, 8.0), "n_permutations": 1999}, 10_000,
          500, _WITHIN, {"any_false": FALSE, "power": None, "coverage": COVERAGE}),
    Trial("grouping", calibrate_groups.measure_grouping, {"planted": ((APART, 0.0, 0.0),)}, 10_000, 1_000, _GROUPS,
          {"supported": FALSE, "branch_95": FALSE}),
    Trial("grouping", calibrate_groups.measure_grouping, {"planted": ((APART, 0.5, 0.0), (APART, 0.0, 0.5))}, 10_000,
          1_000, _GROUPS, {"supported": FALSE, "branch_95": FALSE}),
    Trial("grouping", calibrate_groups.measure_grouping,
          {"planted": tuple((p, s, 0.0) for p in (_TWO, _SPLIT, _ONE) for s in (0.5, 1.0, 1.5))}, 2_000, 250, _GROUPS,
          {"supported": None, "right": None, "mixed": None}),
    Trial("cooccurrence", calibrate_groups.measure_cooccurrence, {"n_length_classes": (3,), "icc": (0.1,)}, 10_000,
          1_000, ("icc", "n_length_classes"), {"coverage": COVERAGE, "above": 0.025}),
    Trial("ellipse", calibrate_groups.measure_ellipses, {"strengths": (0.0, 1.0)}, 10_000, 1_000,
          ("n_paragraphs", "strength"), {"coverage": COVERAGE}),
    Trial("share_weighted", calibrate.measure_weighted, {"n_paragraphs": (calibrate.FIVE_DOCUMENTS,)}, 10_000, 1_000,
          ("share", "length_slope"), {"coverage": COVERAGE}),
    Trial("share_corrected", calibrate.measure_estimates, {}, 10_000, 1_000, ("by", "n_drawn"), {"coverage": COVERAGE}),
    Trial("families", calibrate_groups.measure_families, {"strengths": (0.0,)}, 40, 10, ("strength",),
          {"supported": FALSE}),
    Trial("families", calibrate_groups.measure_families, {"strengths": (1.5, 2.5)}, 5, 5, ("strength",),
          {"supported": None, "right": None}),
    Trial("passages", calibrate_passages.measure_passages, {"strengths": (0.0,)}, 40, 20, ("method", "strength"),
          {"supported": FALSE}),
    Trial("passages", calibrate_passages.measure_passages, {"strengths": (1.0, 2.0)}, 10, 10, ("method", "strength"),
          {"supported": None, "right": None}),
)  # fmt: skip
"""What is calibrated, 10,000 runs a setting where a run takes milliseconds, fewer where it takes long; the table says how
many. ``cxzy calibrate --part 4`` makes four times as many of each, and takes up what is there."""


def run_trials(
    parts: Path,
    *,
    trials: Sequence[Trial] = TRIALS,
    part: float = 1.0,
    tell: Callable[[int, int, str], None] | None = None,
) -> pd.DataFrame:
    """Run the calibration, taking up what is already in *parts*, and return table ``calibration``.

    Parameters
    ----------
    parts : path
        Folder of the parts: one CSV a trial and chunk, written whole or not at all.
    part : float
        Multiple of each trial's runs: below 1 fewer, above 1 more; at least one chunk is run, made smaller if need be.
    tell : callable, optional
        Called with chunks done, chunks in all, and the name of the one that begins.

    Raises
    ------
    InvalidInput
        If *part* is not above 0.
    """
    if not part > 0:
        raise InvalidInput(f"Invalid part {part}: must be above 0.")
    work = [chunk for trial in trials for chunk in _chunks(trial, part)]
    tables: dict[int, list[pd.DataFrame]] = {}
    for done, (trial, number, n_runs) in enumerate(work):
        if tell:
            tell(done, len(work), trial.key)
        path = parts / f"{trial.key}-{n_runs}-{number:03d}.csv"
        if not path.is_file():
            # Functions count seeds up from the one given, a run each: chunks must not meet.
            found = trial.measure(n_runs=n_runs, seed=number * n_runs, **trial.options)
            save_text(table_text(found), path)
        tables.setdefault(id(trial), []).append(pd.read_csv(path, dtype=dict.fromkeys(trial.settings, str)))
    if tell:
        tell(len(work), len(work), "")
    return pd.concat([merge_chunks(trial, tables[id(trial)]) for trial in trials], ignore_index=True)


def merge_chunks(trial: Trial, chunks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Merge the parts of a trial: rates weighted by runs, standard errors accordingly.

    Returns
    -------
    DataFrame
        ``method``, ``setting``, ``quantity``, ``nominal``, ``rate``, ``se``, ``n_runs``, ``verdict`` (as_named: within
        two standard errors of the nominal value; cautious: holds more, or rejects less, than named; lax: the reverse).
    """
    frame = pd.concat(chunks, ignore_index=True)
    rows = []
    for _, part in frame.groupby(list(trial.settings), sort=False):
        setting = ";".join(f"{name}={part[name].iloc[0]}" for name in trial.settings)
        n = part["n_runs"].to_numpy(dtype=float)
        for place, (quantity, nominal) in enumerate(trial.quantities.items()):
            values = part[quantity].to_numpy(dtype=float)
            if np.isnan(values).all():
                continue
            rate = float(np.average(values, weights=n))
            # One of each is added: of 0 in 20 the error is not nought (Agresti and Coull 1998, American Statistician 52:119).
            near = (rate * n.sum() + 1) / (n.sum() + 2)
            se = float(np.sqrt(near * (1 - near) / n.sum()))
            if not place and part["se"].notna().all() and quantity in ("coverage", "coverage_made"):
                se = float(np.sqrt(((n * part["se"].to_numpy(dtype=float)) ** 2).sum()) / n.sum())
            rows.append((trial.method, setting, quantity, nominal, rate, se, int(n.sum()), _judge(rate, nominal, se)))
    columns = ["method", "setting", "quantity", "nominal", "rate", "se", "n_runs", "verdict"]
    return pd.DataFrame(rows, columns=columns).astype({"nominal": float})


def _chunks(trial: Trial, part: float) -> Iterator[tuple[Trial, int, int]]:
    n_runs = max(1, round(trial.n_runs * part))
    size = min(trial.n_chunk, n_runs)
    for number in range(n_runs // size):
        yield trial, number, size


def _judge(rate: float, nominal: float | None, se: float) -> str:
    if nominal is None:
        return ""
    if abs(rate - nominal) <= 2 * max(se, 1e-12):
        return "as_named"
    return "cautious" if (rate > nominal) == (nominal > 0.5) else "lax"
