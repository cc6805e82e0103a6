"""The action table (design: Actions): for one declared object and its match, the first row that fits.

Rows read top down as in the design. What is already out, or long past, needs nothing from its channel, so those rows
come before "channel disconnected"; otherwise a disconnected channel would hold every post that was ever sent on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from bufferctl.model import Binding, Idea, LivePost, Origin, Post, PostStatus, ShareMode, Slot, Write
from bufferctl.model.comparable import bind, due_seen
from bufferctl.plan import Action, Cause, Change, Reason
from bufferctl.reconcile import holds
from bufferctl.reconcile.alike import SENT_AGE
from bufferctl.reconcile.differences import OUT
from bufferctl.reconcile.facts import Facts, facts_of
from bufferctl.reconcile.hold import Hold
from bufferctl.reconcile.matching import How, Match

#: A post this long past its time is not missed but past: counted, never sent, nobody is asked.
PAST = timedelta(hours=24)
#: A known object that Buffer does not show is taken for lag while it is this young.
LAG = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Context:
    """What the rows need to know. `write` makes what apply sends, or says why it cannot (a hold).

    `sent_since`: as in `Live`, by organization id. `perhaps_out`: what is new on its channel and may have been
    published on one of the same name that had another id.
    """

    now: datetime
    lead: timedelta
    write: Callable[[Match, bool], Write | Hold]
    gone: frozenset[str] = frozenset()
    known_channels: frozenset[str] = frozenset()
    recreate: frozenset[str] = frozenset()
    reapply: frozenset[str] = frozenset()
    allow_share_now: bool = False
    unsettled: Mapping[Slot, tuple[str, ...]] = field(default_factory=dict)
    sent_since: Mapping[str, datetime] = field(default_factory=dict)
    perhaps_out: frozenset[Slot] = frozenset()


def decide(match: Match, context: Context) -> Change:
    """The change for one declared object."""
    facts = facts_of(match)
    item = match.declared.item
    if (candidates := context.unsettled.get(match.declared.slot)) is not None:
        return _hold(facts, holds.unsettled(candidates), Cause.DRIFT)
    if item.cancelled:
        return _cancelled(facts)
    if match.how is How.EXACT and match.live is not None:
        return _change(facts, Action.ADOPT, Cause.NEW, binding=bind(item, match.live, Origin.ADOPTED))
    if match.how in {How.KNOWN, How.MOVED}:
        return _known(facts, context)
    if isinstance(item, Post) and item.due_at and context.now - item.due_at > PAST:
        return _change(facts, Action.PAST, Cause.EXPIRED)
    if match.declared.slot in context.perhaps_out and str(item.address) not in context.recreate:
        return _hold(facts, holds.reconnected(), Cause.NEW)
    if match.candidates:
        return _hold(facts, holds.ambiguous(match.candidates), Cause.NEW)
    if _blind_share_now(match, context):
        return _hold(facts, holds.share_now(), Cause.NEW)
    if _may_be_unread(match, context):
        return _hold(facts, holds.may_be_unread(), Cause.NEW)
    return _write(facts, Action.CREATE, Cause.NEW, context)


def _cancelled(facts: Facts) -> Change:
    """Cancelled, and not known: nothing to do, unless Buffer holds what looks like it and will publish that."""
    found = (facts.live,) if facts.live else facts.match.candidates
    unsent = [live for live in found if isinstance(live, LivePost) and live.status not in OUT]
    if unsent:
        return _hold(facts, holds.cancelled_but_there(unsent[0].id), Cause.CANCELLED)
    return _change(facts, Action.NO_OP, Cause.CANCELLED)


def _blind_share_now(match: Match, context: Context) -> bool:
    item = match.declared.item
    at_once = isinstance(item, Post) and item.mode is ShareMode.SHARE_NOW and not item.draft
    return at_once and not context.allow_share_now and match.declared.slot.channel_id not in context.known_channels


def _may_be_unread(match: Match, context: Context) -> bool:
    """Whether a queue post may be among the young sent ones that were not read, where state tells nothing of it."""
    item, slot = match.declared.item, match.declared.slot
    if not isinstance(item, Post) or item.due_at or str(item.address) in context.recreate:
        return False
    since = context.sent_since.get(slot.organization_id)
    return since is not None and context.now - since < SENT_AGE and slot.channel_id not in context.known_channels


def _known(facts: Facts, context: Context) -> Change:
    """Rows of an object that state knows: what is out or gone first, then what can still change."""
    live = facts.live
    if live is None and not facts.sent:
        return _unlisted(facts, facts.binding, context)
    if isinstance(live, LivePost) and live.status is PostStatus.ERROR:
        return _hold(facts, holds.in_error(live.error), Cause.DRIFT)
    if facts.sent:
        if facts.edited and not facts.agree:
            return _hold(facts, holds.already_sent(facts.differences), Cause.EDITED)
        return _settled(facts, Action.DONE, seen=facts.edited)
    if isinstance(facts.match.declared.item, Idea):
        return _idea(facts)
    if hold := _channel(facts.match):
        return _hold(facts, hold, Cause.EDITED if facts.edited else Cause.UNCHANGED)
    return _unsent(facts, context)


def _idea(facts: Facts) -> Change:
    """Rows of an idea: Buffer's API creates ideas and does not edit them."""
    if (facts.changed or facts.edited) and facts.agree:
        return _kept(facts, seen=True)
    if facts.changed:
        return _changed(facts, can_send=False)
    return _hold(facts, holds.idea_edited(facts.differences), Cause.EDITED) if facts.edited else _kept(facts)


