from __future__ import annotations

import pandas as pd
import pytest

from cxzy_study.tables import SCHEMAS, InvalidInput, check_table, load_table, save_bytes, save_table

ARENAS = pd.DataFrame({"doc_id": ["a", "a"], "unit_id": ["u001", "u002"], "arena": ["villages", "offices"]})
SHARES = pd.DataFrame(
    [("source", "a", "rules", "pledging", 3, 2, 1, 1 / 3, 0.1, float("nan"), "none: still", 0)], columns=SCHEMAS["shares"].names
)


def test_a_table_comes_back_from_disk_as_it_was(tmp_path):
    for name, frame in {"arenas": ARENAS, "shares": SHARES}.items():
        path = save_table(frame, tmp_path / f"{name}.csv", name)
        again = load_table(path, name)
        pd.testing.assert_frame_equal(again, frame, check_dtype=False, rtol=1e-8)
        assert save_table(again, tmp_path / "again.csv", name).read_bytes() == path.read_bytes()


def test_unknown_is_empty_and_never_zero(tmp_path):
    path = save_table(SHARES, tmp_path / "shares.csv", "shares")
    assert path.read_text("utf-8").splitlines()[1].split(",")[9] == ""
    assert load_table(path, "shares").high.isna().all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"arena": ["", "x"]}, r"arenas, column arena: no cell may be empty. Rows \[1\]"),
        ({"unit_id": ["u001", "u001"]}, r"doc_id, unit_id must be unique. Rows \[2\]"),
        ({"more": [1, 2]}, r"unknown \['more'\]"),
    ],
)
def test_the_error_names_the_rule_and_the_rows(change, message):
    with pytest.raises(InvalidInput, match=message):
        check_table(ARENAS.assign(**change), "arenas")


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("share", 1.5, r"\[0, 1\]"),
        ("share", "much", r"\[0, 1\]"),
        ("n_units", -1, "whole number"),
        ("n_units", 2.5, "whole number"),
        ("theme", "happiness", "must be one of pledging"),
        ("censored", 2, "0 or 1"),
    ],
)
def test_bad_cells_are_refused_in_memory_and_on_disk(tmp_path, column, value, rule):
    bad = SHARES.astype(object).assign(**{column: value})
    with pytest.raises(InvalidInput, match=rule):
        check_table(bad, "shares")
    bad.to_csv(tmp_path / "shares.csv", index=False)
    with pytest.raises(InvalidInput, match=rule):
        load_table(tmp_path / "shares.csv", "shares")


def test_a_missing_file_is_one_clear_line(tmp_path):
    with pytest.raises(InvalidInput, match="no such file"):
        load_table(tmp_path / "no.csv", "units")
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(InvalidInput, match="must be UTF-8 CSV"):
        load_table(tmp_path / "empty.csv", "units")


def test_an_interrupted_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    save_bytes(b"old", path)

    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(KeyboardInterrupt):
        save_bytes(b"new", path)
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_every_table_states_what_its_cells_hold():
    for table in SCHEMAS.values():
        assert set(table.key) <= set(table.names)
        assert all(len(c.doc) >= 5 for c in table.columns)
        assert len(set(table.names)) == len(table.names)


def test_the_readme_of_the_data_is_that_of_the_tables():
    from cxzy_study.study.describe import describe_data
    from cxzy_study.study.load import ROOT

    assert (ROOT / "data/README.md").read_text("utf-8") == describe_data(), "run python -m cxzy_study.study.describe"


def test_what_reading_writes_is_described():
    from cxzy_study.study.describe import OWN
    from cxzy_study.study.load import ROOT
    from cxzy_study.study.own import read_all, read_tables

    documents, rejected = read_all([ROOT / "data/demo/pages/01_yunxi_report.html"])
    tables = read_tables(documents) | {"rejected": rejected}
    for name, (_, columns) in OWN.items():
        assert list(columns) == list(tables[name].columns)
    for name in tables.keys() - OWN.keys():
        assert set(SCHEMAS[name].names) == set(tables[name].columns) - ({"text"} if name == "units" else set())
