"""The file format, version 1, as models (design: The files). The JSON Schema is generated from them.

Names are the API's in snake_case, except where `design` gives shorter ones: `draft`, `tags`, `idea`, `board`.
"""

import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    create_model,
    model_validator,
)

from bufferctl.config.format.validation import each_of
from bufferctl.git import REMOTE
from bufferctl.model import Asset, Metadata, SchedulingType, Service, ShareMode
from bufferctl.model.about import About, about, reading_order, texts_below
from bufferctl.model.base import (
    LATER,
    READS_WHOLE,
    Day,
    Filled,
    Flag,
    Instant,
    Key,
    Model,
    Moment,
    Prose,
    UnfitError,
    Url,
    ValueForm,
    When,
    Words,
    reading,
    text_schema,
    truth,
)
from bufferctl.model.content import Part
from bufferctl.model.desired import GIT_BRANCH, GIT_REMOTE, IdeaGroup, IdeaMedia
from bufferctl.model.metadata import MODELS

_LEAD_PATTERN = r"[1-9][0-9]{0,3} ?(m|min|minutes?|h|hours?|d|days?|w|weeks?)"
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_EVERY_PATTERN = r"([1-9][0-9]{0,2}) (days?|weeks?)"
_NUMBER_PATTERN = r"[1-9][0-9]{0,2}"
_VARIABLE_PATTERN = r"[A-Za-z_][A-Za-z0-9_-]*"
_HANDLE_PATTERN = r"@?[^\s@]+(@[^\s@]+)?"
_DOMAIN_PATTERN = r"[^\s/:?#@*.]+(\.[^\s/:?#@*.]+)+"
_PARAMETER_PATTERN = r"[A-Za-z0-9_.-]+"
_ACCOUNT_PATTERN = r"[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?"
#: A person, `@dana`, or a team below an organization, `@acme/social`.
_PERSON_PATTERN = rf"@{_ACCOUNT_PATTERN}(/{_ACCOUNT_PATTERN})*"


def _lead(found: re.Match[str]) -> timedelta:
    return timedelta(**{_UNITS[found[1][0]]: int(found[0].removesuffix(found[1]))})


def _every(found: re.Match[str]) -> timedelta:
    return timedelta(**{f"{found[2].rstrip('s')}s": int(found[1])})


#: The key under which a bare number of `posts_per_day` is kept: the field's own, so that its errors point there.
EVERYWHERE = "posts_per_day"
#: The same for a bare id in `existing`.
EXISTING = "existing"
#: The same for bare keys and ids in `repeat_of`.
REPEAT_OF = "repeat_of"
#: What `cancelled: true` names: every channel.
EVERY = "*"


