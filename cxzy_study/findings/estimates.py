"""Shares that a machine's errors do not bias: a random sample, read by people, corrects them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from cxzy_study.findings.marks import Marks, check_columns, find_marks
from cxzy_study.tables import THEMES, InvalidInput

ALL_READ = "all read: nothing to correct"
SAMPLED = {"sentence": "random sample of sentences", "document": "random sample of documents"}


def draw_sample(
    units: pd.DataFrame, *, n: int, by: str = "sentence", strata: Mapping[str, str] | None = None, seed: int = 0
) -> pd.DataFrame:
    """Draw at random, without replacement, what people are to read.

    Parameters
    ----------
    units : DataFrame
        Table ``units``; headings are not drawn.
    n : int
        How many sentences or documents.
    by : {'sentence', 'document'}
        What is drawn. Sentences tell more for the same reading; whole documents are easier to read well.
    strata : mapping of doc_id to stratum, optional
        Kinds of document, each of which gets its part of n, rounded by largest remainders, and two at least.
    seed : int

    Returns
    -------
    DataFrame
        ``doc_id``, ``unit_id``, ``by``, ``stratum``, ``probability`` (of being drawn): what :func:`estimate_shares`
        needs. The draw depends on ids, not on the order of the rows.

    Raises
    ------
    InvalidInput
        If n is larger than what there is or below two a stratum, *by* is unknown, or a document has no stratum.

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "松岭", "unit_id": ["u1", "u2", "u3", "u4"], "kind": "sentence"})
    >>> draw_sample(units, n=2, seed=1)["probability"].tolist()
    [0.5, 0.5]
    """
    check_columns(units, "units", ("doc_id", "unit_id", "kind"))
    if by not in SAMPLED:
        raise InvalidInput(f"Invalid by {by}: must be one of {', '.join(SAMPLED)}.")
    sentences = units.loc[units["kind"] == "sentence", ["doc_id", "unit_id"]].sort_values(["doc_id", "unit_id"])
    lost = sorted(set(sentences["doc_id"]) - set(strata)) if strata is not None else []
    if lost:
        raise InvalidInput(f"Invalid strata: each document needs one. {lost[:5]}.")
    stratum = sentences["doc_id"].map(dict(strata)) if strata is not None else "all"
    sentences = sentences.assign(stratum=stratum, by=by)
    frame = sentences if by == "sentence" else sentences.drop_duplicates("doc_id")
    sizes = frame.groupby("stratum").size()
    shares = _allot(sizes, n, by)
    rng = np.random.default_rng(seed)
    drawn = pd.concat([
        part.iloc[pick_rows(len(part), shares[name], rng)].assign(probability=shares[name] / len(part))
        for name, part in frame.groupby("stratum")
    ])  # fmt: skip
    if by == "document":
        drawn = sentences.merge(drawn[["doc_id", "probability"]], on="doc_id")
    columns = ["doc_id", "unit_id", "by", "stratum", "probability"]
    return drawn.sort_values(["doc_id", "unit_id"], ignore_index=True)[columns]


def pick_rows(n_rows: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """Draw n of so many rows without replacement; their numbers in order."""
    return np.sort(rng.permutation(n_rows)[:n])


def estimate_shares(
    codes: pd.DataFrame, units: pd.DataFrame, sample: pd.DataFrame, *, machine: str, reader: str, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the share of each theme in a corpus that a machine coded whole and people read in part.

    With Ŷ the machine's mark, Y the reader's, R whether the sentence was drawn and π its chance of being drawn, Ỹ = Ŷ +
    R/π (Y - Ŷ) has the mean of Y whatever the machine does, as π is known by design (Särndal, Swensson and Wretman
    1992, Model Assisted Survey Sampling, 6.3; Egami and others 2023, NeurIPS 36, for such use). The estimate is its
    mean; a machine that is often right makes the interval narrow, a bad one makes it wide, neither makes it wrong. It
    is right about the reader's marks, not about the truth behind them. In simulations
    (:func:`cxzy_study.findings.calibrate.measure_estimates`) no bias is left; how often intervals hold the truth is in
    table ``calibration`` (``share_corrected``): more often than named. But without bias is not without error: with 50
    sentences read, a share was farther off on average (2.7 points) than the machine's own, biased as it was (1.7), with
    200 nearer (1.2).

    No share lies outside [0, 1], but a correction may: where a theme is rare and the few errors seen are false marks,
    naive less bias falls below 0. Estimate and interval are then cut to 0 (or 1), where they are nearer to the truth
    than uncut; only the uncut one, which is ``naive - bias``, is without bias, so take that for means of many
    estimates.

    *Sentences drawn*: strata are added up by their size; the variance of missed and false marks has the finite
    population correction, and one mark of each kind, spread over strata, is added to the sample, so that no error seen
    is not taken for no error (Bonett and Price 2012, Journal of Educational and Behavioral Statistics 37:479).
    *Documents drawn*: errors per sentence are the ratio of their totals in the drawn documents, its variance is between
    documents, with Student's t; it is never let below that of as many sentences drawn.

    Parameters
    ----------
    codes, units : DataFrame
        Tables ``codes`` (of both coders) and ``units``.
    sample : DataFrame
        What was drawn (:func:`draw_sample`); other units that the reader read are not looked at.
    machine, reader : str
        Coders.

    Returns
    -------
    DataFrame
        One row a theme: ``theme``, ``n_units``, ``n_read``, ``naive`` (the machine's share), ``estimate``, ``low``,
        ``high`` (these three in [0, 1]), ``bias`` (what the sample says that naive is too large by), ``n_missed``
        (reader's marks in the sample that the machine lacks), ``n_false``, ``basis`` (how, or that all was read and
        there is nothing to correct: the interval is then the reader's share itself).

    Raises
    ------
    InvalidInput
        If the machine did not code every sentence, the reader not all that was drawn, or the sample has units that are
        no sentence of *units*, is drawn in more than one way, or holds part of a document that was drawn whole.
    """
    check_columns(sample, "sample", ("doc_id", "unit_id", "by", "stratum", "probability"))
    by = sample["by"].unique().tolist()
    if len(by) != 1 or by[0] not in SAMPLED:
        raise InvalidInput(f"Invalid sample: must be drawn by one of {', '.join(SAMPLED)}. {by}.")
    whole = find_marks(codes, units, coder=machine)
    n_sentences = int((units["kind"] == "sentence").sum())
    if len(whole.values) < n_sentences:
        missing = n_sentences - len(whole.values)
        raise InvalidInput(f"Invalid codes of {machine}: must cover all sentences. {missing} of {n_sentences} lack.")
    rates = sample.groupby("stratum")["probability"].agg(["min", "max"])
    if not ((rates["min"] > 0) & (rates["max"] <= 1) & (rates["min"] == rates["max"])).all():
        raise InvalidInput(f"Invalid sample: each stratum has one probability in (0, 1]. {rates.index.tolist()[:5]}.")
    if by[0] == "document":
        full = whole.sentences["doc_id"].value_counts().reindex(sample["doc_id"].unique())
        cut = sorted(full.index[full != sample["doc_id"].value_counts().reindex(full.index)])
        if cut:
            raise InvalidInput(f"Invalid sample: a document that was drawn is read whole. {cut[:5]}.")
    at, read = _match(codes, units, sample, whole, reader)
    error = read.astype(float) - whole.values[at]
    naive = whole.values.mean(axis=0)
    if len(at) == len(whole.values):
        estimate = low = high = read.mean(axis=0)
        basis = ALL_READ
    else:
        shift, centre, half = correct_shares(
            error, len(whole.values), probability=sample["probability"].to_numpy(dtype=float),
            stratum=np.unique(sample["stratum"].to_numpy(), return_inverse=True)[1],
            document=pd.factorize(whole.sentences["doc_id"].iloc[at])[0] if by[0] == "document" else None, level=level,
        )  # fmt: skip
        estimate = naive + shift
        # The middle of the interval is drawn towards naive, so that where nearly all was read it may miss the estimate.
        low, high = np.minimum(naive + centre - half, estimate), np.maximum(naive + centre + half, estimate)
        basis = SAMPLED[by[0]]
    return pd.DataFrame({
        "theme": THEMES, "n_units": len(whole.values), "n_read": len(at), "naive": naive, "estimate": np.clip(estimate, 0, 1),
        "low": np.clip(low, 0, 1), "high": np.clip(high, 0, 1), "bias": naive - estimate,
        "n_missed": (error > 0).sum(axis=0), "n_false": (error < 0).sum(axis=0), "basis": basis,
    })  # fmt: skip


