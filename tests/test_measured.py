"""What a method does on planted truth is printed beside every use of it, and a use without is refused."""

from __future__ import annotations

import re

import invented
import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.findings.claim_kinds import KINDS
from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit, methods_of, name_of, note_of
from cxzy_study.output.measured import MOST_TOLD, measure_rows, name_rows, span_percent
from cxzy_study.output.plots_shares import plot_share_panels
from cxzy_study.output.style import LANGS
from cxzy_study.study.describe import describe_data
from cxzy_study.study.findings import tell_claims
from cxzy_study.study.rates import tell_methods
from cxzy_study.study.sampling import describe_estimates
from cxzy_study.tables import CALIBRATED, SCHEMAS, THEMES, InvalidInput, load_table

GIVEN = {"glossary": invented.glossary(), "codebook": invented.CODEBOOK}


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


@pytest.fixture(scope="module")
def calibration():
    return load_table(ROOT / "data/tables/calibration.csv", "calibration")


def told(m, what):
    """How a rate must stand in a sentence: method, both ends, and what it is named."""
    ends = dict.fromkeys((f"{100 * m.low:.1f}", f"{100 * m.high:.1f}"))
    return re.compile(re.escape(what) + r"[^;；]*" + "–".join(ends) + f"%[^;；]*{100 * m.nominal:g}%")


@pytest.mark.parametrize("lang", LANGS)
def test_every_exhibit_made_of_calibrated_tables_prints_what_their_methods_do(tables, lang):
    found = set()
    for exhibit in EXHIBITS.values():
        of_tables = {row for t in exhibit.tables if t != "shares" for row in CALIBRATED.get(t, ())}
        frame = frame_exhibit(exhibit, tables)
        if not of_tables and exhibit.plot is not plot_share_panels:
            continue
        found.add(exhibit.id)
        note = note_of(exhibit, frame, lang=lang, **GIVEN)
        rows = [m.row for m in frame.attrs["measured"]]
        assert rows
        if len(set(rows)) > MOST_TOLD:
            # A note of so many rates cannot be read: they stand in a table, which it names.
            told_by_table = frame_exhibit(EXHIBITS["tab_methods"], tables)
            assert exhibit.id == "tab_methods" or name_of(EXHIBITS["tab_methods"], glossary=GIVEN["glossary"], lang=lang) in note
            for m in frame.attrs["measured"]:
                line = told_by_table[(told_by_table["calibration"] == m.row) & (told_by_table["rate_of"] == m.kind)]
                assert line["named"].tolist() == [f"{100 * m.nominal:g}%"]
                assert line["rates"].tolist() == [span_percent(m.low, m.high)]
        else:
            for m in frame.attrs["measured"]:
                assert told(m, GIVEN["glossary"].label(f"calibration.{m.row}", lang)).search(note), (exhibit.id, m)
        for table in exhibit.tables:
            # A part of a table's methods at least: a figure may show one distance of four.
            assert table in ("shares", "claims") or table not in CALIBRATED or set(CALIBRATED[table]) & set(rows)
    assert found == {"fig_intervals", "fig_arenas", "fig_tree", "fig_map", "fig_network", "fig_approaches", "tab_claims",
                     "fig_claims", "tab_methods", "fig_curve"}  # fmt: skip


def test_a_use_without_its_measured_values_is_refused(tables):
    exhibit = EXHIBITS["fig_map"]
    bare = pd.DataFrame(frame_exhibit(exhibit, tables).to_dict("list"))
    with pytest.raises(InvalidInput, match=r"fig_map.*must be told"):
        note_of(exhibit, bare, lang="en", **GIVEN)
    without = {name: table for name, table in tables.items() if name != "calibration"}
    with pytest.raises(InvalidInput, match=r"fig_map.*Missing \['calibration'\]"):
        frame_exhibit(exhibit, without)
    cut = tables["calibration"][tables["calibration"]["method"] != "ellipse"]
    with pytest.raises(InvalidInput, match=r"\['ellipse'\]"):
        frame_exhibit(exhibit, tables | {"calibration": cut})


