"""The grammar of numbered formulas: what a formula is made of, and what only looks like one.

A **numbered formula** is a fixed expression that counts its own parts::

    formula  := group group*            三学三比   五个好   十大战役   一岗双责
              | verb number verb number 联五帮一
              | number "+" number …     1+X   1+3+N
              | number number           四三(责任制)   三三(制)
    group    := number measure? head    三|学   五|个|好   十|大|战役   四|套|班子
    number   := 一 … 九十九 | 两 | 双 | digits | N | X
    head     := one to eight characters without a number (第一, 一律 and the like are words, no numbers)

What a number counts is its *head*; the number of parts announced is the sum of the numbers, or, where all groups have
the same number and each part is told as a whole (学理论比信念), that number once. Dates (七一), plans (十二五),
congresses (十七大), ordinals, idioms (五湖四海), names (三明), plain counts (四个方面) and what is given out one to each
(一村一品) are no formulas. ``data/lexicon/README.md`` has a page on every shape.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cxzy_study.facts.lexicon import shipped
from cxzy_study.text.numerals import parse_numeral

NUMBER = r"(?:[二三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九双]|\d{1,2}|[NXnx](?![A-Za-z]))"
"""What counts the parts; X and N leave their number open."""

_WORD = r"(?:第一|进一步|统一|一律|一致|一流|一线|一把手|唯一|一切|百分百)"
_HEAD = rf"(?:{_WORD}|[^\W\d_A-Za-z一二两三四五六七八九十双百千万])"
_MEASURES = "大个位级套项条件种类支道张本招句步堂门盏把点"
_GROUP = rf"({NUMBER})([{_MEASURES}不])?((?:{_HEAD}){{1,8}}?)"
_GROUPS = re.compile(rf"(?:{_GROUP})+")
_GROUP_ONE = re.compile(rf"{_GROUP}(?={NUMBER}|$)")
_ONES = re.compile(rf"({NUMBER})(个)(一[批律次线张本支条份百千万]?|100%|百分之百)")
_ROUND = re.compile("双[百千万十](?:双[百千万十]){0,2}")
_SUMS = re.compile(r"([0-9NXnx]{1,2}|[一二三四五六七八九十])(?:\+([0-9NXnx]{1,2}|[一二三四五六七八九十多几])){1,4}")
_RUN = re.compile("123(?:4(?:5(?:6)?)?)?|(?:6?5)?4321|321")
_BARE = re.compile(r"[一二三四五六七八九]{2,5}")
_CONGRESS = re.compile(r"(?:二?十[一二三四五六七八九]?|[一二三四五六七八九])大(?:$|报告|代表|精神|以来|召开)|.*中全会")
_TAIL = re.compile(r"(?<=.)(?:联动|于民|并举|并进|同创|共建|到底)$")
_VERBS = re.compile(rf"((?:{_HEAD}){{1,2}})({NUMBER})((?:{_HEAD}){{1,2}})({NUMBER})")

PLAIN_HEADS = frozenset(
    "方面 问题 阶段 环节 层次 层面 部分 步骤 时期 方向 领域 单位 部门 地方 季度 小时 字 词 大字 月 人 年 星期 工作日 "
    "系统 区县 乡镇 街道 村 社区 县 市 省 区 镇 行业 类型 城市 国家 项目 代表 同志 班 组 支部 楼 层 批次 大类 小时内".split()
)
"""Nouns that a number with 个, 项 … merely counts, in quotation marks too (四个方面)."""

TIMES = frozenset("年 月 日 天 周 季 时 点 分 秒 号 期 届 世纪 小时 分钟 星期 周年 周岁 岁 年级".split())
_SPANS = ("分", "小时", "年", "天", "月", "周", "世纪")
COUNTED = (
    TIMES
    | frozenset("元 吨 亩 斤 里 米 尺 度 倍 成 名 户 家 口 人 次 件 条 项 只 头 座 辆 台 县 市 区 乡 镇 村 层 楼".split())
    | frozenset("省 国 州 盟 旗 男 女 子 中 环 院 段 批 轮 场 份 份儿 间 栋 处 片 块 排 车 军 师 团 连".split())
)
"""Heads that make a number a time or a plain count, at least where no quotation marks stand."""

_TO = frozenset(["到", "至", "或", "分之"])
"""Between two numbers they make a range or a fraction, unless quotation marks say that a name is meant."""

_EACH = frozenset("人 户 村 企 案 月 季 年 事 校 县 乡 镇 街 社区 岗 班 周 日 天 组 家 店 厂 车 路 题 课 层 项 品 品牌 支部 支 部门".split())
"""一村一品: so many for each, and no parts that are counted."""

_NAMED = frozenset("区 院 军".split())
"""In quotation marks these are names (两区, 两院), though a number elsewhere merely counts them."""

DESCRIPTORS = (
    "工程|活动|工作机制|工作制度|机制|制度|管理责任制|责任制|工作法|工作模式|模式|竞赛|行动|问题|原则|目标|要求|标准|体系|计划|战略|精神|重要思想|经费|"
    "创建|建设|管理法|管理|教育|思路|总体思路|总要求|理念|方针|作风|格局|规划|办法|做法|方案|专项行动|载体|措施|举措|实事|主题|"
    "责任|记录本|责任记录本|规定|网络|平台|队伍|品牌|党组织|党支部|党委|乡镇党委|村党支部|企业|基层党组织|先进基层党组织|先进党组织|组织|考核|评比|评选|制"
)
"""What a formula is called after its name: no part of the name."""


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    Attributes
    ----------
    numerals : tuple of str
        Digits, or ``X`` and ``N`` where the number is left open.
    heads : tuple of str
        What each number counts; empty for ``1+X`` and 四三.
    shape : str
        ``groups``, ``verbs``, ``sum``, ``bare`` or ``series``.
    measured : bool
        Whether a measure word stands between a number and its head.
    """

    numerals: tuple[str, ...]
    heads: tuple[str, ...]
    shape: str
    measured: bool = False

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """The numbers as integers, 0 where they are left open."""
        return tuple(int(n) if n.isdigit() else 0 for n in self.numerals)

    @cached_property
    def announced(self) -> int:
        """Parts that the numbers add up to, 0 where one is left open."""
        return sum(self.counts) if all(self.counts) else 0

    @cached_property
    def wanted(self) -> tuple[int, ...]:
        """How many items may spell the formula out, the likelier first."""
        counts = self.counts
        if not all(counts) or not counts:
            return ()
        if self.shape == "bare":
            return (len(counts), sum(counts))
        same = len(counts) > 1 and len(set(counts)) == 1
        return (sum(counts), counts[0]) if same else (sum(counts),)


