"""The machine coder: codes and evidence belong together, whatever the order and the company."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.coding import coder
from cxzy_study.coding.codebook import load_codebook, read_codebook
from cxzy_study.coding.coder import code_units, find_parents
from cxzy_study.coding.evidence import show_kwic
from cxzy_study.tables import InvalidInput, check_table

ROOT = Path(__file__).resolve().parent.parent
BOTH = {"en": "Demo", "zh": "示例"}
PIECES = [
    "松岭县各支部公开承诺", "青河镇开展技能比武", "没有监督", "征求群众意见", "《承诺书》", "“先锋”工程", "办事效率提高",
    "群众,", "解决困难", "，", "。", "ＧＤＰ增长", "制度", "有待完善", "党员带头", "抗洪抢险", "",
]  # fmt: skip
TEXTS = st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=8)


@pytest.fixture(scope="module")
def v1():
    return load_codebook(ROOT / "data" / "codebook" / "v1.yaml")


def make_units(texts, doc_id="demo"):
    rows = [(doc_id, f"u{i}", "sentence", "0", text) for i, text in enumerate(texts)]
    return pd.DataFrame(rows, columns=coder.UNIT_COLUMNS, dtype=object)  # strings of another type hold no surrogates


@settings(deadline=None, max_examples=60)
@given(TEXTS)
def test_a_theme_is_marked_exactly_where_a_match_counts(v1, texts):
    codes, evidence = code_units(make_units(texts), codebook=v1)
    check_table(codes, "codes")
    counted = evidence[evidence["verdict"] == "counted"]
    marked = codes[codes["theme"] != "none"]
    pairs = [set(zip(table["unit_id"], table["theme"], strict=True)) for table in (marked, counted)]
    assert pairs[0] == pairs[1]
    assert set(codes["unit_id"]) == {f"u{i}" for i in range(len(texts))}
    assert not set(codes.loc[codes["theme"] == "none", "unit_id"]) & set(marked["unit_id"])
    assert (counted["why"] == "").all()
    assert (evidence.loc[evidence["verdict"] == "refused", "why"] != "").all()
    for row in evidence.itertuples():
        assert 0 <= row.start < row.end <= len(texts[int(row.unit_id[1:])])


@settings(deadline=None, max_examples=30)
@given(TEXTS, st.randoms(use_true_random=False))
def test_order_and_company_change_nothing(v1, texts, rng):
    units = make_units(texts)
    codes, evidence = code_units(units, codebook=v1)
    order = list(range(len(units)))
    rng.shuffle(order)
    shuffled = code_units(units.iloc[order], codebook=v1)
    key = ["unit_id", "theme", "rule", "start", "end"]
    pd.testing.assert_frame_equal(
        shuffled[1].sort_values(key, ignore_index=True), evidence.sort_values(key, ignore_index=True), check_dtype=False
    )
    alone = [code_units(units.iloc[[i]], codebook=v1)[0] for i in range(len(units))]
    if alone:
        pd.testing.assert_frame_equal(pd.concat(alone, ignore_index=True), codes)


@settings(deadline=None, max_examples=30)
@given(TEXTS)
def test_full_width_and_half_width_are_one(v1, texts):
    wide = [text.translate({c: c + 0xFEE0 for c in range(0x21, 0x7F)}) for text in texts]
    evidence = [code_units(make_units(some), codebook=v1)[1] for some in (wide, texts)]
    pd.testing.assert_frame_equal(*evidence)


@settings(deadline=None, max_examples=30)
@given(TEXTS)
def test_leaving_out_refused_matches_leaves_the_rest(v1, texts):
    codes, evidence = code_units(make_units(texts), codebook=v1)
    brief_codes, brief = code_units(make_units(texts), codebook=v1, refused=False)
    pd.testing.assert_frame_equal(brief_codes, codes)
    counted = evidence[evidence["verdict"] == "counted"].reset_index(drop=True)
    pd.testing.assert_frame_equal(brief, counted, check_dtype=False)


def test_documents_are_coded_alike_together_and_apart(v1, monkeypatch):
    texts = ["公开承诺。", "没有监督。", "抗洪抢险,群众安全转移。", "机关办事效率提高。"]
    units = pd.concat([make_units(texts, f"d{i}") for i in range(5)], ignore_index=True)
    whole = code_units(units, codebook=v1)
    monkeypatch.setattr(coder, "PAGE_CHARS", 1)
    for one, other in zip(whole, code_units(units, codebook=v1), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_nothing_to_code(v1):
    codes, evidence = code_units(make_units([]), codebook=v1)
    assert codes.empty
    assert evidence.columns.tolist() == ["doc_id", "unit_id", "theme", "rule", "start", "end", "verdict", "why"]
    codes, evidence = code_units(make_units(["", " "]), codebook=v1)
    assert codes["theme"].tolist() == ["none", "none"]
    assert evidence.empty


def test_hostile_text_is_coded_or_left_uncoded(v1):
    texts = ["\ud800公开承诺", "承\n诺公开承诺", "“" * 500, "《" * 500 + "承诺", "\U0001f600承诺", "承诺" * 5000, "\x00承诺"]
    _, evidence = code_units(make_units(texts), codebook=v1)
    for number in (0, 1, 3, 4, 5, 6):
        rows = evidence[(evidence["unit_id"] == f"u{number}") & (evidence["theme"] == "pledging")]
        assert rows["verdict"].eq("counted").any(), texts[number][:10]
        assert all(texts[number][a:b].endswith("承诺") for a, b in rows[["start", "end"]].to_numpy())


@pytest.mark.parametrize(
    ("change", "culprit"),
    [
        (lambda u: u.drop(columns="section"), "Missing section"),
        (lambda u: u.assign(kind="chapter"), "heading, sentence. demo/u0"),
        (lambda u: u.assign(text=[None, "甲"]), "demo/u0"),
        (lambda u: u.assign(unit_id="u7"), "demo/u7"),
    ],
)
def test_units_that_cannot_be_coded_are_named(v1, change, culprit):
    with pytest.raises(InvalidInput) as error:
        code_units(change(make_units(["甲", "乙"])), codebook=v1)
    assert culprit in str(error.value)


def test_input_is_left_alone(v1):
    units = make_units(["公开承诺。"])
    before = units.copy(deep=True)
    code_units(units, codebook=v1)
    pd.testing.assert_frame_equal(units, before)


def test_headings_above_a_unit():
    rows = [
        ("a", "heading", "0"), ("a", "heading", "1"), ("a", "sentence", "1"), ("a", "heading", "1.1"),
        ("a", "sentence", "1.1"), ("a", "sentence", "2.1"), ("b", "sentence", "1.1"), ("b", "heading", "1"),
    ]  # fmt: skip
    units = pd.DataFrame(rows, columns=["doc_id", "kind", "section"])
    assert find_parents(units).tolist() == [-1, 0, 1, 1, 3, 0, -1, -1]


def test_kwic_slices_the_text_around_the_key():
    rule = {"id": "a.r", "match": "承诺", "hits": ["承诺"], "misses": ["无"]}
    theme = {"id": "a", "label": BOTH, "definition": BOTH, "include": BOTH, "exclude": BOTH, "rules": [rule]}
    book = read_codebook({"version": "1", "title": BOTH, "licence": "CC BY 4.0", "themes": [theme]})
    units = make_units(["各支部公开承诺并践诺。"])
    _, evidence = code_units(units, codebook=book)
    kwic = show_kwic(evidence, units, width=2)
    assert kwic[["left", "key", "right"]].to_numpy().tolist() == [["公开", "承诺", "并践"]]
    with pytest.raises(InvalidInput, match="-1"):
        show_kwic(evidence, units, width=-1)
    with pytest.raises(InvalidInput, match="demo/u0"):
        show_kwic(evidence, units.iloc[:0], width=2)


def test_rule_codes_of_version_1_on_invented_sentences(v1):
    texts = [
        "松岭县各支部向社会公开承诺,并接受群众监督。",
        "要推动科学发展、促进社会和谐、服务人民群众、加强基层组织。",
        "在教育实践活动中,松岭县为村民修好了水渠。",
        "长效机制有待完善。",
        "全县经济增长较快,增速居全省第2位。",
        "开展创先争优活动,是加强党建工作的重要举措。",
    ]
    codes, _ = code_units(make_units(texts), codebook=v1)
    found = codes.groupby("unit_id", sort=False)["theme"].agg(list).tolist()
    assert found[0] == ["pledging", "supervision", "participation"]
    assert found[1] == ["none"]
    assert found[2] == ["service"]
    assert found[3] == ["none"]
    assert found[4] == ["benchmarking", "development"]
    assert found[5] == ["none"]
    assert codes["value"].eq(1).all()
    assert np.isnan(codes["probability"].astype(float)).all()
