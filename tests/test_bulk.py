"""Bulk work against the small study: the same functions, the same answers."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bulky import digests, quick, same_rows, write_jsonl, write_pages

import cxzy_study as cx
from cxzy_study.bulk import engines
from cxzy_study.bulk.results import load_bulk
from cxzy_study.bulk.run import run_bulk
from cxzy_study.cli import main
from cxzy_study.findings.shares import count_shares
from cxzy_study.reading.files import documents_frame
from cxzy_study.reading.terms import count_terms
from cxzy_study.study.load import ROOT
from cxzy_study.study.own import code_files, find_facts, read_all, units_of
from cxzy_study.study.rebuild import load_words
from cxzy_study.tables import InvalidInput
from cxzy_study.text.words import Segmenter

DEMO = ROOT / "data" / "demo" / "pages"


@pytest.fixture(scope="module")
def demo(tmp_path_factory, engine) -> Path:
    to = tmp_path_factory.mktemp("demo") / "results"
    # Parts so small that formulas of one part are told in another.
    run_bulk([DEMO], to, settings=quick(text=True), engine=engine)
    return to


@pytest.fixture(scope="module")
def documents():
    return read_all([DEMO])[0]


def test_units_and_codes_are_those_of_the_small_study(demo, documents):
    results = load_bulk(demo)
    assert results.summary["parts"] > 3
    same_rows(results.table("units"), units_of(documents))
    coded, _, _ = code_files([DEMO], coder="rules")
    codes = results.table("codes")
    marks = codes[codes.theme != "none"].groupby(["doc_id", "unit_id"], sort=False).theme.agg(";".join)
    expected = coded[coded.themes != ""].set_index(["doc_id", "unit_id"]).themes
    assert marks.to_dict() == expected.to_dict()
    assert len(codes[["doc_id", "unit_id"]].drop_duplicates()) == len(coded)


def test_facts_are_those_of_the_small_study(demo, documents):
    results = load_bulk(demo)
    expected = find_facts(documents)
    assert (expected["formulas"].status == "defined elsewhere").any()
    for name in ("formulas", "quantities", "bodies"):
        same_rows(results.table(name), expected[name])
    assert not (results.dataset("formulas").to_table().to_pandas().status == "defined elsewhere").any()


def test_terms_are_those_of_the_small_study(demo, documents):
    counted = count_terms(units_of(documents), segmenter=Segmenter(load_words()))
    expected = counted[counted.unit_id == ""][["doc_id", "section", "term", "n"]]
    keys = ["doc_id", "section", "term"]
    same_rows(load_bulk(demo).table("terms").sort_values(keys), expected.sort_values(keys))


def test_columns_describe_documents_as_in_the_small_study(tmp_path, engine):
    from test_files import TOLD

    folder = tmp_path / "in"
    folder.mkdir()
    rows = [row | {"id": f"{row['id']}{n}"} for n in range(30) for row in TOLD]
    (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    pq.write_table(pa.Table.from_pylist(rows), folder / "b.parquet", row_group_size=30)
    with (folder / "c.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(rows[0]), *(list(row.values()) for row in rows)])
    expected = documents_frame(read_all([folder])[0])
    assert set(expected.published_on) == {"", "2011-06-07", "2011-06", "2012-05-06"}
    columns = ["doc_id", "title", "published_on", "outlet"]
    for size in (2048, 2**20):
        run_bulk([folder], tmp_path / f"out{size}", settings=quick(part_bytes=size), engine=engine)
        same_rows(load_bulk(tmp_path / f"out{size}").table("documents")[columns], expected[columns])


def test_documents_are_described(demo, documents):
    table = load_bulk(demo).table("documents").set_index("doc_id")
    assert list(table.index) == [d.reading.doc_id for d in documents]
    for d in documents:
        row = table.loc[d.reading.doc_id]
        assert (row.sha256, row.title, row.encoding, row.script, row.n_units, row.n_chars) == (
            d.sha256, d.reading.title, d.reading.encoding, d.reading.script, len(d.reading.units), len(d.reading.raw)
        )  # fmt: skip


def test_shares_from_counts_are_shares_from_codes(demo):
    results = load_bulk(demo)
    units, codes = results.table("units"), results.table("codes").assign(coder="rules", value=1)
    group = results.table("documents").set_index("doc_id").group
    sentences = units[units.kind == "sentence"]
    groups = sentences[["doc_id", "unit_id"]].assign(group=sentences.doc_id.map(group))
    expected = count_shares(codes, units, coder="rules", groups=groups)
    assert expected.group.nunique() > 2
    found = results.shares()
    exact = ["group", "theme", "n_units", "n_blocks", "n_coded", "interval"]
    same_rows(found[exact], expected[exact])
    for column in ("share", "low", "high"):
        assert (found[column] - expected[column]).abs().max() < 1e-12
    assert (expected.low.notna() == found.low.notna()).all()


def test_results_do_not_depend_on_workers_or_order(tmp_path, engine):
    pages = write_pages(tmp_path / "pages", range(60))
    one, three = tmp_path / "one", tmp_path / "two"
    run_bulk([pages], one, settings=quick(), workers=1)
    run_bulk([pages], three, settings=quick(), engine=engine)
    assert load_bulk(one).summary["parts"] > 5
    assert digests(one) == digests(three)


def test_every_container_gives_the_same_rows(tmp_path, engine):
    """JSONL, CSV, Parquet and gzip, cut into parts or not, against the JSONL read whole by the small study."""
    source = write_jsonl(tmp_path / "news.jsonl", range(24))
    rows = [json.loads(line) for line in source.read_text("utf-8").splitlines()]
    for row in rows[::7]:
        row["text"] = row["text"].replace("会议", '"会议",\r\n')  # what quotes and line ends do to a CSV
    folder = tmp_path / "tables"
    folder.mkdir()
    lines = "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    (folder / "news.jsonl").write_text(lines, "utf-8")
    with gzip.open(folder / "news.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(lines)
    with (folder / "news.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    (folder / "gb.csv").write_bytes((folder / "news.csv").read_bytes().decode("utf-8-sig").encode("gb18030"))
    pq.write_table(pa.Table.from_pylist(rows), folder / "news.parquet", row_group_size=8)
    expected = units_of(read_all([folder / "news.jsonl"])[0]).drop(columns="text")
    for size in (4096, 2**20):
        to = tmp_path / f"out{size}"
        run_bulk([folder], to, settings=quick(part_bytes=size), engine=engine)
        results = load_bulk(to)
        assert results.summary["rejected"] == 0
        units = results.table("units")
        for name in ("news.jsonl", "news.jsonl.gz", "news.csv", "gb.csv", "news.parquet"):
            own = units[units.doc_id.str.startswith(f"{name}#")]
            same_rows(own.assign(doc_id=own.doc_id.str.replace(name, "news.jsonl")), expected)
    assert len(list((tmp_path / "out4096" / "units").iterdir())) >= 5 * 3


def test_groups(tmp_path, engine):
    pages = write_pages(tmp_path / "in" / "pages", range(10))
    write_jsonl(tmp_path / "table.jsonl", range(10))
    run_bulk([pages], tmp_path / "a", settings=quick(), engine=engine)
    run_bulk([tmp_path / "table.jsonl"], tmp_path / "b", settings=quick(group_column="place"), engine=engine)
    a, b = load_bulk(tmp_path / "a").shares(), load_bulk(tmp_path / "b").shares()
    assert a.group.nunique() == 5
    same_rows(a, b)
    with pytest.raises(InvalidInput, match="no document could be read"):
        run_bulk([tmp_path / "table.jsonl"], tmp_path / "c", settings=quick(group_column="city"), engine=engine)
    assert "--group-column city" in load_bulk(tmp_path / "c").table("rejected").reason[0]


def test_command_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 1.0)
    pages = write_pages(tmp_path / "pages", range(5))
    assert main(["bulk", str(pages), "--to", str(tmp_path / "out"), "--workers", "1"]) == 0
    told = capsys.readouterr()
    assert "5 documents in 5 groups" in told.out
    assert told.err == ""
    assert main(["bulk", str(pages), "--to", str(tmp_path / "out")]) == 0
    assert "Nothing was new." in capsys.readouterr().out
    assert cx.load_bulk(tmp_path / "out").summary["documents"] == 5
    for arguments, says in (
        (["--to", str(tmp_path / "out"), "--text"], "other settings (text differ)"),
        (["--to", str(pages)], "holds something else"),
        (["--to", str(tmp_path / "new"), "--seconds", "0"], "--seconds 0"),
        (["--to", str(tmp_path / "new"), "--codebook", "none.yaml"], "no such file"),
        (["--to", str(tmp_path / "new"), "--scheduler", "tcp://127.0.0.1:9"], "no Dask scheduler answers"),
    ):
        assert main(["bulk", str(pages), *arguments]) == 2
        err = capsys.readouterr().err
        assert says in err
        assert err.count("\n") == 1
    assert main(["bulk", str(pages), "--to", str(tmp_path / "out"), "--text", "--force", "--workers", "1"]) == 0
    assert "text" in cx.load_bulk(tmp_path / "out").table("units")


def test_a_run_without_a_document_says_why_and_stands_in_nobodys_way(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(engines, "PATIENCE", 1.0)
    write_jsonl(tmp_path / "table.jsonl", range(3))
    arguments = ["bulk", str(tmp_path / "table.jsonl"), "--to", str(tmp_path / "out"), "--workers", "1"]
    assert main([*arguments, "--text-column", "nope"]) == 2
    err = capsys.readouterr().err
    assert "table.jsonl: Invalid --text-column nope: table.jsonl has the columns id, text, place." in err
    assert str(tmp_path / "out" / "rejected.csv") in err
    assert main(arguments) == 0
    assert load_bulk(tmp_path / "out").summary["documents"] == 3
    assert main([*arguments, "--text-column", "nope"]) == 2
    assert "other settings (text_column differ)" in capsys.readouterr().err


def test_files_of_which_none_can_be_read(tmp_path, capsys):
    for name in ("b.txt", "a.txt"):
        (tmp_path / name).write_bytes(b"")
    assert main(["read", str(tmp_path), "--to", str(tmp_path / "out"), "--keep-going"]) == 2
    err = capsys.readouterr().err
    assert "no document could be read. a.txt: Invalid document a.txt: holds no running text" in err
    assert "2 set aside" in err
    assert not (tmp_path / "out").exists()


def test_empty_inputs(tmp_path, engine):
    (tmp_path / "none").mkdir()
    with pytest.raises(InvalidInput, match="holds no file"):
        run_bulk([tmp_path / "none"], tmp_path / "out", settings=quick(), engine=engine)
    (tmp_path / "none" / "a.txt").write_text("", "utf-8")
    with pytest.raises(InvalidInput, match="no document could be read"):
        run_bulk([tmp_path / "none"], tmp_path / "out", settings=quick(), engine=engine)
    results = load_bulk(tmp_path / "out")
    assert results.table("rejected").doc_id.tolist() == ["a.txt"]
    assert results.table("units").empty
    assert results.shares().empty
