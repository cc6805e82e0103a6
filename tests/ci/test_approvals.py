"""`policy: {approvals: N}`: what was merged is published only if that many people approved it, on both forges.

Each story is a sentence of the rule, or a way around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.ci.conftest import FILES, Team, keep, kept, post
from tests.ci.fake_github import COMMITS
from tests.ci.sides import OnGitHub, OnGitLab, Side, on_github_in, on_gitlab_in
from tests.conftest import long
from tests.planfile.forging import forged

LAUNCH = post("launch", "We are live")
ONE = "policy: {approvals: 1}\n"


Make = Callable[[str], Side]


@pytest.fixture(scope="module")
def applied(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """For each forge a repository to begin with, that wants one approval of each request: a first apply is done."""

    @cache
    def made(forge: str) -> Path:
        with _IN[forge](tmp_path_factory.mktemp(forge), begun) as side:
            set_policy(side, ONE)
            ran = side.apply()
            assert not ran.failed, ran.log
            return keep(side.repository, side.ada)

    return made


_IN: dict[str, Callable[[Path, Path], AbstractContextManager[Side]]] = {"github": on_github_in, "gitlab": on_gitlab_in}


@pytest.fixture(scope="module")
def asking(applied: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Make]:
    """The same with an open request whose check passed a minute ago, which most stories begin with."""
    with ExitStack() as opened:

        @cache
        def made(forge: str) -> Callable[[], Side]:
            side = opened.enter_context(_IN[forge](tmp_path_factory.mktemp(forge), applied(forge)))
            assert planned(side) == 1
            return kept(side)

        yield lambda forge: made(forge)()


@pytest.fixture
def make(
    request: pytest.FixtureRequest, tmp_path: Path, applied: Callable[[str], Path], asking: Make
) -> Iterator[Make]:
    """A side of a forge whose repository wants one approval of each request; a first apply is done.

    For a test that takes `number`, request 1 is open, and its check passed a minute ago.
    """
    if "number" in request.fixturenames:
        yield asking
        return
    with ExitStack() as opened:
        yield lambda forge: opened.enter_context(_IN[forge](tmp_path, applied(forge)))


@pytest.fixture
def number() -> int:
    """The open request that a side begins with, if a test takes this."""
    return 1


@pytest.fixture(params=["github", pytest.param("gitlab", marks=pytest.mark.long)])
def side(request: pytest.FixtureRequest, make: Make) -> Side:
    """A side of each forge."""
    return make(request.param)


@pytest.fixture(params=["github", "gitlab"])
def both(request: pytest.FixtureRequest, make: Make) -> Side:
    """The same, for what `make test` tells on both forges."""
    return make(request.param)


@pytest.fixture
def github(make: Make) -> OnGitHub:
    """The same on GitHub."""
    made = make("github")
    assert isinstance(made, OnGitHub)
    return made


@pytest.fixture
def gitlab(make: Make) -> OnGitLab:
    """The same on GitLab."""
    made = make("gitlab")
    assert isinstance(made, OnGitLab)
    return made


def set_policy(side: Side, policy: str) -> None:
    """Somebody pushes another policy straight to main."""
    side.ada.branch("main")
    (side.ada.folder / "buffer.yaml").write_text(FILES + policy, encoding="utf-8")
    side.ada.push()


def planned(side: Side, **files: str) -> int:
    """An open request whose check passed a minute ago."""
    number = side.planned("launch", **(files or {"launch": LAUNCH}))
    side.later(minutes=1)
    return number


def merged(side: Side, number: int, way: str = "merge") -> Any:
    """The run after a merge."""
    side.later(minutes=1)
    side.land(number, way)
    return side.apply()


def words(comment: str) -> str:
    """A comment without what keeps it from mentioning people."""
    return comment.replace("&#8203;", "").replace("\u200b", "")


def refused(side: Side, number: int, why: str, way: str = "merge") -> None:
    """Nothing is published after the merge, and the receipt says why."""
    ran = merged(side, number, way)
    assert (ran.failed, side.texts()) == (True, []), ran.log
    receipt = words(side.comments(number)[-1])
    assert "**Its plan was not applied**" in receipt
    assert why in receipt, receipt


def published(side: Side, number: int, way: str = "merge") -> None:
    """It is published after the merge, once."""
    ran = merged(side, number, way)
    assert (ran.failed, side.texts()) == (False, ["We are live"]), ran.log
    ran = side.apply()
    assert (ran.failed, side.texts()) == (False, ["We are live"]), ran.log


def test_none(side: Side, number: int) -> None:
    """The comment says it before the merge; without an approval nothing is published."""
    assert "**Merging publishes nothing before 1 approval.**" in side.comments(number)[0]
    refused(side, number, "it needs 1 approval and has none")


@pytest.mark.parametrize("both", [*long("github"), "gitlab"], indirect=True)
def test_one(both: Side, number: int) -> None:
    """One approval of somebody else, after the plan: published."""
    both.approve(number, "bob")
    published(both, number)


@pytest.mark.long
def test_the_line_that_lets_a_scheduled_post_out(side: Side, number: int) -> None:
    """It sends nothing and needs one all the same: until then the post needs somebody, as the freeze says."""
    side.approve(number, "bob")
    published(side, number)
    set_policy(side, "policy: {approvals: 1, freeze: [{from: 2029-12-20, to: 2029-12-27}]}\n")
    assert "It is in Buffer already and goes out during a freeze" in " ".join(side.apply().log.split())
    exempt = LAUNCH.replace("    text:", "    freeze: false\n    text:")
    number = side.planned("out", launch=exempt)
    ran = merged(side, number)
    assert ran.failed
    assert "#2 is not applied: it needs 1 approval and has none" in ran.log.replace("!", "#")
    assert "Nothing of this was reviewed, so nothing was sent" in ran.log
    number = side.planned("later", later=post("later", "After it", "2029-12-29 09:00"))
    side.later(minutes=1)
    side.approve(number, "bob")
    ran = merged(side, number)
    assert not ran.failed, ran.log
    assert "during a freeze" not in side.apply().log
    assert side.texts() == ["After it", "We are live"]


def let_out(side: Side) -> str:
    """The entry of a scheduled post that an approved `freeze: false` lets out of a later freeze."""
    exempt = LAUNCH.replace("    text:", "    freeze: false\n    text:")
    number = planned(side)
    side.approve(number, "bob")
    published(side, number)
    set_policy(side, "policy: {approvals: 1, freeze: [{from: 2029-12-20, to: 2029-12-27}]}\n")
    side.apply()
    number = side.planned("out", launch=exempt)
    side.later(minutes=1)
    side.approve(number, "bob")
    assert not merged(side, number).failed
    return exempt


def test_a_line_that_was_agreed_to_once_and_removed(side: Side) -> None:
    """It counts no more, although nobody approved either of the requests that removed it and wrote it again."""
    exempt = let_out(side)
    number = side.open("gone", launch=LAUNCH)
    side.plan(number)
    ran = merged(side, number)
    assert ran.failed
    assert "Recording that a `freeze: false` is gone" in ran.log
    number = side.planned("again", launch=exempt)
    ran = merged(side, number)
    assert ran.failed
    assert "Nothing of this was reviewed, so nothing was sent" in ran.log


@pytest.mark.long
def test_a_line_that_was_removed_and_written_again_before_an_apply(side: Side) -> None:
    """Two merges between two applies: the second one is shown as what it is, and needs its approval."""
    exempt = let_out(side)
    number = side.open("gone", launch=LAUNCH)
    side.plan(number)
    side.later(minutes=1)
    side.approve(number, "bob")
    side.land(number)
    number = side.planned("again", launch=exempt)
    assert "It goes out during a freeze that your team agreed on" in side.comments(number)[0]
    ran = merged(side, number)
    assert ran.failed
    assert "its `freeze: false` does not count" in " ".join(ran.log.split())
    number = side.planned("later", later=post("later", "After it", "2029-12-29 09:00"))
    side.later(minutes=1)
    side.approve(number, "bob")
    assert not merged(side, number).failed
    assert "during a freeze" not in side.apply().log


def test_authors(side: Side, number: int) -> None:
    """Whoever wrote a commit of it, or opened it, does not count."""
    side.approve(number, "ada")
    refused(side, number, "`ada` opened it or wrote some of it")


def test_co_authors(side: Side) -> None:
    """A trailer makes bob an author: his approval does not count, cleo's does."""
    number = side.open("launch", launch=post("launch", "We are alive"))
    side.ada.write(launch=LAUNCH)
    side.ada.push("Write\n\nCo-authored-by: Somebody <bob@acme.example>")
    side.pushed(number)
    assert not side.plan(number).failed
    side.later(minutes=1)
    side.approve(number, "bob")
    refused(side, number, "`bob` opened it or wrote some of it")


