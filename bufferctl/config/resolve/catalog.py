"""The declared organizations and channels, and how the rest of the files names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from functools import cached_property
from typing import Any

from bufferctl.config.format import (
    NO_REASON,
    ChannelEntry,
    LocalTimes,
    OrganizationEntry,
    RootFile,
    clock_named,
    listed,
    nearest_value,
    service_called,
    services_in,
    zone_hint,
)
from bufferctl.config.read import Spot
from bufferctl.config.resolve.expand.mentions import Mentionable, mentions_of
from bufferctl.diagnostics import Diagnostic, Kind, Place, Related
from bufferctl.errors import BufferctlError
from bufferctl.model import NETWORKS, Channel, Organization, Tag
from bufferctl.value import value


@value()
class DeclaredChannel:
    """A channel with the clock for its times and the entry that contains its posts."""

    channel: Channel
    clock: LocalTimes | None
    entry: ChannelEntry
    spot: Spot


@value()
class DeclaredOrganization:
    """An organization with the clock for its times and the entry that contains its ideas."""

    organization: Organization
    clock: LocalTimes | None
    entry: OrganizationEntry
    spot: Spot
    channels: list[DeclaredChannel]
    mentions: Mapping[str, Mentionable]  # its own and the root file's, by name

    @cached_property
    def label(self) -> str:
        return self.organization.label

    @property
    def names(self) -> tuple[str, ...]:
        """Each channel as files name it: by its network if it is the only one there, else by its label."""
        channels = [each.channel for each in self.channels]
        services = Counter(each.service for each in channels)
        return tuple(each.service.value if services[each.service] == 1 else each.label for each in channels)

    def channel(self, reference: str) -> DeclaredChannel:
        """The channel that `service` or `service:name` means. Raises UnknownNameError."""
        found = named_channel([each.channel for each in self.channels], reference, self.label)
        return next(each for each in self.channels if each.channel is found)


class UnknownNameError(BufferctlError):
    """A name that matches no declared organization or channel, or several."""


@dataclass
class Catalog:
    """All declared organizations, in file order.

    `is_complete`: all of the root file was read, so a missing name does not exist.
    """

    organizations: list[DeclaredOrganization] = field(default_factory=list)
    is_complete: bool = True
    _by_name: dict[str | None, DeclaredOrganization] = field(default_factory=dict)

    @property
    def handles(self) -> dict[str, str]:
        """The key of each mention, by its own name and by each handle, in lower case."""
        found: dict[str, str] = {}
        for mention in (each for organization in self.organizations for each in organization.mentions.values()):
            names = [mention.key, *mention.handles]
            found |= {name.casefold(): mention.key for name in names}
        return found

    def names_for(self, organization: Any) -> tuple[str, ...]:
        """The channels as a file names them whose `organization` is this, for hints; empty if it is not clear which."""
        several = len(self.organizations) > 1
        named = (each for each in self.organizations if not several or each.label == organization)
        return next((each.names for each in named), ())

    def organization(self, name: str | None) -> DeclaredOrganization:
        """The organization of that name or id; without one, the only one. Raises UnknownNameError."""
        if name not in self._by_name:
            found = named_organization([each.organization for each in self.organizations], name)
            self._by_name[name] = next(each for each in self.organizations if each.organization is found)
        return self._by_name[name]


def named_organization(organizations: Sequence[Organization], name: str | None) -> Organization:
    """The organization of that name or id; without one, the only one. Raises UnknownNameError."""
    labels = [each.label for each in organizations]
    if not labels:
        raise UnknownNameError("no organization is declared", hint="add it to `organizations` in the root file")
    found = [each for each in organizations if name in {None, each.name, each.id}]
    if name is None and len(found) > 1:
        raise UnknownNameError(
            f"there are several organizations ({listed(labels)}), and this file does not name one",
            hint=f"add `organization: {labels[0]}` at the top of the file, or the one that it is for",
        )
    if not found:
        raise UnknownNameError(f"there is no organization `{name}` in the root file", hint=_instead(name, labels))
    return found[0]


def named_channel(channels: Sequence[Channel], reference: str, organization: str) -> Channel:
    """The channel of an organization (its label) that `service` or `service:name` means. Raises UnknownNameError."""
    service, colon, name = reference.partition(":")
    of_service = [each for each in channels if each.service == service]
    found = [each for each in of_service if not colon or name in {each.name, each.id}]
    if len(found) > 1 and not colon:
        raise UnknownNameError(
            f"there are several {NETWORKS[found[0].service].label} channels, and `{service}` could be any of them",
            hint=f"write {' or '.join(f'`{each.label}`' for each in of_service[:6])}",
        )
    if found:
        return found[0]
    hint = _instead(reference, [each.label for each in channels]) if channels else "declare it in the root file"
    proper = nearest_value(service, {each.service.value for each in channels})
    if proper and proper != service:
        hint = f"did you mean `{reference.replace(service, proper, 1)}`?"
    several = services_in(reference)
    if service_called(reference) in {each.service for each in channels} and " " in reference:
        hint = f"did you mean `{service_called(reference)}`?"
    elif len(several) > 1:
        hint = f"put a comma between them: `{', '.join(several)}`"
    raise UnknownNameError(f"there is no channel `{reference}` in organization `{organization}`", hint=hint)


def _instead(name: str | None, labels: Sequence[str]) -> str:
    near = nearest_value(name or "", labels)
    return f"did you mean `{near}`?" if near else f"there are {listed(labels)}"


def catalog_of(root: RootFile, spot: Spot, problems: list[Diagnostic]) -> Catalog:
    """The catalog of a root file; duplicate names and unknown zones are added to `problems`."""
    clock = clock_of(root.timezone, spot, None, problems)
    entries = [(each, spot.down("organizations", index)) for index, each in enumerate(root.organizations)]
    mentions = mentions_of(root, spot)
    outer = _Around(clock, root.suspended)
    found = list(filter(None, (_organization(each, below, outer, mentions, problems) for each, below in entries)))
    problems += _twice((f"organization `{each.label}`", each.spot, _named_by(each.entry)) for each in found)
    whole = all(len(each.channels) == len(each.entry.channels) for each in found)
    return Catalog(found, whole and len(found) == len(entries))


@value()
class _Around:
    """What an organization or a channel inherits: the clock, and why nothing goes out."""

    clock: LocalTimes | None
    suspended: str

    def within(self, entry: OrganizationEntry | ChannelEntry, spot: Spot, problems: list[Diagnostic]) -> _Around:
        """The same for what is in `entry`."""
        is_there = spot.has("suspended") or "suspended" in spot.tree.empty.get(id(spot.node), ())
        if "suspended" in entry.model_fields_set:
            own = entry.suspended
        elif is_there:  # what cannot be read suspends as well
            own = NO_REASON
        else:
            own = self.suspended
        return _Around(clock_of(entry.timezone, spot, self.clock, problems), own)


def _organization(
    entry: OrganizationEntry | None,
    spot: Spot,
    outer: _Around,
    mentions: Mapping[str, Mentionable],
    problems: list[Diagnostic],
) -> DeclaredOrganization | None:
    """An organization; None if it cannot be read, or has neither a name nor an id. `mentions`: the root file's."""
    if not (label := _label(entry, spot, "an organization", problems)) or entry is None:
        return None
    around = outer.within(entry, spot, problems)
    clock = around.clock
    tags = tuple(Tag(tag.id, name, tag.color) for name, tag in entry.tags.items())
    organization = Organization(
        label=label,
        name=entry.name,
        id=entry.id,
        place=spot.place(_named_by(entry)),
        tags=tags,
        timezone=clock.name if clock else None,
        approvals=entry.policy.approvals if entry.policy else None,
        suspended=around.suspended,
    )
    entries = [(each, spot.down("channels", index)) for index, each in enumerate(entry.channels)]
    channels = list(filter(None, (_channel(each, label, below, around, problems) for each, below in entries)))
    names = [(f"channel `{each.channel.label}`", each.spot, _named_by(each.entry)) for each in channels]
    both = (each for each in channels if each.entry.name and each.entry.id)
    problems += _twice([*names, *((f"channel id `{each.entry.id}`", each.spot, "id") for each in both)])
    return DeclaredOrganization(organization, clock, entry, spot, channels, {**mentions, **mentions_of(entry, spot)})


