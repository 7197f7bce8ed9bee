"""Columns of the tables of practices: readers' inventories, the settled one, their agreement, the central register."""

from __future__ import annotations

from cxzy_study.tables.columns import DOC, UNIT, Column, Table, column
from cxzy_study.tables.vocabulary import MODES, THEMES

ACTORS = (
    "party_committee", "party_branch", "party_body_member_any", "leading_cadre", "member", "government_department",
    "enterprise", "social_organisation", "resident", "media", "mixed", "none",
)  # fmt: skip
"""Who takes part in a practice, or whom it addresses; ``party_body_member_any``: party bodies or members of any kind."""

INSTRUMENTS = ("information", "authority", "resources", "structure")
"""Hood's nodality, authority, treasure (honours included) and organisation (bodies, posts, staff)."""

FORUMS = ("superior", "peer", "organisation", "member", "resident", "self")
"""Who judges: a body above, an equal, a body its own members, members their body, residents, oneself."""

CONSEQUENCES = ("none", "praise", "rectify", "sanction")
COMMITMENTS = ("must", "strive", "encourage", "may", "none")
"""Strength of a demand: 必须 and 要 above 力争 above 鼓励 above 可以; ``none``: nothing is demanded."""

WORDS = ("centre", "adapted", "not_found", "earlier")
"""Whose words: the centre's, adapted, not found in the central texts consulted, earlier than they are."""

CYCLES: dict[str, tuple[str, ...]] = {
    "pledging": ("pledge", "publish", "keep", "judge", "consequence"),
    "benchmarking": ("choose_peer", "find_gap", "catch_up", "rank"),
    "role_models": ("choose", "train", "show", "follow"),
}
"""The three cycles with their steps in order."""

STEPS = tuple(step for steps in CYCLES.values() for step in steps)
_ID = column("practice_id", "id", "practice; its document's id comes first")
_NAME = column("practice", "text", "its name, or a short label where the text gives none (simplified)")
_ATTRIBUTES: tuple[Column, ...] = (
    column("body", "text", "body that runs it", False),
    column("actor", "id", "who takes part", True, ACTORS),
    column("addressee", "id", "whom it serves, addresses or judges; none: not told", True, ACTORS),
    column("themes", "list", "theme ids, joined by `;`", True, THEMES),
    column("instrument", "id", "information, authority, resources (honours too), structure (bodies, posts, staff)", True, INSTRUMENTS),
    column("mode", "id", "what the text claims of it", True, MODES),
    column("checking", "list", "who judges, joined by `;`; none: no judging is told", True, (*FORUMS, "none")),
    column("consequence", "list", "what follows from the judgement, joined by `;`; none: nothing is told", True, CONSEQUENCES),
    column("commitment", "id", "strength of a demand; none: nothing is demanded", True, COMMITMENTS),
)
_CYCLE = (
    column("cycle", "id", "cycle that it is a step of, or none", True, (*CYCLES, "none")),
    column("step", "list", "steps of that cycle, joined by `;`, or none", True, (*STEPS, "none")),
)
_UNITS = column("unit_ids", "list", "units that speak of it, joined by `;`")
_NOTE = column("note", "text", "what was hesitated over, in own words", False)

