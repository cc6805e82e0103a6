"""Where converted posts go: channels of the root file, their clocks, and the keys that are taken there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bufferctl.config.catalog import UnknownNameError, named_channel
from bufferctl.config.write.entries import moment_text
from bufferctl.config.zones import Clock, LocalTimeError, zone_of
from bufferctl.model import Channel, Desired


@dataclass
class Destination:
    """What the files declare. `clock`: of times without an offset, where it was named; else each channel's own."""

    desired: Desired
    clock: Clock | None = None
    _keys: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for post in self.desired.posts:
            self._taken(post.address.organization, post.address.channel).add(post.address.key)

    @property
    def several(self) -> bool:
        """Whether a post has to say to which organization it belongs."""
        return len(self.desired.organizations) > 1

    def channels(self, references: Sequence[str], organization: str | None) -> tuple[Channel, ...]:
        """The channels that are named; `organization` by name or id. Raises UnknownNameError."""
        label = self._organization(organization)
        there = self._of(label)
        return tuple(dict.fromkeys(named_channel(there, each, label) for each in references))

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
            raise UnknownNameError(f"several organizations have a channel `{reference}`", f"write {which}")
        raise wrong or UnknownNameError("no organization is declared", "add it to `organizations` in the root file")

    def reference(self, channel: Channel) -> str:
        """How an entry names the channel: by its service alone where that is enough."""
        same = [each for each in self._of(channel.organization) if each.service is channel.service]
        return channel.service.value if len(same) == 1 else channel.label

    def moment(self, when: datetime, channels: Iterable[Channel]) -> str:
        """A time as an entry for these channels says it. Raises LocalTimeError where it is unclear which is meant."""
        zones = {channel.timezone for channel in channels}
        if when.tzinfo is None and self.clock is None:
            for zone in zones:
                _clock(zone, when).instant(when)
            return when.isoformat(" ", "seconds" if when.second else "minutes")
        instant = self.clock.instant(when) if self.clock else when
        return moment_text(instant, zone_of(zones.pop() or "") if len(zones) == 1 else None)

    def taken(self, channels: Iterable[Channel]) -> set[str]:
        """The keys that are taken on any of the channels."""
        keys = [self._taken(each.organization, each.label) for each in channels]
        return keys[0] if len(keys) == 1 else set().union(*keys)

    def take(self, key: str, channels: Iterable[Channel]) -> None:
        """Remember that a key is given on the channels."""
        for each in channels:
            self._taken(each.organization, each.label).add(key)

    def _taken(self, organization: str, channel: str) -> set[str]:
        return self._keys.setdefault(f"{organization}/{channel}", set())

    def _of(self, organization: str) -> list[Channel]:
        return [each for each in self.desired.channels if each.organization == organization]

    def _organization(self, name: str | None) -> str:
        there = self.desired.organizations
        for each in there:
            if name in {each.label, each.id} or (name is None and len(there) == 1):
                return each.label
        labels = ", ".join(f"`{each.label}`" for each in there)
        if name is None and there:
            raise UnknownNameError(
                f"there are several organizations ({labels}), and this does not say which is meant",
                f"write `organization: {there[0].label}`",
            )
        raise UnknownNameError(f"there is no organization `{name}` in the root file", f"there are {labels or 'none'}")


def _clock(zone: str | None, when: datetime) -> Clock:
    found = zone_of(zone) if zone else None
    if zone is None or found is None:
        raise LocalTimeError(
            "this does not say in which time zone",
            f"give `--timezone Europe/Berlin`, write `timezone:` in the root file, or `{when:%Y-%m-%d %H:%M}+01:00`",
        )
    return Clock(zone, found)
