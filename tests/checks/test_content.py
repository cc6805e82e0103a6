"""Rules that improve a post: alt text, links, media addresses, and neighboring posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bufferctl.checks import check
from bufferctl.diagnostics import Place
from bufferctl.model import Address, Desired, Expansion, Idea, Post
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.enums import MediaType
from tests.checks.posts import DOCUMENT, NOON, VIDEO, codes, findings, image, post


def test_alt_text() -> None:
    """Every image without one is named; whitespace does not count; videos and documents need none."""
    assets = [image(), image(alt_text=None), image(alt_text=" "), VIDEO, DOCUMENT]
    found = [each for each in findings(post("facebook", "x", assets=assets)) if each.rule.code == "BC101"]
    assert [each.path for each in found] == [("assets", 1, "image", "alt_text"), ("assets", 2, "image", "alt_text")]
    assert codes(post("linkedin", "x", assets=[image(alt_text=" ")])) == ["BC101"]
    thread = {"thread": [{"text": "x"}, {"assets": [image(alt_text=None)]}]}
    (one,) = findings(post("bluesky", "x", metadata=thread))
    assert one.path == ("metadata", "bluesky", "thread", 1, "assets", 0, "image", "alt_text")


@pytest.mark.parametrize(
    ("url", "instead"),
    [
        ("https://media.acme.example/tour.MP4?v=2", "{video: {url: https://media.acme.example/tour.MP4?v=2}}"),
        ("https://a.example/a.pdf", '{document: {url: https://a.example/a.pdf, title: "…", thumbnail_url: "…"}}'),
        ("https://a.example/mp4", ""),
        ("https://a.example/a.mp4/poster.jpg", ""),
    ],
)
def test_an_image_that_is_none(url: str, instead: str) -> None:
    """By the ending of its address; no alt text is asked for, and no video for its reel."""
    given = post("instagram", "x", assets=[image(url=url)], metadata={"type": "reel"} if "mp4" in url.lower() else None)
    found = [each for each in findings(given) if each.rule.code in {"BC123", "BC101"}]
    hints = [f"write `assets: [{instead}]` instead of `image` and `alt`"] if instead else []
    assert [each.hint for each in found] == hints


@pytest.mark.parametrize(
    ("fields", "paths"),
    [
        ({"text": "See https://acme.example"}, []),
        ({"text": "httpx://acme.example and http"}, []),
        ({"text": "See http://acme.example."}, [("text",)]),
        ({"text": "HTTP://ACME.EXAMPLE"}, [("text",)]),
        ({"text": "http://a.example http://a.example http://b.example"}, [("text",), ("text",)]),
        ({"metadata": {"first_comment": "at http://a.example"}}, [("metadata", "linkedin", "first_comment")]),
        (
            {"text": "x", "metadata": {"link_attachment": {"url": "http://a.example"}}},
            [("metadata", "linkedin", "link_attachment", "url")],
        ),
    ],
)
def test_links(fields: dict[str, Any], paths: list[Any]) -> None:
    """Each link that begins with http:// is named once, wherever it is."""
    found = findings(post("linkedin", **fields))
    assert [(each.rule.code, each.path) for each in found] == [("BC102", path) for path in paths]


def test_the_link_is_quoted() -> None:
    """Without the period that ends its sentence."""
    (found,) = findings(post("linkedin", "See http://acme.example/a."))
    assert found.quote == "http://acme.example/a"


