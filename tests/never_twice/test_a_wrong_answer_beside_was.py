"""An entry is renamed with `was`, and its `existing` names something else: what `was` names is not lost."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts

LAUNCH = "key: launch, due_at: 2029-12-10 09:00, text: We are live"
OTHER = "key: other, due_at: 2029-12-11 09:00, text: Another story"
NOT_THERE = "existing: {twitter: 5f0000000000000000000000}"


@pytest.mark.parametrize("renamed", [f"was: launch, {NOT_THERE}", NOT_THERE])
def test_an_id_that_is_not_there(project: Project, renamed: str) -> None:
    """The post stays as it is under its new key, also where its content alone tells; `existing` is a warning."""
    declare(project, LAUNCH)
    project.apply()
    (post,) = project.sandbox.posts()
    declare(project, f"{LAUNCH.replace('key: launch', 'key: renamed')}, {renamed}")
    ran = project("plan")
    assert "so `existing` is ignored" in " ".join((ran.out + ran.err).split())
    assert apply(project) == 0
    assert [(each["id"], each["status"]) for each in project.sandbox.posts()] == [(post["id"], "scheduled")]


@pytest.mark.parametrize("key", ["renamed, was: launch", "launch"])
def test_an_id_that_is_not_there_and_the_post_is_deleted(project: Project, key: str) -> None:
    """The id is asked about: to send the post again would not be what somebody meant who gave one."""
    declare(project, LAUNCH)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.clock.advance(hours=3)
    project.sandbox.person.delete_post(post["id"])
    entry = f"{LAUNCH.replace('key: launch', f'key: {key}')}, {NOT_THERE}"
    declare(project, entry)
    asked = "`existing` names 5f0000000000000000000000, which is not on this channel"
    for _ in range(2):
        assert asked in " ".join(project("apply", "--auto-approve", "--settle", "0").out.split())
    declare(project, entry.replace(f", {NOT_THERE}", ""))
    assert "Somebody deleted it in Buffer" in " ".join(project("plan").out.split())


def test_the_id_of_another_entry(project: Project) -> None:
    """Likewise: both posts stay, each with its own entry."""
    declare(project, LAUNCH, OTHER)
    project.apply()
    there = {post["text"]: post["id"] for post in project.sandbox.posts()}
    taken = f"existing: {{twitter: {there['Another story']}}}"
    declare(project, f"{LAUNCH.replace('key: launch', 'key: renamed, was: launch')}, {taken}", OTHER)
    assert apply(project) == 0
    assert {post["text"]: post["id"] for post in project.sandbox.posts()} == there


def test_a_persons_post(project: Project) -> None:
    """Likewise: theirs is not edited, and ours is not deleted."""
    declare(project, LAUNCH)
    project.apply()
    (ours,) = project.sandbox.posts()
    words = {"text": "A person's words", "dueAt": "2029-12-12T09:00:00Z"}
    theirs = project.sandbox.person.create_post(ours["channelId"], **words)
    declare(project, f"{LAUNCH.replace('key: launch', 'key: renamed, was: launch')}, existing: {theirs['id']}")
    assert apply(project) == 0
    assert texts(project) == {"We are live": 1, "A person's words": 1}


def test_a_new_entry_with_an_id_that_is_not_there(project: Project) -> None:
    """Nothing is sent, since the id may be a slip of the pen."""
    declare(project, f"{LAUNCH}, {NOT_THERE}")
    assert apply(project) == 1
    assert not texts(project)
