"""Two coders held against each other: statistics with intervals, and where they disagree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from cxzy_study.coding import agreement as g
from cxzy_study.tables import THEMES, InvalidInput

SETS, MODE = "(sets)", "(mode)"
COLUMNS = (
    "theme", "n_units", "n_blocks", "n_a", "n_b", "n_both", "percent", "positive", "positive_low", "positive_high",
    "alpha", "alpha_low", "alpha_high", "kappa", "kappa_low", "kappa_high", "verdict", "note",
)  # fmt: skip
FEW_BLOCKS = 15
"""Below so many paragraphs a percentile interval is too short (it covers 79% with three, 94% with fifteen)."""
MOST_UNDEFINED = 0.05
"""An interval needs the statistic to be defined in all but this share of the resamples."""


def compare_coders(
    a: pd.DataFrame,
    b: pd.DataFrame,
    *,
    blocks: pd.DataFrame,
    themes: Sequence[str] = THEMES,
    seed: int,
    n_resamples: int = 2000,
) -> pd.DataFrame:
    """Compare two codings of the same units.

    Intervals are 95% percentile intervals over resampled paragraphs: neighbouring sentences depend
    on each other, so whole paragraphs are drawn. Units that only one coder coded are left out and
    counted in the note.

    Parameters
    ----------
    a, b : DataFrame
        Table `codes`, one coder each; a unit without theme has a row ``none``.
    blocks : DataFrame
        Columns ``doc_id``, ``unit_id``, ``paragraph`` (table `units` has them).
    themes : sequence of str
        Rows of the result.
    seed : int
    n_resamples : int

    Returns
    -------
    DataFrame
        A row for each theme, one for all themes as sets (``(sets)``: alpha with MASI distance,
        percent of equal sets), and one for the layer ``mode`` (``(mode)``, nominal) if both coded
        it. ``percent`` and ``positive`` are shares in [0, 1], ``positive`` is 2a/(2a+b+c);
        ``n_a``, ``n_b``, ``n_both`` count the units marked by the one, the other and both. What is undefined is
        empty and ``note`` says why. ``verdict`` goes by the lower bound of alpha: ``reliable`` from 0.80,
        ``tentative`` from 0.667, else ``unreliable``.

    Raises
    ------
    InvalidInput
        If a table has not one coder, they share no unit, or a unit has no paragraph.

    Examples
    --------
    >>> def codes(coder, *marks):
    ...     rows = [("demo", f"u{i}", mark, coder, 1, None) for i, mark in enumerate(marks)]
    ...     return pd.DataFrame(rows, columns=["doc_id", "unit_id", "theme", "coder", "value", "probability"])
    >>> blocks = pd.DataFrame({"doc_id": "demo", "unit_id": ["u0", "u1", "u2"], "paragraph": [1, 2, 3]})
    >>> a, b = codes("reader_1", "service", "none", "service"), codes("reader_2", "service", "none", "none")
    >>> compare_coders(a, b, blocks=blocks, themes=["service"], seed=1)["positive"].tolist()[:1]
    [0.6666666666666666]
    """
    sets, common, alone = _common_sets(a, b)
    block, n_blocks = _block_of(common, blocks)
    weights = _resample(n_blocks, seed=seed, n_resamples=n_resamples)
    note = f"{alone} units that only one coder coded are left out" if alone else ""
    few = f"only {n_blocks} paragraphs: the intervals are too short" if n_blocks < FEW_BLOCKS else ""
    rows = []
    for theme in themes:
        marks = [np.array([theme in values for values in side], dtype=np.int64) for side in sets]
        rows.append(_row(theme, marks[0], marks[1], block, weights, nominal=True, notes=[note, few]))
    values = sorted({value for side in sets for value in side}, key=sorted)
    number = {value: i for i, value in enumerate(values)}
    coded = [np.array([number[value] for value in side], dtype=np.int64) for side in sets]
    distances = np.array([[g.masi_distance(x, y) for y in values] for x in values])
    rows.append(_row(SETS, coded[0], coded[1], block, weights, nominal=False, notes=[note, few], distances=distances))
    modes = _modes(a, b)
    if modes is not None:
        units, x, y = modes
        block, n_blocks = _block_of(units, blocks)
        weights = _resample(n_blocks, seed=seed, n_resamples=n_resamples)
        rows.append(_row(MODE, x, y, block, weights, nominal=False, notes=[few]))
    table = pd.DataFrame(rows, columns=COLUMNS)
    floats = [c for c in COLUMNS if c.split("_")[0] in {"percent", "positive", "alpha", "kappa"}]
    whole = [c for c in COLUMNS if c.startswith("n_")]
    return table.astype(dict.fromkeys(floats, "Float64") | dict.fromkeys(whole, "Int64"))


def find_disagreements(a: pd.DataFrame, b: pd.DataFrame, *, units: pd.DataFrame) -> pd.DataFrame:
    """Return the units on which two coders differ, side by side.

    Parameters
    ----------
    a, b : DataFrame
        As for :func:`compare_coders`.
    units : DataFrame
        ``doc_id``, ``unit_id``, in the order wanted; ``text``, if it is there, is shown.

    Returns
    -------
    DataFrame
        ``doc_id``, ``unit_id``, ``both``, ``only_a``, ``only_b`` (theme ids joined by ``;``),
        ``mode_a``, ``mode_b``, and ``text`` if given.
    """
    sets, common, _ = _common_sets(a, b)
    found = {unit: (one, two) for unit, one, two in zip(common, *sets, strict=True)}
    modes = [_mode_of(side) for side in (a, b)]
    rows = []
    for row in units.itertuples():
        unit = (row.doc_id, row.unit_id)
        if unit not in found:
            continue
        one, two = found[unit]
        mode = [side.get(unit, "") for side in modes]
        if one == two and (mode[0] == mode[1] or "" in mode):
            continue
        parts = [";".join(sorted(part)) for part in (one & two, one - two, two - one)]
        rows.append((*unit, *parts, *mode, *([row.text] if "text" in units.columns else [])))
    columns = ["doc_id", "unit_id", "both", "only_a", "only_b", "mode_a", "mode_b"]
    return pd.DataFrame(rows, columns=columns + (["text"] if "text" in units.columns else []))


def compare_values(
    name: str, a: np.ndarray, b: np.ndarray, *, block: np.ndarray, seed: int, n_resamples: int = 2000,
    nominal: bool, distances: np.ndarray | None = None,
) -> dict[str, object]:  # fmt: skip
    """Compare two codings of the same things by number: marks (0 or 1, *nominal*), or values with their *distances*.

    Parameters
    ----------
    name : str
        What is coded; stands in ``theme``.
    a, b, block : ndarray of int, shape (n,)
        Value that each coder gives, and the block (from 0) that is resampled as a whole.

    Returns
    -------
    dict
        As a row of :func:`compare_coders`.
    """
    weights = _resample(int(block.max()) + 1, seed=seed, n_resamples=n_resamples)
    few = f"only {weights.shape[1]} paragraphs: the intervals are too short" if weights.shape[1] < FEW_BLOCKS else ""
    return dict(zip(COLUMNS, _row(name, a, b, block, weights, nominal=nominal, notes=[few], distances=distances), strict=True))


class _Sample(NamedTuple):
    """A statistic on the data and its 95% interval; None and why where there is none."""

    value: float | None
    low: float | None
    high: float | None
    why: str


def _row(
    theme: str, a: np.ndarray, b: np.ndarray, block: np.ndarray, weights: np.ndarray,
    *, nominal: bool, notes: list[str], distances: np.ndarray | None = None,
) -> tuple[object, ...]:  # fmt: skip
    k = int(max(a.max(initial=0), b.max(initial=0))) + 1
    distances = 1.0 - np.eye(max(k, 2)) if distances is None else distances
    counts = [_per_block(side, block, weights.shape[1], len(distances)) for side in (a, b)]
    observed = np.bincount(block, weights=distances[a, b], minlength=weights.shape[1])
    equal = np.bincount(block, weights=(a == b).astype(float), minlength=weights.shape[1])
    alpha = _interval(_alpha(observed, counts[0] + counts[1], distances, weights), g.ONE_VALUE)
    kappa = positive = _NOT_ASKED
    marked: list[int | None] = [None, None, None]
    if theme != SETS:
        kappa = _interval(_kappa(equal, counts[0], counts[1], weights), g.ONE_VALUE)
    if nominal:
        marked = [int(a.sum()), int(b.sum()), int((a & b).sum())]
        both = np.bincount(block, weights=(a & b).astype(float), minlength=weights.shape[1])
        positive = _interval(_ratio(2 * weights @ both, weights @ (counts[0][:, 1] + counts[1][:, 1])), g.NO_MARK)
    note = "; ".join(dict.fromkeys(reason for reason in (positive.why, alpha.why, kappa.why, *notes) if reason))
    return (
        theme, len(a), weights.shape[1], *marked, float((a == b).mean()),
        *positive[:3], *alpha[:3], *kappa[:3], g.judge_alpha(alpha.low), note,
    )  # fmt: skip


_NOT_ASKED = _Sample(None, None, None, "")


def _per_block(values: np.ndarray, block: np.ndarray, n_blocks: int, k: int) -> np.ndarray:
    return np.bincount(block * k + values, minlength=n_blocks * k).reshape(n_blocks, k).astype(float)


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    """Divide; -inf, which no statistic here takes, stands for undefined."""
    return np.divide(top, bottom, out=np.full(len(top), -np.inf), where=bottom > 1e-12)


def _alpha(observed: np.ndarray, counts: np.ndarray, distances: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Alpha of two coders in every resample: 1 - D_o / D_e, D_o = 2 * sum of distances / n, n values in all."""
    totals = weights @ counts
    n = totals.sum(axis=1)
    pairs = np.einsum("rk,kl,rl->r", totals, distances, totals, optimize=True)
    ratio = _ratio((n - 1) * 2 * (weights @ observed), pairs)
    return np.where(np.isfinite(ratio), 1 - ratio, -np.inf)


