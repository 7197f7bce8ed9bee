"""PDF, DOCX, type, citations and the archive: what goes out of the house."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile

import pypdfium2
import pytest
from fontTools.ttLib import TTFont

from conftest import ROOT
from cxzy_study.cli import main
from cxzy_study.output.documents import MOST_LINES, make_docx, make_pdf
from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit, name_of
from cxzy_study.output.fonts import font_face, subset_font
from cxzy_study.output.glossary import load_glossary
from cxzy_study.output.paper import column_widths
from cxzy_study.output.references import cite, load_items, source_items, write_bibtex, write_csl, write_ris
from cxzy_study.study import cite as archive
from cxzy_study.study.load import load_study
from cxzy_study.tables import InvalidInput

PAGE = """<!DOCTYPE html><html><head><title>松岭县</title></head><body><nav><a href="x.html">English</a></nav><main>
<h1>松岭县的承诺</h1><p>有<a class="num" id="n1" href="#t-1" title="t">12</a>个支部承诺，见<a href="#fig_a">图 1</a>，
共<a class="num" id="n2" href="#rows-of-n2" title="t">30</a>个。</p>
<figure id="fig_a" class="figure"><figcaption><b>图 1.</b> 松岭</figcaption><div class="wide"><img alt="x" src="a.{0}"></div></figure>
</main><section class="rows"><h2 id="rows">Rows</h2><ul><li id="rows-of-n2"><a href="#n2">30</a>:
<code>sum</code>, <a href="#t-1">1</a></li></ul>
<h3><code>t</code></h3><table><thead><tr><th>row</th><th>n</th></tr></thead><tbody><tr id="t-1"><td>1</td><td>12</td></tr></tbody></table>
</section></body></html>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20mm" height="10mm"><rect width="20" height="9"/></svg>'


