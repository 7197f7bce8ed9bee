"""The report as a document to print and to edit: PDF by typst, DOCX by pandoc, from the same HTML as the page."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxzy_study.output.pictures import shrink_png
from cxzy_study.output.style import font_file
from cxzy_study.tables import InvalidInput

TEMPLATE = Path(__file__).parent / "templates" / "print.typ"
_EAST_ASIAN = {"en": "SimSun", "zh": "SimSun"}
_REGION = {"en": "US", "zh": "CN"}
# Headings get no ids of pandoc's own, which would stand beside those of the page.
_HTML = "html-auto_identifiers"


def make_docx(page: str, *, lang: str, pictures: Path) -> bytes:
    """Return the HTML *page* as DOCX, the same bytes for the same page.

    Parameters
    ----------
    page : str
        A whole HTML page; its pictures are named by file and are PNG.
    pictures : Path
        Folder of the pictures.
    """
    import pypandoc

    with _epoch(), tempfile.TemporaryDirectory() as folder:
        reference, made = Path(folder) / "reference.docx", Path(folder) / "made.docx"
        reference.write_bytes(_reference_docx(lang))
        for name in sorted(set(re.findall(r'<img [^>]*src="([^":]+)"', page))):
            (Path(folder) / name).write_bytes(shrink_png((pictures / name).read_bytes()))
        options = [f"--reference-doc={reference}", f"--resource-path={folder}", f"--metadata=lang:{lang}", "--quiet"]
        pypandoc.convert_text(_prepare(page), "docx", format=_HTML, outputfile=str(made), extra_args=options)
        return made.read_bytes()


def make_pdf(page: str, *, lang: str, pictures: Path) -> bytes:
    """Return the HTML *page* as PDF with real text, bookmarks and links.

    Parameters
    ----------
    page : str
        A whole HTML page; its pictures are named by file, SVG or PNG.
    pictures : Path
        Folder of the pictures.

    Raises
    ------
    InvalidInput
        If typst cannot set the page, with its own words.
    """
    import pypandoc
    import typst

    body = pypandoc.convert_text(_prepare(page), "typst", format=_HTML, extra_args=["--quiet"])
    source = TEMPLATE.read_text(encoding="utf-8").replace("{{lang}}", lang).replace("{{region}}", _REGION[lang]) + body
    with tempfile.TemporaryDirectory() as folder:
        # typst reads below one root only: source and pictures meet in a folder of their own.
        (Path(folder) / "made.typ").write_text(source, encoding="utf-8")
        for name in sorted(set(re.findall(r'image\("([^"]+)"', source))):
            (Path(folder) / name).symlink_to((pictures / name).resolve())
        try:
            made = typst.compile(
                str(Path(folder) / "made.typ"),
                root=folder,
                font_paths=[str(font_file().parent)],
                ignore_system_fonts=True,
                timestamp=0,
            )
        except typst.TypstError as error:
            raise InvalidInput(f"Invalid page: typst cannot set it. {error}") from None
    return bytes(made)


def _prepare(page: str) -> str:
    """Return *page* so that pandoc takes all of it, and keeps the places that links lead to: ids go onto spans."""
    # Of a page with <main> pandoc reads nothing else.
    page = re.sub(r"<nav>.*?</nav>|</?main>", "", page, flags=re.DOTALL)
    page = re.sub(r'<tr id="([^"]+)"><td>(.*?)</td>', r'<tr><td><span id="\1">\2</span></td>', page)
    page = re.sub(r'<li id="([^"]+)">(<a .*?</a>)', r'<li><span id="\1">\2</span>', page)
    return re.sub(r'<a class="num" id="([^"]+)" (.*?</a>)', r'<span id="\1"><a \2</span>', page)


@contextmanager
def _epoch() -> Iterator[None]:
    """Give pandoc, which writes the time into the file, the beginning of time."""
    before = os.environ.get("SOURCE_DATE_EPOCH")
    os.environ["SOURCE_DATE_EPOCH"] = "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ["SOURCE_DATE_EPOCH"]
        else:
            os.environ["SOURCE_DATE_EPOCH"] = before


def _reference_docx(lang: str) -> bytes:
    """Return pandoc's own reference document with a Chinese font, quiet headings and ruled tables."""
    import subprocess

    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    given = subprocess.run(command, check=True, capture_output=True).stdout
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(given)) as old, zipfile.ZipFile(buffer, "w") as new:
        for info in old.infolist():
            content = old.read(info)
            if info.filename == "word/styles.xml":
                content = _restyle(content.decode("utf-8"), lang).encode("utf-8")
            new.writestr(info, content)
    return buffer.getvalue()


def _restyle(styles: str, lang: str) -> str:
    fonts = f'<w:rFonts w:ascii="Georgia" w:hAnsi="Georgia" w:cs="Georgia" w:eastAsia="{_EAST_ASIAN[lang]}"/>'
    styles = re.sub(r"<w:rFonts [^>]*/>", fonts, styles)
    styles = re.sub(r'<w:color w:val="(?!auto)[^"]*"[^>]*/>', '<w:color w:val="1A1A1A"/>', styles)
    return re.sub(r'<w:lang [^>]*/>', f'<w:lang w:val="{lang}-{_REGION[lang]}" w:eastAsia="zh-CN" w:bidi="ar-SA"/>', styles)
