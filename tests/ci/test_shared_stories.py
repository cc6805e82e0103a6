"""CI and a laptop with one shared state: neither undoes the other's work, and undoing is done with git."""

from __future__ import annotations

import json
import os
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from bufferctl.cli import run as bufferctl
from tests.ci.conftest import Developer, Team, check_out, post

LAUNCH = "Acme/twitter:acme/launch"


def typed(team: Team, folder: Path, *arguments: str) -> tuple[int, str]:
    """A command on Ada's laptop: its exit code and output."""
    environment = {
        **team.environment, "BUFFER_API_URL": team.sandbox.url, "BUFFER_API_KEY": "sandbox",
        "XDG_STATE_HOME": str(team.folder / "laptop"), "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    printed = StringIO()
    with patch.dict(os.environ, environment), chdir(folder), redirect_stdout(printed), redirect_stderr(printed):
        code = bufferctl(list(arguments))
    return code, printed.getvalue()


def merged(team: Team, branch: str, **files: str) -> None:
    """A pull request, planned, merged and applied in CI."""
    number = team.open(branch, **files)
    assert not team.plan(number).failed
    team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log


def record(team: Team) -> dict[str, Any]:
    """The state on the branch."""
    found: dict[str, Any] = json.loads(team.github.repository.git("show", "bufferctl-state:state.json"))
    return found


def history(team: Team) -> list[str]:
    """Subjects of the commits on the branch that change the state, newest first."""
    return team.github.repository.git("log", "--format=%s", "bufferctl-state", "--", "state.json").splitlines()


def pulled(team: Team) -> Path:
    """Ada's clone, updated to the current main."""
    team.ada.git("checkout", "--quiet", "main")
    team.ada.git("pull", "--quiet", "origin", "main")
    return team.ada.folder


@pytest.mark.long
def test_a_laptop_goes_on_where_ci_stopped_and_ci_where_the_laptop_did(team: Team) -> None:
    """Merged in CI, changed by a person, `git pull` and `apply --reapply` on a laptop, CI again: no git by hand."""
    merged(team, "launch", launch=post("launch", "We are live"))
    (sent,) = team.sandbox.posts()
    team.sandbox.person.edit_post(sent["id"], text="We are late")
    folder = pulled(team)
    code, printed = typed(team, folder, "apply", "--reapply", LAUNCH, "--auto-approve")
    assert code == 0, printed
    assert team.texts() == ["We are live"]
    merged(team, "edit", launch=post("launch", "We are live indeed"))
    assert team.texts() == ["We are live indeed"]
    code, printed = typed(team, pulled(team), "plan", "--detailed-exitcode")
    assert code == 0, printed
    assert [post_["id"] for post_ in team.sandbox.posts()] == [sent["id"]]


@pytest.mark.long
def test_a_laptop_behind_main_does_not_undo_what_ci_made(team: Team) -> None:
    """Its apply is refused with the hint `git pull`, and writes nothing; after the pull it has nothing to do."""
    merged(team, "launch", launch=post("launch", "We are live"))
    behind = pulled(team)
    old = team.ada.git("rev-parse", "HEAD")
    merged(team, "more", more=post("more", "And more", due="2029-12-21 09:00"))
    team.ada.git("checkout", "--quiet", "--detach", old)
    before = record(team)
    code, printed = typed(team, behind, "plan")
    assert "apply will refuse it" in printed
    code, printed = typed(team, behind, "apply", "--auto-approve")
    assert code == 1
    assert "git pull" in printed
    assert record(team) == before
    assert team.texts() == ["And more", "We are live"]
    assert typed(team, pulled(team), "apply", "--auto-approve")[0] == 0
    assert team.texts() == ["And more", "We are live"]


@pytest.mark.long
def test_a_laptop_that_fetched_nothing_is_refused_too(team: Team) -> None:
    """The last applied commit is fetched to find out that it is newer."""
    merged(team, "launch", launch=post("launch", "We are live"))
    behind = team.folder / "behind"
    team.ada.git("clone", "--quiet", str(team.github.repository.path), str(behind))
    merged(
        team, "more", launch=post("launch", "We are live at last"), more=post("more", "More", due="2029-12-21 09:00")
    )
    code, printed = typed(team, behind, "apply", "--auto-approve")
    assert (code, "git pull" in printed) == (1, True), printed
    assert team.texts() == ["More", "We are live at last"]


@pytest.mark.long
def test_a_checkout_that_diverged_is_warned_and_not_refused(team: Team) -> None:
    """Plan warns that posts declared only in the other checkout look removed."""
    merged(team, "launch", launch=post("launch", "We are live"))
    team.ada.git("checkout", "--quiet", "-B", "mine", "main~1")
    team.ada.write(mine=post("mine", "On my branch", channel="linkedin"))
    team.ada.git("add", "--all")
    team.ada.git("commit", "--quiet", "--message", "Mine")
    code, printed = typed(team, team.ada.folder, "plan")
    assert code == 0
    assert "have diverged" in printed


@pytest.mark.long
def test_a_pull_request_moves_the_project(team: Team) -> None:
    """Plan and apply continue with its state, though the checkouts lack the last applied commit."""
    merged(team, "launch", launch=post("launch", "We are live"))
    (sent,) = team.sandbox.posts()
    team.ada.branch("main")
    for number in range(4):
        team.ada.push(f"Something else {number}")
    team.ada.branch("move")
    (team.ada.folder / "social").mkdir()
    team.ada.git("mv", "buffer.yaml", "posts", "social/")
    (team.ada.folder / "social" / "posts" / "launch.yaml").write_text(
        post("launch", "Live!", due="2029-12-22 10:00"), "utf-8"
    )
    team.ada.push()
    number = team.github.open_pull("move")
    planned = team.plan(number, directory="social")
    assert (planned.failed, "### 1 changed post" in team.github.bodies(number)[0]) == (False, True), planned.log
    team.merge(number)
    ran = team.apply(directory="social")
    assert not ran.failed, ran.log
    assert [(each["id"], each["text"]) for each in team.sandbox.posts()] == [(sent["id"], "Live!")]


def on_a_branch(team: Team, start: str, **files: str) -> None:
    """Ada commits on her own branch, which starts at `start` and never merges main."""
    team.ada.git("checkout", "--quiet", "-B", "mine", start)
    team.ada.write(**files)
    team.ada.git("add", "--all")
    team.ada.git("commit", "--quiet", "--message", "Mine")


@pytest.mark.long
def test_a_checkout_that_diverged_deletes_nothing_that_it_never_had(team: Team) -> None:
    """Neither a colleague's file nor entry, on any number of applies; once main is merged, everything is there."""
    launch, mine = post("launch", "We are live"), post("mine", "On my branch", channel="linkedin")
    merged(team, "launch", launch=launch)
    more = post("more", "And more", due="2029-12-21 09:00")
    merged(team, "more", launch=launch + only(more), other=post("other", "Other", due="2029-12-22 09:00"))
    on_a_branch(team, "main~1", mine=mine)
    for _ in range(2):
        code, printed = typed(team, team.ada.folder, "apply", "--auto-approve")
        assert (code, "2 need you." in printed, "lack is not deleted" in printed) == (1, True, True), printed
        assert team.texts() == ["And more", "On my branch", "Other", "We are live"]
    team.ada.git("merge", "--quiet", "--no-edit", "origin/main")
    code, printed = typed(team, team.ada.folder, "apply", "--auto-approve")
    assert (code, team.texts()) == (0, ["And more", "On my branch", "Other", "We are live"]), printed


@pytest.mark.long
def test_a_checkout_that_diverged_may_be_complete(team: Team) -> None:
    """`--confirm-removed ADDRESS` confirms it: then that post is deleted. No number of deletes does."""
    merged(team, "launch", launch=post("launch", "We are live"))
    on_a_branch(team, "main~1", mine=post("mine", "On my branch", channel="linkedin"))
    code, printed = typed(team, team.ada.folder, "apply", "--auto-approve", "--max-deletes", "1")
    assert (code, team.texts()) == (1, ["On my branch", "We are live"]), printed
    confirm = ("--confirm-removed", "Acme/twitter:acme/launch")
    code, printed = typed(team, team.ada.folder, "apply", "--auto-approve", *confirm)
    assert (code, team.texts()) == (0, ["On my branch"]), printed


@pytest.mark.long
def test_a_checkout_that_diverged_undoes_nothing_that_it_did_not_touch(team: Team) -> None:
    """An edit and a removal on main stay: older versions are held, and Ada's own post is sent."""
    one, three = post("one", "One"), only(post("three", "Three", due="2029-12-22 09:00"))
    merged(team, "first", one=one + three)
    merged(team, "second", one=one.replace("One", "One, corrected"))
    assert team.texts() == ["One, corrected"]
    on_a_branch(team, "main~1", mine=post("mine", "On my branch", channel="linkedin"))
    code, printed = typed(team, team.ada.folder, "apply", "--auto-approve")
    assert (code, team.texts()) == (1, ["On my branch", "One, corrected"]), printed
    assert "changed posts/one.yaml, and this checkout has the version before that" in " ".join(printed.split())


@pytest.mark.long
def test_a_file_that_a_merge_lost_deletes_nothing(team: Team) -> None:
    """A conflict was resolved by dropping a colleague's file: no commit deleted it."""
    merged(team, "launch", launch=post("launch", "We are live"))
    on_a_branch(team, "main~1", mine=post("mine", "On my branch", channel="linkedin"))
    team.ada.git("merge", "--quiet", "--no-edit", "--strategy", "ours", "origin/main")
    code, printed = typed(team, team.ada.folder, "apply", "--auto-approve")
    assert (code, team.texts()) == (1, ["On my branch", "We are live"]), printed
    assert "posts/launch.yaml is gone" in printed


def test_a_request_that_is_behind_main_is_no_request_that_needs_somebody(team: Team) -> None:
    """Posts missing from its branch are not its doing: the check passes, and the comment lists the held changes."""
    launch = post("launch", "We are live")
    number = team.open("mine", mine=post("mine", "On my branch", channel="linkedin"))
    merged(team, "launch", launch=launch)
    team.ada.git("checkout", "--quiet", "mine")
    planned = team.plan_branch(number)
    assert not planned.failed, planned.log
    assert "::warning::1 entry already needed you before this pull request: launch." in planned.log


@pytest.mark.long
def test_a_shallow_checkout_of_an_older_commit_is_refused(team: Team) -> None:
    """One commit deep, as CI checks out: the missing history is fetched."""
    team.github.repository.git("config", "uploadpack.allowAnySHA1InWant", "true")
    merged(team, "launch", launch=post("launch", "We are live"))
    old = team.ada.git("rev-parse", "origin/main")
    merged(team, "more", more=post("more", "And more", due="2029-12-21 09:00"))
    shallow = team.folder / "shallow"
    check_out(team.github.repository.path, old, shallow, depth=1)
    code, printed = typed(team, shallow, "apply", "--auto-approve")
    assert (code, "git pull" in printed) == (1, True), printed
    assert team.texts() == ["And more", "We are live"]


def test_undo_is_a_revert(team: Team) -> None:
    """Unsent posts it created are deleted, its edits are undone; sent posts stay, and plan names them."""
    kept = post("kept", "It stays", due="2029-12-15 09:00")
    soon = post("soon", "Out soon", due="2029-12-04 09:00", channel="linkedin")
    more = post("more", "And more", due="2029-12-21 09:00")
    merged(team, "launch", plan=kept + only(post("launch", "We are live")))
    merged(team, "campaign", plan=kept + only(post("launch", "We are live at last")) + only(soon) + only(more))
    assert team.texts() == ["And more", "It stays", "Out soon", "We are live at last"]
    team.sandbox.clock.advance(days=2)
    number = reverted(team)
    planned = team.plan(number)
    assert "Plan: 1 changed, 1 deleted on" in planned.log
    assert "soon  LinkedIn, no longer tracked" in planned.log
    team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["It stays", "Out soon", "We are live"]


@pytest.mark.long
def test_undo_of_a_pull_request_that_added_a_file(team: Team) -> None:
    """The posts of the file are deleted: a commit deleted the file, so it is not lost by accident."""
    merged(team, "launch", launch=post("launch", "We are live"))
    merged(team, "campaign", more=post("more", "And more", due="2029-12-21 09:00"))
    number = reverted(team)
    assert "Plan: 1 deleted post on" in team.plan(number).log
    team.merge(number)
    ran = team.apply()
    assert not ran.failed, ran.log
    assert team.texts() == ["We are live"]


def test_a_file_that_no_commit_deleted_is_lost(team: Team) -> None:
    """None of its posts are deleted, neither if it is missing on a laptop nor if a commit moved it out of reach."""
    merged(team, "launch", launch=post("launch", "We are live"))
    merged(team, "campaign", more=post("more", "And more", due="2029-12-21 09:00"))
    folder = pulled(team)
    (folder / "posts" / "more.yaml").rename(folder / "more.yaml")
    assert "1 post needs you" in typed(team, folder, "plan")[1]
    team.ada.git("add", "--all")
    team.ada.git("commit", "--quiet", "--message", "Move it")
    assert "1 post needs you" in typed(team, folder, "plan")[1]


def only(text: str) -> str:
    """The file's post, to be added to another file."""
    return text.removeprefix("posts:\n")


def reverted(team: Team) -> int:
    """A pull request that reverts the last merge."""
    team.ada.branch("undo")
    team.ada.git("revert", "--no-edit", "--mainline", "1", "origin/main")
    team.ada.send()
    return team.github.open_pull("undo")


def test_an_apply_is_one_commit_and_one_that_changed_nothing_is_none(team: Team) -> None:
    """The history describes each apply in words."""
    merged(team, "launch", launch=post("launch", "We are live"))
    assert "apply: 1 created" in history(team)[0]
    number = len(history(team))
    assert typed(team, pulled(team), "apply", "--auto-approve")[0] == 0
    assert len(history(team)) == number
    found = record(team)
    assert (found["commit"], found.get("lock"), found.get("intents")) == (
        team.ada.git("rev-parse", "origin/main"),
        None,
        None,
    )


@pytest.mark.long
def test_several_root_files_share_the_branch(team: Team) -> None:
    """Each has its own document, and neither fails the other's apply."""
    merged(team, "launch", launch=post("launch", "We are live"))
    folder = pulled(team)
    south = Developer(folder)
    (folder / "south").mkdir()
    (folder / "south" / "buffer.yaml").write_text((folder / "buffer.yaml").read_text(encoding="utf-8"), "utf-8")
    (folder / "south" / "posts").mkdir()
    text = post("hello", "From the south", channel="linkedin")
    (folder / "south" / "posts" / "hello.yaml").write_text(text, encoding="utf-8")
    south.push("South")
    assert typed(team, folder / "south", "apply", "--auto-approve")[0] == 0
    assert typed(team, folder, "apply", "--auto-approve")[0] == 0
    files = team.github.repository.git("ls-tree", "-r", "--name-only", "bufferctl-state").splitlines()
    assert {"state.json", "south/state.json"} <= set(files)
    assert team.texts() == ["From the south", "We are live"]


@pytest.mark.long
def test_an_apply_pushes_three_times_and_a_plan_never(team: Team) -> None:
    """300 posts: at most 3 pushes and 2 fetches; a plan adds one fetch, and there is no other git traffic."""
    folder, trace = pulled(team), team.folder / "trace"
    days = (f"2030-{month:02}-{day:02} 09:00" for month in range(1, 12) for day in range(1, 29))
    texts = [only(post(f"k{number}", f"Number {number}", due=day)) for number, day in enumerate(islice(days, 300))]
    team.ada.write(many="posts:\n" + "".join(texts))
    team.environment["GIT_TRACE"] = str(trace)
    code, printed = typed(team, folder, "apply", "--auto-approve")
    assert (code, len(team.sandbox.posts())) == (0, 300), printed
    assert 1 <= counted(trace, "push") <= 3
    assert counted(trace, "fetch") <= 2
    trace.unlink()
    assert typed(team, folder, "plan")[0] == 0
    assert (counted(trace, "push"), counted(trace, "fetch")) == (0, 1)


def test_how_an_apply_ended_takes_one_more_push(planned: Team) -> None:
    """Four in all: nobody else wrote to the branch, so none is refused."""
    planned.merge(1)
    planned.environment["GIT_TRACE"] = str(planned.folder / "trace")
    ran = planned.apply()
    assert not ran.failed, ran.log
    assert counted(planned.folder / "trace", "push") == 4


def counted(trace: Path, command: str) -> int:
    """The number of times a git command was run."""
    return sum(f"built-in: git {command} " in line for line in trace.read_text(encoding="utf-8").splitlines())
