"""Rules on posts of one channel beside each other: the same text again, and two posts at nearly the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from bufferctl.checks.finding import Finding, Related, Rule
from bufferctl.diagnostics import Severity
from bufferctl.model import Post
from bufferctl.model.comparable import normal_text

AGAIN = timedelta(days=30)
APART = timedelta(minutes=15)

SAME_TEXT = Rule(
    "BC105",
    "same-text-again",
    Severity.WARNING,
    f"the same text goes out twice on one channel within {AGAIN.days} days",
    "networks hide or refuse repetitions, and so may Buffer",
    "change one of the texts; if it is meant, write `repeat_of:` and the key of the other one",
    "what networks do; Buffer was seen to refuse some repetitions",
)
TOO_CLOSE = Rule(
    "BC106",
    "posts-too-close",
    Severity.WARNING,
    f"two posts go out on one channel within {APART.seconds // 60} minutes",
    "they take each other's readers, and it is mostly a mistake in a date",
    "move one of them",
    "what teams find in hindsight",
)

RULES = (SAME_TEXT, TOO_CLOSE)


def neighbour_findings(posts: Iterable[Post], now: datetime | None) -> Iterator[Finding]:
    """What is wrong between posts. A post of a queue goes out soon: its time is taken to be `now`."""
    texts: dict[tuple[str, str, str], list[Post]] = {}
    times: dict[tuple[str, str], list[tuple[float, Post]]] = {}
    for post in posts:
        address = post.address
        if post.text:
            texts.setdefault((address.organization, address.channel, normal_text(post.text)), []).append(post)
        if post.due_at is not None:
            channel = times.setdefault((address.organization, address.channel), [])
            channel.append((post.due_at.timestamp(), post))
    for same in texts.values():
        if len(same) > 1:
            yield from _again(same, now)
    for timed in times.values():
        yield from _too_close(timed)


def _again(same: list[Post], now: datetime | None) -> Iterator[Finding]:
    timed = sorted((post for post in same if _time(post, now) is not None), key=lambda post: _time(post, now) or 0.0)
    untimed = [post for post in same if _time(post, now) is None]
    for one, other in (*pairwise(timed), *pairwise(untimed)):
        apart = (_time(other, now) or 0.0) - (_time(one, now) or 0.0)
        if apart > AGAIN.total_seconds() or one.repeat_of or other.repeat_of:
            continue
        days = round(apart / timedelta(days=1).total_seconds())
        when = f" within {days} days" if days > 1 and one.due_at and other.due_at else ""
        message = f"the same text goes out twice on one channel{when}; networks hide or refuse repetitions"
        related = (Related(one, f"`{one.address.key}` says it first"),)
        yield Finding(SAME_TEXT, other, ("text",), message, related=related)


def _time(post: Post, now: datetime | None) -> float | None:
    moment = post.due_at or now
    return None if moment is None else moment.timestamp()


def _too_close(timed: list[tuple[float, Post]]) -> Iterator[Finding]:
    timed.sort(key=lambda each: each[0])
    for (one_at, one), (other_at, other) in pairwise(timed):
        apart = other_at - one_at
        if apart >= APART.total_seconds():
            continue
        minutes = round(apart / 60)
        when = "at the same time" if minutes == 0 else f"{minutes} minute{'s' * (minutes > 1)} apart"
        message = f"two posts go out on one channel {when}, so they take each other's readers"
        related = (Related(one, f"`{one.address.key}` goes out just before"),)
        yield Finding(TOO_CLOSE, other, ("due_at",), message, related=related)
