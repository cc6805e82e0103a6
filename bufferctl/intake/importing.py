"""Selects the objects that become entries: those that no file declares, if the next plan would not change them.

`importable` reads the account, gives each object an address, and keeps those that files can hold without changes in the
next plan. The others are listed with the reason. Objects that the files declare and a person made in Buffer are
claimed: after the import they are ours to change.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from shlex import quote
from typing import TYPE_CHECKING

from bufferctl.checks import LEFT_TO_PLAN, check, check_lengths
from bufferctl.config.format import key_for, zone_of
from bufferctl.config.resolve import text_and_time
from bufferctl.config.write import Addition, staged
from bufferctl.diagnostics import Severity
from bufferctl.errors import ApiError, UsageError
from bufferctl.intake.homes import ChannelHome, OrganizationHome, find_homes
from bufferctl.model import (
    IDEAS,
    Account,
    Address,
    Binding,
    Desired,
    Idea,
    Live,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    Slot,
    State,
    Wanted,
    bind,
    content_of_desired,
    content_of_live,
    thread_of,
)
from bufferctl.model.comparable import LINKEDIN_SHORTENER, SHORTENERS, contents_match, list_differences, without_links
from bufferctl.model.from_live import NotExpressibleError, idea_from_live, post_from_live
from bufferctl.model.plain_text import LINK, host_of, within
from bufferctl.plan import Action, Change, Plan
from bufferctl.reconcile import Targets, imported, reconcile, schedule_differences
from bufferctl.value import replace, value

if TYPE_CHECKING:
    from bufferctl.api import Buffer

#: Actions of posts and ideas that Buffer has as the files declare them.
_AS_DECLARED = frozenset({Action.NO_OP, Action.DONE})
#: How many characters of a text identify a post to people.
_SHOWN = 40
_FAR = datetime.max.replace(tzinfo=UTC)


def claimed(change: Change) -> Binding | None:
    """The binding of a declared object that was or will be adopted; None if it is already ours or does not exist."""
    if change.action is Action.ADOPT and change.live is not None and change.desired is not None:
        return bind(change.desired, change.live, Origin.IMPORTED)
    if change.action in _AS_DECLARED and change.binding is not None and not change.is_ours:
        return replace(change.binding, origin=change.binding.origin.once_claimed)
    return None


def claim(
    buffer: Buffer,
    account: Account,
    targets: Targets,
    bindings: Mapping[Slot, Binding],
    item: Post | Idea,
    live_id: str,
) -> tuple[Slot, Binding]:
    """The slot of a declared object and its binding to the live one with that id (`import ADDRESS ID`).

    If the two differ, the binding says so, and the next plan shows the differences. Raises ApiError if the id is not in
    that home, UsageError if the id or the address is bound otherwise.
    """
    slot, live = _find(buffer, account, targets, item, live_id)
    _refuse_bound(bindings, slot, live_id, str(item.address))
    return slot, imported(item, live)


def _find(
    buffer: Buffer, account: Account, targets: Targets, item: Post | Idea, live_id: str
) -> tuple[Slot, LivePost | LiveIdea]:
    organization = targets.organizations[item.address.organization]
    if isinstance(item, Idea):
        ideas = buffer.read(account, Wanted(ideas=[organization.id])).ideas
        idea = next((each for each in ideas if each.id == live_id), None)
        if idea is None:
            raise ApiError(f"{organization.name} has no idea {live_id}", hint="Copy the id from Buffer.")
        return Slot(organization.id, IDEAS, item.address.key), idea
    channel = targets.channels[item.address.organization, item.address.channel]
    post = buffer.post(live_id)
    if post is None or post.channel_id != channel.id:
        where = "in Buffer" if post is None else f"on {item.address.channel}; it is on another channel"
        raise ApiError(f"There is no post {live_id} {where}", hint="Copy the id from Buffer.")
    return Slot(organization.id, channel.id, item.address.key), post


def _refuse_bound(bindings: Mapping[Slot, Binding], slot: Slot, live_id: str, address: str) -> None:
    """An id has at most one address, and an address at most one id (design: The state). Raises UsageError."""
    for other, binding in bindings.items():
        if binding.id == live_id and other != slot:
            raise UsageError(
                f"{live_id} is already {binding.address}",
                hint=f"Rename it with `was: {other.key}` in the file, or remove that entry first:\n"
                f"bufferctl state rm {binding.address}",
            )
    old = bindings.get(slot)
    if old and old.id != live_id:
        raise UsageError(
            f"{address} is already {old.id}",
            hint=f"If that is wrong, remove that entry first:\nbufferctl state rm {address}",
        )


@value()
class Baseline:
    """The contents of the files and the state before the import.

    `slots` are those of the declared objects. `plan` is the plan of the current files, made from `live`; both are None
    if no organization is declared yet.
    """

    desired: Desired
    state: State
    targets: Targets
    slots: frozenset[Slot]
    plan: Plan | None = None
    live: Live | None = None


@value()
class NewEntry:
    """A live object with the entry that declares it. `channel` is None for ideas."""

    live: LivePost | LiveIdea
    organization: OrganizationHome
    channel: ChannelHome | None
    addition: Addition

    @property
    def address(self) -> Address:
        return self.addition.item.address

    @property
    def slot(self) -> Slot:
        home = self.channel.live.id if self.channel else IDEAS
        return Slot(self.organization.live.id, home, self.address.key)

    def with_fields(self, **fields: str | tuple[str, ...] | None) -> NewEntry:
        """This entry with other fields of its post or idea."""
        return replace(self, addition=replace(self.addition, item=replace(self.addition.item, **fields)))  # type: ignore[arg-type]  # fields by name

    def without_idea(self) -> NewEntry:
        """This entry without the idea that its post was made from, if that idea is not declared."""
        return self.with_fields(idea=None) if self.made_from else self

    def alone(self, addresses: Collection[Address]) -> NewEntry:
        """This entry without references to anything that is not at one of these addresses."""
        item = self.addition.item
        kept = tuple(key for key in item.repeat_of if replace(item.address, key=key) in addresses)
        return self.without_idea().with_fields(repeat_of=kept)

    @property
    def made_from(self) -> Address | None:
        """The address of the idea that the post was made from."""
        item = self.addition.item
        return Address(item.address.organization, IDEAS, item.idea) if isinstance(item, Post) and item.idea else None


@value()
class Intake:
    """The result of an import: `entries` to write, and `claimed` objects, which the files already declare.

    `left_out` describes objects that cannot be declared, each with the reason. `claimed` has the new bindings, ours to
    change from now on.
    """

    account: Account
    homes: list[OrganizationHome]
    entries: list[NewEntry]
    claimed: Mapping[Slot, Binding]
    left_out: list[tuple[str, str]]


def importable(
    buffer: Buffer, baseline: Baseline, only: str | None, only_channels: tuple[str, ...], since: datetime | None
) -> Intake:
    """Read the account and select the objects that can be declared.

    Raises ApiError, UsageError. `only` names the organization, `only_channels` the channels. `since`: also posts
    published since then.
    """
    account = buffer.account()
    homes = find_homes(account, baseline.desired, baseline.targets, only, only_channels)
    channels = {home.live.id: [each.live.id for each in home.channels] for home in homes}
    ideas = [] if only_channels else [home.live.id for home in homes]
    live = buffer.read(account, Wanted(channels, ideas, sent_pages=1))
    posts = [post for post in live.posts if not post.is_out]
    if since:
        posts += buffer.sent(channels, since)
    live = replace(live, posts=tuple(posts))
    scope = {(organization, channel) for organization, ids in channels.items() for channel in ids}
    choice = _Choice(baseline, homes, frozenset(scope | {(each, IDEAS) for each in ideas}))
    found = choice.entries(live)
    entries, refused = _at_rest(found, homes, live, baseline.desired)
    return Intake(account, homes, entries, choice.claimed, [*choice.left_out, *refused])


def bindings_of(entries: Iterable[NewEntry], items: Mapping[Address, Post | Idea]) -> dict[Slot, Binding]:
    """The bindings of new entries, as `items` declares them: ours to change from now on."""
    return {
        each.slot: replace(bind(items[each.address], each.live, Origin.IMPORTED), unmerged=True) for each in entries
    }


@dataclass
class _Choice:
    """Which live objects become entries, and under which keys. `scope`: organization and channel, or `ideas`."""

    baseline: Baseline
    homes: list[OrganizationHome]
    scope: frozenset[tuple[str, str]]
    claimed: dict[Slot, Binding] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _keys: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def entries(self, live: Live) -> list[NewEntry]:
        """All entries: ideas first, because posts name them; then posts by time, queued ones in the queue's order."""
        state, declared = self.baseline.state, self.baseline.slots
        slots = {binding.id: slot for slot, binding in state.bindings.items()}
        for slot in declared | set(state.bindings):
            self._keys[slot.organization_id, slot.channel_id].add(slot.key)
        not_new = {id_ for change in self._not_new() for id_ in (*change.candidates, change.live_id) if id_}
        self._claim_declared()
        bindings = {**state.bindings, **self.claimed}
        ideas = {binding.id: slot.key for slot, binding in bindings.items() if slot in declared}
        entries: list[NewEntry] = []
        # queued posts have their slots' times, and those without a time come last
        items: list[LivePost | LiveIdea] = [
            *sorted(live.ideas, key=lambda idea: (idea.created_at, idea.id)),
            *sorted(live.posts, key=lambda post: (post.due_at or post.sent_at or _FAR, post.created_at, post.id)),
        ]
        for item in items:
            old_slot = slots.get(item.id)
            if item.id in not_new or old_slot in declared:
                continue
            try:
                entry = self._entry(item, old_slot, ideas)
            except NotExpressibleError as error:
                self.left_out.append((describe(item), str(error)))
                continue
            entries.append(entry)
            if isinstance(item, LiveIdea):
                ideas[item.id] = entry.address.key
        return entries

    def _not_new(self) -> list[Change]:
        """The changes of what the files declare, may declare or declared before: it gets no second address.

        What an earlier import wrote into files that are not here is imported again, under its key.
        """
        changes = self.baseline.plan.changes if self.baseline.plan else ()
        return [each for each in changes if each.desired or not (each.binding and each.binding.unmerged)]

    def _claim_declared(self) -> None:
        """Claim what the files declare on the channels in scope, and leave out what they may declare."""
        live = self.baseline.live.items if self.baseline.live else ()
        for change in self._not_new():
            if (change.slot.organization_id, change.slot.channel_id) not in self.scope:
                continue
            if binding := claimed(change):
                self.claimed[change.slot] = binding
            for candidate in (each for each in live if each.id in change.candidates):
                command = f"bufferctl import {quote(str(change.address))} {candidate.id}"
                self.left_out.append((describe(candidate), f"it may be {change.address}; if it is, run\n    {command}"))

    def _entry(self, item: LivePost | LiveIdea, slot: Slot | None, ideas: Mapping[str, str]) -> NewEntry:
        """The live object with the entry that it gets: under its old key, where the state has one."""
        home = _home(item, self.homes)
        if isinstance(item, LiveIdea):
            keys = self._keys[home.live.id, IDEAS]
            zone = zone_of(home.timezone or "")
            day = item.date.astimezone(zone or UTC).date() if item.date else None
            key = slot.key if slot else key_for(day, item.title or item.text, keys, fallback="idea")
            idea = idea_from_live(item, Address(home.label, IDEAS, key))
            keys.add(key)
            return NewEntry(item, home, None, Addition(idea, zone=zone))
        channel = next(each for each in home.channels if each.live.id == item.channel_id)
        keys = self._keys[home.live.id, item.channel_id]
        zone = zone_of(channel.timezone or "")
        moment = (item.due_at if item.is_custom_scheduled or item.is_out else None) or item.created_at
        key = slot.key if slot else key_for(moment.astimezone(zone or UTC).date(), item.text, keys)
        address = Address(home.label, channel.label, key)
        post = post_from_live(item, channel.live, address, idea=ideas.get(item.idea_id or ""))
        keys.add(key)
        return NewEntry(item, home, channel, Addition(post, channel.reference, zone))


