"""A published post that its files drop, call off or rename, and then declare again: it is not published twice."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Project

ROOT = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-02T00:00:00Z
organizations:
  - name: Acme
    channels: [{service: twitter, name: acme}]
"""
QUEUED = "posts:\n  - {key: tip, channels: [twitter], text: A tip}\n"
TIPS = """\
starts: 2029-12-04
posts:
  - key: tip
    channels: [twitter]
    due_at: start+0d 09:00
    repeat: {every: 1 week, times: 3, each: {2: {text: Two}, 3: {text: Three}}}
    text: One
"""


def published(project: Project, posts: str, *, days: int = 3) -> None:
    """Apply these posts, and let time pass until some are published and lie behind the horizon."""
    project.write("buffer.yaml", ROOT)
    project.write("posts/a.yaml", posts)
    project.write(
        "posts/b.yaml", "posts:\n  - {key: other, channels: [twitter], due_at: 2030-06-01 09:00, text: Other}\n"
    )
    project.apply()
    project.sandbox.clock.advance(days=days)
    project.apply()


def texts(project: Project) -> list[str]:
    """What the account has, the post that stays aside."""
    return sorted(post["text"] for post in project.sandbox.posts() if post["text"] != "Other")


@pytest.mark.parametrize("gone", ["posts: []\n", QUEUED.replace("text:", "cancelled: true, text:")])
def test_a_post_that_was_dropped_and_is_declared_again(project: Project, gone: str) -> None:
    """Nothing to do, however often: the record keeps what was published."""
    published(project, QUEUED)
    for posts in (gone, QUEUED, gone, QUEUED):
        project.write("posts/a.yaml", posts)
        ran = project.apply()
        assert ran.code == 0, ran.out + ran.err
        project.sandbox.clock.advance(hours=2)
    assert texts(project) == ["A tip"]


def test_a_dropped_post_is_named_once(project: Project) -> None:
    """The plan says that it is no longer tracked; after the apply nothing is left to say."""
    published(project, QUEUED)
    project.write("posts/a.yaml", "posts: []\n")
    assert "no longer tracked" in project("plan").out
    project.apply()
    assert "tip" not in project("plan").out


def test_a_dropped_post_under_another_key(project: Project) -> None:
    """It is held until `repeat_of` says that it is meant again."""
    published(project, QUEUED)
    project.write("posts/a.yaml", "posts: []\n")
    project.apply()
    again = QUEUED.replace("key: tip", "key: hint")
    project.write("posts/a.yaml", again)
    assert project("plan").planned == ["! hint"]
    hint = re.search(r"add\s+`repeat_of: (\w+)`", project("plan").out)
    assert hint is not None
    project.write("posts/a.yaml", again.replace("text:", f"repeat_of: {hint[1]}, text:"))
    project.apply()
    assert texts(project) == ["A tip", "A tip"]


SHORTER = TIPS.replace("times: 3, each: {2: {text: Two}, 3: {text: Three}}", "times: 1")


@pytest.mark.parametrize("gone", [f"cancelled: true\n{TIPS}", SHORTER])
def test_a_campaign_that_is_called_off_and_brought_back(project: Project, gone: str) -> None:
    """What is published stays as it was; only the rest goes out on the new dates."""
    published(project, TIPS, days=10)
    project.write("posts/a.yaml", gone)
    project.apply("--max-deletes", "9")
    project.write("posts/a.yaml", TIPS.replace("2029-12-04", "2030-02-04"))
    project.apply()
    assert texts(project) == ["One", "Three", "Two"]
