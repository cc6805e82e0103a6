"""The report in a browser: agenda, month, week, filters, keyboard, light and dark, narrow, print; weight and speed."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from bufferctl.model import Asset, Post
from bufferctl.plan import Action, Beside, Cause
from bufferctl.render.html import preview_html, report_html
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from tests.browser.conftest import Show
from tests.render.plans import PLANS, many
from tests.render.rich import APPLIED, HOSTILE, NOW, PLAN, REPORT, change, post

THEIRS = Beside("post-9", "ch-x", datetime(2029, 12, 6, 8, 5, tzinfo=UTC), "Private words")
SEEN = replace(REPORT, plan=replace(PLAN, changes=PLAN.changes[2:]))
PLAN_PAGE = report_html(replace(REPORT, plan=replace(PLAN, beside=(THEIRS,)), earlier=report_markdown(SEEN)))
PAGES = {"plan": PLAN_PAGE, "receipt": report_html(APPLIED), "preview": preview_html(REPORT)}
CAMPAIGNS = {name: report_html(made()) for name, made in PLANS.items()}
VIEWS = ("Month", "Week", "Agenda")


def view(page: Page, name: str) -> None:
    """Click the button of a view."""
    page.get_by_role("group", name="View").get_by_role("button", name=name).click()


def shown(page: Page) -> list[str]:
    """The names of the listed items, in order."""
    names: list[str] = page.locator("details.row:visible .about > span:not(.nets, .sr, .own)").all_text_contents()
    return names


def row(page: Page, name: str) -> Locator:
    """The item with this name."""
    return page.locator("details.row").filter(has=page.locator(".about").get_by_text(name, exact=True))


def axe(page: Page) -> list[str]:
    """The objections of axe-core: rule and place."""
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {node['html'][:120]}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("name", CAMPAIGNS)
def test_an_agenda_on_a_phone(show: Show, name: str) -> None:
    """380 pixels: a header of at most 200, then what needs a person, then rows of at most 72; nothing is cut.

    Neither a button with its number, nor an entry's name, whatever else its row says.
    """
    page = show(CAMPAIGNS[name], width=380)
    header = page.locator(".top").bounding_box()
    assert header is not None
    assert header["y"] + header["height"] <= 200
    rows = page.locator("details.row").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert max(rows) <= 72
    assert page.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]") == [380, 380]
    cut = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.textContent)"
    assert page.locator(".bar button:visible").evaluate_all(cut) == []
    assert page.locator(".about > span:not(.nets, .sr, .own)").evaluate_all(cut) == []
    order = page.locator("section:visible > h2").all_text_contents()
    first = [title for title in ("Needs you", "Worth a look") if title in order]
    assert order[: len(first)] == first


def test_weeks_stay_on_top(show: Show) -> None:
    """While its rows scroll by, the week is at the top of the screen."""
    page = show(CAMPAIGNS["campaign"], width=380)
    page.locator("details.row").nth(8).evaluate("row => row.scrollIntoView({behavior: 'instant'})")
    page.mouse.wheel(0, 40)
    page.wait_for_function("[...document.querySelectorAll('.agenda h2')].some(e => e.getBoundingClientRect().y === 0)")


def test_a_tap_opens_an_item(show: Show) -> None:
    """Its text once, a tab for each network, marked where it differs; the fold where the network has it."""
    page = show(CAMPAIGNS["campaign"], width=380)
    launch = row(page, "launch")
    expect(launch.locator(".own")).to_have_text("own text")
    assert launch.locator(".text", has_text="Atlas is live").count() == 2  # and LinkedIn's own
    launch.locator("summary").click()
    tabs = launch.get_by_role("tab")
    expect(tabs).to_have_text(["XX", "inLinkedIn", "IgInstagram", "BsBluesky"])
    expect(launch.get_by_role("tab", name="LinkedIn").get_by_role("img", name="differs")).to_be_visible()
    expect(launch.locator(".fold")).to_have_count(0)
    launch.get_by_role("tab", name="LinkedIn").click()
    expect(launch.locator(".unlike:visible")).to_contain_text("Three years, forty contributors")
    expect(launch.locator(".fold:visible")).to_have_text("…see more")
    expect(launch.locator(".entries li:visible")).to_contain_text("Acme/linkedin:acme-inc/launch")
    page.keyboard.press("ArrowRight")
    expect(launch.get_by_role("tab", name="Instagram")).to_have_attribute("aria-selected", "true")
    before = launch.locator(".text:visible").evaluate("text => text.textContent.split('…see more')[0]")
    assert 90 < len(before) <= 125
    expect(launch.locator(".unlike:visible")).to_have_count(0)
    expect(launch.locator(".text:visible")).to_contain_text("https://atlas.example/launch")


def test_a_picture_is_cropped_as_its_network_does(show: Show) -> None:
    """A wide one on X in 16 to 9; on Instagram not wider than 1.91 to 1."""
    page = show(CAMPAIGNS["campaign"], width=380)
    launch = row(page, "launch")
    launch.locator("summary").click()
    launch.locator(".pic").evaluate_all("all => all.forEach(each => each.style.setProperty('--r', 3))")
    for network, ratio in ("X", 16 / 9), ("Instagram", 1.91):
        launch.get_by_role("tab", name=network).click()
        box = launch.locator(".post .pic:visible").bounding_box()
        assert box is not None
        assert box["width"] / box["height"] == pytest.approx(ratio, abs=0.02)


def test_a_picture_that_cannot_be_loaded(show: Show) -> None:
    """Its host and its alt text instead of an empty box; the item's other pictures stay."""
    urls = ("https://media.acme.example/gone.png", "https://media.acme.example/here.png")
    images = tuple(Asset.model_validate({"image": {"url": url, "alt_text": f"Picture of {url[-8:]}"}}) for url in urls)
    item = replace(post("ch-x", "a", 1, text="Look", due_at=NOW), assets=images)
    page = show(report_html(Report(replace(PLAN, changes=(change(item, Action.CREATE, Cause.NEW),)))), width=380)
    row(page, "a").locator("summary").click()
    expect(page.locator(".unseen")).to_have_text(["Image could not be loaded from media.acme.example"])
    expect(page.locator("figure", has_text="Picture of gone.png").locator(".unseen")).to_be_visible()
    expect(page.get_by_role("img", name="Picture of here.png")).to_be_visible()
    assert axe(page) == []
    show.seen(page).complaints.clear()  # Chromium reports that the picture did not load