def _at_rest(
    entries: list[NewEntry], homes: list[OrganizationHome], live: Live, declared: Desired
) -> tuple[list[NewEntry], list[tuple[str, str]]]:
    """The entries that files can contain so that the next plan is empty; the rest as descriptions with reasons.

    An omitted object may be the idea of a post, so the others are checked again until nothing more is refused.
    """
    left_out: list[tuple[str, str]] = []
    own = {entry.live.id: entry for entry in entries}
    entries = _twins_alike(entries, declared)
    while True:
        entries = _with_repeats(entries, declared)
        organizations, addresses = [home.entry(home.channels) for home in homes], {entry.address for entry in entries}
        loaded, refused = staged(organizations, [entry.alone(addresses).addition for entry in entries])
        if loaded.desired is not None:
            refused = _not_declarable(entries, replace(loaded.desired, settings=declared.settings), live, homes)
        if not refused:
            return entries, left_out
        twins = {index for index in refused if _text(entries[index]) != _text(own[entries[index].live.id])}
        if twins:  # they may not have the long link that `_twins_alike` gave them, so they keep their own
            entries = [own[entry.live.id] if index in twins else entry for index, entry in enumerate(entries)]
            continue
        left_out += [(describe(entries[index].live), why) for index, why in sorted(refused.items())]
        gone = {entries[index].address for index in refused}
        kept = [entry for index, entry in enumerate(entries) if index not in refused]
        entries = [entry.without_idea() if entry.made_from in gone else entry for entry in kept]


