"""JupyterLab with the project's font, so that Chinese shows where the machine has no Chinese type."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cxzy_study.output.report import TEMPLATES
from cxzy_study.output.style import font_file
from cxzy_study.study.load import ROOT


def lab_command(folder: Path = ROOT / "notebooks", *, options: Sequence[str] = ()) -> list[str]:
    """Return the command that opens *folder* in JupyterLab.

    Its page brings the font of the figures, which a browser fetches from JupyterLab itself, and only
    where no Chinese font of the machine comes first. Nothing is written to the user's settings.
    """
    folders = [str(TEMPLATES), str(font_file().parent)]  # custom.css, and the font that it names
    # The server's own option for this is not open to the command line; the setting that it makes is.
    setting = f"--ServerApp.tornado_settings={ {'static_custom_path': folders} }"
    return [sys.executable, "-m", "jupyterlab", str(folder), "--custom-css", setting, *options]


def open_lab(folder: Path = ROOT / "notebooks", *, options: Sequence[str] = ()) -> int:
    """Run JupyterLab until it is stopped; return its exit code."""
    return subprocess.run(lab_command(folder, options=options)).returncode
