"""How far two inventories of practices agree: first on finding them, then on what the found ones are.

Finding comes first, for attributes can only be compared on rows that both inventories have: high agreement on few
matched rows says little. Intervals are 95% percentile intervals over resampled paragraphs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxzy_study.coding.agreement import masi_distance
from cxzy_study.coding.reliability import FEW_BLOCKS, compare_values
from cxzy_study.tables import SCHEMAS, InvalidInput, check_table

NOMINAL = ("actor", "addressee", "instrument", "mode", "commitment", "cycle")
LISTS = ("themes", "checking", "consequence", "step")
"""Attributes of one value, and of several joined by ``;``."""

ALL = "all"


def compare_finding(
    a: pd.DataFrame, b: pd.DataFrame, matches: pd.DataFrame, *, units: pd.DataFrame, seed: int, n_resamples: int = 2000
) -> pd.DataFrame:
    """Return how far inventory *a* found the practices of *b*, by document and in all.

    Parameters
    ----------
    a, b : DataFrame
        ``practice_id``, ``doc_id``, ``unit_ids``.
    matches : DataFrame
        Table ``practice_matches`` of the two.
    units : DataFrame
        Table ``units``: the paragraph of each unit. A practice lies in the paragraph of its first unit.
    seed, n_resamples : int

    Returns
    -------
    DataFrame
        Table ``practice_finding``. F1 is 2 n_both / (n_a + n_b); in a resample a matched row counts in its own paragraph,
        so that F1 there is the share of all rows, of both inventories, that are matched.
    """
    paragraph = _paragraphs(units)
    rows = []
    for group in (ALL, *dict.fromkeys([*b.doc_id, *a.doc_id])):
        one, two = (side if group == ALL else side[side.doc_id == group] for side in (a, b))
        pairs = matches[matches.a_id.ne("") & matches.b_id.ne("") & (matches.doc_id.eq(group) | (group == ALL))]
        blocks = [_blocks_of(side, paragraph) for side in (one, two)]
        number = {block: i for i, block in enumerate(dict.fromkeys([*blocks[0], *blocks[1]]))}
        found = [side.practice_id.isin(pairs[f"{name}_id"]).to_numpy(float) for name, side in (("a", one), ("b", two))]
        total, both = (np.zeros(len(number)) for _ in range(2))
        for block, hits in zip(blocks, found, strict=True):
            at = np.array([number[x] for x in block], dtype=np.int64)
            total += np.bincount(at, minlength=len(number))
            both += np.bincount(at, weights=hits, minlength=len(number))
        low, high = _ratio_interval(both, total, seed=seed, n_resamples=n_resamples)
        few = f"only {len(number)} paragraphs: the interval is too short" if len(number) < FEW_BLOCKS else ""
        rows.append(
            (matches.a.iloc[0], matches.b.iloc[0], group, len(one), len(two), len(pairs), len(number),
             _share(len(pairs), len(one)), _share(len(pairs), len(two)), _share(2 * len(pairs), len(one) + len(two)), low, high, few)
        )  # fmt: skip
    return check_table(pd.DataFrame(rows, columns=SCHEMAS["practice_finding"].names), "practice_finding")


def compare_attributes(
    a: pd.DataFrame,
    b: pd.DataFrame,
    matches: pd.DataFrame,
    *,
    units: pd.DataFrame,
    seed: int,
    attributes: Sequence[str] = (*NOMINAL, *LISTS),
    n_resamples: int = 2000,
) -> pd.DataFrame:
    """Return how far two inventories agree on the attributes of the practices that both found.

    A pair to which one of the two gives no value (an empty cell) is left out of that attribute.

    Each attribute has a row as a whole (Krippendorff's alpha: nominal, or with the MASI distance for lists) and one
    for each value against all others (with Cohen's kappa and positive agreement). A value that neither gives is left out.

    Returns
    -------
    DataFrame
        Table ``practice_agreement``.

    Raises
    ------
    InvalidInput
        If no row of the two is matched.
    """
    pairs = matches[matches.a_id.ne("") & matches.b_id.ne("")]
    if pairs.empty:
        raise InvalidInput("Invalid matches: the two inventories have no practice in common.")
    one, two = (side.set_index("practice_id").loc[pairs[f"{name}_id"]].reset_index() for name, side in (("a", a), ("b", b)))
    homes = _blocks_of(one, _paragraphs(units))
    rows = []
    for attribute in attributes:
        given = [i for i, cells in enumerate(zip(one[attribute], two[attribute], strict=True)) if all(cells)]
        sides = [[frozenset(side[attribute].iloc[i].split(";")) for i in given] for side in (one, two)]
        number = {block: n for n, block in enumerate(dict.fromkeys(homes[i] for i in given))}
        block = np.array([number[homes[i]] for i in given], dtype=np.int64)
        values = sorted({value for side in sides for value in side}, key=sorted)
        coded = [np.array([values.index(value) for value in side], dtype=np.int64) for side in sides]
        distances = np.array([[masi_distance(x, y) for y in values] for x in values])
        whole = compare_values(attribute, *coded, block=block, seed=seed, n_resamples=n_resamples, nominal=False, distances=distances)
        rows.append(_row(matches, attribute, "", whole))
        for value in sorted({v for side in sides for values in side for v in values}):
            marks = [np.array([value in cell for cell in side], dtype=np.int64) for side in sides]
            found = compare_values(value, *marks, block=block, seed=seed, n_resamples=n_resamples, nominal=True)
            rows.append(_row(matches, attribute, value, found))
    return check_table(pd.DataFrame(rows, columns=SCHEMAS["practice_agreement"].names), "practice_agreement")


def _row(matches: pd.DataFrame, attribute: str, value: str, found: Mapping[str, object]) -> dict[str, object]:
    names = SCHEMAS["practice_agreement"].names
    row = {name: found.get(name) for name in names}
    kappa = row["kappa"] if value else None
    return row | {
        "a": matches.a.iloc[0], "b": matches.b.iloc[0], "attribute": attribute, "value": value,
        "n_pairs": found["n_units"], "kappa": kappa,
    }  # fmt: skip


def _paragraphs(units: pd.DataFrame) -> dict[tuple[str, str], tuple[str, int]]:
    columns = units[["doc_id", "unit_id", "paragraph"]].itertuples(index=False)
    return {(doc_id, unit_id): (doc_id, int(number)) for doc_id, unit_id, number in columns}


def _blocks_of(rows: pd.DataFrame, paragraph: Mapping[tuple[str, str], tuple[str, int]]) -> list[tuple[str, int]]:
    firsts = [(row.doc_id, row.unit_ids.split(";")[0]) for row in rows.itertuples()]
    if lost := [f"{d}/{u}" for d, u in firsts if (d, u) not in paragraph]:
        raise InvalidInput(f"Invalid units: every practice needs the paragraph of its first unit. {', '.join(lost[:5])}.")
    return [paragraph[unit] for unit in firsts]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _ratio_interval(top: np.ndarray, bottom: np.ndarray, *, seed: int, n_resamples: int) -> tuple[float | None, float | None]:
    """Return the 95% percentile interval of a ratio of sums over resampled blocks; None for fewer than two blocks."""
    if len(top) < 2:
        return None, None
    drawn = np.random.default_rng(seed).multinomial(len(top), np.full(len(top), 1 / len(top)), size=n_resamples)
    low, high = np.percentile((drawn @ top) / (drawn @ bottom), [2.5, 97.5])
    return float(low), float(high)
