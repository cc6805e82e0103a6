"""Take the screenshots in docs/images: a plan as a page on a phone and on a screen, and as a comment; the sandbox.

`make screenshots`. The sandbox shows examples/campaign three days before it starts, applied.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright

from bufferctl.render.html import report_html
from bufferctl.render.markdown import report_markdown
from bufferctl.sandbox import Clock, Sandbox
from tests.render.github import comment_page
from tests.render.plans import NOW as PLANNED
from tests.render.plans import campaign, moved

DOCS = Path(__file__).parents[1] / "docs"
NOW = "2030-03-01T06:00:00Z"
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def main() -> None:
    """Set up the account and the files, and take the screenshots."""
    (DOCS / "images").mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(clock=Clock.at(NOW), port=4141) as sandbox,
        browsing() as browser,
    ):
        page = write(report_html(moved()), Path(folder) / "page-moved.html")
        picture(browser, page, "page-moved-380", 380, 1150)
        page = write(report_html(campaign()), Path(folder) / "page-campaign.html")
        picture(browser, page, "page-campaign-1280", 1280, 900)
        unfolded = comment_page(report_markdown(campaign())).replace("<details>", "<details open>", 1)  # after one tap
        picture(browser, write(unfolded, Path(folder) / "comment.html"), "comment", 380, 800)
        apply(Path(folder), sandbox)
        picture(browser, sandbox.url, "sandbox", 1280, 700)


@contextmanager
def browsing() -> Iterator[Browser]:
    """The machine's Chromium."""
    found = shutil.which("chromium")
    if found is None:
        sys.exit("There is no Chromium on this machine; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS])
        yield browser
        browser.close()


def apply(folder: Path, sandbox: Sandbox) -> None:
    """Apply examples/campaign."""
    shutil.copytree(DOCS.parent / "examples" / "campaign", folder / "campaign")
    env = {**os.environ, "BUFFER_API_URL": sandbox.url, "BUFFER_API_KEY": sandbox.key, "XDG_STATE_HOME": str(folder)}
    command = [sys.executable, "-m", "bufferctl", "apply", "--auto-approve", "--settle", "0"]
    subprocess.run(command, cwd=folder / "campaign", env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours


def write(html: str, page: Path) -> str:
    """The address of a page with this text."""
    page.write_text(html, encoding="utf-8")
    return page.as_uri()


def picture(browser: Browser, url: str, name: str, width: int, height: int) -> None:
    """Take one screenshot of a window of that size, in 128 colors, which is a third of the bytes."""
    with opened(browser, url, width, height) as page:
        taken = Image.open(BytesIO(page.screenshot()))
    taken.convert("RGB").quantize(128).save(DOCS / "images" / f"{name}.png", optimize=True)


@contextmanager
def opened(browser: Browser, url: str, width: int, height: int) -> Iterator[Page]:
    """A window of that size that shows a page or a comment, with the clock at the plan's time, or the sandbox."""
    page = browser.new_page(
        viewport=ViewportSize(width=width, height=height), timezone_id="Europe/Berlin", reduced_motion="reduce"
    )
    page.route("https://**/*", paint)
    if url.startswith("file:"):
        page.clock.set_fixed_time(PLANNED)
    page.goto(url)
    page.wait_for_selector("main[data-ready], .post:visible, .markdown-body")
    page.wait_for_load_state("networkidle")
    yield page
    page.close()


def paint(route: Route) -> None:
    """Answer every URL with a landscape in its own colors."""
    hue = int(md5(route.request.url.encode(), usedforsecurity=False).hexdigest()[:4], 16) % 360
    route.fulfill(
        content_type="image/svg+xml",
        body=f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90" preserveAspectRatio="xMidYMid slice">'
        f'<linearGradient id="sky" x2="1" y2="1"><stop stop-color="hsl({hue} 60% 72%)"/>'
        f'<stop offset="1" stop-color="hsl({(hue + 60) % 360} 50% 42%)"/></linearGradient>'
        '<path fill="url(#sky)" d="M0 0h160v90H0z"/><circle cx="112" cy="38" r="20" fill="#fff" opacity=".35"/>'
        '<path d="M0 90 50 44 84 74 116 52 160 90Z" opacity=".25"/></svg>',
    )


if __name__ == "__main__":
    main()
