"""Actions, causes, outcomes, fields, values and times in plain words: one word per concept, none of Terraform's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from bufferctl.diagnostics import all_of
from bufferctl.model import EditPost, Idea, LivePost, Post, PostStatus, ShareMode, dates
from bufferctl.model.enums import STATUS_WORDS
from bufferctl.model.live import Unavailable
from bufferctl.model.metadata import CATEGORIES, INSTANTS
from bufferctl.model.unsaid import Then
from bufferctl.plan import Action, Cause, Change, Plan, Reason, Status
from bufferctl.render.lines import count
from bufferctl.render.pieces import shown_text


class Presented(NamedTuple):
    """How an action is presented: the kind of its cards, its symbol, and in words what will happen, or happened."""

    kind: str
    sign: str
    planned: str
    done: str = "done"


#: Where people pause a channel or stop a post; the API has no address of a post that is not published.
IN_BROWSER = "https://publish.buffer.com"
#: The kinds are the four that a reviewer looks for, changes of the state alone, and unchanged posts.
ACTIONS = {
    Action.CREATE: Presented("create", "+", "will create", "created"),
    Action.UPDATE: Presented("update", "~", "will change", "changed"),
    Action.DELETE: Presented("delete", "-", "will delete", "deleted"),
    Action.ADOPT: Presented("note", "=", "already there", "already there"),
    Action.MOVE: Presented("note", ">", "renamed, nothing to do in Buffer", "renamed"),
    Action.FORGET: Presented("note", "x", "no longer tracked", "no longer tracked"),
    Action.HOLD: Presented("hold", "!", "needs you"),
    Action.WAITING: Presented("note", "…", "waiting"),
    Action.DONE: Presented("quiet", "", "published"),
    Action.PAST: Presented("quiet", "", "past"),
    Action.KEEP: Presented("quiet", "", "kept"),
    Action.NO_OP: Presented("quiet", "", "unchanged"),
}

_CAUSES = {
    Cause.EDITED: "edited in the file",
    Cause.MOVED: "renamed",
    Cause.DRIFT: "changed in Buffer",
    Cause.EXPIRED: "too late",
    Cause.REMOVED: "removed from the files",
    Cause.CANCELLED: "cancelled in the file",
    Cause.SUSPENDED: "suspended",
}

#: What happened in Buffer, other than somebody changing the post.
_DRIFTS: dict[Reason | None, str] = {
    Reason.GONE: "deleted in Buffer",
    Reason.LAG: "not shown yet",
    Reason.ERROR: "not published",
    Reason.UNSETTLED: "without an answer",
}

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
#: The numbers of days from which distances are given in weeks, months, and years.
_WEEKS, _MONTHS, _YEARS = 14, 60, 730

_INSTANTS = INSTANTS | {"due_at", "date"}

#: What happens to one change that is sent, and what an apply does to a number of them, in the order of a sentence.
_MODES = {
    ShareMode.SHARE_NOW: ("will PUBLISH AT ONCE", "publishes {} at once"),
    ShareMode.CUSTOM_SCHEDULED: ("will schedule", "schedules {}"),
    ShareMode.ADD_TO_QUEUE: ("will add to the queue", "queues {}"),
    ShareMode.SHARE_NEXT: ("will put at the front of the queue", "queues {} first"),
}
_DRAFTS = ("will save as a draft", "saves {} as draft{s}")
_APPROVALS = ("will submit for approval", "submits {} for approval")
_REMINDS = "reminds a person of {}"
_IDEAS = ("will add the idea", "adds {} to your ideas")
_VERBS = (*(verb for _, verb in _MODES.values()), _REMINDS, _DRAFTS[1], _APPROVALS[1], _IDEAS[1])

OUTCOMES = {
    Status.DONE: "done",
    Status.DIFFERS: "came back different",
    Status.REFUSED: "refused by Buffer",
    Status.HELD: "needs you",
    Status.WAITING: "waiting",
    Status.NOT_SENT: "not sent",
}


def describe_action(change: Change) -> str:
    """What will happen to an object, in a few words."""
    usual = _MODES[ShareMode.CUSTOM_SCHEDULED][0] if change.action is Action.CREATE else ACTIONS[change.action].planned
    return _unusual(change) or usual


def is_usual(change: Change) -> bool:
    """Whether its action alone says what will happen."""
    return not _unusual(change)


def without_will(what: str) -> str:
    """What will happen, as a name of it: `schedule as a reminder`."""
    return what.removeprefix("will ")


def _unusual(change: Change) -> str:
    """What will happen to an object, if that is more than its action says."""
    if change.takes_off:
        return "will become a draft"
    if change.puts_back and not _needs_approval(change):
        return "will go back on the schedule"
    if change.lets_out:
        return "will go out during a freeze"
    if change.action is Action.DELETE and status_of(change) is PostStatus.DRAFT:
        return "will delete the draft"
    if change.action is Action.UPDATE and change.was_draft:
        return f"{_create(change.desired)[0]} (was a draft)"
    if change.action is Action.UPDATE and is_at_once(change):
        return _MODES[ShareMode.SHARE_NOW][0]
    if change.action is Action.CREATE:
        made = _create(change.desired)
        return "" if made == _MODES[ShareMode.CUSTOM_SCHEDULED] else made[0]
    if change.action in {Action.NO_OP, Action.KEEP}:
        status, post = status_of(change), change.live or change.desired
        as_reminder = status is PostStatus.SCHEDULED and isinstance(post, LivePost | Post) and post.reminds
        found = (STATUS_WORDS[status] if status else ACTIONS[change.action].planned) + " as a reminder" * as_reminder
        found += ", suspended" * change.is_off
        return "cancelled" if is_cancelled(change) else found
    return ""


def _needs_approval(change: Change) -> bool:
    return isinstance(change.desired, Post) and change.desired.needs_approval


def describe_done(change: Change) -> str:
    """What happened to an object, in a few words."""
    post = change.desired
    if change.takes_off:
        return "became a draft"
    if change.puts_back and not _needs_approval(change):
        return "is back on the schedule"
    if change.lets_out:
        return "goes out during a freeze"
    if change.action is Action.CREATE and isinstance(post, Post) and (post.draft or post.needs_approval):
        return "saved as a draft" if post.draft else "submitted for approval"
    return ACTIONS[change.action].done


def status_of(change: Change) -> PostStatus | None:
    """The status of a post in Buffer; for plans that were made without Buffer, the one in the state."""
    if isinstance(change.live, LivePost):
        return change.live.status
    if change.action is Action.DONE or change.reason is Reason.SENT:
        return PostStatus.SENT
    if change.is_off:  # its status is the one to which it returns
        return PostStatus.DRAFT
    status = change.binding.status if change.binding else ""
    return PostStatus(status) if status in STATUS_WORDS else None


def is_cancelled(change: Change) -> bool:
    """Whether it was cancelled and Buffer will not publish it either."""
    is_called_off = isinstance(change.desired, Post) and change.desired.cancelled
    return is_called_off and change.action not in {Action.DELETE, Action.HOLD, Action.DONE}


def is_unmanaged(change: Change) -> bool:
    """Whether it only shows a post in Buffer that is in no file and no state (`agenda.listed`)."""
    return change.desired is None and change.binding is None and change.action is Action.NO_OP


def _create(item: Post | Idea | None) -> tuple[str, str]:
    """What Buffer does with a post or an idea that it receives, as in `_MODES`."""
    if not isinstance(item, Post):
        return _IDEAS
    if item.draft or item.needs_approval:
        return _DRAFTS if item.draft else _APPROVALS
    if not item.reminds:
        return _MODES[item.mode]
    at_once = item.mode is ShareMode.SHARE_NOW
    return "will remind a person at once" if at_once else f"{_MODES[item.mode][0]} as a reminder", _REMINDS


def verbs(plan: Plan) -> str:
    """`schedules 3, changes 2 and deletes 1`: what an apply does, in numbers of posts; empty if it sends nothing."""
    found = Counter(_create(change.desired)[1] for change in plan.of(Action.CREATE))
    found += Counter(_edit(change) for change in plan.of(Action.UPDATE))
    found |= {_DELETES: len(plan.of(Action.DELETE))}
    order = (_TAKES_OFF, *_VERBS, _PUTS_BACK, _CHANGES, _LETS_OUT, _DELETES)
    return all_of(verb.format(f"{found[verb]:,}", s="s" * (found[verb] > 1)) for verb in order if found[verb])


#: What an apply does to a number of posts that are in Buffer already.
_TAKES_OFF, _PUTS_BACK = "makes {} draft{s}", "puts {} back on the schedule"
_CHANGES, _DELETES = "changes {}", "deletes {}"
_LETS_OUT = "lets {} out during a freeze"


def _edit(change: Change) -> str:
    if change.takes_off:
        return _TAKES_OFF
    if change.lets_out:
        return _LETS_OUT
    return _PUTS_BACK if change.puts_back else _CHANGES


def is_at_once(change: Change) -> bool:
    """Whether it is published as soon as it is sent."""
    post = change.desired
    if change.action not in {Action.CREATE, Action.UPDATE} or not isinstance(post, Post):
        return False
    sent = change.action is Action.CREATE or (isinstance(change.write, EditPost) and change.write.reschedule)
    return sent and post.mode is ShareMode.SHARE_NOW and is_public(post)


def goes_public(change: Change) -> bool:
    """Whether Buffer now publishes it without further action and would not have before: a new post, a former draft."""
    if change.puts_back and not _needs_approval(change):
        return True
    if not is_public(change.desired):
        return False
    return change.action is Action.CREATE or (
        change.action is Action.UPDATE and (change.was_draft or is_at_once(change))
    )


def is_published_after(change: Change) -> bool:
    """Whether a change that is sent leaves a post that Buffer publishes without further action, new or edited."""
    is_edited = change.action is Action.UPDATE and not change.takes_off and status_of(change) is PostStatus.SCHEDULED
    return goes_public(change) or (is_edited and is_public(change.desired))


def kept_back(change: Change) -> str:
    """`draft` or `to approve`: why Buffer does not publish its post by itself, now or once it is sent; else empty."""
    post, status = change.desired, status_of(change)
    is_as_declared = status is None or change.action in {Action.CREATE, Action.UPDATE}
    is_draft, is_to_approve = status is PostStatus.DRAFT, status is PostStatus.NEEDS_APPROVAL
    if isinstance(post, Post) and is_as_declared:
        is_draft, is_to_approve = post.draft and not change.puts_back, post.needs_approval
    if change.takes_off or is_draft:
        return "draft"
    return "to approve" if is_to_approve else ""


def is_public(item: Post | Idea | None) -> bool:
    """Whether Buffer publishes it without further action."""
    return isinstance(item, Post) and not item.draft and not item.needs_approval and not item.reminds


def describe_cause(change: Change) -> str:
    """The cause in plain words, empty if there is none or the action already says it."""
    if change.action in {Action.ADOPT, Action.MOVE}:
        return ""
    if change.cause is Cause.DRIFT and change.action is Action.CREATE:
        return "deleted in Buffer earlier"
    return _DRIFTS.get(change.reason, _CAUSES.get(change.cause, ""))


def is_of_text(path: str) -> bool:
    """Whether a field is a text of the post, its title, or something of its thread."""
    top, *rest = path.removeprefix("metadata.").split(".")
    return top == "thread" or (top in {"text", "title"} and not rest)


def field(path: str) -> str:
    """A field by its name in the file: `thread.1.text` is the text of a thread's second part."""
    top, *rest = path.removeprefix("metadata.").split(".")
    match top, rest:
        case "tags" | "services", _:
            return top
        case "thread", [number, "assets", asset, kind, "file" | "url"]:
            return f"thread, part {int(number) + 1}, {kind} {int(asset) + 1}"
        case "thread", [number]:
            return f"thread, part {int(number) + 1}"
        case "thread", [number, "text"]:
            return f"thread, part {int(number) + 1}, text"
        case "thread", [number, "link_attachment", *what]:
            return ".".join([f"thread, part {int(number) + 1}, link_attachment", *what])
        case "thread", [number, "assets", asset, *what]:
            return ", ".join([f"thread, part {int(number) + 1}, asset {int(asset) + 1}", *what])
        case "assets", [number, kind, "file" | "url"]:
            return f"{kind} {int(number) + 1}"
        case "media", [number, "file" | "url"]:
            return f"media {int(number) + 1}"
        case "assets", [number, *what]:
            return ", ".join([f"asset {int(number) + 1}", *what])
    return ".".join([top, *rest])


