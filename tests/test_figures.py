"""Figures: what is drawn is what the frame says, in type that can be read, and a rerun changes no file."""

from __future__ import annotations

import re
import subprocess
import sys

import invented
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection, QuadMesh
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from conftest import ROOT
from cxzy_study.output.exhibits import EXHIBITS, check_exhibit, frame_exhibit, number_of
from cxzy_study.output.figures import draw_exhibit, save_exhibit, show_exhibit
from cxzy_study.output.plots_shares import plot_share_panels
from cxzy_study.output.style import (
    PLACES,
)
from cxzy_study.tables import THEMES, InvalidInput

FIGURES = [e for e in EXHIBITS.values() if e.plot]
GLOSSARY = invented.glossary()
GIVEN = {"glossary": GLOSSARY, "codebook": invented.CODEBOOK}


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


def _frame(tables, exhibit_id):
    return frame_exhibit(EXHIBITS[exhibit_id], tables)


def _axes(tables, exhibit_id, frame=None):
    """The Axes of an exhibit, drawn once, and its panels."""
    frame = _frame(tables, exhibit_id) if frame is None else frame
    ax = draw_exhibit(EXHIBITS[exhibit_id], frame, **GIVEN).axes[0]
    return ax, ax.child_axes


def _only(axes, kind):
    return [c for c in axes.collections if type(c) is kind]


def test_bars_of_the_sources_span_the_periods_and_marks_stand_at_publication(tables):
    frame = _frame(tables, "fig_sources")
    _, (time,) = _axes(tables, "fig_sources")
    known = frame[frame["covers_start"].notna()]
    drawn = np.array([(bar.get_x(), bar.get_x() + bar.get_width()) for bar in time.patches])
    assert drawn == pytest.approx(known[["covers_start", "covers_end"]].to_numpy())
    dated = frame[frame["published_start"].notna()]
    marks = [float(line.get_xdata()[0]) for line in time.lines]
    assert marks == pytest.approx(((dated["published_start"] + dated["published_end"]) / 2).tolist())
    hollow = [line.get_markerfacecolor() == "white" for line in time.lines]
    assert hollow == dated["published_basis"].eq("inferred").tolist()
    said = [text.get_text() for text in time.texts]
    assert said.count("date of publication unknown") == 2
    assert said.count("period not stated") == 1


def test_cells_of_the_heat_map_hold_shares_and_counts(tables):
    frame = _frame(tables, "fig_themes")
    ax, _ = _axes(tables, "fig_themes")
    grid = frame.pivot_table(index="theme", columns="group", values="share").loc[list(THEMES), list(PLACES)]
    (mesh,) = _only(ax, QuadMesh)
    assert mesh.get_array().filled().reshape(grid.shape).tolist() == grid.to_numpy().tolist()
    row = frame.iloc[3]
    assert f"{row['share']:.0%}  ({row['n_coded']})" in [t.get_text() for t in ax.texts]


def test_a_censored_source_is_hatched_and_its_silence_is_no_nought(tables):
    frame = _frame(tables, "fig_themes")
    silent = (frame["group"] == "finance") & (frame["theme"] == "digital")
    frame.loc[silent, ["n_coded", "share"]] = [0, 0.0]
    ax, _ = _axes(tables, "fig_themes", frame)
    words = {t.get_position(): t.get_text() for t in ax.texts}
    assert words[4, THEMES.index("digital")] == "–"
    assert [p.get_x() for p in ax.patches if p.get_hatch()] == [3.5]
    frame = _frame(tables, "fig_intervals")
    frame.loc[(frame["group"] == "finance") & (frame["theme"] == "digital"), ["n_coded", "share"]] = [0, 0.0]
    _, panels = _axes(tables, "fig_intervals", frame)
    (dots,) = _only(panels[4], PathCollection)
    assert len(dots.get_offsets()) == len(THEMES) - 1
    assert THEMES.index("digital") not in dots.get_offsets()[:, 1]


