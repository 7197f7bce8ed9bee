"""Practices settled: what follows from them, and what the study refuses."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from conftest import ROOT
from cxzy_study.findings.practices import count_accountability, count_ladder, trace_cycles
from cxzy_study.study.load import load_study
from cxzy_study.study.practices import check_practices
from cxzy_study.tables import CYCLES, MODES, SCHEMAS, InvalidInput, check_table

UNITS = pd.DataFrame(
    [("demo", f"u{i}", "heading" if i == 0 else "sentence", "1", 1, "", i + 1, "0-9", 9) for i in range(21)], columns=SCHEMAS["units"].names
)


@pytest.fixture(scope="module")
def study():
    return load_study()


def _practices(*rows):
    usual = {"doc_id": "demo", "checking": "none", "consequence": "none", "answers": "", "mode": "done", "unit_ids": "u1"}
    usual |= {"cycle": "none", "step": "none"}
    return pd.DataFrame([usual | {"practice_id": f"demo-{i + 1:02d}"} | row for i, row in enumerate(rows)])


def test_each_judge_and_consequence_is_a_cell_and_silence_none():
    practices = _practices(
        {"checking": "superior;resident", "consequence": "sanction", "answers": "leading_cadre", "mode": "demanded"},
        {"checking": "superior", "consequence": "sanction", "answers": "leading_cadre"},
        {"checking": "organisation", "consequence": "praise;sanction", "answers": "member"},
        {},
    )
    found = count_accountability(practices).query("group == 'all'").set_index(["answers", "forum", "consequence"])
    assert found.loc[("leading_cadre", "superior", "sanction"), ["n_practices", "n_realised"]].tolist() == [2, 1]
    assert found.loc[("leading_cadre", "superior", "sanction"), "practice_ids"] == "demo-01;demo-02"
    assert found.n_practices.sum() == 5
    assert not found.practice_ids.str.contains("demo-04").any()


def test_the_matrix_of_the_study_is_that_of_a_plain_count(study):
    plain: dict[tuple[str, str, str], int] = {}
    for row in study["practices"].to_dict("records"):
        if row["answers"]:
            for forum in row["checking"].split(";"):
                for after in row["consequence"].split(";"):
                    plain[row["answers"], forum, after] = plain.get((row["answers"], forum, after), 0) + 1
    table = study["accountability"].query("group == 'all'")
    assert {(r.answers, r.forum, r.consequence): r.n_practices for r in table.itertuples()} == plain
    by_document = study["accountability"].query("group != 'all'")
    assert by_document.n_practices.sum() == table.n_practices.sum()


def test_the_ladder_counts_sentences_and_practices_and_no_heading():
    modes = UNITS[["doc_id", "unit_id"]].assign(mode=["problem"] + ["done"] * 15 + ["demanded"] * 5)
    rows = [("demo", "u1", "villages"), ("demo", "u2", "villages"), ("demo", "u3", "offices")]
    arenas = pd.DataFrame(rows, columns=["doc_id", "unit_id", "arena"])
    practices = _practices({}, {"unit_ids": "u2;u9"}, {"unit_ids": "u2;u3"}, {"mode": "demanded", "unit_ids": "u9"})
    table = count_ladder(practices, modes, units=UNITS, arenas=arenas, censored=["demo"]).set_index(["group", "counted", "mode"])
    assert table.loc[("demo", "sentences", "done"), ["n", "n_all", "share"]].tolist() == [15, 20, 0.75]
    assert table.loc[("demo", "sentences", "problem"), "n"] == 0
    assert table.loc[("demo", "practices", "demanded"), "n"] == 1
    assert table.loc[("villages", "practices", "done"), "n"] == 2, "a practice of two arenas belongs to neither"
    assert table.loc[("demo", "practices", "done"), "censored"] == 1
    assert len(table) == 3 * 2 * len(MODES)


def test_a_step_is_told_demanded_left_out_or_out_of_sight():
    practices = _practices(
        {"cycle": "pledging", "step": "pledge;publish", "mode": "demanded"},
        {"cycle": "pledging", "step": "pledge", "mode": "done"},
        {"cycle": "role_models", "step": "show", "mode": "planned"},
    )
    sight = pd.DataFrame(
        [("demo", "pledging", "all", "preview", "x", "某"), ("demo", "role_models", "follow", "date", "x", "某")], columns=SCHEMAS["sight"].names
    )
    table = trace_cycles(practices, units=UNITS, sight=sight).set_index(["cycle", "step"])
    assert table.loc[("pledging", "pledge"), ["status", "n_practices"]].tolist() == ["realised", 2]
    assert table.loc[("pledging", "publish"), "status"] == "demanded"
    assert table.loc[("pledging", "judge"), ["status", "reason"]].tolist() == ["cannot_be_seen", "preview"]
    assert table.loc[("role_models", "show"), "status"] == "demanded"
    assert table.loc[("role_models", "follow"), "reason"] == "date"
    silent = table.loc[("role_models", "train")]
    assert silent.status == "not_seen"
    # Exact bound: with that share, twenty sentences without the step have a chance of one in twenty.
    assert (1 - silent.share_high) ** 20 == pytest.approx(0.05)
    assert len(table) == sum(map(len, CYCLES.values()))


def _changed(study, table, **values):
    frame = study[table].copy()
    for column, value in values.items():
        frame.loc[frame.index[0], column] = value
    return {**study.tables, table: frame}


@pytest.mark.parametrize(("table", "values", "rule"), [
    ("practices", {"unit_ids": "u999"}, "unit_ids must be units.*langfang-01"),
    ("practices", {"cycle": "pledging", "step": "rank"}, "step must belong.*langfang-01"),
    ("practices", {"parent": "dingan-01"}, "parent must be.*langfang-01"),
    ("practices", {"register_ids": "weather"}, "register_ids must be in centre.*langfang-01"),
    ("practices", {"answers": "member"}, "answers must be filled.*langfang-01"),
    ("practices", {"whose_words": "centre", "register_ids": ""}, "need their entry.*langfang-01"),
    ("practices", {"whose_words": "centre", "register_ids": "close"}, "not be younger than its document.*langfang-01"),
    ("practices", {"whose_words": "earlier", "register_ids": "launch"}, "must be younger.*langfang-01"),
    ("practices", {"reader_1": ""}, "every row must be settled or dropped.*langfang-p01"),
    ("practices", {"reader_2": "langfang-p99"}, "every row must be settled or dropped.*langfang-p01"),
    ("dropped_practices", {"practice_id": "langfang-p01"}, "settled or dropped.*dingan-p06"),
    ("practices_reader_1", {"unit_ids": "u999"}, "unit_ids must be units.*langfang-p01"),
    ("statements", {"unit_id": "u999"}, "unit_id must be a unit.*langfang/u999"),
    ("sight", {"doc_id": "atlantis"}, "must be a document.*atlantis"),
])  # fmt: skip
def test_inventories_that_contradict_each_other_are_refused(study, table, values, rule):
    with pytest.raises(InvalidInput, match=re.compile(rule, re.DOTALL)):
        check_practices(_changed(study, table, **values))


@pytest.mark.parametrize(
    ("column", "value"), [("mode", "dreamt"), ("checking", "superior;neighbour"), ("gloss_zh", ""), ("instrument", "magic")]
)
def test_vocabularies_are_closed_and_glosses_filled(study, column, value):
    with pytest.raises(InvalidInput, match=f"column {column}"):
        check_table(_changed(study, "practices", **{column: value})["practices"], "practices")


def test_every_reader_s_row_is_accounted_for_once_or_split(study):
    kept = [i for cell in study["practices"]["reader_1"] for i in filter(None, cell.split(";"))]
    assert len(set(kept)) + len(study["dropped_practices"].query("reader == 'reader_1'")) == len(study["practices_reader_1"])


def test_glosses_are_in_both_languages_and_short(study):
    han = re.compile(r"[\u4e00-\u9fff]")
    practices = study["practices"]
    assert practices.gloss_zh.map(lambda s: bool(han.search(s))).all()
    assert not practices.gloss.map(lambda s: bool(han.search(s))).any()
    assert not practices.label_en.map(lambda s: bool(han.search(s))).any()
    assert practices.gloss_zh.str.len().max() <= 60


def test_what_is_consulted_is_named(study):
    centre = study["centre"]
    consulted = centre[centre.basis == "consulted"]
    assert consulted["where"].str.fullmatch(r"[^;]+:\w+(;[^;]+:\w+)*").all()
    assert centre.loc[centre.basis == "public_page", "where"].ne("").all()
    units = set(study["units"].doc_id + ":" + study["units"].unit_id)
    ours = [w for cell in centre["where"] for w in cell.split(";") if w.split(":")[0] in set(study["sources"].doc_id)]
    assert ours
    assert set(ours) <= units


def test_readers_sheets_are_as_they_were_handed_in():
    import hashlib

    # The originals are kept untouched: who changes one changes what the agreement was measured on.
    sizes = {name: sum(1 for _ in (ROOT / f"data/coding/practices/{name}.csv").open(encoding="utf-8")) for name in ("reader_1", "reader_2")}
    digests = {name: hashlib.sha256((ROOT / f"data/coding/practices/{name}.csv").read_bytes()).hexdigest()[:12] for name in sizes}
    assert sizes == {"reader_1": 231, "reader_2": 212}
    assert digests == {"reader_1": DIGESTS[0], "reader_2": DIGESTS[1]}


DIGESTS = ("17a5882ed6ab", "98415edd8d10")
