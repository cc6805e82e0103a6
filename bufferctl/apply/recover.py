"""Settles the intents that an earlier run left open, before anything is planned (design: Applying)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bufferctl.apply import outcomes
from bufferctl.apply.journal import FileJournal
from bufferctl.apply.ledger import put_binding, settled_alike
from bufferctl.apply.settling import Alike, Ambiguous, Settler, TooEarly, Verdict, Written
from bufferctl.model import Binding, Create, DraftPost, Intent, Settled, Slot
from bufferctl.value import replace, value


@value()
class Recovered:
    """How many open intents were carried out, how many were not, and of how many edits Buffer shows nothing.

    `unsettled` are those that need a person, each with the ids of objects that it may have made. `differing` are those
    that were carried out and came back different from what was sent, each with the differing fields.
    """

    written: int
    not_written: int
    alike: int
    unsettled: Mapping[Slot, tuple[str, ...]]
    differing: Mapping[Slot, tuple[str, ...]]


def recover(
    journal: FileJournal, settler: Settler, bindings: dict[Slot, Binding], *, give_up: frozenset[str] = frozenset()
) -> Recovered:
    """Settle the journal's open intents and update `bindings` with the results.

    An intent that was not carried out is closed, and the plan decides whether it is sent again. `give_up` are addresses
    that, according to a person, were not created; it counts only for intents that a person was asked about before.
    Raises ApiError or PartWayError if nothing can be found out now; everything then stays open.
    """
    answered = [intent for intent in journal.open if _answered(intent, bindings)]
    journal.settle([Settled(intent.number, intent.slot, done=False) for intent in answered])
    waiting = journal.open
    if not waiting:
        return Recovered(0, len(answered), 0, {}, {})
    given_up = {
        intent.number
        for intent in waiting
        if intent.number in journal.asked and intent.write.item and str(intent.write.item.address) in give_up
    }
    verdicts = _judge(waiting, bindings, settler)
    settled: list[Settled] = []
    unsettled, differing = {}, {}
    for intent in waiting:
        verdict = verdicts[intent.number]
        if isinstance(verdict, Ambiguous) and isinstance(intent.write, Create) and intent.number not in given_up:
            unsettled[intent.slot] = verdict.candidates
            continue
        # An undecided edit is closed here; the next plan shows the difference.
        result, fields = _settled(intent, verdict, bindings, settler)
        settled.append(result)
        if fields:
            differing[intent.slot] = fields
    journal.settle(settled)
    for each in settled:
        if each.done:
            put_binding(bindings, each.slot, each.binding)
    written = sum(isinstance(verdict, Written) for verdict in verdicts.values())
    alike = sum(isinstance(verdict, Alike) for verdict in verdicts.values())
    return Recovered(written, len(settled) - written - alike + len(answered), alike, unsettled, differing)


def close_answered(journal: FileJournal, bindings: Mapping[Slot, Binding], answered: Collection[str]) -> None:
    """Close open creates whose channel is gone, once a person has answered: by address, or with another post.

    `answered` are addresses that, according to a person, were not created or are no longer wanted.
    """
    done = [
        Settled(intent.number, intent.slot, done=False)
        for intent in journal.stranded
        if _answered(intent, bindings) or (intent.write.item and str(intent.write.item.address) in answered)
    ]
    journal.settle(done)


def _answered(intent: Intent, bindings: Mapping[Slot, Binding]) -> bool:
    """Whether a person has answered the question about a create in the meantime, by importing its post."""
    binding = bindings.get(intent.slot)
    return isinstance(intent.write, Create) and binding is not None and binding.id != intent.before


def _judge(intents: Sequence[Intent], bindings: Mapping[Slot, Binding], settler: Settler) -> dict[int, Verdict]:
    """A final verdict for each intent: nothing is planned before that.

    Their runs have ended, so nothing is being sent any more.
    """
    now = settler.buffer.server_time()
    intents = [replace(intent, until=min(intent.until, now)) for intent in intents]
    acknowledged = _acknowledged(bindings, settler.since(intents))
    verdicts = settler.judge(intents, bindings, acknowledged)
    while any(isinstance(verdict, TooEarly) for verdict in verdicts.values()):
        settler.wait_for_proof(intents)
        verdicts = settler.judge(intents, bindings, acknowledged)
    return verdicts


def _acknowledged(bindings: Mapping[Slot, Binding], since: datetime) -> dict[str, str]:
    """The newest tracked post of each channel, as far as a list since then goes back. The list must show it."""
    created = [
        (binding.created, slot.channel_id, binding.id)
        for slot, binding in bindings.items()
        if binding.created and binding.created >= since
    ]
    return {channel: post_id for _, channel, post_id in sorted(created)}  # the newest comes last, and stays


def _settled(
    intent: Intent, verdict: Verdict, bindings: Mapping[Slot, Binding], settler: Settler
) -> tuple[Settled, tuple[str, ...]]:
    """The entry for the journal, and the fields that came back different."""
    if isinstance(verdict, Alike):
        return settled_alike(intent, bindings), ()
    if not isinstance(verdict, Written):
        return Settled(intent.number, intent.slot, done=False), ()
    if intent.write.item is None or verdict.live is None:
        return Settled(intent.number, intent.slot, done=True), ()
    old = bindings.get(intent.slot)
    if isinstance(intent.write, DraftPost):
        binding = outcomes.taken_off(old, intent.write, verdict.live) if old else None
        return Settled(intent.number, intent.slot, done=binding is not None, binding=binding), ()
    origin = old.origin if old and not isinstance(intent.write, Create) else verdict.origin
    binding, fields = outcomes.bound(
        intent.write,
        verdict.live,
        origin,
        links_may_differ=intent.write.home in settler.shortening,
        exempt=intent.exempt,
        old=old,
    )
    return Settled(intent.number, intent.slot, done=True, binding=binding.written_by("", old)), fields