@pytest.mark.parametrize("exhibit_id", ["fig_intervals", "fig_arenas"])
def test_dots_stand_at_shares_and_lines_at_intervals(tables, exhibit_id):
    frame = _frame(tables, exhibit_id)
    _, panels = _axes(tables, exhibit_id)
    for panel, (_, rows) in zip(panels, frame.groupby("group", sort=False), strict=True):
        (dots,) = _only(panel, PathCollection)
        assert dots.get_offsets()[:, 0].tolist() == pytest.approx(rows["share"].tolist())
        assert dots.get_offsets()[:, 1].tolist() == list(range(len(THEMES)))
        intervals = _only(panel, LineCollection)[1:]
        known = rows[rows["low"].notna()]
        assert len(intervals) == (len(known) > 0)
        for lines in intervals:
            ends = np.array([segment[:, 0] for segment in lines.get_segments()])
            assert ends == pytest.approx(known[["low", "high"]].to_numpy())


def test_small_groups_have_hollow_marks(tables):
    frame = _frame(tables, "fig_arenas")
    _, panels = _axes(tables, "fig_arenas")
    sizes = frame.groupby("group", sort=False)["n_units"].first()
    hollow = [bool((_only(p, PathCollection)[0].get_facecolor() == 1).all()) for p in panels]
    assert hollow == (sizes < 10).tolist()
    assert any(hollow)
    assert not all(hollow)


def test_strips_cover_the_sentences_that_bear_the_theme(tables):
    frame = _frame(tables, "fig_strips")
    _, panels = _axes(tables, "fig_strips")
    for panel, (_, rows) in zip(panels, frame.groupby("doc_id", sort=False), strict=True):
        drawn = set()
        for strip in _only(panel, PolyCollection):
            for path in strip.get_paths():
                box = path.get_extents()
                drawn.add((round((box.y0 + box.y1) / 2), round(box.x0), round(box.x1)))
        marked = rows[rows["theme"] != ""]
        wanted = {(THEMES.index(r.theme), r.start, r.end) for r in marked.itertuples()}
        assert drawn == wanted


def test_scores_stand_where_they_are_and_an_undefined_one_is_said_to_be(tables):
    frame = _frame(tables, "fig_scores")
    ax, _ = _axes(tables, "fig_scores")
    for name, dots in zip(("precision", "recall", "f1"), _only(ax, PathCollection), strict=True):
        assert dots.get_offsets()[:, 0].tolist() == pytest.approx(frame[name].dropna().tolist())
    assert "undefined: precision, F1" in [t.get_text() for t in ax.texts]


def test_bars_of_the_account_are_as_long_as_the_characters(tables):
    frame = _frame(tables, "fig_account")
    _, panels = _axes(tables, "fig_account")
    for panel, (_, rows) in zip(panels, frame.groupby("doc_id", sort=False), strict=True):
        assert [bar.get_width() for bar in panel.patches] == rows["n_chars"].tolist()


def test_places_keep_colour_and_mark_whatever_else_is_drawn(tables):
    frame = _frame(tables, "fig_intervals")
    _, panels = _axes(tables, "fig_intervals", frame[frame["group"].isin(["tianjin", "taining"])])
    for panel, place in zip(panels, ("taining", "tianjin"), strict=True):
        (dots,) = _only(panel, PathCollection)
        assert {to_hex(colour) for colour in dots.get_edgecolor()} == {PLACES[place][0]}


def test_too_many_panels_are_refused(tables):
    one = _frame(tables, "fig_intervals").query("group == 'taining'")
    many = pd.concat([one.assign(group=f"g{i}") for i in range(9)])
    with pytest.raises(InvalidInput, match="1 to 8 groups, has 9"):
        plot_share_panels(many, glossary=GLOSSARY, ax=Figure().subplots())


def test_the_same_bytes_twice_and_in_another_process(tables, tmp_path):
    exhibit = EXHIBITS["fig_arenas"]
    program = (
        "import invented; from cxzy_study.output.exhibits import *\n"
        "from cxzy_study.output.figures import save_exhibit\n"
        "e = EXHIBITS['fig_arenas']; f = frame_exhibit(e, invented.tables())\n"
        f"save_exhibit(e, f, glossary=invented.glossary(), codebook=invented.CODEBOOK, lang='zh', to={str(tmp_path)!r})"
    )
    run = [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(ROOT / 'tests')!r}, {str(ROOT)!r}]\n{program}"]
    subprocess.run(run, check=True, env={"PYTHONHASHSEED": "7", "MPLBACKEND": "agg"})
    done = save_exhibit(exhibit, frame_exhibit(exhibit, tables), lang="zh", to=tmp_path / "here", **GIVEN)
    assert sorted(p.suffix for p in done) == [".csv", ".pdf", ".png", ".svg"]
    assert next(p for p in done if p.suffix == ".csv").read_bytes().startswith(b"\xef\xbb\xbf")  # spreadsheets read the Chinese
    for path in done:
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name
    again = save_exhibit(exhibit, frame_exhibit(exhibit, tables), lang="zh", to=tmp_path, **GIVEN)
    assert set(again.values()) == {"unchanged"}


