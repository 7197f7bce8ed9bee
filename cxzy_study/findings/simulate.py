"""Tables with a planted truth: what a method finds in them can be held against what was put in.

Nothing here is text: a simulated corpus is units, codes and groups, as the stages before would hand them on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from cxzy_study.findings.marks import Marks
from cxzy_study.tables import THEMES, InvalidInput

PARAGRAPH_SIZES = (1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 4, 4, 4, 5, 6, 8, 8, 10, 14)
"""Sentences a paragraph, as often as essays, reports and speeches of the campaign have them."""

PLANTED_SHARES = (
    0.03, 0.04, 0.10, 0.08, 0.09, 0.12, 0.17, 0.05, 0.11, 0.15, 0.16, 0.10, 0.08, 0.06, 0.05, 0.06, 0.02,
)  # fmt: skip
"""Shares of the 17 themes in a text of the kind: 1.47 themes a sentence, from rare to common."""

MEDIAN_CHARS, SPREAD_CHARS = 60, 0.5
"""Characters a sentence: lognormal with this median and this standard deviation of the logarithm."""


@dataclass(frozen=True)
class Corpus:
    """A simulated corpus.

    Attributes
    ----------
    units, codes : DataFrame
        Tables ``units`` and ``codes`` (of the coder ``settled``).
    groups : DataFrame
        doc_id, unit_id, group.
    truth : DataFrame
        group, theme, share (the probability that a sentence of the group bears the theme, over lengths), of_characters
        (that the sentence of a character drawn at random does).
    """

    units: pd.DataFrame
    codes: pd.DataFrame
    groups: pd.DataFrame
    truth: pd.DataFrame


def simulate_corpus(
    shares: np.ndarray | Sequence[Sequence[float]],
    *,
    n_paragraphs: int | Sequence[int],
    icc: float = 0.1,
    persistence: float = 0.0,
    length_slope: float = 0.0,
    one_document: bool = False,
    seed: int = 0,
) -> Corpus:
    """Return a corpus whose groups have planted shares.

    Parameters
    ----------
    shares : array_like of float, shape (groups, 17)
        Probability that a sentence of median length bears each theme.
    n_paragraphs : int or sequence of int
        Paragraphs of each group.
    icc : float
        Correlation of a theme's marks in two sentences of one paragraph.
    persistence : float
        How far a paragraph goes on with what the one before was about: marks in sentences of adjacent paragraphs
        correlate by ``icc * persistence``.
    length_slope : float
        Change of the log-odds of every theme with the logarithm of a sentence's characters.
    one_document : bool
        Whether the groups are arenas of one document, or a document each.

    Raises
    ------
    InvalidInput
        If the shares are not one row of 17 probabilities a group, or icc or persistence is outside [0, 1].

    Examples
    --------
    >>> corpus = simulate_corpus([PLANTED_SHARES] * 2, n_paragraphs=3, seed=1)
    >>> corpus.units["doc_id"].unique().tolist(), corpus.units["paragraph"].max()
    (['doc_0', 'doc_1'], np.int64(3))
    """
    drawn = _draw(shares, n_paragraphs, icc=icc, persistence=persistence, length_slope=length_slope, seed=seed)
    first = drawn.block_starts() if one_document else np.zeros(drawn.n_groups, dtype=int)
    units = pd.DataFrame({
        "doc_id": "doc_0" if one_document else [f"doc_{g}" for g in drawn.group],
        "paragraph": 1 + first[drawn.group] + drawn.block, "n_chars": drawn.n_chars,
    })  # fmt: skip
    units["unit_id"] = [f"u{n:04d}" for n in units.groupby("doc_id").cumcount() + 1]
    groups = units[["doc_id", "unit_id"]].assign(group=[f"group_{g}" for g in drawn.group])
    units = units.assign(kind="sentence", section="0", depth=0, enumerator="", spans="0-1")
    columns = ["doc_id", "unit_id", "kind", "section", "depth", "enumerator", "paragraph", "spans", "n_chars"]
    share, of_characters = planted_truth(shares, length_slope=length_slope)
    truth = pd.DataFrame({
        "group": np.repeat([f"group_{g}" for g in range(drawn.n_groups)], len(THEMES)),
        "theme": list(THEMES) * drawn.n_groups, "share": share.ravel(), "of_characters": of_characters.ravel(),
    })  # fmt: skip
    return Corpus(units[columns], mark_table(units, drawn.values), groups, truth)


def simulate_marks(
    shares: np.ndarray | Sequence[Sequence[float]],
    *,
    n_paragraphs: int | Sequence[int],
    icc: float = 0.1,
    length_slope: float = 0.0,
    seed: int = 0,
) -> Marks:
    """Return the marks of :func:`simulate_corpus`, a document each, without the detour over its tables.

    Sentences stand as :func:`cxzy_study.findings.marks.find_marks` sorts them; ``unit_id`` is their number.

    Examples
    --------
    >>> marks = simulate_marks([PLANTED_SHARES] * 2, n_paragraphs=3, seed=1)
    >>> marks.groups, marks.values.shape[1]
    (['doc_0', 'doc_1'], 17)
    """
    drawn = _draw(shares, n_paragraphs, icc=icc, persistence=0.0, length_slope=length_slope, seed=seed)
    names = sorted(f"doc_{g}" for g in range(drawn.n_groups))
    place = np.array([names.index(f"doc_{g}") for g in range(drawn.n_groups)])[drawn.group]
    order = np.argsort(place, kind="stable")
    block = drawn.block[order]
    new = np.diff(block, prepend=-1) != 0
    new |= np.diff(place[order], prepend=-1) != 0
    group = pd.Categorical.from_codes(place[order], categories=names)
    sentences = pd.DataFrame({
        "group": group, "doc_id": group, "unit_id": np.arange(1, len(order) + 1), "paragraph": 1 + block,
        "n_chars": drawn.n_chars[order],
    })  # fmt: skip
    return Marks(sentences, drawn.values[order], np.cumsum(new) - 1)


def planted_truth(
    shares: np.ndarray | Sequence[Sequence[float]], *, length_slope: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return what :attr:`Corpus.truth` lists, ``share`` and ``of_characters``, each of shape (groups, 17)."""
    planted = np.asarray(shares, dtype=float)
    if not length_slope:
        return planted, planted
    grid = np.exp(np.log(MEDIAN_CHARS) + SPREAD_CHARS * _normal_grid())
    at_grid = np.array([_at_length(share, grid, length_slope) for share in planted])
    return at_grid.mean(axis=1), grid @ at_grid / grid.sum()


