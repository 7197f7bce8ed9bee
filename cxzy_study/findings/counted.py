"""Shares from counts that add up, where the codes themselves are too many to hold."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxzy_study.findings.intervals import METHODS, wilson
from cxzy_study.findings.marks import check_columns
from cxzy_study.findings.shares import WHY_EMPTY
from cxzy_study.tables import SCHEMAS, THEMES, InvalidInput

COUNT_COLUMNS = ("group", "theme", "block_size", "n_blocks", "n_coded", "n_coded_squared")


def shares_of_counts(counts: pd.DataFrame, *, coder: str, group_kind: str = "source") -> pd.DataFrame:
    """Return the share of each group's sentences that bear each theme, with a 95% interval.

    The same as :func:`cxzy_study.findings.shares.count_shares` gives from codes and units, by its default method.

    Parameters
    ----------
    counts : DataFrame
        For each group, theme and size of paragraph: ``block_size`` (sentences), ``n_blocks`` (paragraphs of that size),
        ``n_coded`` (sentences in them that bear the theme), ``n_coded_squared`` (the sum, over those paragraphs, of the
        square of that number). Every theme has a row for every size that its group has.
    coder : str
        Whose codes were counted.
    group_kind : {'source', 'arena'}
        What the groups are called.

    Returns
    -------
    DataFrame
        Table ``shares``: groups sorted, themes in the codebook's order.

    Raises
    ------
    InvalidInput
        If a column is missing, or a theme lacks a size of its group.

    Examples
    --------
    >>> counts = pd.DataFrame({"group": "松岭", "theme": "service", "block_size": [1, 2], "n_blocks": 1,
    ...                        "n_coded": 1, "n_coded_squared": 1})
    >>> shares_of_counts(counts, coder="rules")[["n_units", "share", "low", "high"]].round(2).values.tolist()
    [[3.0, 0.67, 0.21, 0.94]]
    """
    check_columns(counts, "counts", COUNT_COLUMNS)
    rank = {theme: at for at, theme in enumerate(THEMES)}
    tables = []
    for group, rows in counts.groupby("group", sort=True):
        wide = {c: rows.pivot_table(index="block_size", columns="theme", values=c, aggfunc="sum") for c in COUNT_COLUMNS[3:]}
        if any(table.isna().any(axis=None) for table in wide.values()):
            raise InvalidInput(f"Invalid counts: every theme must have a row for every size of paragraph. {group}.")
        themes = sorted(wide["n_blocks"].columns, key=lambda t: (rank.get(t, len(rank)), t))
        blocks, coded, squared = (wide[c][themes].to_numpy(dtype=float) for c in COUNT_COLUMNS[3:])
        size = wide["n_blocks"].index.to_numpy(dtype=float)
        n_blocks, n = int(blocks[:, 0].sum()), float(size @ blocks[:, 0])
        n_coded = coded.sum(axis=0)
        share = n_coded / n
        low = high = np.full(len(themes), np.nan)
        if n_blocks > 1:
            low, high = wilson(share, _effective_size(size, blocks[:, 0], n_coded, squared))
        tables.append(pd.DataFrame({
            "group_kind": group_kind, "group": group, "coder": coder, "theme": themes, "n_units": int(n),
            "n_blocks": n_blocks, "n_coded": n_coded.astype(int), "share": share, "low": low, "high": high,
            "interval": METHODS[0] if n_blocks > 1 else WHY_EMPTY["single"], "censored": 0,
        }))  # fmt: skip
    names = SCHEMAS["shares"].names
    return pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)


def _effective_size(size: np.ndarray, blocks: np.ndarray, n_coded: np.ndarray, squared: np.ndarray) -> float:
    """Return to how many independent sentences these amount.

    The analysis of variance of :func:`cxzy_study.findings.intervals.pooled_icc` from sums: with y marks among the m
    sentences of a paragraph, Σ m (y/m - p)² is Σ y²/m - n p², and Σ m (y/m)(1 - y/m) is Σ y - Σ y²/m.
    """
    n, n_blocks, squares = size @ blocks, blocks.sum(), (size**2) @ blocks
    icc = 0.0
    if n_blocks >= 2 and n != n_blocks:
        told = (squared / size[:, None]).sum(axis=0)
        between = (told - n_coded**2 / n).sum() / (n_blocks - 1)
        within = (n_coded - told).sum() / (n - n_blocks)
        total = between + ((n - squares / n) / (n_blocks - 1) - 1) * within
        icc = float(np.clip((between - within) / total, 0.0, 0.95)) if total > 0 else 0.0
    return float(n / (1 + icc * (squares / n - 1)))
