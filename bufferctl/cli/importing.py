"""`bufferctl import` of a whole account: what is there and not declared yet, as files and as state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from bufferctl.cli.import_check import AT_REST, Taken, Taking, describe, verify
from bufferctl.cli.import_homes import OrganizationHome, find_homes
from bufferctl.cli.session import Look, Session
from bufferctl.config.discover import ROOT_NAME, find_root
from bufferctl.config.keys import key_for
from bufferctl.config.write.project import Addition
from bufferctl.errors import ConfigError
from bufferctl.model import IDEAS, Address, Binding, Live, LiveIdea, LivePost, Origin, PostStatus, Slot, State
from bufferctl.model.comparable import bind
from bufferctl.model.from_live import NotSayableError, idea_from_live, post_from_live
from bufferctl.plan import Action, Change
from bufferctl.reconcile import Options

_OUT = frozenset({PostStatus.SENDING, PostStatus.SENT})
_FAR = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line asks for. `since`: also what was sent since then; `one_file`: not a file a channel."""

    organization: str | None = None
    channels: tuple[str, ...] = ()
    since: datetime | None = None
    one_file: bool = False


def root_file(file: Path | None, start: Path) -> Path:
    """The root file, which need not be there yet: the one named, else the nearest, else a new one here."""
    if file is not None:
        return start / file
    try:
        return find_root(None, start)
    except ConfigError:
        return start / ROOT_NAME


def look_through(session: Session, wanted: Wanted, options: Options) -> Taken:
    """Read the account and find what can be declared. Raises ApiError, ConfigError, UsageError."""
    buffer, desired = session.buffer, session.files.desired
    found = session.find()
    look = session.look(options, found) if desired.organizations else None
    if session.journal.open:
        raise ConfigError(
            "An earlier apply was cut off, and what became of its writes is not known yet",
            hint="Run `bufferctl apply` first, then import again.",
        )
    account = buffer.account()
    homes = find_homes(account, desired, found.targets, wanted.organization, wanted.channels)
    channels = {home.live.id: [each.live.id for each in home.channels] for home in homes}
    live = buffer.read(
        account, channels, ideas=[] if wanted.channels else [home.live.id for home in homes], sent_pages=1
    )
    posts = [post for post in live.posts if post.status not in _OUT]
    if wanted.since:
        posts += buffer.sent(channels, wanted.since)
    live = replace(live, posts=tuple(posts))
    taken = Taken(homes, account)
    scope = {(organization, channel) for organization, ids in channels.items() for channel in ids}
    scope |= set() if wanted.channels else {(home.live.id, IDEAS) for home in homes}
    choice = _Choice(session.state, found.slots, look, taken, frozenset(scope))
    verify(taken, choice.takings(live), live, desired.settings)
    return taken


@dataclass
class _Choice:
    """Which live objects become declared, and under which keys. `scope`: channels and ideas that are asked for."""

    state: State
    declared: frozenset[Slot]
    look: Look | None
    taken: Taken
    scope: frozenset[tuple[str, str]]
    _keys: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))

    def __post_init__(self) -> None:
        for slot in self.declared:
            self._keys[slot.organization_id, slot.channel_id].add(slot.key)

    def takings(self, live: Live) -> list[Taking]:
        """All of it: ideas first, since posts name them; posts by time, those of a queue in its order."""
        known = {binding.id: slot for slot, binding in self.state.bindings.items()}
        for taken in known.values():
            self._keys[taken.organization_id, taken.channel_id].add(taken.key)
        skipped = self._spoken_for()
        takings: list[Taking] = []
        bindings = {**self.state.bindings, **self.taken.already}
        ideas = {binding.id: slot.key for slot, binding in bindings.items() if slot in self.declared}
        items: list[LivePost | LiveIdea] = [*sorted(live.ideas, key=lambda idea: (idea.created_at, idea.id))]
        for item in [*items, *sorted(live.posts, key=_by_time)]:
            slot = known.get(item.id)
            if item.id in skipped or slot in self.declared:
                continue
            try:
                taking = self._taking(item, slot, ideas)
            except NotSayableError as error:
                self.taken.left_out.append((describe(item), str(error)))
                continue
            takings.append(taking)
            if isinstance(item, LiveIdea):
                ideas[item.id] = taking.addition.item.address.key
        return takings

    def _spoken_for(self) -> set[str]:
        """Ids that declared objects are, or may be, and of what left the files: none of them gets a second address."""
        found: set[str] = set()
        if self.look is None:
            return found
        for change in self.look.plan.changes:
            found.update([*change.candidates, *([change.live_id] if change.live_id else [])])
            if (change.slot.organization_id, change.slot.channel_id) not in self.scope:
                continue
            if claimed := _claimed(change):
                self.taken.already[change.slot] = claimed
            for candidate in (each for each in self.look.live.items if each.id in change.candidates):
                why = f"it may be {change.address}; if it is, run `bufferctl import {quote(str(change.address))} "
                self.taken.left_out.append((describe(candidate), f"{why}{candidate.id}`"))
        return found

    def _taking(self, item: LivePost | LiveIdea, slot: Slot | None, ideas: Mapping[str, str]) -> Taking:
        """The live object with the declared one that it becomes: under its old key, where state has one."""
        home = _home(item, self.taken.homes)
        if isinstance(item, LiveIdea):
            keys = self._keys[home.live.id, IDEAS]
            day = item.date.astimezone(home.zone or UTC).date() if item.date else None
            key = slot.key if slot else key_for(day, item.title or item.text, keys, fallback="idea")
            idea = idea_from_live(item, Address(home.label, IDEAS, key))
            keys.add(key)
            return Taking(item, home, None, Addition(idea, zone=home.zone))
        channel = next(each for each in home.channels if each.live.id == item.channel_id)
        keys = self._keys[home.live.id, item.channel_id]
        moment = (item.due_at if item.is_custom_scheduled or item.status in _OUT else None) or item.created_at
        key = slot.key if slot else key_for(moment.astimezone(channel.zone or UTC).date(), item.text, keys)
        address = Address(home.label, channel.label, key)
        post = post_from_live(item, channel.live, address, idea=ideas.get(item.idea_id or ""))
        keys.add(key)
        return Taking(item, home, channel, Addition(post, channel.reference, channel.zone))


def _claimed(change: Change) -> Binding | None:
    """What state is to hold of a declared object that a person made: from now on it is ours to change."""
    if change.action is Action.ADOPT and change.live is not None and change.desired is not None:
        return bind(change.desired, change.live, Origin.IMPORTED)
    at_rest = change.action in AT_REST and change.binding is not None and change.binding.origin is Origin.ADOPTED
    return replace(change.binding, origin=Origin.IMPORTED) if at_rest and change.binding else None


def _by_time(post: LivePost) -> tuple[datetime, datetime, str]:
    """What has no time yet comes last; a queue has the times of its slots, in its order."""
    return post.due_at or post.sent_at or _FAR, post.created_at, post.id


def _home(item: LivePost | LiveIdea, homes: Iterable[OrganizationHome]) -> OrganizationHome:
    if isinstance(item, LiveIdea):
        return next(home for home in homes if home.live.id == item.organization_id)
    return next(home for home in homes if any(each.live.id == item.channel_id for each in home.channels))
