"""Pull requests from forks: no key, no permissions, none of their code run with either, and no claim trusted."""

from __future__ import annotations

import io
import re
import struct
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cmarkgfm  # type: ignore[import-untyped]  # it comes without types
import pytest
from cmarkgfm.cmark import Options  # type: ignore[import-untyped]  # likewise

from tests.ci.action import Run
from tests.ci.conftest import Team, post
from tests.ci.fake_github import FORKS
from tests.conftest import long
from tests.stores import git

FORK = "mallory/posts"


def fork_run(team: Team, number: int, files: dict[str, bytes], *, run: int = 50) -> dict[str, Any]:
    """The artifact of a fork's run, and the event sent when it ends."""
    head = team.github.pulls[number]["head"]
    team.github.upload(f"bufferctl-plan-{number}-{head['sha']}", head["sha"], files, repository=FORKS, run=run)
    repository = {"full_name": FORK, "owner": {"login": "mallory"}}
    its_run = {"id": run, "head_sha": head["sha"], "head_branch": head["ref"], "head_repository": repository}
    return {"workflow_run": {**its_run, "event": "pull_request", "pull_requests": []}}


def forked(team: Team, event: dict[str, Any]) -> Run:
    """The run that shows it: without the checkout's files or a key."""
    return team.fork_comment(event)


@pytest.fixture
def number(team: Team) -> int:
    """A pull request from a fork."""
    team.ada.branch("fork")
    team.ada.write(launch=post("launch", "We are live", due="2099-12-21 09:00"))
    team.ada.push()
    return team.github.open_pull("fork", repository=FORK)


def test_a_fork_is_planned_without_a_key(team: Team, number: int) -> None:
    """The plan is marked as unchecked; Buffer gets no request and the pull request no comment."""
    team.github.read_only = True
    ran = team.plan(number, key=None, offline=True, comment=False)
    assert not ran.failed, ran.log
    assert "Not checked against Buffer" in ran.log
    assert "We are live" in ran.log
    assert team.sandbox.requests == []
    assert team.github.bodies(number) == []
    ((_, folder),) = ran.uploads
    assert not (folder / "plan.json").exists()  # no plan that could be applied


def published(team: Team) -> None:
    """Publish a post, so there is state."""
    launch = team.open("launch", launch=post("launch", "We are live"))
    team.plan(launch)
    team.merge(launch)
    assert not team.apply().failed


SHORT_NOTICE = "policy: {minimum_lead: 48h}\n"


@pytest.mark.parametrize(("depth", "held"), [(1, True), *long((2, False), (1, False), (2, True))])
def test_a_fork_s_run_contacts_nobody(
    team: Team, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, depth: int, held: bool
) -> None:
    """Neither where the state is, nor the remote of the checkout, even if the base of a held post is not there.

    The log says what the plan lacks.
    """
    published(team)
    team.ada.branch("again")
    team.ada.write(again=post("again", "Again", due=f"{datetime.now(UTC) + timedelta(hours=30):%Y-%m-%d %H:%M}"))
    root = team.ada.folder / "buffer.yaml"
    root.write_text(root.read_text(encoding="utf-8") + (SHORT_NOTICE if held else ""), encoding="utf-8")
    team.ada.push()
    number, team.depth = team.github.open_pull("again", repository=FORK), depth
    reached = git.spied(tmp_path, monkeypatch)
    asked = len(team.sandbox.requests)
    ran = team.plan(number, key=None, offline=True, comment=False)
    assert ran.failed is held, ran.log
    assert "so this plan does not know the shared state" in " ".join(ran.log.split())
    assert "new post" in ran.log
    assert len(team.sandbox.requests) == asked
    team.ada.git("ls-remote", "--quiet", "origin")
    assert len(reached.read_text(encoding="utf-8").splitlines()) == 1, "only Ada's, which shows that it would be noted"


