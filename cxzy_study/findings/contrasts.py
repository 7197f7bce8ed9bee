"""Differences between groups of one document, where genre, author and date are held still."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from math import comb
from zlib import crc32

import numpy as np
import pandas as pd

from cxzy_study.findings.intervals import effective_size, pooled_icc, wilson
from cxzy_study.findings.marks import Marks, find_marks
from cxzy_study.tables import THEMES, InvalidInput


def compare_groups_within(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    *,
    coder: str,
    groups: pd.DataFrame,
    n_permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Compare each group of a document with the document's other groups, theme by theme.

    Whole paragraphs change their group at random, each group keeping its number of paragraphs; p is the part of
    permutations whose difference of shares is at least as large. The adjusted p allows for all groups and themes of the
    document together by the step-down minimum of p (Westfall and Young 1993, Resampling-Based Multiple Testing,
    algorithm 2.8). The largest of differences over their standard deviations (max-T) was tried and is the weaker where
    arenas have few paragraphs: a theme that one paragraph holds reaches a large value by chance, and no small p. It is
    a test of whether the paragraphs of a group are exchangeable with the others in that theme, and it is for groups
    that were drawn up before looking: never for clusters found in the same data. In simulations
    (:func:`cxzy_study.findings.calibrate_groups.measure_contrasts`, table ``calibration``) 3% to 4% of documents without
    contrasts had an adjusted p of 0.05 or less; five arenas of three paragraphs find eightfold odds in 8%, two of twelve
    in 60%: such arenas show contrasts, they cannot deny them. Fewer than some 1,000 permutations find nothing at all:
    the smallest p that they allow does not survive the adjustment.

    The interval of the difference is Newcombe's hybrid of two score intervals (1998, Statistics in Medicine 17:873,
    method 10), each with the design effect of its paragraphs; it is not adjusted for the number of comparisons.

    Parameters
    ----------
    codes, units, coder
        As for :func:`cxzy_study.findings.shares.count_shares`.
    groups : DataFrame
        Columns doc_id, unit_id, group. Sentences in no group do not count. Groups of several documents are compared
        within each document.
    n_permutations, seed : int
        Each document draws numbers of its own.

    Returns
    -------
    DataFrame
        One row a document, group and theme: ``doc_id``, ``group``, ``theme``, ``n_units``, ``n_blocks``, ``share``,
        ``share_rest``, ``difference``, ``low``, ``high`` (empty where either side has one paragraph), ``p``,
        ``p_adjusted``, ``least_p`` (the smallest p that so few paragraphs allow: one over the ways to deal them). Where
        a theme does not occur, p is 1.

    Raises
    ------
    InvalidInput
        If a document has one group only, or as :func:`cxzy_study.findings.marks.find_marks` does.
    """
    marks = find_marks(codes, units, coder=coder, groups=groups)
    tables = []
    for doc_id in sorted(marks.sentences["doc_id"].unique()):
        part = _of_document(marks, doc_id)
        if len(part.groups) < 2:
            raise InvalidInput(f"Invalid groups: a document needs two that {coder} read. {doc_id} has {part.groups}.")
        rng = np.random.default_rng([seed, crc32(doc_id.encode())])
        tables.append(_compare(part, n_permutations, rng).assign(doc_id=doc_id))
    columns = [
        "doc_id", "group", "theme", "n_units", "n_blocks", "share", "share_rest", "difference", "low", "high", "p",
        "p_adjusted", "least_p",
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)[columns] if tables else pd.DataFrame(columns=columns)


