"""Keeps one worker process: gives it parts, watches its time and memory, and goes on without what brings it down."""

from __future__ import annotations

import contextlib
import os
import queue
import shutil
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import psutil

from cxzy_study.bulk.jobs import Job, Order, receive, send
from cxzy_study.bulk.store import Store
from cxzy_study.tables import InvalidInput

COMMAND = [sys.executable, "-m", "cxzy_study.bulk.work"]
"""What a worker process runs."""

GRACE = 10.0
"""Seconds of computing that a process may be silent beyond a document's time before it is ended from outside."""

WAITING = 20
"""So many times a document's time may pass on the clock: a process that waits (for a disk that is gone) computes nothing."""

START = 300.0
"""Seconds that a process may take until it is ready (the first time, a fast path is compiled)."""

ATTEMPTS = 3
"""So often a process must die over the same document before that is held to be the reason: once may be chance."""


THREADS = ("OMP_NUM_THREADS", "ARROW_NUM_THREADS", "NUMBA_NUM_THREADS", "RAYON_NUM_THREADS")
"""What makes libraries use one thread: there is a process for each core already."""


class Broken(InvalidInput):
    """A part cannot be done for a reason that lies in no document (a full disk, say); the run ends, its work stays."""


class Died(Exception):
    """A worker process is gone."""


class Keeper:
    """One worker process at a time, and what has been learnt from those before it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.inbox: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self.peak = 0
        self.stopped = False

    def do(self, job: Job) -> dict[str, Any]:
        """Do one part and put its files in their places.

        Returns
        -------
        dict
            What the manifest says of the part.

        Raises
        ------
        Broken
            If the fault lies in no document.
        """
        store = Store(Path(job.to))
        self.stopped = False
        known = store.entry(job.part.name, key=job.settings.key())
        if known and not known["again"] and known["dropped"] == sorted(job.dropped):
            # Done already by a worker that was thought lost, or whose answer was.
            return known
        careful: set[tuple[str, int]] = set()
        set_aside: dict[int, str] = {}
        passed_over: dict[int, str] = {}
        deaths: dict[tuple[str, int], int] = {}
        while True:
            scratch = store.scratch / f"{job.part.name}.{uuid.uuid4().hex[:12]}"
            order = Order(job, str(scratch), frozenset(careful), dict(set_aside), dict(passed_over))
            try:
                told = self._attempt(order)
                store.commit(job.part, scratch, told, key=job.settings.key())
                return told
            except Died as death:
                what, at, why = death.args
                # What this keeper ended for its time or memory is certain; a process that ended by itself may be chance.
                deaths[what, at] = deaths.get((what, at), 0) + (ATTEMPTS if why.startswith("took") else 1)
                if what in {"documents", "group"}:
                    careful.add((what, at))
                elif what == "start" and deaths[what, at] >= 3 * ATTEMPTS:
                    raise Broken(f"a worker process does not start: it {why}.") from None
                elif what != "start" and deaths[what, at] >= ATTEMPTS:
                    (set_aside if what == "document" else passed_over)[at] = why
            except OSError as error:
                raise Broken(f"cannot write {error.filename or job.to}: {error.strerror or error}.") from None
            except InvalidInput as error:
                raise Broken(str(error)) from None
            finally:
                shutil.rmtree(scratch, ignore_errors=True)

    def _attempt(self, order: Order) -> dict[str, Any]:
        at = ("start", 0)
        process = self._started()
        try:
            assert process.stdin is not None
            send(process.stdin, order)  # type: ignore[arg-type]
        except OSError:
            raise self._end(at, "stopped by itself") from None
        settings = order.job.settings
        allowed, spent = START, self._computed(process)
        heard = looked = time.monotonic()
        while True:
            if self.stopped:
                # With the process go the messages that it may have left.
                self.close()
                raise Broken("the run was stopped.")
            if (now := time.monotonic()) > looked + 0.25:
                looked = now
                if self._memory(process) > settings.megabytes * 2**20:
                    raise self._end(at, f"took over {settings.megabytes} MB of memory")
            try:
                message = self.inbox.get(timeout=0.25)
            except queue.Empty:
                if self._computed(process) - spent > allowed or time.monotonic() - heard > WAITING * allowed:
                    raise self._end(at, f"took over {settings.seconds:g} s") from None
                continue
            if message is None:
                raise self._end(at, _cause(process.wait()))
            if message[0] == "done":
                self._memory(process)
                return message[1]
            if message[0] == "broken":
                raise Broken(message[1])
            at = message
            allowed, spent, heard = settings.seconds + GRACE, self._computed(process), time.monotonic()

    def _started(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.close()
            environment = os.environ | dict.fromkeys(THREADS, "1")
            self.process = subprocess.Popen(
                COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
            self.inbox = queue.SimpleQueue()
            threading.Thread(target=_listen, args=(self.process.stdout, self.inbox), daemon=True).start()
        return self.process

    def _memory(self, process: subprocess.Popen[bytes]) -> int:
        with contextlib.suppress(psutil.Error):
            now = psutil.Process(process.pid).memory_info().rss
            self.peak = max(self.peak, now)
            return now
        return 0

    @staticmethod
    def _computed(process: subprocess.Popen[bytes]) -> float:
        """Return the seconds that the process has computed."""
        with contextlib.suppress(psutil.Error):
            times = psutil.Process(process.pid).cpu_times()
            return float(times.user + times.system)
        return 0.0

    def _end(self, at: tuple[str, int], why: str) -> Died:
        self.close()
        return Died(*at, why)

    def stop(self) -> None:
        """End the process, and the attempt that waits for it."""
        self.stopped = True
        process = self.process
        if process is not None:
            process.kill()

    def close(self) -> None:
        """End the process."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]
            self.process = None


def _listen(pipe: Any, inbox: queue.SimpleQueue[Any]) -> None:
    with contextlib.suppress(EOFError, OSError, ValueError):
        while True:
            inbox.put(receive(pipe))
    inbox.put(None)


def _cause(code: int) -> str:
    return f"ended its process (signal {-code})" if code < 0 else f"ended its process (exit {code})"


_KEPT = threading.local()


def adopt(keeper: Keeper) -> None:
    """Let this thread work with *keeper*."""
    _KEPT.keeper = keeper


def run_part(job: Job) -> dict[str, Any]:
    """Do one part with the worker process of this thread: the one function that every engine runs.

    Raises
    ------
    Broken
        If the fault lies in no document.
    """
    if not hasattr(_KEPT, "keeper"):
        _KEPT.keeper = Keeper()
    told = _KEPT.keeper.do(job)
    return {"part": job.part.number, "peak": _KEPT.keeper.peak, **told}
