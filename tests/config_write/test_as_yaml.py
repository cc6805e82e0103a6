"""Declared objects written as YAML and read again are the same objects."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bufferctl.config import load
from bufferctl.config.write.as_yaml import as_yaml, idea_entry, moment_text, one_entry, post_entry, text_value
from bufferctl.config.write.yaml_files import yaml_text
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Asset, Idea, Post, Service, ShareMode, ThreadItem, thread_of
from bufferctl.model.metadata import FacebookAnnotation, TwitterMetadata
from bufferctl.model.plain_text import normal_text
from tests.fuzzing import examples
from tests.model import samples

BERLIN = ZoneInfo("Europe/Berlin")
#: Characters allowed in files: no control characters except tabs and line endings.
texts = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("\n\n\n\t #:-'\"|>{}[]&*!%@`\\\u2028\ufeff😀")
    )
).filter(lambda text: "\ufffe" not in text and "\uffff" not in text)


def read(post: Post | None = None, idea: Idea | None = None, zone: str = "Europe/Berlin") -> Post | Idea:
    """The declarations of a file with this one entry."""
    channel = {"service": post.service.value if post else "twitter", "name": "acme"}
    root = {"version": 1, "timezone": zone, "organizations": [{"name": "Acme", "channels": [channel]}]}
    if post:
        root["posts"] = [one_entry([(post_entry(post, ZoneInfo(zone)), [post.service.value])])]
    if idea:
        root["ideas"] = [idea_entry(idea, ZoneInfo(zone))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "buffer.yaml")
        path.write_text(yaml_text(root), encoding="utf-8")
        loaded = load(path, Path(folder))
        assert loaded.desired is not None, (path.read_text(encoding="utf-8"), loaded.diagnostics)
    return loaded.desired.items[0]


@settings(max_examples=examples(200))
@given(text=texts)
def test_texts(text: str) -> None:
    """Every text that a file can hold reads back, with any YAML syntax in it."""
    post = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, Place(""), text=text)
    if not text.strip():
        return
    assert read(post).text == text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=examples(150))
@given(post=samples.posts, text=texts.filter(str.strip))
def test_posts(post: Post, text: str) -> None:
    """A post of any network with all of its fields."""
    thread = getattr(post.metadata, "thread", ())
    post = replace(post, text=thread[0].text if thread else text, was=None, repeat_of=(), idea=None)
    post = _possible(post)
    again = read(post)
    assert isinstance(again, Post)
    due_at = again.due_at and again.due_at.astimezone(UTC)
    # what it was made from, such as a `thread:` beside the text, is not a part of it
    assert replace(again, place=post.place, due_at=due_at, expansion=None) == post


def _possible(post: Post) -> Post:
    """Without combinations that files refuse: times of other modes, empty texts, link previews next to assets."""
    due_at = post.due_at if post.mode is ShareMode.CUSTOM_SCHEDULED else None
    mode = ShareMode.ADD_TO_QUEUE if post.mode is ShareMode.CUSTOM_SCHEDULED and due_at is None else post.mode
    metadata = post.metadata
    if metadata is None and post.service in {Service.INSTAGRAM, Service.FACEBOOK}:
        metadata = {Service.INSTAGRAM: samples.METADATA.instagram, Service.FACEBOOK: samples.METADATA.facebook}[
            post.service
        ]
    assets = () if getattr(metadata, "link_attachment", None) else post.assets
    tags = tuple(text for tag in post.tags if (text := _sayable(tag)))
    source = _sayable(post.source or "") or None
    return replace(
        post, address=replace(post.address, organization="Acme"), due_at=due_at, mode=mode, metadata=metadata,
        assets=assets, tags=tags, source=source, draft_id=None,
    )  # fmt: skip


def _sayable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())


def test_block() -> None:
    """A text is below its name, so that hashtags and colons stay text."""
    post = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, Place(""), text="Now: #live\n\nGo  ")
    assert yaml_text({"posts": [post_entry(post)]}) == (
        "posts:\n  - key: a\n    text: |\n      Now: #live\n\n      Go  \n"
    )


def test_defaults_are_left_out() -> None:
    """Defaults of the file format are not written."""
    post = Post(
        Address("Acme", "instagram:acme", "a"),
        Service.INSTAGRAM,
        Place(""),
        text="Hi",
        due_at=datetime(2026, 12, 1, 8, 0, tzinfo=UTC),
        mode=ShareMode.CUSTOM_SCHEDULED,
        metadata=samples.METADATA.instagram.model_copy(
            update={"first_comment": None, "type": "post", "should_share_to_feed": True}
        )
        if samples.METADATA.instagram
        else None,
        assets=(Asset.model_validate({"image": {"url": "https://acme.example/a.png"}}),),
        tags=("launch", "yes, no"),
    )
    assert yaml_text([one_entry([(post_entry(post, BERLIN), ["instagram"])])]) == (
        "  - key: a\n"
        "    due_at: 2026-12-01 09:00\n"
        "    channels: [instagram]\n"
        "    tags: [launch, 'yes, no']\n"
        "    text: |\n"
        "      Hi\n"
        "    image: https://acme.example/a.png\n"
    )


@pytest.mark.parametrize(
    ("when", "written"),
    [
        (datetime(2026, 12, 1, 8, 0, tzinfo=UTC), "2026-12-01 09:00"),
        (datetime(2026, 12, 1, 8, 0, 5, tzinfo=UTC), "2026-12-01 09:00:05"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T02:30+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T02:30+01:00"),
    ],
)
def test_moments(when: datetime, written: str) -> None:
    """Local time; with the offset if the clocks go back and the local time occurs twice."""
    assert moment_text(when, BERLIN) == written


def test_without_a_zone() -> None:
    """Without a zone an instant has its offset."""
    assert moment_text(datetime(2026, 12, 1, 9, 0, tzinfo=BERLIN), None) == "2026-12-01T09:00+01:00"


@given(text=texts)
def test_lines(text: str) -> None:
    """A title of several lines is a block too; a single line stays inline."""
    written = text_value("title", text)
    assert normal_text(str(written)) == normal_text(text)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"latitude": 0.00001, "longitude": 13.405}, "x:\n  latitude: 0.0\n  longitude: 13.405\n"),
        (
            FacebookAnnotation(content="Acme", indices=(0, 4), text="Acme", url="https://acme.example"),
            "x:\n  content: Acme\n  indices: [0, 4]\n  text: Acme\n  url: https://acme.example\n",
        ),
    ],
    ids=["numbers", "places in a text"],
)
def test_values_of_networks(value: Any, written: str) -> None:
    """A number without an exponent, which the format does not have; a few numbers in one line."""
    assert yaml_text({"x": as_yaml("", value)}) == written


def test_idea() -> None:
    """An idea with all of its fields."""
    idea = Idea(
        Address("Acme", "ideas", "hiring"),
        Place(""),
        title="How we hire: a talk",
        text="# One\n\n- two",
        services=(Service.LINKEDIN, Service.TWITTER),
        date=datetime(2026, 12, 1, 9, 0, tzinfo=BERLIN),
        ai_assisted=False,
        cta="Apply",
    )
    again = read(idea=idea)
    assert isinstance(again, Idea)
    assert replace(again, place=idea.place) == idea


def test_a_part_of_a_thread_with_a_picture() -> None:
    """Its text is a block, whose last line end is not a part of it."""
    picture = Asset.model_validate({"image": {"url": "https://acme.example/a.png", "alt_text": "A"}})
    thread = (ThreadItem(text="One"), ThreadItem(text="Two", assets=(picture,)))
    post = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, Place(""), text="One")
    again = read(replace(post, metadata=TwitterMetadata(thread=thread)))
    assert isinstance(again, Post)
    assert thread_of(again.metadata) == thread


@pytest.mark.parametrize("others", [(), ({"video": {"url": "https://media.example/a.mp4", "title": "Of $(x)"}},)])
@pytest.mark.parametrize("number", [1, 2])
def test_nothing_of_media_is_a_variable(number: int, others: tuple[Any, ...]) -> None:
    """Alt texts and titles come back as they were, in the short form and in `assets`."""
    image = {"image": {"url": "https://media.example/a.png", "alt_text": "Costs $(price)"}}
    assets = tuple(Asset.model_validate(each) for each in (*[image] * number, *others))
    address = Address("Acme", "twitter:acme", "a")
    item = read(Post(address, Service.TWITTER, Place(""), "Text", assets=assets, mode=ShareMode.ADD_TO_QUEUE))
    assert isinstance(item, Post)
    assert item.assets == assets