def test_a_draft_in_a_month(show: Show) -> None:
    """It says so, and its edge is dashed, unlike that of what goes out."""
    due = {"draft": NOW + timedelta(hours=3), "asks": NOW + timedelta(hours=4), "out": NOW + timedelta(hours=5)}
    flags = {"draft": {"draft": True}, "asks": {"needs_approval": True}, "out": {}}
    posts = [post("ch-x", key, 1, text=key, due_at=at, **flags[key]) for key, at in due.items()]
    page = show(
        report_html(Report(replace(PLAN, changes=tuple(change(each, Action.CREATE, Cause.NEW) for each in posts))))
    )
    view(page, "Month")
    chips = page.get_by_role("table").get_by_role("button")
    expect(chips.locator("i")).to_have_text(["draft", "to approve"])
    styles = chips.evaluate_all("all => all.map(each => getComputedStyle(each).borderLeftStyle)")
    assert styles == ["dashed", "dashed", "solid"]
    assert axe(page) == []


def test_a_month(show: Show) -> None:
    """It opens at the month of the next post, with one chip an item; other people's posts are hatched."""
    page = show(PLAN_PAGE)
    view(page, "Month")
    expect(page.get_by_role("table", name="December 2029")).to_be_visible()
    launch = page.locator("td", has=page.locator(".number", has_text=re.compile("^6$"))).first
    expect(launch.get_by_role("button")).to_have_text(re.compile(r"09:00We are live: https"))
    expect(launch.locator("p.chip.theirs")).to_have_text("09:05X, acme")
    expect(launch.locator("p.chip.theirs em")).to_have_css("font-size", "12px")
    page.get_by_role("button", name="Next month").click()
    expect(page.get_by_role("table", name="January 2030")).to_be_visible()
    expect(page.get_by_role("button", name="Next month")).to_be_focused()
    expect(page.get_by_role("table").get_by_role("button")).to_have_text([re.compile("23:59"), re.compile("08:00Two")])
    expect(page.locator(".agenda section:visible > h2")).to_have_text(["At once", "Without a time", "Ideas"])
    page = show(CAMPAIGNS["campaign"])
    expect(page.get_by_role("table", name="January 2030").get_by_role("button")).to_have_count(18)


