"""The tables of a run: those of the study, as Arrow and Parquet hold them.

``documents`` and ``counts`` are tables of their own; the others have the columns that ``cxzy read``, ``cxzy code`` and
``cxzy facts`` give, in the same order. ``terms`` holds what the study counts by section: all words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

_TYPES = {"text": pa.string(), "int": pa.int32(), "long": pa.int64(), "number": pa.float64()}


def _schema(**columns: str) -> pa.Schema:
    return pa.schema([(name, _TYPES[kind]) for kind, names in columns.items() for name in names.split()])


def _ordered(order: str, **columns: str) -> pa.Schema:
    schema = _schema(**columns)
    return pa.schema([schema.field(name) for name in order.split()])


SCHEMAS: dict[str, pa.Schema] = {
    "documents": _ordered(
        "doc_id group format encoding script title published_on outlet n_chars n_units sha256",
        text="doc_id group format encoding script title published_on outlet sha256", int="n_chars n_units",
    ),
    "units": _ordered(
        "doc_id unit_id kind section depth enumerator paragraph spans n_chars",
        text="doc_id unit_id kind section enumerator spans", int="depth paragraph n_chars",
    ),
    "codes": _schema(text="doc_id unit_id theme", number="probability"),
    "terms": _schema(text="doc_id section term", int="n"),
    "formulas": _ordered(
        "doc_id unit_id spans surface numerals heads parts status part_places told n_announced n_found rule family "
        "pattern known_from known_parts",
        text="doc_id unit_id spans surface numerals heads parts status part_places told rule family pattern known_from "
        "known_parts",
        int="n_announced n_found",
    ),
    "quantities": _ordered(
        "doc_id unit_id spans surface value measure base_value base_measure qualifier thing per period kind value_to of "
        "claimant flag",
        text="doc_id unit_id spans surface measure base_measure qualifier thing per period kind of claimant flag",
        number="value base_value value_to",
    ),
    "bodies": _schema(text="doc_id unit_id spans surface name body_type admin_level adcode parent"),
    "rejected": _schema(text="doc_id file reason"),
    "counts": _schema(text="group theme", long="block_size n_blocks n_coded n_coded_squared"),
}  # fmt: skip
"""Columns and types of every table, by name. On disk all text is plain; in memory a column may be dictionary-encoded.

``counts``: for each group, theme and size of paragraph (``block_size``, sentences): ``n_blocks`` paragraphs of that size,
``n_coded`` sentences in them that bear the theme, ``n_coded_squared`` the sum over paragraphs of the square of that
number. Whole numbers that add up over parts, and all that shares with their intervals need.
"""


def schema_of(name: str, *, text: bool = False) -> pa.Schema:
    """Return the schema of table *name*; of units with their *text*, if wanted."""
    schema = SCHEMAS[name]
    return schema.append(pa.field("text", pa.string())) if text and name == "units" else schema


def make_table(name: str, columns: Mapping[str, Sequence[object]], *, text: bool = False) -> pa.Table:
    """Return table *name* from its columns, in the schema's order and types.

    >>> make_table("rejected", {"doc_id": ["a.txt"], "file": ["a.txt"], "reason": ["holds no text"]}).num_rows
    1
    """
    schema = schema_of(name, text=text)
    return pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema)


def empty_table(name: str, *, text: bool = False) -> pa.Table:
    """Return table *name* without rows."""
    return schema_of(name, text=text).empty_table()


def join_tables(name: str, tables: Sequence[pa.Table], *, text: bool = False) -> pa.Table:
    """Return the rows of *tables* one after the other, text plain, as they are written."""
    schema = schema_of(name, text=text)
    return pa.concat_tables([t.cast(schema) for t in tables]) if tables else schema.empty_table()
