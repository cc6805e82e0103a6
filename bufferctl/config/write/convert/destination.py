"""Where converted posts go: channels of the root file, their clocks, and the keys already used there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ruamel.yaml.comments import CommentedMap

from bufferctl.config.format import LocalTimeError, LocalTimes, clock_named, key_for, service_called, zone_of
from bufferctl.config.read import Source
from bufferctl.config.resolve import UnknownNameError, named_channel, named_organization
from bufferctl.config.write.as_yaml import as_entry, escape_variables, moment_text, one_entry
from bufferctl.diagnostics import Diagnostic, Kind, Related, Severity
from bufferctl.model import Channel, Desired, Service
from bufferctl.model.metadata import GoogleBusinessMetadata
from bufferctl.value import value


@dataclass
class Destination:
    """What the files declare. `clock`: for times without an offset, if one was named; else each channel's own."""

    desired: Desired
    clock: LocalTimes | None = None
    _keys: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for post in self.desired.posts:
            self._keys[post.address.organization, post.address.channel].add(post.address.key)

    @property
    def several(self) -> bool:
        """Whether a post has to name its organization."""
        return len(self.desired.organizations) > 1

    def channel(self, reference: str, organization: str | None) -> Channel:
        """The channel that is named; `organization` by name or id. Raises UnknownNameError."""
        label = named_organization(self.desired.organizations, organization).label
        return named_channel(self._of(label), reference, label)

    def any_channel(self, reference: str) -> Channel:
        """The channel that is named, in whichever organization; `Acme/twitter:acme` says in which.

        Raises UnknownNameError.
        """
        labels = [each.label for each in self.desired.organizations]
        for label in labels:
            if reference.startswith(f"{label}/"):
                return named_channel(self._of(label), reference.removeprefix(f"{label}/"), label)
        found, wrong = [], None
        for label in labels:
            try:
                found.append(named_channel(self._of(label), reference, label))
            except UnknownNameError as error:
                wrong = wrong or error
        if len(found) == 1:
            return found[0]
        if found:
            which = " or ".join(f"`{each.organization}/{each.label}`" for each in found)
            raise UnknownNameError(f"several organizations have a channel `{reference}`", hint=f"write {which}")
        if wrong is None:  # there is no organization
            named_organization(self.desired.organizations, None)
        raise wrong or AssertionError

    def called(self, name: str) -> Channel:
        """The channel by its reference, or by what people call its network. Raises UnknownNameError."""
        service = service_called(name)
        return self.any_channel(service.value if service else name)

    def instant(self, when: datetime, channels: Iterable[Channel]) -> datetime | None:
        """The instant of a time for these channels, the latest if their zones differ; None without a zone."""
        if when.tzinfo is not None:
            return when
        zones = {clock_named(channel.timezone) for channel in channels} if self.clock is None else {self.clock}
        instants = [clock.instant(when) for clock in zones if clock]
        return max(instants) if instants else None

    def reference(self, channel: Channel) -> str:
        """How an entry names the channel: only by its service if that is enough."""
        same = [each for each in self._of(channel.organization) if each.service is channel.service]
        return channel.service.value if len(same) == 1 else channel.label

    def moment(self, when: datetime, channels: Iterable[Channel]) -> str:
        """A time as written in an entry for these channels. Raises LocalTimeError if it is ambiguous."""
        zones = {channel.timezone for channel in channels}
        if when.tzinfo is None and self.clock is None:
            for zone in zones:
                if (clock := clock_named(zone)) is None:
                    hint = "give `--timezone Europe/Berlin`, write `timezone:` in the root file, or "
                    raise LocalTimeError("this has no time zone", hint=f"{hint}`{when:%Y-%m-%d %H:%M}+01:00`")
                clock.instant(when)
            return when.isoformat(" ", "seconds" if when.second else "minutes")
        instant = self.clock.instant(when) if self.clock else when
        return moment_text(instant, zone_of(zones.pop() or "") if len(zones) == 1 else None)

    def taken(self, channels: Iterable[Channel]) -> set[str]:
        keys = [self._keys[each.organization, each.label] for each in channels]
        return keys[0] if len(keys) == 1 else set().union(*keys)

    def take(self, key: str, channels: Sequence[Channel]) -> bool:
        """Use a key, which keys made later avoid. Whether a post has it already."""
        is_taken = key in self.taken(channels)
        for each in channels:
            self._keys[each.organization, each.label].add(key)
        return is_taken

    def _of(self, organization: str) -> list[Channel]:
        return [each for each in self.desired.channels if each.organization == organization]


