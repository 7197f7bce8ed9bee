"""Exports opened again: REFI-QDA codebook and project, Web Annotation."""

import json
import re
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from lxml import etree

from cxzy_study.coding.codebook import load_codebook
from cxzy_study.coding.exports import load_annotations, save_annotations
from cxzy_study.coding.refi import load_refi_codebook, load_refi_project, save_refi_codebook, save_refi_project
from cxzy_study.tables import THEMES, InvalidInput

ROOT = Path(__file__).resolve().parent.parent
TEXT = "松岭县公开承诺。\r\n广告\n青河镇\U0001f600督查台账。"
UNITS = pd.DataFrame(
    {"doc_id": ["a", "a", "b b"], "unit_id": ["u1", "u2", "u1"], "spans": ["0-8", "13-16;17-22", "0-8"]},
)
ROWS = [
    ("a", "u1", "pledging", "rules"), ("a", "u1", "pledging", "reader_1"), ("a", "u1", "mode=done", "reader_1"),
    ("a", "u2", "supervision", "rules"), ("b b", "u1", "none", "rules"), ("b b", "u1", "pledging", "reader_1"),
]  # fmt: skip
CODES = pd.DataFrame(ROWS, columns=["doc_id", "unit_id", "theme", "coder"]).assign(value=1, probability=None)
PLACED = {
    ("a", 0, 8, "pledging", "rules"), ("a", 0, 8, "pledging", "reader_1"), ("a", 0, 8, "mode=done", "reader_1"),
    ("a", 13, 16, "supervision", "rules"), ("a", 17, 22, "supervision", "rules"), ("b b", 0, 8, "pledging", "reader_1"),
}  # fmt: skip
TEXTS = {"a": TEXT, "b b": TEXT}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def v1():
    return load_codebook(ROOT / "data" / "codebook" / "v1.yaml")


def test_a_refi_codebook_holds_every_theme_with_its_definition(tmp_path, v1):
    path = save_refi_codebook(v1, tmp_path / "v1.qdc")
    codes = load_refi_codebook(path)
    assert codes["code"].tolist() == list(THEMES)
    for theme, description in zip(v1.themes, codes["description"], strict=True):
        for part in (theme.label, theme.definition, theme.include, theme.exclude):
            assert part["en"] in description
            assert part["zh"] in description


@pytest.mark.parametrize("texts", [None, TEXTS])
def test_a_refi_project_gives_back_every_code_in_its_place(tmp_path, v1, texts):
    path = save_refi_project(CODES, tmp_path / "p.qdpx", units=UNITS, codebook=v1, name="示例", texts=texts)
    table = load_refi_project(path)
    assert set(table.drop(columns="text").itertuples(index=False, name=None)) == PLACED
    assert len(table) == len(PLACED)
    expected = {True: {TEXT[a:b] for _, a, b, *_ in PLACED}, False: {""}}[texts is not None]
    assert set(table["text"]) == expected


def test_a_refi_project_keeps_to_the_order_and_types_of_the_standard(tmp_path, v1):
    path = save_refi_project(CODES, tmp_path / "p.qdpx", units=UNITS, codebook=v1, name="示例", texts=TEXTS)
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        root = etree.fromstring(archive.read("project.qde"))
    ns = "{urn:QDA-XML:project:1.0}"
    assert [child.tag for child in root] == [ns + tag for tag in ("Users", "CodeBook", "Sources", "Description")]
    guids = [element.get("guid") for element in root.iter() if element.get("guid")]
    assert len(guids) == len(set(guids))
    assert all(GUID.fullmatch(guid) for guid in guids)
    for reference in root.iter(ns + "CodeRef"):
        assert reference.get("targetGUID") in guids
    for source in root.iter(ns + "TextSource"):
        assert source.get("plainTextPath").replace("internal://", "sources/") in names
        places = [(s.get("startPosition"), s.get("endPosition")) for s in source.iter(ns + "PlainTextSelection")]
        assert len(places) == len(set(places))
    assert root.findtext(ns + "Description") == v1.label


