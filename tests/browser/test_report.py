"""The report in a browser: calendar, filters, keyboard, light and dark, narrow, print; hostile text has no effect."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from bufferctl.plan import Action, Cause
from bufferctl.render.html import preview_html, report_html
from bufferctl.render.report import Report
from bufferctl.render.words import away
from tests.browser.conftest import Show
from tests.render.rich import APPLIED, HOSTILE, NOW, PLAN, REPORT, change, post

PLAN_PAGE = report_html(REPORT)
PAGES = {"plan": PLAN_PAGE, "receipt": report_html(APPLIED), "preview": preview_html(REPORT)}
VIEWS = ("Month", "Week", "List")


def view(page: Page, name: str) -> None:
    """Click the button of a view."""
    page.get_by_role("group", name="View").get_by_role("button", name=name).click()


def cell(page: Page, day: str) -> Any:
    """The cell of a day, `Thursday 6 December`."""
    return page.get_by_role("gridcell", name=re.compile(f"^{day},"))


def shown(page: Page) -> list[str]:
    """The keys of the listed posts, in order."""
    names = page.locator(".card:visible").evaluate_all("cards => cards.map(card => card.id)")
    return [name.rpartition("/")[2] for name in names]


def axe(page: Page) -> list[str]:
    """The objections of axe-core: rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


def test_a_month(show: Show) -> None:
    """It opens at the month of the next post; each is on its day in its channel's time, with sign and words."""
    page = show(PLAN_PAGE)
    expect(page.get_by_role("heading", name="December 2029")).to_be_visible()
    launch = cell(page, "Thursday 6 December").get_by_role("button")
    expect(launch).to_have_text(re.compile(r"will schedule \+09:00X X · acme \(Acme\) We are live: https"))
    expect(cell(page, "Monday 31 December").get_by_role("button")).to_have_text(re.compile("23:59"))
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_role("heading", name="January 2030")).to_be_visible()
    expect(cell(page, "Tuesday 8 January").get_by_role("button")).to_have_text(re.compile("~08:00"))
    at_once = page.locator(".agenda", has=page.locator("h3", has_text=re.compile("^Now ")))
    expect(at_once.get_by_role("button")).to_have_count(1)
    expect(page.locator(".agenda", has_text="Unscheduled").get_by_role("button")).to_have_count(4)
    expect(page.locator(".agenda", has_text="Ideas").get_by_role("button")).to_have_text(re.compile("How we hire"))


def test_a_week_by_channel(show: Show) -> None:
    """One row per channel, with the post in its day's column."""
    page = show(PLAN_PAGE)
    view(page, "Week")
    grid = page.get_by_role("grid")
    expect(grid).to_have_accessible_name("Week from Monday 3 December")
    expect(grid.get_by_role("rowheader")).to_have_text([re.compile(each) for each in ("acme.picsInstagram", "acmeX$")])
    row = grid.get_by_role("row").filter(has=page.get_by_role("rowheader", name=re.compile("acmeX|acme X")))
    expect(row.get_by_role("gridcell").nth(3).get_by_role("button")).to_have_text(re.compile("09:00.*We are live"))
    page.get_by_role("button", name="Next week").click()
    expect(grid.get_by_role("rowheader")).to_have_text([re.compile("acme-inc"), re.compile("acmeX$")])


def test_a_post_opens_over_the_calendar(show: Show) -> None:
    """The card with all details; arrows go to the next one; Escape closes it and returns the focus."""
    page = show(PLAN_PAGE)
    chip = cell(page, "Thursday 6 December").get_by_role("button")
    chip.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("We are live: https://acme.example/launch #opensource")
    expect(sheet.get_by_role("img", name="The new console")).to_be_visible()
    expect(sheet).to_contain_text("52 of / 280")
    expect(sheet).to_contain_text("Thu 6 Dec 2029 09:00 CET")
    page.keyboard.press("ArrowRight")
    expect(sheet).to_contain_text("Only this week")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert page.evaluate("document.activeElement.closest('[data-day]').dataset.day") == "2029-12-06"
    assert page.locator(".card").count() == len(PLAN.changes)