@dataclass(frozen=True)
class _Drawn:
    """Sentences in the order in which they were drawn: group, paragraph within it from 0, characters, marks."""

    n_groups: int
    group: np.ndarray
    block: np.ndarray
    n_chars: np.ndarray
    values: np.ndarray

    def block_starts(self) -> np.ndarray:
        """Paragraphs that the groups before have together."""
        held = [int(self.block[self.group == g].max(initial=-1)) + 1 for g in range(self.n_groups)]
        return np.cumsum(held) - held


def _draw(
    shares: np.ndarray | Sequence[Sequence[float]],
    n_paragraphs: int | Sequence[int],
    *,
    icc: float,
    persistence: float,
    length_slope: float,
    seed: int,
) -> _Drawn:
    planted = np.asarray(shares, dtype=float)
    if planted.ndim != 2 or planted.shape[1] != len(THEMES) or not ((planted >= 0) & (planted <= 1)).all():
        raise InvalidInput(f"Invalid shares: must be rows of {len(THEMES)} probabilities. Shape {planted.shape}.")
    for name, value in (("icc", icc), ("persistence", persistence)):
        if not 0 <= value <= 1:
            raise InvalidInput(f"Invalid {name} {value}: must lie in [0, 1].")
    rng = np.random.default_rng(seed)
    counts = np.broadcast_to(np.asarray(n_paragraphs, dtype=int), len(planted))
    all_blocks, all_chars, all_marks = [], [], []
    for share, n_blocks in zip(planted, counts, strict=True):
        blocks = np.repeat(np.arange(n_blocks), rng.choice(PARAGRAPH_SIZES, n_blocks))
        n_chars = np.maximum(rng.lognormal(np.log(MEDIAN_CHARS), SPREAD_CHARS, len(blocks)).round(), 4).astype(int)
        chance = _at_length(share, n_chars, length_slope)
        all_marks.append(draw_marks(chance, blocks, icc=icc, persistence=persistence, rng=rng))
        all_blocks.append(blocks)
        all_chars.append(n_chars)
    group = np.repeat(np.arange(len(planted)), [len(b) for b in all_blocks])
    return _Drawn(len(planted), group, *(np.concatenate(x) for x in (all_blocks, all_chars, all_marks)))


