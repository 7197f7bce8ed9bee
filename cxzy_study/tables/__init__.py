"""Columns, types and checks of every table that passes between stages.

Stages never import each other: what one hands to the next is a :class:`pandas.DataFrame` that
:func:`check_table` accepts. A table on disk is UTF-8 CSV with line feeds; unknown is an empty
cell, never 0.
"""

from cxzy_study.tables.calibrated import CALIBRATED
from cxzy_study.tables.checks import (
    InvalidInput,
    check_table,
    load_table,
    naming,
    save_bytes,
    save_table,
    save_text,
    table_text,
)
from cxzy_study.tables.columns import Column, Table
from cxzy_study.tables.schemas import KINDS, MODES, SCHEMAS, THEMES
from cxzy_study.tables.schemas_coder import TOTALS
from cxzy_study.tables.schemas_practices import CYCLES

__all__ = [
    "CALIBRATED",
    "CYCLES",
    "KINDS",
    "MODES",
    "SCHEMAS",
    "THEMES",
    "TOTALS",
    "Column",
    "InvalidInput",
    "Table",
    "check_table",
    "load_table",
    "naming",
    "save_bytes",
    "save_table",
    "save_text",
    "table_text",
]
