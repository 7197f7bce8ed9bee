"""Text of the sources in files of the project: found by Chinese characters alone, whatever stands between them.

Punctuation, markup, escapes, line breaks, script and packing hide nothing. Pictures are not looked into.
"""

from __future__ import annotations

import bz2
import gzip
import html
import io
import json
import lzma
import re
import subprocess
import tarfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

LONGEST = 36
"""Chinese characters in a row that may stand: about 40 with punctuation, a long proper name."""

_NOT_HANZI = re.compile(r"[^\u3400-\u9fff\U00020000-\U0003ffff]+")
_ESCAPE = re.compile(r"\\+(?:u\{?([0-9a-fA-F]{4,6})\}?|U([0-9a-fA-F]{8}))")
_TAG = re.compile(r"<[^>]*>")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"wOFF", b"wOF2", b"\x00\x01\x00\x00", b"OTTO", b"ttcf")
_PACKERS = ((b"\x1f\x8b", gzip.decompress), (b"BZh", bz2.decompress), (b"\xfd7zXZ\x00", lzma.decompress))


@cache
def converters() -> tuple[Callable[[str], str], ...]:
    """Traditional to simplified script by every converter at hand, for each errs on other words."""
    import opencc_pyo3

    found = [opencc_pyo3.OpenCC("t2s").convert]
    try:
        import opencc
    except ImportError:
        return tuple(found)
    return (*found, opencc.OpenCC("t2s").convert)


def hanzi(text: str) -> str:
    """The Chinese characters of a text, joined."""
    return _NOT_HANZI.sub("", unicodedata.normalize("NFKC", text))


def readings(text: str) -> set[str]:
    """The Chinese characters of a text as it stands, and in simplified script."""
    whole = hanzi(text)
    return {whole} | {hanzi(convert(whole)) for convert in converters()} if whole else set()


def project_files(root: Path) -> list[Path]:
    """Files that git tracks, or would (untracked and not ignored); without git, all that are not hidden or made."""
    try:
        top, listed = (
            subprocess.run(["git", "-C", str(root), *command], capture_output=True, check=True).stdout.decode("utf-8")
            for command in (
                ("rev-parse", "--show-toplevel"),
                ("ls-files", "-z", "--cached", "--others", "--exclude-standard"),
            )
        )
        if Path(top.strip()).resolve() == root.resolve():
            return sorted(path for name in set(listed.split("\0")) if name and (path := root / name).is_file())
    except (OSError, subprocess.CalledProcessError):
        pass
    made = re.compile(r"\.(?!ci$|github$|gitignore$|gitattributes$)|__pycache__$|build$|dist$|.*\.egg-info$")
    return sorted(
        path
        for path in root.rglob("*")
        if path.is_file() and not any(made.match(part) for part in path.relative_to(root).parts)
    )


def texts(content: bytes, name: str) -> Iterator[str]:
    """Every text that a file's bytes may stand for; packed files are opened, however deep.

    Raises
    ------
    ValueError
        A packed file, PDF or table that cannot be opened: what cannot be looked into is not passed.
    """
    try:
        yield from _texts(content, name)
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, tarfile.TarError, lzma.LZMAError, ValueError) as error:
        raise ValueError(f"Invalid file {name}: cannot be looked into. {error}.") from error


def _texts(content: bytes, name: str) -> Iterator[str]:
    for mark, unpack in _PACKERS:
        if content.startswith(mark):
            yield from _texts(unpack(content), name)
            return
    if content.startswith(_PICTURES):
        return
    if content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for member in packed.namelist():
                yield member
                yield from _texts(packed.read(member), f"{name}/{member}")
    elif content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as packed:
            for entry in packed:
                yield entry.name
                if entry.isfile():
                    yield from _texts(packed.extractfile(entry).read(), f"{name}/{entry.name}")
    elif content[:1024].find(b"%PDF-") >= 0:
        yield _pdf_text(content)
    elif content.startswith(b"PAR1"):
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(io.BytesIO(content))
        yield from ("".join(map(str, column.to_pylist())) for column in table.columns)
    else:
        yield from _decoded(content)


def _pdf_text(content: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(content)
    try:
        return "".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def _decoded(content: bytes) -> Iterator[str]:
    try:
        found = [content.decode("utf-8-sig")]
    except UnicodeDecodeError:
        found = [content.decode(encoding, "ignore") for encoding in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be")]
    for plain in map(_unescaped, found):
        yield plain
        # Without markup: a tag's attributes may hold characters too. Code has < and > of its own, hence both.
        if "<" in plain:
            yield _TAG.sub("", plain)


def _unescaped(text: str) -> str:
    """Escapes and entities resolved until none is left: they stand within one another in a page kept as JSON."""
    while (plain := html.unescape(_ESCAPE.sub(_character, text))) != text:
        text = plain
    return text


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code < 0x110000 else ""


def windows(sources: Iterable[str]) -> set[str]:
    """Every run of one character more than may stand, of all sources, in every script."""
    width = LONGEST + 1
    return {whole[i : i + width] for text in sources for whole in readings(text) for i in range(len(whole) - width + 1)}


def source_texts(corpus: Path) -> Iterator[str]:
    """The source documents, and the development set where it lies beside them."""
    for path in sorted(corpus.glob("*.txt")):
        yield path.read_text(encoding="utf-8")
    units = corpus.parent / "devset" / "units.jsonl"
    if units.is_file():
        for line in units.read_text(encoding="utf-8").splitlines():
            yield json.loads(line)["text"]
    for path in sorted((corpus.parent / "devset" / "pages").glob("*.html")):
        yield from texts(path.read_bytes(), path.name)


def find_leaks(paths: Iterable[Path], forbidden: set[str], *, root: Path) -> list[str]:
    """Name each file that holds a forbidden run, with the first characters of it.

    Raises
    ------
    ValueError
        A file that cannot be looked into.
    """
    found = []
    for path in paths:
        name = path.relative_to(root).as_posix()
        at = next(
            (
                whole[i : i + 12]
                for text in (name, *texts(path.read_bytes(), name))
                for whole in readings(text)
                for i in range(len(whole) - LONGEST)
                if whole[i : i + LONGEST + 1] in forbidden
            ),
            None,
        )
        if at:
            found.append(f"{name}: text of a source, from «{at}…»")
    return found
