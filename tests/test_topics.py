"""Topics found without the codebook, where it is known what there is to find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxzy_study.findings.topics import (
    _area,
    compare_with_codes,
    count_matrix,
    find_topics,
    guide_topics,
    match_topics,
    measure_stability,
    top_words,
)
from cxzy_study.tables import InvalidInput

PLANTED = {
    "pledging": ["承诺", "践诺", "公示", "兑现", "保证"],
    "service": ["帮扶", "便民", "慰问", "修路", "志愿"],
    "training": ["学习", "党课", "培训", "讲座", "笔记"],
}
COMMON = ["工作", "活动", "全县", "进行", "开展", "今年"]


def planted(*, n=240, seed=1, noise=2):
    """Units of one theme each: four of its words, and some that all have."""
    rng = np.random.default_rng(seed)
    rows, codes = [], []
    for i in range(n):
        theme = list(PLANTED)[i % 3]
        words = [*rng.choice(PLANTED[theme], 4), *rng.choice(COMMON, noise)]
        for term, count in pd.Series(words).value_counts().items():
            rows.append((f"d{i % 8}", f"u{i:03d}", term, count))
        codes.append((f"d{i % 8}", f"u{i:03d}", theme, "settled", 1))
    terms = pd.DataFrame(rows, columns=["doc_id", "unit_id", "term", "n"])
    return terms, pd.DataFrame(codes, columns=["doc_id", "unit_id", "theme", "coder", "value"])


@pytest.fixture(scope="module")
def counts():
    return count_matrix(planted()[0], most=0.6)


def test_the_matrix_holds_what_was_counted():
    terms, _ = planted()
    counts = count_matrix(terms, most=0.6)
    one = terms.iloc[37]
    row = counts.units.index[(counts.units.doc_id == one.doc_id) & (counts.units.unit_id == one.unit_id)][0]
    assert counts.matrix[row, counts.terms.index(one.term)] == one.n
    assert counts.matrix.sum() == terms.n.sum()
    assert list(counts.terms) == sorted(counts.terms)


def test_words_of_sections_rare_common_and_short_ones_are_left_out():
    terms = pd.DataFrame({"doc_id": "d", "unit_id": ["u1", "u2", "u3", ""], "term": ["帮扶", "帮", "学习", "学习"], "n": 1})
    assert count_matrix(terms, least=1, most=1).terms == ("学习", "帮扶")
    with pytest.raises(InvalidInput, match="no word stands in 2 units"):
        count_matrix(terms, least=2, most=1)


def test_factorisation_finds_the_planted_topics(counts):
    found = find_topics(counts, n_topics=3, seed=0)
    assert {frozenset(words) for words in top_words(found, counts, n=5)} == {frozenset(w) for w in PLANTED.values()}
    np.testing.assert_allclose(found.words.sum(axis=1), 1)
    np.testing.assert_allclose(found.units.sum(axis=1), 1)


def test_topics_match_the_codes_that_they_were_planted_with(counts):
    codes = planted()[1]
    table = compare_with_codes(
        find_topics(counts, n_topics=3, seed=0), counts, codes, coder="settled", themes=list(PLANTED)
    )
    assert sorted(table.topic) == [0, 1, 2]
    assert (table.auc > 0.99).all()
    assert table.n_true.tolist() == [80, 80, 80]


def test_codes_that_have_nothing_to_do_with_the_words_are_matched_no_better_than_chance(counts):
    codes = planted()[1]
    shuffled = codes.assign(theme=np.random.default_rng(5).permutation(codes.theme))
    topics = find_topics(counts, n_topics=3, seed=0)
    table = compare_with_codes(topics, counts, shuffled, coder="settled", themes=list(PLANTED))
    assert (table.auc - 0.5).abs().max() < 0.15


def test_one_keyword_leads_a_topic_to_its_theme(counts):
    keywords = {theme: words[:1] for theme, words in PLANTED.items()}
    found = guide_topics(counts, keywords=keywords, n_free=1, seed=3)
    table = compare_with_codes(found, counts, planted()[1], coder="settled", themes=list(PLANTED), guided=True)
    assert table.topic.tolist() == [0, 1, 2]
    assert (table.auc > 0.95).all()


def test_the_order_of_the_keywords_is_the_order_of_the_topics(counts):
    turned = {theme: PLANTED[theme][:1] for theme in reversed(PLANTED)}
    found = guide_topics(counts, keywords=turned, n_free=0, seed=3)
    assert PLANTED["training"][0] in top_words(found, counts, n=5)[0]
    assert PLANTED["pledging"][0] in top_words(found, counts, n=5)[2]


def test_stability_is_high_where_there_are_topics_and_low_in_noise(counts):
    runs = [find_topics(counts, n_topics=3, seed=s) for s in range(4)]
    firm = measure_stability(runs, counts, n_words=5)
    rng = np.random.default_rng(0)
    words = [w for group in PLANTED.values() for w in group] * 4
    rows = [(f"d{i % 8}", f"u{i:03d}", w, 1) for i in range(240) for w in set(rng.choice(words, 4))]
    noise = count_matrix(pd.DataFrame(rows, columns=["doc_id", "unit_id", "term", "n"]), most=0.9)
    loose = measure_stability([find_topics(noise, n_topics=6, seed=s) for s in range(4)], noise, n_words=5)
    assert firm.cosine_least.min() > 0.99
    assert loose.cosine.mean() < 0.9


def test_matching_takes_the_best_pairing_over_all(counts):
    one = find_topics(counts, n_topics=3, seed=0)
    turned = type(one)(one.words[[2, 0, 1]], one.units[:, [2, 0, 1]])
    partner, likeness = match_topics(one, turned)
    assert partner.tolist() == [1, 2, 0]
    np.testing.assert_allclose(likeness, 1)


def test_the_area_is_the_share_of_pairs_in_the_right_order():
    rng = np.random.default_rng(2)
    values, bears = rng.integers(0, 5, 40).astype(float), rng.random(40) < 0.4
    pairs = [(a > b) + (a == b) / 2 for a in values[bears] for b in values[~bears]]
    assert _area(values, bears) == pytest.approx(np.mean(pairs))
    assert np.isnan(_area(values, np.zeros(40, dtype=bool)))


def test_too_many_topics_no_keyword_and_one_run_are_refused(counts):
    with pytest.raises(InvalidInput, match="Invalid n_topics 999"):
        find_topics(counts, n_topics=999, seed=0)
    with pytest.raises(InvalidInput, match="Invalid keywords"):
        guide_topics(counts, keywords={"pledging": ["没有这词"]}, n_free=2, seed=0)
    with pytest.raises(InvalidInput, match="Invalid runs"):
        measure_stability([find_topics(counts, n_topics=3, seed=0)], counts)
