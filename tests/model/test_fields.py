"""What is stated of fields, as literals: each decides what is compared, sent, reviewed or asked."""

from __future__ import annotations

from dataclasses import fields
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from bufferctl.model import Asset, Expansion, Idea, Image, Metadata, Post, Service, Video
from bufferctl.model import metadata as of_networks
from bufferctl.model.about import (
    About,
    about,
    below,
    fields_below,
    fields_with,
    is_group,
    models_in,
    named,
    reading_order,
)
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.metadata import default_metadata

STATED = {
    "prose": "alt alt_text comment content description first_comment localized_name location_name music other products "
    "spoiler_text terms text title topic topics",
    "takes_variables": "alt_text animated_thumbnail author_url description file first_comment link text thumbnail_file "
    "thumbnail_url title url",
    "one_line": "indices",
    "instant": "end_date start_date",
    "unread": "annotations comment thread",
    "filled_in": "board board_service_id button category_id license link_attachment location_name privacy type",
    "on": "embeddable notify_subscribers",
    "unseen": "animated_thumbnail annotations board board_service_id button category_id file id license location_id "
    "privacy thumbnail thumbnail_file thumbnail_url type user_tags",
    "private": "",
    "may_be_lost": "first_comment",
}


@pytest.mark.parametrize("what", STATED)
def test_what_is_stated_of_the_fields_of_networks_and_attachments(what: str) -> None:
    """These fields, and no other."""
    assert named([Metadata, Asset, IdeaMedia], lambda each: getattr(each, what)) == set(STATED[what].split())


def test_what_fields_of_several_networks_say_of_themselves() -> None:
    """The same on each, for editors and the reference of the files; others have their words below them."""
    words = {
        (name, field.description) for model in of_networks.MODELS.values() for name, field in model.model_fields.items()
    }
    assert {name: said for name, said in words if said} == {
        "is_ai_generated": "Whether to label it as created with AI.",
        "link_attachment": "A link preview below the post; not together with assets.",
        "thread": "The whole thread; its first item repeats the post's text.",
    }
    assert {name for name, said in words if not said} & {"is_ai_generated", "link_attachment", "thread"} == set()


def test_what_buffer_does_not_return_of_posts_and_ideas() -> None:
    """It is never a reason for an update by itself."""
    unread = fields_with(Post, lambda each: each.unread).keys()
    assert unread == {"ai_assisted", "assets", "draft_id", "idea", "metadata", "source"}
    assert fields_with(Idea, lambda each: each.unread).keys() == {"ai_assisted", "cta", "group", "media", "template_id"}


def test_what_nobody_agrees_to_in_a_review() -> None:
    """Where it is declared, and how: neither public nor a part of the schedule."""
    private = {"address", "cancelled", "place", "protect", "repeat_of", "was"}
    assert fields_with(Idea, lambda each: each.private).keys() == private
    assert fields_with(Post, lambda each: each.private).keys() == private | {
        "expansion",
        "was_single",
        "suspended",
        "let_out",
    }


def test_what_everybody_agrees_to_in_a_review() -> None:
    """What is public, and when. A field of the files alone, such as `protect`, has to be private (`About`)."""
    idea = {"ai_assisted", "cta", "date", "group", "media", "services", "tags", "template_id", "text", "title"}
    agreed = {each.name for each in fields(Idea)} - fields_with(Idea, lambda each: each.private).keys()
    assert agreed == idea | {"existing"}
    sent = {"ai_assisted", "assets", "draft_id", "idea", "metadata", "service", "source", "tags", "text"}
    when = {"draft", "due_at", "existing", "freeze", "mode", "needs_approval", "scheduling_type"}
    assert {each.name for each in fields(Post)} - fields_with(Post, lambda each: each.private).keys() == sent | when


def test_what_networks_have() -> None:
    """Threads, link previews, fields that a post always has, and those that are lost."""
    assert {each.value for each in of_networks.THREADED} == {"bluesky", "mastodon", "threads", "twitter"}
    assert {each.value for each in of_networks.ATTACHING} == {"bluesky", "facebook", "linkedin", "substack", "threads"}
    assert {each.value for each in of_networks.ALWAYS} == {"facebook", "googlebusiness", "instagram"}
    assert {"should_share_to_feed", "notify_subscribers", "embeddable"} == of_networks.ON
    assert of_networks.USUAL == {"type": "post", "should_share_to_feed": True}
    lost = {model.service.value: set(names) for model, names in of_networks.LOSABLE.items() if names}
    assert lost == {"instagram": {"first_comment"}}
    assert {"end_date", "start_date"} == of_networks.INSTANTS
    assert set(STATED["unread"].split()) == of_networks.UNREAD
    assert set(STATED["filled_in"].split()) == of_networks.FILLED_IN


