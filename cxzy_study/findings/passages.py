"""Passages of larger corpora, sorted by their words in three ways, each held against tables without classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from cxzy_study.findings.marks import check_columns
from cxzy_study.findings.reinert import check_presence, descend
from cxzy_study.tables import InvalidInput

N_AXES = 8
"""Dimensions of the correspondence analysis in which density and graph are looked at."""

FEWEST = 20
"""With fewer passages nothing that follows means anything."""


def join_passages(units: pd.DataFrame, *, n_chars: int = 0) -> pd.DataFrame:
    """Join units to passages: paragraphs, or paragraphs of one section put together until they are long enough.

    Parameters
    ----------
    units : DataFrame
        Table ``units``, in the order of the text; headings are left out.
    n_chars : int
        Fewest characters of a passage; 0 for paragraphs as they are. What is left at the end of a section is a passage
        of its own.

    Returns
    -------
    DataFrame
        ``doc_id``, ``unit_id``, ``passage`` (``doc_id#n``, n from 1).

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2", "u3"], "kind": "sentence", "section": "1",
    ...                       "paragraph": [1, 2, 3], "n_chars": 30})
    >>> join_passages(units, n_chars=50)["passage"].tolist()
    ['松岭#1', '松岭#1', '松岭#2']
    """
    check_columns(units, "units", ("doc_id", "unit_id", "kind", "section", "paragraph", "n_chars"))
    rows = []
    for doc_id, part in units[units["kind"] == "sentence"].groupby("doc_id", sort=False):
        number, held, section = 0, 0, None
        for (where, _), paragraph in part.groupby(["section", "paragraph"], sort=False):
            if not number or where != section or held >= max(n_chars, 1):
                number, held, section = number + 1, 0, where
            held += int(paragraph["n_chars"].sum())
            rows += [(doc_id, unit_id, f"{doc_id}#{number}") for unit_id in paragraph["unit_id"]]
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "passage"])


def tabulate_passages(
    terms: pd.DataFrame, passages: pd.DataFrame, *, segmenter: str, min_passages: int = 3, leave_out: Sequence[str] = ()
) -> pd.DataFrame:
    """Tabulate which terms stand in which passages.

    Parameters
    ----------
    terms : DataFrame
        Table ``terms``; its rows of units count.
    passages : DataFrame
        As :func:`join_passages` gives them.
    segmenter : str
        Whose words.
    min_passages : int
        Terms in fewer passages are left out.
    leave_out : sequence of str
        Terms that do not count: names of places, function words.

    Returns
    -------
    DataFrame of 0 and 1
        One row a passage (index), in the order of the text; one column a term, sorted. A passage without terms has a
        row of zeros.
    """
    check_columns(terms, "terms", ("doc_id", "unit_id", "segmenter", "term", "n"))
    own = terms[(terms["segmenter"] == segmenter) & terms["unit_id"].notna() & ~terms["term"].isin(list(leave_out))]
    if own.empty:
        raise InvalidInput(f"Invalid segmenter {segmenter}: must have cut words of units in terms.")
    found = own.merge(passages, on=["doc_id", "unit_id"]).drop_duplicates(["passage", "term"]).assign(there=1)
    table = found.pivot(index="passage", columns="term", values="there").fillna(0).astype(int)
    table = table.reindex(list(dict.fromkeys(passages["passage"])), fill_value=0)
    return table.loc[:, table.sum(axis=0) >= min_passages].sort_index(axis=1)


def compare_passages(
    presence: pd.DataFrame,
    *,
    methods: Sequence[str] = ("reinert", "spectral", "hdbscan"),
    k: Sequence[int] = (2, 3, 4, 5),
    n_null: int = 99,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare classes of passages with those that the same method makes where there are none.

    The score of classes is the part of the table's inertia that they hold: χ² of the classes × terms table over its
    sum. The null keeps how many terms each passage has and how many passages each term, and nothing else (trades of
    pairs of passages: Strona and others 2014, Nature Communications 5:4114). Scores are standardised by method and k,
    and the best of all noted, so that looking at all of them is paid for. The measured rate of false support is in
    table ``calibration``, method ``passages``.

    Parameters
    ----------
    presence : DataFrame of 0 and 1
        One row a passage, one column a term.
    methods : sequence of str
        Of :data:`METHODS`. ``hdbscan`` finds its own number of classes, and may find none.
    k : sequence of int
        Numbers of classes tried.
    n_null, seed : int

    Returns
    -------
    DataFrame
        One row a method and k: ``method``, ``k`` (empty for hdbscan), ``n_classes`` (made), ``n_sorted`` (passages in
        one), ``score``, ``null_mean``, ``null_high`` (95th percentile), ``p``, ``p_adjusted``, ``supported`` (1:
        p_adjusted at most 0.05).

    Raises
    ------
    InvalidInput
        For an unknown method, cells that are not 0 or 1, or fewer than :data:`FEWEST` passages with terms.
    """
    odd = [m for m in methods if m not in METHODS]
    if odd:
        raise InvalidInput(f"Invalid method {odd[0]}: must be one of {', '.join(METHODS)}.")
    values = check_presence(presence, k=min(k), fewest=FEWEST)
    values = values[values.sum(axis=1) > 0]
    values = values[:, values.sum(axis=0) > 0]
    rng = np.random.default_rng(seed)
    cases = [(m, n) for m in methods for n in (k if m != "hdbscan" else (0,))]
    made = sort_passages(values, methods, k)
    score = np.array([share_of_inertia(values, labels) for labels in made])
    null = np.empty((n_null, len(cases)))
    for run in range(n_null):
        drawn = trade_terms(values, rng=rng)
        null[run] = [share_of_inertia(drawn, labels) for labels in sort_passages(drawn, methods, k)]
    every = np.concatenate([score[None], null])
    spread = np.where(every.std(axis=0) > 0, every.std(axis=0), np.inf)
    z, z_null = (score - every.mean(axis=0)) / spread, (null - every.mean(axis=0)) / spread
    # A score of 0 is no classes at all, and beats nothing.
    adjusted = (1 + (z_null.max(axis=1)[:, None] >= z).sum(axis=0)) / (1 + n_null)
    return pd.DataFrame({
        "method": [m for m, _ in cases], "k": pd.array([n or None for _, n in cases], dtype="Int64"),
        "n_classes": [len(set(labels[labels >= 0])) for labels in made],
        "n_sorted": [int((labels >= 0).sum()) for labels in made],
        "score": score, "null_mean": null.mean(axis=0), "null_high": np.quantile(null, 0.95, axis=0),
        "p": (1 + (null >= score).sum(axis=0)) / (1 + n_null), "p_adjusted": adjusted,
        "supported": ((adjusted <= 0.05) & (score > 0)).astype(int),
    })  # fmt: skip


