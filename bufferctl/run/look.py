"""A look at the account: its organizations and channels and, in the same request, the expected posts.

Ids from the files, the state or an earlier look only decide what is requested; the returned account decides whether the
posts count. If it does not fit, or Buffer refuses the request, everything is read again one after the other (design:
Applying).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bufferctl.diagnostics import has_errors
from bufferctl.model import IDEAS, Account, Desired, Live, LiveChannel, LiveOrganization, Service, State, Wanted
from bufferctl.reconcile import Targets
from bufferctl.reconcile.horizons import follow_reconnected
from bufferctl.reconcile.lookup import ids_by_label, match_targets
from bufferctl.value import replace, value

if TYPE_CHECKING:
    from bufferctl.api import Buffer
    from bufferctl.api.reads import ListReading

#: Pages of a list of sent posts, with `managed_since` as a bound, and without.
SENT_PAGES, SENT_PAGES_UNBOUNDED = 40, 10


@value()
class Look:
    """The account as it is now, and how many `requests` that took.

    `reading` is the reading of its posts that began with it, usable once. `live` are the objects that were just read
    for `wanted`, for the plan of other files.
    """

    account: Account
    requests: int
    reading: ListReading | None = None
    live: Live | None = None
    wanted: Wanted | None = None

    def read(self, buffer: Buffer, wanted: Wanted) -> Live:
        """Read the wanted objects of the account. Raises ApiError."""
        if self.live and self.wanted and self.wanted.covers(wanted):
            return self.live.within(wanted)
        return buffer.read(self.account, wanted, self.reading)

    def requests_of_apply(self, then: int) -> int:
        """How many requests an apply takes to read, before and after it writes, if a plan took `then` after this look.

        The second time the account is known, so that it shares the first request of the posts.
        """
        again = then + 1 if self.reading and self.reading.is_done else max(1, then)
        return self.requests + then + again

    @property
    def without_reading(self) -> Look:
        """The account without posts, which have to be read anew."""
        return replace(self, reading=None)


def look(
    buffer: Buffer,
    names: Collection[str],
    expected: Account,
    desired: Desired,
    state: State,
    *,
    begins_reading: bool,
) -> Look:
    """Read the account, with the channels of the organizations in `names` (ids and names). Raises ApiError.

    `expected` is the account as it should be. `begins_reading`: also read the posts and ideas that the plan then needs.
    """
    before = buffer.requests
    wanted = _expected_to_need(desired, state, expected) if begins_reading else Wanted()
    found = buffer.overview(names, expected, wanted) if expected.organizations else None
    if found is None:
        return Look(buffer.account(names), buffer.requests - before)
    return Look(found.account, buffer.requests - before, found.reading if begins_reading else None)


def wanted_of(desired: Desired, state: State, account: Account, targets: Targets) -> Wanted:
    """The reading that a plan needs: the homes of declared and recorded objects, as far back as the state has gaps.

    `state` has its claims under the ids that channels have in `account`.
    """
    relevant = {each.id for each in targets.channels.values()} | {slot.channel_id for slot in state.tracked}
    found = {
        each.id: frozenset(channel.id for channel in each.channels if channel.id in relevant)
        for each in account.organizations
    }
    channels = {organization: ids for organization, ids in found.items() if ids}
    ideas = {targets.organizations[item.address.organization].id for item in desired.ideas}
    ideas |= {slot.organization_id for slot in state.tracked if slot.channel_id == IDEAS}
    managed_since = desired.settings.managed_since
    horizons = {id_: state.horizon(id_, managed_since).since for ids in channels.values() for id_ in ids}
    return Wanted(
        channels,
        frozenset(ideas),
        {id_: since for id_, since in horizons.items() if since is not None},
        SENT_PAGES if managed_since else SENT_PAGES_UNBOUNDED,
        state.unsent,
    )


def _expected_to_need(desired: Desired, state: State, expected: Account) -> Wanted:
    """What the plan will read if the account is as expected; nothing if it would not get that far."""
    targets, problems = match_targets(desired, expected, state)
    if has_errors(problems):
        return Wanted()
    return wanted_of(desired, follow_reconnected(state, expected), expected, targets)


def expected_account(desired: Desired, state: State) -> Account:
    """The organizations and channels whose ids the files or the state have; empty if an organization's is missing."""
    labels = {
        (id_, bool(channel)): channel or organization
        for (organization, channel), ids in ids_by_label(state).items()
        for id_ in ids
    }
    ids = {home.organization_id for home in state.homes.values()} | {slot.organization_id for slot in state.tracked}
    names = {id_: labels.get((id_, False), "") for id_ in sorted(ids)}
    names |= {each.id: each.name or "" for each in desired.organizations if each.id}
    unknown = [each.name or "" for each in desired.organizations if not each.id and each.name not in names.values()]
    unnamed = [id_ for id_, name in names.items() if not name]
    if len(unknown) == len(unnamed) == 1:
        names[unnamed[0]] = unknown[0]
    elif unknown:
        return Account()
    channels = {each.id: each for each in (*_recorded(state, labels), *_declared(desired, names))}
    return Account(
        tuple(
            LiveOrganization(id_, name, tuple(each for each in channels.values() if each.organization_id == id_))
            for id_, name in names.items()
        )
    )


def _recorded(state: State, labels: dict[tuple[str, bool], str]) -> list[LiveChannel]:
    """The channels in the state, under the names that they had at the last apply, there and in the files."""
    services = {each.value: each for each in Service}
    found = []
    for home in state.homes.values():
        label, _, name = labels.get((home.channel_id, True), "").partition(":")
        service = services.get(home.service or label)
        if home.channel_id != IDEAS and service:
            found.append(LiveChannel(home.channel_id, home.organization_id, service, home.handle or name, name))
    return found


def _declared(desired: Desired, names: dict[str, str]) -> list[LiveChannel]:
    """The channels whose ids are in the files."""
    ids = {name: id_ for id_, name in names.items()} | {
        each.label: each.id for each in desired.organizations if each.id
    }
    return [
        LiveChannel(each.id, ids[each.organization], each.service, each.name or "")
        for each in desired.channels
        if each.id and each.organization in ids
    ]
