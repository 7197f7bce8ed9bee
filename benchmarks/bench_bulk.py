"""Bulk work against the plain pipeline that a user writes today, side by side in one run.

    python benchmarks/bench_bulk.py [--megabytes 8] [--rounds 3] [--cntext PYTHON] [--write]

Plain: OpenCC on everything, sentences by `re.split`, words by jieba, counts by CountVectorizer, themes by one `re`
alternation of the codebook's literals. It keeps no places, knows no negation, and finds no facts. Ours: the whole chain
(reading, codes by all rules, words, formulas, quantities, bodies, all with their places), by the compiled kernel, and, on
a tenth of the text, by the plain functions. The runs take turns, so that another load on the machine hits all alike; speeds
are MB of UTF-8 text a second of wall time, and, for one process, of processor time, which other loads hit less.
`--cntext` names the Python of an environment that has cntext (never one of the project's): its word counts of a tenth of the
documents, one by one, stand beside them. It cuts with jieba, drops stop words and counts; it converts no script, reads no
page, and finds neither themes nor facts. `--write` keeps the table in `benchmarks/bulk.md`.
"""

from __future__ import annotations

import argparse
import json
import logging
import multiprocessing
import os
import platform
import re
import resource
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from generate import generate

from cxzy_study.bulk.chain import Chain, Item, load_chain
from cxzy_study.bulk.settings import make_settings

TABLE = Path(__file__).with_name("bulk.md")
_STATE: dict[str, object] = {}


def plain_pipeline(texts: list[str]) -> int:
    import jieba
    from opencc_pyo3 import OpenCC
    from sklearn.feature_extraction.text import CountVectorizer

    if "converter" not in _STATE:
        jieba.setLogLevel(logging.WARNING)
        jieba.initialize()
        from cxzy_study.coding.rules import compile_codebook

        literals = compile_codebook(Chain(make_settings()).codebook).groups["spoken"]
        _STATE["converter"] = OpenCC("t2s")
        _STATE["themes"] = re.compile("|".join(map(re.escape, sorted(literals, key=len, reverse=True))))
    converter, themes = _STATE["converter"], _STATE["themes"]
    sentences = []
    for text in texts:
        simple = converter.convert(text)
        sentences += [s for line in simple.splitlines() for s in re.split(r"(?<=[。！？；])", line) if s.strip()]
    words = [" ".join(jieba.cut(s)) for s in sentences]
    counts = CountVectorizer(token_pattern=r"\S+").fit_transform(words)
    hits = [themes.findall(s) for s in sentences]
    return counts.shape[0] + len(hits)


def run_ours(items: list[Item]) -> int:
    if "ours" not in _STATE:
        _STATE["ours"] = load_chain(make_settings())
    chain = _STATE["ours"]
    return sum(chain.run(batch)["units"].num_rows for batch in batches(items, chain.batch))


def batches(items: list[Item], most: int) -> Iterator[list[Item]]:
    """Yield documents together as a worker takes them: until they have so many characters."""
    batch: list[Item] = []
    size = 0
    for item in items:
        batch.append(item)
        size += len(item.content)
        if size >= most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def run_functions(items: list[Item]) -> int:
    if "functions" not in _STATE:
        _STATE["functions"] = Chain(make_settings())
    return _STATE["functions"].run(items)["units"].num_rows


