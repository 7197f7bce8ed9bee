"""The figure on the machine coder's errors: what is drawn is what the table says."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.frames_coder import CODERS, frame_accuracy
from cxzy_study.output.plots_coder import MARKS
from cxzy_study.output.style import find_type_faults
from cxzy_study.study.load import load_study
from cxzy_study.study.make import codebook_facts, glossary_of
from cxzy_study.tables import THEMES, TOTALS, InvalidInput


@pytest.fixture(scope="module")
def study():
    return load_study()


def drawn(study, lang="en"):
    frame = frame_exhibit(EXHIBITS["fig_coder"], study.tables)
    figure = draw_exhibit(
        EXHIBITS["fig_coder"], frame, glossary=glossary_of(study), codebook=codebook_facts(study), lang=lang
    )
    return frame, figure


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_type_is_large_enough_whole_and_apart(study, lang):
    _, figure = drawn(study, lang)
    figure.canvas.draw()
    assert find_type_faults(figure) == []


def test_dots_stand_where_the_table_says(study):
    frame, figure = drawn(study)
    scores, shares = figure.axes[0].child_axes
    dots = {tuple(c.get_facecolor()[0][:3]): c.get_offsets() for c in scores.collections if len(c.get_offsets()) > 1}
    for coder, (colour, *_) in MARKS.items():
        rows = frame[frame.measured == coder].reset_index(drop=True)
        rows = rows[rows.f1.notna()]
        at = np.asarray(dots[to_rgb(colour)])
        np.testing.assert_allclose(at[:, 0], rows.f1)
        assert at[:, 1].round().tolist() == rows.index.tolist()
    best = frame[frame.measured == CODERS[-1]].bias.dropna()
    found = [np.asarray(c.get_offsets())[:, 0] for c in shares.collections if len(c.get_offsets()) == len(THEMES)]
    np.testing.assert_allclose(found[0], best)


def test_coders_stay_apart_in_grey():
    grey = sorted(np.dot(to_rgb(colour), (0.299, 0.587, 0.114)) for colour, *_ in MARKS.values())
    assert min(np.diff(grey)) > 0.12


def test_internal_scores_are_not_shown_and_gaps_are_refused(study):
    frame = frame_accuracy(study["accuracy"])
    assert set(frame.measured) == set(CODERS)
    assert not study["accuracy"][study["accuracy"].coder.isin(CODERS)].rules_seen.any()
    assert frame.theme.drop_duplicates().tolist() == [*TOTALS, *THEMES]
    with pytest.raises(InvalidInput, match=r"every theme\. .*service.*plain words"):
        frame_accuracy(study["accuracy"].query("not (theme == 'service' and coder == 'plain words')"))
