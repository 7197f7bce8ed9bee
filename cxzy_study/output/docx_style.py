"""What a DOCX needs beyond what pandoc gives it: styles, page, page numbers, tables that hold together."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping
from html import escape

EAST_ASIAN = "SimSun"
REGION = {"en": "US", "zh": "CN"}
LATIN = "Times New Roman"

_W = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:ftr {_W}><w:p><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)
# A4 with 20 mm on all sides, in twentieths of a point.
_SECTION = (
    '<w:sectPr><w:footerReference r:id="rIdFooter" w:type="default"/><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
)


def restyle_reference(given: bytes, *, lang: str) -> bytes:
    """Return pandoc's own reference document with a Chinese font, quiet headings, ruled tables, A4 and page numbers."""
    changes = {
        "word/styles.xml": lambda xml: _restyle(xml, lang),
        "word/document.xml": lambda xml: re.sub(r"<w:sectPr.*?</w:sectPr>|<w:sectPr[^>]*/>", _SECTION, xml, flags=re.DOTALL),
        "word/_rels/document.xml.rels": lambda xml: xml.replace(
            "</Relationships>",
            '<Relationship Id="rIdFooter" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" '
            'Target="footer1.xml"/></Relationships>',
        ),
        "[Content_Types].xml": lambda xml: xml.replace(
            "</Types>",
            '<Override PartName="/word/footer1.xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>',
        ),
    }
    return _rewrite(given, changes, added={"word/footer1.xml": _FOOTER})


def finish_docx(made: bytes) -> bytes:
    """Return the document with small type in its tables, whose rows are not cut by the end of a page."""

    def tables(xml: str) -> str:
        def one(m: re.Match[str]) -> str:
            table = re.sub(r'<w:pStyle w:val="(?:Compact|BodyText|FirstParagraph)"\s*/>', '<w:pStyle w:val="TableText"/>', m[0])
            table = re.sub(r"<w:tr>(?!<w:trPr>)", "<w:tr><w:trPr><w:cantSplit/></w:trPr>", table)
            return re.sub(r"<w:trPr>(?!<w:cantSplit)", "<w:trPr><w:cantSplit/>", table)

        return re.sub(r"<w:tbl>.*?</w:tbl>", one, xml, flags=re.DOTALL)

    return _rewrite(made, {"word/document.xml": tables}, added={})


def _rewrite(given: bytes, changes: Mapping[str, Callable[[str], str]], *, added: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(given)) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename in changes:
                content = changes[info.filename](content.decode("utf-8")).encode("utf-8")
            new.writestr(info, content, zipfile.ZIP_DEFLATED)
        for name, text in added.items():
            new.writestr(zipfile.ZipInfo(name), text.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _restyle(styles: str, lang: str) -> str:
    fonts = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{EAST_ASIAN}"/>'
    styles = re.sub(r"<w:rFonts [^>]*/>", fonts, styles)
    styles = re.sub(r'<w:color w:val="(?!auto)[^"]*"[^>]*/>', '<w:color w:val="1A1A1A"/>', styles)
    styles = re.sub(r"<w:lang [^>]*/>", f'<w:lang w:val="{lang}-{REGION[lang]}" w:eastAsia="zh-CN" w:bidi="ar-SA"/>', styles)
    # Two characters at the head of a Chinese paragraph.
    indent = '<w:ind w:firstLineChars="200" w:firstLine="420"/>' if lang == "zh" else ""
    for name in ("BodyText", "FirstParagraph"):
        styles = _set_paragraph(styles, name, f'<w:spacing w:before="0" w:after="120" w:line="276" w:lineRule="auto"/>{indent}')
        styles = _set_size(styles, name, 21)
    for name, size in {"Title": 36, "Heading1": 28, "Heading2": 24, "Heading3": 21}.items():
        styles = _set_size(styles, name, size)
    styles = re.sub(r'(<w:style [^>]*w:styleId="Heading[1-3]".*?)<w:i\s*/>', r"\1", styles, flags=re.DOTALL)
    own = (
        _style("TableText", "Table Text", 15, '<w:spacing w:before="20" w:after="20"/>')
        + _style("ExhibitNote", "Exhibit Note", 15, '<w:spacing w:before="60" w:after="240"/>')
        + _style("FigureCaption", "Figure Caption", 19, '<w:keepNext/><w:spacing w:before="240" w:after="80"/>')
        + _style("TableCaption", "Table Caption", 19, '<w:keepNext/><w:spacing w:before="240" w:after="80"/>')
        + _style("Figure", "Figure", 19, '<w:spacing w:before="0" w:after="240"/>')
    )
    for name in ("TableCaption", "Figure", "FigureCaption"):
        styles = re.sub(rf'<w:style [^>]*w:styleId="{name}"[^>]*>.*?</w:style>', "", styles, flags=re.DOTALL)
    rules = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="D9D9D9"/>' for side in ("top", "bottom", "insideH"))
    styles = re.sub(
        r'(<w:style [^>]*w:styleId="Table".*?<w:tblPr>)', rf"\1<w:tblBorders>{rules}</w:tblBorders>", styles, count=1, flags=re.DOTALL
    )
    return styles.replace("</w:styles>", own + "</w:styles>")


def _style(style_id: str, name: str, half_points: int, paragraph: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style_id}"><w:name w:val="{escape(name)}"/><w:basedOn w:val="Normal"/>'
        f'<w:qFormat/><w:pPr>{paragraph}</w:pPr><w:rPr><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr></w:style>'
    )


def _set_paragraph(styles: str, style_id: str, paragraph: str) -> str:
    """Give a style its paragraph's properties, in place of those that it has."""

    def change(m: re.Match[str]) -> str:
        style = re.sub(r"<w:pPr>.*?</w:pPr>|<w:pPr\s*/>", "", m[0], flags=re.DOTALL)
        at = style.find("<w:rPr>")
        at = at if at >= 0 else style.rfind("</w:style>")
        return f"{style[:at]}<w:pPr>{paragraph}</w:pPr>{style[at:]}"

    return re.sub(rf'<w:style [^>]*w:styleId="{style_id}"[^>]*>.*?</w:style>', change, styles, count=1, flags=re.DOTALL)


def _set_size(styles: str, style_id: str, half_points: int) -> str:
    size = f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'

    def change(m: re.Match[str]) -> str:
        style = re.sub(r"<w:szC?s? [^>]*/>", "", m[0])
        if "<w:rPr>" in style:
            return style.replace("</w:rPr>", f"{size}</w:rPr>", 1)
        return style.replace("</w:style>", f"<w:rPr>{size}</w:rPr></w:style>")

    return re.sub(rf'<w:style [^>]*w:styleId="{style_id}"[^>]*>.*?</w:style>', change, styles, count=1, flags=re.DOTALL)
