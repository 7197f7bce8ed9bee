"""Themes found without the codebook, as an independent check: two topic models, many seeds, matched to the codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.special import digamma

from cxzy_study.findings.marks import check_columns
from cxzy_study.tables import InvalidInput

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TermCounts:
    """Words of units.

    Attributes
    ----------
    units : DataFrame
        doc_id, unit_id of the rows, sorted.
    terms : tuple of str
        The columns, sorted.
    matrix : csr_matrix, shape (units, terms)
        Occurrences.
    """

    units: pd.DataFrame
    terms: tuple[str, ...]
    matrix: sparse.csr_matrix


@dataclass(frozen=True)
class Topics:
    """What one run of a topic model found.

    Attributes
    ----------
    words : ndarray, shape (topics, terms)
        Weight of each word in each topic; rows sum to 1.
    units : ndarray, shape (units, topics)
        Part of each unit that each topic has; rows sum to 1 (or to 0 where a unit has no word).
    """

    words: Floats
    units: Floats


def count_matrix(terms: pd.DataFrame, *, least: int = 5, most: float = 0.2, shortest: int = 2) -> TermCounts:
    """Return the words of units as a matrix.

    Parameters
    ----------
    terms : DataFrame
        Table ``terms``; rows of sections are not looked at.
    least : int
        Units in which a word must stand.
    most : float
        Share of the units above which a word says nothing.
    shortest : int
        Characters that a word must have.

    Raises
    ------
    InvalidInput
        If no word is left.
    """
    check_columns(terms, "terms", ("doc_id", "unit_id", "term", "n"))
    rows = terms[terms["unit_id"].astype(str).ne("") & terms["unit_id"].notna() & (terms["term"].str.len() >= shortest)]
    units = rows[["doc_id", "unit_id"]].drop_duplicates().sort_values(["doc_id", "unit_id"], ignore_index=True)
    spread = rows.groupby("term").size()
    kept = sorted(spread.index[(spread >= least) & (spread <= most * len(units))])
    if not kept:
        raise InvalidInput(f"Invalid terms: no word stands in {least} units and in no more than {most:.0%} of them. 0.")
    rows = rows[rows["term"].isin(kept)]
    at = pd.MultiIndex.from_frame(units).get_indexer(pd.MultiIndex.from_frame(rows[["doc_id", "unit_id"]]))
    cells = (rows["n"].to_numpy(dtype=float), (at, pd.Index(kept).get_indexer(rows["term"])))
    return TermCounts(units, tuple(kept), sparse.csr_matrix(cells, shape=(len(units), len(kept))))


def find_topics(counts: TermCounts, *, n_topics: int, seed: int) -> Topics:
    """Find topics by non-negative matrix factorisation of word weights (Lee and Seung 1999, Nature 401:788).

    Words weigh ``n · ln(units / units with it)``, units have length 1; the start is random, so that seeds tell how
    firm the topics are.
    """
    from sklearn.decomposition import NMF

    matrix = counts.matrix
    spread = np.asarray((matrix > 0).sum(axis=0)).ravel()
    weighed = matrix.multiply(np.log(matrix.shape[0] / spread)).tocsr()
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    weighed = sparse.diags(1 / np.where(length > 0, length, 1)) @ weighed
    model = NMF(_check_number(counts, n_topics), init="random", random_state=seed, max_iter=400, tol=1e-4)
    units = model.fit_transform(weighed)
    return Topics(_rows(model.components_), _rows(units * model.components_.sum(axis=1)))


def guide_topics(
    counts: TermCounts, *, keywords: Mapping[str, Sequence[str]], n_free: int, seed: int, boost: float = 1.0,
    sharpness: float = 0.1, n_steps: int = 60,
) -> Topics:  # fmt: skip
    """Find topics that begin from keywords: latent Dirichlet allocation whose prior expects them in their topic.

    The prior of a topic's words is 0.01 for each word and, for its keywords, *boost* times the word's
    occurrences more, as in seeded topic models (Lu and others 2011, ICDM Workshops; Watanabe and Baturo 2024, Social
    Science Computer Review 42); fitted by batch variational Bayes (Blei, Ng and Jordan 2003, JMLR 3:993).

    Parameters
    ----------
    counts : TermCounts
    keywords : mapping of theme to words
        One topic for each, in this order; words that do not occur are passed over.
    n_free : int
        Topics without keywords after them, for what else the texts speak of.
    seed : int
    boost : float
        Occurrences, as a multiple of a word's own, that a keyword is expected to have in its topic.
    sharpness : float
        Prior of a unit's topics: below 1 few topics a unit.
    n_steps : int

    Raises
    ------
    InvalidInput
        If there are more topics than units, or no keyword occurs.
    """
    n_topics = _check_number(counts, len(keywords) + n_free)
    column = {term: i for i, term in enumerate(counts.terms)}
    total = np.asarray(counts.matrix.sum(axis=0)).ravel()
    prior = np.full((n_topics, len(counts.terms)), 0.01)
    for topic, given in enumerate(keywords.values()):
        for word in given:
            if word in column:
                prior[topic, column[word]] += boost * total[column[word]]
    if not (prior > 0.01).any():
        raise InvalidInput("Invalid keywords: one at least must occur in the units. None.")
    rng = np.random.default_rng(seed)
    cells = counts.matrix.tocoo()
    row, term, n = cells.row, cells.col, cells.data
    words = prior + rng.gamma(100.0, 0.01, prior.shape) * total / n_topics
    units = rng.gamma(100.0, 0.01, (counts.matrix.shape[0], n_topics))
    for _ in range(n_steps):
        log_words = np.exp(digamma(words) - digamma(words.sum(axis=1, keepdims=True))).T
        for _ in range(5):
            log_units = np.exp(digamma(units) - digamma(units.sum(axis=1, keepdims=True)))
            part = log_units[row] * log_words[term]
            part *= (n / np.maximum(part.sum(axis=1), 1e-300))[:, None]
            units = sharpness + _sum_by(row, part, len(units))
        words = prior + _sum_by(term, part, len(counts.terms)).T
    return Topics(_rows(words), _rows(units - sharpness))


def top_words(topics: Topics, counts: TermCounts, *, n: int = 10) -> list[list[str]]:
    """Return the heaviest words of each topic."""
    return [[counts.terms[i] for i in np.argsort(-row, kind="stable")[:n]] for row in topics.words]


def match_topics(one: Topics, two: Topics) -> tuple[NDArray[np.int64], Floats]:
    """Return for each topic of *one* its like in *two* and the cosine of their words, pairs chosen to be best in all."""
    likeness = _cosine(one.words, two.words)
    rows, columns = linear_sum_assignment(-likeness)
    return columns[np.argsort(rows)], likeness[rows, columns][np.argsort(rows)]


def measure_stability(runs: Sequence[Topics], counts: TermCounts, *, n_words: int = 10) -> pd.DataFrame:
    """Return how like the topics of the first run are to those of every other one.

    Returns
    -------
    DataFrame
        One row a topic of the first run: topic, words (heaviest, joined by blanks), share (of all units), cosine and
        cosine_least (mean and smallest over the other runs, of the matched topics' words), shared_words (mean number of
        the *n_words* heaviest that the matched topic has, too, as a share).

    Raises
    ------
    InvalidInput
        If there are fewer than two runs.
    """
    if len(runs) < 2:
        raise InvalidInput(f"Invalid runs: two at least are needed to compare. {len(runs)}.")
    first, words = runs[0], top_words(runs[0], counts, n=n_words)
    cosines, shared = [], []
    for other in runs[1:]:
        partner, likeness = match_topics(first, other)
        theirs = top_words(other, counts, n=n_words)
        cosines.append(likeness)
        shared.append([len(set(words[i]) & set(theirs[j])) / n_words for i, j in enumerate(partner)])
    return pd.DataFrame({
        "topic": range(len(words)), "words": [" ".join(w) for w in words], "share": first.units.mean(axis=0),
        "cosine": np.mean(cosines, axis=0), "cosine_least": np.min(cosines, axis=0), "shared_words": np.mean(shared, axis=0),
    })  # fmt: skip


def compare_with_codes(
    topics: Topics, counts: TermCounts, codes: pd.DataFrame, *, coder: str, themes: Sequence[str], guided: bool = False
) -> pd.DataFrame:
    """Match topics to the codebook's themes by how well they tell the units that bear a theme from the others.

    Parameters
    ----------
    topics : Topics
    counts : TermCounts
    codes : DataFrame
        Table ``codes``; a unit that *coder* did not read is not looked at.
    coder : str
    themes : sequence of str
    guided : bool
        The first topics are those of the themes, in this order; otherwise each theme gets the topic that fits, each
        topic one theme, so that the sum of the areas is largest.

    Returns
    -------
    DataFrame
        One row a theme: theme, topic, auc (chance that a unit with the theme has more of the topic than one without;
        0.5 is none), n_true, n_units.
    """
    own = codes[(codes["coder"] == coder) & codes["value"].eq(1)]
    keys = pd.MultiIndex.from_frame(counts.units)
    read = keys.isin(pd.MultiIndex.from_frame(own[["doc_id", "unit_id"]]))
    shares = topics.units[read]
    bears = np.array([
        keys[read].isin(pd.MultiIndex.from_frame(own.loc[own["theme"] == t, ["doc_id", "unit_id"]])) for t in themes
    ])  # fmt: skip
    areas = np.array([[_area(shares[:, k], bear) for k in range(shares.shape[1])] for bear in bears])
    if guided:
        chosen = np.arange(len(themes))
    else:
        rows, columns = linear_sum_assignment(-np.nan_to_num(areas, nan=0.5))
        chosen = np.full(len(themes), -1)
        chosen[rows] = columns
    found = [areas[i, k] if k >= 0 else np.nan for i, k in enumerate(chosen)]
    return pd.DataFrame({
        "theme": list(themes), "topic": pd.array([k if k >= 0 else None for k in chosen], dtype="Int64"), "auc": found,
        "n_true": bears.sum(axis=1), "n_units": int(read.sum()),
    })  # fmt: skip


def _area(values: Floats, bears: NDArray[np.bool_]) -> float:
    """Area under the curve of true over false alarms, by ranks (Mann and Whitney); NaN where one side is empty."""
    n, m = int(bears.sum()), int((~bears).sum())
    if not n or not m:
        return np.nan
    ranks = pd.Series(values).rank().to_numpy()
    return float((ranks[bears].sum() - n * (n + 1) / 2) / (n * m))


def _check_number(counts: TermCounts, n_topics: int) -> int:
    if not 2 <= n_topics <= min(counts.matrix.shape):
        limit = min(counts.matrix.shape)
        raise InvalidInput(f"Invalid n_topics {n_topics}: must be from 2 to {limit}, the units or words that there are.")
    return n_topics


def _sum_by(groups: NDArray[np.int32], values: Floats, n: int) -> Floats:
    cells = (np.ones(len(groups)), (groups, np.arange(len(groups))))
    return np.asarray(sparse.csr_matrix(cells, shape=(n, len(groups))) @ values)


def _cosine(one: Floats, two: Floats) -> Floats:
    lengths = np.linalg.norm(one, axis=1)[:, None] * np.linalg.norm(two, axis=1)
    return one @ two.T / np.where(lengths > 0, lengths, 1)


def _rows(values: Floats) -> Floats:
    values = np.maximum(values, 0)
    totals = values.sum(axis=1, keepdims=True)
    return values / np.where(totals > 0, totals, 1)