def _text(entry: NewEntry) -> str:
    return entry.addition.item.text or ""


def _twins_alike(entries: Iterable[NewEntry], declared: Desired) -> list[NewEntry]:
    """The entries, posts on several channels with the link as it was before one of the networks shortened it.

    Twins have the same words at the same time; a link is shortened where its host is known for that, on a channel whose
    links Buffer or its network shortens.
    """
    entries = list(entries)
    groups: dict[tuple[object, ...], list[NewEntry]] = defaultdict(list)
    for entry in entries:
        item = entry.addition.item
        if isinstance(item, Post) and "://" in item.text and not thread_of(item.metadata):
            groups[item.address.organization, item.due_at, item.mode, without_links(item.text)].append(entry)
    changed: dict[str, NewEntry] = {}
    for group in groups.values():
        whole = next((entry for entry in group if not _is_shortened(_text(entry), declared)), None)
        if whole is None:
            continue
        for entry in group:
            twin = entry.with_fields(text=_text(whole))
            if _may_be_shortened(entry, twin, declared):
                changed[entry.live.id] = twin
    return [changed.get(entry.live.id, entry) for entry in entries]


def _is_shortened(text: str, declared: Desired) -> bool:
    """Whether all links of a text lead to hosts that shorten links."""
    known = {*SHORTENERS, *declared.settings.link_shorteners}
    return all(any(within(host_of(link), each) for each in known) for link in LINK.findall(text))


