"""Fields that Buffer does not return: what an edit of the files changes in them, by what was applied last."""

from __future__ import annotations

from typing import Any

import pytest

from bufferctl.model import Address, Asset, Idea, Metadata, Post, Service
from bufferctl.model.comparable import Content
from bufferctl.model.desired import IdeaGroup
from bufferctl.model.unsaid import LeftOut, Then, given_of, hidden_changes, left_out, restored, still_given
from tests.model.samples import PLACE

#: A mention on each network, of which Buffer returns only where it is.
MENTIONS: dict[str, dict[str, Any]] = {
    "facebook": {"content": "Acme", "indices": [0, 4], "text": "Acme", "url": "https://facebook.example/acme"},
    "linkedin": {
        "entity": "urn:li:organization:1",
        "id": "1",
        "length": 4,
        "link": "https://linkedin.example/acme",
        "localized_name": "Acme",
        "start": 0,
        "vanity_name": "acme",
    },
}


def post(metadata: dict[str, Any] | None, network: str = "linkedin", **fields: Any) -> Post:
    """A post with these fields."""
    read = getattr(Metadata.model_validate({network: metadata}), network) if metadata else None
    return Post(Address("Acme", f"{network}:acme", "a"), Service(network), PLACE, "A text", metadata=read, **fields)


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
        (
            idea(group=IdeaGroup(group_id="g", place_after_id="1")),
            idea(group=IdeaGroup(group_id="g", place_after_id="2")),
            [("group.place_after_id", "1", "2")],
        ),
        (idea(cta="Go"), idea(), [("cta", "Go", None)]),
        # Buffer returns it
        (post({"first_comment": "Old"}), post({"first_comment": "New"}), []),
    ],
)
def test_hidden_changes(before: Post | Idea, now: Post | Idea, expected: list[Any]) -> None:
    """The path, and the value before and after."""
    assert list(hidden_changes(now, given_of(before))) == expected


@pytest.mark.parametrize(
    ("network", "name"),
    [
        *(("facebook", name) for name in ("content", "url")),
        *(("linkedin", name) for name in ("entity", "id", "link", "vanity_name")),
    ],
)
def test_whom_a_mention_names(network: str, name: str) -> None:
    """Each of its fields is hidden, but for the words and their place."""
    old, new = "https://old.example", "https://new.example"
    before, now = (post({"annotations": [MENTIONS[network] | {name: value}]}, network) for value in (old, new))
    expected = [(f"metadata.annotations.0.{name}", old, new)]
    assert list(hidden_changes(now, given_of(before))) == expected


@pytest.mark.parametrize(
    ("live", "now", "expected"),
    [
        # whether Buffer lost it is only known if the post was read
        (None, {"first_comment": "New"}, []),
        (Content(metadata={"first_comment": "Old"}), {"first_comment": "New"}, []),
        (Content(metadata={}), {"first_comment": "New"}, [("metadata.first_comment", "Old", "New")]),
        (Content(metadata={}), None, []),
    ],
)
def test_a_first_comment_on_instagram(live: Content | None, now: dict[str, Any] | None, expected: list[Any]) -> None:
    """Hidden if Buffer lost it and the file still has one."""
    before = given_of(post({"first_comment": "Old"}, "instagram"))
    assert list(hidden_changes(post(now, "instagram"), before, live)) == expected


@pytest.mark.parametrize(
    ("path", "given", "declared", "expected"),
    [
        ("assets.0.title", True, False, True),
        ("assets.0.thumbnail_offset", True, False, True),
        ("assets.0.title", False, False, False),
        ("assets.0.title", True, True, False),
        ("assets.0.user_tags", True, False, False),
    ],
)
def test_a_detail_that_the_files_gave_and_no_longer_have(
    path: str, given: bool, declared: bool, expected: bool
) -> None:
    """An edit takes it away, except for people in a picture, of whom Buffer may have more."""
    there, files = Content(details={path: "Old"}), Content(details={path: "New"} if declared else {})
    found = list(left_out(files, there, {path: ""} if given else {}))
    assert found == ([LeftOut(path, "Old", Then.CLEARED, was_given=True)] if expected else [])


def test_what_an_edit_sends_for_fields_that_left_the_file() -> None:
    """The default where that is documented, else null; nothing for what is open, or in a list, which is sent whole."""
    left = (
        LeftOut("metadata.first_comment", "More", Then.CLEARED, was_given=True),
        LeftOut("metadata.notify_subscribers", False, Then.DEFAULT, was_given=True, default=True),
        LeftOut("metadata.privacy", "private", Then.OPEN, was_given=False, default="public"),
        LeftOut("assets.0.video.title", "Old", Then.CLEARED, was_given=True),
    )
    before = {"source": "web", "draft_id": "7", "assets.0.video.thumbnail_url": "https://acme.example/t"}
    assert restored(left, post(None), Content(), before) == {
        "metadata.first_comment": None,
        "metadata.notify_subscribers": True,
        "source": None,
    }


def test_a_cover_that_buffer_does_not_return_is_kept_as_given() -> None:
    """By its path below the assets of a post."""
    slides = {"url": "https://acme.example/a.pdf", "title": "A", "thumbnail_url": "https://acme.example/t"}
    given = given_of(post(None, assets=(Asset.model_validate({"document": slides}),)))
    assert given["assets.0.document.thumbnail_url"] == "https://acme.example/t"


@pytest.mark.parametrize(
    ("before", "expected"), [(None, None), ({}, {}), ({"source": "api", "cta": "Go"}, {"source": "web"})]
)
def test_what_is_still_given(before: dict[str, str] | None, expected: dict[str, str] | None) -> None:
    """What the file has of the fields given before, with its value now; unknown stays unknown."""
    assert still_given(post(None, source="web", draft_id="7"), before) == expected
