"""Each row of the table in docs/run/ci.md, told on both forges: comments, checks, and what is sent.

A story is named after its row. It returns the request that the row is about, and whether what it brought was sent; the
words of the row are compared with that.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.ci.action import ROOT
from tests.ci.conftest import FILES, Team, post
from tests.ci.forges import TOKEN
from tests.ci.sides import OnGitHub, OnGitLab, Side, on_gitlab, side
from tests.sandbox.near import Near
from tests.stores import git

__all__ = ["on_gitlab", "side"]  # fixtures
Story = Callable[[Side], tuple[int, bool]]
TABLE = (ROOT / "docs" / "run" / "ci.md").read_text(encoding="utf-8").partition("| what happened |")[2]
#: The columns about comments, and about what is sent, by what happened.
ROWS = {
    cells[0]: (cells[1], cells[2])
    for line in TABLE.partition("\n\n")[0].splitlines()[2:]
    if (cells := [re.sub(r"\[(.+?)\]\(.+?\)", r"\1", each.strip()) for each in line.strip("|").split("|")])
}
STORIES: list[tuple[str, Story]] = []


def row(happened: str) -> Callable[[Story], Story]:
    """A story of the row that begins with these words."""

    def told(story: Story) -> Story:
        STORIES.append((happened, story))
        return story

    return told


LAUNCH = post("launch", "We are live")


@row("a pull request is opened")
def opened(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    (comment,) = side.comments(number)
    assert "### 1 new post on" in comment
    assert side.texts() == []
    side.land(number)
    assert not side.apply().failed
    assert "1 created" in side.comments(number)[1]
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("a pull request is opened")
def opened_too_late(side: Side) -> tuple[int, bool]:
    number = side.open("launch", launch=post("launch", "We are live", due="2029-12-03 10:01"))
    ran = side.plan(number)
    assert ran.failed
    assert any("because of this" in each for each in side.comments(number))
    side.edit(number, launch=LAUNCH)
    assert not side.plan(number).failed
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("a second push, or a force push")
def pushed_again(side: Side) -> tuple[int, bool]:
    return replaced(side, side.edit)


@row("a second push, or a force push")
def force_pushed(side: Side) -> tuple[int, bool]:
    return replaced(side, side.force_push)


def replaced(side: Side, push: Callable[..., None]) -> tuple[int, bool]:
    number = side.planned("launch", launch=post("launch", "We are alive"))
    push(number, launch=LAUNCH)
    assert not side.plan(number).failed
    (comment,) = side.comments(number)
    assert "We are live" in comment
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("none of the files changed")
def code_alone(side: Side) -> tuple[int, bool]:
    side.launched()
    side.ada.branch("code")
    (side.ada.folder / "main.py").write_text("print()\n", encoding="utf-8")
    side.ada.push()
    number, before = side.request("code"), len(side.sandbox.requests)
    assert not side.plan(number).failed
    side.land(number)
    assert not side.apply().failed
    return number, len(side.sandbox.requests) != before


@row("it goes into another branch (stacked)")
def stacked(side: Side) -> tuple[int, bool]:
    side.repository.git("branch", "develop", "main")
    number = side.open("launch", into="develop", launch=LAUNCH)
    assert not side.plan(number).failed
    assert "**Merging this publishes nothing.** It goes into `develop`" in side.comments(number)[0]
    side.land(number, into="develop")
    assert not side.apply().failed
    return number, side.texts() != []


@row("its target is changed to `main`")
def retargeted(side: Side) -> tuple[int, bool]:
    side.repository.git("branch", "develop", "main")
    number = side.open("launch", into="develop", launch=LAUNCH)
    side.plan(number)
    side.retarget(number, "main")
    assert not side.plan_again(number).failed
    (comment,) = side.comments(number)
    assert "publishes nothing" not in comment
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("the plan is more than 7 days old")
def expired(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    assert "may be applied until Mon 10 Dec 2029" in side.comments(number)[0]
    side.later(days=8)
    side.land(number)
    assert side.apply().failed
    assert "more than 7 days before the merge" in side.comments(number)[1]
    return number, side.texts() != []


@row("it is planned again by hand")
def planned_again(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    side.later(days=8)
    assert not side.plan_again(number).failed
    assert len(side.comments(number)) == 1
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("`policy` asks for approvals, and too few count")
def unapproved(side: Side) -> tuple[int, bool]:
    """Each sentence of the rule: test_approvals.py."""
    side.ada.branch("main")
    (side.ada.folder / "buffer.yaml").write_text(f"{FILES}policy: {{approvals: 1}}\n", encoding="utf-8")
    side.ada.push()
    assert not side.apply().failed
    number = side.planned("launch", launch=LAUNCH)
    assert "**Merging publishes nothing before 1 approval.**" in side.comments(number)[0]
    side.land(number)
    assert side.apply().failed
    return number, side.texts() != []


@row("it is merged before the check is done")
def merged_before_the_check(side: Side) -> tuple[int, bool]:
    number = side.open("launch", launch=LAUNCH)
    side.land(number)
    assert side.apply().failed
    assert "**Its plan was not applied**: no plan was made before the merge" in side.comments(number)[0]
    return number, side.texts() != []


@row("it is merged before the check is done")
def brought_back_after_a_revert(side: Side) -> tuple[int, bool]:
    """All before the first run: what the first plan said of the post is past since the revert."""
    assert not side.apply().failed
    side.land(side.planned("launch", launch=LAUNCH))
    side.land(side.planned("undo", launch=""))
    number = side.open("again", launch=LAUNCH)
    side.land(number)
    assert side.apply().failed
    receipt = side.comments(number)[0]
    assert "no plan was made before the merge. So `launch` was not sent" in receipt
    sent = side.texts() != []
    side.land(side.planned("more", more=post("more", "And more", due="2029-12-21 09:00")))
    assert not side.apply().failed
    assert side.texts() == ["And more", "We are live"]
    return number, sent


@row("it is merged before the check is done")
def checked_again_after_the_merge(side: Side) -> tuple[int, bool]:
    number = side.open("launch", launch=LAUNCH)
    side.ada.send("refs/heads/kept")
    side.land(number)
    ran = side.plan(number)
    assert "is already merged" in ran.log
    assert side.apply().failed
    return number, side.texts() != []


@row("a merge commit, a squash, a rebase, a merge queue")
def squashed(side: Side) -> tuple[int, bool]:
    return of_two_commits(side, "squash")


@row("a merge commit, a squash, a rebase, a merge queue")
def rebased(side: Side) -> tuple[int, bool]:
    return of_two_commits(side, "rebase")


def of_two_commits(side: Side, way: str) -> tuple[int, bool]:
    """The plan of the branch's last commit counts, whatever commits the merge makes."""
    number = side.open("launch", launch=post("launch", "We are alive"))
    side.edit(number, launch=LAUNCH)
    assert not side.plan(number).failed
    side.land(number, way)
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("a merge commit, a squash, a rebase, a merge queue")
def queued(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    ran = side.in_queue(number)
    assert not ran.failed, ran.log
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == ["We are live"]


@row("several merges within seconds")
def quick_merges(side: Side) -> tuple[int, bool]:
    assert not side.apply().failed
    more = side.planned("more", more=post("more", "And more", due="2029-12-21 09:00"))
    number = side.planned("launch", launch=LAUNCH)
    for each in (more, number):
        side.land(each, "squash")
    assert not side.apply().failed
    assert all("2 created" in side.comments(each)[1] for each in (more, number))
    return number, side.texts() == ["And more", "We are live"]


@row("several merges within seconds")
def quick_merges_of_edits(side: Side) -> tuple[int, bool]:
    """An edit and a delete, planned before and beside a new post: neither plan takes the other's words back."""
    away = post("away", "Away", due="2029-12-22 09:00")
    side.land(side.planned("begin", launch=post("launch", "Soon"), away=away))
    assert not side.apply().failed
    number = side.planned("edit", launch=LAUNCH, away="")
    more = side.planned("more", more=post("more", "And more", due="2029-12-21 09:00"))
    for each in (number, more):
        side.land(each, "squash")
    ran = side.apply()
    assert not ran.failed, ran.log
    assert all("1 created, 1 changed, 1 deleted" in side.comments(each)[1] for each in (more, number))
    return number, side.texts() == ["And more", "We are live"]


@row("two pull requests change one post")
def two_on_one_post(side: Side) -> tuple[int, bool]:
    side.land(side.planned("begin", launch=post("launch", "Soon")))
    assert not side.apply().failed
    number = side.planned("text", launch=LAUNCH)
    time = side.planned("time", launch=post("launch", "Soon", due="2029-12-21 10:00"))
    side.land(number)
    side.land(time)
    assert side.apply().failed
    for each in (number, time):
        receipt = side.comments(each)[1].replace("&#8203;", "")
        assert "**1 change of this" in receipt
        assert f"{side.name(number)} and {side.name(time)} changed it" in receipt
    sent = side.texts() != ["Soon"]
    side.land(side.planned("result", more=post("more", "And more", due="2029-12-22 09:00")))
    assert not side.apply().failed
    assert side.texts() == ["And more", "We are live"]
    return number, sent


@row("two pull requests change one post")
def two_on_one_post_rebased(side: Side) -> tuple[int, bool]:
    """The second one is planned again on the first: its plan shows the result, in whichever order the runs come."""
    side.land(side.planned("begin", launch=post("launch", "Soon")))
    assert not side.apply().failed
    number = side.planned("text", launch=LAUNCH)
    side.land(number)
    time = side.planned("time", launch=post("launch", "We are live", due="2029-12-21 10:00"))
    side.land(time)
    assert not side.apply().failed
    (live,) = side.sandbox.posts()
    assert (live["text"], live["dueAt"][:10]) == ("We are live", "2029-12-21")
    return number, False


@row("the channel is disconnected in Buffer")
def disconnected(side: Side) -> tuple[int, bool]:
    """Between its plan and the run; another request is merged in the meantime, and the hourly run does the rest."""
    assert not side.apply().failed
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    side.connect("twitter", is_connected=False)
    assert side.apply().failed
    more = side.planned("more", more=post("more", "And more", due="2029-12-21 09:00", channel="linkedin"))
    side.land(more)
    side.apply()
    assert side.texts() == ["And more"]
    side.connect("twitter", is_connected=True)
    assert not side.apply(scheduled=True).failed
    assert "1 created" in side.comments(number)[1]
    return number, side.texts() == ["And more", "We are live"]


@row("the history of `main` is replaced")
def history_gone(side: Side) -> tuple[int, bool]:
    """Main gets another history with the same files, and neither the forge nor a checkout has the old one."""
    old = side.planned("old", old=post("old", "Old", due="2029-12-22 09:00"))
    side.land(old)
    assert not side.apply().failed
    side.rewrite_main()
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    ran = side.apply()
    assert not ran.failed, ran.log
    assert "no longer has" in side.comments(number)[-1]
    assert "no longer has" not in "".join(side.comments(old))
    assert side.issues() == ["open"]
    assert not side.apply().failed
    assert side.issues() == ["closed"]
    return number, side.texts() == ["Old", "We are live"]


@row("another pull request was merged in between")
def merged_in_between(side: Side) -> tuple[int, bool]:
    more = side.planned("more", more=post("more", "And more", due="2029-12-21 09:00"))
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    assert not side.apply().failed
    assert side.texts() == ["We are live"]
    side.land(more)
    assert not side.apply().failed
    return number, side.texts() == ["And more", "We are live"]


@row("posts were pushed straight to `main` after the plan")
def straight_to_main(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    side.straight_to_main(more=post("more", "And more", due="2029-12-21 09:00"))
    side.land(number)
    assert side.apply().failed
    assert side.comments(number)[1].count("**1 change from elsewhere was not sent**") == 1
    sent = side.texts() != ["We are live"]
    assert not side.apply(decision="everything").failed
    assert side.texts() == ["And more", "We are live"]
    return number, sent


@row("posts were pushed straight to `main`, or not sent")
def on_main_already(side: Side) -> tuple[int, bool]:
    """Pushed, and merged before a plan was made."""
    side.straight_to_main(more=post("more", "And more", due="2029-12-21 09:00"))
    side.land(side.open("unplanned", old=post("old", "Old", due="2029-12-22 09:00")))
    assert side.apply().failed
    number = side.planned("launch", launch=LAUNCH)
    assert "Also waiting on main" in side.comments(number)[0]
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == ["And more", "Old", "We are live"]


@row("a plan comes from a fork, another workflow, or another")
def of_a_fork(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    side.as_of_a_fork(number)
    side.land(number)
    ran = side.apply()
    assert ran.failed
    assert "fork" in ran.log or "another project" in ran.log
    return number, side.texts() != []


@row("a plan comes from a fork, another workflow, or another")
def of_a_second_request(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    side.repository.git("branch", "develop", "main")
    other = side.request("launch", "develop")
    assert not side.plan(other).failed
    assert "**Merging this publishes nothing.**" in side.comments(other)[0]
    side.drop_plans_of(number)
    side.land(number)
    ran = side.apply()
    assert ran.failed
    assert "There is no reviewed plan for" in ran.log
    return number, side.texts() != []


@row("an artifact was forged by somebody with write access")
def forged(side: Side) -> tuple[int, bool]:
    assert not side.apply().failed
    damaged = side.planned("damaged", damaged=post("damaged", "Damaged", due="2029-12-21 09:00"))
    number = side.planned("launch", launch=LAUNCH)
    side.forge_plan(damaged, b"{}")
    for each in (damaged, number):
        side.land(each)
    assert side.apply().failed
    assert "**Its plan was not applied**" in side.comments(damaged)[1]
    return number, side.texts() == ["We are live"]


@row("somebody changed the post in Buffer in the meantime")
def changed_in_buffer(side: Side) -> tuple[int, bool]:
    side.launched()
    number = side.planned("edit", launch=post("launch", "We are live at last"))
    (live,) = side.sandbox.posts()
    side.sandbox.person.edit_post(live["id"], text="Somebody's own words")
    side.land(number)
    assert side.apply().failed
    assert "Somebody's own words" in side.comments(number)[1]
    return number, side.texts() != ["Somebody's own words"]


@row("the API key belongs to another account")
def another_account(side: Side) -> tuple[int, bool]:
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    with Near(clock=side.sandbox.clock) as another:
        if isinstance(side, OnGitHub):
            side.team.environment["BUFFER_API_URL"] = another.url
        elif isinstance(side, OnGitLab):
            side.buffer = another.url
        assert side.apply().failed
        assert "and this run talks to" in side.comments(number)[1]
        return number, bool(side.texts() or another.posts())


@row("a revert is merged")
def reverted(side: Side) -> tuple[int, bool]:
    side.launched()
    side.ada.branch("undo")
    side.ada.git("revert", "--no-edit", "--mainline", "1", "origin/main")
    side.ada.send()
    number = side.request("undo")
    assert "1 deleted post on" in side.plan(number).log
    side.land(number)
    assert not side.apply().failed
    return number, side.texts() == []


@row("a revert was planned before the post")
def reverted_too_early(side: Side) -> tuple[int, bool]:
    """What the merge removes is deleted, though its plan showed nothing of it."""
    assert not side.apply().failed
    side.land(side.planned("launch", launch=LAUNCH))
    number = side.planned("undo", launch="")
    assert not side.apply().failed
    sent = side.texts()
    side.land(number)
    assert not side.apply().failed
    assert "1 deleted" in side.comments(number)[1]
    return number, sent != side.texts() == []


@row("a revert is merged, after the run before it was cut off")
def reverted_after_a_cut(side: Side) -> tuple[int, bool]:
    """Buffer created the post, and nobody heard of it."""
    assert not side.apply().failed
    side.land(side.planned("launch", launch=LAUNCH))
    side.sandbox.set_faults("cut-after@createPost,rate-limit@posts#2+:2h")
    assert side.apply().failed
    side.sandbox.set_faults()
    side.later(hours=2)
    sent = side.texts()
    number = side.planned("undo", launch="")
    side.land(number)
    assert not side.apply().failed
    return number, sent != side.texts() == []


@row("the run fails, or never starts")
def failed(side: Side) -> tuple[int, bool]:
    assert not side.apply().failed
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    side.sandbox.set_faults("rate-limit@posts:2h")
    assert side.apply().failed
    assert (side.issues(), side.texts()) == ([], [])
    side.later(minutes=61)
    side.apply(scheduled=True)
    assert side.issues() == ["open"]
    assert "an hour after the merge" in side.comments(number)[2]
    side.sandbox.set_faults()
    assert not side.apply(scheduled=True).failed
    assert side.issues() == ["closed"]
    assert "1 created" in side.comments(number)[1]
    return number, side.texts() == ["We are live"]


@row("the run fails, or never starts")
def bad_key(side: Side) -> tuple[int, bool]:
    assert not side.apply().failed
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    assert side.apply(key="expired").failed
    assert "**Not applied.**" in side.comments(number)[1]
    side.later(minutes=61)
    assert side.apply(key="expired", scheduled=True).failed
    assert "### Not applied within an hour" in side.comments(number)[2]
    assert not side.apply(scheduled=True).failed
    assert (side.issues(), len(side.comments(number))) == (["closed"], 3)
    assert "### Published late" in side.comments(number)[2]
    return number, side.texts() == ["We are live"]


@row("its run is cancelled")
def canceled(side: Side) -> tuple[int, bool]:
    """Before anything was sent; an edit of what is in Buffer waits for the run of the next merge."""
    side.land(side.planned("begin", launch=post("launch", "Soon")))
    assert not side.apply().failed
    number = side.planned("launch", launch=LAUNCH)
    side.land(number)
    more = side.planned("more", more=post("more", "And more", due="2029-12-21 09:00"))
    side.land(more)
    assert not side.apply().failed
    assert "Applied together with" in side.comments(number)[1]
    return number, side.texts() == ["And more", "We are live"]


@row("there are several root files")
def two_root_files(side: Side) -> tuple[int, bool]:
    side.ada.branch("regions")
    for name, channel in (("north", "twitter, name: acme"), ("teams/south", "linkedin, name: acme-inc")):
        (side.ada.folder / name).mkdir(parents=True)
        entry = f"{{key: p, due_at: 2029-12-20 09:00, text: From {name}}}"
        home = f"organizations: [{{name: Acme, channels: [{{service: {channel}, posts: [{entry}]}}]}}]"
        text = f"version: 1\ntimezone: UTC\nstate: git\n{home}\n"
        (side.ada.folder / name / "buffer.yaml").write_text(text, encoding="utf-8")
    side.ada.push()
    number = side.request("regions")
    for name in ("north", "teams/south"):
        assert not side.plan(number, directory=name).failed
    headings = [next(line for line in body.splitlines() if line.startswith("#")) for body in side.comments(number)]
    assert headings == [
        "### Buffer plan: `north`",
        "### Buffer plan: `teams/south`",
    ]
    side.land(number)
    for name in ("north", "teams/south"):
        assert not side.apply(directory=name).failed
    assert len(side.comments(number)) == 4
    assert "### Applied to Buffer: `teams/south`" in side.comments(number)[3]
    return number, side.texts() == ["From north", "From teams/south"]


@row("it deletes one of several root files")
def root_file_deleted(side: Side) -> tuple[int, bool]:
    entry = "{key: p, due_at: 2029-12-20 09:00, text: From the south}"
    home = f"organizations: [{{name: Acme, channels: [{{service: linkedin, name: acme-inc, posts: [{entry}]}}]}}]"
    side.launched()
    side.ada.branch("south")
    root_file = side.ada.folder / "south" / "buffer.yaml"
    root_file.parent.mkdir()
    root_file.write_text(f"version: 1\ntimezone: UTC\nstate: git\n{home}\n", encoding="utf-8")
    side.ada.push()
    begun = side.request("south")
    assert not side.plan(begun, directory="south").failed
    side.land(begun)
    assert not side.apply(directory="south").failed
    side.ada.branch("tidy")
    root_file.unlink()
    side.ada.push()
    number = side.request("tidy")
    assert not side.plan(number).failed
    assert "deletes `south/buffer.yaml`, a root file" in side.comments(number)[0]
    side.land(number)
    assert not side.apply().failed
    return number, "From the south" not in side.texts()


def test_every_row_has_a_story() -> None:
    """And every story a row."""
    told = {each for happened, _ in STORIES for each in ROWS if each.startswith(happened)}
    assert told == set(ROWS)
    assert all(any(each.startswith(happened) for each in ROWS) for happened, _ in STORIES)


#: What `make test` tells on GitHub, and on neither: the other stories on GitHub have tests of their own.
_ON_GITHUB = (force_pushed, squashed, of_a_second_request)
_ON_NEITHER = (
    rebased, merged_in_between, another_account, opened_too_late,
    quick_merges, straight_to_main, changed_in_buffer, reverted, reverted_too_early, reverted_after_a_cut,
    two_root_files, root_file_deleted, planned_again, canceled, failed, unapproved, two_on_one_post_rebased,
    quick_merges_of_edits,
    history_gone, on_main_already, code_alone, brought_back_after_a_revert,
    disconnected, bad_key, pushed_again, stacked, queued, checked_again_after_the_merge, two_on_one_post,
)  # fmt: skip


def _sides() -> Iterator[Any]:
    for happened, story in STORIES:
        for forge in ("github", "gitlab"):
            is_long = story in _ON_NEITHER or (forge == "github") != (story in _ON_GITHUB)
            name = f"{forge}-{story.__name__}"
            yield pytest.param(forge, happened, story, id=name, marks=[pytest.mark.long] if is_long else [])


@pytest.mark.parametrize(("side", "happened", "story"), list(_sides()), indirect=["side"])
def test_what_happened(side: Side, happened: str, story: Story) -> None:
    """As the row says: which comments there are, and whether what was merged is sent."""
    about, sent = next(columns for each, columns in ROWS.items() if each.startswith(happened))
    number, is_sent = story(side)
    assert is_sent is (re.match("(nothing|not )", sent) is None), (sent, side.texts())
    comments = side.comments(number)
    if "no comment" in about:
        assert comments == []
    elif "receipt" in about or is_sent:
        assert "<!-- bufferctl:receipt" in comments[-1] or "<!-- bufferctl:receipt" in comments[1]
    else:
        assert comments
    assert bool(side.issues()) is ("an issue" in about)


def test_git_over_http_with_the_token_of_the_job(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """Smart HTTP that refuses whoever has no token: the base is fetched, and the state is kept on its branch."""
    for name, value in git.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    team.github.repository.git("config", "http.receivepack", "true")
    with git.served(team.github.repository.path.parents[1]) as server:
        team.server = server.address
        server.password = base64.b64encode(f"x-access-token:{TOKEN}".encode()).decode()
        number = team.open("launch", launch=LAUNCH)
        ran = team.plan(number)
        assert not ran.failed, ran.log
        team.merge(number)
        ran = team.apply()
        assert not ran.failed, ran.log
        assert {"git-upload-pack", "git-receive-pack"} <= set(server.asked)
        assert team.texts() == ["We are live"]
        server.password = "another"
        number = team.open("more", more=post("more", "And more", due="2029-12-21 09:00"))
        assert "cannot be read" in team.plan(number).log