def size_sample(*, n_units: int, half_width: float, error_share: float, level: float = 0.95) -> int:
    """Return how many sentences to draw so that the interval of a share is at most so wide on either side.

    ``n = n₀ / (1 + n₀/N)`` with ``n₀ = z² S² / h²`` (Cochran 1977, Sampling Techniques, 4.4), S² being at most the
    share of sentences in which reader and machine differ. Without a machine give the share's own p (1 - p), at most
    0.25.

    Parameters
    ----------
    n_units : int
        Sentences of the corpus.
    half_width : float
        Wanted half width of the interval, as a share.
    error_share : float
        Share of sentences in which the theme is missed or falsely marked, from a first sample: take its upper bound.

    Raises
    ------
    InvalidInput
        If n_units is not above 0, or one of the shares is not in (0, 1).

    Examples
    --------
    >>> size_sample(n_units=100_000, half_width=0.05, error_share=0.25)
    383
    """
    if n_units < 1:
        raise InvalidInput(f"Invalid n_units {n_units}: must be 1 or more.")
    for name, value in (("half_width", half_width), ("error_share", error_share), ("level", level)):
        if not 0 < value < 1:
            raise InvalidInput(f"Invalid {name} {value}: must lie between 0 and 1.")
    first = stats.norm.ppf(0.5 + level / 2) ** 2 * error_share / half_width**2
    return min(n_units, math.ceil(first / (1 + first / n_units)))


