"""The shipped tables: sound, true to the texts where these are at hand, and refused when they contradict each other."""

from __future__ import annotations

import dataclasses

import pytest

from cxzy_study.study.load import DERIVED, check_study, load_study
from cxzy_study.study.rebuild import make_tables, read_corpus, rebuild
from cxzy_study.tables import InvalidInput, table_text
from cxzy_study.text.spans import parse_spans, slice_spans


@pytest.fixture(scope="module")
def study():
    return load_study()


def test_the_five_documents(study):
    assert study["sources"].doc_id.tolist() == ["langfang", "dingan", "taining", "tianjin", "finance"]
    counts = study["units"].groupby("doc_id", sort=False).size()
    assert counts.to_dict() == {"langfang": 38, "dingan": 74, "taining": 82, "tianjin": 48, "finance": 66}


def test_rebuild_differs_in_nothing(corpus_dir):
    assert rebuild(corpus_dir, check=True) == []


def test_rebuild_recognises_documents_by_content(corpus_dir, tmp_path):
    for n, path in enumerate(sorted(corpus_dir.glob("0*.txt"))):
        (tmp_path / f"saved page {n}").write_bytes(path.read_bytes())
    tables = make_tables(tmp_path)
    assert set(tables) == set(DERIVED)
    (tmp_path / "saved page 2").write_text("another text")
    with pytest.raises(InvalidInput, match="taining"):
        make_tables(tmp_path)


def test_every_unit_leads_back_to_its_characters(study, corpus_dir):
    readings = read_corpus(corpus_dir, study["sources"])
    for reading in readings.values():
        for unit in reading.units:
            raw = slice_spans(reading.raw, unit.text.spans)
            letters = [c for c in raw if not c.isspace()]
            text = [c for c in unit.text.text if not c.isspace()]
            assert len(letters) == len(text)
            if reading.script == "simplified":
                assert letters == text


def test_words_cut_by_a_caption_and_by_page_breaks_are_whole(study, corpus_dir):
    texts = {k: [u.text.text for u in r.units] for k, r in read_corpus(corpus_dir, study["sources"]).items()}
    assert any("纪律松驰" in t for t in texts["dingan"])
    assert any("服务民生工作方案" in t for t in texts["dingan"])
    assert any("财政工作科学发展" in t for t in texts["finance"])
    assert any("干部" in t for t in texts["tianjin"])
    assert not any(word in t for t in texts["tianjin"] for word in ("乾部", "人纔", "提昇", "著力"))
    furniture = ("时政", "版权所有", "责任编辑", "记者李川", "下载文档", "楼主", "中共定安县委副书记 张")
    assert not any(word in t for document in texts.values() for t in document for word in furniture)


def test_evidence_places_hold_what_the_rule_matched(study, corpus_dir):
    raw = {k: r.raw for k, r in read_corpus(corpus_dir, study["sources"]).items()}
    places = {(u.doc_id, u.unit_id): parse_spans(u.spans) for u in study["units"].itertuples()}
    for row in study["evidence"].itertuples():
        inside = {i for a, b in places[row.doc_id, row.unit_id] for i in range(a, b)}
        assert {i for a, b in parse_spans(row.spans) for i in range(a, b)} <= inside
        assert slice_spans(raw[row.doc_id], parse_spans(row.spans)).strip()


@pytest.mark.parametrize(
    ("name", "break_it", "message"),
    [
        ("codes", lambda t: t.assign(unit_id=t.unit_id.where(t.index != 3, "u999")), "u999"),
        ("settled", lambda t: t.iloc[1:], "every unit must be coded"),
        ("removed", lambda t: t.iloc[:-1], "kept . removed must be all"),
        ("shares", lambda t: t.assign(n_coded=t.n_coded.where(t.index != 5, t.n_coded + 1)), "does not follow"),
        ("source_basis", lambda t: t.iloc[1:], "says nothing of title of langfang"),
    ],
)
def test_tables_that_contradict_each_other_are_refused(study, name, break_it, message):
    broken = dataclasses.replace(study, tables=dict(study.tables) | {name: break_it(study[name])})
    with pytest.raises(InvalidInput, match=message):
        check_study(broken)


def test_counts_by_unit_stay_within_the_closed_vocabulary(study):
    terms = study["terms"]
    by_unit = terms[terms.unit_id != ""]
    documents = terms[terms.section != ""].groupby("term").doc_id.nunique()
    rare = sorted(set(by_unit.term) - set(documents[documents > 1].index))
    from cxzy_study.coding.parser import find_literals

    literals = {word for _, rule in study.codebook.rules for word in find_literals(rule.node)}
    assert set(rare) <= literals
    for _, group in terms.groupby(["doc_id", "unit_id", "section"], sort=False):
        assert group.term.tolist() == sorted(group.term)


def test_shares_do_not_depend_on_the_order_of_rows(study):
    from cxzy_study.study.load import share_table

    mixed = dict(study.tables) | {"codes": study["codes"].sample(frac=1, random_state=1)}
    assert table_text(share_table(mixed)) == table_text(study["shares"])


def test_every_share_leads_to_its_sentences_and_back(study):
    for row in study["shares"].itertuples():
        behind = study.units_behind(row.theme, group=row.group, coder=row.coder)
        assert len(behind) == row.n_coded
        if row.coder == "rules":
            assert (behind.rules != "").all()
    behind = study.units_behind("contests", group="taining")
    about = study.rows_about("taining", behind.unit_id[0])
    assert "contests" in set(about["codes"].theme)
    assert {"units", "settled", "codes", "terms"} <= set(about)
    with pytest.raises(InvalidInput, match="atlantis"):
        study.units_behind("contests", group="atlantis")


def test_facts_agree_with_the_reading_by_hand(study):
    """Surfaces of formulas and quantities, against `data/coding/facts/`: the agreement that the changelog states."""
    import pandas as pd

    folder = study.root / "data/coding/facts"
    for name, at_least in {"formulas": 0.95, "quantities": 0.95, "bodies": 0.9}.items():
        read = pd.read_csv(folder / f"{name}.csv", dtype=str)
        one = sorted(zip(read.doc_id, read.unit_id, read.surface, strict=True))
        other = sorted(zip(study[name].doc_id, study[name].unit_id, study[name].surface, strict=True))
        both = sum(min(one.count(x), other.count(x)) for x in set(one))
        assert both / len(one) >= at_least
        assert both / len(other) >= at_least


def test_formulas_keep_no_heading_of_a_source_as_text(study):
    told_by_headings = study["formulas"][study["formulas"].told == "headings"]
    assert len(told_by_headings)
    for parts in told_by_headings.parts:
        assert all(part.startswith("@u") for part in parts.split("|"))
