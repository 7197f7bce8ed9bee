"""What several verbs share: inputs, options of reading, places to write to, counting in words."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sized
from pathlib import Path
from typing import TYPE_CHECKING

from cxzy_study.reading.formats import ID_COLUMNS, TEXT_COLUMNS
from cxzy_study.tables import InvalidInput

if TYPE_CHECKING:
    import pandas as pd

DIFFERS, BAD_INPUT = 1, 2
"""Exit codes besides 0."""

Run = Callable[[argparse.Namespace], int | None]
AddVerb = Callable[[str, Run, str], argparse.ArgumentParser]
"""Adds a verb to the command line: its name, what runs, what `cxzy --help` says of it."""


_INPUT = "files or folders (.txt .html .md .docx .pdf; tables: .csv .tsv .xlsx .jsonl .parquet)"
_TEXT_COLUMN = f"column of tables that holds the text; found by itself if called {', '.join(TEXT_COLUMNS)}"
_ID_COLUMN = f"column of tables that holds an id; found by itself if called {', '.join(ID_COLUMNS)}; else rows are numbered"


def add_inputs(sub: argparse.ArgumentParser, to: str) -> None:
    """Add INPUT, `--to` and the options of reading."""
    sub.add_argument("inputs", nargs="+", metavar="INPUT", help=_INPUT)
    sub.add_argument("--to", type=Path, required=True, metavar=to, help="where to write the result")
    add_reading(sub)


def add_reading(sub: argparse.ArgumentParser) -> None:
    """Add the options of reading."""
    sub.add_argument("--force", action="store_true", help="write over what exists")
    sub.add_argument("--keep-going", action="store_true", help="set aside what cannot be read; a list says why (FILE.rejected.csv)")
    sub.add_argument("--unique", action="store_true", help="leave out documents that repeat another, byte for byte")
    sub.add_argument("--text-column", metavar="NAME", help=_TEXT_COLUMN)
    sub.add_argument("--id-column", metavar="NAME", help=_ID_COLUMN)
    sub.add_argument("--names", type=Path, metavar="FILE", help="names that script conversion must keep, one a line")


def add_coder(sub: argparse.ArgumentParser) -> None:
    """Add the choice of the machine coder, the same for each verb that has it."""
    text = "who codes (default: learned, rules and learned weights together; rules with a codebook of your own)"
    sub.add_argument("--coder", choices=["learned", "rules"], help=text)


def count_words(things: Sized, noun: str) -> str:
    """Return how many *things* there are, as words: `1 unit`, `2 units`."""
    return f"{len(things):,} {noun}" + ("" if len(things) == 1 else "s")


def check_places(arguments: argparse.Namespace, *paths: Path) -> None:
    """Refuse, before any work is done, to write over a file: a result, or what ``--keep-going`` may write beside the first.

    Raises
    ------
    InvalidInput
        If one exists, unless ``--force``, or if two results would be one file.
    """
    from cxzy_study.study.own import check_free

    places = [*paths, *([rejected_beside(paths[0])] if arguments.keep_going and paths else [])]
    if twice := [path for path in paths if places.count(path) > 1]:
        raise InvalidInput(f"Invalid --to {twice[0]}: two results cannot be written to one file. Name another.")
    for path in places:
        check_free(path, force=arguments.force)


def rejected_beside(to: Path) -> Path:
    """Return where stands what was set aside on the way to the file *to*.

    >>> rejected_beside(Path("out/codes.csv")).name
    'codes.csv.rejected.csv'
    """
    return to.with_name(f"{to.name}.rejected.csv")


def save_rejected(rejected: pd.DataFrame, arguments: argparse.Namespace) -> str:
    """Write what was set aside beside the file ``--to``, and return how much it is and where, as words.

    A list that an earlier run left is replaced, even by an empty one; :func:`check_places` has seen to ``--force``.
    Without ``--to`` the words name the documents.
    """
    from cxzy_study.study.own import save_people_file

    told = f"{len(rejected):,} rejected"
    if arguments.to is None:
        return told + "".join(f"\n  {doc_id}: {reason}" for doc_id, _, reason in rejected.itertuples(index=False))
    place = rejected_beside(arguments.to)
    if not arguments.keep_going or not (len(rejected) or place.exists()):
        return told
    save_people_file(rejected, place, force=arguments.force)
    return f"{told} ({place})" if len(rejected) else told


def print_rejected(rejected: pd.DataFrame, arguments: argparse.Namespace) -> None:
    """Do what :func:`save_rejected` does, and print its words if anything was set aside."""
    told = save_rejected(rejected, arguments)
    if len(rejected):
        print(told)


def with_rejected(
    tables: dict[str, pd.DataFrame], rejected: pd.DataFrame, arguments: argparse.Namespace
) -> dict[str, pd.DataFrame]:
    """Return the *tables* for the folder ``--to`` with what was set aside; as for a file, an older list is replaced."""
    older = arguments.keep_going and (arguments.to / "rejected.csv").exists()
    return tables | ({"rejected": rejected} if len(rejected) or older else {})


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
        "unique": arguments.unique,
    }
