"""The report in a headless Chromium: a click on a number leads to its rows in the explorer, a second one to the evidence."""

from __future__ import annotations

import shutil

import pandas as pd
import pytest
from browser import open_browser, open_page

from conftest import ROOT
from cxzy_study.output.style import LANGS


@pytest.fixture(scope="module")
def browser():
    with open_browser() as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The committed report and explorer, side by side and away from everything else."""
    to = tmp_path_factory.mktemp("report")
    for name in ("explorer.html", *(f"report_{lang}.html" for lang in LANGS)):
        shutil.copy(ROOT / "report" / name, to / name)
    return to


@pytest.fixture(scope="module")
def numbers():
    return pd.read_csv(ROOT / "report" / "numbers.csv", dtype=str, keep_default_na=False)


def follow(page, folder, lang, number_id):
    """Open the report, click a number, and wait for the explorer."""
    page.goto((folder / f"report_{lang}.html").as_uri())
    page.click(f"#{number_id}")
    page.wait_for_selector("#main h1")
    assert page.url.startswith((folder / "explorer.html").as_uri())
    assert page.evaluate("document.documentElement.lang") == {"en": "en", "zh": "zh-Hans"}[lang]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("table", ["shares", "claims", "quantities", "silence", "agreement"])
def test_a_number_of_a_row_leads_to_that_row(browser, folder, numbers, lang, table):
    number = numbers[(numbers["lang"] == lang) & (numbers["table"] == table) & (numbers["how"] == "cell")].iloc[0]
    with open_page(browser) as page:
        follow(page, folder, lang, number["number_id"])
        assert page.inner_text("#panel-title") == f"{table} {number['rows']}"
        cells = page.inner_text("#panel .cells").splitlines()
        assert number["value"] in cells


@pytest.mark.parametrize("lang", LANGS)
def test_a_share_leads_to_its_sentences_and_they_to_their_evidence(browser, folder, numbers, lang):
    mine = numbers[(numbers["lang"] == lang) & (numbers["table"] == "shares") & (numbers["column"] == "n_coded")].iloc[0]
    for width in (1280, 375):
        with open_page(browser, width=width) as page:
            follow(page, folder, lang, mine["number_id"])
            behind = page.locator("#panel .behind a.item")
            assert behind.count() == int(mine["value"])
            unit = behind.nth(1).get_attribute("data-u")
            behind.nth(1).click()
            page.wait_for_selector("#panel .codes")
            assert page.inner_text("#panel-title").split()[-1] == unit.rpartition(".")[2]
            page.go_back()
            page.go_back()
            page.wait_for_selector("a.num")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("table", "lands"),
    [("practices", ".back"), ("formulas", "#panel .codes, #panel .facts"), ("accountability", "#panel .behind")],
)
def test_a_count_leads_to_all_its_rows_and_each_further_on(browser, folder, numbers, lang, table, lands):
    counted = numbers[(numbers["lang"] == lang) & (numbers["table"] == table) & (numbers["how"] != "cell")].iloc[-1]
    with open_page(browser) as page:
        follow(page, folder, lang, counted["number_id"])
        rows = page.locator("#panel .rows a.item")
        assert rows.count() == len(counted["rows"].split(";"))
        rows.last.click()
        page.wait_for_selector(lands)


@pytest.mark.parametrize("lang", LANGS)
def test_lines_of_tables_and_figures_lead_to_the_explorer(browser, folder, lang):
    with open_page(browser) as page:
        page.goto((folder / f"report_{lang}.html").as_uri())
        page.locator("#tab_claims a.row").nth(2).click()
        page.wait_for_selector("#panel .go, #panel .cells")
        page.go_back()
        page.click("#fig_checks .look")
        page.wait_for_selector("#main .entry")
        # At phone width nothing of the report is wider than the screen but what scrolls in itself.
    with open_page(browser, width=375) as page:
        page.goto((folder / f"report_{lang}.html").as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
