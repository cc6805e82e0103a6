"""What each action, cause and outcome is called to people: one word a concept, none of Terraform's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bufferctl.model import EditPost, Idea, LivePost, Post, PostStatus, ShareMode
from bufferctl.model.invisible import visible
from bufferctl.plan import Action, Cause, Change, Plan, Reason, Status
from bufferctl.render.times import in_zone

SIGNS = {
    Action.CREATE: "+",
    Action.UPDATE: "~",
    Action.DELETE: "-",
    Action.ADOPT: "=",
    Action.MOVE: ">",
    Action.FORGET: "x",
    Action.HOLD: "!",
    Action.WAITING: ".",
    Action.DONE: " ",
    Action.PAST: " ",
    Action.NO_OP: " ",
}

_ACTIONS = {
    Action.UPDATE: "will change",
    Action.DELETE: "will delete",
    Action.ADOPT: "already there",
    Action.MOVE: "renamed, nothing to do in Buffer",
    Action.FORGET: "no longer tracked",
    Action.HOLD: "needs you",
    Action.WAITING: "waiting",
    Action.DONE: "published",
    Action.PAST: "past",
    Action.NO_OP: "unchanged",
}

_CAUSES = {
    Cause.NEW: "new",
    Cause.EDITED: "edited in the file",
    Cause.MOVED: "renamed",
    Cause.DRIFT: "changed in Buffer",
    Cause.EXPIRED: "too late",
    Cause.REMOVED: "removed from the files",
    Cause.CANCELLED: "cancelled in the file",
    Cause.UNCHANGED: "",
}

#: What has drifted, where it is not that somebody changed it.
_DRIFTS: dict[Reason | None, str] = {
    Reason.GONE: "deleted in Buffer",
    Reason.LAG: "not shown yet",
    Reason.ERROR: "not published",
    Reason.UNSETTLED: "without an answer",
}

_INSTANTS = frozenset({"due_at", "date", "start_date", "end_date"})

_CREATES = {
    ShareMode.ADD_TO_QUEUE: "will add to the queue",
    ShareMode.SHARE_NEXT: "will put at the front of the queue",
    ShareMode.SHARE_NOW: "will PUBLISH AT ONCE",
    ShareMode.CUSTOM_SCHEDULED: "will schedule",
}

OUTCOMES = {
    Status.DONE: "done",
    Status.DIFFERS: "came back different",
    Status.REFUSED: "refused by Buffer",
    Status.HELD: "needs you",
    Status.WAITING: "waiting",
    Status.NOT_SENT: "not sent",
}

_DONE = {
    Action.CREATE: "created",
    Action.UPDATE: "changed",
    Action.DELETE: "deleted",
    Action.ADOPT: "already there",
    Action.MOVE: "renamed",
    Action.FORGET: "no longer tracked",
}


def what(change: Change) -> str:
    """What will happen to it, in a few words."""
    if change.action is Action.UPDATE and isinstance(change.desired, Post):
        if was_draft(change):
            return f"{_sent(change.desired)} (was a draft)"
        return _CREATES[ShareMode.SHARE_NOW] if is_at_once(change) else _ACTIONS[Action.UPDATE]
    if change.action is not Action.CREATE:
        return _ACTIONS[change.action]
    if isinstance(change.desired, Idea):
        return "will add the idea"
    return _sent(change.desired) if isinstance(change.desired, Post) else "will create"


def _sent(post: Post) -> str:
    """What Buffer does with a post that it gets."""
    if post.draft:
        return "will save as a draft"
    return "will submit for approval" if post.needs_approval else _CREATES[post.mode]


def was_draft(change: Change) -> bool:
    """Whether a draft of Buffer's is no longer one after the change: then the post goes out, or to be approved."""
    write, live = change.write, change.live
    if not isinstance(write, EditPost) or not isinstance(live, LivePost):
        return False
    return write.reschedule and live.status is PostStatus.DRAFT and not write.post.draft


