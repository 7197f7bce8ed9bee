"""Corpora made to harm: bounded time and memory, a clear reason for each, and nothing else is touched."""

from __future__ import annotations

import gzip
import json
import os
import time
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bulky import digests, page, quick, write_jsonl, write_pages

from cxzy_study.bulk.listing import iter_entries
from cxzy_study.bulk.results import load_bulk
from cxzy_study.bulk.run import run_bulk
from cxzy_study.reading.files import Rejected, list_files, read_files


def _reasons(to: Path) -> dict[str, str]:
    rejected = load_bulk(to).table("rejected")
    assert not rejected.doc_id.duplicated().any()
    return dict(zip(rejected.doc_id, rejected.reason, strict=True))


def test_pages_that_no_one_can_read(tmp_path, engine):
    """Every kind that the reading stage refuses, among good pages, with the small study's own reasons."""
    folder = write_pages(tmp_path / "in", range(20))
    bad = folder / "bad"
    bad.mkdir()
    (bad / "nul.txt").write_bytes(b"\0" * 5000)
    (bad / "half_nul.txt").write_bytes(page(1).encode().replace("。".encode(), b"\0"))
    (bad / "noise.txt").write_bytes(bytes(range(256)) * 40)
    (bad / "empty.txt").write_bytes(b"")
    (bad / "broken.pdf").write_bytes(b"%PDF-1.4 nothing behind")
    (bad / "is_pdf.txt").write_bytes(b"%PDF-1.4 nothing behind")
    (bad / "cut.docx").write_bytes(b"PK\x03\x04 cut")
    (bad / "table.xlsx").write_bytes(b"no book")
    (bad / "program.exe").write_bytes(b"MZ")
    (bad / "utf16.txt").write_bytes(b"\xff\xfe\x00\xd8x")
    (bad / "header.csv").write_text("id,text\n", "utf-8")
    (bad / "blank.jsonl").write_text("\n\n", "utf-8")
    (bad / "nothing.jsonl").write_bytes(b"")
    pq.write_table(pa.table({"id": pa.array([], pa.string()), "text": pa.array([], pa.string())}), bad / "none.parquet")
    with zipfile.ZipFile(bad / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"\0" * (300 * 2**20))
    (bad / "menu.html").write_text("<html><body><nav><a href='x'>首页</a></nav></body></html>", "utf-8")
    began = time.monotonic()
    told = run_bulk([folder], tmp_path / "out", settings=quick(), engine=engine)
    assert time.monotonic() - began < 60
    small = {item.doc_id: item.reason for item in read_files([folder]) if isinstance(item, Rejected)}
    mine = _reasons(tmp_path / "out")
    assert mine.keys() == small.keys()
    assert len(mine) >= 14
    assert sum("has no rows" in reason for reason in mine.values()) == 4
    for doc_id, reason in small.items():
        assert mine[doc_id] == reason or (doc_id.endswith(".exe") and "its format must be one of" in mine[doc_id])
    assert told["documents"] == 20 + 16 - len(small)


def test_a_large_table_of_blank_lines_says_that_it_is_empty(tmp_path, engine):
    folder = write_pages(tmp_path / "in", range(3))
    (folder / "blank.jsonl").write_bytes(b" \n" * 3_000_000)
    settings = quick()
    assert (folder / "blank.jsonl").stat().st_size > 2 * settings.part_bytes
    run_bulk([folder], tmp_path / "out", settings=settings, engine=engine)
    assert _reasons(tmp_path / "out") == {"blank.jsonl": "Invalid table blank.jsonl: has no rows."}


def test_half_a_character(tmp_path, engine):
    """JSON can write a lone surrogate, which no text can hold: in the text, the id, the group."""
    rows = [{"id": "a", "text": page(1), "place": "x"}, {"id": "b", "text": page(2) + "\ud800", "place": "x"},
            {"id": "\udfff", "text": page(3), "place": "x"}, {"id": "d", "text": page(4), "place": "\ud83d"},
            {"id": "e", "text": page(5) + "\U0001f600", "place": "x"}]  # fmt: skip
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    told = run_bulk([tmp_path / "in.jsonl"], tmp_path / "out", settings=quick(), engine=engine)
    assert (told["documents"], told["rejected"]) == (2, 3)
    assert all("is half a character" in reason for reason in _reasons(tmp_path / "out").values())


