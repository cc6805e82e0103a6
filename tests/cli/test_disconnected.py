"""A channel that is disconnected, with several posts in the files: one cause, one thing to do."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import declare


@pytest.fixture
def services() -> Collection[str]:
    """One channel."""
    return ("twitter",)


def test_it_is_said_once(project: Project) -> None:
    """In the plan, the comment and the receipt; with --full each stands for itself."""
    declare(project, *(f"key: p{n}, due_at: 2029-12-{n + 10} 09:00, text: Text number {n}" for n in range(3)))
    project.sandbox.person.set_channel(project.sandbox.channel("twitter")["id"], isDisconnected=True)
    ran = project("plan", "--report", "plan.md")
    comment = (project.folder / "plan.md").read_text(encoding="utf-8")
    assert "3 posts need you" in ran.out
    for text in (ran.out, comment):
        assert text.count("disconnected") == text.count("Reconnect it") == 1
    assert all(f"/p{n}" in comment for n in range(3))
    assert project("plan", "--full").out.count("/p") == 3
    applied = project("apply", "--auto-approve", "--settle", "0", "--report", "receipt.md")
    receipt = (project.folder / "receipt.md").read_text(encoding="utf-8")
    assert applied.code == 1
    assert (applied.out.count("disconnected"), receipt.count("disconnected")) == (1, 1)
