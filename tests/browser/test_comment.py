"""A comment on a phone: two screens of 380 x 800 pixels while its folds are closed, and nothing to scroll sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, ViewportSize

from bufferctl.render.markdown import report_markdown
from tests.render.github import comment_page
from tests.render.plans import PLANS

PHONE = ViewportSize(width=380, height=800)


@pytest.mark.parametrize("name", PLANS)
def test_height(browser: Browser, name: str) -> None:
    """For a campaign of 115 posts in nine situations, five of them mixed, and for 1,000 posts."""
    page = browser.new_page(viewport=PHONE)
    page.set_content(comment_page(report_markdown(PLANS[name]())))
    height, width = page.evaluate("[document.documentElement.scrollHeight, document.documentElement.scrollWidth]")
    page.close()
    assert (height <= 2 * PHONE["height"], width) == (True, PHONE["width"]), height


def test_what_matters_is_on_the_first_screen(browser: Browser) -> None:
    """What needs a person, and what is worth a look, without scrolling."""
    page = browser.new_page(viewport=PHONE)
    for name, seen in (("held", "Needs you"), ("moved", "38 posts move by 1 day")):
        page.set_content(comment_page(report_markdown(PLANS[name]())))
        box = page.get_by_text(seen).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= PHONE["height"]
    page.close()
