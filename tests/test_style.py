"""The journal style: type that can be read, colours that every reader tells apart."""

from __future__ import annotations

import re
import warnings

import invented
import numpy as np
import pytest
from matplotlib.figure import Figure

from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.style import (
    LANGS,
    PLACES,
    SMALLEST_PT,
    SPARE,
    THEME_COLOURS,
    WIDTH_MM,
    document_marks,
    find_type_faults,
    journal_style,
    share_colours,
    text_width,
    wrap_text,
)
from cxzy_study.tables import InvalidInput

FIGURES = [e for e in EXHIBITS.values() if e.plot]
GIVEN = {"glossary": invented.glossary(), "codebook": invented.CODEBOOK}


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("exhibit", FIGURES, ids=lambda e: e.id)
def test_a_production_desk_would_take_it(tables, exhibit, lang):
    figure = draw_exhibit(exhibit, frame_exhibit(exhibit, tables), lang=lang, **GIVEN)
    assert find_type_faults(figure) == []
    assert figure.get_figwidth() * 25.4 == pytest.approx(WIDTH_MM[exhibit.columns])


@pytest.fixture(scope="module")
def shipped():
    from cxzy_study.study.load import load_study

    return load_study().tables


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("exhibit", FIGURES, ids=lambda e: e.id)
def test_so_it_would_with_the_tables_of_the_study(shipped, exhibit, lang):
    assert find_type_faults(draw_exhibit(exhibit, frame_exhibit(exhibit, shipped), lang=lang, **GIVEN)) == []


def test_small_cut_and_overprinted_type_is_found():
    with journal_style():
        figure = Figure(figsize=(3, 2))
        figure.text(0.5, 0.5, "一句话", size=SMALLEST_PT - 0.1)
        figure.text(0.5, 0.5, "另一句", size=8)
        figure.text(0.97, 0.1, "cut here", size=8)
        figure.canvas.draw()
        faults = "; ".join(find_type_faults(figure))
    assert re.search("'一句话' is set in 6.4 pt", faults)
    assert "'另一句' is printed over '一句话'" in faults
    assert "'cut here' is cut off" in faults
    assert "'另一句' is cut" not in faults


def test_a_character_that_the_font_lacks_is_an_error(tables):
    frame = frame_exhibit(EXHIBITS["fig_themes"], tables).assign(place_zh="松岭\U00013000")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # as outside the tests, where no setting makes an error of it
        with pytest.raises(InvalidInput, match=r"fig_themes.*font has no such character"):
            draw_exhibit(EXHIBITS["fig_themes"], frame, lang="zh", **GIVEN)


def test_lines_are_as_wide_as_asked_and_lose_nothing():
    text = "编码：审定编码。区间：95%，按有效句数计（同段各句彼此相似）。Codebook v1, SHA-256 0f1e2d3c4b5a."
    lines = wrap_text(text, width=120, size=7)
    assert len(lines) > 2
    assert all(text_width(line, size=7) <= 120 for line in lines)
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert not [line for line in lines if line[0] in "，。；：、）”"]
    assert wrap_text("", width=120, size=7) == []
    ends = {line[-1] for width in range(60, 160, 5) for line in wrap_text(text, width=width, size=7)}
    assert not ends & set("（“")


# Machado, Oliveira and Fernandes 2009, severity 1.0, on linear RGB.
BLINDNESS = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}  # fmt: skip


def _lab(colours, seen="none"):
    """CIE L*a*b* (D65) of hex colours as a reader of that kind sees them."""
    rgb = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in colours])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ np.array(BLINDNESS[seen]).T, 0, 1)
    red, green = (0.4124564, 0.2126729, 0.0193339), (0.3575761, 0.7151522, 0.119192)
    xyz = linear @ np.array([red, green, (0.1804375, 0.072175, 0.9503041)]) / [0.95047, 1, 1.08883]
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)


@pytest.mark.parametrize("seen", BLINDNESS)
@pytest.mark.parametrize(
    ("colours", "least"),
    [(list(THEME_COLOURS.values()), 15), ([c for c, _ in PLACES.values()], 20)],
    ids=["themes", "places"],
)
def test_colours_stay_apart_for_every_reader(colours, least, seen):
    lab = _lab(colours, seen)
    apart = np.sqrt(((lab[:, None] - lab[None]) ** 2).sum(axis=2))
    assert apart[np.triu_indices(len(colours), 1)].min() >= least


def test_neighbouring_themes_part_in_grey_and_places_have_marks_of_their_own():
    assert np.abs(np.diff(_lab(THEME_COLOURS.values())[:, 0])).min() >= 10
    marks = [m for _, m in [*PLACES.values(), *SPARE]]
    assert len(set(marks)) == len(marks)


def test_the_map_of_shares_grows_darker_throughout():
    hexes = ["#" + "".join(f"{round(c * 255):02x}" for c in share_colours()(i / 255)[:3]) for i in range(256)]
    assert (np.diff(_lab(hexes)[:, 0]) < 0.3).all()
    assert _lab([hexes[0]])[0, 0] - _lab([hexes[-1]])[0, 0] > 70




def test_other_documents_get_spare_marks_and_too_many_are_refused():
    marks = document_marks(["yunxi", "taining", "luting"])
    assert marks == {"yunxi": SPARE[0], "taining": PLACES["taining"], "luting": SPARE[1]}
    with pytest.raises(InvalidInput, match="at most 6"):
        document_marks([f"d{i}" for i in range(7)])
