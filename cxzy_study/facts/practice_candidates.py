"""Stretches of a sentence that may name a practice: quoted names, nouns of institutions, lists, numbered formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from cxzy_study.facts.lexicon import shipped
from cxzy_study.text.match import Matcher, find_containers
from cxzy_study.text.words import Segmenter

LONGEST = 18
"""Characters of a label, quotation marks not counted."""

_QUOTED = re.compile(r"[“『「《\"]([^“”『』「」《》\"。；;！!？?]{2,24})[”』」》\"]")
_CLAUSE = re.compile(r"[^、，。；：！？,;:!?()（）“”『』「」《》\"'—\s]+")
_LIST = re.compile(
    r"((?:[^，。；：,;:、“”『』]{2,20}、)+[^，。；：,;:、]{2,20}?)等(?:各项|多种|系列|方面)?"
    r"(制度|机制|形式|方式|载体平台|载体|平台|活动|办法|措施|栏目|岗位)"
)
_LEADING = re.compile(
    r"^(?:.*(?:通过|采取|实行|完善|建立健全|建立|健全|设立|成立|搭建|开辟|开展|大力开展|利于.+的|开展的|党员)(?=..))"
)
STOPS = frozenset(
    "的 了 和 与 及 或 在 把 将 以 为 对 从 由 等 是 要 并 也 都 就 向 到 让 使 被 按 按照 通过 采取 开展 实行 建立 健全 完善 推行 落实 组织 "
    "成立 设立 建 深入 扎实 认真 积极 大力 广泛 全面 进行 加强 强化 制定 出台 召开 举办 实施 推进 参加 形成 构建 搭建 作为 各 该 这 一 这次 "
    "分别 普遍 先后 共 已 确定 明确 注重 探索 试行 创新 切实 严格 继续 进一步 不断 坚持 围绕 结合 利用 运用 开辟 发挥 聘请 选派 派 抽调 组成 "
    "抓好 抓 做好 搞好 深化 有效 逐步 定期 及时 率先 主动 带头 纳入 作出 签订 公布 接受 其中 为主要内容 主要内容 有关 相关 具体 用 个 名 支 处 项 件 次 场 家 位 条".split()
)
"""Words at which a label ends to the left: verbs and particles that govern a noun and are no part of it."""

_EMPTY = re.compile(
    r".*(?:创先争优|学习实践|实践|[这该本项个各种整])活动|(?:[这该本此]|各项|各种)?(?:活动|工程|行动|载体|制度|机制|模式|体系|网络|学习|典型|方案|办法|会议|意见|"
    r"承诺|培训|督查|考核|评议|表彰|评选|公开|阶段|超市|基金|调研|帮扶|结对|评定|责任人|追究)"
)
"""Labels that name nothing: the campaign itself, a noun without what it is of."""

_MARKS = "“”『』「」\""
_POINTS = re.compile(r".*[一二两三四五六七八九十几\d](?:点|条|个方面的?)(?:意见|建议|要求|体会|希望|想法)")
_DOCTRINE = re.compile(r"(?:三个代表|四项基本原则|三个有利于|两个务必|四个现代化|一国两制|八荣八耻|一个中心、两个基本点)(?:重要思想|要求|精神)?")
"""Numbered formulas that say what is believed or how one behaves, and name nothing that a body does."""
_DIGITS = re.compile(r"[0-9]+$")


@dataclass(frozen=True)
class Candidate:
    """A stretch that may name a practice: its place in the unit's text, its label, its head, and what found it."""

    doc_id: str
    unit_id: str
    start: int
    end: int
    label: str
    head: str
    rule: str


