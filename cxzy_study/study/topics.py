"""An independent check for larger corpora: topics found without the codebook, held against the machine's codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxzy_study.findings.topics import (
    TermCounts,
    Topics,
    compare_with_codes,
    count_matrix,
    find_topics,
    guide_topics,
    measure_stability,
    top_words,
)
from cxzy_study.reading.terms import count_terms
from cxzy_study.study.load import ROOT
from cxzy_study.tables import THEMES, InvalidInput
from cxzy_study.text.words import Segmenter

PLAIN_WORDS = "data/coding/plain_words.csv"
N_TOPICS, N_FREE, N_SEEDS = 25, 5, 10
UNITS_A_TOPIC = 4
"""On average a topic of the factorisation has at least so many units and words."""
FREE, GUIDED = "factorisation", "guided by keywords"


def load_keywords() -> dict[str, list[str]]:
    """Return the codebook's plain words, by theme."""
    table = pd.read_csv(ROOT / PLAIN_WORDS, dtype=str)
    words = table.groupby("theme")["word"].agg(list)
    return {theme: words[theme] for theme in THEMES}


def topic_tables(
    units: pd.DataFrame, codes: pd.DataFrame, *, coder: str, n_topics: int = N_TOPICS, n_seeds: int = N_SEEDS
) -> dict[str, pd.DataFrame]:
    """Find topics by two models from many seeds, and match them to the codes.

    Parameters
    ----------
    units : DataFrame
        Units with their text.
    codes : DataFrame
        Table ``codes``.
    coder : str
        Whose codes.
    n_topics, n_seeds : int
        Of the factorisation: fewer topics where a topic would have fewer than four units or words on average. The
        guided model has one topic for each theme and five more; a corpus of fewer units or words has none.

    Returns
    -------
    dict of DataFrame
        ``topics``: model, and the columns of :func:`~cxzy_study.findings.topics.measure_stability`; ``matches``: model,
        theme, topic, auc (mean over the seeds), auc_least, n_true, n_units, words of the topic (of the first seed).

    Raises
    ------
    InvalidInput
        If there are too few units or words for two topics.
    """
    keywords = load_keywords()
    added = Segmenter({word for words in keywords.values() for word in words if len(word) > 1})
    least = max(3, len(units) // 400)
    counts = _count(count_terms(units, segmenter=added), least=least)
    size = min(counts.matrix.shape) if counts else 0
    n_fitting = min(n_topics, size // UNITS_A_TOPIC)
    if counts is None or n_fitting < 2:
        needed = f"topics need {2 * UNITS_A_TOPIC} units and as many words of two documents and {least} units or more, not of most"
        raise InvalidInput(f"Invalid INPUT: {needed}; give more documents, or use cxzy code, which needs none. {size}.")
    runs = {FREE: [find_topics(counts, n_topics=n_fitting, seed=s) for s in range(n_seeds)]}
    if size >= len(keywords) + N_FREE:
        runs[GUIDED] = [guide_topics(counts, keywords=keywords, n_free=N_FREE, seed=s) for s in range(n_seeds)]
    topics = [measure_stability(found, counts).assign(model=model) for model, found in runs.items()]
    matches = [_match(found, counts, codes, coder, model, keywords) for model, found in runs.items()]
    return {"topics": _model_first(topics), "matches": _model_first(matches)}


def _count(terms: pd.DataFrame, *, least: int) -> TermCounts | None:
    """Count words; None where no word stands in enough units."""
    try:
        return count_matrix(terms, least=least)
    except InvalidInput:
        return None


def _match(
    runs: Sequence[Topics], counts: TermCounts, codes: pd.DataFrame, coder: str, model: str,
    keywords: Mapping[str, Sequence[str]],
) -> pd.DataFrame:  # fmt: skip
    tables = [
        compare_with_codes(run, counts, codes, coder=coder, themes=list(keywords), guided=model == GUIDED) for run in runs
    ]
    areas = np.array([t["auc"] for t in tables], dtype=float)
    words = top_words(runs[0], counts)
    first = tables[0].assign(auc=areas.mean(axis=0), auc_least=areas.min(axis=0), model=model)
    first["words"] = [" ".join(words[k]) if pd.notna(k) else "" for k in first["topic"]]
    return first


def _model_first(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    joined = pd.concat(tables, ignore_index=True)
    return joined[["model", *(c for c in joined.columns if c != "model")]]


def describe_topics(tables: Mapping[str, pd.DataFrame]) -> str:
    """Return for people how firm the topics are and how well they tell the themes."""
    topics, matches = tables["topics"], tables["matches"]
    firm = topics.groupby("model", sort=False)[["cosine", "shared_words"]].median()
    n_topics = topics.groupby("model", sort=False).size()
    parts = ["; ".join(f"{model}: {n} topics" for model, n in n_topics.items()) + "."]
    if n_topics[FREE] < N_TOPICS:
        parts[0] += f" The corpus is too small for the usual {N_TOPICS}: a topic shall have four units and words on average."
    if GUIDED not in n_topics:
        parts[0] += " It is too small for topics guided by the codebook's words."
    parts += ["Likeness of topics over seeds (median topic):", firm.to_string(float_format=lambda x: f"{x:.2f}")]
    wide = matches.pivot(index="theme", columns="model", values="auc").loc[list(THEMES)]
    parts.append("\nAUC of the matched topic for the units that bear the theme (0.5: none):")
    parts.append(wide.to_string(float_format=lambda x: f"{x:.2f}"))
    return "\n".join(parts)
