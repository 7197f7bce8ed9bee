"""What a sentence claims, and how strongly it demands: rules by cue, for proposals that a person checks.

The seven modes of the codebook are told apart by the words that mark them. Words that hold 要 without demanding anything
(主要, 重要, 需要, 要求 …) are no cue. A document in which many sentences demand is taken to demand where nothing else
speaks: a speech says 要 once and lists ten things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from cxzy_study.facts.lexicon import check_units, iter_documents

DEMANDING = 0.25
"""Share of a document's units with a word of duty, from which on it is taken to demand."""

_MUST = re.compile(
    r"必须|务必|(?:^|[，。；：,;:\s]|还|也|都|就|既|又|更|尤其|特别|同时|一定|组织|党员|干部|部门|单位|书记)要(?![求点素闻件害职塞地])|"
    r"(?<![需主重首只纲简摘机])要(?=[把以从在加坚注按认围进通抓采抽全结制对努严深积突管办修亮落建设带开组])|应当|应(?=[该与在紧围做把])|不得|严禁"
)
_STRIVE = re.compile(r"力争|力求|争取|努力")
_ENCOURAGE = re.compile(r"鼓励|提倡|倡导")
_MAY = re.compile(r"可以|也可")
_PLANNED = re.compile(r"(?<![即接带])将(?=[采继进组于在按通认对开启])|今后|下一步|下步|拟")
_PROBLEM = re.compile(r"存在.{0,12}(?:问题|不足|困难|差距|现象)|(?:仍|还)有.{0,8}(?:差距|不足)|(?:一些|少数|个别|部分|有的|有些)[^，。；,;]{0,10}(?:不|涣散|松|漂浮|滥用|拖沓|推诿)")
_EFFECT = re.compile(
    r"(?:促进|提高|增强|推动|提升|改进|改善|密切|带动|加快|激发|调动|化解|维护|盘活|延伸)了|取得.{0,8}(?:成效|成绩|效果|突破)|荣获|被评为|被授予|"
    r"(?:明显|显著|不断|切实|进一步)(?:提高|增强|改善|提升|好转)|初步形成|有力地?(?:推动|促进|维护)|得到.{0,8}(?:肯定|好评|拥护)|受到.{0,12}(?:好评|支持|欢迎|称赞)|"
    r"同比|比增|增长\d|下降\d|上升\d|减少\d|满意率|位居|实现了"
)
_HAVE = re.compile(r"(?<![为除])了(?![解然])|已经?(?!知)|先后|累计|截至|据统计|共(?=[^产同青建享])|\d[\d,.]*(?:多|余)?[个名次场件项篇人条支所户家]|(?:20\d\d|去)年.{0,6}月?")
_ONGOING = re.compile(r"正在|不断|深入开展|积极|坚持|着力|大力|始终|认真|扎实|广泛|开展|推进|推行|围绕")
_SECTIONS = (
    ("problem", re.compile(r"存在.{0,6}问题|问题与|主要问题|不足之处|差距")),
    ("planned", re.compile(r"下一?步|打算|今后")),
    ("doctrine", re.compile(r"体会|启示|意义|认识")),
)
"""What the heading of a section says of the sentences below it, where they do not speak for themselves."""

_SPEECH = re.compile(r"同志们|讲话|我讲|我再?强调|强调[：:]")
_MEANING = re.compile(r"意义|是.{2,30}的(?:举措|体现|需要|要求|基础|关键|灵魂|前提|课题|核心|先导)|才能|取决于|关键在于|关键是|宗旨")


def propose_modes(units: pd.DataFrame) -> pd.DataFrame:
    """Propose for each unit what it claims and how strongly it demands.

    Parameters
    ----------
    units : DataFrame
        Units with their text, in reading order; see :func:`cxzy_study.facts.formulas.find_formulas`.

    Returns
    -------
    DataFrame
        ``doc_id``, ``unit_id``, ``mode`` (a value of the codebook's layer), ``commitment`` (must, strive, encourage,
        may, none), in the order of *units* by document.

    Examples
    --------
    >>> from cxzy_study.facts.lexicon import UNIT_COLUMNS
    >>> texts = ["各支部要建立台账。", "全县已建立服务站16个。", "少数干部作风不实。"]
    >>> rows = [("demo", f"u{i}", "sentence", "0", 0, "", 1, text) for i, text in enumerate(texts)]
    >>> propose_modes(pd.DataFrame(rows, columns=list(UNIT_COLUMNS)))[["mode", "commitment"]].values.tolist()
    [['demanded', 'must'], ['done', 'none'], ['problem', 'none']]
    """
    check_units(units)
    rows = []
    for doc_id, (ids, kinds, texts) in iter_documents(units, ("unit_id", "kind", "text")):
        demanding = sum(bool(_MUST.search(text)) for text in texts) >= DEMANDING * len(texts)
        demanding |= any(_SPEECH.search(text) for text in texts[:8])
        rows += [
            (doc_id, unit_id, *claim)
            for unit_id, claim in zip(ids, _claims(kinds, texts, demanding=demanding), strict=True)
        ]
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "mode", "commitment"])


def _claims(kinds: list[str], texts: list[str], *, demanding: bool) -> Iterator[tuple[str, str]]:
    section = ""
    for kind, text in zip(kinds, texts, strict=True):
        if kind == "heading" and len(text) < 40:
            section = next((mode for mode, cue in _SECTIONS if cue.search(text)), "" if re.match(r"[一二三四五六七八九十]+、", text) else section)
        elif section == "problem" and re.match(r"下一?步", text):
            section = "planned"
        must = bool(_MUST.search(text))
        told = bool(_HAVE.search(text)) or bool(_EFFECT.search(text))
        if _PROBLEM.search(text) and not must:
            mode = "problem"
        elif must:
            mode = "demanded"
        elif _PLANNED.search(text):
            mode = "planned"
        elif section and kind == "sentence" and not _EFFECT.search(text):
            mode = section
        elif _MEANING.search(text) and not told:
            mode = "doctrine"
        elif demanding and not (told and kind == "sentence"):
            mode = "demanded"
        elif _EFFECT.search(text):
            mode = "outcome"
        elif _ONGOING.search(text) and not told:
            mode = "under_way"
        else:
            mode = "done" if told or kind == "heading" else "under_way"
        yield mode, _commitment(text, must=must, mode=mode)


def _commitment(text: str, *, must: bool, mode: str) -> str:
    if must or mode == "demanded":
        return "must"
    for value, cue in (("strive", _STRIVE), ("encourage", _ENCOURAGE), ("may", _MAY)):
        if cue.search(text) and mode in {"planned", "doctrine"}:
            return value
    return "none"
