"""What several verbs share: inputs, options of reading, counting in words."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sized
from pathlib import Path

from cxzy_study.tables import InvalidInput

DIFFERS, BAD_INPUT = 1, 2
"""Exit codes besides 0."""

Run = Callable[[argparse.Namespace], int | None]
AddVerb = Callable[[str, Run, str], argparse.ArgumentParser]
"""Adds a verb to the command line: its name, what runs, what `cxzy --help` says of it."""


def add_inputs(sub: argparse.ArgumentParser, to: str) -> None:
    """Add INPUT, `--to` and the options of reading."""
    sub.add_argument("inputs", nargs="+", metavar="INPUT", help="files or folders (.txt .html .md .docx .pdf, tables)")
    sub.add_argument("--to", type=Path, required=True, metavar=to, help="where to write the result")
    add_reading(sub)


def add_reading(sub: argparse.ArgumentParser) -> None:
    """Add the options of reading."""
    sub.add_argument("--force", action="store_true", help="write over what exists")
    sub.add_argument("--keep-going", action="store_true", help="set aside what cannot be read, with the reason")
    sub.add_argument("--text-column", metavar="NAME", help="column of tables that holds the text")
    sub.add_argument("--id-column", metavar="NAME", help="column of tables that holds an id")
    sub.add_argument("--names", type=Path, metavar="FILE", help="names that script conversion must keep, one a line")


def count_words(things: Sized, noun: str) -> str:
    """Return how many *things* there are, as words: `1 unit`, `2 units`."""
    return f"{len(things):,} {noun}" + ("" if len(things) == 1 else "s")


def reading_options(arguments: argparse.Namespace) -> dict[str, object]:
    """Return the options of reading as arguments for :func:`cxzy_study.study.own.read_all`."""
    names: tuple[str, ...] = ()
    if arguments.names:
        if not arguments.names.is_file():
            raise InvalidInput(f"Invalid --names {arguments.names}: no such file.")
        names = tuple(filter(None, map(str.strip, arguments.names.read_text("utf-8-sig").splitlines())))
    return {
        "keep_going": arguments.keep_going,
        "text_column": arguments.text_column,
        "id_column": arguments.id_column,
        "names": names,
    }