def permute_groups(
    marked: np.ndarray, sizes: np.ndarray, owner: np.ndarray, *, n_permutations: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Test each group against the rest by permuting blocks.

    Parameters
    ----------
    marked : ndarray of int, shape (blocks, themes)
    sizes : ndarray of int, shape (blocks,)
    owner : ndarray of int, shape (blocks,)
        Number of each block's group, from 0.

    Returns
    -------
    difference, p, p_adjusted : ndarray, shape (groups, themes)
        The observed order counts as one of the permutations, so that no p is 0. Where there are no more ways to deal
        the blocks than *n_permutations*, all are taken, and p is exact.
    """
    n_groups = int(owner.max()) + 1
    observed = _differences(marked, sizes, owner[None, :], n_groups)
    dealt = _deal(owner, n_permutations, rng)
    # In parts, so that many permutations of many blocks fit into memory.
    drawn = [_differences(marked, sizes, part, n_groups) for part in np.array_split(dealt, len(dealt) // 1000 + 1)]
    # Sums of the same numbers in another order differ in the last bit; ties must count as ties.
    size = np.round(np.abs(np.concatenate([observed, *drawn])), 9).reshape(len(dealt) + 1, -1)
    p = _tail(size)
    shape = observed[0].shape
    return observed[0], p[0].reshape(shape), _step_down(p).reshape(shape)


def _deal(owner: np.ndarray, n_permutations: int, rng: np.random.Generator) -> np.ndarray:
    """Owners of the blocks in other dealings: all of them where they are no more than asked for, else random ones."""
    held = np.bincount(owner)
    ways, left = 1, len(owner)
    for n in held:
        ways *= comb(left, int(n))
        left -= int(n)
    if ways > n_permutations + 1:
        return owner[rng.random((n_permutations, len(owner))).argsort(axis=1)]
    dealt = np.full((1, len(owner)), -1)
    for group, n in enumerate(held):
        dealt = np.concatenate([_give(row, group, int(n)) for row in dealt])
    return dealt[(dealt != owner).any(axis=1)]


def _give(row: np.ndarray, group: int, n: int) -> np.ndarray:
    """Every way to give n of the blocks that have no owner to a group."""
    chosen = np.array(list(combinations(np.flatnonzero(row == -1), n)), dtype=int)
    given = np.repeat(row[None], len(chosen), axis=0)
    np.put_along_axis(given, chosen, group, axis=1)
    return given


def _tail(size: np.ndarray) -> np.ndarray:
    """Part of a column's values that are at least as large as each, column by column."""
    ordered = np.sort(size, axis=0)
    below = np.stack([np.searchsorted(o, c, side="left") for o, c in zip(ordered.T, size.T, strict=True)], axis=1)
    return (len(size) - below) / len(size)


def _step_down(p: np.ndarray) -> np.ndarray:
    """Adjusted p of the first row of p, shape (permutations + 1, comparisons)."""
    order = np.argsort(p[0], kind="stable")
    # For each comparison, the least p of it and of all that are no stronger.
    least = np.minimum.accumulate(p[:, order[::-1]], axis=1)[:, ::-1]
    adjusted = np.empty(p.shape[1])
    adjusted[order] = np.maximum.accumulate((least <= p[0, order] + 1e-12).mean(axis=0))
    return adjusted


def _of_document(marks: Marks, doc_id: str) -> Marks:
    rows = (marks.sentences["doc_id"] == doc_id).to_numpy()
    blocks = np.unique(marks.blocks[rows], return_inverse=True)[1]
    return Marks(marks.sentences[rows].reset_index(drop=True), marks.values[rows], blocks)


def _compare(part: Marks, n_permutations: int, rng: np.random.Generator) -> pd.DataFrame:
    marked, sizes = part.by_block()
    owner = np.searchsorted(part.groups, part.sentences.groupby(part.blocks)["group"].first())
    return compare_blocks(marked, sizes, owner, names=part.groups, n_permutations=n_permutations, rng=rng)


def compare_blocks(
    marked: np.ndarray,
    sizes: np.ndarray,
    owner: np.ndarray,
    *,
    names: Sequence[str],
    n_permutations: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return the rows of :func:`compare_groups_within` for one document, given as :func:`permute_groups` takes it."""
    difference, p, adjusted = permute_groups(marked, sizes, owner, n_permutations=n_permutations, rng=rng)
    tables = []
    for g, group in enumerate(names):
        inside = owner == g
        share, low, high = _score(marked[inside], sizes[inside])
        share_rest, low_rest, high_rest = _score(marked[~inside], sizes[~inside])
        tables.append(pd.DataFrame({
            "group": group, "theme": THEMES, "n_units": int(sizes[inside].sum()), "n_blocks": int(inside.sum()),
            "share": share, "share_rest": share_rest, "difference": difference[g],
            "low": difference[g] - np.hypot(share - low, high_rest - share_rest),
            "high": difference[g] + np.hypot(high - share, share_rest - low_rest),
            "p": p[g], "p_adjusted": adjusted[g], "least_p": 1 / comb(len(owner), int(inside.sum())),
        }))  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def _score(marked: np.ndarray, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    share = marked.sum(axis=0) / sizes.sum()
    if len(sizes) < 2:
        return share, np.full(len(share), np.nan), np.full(len(share), np.nan)
    low, high = wilson(share, effective_size(sizes, pooled_icc(marked, sizes)))
    return share, low, high


def _differences(marked: np.ndarray, sizes: np.ndarray, owners: np.ndarray, n_groups: int) -> np.ndarray:
    """Share of each group less that of the rest, shape (permutations, groups, themes)."""
    member = (owners[:, None, :] == np.arange(n_groups)[None, :, None]).astype(float)
    coded, size = member @ marked, (member @ sizes)[..., None]
    return coded / size - (marked.sum(axis=0) - coded) / (sizes.sum() - size)
