"""From tables to what people look at: notebooks, figures, report. The main job."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from cxzy_study.output.contact import make_contact_sheet
from cxzy_study.output.exhibits import EXHIBITS, check_exhibit, frame_exhibit
from cxzy_study.output.figures import FORMATS, Picture, save_exhibit, show_exhibit
from cxzy_study.output.glossary import Glossary, load_glossary
from cxzy_study.output.pictures import find_png_difference
from cxzy_study.output.plots_shares import lay_heat
from cxzy_study.output.report import FORMATS as REPORT_FORMATS
from cxzy_study.output.report import build_report
from cxzy_study.output.style import LANGS
from cxzy_study.study.cite import load_citation, works_of
from cxzy_study.study.explore import PAGE, explore_study
from cxzy_study.study.findings import refresh_findings
from cxzy_study.study.load import FOUND, ROOT, Study, load_study
from cxzy_study.study.notebooks import refresh_notebook
from cxzy_study.tables import InvalidInput, save_bytes

GLOSSARY = Path("data/glossary.csv")
MADE = ("notebooks", "figures", "report", "data")


def glossary_of(study: Study) -> Glossary:
    """Return the bilingual glossary of the study."""
    return load_glossary(study.root / GLOSSARY)


def codebook_facts(study: Study) -> dict[str, Any]:
    """Return the version and hash of the codebook, which every exhibit and the report state, and what its themes mean."""
    themes = [{"id": t.id, "definition": t.definition, "include": t.include, "exclude": t.exclude} for t in study.codebook.themes]
    return {"version": study.codebook.version, "sha": study.codebook.sha, "themes": themes}


def draw_figures(
    study: Study,
    *,
    to: Path,
    ids: Sequence[str] = (),
    languages: Sequence[str] = LANGS,
    formats: Sequence[str] = FORMATS,
) -> dict[Path, str]:
    """Write exhibits, all by default, and the rows that each draws.

    Returns
    -------
    dict
        Path to ``new``, ``changed`` or ``unchanged``.
    """
    done: dict[Path, str] = {}
    for exhibit in [check_exhibit(i) for i in ids] or EXHIBITS.values():
        frame = frame_exhibit(exhibit, study.tables)
        for lang in languages:
            saved = save_exhibit(
                exhibit,
                frame,
                glossary=glossary_of(study),
                codebook=codebook_facts(study),
                lang=lang,
                to=to,
                formats=formats,
            )
            # The rows are the same in each language: what the first one said of their file stands.
            done = saved | done
    return done


def draw_contact_sheets(study: Study, *, folder: Path, languages: Sequence[str] = LANGS) -> list[Path]:
    """Write ``contact_sheet_<lang>.png`` beside the figures of *folder*, which must be drawn as PNG; return the files."""
    paths = []
    for lang in languages:
        sheet = make_contact_sheet(folder, glossary=glossary_of(study), lang=lang)
        path = folder / f"contact_sheet_{lang}.png"
        same = path.is_file() and not find_png_difference(path.read_bytes(), sheet)
        paths.append(path if same else save_bytes(sheet, path))
    return paths


def show_figure(study: Study, exhibit_id: str, *, lang: str = "en", coder: str = "settled") -> Picture:
    """Return an exhibit as a picture for a notebook."""
    exhibit = check_exhibit(exhibit_id)
    frame = frame_exhibit(exhibit, study.tables, coder=coder)
    return show_exhibit(exhibit, frame, glossary=glossary_of(study), codebook=codebook_facts(study), lang=lang)


def show_shares(shares: pd.DataFrame, sources: pd.DataFrame, *, codebook: dict[str, Any], lang: str = "en") -> Picture:
    """Return the heat map of themes for documents of one's own.

    Raises
    ------
    InvalidInput
        If the shares are not of one coder, or of too many documents for a figure.
    """
    coders = shares["coder"].unique().tolist()
    if len(coders) != 1:
        raise InvalidInput(f"Invalid shares: must be of one coder. {coders}.")
    exhibit = check_exhibit("fig_themes")
    frame = frame_exhibit(exhibit, {"shares": shares, "sources": sources}, coder=coders[0])
    glossary = load_glossary(ROOT / GLOSSARY)
    exhibit = replace(exhibit, height_mm=max(exhibit.height_mm, lay_heat(frame, glossary=glossary, lang=lang).height_mm))
    return show_exhibit(exhibit, frame, glossary=glossary, codebook=codebook, lang=lang)


def build_reports(
    study: Study, *, to: Path, languages: Sequence[str] = LANGS, formats: Sequence[str] = REPORT_FORMATS
) -> list[Path]:
    """Build the report from the tables and the drawn figures, with the list of its numbers; return the files."""
    citation = load_citation(study)
    return build_report(
        study.tables,
        exhibits_dir=study.root / "figures",
        glossary=glossary_of(study),
        codebook=codebook_facts(study),
        study={"version": str(citation["version"]), "released": str(citation["date-released"])},
        works=works_of(study),
        to=to,
        langs=languages,
        formats=formats,
    )


def make_study(root: Path = ROOT) -> int:
    """Check the tables, run the notebooks, draw the figures, build report and explorer; print a short account."""
    start = time.monotonic()
    study = load_study(root)
    rows = sum(len(table) for table in study.tables.values())
    _say(f"tables     {len(study.tables)} checked, {rows:,} rows, {study.codebook.label}")
    said = refresh_findings(study)
    _say(f"findings   {len(FOUND)} tables: {'the same' if not said else ''}")
    for line in said:
        _say(f"           {line}")
    study = load_study(root) if said else study
    paths = sorted((root / "notebooks").glob("*.ipynb"))
    for path in paths:
        changed = refresh_notebook(path)
        _say(f"notebook   {path.relative_to(root)}: {'rewritten' if changed else 'the same'}")
    figures = draw_figures(study, to=root / "figures")
    _say(f"figures    {len(figures)} files in figures/: {_counted(figures)}")
    draw_contact_sheets(study, folder=root / "figures")
    for path in build_reports(study, to=root / "report"):
        _say(f"report     {path.relative_to(root)}")
    _say(f"explorer   {explore_study(study, to=root / PAGE).relative_to(root)}")
    _say(f"time       {time.monotonic() - start:.0f} seconds")
    _say(_difference_from_commit(root))
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _counted(statuses: dict[Path, str]) -> str:
    counts = pd.Series(list(statuses.values())).value_counts()
    return ", ".join(f"{n} {status}" for status, n in sorted(counts.items()))


def _difference_from_commit(root: Path) -> str:
    """Say what differs from the committed version, as far as git can tell."""
    git = shutil.which("git")
    command = [str(git), "-C", str(root), "status", "--porcelain", "--untracked-files=all", "--", *MADE]
    done = subprocess.run(command, capture_output=True, text=True) if git else None
    if done is None or done.returncode:
        return "difference not known: this folder is no git checkout, or git is not at hand"
    lines = [line for line in done.stdout.splitlines() if line]
    if not lines:
        return "difference none: everything made is as committed"
    return "\n".join([f"difference {len(lines)} files differ from the committed version:", *(f"  {x}" for x in lines)])
