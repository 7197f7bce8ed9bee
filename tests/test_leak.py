"""No file of the project holds text of a source; and the check sees what is planted, however it is dressed."""

from __future__ import annotations

import bz2
import gzip
import html
import io
import json
import lzma
import subprocess
import tarfile
import zipfile
from pathlib import Path

import leak
import pytest

ROOT = Path(__file__).resolve().parent.parent

INVENTED = (
    "青禾县沙坪乡党委把选种、育秧、插秧三个时节编成三本账,由村里的老会计逐户上门核对;"
    "哪一户缺肥、哪一户少水,当晚写在祠堂门口的黑板上,第二天清早由驻村干部认领,"
    "收工以前必须有人回话。云岭镇后来照着这个办法修好了一条旧水渠。"
)
"""Written for this test; the places are fictional. 43 and more characters stand in a row in each part used below."""


def _html(text):
    return "".join(f'<p class="摘要{n}"><b>{c}</b></p>\n' for n, c in enumerate(text))


def _packed_text(text):
    """The text as an office file has it: runs of a few characters, each in its own element."""
    runs = "".join(f"<w:r><w:rPr><w:b/></w:rPr><w:t>{text[i : i + 3]}</w:t></w:r>" for i in range(0, len(text), 3))
    return _zip({"[Content_Types].xml": "<Types/>", "word/document.xml": f"<w:p>{runs}</w:p>"})


def _zip(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def _tar(text):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        entry = tarfile.TarInfo("a.txt")
        entry.size = len(text.encode())
        packed.addfile(entry, io.BytesIO(text.encode()))
    return file.getvalue()


def _xlsx(text):
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["unit_id", "text"])
    book.active.append(["u1", text])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _parquet(text):
    import pandas as pd

    file = io.BytesIO()
    pd.DataFrame({"unit_id": ["u1"], "text": [text]}).to_parquet(file)
    return file.getvalue()


def _notebook(text):
    """An output that was cut into lines, in a notebook whose writer escaped all that is not ASCII."""
    lines = [text[i : i + 20] + "\n" for i in range(0, len(text), 20)]
    return json.dumps({"cells": [{"outputs": [{"data": {"text/plain": lines}}]}]}).encode()


def _pdf(text):
    import importlib.util

    import matplotlib as mpl
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    package = importlib.util.find_spec("zhplot").submodule_search_locations[0]
    font = FontProperties(fname=Path(package) / "fonts" / "NotoSansSC-Regular.ttf")
    figure = Figure(figsize=(6, 4))
    for n in range(0, len(text), 15):
        figure.text(0.05, 0.9 - 0.05 * n / 15, text[n : n + 15], fontproperties=font)
    file = io.BytesIO()
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure.savefig(file, format="pdf")
    return file.getvalue()


def _traditional(text):
    import opencc_pyo3

    return opencc_pyo3.OpenCC("s2t").convert(text).encode()


DRESSED = {
    "plain.md": lambda t: t.encode(),
    "quotes.py": lambda t: "\n".join(f'    "{c}",  # {n}' for n, c in enumerate(t)).encode(),
    "gb18030.txt": lambda t: t.encode("gb18030"),
    "utf16.txt": lambda t: t.encode("utf-16"),
    "traditional.csv": _traditional,
    "big5.txt": lambda t: _traditional(t).decode().encode("big5hkscs"),
    "escapes.json": lambda t: json.dumps(t).encode(),
    "notebook.ipynb": _notebook,
    "escaped_twice.js": lambda t: json.dumps(json.dumps(t)).encode(),
    "entities.html": lambda t: "".join(f"&#{ord(c)};" for c in t).encode(),
    "hex_entities.svg": lambda t: "".join(f"<tspan>&#x{ord(c):x};</tspan>" for c in t).encode(),
    "entities_escaped.html": lambda t: html.escape("".join(f"&#{ord(c)};" for c in t)).encode(),
    "markup.html": lambda t: _html(t).encode(),
    "packed.csv.gz": lambda t: gzip.compress(t.encode()),
    "packed.bz2": lambda t: bz2.compress(t.encode()),
    "packed.xz": lambda t: lzma.compress(t.encode()),
    "packed.tar": _tar,
    "report.docx": _packed_text,
    "tables.xlsx": _xlsx,
    "bundle.zip": lambda t: _zip({"inner.docx": _packed_text(t), "a.txt": "a"}),
    "tables.parquet": _parquet,
    "figure.pdf": _pdf,
}


