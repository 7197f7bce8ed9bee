"""Make the demo corpus from its sources: raw pages and truth tables.

``python data/demo/build.py`` writes ``pages/`` and ``truth/``; with ``--check`` it writes nothing
and exits 1 if anything there differs from what the sources give. PDF and Parquet files name the
version of the library that wrote them, so that they are compared by what they say.
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path

import pandas as pd
from pages import page_bytes
from sources import FACTS, Document, iter_truth, load_sources

from cxzy_study.tables import InvalidInput, save_bytes, table_text

HERE = Path(__file__).resolve().parent
COLUMNS = {
    "units": ["doc_id", "unit_id", "kind", "section", "depth", "enumerator", "paragraph", "text"],
    "codes": ["doc_id", "unit_id", "themes", "mode", "note"],
    "formulas": ["doc_id", "unit_id", "surface", "numerals", "heads", "parts", "status"],
    "quantities": [
        "doc_id", "unit_id", "surface", "value", "measure", "qualifier", "thing", "per", "period", "kind",
    ],
}  # fmt: skip


def build() -> dict[str, bytes]:
    """Return every file of the corpus, by its path below this folder."""
    files: dict[str, bytes] = {}
    documents: list[Document] = []
    for source, rows in load_sources(HERE / "source"):
        files[f"pages/{source['doc_id']}"] = page_bytes(source, rows)
        documents += rows
    described = [
        {"doc_id": d.doc_id, "file": d.doc_id.partition("#")[0]}
        | {"text_column": d.source.get("text_column", ""), "id_column": d.source.get("id_column", "")}
        | {k: d.facts[k] for k in FACTS}
        | {"noise": ";".join(sorted(d.noise)), "n_units": len(d.units)}
        for d in documents
    ]
    tables = {"documents": pd.DataFrame(described)}
    for name, columns in COLUMNS.items():
        tables[name] = pd.DataFrame(list(iter_truth(documents, name)), columns=columns)
    return files | {f"truth/{name}.csv": table_text(table).encode("utf-8") for name, table in tables.items()}


def content(name: str, data: bytes) -> object:
    """Return what the comparison looks at: bytes, but the text of a PDF and the rows of a Parquet file."""
    if name.endswith(".pdf"):
        import pypdfium2 as pdfium

        pdf = pdfium.PdfDocument(data)
        try:
            return [page.get_textpage().get_text_range() for page in pdf]
        finally:
            pdf.close()
    if name.endswith(".parquet"):
        return pd.read_parquet(io.BytesIO(data)).to_dict("list")
    return data


def differing(files: dict[str, bytes]) -> list[str]:
    """Return the paths whose committed file is missing, different or not of this corpus."""
    at_hand = {f"{d}/{p.name}" for d in ("pages", "truth") for p in (HERE / d).glob("*") if p.is_file()}
    stale = at_hand ^ set(files)
    changed = {n for n in at_hand & set(files) if content(n, (HERE / n).read_bytes()) != content(n, files[n])}
    return sorted(stale | changed)


def main(argv: list[str] | None = None) -> int:
    """Build, or check; return 0, 1 (something differs) or 2 (a source is unsound)."""
    parser = argparse.ArgumentParser(description="Make the demo corpus from its sources.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a file differs")
    args = parser.parse_args(argv)
    try:
        files = build()
    except InvalidInput as error:
        print(error, file=sys.stderr)
        return 2
    names = differing(files)
    if args.check:
        print("\n".join(f"differs: {name}" for name in names) or "demo corpus: nothing differs")
        return bool(names)
    for name in names:
        if name in files:
            save_bytes(files[name], HERE / name)
        else:
            (HERE / name).unlink()
    print(f"demo corpus: {len(files)} files, {len(names)} rewritten")
    return 0


if __name__ == "__main__":
    sys.exit(main())