def test_a_week(show: Show) -> None:
    """Each item with its networks and three lines of its text."""
    page = show(CAMPAIGNS["campaign"])
    view(page, "Week")
    table = page.get_by_role("table", name="Mon 7 Jan to Sun 13 Jan")
    expect(table.get_by_role("button")).to_have_count(5)
    expect(table.get_by_role("button").first).to_have_text(re.compile("08:00XinIgBsSomething that we"))


def test_an_item_opens_over_the_calendar(show: Show) -> None:
    """Itself, with all details; arrows go to the next one; Escape closes it and returns the focus."""
    page = show(CAMPAIGNS["campaign"])
    number = page.locator(".agenda details.row").count()
    chip = page.get_by_role("button", name=re.compile("Atlas is live"))
    chip.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Tue 8 Jan 2030 09:00 CET")
    expect(sheet.get_by_role("tab")).to_have_count(4)
    sheet.get_by_role("button", name="Next post").focus()
    page.keyboard.press("ArrowRight")
    expect(sheet).to_contain_text("How a Friday night outage")
    page.keyboard.press("ArrowLeft")
    expect(sheet).to_contain_text("Atlas is live")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(chip).to_be_focused()
    expect(page.locator(".agenda details.row")).to_have_count(number)  # a dialog says a little later that it is closed


def test_filters(show: Show) -> None:
    """What happens, what is new since the last look, network and words, combined; unchanged posts only on request."""
    page = show(PLAN_PAGE, width=380)
    kinds = page.get_by_role("group", name="Show")
    assert "sent" not in shown(page)
    kinds.get_by_role("button", name="Unchanged").click()
    assert "sent" in shown(page)
    kinds.get_by_role("button", name="Need you").click()
    assert shown(page) == ["morning", "news", "webinar"]
    page.get_by_role("combobox", name="Network").select_option(label="X")
    assert shown(page) == ["news"]
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^1 of \d+$"))
    kinds.get_by_role("button", name="Need you").click()
    page.get_by_role("searchbox", name="Search").fill("PARTY see")
    assert shown(page) == ["party"]
    page.get_by_role("searchbox", name="Search").fill("")
    page.get_by_role("combobox", name="Network").select_option(label="All networks")
    kinds.get_by_role("button", name="New since").click()
    assert len(shown(page)) == 2


def test_keyboard(show: Show) -> None:
    """The first Tab skips to the posts; arrows go from row to row, Enter opens one, and the focus is visible."""
    page = show(PLAN_PAGE, width=380)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the posts")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#posts")).to_be_focused()
    page.locator("details.row:visible > summary").first.focus()
    names, at = shown(page), 0
    for key, step in ("ArrowDown", 1), ("ArrowDown", 1), ("ArrowUp", -1):
        page.keyboard.press(key)
        at += step
        expect(row(page, names[at]).locator("summary").first).to_be_focused()
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(row(page, names[at])).to_have_attribute("open", "")


def test_a_link_leads_to_its_post(show: Show) -> None:
    """From a cause, and from elsewhere by its address: to the open item, also if a filter or a month hides it."""
    page = show(PLAN_PAGE, width=380)
    page.get_by_role("searchbox", name="Search").fill("party")
    page.locator(".need").get_by_role("link", name="news").click()
    expect(row(page, "news").locator(".body")).to_be_in_viewport()
    for width in (380, 1280):
        page = show(PLAN_PAGE, anchor="#Globex/bluesky:globex.example/kept-3", width=width)
        expect(page.locator(".text", has_text="Kept 3")).to_be_in_viewport()
    page = show(CAMPAIGNS["thousand"], anchor="#Acme/linkedin:acme-inc/r7-launch", width=380)
    expect(
        page.locator('[id="Acme/linkedin:acme-inc/r7-launch"]').locator("xpath=ancestor::details")
    ).to_be_in_viewport()


def test_times_of_both_zones(show: Show) -> None:
    """The channel's with its name, and the reader's if it differs."""
    for zone, yours in ("America/New_York", " · Thu 03:00 GMT-5 for you"), ("Europe/Berlin", ""):
        page = show(PLAN_PAGE, zone=zone, width=380)
        row(page, "launch").locator("summary").click()
        expect(row(page, "launch").locator(".when")).to_have_text(f"will schedule · Thu 6 Dec 2029 09:00 CET{yours}")


