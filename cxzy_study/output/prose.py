"""No number is typed in the report's prose: the check of its templates, which can fail."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set

from cxzy_study.tables import InvalidInput

PRINTING = (
    "n", "total", "count", "fact", "label", "text", "place", "theme", "exhibit", "ref", "cite", "author", "bibliography",
    "practice", "named", "claim", "definitions", "inventory",
)  # fmt: skip
"""Functions whose result a template may print; what else it prints must be a macro of its own."""

_ENGLISH = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|millions?|dozens?|half|(?:thirds?|quarters?) of"
    r"|per ?cent|twice|double[ds]?)\b",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"[二两三四五六七八九十百千万]+[个份篇句种类段处项条年月日位名倍成]|百分之|[一二两三四五六七八九十]分之|半数|过半|一半"
)


def find_macros(source: str) -> set[str]:
    """Return the names of the macros that the template *source* defines."""
    from jinja2 import Environment, nodes

    return {macro.name for macro in Environment().parse(source).find_all(nodes.Macro)}


def check_prose(source: str, *, name: str, macros: Set[str] = frozenset()) -> str:
    """Return the template *source* if every number in it would come from a table.

    Refused are digits of any script and number words in the text, and whatever a template prints
    that is not a call of one of :data:`PRINTING` or of a macro of its own (a literal, a variable,
    an attribute, a filter), and parts taken in from elsewhere.

    Parameters
    ----------
    macros
        Macros of another part of the report, checked there, that this one may call.

    Raises
    ------
    InvalidInput
        Naming the template, the line and what stands there.

    Examples
    --------
    >>> check_prose("We read {{ count('sources', fmt='word') }} documents.", name="demo")[:7]
    'We read'
    >>> check_prose("We read 5 documents.", name="demo")
    Traceback (most recent call last):
    cxzy_study.tables.checks.InvalidInput: Invalid template demo: no number may be typed. Line 1: '5'.
    """
    from jinja2 import Environment, nodes

    tree = Environment().parse(source)
    known = {*macros, *find_macros(source)}
    strangers = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends, nodes.CallBlock, nodes.FilterBlock)
    for part in tree.find_all(strangers):
        raise InvalidInput(f"Invalid template {name}: must stand alone. Line {part.lineno}: {type(part).__name__}.")
    for output in tree.find_all(nodes.Output):
        for node in output.nodes:
            if isinstance(node, nodes.TemplateData):
                _check_text(node, name)
            elif not _may_print(node, known):
                raise InvalidInput(
                    f"Invalid template {name}: may print only what {', '.join(PRINTING)} or a macro returns. "
                    f"Line {node.lineno}: {type(node).__name__}."
                )
    return source


def _may_print(node: object, macros: set[str]) -> bool:
    from jinja2 import nodes

    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name in {*PRINTING, *macros}


def _check_text(node: object, name: str) -> None:
    data, line = node.data, node.lineno  # type: ignore[attr-defined]
    faults = [m for pattern in (_ENGLISH, _CHINESE) for m in pattern.finditer(data)]
    places = [(m.start(), m[0]) for m in faults]
    places += [(i, c) for i, c in enumerate(data) if unicodedata.category(c) in {"Nd", "Nl", "No"}]
    if places:
        place, found = min(places)
        line += data.count("\n", 0, place)
        raise InvalidInput(f"Invalid template {name}: no number may be typed. Line {line}: {found!r}.")
