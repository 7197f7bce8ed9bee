"""What a worker process does: parts in, files of tables out. Run as ``python -m cxzy_study.bulk.work``.

It is a process of its own, so that a document that takes too long, takes too much memory or brings the process down
costs that document and nothing else; see :mod:`cxzy_study.bulk.keeper` for the other end.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import threading
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from cxzy_study.bulk.chain import Chain, Item, load_chain, reject
from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.items import Refused, iter_piece
from cxzy_study.bulk.jobs import Order, receive, send
from cxzy_study.bulk.listing import show_path
from cxzy_study.bulk.schema import SCHEMAS, empty_table, join_tables, make_table
from cxzy_study.bulk.settings import Settings
from cxzy_study.bulk.store import PartWriter

FLUSH = 32 * 2**20
"""Characters after which what has come together is written, and memory freed."""


GROUP = 64
"""Documents that are tried together when something among very many is at fault."""

SHARE = 0.25
"""Share of the longest time of one document that a batch or group may take: in half of that it is done on a slow machine."""


MOST_REASON = 1000
"""Characters of a reason."""


class TooSlow(BaseException):
    """A document has taken all its time. No Exception, so that nothing on the way takes it for a fault of its own."""


def main() -> None:
    """Do orders from standard input until it ends."""
    inbox, outbox = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not get between the messages.
    os.dup2(2, 1)
    orders: queue.SimpleQueue[Order] = queue.SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError, OSError):
            while True:
                orders.put(receive(inbox))
        # The keeper is gone, and this process goes with it, whatever it is at.
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    worker: Worker | None = None
    while True:
        order = orders.get()
        try:
            if worker is None or worker.settings != order.job.settings:
                worker = Worker(order.job.settings, outbox)
            send(outbox, ("done", worker.do(order)))
        except OSError as error:
            send(outbox, ("broken", f"cannot read or write {error.filename or 'the results'}: {error.strerror or error}."))
        except Exception as error:  # noqa: BLE001 (the keeper says it to a person)
            send(outbox, ("broken", f"a worker failed ({type(error).__name__}: {error})."))


Numbered = tuple[int, Item]


class Worker:
    """The chain of one process.

    Parameters
    ----------
    settings : Settings
    outbox : file
        Where it says what it is at.
    """

    def __init__(self, settings: Settings, outbox: BinaryIO) -> None:
        self.settings, self.outbox = settings, outbox
        self.chain = load_chain(settings)

    @cached_property
    def plain(self) -> Chain:
        """The plain chain: what brings the fast one down is done by it, with the same rows."""
        return self.chain if type(self.chain) is Chain else Chain(self.settings)

    def do(self, order: Order) -> dict[str, Any]:
        """Do one part and return what the manifest shall say of it: tables, documents, rejected, bytes, again."""
        job = order.job
        writer = PartWriter(Path(order.scratch), text=self.settings.text)
        n_documents = n_rejected = done = 0
        again = False
        for batch, refused, size in self._batches(order):
            tables = self._run(batch, order)
            writer.add(tables)
            writer.add({"rejected": _refusals(refused)})
            n_documents += tables["documents"].num_rows
            n_rejected += tables["rejected"].num_rows + len(refused)
            again |= any(r.again for r in refused)
            done += size
            if done > FLUSH:
                writer.flush()
                done = 0
        told = writer.close()
        weight = sum(piece.weight for piece in job.part.pieces)
        return {
            "tables": told, "documents": n_documents, "rejected": n_rejected, "bytes": weight, "again": again,
            "dropped": sorted(job.dropped),
        }  # fmt: skip

    def _batches(self, order: Order) -> Iterator[tuple[list[Numbered], list[Refused], int]]:
        """Yield documents with their numbers, what was refused between them, and their size together."""
        job, number, size = order.job, 0, 0
        batch: list[Numbered] = []
        refused: list[Refused] = []
        for at, piece in enumerate(job.part.pieces):
            if at in order.passed_over:
                shown = show_path(piece.path)
                name = shown.rpartition("/")[2]
                refused.append(Refused(shown, name, f"Invalid file {name}: {order.passed_over[at]}."))
                continue
            self._say(("piece", at))
            for item in iter_piece(piece, Path(job.base), self.settings, job.dropped):
                if isinstance(item, Refused):
                    refused.append(item)
                else:
                    batch.append((number, item))
                    number += 1
                    size += len(item.content)
                if size >= self.chain.batch or len(refused) >= 10_000:
                    yield batch, refused, size
                    batch, refused, size = [], [], 0
                    self._say(("piece", at))
        yield batch, refused, size

    def _run(self, batch: list[Numbered], order: Order) -> dict[str, pa.Table]:
        done = self._run_together("documents", batch, order)
        if done is not None:
            return done
        # Something in the batch is at fault. Group by group, and in a group one document at a time, it is found which, and
        # the others are saved: a document takes many times as long alone, and a batch may hold thousands.
        made: list[dict[str, pa.Table]] = []
        for at in range(0, len(batch), GROUP):
            group = batch[at : at + GROUP]
            together = self._run_together("group", group, order) if len(batch) > GROUP else None
            made += [together] if together is not None else [self._run_one(number, item, order) for number, item in group]
        counts = add_counts([tables["counts"] for tables in made])
        joined = {name: join_tables(name, [t[name] for t in made], text=self.settings.text) for name in made[0]}
        return joined | {"counts": counts}

    def _run_together(self, what: str, batch: list[Numbered], order: Order) -> dict[str, pa.Table] | None:
        """Return the tables of documents together, None where they cannot be done in the time of a few."""
        first = batch[0][0] if batch else 0
        if (what, first) in order.careful:
            return None
        self._say((what, first))
        # Any of them may have all its time, but only alone.
        limit = self.settings.seconds * (1 if len(batch) < 2 else SHARE)
        with contextlib.suppress(TooSlow, Exception), time_limit(limit):
            return self.chain.run([item for _, item in batch])
        return None

    def _run_one(self, number: int, item: Item, order: Order) -> dict[str, pa.Table]:
        reason = order.set_aside.get(number)
        if reason is None:
            self._say(("document", number))
            try:
                with time_limit(self.settings.seconds):
                    return self.plain.run([item])
            except TooSlow:
                reason = f"took over {self.settings.seconds:g} s"
            except Exception as error:  # noqa: BLE001 (whatever it is, it is this document's, and the others go on)
                reason = f"could not be done ({type(error).__name__})"
        empty = {name: empty_table(name, text=self.settings.text) for name in SCHEMAS}
        return empty | {"rejected": reject(item, f"Invalid document {item.doc_id}: {reason}.")}

    def _say(self, message: tuple[str, int]) -> None:
        send(self.outbox, message)


def _refusals(refused: list[Refused]) -> pa.Table:
    """Return table ``rejected``; of a reason that names a hundred thousand columns, its beginning."""
    reasons = [r.reason if len(r.reason) <= MOST_REASON else f"{r.reason[:MOST_REASON]}…" for r in refused]
    return make_table("rejected", {"doc_id": [r.doc_id for r in refused], "file": [r.file for r in refused], "reason": reasons})


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise :class:`TooSlow` when *seconds* of computing have passed, where the system has such an alarm.

    Computing, not waiting: on a busy machine a document is not set aside for what others do.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise TooSlow

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


if __name__ == "__main__":
    main()