def test_filters(show: Show) -> None:
    """By kind, channel and words, combined; the number of matches is announced; unchanged posts only on request."""
    page = show(PLAN_PAGE)
    view(page, "List")
    status = page.get_by_role("status")
    expect(status).to_have_text("21 of 35 shown")
    assert "sent" not in shown(page)
    page.get_by_role("checkbox", name="unchanged").check()
    expect(status).to_have_text("All 35 shown")
    for name in ("unchanged", "create", "noted", "change"):
        page.get_by_role("checkbox", name=name, exact=True).uncheck()
    assert shown(page) == ["morning", "discount", "news", "webinar", "party"]
    page.get_by_role("combobox", name="Channel").select_option(label="X · acme (Acme)")
    assert shown(page) == ["news", "party"]
    page.get_by_role("searchbox", name="Search").fill("PARTY see")
    assert shown(page) == ["party"]
    expect(status).to_have_text("1 of 35 shown")
    view(page, "Month")
    expect(page.get_by_role("gridcell").get_by_role("button")).to_have_count(1)


def test_keyboard_in_the_calendar(show: Show) -> None:
    """One stop for Tab; arrows by day and week, Home, End and pages; Enter opens the day's first post."""
    page = show(PLAN_PAGE)
    selected = page.locator('[role="gridcell"][aria-selected="true"]')
    assert page.locator('[role="gridcell"][tabindex="0"]').count() == 1
    selected.focus()
    day = selected.get_attribute("data-day")
    assert day == "2029-12-03"
    for key, to in [
        ("ArrowRight", "2029-12-04"), ("ArrowDown", "2029-12-11"), ("ArrowLeft", "2029-12-10"), ("End", "2029-12-16"),
        ("Home", "2029-12-10"), ("PageDown", "2030-01-01"), ("PageUp", "2029-12-01"), ("ArrowUp", "2029-11-24"),
    ]:  # fmt: skip
        page.keyboard.press(key)
        assert page.evaluate("document.activeElement.dataset.day") == to, key
    for key in ("ArrowDown", "ArrowDown", "ArrowLeft", "ArrowLeft", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_role("dialog")).to_contain_text("We are live")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.day") == "2029-12-06"
    view(page, "Week")
    selected.focus()
    for key in ("ArrowDown", "PageDown", "PageDown", "PageUp", "ArrowUp"):  # a week without posts is not a dead end
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.day") == "2029-12-13"


def test_keyboard_in_the_list(show: Show) -> None:
    """The first Tab skips to the posts; arrows go from card to card, and the focus is visible."""
    page = show(PLAN_PAGE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the posts")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "posts"
    view(page, "List")
    page.locator('.card[tabindex="0"]').focus()
    visited = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "End", "Home"):
        page.keyboard.press(key)
        visited.append(page.evaluate("document.activeElement.id").rpartition("/")[2])
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    order = shown(page)
    assert visited == [order[1], order[2], order[1], order[-1], order[0]]


def test_a_link_leads_to_its_post(show: Show) -> None:
    """From the top of the page, and from elsewhere by its address; also to a post hidden by a filter."""
    page = show(PLAN_PAGE)
    page.get_by_role("link", name="Acme/twitter:acme/news").click()
    expect(page.get_by_role("dialog")).to_contain_text("Good news for everybody")
    page = show(PLAN_PAGE, anchor="#Globex/bluesky:globex.example/kept-3", width=380)
    expect(page.get_by_text("Kept 3", exact=True)).to_be_in_viewport()


