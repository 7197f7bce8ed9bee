"""The tables of the shipped study, loaded and held against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxzy_study.coding import codebook as _codebook
from cxzy_study.coding.codebook import Codebook
from cxzy_study.findings.shares import count_shares
from cxzy_study.study.practices import PRACTICES_DECIDED, PRACTICES_DERIVED, check_practices, load_practice_sheets
from cxzy_study.tables import SCHEMAS, InvalidInput, check_table, load_table, table_text
from cxzy_study.text.spans import parse_spans

ROOT = Path(__file__).resolve().parents[2]
"""The checkout: `data/`, `notebooks/`, `figures/` and `report/` lie here."""

CODEBOOK = Path("data/codebook/v1.yaml")
READERS = ("reader_1", "reader_2", "settled")
DECIDED = {
    "sources": "data/sources.csv",
    "source_basis": "data/source_basis.csv",
    "arenas": "data/coding/arenas.csv",
    "levels": "data/coding/levels.csv",
    **PRACTICES_DECIDED,
}
DERIVED = tuple(
    "units removed script_changes announced terms term_variants term_risk evidence codes "
    "shares scores agreement accuracy formulas quantities bodies families about".split()
) + PRACTICES_DERIVED
FOUND = tuple(
    "shares_adjusted shares_intervals shares_practices silence distances partitions tree contrasts pairs map keyness "
    "approaches_tested approaches "
    "multiverse claims calibration".split()
)
"""Tables of findings: made from the others by `cxzy study`, `cxzy multiverse` and `cxzy calibrate`."""

SEED = 20120513


@dataclass(frozen=True, repr=False)
class Study:
    """The tables of the study, checked, and its codebook."""

    tables: Mapping[str, pd.DataFrame]
    codebook: Codebook
    root: Path

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self.tables:
            raise InvalidInput(f"Invalid table {name!r}: must be one of {', '.join(self.tables)}.")
        return self.tables[name]

    def __repr__(self) -> str:
        rows = sum(map(len, self.tables.values()))
        return f"Study: {len(self['sources'])} documents, {len(self.tables)} tables, {rows:,} rows, {self.codebook.label}"

    def _repr_html_(self) -> str:
        from cxzy_study.output.display import study_html
        from cxzy_study.output.glossary import load_glossary

        labels = load_glossary(self.root / "data/glossary.csv").terms
        return study_html(self.tables, codebook=self.codebook.label, labels=labels)

    def units_behind(self, theme: str, *, group: str, coder: str = "settled") -> pd.DataFrame:
        """Return the sentences that a cell of table ``shares`` counts, with the rules that speak for the theme.

        Parameters
        ----------
        theme, group, coder : str
            As in ``shares``; *group* is a document or an arena.

        Returns
        -------
        DataFrame
            Rows of ``units`` with one more column, ``rules``: ids of the rules whose matches count,
            joined by ``;`` (empty where only people marked the theme).
        """
        units, codes, evidence = self["units"], self["codes"], self["evidence"]
        marked = codes[(codes.theme == theme) & (codes.coder == coder)][["doc_id", "unit_id"]]
        arenas = self["arenas"]
        if group in set(arenas.arena):
            marked = marked.merge(arenas[arenas.arena == group][["doc_id", "unit_id"]])
        elif group in set(units.doc_id):
            marked = marked[marked.doc_id == group]
        else:
            raise InvalidInput(f"Invalid group {group!r}: must be a document or an arena of the study.")
        counted = evidence[(evidence.theme == theme) & (evidence.verdict == "counted")]
        rules = counted.groupby(["doc_id", "unit_id"]).rule.agg(lambda r: ";".join(dict.fromkeys(r))).rename("rules")
        found = units[units.kind == "sentence"].merge(marked).merge(rules.reset_index(), how="left")
        return found.assign(rules=found.rules.fillna(""))

    def rows_about(self, doc_id: str, unit_id: str) -> dict[str, pd.DataFrame]:
        """Return the rows of every table that speak of one unit, by table."""
        found = {}
        for name, table in self.tables.items():
            if {"doc_id", "unit_id"} <= set(table.columns):
                rows = table[(table.doc_id == doc_id) & (table.unit_id == unit_id)]
                if len(rows):
                    found[name] = rows.reset_index(drop=True)
        if not found:
            raise InvalidInput(f"Invalid unit {doc_id} {unit_id}: must be one of table units.")
        return found


def load_codebook(path: str | Path = ROOT / CODEBOOK) -> Codebook:
    """Load a codebook, by default the study's; see :func:`cxzy_study.coding.codebook.load_codebook`."""
    return _codebook.load_codebook(path)


