"""Verbs that make the slow tables of findings again: families, multiverse, calibration; and the claims."""

from __future__ import annotations

import argparse

from cxzy_study.cli.common import DIFFERS, AddVerb


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this group to the command line."""
    verb("claims", _claims, "evaluate the study's claims; exit 1 if one stands worse than in data/tables/claims.csv")
    verb("families", _families, "sort the practices into families, each inventory held against practices without any")
    verb("multiverse", _multiverse, "every claim under every defensible combination of choices; can be stopped and resumed")
    sub = verb(
        "calibrate", _calibrate, "intervals and tests held against planted truth; forty minutes on one core, resumable"
    )
    text = "this multiple of the runs: 0.1 for a tenth, 4 for four times as many"
    sub.add_argument("--part", type=float, default=1.0, metavar="P", help=text)


def _claims(_: argparse.Namespace) -> int:
    from cxzy_study.study.findings import evaluate_study, tell_claims
    from cxzy_study.study.load import load_study

    table, fallen = evaluate_study(load_study())
    print(tell_claims(table))
    for line in fallen:
        print(f"fallen: {line}")
    return DIFFERS if fallen else 0


def _families(_: argparse.Namespace) -> int:
    from cxzy_study.study.findings import save_families
    from cxzy_study.study.load import load_study

    return _say(save_families(load_study()))


def _multiverse(_: argparse.Namespace) -> int:
    from cxzy_study.study.findings import save_multiverse
    from cxzy_study.study.load import load_study

    return _say(save_multiverse(load_study()))


def _calibrate(arguments: argparse.Namespace) -> int:
    from cxzy_study.study.findings import save_calibration

    return _say(save_calibration(part=arguments.part))


def _say(lines: list[str]) -> int:
    print("\n".join(lines) if lines else "nothing changed")
    return 0
