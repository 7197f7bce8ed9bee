"""Whether two drawings show the same: noise passes, a change does not."""

from __future__ import annotations

import invented
import numpy as np
import pytest
from PIL import Image

from cxzy_study.output.pictures import find_pdf_difference, find_png_difference, find_text_difference
from cxzy_study.output.style import LANGS


def test_two_pictures_of_other_size_or_colour_differ(tmp_path):
    def png(shade, size=(40, 30), patch=0):
        pixels = np.full((*size, 3), shade, dtype=np.uint8)
        pixels[:patch, :patch] -= 6
        Image.fromarray(pixels).save(tmp_path / "x.png")
        return (tmp_path / "x.png").read_bytes()

    assert find_png_difference(png(200), png(200)) == ""
    assert "40 x 41" in find_png_difference(png(200), png(200, size=(41, 40)))
    assert find_png_difference(png(200), png(198)) == ""
    assert "another colour" in find_png_difference(png(200), png(200, patch=3))
    assert "pixels differ" in find_png_difference(png(200), png(100))


def test_pdf_pages_are_compared_as_pictures():
    one, other = (invented.drawn() / f"fig_scores_{lang}.pdf" for lang in LANGS)
    assert find_pdf_difference(one.read_bytes(), one.read_bytes()) == ""
    assert find_pdf_difference(one.read_bytes(), other.read_bytes())


@pytest.mark.parametrize(("old", "new", "differ"), [
    ("M 1.000000 2", "M 1.000001 2", False), ("M 1.0 2", "M 1.00001 2", True), ("a 1", "b 1", True),
    ("1 2", "1", True), ("n 123456.7", "n 123456.8", False), ("n 123.7", "n 123.8", True),
    ('<path id="m0123456789"/><use href="#m0123456789"/>', '<path id="mabcdef0123"/><use href="#mabcdef0123"/>', False),
    ('<path id="m0123456789"/><use href="#m0123456789"/>', '<path id="mabcdef0123"/><use href="#m9999999999"/>', True),
])  # fmt: skip
def test_numbers_may_differ_by_noise_and_text_not_at_all(old, new, differ):
    assert bool(find_text_difference(old, new, tolerance=1e-6)) == differ