@pytest.mark.parametrize(
    ("service", "metadata", "path"),
    [
        ("pinterest", {"board": "B", "url": "http://a.example"}, ("url",)),
        ("instagram", {"link": "http://a.example"}, ("link",)),
        (
            "googlebusiness",
            {"type": "whats_new", "details_whats_new": {"link": "http://a.example"}},
            ("details_whats_new", "link"),
        ),
        ("twitter", {"thread": [{"text": "x"}, {"text": "http://a.example"}]}, ("thread", 1, "text")),
    ],
)
def test_links_in_metadata(service: str, metadata: dict[str, Any], path: tuple[str | int, ...]) -> None:
    """Each network's own link fields are checked."""
    assets = [image()] if service in {"pinterest", "instagram"} else []
    (found,) = findings(post(service, "x", assets=assets, metadata=metadata))
    assert (found.rule.code, found.path) == ("BC102", ("metadata", service, *path))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://acme.example/a.png", []),
        ("https://acme.example/a.png?w=1200&design=2&tokens=3", []),
        ("HTTPS://ACME.EXAMPLE/A.PNG", []),
        ("https://raw.githubusercontent.com/acme/x/main/a.png", []),
        ("https://www.dropbox.com/s/x/a.png?raw=1", []),
        ("https://dl.dropboxusercontent.com/s/x/a.png", []),
        ("https://notdropbox.com/s/x/a.png", []),
        ("https://93.184.216.34/a.png", []),
        ("http://acme.example/a.png", ["BC019"]),
        ("https://localhost/a.png", ["BC019"]),
        ("https://media.localhost/a.png", ["BC019"]),
        ("https://intranet/a.png", ["BC019"]),
        ("https://files.local/a.png", ["BC019"]),
        ("https://dead.invalid/a.png", ["BC019"]),
        ("https://127.0.0.1:8000/a.png", ["BC019"]),
        ("https://10.1.2.3/a.png", ["BC019"]),
        ("https://192.168.0.1/a.png", ["BC019"]),
        ("https://169.254.169.254/a.png", ["BC019"]),
        ("https://[::1]/a.png", ["BC019"]),
        ("https://[/a.png", ["BC019"]),
        ("https://user:word@localhost/a.png", ["BC019"]),
        ("https://999.1.1.1/a.png", ["BC019"]),
        ("https://b.s3.amazonaws.com/a.png?X-Amz-Algorithm=A&X-Amz-Signature=b", ["BC103"]),
        ("https://storage.googleapis.com/b/a.png?X-Goog-Signature=b", ["BC103"]),
        ("https://x.blob.core.windows.net/c/a.png?sv=1&sig=b", ["BC103"]),
        ("https://d1.cloudfront.net/a.png?Expires=1&Key-Pair-Id=2", ["BC103"]),
        ("https://firebasestorage.googleapis.com/v0/b/a.png?alt=media&token=b", ["BC103"]),
        ("https://drive.google.com/uc?id=1", ["BC104"]),
        ("https://drive.google.com/file/d/1/view?usp=sharing", ["BC022"]),
        ("https://docs.google.com/document/d/1/edit", ["BC022"]),
        ("https://photos.app.goo.gl/x", ["BC022"]),
        ("https://www.dropbox.com/s/x/a.png?dl=0", ["BC022"]),
        ("https://www.youtube.com/watch?v=x", ["BC022"]),
        ("https://youtu.be/x", ["BC022"]),
        ("https://m.youtube.com/shorts/x", ["BC022"]),
        ("https://vimeo.com/1", ["BC022"]),
        ("https://player.vimeo.com/progressive_redirect/playback/1/a", []),
        ("https://unsplash.com/photos/x", ["BC022"]),
        ("https://images.unsplash.com/photo-1", []),
        ("https://imgur.com/a/x", ["BC022"]),
        ("https://i.imgur.com/x.png", []),
        ("https://notyoutube.com/a.png", []),
        ("https://acme.sharepoint.com/a.png", ["BC104"]),
        ("https://github.com/acme/x/blob/main/a.png", ["BC104"]),
        ("https://scontent.xx.fbcdn.net/v/a.jpg", ["BC104"]),
        ("https://cdn.discordapp.com/attachments/1/2/a.png", ["BC104"]),
    ],
)
def test_addresses_of_media(url: str, expected: list[str]) -> None:
    """Public and permanent, or the reason why not; thumbnail addresses are judged the same way."""
    assert codes(post("linkedin", "x", assets=[image(url)])) == expected
    thumbnail = {"image": {"url": "https://acme.example/v.png", "alt_text": "x", "thumbnail_url": url}}
    found = findings(post("linkedin", "x", assets=[thumbnail]))
    assert [each.rule.code for each in found] == expected
    assert all(each.path == ("assets", 0, "image", "thumbnail_url") for each in found)


def test_where_a_link_leads_is_no_medium() -> None:
    """A link preview to one's own network is only a link."""
    assert codes(post("linkedin", "x", metadata={"link_attachment": {"url": "https://drive.google.com/x"}})) == []


def test_media_of_ideas() -> None:
    """Buffer fetches them too."""
    media = (
        IdeaMedia(url="https://localhost/a.png", type=MediaType.IMAGE),
        IdeaMedia(url="http://a.b", type=MediaType.LINK),
    )
    idea = Idea(Address("Acme", "ideas", "one"), Place("buffer.yaml", 1, 1), title="One", media=media)

    assert [(each.rule.code, each.path) for each in check(Desired(ideas=(idea,)))] == [("BC019", ("media", 0, "url"))]


