"""Claims are computed as they say, judged by their bound, and found to fail where they fail."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.findings import multiverse as multiverse_module
from cxzy_study.findings.claim_kinds import KINDS
from cxzy_study.findings.claims import (
    evaluate_claims,
    find_failures,
    find_fallen,
    find_least_robust,
    is_borne,
    judge_claim,
    load_claims,
)
from cxzy_study.findings.cooccurrence import count_cooccurrence
from cxzy_study.findings.keyness import compare_keyness
from cxzy_study.findings.lengths import adjust_for_length
from cxzy_study.findings.marks import find_marks
from cxzy_study.findings.multiverse import list_universes, run_claim, run_multiverse
from cxzy_study.findings.shares import count_character_shares, count_shares
from cxzy_study.findings.simulate import PLANTED_SHARES, simulate_corpus
from cxzy_study.findings.universes import CHOICES, Bench, Universe
from cxzy_study.tables import THEMES, InvalidInput

DOCS = ("langfang", "dingan", "taining", "tianjin", "finance")


@pytest.fixture(scope="module")
def bench():
    """Five invented documents; the first speaks of benchmarking three sentences in four."""
    shares = np.tile(PLANTED_SHARES, (5, 1))
    shares[0, THEMES.index("benchmarking")] = 0.75
    made = simulate_corpus(shares, n_paragraphs=12, length_slope=0.5, seed=4)
    names = dict(zip([f"doc_{i}" for i in range(5)], DOCS, strict=True))
    codes, units = (t.assign(doc_id=t["doc_id"].map(names)) for t in (made.codes, made.units))
    groups = units[units["doc_id"] == "tianjin"][["doc_id", "unit_id", "paragraph"]]
    groups = groups.assign(group=np.where(groups["paragraph"] <= 6, "systems", "city")).drop(columns="paragraph")
    modes = units[["doc_id", "unit_id"]].assign(coder="settled", mode=np.where(units["doc_id"] == "dingan", "demanded", "done"))
    practices = pd.DataFrame({
        "practice_id": [f"p{i}" for i in range(40)], "doc_id": ["dingan"] * 20 + ["taining"] * 20,
        "commitment": ["must"] * 15 + ["none"] * 25, "checking": (["superior;resident"] * 6 + ["none"] * 14) * 2,
    })  # fmt: skip
    words = pd.DataFrame([
        ("finance", "jieba", "长效机制", 20), ("finance", "jieba", "服务", 5), ("dingan", "jieba", "服务", 30),
        ("dingan", "jieba", "长效机制", 1), ("dingan", "jieba", "竞赛", 9),
    ], columns=["doc_id", "segmenter", "term", "n"])  # fmt: skip
    partitions = pd.DataFrame({"partition": ["dingan;taining;tianjin|finance;langfang", "dingan;taining;tianjin|finance|langfang"],
                               "null_same": [0.03, 0.1], "null_spread": [0.01, 0.2], "supported": [0, 1]})  # fmt: skip
    families = pd.DataFrame({"inventory": ["settled", "settled"], "p_adjusted": [0.4, 0.2]})
    return Bench(codes, units, {"levels": groups}, modes, {"settled": practices}, words, families, partitions)


def value(bench, kind, at=None, **claim):
    return KINDS[kind].statistic(bench, at or Universe(), claim)


def ends(bench, kind, at=None, **claim):
    return KINDS[kind].interval(bench, at or Universe(), claim)


# ---- statistics, held against the functions that make the tables ------------------------------------------------------


def test_shares_under_each_weight_are_those_of_the_tables(bench):
    given = {"coder": "settled"}
    plain = count_shares(bench.codes, bench.units, **given).set_index(["group", "theme"])["share"].unstack()
    characters = count_character_shares(bench.codes, bench.units, **given).set_index(["group", "theme"])["share"].unstack()
    adjusted = adjust_for_length(bench.codes, bench.units, **given).set_index(["group", "theme"])["adjusted"].unstack()
    for weighting, table in (("units", plain), ("characters", characters), ("length_adjusted", adjusted)):
        found = bench.shares(Universe(weighting=weighting))
        assert found.to_numpy() == pytest.approx(table.loc[found.index, found.columns].to_numpy(float), abs=1e-9)


def test_paragraphs_and_headings_are_units_where_the_universe_says_so(bench):
    marks = find_marks(bench.codes, bench.units, coder="settled")
    joined = bench.marks(Universe(unit="paragraph"))
    assert len(joined.values) == marks.blocks.max() + 1
    for block in range(5):
        assert (joined.values[block] == marks.values[marks.blocks == block].any(axis=0)).all()
    assert joined.sentences["n_chars"].sum() == marks.sentences["n_chars"].sum()
    headed = replace(bench, units=bench.units.assign(kind="heading"), _kept={})
    assert len(headed.marks(Universe(unit="sentence_heading")).values) == len(bench.units)


def test_left_out_means_left_out(bench):
    assert "langfang" not in bench.shares(Universe(left_out="langfang")).index
    claim = {"theme": "benchmarking", "group": "langfang"}
    assert np.isnan(value(bench, "share_above", Universe(left_out="langfang"), **claim))
    assert value(bench, "share_above", **claim) == value(bench, "share_above", Universe(left_out="finance"), **claim)


def test_a_planted_emphasis_is_borne_out_and_its_interval_lies_above_nought(bench):
    claim = {"theme": "benchmarking", "group": "langfang"}
    shares = bench.shares(Universe())["benchmarking"]
    assert value(bench, "share_above", **claim) == pytest.approx(shares["langfang"] - shares.drop("langfang").max())
    low, high = ends(bench, "share_above", **claim)
    assert 0 < low < value(bench, "share_above", **claim) < high
    other = {"theme_a": "benchmarking", "theme_b": "service", "group": "langfang"}
    low, high = ends(bench, "emphasis", **other)
    assert 0 < low < value(bench, "emphasis", **other) < high
    assert value(bench, "range_without", **claim) == pytest.approx(value(bench, "share_above", **claim))
    assert value(bench, "least_share", theme="service") == bench.shares(Universe())["service"].min()
    assert value(bench, "most_share", theme="service", members=list(DOCS)) == bench.shares(Universe())["service"].max()
    assert ends(bench, "most_share", theme="service")[1] >= ends(bench, "least_share", theme="service")[1]


def test_pairs_are_those_of_the_table(bench):
    table = count_cooccurrence(bench.codes, bench.units, coder="settled", leave_out=())
    row = table[(table["theme_a"] == "service") & (table["theme_b"] == "development")].iloc[0]
    claim = {"theme_a": "development", "theme_b": "service"}
    assert value(bench, "pair", **claim) == pytest.approx(row["log_odds"])
    assert ends(bench, "pair", **claim) == pytest.approx((row["low"], row["high"]), abs=1e-6)


def test_groups_and_distances_without_contrast_show_none(bench):
    assert value(bench, "contrast", doc_id="tianjin", groups="levels") > 0.05
    assert value(bench, "alike", members=["dingan", "taining"]) < 0.02
    assert value(bench, "alike", members=["langfang", "taining"]) > value(bench, "alike", members=["dingan", "taining"])
    assert np.isnan(value(bench, "alike", members=["dingan", "nowhere"]))
    assert 0 <= value(bench, "branch") <= 1


def test_the_studys_own_grouping_is_that_of_its_table(bench):
    assert value(bench, "grouping", members=["dingan", "taining", "tianjin"]) == 0.03
    assert value(bench, "grouping", members=["dingan", "taining"]) == 1.0
    elsewhere = Universe(measure="hellinger")
    assert 0 < value(bench, "grouping", elsewhere, members=["dingan", "taining", "tianjin", "finance"]) <= 1
    assert np.isnan(value(bench, "grouping", Universe(left_out="dingan"), members=["dingan", "taining"]))


def test_modes_practices_and_families_are_counted(bench):
    claim = {"group": "dingan", "over": ["taining", "tianjin"], "values": ["demanded"]}
    assert value(bench, "mode_share", **claim) == 1.0
    assert ends(bench, "mode_share", **claim)[0] > 0.5
    assert np.isnan(value(bench, "mode_share", Universe(left_out="taining"), **claim))
    must = {"column": "commitment", "values": ["must"], "groups": ["dingan"], "over": ["taining"]}
    assert value(bench, "practice_share", **must) == pytest.approx(15 / 20)
    judged = {"column": "checking", "values": ["superior"], "leave_out": ["none"]}
    assert value(bench, "practice_share", **judged) == 1.0
    assert ends(bench, "practice_share", **judged) == pytest.approx((0.757, 1.0), abs=1e-3)  # Wilson, 12 of 12
    assert np.isnan(value(bench, "practice_share", Universe(coder="rules"), **must))
    assert value(bench, "families") == 0.2
    assert np.isnan(value(bench, "families", Universe(coder="reader_1")))


def test_ranks_of_words_are_those_of_keyness(bench):
    counts = bench.words.rename(columns={"doc_id": "group"})[["group", "term", "n"]]
    first = compare_keyness(counts, alpha0=500).query("group == 'finance'")["term"].tolist()
    assert value(bench, "word_rank", group="finance", term="长效机制") == first.index("长效机制") + 1 == 1
    assert value(bench, "word_rank", group="finance", term="没有") == len(first) + 1


# ---- judging ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("numbers", "claim", "status"),
    [
        ((0.2, 0.1, 0.3), {"above": 0}, "holds"), ((0.2, -0.1, 0.5), {"above": 0}, "leans"),
        ((-0.2, -0.4, 0.1), {"above": 0}, "falls"), ((0.3, 0.2, 0.4), {"below": 0.5}, "holds"),
        ((0.3, 0.1, 0.6), {"below": 0.5}, "leans"), ((0.5, np.nan, np.nan), {"below": 0.5}, "falls"),
        ((0.01, np.nan, np.nan), {"below": 0.05}, "holds"),
    ],
)  # fmt: skip
def test_claims_are_judged_by_their_bound(numbers, claim, status):
    assert judge_claim(*numbers, claim) == status


CLAIM = {"id": "much_benchmarking", "stated": "after", "kind": "share_above", "theme": "benchmarking", "group": "langfang",
         "above": 0, "en": "Much.", "zh": "多。"}  # fmt: skip


def test_claims_are_evaluated_with_where_they_hold(bench):
    universes = run_claim(CLAIM, bench)
    assert len(universes) == 3 * 1 * 3 * 5  # units, coder, weights, documents left out but its own
    assert universes["holds"].all()
    opposite = CLAIM | {"id": "little", "below": 0.0}
    opposite.pop("above")
    table = evaluate_claims([CLAIM, opposite], bench, multiverse=pd.concat([universes, run_claim(opposite, bench)]))
    assert table["status"].tolist() == ["holds", "falls"]
    assert table["share_hold"].tolist() == [1.0, 0.0]
    assert table["n_universes"].tolist() == [45, 45]
    assert table["fails_where"].tolist()[0] == ""
    assert find_least_robust(table)["claim_id"].tolist() == ["much_benchmarking"]


def test_a_claim_without_a_number_is_open(bench):
    claim = {**CLAIM, "kind": "practice_share", "column": "commitment", "values": ["must"]}
    table = evaluate_claims([claim], replace(bench, practices={}, _kept={}))
    assert table["status"].tolist() == ["open"]
    assert table["n_universes"].tolist() == [0]


def test_failures_are_named_where_they_gather():
    held = pd.DataFrame({"unit": ["sentence", "sentence", "paragraph", "paragraph"], "coder": ["settled", "rules"] * 2,
                         "holds": [1, 1, 0, 0]})  # fmt: skip
    assert find_failures(held) == "unit=paragraph 2/2"
    assert find_failures(held.assign(holds=1)) == ""
    assert find_failures(held[["holds"]].assign(holds=[1, 0, 1, 0])) == "anywhere 2/4"


def test_what_stands_worse_than_before_is_reported():
    before = pd.DataFrame({"claim_id": ["a", "b", "c"], "status": ["holds", "leans", "falls"]})
    now = pd.DataFrame({"claim_id": ["a", "b", "c", "d"], "status": ["falls", "holds", "falls", "falls"]})
    assert find_fallen(now, before) == ["a: holds before, falls now"]


def test_the_least_robust_are_those_that_hold_least_often_and_are_made():
    claims = pd.DataFrame({"claim_id": list("abcd"), "status": ["holds", "falls", "leans", "holds"],
                           "share_hold": [0.9, 0.1, 0.5, 0.5]})  # fmt: skip
    assert find_least_robust(claims, n=2)["claim_id"].tolist() == ["c", "d"]


# ---- universes and parts ---------------------------------------------------------------------------------------------


def test_universes_are_every_combination_and_the_studys_comes_first(bench):
    found = list_universes({"kind": "branch"}, bench)
    assert found[0] == Universe()
    assert len(found) == len(set(found)) == 3 * 1 * 4 * 4 * 6


def test_the_multiverse_takes_up_its_parts_and_no_others(bench, tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(multiverse_module, "run_claim", lambda c, b: calls.append(c["id"]) or run_claim(c, b))
    told = []
    first = run_multiverse([CLAIM], bench, parts=tmp_path, key="a", tell=lambda *t: told.append(t))
    again = run_multiverse([CLAIM], bench, parts=tmp_path, key="a")
    pd.testing.assert_frame_equal(first, again)
    assert calls == ["much_benchmarking"]
    assert told[-1][:2] == (1, 1)
    run_multiverse([CLAIM], bench, parts=tmp_path, key="other tables")
    run_multiverse([CLAIM | {"above": 0.1}], bench, parts=tmp_path, key="a")
    run_multiverse([CLAIM | {"en": "Other words."}], bench, parts=tmp_path, key="a")
    assert len(calls) == 3


def test_a_choice_that_is_not_known_is_refused():
    with pytest.raises(InvalidInput, match="unit word"):
        Universe(unit="word")
    with pytest.raises(InvalidInput, match="measure"):
        Universe(measure="mahalanobis")


# ---- the file, and the study ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spoil", "culprit"),
    [
        ({"kind": "hunch"}, "kind must be one of"), ({"stated": "perhaps"}, "before or after"), ({"en": ""}, "lacks en"),
        ({"below": 1}, "one of above and below"), ({"theme": "zeal"}, "unknown theme"),
    ],
)  # fmt: skip
def test_bad_claims_are_refused_by_name(tmp_path, spoil, culprit):
    import yaml

    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump([CLAIM | spoil], allow_unicode=True), "utf-8")
    with pytest.raises(InvalidInput, match=f"much_benchmarking.*{culprit}"):
        load_claims(path)


def test_claims_come_once_and_the_file_must_be_there(tmp_path):
    import yaml

    path = tmp_path / "claims.yaml"
    path.write_text(yaml.safe_dump([CLAIM, CLAIM]), "utf-8")
    with pytest.raises(InvalidInput, match="comes once"):
        load_claims(path)
    with pytest.raises(InvalidInput, match="no such file"):
        load_claims(tmp_path / "none.yaml")
    path.write_text("a: b", "utf-8")
    with pytest.raises(InvalidInput, match="list of claims"):
        load_claims(path)


@pytest.fixture(scope="module")
def study():
    from cxzy_study.study.load import load_study

    return load_study()


def test_the_shipped_claims_are_those_of_the_shipped_tables(study):
    from cxzy_study.study.findings import evaluate_study
    from cxzy_study.tables import table_text

    table, fallen = evaluate_study(study)
    assert fallen == []
    assert table_text(table) == table_text(study["claims"])


def test_every_shipped_universe_is_of_a_claim_and_its_mark_is_right(study):
    claims = {c["id"]: c for c in load_claims(ROOT / "data/claims.yaml")}
    multiverse = study["multiverse"]
    assert set(multiverse["claim_id"]) <= set(claims)
    for row in multiverse.sample(300, random_state=1).itertuples():
        # The value is rounded to four digits: at the bound itself the mark may stand on either side.
        claim = claims[row.claim_id]
        bound = claim.get("above", claim.get("below"))
        assert is_borne(row.value, claim) == bool(row.holds) or row.value == pytest.approx(bound, rel=1e-3)
    for choice in set(CHOICES) - {"left_out", "coder"}:
        assert set(multiverse[choice]) <= {"", *CHOICES[choice]}


def test_shipped_universes_are_computed_again_as_they_stand(study):
    from cxzy_study.study.analysis import bench_of

    bench = bench_of(study)
    for claim in load_claims(ROOT / "data/claims.yaml"):
        if claim["kind"] in ("pair", "mode_share", "practice_share"):
            stored = study["multiverse"][study["multiverse"]["claim_id"] == claim["id"]]
            made = run_claim(claim, bench)
            assert made["value"].tolist() == pytest.approx(stored["value"].tolist(), rel=1e-3, abs=1e-9)
            assert made["holds"].tolist() == stored["holds"].tolist()