PRACTICES = (
    Table(
        "practice_sheet",
        "a practice as one reader found it",
        (_ID, DOC, _NAME, column("gloss", "text", "what it is, in the reader's own words (English)"), *_ATTRIBUTES, *_CYCLE, _UNITS, _NOTE),
        ("practice_id",),
    ),
    Table(
        "practices",
        "a practice: a named or countable thing that a body does",
        (
            _ID,
            DOC,
            _NAME,
            column("label_en", "text", "its name in English"),
            column("gloss", "text", "what it is, in our own words (English)"),
            column("gloss_zh", "text", "the same in Chinese, in our own words"),
            *_ATTRIBUTES,
            column("whose_words", "id", "the centre's, adapted, not found in the texts consulted, or earlier than they", True, WORDS),
            column("register_ids", "list", "entries of `centre` that its wording follows or foreshadows, joined by `;`", False),
            _UNITS,
            column("answers", "id", "who is judged; empty: neither judging nor consequence is told", False, ACTORS),
            column("forum", "text", "the body or persons who judge, as the text names them", False),
            column("parent", "id", "practice that it is a part of", False),
            *_CYCLE,
            column("quantities", "list", "its numbers with their measure, joined by `;`", False),
            column("reader_1", "list", "rows of reader 1 that it goes back to, joined by `;`", False),
            column("reader_2", "list", "rows of reader 2 that it goes back to, joined by `;`", False),
            _NOTE,
        ),
        ("practice_id",),
    ),
    Table(
        "dropped_practices",
        "a reader's row that the third reading did not keep",
        (
            column("practice_id", "id", "row of the reader's sheet"),
            column("reader", "id", "whose", True, ("reader_1", "reader_2")),
            column("reason", "text", "why, in own words"),
        ),
        ("practice_id", "reader"),
    ),
    Table(
        "proposed_practices",
        "a practice that the program proposes",
        (
            _ID,
            DOC,
            _NAME,
            column("gloss", "text", "empty: a program has no words of its own", False),
            column("body", "text", "nearest body before it, found by rule of thumb", False),
            *(Column(c.name, c.kind, f"{c.doc}; empty: not proposed", False, c.allowed) for c in _ATTRIBUTES[1:]),
            column("whose_words", "id", "empty: not proposed", False, WORDS),
            _UNITS,
            column("rule", "id", "what found it", True, ("quoted", "formula", "list", "suffix")),
            column("probability", "share", "probability that it is a practice"),
        ),
        ("practice_id",),
    ),
    Table(
        "practice_weights",
        "what speaks for or against a candidate's being a practice, as learned from the settled inventory",
        (column("feature", "id", "feature of a candidate"), column("weight", "number", "log odds that it adds")),
        ("feature",),
    ),
    Table(
        "practice_matches",
        "a pair of rows of two inventories that are the same practice, or a row without a partner",
        (
            DOC,
            column("a", "id", "one inventory"),
            column("b", "id", "the other"),
            column("a_id", "id", "row of a, empty where b stands alone", False),
            column("b_id", "id", "row of b, empty where a stands alone", False),
            column("units_likeness", "share", "units in common / units of either", False),
            column("label_likeness", "share", "pairs of neighbouring characters in common (Dice)", False),
        ),
    ),
    Table(
        "practice_finding",
        "how far two inventories found the same practices",
        (
            column("a", "id", "one inventory"),
            column("b", "id", "the other, which counts as the reference"),
            column("group", "id", "doc_id, or all"),
            column("n_a", "int", "practices of a"),
            column("n_b", "int", "practices of b"),
            column("n_both", "int", "matched pairs"),
            column("n_blocks", "int", "paragraphs that speak of a practice: what is resampled"),
            column("precision", "share", "n_both / n_a", False),
            column("recall", "share", "n_both / n_b", False),
            column("f1", "share", "2 n_both / (n_a + n_b)", False),
            column("f1_low", "share", "lower end of its 95% interval over paragraphs", False),
            column("f1_high", "share", "upper end", False),
            column("note", "text", "what limits the figure", False),
        ),
        ("a", "b", "group"),
    ),
    Table(
        "practice_agreement",
        "an attribute, or one value of it, of the practices that both readers found: how far they agree",
        (
            column("a", "id", "one inventory"),
            column("b", "id", "the other"),
            column("attribute", "id", "column of the inventories"),
            column("value", "id", "one value against all others; empty: the attribute as a whole", False),
            column("n_pairs", "int", "matched pairs"),
            column("n_blocks", "int", "paragraphs, which are resampled"),
            column("n_a", "int", "pairs to which a gives the value", False),
            column("n_b", "int", "pairs to which b gives it", False),
            column("n_both", "int", "pairs to which both give it", False),
            column("percent", "share", "pairs on which they say the same"),
            column("positive", "share", "2 n_both / (n_a + n_b)", False),
            column("positive_low", "share", "lower end of its 95% interval", False),
            column("positive_high", "share", "upper end", False),
            column("alpha", "number", "Krippendorff's alpha: nominal; of lists with the MASI distance", False),
            column("alpha_low", "number", "lower end of its 95% interval", False),
            column("alpha_high", "number", "upper end", False),
            column("kappa", "number", "Cohen's kappa (single values only)", False),
            column("verdict", "id", "by alpha_low: reliable from 0.80, tentative from 0.667, else unreliable", True,
                   ("reliable", "tentative", "unreliable", "undefined")),
            column("note", "text", "what is undefined, and why", False),
        ),
        ("a", "b", "attribute", "value"),
    ),
    Table(
        "centre",
        "a formula or stage of the campaign's central texts, dated",
        (
            column("register_id", "id", "entry"),
            column("name", "text", "formula or stage, as it is commonly called"),
            column("name_en", "text", "the same in English"),
            column("kind", "id", "formula, stage, document or body", True, ("formula", "stage", "document", "body")),
            column("dated_on", "date", "date, as exact as known; empty: the text at hand bears none", False),
            column("dated_to", "date", "last date, of a stage", False),
            column("source", "text", "the public text that it goes back to, named, not quoted"),
            column("basis", "id", "consulted: a text of the corpus or development set at hand says so; public_page: read on "
                   "the pages named; general_knowledge: neither", True, ("consulted", "public_page", "general_knowledge")),
            column("where", "list", "document and units (`doc:unit`) or host names, joined by `;`", False),
            column("note", "text", "how sure, in own words", False),
        ),
        ("register_id",),
    ),
    Table(
        "statements",
        "a sentence that counts activity, credits growth, admits failure or warns of formalism",
        (
            DOC,
            UNIT,
            column("statement", "id", "what kind of statement it is", True,
                   ("activity_count", "result_count", "growth", "praise_from_above", "admitted_failure", "warning_formalism")),
            column("value", "number", "the number, where there is one", False),
            column("measure", "text", "its measure", False),
            column("thing", "text", "what is counted, grown, praised, lacking or warned of (our own words, English)"),
            column("thing_zh", "text", "the same in Chinese"),
            column("credited_to", "id", "growth: party: the text credits party work; beside: it stands beside it; none", False,
                   ("party", "beside", "none")),
        ),
    ),
    Table(
        "accountability",
        "who answers to whom with what consequence, counted over practices",
        (
            column("group", "id", "doc_id, or all"),
            column("answers", "id", "who is judged", True, ACTORS),
            column("forum", "id", "who judges; none: not told", True, (*FORUMS, "none")),
            column("consequence", "id", "what follows", True, CONSEQUENCES),
            column("n_practices", "int", "practices; one with several judges or consequences counts in each"),
            column("n_realised", "int", "of these, told as under way, done or with an outcome"),
            column("practice_ids", "list", "the practices, joined by `;`"),
        ),
        ("group", "answers", "forum", "consequence"),
    ),
    Table(
        "ladder",
        "a rung from doctrine to outcome, in one source or arena",
        (
            column("group_kind", "id", "what the group is", True, ("source", "arena")),
            column("group", "id", "doc_id or arena"),
            column("counted", "id", "what is counted", True, ("practices", "sentences")),
            column("mode", "id", "rung of the ladder", True, MODES),
            column("n", "int", "practices, or sentences that the settled reading puts on the rung"),
            column("n_all", "int", "practices or sentences of the group"),
            column("share", "share", "n / n_all"),
            column("censored", "flag", "1: the source breaks off"),
        ),
        ("group_kind", "group", "counted", "mode"),
    ),
    Table(
        "cycle_steps",
        "a step of a cycle in one document: told, or left out, and whether it could have been seen",
        (
            DOC,
            column("cycle", "id", "one of the three cycles", True, tuple(CYCLES)),
            column("step", "id", "step of the cycle", True, STEPS),
            column("status", "id", "realised: told as under way, done or with an outcome; demanded: only asked for or planned; "
                   "not_seen: not told, and nothing hindered it; cannot_be_seen: not told, and the text breaks off or is too early", True,
                   ("realised", "demanded", "not_seen", "cannot_be_seen")),
            column("reason", "id", "why it could not be seen", False, ("preview", "date")),
            column("n_practices", "int", "practices that are this step"),
            column("practice_ids", "list", "the practices, joined by `;`", False),
            column("n_sentences", "int", "sentences of the document"),
            column("share_high", "share", "of a step not told: a share of sentences above this would have shown itself with 95%", False),
        ),
        ("doc_id", "cycle", "step"),
    ),
    Table(
        "sight",
        "a step of a cycle that a document does not tell, and why that could not be seen",
        (
            DOC,
            column("cycle", "id", "one of the three cycles", True, tuple(CYCLES)),
            column("step", "id", "step, or all steps that the document leaves out", True, (*STEPS, "all")),
            column("reason", "id", "preview: the text breaks off; date: written before the step fell due", True, ("preview", "date")),
            column("why", "text", "in own words (English)"),
            column("why_zh", "text", "in own words (Chinese)"),
        ),
        ("doc_id", "cycle", "step"),
    ),
)  # fmt: skip
