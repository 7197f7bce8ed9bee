"""The compiled kernel, where the installation could build it, and the machine in it that runs patterns.

The kernel (``cxzy_study/native/*.c``) is optional: without a C compiler the package installs without it, and everything
goes the plain way, with the same results.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxzy_study.text.regex import Programs

_STACK = 4 * 40_000
_GROUPS, _GLANCED = 64, 2**16


@lru_cache(maxsize=1)
def load_kernel() -> ctypes.CDLL | None:
    """Return the compiled kernel, or None if this installation has none."""
    for suffix in EXTENSION_SUFFIXES:
        path = Path(__file__).with_name(f"_kernel{suffix}")
        if path.is_file():
            kernel = ctypes.CDLL(str(path))
            if not all(hasattr(kernel, name) for name in _FUNCTIONS):
                return None  # of an older version: to be installed again
            for name in _COUNTS:
                getattr(kernel, name).restype = ctypes.c_int64
            return kernel
    return None


_COUNTS = (
    "quantities", "bodies", "formulas", "formulas_room", "find_all", "build", "count_nodes", "read_dictionary", "arrange_words",
    "read_pages", "write_spans", "count_words", "utf8", "pick",
)  # fmt: skip
"""Functions that return a number; the others return nothing."""
_FUNCTIONS = (*_COUNTS, "codes", "learned", "look_up", "parents")


class _Fields(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("code", "starts", "branches", "ways", "widths", "sets", "near", "masks")),
        ("words", ctypes.c_int64), ("width", ctypes.c_int64), ("stack", ctypes.c_void_p), ("seen", ctypes.c_uint64),
        ("full", ctypes.c_int64),
        ("g", ctypes.c_int64 * _GROUPS), ("pairs", ctypes.c_void_p),
        ("may_begin", ctypes.c_void_p), ("scan", ctypes.c_uint64), ("spots", ctypes.c_void_p), ("n_spots", ctypes.c_int64),
        ("spot", ctypes.c_int64), ("text", ctypes.c_void_p), ("start", ctypes.c_int64), ("until", ctypes.c_int64),
    ]  # fmt: skip


class Machine:
    """A set of patterns, ready for the kernel. One machine serves one thread at a time."""

    def __init__(self, programs: Programs) -> None:
        self.programs, self.classes = programs, programs.classes
        self._kept: dict[str, NDArray[Any]] = {
            "code": programs.code, "starts": programs.starts, "branches": programs.branches, "ways": programs.ways,
            "widths": programs.widths, "sets": _bits(programs.sets),
            "near": _bits(programs.near.reshape(-1, programs.near.shape[-1]), width=programs.sets.shape[1]),
            "masks": _masks(programs), "stack": np.zeros(_STACK, dtype=np.int32),
            "pairs": programs.pairs, "may_begin": np.zeros(_GLANCED, dtype=np.uint64),
            "spots": np.zeros(_GLANCED + 1, dtype=np.int64),
        }  # fmt: skip
        self.fields = _Fields(seen=2**64 - 1, words=self._kept["sets"].shape[1], width=programs.branches.shape[1])
        for name, array in self._kept.items():
            self._kept[name] = array = np.ascontiguousarray(array)
            setattr(self.fields, name, array.ctypes.data)

    def classify(self, text: NDArray[np.uint32]) -> NDArray[np.uint16]:
        """Return the class of each character of *text* (none beyond U+FFFF)."""
        kernel = load_kernel()
        assert kernel is not None
        out = np.empty(len(text), dtype=np.uint16)
        kernel.look_up(*arguments(text, len(text), self.classes, out, 0, 0))
        return out

    def find_all(self, pattern: int, text: NDArray[np.uint32], *, look: int = 0) -> list[list[int]]:
        """Return the groups of every match of *pattern*, as ``finditer`` gives them; for tests.

        Of each match start and end of the whole and of each group, -1 where it takes no part. With *look* the text is
        looked at beforehand (1), and where patterns may begin is noted (2).
        """
        kernel = load_kernel()
        assert kernel is not None
        out = np.zeros((len(text) + 2, 16), dtype=np.int64)
        t = np.ascontiguousarray(self.classify(text))
        n = kernel.find_all(*arguments(self, pattern, t, len(text), look, out))
        return out[:n].tolist()


def _masks(programs: Programs) -> NDArray[np.uint64]:
    """Return of each class, for each of the first three characters of a match and for what it must hold, the patterns.

    Behind them those that it may begin whatever follows, and those that go on with it whatever follows.
    """
    rows = programs.near[:64, [0, 1, 2, 4]].astype(np.uint64)
    masks = (rows << np.arange(len(rows), dtype=np.uint64)[:, None, None]).sum(axis=0, dtype=np.uint64).T
    return np.concatenate([masks, programs.whatever, np.zeros((len(masks), 2), dtype=np.uint64)], axis=1)


def _bits(rows: NDArray[np.bool_], width: int = 0) -> NDArray[np.uint32]:
    width = max(width, rows.shape[1])
    padded = np.pad(rows, ((0, 0), (0, width - rows.shape[1] + -width % 32)))
    return np.ascontiguousarray(np.packbits(padded, axis=1, bitorder="little")).view(np.uint32)


def arguments(*values: Any) -> list[Any]:
    """Return what a function of the kernel is called with: pointers, 64-bit numbers. Arrays must be kept by the caller."""
    made: list[Any] = []
    for value in values:
        if isinstance(value, np.ndarray):
            assert value.flags.c_contiguous
            made.append(ctypes.c_void_p(value.ctypes.data))
        elif isinstance(value, Machine | Trie | Pointers):
            made.append(ctypes.byref(value.fields))
        elif isinstance(value, float):
            made.append(ctypes.c_double(value))
        else:
            made.append(ctypes.c_int64(value))
    return made


def texts_array(texts: list[str]) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return *texts* one after the other as code points, and where each ends."""
    joined = "".join(texts).encode("utf-32-le", "surrogatepass")
    return np.frombuffer(joined, dtype=np.uint32), np.cumsum([len(text) for text in texts], dtype=np.int64)


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the code points of *text*."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def fold_points(text: Any, fold: Callable[[str], str]) -> NDArray[np.uint32]:
    """Return what *fold*, which changes characters one by one, makes of *text* (no characters beyond U+FFFF)."""
    kernel = load_kernel()
    assert kernel is not None
    out = np.empty(len(text), dtype=np.uint32)
    kernel.look_up(*arguments(text, len(text), 0, 0, folding(fold), out))
    return out