def test_annotations_give_back_every_code_in_its_place(tmp_path, v1):
    path = save_annotations(CODES, tmp_path / "a.jsonld", units=UNITS, codebook=v1)
    table = load_annotations(path)
    assert set(table.drop(columns="text").itertuples(index=False, name=None)) == {
        (doc_id.replace(" ", "%20"), *rest) for doc_id, *rest in PLACED
    }
    assert set(table["text"]) == {""}
    content = json.loads(path.read_text("utf-8"))
    assert content["@context"] == "http://www.w3.org/ns/anno.jsonld"
    assert content["total"] == len(content["first"]["items"]) == 5
    assert len({item["id"] for item in content["first"]["items"]}) == 5
    with_text = load_annotations(save_annotations(CODES, tmp_path / "b.jsonld", units=UNITS, codebook=v1, texts=TEXTS))
    assert with_text["text"].tolist() == [TEXT[a:b] for a, b in with_text[["start", "end"]].to_numpy()]


def test_documents_may_have_addresses(tmp_path, v1):
    addresses = {"a": "https://example.org/a", "b b": "https://example.org/b"}
    table = load_annotations(save_annotations(CODES, tmp_path / "a", units=UNITS, codebook=v1, addresses=addresses))
    assert set(table["source"]) == set(addresses.values())
    with pytest.raises(InvalidInput, match=r"needs one\. b b"):
        save_annotations(CODES, tmp_path / "b", units=UNITS, codebook=v1, addresses={"a": "https://example.org/a"})


def test_exports_without_texts_hold_no_text_and_are_the_same_bytes_every_time(tmp_path, v1):
    for save, name in ((save_refi_project, "p.qdpx"), (save_annotations, "a.jsonld")):
        options = {"name": "示例"} if save is save_refi_project else {}
        paths = [save(CODES, tmp_path / str(i) / name, units=UNITS, codebook=v1, **options) for i in range(2)]
        assert paths[0].read_bytes() == paths[1].read_bytes()
        content = paths[0].read_bytes()
        if name.endswith("qdpx"):
            with zipfile.ZipFile(paths[0]) as archive:
                assert archive.namelist() == ["project.qde"]
                content = archive.read("project.qde")
        assert "松岭县".encode() not in content


def test_nothing_coded(tmp_path, v1):
    none = CODES[CODES["theme"] == "none"]
    assert load_refi_project(save_refi_project(none, tmp_path / "p", units=UNITS, codebook=v1, name="x")).empty
    assert load_annotations(save_annotations(none, tmp_path / "a", units=UNITS, codebook=v1)).empty


@pytest.mark.parametrize(
    ("codes", "units", "texts", "culprit"),
    [
        (CODES.assign(theme="marketing"), UNITS, None, "marketing"),
        (CODES, UNITS.iloc[:1], None, "a/u2"),
        (CODES, UNITS, {"a": TEXT}, "b b/u1"),
        (CODES, UNITS, {"a": TEXT[:20], "b b": TEXT}, "a/u2"),
    ],
)
def test_what_cannot_be_exported_is_named_and_nothing_is_written(tmp_path, v1, codes, units, texts, culprit):
    with pytest.raises(InvalidInput, match=culprit):
        save_refi_project(codes, tmp_path / "p", units=units, codebook=v1, name="x", texts=texts)
    with pytest.raises(InvalidInput, match=culprit):
        save_annotations(codes, tmp_path / "a", units=units, codebook=v1, texts=texts)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("load", [load_refi_codebook, load_refi_project, load_annotations])
@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b"PK\x05\x06" + b"\0" * 18, b"<a/>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"]
)
def test_files_of_another_kind_are_refused(tmp_path, load, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="file"):
        load(path)
    with pytest.raises(InvalidInput, match="nowhere"):
        load(tmp_path / "nowhere")


def test_projects_that_lack_a_code_or_a_place_are_refused(tmp_path, v1):
    path = save_refi_project(CODES, tmp_path / "p.qdpx", units=UNITS, codebook=v1, name="x")
    with zipfile.ZipFile(path) as archive:
        project = archive.read("project.qde").decode("utf-8")
    changes = {r'targetGUID="[^"]*"': 'targetGUID="gone"', r'startPosition="[^"]*"': "", "<CodeRef[^>]*>": ""}
    for old, new in changes.items():
        with zipfile.ZipFile(tmp_path / "q.qdpx", "w") as archive:
            archive.writestr("project.qde", re.sub(old, new, project))
        with pytest.raises(InvalidInput, match=r"q\.qdpx"):
            load_refi_project(tmp_path / "q.qdpx")