def _row(text, n):
    """As much of a text as holds n Chinese characters."""
    end = next(i for i in range(len(text) + 1) if len(leak.hanzi(text[:i])) == n)
    return text[:end]


def _find(folder, forbidden):
    return leak.find_leaks(leak.project_files(folder), forbidden, root=folder)


@pytest.mark.parametrize("name", DRESSED)
def test_what_is_planted_is_found(tmp_path, name):
    forbidden = leak.windows([INVENTED])
    planted = INVENTED[30:110]
    (tmp_path / name).write_bytes(DRESSED[name](planted))
    (found,) = _find(tmp_path, forbidden)
    assert found.startswith(f"{name}: ")


@pytest.mark.parametrize("name", DRESSED)
def test_other_text_is_not_found(tmp_path, name):
    (tmp_path / name).write_bytes(DRESSED[name]("".join(reversed(INVENTED[30:110]))))
    assert _find(tmp_path, leak.windows([INVENTED])) == []


def test_each_converter_by_itself_finds_traditional_script(tmp_path, monkeypatch):
    (tmp_path / "a.txt").write_bytes(_traditional(INVENTED))
    for convert in leak.converters():
        with monkeypatch.context() as patch:
            patch.setattr(leak, "converters", lambda convert=convert: (convert,))
            assert _find(tmp_path, leak.windows([INVENTED])), convert
            assert _find(tmp_path, leak.windows([_traditional(INVENTED).decode()])), convert


def test_a_source_in_traditional_script_is_found_in_either(tmp_path):
    forbidden = leak.windows([_traditional(INVENTED).decode()])
    (tmp_path / "simplified.txt").write_text(INVENTED, encoding="utf-8")
    (tmp_path / "traditional.txt").write_bytes(_traditional(INVENTED))
    assert len(_find(tmp_path, forbidden)) == 2


def test_as_much_as_may_stand_stands(tmp_path):
    forbidden = leak.windows([INVENTED])
    (tmp_path / "a.txt").write_text(_row(INVENTED, leak.LONGEST), encoding="utf-8")
    assert _find(tmp_path, forbidden) == []
    (tmp_path / "a.txt").write_text(_row(INVENTED, leak.LONGEST + 1), encoding="utf-8")
    assert len(_find(tmp_path, forbidden)) == 1


def test_a_file_name_is_looked_at(tmp_path):
    (tmp_path / leak.hanzi(INVENTED)[:45]).write_bytes(b"")
    assert len(_find(tmp_path, leak.windows([INVENTED]))) == 1


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", b"\x1f\x8b broken", b"%PDF-1.7 broken", b"PAR1 broken"])
def test_what_cannot_be_looked_into_is_refused(tmp_path, content):
    (tmp_path / "broken").write_bytes(content)
    with pytest.raises(ValueError, match="Invalid file broken: cannot be looked into"):
        _find(tmp_path, set())


def test_git_names_the_files_and_leaves_ignored_ones_out(tmp_path):
    def git(*command):
        subprocess.run(["git", "-C", str(tmp_path), *command], check=True, capture_output=True)

    try:
        git("init")
    except FileNotFoundError:
        pytest.skip("there is no git here")
    for name in ("tracked.txt", "untracked.txt", "ignored.txt", "gone.txt"):
        (tmp_path / name).write_text(INVENTED, encoding="utf-8")
    (tmp_path / ".gitignore").write_text("ignored.txt\n", encoding="utf-8")
    git("add", "tracked.txt", "gone.txt")
    (tmp_path / "gone.txt").unlink()
    assert [path.name for path in leak.project_files(tmp_path)] == [".gitignore", "tracked.txt", "untracked.txt"]


def test_a_window_of_each_source_is_found(corpus_dir, tmp_path):
    documents = sorted(corpus_dir.glob("*.txt"))
    forbidden = leak.windows(leak.source_texts(corpus_dir))
    for document in documents:
        whole = leak.hanzi(document.read_text(encoding="utf-8"))
        middle = len(whole) // 2
        (tmp_path / document.name).write_text(whole[middle : middle + leak.LONGEST + 1], encoding="utf-8")
    assert len(_find(tmp_path, forbidden)) == len(documents) >= 1


def test_no_file_of_the_project_holds_text_of_a_source(corpus_dir):
    files = leak.project_files(ROOT)
    assert Path(__file__) in files
    assert leak.find_leaks(files, leak.windows(leak.source_texts(corpus_dir)), root=ROOT) == []
