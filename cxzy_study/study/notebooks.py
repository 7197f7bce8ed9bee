"""Run the notebooks so that the same inputs give the same bytes."""

from __future__ import annotations

import base64
import os
import subprocess
from pathlib import Path
from typing import Any

from cxzy_study.output.pictures import find_png_difference
from cxzy_study.tables import InvalidInput, save_text

TIMEOUT = 300
"""Seconds that one cell may take."""


def run_notebook(path: Path) -> str:
    """Run one notebook from top to bottom in its folder and return it as text, outputs included.

    Timings, kernel versions and metadata that vary between machines are left out.

    Raises
    ------
    InvalidInput
        Naming the notebook and the error of the cell that failed.
    """
    import nbformat
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
            cell.metadata.pop("execution", None)
    client = NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    try:
        # The kernel's own standard error holds its log; errors of cells come as exceptions.
        client.execute(env=os.environ | {"PYTHONHASHSEED": "0", "SOURCE_DATE_EPOCH": "0"}, stderr=subprocess.DEVNULL)
    except CellExecutionError as error:
        raise InvalidInput(f"Invalid notebook {path.name}: a cell failed. {error.ename}: {error.evalue}") from None
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        }
    )
    return nbformat.writes(notebook) + "\n"


def same_notebook(old: str, new: str) -> bool:
    """Whether two notebooks say the same: equal but for pictures, and those equal within the tolerance."""
    import nbformat

    before, after = (nbformat.reads(text, as_version=4) for text in (old, new))
    return len(before.cells) == len(after.cells) and all(
        _same(a, b) for a, b in zip(before.cells, after.cells, strict=True)
    )


def _same(a: Any, b: Any, key: str = "") -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k], k) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if key == "image/png" and isinstance(a, str) and isinstance(b, str):
        return not find_png_difference(base64.b64decode(a), base64.b64decode(b))
    return bool(a == b)


def refresh_notebook(path: Path) -> bool:
    """Run a notebook and write it if it says anything new. Return whether it was written."""
    old = path.read_text("utf-8")
    new = run_notebook(path)
    if old == new or same_notebook(old, new):
        return False
    save_text(new, path)
    return True
