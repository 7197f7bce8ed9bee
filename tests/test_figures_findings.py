"""Figures of findings: what is drawn is what the tables say."""

from __future__ import annotations

import invented
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.patches import Ellipse

from cxzy_study.output import frames_findings as frames
from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.labels import place_labels
from cxzy_study.output.style import text_width
from cxzy_study.tables import THEMES

GIVEN = {"glossary": invented.glossary(), "codebook": invented.CODEBOOK}


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


def drawn(tables, exhibit_id):
    frame = frame_exhibit(EXHIBITS[exhibit_id], tables)
    ax = draw_exhibit(EXHIBITS[exhibit_id], frame, **GIVEN).axes[0]
    return frame, ax, ax.child_axes


def words(panel):
    return [t.get_text() for t in panel.texts]


def test_the_map_has_an_ellipse_for_each_document_and_a_name_for_each_theme(tables):
    frame, _, (left, right) = drawn(tables, "fig_map")
    groups = frame[frame["kind"] == "group"]
    ellipses = [p for p in left.patches if isinstance(p, Ellipse)]
    assert [(e.width / 2, e.height / 2) for e in ellipses] == pytest.approx(groups[["radius_a", "radius_b"]].to_numpy())
    assert set(groups["place_en"]) <= set(words(left))
    assert sum(frame["kind"] == "theme") == len([t for t in words(right) if t]) == len(THEMES)
    # One unit is as long across as up.
    for panel in (left, right):
        box, (x0, x1), (y0, y1) = panel.get_window_extent(), panel.get_xlim(), panel.get_ylim()
        assert box.width / (x1 - x0) == pytest.approx(box.height / (y1 - y0), rel=0.02)


def test_branches_without_support_are_broken_and_pairs_beyond_chance_are_filled(tables):
    frame, _, (left, right) = drawn(tables, "fig_tree")
    branches = frame[frame["part"] == "branch"]
    broken = [line.get_linestyle() == "--" for line in left.lines]
    assert broken == ((branches["support"] < 0.95) & branches["support"].notna()).tolist()
    assert [f"{s:.0%}" for s in branches["support"].dropna()] == words(left)
    pairs = frame[frame["part"] == "pair"]
    dots = [c for c in right.collections if isinstance(c, PathCollection)][-1]
    filled = [not np.allclose(c[:3], 1) for c in dots.get_facecolors()]
    assert filled == (pairs["distance"] > pairs["chance_high"]).tolist()
    assert len(pairs) == 10


def test_the_network_joins_only_pairs_whose_interval_leaves_out_nought(tables):
    frame, ax, _ = drawn(tables, "fig_network")
    pairs = tables["pairs"]
    told = ((pairs["low"] > 0) | (pairs["high"] < 0)).sum()
    assert (frame["part"] == "pair").sum() == told
    assert len(ax.lines) == told + 2  # and two in the key
    counts = frame[frame["part"] == "theme"].set_index("theme")["n"]
    assert counts.index.tolist() == list(THEMES)
    assert counts["service"] == pairs.loc[pairs["theme_a"] == "service", "n_a"].iloc[0]


def test_key_words_stand_in_order_with_their_counts(tables):
    frame, _, panels = drawn(tables, "fig_keyness")
    assert len(panels) == 5
    first = frame[frame["group"] == "finance"].iloc[0]
    assert words(panels[4])[0].startswith(first["term"])
    assert words(panels[4])[0].endswith(f"({first['n']})")
    assert frame.groupby("group")["rank"].apply(list).map(lambda r: r == list(range(1, 9))).all()


def test_approaches_add_up_to_all_practices_and_name_one_of_each(tables):
    frame, _, _ = drawn(tables, "fig_approaches")
    assert frame["n"].sum() == len(tables["approaches"])
    assert len(frame) == 4 * 5
    assert frame.loc[frame["n"] > 0, "practice"].ne("").all()
    assert not frame["supported"].any()


def test_the_claims_matrix_has_every_claim_and_its_shares(tables):
    frame, ax, _ = drawn(tables, "fig_claims")
    assert set(frame["claim_id"]) == set(tables["claims"]["claim_id"])
    whole = frame[frame["choice"] == "all"].set_index("claim_id")["share"]
    assert whole.to_dict() == pytest.approx(tables["claims"].set_index("claim_id")["share_hold"].to_dict(), nan_ok=True)
    one = frame[(frame["claim_id"] == "one_group") & (frame["choice"] == "unit")]
    assert one["n"].sum() == tables["claims"].set_index("claim_id").loc["one_group", "n_universes"]
    assert len([t for t in ax.get_yticklabels() if t.get_text()]) == len(tables["claims"])


def test_the_curve_shows_the_claims_that_hold_least_often(tables):
    frame, _, panels = drawn(tables, "fig_curve")
    made = tables["claims"][tables["claims"]["status"].isin(("holds", "leans"))]
    assert frame["share_hold"].drop_duplicates().tolist() == sorted(made["share_hold"])[:3]
    assert len(panels) == 6
    for _, rows in frame.groupby("claim_id"):
        assert rows["value"].is_monotonic_increasing
        assert rows["holds"].mean() == pytest.approx(rows["share_hold"].iloc[0])


def test_the_calibration_shows_what_has_a_nominal_value(tables):
    frame, _, (left, right) = drawn(tables, "fig_calibration")
    assert len(frame) == tables["calibration"]["nominal"].notna().sum()
    assert set(frame.loc[frame["kind"] == "coverage", "nominal"]) == {0.95}
    dots = sum(len(c.get_offsets()) for p in (left, right) for c in p.collections if isinstance(c, PathCollection))
    assert dots == len(frame)


def test_the_table_of_claims_prints_statistic_bound_and_analyses(tables):
    table = frames.frame_claim_table(tables["claims"]).set_index("claim_id")
    row = tables["claims"].set_index("claim_id").loc["speech_demands"]
    assert table.loc["speech_demands", "statistic"] == f"{row['value']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
    assert table.loc["speech_demands", "bound"] == "> 0"
    assert table.loc["speech_demands", "held"] == f"{row['n_hold']}/{row['n_universes']}"
    assert table["status"].tolist() == sorted(table["status"], key=["holds", "leans", "falls", "open"].index)


def test_labels_keep_clear_of_each_other_and_of_the_points():
    rng = np.random.default_rng(2)
    points = [(float(x), float(y)) for x, y in rng.uniform(80, 220, (14, 2))]
    texts = ["承诺践诺"] * 14
    offsets = place_labels(points, texts, size=7, page=(0, 0, 300, 300))
    wide, high = text_width(texts[0], size=7) / 2, 3.5
    boxes = [(x + a - wide, y + b - high, x + a + wide, y + b + high) for (x, y), (a, b) in zip(points, offsets, strict=True)]
    for i, one in enumerate(boxes):
        assert one[0] >= 0
        assert one[2] <= 300
        for other in boxes[:i]:
            assert not (one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3])
        for j, (x, y) in enumerate(points):
            assert j == i or not (one[0] < x < one[2] and one[1] < y < one[3])


def test_frames_refuse_tables_that_are_not_sound(tables):
    with pytest.raises(ValueError, match="table claims"):
        frames.frame_claim_table(pd.DataFrame({"claim_id": ["a"]}))
