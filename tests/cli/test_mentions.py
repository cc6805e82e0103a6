"""Somebody whom posts mention gets another handle."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from tests.cli.conftest import Project

ROOT = """\
version: 1
timezone: Europe/Berlin
managed_since: 2029-12-01T00:00:00Z
mentions:
  ada: {name: Ada Lovelace, twitter: HANDLE}
organizations:
  - name: Acme
    channels:
      - service: twitter
        name: acme
        posts:
          - {key: early, due_at: 2029-12-20 09:00, text: "Thanks, $(@ada)"}
          - {key: late, due_at: 2030-01-20 09:00, text: "Thanks again, $(@ada)"}
"""


@pytest.fixture
def services() -> Collection[str]:
    return ["twitter"]


def test_a_published_post_keeps_the_handle_that_it_had(project: Project) -> None:
    """Nothing is said of it, since nobody means another post; what is not published gets the new handle."""
    project.write("buffer.yaml", ROOT.replace("HANDLE", "ada"))
    project.apply()
    project.sandbox.clock.advance(days=40)
    project.apply()
    project.write("buffer.yaml", ROOT.replace("HANDLE", "lovelace"))
    ran = project("plan")
    assert (ran.err, ran.planned) == ("", ["~ late"])
    project.apply()
    assert [post["text"] for post in project.sandbox.posts()][-2:] == ["Thanks, @ada", "Thanks again, @lovelace"]


def test_another_text_is_still_noted(project: Project) -> None:
    """A published post whose words changed has its warning, whoever is mentioned."""
    project.write("buffer.yaml", ROOT.replace("HANDLE", "ada"))
    project.apply()
    project.sandbox.clock.advance(days=40)
    project.apply()
    project.write("buffer.yaml", ROOT.replace("HANDLE", "lovelace").replace("Thanks, ", "Many thanks, "))
    assert "already published" in project("plan").err
