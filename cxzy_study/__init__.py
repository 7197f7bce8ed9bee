r"""A comparative study of how Chinese localities ran 创先争优, and the library that carries it.

The names below are the public face; each is imported when it is first used.

>>> import cxzy_study as cx
>>> cx.read_text("松岭县总结\n\n会议开了。", doc_id="demo").title
'松岭县总结'
"""

from importlib import import_module
from typing import Any

_PUBLIC = {
    name: f"cxzy_study.{module}"
    for module, names in {
        "tables": "InvalidInput load_table",
        "reading.documents": "read_bytes read_text",
        "reading.files": "documents_frame read_files",
        "coding.coder": "code_units",
        "coding.evidence": "show_kwic",
        "coding.learned": "code_learned",
        "coding.weights": "load_weights",
        "facts.about": "assign_bodies assign_practices",
        "facts.families": "find_families",
        "findings.shares": "count_shares",
        "study.load": "load_codebook load_study",
        "study.rebuild": "rebuild",
        "study.show": "show_codes",
        "study.own": "code_files code_own find_facts own_sources read_all units_of",
        "bulk.run": "run_bulk",
        "bulk.results": "load_bulk",
        "coding.changes": "compare_codebooks",
        "coding.reliability": "compare_coders",
        "study.make": "show_figure show_shares",
    }.items()
    for name in names.split()
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        return getattr(import_module(_PUBLIC[name]), name)
    raise AttributeError(f"module 'cxzy_study' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
