"""Every way to sort a few groups into clusters, scored against what chance would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from cxzy_study.findings.distances import check_measure, group_shares, measure_pairs, resample_shares
from cxzy_study.findings.marks import Blocks, find_marks
from cxzy_study.tables import InvalidInput

MOST_GROUPS = 8
"""Eight groups have 4,140 partitions; nine have 21,147."""

NO_GROUPING = "no supported grouping"

LEVEL = 0.05
"""Part of null corpora that may do as well, and part of resamples in which a cluster may fall apart."""


@dataclass(frozen=True)
class Scores:
    """Scores of all partitions that are neither one cluster nor all apart: one value a partition.

    ``p_same`` and ``p_spread`` are the parts of null corpora whose best partition is at least as far out. ``coherence``
    has for each partition that of its clusters, by their members.
    """

    partitions: list[tuple[int, ...]]
    score: np.ndarray
    z_same: np.ndarray
    z_spread: np.ndarray
    p_same: np.ndarray
    p_spread: np.ndarray
    chosen: np.ndarray
    coherence: list[dict[tuple[int, ...], float]]

    def verdict(self) -> tuple[int, ...] | None:
        """Return the supported partition, its incoherent clusters dissolved, or None."""
        best = int(self.z_spread.argmax())
        if self.p_same[best] > LEVEL or self.p_spread[best] > LEVEL:
            return None
        held = [c for c, part in self.coherence[best].items() if part >= 1 - LEVEL]
        labels = list(range(len(self.partitions[best])))
        for cluster in held:
            for member in cluster:
                labels[member] = cluster[0]
        names: dict[int, int] = {}
        return tuple(names.setdefault(label, len(names)) for label in labels) if held else None


def compare_partitions(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    *,
    coder: str,
    groups: pd.DataFrame | None = None,
    measure: str = "jensen_shannon",
    n_permutations: int = 1000,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Score every partition of the groups against two nulls.

    The score is the mean distance of pairs in different clusters less the mean distance of pairs in the same. A
    grouping must beat two explanations without one. *Same*: all groups are samples of one text; paragraphs are dealt
    out anew over all groups. *Spread*: groups differ, along whatever themes go together, but stand in no clumps; with
    the deviations of √-arcsine shares written as U D V', D and V are kept and U is turned at random (Langsrud 2005,
    Statistics and Computing 15:53). Permuting each theme by itself would be the laxer null: groups that only differ in
    how many themes a sentence bears then look grouped in half of all corpora. Under each null the score of each
    partition is standardised and the best of all partitions noted, so that looking at all of them is paid for (Westfall
    and Young 1993, Resampling-Based Multiple Testing, 2.5). How often a grouping is
    supported in simulated documents of one text, of five different ones and along a gradient, and how often a planted one
    is found, is in table ``calibration`` (``grouping``): clusters whose log-odds differ by a standard deviation of 1 are
    mostly not found, so that no supported grouping is no proof that there is none.

    Parameters
    ----------
    codes, units, coder, groups, measure
        As for :func:`cxzy_study.findings.distances.compare_profiles`.
    n_permutations, n_resamples, seed : int
        Null corpora of each kind; resamples of paragraphs within groups.

    The best partition may still put together what only stands apart from the rest. So a cluster of it counts only where
    its members are nearer to each other than to the others, on average, in 95 of 100 resamples of paragraphs within
    groups; other clusters are dissolved into single groups.

    Returns
    -------
    DataFrame
        One row a partition, best first: ``partition`` (members joined by ``;``, clusters by ``|``), ``n_clusters``,
        ``score``, ``z_same``, ``z_spread``, ``null_same``, ``null_spread`` (parts of null corpora whose best partition
        does as well), ``chosen`` (part of resamples in which it is the best), ``coherence`` (of its least coherent
        cluster: part of resamples in which it holds together), ``supported`` (1 for the finding: the best partition
        beats both nulls in all but 5% of null corpora, and this is what is left of it once incoherent clusters are
        dissolved; in no row if nothing is). Of one cluster and of all apart only ``n_clusters`` is filled: they are
        what remains when no grouping is supported.

    Raises
    ------
    InvalidInput
        With fewer than three groups or more than :data:`MOST_GROUPS`, and as :func:`find_marks` does.
    """
    check_measure(measure)
    marks = find_marks(codes, units, coder=coder, groups=groups)
    names = marks.groups
    if not 3 <= len(names) <= MOST_GROUPS:
        raise InvalidInput(f"Invalid groups: 3 to {MOST_GROUPS} that {coder} read can be partitioned. {names}.")
    found = score_partitions(
        marks.tally, measure=measure, n_permutations=n_permutations, n_resamples=n_resamples, rng=np.random.default_rng(seed)
    )
    verdict = found.verdict()
    frame = pd.DataFrame({
        "partition": [_spell(p, names) for p in found.partitions], "n_clusters": [max(p) + 1 for p in found.partitions],
        "score": found.score, "z_same": found.z_same, "z_spread": found.z_spread, "null_same": found.p_same,
        "null_spread": found.p_spread, "chosen": found.chosen,
        "coherence": [min(clusters.values()) for clusters in found.coherence],
        "supported": [int(p == verdict) for p in found.partitions],
    })  # fmt: skip
    frame = frame.sort_values(["z_spread", "partition"], ascending=[False, True], ignore_index=True)
    ends = [";".join(names), "|".join(names)]
    trivial = pd.DataFrame({"partition": ends, "n_clusters": [1, len(names)], "supported": 0})
    return pd.concat([frame, trivial], ignore_index=True)