@pytest.mark.skipif(os.name == "nt", reason="links and pipes of POSIX")
def test_paths_that_climb_out_and_go_in_circles(tmp_path, engine):
    folder = write_pages(tmp_path / "in", range(5))
    (tmp_path / "secret.txt").write_text(page(7), "utf-8")
    (folder / "circle").symlink_to(folder)
    (folder / "self.txt").symlink_to(folder / "self.txt")
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "up.txt").symlink_to("../secret.txt")
    (folder / "gone.txt").symlink_to(folder / "nowhere.txt")
    (folder / "inside.txt").symlink_to(folder / "松岭县" / "00000.txt")
    os.mkfifo(folder / "pipe.txt")
    (folder / ".hidden.txt").write_text(page(8), "utf-8")
    locked = folder / "locked"
    locked.mkdir()
    (folder / os.fsdecode(b"\xff\xfe.txt")).write_text(page(9), "utf-8")
    (folder / "new\nline.txt").write_text(page(10), "utf-8")
    deep = folder
    for _ in range(60):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "deep.txt").write_text(page(11), "utf-8")
    run_bulk([folder], tmp_path / "out", settings=quick(), engine=engine)
    reasons = _reasons(tmp_path / "out")
    assert {k: v.partition(": ")[2][:24] for k, v in reasons.items()} == {
        "circle": "is a link to a folder, w", "out.txt": "is a link that leads out", "up.txt": "is a link that leads out",
        "gone.txt": "cannot be opened (No suc", "self.txt": "cannot be opened (Too ma",
        "pipe.txt": "is no file but a pipe, s",
    }  # fmt: skip
    documents = set(load_bulk(tmp_path / "out").table("documents").doc_id)
    assert {"inside.txt", "\\xff\\xfe.txt", "new\nline.txt"} < documents
    assert len(documents) == 5 + 4


def test_listing_agrees_with_the_small_study(tmp_path):
    for name in ("a-b/x.txt", "a/x.txt", "a.txt", "a/b/c.txt", "a b.txt", "ä/1.txt", "a/.no.txt", "~$a.docx", "b/c.txt"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", "utf-8")
    for inputs in ([tmp_path / "in"], [tmp_path / "in" / "a", tmp_path / "in" / "b"], [tmp_path / "in", tmp_path / "in" / "a.txt"]):
        assert [e.path for e in iter_entries(inputs)] == [doc_id for doc_id, _ in list_files(inputs)]


def test_tables_that_change_break_and_repeat(tmp_path, engine):
    """A schema that changes half-way, ids that stand twice (far apart, too), broken lines, cells that are no text."""
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps({"id": f"d{n}", "text": page(n)}, ensure_ascii=False) for n in range(60)]
    lines[10] = '{"id": "d10", "text": "' + page(10)[:5]
    lines[20] = json.dumps({"id": "d20", "content": page(20)})
    lines[21] = json.dumps({"id": "d21", "text": None})
    lines[22] = json.dumps({"id": "d22", "text": 7})
    lines[23] = json.dumps([1, 2])
    lines[24] = "[" * 100_000
    lines[25] = '{"id": "d25", "text": "\0"}'
    lines[50] = json.dumps({"id": "d1", "text": page(50)}, ensure_ascii=False)
    lines[51] = json.dumps({"id": "d49", "text": page(51)}, ensure_ascii=False)
    lines.insert(30, "")
    (folder / "news.jsonl").write_text("\n".join(lines), "utf-8")
    for size in (4096, 2**20):
        to = tmp_path / f"out{size}"
        run_bulk([folder], to, settings=quick(part_bytes=size), engine=engine)
        reasons = {k: v.partition(": ")[2] for k, v in _reasons(to).items()}
        small = {i.doc_id: i.reason.partition(": ")[2] for i in read_files([folder]) if isinstance(i, Rejected)}
        # Ids that a part does not show twice are told after the last part, by the id that they claim.
        assert len(reasons) == len(small) == 9
        assert sorted(reasons.values()) == sorted(small.values())
        documents = load_bulk(to).table("documents").doc_id
        assert documents.is_unique
        assert len(documents) == 60 - 9
        assert "news.jsonl#d1" in set(documents)
        # A second run has nothing to do, and one over a grown table leaves out what it left out.
        before = digests(to)
        run_bulk([folder], to, settings=quick(part_bytes=size), engine=engine)
        assert digests(to) == before


