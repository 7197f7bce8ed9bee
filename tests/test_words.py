"""The segmenter against jieba itself."""

from __future__ import annotations

import json
import logging
import re
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxzy_study.reading.terms import count_terms
from cxzy_study.study.rebuild import load_words
from cxzy_study.text.words import FREQUENCY, Segmenter

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def oracle():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba
    jieba.setLogLevel(logging.ERROR)
    tokenizer = jieba.Tokenizer()
    tokenizer.initialize()
    for word in load_words():
        if not tokenizer.FREQ.get(word):
            tokenizer.add_word(word, FREQUENCY)
    return tokenizer


def runs() -> list[str]:
    texts = pd.read_csv(ROOT / "data/demo/truth/units.csv").text.tolist()
    development = ROOT.parent / "shared" / "devset" / "units.jsonl"
    if development.is_file():
        texts += [json.loads(line)["text"] for line in development.open(encoding="utf-8")]
    return [run for text in texts for run in re.findall(r"[\u3400-\u9fff]+", text)]


def test_runs_of_hanzi_are_cut_as_jieba_cuts_them(oracle):
    segmenter = Segmenter(load_words())
    for run in runs():
        assert segmenter.cut(run) == oracle.lcut(run, HMM=False)


@given(st.text(alphabet="创先争优公开承诺12.5%ab ,。“\n\u200b", max_size=40))
def test_words_are_the_whole_text(text):
    assert "".join(Segmenter().cut(text)) == text


def test_an_instance_changes_no_other():
    assert Segmenter(["承诺践诺"]).cut("承诺践诺") == ["承诺践诺"]
    assert Segmenter().cut("承诺践诺") != ["承诺践诺"]


def test_counts_by_unit_close_their_vocabulary():
    rows = [("a", "u1", "1", "党员公开承诺承诺"), ("a", "u2", "1", "县城修路"), ("b", "u1", "1", "党员修桥")]
    units = pd.DataFrame(rows, columns=["doc_id", "unit_id", "section", "text"])
    terms = count_terms(units, segmenter=Segmenter(name="s"), vocabulary=["承诺"])
    by_unit = terms[terms.unit_id != ""]
    assert set(by_unit.term) == {"党员", "承诺"}
    assert by_unit[by_unit.term == "承诺"].n.tolist() == [2]
    whole = terms[(terms.doc_id == "a") & (terms.section == "1")]
    assert dict(zip(whole.term, whole.n, strict=True)) == {"党员": 1, "公开": 1, "承诺": 2, "县城": 1, "修路": 1}
