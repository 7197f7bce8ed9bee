"""The compiled kernel against the plain functions: the same rows, whatever the text."""

from __future__ import annotations

import random
import re
import sys
from collections import Counter
from pathlib import Path
from re import _parser as sre  # type: ignore[attr-defined]

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.bulk import doubts
from cxzy_study.bulk.chain import Chain, Item, load_chain
from cxzy_study.bulk.settings import make_settings
from cxzy_study.facts import fast_bodies, fast_formulas, fast_quantities
from cxzy_study.reading import fast_units
from cxzy_study.study.load import ROOT
from cxzy_study.text.machine import Machine, arrow_strings, code_points, load_kernel, take_strings
from cxzy_study.text.regex import compile_patterns
from cxzy_study.text.words import Segmenter

pytestmark = pytest.mark.skipif(load_kernel() is None, reason="installed without a C compiler")

sys.path.insert(0, str(ROOT / "benchmarks"))

TOKENS = (
    "松岭县 青河镇 金湖市委 市卫生局 教育局 村党支部 党委 社区 高新区 北京 福建省 三明市 街道办事处 人民医院 中学 公司 领导小组 书记 县长 各 全 我 该 本 的 在 和 三五 十七八 百八十 三四 两三 一个半小时 两个半 半天 翻了 番 "
    "一 二 三 十 百 千 万 亿 两 半 零 点 成 分之 第 约 近 超过 多 余 几 每 每月 人均 个 名 件 元 万元 % ‰ 年 月 日 天 周 倍 百分点 千伏 大 项 次 以上 左右 3 12 2011 1.5 6,823 3/4 百分之九十五点六 "
    "增长 下降 提高到 占 达到 其中 据统计 介绍说 截至目前 以来 今年 活动开展以来 党员 群众 承诺 没有 解决 不 公开 评议 创先争优 科学发展 四风 三公开 五个好 三亮三比 即 就是 包括 活动 工程 12'000 4’200 １．５ ％ ﹪ 松桥 "
    "， 。 ； ： 、 ！ ？ “ ” 《 》 （ ） ( ) , . : ; ! ? ' \" 〝 〞 — —— … ① （一） (二) 一、 1. 2、 一是 首先， 第一， 第一部分 县委 区纪委 中共 "
    "来源： 记者 发布时间： 责任编辑： 版权所有 上一页 首页 打印 图为 摄 2012年5月6日 2012-05-06 本报讯 新华网讯 陈某某 相关链接 · | > 100字 ABC 5kg ａ１ ㎡ ䷀ "
).split()


@pytest.fixture(scope="module")
def chains() -> tuple[Chain, Chain]:
    settings_ = make_settings(text=True)
    fast = load_chain(settings_)
    assert type(fast) is not Chain
    return fast, Chain(settings_)


def assert_same(chains: tuple[Chain, Chain], items: list[Item]) -> None:
    got, expected = (chain.run(items) for chain in chains)
    assert got.keys() == expected.keys()
    for name, table in expected.items():
        other = got[name].cast(table.schema)
        if not other.equals(table):
            for column in table.column_names:
                pairs = zip(other[column].to_pylist(), table[column].to_pylist(), strict=True)
                differ = [(i, a, b) for i, (a, b) in enumerate(pairs) if a != b and (a == a or b == b)]
                assert not differ, (name, column, differ[:3])
            raise AssertionError(name)


def test_demo_pages_are_the_same(chains):
    pages = sorted(p for p in (ROOT / "data/demo/pages").rglob("*") if p.is_file())
    assert_same(chains, [Item(p.relative_to(ROOT).as_posix(), p.read_bytes(), p.suffix, group=p.parent.name) for p in pages])


def test_corpus_is_the_same(chains):
    pages = sorted((ROOT.parent / "shared" / "corpus").glob("*.txt"))
    if not pages:
        pytest.skip("the five documents are not at hand")
    assert_same(chains, [Item(p.name, p.read_bytes(), ".txt") for p in pages])


