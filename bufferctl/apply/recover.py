"""What an earlier run left open, settled before anything is planned (design: Applying)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bufferctl.apply.ports import Intent, Journal, Settled
from bufferctl.apply.settle import Settler
from bufferctl.apply.settling import NotWritten, Verdict, Written, item_of
from bufferctl.model import Binding, CreateIdea, CreatePost, Origin, Slot
from bufferctl.model.comparable import bind


@dataclass(frozen=True, slots=True)
class Recovered:
    """How many intents turned out carried out and how many not; `unsettled`: those that a person must look at."""

    written: int
    not_written: int
    unsettled: Mapping[Slot, tuple[str, ...]]


def recover(
    journal: Journal,
    settler: Settler,
    bindings: dict[Slot, Binding],
    *,
    now: float,
    give_up: frozenset[str] = frozenset(),
) -> Recovered:
    """Settle the journal's open intents and bring `bindings` up to date with what is found.

    `now`: this machine's clock, seconds since the epoch. `give_up`: addresses that a person says were not created.
    Raises ApiError or PartWayError where nothing can be found out now; everything then stays open.
    """
    waiting = [intent for intent in journal.open if not _answered(intent, bindings, give_up)]
    over = [intent for intent in journal.open if _answered(intent, bindings, give_up)]
    journal.settle([Settled(intent.number, intent.slot, done=False) for intent in over])
    if not waiting:
        return Recovered(0, len(over), {})
    youngest = max(intent.at.timestamp() for intent in waiting)
    # A clock that was put back must not make us wait longer than the settle time itself.
    wait = min(settler.settle, max(0.0, settler.settle - (now - youngest)))
    verdicts = settler.judge(waiting, bindings, wait)
    settled = [found for i in waiting if (found := _settled(i, verdicts[i.number], bindings)) is not None]
    journal.settle(settled)
    for each in settled:
        if each.done and each.binding:
            bindings[each.slot] = each.binding
        elif each.done:
            bindings.pop(each.slot, None)
    numbers = {each.number for each in settled}
    unsettled = {i.slot: getattr(verdicts[i.number], "candidates", ()) for i in waiting if i.number not in numbers}
    done = sum(each.done for each in settled)
    return Recovered(done, len(settled) - done + len(over), unsettled)


def _answered(intent: Intent, bindings: Mapping[Slot, Binding], give_up: frozenset[str]) -> bool:
    """Whether a person has said meanwhile what became of a create: imported it, or asked for it anew."""
    if not isinstance(intent.write, CreatePost | CreateIdea):
        return False
    item = item_of(intent.write)
    return intent.slot in bindings or (item is not None and str(item.address) in give_up)


def _settled(intent: Intent, verdict: Verdict, bindings: Mapping[Slot, Binding]) -> Settled | None:
    match verdict:
        case Written(live):
            item = item_of(intent.write)
            old = bindings.get(intent.slot)
            binding = bind(item, live, old.origin if old else Origin.CREATED) if item and live else None
            return Settled(intent.number, intent.slot, done=True, binding=binding)
        case NotWritten():
            return Settled(intent.number, intent.slot, done=False)
        case _:
            return None
