"""A suspension after a merge: nobody has to review it, and what goes out again was planned since."""

from __future__ import annotations

import pytest

from tests.ci.conftest import FILES, Team, post
from tests.ci.sides import Side, on_gitlab, side
from tests.conftest import long

__all__ = ["on_gitlab", "side"]  # fixtures

LINE = "suspended: Earthquake; ask Dana\n"
SUSPENDED = FILES.replace("state: git\n", f"state: git\n{LINE}")
LAUNCH = post("launch", "We are live")


def root(team: Team, text: str, branch: str = "main") -> int:
    """Another root file: pushed to main, or in a request from another branch."""
    team.ada.branch(branch)
    (team.ada.folder / "buffer.yaml").write_text(text, encoding="utf-8")
    team.ada.push("Change the root file")
    return team.github.open_pull(branch) if branch != "main" else 0


def statuses(team: Team) -> dict[str, str]:
    """The status of each post, by its text."""
    return {each["text"]: each["status"] for each in team.sandbox.posts()}


def test_a_suspension_that_nobody_planned(launched: Team) -> None:
    """A commit straight to main: what is scheduled becomes a draft, and the job succeeds."""
    root(launched, SUSPENDED)
    ran = launched.apply()
    assert not ran.failed, ran.log
    assert "Taking off the schedule what is suspended" in ran.log
    assert statuses(launched) == {"We are live": "draft"}


def test_the_comment_begins_with_it(launched: Team) -> None:
    """And so does the receipt."""
    number = root(launched, SUSPENDED, "quiet")
    assert not launched.plan(number).failed
    said = "<b>Suspended: Earthquake; ask Dana. 1 scheduled post becomes a draft.</b>"
    assert said in launched.github.bodies(number)[0].partition("#### ")[0]
    launched.merge(number)
    assert not launched.apply().failed
    assert (
        "<b>Suspended: Earthquake; ask Dana. 1 scheduled post became a draft.</b>" in launched.github.bodies(number)[1]
    )
    assert statuses(launched) == {"We are live": "draft"}


@pytest.mark.long
def test_an_error_in_another_file(launched: Team) -> None:
    """The job fails and says so; the post is a draft all the same, and the request counts once the error is gone."""
    late = launched.open("late", late=post("late", "Later", "2029-12-21 09:00"))
    launched.plan(late)
    launched.merge(late)
    launched.ada.branch("main")
    launched.ada.write(broken="posts: [{text: no key}]\n")
    root(launched, SUSPENDED)
    ran = launched.apply()
    assert ran.failed
    assert statuses(launched) == {"We are live": "draft"}
    launched.ada.branch("main")
    launched.ada.write(broken="")
    root(launched, FILES.replace("state: git\n", "state: git\nprune: true\n"))
    assert launched.apply().failed  # nobody planned the resume
    assert statuses(launched)["We are live"] == "draft"


def test_what_was_merged_beside_an_error_is_sent_once_the_error_is_gone(launched: Team) -> None:
    """Only what is suspended counted in that run, so the next one begins with the requests that it left."""
    late = launched.open("late", late=post("late", "Later", "2029-12-21 09:00", channel="linkedin"))
    launched.plan(late)
    launched.merge(late)
    launched.ada.branch("main")
    launched.ada.write(broken="posts: [{text: no key}]\n")
    root(launched, FILES.replace("name: acme}", f"name: acme, {LINE.strip()}}}"))
    assert launched.apply().failed
    assert statuses(launched) == {"We are live": "draft"}
    launched.ada.branch("main")
    launched.ada.write(broken="")
    launched.ada.push("Remove the error")
    ran = launched.apply()
    assert not ran.failed, ran.log
    assert statuses(launched) == {"We are live": "draft", "Later": "scheduled"}


@pytest.mark.long
def test_a_request_that_was_planned_before_and_merged_meanwhile(launched: Team) -> None:
    """It does not go out at the resume: its plan is from before. A plan made since publishes it."""
    number = launched.open("late", late=post("late", "Later", "2029-12-21 09:00"))
    launched.plan(number)
    launched.sandbox.clock.advance(minutes=5)
    root(launched, SUSPENDED)
    assert not launched.apply().failed
    launched.merge(number)
    assert not launched.apply().failed
    assert statuses(launched) == {"We are live": "draft"}
    launched.sandbox.clock.advance(minutes=5)
    root(launched, FILES)
    assert launched.apply().failed
    assert statuses(launched) == {"We are live": "draft"}
    again = launched.open("again", other=post("other", "Another", "2029-12-22 09:00"))
    launched.plan(again)
    body = launched.github.bodies(again)[0]
    assert "Resumes: 1 post goes back on the schedule" in body
    launched.merge(again)
    assert not launched.apply().failed
    assert set(statuses(launched).values()) == {"scheduled"}
    assert launched.texts() == ["Another", "Later", "We are live"]


def test_a_resume_in_a_request(launched: Team) -> None:
    """Its plan was made since, so it agrees to everything that goes back."""
    root(launched, SUSPENDED)
    assert not launched.apply().failed
    launched.sandbox.clock.advance(minutes=5)
    number = root(launched, FILES, "loud")
    assert not launched.plan(number).failed
    assert "Resumes: 1 post goes back on the schedule" in launched.github.bodies(number)[0]
    launched.merge(number)
    ran = launched.apply()
    assert not ran.failed, ran.log
    assert statuses(launched) == {"We are live": "scheduled"}


@pytest.mark.long
@pytest.mark.parametrize("side", ["gitlab"], indirect=True)
def test_on_gitlab_a_commit_that_nobody_planned(side: Side) -> None:
    """The line of the newest commit of the branch counts there, too; plans from before publish nothing."""
    side.launched()
    late = side.planned("late", late=post("late", "Later", "2029-12-21 09:00"))
    side.later(minutes=5)
    side.settings(LINE)
    ran = side.apply()
    assert not ran.failed, ran.log
    assert [each["status"] for each in side.sandbox.posts()] == ["draft"]
    side.land(late)
    assert not side.apply().failed
    assert [each["status"] for each in side.sandbox.posts()] == ["draft"]
    side.later(minutes=5)
    side.ada.branch("main")
    path = side.ada.folder / "buffer.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(LINE, ""), encoding="utf-8")
    side.ada.push()
    assert side.apply().failed  # nobody planned the resume
    assert [each["status"] for each in side.sandbox.posts()] == ["draft"]
    again = side.planned("again", other=post("other", "Another", "2029-12-22 09:00"))
    side.land(again)
    assert not side.apply().failed
    assert side.texts() == ["Another", "Later", "We are live"]
    assert {each["status"] for each in side.sandbox.posts()} == {"scheduled"}


@pytest.mark.parametrize("by_a_person", [*long(False), True], ids=["as we left it", "a person edited it"])
def test_a_removal_that_was_reviewed_before_the_suspension(launched: Team, *, by_a_person: bool) -> None:
    """It deletes the draft that only the suspension changed since; what a person changed stays a draft."""
    number = launched.open("gone", launch="")
    assert not launched.plan(number).failed
    root(launched, SUSPENDED)
    assert not launched.apply().failed
    assert statuses(launched) == {"We are live": "draft"}
    if by_a_person:
        launched.sandbox.person.edit_post(launched.sandbox.posts()[0]["id"], text="We are not")
    launched.merge(number)
    assert not launched.apply().failed
    assert statuses(launched) == ({"We are not": "draft"} if by_a_person else {})