def test_generated_news_is_the_same(chains):
    from generate import generate

    texts = list(generate(0.15, seed=5))
    assert_same(chains, [Item(str(i), text, ".jsonl", group=str(i % 3)) for i, text in enumerate(texts)])


def document(rng: random.Random) -> str:
    lines = []
    for _ in range(rng.randint(1, 9)):
        separator = rng.choice(("", "", "\u2009", " ", "　"))
        line = separator.join(rng.choices(TOKENS, k=rng.choice((2, 6, 14, 40))))
        lines.append(rng.choice(("", "　　", " ")) + line + rng.choice(("", "", "。", "；", "\r")))
    return "\n".join(lines)


def test_nonsense_is_the_same(chains):
    rng = random.Random(7)
    assert_same(chains, [Item(str(i), document(rng), ".jsonl", group="a") for i in range(250)])


def test_lists_and_outlets_are_the_same(chains):
    from test_pages import OUTLETS
    from test_units import LISTS

    texts = [f"松岭县工作要点\n\n今年要抓好三件事,件件有着落。\n\n{paragraph}\n" for paragraph, _ in LISTS]
    texts += [f"松岭县工作要点\n{line}\n今年要抓好三件事,件件有着落。\n" for line, _ in OUTLETS]
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate(texts)]
    assert_same(chains, items)
    outlets = [outlet for _, outlet in OUTLETS]
    assert chains[0].run(items)["documents"]["outlet"].to_pylist()[-len(OUTLETS) :] == outlets


def test_what_a_table_tells_of_a_document_is_the_same(chains):
    from test_files import TOLD

    from cxzy_study.reading.described import describe_row, find_described

    rows = [*TOLD, TOLD[0] | {"id": "e", "日期": "1985", "text": "松岭县静海县委开会,投入12345678901234567890元。"}]
    columns = find_described(list(rows[0]), without=("text", "id"))
    items = [Item(row["id"], row["text"], ".jsonl", told=describe_row(row, columns)) for row in rows]
    assert_same(chains, items)
    tables = chains[0].run(items)
    assert tables["documents"]["published_on"].to_pylist() == ["2011-06-07", "2011-06", "2012-05-06", "", "1985"]
    assert_same(chains, [item._replace(told=item.told._replace(outlet="")) for item in items])


def test_what_the_kernel_leaves_to_others_is_put_in_its_place(chains):
    news = "松岭县总结\n\n各支部公开承诺，推行“三亮两评”（亮身份、亮职责、亮标准，群众评、领导评）。\n"
    odd = [
        "<html><body><p>" + news + "</p></body></html>", "松嶺縣創先爭優\n\n各支部公開承諾，群眾滿意，全縣建立聯系點360個。", "",
        news + "投入12345678901234567890元。", news + "\U00020000字。", news + "\f" + news, "!!!",
        "\n".join("松岭县各支部公开承诺为民办实事共一百件群众" for _ in range(12)), news + "存款一百二十三万亿亿元。",
    ]  # fmt: skip
    items = [Item(f"{i}{kind}", text, ".jsonl") for i, odd_text in enumerate(odd) for kind, text in (("a", news), ("b", odd_text))]
    assert_same(chains, items)
    assert_same(chains, items[1:2])
    assert_same(chains, [])


def marked_up(rng: random.Random, text: str) -> Item:
    """A page of a kind that the kernel does not read."""
    from opencc_pyo3 import OpenCC

    kind = rng.choice(("html", "md", "traditional", "beyond", "entity", "broken"))
    if kind == "md":
        return Item("", ("# 松岭县的做法\n\n" + "\n\n".join(f"**{line[:4]}**{line[4:]}" for line in text.splitlines())).encode(), ".md")
    if kind == "traditional":
        return Item("", OpenCC("s2t").convert(text).encode(), ".txt")
    if kind == "beyond":
        return Item("", text.replace("县", "县\U00020bb7").encode(), ".html" if rng.random() < 0.5 else ".txt")
    body = "".join(f"<p>{line}</p>" for line in text.replace("，", "&#65292;").replace("“", "&ldquo;").splitlines())
    body = body.replace("。", "。&NotEqualTilde;", 1) if kind == "entity" else body
    body = body.replace("；", "；<br>&nbsp;") if kind == "broken" else body
    head = "<head><title>创先争优_松岭网</title></head><div class=nav><a href=/>首页</a></div>"
    return Item("", f"<html>{head}<div>{body}</div></html>".encode(), ".html")


