"""The table that says how well each coder does: on documents that it has not seen, beside three baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxzy_study.coding.accuracy import measure_reliability, score_documents
from cxzy_study.coding.learned import find_signs, weigh_signs
from cxzy_study.coding.training import (
    Coded,
    Options,
    join_coded,
    learn_decisions,
    learn_text,
    learn_weights,
    split_documents,
)
from cxzy_study.coding.weights import Floats, Weights, save_weights
from cxzy_study.study.coded_texts import Judged, load_devset, load_phrases, load_study_coded, load_texts, load_training
from cxzy_study.study.left_out import left_out_table
from cxzy_study.study.load import ROOT, SEED
from cxzy_study.tables import THEMES, InvalidInput, check_table

PLAIN_WORDS = "data/coding/plain_words.csv"
DEVSET, FIVE = "development set", "five documents"
Marked = NDArray[np.bool_]
Predict = Callable[[Coded, Coded], list[tuple[Floats, Marked]]]
"""From what may be learnt from, and what is to be coded, to probabilities and marks by one coder or several."""


def predict(coded: Coded, weights: Weights) -> tuple[Floats, Marked]:
    """Return probabilities and marks of units by *weights*."""
    logits = weights.text.logits(coded.units["text"].tolist())
    chances = weigh_signs(find_signs(coded.units, logits, coded.counts, rates=weights.rates), weights)
    return chances, chances >= weights.thresholds


def by_learning(phrases: pd.DataFrame, options: Options) -> Predict:
    """Return the learned coder, without rules and with them: all is learnt from what may be learnt from."""

    def run(known: Coded, new: Coded) -> list[tuple[Floats, Marked]]:
        first = learn_text(known, themes=THEMES, phrases=phrases, options=options)
        return [
            predict(new, learn_decisions(known, first, themes=THEMES, options=replace(options, with_rules=rules)))
            for rules in (False, True)
        ]

    return run


def by_rules(known: Coded, new: Coded) -> list[tuple[Floats, Marked]]:  # noqa: ARG001
    """Mark what the codebook's rules count."""
    return [(np.full_like(new.marks, np.nan), new.counts[0] > 0)]


def by_plain_words(known: Coded, new: Coded) -> list[tuple[Floats, Marked]]:  # noqa: ARG001
    """Mark a theme wherever one of the codebook's plain words stands."""
    table = pd.read_csv(ROOT / PLAIN_WORDS, dtype=str)
    words = table.groupby("theme")["word"].agg(list)
    marked = [[any(w in text for w in words.get(t, [])) for t in THEMES] for text in new.units["text"]]
    return [(np.full_like(new.marks, np.nan), np.array(marked).reshape(new.marks.shape))]


