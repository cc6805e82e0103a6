"""What an earlier run left open, settled before anything is planned (design: Applying)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bufferctl.apply.ports import Intent, Journal, Settled
from bufferctl.apply.settle import Settler
from bufferctl.apply.settling import MARGIN, Ambiguous, Verdict, Written, home, item_of
from bufferctl.model import Binding, CreateIdea, CreatePost, Origin, Slot
from bufferctl.model.comparable import bind

#: Server clocks are told in whole seconds, so that two instants may be closer than they look.
ROUNDING = 2.0


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many intents turned out carried out and how many not; `unsettled`: those that a person must look at."""

    written: int
    not_written: int
    unsettled: Mapping[Slot, tuple[str, ...]]


def recover(
    journal: Journal, settler: Settler, bindings: dict[Slot, Binding], *, give_up: frozenset[str] = frozenset()
) -> Recovered:
    """Settle the journal's open intents and bring `bindings` up to date with what is found.

    `give_up`: addresses that a person says were not created; it counts for those that a person was asked about before.
    Raises ApiError or PartWayError where nothing can be found out now; everything then stays open.
    """
    over = [intent for intent in journal.open if _answered(intent, bindings)]
    if over:
        journal.settle([Settled(intent.number, intent.slot, done=False) for intent in over])
    waiting = journal.open
    if not waiting:
        return Recovered(0, len(over), {})
    given_up = {i.number for i in waiting if i.number in journal.held and _address(i) in give_up}
    verdicts = settler.judge(waiting, bindings, _wait(waiting, settler), _acknowledged(waiting, bindings))
    settled, unsettled = [], {}
    for intent in waiting:
        verdict = verdicts[intent.number]
        if isinstance(verdict, Ambiguous) and _is_create(intent) and intent.number not in given_up:
            unsettled[intent.slot] = verdict.candidates
        else:  # of an edit that cannot be told, the plan tells what differs
            settled.append(_settled(intent, verdict, bindings))
    journal.settle(settled)
    for each in settled:
        if each.done and each.binding:
            bindings[each.slot] = each.binding
        elif each.done:
            bindings.pop(each.slot, None)
    done = sum(each.done for each in settled)
    return Recovered(done, len(settled) - done + len(over), unsettled)


def _is_create(intent: Intent) -> bool:
    return isinstance(intent.write, CreatePost | CreateIdea)


def _address(intent: Intent) -> str:
    item = item_of(intent.write)
    return str(item.address) if item else ""


def _answered(intent: Intent, bindings: Mapping[Slot, Binding]) -> bool:
    """Whether a person has said meanwhile what became of a create: imported it."""
    known = bindings.get(intent.slot)
    return _is_create(intent) and known is not None and known.id != intent.before


def _wait(intents: Sequence[Intent], settler: Settler) -> float:
    """What is left of the settle time, by the server's clock, which is what intents are dated by.

    A clock that was put back does not make us wait longer than the settle time itself.
    """
    elapsed = (settler.account.server_time() - max(intent.at for intent in intents)).total_seconds()
    return min(settler.settle, max(0.0, settler.settle + ROUNDING - elapsed))


def _acknowledged(intents: Sequence[Intent], bindings: Mapping[Slot, Binding]) -> dict[str, str]:
    """The youngest post that state knows in each channel, as far as the list goes back: it must be in there."""
    since = min(intent.at for intent in intents) - MARGIN
    homes = {home(intent.write) for intent in intents}
    known = [
        (datetime.fromisoformat(binding.created_at), slot.channel_id, binding.id)
        for slot, binding in bindings.items()
        if slot.channel_id in homes and binding.created_at
    ]
    return {channel: post_id for created, channel, post_id in sorted(known) if created >= since}


def _settled(intent: Intent, verdict: Verdict, bindings: Mapping[Slot, Binding]) -> Settled:
    if not isinstance(verdict, Written):
        return Settled(intent.number, intent.slot, done=False)
    item = item_of(intent.write)
    old = bindings.get(intent.slot)
    origin = old.origin if old and not _is_create(intent) else Origin.CREATED
    binding = bind(item, verdict.live, origin) if item and verdict.live else None
    return Settled(intent.number, intent.slot, done=True, binding=binding)
