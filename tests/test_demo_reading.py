"""The demonstration corpus is read exactly: every document's units, whatever its format, encoding and noise."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from cxzy_study.reading.files import Document, read_files

DEMO = Path(__file__).resolve().parents[1] / "data" / "demo"
COLUMNS = ["unit_id", "kind", "section", "depth", "enumerator", "paragraph", "text"]
TRUTH = pd.read_csv(DEMO / "truth" / "units.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def found():
    names = tuple((DEMO / "names.txt").read_text("utf-8").split())
    return {d.reading.doc_id: d.reading for d in read_files([DEMO / "pages"], names=names) if isinstance(d, Document)}


@pytest.mark.parametrize("doc_id", TRUTH.doc_id.unique())
def test_units(found, doc_id):
    expected = TRUTH[TRUTH.doc_id == doc_id][COLUMNS].reset_index(drop=True)
    read = found[doc_id].units_frame()[COLUMNS].astype(str)
    pd.testing.assert_frame_equal(read, expected, check_dtype=False)


def test_nothing_else_is_found(found):
    assert set(found) == set(TRUTH.doc_id)


def test_every_character_is_accounted_for(found):
    for reading in found.values():
        places = sorted([s for u in reading.units for s in u.text.spans] + [(a, b) for a, b, _ in reading.removed])
        assert [a for a, _ in places] == [0, *(b for _, b in places[:-1])]
        assert places[-1][1] == len(reading.raw)
