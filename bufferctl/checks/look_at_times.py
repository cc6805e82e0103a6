"""Worth a look: when posts go out, and what their texts say about days."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING

from bufferctl.checks.named_days import Day, dates_alone, days_in, names_in
from bufferctl.checks.sights import Declared, Groups, Sight, SightedPost, look_rule, texts_of
from bufferctl.diagnostics import Place
from bufferctl.model import dates
from bufferctl.model.entries import Occurrence

if TYPE_CHECKING:
    from bufferctl.plan import Beside

#: Posts of a channel that are closer than this are worth a look.
CLOSE = timedelta(minutes=10)

WRONG_DAY = look_rule(
    "wrong-day",
    "a text names a day that does not fit the date beside it, the time at which the post goes out, or its campaign",
    "readers would come on the wrong day",
    "correct the day in the text, or `due_at`",
)
OTHER_WEEKDAY = look_rule(
    "other-weekday",
    "a move puts a post on another day of the week",
    "a text or a habit of readers may depend on the day, and fewer people read on weekends",
    "move it by whole weeks",
)
SOMEBODY_CLOSE = look_rule(
    "close-to-somebody-else",
    f"somebody else's post on the channel goes out within {CLOSE.seconds // 60} minutes",
    "they compete for readers",
    "move one of them",
)
NIGHT_HOURS = look_rule(
    "night-hours",
    "a post goes out between 22:00 and 6:00, and no other post of its channel goes out near that hour",
    "12-hour clocks and time zones are easily mixed up, and few people read at night",
    "correct `due_at`, or its zone",
)

_SATURDAY = 5
_NIGHT = 22, 6
#: How far from the time of another entry's post a time is unusual, in minutes, and how many others there must be.
_UNUSUAL, _OTHERS = 180, 4
_MINUTES = 24 * 60

#: How long before its post a date can be and still be announced by mistake.
_AGO = timedelta(days=60)
#: How near to the date that the other texts of its file name another one is a mistake.
_NEAR = timedelta(days=7)
#: How many other occurrences name the date of a campaign.
_AGREED = 3
#: Words of a text that looks back.
_BACK = re.compile(
    r"\b(?:was|were|had|did|thanks?|thank you|yesterday|since|last|recap|record(?:ed|ing)|happened|ago|published|"
    r"released|wrote|said|met|born|died|founded|launched|started|began|anniversary|memor(?:y|ies)|back in|on this day|"
    r"reminder of|looked|came|took|made|won|lost|played|scored|war|waren|hatten?|danke|gestern|seit|letzten?|vor|"
    r"r\u00fcckblick|erschienen?|gewonnen)\b",
    re.IGNORECASE,
)


def wrong_days(groups: Groups, declared: Declared) -> Iterator[Sight]:
    """Texts that name another day than their post's; at most one line for each occurrence."""
    agreed = _agreed_dates(declared)
    for occurrence, versions in groups.items():
        of_file = agreed.get(occurrence.place.file, {}) if occurrence.place else {}
        for version in versions:
            wrong = _wrong_day(version, of_file)
            if wrong:
                yield Sight(WRONG_DAY, occurrence, "", wrong)
                break


def _agreed_dates(declared: Declared) -> dict[str, dict[date, int]]:
    """By file, the dates that its texts name without a weekday, and how many occurrences do."""
    found: dict[str, dict[date, set[Occurrence]]] = {}
    for posts in declared.values():
        for occurrence, post in posts:
            if occurrence.place and post.due_at:
                for _, day in (each for text in texts_of(post) for each in dates_alone(text, post.due_at)):
                    found.setdefault(occurrence.place.file, {}).setdefault(day, set()).add(occurrence)
    return {file: {day: len(those) for day, those in days.items()} for file, days in found.items()}


def _wrong_day(version: SightedPost, of_file: Mapping[date, int]) -> str:
    """What is wrong with the days that a text names, empty if nothing is."""
    due, before, texts = version.post.due_at, version.was_due, texts_of(version.post)
    for day in (day for text in texts for day in days_in(text, due)):
        if wrong := _contradiction(day, due):
            return f"its text says “{day.words}”, and {wrong}"
    if due and not version.is_only_moved:
        for text in texts:
            if wrong := _stray_date(text, due, version, of_file):
                return wrong
    if not due or not before or before.date() == due.date() or (version.changed or set()) & {"text", "thread"}:
        return ""
    made = version.post.expansion.variables if version.post.expansion else ()
    right = {each.value for each in made if "|" in each.name}  # dates in texts, which move with the post
    names = (match[0] for text in texts for match in names_in(text) if not any(match[0] in each for each in right))
    name = next(names, "")
    return f"its text names “{name}”, and only its time was moved" if name else ""


