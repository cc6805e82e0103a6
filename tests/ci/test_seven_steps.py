"""docs/start/team.md: from an empty repository to the first published post, each step as it is written there."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import StringIO
from time import monotonic
from unittest.mock import patch

import pytest

from bufferctl.cli import run as bufferctl
from tests.ci.action import ROOT
from tests.ci.sides import OnGitHub, OnGitLab, Side, on_gitlab
from tests.conftest import long

__all__ = ["on_gitlab"]  # a fixture
PAGE = (ROOT / "docs" / "start" / "team.md").read_text(encoding="utf-8")
#: The page of a forge in numbered steps, by its heading.
STEPS = {
    name: re.split(r"^\d+\. ", PAGE.partition(f"## On {name}\n")[2].partition("\n## ")[0], flags=re.MULTILINE)[1:]
    for name in ("GitHub", "GitLab")
}
EXAMPLES = {
    "GitHub": {
        ".github/workflows/plan.yml": "github-actions/.github/workflows/plan.yml",
        ".github/workflows/apply.yml": "github-actions/.github/workflows/apply.yml",
    },
    "GitLab": {".gitlab-ci.yml": "gitlab/.gitlab-ci.yml"},
}


def block(step: str, language: str) -> str:
    """A code block of a step."""
    found = re.search(rf"```{language}\n(.*?)```", step, re.DOTALL)
    assert found, step
    return re.sub(r"^    ", "", found[1], flags=re.MULTILINE).strip() + "\n"


def typed(side: Side, command: str) -> str:
    """A command of the page, in the clone, with the key that the step before exported; its output."""
    name, *arguments = command.split()
    assert name == "bufferctl"
    environment = {
        "BUFFER_API_URL": side.sandbox.url, "BUFFER_API_KEY": "sandbox", "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    printed = StringIO()
    with (
        patch.dict(os.environ, environment),
        chdir(side.ada.folder),
        redirect_stdout(printed),
        redirect_stderr(printed),
    ):
        assert bufferctl(arguments) == 0, printed.getvalue()
    return printed.getvalue()


@pytest.fixture(params=["GitHub", *long("GitLab")])
def forge(request: pytest.FixtureRequest) -> str:
    """A forge."""
    return str(request.param)


def test_seven_steps(
    forge: str, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    """At most seven, in which the files that `init --ci` wrote publish the post of the page, once."""
    start, steps = monotonic(), STEPS[forge]
    assert len(steps) <= 7
    if forge == "GitHub":
        side: Side = OnGitHub(request.getfixturevalue("team"))
    else:
        made: OnGitLab = request.getfixturevalue("on_gitlab")
        side = made
    _keys, write, settings, push, protect, propose, merge = steps
    empty(side, forge)

    (command,) = (line for line in block(write, "sh").splitlines() if line.startswith("bufferctl"))
    printed = typed(side, command)
    for path, example in EXAMPLES[forge].items():
        assert (side.ada.folder / path).read_bytes() == (ROOT / "examples" / example).read_bytes()
        assert f"Wrote {path}" in printed
    boxes = re.findall(r"^  \[ \] (.*)$", printed, re.MULTILINE)
    for name in ("buffer-plan", "buffer-publish", "BUFFER_API_KEY"):
        assert name in settings
        assert any(name in " ".join(printed.split()) for _ in boxes)
    assert any(each.startswith("Protect main") for each in boxes)
    assert "main" in protect

    assert "git add --all && git commit" in block(push, "sh")
    side.ada.push("Plan and publish posts")
    ran = side.apply()
    assert (ran.failed, side.texts()) == (False, []), ran.log

    side.ada.branch("first")
    (side.ada.folder / "posts").mkdir()
    (side.ada.folder / "posts" / "first.yaml").write_text(block(propose, "yaml"), encoding="utf-8")
    side.ada.push("The first post")
    number = side.request("first")
    ran = side.plan(number)
    assert not ran.failed, ran.log
    assert "### 1 new post on" in side.comments(number)[0]

    assert "receipt" in merge
    side.land(number)
    ran = side.apply()
    assert (ran.failed, side.texts()) == (False, ["Hello from git!"]), ran.log
    assert "1 created" in side.comments(number)[1]
    assert not side.apply().failed
    assert side.texts() == ["Hello from git!"]
    record_property("steps", len(steps))
    record_property("seconds", round(monotonic() - start, 1))


def empty(side: Side, forge: str) -> None:
    """A repository with one commit and no file of ours, whose origin has the forge's address."""
    side.ada.branch("main")
    (side.ada.folder / "buffer.yaml").unlink()
    side.ada.push("Nothing yet")
    address = f"https://{forge.lower()}.com/acme/posts"
    side.ada.git("config", f"url.{side.repository.path}.insteadOf", address)
    side.ada.git("remote", "set-url", "origin", address)
