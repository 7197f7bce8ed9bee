"""How evenly a word is spread: a word that one passage repeats is key to that passage, not to the document."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxzy_study.findings.marks import check_columns
from cxzy_study.tables import InvalidInput


def split_blocks(units: pd.DataFrame, *, n_blocks: int) -> pd.DataFrame:
    """Cut each document into blocks of whole units with about equally many characters.

    Parameters
    ----------
    units : DataFrame
        Table ``units``, in the order of the text.
    n_blocks : int
        Blocks a document.

    Returns
    -------
    DataFrame
        ``doc_id``, ``unit_id``, ``block`` (1 … n_blocks, by the middle of the unit), ``n_chars``.

    Raises
    ------
    InvalidInput
        If a document has fewer units than blocks, or a block would stay empty.

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2", "u3"], "n_chars": [20, 20, 40]})
    >>> split_blocks(units, n_blocks=2)["block"].tolist()
    [1, 1, 2]
    """
    check_columns(units, "units", ("doc_id", "unit_id", "n_chars"))
    if n_blocks < 1:
        raise InvalidInput(f"Invalid n_blocks {n_blocks}: must be 1 or more.")
    ends = units.groupby("doc_id")["n_chars"].cumsum()
    totals = units.groupby("doc_id")["n_chars"].transform("sum")
    block = ((ends - units["n_chars"] / 2) / totals * n_blocks).astype(int).clip(upper=n_blocks - 1) + 1
    frame = units[["doc_id", "unit_id", "n_chars"]].assign(block=block)
    held = frame.groupby("doc_id")["block"].nunique()
    if (held < n_blocks).any():
        few = held[held < n_blocks].index.tolist()
        raise InvalidInput(f"Invalid n_blocks {n_blocks}: each block needs a unit. {few[:5]}.")
    return frame[["doc_id", "unit_id", "block", "n_chars"]].reset_index(drop=True)


def count_dispersion(counts: pd.DataFrame, *, sizes: pd.Series | None = None) -> pd.DataFrame:
    """Measure how unevenly each word is spread over blocks.

    DP = ½ Σ |vᵢ - sᵢ|, v being the block's part of the word's occurrences and s its part of the text (Gries 2008,
    International Journal of Corpus Linguistics 13:403); DPnorm = DP / (1 - min s), which reaches 1 (Lijffijt and Gries
    2012, same journal 17:147). 0 is perfectly even. Of a word that occurs once or twice it says little.

    Parameters
    ----------
    counts : DataFrame
        ``block``, ``term``, ``n``.
    sizes : Series, optional
        Size of each block (index: block), in words or characters. Without it the words of *counts*, which must then be
        all words, not a closed vocabulary.

    Returns
    -------
    DataFrame
        ``term``, ``n``, ``n_blocks`` (with the word), ``dp``, ``dp_norm``, by term. Both are empty where there is one
        block.

    Raises
    ------
    InvalidInput
        If a block of *counts* has no size, or a size is not above 0.
    """
    check_columns(counts, "counts", ("block", "term", "n"))
    table = counts.pivot_table(index="block", columns="term", values="n", aggfunc="sum", fill_value=0)
    if sizes is None:
        sizes = table.sum(axis=1)
    missing = table.index.difference(sizes.index)
    if len(missing) or (sizes <= 0).any():
        bad = [*missing, *sizes.index[sizes <= 0]]
        raise InvalidInput(f"Invalid sizes: each block needs a size above 0. {bad[:5]}.")
    table = table.reindex(sizes.index, fill_value=0)
    table = table.loc[:, table.sum(axis=0) > 0]
    n = table.to_numpy(dtype=float)
    part = (sizes / sizes.sum()).to_numpy(dtype=float)
    dp = 0.5 * np.abs(n / n.sum(axis=0) - part[:, None]).sum(axis=0)
    return pd.DataFrame({
        "term": table.columns.to_numpy(), "n": n.sum(axis=0).astype(int), "n_blocks": (n > 0).sum(axis=0),
        "dp": dp if len(part) > 1 else np.nan, "dp_norm": dp / (1 - part.min()) if len(part) > 1 else np.nan,
    })  # fmt: skip
