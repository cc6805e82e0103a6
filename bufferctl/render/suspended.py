"""The beginning of a plan, a comment, a page and a receipt if something is suspended, or comes back.

Posts that still go out come right below it, so that nobody believes that everything has stopped. A job lists posts in
the same form that go out because what was merged is not applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from bufferctl.diagnostics import some_of
from bufferctl.model import LivePost, dates, visible
from bufferctl.plan import Change, GoesOut, Outcome, Plan
from bufferctl.render import words
from bufferctl.render.counted import changes_counted
from bufferctl.render.lines import count
from bufferctl.render.report import Report
from bufferctl.value import replace, value


@value()
class StillOut:
    """A post that goes out although it is suspended, or although the files no longer have it as it is."""

    when: str  # in its channel's zone
    channel: str
    what: str  # its address or key, or what it says


@value()
class Opening:
    """The first lines: their sentences (`heads`), further notes (`also`), and posts that still go out (`out`)."""

    heads: tuple[str, ...]
    also: tuple[str, ...] = ()
    out: tuple[StillOut, ...] = ()
    out_head: str = ""  # what stands above `out`


def opening_of(report: Report) -> Opening | None:
    """The first lines; None if nothing is suspended, and nothing comes back."""
    plan, outcomes = report.plan, report.outcomes
    heads = [*_suspended(plan, outcomes), *_resumed(plan, outcomes), *_taken_over(plan, outcomes)]
    if not heads:
        return None
    going_out = (*_failed(outcomes), *_going_out(plan))
    out = tuple(_still_out(each, plan) for each in going_out)
    return Opening(tuple(heads), tuple(_also(plan, outcomes)), out, _out_head(going_out))


def _out_head(going_out: Sequence[GoesOut]) -> str:
    """`Not stopped; 2 posts still go out, and 1 once somebody approves it:`"""
    waiting = sum(each.awaits_approval for each in going_out)
    going = len(going_out) - waiting
    approved = f"once somebody approves {'it' if waiting == 1 else 'them'}"
    if not going_out:
        return ""
    if not going:
        return f"Not stopped; {count(waiting, 'post')} would go out {approved}:"
    besides = f", and {waiting} {approved}" if waiting else ""
    return f"Not stopped; {count(going, 'post')} still {'goes' if going == 1 else 'go'} out{besides}:"


def not_as_declared(plan: Plan, changes: Iterable[Change]) -> tuple[StillOut, ...]:
    """The posts of these changes that Buffer publishes although the files no longer have them as they are, by time."""
    found = [change for change in changes if change.still_goes_out and isinstance(change.live, LivePost)]
    return tuple(_as_it_is(change, plan) for change in sorted(found, key=_goes_out_at))


def not_as_declared_head(number: int) -> str:
    """What stands above such posts, with their number."""
    goes, them = ("goes", "it") if number == 1 else ("go", "them")
    return f"{count(number, 'post')} still {goes} out, although the files no longer have {them} like this:"


def _as_it_is(change: Change, plan: Plan) -> StillOut:
    post = _still_out(_of_change(change), plan)
    why, text = words.describe_cause(change), " ".join(getattr(change.live, "text", "").split())
    said = ", ".join(filter(None, [change.address.key, why]))
    return replace(post, what=visible(": ".join(filter(None, [said, text]))))


def _goes_out_at(change: Change) -> tuple[bool, datetime]:
    """What sorts posts by their time in Buffer, those without one last."""
    due_at = change.live.due_at if isinstance(change.live, LivePost) else None
    return due_at is None, due_at or datetime.max.replace(tzinfo=UTC)


def _suspended(plan: Plan, outcomes: Sequence[Outcome] | None) -> Iterator[str]:
    """`Suspended: Earthquake. 39 scheduled posts become drafts.`"""
    suspension = plan.suspension
    if suspension is None or not suspension.reasons:
        return
    off = [change for change in plan.changes if change.takes_off]
    said = ""
    if off and outcomes is not None:
        done = (each.change for each in outcomes if each.change.takes_off and each.was_done)
        posts, is_one = changes_counted(done, "scheduled post")
        said = f"{posts} became {'a draft' if is_one else 'drafts'}"
    elif off:
        posts, is_one = changes_counted(off, "scheduled post")
        said = f"{posts} {'becomes a draft' if is_one else 'become drafts'}"
    reasons = "; ".join(visible(each.rstrip(".")) for each in suspension.reasons)
    is_whole = not plan.narrowed  # a part may leave out a delete
    if not said and is_whole and not any(each.address for each in suspension.going_out):
        said = _NOTHING_SCHEDULED
    yield f"Suspended: {reasons}.{f' {said}.' if said else ''}"


_NOTHING_SCHEDULED = "None of the posts that it covers is scheduled"


def _resumed(plan: Plan, outcomes: Sequence[Outcome] | None) -> Iterator[str]:
    """`Resumes: 39 posts go back on the schedule; the first goes out in 2 hours.`"""
    back = [change for change in plan.changes if change.puts_back]
    if not back:
        return
    if outcomes is not None:
        done = (each.change for each in outcomes if each.change.puts_back and each.was_done)
        yield f"Resumed: {changes_counted(done)[0]} went back on the schedule."
        return
    times = list(filter(None, (each.due_at or plan.queue_times.get(each.slot) for each in back)))
    which = "first" if len(times) == len(back) else "first timed one"
    first = f"; the {which} goes out {words.away(min(times), plan.at, '')}" if times else ""
    posts, is_one = changes_counted(back)
    yield f"Resumes: {posts} {'goes' if is_one else 'go'} back on the schedule{first}."


def _taken_over(plan: Plan, outcomes: Sequence[Outcome] | None) -> Iterator[str]:
    """`Lets out: launch. buffer.yaml suspended it; these files put it back on the schedule.`"""
    if plan.suspension is None:
        return
    done = {each.change.address for each in outcomes or () if each.was_done}
    by_root_file: dict[str, list[str]] = {}
    for each in plan.suspension.taken_over:
        if outcomes is None or each.address in done:
            by_root_file.setdefault(each.root_file, []).append(f"`{each.address.key}`")
    for root_file, keys in by_root_file.items():
        names = list(dict.fromkeys(keys))
        verb, them = "Lets out" if outcomes is None else "Let out", "it" if len(names) == 1 else "them"
        named = some_of(names)
        yield f"{verb}: {named}. {root_file} suspended {them}; these files put {them} back on the schedule."


def _also(plan: Plan, outcomes: Sequence[Outcome] | None) -> Iterator[str]:
    queued = [change for change in plan.changes if change.puts_back and change.due_at is None]
    if queued and outcomes is None:
        posts, is_one = changes_counted(queued)
        yield f"{posts} {_TO_THE_END[is_one]}."
    suspension = plan.suspension
    if suspension is None:
        return
    if suspension.let_out:
        names = some_of([f"`{each.key}`" for each in dict.fromkeys(suspension.let_out)])
        yield f"Let out by `suspended: false`: {names}."
    if suspension.unread:
        names = some_of([f"`{each}`" for each in suspension.unread])
        yield f"Not read, since no file names them, so nobody knows what goes out there: {names}."


#: By whether it is one.
_TO_THE_END = {
    True: "without a time of its own goes to the end of its queue",
    False: "without a time of their own go to the end of their queues",
}


def _failed(outcomes: Sequence[Outcome] | None) -> Iterator[GoesOut]:
    """The posts that an apply could not take off the schedule."""
    for each in outcomes or ():
        if each.change.takes_off and not each.was_done:
            yield _of_change(each.change)


def _of_change(change: Change) -> GoesOut:
    due_at, text = getattr(change.live, "due_at", None), getattr(change.live, "text", "")
    return GoesOut(change.live_id or "", change.slot.channel_id, due_at, text, str(change.address))


def _going_out(plan: Plan) -> Sequence[GoesOut]:
    return plan.suspension.going_out if plan.suspension else ()


def _still_out(post: GoesOut, plan: Plan) -> StillOut:
    channel = plan.channels.get(post.channel_id)
    zone = channel.timezone if channel else ""
    when = dates.moment(dates.in_zone(post.due_at, zone), year=False) if post.due_at else "in the queue"
    text = " ".join(post.text.split())
    approved = "once approved" if post.awaits_approval else ""
    whose = f"perhaps {post.perhaps}" if post.perhaps else "perhaps not made by bufferctl"
    who = ", ".join(filter(None, ["" if post.address else whose, approved]))
    what = ": ".join(filter(None, [who, post.address or text]))
    return StillOut(when, visible(channel.label) if channel else "", visible(what))
