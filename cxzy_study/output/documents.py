"""The report as a document to print and to edit: PDF by typst, DOCX by pandoc, from the same HTML as the page."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cxzy_study.output.docx_style import REGION, finish_docx, restyle_reference
from cxzy_study.output.paper import prepare_document, prepare_page
from cxzy_study.output.pictures import shrink_png
from cxzy_study.output.style import font_file
from cxzy_study.tables import InvalidInput

TEMPLATE = Path(__file__).parent / "templates" / "print.typ"
MOST_LINES = 40
"""Lines of a table that is kept on one page."""

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
        options = [
            f"--reference-doc={reference}", f"--resource-path={folder}", f"--metadata=lang:{lang}",
            "--shift-heading-level-by=-1", "--quiet",
        ]  # fmt: skip
        pypandoc.convert_text(prepare_document(page), "docx", format=_HTML, outputfile=str(made), extra_args=options)
        return finish_docx(made.read_bytes())


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

    body = _float_tables(pypandoc.convert_text(prepare_page(page), "typst", format=_HTML, extra_args=["--quiet"]), page)
    source = TEMPLATE.read_text(encoding="utf-8").replace("{{lang}}", lang).replace("{{region}}", REGION[lang]) + body
    with tempfile.TemporaryDirectory() as folder:
        # typst reads below one root only: source and pictures meet in a folder of their own.
        (Path(folder) / "made.typ").write_text(source, encoding="utf-8")
        for name in sorted(set(re.findall(r'image\("([^"]+)"', source))):
            (Path(folder) / name).symlink_to((pictures / name).resolve())
        def compile_page(*, tags: bool) -> bytes:
            made = typst.compile(
                str(Path(folder) / "made.typ"),
                root=folder,
                font_paths=[str(font_file().parent)],
                ignore_system_fonts=True,
                timestamp=0,
                pdf_tags=tags,
            )
            return bytes(made)

        try:
            try:
                return compile_page(tags=True)
            except typst.TypstError as error:
                # Where a page ends inside a link, typst can fail to tag it; the page itself is sound.
                if "internal error" not in str(error):
                    raise
                return compile_page(tags=False)
        except typst.TypstError as error:
            raise InvalidInput(f"Invalid page: typst cannot set it. {error}") from None


def _float_tables(body: str, page: str) -> str:
    """Return the typst *body* with the tables that fit a page put at its head or foot, as figures are: they stay whole."""
    begin = "#block[\n  #figure(\n    align("
    body = body.replace(f"#figure([{begin}center)", f"#figure([#set align(left)\n{begin}left)")
    for figure_id, inner in re.findall(r'<figure id="([^"]+)"[^>]*>(.*?)</figure>', page, flags=re.DOTALL):
        if 0 < inner.count("<tr") <= MOST_LINES:
            body = re.sub(rf"\n\)(?=\n<{figure_id}>)", ",\n  placement: auto\n)", body)
    return body


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
    import subprocess

    import pypandoc

    command = [pypandoc.get_pandoc_path(), "--print-default-data-file=reference.docx"]
    return restyle_reference(subprocess.run(command, check=True, capture_output=True).stdout, lang=lang)
