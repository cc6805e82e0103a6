"""Rows of a calendar change places or move up, once the first of them is published: their keys go to other texts."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts

FIRST = "key: launch, due_at: 2029-12-15 09:00, text: Text A"
SECOND = "key: launch-2, due_at: 2029-12-15 15:00, text: Text B"


@pytest.fixture
def half_published(project: Project) -> Project:
    """Both were applied; the first is published."""
    declare(project, FIRST, SECOND)
    project.apply()
    project.sandbox.core.clock.set("2029-12-15T11:00:00Z")
    return project


@pytest.mark.parametrize("moved", ["due_at: 2029-12-15 15:00", "due_at: 2029-12-15 16:00"])
def test_the_published_row_is_taken_out(half_published: Project, moved: str) -> None:
    """The second post stays, though its key is gone and the first one's says its text; with a new key it is its own."""
    declare(half_published, f"key: launch, {moved}, text: Text B")
    assert apply(half_published) == 1
    assert texts(half_published) == {"Text A": 1, "Text B": 1}
    plan = half_published("plan")
    assert "Choose another key" in " ".join(plan.out.split())
    assert not plan.err
    declare(half_published, f"key: new, {moved}, text: Text B, was: launch-2")
    assert apply(half_published) == 0
    assert texts(half_published) == {"Text A": 1, "Text B": 1}
    assert "No changes." in half_published("plan").out


def test_the_rows_change_places(half_published: Project) -> None:
    """Both are held, and the only answer is to give each its own key again: no later time, and no new key."""
    swapped = (SECOND.replace("key: launch-2", "key: launch"), FIRST.replace("key: launch", "key: launch-2"))
    declare(half_published, *swapped)
    assert apply(half_published) == 1
    told = " ".join(half_published("plan").out.split())
    assert told.count("give each of the two entries its own `key` again") == 2
    assert "later `due_at`" not in told
    assert "a new key" not in told
    declare(half_published, FIRST, SECOND)
    assert "No changes." in half_published("plan").out
    assert texts(half_published) == {"Text A": 1, "Text B": 1}
