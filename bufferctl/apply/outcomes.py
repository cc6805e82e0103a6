"""From a result, or a verdict, to what is reported and what state is to hold. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from shlex import quote

from bufferctl.apply.settling import item_of
from bufferctl.model import (
    Binding,
    CreatePost,
    EditPost,
    Idea,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Refusal,
    Refused,
    Result,
    Unknown,
    Write,
)
from bufferctl.model.comparable import bind, differing, instant, of_desired, of_live
from bufferctl.plan import Change, Outcome, Status

_WAITING = frozenset({PostStatus.DRAFT, PostStatus.NEEDS_APPROVAL})
_HINTS = {
    Refusal.INVALID: "Fix it in the file as Buffer says.",
    Refusal.NOT_FOUND: "Run plan again: it looks at the account as it is now.",
    Refusal.UNAUTHORIZED: "Ask an owner of the organization for the right to post on this channel.",
    Refusal.LIMIT: "It goes out with a later apply, once Buffer's plan has room for it.",
    Refusal.KEPT: "Run plan again: it looks at the account as it is now.",
    Refusal.REPEAT: "Look in Buffer whether it is there already; if an equal post is meant, change a word.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What is reported of a change, and the binding that state is to hold of it (None: nothing)."""

    outcome: Outcome
    binding: Binding | None


def written(
    change: Change,
    write: Write,
    live: LivePost | LiveIdea | None,
    at: datetime,
    *,
    links: bool,
    by_looking: bool = False,
) -> Finding:
    """It was carried out. What came back is compared with what was sent; a difference is said, never the new baseline.

    `links`: the channel shortens links, so that they may differ. `by_looking`: the answer was lost and it was found
    later, when people may have brought it further.
    """
    item = item_of(write)
    if item is None or live is None:
        return Finding(Outcome(change, Status.DONE, change.live_id, at=at), None)
    differs = [*_differs(item, live, links=links), *(() if by_looking else _slipped(write, live))]
    origin = change.binding.origin if change.binding and change.live else Origin.CREATED
    binding = bind(item, live, origin, as_asked=not differs)
    link = live.external_link if isinstance(live, LivePost) else None
    if not differs:
        return Finding(Outcome(change, Status.DONE, live.id, link=link, at=at), binding)
    return Finding(
        Outcome(
            change,
            Status.DIFFERS,
            live.id,
            message=f"Buffer took it, but its {' and '.join(differs)} came back different",
            hint="Look at it in Buffer; plan shows both versions.",
            link=link,
            at=at,
        ),
        binding,
    )


def refused(change: Change, result: Refused, at: datetime) -> Outcome:
    """It was definitely not carried out."""
    status = Status.WAITING if result.why is Refusal.LIMIT else Status.REFUSED
    return Outcome(change, status, change.live_id, message=result.message, hint=_HINTS[result.why], at=at)


def missed(change: Change) -> Outcome:
    """Its time came too near while the apply ran."""
    return Outcome(
        change,
        Status.HELD,
        message="By now its time is too near, and Buffer might publish it at once, so it was not sent",
        hint="Give it a later due_at.",
    )


def moved_on(change: Change) -> Outcome:
    """Somebody changed what was to be edited or deleted, after it was planned."""
    return Outcome(
        change,
        Status.HELD,
        change.live_id,
        message="By now it is no longer in Buffer as it was when this was planned, so it was not sent",
        hint="Run plan again: it shows both versions.",
    )


def without_idea(change: Change, idea: str) -> Outcome:
    """The idea that it names did not come to be."""
    return Outcome(change, Status.HELD, message=f"Its idea {idea!r} was not created", hint="See to the idea first.")


def unanswered(change: Change) -> Outcome:
    """It was sent, and the run ends before anybody looked what became of it."""
    return Outcome(
        change,
        Status.HELD,
        message="It was sent, and its answer was lost or not waited for",
        hint="Run apply again: it looks first what Buffer did.",
    )


def given_up(change: Change, result: Result, at: datetime) -> Outcome:
    """Buffer broke down over it again and again, and did not carry it out."""
    why = f" ({result.why})" if isinstance(result, Unknown) else ""
    return Outcome(
        change,
        Status.REFUSED,
        change.live_id,
        message=f"Buffer broke down over it each time and did not carry it out{why}",
        hint="Look whether it asks for anything unusual; a later apply tries again.",
        at=at,
    )


def touched(change: Change, at: datetime) -> Outcome:
    """The answer to an edit was lost, and the post is neither as it was nor as it was to be."""
    return Outcome(
        change,
        Status.HELD,
        change.live_id,
        message="The answer was lost, and the post is neither as it was before nor as the file says",
        hint="Run plan again: it shows both versions.",
        at=at,
    )


def held(change: Change, candidates: tuple[str, ...], at: datetime) -> Outcome:
    """The answer to a create was lost and Buffer's list does not tell."""
    what = f"It may be {candidates[0]}, changed by somebody since" if candidates else "Buffer's list does not tell"
    address = quote(str(change.address))
    do = f"`bufferctl import {address} {candidates[0]}` if it is; " if candidates else ""
    return Outcome(
        change,
        Status.HELD,
        message=f"The answer was lost, and whether it was carried out cannot be told: {what}",
        hint=f"Look in Buffer: {do}`bufferctl apply --recreate {address}` if it is not there.",
        at=at,
    )


def _differs(item: Post | Idea, live: LivePost | LiveIdea, *, links: bool) -> list[str]:
    names = [name for name, _, _ in differing(of_desired(item), of_live(live), links_may_differ=links)]
    timed = isinstance(item, Post) and item.due_at is not None
    if timed and isinstance(live, LivePost) and isinstance(item, Post) and instant(item.due_at) != instant(live.due_at):
        names.append("due_at")
    return names


def _slipped(write: Write, live: LivePost | LiveIdea) -> list[str]:
    """Whether what was to wait, as a draft or for approval, will go out."""
    if not isinstance(write, CreatePost | EditPost) or not isinstance(live, LivePost) or live.status in _WAITING:
        return []
    if isinstance(write, EditPost) and write.scheduled_by_hand and not write.reschedule:
        return []
    return ["draft"] if write.post.draft else ["needs_approval"] if write.post.needs_approval else []
