"""`cxzy`: the study and its tools from the command line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence, Sized
from pathlib import Path

from cxzy_study.tables import InvalidInput

DIFFERS, BAD_INPUT = 1, 2


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

    def verb(name: str, run: Callable[[argparse.Namespace], int | None], text: str) -> argparse.ArgumentParser:
        sub = verbs.add_parser(name, help=text, description=text)
        sub.set_defaults(run=run)
        return sub

    verb("study", _study, "check the tables, run the notebooks, draw the figures, build the report: the main job")
    sub = verb("figures", _figures, "draw exhibits")
    sub.add_argument("ids", nargs="*", metavar="ID", help="exhibits to draw; all by default")
    sub.add_argument("--lang", choices=["en", "zh"], help="language; both by default")
    sub.add_argument("--to", type=Path, help="folder; by default figures/")
    sub.add_argument("--format", default="svg,pdf,png", help="svg, pdf, png, joined by commas (default: all)")
    sub = verb("report", _report, "build the report from the tables")
    sub.add_argument("--lang", choices=["en", "zh"], help="language; both by default")
    sub.add_argument("--to", type=Path, help="folder; by default report/")
    sub = verb("rebuild", _rebuild, "make data/tables again from the source documents")
    sub.add_argument("--corpus", type=Path, required=True, help="folder of the source documents, whatever they are called")
    sub.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table differs")
    sub = verb("read", _read, "read documents: units, and ledgers of what was removed and changed")
    _add_inputs(sub, "DIR")
    sub = verb("code", _code, "read documents and code every unit by themes")
    _add_inputs(sub, "FILE.csv")
    sub.add_argument("--codebook", type=Path, help="a codebook of your own; by default the study's")
    sub.add_argument("--evidence", type=Path, metavar="FILE.csv", help="write every rule's match here, too")
    sub = verb("facts", _facts, "read documents and find numbered formulas, quantities and bodies")
    _add_inputs(sub, "DIR")
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
    _add_reading(sub)
    sub = verb("sheet", _sheet, "make a coding sheet for a reader")
    sub.add_argument("inputs", nargs="*", metavar="INPUT", help="files or folders; or give --corpus")
    sub.add_argument("--corpus", type=Path, help="folder of the study's source documents")
    sub.add_argument("--to", type=Path, required=True, metavar="FILE.xlsx", help="the sheet, .xlsx or .csv")
    sub.add_argument("--sample", type=int, metavar="N", help="only N units, drawn so that rare themes occur")
    _add_reading(sub)
    sub = verb("export", _export, "write the study's codes for other tools (REFI-QDA, Web Annotation)")
    sub.add_argument("--to", type=Path, required=True, metavar="FILE", help=".qdc, .qdpx or .jsonld")
    sub.add_argument("--coder", action="append", help="whose codes (several allowed); by default settled")
    sub.add_argument("--corpus", type=Path, help="folder of the source documents: their texts are packed in")
    sub.add_argument("--force", action="store_true", help="write over what exists")
    return parser


def _add_inputs(sub: argparse.ArgumentParser, to: str) -> None:
    sub.add_argument("inputs", nargs="+", metavar="INPUT", help="files or folders (.txt .html .md .docx .pdf, tables)")
    sub.add_argument("--to", type=Path, required=True, metavar=to, help="where to write the result")
    _add_reading(sub)


def _add_reading(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--force", action="store_true", help="write over what exists")
    sub.add_argument("--keep-going", action="store_true", help="set aside what cannot be read, with the reason")
    sub.add_argument("--text-column", metavar="NAME", help="column of tables that holds the text")
    sub.add_argument("--id-column", metavar="NAME", help="column of tables that holds an id")
    sub.add_argument("--names", type=Path, metavar="FILE", help="names that script conversion must keep, one a line")


def _count(things: Sized, noun: str) -> str:
    return f"{len(things):,} {noun}" + ("" if len(things) == 1 else "s")


def _reading(arguments: argparse.Namespace) -> dict[str, object]:
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


def _study(_: argparse.Namespace) -> int:
    from cxzy_study.study.make import make_study

    return make_study()


def _figures(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.load import ROOT, load_study
    from cxzy_study.study.make import draw_figures

    formats = tuple(filter(None, arguments.format.split(",")))
    languages = (arguments.lang,) if arguments.lang else ("en", "zh")
    to = arguments.to or ROOT / "figures"
    made = draw_figures(load_study(), ids=arguments.ids, languages=languages, to=to, formats=formats)
    print(f"{len(made)} files in {to}")


def _report(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.load import ROOT, load_study
    from cxzy_study.study.make import build_reports, draw_figures

    study = load_study()
    languages = (arguments.lang,) if arguments.lang else ("en", "zh")
    # The report shows the drawn figures and refuses those that show other tables.
    draw_figures(study, to=ROOT / "figures")
    for path in build_reports(study, languages=languages, to=arguments.to or ROOT / "report"):
        print(path)


def _rebuild(arguments: argparse.Namespace) -> int:
    from cxzy_study.study.load import DERIVED
    from cxzy_study.study.rebuild import rebuild

    changed = rebuild(arguments.corpus, check=arguments.check)
    for line in changed:
        print(line)
    print(f"{len(DERIVED) - len(changed)} of {len(DERIVED)} tables are the same.")
    return DIFFERS if changed and arguments.check else 0


def _read(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import account_pages, check_free, read_all, read_tables, save_people_folder

    check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **_reading(arguments))  # type: ignore[arg-type]
    tables = read_tables(documents, rejected)
    save_people_folder(tables | account_pages(documents), arguments.to, force=arguments.force)
    print(f"{_count(documents, 'document')}, {_count(tables['units'], 'unit')}, {len(rejected)} rejected: {arguments.to}")


def _code(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import check_free, code_files, save_people_file

    outputs = [arguments.to, *([arguments.evidence] if arguments.evidence else [])]
    for path in outputs:
        check_free(path, force=arguments.force)
    coded, evidence, rejected = code_files(arguments.inputs, codebook=arguments.codebook, **_reading(arguments))  # type: ignore[arg-type]
    save_people_file(coded, arguments.to, force=arguments.force)
    if arguments.evidence:
        save_people_file(evidence, arguments.evidence, force=arguments.force)
    if len(rejected):
        save_people_file(rejected, arguments.to.with_name("rejected.csv"), force=True)
    documents = coded.doc_id.unique()
    print(f"{_count(documents, 'document')}, {_count(coded, 'unit')} coded, {len(rejected)} rejected: {arguments.to}")


def _facts(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.own import check_free, find_facts, read_all, save_people_folder

    check_free(arguments.to, force=arguments.force, folder=True)
    documents, rejected = read_all(arguments.inputs, **_reading(arguments))  # type: ignore[arg-type]
    tables = find_facts(documents)
    counts = ", ".join(f"{len(table)} {name}" for name, table in tables.items())
    save_people_folder(tables | ({"rejected": rejected} if len(rejected) else {}), arguments.to, force=arguments.force)
    print(f"{_count(documents, 'document')}, {counts}, {len(rejected)} rejected: {arguments.to}")


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
    documents, rejected = read_all(arguments.inputs, **_reading(arguments))  # type: ignore[arg-type]
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
        units = units_of(read_all(arguments.inputs, **_reading(arguments))[0])  # type: ignore[arg-type]
    print(make_sheet(units, arguments.to, sample=arguments.sample, force=arguments.force))


def _export(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import export_codes
    from cxzy_study.study.load import load_study

    coders = arguments.coder or ["settled"]
    print(export_codes(load_study(), arguments.to, coders=coders, corpus=arguments.corpus, force=arguments.force))


if __name__ == "__main__":
    sys.exit(main())