def cluster_passages(presence: pd.DataFrame, *, method: str = "reinert", k: int = 3) -> pd.Series:
    """Return the class of each passage (1 …, index: passage), empty where it has none.

    Parameters
    ----------
    method : {'reinert', 'spectral', 'hdbscan'}
        ``spectral`` cuts the graph of each passage's nearest neighbours, ``hdbscan`` takes what is dense and leaves the
        rest (both scikit-learn's, on the first axes of the correspondence analysis).
    k : int
        Classes; of no effect on hdbscan.
    """
    if method not in METHODS:
        raise InvalidInput(f"Invalid method {method}: must be one of {', '.join(METHODS)}.")
    values = check_presence(presence, k=k, fewest=FEWEST)
    used = values.sum(axis=1) > 0
    classes = pd.Series(pd.NA, index=presence.index, dtype="Int64", name="class")
    (labels,) = sort_passages(values[used], [method], [k])
    classes[used] = pd.array([int(n) + 1 if n >= 0 else pd.NA for n in labels], dtype="Int64")
    return classes


def share_of_inertia(values: np.ndarray, labels: np.ndarray) -> float:
    """Return χ² of classes × terms over its sum, passages with label -1 left out; 0 with fewer than two classes."""
    names = np.unique(labels[labels >= 0])
    if len(names) < 2:
        return 0.0
    table = np.array([values[labels == n].sum(axis=0) for n in names])
    table = table[:, table.sum(axis=0) > 0]
    p = table / table.sum()
    expected = np.outer(p.sum(axis=1), p.sum(axis=0))
    # Passages that are left out would make the rest look clearer than it is: they count as undivided.
    return float(((p - expected) ** 2 / expected).sum() * (labels >= 0).mean())