def test_a_link_leads_there_on_a_long_page(show: Show) -> None:
    """On a phone, from the top of two hundred posts: at once, and not to the position before the others were drawn."""
    (first,) = [each for each in PLAN.changes if each.address.key == "launch"]
    changes = [replace(first, address=replace(first.address, key=f"post-{number}")) for number in range(200)]
    document = report_html(replace(REPORT, plan=replace(PLAN, changes=tuple(changes))))
    where = """name => { const at = document.getElementById(name).getBoundingClientRect();
        return at.bottom > 0 && at.top < innerHeight; }"""
    page = show(document, anchor="#Acme/twitter:acme/post-150", width=380)
    assert page.evaluate(where, "Acme/twitter:acme/post-150")
    page.evaluate("location.hash = '#Acme/twitter:acme/post-20'")
    assert page.evaluate(where, "Acme/twitter:acme/post-20")


def test_times_of_both_zones(show: Show) -> None:
    """The channel's with its name, and the reader's if it differs."""
    page = show(PLAN_PAGE, zone="America/New_York")
    view(page, "List")
    launch = page.locator('[id="Acme/twitter:acme/launch"]')
    expect(launch.locator(".when")).to_have_text(re.compile(r"Thu 6 Dec 2029 09:00 CET\s*Thu 03:00 GMT-5 for you"))
    page = show(PLAN_PAGE, zone="Europe/Berlin")
    view(page, "List")
    expect(page.locator('[id="Acme/twitter:acme/launch"] .when')).to_have_text(
        re.compile(r"^Thu 6 Dec 2029 09:00 CET$")
    )
    expect(page.get_by_role("heading", name="Thursday 6 December 2029")).to_contain_text("in 3 days")


@pytest.mark.parametrize("days", [-800, -3, -1, 0, 1, 13, 14, 59, 60, 729, 730, 3000])
def test_how_far_away_is_said_as_in_text(show: Show, days: int) -> None:
    """In days, weeks, months and years, in the same steps as a plan's text; `today` for the day itself."""
    at = NOW + timedelta(days=days)
    far = change(post("ch-x", "far", 1, text="Far", due_at=at), Action.CREATE, Cause.NEW)
    page = show(report_html(replace(REPORT, plan=replace(PLAN, changes=(far,)))), zone="Europe/Berlin", width=380)
    said = away(at, NOW, "Europe/Berlin") if days else "today"
    expect(page.locator("h2 span").last).to_have_text(said)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nobody_is_shut_out(show: Show, name: str, scheme: Literal["light", "dark"]) -> None:
    """axe-core has no objections to any view, in light and dark, wide and narrow: names, roles, contrast, focus."""
    for width in (1280, 380):
        page = show(PAGES[name], scheme=scheme, width=width)
        for each in VIEWS:
            view(page, each)
            assert axe(page) == [], f"{each}, {width} pixels"
    assert (
        page.evaluate("getComputedStyle(document.body).backgroundColor")
        == {
            "light": "rgb(245, 245, 242)",
            "dark": "rgb(18, 19, 22)",
        }[scheme]
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scripts", [True, False])
def test_it_fits_a_phone(show: Show, name: str, scripts: bool) -> None:
    """380 pixels: nothing overflows in any view; a tap on a day lists its posts, another opens one."""
    page = show(PAGES[name], width=380, scripts=scripts)
    if not scripts:
        box = page.locator("html").bounding_box()
        assert box is not None
        assert box["width"] == 380
        return
    for each in VIEWS:
        view(page, each)
        assert page.evaluate("document.documentElement.scrollWidth") == 380, each
        assert page.evaluate("document.body.scrollWidth") <= 380, each
    view(page, "Month")
    cell(page, "Thursday 6 December").click()
    page.locator(".agenda", has_text="Thursday 6 December").get_by_role("button").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 380


def test_without_scripts_everything_is_there(show: Show) -> None:
    """All cards, no calendar, no filters that do nothing."""
    page = show(PLAN_PAGE, scripts=False)
    assert page.locator(".card:visible").count() == len(PLAN.changes)
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_text("We are live: https://acme.example/launch #opensource")).to_be_visible()


