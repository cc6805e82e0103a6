"""The declared organizations and channels, and how the rest of the files names them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC

from bufferctl.config.format import ChannelEntry, OrganizationEntry, RootFile
from bufferctl.config.names import listed, nearest_value
from bufferctl.config.times import LocalTimes, clock_named, zone_hint
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Diagnostic, Place, Related
from bufferctl.errors import BufferctlError
from bufferctl.model import Channel, Organization, Tag


@dataclass(frozen=True)
class DeclaredChannel:
    """A channel with the clock for its times and the entry that contains its posts."""

    channel: Channel
    clock: LocalTimes | None
    entry: ChannelEntry
    spot: Spot


@dataclass(frozen=True)
class DeclaredOrganization:
    """An organization with the clock for its times and the entry that contains its ideas."""

    organization: Organization
    clock: LocalTimes | None
    entry: OrganizationEntry
    spot: Spot
    channels: list[DeclaredChannel]
    _found: dict[str, DeclaredChannel] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return self.organization.label

    def channel(self, reference: str) -> DeclaredChannel:
        """The channel that `service` or `service:name` means. Raises UnknownNameError."""
        if reference not in self._found:
            found = named_channel([each.channel for each in self.channels], reference, self.label)
            self._found[reference] = next(each for each in self.channels if each.channel is found)
        return self._found[reference]


class UnknownNameError(BufferctlError):
    """A name that matches no declared organization or channel, or several."""


@dataclass
class Catalog:
    """All of them, in file order. `is_complete`: all of the root file was read, so a missing name does not exist."""

    organizations: list[DeclaredOrganization] = field(default_factory=list)
    is_complete: bool = True
    _by_name: dict[str | None, DeclaredOrganization] = field(default_factory=dict)

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
            f"there are several {service} channels, and `{service}` could be any of them",
            hint=f"write {' or '.join(f'`{each.label}`' for each in of_service[:6])}",
        )
    if found:
        return found[0]
    hint = _instead(reference, [each.label for each in channels]) if channels else "declare it in the root file"
    proper = nearest_value(service, {each.service.value for each in channels})
    if proper and proper != service:
        hint = f"did you mean `{reference.replace(service, proper, 1)}`?"
    raise UnknownNameError(f"there is no channel `{reference}` in organization `{organization}`", hint=hint)


def _instead(name: str | None, labels: Sequence[str]) -> str:
    near = nearest_value(name or "", labels)
    return f"did you mean `{near}`?" if near else f"there are {listed(labels)}"


def catalog_of(root: RootFile, spot: Spot, problems: list[Diagnostic]) -> Catalog:
    """What the root file declares; duplicate names and unknown zones are added to `problems`."""
    catalog = Catalog()
    clock = clock_of(root.timezone, spot, None, problems)
    seen: dict[str, Place] = {}
    for index, entry in enumerate(root.organizations):
        if entry is None:
            catalog.is_complete = False
            continue
        below = spot.down("organizations", index)
        label = entry.name or entry.id
        if label is None:
            problems.append(_nameless(below, "an organization"))
            catalog.is_complete = False
            continue
        own = clock_of(entry.timezone, below, clock, problems)
        organization = Organization(
            label,
            entry.name,
            entry.id,
            below.place("name" if entry.name else "id"),
            tuple(Tag(name, tag.id, tag.color) for name, tag in entry.tags.items()),
            own.name if own else None,
        )
        problems += _twice(f"organization `{label}`", label, organization.place, below, seen)
        channels = list(_channels(entry, organization, own, below, problems, catalog))
        catalog.organizations.append(DeclaredOrganization(organization, own, entry, below, channels))
    return catalog


def _channels(
    entry: OrganizationEntry,
    organization: Organization,
    clock: LocalTimes | None,
    spot: Spot,
    problems: list[Diagnostic],
    catalog: Catalog,
) -> Iterator[DeclaredChannel]:
    seen: dict[str, Place] = {}
    for index, channel in enumerate(entry.channels):
        below = spot.down("channels", index)
        named = (channel.name or channel.id) if channel else None
        if channel is None or named is None:
            catalog.is_complete = False
            if channel is not None:
                problems.append(_nameless(below, "a channel"))
            continue
        label = f"{channel.service}:{named}"
        place = below.place("name" if channel.name else "id")
        own = clock_of(channel.timezone, below, clock, problems)
        zone = own.name if own else None
        has_own = channel.timezone is not None
        declared = Channel(organization.label, label, channel.service, channel.name, channel.id, place, zone, has_own)
        problems += _twice(f"channel `{label}`", label, place, below, seen)
        if channel.id and channel.id != named:
            problems += _twice(f"channel id `{channel.id}`", f"id {channel.id}", below.place("id"), below, seen)
        yield DeclaredChannel(declared, own, channel, below)


def _twice(what: str, name: str, place: Place, spot: Spot, seen: dict[str, Place]) -> Iterator[Diagnostic]:
    first = seen.setdefault(name, place)
    if first != place:
        field_name = "id" if name.startswith("id ") or not spot.has("name") else "name"
        hint, related = "keep one of them, with everything in it", (Related(first, "first declared here"),)
        yield spot.at(field_name, f"{what} is declared twice", hint=hint, related=related)


def _nameless(spot: Spot, what: str) -> Diagnostic:
    hint = "`name`: as Buffer shows it"
    return spot.tree.source.diagnostic(spot.offset, f"{what} needs a `name` or an `id`", hint=hint)


def clock_of(name: str | None, spot: Spot, outer: LocalTimes | None, problems: list[Diagnostic]) -> LocalTimes | None:
    """The clock of a `timezone`, `outer` where there is none; a problem at `spot` where there is no such zone."""
    if name is None:
        return outer
    clock = clock_named(name)
    if clock is None:
        problems.append(spot.at("timezone", f"there is no time zone `{name}`", hint=zone_hint(name)))
        return outer or LocalTimes("UTC", UTC)  # so that times below are not said to lack one
    return clock