def bound_silence(shares: pd.DataFrame, *, recall: Mapping[str, float]) -> pd.DataFrame:
    """Bound how common a theme may be in a group in which it was not found.

    Silence is not absence: the upper end of the share's interval, over the coder's recall, is the rate of sentences up
    to which not finding any is no surprise. A source that breaks off can say nothing by silence.

    Parameters
    ----------
    shares : DataFrame
        Table ``shares``.
    recall : mapping of theme to recall
        In (0, 1]: of the marks that a careful reader makes, the part that the coder makes.

    Returns
    -------
    DataFrame
        One row for each group and theme with no coded sentence: ``group``, ``coder``, ``theme``, ``n_units``,
        ``recall``, ``bound`` (empty for a censored source, one paragraph or no sentence), ``why`` (it is empty).

    Raises
    ------
    InvalidInput
        If a theme's recall is missing or not in (0, 1].
    """
    silent = shares[shares["n_coded"] == 0]
    bad = sorted({t for t in silent["theme"] if not 0 < recall.get(t, 0) <= 1})
    if bad:
        raise InvalidInput(f"Invalid recall: must lie in (0, 1] for each theme. {bad}.")
    caught = silent["theme"].map(dict(recall)).astype(float)
    censored = silent["censored"] == 1
    why = np.where(censored, "censored source", np.where(silent["high"].isna(), silent["interval"], ""))
    bound = (silent["high"] / caught).clip(upper=1.0).where(~censored)
    frame = silent[["group", "coder", "theme", "n_units"]].assign(recall=caught, bound=bound, why=why)
    return frame.reset_index(drop=True)


def _allot(sizes: pd.Series, n: int, by: str) -> dict[str, int]:
    if not 2 * len(sizes) <= n <= sizes.sum():
        raise InvalidInput(
            f"Invalid n {n}: must be 2 a stratum or more, and no more than there are. "
            f"{len(sizes)} strata, {int(sizes.sum())} {by}s."
        )
    least = np.minimum(2, sizes)
    ideal = n * sizes / sizes.sum()
    given = np.maximum(np.floor(ideal), least).astype(int).clip(upper=sizes)
    # What flooring left goes to the largest remainders; what the least took is taken from where most is given.
    while given.sum() != n:
        step = 1 if given.sum() < n else -1
        free = given < sizes if step > 0 else given > least
        given[((ideal - given) * step).where(free).idxmax()] += step
    return {str(k): int(v) for k, v in given.items()}


