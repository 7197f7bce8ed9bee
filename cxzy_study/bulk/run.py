"""A whole run: plan, parts, what holds of the corpus, summary."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from cxzy_study.bulk.engines import DaskEngine, Engine, LocalEngine
from cxzy_study.bulk.finish import find_duplicates, finish
from cxzy_study.bulk.jobs import Job
from cxzy_study.bulk.listing import find_base, iter_entries
from cxzy_study.bulk.plan import Plan, update_plan
from cxzy_study.bulk.settings import Settings, make_settings
from cxzy_study.bulk.store import Store
from cxzy_study.tables import InvalidInput, save_bytes


def run_bulk(
    inputs: Sequence[str | Path],
    to: str | Path,
    *,
    settings: Settings | None = None,
    workers: int | None = None,
    scheduler: str = "",
    engine: Engine | None = None,
    force: bool = False,
    progress: bool = False,
) -> dict[str, Any]:
    """Read, code and count a corpus of any size; go on with a run that was cut short, or with what is new.

    Parameters
    ----------
    inputs : sequence of path
        Files and folders.
    to : path
        The folder of results; made, or that of an earlier run.
    settings : Settings, optional
        By default the study's codebook and words.
    workers : int, optional
        Processes on this machine; by default one for each core.
    scheduler : str
        Address of a Dask scheduler whose workers see the same files under the same paths; then *workers* is not used.
    engine : Engine, optional
        In the place of both: an engine that is kept from one run to the next.
    force : bool
        Begin anew where the folder holds results of other settings.
    progress : bool
        Show rate and time left, after two seconds, on a terminal.

    Returns
    -------
    dict
        ``summary.json``, and under ``run`` what was done this time: ``documents``, ``bytes``, ``seconds``, and
        ``peak_bytes`` of memory (of this process, and of the largest worker).

    Raises
    ------
    InvalidInput
        If an input or an option is wrong, the folder holds something else, no document could be read, or the run must
        stop (a full disk). What was done stays done.
    """
    began = time.monotonic()
    settings = make_settings() if settings is None else settings
    base, store = find_base(inputs), Store(Path(os.path.abspath(to)))
    store.check()
    own = engine or (DaskEngine(scheduler) if scheduler else LocalEngine(workers))
    try:
        with store.locked():
            store.open(settings, force=force)
            summary, run = _run(inputs, base, store, settings, own, progress)
    finally:
        if own is not engine:
            own.close()
    memory = psutil.Process().memory_info()
    run |= {"seconds": round(time.monotonic() - began, 1), "driver_bytes": getattr(memory, "peak_wset", memory.rss)}
    save_bytes((json.dumps(run, indent=1) + "\n").encode(), store.work / "last_run.json")
    if not summary["documents"]:
        told = pd.read_csv(store.folder / "rejected.csv", dtype=str, nrows=1).iloc[0]
        raise InvalidInput(
            f"Invalid INPUT: no document could be read. {told.doc_id}: {told.reason} All {summary['rejected']:,} and their reasons: "
            f"{store.folder / 'rejected.csv'}; another run may go there without --force."
        )
    return summary | {"run": run}


def _run(
    inputs: Sequence[str | Path], base: Path, store: Store, settings: Settings, engine: Engine, progress: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    before = Plan(store.plans)
    plan = update_plan(before, lambda: iter_entries(inputs, without=store.folder), base=base, settings=settings)
    weights = {part.number: sum(p.weight for p in part.pieces) for part in plan.parts()}
    if not weights:
        raise InvalidInput(f"Invalid INPUT {inputs[0]}: the folder holds no file.")
    store.sweep({f"part-{number:07d}" for number in weights})
    run = {"documents": 0, "bytes": 0, "peak_bytes": 0}

    def do(numbers: Collection[int], dropped: Mapping[int, set[str]]) -> None:
        if not numbers:
            return
        jobs = (
            Job(part, str(base), str(store.folder), settings, frozenset(dropped.get(part.number, ())))
            for part in plan.parts() if part.number in numbers
        )  # fmt: skip
        for told in _shown(engine.map(jobs, len(numbers)), {n: weights[n] for n in numbers}, progress):
            run["documents"] += told["documents"]
            run["bytes"] += told["bytes"]
            run["peak_bytes"] = max(run["peak_bytes"], told["peak"])

    done, dropped = _done(store, settings, again=plan.retired != before.retired)
    do(weights.keys() - done, dropped)
    while twice := find_duplicates(plan, store):
        _, dropped = _done(store, settings)
        do(twice, {number: ids | dropped.get(number, set()) for number, ids in twice.items()})
    return finish(store, store.entries(key=settings.key()), coder=settings.coder), run


def _done(store: Store, settings: Settings, *, again: bool = False) -> tuple[set[int], dict[int, set[str]]]:
    """Return the parts that are done, and the ids that they had to leave out because an earlier part had them.

    A part with a fault that may have passed is not done; nor, *again*, is one that left ids out, where a part that may
    have had them first is no more.
    """
    done: set[int] = set()
    dropped: dict[int, set[str]] = {}
    for _, told in store.entries(key=settings.key()):
        if told["again"] or (again and told["dropped"]):
            continue
        done.add(told["part"])
        if told["dropped"]:
            dropped[told["part"]] = set(told["dropped"])
    return done, dropped


def _shown(results: Iterator[dict[str, Any]], weights: dict[int, int], progress: bool) -> Iterator[dict[str, Any]]:
    from tqdm import tqdm

    total = sum(weights.values())
    # disable=None: shown on a terminal alone.
    with tqdm(total=total, unit="B", unit_scale=True, delay=2, leave=False, disable=None if progress else True) as bar:
        n = 0
        for told in results:
            n += told["documents"]
            bar.set_postfix_str(f"{n:,} documents")
            bar.update(weights.get(told["part"], 0))
            yield told
