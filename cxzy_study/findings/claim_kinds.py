"""How each kind of claim is computed: a statistic under any universe, and its interval under the study's own choices.

A kind is a function of the bench, a universe and the claim's parameters, and gives one number; the claim says what that
number must exceed (``above``) or stay under (``below``). Where the universe leaves out a document that the claim speaks
of, there is no number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from cxzy_study.findings.clusters import build_tree, count_support
from cxzy_study.findings.contrasts import permute_groups
from cxzy_study.findings.cooccurrence import count_cells, mantel_haenszel
from cxzy_study.findings.distances import compare_pair, group_shares, measure_distances
from cxzy_study.findings.intervals import effective_size, lead_variance, newcombe, pooled_icc, score_blocks, wilson
from cxzy_study.findings.keyness import compare_keyness
from cxzy_study.findings.partitions import LEVEL, score_partitions
from cxzy_study.findings.universes import Bench, Universe
from cxzy_study.tables import THEMES

Claim = Mapping[str, Any]
Interval = tuple[float, float]
Score = tuple[float, float, float]
NONE: Interval = (np.nan, np.nan)

Z = 1.959963984540054


@dataclass(frozen=True)
class Kind:
    """A kind of claim: its statistic, its interval, and the choices on which the statistic depends.

    ``calibrated`` names what table ``calibration`` says of its interval or test. Shares of practices have none: practices
    are listed, not drawn, and their intervals are the least uncertainty that one should allow. A rank has no interval.
    """

    statistic: Callable[[Bench, Universe, Claim], float]
    interval: Callable[[Bench, Universe, Claim], Interval]
    choices: tuple[str, ...]
    calibrated: tuple[str, ...]


# ---- shares of themes ------------------------------------------------------------------------------------------------


def _share_above(bench: Bench, at: Universe, claim: Claim) -> float:
    """Share of the theme in one document less the largest in the others."""
    shares = bench.shares(at)[claim["theme"]]
    if claim["group"] not in shares or len(shares) < 2:
        return np.nan
    return float(shares[claim["group"]] - shares.drop(claim["group"]).max())


def _share_above_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    """Newcombe's interval of the difference from the document that comes next; the others are farther off."""
    shares = bench.shares(at)[claim["theme"]]
    other = str(shares.drop(claim["group"]).idxmax())
    return _newcombe(_score(bench, at, claim["group"], claim["theme"]), _score(bench, at, other, claim["theme"]))


def _least_share(bench: Bench, at: Universe, claim: Claim) -> float:
    return float(_of_groups(bench, at, claim)[claim["theme"]].min())


def _least_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    _, low, high = _score(bench, at, str(_of_groups(bench, at, claim)[claim["theme"]].idxmin()), claim["theme"])
    return low, high


def _most_share(bench: Bench, at: Universe, claim: Claim) -> float:
    return float(_of_groups(bench, at, claim)[claim["theme"]].max())


def _most_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    """The interval of the document whose upper end is highest: a claim on the most must hold of it."""
    ends = [_score(bench, at, g, claim["theme"])[1:] for g in _of_groups(bench, at, claim).index]
    return max(ends, key=lambda end: end[1])


def _emphasis(bench: Bench, at: Universe, claim: Claim) -> float:
    """In one document: share of a theme less that of another; less the largest such difference in the others."""
    shares = bench.shares(at)
    if claim["group"] not in shares.index or len(shares) < 2:
        return np.nan
    lead = shares[claim["theme_a"]] - shares[claim["theme_b"]]
    return float(lead[claim["group"]] - lead.drop(claim["group"]).max())


def _emphasis_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    """Differences of both documents vary by their paragraphs (linearised), independently of each other."""
    shares = bench.shares(at)
    lead = shares[claim["theme_a"]] - shares[claim["theme_b"]]
    other = str(lead.drop(claim["group"]).idxmax())
    a, b = THEMES.index(claim["theme_a"]), THEMES.index(claim["theme_b"])
    spread = 0.0
    for group in (claim["group"], other):
        marked, sizes = bench.marks(at).tally.of(bench.marks(at).groups.index(group))
        spread += float(lead_variance(marked[:, [a]] - marked[:, [b]], sizes)[0])
    value = lead[claim["group"]] - lead[other]
    return float(value - Z * np.sqrt(spread)), float(value + Z * np.sqrt(spread))


def _range_without(bench: Bench, at: Universe, claim: Claim) -> float:
    """Spread of a theme's shares over documents, less what it is when one document is left out."""
    shares = bench.shares(at)[claim["theme"]]
    if claim["group"] not in shares or len(shares) < 3:
        return np.nan
    rest = shares.drop(claim["group"])
    return float((shares.max() - shares.min()) - (rest.max() - rest.min()))


def _range_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    """As of the difference from the document that comes next, where the one left out is the extreme one."""
    return _share_above_interval(bench, at, claim)


# ---- themes together; groups within a document ----------------------------------------------------------------------


def _pair(bench: Bench, at: Universe, claim: Claim) -> float:
    return _pair_odds(bench, at, claim)[0]


