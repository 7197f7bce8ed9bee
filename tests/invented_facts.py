"""Facts of invented sentences, as the tables from which the exhibits on facts are made."""

from __future__ import annotations

import pandas as pd
from facts import units_of

from cxzy_study.facts.about import assign_bodies
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.families import find_families
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.quantities import find_quantities
from cxzy_study.tables import SCHEMAS

TEXTS = {
    "taining": (
        "松岭县的做法",
        "推行“二三”责任制,即建立“两张网”和“三道关”。",
        "“两张网”即信息网、服务网,“三道关”即入口关、培养关、考核关。",
        "做到“五个好”(领导班子好、党员队伍好、工作机制好、发展业绩好、群众反映好)。",
        "云溪乡党委和白果镇党委每月走访2次,覆盖率达95%。",
        "县卫生局新建卫生室12个,县委组织部督查。",
    ),
    "tianjin": (
        "霜桥市委总结经验。",
        "和平区、河东区和霜桥大学开展“三学三比”活动,围绕“五个好”目标。",
        "卫生系统、教育系统投入300万元,市卫生局居全市第2位。",
        "落实一站两中心和“联五帮一”。",
    ),
    "langfang": ("争当“两新”组织标兵。", "覆盖率由61%提高到90%,历时一年。"),
}
DATES = {"taining": "2005", "tianjin": "2010", "langfang": "2012-05-13"}
"""Which the documents of :mod:`invented` bear too."""


def fact_tables() -> dict[str, pd.DataFrame]:
    """Tables ``formulas``, ``quantities``, ``bodies``, ``families``, ``about`` and ``arenas``."""
    texts = pd.concat([units_of(*lines, doc_id=doc_id) for doc_id, lines in TEXTS.items()], ignore_index=True)
    formulas = find_formulas(texts)
    bodies = find_bodies(texts, year=2010)
    found = {"formulas": formulas, "quantities": find_quantities(texts, formulas=formulas), "bodies": bodies}
    tables = {
        name: table.assign(spans=[f"{a}-{b}" for a, b in zip(table["start"], table["end"], strict=True)])[SCHEMAS[name].names]
        for name, table in found.items()
    }
    home = {"taining": "松岭县", "tianjin": "霜桥市", "langfang": "霜桥市"}
    arenas = [("taining", "u005", "villages"), ("taining", "u006", "offices")]
    return tables | {
        "families": find_families(formulas, dates=DATES),
        "about": assign_bodies(texts, bodies, home=home),
        "arenas": pd.DataFrame(arenas, columns=SCHEMAS["arenas"].names),
    }
