"""Facts that rules know, a line each: hosts, types of files, categories, and when neighbors are alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from bufferctl.model import Expansion, MediaFile, Post, Service
from bufferctl.model.desired import Variable
from tests.checks.posts import findings, image, post

#: What people call the type of a file, by the type that its content has.
NAMES = {
    "jpg": "a JPEG",
    "png": "a PNG",
    "gif": "a GIF",
    "webp": "a WebP",
    "heic": "a HEIC photo",
    "avif": "an AVIF",
    "svg": "an SVG drawing",
    "tiff": "a TIFF",
    "bmp": "a BMP",
    "psd": "a Photoshop file",
    "mp4": "an MP4 video",
    "mov": "a QuickTime video",
    "webm": "a WebM video",
    "pdf": "a PDF",
    "html": "a web page",
}
#: Suffixes that are other names of a type.
SUFFIXES = {"jpeg": "jpg", "jpe": "jpg", "jfif": "jpg", "tif": "tiff", "qt": "mov", "m4v": "mp4", "heif": "heic"}


def attached(kind: str, suffix: str, **more: Any) -> Any:
    """What is found in a post with a file whose content is of this type, and whose name ends so."""
    file = MediaFile(path=f"media/a.{suffix}", digest="0" * 32, size=1000, type=kind, width=1080, height=1080, **more)
    one = post("linkedin", "Hello", assets=[image()])
    (asset,) = one.assets
    assert asset.image
    pictured = asset.model_copy(update={"image": asset.image.model_copy(update={"url": None, "file": file})})
    return findings(replace(one, assets=(pictured,)))


@pytest.mark.parametrize(("kind", "name"), [each for each in NAMES.items() if each[0] not in {"jpg", "png"}])
def test_what_a_file_is_instead(kind: str, name: str) -> None:
    """By its content, in words, whatever its name says."""
    message = attached(kind, "pgn")[0].message
    assert message.lower().startswith(f"this is {name}".lower())
    assert "its name ends in .pgn" in message


@pytest.mark.parametrize(("suffix", "kind"), SUFFIXES.items())
def test_another_suffix_of_the_same_type(suffix: str, kind: str) -> None:
    """Nothing is said of the name: it is one of that type."""
    assert [each for each in attached(kind, suffix) if "name" in each.message] == []


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("https://www.youtube.com/watch?v=1", "YouTube's page"),
        ("https://youtu.be/1", "YouTube's page"),
        ("https://vimeo.com/1", "Vimeo's page"),
        ("https://player.vimeo.com/1", None),
        ("https://unsplash.com/photos/1", "Unsplash's page"),
        ("https://images.unsplash.com/1", None),
        ("https://imgur.com/1", "Imgur's page"),
        ("https://m.imgur.com/1", "Imgur's page"),
        ("https://i.imgur.com/1.png", None),
        ("https://drive.google.com/uc?id=1", "may show a page"),
        ("https://drive.google.com/file/d/1", "Google Drive's page"),
        ("https://docs.google.com/1", "Google's page"),
        ("https://photos.google.com/1", "Google Photos"),
        ("https://photos.app.goo.gl/1", "Google Photos"),
        ("https://www.dropbox.com/s/1", "Dropbox's page"),
        ("https://www.dropbox.com/s/1?raw=1", None),
        ("https://www.dropbox.com/s/1?x=2&dl=1", None),
        ("https://1drv.ms/1", "OneDrive"),
        ("https://onedrive.live.com/1", "OneDrive"),
        ("https://acme.sharepoint.com/1", "SharePoint"),
        ("https://www.icloud.com/1", "iCloud"),
        ("https://wetransfer.com/1", "WeTransfer"),
        ("https://we.tl/1", "WeTransfer"),
        ("https://www.canva.com/1", "Canva"),
        ("https://www.figma.com/1", "Figma"),
        ("https://github.com/acme/web/blob/main/a.png", "GitHub"),
        ("https://github.com/acme/web/raw/main/a.png", None),
        ("https://scontent.fbcdn.net/1", "Facebook's own"),
        ("https://x.cdninstagram.com/1", "Instagram's own"),
        ("https://cdn.discordapp.com/1", "Discord's"),
        ("https://media.discordapp.net/1", "Discord's"),
        ("https://notfigma.com/1", None),
    ],
)
def test_hosts_that_show_a_page(url: str, says: str | None) -> None:
    """Each with the pages that it shows instead of files, and without the addresses of files themselves."""
    found = [each.message for each in findings(post("linkedin", "Hello", assets=[image(url)]))]
    assert [says in message for message in found if says] == ([True] if says else [])
    assert bool(found) == bool(says)


VIDEO = [{"video": {"url": "https://acme.example/v.mp4"}}]


@pytest.mark.parametrize(
    ("given", "hint"),
    [
        ("Comedie", "did you mean `Comedy`?"),
        ("sport", "did you mean `Sports`?"),
        ("xyzzy", "there are "),
    ],
)
def test_a_category_that_youtube_does_not_have(given: str, hint: str) -> None:
    """With the one that is nearest, or with all of them."""
    metadata = {"title": "T", "category_id": given}
    found = [
        each for each in findings(post("youtube", "Hello", assets=VIDEO, metadata=metadata)) if "categ" in each.message
    ]
    assert [each.hint.startswith(hint) for each in found] == [True]


@pytest.mark.parametrize(
    ("metadata", "hint"),
    [
        ({"title": "T"}, 'write `board: "…"` below `pinterest:` in `metadata`'),
        ({}, 'write `metadata: {pinterest: {board: "…"}}`'),
        (None, 'write `metadata: {pinterest: {board: "…"}}`'),
    ],
)
def test_how_to_write_what_is_missing(metadata: dict[str, Any] | None, hint: str) -> None:
    """Below what is there of the network, or with all that is above it."""
    found = [
        each
        for each in findings(post("pinterest", "Hello", assets=[image()], metadata=metadata))
        if "board" in each.message
    ]
    assert [each.hint for each in found] == [hint]


@pytest.mark.parametrize(("bytes_over", "expected"), [(0, []), (1, [("text",)])])
def test_as_many_bytes_as_a_network_allows(bytes_over: int, expected: list[tuple[str]]) -> None:
    """That many are fine, in fewer characters than it allows; one more is not."""
    text = "👨‍👩‍👧‍👦" * 120  # 25 bytes each, which Bluesky counts as one
    text += "a" * (3000 - len(text.encode()) + bytes_over) if len(text.encode()) <= 3000 else ""
    assert len(text.encode()) == 3000 + bytes_over
    assert [each.path for each in findings(post("bluesky", text)) if "bytes" in each.message] == expected


def test_a_text_that_several_x_channels_have() -> None:
    """Posts without a text, and of other networks, in between change nothing; the text is the place."""
    other = replace(
        post("twitter", "Alike", "two"), address=replace(post().address, channel="twitter:other", key="two")
    )
    posts = (post("twitter", "Alike"), post("twitter", "", "empty", assets=[image()]), post("linkedin", "Alike"), other)
    found = [each for each in findings(*posts) if "X forbids" in each.message]
    assert [(each.item.address.key, each.path) for each in found] == [("two", ("text",))]


@pytest.mark.parametrize(
    ("fields", "count"),
    [({}, 1), ({"repeat_of": ("one",)}, 0)],
)
@pytest.mark.parametrize("which", ["earlier", "later"])
def test_a_repeat_that_is_meant(which: str, fields: dict[str, Any], count: int) -> None:
    """Whichever of the two says so."""
    earlier, later = (fields if which == each else {} for each in ("earlier", "later"))
    posts = (post("linkedin", "Alike", after=0, **earlier), post("linkedin", "Alike", "two", after=600, **later))
    assert [each.message.startswith("the same text goes out twice") for each in findings(*posts)] == [True] * count


def test_a_link_that_is_attached_is_no_markdown() -> None:
    """What its URL contains is not said to be shown as written; in a text it is."""
    url = "https://acme.example/**bold**"
    assert findings(post("linkedin", "Hello", metadata={"link_attachment": {"url": url}})) == ()
    assert len(findings(post("linkedin", "Hello **bold**"))) == 1


def test_a_leap_day_of_the_wrong_year() -> None:
    """The hint names a day that there is in the other year."""
    leap = datetime(2028, 2, 29, 9, tzinfo=UTC)
    later = [
        replace(post("linkedin", f"Hello {n}", f"k{n}"), due_at=leap.replace(year=2029, month=3, day=n))
        for n in (1, 2, 3)
    ]
    posts = [replace(post("linkedin", "Hello"), due_at=leap), *later]
    found = [each for each in findings(*posts, now=datetime(2029, 2, 25, tzinfo=UTC)) if "year" in each.message]
    assert [each.hint for each in found] == ["write `2029-02-28 09:00`, or correct `starts`"]


# Mentions


@pytest.mark.parametrize(
    ("services", "text", "expected"),
    [
        (("linkedin",), "Thanks @acme!", "`@acme` stays plain text on LinkedIn, and nobody is notified"),
        (("twitter", "facebook"), "Thanks @acme", "`@acme` stays plain text on Facebook, and nobody is notified"),
        (("twitter", "bluesky"), "(@acme)", "`@acme` is one handle for X and Bluesky, and may be somebody else's"),
        (("twitter",), "Thanks @acme", None),
        (("linkedin",), "mail me@acme.example", None),
        (("linkedin",), "no handle", None),
    ],
)
def test_handles_that_are_written_out(services: tuple[str, ...], text: str, expected: str | None) -> None:
    """They stay text or mean another account, depending on the networks of their entry; never in an address of mail."""
    found = findings(*(post(each, text) for each in services))
    assert [each.message.startswith(expected or "?") for each in found] == ([True] if expected else [])


def test_the_post_whose_handle_stays_text_is_the_one_that_is_named() -> None:
    """Not the first of its entry; with the line to add for its networks."""
    (found,) = findings(post("twitter", "Thanks @acme.example"), post("facebook", "Thanks @acme.example"))
    assert isinstance(found.item, Post)
    assert found.item.service is Service.FACEBOOK
    assert "`mentions: {acme: {name: Acme, twitter: acme.example}}`" in found.hint
    (found,) = findings(post("twitter", "Thanks @acme"), post("bluesky", "Thanks @acme"))
    assert isinstance(found.item, Post)
    assert found.item.service is Service.TWITTER


@pytest.mark.parametrize(("value", "count"), [("@acme", 0), ("@acme.example", 0), ("acme", 1)])
def test_a_handle_that_a_variable_made(value: str, count: int) -> None:
    """It was put there on purpose, and nothing is said of it."""
    expansion = Expansion(variables=(Variable("@acme", value, None),))
    found = findings(replace(post("linkedin", "Thanks @acme"), expansion=expansion))
    assert len(found) == count


LINKEDIN = {
    "id": "1",
    "entity": "urn:li:organization:1",
    "link": "https://l.example/a",
    "localized_name": "Acme",
    "vanity_name": "a",
}


@pytest.mark.parametrize(
    ("text", "start", "length", "says"),
    [
        ("Hi Acme", 3, 4, None),
        ("👋 Acme", 2, 4, None),  # in characters
        ("👋 Acme", 3, 4, None),  # in UTF-16 units
        ("Hi Acme", 2, 4, "covers ` Acm`, not `Acme`"),
        ("Hi Acme", 5, 4, "is outside the text, not `Acme`"),
        ("Hi all", 3, 4, "does not contain `Acme`"),
    ],
)
def test_the_words_of_an_annotation(text: str, start: int, length: int, says: str | None) -> None:
    """Counted in either unit; otherwise with the place, and what to write."""
    annotation = LINKEDIN | {"start": start, "length": length}
    found = findings(post("linkedin", text, metadata={"annotations": [annotation]}))
    assert [says in each.message for each in found if says] == ([True] if says else [])
    for each in found:
        assert each.path == ("metadata", "linkedin", "annotations", 0, "start")
        assert ("write `start: 3, length: 4`" in each.hint) == ("Acme" in text)
