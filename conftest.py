"""Notebooks are checked strictly: nbval with its two gaps closed.

nbval 0.11 compares no pictures and passes a notebook whose outputs were stripped. Here pictures are compared as
pictures, and a cell that was not run, is not compared or was not collected is a failure.
"""

from __future__ import annotations

import base64
import functools

import pytest
from nbval.plugin import IPyNbCell

from cxzy_study.output.pictures import find_png_difference

PICTURES = ("image/png", "image/jpeg")


def pictures_differ(stored: str, drawn: str) -> str:
    """Say how two pictures in base64 differ, or nothing where they are the same but for noise."""
    return find_png_difference(base64.b64decode(stored), base64.b64decode(drawn))


def _pictures(outputs) -> list[tuple[str, str]]:
    return [(kind, out["data"][kind]) for out in outputs for kind in PICTURES if kind in out.get("data", {})]


def _compare(cell, compare_rest, test, ref, **options) -> bool:
    """nbval's own comparison, which leaves pictures out, and then the pictures."""
    if not compare_rest(test, ref, **options):
        return False
    drawn, stored = _pictures(test), _pictures(ref)
    if [kind for kind, _ in drawn] != [kind for kind, _ in stored]:
        faults = [f"{len(stored)} pictures are stored, {len(drawn)} are drawn, or of other kinds"]
    else:
        faults = [pictures_differ(old, new) for (_, old), (_, new) in zip(stored, drawn, strict=True)]
    cell.comparison_traceback += [f"picture {n}: {fault}" for n, fault in enumerate(faults, 1) if fault]
    return not any(faults)


def pytest_itemcollected(item):
    if isinstance(item, IPyNbCell):
        item.compare_outputs = functools.partial(_compare, item, item.compare_outputs)


def pytest_runtest_setup(item):
    if not isinstance(item, IPyNbCell):
        return
    if item.cell.source.strip() and item.cell.execution_count is None:
        item.raise_cell_error("The cell has no execution count: it was stripped or never run.")
    if item.options["skip"] or not item.options["check"]:
        item.raise_cell_error("The cell asks not to be compared. Make its output the same on every run instead.")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Refuse an empty check: no notebook, or none with a cell to run."""
    if not config.option.nbval or config.option.collectonly:
        return
    if not any(isinstance(item, IPyNbCell) for item in items):
        raise pytest.UsageError("--nbval was asked for, and no notebook with code was collected.")
