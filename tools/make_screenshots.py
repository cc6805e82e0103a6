"""Take the screenshots in docs/images: plans as a page on a screen and a phone, and as a comment, and the sandbox's page.

`make screenshots`. They show the beginning of examples/campaign three days before it starts: some posts are in Buffer
with an earlier text, and a person has edited one there; and a larger campaign in five situations.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from hashlib import md5
from pathlib import Path

from playwright.sync_api import Browser, Route, ViewportSize, sync_playwright

from bufferctl.render.html import report_html
from bufferctl.render.markdown import report_markdown
from bufferctl.sandbox import Clock, Sandbox
from tests.render.github import comment_page
from tests.render.plans import NOW as PLANNED
from tests.render.plans import PLANS, campaign, held, moved

DOCS = Path(__file__).parents[1] / "docs"
NOW = "2030-03-01T06:00:00Z"
_FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
_POLL = """
  - key: poll
    due_at: 2030-03-07 17:00
    channels: [twitter]
    text: |
      Tabs or spaces? Wrong answers only.
"""
_QUEUE = """
  - key: ask-us
    channels: [linkedin, bluesky]
    text: |
      What would you like to know about how a release is made? Ask below, we read all of it.
"""


def main() -> None:
    """Set up the account and the files, and take the screenshots."""
    found = shutil.which("chromium")
    if found is None:
        sys.exit("There is no Chromium on this machine; on Debian: apt-get install chromium")
    (DOCS / "images").mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Sandbox(clock=Clock.at(NOW), port=4141) as sandbox,
        sync_playwright() as playwright,
    ):
        plan = planned(Path(folder), sandbox)
        browser = playwright.chromium.launch(executable_path=found, args=[*_FLAGS])
        picture(browser, plan.as_uri(), "plan", 1280, 1120)
        picture(browser, f"{plan.as_uri()}#Acme/twitter:acme/launch", "phone", 380, 800, is_dark=True)
        for name, made in PLANS.items():
            page = write(report_html(made()), Path(folder) / f"page-{name}.html")
            picture(browser, page, f"page-{name}-380", 380, 800, at=PLANNED)
            picture(browser, page, f"page-{name}-1280", 1280, 900, at=PLANNED)
        for name, report in ("comment", campaign()), ("comment-moved", moved()), ("comment-held", held()):
            opened = comment_page(report_markdown(report)).replace("<details>", "<details open>", 1)  # as after one tap
            address = write(opened, Path(folder) / f"{name}.html")
            picture(browser, address, name, 380, 800, ready=".markdown-body")
        picture(browser, sandbox.url, "sandbox", 1280, 700)
        browser.close()


def planned(folder: Path, sandbox: Sandbox) -> Path:
    """Apply an earlier version of the campaign, edit it, and write the reports of the next plan; the HTML page."""
    shutil.copytree(DOCS.parent / "examples" / "campaign", folder / "campaign")
    posts = folder / "campaign" / "posts" / "console.yaml"
    final = posts.read_text(encoding="utf-8").partition("  - key: tip")[0]
    earlier = final.replace("We are live", "We go live today").partition("  - key: story")[0]
    posts.write_text(earlier + _POLL, encoding="utf-8")
    run(folder, sandbox, "apply", "--auto-approve", "--settle", "0")
    teaser = next(each for each in sandbox.posts() if each["channelId"] == sandbox.channel("bluesky")["id"])
    sandbox.person.edit_post(teaser["id"], text="Something big is coming on Monday!")
    posts.write_text(final + _QUEUE, encoding="utf-8")
    run(folder, sandbox, "plan", "--report", "plan.html")
    return folder / "campaign" / "plan.html"


def write(html: str, page: Path) -> str:
    """The address of a page with this text."""
    page.write_text(html, encoding="utf-8")
    return page.as_uri()


def run(folder: Path, sandbox: Sandbox, *arguments: str) -> None:
    """Run bufferctl on the campaign and the sandbox."""
    env = {**os.environ, "BUFFER_API_URL": sandbox.url, "BUFFER_API_KEY": sandbox.key, "XDG_STATE_HOME": str(folder)}
    command = [sys.executable, "-m", "bufferctl", *arguments]
    subprocess.run(command, cwd=folder / "campaign", env=env, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - ours


def picture(
    browser: Browser,
    url: str,
    name: str,
    width: int,
    height: int,
    *,
    is_dark: bool = False,
    at: datetime | str = NOW,
    ready: str = "main[data-ready], .post:visible",
) -> None:
    """Take one screenshot of a window of that size, with the clock `at` that instant."""
    page = browser.new_page(
        viewport=ViewportSize(width=width, height=height), color_scheme="dark" if is_dark else "light",
        timezone_id="Europe/Berlin", reduced_motion="reduce",
    )  # fmt: skip
    page.route("https://**/*", paint)
    if url.startswith("file:"):
        page.clock.set_fixed_time(at)
    page.goto(url)
    page.wait_for_selector(ready)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=DOCS / "images" / f"{name}.png")
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