@pytest.mark.long
def test_co_authors_leave_others(side: Side) -> None:
    """Who wrote none of it still counts."""
    number = side.open("launch", launch=post("launch", "We are alive"))
    side.ada.write(launch=LAUNCH)
    side.ada.push("Write\n\nco-authored-BY: Somebody <bob@acme.example>")
    side.pushed(number)
    assert not side.plan(number).failed
    side.later(minutes=1)
    side.approve(number, "cleo")
    published(side, number)


@pytest.mark.parametrize("trailer", ["", *long("Co-authored-by: Bob <bob@at-home.example>")])
def test_an_author_whom_the_forge_does_not_know(side: Side, trailer: str) -> None:
    """It may be anybody, also whoever approves: the comment warns, and nothing is published."""
    number = side.open("launch", launch=post("launch", "We are alive"))
    side.ada.write(launch=LAUNCH)
    side.ada.git("add", "--all")
    name = [] if trailer else ["--author", "Bob <bob@at-home.example>"]
    side.ada.git("commit", "--quiet", *name, "--message", f"Write\n\n{trailer}")
    side.ada.send()
    side.pushed(number)
    assert not side.plan(number).failed
    assert "bob@at-home.example" in words(side.comments(number)[0])
    side.later(minutes=1)
    side.approve(number, "bob")
    refused(side, number, "bob@at-home.example")


