"""Exhibits on facts: trees, families, lineage, bodies within bodies are what the tables say."""

from __future__ import annotations

import invented
import pandas as pd
import pytest

from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.frames_facts import frame_bodies, frame_lineage, frame_trees

GIVEN = {"glossary": invented.glossary(), "codebook": invented.CODEBOOK}
LINES = ("云溪乡党委", "白果镇党委", "县卫生局", "县委组织部")


@pytest.fixture(scope="module")
def tables():
    return invented.tables()


def _frame(tables, exhibit_id):
    return frame_exhibit(EXHIBITS[exhibit_id], tables)


def test_a_formula_of_formulas_has_its_parts_parts_below_it(tables):
    frame = frame_trees(tables["formulas"], sources=tables["sources"])
    tree = frame[frame["tree"] == 0]
    assert tree["label"].tolist() == ["二三", "两张网", "信息网", "服务网", "三道关", "入口关", "培养关", "考核关"]
    assert tree["parent"].tolist() == [-1, 0, 1, 1, 0, 4, 4, 4]
    leaves = tree[~tree["node"].isin(tree["parent"])]
    assert leaves["y"].tolist() == [0, 1, 2, 3, 4]
    assert tree.iloc[0]["y"] == pytest.approx((0.5 + 3) / 2)


def test_a_formula_among_its_own_parts_makes_no_endless_tree(tables):
    one = tables["formulas"].iloc[:1].assign(parts="二三|甲")
    # What stands among its own parts is no tree of its own, and no endless one.
    assert frame_trees(one, sources=tables["sources"]).empty
    none = frame_trees(tables["formulas"].iloc[:0], sources=tables["sources"])
    assert none.empty


def test_lineage_shows_what_changed_against_the_earliest_wording(tables):
    frame = frame_lineage(tables["families"], sources=tables["sources"])
    good = frame[frame["family"] == "5好"]
    assert good["doc_id"].tolist() == ["taining", "tianjin", "lexicon"]
    assert good["changed"].tolist() == ["", "", "-发展业绩好|+工作业绩好"]


def test_bodies_stand_below_their_arena_township_or_kind(tables):
    frame = frame_bodies(tables["about"], arenas=tables["arenas"], sources=tables["sources"], doc_ids=("taining",))
    assert frame["depth"].iloc[0] == 0
    groups = frame[frame["depth"] == 1].set_index("key")["n_units"].to_dict()
    assert groups == {"arena.villages": 1, "arena.offices": 1}
    assert set(frame.loc[frame["depth"] == 2, "label"]) == set(LINES)
    without = frame_bodies(
        tables["about"], arenas=tables["arenas"].iloc[:0], sources=tables["sources"], doc_ids=("taining",)
    )
    townships = without["key"].tolist().index("body_group.township")
    assert without["label"].iloc[townships + 1 : townships + 3].tolist() == ["云溪乡党委", "白果镇党委"]


def test_the_families_marks_stand_in_the_columns_of_their_documents(tables):
    frame = _frame(tables, "fig_families")
    figure = draw_exhibit(EXHIBITS["fig_families"], frame, lang="zh", **GIVEN)
    panels = figure.axes[0].child_axes
    marks = sum(len(panel.lines) for panel in panels)
    assert marks == len(frame)
    words = {text.get_text() for panel in panels for text in panel.texts}
    assert set(frame["pattern"]) <= words


def test_bars_of_the_bodies_are_as_long_as_the_units(tables):
    frame = _frame(tables, "fig_bodies")
    figure = draw_exhibit(EXHIBITS["fig_bodies"], frame, lang="zh", **GIVEN)
    for panel, (_, own) in zip(figure.axes[0].child_axes, frame.groupby("doc_id", sort=False), strict=True):
        widths = [bar.get_width() for bar in panel.patches]
        expected = own["n_units"] * 0.26 / own["n_units"].max()
        assert widths == pytest.approx(expected.tolist())


def test_the_ledger_has_every_number_with_its_thing(tables):
    frame = _frame(tables, "tab_numbers")
    assert len(frame) == len(tables["quantities"])
    row = frame[frame["surface"] == "12个"].iloc[0]
    assert (row["thing"], row["kind"], row["doc_id"]) == ("卫生室", "level", "taining")
    assert isinstance(frame, pd.DataFrame)
