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
from cxzy_study.tables import THEMES
from cxzy_study.text.words import Segmenter

PLAIN_WORDS = "data/coding/plain_words.csv"
N_TOPICS, N_FREE, N_SEEDS = 25, 5, 10
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
        Of the factorisation; the guided model has one topic for each theme and five more.

    Returns
    -------
    dict of DataFrame
        ``topics``: model, and the columns of :func:`~cxzy_study.findings.topics.measure_stability`; ``matches``: model,
        theme, topic, auc (mean over the seeds), auc_least, n_true, n_units, words of the topic (of the first seed).
    """
    keywords = load_keywords()
    added = Segmenter({word for words in keywords.values() for word in words if len(word) > 1})
    counts = count_matrix(count_terms(units, segmenter=added), least=max(3, len(units) // 400))
    runs = {
        FREE: [find_topics(counts, n_topics=n_topics, seed=s) for s in range(n_seeds)],
        GUIDED: [guide_topics(counts, keywords=keywords, n_free=N_FREE, seed=s) for s in range(n_seeds)],
    }
    topics = [measure_stability(found, counts).assign(model=model) for model, found in runs.items()]
    matches = [_match(found, counts, codes, coder, model, keywords) for model, found in runs.items()]
    return {"topics": _model_first(topics), "matches": _model_first(matches)}


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
    parts = ["Likeness of topics over seeds (median topic):", firm.to_string(float_format=lambda x: f"{x:.2f}")]
    wide = matches.pivot(index="theme", columns="model", values="auc").loc[list(THEMES)]
    parts.append("\nAUC of the matched topic for the units that bear the theme (0.5: none):")
    parts.append(wide.to_string(float_format=lambda x: f"{x:.2f}"))
    return "\n".join(parts)
