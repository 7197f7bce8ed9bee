"""Agreement: published values, slow oracles, and what is said where nothing can be computed."""

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.coding import agreement as g
from cxzy_study.coding.reliability import MODE, SETS, compare_coders, find_disagreements
from cxzy_study.tables import InvalidInput

N = None
# Krippendorff (2011), section C: four observers, twelve units, missing values.
FOUR_OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, N, N, N],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, N, 3],
    [N, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, N],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, N],
]
# Krippendorff (2011), section A: binary data, two observers (Meg, Owen); section B: nominal data (Ben, Gerry).
MEG, OWEN = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
BEN, GERRY = list("aabbdcccedda"), list("babbbcccEddd".replace("E", "e"))
# Fleiss, Levin and Paik (2003), table 18.1, per cent of 100 patients.
FLEISS = {("p", "p"): 75, ("p", "n"): 1, ("p", "o"): 4, ("n", "p"): 5, ("n", "n"): 4, ("n", "o"): 1, ("o", "o"): 10}


def test_published_values_of_alpha():
    assert g.krippendorff_alpha([MEG, OWEN]).value == pytest.approx(0.095, abs=5e-4)
    assert g.krippendorff_alpha([BEN, GERRY]).value == pytest.approx(0.692, abs=5e-4)
    assert g.krippendorff_alpha(FOUR_OBSERVERS).value == pytest.approx(0.743, abs=5e-4)


def test_published_value_of_kappa():
    pairs = [pair for pair, n in FLEISS.items() for _ in range(n)]
    a, b = zip(*pairs, strict=True)
    assert g.percent_agreement(a, b).value == pytest.approx(0.89)
    assert g.cohen_kappa(a, b).value == pytest.approx(0.676, abs=5e-4)


def test_published_numbers_of_units_for_four_codes_of_equal_share():
    assert g.count_units_needed(minimum=0.800, share=0.25, level=0.05) == 139
    assert g.count_units_needed(minimum=0.667, share=0.25, level=0.05) == 81


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [("", "", 0), ("x", "x", 0), ("x", "y", 1), ("", "x", 1), ("x", "xy", 1 - 1 / 2 * 2 / 3), ("xy", "yz", 1 - 1 / 9)],
)
def test_masi_by_its_definition(a, b, distance):
    assert g.masi_distance(frozenset(a), frozenset(b)) == pytest.approx(distance)
    assert g.masi_distance(frozenset(b), frozenset(a)) == pytest.approx(distance)


def slow_alpha(data, differ):
    """Alpha pair by pair, from the words of its definition."""
    units = [[v for v in column if v is not None] for column in zip(*data, strict=True)]
    units = [values for values in units if len(values) > 1]
    pool = [v for values in units for v in values]
    observed = sum(sum(differ(x, y) for x, y in itertools.permutations(v, 2)) / (len(v) - 1) for v in units) / len(pool)
    expected = sum(differ(x, y) for x, y in itertools.permutations(pool, 2)) / (len(pool) * (len(pool) - 1))
    return 1 - observed / expected


VALUES = st.sampled_from([None, "甲", "乙", "丙"])
CODERS = st.integers(2, 4).flatmap(lambda m: st.lists(st.tuples(*[VALUES] * m), min_size=1, max_size=12))


@given(CODERS)
def test_alpha_against_the_slow_oracle(columns):
    data = list(zip(*columns, strict=True))
    found = g.krippendorff_alpha(data)
    try:
        expected = slow_alpha(data, lambda x, y: float(x != y))
    except ZeroDivisionError:
        assert found.value is None
        assert found.why in {g.NO_COMMON, g.ONE_VALUE}
    else:
        assert found.value == pytest.approx(expected)


SETS_OF_THEMES = st.frozensets(st.sampled_from("abc"), max_size=3)


@given(st.lists(st.tuples(SETS_OF_THEMES, SETS_OF_THEMES), min_size=2, max_size=10))
def test_alpha_of_sets_against_the_slow_oracle(pairs):
    data = list(zip(*pairs, strict=True))
    found = g.krippendorff_alpha(data, distance=g.masi_distance)
    if len(set(data[0]) | set(data[1])) == 1:
        assert found == (None, g.ONE_VALUE)
    else:
        assert found.value == pytest.approx(slow_alpha(data, g.masi_distance))


