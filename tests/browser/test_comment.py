"""A comment on a phone of 380 x 800 pixels while its folds are closed: how high it is; nothing to scroll sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize

from bufferctl.render.grouped import grouped
from bufferctl.render.markdown import report_markdown
from bufferctl.render.report import Report
from tests.render.github import comment_page
from tests.render.plans import PLANS, many

PHONE = ViewportSize(width=380, height=800)
#: How high a comment on more than 40 posts is at most, and a line of its text.
MOST, LINE = 1_436, 21


def _size(browser: Browser, report: Report) -> tuple[int, int]:
    page = browser.new_page(viewport=PHONE)
    page.set_content(comment_page(report_markdown(report)))
    height, width = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    page.close()
    return height, width


@pytest.mark.parametrize("name", [name for name in PLANS if name != "reworked"])
def test_height(browser: Browser, name: str) -> None:
    """Less than two screens, for a campaign of 115 posts in eight situations, four of them mixed, and for 1,000."""
    height, width = _size(browser, PLANS[name]())
    assert (height <= MOST, width) == (True, PHONE["width"]), height


@pytest.mark.parametrize("name", ["two", "reworked"])
def test_height_of_so_few_that_each_has_a_line(browser: Browser, name: str) -> None:
    """Up to 40 posts the comment grows with them: by at most three lines of text each, besides what is always there."""
    report = PLANS[name]()
    items = len(grouped(report).items)
    height, width = _size(browser, report)
    assert (height <= MOST + items * 3 * LINE, width) == (True, PHONE["width"]), height


def test_forty_posts_take_two_lines_each(browser: Browser, tmp_path: Path) -> None:
    """Where they share network and link, which are said above them: first words and what decides in two lines."""
    height, width = _size(browser, many(tmp_path, 40))
    assert (height <= 40 * 2 * (LINE + 2) + 450, width) == (True, PHONE["width"]), height


def test_what_matters_is_on_the_first_screen(browser: Browser) -> None:
    """What needs a person, what is worth a look, what is suspended and what goes out all the same: no scrolling."""
    page = browser.new_page(viewport=PHONE)
    suspended = (
        "39 scheduled posts (115 counting each channel) become drafts",
        "Not stopped; 8 posts still go out, and 1 once",
        "about the week, 4",
    )
    for name, seen in (
        ("held", "Needs you"),
        ("moved", "38 posts move by 1 day"),
        *(("suspended", each) for each in suspended),
    ):
        page.set_content(comment_page(report_markdown(PLANS[name]())))
        box = page.get_by_text(seen).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]
    page.close()
