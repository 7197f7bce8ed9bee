"""Invented tables with the study's document ids and fictional places, for tests of figures and report."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from invented_facts import fact_tables

from conftest import ROOT
from cxzy_study.findings.practices import count_accountability, count_ladder, trace_cycles
from cxzy_study.output.exhibits import EXHIBITS, frame_exhibit
from cxzy_study.output.figures import save_exhibit
from cxzy_study.output.glossary import Glossary, load_glossary
from cxzy_study.output.style import LANGS
from cxzy_study.tables import CYCLES, MODES, SCHEMAS, THEMES, load_table
from cxzy_study.tables.schemas_practices import CONSEQUENCES, FORUMS

CODEBOOK = {"version": 1, "sha": "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0"}
STUDY = {"version": "0.1.0", "released": "2026-01-31"}

COLUMNS = (
    "place_en", "place_zh", "admin_level", "genre", "campaign", "completeness", "covers_from", "covers_to",
    "published_on",
)  # fmt: skip
ROWS = {
    "langfang": "Songling 松岭 prefecture essay campaign whole 2010-04 2012-05 2012-05-13",
    "dingan": "Yunxi 云溪 county speech campaign whole 2010-05 2010-12 -",
    "taining": "Shuangqiao 霜桥 county report forerunner whole 2004-04 2005-06 2005",
    "tianjin": "Luting 鹭汀 municipality news campaign whole 2010-04 2010-07 2010",
    "finance": "Auditors 某审计部门 department department_essay campaign censored - - -",
}
BASIS = dict(zip(ROWS, ("document", "unknown", "inferred", "inferred", "unknown"), strict=True))
PARAGRAPHS = {"langfang": 12, "dingan": 20, "taining": 22, "tianjin": 14, "finance": 16}
ARENAS = {"villages": 4, "offices": 12, "state_firms": 3, "private_firms": 6, "communities": 4}


@functools.cache
def glossary() -> Glossary:
    return load_glossary(ROOT / "data" / "glossary.csv")


@functools.cache
def drawn() -> Path:
    """A folder with all exhibits of :func:`tables` as SVG and PDF, drawn once for all tests. Nobody writes there."""
    folder = Path(tempfile.mkdtemp(prefix="cxzy_drawn_"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    made = tables()
    for exhibit in EXHIBITS.values():
        for lang in LANGS:
            frame = frame_exhibit(exhibit, made)
            given = {"glossary": glossary(), "codebook": CODEBOOK, "formats": ("svg", "pdf")}
            save_exhibit(exhibit, frame, lang=lang, to=folder, **given)
    return folder


def _agreement(rng: np.random.Generator) -> pd.DataFrame:
    """Agreement of two readers, a row a theme and two for all."""
    rows = []
    for theme in (*THEMES, "(sets)", "(mode)"):
        alpha = float(rng.uniform(0.7, 1.0))
        low, high = alpha - 0.05, min(1.0, alpha + 0.05)
        verdict = "reliable" if low >= 0.8 else "tentative" if low >= 0.667 else "unreliable"
        shares = [0.9, 0.8, 0.7, 0.85]
        rows.append(("reader_1", "reader_2", theme, 99, 20, 9, 8, 7, *shares, alpha, low, high, alpha, low, high, verdict, ""))
    return pd.DataFrame(rows, columns=SCHEMAS["agreement"].names)


def tables(seed: int = 3) -> dict[str, pd.DataFrame]:
    """All tables that the exhibits and the report are made from; every number is drawn from *seed*."""
    rng = np.random.default_rng(seed)
    units, removed, codes, sources, basis = [], [], [], [], []
    for doc_id, line in ROWS.items():
        at, number = 40, 0
        removed.append((doc_id, "0-40", "menu", 40))
        for paragraph in range(1, PARAGRAPHS[doc_id] + 1):
            for k in range(int(rng.integers(2, 6))):
                number += 1
                n = int(rng.integers(8, 90))
                kind = "heading" if k == 0 and paragraph % 3 == 1 else "sentence"
                unit_id = f"u{number:03d}"
                units.append((doc_id, unit_id, kind, str(paragraph // 5), 1, "", paragraph, f"{at}-{at + n}", n))
                at += n
                themes = [t for i, t in enumerate(THEMES) if rng.random() < 0.02 + 0.012 * ((i * 5) % 17)] or ["none"]
                codes += [(doc_id, unit_id, t, "settled", 1, np.nan) for t in themes]
        for reason, n in (("space", 12), ("byline", int(rng.integers(10, 60)))):
            removed.append((doc_id, f"{at}-{at + n}", reason, n))
            at += n
        facts = dict(zip(COLUMNS, line.split(), strict=True))
        named = doc_id != "finance"
        values = dict.fromkeys(SCHEMAS["sources"].names, "") | {k: "" if v == "-" else v for k, v in facts.items()}
        values |= {"doc_id": doc_id, "title": f"{facts['place_zh']}的做法", "author": "某甲;某乙" if named else ""}
        values |= {"place": facts["place_zh"] if named else "", "script": "simplified"}
        values |= {"sha256": "0" * 64, "n_chars": at}
        sources.append(values)
        basis.append((doc_id, "published_on", BASIS[doc_id], "", ""))
    made = {
        "agreement": _agreement(rng),
        "sources": pd.DataFrame(sources),
        "source_basis": pd.DataFrame(basis, columns=SCHEMAS["source_basis"].names),
        "units": pd.DataFrame(units, columns=SCHEMAS["units"].names),
        "removed": pd.DataFrame(removed, columns=SCHEMAS["removed"].names),
        "codes": pd.DataFrame(codes, columns=SCHEMAS["codes"].names),
    }
    made["shares"] = _shares(made["units"], made["codes"], rng)
    made["scores"] = pd.DataFrame(
        {
            "coder": "rules",
            "reference": "settled",
            "theme": THEMES,
            "n_true": rng.integers(3, 60, len(THEMES)),
            "n_coded": rng.integers(3, 60, len(THEMES)),
            "precision": rng.uniform(0.4, 1, len(THEMES)),
            "recall": rng.uniform(0.4, 1, len(THEMES)),
        }
    ).assign(f1=lambda t: 2 * t.precision * t.recall / (t.precision + t.recall))
    made["scores"].loc[16, ["precision", "f1"]] = np.nan
    return made | practice_tables(made, rng) | fact_tables() | finding_tables()


@functools.cache
def finding_tables() -> dict[str, pd.DataFrame]:
    """Tables of findings, as shipped: their ids are the study's, and they hold no names of places."""
    names = "tree distances map pairs keyness approaches approaches_tested claims multiverse calibration accuracy".split()
    return {name: load_table(ROOT / f"data/tables/{name}.csv", name) for name in names}


