"""What a template of the report may call: functions that print, and functions that find."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cxzy_study.output.appendix import show_definitions, show_inventory
from cxzy_study.output.exhibits import check_exhibit, name_of
from cxzy_study.output.ledger import FILLED, Ledger
from cxzy_study.output.prose import check_prose
from cxzy_study.output.references import Citations
from cxzy_study.output.style import sort_arenas, sort_documents
from cxzy_study.tables import InvalidInput

CODER = "settled"
"""Whose codes the report speaks of."""

_BEARING = ("holds", "leans")
"""What the status of a claim must be for the report to say it at all."""


def template_functions(
    ledger: Ledger, *, shown: Mapping[str, str], citations: Citations, codebook: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a template of one language may call, by name.

    Parameters
    ----------
    shown
        HTML of each exhibit, by id.
    codebook
        Its ``themes``, which the appendix defines.
    """
    glossary, lang = ledger.glossary, ledger.lang
    cited: dict[str, None] = {}

    def find_work(work_id: str) -> str:
        if work_id not in citations.entries:
            raise InvalidInput(f"Invalid work {work_id!r}: must be one of {', '.join(citations.entries)}.")
        cited[work_id] = None
        return work_id

    def link(work_id: str, words: str) -> str:
        return f'<a class="cite" href="#ref-{find_work(work_id)}">{words}</a>'

    def cite(*work_ids: str) -> str:
        """Return works in brackets, those of several works put into one."""
        left, right, mark = {"en": ("(", ")", "; "), "zh": ("（", "）", "；")}[lang]
        inner = [link(i, citations.brackets[find_work(i)].removeprefix(left).removesuffix(right)) for i in work_ids]
        return left + mark.join(inner) + right

    def bibliography() -> str:
        """Return what was cited so far, in the order of the style."""
        entries = ((i, entry) for i, entry in citations.entries.items() if i in cited)
        return "\n".join(f'<p class="reference"><span id="ref-{i}">{entry}</span></p>' for i, entry in entries)

    def exhibit(exhibit_id: str) -> str:
        return shown[check_exhibit(exhibit_id).id]

    def ref(exhibit_id: str) -> str:
        return f'<a href="#{exhibit_id}">{name_of(check_exhibit(exhibit_id), glossary=glossary, lang=lang)}</a>'

    return {
        "n": ledger.cell,
        "total": ledger.total,
        "count": ledger.count,
        "fact": ledger.fact,
        "text": lambda table, **key: plain(ledger.text(table, **key)),
        "label": lambda key, **values: plain(ledger.label(key, **values)),
        "theme": lambda theme_id: plain(ledger.label(f"theme.{theme_id}")),
        "place": lambda doc_id: plain(ledger.text("sources", column=f"place_{lang}", doc_id=doc_id)),
        "exhibit": exhibit,
        "ref": ref,
        "cite": cite,
        "author": lambda work_id: link(work_id, citations.narrative[find_work(work_id)]),
        "bibliography": bibliography,
        "definitions": lambda: show_definitions(codebook["themes"], glossary=glossary, lang=lang),
        "inventory": lambda doc_id: show_inventory(ledger.find_rows("practices", doc_id=doc_id), glossary=glossary, lang=lang),
        **_named_rows(ledger),
        **_finders(ledger),
    }


def _named_rows(ledger: Ledger) -> dict[str, Callable[..., str]]:
    """Return the functions that print the name of a practice or the sentence of a claim, linked to its row.

    Names and stated sentences stand as they are in their tables, numbers in them included.
    """
    lang = ledger.lang

    def link(practice_id: str, words: str) -> str:
        return f'<a class="practice" href="#practice-{practice_id}">{plain(words)}</a>'

    def practice(practice_id: str, words: str = "") -> str:
        """Return its name in the report's language, or what the sentence wants to call it."""
        return link(practice_id, _call(practice_id, words))

    def named(practice_id: str, words: str = "") -> str:
        """Return the same, in English with the Chinese name beside it."""
        chinese = "" if lang == "zh" else f" ({_one_row(ledger, 'practices', practice_id=practice_id)['practice']})"
        return link(practice_id, _call(practice_id, words) + chinese)

    def _call(practice_id: str, words: str) -> str:
        row = _one_row(ledger, "practices", practice_id=practice_id)
        return check_prose(words, name=practice_id) or str(row["practice" if lang == "zh" else "label_en"])

    def claim(claim_id: str) -> str:
        row = _one_row(ledger, "claims", claim_id=claim_id)
        if row["status"] == "open":
            raise InvalidInput(f"Invalid claim {claim_id!r}: it has no number yet.")
        return f'<span class="claim">{plain(str(row[lang]))}</span>'

    return {"practice": practice, "named": named, "claim": claim}


def _one_row(ledger: Ledger, table: str, **key: str) -> Mapping[str, Any]:
    rows = ledger.find_rows(table, **key)
    if len(rows) != 1:
        raise InvalidInput(f"Invalid key of {table!r}: must name one row. {key}, {len(rows)} rows.")
    return rows.iloc[0].to_dict()


def _finders(ledger: Ledger) -> dict[str, Any]:
    """Return the functions whose results a template may walk through, and not print."""

    def find_documents(**key: object) -> list[str]:
        return sort_documents(ledger.find_rows("sources", **key)["doc_id"])

    def find_common(doc_ids: Sequence[str]) -> list[str]:
        """Return the themes that each of these documents bears at least once."""
        rows = ledger.find_rows("shares", group_kind="source", coder=CODER)
        rows = rows[rows["group"].isin(list(doc_ids)) & (rows["n_coded"] > 0)]
        found = rows["theme"].value_counts()
        return [t for t in dict.fromkeys(ledger.tables["shares"]["theme"]) if found.get(t, 0) == len(doc_ids)]

    def find_fragile(k: int) -> list[str]:
        """Return the *k* claims among those that the report makes which fail under most choices."""
        claims = ledger.find_rows("claims")
        made = claims[claims["status"].isin(_BEARING) & claims["share_hold"].notna()]
        return made.sort_values("share_hold", kind="stable")["claim_id"].tolist()[:k]

    def status_of(claim_id: str) -> str:
        """Return how a claim stands: holds, leans, falls or open."""
        return str(_one_row(ledger, "claims", claim_id=claim_id)["status"])

    def is_fragile(claim_id: str) -> bool:
        """Say whether a claim keeps its side in fewer than half of its combinations of choices."""
        row = _one_row(ledger, "claims", claim_id=claim_id)
        return bool(row["n_universes"]) and 2 * row["n_hold"] < row["n_universes"]

    return {
        "find_top": ledger.find_top,
        "find_rows": ledger.find_rows,
        "find_documents": find_documents,
        "find_arenas": lambda: sort_arenas(ledger.find_rows("shares", group_kind="arena", coder=CODER)["group"]),
        "find_common": find_common,
        "find_fragile": find_fragile,
        "status_of": status_of,
        "is_fragile": is_fragile,
        "CODER": CODER,
        "FILLED": FILLED,
    }


def plain(words: str) -> str:
    """Return *words* so that neither Markdown nor HTML sees a mark in them."""
    return re.sub(r"[\\`*_{}\[\]<>&#|~]", lambda m: f"&#{ord(m[0])};", words)


