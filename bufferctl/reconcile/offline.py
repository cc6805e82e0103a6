"""A plan from files and state alone, for runs without a key: pull requests from forks, and reading the files.

Files and state take the place of the account: each recorded object is assumed to be in Buffer as last seen, and a
scheduled post to be published if its time has passed. The rest is ordinary planning, including guards. Changes that
people made in Buffer are unknown, and so are recorded texts, since state has only their digests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime

from bufferctl.choices import NONE, Choices
from bufferctl.model import (
    IDEAS,
    Binding,
    Desired,
    Live,
    LiveChannel,
    LiveIdea,
    LiveItem,
    LiveOrganization,
    LivePost,
    PostStatus,
    Service,
    Slot,
    State,
    Tag,
    content_of_live,
)
from bufferctl.model.metadata import PinterestMetadata
from bufferctl.model.seen import seen_of
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.reconcile.differences import edits_of_unread
from bufferctl.reconcile.horizons import EARLIEST
from bufferctl.reconcile.lookup import Targets
from bufferctl.reconcile.planning import reconcile
from bufferctl.reconcile.scene import Options
from bufferctl.value import replace


def offline(desired: Desired, state: State, *, endpoint: str, now: datetime, choices: Choices = NONE) -> Plan:
    """The plan if the account is as recorded in `state`. `now` is aware; no requests are sent.

    No change has a `write`, since that needs ids that only Buffer knows. `live` is set only for objects that were
    removed from the files, without a text. For edits, `differences` has the new text and the times.
    """
    organizations, targets = _account(desired, state)
    items = [_object(slot, binding, now) for slot, binding in state.bindings.items()]
    posts = tuple(item for item in items if isinstance(item, LivePost))
    live = Live(now, organizations, posts, tuple(item for item in items if isinstance(item, LiveIdea)))
    # only Buffer knows which tags there are, so all that the files name count as there
    tags = tuple(Tag(name, name) for name in sorted({name for item in desired.items for name in item.tags}))
    tagged = replace(desired, organizations=tuple(replace(each, tags=tags) for each in desired.organizations))
    # the recorded `seen` is of texts, which these objects lack: with it, all would look changed by a person
    seen = {item.id: str(seen_of(content_of_live(item))) for item in items}
    bound = {
        slot: replace(binding, seen=seen[binding.id]) if binding.seen else binding
        for slot, binding in state.bindings.items()
    }
    options = Options(**asdict(choices))
    plan = reconcile(tagged, live, replace(state, bindings=bound), targets, endpoint=endpoint, options=options)
    recorded = {binding.id for binding in bound.values()}
    return replace(plan, changes=tuple(_unsent(_as_named(change, recorded), state) for change in plan.changes))


def _as_named(change: Change, recorded: Collection[str]) -> Change:
    """What `existing` names is assumed to be in Buffer, unless it is the object of another entry."""
    id_ = change.desired and change.desired.existing
    if change.reason is not Reason.AMBIGUOUS or id_ is None or id_ in recorded:
        return change
    return replace(change, action=Action.ADOPT, reason=None, why=None, todo=None, candidates=())


def _unsent(change: Change, state: State) -> Change:
    """The change without facts that are known only from the account."""
    binding = state.bindings.get(change.moved_from or change.slot)
    item = change.desired
    differences = edits_of_unread(binding, item) if change.differences and binding and item else ()
    return replace(change, write=None, live=None if item else change.live, binding=binding, differences=differences)


def _object(slot: Slot, binding: Binding, now: datetime) -> LiveItem:
    """The idea or post as recorded in state; a post is published if its time has passed and nothing suspended it."""
    made = binding.created or EARLIEST
    if slot.channel_id == IDEAS:
        return LiveIdea(binding.id, slot.organization_id, made)
    due = datetime.fromisoformat(binding.due_at) if binding.due_at else None
    status = next((each for each in PostStatus if each == binding.status), PostStatus.SCHEDULED)
    if binding.taken_from:
        status = PostStatus.DRAFT
    elif status is PostStatus.SCHEDULED and due is not None and due <= now:
        status = PostStatus.SENT
    return LivePost(binding.id, slot.channel_id, status, "", made, due_at=due)


def _account(desired: Desired, state: State) -> tuple[tuple[LiveOrganization, ...], Targets]:
    """Organizations and channels with the ids of the files, else of state, else with their names as ids."""
    newest_last = sorted(state.bindings.items(), key=lambda pair: pair[1].created_at)
    ids = _ids(newest_last)
    channels = {slot.organization_id: dict[str, LiveChannel]() for slot in state.bindings}
    for slot, binding in newest_last:
        service, _, handle = binding.address_in(slot).channel.partition(":")
        if service in set(Service):  # an idea has none, and this version may not know another
            live = LiveChannel(slot.channel_id, slot.organization_id, Service(service), handle)
            channels[slot.organization_id][slot.channel_id] = live
    homes: dict[str, str] = {}
    for each in desired.organizations:
        homes[each.label] = id_ = each.id or ids.get((each.label, ""), each.label)
        channels.setdefault(id_, {})
    boards = _boards(desired)
    found: dict[tuple[str, str], LiveChannel] = {}
    for channel in desired.channels:
        name = channel.organization, channel.label
        home = homes[channel.organization]
        its_id = channel.id or ids.get(name, "/".join(name))
        channels[home][its_id] = found[name] = LiveChannel(
            its_id,
            home,
            channel.service,
            channel.name or channel.label.partition(":")[2],
            timezone=channel.timezone or "UTC",
            boards=boards[name],
            only_reminds=its_id in state.homes and state.homes[its_id].only_reminds,
        )
    by_id = {each: LiveOrganization(each, each, tuple(found.values())) for each, found in channels.items()}
    return tuple(by_id.values()), Targets({label: by_id[id_] for label, id_ in homes.items()}, found)


def _ids(newest_last: Iterable[tuple[Slot, Binding]]) -> dict[tuple[str, str], str]:
    """The ids that a state's bindings have of organizations and channels, by name; of one name, the newest one's."""
    ids: dict[tuple[str, str], str] = {}
    for slot, binding in newest_last:
        address = binding.address_in(slot)
        ids[address.organization, ""] = slot.organization_id
        ids[address.organization, address.channel] = slot.channel_id
    return ids


def _boards(desired: Desired) -> Mapping[tuple[str, str], dict[str, str]]:
    """The boards that the files name on each channel; each counts as there, with its name as its id."""
    boards: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for post in desired.posts:
        if isinstance(post.metadata, PinterestMetadata) and post.metadata.board:
            board = post.metadata.board
            boards[post.address.organization, post.address.channel][board] = board
    return boards
