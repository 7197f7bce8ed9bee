"""The gate on notebooks lets the same through and stops what differs: seen with real kernels and drawn charts."""

from __future__ import annotations

import base64
import importlib.util
import io
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
HEIGHTS = (0.31, 0.24, 0.18, 0.12, 0.08, 0.04)


def _gate():
    spec = importlib.util.spec_from_file_location("gate", ROOT / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pictures_differ = _gate().pictures_differ


def _chart(heights=HEIGHTS, *, kind="png", bars=None, tint=None, title="2011"):
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.8), dpi=100)
    axes = figure.subplots()
    if tint is None:
        axes.bar(range(len(heights)), heights)
    else:
        axes.imshow([[0.2, tint], [0.6, 0.8]], vmin=0, vmax=1)
    axes.set_title(title)
    file = io.BytesIO()
    figure.savefig(file, format=kind)
    return base64.b64encode(file.getvalue()).decode()


def _grown(heights, *, which):
    return tuple(h * 1.05 if n == which else h for n, h in enumerate(heights))


def _pixels(picture):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("RGB"), dtype=int)


def _picture(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, format="PNG")
    return base64.b64encode(file.getvalue()).decode()


def _noisy(picture):
    """The same picture with every pixel off by up to 3, and 25 pixels, apart from one another, off by 60."""
    rng = np.random.default_rng(7)
    pixels = _pixels(picture)
    noisy = pixels + rng.integers(-3, 4, pixels.shape)
    noisy[10:460:19, 50] += np.where(pixels[10:460:19, 50] > 127, -60, 60)[: len(noisy[10:460:19, 50])]
    return _picture(noisy)


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_the_same_chart_is_the_same(kind):
    assert pictures_differ(_chart(kind=kind), _chart(kind=kind)) == ""


def test_noise_is_let_through():
    assert (_pixels(_noisy(_chart())) != _pixels(_chart())).mean() > 0.3
    assert pictures_differ(_chart(), _noisy(_chart())) == ""


@pytest.mark.parametrize("which", range(len(HEIGHTS)))
@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_one_bar_grown_by_a_twentieth_is_seen(which, kind):
    assert pictures_differ(_chart(kind=kind), _chart(_grown(HEIGHTS, which=which), kind=kind))


def test_one_bar_of_many_is_seen():
    many = tuple(np.linspace(0.3, 0.2, 40))
    assert pictures_differ(_chart(many), _chart(_grown(many, which=20)))


def test_one_digit_and_one_tint_are_seen():
    assert pictures_differ(_chart(title="2011"), _chart(title="2010"))
    assert pictures_differ(_chart(tint=0.40), _chart(tint=0.43))


def test_another_size_is_seen_and_pictures_smaller_than_a_patch_are_compared():
    dot, other = np.zeros((2, 2, 3), int), np.full((2, 2, 3), 200)
    assert pictures_differ(_picture(dot), _picture(np.zeros((2, 3, 3), int))).startswith("2 x 2 pixels were there")
    assert pictures_differ(_picture(dot), _picture(other))
    assert pictures_differ(_picture(dot), _picture(dot)) == ""


DRAW = """\
from IPython.display import Image, display
import base64
display(Image(base64.b64decode({picture!r})))"""


def _cell(source, *, stored=(), count=1, tags=()):
    outputs = [nbformat.v4.new_output("display_data", data=data) for data in stored]
    return nbformat.v4.new_code_cell(source, execution_count=count, outputs=outputs, metadata={"tags": list(tags)})


def _shown(picture):
    return {"image/png": picture + "\n", "text/plain": "<IPython.core.display.Image object>"}


def _check(folder, **notebooks):
    """Run the gate over notebooks in an own folder; hand back the exit code and the outcome of each cell."""
    (folder / "conftest.py").write_bytes((ROOT / "conftest.py").read_bytes())
    for name, cells in notebooks.items():
        nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / f"{name}.ipynb")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(folder), "--rootdir", str(folder), "-c", str(folder / "none.ini"), "-q",
         "--nbval", "--nbval-current-env", "--nbval-cell-timeout=60", f"--junitxml={folder / 'outcome.xml'}"],
        capture_output=True, text=True, encoding="utf-8", timeout=300, check=False, cwd=folder,
    )  # fmt: skip
    outcomes = {}
    if (folder / "outcome.xml").exists():
        for case in ET.parse(folder / "outcome.xml").iter("testcase"):
            failed = next((bad for tag in ("failure", "error") for bad in case.iter(tag)), None)
            outcomes[case.get("name")] = "passed" if failed is None else failed.text
    return done, outcomes


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "none.ini").write_text("[pytest]\n", encoding="utf-8")
    return tmp_path


def test_the_gate_lets_the_same_through_and_stops_the_rest(folder):
    chart, grown = _chart(), _chart(_grown(HEIGHTS, which=4))
    draw = DRAW.format(picture=chart)
    done, outcomes = _check(
        folder,
        story=[
            nbformat.v4.new_markdown_cell("Prose is not run."),
            _cell(draw, stored=[_shown(chart)]),
            _cell(draw, stored=[_shown(_noisy(chart))]),
            _cell(draw, stored=[_shown(grown)]),
            _cell(draw, stored=[{"text/plain": "<IPython.core.display.Image object>"}]),
            _cell("2 + 2", count=None),
            _cell("2 + 2  # never compared", tags=["nbval-ignore-output"]),
            _cell("", count=None),
        ],
    )
    assert done.returncode == 1, done.stdout + done.stderr
    expected = {
        "Cell 0": "passed",
        "Cell 1": "passed",
        "Cell 2": "picture 1: ",
        "Cell 3": "0 pictures are stored, 1 are drawn",
        "Cell 4": "stripped",
        "Cell 5": "asks not to be compared",
        "Cell 6": "passed",
    }
    assert list(outcomes) == list(expected)
    for cell, words in expected.items():
        assert words in outcomes[cell], (cell, outcomes[cell])


def test_a_whole_notebook_that_holds_passes(folder):
    done, outcomes = _check(folder, story=[_cell(DRAW.format(picture=_chart()), stored=[_shown(_chart())])])
    assert (done.returncode, outcomes) == (0, {"Cell 0": "passed"}), done.stdout + done.stderr


@pytest.mark.parametrize("notebooks", [{}, {"prose": [nbformat.v4.new_markdown_cell("Only prose.")]}])
def test_nothing_to_run_is_a_failure(folder, notebooks):
    done, outcomes = _check(folder, **notebooks)
    assert done.returncode != 0
    assert not outcomes
    assert "no notebook with code was collected" in done.stdout + done.stderr
