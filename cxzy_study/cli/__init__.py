"""`cxzy`: the study and its tools from the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from cxzy_study.cli.common import Run

# Whatever takes time is imported within main, so that an interrupt is caught from the first moment.


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Exit codes: 0, 1 (a check differs), 2 (bad input, one line on standard error), 130 (interrupted).
    """
    try:
        return _run(argv)
    except KeyboardInterrupt:
        print("cxzy: interrupted; nothing half-written was left.", file=sys.stderr)
        return 130


def _run(argv: Sequence[str] | None) -> int:
    from cxzy_study.cli.common import BAD_INPUT
    from cxzy_study.tables import InvalidInput

    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except InvalidInput as error:
        print(f"cxzy: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        print(f"cxzy: cannot read or write{place}: {error.strerror or error}.", file=sys.stderr)
        return BAD_INPUT


def _parser() -> argparse.ArgumentParser:
    import argparse

    from cxzy_study.cli import bulk, coder, explore, findings, own, sampling, shipped

    parser = argparse.ArgumentParser(prog="cxzy", description=__doc__)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def verb(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    for group in (shipped, findings, explore, own, coder, sampling, bulk):
        group.add_verbs(verb)
    return parser
