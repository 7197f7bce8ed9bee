"""Bulk work is killed, starved, poisoned and interrupted, and ends with the same bytes."""

from __future__ import annotations

import errno
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from bulky import digests, page, quick, same_rows, write_jsonl, write_pages

from cxzy_study.bulk import chain, jobs, keeper, run, schema, store, work
from cxzy_study.bulk.results import load_bulk
from cxzy_study.bulk.run import run_bulk
from cxzy_study.bulk.settings import Settings
from cxzy_study.tables import InvalidInput

COMMAND = [sys.executable, "-m", "cxzy_study.cli", "bulk"]


def _start(inputs: Path, to: Path) -> subprocess.Popen[bytes]:
    options = ["--to", str(to), "--part-megabytes", str(8192 / 2**20), "--seconds", "20", "--workers", "1"]
    return subprocess.Popen([*COMMAND, str(inputs), *options], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def _n_done(to: Path) -> int:
    return len(list((to / "work" / "manifest").glob("part-*.json")))


def _wait_for(condition, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this never came about"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> Path:
    return write_pages(tmp_path_factory.mktemp("in") / "pages", range(120))


@pytest.fixture(scope="module")
def undisturbed(pages, tmp_path_factory, engine) -> dict[str, str]:
    to = tmp_path_factory.mktemp("undisturbed") / "out"
    run_bulk([pages], to, settings=quick(), engine=engine)
    return digests(to)


def test_killed_three_times_it_ends_with_the_same_bytes(tmp_path, engine):
    """Kill -9 of the driver, of a worker, of the driver again, each at a moment that differs from run to run."""
    to, chance = tmp_path / "out", random.Random()
    pages = write_pages(tmp_path / "pages", range(1200))
    run_bulk([pages], tmp_path / "undisturbed", settings=quick(), engine=engine)
    for killed in ("driver", "worker", "driver"):
        before = _n_done(to)
        process = _start(pages, to)
        workers = psutil.Process(process.pid).children
        _wait_for(lambda: _n_done(to) > before or process.poll() is not None)  # noqa: B023
        time.sleep(chance.uniform(0, 0.3))
        assert process.poll() is None, "there is nothing left to kill: the corpus is too small for this machine"
        if killed == "worker" and (alive := workers()):
            alive[0].kill()
            _wait_for(lambda: _n_done(to) > before + 2 or process.poll() is not None)  # noqa: B023
        orphans = workers()
        process.kill()
        process.wait()
        # Workers go with their driver: none goes on writing into a folder that another run has by now.
        assert not psutil.wait_procs(orphans, timeout=20)[1]
    run_bulk([pages], to, settings=quick(), engine=engine)
    assert digests(to) == digests(tmp_path / "undisturbed")


def test_one_run_at_a_time(pages, tmp_path, engine):
    folder = store.Store(tmp_path / "out")
    with folder.locked(), pytest.raises(InvalidInput, match="another run is at work"):
        run_bulk([pages], tmp_path / "out", settings=quick(), engine=engine)


def test_full_disk(pages, undisturbed, tmp_path, engine, monkeypatch):
    """The disk fills while the third part is put in its place; later there is room again."""
    to, real, left = tmp_path / "out", store.save_bytes, iter([True, True])

    def save(content: bytes, path: Path) -> Path:
        if path.parent.name == "manifest" and not next(left, False):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return real(content, path)

    monkeypatch.setattr(store, "save_bytes", save)
    with pytest.raises(keeper.Broken, match=r"cannot write .*No space left on device"):
        run_bulk([pages], to, settings=quick(), engine=engine)
    assert _n_done(to) == 2
    monkeypatch.undo()
    run_bulk([pages], to, settings=quick(), engine=engine)
    assert digests(to) == undisturbed


def test_a_worker_that_cannot_write(pages, tmp_path, engine):
    """A worker that cannot write says so in one line, and the run stops with it."""
    part = next(iter(run.Plan(_planned(pages, tmp_path).plans).parts()))
    job = run.Job(part, str(pages), str(tmp_path / "file"), quick())
    (tmp_path / "file").write_text("no folder", "utf-8")
    with pytest.raises(keeper.Broken, match="cannot read or write"):
        engine.keepers[0].do(job)


def _planned(pages: Path, folder: Path, options: Settings | None = None) -> store.Store:
    made = store.Store(folder / "planned")
    made.open(options or quick())
    run.update_plan(run.Plan(made.plans), lambda: run.iter_entries([pages]), base=pages, settings=options or quick())
    return made


def test_a_result_that_went_away_is_made_again(pages, undisturbed, tmp_path, engine):
    to = tmp_path / "out"
    run_bulk([pages], to, settings=quick(), engine=engine)
    victims = sorted((to / "units").glob("*.parquet"))
    victims[1].unlink()
    victims[2].write_bytes(b"cut short")
    (to / "codes" / "part-9999999.parquet").write_bytes(b"stray")
    (to / ".summary.json.x7").write_bytes(b"half")
    told = run_bulk([pages], to, settings=quick(), engine=engine)
    assert told["run"]["documents"] < 120
    assert digests(to) == undisturbed


def test_a_page_that_went_away_is_told_and_tried_again(tmp_path, engine, monkeypatch):
    pages, to = write_pages(tmp_path / "pages", range(12)), tmp_path / "out"
    gone = pages / "松岭县" / "00005.txt"
    real = run.update_plan

    def plan_and_lose(*arguments, **options):
        plan = real(*arguments, **options)
        gone.rename(tmp_path / "away")
        return plan

    monkeypatch.setattr(run, "update_plan", plan_and_lose)
    run_bulk([pages], to, settings=quick(), engine=engine)
    monkeypatch.undo()
    rejected = load_bulk(to).table("rejected")
    assert rejected.doc_id.tolist() == ["松岭县/00005.txt"]
    assert "cannot be opened (No such file or directory)" in rejected.reason[0]
    (tmp_path / "away").rename(gone)
    run_bulk([pages], to, settings=quick(), engine=engine)
    assert load_bulk(to).summary["rejected"] == 0
    run_bulk([pages], tmp_path / "fresh", settings=quick(), engine=engine)
    assert digests(to) == digests(tmp_path / "fresh")


def test_only_what_is_new_is_done(tmp_path, engine):
    """Pages come, change and go, and rows come to a table; what is left is done once, and all is there."""
    source, to = write_pages(tmp_path / "in" / "pages", range(40)), tmp_path / "out"
    table = write_jsonl(tmp_path / "in" / "news.jsonl", range(100, 140))
    run_bulk([tmp_path / "in"], to, settings=quick(), engine=engine)
    files = {p.name: p.stat().st_mtime_ns for p in (to / "units").iterdir()}

    write_pages(source, range(40, 50))
    more = write_jsonl(tmp_path / "more.jsonl", range(140, 145)).read_bytes()
    table.write_bytes(table.read_bytes() + more)
    told = run_bulk([tmp_path / "in"], to, settings=quick(), engine=engine)
    assert told["run"]["documents"] == 15
    assert files.items() <= {p.name: p.stat().st_mtime_ns for p in (to / "units").iterdir()}.items()
    assert run_bulk([tmp_path / "in"], to, settings=quick(), engine=engine)["run"]["documents"] == 0
    _as_if_fresh(tmp_path, to, engine)

    (source / "松岭县" / "00000.txt").write_text(page(999), "utf-8")
    (source / "松岭县" / "00005.txt").unlink()
    lines = table.read_text("utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:3] + lines[4:]), "utf-8")
    told = run_bulk([tmp_path / "in"], to, settings=quick(), engine=engine)
    assert told["run"]["documents"] < 94
    _as_if_fresh(tmp_path, to, engine)


def _as_if_fresh(folder: Path, to: Path, engine) -> None:
    fresh = folder / f"fresh{time.monotonic_ns()}"
    run_bulk([folder / "in"], fresh, settings=quick(), engine=engine)
    keys = {"terms": ["doc_id", "section", "term"], "codes": ["doc_id", "unit_id", "theme"]}
    for name in ("documents", "units", "codes", "terms"):
        by = keys.get(name, ["doc_id", "unit_id"] if name == "units" else ["doc_id"])
        a, b = (load_bulk(where).table(name).sort_values(by) for where in (to, fresh))
        same_rows(a, b)
    for name in ("counts.parquet", "shares.csv"):
        assert (to / name).read_bytes() == (fresh / name).read_bytes()


def test_other_inputs_are_refused(pages, tmp_path, engine):
    to = tmp_path / "out"
    run_bulk([write_pages(tmp_path / "a" / "x", range(3))], to, settings=quick(), engine=engine)
    before = digests(to)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "other.txt").write_text(page(1), "utf-8")
    with pytest.raises(InvalidInput, match="other inputs"):
        run_bulk([tmp_path / "b"], to, settings=quick(), engine=engine)
    assert digests(to) == before


@pytest.mark.skipif(not hasattr(signal, "SIGINT") or os.name == "nt", reason="POSIX signals")
def test_interrupted_it_says_so_and_goes_on_later(pages, undisturbed, tmp_path, engine):
    to = tmp_path / "out"
    process = _start(pages, to)
    _wait_for(lambda: _n_done(to) > 0)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode in {130, 0}
    if process.returncode == 130:
        assert err.decode().strip() == "cxzy: interrupted; nothing half-written was left."
    run_bulk([pages], to, settings=quick(), engine=engine)
    assert digests(to) == undisturbed


POISON = """
import os, signal, time
from cxzy_study.bulk import chain
class Poisoned(chain.Chain):
    def run(self, documents):
        documents = list(documents)
        for item in documents:
            text = item.content.decode()
            if "毒一" in text: os.kill(os.getpid(), 9)
            while "毒二" in text: pass
            if "毒三" in text: raise ZeroDivisionError
            if "毒四" in text: held = bytearray(700 * 2**20); time.sleep(60)
            if "毒五" in text:
                signal.signal(signal.SIGPROF, signal.SIG_IGN)
                while True: pass
        return super().run(documents)
from cxzy_study.bulk import work
work.load_chain = work.Chain = Poisoned
work.main()
"""


FAULTY = """
from cxzy_study.bulk import work
class Faulty(work.Chain):
    def run(self, documents):
        documents = list(documents)
        if any(b"360" in item.content for item in documents): raise ZeroDivisionError
        return super().run(documents)
work.load_chain = Faulty
work.main()
"""


def test_what_brings_a_fast_path_down_is_done_by_the_plain_one(pages, undisturbed, tmp_path, monkeypatch):
    monkeypatch.setattr(keeper, "COMMAND", [sys.executable, "-c", FAULTY])
    run_bulk([pages], tmp_path / "out", settings=quick(), workers=1)
    assert digests(tmp_path / "out") == undisturbed


def test_few_pay_for_a_poisoned_one_among_thousands(tmp_path, monkeypatch):
    """Alone a document takes many times as long: only those of one small group are done alone."""
    alone, together = [], []

    class Fragile(chain.Chain):
        def run(self, documents):
            documents = list(documents)
            (alone if len(documents) == 1 else together).append(len(documents))
            if any("毒".encode() in item.content for item in documents):
                raise ZeroDivisionError
            return {name: schema.empty_table(name) for name in schema.SCHEMAS}

    monkeypatch.setattr(work, "load_chain", Fragile)
    monkeypatch.setattr(work, "Chain", Fragile)
    pages = write_pages(tmp_path / "pages", range(1000), sentences=2)
    (pages / "松岭县" / "00500.txt").write_text("毒" + page(500), "utf-8")
    options = quick(part_bytes=2**24)
    part = next(iter(run.Plan(_planned(pages, tmp_path, options).plans).parts()))
    job = run.Job(part, str(pages), str(tmp_path / "out"), options)
    told = work.Worker(options, io.BytesIO()).do(jobs.Order(job, str(tmp_path / "scratch")))
    assert told["rejected"] == 1
    assert sum(together) > 900
    assert 1 <= len(alone) <= work.GROUP


def test_poisoned_documents_are_set_aside(tmp_path, engine, monkeypatch):
    """One kills its process, one runs on, one raises, one eats memory, one is deaf to alarms; the rest is as ever."""
    pages, clean = write_pages(tmp_path / "pages", range(30)), write_pages(tmp_path / "clean", range(30))
    for n, poison in zip((3, 8, 13, 18, 23), "一二三四五", strict=True):
        bad = next(pages.rglob(f"{n:05d}.txt"))
        bad.write_text(f"松岭县毒{poison}。" + page(n), "utf-8")
        next(clean.rglob(f"{n:05d}.txt")).unlink()
    monkeypatch.setattr(keeper, "COMMAND", [sys.executable, "-c", POISON])
    monkeypatch.setattr(keeper, "GRACE", 1.0)
    monkeypatch.setattr(keeper, "ATTEMPTS", 2)
    options = {"seconds": 1.5, "megabytes": 600, "part_bytes": 2**20}
    run_bulk([pages], tmp_path / "out", settings=quick(**options), workers=1)
    monkeypatch.undo()
    run_bulk([clean], tmp_path / "expected", settings=quick(**options), engine=engine)
    found, expected = load_bulk(tmp_path / "out"), load_bulk(tmp_path / "expected")
    for name in ("documents", "units", "codes", "terms", "formulas", "quantities", "bodies"):
        same_rows(found.table(name), expected.table(name))
    reasons = {json.loads(f'"{r.doc_id[-9:-4]}"'): r.reason.partition(": ")[2] for r in found.table("rejected").itertuples()}
    assert reasons == {
        "00003": "ended its process (signal 9).", "00008": "took over 1.5 s.", "00013": "could not be done (ZeroDivisionError).",
        "00018": "took over 600 MB of memory.", "00023": "took over 1.5 s.",
    }  # fmt: skip