def test_all_ids_the_same(tmp_path, engine):
    (tmp_path / "in").mkdir()
    rows = [json.dumps({"id": "0", "text": page(n)}, ensure_ascii=False) for n in range(30)]
    (tmp_path / "in" / "same.jsonl").write_text("\n".join(rows), "utf-8")
    told = run_bulk([tmp_path / "in"], tmp_path / "out", settings=quick(part_bytes=4096), engine=engine)
    assert (told["documents"], told["rejected"]) == (1, 29)


def test_files_that_are_cut_short(tmp_path, engine):
    folder = tmp_path / "in"
    folder.mkdir()
    whole = write_jsonl(tmp_path / "news.jsonl", range(40)).read_bytes()
    packed = gzip.compress(whole)
    (folder / "cut.jsonl.gz").write_bytes(packed[: len(packed) * 2 // 3])
    (folder / "no.csv.gz").write_bytes(b"no gzip at all")
    (folder / "bomb.jsonl.gz").write_bytes(gzip.compress(b'{"text": "' + b"x" * (300 * 2**20)))
    rows = [json.loads(line) for line in whole.splitlines()]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "whole.parquet", row_group_size=8)
    content = (tmp_path / "whole.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(content[: len(content) // 2])
    middle = len(content) // 2
    (folder / "spoilt.parquet").write_bytes(content[:middle] + b"\xff" * 200 + content[middle + 200 :])
    quoted = "id,text\n1,好\n2,\"" + "从不闭合，" * 40_000
    (folder / "open_quote.csv").write_text(quoted, "utf-8")
    (folder / "twice.csv").write_text("text,text\n一,二\n", "utf-8")
    (folder / "ragged.csv").write_text("id,text\n1,会议开了。\n2\n3,会议开了。,多\n4,会议开了。\n", "utf-8")
    run_bulk([folder], tmp_path / "out", settings=quick(part_bytes=4096), engine=engine)
    reasons = _reasons(tmp_path / "out")
    documents = load_bulk(tmp_path / "out").table("documents").doc_id
    assert "is damaged or cut short" in reasons["cut.jsonl.gz"]
    assert 5 < documents.str.startswith("cut.jsonl.gz#").sum() < 40
    assert "no gzip file" in reasons["no.csv.gz"]
    assert any("bomb" in k and ("too long" in v or "bomb" in v) for k, v in reasons.items())
    assert "cannot be read as Parquet" in reasons["cut.parquet"]
    assert 8 <= documents.str.startswith("spoilt.parquet#").sum() <= 40
    assert "column names must be unique" in reasons["twice.csv"]
    assert set(documents[documents.str.startswith("ragged.csv")]) == {"ragged.csv#1", "ragged.csv#4"}


def test_quotation_marks_in_tables_that_are_cut(tmp_path, engine):
    """Marks within cells, and one that is never closed: the same rows and reasons whole, in stretches, and packed."""
    rows = [f'd{n},"{page(n)}"' for n in range(40)]
    rows[10] = 'd10,"群众说"好"。"'
    rows[25] = rows[25][:-1]
    rows[36] = 'd36,"从不闭合，'
    rows[37:] = [f"d{n},会议开了。" for n in range(37, 40)]
    table = "id,text\n" + "\n".join(rows) + "\n"
    (tmp_path / "whole.csv").write_text(table, "utf-8")
    small = list(read_files([tmp_path / "whole.csv"]))
    ids = [item.reading.doc_id.partition("#")[2] for item in small if not isinstance(item, Rejected)]
    kinds = sorted(item.reason.partition(": ")[2] for item in small[:-1] if isinstance(item, Rejected))
    assert len(kinds) == 4
    assert ids == [f"d{n}" for n in range(36) if n not in (10, 25, 26)]
    opened = small[-1].reason.partition(": ")[0].rpartition(" ")[2]
    assert table.split("\n")[int(opened) - 1] == rows[36]
    for name, size in (("whole.csv", 2**20), ("cut.csv", 4096), ("packed.csv.gz", 4096)):
        folder = tmp_path / f"in_{name}"
        folder.mkdir()
        (folder / name).write_bytes(gzip.compress(table.encode()) if name.endswith(".gz") else table.encode())
        told = run_bulk([folder], tmp_path / f"out_{name}", settings=quick(part_bytes=size), engine=engine)
        assert told["parts"] > 5 or name != "cut.csv"
        documents = load_bulk(tmp_path / f"out_{name}").table("documents").doc_id
        assert documents.str.partition("#")[2].tolist() == ids
        reasons = _reasons(tmp_path / f"out_{name}")
        assert reasons.pop(name) == small[-1].reason.replace("whole.csv", name)
        assert sorted(reason.partition(": ")[2] for reason in reasons.values()) == kinds


def test_tables_of_semicolons_and_tabs(tmp_path, engine):
    """Whole, in stretches, packed, and when they have grown: as the small study reads them."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, mark in (("a.csv", ";"), ("b.tsv", "\t"), ("c.csv", ","), ("d.csv.gz", ";"), ("e.tsv.gz", "\t")):
        table = f"id{mark}text{mark}note\n" + "".join(f'd{n}{mark}"{page(n)}"{mark}a,b\n'.replace("a,b", '"a,b"') for n in range(12))
        (folder / name).write_bytes(gzip.compress(table.encode()) if name.endswith(".gz") else table.encode())
    for size in (2048, 2**20):
        told = run_bulk([folder], tmp_path / f"out{size}", settings=quick(part_bytes=size), engine=engine)
        assert (told["documents"], told["rejected"]) == (60, 0)
    with (folder / "b.tsv").open("a", encoding="utf-8") as file:
        file.write(f'd12\t"{page(12)}"\t\n')
    assert run_bulk([folder], tmp_path / "out2048", settings=quick(part_bytes=2048), engine=engine)["run"]["documents"] == 1
    documents = load_bulk(tmp_path / "out2048").table("documents").set_index("doc_id")
    small = {d.reading.doc_id: d.sha256 for d in read_files([folder]) if not isinstance(d, Rejected)}
    assert len(small) == 37
    assert documents.sha256[list(small)].to_dict() == small
    assert documents.format[["b.tsv#d12", "e.tsv.gz#d1"]].tolist() == ["tsv", "tsv"]


def test_a_table_that_grows_by_an_open_quotation_mark(tmp_path, engine):
    rows = [f'd{n},"{page(n)}"\n' for n in range(30)]
    path = tmp_path / "grown.csv"
    path.write_text("id,text\n" + "".join(rows), "utf-8")
    run_bulk([path], tmp_path / "out", settings=quick(part_bytes=4096), engine=engine)
    line = path.read_text("utf-8").count("\n") + 2
    with path.open("a", encoding="utf-8") as file:
        file.write('d30,会议开了。\nd31,"从不闭合。\nd32,会议开了。\n')
    told = run_bulk([path], tmp_path / "out", settings=quick(part_bytes=4096), engine=engine)
    assert (told["documents"], told["run"]["documents"]) == (31, 1)
    assert f"line {line}: the quotation mark" in _reasons(tmp_path / "out")["grown.csv"]


def test_one_broken_row_costs_itself(tmp_path, engine):
    """Bytes of no encoding in one line of many, an id of a megabyte, and a header that makes a reason without end."""
    folder = tmp_path / "in"
    folder.mkdir()
    lines = [json.dumps({"id": f"d{n}", "text": page(n)}, ensure_ascii=False).encode() for n in range(200)]
    lines[50] = b"\xff\xfe\xff"
    lines[51] = json.dumps({"id": "i" * 2**20, "text": page(51)}, ensure_ascii=False).encode()
    (folder / "news.jsonl").write_bytes(b"\n".join(lines) + b"\n")
    (folder / "wide.csv").write_text(f"{','.join(f'c{i}' for i in range(50_000))}\n{',' * 49_999}\n", "utf-8")
    for size in (2**16, 2**23):
        run_bulk([folder], tmp_path / f"out{size}", settings=quick(part_bytes=size), engine=engine)
        assert len(load_bulk(tmp_path / f"out{size}").table("documents")) == 198
        reasons = _reasons(tmp_path / f"out{size}")
        assert reasons.keys() == {"news.jsonl#51", "news.jsonl#52", "wide.csv"}
        assert "must be under 1000 characters" in reasons["news.jsonl#52"]
        assert max(map(len, reasons.values())) < 1100


def test_lines_of_ten_megabytes(tmp_path, engine):
    """One line of much text is read or set aside; one longer than any document is refused; the lines around stay."""
    folder = tmp_path / "in"
    folder.mkdir()
    good = json.dumps({"text": page(1)}, ensure_ascii=False).encode()
    long_ = json.dumps({"text": "无止境" * 1_200_000}, ensure_ascii=False).encode()
    with (folder / "long.jsonl").open("wb") as file:
        for line in (good, long_, good, b'{"text": "' + b"a" * (70 * 2**20) + b'"}', good):
            file.write(line + b"\n")
    began = time.monotonic()
    told = run_bulk([folder], tmp_path / "out", settings=quick(seconds=15.0, part_bytes=2**20), engine=engine)
    assert time.monotonic() - began < 150
    documents = set(load_bulk(tmp_path / "out").table("documents").doc_id)
    assert {"long.jsonl#1", "long.jsonl#3", "long.jsonl#5"} <= documents
    assert any("too long" in reason for reason in _reasons(tmp_path / "out").values())
    assert told["run"]["peak_bytes"] < 1.5 * 2**30


def test_a_document_that_takes_too_long(tmp_path, engine):
    """Ten thousand formulas without a full stop: whatever the finders make of it, its time is bounded."""
    folder = write_pages(tmp_path / "in", range(10))
    (folder / "slow.txt").write_text("“三个一”即" * 30_000, "utf-8")
    began = time.monotonic()
    run_bulk([folder], tmp_path / "out", settings=quick(seconds=2.0), engine=engine)
    assert time.monotonic() - began < 60
    results = load_bulk(tmp_path / "out")
    assert len(results.table("documents")) >= 10
    slow = results.table("rejected").query("doc_id == 'slow.txt'").reason.tolist()
    assert slow == ["Invalid document slow.txt: took over 2 s."] or "slow.txt" in set(results.table("documents").doc_id)


def test_what_a_spreadsheet_opens_runs_nothing(tmp_path, engine):
    """Cells that a spreadsheet would run as a formula are text in the CSV files, and untouched in Parquet."""
    source = tmp_path / "evil.csv"
    evil = "=HYPERLINK(\"http://127.0.0.1\",\"x\")"
    row = f'"{evil.replace(chr(34), chr(34) * 2)}"'
    source.write_text(f"id,text,place\n{row},{page(1)!r},{row}\n+1,,@x\n".replace("\\n", ""), "utf-8")
    run_bulk([source], tmp_path / "out", settings=quick(group_column="place"), engine=engine)
    for name in ("shares.csv", "rejected.csv"):
        text = (tmp_path / "out" / name).read_text("utf-8-sig")
        cells = [c.strip('"') for line in text.splitlines() for c in line.split(",")]
        assert not [c for c in cells if c[:1] in set("=+-@\t")]
    results = load_bulk(tmp_path / "out")
    assert results.table("documents").group.tolist() == [evil]
    assert results.shares().group.unique().tolist() == [evil]