def value(raw: Any, zone: str = "", name: str = "") -> str:
    """The value of the field `name` as people write it, safe to show, an instant in `zone`; empty for no value."""
    if raw in (None, "", (), [], {}):
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if hasattr(raw, "_asdict"):
        raw = raw._asdict()
    if isinstance(raw, Mapping):
        parts = ((shown_text(str(each)), value(part, zone, each)) for each, part in raw.items())
        return ", ".join(f"{each}: {part}" for each, part in parts if part)
    if isinstance(raw, tuple | list | set | frozenset):
        between = "; " if any(isinstance(part, Mapping) or hasattr(part, "_asdict") for part in raw) else ", "
        return between.join(filter(None, (value(part, zone, name) for part in raw)))
    if name == "category_id":
        return CATEGORIES.get(str(raw), shown_text(str(raw)))
    if is_instant(name) and isinstance(raw, str):
        return dates.local(datetime.fromisoformat(raw), zone)
    return shown_text(str(raw))


def left_to_buffer(then: Then, default: str) -> str:
    """What happens to a field that the files do not give: `Buffer's default (public)`."""
    if then is Then.CLEARED:
        return ""
    return f"Buffer's default ({default})" if then is Then.DEFAULT else "left to Buffer"


def is_instant(name: str) -> bool:
    """Whether the field holds an instant, as `model.comparable.instant` writes it; a text may look like one."""
    return name in _INSTANTS


