"""The folder of results: whole parts or nothing of them, and a manifest that says which are there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from cxzy_study.bulk.counts import add_counts
from cxzy_study.bulk.pieces import Part
from cxzy_study.bulk.schema import SCHEMAS, join_tables
from cxzy_study.bulk.settings import Settings
from cxzy_study.tables import InvalidInput, save_bytes

TABLES = tuple(name for name in SCHEMAS if name != "counts")
"""Tables that are folders of Parquet files, one file a part."""


class PartWriter:
    """The tables of one part, on their way to disk.

    Parameters
    ----------
    folder : Path
        A scratch folder of its own.
    text : bool
        Whether units hold their text.
    """

    def __init__(self, folder: Path, *, text: bool) -> None:
        self.folder, self.text = folder, text
        self.held: dict[str, list[pa.Table]] = {name: [] for name in SCHEMAS}
        self.files: dict[str, pq.ParquetWriter] = {}
        self.rows = dict.fromkeys(SCHEMAS, 0)
        folder.mkdir(parents=True)

    def add(self, tables: dict[str, pa.Table]) -> None:
        """Take tables in."""
        for name, table in tables.items():
            if table.num_rows:
                self.held[name].append(table)

    def flush(self) -> None:
        """Write what is held.

        How the rows have come together, batch by batch or one by one, does not show in the bytes.
        """
        # Counts are few and become one table at the end.
        counts = add_counts(self.held.pop("counts"))
        for name, tables in self.held.items():
            if not tables:
                continue
            self._write(name, join_tables(name, tables, text=self.text).combine_chunks())
        self.held = {name: [] for name in SCHEMAS}
        self.held["counts"] = [counts] if counts.num_rows else []

    def _write(self, name: str, table: pa.Table) -> None:
        if name not in self.files:
            # Without Arrow's own schema in it a file reads the same in every tool, and its bytes depend on its rows alone.
            # Of a document one asks by its id; the least and greatest cells of the other columns take time and tell nothing.
            asked = [column for column in table.schema.names if column == "doc_id"]
            self.files[name] = pq.ParquetWriter(
                self.folder / f"{name}.parquet", table.schema, compression="zstd", store_schema=False, write_statistics=asked or False
            )
        self.rows[name] += table.num_rows
        self.files[name].write_table(table)

    def close(self) -> dict[str, dict[str, Any]]:
        """Write the rest, see it safely on disk, and return rows, bytes and SHA-256 of each table's file."""
        self.flush()
        if self.held["counts"]:
            self._write("counts", self.held["counts"][0])
        told = {}
        for name, writer in self.files.items():
            writer.close()
            path = self.folder / f"{name}.parquet"
            with path.open("rb") as file:
                os.fsync(file.fileno())
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            told[name] = {"rows": self.rows[name], "bytes": path.stat().st_size, "sha256": digest}
        return told


