"""`data/README.md` from the tables' own descriptions: `python -m cxzy_study.study.describe` writes it."""

from __future__ import annotations

from cxzy_study.study.load import DECIDED, DERIVED, FOUND, READERS, ROOT
from cxzy_study.study.practices import PRACTICE_SHEETS
from cxzy_study.study.rates import tell_methods
from cxzy_study.tables import CALIBRATED, SCHEMAS, save_text

_HEAD = """# Data

Everything that the notebooks, figures and report need, and no text of the sources: names, terms, places in the files,
counts, codes and glosses in our own words. Tables are UTF-8 CSV with a header; unknown is an empty cell, never 0.
Places (`spans`) are `start-end` in code points of the decoded file (line ends untouched, a byte-order mark not
counted), 0-based and half-open, joined by `;` where a sentence was put together again. Shares lie in [0, 1]. Licence:
CC BY 4.0 (`LICENSE-DATA`).

This page is written by `python -m cxzy_study.study.describe`; a test compares it with the tables' descriptions.

| file or folder | what it is | made by |
|---|---|---|
| `sources.csv`, `source_basis.csv` | the documents, and where each fact about them was read | people |
| `codebook/` | the codebook, version 1, with its rules and their test sentences; how to write one of your own | people |
| `coding/` | what people decided: readers' codes, settled codes, arenas | people; only ever held against the texts |
| `coding/facts/` | formulas, quantities and bodies as one reader found them | people |
| `coding/practices/` | practices as two readers found them and as a third reading settled them; what was dropped and why; \
statements of activity, growth and failure; what a document could not tell | people |
| `coding/centre.csv` | formulas and stages of the campaign's central texts, dated, with what each date rests on; no text | people |
| `claims.yaml` | findings as sentences, with the statistic that must bear each | people |
| `coding/phrases.csv` | phrases and sentences written for this project, with the themes that they state: \
the learned coder learns from them, too | people |
| `coding/training/` | coded texts of invented places, written for this project: the learned coder learns from \
them, and nothing is counted or judged on them | people; `build.py` |
| `coding/plain_words.csv` | the plain words of each theme, a baseline and the keywords of the guided topics | people |
| `coding/learned/` | what the learned coder knows: `features.csv` (weights of single words, pairs of neighbouring \
words of at most four characters and runs of at most three), `themes.csv` (second step, other themes' weights, thresholds) \
| `cxzy learn --devset DIR --to DIR` |
| `coding/errors.md` | how well the machine coder does, its fifty worst errors by kind, \
and what was tried | people |
| `tables/` | what programs found | `cxzy rebuild --corpus DIR`; \
findings: `cxzy study`, `cxzy families`, `cxzy multiverse`, `cxzy calibrate` |
| `glossary.csv` | every label of figures and report, in both languages (key, en, zh) | people |
| `remarks.csv` | the short remarks of the tables in Chinese (en, zh); numbers that differ stand as `{n}` | people |
| `lexicon/` | word lists of the facts stage: formulas, measures, bodies, places | people |
| `demo/` | a corpus written for this project, fictional places, with its true units, codes, formulas and quantities | people |
"""

_KINDS = {
    "id": "id", "text": "text", "int": "whole number", "share": "share in [0, 1]", "number": "number", "date": "date (ISO 8601)",
    "flag": "0 or 1", "spans": "places", "list": "list joined by ;",
}  # fmt: skip


OWN = {
    "documents": ("a document that was read", {
        "doc_id": "its path below INPUT; of a table's row `file#id`, or `file#number`",
        "file": "name of its file",
        "format": "ending of its file",
        "encoding": "encoding that was found out; `(damaged)` where bytes were not of it",
        "script": "simplified or traditional, as printed",
        "title": "title as printed, in simplified script; of a table's row that of its column (title, 标题, 题名 …) where the text has none",
        "published_on": "date of publication (ISO 8601) as the page prints it; else that of the column (date, 日期, 发布日期 …)",
        "outlet": "newspaper, magazine or site as the page prints it; else that of the column (outlet, 来源, 媒体 …)",
        "n_chars": "code points of the decoded file",
        "n_kept": "of these in units",
        "n_removed": "of these in no unit, as `removed.csv` tells",
        "n_headings": "headings among its units",
        "n_sentences": "sentences among its units",
        "sha256": "SHA-256 of its file; of a row of its text as UTF-8",
        "duplicate_of": "the first document of the same content; `--unique` leaves the others out",
    }),
    "ordinals": ("a gap or repeat in a run of enumerators of one kind within one section", {
        "doc_id": "document", "unit_id": "unit where it shows", "enumerator": "as printed: 三、", "expected": "number that was due",
        "found": "number that stands there",
    }),
    "rejected": ("a file or row that could not be read; with `--keep-going`, if there is any", {
        "doc_id": "as in `documents.csv`", "file": "name of the file", "reason": "why, and what to do",
    }),
}  # fmt: skip
"""What `cxzy read` writes beside the tables of the study, column by column."""

_OWN_HEAD = """
## Documents of your own

`cxzy read INPUT --to DIR` writes, with a byte-order mark so that spreadsheets show Chinese right, `units.csv` (with one more
column, `text`), `removed.csv`, `script_changes.csv` and `announced.csv`, whose columns are those of the tables of that name
above, a page `accounts/…account.html` for each document, and
"""


def describe_data() -> str:
    """Return `data/README.md`: every table and column, with what a cell holds."""
    places: dict[str, list[str]] = {}
    for name, path in DECIDED.items():
        places.setdefault(name, []).append(path)
    for reader in READERS:
        places.setdefault("sheet", []).append(f"data/coding/{reader}.csv")
    for sheet in PRACTICE_SHEETS.values():
        places.setdefault("practice_sheet", []).append(str(sheet))
    for name in (*DERIVED, *FOUND):
        places.setdefault(name, []).append(f"data/tables/{name}.csv")
    parts = [_HEAD]
    for table in SCHEMAS.values():
        if table.name not in places:
            continue
        files = ", ".join(f"`{path.removeprefix('data/')}`" for path in places[table.name])
        told = f" {tell_methods(CALIBRATED[table.name])}" if table.name in CALIBRATED else ""
        parts.append(f"\n## {table.name}\n\n{files}. One row is {table.row}.{told}\n\n| column | cell | what it holds |\n|---|---|---|")
        for c in table.columns:
            cell = _KINDS[c.kind] + ("" if c.required else ", may be empty")
            values = f" ({', '.join(c.allowed)})" if c.allowed and len(c.allowed) < 12 else ""
            parts.append(f"| `{c.name}` | {cell} | {c.doc}{values} |")
    parts.append(_OWN_HEAD)
    for name, (row, columns) in OWN.items():
        parts.append(f"`{name}.csv`. One row is {row}.\n\n| column | what it holds |\n|---|---|")
        parts += [*(f"| `{column}` | {doc} |" for column, doc in columns.items()), ""]
    return "\n".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    save_text(describe_data(), ROOT / "data/README.md")