@given(SETS_OF_THEMES, SETS_OF_THEMES)
def test_masi_is_a_distance_in_the_unit_interval(a, b):
    assert 0 <= g.masi_distance(a, b) == g.masi_distance(b, a) <= 1
    assert (g.masi_distance(a, b) == 0) == (a == b)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=20))
def test_perfect_agreement_is_one_and_order_does_not_matter(pairs):
    a, b = zip(*pairs, strict=True)
    for function in (g.percent_agreement, g.cohen_kappa, lambda x, y: g.krippendorff_alpha([x, y])):
        assert function(a, a).value in (1.0, None)
        assert function(a, b).value == pytest.approx(function(b, a).value) if function(a, b).value is not None else True


def test_what_is_undefined_is_said_in_words_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert g.krippendorff_alpha([[1, 1], [1, 1]]) == (None, g.ONE_VALUE)
        assert g.krippendorff_alpha([[1, None], [None, 1]]) == (None, g.NO_COMMON)
        assert g.cohen_kappa([0, 0], [0, 0]) == (None, g.ONE_VALUE)
        assert g.positive_agreement([0, 0], [0, 0]) == (None, g.NO_MARK)
        assert g.percent_agreement([], []) == (None, g.NO_COMMON)
        nothing = [["none"]] * 4
        table = compare_coders(*two_codings(nothing, nothing), blocks=blocks(4), themes=["service"], seed=0)
    row = table.iloc[0]
    assert pd.isna(row["alpha"])
    assert row["verdict"] == "undefined"
    assert g.ONE_VALUE in row["note"]
    assert g.NO_MARK in row["note"]
    assert row["percent"] == 1


@pytest.mark.parametrize("bad", [{"minimum": 1.0}, {"share": 0.0}, {"level": 0.5}])
def test_impossible_demands_on_the_number_of_units(bad):
    with pytest.raises(InvalidInput, match=str(next(iter(bad.values())))):
        g.count_units_needed(**bad)


def test_data_of_unequal_length_are_refused():
    with pytest.raises(InvalidInput, match=r"\[2, 1\]"):
        g.krippendorff_alpha([[1, 2], [1]])
    with pytest.raises(InvalidInput, match="2 and 1"):
        g.cohen_kappa([1, 2], [1])
    with pytest.raises(InvalidInput, match="frozen sets"):
        g.masi_distance("a", frozenset("a"))


# --- two codings as tables

def codes(coder, marks, modes=()):
    rows = [("demo", f"u{i}", theme) for i, themes in enumerate(marks) for theme in themes]
    rows += [("demo", f"u{i}", f"mode={mode}") for i, mode in enumerate(modes) if mode]
    table = pd.DataFrame(rows, columns=["doc_id", "unit_id", "theme"])
    return table.assign(coder=coder, value=1, probability=np.nan)


def two_codings(a, b, modes=((), ())):
    return codes("reader_1", a, modes[0]), codes("reader_2", b, modes[1])


def blocks(n, size=1):
    rows = [("demo", f"u{i}", i // size) for i in range(n)]
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "paragraph"])


MARK = st.lists(st.sampled_from(["service", "training"]), unique=True).map(lambda x: x or ["none"])
MARKS = st.lists(MARK, min_size=30, max_size=30)


@settings(deadline=None, max_examples=50)
@given(MARKS, MARKS)
def test_the_table_holds_what_the_functions_return(a, b):
    codings = two_codings(a, b)
    table = compare_coders(*codings, blocks=blocks(30, 2), themes=["service"], seed=1, n_resamples=20)
    table = table.set_index("theme")
    x, y = ([int("service" in marks) for marks in side] for side in (a, b))
    for column, expected in (
        ("percent", g.percent_agreement(x, y)),
        ("positive", g.positive_agreement(x, y)),
        ("kappa", g.cohen_kappa(x, y)),
        ("alpha", g.krippendorff_alpha([x, y])),
    ):
        found = table.loc["service", column]
        assert (pd.isna(found) and expected.value is None) or found == pytest.approx(expected.value)
    sets = [[frozenset(marks) - {"none"} for marks in side] for side in (a, b)]
    expected = g.krippendorff_alpha(sets, distance=g.masi_distance).value
    found = table.loc[SETS, "alpha"]
    assert (pd.isna(found) and expected is None) or found == pytest.approx(expected)
    assert table.loc["service", ["n_a", "n_b"]].tolist() == [sum(x), sum(y)]