def days(number: float, key: str, **fields: Any) -> Post:
    """A post this many days after noon, with the same text unless given."""
    return post("linkedin", fields.pop("text", "Our console is live"), key, after=round(number * 24 * 60), **fields)


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        ([days(0, "a"), days(30, "b")], ["b"]),
        ([days(30, "b"), days(0, "a")], ["b"]),
        ([days(0, "a"), days(30.1, "b")], []),
        ([days(0, "a"), days(7, "b"), days(14, "c")], ["b", "c"]),
        ([days(0, "a"), days(7, "b", repeat_of=("a",))], []),
        ([days(0, "a", text="One "), days(7, "b", text="One")], ["b"]),
        ([days(0, "a", text="One"), days(7, "b", text="Two")], []),
        ([days(0, "a", text=""), days(7, "b", text="")], []),
        ([days(0, "a", cancelled=True), days(7, "b")], []),
        ([days(0, "a"), post("facebook", "Our console is live", "b", after=9999)], []),
        ([post(text="Queued", key="a"), post(text="Queued", key="b")], ["b"]),
    ],
)
def test_same_text(posts: list[Post], expected: list[str]) -> None:
    """The same text on the same channel within 30 days, unless `repeat_of` is set."""
    found = [each for each in findings(*posts) if each.rule.code == "BC105"]
    assert [each.item.address.key for each in found] == expected
    assert all(each.related for each in found)


def test_same_text_as_a_series() -> None:
    """A new entry is compared with each occurrence, although those repeat each other; reported once for the two."""
    expansions = [Expansion(number=1), Expansion(number=2, repeats="s-1"), Expansion(number=3, repeats="s-1")]
    series = [
        days(7 * at, f"s-{at}", expansion=each, repeat_of=("s-1",) if each.repeats else ())
        for at, each in enumerate(expansions, 1)
    ]
    new = replace(days(15, "x"), place=Place("x.yaml", 1, 1))
    found = [each for each in findings(*series, new) if each.rule.code == "BC105"]
    assert [(each.item.address.key, each.related[0].note) for each in found] == [("x", "first used in `s-2`")]
    assert "BC105" not in codes(*series)
    assert "BC105" not in codes(*series, replace(new, repeat_of=("s-2",)))


def test_a_queue_post_goes_out_soon() -> None:
    """Compared with a timed post, it counts as published now."""
    queued, soon, late = post(text="One", key="a"), days(3, "b", text="One"), days(40, "c", text="One")
    assert codes(queued, soon, now=NOON) == ["BC105"]
    assert codes(queued, late, now=NOON) == []


@pytest.mark.parametrize(("minutes", "expected"), [(0, ["BC106"]), (14, ["BC106"]), (15, []), (16, [])])
def test_posts_too_close(minutes: int, expected: list[str]) -> None:
    """Less than 15 minutes apart on one channel; the later one is named."""
    one, other = post(text="One", key="b", after=0), post(text="Two", key="a", after=minutes)
    found = findings(other, one)
    assert [each.rule.code for each in found] == expected
    assert codes(one, post("facebook", "Two", after=minutes)) == []


def test_drafts_are_not_too_close() -> None:
    """No finding: a person decides when a draft is published."""
    one, other = post(text="One", key="a", after=0), post(text="Two", key="b", after=0, draft=True)
    assert codes(one, other) == []


def test_times_are_instants() -> None:
    """Half past ten in one zone is half past eight in another."""
    from zoneinfo import ZoneInfo

    one = post(text="One", key="a", due_at=datetime(2030, 5, 1, 10, 30, tzinfo=ZoneInfo("Europe/Berlin")))
    other = post(text="Two", key="b", due_at=datetime(2030, 5, 1, 8, 30, tzinfo=UTC) + timedelta(minutes=5))
    (found,) = findings(one, other)
    assert "5 minutes apart" in found.message


@pytest.mark.parametrize(
    ("service", "texts", "found"),
    [("twitter", ("Hi", "Hi"), ["BC110"]), ("twitter", ("Hi", "Ho"), []), ("linkedin", ("Hi", "Hi"), [])],
)
def test_one_text_for_two_x_channels(service: str, texts: tuple[str, str], found: list[str]) -> None:
    """A warning at the second; none for other networks, or for different texts."""
    two = [
        replace(post(service, text), address=Address("Acme", f"{service}:{name}", "a"))
        for name, text in zip("ab", texts, strict=True)
    ]
    assert [each.rule.code for each in check(Desired(posts=tuple(two)))] == found