@pytest.mark.parametrize("name", [*PAGES, *CAMPAIGNS])
def test_nobody_is_shut_out(show: Show, name: str) -> None:
    """axe-core has no objections to any view, on a phone, a tablet and a screen, in light and dark, open and closed."""
    document = {**PAGES, **CAMPAIGNS}[name]
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark", "light" if name in CAMPAIGNS else "dark")
    for width, scheme in zip((380, 768, 1280), schemes, strict=True):
        page = show(document, scheme=scheme, width=width)
        for each in VIEWS if width > 760 else ():
            view(page, each)
            assert axe(page) == [], f"{each}, {width} pixels"
        page.locator("details.row:visible > summary").first.click()
        assert axe(page) == [], f"an open item, {width} pixels"


@pytest.mark.parametrize("name", [*PAGES, "word"])
@pytest.mark.parametrize("scripts", [True, False])
def test_it_fits_a_phone(show: Show, name: str, scripts: bool) -> None:
    """380 pixels: nothing overflows, also with every item open, and with a word of 400 letters."""
    item = post("ch-x", "a", 1, text=f"See https://acme.example/{'a' * 400}", due_at=NOW)
    word = report_html(Report(replace(PLAN, changes=(change(item, Action.CREATE, Cause.NEW),))))
    page = show({**PAGES, "word": word}[name], width=380, scripts=scripts)
    for each in page.locator("details.row:visible > summary").all():
        each.click()
    box = page.locator("html").bounding_box()
    assert box is not None
    assert box["width"] == 380
    assert page.locator("body").evaluate("body => body.scrollWidth") <= 380
    wide = "all => all.filter(each => each.scrollWidth > each.clientWidth).map(each => each.className)"
    assert page.locator(".text:visible").evaluate_all(wide) == []


def test_without_scripts_everything_is_there(show: Show) -> None:
    """All items with all their versions, and no control that does nothing."""
    page = show(CAMPAIGNS["campaign"], scripts=False)
    expect(page.get_by_role("search")).to_be_hidden()
    launch = row(page, "launch")
    launch.locator("summary").click()
    expect(launch.locator(".on:visible")).to_have_text(["X, Instagram, Bluesky", "LinkedIn"])
    expect(launch.locator(".text:visible")).to_have_count(2)
    expect(launch.locator(".entries li:visible")).to_have_count(4)


def test_on_paper(show: Show) -> None:
    """The agenda without any controls, in dark ink even if the screen was dark."""
    light, dark = show(PLAN_PAGE, scheme="light"), show(PLAN_PAGE, scheme="dark")
    ink = [page.evaluate("getComputedStyle(document.body).color") for page in (light, dark)]
    assert ink[0] != ink[1]
    for page in (light, dark):
        view(page, "Month")
        page.emulate_media(media="print")
        expect(page.get_by_role("search")).to_be_hidden()
        expect(page.get_by_role("table")).to_be_hidden()
        expect(row(page, "launch")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).color") == ink[0]


def test_no_row_is_seen_and_then_goes(show: Show) -> None:
    """Rows that a page does not show at first are hidden as soon as it is ready, and none later."""
    page = show(PAGES["receipt"], width=380)
    hidden = "document.querySelectorAll('.row[hidden]').length"
    page.add_init_script(
        f"new MutationObserver(() => {{ if (document.querySelector('main[data-ready]')) window.hid ??= {hidden} }})"
        ".observe(document, {attributes: true, subtree: true})"
    )
    page.reload()
    page.wait_for_function("window.hid !== undefined")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.hid") == page.evaluate(hidden) > 0


@pytest.mark.parametrize("name", PAGES)
def test_it_asks_for_pictures_only(show: Show, name: str) -> None:
    """The file, and pictures at their own addresses; nothing else, for anything that is opened."""
    page = show(PAGES[name], width=380)
    for each in page.locator("details.row:visible > summary").all():
        each.click()
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
    """Shown as written, in rows, chips and filters; no element, attribute or address in it takes effect."""
    markup = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    items = [
        post("ch-x", "a", 1, text=HOSTILE, due_at=NOW, tags=(markup,)),
        post("ch-li", "b", 2, text=markup, due_at=NOW, metadata={"first_comment": markup}),
    ]
    changes = tuple(change(each, Action.HOLD, Cause.NEW, message=markup, hint=markup) for each in items)
    page = show(report_html(Report(replace(PLAN, changes=changes))), scripts=scripts)
    if scripts:
        view(page, "Month")
        expect(page.get_by_role("table").get_by_text(markup)).to_be_visible()
        view(page, "Agenda")
    page.locator("details.row > summary").last.click()
    expect(page.locator(".post .text", has_text=markup).first).to_be_visible()
    assert page.locator("img, [onerror], [onmouseover]").count() == 0
    hrefs: list[Any] = page.locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert all(re.match(r"#|https://", each) for each in hrefs), json.dumps(hrefs)


