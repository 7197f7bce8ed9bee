"""The report: every number from a table, none typed, each with a link to its rows."""

from __future__ import annotations

import html
import re
import shutil
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import invented
import pandas as pd
import pytest
from PIL import Image
from test_explorer import data_of

from conftest import ROOT
from cxzy_study.output import report
from cxzy_study.output.blocks import embed_picture
from cxzy_study.output.exhibits import EXHIBITS, ORDER, frame_exhibit
from cxzy_study.output.ledger import Ledger, show_number
from cxzy_study.output.prose import check_prose
from cxzy_study.output.style import LANGS
from cxzy_study.study.cite import works_of
from cxzy_study.study.explore import PAGE
from cxzy_study.study.load import load_study
from cxzy_study.study.make import codebook_facts
from cxzy_study.tables import InvalidInput, table_text

STUDY = load_study()
GIVEN = {"glossary": invented.glossary(), "codebook": codebook_facts(STUDY), "study": invented.STUDY, "formats": ["html"]}


@pytest.fixture(scope="module")
def tables():
    return STUDY.tables


@pytest.fixture(scope="module")
def given():
    return GIVEN | {"works": works_of(STUDY)}


@pytest.fixture(scope="module")
def pictures(tables, tmp_path_factory):
    """The rows of every exhibit, and a blank picture for each: what is drawn is tested with the figures."""
    folder = tmp_path_factory.mktemp("pictures")
    for exhibit in EXHIBITS.values():
        (folder / f"{exhibit.id}.csv").write_text(table_text(frame_exhibit(exhibit, tables)), encoding="utf-8")
        for lang in LANGS if exhibit.plot else ():
            (folder / f"{exhibit.id}_{lang}.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def built(tables, pictures, given, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    report.build_report(tables, exhibits_dir=pictures, to=folder, **given)
    return folder


def _page(folder, lang):
    return (folder / f"report_{lang}.html").read_text(encoding="utf-8")


def _numbers(folder):
    return pd.read_csv(folder / "numbers.csv", dtype=str, keep_default_na=False)


class _Parts(HTMLParser):
    """Collects what a page is made of: numbers with their links, anchors, addresses and open elements."""

    VOID = frozenset({"meta", "br", "img", "hr", "link", "input"})

    def __init__(self, page):
        super().__init__()
        self.numbers, self.ids, self.addresses, self.open, self.links = [], [], [], [], []
        self.images = []
        self._in = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids += [attrs["id"]] if "id" in attrs else []
        self.addresses += [attrs[a] for a in ("src", "srcset", "data", "action", "poster") if a in attrs]
        if tag in {"link", "script", "iframe"}:
            self.addresses.append(tag)
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "img":
            self.images.append(attrs)
        if attrs.get("class") == "num":
            self._in = [attrs["id"], attrs["href"], ""]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_data(self, data):
        if self._in:
            self._in[2] += data

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag
        if tag == "a" and self._in:
            self.numbers.append(tuple(self._in))
            self._in = None


# --- what the build writes


@pytest.mark.parametrize("lang", LANGS)
def test_every_number_of_the_page_is_in_the_list_and_leads_to_its_rows(built, tables, lang):
    parts = _Parts(_page(built, lang))
    listed = _numbers(built).query("lang == @lang")
    assert parts.open == []
    assert len(parts.numbers) > 60
    assert [(i, shown) for i, _, shown in parts.numbers] == list(zip(listed["number_id"], listed["shown"], strict=True))
    assert len(set(parts.ids)) == len(parts.ids)
    shown = data_of((ROOT / PAGE).read_text("utf-8"))["tables"]
    for (_, link, _), row in zip(parts.numbers, listed.itertuples(), strict=True):
        if row.table in shown:
            state = dict(parse_qsl(link.partition("#")[2]))
            assert link.startswith("explorer.html#")
            assert state["lang"] == lang
            assert _rows_of(state["row"]) == (row.table, [int(r) for r in row.rows.split(";")])
        elif row.table in {"fig_sources", "fig_account", "fig_scores"}:
            assert link.startswith("explorer.html#v=")
        else:
            assert link[1:] in parts.ids
        assert row.how != "cell" or f"{row.table}-{row.rows}" in parts.ids


def _rows_of(place):
    """The table and the rows that an address names, spelled out one by one."""
    table, _, runs = place.rpartition(".")
    ends = [[int(n) for n in run.split("-")] for run in runs.split(",")]
    return table, [i for run in ends for i in range(run[0], run[-1] + 1)]


@pytest.mark.parametrize("lang", LANGS)
def test_on_paper_every_number_leads_to_a_line(tables, given, lang):
    from cxzy_study.output.rows import list_rows

    ledger = Ledger(tables, glossary=given["glossary"], lang=lang)
    ledger.cell("claims", column="n_hold", claim_id="one_group")
    ledger.cell("claims", column="n_universes", claim_id="one_group")
    ledger.count("practices", answers="*")
    ledger.count("practices", answers="*")
    ledger.count("practices")
    lines = dict(list_rows(ledger))
    assert {n.anchor for n in ledger.numbers} == {line.anchor for mine in lines.values() for line in mine}
    assert len(lines["claims"]) == 1
    assert len(lines["practices"]) == 2
    claim = tables["claims"].set_index("claim_id").loc["one_group"]
    assert lines["claims"][0].values == f"n_hold {claim.n_hold}, n_universes {claim.n_universes}"


def test_listed_values_are_those_of_the_tables(built, tables):
    listed = _numbers(built)
    checked = 0
    for row in listed[listed["table"].isin(tables)].itertuples():
        rows = tables[row.table].iloc[[int(r) - 1 for r in row.rows.split(";")]]
        for part in row.key.split(";"):
            column, _, value = part.partition("=")
            assert not column or value == "*" or (rows[column].astype(str) == value).all()
        if row.how == "count":
            assert int(row.value) == len(rows)
        elif row.how == "sum":
            assert int(row.value) == rows[row.column].sum()
        else:
            value = rows[row.column].iloc[0]
            assert row.value == (f"{value:.9g}" if isinstance(value, float) else str(value))
        checked += 1
    assert checked > 100


@pytest.mark.parametrize("lang", LANGS)
def test_no_digit_stands_in_the_prose_outside_a_number(built, lang):
    body = re.search(r"<main>(.*)</main>", _page(built, lang), flags=re.DOTALL)[1]
    for part in (r"<figure.*?</figure>", r'<div class="wide appendix.*?</div>', r'<span class="claim">.*?</span>',
                 r'<a class="practice".*?</a>', r'<a class="cite".*?</a>', r'<p class="reference">.*?</p>', r'<a class="num".*?</a>', r'<a href="#\w+">(?:Figure |Table |图 |表 )\d+</a>'):
        body = re.sub(part, "", body, flags=re.DOTALL)
    prose = html.unescape(re.sub(r"<[^>]+>", "", body))
    assert len(prose) > 1000
    assert re.findall(r"\d", prose) == []


@pytest.mark.parametrize("lang", LANGS)
def test_the_page_stands_alone_and_shows_every_exhibit_with_its_words(built, lang):
    page = _page(built, lang)
    parts = _Parts(page)
    assert all(address.startswith("data:image/") for address in parts.addresses), parts.addresses[:3]
    style = re.search(r"<style>(.*?)</style>", page, flags=re.DOTALL)[1]
    assert "@import" not in style
    assert re.findall(r"url\(([^)]{22})", style) == ["data:font/woff2;base64"]
    outside = {link for link in parts.links if not link.startswith(("#", "https://doi.org/", "explorer.html#"))}
    assert outside == {f"report_{other}.html" for other in LANGS if other != lang} | {f"report_{lang}.{f}" for f in ("pdf", "docx")}
    assert {link[1:] for link in parts.links if link.startswith("#")} <= set(parts.ids)
    assert [i for i in parts.ids if i in EXHIBITS] == list(ORDER) == list(EXHIBITS)
    for image, exhibit in zip(parts.images, [e for e in EXHIBITS.values() if e.plot], strict=True):
        assert image["alt"].startswith(exhibit.alt[lang])
        assert STUDY.codebook.sha[:12] in image["alt"]
    assert page.count(invented.glossary().label("note.places", lang)) >= 6


def test_the_shorter_of_two_pictures_is_embedded(tmp_path):
    (tmp_path / "a.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    assert embed_picture(tmp_path, "a").startswith("data:image/svg+xml,")
    Image.effect_noise((90, 90), 50).save(tmp_path / "a.png")
    assert embed_picture(tmp_path, "a").startswith("data:image/svg+xml,")
    (tmp_path / "a.svg").write_text(f"<svg>{'<g/>' * 9999}</svg>", encoding="utf-8")
    assert embed_picture(tmp_path, "a").startswith("data:image/png;base64,")
    with pytest.raises(InvalidInput, match=r"b\.svg or b\.png"):
        embed_picture(tmp_path, "b")


def test_both_languages_rest_on_the_same_rows(built):
    listed = _numbers(built)
    where = listed.assign(column=listed["column"].replace(dict.fromkeys(LANGS, "")))
    sets = [set(map(tuple, where[where["lang"] == lang][["table", "key", "column", "rows", "value"]].to_numpy()))
            for lang in LANGS]  # fmt: skip
    facts = [{row for row in s if row[0] != "facts"} for s in sets]
    assert facts[0] == facts[1]


def test_the_same_tables_give_the_same_bytes_and_one_language_the_whole_list(tables, pictures, given, built, tmp_path):
    paths = report.build_report(tables, exhibits_dir=pictures, to=tmp_path, langs=["zh"], **given)
    assert [p.name for p in paths] == ["report_zh.html", "numbers.csv"]
    assert all(p.read_bytes() == (built / p.name).read_bytes() for p in paths)
    with pytest.raises(InvalidInput, match="'fr'"):
        report.build_report(tables, exhibits_dir=pictures, to=tmp_path, langs=["fr"], **given)


def test_a_changed_table_is_refused_with_old_pictures(tables, pictures, given, tmp_path):
    shares = tables["shares"].copy()
    shares.loc[shares["group"] == "taining", "low"] = 0.0
    with pytest.raises(InvalidInput, match=r"fig_themes.*other tables"):
        report.build_report(tables | {"shares": shares}, exhibits_dir=pictures, to=tmp_path, **given)
    assert list(tmp_path.iterdir()) == []


def test_missing_pictures_and_tables_are_refused(tables, pictures, given, tmp_path):
    shutil.copytree(pictures, tmp_path / "drawn")
    (tmp_path / "drawn" / "fig_account.csv").unlink()
    with pytest.raises(InvalidInput, match=r"fig_account\.csv is missing"):
        report.build_report(tables, exhibits_dir=tmp_path / "drawn", to=tmp_path / "out", **given)
    less = {name: table for name, table in tables.items() if name != "scores"}
    with pytest.raises(InvalidInput, match=r"Missing \['scores'\]"):
        report.build_report(less, exhibits_dir=pictures, to=tmp_path / "out", **given)
    assert not (tmp_path / "out").exists()


def test_languages_that_tell_other_numbers_are_refused(tables, pictures, given, tmp_path, monkeypatch):
    shutil.copytree(report.TEMPLATES, tmp_path / "templates")
    path = tmp_path / "templates" / "zh" / "02_question.md.j2"
    path.write_text(path.read_text(encoding="utf-8") + '\n{{ count("units") }}\n', encoding="utf-8")
    monkeypatch.setattr(report, "TEMPLATES", tmp_path / "templates")
    with pytest.raises(InvalidInput, match=r"en and zh must give the same numbers.*'units'"):
        report.build_report(tables, exhibits_dir=pictures, to=tmp_path / "out", **given)


def test_a_typed_number_stops_the_build(tables, pictures, given, tmp_path, monkeypatch):
    shutil.copytree(report.TEMPLATES, tmp_path / "templates")
    path = tmp_path / "templates" / "en" / "02_question.md.j2"
    path.write_text(path.read_text(encoding="utf-8") + "\nThe share is 44%.\n", encoding="utf-8")
    monkeypatch.setattr(report, "TEMPLATES", tmp_path / "templates")
    with pytest.raises(InvalidInput, match=r"en/02_question\.md\.j2: no number may be typed.*'4'"):
        report.build_report(tables, exhibits_dir=pictures, to=tmp_path / "out", **given)


# --- the check of templates


@pytest.mark.parametrize("lang", LANGS)
def test_the_shipped_templates_pass(lang):
    parts = sorted(path.name for path in (report.TEMPLATES / lang).glob("*.j2"))
    assert parts == sorted(path.name for path in (report.TEMPLATES / "en").glob("*.j2"))
    assert len(report.read_prose(lang)) > 5000


@pytest.mark.parametrize("template", [
    "in 44% of sentences", "in ４４ sentences", "case ①", "part Ⅳ", "&#52;4", "{% raw %}7{% endraw %}", "seven themes",
    "Twenty sentences", "half of them", "a third of them", "两个地方", "十七个主题", "百分之四十", "三分之一", "一半",
    "{{ 44 }}", "{{ '44%' }}", "{% set x = 44 %}{{ x }}", "{{ row.share }}", "{{ n('a')|upper }}", "{{ 'a' ~ 4 }}",
    "{{ n('a') if a else 44 }}", "{{ n('a') + 1 }}", "{{ find_top('a') }}", "{{ n.__doc__() }}", "{{ [44][0] }}",
    "{% macro m(x) %}{{ x }}{% endmacro %}{{ m('44') }}", "{% set x %}44{% endset %}", "{% if a %}44{% endif %}",
    "{% include 'other' %}", "{% import 'other' as o %}", "{% extends 'other' %}", "{% filter upper %}a{% endfilter %}",
    "{% for i in [1] %}{{ loop.index }}{% endfor %}",
])  # fmt: skip
def test_a_template_that_types_a_number_is_refused(template):
    with pytest.raises(InvalidInput, match="Invalid template demo"):
        check_prose(f"Some words.\n{template}\n", name="demo")


@pytest.mark.parametrize("template", [
    "One theme, once, at first.", "一是组织领导，二是宣传。", "{{ n('shares', theme='t1', column='share') }}",
    "{% macro m(x) %}{{ n(x, k=3) }}{% endmacro %}{{ m('12') }}", "{% if 3 > 2 %}words{% endif %}",
    "often, tenfold", "",
])  # fmt: skip
def test_a_template_without_typed_numbers_passes(template):
    assert check_prose(template, name="demo") == template


def test_the_refusal_names_the_line():
    with pytest.raises(InvalidInput, match=r"demo: no number may be typed\. Line 3: '5'"):
        check_prose("a\nb {{ n('x') }}\nc 5\n", name="demo")


# --- the ledger


@pytest.fixture
def ledger():
    rows = [("松岭", 3, 0.25, "2010-05"), ("云溪", 5, 0.345, "2010"), ("", 1234, None, "")]
    frame = pd.DataFrame(rows, columns=["place", "n", "share", "on"])
    return Ledger({"towns": frame}, glossary=invented.glossary(), lang="en")


def test_numbers_are_entered_with_table_key_column_and_row(ledger):
    shown = ledger.cell("towns", column="share", fmt="percent", place="云溪")
    assert shown == '<a class="num" id="n1" href="#towns-2" title="towns: place=云溪">34%</a>'
    assert 'href="#rows-of-n2"' in ledger.total("towns", column="n")
    ledger.count("towns", fmt="word", place="*")
    assert [(n.how, n.rows, n.value, n.shown) for n in ledger.numbers] == [
        ("cell", (2,), "0.345", "34%"), ("sum", (1, 2, 3), "1242", "1,242"), ("count", (1, 2), "2", "two"),
    ]  # fmt: skip


@pytest.mark.parametrize(("call", "culprit"), [
    (lambda x: x.cell("towns", column="n"), "3 rows have"),
    (lambda x: x.cell("towns", column="n", place="霜桥"), "no row has"),
    (lambda x: x.cell("rivers", column="n"), "'rivers'"), (lambda x: x.cell("towns", column="n", river="a"), "river"),
    (lambda x: x.cell("towns", column="rank", place="松岭"), "'rank'"),
    (lambda x: x.cell("towns", column="share", fmt="percent", place=""), "share is empty"),
    (lambda x: x.total("towns", column="share"), "must hold numbers in every row"),
    (lambda x: x.total("towns", column="place"), "must hold numbers"),
    (lambda x: x.count("towns", place="x"), "no row has"),
    (lambda x: x.text("towns", column="on", place="松岭"), "through the ledger.*2010"),
    (lambda x: x.label("fact.interval_level"), "through the ledger.*95%"),
    (lambda x: x.cell("towns", column="n", place="松岭", fmt="roman"), "'roman'"),
])  # fmt: skip
def test_a_number_that_no_row_holds_is_refused(ledger, call, culprit):
    with pytest.raises(InvalidInput, match=culprit):
        call(ledger)
    assert ledger.numbers == []


def test_the_top_rows_come_with_their_ties():
    frame = pd.DataFrame({"theme": list("abcde"), "share": [0.2, 0.5, 0.2, 0.1, None]})
    ledger = Ledger({"x": frame}, glossary=invented.glossary(), lang="en")
    assert [r["theme"] for r in ledger.find_top("x", by="share", k=2)] == ["b", "a", "c"]
    assert [r["theme"] for r in ledger.find_top("x", by="share", k=1, least=True)] == ["d"]


@pytest.mark.parametrize(("value", "fmt", "en", "zh"), [
    (1234, "int", "1,234", "1,234"), (0, "word", "none", "零"), (21, "word", "21", "21"), (12, "word", "twelve", "十二"),
    (0.005, "percent", "0%", "0%"), (1.0, "percent", "100%", "100%"), (0.666, "decimal", "0.67", "0.67"),
    ("2012-05-13", "date", "13 May 2012", "2012年5月13日"), ("2005", "date", "2005", "2005年"),
    ("2010-04", "date", "April 2010", "2010年4月"), ("ab" * 32, "sha", "ab" * 6, "ab" * 6),
    ("0.1.0", "text", "0.1.0", "0.1.0"),
])  # fmt: skip
def test_numbers_are_printed_as_each_language_does(value, fmt, en, zh):
    assert show_number(value, fmt=fmt, lang="en") == en
    assert show_number(value, fmt=fmt, lang="zh") == zh
