"""The learned coder: what it sees, how it is fitted, what it decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.optimize import approx_fprime
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from cxzy_study.coding.accuracy import count_errors, f1_scores, measure_reliability, score_documents
from cxzy_study.coding.coder import code_units
from cxzy_study.coding.features import find_clauses, find_features, split_clauses
from cxzy_study.coding.fit import fit_logistic, fit_noisy_or, predict_noisy_or, rate_features
from cxzy_study.coding.learned import code_learned, find_signs, weigh_signs
from cxzy_study.coding.training import (
    Coded,
    Options,
    find_threshold,
    join_coded,
    learn_signs,
    learn_weights,
    split_documents,
)
from cxzy_study.coding.weights import SIGNS, TextWeights, Weights, load_weights, save_weights, weigh_units
from cxzy_study.study.coded_texts import load_phrases
from cxzy_study.study.load import ROOT, load_codebook
from cxzy_study.study.own import WEIGHTS
from cxzy_study.tables import THEMES, InvalidInput, check_table

TWO = ("pledging", "service")
QUICK = Options(least=2, n_folds=2)
SAID = {
    "pledging": ["公开承诺", "签订承诺书", "兑现诺言", "践诺评诺"],
    "service": ["帮扶困难户", "修通村路", "慰问老人", "上门办证"],
    "none": ["会议在县城举行", "天气晴朗", "意义十分重大", "记者来到松岭"],
}


def units(texts, *, doc="d", kind="sentence"):
    ids = [f"u{i:03d}" for i in range(len(texts))]
    return pd.DataFrame({"doc_id": doc, "unit_id": ids, "kind": kind, "section": "0", "text": texts})


def invented(*, n_documents=8, seed=3, fresh=True):
    """Documents of sentences whose clauses say one thing or the other; rules that are right in nine of ten."""
    rng = np.random.default_rng(seed)
    tables, marks = [], []
    for d in range(n_documents):
        texts = []
        for _ in range(20):
            themes = [t for t in TWO if rng.random() < 0.35]
            clauses = [rng.choice(SAID[t]) for t in themes] + list(rng.choice(SAID["none"], 2))
            texts.append(",".join(rng.permutation(clauses)) + "。")
            marks.append([float(t in themes) for t in TWO])
        tables.append(units(texts, doc=f"d{d}"))
    truth = np.array(marks)
    right = rng.random(truth.shape) < 0.9
    counts = np.stack([np.where(right, truth, 1 - truth), np.zeros_like(truth)])
    table = pd.concat(tables, ignore_index=True)
    return Coded(table, truth, counts, np.full(len(table), fresh))


@pytest.fixture(scope="module")
def shipped():
    return load_weights(ROOT / WEIGHTS)


def test_features_of_a_clause_are_its_words_pairs_and_runs():
    found = find_features("评议党员1")
    assert {"w:评议", "w:党员", "b:评议_党员", "评", "议党员"} <= set(found)
    assert "评议党员" not in found
    assert found == sorted(set(found))
    assert not [f for f in find_features("公开、承诺") if "开承" in f]


def test_clauses_end_at_signs_of_either_width_and_numbers_are_one_sign():
    assert split_clauses("投入12.5万元,惠及三十户;好！") == split_clauses("投入８万元，惠及二百户；好!")
    assert split_clauses("") == split_clauses("。。") == [""]


def test_every_unit_has_a_clause_even_without_a_character():
    clauses = find_clauses(["", "承诺。践诺。", "。"])
    assert clauses.starts.tolist() == [0, 1, 3]
    taken = clauses.take(np.array([1, 0]))
    assert taken.starts.tolist() == [0, 2]
    assert (taken.matrix[:2] != clauses.matrix[1:3]).nnz == 0


def test_a_noisy_or_is_one_less_the_product_of_what_clauses_lack():
    scores = np.random.default_rng(0).normal(size=(5, 2))
    found = predict_noisy_or(scores, np.array([0, 2]))
    for unit, rows in enumerate(([0, 1], [2, 3, 4])):
        for theme in range(2):
            lacking = np.prod([1 - 1 / (1 + np.exp(-scores[r, theme])) for r in rows])
            assert found[unit, theme] == pytest.approx(1 - lacking)


def test_with_one_clause_a_unit_the_fit_is_that_of_logistic_regression():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(80, 4))
    y = (x[:, 0] + rng.normal(size=80) > 0).astype(float)
    found, intercept = fit_noisy_or(
        sparse.csr_matrix(x), np.arange(80), y[:, None], weights=np.ones((80, 1)), penalty=0.5, n_steps=500
    )
    oracle = LogisticRegression(C=2, tol=1e-8, max_iter=1000).fit(x, y)
    np.testing.assert_allclose(found[:, 0], oracle.coef_[0], atol=1e-3)
    assert intercept[0] == pytest.approx(oracle.intercept_[0], abs=1e-3)


def test_the_fit_of_clauses_is_where_the_loss_no_longer_falls():
    rng = np.random.default_rng(2)
    x, starts = rng.normal(size=(40, 3)), np.arange(0, 40, 2)
    y, weights = (rng.random((20, 1)) < 0.4).astype(float), rng.uniform(0.5, 1, (20, 1))
    y[3] = np.nan
    scale = np.array([[1.0], [0.5], [2.0]])
    found, intercept = fit_noisy_or(
        sparse.csr_matrix(x), starts, y, weights=weights, penalty=0.3, scale=scale, n_steps=500
    )

    def loss(values):
        p = predict_noisy_or(x @ (values[:3, None] * scale) + values[3], starts)
        each = -np.where(y == 1, np.log(p), np.where(y == 0, np.log(1 - p), 0)) * weights
        return each.sum() + 0.15 * (values[:3] ** 2).sum()

    at = np.append(found[:, 0] / scale[:, 0], intercept)
    assert np.abs(approx_fprime(at, loss, 1e-6)).max() < 1e-3


def test_the_second_step_is_drawn_to_its_prior():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(30, 2)), (rng.random(30) < 0.5).astype(float)
    y[:4] = np.nan
    np.testing.assert_allclose(fit_logistic(x, y, prior=np.array([0.7, -0.2]), penalty=1e6)[:2], [0.7, -0.2], atol=1e-3)
    free = fit_logistic(x, y, prior=np.array([9.0, 9.0]), penalty=0.0)
    oracle = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1000).fit(x[4:], y[4:])
    np.testing.assert_allclose(free[:2], oracle.coef_[0], atol=1e-2)


def test_features_are_rated_by_how_much_more_often_they_stand_with_a_theme():
    present = sparse.csr_matrix(np.array([[1, 0], [1, 1], [0, 1], [0, 1]]))
    marks = np.array([[1.0], [1.0], [0.0], [np.nan]])
    found = rate_features(present, marks, weights=np.ones((4, 1)))
    with_theme, without = np.array([3, 2]) / 5, np.array([1, 2]) / 3
    np.testing.assert_allclose(found[:, 0], np.log(with_theme / without))


def test_documents_are_never_split_between_folds():
    docs = ["a"] * 9 + ["b"] * 4 + ["c"] * 4 + ["d"]
    folds = split_documents(docs, 2)
    assert all(len({f for f, d in zip(folds, docs, strict=True) if d == name}) == 1 for name in "abcd")
    assert np.bincount(folds).tolist() == [9, 9]


def test_what_was_planted_is_learnt():
    coded, new = invented(), invented(seed=9, n_documents=3)
    weights = learn_weights(coded, themes=TWO, options=QUICK)
    logits = weights.text.logits(new.units["text"].tolist())
    marked = 1 / (1 + np.exp(-logits)) >= 0.5
    assert f1_scores(count_errors(new.marks, marked))[0] > 0.98


def test_rules_count_only_as_far_as_fresh_texts_show():
    stale, fresh = invented(fresh=False), invented(fresh=True)
    without = learn_weights(stale, themes=TWO, options=QUICK)
    assert not without.signs[SIGNS.index("rule")].any()
    # The texts of these say nothing, so that only the rules can tell; on the others the rules seem never to err.
    silent = Coded(fresh.units.assign(text="天气晴朗。"), fresh.marks, fresh.counts, fresh.rules_fresh)
    flattered = Coded(stale.units, stale.marks, np.stack([stale.marks, 0 * stale.marks]), stale.rules_fresh)
    flattered = Coded(flattered.units.assign(doc_id="x" + stale.units.doc_id), *(
        getattr(flattered, name) for name in ("marks", "counts", "rules_fresh")
    ))  # fmt: skip
    weights = learn_weights(join_coded([silent, flattered]), themes=TWO, options=QUICK)
    rule, rules = (weights.signs[SIGNS.index(name)] for name in ("rule", "rules"))
    step = rule + rules * np.log(2)
    # Right in nine of ten: the log odds with a match are about 2·ln 9 above those without.
    assert (step > 3).all()
    assert (step < 5.5).all()


def test_written_texts_do_not_set_the_level_of_a_theme_elsewhere():
    """In the written texts a theme is far more common at the same log odds; rules, learnt there, say nothing here."""
    rng = np.random.default_rng(0)
    n = 3000
    logits, fresh = rng.normal(0, 1.5, 2 * n), np.arange(2 * n) >= n
    marks = (rng.random(2 * n) < 1 / (1 + np.exp(-(logits - np.where(fresh, 0, 2))))).astype(float)[:, None]
    signs = np.zeros((len(SIGNS), 2 * n, 1))
    signs[SIGNS.index("text")], signs[SIGNS.index("rule")] = logits[:, None], rng.random((2 * n, 1)) < 0.5
    text = TextWeights((), np.zeros(0), np.zeros((0, 1)), np.zeros((0, 1)), np.zeros(1), np.zeros(1))
    empty = Weights(
        ("service",), text, np.full(1, 0.3), np.zeros((len(SIGNS), 1)), np.zeros((1, 1)), np.zeros(1), np.full(1, 0.5)
    )
    weights = learn_signs(signs, marks, fresh, empty, Options(fresh_weight=0.01))
    here = weigh_signs(signs, weights)[~fresh]
    assert here.mean() == pytest.approx(marks[~fresh].mean(), abs=0.01)


def test_other_themes_can_tell_of_a_theme():
    """A theme that no word tells, but another one: where there is service there is pledging in nine of ten."""
    coded = invented()
    rng = np.random.default_rng(1)
    marks = coded.marks.copy()
    marks[:, 0] = np.where(rng.random(len(marks)) < 0.9, marks[:, 1], 1 - marks[:, 1])
    silent = Coded(coded.units, marks, np.zeros_like(coded.counts), np.zeros(len(marks), dtype=bool))
    options = replace(QUICK, others_penalty=1.0)
    weights = learn_weights(silent, themes=TWO, options=options)
    assert weights.others[1, 0] > 0.1


def test_learning_is_the_same_each_time_and_needs_documents():
    coded = invented(n_documents=2)
    one, two = (learn_weights(coded, themes=TWO, options=QUICK) for _ in range(2))
    np.testing.assert_array_equal(one.signs, two.signs)
    np.testing.assert_array_equal(one.text.clause, two.text.clause)
    with pytest.raises(InvalidInput, match=r"2 documents are needed\. 1"):
        learn_weights(invented(n_documents=1), themes=TWO, options=QUICK)


def test_the_threshold_is_where_f1_is_best_when_marks_are_many():
    rng = np.random.default_rng(4)
    p = rng.random(20_000)
    y = (rng.random(20_000) < p**2).astype(float)
    steps = np.arange(0.06, 0.71, 0.02)
    best = steps[np.argmax([f1_score(y, p >= s) for s in steps])]
    assert find_threshold(p, y) == pytest.approx(best, abs=0.05)
    assert find_threshold(np.array([0.9, 0.1]), np.array([1.0, 0.0])) == pytest.approx(0.40)


def test_weights_come_back_as_they_were_written(tmp_path):
    weights = learn_weights(invented(), themes=TWO, options=QUICK)
    save_weights(weights, tmp_path)
    back = load_weights(tmp_path)
    np.testing.assert_allclose(back.text.clause, weights.text.clause, atol=0.051)
    np.testing.assert_allclose(back.signs, weights.signs, atol=1e-4)
    np.testing.assert_allclose(back.others, weights.others, atol=1e-4)
    save_weights(back, tmp_path / "again")
    for name in ("features.csv", "themes.csv"):
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / name).read_bytes()
    (tmp_path / "themes.csv").unlink()
    with pytest.raises(InvalidInput, match="no such file"):
        load_weights(tmp_path)


def test_weights_for_another_theme_are_refused(tmp_path, shipped):
    save_weights(shipped, tmp_path)
    path = tmp_path / "themes.csv"
    path.write_text(path.read_text().replace("pledging,", "promising,"))
    with pytest.raises(InvalidInput, match="clause_promising"):
        load_weights(tmp_path)


def test_the_shipped_weights_are_of_short_runs_and_single_words_and_give_no_text(shipped):
    names = [f.removeprefix("w:").removeprefix("b:") for f in shipped.text.features]
    assert list(shipped.text.features) == sorted(shipped.text.features)
    assert all(len(n.replace("_", "")) <= 4 for f, n in zip(shipped.text.features, names, strict=True) if f[:2] != "w:")
    assert max(map(len, names)) <= 12
    assert shipped.themes == THEMES
    assert ((shipped.thresholds > 0) & (shipped.thresholds < 1)).all()


def test_the_learned_coder_marks_what_was_never_in_its_texts(shipped):
    texts = ["松岭县各支部党员向村民公开承诺并签下承诺书。", "青河镇干部给孤寡老人送去棉被和药品。", "今天是晴天。"]
    codes, evidence, chances = code_learned(units(texts), codebook=load_codebook(), weights=shipped)
    check_table(codes, "codes")
    marked = codes.groupby("unit_id").theme.agg(set)
    assert "pledging" in marked["u000"]
    assert "service" in marked["u001"]
    assert marked["u002"] == {"none"}
    assert chances.shape == (3, 17)
    assert chances.to_numpy().min() >= 0
    assert chances.to_numpy().max() <= 1
    shown = codes[codes.theme != "none"].merge(chances.assign(unit_id=["u000", "u001", "u002"]), on="unit_id")
    assert all(abs(row[row.theme] - row.probability) < 1e-4 for _, row in shown.iterrows())
    pd.testing.assert_frame_equal(evidence, code_units(units(texts), codebook=load_codebook())[1])


def test_other_documents_and_no_units_change_nothing(shipped):
    one, two = units(["党员带头承诺。", "办实事。"], doc="a"), units(["征求意见。"], doc="b")
    book = load_codebook()
    both = code_learned(pd.concat([one, two], ignore_index=True), codebook=book, weights=shipped)[2]
    alone = [code_learned(part, codebook=book, weights=shipped)[2] for part in (one, two)]
    np.testing.assert_allclose(both.to_numpy(), np.concatenate([a.to_numpy() for a in alone]))
    codes, _, chances = code_learned(one.iloc[:0], codebook=book, weights=shipped)
    assert codes.empty
    assert chances.shape == (0, 17)


def test_signs_are_those_of_the_heading_and_the_neighbours_of_the_same_document():
    table = pd.concat([
        units(["承诺", "一句。", "二句。"], doc="a", kind=["heading", "sentence", "sentence"]), units(["三句。"], doc="b")
    ], ignore_index=True)  # fmt: skip
    logits = np.array([[1.0], [2.0], [3.0], [4.0]])
    rates = np.array([0.5])
    signs = dict(zip(SIGNS, find_signs(table, logits, np.zeros((2, 4, 1)), rates=rates)[:, :, 0], strict=True))
    assert signs["heading"].tolist() == [0, 1, 1, 0]
    assert signs["previous"].tolist() == [0, 1, 2, 0]
    assert signs["next"].tolist() == [2, 3, 0, 0]
    assert signs["is_heading"].tolist() == [1, 0, 0, 0]


def test_vectors_of_units_have_length_one():
    clauses = find_clauses(["承诺,承诺书", "服务"])
    rows = weigh_units(clauses, np.ones(clauses.matrix.shape[1]))
    np.testing.assert_allclose(np.sqrt(rows.multiply(rows).sum(axis=1)), 1)


def test_scores_are_those_of_scikit_learn_and_disputed_marks_are_left_out():
    rng = np.random.default_rng(6)
    truth, coded = rng.random((200, 3)) < 0.3, rng.random((200, 3)) < 0.3
    docs = [f"d{i % 10}" for i in range(200)]
    table = score_documents(truth.astype(float), coded, docs, themes=list("abc"), seed=1, n_resamples=50).set_index("theme")
    assert table.f1["(micro)"] == pytest.approx(f1_score(truth, coded, average="micro"))
    assert table.f1["(macro)"] == pytest.approx(f1_score(truth, coded, average="macro"))
    np.testing.assert_allclose(table.bias[:3], coded.mean(axis=0) - truth.mean(axis=0))
    assert ((table.low <= table.f1) & (table.f1 <= table.high)).all()
    disputed = truth.astype(float)
    disputed[truth != coded] = np.nan
    assert score_documents(disputed, coded, docs, themes=list("abc"), seed=1, n_resamples=5).f1.eq(1).all()


def test_reliability_counts_each_mark_once():
    rng = np.random.default_rng(7)
    p = rng.random((5000, 2))
    table = measure_reliability(p, (rng.random(p.shape) < p).astype(float))
    assert table.n.sum() == p.size
    assert (table.mean_probability - table.share_true).abs().max() < 0.05


def test_phrases_are_of_known_themes_and_each_stands_once(tmp_path):
    phrases = load_phrases()
    assert not phrases.duplicated().any()
    assert set(THEMES) <= {t for x in phrases.themes for t in x.split(";")}
    (tmp_path / "odd.csv").write_text("themes,phrase\npromise,承诺\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"unknown themes\. \['promise'\]"):
        load_phrases(tmp_path / "odd.csv")