def test_claims_name_the_methods_of_the_claims_that_are_shown(tables):
    whole, curve = (frame_exhibit(EXHIBITS[i], tables) for i in ("tab_claims", "fig_curve"))
    assert {m.row for m in whole.attrs["measured"]} == set(CALIBRATED["claims"])
    listed = tables["claims"].set_index("claim_id")["calibrated"]
    used = {row for claim in set(curve["claim_id"]) for row in str(listed.fillna("")[claim]).split(";") if row}
    assert {m.row for m in curve.attrs["measured"]} == used
    assert used < set(CALIBRATED["claims"])


def test_every_kind_of_claim_with_an_interval_or_test_is_calibrated(tables, calibration):
    assert {name for name, kind in KINDS.items() if not kind.calibrated} == {"practice_share", "word_rank"}
    assert {row for kind in KINDS.values() for row in kind.calibrated} == set(CALIBRATED["claims"])
    claims = tables["claims"].fillna({"calibrated": ""})
    assert claims["calibrated"].tolist() == [";".join(KINDS[k].calibrated) for k in claims["kind"]]
    text = tell_claims(tables["claims"])
    for m in measure_rows(calibration, CALIBRATED["claims"]):
        assert told(m, GIVEN["glossary"].label(f"calibration.{m.row}", "en")).search(text)


def test_every_measured_method_is_told_somewhere(calibration):
    """Ways that nothing of the study uses are told in the figure of the calibration only."""
    unused = {"share_interval.wilson", "distance.cosine", "distance.bray_curtis"}
    elsewhere = {"share_corrected.sentence", "share_corrected.document"}  # cxzy estimate
    elsewhere |= {f"passages.{m}" for m in ("reinert", "spectral", "hdbscan", "any")}  # notebook 8
    used = {row for rows in CALIBRATED.values() for row in rows}
    assert set(name_rows(calibration)["row"]) == used | unused | elsewhere
    assert set(CALIBRATED) <= set(SCHEMAS)
    notebook = (ROOT / "notebooks/08_findings.ipynb").read_text("utf-8")
    assert "tell_methods" in notebook
    assert "Passages: any method: false findings" in notebook


def test_the_page_on_the_data_and_the_estimates_tell_it_too(calibration):
    page = describe_data()
    for name, rows in CALIBRATED.items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        assert tell_methods(rows) in section
    estimates = pd.DataFrame({
        "theme": THEMES, "n_units": 90, "n_read": 40, "naive": 0.1, "estimate": 0.1, "low": 0.0, "high": 0.2, "bias": 0.0,
        "n_missed": 1, "n_false": 1, "basis": "random sample of documents",
    })  # fmt: skip
    assert tell_methods(["share_corrected.document"]) in describe_estimates(estimates)
    whole = describe_estimates(estimates.assign(basis="all read: nothing to correct"))
    assert "Measured on simulated texts" not in whole


def test_the_methods_of_an_exhibit_follow_from_its_tables(tables):
    shares = EXHIBITS["fig_intervals"]
    frame = frame_exhibit(shares, tables)
    assert methods_of(shares, frame) == ("share_interval.wilson_deff",)
    assert methods_of(shares, frame.assign(interval="none: one paragraph")) == ()
    assert methods_of(EXHIBITS["fig_themes"], frame_exhibit(EXHIBITS["fig_themes"], tables)) == ()


def test_no_docstring_of_the_findings_states_a_measured_rate_of_its_own():
    """They would grow old: how a method does is in the table, and whoever shows it reads it from there."""
    rate = re.compile(r"[Ii]n simulations[^.]*\d+(?:\.\d+)?%")
    texts = {p.name: " ".join(p.read_text("utf-8").split()) for p in (ROOT / "cxzy_study/findings").glob("*.py")}
    assert rate.search("In simulations it holds the truth in 94% of runs")
    assert [name for name, text in texts.items() if rate.search(text)] == []