def _pair_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    value, se = _pair_odds(bench, at, claim)
    return value - Z * se, value + Z * se


def _pair_odds(bench: Bench, at: Universe, claim: Claim) -> Interval:
    cells = count_cells(bench.marks(at), n_length_classes=3)
    return mantel_haenszel(cells[:, :, THEMES.index(claim["theme_a"]), THEMES.index(claim["theme_b"])])


def _contrast(bench: Bench, at: Universe, claim: Claim) -> float:
    """Smallest adjusted p over groups and themes of the document."""
    own = bench.grouped(at, claim["doc_id"], claim["groups"]).tally
    rng = np.random.default_rng(0)
    return float(permute_groups(own.marked, own.sizes, own.owner, n_permutations=1999, rng=rng)[2].min())


# ---- distances and groupings ----------------------------------------------------------------------------------------


def _grouping(bench: Bench, at: Universe, claim: Claim) -> float:
    """Null probability of the best partition (the larger of the two) if the group is in what is left of it; else 1."""
    marks = bench.marks(at)
    members = tuple(i for i, name in enumerate(marks.groups) if name in claim["members"])
    if len(members) < len(claim["members"]) or len(marks.groups) < 3 or len(members) == len(marks.groups):
        return np.nan
    if at == Universe():
        # The study's own analysis has its table, made with many more dealings.
        first = bench.partitions.iloc[0]
        whole = any(set(c.split(";")) == set(claim["members"]) for c in _supported(bench.partitions))
        return max(float(first["null_same"]), float(first["null_spread"])) if whole else 1.0
    scores = score_partitions(
        marks.tally, measure=at.measure, n_permutations=399, n_resamples=200, rng=np.random.default_rng(0)
    )
    best = int(scores.z_spread.argmax())
    holds_together = scores.coherence[best].get(members, 0.0) >= 1 - LEVEL
    return max(float(scores.p_same[best]), float(scores.p_spread[best])) if holds_together else 1.0


def _supported(partitions: pd.DataFrame) -> list[str]:
    rows = partitions.loc[partitions["supported"] == 1, "partition"]
    return str(rows.iloc[0]).split("|") if len(rows) else []


def _branch(bench: Bench, at: Universe, claim: Claim) -> float:  # noqa: ARG001
    """Support of the best supported branch of the tree."""
    marks = bench.marks(at)
    distances = measure_distances(group_shares(marks.tally), measure=at.measure)
    branches = [a | b for a, b, _ in build_tree(distances, linkage=at.linkage)][:-1]
    rng = np.random.default_rng(0)
    support = count_support(
        marks.tally, branches, measure=at.measure, linkage=at.linkage, n_resamples=100, rng=rng, scales=(1.0,)
    )
    return float(support.max())


def _alike(bench: Bench, at: Universe, claim: Claim) -> float:
    """The largest, over pairs, of the distance less that which 95 of 100 dealings of their paragraphs stay below."""
    marks = bench.marks(at)
    if not set(claim["members"]) <= set(marks.groups):
        return np.nan
    gaps = []
    for a, b in combinations(claim["members"], 2):
        one, two = (marks.tally.of(marks.groups.index(g)) for g in (a, b))
        rng = np.random.default_rng(0)
        row = compare_pair(one, two, measure=at.measure, n_permutations=199, n_resamples=2, rng=rng)
        gaps.append(row["distance"] - row["chance_high"])
    return float(max(gaps))


# ---- modes, practices, words ----------------------------------------------------------------------------------------


def _mode_share(bench: Bench, at: Universe, claim: Claim) -> float:
    counts = _mode_counts(bench, at, claim)
    if any(len(sizes) == 0 for _, sizes in counts):
        return np.nan
    first, *others = (hits.sum() / sizes.sum() for hits, sizes in counts)
    return float(first - max(others)) if others else float(first)


def _mode_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    scores = []
    for hits, sizes in _mode_counts(bench, at, claim):
        share = hits.sum() / sizes.sum()
        low, high = wilson(np.array([share]), effective_size(sizes, pooled_icc(hits[:, None], sizes)))
        scores.append((float(share), float(low[0]), float(high[0])))
    if len(scores) == 1:
        return scores[0][1:]
    return _newcombe(scores[0], max(scores[1:]))


def _mode_counts(bench: Bench, at: Universe, claim: Claim) -> list[tuple[np.ndarray, np.ndarray]]:
    """Units in one of the modes, and units, by paragraph: of the document, then of each of the others."""
    units = bench.units if at.unit == "sentence_heading" else bench.units[bench.units["kind"] == "sentence"]
    own = bench.modes[bench.modes["coder"] == at.coder].merge(units[["doc_id", "unit_id", "paragraph"]])
    own = own.assign(hit=own["mode"].isin(claim["values"]))
    counts = []
    for doc_id in (claim["group"], *claim.get("over", ())):
        by = own[(own["doc_id"] == doc_id) & (doc_id != at.left_out)].groupby("paragraph")["hit"]
        counts.append((by.sum().to_numpy(dtype=int), by.size().to_numpy()))
    return counts


