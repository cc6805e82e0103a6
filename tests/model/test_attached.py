"""Attachments: where each is, as what the state keeps it, and the same object with others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bufferctl.model import Address, Asset, Idea, MediaFile, MediaSettings, Metadata, Post, Service
from bufferctl.model.attached import assets_of, attached, files_of, sources_of, with_files, with_sources
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.media_file import IDENTITY, address_of, object_name
from tests.model.samples import PLACE

PNG = MediaFile(path="media/a b.png", digest="0" * 32, size=7, type="png", width=40, height=30)
PDF = MediaFile(path="media/a.pdf", digest="1" * 32, size=9, type="pdf")
FIRST = MediaFile(path="media/first.jpg", digest="2" * 32, size=3, type="jpg", width=1, height=2)
GIF = MediaFile(path="media/a.gif", digest="3" * 32, size=4, type="gif", width=5, height=6)


def asset(kind: str, **fields: Any) -> Asset:
    """An asset of one kind."""
    return Asset.model_validate({kind: fields})


BARE = Post(Address("Acme", "twitter:acme", "a"), Service.TWITTER, PLACE, "Hello")
THREAD = [
    {"text": "Hello"},
    {"text": "More", "assets": [{"image": {"url": "https://acme.example/b.png"}}, {"image": {"file": PNG}}]},
]
METADATA = Metadata.model_validate({"twitter": {"thread": THREAD}}).twitter
POST = replace(
    BARE,
    assets=(
        asset("image", file=PNG),
        asset("video", url="https://acme.example/a.mp4"),
        asset("document", file=PDF, title="Slides", thumbnail_file=FIRST),
        asset("document", url="https://acme.example/b.pdf", title="B", thumbnail_url="https://acme.example/t.jpg"),
    ),
    metadata=METADATA,
)
IDEA = Idea(
    Address("Acme", "ideas", "i"),
    PLACE,
    title="An idea",
    media=tuple(
        IdeaMedia.model_validate(each)
        for each in ({"file": GIF, "type": "gif"}, {"url": "https://a.example/1", "type": "image"})
    ),
)
HELD = "00000000000000000000000000000000.png 7 40x30"


def test_where_each_is() -> None:
    """Assets in order, then those of the thread's parts; by the names of the fields."""
    below = ("metadata", "twitter", "thread", 1, "assets")
    assert [(each.path, each.kind, each.source) for each in attached(POST)] == [
        (("assets", 0, "image", "file"), "image", HELD),
        (("assets", 1, "video", "url"), "video", "https://acme.example/a.mp4"),
        (("assets", 2, "document", "file"), "document", PDF.summary),
        (("assets", 2, "document", "thumbnail_file"), "image", FIRST.summary),
        (("assets", 3, "document", "url"), "document", "https://acme.example/b.pdf"),
        (("assets", 3, "document", "thumbnail_url"), "image", "https://acme.example/t.jpg"),
        ((*below, 0, "image", "url"), "image", "https://acme.example/b.png"),
        ((*below, 1, "image", "file"), "image", HELD),
    ]
    assert [path for path, _ in assets_of(POST)] == [*(("assets", n) for n in range(4)), (*below, 0), (*below, 1)]
    assert [(each.path, each.kind) for each in attached(IDEA)] == [
        (("media", 0, "file"), "gif"),
        (("media", 1, "url"), "image"),
    ]


def test_the_kind_of_file_at_an_address() -> None:
    """That of its asset; the GIF of an idea is an image."""
    kinds = {each.kind: each.file_kind for item in (POST, IDEA) for each in attached(item)}
    assert kinds == {"image": "image", "video": "video", "document": "document", "gif": "image"}


LINKED = replace(BARE, assets=(asset("video", url="https://acme.example/a.mp4"),))


@pytest.mark.parametrize(
    ("item", "expected"), [(POST, [PNG, PDF, FIRST, PNG]), (IDEA, [GIF]), (BARE, []), (LINKED, [])]
)
def test_files_alone(item: Post | Idea, expected: list[MediaFile]) -> None:
    """Not the addresses."""
    assert [each.file for each in files_of(item)] == expected


@pytest.mark.parametrize("item", [BARE, LINKED])
def test_what_has_no_files_is_returned_as_it_is(item: Post) -> None:
    """The same object."""
    assert with_files(item, lambda each: GIF) is item


