"""The state is lost around a suspension, and everything that a plan proposes is done: each post is there once."""

from __future__ import annotations

import re

import pytest

from tests.cli.conftest import Project
from tests.conftest import long
from tests.never_twice.files import apply, declare, lose_state, texts

POSTS = (
    "key: launch, due_at: 2029-12-20 09:00, text: We are live",
    "key: tip, text: A tip for the queue",
    "key: other, text: Another tip",
)
SINCE = "managed_since: 2029-12-03T08:00:00Z"
ONCE = {"We are live": 1, "A tip for the queue": 1, "Another tip": 1}


def answered(project: Project, *posts: str, settings: str) -> None:
    """Apply these, answering every question with the field that the plan proposes first, until nothing is left."""
    for _ in range(5):
        code = apply(project)
        assert max(texts(project).values()) == 1
        if not code:
            break
        said = " ".join(project("plan", "--full").out.split())
        hints = dict(re.findall(r"(\w+) X\S*, .*?`(existing: \{twitter: \w+\})`", said))
        assert hints, said
        posts = tuple(f"{each}, {hints[key]}" if (key := each.split(",")[0][5:]) in hints else each for each in posts)
        declare(project, *posts, settings=settings)
    project.apply()


@pytest.mark.parametrize("settings", [SINCE, *long("")], ids=["since", "bare"])
@pytest.mark.parametrize("lost", [*long("before", "meanwhile", "after"), "all along"])
def test_each_is_there_once(project: Project, lost: str, settings: str) -> None:
    """Before the suspension, while it lasts, once the line is gone, or each time; scheduled in the end."""
    declare(project, *POSTS, settings=settings)
    apply(project)
    if lost in {"before", "all along"}:
        lose_state(project)
    suspended = f"suspended: Earthquake\n{settings}"
    declare(project, *POSTS, settings=suspended)
    apply(project)
    if lost in {"meanwhile", "all along"}:
        lose_state(project)
        apply(project)
    assert texts(project) == ONCE
    project.sandbox.core.clock.advance(hours=1)
    if lost in {"after", "all along"}:
        lose_state(project)
    declare(project, *POSTS, settings=settings)
    answered(project, *POSTS, settings=settings)
    assert texts(project) == ONCE
    assert {each["status"] for each in project.sandbox.posts()} == {"scheduled"}


@pytest.mark.parametrize("settings", [*long(SINCE), ""], ids=["since", "bare"])
def test_what_is_new_meanwhile_goes_out_once(project: Project, settings: str) -> None:
    """An entry that waited for the end of a suspension of which the state is lost."""
    declare(project, *POSTS[:1], settings=settings)
    apply(project)
    lose_state(project)
    declare(project, *POSTS, settings=f"suspended: Earthquake\n{settings}")
    apply(project)
    lose_state(project)
    assert apply(project) == 0
    declare(project, *POSTS, settings=settings)
    answered(project, *POSTS, settings=settings)
    assert texts(project) == ONCE
