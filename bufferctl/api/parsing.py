"""Reads organizations, channels, posts and ideas from the API as the model's live objects.

The forms list the fields that operations/*.graphql ask for, by their names in the model, or take both from the model
(`PLAIN`). They are checked as they are read: a value of another type raises FormError, so that later code need not
check again. Null counts as absent, whatever the published schema promises; only ids, status and creation must be there.
An object whose fields are all of one type is a `dict`. An unknown status becomes `error` with a text that names it:
such a post is held for a person, never changed and never created again (design: Actions).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, time
from functools import cache
from sys import intern
from typing import Annotated, Any, Required, TypeVar, get_type_hints
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError, with_config
from pydantic.alias_generators import to_camel, to_snake
from pydantic.fields import FieldInfo
from typing_extensions import TypedDict

from bufferctl.model import (
    NETWORKS,
    Limits,
    LiveAsset,
    LiveChannel,
    LiveIdea,
    LiveMedium,
    LiveOrganization,
    LivePost,
    LiveThreadItem,
    PostStatus,
    Service,
    Tag,
)
from bufferctl.model.about import about, kinds_in, models_in
from bufferctl.model.base import Aware
from bufferctl.model.metadata import MODELS
from bufferctl.model.serial import adapter

T = TypeVar("T")

#: Valid years for a post's dates, with room on both sides for time zones and for adding days.
_YEARS = range(1900, 9000)
_LATEST = datetime(9000, 1, 1, tzinfo=UTC).timestamp()
_SHOWN = 60

#: The character limits on X of paying and free accounts (notes: What each network takes).
PAID_X_CHARACTERS, FREE_X_CHARACTERS = 25_000, 280
#: X subscriptions in lowercase: those that include longer texts, and free ones. Others are not documented.
_PAID_X = frozenset({"premium", "premiumplus"})
_FREE_X = frozenset({"", "none", "free"})

#: Days of the week in Python's order.
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SERVICES = {service.value: service for service in Service}
_STATUSES = {status.value: status for status in PostStatus}
_GOOGLE_DETAILS = {
    "GoogleBusinessEventMetaData": "details_event",
    "GoogleBusinessOfferMetaData": "details_offer",
    "GoogleBusinessWhatsNewMetaData": "details_whats_new",
}

#: Exceptions from reading an answer that does not match the published schema: its structure is wrong, or a FormError.
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, OverflowError)


class FormError(ValueError):
    """A value in an answer differs in type from the published schema; the text names the field and the value."""


def read_instant(text: object) -> datetime:
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
    return read_instant(datetime.fromtimestamp(value, UTC).isoformat())


def _zone(value: object) -> object:
    """A time zone that this machine knows; None for an unknown one, as if Buffer had given none."""
    try:
        return ZoneInfo(value).key if isinstance(value, str) else value
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return None


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are not null."""
    return {name: value for name, value in fields.items() if value is not None}


def _as(made: Callable[..., T], /, **defaults: object) -> AfterValidator:
    """Make a live object of the fields of a form; `defaults`: where it has none itself."""
    return AfterValidator(lambda fields: made(**(defaults | _given(fields))))


_json = with_config(ConfigDict(alias_generator=to_camel, strict=True))

_Id = Annotated[str, Field(min_length=1)]
_Instant = Annotated[datetime, PlainValidator(read_instant)]
_Epoch = Annotated[datetime, PlainValidator(_epoch)]
_Zone = Annotated[str | None, BeforeValidator(_zone)]
_Number = Annotated[int, Field(ge=0)]
_Length = Annotated[int, Field(ge=1)]
_Many = Annotated[list[T], AfterValidator(tuple)]
_Texts = dict[str, str | None]
_Text = str | None
_Switch = bool | None


@_json
class _Tag(TypedDict, total=False):
    id: Required[_Id]
    name: _Text
    color: _Text


@_json
class _UserTag(TypedDict):
    handle: str
    x: float  # from 0 to 1
    y: float


