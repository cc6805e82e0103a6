"""Resolves the policy: times become instants, channel references become labels."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from bufferctl.config.format import EVERYWHERE, FreezeEntry, LocalTimes, RootFile, carried, listed, nearest_value
from bufferctl.config.read import Reading, Spot
from bufferctl.config.resolve.catalog import Catalog, clock_of
from bufferctl.diagnostics import Kind
from bufferctl.model import Freeze, Policy, Service
from bufferctl.model.desired import Utm

#: The label of a channel reference at a place, of which it is the name or the given part.
Label = Callable[[str, Spot, Any], str]


def policy_of(root: RootFile, spot: Spot, catalog: Catalog, reading: Reading) -> Policy:
    """The policy of the root file; its problems are added to those of `reading`."""
    entry, below = root.policy, spot.down("policy")
    channels = [channel.channel for each in catalog.organizations for channel in each.channels]
    labels = {service.value: service.value for service in Service}
    labels |= {name: each.label for each in channels for name in each.references[1:]}

    def label(reference: str, at: Spot, part: str | int) -> str:
        """The label of a reference; a service stays. An unknown one is a problem, as its part would do nothing."""
        if reference not in labels and catalog.is_complete:
            near = nearest_value(reference, labels)
            there = dict.fromkeys(each.label for each in channels)
            hint = f"did you mean `{near}`?" if near else f"there are {listed(there)}"
            message = f"there is no channel `{reference}`"
            unknown = Kind.UNKNOWN_NAME
            problem = at.at_key(part, message, hint=hint, kind=unknown) if isinstance(part, str) else None
            reading.problems.append(problem or at.at(part, message, hint=hint, kind=unknown))
        return labels.get(reference, reference)

    clock = clock_of(root.timezone, spot, None, [])
    freezes = (
        _freeze(each, below.down("freeze", index), clock, label, reading) for index, each in enumerate(entry.freeze)
    )
    per_day = dict(entry.posts_per_day)
    everywhere = per_day.pop(EVERYWHERE, None)
    made = {
        "freeze": tuple(each for each in freezes if each),
        "utm": tuple(Utm(each.domains, each.parameters) for each in entry.utm),
        "per_day": everywhere,
        "posts_per_day": {label(each, below.down("posts_per_day"), each): most for each, most in per_day.items()},
    }
    return Policy(**(carried(Policy, entry) | made))


def _freeze(entry: FreezeEntry, spot: Spot, clock: LocalTimes | None, label: Label, reading: Reading) -> Freeze | None:
    first, last = getattr(entry, "from"), entry.to
    start = _instant(first, clock, spot, "from", reading)
    after = last if isinstance(last, datetime) else last + timedelta(days=1)  # the end of a whole day
    end = _instant(after, clock, spot, "to", reading)
    channels = tuple(label(each, spot.down("channels"), index) for index, each in enumerate(entry.channels))
    if start is None or end is None:
        return None
    if end <= start:
        hint = "put the earlier one in `from`"
        reading.problems.append(spot.at("to", "`to` is not after `from`, so this freezes nothing", hint=hint))
        return None
    return Freeze(start, end, entry.reason or "", channels)


def _instant(
    moment: datetime | date, clock: LocalTimes | None, spot: Spot, name: str, reading: Reading
) -> datetime | None:
    """The instant of a time, or of the first moment of a day, also where clocks skip or repeat midnight."""
    if isinstance(moment, datetime):
        return reading.when(moment, clock, spot, name)
    midnight = datetime.combine(moment, time())
    return midnight.replace(tzinfo=clock.zone) if clock else reading.when(midnight, None, spot, name)
