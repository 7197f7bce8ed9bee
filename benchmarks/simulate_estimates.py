"""How far shares corrected by a read sample are off, and how often their intervals hold the truth, on planted truth.

``python benchmarks/simulate_estimates.py`` writes calibration/estimates.csv: a machine that misses three marks of ten and
marks three sentences of a hundred falsely, unevenly over documents and themes; 30 documents, 100 corpora a row.
"""

from __future__ import annotations

from pathlib import Path

from cxzy_study.findings.calibrate import measure_estimates
from cxzy_study.tables import save_text, table_text

HERE = Path(__file__).parent


def main() -> None:
    table = measure_estimates(n_runs=100)
    print(table.to_string(index=False))
    save_text(table_text(table), HERE / "calibration" / "estimates.csv")


if __name__ == "__main__":
    main()
