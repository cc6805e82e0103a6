"""A plan as text for a terminal: plain words, good at 80 columns and without colour.

By channel and in the order of time, each change with the digest that a review can name; then counts and what applying
takes; what needs somebody last, where it is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, zip_longest
from typing import Any

from bufferctl.digests import REVIEWED, SHORT, change_digest, digest_of
from bufferctl.model import Post, ShareMode
from bufferctl.model.content import TextLength
from bufferctl.model.invisible import visible
from bufferctl.model.quota import Window
from bufferctl.plan import (
    STATE_ONLY,
    WRITING,
    Action,
    Change,
    Plan,
    Reason,
    ready_at,
    requests_needed,
)
from bufferctl.render import words
from bufferctl.render.cards import first_out
from bufferctl.render.columns import wrapped
from bufferctl.render.paint import Paint, count
from bufferctl.render.text_change import Lines

_SHOWN = WRITING | STATE_ONLY | {Action.HOLD, Action.WAITING}
_HOUR = 3600
_NOT_CHECKED = "Not checked against Buffer: made from the files and the state alone."


def plan_text(
    plan: Plan, paint: Paint, lengths: Mapping[Any, TextLength] | None = None, *, is_offline: bool = False
) -> str:
    """The whole plan, ending in a newline. `lengths`: of texts, by address. `is_offline`: as in `Report`."""
    digests = {change.slot: change_digest(change) for change in plan.changes if change.action in REVIEWED}
    lines = Lines(plan, paint, lengths or {}, digests)
    shown = [change for change in plan.changes if change.action in _SHOWN]
    needs_you = _in_time((change for change in shown if change.action is Action.HOLD), plan)
    others = _in_time((change for change in shown if change.action is not Action.HOLD), plan)
    said: list[str] = []
    for home, group in groupby(sorted(others, key=words.home), key=words.home):
        said += ["", paint.strong(home), *_changes(list(group), lines)]
    said += ["", *_summary(plan, paint, is_offline=is_offline)]
    if digests:
        said.append(f"Digest {digest_of(digests.values())[:SHORT]}.")
    if needs_you:
        said += ["", paint.strong(paint.bad("Needs you")), *_changes(needs_you, lines)]
    return "\n".join(said).lstrip("\n") + "\n"


def _in_time(changes: Iterable[Change], plan: Plan) -> list[Change]:
    """What goes out at once, then by time, then what is unscheduled, as planned."""
    return sorted(changes, key=lambda change: (*_moment(change, plan), change.address.channel))


def _moment(change: Change, plan: Plan) -> tuple[bool, datetime]:
    item = change.desired
    at_once = isinstance(item, Post) and item.mode is ShareMode.SHARE_NOW and change.action in WRITING
    moment = plan.at if at_once else change.due_at
    return moment is None, moment or plan.at


def _changes(changes: Sequence[Change], lines: Lines) -> Iterator[str]:
    """Each change; what is said of several in a row alike is said once, below the last."""
    for change, following in zip_longest(changes, changes[1:]):
        if change.action in STATE_ONLY and not change.message:
            yield lines.in_a_line(change)
            continue
        yield from lines.heading(change)
        alike = following is not None and change.message != "" and _said(following) == _said(change)
        loud = change.differences or change.reason is Reason.NOT_REVIEWED
        yield from lines.details(change, said_below=alike and not loud)


def _said(change: Change) -> tuple[str, str, bool]:
    return change.message, change.hint, bool(change.differences)


def _summary(plan: Plan, paint: Paint, *, is_offline: bool) -> Iterator[str]:
    counts = plan.count()
    quiet = quiet_counts(plan)
    if plan.is_empty:
        yield paint.strong(paint.good("No changes."))
        about = no_changes(plan, is_offline=is_offline)
        yield from wrapped(f"{about}{': ' + quiet if quiet else ''}.", paint.width)
        yield from [_NOT_CHECKED] if is_offline else []
        return
    needs = f"; {words.need_you(holds)}" if (holds := counts[Action.HOLD]) else ""
    parts = ((Action.CREATE, "create"), (Action.UPDATE, "change"), (Action.DELETE, "delete"))
    said = ", ".join(f"{counts[action]:,} to {name}" for action, name in parts)
    yield paint.strong(f"Plan: {said}{needs}.")
    if public := sum(map(words.goes_public, plan.writes)):
        yield from wrapped(f"{count(public, 'post')} will be published. {_first(plan)}".rstrip(), paint.width)
    if at_once := sum(map(words.is_at_once, plan.writes)):
        yield paint.bad(f"{count(at_once, 'post')} will be PUBLISHED AT ONCE when this is applied.")
    if quiet:
        yield from wrapped(f"Also: {quiet}.", paint.width)
    if is_offline:
        yield _NOT_CHECKED
    elif plan.writes:
        yield from wrapped(_requests(plan), paint.width)


def _first(plan: Plan) -> str:
    """When the first of them goes out, and where."""
    first = first_out(plan)
    return f"First post: {first[1]}, {visible(first[0].address.channel)}." if first else ""


def no_changes(plan: Plan, *, is_offline: bool) -> str:
    """What follows from a plan without changes, without a full stop."""
    if plan.narrowed:
        return "Limited to the selected posts"
    return "The files match what was last applied" if is_offline else "Buffer matches your files"


def requests_said(plan: Plan) -> str:
    """How many requests applying it takes, reading before and after included, without a full stop."""
    return f"Apply will use {count(requests_needed(plan), 'API request')}"


def _requests(plan: Plan) -> str:
    """What applying will cost, and what Buffer allows of that when."""
    said = f"{requests_said(plan)}."
    tightest, end = plan.quota.tightest, ready_at(plan)
    if tightest is None or end is None:
        return said
    span = f"{tightest.window_seconds // 60} minutes" if tightest.window_seconds < _HOUR else _hours(tightest)
    said += f" Buffer allows {tightest.left} more within {span}"
    return said + (f", so it would be done at about {words.local(end, '')}." if end > plan.at else ".")


def _hours(window: Window) -> str:
    return count(round(window.window_seconds / _HOUR), "hour")


def quiet_counts(plan: Plan) -> str:
    """What nobody needs to look at, in counts."""
    counts = plan.count()
    found = [
        (counts[Action.NO_OP], "unchanged"),
        (counts[Action.ADOPT], "already there"),
        (counts[Action.MOVE], "renamed"),
        (counts[Action.DONE], "published"),
        (counts[Action.PAST], "past"),
        (counts[Action.WAITING], "waiting"),
        (plan.unmanaged, "unmanaged"),
    ]
    return ", ".join(f"{number:,} {name}" for number, name in found if number)