@lru_cache(maxsize=4)
def folding(fold: Callable[[str], str]) -> NDArray[np.uint32]:
    """Return what *fold*, which changes characters one by one, makes of each character up to U+FFFF."""
    return code_points(fold("".join(map(chr, range(0x10000)))))


def arrow_strings(x: Any, starts: Any, ends: Any) -> Any:
    """Return the stretches ``x[start:end]`` as an Arrow array of strings."""
    kernel = load_kernel()
    assert kernel is not None
    starts, ends = (np.ascontiguousarray(places, dtype=np.int64) for places in (starts, ends))
    offsets, out = _strings_room(len(starts), 4 * int(ends.sum() - starts.sum()))
    size = kernel.utf8(*arguments(x, len(starts), starts, ends, offsets, out))
    return _strings_array(offsets, out[:size])


def write_spans(froms: Any, tos: Any, starts: Any, ends: Any) -> Any:
    """Return stretches ``[starts, ends)`` of characters that begin and end in a page at *froms* and *tos*: ``12-20;21-30``."""
    import pyarrow as pa

    kernel = load_kernel()
    assert kernel is not None
    starts, ends = (np.ascontiguousarray(places, dtype=np.int64) for places in (starts, ends))
    offsets, room, size = np.zeros(len(starts) + 1, dtype=np.int32), 24 * len(starts) + 4096, -1
    while size < 0:
        out = np.empty(room, dtype=np.uint8)
        size = kernel.write_spans(*arguments(froms, tos, len(starts), starts, ends, offsets, out, room))
        room *= 2
    return pa.StringArray.from_buffers(len(starts), pa.py_buffer(offsets), pa.py_buffer(out[:size]))


