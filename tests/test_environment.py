"""pyproject.toml, environment.yml, the lock and CITATION.cff say the same, name by name and version by version."""

from __future__ import annotations

import importlib.util
import platform
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PYTHONS = ("3.11", "3.12", "3.13")
MACHINES = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix", "platform_machine": "x86_64"},
    {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix", "platform_machine": "arm64"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt", "platform_machine": "AMD64"},
)


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def requirements(pyproject: str) -> dict[str, SpecifierSet]:
    """Names and versions that the project asks for, those for its tests included."""
    project = tomllib.loads(pyproject)["project"]
    extras = (one for group in project["optional-dependencies"].values() for one in group)
    parsed = [Requirement(one) for one in (*project["dependencies"], *extras)]
    return {canonicalize_name(one.name): one.specifier for one in parsed}


def check_environment(environment: str, pyproject: str) -> list[str]:
    """Say where conda's file asks for anything else than pyproject.toml."""
    asked = yaml.safe_load(environment)["dependencies"]
    (by_pip,) = (one["pip"] for one in asked if isinstance(one, dict))
    # conda's =3.11.* is ==3.11.* elsewhere.
    lines = [re.sub(r"(?<![=<>!~])=(?!=)", "==", one) for one in asked if isinstance(one, str)]
    lines += [one for one in by_pip if not one.startswith("-e")]
    here = [Requirement(line) for line in lines]
    names = [canonicalize_name(one.name) for one in here]
    found = dict(zip(names, (one.specifier for one in here), strict=True))
    python = SpecifierSet(tomllib.loads(pyproject)["project"]["requires-python"])
    wanted = requirements(pyproject) | {"python": python, "pip": SpecifierSet()}
    return [
        *(f"{name} stands twice" for name in sorted({name for name in names if names.count(name) > 1})),
        *(f"{name} is missing" for name in sorted(wanted.keys() - found.keys())),
        *(f"{name} is not asked for" for name in sorted(found.keys() - wanted.keys())),
        *(
            f"{name} is {found[name] or 'any'}, not {wanted[name] or 'any'}"
            for name in sorted(wanted.keys() & found.keys())
            if wanted[name] != found[name]
        ),
        *(["the project itself is missing"] if "-e ." not in by_pip else []),
    ]


def check_lock(lock: str, pyproject: str) -> list[str]:
    """Say where the lock breaks what pyproject.toml asks for, lacks a hash, or bears an address."""
    faults = ["an address is named"] if "://" in lock else []
    pinned: dict[str, list[tuple[Version, Marker | None]]] = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", lock).strip()):
        head, *hashes = (part.strip() for part in re.split(r"\\\n", entry))
        one = Requirement(head)
        version = re.fullmatch(r"==([^*,]+)", str(one.specifier))
        if not version:
            faults.append(f"{one.name} is not pinned")
            continue
        if not hashes or not all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", part) for part in hashes):
            faults.append(f"{one.name} {version[1]} has no hash")
        pinned.setdefault(canonicalize_name(one.name), []).append((Version(version[1]), one.marker))
    for name, specifier in requirements(pyproject).items():
        faults += [
            f"{name} {version} does not satisfy {specifier}"
            for version, _ in pinned.get(name, ())
            if version not in specifier
        ]
        for python in PYTHONS:
            for machine in MACHINES:
                where = machine | {"python_version": python, "python_full_version": python + ".0"}
                found = [version for version, marker in pinned.get(name, ()) if not marker or marker.evaluate(where)]
                if len(found) != 1:
                    faults.append(f"{name} is locked {len(found)} times on {machine['sys_platform']}, Python {python}")
    return faults


def test_conda_gets_what_pip_gets():
    assert check_environment(_read("environment.yml"), _read("pyproject.toml")) == []


def test_the_lock_is_whole_and_bears_no_address():
    assert check_lock(_read("requirements.lock"), _read("pyproject.toml")) == []


def test_make_asks_for_the_python_that_the_project_asks_for():
    spec = importlib.util.spec_from_file_location("project_make", ROOT / "make.py")
    make = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make)
    python = SpecifierSet(tomllib.loads(_read("pyproject.toml"))["project"]["requires-python"])
    assert python == SpecifierSet(">=" + ".".join(map(str, make.OLDEST)))
    assert platform.python_version() in python


def test_the_citation_names_this_version_and_licence():
    citation = yaml.safe_load(_read("CITATION.cff"))
    project = tomllib.loads(_read("pyproject.toml"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert (str(citation["version"]), citation["license"]) == (project["version"], project["license"])


PROJECT = """
[project]
requires-python = ">=3.11"
dependencies = ["numpy>=2", "matplotlib==3.11.*", "jieba==0.42.1"]
[project.optional-dependencies]
test = ["types-PyYAML"]
"""
CONDA = """
dependencies:
  - python>=3.11
  - numpy>=2
  - matplotlib=3.11.*
  - types-pyyaml
  - pip
  - pip: [jieba==0.42.1, -e .]
"""
HASH = " \\\n    --hash=sha256:" + "0a" * 32
LOCK = "\n".join(
    (
        "# made by hand",
        f"jieba==0.42.1{HASH}",
        "    # via cxzy-study",
        f"matplotlib==3.11.2{HASH}{HASH}",
        f"numpy==2.4.6 ; python_full_version < '3.12'{HASH}",
        f"numpy==2.5.0 ; python_full_version >= '3.12'{HASH}",
        f"types-pyyaml==6.0.12.20261113{HASH}",
    )
)


def test_what_agrees_is_let_through():
    assert check_environment(CONDA, PROJECT) == []
    assert check_lock(LOCK, PROJECT) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  - numpy>=2\n", "", "numpy is missing"),
        ("numpy>=2", "numpy>=1", "numpy is >=1, not >=2"),
        ("numpy>=2", "numpy", "numpy is any, not >=2"),
        ("=3.11.*", "=3.10.*", "matplotlib is ==3.10.*, not ==3.11.*"),
        ("python>=3.11", "python>=3.10", "python is >=3.10, not >=3.11"),
        ("  - pip\n", "  - pip\n  - dask\n", "dask is not asked for"),
        ("  - pip\n", "  - pip\n  - numpy>=2\n", "numpy stands twice"),
        (", -e .", "", "the project itself is missing"),
    ],
)
def test_what_conda_is_told_otherwise_is_found(old, new, fault):
    assert old in CONDA
    assert check_environment(CONDA.replace(old, new), PROJECT) == [fault]


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("# made by hand", "# --index-url https://example.org/simple", "an address is named"),
        ("jieba==0.42.1", "jieba==0.42", "jieba 0.42 does not satisfy ==0.42.1"),
        ("matplotlib==3.11.2", "matplotlib==3.12.0", "matplotlib 3.12.0 does not satisfy ==3.11.*"),
        (f"jieba==0.42.1{HASH}", "jieba==0.42.1", "jieba 0.42.1 has no hash"),
        ("sha256:0a0a", "sha256:", "jieba 0.42.1 has no hash"),
        ("types-pyyaml==6", "types-pyyaml>=6", "types-pyyaml is not pinned"),
        (">= '3.12'", ">= '3.13'", "numpy is locked 0 times on win32, Python 3.12"),
        ("< '3.12'", "< '3.13'", "numpy is locked 2 times on linux, Python 3.12"),
    ],
)
def test_a_broken_lock_is_found(old, new, fault):
    assert old in LOCK
    assert fault in check_lock(LOCK.replace(old, new), PROJECT)
