"""Practices as a table of features, for sorting them into families of approaches."""

from __future__ import annotations

import pandas as pd

from cxzy_study.findings.marks import check_columns
from cxzy_study.tables import THEMES

FORUMS = ("superior", "peer", "organisation", "member", "resident", "self")
FEWEST = 5
"""A feature of fewer practices sorts nothing; rarer actors are put together as ``other``."""


def tabulate_practices(practices: pd.DataFrame) -> tuple[pd.DataFrame, list[list[str]]]:
    """Tabulate themes, actor, instrument and checking of practices as 0 and 1.

    Parameters
    ----------
    practices : DataFrame
        Columns practice_id, themes, actor, instrument, checking (lists joined by ``;``).

    Returns
    -------
    features : DataFrame of 0 and 1
        One row a practice, one column a feature (``theme=service``, ``actor=member`` …) that five practices have.
    exclusive : list of list of str
        Columns of which each practice has exactly one: actors, instruments.

    Examples
    --------
    >>> made = pd.DataFrame({"practice_id": [f"p{i}" for i in range(10)], "themes": ["service"] * 5 + ["contests"] * 5,
    ...                      "actor": "member", "instrument": ["structure", "resources"] * 5, "checking": "none"})
    >>> tabulate_practices(made)[0].columns.tolist()
    ['theme=contests', 'theme=service', 'actor=member', 'instrument=resources', 'instrument=structure']
    """
    check_columns(practices, "practices", ("practice_id", "themes", "actor", "instrument", "checking"))
    columns: dict[str, pd.Series] = {}
    for name, column, values in (("theme", "themes", THEMES), ("checking", "checking", FORUMS)):
        held = practices[column].fillna("").str.split(";")
        columns |= {f"{name}={value}": held.map(lambda v, value=value: value in v) for value in values}
    themes = {name: column for name, column in columns.items() if name.startswith("theme=")}
    checking = {name: column for name, column in columns.items() if name.startswith("checking=")}
    exclusive = []
    single: dict[str, pd.Series] = {}
    for name in ("actor", "instrument"):
        counts = practices[name].value_counts()
        merged = practices[name].where(practices[name].map(counts) >= FEWEST, "other")
        # What is left over may itself be rare; it stays, so that each practice has exactly one.
        mine = {f"{name}={value}": merged == value for value in sorted(merged.unique())}
        single |= mine
        exclusive.append(list(mine))
    frame = pd.DataFrame({**themes, **single, **checking}).astype(int).set_axis(practices["practice_id"].tolist())
    return frame[[c for c in frame if frame[c].sum() >= FEWEST or c in single]], exclusive
