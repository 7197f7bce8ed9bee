"""A headless Chromium for tests: found or skipped clearly; whatever goes wrong on a page fails the test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync"
).split()


def find_chromium() -> str:
    """Return the browser's path, or skip the test and say how to give one."""
    named = os.environ.get("CXZY_CHROMIUM")
    if named and not os.access(named, os.X_OK):
        pytest.fail(f"CXZY_CHROMIUM is set to {named}, which is no program.")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if not found:
        pytest.skip("no Chromium is at hand, so nothing was clicked: install it, or set CXZY_CHROMIUM to its path")
    return found


@contextmanager
def open_browser() -> Iterator[Any]:
    """Yield a running browser."""
    executable = find_chromium()
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (extra: test)")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def open_page(
    browser: Any, *, width: int = 1280, height: int = 900, locale: str = "en-GB", local: str = "file:", console: bool = True
) -> Iterator[Any]:
    """Yield a page; afterwards fail on any error, any request beyond *local*, and (of *console*) any complaint."""
    faults: list[str] = []
    context = browser.new_context(viewport={"width": width, "height": height}, locale=locale)
    page = context.new_page()
    page.set_default_timeout(15000)
    page.on("console", lambda m: faults.append(f"console: {m.text}") if console and m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda e: faults.append(f"error: {e}"))
    page.on("request", lambda r: None if r.url.startswith((local, "data:", "blob:")) else faults.append(f"request: {r.url}"))
    page.faults = faults
    yield page
    context.close()
    assert faults == []


def until(page: Any, condition: str) -> None:
    """Wait until a JavaScript expression holds. (The browser's own way of waiting needs eval, which pages may forbid.)"""
    for _ in range(600):
        if page.evaluate(f"Boolean({condition})"):
            return
        page.wait_for_timeout(25)
    raise AssertionError(f"never true: {condition}")
