"""Which words set a group apart from the others: used to rank words, never to test them.

Words of one text are not drawn independently of each other, so that no standard score here is a test of anything.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from scipy.special import xlogy

from cxzy_study.findings.marks import check_columns
from cxzy_study.tables import InvalidInput


def count_terms(
    terms: pd.DataFrame, *, segmenter: str, groups: pd.DataFrame | None = None, leave_out: Collection[str] = ()
) -> pd.DataFrame:
    """Count words by group from the table ``terms``.

    Parameters
    ----------
    terms : DataFrame
        Table ``terms``. Without *groups* its rows of sections are counted (all words), with *groups* its rows of units
        (the closed vocabulary).
    segmenter : str
        Whose words: counts of different segmenters are never added.
    groups : DataFrame, optional
        Columns doc_id, unit_id, group. Without it a group is a document.
    leave_out : collection of str
        Words that are not counted, exactly as they stand: names of places, which would set every group apart.

    Returns
    -------
    DataFrame
        ``group``, ``term``, ``n``, sorted.

    Raises
    ------
    InvalidInput
        If the segmenter has no rows.

    Examples
    --------
    >>> terms = pd.DataFrame({"doc_id": "松岭", "unit_id": None, "section": ["1", "2"], "segmenter": "rjieba",
    ...                       "term": ["服务", "服务"], "n": [1, 2]})
    >>> count_terms(terms, segmenter="rjieba").values.tolist()
    [['松岭', '服务', 3]]
    """
    check_columns(terms, "terms", ("doc_id", "unit_id", "section", "segmenter", "term", "n"))
    if not (terms["segmenter"] == segmenter).any():
        raise InvalidInput(f"Invalid segmenter {segmenter}: must have cut words of terms.")
    frame = terms[(terms["segmenter"] == segmenter) & ~terms["term"].isin(list(leave_out))]
    of_unit = frame["unit_id"].notna() & frame["unit_id"].ne("")
    if groups is None:
        frame = frame[~of_unit].assign(group=frame["doc_id"])
    else:
        check_columns(groups, "groups", ("doc_id", "unit_id", "group"))
        frame = frame[of_unit].merge(groups[["doc_id", "unit_id", "group"]], on=["doc_id", "unit_id"])
    return frame.groupby(["group", "term"], as_index=False)["n"].sum()


def compare_keyness(
    counts: pd.DataFrame, *, alpha0: float, prior: pd.DataFrame | None = None, prior_name: str = "all groups together"
) -> pd.DataFrame:
    """Compare each group's words with those of all others by log-odds with an informative Dirichlet prior.

    With y counts, n their sum, α the prior's pseudo-counts (α₀ in all, spread as the words of the prior corpus), i the
    group and j the others: δ = log((yᵢ+α)/(nᵢ+α₀-yᵢ-α)) - log((yⱼ+α)/(nⱼ+α₀-yⱼ-α)), and ζ = δ / √(1/(yᵢ+α) + 1/(yⱼ+α))
    (Monroe, Colaresi and Quinn 2008, Political Analysis 16:372, equations 16, 20 and 22).

    Parameters
    ----------
    counts : DataFrame
        ``group``, ``term``, ``n``; two groups or more.
    alpha0 : float
        How many words the prior weighs: the larger, the more is asked of rare words.
    prior : DataFrame, optional
        ``term``, ``n`` of the prior corpus, which must hold every word of *counts*. Without it all groups together.
    prior_name : str
        What the prior corpus is, kept in the table.

    Returns
    -------
    DataFrame
        One row a group and word: ``group``, ``term``, ``n``, ``n_rest`` (in the other groups), ``log_odds`` (δ),
        ``sd``, ``z`` (ζ), ``prior``, ``alpha0``; by group, largest z first.

    Raises
    ------
    InvalidInput
        With fewer than two groups or words, α₀ not above 0, or a word without prior.

    Examples
    --------
    >>> counts = pd.DataFrame({"group": ["松岭", "松岭", "河亭", "河亭"], "term": ["服务", "竞赛"] * 2, "n": [8, 2, 3, 7]})
    >>> compare_keyness(counts, alpha0=10)[["group", "term", "z"]].round(2).values.tolist()[:2]
    [['松岭', '服务', 2.36], ['松岭', '竞赛', -2.11]]
    """
    if not alpha0 > 0:
        raise InvalidInput(f"Invalid alpha0 {alpha0}: must be above 0.")
    table = _table(counts)
    if prior is None and table.shape[1] < 2:
        raise InvalidInput(f"Invalid counts: two words are needed. {table.columns.tolist()}.")
    y = table.to_numpy(dtype=float)
    rest = y.sum(axis=0) - y
    if prior is None:
        base = y.sum(axis=0)
    else:
        check_columns(prior, "prior", ("term", "n"))
        base = prior.groupby("term")["n"].sum().reindex(table.columns, fill_value=0).to_numpy(dtype=float)
        if (base <= 0).any():
            raise InvalidInput(f"Invalid prior: must hold every word. {', '.join(table.columns[base <= 0][:5])}.")
    # Words of the prior corpus that no group uses hold their part of α₀.
    alpha = alpha0 * base / (base.sum() if prior is None else float(prior["n"].sum()))
    one, other = y + alpha, rest + alpha
    delta = np.log(one / (y.sum(axis=1, keepdims=True) + alpha0 - one)) - np.log(
        other / (rest.sum(axis=1, keepdims=True) + alpha0 - other)
    )
    sd = np.sqrt(1 / one + 1 / other)
    frame = _long(table, n_rest=rest, log_odds=delta, sd=sd, z=delta / sd)
    frame = frame.assign(prior=prior_name, alpha0=float(alpha0))
    return frame.sort_values(["group", "z", "term"], ascending=[True, False, True], ignore_index=True)


def compare_log_likelihood(counts: pd.DataFrame, *, n_cells: int = 4) -> pd.DataFrame:
    """Compare each group's words with those of all others by the log-likelihood ratio G², with an effect size.

    Of the table of this word and all others in the group and in the rest, G² = 2 Σ O ln(O/E) over all four cells
    (Dunning 1993, Computational Linguistics 19:61) or over the two of the word itself (Rayson and Garside 2000,
    Workshop on Comparing Corpora, 1). G² grows with the corpus; ``log_ratio``, log₂ of the word's rate in the group
    over its rate in the rest, does not (Hardie 2014); half an occurrence stands for none. ``ell`` is G² over its
    largest possible value, N ln(min E) (Johnston, Berry and Mielke 2006, Perceptual and Motor Skills 103:412), defined
    here of the two cells and empty where an expected count is 1 or less.

    Parameters
    ----------
    counts : DataFrame
        ``group``, ``term``, ``n``; two groups or more.
    n_cells : {4, 2}
        Cells that G² sums over.

    Returns
    -------
    DataFrame
        ``group``, ``term``, ``n``, ``n_rest``, ``g2``, ``log_ratio``, ``ell``; by group, words that the group uses more
        often first, largest G² first, those that it uses less often last.

    Raises
    ------
    InvalidInput
        With fewer than two groups, or another number of cells.
    """
    if n_cells not in (2, 4):
        raise InvalidInput(f"Invalid n_cells {n_cells}: must be 2 or 4.")
    table = _table(counts)
    y = table.to_numpy(dtype=float)
    rest = y.sum(axis=0) - y
    size, size_rest = y.sum(axis=1, keepdims=True), y.sum() - y.sum(axis=1, keepdims=True)
    rate = y.sum(axis=0) / y.sum()
    two = _surprise(y, size * rate) + _surprise(rest, size_rest * rate)
    g2 = two
    if n_cells == 4:
        g2 = two + _surprise(size - y, size * (1 - rate)) + _surprise(size_rest - rest, size_rest * (1 - rate))
    ratio = np.log2(np.where(y > 0, y, 0.5) / size) - np.log2(np.where(rest > 0, rest, 0.5) / size_rest)
    least = np.minimum(size * rate, size_rest * rate)
    ell = np.divide(two, y.sum() * np.log(np.maximum(least, 1)), out=np.full(y.shape, np.nan), where=least > 1)
    frame = _long(table, n_rest=rest, g2=np.maximum(g2, 0.0), log_ratio=ratio, ell=ell)
    signed = frame["g2"] * np.sign(frame["log_ratio"])
    order = frame.assign(signed=signed).sort_values(["group", "signed", "term"], ascending=[True, False, True])
    return order.drop(columns="signed").reset_index(drop=True)


def _surprise(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return 2 * xlogy(observed, observed / np.where(expected > 0, expected, 1.0))


def _table(counts: pd.DataFrame) -> pd.DataFrame:
    """Groups by words, both sorted; a word that a group lacks counts 0."""
    check_columns(counts, "counts", ("group", "term", "n"))
    if (counts["n"] < 0).any():
        raise InvalidInput(f"Invalid counts: n must be 0 or more. {counts.loc[counts['n'] < 0, 'term'].tolist()[:5]}.")
    table = counts.pivot_table(index="group", columns="term", values="n", aggfunc="sum", fill_value=0)
    table = table.loc[table.sum(axis=1) > 0, table.sum(axis=0) > 0]
    if len(table) < 2:
        raise InvalidInput(f"Invalid counts: two groups with words are needed. {table.index.tolist()}.")
    return table


def _long(table: pd.DataFrame, **columns: np.ndarray) -> pd.DataFrame:
    n_groups, n_terms = table.shape
    return pd.DataFrame({
        "group": np.repeat(table.index.to_numpy(), n_terms), "term": np.tile(table.columns.to_numpy(), n_groups),
        "n": table.to_numpy().ravel().astype(int), "n_rest": columns.pop("n_rest").ravel().astype(int),
        **{name: values.ravel() for name, values in columns.items()},
    })  # fmt: skip