def trade_terms(values: np.ndarray, *, rng: np.random.Generator, n_trades: int | None = None) -> np.ndarray:
    """Draw a table of 0 and 1 with the same margins by trading terms between pairs of rows (the curveball algorithm).

    Parameters
    ----------
    values : ndarray of float, shape (passages, terms)
    n_trades : int, optional
        By default five a row.
    """
    drawn = values.copy()
    n = len(drawn)
    for _ in range(5 * n if n_trades is None else n_trades):
        i, j = rng.choice(n, 2, replace=False)
        only = np.flatnonzero(drawn[i] != drawn[j])
        if len(only) < 2:
            continue
        n_i = int(drawn[i, only].sum())
        mixed = rng.permutation(only)
        drawn[i, only], drawn[j, only] = 0, 1
        drawn[i, mixed[:n_i]], drawn[j, mixed[:n_i]] = 1, 0
    return drawn


def sort_passages(values: np.ndarray, methods: Sequence[str], k: Sequence[int]) -> list[np.ndarray]:
    """Return the labels (from 0, -1 for none) that each method gives for each k, in this order; hdbscan once."""
    places = _places(values) if {"spectral", "hdbscan"} & set(methods) else np.empty((0, 0))
    found: list[np.ndarray] = []
    for method in methods:
        found += METHODS[method](values, places, k)
    return found


def _reinert(values: np.ndarray, places: np.ndarray, k: Sequence[int]) -> list[np.ndarray]:  # noqa: ARG001
    """One descent has all numbers of classes on its way."""
    by_number: list[np.ndarray] = []
    for leaves in descend(values, k=max(k)):
        labels = np.full(len(values), -1)
        for number, (_, rows) in enumerate(leaves):
            labels[rows] = number
        by_number.append(labels)
    return [by_number[min(n, len(by_number)) - 1] for n in k]


def _spectral(values: np.ndarray, places: np.ndarray, k: Sequence[int]) -> list[np.ndarray]:  # noqa: ARG001
    from sklearn.cluster import SpectralClustering

    # Ties and far passages would leave the graph in pieces, on which scikit-learn warns: the pieces are joined weakly.
    from sklearn.neighbors import kneighbors_graph

    graph = kneighbors_graph(places, min(10, len(places) - 1), include_self=True).toarray()
    affinity = np.maximum((graph + graph.T) / 2, 1e-4)
    return [
        np.asarray(
            SpectralClustering(n, affinity="precomputed", assign_labels="cluster_qr", random_state=0).fit_predict(affinity)
        )
        for n in k
    ]


def _hdbscan(values: np.ndarray, places: np.ndarray, k: Sequence[int]) -> list[np.ndarray]:  # noqa: ARG001
    from sklearn.cluster import HDBSCAN

    return [np.asarray(HDBSCAN(min_cluster_size=5, min_samples=3, copy=True).fit_predict(places))]


def _places(values: np.ndarray) -> np.ndarray:
    """Principal coordinates of the passages on the first axes of their correspondence analysis."""
    table = values[:, values.sum(axis=0) > 0]
    p = table / table.sum()
    r, c = p.sum(axis=1), p.sum(axis=0)
    u, d, _ = np.linalg.svd((p - np.outer(r, c)) / np.sqrt(np.outer(r, c)), full_matrices=False)
    return u[:, :N_AXES] * d[:N_AXES] / np.sqrt(r)[:, None]


METHODS: dict[str, Callable[[np.ndarray, np.ndarray, Sequence[int]], list[np.ndarray]]] = {
    "reinert": _reinert, "spectral": _spectral, "hdbscan": _hdbscan,
}  # fmt: skip
"""Ways to sort passages: a table of 0 and 1, the passages' places on its axes, and numbers of classes, to labels for each
number; hdbscan, which finds its own, to one."""
