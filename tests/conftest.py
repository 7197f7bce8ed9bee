"""Fixtures that several test files share."""

from __future__ import annotations

import os
from pathlib import Path

import matplotlib as mpl
import pytest
from hypothesis import settings

mpl.use("agg")  # no window opens, on a desktop either

settings.register_profile("shared machine", deadline=None)  # how long an example takes says nothing here
settings.load_profile("shared machine")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def corpus_dir() -> Path:
    """The folder of the five source documents, which are no part of the project: skips where it is not at hand."""
    named = os.environ.get("CXZY_CORPUS")
    folder = Path(named) if named else ROOT.parent / "shared" / "corpus"
    if any(folder.glob("*.txt")):
        return folder
    if named:
        pytest.fail(f"CXZY_CORPUS is set to {named}, where there is no source document.")
    pytest.skip("the source documents are not at hand: set CXZY_CORPUS to their folder")


@pytest.fixture(scope="session")
def engine():
    """Two worker processes for bulk work, kept over all tests: each takes seconds to start."""
    from cxzy_study.bulk.engines import LocalEngine

    with LocalEngine(2) as kept:
        yield kept
