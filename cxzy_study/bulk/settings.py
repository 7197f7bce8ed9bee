"""What a run depends on: equal settings over equal documents give equal bytes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

FORMAT = 3
"""Raised whenever equal settings come to give other tables: older results are then refused, not mixed in."""


@dataclass(frozen=True)
class Settings:
    """What the results depend on, and nothing else (not the number of workers, not the place of the files).

    Attributes
    ----------
    codebook : str
        Text of the codebook's file.
    coder : {'rules', 'learned'}
        Who codes.
    weights : str
        SHA-256 of the learned coder's weights; empty with ``rules``.
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
    coder: str = "rules"
    weights: str = ""
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


def make_settings(*, codebook: str | Path | None = None, coder: str = "rules", **options: object) -> Settings:
    """Return settings with the study's codebook and words, or a codebook of one's own.

    Parameters
    ----------
    codebook : path, optional
        Its file.
    coder : {'rules', 'learned'}
    **options
        The other attributes of :class:`Settings`.

    Raises
    ------
    InvalidInput
        If there is no such coder, or the learned one is asked for with a codebook that it was not made for.
    """
    from cxzy_study.study.load import CODEBOOK, ROOT, load_codebook
    from cxzy_study.study.own import WEIGHTS, check_coder
    from cxzy_study.study.rebuild import load_words

    path = Path(codebook or ROOT / CODEBOOK)
    check_coder(coder, load_codebook(path))
    weights = hash_folder(ROOT / WEIGHTS) if coder == "learned" else ""
    text = path.read_text("utf-8-sig")
    return Settings(text, coder=coder, weights=weights, words=load_words(), **options)  # type: ignore[arg-type]


def hash_folder(folder: Path) -> str:
    """Return the SHA-256 of the names and contents of the files in *folder*."""
    found = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        found.update(f"{path.name} {len(content)}\n".encode() + content)
    return found.hexdigest()
