"""How often items fall together when parts of them are clustered, many times.

Written for thousands of small clusterings: trees are cut for every number of clusters at once, and all starts of k-means
of all parts go their steps together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import linkage as link
from scipy.spatial.distance import pdist, squareform

METHODS = ("average", "ward", "kmeans")
"""Average linkage on Jaccard distances; Ward's linkage and k-means on the 0-1 features."""

N_STARTS, MOST_STEPS = 3, 50
"""Starts of k-means for each part, and steps after which one that still moves is taken as it is."""


def count_consensus(
    values: np.ndarray, method: str, k: Sequence[int], n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return how often each two items fall together when both are drawn, four fifths of the items at a time.

    Parameters
    ----------
    values : ndarray of float, shape (items, features)
        0 or 1.
    method : str
        One of :data:`METHODS`.
    k : sequence of int
        Numbers of clusters.

    Returns
    -------
    ndarray of float, shape (len(k), items, items)
    """
    n = len(values)
    size = int(np.ceil(0.8 * n))
    drawn, chances = [], []
    for _ in range(n_resamples):
        drawn.append(np.sort(rng.permutation(n)[:size]))
        if method == "kmeans":
            # First centre and the numbers by which the others are drawn, in the order in which single fits draw them.
            chances.append([[(int(rng.integers(size)), rng.random(c - 1)) for _ in range(N_STARTS)] for c in k])
    at = np.array(drawn)
    labels = _sort_by_kmeans(values, at, k, chances) if method == "kmeans" else _sort_by_trees(values, at, k, method)
    inside = np.zeros((n_resamples, n))
    np.put_along_axis(inside, at, 1.0, axis=1)
    both = inside.T @ inside
    consensus = np.empty((len(k), n, n))
    for place, found in enumerate(labels):
        spread = np.full((n_resamples, n), -1)
        np.put_along_axis(spread, at, found, axis=1)
        member = np.concatenate([spread == c for c in range(int(found.max()) + 1)]).astype(float)
        consensus[place] = np.divide(member.T @ member, both, out=np.zeros((n, n)), where=both > 0)
    consensus[:, np.arange(n), np.arange(n)] = 1.0
    return consensus


def _sort_by_trees(values: np.ndarray, at: np.ndarray, k: Sequence[int], method: str) -> np.ndarray:
    """Cluster of each drawn item, shape (len(k), resamples, drawn)."""
    distances = squareform(pdist(values, "jaccard" if method == "average" else "euclidean"))
    i, j = np.triu_indices(at.shape[1], 1)
    labels = np.empty((len(k), *at.shape), dtype=int)
    for r, rows in enumerate(at):
        tree = link(distances[rows[i], rows[j]], method=method)
        for place, groups in enumerate(k):
            labels[place, r] = cut_tree(tree, groups)
    return labels


def cut_tree(tree: np.ndarray, k: int) -> np.ndarray:
    """Return the clusters of a scipy linkage with monotone heights, k of them, or fewer where heights are equal.

    The same as scipy's ``fcluster(tree, k, "maxclust")`` but for the clusters' numbers, which begin at 0 here.

    Examples
    --------
    >>> cut_tree(link(np.array([[0.0], [1.0], [5.0], [6.5]])), 2)
    array([0, 0, 1, 1])
    """
    n = len(tree) + 1
    joined = int((tree[:, 2] <= tree[n - 1 - k, 2]).sum()) if k < n else 0
    parent = np.arange(2 * n - 1)
    new = np.arange(n, n + joined)
    parent[tree[:joined, 0].astype(int)] = parent[tree[:joined, 1].astype(int)] = new
    # Pointers jump to the pointers' ends.
    while not (parent == (higher := parent[parent])).all():
        parent = higher
    return np.unique(parent[:n], return_inverse=True)[1]


def _sort_by_kmeans(
    values: np.ndarray, at: np.ndarray, k: Sequence[int], chances: Sequence[Sequence[Sequence[tuple[int, np.ndarray]]]]
) -> np.ndarray:
    """Cluster of each drawn item by Lloyd's k-means, the best of a few starts, shape (len(k), resamples, drawn).

    Starts are k-means++ (Arthur and Vassilvitskii 2007, SODA, 1027). Of two centres that are equally near, rounding
    chooses.
    """
    n_resamples, size = at.shape
    far = squareform(pdist(values, "sqeuclidean"))
    rows = np.repeat(at, N_STARTS, axis=0)
    inside = np.zeros((len(rows), len(values)), dtype=bool)
    np.put_along_axis(inside, rows, True, axis=1)
    labels = np.empty((len(k), n_resamples, size), dtype=int)
    for place, groups in enumerate(k):
        told = [start for one in chances for start in one[place]]
        first = np.array([number for number, _ in told])
        numbers = np.array([draws for _, draws in told]).reshape(len(rows), groups - 1)
        found, within = _lloyd(values, inside, _choose_centres(far, rows, first, numbers))
        best = within.reshape(n_resamples, N_STARTS).argmin(axis=1) + np.arange(n_resamples) * N_STARTS
        labels[place] = np.take_along_axis(found[best], at, axis=1)
    return labels


def _choose_centres(far: np.ndarray, rows: np.ndarray, first: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    """Items that are the first centres, shape (starts, k): the next is drawn by its squared distance from the nearest."""
    start = np.arange(len(rows))
    chosen = [rows[start, first]]
    near = np.full(rows.shape, np.inf)
    for number in numbers.T:
        near = np.minimum(near, far[chosen[-1][:, None], rows])
        grown = np.cumsum(np.where(near.any(axis=1, keepdims=True), near, 1.0), axis=1)
        drawn = (grown <= (number * grown[:, -1])[:, None]).sum(axis=1)
        chosen.append(rows[start, drawn])
    return np.stack(chosen, axis=1)


def _lloyd(values: np.ndarray, inside: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cluster of every item in every start, shape (starts, items), and squares within, less those of the items.

    Items that are not *inside* get a cluster, too, and count for nothing.
    """
    n_starts, k = chosen.shape
    n_features = values.shape[1]
    centres = np.swapaxes(values[chosen], 0, 1)
    labels = np.full(inside.shape, -1)
    within = np.empty(n_starts)
    left = np.arange(n_starts)
    for _ in range(MOST_STEPS):
        squares = (centres**2).sum(axis=2)[..., None] - 2 * (centres.reshape(-1, n_features) @ values.T).reshape(
            k, len(left), -1
        )
        least, moved = squares[0].copy(), np.zeros(squares.shape[1:], dtype=int)
        for c in range(1, k):
            closer = squares[c] < least
            moved[closer] = c
            np.minimum(least, squares[c], out=least)
        own = inside[left]
        within[left] = (least * own).sum(axis=1)
        moving = ((moved != labels[left]) & own).any(axis=1)
        labels[left] = moved
        left, own, moved = left[moving], own[moving], moved[moving]
        if not len(left):
            break
        member = ((moved == np.arange(k)[:, None, None]) & own).astype(float)
        held = member.sum(axis=2)[..., None]
        sums = (member.reshape(-1, len(values)) @ values).reshape(k, len(left), n_features)
        # A cluster that lost all its items keeps its centre.
        centres = np.where(held > 0, sums / np.maximum(held, 1), centres[:, moving])
    return labels, within
