"""A small invented corpus for the tests of bulk work, and ways to look at its results."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd

from cxzy_study.bulk.settings import Settings, make_settings

PLACES = ("松岭县", "青河镇", "云溪乡", "白鹭市", "竹林县")
DEEDS = (
    "各支部公开承诺，推行“三亮两评”。", "全县建立联系点360多个，每月走访2次以上。", "县委督查组每季度检查一次，结果公开。",
    "干部进村入户，为群众办实事120件。", "开展业务竞赛，评选服务标兵15名。", "会议开了。", "制度上墙，长期坚持。",
)  # fmt: skip


def page(n: int, *, sentences: int = 12) -> str:
    """Return document number *n*: a title and two paragraphs."""
    place = PLACES[n % len(PLACES)]
    told = [f"{place}{DEEDS[(n * 5 + i * (n % 3 + 1)) % len(DEEDS)]}" for i in range(sentences)]
    half = sentences // 2
    return f"{place}创先争优工作总结之{n}\n\n{''.join(told[:half])}\n\n{''.join(told[half:])}"


def write_pages(folder: Path, numbers: range, *, sentences: int = 12) -> Path:
    """Write pages into *folder*, in a few folders of their own."""
    for n in numbers:
        path = folder / PLACES[n % len(PLACES)] / f"{n:05d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(page(n, sentences=sentences), "utf-8")
    return folder


def write_jsonl(path: Path, numbers: range, *, sentences: int = 12) -> Path:
    """Write the pages as rows of a JSONL."""
    rows = [{"id": f"d{n}", "text": page(n, sentences=sentences), "place": PLACES[n % len(PLACES)]} for n in numbers]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def quick(**options: object) -> Settings:
    """Return settings with small parts, so that a small corpus has many."""
    return make_settings(**({"part_bytes": 8192, "seconds": 20.0} | options))  # type: ignore[arg-type]


def digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of results, but for the notes of how a run went."""
    apart = {"last_run.json", "lock"}
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name not in apart)
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def same_rows(a: pd.DataFrame, b: pd.DataFrame) -> None:
    """Assert that two tables hold the same rows in the same order, whatever their types are."""
    assert list(a.columns) == list(b.columns)
    pd.testing.assert_frame_equal(_plain(a), _plain(b), check_dtype=False)


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    plain = frame.reset_index(drop=True).astype(object)
    return plain.where(plain.notna(), None)