def by_words(known: Coded, new: Coded) -> list[tuple[Floats, Marked]]:
    """Mark by a plain linear model: logistic regression on words and runs of characters, classes balanced."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    from cxzy_study.coding.features import find_features, split_clauses

    def cut(text: str) -> list[str]:
        return [f for clause in split_clauses(text) for f in find_features(clause)]

    vectors = TfidfVectorizer(analyzer=cut, min_df=2, sublinear_tf=True)
    rows, others = vectors.fit_transform(known.units["text"]), vectors.transform(new.units["text"])
    chances = np.zeros_like(new.marks)
    for t in range(len(THEMES)):
        is_known = ~np.isnan(known.marks[:, t])
        marks = known.marks[is_known, t]
        if marks.any():
            model = LogisticRegression(C=10, class_weight="balanced", solver="liblinear", random_state=0)
            chances[:, t] = model.fit(rows[is_known], marks).predict_proba(others)[:, 1]
    return [(chances, chances >= 0.5)]


def cross_validate(
    coded: Coded, folds: NDArray[np.int64], run: Predict, *, always: Sequence[Coded] = ()
) -> list[tuple[Floats, Marked]]:
    """Return probabilities and marks of units by coders that have not seen their document.

    Parameters
    ----------
    coded : Coded
    folds : ndarray of int, shape (units,)
        Fold of each unit; a document is in one fold whole.
    run : function
        The coders.
    always : sequence of Coded
        Further units that may always be learnt from.
    """
    found: list[tuple[Floats, Marked]] = []
    for k in np.unique(folds):
        inside, outside = np.flatnonzero(folds == k), np.flatnonzero(folds != k)
        parts = run(join_coded([coded.take(outside), *always]), coded.take(inside))
        if not found:
            found = [(np.zeros_like(coded.marks), np.zeros(coded.marks.shape, dtype=bool)) for _ in parts]
        for (chances, marked), (p, codes) in zip(found, parts, strict=True):
            chances[inside], marked[inside] = p, codes
    return found


def evaluate(
    devset: Path, corpus: Path, *, texts: Sequence[Path] = (), n_folds: int = 5, progress: Callable[[str], object] = print
) -> dict[str, pd.DataFrame]:
    """Hold every coder against the development set and the five documents.

    Development set: documents in *n_folds* parts, each coded by what was learnt from the others, the five, the phrases and
    the texts written for the study. Five documents: each coded by what was learnt from the other four, the development
    set, the phrases and those texts. Thresholds and the second step are learnt within, documents apart: nothing of a document is seen
    before it is coded, with one exception. The **rules** were made with the five documents and much of the development
    set at hand: where rules take part, scores are internal (``rules_seen`` 1).

    Parameters
    ----------
    devset, corpus : path
        Folders of the development set and of the five documents.
    texts : sequence of path
        Further coded texts (JSON lines), beside those written for the study.
    n_folds : int
    progress : function
        Told of each step.

    Returns
    -------
    dict of DataFrame
        ``accuracy``: the table of that name. ``reliability``: set, coder, and the columns of
        :func:`~cxzy_study.coding.accuracy.measure_reliability`. ``errors``: coder, doc_id, unit_id (``n`` of the
        development set), theme, error (``missed`` or ``false``), probability. ``left_out``: the table of that
        name, of the five documents, each by what was learnt from others, without the rules.
    """
    if n_folds < 2:
        raise InvalidInput(f"Invalid n_folds {n_folds}: must be 2 or more.")
    dev, judged = load_devset(devset)
    five = load_study_coded(corpus)
    more, phrases = [load_training(), *(load_texts(path) for path in texts)], load_phrases()
    folds = split_documents(dev.units["doc_id"].tolist(), n_folds)
    own = np.unique(five.units["doc_id"], return_inverse=True)[1]
    runs: list[tuple[Predict, bool, tuple[tuple[str, int], ...]]] = [
        (by_plain_words, False, (("plain words", 0),)),
        (by_words, False, (("linear model on words", 0),)),
        (by_rules, False, (("rules", 1),)),
        (by_learning(phrases, Options()), True, (("learned without rules", 0), ("learned", 1))),
    ]
    scored: list[pd.DataFrame] = []
    reliable: list[pd.DataFrame] = []
    errors: list[pd.DataFrame] = []
    for run, learns, names in runs:
        progress(f"{', '.join(name for name, _ in names)} …")
        outside = cross_validate(dev, folds, run, always=[five, *more] if learns else [])
        inside = cross_validate(five, own, run, always=[dev, *more] if learns else [])
        for (coder, seen), (chances, marked), (own_chances, own_marked) in zip(names, outside, inside, strict=True):
            marks, codes, p, units = _as_judged(judged, chances, marked)
            scored.append(_score(marks, codes, units, DEVSET, coder, seen))
            scored.append(_score(five.marks, own_marked, five.units, FIVE, coder, seen))
            errors.append(_errors(marks, codes, p, units, coder))
            if learns:
                for name, q, y in ((DEVSET, chances, dev.marks), (FIVE, own_chances, five.marks)):
                    reliable.append(measure_reliability(q, y).assign(set=name, coder=coder))
        if learns:
            left_out = left_out_table(five.units, *inside[0])
    return {
        "accuracy": check_table(pd.concat(scored, ignore_index=True), "accuracy"),
        "reliability": pd.concat(reliable, ignore_index=True),
        "errors": pd.concat(errors, ignore_index=True),
        "left_out": left_out,
    }


def _as_judged(judged: Judged, chances: Floats, marked: Marked) -> tuple[Floats, Marked, Floats, pd.DataFrame]:
    """Marks, codes and probabilities of the units as they were cut by hand; a unit that was not found bears nothing."""
    there = judged.read >= 0
    coded, p = np.zeros(judged.marks.shape, dtype=bool), np.full(judged.marks.shape, np.nan)
    coded[there], p[there] = marked[judged.read[there]], chances[judged.read[there]]
    # An optional unit may be dropped: then it is not scored.
    marks = np.where((judged.units["optional"].to_numpy() & ~there)[:, None], np.nan, judged.marks)
    units = judged.units.assign(unit_id=judged.units["n"].astype(str))
    return marks, coded, p, units


def _score(marks: Floats, marked: Marked, units: pd.DataFrame, name: str, coder: str, seen: int) -> pd.DataFrame:
    table = score_documents(marks, marked, units["doc_id"].tolist(), themes=THEMES, seed=SEED)
    table.insert(0, "set", name)
    table.insert(1, "coder", coder)
    table.insert(2, "rules_seen", seen)
    return table


def _errors(marks: Floats, marked: Marked, chances: Floats, units: pd.DataFrame, coder: str) -> pd.DataFrame:
    unit, theme = np.nonzero(~np.isnan(marks) & ((marks == 1) != marked))
    return pd.DataFrame({
        "coder": coder, "doc_id": units["doc_id"].to_numpy()[unit], "unit_id": units["unit_id"].to_numpy()[unit],
        "theme": np.array(THEMES)[theme], "error": np.where(marked[unit, theme], "false", "missed"),
        "probability": chances[unit, theme],
    })  # fmt: skip


def describe_accuracy(accuracy: pd.DataFrame) -> str:
    """Return the table for people: F1 with its interval by coder and theme, then how far each share is off."""
    parts = []
    for name, table in accuracy.groupby("set", sort=False):
        cells = table.assign(cell=[f"{f:.3f} [{a:.3f}, {b:.3f}]" for f, a, b in zip(table.f1, table.low, table.high, strict=True)])
        wide = cells.pivot(index="theme", columns="coder", values="cell")
        wide = wide.loc[table.theme.unique(), table.coder.unique()]
        wide.insert(0, "n_true", table.drop_duplicates("theme").set_index("theme").n_true)
        bias = table[table.share_true.notna()].pivot(index="theme", columns="coder", values="bias")
        bias = bias.loc[[t for t in THEMES if t in bias.index], table.coder.unique()]
        seen = ", ".join(table.coder[table.rules_seen == 1].unique())
        parts += [
            f"{name}: F1 [95%, documents resampled]. Internal, for the rules were made with many of these texts: {seen}.",
            wide.to_string(),
            f"{name}: share of units coded with the theme, less the share that readers marked",
            bias.map(lambda x: f"{x:+.3f}").to_string(),
        ]
    return "\n\n".join(parts)


def learn_all(devset: Path, corpus: Path, *, texts: Sequence[Path] = (), folder: Path) -> Path:
    """Learn the weights that the project ships from all coded texts, and write them into *folder*."""
    dev, _ = load_devset(devset)
    five, more = load_study_coded(corpus), [load_training(), *(load_texts(path) for path in texts)]
    weights = learn_weights(join_coded([dev, five, *more]), themes=THEMES, phrases=load_phrases())
    return save_weights(weights, folder)