def _channel(
    entry: ChannelEntry | None, organization: str, spot: Spot, outer: _Around, problems: list[Diagnostic]
) -> DeclaredChannel | None:
    if not (named := _label(entry, spot, "a channel", problems)) or entry is None:
        return None
    around = outer.within(entry, spot, problems)
    channel = Channel(
        organization=organization,
        label=f"{entry.service}:{named}",
        service=entry.service,
        name=entry.name,
        id=entry.id,
        place=spot.place(_named_by(entry)),
        timezone=around.clock.name if around.clock else None,
        has_own_timezone=entry.timezone is not None,
        suspended=around.suspended,
    )
    return DeclaredChannel(channel, around.clock, entry, spot)


def _named_by(entry: OrganizationEntry | ChannelEntry) -> str:
    return "name" if entry.name else "id"


def _label(
    entry: OrganizationEntry | ChannelEntry | None, spot: Spot, what: str, problems: list[Diagnostic]
) -> str | None:
    """The name of an entry, else its id; None, and a problem, if it has neither."""
    label = (entry.name or entry.id) if entry else None
    if entry and not label:
        message, hint = f"{what} needs a `name` or an `id`", "write its `name` as Buffer shows it"
        problems.append(spot.tree.source.diagnostic(spot.offset, message, hint=hint, kind=Kind.MISSING_FIELD))
    return label


def _twice(named: Iterable[tuple[str, Spot, str]]) -> Iterator[Diagnostic]:
    """The problem of a second declaration under the same name, in this field."""
    seen: dict[str, Place] = {}
    for what, spot, name in named:
        first = seen.setdefault(what, spot.place(name))
        if first != spot.place(name):
            hint, related = "keep one of them, with everything in it", (Related(first, "first declared here"),)
            yield spot.at(name, f"{what} is declared twice", hint=hint, related=related, kind=Kind.DUPLICATE)


def clock_of(name: str | None, spot: Spot, outer: LocalTimes | None, problems: list[Diagnostic]) -> LocalTimes | None:
    """The clock of a `timezone`, or `outer` if none is given; a problem at `spot` if there is no such zone."""
    if name is None:
        return outer
    clock = clock_named(name)
    if clock is None:
        message = f"there is no time zone `{name}`"
        problems.append(spot.at("timezone", message, hint=zone_hint(name), kind=Kind.UNKNOWN_NAME))
        return outer or LocalTimes("UTC", UTC)  # so that times below are not said to lack one
    return clock