@pytest.mark.long
def test_robots_write_and_are_nobody(side: Side) -> None:
    """A suggestion that was taken over has the robot as co-author: bob's approval counts."""
    robot = "41898282+github-actions[bot]@users.noreply.github.com"
    if isinstance(side, OnGitLab):
        robot = "project_7_bot_1f@noreply.gitlab.example"
    number = side.open("launch", launch=post("launch", "We are alive"))
    side.ada.write(launch=LAUNCH)
    side.ada.push(f"Apply suggestion\n\nCo-authored-by: robot <{robot}>")
    side.pushed(number)
    assert not side.plan(number).failed
    side.later(minutes=1)
    side.approve(number, "bob")
    published(side, number)


def test_a_private_address_names_its_account(github: OnGitHub) -> None:
    """GitHub's own addresses have the account's id, also where GitHub names nobody for them."""
    number = github.open("launch", launch=post("launch", "We are alive"))
    github.ada.write(launch=LAUNCH)
    github.ada.push("Write\n\nCo-authored-by: B <12+old-name@users.noreply.github.com>")
    github.pushed(number)
    assert not github.plan(number).failed
    github.later(minutes=1)
    github.approve(number, "bob")
    refused(github, number, "`bob` opened it or wrote some of it")


def test_stale_head(side: Side) -> None:
    """Approved before another commit that changes a post: that one was not approved."""
    number = side.planned("launch", launch=post("launch", "We are alive"))
    side.later(minutes=1)
    side.approve(number, "bob")
    side.later(minutes=1)
    side.edit(number, launch=LAUNCH)
    assert not side.plan(number).failed
    refused(side, number, "it needs 1 approval and has none")


@pytest.mark.long
def test_stale_head_with_the_same_plan(github: OnGitHub, number: int) -> None:
    """A later commit that changes nothing of the plan leaves the approval as it is."""
    github.approve(number, "bob")
    github.later(minutes=1)
    github.ada.git("checkout", "--quiet", github.branch_of(number))
    (github.ada.folder / "README.md").write_text("About us\n", encoding="utf-8")
    github.ada.push("Write more")
    github.pushed(number)
    assert not github.plan(number).failed
    published(github, number)


def test_on_gitlab_a_push_ends_approvals(gitlab: OnGitLab, number: int) -> None:
    """GitLab ties no approval to a commit, so only one after the last push counts."""
    gitlab.approve(number, "bob")
    gitlab.later(minutes=1)
    gitlab.ada.git("checkout", "--quiet", gitlab.branch_of(number))
    (gitlab.ada.folder / "README.md").write_text("About us\n", encoding="utf-8")
    gitlab.ada.push("Write more")
    gitlab.pushed(number)
    assert not gitlab.plan(number).failed
    refused(gitlab, number, "`bob` approved before the last push")


