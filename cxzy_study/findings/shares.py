"""Shares of sentences, characters and practices that bear each theme, with intervals.

What is estimated: the share of a theme among sentences of the kind that the group holds, had the same writer written
more paragraphs of the same kind. It says nothing of other documents. Several themes may hold of a sentence, so there
are 17 shares, not one division into 17 parts, and they do not add up to 1.
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd

from cxzy_study.findings.intervals import METHODS, make_interval, pooled_icc, wilson
from cxzy_study.findings.marks import Marks, check_columns, find_marks
from cxzy_study.tables import SCHEMAS, THEMES, InvalidInput

WHY_EMPTY = {
    "unread": "none: no sentence read",
    "single": "none: one paragraph",
    "still": "none: no variation to resample",
}
"""What the column ``interval`` says where there is no interval."""


def count_shares(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    *,
    coder: str,
    groups: pd.DataFrame | None = None,
    group_kind: str = "source",
    censored: Collection[str] = (),
    method: str = METHODS[0],
    n_resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Count the share of each group's sentences that bear each theme, with a 95% interval.

    Parameters
    ----------
    codes, units : DataFrame
        Tables ``codes`` and ``units``. Headings and layer rows do not count.
    coder : str
        Whose codes.
    groups : DataFrame, optional
        Columns doc_id, unit_id, group (arenas, say). Without it a group is a document.
    group_kind : {'source', 'arena'}
        What the groups are.
    censored : collection of str
        Documents that break off; a group with a sentence of one is flagged.
    method : str
        One of :data:`cxzy_study.findings.intervals.METHODS`.
    n_resamples, seed : int
        Of the bootstraps; the other methods draw nothing.

    Returns
    -------
    DataFrame
        Table ``shares``: 17 rows a group, groups sorted, themes in the codebook's order. ``low`` and ``high`` are empty
        where there is no interval, and ``interval`` says why. A group that the coder did not read has n_units 0 and an
        empty share.

    Raises
    ------
    InvalidInput
        For an unknown method or group_kind, and as :func:`cxzy_study.findings.marks.find_marks` does.

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2", "u3"], "kind": "sentence", "paragraph": [1, 1, 2],
    ...                       "n_chars": 20})
    >>> codes = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2", "u3"], "theme": ["service", "none", "service"],
    ...                       "coder": "settled", "value": 1})
    >>> shares = count_shares(codes, units, coder="settled")
    >>> shares.loc[shares["theme"] == "service", ["n_coded", "n_units", "share", "low", "high"]].round(2)
       n_coded  n_units  share   low  high
    9        2        3   0.67  0.21  0.94
    """
    _check(method, group_kind)
    marks = find_marks(codes, units, coder=coder, groups=groups)
    listed = units.assign(group=units["doc_id"]) if groups is None else groups
    members = {name: set(rows) for name, rows in listed.groupby("group")["doc_id"]}
    tables = []
    for group in _names(units, groups):
        part = marks.of(group)
        n, n_coded = len(part.values), part.values.sum(axis=0)
        low, high, interval = _interval(part, method, n_resamples, seed)
        tables.append(pd.DataFrame({
            "group_kind": group_kind, "group": group, "coder": coder, "theme": THEMES, "n_units": n,
            "n_blocks": int(part.blocks.max()) + 1 if n else 0, "n_coded": n_coded,
            "share": n_coded / n if n else np.nan, "low": low, "high": high, "interval": interval,
            "censored": int(not members[group].isdisjoint(censored)),
        }))  # fmt: skip
    names = SCHEMAS["shares"].names
    return pd.concat(tables, ignore_index=True)[names] if tables else pd.DataFrame(columns=names)


