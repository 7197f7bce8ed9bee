"""Shares of a large corpus from a machine and a sample that people read: draw it, size it, estimate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxzy_study.coding.codes import sheet_codes
from cxzy_study.coding.sheets import load_sheet, save_sheet
from cxzy_study.findings.estimates import SAMPLED, draw_sample, estimate_shares, size_sample
from cxzy_study.study.load import SEED, load_codebook
from cxzy_study.study.own import check_free, code_own, people_csv, read_all, units_of
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
    rejected: pd.DataFrame
    """What was not read: doc_id, file, reason."""


def code_corpus(inputs: Sequence[str | Path], *, coder: str = MACHINE, **options: object) -> CodedCorpus:
    """Read and code documents, by default by the learned coder, whose probabilities a sample needs.

    *options* are those of :func:`~cxzy_study.study.own.read_all`.
    """
    documents, rejected = read_all(inputs, **options)  # type: ignore[arg-type]
    units = units_of(documents)
    codes, _, chances = code_own(units, coder=coder)
    return CodedCorpus(units, codes, chances, rejected)


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
        The sheet, ``.xlsx`` or ``.csv``; ``<name>.drawn.csv`` beside it holds the design, ``<name>.documents.csv``
        what it was drawn from (:func:`hash_documents`); the estimate needs both.
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
    for file in (path, *drawn_beside(path)):
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
    drawn_path, documents_path = drawn_beside(path)
    save_bytes(people_csv(drawn), drawn_path)
    save_bytes(people_csv(hash_documents(corpus.units)), documents_path)
    total = int((corpus.units["kind"] == "sentence").sum())
    lines = [f"{len(drawn)} of {total} sentences in {path}, how they were drawn in {drawn_path}, from what in {documents_path}."]
    if len(drawn) == total:
        lines.append("That is all of them: the reader's shares are the shares, there will be nothing to correct.")
    lines.append("To know every theme's share within … read … sentences (… without the machine's codes):")
    lines += [f"  ±{h:.0%}: {a:,} ({b:,})" for h, a, b in sizes.itertuples(index=False)]
    lines.append(f"Mark each row of the sheet, then: cxzy estimate INPUT… --sheet {path} --to shares.csv")
    return "\n".join(lines)


def drawn_beside(path: Path) -> tuple[Path, Path]:
    """Return where stands how the sample of the sheet *path* was drawn, and from which documents."""
    return path.with_name(f"{path.stem}.drawn.csv"), path.with_name(f"{path.stem}.documents.csv")


def hash_documents(units: pd.DataFrame) -> pd.DataFrame:
    """Return what tells whether documents are the same: doc_id, n_sentences, sha256 of their units as they were read.

    >>> units = pd.DataFrame({"doc_id": ["b", "a"], "unit_id": "u001", "kind": ["sentence", "heading"], "text": "松岭县"})
    >>> hash_documents(units)[["doc_id", "n_sentences"]].to_numpy().tolist()
    [['a', 0], ['b', 1]]
    """
    rows = []
    for doc_id, part in units.groupby("doc_id"):
        lines = ["\t".join(unit) for unit in zip(part["unit_id"], part["kind"], part["text"], strict=True)]
        content = "\n".join(lines).encode("utf-8", "surrogatepass")
        rows.append((doc_id, int(part["kind"].eq("sentence").sum()), hashlib.sha256(content).hexdigest()))
    return pd.DataFrame(rows, columns=["doc_id", "n_sentences", "sha256"])


def estimate_from_sheet(corpus: CodedCorpus, path: Path) -> pd.DataFrame:
    """Return the corrected shares of a corpus from the sheet that people filled in.

    Parameters
    ----------
    corpus : CodedCorpus
        Coded as when the sample was drawn.
    path : path
        The sheet; how it was drawn, and from what, is read from the files beside it (:func:`drawn_beside`).

    Returns
    -------
    DataFrame
        See :func:`cxzy_study.findings.estimates.estimate_shares`.

    Raises
    ------
    InvalidInput
        If a file is missing, a document is another than when the sample was drawn, a row of the sheet is no
        unit that was drawn, or is still blank.
    """
    drawn, documents = (_load_drawn(place) for place in drawn_beside(path))
    _check_same_documents(corpus.units, documents, drawn, path)
    read = load_sheet(path, themes=THEMES, units=drawn)
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


def _load_drawn(path: Path) -> pd.DataFrame:
    names = ("doc_id", "unit_id", "stratum", "sha256")
    try:
        return pd.read_csv(path, encoding="utf-8-sig", dtype=dict.fromkeys(names, str), keep_default_na=False)
    except FileNotFoundError:
        again = "cxzy sample writes it beside the sheet, the same for the same documents, number and seed"
        raise InvalidInput(f"Invalid path {path}: no such file; {again}.") from None


def _check_same_documents(units: pd.DataFrame, documents: pd.DataFrame, drawn: pd.DataFrame, path: Path) -> None:
    """Refuse a corpus that is not the one that the sample was drawn from: its shares would be of something else."""
    then, now = (table.set_index("doc_id")["sha256"] for table in (documents, hash_documents(units)))
    lost = drawn[~drawn["doc_id"].isin(now.index)]
    if len(lost):
        first = [f"{d}/{u}" for d, u in zip(lost["doc_id"], lost["unit_id"], strict=True)][:5]
        raise InvalidInput(f"Invalid INPUT: units of the sheet {path} are not in it; give what was sampled. {first}.")
    both = then.index.intersection(now.index)
    for what, culprits in (
        ("lacks", then.index.difference(now.index)),
        ("has besides", now.index.difference(then.index)),
        ("has altered", both[then[both].ne(now[both])]),
    ):
        if len(culprits):
            named = ", ".join(culprits[:5])
            raise InvalidInput(f"Invalid INPUT: must hold the documents as when the sample was drawn, but {what} {named}.")


def _load_strata(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        table = pd.read_csv(path, encoding="utf-8-sig", dtype=str)
        return dict(zip(table["doc_id"], table["stratum"], strict=True))
    except (FileNotFoundError, KeyError) as error:
        raise InvalidInput(f"Invalid --strata {path}: a CSV with doc_id and stratum is needed. {error}.") from None