def take_strings(strings: Any, which: Any) -> Any:
    """Return ``strings[i]`` for each *i* of *which* as an Arrow array; *strings* is one, without nulls, or a list."""
    import pyarrow as pa

    kernel = load_kernel()
    assert kernel is not None
    if not isinstance(strings, pa.Array):
        strings = pa.array(strings, pa.string())
    which = np.ascontiguousarray(which, dtype=np.int64)
    if not len(strings):
        return strings
    _, begins, told = strings.buffers()
    begins = np.frombuffer(begins, dtype=np.int32)[strings.offset : strings.offset + len(strings) + 1]
    told = np.frombuffer(told, dtype=np.uint8) if told is not None and told.size else np.zeros(1, dtype=np.uint8)
    offsets, out = _strings_room(len(which), len(which) * int(np.diff(begins).max()))
    size = kernel.pick(*arguments(begins, told, len(which), which, offsets, out))
    return _strings_array(offsets, out[:size])


def _strings_room(n: int, size: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    return np.empty(n + 1, dtype=np.int32), np.empty(max(1, size), dtype=np.uint8)


def _strings_array(offsets: NDArray[np.int32], told: NDArray[np.uint8]) -> Any:
    import pyarrow as pa

    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(told))


class Trie:
    """Words, ready for the kernel; each is known by its position among *words*.

    Parameters
    ----------
    words : list of str, or (ndarray of uint32, ndarray of int64)
        Words; or the code points of all, one after the other, and where each ends.
    order : ndarray of int64, optional
        All positions, those first whose nodes had best be together.

    Attributes
    ----------
    words : ndarray of int32
        Of each node the word that ends there, -1 for none.
    """

    def __init__(self, words: list[str] | tuple[Any, Any], *, order: Any = 0) -> None:
        kernel = load_kernel()
        assert kernel is not None
        x, ends = texts_array(words) if isinstance(words, list) else words
        room = kernel.count_nodes(*arguments(len(ends), x, ends))
        nodes = self._make(room, x, ends, order)
        if 2 * nodes < room:
            # Once more, in so little room that it stays near the processor.
            self._make(nodes, x, ends, order)

    def _make(self, room: int, x: Any, ends: Any, order: Any) -> int:
        kernel = load_kernel()
        assert kernel is not None
        if room >= 1 << 24:
            raise ValueError("Invalid words: there are too many for the kernel.")
        bits = max(10, int(1.5 * room).bit_length())
        self.words: NDArray[np.int32] = np.full(room, -1, dtype=np.int32)
        self._kept: list[Any] = [
            np.zeros(1 << bits, dtype=np.uint64), np.zeros(1 << bits, dtype=np.uint8), np.zeros(0x10000, dtype=np.int32), self.words,
            np.zeros((2 * 0x10000 + 0x10000) // 32, dtype=np.uint32),
        ]  # fmt: skip
        *places, starts = (array.ctypes.data for array in self._kept)
        self.fields = (ctypes.c_void_p * 6)(*places, 64 - bits, starts)
        return int(kernel.build(*arguments(self, len(ends), x, ends, order)))


class Pointers:
    """A structure of numbers and of pointers to arrays and tries, which are kept alive with it."""

    def __init__(self, *values: Any) -> None:
        self._kept: list[Any] = [np.ascontiguousarray(v) if isinstance(v, np.ndarray) else v for v in values]
        places = (
            v if isinstance(v, int) else ctypes.addressof(v.fields) if isinstance(v, Trie) else v.ctypes.data for v in self._kept
        )
        self.fields = (ctypes.c_int64 * len(values))(*places)

