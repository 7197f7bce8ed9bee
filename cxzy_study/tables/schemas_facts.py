"""Columns of the tables of facts: numbered formulas, quantities, bodies."""

from __future__ import annotations

from cxzy_study.tables.columns import DOC, SPAN, UNIT, Table, column

FACTS = (
    Table(
        "formulas",
        "a numbered formula where a text names it",
        (
            DOC,
            UNIT,
            SPAN,
            column("surface", "text", "the formula as printed, simplified"),
            column("numerals", "text", "its numerals as digits, joined by `;`"),
            column("heads", "text", "what they count, joined by `;`", False),
            column("parts", "text", "its parts, joined by `|`; `@unit` or `@unit:a-b` where a part is kept as a place", False),
            column("status", "id", "whether a text spells it out", True, ("resolved", "defined elsewhere", "unresolved")),
            column("part_places", "text", "unit and characters of each part, joined by `;`", False),
            column("told", "id", "where the parts were found: bracket, after, before, headings, itself, document, corpus", False),
            column("n_announced", "int", "parts that its numerals announce", False),
            column("n_found", "int", "parts that were found", False),
            column("rule", "id", "rule of the grammar that found it: quoted, known …"),
            column("family", "text", "numerals and heads in one spelling: 五好 and 五个好 are one family"),
            column("pattern", "text", "its pattern, heads as X, Y …", False),
            column("known_from", "text", "since when the lexicon knows it (public knowledge)", False),
            column("known_parts", "text", "parts that the lexicon gives, joined by `|`", False),
        ),
    ),
    Table(
        "quantities",
        "a number with what it counts",
        (
            DOC,
            UNIT,
            SPAN,
            column("surface", "text", "number and measure as printed, simplified"),
            column("value", "number", "the number (percentages as printed: 11.2 for 11.2%)"),
            column("measure", "text", "measure word or unit", False),
            column("base_value", "number", "the number in the base unit, where there is one", False),
            column("base_measure", "text", "the base unit", False),
            column("qualifier", "text", "约, 多, 以上 …, joined by `;`", False),
            column("thing", "text", "what is counted (found by rule of thumb)", False),
            column("per", "text", "period or unit that it is a rate of", False),
            column("period", "text", "period that it covers, where stated", False),
            column("kind", "id", "kind of number", True, ("level", "change", "rank", "share")),
            column("value_to", "number", "upper end of a range", False),
            column("of", "text", "denominator, where stated", False),
            column("claimant", "text", "who says so, where stated", False),
            column("flag", "text", "an inconsistency with the rest of the text", False),
        ),
    ),
    Table(
        "bodies",
        "a body where a text names it",
        (
            DOC,
            UNIT,
            SPAN,
            column("surface", "text", "as printed, simplified"),
            column("name", "text", "its name"),
            column("body_type", "id", "place, party, government, department, system, enterprise, school, group …"),
            column("admin_level", "id", "level in the document's year", False),
            column("adcode", "text", "GB/T 2260 code in the document's year", False),
            column("parent", "text", "the body within which it is", False),
        ),
    ),
)