def to_publish_again(why: Unavailable) -> str:
    """What to do so that a channel publishes again, a sentence."""
    match why:
        case Unavailable.DISCONNECTED:
            return "Reconnect it in Buffer."
        case Unavailable.LOCKED:
            return "Unlock it in Buffer (your plan may hold fewer)."


def need_you(number: int) -> str:
    """`1 needs you`, `2 need you`."""
    return f"{number:,} need{'s' if number == 1 else ''} you"


def away(moment: datetime, now: datetime, zone: str) -> str:
    """`in 3 days`, `tomorrow`, `20 minutes ago`: by the clock if it is under a day, else by the calendar in `zone`."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < _MINUTE:
        return "now"
    number, unit = _span(moment, now, zone)
    if (number, unit) == (1, "day"):
        return "tomorrow" if seconds > 0 else "yesterday"
    return f"in {count(number, unit)}" if seconds > 0 else f"{count(number, unit)} ago"


def _span(moment: datetime, now: datetime, zone: str) -> tuple[int, str]:
    seconds = abs((moment - now).total_seconds())
    if seconds < _HOUR:
        return int(seconds // _MINUTE), "minute"
    days = abs((dates.in_zone(moment, zone).date() - dates.in_zone(now, zone).date()).days)
    if seconds < _DAY or not days:  # a day of 25 hours, when summer time ends
        return round(seconds / _HOUR), "hour"
    if days < _WEEKS:
        return days, "day"
    if days < _MONTHS:
        return days // 7, "week"
    return (days // 30, "month") if days < _YEARS else (days // 365, "year")
