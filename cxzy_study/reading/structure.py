"""What a text announces of its own structure, held against what follows: counts and ordinals."""

from __future__ import annotations

import re

import pandas as pd

from cxzy_study.reading.units import find_enumerator
from cxzy_study.text.numerals import HANZI_NUMBER, parse_numeral

_NOUNS = (
    "方面|原则|措施|办法|做法|意见|任务|阶段|步骤|机制|制度|要求|层次|层面|环节|结合点|结合|重点|问题|关系|目标|内容|工作|工程|活动|"
    "经验|意识|能力|体系|标准|条件|转变|突破|坚持|确保|到位|抓手|载体|平台|事"
)
_ANNOUNCED = re.compile(
    rf"(?:(?P<cue>以下|下列|如下|围绕|抓好|做到|突出|坚持|采取|着重|从|分|讲)(?:了|的)?)?"
    rf"(?P<n>[二两三四五六七八九十]{{1,3}}|\d{{1,2}})(?P<measure>个|项|种|条|点|大|类|件|方面)"
    rf"(?:[\u4e00-\u9fff]{{0,4}}?(?P<noun>{_NOUNS}))?"
)
_ORDINAL = re.compile(rf"第?({HANZI_NUMBER}+|\d+)")
_LISTED = re.compile(r"(?![一二两三四五六七八九十\d]+[个项名条种])[^，,。]{2,14}$")
"""An item of a list before its count; a list of counts (一项载体、两名党员、三个村) announces nothing."""


def find_announced(units: pd.DataFrame) -> pd.DataFrame:
    """Find counts that a text announces (以下五个原则:, 八种措施) and what it gives of them.

    A count is held against the numbered units that follow it in its section (if it stands in a
    lead-in or heading), else against the list that follows the colon in its own sentence, else
    against the list before it (指挥、协调两个方面).

    Parameters
    ----------
    units : DataFrame
        Columns doc_id, unit_id, kind, section, depth, enumerator, paragraph, text.

    Returns
    -------
    DataFrame
        doc_id, unit_id, start, end (within the unit's text), announced (the count), noun, found
        (how many were found, empty if none), where (headings, list_after, list_before), verdict
        (complete, fewer, more, not_found; in_part: a list that ends in 等).

    Examples
    --------
    >>> units = pd.DataFrame([("d", "u1", "sentence", "1", 1, "", 1, "要坚持以下两个原则:"),
    ...                       ("d", "u2", "heading", "1.1", 2, "1、", 2, "1、统筹。"),
    ...                       ("d", "u3", "heading", "1.2", 2, "2、", 3, "2、创新。")],
    ...                      columns="doc_id unit_id kind section depth enumerator paragraph text".split())
    >>> find_announced(units)[["announced", "noun", "found", "verdict"]].values.tolist()
    [[2, '原则', 2, 'complete']]
    """
    rows = []
    for _, document in units.groupby("doc_id", sort=False):
        records = list(document.itertuples(index=False))
        for index, unit in enumerate(records):
            for match in _ANNOUNCED.finditer(unit.text):
                leads = unit.text.rstrip().endswith((":", "：")) or unit.kind == "heading"
                if not match["noun"] and not (leads and match["measure"] in {"方面", "点", "条", "项", "种"}):
                    continue
                if match["measure"] == "方面":
                    noun = "方面"
                else:
                    noun = match["noun"] or match["measure"]
                announced = int(parse_numeral(match["n"]))
                found, where = _found(records, index, match, leads)
                open_list = where == "list_before" and unit.text[: match.start()].rstrip("”’").endswith("等")
                if found is None and not (match["cue"] or leads):
                    # A plain count of things (两项工作) announces nothing.
                    continue
                rows.append(
                    (unit.doc_id, unit.unit_id, match.start("n"), match.end(), announced, noun, found, where,
                     "in_part" if open_list else _verdict(announced, found))
                )  # fmt: skip
    columns = "doc_id unit_id start end announced noun found found_in verdict".split()
    return pd.DataFrame(rows, columns=columns).astype({"found": "Int64"})