def _kappa(equal: np.ndarray, a: np.ndarray, b: np.ndarray, weights: np.ndarray) -> np.ndarray:
    margins = weights @ a, weights @ b
    n = margins[0].sum(axis=1)
    chance = (margins[0] * margins[1]).sum(axis=1) / n**2
    return _ratio((weights @ equal) / n - chance, 1 - chance)


def _interval(values: np.ndarray, why: str) -> _Sample:
    """Take the first value as the statistic and the rest as its resamples."""
    point, resamples = values[0], values[1:]
    if not np.isfinite(point):
        return _Sample(None, None, None, why)
    defined = resamples[np.isfinite(resamples)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(resamples) or not len(defined):
        lost = len(resamples) - len(defined)
        why = f"too rare for an interval: undefined in {lost} of {len(resamples)} resamples"
        return _Sample(float(point), None, None, why)
    low, high = np.percentile(defined, [2.5, 97.5])
    return _Sample(float(point), float(low), float(high), "")


def _resample(n_blocks: int, *, seed: int, n_resamples: int) -> np.ndarray:
    """Return how often each block is drawn; the first row is the data themselves."""
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_blocks, np.full(n_blocks, 1 / n_blocks), size=n_resamples)
    return np.vstack([np.ones(n_blocks), drawn])


