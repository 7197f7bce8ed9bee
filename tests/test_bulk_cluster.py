"""The same run on a real Dask scheduler with real workers, processes of their own on this machine's loopback."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import psutil
import pytest
from bulky import digests, quick, write_jsonl, write_pages

from cxzy_study.bulk.run import run_bulk
from cxzy_study.cli import main
from cxzy_study.tables import InvalidInput


@pytest.fixture(scope="module")
def cluster(tmp_path_factory) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler's address, and its two workers."""
    folder = tmp_path_factory.mktemp("cluster")
    told = folder / "scheduler.json"
    options = ["--host", "127.0.0.1", "--no-dashboard"]
    started: list[subprocess.Popen[bytes]] = []

    def start(module: str, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *options, *more]
        started.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder))
        return started[-1]

    try:
        start("dask_scheduler", "--port", "0", "--scheduler-file", str(told))
        end = time.monotonic() + 60
        while not told.is_file() or not told.read_text():
            assert time.monotonic() < end, "the scheduler did not start"
            time.sleep(0.1)
        address = json.loads(told.read_text())["address"]
        assert address.startswith("tcp://127.0.0.1:")
        own = ["--no-nanny", "--nthreads", "1", "--local-directory", str(folder)]
        yield address, [start("dask_worker", address, *own) for _ in range(2)]
    finally:
        for process in started:
            process.kill()
            process.wait()


def test_a_cluster_gives_the_same_bytes_also_when_a_worker_is_killed(cluster, tmp_path, engine):
    address, workers = cluster
    write_pages(tmp_path / "in" / "pages", range(60))
    write_jsonl(tmp_path / "in" / "news.jsonl", range(100, 130))
    here, there = tmp_path / "here", tmp_path / "there"
    run_bulk([tmp_path / "in"], here, settings=quick(), engine=engine)
    _wait_for_workers(address)
    lost: list[psutil.Process] = []

    def lose_one() -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end and len(list(there.glob("work/manifest/part-*.json"))) < 3:
            time.sleep(0.02)
        lost.extend(psutil.Process(workers[0].pid).children(recursive=True))
        workers[0].kill()

    killer = threading.Thread(target=lose_one)
    killer.start()
    run_bulk([tmp_path / "in"], there, settings=quick(), scheduler=address)
    killer.join()
    assert workers[0].wait() != 0
    assert workers[1].poll() is None
    # The processes of the lost worker went with it; until then one may have written on, into its own scratch folder.
    assert not psutil.wait_procs(lost, timeout=20)[1]
    # What the cluster made, this machine takes for its own, and tidies what the lost worker left.
    assert run_bulk([tmp_path / "in"], there, settings=quick(), engine=engine)["run"]["documents"] == 0
    assert digests(here) == digests(there)


def _wait_for_workers(address: str) -> None:
    from distributed import Client

    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=90)


def test_the_command_line_takes_the_address(cluster, tmp_path, capsys):
    pages = write_pages(tmp_path / "pages", range(4))
    assert main(["bulk", str(pages), "--to", str(tmp_path / "out"), "--scheduler", cluster[0]]) == 0
    assert "4 documents" in capsys.readouterr().out


def test_a_fault_on_a_worker_is_told_in_one_line(cluster, tmp_path):
    """The worker cannot write: the folder of results turns into a file behind its back."""
    pages, to = write_pages(tmp_path / "pages", range(4)), tmp_path / "out"
    from cxzy_study.bulk import run

    real = run.update_plan

    def plan_and_spoil(*arguments, **options):
        plan = real(*arguments, **options)
        (to / "units").write_text("no folder", "utf-8")
        return plan

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "update_plan", plan_and_spoil)
        with pytest.raises(InvalidInput, match="cannot write"):
            run_bulk([pages], to, settings=quick(), scheduler=cluster[0])