def test_a_thousand_posts_cost_what_is_seen(show: Show) -> None:
    """Of 339 items in 53 weeks only those near the screen are laid out; the others keep their place, without tabs."""
    page = show(CAMPAIGNS["thousand"], width=380)
    drawn = "all => all.filter(each => each.checkVisibility({contentVisibilityAuto: true})).length"
    assert 0 < page.locator("details.row .about").evaluate_all(drawn) <= 60
    assert 0 < page.locator(".agenda > section > h2").evaluate_all(drawn) <= 12
    height = "document.documentElement.scrollHeight"
    before = page.evaluate(height)
    page.evaluate(
        "for (const each of document.querySelectorAll('.agenda > section')) each.style.contentVisibility = 'visible'"
    )
    assert abs(page.evaluate(height) - before) <= 20
    expect(page.get_by_role("tab")).to_have_count(0)


def test_a_large_page_has_what_is_below_a_row(show: Show, tmp_path: Path) -> None:
    """It comes packed: a row opens, a search finds texts and not what the page says, an address leads to its post."""
    report = many(tmp_path, 450)
    page = show(report_html(report), width=380)
    page.get_by_role("searchbox").fill("p00010")
    expect(page.locator("details.row:visible")).to_have_count(1)
    page.locator("details.row:visible > summary").click()
    expect(page.locator(".post .text:visible").first).to_contain_text("Number 10: ")
    page.get_by_role("searchbox").fill("digest")  # which every post has, and no text
    expect(page.locator("details.row:visible")).to_have_count(0)
    page.evaluate("location.hash = '#Acme/linkedin:acme-inc/p00011'")
    expect(page.locator("details.row[open]:visible").filter(has_text="Number 11: ").first).to_be_visible()
    assert axe(page) == []


def test_a_large_page_is_built_as_it_is_needed(show: Show, tmp_path: Path) -> None:
    """No row is parsed before it is needed; soon all are there, and without scripts, too."""
    report = many(tmp_path, 450)
    first, *others = report.plan.changes
    assert isinstance(first.desired, Post)
    hostile = replace(first, desired=replace(first.desired, text=f"</noscript>{HOSTILE}"))
    document = report_html(replace(report, plan=replace(report.plan, changes=(hostile, *others))))
    assert re.sub("(?s)<noscript>.*?</noscript>", "", document).count('<details class="row') == 0
    for scripts in (True, False):
        page = show(document, width=380, scripts=scripts)
        expect(page.locator("details.row")).to_have_count(450)
        expect(page.locator("details.row em").first).to_have_text(f"</noscript>{HOSTILE.splitlines()[0]}")
        expect(page.locator("details.row").first).to_be_visible()


def test_networks_side_by_side(show: Show) -> None:
    """Where there is room, the texts that differ stand beside each other; one more click, and one at a time again."""
    page = show(CAMPAIGNS["campaign"], width=1280)
    view(page, "Agenda")
    launch = row(page, "launch")
    launch.locator("summary").click()
    launch.get_by_role("button", name="Side by side").click()
    tops = launch.locator(".post:visible").evaluate_all("all => all.map(each => each.getBoundingClientRect().y)")
    assert len(tops) == 2
    assert abs(tops[0] - tops[1]) < 2
    assert axe(page) == []
    launch.get_by_role("button", name="Side by side").click()
    expect(launch.locator(".post:visible")).to_have_count(1)


def test_many_texts_after_one_tap(show: Show) -> None:
    """Short: the first words of each text on 44 pixels; every other thing that is tapped has as many, too."""
    page = show(CAMPAIGNS["campaign"], width=380)
    view(page, "Short")
    rows = page.locator("details.row").evaluate_all("rows => rows.map(row => row.offsetHeight)")
    assert set(rows) == {44}
    tapped = "[...document.querySelectorAll('button, select, input, summary')].filter((each) => each.checkVisibility())"
    assert page.evaluate(f"Math.min(...{tapped}.map((each) => each.getBoundingClientRect().height))") >= 44
    assert axe(page) == []


def test_a_page_is_light() -> None:
    """At most 170 kB for 115 posts, their addresses and what needs a person."""
    sizes = {name: len(document.encode()) // 1000 for name, document in CAMPAIGNS.items() if name != "thousand"}
    assert max(sizes.values()) <= 170, sizes  # so four images get nearly 30 kB each
