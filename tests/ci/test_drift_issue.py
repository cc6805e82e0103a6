"""The nightly run: an issue is open while Buffer differs from the last apply."""

from __future__ import annotations

import pytest

from tests.ci.conftest import Team, post
from tests.ci.fake_github import PERSON


@pytest.fixture
def applied(team: Team) -> Team:
    """A team whose post is in Buffer."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    team.merge(number)
    assert not team.apply().failed
    return team


def night(team: Team, *, key: str = "sandbox") -> None:
    """The nightly run, which must not fail."""
    ran = team.drift(key=key)
    assert not ran.failed, ran.log


@pytest.mark.long
def test_no_drift_no_issue(applied: Team) -> None:
    """Nothing is written."""
    night(applied)
    assert applied.github.issues == []


def test_drift_opens_one_issue(applied: Team) -> None:
    """One issue, no matter how many nights it lasts; it says what to do and is updated with each change."""
    (live,) = applied.sandbox.posts()
    applied.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    night(applied)
    night(applied)
    (issue,) = applied.github.issues
    assert issue["title"] == "Buffer no longer matches your files"
    assert "Acme/twitter:acme/launch" in issue["body"]
    applied.sandbox.person.delete_post(live["id"])
    applied.sandbox.clock.advance(hours=24)
    night(applied)
    (issue,) = applied.github.issues
    assert "deleted" in issue["body"]
    assert issue["state"] == "open"


def test_it_is_closed_when_all_is_well_again(applied: Team) -> None:
    """And the next drift opens another one."""
    (live,) = applied.sandbox.posts()
    applied.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    night(applied)
    applied.sandbox.person.edit_post(live["id"], text="We are live")
    night(applied)
    (issue,) = applied.github.issues
    assert issue["state"] == "closed"
    assert "**Resolved.**" in issue["body"]
    applied.sandbox.person.edit_post(live["id"], text="Again")
    night(applied)
    assert [each["state"] for each in applied.github.issues] == ["closed", "open"]


def test_a_persons_issue_is_never_taken_for_ours(applied: Team) -> None:
    """Whatever text it begins with."""
    theirs = {"number": 77, "state": "open", "user": PERSON, "body": "<!-- bufferctl:drift -->", "title": "Mine"}
    applied.github.issues.append(dict(theirs))
    night(applied)
    assert applied.github.issues == [theirs]


def test_a_night_without_a_key_fails(applied: Team) -> None:
    """An expired key is noticed before it matters."""
    ran = applied.drift(key="expired")
    assert ran.failed
    assert applied.github.issues == []
