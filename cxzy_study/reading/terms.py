"""Word counts that may be shared: they never give a text back.

Per unit only words of a closed vocabulary are counted, per section all words; rows stand in
alphabetical order.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

import pandas as pd

from cxzy_study.text.match import Matcher, find_containers
from cxzy_study.text.words import Segmenter

_WORD = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


def count_terms(units: pd.DataFrame, *, segmenter: Segmenter, vocabulary: Iterable[str] = ()) -> pd.DataFrame:
    """Count words by unit and by section.

    Parameters
    ----------
    units : DataFrame
        Columns doc_id, unit_id, section, text.
    segmenter : Segmenter
        What cuts sentences into words.
    vocabulary : iterable of str
        Words that may be counted by unit, beside those that occur in at least two documents.

    Returns
    -------
    DataFrame
        Table ``terms``: doc_id, unit_id, section, segmenter, term, n (occurrences). ``unit_id`` is
        empty in rows of sections, ``section`` in rows of units.
    """
    by_unit: dict[tuple[str, str], Counter[str]] = {}
    by_section: defaultdict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    documents: defaultdict[str, set[str]] = defaultdict(set)
    for doc_id, unit_id, section, text in zip(units.doc_id, units.unit_id, units.section, units.text, strict=True):
        counts = Counter(word for word in segmenter.cut(text) if _WORD.search(word))
        by_unit[doc_id, unit_id] = counts
        by_section[doc_id, section].update(counts)
        for word in counts:
            documents[word].add(doc_id)
    closed = set(vocabulary) | {word for word, where in documents.items() if len(where) > 1}
    rows = [
        (doc_id, unit_id, "", segmenter.name, word, counts[word])
        for (doc_id, unit_id), counts in by_unit.items()
        for word in sorted(counts.keys() & closed)
    ]
    rows += [
        (doc_id, "", section, segmenter.name, word, counts[word])
        for (doc_id, section), counts in by_section.items()
        for word in sorted(counts)
    ]
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "section", "segmenter", "term", "n"])


def count_term_variants(units: pd.DataFrame, *, least: int = 3) -> pd.DataFrame:
    """Count the words of each document as segmenters without the study's own words cut them.

    Parameters
    ----------
    units : DataFrame
        Columns doc_id, text.
    least : int
        Words that come less often in all documents together are put into one row a document, ``(other)``.

    Returns
    -------
    DataFrame
        Table ``term_variants``: doc_id, segmenter (jieba_plain, jieba_hmm), term, n; terms sorted.

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "松岭", "text": ["服务群众,服务企业,服务到家"]})
    >>> count_term_variants(units).query("segmenter == 'jieba_plain'")[["term", "n"]].values.tolist()
    [['(other)', 4], ['服务', 3]]
    """
    plain = Segmenter()
    rows = []
    for name, hmm in (("jieba_plain", False), ("jieba_hmm", True)):
        counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for doc_id, text in zip(units.doc_id, units.text, strict=True):
            counts[doc_id].update(word for word in plain.cut(text, hmm=hmm) if _WORD.search(word))
        total: Counter[str] = sum(counts.values(), Counter())
        for doc_id, mine in counts.items():
            kept = Counter({word: n for word, n in mine.items() if total[word] >= least})
            kept["(other)"] = mine.total() - kept.total()
            rows += [(doc_id, name, word, kept[word]) for word in sorted(kept) if kept[word]]
    return pd.DataFrame(rows, columns=["doc_id", "segmenter", "term", "n"])


def count_term_risk(units: pd.DataFrame, *, words: Iterable[str]) -> pd.DataFrame:
    """Count each study term in four ways, so that what depends on segmentation shows.

    Parameters
    ----------
    units : DataFrame
        Column text.
    words : iterable of str
        The study's terms, which are also the words added to the segmenter.

    Returns
    -------
    DataFrame
        Table ``term_risk``, one row a term that occurs: term, n_characters (occurrences of its
        characters, wherever), n_longest (those inside no longer study term), n_ours (words of the
        segmenter that knows the terms), n_default (words under jieba's own dictionary), n_hmm (the
        same with the hidden Markov model). A term is at risk where n_default is not n_longest.

    Examples
    --------
    >>> units = pd.DataFrame({"text": ["各支部公开承诺践诺,承诺上墙。"]})
    >>> count_term_risk(units, words=["承诺", "承诺践诺"]).values.tolist()
    [['承诺', 2, 1, 1, 2, 2], ['承诺践诺', 1, 1, 1, 0, 0]]
    """
    terms = sorted(set(words))
    ours, default = Segmenter(terms), Segmenter()
    matcher = Matcher(terms)
    counts: dict[str, Counter[str]] = {name: Counter() for name in ("characters", "longest", "ours", "default", "hmm")}
    for text in units.text:
        hits = matcher.find(text)
        counts["characters"].update(terms[i] for i in hits.literal)
        counts["longest"].update(terms[i] for i in hits.take(find_containers(hits) < 0).literal)
        counts["ours"].update(ours.cut(text))
        counts["default"].update(default.cut(text))
        counts["hmm"].update(default.cut(text, hmm=True))
    rows = [(term, *(counts[name][term] for name in counts)) for term in terms if counts["characters"][term]]
    return pd.DataFrame(rows, columns=["term", *(f"n_{name}" for name in counts)])
