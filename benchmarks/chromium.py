"""How soon a page can be used in Chromium, if it is installed."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def usable(page: Path, rounds: int = 5) -> float | None:
    """Seconds from opening `page` until its calendar is shown and its filters work, the best of `rounds`.

    None, with a note on stderr, if Playwright or Chromium is missing.
    """
    found = shutil.which("chromium")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        found = None
    if found is None:
        print(
            "Not measured in a browser: `make test-browser` installs Playwright; install Chromium yourself",
            file=sys.stderr,
        )
        return None
    took = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS])
        for _ in range(rounds):
            window = browser.new_page(viewport={"width": 1280, "height": 900})
            window.route("https://**/*", lambda route: route.abort())
            began = time.perf_counter()
            window.goto(page.as_uri(), wait_until="commit")
            window.wait_for_selector("main[data-ready] .calendar .chip")
            took.append(time.perf_counter() - began)
            window.close()
        browser.close()
    return min(took)
