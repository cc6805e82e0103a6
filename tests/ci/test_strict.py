"""The check of a pull request: it fails if its changes need a decision, but not for older problems."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ci.conftest import Team, post, shown
from tests.conftest import long


@pytest.fixture
def drifted(launched: Team) -> Team:
    """A team with a published file whose post a person changed in Buffer."""
    (live,) = launched.sandbox.posts()
    launched.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    return launched


def test_what_the_request_brings_fails_the_check(drifted: Team) -> None:
    """An edit of a post that a person changed in Buffer: the comment names it first, and the plan is kept."""
    number = drifted.open("edit", launch=post("launch", "We are live at last"))
    ran = drifted.plan(number)
    assert ran.failed
    said = "1 entry needs you because of this pull request: launch."
    assert f"::error::{said}" in ran.log
    comment = drifted.github.bodies(number)[0]
    assert shown(comment)[0].startswith(f"**This check fails:** {said.replace('launch', '`launch`')}")
    assert "It changed in the file (`text`) and in Buffer (`text`), so one of the two versions would be lost" in comment
    assert ran.uploads


def test_what_was_held_before_only_warns(drifted: Team) -> None:
    """Another pull request is not blocked by it, though the comment still shows it."""
    number = drifted.open("more", more=post("more", "More", due="2029-12-21 09:00"))
    ran = drifted.plan(number)
    assert not ran.failed, ran.log
    assert "::warning::1 entry already needed you before this pull request: launch." in ran.log
    comment = drifted.github.bodies(number)[0]
    assert "This check fails" not in comment
    assert "1 needs you" in comment


@pytest.mark.long
def test_without_strict_it_warns(drifted: Team) -> None:
    """The same warning, and the check passes."""
    number = drifted.open("edit", launch=post("launch", "We are live at last"))
    ran = drifted.plan(number, strict=False)
    assert not ran.failed, ran.log
    assert "::warning::1 entry needs you because of this pull request" in ran.log
    assert "This check fails" not in drifted.github.bodies(number)[0]


@pytest.mark.long
def test_a_checkout_of_one_commit_is_enough(drifted: Team) -> None:
    """The base is fetched by its id, and what was held there before only warns."""
    number = drifted.open("more", more=post("more", "More", due="2029-12-21 09:00"))
    drifted.depth = 1
    ran = drifted.plan(number)
    assert not ran.failed, ran.log
    assert "already needed you before this pull request: launch." in ran.log


@pytest.mark.parametrize(
    ("base", "why"),
    [
        ("1" * 40, "the commit 1111111 cannot be fetched: "),
        *long(("", "the base commit cannot be fetched: the forge names none")),
    ],
)
def test_without_the_base_everything_counts(drifted: Team, base: str, why: str) -> None:
    """Where it cannot be fetched, old and new look the same: the check fails, and says why."""
    number = drifted.open("more", more=post("more", "More", due="2029-12-21 09:00"))
    drifted.github.pulls[number]["base"]["sha"] = base
    ran = drifted.plan_branch(number)
    assert ran.failed
    assert f"counts as changed by this pull request: {why}" in ran.log
    assert "because of this pull request: launch." in ran.log


def test_without_the_base_nothing_counts_where_nothing_is_held(team: Team) -> None:
    """Nor is anything said of what would."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.github.pulls[number]["base"]["sha"] = "1" * 40
    ran = team.plan_branch(number)
    assert not ran.failed, ran.log
    assert "counts as changed" not in ran.log


def test_with_errors_at_the_base_everything_counts(drifted: Team) -> None:
    """Likewise where its files cannot be planned."""
    drifted.ada.branch("main")
    drifted.ada.write(broken="posts: [{text: no key}]\n")
    drifted.ada.push("Break a file")
    number = drifted.open("mended", broken="")
    ran = drifted.plan(number)
    assert ran.failed
    assert "the files of the base commit cannot be planned" in ran.log
    assert "because of this pull request: launch." in ran.log


def test_nothing_held_costs_no_second_plan(team: Team) -> None:
    """The base is planned only if it is needed."""
    number = team.open("launch", launch=post("launch", "We are live"))
    before = len(team.sandbox.requests)
    team.plan(number)
    first = len(team.sandbox.requests) - before
    assert team.sandbox.requests
    team.plan(number)
    assert len(team.sandbox.requests) - before == 2 * first


@pytest.mark.long
def test_the_base_is_planned_from_the_same_reading(drifted: Team) -> None:
    """One request to Buffer for both plans: the state knows what to ask, and what was read serves the base, too."""
    number = drifted.open("more", more=post("more", "More", due="2029-12-21 09:00"))
    before = len(drifted.sandbox.requests)
    ran = drifted.plan(number)
    assert "already needed you before this pull request: launch." in ran.log
    assert [each.operation for each in drifted.sandbox.requests[before:]] == ["Overview"]


@pytest.mark.long
def test_the_base_plan_leaves_no_trace(drifted: Team) -> None:
    """Not in the log, the checkout or the annotations: only this request's plan is shown."""
    number = drifted.open("edit", launch=post("launch", "We are live at last"))
    ran = drifted.plan(number)
    assert ran.log.count("Somebody's own words") == 1
    checkout = drifted.folder / f"machine-{drifted.runs}" / "checkout"
    assert {path.name for path in checkout.iterdir()} == {".git", "buffer.yaml", "posts"}
    assert Path(checkout, "posts", "launch.yaml").read_text(encoding="utf-8").endswith("We are live at last\n")
