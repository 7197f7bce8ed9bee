"""Reading against the plain pipeline that a user writes today, side by side in one run.

    python benchmarks/bench_reading.py [FOLDER]

Plain: lxml's text of the page, OpenCC on everything, lines stripped, sentences by `re.split`. It
removes no furniture, rejoins no sentence, keeps no places and loses what the split drops. Ours:
`read_bytes`. Without FOLDER the demonstration corpus's web pages and texts are read, many times.
"""

from __future__ import annotations

import re
import resource
import sys
import time
from functools import lru_cache
from pathlib import Path

from cxzy_study.reading.documents import read_bytes
from cxzy_study.reading.encodings import decode

ROOT = Path(__file__).resolve().parents[1]


def plain(content: bytes, html: bool) -> list[str]:
    from lxml import html as lxml_html

    text, _ = decode(content)
    if html:
        text = lxml_html.fromstring(text).text_content()
    text = converter().convert(text)
    return [s for line in text.splitlines() if line.strip() for s in re.split(r"[。！？；!?;]", line.strip()) if s]


@lru_cache
def converter():
    from opencc_pyo3 import OpenCC

    return OpenCC("t2s")


def ours(content: bytes, html: bool) -> list[str]:
    return [unit.text.text for unit in read_bytes(content, doc_id="x", html=html).units]


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "data/demo/pages"
    pages = [p for p in sorted(folder.rglob("*")) if p.suffix in {".html", ".htm", ".txt"}]
    files = [(p.read_bytes(), p.suffix != ".txt") for p in pages]
    n_bytes = sum(len(content) for content, _ in files)
    rounds = max(1, 2_000_000 // n_bytes)
    for run in (plain, ours):
        run(*files[0])
    print(f"{len(files)} files, {n_bytes:,} bytes, {rounds} rounds, one core")
    speeds = {}
    for name, run in (("plain", plain), ("ours", ours), ("plain again", plain), ("ours again", ours)):
        start = time.perf_counter()
        units = sum(len(run(*file)) for _ in range(rounds) for file in files)
        speeds[name] = n_bytes * rounds / (time.perf_counter() - start) / 1e6
        print(f"{name:12s} {speeds[name]:6.2f} MB/s, {units // rounds} units")
    print(f"ratio ours / plain: {max(speeds['ours'], speeds['ours again']) / max(speeds['plain'], speeds['plain again']):.2f}")
    print(f"peak memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


if __name__ == "__main__":
    main()
