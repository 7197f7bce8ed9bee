"""The project's commands, with or without make: `make study` and `python3 make.py study` are the same.

Runs on any Python 3.7 or newer, needs nothing installed, and makes `.venv` with Python 3.11 or newer.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
STAMP = VENV / "installed"
LOCK = ROOT / "requirements.lock"

OLDEST = (3, 11)
NAMES = ("python3.13", "python3.12", "python3.11", "python3", "python")
PROBE = "import sys, ensurepip, venv; sys.exit(sys.version_info < {!r})"


def environment():
    """Variables under which every run gives the same bytes, on any machine with the same lock."""
    env = dict(os.environ)
    # MPLBACKEND would keep the notebook kernels from showing any picture; PYTHONPATH brings in strangers.
    for name in ("MPLBACKEND", "PYTHONPATH", "PYTHONHOME"):
        env.pop(name, None)
    env.update(
        PATH=str(BIN) + os.pathsep + env.get("PATH", os.defpath),
        VIRTUAL_ENV=str(VENV),
        PYTHONHASHSEED="0",
        PYTHONUTF8="1",
        SOURCE_DATE_EPOCH="0",
        # Threads add up in any order, and floating-point sums notice.
        OMP_NUM_THREADS="1",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
    )
    return env


def run(*command):
    """Run a command at the project's root and hand back its exit code."""
    return subprocess.run([str(part) for part in command], cwd=str(ROOT), env=environment()).returncode


def tool(name):
    """The path of a program of `.venv`."""
    return BIN / (name + ".exe" if os.name == "nt" else name)


def find_python():
    """A Python that is new enough and can make an environment: the one that runs this, else one on the PATH."""
    # Of a virtual environment the one below it: .venv cannot make itself anew.
    running = getattr(sys, "_base_executable", None) or sys.executable
    for candidate in (running, *NAMES):
        found = shutil.which(candidate)
        if found and subprocess.run([found, "-c", PROBE.format(OLDEST)], capture_output=True).returncode == 0:
            return found
    sys.exit(
        "Python {}.{} or newer with its venv module is needed, and none of {} is that. Install one (Debian and Ubuntu: "
        "python3 and python3-venv), or name one: make PYTHON=/path/to/python study.".format(*OLDEST, ", ".join(NAMES))
    )


def wanted():
    """What the environment is made from: the lock and the project's own metadata, not the tools' settings."""
    metadata = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("\n[tool.", 1)[0]
    return hashlib.sha256(LOCK.read_bytes() + metadata.encode("utf-8")).hexdigest()


def set_up():
    """Make `.venv` from the lock, once; a finished one is known by its stamp and needs no network."""
    key = wanted()
    if STAMP.is_file() and STAMP.read_text() == key and tool("python").exists():
        return
    python = find_python()
    started = time.time()
    print("Making .venv from requirements.lock (about a minute, once) ...", flush=True)
    # Older pips would build jieba, which is no wheel, by a way that goes away.
    pip = (tool("python"), "-m", "pip", "install", "--quiet", "--use-pep517")
    for command in (
        (python, "-m", "venv", "--clear", VENV),
        (*pip, "--require-hashes", "-r", LOCK),
        (*pip, "--no-deps", "-e", ROOT),
    ):
        if run(*command):
            sys.exit("The environment could not be made: see above. Nothing else was done; run the same again.")
    STAMP.write_text(key)
    print("Made .venv in {:.0f} s.".format(time.time() - started), flush=True)