@_json
class _Image(TypedDict, total=False):
    alt_text: _Text
    animated_thumbnail: _Text
    user_tags: _Many[Annotated[_UserTag, AfterValidator(lambda tag: tuple(tag.values()))]] | None


@_json
class _File(TypedDict, total=False):
    title: _Text
    thumbnail_offset: _Number | None


@_json
class _AssetFields(TypedDict, total=False):
    type: _Text
    source: _Text
    thumbnail: _Text
    image: _Image | None
    video: _File | None
    document: _File | None


def _asset(fields: dict[str, Any]) -> LiveAsset:
    image = fields.get("image") or {}
    details = {**image, **(fields.get("video") or fields.get("document") or {})}
    return LiveAsset(
        fields.get("type") or "",
        image.get("alt_text") or "",
        fields.get("source") or "",
        fields.get("thumbnail") or "",
        {name: value for name, value in details.items() if name != "alt_text" and value not in (None, "", ())},
    )


_Tags = _Many[Annotated[_Tag, _as(Tag, name="")]]
_Assets = _Many[Annotated[_AssetFields, AfterValidator(_asset)]]


@_json
class _LinkFields(TypedDict, total=False):
    url: Required[str]
    title: _Text  # it and what follows are scraped from the page, unless the files gave them and Buffer kept them
    text: _Text
    thumbnail: _Text


_Link = Annotated[_LinkFields, AfterValidator(lambda link: {name: value for name, value in link.items() if value})]


@_json
class _ThreadItem(TypedDict, total=False):
    text: _Text  # that of the first item repeats the post's
    assets: _Assets | None
    link_attachment: _Link | None


@_json
class _Annotation(TypedDict):
    content: str
    indices: list[int]
    text: str
    url: str


@_json
class _Board(TypedDict, total=False):
    name: _Text
    service_id: Required[_Id]


@_json
class _Details(TypedDict, total=False):
    typename: Required[Annotated[str, Field(alias="__typename")]]
    title: _Text
    start_date: _Instant | None
    end_date: _Instant | None
    is_full_day_event: _Switch
    button: _Text
    link: _Text
    code: _Text
    terms: _Text


#: Read in a form of their own.
_OTHERWISE = frozenset({"board", "board_service_id", "category_id"})


def _is_read_as_it_is(name: str, field: FieldInfo) -> bool:
    is_returned = not any(each.unread for each in about(field))
    return is_returned and name not in _OTHERWISE and not any(models_in(field.annotation))


#: The fields of each network that are read as they are, for which operations ask by these names.
_NETWORKS = {
    model.__name__.removesuffix("Metadata"): {
        name: _Switch if bool in kinds_in(field.annotation) else _Text
        for name, field in model.model_fields.items()
        if _is_read_as_it_is(name, field)
    }
    for model in MODELS.values()
}
_plain = {name: kind for fields in _NETWORKS.values() for name, kind in fields.items()}
_PlainMetadata = TypedDict("_PlainMetadata", _plain, total=False)  # type: ignore[misc]  # it is no literal


@_json
class _Metadata(_PlainMetadata, total=False):
    annotations: list[_Annotation] | None
    board: _Board | None
    category: dict[str, str] | None
    details: _Details | None
    geolocation: _Texts | None
    link_attachment: _Link | None
    retweet: dict[str, str] | None
    sticker_fields: _Texts | None
    thread: _Many[Annotated[_ThreadItem, _as(LiveThreadItem, text="")]] | None


#: How the API gives the values of a live post that are read as they are.
_AS_GIVEN: dict[Any, Any] = {
    str: _Text,
    str | None: _Text,
    bool: _Switch,
    Aware: _Instant | None,
    Aware | None: _Instant | None,
}
#: Its fields that have them.
_PLAIN = {
    name: _AS_GIVEN[kind]
    for name, kind in get_type_hints(LivePost, include_extras=True).items()
    if kind in _AS_GIVEN and name not in {"id", "channel_id", "created_at", "error"}
}
#: What operations ask for by its own names: of a post, and of each network's metadata.
PLAIN = {"Post": tuple(_PLAIN)} | {name: tuple(fields) for name, fields in _NETWORKS.items()}
_PlainFields = TypedDict("_PlainFields", _PLAIN, total=False)  # type: ignore[misc]  # it is no literal


