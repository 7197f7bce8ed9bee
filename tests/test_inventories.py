"""Two inventories of practices: rows matched one to one, and how far they agree."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from cxzy_study.coding.agreement import cohen_kappa, krippendorff_alpha, masi_distance
from cxzy_study.coding.inventories import compare_labels, compare_unit_sets, match_practices
from cxzy_study.coding.inventory_agreement import compare_attributes, compare_finding
from cxzy_study.tables import InvalidInput

COLUMNS = ["practice_id", "doc_id", "practice", "unit_ids"]
UNITS = pd.DataFrame([("demo", f"u{i}", i // 2 + 1) for i in range(60)], columns=["doc_id", "unit_id", "paragraph"])


def _inventory(*rows, name="a"):
    return pd.DataFrame([(f"{name}{i}", "demo", label, units) for i, (label, units) in enumerate(rows)], columns=COLUMNS)


def _match(a, b, **given):
    found = match_practices(a, b, a_name="one", b_name="two", **given)
    return {(r.a_id, r.b_id) for r in found.itertuples() if r.a_id and r.b_id}


def _random(rng, n, name):
    words = ["先锋岗", "责任区", "承诺书", "先锋岗责任", "责任区承诺", "台账"]
    rows = [(words[int(rng.integers(len(words)))], ";".join(f"u{i}" for i in sorted(set(rng.integers(0, 5, 2))))) for _ in range(n)]
    return _inventory(*rows, name=name)


def _total(a, b, pairs):
    one, two = a.set_index("practice_id"), b.set_index("practice_id")
    total = 0.0
    for i, j in pairs:
        units = compare_unit_sets(one.at[i, "unit_ids"].split(";"), two.at[j, "unit_ids"].split(";"))
        labels = compare_labels(one.at[i, "practice"], two.at[j, "practice"])
        if units and labels and units + labels >= 0.5:
            total += units + labels
    return total


@pytest.mark.parametrize("seed", range(12))
def test_no_other_pairing_is_more_alike(seed):
    rng = np.random.default_rng(seed)
    a, b = _random(rng, 4, "a"), _random(rng, 5, "b")
    best = max(_total(a, b, list(zip(a.practice_id, chosen, strict=False))) for chosen in permutations(b.practice_id, 4))
    found = _match(a, b)
    assert _total(a, b, found) == pytest.approx(best)
    assert len({i for i, _ in found}) == len({j for _, j in found}) == len(found)


def test_a_greedy_choice_is_not_the_best():
    a = _inventory(("先锋岗责任", "u1"), ("先锋岗", "u1"), name="a")
    b = _inventory(("先锋岗责任区", "u1"), ("责任", "u1"), name="b")
    assert _match(a, b) == {("a0", "b1"), ("a1", "b0")}


def test_a_pair_needs_a_unit_a_pair_of_characters_and_the_same_document():
    a = _inventory(("先锋岗", "u1"), ("责任区", "u2"))
    assert _match(a, _inventory(("先锋岗", "u9"), ("联系点", "u2"), name="b")) == set()
    assert _match(a, _inventory(("先锋岗", "u1"), name="b").assign(doc_id="other")) == set()


def test_rows_without_a_partner_are_kept():
    found = match_practices(_inventory(("先锋岗", "u1")), _inventory(("台账", "u1"), name="b"), a_name="one", b_name="two")
    assert found[["a_id", "b_id"]].values.tolist() == [["a0", ""], ["", "b0"]]
    assert found["units_likeness"].isna().all()


def test_order_of_rows_changes_no_pair():
    rng = np.random.default_rng(5)
    a, b = _random(rng, 12, "a"), _random(rng, 12, "b")
    straight = _total(a, b, _match(a, b))
    turned = _total(a, b, _match(a.iloc[::-1].reset_index(drop=True), b.sample(frac=1, random_state=2)))
    assert turned == pytest.approx(straight)


def test_labels_are_compared_without_their_marks():
    assert compare_labels("『先锋岗』", "“先锋岗”") == 1
    assert compare_labels("", "先锋岗") == 0
    assert compare_labels("岗", "岗") == 1
    assert compare_labels("先锋岗", "先锋岗先锋岗") == pytest.approx(4 / 7)


def _pairs(n=40, seed=1):
    rng = np.random.default_rng(seed)
    a = _inventory(*[(f"做法{i}号", f"u{i}") for i in range(n)])
    b = _inventory(*[(f"做法{i}号", f"u{i}") for i in range(n - 8)], *[(f"别的{i}", f"u{n + i}") for i in range(4)], name="b")
    for side in (a, b):
        side["mode"] = [("done", "demanded", "outcome")[i] for i in rng.integers(0, 3, len(side))]
        side["themes"] = [("service", "service;training", "digital")[i] for i in rng.integers(0, 3, len(side))]
    return a, b, match_practices(a, b, a_name="one", b_name="two")


def test_finding_counts_matched_rows():
    a, b, matches = _pairs()
    found = compare_finding(a, b, matches, units=UNITS, seed=3).set_index("group")
    row = found.loc["all"]
    assert (row.n_a, row.n_b, row.n_both) == (40, 36, 32)
    assert (row.precision, row.recall, row.f1) == pytest.approx((32 / 40, 32 / 36, 64 / 76))
    assert row.f1_low < row.f1 < row.f1_high
    again = compare_finding(a, b, matches, units=UNITS, seed=3)
    pd.testing.assert_frame_equal(found.reset_index()[again.columns], again)


def test_the_interval_of_finding_is_that_of_a_plain_bootstrap():
    a, b, matches = _pairs()
    rng = np.random.default_rng(9)
    paragraph = dict(zip(UNITS.unit_id, UNITS.paragraph, strict=True))
    blocks = {}
    for name, side in (("a", a), ("b", b)):
        hits = set(matches.loc[matches.a_id.ne("") & matches.b_id.ne(""), f"{name}_id"])
        for row in side.itertuples():
            blocks.setdefault(paragraph[row.unit_ids.split(";")[0]], []).append(row.practice_id in hits)
    lists = list(blocks.values())
    drawn = []
    for _ in range(4000):
        hits = [h for i in rng.integers(0, len(lists), len(lists)) for h in lists[i]]
        drawn.append(sum(hits) / len(hits))
    row = compare_finding(a, b, matches, units=UNITS, seed=3).set_index("group").loc["all"]
    assert (row.f1_low, row.f1_high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])), abs=0.02)


def test_attributes_agree_as_the_statistics_say():
    a, b, matches = _pairs()
    found = compare_attributes(a, b, matches, units=UNITS, seed=3, attributes=("mode", "themes")).set_index(["attribute", "value"])
    pairs = matches[matches.a_id.ne("") & matches.b_id.ne("")]
    one, two = a.set_index("practice_id").loc[pairs.a_id], b.set_index("practice_id").loc[pairs.b_id]
    assert found.loc[("mode", ""), "alpha"] == pytest.approx(krippendorff_alpha([list(one["mode"]), list(two["mode"])]).value)
    sets = [[frozenset(v.split(";")) for v in side.themes] for side in (one, two)]
    assert found.loc[("themes", ""), "alpha"] == pytest.approx(krippendorff_alpha(sets, distance=masi_distance).value)
    marks = [[v == "done" for v in side["mode"]] for side in (one, two)]
    row = found.loc[("mode", "done")]
    assert row.kappa == pytest.approx(cohen_kappa(*marks).value)
    assert row.positive == pytest.approx(2 * row.n_both / (row.n_a + row.n_b))
    assert (found["n_pairs"] == 32).all()


def test_a_pair_without_a_value_is_left_out_of_that_attribute():
    a, b, matches = _pairs()
    b.loc[:9, "mode"] = ""
    found = compare_attributes(a, b, matches, units=UNITS, seed=3, attributes=("mode", "themes"))
    assert found.loc[found.attribute == "mode", "n_pairs"].unique().tolist() == [22]
    assert found.loc[found.attribute == "themes", "n_pairs"].unique().tolist() == [32]


def test_inventories_without_a_common_practice_have_no_attributes_to_compare():
    a, b = _inventory(("先锋岗", "u1")), _inventory(("台账", "u1"), name="b")
    matches = match_practices(a, b, a_name="one", b_name="two")
    with pytest.raises(InvalidInput, match="no practice in common"):
        compare_attributes(a, b, matches, units=UNITS, seed=1)
    assert compare_finding(a, b, matches, units=UNITS, seed=1).f1.tolist() == [0.0, 0.0]


def test_a_practice_of_an_unknown_unit_is_refused():
    a = _inventory(("先锋岗", "u99"))
    matches = match_practices(a, a, a_name="one", b_name="two")
    with pytest.raises(InvalidInput, match=r"paragraph of its first unit.*u99"):
        compare_finding(a, a, matches, units=UNITS, seed=1)
