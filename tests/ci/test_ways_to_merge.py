"""Every way in which a forge brings a request into the branch ends alike: what was shown is sent, with a receipt."""

from __future__ import annotations

import pytest

from tests.ci.conftest import Team, post
from tests.conftest import long


def receipt(team: Team, number: int) -> str:
    """The last comment of a pull request, of the plan's and the receipt's."""
    assert len(team.github.bodies(number)) == 2
    return team.github.bodies(number)[1]


def planned(team: Team, branch: str, **files: str) -> int:
    """An open pull request with its plan."""
    number = team.open(branch, **files)
    assert not team.plan(number).failed
    return number


def land(team: Team, number: int, way: str) -> None:
    """Bring a pull request into main as GitHub does, with other commits than those of its branch."""
    head = team.github.pulls[number]["head"]["sha"]
    team.ada.branch("main")
    if way == "squash":
        team.ada.git("merge", "--quiet", "--squash", head)
        team.ada.git("commit", "--quiet", "--message", f"Squash #{number}")
    else:
        team.ada.git("cherry-pick", "--no-ff", f"origin/main..{head}")
    team.ada.git("push", "--quiet", "origin", "main")
    team.github.merged(number, team.ada.git("rev-parse", "HEAD"))


@pytest.mark.parametrize("way", ["squash", *long("rebase")])
def test_other_commits_than_those_of_the_branch(team: Team, way: str) -> None:
    """Of several commits: the plan of the branch's last commit counts."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.edit(number, launch=post("launch", "We are live at last"))
    team.plan(number)
    land(team, number, way)
    assert not team.apply().failed
    assert team.texts() == ["We are live at last"]
    assert "1 created" in receipt(team, number)


def test_a_merge_queue_that_lands_two_at_once(team: Team) -> None:
    """Two squashes in one push: one run sends both, and each has its receipt."""
    assert not team.apply().failed
    numbers = [
        planned(team, "one", one=post("one", "First")),
        planned(team, "two", two=post("two", "Second", due="2029-12-21 09:00")),
    ]
    for number in numbers:
        land(team, number, "squash")
    assert not team.apply().failed
    assert team.texts() == ["First", "Second"]
    assert all("2 created" in receipt(team, number) for number in numbers)


def test_a_force_push(team: Team) -> None:
    """The same comment shows the new plan; the plan of the commit that is gone agrees to nothing."""
    number = planned(team, "launch", launch=post("launch", "We are live"))
    team.ada.branch("launch")
    team.ada.write(launch=post("launch", "Something else"))
    team.ada.git("add", "--all")
    team.ada.git("commit", "--quiet", "--message", "Anew")
    team.ada.git("push", "--quiet", "--force", "origin", "HEAD")
    team.github.pushed(number)
    team.plan(number)
    (comment,) = team.github.bodies(number)
    assert "Something else" in comment
    team.merge(number)
    assert not team.apply().failed
    assert team.texts() == ["Something else"]


def test_a_second_request_with_the_same_head_into_another_branch(team: Team) -> None:
    """Its plan, newer and of the same commit, agrees to nothing on main; that of the merged one does."""
    number = planned(team, "launch", launch=post("launch", "We are live"))
    team.github.repository.git("branch", "develop", "main")
    other = team.github.open_pull("launch")
    team.github.pulls[other]["base"]["ref"] = "develop"
    team.plan(other)
    assert "**Merging this publishes nothing.**" in team.github.bodies(other)[0]
    team.github.artifacts = [each for each in team.github.artifacts if each.name.startswith("bufferctl-plan-2-")]
    team.merge(number)
    assert team.apply().failed
    assert team.texts() == []
    assert "**Its plan was not applied**" in receipt(team, number)
