"""The results of a run, as tables of the small study."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from cxzy_study.bulk.schema import schema_of
from cxzy_study.bulk.store import TABLES, Store
from cxzy_study.tables import InvalidInput


class Results:
    """A folder of results.

    Parameters
    ----------
    folder : path

    Raises
    ------
    InvalidInput
        If it is none, or its run has not come to its end.
    """

    def __init__(self, folder: str | Path) -> None:
        self.store = Store(Path(folder))
        path = self.store.folder / "summary.json"
        if not path.is_file():
            raise InvalidInput(f"Invalid folder {folder}: holds no results of cxzy bulk that are whole. Run it (again).")
        self.summary: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def dataset(self, name: str) -> ds.Dataset:
        """Return a table as an Arrow dataset, to be read column by column, filtered, or in batches.

        Raises
        ------
        InvalidInput
            If there is no table of that name.
        """
        if name not in TABLES:
            raise InvalidInput(f"Invalid table {name}: must be one of {', '.join(TABLES)}.")
        files = sorted((self.store.folder / name).glob("part-*.parquet"))
        text = "text" in pq.read_schema(files[0]).names if name == "units" else False
        return ds.dataset([str(f) for f in files], schema=schema_of(name, text=text), format="parquet")

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table, or some columns of it, in the order of the documents.

        Of ``formulas`` ``status`` says what holds in the corpus, as in the small study: ``defined elsewhere`` where
        another document tells the parts. (On disk it says what holds in the document.)
        """
        if name == "formulas":
            found = share_formulas(self._read(name, None), self.definitions())
            return found if columns is None else found[list(columns)]
        return self._read(name, columns)

    def _read(self, name: str, columns: Sequence[str] | None) -> pd.DataFrame:
        wanted = list(columns) if columns is not None else None
        return self.dataset(name).to_table(wanted, use_threads=False).to_pandas(types_mapper=_types)

    def definitions(self) -> pd.DataFrame:
        """Return, for each family of formulas, the first document that tells all its parts, and what it tells."""
        return pq.read_table(self.store.folder / "definitions.parquet").to_pandas()

    def counts(self) -> pd.DataFrame:
        """Return the counts of each group: see :func:`cxzy_study.findings.counted.shares_of_counts`."""
        return pq.read_table(self.store.folder / "counts.parquet").to_pandas()

    def shares(self) -> pd.DataFrame:
        """Return table ``shares`` of the groups."""
        from cxzy_study.findings.counted import shares_of_counts

        return shares_of_counts(self.counts(), coder=self.summary["coder"])


def _types(kind: pa.DataType) -> Any:
    # Of whole numbers some are unknown, which a plain column of pandas cannot hold.
    return pd.Int64Dtype() if kind == pa.int32() else None


def load_bulk(folder: str | Path) -> Results:
    """Return the results that ``cxzy bulk`` wrote into *folder*."""
    return Results(folder)


def share_formulas(formulas: pd.DataFrame, definitions: pd.DataFrame) -> pd.DataFrame:
    """Give formulas that their own document does not tell the parts that another document tells.

    Parameters
    ----------
    formulas : DataFrame
        As found document by document.
    definitions : DataFrame
        ``family``, ``doc_id``, ``parts``, ``part_places``, ``n_found``: the first document that tells each family.

    Returns
    -------
    DataFrame
        *formulas* with the status, parts and places that :func:`cxzy_study.facts.formulas.find_formulas` gives for all
        the documents together.

    Examples
    --------
    >>> row = {"doc_id": "a", "family": "3亮", "status": "unresolved", "parts": "", "part_places": "", "told": "",
    ...        "n_found": 0}
    >>> told = {"family": "3亮", "doc_id": "b", "parts": "亮身份|亮职责|亮标准", "part_places": "u2:3-6;u2:7-10;u2:11-14",
    ...         "n_found": 3}
    >>> share_formulas(pd.DataFrame([row]), pd.DataFrame([told]))[["status", "n_found", "told"]].values.tolist()
    [['defined elsewhere', 3, 'corpus']]
    """
    told = definitions.set_index("family")
    owner = formulas["family"].map(told["doc_id"])
    open_ = (formulas["status"] == "unresolved") & owner.notna() & (owner != formulas["doc_id"])
    shared = formulas.copy()
    family = formulas.loc[open_, "family"]
    places = [
        ";".join(f"{doc_id}/{place}" for place in cell.split(";"))
        for doc_id, cell in zip(owner[open_], family.map(told["part_places"]), strict=True)
    ]
    shared.loc[open_, "status"] = "defined elsewhere"
    shared.loc[open_, "parts"] = family.map(told["parts"])
    shared.loc[open_, "part_places"] = places
    shared.loc[open_, "told"] = "corpus"
    shared.loc[open_, "n_found"] = family.map(told["n_found"]).astype(shared["n_found"].dtype)
    return shared
