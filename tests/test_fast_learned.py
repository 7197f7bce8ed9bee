"""The learned coder by the compiled kernel, and in bulk work, against the plain functions."""

from __future__ import annotations

import random
import sys

import numpy as np
import pandas as pd
import pytest
from bulky import quick, write_pages
from hypothesis import given, settings
from hypothesis import strategies as st
from test_kernel import TOKENS, assert_same, document

from cxzy_study.bulk.chain import Chain, Item, load_chain
from cxzy_study.bulk.results import load_bulk
from cxzy_study.bulk.run import run_bulk
from cxzy_study.bulk.settings import make_settings
from cxzy_study.cli import main
from cxzy_study.coding.coder import code_units, find_parents
from cxzy_study.coding.learned import code_learned, count_evidence
from cxzy_study.coding.weights import load_weights
from cxzy_study.reading.documents import read_text
from cxzy_study.study.load import CODEBOOK, ROOT, load_codebook
from cxzy_study.study.own import WEIGHTS, code_files, read_all, units_of
from cxzy_study.tables import InvalidInput
from cxzy_study.text.fold import fold_width
from cxzy_study.text.machine import code_points, load_kernel

DEMO = ROOT / "data" / "demo" / "pages"
compiled = pytest.mark.skipif(load_kernel() is None, reason="installed without a C compiler")


@pytest.fixture(scope="module")
def fast():
    from cxzy_study.coding.fast_codes import FastCoder
    from cxzy_study.coding.fast_learned import FastLearned

    book = load_codebook()
    return FastLearned(book, load_weights(ROOT / WEIGHTS), rules=FastCoder(book))


def _places(texts: list[str]):
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    ends = np.cumsum(lengths + 1) - 1
    return code_points(fold_width("\n".join(texts))), ends - lengths, ends


def _nonsense(seed: int, n: int) -> pd.DataFrame:
    """Return units of documents without sense, headings among them."""
    rng, rows = random.Random(seed), []
    for i in range(n):
        kind = rng.choices(["heading", "sentence"], (1, 4))[0]
        text = "".join(rng.choices(TOKENS, k=rng.choice((1, 5, 20, 60))))
        rows.append((f"d{i // 9}", f"u{i}", kind, rng.choice("01123"), text))
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "kind", "section", "text"])


def _generated(megabytes: float) -> pd.DataFrame:
    sys.path.insert(0, str(ROOT / "benchmarks"))
    from generate import generate

    readings = [read_text(text, doc_id=str(i)) for i, text in enumerate(generate(megabytes, seed=9))]
    return pd.concat([r.units_frame() for r in readings], ignore_index=True)


@compiled
@pytest.mark.parametrize("make", [lambda: units_of(read_all([DEMO])[0]), lambda: _generated(0.05), lambda: _nonsense(3, 400)])
def test_units_are_coded_as_by_the_plain_functions(fast, make):
    units, book = make(), load_codebook()
    headings, docs = units.kind.eq("heading").to_numpy(dtype=np.int64), pd.factorize(units.doc_id)[0]
    texts, parents = units.text.tolist(), find_parents(units)
    x, begins, ends = _places(texts)
    logits, hard = fast.logits(x, begins, ends)
    assert not hard.any()
    assert np.abs(logits - fast.weights.text.logits(texts)).max() < 1e-9
    _, evidence = code_units(units, codebook=book)
    expected = count_evidence(units, evidence, fast.themes)
    counts, _ = fast.rules.count(x, begins, ends, headings, parents)
    assert (expected[1] > 0).any()
    np.testing.assert_array_equal(counts[0], expected[0])
    np.testing.assert_array_equal(counts[1] > 0, expected[1] > 0)
    unit, theme, chance, _ = fast.code(x, begins, ends, headings, parents, docs)
    codes, _, _ = code_learned(units, codebook=book, weights=fast.weights)
    assert codes.unit_id.tolist() == units.unit_id.to_numpy()[unit].tolist()
    assert codes.theme.tolist() == np.array([*fast.themes, "none"])[theme].tolist()
    np.testing.assert_array_equal(codes.probability.to_numpy(), chance)