@lru_cache(maxsize=65536)
def parse_formula(text: str) -> Formula | None:
    """Return what the formula *text* is made of, or None if it is none by its form.

    Examples
    --------
    >>> parse_formula("五比五看两满意")
    Formula(numerals=('5', '5', '2'), heads=('比', '看', '满意'), shape='groups', measured=False)
    >>> parse_formula("六个一").heads, parse_formula("联五帮一").heads, parse_formula("1+X").numerals
    (('一',), ('联', '帮'), ('1', 'X'))
    >>> parse_formula("十二五") is None, parse_formula("五湖四海") is None, parse_formula("公开承诺") is None
    (True, True, True)
    """
    if not 2 <= len(text) <= 40 or text in excluded() or _CONGRESS.match(text):
        return None
    if text[:2] == "二级" or text[:4] in excluded() or (text[0] == "双" and text[:2] in excluded()):
        return None
    if match := _SUMS.fullmatch(text):
        return Formula(tuple(_number(n) for n in text.split("+")), (), "sum")
    if match := _ONES.fullmatch(text):
        return Formula((_number(match[1]),), (match[3],), "groups", True)
    if _ROUND.fullmatch(text):
        return Formula(("2",) * (len(text) // 2), tuple(text[1::2]), "groups")
    if _GROUPS.fullmatch(text):
        groups = _GROUP_ONE.findall(text)
        if "".join("".join(g) for g in groups) == text:
            heads = tuple(_TAIL.sub("", m + h if m == "不" else h) for _, m, h in groups)
            measured = any(m not in {"", "不"} for _, m, _ in groups)
            return Formula(tuple(_number(n) for n, _, _ in groups), heads, "groups", measured)
    if match := _VERBS.fullmatch(text):
        return Formula((_number(match[2]), _number(match[4])), (match[1], match[3]), "verbs")
    return None


def parse_bare(text: str) -> Formula | None:
    """Return the formula of numbers alone (四三, 三三, 1234), whose parts only its text can tell."""
    if _RUN.fullmatch(text):
        return Formula(tuple(text), (), "bare")
    if _BARE.fullmatch(text) and text not in excluded():
        return Formula(tuple(_number(c) for c in text), (), "bare")
    return None


@lru_cache(maxsize=65536)
def is_formula(formula: Formula, *, quoted: bool) -> bool:
    """Whether a parsed expression is a formula, not a plain count or a figure of speech.

    In quotation marks a name is meant, so that less is refused there than in running text.
    """
    numerals, heads = formula.numerals, formula.heads
    if formula.shape in {"sum", "bare"}:
        return True
    if not quoted and any(head in _TO for head in heads[:-1]):
        return False
    if any(head in TIMES or head.startswith(_SPANS) for head in heads) or any(n > 20 for n in formula.counts):
        return False
    if len(numerals) == 1:
        if numerals[0] == "1" or (heads[0] in PLAIN_HEADS and (formula.measured or heads[0] not in _NAMED)) or (len(heads[0]) > 6 and not formula.measured and heads[0][0] != "佳"):
            return False
        return quoted and not (not formula.measured and heads[0] in COUNTED - _NAMED)
    if set(numerals) == {"1"} and formula.measured:
        return False
    if len(numerals) == 2 and set(numerals) == {"1"} and (heads[0] in _EACH or heads[0][0] in "名位份个张件"):
        return False
    if quoted:
        return not all(head in COUNTED for head in heads)
    return not (set(numerals) == {"1"} or any(head in COUNTED for head in heads))


_OWNED = re.compile(rf"({NUMBER}[好型有能强优过比争])(?:班子|机关|干部|党员|教师|家庭|社区|团队|政府|学生|公民|部门|支部|队伍|文明户)")
"""三型机关, 五好党员: whom the formula describes."""
_DESCRIBED = re.compile(rf"({NUMBER}.{{1,30}}?)(?:{DESCRIPTORS})")


@lru_cache(maxsize=65536)
def strip_descriptor(text: str) -> str:
    """Return *text* without what follows a formula's name.

    >>> strip_descriptor("三良工程"), strip_descriptor("四风问题"), strip_descriptor("三级责任制")
    ('三良', '四风', '三级责任制')
    """
    if match := _OWNED.fullmatch(text):
        return match[1]
    match = _DESCRIBED.fullmatch(text)
    return text if match is None or match[1][-1] in _MEASURES else match[1]


@lru_cache(maxsize=1)
def excluded() -> frozenset[str]:
    """Expressions that look like formulas and are none, from the lexicon."""
    return frozenset(shipped("not_formulas")["surface"])


@lru_cache(maxsize=1024)
def _number(text: str) -> str:
    if text == "双":
        return "2"
    return text.upper() if any(char in "NXnx多几" for char in text) else str(int(parse_numeral(text)))
