"""What a run depends on: equal settings over equal documents give equal bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 1
"""Raised whenever equal settings come to give other tables: older results are then refused, not mixed in."""


@dataclass(frozen=True)
class Settings:
    """What the results depend on, and nothing else (not the number of workers, not the place of the files).

    Attributes
    ----------
    codebook : str
        Text of the codebook's file.
    words : tuple of str
        Words that segmentation should know.
    names : tuple of str
        Names that conversion of script leaves as printed.
    text : bool
        Whether table ``units`` holds the text of each unit.
    text_column, id_column, group_column : str
        Columns of tables of documents; empty where they are found by their usual names.
    part_bytes : int
        Bytes of input that make a part.
    seconds : float
        Longest time of computing that one document may take.
    megabytes : int
        Most memory that one process may take.
    """

    codebook: str
    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    text: bool = False
    text_column: str = ""
    id_column: str = ""
    group_column: str = ""
    part_bytes: int = 8 * 2**20
    seconds: float = 60.0
    megabytes: int = 1500

    def key(self) -> str:
        """Return a name for what these settings give: a hash of them, and of the version of the tables.

        >>> Settings("v1").key() == Settings("v1", text=False).key() != Settings("v1", text=True).key()
        True
        """
        told = json.dumps({"format": FORMAT, **asdict(self), "seconds": float(self.seconds)}, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def make_settings(*, codebook: str | Path | None = None, **options: object) -> Settings:
    """Return settings with the study's codebook and words, or a codebook of one's own.

    Parameters
    ----------
    codebook : path, optional
        Its file.
    **options
        The other attributes of :class:`Settings`.
    """
    from cxzy_study.study.load import CODEBOOK, ROOT
    from cxzy_study.study.rebuild import load_words

    text = Path(codebook or ROOT / CODEBOOK).read_text("utf-8-sig")
    return Settings(text, words=load_words(), **options)  # type: ignore[arg-type]
