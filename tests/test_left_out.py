"""The study's documents as coded by what was learnt from other documents."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxzy_study.study.left_out import LEFT_OUT, left_out_codes, left_out_table
from cxzy_study.study.load import ROOT, load_study
from cxzy_study.tables import THEMES, InvalidInput, load_table

UNITS = pd.DataFrame({"doc_id": ["松岭", "松岭", "青河"], "unit_id": ["u001", "u002", "u001"]})


def test_marks_become_codes_in_order_and_units_without_bear_none():
    chances = np.full((3, 17), 0.05)
    chances[0, [2, 9]], chances[2, 4] = (0.61234, 0.8), 0.4
    table = left_out_table(UNITS, chances, chances >= 0.4)
    assert len(table) == 3 * 17
    assert table.probability.max() == 0.8
    codes = left_out_codes(table)
    assert codes.values.tolist()[:2] == [
        ["松岭", "u001", THEMES[2], "learned", 1, 0.6123], ["松岭", "u001", THEMES[9], "learned", 1, 0.8]
    ]  # fmt: skip
    assert codes[["doc_id", "unit_id", "theme"]].values.tolist()[2:] == [["松岭", "u002", "none"], ["青河", "u001", THEMES[4]]]
    assert np.isnan(codes.probability[2])


def test_a_unit_told_twice_is_refused():
    doubled = pd.concat([UNITS, UNITS[:1]], ignore_index=True)
    with pytest.raises(InvalidInput, match="must be unique"):
        left_out_table(doubled, np.zeros((4, 17)), np.zeros((4, 17), dtype=bool))


def test_the_study_holds_the_codes_and_every_unit_has_been_seen():
    table, study = load_table(ROOT / LEFT_OUT, "left_out"), load_study()
    units = study["units"]
    assert set(zip(table.doc_id, table.unit_id, strict=True)) == set(zip(units.doc_id, units.unit_id, strict=True))
    codes = study["codes"]
    shipped = codes[codes.coder == "learned"].reset_index(drop=True)
    pd.testing.assert_frame_equal(shipped, left_out_codes(table), check_dtype=False)


def test_the_learned_codes_are_those_that_the_accuracy_tells_of():
    study = load_study()
    codes, told = study["codes"], study["accuracy"]
    marks = codes[codes.theme.isin(THEMES)]
    counts = marks[marks.coder == "learned"].theme.value_counts()
    rows = told[(told.set == "five documents") & (told.coder == "learned without rules")].set_index("theme")
    assert rows.n_coded[list(THEMES)].to_dict() == counts.reindex(list(THEMES), fill_value=0).to_dict()
    both = marks[marks.coder == "learned"].merge(marks[marks.coder == "settled"], on=["doc_id", "unit_id", "theme"])
    assert rows.precision["(micro)"] == pytest.approx(len(both) / counts.sum())
