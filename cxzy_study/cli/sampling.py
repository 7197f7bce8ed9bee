"""Verbs for larger corpora, which people read in part or not at all: sample, estimate, topics."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxzy_study.cli.common import AddVerb, add_coder, add_inputs, add_reading, check_places, print_rejected, reading_options, with_rejected


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this module."""
    sub = verb("sample", _sample, "draw at random what people are to read, and say how many it takes; the learned coder codes")
    add_inputs(sub, "FILE.xlsx")
    sub.add_argument("--n", type=int, metavar="N", help="how many; or give --half-width")
    sub.add_argument("--half-width", type=float, metavar="H", help="wanted half width of a share's interval (default: 0.05)")
    sub.add_argument("--by", choices=["sentence", "document"], default="sentence", help="what is drawn (default: sentence)")
    sub.add_argument("--strata", type=Path, metavar="FILE.csv", help="doc_id, stratum: kinds of document, each with its part")
    sub.add_argument("--seed", type=int, metavar="N", help="another draw; by default the study's seed")
    sub = verb("estimate", _estimate, "shares of a corpus, corrected by the sample that people read")
    sub.add_argument("inputs", nargs="+", metavar="INPUT", help="the files or folders that the sample was drawn from")
    sub.add_argument("--sheet", type=Path, required=True, metavar="FILE.xlsx", help="the sheet of cxzy sample, filled in")
    sub.add_argument("--to", type=Path, metavar="FILE.csv", help="write the table here, too")
    add_reading(sub)
    sub = verb("topics", _topics, "topics found without the codebook, held against the machine's codes")
    add_inputs(sub, "DIR")
    add_coder(sub)


def _sample(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.load import SEED
    from cxzy_study.study.sampling import code_corpus, drawn_beside, make_sample

    check_places(arguments, arguments.to, *drawn_beside(arguments.to))
    corpus = code_corpus(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    seed = SEED if arguments.seed is None else arguments.seed
    print(make_sample(
        corpus, arguments.to, n=arguments.n, half_width=arguments.half_width, by=arguments.by, strata=arguments.strata,
        seed=seed, force=arguments.force,
    ))  # fmt: skip
    print_rejected(corpus.rejected, arguments)


def _topics(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import check_free, save_people_folder
    from cxzy_study.study.sampling import MACHINE, code_corpus
    from cxzy_study.study.topics import describe_topics, topic_tables

    check_free(arguments.to, force=arguments.force, folder=True)
    coder = arguments.coder or MACHINE
    corpus = code_corpus(arguments.inputs, coder=coder, **reading_options(arguments))  # type: ignore[arg-type]
    tables = topic_tables(corpus.units, corpus.codes, coder=coder)
    save_people_folder(with_rejected(tables, corpus.rejected, arguments), arguments.to, force=arguments.force)
    print(describe_topics(tables))


def _estimate(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import save_people_file
    from cxzy_study.study.sampling import code_corpus, describe_estimates, estimate_from_sheet

    check_places(arguments, *filter(None, [arguments.to]))
    corpus = code_corpus(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    estimates = estimate_from_sheet(corpus, arguments.sheet)
    print(describe_estimates(estimates))
    if arguments.to:
        save_people_file(estimates, arguments.to, force=arguments.force)
    print_rejected(corpus.rejected, arguments)
