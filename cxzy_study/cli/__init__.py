"""`cxzy`: the study and its tools from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from cxzy_study.cli import bulk, coder, explore, findings, own, sampling, shipped
from cxzy_study.cli.common import BAD_INPUT, Run
from cxzy_study.tables import InvalidInput


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Exit codes: 0, 1 (a check differs), 2 (bad input, one line on standard error)."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    try:
        return int(arguments.run(arguments) or 0)
    except InvalidInput as error:
        print(f"cxzy: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except OSError as error:
        place = f" {error.filename}" if error.filename else ""
        print(f"cxzy: cannot read or write{place}: {error.strerror or error}.", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("cxzy: interrupted; nothing half-written was left.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cxzy", description=__doc__)
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def verb(name: str, run: Run, text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    for group in (shipped, findings, explore, own, coder, sampling, bulk):
        group.add_verbs(verb)
    return parser
