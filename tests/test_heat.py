"""The heat map of documents of one's own, of which there may be many with long names."""

from __future__ import annotations

from dataclasses import replace

import invented
import pandas as pd
import pytest

from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import draw_exhibit
from cxzy_study.output.plots_shares import lay_heat
from cxzy_study.output.style import find_type_faults
from cxzy_study.tables import THEMES, InvalidInput

GLOSSARY = invented.glossary()
GIVEN = {"glossary": GLOSSARY, "codebook": invented.CODEBOOK}
HEAT = EXHIBITS["fig_themes"]


def many(n: int, *, name: str = "{:02}_松岭县总结_songling.html") -> pd.DataFrame:
    """Rows of n documents, each a document of the invented study under another name, with ever more sentences."""
    frame = frame_exhibit(HEAT, invented.tables())
    one = frame[frame["group"] == frame["group"].iloc[0]]
    parts = []
    for i in range(n):
        names = {"group": f"d{i}", "place_en": name.format(i), "place_zh": name.format(i)}
        parts.append(one.assign(**names, n_units=40 + i, n_coded=(one["share"] * (40 + i)).round().astype(int)))
    return pd.concat(parts, ignore_index=True)


def draw(frame: pd.DataFrame, lang: str):
    layout = lay_heat(frame, glossary=GLOSSARY, lang=lang)
    return layout, draw_exhibit(replace(HEAT, height_mm=max(HEAT.height_mm, layout.height_mm)), frame, lang=lang, **GIVEN)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("n", [1, 12, 23])
def test_names_and_cells_of_many_documents_do_not_overprint(n, lang):
    frame = many(n)
    layout, figure = draw(frame, lang)
    assert find_type_faults(figure) == []
    ax = figure.axes[0]
    panels = ax.child_axes or [ax]
    assert len(panels) == layout.down == (1 if n <= 12 else 2)
    words = [t.get_text() for panel in panels for t in panel.texts]
    assert [w for w in words if w.endswith(".html")] == frame["place_en"].unique().tolist()
    cells = [t.get_text() for panel in panels for t in panel.texts if "%  (" in t.get_text()]
    assert len(cells) == n * len(THEMES)
    by_group = frame.pivot_table(index="theme", columns="group", values="share", sort=False).loc[list(THEMES)]
    shown = [panel.collections[0].get_array().reshape(len(THEMES), -1) for panel in panels]
    joined = pd.concat([pd.DataFrame(grid) for grid in shown], axis=1)
    assert joined.to_numpy().tolist() == by_group.to_numpy().tolist()


def test_as_drawn_before_the_names_of_twelve_documents_would_overprint():
    """The check above can fail: level names in narrow columns are faults."""
    from cxzy_study.output import plots_shares

    frame = many(12)
    level = replace(lay_heat(frame, glossary=GLOSSARY, lang="en"), turned=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plots_shares, "lay_heat", lambda *_, **__: level)
        assert any("is printed over" in fault for fault in find_type_faults(draw_exhibit(HEAT, frame, lang="en", **GIVEN)))


def test_short_names_stay_level_and_long_ones_are_cut_in_their_middle():
    assert not lay_heat(many(5, name="乡{}"), glossary=GLOSSARY, lang="zh").turned
    layout, figure = draw(many(6, name="{:02}_" + "松岭县创先争优活动总结" * 6 + ".docx"), "zh")
    assert layout.turned
    assert all("…" in name and name.endswith(".docx") for name in layout.names.values())
    assert len(set(layout.names.values())) == 6
    assert find_type_faults(figure) == []


def test_more_documents_than_a_page_holds_are_refused():
    with pytest.raises(InvalidInput, match=r"at most 60 documents.*Choose some\. 61"):
        lay_heat(many(61), glossary=GLOSSARY, lang="en")