def _practice_share(bench: Bench, at: Universe, claim: Claim) -> float:
    first, *others = _practice_counts(bench, at, claim)
    shares = [k / n if n else np.nan for k, n in (first, *others)]
    return float(shares[0] - shares[1]) if others else float(shares[0])


def _practice_interval(bench: Bench, at: Universe, claim: Claim) -> Interval:
    """Wilson's intervals, practices taken as independent: the least uncertainty that one should allow."""
    scores = []
    for k, n in _practice_counts(bench, at, claim):
        low, high = wilson(np.array([k / n]), n)
        scores.append((k / n, float(low[0]), float(high[0])))
    return _newcombe(*scores) if len(scores) == 2 else scores[0][1:]


def _practice_counts(bench: Bench, at: Universe, claim: Claim) -> list[tuple[int, int]]:
    if at.coder not in bench.practices or claim["column"] not in bench.practices[at.coder]:
        return [(0, 0)] * (2 if claim.get("over") else 1)
    held = bench.practices[at.coder]
    held = held[held["doc_id"] != at.left_out]
    values = held[claim["column"]].str.split(";")
    among = values.map(lambda v: not set(v) <= set(claim.get("leave_out", ())))
    hit = values.map(lambda v: bool(set(v) & set(claim["values"])))
    counts = []
    for side in (claim.get("groups", bench.documents), claim.get("over", ())):
        inside = among & held["doc_id"].isin(list(side))
        if side:
            counts.append((int((hit & inside).sum()), int(inside.sum())))
    return counts


def _families(bench: Bench, at: Universe, claim: Claim) -> float:  # noqa: ARG001
    """Smallest adjusted p over methods and numbers of families of the inventory."""
    own = bench.families[bench.families["inventory"] == at.coder]
    return float(own["p_adjusted"].min()) if len(own) else np.nan


def _word_rank(bench: Bench, at: Universe, claim: Claim) -> float:
    """Rank of the word among those that set the document apart, 1 for the first."""
    words = bench.words
    own = words[(words["segmenter"] == at.segmenter) & (words["doc_id"] != at.left_out)]
    if claim["group"] not in set(own["doc_id"]):
        return np.nan
    counts = own.rename(columns={"doc_id": "group"})[["group", "term", "n"]]
    ranked = compare_keyness(counts, alpha0=float(at.prior))
    terms = ranked.loc[(ranked["group"] == claim["group"]) & ranked["term"].str.len().gt(1), "term"].tolist()
    return float(terms.index(claim["term"]) + 1) if claim["term"] in terms else float(len(terms) + 1)


def _none(bench: Bench, at: Universe, claim: Claim) -> Interval:  # noqa: ARG001
    return NONE


_PROFILE = ("unit", "coder", "weighting", "left_out")
KINDS: dict[str, Kind] = {
    "share_above": Kind(_share_above, _share_above_interval, _PROFILE, ("difference.share_above",)),
    "least_share": Kind(_least_share, _least_interval, _PROFILE, ("difference.share_least",)),
    "most_share": Kind(_most_share, _most_interval, _PROFILE, ("difference.share_most",)),
    "emphasis": Kind(_emphasis, _emphasis_interval, _PROFILE, ("difference.emphasis",)),
    "range_without": Kind(_range_without, _range_interval, _PROFILE, ("difference.share_above",)),
    "pair": Kind(_pair, _pair_interval, ("unit", "coder", "left_out"), ("cooccurrence",)),
    "contrast": Kind(_contrast, _none, ("unit", "coder"), ("contrast",)),
    "grouping": Kind(_grouping, _none, ("unit", "coder", "measure", "left_out"), ("grouping",)),
    "branch": Kind(_branch, _none, ("unit", "coder", "measure", "linkage", "left_out"), ("branch",)),
    "alike": Kind(_alike, _none, ("unit", "coder", "measure"), ("distance.jensen_shannon",)),
    "mode_share": Kind(_mode_share, _mode_interval, ("unit", "coder", "left_out"), ("difference.share_above",)),
    "practice_share": Kind(_practice_share, _practice_interval, ("coder", "left_out"), ()),
    "families": Kind(_families, _none, ("coder",), ("families",)),
    "word_rank": Kind(_word_rank, _none, ("segmenter", "prior", "left_out"), ()),
}
"""Kinds of claims, by the name that ``kind`` has in `data/claims.yaml`."""


def _of_groups(bench: Bench, at: Universe, claim: Claim) -> Any:
    shares = bench.shares(at)
    return shares.loc[[g for g in claim.get("members", shares.index) if g in shares.index]]


def _score(bench: Bench, at: Universe, group: str, theme: str) -> Score:
    marks = bench.marks(at)
    found = score_blocks(*marks.tally.of(marks.groups.index(group)))
    share, low, high = (float(x[THEMES.index(theme)]) for x in found)
    return share, low, high


def _newcombe(one: Score, two: Score) -> Interval:
    (p, low_p, high_p), (q, low_q, high_q) = np.array(one), np.array(two)
    low, high = newcombe((p, low_p, high_p), (q, low_q, high_q))
    return float(low), float(high)
