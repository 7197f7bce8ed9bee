"""A changed rule followed code by code and share by share."""

import copy

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.coding.changes import compare_codebooks
from cxzy_study.coding.codebook import read_codebook
from cxzy_study.coding.coder import code_units

BOTH = {"en": "Demo", "zh": "示例"}


def make_book(themes, **fields):
    """A codebook from theme id to a mapping of rule names to expressions."""
    items = []
    for theme, rules in themes.items():
        listed = [{"id": f"{theme}.{n}", "match": m, "hits": ["x"], "misses": ["x"]} for n, m in rules.items()]
        wording = dict.fromkeys(["label", "definition", "include", "exclude"], BOTH)
        items.append(wording | {"id": theme, "rules": listed})
    return read_codebook({"version": "1", "title": BOTH, "licence": "CC BY 4.0", "themes": items} | fields)


UNITS = pd.DataFrame(
    [("a", "u0", "heading", "承诺"), ("a", "u1", "sentence", "承诺。"), ("a", "u2", "sentence", "保证书。"),
     ("a", "u3", "sentence", "培训。"), ("b", "u0", "sentence", "承诺、保证书。"), ("c", "u0", "heading", "保证书")],
    columns=["doc_id", "unit_id", "kind", "text"],
).assign(section="0")  # fmt: skip
OLD = make_book({"pledging": {"word": "承诺"}, "training": {"word": "培训"}})


def test_an_added_literal_moves_codes_and_shares():
    rules, codes, shares = compare_codebooks(
        OLD, make_book({"pledging": {"word": "承诺|保证书"}, "training": {"word": "培训"}}), units=UNITS
    )
    assert rules.to_numpy().tolist() == [
        ["pledging.word", "pledging", "changed", 3, 5],
        ["training.word", "training", "same", 1, 1],
    ]
    assert codes.to_numpy().tolist() == [
        ["a", "u2", "sentence", "pledging", "added", "pledging.word"],
        ["c", "u0", "heading", "pledging", "added", "pledging.word"],
    ]
    table = shares.set_index(["doc_id", "theme"])
    assert table.loc[("", "pledging")].tolist() == [4, 2, 3, 1, 0, 0.5, 0.75]
    assert table.loc[("a", "pledging")].tolist() == [3, 1, 2, 1, 0, 1 / 3, 2 / 3]
    assert table.loc[("b", "training")].tolist() == [1, 0, 0, 0, 0, 0, 0]
    assert table.loc[("c", "pledging"), ["share_old", "share_new"]].isna().all()


def test_rules_and_themes_that_come_and_go():
    new = make_book({"pledging": {"other": "承诺"}, "service": {"word": "保证书"}})
    rules, codes, shares = compare_codebooks(OLD, new, units=UNITS)
    assert dict(zip(rules["rule"], rules["change"], strict=True)) == {
        "pledging.other": "added", "service.word": "added", "pledging.word": "removed", "training.word": "removed",
    }  # fmt: skip
    lost = codes.loc[codes["theme"] == "training", ["unit_id", "change", "rules"]]
    assert lost.to_numpy().tolist() == [["u3", "lost", "training.word"]]
    assert "pledging" not in set(codes["theme"])
    assert shares["theme"].unique().tolist() == ["pledging", "service", "training"]


def test_a_shield_moves_a_rule_that_stays_the_same():
    new = make_book({"pledging": {"word": "承诺"}, "training": {"word": "培训"}}, shields=["承诺、保证书"])
    rules, codes, _ = compare_codebooks(OLD, new, units=UNITS)
    assert rules.loc[0].tolist() == ["pledging.word", "pledging", "same", 3, 2]
    assert codes[["doc_id", "unit_id", "change"]].to_numpy().tolist() == [["b", "u0", "lost"]]


def test_nothing_moves_between_a_codebook_and_itself_or_without_units():
    changes = compare_codebooks(OLD, read_codebook(copy.deepcopy(OLD.source)), units=UNITS)
    assert changes.codes.empty
    assert changes.shares["n_old"].equals(changes.shares["n_new"])
    empty = compare_codebooks(OLD, OLD, units=UNITS.iloc[:0])
    assert empty.codes.empty
    assert empty.shares["n_units"].tolist() == [0, 0]


WORDS = st.lists(st.sampled_from(["承诺", "保证", "培训", "讲座", "督查"]), min_size=1, max_size=3, unique=True).map("|".join)


@settings(deadline=None, max_examples=40)
@given(WORDS, WORDS, st.lists(st.text("承诺保证培训讲座督查,。", max_size=12), min_size=1, max_size=6))
def test_moves_are_the_difference_of_two_codings(before, after, texts):
    books = [make_book({"t": {"r": match}}) for match in (before, after)]
    rows = [("a", f"u{i}", "sentence", "0", text) for i, text in enumerate(texts)]
    units = pd.DataFrame(rows, columns=["doc_id", "unit_id", "kind", "section", "text"])
    _, moves, shares = compare_codebooks(*books, units=units)
    coded = []
    for book in books:
        codes, _ = code_units(units, codebook=book)
        coded.append(set(codes.loc[codes["theme"] == "t", "unit_id"]))
    assert set(moves.loc[moves["change"] == "added", "unit_id"]) == coded[1] - coded[0]
    assert set(moves.loc[moves["change"] == "lost", "unit_id"]) == coded[0] - coded[1]
    row = shares.iloc[0]
    assert row["n_new"] - row["n_old"] == row["n_added"] - row["n_lost"]
    assert row["share_new"] == len(coded[1]) / len(texts)