def test_pages_that_are_read_the_plain_way_have_the_same_rows(chains):
    from generate import generate

    rng = random.Random(8)
    items = []
    for i, text in enumerate([*generate(0.04, seed=9), *(document(rng) for _ in range(40))]):
        item = Item("", text, ".jsonl") if i % 5 == 0 else marked_up(rng, text)
        items.append(item._replace(doc_id=f"{i:03d}", group=str(i % 3)))
    items.append(Item("x.html", b"<html><nav><a href=x>menu</a></nav></html>", ".html"))
    rng.shuffle(items)
    assert_same(chains, items)
    assert_same(chains, [item for item in items if item.format != ".jsonl"])
    assert_same(chains, items[:1])


def test_a_web_page_is_coded_by_the_kernel(chains, monkeypatch):
    fast, _ = chains
    asked: list[str] = []
    frames = Chain._frames
    monkeypatch.setattr(Chain, "_frames", lambda self, read: asked.extend(item.doc_id for item, *_ in read) or frames(self, read))
    page = "<html><head><title>松岭县</title></head><p>各支部公开承诺&ldquo;三亮两评&rdquo;。{0}</p></html>"
    whole, beyond = (Item(name, page.format(more).encode(), ".html") for name, more in (("a", ""), ("b", "\U00020bb7县")))
    tables = fast.run([whole, beyond])
    assert asked == ["b"]
    assert set(tables["formulas"]["doc_id"].to_pylist()) == {"a", "b"}


def test_doubtful_units_alone_are_asked_of_the_plain_functions(chains, monkeypatch):
    news = "松岭县总结\n\n去年，各支部公开承诺；云溪镇推行“三亮两评”，投入{}元；走访3次；\n修路2公里。青河镇党委解决问题5个；建房1所。\n"
    numbers = ("5", "12345678901234567890", "6", "12345678901234567890123", "7")
    texts = [news.format(number) for number in numbers] + ["1985年5月6日　来源：松岭日报\n\n松岭县静海县委开会。\n"]
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate(texts)]
    assert_same(chains, items)
    asked: list[str] = []
    for name in ("find_quantities", "find_bodies"):
        function = getattr(doubts, name)
        monkeypatch.setattr(doubts, name, lambda units, f=function, **more: asked.extend(units.unit_id) or f(units, **more))
    monkeypatch.setattr(Chain, "run", None)
    chains[0].run(items)
    # From where the statement begins to where it ends, in two documents.
    assert asked == ["u002", "u003", "u004"] * 2


def test_broken_units_have_all_their_places(chains):
    rng = random.Random(23)
    pieces = "松岭县 各支部 公开 承诺 ， 、 “ ” （ 共3件 党委 市卫生局 三亮三比 。 的".split()
    texts = ["".join(rng.choice(pieces) + rng.choice(("", "", "\n", " ", "\u3000\u3000", "\u200b")) for _ in range(60)) for _ in range(80)]
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate(texts)]
    assert_same(chains, items)
    assert any(";" in spans for spans in chains[0].run(items)["bodies"]["spans"].to_pylist())


def test_half_a_character_is_refused(chains):
    items = [Item("a", "松岭县\ud800总结。", ".jsonl"), Item("b", "松岭县总结\n\n各支部公开承诺。", ".jsonl")]
    assert_same(chains, items)
    for chain in chains:
        tables = chain.run(items)
        assert tables["documents"]["doc_id"].to_pylist() == ["b"]
        assert tables["rejected"]["reason"].to_pylist() == ["Invalid document a: U+D800 at 3 is half a character."]