def load_study(root: Path = ROOT) -> Study:
    """Load every table of the study and check it, alone and against the others.

    Raises
    ------
    InvalidInput
        If a table is missing or breaks a rule, or two tables contradict each other.
    """
    tables = {name: load_table(root / path, name) for name, path in DECIDED.items()}
    for reader in READERS:
        tables[reader] = load_table(root / f"data/coding/{reader}.csv", "sheet")
    tables |= load_practice_sheets(root)
    for name in (*DERIVED, *FOUND):
        path = root / f"data/tables/{name}.csv"
        # Findings may be missing before they are first made; what shows them says so.
        if name in DERIVED or path.is_file():
            tables[name] = load_table(path, name)
    study = Study(tables, load_codebook(root / CODEBOOK), root)
    check_study(study)
    return study


def check_study(study: Study) -> None:
    """Refuse tables that contradict each other.

    Raises
    ------
    InvalidInput
        Naming the table, the rule and the first offending ids.
    """
    units = study["units"]
    known = set(zip(units.doc_id, units.unit_id, strict=True))
    for name in ("arenas", "levels", *READERS, "evidence", "codes"):
        table = study[name]
        strange = sorted(set(zip(table.doc_id, table.unit_id, strict=True)) - known)
        if strange:
            raise InvalidInput(f"Invalid table {name}: every unit must be one of table units. {strange[:5]}.")
    for reader in READERS:
        unread = sorted(known - set(zip(study[reader].doc_id, study[reader].unit_id, strict=True)))
        if unread:
            raise InvalidInput(f"Invalid sheet {reader}: every unit must be coded. Missing {unread[:5]}.")
    _check_places(study)
    check_practices(study.tables)
    facts = set(zip(study["source_basis"].doc_id, study["source_basis"].fact, strict=True))
    for row in study["sources"].itertuples():
        for fact in SCHEMAS["sources"].names:
            if fact not in {"doc_id", "sha256", "n_chars"} and (row.doc_id, fact) not in facts:
                raise InvalidInput(f"Invalid table source_basis: says nothing of {fact} of {row.doc_id}.")
    if table_text(share_table(study.tables)) != table_text(study["shares"]):
        raise InvalidInput("Invalid table shares: does not follow from codes, units and arenas. Run cxzy rebuild.")


def _check_places(study: Study) -> None:
    """Kept and removed characters must be all of each file, without overlap."""
    for source in study["sources"].itertuples():
        places: list[tuple[int, int]] = []
        for name in ("units", "removed"):
            table = study[name]
            for spans in table.spans[table.doc_id == source.doc_id]:
                places += parse_spans(spans)
        places.sort()
        at = 0
        for start, end in places:
            if start != at:
                raise InvalidInput(
                    f"Invalid places of {source.doc_id}: kept + removed must be all, once. Character {min(at, start)}."
                )
            at = end
        if at != source.n_chars:
            raise InvalidInput(
                f"Invalid places of {source.doc_id}: kept + removed must be all {source.n_chars} characters. {at}."
            )


def share_table(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return table ``shares`` of the study: by source for every coder, by arena for the settled reading."""
    sources, units, codes = tables["sources"], tables["units"], tables["codes"]
    censored = tuple(sources.doc_id[sources.completeness == "censored"])
    parts = [count_shares(codes, units, coder=coder, censored=censored, seed=SEED) for coder in _coders(codes)]
    arenas = tables["arenas"].rename(columns={"arena": "group"})
    parts.append(count_shares(codes, units, groups=arenas, group_kind="arena", coder="settled", seed=SEED))
    return check_table(rounded(pd.concat(parts, ignore_index=True)), "shares")


def _coders(codes: pd.DataFrame) -> list[str]:
    return [c for c in (*READERS, "rules", "learned") if (codes.coder == c).any()]


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Round floats to nine significant digits, as on disk, so that a table computed equals a table loaded."""
    floats = frame.select_dtypes("float").columns
    return frame.assign(**{c: frame[c].map(lambda x: float(f"{x:.9g}")) for c in floats})
