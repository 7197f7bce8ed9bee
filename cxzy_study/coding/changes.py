"""What a changed codebook moves: rule by rule, code by code, share by share."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from cxzy_study.coding.codebook import Codebook
from cxzy_study.coding.coder import check_units, code_units


class CodebookChanges(NamedTuple):
    """Three tables; :func:`compare_codebooks` describes them."""

    rules: pd.DataFrame
    codes: pd.DataFrame
    shares: pd.DataFrame


def compare_codebooks(old: Codebook, new: Codebook, *, units: pd.DataFrame) -> CodebookChanges:
    """Code *units* by two codebooks and compare.

    Parameters
    ----------
    old, new : Codebook
        They may differ in rules and in themes.
    units : DataFrame
        As for :func:`cxzy_study.coding.coder.code_units`.

    Returns
    -------
    rules : DataFrame
        A row for each rule of either: ``rule``, ``theme``, ``change`` (``added``, ``removed``,
        ``changed`` or ``same``, by the rule's own fields), ``n_old``, ``n_new`` (units in which it
        counts: shields, lists and cues move rules that are the same, too).
    codes : DataFrame
        A row for each code that moves: ``doc_id``, ``unit_id``, ``kind``, ``theme``, ``change``
        (``added`` or ``lost``), ``rules`` (those that gave it, or give it now, joined by ``;``).
    shares : DataFrame
        A row for each document and theme, and for all documents together (``doc_id`` empty):
        ``doc_id``, ``theme``, ``n_units`` (sentences), ``n_old``, ``n_new``, ``n_added``,
        ``n_lost``, ``share_old``, ``share_new`` (in [0, 1], empty where there is no sentence).
        Headings are not counted.

    Raises
    ------
    InvalidInput
        If the units cannot be coded.

    Examples
    --------
    >>> from cxzy_study.coding.codebook import read_codebook
    >>> both = {"en": "Pledging", "zh": "承诺"}
    >>> def book(match):
    ...     rule = {"id": "pledging.word", "match": match, "hits": ["承诺。"], "misses": ["决心。"]}
    ...     theme = dict.fromkeys(["label", "definition", "include", "exclude"], both)
    ...     theme |= {"id": "pledging", "rules": [rule]}
    ...     return read_codebook({"version": "1", "title": both, "licence": "CC BY 4.0", "themes": [theme]})
    >>> units = pd.DataFrame({"doc_id": "demo", "unit_id": ["u1", "u2"], "kind": "sentence", "section": "0",
    ...                       "text": ["松岭县公开承诺。", "青河镇立下保证书。"]})
    >>> changes = compare_codebooks(book("承诺"), book("承诺|保证书"), units=units)
    >>> changes.codes[["unit_id", "theme", "change", "rules"]].to_numpy().tolist()
    [['u2', 'pledging', 'added', 'pledging.word']]
    >>> changes.shares.loc[0, ["share_old", "share_new"]].tolist()
    [0.5, 1.0]
    """
    check_units(units)
    evidence = [_counted(units, book) for book in (old, new)]
    rules = _compare_rules(old, new, evidence)
    return CodebookChanges(rules, _moves(units, evidence), _shares(old, new, units, evidence))


def _counted(units: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    _, evidence = code_units(units, codebook=codebook, refused=False)
    return evidence[["doc_id", "unit_id", "theme", "rule"]].drop_duplicates()


def _compare_rules(old: Codebook, new: Codebook, evidence: list[pd.DataFrame]) -> pd.DataFrame:
    sides = [{rule.id: (theme, rule) for theme, rule in book.rules} for book in (old, new)]
    counts = [side["rule"].value_counts() for side in evidence]
    rows = []
    for name in sides[1] | sides[0]:
        in_old, in_new = sides[0].get(name), sides[1].get(name)
        if in_old and in_new:
            change = "same" if in_old == in_new else "changed"
        else:
            change = "added" if in_new else "removed"
        theme = (in_new or in_old or ("",))[0]
        rows.append((name, theme, change, *(int(side.get(name, 0)) for side in counts)))
    return pd.DataFrame(rows, columns=["rule", "theme", "change", "n_old", "n_new"])


def _moves(units: pd.DataFrame, evidence: list[pd.DataFrame]) -> pd.DataFrame:
    key = ["doc_id", "unit_id", "theme"]
    sides = [side.groupby(key, sort=False)["rule"].agg(";".join) for side in evidence]
    place = {unit: i for i, unit in enumerate(zip(units["doc_id"], units["unit_id"], strict=True))}
    kinds = units["kind"].tolist()
    rows = []
    for change, one, other in (("lost", *sides), ("added", *reversed(sides))):
        for (doc_id, unit_id, theme), rules in one[~one.index.isin(other.index)].items():
            at = place[doc_id, unit_id]
            rows.append((at, doc_id, unit_id, kinds[at], theme, change, rules))
    rows.sort(key=lambda row: (row[0], row[4], row[5]))
    return pd.DataFrame([row[1:] for row in rows], columns=["doc_id", "unit_id", "kind", "theme", "change", "rules"])


def _shares(old: Codebook, new: Codebook, units: pd.DataFrame, evidence: list[pd.DataFrame]) -> pd.DataFrame:
    sentences = units.loc[units["kind"] == "sentence", ["doc_id", "unit_id"]]
    is_sentence = set(sentences.itertuples(index=False, name=None))
    sides: list[dict[tuple[str, str], set[str]]] = []
    for side in evidence:
        marked: dict[tuple[str, str], set[str]] = {}
        for doc_id, unit_id, theme in side[["doc_id", "unit_id", "theme"]].itertuples(index=False):
            if (doc_id, unit_id) in is_sentence:
                marked.setdefault((doc_id, theme), set()).add(unit_id)
        sides.append(marked)
    totals = sentences["doc_id"].value_counts()
    themes = list(dict.fromkeys((*new.theme_ids, *old.theme_ids)))
    columns = ["doc_id", "theme", "n_units", "n_old", "n_new", "n_added", "n_lost"]
    rows = []
    for doc_id in units["doc_id"].drop_duplicates():
        for theme in themes:
            before, after = (side.get((doc_id, theme), set()) for side in sides)
            counts = (len(before), len(after), len(after - before), len(before - after))
            rows.append((doc_id, theme, int(totals.get(doc_id, 0)), *counts))
    each = pd.DataFrame(rows, columns=columns)
    whole = each.groupby("theme")[columns[2:]].sum().reindex(themes, fill_value=0).rename_axis("theme").reset_index()
    table = pd.concat([whole.assign(doc_id=""), each], ignore_index=True)[columns]
    n = table["n_units"].where(table["n_units"] > 0).astype("Float64")
    return table.assign(share_old=table["n_old"] / n, share_new=table["n_new"] / n)
