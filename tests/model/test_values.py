"""Values as people write them: what is read as what, what is refused and why, and that the schema says the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it has no type hints
from pydantic import TypeAdapter, ValidationError

from bufferctl.model import Asset, Document, Image, MediaFile, MediaSettings, Video, base
from bufferctl.model.content import A_FILE, Sourced
from bufferctl.model.desired import IdeaMedia
from bufferctl.model.media_file import address_of, object_name, size_words
from bufferctl.model.metadata import PinterestMetadata, YoutubeMetadata


@dataclass
class Of:
    """The context in which a file with `starts` is read."""

    starts: date | str | None = None


AT = datetime(2026, 12, 1, 9, 0)  # noqa: DTZ001 - config gives it its zone
INDIA = timezone(timedelta(hours=5, minutes=30))
READ: list[tuple[Any, Any, Any]] = [
    (base.Flag, "true", True), (base.Flag, "True", True), (base.Flag, "TRUE", True),
    (base.Flag, "false", False), (base.Flag, "False", False), (base.Flag, "FALSE", False), (base.Flag, True, True),
    (base.Whole, "12", 12), (base.Whole, "-12", -12), (base.Whole, "+12", 12), (base.Whole, "9" * 18, int("9" * 18)),
    (base.Whole, 7, 7),
    (base.Decimal, "0.5", 0.5), (base.Decimal, "-3", -3.0), (base.Decimal, 0.5, 0.5),
    (base.When, "2026-12-01 09:00", AT), (base.When, "2026-12-01T09:00:00", AT), (base.When, "2026-12-01t09:00", AT),
    (base.When, "2026-12-01 09:00:30.5", AT.replace(second=30, microsecond=500_000)),
    (base.When, "2026-12-01 09:00Z", AT.replace(tzinfo=UTC)), (base.When, "2026-12-01 09:00 z", AT.replace(tzinfo=UTC)),
    (base.When, "2026-12-01 09:00 +05:30", AT.replace(tzinfo=INDIA)),
    (base.When, "2026-12-01 09:00 -0530", AT.replace(tzinfo=timezone(-timedelta(hours=5, minutes=30)))),
    (base.When, "2026-12-01 06:00 -09:30", AT.replace(hour=6, tzinfo=timezone(-timedelta(hours=9, minutes=30)))),
    (base.When, "2000-01-01 00:00", datetime(2000, 1, 1)), (base.When, "2999-12-31 00:00", datetime(2999, 12, 31)),  # noqa: DTZ001 - as written
    (base.When, "2026-12-01T09:00-10:00", AT.replace(tzinfo=timezone(timedelta(hours=-10)))),
    (base.When, "2026-12-01 09:00-05:00", AT.replace(tzinfo=timezone(timedelta(hours=-5)))),
    (base.When, AT, AT), (base.Instant, "2026-12-01T09:00:00Z", AT.replace(tzinfo=UTC)),
    (base.Day, "2026-12-24", date(2026, 12, 24)),
    (base.Moment, "2026-12-24", date(2026, 12, 24)), (base.Moment, "2026-12-01 09:00", AT),
    (base.Moment, AT, AT),
    (base.Url, "https://acme.example/a", "https://acme.example/a"), (base.Url, "HTTP://a", "HTTP://a"),
    (base.Url, "$(site)/a", "$(site)/a"),
    (base.Key, "a", "a"), (base.Key, "2026.launch_a-b", "2026.launch_a-b"), (base.Key, "a" * 64, "a" * 64),
    (base.Filled, " ", " "),
    (base.Commit, "", ""), (base.Commit, "a1" * 20, "a1" * 20), (base.Commit, "a1" * 32, "a1" * 32),
    (base.WrittenInstant, "", ""), (base.WrittenInstant, "2026-12-01T09:00:00Z", "2026-12-01T09:00:00Z"),
]  # fmt: skip
REFUSED: list[tuple[Any, Any, str]] = [
    (base.Flag, "yes", "must be true or false"), (base.Flag, "", "must be true or false"),
    (base.Whole, "1.0", "must be a whole number"), (base.Whole, "9" * 19, "must be a whole number"),
    (base.Whole, "\N{ARABIC-INDIC DIGIT ONE}", "must be a whole number"), (base.Whole, "", "must be a whole number"),
    (base.Decimal, "1e3", "must be a number"), (base.Decimal, ".5", "must be a number"),
    (base.When, "2026-12-01", "a date and a time such as 2026-12-01 09:00"),
    (base.When, "2026-12-01 9:00", "a date and a time such as 2026-12-01 09:00"),
    (base.When, "2026-02-30 09:00", "does not exist"), (base.When, "2026-12-01 25:00", "does not exist"),
    (base.When, "2026-12-01 14:00-15:30", "a date and a time such as 2026-12-01 09:00"),
    (base.When, "2026-12-01 09:00-10:15", "a date and a time such as"),
    (base.When, "2026-12-01 09:00-10:00", "must be one time"),
    (base.When, "2026-12-01 07:30 -08:00", "must be one time"),
    (base.When, "2026-12-01 09:00+15:00", "a date and a time such as"),
    (base.When, "1999-12-31 23:59", "in a year between 2000 and 2999"),
    (base.When, "3000-01-01 00:00", "in a year between"),
    (base.Instant, "2026-12-01T09:00:00", "must name its time zone"),
    (base.Day, "2026-12-24 09:00", "must be a day such as"), (base.Day, "2026-02-30", "does not exist"),
    (base.Day, "1999-12-31", "in a year between"), (base.Day, "3000-01-01", "in a year between"),
    (base.Moment, "24.12.2026", "must be a day such as 2026-12-24, or a day and a time"),
    (base.Url, "acme.example", "must be a URL"), (base.Url, "https:///a", "must be a URL"),
    (base.Url, "https://a b", "must be a URL"), (base.Url, "ftp://a", "must be a URL"),
    (base.Key, "A", "must be made of a to z"), (base.Key, "-a", "must be made of"),
    (base.Key, "a" * 65, "at most 64 long"),
    (base.Key, "", "must be made of"),
    (base.Filled, "", "at least 1"),
    (base.Commit, "a1" * 19, "match pattern"), (base.Commit, "--output=x", "match pattern"),
    (base.WrittenInstant, "2026-12-01T09:00:00", "must name its time zone"),
    (base.WrittenInstant, "1999-12-01T09:00:00Z", "in a year between"),
    (base.Aware, "1999-12-31T23:59:59Z", "in a year between 2000 and 2999"),
    (base.Aware, "3000-01-01T00:00:00Z", "in a year between 2000 and 2999"),
    (base.Aware, "2026-12-01T09:00:00", "timezone"),
    (base.Seconds, -1, "greater than or equal to 0"), (base.Seconds, 10**9 + 1, "less than or equal to 1000000000"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "text", "value"), READ, ids=lambda each: str(each)[:30])
def test_what_is_read(kind: Any, text: object, value: object) -> None:
    """As this value, of the same type."""
    read = TypeAdapter(kind).validate_python(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(("kind", "text", "why"), REFUSED, ids=lambda each: str(each)[:30])
def test_what_is_refused(kind: Any, text: object, why: str) -> None:
    """With what it must be."""
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(kind).validate_python(text)
    assert why in str(raised.value)


MONDAY = Of(date(2026, 12, 7))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("start+2d 12:00", datetime(2026, 12, 9, 12, 0)),  # noqa: DTZ001 - as written
        ("start-7d 09:00:30", datetime(2026, 11, 30, 9, 0, 30)),  # noqa: DTZ001 - as written
    ],
)
def test_what_is_counted_from_the_day_on_which_a_file_starts(text: str, expected: datetime) -> None:
    """Days before or after it, at a local time."""
    assert TypeAdapter(base.When).validate_python(text, context=MONDAY) == expected


@pytest.mark.parametrize(
    ("text", "context", "why"),
    [
        ("start+2d", MONDAY, "counted from `starts` in days, with a local time"),
        ("start+2d 12:00Z", MONDAY, "counted from `starts` in days"),
        ("start+2d 12:00", Of(), "which this file does not have"),
        ("start+2d 12:00", None, "which this file does not have"),
        ("start+2d 12:00", Of("soon"), "`starts` is wrong"),
        ("start+9999d 12:00", Of(date(9999, 12, 1)), "in a year between 2000 and 2999"),
        ("start+1d 12:00", Of(date(2999, 12, 31)), "in a year between 2000 and 2999"),
    ],
)
def test_what_cannot_be_counted_from_the_day_on_which_a_file_starts(text: str, context: Of | None, why: str) -> None:
    """Where the file has none, and beyond the years that it can be."""
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(base.When).validate_python(text, context=context)
    assert why in str(raised.value)


def test_what_is_counted_from_a_wrong_day_follows_from_that() -> None:
    """So that one mistake is one problem."""
    with pytest.raises(ValidationError) as raised:
        TypeAdapter(base.When).validate_python("start+2d 12:00", context=Of("soon"))
    assert raised.value.errors()[0]["type"] == base.FOLLOWS


SCHEMAS: list[tuple[Any, list[Any], list[Any]]] = [
    (base.Flag, [True], ["yes", 1]),
    (base.Whole, [7], ["7", 1.5]),
    (base.Decimal, [0.5, 7], ["7"]),
    (base.When, ["2026-12-01 09:00", "start+2d 12:00", "2026-12-01T09:00:00+01:00"], ["2026-12-01", "x", 7]),
    (base.Day, ["2026-12-24"], ["2026-12-24 09:00", 7]),
    (base.Instant, ["2026-12-01T09:00:00Z"], ["2026-12-01 09:00"]),
    (base.Moment, ["2026-12-24", "2026-12-01 09:00"], ["24.12.2026"]),
    (base.Url, ["https://a", "$(site)"], ["a", "https://a b"]),
    (base.Key, ["a", 2026], ["A", None, "-"]),
]


@pytest.mark.parametrize(("kind", "right", "wrong"), SCHEMAS, ids=lambda each: str(each)[:30])
def test_the_schema_of_a_value(kind: Any, right: list[Any], wrong: list[Any]) -> None:
    """An editor accepts and refuses these."""
    schema = Draft202012Validator(TypeAdapter(kind).json_schema())
    assert [each for each in right if not schema.is_valid(each)] == []
    assert [each for each in wrong if schema.is_valid(each)] == []


A, B = "https://acme.example/a", "https://acme.example/b"
PDF = {"url": A, "title": "T", "thumbnail_url": B}
TAG = {"handle": "ada", "x": 0.5, "y": 0}
MODELS: list[tuple[Any, list[dict[str, Any]], list[tuple[dict[str, Any], str]]]] = [
    (Sourced, [{"url": A}, {"file": "a.png"}], [
        ({}, "`file` and `url` are both missing; name a file beside the posts, or a public https address"),
        ({"url": A, "file": "a.png"}, "`file` and `url` are both given; keep one of them"),
    ]),
    (Image, [{"url": A}, {"file": "a.png", "alt_text": "", "user_tags": [TAG], "animated_thumbnail": B}], [
        ({}, "both missing"),
        ({"url": A, "file": "a.png"}, "both given"),
        ({"url": A, "user_tags": [TAG]}, "`alt_text` is missing"),
        ({"url": A, "animated_thumbnail": B}, "`alt_text` is missing"),
        ({"url": A, "dimensions": {"height": 1, "width": 1}}, "`alt_text` is missing"),
    ]),
    (Document, [PDF, {"file": "a.pdf", "title": "T", "thumbnail_file": "a.png"}], [
        ({"title": "T", "thumbnail_url": B}, "`file` and `url` are both missing"),
        ({"url": A, "title": "T"}, "`thumbnail_file` and `thumbnail_url` are both missing"),
        ({**PDF, "thumbnail_file": "a.png"}, "`thumbnail_file` and `thumbnail_url` are both given"),
        ({"url": A, "title": "", "thumbnail_url": B}, "at least 1"),
    ]),
    (Asset, [{"image": {"url": A}}, {"video": {"url": A}}], [
        ({}, "exactly one of image, video and document"),
        ({"image": {"url": A}, "video": {"url": A}}, "exactly one of image, video and document"),
    ]),
    (PinterestMetadata, [{}, {"board": "News"}, {"board_service_id": "1"}], []),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "right", "wrong"), MODELS, ids=lambda each: getattr(each, "__name__", "-"))
def test_what_is_given_together(kind: Any, right: list[Any], wrong: list[tuple[Any, str]]) -> None:
    """The model and its schema accept and refuse the same."""
    schema = Draft202012Validator(TypeAdapter(kind).json_schema())
    for given in right:
        kind.model_validate(given)
        schema.validate(given)
    for given, why in wrong:
        assert not schema.is_valid(given)
        with pytest.raises(ValidationError) as raised:
            kind.model_validate(given)
        assert why in str(raised.value)


def test_the_schema_of_a_board() -> None:
    """By its name or by its id."""
    schema = Draft202012Validator(PinterestMetadata.model_json_schema())
    assert not schema.is_valid({"board": "News", "board_service_id": "1"})


@pytest.mark.parametrize("kind", ["image", "gif", "document"])
def test_what_of_an_idea_can_be_a_file(kind: str) -> None:
    """Images and documents."""
    assert IdeaMedia.model_validate({"type": kind, "file": "a"}).file


@pytest.mark.parametrize("kind", ["video", "link"])
def test_what_of_an_idea_can_be_no_file(kind: str) -> None:
    """Whose address is its URL."""
    assert IdeaMedia.model_validate({"type": kind, "url": A}).address == A
    with pytest.raises(ValidationError, match="only images and documents of an idea can be files"):
        IdeaMedia.model_validate({"type": kind, "file": "a"})


STORED = MediaFile(
    path="posts/a b.png", digest="d1", type="png", size=7, width=2, height=3, url="https://m.example/d1.png"
)


@pytest.mark.parametrize(
    ("image", "expected"),
    [(Image(url=A), A), (Image(file=STORED), STORED.url), (Image(file=MediaFile(path="a")), "")],
    ids=["of a URL", "of a stored file", "of a file that is not stored yet"],
)
def test_the_address_of_an_image(image: Image, expected: str) -> None:
    """Its URL; of a file, the one that it has by now."""
    assert image.address == expected


@pytest.mark.parametrize(("given", "expected"), [({"thumbnail_url": B}, B), ({"thumbnail_file": STORED}, STORED.url)])
def test_the_address_of_a_documents_first_page(given: dict[str, object], expected: str) -> None:
    """Likewise."""
    assert Document.model_validate({"url": A, "title": "T", **given}).thumbnail == expected


DOCUMENT = {"url": A, "title": "T", "thumbnail_url": B}


@pytest.mark.parametrize(
    ("asset", "kind", "value"),
    [
        (Asset(image=Image(file=STORED)), "image", Image(file=STORED)),
        (Asset(video=Video(url=A)), "video", Video(url=A)),
        (Asset.model_validate({"document": DOCUMENT}), "document", Document.model_validate(DOCUMENT)),
    ],
)
def test_the_kind_of_an_asset(asset: Asset, kind: str, value: object) -> None:
    """By the one field that is set."""
    assert (asset.kind, asset.value) == (kind, value)


def test_a_file_of_each_kind_in_a_sentence() -> None:
    """With its article."""
    assert A_FILE == {"image": "an image", "video": "a video", "document": "a document"}


def test_a_file_in_the_state() -> None:
    """Its digest, type, size and pixels come back; an address and anything else is none."""
    assert STORED.summary == "d1.png 7 2x3"
    assert MediaFile.read_summary(STORED.summary) == MediaFile(
        path="d1.png", digest="d1", type="png", size=7, width=2, height=3
    )
    for other in (A, "", "d1.png", "d1.png x 2x3", "d1.png 7 x3", "d1.png 7 2x", "d1.png 7 2", "d1.png -7 2x3"):
        assert MediaFile.read_summary(other) is None


def test_a_file_for_people() -> None:
    """Its pixels where both are known, and its bytes in readable form."""
    for size, pixels in (((4000, 3000), "4,000 \N{MULTIPLICATION SIGN} 3,000"), ((1, 0), ""), ((0, 1), "")):
        assert MediaFile(path="a", width=size[0], height=size[1]).pixels == pixels
    sizes = {
        12: "12 bytes",
        999: "999 bytes",
        1000: "1 kB",
        840_000: "840 kB",
        1_000_000: "1 MB",
        5_000_000: "5 MB",
        31_240_000: "31.2 MB",
    }
    assert [size_words(size) for size in sizes] == list(sizes.values())


def test_where_a_file_becomes_public() -> None:
    """By its bytes in a store, so that the address tells nothing; by its path if something else publishes it."""
    public = "https://media.acme.example"
    assert address_of(STORED, MediaSettings(public)) == f"{public}/posts/a%20b.png"
    assert address_of(STORED, MediaSettings(public, store="s3://bucket")) == f"{public}/d1.png"
    assert object_name(MediaFile(path="a", digest="d1")) == "d1"


def test_a_file_is_its_bytes() -> None:
    """A dump that identifies it has the digest alone; any other has what is known of it."""
    assert STORED.model_dump(context={"identity": True}) == {"digest": "d1"}
    assert MediaFile(path="a", size=7).model_dump() == {"path": "a", "size": 7}
    with pytest.raises(ValidationError, match="must be the path of a file"):
        Image.model_validate({"file": {"path": "a"}}, context=Of())


#: `id` and `snippet.title` of what YouTube's Data API lists under videoCategories, where `assignable` is true.
CATEGORIES = (
    "1 Film & Animation, 2 Autos & Vehicles, 10 Music, 15 Pets & Animals, 17 Sports, 19 Travel & Events, 20 Gaming, "
    "22 People & Blogs, 23 Comedy, 24 Entertainment, 25 News & Politics, 26 Howto & Style, 27 Education, "
    "28 Science & Technology, 29 Nonprofits & Activism"
)


@pytest.mark.parametrize("category", CATEGORIES.split(", "))
def test_a_category_of_youtube_by_its_name(category: str) -> None:
    """The id that YouTube gives it, in whatever case the name is written."""
    number, _, name = category.partition(" ")
    assert YoutubeMetadata(category_id=name.upper()).category_id == number
