"""Kill `cxzy bulk` at random moments, again and again, and see whether it ends with the bytes of a run left in peace.

    .venv/bin/python benchmarks/kill_bulk.py [--kills 60] [--seed 1] [--documents 1500] [--workers 2]

Victims are the driver or, three times in four where there is one, a worker, always by SIGKILL: one in six at once,
wherever that is in the start, the others up to two seconds after another part was done. Driver and workers start anew
until the corpus is done; if there have been too few kills by then, all begins again in an empty folder. A line for each
kill goes into `kill_bulk.csv` beside this file: round, victim, seconds since the driver was started, parts done by then.
Exit code 1 if a single byte of results differs.
"""

from __future__ import annotations

import argparse
import csv
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bulky import digests, write_jsonl, write_pages  # noqa: E402

COMMAND = [sys.executable, "-m", "cxzy_study.cli", "bulk"]


def start(inputs: Path, to: Path, workers: int) -> subprocess.Popen[bytes]:
    """Start a run with parts of 16 KB, so that there are many."""
    options = ["--to", str(to), "--workers", str(workers), "--part-megabytes", str(2**14 / 2**20)]
    return subprocess.Popen([*COMMAND, str(inputs), *options], stdout=subprocess.DEVNULL, cwd=ROOT)


def n_done(to: Path) -> int:
    return len(list((to / "work" / "manifest").glob("part-*.json")))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--documents", type=int, default=1500)
    arguments = parser.parse_args()
    chance, rows = random.Random(arguments.seed), []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_pages(folder / "in" / "pages", range(arguments.documents // 2))
        write_jsonl(folder / "in" / "news.jsonl", range(arguments.documents // 2, arguments.documents))
        assert start(folder / "in", folder / "peace", arguments.workers).wait() == 0
        expected = digests(folder / "peace")
        total, n_round, same = n_done(folder / "peace"), 0, True
        print(f"{total} parts, {len(expected)} files of results", flush=True)
        while len(rows) < arguments.kills:
            n_round += 1
            to = folder / f"round{n_round}"
            while True:
                process, began = start(folder / "in", to, arguments.workers), time.monotonic()
                while process.poll() is None and len(rows) < arguments.kills:
                    had, later = n_done(to), chance.random() > 1 / 6
                    while later and n_done(to) == had and process.poll() is None:
                        time.sleep(0.05)
                    time.sleep(chance.uniform(0, 2))
                    victims = [("driver", process)]
                    try:
                        victims += [("worker", p) for p in psutil.Process(process.pid).children()]
                    except psutil.Error:
                        break
                    victim, target = victims[0] if chance.random() < 1 / 4 else chance.choice(victims[-arguments.workers :])
                    try:
                        target.kill()
                    except psutil.Error:
                        continue
                    rows.append((n_round, victim, round(time.monotonic() - began, 2), n_done(to)))
                    print(len(rows), *rows[-1], flush=True)
                if process.wait() == 0:
                    break
            same &= digests(to) == expected
            print(f"round {n_round}: {'the same bytes' if same else 'BYTES DIFFER'}", flush=True)
    with (Path(__file__).with_suffix(".csv")).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([("round", "victim", "seconds", "parts_done"), *rows])
    drivers = sum(row[1] == "driver" for row in rows)
    print(f"{drivers} drivers and {len(rows) - drivers} workers killed; {total} parts; same bytes: {same}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