def _contradiction(day: Day, due: datetime | None) -> str:
    """What is wrong with names of one day that do not fit together or to the time of the post."""
    if due and day.away is not None:
        meant = due.date() + timedelta(days=day.away)
        if (day.date or meant) != meant or day.weekday not in {None, meant.weekday()}:
            return f"it goes out on {_said(due.date())}"
    if day.date and day.weekday not in {None, day.date.weekday()}:
        named = dates.day(day.date, weekday=False, in_full=True)
        return f"{named} is a {dates.weekday(day.date, in_full=True)}"
    return ""


def _stray_date(text: str, due: datetime, version: SightedPost, of_file: Mapping[date, int]) -> str:
    """What is wrong with a date without a weekday: it is over, or next to the one that its campaign is about."""
    named, today = dates_alone(text, due), due.date()
    if not named:
        return ""
    words, last = max(named, key=lambda each: each[1])
    if timedelta() < today - last <= _AGO and not _BACK.search(text):
        return f"its text names {words}, and it goes out after that, on {_said(today)}"
    expansion = version.post.expansion
    starts = expansion.starts if expansion else None
    for words, day in named:
        is_own = day in {today, starts} or of_file.get(day, 0) > 1
        if is_own:
            continue
        agreed = [each for each, number in of_file.items() if number >= _AGREED and abs(each - day) <= _NEAR]
        if starts and abs(starts - day) == timedelta(days=1):
            agreed.append(starts)
        if agreed and not {each for _, each in named} & {*agreed}:
            theirs = dates.day(agreed[0], weekday=False, year=False, in_full=True)
            return f"its text names {words}, and the others of its file {theirs}"
    return ""


def _said(day: date) -> str:
    return dates.day(day, year=False, in_full=True)


def other_weekdays(groups: Groups) -> Iterator[Sight]:
    """Posts that move to another weekday together with others; a post that moves alone was edited on purpose."""
    for occurrence, versions in groups.items():
        for _, post, before, _ in versions:
            if post.due_at and before and before.weekday() != post.due_at.weekday():
                is_weekend = post.due_at.weekday() >= _SATURDAY > before.weekday()
                if is_weekend or post.is_counted or post.number:
                    old, new = (dates.weekday(each, in_full=True) for each in (before, post.due_at))
                    detail = f"moved from {old} to {new}"
                    kind = "moved to the weekend" if is_weekend else "moved to another day of the week"
                    yield Sight(OTHER_WEEKDAY, occurrence, kind, detail, is_for_all=True)
                    break


def close_to_others(groups: Groups, beside: Iterable[Beside]) -> Iterator[Sight]:
    """Somebody else's posts: their time and channel only, since not everybody who reads this may read their text."""
    others: dict[str, list[datetime]] = {}
    for each in beside:
        others.setdefault(each.channel_id, []).append(each.due_at)
    for occurrence, versions in groups.items():
        for change, *_ in versions:
            due = change.due_at
            near = [at for at in others.get(change.slot.channel_id, ()) if due and abs(at - due) < CLOSE]
            if due and near:
                when = dates.clock(near[0].astimezone(due.tzinfo))
                detail = f"somebody else's post goes out at {when} on {change.address.channel}"
                yield Sight(SOMEBODY_CLOSE, occurrence, change.address.channel, detail)


def night_hours(groups: Groups, declared: Declared, zones: Mapping[str, tzinfo]) -> Iterator[Sight]:
    """Times at night, far from those of other entries on the channel. `zones` are the known time zones of channels."""
    entries: dict[str, Counter[int]] = {}
    own: dict[tuple[str, Place | None], Counter[int]] = {}
    for channel, posts in declared.items():
        zone = zones.get(channel)
        for occurrence, post in posts:
            if post.due_at:
                local = post.due_at.astimezone(zone) if zone else post.due_at
                minute = local.hour * 60 + local.minute
                entries.setdefault(channel, Counter())[minute] += 1
                own.setdefault((channel, occurrence.place), Counter())[minute] += 1
    for occurrence, versions in groups.items():
        for version in versions:
            due, channel = version.post.due_at, version.change.slot.channel_id
            if not due or version.post.draft or channel not in entries:
                continue
            local = due.astimezone(zones[channel]) if channel in zones else due
            if _NIGHT[1] <= local.hour < _NIGHT[0]:
                continue
            others = entries[channel] - own[channel, occurrence.place]
            minute = local.hour * 60 + local.minute
            if others.total() >= _OTHERS and all(_apart(minute, each) > _UNUSUAL for each in others):
                apart = f"{_UNUSUAL // 60} hours or more from the time of any other post there"
                detail = f"goes out at {dates.clock(local)} on {version.change.address.channel}, {apart}"
                yield Sight(NIGHT_HOURS, occurrence, "", detail)
                break


def _apart(one: int, other: int) -> int:
    """How far two times of a day are apart, in minutes."""
    apart = abs(one - other)
    return min(apart, _MINUTES - apart)