def _unsent(facts: Facts, context: Context) -> Change:
    """Rows of a post that can still change."""
    if (facts.changed or facts.edited) and facts.agree:
        return _kept(facts, seen=True)
    ours = facts.binding.origin is not Origin.ADOPTED
    if (facts.changed or facts.edited) and ours and str(facts.match.declared.item.address) in context.reapply:
        return _write(facts, Action.UPDATE, Cause.DRIFT, context)
    if facts.changed:
        return _changed(facts, can_send=ours)
    if facts.edited and not ours:
        return _hold(facts, holds.adopted(facts.binding.id, facts.differences), Cause.EDITED)
    if facts.edited:
        return _write(facts, Action.UPDATE, Cause.EDITED, context)
    return _kept(facts)


def _changed(facts: Facts, *, can_send: bool) -> Change:
    """Buffer has something else: a person changed it, or Buffer did when it was sent."""
    hold = holds.changed_in_buffer if facts.binding.seen else holds.came_back_different
    hold = holds.conflict if facts.edited else hold
    return _hold(facts, hold(facts.differences, can_send=can_send), Cause.DRIFT)


def _kept(facts: Facts, *, seen: bool = False) -> Change:
    return _settled(facts, Action.MOVE if facts.match.moved_from else Action.NO_OP, seen=seen)


def _unlisted(facts: Facts, binding: Binding, context: Context) -> Change:
    """Known, and no list shows it: deleted in Buffer, behind, or older than what was read."""
    address = str(facts.match.declared.item.address)
    if binding.id not in context.gone and isinstance(facts.match.declared.item, Post):
        return _hold(facts, holds.not_read(), Cause.DRIFT) if facts.edited else _settled(facts, Action.DONE)
    if address in context.recreate:
        return _write(facts, Action.CREATE, Cause.DRIFT, context)
    if binding.created_at and context.now - datetime.fromisoformat(binding.created_at) < LAG:
        return _hold(facts, holds.not_listed_yet(), Cause.DRIFT)
    return _hold(facts, holds.deleted_in_buffer(), Cause.DRIFT)


def _write(facts: Facts, action: Action, cause: Cause, context: Context) -> Change:
    """A change that writes, unless its channel, its time or a name that cannot be resolved is in the way."""
    match = facts.match
    item = match.declared.item
    if hold := _channel(match):
        return _hold(facts, hold, cause)
    if isinstance(item, Post) and item.due_at and item.due_at - context.now < context.lead and not item.draft:
        if context.now - item.due_at > PAST and facts.live is None:
            return _change(facts, Action.PAST, Cause.EXPIRED)
        minutes = -(-int(context.lead.total_seconds()) // 60)
        return _hold(facts, holds.missed(minutes, facts.differences), Cause.EXPIRED)
    write = context.write(match, facts.rescheduled or cause is Cause.DRIFT)
    if isinstance(write, Hold):
        return _hold(facts, write, cause)
    change = _change(facts, action, cause, write=write)
    if action is not Action.UPDATE or change.differences:
        return change
    keeps_idea = isinstance(item, Post) and not item.idea and isinstance(facts.live, LivePost) and facts.live.idea_id
    return replace(change, message=_UNREADABLE + (_KEEPS_IDEA if keeps_idea else ""))


#: What is said of an edit that nothing shows of: fields that Buffer does not read back.
_UNREADABLE = (
    "What was edited cannot be read back from Buffer, such as the address of a picture, "
    "so only what it will be is shown"
)
#: The API's edit has no way to take a post away from its idea: what is left out stays (notes: Writing).
_KEEPS_IDEA = ". It stays with the idea that it was made from; no edit takes it away"


def _channel(match: Match) -> Hold | None:
    channel = match.declared.channel
    if channel is None or not (channel.is_disconnected or channel.is_locked):
        return None
    return holds.channel_unavailable(match.declared.item.address.channel, locked=not channel.is_disconnected)


def _settled(facts: Facts, action: Action, *, seen: bool = False) -> Change:
    """Nothing to write; the binding is brought up to date (with `seen`, to what file and Buffer both say)."""
    match, old = facts.match, facts.binding
    if seen and facts.live is not None:
        new = bind(match.declared.item, facts.live, old.origin)
    else:
        item, live = match.declared.item, facts.live
        told: dict[str, Any] = {"address": str(item.address), "file": item.place.file, "protect": item.protect}
        if isinstance(live, LivePost) and live.status != old.status:
            told |= {"status": live.status.value, "due_at": due_seen(item, live)}
        # most are as they were, and ten thousand copies of the same cost time
        new = replace(old, **told) if any(getattr(old, name) != now for name, now in told.items()) else old
    change = _change(facts, action, Cause.MOVED if match.moved_from else Cause.UNCHANGED, binding=new)
    return replace(change, reason=reason) if (reason := facts.progress) else change


def _hold(facts: Facts, hold: Hold, cause: Cause) -> Change:
    """Held; what goes out all the same, and is not what the file says, is said to."""
    change = _change(facts, Action.HOLD, cause)
    if change.binding and change.goes_out and hold.reason is not Reason.CHANNEL:
        hold = replace(hold, message=f"{hold.message}; {holds.GOES_OUT}")
    return hold.on(change)


def _change(
    facts: Facts, action: Action, cause: Cause, *, write: Write | None = None, binding: Binding | None = None
) -> Change:
    match = facts.match
    return Change(
        address=match.declared.item.address,
        action=action,
        cause=cause,
        slot=match.declared.slot,
        place=match.declared.item.place,
        desired=match.declared.item,
        live=facts.live,
        write=write,
        binding=binding or match.binding,
        moved_from=match.moved_from,
        differences=facts.differences if action is Action.UPDATE else (),
    )
