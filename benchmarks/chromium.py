"""How soon a page can be used in Chromium, and how smoothly, if it is installed."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession

_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
#: Scrolls to the end, at most through 600 frames of 120 pixels; the slowest frame in seconds.
_SCROLL = """async () => {
  const frame = () => new Promise(requestAnimationFrame), end = Math.min(document.documentElement.scrollHeight, 72000);
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


class Took(NamedTuple):
    """What a page takes, in seconds, each the best of some rounds.

    `opened`: until its calendar is shown and its filters work. `worked`: the browser's processor time until then.
    """

    opened: float
    worked: float
    frame: float
    search: float


def usable(page: Path, rounds: int = 5) -> Took | None:
    """How soon `page` can be used, the slowest frame of a phone that scrolls it, and a search.

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
    took: list[tuple[float, ...]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS])
        for _ in range(rounds):
            window = browser.new_page(viewport={"width": 1280, "height": 900})
            window.route("https://**/*", lambda route: route.abort())
            session = browser.new_browser_cdp_session()
            worked, began = _worked(session), time.perf_counter()
            window.goto(page.as_uri(), wait_until="commit")
            window.wait_for_selector("main[data-ready] .calendar .chip")
            opened, worked = time.perf_counter() - began, _worked(session) - worked
            window.set_viewport_size({"width": 380, "height": 800})
            took.append((opened, worked, window.evaluate(_SCROLL), window.evaluate(_SEARCH, "the")))
            window.close()
        browser.close()
    return Took(*map(min, zip(*took, strict=True)))


def _worked(session: CDPSession) -> float:
    """The processor time of all processes of the browser since they began, in seconds."""
    return float(sum(each["cpuTime"] for each in session.send("SystemInfo.getProcessInfo")["processInfo"]))