def test_fields_of_a_post_for_which_the_files_give_none() -> None:
    """Only where the network needs them even then, and only if they have a usual value."""
    given = {each.value: default_metadata(each) for each in Service}
    assert {name for name, found in given.items() if found} == {"facebook", "instagram"}
    assert given["facebook"] == of_networks.FacebookMetadata()
    assert given["instagram"] == of_networks.InstagramMetadata()


class Inner(BaseModel):
    """A model in a model."""

    deep: Annotated[str, About(order=2, prose=True)] = ""


class Outer(BaseModel):
    """Fields of every form."""

    plain: Annotated[Annotated[str, About("word", unread=True)] | None, About(order=3)] = None
    one: Inner | None = None
    several: tuple[Inner, ...] = ()
    by_name: dict[str, Inner] = {}
    texts: dict[str, str] = {}
    read: Annotated[Inner | None, BeforeValidator(lambda value: value)] = None
    itself: Annotated[str, About(order=1)] = ""


def field(name: str) -> FieldInfo:
    """One of its fields."""
    return Outer.model_fields[name]


def test_what_is_stated_within_a_type_counts() -> None:
    """Of the field itself, and of what is in it; in unions too."""
    assert [(each.called, each.order) for each in about(field("plain"))] == [("", 3), ("word", 0)]
    assert list(about(field("one"))) == []
    assert named([Outer], lambda each: each.prose) == {"deep"}
    assert [name for name, *_ in fields_below(Outer)] == [*Outer.model_fields, "deep"]


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("plain", False),
        ("one", True),
        ("several", False),
        ("by_name", True),
        ("texts", True),
        ("read", False),
        ("itself", False),
    ],
)
def test_what_can_only_be_a_group(name: str, group: bool) -> None:
    """A model or a map, but no list of them, and nothing that can be written as a single value, too."""
    assert is_group(field(name)) is group


@pytest.mark.parametrize(
    ("model", "name", "expected"),
    [
        (Outer, "one", Inner),
        (Outer, "several", Inner),
        (Outer, "by_name", Inner),
        (Outer, "plain", None),
        (Outer, "other", Outer),
        (None, "one", None),
    ],
)
def test_the_model_below_a_field(model: type[BaseModel] | None, name: str, expected: type[BaseModel] | None) -> None:
    """In lists and maps too; that of a key of a map is the map's own, and there is none below a text."""
    assert below(model, name) is expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Image | Video | None, [Image, Video]), (dict[str, tuple[Image, ...]], [Image]), (str, [])],
)
def test_the_models_in_a_type(kind: object, expected: list[type[BaseModel]]) -> None:
    """In unions, lists and maps too."""
    assert list(models_in(kind)) == expected


def test_the_order_of_fields() -> None:
    """By their places; a field without one is left out."""
    assert reading_order(Outer, Inner) == ("itself", "deep", "plain")


def test_a_thread_of_a_network_that_has_threads() -> None:
    """Empty where there is none, and on networks without."""
    thread: Any = of_networks.TwitterMetadata.model_validate({"thread": [{"text": "One"}]})
    assert [each.text for each in of_networks.thread_of(thread)] == ["One"]
    assert of_networks.thread_of(None) == of_networks.thread_of(of_networks.YoutubeMetadata()) == ()


#: What of an expansion makes texts or links: Buffer's version cannot be written back where they come from.
MAKES_CONTENT = {"variables", "parameters"}
#: What tells only when, how often, or where a thing was written.
MAKES_NONE = {"number", "times", "every", "starts", "fixed", "untagged", "repeats", "thread"}


def test_what_makes_content() -> None:
    """Each part of an expansion does or does not, on purpose: a hold offers no pull where one does."""
    assert {each.name for each in fields(Expansion)} == MAKES_CONTENT | MAKES_NONE
    one_set: list[dict[str, Any]] = [{each.name: ("x",)} for each in fields(Expansion)]
    assert {name for one in one_set for name in one if Expansion(**one).makes_content} == MAKES_CONTENT
