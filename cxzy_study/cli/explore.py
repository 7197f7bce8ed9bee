"""Verbs to look at things: the study, or documents of one's own, as one page to click through; JupyterLab."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxzy_study.cli.common import AddVerb, add_coder, add_reading, check_places, count_words, reading_options, save_rejected
from cxzy_study.tables import InvalidInput


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this module."""
    sub = verb("explore", _explore, "make one offline page to click through: of the study, or of documents of your own")
    sub.add_argument("inputs", nargs="*", metavar="INPUT", help="files or folders of your own; the study, if none is given")
    sub.add_argument("--corpus", type=Path, help="folder of the source documents: their texts are shown, highlighted")
    sub.add_argument("--to", type=Path, metavar="FILE.html", help="the page; by default report/explorer.html")
    sub.add_argument("--codebook", type=Path, help="a codebook of your own, for documents of your own")
    add_coder(sub)
    add_reading(sub)
    sub = verb("lab", _lab, "open the notebooks in JupyterLab, with a Chinese font for machines that have none")
    sub.add_argument("folder", nargs="?", type=Path, help="another folder than notebooks/")


def _lab(arguments: argparse.Namespace) -> int:
    from cxzy_study.study.lab import open_lab

    if arguments.folder is None:
        return open_lab()
    if not arguments.folder.is_dir():
        raise InvalidInput(f"Invalid folder {arguments.folder}: no such folder.")
    return open_lab(arguments.folder)


def _explore(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.explore import PAGE, explore_files, explore_study
    from cxzy_study.study.load import ROOT, load_study

    if arguments.inputs and arguments.corpus:
        raise InvalidInput("Invalid INPUT: give either files or --corpus.")
    if arguments.codebook and not arguments.inputs:
        raise InvalidInput(f"Invalid --codebook {arguments.codebook}: the study has its own. Give INPUT with it.")
    if arguments.coder and not arguments.inputs:
        raise InvalidInput(f"Invalid --coder {arguments.coder}: the study's page shows all its coders. Give INPUT with it.")
    if arguments.to is None and (arguments.inputs or arguments.corpus):
        raise InvalidInput("Invalid --to: a page with texts needs a file. Name one with --to FILE.html.")
    if arguments.to is None:
        print(explore_study(load_study(), to=ROOT / PAGE))
        return
    check_places(arguments, arguments.to)
    if not arguments.inputs:
        print(explore_study(load_study(), to=arguments.to, corpus=arguments.corpus))
        return
    path, documents, rejected = explore_files(
        arguments.inputs, to=arguments.to, codebook=arguments.codebook, coder=arguments.coder, **reading_options(arguments)
    )
    print(f"{count_words(documents, 'document')}, {save_rejected(rejected, arguments)}: {path}")
