"""The JSON of Buffer's answers, as requested by operations/*.graphql, checked before anything else reads it.

`checked_post` and the other checkers raise FormError for a value of another type, so later code does not have to
check again. Every field except ids, status and creation may be null or missing, whatever the published schema promises;
fields that were not requested are dropped. Instants become aware datetimes. An object whose fields are all of one type
is a `dict`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Required, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainValidator, ValidationError
from typing_extensions import TypedDict

from bufferctl.model.serial import adapter

T = TypeVar("T")

#: Valid years for a post's dates, with room on both sides for time zones and for adding days.
_YEARS = range(1900, 9000)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
_SHOWN = 60


#: Exceptions from reading an answer that does not match the published schema: its structure is wrong, or a FormError.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class FormError(ValueError):
    """A value in an answer differs in type from the published schema; the text names the field and the value."""


def instant(text: object) -> datetime:
    """An ISO 8601 instant, aware; one without an offset is UTC, as all of the API's are. Raises ValueError."""
    if not isinstance(text, str):
        raise ValueError("Input should be a date and time")  # noqa: TRY004 - pydantic only collects ValueErrors
    moment = datetime.fromisoformat(text.upper())  # RFC 3339 allows a lowercase t and z
    if moment.year not in _YEARS:
        raise ValueError(f"Input should be a year from {_YEARS.start} to {_YEARS.stop - 1}")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _epoch(value: object) -> datetime:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _LATEST:
        raise ValueError("Input should be seconds since 1970")
    return instant(datetime.fromtimestamp(value, UTC).isoformat())


def _zone(value: object) -> object:
    """A time zone that this machine knows; None for an unknown one, as if Buffer had given none."""
    try:
        return ZoneInfo(value).key if isinstance(value, str) else value
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


Id = Annotated[str, Field(min_length=1)]
Text = str | None
Switch = bool | None
Instant = Annotated[datetime, PlainValidator(instant)]
Epoch = Annotated[datetime, PlainValidator(_epoch)]
Zone = Annotated[str | None, BeforeValidator(_zone)]
Number = Annotated[int, Field(ge=0)]
Length = Annotated[int, Field(ge=1)]


class TagJson(TypedDict, total=False):
    """A tag, as in `tags` of posts and ideas."""

    id: Required[Id]
    name: Text
    color: Text


class UserTagJson(TypedDict):
    """A person tagged in an image; `x` and `y` from 0 to 1."""

    handle: str
    x: float
    y: float


class ImageJson(TypedDict, total=False):
    """Fields that only images have."""

    altText: Text
    animatedThumbnail: Text
    userTags: list[UserTagJson] | None


class FileJson(TypedDict, total=False):
    """Fields that only videos and documents have."""

    title: Text
    thumbnailOffset: Number | None


class AssetJson(TypedDict, total=False):
    """operations/asset_fields.graphql."""

    type: Text
    source: Text
    thumbnail: Text
    image: ImageJson | None
    video: FileJson | None
    document: FileJson | None


class ThreadItemJson(TypedDict, total=False):
    """A part of a thread; the first one repeats the post's text."""

    text: Text
    assets: list[AssetJson] | None


class AnnotationJson(TypedDict):
    """A mention in a text."""

    content: str
    indices: list[int]
    text: str
    url: str


class LinkJson(TypedDict):
    """A link attachment; Buffer scrapes its other fields."""

    url: str


class BoardJson(TypedDict, total=False):
    """A Pinterest board."""

    name: Text
    serviceId: Required[Id]


_DETAILS = TypedDict(
    "_DETAILS",
    {
        "__typename": Required[str],
        "title": Text,
        "startDate": Instant | None,
        "endDate": Instant | None,
        "isFullDayEvent": Switch,
        "button": Text,
        "link": Text,
        "code": Text,
        "terms": Text,
    },
    total=False,
)