def draw_marks(
    chance: np.ndarray, blocks: np.ndarray, *, icc: float, persistence: float = 0.0, rng: np.random.Generator
) -> np.ndarray:
    """Draw marks with these probabilities, correlated within paragraphs.

    Each sentence takes its paragraph's uniform number with probability √icc, else one of its own, and is marked where
    that number is below its chance: margins are exact, and two sentences of one paragraph with equal chance correlate
    by icc (Lunn and Davies 1998, Biometrika 85:487). A paragraph keeps the number of the one before it with probability
    *persistence*.

    Parameters
    ----------
    chance : ndarray of float, shape (sentences, themes)
    blocks : ndarray of int, shape (sentences,)
        Number of the paragraph, 0, 1, … in order.

    Returns
    -------
    ndarray of bool, shape (sentences, themes)
    """
    n_blocks = int(blocks.max()) + 1 if len(blocks) else 0
    common = rng.random((n_blocks, chance.shape[1]))
    kept = rng.random(common.shape) < persistence
    for b in range(1, n_blocks) if persistence else ():
        common[b] = np.where(kept[b], common[b - 1], common[b])
    takes = rng.random(chance.shape) < np.sqrt(icc)
    return np.where(takes, common[blocks], rng.random(chance.shape)) < chance


def plant_clusters(
    partition: Sequence[int], *, strength: float, shares: Sequence[float] = PLANTED_SHARES, seed: int = 0
) -> np.ndarray:
    """Return shares of groups that fall into clusters.

    The log-odds of each cluster are those of *shares* plus normal noise of standard deviation *strength*, the same for
    all groups of a cluster; at strength 0 there is nothing to find.

    Parameters
    ----------
    partition : sequence of int
        Cluster of each group.

    Returns
    -------
    ndarray of float, shape (groups, 17)

    Examples
    --------
    >>> planted = plant_clusters([0, 0, 1], strength=1.0)
    >>> bool((planted[0] == planted[1]).all()), bool((planted[0] == planted[2]).any())
    (True, False)
    """
    rng = np.random.default_rng(seed)
    logit = np.log(np.asarray(shares)) - np.log1p(-np.asarray(shares))
    shift = rng.normal(0.0, strength, (max(partition) + 1, len(THEMES)))
    return 1 / (1 + np.exp(-(logit + shift[np.asarray(partition)])))


def mark_table(sentences: pd.DataFrame, marks: np.ndarray, *, coder: str = "settled") -> pd.DataFrame:
    """Return the table ``codes`` for a matrix of marks, with ``none`` where a sentence has no theme."""
    rows, themes = np.nonzero(marks)
    bare = np.flatnonzero(~marks.any(axis=1))
    at = np.concatenate([rows, bare])
    codes = sentences[["doc_id", "unit_id"]].iloc[at].assign(
        theme=[THEMES[t] for t in themes] + ["none"] * len(bare), coder=coder, value=1, probability=np.nan
    )
    return codes.sort_values(["doc_id", "unit_id", "theme"], ignore_index=True)


def _at_length(share: np.ndarray, n_chars: np.ndarray, slope: float) -> np.ndarray:
    if not slope:
        return np.broadcast_to(share, (len(n_chars), len(share)))
    with np.errstate(divide="ignore"):
        logit = np.log(share) - np.log1p(-share)
    return 1 / (1 + np.exp(-(logit[None, :] + slope * np.log(n_chars / MEDIAN_CHARS)[:, None])))


@lru_cache(maxsize=1)
def _normal_grid() -> np.ndarray:
    """Middles of 400 strips of equal probability under the normal curve."""
    from scipy.stats import norm

    return norm.ppf((np.arange(400) + 0.5) / 400)
