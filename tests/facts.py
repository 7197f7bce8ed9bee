"""Frames of invented units for the tests of the facts room, and the truth of the demo corpus."""

from __future__ import annotations

import pandas as pd

from conftest import ROOT
from cxzy_study.facts.lexicon import UNIT_COLUMNS

TRUTH = ROOT / "data" / "demo" / "truth"


def units_of(*texts: str, doc_id: str = "d", kinds: str = "") -> pd.DataFrame:
    """One document; ``kinds`` has an h for each heading and an s for each sentence (all sentences, if empty)."""
    kinds = kinds or "s" * len(texts)
    rows = [
        (doc_id, f"u{n:03d}", "heading" if kind == "h" else "sentence", "1", 1, "", n, text)
        for n, (kind, text) in enumerate(zip(kinds, texts, strict=True), 1)
    ]
    return pd.DataFrame(rows, columns=list(UNIT_COLUMNS))


def demo_units() -> pd.DataFrame:
    return pd.read_csv(TRUTH / "units.csv", keep_default_na=False, dtype={"section": str})


def demo_truth(name: str) -> pd.DataFrame:
    return pd.read_csv(TRUTH / f"{name}.csv", keep_default_na=False, dtype=str)
