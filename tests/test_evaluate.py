"""Coded texts found again in their pages, and coders judged on documents that they have not seen."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cxzy_study.coding.accuracy import score_documents
from cxzy_study.coding.training import Coded
from cxzy_study.study.coded_texts import load_devset, load_texts, load_training, marks_of
from cxzy_study.study.evaluate import (
    _as_judged,
    _errors,
    by_plain_words,
    by_rules,
    by_words,
    cross_validate,
    describe_accuracy,
)
from cxzy_study.tables import THEMES, InvalidInput

PAGE = """<html><head><title>{place}</title></head><body><div><h1>{place}公开承诺</h1>
<p>{place}各支部向村民公开承诺。干部走村入户征求意见。</p><p>这里山清水秀，风景宜人。</p></div></body></html>"""
PLEDGING, PARTICIPATION = THEMES.index("pledging"), THEMES.index("participation")


@pytest.fixture
def devset(tmp_path):
    (tmp_path / "pages").mkdir()
    lines = []
    for number, place in enumerate(["松岭县", "青河镇", "云溪乡"]):
        doc = f"P{number}"
        (tmp_path / "pages" / f"{doc}.html").write_text(PAGE.format(place=place), encoding="utf-8")
        told = [
            (f"{place}公开承诺", ["pledging"], ["pledging"], False),
            (f"{place}的各个支部向村民公开承诺。", ["pledging"], [], False),
            ("干部走村入户征求意见。", ["participation"], ["participation"], False),
            ("编辑：某某", [], [], True),
            ("页面上没有的一句完全不同的话在这里。", ["service"], ["service"], False),
        ]
        for n, (text, one, two, optional) in enumerate(told):
            lines.append({"doc": doc, "n": n, "text": text, "optional": optional, "reader_1": one, "reader_2": two})
    (tmp_path / "units.jsonl").write_text("\n".join(json.dumps(x, ensure_ascii=False) for x in lines), encoding="utf-8")
    return tmp_path


def test_units_are_found_by_likeness_and_disputed_marks_are_unknown(devset):
    coded, judged = load_devset(devset)
    found = [coded.units["text"].iloc[i] if i >= 0 else None for i in judged.read[:5]]
    assert found == ["松岭县公开承诺", "松岭县各支部向村民公开承诺。", "干部走村入户征求意见。", None, None]
    assert judged.marks[0, PLEDGING] == 1
    assert np.isnan(judged.marks[1, PLEDGING])
    scenery = coded.units.index[coded.units["text"].str.contains("山清水秀")][0]
    assert np.isnan(coded.marks[scenery]).all()
    assert not coded.rules_fresh.any()
    with pytest.raises(InvalidInput, match="no such file"):
        load_devset(devset / "pages")


def test_what_was_not_found_bears_nothing_and_what_may_be_dropped_is_not_scored(devset):
    coded, judged = load_devset(devset)
    [(chances, marked)] = by_rules(coded, coded)
    marks, codes, p, units = _as_judged(judged, chances, marked)
    assert codes[0, PLEDGING]
    assert codes[2, PARTICIPATION]
    assert not codes[4].any()
    assert np.isnan(marks[3]).all()
    errors = _errors(marks, codes, p, units, "rules")
    assert (errors[errors.theme == "service"].error == "missed").all()
    assert (errors.theme == "service").sum() == 3
    table = score_documents(marks, codes, units["doc_id"].tolist(), themes=THEMES, seed=1, n_resamples=20).set_index("theme")
    assert table.recall["service"] == 0
    assert table.n_true["pledging"] == 3


def test_no_coder_sees_the_document_that_it_codes(devset):
    coded, _ = load_devset(devset)
    seen = []

    def spy(known: Coded, new: Coded):
        seen.append((set(known.units["doc_id"]), set(new.units["doc_id"])))
        return [(np.full_like(new.marks, 0.25), new.counts[0] > 0)]

    folds = np.unique(coded.units["doc_id"], return_inverse=True)[1]
    [(chances, marked)] = cross_validate(coded, folds, spy)
    assert [len(a & b) for a, b in seen] == [0, 0, 0]
    assert set.union(*(b for _, b in seen)) == {"P0", "P1", "P2"}
    assert (chances == 0.25).all()
    np.testing.assert_array_equal(marked, coded.counts[0] > 0)
    cross_validate(coded, folds, spy, always=[coded])
    assert len(seen[-1][0]) == 3


def test_the_baselines_mark_what_they_should(devset):
    coded, _ = load_devset(devset)
    filled = Coded(coded.units, np.nan_to_num(coded.marks), coded.counts, coded.rules_fresh)
    [(_, plain)] = by_plain_words(coded, coded)
    heading = coded.units.index[coded.units["kind"] == "heading"][0]
    assert plain[heading, PLEDGING]
    assert not plain[:, THEMES.index("digital")].any()
    [(chances, marked)] = by_words(filled, filled)
    assert marked[filled.marks == 1].all()
    assert not chances[:, THEMES.index("digital")].any()


def test_further_texts_bring_kinds_or_are_given_them(tmp_path):
    path = tmp_path / "units.jsonl"
    rows = [
        {"doc": "x", "n": 0, "text": "关于公开承诺的通知", "reader_1": ["pledging"]},
        {"doc": "x", "n": 1, "text": "各支部公开承诺。", "reader_1": ["pledging"], "kind": "heading", "section": 2},
        {"doc": "x", "n": 2, "text": "群众满意。”", "reader_1": []},
    ]
    path.write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    coded = load_texts(path)
    assert coded.units["kind"].tolist() == ["heading", "heading", "sentence"]
    assert coded.units["section"].tolist() == ["0", "2", "0"]
    assert coded.rules_fresh.all()
    assert coded.marks[:, PLEDGING].tolist() == [1, 1, 0]
    path.write_text("no json", encoding="utf-8")
    with pytest.raises(InvalidInput, match="must be JSON lines"):
        load_texts(path)


def test_texts_written_to_learn_from_are_whole_documents_of_known_themes(tmp_path):
    coded = load_training()
    assert coded.rules_fresh.all()
    assert set(np.unique(coded.marks)) == {0, 1}
    assert (coded.marks.sum(axis=0) > 100).all()
    assert set(coded.units["kind"]) == {"heading", "sentence"}
    # Each document stands in one piece, for neighbours and headings are looked up by place.
    assert (coded.units["doc_id"] != coded.units["doc_id"].shift()).sum() == coded.units["doc_id"].nunique()
    path = tmp_path / "units.csv"
    path.write_text("doc,n,kind,section,text,themes\nx,0,sentence,0,众人商定村规。,participating\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"unknown themes\. \['participating'\]"):
        load_training(path)
    path.write_text("doc,n,text\nx,0,众人商定村规。\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="a table with doc, n, kind"):
        load_training(path)


def test_two_readings_are_one_where_they_agree():
    found = marks_of([["service"], []], [["service", "training"], []])
    assert found[0, THEMES.index("service")] == 1
    assert np.isnan(found[0, THEMES.index("training")])
    assert not found[1].any()


def test_the_table_for_people_says_what_is_internal(devset):
    coded, judged = load_devset(devset)
    [(chances, marked)] = by_rules(coded, coded)
    marks, codes, _, units = _as_judged(judged, chances, marked)
    table = score_documents(marks, codes, units["doc_id"].tolist(), themes=THEMES, seed=1, n_resamples=20)
    text = describe_accuracy(table.assign(set="development set", coder="rules", rules_seen=1))
    assert "Internal, for the rules were made with many of these texts: rules." in text
    assert "(micro)" in text
    assert "-0." in text