def test_on_paper(show: Show) -> None:
    """The filtered cards, without any controls."""
    page = show(PLAN_PAGE)
    page.emulate_media(media="print")
    expect(page.get_by_role("search")).to_be_hidden()
    expect(page.get_by_role("grid")).to_be_hidden()
    assert page.locator(".card:visible").count() == 21


def test_on_paper_it_is_light(show: Show) -> None:
    """Ink is dark even if the screen was dark: light letters on white paper cannot be read."""
    light, dark = show(PLAN_PAGE, scheme="light"), show(PLAN_PAGE, scheme="dark")
    ink = [page.evaluate("getComputedStyle(document.body).color") for page in (light, dark)]
    assert ink[0] != ink[1]
    for page in (light, dark):
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).color") == ink[0]


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_pictures_only(show: Show, name: str) -> None:
    """The file, and pictures at their own addresses; nothing else, for anything that is opened."""
    page = show(PAGES[name])
    for each in VIEWS:
        view(page, each)
    for card in page.locator(".card:visible").all():
        card.scroll_into_view_if_needed()
    page.wait_for_load_state("networkidle")
    kinds = {kind for kind, _ in show.seen(page).asked}
    assert kinds == {"document", "image"}
    assert {url for kind, url in show.seen(page).asked if kind == "image"} == {
        "https://acme.example/console.png",
        "https://acme.example/team.jpg",
    }


def test_nothing_foreign_can_act(show: Show) -> None:
    """The page's own policy refuses injected requests and scripts."""
    page = show(PLAN_PAGE)
    refused = page.evaluate(
        """async () => {
          const heard = [];
          document.addEventListener("securitypolicyviolation", (event) => heard.push(event.effectiveDirective));
          await fetch("https://evil.example/").catch(() => {});
          const script = document.createElement("script");
          script.textContent = "window.hit = 1";
          document.body.append(script);
          await new Promise((done) => setTimeout(done));
          return [heard.sort(), window.hit ?? null];
        }"""
    )
    assert refused == [["connect-src", "script-src-elem"], None]
    show.seen(page).complaints.clear()  # Chromium reports both


@pytest.mark.parametrize("scripts", [True, False])
def test_hostile_text_is_text(show: Show, scripts: bool) -> None:
    """Shown as written, in cards, chips and filters; no element, attribute or address in it takes effect."""
    markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    items = [
        post("ch-x", "a", 1, text=HOSTILE, due_at=NOW, tags=(markup,)),
        post("ch-li", "b", 2, text=markup, due_at=NOW, metadata={"first_comment": markup}),
    ]
    changes = tuple(change(each, Action.HOLD, Cause.NEW, message=markup, hint=markup) for each in items)
    page = show(report_html(Report(replace(PLAN, changes=changes))), scripts=scripts)
    if scripts:
        expect(page.get_by_role("gridcell").get_by_text(markup)).to_be_visible()
        view(page, "List")
    expect(page.locator(".post .text", has_text=markup).first).to_be_visible()
    assert page.locator("img, [onerror], [onmouseover]").count() == 0
    hrefs = page.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(re.match(r"#|https://", each) for each in hrefs), json.dumps(hrefs)


def test_a_picture_that_is_gone_shows_its_alt_text(show: Show) -> None:
    """In words, instead of a broken image icon."""
    gone = PLAN_PAGE.replace("https://acme.example/console.png", "https://acme.example/gone.png")
    page = show(gone)
    view(page, "List")
    figure = page.locator('[id="Acme/twitter:acme/launch"] figure')
    figure.scroll_into_view_if_needed()
    expect(figure).to_have_class("broken")
    expect(figure).to_contain_text("The new console")
    show.seen(page).complaints.clear()  # Chromium reports that it did not load