def test_intervals_hold_the_value_are_repeatable_and_follow_the_paragraphs():
    rng = np.random.default_rng(5)
    truth = rng.random(120) < 0.4
    a = [["service"] if t else ["none"] for t in truth]
    b = [["service"] if t ^ (rng.random() < 0.08) else ["none"] for t in truth]
    codings = two_codings(a, b)
    wide = [
        compare_coders(*codings, blocks=blocks(120, size), themes=["service"], seed=3).iloc[0] for size in (1, 1, 6)
    ]
    pd.testing.assert_series_equal(wide[0], wide[1])
    for row in wide:
        assert row["alpha_low"] < row["alpha"] < row["alpha_high"]
        assert row["kappa_low"] < row["kappa"] < row["kappa_high"]
        assert row["positive_low"] < row["positive"] < row["positive_high"]
    assert (wide[0]["n_blocks"], wide[2]["n_blocks"]) == (120, 20)
    assert wide[0]["alpha_low"] != wide[2]["alpha_low"]


def test_the_verdict_goes_by_the_lower_bound():
    marks = [["service"], ["none"]] * 30
    slips = [["none"] if i < 10 else m for i, m in enumerate(marks)]
    row = compare_coders(*two_codings(marks, slips), blocks=blocks(60), themes=["service"], seed=0).iloc[0]
    assert row["alpha"] > 0.8 > row["alpha_low"]
    assert row["verdict"] == "tentative"
    same = compare_coders(*two_codings(marks, marks), blocks=blocks(60), themes=["service"], seed=0)
    assert same["verdict"][0] == "reliable"


def test_a_rare_theme_gets_its_value_and_no_interval():
    marks = [["service"]] + [["none"]] * 29
    row = compare_coders(*two_codings(marks, marks), blocks=blocks(30), themes=["service"], seed=0).iloc[0]
    assert row["alpha"] == 1
    assert pd.isna(row["alpha_low"])
    assert row["verdict"] == "undefined"
    assert "too rare" in row["note"]


def test_modes_are_compared_where_both_coded_them():
    modes = (["done", "planned", "", "problem"] * 5, ["done", "problem", "done", "problem"] * 5)
    table = compare_coders(*two_codings([["none"]] * 20, [["none"]] * 20, modes), blocks=blocks(20), themes=[], seed=0)
    row = table.set_index("theme").loc[MODE]
    pairs = [(x, y) for x, y in zip(*modes, strict=True) if x and y]
    assert row["n_units"] == len(pairs)
    assert row["alpha"] == pytest.approx(g.krippendorff_alpha(list(zip(*pairs, strict=True))).value)


def test_few_paragraphs_and_units_of_one_coder_are_noted():
    a, b = two_codings([["service"], ["none"], ["service"]], [["service"], ["none"]])
    row = compare_coders(a, b, blocks=blocks(3), themes=["service"], seed=0).iloc[0]
    assert row["n_units"] == 2
    assert "1 units that only one coder coded" in row["note"]
    assert "only 2 paragraphs" in row["note"]


def test_codings_that_cannot_be_compared():
    a, b = two_codings([["service"]], [["service"]])
    with pytest.raises(InvalidInput, match=r"reader_1.*reader_2"):
        compare_coders(pd.concat([a, b]), b, blocks=blocks(1), seed=0)
    with pytest.raises(InvalidInput, match="no unit in common"):
        compare_coders(a, b.assign(doc_id="other"), blocks=blocks(1), seed=0)
    with pytest.raises(InvalidInput, match="demo/u0"):
        compare_coders(a, b, blocks=blocks(0), seed=0)


def test_disagreements_stand_side_by_side():
    a, b = two_codings(
        [["service", "training"], ["none"], ["service"]],
        [["service"], ["none"], ["service"]],
        (["", "done", "done"], ["done", "done", "planned"]),
    )
    units = blocks(3).assign(text=["甲。", "乙。", "丙。"])
    table = find_disagreements(a, b, units=units)
    assert table[["unit_id", "both", "only_a", "only_b", "mode_a", "mode_b", "text"]].to_numpy().tolist() == [
        ["u0", "service", "training", "", "", "done", "甲。"],
        ["u2", "service", "", "", "done", "planned", "丙。"],
    ]
    assert "text" not in find_disagreements(a, b, units=blocks(3)).columns
    assert find_disagreements(a, a, units=units).empty
