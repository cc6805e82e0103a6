"""Declared objects and writes as JSON, in the journal and in saved plans, read back equal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bufferctl.model import (
    Address,
    Asset,
    CreateIdea,
    CreatePost,
    DeletePost,
    EditPost,
    Idea,
    Intent,
    Metadata,
    Post,
    Service,
    Slot,
    Tag,
    Write,
)
from bufferctl.model.serial import dump_intent, dump_item, dump_write, identity, load_intent, load_item, load_write
from tests.model.samples import PLACE, ideas, posts, texts

tags = st.lists(texts, max_size=2).map(tuple)
writes = st.one_of(
    st.builds(CreatePost, posts, texts, tags, st.none() | texts),
    st.builds(EditPost, texts, posts, texts, tags, st.none() | texts, st.booleans()),
    st.builds(DeletePost, texts, texts),
    st.builds(CreateIdea, ideas, texts, st.lists(st.builds(Tag, texts, texts, texts), max_size=2).map(tuple)),
)


def through_json(values: dict[str, Any]) -> dict[str, Any]:
    """The value after writing and reading a file."""
    read: dict[str, Any] = json.loads(json.dumps(values))
    return read


@given(posts | ideas)
def test_a_declared_object_comes_back_equal(item: Post | Idea) -> None:
    """With its metadata as its network's model."""
    again = load_item(through_json(dump_item(item)))
    assert again == item
    assert type(getattr(again, "metadata", None)) is type(getattr(item, "metadata", None))


def test_what_identifies_a_declared_object() -> None:
    """Everything but the fields that are left out; of a file its digest."""
    file = {"path": "a.png", "digest": "0" * 32, "size": 7}
    post = Post(
        Address("Acme", "twitter:acme", "a"),
        Service.TWITTER,
        PLACE,
        "Hello",
        assets=(Asset.model_validate({"image": {"file": file}}),),
        metadata=Metadata.model_validate({"twitter": {"thread": [{"text": "One"}]}}).twitter,
    )
    assert identity(post, without=frozenset({"address", "place"})) == {
        "service": "twitter",
        "text": "Hello",
        "assets": [{"image": {"file": {"digest": "0" * 32}}}],
        "metadata": {"twitter": {"thread": [{"text": "One", "assets": []}]}},
    }


@given(writes)
def test_a_write_comes_back_equal(write: Write) -> None:
    """Of the same kind, with resolved ids."""
    again = load_write(through_json(dump_write(write)))
    assert again == write
    assert type(again) is type(write)
    assert dump_write(again) == dump_write(write)


@given(writes, texts)
def test_an_intent_comes_back_equal(write: Write, before: str) -> None:
    """With its write, in the types of its network, and what the keeper counts and keeps by itself."""
    at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    intent = Intent(7, Slot("o", "c", "a"), write, at, at + timedelta(minutes=1), before, listed=frozenset({"1", "2"}))
    dumped = through_json(dump_intent(intent))
    assert load_intent(dumped, 7, ["1", "2"]) == intent
    assert [name for name, value in dumped.items() if value in (None, "")] == []
    assert not dumped.keys() & {"number", "listed", "answered"}


@pytest.mark.parametrize("values", [{}, {"post": {}}, {"idea": {"title": "no address"}}, {"post": {"text": 7}}])
def test_what_is_no_declared_object_is_refused(values: dict[str, Any]) -> None:
    """With no partial result."""
    with pytest.raises((ValidationError, KeyError)):
        load_item(values)


@pytest.mark.parametrize("values", [{}, {"kind": "delete-post"}, {"kind": "edit-post", "id": "1"}, {"kind": "what"}])
def test_what_is_no_write_is_refused(values: dict[str, Any]) -> None:
    """With no partial result."""
    with pytest.raises((ValidationError, KeyError, TypeError)):
        load_write(values)
