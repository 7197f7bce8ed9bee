"""What no file of the project may hold: hosts of package registries, paths of a machine, lines in the wrong room.

Each rule is a function from a text to what breaks it, and each is shown to find what is planted. Patterns and planted
texts are put together from parts, so that this file keeps its own rules.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

import leak
import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "cxzy_study"
FILES = leak.project_files(ROOT)
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = [path for path in FILES if path.suffix == ".ipynb"]

MOST_LINES = 350
MOST_CHARACTERS = 140

HOSTS = re.compile(
    r"p[y]pi[.]org|p[y]thonhosted[.]org|n[p]mjs[.](?:org|com)|a[n]aconda[.](?:org|com)|d[e]b[.]debian[.]org"
)
_MACHINE = r"h[o]me|r[o]ot|w[o]rk|U[s]ers"
# After a letter, digit or dot it is part of an address or a relative path; a folder's name must follow.
PATHS = re.compile(rf"(?<![\w.~*}}-])/(?:{_MACHINE})/[\w.]|\bC[:]\\{{1,2}}(?!n\b)[A-Za-z]{{3,}}")
OUTPUT_PATHS = re.compile(
    rf"(?<![\w.<~:/-])/(?:{_MACHINE}|t[m]p|v[a]r|o[p]t|u[s]r|p[r]ivate|m[n]t)/|\b[A-Z][:]\\{{2,4}}[A-Za-z]{{3,}}"
)


def find_hosts(text: str) -> list[str]:
    return HOSTS.findall(text)


def find_paths(text: str) -> list[str]:
    return [match[0] for match in PATHS.finditer(text)]


def find_output_paths(notebook: str) -> list[str]:
    """Absolute paths in what a notebook shows: they differ from machine to machine."""
    cells = json.loads(notebook)["cells"]
    shown = json.dumps([cell.get("outputs", []) for cell in cells], ensure_ascii=False)
    return [match[0] for match in OUTPUT_PATHS.finditer(re.sub(r"[A-Za-z0-9+/=]{200,}", "", shown))]


def find_code_in_notebook(notebook: str) -> list[str]:
    """Definitions and saved figures, which belong in the package: a notebook is prose, parameters and calls."""
    found = []
    for number, cell in enumerate(json.loads(notebook)["cells"], 1):
        if cell["cell_type"] != "code":
            continue
        lines = "".join(cell["source"]).split("\n")
        tree = ast.parse("\n".join("" if re.match(r"\s*[%!]", line) else line for line in lines))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.append(f"cell {number}: {type(node).__name__}")
        if any(name == "savefig" for name in _names(tree)):
            found.append(f"cell {number}: savefig")
    return found


def find_savefig(code: str) -> list[str]:
    return [name for name in _names(ast.parse(code)) if name == "savefig"]


def find_dask(code: str) -> list[str]:
    """Imports of dask and its scheduler, at the top or inside a function."""
    imported = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            imported += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            imported.append(node.module or "")
    return [name for name in imported if name.split(".")[0] in {"dask", "distributed"}]


def find_long_lines(code: str) -> list[int]:
    """Numbers of lines beyond the limit, in characters. Patterns of Chinese words are left whole."""
    return [
        number
        for number, line in enumerate(code.splitlines(), 1)
        if len(line) > MOST_CHARACTERS and not leak.hanzi(line)
    ]


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def _check(paths, rule):
    """Fail with every file that breaks a rule, and what breaks it."""
    found = {path.relative_to(ROOT).as_posix(): rule(path.read_bytes().decode("utf-8", "ignore")) for path in paths}
    faults = [f"{name}: {what}" for name, what in found.items() if what]
    if faults:
        pytest.fail("\n".join(faults), pytrace=False)


def test_there_is_something_to_look_at():
    assert {"pyproject.toml", "make.py"} <= {path.name for path in FILES}
    assert MODULES


def test_no_registry_is_named():
    _check(FILES, find_hosts)


def test_no_path_of_a_machine_is_named():
    # Compressed bytes spell anything sooner or later.
    _check([path for path in FILES if path.suffix not in {".png", ".pdf", ".parquet", ".docx"}], find_paths)
    for path in (path for path in FILES if path.suffix == ".docx"):
        with ZipFile(path) as parts:
            texts = [parts.read(name).decode("utf-8") for name in parts.namelist() if name.endswith((".xml", ".rels"))]
        assert texts
        assert not [found for text in texts for found in find_paths(text)], path.name


def test_notebooks_show_no_absolute_path():
    _check(NOTEBOOKS, find_output_paths)


def test_notebooks_hold_prose_parameters_and_calls():
    _check(NOTEBOOKS, find_code_in_notebook)


def test_only_the_figures_room_saves_figures():
    _check([path for path in MODULES if path != PACKAGE / "output" / "figures.py"], find_savefig)


def test_only_bulk_imports_dask():
    _check([path for path in MODULES if path != PACKAGE / "bulk" / "engines.py"], find_dask)


def test_no_module_is_too_long():
    _check(MODULES, lambda code: [n for n in [code.count("\n")] if n > MOST_LINES])


def test_no_line_is_too_long():
    _check([path for path in FILES if path.suffix == ".py"], find_long_lines)


@pytest.mark.parametrize(
    "host",
    ["py" + "pi.org", "files.python" + "hosted.org", "registry.npm" + "js.org", "deb." + "debian.org"],
)
def test_a_planted_host_is_found(host):
    assert find_hosts(f"numpy @ https://{host}/simple")
    assert not find_hosts(host.replace(".", " "))


@pytest.mark.parametrize(
    "path",
    [
        *("/" + "home/li/study", "/" + "root/x", "/" + "work/main", "/" + "Users/li"),
        *("C:" + "\\Users\\li", "C:" + "\\\\data"),
    ],
)
def test_a_planted_path_is_found(path):
    for text in (path, f'"{path}"', f"see {path}.", f"({path})", f"file://{path}"):
        assert find_paths(text), text


@pytest.mark.parametrize(
    "text",
    ["https://example.cn/home/1.htm", "a/work/b", "~/work/x", "A,B,C:\n", "/homely", "the /home page"],
)
def test_what_is_no_path_of_a_machine_is_let_through(text):
    assert not find_paths(text)


def _notebook(*cells):
    return json.dumps({"cells": list(cells)})


def _code(source, text=""):
    output = {"output_type": "stream", "name": "stderr", "text": [text]}
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": [output]}


@pytest.mark.parametrize(
    "path",
    ["/" + "tmp/a.csv", "/" + "home/li/a", "/" + "usr/lib/python3/x.py", "D:" + "\\study\\a.csv"],
)
def test_a_planted_output_path_is_found(path):
    assert find_output_paths(_notebook(_code("f()", f"saved {path}\n")))
    assert not find_output_paths(_notebook(_code(f"f({path!r})", "saved figures/themes.svg and data/tmp/x\n")))


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    pass",
        "async def f():\n    pass",
        "class A:\n    pass",
        "%matplotlib inline\nfig.savefig('a.png')",
    ],
)
def test_planted_code_in_a_notebook_is_found(source):
    assert find_code_in_notebook(_notebook(_code(source)))


def test_prose_and_calls_in_a_notebook_are_let_through():
    prose = {"cell_type": "markdown", "source": ["The class of a def is not for savefig to say.\n"]}
    call = "%config InlineBackend.rc = {}\n# def, class and savefig in a comment\nplot_themes(table, lang='en')"
    assert not find_code_in_notebook(_notebook(prose, _code(call)))


def test_planted_lines_in_the_wrong_room_are_found():
    assert find_savefig("def f(figure):\n    figure.savefig('a.png')")
    assert not find_savefig('"""Never calls savefig."""')
    for code in ("import dask.bag as db", "def f():\n    from dask.distributed import Client", "import distributed"):
        assert find_dask(code)
    assert not find_dask("from .dask import x\nimport daskette")
    assert find_long_lines("x = 1\n" + "y" * 141) == [2]
    assert find_long_lines("y" * 140 + "\n" + "创" * 130) == []