@pytest.fixture
def pictures(tmp_path):
    from PIL import Image

    Image.new("RGB", (40, 20), "#004b2d").save(tmp_path / "a.png")
    (tmp_path / "a.svg").write_text(SVG, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_pdf_holds_text_rows_and_links_and_no_navigation(pictures, lang):
    made = make_pdf(PAGE.format("svg"), lang=lang, pictures=pictures)
    document = pypdfium2.PdfDocument(made)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert "松岭县的承诺" in text
    assert "Rows" in text
    assert "English" not in text
    assert made.count(b"/Link") >= 4
    document.close()


TABLE = """<figure id="tab_a" class="table columns-2"><figcaption><b>Table 1.</b> Towns
<a class="look" href="explorer.html#v=x">See</a></figcaption>
<div class="wide"><table><thead><tr><th>Town</th><th>What it did</th></tr></thead><tbody><tr><td><a class="row" href="explorer.html#row=t.1">松岭</a></td>
<td>a long account of what the town did in the year, and why it was told</td></tr></tbody></table></div>
<p class="note">A note.</p></figure>"""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_docx_is_set_as_a_document(pictures, lang):
    page = PAGE.format("png").replace("</main>", TABLE + "</main>")
    with zipfile.ZipFile(io.BytesIO(make_docx(page, lang=lang, pictures=pictures))) as made:
        body, styles = made.read("word/document.xml").decode("utf-8"), made.read("word/styles.xml").decode("utf-8")
        assert "PAGE" in made.read("word/footer1.xml").decode("utf-8")
        assert "explorer.html" not in body + made.read("word/_rels/document.xml.rels").decode("utf-8")
    page_size = re.search(r"<w:pgSz [^>]*>", body)[0]
    assert 'w:w="11906"' in page_size and 'w:h="16838"' in page_size  # noqa: PT018
    assert body.count("松岭县的承诺") == 0  # the page's heading; the title of the document is that of the page
    assert re.findall(r'w:pStyle w:val="Title" ?/>.*?<w:t[^>]*>(.*?)</w:t>', body, flags=re.DOTALL) == ["松岭县"]
    tables = re.findall(r"<w:tbl>.*?</w:tbl>", body, flags=re.DOTALL)
    assert len(tables) == 2  # none of them for the figure's sake
    assert all("w:cantSplit" in table and 'w:val="TableText"' in table for table in tables)
    widths = [int(w) for w in re.findall(r'<w:gridCol w:w="(\d+)"', tables[0])]
    assert widths[1] > 3 * widths[0] > 0
    for style in ("TableCaption", "FigureCaption", "ExhibitNote", "Figure"):
        assert f'w:pStyle w:val="{style}"' in body
        assert styles.count(f'w:styleId="{style}"') == 1


def test_columns_take_what_they_need():
    wide = column_widths([["a", "b", "c"], ["x" * 9, "word " * 60, "word " * 20]], budget=100)
    assert sum(wide) == pytest.approx(1)
    assert wide[1] > wide[2] > wide[0] >= 0.11  # nine letters stay on one line
    narrow = column_widths([["a", "b"], ["松岭县", "12"]], budget=100)
    assert narrow == pytest.approx([0.083, 0.07])
    many = column_widths([["x" * 10] * 30], budget=100)
    assert 0.85 < sum(many) <= 1.0001


def test_a_picture_that_is_missing_stops_the_pdf(pictures):
    (pictures / "a.svg").unlink()
    with pytest.raises(InvalidInput, match=r"typst cannot set it.*a\.svg"):
        make_pdf(PAGE.format("svg"), lang="en", pictures=pictures)


def test_the_docx_is_the_same_each_time_and_its_numbers_lead_to_rows(pictures):
    made = make_docx(PAGE.format("png"), lang="zh", pictures=pictures)
    assert made == make_docx(PAGE.format("png"), lang="zh", pictures=pictures)
    with zipfile.ZipFile(io.BytesIO(made)) as z:
        text, names = z.read("word/document.xml").decode("utf-8"), z.namelist()
        styles = z.read("word/styles.xml").decode("utf-8")
    assert any(name.startswith("word/media/") for name in names)
    anchors = re.findall(r'<w:hyperlink w:anchor="([^"]+)"', text)
    marks = re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', text)
    assert {"t-1", "rows-of-n2", "n2", "fig_a"} <= set(anchors) | set(marks)
    assert set(anchors) <= set(marks)
    assert 'w:eastAsia="SimSun"' in styles


def test_a_subset_has_the_asked_characters_and_no_others():
    font = TTFont(io.BytesIO(subset_font("承诺abc承")))
    assert {chr(c) for c in font.getBestCmap()} == {"承", "诺"}
    assert subset_font("诺承") == subset_font("承诺")
    with pytest.raises(InvalidInput, match="none of them"):
        subset_font("abc")
    assert font_face("承诺", family="X").startswith("@font-face{font-family:'X';src:url(data:font/woff2;base64,d09GMg")


def test_works_are_cited_in_both_languages():
    works = load_items(ROOT / "data" / "references.json")
    en, zh = cite(works, lang="en"), cite(works, lang="zh")
    assert en.narrative["monroe2008"] == "Monroe et al. (2008)"
    assert en.brackets["monroe2008"] == "(Monroe et al. 2008)"
    assert zh.narrative["monroe2008"] == "Monroe 等（2008）"
    assert zh.entries["wilson1927"].startswith("Wilson E B, 1927. Probable Inference")
    assert list(en.entries) == [w["id"] for w in sorted(works, key=lambda w: list(en.entries).index(w["id"]))]


def test_sources_say_what_is_inferred_and_what_is_unknown():
    study = load_study()
    works = {w["id"]: w for w in source_items(study["sources"], basis=study["source_basis"])}
    assert works["taining"]["issued"]["circa"] is True
    assert "circa" not in works["langfang"]["issued"]
    assert "issued" not in works["finance"]
    assert cite(list(works.values()), lang="en").brackets["taining"].endswith("[2005?])")


@pytest.mark.parametrize(("items", "culprit"), [
    ([{"id": "a", "type": "book", "title": "x"}] * 2, "a"), ([{"id": "b", "type": "book"}], "b"),
])  # fmt: skip
def test_works_without_id_or_title_are_refused(items, culprit):
    with pytest.raises(InvalidInput, match=f"Invalid references.*{culprit}"):
        write_csl(items)


def test_citations_for_other_tools_hold_the_same_works(tmp_path, capsys):
    works = archive.works_of(load_study())
    assert [w["id"] for w in json.loads(write_csl(works))] == [w["id"] for w in works]
    assert re.findall(r"@\w+\{([^,]+),", write_bibtex(works)) == [w["id"] for w in works]
    assert re.findall(r"ID  - (\S+)", write_ris(works)) == [w["id"] for w in works]
    assert main(["cite", "langfang", "--format", "ris"]) == 0
    assert "DA  - 2012/05/13/" in capsys.readouterr().out
    assert main(["cite", "nobody"]) == 2
    assert "Invalid work nobody" in capsys.readouterr().err
    (tmp_path / "x.json").write_text("{", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"x\.json"):
        load_items(tmp_path / "x.json")


def test_the_archive_describes_every_file_and_packs_no_source(tmp_path, capsys):
    path = tmp_path / "study.zip"
    assert main(["bundle", "--to", str(path)]) == 0
    with zipfile.ZipFile(path) as z:
        files = {n.removeprefix("cxzy_study/"): z.read(n) for n in z.namelist()}
    crate = json.loads(files["ro-crate-metadata.json"])["@graph"]
    described = {e["@id"]: e for e in crate if e.get("@type") == "File"}
    assert set(described) == set(files) - {"ro-crate-metadata.json"}
    assert all(described[n]["sha256"] == hashlib.sha256(files[n]).hexdigest() for n in described)
    assert {"data/tables/shares.csv", "report/report_en.html", "citation.bib", "cxzy_study/cli/__init__.py"} <= set(files)
    sources = {e["sha256"] for e in crate if e["@id"].startswith("#source-")}
    assert sources == set(load_study()["sources"].sha256)
    assert not sources & {hashlib.sha256(content).hexdigest() for content in files.values()}
    first = path.read_bytes()
    assert main(["bundle", "--to", str(path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["bundle", "--to", str(path), "--force"]) == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_table_of_the_printed_report_stands_on_one_page_with_its_note(lang):
    document = pypdfium2.PdfDocument(ROOT / f"report/report_{lang}.pdf")
    pages = [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in document]
    tables = load_study().tables
    short = [e for e in EXHIBITS.values() if e.kind == "table" and len(frame_exhibit(e, tables)) < MOST_LINES]
    assert len(short) >= 6
    for exhibit in short:
        name = name_of(exhibit, glossary=load_glossary(ROOT / "data/glossary.csv"), lang=lang)
        caption = re.sub(r"\s", "", f"{name}.{exhibit.title[lang]}")
        (page,) = [text for text in pages if caption in text]
        table = page[page.index(caption) :]
        assert re.sub(r"\s", "", exhibit.note[lang])[-12:] in table
        assert "ff913765e7bb" in table
    document.close()
