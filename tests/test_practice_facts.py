"""Proposals of practices: names found in made-up sentences, what they claim, and how far a person would agree."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.formulas import find_formulas
from cxzy_study.facts.lexicon import UNIT_COLUMNS, load_lexicon
from cxzy_study.facts.practice_candidates import find_candidates
from cxzy_study.facts.practice_model import apply_weights, candidate_features, fit_weights
from cxzy_study.facts.practice_modes import propose_modes
from cxzy_study.facts.practices import find_practices, label_candidates
from cxzy_study.study.load import load_study
from cxzy_study.study.proposals import load_demo
from cxzy_study.tables import MODES, THEMES, InvalidInput
from cxzy_study.tables.schemas_practices import COMMITMENTS, INSTRUMENTS

WEIGHTS = pd.DataFrame({"feature": ["bias"], "weight": [2.0]})


def _units(*texts, kind="sentence", doc_id="demo"):
    return pd.DataFrame([(doc_id, f"u{i}", kind, "1", 1, "", i, text) for i, text in enumerate(texts)], columns=list(UNIT_COLUMNS))


def _labels(*texts):
    units = _units(*texts)
    return [(c.label, c.rule) for c in find_candidates(units, formulas=find_formulas(units))]


@pytest.mark.parametrize(("text", "wanted"), [
    ("松岭县开展“邻里守望”活动。", [("邻里守望”活动", "quoted")]),
    ("松岭县开展『邻里守望』活动。", [("邻里守望』活动", "quoted")]),
    ("各村普遍设立党员责任区。", [("党员责任区", "suffix")]),
    ("全县建立了41个党员示范岗。", [("党员示范岗", "suffix")]),
    ("通过设立流动课堂、爱心驿站、红色书屋等形式服务居民。", [("流动课堂", "list"), ("爱心驿站", "list"), ("红色书屋", "list")]),
    ("深入推进创先争优活动,不断完善制度。", []),
    ("这项活动很受欢迎。", []),
    ("", []),
])  # fmt: skip
def test_names_end_where_verbs_and_measures_begin(text, wanted):
    assert _labels(text) == wanted


def test_a_place_in_the_text_is_the_label():
    text = "镇里成立督导组,设立“民情信箱”,实行岗位责任制。"
    units = _units(text)
    for c in find_candidates(units, formulas=find_formulas(units)):
        assert text[c.start : c.end].strip("“”") == c.label
    spans = sorted((c.start, c.end) for c in find_candidates(units, formulas=find_formulas(units)))
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


@pytest.mark.parametrize(("text", "mode", "commitment"), [
    ("各支部必须建立台账。", "demanded", "must"),
    ("党员要亮明身份。", "demanded", "must"),
    ("主要做法是设立岗位。", "under_way", "none"),
    ("这是重要的工作需要。", "under_way", "none"),
    ("全镇已设立岗位86个。", "done", "none"),
    ("群众满意率达到九成,荣获全市第一名。", "outcome", "none"),
    ("下一步,将在全县推开。", "planned", "none"),
    ("少数干部作风不实。", "problem", "none"),
    ("党员的先锋作用是事业成功的关键。", "doctrine", "none"),
    ("正在深入推进承诺践诺。", "under_way", "none"),
])  # fmt: skip
def test_modes_by_their_words(text, mode, commitment):
    assert propose_modes(_units(text))[["mode", "commitment"]].iloc[0].tolist() == [mode, commitment]


def test_a_document_that_demands_is_taken_to_demand():
    calm = propose_modes(_units("设立责任区。", "实行首问制。", "开办讲堂。", "办好食堂。", "修好水渠。"))
    pressing = propose_modes(_units("必须设立责任区。", "实行首问制。", "开办讲堂。", "务必办好食堂。", "修好水渠。"))
    assert calm["mode"].tolist() == ["under_way"] * 5
    assert pressing["mode"].tolist() == ["demanded"] * 5


def test_the_heading_of_a_section_speaks_for_what_is_silent():
    units = _units("三、存在的问题", "台账更新慢。", "下一步,抓好三项工作:", "修订办法。", "四、做法", "设立责任区。")
    units.loc[[0, 4], "kind"] = "heading"
    assert propose_modes(units)["mode"].tolist()[1:4] == ["problem", "planned", "planned"]
    assert propose_modes(units)["mode"].tolist()[5] == "under_way"


def test_each_document_is_judged_alone():
    one, two = _units("必须办好食堂。", "修好水渠。", doc_id="a"), _units("修好水渠。", doc_id="b")
    both = propose_modes(pd.concat([one, two], ignore_index=True))
    alone = pd.concat([propose_modes(one), propose_modes(two)], ignore_index=True)
    pd.testing.assert_frame_equal(both, alone)


def test_weights_are_a_logistic_regression():
    features = [{"bias": 1.0, "verb": 1.0}] * 30 + [{"bias": 1.0}] * 30
    weights = fit_weights(features, [True] * 24 + [False] * 6 + [True] * 6 + [False] * 24, strength=1e6)
    # Without a penalty the probabilities are the shares.
    assert apply_weights([features[0], features[-1]], weights) == pytest.approx([0.8, 0.2], abs=1e-3)
    table = weights.set_index("feature").weight
    assert table["verb"] == pytest.approx(2 * math.log(4), abs=2e-3)
    with pytest.raises(InvalidInput, match="some candidates must be practices"):
        fit_weights(features, [True] * 60)


def test_a_candidate_is_a_practice_where_a_like_label_stands_in_the_same_unit():
    units = _units("设立党员责任区。", "设立党员责任区。")
    candidates = find_candidates(units, formulas=find_formulas(units))
    practices = pd.DataFrame([("demo", "责任区", "u1")], columns=["doc_id", "practice", "unit_ids"])
    assert label_candidates(candidates, practices) == [False, True]


def _proposed(units, **given):
    return find_practices(units, formulas=find_formulas(units), bodies=find_bodies(units), weights=WEIGHTS, **given)


def test_a_name_that_comes_twice_is_one_proposal_and_its_first_sentence_speaks():
    units = _units("设立党员责任区", "全县已设立党员责任区86个。", "各村要管好党员责任区。")
    units.loc[0, "kind"] = "heading"
    found = _proposed(units)
    assert found[["practice", "mode", "unit_ids", "instrument", "themes"]].values.tolist() == [["党员责任区", "done", "u0;u1;u2", "structure", "responsibility"]]
    assert found[["gloss", "actor", "checking", "whose_words"]].eq("").all(axis=None)


def test_proposals_are_closed_names_of_what_is_done():
    texts = ("松岭县开展“邻里守望”活动。", "松岭县开展邻里守望活动。", "松岭县学习“三个代表”重要思想。", "下面我讲三点意见。")
    names = _proposed(_units(*texts), least=0.0)["practice"].tolist()
    assert names.count("邻里守望活动") == 1
    assert not any(word in name for name in names for word in ("”", "三个代表", "意见"))


def test_the_threshold_and_the_empty_document():
    units = _units("全县已设立党员责任区86个。")
    assert len(_proposed(units, least=0.87)) == 1
    assert len(_proposed(units, least=0.89)) == 0
    assert len(_proposed(_units("天气很好。"))) == 0
    assert len(_proposed(_units("天气很好。").iloc[:0])) == 0


def test_features_name_what_is_seen():
    units = _units("全县已设立党员责任区86个。")
    candidates = find_candidates(units, formulas=find_formulas(units))
    (row,) = candidate_features(candidates, units)
    assert {"bias", "rule=suffix", "head=责任区", "verb", "member", "counted", "kind=post"} <= set(row)


def test_the_lexicon_of_heads_is_closed():
    heads = load_lexicon("practice_heads")
    assert not heads["head"].duplicated().any()
    assert set(heads["instrument"]) <= set(INSTRUMENTS)
    assert {t for cell in heads["themes"] for t in cell.split(";") if t} <= set(THEMES)


def test_the_demonstration_s_practices_are_sound():
    units, practices = load_demo(ROOT)
    known = set(zip(units.doc_id, units.unit_id, strict=True))
    assert {(r.doc_id, u) for r in practices.itertuples() for u in r.unit_ids.split(";")} <= known
    assert set(practices["mode"]) <= set(MODES)
    assert set(practices["commitment"]) <= set(COMMITMENTS)


def test_proposals_agree_as_far_as_they_are_said_to():
    finding = load_study()["practice_finding"].set_index(["a", "b", "group"])
    left_out, elsewhere = finding.loc[("program", "settled", "all")], finding.loc[("program", "demo", "all")]
    assert left_out.f1 > 0.65
    assert elsewhere.f1 > 0.45
    assert elsewhere.f1 < left_out.f1, "what the rules were not written on is found worse"


def test_the_command_line_writes_proposals_with_the_columns_of_practices(tmp_path):
    from cxzy_study.cli import main

    page = ROOT / "data/demo/pages/02_shuangqiao_speech.txt"
    assert main(["facts", str(page), "--to", str(tmp_path / "facts")]) == 0
    found = pd.read_csv(tmp_path / "facts" / "practices.csv", dtype=str, keep_default_na=False)
    wanted = (
        "practice_id doc_id practice gloss body actor addressee themes instrument mode checking consequence commitment whose_words "
        "unit_ids rule probability"
    )
    assert list(found.columns) == wanted.split()
    assert "党员责任区" in set(found["practice"])
    assert found["probability"].astype(float).between(0.4, 1).all()
