"""Numbered formulas (三学三比, 五个好, 一站三中心, 1+X) and what they are made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

import pandas as pd

from cxzy_study.facts.families import name_family, name_pattern
from cxzy_study.facts.follow import Found, Unit
from cxzy_study.facts.grammar import Formula, parse_formula
from cxzy_study.facts.lexicon import COLUMNS, check_columns, check_units, fold_text, iter_documents, shipped
from cxzy_study.facts.mentions import Known, Mention, find_mentions, names_of
from cxzy_study.facts.parts import trim
from cxzy_study.facts.resolve import find_anywhere, find_parts
from cxzy_study.tables import InvalidInput

FORMULA_COLUMNS = (
    "doc_id", "unit_id", "start", "end", "surface", "numerals", "heads", "parts", "status",
    "part_places", "told", "n_announced", "n_found", "rule", "family", "pattern", "known_from", "known_parts",
)  # fmt: skip


def find_formulas(units: pd.DataFrame, *, lexicon: pd.DataFrame | None = None, share: bool = True) -> pd.DataFrame:
    """Find the numbered formulas of some documents, and their parts.

    Parts are looked for in brackets behind the formula, after 即, 是指, 包括 or a colon, before it (…、…、…“三公开”),
    in the next sentences, as the headings that follow, in any list of the document that bears the formula's heads,
    and in the other documents.

    Parameters
    ----------
    units : DataFrame
        Units with their text: ``doc_id, unit_id, kind, section, depth, enumerator, paragraph, text`` (simplified),
        in reading order.
    lexicon : DataFrame, optional
        Conventional formulas in the place of ``data/lexicon/formulas.csv``.
    share : bool
        Whether what one document tells is looked up for the others.

    Returns
    -------
    DataFrame
        One row a mention, in reading order:

        - ``doc_id, unit_id``; ``start, end`` code points within the unit's text, quotation marks not counted;
        - ``surface``; ``numerals`` digits joined by ``;``, ``X`` and ``N`` where left open; ``heads`` what they count;
        - ``parts`` joined by ``|``, in the words of the text;
        - ``status``: ``resolved`` (all parts are told in the document), ``defined elsewhere`` (in another document),
          ``unresolved``;
        - ``part_places`` ``unit_id:start-end`` joined by ``;`` (with the document, ``doc_id/unit_id:…``, if it is
          another one); ``told`` where: bracket, after, before, next, headings, document, itself, groups, corpus;
        - ``n_announced`` parts that the numbers add up to (empty if open) and ``n_found``;
        - ``rule`` by which the mention was found: quoted, known, pattern, described, …;
        - ``family`` and ``pattern`` (see :mod:`cxzy_study.facts.families`);
        - ``known_from``, ``known_parts``: date and wording in the lexicon, never taken for the document's own.

    Raises
    ------
    InvalidInput
        If a column is missing or a unit stands twice.

    Examples
    --------
    >>> from cxzy_study.facts.lexicon import UNIT_COLUMNS
    >>> text = "全县推行“三亮两评”(亮身份、亮职责、亮标准,群众评、领导评)。"
    >>> units = pd.DataFrame([("d", "u1", "sentence", "0", 0, "", 1, text)],
    ...                      columns=list(UNIT_COLUMNS))
    >>> find_formulas(units)[["surface", "numerals", "heads", "parts", "status"]].iloc[0].tolist()
    ['三亮两评', '3;2', '亮;评', '亮身份|亮职责|亮标准|群众评|领导评', 'resolved']
    """
    check_units(units)
    lexicon = shipped("formulas") if lexicon is None else check_columns(lexicon, COLUMNS["formulas"], name="lexicon")
    known = Known.of(_known_formulas(lexicon))
    columns = ("unit_id", "kind", "depth", "section", "text")
    documents = [_read(doc_id, cells, known=known) for doc_id, cells in iter_documents(units, columns)]
    for document in documents:
        document.resolve()
    if share:
        _share(documents)
    rows = [row for document in documents for row in document.rows()]
    frame = pd.DataFrame(rows, columns=list(FORMULA_COLUMNS[:-2]))
    frame["n_announced"] = frame["n_announced"].astype("Int64")
    dated = lexicon.drop_duplicates("formula").set_index("formula")
    frame["known_from"] = frame["surface"].map(dated["from_on"]).fillna("")
    frame["known_parts"] = frame["surface"].map(dated["parts"]).fillna("")
    return frame


MOST_TRIES, MOST_FAMILIES = 24, 400
"""Mentions of a family around which its parts are looked for, and families of one document: time stays bounded."""

MOST_CHARACTERS = 30
"""Characters of one unit that the parts of a formula may quote in a table that is shipped without its texts."""


def clean_formulas(formulas: pd.DataFrame, *, units: pd.DataFrame) -> pd.DataFrame:
    """Return *formulas* with no headings and sentences of a source among the parts.

    A table that is shipped without its texts may hold names, and no text: a part that is a whole unit is written
    ``@unit_id``; parts that together quote more than :data:`MOST_CHARACTERS` of a unit are written
    ``@unit_id:start-end``, as in ``part_places``.

    Parameters
    ----------
    formulas : DataFrame
        As :func:`find_formulas` returns.
    units : DataFrame
        The units in which they were found.

    Raises
    ------
    InvalidInput
        If a column is missing or a part's unit is not in *units*.
    """
    check_units(units)
    check_columns(formulas, ("doc_id", "parts", "part_places"), name="formulas")
    texts = {(r.doc_id, r.unit_id): r.text for r in units[["doc_id", "unit_id", "text"]].itertuples(index=False)}
    cleaned = []
    for doc_id, parts, places in formulas[["doc_id", "parts", "part_places"]].itertuples(index=False):
        told = [p for p in zip(parts.split("|"), places.split(";"), strict=False) if p[0]]
        quoted: dict[str, int] = {}
        for part, place in told:
            unit = place.partition(":")[0]
            quoted[unit] = quoted.get(unit, 0) + len(part)
        kept = []
        for part, place in told:
            unit = place.partition(":")[0]
            owner, _, unit_id = unit.rpartition("/")
            text = texts.get((owner or doc_id, unit_id))
            if text is None:
                raise InvalidInput(f"Invalid units: each part's unit must be among them. {owner or doc_id} {unit_id}.")
            a, b = trim(fold_text(text), 0, len(text))
            whole = len(part) * 10 >= (b - a) * 9
            kept.append(f"@{unit}" if whole else f"@{place}" if quoted[unit] > MOST_CHARACTERS else part)
        cleaned.append("|".join(kept))
    return formulas.assign(parts=cleaned)


def _known_formulas(lexicon: pd.DataFrame) -> dict[str, Formula]:
    """Return the conventional formulas of *lexicon* that need no quotation marks."""
    formulas = {}
    for row in lexicon[lexicon["unquoted"] == "1"].itertuples():
        numerals, heads = tuple(row.numerals.split(";")), tuple(row.heads.split(";"))
        if not all(numerals) or len(heads) > len(numerals):
            raise InvalidInput(f"Invalid lexicon formulas: each head must have a number. {row.formula}.")
        formulas[row.formula] = Formula(numerals, heads, "groups")
    return formulas


@dataclass
class _Document:
    doc_id: str
    units: Sequence[Unit]
    mentions: list[tuple[int, Mention]]
    whole: str
    """Text of all units, a line break between them."""
    starts: Sequence[int]
    """Where each unit begins in it."""
    found: list[Found | None] = field(default_factory=list)
    shared: dict[int, tuple[_Document, Found]] = field(default_factory=dict)

    def text(self, found: Found) -> list[str]:
        return [self.units[i].text[a:b] for i, a, b in found.places]

    def resolve(self) -> None:
        inside: dict[int, list[Mention]] = {}
        for i, mention in self.mentions:
            inside.setdefault(i, []).append(mention)
        told: set[str] = set()
        asked: Counter[str] = Counter()
        for i, mention in self.mentions:
            family = mention.family
            asked[family] += 1
            # A family that its first mentions do not spell out is not looked for without end.
            look = family not in told and asked[family] <= MOST_TRIES and len(asked) <= MOST_FAMILIES
            found = find_parts(self.units, i, mention, inside[i]) if look else None
            self.found.append(found)
            if found is not None and found.complete:
                told.add(family)
        for k, (i, mention) in enumerate(self.mentions):
            family = mention.family
            if self.found[k] is None and family not in told and mention.formula.announced and len(told) <= MOST_FAMILIES:
                self.found[k] = find_anywhere(self.units, i, mention.formula, whole=self.whole, starts=self.starts)
                told.add(family)
        known = self._told()
        if not known:
            return
        self._spread(known)
        for k, (_, mention) in enumerate(self.mentions):
            found = self.found[k]
            if found is None or not found.complete:
                self.found[k] = self._by_groups(mention, known) or found
        self._spread(self._told())

    def _spread(self, told: dict[str, Found]) -> None:
        """What one mention tells holds for all of its family in the document."""
        self.found = [told.get(m.family, f) for (_, m), f in zip(self.mentions, self.found, strict=True)]

    def _told(self) -> dict[str, Found]:
        """Return what is told of each family, by its first mention that tells all of it."""
        told: dict[str, Found] = {}
        for (_, mention), found in zip(self.mentions, self.found, strict=True):
            if found is not None and found.complete:
                told.setdefault(mention.family, found)
        return told

    def _by_groups(self, mention: Mention, told: dict[str, Found]) -> Found | None:
        """两公开三评议 where 两公开 and 三评议 are told one by one."""
        formula = mention.formula
        if len(formula.heads) < 2 or formula.shape != "groups":
            return None
        groups = [told.get(name_family(n, h)) for n, h in zip(formula.numerals, formula.heads, strict=True)]
        if any(g is None for g in groups):
            return None
        return Found(tuple(place for g in groups if g is not None for place in g.places), "groups")

    def rows(self) -> Iterator[tuple[object, ...]]:
        for k, (i, mention) in enumerate(self.mentions):
            found, status, owner = self.found[k], "unresolved", self
            if found is not None and found.complete:
                status = "resolved"
            elif k in self.shared:
                owner, found = self.shared[k]
                status = "defined elsewhere"
            numerals, heads = ";".join(mention.formula.numerals), ";".join(mention.formula.heads)
            prefix = "" if owner is self else f"{owner.doc_id}/"
            places = [] if found is None else [f"{prefix}{owner.units[j].unit_id}:{a}-{b}" for j, a, b in found.places]
            yield (
                self.doc_id, self.units[i].unit_id, mention.start, mention.end, mention.surface, numerals, heads,
                "" if found is None else "|".join(owner.text(found)), status, ";".join(places),
                "" if found is None else ("corpus" if owner is not self else found.source),
                mention.formula.announced or None, len(places), mention.rule,
                mention.family, name_pattern(numerals, heads, mention.surface),
            )  # fmt: skip



def _read(doc_id: str, cells: list[list[Any]], *, known: Known) -> _Document:
    rows = zip(*cells, strict=True)
    return read_document(doc_id, [Unit(str(u), fold_text(t), k == "heading", int(d), str(s)) for u, k, d, s, t in rows], known=known)


def read_document(doc_id: str, units: Sequence[Unit], *, known: Known) -> _Document:
    """Return a document with its mentions, whose parts are not looked for yet."""
    whole = "\n".join(unit.text for unit in units)
    starts = list(accumulate((len(unit.text) + 1 for unit in units), initial=0))[:-1]
    first = {i: told for i, unit in enumerate(units) if (told := find_mentions(unit.text, known=known))}
    return _Document(doc_id, units, _repeat(units, first, whole=whole, known=known), whole, starts)


def _repeat(
    units: Sequence[Unit], found: Mapping[int, list[Mention]], *, whole: str, known: Known
) -> list[tuple[int, Mention]]:
    """Return the mentions of a document with their units, those too that stand in quotation marks elsewhere in it."""
    names = names_of(m for mentions in found.values() for m in mentions)
    told = Counter(m.surface for mentions in found.values() for m in mentions)
    # Made only if a name stands somewhere without being found yet.
    again = None
    result = dict(found)
    for name in names:
        if whole.count(name) <= told[name]:
            continue
        for i, unit in enumerate(units):
            here = found.get(i, [])
            if unit.text.count(name) > sum(m.surface == name for m in here) and result.get(i, here) is here:
                again = again or Known.of(names)
                result[i] = find_mentions(unit.text, known=known, names=again)
    return [(i, m) for i in sorted(result) for m in result[i]]


def _share(documents: list[_Document]) -> None:
    """What one document tells holds, as told elsewhere, for the same formula in the others."""
    told: dict[str, tuple[_Document, Found]] = {}
    for document in documents:
        for (_, mention), found in zip(document.mentions, document.found, strict=True):
            if found is not None and found.complete:
                told.setdefault(mention.family, (document, found))
    for document in documents:
        for k, (_, mention) in enumerate(document.mentions):
            own, other = document.found[k], told.get(mention.family)
            if (own is None or not own.complete) and other is not None and other[0] is not document:
                document.shared[k] = other


def check_formula(text: str) -> Formula:
    """Return what the formula *text* is made of.

    Raises
    ------
    InvalidInput
        If it is no numbered formula by its form.

    Examples
    --------
    >>> check_formula("四抓四动四促").heads
    ('抓', '动', '促')
    """
    formula = parse_formula(text)
    if formula is None:
        raise InvalidInput(f"Invalid formula {text}: must count its own parts, as 三学三比, 五个好 or 1+X do.")
    return formula
