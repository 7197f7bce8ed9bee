"""The bilingual glossary: every label of the figures and the report comes from one file."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from cxzy_study.output.style import LANGS, check_lang
from cxzy_study.tables import InvalidInput


@dataclass(frozen=True)
class Glossary:
    """Terms in both languages, by key (``theme.supervision``, ``genre.speech``, ``note.places`` …)."""

    terms: Mapping[str, Mapping[str, str]]

    def label(self, key: str, lang: str, **values: object) -> str:
        """Return the term *key* in *lang*, its ``{names}`` filled in from *values*.

        Raises
        ------
        InvalidInput
            If the glossary has no such key, or the term wants a value that is not given.

        Examples
        --------
        >>> glossary = Glossary({"axis.n_units": {"en": "{n} sentences", "zh": "{n} 句"}})
        >>> glossary.label("axis.n_units", "zh", n=3)
        '3 句'
        """
        check_lang(lang)
        if key not in self.terms:
            raise InvalidInput(f"Invalid label {key!r}: the glossary has no such key. Add it to the glossary's file.")
        try:
            return self.terms[key][lang].format(**values)
        except KeyError as error:
            raise InvalidInput(f"Invalid label {key!r}: it wants a value for {error}.") from None

    def gloss(self, name: str, lang: str) -> str:
        """Return what a Chinese *name* of a text means; empty in Chinese, and where the glossary does not know it.

        Examples
        --------
        >>> Glossary({"name.三学三比": {"en": "study 3, rival in 3", "zh": "三学三比"}}).gloss("三学三比", "en")
        'study 3, rival in 3'
        """
        return self.terms[f"name.{name}"]["en"] if lang == "en" and f"name.{name}" in self.terms else ""

    def numerals(self, pattern: str, lang: str) -> str:
        """Return the pattern of a formula as the language writes it.

        Examples
        --------
        >>> Glossary({}).numerals("三X五Y一Z", "en")
        '3X 5Y 1Z'
        """
        if lang == "zh":
            return pattern
        digits = re.sub(r"[一二三四五六七八九]", lambda m: str("一二三四五六七八九".index(m[0]) + 1), pattern.replace("十", "10"))
        return re.sub(r"(?<=[A-Z])(?=\d)|(?<=\d)(?=\d(?!0))", " ", digits) if "+" not in digits and digits != "10X" else digits

    def has(self, key: str) -> bool:
        """Say whether there is a term *key*."""
        return key in self.terms


def load_glossary(path: str | Path) -> Glossary:
    """Read the glossary: a CSV with the columns ``key``, ``en`` and ``zh``, every cell filled, keys unique.

    Raises
    ------
    InvalidInput
        Naming the keys that are empty, come twice, or want other values in one language than in
        the other.
    """
    path = Path(path)
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(f"Invalid path {path}: no such file (glossary).") from None
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        message = str(error).splitlines()[0]
        raise InvalidInput(f"Invalid file {path}: must be UTF-8 CSV (glossary). {message}") from None
    if list(frame.columns) != ["key", *LANGS]:
        raise InvalidInput(f"Invalid glossary {path}: columns must be key, en, zh. Found {list(frame.columns)}.")
    faults = {
        "every key must be filled in both languages": frame.eq("").any(axis=1),
        "a key must come once": frame["key"].duplicated(),
        "both languages must want the same values": frame.apply(lambda r: _fields(r["en"]) != _fields(r["zh"]), axis=1),
    }
    for rule, bad in faults.items():
        if len(frame) and bad.any():
            raise InvalidInput(f"Invalid glossary {path}: {rule}. {frame.loc[bad, 'key'].tolist()[:5]}.")
    return Glossary({row["key"]: {lang: row[lang] for lang in LANGS} for row in frame.to_dict("records")})


def _fields(text: str) -> set[str] | None:
    """Return the names that *text* wants filled in; None where its braces do not close."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    except ValueError:
        return None
