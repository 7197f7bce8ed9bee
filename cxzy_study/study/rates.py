"""What methods do on planted truth, from the shipped calibration, for tables and commands to print beside their numbers."""

from __future__ import annotations

from collections.abc import Sequence

from cxzy_study.output.glossary import load_glossary
from cxzy_study.output.measured import measure_rows, tell_measured
from cxzy_study.study.load import ROOT
from cxzy_study.tables import load_table


def tell_methods(rows: Sequence[str], *, lang: str = "en") -> str:
    """Return a sentence with the measured rates of these methods of table ``calibration``.

    Examples
    --------
    >>> tell_methods(["ellipse"]).startswith("Measured on simulated texts of known truth: Ellipses on the map: truth held in")
    True
    """
    calibration = load_table(ROOT / "data/tables/calibration.csv", "calibration")
    return tell_measured(measure_rows(calibration, rows), glossary=load_glossary(ROOT / "data/glossary.csv"), lang=lang)
