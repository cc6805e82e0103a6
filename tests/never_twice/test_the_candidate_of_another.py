"""Entries that differ by their links alone, on a channel that shortens links, and the state is lost."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.conftest import Project
from tests.never_twice.files import apply, declare, texts

ENTRIES = [f"key: read-{n}, text: 'Worth reading: https://acme.example/blog/{n}'" for n in (1, 2)]


def there(project: Project, *links: int) -> list[str]:
    """Posts of a lost state with shortened links, created in this order; their ids."""
    channel = project.sandbox.channel("twitter")["id"]
    made = []
    for n in links:
        project.sandbox.core.clock.advance(minutes=1)
        text = f"Worth reading: https://go.example/{n}"
        made.append(project.sandbox.person.create_post(channel, text, via="api")["id"])
    return made


def hints(project: Project) -> dict[str, str]:
    """What each entry is told to do."""
    changes = json.loads(project("plan", "--json").out)["changes"]
    return {each["key"]: each["hint"] for each in changes if each["action"] == "hold"}


def test_candidates_are_offered_in_pairs(project: Project) -> None:
    """The first entry gets the one that was created first; each id is offered once, and nothing is left to do."""
    ids = there(project, 1, 2)
    declare(project, *ENTRIES)
    offered = {key: re.findall(r"`(existing: \{twitter: (\w+)\})`", hint) for key, hint in hints(project).items()}
    assert {key: [id_ for _, id_ in found] for key, found in offered.items()} == {
        "read-1": [ids[0]],
        "read-2": [ids[1]],
    }
    given = [f"{entry}, {offered[key][0][0]}" for entry, key in zip(ENTRIES, offered, strict=True)]
    declare(project, given[0], ENTRIES[1])
    assert apply(project) == 1
    assert hints(project)["read-2"].startswith(f"If it is the same, add `existing: {{twitter: {ids[1]}}}`.")
    declare(project, *given)
    apply(project)
    assert sum(texts(project).values()) == 2


@pytest.mark.parametrize("links", [(1,), (1, 2, 3)])
def test_where_order_does_not_tell_nothing_is_ready_to_take(project: Project, links: tuple[int, ...]) -> None:
    """Fewer or more posts than entries: each is shown with text and time, and a person writes the id."""
    ids = there(project, *links)
    declare(project, *ENTRIES)
    for hint in hints(project).values():
        assert "`existing: {twitter: ID}`" in hint
        assert all(
            f"{id_} (“Worth reading: https://go.example/{n}”, scheduled" in hint
            for n, id_ in zip(links, ids, strict=True)
        )
    changes = json.loads(project("plan", "--json").out)["changes"]
    assert all(answer["is_open"] for each in changes for answer in each.get("answers", ()))


def test_of_many_the_first_twenty_are_shown(project: Project) -> None:
    """The newest come first, then how many more there are; as data there are all of them."""
    ids = there(project, *range(1, 23))
    declare(project, *ENTRIES)
    for hint in hints(project).values():
        assert re.search(rf"{ids[2]} \(“Worth reading: https://go.example/3”, scheduled, .*\) and 2 more, add ", hint)
    changes = json.loads(project("plan", "--json").out)["changes"]
    assert [sorted(each["candidates"]) for each in changes] == [sorted(ids)] * 2