def count_character_shares(
    codes: pd.DataFrame, units: pd.DataFrame, *, coder: str, groups: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Count the share of each group's characters that stand in sentences bearing each theme.

    A sentence of 120 characters counts three times as much as one of 40. The interval is Wilson's for ``(Σw)² / Σ_b
    (Σ_i w_i² + ρ Σ_{i≠j} w_i w_j)`` sentences, w being characters, b paragraphs, ρ as for shares of sentences (Kish
    1965, 11.7, for the weights). How often it holds the planted share is in table ``calibration``
    (``share_weighted``).

    Returns
    -------
    DataFrame
        ``group``, ``coder``, ``theme``, ``n_chars`` (characters of the group's sentences), ``n_chars_coded``,
        ``share``, ``low``, ``high``, ``interval``.
    """
    marks = find_marks(codes, units, coder=coder, groups=groups)
    share, low, high = weigh_characters(marks)
    n_blocks = np.bincount(marks.tally.owner, minlength=len(marks.groups))
    tables = []
    for group in _names(units, groups):
        frame = pd.DataFrame({
            "group": group, "coder": coder, "theme": THEMES, "n_chars": 0, "n_chars_coded": 0, "share": np.nan,
            "low": np.nan, "high": np.nan, "interval": WHY_EMPTY["unread"],
        })  # fmt: skip
        if group in marks.groups:
            g = marks.groups.index(group)
            weight = marks.n_chars * (marks.member == g)
            frame = frame.assign(
                n_chars=int(weight.sum()), n_chars_coded=(weight @ marks.values).astype(int), share=share[g],
                low=low[g], high=high[g], interval=METHODS[0] if n_blocks[g] > 1 else WHY_EMPTY["single"],
            )  # fmt: skip
        tables.append(frame)
    return pd.concat(tables, ignore_index=True)


def weigh_characters(marks: Marks) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what :func:`count_character_shares` counts: share and ends of its interval, shape (groups, 17)."""
    blocks = marks.tally
    member = (marks.member == np.arange(len(marks.groups))[:, None]).astype(float)
    total = member @ marks.n_chars
    share = (member * marks.n_chars) @ marks.values / total[:, None]
    squares = np.bincount(marks.blocks, weights=marks.n_chars**2)
    pairs = np.bincount(marks.blocks, weights=marks.n_chars) ** 2 - squares
    low, high = np.full(share.shape, np.nan), np.full(share.shape, np.nan)
    for g in range(len(share)):
        own = blocks.owner == g
        if own.sum() > 1:
            icc = pooled_icc(*blocks.of(g))
            # Effective number of sentences that count by their characters.
            low[g], high[g] = wilson(share[g], float(total[g] ** 2 / (squares[own] + icc * pairs[own]).sum()))
    return share, low, high


def count_practice_shares(practices: pd.DataFrame) -> pd.DataFrame:
    """Count the share of each document's practices that bear each theme.

    Practices are listed, not sampled from paragraphs, and parts of a scheme are rows beside it; Wilson's interval takes
    them for independent and is the least that one should allow.

    Parameters
    ----------
    practices : DataFrame
        Columns practice_id, doc_id, themes (ids joined by ``;``, empty if none).

    Returns
    -------
    DataFrame
        ``group`` (doc_id), ``theme``, ``n_practices``, ``n_coded``, ``share``, ``low``, ``high``.

    Examples
    --------
    >>> listed = pd.DataFrame({"practice_id": ["p1", "p2"], "doc_id": "松岭", "themes": ["service;digital", "contests"]})
    >>> count_practice_shares(listed).set_index("theme").loc["service", "share"]
    np.float64(0.5)
    """
    check_columns(practices, "practices", ("practice_id", "doc_id", "themes"))
    borne = practices["themes"].fillna("").str.split(";")
    odd = sorted(set().union(*borne) - {*THEMES, ""}) if len(borne) else []
    if odd:
        raise InvalidInput(f"Invalid practices: unknown theme. {odd}.")
    tables = []
    for doc_id, rows in practices.groupby("doc_id").groups.items():
        coded = np.array([sum(theme in themes for themes in borne.loc[rows]) for theme in THEMES])
        low, high = wilson(coded / len(rows), len(rows))
        tables.append(pd.DataFrame({
            "group": doc_id, "theme": THEMES, "n_practices": len(rows), "n_coded": coded, "share": coded / len(rows),
            "low": low, "high": high,
        }))  # fmt: skip
    names = ["group", "theme", "n_practices", "n_coded", "share", "low", "high"]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)


def _check(method: str, group_kind: str) -> None:
    if method not in METHODS:
        raise InvalidInput(f"Invalid method {method}: must be one of {', '.join(METHODS)}.")
    kinds = next(c.allowed for c in SCHEMAS["shares"].columns if c.name == "group_kind")
    if group_kind not in kinds:
        raise InvalidInput(f"Invalid group_kind {group_kind}: must be one of {', '.join(kinds)}.")


def _names(units: pd.DataFrame, groups: pd.DataFrame | None) -> list[str]:
    return sorted(units["doc_id"].unique() if groups is None else groups["group"].unique())


def _why_empty(part: Marks) -> str:
    if not len(part.values):
        return WHY_EMPTY["unread"]
    return WHY_EMPTY["single"] if part.blocks.max() == 0 else ""


def _interval(part: Marks, method: str, n_resamples: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    none = np.full(len(THEMES), np.nan)
    why = _why_empty(part)
    if why:
        return none, none, np.full(len(THEMES), why)
    marked, sizes = part.by_block()
    low, high = make_interval(marked, sizes, method=method, n_resamples=n_resamples, seed=seed)
    return low, high, np.where(np.isnan(low), WHY_EMPTY["still"], method)
