"""Finds the live organization or channel of each declared one.

They are found by id if the file gives one, since ids survive renaming; otherwise by name, ignoring case. For a channel,
the handle (with or without `@`) takes precedence over the display name. A name that has passed to another account since
the last apply is a problem: everything published there would be published again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bufferctl.diagnostics import Diagnostic, Related, Severity
from bufferctl.model import Account, Channel, Desired, LiveChannel, LiveOrganization, Organization, State
from bufferctl.reconcile.horizons import address_of
from bufferctl.reconcile.scene import Targets


def find_targets(
    desired: Desired, account: Account, state: State | None = None
) -> tuple[Targets, tuple[Diagnostic, ...]]:
    """Every declared organization and channel with its live counterpart, and all problems at once.

    The targets are complete only if no problem is an error. `account` has the channels of the declared organizations.
    `state`, if given, is used to find out which organization or channel had a name before.
    """
    state = state or State()
    names = _Names(state)
    organizations: dict[str, LiveOrganization] = {}
    channels: dict[tuple[str, str], LiveChannel] = {}
    problems: list[Diagnostic] = []
    taken: dict[str, Organization | Channel] = {}
    for organization in desired.organizations:
        found = find_organization(account, organization)
        if isinstance(found, Diagnostic):
            problems.append(found)
            continue
        if passed := names.passed_on(organization, found, account):
            problems.append(passed)
            continue
        organizations[organization.label] = found
        problems += [*_twice(taken, found.id, organization), *_renamed(organization, found)]
    for channel in desired.channels:
        home = organizations.get(channel.organization)
        if home is None:  # already reported
            continue
        live = find_channel(home, channel, state)
        if isinstance(live, Diagnostic):
            problems.append(live)
            continue
        if passed := names.passed_on(channel, live, account):
            problems.append(passed)
            continue
        channels[channel.organization, channel.label] = live
        problems += [*_twice(taken, live.id, channel), *_other_zone(channel, live, desired)]
    return Targets(organizations, channels), tuple(problems)


def find_organization(account: Account, declared: Organization) -> LiveOrganization | Diagnostic:
    """The live organization, or the problem if there is not exactly one."""
    reachable = account.organizations
    if declared.id is not None:
        found = [each for each in reachable if each.id == declared.id]
    else:
        found = [each for each in reachable if same_name(each.name, declared.name)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(f"{each.name} (id {each.id})" for each in found or reachable)
    if found:
        message = f"there are {len(found)} organizations named `{declared.label}`, so it is unclear which one you mean"
        return _error(message, f"Add its `id`; there are: {names}", declared)
    hint = f"This API key has access to: {names}" if names else "This API key has no organizations; use another key"
    return _error(f"the account has no organization `{declared.label}`", hint, declared)


def find_channel(home: LiveOrganization, declared: Channel, state: State | None = None) -> LiveChannel | Diagnostic:
    """The live channel of an organization, or the problem if there is not exactly one.

    One that was reconnected comes before its earlier, disconnected form.
    """
    found = _candidates(home.channels, declared)
    found = [each for each in found if not each.is_disconnected] or found
    if len(found) == 1:
        return found[0]
    if found:
        message = f"`{home.name}` has {len(found)} channels `{declared.label}`, so it is unclear which one you mean"
        return _error(message, f"Add its `id`; there are: {_listed(found)}", declared)
    return _error(
        f"`{home.name}` has no channel `{declared.label}`", _instead(home, declared, state or State()), declared
    )


def _instead(home: LiveOrganization, declared: Channel, state: State) -> str:
    """The hint for a missing channel: its new name if it was renamed, else the available channels."""
    before = {slot.channel_id for slot, b in state.bindings.items() if address_of(slot, b).channel == declared.label}
    if renamed := next((each for each in home.channels if each.id in before), None):
        return f"It is now called `{renamed.name}` in Buffer: use that name, or `id: {renamed.id}`, which never changes"
    same = [each for each in home.channels if each.service is declared.service]
    names = _listed([*same, *(each for each in home.channels if each not in same)])
    return f"It has: {names}" if names else "It has no channels: connect one in Buffer"


class _Names:
    """The ids that declared organizations and channels had at the last apply, by their labels."""

    def __init__(self, state: State) -> None:
        self._homes = state.homes.values()
        self._organizations: dict[str, set[str]] = defaultdict(set)
        self._channels: dict[tuple[str, str], set[str]] = defaultdict(set)
        one_each = {(*slot[:2], b.address.removesuffix(slot.key)): (slot, b) for slot, b in state.tracked.items()}
        for slot, binding in one_each.values():
            address = address_of(slot, binding)
            self._organizations[address.organization].add(slot.organization_id)
            self._channels[address.organization, address.channel].add(slot.channel_id)

    def passed_on(
        self, declared: Organization | Channel, found: LiveOrganization | LiveChannel, account: Account
    ) -> Diagnostic | None:
        """The question if the name had another account, which is still there.

        A channel that is gone or disconnected was reconnected: the state follows it to its new id.
        """
        there: Iterable[LiveOrganization | LiveChannel] = account.organizations
        if isinstance(declared, Organization) or isinstance(found, LiveOrganization):
            before = self._organizations[declared.label]
        else:
            before = self._channels[declared.organization, declared.label] | {
                home.channel_id
                for home in self._homes
                if (home.organization_id, home.service) == (found.organization_id, declared.service)
                and same_name(home.handle, declared.name)
            }
            there = [c for each in account.organizations for c in each.channels if not c.is_disconnected]
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
        f"{each.service}:{each.name}"
        + (f" ({each.display_name}, id {each.id})" if each.display_name else f" (id {each.id})")
        for each in channels
    )


def _twice(taken: dict[str, Organization | Channel], found: str, declared: Organization | Channel) -> list[Diagnostic]:
    """The error for two declarations of one live object, which would both claim its posts."""
    first = taken.setdefault(found, declared)
    if first is declared:
        return []
    message = f"`{declared.label}` and `{first.label}` are the same in Buffer, and each may be declared only once"
    hint = "Move everything under one of the two"
    return [Diagnostic(Severity.ERROR, message, declared.place, hint, related=(Related(first.place, "the first"),))]


def _renamed(declared: Organization, found: LiveOrganization) -> list[Diagnostic]:
    if declared.name is None or same_name(found.name, declared.name):
        return []
    message = f"the organization with the id {found.id} is called `{found.name}` in Buffer, not `{declared.name}`"
    return [Diagnostic(Severity.WARNING, message, declared.place, "The id decides: check that it is the right one")]


def _other_zone(declared: Channel, live: LiveChannel, desired: Desired) -> list[Diagnostic]:
    """A warning if the channel's times use a zone set above it, and Buffer has the channel in another zone.

    Nothing if the channel sets its own zone, or both zones have the same time.
    """
    zone = declared.timezone
    if zone is None or zone == live.timezone or declared.has_own_timezone:
        return []
    try:
        theirs = ZoneInfo(live.timezone)
    except (ZoneInfoNotFoundError, ValueError):  # this machine does not have it
        return []
    for post in desired.posts:
        due = post.due_at
        here = (post.address.organization, post.address.channel) == (declared.organization, declared.label)
        if not here or due is None or getattr(due.tzinfo, "key", None) != zone:
            continue
        there = due.astimezone(theirs)
        if there.utcoffset() != due.utcoffset():
            message = (
                f"times of `{declared.label}` are read as {zone}, and Buffer has the channel in {live.timezone}: "
                f"{due:%H:%M} of {post.address} is {there:%H:%M} there"
            )
            hint = f"Add `timezone: {live.timezone}` to the channel, or `timezone: {zone}` if that is intended"
            return [Diagnostic(Severity.WARNING, message, declared.place, hint)]
    return []


def _error(message: str, hint: str, declared: Organization | Channel) -> Diagnostic:
    return Diagnostic(Severity.ERROR, message, declared.place, hint)
