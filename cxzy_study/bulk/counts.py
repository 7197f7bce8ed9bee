"""Counts that add up: for each group and theme, paragraphs by their size and the marks in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxzy_study.bulk.schema import SCHEMAS, empty_table

KEYS = ("group", "theme", "block_size")


def count_blocks(documents: pa.Table, units: pa.Table, codes: pa.Table, *, themes: Sequence[str]) -> pa.Table:
    """Return table ``counts`` of some documents.

    Parameters
    ----------
    documents, units, codes : Table
        Tables of a run, units and codes in the documents' order, codes in the units'.
    themes : sequence of str
        The codebook's themes.

    Returns
    -------
    Table
        ``counts``: a row for each group, theme and size of paragraph that occurs, sorted. Headings do not count.
    """
    group_of = dict(zip(documents["doc_id"].to_pylist(), documents["group"].to_pylist(), strict=True))
    frame = units.select(["doc_id", "unit_id", "kind", "paragraph"]).to_pandas()
    marks = codes.select(["doc_id", "unit_id", "theme"]).to_pandas()
    sentences = frame[frame["kind"] == "sentence"]
    if not len(sentences):
        return empty_table("counts")
    block = sentences.groupby(["doc_id", "paragraph"], sort=False, observed=True).ngroup().to_numpy()
    sizes = np.bincount(block)
    first = np.full(len(sizes), -1)
    first[block[::-1]] = np.arange(len(block))[::-1]
    group = sentences["doc_id"].astype(str).map(group_of).to_numpy()[first]
    rows = pd.MultiIndex.from_frame(sentences[["doc_id", "unit_id"]].astype(str))
    at = rows.get_indexer(pd.MultiIndex.from_frame(marks[["doc_id", "unit_id"]].astype(str)))
    theme = pd.Index(themes).get_indexer(marks["theme"])
    hit = (at >= 0) & (theme >= 0)
    coded = np.bincount(theme[hit] * len(sizes) + block[at[hit]], minlength=len(themes) * len(sizes))
    n = len(themes)
    return add_counts([pa.table({
        "group": np.tile(group, n), "theme": np.repeat(np.array(themes, dtype=object), len(sizes)), "block_size": np.tile(sizes, n),
        "n_blocks": np.ones(n * len(sizes), dtype=np.int64), "n_coded": coded, "n_coded_squared": coded**2,
    }).cast(SCHEMAS["counts"])])  # fmt: skip


def add_counts(tables: Sequence[pa.Table]) -> pa.Table:
    """Return the sum of several tables ``counts``, sorted by group, theme and size.

    >>> from cxzy_study.bulk.schema import make_table
    >>> one = make_table("counts", {"group": ["a"], "theme": ["service"], "block_size": [2], "n_blocks": [3],
    ...                             "n_coded": [4], "n_coded_squared": [6]})
    >>> add_counts([one, one]).to_pylist()[0]["n_coded"]
    8
    """
    if not tables:
        return empty_table("counts")
    names = SCHEMAS["counts"].names
    summed = [n for n in names if n not in KEYS]
    # Of so few rows threads would take more time than they save.
    added = pa.concat_tables(tables).group_by(list(KEYS), use_threads=False).aggregate([(n, "sum") for n in summed])
    added = added.rename_columns([n.removesuffix("_sum") for n in added.column_names]).select(names)
    return added.take(pc.sort_indices(added, sort_keys=[(k, "ascending") for k in KEYS])).cast(SCHEMAS["counts"])
