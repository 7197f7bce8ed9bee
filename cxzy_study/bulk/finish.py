"""After the last part: ids that stand twice, and what holds of the corpus as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.plan import Plan
from cxzy_study.bulk.schema import SCHEMAS, empty_table, schema_of
from cxzy_study.bulk.store import TABLES, Store
from cxzy_study.findings.counted import shares_of_counts
from cxzy_study.study.own import people_csv
from cxzy_study.tables import save_bytes

DEFINITIONS = ("family", "doc_id", "parts", "part_places", "n_found")
"""Columns of ``definitions.parquet``: for each formula, the first document that tells all its parts."""

_SHOWN = 10_000
_TOGETHER = 64


def find_duplicates(plan: Plan, store: Store) -> dict[int, set[str]]:
    """Return, by part, the ids that stand in an earlier part, too.

    An id begins with its file's path, so that only a table that is cut into several parts can hold one twice where a
    part alone does not show it.
    """
    twice: dict[int, set[str]] = {}
    for _, known in plan.known():
        parts = [number for number, piece in known if piece.kind in {"lines", "groups"} and piece.columns[1:2] != ("",)]
        if len(parts) < 2:
            continue
        names = [f"part-{number:07d}" for number in parts]
        # Of all ids only a number of eight bytes is held; the few that may stand twice are then looked at themselves.
        hashes = np.concatenate([_hashed(_ids(store, name)) for name in names])
        values, counts = np.unique(hashes, return_counts=True)
        suspect = values[counts > 1]
        if not len(suspect):
            continue
        seen: set[str] = set()
        for number, name in zip(parts, names, strict=True):
            ids = _ids(store, name)
            here = set(ids[np.isin(_hashed(ids), suspect)])
            if here & seen:
                twice[number] = here & seen
            seen |= here
    return twice


def _ids(store: Store, part: str) -> np.ndarray:
    path = store.place("documents", part)
    if not path.is_file():
        return np.array([], dtype=object)
    return pq.read_table(path, columns=["doc_id"])["doc_id"].to_pandas().to_numpy(dtype=object)


def _hashed(ids: np.ndarray) -> np.ndarray:
    return pd.util.hash_array(ids, categorize=False)


def finish(store: Store, entries: Iterable[tuple[Path, dict[str, Any]]], *, coder: str) -> dict[str, Any]:
    """Write what is told of the whole corpus, and return the summary.

    ``counts.parquet`` and ``shares.csv`` (for each group), ``definitions.parquet`` (of formulas), ``rejected.csv`` (the
    first ten thousand, for spreadsheets), ``summary.json``.
    """
    entries = list(entries)
    names = [path.stem for path, _ in entries]
    for table in TABLES:
        if not any(table in told["tables"] for _, told in entries):
            # A table without a row is an empty file, not a missing folder.
            folder = store.folder / table
            folder.mkdir(exist_ok=True)
            _save(empty_table(table), folder / "part-none.parquet")
    counts = _sum_counts(store, names)
    _save(counts, store.folder / "counts.parquet")
    shares = shares_of_counts(counts.to_pandas(), coder=coder)
    save_bytes(people_csv(shares), store.folder / "shares.csv")
    _save(_definitions(store, names), store.folder / "definitions.parquet")
    reasons, first = _rejections(store, names)
    save_bytes(people_csv(first), store.folder / "rejected.csv")
    summary = {
        "coder": coder,
        "documents": sum(told["documents"] for _, told in entries),
        "rejected": sum(told["rejected"] for _, told in entries),
        "rejected_for": reasons,
        "input_bytes": sum(told["bytes"] for _, told in entries),
        "parts": len(entries),
        "groups": len(set(counts["group"].to_pylist())),
        "rows": {t: sum(told["tables"].get(t, {"rows": 0})["rows"] for _, told in entries) for t in TABLES},
        "result_bytes": sum(f["bytes"] for _, told in entries for n, f in told["tables"].items() if n in TABLES),
    }
    text = json.dumps(summary, ensure_ascii=False, indent=1) + "\n"
    save_bytes(text.encode("utf-8", "replace"), store.folder / "summary.json")
    return summary


def _save(table: pa.Table, path: Path) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", store_schema=False)
    save_bytes(sink.getvalue().to_pybytes(), path)


def _tables(store: Store, name: str, parts: Iterable[str], columns: list[str] | None = None) -> Iterator[pa.Table]:
    for part in parts:
        path = store.place(name, part)
        if path.is_file():
            yield pq.read_table(path, columns=columns)


def _sum_counts(store: Store, parts: list[str]) -> pa.Table:
    total = empty_table("counts")
    for _, some in groupby(enumerate(_tables(store, "counts", parts)), key=lambda row: row[0] // _TOGETHER):
        total = add_counts([total, *(table.cast(SCHEMAS["counts"]) for _, table in some)])
    return total


def _definitions(store: Store, parts: list[str]) -> pa.Table:
    """Return, for each family of formulas, the first row that tells all parts; as many rows as there are families."""
    schema = schema_of("formulas")
    schema = pa.schema([schema.field(name) for name in DEFINITIONS])
    first: dict[str, tuple[Any, ...]] = {}
    for table in _tables(store, "formulas", parts, [*DEFINITIONS, "status"]):
        frame = table.to_pandas()
        told = frame[frame["status"] == "resolved"].drop_duplicates("family")
        for row in told[list(DEFINITIONS)].itertuples(index=False, name=None):
            first.setdefault(row[0], row)
    rows = [first[family] for family in sorted(first)]
    return pa.table([pa.array([r[i] for r in rows], f.type) for i, f in enumerate(schema)], schema=schema)


def _rejections(store: Store, parts: list[str]) -> tuple[dict[str, int], pd.DataFrame]:
    """Return how many were refused for each kind of reason, the commonest first, and the first rows."""
    reasons: dict[str, int] = {}
    shown: list[pd.DataFrame] = []
    n_shown = 0
    for table in _tables(store, "rejected", parts):
        frame = table.to_pandas()
        for reason, n in frame["reason"].map(_kind_of).value_counts().items():
            reasons[str(reason)] = reasons.get(str(reason), 0) + int(n)
        if n_shown < _SHOWN:
            shown.append(frame.head(_SHOWN - n_shown))
            n_shown += len(shown[-1])
    ordered = dict(sorted(reasons.items(), key=lambda row: (-row[1], row[0])))
    return ordered, pd.concat(shown, ignore_index=True) if shown else empty_table("rejected").to_pandas()


def _kind_of(reason: str) -> str:
    """Return a reason without what names its document: what stands behind the first colon, names and numbers left out.

    >>> _kind_of("Invalid file a.txt: is no text (tried UTF-8). Save it as UTF-8.")
    'is no text (tried UTF-8). Save it as UTF-8.'
    """
    return reason.partition(": ")[2] or reason
