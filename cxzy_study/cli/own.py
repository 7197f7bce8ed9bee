"""Verbs for documents of one's own: read, code, facts, agree, compare, sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxzy_study.cli.common import AddVerb, add_inputs, add_reading, count_words, reading_options
from cxzy_study.tables import InvalidInput


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this module."""
    sub = verb("read", _read, "read documents: units, and ledgers of what was removed and changed")
    add_inputs(sub, "DIR")
    sub = verb("code", _code, "read documents and code every unit by themes")
    add_inputs(sub, "FILE.csv")
    sub.add_argument("--codebook", type=Path, help="a codebook of your own; by default the study's")
    sub.add_argument("--coder", choices=["learned", "rules"], help="default: learned; rules with a codebook of your own")
    sub.add_argument("--evidence", type=Path, metavar="FILE.csv", help="write every rule's match here, too")
    sub = verb("facts", _facts, "read documents, find numbered formulas, quantities and bodies, and propose practices")
    add_inputs(sub, "DIR")
    sub = verb("agree", _agree, "agreement between two coding sheets")
    sub.add_argument("a", type=Path, metavar="A.csv")
    sub.add_argument("b", type=Path, metavar="B.csv")
    sub.add_argument("--units", type=Path, metavar="UNITS.csv", help="units with paragraphs; by default the study's")
    sub.add_argument("--to", type=Path, metavar="FILE.csv", help="write the table here, too")
    sub = verb("compare", _compare, "what a changed codebook moves, code by code and share by share")
    sub.add_argument("old", type=Path, metavar="OLD_CODEBOOK")
    sub.add_argument("new", type=Path, metavar="NEW_CODEBOOK")
    sub.add_argument("inputs", nargs="+", metavar="INPUT", help="files or folders that both code")
    sub.add_argument("--to", type=Path, metavar="DIR", help="write the three tables here, too")
    add_reading(sub)
    sub = verb("sheet", _sheet, "make a coding sheet for a reader")
    sub.add_argument("inputs", nargs="*", metavar="INPUT", help="files or folders; or give --corpus")
    sub.add_argument("--corpus", type=Path, help="folder of the study's source documents")
    sub.add_argument("--to", type=Path, required=True, metavar="FILE.xlsx", help="the sheet, .xlsx or .csv")
    sub.add_argument("--sample", type=int, metavar="N", help="only N units, drawn so that rare themes occur")
    add_reading(sub)


def _read(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import account_pages, check_free, read_all, read_tables, save_people_folder

    check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    tables = read_tables(documents, rejected)
    save_people_folder(tables | account_pages(documents), arguments.to, force=arguments.force)
    print(f"{count_words(documents, 'document')}, {count_words(tables['units'], 'unit')}, {len(rejected)} rejected: {arguments.to}")


def _code(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import check_free, code_files, save_people_file

    outputs = [arguments.to, *([arguments.evidence] if arguments.evidence else [])]
    for path in outputs:
        check_free(path, force=arguments.force)
    options = reading_options(arguments)
    coded, evidence, rejected = code_files(
        arguments.inputs, codebook=arguments.codebook, coder=arguments.coder, **options  # type: ignore[arg-type]
    )
    save_people_file(coded, arguments.to, force=arguments.force)
    if arguments.evidence:
        save_people_file(evidence, arguments.evidence, force=arguments.force)
    if len(rejected):
        save_people_file(rejected, arguments.to.with_name("rejected.csv"), force=True)
    documents = coded.doc_id.unique()
    print(f"{count_words(documents, 'document')}, {count_words(coded, 'unit')} coded, {len(rejected)} rejected: {arguments.to}")


def _facts(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import check_free, find_facts, read_all, save_people_folder

    check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    tables = find_facts(documents)
    counts = ", ".join(f"{len(table)} {name}" for name, table in tables.items())
    save_people_folder(tables | ({"rejected": rejected} if len(rejected) else {}), arguments.to, force=arguments.force)
    print(f"{count_words(documents, 'document')}, {counts}, {len(rejected)} rejected: {arguments.to}")


def _agree(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import agree

    text, table = agree(arguments.a, arguments.b, units=arguments.units)
    print(text)
    if arguments.to:
        from cxzy_study.study.own import save_people_file

        save_people_file(table, arguments.to)


def _compare(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import compare
    from cxzy_study.study.own import check_free, read_all, save_people_folder, units_of

    if arguments.to:
        check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    text, tables = compare(arguments.old, arguments.new, units_of(documents))
    print(text)
    if arguments.to:
        save_people_folder(tables | ({"rejected": rejected} if len(rejected) else {}), arguments.to, force=arguments.force)


def _sheet(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import make_sheet, study_units
    from cxzy_study.study.own import read_all, units_of

    if bool(arguments.inputs) == bool(arguments.corpus):
        raise InvalidInput("Invalid INPUT: give either files or --corpus.")
    if arguments.corpus:
        units = study_units(arguments.corpus)
    else:
        units = units_of(read_all(arguments.inputs, **reading_options(arguments))[0])  # type: ignore[arg-type]
    print(make_sheet(units, arguments.to, sample=arguments.sample, force=arguments.force))
