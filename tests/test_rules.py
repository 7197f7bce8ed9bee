"""The rule language against a slow reading of its documentation, and its policy case by case."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxzy_study.coding.codebook import read_codebook
from cxzy_study.coding.coder import code_units
from cxzy_study.coding.parser import And, Literals, Near, Not, Or, Pattern, parse_expression, points
from cxzy_study.tables import InvalidInput

BOTH = {"en": "Demo", "zh": "示例"}


def make_book(*expressions, **fields):
    """A codebook with one theme for each expression (or mapping of a rule's fields)."""
    themes = []
    for number, expression in enumerate(expressions):
        rule = expression if isinstance(expression, dict) else {"match": expression}
        rule = {"id": f"t{number}.r", "hits": ["x"], "misses": ["x"]} | rule
        wording = dict.fromkeys(["label", "definition", "include", "exclude"], BOTH)
        themes.append(wording | {"id": f"t{number}", "rules": [rule]})
    return read_codebook({"version": "1", "title": BOTH, "licence": "CC BY 4.0", "themes": themes} | fields)


def run(book, *texts, kinds=None, sections=None):
    units = pd.DataFrame(
        {
            "doc_id": "demo",
            "unit_id": [f"u{n}" for n in range(len(texts))],
            "kind": kinds or "sentence",
            "section": sections or "0",
            "text": list(texts),
        }
    )
    return code_units(units, codebook=book)[1]


def counted(expression, text, **fields):
    """Strings that an expression counts in one text."""
    evidence = run(make_book(expression, **fields), text)
    return [text[a:b] for a, b in evidence.loc[evidence["verdict"] == "counted", ["start", "end"]].to_numpy()]


def refused(expression, text, **fields):
    evidence = run(make_book(expression, **fields), text)
    return evidence.loc[evidence["verdict"] == "refused", "why"].tolist()


# --- a slow evaluator, written from the documentation

def slow_spans(node, text):
    if isinstance(node, Literals):
        found = {(i, i + len(x)) for x in node.literals for i in range(len(text)) if text.startswith(x, i)}
        return {(a, b) for a, b in found if not any(c <= a and b <= d and d - c > b - a for c, d in found)}
    if isinstance(node, Or):
        return set().union(*(slow_spans(part, text) for part in node.parts))
    if isinstance(node, And):
        if not all(slow_holds(part, text) for part in node.parts):
            return set()
        return set().union(*(slow_spans(part, text) for part in node.parts if points(part)))
    assert isinstance(node, Near)
    clause = [sum(c in ",。" for c in text[:i]) for i in range(len(text))]
    result = set()
    for a, b in slow_spans(node.left, text):
        options = []
        for c, d in slow_spans(node.right, text):
            if c >= b:
                gap, rank, same = c - b, 0, clause[b - 1] == clause[c]
            elif d <= a and not node.ordered:
                gap, rank, same = a - d, 1, clause[d - 1] == clause[a]
            else:
                continue
            if gap <= node.distance and (same or not node.clause):
                options.append((gap, rank, d - c, min(a, c), max(b, d)))
        if node.negated:
            result |= set() if options else {(a, b)}
        elif options:
            result.add(min(options)[3:])
    return result


def slow_holds(node, text):
    if isinstance(node, Not):
        return not slow_holds(node.part, text)
    if points(node):
        return bool(slow_spans(node, text))
    holds = [slow_holds(part, text) for part in node.parts]
    return all(holds) if isinstance(node, And) else any(holds)


ALTERNATIVES = st.lists(st.text("甲乙丙", min_size=1, max_size=3), min_size=1, max_size=3).map("|".join)
REACH = st.sampled_from(["..", "...", "~", "~~"])
SIGN = st.builds("{}{}{}".format, st.sampled_from(["", "!"]), REACH, st.integers(0, 4))


def larger(inner):
    bracket = inner.map("({})".format)
    return st.one_of(
        st.builds("{} {} {}".format, bracket, SIGN, bracket),
        st.builds("{} OR {}".format, bracket, bracket),
        st.builds("{} AND {}".format, bracket, bracket),
        st.builds("{} AND NOT {}".format, bracket, bracket),
    )


EXPRESSION = st.recursive(ALTERNATIVES, larger, max_leaves=5)
UNITS = st.lists(st.text("甲乙丙丁,。", max_size=16), min_size=1, max_size=5)


@settings(deadline=None, max_examples=300)
@given(EXPRESSION, UNITS)
def test_rules_agree_with_the_slow_evaluator(expression, texts):
    node = parse_expression(expression, lists={}, where="demo")
    evidence = run(make_book(expression), *texts)
    evidence = evidence[evidence["verdict"] == "counted"]
    for number, text in enumerate(texts):
        rows = evidence.loc[evidence["unit_id"] == f"u{number}", ["start", "end"]]
        assert set(rows.itertuples(index=False, name=None)) == slow_spans(node, text)


@settings(deadline=None, max_examples=100)
@given(st.lists(EXPRESSION, min_size=2, max_size=3), UNITS)
def test_rules_do_not_change_each_other(expressions, texts):
    together = run(make_book(*expressions), *texts)
    for number, expression in enumerate(expressions):
        alone = run(make_book(expression), *texts)
        part = together[together["theme"] == f"t{number}"]
        columns = ["unit_id", "start", "end", "verdict"]
        assert part[columns].to_numpy().tolist() == alone[columns].to_numpy().tolist()


# --- the language

@pytest.mark.parametrize(
    ("expression", "text", "found"),
    [
        ("承诺|公开承诺", "公开承诺,承诺", ["公开承诺", "承诺"]),
        ("解决 ..4 困难", "解决群众困难", ["解决群众困难"]),
        ("解决 ..1 困难", "解决群众困难", []),
        ("解决 ..9 困难", "解决问题,克服困难", []),
        ("解决 ...9 困难", "解决问题,克服困难", ["解决问题,克服困难"]),
        ("解决 ..9 困难", "困难要解决", []),
        ("解决 ~9 困难", "困难要解决", ["困难要解决"]),
        ("乙 ~3 甲", "甲丁乙丁甲", ["乙丁甲"]),
        ("意见 !..0 书", "意见书与意见", ["意见"]),
        ("意见 !~2 处理", "处理意见,意见", ["意见"]),
        ("甲 ..3 乙 ..3 丙", "甲一乙一丙", ["甲一乙一丙"]),
        ("学习 AND NOT 先进", "学习先进", []),
        ("学习 AND NOT 先进", "学习文件", ["学习"]),
        ("(甲|乙) AND 丙", "丙甲乙", ["丙", "甲", "乙"]),
        ('"AND"|"a b"', "此AND彼a b", ["AND", "a b"]),
        ("/第[一二三]名|前[0-9]{1,2}位/", "列第二名和前１０位", ["第二名", "前１０位"]),
        ("/^松.{1,3}县$/", "松岭县", ["松岭县"]),
        ("ＧＤＰ", "GDP与GDPR", ["GDP"]),
    ],
)
def test_language(expression, text, found):
    assert counted(expression, text) == found


def test_lists_stand_for_their_literals_and_take_in_earlier_ones():
    lists = {"villager": ["村民"], "resident": ["@villager", "居民"]}
    assert counted("帮助 ..2 @resident", "帮助村民,帮助居民,帮助他", lists=lists) == ["帮助村民", "帮助居民"]


def test_an_expression_never_reaches_over_the_end_of_a_unit():
    evidence = run(make_book("解决 ~~9 困难", "/解决[^一]{1,3}困难/"), "解决", "困难", "解决难困难")
    assert evidence["unit_id"].unique().tolist() == ["u2"]


@pytest.mark.parametrize(
    ("expression", "culprit"),
    [
        ("甲 ..", "at character 3"),
        ("甲 乙", "operator is missing"),
        ("(甲", "closing bracket"),
        ("甲|", "the end"),
        ("NOT 甲", "NOT needs a part"),
        ("甲 OR NOT 乙", "NOT needs a part"),
        ("甲 ..3 (NOT 乙)", "distance needs two parts"),
        ("甲 ..500 乙", "200 or less"),
        ("@none", "no such list"),
        ("", "match"),
        ("甲&乙", "&乙"),
        ("(" * 30 + "甲", "nested 20 deep"),
        ("甲" * 41, "1 to 40 characters"),
    ],
)
def test_bad_expressions_are_refused_with_rule_and_place(expression, culprit):
    with pytest.raises(InvalidInput, match=r"t0") as error:
        make_book(expression)
    assert culprit in str(error.value)


@pytest.mark.parametrize(
    ("pattern", "culprit"),
    [
        ("(a{1,3}){1,3}", "inside another"),
        ("(甲|乙)*丙", "upper bound"),
        ("甲+", "upper bound"),
        (r"(甲)\1", "back-reference"),
        ("(?<=甲)乙", "look-around"),
        ("(?=甲)乙", "look-around"),
        ("(?i)a", "inline flags"),
        ("甲{0,3}", "empty string"),
        (".{1,50}.{1,50}.{1,50}", "ways at one place"),
        ("(甲|甲甲){1,20}", "ways at one place"),
        ("甲{50}乙{50}丙{50}丁{50}戊", "200 characters"),
        ("(甲", "no regular expression"),
        ("甲" * 201, "200 characters"),
    ],
)
def test_patterns_that_could_explode_are_refused(pattern, culprit):
    with pytest.raises(InvalidInput, match=r"rule t0\.r") as error:
        make_book(f"/{pattern}/")
    assert culprit in str(error.value)


# --- nesting, zones, negation, headings

def test_a_shield_hides_what_lies_inside_it_but_can_be_asked_for():
    evidence = run(make_book("印度", "印度尼西亚", shields=["印度尼西亚"]), "印度尼西亚和印度")
    rows = evidence[["theme", "start", "verdict", "why"]].to_numpy().tolist()
    assert rows == [
        ["t0", 0, "refused", "inside the longer term 印度尼西亚"],
        ["t0", 6, "counted", ""],
        ["t1", 0, "counted", ""],
    ]


def test_overlap_policy_is_the_codebooks_choice():
    text = "群众评议"
    for overlap, found in (("alternatives", ["t0", "t1"]), ("codebook", ["t1"])):
        evidence = run(make_book("评议", "群众评议", overlap=overlap), text)
        assert evidence.loc[evidence["verdict"] == "counted", "theme"].tolist() == found


@pytest.mark.parametrize(
    ("text", "zone"),
    [("争当先锋", "text"), ("“先锋”", "quote"), ("『先锋』", "quote"), ("“金湖先锋”工程", "name"), ("青河先锋", "name"),
     ("《先锋报》", "title"), ("【先锋】", "title"), ("“《先锋报》”", "title"), ("“先锋", "text")],
)  # fmt: skip
def test_zones(text, zone):
    book = {"names": ["青河先锋"], "name_nouns": ["工程"]}
    for allowed in ("text", "quote", "name", "title"):
        found = counted({"match": "先锋", "zones": [allowed]}, text, **book)
        assert found == (["先锋"] if allowed == zone else [])


def test_by_default_a_rule_counts_in_text_and_quotations_only():
    why = {"《先锋》": ["in a title"], "“先锋”工程": ["in a proper name"], "“先锋”": []}
    for text, reasons in why.items():
        assert refused("先锋", text, name_nouns=["工程"]) == reasons


NEGATION = {
    "negation": {"before": ["没有"], "adjacent": ["不"], "after": ["有待"], "unless": ["不断"], "remedy": ["解决"], "reach": 4}
}


@pytest.mark.parametrize(
    ("text", "reasons"),
    [
        ("没有建立制度", ["denied by 没有"]),
        ("没有一二三四五制度", []),
        ("没有人来,制度好", []),
        ("没有人来、制度", ["denied by 没有"]),
        ("制度还有待完善", ["denied by 有待"]),
        ("不制度", ["denied by 不"]),
        ("不再制度", []),
        ("不断制度", []),
        ("解决没有制度的问题", []),
    ],
)
def test_scope_of_negation(text, reasons):
    assert refused("制度", text, **NEGATION) == reasons
    assert (counted("制度", text, **NEGATION) == []) == bool(reasons)
    assert counted({"match": "制度", "negation": "count"}, text, **NEGATION) == ["制度"]


def test_heading_context_follows_the_sections():
    texts = ["公开承诺书", "一、服务", "(一)走访", "按时走访", "二、其他", "按时走访"]
    kinds = ["heading", "heading", "heading", "sentence", "heading", "sentence"]
    sections = ["0", "1", "1.1", "1.1", "2", "2"]
    book = make_book({"match": "走访", "heading": "服务"}, {"match": "按时", "heading": "承诺书"}, {"match": "走访", "kind": "heading"})
    evidence = run(book, *texts, kinds=kinds, sections=sections)
    rows = evidence[["unit_id", "theme", "verdict"]].to_numpy().tolist()
    assert rows == [
        ["u2", "t0", "counted"], ["u2", "t2", "counted"],
        ["u3", "t0", "counted"], ["u3", "t1", "counted"],
        ["u5", "t0", "refused"], ["u5", "t1", "counted"],
    ]  # fmt: skip


def test_nothing_counts_in_a_statement_of_doctrine():
    fields = {"doctrine": ["的重要举措|取决于", "是 ..9 的关键"]}
    for text in ("承诺是加强管理的重要举措", "成效取决于承诺", "承诺是工作的关键", "成效取决于《书》和承诺"):
        assert counted("承诺", text, **fields) == []
        assert refused("承诺", text, **fields) == ["in a statement of doctrine"]
    assert counted("承诺", "公开承诺,重要的是兑现", **fields) == ["承诺"]
    evidence = run(make_book("承诺", **fields), "承诺取决于人", "承诺")
    assert evidence["verdict"].tolist() == ["refused", "counted"]


def test_word_boundaries_on_demand():
    text = "中国有企业,国有企业"
    assert counted("国有", text) == ["国有", "国有"]
    assert len(counted({"match": "国有企业", "words": True}, "他在国有企业工作")) == 1
    assert counted({"match": "会主", "words": True}, "社会主义") == []
    assert refused({"match": "会主", "words": True}, "社会主义") == ["not at the edges of a word"]


def test_a_part_refused_refuses_the_whole_and_says_why():
    assert refused("解决 ..6 困难", "解决《困难》", name_nouns=[]) == ["in a title"]
    assert refused("学习 AND NOT 先进", "学习先进") == ["excluded by NOT"]
    assert refused("意见 !..0 书", "意见书") == ["excluded by NOT"]


def test_parsed_tree():
    node = parse_expression('(甲 ..3 乙)|丙 AND NOT "丁 戊" OR /己/', lists={}, where="demo")
    assert isinstance(node, Or)
    both, pattern = node.parts
    assert isinstance(both, And)
    assert isinstance(pattern, Pattern)
    assert both.parts[0] == Or((Literals(("丙",)), Near(Literals(("甲",)), Literals(("乙",)), 3, True, True, False)))
    assert both.parts[1] == Not(Literals(("丁 戊",)))