def _may_be_shortened(entry: NewEntry, twin: NewEntry, declared: Desired) -> bool:
    """Whether Buffer's text is the twin's text with shortened links."""
    if entry.channel is None or isinstance(entry.live, LiveIdea):
        return False
    shortening = entry.channel.live.link_shortening
    known = {*(SHORTENERS if shortening else {LINKEDIN_SHORTENER}), *declared.settings.link_shorteners}
    wanted, held = content_of_desired(twin.addition.item), content_of_live(entry.live)
    return contents_match(wanted, held, links_may_differ=True, shorteners=known)


def _with_repeats(entries: Iterable[NewEntry], declared: Desired) -> list[NewEntry]:
    """The entries, each with a `repeat_of` where an earlier one has the same text on its channel.

    At the same time they would be an error without it, and near each other a warning (design: Actions).
    """
    latest = {_said(post): post.address.key for post in declared.posts}
    found = []
    for entry in entries:
        item = entry.addition.item
        content = _said(item)
        if content:
            earlier = (latest[content],) if content in latest else ()
            entry = entry.with_fields(repeat_of=earlier)  # noqa: PLW2901 - the same entry
            latest[content] = item.address.key
        found.append(entry)
    return found


def _said(item: Post | Idea) -> tuple[object, ...] | None:
    """A post's channel and text; without a text, also its time."""
    if isinstance(item, Idea) or item.cancelled:
        return None
    text = item.text.strip()
    return (item.address.organization, item.address.channel, text) if text else text_and_time(item)


