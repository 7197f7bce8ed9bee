"""The contact sheet: every figure once, in order, at one scale."""

from __future__ import annotations

import io

import invented
import numpy as np
import pytest
from PIL import Image

from cxzy_study.cli import main
from cxzy_study.output.contact import make_contact_sheet
from cxzy_study.output.exhibits import EXHIBITS, ORDER
from cxzy_study.output.pictures import shrink_png
from cxzy_study.tables import InvalidInput

FIGURES = [e for e in EXHIBITS.values() if e.plot]


@pytest.fixture
def folder(tmp_path):
    for k, exhibit in enumerate(FIGURES):
        colour = (40 + 7 * k, 220 - 7 * k, 120)
        Image.new("RGB", (2161 if exhibit.columns == 2 else 1051, 600), colour).save(tmp_path / f"{exhibit.id}_zh.png")
    return tmp_path


def test_the_sheet_shows_every_figure_at_one_scale_and_is_the_same_each_time(folder):
    sheet = make_contact_sheet(folder, glossary=invented.glossary(), lang="zh")
    assert sheet == make_contact_sheet(folder, glossary=invented.glossary(), lang="zh")
    with Image.open(io.BytesIO(sheet)) as picture:
        counts = {colour: n for n, colour in picture.convert("RGB").getcolors(picture.width * picture.height)}
    for k, exhibit in enumerate(FIGURES):
        near = sum(n for (r, g, b), n in counts.items() if abs(r - 40 - 7 * k) < 4 and abs(g - 220 + 7 * k) < 4 and abs(b - 120) < 4)
        width = 760 if exhibit.columns == 2 else 370
        height = 600 * width / (2161 if exhibit.columns == 2 else 1051)
        assert near == pytest.approx(width * height, rel=0.02), exhibit.id


def test_a_sheet_without_all_its_figures_is_refused(folder):
    (folder / f"{FIGURES[2].id}_zh.png").unlink()
    with pytest.raises(InvalidInput, match=FIGURES[2].id):
        make_contact_sheet(folder, glossary=invented.glossary(), lang="zh")
    assert make_contact_sheet(folder, glossary=invented.glossary(), lang="zh", ids=[FIGURES[0].id])
    with pytest.raises(InvalidInput, match="must hold the figures"):
        make_contact_sheet(folder, glossary=invented.glossary(), lang="zh", ids=["tab_sources"])


def test_a_picture_in_few_colours_keeps_its_size_and_looks():
    noise = Image.effect_noise((300, 200), 40).convert("RGB")
    noise.paste("#004b2d", (0, 0, 80, 80))
    buffer = io.BytesIO()
    noise.save(buffer, format="PNG", dpi=(300, 300))
    small = shrink_png(buffer.getvalue())
    with Image.open(io.BytesIO(small)) as picture:
        assert (picture.size, round(picture.info["dpi"][0])) == ((300, 200), 300)
        off = np.abs(np.asarray(picture.convert("RGB"), dtype=int) - np.asarray(noise, dtype=int))
        assert off.max() < 12
        assert off[:80, :80].max() == 0
    assert len(small) < len(buffer.getvalue())


def test_every_exhibit_has_its_place_in_the_report():
    assert set(ORDER) == set(EXHIBITS)
    assert list(EXHIBITS) == list(ORDER)


@pytest.mark.parametrize(("arguments", "culprit"), [
    (["fig_weather"], "'fig_weather'"), (["fig_scores", "--format", "gif"], "gif"), (["fig_scores", "--lang", "fr"], "fr"),
])  # fmt: skip
def test_the_command_refuses_what_it_does_not_know(arguments, culprit, tmp_path, capsys):
    try:
        code = main(["figures", *arguments, "--to", str(tmp_path / "out")])
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr().err.strip().splitlines()
    assert code == 2
    assert culprit in said[-1]
    assert not (tmp_path / "out").exists()
    assert len(said) == 1 or "usage" in said[0]


def test_the_command_draws_what_is_asked_for(tmp_path):
    assert main(["figures", "fig_reliability", "tab_claims", "--lang", "zh", "--to", str(tmp_path), "--format", "svg"]) == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["fig_reliability.csv", "fig_reliability_zh.svg", "tab_claims.csv"]
