"""Every reason to leave an object alone and ask a person: what is wrong, the consequence, and one thing to do.

One function a reason, so that all the wordings stand in one place. `{address}` in a hint is the object's address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, timedelta

from bufferctl.model import LiveIdea, LivePost, PostStatus
from bufferctl.plan import Difference, Reason
from bufferctl.reconcile.hold import Hold, duration

#: What to do where file and Buffer say different things and either may be right.
_EITHER = (
    "Run `bufferctl pull {address}` to take Buffer's version into the file, or "
    "`bufferctl apply --reapply {address}` to send the file's."
)
#: The same where the file's version cannot be sent.
_THEIRS = "Run `bufferctl pull {address}` to take Buffer's version into the file, or change it in Buffer."
#: Where a live post is in its life, as people say it.
_STATUSES = {
    PostStatus.DRAFT: "a draft",
    PostStatus.NEEDS_APPROVAL: "waiting for approval",
    PostStatus.SCHEDULED: "scheduled",
    PostStatus.SENDING: "being published",
    PostStatus.SENT: "published",
    PostStatus.ERROR: "refused by the network",
}
#: What becomes of a scheduled post whose file is not followed.
GOES_OUT = "what Buffer holds will be published as it is"
#: How much of a text a message quotes.
_SHOWN = 40


def channel_unavailable(label: str, *, locked: bool) -> Hold:
    state = "locked" if locked else "disconnected"
    do = "Unlock it in Buffer (your plan may hold fewer channels)" if locked else "Reconnect it in Buffer"
    return Hold(
        Reason.CHANNEL, f"{label} is {state} in Buffer, so nothing goes out there", f"{do}, then run plan again."
    )


def in_error(message: str) -> Hold:
    said = message.strip().rstrip(".") or "no reason given"
    return Hold(
        Reason.ERROR,
        f"Buffer accepted it, but publishing failed: {said}. It is not created a second time",
        "Fix it and retry it in Buffer; or delete it there and apply with --recreate {address}.",
    )


def already_sent(differences: tuple[Difference, ...]) -> Hold:
    return Hold(
        Reason.SENT,
        "It has been published, so the edit cannot reach it",
        "Put the text back in the file, or write a new post with a new key.",
        differences,
    )


def deleted_in_buffer() -> Hold:
    return Hold(
        Reason.GONE,
        "Somebody deleted it in Buffer; it is not created again unless you say so",
        "Remove it from the file, or apply with --recreate {address}.",
    )


def not_listed_yet() -> Hold:
    return Hold(
        Reason.LAG,
        "It was created within the hour and Buffer does not show it; Buffer may be behind",
        "Run plan again in a few minutes.",
    )


def not_read() -> Hold:
    return Hold(
        Reason.UNREAD,
        "It is older than what was read of the account, so bufferctl cannot tell whether it is published",
        "Remove it from the file if it is out, or look it up in Buffer.",
    )


def may_be_unread() -> Hold:
    return Hold(
        Reason.UNREAD,
        "More posts were published recently than are read, on a channel that bufferctl has no record of, "
        "so it may be out already",
        "Look in Buffer; if it is not there, apply with --recreate {address}.",
    )


def changed_in_buffer(differences: tuple[Difference, ...], *, can_send: bool) -> Hold:
    """`can_send`: the file's version may be sent over Buffer's; not of ideas, nor of what a person made."""
    return Hold(
        Reason.CHANGED,
        "Somebody changed it in Buffer, and the file still has the old version",
        _EITHER if can_send else _THEIRS,
        differences,
    )


def came_back_different(differences: tuple[Difference, ...], *, can_send: bool) -> Hold:
    """`can_send`: as of `changed_in_buffer`."""
    return Hold(
        Reason.CHANGED,
        "Buffer changed it when it was sent, and holds that version now",
        _EITHER if can_send else _THEIRS,
        differences,
    )


def conflict(differences: tuple[Difference, ...], *, can_send: bool) -> Hold:
    """`can_send`: as of `changed_in_buffer`."""
    return Hold(
        Reason.CONFLICT,
        "It was changed in the file and in Buffer too, so that one of the two would be lost",
        _EITHER if can_send else _THEIRS,
        differences,
    )


def reconnected() -> Hold:
    return Hold(
        Reason.AMBIGUOUS,
        "It was applied on this channel when it had another id in Buffer, and may have been published there",
        "Look on the network: if it is out, remove the post from the file; if not, apply with --recreate {address}.",
    )


def missed(lead_minutes: int, differences: tuple[Difference, ...]) -> Hold:
    """`differences`: what of an edit is not sent, empty for what is new."""
    late = f"Its time is past, or less than {lead_minutes} minutes away, and Buffer might publish it at once"
    if not differences:
        return Hold(Reason.MISSED, late, "Give it a later due_at.")
    return Hold(
        Reason.MISSED,
        f"{late}; so the edit is not sent",
        "Give it a later due_at; or change or delete it in Buffer.",
        differences,
    )


def ambiguous(candidates: Sequence[LivePost | LiveIdea]) -> Hold:
    return Hold(
        Reason.AMBIGUOUS,
        f"Buffer holds one much like it {_seen(candidates)}, so it may be there already",
        "If it is the same, run `bufferctl import {address} " + candidates[0].id + "`; "
        f"if both are meant, say `repeat_of: {candidates[0].id}` in the file.",
        candidates=tuple(candidate.id for candidate in candidates),
    )


def would_repeat(candidates: Sequence[LivePost | LiveIdea]) -> Hold:
    return replace(
        ambiguous(candidates),
        message=f"Buffer holds another one that says this {_seen(candidates)}, so it would be said twice; the edit is "
        "not sent, and Buffer keeps its version",
        hint=f"If both are meant, say `repeat_of: {candidates[0].id}` in the file; if not, give it other words.",
    )


def _seen(candidates: Sequence[LivePost | LiveIdea]) -> str:
    """What the first of them says, where it is in its life, and when it is due; and how many more there are."""
    first = candidates[0]
    text = first.text or (first.title if isinstance(first, LiveIdea) else "")
    shown = f"{text[:_SHOWN]}…" if len(text) > _SHOWN else text
    when = f", {_STATUSES[first.status]}" if isinstance(first, LivePost) else ""
    if isinstance(first, LivePost) and first.due_at:
        due = first.due_at.astimezone(UTC)
        when += f", {due:%a} {due.day} {due:%b %Y %H:%M} UTC"
    more = f" and {len(candidates) - 1} more" if len(candidates) > 1 else ""
    return f"({shown!r}{when}){more}"


def under(key: str, live_id: str, *, declared: bool) -> str:
    """The hint where the other one is ours. `declared`: the files use its key, for something else by now."""
    leave = f"leave it under the key `{key}`, and give what is new another"
    do = leave if declared else f"say `was: {key}` in the file"
    return f"If it is the same, {do}; if both are meant, say `repeat_of: {live_id}`."


def unsettled(candidates: Sequence[str]) -> Hold:
    what = f"; it may be {candidates[0]}, changed by somebody since" if candidates else ""
    do = "`bufferctl import {address} " + candidates[0] + "` if it is; " if candidates else ""
    return Hold(
        Reason.UNSETTLED,
        f"The answer to an earlier run was lost, so it is not known whether Buffer did what was asked{what}",
        f"Look in Buffer: {do}" + "`bufferctl apply --recreate {address}` if it is not there.",
        candidates=tuple(candidates),
    )


def cancelled_but_there(live_id: str) -> Hold:
    return Hold(
        Reason.AMBIGUOUS,
        f"It is cancelled, but Buffer holds one much like it ({live_id}) that bufferctl does not know as its own; "
        "that one will be published",
        "Delete it in Buffer; or run `bufferctl import {address} " + live_id + "`, and apply deletes it.",
        candidates=(live_id,),
    )


def cancelled_but_theirs(live_id: str, *, goes_out: bool) -> Hold:
    unless = "it will be published" if goes_out else "it stays there"
    return Hold(
        Reason.ADOPTED,
        "It is cancelled, but a person made it in Buffer, so bufferctl does not delete it; unless somebody does, "
        f"{unless}",
        "Delete it in Buffer; or run `bufferctl import {address} " + live_id + "`, and apply deletes it.",
    )


def share_now() -> Hold:
    return Hold(
        Reason.SHARE_NOW,
        "It would be published at once, on a channel that bufferctl has no record of",
        "Apply with --allow-share-now if it has not been published before.",
    )


def adopted(live_id: str, differences: tuple[Difference, ...]) -> Hold:
    return Hold(
        Reason.ADOPTED,
        "A person made it in Buffer, so bufferctl does not edit it",
        "Run `bufferctl import {address} " + live_id + "` to hand it over to the files.",
        differences,
    )


def idea_edited(differences: tuple[Difference, ...]) -> Hold:
    return Hold(
        Reason.IDEA,
        "Buffer's API cannot edit ideas",
        "Make the same edit in Buffer, or put the old text back in the file.",
        differences,
    )


def protected(*, declared: bool, goes_out: bool) -> Hold:
    """`declared`: the files still have it, as cancelled. `goes_out`: it is scheduled, here and below."""
    do = "Remove `protect: true`" if declared else "Put it back with `cancelled: true` and without `protect: true`"
    return Hold(
        Reason.PROTECTED,
        f"It is protected, so it is not deleted and {_stays(1, goes_out=goes_out)}",
        f"{do}, or delete it in Buffer.",
    )


def unresolved(problem: str, hint: str) -> Hold:
    return Hold(Reason.UNRESOLVED, problem, hint)


def too_many_deletes(count: int, limit: int, *, goes_out: bool) -> Hold:
    return Hold(
        Reason.DELETES,
        f"This would delete {count} post{'s' if count > 1 else ''}, and at most {limit} may go at once, so none is "
        f"deleted and they {_stays(2, goes_out=goes_out)}",
        f"If that is meant, say `max_deletes: {count}` in the root file, or run with --max-deletes {count}.",
    )


def file_emptied(file: str, count: int, deletes: int, *, goes_out: bool) -> Hold:
    return Hold(
        Reason.DELETES,
        f"{file} held posts and now holds none; {'the post is' if count == 1 else f'the {count} posts are'} not "
        f"deleted for that alone, and {_stays(count, goes_out=goes_out)}",
        "Bring them back, with `cancelled: true` if they are not meant to go out; or run with --max-deletes "
        f"{deletes}.",
    )


def _stays(count: int, *, goes_out: bool) -> str:
    """What becomes of what is not deleted: drafts and what waits for approval do not go out by themselves."""
    return "will be published" if goes_out else f"{'stays' if count == 1 else 'stay'} in Buffer"


def frozen(reason: str) -> Hold:
    why = f" ({reason})" if reason else ""
    return Hold(
        Reason.POLICY,
        f"It would be published at once, in a time for which your team has agreed on no posts{why}",
        "Give it a `due_at` after that time, or change `freeze` under `policy`.",
    )


def too_short_notice(wanted: timedelta, left: timedelta, *, at_once: bool, is_new: bool) -> Hold:
    """`left`: from planning to publishing. Of an edit (not `is_new`) the consequence is said too."""
    here = "this would be published at once" if at_once else f"here it is {duration(max(left, timedelta()))}"
    rest = "" if is_new else f"; the edit is not sent, and {GOES_OUT}"
    return Hold(
        Reason.POLICY,
        f"Your team has agreed on {duration(wanted)} between planning and publishing, and {here}{rest}",
        "Give it a later due_at; if it cannot wait, change `minimum_lead` under `policy`.",
    )
