"""Differences between groups of one document, where genre, author and date are held still."""

from __future__ import annotations

from itertools import combinations
from math import comb
from zlib import crc32

import numpy as np
import pandas as pd

from cxzy_study.findings.intervals import Triple, newcombe, score_blocks
from cxzy_study.findings.marks import Blocks, Marks, find_marks
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
    that were drawn up before looking: never for clusters found in the same data. How often documents without contrasts
    have an adjusted p of 0.05 or less, and how often planted ones are found, is in table ``calibration`` (``contrast``):
    a few short arenas rarely find even eightfold odds. They can show contrasts, they cannot deny them.
    Fewer than some 1,000 permutations find nothing at all:
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
    # Two groups mirror each other: what holds of the first holds of the second.
    n_told = 1 if n_groups == 2 else n_groups
    observed = _differences(marked, sizes, owner[None, :], n_groups)
    dealt = _deal(owner, n_permutations, rng)
    # In parts, so that many permutations of many blocks fit into memory.
    drawn = [_differences(marked, sizes, part, n_told) for part in np.array_split(dealt, len(dealt) // 1000 + 1)]
    counts = _tail(np.concatenate([observed[:, :n_told], *drawn]).reshape(len(dealt) + 1, -1).T)
    shape = (n_told, marked.shape[1])
    p, adjusted = (counts[:, 0] / (len(dealt) + 1)).reshape(shape), _step_down(counts).reshape(shape)
    return observed[0], np.repeat(p, n_groups // n_told, axis=0), np.repeat(adjusted, n_groups // n_told, axis=0)


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


def _tail(difference: np.ndarray) -> np.ndarray:
    """How many of a row's values are at least as large as each, signs apart, row by row.

    Sums of the same numbers in another order differ in the last bit, and ties must count as ties: values are taken to
    nine places, as whole numbers that carry their place in the row in their last bits, so that one sort gives both.
    """
    n = difference.shape[1]
    bits = int(n - 1).bit_length()
    keys = np.rint(np.abs(difference) * 1e9).astype(np.int64)
    keys <<= bits
    keys |= np.arange(n)
    keys.sort(axis=1)
    place = keys & ((1 << bits) - 1)
    keys >>= bits
    counts = np.empty(keys.shape, dtype=np.int32)
    number, first = np.arange(n, dtype=np.int32), np.zeros(n, dtype=np.int32)
    for row, own, at in zip(keys, counts, place, strict=True):
        # Equal values have as many below them as the first of them has.
        np.multiply(row[1:] != row[:-1], number[1:], out=first[1:])
        own[at] = n - np.maximum.accumulate(first)
    return counts


def _step_down(counts: np.ndarray) -> np.ndarray:
    """Adjusted p of the first column, from counts of values at least as large, shape (comparisons, permutations + 1)."""
    order = np.argsort(counts[:, 0], kind="stable")
    # For each comparison, the least p of it and of all that are no stronger.
    least = np.minimum.accumulate(counts[order[::-1]], axis=0)[::-1]
    adjusted = np.empty(len(counts))
    adjusted[order] = np.maximum.accumulate((least <= counts[order, :1]).mean(axis=1))
    return adjusted


def _of_document(marks: Marks, doc_id: str) -> Marks:
    rows = (marks.sentences["doc_id"] == doc_id).to_numpy()
    blocks = np.unique(marks.blocks[rows], return_inverse=True)[1]
    return Marks(marks.sentences[rows].reset_index(drop=True), marks.values[rows], blocks)


def _compare(part: Marks, n_permutations: int, rng: np.random.Generator) -> pd.DataFrame:
    blocks = part.tally
    found = contrast_blocks(blocks, n_permutations=n_permutations, rng=rng)
    n_units = blocks.sums()[1]
    n_blocks = np.bincount(blocks.owner)
    tables = [
        pd.DataFrame({"group": group, "theme": THEMES, "n_units": int(n_units[g]), "n_blocks": int(n_blocks[g])}
                     | {name: values[g] for name, values in found.items()}
                     | {"least_p": 1 / comb(len(blocks.owner), int(n_blocks[g]))})
        for g, group in enumerate(blocks.groups)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


def contrast_blocks(blocks: Blocks, *, n_permutations: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Return what :func:`compare_groups_within` finds in the paragraphs of one document.

    Returns
    -------
    dict of ndarray, shape (groups, themes)
        ``share``, ``share_rest``, ``difference``, ``low``, ``high``, ``p``, ``p_adjusted``.
    """
    marked, sizes, owner = blocks.marked, blocks.sizes, blocks.owner
    difference, p, adjusted = permute_groups(marked, sizes, owner, n_permutations=n_permutations, rng=rng)
    inside = [owner == g for g in range(len(blocks.groups))]
    own, others = (_score_each(marked, sizes, sides) for sides in (inside, [~i for i in inside]))
    low, high = newcombe(own, others)
    return {
        "share": own[0], "share_rest": others[0], "difference": difference, "low": low, "high": high, "p": p,
        "p_adjusted": adjusted,
    }  # fmt: skip


def _score_each(marked: np.ndarray, sizes: np.ndarray, sides: list[np.ndarray]) -> Triple:
    share, low, high = (np.array(x) for x in zip(*(score_blocks(marked[i], sizes[i]) for i in sides), strict=True))
    return share, low, high


def _differences(marked: np.ndarray, sizes: np.ndarray, owners: np.ndarray, n_groups: int) -> np.ndarray:
    """Share of each group less that of the rest, shape (permutations, groups, themes)."""
    counts = np.column_stack([marked, sizes]).astype(float)
    total, n = marked.sum(axis=0), sizes.sum()
    differences = np.empty((len(owners), n_groups, marked.shape[1]))
    for g in range(n_groups):
        # One product of two matrices for all dealings.
        held = (owners == g).astype(float) @ counts
        coded, size = held[:, :-1], held[:, -1:]
        differences[:, g] = coded / size - (total - coded) / (n - size)
    return differences
