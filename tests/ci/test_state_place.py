"""Where a plan looks for the state: where the published branch says, whatever a pull request or its base says."""

from __future__ import annotations

import pytest

from tests.ci.conftest import FILES, Team, post
from tests.conftest import long

ELSEWHERE = FILES.replace("state: git", "state: {git: {branch: forged}}")
BUCKET = FILES.replace("state: git", "state: {store: 's3://posts/state', endpoint: 'https://s3.example'}")


def root_file(team: Team, text: str) -> None:
    """Write buffer.yaml."""
    (team.ada.folder / "buffer.yaml").write_text(text, encoding="utf-8")


def published(team: Team) -> None:
    """One post is published, so there is a state, and Buffer has the post."""
    number = team.open("launch", launch=post("launch", "We are live"))
    team.plan(number)
    team.merge(number)
    assert not team.apply().failed


def request(team: Team, text: str, **files: str) -> int:
    """A pull request that changes buffer.yaml."""
    team.ada.branch("move")
    root_file(team, text)
    team.ada.write(**files)
    team.ada.push()
    return team.github.open_pull("move")


@pytest.mark.parametrize("text", [ELSEWHERE, *long(BUCKET, FILES.replace("state: git\n", ""))])
def test_another_place_is_shown_and_not_used(launched: Team, text: str) -> None:
    """Neither read nor reviewed: the comment begins with it, there is no plan to apply, and merging sends nothing."""
    number = request(launched, text, more=post("more", "More", due="2029-12-21 09:00"))
    ran = launched.plan(number)
    comment = launched.github.bodies(number)[0]
    seen = [line for line in comment.splitlines() if line and not line.startswith("<!--")]
    assert seen[0].startswith("**This plan does not use the state.**"), comment
    assert "`main` keeps it on `origin:bufferctl-state`" in comment
    assert "`bufferctl state migrate --from git:bufferctl-state`" in comment
    assert "::warning::This plan does not use the state." in ran.log
    assert [path.name for path in ran.uploads[0][1].glob("plan.json")] == []
    if text == ELSEWHERE:
        launched.merge(number)
        assert launched.apply().failed
        assert launched.texts() == ["We are live"]


def test_a_forged_state_is_not_read(launched: Team) -> None:
    """It says that nothing was published; with the true one the post would be known."""
    launched.github.repository.git("branch", "forged", "bufferctl-state")
    number = request(launched, ELSEWHERE)
    trace = launched.folder / "trace"
    launched.environment["GIT_TRACE"] = str(trace)
    launched.plan(number)
    assert "forged" not in trace.read_text(encoding="utf-8")


@pytest.mark.long
def test_the_base_of_the_request_does_not_say_it_either(launched: Team) -> None:
    """A branch whose base was changed first: only the branch that is published counts."""
    launched.ada.branch("develop")
    root_file(launched, ELSEWHERE)
    launched.ada.push()
    launched.ada.git("checkout", "--quiet", "-B", "more")
    launched.ada.write(more=post("more", "More"))
    launched.ada.push()
    number = launched.github.open_pull("more")
    launched.github.pulls[number]["base"] |= {"ref": "develop", "sha": launched.github.repository.head("develop")}
    launched.plan(number)
    assert "**This plan does not use the state.**" in launched.github.bodies(number)[0]


@pytest.mark.parametrize("before", ["", *long("state: [", FILES.replace("state: git\n", ""))])
def test_the_first_place_is_the_same_repository(team: Team, before: str) -> None:
    """Main has no root file, an unreadable one, or one without `state`: `state: git` of the request counts, at once."""
    root_file(team, before)
    if not before:
        (team.ada.folder / "buffer.yaml").unlink()
    team.ada.push("Break it")
    number = request(team, FILES, launch=post("launch", "We are live"))
    team.plan(number)
    assert "does not use the state" not in team.github.bodies(number)[0]
    team.merge(number)
    assert not team.apply().failed
    assert team.texts() == ["We are live"]


def test_the_first_place_is_not_a_bucket(team: Team) -> None:
    """Main names no place, and the request one outside the repository: shown, and not contacted."""
    root_file(team, FILES.replace("state: git\n", ""))
    team.ada.push("Keep no state")
    number = request(team, BUCKET, launch=post("launch", "We are live"))
    assert not team.plan(number).failed
    assert "`main` keeps it in no shared place" in team.github.bodies(number)[0]


@pytest.mark.long
def test_a_renamed_root_file_is_followed(team: Team) -> None:
    """Main has it under another name, with a state of another branch: that is the same place, so the plan uses it."""
    root_file(team, ELSEWHERE)
    team.ada.push("Keep the state on another branch")
    published(team)
    team.ada.branch("rename")
    team.ada.git("mv", "buffer.yaml", "blog.yaml")
    team.ada.push()
    number = team.github.open_pull("rename")
    ran = team.plan(number, file="blog.yaml")
    assert not ran.failed, ran.log
    assert "does not use the state" not in team.github.bodies(number)[0]


def test_of_files_that_cannot_be_read_their_errors_are_said(launched: Team) -> None:
    """They name no place, which is no other place: nobody is warned of a plan without the state."""
    number = request(launched, FILES.replace("state: git", "state: ["))
    ran = launched.plan(number)
    assert ran.failed
    assert "buffer.yaml" in launched.github.bodies(number)[0]
    assert "does not use the state" not in ran.log