def _verdict(announced: int, found: int | None) -> str:
    if found is None:
        return "not_found"
    return "complete" if found == announced else "fewer" if found < announced else "more"


def _found(records: list, index: int, match: re.Match[str], leads: bool) -> tuple[int | None, str]:  # type: ignore[type-arg]
    unit = records[index]
    before, after = unit.text[: match.start()], unit.text[match.end() :]
    if leads and (n := _numbered_below(records, index)):
        return n, "headings"
    tail = re.search(r"[:：](.+)$", after)
    if tail and len(items := _list(tail[1])) > 1:
        return len(items), "list_after"
    bracket = re.match(r"[”’」』]?[（(]([^（）()]+)[）)]", after)
    if bracket and len(items := _list(bracket[1])) > 1:
        return len(items), "list_after"
    head = re.split(r"[，,。:：；;]", before)[-1]
    head = re.sub(r"^.*?(?:从|在|分为|分|包括|即|把|将)", "", head).strip("等这")
    if not match["cue"] and len(items := _list(head)) > 1 and all(re.match(_LISTED, i) for i in items):
        return len(items), "list_before"
    n = _numbered_below(records, index)
    return (n, "headings") if n and match["cue"] in {"以下", "下列", "如下", "讲"} else (None, "")


def _numbered_below(records: list, index: int) -> int:  # type: ignore[type-arg]
    """Count the numbered units that follow a unit one level down, up to the end of its section."""
    unit = records[index]
    level, count = "", 0
    for later in records[index + 1 :]:
        inside = later.section == unit.section or later.section.startswith(f"{unit.section}.")
        if not inside and unit.section != "0":
            break
        kind, _ = find_enumerator(later.text)
        if later.enumerator and (not level or kind == level):
            level = kind
            count += 1
    return count


def _list(text: str) -> list[str]:
    text = re.split(r"[。！!？?]", text)[0]
    parts = [p for p in re.split(r"[、;；]|(?<=[^、])和(?=[^、]{2,12}$)", text) if p.strip()]
    if len(parts) < 2:
        parts = [p for p in re.split(r"[,，]", text) if p.strip()]
    return parts


def find_missing_ordinals(units: pd.DataFrame) -> pd.DataFrame:
    """Find gaps and repeats in runs of enumerators of one kind within one section.

    Returns
    -------
    DataFrame
        doc_id, unit_id (where the gap shows), enumerator, expected, found (ordinals).

    Examples
    --------
    >>> units = pd.DataFrame({"doc_id": "d", "unit_id": ["u1", "u2"], "section": ["1", "2"],
    ...                       "enumerator": ["一、", "三、"], "paragraph": [1, 2]})
    >>> find_missing_ordinals(units)[["enumerator", "expected", "found"]].values.tolist()
    [['三、', 2, 3]]
    """
    rows = []
    for doc_id, document in units.groupby("doc_id", sort=False):
        last: dict[tuple[str, str, int], int] = {}
        for unit in document[document.enumerator != ""].itertuples():
            match = _ORDINAL.search(unit.enumerator)
            if not match:
                continue
            kind = unit.enumerator.replace(match[1], "#")
            # Items within a paragraph (一是 … 二是) are counted by paragraph, all others below their parent section.
            inside = kind in {"#是", "#要", "#抓"}
            key = (kind, unit.section.rpartition(".")[0], unit.paragraph if inside else 0)
            value, expected = int(parse_numeral(match[1])), last.get(key, 0) + 1
            if value != expected and value != 1:
                rows.append((doc_id, unit.unit_id, unit.enumerator, expected, value))
            last[key] = value
    return pd.DataFrame(rows, columns=["doc_id", "unit_id", "enumerator", "expected", "found"])
