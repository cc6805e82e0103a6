"""Organizations and channels as files name them, for imported objects and for a first buffer.yaml."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bufferctl.config.format import ChannelEntry, OrganizationEntry, TagEntry, nearest_value, zone_of
from bufferctl.config.write import new_root
from bufferctl.diagnostics import nearest
from bufferctl.errors import UsageError
from bufferctl.model import NETWORKS, Account, Channel, Desired, LiveChannel, LiveOrganization, Organization, Service
from bufferctl.reconcile import Targets, same_name
from bufferctl.value import replace, value


@value()
class ChannelHome:
    """A channel. `label` is for addresses, `reference` for entries; `entry` declares it.

    `timezone` is that of times without an offset in its entry; None if all times are to have an offset.
    """

    live: LiveChannel
    label: str
    reference: str
    timezone: str | None
    entry: ChannelEntry
    declared: bool


@value()
class OrganizationHome:
    """An organization with the channels that are imported; `timezone` as for a channel, for its ideas."""

    live: LiveOrganization
    label: str
    timezone: str | None
    declared: Organization | None
    channels: tuple[ChannelHome, ...]

    def entry(
        self, channels: Iterable[ChannelHome], tags: Mapping[str, str] | None = None, around: str | None = None
    ) -> OrganizationEntry:
        """The organization's entry, with these channels. `around` is the zone of the file that contains the entry."""
        name, id_ = (self.live.name, None) if self.label == self.live.name else (None, self.live.id)
        if self.declared:
            name, id_ = self.declared.name, self.declared.id
        timezone = self.timezone if self.timezone != around else None
        entries = tuple(each.entry for each in channels)
        ids = {tag: TagEntry(id=each) for tag, each in (tags or {}).items()}
        return OrganizationEntry(name=name, id=id_, timezone=timezone, tags=ids, channels=entries)


def find_homes(
    account: Account, desired: Desired, targets: Targets, organization: str | None, channels: tuple[str, ...]
) -> list[OrganizationHome]:
    """The organizations and channels to import: those named, else those declared, else all.

    Raises UsageError for names that the account does not have.
    """
    declared = {targets.organizations[each.label].id: each for each in desired.organizations}
    by_id = {targets.channels[each.organization, each.label].id: each for each in desired.channels}
    wanted = _organizations(account, organization, set(declared))
    homes = []
    for live in wanted:
        there = declared.get(live.id)
        is_named = sum(same_name(each.name, live.name) for each in account.organizations) == 1
        zones = Counter(each.timezone for each in live.channels if zone_of(each.timezone))
        if there:
            label, zone = there.label, there.timezone
        else:
            label = live.name if is_named else live.id
            zone = zones.most_common()[0][0] if zones else account.timezone or "UTC"  # that of most channels
        own = [_channel(each, live, by_id.get(each.id), zone) for each in live.channels]
        homes.append(OrganizationHome(live, label, zone, there, tuple(own)))
    return _narrowed(homes, channels) if channels else homes


def root_zone(account: Account, homes: Sequence[OrganizationHome]) -> str:
    """The zone of a new root file: the one organization's, else the account's."""
    first = homes[0].timezone if homes else None
    if len(homes) == 1 and first:
        return first
    return account.timezone or first or "UTC"


def _organizations(account: Account, name: str | None, declared: set[str]) -> list[LiveOrganization]:
    if name is None:
        return [each for each in account.organizations if not declared or each.id in declared]
    found = [each for each in account.organizations if name == each.id or same_name(each.name, name)]
    if len(found) == 1:
        return found
    names = [each.name for each in account.organizations]
    if found:
        raise UsageError(f"There are {len(found)} organizations {name}", hint="Give the id of the one that you mean.")
    hint = nearest(name, names) or f"This API key has access to {', '.join(names) or 'none'}."
    raise UsageError(f"The account has no organization {name}", hint=hint)