def _short(kind: Any, whole: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Reads a value of a simple kind as the whole that it is short for."""
    return lambda value: whole(value) if isinstance(value, kind) else value


_part_of = _short(str, lambda text: {"text": text})
_per_channel = _short(str | int, lambda number: {EVERYWHERE: number})
_by_channel = _short(str, lambda id_: {EXISTING: id_})
_list = _short(str, lambda value: [value])
_repeated = _short(str | list | tuple, lambda names: {REPEAT_OF: names})
_tag = _short(str, lambda id_: {"id": id_})


def _called_off(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return (EVERY,) if truth(value) else ()
    except ValueError:
        raise UnfitError("must be true or false, or a list of channels", ValueForm.CHANNELS) from None


#: The reason of `suspended: true`.
NO_REASON = "no reason given"
#: What YAML 1.1 read as true or false, so that nobody means it as a reason.
_HALF_A_TRUTH = frozenset({"yes", "no", "on", "off", "y", "n"})


def suspended_reason(value: str) -> str:
    """The reason on one line; empty for `false`. Raises ValueError."""
    reason = " ".join(value.split())
    if reason.lower() in _HALF_A_TRUTH:
        raise UnfitError("must be a reason, or false")
    try:
        return NO_REASON if truth(reason) else ""
    except ValueError:
        return reason or NO_REASON


_domain = reading(
    _DOMAIN_PATTERN, "must be a domain such as acme.example, without https://; its subdomains are included"
)
Domain = Annotated[str, AfterValidator(_domain), text_schema(_DOMAIN_PATTERN)]
_parameter = reading(_PARAMETER_PATTERN, "must be the name of a parameter, such as utm_source")
Parameter = Annotated[str, AfterValidator(_parameter), text_schema(_PARAMETER_PATTERN)]
_person = reading(
    _PERSON_PATTERN, 'must be a name on GitHub or GitLab, in quotes and with its @: "@dana" or "@acme/social"'
)
Person = Annotated[str, AfterValidator(_person), text_schema(_PERSON_PATTERN)]
_lead_time = reading(_LEAD_PATTERN, "must be a number with its unit, such as 30m, 2h or 1d", _lead)
Lead = Annotated[timedelta, BeforeValidator(_lead_time), text_schema(_LEAD_PATTERN)]
_word = reading(r"\s*\S[\s\S]*", "must be a word")
Word = Annotated[str, AfterValidator(_word), WithJsonSchema({"type": ["string", "number"], "pattern": r"\S"})]
Number = Annotated[int, Field(ge=1), READS_WHOLE]
#: How many people must approve a request.
Approvals = Annotated[int, Field(ge=0, le=20), READS_WHOLE]
_interval = reading(
    _EVERY_PATTERN, "must be a number of days or weeks, such as `1 week` or `10 days`", _every, ValueForm.INTERVAL
)
Every = Annotated[timedelta, BeforeValidator(_interval), text_schema(_EVERY_PATTERN)]
_handle = reading(
    _HANDLE_PATTERN, "must be a handle such as acme, without spaces", lambda found: found[0].removeprefix("@")
)
Handle = Annotated[str, AfterValidator(_handle), text_schema(_HANDLE_PATTERN)]
_variable = reading(_VARIABLE_PATTERN, "must be a name of letters, digits, `_` and `-` that begins with a letter")
VariableName = Annotated[str, AfterValidator(_variable)]
#: Values of variables, by name.
Variables = Annotated[
    dict[VariableName, str], Field(json_schema_extra={"propertyNames": {"pattern": f"^{_VARIABLE_PATTERN}$"}})
]
_number = reading(_NUMBER_PATTERN, "must be the number of an occurrence, counted from 1", lambda found: int(found[0]))
#: The channels on which a post is called off.
CalledOff = Annotated[
    tuple[Filled, ...], BeforeValidator(_called_off, json_schema_input_type=bool | tuple[Filled, ...])
]
#: Why nothing of it goes out; empty: it goes out, whatever stands above.
Suspended = Annotated[
    str,
    BeforeValidator(_short(str, suspended_reason), json_schema_input_type=Filled | bool),
    About("suspend pause paused on_hold hold silence silenced stop stopped", 318),
]
OccurrenceNumber = Annotated[int, BeforeValidator(_number)]


# `from` is a keyword of Python, so a class cannot declare it.
_FROM: Any = (
    Annotated[
        Moment,
        Field(description="When it begins: a day, 2026-12-24, or a day and a time, 2026-12-24 09:00."),
        About("start begin starts since"),
    ],
    ...,
)
_Beginning = create_model("_Beginning", __base__=Model, **{"from": _FROM})


class FreezeEntry(_Beginning):
    """A period in which nothing is published."""

    to: Annotated[Moment, About("end until till ends")]
    """When it ends: a day, which is part of it, or a day and a time."""
    reason: Annotated[Filled | None, About("why note description comment")] = None
    """The reason, shown in the error for a refused post, and what people agree to with `freeze: false`."""
    channels: Annotated[tuple[Filled, ...], Field(min_length=1)] = ()
    """Services (`twitter`) or channels (`twitter:acme`) that it applies to; all by default."""


class UtmEntry(Model):
    """The parameters that links to your own sites must have, so that visits can be attributed."""

    domains: Annotated[tuple[Domain, ...], Field(min_length=1), About("domain sites site hosts urls")]
    """The sites, such as acme.example; subdomains are included."""
    parameters: Annotated[tuple[Parameter, ...], Field(min_length=1), About("params parameter query utm required")]
    """The parameters that these links must have, such as utm_source, utm_medium and utm_campaign."""


class PolicyEntry(Model):
    """Rules that every post must follow; a post that breaks one is an error."""

    freeze: Annotated[tuple[FreezeEntry, ...], About("freezes blackout blackouts embargo embargoes silence")] = ()
    """Periods in which no post may be due."""
    link_domains: Annotated[
        tuple[Domain, ...], About("domains link_domain allowed_domains allowed_link_domains links allowed_links")
    ] = ()
    """The only sites that posts may link to, subdomains included."""
    utm: tuple[UtmEntry, ...] = ()
    """The parameters that links to some sites must have."""
    forbidden_words: Annotated[
        tuple[Word, ...], About("banned_words blocked_words forbidden words banned forbidden_word blocklist")
    ] = ()
    """Words that may not be in a post: whole words, in any case."""
    posts_per_day: Annotated[
        dict[str, Number],
        BeforeValidator(_per_channel, json_schema_input_type=Number | dict[str, Number]),
        About("per_day max_per_day daily_limit max_posts_per_day posts_a_day limit"),
    ] = Field(default_factory=dict)
    """How many timed posts a channel may have on one day: a number, or one for each service or channel."""
    minimum_lead: Annotated[Lead | None, About("min_lead lead lead_time minimum_lead_time notice")] = None
    """The shortest notice at which a post may be added or changed: 30m, 2h, 1d before its time."""
    spacing: Annotated[Lead | None, About("gap apart distance between min_gap minimum_gap min_spacing")] = None
    """The shortest time between two posts on one channel: 15m, 2h. Unmanaged posts in Buffer do not count."""
    required_tags: Annotated[
        tuple[Filled, ...], About("require_tags needed_tags required_tag tags mandatory_tags")
    ] = ()
    """Tags that every post must have."""
    watch: Annotated[tuple[Word, ...], About("watched watch_words watchlist watch_list rivals competitors")] = ()
    """What reviewers want to look at: words, accounts (`"@rival"`) and sites (`rival.example`). Nothing is refused."""
    approvals: Annotated[
        Approvals | None, About("approval reviews required_approvals required_reviews approvers reviewers")
    ] = None
    """In CI: how many people must approve a pull or merge request before merging it publishes anything."""


class OrganizationPolicyEntry(Model):
    """Policy for the posts of one organization, in addition to `policy` of the root file."""

    approvals: Annotated[
        Approvals | None, About("approval reviews required_approvals required_reviews approvers reviewers")
    ] = None
    """As in `policy` of the root file; the larger number counts."""


Json = dict[str, Any]

_NAME_OR_ID: Json = {"anyOf": [{"required": ["name"]}, {"required": ["id"]}]}
_ONE_TEXT: Json = {"not": {"required": ["text", "text_file"]}}
_TIMED: Json = {
    "if": {"required": ["mode"], "properties": {"mode": {"const": "customScheduled"}}},
    "then": {"required": ["due_at"]},
    "else": {"if": {"required": ["mode"]}, "then": {"not": {"required": ["due_at"]}}},
}
#: Where `mode` and `due_at` must agree; not in overrides, which may leave one of them to the post.
_ENTRY: Json = {"allOf": [_ONE_TEXT, _TIMED]}


#: One, or a list.
OneOrMoreKeys = Annotated[tuple[Key, ...], BeforeValidator(_list, json_schema_input_type=Key | tuple[Key, ...])]


class Handling(Model):
    """What happens to a declared object, apart from its content."""

    was: Annotated[Key | None, About("renamed_from old_key formerly previously", 20)] = None
    """Its previous key, after a rename: it stays the same post or idea."""
    existing: Annotated[
        dict[str, Filled],
        BeforeValidator(_by_channel, json_schema_input_type=Filled | dict[str, Filled]),
        About("buffer_id post_id live_id import_id existing_id", 30),
    ] = Field(default_factory=dict)
    """The id that this post or idea has in Buffer already; `{twitter: ID}` with several channels. You can remove the
    line once it is applied."""
    repeat_of: Annotated[
        dict[str, OneOrMoreKeys],
        BeforeValidator(_repeated, json_schema_input_type=OneOrMoreKeys | dict[str, OneOrMoreKeys]),
        About("duplicate_of copy_of repeats_of", 310),
    ] = Field(default_factory=dict)
    """Confirms that a text is repeated on purpose: the key of the other entry, or the Buffer id of an unmanaged post.
    A list for several, or `{twitter: ID}` with several channels. In a repeated post, write ids under `each`.
    """
    protect: Annotated[Flag, About("protected lock locked keep prevent_destroy", 330)] = False
    """Never delete it, not even when it is removed from the files."""


#: One, or a list.
OneOrMore = Annotated[tuple[Filled, ...], BeforeValidator(_list, json_schema_input_type=Filled | tuple[Filled, ...])]
OneOrMoreTexts = Annotated[tuple[Prose, ...], BeforeValidator(_list, json_schema_input_type=str | tuple[str, ...])]
_DUE_AT = About(
    "time date when at schedule scheduled scheduled_at publish_at published_at datetime due date_time day datum", 60
)
_IMAGE = About("images photo photos picture pictures img bild", 220, takes_variables=True, goes_with="assets")
_CHANNELS = About(
    "channel networks network accounts profiles platforms platform service services channel_ids kanäle",
    110,
    one_line=True,
)


class PostFields(Handling):
    """The content and time of a post, the same in every form."""

    model_config = ConfigDict(json_schema_extra=_ONE_TEXT)

    text: Annotated[Prose | None, About("content body message caption copy post tweet", 190)] = None
    """The post's text. Write `text: |` and the text below, two spaces further in, so that `#` and `:` stay text."""
    text_file: Annotated[Filled | None, About("file textfile text_path path include", 200, goes_with="text")] = None
    """A file that contains the text, relative to this file's folder."""
    mode: Annotated[ShareMode | None, About("share_mode when queue", 70, goes_with="due_at")] = None
    """When to publish it: `customScheduled` at `due_at`, `addToQueue` in the channel's next free slot, `shareNext`
    before the rest of the queue, `shareNow` immediately. The default is customScheduled with a `due_at`, else
    addToQueue."""
    due_at: Annotated[When | None, _DUE_AT] = None
    """When to publish, 2026-12-01 09:00; without an offset such as +01:00 in the nearest `timezone`."""
    scheduling_type: Annotated[SchedulingType, About("publish_type notification automatic", 80)] = (
        SchedulingType.AUTOMATIC
    )
    """`automatic` publishes; `notification` only reminds a person to publish."""
    draft: Annotated[Flag, About("save_to_draft is_draft status", 90)] = False
    """Put it in Buffer as a draft, which is not published until somebody schedules it."""
    needs_approval: Annotated[Flag, About("approval approve approve_first", 100)] = False
    """Ask for approval in Buffer before it is published."""
    tags: Annotated[tuple[Filled, ...], About("hashtags hashtag labels label tag tag_ids", 130, one_line=True)] = ()
    """Buffer tags, by name. They organize posts; hashtags belong in the text."""
    image: Annotated[OneOrMore, _IMAGE] = ()
    """An image, or a list: a URL, or a file beside this one or in `media/`. Short for `assets`."""
    alt: Annotated[OneOrMoreTexts, About("alt_text description", 222, goes_with="assets")] = ()
    """What `image` shows, for screen-reader users; a list for a list."""
    assets: Annotated[tuple[Asset, ...], About("media video videos attachment attachments asset files", 224)] = ()
    """Images, a video or a document; with more options than `image` has."""
    metadata: Annotated[Metadata | None, LATER, About("options meta settings extra network", 240)] = None
    """Options of a network, under its service's name."""
    idea: Annotated[Key | None, About("idea_id", 140)] = None
    """The key of the idea that it was created from."""
    ai_assisted: Annotated[Flag | None, About(order=260)] = None
    """Whether AI helped to write it."""
    cancelled: Annotated[CalledOff, About("canceled cancel delete deleted skip disabled", 320, one_line=True)] = ()
    """Delete the post from Buffer but keep this entry: `true`, or a list of channels. Published posts, and posts that
    bufferctl does not manage, stay. Settings further down in the file cannot undo this."""
    suspended: Suspended = ""
    """Why the post does not go out while this line is here: `suspended: Earthquake; ask Dana`. A scheduled post becomes
    a draft. `false` lets it out, whatever is suspended above it.
    """
    freeze: Annotated[Flag, About("despite_freeze ignore_freeze", 319)] = True
    """`false` publishes it even if it is due during a `freeze` of the team's policy."""
    source: Annotated[str | None, About(order=290)] = None
    """The source that Buffer shows for it."""
    draft_id: Annotated[str | None, About(order=300)] = None
    """The id of a draft in Buffer that it replaces."""


class PartEntry(Part):
    """One part of a thread below a post's own text, the same on every network that has threads."""

    image: Annotated[OneOrMore, About("images photo photos picture pictures img", goes_with="assets")] = ()
    """An image, or a list: a URL, or a file beside this one or in `media/`. Short for `assets`."""
    alt: Annotated[OneOrMoreTexts, About("alt_text description", goes_with="assets")] = ()
    """What `image` shows, for screen-reader users; a list for a list."""


ThreadPart = Annotated[PartEntry, BeforeValidator(_part_of, json_schema_input_type=str | PartEntry)]


class UtmFields(Model):
    """The parameters that links to your own sites get, so that visits can be attributed; a link keeps what it has."""

    domains: tuple[Domain, ...] = ()
    """The sites, such as acme.example; subdomains are included."""
    source: Filled | None = None
    """The value of utm_source, such as `$(service)`."""
    medium: Filled | None = None
    """The value of utm_medium, such as social."""
    campaign: Filled | None = None
    """The value of utm_campaign."""
    content: Filled | None = None
    """The value of utm_content, such as `$(key)`."""


class Override(PostFields):
    """What differs on one channel; every other field is the post's."""

    thread: Annotated[tuple[ThreadPart, ...], About("threads tweets", 210, prose=True)] = ()
    """The parts after `text` on networks with threads: `- a text`, or `- text: …` with `assets`. `[]`: no thread."""
    utm: Annotated[UtmFields | None, About(order=180)] = None
    """The parameters that links to your own sites get; `{}`: none."""


class OccurrenceEntry(Override):
    """What differs in one occurrence of a repeated post; every other field is the entry's."""

    vars: Variables = Field(default_factory=dict)
    """Values for `$(name)` in this occurrence: `{tip: Save often}`."""
    overrides: dict[str, Override] = Field(default_factory=dict)
    """What differs on some of its channels in this occurrence alone."""


class Repeat(Model):
    """A post that is published several times, as `KEY-1`, `KEY-2` and so on, each a separate post."""

    every: Annotated[Every, About("interval frequency period")]
    """The time from one occurrence to the next: `1 week`, `2 weeks`, `10 days`. The local time stays the same."""
    times: Annotated[int, Field(ge=1, le=366), READS_WHOLE, About("count number occurrences")]
    """How many occurrences there are, 366 at most. If you lower the number, the last ones are removed."""
    each: Annotated[dict[OccurrenceNumber, OccurrenceEntry], About("exceptions occurrences")] = Field(
        default_factory=dict, json_schema_extra={"propertyNames": {"pattern": f"^{_NUMBER_PATTERN}$"}}
    )
    """What differs in some of them, by number: `{4: {cancelled: true}, 7: {due_at: 2027-03-18 11:00}}`."""


class PostEntry(Override):
    """A post of the channel that lists it."""

    model_config = ConfigDict(json_schema_extra=_ENTRY)

    key: Annotated[Key, About("id name slug ref schlüssel", 10)]
    """A stable name, unique in its channel: text and time may change, this may not."""
    timezone: Annotated[Filled | None, About("tz time_zone zone", 50)] = None
    """The zone of its times without an offset, such as Europe/Berlin."""
    vars: Annotated[Variables, About("variables", 170, prose=True)] = Field(default_factory=dict)
    """Values for `$(name)` in its texts and links: `{product: Console}`."""
    repeat: Annotated[Repeat | None, LATER, About("repeats recurrence recurring every", 340)] = None
    """Publish it several times: `{every: 1 week, times: 10}` makes the posts `KEY-1` to `KEY-10`."""


class SharedPostEntry(PostEntry):
    """One text for several channels, with a separate post on each."""

    channels: Annotated[tuple[Filled, ...], Field(min_length=1), _CHANNELS] = ()
    """Where to publish it: a service (`twitter`), or `service:name` if it has several channels. The default is the
    `channels` of the file."""
    organization: Annotated[Filled | None, About("organizations organisation org", 40)] = None
    """The organization of these channels, by name or id, if there are several."""
    overrides: Annotated[dict[str, Override], LATER, About("override per_channel variants customize", 350)] = Field(
        default_factory=dict
    )
    """What differs on some of its channels, by the channel as in `channels`."""


class IdeaEntry(Handling):
    """An idea on Buffer's board of ideas. Buffer can create ideas, not change them."""

    model_config = ConfigDict(json_schema_extra=_ONE_TEXT)

    key: Annotated[Key, About(order=10)]
    """A stable name, unique among the ideas."""
    cancelled: Annotated[Flag, About(order=320)] = False
    """The idea is cancelled. Buffer's API cannot delete ideas, so an existing one stays."""
    title: Annotated[Prose | None, About("headline subject name heading", 120)] = None
    """Its headline."""
    text: Annotated[Prose | None, About(order=190)] = None
    """What it is about. Write `text: |` and the text below, two spaces further in."""
    text_file: Annotated[Filled | None, About(order=200)] = None
    """A file that contains the text, relative to this file's folder."""
    services: Annotated[tuple[Service, ...], About("networks platforms channels service", 150, one_line=True)] = ()
    """The networks that it is for."""
    tags: Annotated[tuple[Filled, ...], About(order=130, one_line=True)] = ()
    """Buffer's tags for it, by name."""
    date: Annotated[When | None, About("due_at", 160)] = None
    """When it is planned for, 2026-12-01 09:00; without an offset in the nearest `timezone`."""
    media: Annotated[tuple[IdeaMedia, ...], About(order=230)] = ()
    """Images, videos, links or documents."""
    group: Annotated[IdeaGroup | None, About(order=250)] = None
    """The column of the board that it is in."""
    ai_assisted: Annotated[Flag | None, About(order=260)] = None
    """Whether AI helped to write it."""
    cta: Annotated[Words | None, About(order=270)] = None
    """The call to action."""
    template_id: Annotated[str | None, About(order=280)] = None
    """The id of Buffer's template that it follows."""


class SharedIdeaEntry(IdeaEntry):
    """An idea in a file of its own."""

    organization: Annotated[Filled | None, About(order=40)] = None
    """The organization that it belongs to, by name or id, if there are several."""


class MentionEntry(Model):
    """Somebody whom posts mention: `$(@acme)` in a text becomes the handle, or the name on networks without handles."""

    name: Annotated[Filled, About("title label display_name company person")]
    """The name, for networks on which a text cannot mention an account, and for those without a handle here."""
    twitter: Handle | None = None
    """The handle on X, with or without its @."""
    bluesky: Handle | None = None
    """The handle on Bluesky, a domain: acme.example."""
    mastodon: Handle | None = None
    """The handle on Mastodon, with its server: acme@social.example."""
    threads: Handle | None = None
    """The handle on Threads."""
    instagram: Handle | None = None
    """The handle on Instagram."""


#: Whom texts may mention, by the name after the @.
Mentions = Annotated[dict[Key, MentionEntry], About("mention handles people accounts at", 65)]


class TagEntry(Model):
    """A tag of Buffer."""

    id: Filled
    """Its id. `bufferctl import` writes the tags of what it imports, with their ids."""
    color: str = ""
    """Its color, #rrggbb."""


class ChannelEntry(Model):
    """A channel: one account on one network, connected in Buffer."""

    model_config = ConfigDict(json_schema_extra=_NAME_OR_ID)

    service: Annotated[Service, About("network platform type channel social")]
    """The network."""
    name: Annotated[Filled | None, About("handle username account user profile label title")] = None
    """The account's handle or display name, as Buffer shows it."""
    id: Filled | None = None
    """The channel's id in Buffer, if its name is not unique."""
    timezone: Filled | None = None
    """The zone of times without an offset, such as Europe/Berlin."""
    suspended: Suspended = ""
    """Why none of your posts go out on this channel while this line is here. `false` lets them out."""
    posts: Annotated[tuple[PostEntry | None, ...], LATER, each_of(PostEntry)] = ()
    """The posts of this channel alone."""


class OrganizationEntry(Model):
    """An organization of the Buffer account."""

    model_config = ConfigDict(json_schema_extra=_NAME_OR_ID)

    name: Filled | None = None
    """Its name in Buffer."""
    id: Filled | None = None
    """Its id in Buffer, if its name is not unique."""
    timezone: Filled | None = None
    """The zone of times without an offset, such as Europe/Berlin."""
    tags: dict[str, Annotated[TagEntry, BeforeValidator(_tag, json_schema_input_type=str | TagEntry)]] = Field(
        default_factory=dict
    )
    """Buffer's tag ids, by name; needed only for tags that no post or idea in Buffer has yet."""
    suspended: Suspended = ""
    """Why none of your posts go out in this organization while this line is here. `false` lets them out."""
    mentions: Mentions = Field(default_factory=dict)
    """Whom its posts mention, by the name for `$(@name)`; in addition to those of the root file."""
    policy: OrganizationPolicyEntry | None = None
    """Policy for its posts, in addition to `policy` of the root file."""
    channels: Annotated[tuple[ChannelEntry | None, ...], each_of(ChannelEntry, kept=True)] = ()
    """Its channels."""
    ideas: Annotated[tuple[IdeaEntry | None, ...], LATER, each_of(IdeaEntry)] = ()
    """Its ideas."""


class AnyFile(Model):
    """What every file may hold: posts for several channels, and ideas."""

    organization: Annotated[Filled | None, About(order=120)] = None
    """The organization that this file is for, by name or id, if there are several."""
    timezone: Annotated[Filled | None, About(order=20)] = None
    """The zone of times without an offset, such as Europe/Berlin."""
    vars: Annotated[Variables, About(order=190)] = Field(default_factory=dict)
    """Values for `$(name)` in texts and links of posts: `{product: Console}`. A post may set its own."""
    utm: Annotated[UtmFields | None, About(order=200)] = None
    """The parameters that links in posts to your own sites get. A post may set its own."""
    posts: Annotated[
        tuple[SharedPostEntry | None, ...], LATER, each_of(SharedPostEntry), About("post queue items", 220)
    ] = ()
    """Posts, each for one or several channels."""
    ideas: Annotated[tuple[SharedIdeaEntry | None, ...], LATER, each_of(SharedIdeaEntry), About("idea", 230)] = ()
    """Ideas of the organization."""


class IncludedFile(AnyFile):
    """A file below the root file: posts for several channels, and ideas. Its other fields are defaults of its posts."""

    channels: Annotated[tuple[Filled, ...], Field(min_length=1), About(order=130)] = ()
    """Where to publish its posts: services (`twitter`), or `service:name` if one has several channels."""
    starts: Annotated[Day | None, About("start start_on starts_on", 140)] = None
    """The day that times such as `start+2d 09:00` are counted from: 2027-01-11. Another day moves them all."""
    tags: Annotated[tuple[Filled, ...], About(order=150)] = ()
    """Buffer tags of its posts, by name."""
    draft: Annotated[Flag, About(order=160)] = False
    """Put its posts in Buffer as drafts."""
    cancelled: Annotated[CalledOff, About(order=170)] = ()
    """Cancel its posts, `true` for all, or a list of channels: delete those that bufferctl created and that are not
    published yet, but keep the file.
    """
    suspended: Suspended = ""
    """Why no post of this file goes out while this line is here. Scheduled posts become drafts. `false` lets them out,
    even if their channels are suspended.
    """
    freeze: Annotated[Flag, About("despite_freeze ignore_freeze", 175)] = True
    """`false` publishes its posts even if they are due during a `freeze` of the team's policy."""
    protect: Annotated[Flag, About(order=180)] = False
    """Never delete its posts, not even when they are removed from the file."""


_STORE_PATTERN = r"(s3|gs|az)://[^/\s?#]+(/[^\s?#]*)?"
_bucket = reading(
    _STORE_PATTERN,
    "must be a bucket such as s3://acme-media/social, gs://… or az://…",
    lambda found: found[0].rstrip("/"),
)
Bucket = Annotated[str, AfterValidator(_bucket), text_schema(_STORE_PATTERN)]


class MediaEntry(Model):
    """How files beside the posts become public: Buffer fetches them from an https URL."""

    model_config = ConfigDict(json_schema_extra={"dependentRequired": {"endpoint": ["store"]}})

    public_url: Url
    """The https URL at which everybody can read the bucket or the published root folder."""
    store: Bucket | None = None
    """The bucket that bufferctl uploads files to: s3://bucket/prefix, gs://… or az://…. Without it, something else
    publishes the root folder at `public_url`, such as a site's build or GitHub Pages."""
    endpoint: Url | None = None
    """The endpoint of an S3-compatible store other than the cloud's own: R2, B2, MinIO."""


_BRANCH_PATTERN = r"[^\s~^:?*\[\\]+"


def _branch(value: str) -> str:
    if not re.fullmatch(_BRANCH_PATTERN, value) or value.startswith(("-", "/")) or value.endswith(("/", ".lock")):
        raise UnfitError("must be the name of a branch, such as bufferctl-state")
    return value


_remote = reading(REMOTE, "must be the name of a remote (`git remote`), an https:// or ssh:// URL, or user@host:path")


class GitStateEntry(Model):
    """A branch that holds nothing but the state."""

    remote: Annotated[str, AfterValidator(_remote), text_schema(REMOTE)] = GIT_REMOTE
    """A remote of this repository (`git remote`), or an https:// or ssh:// URL; `origin` by default."""
    branch: Annotated[str, AfterValidator(_branch), text_schema(_BRANCH_PATTERN)] = GIT_BRANCH
    """The branch; `bufferctl-state` by default."""


class StateEntry(Model):
    """Where to keep the state, so that every machine uses the same one."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": ["git"]}, {"required": ["store"]}],
            "dependentRequired": {"endpoint": ["store"]},
        }
    )

    git: GitStateEntry | None = None
    """A branch of a git remote. `state: git` uses the default remote and branch."""
    store: Bucket | None = None
    """A bucket: s3://bucket/prefix, gs://… or az://…; it needs the extra `remote` of the package."""
    endpoint: Url | None = None
    """The endpoint of an S3-compatible store other than the cloud's own: R2, B2, MinIO."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.git is None) == (self.store is None):
            raise UnfitError("must have either `git` or `store`")
        if self.endpoint and self.store is None:
            raise ValueError("`endpoint` needs a `store`, and there is none")
        if self.endpoint and set("?#@") & set(self.endpoint):
            raise ValueError("`endpoint` must be a plain URL, without parameters or a login")
        return self


#: `state` in one word.
StateWord = Annotated[str, text_schema(f"(git|{_STORE_PATTERN})")]


def _state(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value == "git":
        return {"git": {}}
    if re.fullmatch(_STORE_PATTERN, value):
        return {"store": value}
    raise UnfitError("must be `git`, or a bucket such as s3://acme-state/social, gs://… or az://…")


#: What the files may set a rule to; YAML 1.2 reads `off` as text.
Level = Literal["off", "warning", "error"]


#: What only a root file has at its top, so that a file is recognized by one of them.
ONLY_ROOT = ("version", "organizations")


class RootFile(AnyFile):
    """The root file, buffer.yaml: settings, organizations and channels, and posts and ideas if you like."""

    version: Annotated[
        Literal[1],
        BeforeValidator(lambda value: 1 if value == "1" else value, json_schema_input_type=Literal[1]),
        About(order=10),
    ]
    """The version of this format: 1."""
    timezone: Annotated[Filled | None, About(order=20)] = None
    """The zone of times without an offset, such as Europe/Berlin; organizations and channels may have their own."""
    organizations: Annotated[
        tuple[OrganizationEntry | None, ...],
        each_of(OrganizationEntry, kept=True),
        About("organization organisations orgs org accounts", 210),
    ]
    """The organizations of the Buffer account, with their channels."""
    suspended: Annotated[Suspended, About(order=25)] = ""
    """Why none of your posts go out while this line is here: `suspended: Earthquake; ask Dana before posting`.
    Scheduled posts become drafts, whatever was reviewed (docs/problems/suspended.md).
    """
    include: Annotated[OneOrMore, About("includes files import imports posts_dir", 40)] = ("posts/**/*.yaml",)
    """The other files to read, as patterns from this file's folder; `posts/**/*.yaml` by default."""
    managed_since: Annotated[Instant | None, About("since managed_from managed started_at start_date begin", 30)] = None
    """When bufferctl began to manage this account, with its zone: 2026-12-01T09:00:00Z. `init` and `import` write it.
    If the state is lost, Buffer is searched from here on, and posts due before it are not published again."""
    prune: Annotated[Flag, About(order=50)] = True
    """Whether posts that are removed from the files are deleted, if bufferctl created them and they are not
    published yet. True by default."""
    max_deletes: Annotated[int, Field(ge=0), READS_WHOLE, About("max_delete delete_limit", 60)] = 5
    """How many removed entries a run may delete. If there are more, none is deleted without --max-deletes.
    5 by default."""
    link_shorteners: Annotated[
        tuple[Domain, ...], About("shorteners shortener link_shortener url_shorteners short_domains", 70)
    ] = ()
    """Domains to which your links are shortened, besides the well-known ones such as bit.ly and buff.ly."""
    notify: Annotated[
        tuple[Person, ...],
        BeforeValidator(_list, json_schema_input_type=Person | tuple[Person, ...]),
        About("notifies alert alerts notification ping contact contacts watchers", 120),
    ] = ()
    """People or teams to mention in the issue that CI opens if something fails: `["@dana", "@acme/social"]`."""
    api_key_expires: Annotated[
        Day | None, About("key_expires api_key_expiry key_expiry expires expiry token_expires", 130)
    ] = None
    """The day on which the first of your API keys expires. Buffer's API does not return it, so write it down when you
    create a key: CI opens an issue a week before, and doctor warns.
    """
    mentions: Mentions = Field(default_factory=dict)
    """Whom texts mention: `acme: {name: Acme, twitter: acme}` makes `$(@acme)` the handle of each network."""
    rules: Annotated[dict[str, Level], About(order=80)] = Field(
        default_factory=dict, json_schema_extra={"propertyNames": {"pattern": "^(BC[0-9]{3}|worth-a-look(/[a-z-]+)?)$"}}
    )
    """The level of each rule, by its code: `BC101: off`, `warning` or `error` (docs/reference/rules.md). `worth-a-look:
    off` turns off all notes under that name.
    """
    policy: Annotated[PolicyEntry, About(order=90)] = Field(default_factory=PolicyEntry)
    """Rules that every post must follow: freezes, links, words, posts a day, tags."""
    media: Annotated[MediaEntry | None, About(order=110)] = None
    """How the files that posts name with `file:` become public."""
    state: Annotated[
        Annotated[StateEntry, BeforeValidator(_state, json_schema_input_type=StateWord | StateEntry)] | None,
        About(order=100),
    ] = None
    """Where to keep the state: `git` for a branch of this repository, or a bucket, so that every machine uses the same
    state (docs/run/state.md). By default it is .bufferctl/state.json beside this file."""


#: Every model of the files.
FILES = RootFile, IncludedFile
#: Fields of posts and ideas in the order in which people read them: what it is, when, what it says, the rest.
ORDER = reading_order(SharedPostEntry, SharedIdeaEntry)
_TOGETHER = {name: each.goes_with for name, field in PostFields.model_fields.items() for each in about(field)}
#: Fields that the top of a file gives its posts, and those of them that an entry replaces.
GIVEN_BY_FILES = IncludedFile.model_fields.keys() & PostEntry.model_fields.keys()
REPLACED = (GIVEN_BY_FILES & PostFields.model_fields.keys()) - {"cancelled"}


def fields_given_with(name: str) -> tuple[str, ...]:
    """A field of posts and the fields that belong together with it: an override of one of them replaces all."""
    return name, *(each for each, other in _TOGETHER.items() if other == name)


def carried(kind: type, entry: Model) -> dict[str, Any]:
    """The fields of a dataclass that the files have under the same names, as far as `entry` gives them."""
    values = vars(entry)
    return {name: values[name] for name in names_of(kind) & entry.model_fields_set}


@lru_cache(maxsize=32)
def names_of(kind: type) -> frozenset[str]:
    """The fields of a dataclass."""
    return frozenset(each.name for each in fields(kind))


@lru_cache(maxsize=128)
def descriptions(model: type[BaseModel]) -> dict[str, str]:
    """The description of each field of a model that has one, inherited fields included."""
    if model is Metadata:  # each network says itself what it is
        return {service.value: f"For {each.__doc__}" for service, each in MODELS.items()}
    stated = {name: field.description for name, field in model.model_fields.items() if field.description}
    return stated | texts_below(model)
