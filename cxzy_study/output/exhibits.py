"""The register of exhibits: every figure and table of the study, in the order in which the report shows them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from cxzy_study.output.exhibit import Exhibit, Tables
from cxzy_study.output.glossary import Glossary
from cxzy_study.output.measured import MOST_TOLD, measure_rows, rows_of_tables, tell_measured
from cxzy_study.output.plots_shares import FEW, plot_share_panels
from cxzy_study.output.register import coder, documents, facts, findings, practices, reading, themes
from cxzy_study.output.style import check_lang
from cxzy_study.tables import InvalidInput

ORDER = (
    "tab_sources", "fig_sources", "fig_account",
    "fig_reliability", "tab_finding",
    "fig_bodies",
    "fig_themes", "fig_intervals", "fig_keyness", "fig_strips",
    "fig_checks", "fig_accountability", "fig_ladder", "tab_statements", "fig_cycles", "fig_centre", "tab_words",
    "fig_trees", "fig_families", "fig_lineage",
    "fig_approaches", "fig_tree", "fig_map", "fig_network", "fig_arenas",
    "tab_claims", "fig_claims", "tab_methods", "fig_calibration", "fig_scores", "fig_coder", "fig_curve",
    "tab_numbers",
)  # fmt: skip
"""The order in which the report shows the exhibits."""

_KNOWN = {
    e.id: e
    for group in (
        documents,
        reading,
        themes,
        practices,
        findings,
        facts,
        coder,
    )
    for e in group.EXHIBITS
}

EXHIBITS: dict[str, Exhibit] = {i: _KNOWN[i] for i in (*(i for i in ORDER if i in _KNOWN), *(i for i in _KNOWN if i not in ORDER))}
"""All exhibits by id. Figures and tables are numbered in this order, each kind on its own."""


def check_exhibit(exhibit_id: str) -> Exhibit:
    """Return the exhibit with that id."""
    if exhibit_id not in EXHIBITS:
        raise InvalidInput(f"Invalid exhibit {exhibit_id!r}: must be one of {', '.join(EXHIBITS)}.")
    return EXHIBITS[exhibit_id]


def frame_exhibit(exhibit: Exhibit, tables: Tables, *, coder: str = "settled") -> pd.DataFrame:
    """Return the rows that *exhibit* shows, made from *tables* (by name)."""
    missing = [name for name in exhibit.tables if name not in tables]
    if missing:
        raise InvalidInput(f"Invalid tables: {exhibit.id} is made from {', '.join(exhibit.tables)}. Missing {missing}.")
    frame = exhibit.frame(tables, coder)
    rows = methods_of(exhibit, frame)
    if "claims" in exhibit.tables and "claim_id" in frame:
        # Only the methods of the claims that are shown.
        shown = tables["claims"]["claim_id"].isin(set(frame["claim_id"]))
        used = {row for listed in tables["claims"].loc[shown, "calibrated"].fillna("") for row in listed.split(";")}
        rows = tuple(row for row in rows if row in used)
    if rows:
        if "calibration" not in tables:
            raise InvalidInput(f"Invalid tables: {exhibit.id} says what its methods do. Missing ['calibration'].")
        frame.attrs["measured"] = measure_rows(tables["calibration"], rows)
    return frame


def methods_of(exhibit: Exhibit, frame: pd.DataFrame) -> tuple[str, ...]:
    """Return the methods of table ``calibration`` behind what *exhibit* shows.

    They follow from its tables; of shares, whose points have intervals in some exhibits only, from the intervals drawn.
    An exhibit that shows but a part of a table names its own.
    """
    if exhibit.plot is plot_share_panels:
        known = [m for m in dict.fromkeys(frame["interval"].fillna("")) if m and not m.startswith("none")]
        return tuple(f"share_interval.{m}" for m in known)
    return exhibit.methods or rows_of_tables([t for t in exhibit.tables if t != "shares"])


def number_of(exhibit: Exhibit) -> int:
    """Return the number that *exhibit* bears among those of its kind, from 1."""
    return [e.id for e in EXHIBITS.values() if e.kind == exhibit.kind].index(exhibit.id) + 1


def name_of(exhibit: Exhibit, *, glossary: Glossary, lang: str) -> str:
    """Return how the exhibit is called: “Figure 2”, “图 2”."""
    return glossary.label(f"exhibit.{exhibit.kind}", lang, number=number_of(exhibit))


def note_of(
    exhibit: Exhibit, frame: pd.DataFrame, *, glossary: Glossary, codebook: Mapping[str, object], lang: str
) -> str:
    """Return what must be read with an exhibit: its own note, coder, intervals, what methods do, warnings, codebook.

    Parameters
    ----------
    frame
        The rows that are shown: coder, interval method and censored groups are taken from them.
    codebook
        ``version`` and ``sha`` (SHA-256 of the codebook's file, of which the first twelve digits
        are shown).
    """
    check_lang(lang)
    notes = [exhibit.note[lang]]
    if "coder" in frame:
        names = [glossary.label(f"coder.{c}", lang) for c in dict.fromkeys(frame["coder"])]
        notes.append(glossary.label("note.coder", lang, coder=", ".join(names)))
    if exhibit.plot is plot_share_panels:
        methods = [m for m in dict.fromkeys(frame["interval"].fillna("")) if m]
        notes += [glossary.label(f"interval.{method}", lang) for method in methods]
        if frame["n_units"].min() < FEW:
            notes.append(glossary.label("note.few", lang, few=FEW))
    if methods_of(exhibit, frame):
        if "measured" not in frame.attrs:
            raise InvalidInput(f"Invalid frame of {exhibit.id}: what its methods do on planted truth must be told with it.")
        measured = frame.attrs["measured"]
        rates = EXHIBITS["tab_methods"]
        if exhibit is not rates:
            if len({m.row for m in measured}) > MOST_TOLD:
                where = name_of(rates, glossary=glossary, lang=lang)
                notes.append(glossary.label("measured.table", lang, table=where))
            else:
                notes.append(tell_measured(measured, glossary=glossary, lang=lang))
    if "censored" in frame and frame["censored"].any():
        notes.append(glossary.label("note.censored", lang))
    if exhibit.compares:
        notes.append(glossary.label("note.places", lang))
    sha = str(codebook["sha"])[:12]
    notes.append(glossary.label("note.codebook", lang, version=codebook["version"], sha=sha))
    return (" " if lang == "en" else "").join(notes)
