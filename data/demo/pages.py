"""From the pieces of a demo document to the bytes of its page, in ten formats.

Nothing in a page depends on clock, machine or compression library: archives are stored, dates are
fixed, PDF streams stay plain.
"""

from __future__ import annotations

import codecs
import csv
import io
import json
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from sources import Document

_ENCODINGS = {"utf-8": "utf-8", "utf-8-sig": "utf-8-sig", "gb18030": "gb18030", "big5": "big5"}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def page_bytes(source: dict[str, Any], documents: list[Document]) -> bytes:
    """Return the bytes of one raw file."""
    suffix = source["doc_id"].rpartition(".")[2]
    if suffix in {"txt", "html", "htm", "md"}:
        return encode(page_text(documents[0]), source)
    if suffix == "docx":
        return docx_bytes(documents[0])
    if suffix == "pdf":
        return pdf_bytes(documents[0])
    cells = [[str(d.source[k]) for k in source["columns"][:-1]] + [page_text(d)] for d in documents]
    return {"csv": csv_bytes, "xlsx": xlsx_bytes, "jsonl": jsonl_bytes, "parquet": parquet_bytes}[suffix](source, cells)


def page_text(doc: Document) -> str:
    """Return the page of a text format: each piece in its template, one after the other."""
    templates = doc.source.get("wrap", {"p": "{}\n", "h": "{}\n"})
    return "".join(
        text if kind == "noise" else (wrap or templates[kind]).replace("{}", text) for kind, wrap, text in doc.pieces
    )


def encode(text: str, source: dict[str, Any]) -> bytes:
    """Return *text* in the source's encoding and line ends; a character without a code is an error."""
    if source.get("newline") == "crlf":
        text = text.replace("\n", "\r\n")
    if source["encoding"] == "utf-16":
        return codecs.BOM_UTF16_LE + text.encode("utf-16-le")
    return text.encode(_ENCODINGS[source["encoding"]])


def _stored(files: dict[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, text in files.items():
            info = zipfile.ZipInfo(name, date_time=(2012, 1, 1, 0, 0, 0))
            info.create_system = 0
            archive.writestr(info, text.encode("utf-8"))
    return buffer.getvalue()


def _relations(targets: dict[str, str]) -> str:
    rows = "".join(
        f'<Relationship Id="rId{n}" Type="{_R}/{kind}" Target="{target}"/>'
        for n, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'{_XML}<Relationships xmlns="{_P}/relationships">{rows}</Relationships>'


def _types(parts: dict[str, str]) -> str:
    rows = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'{_XML}<Types xmlns="{_P}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>{rows}</Types>'
    )


def docx_bytes(doc: Document) -> bytes:
    """Return a Word file; noise is WordprocessingML, and within a paragraph ``‖`` parts it from text and runs."""

    def run(text: str) -> str:
        return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'

    def runs(text: str) -> str:
        return "".join(piece if piece.startswith("<w:") else run(piece) for piece in text.split("‖"))

    body = []
    for kind, wrap, text in doc.pieces:
        if kind == "noise":
            body.append(text)
            continue
        style = wrap or {"h": "Heading1", "p": "Normal"}[kind]
        body.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs(text)}</w:p>')
    head, foot = (f"<w:p>{run(doc.source[k])}</w:p>" for k in ("page_head", "page_foot"))
    references = "".join(
        f'<w:{kind}Reference w:type="default" r:id="rId{n}"/>' for n, kind in enumerate(("header", "footer"), 1)
    )
    section = f"<w:sectPr>{references}</w:sectPr>"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return _stored({
        "[Content_Types].xml": _types({
            "/word/document.xml": f"{word}.document.main+xml",
            "/word/header1.xml": f"{word}.header+xml",
            "/word/footer1.xml": f"{word}.footer+xml",
        }),
        "_rels/.rels": _relations({"word/document.xml": "officeDocument"}),
        "word/_rels/document.xml.rels": _relations({"header1.xml": "header", "footer1.xml": "footer"}),
        "word/header1.xml": f"{_XML}<w:hdr {_W}>{head}</w:hdr>",
        "word/footer1.xml": f"{_XML}<w:ftr {_W}>{foot}</w:ftr>",
        "word/document.xml": (
            f'{_XML}<w:document {_W} xmlns:r="{_R}"><w:body>{"".join(body)}{section}</w:body></w:document>'
        ),
    })  # fmt: skip


def pdf_lines(doc: Document) -> list[list[str]]:
    """Return the printed lines of each page: running head, wrapped text, page number."""
    width, height = doc.source["columns_per_line"], doc.source["lines_per_page"]
    lines: list[str] = []
    for kind, _, text in doc.pieces:
        rest = f"　　{text}" if kind == "p" else text
        while rest:
            # As a typesetter does: no closing mark begins a line, no opening mark ends one, no number is cut.
            end = width
            while end < len(rest) and (
                rest[end] in "，。；：？！、”）》" or rest[end - 1] in "“（《" or rest[end - 1 : end + 1].isascii()
            ):
                end -= 1
            lines.append(rest[:end])
            rest = rest[end:]
    pages = [lines[i : i + height] for i in range(0, len(lines), height)]
    return [[doc.source["page_head"], *page, f"— {n} —"] for n, page in enumerate(pages, 1)]


def pdf_bytes(doc: Document) -> bytes:
    """Return a PDF with real text lines, its font embedded from the package zhplot."""
    from importlib.resources import as_file, files

    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    dates = {"CreationDate": None, "ModDate": None, "Creator": None, "Producer": None}
    buffer = io.BytesIO()
    with (
        as_file(files("zhplot").joinpath("fonts", "NotoSansSC-Regular.ttf")) as font,
        mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 0}),
        PdfPages(buffer, metadata=dates) as pdf,
    ):
        for page in pdf_lines(doc):
            figure = Figure(figsize=(8.27, 11.69))
            FigureCanvasPdf(figure)
            for n, line in enumerate(page):
                figure.text(0.12, 0.95 - n * 0.86 / len(page), line, fontproperties=FontProperties(fname=font, size=12))
            pdf.savefig(figure)
    return buffer.getvalue()