class Store:
    """A folder of results.

    ``units/`` and the like hold Parquet files, one a part; ``work/`` holds what a later run needs to go on: plans, the
    manifest (a file for each part that is done), scratch.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.work = folder / "work"
        self.plans = self.work / "plans"
        self.manifest = self.work / "manifest"
        self.scratch = self.work / "scratch"
        self.run = self.work / "run.json"

    def check(self) -> None:
        """Refuse a folder that holds anything but results of a run.

        Raises
        ------
        InvalidInput
            Where it does.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise InvalidInput(f"Invalid --to {self.folder}: is a file. Name another.")
        # A run that was cut short before its first note leaves `work` with the lock alone.
        begun = {"work"} if self.work.is_dir() and {p.name for p in self.work.iterdir()} <= {"lock"} else set()
        if self.folder.is_dir() and not self.run.is_file() and {p.name for p in self.folder.iterdir()} - begun:
            raise InvalidInput(f"Invalid --to {self.folder}: holds something else. Name another, or an empty folder.")

    def open(self, settings: Settings, *, force: bool = False) -> None:
        """Make the folder ready for a run with these settings, or see that it is; it must be locked.

        Raises
        ------
        InvalidInput
            If it holds results of other settings, unless *force*, or unless no document could be read with them.
        """
        if self.run.is_file():
            old = json.loads(self.run.read_text("utf-8"))
            if old["key"] != settings.key():
                changed = sorted(k for k, v in asdict(settings).items() if old["settings"].get(k) != _plain(v))
                if not force and not self._is_barren():
                    raise InvalidInput(
                        f"Invalid --to {self.folder}: holds results of other settings "
                        f"({', '.join(changed) or 'another version'} differ). Name another, or begin anew with --force."
                    )
                self.clear()
        told = {"key": settings.key(), "settings": {k: _plain(v) for k, v in asdict(settings).items()}}
        save_bytes(json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True).encode("utf-8"), self.run)
        shutil.rmtree(self.scratch, ignore_errors=True)
        for folder in (self.plans, self.manifest, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)
        for folder in (self.folder, self.work, self.plans, self.manifest):
            # What a process that was killed had half written.
            for path in [*folder.glob(".*.json.*"), *folder.glob(".*.csv.*"), *folder.glob(".*.parquet.*"), *folder.glob("*.tmp")]:
                path.unlink()

    def _is_barren(self) -> bool:
        """Whether a run has come to its end here without a document: it was told a wrong column, say."""
        path = self.folder / "summary.json"
        return path.is_file() and json.loads(path.read_text("utf-8"))["documents"] == 0

    def clear(self) -> None:
        """Take away all results and nothing else; the note of the run goes last, so that it can be done again."""
        for path in sorted(self.folder.iterdir()):
            if path.name in {*TABLES, "counts"}:
                shutil.rmtree(path)
            elif path != self.work:
                path.unlink()
        for path in (self.manifest, self.plans, self.scratch):
            shutil.rmtree(path, ignore_errors=True)
        self.run.unlink()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder against a second run at the same time; the system lets go of it when a process dies.

        Raises
        ------
        InvalidInput
            If another run holds it.
        """
        self.work.mkdir(parents=True, exist_ok=True)
        with (self.work / "lock").open("w") as file:
            try:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:
                pass
            except OSError:
                raise InvalidInput(f"Invalid --to {self.folder}: another run is at work there. Wait for its end.") from None
            yield

    def commit(self, part: Part, scratch: Path, told: dict[str, Any], *, key: str) -> None:
        """Put a part's files in their places, and then its line into the manifest: only then is it done.

        Raises
        ------
        InvalidInput
            If the folder belongs to other settings by now.
        """
        if json.loads(self.run.read_text("utf-8"))["key"] != key:
            raise InvalidInput(f"Invalid --to {self.folder}: its settings have changed since this run began.")
        entry = self.manifest / f"{part.name}.json"
        entry.unlink(missing_ok=True)
        for name in SCHEMAS:
            path = self.place(name, part.name)
            if name in told["tables"]:
                path.parent.mkdir(exist_ok=True)
                os.replace(scratch / f"{name}.parquet", path)
            else:
                path.unlink(missing_ok=True)
        for name in told["tables"]:
            sync_folder(self.place(name, part.name).parent)
        text = json.dumps({"part": part.number, "key": key, **told}, ensure_ascii=False, sort_keys=True)
        save_bytes(text.encode("utf-8", "surrogatepass"), entry)
        shutil.rmtree(scratch, ignore_errors=True)

    def place(self, table: str, part: str) -> Path:
        """Return where a part's file of a table lies."""
        return (self.work if table == "counts" else self.folder) / table / f"{part}.parquet"

    def entries(self, *, key: str) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield the manifest's entries, by part, of parts that are done and whose files are all there."""
        for path in sorted(self.manifest.glob("part-*.json")):
            told = self.entry(path.stem, key=key)
            if told is not None:
                yield path, told

    def entry(self, part: str, *, key: str) -> dict[str, Any] | None:
        """Return the manifest's entry of a part, if it is done under these settings and its files are all there."""
        try:
            told = json.loads((self.manifest / f"{part}.json").read_bytes())
            files = {self.place(name, part): file["bytes"] for name, file in told["tables"].items()}
            whole = told["key"] == key and all(path.stat().st_size == size for path, size in files.items())
        except (OSError, ValueError, KeyError):
            return None
        return dict(told) if whole else None

    def sweep(self, parts: set[str]) -> None:
        """Take away every file of a part that is not among *parts*."""
        folders = [self.folder / name for name in TABLES] + [self.work / "counts", self.manifest]
        for folder in folders:
            for path in folder.glob("part-*") if folder.is_dir() else ():
                if path.stem not in parts:
                    path.unlink()


def sync_folder(folder: Path) -> None:
    """See the names in a folder safely on disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple) else value
