"""A published post's entry is edited, which only notes it, and gets another key afterwards."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts


@pytest.fixture
def services() -> Collection[str]:
    """One channel."""
    return ("twitter",)


@pytest.fixture
def published(project: Project) -> Project:
    """`launch` is out."""
    declare(project, "key: launch, due_at: 2029-12-10 09:00, text: We are live")
    project.apply()
    project.sandbox.core.clock.advance(days=10)
    project.apply()
    return project


def test_a_time_to_come(published: Project) -> None:
    """Its new time was noted under the old key, and `was` changes nothing about it: no question, nothing sent."""
    declare(published, "key: launch, due_at: 2029-12-30 09:00, text: We are live")
    published.apply()
    declare(published, "key: start, was: launch, due_at: 2029-12-30 09:00, text: We are live")
    for _ in range(2):
        assert apply(published) == 0
    assert texts(published) == {"We are live": 1}
