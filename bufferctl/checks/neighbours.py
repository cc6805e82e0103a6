"""Rules that compare posts: the same text again, and two posts of a channel at nearly the same time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise

from bufferctl.checks.finding import Finding, RelatedItem, advice
from bufferctl.checks.team_rules import SPACING
from bufferctl.diagnostics import Place
from bufferctl.model import Post, Service
from bufferctl.model.networks import RuleSource

AGAIN = timedelta(days=30)
APART = timedelta(minutes=15)

SAME_TEXT = advice(
    "BC105",
    "same-text-again",
    f"the same text goes out twice on one channel within {AGAIN.days} days",
    "networks hide or refuse repetitions, and so may Buffer",
    "change one of the texts; if it is intended, write `repeat_of:` and the key of the other one",
    "what networks do; Buffer was seen to refuse some repetitions",
)
TOO_CLOSE = advice(
    "BC106",
    "posts-too-close",
    f"two posts go out on one channel within {APART.seconds // 60} minutes",
    "they compete for readers, and usually one of the dates is a mistake",
    "move one of them",
    "what teams find in hindsight",
)

SAME_ON_X = advice(
    "BC110",
    "same-text-on-x-accounts",
    "the same text goes out on two X channels",
    "X forbids it and may hide or refuse it; whether Buffer refuses it is not known",
    "give one of them a text of its own under `overrides`, or name one of the channels",
    RuleSource.NETWORK,
)

REPEATED = advice(
    "BC111",
    "repeat-says-the-same",
    "occurrences of a repeated post have the same text",
    "networks hide or refuse repetitions, and so may Buffer",
    "give each a text of its own with variables: `$(number)`, or `vars` under `each`",
    "what networks do; Buffer was seen to refuse some repetitions",
)


_X = Service.TWITTER


#: A post and its instant in seconds since 1970, None if a queue decides.
Timed = tuple[Post, float | None]


def neighbour_findings(
    posts: list[Timed], now: datetime | None, since: float | None = None, spacing: timedelta | None = None
) -> Iterator[Finding]:
    """The findings about pairs of posts, reported for the later one unless it was before `since`.

    A queued post goes out soon, so its time counts as `now`. `spacing` is the team's policy.
    """
    channels: dict[tuple[str, str], list[Timed]] = {}
    for timed in posts:
        address = timed[0].address
        channels.setdefault((address.organization, address.channel), []).append(timed)
    ahead = [post for (post, at) in posts if since is None or at is None or at >= since]
    yield from _on_several_x_channels(ahead)
    yield from _repeats_with_one_text(ahead)
    for there in channels.values():
        texts: dict[str, list[Timed]] = {}
        for timed in there:
            texts.setdefault(timed[0].text.strip(), []).append(timed)
        for text, same in texts.items():
            if text and len(same) > 1:
                yield from _again(same, now.timestamp() if now else 0.0, since)
        yield from _too_close([(at, post) for post, at in there if at is not None and not post.draft], since, spacing)


def _on_several_x_channels(posts: Iterable[Post]) -> Iterator[Finding]:
    """The same text on several X channels, reported for the later ones."""
    firsts: dict[str, Post] = {}
    for post in posts:
        if post.service is not _X or not (text := post.text.strip()):
            continue
        first = firsts.setdefault(text, post)
        if (first.address.organization, first.address.channel) != (post.address.organization, post.address.channel):
            message = f"the same text also goes out on {first.address.channel}, and X forbids that for several accounts"
            related = () if first.place == post.place else (RelatedItem(first, f"first used in `{first.address.key}`"),)
            yield Finding(SAME_ON_X, post, ("text",), message, related=related)


def _repeats_with_one_text(posts: Iterable[Post]) -> Iterator[Finding]:
    """Occurrences with the same text, reported once for each entry."""
    entries: dict[Place, dict[str, Post]] = {}
    for post in posts:
        if post.expansion and post.expansion.repeats:
            entries.setdefault(post.place, {}).setdefault(post.address.key, post)
    for repeats in entries.values():
        first = next(iter(repeats.values()))
        earlier = first.expansion.repeats if first.expansion else ""
        others = len(repeats) - 1
        more = f", and so {'does' if others == 1 else 'do'} {others} more" if others else ""
        message = f"`{first.address.key}` has the same text as `{earlier}`{more}; networks hide or refuse repeats"
        yield Finding(REPEATED, first, ("repeat",), message, names_occurrence=True)


def _again(same: list[Timed], now: float, since: float | None) -> Iterator[Finding]:
    dated = sorted(((now if at is None else at, post) for post, at in same), key=lambda each: each[0])
    reported: set[frozenset[Place]] = set()
    for (one_at, one), (other_at, other) in pairwise(dated):
        apart = other_at - one_at
        meant = one.given_repeat_of or other.given_repeat_of or one.due_at == other.due_at is not None  # an error
        if apart > AGAIN.total_seconds() or meant or (since is not None and other_at < since):
            continue
        if one.number or other.number:
            entries = frozenset({one.place, other.place})  # one alone has a rule of its own
            if len(entries) == 1 or entries in reported:
                continue
            reported.add(entries)
        days = round(apart / timedelta(days=1).total_seconds())
        when = f" within {days} days" if days > 1 and one.due_at and other.due_at else ""
        message = f"the same text goes out twice on one channel{when}; networks hide or refuse repeats"
        related = (RelatedItem(one, f"first used in `{one.address.key}`"),)
        yield Finding(SAME_TEXT, other, ("text",), message, related=related)


def _too_close(timed: list[tuple[float, Post]], since: float | None, spacing: timedelta | None) -> Iterator[Finding]:
    rule, why = TOO_CLOSE, "so they compete for readers"
    if spacing is not None:
        rule, why = SPACING, f"and your team agreed on {_minutes(spacing.total_seconds())} between posts"
    least = (spacing or APART).total_seconds()
    timed.sort(key=lambda each: each[0])
    for (one_at, one), (other_at, other) in pairwise(timed):
        apart = other_at - one_at
        twins = not apart and one.text.strip() == other.text.strip()  # an error, unless it is meant
        if apart >= least or twins or (since is not None and other_at < since):
            continue
        is_at_once = apart // 60 == 0
        when = "at the same time" if is_at_once else f"{_minutes(apart)} apart"
        message = f"two posts go out on one channel {when}, {why}"
        note = f"`{one.address.key}` goes out {'at that time, too' if is_at_once else 'just before'}"
        yield Finding(rule, other, ("due_at",), message, related=(RelatedItem(one, note),))


def _minutes(seconds: float) -> str:
    number = int(seconds // 60)  # rounded down: what is too close is never called as far apart as it should be
    return f"{number} minute{'s' * (number != 1)}"