def find_grouping(partitions: pd.DataFrame) -> str:
    """Return the supported partition of :func:`compare_partitions`, or :data:`NO_GROUPING`."""
    supported = partitions.loc[partitions["supported"] == 1, "partition"]
    return str(supported.iloc[0]) if len(supported) else NO_GROUPING


def score_partitions(
    blocks: Blocks, *, measure: str, n_permutations: int, n_resamples: int, rng: np.random.Generator
) -> Scores:
    """Return what :func:`compare_partitions` lists, for paragraphs already counted."""
    layout = _lay_out(len(blocks.groups))

    def scores(shares: np.ndarray) -> np.ndarray:
        return measure_pairs(shares, measure=measure) @ layout.contrasts.T

    shares = group_shares(blocks)
    observed = scores(shares)
    same = scores(_deal(blocks, n_permutations, rng))
    spread = scores(_turn(shares, n_permutations, rng))
    z_same, p_same = _against(observed, same)
    z_spread, p_spread = _against(observed, spread)
    resampled = measure_pairs(resample_shares(blocks, n_resamples=n_resamples, rng=rng), measure=measure)
    again = resampled @ layout.contrasts.T
    again = (again - spread.mean(axis=0)) / np.maximum(spread.std(axis=0), 1e-12)
    chosen = np.bincount(again.argmax(axis=1), minlength=len(layout.partitions)) / n_resamples
    # Nearer to each other than to the others, on average.
    together = (resampled @ layout.within.T < resampled @ layout.outward.T).mean(axis=0)
    held = dict(zip(layout.clusters, map(float, together), strict=True))
    coherence = [{c: held[c] for c in _clusters(p)} for p in layout.partitions]
    return Scores(layout.partitions, observed, z_same, z_spread, p_same, p_spread, chosen, coherence)


@dataclass(frozen=True)
class _Layout:
    """The partitions of n groups, their clusters, and weights of the pairs' distances (row-major above the diagonal)."""

    partitions: list[tuple[int, ...]]
    clusters: list[tuple[int, ...]]
    contrasts: np.ndarray
    within: np.ndarray
    outward: np.ndarray


