"""A plan and its outcomes as text for a terminal: Terraform's manner, plain words, good at 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import Any

from bufferctl.model import Idea, LiveIdea, LivePost, Post
from bufferctl.model.quota import Window
from bufferctl.plan import (
    STATE_ONLY,
    WRITING,
    Action,
    Change,
    Outcome,
    Plan,
    Status,
    ready_at,
    requests_needed,
    write_requests,
)
from bufferctl.render import words
from bufferctl.render.paint import Paint, count, safe, sentence, wrapped

WIDTH = 80
#: Lines of a text that are shown before it is folded.
FOLD = 4

_SHOWN = WRITING | STATE_ONLY | {Action.HOLD, Action.WAITING}


def plan_text(plan: Plan, paint: Paint) -> str:
    """The whole plan, ending in a newline."""
    shown = [change for change in plan.changes if change.action in _SHOWN]
    needs_you = [change for change in shown if change.action is Action.HOLD]
    lines: list[str] = []
    others = sorted((change for change in shown if change.action is not Action.HOLD), key=_home)
    for home, group in groupby(others, key=_home):
        lines += ["", paint.strong(safe(home)), *_changes(list(group), plan, paint)]
    if needs_you:
        lines += ["", paint.bad("Needs you"), *_changes(needs_you, plan, paint)]
    lines += ["", *_summary(plan, paint)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _home(change: Change) -> str:
    return f"{change.address.organization} · {change.address.channel}"


def _changes(changes: Sequence[Change], plan: Plan, paint: Paint) -> Iterator[str]:
    """Each change; what is said of several in a row alike is said once, below the last."""
    for change, following in zip_longest(changes, changes[1:]):
        yield from _heading(change, plan, paint)
        if following is None or change.differences or not change.message or _said(following) != _said(change):
            yield from _details(change, paint)
        elif change.hint and change.place:
            yield f"      → {safe(str(change.place))}"


def _said(change: Change) -> tuple[str, str, bool]:
    return change.message, change.hint, bool(change.differences)


def _heading(change: Change, plan: Plan, paint: Paint) -> Iterator[str]:
    sign = _painter(change.action, paint)(words.SIGNS[change.action])
    about = ", ".join(filter(None, [words.what(change), words.when(change, plan), words.why(change)]))
    yield f"  {sign} {paint.strong(safe(str(change.address)))}"
    yield f"      {about}"


def _details(change: Change, paint: Paint) -> Iterator[str]:
    if change.message:
        yield from _indented(sentence(change.message))
    if change.action in {Action.CREATE, Action.DELETE}:
        yield from _content(change, paint)
    for difference in change.differences:
        yield from _difference(difference.path, difference.before, difference.after, paint)
    if change.hint:
        where = f"{change.place}: " if change.place else ""
        yield from _indented(f"→ {where}{change.hint}")


def _painter(action: Action, paint: Paint) -> Any:
    return {
        Action.CREATE: paint.good,
        Action.UPDATE: paint.change,
        Action.DELETE: paint.bad,
        Action.HOLD: paint.bad,
    }.get(action, paint.faint)


def _content(change: Change, paint: Paint) -> Iterator[str]:
    item = change.desired if change.action is Action.CREATE else change.live or change.desired
    title = getattr(item, "title", None)
    if title:
        yield from _quoted(title, paint)
    if isinstance(item, Post | Idea | LivePost | LiveIdea) and item.text:
        yield from _quoted(item.text, paint)
    if isinstance(item, Post):
        thread = getattr(item.metadata, "thread", ())
        kinds = [asset.kind for asset in item.assets]
        extras = [count(kinds.count(kind), kind) for kind in dict.fromkeys(kinds)]
        extras += [f"a thread of {len(thread)}"] if len(thread) > 1 else []
        extras += [f"tags {', '.join(item.tags)}"] if item.tags else []
        extras += [f"the idea {item.idea}"] if item.idea else []
        if extras:
            yield from _indented(f"with {'; '.join(extras)}")


def _quoted(text: str, paint: Paint) -> Iterator[str]:
    """The text behind a bar, folded where it is long."""
    bar = paint.faint("│")
    lines = [part for line in safe(text).splitlines() for part in wrapped(line, WIDTH - 8)]
    for line in lines[:FOLD]:
        yield f"      {bar} {line}".rstrip()
    if len(lines) > FOLD:
        more = f"… {count(len(lines) - FOLD, 'more line')}"
        yield f"      {bar} {paint.faint(more)}"


def _difference(path: str, before: Any, after: Any, paint: Paint) -> Iterator[str]:
    yield f"      {safe(path)}:"
    if before not in (None, "", (), {}):
        yield from (f"      {paint.bad('-')} {line}".rstrip() for line in _value(before))
    if after not in (None, "", (), {}):
        yield from (f"      {paint.good('+')} {line}".rstrip() for line in _value(after))


def _value(value: Any) -> list[str]:
    text = value if isinstance(value, str) else str(value)
    return [part for line in safe(text).splitlines() for part in wrapped(line, WIDTH - 8)]


def _indented(text: str) -> Iterator[str]:
    return (f"      {line}" for line in wrapped(safe(text), WIDTH - 6))


def _summary(plan: Plan, paint: Paint) -> Iterator[str]:
    counts = plan.count()
    quiet = quiet_counts(plan)
    if plan.is_empty:
        yield paint.strong(paint.good("No changes."))
        if plan.narrowed:
            yield from textwrap.wrap(f"This is about what was named alone{': ' + quiet if quiet else ''}.", WIDTH)
            return
        yield from textwrap.wrap(f"Buffer is as the files say{': ' + quiet if quiet else ''}.", WIDTH)
        return
    yield paint.strong(
        f"Plan: {counts[Action.CREATE]} to create, {counts[Action.UPDATE]} to change, {counts[Action.DELETE]} to delete"
        + (f"; {counts[Action.HOLD]} need{'s' if counts[Action.HOLD] == 1 else ''} you" if counts[Action.HOLD] else "")
        + "."
    )
    if quiet:
        yield from textwrap.wrap(f"Also: {quiet}.", WIDTH)
    if plan.writes:
        yield from textwrap.wrap(_requests(plan), WIDTH)


def _requests(plan: Plan) -> str:
    """What applying will cost, and what Buffer allows of that when."""
    needed, writes = requests_needed(plan), write_requests(plan)
    said = f"Applying takes {count(needed, 'request')} ({writes} to write, {needed - writes} to read before and after)."
    tightest, end = plan.quota.tightest, ready_at(plan)
    if tightest is None or end is None:
        return said
    span = f"{tightest.window_seconds // 60} minutes" if tightest.window_seconds < _HOUR else _hours(tightest)
    said += f" Buffer allows {tightest.left} more within {span}"
    return said + (f", so it would be done at about {words.local(end, '')}." if end > plan.at else ".")


_HOUR = 3600


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
        (plan.not_ours, "not ours"),
    ]
    return ", ".join(f"{number:,} {name}" for number, name in found if number)


def left_text(left: Plan, planned: Plan, outcomes: Iterable[Outcome], paint: Paint) -> str:
    """What is left after an apply: in a line where nothing is, or nothing but what was shown before."""
    if left.is_empty:
        return f"Looked again: {paint.good('no changes')}.\n"
    shown = {(change.slot, change.message) for change in planned.of(Action.HOLD)}
    holds = left.of(Action.HOLD)
    refused = {outcome.change.slot for outcome in outcomes if outcome.status is Status.REFUSED}
    again = {change.slot for change in left.writes}
    if again <= refused and all((change.slot, change.message) in shown for change in holds):
        said = "nothing more to send" + (" but what was refused" if again else "")
        said += f"; {len(holds)} still need{'s' if len(holds) == 1 else ''} you" if holds else ""
        return f"Looked again: {said}.\n"
    return f"Looked again, and this is left:\n{plan_text(left, paint)}"


def outcome_line(outcome: Outcome, paint: Paint) -> str:
    """One outcome: sign, address, what became of it, id; a second line for what a person is to do."""
    change = outcome.change
    good = outcome.status is Status.DONE
    said = words.done(change) if good else words.OUTCOMES[outcome.status]
    painter = paint.good if good else paint.faint if outcome.status is Status.NOT_SENT else paint.bad
    sign = words.SIGNS[change.action] if good else "!" if outcome.status is not Status.NOT_SENT else "."
    line = f"{painter(sign)} {safe(str(change.address))}  {said}{'  ' + outcome.id if outcome.id else ''}"
    if outcome.link:
        line += f"  {safe(outcome.link)}"
    told = [sentence(outcome.message), f"→ {outcome.hint}" if outcome.hint else ""]
    more = [row for text in told if text for row in _indented(text)]
    return "\n".join([line, *more])


def applied_text(outcomes: Iterable[Outcome], paint: Paint) -> str:
    """What an apply did, in one line."""
    outcomes = list(outcomes)
    done = [o for o in outcomes if o.status in {Status.DONE, Status.DIFFERS}]

    def of(action: Action) -> int:
        return sum(o.change.action is action for o in done)

    written = any(o.change.action in WRITING for o in done)
    parts = [f"{of(Action.CREATE)} created", f"{of(Action.UPDATE)} changed", f"{of(Action.DELETE)} deleted"]
    parts = parts if written else ["nothing sent"]
    quiet = (Action.ADOPT, "already there"), (Action.MOVE, "renamed")
    parts += [f"{of(action)} {name}" for action, name in quiet if of(action)]
    parts += [f"{number} {words.OUTCOMES[s]}" for s in _TROUBLE if (number := sum(o.status is s for o in outcomes))]
    return paint.strong(f"Applied: {', '.join(parts)}.") + "\n"


_TROUBLE = (Status.DIFFERS, Status.REFUSED, Status.HELD, Status.WAITING, Status.NOT_SENT)
