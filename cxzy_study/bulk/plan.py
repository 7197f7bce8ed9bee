"""Which parts there are: cut once, kept for good, so that work that is done stays done.

A run over a grown corpus adds a *generation* of parts with what is new. A part whose files have changed or gone is
retired, and what is left of it is cut again. Both happen in one atomic step, the appearance of the generation's file.
Plans are streams sorted by path, held against the sorted stream of files, so that memory does not grow with the corpus.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import Any

from cxzy_study.bulk.listing import Entry
from cxzy_study.bulk.pieces import Part, Piece, cut_entry
from cxzy_study.bulk.settings import Settings
from cxzy_study.tables import InvalidInput

_BLOCK = 2**20


class Plan:
    """The parts of a run.

    Parameters
    ----------
    folder : Path
        Holds a file for each generation: first a line with the numbers of the older parts that are retired and the
        next free number, then a line for each part.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = sorted(folder.glob("*.jsonl"))
        heads = [_head(file) for file in self.files]
        self.retired = {number for head in heads for number in head["retired"]}
        self.next_number = int(heads[-1]["next"]) if heads else 0

    def parts(self) -> Iterator[Part]:
        """Yield the parts in force, by number."""
        for file in self.files:
            yield from self._read(file)

    def _read(self, file: Path) -> Iterator[Part]:
        with file.open(encoding="utf-8") as lines:
            next(lines)
            for line in lines:
                told = json.loads(line)
                if told["part"] not in self.retired:
                    yield Part(told["part"], tuple(map(Piece.from_json, told["pieces"])))

    def known(self) -> Iterator[tuple[str, list[tuple[int, Piece]]]]:
        """Yield each path with the numbers and pieces of its parts, sorted by path."""
        streams = [((p.path, part.number, p) for part in self._read(f) for p in part.pieces) for f in self.files]
        for path, rows in groupby(merge(*streams, key=lambda r: r[0]), key=lambda r: r[0]):
            yield path, [(number, piece) for _, number, piece in rows]

    def add(self, pieces: Iterable[Piece], *, retired: set[int], part_bytes: int) -> Plan:
        """Write a generation with *pieces*, in the place of the *retired* parts, and return the plan with it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{len(self.files):06d}.jsonl"
        scratch = path.with_suffix(".tmp")
        with scratch.open("w", encoding="utf-8", newline="\n") as file:
            head: dict[str, Any] = {"retired": sorted(retired), "next": f"{0:012d}"}
            file.write(json.dumps(head) + "\n")
            number = self.next_number
            for part in gather(pieces, part_bytes):
                file.write(json.dumps({"part": number, "pieces": [p.to_json() for p in part]}) + "\n")
                number += 1
            file.seek(0)
            # As long as the line that it replaces.
            file.write(json.dumps(head | {"next": f"{number:012d}"}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.replace(scratch, path)
        return Plan(self.folder)


def _head(file: Path) -> dict[str, Any]:
    with file.open(encoding="utf-8") as lines:
        return dict(json.loads(lines.readline()))


def gather(pieces: Iterable[Piece], part_bytes: int) -> Iterator[tuple[Piece, ...]]:
    """Yield the pieces of each part: as many as fill it, or one that fills it by itself.

    >>> [len(part) for part in gather([Piece(n, 400, 0) for n in "abc"], 1500)]
    [2, 1]
    """
    held: list[Piece] = []
    weight = 0
    for piece in pieces:
        alone = piece.kind in {"lines", "groups"} or piece.weight >= part_bytes
        if held and alone:
            yield tuple(held)
            held, weight = [], 0
        held.append(piece)
        weight += piece.weight
        if alone or weight >= part_bytes:
            yield tuple(held)
            held, weight = [], 0
    if held:
        yield tuple(held)


Entries = Callable[[], Iterator[Entry]]


def update_plan(plan: Plan, entries: Entries, *, base: Path, settings: Settings) -> Plan:
    """Return *plan* with a part for everything that *entries* list now, and for nothing else.

    Parameters
    ----------
    plan : Plan
    entries : callable
        Gives the files, sorted by path; called twice where something has changed.
    base : Path
        The folder of their paths.
    settings : Settings

    Raises
    ------
    InvalidInput
        If none of the files of the plan is there any more: these are other inputs.
    """
    if not plan.files:
        return plan.add(
            (p for e in entries() for p in cut_entry(e, base, settings)), retired=set(), part_bytes=settings.part_bytes
        )
    retired: set[int] = set()
    grown: dict[str, Piece] = {}
    n_known = n_kept = n_new = 0
    for path, entry, pieces in _join(plan.known(), entries()):
        n_known += bool(pieces)
        if entry is not None and pieces and _is_same(entry, pieces):
            n_kept += 1
            continue
        last = _grown_from(entry, pieces, base) if entry is not None and pieces else None
        if last is not None:
            grown[path] = last
        else:
            retired |= {number for number, _ in pieces}
        n_new += entry is not None
    if n_known and not n_kept and not grown:
        raise InvalidInput(
            "Invalid --to: holds the results of other inputs, none of which is among these. Name another folder."
        )
    if not n_new and not retired:
        return plan

    def pieces_of_the_rest() -> Iterator[Piece]:
        for path, entry, pieces in _join(plan.known(), entries()):
            if entry is None:
                continue
            if path in grown:
                yield from cut_entry(entry, base, settings, grown[path])
            elif not pieces or any(number in retired for number, _ in pieces):
                yield from cut_entry(entry, base, settings)

    return plan.add(pieces_of_the_rest(), retired=retired, part_bytes=settings.part_bytes)


Row = tuple[str, Entry | None, list[tuple[int, Piece]]]


def _join(known: Iterator[tuple[str, list[tuple[int, Piece]]]], entries: Iterator[Entry]) -> Iterator[Row]:
    """Outer join of two streams sorted by path."""
    left, right = next(known, None), next(entries, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left[0] < right.path):
            assert left is not None
            yield left[0], None, left[1]
            left = next(known, None)
        elif left is None or right.path < left[0]:
            yield right.path, right, []
            right = next(entries, None)
        else:
            yield left[0], right, left[1]
            left, right = next(known, None), next(entries, None)


def _is_same(entry: Entry, pieces: list[tuple[int, Piece]]) -> bool:
    _, last = max(pieces, key=lambda row: row[0])
    return (last.size, last.changed) == (entry.size, entry.changed) and entry.reason in {"", last.reason}


def _grown_from(entry: Entry, pieces: list[tuple[int, Piece]], base: Path) -> Piece | None:
    """Return the last stretch of a table to which rows have only been added; None if it is another."""
    stretches = sorted((p for _, p in pieces), key=lambda p: p.start)
    if entry.reason or any(p.kind != "lines" for p in stretches) or entry.size < stretches[-1].end:
        return None
    try:
        with (base / entry.path).open("rb") as file:
            for piece in stretches:
                file.seek(piece.start)
                check, left, block = 0, piece.end - piece.start, b""
                while left > 0 and (block := file.read(min(left, _BLOCK))):
                    check, left = zlib.crc32(block, check), left - len(block)
                # A last line without its end may have been written on.
                if left or check != piece.sum or not block.endswith(b"\n"):
                    return None
    except OSError:
        return None
    return stretches[-1]
