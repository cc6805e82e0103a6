"""What nothing is held for, but somebody should know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import LiveChannel, LiveIdea, LivePost, Post, PostStatus, State
from bufferctl.model.comparable import digest, instant, of_live
from bufferctl.plan import Action, Change


def surplus_twins(unmanaged: Iterable[LivePost | LiveIdea], state: State) -> Iterable[Diagnostic]:
    """Unsent posts that nobody declares and that equal one of ours: two machines may have created it at once."""
    ours = {(slot.channel_id, b.seen, b.due_at): b for slot, b in state.bindings.items() if b.status != PostStatus.SENT}
    for live in unmanaged:
        if not isinstance(live, LivePost) or live.status is PostStatus.SENT:
            continue
        content = digest(of_live(live))
        known = ours.get((live.channel_id, content, instant(live.due_at))) or ours.get((live.channel_id, content, ""))
        if known:
            yield Diagnostic(
                Severity.WARNING,
                f"Buffer holds {live.id}, which equals {known.address} ({known.id}) and is not known here, so the same "
                "may be published twice",
                hint=f"If that is not meant, delete {live.id} in Buffer.",
            )


def paused_queues(changes: Iterable[Change], channels: Mapping[str, LiveChannel]) -> Iterable[Diagnostic]:
    """A paused queue takes posts and never publishes them (notes: Writing)."""
    waiting: dict[str, int] = {}
    for change in changes:
        if isinstance(change.desired, Post) and change.action in {Action.CREATE, Action.UPDATE, Action.NO_OP}:
            waiting[change.slot.channel_id] = waiting.get(change.slot.channel_id, 0) + 1
    for channel_id, count in waiting.items():
        channel = channels.get(channel_id)
        if channel is not None and channel.is_queue_paused:
            yield Diagnostic(
                Severity.WARNING,
                f"The queue of {channel.service.value}:{channel.name} is paused, so {count} "
                f"{'post waits' if count == 1 else 'posts wait'} there and will not go out",
                hint="Resume the queue in Buffer.",
            )
