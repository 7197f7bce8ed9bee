"""Files of every format and encoding; hostile ones refused in one line."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from cxzy_study.reading import formats
from cxzy_study.reading.delimited import find_delimiter
from cxzy_study.reading.described import find_described
from cxzy_study.reading.encodings import decode
from cxzy_study.reading.files import Document, Rejected, documents_frame, list_files, read_files
from cxzy_study.study.own import own_sources
from cxzy_study.tables import InvalidInput

TEXT = "松岭县推行承诺制\n\n全县各级党组织公开承诺,接受群众监督。年底逐项检查,不合格的限期整改。\n"
UNITS = ["松岭县推行承诺制", "全县各级党组织公开承诺,接受群众监督。", "年底逐项检查,不合格的限期整改。"]
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(paragraphs: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{W}"><w:body>{paragraphs}</w:body></w:document>')
    return buffer.getvalue()


def paragraphs(text: str) -> str:
    return "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in text.split("\n"))


def pdf(text: str, path: Path) -> None:
    import importlib.util

    import matplotlib as mpl
    from matplotlib import font_manager
    from matplotlib.figure import Figure

    font = Path(importlib.util.find_spec("zhplot").origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure = Figure()
        for n, line in enumerate(text.split("\n")):
            figure.text(0.05, 0.9 - 0.1 * n, line, font=font_manager.FontProperties(fname=font, size=9))
        figure.savefig(path)


def read(path: Path, **options) -> list[Document | Rejected]:
    return list(read_files([path], **options))


def texts(document: Document | Rejected) -> list[str]:
    assert isinstance(document, Document), document
    return [unit.text.text for unit in document.reading.units]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030", "gbk", "big5"])
@pytest.mark.parametrize("suffix", [".txt", ".htm", ".html", ".md"])
def test_every_encoding(tmp_path, encoding, suffix):
    text = TEXT if encoding != "big5" else TEXT.translate(str.maketrans("岭县诺组织开监检", "嶺縣諾組織開監檢")).replace("承诺制", "承諾制")
    if encoding == "big5":
        from opencc_pyo3 import OpenCC

        text = OpenCC("s2t").convert(TEXT)
    if suffix.startswith(".h"):
        text = "<html><body>" + "".join(f"<p>{line}</p>" for line in text.split("\n")) + "</body></html>"
    path = tmp_path / f"a{suffix}"
    path.write_bytes(text.encode(encoding))
    [document] = read(path)
    assert texts(document) == UNITS
    expected = {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "gbk": "gb18030"}.get(encoding, encoding)
    assert document.reading.encoding == expected


@pytest.mark.parametrize("n", [1, 2, 4, 5])
def test_a_cut_download_is_read_whatever_the_number_of_its_bytes(n):
    """An even number of bytes reads as UTF-16, too: as nonsense."""
    content = ("松岭县各支部公开承诺。" * 20 + "为群众办实事。").encode()[:-n]
    text, encoding = decode(content)
    assert encoding == "utf-8 (damaged)"
    assert text.startswith("松岭县各支部公开承诺。")


@pytest.mark.parametrize(
    ("text", "encoding"), [("创先争优", "gb18030"), ("創先爭優活動", "big5"), ("", "utf-8"), ("abc", "utf-8"), ("党", "utf-8")]
)
def test_short_texts(text, encoding):
    assert decode(text.encode(encoding)) == (text, encoding)


def test_docx_pdf_and_tables(tmp_path):
    (tmp_path / "a.docx").write_bytes(docx(paragraphs(TEXT)))
    pdf(TEXT, tmp_path / "b.pdf")
    frame = pd.DataFrame({"doc_id": ["x", "y"], "text": [TEXT, TEXT]})
    frame.to_csv(tmp_path / "c.csv", index=False)
    frame.to_excel(tmp_path / "d.xlsx", index=False)
    (tmp_path / "e.jsonl").write_text("".join(json.dumps(row) + "\n" for row in frame.to_dict("records")))
    frame.to_parquet(tmp_path / "f.parquet")
    found = {d.reading.doc_id if isinstance(d, Document) else d: d for d in read(tmp_path)}
    ids = ["a.docx", "b.pdf", *[f"{t}#{r}" for t in ("c.csv", "d.xlsx", "e.jsonl", "f.parquet") for r in "xy"]]
    assert list(found) == ids
    for document in found.values():
        assert texts(document) == UNITS
    table = documents_frame(list(found.values()))
    assert table.duplicate_of.tolist() == ["", "", "", *["c.csv#x"] * 7]


def test_word_documents_leave_out_what_nobody_sees(tmp_path):
    hidden = '<w:r><w:rPr><w:vanish/></w:rPr><w:t>(念慢一点)</w:t></w:r>'
    deleted = "<w:del><w:r><w:delText>旧文字</w:delText></w:r></w:del>"
    line = f"<w:p><w:r><w:t>全县党员公开承诺,</w:t></w:r>{hidden}{deleted}<w:r><w:t>按期兑现。</w:t></w:r></w:p>"
    (tmp_path / "a.docx").write_bytes(docx(paragraphs("松岭县推行承诺制") + line))
    assert texts(read(tmp_path / "a.docx")[0]) == ["松岭县推行承诺制", "全县党员公开承诺,按期兑现。"]


def test_ids_of_files(tmp_path):
    for name in ("a/x.txt", "a/b/y.txt", "c/z.txt", "a/.hidden.txt", "a/~$lock.docx"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(TEXT, "utf-8")
    (tmp_path / "a" / "loop").symlink_to(tmp_path / "a")
    ids = lambda *inputs: [doc_id for doc_id, _ in list_files([tmp_path / i for i in inputs])]  # noqa: E731
    assert ids("a/x.txt") == ["x.txt"]
    assert ids("a") == ["b/y.txt", "x.txt"]
    assert ids("c", "a/x.txt") == ids("a/x.txt", "c") == ["a/x.txt", "c/z.txt"]
    with pytest.raises(InvalidInput, match="no such file"):
        ids("nothing")


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * (formats.MAX_UNPACKED_BYTES + 1))
    return buffer.getvalue()


HOSTILE = {
    "noise.txt": (bytes(range(256)) * 40, "no text"),
    "zeros.txt": (b"\0" * 500, "no text"),
    "office.txt": (b"PK\x03\x04aaaa", "office file"),
    "empty.txt": (b"", "no running text"),
    "blank.html": (b"<html><body><ul><li><a href=1>a</a></ul></body></html>", "no running text"),
    "broken.docx": (b"not a zip", "not an archive"),
    "other.docx": ((lambda b: b)(docx("")[:40]), "not an archive"),
    "bomb.docx": (bomb(), "archive bomb"),
    "xml.docx": (docx("<w:p>"), "damaged"),
    "entities.docx": (docx("").replace(b"<w:body>", b"<w:body>&lol;"), "damaged"),
    "broken.pdf": (b"%PDF-1.7\ngarbage", "damaged"),
    "picture.png": (b"\x89PNG", "format must be one of"),
    "broken.xlsx": (b"PK\x03\x04", "not an archive"),
    "broken.parquet": (b"PAR1xxxxPAR1", "cannot be read as Parquet"),
    "columns.csv": ("甲,乙\n1,2\n".encode(), "--text-column"),
    "twice.csv": (b"text,text\na,b\n", "unique"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_in_one_line(tmp_path, name):
    content, reason = HOSTILE[name]
    (tmp_path / name).write_bytes(content)
    [rejected] = read(tmp_path / name)
    assert isinstance(rejected, Rejected), texts(rejected)
    assert reason in rejected.reason
    assert "\n" not in rejected.reason
    assert name.split(".")[0] in rejected.reason


def test_bad_rows_are_refused_one_by_one(tmp_path):
    rows = ["{", '"text"', '{"id": "a", "text": 5}', '{"id": "a", "text": ""}', json.dumps({"id": "b", "text": TEXT}),
            json.dumps({"id": "b", "text": TEXT}), json.dumps({"id": "c", "text": TEXT + "\ud800"})]  # fmt: skip
    (tmp_path / "a.jsonl").write_text("\n".join(rows))
    found = read(tmp_path / "a.jsonl")
    assert [type(x) for x in found] == [Rejected] * 4 + [Document, Rejected, Rejected]


def test_a_huge_line_is_read_or_refused(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_text("松岭县" + "承诺" * 200_000 + "。", "utf-8")
    assert len(texts(read(tmp_path / "a.txt")[0])) == 1
    monkeypatch.setattr(formats, "MAX_FILE_BYTES", 1000)
    assert "Split it" in read(tmp_path / "a.txt")[0].reason


@pytest.mark.parametrize("tail", ['3,"', '3,"从不闭合,', '3,"从不闭合\n4,会议开了。\n5,会议开了。\n'])
def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rows_behind_it(tmp_path, tail):
    (tmp_path / "a.csv").write_text('id,text\n1,会议开了。\n2,"分两行\n说的。"\n' + tail, "utf-8")
    *documents, rejected = read(tmp_path / "a.csv")
    assert [d.reading.doc_id for d in documents] == ["a.csv#1", "a.csv#2"]
    assert rejected.reason == (
        "Invalid table a.csv, line 5: the quotation mark that opens a cell here must be closed. Nothing from here on can be read."
    )


def test_a_quotation_mark_within_a_cell_costs_its_row(tmp_path):
    """Which may be two rows, where the mark of the first was forgotten."""
    rows = ['1,会议开了。', '2,"群众说"好"。"', '3,他说"好"。', '4,"忘了收尾。', '5,"会议开了。"', '6,"会议开了。"']
    (tmp_path / "a.csv").write_text("id,text\n" + "\n".join(rows), "utf-8")
    found = read(tmp_path / "a.csv")
    assert [d.reading.doc_id for d in found if isinstance(d, Document)] == ["a.csv#1", "a.csv#3", "a.csv#6"]
    assert [r.reason[:22] for r in found if isinstance(r, Rejected)] == ["Invalid row 3 of a.csv", "Invalid row 6 of a.csv"]
    assert all("must be doubled" in r.reason for r in found if isinstance(r, Rejected))
    (tmp_path / "a.csv").write_text('"id"x,text\n1,会议开了。\n', "utf-8")
    assert "That is its header." in read(tmp_path / "a.csv")[0].reason


def test_a_cell_that_is_too_long_ends_its_table(tmp_path):
    (tmp_path / "a.csv").write_text("id,text\n1,会议开了。\n2," + "长" * (formats.MAX_DOCUMENT_CHARS + 1) + "\n3,会议开了。\n", "utf-8")
    document, rejected = read(tmp_path / "a.csv")
    assert document.reading.doc_id == "a.csv#1"
    assert "line 3: a cell must be under 16 million characters" in rejected.reason

@pytest.mark.parametrize(("suffix", "delimiter"), [(".csv", ";"), (".csv", "\t"), (".tsv", "\t"), (".tsv", ","), (".csv", ",")])
def test_tables_of_semicolons_and_tabs(tmp_path, suffix, delimiter):
    rows = [("编号", "正文", "备注,其他"), ("甲", "会议开了,大家满意;都好。", "一,二"), ("乙", "会议开了;\n大家满意,都\t好。", "")]
    with (tmp_path / f"a{suffix}").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)
    found = read(tmp_path / f"a{suffix}")
    assert [d.reading.raw for d in found] == [row[1] for row in rows[1:]]
    assert [d.reading.doc_id for d in found] == [f"a{suffix}#甲", f"a{suffix}#乙"]


@pytest.mark.parametrize(
    ("head", "delimiter"),
    [
        ("", ","), ("text\n会议;开了\n", ","), ("id,text\n1,会议;开了\n2,大家;满意\n", ","), ("id;text\n1;会议,开了\n2;大家,满意\n", ";"),
        ("id,text\n一行,没有,引号,的文字\n", ","), ("id;date, as printed;text\n1;2011;好\n", ";"), ("id\ttext\n" + "1\t" + "长" * 2**17, "\t"),
        ('id;text\n1;"从不闭合\n', ";"), ("id;text\n", ";"), ('"id;no";text\n', ";"),
    ],
)  # fmt: skip
def test_delimiters(head, delimiter):
    assert find_delimiter(head) == delimiter


TOLD = [
    {"id": "a", "text": "会议开了。大家满意。", "标题": "松嶺縣總結", "日期": "2011年6月7日", "来源": "松岭日报", "作者": "丁一凡、王二喜"},
    {"id": "b", "text": TEXT, "标题": "别的题目", "日期": "2011-06", "来源": "", "作者": ""},
    {"id": "c", "text": "2012年5月6日　来源：云泽日报\n会议开了,大家满意。", "标题": "", "日期": "2013", "来源": "松岭日报", "作者": ""},
    {"id": "d", "text": "会议开了。", "标题": "长" * 400, "日期": "去年", "来源": "网", "作者": ""},
]


def test_columns_tell_title_date_outlet_and_author_where_the_page_does_not(tmp_path):
    frame = pd.DataFrame(TOLD)
    frame.to_csv(tmp_path / "a.csv", index=False, sep=";")
    frame.to_excel(tmp_path / "b.xlsx", index=False)
    (tmp_path / "c.jsonl").write_text("".join(json.dumps(row) + "\n" for row in TOLD))
    frame.to_parquet(tmp_path / "d.parquet")
    documents = read(tmp_path)
    table = documents_frame(documents)
    expected = [
        ("松岭县总结", "2011-06-07", "松岭日报"), ("松岭县推行承诺制", "2011-06", ""), ("", "2012-05-06", "云泽日报"), ("", "", "网"),
    ]  # fmt: skip
    assert list(zip(table.title, table.published_on, table.outlet, strict=True)) == expected * 4
    sources = own_sources(documents)
    assert sources.author.tolist() == ["丁一凡;王二喜", "", "", ""] * 4
    frame.assign(日期=pd.Timestamp("2011-06-07"))[["id", "text", "日期"]].to_excel(tmp_path / "b.xlsx", index=False)
    assert documents_frame(read(tmp_path / "b.xlsx")).published_on.tolist() == ["2011-06-07", "2011-06-07", "2012-05-06", "2011-06-07"]
    # The text's own column tells nothing beside it.
    assert find_described(["title", "text"], without=["title"]) == ("", "", "", "")
