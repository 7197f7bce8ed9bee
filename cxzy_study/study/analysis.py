"""From the tables of the study to its tables of findings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from cxzy_study.findings.clusters import cluster_groups
from cxzy_study.findings.contrasts import compare_groups_within
from cxzy_study.findings.cooccurrence import count_cooccurrence
from cxzy_study.findings.correspondence import compare_correspondence
from cxzy_study.findings.dispersion import count_dispersion, split_blocks
from cxzy_study.findings.distances import WITH_INTERVAL, compare_profiles
from cxzy_study.findings.estimates import bound_silence
from cxzy_study.findings.families import cluster_families, compare_families
from cxzy_study.findings.features import tabulate_practices
from cxzy_study.findings.intervals import METHODS
from cxzy_study.findings.keyness import compare_keyness, compare_log_likelihood, count_terms
from cxzy_study.findings.lengths import adjust_for_length
from cxzy_study.findings.partitions import compare_partitions
from cxzy_study.findings.shares import count_character_shares, count_practice_shares, count_shares
from cxzy_study.findings.universes import Bench
from cxzy_study.study.load import READERS, ROOT, SEED, Study, rounded
from cxzy_study.tables import SCHEMAS, check_table, table_text

CODER = "settled"
N_FAMILIES = 4
N_BLOCKS = 10
N_DEALINGS = 9999
"""With 999 the p of the best partition, near 0.05, came out on either side of it."""

ALPHA0 = 500.0
KEY_WORDS = 15
"""Words a document that the table of keyness keeps."""

OTHER = "(other)"


def practices_of(study: Study) -> dict[str, pd.DataFrame]:
    """Return the inventories of practices by coder, the settled one first."""
    return {
        "settled": study["practices"], "reader_1": study["practices_reader_1"], "reader_2": study["practices_reader_2"],
    }  # fmt: skip


def place_words(root: Path = ROOT) -> frozenset[str]:
    """Return names of places that would set every document apart: of the lexicon, the sources and their bodies."""
    from cxzy_study.tables import load_table

    places = pd.read_csv(root / "data/lexicon/places.csv", dtype=str, keep_default_na=False)
    sources = load_table(root / "data/sources.csv", "sources")
    bodies = load_table(root / "data/tables/bodies.csv", "bodies")
    own = bodies.loc[bodies["body_type"] == "place", ["surface", "name"]].to_numpy().ravel()
    names = {*places["name"], *places["short"], *sources["place"], *sources["province"], *own} - {""}
    # The project that bears a lake's name is a place's name too.
    return frozenset(names | {name.rstrip("省市县区") for name in names if len(name) > 2} | {"金湖先锋", "金湖"})


def levels_of(study: Study) -> pd.DataFrame:
    """Return doc_id, unit_id, group: systems, districts, and the city for all other sentences of such a document."""
    levels = study["levels"]
    units = study["units"]
    own = units[units["doc_id"].isin(levels["doc_id"]) & (units["kind"] == "sentence")][["doc_id", "unit_id"]]
    merged = own.merge(levels.rename(columns={"level": "group"}), how="left")
    return merged.assign(group=merged["group"].fillna("city"))


def bench_of(study: Study) -> Bench:
    """Return what claims and multiverse are computed from."""
    modes = pd.concat([study[r][["doc_id", "unit_id", "mode"]].assign(coder=r) for r in READERS], ignore_index=True)
    return Bench(
        codes=study["codes"],
        units=study["units"],
        groupings={"arenas": _arenas(study), "levels": levels_of(study)},
        modes=modes,
        practices=practices_of(study),
        words=words_of(study),
        families=study["approaches_tested"],
        partitions=study["partitions"],
    )


def words_of(study: Study) -> pd.DataFrame:
    """Return doc_id, segmenter, term, n by document, names of places left out."""
    left_out = place_words(study.root)
    own = count_terms(study["terms"], segmenter="jieba", leave_out=left_out).rename(columns={"group": "doc_id"})
    variants = study["term_variants"]
    other = variants[~variants["term"].isin(left_out)]
    return pd.concat([own.assign(segmenter="jieba"), other], ignore_index=True)[["doc_id", "segmenter", "term", "n"]]


def key_of(study: Study) -> str:
    """Return a hash of all that claims depend on: parts of a multiverse made from other tables are stale."""
    digest = hashlib.sha256()
    bench = bench_of(study)
    tables = (bench.codes, bench.units, bench.modes, bench.words, bench.families)
    for table in (*tables, *bench.groupings.values(), *bench.practices.values()):
        digest.update(table_text(table).encode())
    return digest.hexdigest()[:16]


def make_findings(study: Study) -> dict[str, pd.DataFrame]:
    """Make every table of findings but those that take long: families, multiverse and calibration; and claims."""
    made = {
        "shares_adjusted": _shares_adjusted(study),
        "shares_intervals": _shares_intervals(study),
        "shares_practices": count_practice_shares(study["practices"]),
        "silence": _silence(study),
        "distances": pd.concat(
            [compare_profiles(study["codes"], study["units"], coder=CODER, measure=m, seed=SEED) for m in WITH_INTERVAL]
        ),
        "partitions": compare_partitions(
            study["codes"], study["units"], coder=CODER, n_permutations=N_DEALINGS, seed=SEED
        ),
        "tree": cluster_groups(study["codes"], study["units"], coder=CODER, seed=SEED),
        "contrasts": _contrasts(study),
        "pairs": count_cooccurrence(study["codes"], study["units"], coder=CODER),
        "map": compare_correspondence(study["codes"], study["units"], coder=CODER),
        "keyness": _keyness(study),
    }
    return _checked(made)


def make_families(inventories: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables ``approaches_tested`` (of every inventory) and ``approaches`` (of the first)."""
    tested = []
    for name, practices in inventories.items():
        table, exclusive = tabulate_practices(practices)
        found = compare_families(
            table, k=(2, 3, 4, 5, 6), n_resamples=25, n_null=39, exclusive=exclusive, seed=SEED
        )
        tested.append(found.assign(inventory=name))
    first = next(iter(inventories.values()))
    table, _ = tabulate_practices(first)
    sorted_ = cluster_families(table, k=N_FAMILIES, method="ward", n_resamples=100, seed=SEED)
    known = first.reindex(columns=["practice_id", "doc_id", "practice", "label_en"]).fillna("")
    frame = sorted_.rename(columns={"item": "practice_id"}).merge(known, on="practice_id")
    best = frame.groupby(["family", "doc_id"])["consensus"].transform("max")
    nearest = frame[frame["consensus"] == best].drop_duplicates(["family", "doc_id"])["practice_id"]
    frame["exemplar"] = frame["practice_id"].isin(nearest).astype(int)
    return _checked({"approaches_tested": pd.concat(tested, ignore_index=True), "approaches": frame})


