"""The list of leaves is complete, and each of its entries sends exactly what it says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bufferctl.api.wire_forms import create_idea, create_post, edit_post
from bufferctl.config import load
from bufferctl.model import CreateIdea, CreatePost, EditPost, Tag
from tests.leaves import (
    IDEA_INPUT,
    IMPLIED,
    LEAVES,
    NOT_RETURNED,
    NOT_SENT,
    NOT_SENT_BY,
    POST_INPUTS,
    Data,
    Leaf,
    paths,
    reason_not_sent,
)

each_leaf = pytest.mark.parametrize("leaf", LEAVES, ids=str)


@pytest.mark.parametrize("name", [*POST_INPUTS, IDEA_INPUT])
def test_every_leaf_of_an_input_has_one_place(name: str) -> None:
    """It is set by a file, implied, or not sent with a reason; a field that Buffer adds is none of these."""
    there = {leaf.path for leaf in LEAVES if (leaf.service is None) == (name == IDEA_INPUT)}
    for path in paths(name):
        places = [path in there, path in IMPLIED, bool(reason_not_sent(name, path))]
        assert sum(places) == (2 if f"{name}.{path}" in NOT_SENT_BY else 1), path


def test_every_reason_is_needed() -> None:
    """No pattern is left of a field that Buffer took away."""
    every = {path for name in (*POST_INPUTS, IDEA_INPUT) for path in paths(name)}
    declared = {each for name in (*POST_INPUTS, IDEA_INPUT) for each in paths(name).values()}
    assert [each for each in NOT_SENT if not any(re.fullmatch(each, path) for path in every)] == []
    assert [each for each in NOT_RETURNED if not any(re.fullmatch(each, path) for path in declared)] == []
    assert [each for each in NOT_SENT_BY if each.partition(".")[2] not in paths(each.partition(".")[0])] == []
    assert IMPLIED.keys() - every == set()


@each_leaf
def test_an_entry_sets_its_leaf(tmp_path: Path, leaf: Leaf) -> None:
    """The input has it, with two different values, and not once it is removed (or only as its default)."""
    values = [_sent(tmp_path, leaf, each) for each in (leaf.entry(), leaf.changed())]
    assert values[0]
    assert values[0] != values[1] or leaf.path == "group.groupId"  # the default account has one group
    if (removed := leaf.removed()) is not None:
        assert _sent(tmp_path, leaf, removed) != values[0]


def _sent(folder: Path, leaf: Leaf, entry: Data) -> list[Any]:
    """The values of a leaf in the inputs of an entry, those of createPost and editPost being equal."""
    file = folder / "buffer.yaml"
    file.write_text(leaf.in_a_file(entry), encoding="utf-8")
    loading = load(file, folder)
    assert loading.desired, loading.diagnostics
    if leaf.service is None:
        idea = next(each for each in loading.desired.ideas if each.address.key == "leaf")
        tags = tuple(Tag(f"t-{name}", name, "#000000") for name in idea.tags)
        return list(_at(create_idea(CreateIdea(idea, "o1", tags)), leaf.path))
    (post,) = loading.desired.posts
    ids = tuple(f"t-{name}" for name in post.tags)
    created = list(_at(create_post(CreatePost(post, "c1", ids, post.idea)), leaf.path))
    if leaf.path in paths("EditPostInput") and not reason_not_sent("EditPostInput", leaf.path):
        edited = list(_at(edit_post(EditPost("p1", post, "c1", ids, post.idea, reschedule=True)), leaf.path))
        assert [each for each in edited if each != []] == created or leaf.path == "saveToDraft"
    return created


def _at(value: object, path: str) -> list[Any]:
    """Every value at a path; `[]` stands for each entry of a list."""
    here, _, rest = path.partition(".")
    found = value.get(here.removesuffix("[]")) if isinstance(value, dict) else None
    if found is None:
        return []
    if not rest:
        return [found]
    return [each for inner in (found if here.endswith("[]") else [found]) for each in _at(inner, rest)]
