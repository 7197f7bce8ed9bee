"""The files of a corpus of any size, in a fixed order, one folder in memory at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from cxzy_study.tables import InvalidInput


class Entry(NamedTuple):
    """A file below the inputs' common folder, as it stands there now.

    Attributes
    ----------
    path : str
        Below the common folder, with ``/``. Entries are sorted by it.
    size : int
        Bytes.
    changed : int
        Time of its last change, in nanoseconds.
    reason : str
        Why it is refused, unread; empty if it is not.
    """

    path: str
    size: int
    changed: int
    reason: str = ""


def find_base(inputs: Sequence[str | Path]) -> Path:
    """Return the folder below which the ids of documents begin, as for ``cxzy read``.

    Raises
    ------
    InvalidInput
        If an input is missing.
    """
    if not inputs:
        raise InvalidInput("Invalid INPUT: give at least one file or folder.")
    paths = [Path(os.path.abspath(p)) for p in inputs]
    for given, path in zip(inputs, paths, strict=True):
        if not path.exists():
            raise InvalidInput(f"Invalid INPUT {given}: no such file or folder.")
    folders = [p if p.is_dir() else p.parent for p in paths]
    return folders[0] if len(paths) == 1 else Path(os.path.commonpath(folders))


def iter_entries(inputs: Sequence[str | Path], *, without: Path | None = None) -> Iterator[Entry]:
    """Yield every file of *inputs*, each once, sorted by path.

    Hidden files (names that begin with ``.`` or ``~$``) are no documents. Links to folders are not followed, so that
    circles end, and neither are links that lead out of the inputs; both are refused with a reason, as are broken links
    and what is no file (a pipe would wait for ever).

    Parameters
    ----------
    inputs : sequence of path
        Files and folders.
    without : path, optional
        A folder that is left out: that of the results.
    """
    base = find_base(inputs)
    roots = [os.path.abspath(p) for p in inputs]
    real = [os.path.realpath(r) for r in roots]
    left_out = os.path.realpath(without) if without else ""
    streams = [_walk(root, os.path.relpath(root, base), real, left_out) for root in roots]
    for _, same in groupby(merge(*streams, key=lambda e: e.path), key=lambda e: e.path):
        yield next(same)


def _walk(root: str, path: str, real: list[str], left_out: str) -> Iterator[Entry]:
    if not os.path.isdir(root):
        yield _entry(root, Path(path).as_posix(), real)
        return
    # A stack of iterators, not recursion: folders may be nested more deeply than Python recurses.
    stack = [_children(root, "" if path == "." else f"{Path(path).as_posix()}/")]
    while stack:
        for full, below in stack[-1]:
            if isinstance(below, Entry):
                yield below
            elif not below.endswith("/"):
                yield _entry(full, below, real)
            elif os.path.realpath(full) != left_out:
                stack.append(_children(full, below))
                break
        else:
            stack.pop()


def _children(folder: str, prefix: str) -> Iterator[tuple[str, str | Entry]]:
    """Yield the contents of a folder; a subfolder's name ends in a slash, which also sorts it where its files belong."""
    try:
        with os.scandir(folder) as found:
            names = sorted(
                e.name + "/" if e.is_dir(follow_symlinks=False) else e.name
                for e in found
                if not e.name.startswith((".", "~$"))
            )
    except OSError as error:
        yield folder, Entry(prefix.rstrip("/"), 0, 0, f"Invalid folder: cannot be opened ({error.strerror}).")
        return
    for name in names:
        yield os.path.join(folder, name.rstrip("/")), prefix + name


def _entry(full: str, path: str, real: list[str]) -> Entry:
    name = os.path.basename(path)
    try:
        if os.path.islink(full):
            target = os.path.realpath(full)
            if os.path.isdir(target):
                return Entry(path, 0, 0, f"Invalid file {name}: is a link to a folder, which is not followed.")
            if not any(target == r or target.startswith(os.path.join(r, "")) for r in real):
                return Entry(path, 0, 0, f"Invalid file {name}: is a link that leads out of the input.")
        known = os.stat(full)
    except OSError as error:
        return Entry(path, 0, 0, f"Invalid file {name}: cannot be opened ({error.strerror}).")
    if not stat.S_ISREG(known.st_mode):
        return Entry(path, 0, 0, f"Invalid file {name}: is no file but a pipe, socket or device.")
    return Entry(path, known.st_size, known.st_mtime_ns)


def show_path(path: str) -> str:
    r"""Return a path as text that every table can hold, also where its bytes are no text.

    >>> show_path("松岭/\udcff.txt")
    '松岭/\\xff.txt'
    """
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
