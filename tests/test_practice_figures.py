"""Figures on practices: what is drawn is what the rows say."""

from __future__ import annotations

import invented
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import PathPatch, Rectangle

from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.frames_practices import frame_accountability, frame_centre, frame_words
from cxzy_study.output.plots_checks import FORUM_COLOURS
from cxzy_study.output.style import find_type_faults
from cxzy_study.study.load import load_study
from cxzy_study.study.make import codebook_facts, glossary_of
from cxzy_study.tables import CYCLES, InvalidInput

GLOSSARY = invented.glossary()
GIVEN = {"glossary": GLOSSARY, "codebook": invented.CODEBOOK}
DRAWN = ("fig_checks", "fig_accountability", "fig_ladder", "fig_cycles", "fig_centre")


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


def _drawn(tables, exhibit_id, lang="en"):
    frame = frame_exhibit(EXHIBITS[exhibit_id], tables)
    return frame, draw_exhibit(EXHIBITS[exhibit_id], frame, lang=lang, **GIVEN).axes[0]


@pytest.fixture(scope="module")
def study():
    return load_study()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("exhibit_id", DRAWN)
def test_type_of_the_study_s_own_figures_is_large_enough_whole_and_apart(study, exhibit_id, lang):
    exhibit = EXHIBITS[exhibit_id]
    frame = frame_exhibit(exhibit, study.tables)
    figure = draw_exhibit(exhibit, frame, glossary=glossary_of(study), codebook=codebook_facts(study), lang=lang)
    figure.canvas.draw()
    assert find_type_faults(figure) == []


def test_bands_are_as_wide_as_the_number_of_practices(tables):
    frame, ax = _drawn(tables, "fig_checks")
    bands = [p for p in ax.patches if isinstance(p, PathPatch)]
    for first, second in (("forum", "answers"), ("answers", "consequence")):
        wanted = frame.groupby([first, second])["n_practices"].sum()
        for (a, b), n in wanted.items():
            mine = [p for p in bands if p.get_gid() == f"{a}>{b}"]
            drawn = sum(p.get_path().vertices[7, 1] - p.get_path().vertices[0, 1] for p in mine)
            if (b, a) not in wanted.index:
                assert drawn >= n
    hatched = sum(p.get_path().vertices[7, 1] - p.get_path().vertices[0, 1] for p in bands if p.get_hatch())
    assert hatched == pytest.approx(2 * (frame.n_practices - frame.n_realised).sum())
    whole = sum(p.get_path().vertices[7, 1] - p.get_path().vertices[0, 1] for p in bands)
    assert whole == pytest.approx(2 * frame.n_practices.sum())


def test_forums_stay_apart_in_grey():
    grey = sorted(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)) for colour in FORUM_COLOURS.values())
    assert min(np.diff(grey)) > 0.07


def test_boxes_say_their_numbers(tables):
    frame, ax = _drawn(tables, "fig_checks")
    said = {t.get_text() for t in ax.texts}
    for forum, n in frame.groupby("forum")["n_practices"].sum().items():
        assert f"{GLOSSARY.label(f'forum.{forum}', 'en')}  {n}" in said
    assert len([p for p in ax.patches if isinstance(p, Rectangle)]) == sum(frame[c].nunique() for c in ("forum", "answers", "consequence"))


def test_every_line_of_the_matrix_is_a_row(tables):
    frame, ax = _drawn(tables, "fig_accountability", "zh")
    wanted = sorted(f"{GLOSSARY.label(f'consequence.{r.consequence}', 'zh')} {r.n_practices} ({r.n_realised})" for r in frame.itertuples())
    assert sorted(t.get_text() for t in ax.texts) == wanted


def test_bars_of_the_ladder_are_shares(tables):
    frame, ax = _drawn(tables, "fig_ladder")
    groups = list(dict.fromkeys(zip(frame["group_kind"], frame["group"], strict=True)))
    assert len(ax.child_axes) == len(groups)
    for panel, (kind, group) in zip(ax.child_axes, groups, strict=True):
        rows = frame[(frame["group_kind"] == kind) & (frame["group"] == group)]
        drawn = [bar.get_width() for bar in panel.patches if bar.get_height() == pytest.approx(0.34)]
        assert sorted(drawn) == pytest.approx(sorted(rows["share"]))


def test_marks_of_the_cycles_say_what_is_told(tables):
    frame, ax = _drawn(tables, "fig_cycles")
    panels = ax.child_axes[: len(CYCLES)]
    for panel, cycle in zip(panels, CYCLES, strict=True):
        rows = frame[frame["cycle"] == cycle]
        circles = [c for c in panel.collections if isinstance(c, PathCollection)]
        dots = [(c.get_offsets()[0].tolist(), bool((c.get_facecolor() == 1).all())) for c in circles]
        docs, steps = list(dict.fromkeys(frame["doc_id"])), CYCLES[cycle]
        told = rows[rows["status"].isin(["realised", "demanded"])]
        wanted = [([steps.index(r.step), docs.index(r.doc_id)], r.status == "demanded") for r in told.itertuples()]
        assert sorted(dots) == sorted(wanted)
        boxes = [p for p in panel.patches if isinstance(p, Rectangle) and p.get_hatch()]
        assert len(boxes) == int((rows["status"] == "cannot_be_seen").sum())


def test_an_entry_that_nobody_uses_stays_and_an_undated_one_does_not(tables):
    frame = frame_centre(tables["centre"], practices=tables["practices"], sources=tables["sources"])
    assert "undated" not in set(frame["register_id"])
    late = frame[frame["register_id"] == "late"]
    assert late[["doc_id", "n_practices"]].values.tolist() == [["", 0]]
    used = tables["practices"][tables["practices"]["register_ids"] == "launch"]
    counts = frame[frame["register_id"] == "launch"].set_index("doc_id")["n_practices"]
    assert counts.to_dict() == used.groupby("doc_id").size().to_dict()
    assert frame["start"].is_monotonic_increasing


def test_whose_words_add_up(tables):
    frame = frame_words(tables["practices"], sources=tables["sources"])
    assert (frame[["n_centre", "n_adapted", "n_not_found", "n_earlier"]].sum(axis=1) == frame["n_practices"]).all()
    assert frame["n_practices"].sum() == len(tables["practices"])


def test_a_group_without_judges_is_refused(tables):
    with pytest.raises(InvalidInput, match="Invalid group 'atlantis'"):
        frame_accountability(tables["accountability"], group="atlantis")


def test_frames_stand_in_the_fixed_order(tables):
    shuffled = {name: t.sample(frac=1, random_state=4).reset_index(drop=True) for name, t in tables.items()}
    for exhibit_id in ("fig_checks", "fig_ladder", "fig_cycles"):
        exhibit = EXHIBITS[exhibit_id]
        pd.testing.assert_frame_equal(
            frame_exhibit(exhibit, tables)[list(frame_exhibit(exhibit, shuffled).columns)], frame_exhibit(exhibit, shuffled)
        )
