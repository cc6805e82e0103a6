"""Finds the live organization or channel of each declared one.

They are found by id if the file gives one, since ids survive renaming; otherwise by name, ignoring case. For a channel,
the handle (with or without `@`) takes precedence over the display name. A name that has passed to another account since
the last apply is a problem: everything published there would be published again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bufferctl.diagnostics import Diagnostic, Kind, Related, Severity, some_of
from bufferctl.model import (
    IDEAS,
    Account,
    Channel,
    Desired,
    Idea,
    Item,
    LiveChannel,
    LiveOrganization,
    Organization,
    Slot,
    State,
    dates,
)
from bufferctl.value import field, value

L = TypeVar("L", LiveOrganization, LiveChannel)


@value()
class Targets:
    """The live organization or channel of each declared one, by label (and organization label)."""

    organizations: Mapping[str, LiveOrganization] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], LiveChannel] = field(default_factory=dict)

    def channel(self, item: Item) -> LiveChannel | None:
        """The channel of a declared object, None for an idea."""
        return self.channels.get((item.address.organization, item.address.channel))

    def has(self, item: Item) -> bool:
        """Whether the organization and the channel of a declared object were found."""
        is_found = item.address.organization in self.organizations
        return is_found and (isinstance(item, Idea) or self.channel(item) is not None)

    def slot(self, item: Item) -> Slot:
        """Where the state has a declared object. Raises KeyError for a channel that was not found."""
        address = item.address
        home = IDEAS if isinstance(item, Idea) else self.channels[address.organization, address.channel].id
        return Slot(self.organizations[address.organization].id, home, address.key)


def find_targets(
    desired: Desired, account: Account, state: State | None = None
) -> tuple[Targets, tuple[Diagnostic, ...]]:
    """Every declared organization and channel with its live counterpart, and all problems at once.

    The targets are complete only if no problem is an error. `account` has the channels of the declared organizations.
    `state`, if given, is used to find out which organization or channel had a name before.
    """
    targets, problems = match_targets(desired, account, state or State())
    return targets, (*problems, *_other_zones(desired, targets.channels))


def match_targets(desired: Desired, account: Account, state: State) -> tuple[Targets, tuple[Diagnostic, ...]]:
    """Each declared organization and channel with its live counterpart, and all problems but those with time zones."""
    organizations: dict[str, LiveOrganization] = {}
    channels: dict[tuple[str, str], LiveChannel] = {}
    problems: list[Diagnostic] = []
    taken: dict[str, Organization | Channel] = {}
    ids_before = ids_by_label(state)

    def take(declared: Organization | Channel, found: L | Diagnostic, before: Collection[str]) -> L | None:
        if isinstance(found, Diagnostic):
            problems.append(found)
        elif question := _passed_on(declared, found, before, account):
            problems.append(question)
        else:
            problems.extend(_twice(taken, found.id, declared))
            return found
        return None

    for organization in desired.organizations:
        if one := take(organization, find_organization(account, organization), ids_before[organization.label, ""]):
            organizations[organization.label] = one
            problems += _renamed(organization, one)
    for channel in desired.channels:
        home = organizations.get(channel.organization)
        if home is None:  # already reported
            continue
        named_so = (each for each in state.homes.values() if same_name(each.handle, channel.name))
        homes = (each for each in named_so if (each.organization_id, each.service) == (home.id, channel.service))
        before = ids_before[channel.organization, channel.label].union(each.channel_id for each in homes)
        if live := take(channel, find_channel(home, channel, before), before):
            channels[channel.organization, channel.label] = live
    return Targets(organizations, channels), tuple(problems)


def find_organization(account: Account, declared: Organization) -> LiveOrganization | Diagnostic:
    """The live organization, or the problem if there is not exactly one."""
    every, id_ = account.organizations, declared.id
    found = [each for each in every if (each.id == id_ if id_ else same_name(each.name, declared.name))]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{each.name} (id {each.id})" for each in found or every)
    if found:
        return _unclear(f"there are {len(found)} organizations named `{declared.label}`", names, declared)
    hint = f"This API key has access to: {names}" if names else "This API key has no organizations; use another key"
    return _error(f"the account has no organization `{declared.label}`", hint, declared)


def find_channel(home: LiveOrganization, declared: Channel, before: Collection[str] = ()) -> LiveChannel | Diagnostic:
    """The live channel of an organization, or the problem if there is not exactly one.

    A reconnected channel comes before its earlier, disconnected form. `before` are ids that it had at the last apply,
    for the hint alone.
    """
    found = _candidates(home.channels, declared)
    found = [each for each in found if not each.is_disconnected] or found
    if len(found) == 1:
        return found[0]
    if found:
        return _unclear(f"`{home.name}` has {len(found)} channels `{declared.label}`", _listed(found), declared)
    names = _listed(sorted(home.channels, key=lambda each: each.service is not declared.service))
    hint = f"It has: {names}" if names else "It has no channels: connect one in Buffer"
    if renamed := next((each for each in home.channels if each.id in before), None):
        hint = f"It is now called `{renamed.name}` in Buffer: use that name, or `id: {renamed.id}`, which never changes"
    return _error(f"`{home.name}` has no channel `{declared.label}`", hint, declared)


def ids_by_label(state: State) -> defaultdict[tuple[str, str], set[str]]:
    """The ids that organizations (with an empty label of a channel) and channels had at the last apply."""
    ids: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    one_each = {
        (*slot[:2], binding.address.removesuffix(slot.key)): (slot, binding) for slot, binding in state.tracked.items()
    }
    for slot, binding in one_each.values():
        address = binding.address_in(slot)
        ids[address.organization, ""].add(slot.organization_id)
        ids[address.organization, address.channel].add(slot.channel_id)
    return ids


def _passed_on(
    declared: Organization | Channel, found: LiveOrganization | LiveChannel, before: Collection[str], account: Account
) -> Diagnostic | None:
    """The question if the name had another account, which is still there. `before`: ids that had it.

    A channel that is gone or disconnected was reconnected: the state follows it to its new id.
    """
    there: Iterable[LiveOrganization | LiveChannel] = account.organizations
    if isinstance(found, LiveChannel):
        there = [channel for each in account.organizations for channel in each.channels if not channel.is_disconnected]
    old = next((each for each in there if each.id in before), None)
    if declared.id is not None or found.id in before or old is None:
        return None
    message = (
        f"`{declared.label}` is another account in Buffer now: the state has the posts of `{old.name}` "
        f"(id {old.id}), and the name is that of id {found.id}"
    )
    hint = f"Add `id: {old.id}` to stay with the account of these posts, or `id: {found.id}` to change to the other"
    return _error(message, hint, declared)


def _candidates(channels: Iterable[LiveChannel], declared: Channel) -> list[LiveChannel]:
    of_service = [each for each in channels if each.service is declared.service]
    if declared.id is not None:
        return [each for each in of_service if each.id == declared.id]
    by_handle = [each for each in of_service if same_name(each.name, declared.name)]
    return by_handle or [each for each in of_service if same_name(each.display_name, declared.name)]


def same_name(live: str | None, declared: str | None) -> bool:
    """Whether a name in the account equals the declared name, ignoring case and a leading `@`."""
    if not live or not declared:
        return False
    return live.strip().removeprefix("@").casefold() == declared.strip().removeprefix("@").casefold()


def _listed(channels: Sequence[LiveChannel]) -> str:
    return ", ".join(
        each.label + (f" ({each.display_name}, id {each.id})" if each.display_name else f" (id {each.id})")
        for each in channels
    )


def _twice(taken: dict[str, Organization | Channel], found: str, declared: Organization | Channel) -> list[Diagnostic]:
    """The error for two declarations of one live object, which would both claim its posts."""
    first = taken.setdefault(found, declared)
    if first is declared:
        return []
    message = f"`{declared.label}` and `{first.label}` are the same in Buffer, and each may be declared only once"
    hint = "Move everything under one of the two"
    related = (Related(first.place, "the first"),)
    return [Diagnostic(Severity.ERROR, message, declared.place, hint, related=related, kind=Kind.DUPLICATE)]


def _renamed(declared: Organization, found: LiveOrganization) -> list[Diagnostic]:
    if declared.name is None or same_name(found.name, declared.name):
        return []
    message = f"the organization with the id {found.id} is called `{found.name}` in Buffer, not `{declared.name}`"
    hint = "The id decides: check that it is the right one"
    return [Diagnostic(Severity.WARNING, message, declared.place, hint, kind=Kind.ACCOUNT)]


def _other_zones(desired: Desired, channels: Mapping[tuple[str, str], LiveChannel]) -> Iterator[Diagnostic]:
    """One warning for all channels whose times use a zone set above them, if Buffer has them in the same other zone.

    Nothing if a channel sets its own zone, or both zones have the same time.
    """
    inherits = {(each.organization, each.label): each for each in desired.channels if not each.has_own_timezone}
    found: dict[tuple[str, str], dict[Channel, str]] = {}
    for post in desired.posts:
        home, due = (post.address.organization, post.address.channel), post.due_at
        declared, live, zone = inherits.get(home), channels.get(home), getattr(due and due.tzinfo, "key", "")
        if not (due and declared and live) or zone != declared.timezone or zone == live.timezone:
            continue
        with suppress(ZoneInfoNotFoundError, ValueError):  # this machine does not have it
            there = due.astimezone(ZoneInfo(live.timezone))
            if there.utcoffset() != due.utcoffset():
                example = f"{dates.clock(due)} of {post.address} is {dates.clock(there)} there"
                found.setdefault((zone, live.timezone), {}).setdefault(declared, example)
    for (here, theirs), differing in found.items():
        (first, example), *others = differing.items()
        those = "these channels" if others else "the channel"
        names = some_of([f"`{each.label}`" for each in differing], 3)
        message = f"times of {names} are read as {here}, and Buffer has {those} in {theirs}: {example}"
        hint = f"Add `timezone: {theirs}` to {those}, or `timezone: {here}` if that is intended."
        yield Diagnostic(Severity.WARNING, message, first.place, hint, kind=Kind.ACCOUNT)


def _unclear(message: str, names: str, declared: Organization | Channel) -> Diagnostic:
    return _error(f"{message}, so it is unclear which one you mean", f"Add its `id`; there are: {names}", declared)


def _error(message: str, hint: str, declared: Organization | Channel) -> Diagnostic:
    return Diagnostic(Severity.ERROR, message, declared.place, hint, kind=Kind.ACCOUNT)
