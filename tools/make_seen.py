"""Show what reviewers look at: twelve plans as comment and page, on a phone and on a screen.

`make seen`, or `python -m tools.make_seen FOLDER`: FOLDER gets a picture of each, and stdout a table of how high they
are and how far down their last text begins.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from bufferctl.render.html import report_html
from bufferctl.render.markdown import report_markdown
from tests.render.github import comment_page
from tests.render.plans import PLANS, errors
from tools.make_screenshots import browsing, opened, write

#: How high a screen of each width is.
SCREENS = {380: 800, 1280: 900}
#: How far down the last text begins that is shown, in pixels.
_LAST = """selector => Math.max(0, ...[...document.querySelectorAll(selector)].filter((each) => each.checkVisibility())
  .map((each) => each.getBoundingClientRect().top + scrollY))"""
_LINES = ".agenda .row:not([hidden]) em"


def main(folder: Path) -> None:
    """Take the pictures and print the table."""
    folder.mkdir(parents=True, exist_ok=True)
    print("| plan | width | the comment | its texts, unfolded | the page | its last text | … as `Short` |")
    print("|---|---|---|---|---|---|---|")
    with browsing() as browser:
        for name, made in {**PLANS, "errors": errors}.items():
            report = made()
            comment = write(comment_page(report_markdown(report)), folder / f"{name}-comment.html")
            page = write(report_html(report), folder / f"{name}-page.html") if report.is_planned else ""
            for width, height in SCREENS.items():
                cells = [*_comment(browser, comment, width), *(_page(browser, page, width) if page else "———")]
                screens = (each if isinstance(each, str) else f"{each / height:.1f} screens" for each in cells)
                print(f"| {name} | {width} | {' | '.join(screens)} |", flush=True)


def _comment(browser: Browser, address: str, width: int) -> list[float]:
    """How high a comment is, and with its first fold open, which has the beginning of each text."""
    with opened(browser, address, width, SCREENS[width]) as window:
        heights = [_shot(window, address, width)]
        window.locator("details").evaluate_all("all => all.at(-2)?.setAttribute('open', '')")
        return [*heights, window.evaluate("document.documentElement.scrollHeight")]


def _page(browser: Browser, address: str, width: int) -> list[float]:
    """How high a page is, and how far down its last text begins: as an agenda, and as a list of first words."""
    with opened(browser, address, width, SCREENS[width]) as window:
        height = _shot(window, address, width)
        far = []
        for view in "Agenda", "Short":
            window.get_by_role("group", name="View").get_by_role("button", name=view).click()
            far.append(window.evaluate(_LAST, _LINES))
        return [height, *far]


def _shot(window: Page, address: str, width: int) -> float:
    """Take a picture of the whole; its height."""
    height: float = window.evaluate("document.documentElement.scrollHeight")
    window.set_viewport_size({"width": width, "height": min(int(height), 2400)})
    window.wait_for_timeout(100)
    window.screenshot(path=f"{address.removeprefix('file://').removesuffix('.html')}-{width}.png")
    window.set_viewport_size({"width": width, "height": SCREENS[width]})
    return height


if __name__ == "__main__":
    main(Path(sys.argv[1] if sys.argv[1:] else "seen"))
