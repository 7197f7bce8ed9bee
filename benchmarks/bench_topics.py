"""Topics found without the codebook: how firm they are, and how well they tell the codebook's themes.

On the development set (../shared/devset, or the folder given), against its readers' codes. Writes benchmarks/topics/.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from cxzy_study.study.coded_texts import load_devset
from cxzy_study.study.topics import describe_topics, topic_tables
from cxzy_study.tables import THEMES, save_text, table_text

HERE = Path(__file__).parent


def main() -> None:
    devset = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parents[1] / "shared" / "devset"
    coded, _ = load_devset(devset)
    marks = np.column_stack([coded.marks == 1, (coded.marks == 0).all(axis=1)])
    unit, theme = np.nonzero(marks)
    codes = pd.DataFrame({
        "doc_id": coded.units["doc_id"].to_numpy()[unit], "unit_id": coded.units["unit_id"].to_numpy()[unit],
        "theme": np.array([*THEMES, "none"])[theme], "coder": "readers", "value": 1,
    })  # fmt: skip
    tables = topic_tables(coded.units, codes, coder="readers")
    print(describe_topics(tables))
    for name, table in tables.items():
        save_text(table_text(table.round(4)), HERE / "topics" / f"{name}.csv")


if __name__ == "__main__":
    main()