def test_one_changed_value_changes_every_file(tables, tmp_path):
    frame = _frame(tables, "fig_themes")
    save_exhibit(EXHIBITS["fig_themes"], frame, lang="en", to=tmp_path, **GIVEN)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    frame.loc[5, ["n_coded", "share"]] = [frame.loc[5, "n_coded"] + 1, frame.loc[5, "share"] + 0.03]
    done = save_exhibit(EXHIBITS["fig_themes"], frame, lang="en", to=tmp_path, **GIVEN)
    assert {p.name: s for p, s in done.items()} == dict.fromkeys(before, "changed")
    assert all((tmp_path / name).read_bytes() != old for name, old in before.items())


def test_noise_of_another_machine_changes_no_file_and_damage_does(tables, tmp_path):
    exhibit, frame = EXHIBITS["fig_scores"], _frame(tables, "fig_scores")
    save_exhibit(exhibit, frame, lang="en", to=tmp_path, **GIVEN)
    png, svg, pdf = (tmp_path / f"fig_scores_en.{form}" for form in ("png", "svg", "pdf"))
    pixels = np.asarray(Image.open(png)).copy()
    pixels[::7, ::7, :3] = np.clip(pixels[::7, ::7, :3].astype(int) - 3, 0, 255)
    Image.fromarray(pixels).save(png)
    text = svg.read_text(encoding="utf-8")
    svg.write_text(re.sub(r"\.(\d{5})1\b", r".\g<1>2", text), encoding="utf-8")
    pdf.write_bytes(pdf.read_bytes() + b"\n% another patch release")
    left = {p: p.read_bytes() for p in (png, svg, pdf)}
    assert svg.read_text(encoding="utf-8") != text
    done = save_exhibit(exhibit, frame, lang="en", to=tmp_path, **GIVEN)
    assert set(done.values()) == {"unchanged"}
    assert {p: p.read_bytes() for p in left} == left
    for path in left:
        path.write_bytes(left[path][: len(left[path]) // 3])
    done = save_exhibit(exhibit, frame, lang="en", to=tmp_path, **GIVEN)
    assert [done[p] for p in left] == ["changed"] * 3


def test_a_table_is_written_as_rows_only_and_not_drawn(tables, tmp_path):
    exhibit, frame = EXHIBITS["tab_sources"], _frame(tables, "tab_sources")
    assert [p.name for p in save_exhibit(exhibit, frame, lang="en", to=tmp_path, **GIVEN)] == ["tab_sources.csv"]
    with pytest.raises(InvalidInput, match=r"tab_sources.*not drawn"):
        draw_exhibit(exhibit, frame, **GIVEN)


def test_unknown_formats_and_exhibits_are_refused(tables, tmp_path):
    with pytest.raises(InvalidInput, match="gif"):
        save_exhibit(FIGURES[0], frame_exhibit(FIGURES[0], tables), lang="en", to=tmp_path, formats=["gif"], **GIVEN)
    assert not list(tmp_path.iterdir())
    with pytest.raises(InvalidInput, match="fig_weather"):
        check_exhibit("fig_weather")
    with pytest.raises(InvalidInput, match=r"Missing \['scores'\]"):
        frame_exhibit(EXHIBITS["fig_scores"], {})


def test_type_in_pdf_is_embedded_truetype_and_svg_has_no_fonts():
    for path in invented.drawn().glob("*.pdf"):
        assert b"/FontFile2" in path.read_bytes(), path.name
        assert b"/Type3" not in path.read_bytes(), path.name
    for path in invented.drawn().glob("*.svg"):
        assert "<text" not in path.read_text(encoding="utf-8"), path.name


def test_a_picture_shows_itself_in_a_notebook(tables):
    picture = show_exhibit(EXHIBITS["fig_scores"], _frame(tables, "fig_scores"), lang="zh", **GIVEN)
    data, size = picture._repr_mimebundle_()
    assert data["image/png"].startswith(b"\x89PNG")
    assert data["text/plain"].startswith(f"图 {number_of(EXHIBITS['fig_scores'])}: ")
    assert size["image/png"]["width"] == 420