def csv_bytes(source: dict[str, Any], cells: list[list[str]]) -> bytes:
    """Return a CSV file with header."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows([source["columns"], *cells])
    return encode(buffer.getvalue(), source)


def jsonl_bytes(source: dict[str, Any], cells: list[list[str]]) -> bytes:
    """Return one JSON object a line."""
    rows = [json.dumps(dict(zip(source["columns"], row, strict=True)), ensure_ascii=False) for row in cells]
    return encode("".join(f"{row}\n" for row in rows), source)


def parquet_bytes(source: dict[str, Any], cells: list[list[str]]) -> bytes:
    """Return a Parquet file of text columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = dict(zip(source["columns"], zip(*cells, strict=True), strict=True))
    buffer = io.BytesIO()
    pq.write_table(pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()}), buffer, compression="none")
    return buffer.getvalue()


def xlsx_bytes(source: dict[str, Any], cells: list[list[str]]) -> bytes:
    """Return a workbook of one sheet, header in its first row."""
    rows = []
    for n, row in enumerate([source["columns"], *cells], 1):
        texts = "".join(
            f'<c r="{"ABCDEFGH"[k]}{n}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'
            for k, text in enumerate(row)
        )
        rows.append(f'<row r="{n}">{texts}</row>')
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return _stored({
        "[Content_Types].xml": _types({
            "/xl/workbook.xml": f"{sheet}.sheet.main+xml",
            "/xl/worksheets/sheet1.xml": f"{sheet}.worksheet+xml",
        }),
        "_rels/.rels": _relations({"xl/workbook.xml": "officeDocument"}),
        "xl/_rels/workbook.xml.rels": _relations({"worksheets/sheet1.xml": "worksheet"}),
        "xl/workbook.xml": (
            f'{_XML}<workbook {_S} xmlns:r="{_R}"><sheets>'
            f'<sheet name="{source["sheet"]}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/worksheets/sheet1.xml": f'{_XML}<worksheet {_S}><sheetData>{"".join(rows)}</sheetData></worksheet>',
    })  # fmt: skip