def test_its_plan_is_shown(team: Team, number: int) -> None:
    """As plain text, with a note on its limits; a second run updates the same comment."""
    ran = team.plan(number, key=None, offline=True, comment=False)
    ((_, folder),) = ran.uploads
    event = fork_run(team, number, {"plan.txt": (folder / "plan.txt").read_bytes()})
    assert not forked(team, event).failed
    assert not forked(team, event).failed
    (comment,) = team.github.bodies(number)
    assert comment.startswith("<!-- bufferctl:plan -->\n\n**Not checked against Buffer.**")
    assert "We are live" in comment


def test_hostile_text_stays_text(team: Team, number: int) -> None:
    """It cannot end its code block, so it contains no mention, link or image; it is cut to fit."""
    hostile = (
        "\x1b[2J@everyone ![x](https://evil.example)\n```\n````\n# Approved\r\n\u202edetcepsni" + "\n<script>x" * 9000
    )
    event = fork_run(team, number, {"plan.txt": hostile.encode()})
    assert not forked(team, event).failed
    (comment,) = team.github.bodies(number)
    assert len(comment) < 65_000
    html = cmarkgfm.github_flavored_markdown_to_html(comment, Options.CMARK_OPT_UNSAFE)
    before, block, after = re.split(r"<pre[^>]*>|</pre>", html)
    assert "@everyone ![x](https://evil.example)" in block
    assert block.count("&lt;script&gt;") > 1000
    assert not re.search(r"evil|Approved|script|<a|<img|<h1", before + after)
    assert "\x1b" not in comment
    assert "\u202e" not in comment


@pytest.mark.parametrize("files", [{}, {"other.txt": b"x"}, {"plan.txt": b"\xff\xfe\x00"}])
def test_an_artifact_may_hold_anything(team: Team, number: int, files: dict[str, bytes]) -> None:
    """No file with that name, or not text: no failure."""
    assert not forked(team, fork_run(team, number, files)).failed


def test_an_artifact_that_is_no_zip_file(team: Team, number: int) -> None:
    """Refused with one line."""
    event = fork_run(team, number, {"plan.txt": b"x"})
    team.github.artifacts[0].packed = b"PK\x03\x04 and then nothing"
    ran = forked(team, event)
    assert ran.failed
    assert "::error::The artifact" in ran.log
    assert "Traceback" not in ran.log


def packed(megabytes: int) -> bytes:
    """A zip file with a plan of zeros."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("plan.txt", "w") as plan:
        for _ in range(megabytes):
            plan.write(bytes(1_000_000))
    return made.getvalue()


def test_an_artifact_that_swells(team: Team, number: int) -> None:
    """70 MB of zeros, packed small: refused; nor is more unpacked than it says."""
    event, swells = fork_run(team, number, {"plan.txt": b"x"}), packed(70)
    for content, why in {
        swells: "is larger than",
        swells.replace(struct.pack("<L", 70_000_000), struct.pack("<L", 70)): "cannot be unpacked: Bad CRC-32",
    }.items():
        team.github.artifacts[0].packed = content
        ran = forked(team, event)
        assert ran.failed
        assert why in ran.log
    assert team.github.bodies(number) == []


def test_a_pull_request_that_moved_on(team: Team, number: int) -> None:
    """The run was for an older commit: nothing is shown, since it would look current."""
    event = fork_run(team, number, {"plan.txt": b"old"})
    team.edit(number, launch=post("launch", "New"))
    ran = forked(team, event)
    assert not ran.failed
    assert "No open pull request has this commit" in ran.log
    assert team.github.bodies(number) == []


def test_which_pull_request_is_not_for_the_fork_to_say(team: Team, number: int) -> None:
    """The artifact cannot name another one: the event decides, and the other's comments stay as they are."""
    other = team.open("ours", ours=post("ours", "Ours"))
    event = fork_run(team, number, {"plan.txt": f"#{other}".encode(), "number": str(other).encode()})
    forked(team, event)
    assert team.github.bodies(other) == []


def test_another_event(team: Team) -> None:
    """Refused: only `workflow_run` is supported."""
    ran = forked(team, {"pull_request": {"number": 1, "head": {"sha": "x"}}})
    assert ran.failed
    assert "::error::`bufferctl ci fork-comment` is for workflows that" in ran.log
