"""Tables of findings to the rows that figures draw."""

from __future__ import annotations

import pandas as pd

from cxzy_study.output.measured import name_rows, span_percent
from cxzy_study.output.style import sort_documents
from cxzy_study.tables import THEMES, check_table

WORDS_SHOWN = 8
OPTIONS = {
    "unit": ("sentence", "sentence_heading", "paragraph"),
    "coder": ("settled", "reader_1", "reader_2", "rules", "learned"),
    "weighting": ("units", "characters", "length_adjusted"),
    "measure": ("jensen_shannon", "hellinger", "cosine", "bray_curtis"),
    "linkage": ("average", "complete", "single", "weighted"),
    "left_out": ("none", "langfang", "dingan", "taining", "tianjin", "finance"),
    "segmenter": ("jieba", "jieba_plain", "jieba_hmm"),
    "prior": ("100", "500", "2000"),
}
"""Choices of the multiverse and their options, in the order in which the figures show them."""

WORST = 3


def frame_map(places: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of table ``map`` with the documents' labels (``place_en``, ``place_zh``)."""
    check_table(places, "map")
    frame = places.merge(_labels(sources).rename(columns={"doc_id": "name"}), on="name", how="left")
    order = {name: i for i, name in enumerate([*sort_documents(frame["name"][frame["kind"] == "group"]), *THEMES])}
    return frame.sort_values("name", key=lambda s: s.map(order), ignore_index=True)


def frame_tree(tree: pd.DataFrame, *, distances: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    """Return documents, branches of the tree, and distances of every two documents, told apart by ``part``."""
    check_table(tree, "tree"), check_table(distances, "distances")
    measure = tree["measure"].iloc[0]
    pairs = distances[distances["measure"] == measure].sort_values("excess", ascending=False)
    documents = _labels(sources)
    return pd.concat(
        [
            documents.assign(part="document"),
            tree[["members", "n_members", "left", "right", "height", "support"]].assign(part="branch"),
            pairs.drop(columns="measure").assign(part="pair"),
        ],
        ignore_index=True,
    )


def frame_network(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return themes with how often they occur, and the pairs whose interval leaves out nought, strongest last."""
    check_table(pairs, "pairs")
    one = pairs.rename(columns={"theme_a": "theme", "n_a": "n"})[["theme", "n"]]
    two = pairs.rename(columns={"theme_b": "theme", "n_b": "n"})[["theme", "n"]]
    themes = pd.concat([one, two]).drop_duplicates("theme").set_index("theme").loc[list(THEMES)].reset_index()
    told = pairs[(pairs["low"] > 0) | (pairs["high"] < 0)]
    told = told.assign(part="pair", strength=told["log_odds"].abs()).sort_values("strength")
    names = ["part", "theme_a", "theme_b", "n_both", "expected", "log_odds", "low", "high"]
    return pd.concat([themes.assign(part="theme"), told[names]], ignore_index=True)


def frame_keyness(keyness: pd.DataFrame, *, sources: pd.DataFrame) -> pd.DataFrame:
    """Return the first words of each document, documents in their fixed order."""
    check_table(keyness, "keyness")
    frame = keyness[keyness["rank"] <= WORDS_SHOWN].merge(_labels(sources).rename(columns={"doc_id": "group"}), on="group")
    order = {d: i for i, d in enumerate(sort_documents(frame["group"]))}
    return frame.sort_values(["group", "rank"], key=lambda s: s.map(order) if s.name == "group" else s, ignore_index=True)


def frame_families(families: pd.DataFrame, *, sources: pd.DataFrame, tested: pd.DataFrame) -> pd.DataFrame:
    """Return a row a family and document: how many practices, and the one nearest to the others of its family.

    ``supported`` is 1 if any clustering of the inventory beats practices without families.
    """
    check_table(families, "approaches"), check_table(tested, "approaches_tested")
    documents = sort_documents(sources["doc_id"])
    named = families.assign(instrument=families["marks"].map(_first_instrument))
    kinds = named[["family", "instrument", "marks"]].drop_duplicates().merge(pd.DataFrame({"doc_id": documents}), how="cross")
    sizes = named.groupby(["family", "doc_id"]).size().rename("n").reset_index()
    counts = kinds.merge(sizes, how="left", on=["family", "doc_id"]).fillna({"n": 0}).astype({"n": int})
    nearest = named[named["exemplar"] == 1].drop_duplicates(["family", "doc_id"])
    frame = counts.merge(nearest[["family", "doc_id", "practice", "label_en"]], how="left", on=["family", "doc_id"])
    first = tested["inventory"].iloc[0]
    frame["supported"] = int((tested.loc[tested["inventory"] == first, "supported"] == 1).any())
    frame = frame.merge(_labels(sources), on="doc_id")
    order = {d: i for i, d in enumerate(documents)}
    return frame.sort_values(
        ["family", "doc_id"], key=lambda s: s.map(order) if s.name == "doc_id" else s, ignore_index=True
    ).fillna({"practice": "", "label_en": ""})


def frame_claims(claims: pd.DataFrame, *, multiverse: pd.DataFrame) -> pd.DataFrame:
    """Return how often each claim holds under each option of each choice; ``choice`` all: under all together."""
    check_table(claims, "claims"), check_table(multiverse, "multiverse")
    rows = []
    for claim in claims.itertuples():
        held = multiverse[multiverse["claim_id"] == claim.claim_id]
        base = {"claim_id": claim.claim_id, "stated": claim.stated, "status": claim.status}
        rows.append(base | {"choice": "all", "option": "all", "n": len(held), "n_hold": int(held["holds"].sum())})
        for choice, options in OPTIONS.items():
            for option in [o for o in options if (held[choice] == o).any()]:
                part = held[held[choice] == option]
                rows.append(base | {"choice": choice, "option": option, "n": len(part), "n_hold": int(part["holds"].sum())})
    frame = pd.DataFrame(rows)
    frame = frame.assign(share=(frame["n_hold"] / frame["n"].where(frame["n"] > 0)).astype(float))
    rank = {"holds": 0, "leans": 1, "falls": 2, "open": 3}
    first = frame[frame["choice"] == "all"].sort_values(
        ["status", "share", "claim_id"], key=lambda s: s.map(rank) if s.name == "status" else (-s if s.name == "share" else s)
    )
    order = {c: i for i, c in enumerate(first["claim_id"])}
    return frame.assign(place=frame["claim_id"].map(order)).sort_values("place", kind="stable", ignore_index=True).drop(
        columns="place"
    )


def frame_curve(claims: pd.DataFrame, *, multiverse: pd.DataFrame) -> pd.DataFrame:
    """Return all analyses of the three least robust claims that the study makes, sorted by their statistic."""
    check_table(claims, "claims"), check_table(multiverse, "multiverse")
    made = claims[claims["status"].isin(("holds", "leans"))].sort_values(["share_hold", "claim_id"]).head(WORST)
    parts = []
    for claim in made.itertuples():
        held = multiverse[multiverse["claim_id"] == claim.claim_id].sort_values("value", kind="stable")
        parts.append(held.assign(
            place=range(1, len(held) + 1), side=claim.side, bound=claim.bound, own=claim.value, status=claim.status,
            share_hold=claim.share_hold,
        ))  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    # Of the choices themselves, not of the figure's coder.
    return frame.rename(columns={choice: f"by_{choice}" for choice in OPTIONS})


def frame_calibration(calibration: pd.DataFrame) -> pd.DataFrame:
    """Return what has a nominal value, a row a setting; ``row`` names the method, or the way to make an interval."""
    return name_rows(calibration)


def frame_methods(claims: pd.DataFrame, *, calibration: pd.DataFrame) -> pd.DataFrame:
    """Return the lowest and highest rate of each method behind *claims*, over its settings, with what it is named for."""
    check_table(claims, "claims")
    used = {row for listed in claims["calibrated"].fillna("") for row in listed.split(";") if row}
    settings = name_rows(calibration).assign(rate_of=lambda f: f["kind"])
    settings = settings[settings["row"].isin(used)].sort_values("rate_of", kind="stable")
    grouped = settings.groupby(["rate_of", "nominal", "row", "method"], sort=False)
    frame = grouped.agg(low=("rate", "min"), high=("rate", "max"), n_settings=("rate", "size"), fewest=("n_runs", "min"),
                        most=("n_runs", "max")).reset_index()  # fmt: skip
    rates = [span_percent(low, high) for low, high in zip(frame["low"], frame["high"], strict=True)]
    runs = [f"{a:,}" if a == b else f"{a:,}–{b:,}" for a, b in zip(frame["fewest"], frame["most"], strict=True)]
    return frame.rename(columns={"row": "calibration"}).assign(
        named=[f"{100 * nominal:g}%" for nominal in frame["nominal"]], rates=rates, runs=runs
    )


def frame_claim_table(claims: pd.DataFrame) -> pd.DataFrame:
    """Return the claims as the report's table shows them, the surest first."""
    check_table(claims, "claims")
    rank = {"holds": 0, "leans": 1, "falls": 2, "open": 3}
    frame = claims.sort_values(["status", "share_hold", "claim_id"], ascending=[True, False, True],
                               key=lambda s: s.map(rank) if s.name == "status" else s, ignore_index=True)  # fmt: skip
    ends = [f" [{a:.2f}, {b:.2f}]" if pd.notna(a) else "" for a, b in zip(frame["low"], frame["high"], strict=True)]
    return pd.DataFrame({
        "claim_id": frame["claim_id"], "claim_en": frame["en"], "claim_zh": frame["zh"], "stated": frame["stated"],
        "statistic": [f"{v:.2f}{e}" if pd.notna(v) else "" for v, e in zip(frame["value"], ends, strict=True)],
        "bound": [("> " if s == "above" else "< ") + f"{b:g}" for s, b in zip(frame["side"], frame["bound"], strict=True)],
        "status": frame["status"],
        "held": [f"{h}/{n}" if n else "" for h, n in zip(frame["n_hold"], frame["n_universes"], strict=True)],
    })  # fmt: skip


def _labels(sources: pd.DataFrame) -> pd.DataFrame:
    frame = sources.set_index("doc_id").loc[sort_documents(sources["doc_id"])].reset_index()
    return frame[["doc_id", "place_en", "place_zh"]]


def _first_instrument(marks: str) -> str:
    """The instrument that a family leans on, by which it is named; its first mark where it leans on none."""
    found = [m for m in marks.split(";") if m.startswith("instrument=")]
    return (found or marks.split(";"))[0].split("=")[-1]
