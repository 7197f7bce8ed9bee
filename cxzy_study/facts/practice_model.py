"""Is a candidate a practice? A small log-linear model that learns from a settled inventory, its weights in a table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import exp

import pandas as pd

from cxzy_study.facts.lexicon import shipped
from cxzy_study.facts.practice_candidates import Candidate
from cxzy_study.tables import InvalidInput, check_table

STRENGTH = 0.3
"""Inverse strength of the penalty; between 0.1 and 1 the agreement hardly moves."""

_VERBS = (
    "开展", "实行", "实施", "建立", "健全", "完善", "推行", "落实", "成立", "设立", "组建", "制定", "出台", "召开", "举办", "表彰", "聘请", "创建",
    "争创", "深化", "强化", "采取", "搭建", "推进",
)  # fmt: skip
_AIMS = ("围绕", "坚持", "实现", "践行", "贯彻", "紧扣", "学习", "推动", "促进", "成为", "发挥", "按照", "提高", "加快")


def candidate_features(candidates: Sequence[Candidate], units: pd.DataFrame) -> list[dict[str, float]]:
    """Return what speaks for and against each candidate, by the name of the feature."""
    lexicon = shipped("practice_heads").set_index("head")["kind"]
    texts = {(r.doc_id, r.unit_id): (r.text, r.kind) for r in units[["doc_id", "unit_id", "text", "kind"]].itertuples()}
    often: dict[tuple[str, str], int] = {}
    for c in candidates:
        often[c.doc_id, c.label] = often.get((c.doc_id, c.label), 0) + 1
    rows = []
    for c in candidates:
        text, kind = texts[c.doc_id, c.unit_id]
        before = text[max(0, c.start - 8) : c.start]
        behind = text[c.end : c.end + 2]
        sort = lexicon.get(c.head, "none")
        marks = {f"rule={c.rule}", f"kind={sort}", f"rule={c.rule};kind={sort}", f"head={c.head or 'none'}"}
        marks |= {f"length={min(len(c.label) // 3, 4)}", f"unit={kind}"}
        marks |= {"bare"} if c.label == c.head else set()
        marks |= {"verb"} if any(v in before for v in _VERBS) else set()
        marks |= {"aim"} if any(v in before for v in _AIMS) else set()
        marks |= {"numeral"} if re.search(r"[一二两三四五六七八九十]", c.label) else set()
        marks |= {"counted"} if re.match(r"\d|共\d", behind) or re.search(r"\d[个名次项多余]*$", before) else set()
        marks |= {"listed"} if behind[:1] == "、" or before[-1:] == "、" else set()
        marks |= {"often"} if often[c.doc_id, c.label] > 1 else set()
        marks |= {"member"} if "党员" in c.label else set()
        marks |= {"campaign"} if "创先争优" in c.label and len(c.label) < 10 else set()
        rows.append(dict.fromkeys(sorted(marks | {"bias"}), 1.0))
    return rows


def fit_weights(features: Sequence[dict[str, float]], truths: Sequence[bool], *, strength: float = STRENGTH) -> pd.DataFrame:
    """Fit a logistic regression (L2) to what is a practice and what is not.

    Parameters
    ----------
    features : sequence of dict
        As :func:`candidate_features` returns.
    truths : sequence of bool
        Whether each candidate is a practice.

    Returns
    -------
    DataFrame
        Table ``practice_weights``: log odds by feature, rounded to three digits, those of nought left out.

    Raises
    ------
    InvalidInput
        If all candidates are practices, or none is.
    """
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    if len(set(map(bool, truths))) < 2:
        raise InvalidInput("Invalid truths: some candidates must be practices and some not.")
    vectorizer = DictVectorizer()
    model = LogisticRegression(C=strength, fit_intercept=False, max_iter=5000, tol=1e-8)
    fitted = model.fit(vectorizer.fit_transform(features), list(map(bool, truths)))
    rows = [(name, round(float(weight), 3)) for name, weight in zip(vectorizer.get_feature_names_out(), fitted.coef_[0], strict=True)]
    return check_table(pd.DataFrame([r for r in rows if r[1]], columns=["feature", "weight"]), "practice_weights")


def apply_weights(features: Sequence[dict[str, float]], weights: pd.DataFrame) -> list[float]:
    """Return the probability of each candidate under *weights*; a feature without a weight counts for nothing.

    Examples
    --------
    >>> weights = pd.DataFrame({"feature": ["verb", "bare"], "weight": [1.0, -2.0]})
    >>> [round(p, 2) for p in apply_weights([{"verb": 1.0}, {"verb": 1.0, "bare": 1.0}, {}], weights)]
    [0.73, 0.27, 0.5]
    """
    known = dict(zip(weights["feature"], weights["weight"], strict=True))
    return [1 / (1 + exp(-sum(x * known.get(name, 0.0) for name, x in row.items()))) for row in features]
