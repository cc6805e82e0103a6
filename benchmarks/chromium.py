"""How soon a page can be used in Chromium, and how smoothly, if it is installed."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
#: Scrolls to the end, 120 pixels a frame; the slowest frame in seconds.
_SCROLL = """async () => {
  const frame = () => new Promise(requestAnimationFrame), end = document.documentElement.scrollHeight;
  let slowest = 0, last = await frame();
  for (let top = 0; top < end; top += 120) {
    scrollTo({ top, behavior: "instant" });
    const now = await frame();
    [slowest, last] = [Math.max(slowest, now - last), now];
  }
  return slowest / 1000;
}"""
#: Types a word; the seconds until the rows that have it are drawn.
_SEARCH = """async (word) => {
  const input = document.querySelector("input[type=search]"), began = performance.now();
  input.value = word;
  input.dispatchEvent(new Event("input"));
  for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
  return (performance.now() - began) / 1000;
}"""


def usable(page: Path, rounds: int = 5) -> tuple[float, float, float] | None:
    """Seconds until `page` can be used, of the slowest frame of a phone that scrolls it, and of a search.

    The first: from opening it until its calendar is shown and its filters work. Each is the best of `rounds`.

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
            opened = time.perf_counter() - began
            window.set_viewport_size({"width": 380, "height": 800})
            took.append((opened, window.evaluate(_SCROLL), window.evaluate(_SEARCH, "the")))
            window.close()
        browser.close()
    return min(each[0] for each in took), min(each[1] for each in took), min(each[2] for each in took)
