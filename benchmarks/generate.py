"""A corpus of any size for the benchmarks: news of fictional places, word after word by chance.

    python benchmarks/generate.py FOLDER --megabytes 100 [--jsonl] [--seed 1]

Words and their frequencies are those of local party news (`vocabulary.csv`: single words with a number, no text); lengths
of sentences, paragraphs and documents, and how often numbers, bodies, formulas, headings and quotation marks stand in a
sentence are set to what was counted there (`RATES`). The sentences mean nothing. The same seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

VOCABULARY = Path(__file__).with_name("vocabulary.csv")
RATES = {"quantity": 0.50, "body": 0.50, "formula": 0.105, "told": 0.15, "quote": 0.25, "heading": 0.12, "item": 0.10}
"""How often each stands in a sentence (bodies and formulas come by chance, too); of headings and items, in a paragraph; and
what share of the formulas is spelled out (told)."""

PLACES = ("松岭县 青河镇 金湖市 云溪乡 泰岭区 白石村 河东街道 南屏县 长坪镇 柳泉村 安化县 静海县 永宁镇 东山社区").split()
OFFICES = ("县委组织部 市卫生局 县教育局 市公安局 镇党委 县纪委 市委 省委 县人民医院 市第一中学 村党支部 县政府 财政局 民政局 金湖大学 长坪机械有限公司 "
           "创先争优活动领导小组 中央 国务院 县检察院 市中级人民法院").split()  # fmt: skip
MEASURES = "个 名 件 次 万元 亿元 户 公里 亩 家 项 % 人 天 个月 年 条 场 篇 万人 吨 平方米 倍 个百分点".split()
COUNTED = "党员 群众 项目 问题 企业 承诺 贫困户 岗位 制度 学校 意见 建议 服务队 农户 资金 道路 典型 会议".split()
BEFORE = "共 累计 增长 达到 约 超过 完成投资 解决 帮扶 新增 下降 占总数的 每月 至少 由 提高到 建立 走访".split()
HEADS = "亮 比 学 评 带 创 帮 送 抓 促 进 查 改 联 建 承诺 公开 服务".split()
KNOWN = "四风 五个好 三会一课 两学一做 三公开 八项规定 四个意识 一岗双责 三重一大 五位一体".split()
TAILS = ("活动 工程 机制 制度 问题 工作法".split(), "。，、")
HAN = "一二三四五六七八九十"


def read_vocabulary() -> tuple[list[str], list[int]]:
    with VOCABULARY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return [row["word"] for row in rows], list(accumulate(int(row["n"]) for row in rows))


class Writer:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.vocabulary, self.weights = read_vocabulary()
        self.words: list[str] = []

    def word(self) -> str:
        if not self.words:
            self.words = self.random.choices(self.vocabulary, cum_weights=self.weights, k=20_000)
        return self.words.pop()

    def stretch(self, n: int) -> str:
        text = ""
        while len(text) < n:
            text += self.word()
        return text

    def quantity(self) -> str:
        r = self.random
        number = r.choice((str(r.randint(2, 999)), f"{r.randint(1, 99)}.{r.randint(1, 9)}", f"{r.randint(1, 40)}万", r.choice(HAN),
                           f"{r.choice(HAN[1:9])}十{r.choice(HAN[:9])}", f"{r.randint(2, 90)}多", f"{r.randint(2009, 2013)}年{r.randint(1, 12)}月"))  # fmt: skip
        return r.choice(("", r.choice(BEFORE))) + number + r.choice(MEASURES) + r.choice(("", r.choice(COUNTED)))

    def body(self) -> str:
        r = self.random
        return r.choice((r.choice(PLACES), r.choice(OFFICES), r.choice(PLACES) + r.choice(OFFICES).lstrip("县市镇村")))

    def formula(self) -> str:
        r = self.random
        groups = [(r.choice("三两四五"), r.choice(HEADS)) for _ in range(2)]
        name = r.choice((r.choice(KNOWN), "".join(n + h for n, h in groups), r.choice("三四五六") + "个" + r.choice(HEADS)))
        if r.random() < RATES["told"]:
            parts = "、".join(h + self.word() for n, h in groups for _ in range("零一两三四五".index(n)))
            return "“" + "".join(n + h for n, h in groups) + f"”（{parts}）"
        return f"“{name}”" + r.choice(TAILS[0]) if r.random() < 0.75 else name

    def sentence(self) -> str:
        r = self.random
        clauses = []
        for _ in range(r.choices((1, 2, 3, 4, 5), (2, 4, 4, 2, 1))[0]):
            clause = self.stretch(r.choices((4, 7, 10, 14, 20), (2, 4, 4, 3, 1))[0])
            for kind, make in (("quantity", self.quantity), ("body", self.body), ("formula", self.formula)):
                if r.random() < RATES[kind] / 2.8:
                    at = r.choice((0, len(clause), len(clause) // 2))
                    clause = clause[:at] + make() + clause[at:]
            if r.random() < RATES["quote"] / 2.8:
                clause += f"“{self.stretch(4)}”"
            clauses.append(clause)
        return r.choices("，、", (4, 1))[0].join(clauses) + r.choices("。；！", (20, 2, 1))[0]

    def document(self) -> str:
        r = self.random
        lines = [self.stretch(r.randint(8, 22)), f"{r.randint(2010, 2013)}年{r.randint(1, 12):02d}月{r.randint(1, 28):02d}日　来源：松岭日报", ""]
        headings = 0
        for _ in range(max(2, int(r.lognormvariate(1.5, 0.7)))):
            if r.random() < RATES["heading"] and headings < 10:
                lines.append(f"{HAN[headings]}、{self.stretch(r.randint(6, 16))}")
                headings += 1
            if r.random() < RATES["item"]:
                lines.append("　　" + "".join(f"{HAN[i]}是{self.stretch(6)}。{self.sentence()}" for i in range(r.randint(2, 4))))
            lines.append("　　" + "".join(self.sentence() for _ in range(r.choices((1, 2, 3, 4), (3, 4, 3, 2))[0])))
        return "\n".join(lines) + "\n"


def generate(megabytes: float, *, seed: int = 1) -> Iterator[str]:
    """Yield documents of together about so many megabytes of UTF-8."""
    writer, left = Writer(seed), megabytes * 1e6
    while left > 0:
        document = writer.document()
        left -= len(document.encode())
        yield document


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a corpus for the benchmarks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jsonl", action="store_true", help="files of 16 MB with a document a line, not a file each")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    if not args.jsonl:
        for number, text in enumerate(generate(args.megabytes, seed=args.seed)):
            (args.folder / f"{number:07d}.txt").write_text(text, encoding="utf-8")
        return
    size, part, file = 0, 0, None
    for number, text in enumerate(generate(args.megabytes, seed=args.seed)):
        if file is None or size > 16e6:
            if file is not None:
                file.close()
            file, size, part = (args.folder / f"part-{part:04d}.jsonl").open("w", encoding="utf-8"), 0, part + 1
        line = json.dumps({"doc_id": f"{number:07d}", "text": text}, ensure_ascii=False) + "\n"
        file.write(line)
        size += len(line.encode())
    if file is not None:
        file.close()


if __name__ == "__main__":
    main()
