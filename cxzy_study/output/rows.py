"""The report's appendix of rows: what each number rests on, a line a row of a table or a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from cxzy_study.output.addresses import number_address, spell_rows
from cxzy_study.output.ledger import Ledger, Number


@dataclass(frozen=True)
class Line:
    """Where numbers come from: rows of a table, how these are named, what was read in them, their address in the explorer."""

    anchor: str
    rows: str
    key: str
    values: str
    address: str


def list_rows(ledger: Ledger) -> list[tuple[str, list[Line]]]:
    """Return for each table that numbers were taken from a line for each row, sum and count, in the order of the rows."""

    def order(number: Number) -> tuple[str, bool, tuple[int, ...], str]:
        return number.table, number.how != "cell", number.rows, number.anchor

    listed = []
    for table, mine in groupby(sorted(ledger.numbers, key=order), key=lambda n: n.table):
        lines = [_line(list(same), ledger) for _, same in groupby(mine, key=lambda n: n.anchor)]
        listed.append((table, lines))
    return listed


def _line(numbers: Sequence[Number], ledger: Ledger) -> Line:
    first = numbers[0]
    whole = len(first.rows) == len(ledger.tables[first.table]) > 1
    spelled = ledger.label("report.all_rows") if whole else spell_rows(first.rows).replace(",", ", ").replace("-", "–")
    key = first.key.replace(";", ", ").replace("=*", f"={ledger.label('report.filled')}")
    if first.how == "cell":
        key = " · ".join(part.partition("=")[2] for part in first.key.split(";"))
        values = ", ".join(dict.fromkeys(f"{n.column} {_short(n.value)}" for n in numbers))
    else:
        values = f"{ledger.label(f'report.{first.how}')} {first.column} {first.value}".replace("  ", " ")
    return Line(first.anchor, spelled, key, values, number_address(first, ledger.tables, lang=ledger.lang))


def _short(value: str) -> str:
    """Return a broken number to four places; the list of numbers beside the report has them all."""
    head, dot, tail = value.partition(".")
    return f"{float(value):.4f}" if dot and tail.isdigit() and head.lstrip("-").isdigit() and len(tail) > 4 else value
