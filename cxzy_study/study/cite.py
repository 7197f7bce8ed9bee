"""How to cite the study and its sources, and the archive that goes to a repository."""

from __future__ import annotations

import hashlib
import io
import json
import mimetypes
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from cxzy_study.output.references import WRITERS, Item, load_items, source_items, study_item
from cxzy_study.study.load import Study
from cxzy_study.tables import InvalidInput, save_bytes

REFERENCES = Path("data/references.json")
KEPT = (
    "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "CITATION.cff", "LICENSE", "LICENSE-DATA", "Makefile", "make.py",
    "pyproject.toml", "requirements.lock", "environment.yml", "conftest.py",
    "cxzy_study", "data", "notebooks", "figures", "report", "tests", "benchmarks",
)  # fmt: skip
"""Files and folders of the study that go into its archive."""

_ENDINGS = {".csv", ".html", ".pdf", ".png", ".svg", ".md", ".py", ".ipynb", ".yaml", ".yml", ".json", ".txt", ".docx"}
_ENDINGS |= {".htm", ".jsonl", ".parquet", ".xlsx", ".j2", ".typ", ".csl", ".toml", ".lock", ".cff", ".js", ".css", ".tsv", ".gz", ".c", ""}
_TYPES = {".md": "text/markdown", ".parquet": "application/vnd.apache.parquet", ".ipynb": "application/x-ipynb+json"}
_DATA, _CODE = "https://creativecommons.org/licenses/by/4.0/", "https://spdx.org/licenses/MIT"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def load_citation(study: Study) -> dict[str, Any]:
    """Return the fields of the study's `CITATION.cff`."""
    return yaml.safe_load((study.root / "CITATION.cff").read_text("utf-8"))


def works_of(study: Study) -> list[Item]:
    """Return the study, its sources and the works on method as CSL-JSON."""
    sources = source_items(study["sources"], basis=study["source_basis"])
    return [study_item(load_citation(study)), *sources, *load_items(study.root / REFERENCES)]


def show_citations(study: Study, *, form: str, of: str = "all") -> str:
    """Return citations for other tools.

    Parameters
    ----------
    form : str
        ``bibtex``, ``csl`` (CSL-JSON) or ``ris``.
    of : str
        ``study``, ``sources``, ``methods`` or ``all``, or the id of one work.
    """
    if form not in WRITERS:
        raise InvalidInput(f"Invalid --format {form}: must be one of {', '.join(WRITERS)}.")
    works = works_of(study)
    sources = set(study["sources"].doc_id)
    kinds = {w["id"]: "study" if w["id"] == "cxzy_study" else "sources" if w["id"] in sources else "methods" for w in works}
    chosen = [w for w in works if of in ("all", kinds[w["id"]], w["id"])]
    if not chosen:
        raise InvalidInput(f"Invalid work {of}: must be study, sources, methods, all, or one of {', '.join(kinds)}.")
    return WRITERS[form](chosen)


def save_bundle(study: Study, path: Path) -> Path:
    """Write the study as a ZIP archive with RO-Crate 1.1 metadata, ready for a repository; the same bytes each time.

    Holds code, tables, notebooks, figures and report, and no text of the sources: they are
    described, with the SHA-256 of each, and not packed.
    """
    root = study.root
    files = {file.relative_to(root).as_posix(): file.read_bytes() for file in _find_files(root)}
    files |= {f"citation.{ending}": show_citations(study, form=form, of="all").encode("utf-8")
              for form, ending in (("bibtex", "bib"), ("csl", "json"), ("ris", "ris"))}  # fmt: skip
    files["ro-crate-metadata.json"] = json.dumps(_crate(study, files), ensure_ascii=False, indent=1).encode("utf-8")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(f"cxzy_study/{name}", _EPOCH)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, files[name])
    return save_bytes(buffer.getvalue(), path)


def _find_files(root: Path) -> Iterable[Path]:
    for name in KEPT:
        place = root / name
        if not place.exists():
            raise InvalidInput(f"Invalid study folder {root}: {name} is missing, so the archive would be incomplete.")
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            hidden = any(part.startswith((".", "__pycache__")) for part in file.relative_to(root).parts)
            if file.is_file() and not file.is_symlink() and not hidden and file.suffix in _ENDINGS:
                yield file


def _crate(study: Study, files: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the metadata: the crate, its files with size and SHA-256, and the sources that it rests on."""
    citation = load_citation(study)
    parts = [
        {
            "@id": name,
            "@type": "File",
            "contentSize": str(len(content)),
            "sha256": hashlib.sha256(content).hexdigest(),
            "encodingFormat": _TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "text/plain",
            "license": {"@id": _DATA if name.startswith(("data/", "figures/", "report/")) else _CODE},
        }
        for name, content in sorted(files.items())
    ]
    sources = [
        {
            "@id": f"#source-{row.doc_id}",
            "@type": "CreativeWork",
            "name": row.title,
            "description": "A source of the study; its text belongs to its publisher and is not part of this crate.",
            "sha256": row.sha256,
            **({"datePublished": row.published_on} if row.published_on else {}),
            **({"publisher": row.outlet} if row.outlet else {}),
            **({"url": row.url} if row.url else {}),
        }
        for row in study["sources"].itertuples()
    ]
    author = {"@id": "#authors", "@type": "Organization", "name": citation["authors"][0]["name"]}
    root = {
        "@id": "./",
        "@type": "Dataset",
        "name": citation["title"],
        "description": "A comparative study of five public documents: tables, notebooks, figures, report, and the library behind them.",
        "datePublished": str(citation["date-released"]),
        "version": str(citation["version"]),
        "keywords": citation["keywords"],
        "license": {"@id": _DATA},
        "author": {"@id": "#authors"},
        "hasPart": [{"@id": part["@id"]} for part in parts],
        "isBasedOn": [{"@id": source["@id"]} for source in sources],
    }
    licences = [
        {"@id": _DATA, "@type": "CreativeWork", "name": "CC BY 4.0", "description": "Data, figures, report: see LICENSE-DATA."},
        {"@id": _CODE, "@type": "CreativeWork", "name": "MIT", "description": "Code: see LICENSE."},
    ]
    about = {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        "about": {"@id": "./"},
    }
    described = [part for part in parts if part["@id"] != "ro-crate-metadata.json"]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": [about, root, author, *licences, *sources, *described]}
