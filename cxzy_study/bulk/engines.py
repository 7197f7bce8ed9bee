"""Where parts are done: processes of this machine, or the workers of a Dask cluster."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from types import TracebackType
from typing import Any, Protocol

import psutil

from cxzy_study.bulk.jobs import Job
from cxzy_study.bulk.keeper import Broken, Keeper, adopt, run_part
from cxzy_study.tables import InvalidInput

AHEAD = 2
"""Jobs that wait for each worker: enough that none is idle, few enough that memory does not grow."""

PATIENCE = 30.0
"""Seconds that a scheduler has to answer."""


class Engine(Protocol):
    """Does jobs."""

    def map(self, jobs: Iterable[Job], n: int) -> Iterator[dict[str, Any]]:
        """Do *n* jobs and yield what each returned, in the order in which they end."""

    def close(self) -> None:
        """Let go of what it holds."""


class LocalEngine:
    """Processes of this machine, kept from one run to the next.

    Parameters
    ----------
    workers : int, optional
        How many; by default one for each core that this process may use.

    Raises
    ------
    InvalidInput
        If it is less than 1.
    """

    def __init__(self, workers: int | None = None) -> None:
        if workers is not None and workers < 1:
            raise InvalidInput(f"Invalid workers {workers}: must be 1 or more.")
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else psutil.cpu_count() or 1
        self.keepers = [Keeper() for _ in range(workers or cores)]

    def map(self, jobs: Iterable[Job], n: int) -> Iterator[dict[str, Any]]:
        """Do *n* jobs and yield what each returned, in the order in which they end."""
        from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

        # A thread for each process: it only waits.
        keepers = iter(self.keepers)
        workers = min(n, len(self.keepers))
        with ThreadPoolExecutor(workers, initializer=lambda: adopt(next(keepers))) as pool:
            todo = iter(jobs)
            running: set[Future[dict[str, Any]]] = {pool.submit(run_part, job) for job in islice(todo, AHEAD * workers)}
            try:
                while running:
                    done, running = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        yield future.result()
                    running |= {pool.submit(run_part, job) for job in islice(todo, len(done))}
            except BaseException:
                # What is under way is given up: it was not done, and will be done again.
                pool.shutdown(wait=False, cancel_futures=True)
                for keeper in self.keepers:
                    keeper.stop()
                raise

    def close(self) -> None:
        """End the processes."""
        for keeper in self.keepers:
            keeper.close()

    def __enter__(self) -> LocalEngine:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()


class DaskEngine:
    """The workers of a Dask cluster, which see the same files under the same paths.

    Parameters
    ----------
    scheduler : str
        Its address, ``tcp://host:8786``.

    Raises
    ------
    InvalidInput
        If no scheduler answers there, or it has no workers.
    """

    def __init__(self, scheduler: str) -> None:
        from distributed import Client

        try:
            self.client = Client(scheduler, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise InvalidInput(f"Invalid --scheduler {scheduler}: no Dask scheduler answers there ({error}).") from None
        self.threads = sum(self.client.nthreads().values())
        if not self.threads:
            self.close()
            raise InvalidInput(f"Invalid --scheduler {scheduler}: it has no workers. Start dask worker {scheduler}.")

    def map(self, jobs: Iterable[Job], n: int) -> Iterator[dict[str, Any]]:
        """Do *n* jobs and yield what each returned, in the order in which they end.

        Raises
        ------
        Broken
            If worker after worker is lost over one part.
        """
        from distributed import KilledWorker, as_completed

        todo = iter(jobs)
        # A part's files are put in place by renaming, so that one done twice (by a worker thought lost) does no harm.
        first = self.client.map(run_part, list(islice(todo, min(n, AHEAD * self.threads))), pure=False)
        running = as_completed(first, loop=self.client.loop)
        for future in running:
            try:
                yield future.result()
            except KilledWorker as error:
                raise Broken(f"worker after worker was lost over one part, the last {error.last_worker}.") from None
            running.update(self.client.map(run_part, list(islice(todo, 1)), pure=False))

    def close(self) -> None:
        """Take leave of the scheduler."""
        self.client.close()
