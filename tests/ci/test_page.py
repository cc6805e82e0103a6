"""The page of a plan, one tap from the comment: linked once it was uploaded, in the comment of its own plan."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

from tests.ci.conftest import Team, post

PAGE = "https://github.example/acme/runs/1/artifacts/7"


def link(team: Team, number: int, page: str = PAGE) -> str:
    """Run `ci comment`; what it printed."""
    return team.job("comment", team.try_merge(number), team.event(number), None, page=page).log


def test_the_comment_links_to_the_uploaded_page(team: Team) -> None:
    """Before, to where the run's artifacts are; after, to the page, in the same comment, however often it runs."""
    number = team.open("launch", launch=post("launch", "We are live"))
    outputs = team.plan(number).outputs["plan"]
    assert Path(outputs["page"]).name == f"plan-{number}-1.html"
    assert "<!doctype html>" in Path(outputs["page"]).read_text(encoding="utf-8")
    (before,) = team.github.bodies(number)
    assert before.count("[the page](") == 1
    assert "#artifacts)" in before
    for page in (PAGE, f"{PAGE}0"):
        link(team, number, page)
        (body,) = team.github.bodies(number)
        assert body.count("[the page](") == 1
        assert f"[the page]({page})" in body


def test_the_comment_of_a_newer_commit_is_left_alone(planned: Team) -> None:
    """A slow run does not put its page into the comment of the next plan."""
    old = deepcopy(planned.event(1)), planned.try_merge(1)
    planned.edit(1, launch=post("launch", "We are live at last"))
    planned.plan(1)
    before = planned.github.bodies(1)
    ran = planned.job("comment", old[1], old[0], None, page=PAGE)
    assert "nothing to link" in ran.log
    assert planned.github.bodies(1) == before


def test_only_an_address_is_linked(planned: Team) -> None:
    """Anything else would be text in the comment that nobody wrote."""
    ran = planned.job("comment", planned.try_merge(1), planned.event(1), None, page="x) **Approved**")
    assert ran.failed
    assert "is not the address of a page" in ran.log