@lru_cache(maxsize=MOST_GROUPS)
def _lay_out(n: int) -> _Layout:
    partitions = [p for p in list_partitions(n) if 1 < max(p) + 1 < n]
    clusters = sorted({c for p in partitions for c in _clusters(p)})
    i, j = np.triu_indices(n, 1)
    inside = np.array([[g in c for g in range(n)] for c in clusters]).reshape(-1, n)
    both, one = inside[:, i] & inside[:, j], inside[:, i] ^ inside[:, j]
    return _Layout(
        partitions, clusters, _contrasts(partitions, n),
        both / both.sum(axis=1, keepdims=True), one / one.sum(axis=1, keepdims=True),
    )  # fmt: skip


def list_partitions(n: int) -> Iterator[tuple[int, ...]]:
    """Yield all partitions of n things as labels that grow in order of first use (Knuth, TAOCP 4A, 7.2.1.5).

    Examples
    --------
    >>> list(list_partitions(3))
    [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (0, 1, 2)]
    """
    if n == 0:
        yield ()
        return
    for rest in list_partitions(n - 1):
        for label in range(max(rest, default=-1) + 2):
            yield (*rest, label)


def _contrasts(partitions: Sequence[tuple[int, ...]], n: int) -> np.ndarray:
    """Weights of each pair's distance in each partition's score: 1/#between, or -1/#within."""
    labels = np.array(partitions)
    i, j = np.triu_indices(n, 1)
    within = labels[:, i] == labels[:, j]
    return np.where(within, -1 / within.sum(axis=1, keepdims=True), 1 / (~within).sum(axis=1, keepdims=True))


def _clusters(partition: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Members of each cluster of two or more."""
    every = [tuple(i for i, c in enumerate(partition) if c == k) for k in range(max(partition) + 1)]
    return [c for c in every if len(c) > 1]


def _deal(blocks: Blocks, n_permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Shares of the groups when all paragraphs are dealt out anew, as many to each group as it has."""
    shares = np.empty((n_permutations, len(blocks.groups), blocks.marked.shape[1]))
    order = rng.random((n_permutations, len(blocks.sizes))).argsort(axis=1)
    counts = np.column_stack([blocks.marked, blocks.sizes]).astype(float)
    for g in range(len(blocks.groups)):
        member = np.zeros(order.shape)
        np.put_along_axis(member, order[:, blocks.owner == g], 1.0, axis=1)
        held = member @ counts
        shares[:, g] = held[:, :-1] / held[:, -1:]
    return shares


def _turn(shares: np.ndarray, n_permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Shares of groups with the same spread of profiles, in random positions within it."""
    n = len(shares)
    angles = np.arcsin(np.sqrt(shares))
    centre = angles.mean(axis=0)
    _, lengths, axes = np.linalg.svd(angles - centre, full_matrices=False)
    k = min(n - 1, len(lengths))
    # Directions that leave the mean where it is.
    flat = np.linalg.qr(np.column_stack([np.ones(n), np.eye(n)[:, 1:]]))[0][:, 1:]
    turns, upper = np.linalg.qr(rng.normal(size=(n_permutations, n - 1, n - 1)))
    # Signs of R's diagonal make the turns uniform (Stewart 1980, SIAM Journal on Numerical Analysis 17:403).
    turns = turns * np.sign(np.diagonal(upper, axis1=1, axis2=2))[:, None, :]
    moved = (flat @ turns)[..., :k] * lengths[:k] @ axes[:k] + centre
    return np.sin(np.clip(moved, 0.0, np.pi / 2)) ** 2


def _against(observed: np.ndarray, null: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Standardise partition by partition, and count null corpora whose best partition is at least as good.

    The observed scores are among those that give mean and spread, as under the null they are one more draw.
    """
    every = np.concatenate([observed[None], null])
    mean, spread = every.mean(axis=0), every.std(axis=0)
    spread = np.where(spread > 0, spread, np.inf)
    z = (observed - mean) / spread
    best = ((null - mean) / spread).max(axis=1)
    return z, (1 + (best[:, None] >= z).sum(axis=0)) / (1 + len(best))


def _spell(partition: tuple[int, ...], names: Sequence[str]) -> str:
    clusters = [[n for n, c in zip(names, partition, strict=True) if c == k] for k in range(max(partition) + 1)]
    return "|".join(";".join(c) for c in clusters)
