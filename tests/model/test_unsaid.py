"""Fields that Buffer does not return: what an edit of the files changes in them, by what was applied last."""

from __future__ import annotations

from typing import Any

import pytest

from bufferctl.model import Address, Idea, Metadata, Post, Service
from bufferctl.model.unsaid import given_of, hidden_changes
from tests.model.samples import PLACE


def post(metadata: dict[str, Any] | None, **fields: Any) -> Post:
    """A post on LinkedIn with these fields."""
    read = Metadata.model_validate({"linkedin": metadata}).linkedin if metadata else None
    return Post(Address("Acme", "linkedin:acme", "a"), Service.LINKEDIN, PLACE, "A text", metadata=read, **fields)


def idea(**fields: Any) -> Idea:
    """An idea with these fields."""
    return Idea(Address("Acme", "ideas", "a"), PLACE, title="An idea", **fields)


def preview(title: str) -> dict[str, Any]:
    """A link preview with this title."""
    return {"link_attachment": {"url": "https://acme.example", "title": title}}


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        (post(None), post(None), []),
        (post(None), post(None, source="web"), [("source", None, "web")]),
        (post(preview("Old")), post(preview("New")), [("metadata.link_attachment.title", "Old", "New")]),
        (idea(template_id="1"), idea(template_id="2"), [("template_id", "1", "2")]),
        # whether Buffer lost a first comment is only known if the post was read
        (post({"first_comment": "Old"}), post({"first_comment": "New"}), []),
    ],
)
def test_hidden_changes(before: Post | Idea, now: Post | Idea, expected: list[Any]) -> None:
    """The path, and the value before and after."""
    assert list(hidden_changes(now, given_of(before))) == expected