def test_approved_before_the_first_plan(side: Side) -> None:
    """Nobody saw what would be published."""
    number = side.open("launch", launch=LAUNCH)
    side.later(minutes=1)
    side.approve(number, "bob")
    side.later(minutes=1)
    assert not side.plan(number).failed
    refused(side, number, "`bob` approved another plan, or none")


@pytest.mark.long
def test_replanned_with_the_same_plan(side: Side, number: int) -> None:
    """Planned again after the approval, with the same digest: published."""
    side.approve(number, "bob")
    side.later(days=6)
    assert not side.plan_again(number).failed
    published(side, number)


@pytest.mark.long
def test_replanned_with_another_plan(side: Side) -> None:
    """The account changed in the meantime, so another plan is shown than was approved."""
    side.straight_to_main(more=post("more", "And more", due="2029-12-21 09:00"))
    number = planned(side)
    side.approve(number, "bob")
    side.later(minutes=1)
    assert not side.decide("everything").failed
    assert not side.plan_again(number).failed
    ran = merged(side, number)
    assert (ran.failed, side.texts()) == (True, ["And more"]), ran.log
    assert "`bob` approved another plan, or none" in words(side.comments(number)[-1])


def test_objection(side: Side, number: int) -> None:
    """Somebody who may write objects: nothing is published, however many approve."""
    side.reject(number, "cleo")
    side.later(minutes=1)
    side.approve(number, "bob")
    refused(side, number, "`cleo` requested changes")


@pytest.mark.long
def test_objection_of_whoever_approved(github: OnGitHub, number: int) -> None:
    """The later one of a person counts; a comment is neither."""
    github.approve(number, "bob")
    github.reject(number, "bob")
    github.team.github.review(number, "bob", "COMMENTED")
    refused(github, number, "`bob` requested changes")


@pytest.mark.long
def test_objection_that_was_lifted(github: OnGitHub, number: int) -> None:
    """Whoever objected approves: published."""
    github.reject(number, "bob")
    github.later(minutes=1)
    github.approve(number, "bob")
    published(github, number)


@pytest.mark.long
def test_objection_that_was_dismissed(github: OnGitHub, number: int) -> None:
    """It blocks no more, and an approval before it does not come back."""
    github.approve(number, "bob")
    github.later(minutes=1)
    github.team.github.review(number, "bob", "CHANGES_REQUESTED")["state"] = "DISMISSED"
    refused(github, number, "it needs 1 approval and has none")


def test_approval_that_was_dismissed(github: OnGitHub, number: int) -> None:
    """It counts no more."""
    github.team.github.review(number, "bob")["state"] = "DISMISSED"
    refused(github, number, "it needs 1 approval and has none")


def test_objection_after_the_merge(github: OnGitHub, number: int) -> None:
    """It blocks as long as nothing is sent."""
    github.approve(number, "bob")
    github.later(minutes=1)
    github.land(number)
    github.later(minutes=1)
    github.reject(number, "cleo")
    ran = github.apply()
    assert (ran.failed, github.texts()) == (True, []), ran.log


@pytest.mark.long
def test_squash(side: Side, number: int) -> None:
    """The approval is of the branch's last commit, whatever the merge makes of it."""
    side.approve(number, "bob")
    published(side, number, "squash")


@pytest.mark.long
def test_squash_without(side: Side, number: int) -> None:
    """As any other merge."""
    refused(side, number, "it needs 1 approval and has none", "squash")


@pytest.mark.long
def test_queue(side: Side, number: int) -> None:
    """What the queue tests is no head of a request: the approval of the head counts, one of the group does not."""
    side.approve(number, "bob")
    side.later(minutes=1)
    ran = side.in_queue(number)
    assert not ran.failed, ran.log
    published(side, number)


@pytest.mark.long
def test_queue_without(github: OnGitHub, number: int) -> None:
    """A review that names the commit of the group."""
    assert not github.in_queue(number).failed
    group = github.repository.head(f"refs/pull/{number}/merge")
    github.team.github.review(number, "bob", commit=group)
    refused(github, number, "`bob` approved another plan, or none")


