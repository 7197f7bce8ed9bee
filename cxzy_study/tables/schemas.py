"""Columns of every table that passes between stages, with what each cell holds and in which unit."""

from __future__ import annotations

from cxzy_study.tables.columns import DOC, SPAN, UNIT, Table
from cxzy_study.tables.columns import column as _c
from cxzy_study.tables.schemas_facts import FACTS

THEMES = (
    "pledging", "benchmarking", "role_models", "contests", "responsibility", "supervision",
    "leadership", "publicity", "training", "service", "development", "organisation",
    "institution", "stability", "workstyle", "participation", "digital",
)  # fmt: skip
"""Theme ids of codebook version 1, in the order in which every table and figure shows them."""

MODES = ("doctrine", "problem", "demanded", "planned", "under_way", "done", "outcome")
"""Values of the layer ``mode``, from what the Party is to what is claimed as an effect."""

KINDS = ("heading", "sentence")


SCHEMAS: dict[str, Table] = {
    t.name: t
    for t in (
        Table(
            "sources",
            "a document",
            (
                DOC,
                _c("title", "text", "title as printed, in simplified script"),
                _c("author", "list", "names of the authors, joined by `;`", False),
                _c("author_role", "text", "office or institution of the author as the document states it", False),
                _c("outlet", "text", "newspaper, magazine or site that published it", False),
                _c("url", "text", "address, where the document states one", False),
                _c("published_on", "date", "date of publication (ISO 8601, as exact as known)", False),
                _c("covers_from", "date", "first date that the document reports on", False),
                _c("covers_to", "date", "last date that the document reports on", False),
                _c("place", "text", "locality, Chinese short name", False),
                _c("place_en", "text", "locality, English; the label of the document in figures"),
                _c("place_zh", "text", "label of the document in Chinese figures"),
                _c("adcode", "text", "GB/T 2260 code of the locality in the document's year", False),
                _c("admin_level", "id", "level of the body that speaks", False,
                   ("municipality", "prefecture", "county", "department")),
                _c("province", "text", "province or municipality, Chinese short name", False),
                _c("genre", "id", "kind of text", False, ("essay", "speech", "report", "news", "department_essay")),
                _c("campaign", "id", "the campaign itself, or a forerunner", False, ("campaign", "forerunner")),
                _c("script", "id", "script of the raw file", True, ("simplified", "traditional")),
                _c("completeness", "id", "whole, or censored: a preview that breaks off", True, ("whole", "censored")),
                _c("sha256", "id", "SHA-256 of the raw file's bytes"),
                _c("n_chars", "int", "code points in the decoded file"),
            ),
            ("doc_id",),
        ),
        Table(
            "source_basis",
            "a fact of `sources`: where it was read, or why it is empty",
            (
                DOC,
                _c("fact", "id", "column of `sources`"),
                _c("basis", "id", "document: read there; inferred: follows from what was read there; "
                   "public: publicly known, not in the document; unknown: left empty", True,
                   ("document", "inferred", "public", "unknown")),
                _c("spans", "spans", "where it was read, places in the decoded file", False),
                _c("reason", "text", "how it follows, or why it is empty, in our words", False),
            ),
            ("doc_id", "fact"),
        ),
        Table(
            "units",
            "a heading or sentence",
            (
                DOC,
                UNIT,
                _c("kind", "id", "heading (run-in headings and titles too) or sentence", True, KINDS),
                _c("section", "id", "number of the section, `0` before the first heading, `2.1` below `2`"),
                _c("depth", "int", "of a heading: 0 title, 1 first level …; of a sentence: depth of its section"),
                _c("enumerator", "text", "the unit's own enumerator as printed (一、 （一） 一是), empty if none", False),
                _c("paragraph", "int", "running number of the paragraph, from 1; broken lines are rejoined first"),
                SPAN,
                _c("n_chars", "int", "characters of the unit's text without spaces, enumerator included"),
            ),
            ("doc_id", "unit_id"),
        ),
        Table(
            "removed",
            "a stretch of a raw file that is in no unit",
            (DOC, SPAN, _c("reason", "id", "why it was taken out"), _c("n_chars", "int", "code points taken out")),
        ),
        Table(
            "script_changes",
            "a character whose conversion had more than one candidate, or was corrected",
            (
                DOC,
                SPAN,
                _c("raw", "text", "as printed"),
                _c("text", "text", "as read"),
                _c("why", "id", "one_to_many: the character has several simplified forms or is a known slip; "
                   "protected: left as printed, part of a listed name", True, ("one_to_many", "protected")),
            ),
        ),
        Table(
            "arenas",
            "a unit that speaks of one arena of its document",
            (DOC, UNIT, _c("arena", "id", "arena within the document, as in the glossary")),
            ("doc_id", "unit_id"),
        ),
        Table(
            "sheet",
            "a unit as one reader coded it (a coding sheet)",
            (
                DOC,
                UNIT,
                _c("themes", "list", "theme ids joined by `;`, `none` where no theme holds; empty: not read", False,
                   (*THEMES, "none")),
                _c("mode", "id", "layer `mode`; empty: not read", False, MODES),
                _c("note", "text", "the reader's remark, in own words", False),
            ),
            ("doc_id", "unit_id"),
        ),
        Table(
            "announced",
            "a count that a text announces (以下五个原则), held against what follows",
            (
                DOC,
                UNIT,
                SPAN,
                _c("announced", "int", "the count"),
                _c("noun", "text", "what is counted"),
                _c("found", "int", "how many were found; empty if none were", False),
                _c("found_in", "id", "where they were found", False, ("headings", "list_after", "list_before")),
                _c("verdict", "id", "in_part: a list that ends in 等, which names only some", True,
                   ("complete", "fewer", "more", "not_found", "in_part")),
            ),
        ),
        Table(
            "terms",
            "a word of the closed vocabulary in a unit; any word in a section (unit_id empty)",
            (
                DOC,
                _c("unit_id", "id", "unit, or empty where the row counts a whole section", False),
                _c("section", "id", "section, or empty where the row counts a unit", False),
                _c("segmenter", "id", "what cut the words"),
                _c("term", "text", "the word, simplified"),
                _c("n", "int", "occurrences"),
            ),
        ),
        Table(
            "term_risk",
            "a study term, counted in ways that differ in how they cut words",
            (
                _c("term", "text", "the term"),
                _c("n_characters", "int", "occurrences of its characters, wherever"),
                _c("n_longest", "int", "those inside no longer study term"),
                _c("n_ours", "int", "words of the segmenter that knows the study's terms"),
                _c("n_default", "int", "words under jieba's own dictionary"),
                _c("n_hmm", "int", "words under jieba's own dictionary with its hidden Markov model"),
            ),
            ("term",),
        ),
        Table(
            "evidence",
            "a rule's match",
            (
                DOC,
                UNIT,
                _c("theme", "id", "theme that the rule speaks for", True, THEMES),
                _c("rule", "id", "rule id in the codebook"),
                SPAN,
                _c("verdict", "id", "whether the match counts", True, ("counted", "refused")),
                _c("why", "text", "why a match was refused", False),
            ),
        ),
        Table(
            "codes",
            "a theme (or a layer: `mode=…`) of a unit by a coder; `none` where the coder marked no theme",
            (
                DOC,
                UNIT,
                _c("theme", "id", "theme id, `none`, or `mode=` with its value"),
                _c("coder", "id", "who coded: reader_1, reader_2, settled, rules, learned"),
                _c("value", "int", "1: marked. A theme without a row is not marked in a unit that the coder read"),
                _c("probability", "share", "probability of the mark, of coders that give one", False),
            ),
            ("doc_id", "unit_id", "theme", "coder"),
        ),
        Table(
            "shares",
            "a theme's share of a group of sentences",
            (
                _c("group_kind", "id", "what the group is", True, ("source", "arena")),
                _c("group", "id", "doc_id or arena"),
                _c("coder", "id", "whose codes were counted"),
                _c("theme", "id", "theme", True, THEMES),
                _c("n_units", "int", "sentences in the group"),
                _c("n_blocks", "int", "paragraphs in the group: what is resampled"),
                _c("n_coded", "int", "sentences that bear the theme"),
                _c("share", "share", "n_coded / n_units; empty where no sentence was read", False),
                _c("low", "share", "lower end of the 95% interval", False),
                _c("high", "share", "upper end of the 95% interval", False),
                _c("interval", "id", "how the interval was made", False),
                _c("censored", "flag", "1: the source breaks off; its silence says nothing"),
            ),
            ("group_kind", "group", "coder", "theme"),
        ),
        Table(
            "scores",
            "a theme, as one coder marks it, held against a reference reading",
            (
                _c("coder", "id", "who is held against the reference"),
                _c("reference", "id", "whose codes count as right"),
                _c("theme", "id", "theme", True, THEMES),
                _c("n_true", "int", "units that the reference marks"),
                _c("n_coded", "int", "units that the coder marks"),
                _c("precision", "share", "marked by both / n_coded; empty if the coder marks none", False),
                _c("recall", "share", "marked by both / n_true; empty if the reference marks none", False),
                _c("f1", "share", "2 * marked by both / (n_true + n_coded); empty if neither marks any", False),
            ),
            ("coder", "reference", "theme"),
        ),
        Table(
            "agreement",
            "a theme (or all as sets, or the mode) as two readers coded it: how far they agree",
            (
                _c("a", "id", "one reader"),
                _c("b", "id", "the other"),
                _c("theme", "id", "theme, `(sets)` for all themes of a sentence as one set, or `(mode)`"),
                _c("n_units", "int", "sentences that both read"),
                _c("n_blocks", "int", "paragraphs, which are resampled"),
                _c("n_a", "int", "sentences that a marks", False),
                _c("n_b", "int", "sentences that b marks", False),
                _c("n_both", "int", "sentences that both mark", False),
                _c("percent", "share", "sentences on which they say the same", False),
                _c("positive", "share", "2 n_both / (n_a + n_b)", False),
                _c("positive_low", "share", "lower end of its 95% interval", False),
                _c("positive_high", "share", "upper end", False),
                _c("alpha", "number", "Krippendorff's alpha: nominal; of sets with the MASI distance", False),
                _c("alpha_low", "number", "lower end of its 95% interval", False),
                _c("alpha_high", "number", "upper end", False),
                _c("kappa", "number", "Cohen's kappa", False),
                _c("kappa_low", "number", "lower end of its 95% interval", False),
                _c("kappa_high", "number", "upper end", False),
                _c("verdict", "id", "by alpha_low: reliable from 0.80, tentative from 0.667, else unreliable", True,
                   ("reliable", "tentative", "unreliable", "undefined")),
                _c("note", "text", "what is undefined, and why; how far the interval can be trusted", False),
            ),
            ("a", "b", "theme"),
        ),
        *FACTS,
    )
}
