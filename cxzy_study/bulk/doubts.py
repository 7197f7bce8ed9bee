"""What the kernel has found in single units and is not sure of, asked of the plain functions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from cxzy_study.bulk.schema import schema_of
from cxzy_study.facts.bodies import find_bodies
from cxzy_study.facts.quantities import find_quantities


def settle_quantities(batch: Any, table: pa.Table) -> pa.Table:
    """Return table ``quantities`` of a :class:`cxzy_study.bulk.batch.Batch` with the rows of doubtful units found anew.

    A statement may go on behind a semicolon, so that units of a paragraph that follow one another so are asked together.
    """
    found = batch.found["quantities"]
    if not len(found.hard):
        return table
    paragraph = batch.doc << 32 | batch.pages.unit("paragraph")
    goes_on = (np.diff(paragraph) == 0) & (batch.fold[batch.b[:-1] - 1] == ord(";"))
    statement = np.cumsum(np.append(True, ~goes_on))
    which = np.flatnonzero(np.isin(statement, statement[found.hard]))
    told = batch.formulas
    mine = np.isin(told["unit"], which)
    unit = told["unit"][mine]
    formulas = pd.DataFrame({
        "doc_id": batch.doc_ids.take(pa.array(batch.doc[unit])).to_pylist(), "unit_id": batch.unit_ids.take(pa.array(unit)).to_pylist(),
        "start": told["start"][mine] - batch.a[unit], "end": told["end"][mine] - batch.a[unit],
    })  # fmt: skip
    return _settle(batch, "quantities", table, which, find_quantities(_frame(batch, which), formulas=formulas))


def settle_bodies(batch: Any, table: pa.Table) -> pa.Table:
    """Return table ``bodies`` with the rows of documents that have doubtful units found anew.

    Raises
    ------
    InvalidInput
        If a document has a date for which no places are known.
    """
    hard = batch.found["bodies"].hard
    if not len(hard):
        return table
    which = np.flatnonzero(np.isin(batch.doc, batch.doc[hard]))
    docs = np.unique(batch.doc[hard])
    years = dict(zip(batch.doc_ids.take(pa.array(docs)).to_pylist(), batch.years[docs].tolist(), strict=True))
    found = find_bodies(_frame(batch, which), year={doc: year for doc, year in years.items() if year} or None)
    return _settle(batch, "bodies", table, which, found)


def _frame(batch: Any, which: Any) -> pd.DataFrame:
    """Return units *which* as table ``units``, with their text."""
    columns, at = batch.units_columns(), pa.array(which)
    text = batch.pages.text.tobytes().decode("utf-32-le")
    places = zip(batch.a[which].tolist(), batch.b[which].tolist(), strict=True)
    told = {name: pa.array(column).take(at).to_pylist() for name, column in columns.items()}
    return pd.DataFrame(told | {"text": [text[a:b] for a, b in places]})


def _settle(batch: Any, name: str, table: pa.Table, which: Any, found: pd.DataFrame) -> pa.Table:
    """Put what was *found* in units *which* in the place of their rows; the table is in the units' order."""
    ids = zip(*(batch.units[name].take(pa.array(which)).to_pylist() for name in ("doc_id", "unit_id")), strict=True)
    number = dict(zip(ids, which.tolist(), strict=True))
    own = np.array([number[key] for key in zip(found.doc_id, found.unit_id, strict=True)], dtype=np.int64)
    start, end = (batch.a[own] + found[side].to_numpy(np.int64) for side in ("start", "end"))
    schema = schema_of(name)
    spans = batch.pages.spans(start, end).to_pylist()
    others = pa.Table.from_pandas(found.assign(spans=spans)[schema.names], schema=schema, preserve_index=False)
    rows = batch.found[name]["unit"]
    kept = ~np.isin(rows, which)
    units = np.concatenate([rows[kept], own])
    order = np.argsort(units, kind="stable")
    batch.rows[name] = batch.numbers[batch.doc[units[order]]]
    return pa.concat_tables([table.filter(pa.array(kept)), others]).take(pa.array(order))
