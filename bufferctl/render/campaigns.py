"""What a plan says of campaigns: posts that move together are named once, and how a post was made from its entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bufferctl.model import Idea, Post
from bufferctl.model.invisible import visible
from bufferctl.plan import Action, Change
from bufferctl.render.paint import count

#: Fewer posts are shown one by one.
_TOGETHER = 2


@dataclass(frozen=True, slots=True)
class Moved:
    """Posts of one file of which only the time changes, all by the same span of local time; by time."""

    file: str
    span: timedelta
    changes: tuple[Change, ...]

    @property
    def label(self) -> str:
        """`37 posts moved by 1 day`."""
        way = "back by" if self.span < timedelta() else "by"
        return f"{count(len(self.changes), 'post')} moved {way} {_duration(abs(self.span))}"


def moved_together(changes: Iterable[Change]) -> tuple[Moved, ...]:
    """The moves among changes, in the order of their first posts."""
    groups: dict[tuple[str, timedelta], list[Change]] = {}
    for change in sorted(changes, key=lambda each: (each.due_at is None, each.due_at and each.due_at.timestamp())):
        span = _span(change)
        if span is not None and change.place is not None:
            groups.setdefault((change.place.file, span), []).append(change)
    return tuple(Moved(file, span, tuple(those)) for (file, span), those in groups.items() if len(those) >= _TOGETHER)


def _span(change: Change) -> timedelta | None:
    """By how much a post of a campaign moves, as its local clock shows it; None if something else changes too."""
    post = change.desired
    if change.action is not Action.UPDATE or not isinstance(post, Post) or post.due_at is None:
        return None
    if post.expansion is None or not (post.expansion.starts or post.expansion.number):
        return None
    if [each.path for each in change.differences] != ["due_at"] or not change.differences[0].before:
        return None
    before = datetime.fromisoformat(change.differences[0].before).astimezone(post.due_at.tzinfo)
    return post.due_at.replace(tzinfo=None) - before.replace(tzinfo=None)


def _duration(span: timedelta) -> str:
    """`1 day`, `1 day, 2 hours`."""
    minutes = span.days * 24 * 60 + span.seconds // 60
    parts = ((minutes // 1440, "day"), (minutes % 1440 // 60, "hour"), (minutes % 60, "minute"))
    return ", ".join(count(number, unit) for number, unit in parts if number)


def expansion_lines(item: Post | Idea | None) -> Iterator[str]:
    """How a post was made from an entry that says less or more, a line for each step; nothing for other posts."""
    made = item.expansion if isinstance(item, Post) else None
    if item is None or made is None:
        return
    if made.number:
        repeats = f", same text as `{made.repeats}`" if made.repeats else ""
        yield f"occurrence {made.number} of {made.times}, every {visible(made.every)}{repeats} ({item.place})"
    if made.starts:
        yield f"its time counts from `starts`, {made.starts}"
    for each in made.variables:
        value = visible(" ".join(each.value.split()))
        yield f"$({each.name}) is {value}{f' ({each.place})' if each.place else ''}"
    if made.parameters:
        yield f"links get {', '.join(map(visible, made.parameters))}"