def _match(
    codes: pd.DataFrame, units: pd.DataFrame, sample: pd.DataFrame, whole: Marks, reader: str
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the sample among all sentences, and the reader's marks there."""
    keys = pd.MultiIndex.from_frame(whole.sentences[["doc_id", "unit_id"]])
    drawn = pd.MultiIndex.from_frame(sample[["doc_id", "unit_id"]])
    at = keys.get_indexer(drawn)
    if (at < 0).any() or drawn.has_duplicates:
        raise InvalidInput(f"Invalid sample: each unit must be a sentence of units, once. {list(drawn[at < 0])[:5]}.")
    # The reader's sheet is cut to the sample, which then is one group that must be read whole.
    own = codes["coder"].eq(reader) & pd.MultiIndex.from_frame(codes[["doc_id", "unit_id"]]).isin(drawn)
    marks = find_marks(codes[own], units, coder=reader, groups=sample[["doc_id", "unit_id"]].assign(group="sample"))
    if len(marks.values) < len(sample):
        raise InvalidInput(
            f"Invalid codes of {reader}: all that was drawn must be read. {len(marks.values)} of {len(sample)} is."
        )
    place = pd.MultiIndex.from_frame(marks.sentences[["doc_id", "unit_id"]]).get_indexer(drawn)
    return at, marks.values[place]


def correct_shares(
    error: np.ndarray,
    n_all: int,
    *,
    probability: np.ndarray,
    stratum: np.ndarray,
    document: np.ndarray | None = None,
    level: float = 0.95,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the correction of a machine's shares that a random sample gives, as :func:`estimate_shares` says.

    Parameters
    ----------
    error : ndarray of float, shape (read, themes)
        Reader's mark less the machine's, of each sentence drawn.
    n_all : int
        Sentences of the corpus.
    probability : ndarray of float, shape (read,)
        Chance of being drawn, the same within a stratum.
    stratum : ndarray of int, shape (read,)
    document : ndarray of int, shape (read,), optional
        Document of each sentence, where documents were drawn.

    Returns
    -------
    shift, centre, half : ndarray, shape (themes,)
        What is to be added to the machine's share; middle of its interval, and half its width.
    """
    # How many of each stratum there are follows from how many were drawn with which probability.
    n_themes = error.shape[1]
    shift, centre, variance = np.zeros(n_themes), np.zeros(n_themes), np.zeros(n_themes)
    freedom = 0
    total = 0.0
    names = np.unique(stratum)
    for name in names:
        inside = stratum == name
        part, rate = error[inside], float(probability[inside][0])
        n = len(part)
        added = 0.0 if rate >= 1 else 1 / len(names)
        missed, false = (((part * sign > 0).sum(axis=0) + added) / (n + 2 * added) for sign in (1, -1))
        spread = (1 - rate) * (missed + false - (missed - false) ** 2) / (n + 2 * added)
        mean = part.mean(axis=0)
        weight = n / rate / n_all
        if document is not None:
            docs = np.unique(document[inside], return_inverse=True)[1]
            sizes = np.bincount(docs)
            sums = (docs == np.arange(len(sizes))[:, None]) @ part
            left = ((sums - mean * sizes[:, None]) ** 2).sum(axis=0) / max(len(sizes) - 1, 1)
            spread = np.maximum(spread, (1 - rate) * left / (len(sizes) * sizes.mean() ** 2))
            freedom += len(sizes) - 1
        shift += weight * mean
        centre += weight * (missed - false)
        variance += weight**2 * spread
        total += weight
    reach = stats.norm.ppf(0.5 + level / 2) if document is None else stats.t.ppf(0.5 + level / 2, freedom)
    # Of documents the drawn ones only estimate how many sentences there are, and the weights do not add up to 1.
    return shift / total, centre / total, reach * np.sqrt(variance) / total
