"""Pages in the machine's headless Chromium, with no access to anything but what a test provides."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect, sync_playwright

from tests.render.rich import NOW

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage"
)
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="16" height="9"><rect width="16" height="9" fill="#68a"/></svg>'
)


expect.set_options(timeout=20_000)  # a busy machine is not a failure


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all tests."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.fail("There is no Chromium on this machine; on Debian: apt-get install chromium", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=_FLAGS.split())
        yield started
        started.close()


@dataclass
class Seen:
    """The requests of a page (kind and address), and its errors."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        """Allow a document and loopback addresses, return an image for an image, and refuse the rest."""
        request = route.request
        self.asked.append((request.resource_type, request.url))
        if request.url.startswith(("file:", "http://127.0.0.1:")):
            route.continue_()
        elif request.resource_type == "image" and "gone" not in request.url:
            route.fulfill(body=PICTURE, content_type="image/svg+xml")
        else:
            route.abort()


class Show:
    """Opens pages, each in its own window."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._browser, self._folder = browser, folder
        self._pages: list[tuple[Page, Seen]] = []

    def __call__(
        self, what: str, *, width: int = 1280, scheme: Literal["light", "dark"] = "light",
        zone: str = "America/New_York", scripts: bool = True, anchor: str = "",
    ) -> Page:  # fmt: skip
        """Open an HTML text as a file, with the clock at `NOW`, or an address. The rest are the reader's settings."""
        viewport = ViewportSize(width=width, height=900)
        context = self._browser.new_context(
            viewport=viewport, color_scheme=scheme, timezone_id=zone, java_script_enabled=scripts
        )
        page, seen = context.new_page(), Seen()
        self._pages.append((page, seen))
        page.on("console", lambda message: seen.complaints.append(message.text))
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("dialog", lambda dialog: seen.complaints.append(f"a dialog: {dialog.message}"))
        page.route("**/*", seen.answer)
        if what.startswith("http:"):
            page.goto(what)
            return page
        if scripts:
            page.clock.set_fixed_time(NOW)
        file = self._folder / f"page-{len(self._pages)}.html"
        file.write_text(what, encoding="utf-8")
        page.goto(f"{file.as_uri()}{anchor}")
        if scripts:
            page.wait_for_selector("main[data-ready]")
        return page

    def seen(self, page: Page) -> Seen:
        """The requests of a page, and its errors."""
        return next(seen for each, seen in self._pages if each is page)

    def close(self) -> None:
        """Close the windows, and check that no page had an error."""
        for page, _ in self._pages:
            page.context.close()
        assert [seen.complaints for _, seen in self._pages] == [[] for _ in self._pages]


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Show]:
    """Open pages; after the test, check that none had an error."""
    opened = Show(browser, tmp_path)
    yield opened
    opened.close()