def _common_sets(a: pd.DataFrame, b: pd.DataFrame) -> tuple[list[list[frozenset[str]]], list[tuple[str, str]], int]:
    """Return the theme sets of the units that both coded, those units, and how many only one coded."""
    sides: list[dict[tuple[str, str], set[str]]] = []
    for name, codes in (("a", a), ("b", b)):
        if codes["coder"].nunique() != 1:
            raise InvalidInput(f"Invalid codes {name}: they must be of one coder. {sorted(codes['coder'].unique())}.")
        themes = codes[codes["value"].eq(1) & ~codes["theme"].str.startswith("mode=")]
        side: dict[tuple[str, str], set[str]] = {}
        for doc_id, unit_id, theme in themes[["doc_id", "unit_id", "theme"]].itertuples(index=False):
            side.setdefault((doc_id, unit_id), set()).update({theme} - {"none"})
        sides.append(side)
    common = [unit for unit in sides[0] if unit in sides[1]]
    if not common:
        raise InvalidInput("Invalid codes: the two coders have no unit in common.")
    alone = len(sides[0].keys() ^ sides[1].keys())
    return [[frozenset(side[unit]) for unit in common] for side in sides], common, alone


def _mode_of(codes: pd.DataFrame) -> dict[tuple[str, str], str]:
    rows = codes.loc[codes["theme"].str.startswith("mode="), ["doc_id", "unit_id", "theme"]]
    return {(doc_id, unit_id): theme.removeprefix("mode=") for doc_id, unit_id, theme in rows.itertuples(index=False)}


def _modes(a: pd.DataFrame, b: pd.DataFrame) -> tuple[list[tuple[str, str]], np.ndarray, np.ndarray] | None:
    sides = [_mode_of(codes) for codes in (a, b)]
    common = [unit for unit in sides[0] if unit in sides[1]]
    if not common:
        return None
    number = {mode: i for i, mode in enumerate(sorted({side[unit] for side in sides for unit in common}))}
    x, y = (np.array([number[side[unit]] for unit in common], dtype=np.int64) for side in sides)
    return common, x, y


def _block_of(units: list[tuple[str, str]], blocks: pd.DataFrame) -> tuple[np.ndarray, int]:
    columns = blocks[["doc_id", "unit_id", "paragraph"]].itertuples(index=False)
    paragraph = {(doc_id, unit_id): (doc_id, number) for doc_id, unit_id, number in columns}
    if lost := [f"{d}/{u}" for d, u in units if (d, u) not in paragraph]:
        raise InvalidInput(f"Invalid blocks: every unit needs its paragraph. {', '.join(lost[:5])}.")
    number = {block: i for i, block in enumerate(dict.fromkeys(paragraph[unit] for unit in units))}
    return np.array([number[paragraph[unit]] for unit in units], dtype=np.int64), len(number)
