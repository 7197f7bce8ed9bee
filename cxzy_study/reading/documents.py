"""One document: bytes to units, with the ledgers that account for every character."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxzy_study.reading.account import account_html
from cxzy_study.reading.encodings import decode
from cxzy_study.reading.pages import Mark, account, find_body
from cxzy_study.reading.units import Unit, split_units
from cxzy_study.text.script import detect_script, simplify
from cxzy_study.text.spans import format_spans


@dataclass(frozen=True, repr=False)
class Reading:
    """What reading made of one document.

    ``raw`` is the decoded file; ``units`` carry their text (simplified) and places in it;
    ``removed`` says for every other character why it is in no unit.
    """

    doc_id: str
    raw: str
    encoding: str
    script: str
    title: str
    published_on: str
    outlet: str
    units: tuple[Unit, ...]
    removed: tuple[Mark, ...]
    script_changes: tuple[tuple[int, str, str, str], ...]

    def units_frame(self) -> pd.DataFrame:
        """Return the units as table ``units`` with one more column, ``text`` (simplified script)."""
        width = max(3, len(str(len(self.units))))
        return pd.DataFrame(
            [
                (self.doc_id, f"u{n:0{width}d}", u.kind, u.section, u.depth, u.enumerator, u.paragraph,
                 format_spans(u.text.spans), sum(not c.isspace() for c in u.text.text), u.text.text)
                for n, u in enumerate(self.units, start=1)
            ],
            columns="doc_id unit_id kind section depth enumerator paragraph spans n_chars text".split(),
        )  # fmt: skip

    def __repr__(self) -> str:
        told = ", ".join(filter(None, (self.encoding, self.script, f"{len(self.raw):,} characters", f"{len(self.units)} units")))
        return f"Reading {self.doc_id!r}: {self.title or 'without a title'} ({told})"

    def _repr_html_(self) -> str:
        return account_html(self, whole_page=False)

    def removed_frame(self) -> pd.DataFrame:
        """Return the removal ledger as table ``removed``."""
        rows = [(self.doc_id, f"{a}-{b}", reason, b - a) for a, b, reason in self.removed]
        return pd.DataFrame(rows, columns=["doc_id", "spans", "reason", "n_chars"])

    def script_frame(self) -> pd.DataFrame:
        """Return the one-to-many conversions inside units as table ``script_changes``."""
        inside = [span for unit in self.units for span in unit.text.spans]
        rows = [
            (self.doc_id, f"{at}-{at + 1}", raw, text, why)
            for at, raw, text, why in self.script_changes
            if any(a <= at < b for a, b in inside)
        ]
        return pd.DataFrame(rows, columns=["doc_id", "spans", "raw", "text", "why"])


def read_bytes(content: bytes, *, doc_id: str, html: bool = False, names: tuple[str, ...] = ()) -> Reading:
    r"""Read one document from the bytes of a text file or web page.

    Parameters
    ----------
    content : bytes
        The file.
    doc_id : str
        Its id in all tables.
    html : bool
        Whether it is a web page (a text file with stray tags is not).
    names : tuple of str
        Names of places and people that conversion of script leaves as printed.

    Raises
    ------
    InvalidInput
        If the bytes are no text.

    Examples
    --------
    >>> reading = read_bytes("松岭县总结\n\n会议开了。大家满意。".encode(), doc_id="demo")
    >>> [unit.text.text for unit in reading.units]
    ['松岭县总结', '会议开了。', '大家满意。']
    """
    raw, encoding = decode(content, name=doc_id)
    return read_text(raw, doc_id=doc_id, html=html, encoding=encoding, names=names)


def read_text(
    raw: str,
    *,
    doc_id: str,
    html: bool = False,
    markdown: bool = False,
    encoding: str = "",
    names: tuple[str, ...] = (),
) -> Reading:
    """Read one document from its decoded text; see :func:`read_bytes`."""
    script = detect_script(raw)
    simple, changes = simplify(raw, names=names) if script == "traditional" else (raw, [])
    body = find_body(raw, simple, html=html, markdown=markdown)
    units = split_units(body.paragraphs)
    kept = [span for unit in units for span in unit.text.spans]
    return Reading(
        doc_id=doc_id,
        raw=raw,
        encoding=encoding,
        script=script,
        title=body.title,
        published_on=body.published_on,
        outlet=body.outlet,
        units=tuple(units),
        removed=tuple(account(raw, kept, body.marks)),
        script_changes=tuple(changes),
    )
