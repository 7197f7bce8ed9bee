"""Time and memory of `cxzy bulk` over 10, 100 and 1,000 MB of generated text.

    .venv/bin/python benchmarks/scale_bulk.py [--megabytes 10,100] [--workers 1,2] [--format jsonl]

Documents are put together at random from the sentences of the demonstration corpus. Memory is the largest sum of the
resident memory of driver and workers, looked at every fifth of a second. Prints a table, as Markdown.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent


def sentences() -> list[str]:
    from cxzy_study.study.own import read_all, units_of

    units = units_of(read_all([ROOT / "data" / "demo" / "pages"])[0])
    return units.text[units.kind == "sentence"].tolist()


def documents(megabytes: int, seed: int) -> Iterator[str]:
    """Yield texts of about 3 KB until there are so many megabytes of UTF-8."""
    chance, stock, left = random.Random(seed), sentences(), megabytes * 1_000_000
    while left > 0:
        paragraphs = ["".join(chance.choices(stock, k=chance.randint(2, 6))) for _ in range(chance.randint(3, 9))]
        text = "\n\n".join([f"工作简报第{chance.randint(1, 999)}期", *paragraphs])
        left -= len(text.encode())
        yield text


def write(folder: Path, megabytes: int, kind: str) -> int:
    """Write the corpus and return how many documents it has."""
    n = 0
    if kind == "jsonl":
        with (folder / "corpus.jsonl").open("w", encoding="utf-8") as file:
            for n, text in enumerate(documents(megabytes, seed=megabytes), start=1):
                file.write(json.dumps({"id": f"d{n}", "text": text}, ensure_ascii=False) + "\n")
        return n
    for n, text in enumerate(documents(megabytes, seed=megabytes), start=1):
        path = folder / f"{n // 1000:04d}" / f"{n:07d}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    return n


def measure(inputs: Path, to: Path, workers: int) -> tuple[float, float, dict]:
    """Run the command and return seconds, most megabytes of memory, and the summary."""
    command = [sys.executable, "-m", "cxzy_study.cli", "bulk", str(inputs), "--to", str(to), "--workers", str(workers)]
    began, peak = time.monotonic(), 0
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    driver = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            peak = max(peak, sum(p.memory_info().rss for p in (driver, *driver.children(recursive=True))))
        time.sleep(0.2)
    if process.returncode:
        sys.exit(process.returncode)
    return time.monotonic() - began, peak / 2**20, json.loads((to / "summary.json").read_text("utf-8"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", default="10,100")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--format", choices=["jsonl", "pages"], default="jsonl")
    arguments = parser.parse_args()
    print("| MB | documents | workers | seconds | MB/s | memory, MB | results, MB |\n|--:|--:|--:|--:|--:|--:|--:|", flush=True)
    for megabytes in map(int, arguments.megabytes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").mkdir()
            n = write(folder / "in", megabytes, arguments.format)
            for workers in map(int, arguments.workers.split(",")):
                seconds, peak, summary = measure(folder / "in", folder / f"out{workers}", workers)
                assert summary["documents"] == n
                cells = (megabytes, f"{n:,}", workers, f"{seconds:,.0f}", f"{megabytes / seconds:.2f}", f"{peak:,.0f}")
                print("|", " | ".join(map(str, cells)), f"| {summary['result_bytes'] / 1e6:,.0f} |", flush=True)


if __name__ == "__main__":
    main()
