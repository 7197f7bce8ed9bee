"""JupyterLab in a real browser: a notebook opened, all its cells run from the menu, no error shown."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request

import nbformat
import pytest
from browser import find_chromium, open_browser, open_page, until

from conftest import ROOT
from cxzy_study.study.lab import lab_command

NOTEBOOK = "01_sources.ipynb"
SECONDS = 80
"""How long a single thing may take."""

WHOLE = 240
"""How long all of it may take, from the server's start to its end."""


@pytest.fixture
def limit():
    """Ends the test when the whole of it takes too long, wherever it is waiting; what it started is ended as ever."""

    def late(signum, frame):
        pytest.fail(f"The whole took longer than {WHOLE} seconds.")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(WHOLE)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def lab(tmp_path, limit):
    """A server of its own on a copy of a notebook without outputs; yields its address and ends with the test."""
    find_chromium()  # skips before anything is started
    pytest.importorskip("playwright", reason="playwright is not installed (extra: test)")
    (tmp_path / "data").symlink_to(ROOT / "data")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook = nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, folder / NOTEBOOK)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = [
        "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0", "--IdentityProvider.token=",
        "--LabApp.extension_manager=readonly", "--LabApp.news_url=", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--allow-root",
    ]  # fmt: skip
    folders = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    own = {name: str(tmp_path / name) for name in folders}
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            lab_command(folder, options=options), env={**os.environ, **own}, stdout=log, stderr=log, start_new_session=True
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(address, server, tmp_path / "log")
        yield address
    finally:
        # The kernel is a child of the server: the whole session goes.
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)


def _wait_for(address, server, log):
    for _ in range(4 * SECONDS):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{address}/api", timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def test_a_notebook_runs_from_the_menu(lab):
    n_code = sum(cell.cell_type == "code" for cell in nbformat.read(ROOT / "notebooks" / NOTEBOOK, as_version=4).cells)
    # So tall that no cell is out of sight: JupyterLab draws only what is seen.
    with open_browser() as browser, open_page(browser, width=1300, height=5000, local=lab, console=False) as page:
        page.set_default_timeout(1000 * SECONDS)
        page.goto(f"{lab}/lab/tree/{NOTEBOOK}")
        page.wait_for_selector(".jp-CodeCell .jp-InputPrompt")
        until(page, f"document.querySelectorAll('.jp-CodeCell .jp-InputPrompt').length === {n_code}")
        # The circle beside the kernel's name is empty before there is a kernel, too; the line below is not.
        page.wait_for_selector('.jp-StatusBar-Widget :text("| Idle")')
        page.click('.lm-MenuBar-item:has-text("Run")')
        page.click('.lm-Menu-item:has-text("Run All Cells")')
        for number in range(1, n_code + 1):
            page.wait_for_selector(f'.jp-CodeCell .jp-InputPrompt:text-is("[{number}]:")')
        for kind in ("error", "stderr"):
            assert page.locator(f'[data-mime-type="application/vnd.jupyter.{kind}"]').count() == 0
        assert page.locator(".jp-RenderedImage img").count() == 1
        assert page.locator(".jp-RenderedHTMLCommon table").count() >= 2
        faces = page.evaluate("[...document.fonts].filter((f) => f.family.includes('cxzy')).map((f) => f.status)")
        assert "loaded" in faces  # Chinese is drawn with the font that `cxzy lab` brings