def _not_declarable(
    entries: Sequence[NewEntry], desired: Desired, live: Live, homes: Sequence[OrganizationHome]
) -> dict[int, str]:
    """The entries that cannot be declared, by index, each with the first reason that applies.

    It is an error of a rule, a field that files cannot express as Buffer has it, or what a plan of these entries alone
    would change or hold.
    """
    items = {item.address: item for item in desired.items}
    by_rules = _ruled_out(desired, entries, live)
    plan = reconcile(desired, live, State(bindings_of(entries, items)), _targets(homes), endpoint="")
    changes = {change.address: change for change in plan.changes}
    reasons = {
        index: by_rules.get(entry.address)
        or _not_expressible(entry, items[entry.address])
        or _pending(changes.get(entry.address))
        for index, entry in enumerate(entries)
    }
    return {index: why for index, why in reasons.items() if why}


def _ruled_out(desired: Desired, entries: Sequence[NewEntry], live: Live) -> dict[Address, str]:
    """Errors of the rules: with one of them, no plan would be made."""
    limits = {
        each.address: each.channel.live.max_characters
        for each in entries
        if each.channel and each.channel.live.max_characters
    }
    now = [each for each in check(desired, now=live.at) if each.rule not in LEFT_TO_PLAN]
    findings = [*now, *check_lengths(desired, limits, live.at)]
    return {each.item.address: each.message for each in findings if each.severity is Severity.ERROR}


def _not_expressible(entry: NewEntry, item: Post | Idea) -> str | None:
    """The first field that files cannot express as Buffer has it."""
    shortened = bool(entry.channel and entry.channel.live.link_shortening)
    found = list_differences(content_of_desired(item), content_of_live(entry.live), links_may_differ=shortened)
    fields = [name for name, *_ in found]
    fields += [difference.path for difference in schedule_differences(item, entry.live)]
    return f"files cannot hold its {fields[0]} as Buffer has it" if fields else None


def _pending(change: Change | None) -> str | None:
    if change is None or change.action in _AS_DECLARED:
        return None
    live = change.live
    why = f"publishing it failed ({live.error})" if isinstance(live, LivePost) and live.error else change.message
    return f"{why or change.action.value}; fix that in Buffer, then import again"


def describe(item: LivePost | LiveIdea) -> str:
    """A live object for people: its id and the beginning of its text."""
    words = " ".join((item.title or item.text if isinstance(item, LiveIdea) else item.text).split())
    shown = f"{words[:_SHOWN]}…" if len(words) > _SHOWN else words
    kind = "idea" if isinstance(item, LiveIdea) else "post"
    return f"{kind} {item.id} ({shown})" if shown else f"{kind} {item.id}"


def _home(item: LivePost | LiveIdea, homes: Iterable[OrganizationHome]) -> OrganizationHome:
    if isinstance(item, LiveIdea):
        return next(home for home in homes if home.live.id == item.organization_id)
    return next(home for home in homes if any(each.live.id == item.channel_id for each in home.channels))


def _targets(homes: Sequence[OrganizationHome]) -> Targets:
    channels = {(home.label, each.label): each.live for home in homes for each in home.channels}
    return Targets({home.label: home.live for home in homes}, channels)