FORMULAS = (
    "三亮两评 三公开 “三亮三比” ( ) 亮身份、亮职责、亮标准 群众评、领导评 即 就是 包括 : ， “四风” 五个好 四有 （有人管事、有钱办事） 一是 二是 亮 比 评 公开 “ ” 三 两 个 "
    "公开办事、公开结果、公开流程 为内容的 、 。 ； 等 的 以 为主体 1+3 +X “一讲、二评、三公示” 一讲二评 三个三 四三 责任制 工程 活动 问题 \n 一、 二、"
).split(" ")


def test_formulas_are_the_same(chains):
    rng = random.Random(17)
    texts = [
        "".join(("\n　　" if rng.random() < 0.06 else "") + rng.choice(FORMULAS) for _ in range(rng.randint(20, 120)))
        for _ in range(150)
    ]
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate(texts)]
    assert_same(chains, items)
    status = chains[0].run(items)["formulas"]["status"].to_pylist()
    assert {"resolved", "unresolved"} <= set(status)


def test_lists_of_things_told_twice_are_the_same(chains):
    # To the machine all characters of one class are the same; those of such a list must be the very same.
    texts = ["松岭县总结\n\n各支部有一股干劲、一腔热情、一种信念。\n", "松岭县总结\n\n做到一户有困难户、一村帮扶村、一人有名人。\n"]
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate(texts)]
    assert_same(chains, items)
    assert chains[0].run(items)["formulas"]["doc_id"].to_pylist() == ["1"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.sampled_from("一二三十百万两半第每个元名％%0123456789.,，。；：“”（）() 　\n县市局党委村镇党支部承诺不没有年月日增长至以上ab"), max_size=60), min_size=1, max_size=4))
def test_any_text_is_the_same(chains, texts):
    assert_same(chains, [Item(str(i), text, ".jsonl") for i, text in enumerate(texts)])


def all_patterns() -> dict[str, re.Pattern[str]]:
    found: dict[str, re.Pattern[str]] = {}
    for module in (fast_bodies, fast_formulas, fast_quantities, fast_units):
        found |= {f"{module.__name__}.{name}": pattern for name, pattern in module.patterns().items()}
    return found


def assert_found(patterns: dict[str, re.Pattern[str]], texts: list[str]) -> None:
    """Compare the machine with re; a glance knows the first 64 patterns of a machine."""
    names = list(patterns)
    for first in range(0, len(names), 60):
        mine = names[first : first + 60]
        machine = Machine(compile_patterns({name: patterns[name] for name in mine}))
        for number, name in enumerate(mine):
            for text in texts:
                expected = [[p for g in range(patterns[name].groups + 1) for p in m.span(g)] for m in patterns[name].finditer(text)]
                for look in (0, 1, 2):
                    got = [match[: 2 * patterns[name].groups + 2] for match in machine.find_all(number, code_points(text), look=look)]
                    assert got == expected, (name, patterns[name].pattern, text, look)


def test_the_machine_finds_what_re_finds():
    rng = random.Random(3)
    texts = ["".join(rng.choices(TOKENS, k=12)) for _ in range(60)]
    patterns = {
        name: pattern for name, pattern in all_patterns().items()
        if pattern.search("") is None and "^|" not in pattern.pattern and "\\1" not in pattern.pattern and pattern.groups < 8
    }  # fmt: skip
    assert_found(patterns, texts)


def expression(rng: random.Random, depth: int = 0) -> str:
    """Return a pattern by chance, of three letters."""
    items = []
    for _ in range(rng.randint(1, 3)):
        item = rng.choice(("a", "b", "c", "ab", "abc", "[ab]", "[^a]", "."))
        if depth < 3 and rng.random() < 0.5:
            item = f"({'?:' * rng.randint(0, 1)}{'|'.join(expression(rng, depth + 1) for _ in range(rng.randint(1, 6)))})"
        item += rng.choice(("", "", "", "?", "{1,2}", "??", "+", "*?")) if len(item) == 1 or item[0] in "[(" else ""
        items.append(rng.choice(("", "", "", "", "(?!b)", "(?=c|ab)", "(?<=a)", "(?<!c)")) + item)
    return "".join(items) + rng.choice(("", "", "", "", "$"))