def work(task: tuple[str, int, int]) -> tuple[float, float, int]:
    """Run one kind of work over the share of one process; return seconds, those of the processor, and peak memory in MB."""
    kind, number, share = task
    texts = _STATE["texts"][number]
    texts = (texts, texts[::2], texts[1::2])[share]
    items = [Item(f"{share}-{i}", text, ".jsonl") for i, text in enumerate(texts)]
    run = {"plain": lambda: plain_pipeline(texts), "ours": lambda: run_ours(items)}[kind]
    start, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - start, time.process_time() - cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def measure(megabytes: float, rounds: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    # Every round has a text of its own, so that nothing is known from the round before; the first is for warming up.
    _STATE["texts"] = [list(generate(megabytes, seed=seed)) for seed in range(rounds + 1)]
    texts = _STATE["texts"][0]
    speeds: dict[str, list[float]] = defaultdict(list)
    memory: dict[str, int] = {}
    tenth = [Item(str(i), text, ".jsonl") for i, text in enumerate(texts[: len(texts) // 10])]
    small = sum(len(item.content.encode()) for item in tenth) / 1e6
    pools = {kind: multiprocessing.get_context("fork").Pool(2) for kind in ("plain", "ours")}
    alone = {kind: multiprocessing.get_context("fork").Pool(1) for kind in ("plain", "ours")}
    for kind in ("plain", "ours"):  # dictionaries and tables are loaded, once
        alone[kind].map(work, [(kind, 0, 1)])
        pools[kind].map(work, [(kind, 0, 1), (kind, 0, 2)], chunksize=1)
    run_functions(tenth[:10])
    for number in range(1, rounds + 1):
        size = sum(len(t.encode()) for t in _STATE["texts"][number]) / 1e6
        for kind in ("plain", "ours"):
            seconds, cpu, peak = alone[kind].map(work, [(kind, number, 0)])[0]
            speeds[f"{kind}, 1 process"].append(size / seconds)
            speeds[f"{kind}, processor"].append(size / cpu)
            memory[f"{kind}, 1 process"] = peak
        for kind in ("plain", "ours"):
            start = time.perf_counter()
            peaks = [peak for *_, peak in pools[kind].map(work, [(kind, number, 1), (kind, number, 2)], chunksize=1)]
            speeds[f"{kind}, 2 processes"].append(size / (time.perf_counter() - start))
            memory[f"{kind}, 2 processes"] = sum(peaks)
        start = time.perf_counter()
        run_functions(tenth)
        speeds["ours without the kernel"].append(small / (time.perf_counter() - start))
    for pool in (*pools.values(), *alone.values()):
        pool.close()
    return speeds, memory


_CNTEXT = """
import json, sys, time
import cntext
texts = json.load(sys.stdin)
cntext.word_count(texts[0])
start = time.process_time()
for text in texts:
    cntext.word_count(text)
print("seconds", time.process_time() - start)
"""


def measure_cntext(python: str, megabytes: float) -> float:
    """Return the MB that cntext counts in a second of processor time."""
    texts = list(generate(megabytes / 10))
    done = subprocess.run([python, "-c", _CNTEXT], input=json.dumps(texts), capture_output=True, text=True, check=True)
    return sum(len(t.encode()) for t in texts) / 1e6 / float(done.stdout.split("seconds")[-1])


def stages(megabytes: float) -> dict[str, float]:
    """Return the seconds of each stage, by MB of text, of the chain by the kernel."""
    from cxzy_study.bulk import batch as batches_of
    from cxzy_study.bulk import fast

    chain = _STATE.setdefault("ours", load_chain(make_settings()))
    if not isinstance(chain, fast.FastChain):
        return {}
    items = [Item(str(i), text, ".jsonl") for i, text in enumerate(generate(megabytes, seed=2))]
    for batch in batches([Item(f"w{i}", text, ".jsonl") for i, text in enumerate(generate(megabytes / 2, seed=1))], chain.batch):
        chain.run(batch)  # dictionaries and tables are loaded, once
    spent: dict[str, float] = defaultdict(float)

    def timed(owner: object, name: str, label: str) -> None:
        function = getattr(owner, name)

        def wrapper(*args: object, **kwargs: object) -> object:
            start = time.process_time()
            try:
                return function(*args, **kwargs)
            finally:
                spent[label] += time.process_time() - start

        setattr(owner, name, wrapper)

    for name, label in (("Pages", "reading"), ("_parents", "codes: headings above")):
        timed(batches_of, name, label)
    for name, label in (
        ("_units_table", "tables: units"), ("_codes", "tables: codes"), ("_terms", "words, counted"), ("_formulas", "formulas"),
        ("_quantities", "tables: quantities"), ("_bodies", "tables: bodies"), ("_counts", "counts"), ("_documents", "tables: documents"),
    ):  # fmt: skip
        timed(batches_of.Batch, name, label)
    timed(chain.quantities, "find", "quantities")
    timed(chain.bodies, "find", "bodies")
    timed(chain.coder, "code", "codes")
    start = time.process_time()
    for batch in batches(items, chain.batch):
        chain.run(batch)
    whole = time.process_time() - start
    size = sum(len(item.content.encode()) for item in items) / 1e6
    spent["everything else"] = whole - sum(spent.values())
    return {label: seconds / size for label, seconds in sorted(spent.items(), key=lambda p: -p[1])} | {"all": whole / size}


def best(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description="Bulk work against the plain pipeline.")
    parser.add_argument("--megabytes", type=float, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cntext", metavar="PYTHON")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    speeds, memory = measure(args.megabytes, args.rounds)
    base = best(speeds["plain, 1 process"])
    lines = [
        f"Generated text, {args.megabytes:g} MB, {args.rounds} rounds by turns, median; {os.cpu_count()} cores, "
        f"{_processor()}, Python {platform.python_version()}; load before: {os.getloadavg()[0]:.1f}.",
        "", "| | MB/s | times the plain pipeline on one core | peak memory, MB |", "|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {kind}, 1 process, by processor time | {best(speeds[f'{kind}, processor']):.2f} | "
        f"{best(speeds[f'{kind}, processor']) / best(speeds['plain, processor']):.1f} | |"
        for kind in ("plain", "ours")
    ]
    for name in ("plain, 1 process", "plain, 2 processes", "ours, 1 process", "ours, 2 processes", "ours without the kernel"):
        lines.append(f"| {name} | {best(speeds[name]):.2f} | {best(speeds[name]) / base:.1f} | {memory.get(name, '')} |")
    if args.cntext:
        speed = measure_cntext(args.cntext, args.megabytes)
        lines.append(f"| cntext, word counts alone, by processor time | {speed:.2f} | {speed / best(speeds['plain, processor']):.1f} | |")
    lines += ["", "Where the time of ours goes, one process, by processor time:", "", "| stage | ms a MB |", "|---|---|"]
    lines += [f"| {label} | {1000 * seconds:.1f} |" for label, seconds in stages(args.megabytes / 2).items()]
    text = "\n".join(lines) + "\n"
    print(text)
    if args.write:
        TABLE.write_text("# Bulk work, measured\n\nThe last run of `python benchmarks/bench_bulk.py --write`.\n\n" + text, encoding="utf-8")


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file() and (match := re.search(r"model name\s*:\s*(.+)", info.read_text())):
        return match[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
