"""Formulas by the kernel against the plain functions, unit by unit: the same mentions, parts and places."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from itertools import accumulate

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.facts import fast_formulas
from cxzy_study.facts.follow import Unit
from cxzy_study.facts.formulas import read_document
from cxzy_study.facts.lexicon import fold_text
from cxzy_study.study.load import ROOT
from cxzy_study.text.machine import code_points, load_kernel

pytestmark = pytest.mark.skipif(load_kernel() is None, reason="installed without a C compiler")

COLUMNS = (
    "surface", "numerals", "heads", "parts", "status", "part_places", "told", "n_announced", "n_found", "rule", "family", "pattern"
)  # fmt: skip
CHARACTERS = "一二三四五六七八九十两双123NX+个项条大不亮比评学创好公开为的等以即就是指包括有要和及与；;、、、,，。：“”‘’『』（(）)《》!?—体础干撑充联帮设建配级位统第①."
PIECES = (
    "三亮两评 三公开 “三亮三比” “四风” 五个好 四有 三学 三比 三学三比 三个三 四三 两 三 个 1+3 +X 1N+2 5个好 “5个好” A5个好 三三制 三型机关 “五好党员” 一流 统一 二十大 五湖四海 十二五 "
    "( ) 即 就是 包括 是指 也就是说 分别是 主要是 内容包括 ,即 ,也就是 —— : , 、 。 ; “ ” ”活动 ”工程 ”制度, ”: 工程 活动 问题 责任制 等 的 以 和 一 二 一、 二、 一是 二是 "
    "亮身份、亮职责、亮标准 群众评、领导评 (有人管事、有钱办事) 亮 比 评 公开 公开办事、公开结果、公开流程 为内容的 相结合的 组成的 为主体 身份亮 职责亮 亮: 党员(三亮) "
    "学理论、学业务、学法律 学理论;学业务;学法律; 学理论,学业务,学法律 学理论和学业务及学法律以及学文化 好班子、好队伍、好制度 等三个方面 两项 “亮身份”“亮职责”“亮标准” "
    "“亮身份”、“亮职责”和“亮标准” 亮身份有方法 比业绩要争先 比作风,有 设亮 建比 名 在村设立一个点 配一名干部 大力推行 大力实施 以党员 为核心、 为龙头, 群众为基础的 "
    "“一讲、二评、三公示” “争做三个表率,实现两个提高” “一个中心,两个基本点,三个代表” 一个统一、两个第一、三项严格 一对一、一帮一、一包一 一年一好、一年二年一 双百双千 五个百分之百 六个一 联五帮一 "
    "“四三”责任制 “三三”机制 1234 “321”工程 五保老人 三城联创 五位一体 做到两促进 一岗双责 三会一课 四项基本原则 三个代表 1名党员联系5户居民 3名干部包5个村"
).split()  # fmt: skip

Line = tuple[str, bool, int]
"""Text, whether it is a heading, depth."""


@pytest.fixture(scope="module")
def fast():
    return fast_formulas.FastFormulas()


def units_of(document: list[Line]) -> list[Unit]:
    width = max(3, len(str(len(document))))
    return [Unit(f"u{i:0{width}d}", fold_text(text), heading, depth, "") for i, (text, heading, depth) in enumerate(document, start=1)]


def by_kernel(fast, documents: list[list[Unit]]) -> list[tuple]:
    units = [unit for document in documents for unit in document]
    sizes = np.array([len(unit.text) for unit in units], dtype=np.int64)
    begins = np.cumsum(sizes + 1) - sizes - 1
    last = np.array(list(accumulate(map(len, documents))), dtype=np.int64)
    first = last - [len(document) for document in documents]
    heading, depth = (np.array(column, dtype=np.int64) for column in zip(*((u.heading, u.depth) for u in units), strict=True))
    x = code_points("\n".join(unit.text for unit in units))
    found = fast.find(x, first, last, begins, begins + sizes, heading, depth, units.__getitem__)
    columns = found.columns()
    cells = [columns[name].tolist() if isinstance(columns[name], np.ndarray) else columns[name].to_pylist() for name in COLUMNS]
    unit = found["unit"]
    places = (unit.tolist(), *((found[name] - begins[unit]).tolist() for name in ("start", "end")))
    return list(zip(*places, *cells, strict=True))


def by_functions(fast, documents: list[list[Unit]]) -> list[tuple]:
    rows, low = [], 0
    for units in documents:
        document = read_document("", units, known=fast._known)
        document.resolve()
        rows += [(low + i, *row[2:]) for (i, _), row in zip(document.mentions, document.rows(), strict=True)]
        low += len(units)
    return rows


def assert_same(fast, documents: list[list[Line]]) -> list[tuple]:
    made = [units_of(document) for document in documents]
    rows, expected = by_kernel(fast, made), by_functions(fast, made)
    for row, other in zip(rows, expected, strict=False):
        assert row == other
    assert len(rows) == len(expected)
    return rows


def nonsense(rng: random.Random) -> list[Line]:
    pool = rng.choice((PIECES, PIECES, list(CHARACTERS)))
    some = rng.sample(pool, min(len(pool), rng.choice((8, 15, 40, 400))))
    lines = []
    for _ in range(rng.choice((1, 2, 3, 6, 14))):
        text = "".join(rng.choices(some, k=rng.choice((1, 4, 10, 25, 50)))) + rng.choice(("", "", "", "。", ";", ":"))
        lines.append((text, rng.random() < 0.3, rng.choice((1, 1, 2, 3))))
    return lines


def announced(rng: random.Random) -> list[Line]:
    """A unit with a formula, and a list below it that is its parts, or nearly."""
    name, heads = rng.choice((("三比", "比"), ("两比两看", "比看"), ("三个到位", "到位"), ("两亮三比", "亮亮比比比"), ("三个一", "一"), ("四带头", "带头")))
    n = {"三": 3, "两": 2, "四": 4}[name[0]] + (3 if "亮" in name else 0) + rng.choice((0, 0, 0, 0, -1, 1))
    ends, marks = rng.choice(("；", "；", "。", "")), rng.choice(("", "", "1.", "一、", "(一)", "一是", "①", "一"))
    lines = [(f"开展“{name}”{rng.choice(('活动。', '', '：', '，', '要求。', '活动。其中，', '有效果。'))}", rng.random() < 0.3, 1)]
    for k in range(n):
        word, head = rng.choice("船渡票"), heads if len(heads) == 2 and heads[0] in "到带" else heads[k % len(heads)]
        text = rng.choice((head + word, head + word, word + head, word)) + (f",看谁{word}" if "看" in heads else "")
        mark = marks.replace("1", str(k + 1)).replace("一", "一二三四五六七"[k]).replace("①", chr(ord("①") + k))
        lines.append((mark + text + (ends if k < n - 1 else "。"), rng.random() < 0.05, 1))
    if rng.random() < 0.2:
        lines = [("".join(text for text, *_ in lines), False, 1)]
    return [*lines, *[("四、其他。", rng.random() < 0.5, 1)] * rng.choice((0, 1))]


def test_lists_below_are_the_same(fast, monkeypatch):
    monkeypatch.setattr(fast, "_plain", None)
    rng = random.Random(8)
    rows = assert_same(fast, [announced(rng) for _ in range(600)])
    assert Counter(row[9] for row in rows)["next"] > 50


LINES = st.tuples(st.text(st.sampled_from(CHARACTERS), min_size=1, max_size=60), st.booleans(), st.integers(1, 3))


def test_nonsense_is_the_same_wherever_parts_are_told(fast, monkeypatch):
    monkeypatch.setattr(fast, "_plain", None)  # none of it is left to the plain functions
    rng = random.Random(5)
    one_by_one = [("“两公开”(公开财务、公开事务),“三评议”(党员评议、干部评议、群众评议)。", False, 1), ("推行“两公开三评议”。", False, 1)]
    rows = assert_same(fast, [one_by_one, *(nonsense(rng) for _ in range(400))])
    told, rules = Counter(row[9] for row in rows), Counter(row[12] for row in rows)
    assert set(told) == set(fast_formulas._TOLD)
    assert set(rules) >= {"quoted", "known", "series", "repeated", "pattern", "described", "joint", "doubled", "glossed", "verbal"}


@settings(max_examples=60, deadline=None)
@given(st.lists(LINES, min_size=1, max_size=5))
def test_any_characters_of_the_grammar_are_the_same(fast, document):
    assert_same(fast, [document])


def test_what_the_kernel_has_no_room_for_is_read_by_the_plain_functions(fast, monkeypatch):
    asked = []
    real = fast._plain
    monkeypatch.setattr(fast, "_plain", lambda *given: asked.append(1) or real(*given))
    odd: list[list[Line]] = [
        [("一户一户、" * 40 + "一户一户", False, 1), ("推行“三亮”活动。", False, 1)],  # too many numbers in one formula
        [("推行“٣个好”,“三好”(学好、做好、干好)。", False, 1)],  # a digit of another script
    ]
    plain: list[Line] = [("推行“三亮”(亮身份、亮职责、亮标准)。", False, 1)]
    rows = assert_same(fast, [plain, odd[0], plain, odd[1], plain])
    assert len(asked) == 2
    assert [row[6] for row in rows if row[3] == "三亮"].count("亮身份|亮职责|亮标准") == 3


def test_many_formulas_are_read_in_bounded_time(fast, monkeypatch):
    """Repeated without a full stop, line by line, each with another name, and each name twice."""
    monkeypatch.setattr(fast, "_plain", None)
    heads = "亮比评学创帮送抓促进查改联建干看讲办"
    names = [f"三{a}{b}两{c}" for a in heads for b in heads for c in heads]
    documents: list[list[Line]] = [
        [("“三个一”即" * 10_000, False, 1)], [("“三个一”即", False, 1)] * 10_000,
        [("".join(f"“{name}”" for name in names), False, 1)],
        [(f"“{name}”，{name}。", False, 1) for name in names], [("“三学”(" * 10_000, False, 1)],
    ]  # fmt: skip
    made = [units_of(document) for document in documents]
    began = time.process_time()
    assert len(by_kernel(fast, made)) == 2 * 10_000 + len(names) + 2 * len(names) + 10_000
    assert time.process_time() - began < 20


def test_names_of_patterns_are_those_of_the_kernel():
    text = (ROOT / "cxzy_study/native/formulas.h").read_text("utf-8")
    enum = re.findall(r"\w+", re.search(r"enum \{(.*?)\}", text, re.S)[1])
    assert enum == [*(name for name in fast_formulas.patterns() if not re.match("PATTERN_|SERIES|ONES", name)), "PATTERNS"]
