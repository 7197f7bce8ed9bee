"""Verbs for documents of one's own: read, code, facts, agree, compare, sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxzy_study.cli.common import (
    AddVerb,
    add_coder,
    add_inputs,
    add_reading,
    check_places,
    count_words,
    print_rejected,
    reading_options,
    save_rejected,
    with_rejected,
)
from cxzy_study.tables import InvalidInput

_READ = """\
tables of documents
  One document a row. The text is the column text, content, 正文, 内容 or 全文, or that of --text-column; columns of title,
  date and outlet (title, 标题, 题名; date, 日期, 发布日期, published_on; outlet, 来源, 媒体 …) tell these where the text itself does
  not. CSV may be parted by commas, semicolons or tabs; a cell in quotation marks doubles those within it.

what it writes
  DIR/documents.csv       title, date, outlet, sizes; duplicate_of where a document repeats another
  DIR/units.csv           headings and sentences, with text and places in the file
  DIR/removed.csv         every character that is in no unit, and why
  DIR/script_changes.csv  characters whose conversion to simplified script had more than one candidate
  DIR/announced.csv       counts that a text announces (以下五个原则), held against what follows
  DIR/ordinals.csv        gaps in its numbering
  DIR/rejected.csv        with --keep-going: what could not be read, and why
  DIR/accounts/           a page for each document that shows all of this
  data/README.md explains every column.
"""


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this module."""
    sub = verb("read", _read, "read documents: units, and ledgers of what was removed and changed")
    sub.formatter_class = argparse.RawDescriptionHelpFormatter
    sub.epilog = _READ
    add_inputs(sub, "DIR")
    sub = verb("code", _code, "read documents and code every unit by themes")
    add_inputs(sub, "FILE.csv")
    sub.add_argument("--codebook", type=Path, help="a codebook of your own; by default the study's")
    add_coder(sub)
    sub.add_argument("--evidence", type=Path, metavar="FILE.csv", help="write every rule's match here, too")
    sub = verb("facts", _facts, "read documents, find numbered formulas, quantities and bodies, and propose practices")
    add_inputs(sub, "DIR")
    sub = verb("agree", _agree, "agreement between two coding sheets")
    sub.add_argument("a", type=Path, metavar="A", help="a coding sheet filled in, .xlsx or .csv")
    sub.add_argument("b", type=Path, metavar="B", help="another of the same units")
    text = "units with paragraphs; by default as the sheets tell them, or the study's"
    sub.add_argument("--units", type=Path, metavar="UNITS.csv", help=text)
    sub.add_argument("--to", type=Path, metavar="FILE.csv", help="write the table here, too")
    sub = verb("compare", _compare, "what a changed codebook moves, code by code and share by share; both are coded by their rules")
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
    add_coder(sub)
    add_reading(sub)


def _read(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import account_pages, check_free, read_all, read_tables, save_people_folder

    check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    tables = with_rejected(read_tables(documents), rejected, arguments)
    save_people_folder(tables | account_pages(documents), arguments.to, force=arguments.force)
    print(f"{count_words(documents, 'document')}, {count_words(tables['units'], 'unit')}, {len(rejected)} rejected: {arguments.to}")


def _code(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import code_files, save_people_file

    check_places(arguments, arguments.to, *filter(None, [arguments.evidence]))
    options = reading_options(arguments)
    coded, evidence, rejected = code_files(
        arguments.inputs, codebook=arguments.codebook, coder=arguments.coder, **options  # type: ignore[arg-type]
    )
    save_people_file(coded, arguments.to, force=arguments.force)
    if arguments.evidence:
        save_people_file(evidence, arguments.evidence, force=arguments.force)
    aside = save_rejected(rejected, arguments)
    documents = coded.doc_id.unique()
    print(f"{count_words(documents, 'document')}, {count_words(coded, 'unit')} coded, {aside}: {arguments.to}")


def _facts(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import check_free, find_facts, read_all, save_people_folder

    check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
    tables = find_facts(documents)
    counts = ", ".join(f"{len(table)} {name}" for name, table in tables.items())
    save_people_folder(with_rejected(tables, rejected, arguments), arguments.to, force=arguments.force)
    print(f"{count_words(documents, 'document')}, {counts}, {len(rejected)} rejected: {arguments.to}")


def _agree(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import agree
    from cxzy_study.study.own import check_free, save_people_file

    if arguments.to:
        check_free(arguments.to, force=False)
    text, table = agree(arguments.a, arguments.b, units=arguments.units)
    print(text)
    if arguments.to:
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
        save_people_folder(with_rejected(tables, rejected, arguments), arguments.to, force=arguments.force)
    else:
        print_rejected(rejected, arguments)


def _sheet(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import make_sheet, study_units
    from cxzy_study.study.own import read_all, units_of

    if bool(arguments.inputs) == bool(arguments.corpus):
        raise InvalidInput("Invalid INPUT: give either files or --corpus.")
    check_places(arguments, arguments.to)
    options = {"sample": arguments.sample, "coder": arguments.coder, "force": arguments.force}
    if arguments.corpus:
        print(make_sheet(study_units(arguments.corpus), arguments.to, **options))
    else:
        documents, rejected = read_all(arguments.inputs, **reading_options(arguments))  # type: ignore[arg-type]
        print(make_sheet(units_of(documents), arguments.to, **options))
        print_rejected(rejected, arguments)