def is_at_once(change: Change) -> bool:
    """Whether it is published as soon as it is sent."""
    post = change.desired
    if change.action not in {Action.CREATE, Action.UPDATE} or not isinstance(post, Post):
        return False
    sent = change.action is Action.CREATE or (isinstance(change.write, EditPost) and change.write.reschedule)
    return sent and post.mode is ShareMode.SHARE_NOW and not post.draft and not post.needs_approval


def goes_public(change: Change) -> bool:
    """Whether Buffer publishes it without anybody doing more, and would not before: a new post, a draft gone live."""
    if not isinstance(change.desired, Post) or change.desired.draft or change.desired.needs_approval:
        return False
    return change.action is Action.CREATE or (
        change.action is Action.UPDATE and (was_draft(change) or is_at_once(change))
    )


def why(change: Change) -> str:
    """The cause in plain words, empty where nothing caused anything, or the action says it already."""
    if change.action in {Action.ADOPT, Action.MOVE}:
        return ""
    if change.cause is Cause.DRIFT and change.action is Action.CREATE:
        return _DRIFTS[Reason.GONE]
    return _DRIFTS.get(change.reason, _CAUSES[change.cause])


def field(path: str) -> str:
    """A field as people find it in the file: `thread.1.0` is the text of a thread's second part."""
    top, *rest = path.removeprefix("metadata.").split(".")
    match top, rest:
        case "tags" | "services", _:
            return top
        case "thread", [number]:
            return f"thread, part {int(number) + 1}"
        case "thread", [number, "0"]:
            return f"thread, part {int(number) + 1}, text"
        case "thread", [number, _, asset, *what]:
            return ", ".join([f"thread, part {int(number) + 1}, asset {int(asset) + 1}", *what])
        case "assets", [number, *what]:
            return ", ".join([f"asset {int(number) + 1}", *what])
    return ".".join([top, *rest])


def value(said: Any, zone: str = "", name: str = "") -> str:
    """The value of the field `name` as people write it, safe to show, an instant in `zone`; empty for nothing."""
    if said in (None, "", (), [], {}):
        return ""
    if isinstance(said, bool):
        return "yes" if said else "no"
    if hasattr(said, "_asdict"):
        said = said._asdict()
    if isinstance(said, Mapping):
        parts = ((visible(str(each)), value(part, zone, each)) for each, part in said.items())
        return ", ".join(f"{each}: {part}" for each, part in parts if part)
    if isinstance(said, tuple | list | set | frozenset):
        between = "; " if any(isinstance(part, Mapping) or hasattr(part, "_asdict") for part in said) else ", "
        return between.join(filter(None, (value(part, zone, name) for part in said)))
    if is_instant(name) and isinstance(said, str):
        return local(datetime.fromisoformat(said), zone)
    return visible(str(said))


def is_instant(name: str) -> bool:
    """Whether the field holds an instant, as `model.comparable.instant` writes it; a text may look like one."""
    return name in _INSTANTS


def need_you(number: int) -> str:
    """`1 needs you`, `2 need you`."""
    return f"{number:,} need{'s' if number == 1 else ''} you"


def done(change: Change) -> str:
    """What was done to it."""
    return _DONE.get(change.action, "done")


def when(change: Change, plan: Plan) -> str:
    """When it goes out, in the channel's time zone with the weekday; empty for what has no due time."""
    live_due = isinstance(change.live, LivePost) and change.action is not Action.CREATE
    moment = change.due_at if change.due_at and (change.desired or live_due) else None
    if moment is None:
        return ""
    return local(moment, zone_of(change, plan))


def zone_of(change: Change, plan: Plan) -> str:
    """The time zone of its channel, empty for ideas."""
    channel = plan.channels.get(change.slot.channel_id)
    return channel.timezone if channel else ""


def home(change: Change) -> str:
    """`Acme · twitter:acme`, `Acme · ideas`: where it belongs, by the files' names."""
    return visible(f"{change.address.organization} · {change.address.channel}")


def local(moment: datetime, zone: str) -> str:
    """`Tue 1 Dec 2026 09:00 CET`, in `zone`, or in the zone that `moment` has where that is none."""
    moment = in_zone(moment, zone)
    return f"{moment:%a} {moment.day} {moment:%b %Y %H:%M} {moment.tzname()}"
