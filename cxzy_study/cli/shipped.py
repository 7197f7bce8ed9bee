"""Verbs for the shipped study: study, figures, report, rebuild, export, cite, bundle."""

from __future__ import annotations

import argparse
from pathlib import Path

from cxzy_study.cli.common import DIFFERS, AddVerb


def add_verbs(verb: AddVerb) -> None:
    """Add the verbs of this module."""
    verb("study", _study, "check the tables, run the notebooks, draw the figures, build the report: the main job")
    sub = verb("figures", _figures, "draw exhibits")
    sub.add_argument("ids", nargs="*", metavar="ID", help="exhibits to draw; all by default")
    sub.add_argument("--lang", choices=["en", "zh"], help="language; both by default")
    sub.add_argument("--to", type=Path, help="folder; by default figures/")
    sub.add_argument("--format", default="svg,pdf,png", help="svg, pdf, png, joined by commas (default: all)")
    sub.add_argument("--contact-sheet", action="store_true", help="all figures on one sheet, too (needs png and all figures)")
    sub = verb("report", _report, "build the report from the tables")
    sub.add_argument("--lang", choices=["en", "zh"], help="language; both by default")
    sub.add_argument("--to", type=Path, help="folder; by default report/")
    sub.add_argument("--format", default="html,pdf,docx", help="html, pdf, docx, joined by commas (default: all)")
    sub = verb("rebuild", _rebuild, "make data/tables again from the source documents")
    sub.add_argument("--corpus", type=Path, required=True, help="folder of the source documents, whatever they are called")
    sub.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table differs")
    sub = verb("export", _export, "write the study's codes for other tools (REFI-QDA, Web Annotation)")
    sub.add_argument("--to", type=Path, required=True, metavar="FILE", help=".qdc, .qdpx or .jsonld")
    sub.add_argument("--coder", action="append", help="whose codes (several allowed); by default settled")
    sub.add_argument("--corpus", type=Path, help="folder of the source documents: their texts are packed in")
    sub.add_argument("--force", action="store_true", help="write over what exists")
    sub = verb("cite", _cite, "print citations of the study, its sources and its methods for other tools")
    sub.add_argument("of", nargs="?", default="study", metavar="WORK", help="study (default), sources, methods, all, or an id")
    sub.add_argument("--format", default="bibtex", help="bibtex (default), csl, ris")
    sub = verb("bundle", _bundle, "pack the study into an archive with metadata (RO-Crate) for a repository")
    sub.add_argument("--to", type=Path, required=True, metavar="FILE.zip", help="the archive")
    sub.add_argument("--force", action="store_true", help="write over what exists")


def _study(_: argparse.Namespace) -> int:
    from cxzy_study.study.make import make_study

    return make_study()


def _figures(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.load import ROOT, load_study
    from cxzy_study.study.make import draw_contact_sheets, draw_figures

    formats = tuple(filter(None, arguments.format.split(",")))
    languages = (arguments.lang,) if arguments.lang else ("en", "zh")
    to = arguments.to or ROOT / "figures"
    study = load_study()
    made = draw_figures(study, ids=arguments.ids, languages=languages, to=to, formats=formats)
    print(f"{len(made)} files in {to}")
    if arguments.contact_sheet:
        for path in draw_contact_sheets(study, folder=to, languages=languages):
            print(path)


def _report(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.load import ROOT, load_study
    from cxzy_study.study.make import build_reports, draw_figures

    study = load_study()
    languages = (arguments.lang,) if arguments.lang else ("en", "zh")
    # The report shows the drawn figures and refuses those that show other tables.
    draw_figures(study, to=ROOT / "figures")
    formats = tuple(filter(None, arguments.format.split(",")))
    for path in build_reports(study, languages=languages, formats=formats, to=arguments.to or ROOT / "report"):
        print(path)


def _rebuild(arguments: argparse.Namespace) -> int:
    from cxzy_study.study.load import DERIVED
    from cxzy_study.study.rebuild import rebuild

    changed = rebuild(arguments.corpus, check=arguments.check)
    for line in changed:
        print(line)
    print(f"{len(DERIVED) - len(changed)} of {len(DERIVED)} tables are the same.")
    return DIFFERS if changed and arguments.check else 0


def _export(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.coders import export_codes
    from cxzy_study.study.load import load_study

    coders = arguments.coder or ["settled"]
    print(export_codes(load_study(), arguments.to, coders=coders, corpus=arguments.corpus, force=arguments.force))


def _cite(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.cite import show_citations
    from cxzy_study.study.load import load_study

    print(show_citations(load_study(), form=arguments.format, of=arguments.of), end="")


def _bundle(arguments: argparse.Namespace) -> None:
    from cxzy_study.study.cite import save_bundle
    from cxzy_study.study.load import load_study
    from cxzy_study.study.own import check_free

    path = save_bundle(load_study(), check_free(arguments.to, force=arguments.force))
    print(f"{path}: {path.stat().st_size:,} bytes")
