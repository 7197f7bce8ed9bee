"""What tables are made of: columns, and the few that most tables share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column: its name, what its cells hold, and in which unit.

    ``kind`` is one of ``id text int share number date flag spans list``. ``required`` forbids
    empty cells. ``allowed`` closes the vocabulary (of each item, for lists).
    """

    name: str
    kind: str
    doc: str
    required: bool = True
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, its key, and whether people or programs made it."""

    name: str
    row: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Column names in their fixed order."""
        return [c.name for c in self.columns]


def column(name: str, kind: str, doc: str, required: bool = True, allowed: tuple[str, ...] = ()) -> Column:
    """Return one column; short for long lists of them."""
    return Column(name, kind, doc, required, allowed)


DOC = column("doc_id", "id", "document, as in `sources`")
UNIT = column("unit_id", "id", "unit within its document, as in `units`")
SPAN = column("spans", "spans", "places in the decoded file, `start-end`: code points, 0-based, half-open, joined by `;`")
