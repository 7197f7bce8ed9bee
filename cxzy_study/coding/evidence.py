"""Evidence looked at: a rule's own examples, and keywords in context."""

from __future__ import annotations

import pandas as pd

from cxzy_study.coding.codebook import Codebook, Example
from cxzy_study.coding.coder import UNIT_COLUMNS, code_units
from cxzy_study.tables import InvalidInput


def check_examples(codebook: Codebook) -> pd.DataFrame:
    """Run the examples of every rule.

    Returns
    -------
    DataFrame
        A row for each example: ``rule``, ``expected`` (``hit`` or ``miss``), ``text``, ``found``
        (characters that the rule counted, joined by ``|``; empty if none) and ``passed``.
    """
    rows: list[dict[str, str]] = []
    units: list[tuple[str, str, str, str, str]] = []
    for _, rule in codebook.rules:
        for expected, examples in (("hit", rule.hits), ("miss", rule.misses)):
            for example in examples:
                doc_id = f"{len(rows)}"
                rows.append({"doc_id": doc_id, "rule": rule.id, "expected": expected, "text": example.text})
                units += _example_units(example, doc_id, rule.kind)
    table = pd.DataFrame(units, columns=UNIT_COLUMNS)
    _, evidence = code_units(table, codebook=codebook)
    counted = evidence[(evidence["verdict"] == "counted") & (evidence["unit_id"] == "example")]
    found: dict[tuple[str, str], list[str]] = {}
    texts = {row["doc_id"]: row["text"] for row in rows}
    for doc_id, rule_id, start, end in counted[["doc_id", "rule", "start", "end"]].itertuples(index=False):
        found.setdefault((doc_id, rule_id), []).append(texts[doc_id][start:end])
    for row in rows:
        row["found"] = "|".join(found.get((row.pop("doc_id"), row["rule"]), []))
    report = pd.DataFrame(rows, columns=["rule", "expected", "text", "found"])
    return report.assign(passed=(report["found"] != "") == (report["expected"] == "hit"))


def _example_units(example: Example, doc_id: str, kind: str) -> list[tuple[str, str, str, str, str]]:
    unit = (doc_id, "example", kind or "sentence", "1", example.text)
    return [(doc_id, "heading", "heading", "1", example.heading), unit] if example.heading else [unit]


def show_kwic(evidence: pd.DataFrame, units: pd.DataFrame, *, width: int = 20) -> pd.DataFrame:
    """Show evidence as keywords in context.

    Parameters
    ----------
    evidence : DataFrame
        As :func:`code_units` returns it.
    units : DataFrame
        With ``doc_id``, ``unit_id`` and ``text``.
    width : int
        Characters of the unit to either side.

    Returns
    -------
    DataFrame
        The rows of *evidence* with ``left``, ``key`` and ``right`` (text of the unit) added.

    Raises
    ------
    InvalidInput
        If *width* is negative, or a unit of *evidence* is not among *units*.
    """
    if width < 0:
        raise InvalidInput(f"Invalid width {width}: it must be 0 or more.")
    texts = {(d, u): t for d, u, t in units[["doc_id", "unit_id", "text"]].itertuples(index=False)}
    keys = list(zip(evidence["doc_id"], evidence["unit_id"], strict=True))
    if lost := sorted({f"{d}/{u}" for d, u in keys if (d, u) not in texts}):
        raise InvalidInput(f"Invalid units: a unit of the evidence is not among them. {', '.join(lost[:5])}.")
    rows = list(zip(keys, evidence["start"].tolist(), evidence["end"].tolist(), strict=True))
    return evidence.assign(
        left=[texts[key][max(start - width, 0) : start] for key, start, _ in rows],
        key=[texts[key][start:end] for key, start, end in rows],
        right=[texts[key][end : end + width] for key, _, end in rows],
    )
