"""What README shows of Python runs, and does what the commands do."""

from __future__ import annotations

import re
import shutil

from conftest import ROOT


def test_the_python_of_the_readme_codes_as_the_command_does(tmp_path, monkeypatch):
    from cxzy_study.study.own import code_files

    shutil.copytree(ROOT / "data/demo/pages", tmp_path / "my_folder")
    monkeypatch.chdir(tmp_path)
    [block] = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.S)
    made: dict[str, object] = {}
    exec(block, made)
    coded, _, _ = code_files(["my_folder"])
    marks = {(d, u, t) for d, u, themes in zip(coded.doc_id, coded.unit_id, coded.themes, strict=True) for t in themes.split(";") if t}
    codes = made["codes"]
    assert set(codes[codes.theme != "none"][["doc_id", "unit_id", "theme"]].itertuples(index=False, name=None)) == marks
