"""A team's policy for its posts (`policy:` in the root file): instants, durations, channels by label.

A channel reference is a service (`linkedin`), which means each of its channels, or a channel's label (`twitter:acme`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bufferctl.model.scalars import Aware

#: The rules for `freeze` and `minimum_lead` that only plan can check: for immediate posts, and for new or edited ones.
FREEZE, MINIMUM_LEAD = "BC201", "BC206"


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing is published: from `start` to before `end`, both aware. No `channels`: on all of them."""

    start: Aware
    end: Aware
    reason: str = ""
    channels: tuple[str, ...] = ()

    def holds(self, moment: datetime, channel: str) -> bool:
        """Whether nothing may be published at that instant on the channel with that label."""
        return self.start <= moment < self.end and (not self.channels or any(means(c, channel) for c in self.channels))


@dataclass(frozen=True, slots=True)
class Utm:
    """Parameters that a link to one of `domains`, including subdomains, must have."""

    domains: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole policy; an empty or None field sets no limit.

    `posts_per_day`: by channel reference; `per_day` is for all other channels. `minimum_lead`: how long before its time
    a post must be planned.
    """

    freeze: tuple[Freeze, ...] = ()
    link_domains: tuple[str, ...] = ()
    utm: tuple[Utm, ...] = ()
    forbidden_words: tuple[str, ...] = ()
    per_day: int | None = None
    posts_per_day: Mapping[str, int] = field(default_factory=dict)
    minimum_lead: timedelta | None = None
    required_tags: tuple[str, ...] = ()

    def frozen(self, moment: datetime, channel: str) -> Freeze | None:
        """The first freeze that holds at that instant on the channel with that label."""
        return next((each for each in self.freeze if each.holds(moment, channel)), None)

    def most_per_day(self, channel: str) -> int | None:
        """The most posts a day for the channel with that label, None for no limit."""
        service = channel.partition(":")[0]
        return self.posts_per_day.get(channel, self.posts_per_day.get(service, self.per_day))


def means(reference: str, channel: str) -> bool:
    """Whether a channel reference means the channel with that label."""
    return reference in {channel, channel.partition(":")[0]}