def _checked(made: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return {name: check_table(rounded(table[SCHEMAS[name].names]), name) for name, table in made.items()}


def _shares_adjusted(study: Study) -> pd.DataFrame:
    adjusted = adjust_for_length(study["codes"], study["units"], coder=CODER)
    characters = count_character_shares(study["codes"], study["units"], coder=CODER)
    adjusted = adjusted.rename(columns={"low": "adjusted_low", "high": "adjusted_high"})
    names = {"share": "of_characters", "low": "of_characters_low", "high": "of_characters_high"}
    return adjusted.merge(characters.rename(columns=names)[["group", "theme", *names.values()]], on=["group", "theme"])


def _shares_intervals(study: Study) -> pd.DataFrame:
    """Shares with intervals in the ways that allow for paragraphs; where one has none, that it has none is told once."""
    ways = [
        count_shares(study["codes"], study["units"], coder=CODER, method=method, seed=SEED)
        for method in METHODS if method != "wilson"
    ]  # fmt: skip
    return pd.concat(ways).drop_duplicates(["group", "theme", "interval"]).sort_values(["group"], kind="stable")


def _silence(study: Study) -> pd.DataFrame:
    """Bounds for what is not mentioned: by the settled reading (recall 1) and by rules (recall as in ``scores``)."""
    shares = study["shares"]
    shares = shares[shares["group_kind"] == "source"]
    scores = study["scores"]
    recall = scores[scores["coder"] == "rules"].set_index("theme")["recall"].astype(float)
    tables = []
    for coder, caught in ((CODER, dict.fromkeys(recall.index, 1.0)), ("rules", recall.fillna(1.0).to_dict())):
        tables.append(bound_silence(shares[shares["coder"] == coder], recall=caught))
    return pd.concat(tables, ignore_index=True)


def _arenas(study: Study) -> pd.DataFrame:
    return study["arenas"].rename(columns={"arena": "group"})


def _contrasts(study: Study) -> pd.DataFrame:
    tables = [
        compare_groups_within(study["codes"], study["units"], coder=CODER, groups=groups, seed=SEED).assign(grouping=name)
        for name, groups in (("arenas", _arenas(study)), ("levels", levels_of(study)))
    ]
    return pd.concat(tables, ignore_index=True)


def _keyness(study: Study) -> pd.DataFrame:
    left_out = place_words(study.root)
    counts = count_terms(study["terms"], segmenter="jieba", leave_out=left_out)
    ranked = compare_keyness(counts, alpha0=ALPHA0)
    ranked = ranked[(ranked["z"] > 0) & (ranked["term"].str.len() > 1)]
    ranked = ranked.assign(rank=ranked.groupby("group").cumcount() + 1)
    ranked = ranked[ranked["rank"] <= KEY_WORDS]
    effect = compare_log_likelihood(counts)[["group", "term", "g2", "log_ratio"]]
    spread = pd.concat([_dispersion(study, doc_id) for doc_id in sorted(study["units"]["doc_id"].unique())])
    return ranked.merge(effect, on=["group", "term"]).merge(spread, on=["group", "term"], how="left")


def _dispersion(study: Study, doc_id: str) -> pd.DataFrame:
    """DPnorm of the closed vocabulary over equal blocks of one document."""
    units = study["units"]
    blocks = split_blocks(units[units["doc_id"] == doc_id], n_blocks=N_BLOCKS)
    terms = study["terms"]
    own = terms[(terms["unit_id"] != "") & (terms["segmenter"] == "jieba")].merge(blocks, on=["doc_id", "unit_id"])
    sizes = blocks.groupby("block")["n_chars"].sum()
    counts = own.groupby(["block", "term"], as_index=False)["n"].sum()
    return count_dispersion(counts, sizes=sizes)[["term", "dp_norm"]].assign(group=doc_id)