def test_the_machine_finds_what_re_finds_with_any_pattern():
    rng = random.Random(29)
    patterns: dict[str, re.Pattern[str]] = {}
    while len(patterns) < 240:
        pattern = re.compile(expression(rng))
        try:
            compile_patterns({"x": pattern})
        except ValueError:
            continue  # an endless repeat of what may be empty
        if sre.parse(pattern.pattern).getwidth()[0] and pattern.groups < 8:
            patterns[str(len(patterns))] = pattern
    assert_found(patterns, ["".join(rng.choices("abc", k=rng.choice((1, 2, 3, 6, 12)))) for _ in range(40)])


def test_rules_with_patterns_code_alike():
    import pandas as pd

    from cxzy_study.coding.codebook import read_codebook
    from cxzy_study.coding.coder import UNIT_COLUMNS, code_units
    from cxzy_study.coding.fast_codes import FastCoder

    both = {"en": "a", "zh": "甲"}
    matches = {
        "pairs": "/[甲乙][丙丁]|戊己{1,3}/", "one": "/[庚辛]/|甲乙", "digits": "/第[一0-9]{1,3}位/", "beside": "甲丙 ..4 /乙[丁戊]/",
        "denied": "/己[甲乙]/ !~3 没|完", "wide": "/[^,。]丁。/",
    }  # fmt: skip
    themes = []
    for name, match in matches.items():
        rule = {"id": f"{name}.r", "match": match, "hits": ["甲"], "misses": ["乙"]}
        themes.append({"id": name, "label": both, "definition": both, "include": both, "exclude": both, "rules": [rule]})
    book = read_codebook({
        "version": "1", "title": both, "licence": "CC BY 4.0", "themes": themes, "shields": ["甲丙丁"],
        "negation": {"reach": 4, "before": ["不"], "adjacent": ["没"], "after": ["完"]},
    })  # fmt: skip
    rng = random.Random(4)
    texts = ["".join(rng.choices([*"甲乙丙丁戊己庚没完,。第位一02a", "第10位", "甲丙", "乙丁"], k=rng.choice((2, 5, 12)))) for _ in range(1500)]
    units = pd.DataFrame([("a", f"u{i}", "sentence", "0", text) for i, text in enumerate(texts)], columns=UNIT_COLUMNS)
    codes, _ = code_units(units, codebook=book)
    ends = np.cumsum([len(text) + 1 for text in texts]).astype(np.int64)
    begins, none = np.append(0, ends[:-1]), np.zeros(len(texts), dtype=np.int64)
    unit, theme, hard = FastCoder(book).code(code_points("\n".join(texts) + "\n"), begins, ends - 1, none, none - 1)
    names = (*book.theme_ids, "none")
    got = [(f"u{u}", names[t]) for u, t in zip(unit.tolist(), theme.tolist(), strict=True)]
    assert got == list(zip(codes.unit_id, codes.theme, strict=True))
    assert not len(hard)
    assert set(codes.theme) == set(names)


def test_strings_are_taken_as_arrow_takes_them():
    rng = random.Random(2)
    names = ["", "u001", "松岭县", "a" * 9, "镇" * 30, "12345678", "é\U00020000", "b" * 17]
    which = [rng.randrange(len(names)) for _ in range(200)]
    for strings in (pa.array(names), pa.array(["x", *names]).slice(1), names):
        assert take_strings(strings, which).to_pylist() == [names[i] for i in which]
    assert take_strings(pa.array([], pa.string()), []).to_pylist() == []
    text = "松岭县 ab é\U00020000。"
    places = [(rng.randrange(4), rng.randrange(4, 11)) for _ in range(40)] + [(3, 3)]
    starts, ends = (np.array(column) for column in zip(*places, strict=True))
    assert arrow_strings(code_points(text), starts, ends).to_pylist() == [text[a:b] for a, b in places]


