"""Rows of the exhibits on facts: formulas taken apart, families, the ledger of numbers, bodies within bodies."""

from __future__ import annotations

import pandas as pd

from cxzy_study.output.style import sort_arenas, sort_documents
from cxzy_study.tables import check_table

LEXICON = "lexicon"
"""Stands in the place of a document where the lexicon words a family."""

MOST_TREES = 5


def frame_trees(formulas: pd.DataFrame, *, sources: pd.DataFrame, most: int = MOST_TREES) -> pd.DataFrame:
    """Return the formulas that branch most, as trees: a formula, its parts, and what those are made of themselves.

    Parameters
    ----------
    formulas
        Table ``formulas``.
    most
        Trees at most. Deeper ones come first, then those with more parts.

    Returns
    -------
    pandas.DataFrame
        One row a node, each tree in reading order: ``tree`` (from 0), ``doc_id, place_en, place_zh``, ``node``, ``parent`` (-1 at the
        root), ``depth``, ``y`` (leaves count up from 0, others stand amid their children) and ``label``.
    """
    check_table(formulas, "formulas"), check_table(sources, "sources")
    told = formulas[(formulas["status"] == "resolved") & (formulas["parts"] != "") & ~formulas["parts"].str.contains("@")]
    told = told[~told["rule"].eq("series")].drop_duplicates(["doc_id", "family"])
    parts = {(r.doc_id, r.surface): r.parts.split("|") for r in told.itertuples()}

    def grow(doc_id: str, label: str, seen: tuple[str, ...]) -> tuple[str, list]:
        below = parts.get((doc_id, label), []) if label not in seen else []
        return label, [grow(doc_id, part, (*seen, label)) for part in below]

    def depth(tree: tuple[str, list]) -> int:
        return 1 + max((depth(child) for child in tree[1]), default=0)

    def leaves(tree: tuple[str, list]) -> int:
        return sum(leaves(child) for child in tree[1]) or 1

    forest = [(r.doc_id, grow(r.doc_id, r.surface, ())) for r in told.itertuples()]
    inner = {(doc_id, part) for (doc_id, _), labels in parts.items() for part in labels}
    forest = [(doc_id, tree) for doc_id, tree in forest if (doc_id, tree[0]) not in inner]
    # Of two spellings of the same parts (三中心 within 一站三中心) the one that says more stands.
    forest.sort(key=lambda t: (-depth(t[1]), -leaves(t[1]), -len(t[1][0])))
    rows: list[dict[str, object]] = []
    shown: set[tuple[str, ...]] = set()
    for doc_id, tree in forest:
        key = tuple(sorted(child[0] for child in tree[1]))
        if key in shown or len({r["tree"] for r in rows}) == most:
            continue
        shown.add(key)
        _place(rows, tree, tree_id=len({r["tree"] for r in rows}), doc_id=doc_id)
    names = ["tree", "doc_id", "node", "parent", "depth", "y", "label"]
    places = sources.set_index("doc_id")
    frame = pd.DataFrame(rows, columns=names)
    for lang in ("zh", "en"):
        frame.insert(2, f"place_{lang}", frame["doc_id"].map(places[f"place_{lang}"]))
    return frame


def _place(rows: list[dict[str, object]], tree: tuple[str, list], *, tree_id: int, doc_id: str) -> None:
    next_leaf, next_node = 0, 0

    def walk(node: tuple[str, list], parent: int, depth: int) -> float:
        nonlocal next_leaf, next_node
        own, next_node = next_node, next_node + 1
        row: dict[str, object] = {"tree": tree_id, "doc_id": doc_id, "node": own, "parent": parent, "depth": depth}
        rows.append(row)
        ys = [walk(child, own, depth + 1) for child in node[1]]
        if not ys:
            ys, next_leaf = [float(next_leaf)], next_leaf + 1
        row |= {"y": (ys[0] + ys[-1]) / 2, "label": node[0]}
        return (ys[0] + ys[-1]) / 2

    walk(tree, -1, 0)


