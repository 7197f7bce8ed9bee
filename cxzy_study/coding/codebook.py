"""The codebook: themes, definitions and rules as one validated, versioned file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from cxzy_study.coding.fields import Fields, read_yaml
from cxzy_study.coding.parser import Node, check_literal, parse_expression
from cxzy_study.tables import InvalidInput

ZONES = ("text", "quote", "name", "title")
"""Where a match can stand: running text, quotation marks, a proper name, a title in 《》 or 【】."""

OVERLAPS = ("alternatives", "codebook")
LANGUAGES = ("en", "zh")
_THEME_ID = re.compile(r"[a-z][a-z0-9_]{0,30}")
_RULE_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_]+")


@dataclass(frozen=True)
class Example:
    """A sentence that a rule must, or must not, match; ``heading`` is the heading above it."""

    text: str
    heading: str = ""


@dataclass(frozen=True)
class Rule:
    """One rule: what counts as a statement of its theme.

    Attributes
    ----------
    id : str
        ``theme.name``.
    source, node
        The expression as written, and parsed.
    zones : tuple of str
        The :data:`ZONES` in which it counts.
    negation : {"refuse", "count"}
        Whether a negated or lacking match is refused.
    heading : Node or None
        Must hold in a heading above the unit.
    kind : {"", "heading", "sentence"}
        The kind of unit to which it is confined.
    words : bool
        Whether its literals must begin and end where a segmenter sees words begin and end.
    hits, misses : tuple of Example
        Sentences that it must, and must not, match.
    """

    id: str
    source: str
    node: Node
    zones: tuple[str, ...]
    negation: str
    heading: Node | None
    kind: str
    words: bool
    hits: tuple[Example, ...]
    misses: tuple[Example, ...]


@dataclass(frozen=True)
class Theme:
    """One theme: its label and wording in English and Chinese, and its rules."""

    id: str
    label: dict[str, str]
    definition: dict[str, str]
    include: dict[str, str]
    exclude: dict[str, str]
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Negation:
    """Cues of negation and lack, and how far they reach (see :mod:`cxzy_study.coding.zones`).

    ``before`` stand before what they negate, ``adjacent`` right before it, ``after`` behind it;
    ``unless`` are longer words in which a cue is none (不仅); ``remedy`` are words by which a
    sentence demands that a problem be solved. ``reach`` is in characters.
    """

    before: tuple[str, ...] = ()
    adjacent: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    remedy: tuple[str, ...] = ()
    reach: int = 6


@dataclass(frozen=True, eq=False, repr=False)
class Codebook:
    """A validated codebook. Two are equal if their content is (``sha``).

    Attributes
    ----------
    version : str
    sha : str
        SHA-256 of the content in canonical form (JSON, keys sorted): layout and comments of the
        file do not change it, any word or rule does.
    overlap : {"alternatives", "codebook"}
        Among which literals the longest wins; see :mod:`cxzy_study.coding.rules`.
    names, name_nouns, shields : tuple of str
        Proper names; words that make quotation marks before them a name; longer terms that hide
        the literals within them.
    doctrine : Node or None
        Holds in units that only say what a thing means or is for: there no rule counts.
    """

    version: str
    title: dict[str, str]
    licence: str
    overlap: str
    themes: tuple[Theme, ...]
    names: tuple[str, ...]
    name_nouns: tuple[str, ...]
    shields: tuple[str, ...]
    negation: Negation
    doctrine: Node | None
    sha: str
    source: dict[str, Any] = field(repr=False)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Codebook) and self.sha == other.sha

    def __hash__(self) -> int:
        return hash(self.sha)

    def __repr__(self) -> str:
        return f"Codebook {self.version} ({self.sha[:8]}): {len(self.themes)} themes, {sum(1 for _ in self.rules)} rules"

    def _repr_html_(self) -> str:
        cell = "text-align:left;vertical-align:top;padding:.15em .8em .15em 0"
        rows = [
            (f"<code>{escape(t.id)}</code>", *(escape(t.label[x]) for x in LANGUAGES), escape(t.definition["en"]), str(len(t.rules)))
            for t in self.themes
        ]
        heads = ("theme", "English", "中文", "mark it when the sentence speaks of", "rules")
        head = "".join(f'<th style="{cell}">{h}</th>' for h in heads)
        body = "".join("<tr>" + "".join(f'<td style="{cell}">{c}</td>' for c in row) + "</tr>" for row in rows)
        title = " · ".join(escape(self.title[x]) for x in LANGUAGES)
        note = f"<p><b>{title}</b>, {escape(self.label)}, {escape(self.licence)}</p>"
        return f"{note}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    @property
    def theme_ids(self) -> tuple[str, ...]:
        """Ids of the themes in their order."""
        return tuple(theme.id for theme in self.themes)

    @property
    def rules(self) -> Iterator[tuple[str, Rule]]:
        """Pairs of theme id and rule, in the order of the file."""
        return ((theme.id, rule) for theme in self.themes for rule in theme.rules)

    @property
    def label(self) -> str:
        """Version and beginning of the hash, as figures and reports print them."""
        return f"codebook {self.version} ({self.sha[:8]})"


def load_codebook(path: str | Path) -> Codebook:
    """Read a codebook from a YAML file.

    Parameters
    ----------
    path : str or Path
        The file; ``data/codebook/README.md`` describes its fields.

    Raises
    ------
    InvalidInput
        If the file is missing or breaks a rule; the message names theme and rule.
    """
    return read_codebook(read_yaml(path), where=str(path))


def read_codebook(content: object, *, where: str = "codebook") -> Codebook:
    """Check a codebook given as nested lists and mappings, as YAML gives it.

    Parameters
    ----------
    content : object
        The content; it is not changed.
    where : str
        What it is called in messages.

    Raises
    ------
    InvalidInput

    Examples
    --------
    >>> both = {"en": "Pledging", "zh": "承诺"}
    >>> rule = {"id": "pledging.word", "match": "承诺", "hits": ["各支部公开承诺。"], "misses": ["大家都有决心。"]}
    >>> theme = {"id": "pledging", "label": both, "definition": both, "include": both, "exclude": both, "rules": [rule]}
    >>> book = read_codebook({"version": "1", "title": both, "licence": "CC BY 4.0", "themes": [theme]})
    >>> book.theme_ids, [rule.id for _, rule in book.rules]
    (('pledging',), ['pledging.word'])
    """
    top = Fields(content, where)
    lists: dict[str, tuple[str, ...]] = {}
    for name, members in top.mapping("lists").items():
        if not re.fullmatch(r"[a-z][a-z0-9_]*", str(name)):
            raise InvalidInput(f"Invalid list {name!r} in {where}: a name is small letters, digits and _.")
        lists[name] = _read_list(members, lists, f"{where}, list {name}")
    negation = Fields(top.mapping("negation"), f"{where}, negation")
    doctrine = _read_match(top, "doctrine", required=False)
    book = Codebook(
        version=top.text("version"),
        title=top.bilingual("title"),
        licence=top.text("licence"),
        overlap=top.choice("overlap", OVERLAPS, default=OVERLAPS[0]),
        themes=tuple(_read_theme(theme, lists, where) for theme in top.items("themes", required=True)),
        names=_literals(top, "names"),
        name_nouns=_literals(top, "name_nouns"),
        shields=_literals(top, "shields"),
        negation=Negation(
            before=_literals(negation, "before"),
            adjacent=_literals(negation, "adjacent"),
            after=_literals(negation, "after"),
            unless=_literals(negation, "unless"),
            remedy=_literals(negation, "remedy"),
            reach=negation.number("reach", low=0, high=40, default=6),
        ),
        doctrine=parse_expression(doctrine, lists=lists, where=f"{where}, doctrine") if doctrine else None,
        sha=_hash(content),
        source=dict(top.content),
    )
    negation.close()
    top.close()
    for what, ids in (("theme", book.theme_ids), ("rule", tuple(rule.id for _, rule in book.rules))):
        if twice := sorted({x for x in ids if ids.count(x) > 1}):
            raise InvalidInput(f"Invalid {what} ids in {where}: each may be given once. {', '.join(twice)}.")
    return book


def _hash(content: object) -> str:
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def _read_theme(content: object, lists: dict[str, tuple[str, ...]], where: str) -> Theme:
    fields = Fields(content, f"{where}, a theme")
    theme_id = fields.text("id")
    fields.where = f"{where}, theme {theme_id}"
    if not _THEME_ID.fullmatch(theme_id) or theme_id == "none":
        rule = "it is small letters, digits and _, and not none"
        raise InvalidInput(f"Invalid theme id {theme_id!r} in {where}: {rule}.")
    theme = Theme(
        id=theme_id,
        label=fields.bilingual("label"),
        definition=fields.bilingual("definition"),
        include=fields.bilingual("include"),
        exclude=fields.bilingual("exclude"),
        rules=tuple(_read_rule(rule, theme_id, lists, where) for rule in fields.items("rules", required=True)),
    )
    fields.close()
    return theme


def _read_rule(content: object, theme_id: str, lists: dict[str, tuple[str, ...]], where: str) -> Rule:
    fields = Fields(content, f"{where}, a rule of theme {theme_id}")
    rule_id = fields.text("id")
    fields.where = here = f"{where}, rule {rule_id}"
    if not _RULE_ID.fullmatch(rule_id) or not rule_id.startswith(f"{theme_id}."):
        rule_form = f"it must be {theme_id}. and a name of small letters"
        raise InvalidInput(f"Invalid rule id {rule_id!r} in {where}: {rule_form}.")
    source = _read_match(fields, "match")
    heading = fields.text("heading", required=False)
    rule = Rule(
        id=rule_id,
        source=source,
        node=parse_expression(source, lists=lists, where=here),
        zones=fields.choices("zones", ZONES, default=("text", "quote")),
        negation=fields.choice("negation", ("refuse", "count"), default="refuse"),
        heading=parse_expression(heading, lists=lists, where=f"{here}, heading") if heading else None,
        kind=fields.choice("kind", ("", "heading", "sentence"), default=""),
        words=fields.flag("words"),
        hits=tuple(_read_example(x, f"{here}, hits") for x in fields.items("hits", required=True)),
        misses=tuple(_read_example(x, f"{here}, misses") for x in fields.items("misses", required=True)),
    )
    fields.close()
    return rule


def _read_match(fields: Fields, key: str, *, required: bool = True) -> str:
    """Read one expression, or a list of which one must hold."""
    if not isinstance(fields.content.get(key), list):
        return fields.text(key, required=required)
    parts = fields.items(key, required=True)
    if bad := [part for part in parts if not isinstance(part, str) or not part.strip()]:
        raise fields.wrong(key, bad[0], "each of its items must be an expression")
    return " OR ".join(f"({part.strip()})" for part in parts)


def _read_example(content: object, where: str) -> Example:
    if isinstance(content, str):
        return Example(content)
    fields = Fields(content, where)
    example = Example(text=fields.text("text"), heading=fields.text("heading"))
    fields.close()
    return example


def _literals(fields: Fields, key: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(check_literal(x, where=f"{fields.where}, {key}") for x in fields.items(key)))


def _read_list(members: object, lists: dict[str, tuple[str, ...]], where: str) -> tuple[str, ...]:
    """Read a named list; ``@other`` takes in a list that stands before it."""
    if not isinstance(members, list) or not members:
        raise InvalidInput(f"Invalid value in {where}: it must be a list of literals, not empty.")
    literals: list[str] = []
    for member in members:
        if isinstance(member, str) and member.startswith("@"):
            if member[1:] not in lists:
                known = sorted(lists)
                raise InvalidInput(f"Invalid member {member} in {where}: no such list stands before it. {known}.")
            literals += lists[member[1:]]
        else:
            literals.append(check_literal(member, where=where))
    return tuple(dict.fromkeys(literals))