def test_public_reader(side: Side, number: int) -> None:
    """Neither an approval nor an objection of somebody who may not write counts."""
    side.approve(number, "mallory")
    refused(side, number, "`mallory` may not write to this repository")


@pytest.mark.long
def test_an_objection_of_the_public(side: Side, number: int) -> None:
    """Anybody could keep a public repository from publishing."""
    side.reject(number, "mallory")
    side.approve(number, "bob")
    published(side, number)


def test_late(side: Side, number: int) -> None:
    """After the merge it is too late, on every later run."""
    side.later(minutes=1)
    side.land(number)
    side.later(minutes=1)
    side.approve(number, "bob")
    for _ in range(2):
        ran = side.apply()
        assert (ran.failed, side.texts()) == (True, []), ran.log
    assert "`bob` approved after the merge" in words(side.comments(number)[-1])


@pytest.mark.parametrize("both", [*long("github"), "gitlab"], indirect=True)
def test_by_hand(both: Side, number: int) -> None:
    """A run by hand for its number, by somebody else, publishes it, and the summary says who decided."""
    refused(both, number, "somebody who wrote none of it can run")
    assert f"`approve {number}`" in both.comments(number)[-1]
    ran = both.decide(f"approve {number}", "bob")
    assert (ran.failed, both.texts()) == (False, ["We are live"]), ran.log
    assert "By hand" in ran.log
    assert "1 created" in both.comments(number)[-1]


@pytest.mark.parametrize("decision", ["approve 1", *long("everything", "reapply Acme/twitter:acme/launch")])
def test_by_hand_by_its_author(side: Side, number: int, decision: str) -> None:
    """No run by hand of its author publishes it, however it is called."""
    refused(side, number, "it needs 1 approval and has none")
    ran = side.decide(decision, "ada")
    assert (ran.failed, side.texts()) == (True, []), ran.log
    ran = side.decide(decision, "bob")
    assert (ran.failed, side.texts()) == (False, ["We are live"]), ran.log


def test_by_hand_on_a_push(side: Side, number: int) -> None:
    """The number counts only where a person started the run."""
    refused(side, number, "it needs 1 approval and has none")
    for decision in (f"approve {number}", "everything"):
        ran = side.apply(decision=decision)
        assert (ran.failed, side.texts()) == (True, []), ran.log


@pytest.mark.long
def test_by_hand_by_a_robot(github: OnGitHub, number: int) -> None:
    """A workflow of anybody's branch can start a run as the robot."""
    refused(github, number, "it needs 1 approval and has none")
    robot = {"login": "github-actions[bot]", "type": "Bot", "id": 41898282}
    for decision in (f"approve {number}", "everything"):
        ran = github.team.apply_as("workflow_dispatch", sent={"sender": robot}, decision=decision)
        assert (ran.failed, github.texts()) == (True, []), ran.log


@pytest.mark.parametrize("decision", ["approve 1", *long("everything")])
def test_by_hand_run_again_by_its_author(github: OnGitHub, number: int, decision: str) -> None:
    """Anybody who may write runs bob's run again, with the newest files: only bob decides so."""
    refused(github, number, "it needs 1 approval and has none")
    github.team.environment |= {"GITHUB_RUN_ATTEMPT": "2", "GITHUB_TRIGGERING_ACTOR": "ada"}
    ran = github.decide(decision, "bob")
    assert (ran.failed, github.texts()) == (True, []), ran.log
    github.team.environment["GITHUB_TRIGGERING_ACTOR"] = "bob"
    ran = github.decide(decision, "bob")
    assert (ran.failed, github.texts()) == (False, ["We are live"]), ran.log


@pytest.mark.long
def test_by_hand_is_remembered(side: Side, number: int) -> None:
    """What could not be sent in that run is sent by a later one."""
    refused(side, number, "it needs 1 approval and has none")
    side.connect("twitter", is_connected=False)
    assert side.decide(f"approve {number}", "bob").failed
    side.connect("twitter", is_connected=True)
    ran = side.apply(scheduled=True)
    assert (ran.failed, side.texts()) == (False, ["We are live"]), ran.log