def practice_tables(made: dict[str, pd.DataFrame], rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Invented practices and what follows from them; every value of each closed vocabulary occurs."""
    columns = {c.name: c for c in SCHEMAS["practices"].columns}
    rows = []
    for doc_id in ROWS:
        mine = made["units"][made["units"]["doc_id"] == doc_id]
        for k in range(24):
            cycle = (*CYCLES, "none")[k % 4]
            judged = k % 3 == 0
            row = dict.fromkeys(columns, "") | {"practice_id": f"{doc_id}-{k + 1:02d}", "doc_id": doc_id, "practice": f"云溪做法{k}"}
            row |= {"label_en": f"Practice {k}", "gloss": "invented", "gloss_zh": "虚构", "themes": THEMES[k % len(THEMES)]}
            for name in ("actor", "addressee", "instrument", "mode", "commitment"):
                allowed = columns[name].allowed
                row[name] = allowed[int(rng.integers(len(allowed)))]
            row |= {"checking": FORUMS[k % len(FORUMS)] if judged else "none", "consequence": CONSEQUENCES[k % 4] if judged else "none"}
            row |= {"answers": ("member", "leading_cadre", "party_committee")[k % 9 // 3] if judged else "", "cycle": cycle}
            row |= {"step": "none" if cycle == "none" else CYCLES[cycle][k // 4 % len(CYCLES[cycle])]}
            words = "earlier" if doc_id == "taining" else ("centre", "adapted", "not_found")[k % 3]
            row |= {"whose_words": words, "register_ids": "" if words == "not_found" else ("launch", "pledge", "late")[k % 2]}
            rows.append(row | {"unit_ids": mine["unit_id"].iloc[k % len(mine)]})
    practices = pd.DataFrame(rows, columns=SCHEMAS["practices"].names)
    centre = [
        ("launch", "启动", "Launch", "stage", "2010-04", "", "a notice", "public_page", "example.org", ""),
        ("pledge", "承诺", "Pledge", "formula", "2010-04", "2010-12", "a speech", "general_knowledge", "", ""),
        ("late", "总结", "Closing", "stage", "2012-10-15", "", "a report", "consulted", "demo:u001", ""),
        ("undated", "通知", "Notice", "document", "", "", "a notice", "consulted", "demo:u002", ""),
    ]
    arenas = made["units"][made["units"]["doc_id"] == "taining"].head(10)[["doc_id", "unit_id"]]
    arenas = arenas.assign(arena=[list(ARENAS)[i // 2] for i in range(10)])
    modes = made["units"][["doc_id", "unit_id"]].assign(mode=[MODES[i] for i in rng.integers(0, 7, len(made["units"]))])
    sight = pd.DataFrame([("finance", "benchmarking", "all", "preview", "breaks off", "中断")], columns=SCHEMAS["sight"].names)
    statements = [(d, "u001", kind, np.nan, "", "a thing", "某事", "") for d in ROWS for kind in ("growth", "activity_count")]
    finding = [("reader_1", "reader_2", g, 30, 28, 26, 12, 0.87, 0.93, 0.9, 0.8, 0.95, "") for g in ("all", *ROWS)]
    return {
        "practices": practices,
        "centre": pd.DataFrame(centre, columns=SCHEMAS["centre"].names),
        "accountability": count_accountability(practices),
        "ladder": count_ladder(practices, modes, units=made["units"], arenas=arenas, censored=["finance"]),
        "cycle_steps": trace_cycles(practices[practices["step"] != "rank"], units=made["units"], sight=sight),
        "statements": pd.DataFrame(statements, columns=SCHEMAS["statements"].names),
        "practice_finding": pd.DataFrame(finding, columns=SCHEMAS["practice_finding"].names),
    }


def _shares(units: pd.DataFrame, codes: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    sentences = units[units["kind"] == "sentence"]
    marked = sentences.merge(codes, on=["doc_id", "unit_id"])
    rows = []
    for doc_id in sorted(ROWS):
        mine = sentences[sentences["doc_id"] == doc_id]
        for theme in THEMES:
            k = int(((marked["doc_id"] == doc_id) & (marked["theme"] == theme)).sum())
            blocks, censored = mine["paragraph"].nunique(), int(doc_id == "finance")
            rows.append(_row("source", doc_id, theme, k, len(mine), blocks, censored))
    for arena in sorted(ARENAS):
        n = ARENAS[arena]
        for theme in THEMES:
            rows.append(_row("arena", arena, theme, int(rng.integers(0, n // 2 + 1)), n, 1 if n < 4 else n // 2, 0))
    return pd.DataFrame(rows, columns=SCHEMAS["shares"].names)


def _row(kind: str, group: str, theme: str, k: int, n: int, blocks: int, censored: int) -> tuple:
    share, half = k / n, 1.96 * (0.25 / n) ** 0.5
    low, high = max(0.0, share - half), min(1.0, share + half)
    if blocks == 1:
        return (kind, group, "settled", theme, n, blocks, k, share, np.nan, np.nan, "none: one paragraph", censored)
    return (kind, group, "settled", theme, n, blocks, k, share, low, high, "wilson_deff", censored)
