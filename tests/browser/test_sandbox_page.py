"""The sandbox's page in a browser: posts appear, change and disappear while it is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from bufferctl.sandbox import Clock, Sandbox
from tests.browser.conftest import Show

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script>"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """The default account at a fixed time."""
    with Sandbox(clock=Clock.at("2029-12-03T09:00:00Z")) as running:
        yield running


def test_posts_arrive_while_one_looks(sandbox: Sandbox, show: Show) -> None:
    """The page shows commands to try; a new post is announced, marked, and shown at the channel's time."""
    page = show(sandbox.url)
    expect(page.locator("#commands")).to_contain_text(f"export BUFFER_API_URL={sandbox.url}")
    expect(page.locator("#said")).to_have_text("live")
    expect(page.get_by_text("Nothing yet on Twitter / X (acme)")).to_be_visible()
    twitter = sandbox.channel("twitter")["id"]
    made = sandbox.person.create_post(twitter, "We are live", dueAt="2029-12-03T10:00:00Z")
    post = page.locator(f'[data-id="{made["id"]}"]')
    expect(post).to_have_text(re.compile("scheduled.*Mon 3 Dec 11:00 CET.*We are live"))
    expect(post).to_have_class(re.compile("fresh"))
    expect(page.get_by_role("status")).to_have_text("1 post arrived")
    sandbox.clock.advance(hours=2)
    expect(post).to_have_text(re.compile("^sent"))
    sandbox.person.delete_post(made["id"])
    expect(post).to_have_count(0)


def test_what_stood_there_before_is_not_new(sandbox: Sandbox, show: Show) -> None:
    """A page that is opened later marks nothing as new."""
    sandbox.person.create_post(sandbox.channel("linkedin")["id"], "Already here")
    page = show(sandbox.url)
    expect(page.get_by_text("Already here")).to_be_visible()
    expect(page.locator(".fresh")).to_have_count(0)


def test_times_of_other_years(sandbox: Sandbox, show: Show) -> None:
    """The year is shown only if it is not the sandbox's."""
    channel = sandbox.channel("linkedin")["id"]
    sandbox.person.create_post(channel, "Soon", dueAt="2029-12-04T09:00:00Z")
    sandbox.person.create_post(channel, "Later", dueAt="2030-01-15T09:00:00Z")
    page = show(sandbox.url)
    expect(page.locator(".post time")).to_have_text(["Tue 4 Dec 10:00 CET", "Tue 15 Jan 2030 10:00 CET"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_serves_everybody(sandbox: Sandbox, show: Show, scheme: Literal["light", "dark"]) -> None:
    """axe-core finds nothing, and nothing overflows on 380 pixels."""
    image = {"url": "https://acme.example/a.png", "metadata": {"altText": "A picture"}}
    sandbox.person.create_post(sandbox.channel("twitter")["id"], "Word" * 60, assets=[{"image": image}])
    for width in (1280, 380):
        page = show(sandbox.url, width=width, scheme=scheme)
        expect(page.get_by_role("img", name="A picture")).to_be_visible()
        page.wait_for_function("!document.getAnimations().length")
        assert Axe().run(page).response["violations"] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_hostile_text_is_text(sandbox: Sandbox, show: Show) -> None:
    """In a post, an idea and the alt text of a picture that does not load."""
    image = {"url": "https://acme.example/gone.png", "metadata": {"altText": MARKUP}}
    sandbox.person.create_post(sandbox.channel("twitter")["id"], MARKUP, assets=[{"image": image}])
    sandbox.person.create_idea(sandbox.organization()["id"], title=MARKUP, text=MARKUP)
    page = show(sandbox.url)
    expect(page.get_by_text(MARKUP, exact=True)).to_have_count(3)
    expect(page.get_by_text(f"image: {MARKUP}")).to_be_visible()
    assert page.locator("[onerror], main script").count() == 0
    kinds = {(kind, url.removeprefix(sandbox.url)) for kind, url in show.seen(page).asked}
    assert kinds == {("document", "/"), ("fetch", "/_sandbox/board"), ("image", "https://acme.example/gone.png")}
    show.seen(page).complaints.clear()  # Chromium reports that the picture did not load


def test_it_says_when_nobody_answers(sandbox: Sandbox, show: Show) -> None:
    """The content stays, marked as no longer live."""
    page = show(sandbox.url)
    expect(page.locator("#said")).to_have_text("live")
    sandbox.stop()
    expect(page.locator("#said")).to_have_text("the sandbox does not answer")
    show.seen(page).complaints.clear()  # Chromium reports that there was no answer
