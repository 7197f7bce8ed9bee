"""Harm `cxzy bulk` at random moments, again and again, and see whether it ends with the bytes of a run left in peace.

    .venv/bin/python benchmarks/kill_bulk.py [--kills 52] [--seed 1] [--documents 4000] [--workers 2]

Of ten harms about six kill a worker and three the driver, always by SIGKILL: one in six at once, wherever that is in the
start, the others within a second after another part was done. After every eighth kill the disk is filled up for a while
(results lie on a file system of their own in memory, where the system lets this be mounted), or a page goes away while
the run is at work and comes back later. Driver and workers start anew until the corpus is done; if there have been too
few kills by then, all begins again in an empty folder. The log goes into `bulk_survival.md` beside this file. Exit code
1 if a single byte of results differs.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from bulky import digests, write_jsonl, write_pages  # noqa: E402

COMMAND = [sys.executable, "-m", "cxzy_study.cli", "bulk"]
INSIDE = "CXZY_KILL_BULK_MOUNTS"
"""Set in the process that may mount a file system of its own."""


class Harm(NamedTuple):
    """What was done to a run: ``seconds`` since its driver was started, ``done`` parts by then."""

    round: int
    what: str
    seconds: float
    done: int
    then: str


class Trial:
    """Runs over one corpus, and what is done to them."""

    def __init__(self, folder: Path, *, workers: int, seed: int, has_disk: bool) -> None:
        self.folder, self.workers, self.has_disk = folder, workers, has_disk
        self.chance = random.Random(seed)
        self.log: list[Harm] = []
        self.pages = sorted((folder / "in" / "pages").rglob("*.txt"))
        self.away: tuple[Path, Path] | None = None
        self.filled = False
        self.n_side = 0

    @property
    def n_kills(self) -> int:
        return sum(harm.what in {"driver", "worker"} for harm in self.log)

    def start(self, to: Path) -> subprocess.Popen[bytes]:
        """Start a run with parts of 16 KB, so that there are many."""
        options = ["--to", str(to), "--workers", str(self.workers), "--part-megabytes", str(2**14 / 2**20)]
        return subprocess.Popen(
            [*COMMAND, str(self.folder / "in"), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT
        )

    def note(self, number: int, what: str, began: float, to: Path, then: str = "") -> None:
        self.log.append(Harm(number, what, round(time.monotonic() - began, 2), n_done(to), then))
        print(self.n_kills, *self.log[-1], flush=True)

    def round(self, number: int, kills: int) -> bool:
        """Harm runs until the corpus is done; return whether the bytes are those of the run in peace."""
        to = self.folder / "disk" / f"round{number}"
        while True:
            process, began = self.start(to), time.monotonic()
            while process.poll() is None and self.n_kills < kills:
                if self.n_kills // 8 > self.n_side:
                    self.n_side += 1
                    (self.fill_disk if self.has_disk and self.n_side % 2 else self.take_page)(number, process, began, to)
                else:
                    self.kill(number, process, began, to)
            said = process.communicate()[1].decode().strip()
            if self.away:
                # It comes back as it was before the next run looks; a part that missed it is done again.
                self.away[1].rename(self.away[0])
                self.away = None
            elif process.returncode == 0:
                return digests(to) == digests(self.folder / "peace")
            elif process.returncode > 0 and not (self.filled and "No space left" in said and "\n" not in said):
                raise SystemExit(f"a run ended with {process.returncode}: {said}")
            self.filled = False

    def wait_for_part(self, process: subprocess.Popen[bytes], to: Path) -> None:
        had = n_done(to)
        while n_done(to) == had and process.poll() is None:
            time.sleep(0.02)
        time.sleep(self.chance.uniform(0, 1))

    def kill(self, number: int, process: subprocess.Popen[bytes], began: float, to: Path) -> None:
        if self.chance.random() > 1 / 6:
            self.wait_for_part(process, to)
        else:
            time.sleep(self.chance.uniform(0, 4))
        victims = [("driver", psutil.Process(process.pid))] if process.poll() is None else []
        if victims and self.chance.random() > 1 / 3:
            victims = [("worker", p) for p in victims[0][1].children()] or victims
        for what, target in self.chance.sample(victims, min(len(victims), 1)):
            target.kill()
            if what == "driver":
                process.wait()
            self.note(number, what, began, to)

    def take_page(self, number: int, process: subprocess.Popen[bytes], began: float, to: Path) -> None:
        """Move a page away that the run has planned and, most likely, not read yet."""
        self.wait_for_part(process, to)
        if process.poll() is None:
            page = self.pages[self.chance.randrange(len(self.pages))]
            self.away = page, self.folder / "away.txt"
            page.rename(self.away[1])
            self.note(number, "page away", began, to, "back before the next start")

    def fill_disk(self, number: int, process: subprocess.Popen[bytes], began: float, to: Path) -> None:
        """Leave no byte on the disk until the run has stopped, and then make room again."""
        self.wait_for_part(process, to)
        filler = self.folder / "disk" / "filler"
        with filler.open("wb", buffering=0) as file:
            for size in (2**20, 2**12):
                try:
                    while True:
                        file.write(b"\0" * size)
                except OSError:
                    pass
        process.wait()
        filler.unlink()
        self.filled = process.returncode == 2
        self.note(number, "disk full", began, to, f"exit {process.returncode}")


def n_done(to: Path) -> int:
    return sum(name.startswith("part-") for name in os.listdir(to / "work" / "manifest")) if (to / "work" / "manifest").is_dir() else 0


def in_a_namespace() -> bool:
    """Go on in a process that may mount, where the system knows such; return whether this is one."""
    if os.environ.get(INSIDE):
        return True
    probe = ["unshare", "--user", "--map-root-user", "--mount"]
    if shutil.which("unshare") and subprocess.run([*probe, "true"], capture_output=True).returncode == 0:
        os.environ[INSIDE] = "1"
        os.execvp("unshare", [*probe, sys.executable, *sys.argv])
    return False


def mount(disk: Path, megabytes: int) -> bool:
    """Lay a small file system over *disk*."""
    disk.mkdir()
    if not in_a_namespace():
        return False
    return subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)], capture_output=True).returncode == 0


def report(trial: Trial, arguments: argparse.Namespace, *, parts: int, files: int, same: bool, minutes: float) -> str:
    """Return the log as Markdown."""
    counts = {what: sum(harm.what == what for harm in trial.log) for what in ("driver", "worker", "disk full", "page away")}
    rounds = max(harm.round for harm in trial.log)
    lines = [
        "# Killed again and again",
        "",
        f"The last run of `python benchmarks/kill_bulk.py --kills {arguments.kills} --seed {arguments.seed}`: "
        f"{arguments.documents:,} documents in {parts} parts, {arguments.workers} workers, {minutes:.0f} minutes.",
        "",
        f"**{counts['driver'] + counts['worker']} times killed by SIGKILL** ({counts['driver']} drivers, {counts['worker']} workers), "
        f"{counts['disk full']} times the disk was full, {counts['page away']} times a page went away while the run was at work. "
        f"{rounds} times the corpus came to its end. "
        + (f"Each time all {files} files of results had the bytes of a run left in peace." if same else "**Bytes differ.**"),
        "",
        "Seconds are those since the driver's start; parts, those done by then.",
        "",
        "| round | what | seconds | parts done | |",
        "|--:|---|--:|--:|---|",
        *(f"| {h.round} | {h.what} | {h.seconds} | {h.done} | {h.then} |" for h in trial.log),
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=52)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--documents", type=int, default=4000)
    arguments = parser.parse_args()
    in_a_namespace()
    with tempfile.TemporaryDirectory() as name:
        folder, began = Path(name), time.monotonic()
        half = arguments.documents // 2
        write_pages(folder / "in" / "pages", range(half))
        write_jsonl(folder / "in" / "news.jsonl", range(half, arguments.documents))
        has_disk = mount(folder / "disk", 256)
        trial = Trial(folder, workers=arguments.workers, seed=arguments.seed, has_disk=has_disk)
        if not has_disk:
            print("no file system can be mounted here: the disk will not be filled", flush=True)
        try:
            peace = trial.start(folder / "peace")
            assert peace.wait() == 0
            parts, files = n_done(folder / "peace"), len(digests(folder / "peace"))
            print(f"{parts} parts, {files} files of results", flush=True)
            same, number = True, 0
            while trial.n_kills < arguments.kills:
                number += 1
                same &= trial.round(number, arguments.kills)
                print(f"round {number}: {'the same bytes' if same else 'BYTES DIFFER'}", flush=True)
        finally:
            if has_disk:
                subprocess.run(["umount", "-l", str(folder / "disk")], check=False)
        text = report(trial, arguments, parts=parts, files=files, same=same, minutes=(time.monotonic() - began) / 60)
    Path(__file__).with_name("bulk_survival.md").write_text(text, encoding="utf-8")
    print(text.splitlines()[4])
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
