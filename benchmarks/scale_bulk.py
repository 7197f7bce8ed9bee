"""Time and memory of `cxzy bulk` over 10, 100 and 1,000 MB of generated text.

    .venv/bin/python benchmarks/scale_bulk.py [--megabytes 10,100] [--workers 1,2] [--format jsonl] [--coder rules]

The text is that of `generate.py`. Memory is the largest sum of the resident memory of driver and workers, looked at every
fifth of a second; of processor time, that of all of them. Prints a table, as Markdown; `--write` puts it into `scale.md`.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(Path(__file__).parent))

from generate import generate  # noqa: E402

STOCK = 30.0


def documents(megabytes: float, seed: int) -> Iterator[str]:
    """Yield texts until there are so many megabytes of UTF-8.

    Up to :data:`STOCK` megabytes come from ``generate.py``; beyond, title and paragraphs of each document are drawn at
    random from those, so that a gigabyte takes a minute.
    """
    left, stock = megabytes * 1e6, list(generate(min(megabytes, STOCK), seed=seed))
    heads = [text.split("\n")[:3] for text in stock]
    bodies = [line for text in stock for line in text.split("\n")[3:] if line]
    sizes = [text.count("\n") - 3 for text in stock]
    chance = random.Random(seed)
    for text in stock:
        left -= len(text.encode())
        yield text
    while left > 0:
        text = "\n".join([*chance.choice(heads), *chance.choices(bodies, k=chance.choice(sizes)), ""])
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


def measure(inputs: Path, to: Path, workers: int, coder: str) -> dict[str, Any]:
    """Run the command and return seconds, seconds of processor time, megabytes of memory, and the summary."""
    command = [sys.executable, "-m", "cxzy_study.cli", "bulk", str(inputs), "--to", str(to), "--workers", str(workers), "--coder", coder]
    began, peak, driver_peak = time.monotonic(), 0, 0
    before = os.times()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    driver = psutil.Process(process.pid)
    while process.poll() is None:
        with contextlib.suppress(psutil.Error):
            own = driver.memory_info().rss
            peak = max(peak, own + sum(p.memory_info().rss for p in driver.children(recursive=True)))
            driver_peak = max(driver_peak, own)
        time.sleep(0.2)
    if process.returncode:
        sys.exit(process.returncode)
    after = os.times()
    computed = after.children_user + after.children_system - before.children_user - before.children_system
    summary = json.loads((to / "summary.json").read_text("utf-8"))
    return {"seconds": time.monotonic() - began, "computed": computed, "peak": peak / 2**20, "driver": driver_peak / 2**20} | summary


HEAD = """\
| MB | documents | coder | workers | seconds | MB/s | processor seconds | MB a processor second | \
memory, MB | of it the driver | results, MB |
|--:|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", default="10,100")
    parser.add_argument("--workers", default="1,2")
    parser.add_argument("--coder", default="rules")
    parser.add_argument("--format", choices=["jsonl", "pages"], default="jsonl")
    parser.add_argument("--write", action="store_true", help="add the rows to scale.md")
    arguments = parser.parse_args()
    print(HEAD, flush=True)
    for megabytes in map(int, arguments.megabytes.split(",")):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").mkdir()
            n = write(folder / "in", megabytes, arguments.format)
            for workers in map(int, arguments.workers.split(",")):
                told = measure(folder / "in", folder / f"out{workers}", workers, arguments.coder)
                assert told["documents"] + told["rejected"] == n
                row = (
                    f"| {megabytes:,} | {n:,} | {arguments.coder} | {workers} | {told['seconds']:,.0f} | {megabytes / told['seconds']:.2f} "
                    f"| {told['computed']:,.0f} | {megabytes / told['computed']:.2f} | {told['peak']:,.0f} | {told['driver']:,.0f} "
                    f"| {told['result_bytes'] / 1e6:,.0f} |"
                )
                print(row, flush=True)
                if arguments.write:
                    with Path(__file__).with_name("scale.md").open("a", encoding="utf-8") as file:
                        file.write(row + "\n")


if __name__ == "__main__":
    main()
