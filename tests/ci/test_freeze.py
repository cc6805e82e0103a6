"""A freeze in a request: what is scheduled needs somebody, what is new fails the check, and nothing else is stopped."""

from __future__ import annotations

import pytest

from tests.ci.conftest import FILES, Team, post
from tests.ci.test_suspended import root, statuses

FROZEN = FILES.replace(
    "state: git\n", "state: git\npolicy: {freeze: [{from: 2029-12-20, to: 2029-12-27, reason: Nobody is here}]}\n"
)


def test_a_new_post_fails_the_check_of_its_request(team: Team) -> None:
    """With a comment that is a plan; whether or not the check is strict. The rest of it is planned."""
    root(team, FROZEN)
    number = team.open("party", party=post("party", "A party", "2029-12-21 09:00"))
    ran = team.plan(number)
    assert ran.failed
    (body,) = team.github.bodies(number)
    assert "It would go out during a freeze that your team agreed on (Nobody is here)" in body
    assert "This check fails:" in body
    assert team.plan(number, strict=False).failed
    team.merge(number)
    assert team.apply().failed
    assert statuses(team) == {}


def test_a_new_post_does_not_fail_the_check_of_another_request(team: Team) -> None:
    """It was merged all the same: it is held, and what another request brings is not."""
    root(team, FROZEN)
    team.merge(team.open("party", party=post("party", "A party", "2029-12-21 09:00")))
    number = team.open("late", late=post("late", "Later", "2029-12-29 09:00"))
    ran = team.plan(number, strict=False)
    assert not ran.failed, ran.log
    assert "1 entry already needed you before this pull request: party." in ran.log


def test_a_freeze_over_what_is_scheduled(launched: Team) -> None:
    """Its own request says so, and once it is merged, neither another one nor its apply is stopped."""
    number = root(launched, FROZEN.replace("12-20", "12-01"), "quiet")
    ran = launched.plan(number)
    assert ran.failed
    assert launched.plan(number, strict=False).failed is False
    (body,) = launched.github.bodies(number)
    assert "It is in Buffer already and goes out during a freeze" in body
    assert "freeze: false" in body
    launched.merge(number)
    assert launched.apply().failed  # somebody has to answer
    assert statuses(launched) == {"We are live": "scheduled"}
    other = launched.open("late", late=post("late", "Later", "2029-12-29 09:00"))
    assert not launched.plan(other).failed
    launched.merge(other)
    assert launched.apply().failed
    assert statuses(launched) == {"We are live": "scheduled", "Later": "scheduled"}


def test_a_reviewed_post_does_not_go_out_by_an_exemption_that_nobody_reviewed(team: Team) -> None:
    """Reviewers agreed to it before there was a freeze; that it goes out all the same is another decision."""
    number = team.open("party", party=post("party", "A party", "2029-12-21 09:00"))
    team.plan(number)
    root(team, FROZEN)
    team.merge(number)
    assert team.apply().failed
    assert statuses(team) == {}
    exempt = post("party", "A party", "2029-12-21 09:00").replace("    text:", "    freeze: false\n    text:")
    team.ada.branch("main")
    team.ada.write(party=exempt)
    team.ada.push("Let the party out")
    ran = team.apply()
    assert ran.failed
    assert "in freeze" in " ".join(ran.log.split())
    assert statuses(team) == {}
    number = team.open("again", party=exempt.replace("A party", "The party"))
    team.plan(number)
    (body,) = team.github.bodies(number)
    assert "as `freeze: false` says" in body.replace("<code>", "`").replace("</code>", "`")
    team.merge(number)
    assert not team.apply().failed
    assert statuses(team) == {"The party": "scheduled"}


@pytest.mark.long
def test_a_line_that_lets_out_what_is_scheduled_is_a_change(launched: Team) -> None:
    """Shown in the comment of its request, recorded once that is merged, and quiet since."""
    launched.merge(root(launched, FROZEN.replace("12-20", "12-01"), "quiet"))
    assert "It is in Buffer already and goes out during a freeze" in " ".join(launched.apply().log.split())
    exempt = post("launch", "We are live").replace("    text:", "    freeze: false\n    text:")
    number = launched.open("let-out", launch=exempt)
    assert not launched.plan(number).failed
    said = "It goes out during a freeze that your team agreed on (Nobody is here), as `freeze: false` says"
    (body,) = launched.github.bodies(number)
    assert said in body.replace("<code>", "`").replace("</code>", "`")
    launched.merge(number)
    ran = launched.apply()
    assert not ran.failed, ran.log
    ran = launched.apply()
    assert not ran.failed, ran.log
    assert "during a freeze" not in ran.log


@pytest.mark.long
def test_a_plan_from_before_the_freeze_does_not_let_a_scheduled_post_out(launched: Team) -> None:
    """It had nothing to do for the line, so nobody saw what it does now."""
    exempt = post("launch", "We are live").replace("    text:", "    freeze: false\n    text:")
    number = launched.open("let-out", launch=exempt)
    assert not launched.plan(number).failed
    launched.merge(number)
    root(launched, FROZEN.replace("12-20", "12-01"))
    ran = launched.apply()
    assert ran.failed
    assert "it has nothing to do, so its `freeze: false` does not count" in " ".join(ran.log.split())
    number = launched.open("late", late=post("late", "Later", "2029-12-29 09:00"))
    launched.plan(number)
    launched.merge(number)
    ran = launched.apply()
    assert not ran.failed, ran.log
    assert statuses(launched) == {"We are live": "scheduled", "Later": "scheduled"}


@pytest.mark.long
def test_a_freeze_over_a_post_that_has_the_line_asks_in_its_own_request(team: Team) -> None:
    """The post was reviewed without a freeze; whoever reviews the freeze sees that it goes out all the same."""
    exempt = post("launch", "We are live").replace("    text:", "    freeze: false\n    text:")
    number = team.open("launch", launch=exempt)
    team.plan(number)
    assert "during a freeze" not in team.github.bodies(number)[0]
    team.merge(number)
    assert not team.apply().failed
    number = root(team, FROZEN.replace("12-20", "12-01"), "quiet")
    assert not team.plan(number).failed
    said = "It goes out during a freeze that your team agreed on (Nobody is here), as `freeze: false` says"
    assert said in team.github.bodies(number)[0].replace("<code>", "`").replace("</code>", "`")
    team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log
    ran = team.apply()
    assert "during a freeze" not in ran.log
    assert statuses(team) == {"We are live": "scheduled"}


@pytest.mark.long
def test_a_post_that_was_planned_before_a_freeze_does_not_go_out_in_it(team: Team) -> None:
    """Although its file has the line: nobody saw the freeze. A new plan shows it, and then it goes out."""
    exempt = post("party", "A party", "2029-12-21 09:00").replace("    text:", "    freeze: false\n    text:")
    number = team.open("party", party=exempt)
    team.plan(number)
    root(team, FROZEN)
    team.merge(number)
    ran = team.apply()
    assert ran.failed
    assert "it does not go out during a freeze (Nobody is here)" in " ".join(ran.log.split())
    assert statuses(team) == {}
    number = team.open("again", party=exempt.replace("A party", "The party"))
    team.plan(number)
    team.merge(number)
    assert not team.apply().failed
    assert statuses(team) == {"The party": "scheduled"}