@_json
class _PostFields(_PlainFields, total=False):
    id: Required[_Id]
    channel_id: Required[_Id]
    status: Required[str]
    created_at: Required[_Instant]
    error: _Texts | None
    tags: _Tags | None
    assets: _Assets | None
    metadata: _Metadata | None


def _post(fields: dict[str, Any]) -> LivePost:
    given = _given(fields)
    status = _STATUSES.get(given.pop("status"))
    error = given.pop("error", {}).get("message") or ""
    if status is None:
        status = PostStatus.ERROR
        error = f"its status in Buffer is `{fields['status']}`, which this version of bufferctl does not know"
    text = intern(given.pop("text", ""))  # most are those of declared posts, which need no second copy
    metadata = given.pop("metadata", {})
    thread = metadata.pop("thread", None) or ()
    return LivePost(status=status, text=text, thread=thread, metadata=_live_metadata(metadata), error=error, **given)


def _live_metadata(given: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata of any network with the names of the files, and plain values."""
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value in (None, []):
            continue
        match name:
            case "board":
                found["board_service_id"] = value["service_id"]
                if value.get("name"):
                    found["board"] = value["name"]
            case "category":
                found["category_id"] = value["categoryId"]
            case "details":
                if kind := _GOOGLE_DETAILS.get(value.pop("typename")):
                    found[kind] = _live_metadata(value)
            case _ if isinstance(value, dict):
                if inner := _live_metadata(value):
                    found[name] = inner
            case _:
                found[_snake(name)] = value
    return found


_snake = cache(to_snake)


@_json
class _Medium(TypedDict, total=False):
    kind: Annotated[_Text, Field(alias="type")]
    alt_text: Annotated[_Text, Field(alias="alt")]
    url: _Text
    thumbnail: Annotated[_Text, Field(alias="thumbnailUrl")]
    size: _Number | None  # in bytes
    source: (
        Annotated[_Texts, AfterValidator(lambda source: {_snake(name): it for name, it in source.items() if it})] | None
    )


@_json
class _Content(TypedDict, total=False):
    ai_assisted: _Switch
    title: _Text
    text: _Text
    services: _Many[str] | None
    date: _Instant | None
    tags: _Tags | None
    media: _Many[Annotated[_Medium, _as(LiveMedium, kind="")]] | None


@_json
class _IdeaFields(TypedDict, total=False):
    id: Required[_Id]
    organization_id: Required[_Id]
    created_at: Required[_Epoch]  # (notes: Reading)
    group_id: _Text
    content: _Content | None


def _idea(fields: dict[str, Any]) -> LiveIdea:
    content = fields.pop("content", None) or {}
    return LiveIdea(**_given(fields | content))


@_json
class _Slots(TypedDict, total=False):
    day: _Text
    paused: _Switch
    times: list[str] | None


@_json
class _NamedBoard(TypedDict):
    name: str
    service_id: _Id


@_json
class _ChannelMetadata(TypedDict, total=False):
    boards: list[_NamedBoard] | None
    default_to_reminders: _Switch
    max_characters: _Length | None
    subscription_type: str | None  # null is not the same as a channel that has none


@_json
class _ChannelFields(TypedDict, total=False):
    id: Required[_Id]
    service: Required[str]
    type: _Text
    name: _Text
    display_name: _Text
    timezone: _Zone
    is_disconnected: _Switch
    is_locked: _Switch
    is_queue_paused: _Switch
    link_shortening: dict[str, bool | None]
    posting_schedule: list[_Slots] | None
    metadata: _ChannelMetadata | None


@_json
class _Limits(TypedDict, total=False):
    posts: Annotated[_Number | None, Field(alias="scheduledPosts")]
    threads: Annotated[_Number | None, Field(alias="scheduledThreadsPerChannel")]
    stories: Annotated[_Number | None, Field(alias="scheduledStoriesPerChannel")]
    ideas: _Number | None


@_json
class _OrganizationFields(TypedDict, total=False):
    id: Required[_Id]
    name: _Text
    limits: Annotated[_Limits, _as(Limits)] | None


_Organization = Annotated[_OrganizationFields, _as(LiveOrganization, name="")]


@_json
class _Account(TypedDict, total=False):
    timezone: _Zone
    organizations: Required[list[_Organization]]


@_json
class _DailyLimit(TypedDict, total=False):
    channel_id: Required[_Id]
    is_at_limit: _Switch
    limit: _Number | None
    scheduled: Required[_Number]
    sent: Required[_Number]


def _reader(form: Any, what: str) -> Callable[[Any], Any]:
    """A function that reads JSON of a form, or raises FormError; `what` names the object in the error message."""
    built = cache(lambda: adapter(form).validator)  # forms are slow keys

    def read(raw: Any) -> Any:
        try:
            return built().validate_python(raw, strict=True)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            where = ".".join(map(str, first["loc"]))
            value = repr(first["input"])
            shown = value if len(value) <= _SHOWN else f"{value[:_SHOWN]}…"
            raise FormError(f"{what}{f' `{where}`' if where else ''}: {first['msg']}, got {shown}") from None

    return read


#: Each raises FormError.
live_post: Callable[[Any], LivePost] = _reader(Annotated[_PostFields, AfterValidator(_post)], "a post's")
live_idea: Callable[[Any], LiveIdea] = _reader(Annotated[_IdeaFields, AfterValidator(_idea)], "an idea's")
read_account_form: Callable[[Any], dict[str, Any]] = _reader(_Account, "the account's")
read_limits_form: Callable[[Any], list[dict[str, Any]]] = _reader(list[_DailyLimit], "a daily limit's")
_read_channel = _reader(_ChannelFields, "a channel's")


def live_channel(raw: Any, organization_id: str) -> LiveChannel | None:
    """A channel, None if its service is unknown to bufferctl: no file can name it. Raises FormError."""
    fields = _given(_read_channel(raw))
    service = _SERVICES.get(fields.pop("service"))
    if service is None:
        return None
    kind = fields.pop("type", None)
    metadata = fields.pop("metadata", {})
    own = {
        "name": fields.get("name", ""),
        "timezone": fields.get("timezone", "UTC"),
        "link_shortening": bool(fields.get("link_shortening", {}).get("isEnabled")),
        "posting_times": tuple(_posting_times(fields.pop("posting_schedule", ()))),
        "boards": {board["name"]: board["service_id"] for board in metadata.get("boards") or ()},
        "max_characters": metadata.get("max_characters") or _characters_of_x(metadata),
        "only_reminds": kind in NETWORKS[service].only_remind,
        "reminds_by_default": bool(metadata.get("default_to_reminders")),
    }
    return LiveChannel(organization_id=organization_id, service=service, **(fields | own))


def _posting_times(schedule: Iterable[Mapping[str, Any]]) -> Iterator[tuple[int, time]]:
    """The weekly slots; unreadable days and times are skipped: slots only show about when a queued post goes out."""
    for each in schedule:
        if not each.get("paused") and each.get("day") in _DAYS:
            for text in each.get("times") or ():
                with suppress(ValueError):
                    yield _DAYS.index(each["day"]), time.fromisoformat(text).replace(tzinfo=None)


def _characters_of_x(metadata: Mapping[str, Any]) -> int | None:
    """The character limit of an X account, by its subscription; None if the subscription is missing or unknown."""
    if "subscription_type" not in metadata:
        return None
    kind = (metadata["subscription_type"] or "").lower()
    if kind in _PAID_X:
        return PAID_X_CHARACTERS
    return FREE_X_CHARACTERS if kind in _FREE_X else None
