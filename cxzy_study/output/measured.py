"""What the methods behind an exhibit do on planted truth, told beside every use of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from cxzy_study.output.glossary import Glossary
from cxzy_study.tables import CALIBRATED, InvalidInput, check_table

COVERAGE = ("coverage", "coverage_made")
"""Quantities that are coverages; the others with a nominal value are rates of false findings."""

MOST_TOLD = 3
"""Methods that an exhibit's note tells of; of more it names the table in which their rates stand."""

_WAYS = ("share_interval", "distance", "difference", "share_weighted", "share_corrected", "passages")


@dataclass(frozen=True)
class Measured:
    """Rates of one method over its settings, beside what they should be, and how many corpora each setting had."""

    row: str
    kind: str
    nominal: float
    low: float
    high: float
    fewest_runs: int
    most_runs: int


def name_rows(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of table ``calibration`` that have a nominal value, with the method (``row``) and ``kind``.

    ``row`` is the method or, where there are several ways to do it, method and way; ``kind`` is coverage or false.
    """
    check_table(calibration, "calibration")
    frame = calibration[calibration["nominal"].notna()].copy()
    way = frame["setting"].str.extract(r"^(?:method|measure|share|by|kind)=(\w+)", expand=False)
    told = frame["method"].isin(_WAYS)
    frame["row"] = frame["method"].where(~told, frame["method"] + "." + way.fillna(""))
    frame.loc[(frame["method"] == "grouping") & (frame["quantity"] == "branch_95"), "row"] = "branch"
    frame["kind"] = frame["quantity"].isin(COVERAGE).map({True: "coverage", False: "false"})
    return frame.reset_index(drop=True)


def measure_rows(calibration: pd.DataFrame, rows: Sequence[str]) -> list[Measured]:
    """Return what these methods do, coverage before false findings.

    Raises
    ------
    InvalidInput
        If one was never measured.
    """
    frame = name_rows(calibration)
    lost = [row for row in rows if row not in set(frame["row"])]
    if lost:
        raise InvalidInput(f"Invalid calibration: each method in use must have been measured. {lost}.")
    found = []
    for row in rows:
        for (kind, nominal), part in frame[frame["row"] == row].groupby(["kind", "nominal"]):
            rate, runs = part["rate"].astype(float), part["n_runs"].astype(int)
            found.append(Measured(row, str(kind), float(nominal), rate.min(), rate.max(), runs.min(), runs.max()))
    return found


def rows_of_tables(names: Sequence[str]) -> tuple[str, ...]:
    """Return the methods behind tables of these names, as :data:`cxzy_study.tables.CALIBRATED` says."""
    return tuple(dict.fromkeys(row for name in names for row in CALIBRATED.get(name, ())))


def tell_measured(found: Sequence[Measured], *, glossary: Glossary, lang: str) -> str:
    """Return a sentence: of each method its rates, what they should be, and how many corpora they were measured on.

    Examples
    --------
    >>> words = {"calibration.x": "Ellipses", "measured.coverage": "truth held in {rates} ({nominal})",
    ...          "measured.method": "{what}: {parts}, {runs} runs", "measured.all": "Measured: {each}."}
    >>> glossary = Glossary({key: {"en": text} for key, text in words.items()})
    >>> tell_measured([Measured("x", "coverage", 0.95, 0.905, 0.952, 50, 50)], glossary=glossary, lang="en")
    'Measured: Ellipses: truth held in 90.5–95.2% (95%), 50 runs.'
    """
    comma, semicolon = (", ", "; ") if lang == "en" else ("，", "；")
    each = []
    for row in dict.fromkeys(m.row for m in found):
        own = [m for m in found if m.row == row]
        parts = [
            glossary.label(f"measured.{m.kind}", lang, rates=span_percent(m.low, m.high), nominal=f"{100 * m.nominal:g}%")
            for m in own
        ]
        fewest, most = min(m.fewest_runs for m in own), max(m.most_runs for m in own)
        runs = f"{fewest:,}" if fewest == most else f"{fewest:,}–{most:,}"
        what = glossary.label(f"calibration.{row}", lang)
        each.append(glossary.label("measured.method", lang, what=what, parts=comma.join(parts), runs=runs))
    return glossary.label("measured.all", lang, each=semicolon.join(each))


def span_percent(low: float, high: float) -> str:
    """Return two rates as one expression.

    >>> span_percent(0.905, 0.952), span_percent(0.025, 0.025)
    ('90.5–95.2%', '2.5%')
    """
    ends = [f"{100 * low:.1f}", f"{100 * high:.1f}"]
    return f"{ends[0]}%" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}%"
