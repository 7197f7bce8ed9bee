"""The explorer in a headless Chromium: clicked through, with no error, no outside request, no sideways scroll."""

from __future__ import annotations

import re
import shutil

import pytest
from browser import open_browser, open_page, until

from conftest import ROOT
from cxzy_study.study.explore import PAGE, explore_files
from cxzy_study.study.load import load_study

DEMO = ROOT / "data" / "demo" / "pages"
VIEWS = ["overview", "passages", "practices", "formulas", "numbers", "bodies", "words", "coders", "sources"]


@pytest.fixture(scope="module")
def browser():
    with open_browser() as running:
        yield running


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The committed page, away from everything that lies beside it."""
    return shutil.copy(ROOT / PAGE, tmp_path_factory.mktemp("explorer") / "explorer.html").as_uri()


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    to = tmp_path_factory.mktemp("own") / "own.html"
    explore_files([DEMO / "01_yunxi_report.html", DEMO / "02_shuangqiao_speech.txt", DEMO / "04_luting_speech.docx"], to=to)
    return to.as_uri()


def go(page, address, state):
    page.goto(f"{address}#{state}")
    page.wait_for_selector("#main h1")


def heading(page):
    return page.inner_text("#main h1")


def test_from_a_number_to_its_evidence_in_two_clicks(browser, address):
    study = load_study()
    row = study["shares"].query("group == 'dingan' and theme == 'supervision' and coder == 'settled'").iloc[0]
    with open_page(browser) as page:
        go(page, address, "lang=en")
        page.click("[aria-label^='Supervision and appraisal, Ding']")
        page.wait_for_selector(".figure")
        assert heading(page) == "Supervision and appraisal"
        number = int(study["shares"].index[study["shares"].eq(row).all(axis=1)][0]) + 1
        assert f"{row.n_coded} of {row.n_units} sentences" in page.inner_text(".figure")
        assert f"shares {number}" in page.inner_text(".figure").replace("\xa0", " ")
        assert page.locator("#main .item.unit").count() == row.n_coded
        page.locator("#main .item.unit").nth(2).click()
        page.wait_for_selector("#panel:not([hidden])")
        unit = page.inner_text("#panel-title").split()[-1]
        behind = study.units_behind("supervision", group="dingan")
        assert unit in set(behind.unit_id)
        rules = set(study["evidence"].query(f"doc_id == 'dingan' and unit_id == '{unit}' and verdict == 'counted'").rule)
        assert {code.strip() for code in page.locator("#panel .rule.counted code").all_inner_texts()} == rules
        assert page.locator("#panel .codes thead th").count() == study["codes"]["coder"].nunique() == 5
        assert "The text is not in this page" in page.inner_text("#panel")


def test_filters_combine_and_the_address_holds_them(browser, address):
    study = load_study()
    marks = study["codes"].query("coder == 'settled'")
    both = [set(zip(m.doc_id, m.unit_id, strict=True)) for m in (marks[marks.theme == t] for t in ("supervision", "pledging"))]
    with open_page(browser) as page:
        go(page, address, "lang=en&v=passages")
        page.click("#facets >> text=Pledging")
        page.click("#facets >> text=Supervision and appraisal")
        until(page, "document.querySelectorAll('.pill').length === 2")
        assert page.locator("#main .item.unit").count() == len(both[0] & both[1])
        page.click("#facets >> text=Langfang")
        until(page, "document.querySelectorAll('.pill').length === 3")
        expected = sum(doc == "langfang" for doc, _ in both[0] & both[1])
        assert page.locator("#main .item.unit").count() == expected
        with open_page(browser) as other:
            other.goto(page.url)
            other.wait_for_selector(".pill")
            assert other.inner_text("#main") == page.inner_text("#main")
        page.go_back()
        until(page, "document.querySelectorAll('.pill').length === 2")
        page.go_forward()
        until(page, "document.querySelectorAll('.pill').length === 3")
        page.select_option("#coder", "rules")
        until(page, "location.hash.includes('coder=rules')")
        page.check("#differ")
        until(page, "location.hash.includes('differ=1')")
        page.click("#facets .clear")
        until(page, "!document.querySelector('.pill')")


def test_search_finds_every_kind_and_says_when_there_is_nothing(browser, address):
    with open_page(browser) as page:
        go(page, address, "lang=en")
        page.keyboard.press("/")
        page.keyboard.type("承诺", delay=5)
        until(page, "document.querySelector('h1').textContent.includes('承诺')")
        kinds = {"Themes", "Practices", "Words", "Passages"}
        assert kinds <= {re.sub(r"\s*\d+$", "", h) for h in page.locator("#main h3").all_inner_texts()}
        page.fill("#q", "zzzz")
        page.wait_for_selector(".empty")
        assert "Nothing here" in page.inner_text(".empty")
        page.keyboard.press("Escape")
        page.wait_for_selector("table.matrix")


def test_the_keyboard_alone_is_enough(browser, address):
    with open_page(browser) as page:
        go(page, address, "lang=en&v=passages&theme=digital")
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.classList.contains('item')")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        while not page.evaluate("document.activeElement.classList.contains('unit')"):
            page.keyboard.press("ArrowDown")
        first = page.evaluate("document.activeElement.dataset.u")
        page.keyboard.press("Enter")
        page.wait_for_selector("#panel:not([hidden])")
        assert page.evaluate("document.activeElement.id") == "panel-title"
        page.keyboard.press("ArrowRight")
        until(page, f"!location.hash.endsWith('u={first}') && location.hash.includes('u=')")
        page.keyboard.press("ArrowLeft")
        until(page, f"location.hash.includes('u={first}&') || location.hash.endsWith('u={first}')")
        page.keyboard.press("Escape")
        page.wait_for_selector("#panel", state="hidden")
        assert page.evaluate("document.activeElement.dataset.u") == first
        page.keyboard.press("?")
        page.wait_for_selector("#help[open]")
        page.keyboard.press("Escape")
        page.wait_for_selector("#help", state="hidden")
        page.keyboard.press("L")
        until(page, "document.documentElement.lang === 'zh-Hans'")
        assert heading(page) == "信息手段"
        page.keyboard.press("1")
        page.wait_for_selector("table.matrix")


def test_every_view_in_both_languages_on_desk_and_phone(browser, address):
    for width, lang in ((375, "zh"), (375, "en"), (1280, "zh")):
        with open_page(browser, width=width, height=760) as page:
            for view in VIEWS:
                go(page, address, f"v={view}&lang={lang}")
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (view, lang, width)
                # A key that no label has shows itself by its underscore or as its name in the other language.
                shown = page.inner_text("#main h1") + page.inner_text("#tabs") + (page.text_content("#facets h2") or "")
                assert "_" not in shown
                assert bool(re.search(r"[\u4e00-\u9fff]", page.inner_text("#tabs"))) == (lang == "zh")
                items = page.locator("#main .item")
                if view not in {"overview", "coders"} and items.count():
                    items.first.click()
                    page.wait_for_selector("#panel:not([hidden]), .back")
                    assert page.evaluate("document.documentElement.scrollWidth") <= width, (view, lang, width)


def test_a_row_is_cited_and_the_reports_links_lead_to_it(browser, address):
    with open_page(browser) as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        go(page, address, "row=shares.45&lang=en")
        assert page.inner_text("#panel-title") == "shares 45"
        page.click("#panel button[data-cite]")
        page.wait_for_selector("#said.on")
        copied = page.evaluate("navigator.clipboard.readText()")
        for part in ("cxzy_study", "table shares, row 45", "data/tables/shares.csv", "codebook", "explorer.html#row=shares.45"):
            assert part in copied
        page.click("#panel .go")
        page.wait_for_selector("#main .item.unit")
        go(page, address, "row=fig_themes.3&lang=en")
        assert "is not in this page" in page.inner_text("#panel")
        go(page, address, "row=terms.&u=nobody.u1&v=nothing&theme=weather&lang=xx")
        assert page.locator("table.matrix").count() == 1


def test_what_the_readers_wrote_is_told_in_chinese_and_their_own_words_are_kept(browser, address):
    study = load_study()
    with open_page(browser, width=375) as page:
        go(page, address, "v=practices&item=langfang-03&lang=zh")
        for i in (0, 1):
            gloss, note = study[f"practices_reader_{i + 1}"].query("practice_id == 'langfang-p03'")[["gloss", "note"]].iloc[0]
            said = page.locator(".remark").nth(i)
            assert [x.get_attribute("title") for x in said.locator("span[title]").all()] == [gloss, note]
            assert re.findall(r"[A-Za-z]{2,}", " ".join(said.locator("span[title]").all_inner_texts())) == []
            page.goto(f"{address}#row=practices_reader_{i + 1}.3&lang=zh")
            page.wait_for_selector("#panel .cells")
            assert page.locator("#panel small[lang=en]").all_inner_texts() == [gloss, note]
            go(page, address, "v=practices&item=langfang-03&lang=zh")
        go(page, address, "v=practices&item=langfang-03&lang=en")
        assert page.locator(".remark").first.inner_text().count(gloss := study["practices_reader_1"].gloss[2]) == 1, gloss


def test_every_coded_value_of_a_row_is_told_in_chinese(browser, address):
    with open_page(browser) as page:
        go(page, address, "lang=zh")
        values, fields = page.evaluate(UNTOLD)
        # Years, numerals, a code that is a number, and the name of a program need no word.
        assert values == ["centre.dated_on", "families.date", "formulas.known_from", "formulas.numerals",
                          "quantities.base_measure", "sources.published_on", "terms.segmenter"]  # fmt: skip
        assert fields == []


UNTOLD = """() => {
  const values = new Set(), fields = new Set();
  for (const name of Object.keys(DATA.tables)) for (const c of Object.keys(DATA.tables[name].columns)) {
    if (!has(`field.${c}`)) fields.add(c);
    if (UNSAID.has(c) || (/_ids?$/.test(c) && c !== 'doc_id')) continue;
    for (const row of table(name)) {
      const v = row[c];
      if (typeof v !== 'string' || !/^[a-z_;0-9]+$/.test(v) || DATA.remarks[v]) continue;
      if (!/[\u4e00-\u9fff]/.test(meaning(c, v, row))) values.add(`${name}.${c}`);
    }
  }
  return [[...values].sort(), [...fields].sort()];
}"""


def test_chinese_is_drawn_with_the_font_that_the_page_brings(browser, address):
    with open_page(browser) as page:
        go(page, address, "lang=zh")
        # A machine with a Chinese font of its own may draw with that one first: the page's must load when it is asked for.
        page.evaluate("document.fonts.load('16px \"cxzy Han\"', '创先争优')")
        faces = page.evaluate("[...document.fonts].map((f) => f.family.replace(/\"/g, '') + ' ' + f.status)")
        assert faces == ["cxzy Han loaded"]


def test_print_shows_the_content_alone(browser, address):
    with open_page(browser) as page:
        go(page, address, "v=passages&theme=digital&lang=en")
        page.emulate_media(media="print")
        assert page.locator("#facets").is_hidden()
        assert page.locator("#main h1").is_visible()


def test_contrast_roles_and_names(browser, address):
    with open_page(browser) as page:
        go(page, address, "v=passages&theme=supervision&doc=dingan&u=dingan.u050&lang=en")
        nameless = page.evaluate(
            "[...document.querySelectorAll('button, a[href], input, select, svg[role=img]')].filter((e) => !(e.getAttribute('aria-label')"
            " || e.textContent.trim() || e.labels?.length || e.closest('svg'))).map((e) => e.outerHTML.slice(0, 90))"
        )
        assert nameless == []
        assert page.evaluate(CONTRAST) == []
        for tag in ("header", "nav", "main", "footer"):
            assert page.locator(f"body > {tag}, #frame > {tag}").count() == 1


CONTRAST = """() => {
  const linear = (v) => (v /= 255) <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = (c) => { const f = c.map(linear); return .2126 * f[0] + .7152 * f[1] + .0722 * f[2]; };
  const rgb = (s) => (s.match(/[\\d.]+/g) || []).map(Number);
  const ground = (e) => {
    for (; e; e = e.parentElement) {
      const c = rgb(getComputedStyle(e).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const weak = new Set();
  for (const e of document.querySelectorAll('body *')) {
    const speaks = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!speaks || !e.getClientRects().length || e.closest('.off, .sep, script, style, [aria-hidden=true]')) continue;
    const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    if ((a + .05) / (b + .05) < 4.5) weak.add(e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 20));
  }
  return [...weak];
}"""


def test_texts_are_highlighted_where_the_places_say(browser, own):
    with open_page(browser) as page:
        go(page, own, "v=formulas&lang=en")
        name = page.locator("#main .entry b").first.inner_text()
        page.locator("#main .entry").first.click()
        page.wait_for_selector(".occurrence .item")
        page.locator(".occurrence .item").first.click()
        page.wait_for_selector("#panel .passage")
        assert name in "".join(page.locator("#panel mark.formula").all_inner_texts())
        row = page.locator("#panel .rule.counted").first
        if row.count():
            row.hover()
            assert page.locator("#panel mark.lit").count() >= 1
        go(page, own, "v=passages&theme=pledging&lang=en")
        assert "承诺" in "".join(page.locator("#main mark.counted").all_inner_texts())


def test_own_documents_work_through_every_view(browser, own):
    with open_page(browser, width=375, locale="zh-CN") as page:
        page.goto(own)
        page.wait_for_selector("#main h1")
        assert heading(page) == "自有文献浏览器"
        names = page.locator("#tabs a").count()
        for i in range(names):
            page.locator("#tabs a").nth(i).click()
            until(page, f"document.querySelectorAll('#tabs a')[{i}].hasAttribute('aria-current')")
            assert page.evaluate("document.documentElement.scrollWidth") <= 375
