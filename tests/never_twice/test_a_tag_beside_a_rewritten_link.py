"""The state is lost, Buffer rewrote the link, and something else of the post differs too: it is still that post."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, lose_state, texts

ENTRY = "key: launch, text: 'Read https://acme.example/launch'"


@pytest.mark.parametrize(
    "difference",
    [{"tagIds": ["66a0000000000000000001a1"]}, {"metadata": {"isAiGenerated": True, "retweet": {"id": "1"}}}, {}],
    ids=["tag", "metadata", "none"],
)
def test_another_field_that_differs_makes_no_new_post(project: Project, difference: dict[str, object]) -> None:
    """A question; it was created a second time where a field besides the link differed."""
    declare(project, ENTRY)
    project.apply()
    (post,) = project.sandbox.posts()
    project.sandbox.person.edit_post(post["id"], text="Read https://lnkd.in/abc", **difference)
    lose_state(project)
    assert project("plan").planned == ["! launch"]
    assert apply(project) == 1
    assert texts(project) == {"Read https://lnkd.in/abc": 1}
