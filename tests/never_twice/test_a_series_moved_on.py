"""A series of one text moves on after its first occurrence was published, with one occurrence less."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare

TIP = "text: A tip for everybody"
SERIES = [
    f"key: tip, due_at: 2029-12-10 09:00, repeat: {{every: 1 week, times: 4}}, {TIP}",
    f"key: tip, due_at: 2029-12-17 09:00, repeat: {{every: 1 week, times: 3}}, {TIP}",
]
ENTRIES = [
    f"key: a, due_at: 2029-12-10 09:00, {TIP}",
    f"key: b, due_at: 2029-12-17 09:00, repeat_of: a, {TIP}",
    f"key: c, due_at: 2029-12-24 09:00, repeat_of: a, {TIP}",
    f"key: d, due_at: 2029-12-31 09:00, repeat_of: a, {TIP}",
]
MOVED = [
    f"key: a, due_at: 2029-12-17 09:00, {TIP}",
    f"key: b, due_at: 2029-12-24 09:00, repeat_of: a, {TIP}",
    f"key: c, due_at: 2029-12-31 09:00, repeat_of: a, {TIP}",
]


@pytest.mark.parametrize(("before", "after"), [(SERIES[:1], SERIES[1:]), (ENTRIES, MOVED)], ids=["series", "entries"])
def test_what_was_removed_is_deleted(project: Project, before: list[str], after: list[str]) -> None:
    """Each time has one post: the published one stays as it is, and nobody takes the removed one for it."""
    declare(project, *before)
    project.apply()
    project.sandbox.clock.set("2029-12-11T09:00:00Z")
    declare(project, *after)
    assert apply(project) == 0
    assert [post["dueAt"][:10] for post in project.sandbox.posts()] == ["2029-12-10", "2029-12-24", "2029-12-31"]
