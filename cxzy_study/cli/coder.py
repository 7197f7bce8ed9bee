"""Verbs about the machine coder: evaluate it, learn it anew."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cxzy_study.cli.common import AddVerb


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this module."""
    sub = verb("evaluate", _evaluate, "how well each coder does on documents that it has not seen, beside three baselines")
    _add_texts(sub)
    sub.add_argument("--folds", type=int, default=5, metavar="N", help="parts of the development set (default: 5)")
    sub.add_argument("--to", type=Path, metavar="DIR", help="write accuracy, reliability, errors and left_out (CSV) here, too")
    sub.add_argument("--force", action="store_true", help="write over what exists")
    sub = verb("learn", _learn, "learn the coder's weights anew from all coded texts at hand")
    _add_texts(sub)
    sub.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder for features.csv and themes.csv")
    sub.add_argument("--force", action="store_true", help="write over what exists")


def _add_texts(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--devset", type=Path, required=True, metavar="DIR", help="development set: pages/ and units.jsonl")
    sub.add_argument("--corpus", type=Path, metavar="DIR", help="the five documents; by default corpus/ beside the devset")
    sub.add_argument("--texts", type=Path, action="append", default=[], metavar="FILE.jsonl", help="further coded texts")


def _evaluate(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.evaluate import describe_accuracy, evaluate
    from cxzy_study.study.own import check_free
    from cxzy_study.tables import save_text, table_text

    if arguments.to:
        check_free(arguments.to, force=arguments.force, folder=True)
    tables = evaluate(
        arguments.devset, arguments.corpus or arguments.devset.parent / "corpus", texts=arguments.texts,
        n_folds=arguments.folds, progress=lambda line: print(line, file=sys.stderr),
    )  # fmt: skip
    print(describe_accuracy(tables["accuracy"]))
    if arguments.to:
        for name, table in tables.items():
            save_text(table_text(table), arguments.to / f"{name}.csv")


def _learn(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.evaluate import learn_all
    from cxzy_study.study.own import check_free

    check_free(arguments.to, force=arguments.force, folder=True)
    corpus = arguments.corpus or arguments.devset.parent / "corpus"
    print(learn_all(arguments.devset, corpus, texts=arguments.texts, folder=arguments.to))
