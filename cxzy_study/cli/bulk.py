"""The verb for corpora of any size: bulk."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from cxzy_study.cli.common import AddVerb
from cxzy_study.tables import InvalidInput

_EPILOG = """\
what it reads
  Pages (.txt .html .htm .md .docx .pdf) in folders of any depth; tables of documents (.jsonl .csv .tsv .parquet
  .xlsx, .jsonl.gz .csv.gz .tsv.gz), one document a row, of any size; commas, semicolons or tabs. Columns of title,
  date and outlet (标题, 日期, 来源 …) tell these where the text itself does not. Nothing stops it: what cannot be read
  stands in rejected/ with the reason. Links that lead out of INPUT are not followed.

what it writes
  DIR/documents units codes terms formulas quantities bodies rejected   Parquet, a file for each part of the work
  DIR/counts.parquet shares.csv      counts and shares of themes for each group, with 95% intervals
  DIR/definitions.parquet            for each numbered formula the first document that tells its parts
  DIR/rejected.csv summary.json      the first rejections, for a spreadsheet; the summary
  In Python: results = cxzy_study.load_bulk("DIR"); results.table("codes"); results.shares()

who codes
  --coder rules, the default: a theme holds where a rule of the codebook matches.
  --coder learned: what cxzy code does by default, rules and learned weights together, with a probability for each code;
  it takes two and a half times as long, which is why it is not the default here. Only with the study's codebook.

groups
  --group-column of tables; without it a table is a group, and of pages each folder directly below INPUT.

when it was cut short, or there is more
  Run the same command again. What is done is kept, whatever happened: a kill, a power cut, a full disk. New files and
  rows added to a table are done, files that changed are done again. With other settings it refuses, unless --force.
  One document may take --seconds and one process --megabytes; a document that takes more is set aside.

on a cluster
  dask scheduler on one machine, dask worker tcp://THAT:8786 --nthreads 1 --nworkers CORES on each, in the same
  installation and with INPUT and DIR under the same paths; then --scheduler tcp://THAT:8786. See
  cxzy_study/bulk/README.md.

exit code
  0 done (rejections are no failure); 2 bad input, or it had to stop (one line says why); 130 interrupted.

examples
  cxzy bulk pages/ --to results/
  cxzy bulk news.jsonl --to results/ --text-column body --id-column url --group-column province
"""


def add_verbs(verb: AddVerb) -> None:
    """Add the verb of this module."""
    sub = verb("bulk", _bulk, "read, code and count a corpus of any size, on all cores or on a cluster; goes on where it was")
    sub.formatter_class = argparse.RawDescriptionHelpFormatter
    sub.epilog = _EPILOG
    sub.add_argument("inputs", nargs="+", metavar="INPUT", help="files or folders, see below")
    sub.add_argument("--to", type=Path, required=True, metavar="DIR", help="folder of results: new, or that of an earlier run")
    sub.add_argument("--workers", type=int, metavar="N", help="processes on this machine; by default one for each core")
    sub.add_argument("--scheduler", default="", metavar="ADDRESS", help="a Dask scheduler, tcp://host:8786, in the place of --workers")
    sub.add_argument("--text-column", default="", metavar="NAME", help="column of tables that holds the text (default: text, content, 正文 …)")
    sub.add_argument("--id-column", default="", metavar="NAME", help="column that holds an id (default: doc_id, id, 编号, or the row's number)")
    sub.add_argument("--group-column", default="", metavar="NAME", help="column by which documents are counted together")
    sub.add_argument("--codebook", type=Path, metavar="FILE", help="a codebook of your own; by default the study's")
    sub.add_argument("--coder", choices=["rules", "learned"], default="rules", help="who codes: see below (default: rules)")
    sub.add_argument("--names", type=Path, metavar="FILE", help="names that script conversion must keep, one a line")
    sub.add_argument("--text", action="store_true", help="keep the text of each unit in the results, too")
    sub.add_argument("--seconds", type=float, default=60.0, metavar="S", help="longest time for one document (default: 60)")
    sub.add_argument("--megabytes", type=int, default=1500, metavar="M", help="most memory for one process (default: 1500)")
    sub.add_argument("--part-megabytes", type=float, default=8.0, metavar="M", help="input to a part of the work (default: 8)")
    sub.add_argument("--force", action="store_true", help="throw results of other settings away and begin anew")


def _bulk(arguments: argparse.Namespace) -> None:
    from cxzy_study.bulk.run import run_bulk
    from cxzy_study.bulk.settings import make_settings

    for option in ("seconds", "megabytes", "part_megabytes"):
        if not getattr(arguments, option) > 0:
            raise InvalidInput(f"Invalid --{option.replace('_', '-')} {getattr(arguments, option):g}: must be more than 0.")
    names: tuple[str, ...] = ()
    for option in ("names", "codebook"):
        path = getattr(arguments, option)
        if path and not path.is_file():
            raise InvalidInput(f"Invalid --{option} {path}: no such file.")
    if arguments.names:
        names = tuple(filter(None, map(str.strip, arguments.names.read_text("utf-8-sig").splitlines())))
    settings = make_settings(
        codebook=arguments.codebook, coder=arguments.coder, names=names, text=arguments.text, text_column=arguments.text_column,
        id_column=arguments.id_column, group_column=arguments.group_column, seconds=arguments.seconds,
        megabytes=arguments.megabytes, part_bytes=max(1, int(arguments.part_megabytes * 2**20)),
    )  # fmt: skip
    summary = run_bulk(
        arguments.inputs, arguments.to, settings=settings, workers=arguments.workers, scheduler=arguments.scheduler,
        force=arguments.force, progress=sys.stderr.isatty(),
    )  # fmt: skip
    print(tell(summary, arguments.to))


def tell(summary: dict[str, Any], to: Path) -> str:
    """Return the summary of a run for a person.

    >>> run = {"documents": 0, "bytes": 0, "seconds": 0.2, "peak_bytes": 0}
    >>> summary = {"coder": "rules", "documents": 1, "rejected": 0, "rejected_for": {}, "input_bytes": 3000, "parts": 1, "groups": 1,
    ...            "rows": {"units": 9}, "result_bytes": 100, "run": run}
    >>> print(tell(summary, Path("results")))
    1 documents in 1 groups, 0.0 MB; 0 rejected; 0.0 MB of results in results
    units 9; coded by rules
    Nothing was new.
    """
    run = summary["run"]
    lines = [
        f"{summary['documents']:,} documents in {summary['groups']:,} groups, {summary['input_bytes'] / 1e6:,.1f} MB; "
        f"{summary['rejected']:,} rejected; {summary['result_bytes'] / 1e6:,.1f} MB of results in {to}",
        ", ".join(f"{name} {n:,}" for name, n in summary["rows"].items() if name not in {"documents", "rejected"})
        + {"rules": "; coded by rules", "learned": "; coded by rules and learned weights"}[summary["coder"]],
    ]
    reasons = list(summary["rejected_for"].items())
    lines += [f"  {n:,} rejected: {reason}" for reason, n in reasons[:8]]
    if len(reasons) > 8:
        lines.append(f"  and for {len(reasons) - 8} other reasons: see summary.json")
    if run["bytes"]:
        rate = run["bytes"] / 1e6 / max(run["seconds"], 0.1)
        lines.append(
            f"This time {run['documents']:,} documents in {run['seconds']:,.1f} s, {rate:,.1f} MB/s; at most "
            f"{run['peak_bytes'] / 2**20:,.0f} MB of memory in a worker."
        )
    else:
        lines.append("Nothing was new.")
    return "\n".join(lines)