@value()
class NewPost:
    """A post for channels of one organization. `fields`: as `as_entry` takes them, without key and channels.

    `key`: the one that it brings, already taken; None if it is to be made of `day` and `words`. `source`: the
    file that it is from, if any, and `at` its offset there.
    """

    channels: tuple[Channel, ...]
    fields: dict[str, Any]
    words: str
    day: date | None
    key: str | None = None
    source: Source | None = None
    at: int = 0


def entries(posts: Iterable[NewPost], destination: Destination) -> list[CommentedMap]:
    """The entries in the given order, each with a unique key on its channels.

    Equal texts at the same time on several channels become one entry. Posts with the same text at the same time on one
    channel become one each: only a person can confirm them with `repeat_of`, and `validate` asks for it.
    """
    found = []
    for group in _together(posts):
        first, channels = group[0], [channel for post in group for channel in post.channels]
        key = first.key or key_for(first.day, first.words, destination.taken(channels))
        destination.take(key, channels)
        organization = channels[0].organization if destination.several else None
        given = {"key": key, "organization": organization}
        members = ((escape_variables(as_entry(None, **given, **_fields_of(post))), post.channels) for post in group)
        found.append(one_entry([(entry, tuple(map(destination.reference, to))) for entry, to in members]))
    return found


def repeated(posts: Iterable[NewPost]) -> Iterator[Diagnostic]:
    """A warning for each post with the text and the time of an earlier one on the same channel, unless it says so."""
    earlier: dict[tuple[Any, ...], NewPost] = {}
    for post in posts:
        due_at, content = post.fields.get("due_at"), _content_of(post)
        if due_at is None or not content or post.fields.get("repeat_of"):
            continue
        firsts: dict[str, NewPost] = {}
        for channel in post.channels:
            first = earlier.setdefault((channel.organization, channel.label, due_at, content), post)
            if first is not post:
                firsts[channel.label] = first
        if firsts and post.source is not None:
            yield _repeated(post, post.source, firsts)


def _content_of(post: NewPost) -> str:
    """What makes two posts the same: the text, or the media of one without text."""
    media = {name: post.fields[name] for name in ("image", "assets") if post.fields.get(name)}
    return post.fields.get("text") or (str(media) if media else "")


def _repeated(post: NewPost, source: Source, firsts: Mapping[str, NewPost]) -> Diagnostic:
    """The warning about a post; `firsts`: the earlier one, by channel."""
    message = f"this has the same text at the same time on {' and '.join(firsts)} as another post"
    hint = "remove it there; if both are intended, confirm that with `repeat_of` when validate asks"
    first = next(iter(firsts.values()))
    related = (Related(first.source.place(first.at), "the other one is here"),) if first.source else ()
    return source.diagnostic(
        post.at, message, hint=hint, related=related, severity=Severity.WARNING, kind=Kind.DUPLICATE
    )


def _fields_of(post: NewPost) -> dict[str, Any]:
    """Its fields; on Google Business, which takes no post without a type, it is news unless it says otherwise."""
    metadata = post.fields.get("metadata") or {}
    google = Service.GOOGLEBUSINESS
    own = metadata.get(google, {})  # otherwise a model, which has a type
    if google in {each.service for each in post.channels} and isinstance(own, dict):
        news = GoogleBusinessMetadata.model_validate({"type": "whats_new", "details_whats_new": {}, **own})
        metadata = {**metadata, google.value: news}
    return {**post.fields, "metadata": metadata or None}


def _together(posts: Iterable[NewPost]) -> list[list[NewPost]]:
    """The posts, grouped by entry: no two on one channel, none with its own key."""
    groups: list[list[NewPost]] = []
    open_groups: dict[tuple[Any, ...], list[list[NewPost]]] = {}
    for post in posts:
        text = post.fields.get("text")
        if post.key is not None or not text:
            groups.append([post])
            continue
        alike = open_groups.setdefault((post.channels[0].organization, text, post.fields.get("due_at")), [])
        free = (
            group
            for group in alike
            if not {channel for each in group for channel in each.channels} & set(post.channels)
        )
        group = next(free, None)
        if group is None:
            group = []
            alike.append(group)
            groups.append(group)
        group.append(post)
    return groups