def _channel(
    live: LiveChannel, organization: LiveOrganization, declared: Channel | None, around: str | None
) -> ChannelHome:
    of_service = [each for each in organization.channels if each.service is live.service]
    is_unique = sum(same_name(each.name, live.name) for each in of_service) == 1
    named = is_unique and live.name.strip() and live.name.isprintable()  # a file can have it, and all of it is visible
    own_label = f"{live.service.value}:{live.name if named else live.id}"
    label = declared.label if declared else own_label
    reference = live.service.value if len(of_service) == 1 else label
    if declared:
        entry = ChannelEntry(service=live.service, name=declared.name, id=declared.id, timezone=declared.timezone)
        return ChannelHome(live, label, reference, declared.timezone, entry, declared=True)
    own = live.timezone if zone_of(live.timezone) else None
    name, id_ = (live.name, None) if named else (None, live.id)
    entry = ChannelEntry(service=live.service, name=name, id=id_, timezone=own if own != around else None)
    return ChannelHome(live, label, reference, own or around, entry, declared=False)


def _narrowed(homes: list[OrganizationHome], wanted: tuple[str, ...]) -> list[OrganizationHome]:
    every = [each for home in homes for each in home.channels]
    for name in wanted:
        if not any(_fits(each.live, name) for each in every):
            raise UsageError(f"There is no channel {name}", hint=_instead(name, every))
    fitting = (
        tuple(each for each in home.channels if any(_fits(each.live, name) for name in wanted)) for home in homes
    )
    return [replace(home, channels=own) for home, own in zip(homes, fitting, strict=True) if own]


def _instead(name: str, channels: Iterable[ChannelHome]) -> str:
    """The hint for a name that no channel has: the channel that is meant, perhaps by another name of its network."""
    labels = sorted({each.label for each in channels})
    service, _, rest = name.partition(":")
    meant = nearest_value(service, set(Service))
    of_service = [label for label in labels if label.startswith(f"{meant}:")]
    if of_service and (not rest or len(of_service) == 1):
        return f"Did you mean {of_service[0]}?"
    return nearest(f"{meant or service}:{rest}", labels) or f"There are {', '.join(labels) or 'none'}."


def _fits(live: LiveChannel, name: str) -> bool:
    service, colon, rest = name.partition(":")
    if service != live.service.value:
        return False
    return not colon or rest == live.id or same_name(live.name, rest) or same_name(live.display_name, rest)


def starter_text(account: Account, managed_since: datetime, *, in_git: bool = False, with_example: bool = True) -> str:
    """A complete, valid root file: every organization and channel, and one example post as a draft.

    `managed_since` is aware. `in_git`: whether the state is on a branch. `with_example`: whether it has the post.
    """
    homes = find_homes(account, Desired(), Targets({}, {}), None, ())
    zone = root_zone(account, homes)
    entries = [home.entry(home.channels, around=zone) for home in homes]
    text = new_root(zone, entries, head=_HEAD, managed_since=managed_since, in_git=in_git)
    for name, note in _NOTES.items():
        text = re.sub(rf"^{name}: .*", rf"\g<0>   # {note}", text, count=1, flags=re.MULTILINE)
    channels = [each.live for home in homes for each in home.channels] if with_example else []
    for live, entry in zip(channels, _CHANNEL.finditer(text), strict=with_example):
        if NETWORKS[live.service].takes_text_alone and not live.unavailable:
            return text[: entry.end()] + _EXAMPLE + text[entry.end() :]
    return text


_HEAD = """\
# Your Buffer queue: edit this file, review with `bufferctl plan`, publish with `bufferctl apply`.
# Posts may also go into files of their own, such as posts/2026-w49.yaml.
"""
#: What is said of lines of the root file.
_NOTES = {
    "timezone": "for times without an offset",
    "managed_since": "written by init; keep it",
    "state": "on the branch bufferctl-state, for CI and every machine",
}
_CHANNEL = re.compile(r"^      - service: .*\n(?:        .*\n)*", re.MULTILINE)
_EXAMPLE = """\
        posts:
          - key: first-post        # a stable name: text and time may change, this may not
            draft: true            # delete this line to add it to the queue
            text: |
              Hello from git!
"""