@pytest.mark.long
def test_by_hand_of_another_number(side: Side, number: int) -> None:
    """A number that does not wait may be about other files: a warning says what does."""
    refused(side, number, "it needs 1 approval and has none")
    ran = side.decide(f"approve {number + 7}", "bob")
    assert (ran.failed, side.texts()) == (True, []), ran.log
    assert side.name(number) in ran.log


def test_on_gitlab_an_approval_without_a_time(gitlab: OnGitLab, number: int) -> None:
    """Unknown counts as not approved."""
    gitlab.gitlab.approve(number, "bob", is_dated=False)
    refused(gitlab, number, "GitLab does not say when `bob` approved")


def test_on_gitlab_without_a_time_of_the_merge(gitlab: OnGitLab, number: int) -> None:
    """Nobody knows which approval was before it."""
    gitlab.later(minutes=1)
    gitlab.land(number)
    gitlab.gitlab.requests[number]["merged_at"] = None
    gitlab.later(minutes=1)
    gitlab.approve(number, "bob")
    ran = gitlab.apply()
    assert (ran.failed, gitlab.texts()) == (True, []), ran.log
    assert "GitLab does not say when it was merged" in words(gitlab.comments(number)[-1])


@pytest.mark.long
def test_on_gitlab_without_a_time_of_the_merge_it_is_not_forgotten(gitlab: OnGitLab, number: int) -> None:
    """The next run by hand of its author publishes nothing, either."""
    gitlab.land(number)
    gitlab.gitlab.requests[number]["merged_at"] = None
    assert gitlab.apply().failed
    ran = gitlab.decide("everything", "ada")
    assert (ran.failed, gitlab.texts()) == (True, []), ran.log
    ran = gitlab.decide(f"approve {number}", "bob")
    assert (ran.failed, gitlab.texts()) == (False, ["We are live"]), ran.log


@pytest.mark.long
def test_on_gitlab_a_member_who_is_blocked(gitlab: OnGitLab, number: int) -> None:
    """They may not write any more."""
    gitlab.approve(number, "bob")
    gitlab.gitlab.blocked.add(12)
    refused(gitlab, number, "`bob` may not write to this repository")


@pytest.mark.long
def test_an_opener_whom_the_forge_does_not_know(side: Side, number: int) -> None:
    """It may be anybody, also whoever approves."""
    if isinstance(side, OnGitHub):
        side.team.github.pulls[number]["user"] = None
    if isinstance(side, OnGitLab):
        side.gitlab.requests[number]["author"] = None
    side.approve(number, "bob")
    refused(side, number, "not all of its authors are known: the account that opened it")


def test_no_commit_is_listed(side: Side, number: int) -> None:
    """A request has at least one, so its authors are unknown."""
    side.approve(number, "bob")
    side.repository.hides_commits = True
    refused(side, number, "not all of its authors are known: commits that")


def test_robots(side: Side, number: int) -> None:
    """A workflow of the branch could approve as the robot, so robots approve nothing."""
    robot = "project_7_bot_1f" if isinstance(side, OnGitLab) else "github-actions[bot]"
    side.approve(number, robot)
    refused(side, number, f"`{robot}` is a bot")


@pytest.mark.long
def test_another_name(side: Side, number: int) -> None:
    """An account is known by its id: ada with another name is still ada, and bob is still somebody else."""
    side.approve(number, "ada")
    side.rename("ada", "eve")
    refused(side, number, "`eve` opened it or wrote some of it")


@pytest.mark.long
def test_one_person_twice(side: Side) -> None:
    """Two approvals of one person are one."""
    set_policy(side, "policy: {approvals: 2}\n")
    assert not side.apply().failed
    number = planned(side)
    side.approve(number, "bob")
    side.later(minutes=1)
    side.approve(number, "bob")
    refused(side, number, "it needs 2 approvals and has 1")


@pytest.mark.long
def test_two(side: Side) -> None:
    """Of two people."""
    set_policy(side, "policy: {approvals: 2}\n")
    assert not side.apply().failed
    number = planned(side)
    assert "**Merging publishes nothing before 2 approvals.**" in side.comments(number)[0]
    side.approve(number, "bob")
    side.approve(number, "cleo")
    published(side, number)


@pytest.mark.long
def test_many_reviews(github: OnGitHub, number: int) -> None:
    """All pages are read: an objection on the second one blocks."""
    for _ in range(99):
        github.team.github.review(number, "bob", "COMMENTED")
    github.approve(number, "bob")
    github.reject(number, "cleo")
    refused(github, number, "`cleo` requested changes")


