"""Shares of a large corpus from a machine and a sample that people read: draw it, size it, estimate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxzy_study.coding.codes import sheet_codes
from cxzy_study.coding.learned import code_learned
from cxzy_study.coding.sheets import load_sheet, save_sheet
from cxzy_study.coding.weights import load_weights
from cxzy_study.findings.estimates import SAMPLED, draw_sample, estimate_shares, size_sample
from cxzy_study.study.load import ROOT, SEED, load_codebook
from cxzy_study.study.own import WEIGHTS, check_free, people_csv, read_all, units_of
from cxzy_study.study.rates import tell_methods
from cxzy_study.tables import THEMES, InvalidInput, save_bytes

HALF_WIDTHS = (0.10, 0.05, 0.03, 0.02)
MACHINE, READER = "learned", "reader"


@dataclass(frozen=True)
class CodedCorpus:
    """Units of documents with the machine's codes and probabilities."""

    units: pd.DataFrame
    codes: pd.DataFrame
    chances: pd.DataFrame


def code_corpus(inputs: Sequence[str | Path], **options: object) -> CodedCorpus:
    """Read and code documents by the learned coder; *options* are those of :func:`~cxzy_study.study.own.read_all`."""
    units = units_of(read_all(inputs, **options)[0])  # type: ignore[arg-type]
    weights = load_weights(ROOT / WEIGHTS)
    codes, _, chances = code_learned(units, codebook=load_codebook(), weights=weights, coder=MACHINE)
    return CodedCorpus(units, codes, chances)


def expect_errors(corpus: CodedCorpus) -> pd.Series:
    """Return, by theme, the part of the sentences that the machine expects to have coded wrongly.

    That is the mean of p where a theme is not marked and of 1 - p where it is: right if the probabilities are, which
    ``cxzy evaluate`` shows (``reliability.csv``).
    """
    sentences = (corpus.units["kind"] == "sentence").to_numpy()
    keys = pd.MultiIndex.from_frame(corpus.units[["doc_id", "unit_id"]])
    marked = np.zeros((len(corpus.units), len(THEMES)), dtype=bool)
    marks = corpus.codes[corpus.codes["theme"].isin(THEMES)]
    at = keys.get_indexer(pd.MultiIndex.from_frame(marks[["doc_id", "unit_id"]]))
    marked[at, pd.Index(THEMES).get_indexer(marks["theme"])] = True
    p = corpus.chances[list(THEMES)].to_numpy()
    return pd.Series(np.where(marked, 1 - p, p)[sentences].mean(axis=0), index=list(THEMES))


def size_samples(corpus: CodedCorpus, *, half_widths: Sequence[float] = HALF_WIDTHS) -> pd.DataFrame:
    """Return how many sentences people must read so that the interval of every theme's share is so narrow.

    Returns
    -------
    DataFrame
        One row a wanted half width: half_width, with_machine (by the theme whose errors the machine expects to be
        most frequent), without (a share of one half, no machine).
    """
    n = int((corpus.units["kind"] == "sentence").sum())
    if n == 0:
        raise InvalidInput("Invalid INPUT: a sample needs sentences. 0.")
    worst = float(np.clip(expect_errors(corpus).max(), 1e-3, 0.25))
    rows = [
        (h, size_sample(n_units=n, half_width=h, error_share=worst), size_sample(n_units=n, half_width=h, error_share=0.25))
        for h in half_widths
    ]
    return pd.DataFrame(rows, columns=["half_width", "with_machine", "without"])


