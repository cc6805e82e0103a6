"""The state is forced back to an older commit, and a fresh clone has no journal: nothing shows that it is older."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import ADDRESS, apply, declare, texts

FIRST = "key: first, due_at: 2029-12-20 09:00, text: The first"
LAUNCH = "key: launch, due_at: 2029-12-21 09:00, text: We are live"
PERHAPS = "It was created through the API, perhaps by bufferctl"


@pytest.fixture
def clone(project: Project, tmp_path: Path) -> Project:
    """The second post is in Buffer and in the files, and the state is from before it."""
    declare(project, FIRST)
    project.apply()
    kept = shutil.copytree(project.folder / ".bufferctl", tmp_path / "kept")
    project.sandbox.core.clock.advance(hours=1)
    declare(project, FIRST, LAUNCH)
    project.apply()
    shutil.rmtree(project.folder / ".bufferctl")
    shutil.rmtree(tmp_path / "state-home")
    kept.rename(project.folder / ".bufferctl")
    project.sandbox.core.clock.advance(hours=1)
    project.apply()
    assert texts(project) == {"The first": 1, "We are live": 1}
    return project


def shown(project: Project) -> list[str]:
    """The plan as a terminal, a comment and a page show it."""
    ran = project("plan", "--report", "plan.md", "--report", "plan.html")
    reports = [project.folder.joinpath(name).read_text("utf-8") for name in ("plan.md", "plan.html")]
    return [" ".join(re.sub(r"[`*]|<[^>]+>", "", each).split()) for each in (ran.out + ran.err, *reports)]


def test_an_edit(clone: Project) -> None:
    """Held, and nobody is told that a person made it; with the answer, the edit is sent."""
    declare(clone, FIRST, LAUNCH.replace("live", "so live"))
    assert all(PERHAPS in each for each in shown(clone))
    assert apply(clone) == 1
    hint = re.search(r"add `(existing: \{twitter: \w+\})`", " ".join(clone("plan").out.split()))
    assert hint
    declare(clone, FIRST, f"{LAUNCH.replace('live', 'so live')}, {hint[1]}")
    clone.apply()
    assert texts(clone) == {"The first": 1, "We are so live": 1}


def test_a_cancelled_one(clone: Project) -> None:
    """Held likewise; with the answer it is deleted, and nothing says that it is a person's."""
    declare(clone, FIRST, f"{LAUNCH}, cancelled: true")
    assert all(PERHAPS in each for each in shown(clone))
    assert apply(clone) == 1
    hint = re.search(r"add `(existing: \{twitter: \w+\})`", " ".join(clone("plan").out.split()))
    assert hint
    declare(clone, FIRST, f"{LAUNCH}, cancelled: true, {hint[1]}")
    assert not any("person" in each for each in shown(clone))
    clone.apply()
    assert texts(clone) == {"The first": 1}


def test_a_removed_one(clone: Project) -> None:
    """It stays, and before it is let go, everything that shows the plan says that it will be published."""
    declare(clone, FIRST)
    for each in shown(clone):
        assert f"{ADDRESS} is in no file any more, but stays in Buffer and will be published. {PERHAPS}" in each
    clone.apply()
    assert texts(clone) == {"The first": 1, "We are live": 1}


def test_an_edited_and_renamed_one(project: Project, tmp_path: Path) -> None:
    """The post that Buffer has is the entry under its new key, though the state knows neither: nothing is deleted."""
    declare(project, FIRST, LAUNCH)
    project.apply()
    kept = shutil.copytree(project.folder / ".bufferctl", tmp_path / "kept")
    time = "due_at: 2029-12-21 09:00, text: We are so live"
    for entry in (f"key: launch, {time}", f"key: start, was: launch, {time}", f"key: last, was: start, {time}"):
        declare(project, FIRST, entry)
        project.apply()
    shutil.rmtree(project.folder / ".bufferctl")
    shutil.rmtree(tmp_path / "state-home")
    kept.rename(project.folder / ".bufferctl")
    before = {post["id"] for post in project.sandbox.posts()}
    assert apply(project) == 0
    assert {post["id"] for post in project.sandbox.posts()} == before