def check():
    """Run every check, each under its own heading, all of them even after one has failed."""
    python = tool("python")
    steps = (
        ("lint", (tool("ruff"), "check", ".")),
        ("types", (tool("mypy"),)),
        ("layers", (tool("lint-imports"), "--no-logo", "--no-cache")),
        ("unit tests and doctests", (python, "-m", "pytest", "tests", "cxzy_study")),
        (
            "notebooks, strictly",
            (python, "-m", "pytest", "notebooks", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=300"),
        ),
    )
    rows = []
    for name, command in steps:
        print("\n== {} ==".format(name), flush=True)
        started = time.time()
        # Any exit but 0 is a failure, pytest's 5 (nothing collected) too.
        rows.append((name, run(*command), time.time() - started))
    print("\n== all checks ==")
    for name, code, seconds in rows:
        print("{:<7}{:<24}{:>6.0f} s".format("FAILED" if code else "ok", name, seconds))
    return int(any(code for _, code, _ in rows))


def lock():
    """Resolve pyproject.toml into the lock: names, versions, markers and hashes, and no address.

    What is locked stays at its version where pyproject.toml still allows it, so that results do not move unasked.
    """
    if not shutil.which("uv"):
        sys.exit("uv is needed to make the lock, and is not on the PATH.")
    return run(
        *("uv", "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--all-extras"),
        *("--python-version", ".".join(map(str, OLDEST)), "--custom-compile-command", "make lock"),
        *("pyproject.toml", "-o", "requirements.lock"),
    )


def clean():
    """Take away everything that is made anew: the environment and the tools' caches, never a tracked file."""
    names = [".venv", ".parts", "build", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis", "cxzy_study.egg-info"]
    folders = [ROOT / name for name in names]
    for folder in ("cxzy_study", "tests", "notebooks", "benchmarks"):
        folders += sorted((ROOT / folder).rglob("__pycache__")) + sorted((ROOT / folder).rglob(".ipynb_checkpoints"))
    for folder in [*folders, ROOT / "__pycache__"]:
        shutil.rmtree(str(folder), ignore_errors=True)
    return 0


def bench():
    """Run every benchmark in turn."""
    scripts = sorted((ROOT / "benchmarks").glob("bench_*.py"))
    if not scripts:
        sys.exit("There is no benchmarks/bench_*.py to run.")
    codes = [run(tool("python"), script) for script in scripts]
    return int(any(codes))


def cxzy(*arguments):
    """A verb of the command line, inside the environment."""
    return run(tool("cxzy"), *arguments)


def show():
    """Print this list."""
    print("make TARGET, or where there is no make: python3 make.py TARGET\n")
    for name, (_, _, says) in TARGETS.items():
        print("  {:<12}{}".format(name, says))
    return 0


# name: whether it needs .venv, what runs, what `make help` says of it
TARGETS = {
    "study": (True, lambda: cxzy("study"), "the main job: tables checked, notebooks run, figures drawn, report built"),
    "test": (True, check, "all checks: lint, types, layers, unit tests, doctests, notebooks"),
    "figures": (True, lambda: cxzy("figures"), "draw the figures"),
    "report": (True, lambda: cxzy("report"), "build the report"),
    "multiverse": (True, lambda: cxzy("multiverse"), "every claim under every defensible combination of choices"),
    "calibrate": (True, lambda: cxzy("calibrate"), "intervals and tests against planted truth (forty minutes on one core; resumes)"),
    "lab": (True, lambda: cxzy("lab"), "open the notebooks in JupyterLab"),
    "bench": (True, bench, "run the benchmarks"),
    "venv": (True, lambda: 0, "make .venv and install, nothing more (the others do it themselves)"),
    "lock": (False, lock, "resolve pyproject.toml into requirements.lock again (needs uv)"),
    "clean": (False, clean, "take away .venv and caches"),
    "help": (False, show, "print this list"),
}


def main(arguments):
    """Run one target; exit 2 when there is no such target."""
    name = arguments[0] if arguments else "help"
    if len(arguments) > 1 or name not in TARGETS:
        print("Invalid target {!r}: one of {}.".format(" ".join(arguments), ", ".join(TARGETS)), file=sys.stderr)
        return 2
    needs_environment, action, _ = TARGETS[name]
    if needs_environment:
        set_up()
    return action()


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