class MetadataJson(TypedDict, total=False):
    """The network-specific fields of all networks."""

    annotations: list[AnnotationJson] | None
    board: BoardJson | None
    category: dict[str, str] | None
    details: _DETAILS | None
    embeddable: Switch
    firstComment: Text
    geolocation: dict[str, Text] | None
    isAiGenerated: Switch
    license: Text
    link: Text
    linkAttachment: LinkJson | None
    locationId: Text
    locationName: Text
    madeForKids: Switch
    notifySubscribers: Switch
    privacy: Text
    retweet: dict[str, str] | None
    shouldShareToFeed: Switch
    spoilerText: Text
    stickerFields: dict[str, Text] | None
    thread: list[ThreadItemJson] | None
    title: Text
    topic: Text
    type: Text
    url: Text


class PostJson(TypedDict, total=False):
    """operations/post_fields.graphql."""

    id: Required[Id]
    channelId: Required[Id]
    status: Required[str]
    text: Text
    createdAt: Required[Instant]
    updatedAt: Instant | None
    dueAt: Instant | None
    sentAt: Instant | None
    shareMode: Text
    schedulingType: Text
    isCustomScheduled: Switch
    sharedNow: Switch
    via: Text
    ideaId: Text
    externalLink: Text
    allowedActions: list[str] | None
    error: dict[str, Text] | None
    tags: list[TagJson] | None
    assets: list[AssetJson] | None
    metadata: MetadataJson | None


class MediumJson(TypedDict, total=False):
    """An image or video of an idea; `size` in bytes."""

    type: Text
    alt: Text
    url: Text
    thumbnailUrl: Text
    size: Number | None
    source: dict[str, Text] | None


class ContentJson(TypedDict, total=False):
    """The content of an idea."""

    aiAssisted: Switch
    title: Text
    text: Text
    services: list[str] | None
    date: Instant | None
    tags: list[TagJson] | None
    media: list[MediumJson] | None


class IdeaJson(TypedDict, total=False):
    """operations/idea_fields.graphql."""

    id: Required[Id]
    organizationId: Required[Id]
    createdAt: Required[Epoch]
    groupId: Text
    content: ContentJson | None


class ScheduleJson(TypedDict, total=False):
    """The slots of a day of the week."""

    day: Text
    paused: Switch
    times: list[str] | None


class NamedBoardJson(TypedDict):
    """A Pinterest board of a channel."""

    name: str
    serviceId: Id


class ChannelMetadataJson(TypedDict, total=False):
    """Fields that only some networks' channels have."""

    boards: list[NamedBoardJson] | None
    defaultToReminders: Switch
    maxCharacters: Length | None
    subscriptionType: Text


class ChannelJson(TypedDict, total=False):
    """operations/channels.graphql."""

    id: Required[Id]
    service: Required[str]
    type: Text
    name: Text
    displayName: Text
    timezone: Zone
    isDisconnected: Switch
    isLocked: Switch
    isQueuePaused: Switch
    linkShortening: dict[str, Switch] | None
    postingSchedule: list[ScheduleJson] | None
    metadata: ChannelMetadataJson | None


class LimitsJson(TypedDict, total=False):
    """The limits of the Buffer plan."""

    scheduledPosts: Number | None
    scheduledThreadsPerChannel: Number | None
    scheduledStoriesPerChannel: Number | None
    ideas: Number | None


class OrganizationJson(TypedDict, total=False):
    """An organization of operations/account.graphql."""

    id: Required[Id]
    name: Text
    limits: LimitsJson | None


class AccountJson(TypedDict, total=False):
    """operations/account.graphql."""

    timezone: Zone
    organizations: Required[list[OrganizationJson]]


class DailyLimitJson(TypedDict, total=False):
    """operations/daily_limits.graphql."""

    channelId: Required[Id]
    isAtLimit: Switch
    limit: Number | None
    scheduled: Required[Number]
    sent: Required[Number]


def checker(form: type[T], what: str) -> Callable[[Any], T]:
    """A function that returns JSON as `form`, or raises FormError; `what` names the object in the error message."""

    def checked(raw: Any) -> T:
        try:
            return adapter(form).validate_python(raw, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            value = repr(first["input"])
            shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
            raise FormError(f"{what}{f' `{where}`' if where else ''}: {first['msg']}, got {shown}") from None

    return checked


checked_post = checker(PostJson, "a post's")
checked_idea = checker(IdeaJson, "an idea's")
checked_channel = checker(ChannelJson, "a channel's")
checked_account = checker(AccountJson, "the account's")
checked_limits = checker(list[DailyLimitJson], "a daily limit's")