def frame_families(families: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return one row a family and document, families grouped by pattern, documents by the day they speak of.

    Returns
    -------
    pandas.DataFrame
        ``pattern, family, doc_id, place_en, place_zh, date, surfaces, n_mentions, told`` (1 where the parts are told),
        ``changed``; patterns with most families first. Of the lexicon only what it words of a family met is given.
    """
    check_table(families, "families"), check_table(sources, "sources")
    places = sources.set_index("doc_id")[["place_en", "place_zh"]]
    # Enumerations without a name of their own (一岗…、一队…) are families of one.
    named = families[~families["surfaces"].str.contains("[、,]")]
    frame = named.assign(told=(named["parts"] != "").astype(int))
    frame["place_en"] = frame["doc_id"].map(places["place_en"]).fillna("")
    frame["place_zh"] = frame["doc_id"].map(places["place_zh"]).fillna("")
    size = frame.groupby("pattern")["family"].transform("nunique")
    frame = frame.assign(size=size).sort_values(["size", "pattern", "family", "date"], ascending=[False, True, True, True], kind="stable")
    names = ["pattern", "family", "doc_id", "place_en", "place_zh", "date", "surfaces", "n_mentions", "told", "changed"]
    return frame[names].reset_index(drop=True)


def frame_lineage(families: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the dated wordings of families that are met more than once: in several documents or in the lexicon."""
    frame = frame_families(families, sources=sources).merge(families[["family", "doc_id", "parts"]], on=["family", "doc_id"], how="left")
    dated = frame[frame["date"] != ""]
    several = dated.groupby("family")["doc_id"].transform("nunique") > 1
    names = ["family", "doc_id", "place_en", "place_zh", "date", "surfaces", "parts", "changed"]
    return dated.loc[several, names].sort_values(["family", "date"], kind="stable").reset_index(drop=True)


def frame_numbers(quantities: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the ledger of numbers: one row a quantity, in reading order, with what it counts."""
    check_table(quantities, "quantities"), check_table(sources, "sources")
    places = sources.set_index("doc_id")
    order = {doc_id: n for n, doc_id in enumerate(sort_documents(sources["doc_id"]))}
    frame = quantities.assign(place_en=quantities["doc_id"].map(places["place_en"]), place_zh=quantities["doc_id"].map(places["place_zh"]))
    frame = frame.assign(order=frame["doc_id"].map(order)).sort_values(["order", "unit_id"], kind="stable")
    names = [
        "doc_id",
        "place_en",
        "place_zh",
        "unit_id",
        "surface",
        "thing",
        "value",
        "measure",
        "qualifier",
        "per",
        "period",
        "kind",
        "flag",
    ]
    return frame[names].reset_index(drop=True)


LEVELS = ("national", "region", "province", "municipality", "prefecture", "county", "township", "village")
"""From the top down; a region spans provinces."""

GROUPS = ("above", "place", "township", "system", "department", "party", "government", "enterprise", "school")
"""Kinds of bodies in the order in which the figure shows them; a university stands with the schools."""


def frame_bodies(
    about: pd.DataFrame, *, arenas: pd.DataFrame, sources: pd.DataFrame, doc_ids: tuple[str, ...] = ("tianjin", "taining")
) -> pd.DataFrame:
    """Return the bodies that units of a document are about, below the arena or kind to which they belong.

    Parameters
    ----------
    about
        Table ``about``.
    arenas
        Table ``arenas``: units of a document by arena; a document without any is ordered by kind of body.
    doc_ids
        Documents to show, those that are there.

    Returns
    -------
    pandas.DataFrame
        One row a line of the figure: ``doc_id, place_en, place_zh, depth`` (0 the document's own body, 1 a group, 2 a
        body), ``key`` (glossary key of a group) or ``label`` (a name), ``n_units`` that are about it.
    """
    check_table(about, "about"), check_table(arenas, "arenas"), check_table(sources, "sources")
    places = sources.set_index("doc_id")
    rows: list[tuple[object, ...]] = []
    for doc_id in [d for d in doc_ids if d in set(about["doc_id"])]:
        own = about[about["doc_id"] == doc_id]
        head = (doc_id, places.at[doc_id, "place_en"], places.at[doc_id, "place_zh"])
        home = own.loc[own["basis"] == "document", "body"]
        name = home.iloc[0] if len(home) else own["body"].iloc[0]
        rows.append((*head, 0, "", name, own.loc[own["body"] == name, "unit_id"].nunique()))
        rest = own[(own["body"] != name) & (own["body"] != "")]
        level = own.loc[own["body"] == name, "admin_level"].iloc[0]
        higher = LEVELS[: LEVELS.index(level)] if level in LEVELS else ()
        kinds = rest["body_type"].replace({"university": "school"})
        kinds = kinds.mask(rest["admin_level"].eq("township"), "township").mask(rest["admin_level"].isin(higher), "above")
        rest = rest.assign(group="body_group." + kinds.where(kinds.isin(GROUPS), "other"))
        order = [f"body_group.{g}" for g in (*GROUPS, "other")]
        in_arena = arenas[arenas["doc_id"] == doc_id]
        if len(in_arena):
            arena_of = in_arena.drop_duplicates("unit_id").set_index("unit_id")["arena"]
            arena = rest["unit_id"].map(arena_of)
            rest = rest.assign(group=("arena." + arena.fillna("")).where(arena.notna(), rest["group"]))
            order = [*(f"arena.{a}" for a in sort_arenas(in_arena["arena"])), *order]
        for group in order:
            members = rest[rest["group"] == group]
            n_group = members["unit_id"].nunique()
            if group.startswith("arena."):
                n_group = in_arena.loc[in_arena["arena"] == group.removeprefix("arena."), "unit_id"].nunique()
            if not n_group:
                continue
            rows.append((*head, 1, group, "", n_group))
            counted = members.groupby("body", sort=False)["unit_id"].nunique().sort_values(ascending=False, kind="stable")
            rows += [(*head, 2, "", body, n) for body, n in counted.items()]
    names = ["doc_id", "place_en", "place_zh", "depth", "key", "label", "n_units"]
    return pd.DataFrame(rows, columns=names)