@pytest.mark.parametrize("item", [POST, IDEA])
def test_with_other_files(item: Post | Idea) -> None:
    """Each file is the one for its place, and everything else stays."""
    named = with_files(item, lambda each: MediaFile(path="/".join(map(str, each.path))))
    assert [each.file.path for each in files_of(named) if each.file] == [
        "/".join(map(str, e.path)) for e in files_of(item)
    ]
    assert [each.url for each in attached(named)] == [each.url for each in attached(item)]
    files = iter([each.file for each in files_of(item)])
    assert with_files(named, lambda each: next(files) or GIF) == item


@pytest.mark.parametrize("item", [POST, IDEA])
@pytest.mark.parametrize("step", [1, -1], ids=["as they were", "in another order"])
def test_with_what_the_state_keeps(item: Post | Idea, step: int) -> None:
    """The summaries read back as files without their paths."""
    sources = sources_of(item)[::step]
    again = with_sources(item, sources)
    assert again
    assert sources_of(again) == sources
    assert {each.url for each in attached(again) if each.file} == {None}


@pytest.mark.parametrize("item", [POST, IDEA])
def test_another_number_of_attachments_is_not_what_the_state_keeps(item: Post | Idea) -> None:
    """One less, or one more."""
    sources = sources_of(item)
    assert with_sources(item, sources[:-1]) is None
    assert with_sources(item, (*sources, "https://acme.example")) is None


def test_a_file_may_be_the_picture_of_a_document_alone() -> None:
    """The document has an address of its own, and its first page is a file."""
    slides = asset("document", url="https://acme.example/b.pdf", title="B", thumbnail_file=FIRST)
    (found,) = files_of(replace(BARE, assets=(slides,)))
    assert (found.path, found.file) == (("assets", 0, "document", "thumbnail_file"), FIRST)


def test_nothing_attached() -> None:
    """No sources; a thread alone may have some."""
    assert sources_of(BARE) == ()
    assert sources_of(replace(BARE, metadata=METADATA)) == ("https://acme.example/b.png", HELD)
    assert sources_of(replace(BARE, assets=(asset("image", file=PNG),))) == (HELD,)


def test_a_file_as_the_state_keeps_it() -> None:
    """Digest and type, bytes, pixels; they read back without the path."""
    assert PNG.summary == HELD
    assert MediaFile.read_summary(HELD) == PNG.model_copy(update={"path": "0" * 32 + ".png"})


@pytest.mark.parametrize(
    "text", ["https://acme.example/a.png", "a.png x 1x1", "a.png 1 xx1", "a.png 1 1xx", "a.png 1 1", ""]
)
def test_what_is_no_file_as_the_state_keeps_it(text: str) -> None:
    """Anything else is an address."""
    assert MediaFile.read_summary(text) is None


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (40, 30, "40 \N{MULTIPLICATION SIGN} 30"),
        (12345, 1, "12,345 \N{MULTIPLICATION SIGN} 1"),
        (0, 0, ""),
        (1, 0, ""),
        (0, 1, ""),
    ],
)
def test_the_pixels_of_a_file(width: int, height: int, expected: str) -> None:
    """None where one side is unknown."""
    assert MediaFile(path="a", width=width, height=height).pixels == expected


def test_what_a_file_is_dumped_as() -> None:
    """What is set; where identity counts, the digest alone."""
    assert PNG.model_dump() == {
        "path": "media/a b.png",
        "digest": "0" * 32,
        "size": 7,
        "type": "png",
        "width": 40,
        "height": 30,
    }
    assert PNG.model_dump(context=IDENTITY) == {"digest": "0" * 32}


def test_public_addresses() -> None:
    """By the bytes in a store, by the path in a published folder."""
    assert object_name(PNG) == f"{'0' * 32}.png"
    assert object_name(MediaFile(path="a", digest="d")) == "d"
    stored = MediaSettings("https://m.example/x", store="s3://bucket")
    assert address_of(PNG, stored) == f"https://m.example/x/{'0' * 32}.png"
    assert address_of(PNG, MediaSettings("https://m.example/x")) == "https://m.example/x/media/a%20b.png"