@compiled
@settings(max_examples=150, deadline=None)
@given(st.lists(st.one_of(
    st.text(st.sampled_from("一二两百万每党员群众承诺公开服务0123456789.,，。；：“”（）()—…·%‰/'-_ \t　\u200b\u0663Aaéz䷀〇"), max_size=40),
    st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"], exclude_characters="\n"), max_size=20),
), min_size=1, max_size=5))  # fmt: skip
def test_any_text_has_the_log_odds_of_the_plain_functions(fast, texts):
    logits, hard = fast.logits(*_places(texts))
    assert not hard.any()
    assert np.abs(logits - fast.weights.text.logits(texts)).max() < 1e-9


@compiled
def test_what_is_too_hard_is_said(fast):
    texts = ["承诺。", "承诺\U00020000。", "承" * 30_000, ""]
    logits, hard = fast.logits(*_places(texts))
    assert hard.tolist() == [0, 1, 1, 0]
    assert np.abs(logits - fast.weights.text.logits(texts))[hard == 0].max() < 1e-9


@compiled
def test_the_chain_gives_the_rows_of_the_plain_chain():
    """Among the documents are some that only the plain chain can do."""
    options = make_settings(coder="learned")
    chains, rng = (load_chain(options), Chain(options)), random.Random(2)
    assert chains[0].learned is not None
    odd = ["松嶺縣創先爭優\n\n各支部公開承諾。", "各支部公开承诺\U00020000。", "<p>各支部公开承诺。</p>", ""]
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate([*(document(rng) for _ in range(40)), *odd])]
    rng.shuffle(items)
    assert_same(chains, items)
    assert chains[0].run(items)["codes"]["probability"].null_count < 40 * 9


def test_bulk_codes_are_those_of_the_small_study(tmp_path, engine):
    """Marks and probabilities of ``cxzy code --coder learned``, row by row, and the shares that follow from them."""
    run_bulk([DEMO], tmp_path / "out", settings=quick(coder="learned"), engine=engine)
    results = load_bulk(tmp_path / "out")
    assert results.summary["parts"] > 3
    coded, _, _ = code_files([DEMO], coder="learned")
    chances = coded.set_index(["doc_id", "unit_id"]).filter(like="p_")
    codes = results.table("codes")
    marks = codes[codes.theme != "none"]
    found = marks.groupby(["doc_id", "unit_id"], sort=False).theme.agg(";".join)
    expected = coded[coded.themes != ""].set_index(["doc_id", "unit_id"]).themes
    assert found.to_dict() == expected.to_dict()
    assert len(codes[["doc_id", "unit_id"]].drop_duplicates()) == len(coded)
    assert marks.probability.tolist() == [chances.at[(r.doc_id, r.unit_id), f"p_{r.theme}"] for r in marks.itertuples()]
    assert codes[codes.theme == "none"].probability.isna().all()
    assert set(results.shares().coder) == {results.summary["coder"]} == {"learned"}
    rules = code_files([DEMO], coder="rules")[0]
    assert rules.themes.tolist() != coded.themes.tolist()


def test_command_line(tmp_path, capsys, engine):
    pages = write_pages(tmp_path / "pages", range(3))
    run_bulk([pages], tmp_path / "out", settings=make_settings(coder="learned"), engine=engine)
    command = ["bulk", str(pages), "--to", str(tmp_path / "out"), "--coder"]
    assert main([*command, "learned"]) == 0
    told = capsys.readouterr().out
    assert "coded by rules and learned weights\nNothing was new." in told
    assert main([*command, "rules"]) == 2
    assert "other settings (coder, weights differ)" in capsys.readouterr().err
    own = tmp_path / "own.yaml"
    own.write_text((ROOT / CODEBOOK).read_text("utf-8").replace('version: "1"', 'version: "own"'), "utf-8")
    assert main(["bulk", str(pages), "--to", str(tmp_path / "b"), "--coder", "learned", "--codebook", str(own)]) == 2
    assert "Invalid --coder learned: its weights belong to the study's codebook" in capsys.readouterr().err


def test_an_installation_with_other_weights_is_refused():
    settings_ = quick(coder="learned")
    with pytest.raises(InvalidInput, match="other weights"):
        Chain(type(settings_)(settings_.codebook, coder="learned", weights="0" * 64))
