"""Notebooks run again: rewritten where they say something new, left alone where they do not."""

from __future__ import annotations

import base64
import io

import nbformat
import numpy as np
import pytest
from PIL import Image

from cxzy_study.study.notebooks import refresh_notebook, run_notebook, same_notebook
from cxzy_study.tables import InvalidInput


def picture(level: int, off: int = 0) -> str:
    pixels = np.full((40, 40, 3), 255, np.uint8)
    pixels[40 - level :, 10:30] = 0
    pixels[0, 0] -= off
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def notebook(png: str, text: str = "1") -> str:
    data = {"image/png": png, "text/plain": text}
    output = nbformat.v4.new_output("display_data", data, metadata={"image/png": {"width": 40}})
    cell = nbformat.v4.new_code_cell("show()", outputs=[output], id="a")
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


def test_pictures_are_compared_as_pictures():
    assert same_notebook(notebook(picture(20)), notebook(picture(20, off=3)))
    assert not same_notebook(notebook(picture(20)), notebook(picture(30)))
    assert not same_notebook(notebook(picture(20)), notebook(picture(20), "2"))


@pytest.fixture
def source(tmp_path):
    def write(code: str):
        path = tmp_path / "a.ipynb"
        cell = nbformat.v4.new_code_cell(code, id="a")
        path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])), "utf-8")
        return path

    return write


def test_a_notebook_is_run_and_then_left_alone(source):
    path = source("print('创先争优', 6 * 7)")
    assert refresh_notebook(path)
    assert "创先争优 42" in path.read_text("utf-8")
    first = path.read_bytes()
    assert not refresh_notebook(path)
    assert path.read_bytes() == first
    assert run_notebook(path) == first.decode()


def test_a_cell_that_fails_is_named_and_the_file_is_kept(source):
    path = source("1 / 0")
    before = path.read_bytes()
    with pytest.raises(InvalidInput, match=r"a\.ipynb: a cell failed. ZeroDivisionError"):
        refresh_notebook(path)
    assert path.read_bytes() == before
