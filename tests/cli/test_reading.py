"""How much a plan asks Buffer for."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project

FILES = """version: 1
organizations: [{name: Acme, channels: [{service: twitter, name: acme}]}]
posts:
"""


@pytest.mark.parametrize("services", [["twitter"]])
def test_the_state_says_where_a_long_queue_is_cut(project: Project) -> None:
    """One request for the account and all pages of 270 posts, whose times of creation are in the state; else five."""
    for hour in range(3):
        project.sandbox.clock.advance(hours=1)
        posts = "".join(f"  - {{key: p{n}, channels: [twitter], text: Post {n}}}\n" for n in range(90 * (hour + 1)))
        project.write("buffer.yaml", FILES + posts)
        assert project("apply", "--auto-approve", "--settle", "0").code == 0
    assert _requests(project) == 1
    project.state.unlink()
    assert _requests(project) == 5


def _requests(project: Project) -> int:
    before = len(project.sandbox.requests)
    project("plan")
    return len(project.sandbox.requests) - before
