"""The state is lost, a post was deleted in Buffer, and others there match no entry: which is true of it can be said."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, lose_state, texts

KEPT = "key: kept, due_at: 2029-12-20 09:00, text: Save often"
LATER = "key: later, due_at: 2029-12-22 09:00, text: Rest on Fridays"
OLD = [f"key: old-{n}, due_at: 2029-12-04 0{n}:00, text: Tip {n}" for n in (1, 2)]


def ids(project: Project) -> dict[str, str]:
    """The ids of posts by their texts."""
    return {post["text"]: post["id"] for post in project.sandbox.posts()}


def held(project: Project) -> dict[str, dict[str, Any]]:
    """What a plan holds, by key."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return {each["key"]: each for each in changes if each["action"] == "hold"}


def test_it_is_none_of_them(project: Project) -> None:
    """What removed entries published is not its post: `repeat_of` with their ids says so, and it is sent, once."""
    declare(project, KEPT, LATER, *OLD)
    apply(project)
    project.sandbox.core.clock.advance(days=5)
    declare(project, KEPT, LATER)
    apply(project)
    others = [ids(project)[f"Tip {n}"] for n in (1, 2)]
    project.sandbox.person.delete_post(ids(project)["Rest on Fridays"])
    lose_state(project)
    assert apply(project) == 1
    answer = next(each for each in held(project)["later"]["answers"] if each["field"] == "repeat_of")
    assert (sorted(answer["content"]["twitter"]), answer["is_open"]) == (sorted(others), True)
    declare(project, KEPT, f"{LATER}, repeat_of: {json.dumps(answer['content'])}")
    assert apply(project) == 0
    assert (texts(project)["Rest on Fridays"], held(project)) == (1, {})


def test_a_post_waits_for_the_entry_with_its_text_in_every_plan(project: Project) -> None:
    """That one is offered its id; the other is told to wait, also once the question is in the state."""
    declare(project, KEPT, LATER, "key: old-1, due_at: 2029-12-21 09:00, text: Tip 1")
    apply(project)
    moved, other = ids(project)["Tip 1"], ids(project)["Rest on Fridays"]
    project.sandbox.person.edit_post(moved, dueAt="2029-12-23T09:00:00.000Z")
    project.sandbox.person.delete_post(other)
    lose_state(project)
    for _ in range(2):
        assert apply(project) == 1
        found = held(project)
        assert found["later"]["hint"] == "Answer `old-1` first, which has that text."
        assert [(each["field"], each["id"], each["is_open"]) for each in found["old-1"]["answers"]] == [
            ("existing", moved, False), ("repeat_of", moved, False),
        ]  # fmt: skip
    given = f"key: old-1, due_at: 2029-12-23 09:00, text: Tip 1, existing: {{twitter: {moved}}}"
    declare(project, KEPT, LATER, given)
    assert apply(project) == 0
    assert (texts(project), held(project)) == ({"Save often": 1, "Rest on Fridays": 1, "Tip 1": 1}, {})