@pytest.mark.long
def test_many_commits(side: Side) -> None:
    """All pages are read: bob wrote the last commit but one."""
    number = side.open("launch", launch=post("launch", "We are alive"))
    commit = side.ada.git("rev-parse", "HEAD")
    tree = side.ada.git("rev-parse", "HEAD^{tree}")
    for each in range(COMMITS):
        message = "Write\n\nCo-authored-by: Bob <bob@acme.example>" if each == COMMITS - 2 else "Write"
        commit = side.ada.git("commit-tree", tree, "-p", commit, "-m", message)
    side.ada.git("reset", "--quiet", "--hard", commit)
    side.ada.write(launch=LAUNCH)
    side.ada.push()
    side.pushed(number)
    assert not side.plan(number).failed
    side.later(minutes=1)
    side.approve(number, "bob")
    refused(side, number, "`bob` opened it or wrote some of it")


def test_more_commits_than_are_listed(github: OnGitHub) -> None:
    """GitHub lists 250: who wrote the others is unknown, so nobody's approval counts."""
    github.team.github.uncounted = 251
    number = planned(github)
    github.approve(number, "bob")
    refused(github, number, "not all of its authors are known")


@pytest.mark.parametrize("way", ["merge", *long("squash", "rebase")])
def test_a_request_does_not_lower_its_own_number(side: Side, way: str) -> None:
    """The policy is that of the branch before the merge, also where a rebase makes several commits of it."""
    side.ada.branch(way)
    (side.ada.folder / "buffer.yaml").write_text(FILES, encoding="utf-8")
    side.ada.push("Without a policy")
    side.ada.write(launch=LAUNCH)
    side.ada.push("A post")
    number = side.request(way)
    assert not side.plan(number).failed
    refused(side, number, "it needs 1 approval and has none", way)


@pytest.mark.long
def test_a_rebase_before_the_first_apply(team: Team) -> None:
    """Nobody knows where the branch was before it: the base of its plan has the number that its commits take away."""
    github = OnGitHub(team)
    set_policy(github, ONE)
    github.ada.branch("first")
    (github.ada.folder / "buffer.yaml").write_text(FILES, encoding="utf-8")
    github.ada.push("Without a policy")
    github.ada.write(launch=LAUNCH)
    github.ada.push("A post")
    number = github.request("first")
    assert not github.plan(number).failed
    refused(github, number, "it needs 1 approval and has none", "rebase")


def test_a_request_is_not_asked_by_its_own_number(side: Side) -> None:
    """A policy applies from the next request on."""
    set_policy(side, "")
    assert not side.apply().failed
    side.ada.branch("launch")
    (side.ada.folder / "buffer.yaml").write_text(FILES + ONE, encoding="utf-8")
    side.ada.write(launch=LAUNCH)
    side.ada.push()
    number = side.request("launch")
    assert not side.plan(number).failed
    published(side, number)


ORGANIZATION = FILES.replace("  - name: Acme\n", "  - name: Acme\n    policy: {approvals: 2}\n")


def test_an_organizations_number(side: Side) -> None:
    """The larger one counts."""
    assert ORGANIZATION != FILES
    side.ada.branch("main")
    (side.ada.folder / "buffer.yaml").write_text(ORGANIZATION + ONE, encoding="utf-8")
    side.ada.push()
    assert not side.apply().failed
    number = planned(side)
    assert "before 2 approvals" in side.comments(number)[0]
    side.approve(number, "bob")
    refused(side, number, "it needs 2 approvals and has 1")


@pytest.mark.long
def test_an_organization_by_another_name(side: Side) -> None:
    """A request that renames an organization in the files is asked by the strictest."""
    side.ada.branch("main")
    (side.ada.folder / "buffer.yaml").write_text(ORGANIZATION, encoding="utf-8")
    side.ada.push()
    assert not side.apply().failed
    organization = side.sandbox.channel("twitter")["organizationId"]
    side.ada.branch("launch")
    renamed = FILES.replace("  - name: Acme\n", f"  - id: {organization}\n")
    (side.ada.folder / "buffer.yaml").write_text(renamed, encoding="utf-8")
    side.ada.write(launch=LAUNCH)
    side.ada.push()
    number = side.request("launch")
    assert not side.plan(number).failed
    refused(side, number, "it needs 2 approvals and has none")