def make_sample(
    corpus: CodedCorpus, path: Path, *, n: int | None = None, half_width: float | None = None, by: str = "sentence",
    strata: Path | None = None, seed: int = SEED, force: bool = False,
) -> str:  # fmt: skip
    """Draw a sample, write its coding sheet and, beside it, how it was drawn; say how many are to be read.

    Parameters
    ----------
    corpus : CodedCorpus
    path : path
        The sheet, ``.xlsx`` or ``.csv``; ``<name>.drawn.csv`` beside it holds the design, which the estimate needs.
    n : int, optional
        How many sentences or documents. Without it *half_width* tells, by default 0.05.
    half_width : float, optional
        Wanted half width of the 95% interval of every theme's share.
    by : {'sentence', 'document'}
    strata : path, optional
        CSV with doc_id and stratum: each kind of document gets its part.
    seed : int
    force : bool
        Write over what exists.

    Raises
    ------
    InvalidInput
        If both or neither fits, or what was asked for cannot be drawn.
    """
    drawn_path = path.with_name(f"{path.stem}.drawn.csv")
    for file in (path, drawn_path):
        check_free(file, force=force)
    if n is not None and half_width is not None:
        raise InvalidInput(f"Invalid --n {n}: give either --n or --half-width. {half_width}.")
    if n is None and by == "document":
        raise InvalidInput("Invalid --n: how many documents to draw must be given; --half-width counts sentences. None.")
    sizes = size_samples(corpus, half_widths=sorted({*HALF_WIDTHS, half_width or HALF_WIDTHS[1]}, reverse=True))
    if n is None:
        n = int(sizes.loc[sizes["half_width"] == (half_width or HALF_WIDTHS[1]), "with_machine"].iloc[0])
    drawn = draw_sample(corpus.units, n=n, by=by, strata=_load_strata(strata), seed=seed)
    sheet = corpus.units.merge(drawn[["doc_id", "unit_id"]], on=["doc_id", "unit_id"])
    save_sheet(sheet, path, codebook=load_codebook(), within=corpus.units)
    save_bytes(people_csv(drawn), drawn_path)
    total = int((corpus.units["kind"] == "sentence").sum())
    lines = [f"{len(drawn)} of {total} sentences in {path}, how they were drawn in {drawn_path}."]
    if len(drawn) == total:
        lines.append("That is all of them: the reader's shares are the shares, there will be nothing to correct.")
    lines.append("To know every theme's share within … read … sentences (… without the machine's codes):")
    lines += [f"  ±{h:.0%}: {a:,} ({b:,})" for h, a, b in sizes.itertuples(index=False)]
    lines.append(f"Mark each row of the sheet, then: cxzy estimate INPUT… --sheet {path} --to shares.csv")
    return "\n".join(lines)


def estimate_from_sheet(corpus: CodedCorpus, path: Path) -> pd.DataFrame:
    """Return the corrected shares of a corpus from the sheet that people filled in.

    Parameters
    ----------
    corpus : CodedCorpus
        Coded as when the sample was drawn.
    path : path
        The sheet; how it was drawn is read from ``<name>.drawn.csv`` beside it.

    Returns
    -------
    DataFrame
        See :func:`cxzy_study.findings.estimates.estimate_shares`.

    Raises
    ------
    InvalidInput
        If a file is missing, or a row of the sheet is still blank.
    """
    drawn_path = path.with_name(f"{path.stem}.drawn.csv")
    try:
        drawn = pd.read_csv(drawn_path, encoding="utf-8-sig", dtype={"doc_id": str, "unit_id": str, "stratum": str})
    except FileNotFoundError:
        raise InvalidInput(f"Invalid path {drawn_path}: no such file; cxzy sample writes it beside the sheet.") from None
    read = load_sheet(path, themes=THEMES)
    blank = [f"{d}/{u}" for d, u, t in zip(read["doc_id"], read["unit_id"], read["themes"], strict=True) if not t]
    if blank:
        raise InvalidInput(f"Invalid sheet {path}: every row must be marked, with none where no theme holds. {blank[:5]}.")
    codes = pd.concat([corpus.codes, sheet_codes(read, coder=READER)], ignore_index=True)
    return estimate_shares(codes, corpus.units, drawn, machine=MACHINE, reader=READER)


def describe_estimates(estimates: pd.DataFrame) -> str:
    """Return the table for people."""
    basis = estimates["basis"].iloc[0]
    columns = ["theme", "naive", "estimate", "low", "high", "bias", "n_missed", "n_false"]
    shown = estimates[columns].to_string(index=False, float_format=lambda x: f"{x:.3f}")
    n_read, n_units = estimates[["n_read", "n_units"]].iloc[0]
    way = {text: name for name, text in SAMPLED.items()}.get(basis)
    rest = "On average the estimate is right; a single one is as unsure as its interval is wide."
    told = f"\n{rest}\n{tell_methods([f'share_corrected.{way}'])}" if way else ""
    return f"{n_read:,} of {n_units:,} sentences read; {basis}.\n{shown}{told}"


def _load_strata(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", dtype=str)
        return dict(zip(table["doc_id"], table["stratum"], strict=True))
    except (FileNotFoundError, KeyError) as error:
        raise InvalidInput(f"Invalid --strata {path}: a CSV with doc_id and stratum is needed. {error}.") from None