def find_candidates(units: pd.DataFrame, *, formulas: pd.DataFrame) -> list[Candidate]:
    """Return every candidate of *units*, in reading order; of overlapping ones the first found by the stronger rule.

    Rules, strongest first: ``quoted`` (a name in quotation marks with the noun behind it), ``formula`` (a numbered
    formula), ``list`` (items before 等制度, 等形式 …), ``suffix`` (a noun of ``data/lexicon/practice_heads.csv`` with the
    words before it).
    """
    heads = tuple(shipped("practice_heads")["head"])
    matcher, segmenter = Matcher(heads), Segmenter()
    named: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in formulas.itertuples():
        named.setdefault((row.doc_id, row.unit_id), []).append((int(row.start), int(row.end)))
    found = []
    for doc_id, unit_id, text in units[["doc_id", "unit_id", "text"]].itertuples(index=False):
        taken: list[tuple[int, int]] = []
        streams = (
            _quoted(text, heads),
            _formulas(text, named.get((doc_id, unit_id), []), heads),
            _lists(text),
            _suffixes(text, matcher, segmenter),
        )
        for rule, stream in zip(("quoted", "formula", "list", "suffix"), streams, strict=True):
            for start, end, label, head in stream:
                if label and len(label) <= LONGEST and not _EMPTY.fullmatch(label) and not any(start < b and a < end for a, b in taken):
                    taken.append((start, end))
                    found.append(Candidate(doc_id, unit_id, start, end, label, head, rule))
    return found


def is_said(label: str) -> bool:
    """Whether a label names what is believed or said, and nothing that a body does.

    >>> is_said("三个代表"), is_said("下面我讲三点意见"), is_said("四议两公开")
    (True, True, False)
    """
    return _DOCTRINE.fullmatch(label) is not None or _POINTS.fullmatch(label) is not None


def close_label(label: str) -> str:
    """Return a label without the mark that closes a quotation around its first words.

    >>> close_label("五比五看”活动"), close_label("红色驿站")
    ('五比五看活动', '红色驿站')
    """
    opened = sum(char in "“『「" for char in label)
    even = opened == sum(char in "”』」" for char in label) and label.count('"') % 2 == 0
    return label if even else re.sub(f"[{_MARKS}]", "", label)


def _quoted(text: str, heads: Iterable[str]) -> Iterator[tuple[int, int, str, str]]:
    for match in _QUOTED.finditer(text):
        end, head = _tail(text, match.end(), heads)
        inside = next((h for h in sorted(heads, key=len, reverse=True) if match.group(1).endswith(h)), "")
        yield match.start(), end, text[match.start() : end].strip(_MARKS), head or inside


def _formulas(text: str, places: list[tuple[int, int]], heads: Iterable[str]) -> Iterator[tuple[int, int, str, str]]:
    for start, end in places:
        last, head = _tail(text, end, heads)
        yield start, last, text[start:last].strip(_MARKS), head


def _tail(text: str, at: int, heads: Iterable[str]) -> tuple[int, str]:
    """Return where a name ends that may go on behind *at* with up to six characters and a head, and that head."""
    behind = re.match(r"[^、，。；：！？,;:!?()（）“”『』「」《》\"的和等为与]{0,10}", text[at:])
    words = behind.group() if behind else ""
    places = [(words.find(head), -len(head), head) for head in heads if 0 <= words.find(head) <= 6]
    if not places:
        return at, ""
    place, _, head = min(places)
    return at + place + len(head), head


def _lists(text: str) -> Iterator[tuple[int, int, str, str]]:
    for match in _LIST.finditer(text):
        at = match.start(1)
        for item in re.split(r"(?<=、)", match.group(1)):
            bare = item.rstrip("、")
            label = _LEADING.sub("", bare) if at == match.start(1) else bare
            start = at + len(bare) - len(label)
            yield start, start + len(label), label.strip("“”『』"), match.group(2)
            at += len(item)


def _suffixes(text: str, matcher: Matcher, segmenter: Segmenter) -> Iterator[tuple[int, int, str, str]]:
    for clause in _CLAUSE.finditer(text):
        words = clause.group()
        hits = matcher.find(words)
        outer = find_containers(hits) < 0
        ends, at = [], 0
        for word in segmenter.cut(words):
            ends.append((at, at + len(word), word))
            at += len(word)
        last = 0
        for index, start, end in zip(hits.literal[outer], hits.start[outer].tolist(), hits.end[outer].tolist(), strict=True):
            left = start
            for a, b, word in reversed(ends):
                if b > left:
                    continue
                if a < last or word in STOPS or word[-2:] in STOPS or (len(word) == 2 and word[1] == "好") or _DIGITS.search(word) or end - a > LONGEST - 4:
                    break
                left = a
            last = end
            yield clause.start() + left, clause.start() + end, words[left:end], matcher.literals[int(index)]