def test_headings_above_are_those_of_the_coder():
    from types import SimpleNamespace

    import pandas as pd

    from cxzy_study.bulk.batch import _parents
    from cxzy_study.coding.coder import find_parents

    rng = random.Random(8)
    rows = []
    for doc in range(60):
        sections = ["0", "", "1", "1.1", "1.2", "1.2.1", "2", "2.1", "12", "12.1.3", "3.", ".4"]
        for _ in range(rng.choice((1, 3, 30))):
            rows += [(doc, rng.choice(sections), rng.random() < 0.4)] * rng.choice((1, 1, 3))
    units = pd.DataFrame(rows, columns=["doc_id", "section", "heading"])
    units["kind"] = np.where(units.heading, "heading", "sentence")
    scratch = code_points("".join(units.section))
    ends = units.section.str.len().cumsum().to_numpy(np.int64)
    counts = units.doc_id.value_counts(sort=False).to_numpy()
    columns = {
        "heading": units.heading.to_numpy(np.int64), "doc": units.doc_id.to_numpy(np.int64), "section_b": ends,
        "section_a": np.append(0, ends[:-1]),
    }  # fmt: skip
    docs = {"start": np.append(0, np.cumsum(counts)[:-1]), "end": np.cumsum(counts)}
    pages = SimpleNamespace(unit=columns.__getitem__, doc=docs.__getitem__, scratch=scratch)
    assert _parents(pages).tolist() == find_parents(units).tolist()


def test_names_of_patterns_are_those_of_the_kernel():
    for source, names in (("quantities", list(fast_quantities.patterns())), ("bodies", list(fast_bodies.patterns()))):
        text = (Path(ROOT) / f"cxzy_study/native/{source}.c").read_text("utf-8")
        enum = re.findall(r"\w+", re.search(r"enum \{(.*?)\}", text, re.S)[1])
        assert enum == ([*(n for n in names if not n.startswith("DIRECT_")), "DIRECT"] if source == "bodies" else names)


def test_words_are_those_of_the_segmenter():
    from cxzy_study.text.fast_words import Lexicon

    words = ["公开承诺", "创先争优", "松岭县"]
    rng = random.Random(11)
    hanzi = [chr(c) for c in range(0x4E00, 0x9FA6)]
    texts = ["".join(rng.choices(TOKENS, k=12)).replace("䷀", "") for _ in range(300)]
    texts += ["".join(rng.choices(hanzi, k=30)) for _ in range(300)]
    lexicon, segmenter = Lexicon(words), Segmenter(words)
    ends = np.cumsum([len(t) for t in texts]).astype(np.int64)
    begins = np.concatenate(([0], ends[:-1])).astype(np.int64)
    for shared in (1, 7):  # sections of one unit, and of units that lie apart
        sections = np.arange(len(texts), dtype=np.int64) // shared % 100 if shared > 1 else np.arange(len(texts), dtype=np.int64)
        first, found, counts = lexicon.count(code_points("".join(texts)), begins, ends, sections)
        got = list(zip(sections[first].tolist(), found.to_pylist(), counts.tolist(), strict=True))
        expected: dict[int, Counter[str]] = {}
        for section, text in zip(sections.tolist(), texts, strict=True):
            words_here = (w for w in segmenter.cut(text) if re.search(r"[0-9A-Za-z\u3400-\u9fff]", w))
            expected.setdefault(section, Counter()).update(words_here)
        assert got == [(section, word, n) for section, there in expected.items() for word, n in sorted(there.items())]


def test_without_the_kernel_the_plain_chain_runs(monkeypatch):
    from cxzy_study.text import machine

    monkeypatch.setattr(machine, "load_kernel", lambda: None)
    monkeypatch.delitem(sys.modules, "cxzy_study.bulk.fast", raising=False)
    assert type(load_chain(make_settings())) is Chain


def test_a_pattern_beyond_the_machine_is_refused():
    for pattern in ("(?i)a", "(?:a?)*b", "a(?P<x>b)(?(x)c|d)"):
        with pytest.raises(ValueError, match="Invalid pattern"):
            compile_patterns({"x": re.compile(pattern)})


def test_tables_have_plain_types(chains):
    table = chains[0].run([Item("a", "松岭县总结\n\n各支部公开承诺，共3件。", ".jsonl")])["quantities"]
    assert table.schema.field("value").type == pa.float64()
