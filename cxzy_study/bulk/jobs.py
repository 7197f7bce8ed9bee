"""What is said to a worker process, and how."""

from __future__ import annotations

import pickle
import struct
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from cxzy_study.bulk.pieces import Part
from cxzy_study.bulk.settings import Settings


@dataclass(frozen=True)
class Job:
    """One part to do.

    Attributes
    ----------
    part : Part
    base : str
        The inputs' common folder.
    to : str
        The folder of results.
    settings : Settings
    dropped : frozenset of str
        Ids that another part has already.
    """

    part: Part
    base: str
    to: str
    settings: Settings
    dropped: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Order:
    """A job, with what earlier attempts at it have shown.

    Attributes
    ----------
    job : Job
    scratch : str
        Folder for its files; must not be there.
    careful : frozenset of (str, int)
        What has brought a process down: batches (``documents``) to be done group by group, and groups (``group``) to be
        done one document at a time, by the number of their first document.
    set_aside : dict of int to str
        Documents not to be tried again, by number, and why.
    passed_over : dict of int to str
        Pieces of the part that cannot be read, by number, and why.
    """

    job: Job
    scratch: str
    careful: frozenset[tuple[str, int]] = frozenset()
    set_aside: dict[int, str] = field(default_factory=dict)
    passed_over: dict[int, str] = field(default_factory=dict)


def send(file: BinaryIO, message: object) -> None:
    """Write one message."""
    content = pickle.dumps(message)
    file.write(struct.pack("<Q", len(content)) + content)
    file.flush()


def receive(file: BinaryIO) -> Any:
    """Read one message.

    Raises
    ------
    EOFError
        If the other end is gone.
    """
    head = file.read(8)
    if len(head) < 8:
        raise EOFError
    return pickle.loads(file.read(struct.unpack("<Q", head)[0]))