@pytest.mark.long
def test_an_organization_by_the_name_of_another(side: Side) -> None:
    """A request that gives an organization's id to the name of one that asks for less is asked by the strictest."""
    side.ada.branch("main")
    (side.ada.folder / "buffer.yaml").write_text(
        f"{ORGANIZATION}  - {{name: Globex, channels: []}}\n", encoding="utf-8"
    )
    side.ada.push()
    assert not side.apply().failed
    organization = side.sandbox.channel("twitter")["organizationId"]
    side.ada.branch("launch")
    renamed = FILES.replace("  - name: Acme\n", f"  - name: Globex\n    id: {organization}\n")
    (side.ada.folder / "buffer.yaml").write_text(renamed, encoding="utf-8")
    side.ada.write(launch=LAUNCH)
    side.ada.push()
    number = side.request("launch")
    assert not side.plan(number).failed
    assert "before 2 approvals" in side.comments(number)[0]
    refused(side, number, "it needs 2 approvals and has none")


def test_a_forged_plan_is_not_what_was_approved(side: Side, number: int) -> None:
    """A run after the approval keeps a plan with another digest, so nothing is published."""
    side.approve(number, "bob")
    side.later(minutes=1)
    other = side.open("other", launch=LAUNCH, more=post("more", "More", due="2029-12-21 09:00"))
    assert not side.plan(other).failed
    another = side.plan_of(other)
    if isinstance(side, OnGitLab):
        head = side.gitlab.requests[number]["sha"]
        described = b'{"number": %d, "head": "%s", "branch": "main"}' % (number, head.encode())
        files = {"bufferctl-plan/plan.json": another, "bufferctl-plan/request.json": described}
        side.gitlab.ran(number, "bufferctl-plan", files)
    else:
        side.forge_plan(number, another)
    refused(side, number, "`bob` approved another plan, or none")


def test_a_plan_that_hid_what_it_edits_is_not_what_was_approved(github: OnGitHub) -> None:
    """It did not show the new text while Bob approved; planned again it does, with the same digest: not published."""
    first = planned(github)
    github.approve(first, "bob")
    published(github, first)
    number = github.planned("edit", launch=post("launch", "We are live at last"))
    kept = github.plan_of(number)
    github.forge_plan(number, forged(kept, lambda plan: plan["plan"]["changes"][0]["change"].pop("differences")))
    github.later(minutes=1)
    github.approve(number, "bob")
    github.later(minutes=1)
    assert not github.plan_again(number).failed
    ran = merged(github, number)
    assert (ran.failed, github.texts()) == (True, ["We are live"]), ran.log
    assert "`bob` approved another plan, or none" in words(github.comments(number)[-1])


def test_an_approval_of_what_an_earlier_request_left(github: OnGitHub) -> None:
    """Ada's post was not approved. Bob's plan shows it, too: Ada's approval of that is none of her own post."""
    refused(github, planned(github), "it needs 1 approval and has none")
    other = github.open("other")
    github.ada.write(more=post("more", "And more", due="2029-12-21 09:00"))
    github.ada.git("add", "--all")
    author = ("--author", "Bob <bob@acme.example>")
    github.ada.git("commit", "--quiet", "--amend", *author, "--message", "Write")
    github.ada.send()
    github.pushed(other)
    github.team.github.pulls[other]["user"] = github.team.github.user("bob")
    assert not github.plan(other).failed
    assert "Also waiting on main" in github.comments(other)[0]
    github.later(minutes=1)
    github.approve(other, "ada")
    ran = merged(github, other)
    assert (ran.failed, github.texts()) == (True, []), ran.log
    assert "`ada` opened it or wrote some of it" in words(github.comments(other)[-1])


def test_nothing_is_asked_without_a_policy(github: OnGitHub) -> None:
    """No request to the forge more than before."""
    set_policy(github, "")
    assert not github.apply().failed
    number = planned(github)
    assert "approval" not in github.comments(number)[0]
    before = len(github.team.github.api.asked)
    published(github, number)
    asked = {each.path.rpartition("/")[2] for each in github.team.github.api.asked[before:]}
    assert not asked & {"reviews", "permission", "graphql"}
