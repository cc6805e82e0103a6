"""A wrong year: posts of about a year ago or of years ahead, or whose text names the day of another year."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import lru_cache

from bufferctl.checks.finding import Finding, refusal
from bufferctl.checks.named_days import days_in
from bufferctl.checks.neighbours import Timed
from bufferctl.checks.sights import texts_of
from bufferctl.model import Post
from bufferctl.model.day_names import MONTHS

WRONG_YEAR = refusal(
    "BC112",
    "wrong-year",
    "a post is due in a year that is probably wrong",
    "correct the year of `due_at`",
    "mistakes that reviews missed",
    "the post would go out in another year, or never",
)
#: A year ago, give or take two months.
_AGO = timedelta(days=304).total_seconds(), timedelta(days=427).total_seconds()
#: A post that others in its file are closer to belongs to what the file published at that time.
_ALONE = timedelta(days=60).total_seconds()
#: Nobody schedules a post so far ahead while others go out soon: five years, and a year.
_FAR, _SOON = timedelta(days=1826).total_seconds(), timedelta(days=366).total_seconds()
#: How the name of a month begins: few texts have it, and capitals are found fast.
_MONTH = re.compile("|".join(sorted({f"{name[0].upper()}(?i:{name[1:3]})" for name in MONTHS})))


def wrong_year_findings(posts: list[Timed], now: datetime | None, since: datetime | None) -> Iterator[Finding]:
    """Posts whose year is probably wrong.

    `since`: when bufferctl began to manage the account; plan, which knows what is due after that, judges it.
    """
    began = now.timestamp() if now else None
    dated = [(post, post.due_at, at) for post, at in posts if post.due_at and at]
    far = list(_years_ahead(dated, now)) if now else []
    yield from far
    found = {id(each.item) for each in far}
    for post, due, at in dated:
        if id(post) not in found and (began is None or at > began):
            for text in texts_of(post):
                other = _year_in(text, due) if str(due.day) in text and _MONTH.search(text) else 0
                # a time that is past by now is not meant: the weekday is wrong, or the text looks back
                if other and (now is None or _in(due, other) > now):
                    yield _finding(post, due, other, f"its text names a day of {other}")
                    break
    if began is None:
        return
    suspects = [each for each in dated if _AGO[0] <= began - each[2] <= _AGO[1] and not (since and each[1] >= since)]
    if not suspects:
        return
    files: dict[str, list[float]] = {}
    for post, _, at in dated:
        files.setdefault(post.place.file, []).append(at)
    for post, due, at in suspects:
        beside = files[post.place.file]
        if max(beside) >= began and all(each == at or abs(each - at) > _ALONE for each in beside):
            yield _finding(post, due, due.year + 1, "the other posts of its file are about a year later")


def _years_ahead(dated: list[tuple[Post, datetime, float]], now: datetime) -> Iterator[Finding]:
    """Posts that go out years after the others, of which some go out soon."""
    began = now.timestamp()
    if not any(0 < at - began < _SOON for _, _, at in dated):
        return
    for post, due in [(post, due) for post, due, at in dated if at - began > _FAR]:
        meant = now.year if _in(due, now.year) > now else now.year + 1
        yield _finding(post, due, meant, "others go out within a year, and this one years later")


def _finding(post: Post, due: datetime, year: int, why: str) -> Finding:
    hint = f"write `{_in(due, year):%Y-%m-%d %H:%M}`, or correct `starts`"
    return Finding(WRONG_YEAR, post, ("due_at",), f"the year {due.year} is probably wrong: {why}", hint)


def _in(due: datetime, year: int) -> datetime:
    """The same day and time of another year."""
    return due.replace(year=year, day=28 if (due.month, due.day) == (2, 29) else due.day)


@lru_cache(maxsize=1024)
def _year_in(text: str, due: datetime) -> int:
    """The year in which a day that a text names, with its weekday, is the day of the post; 0 if its own fits."""
    for day in days_in(text, due):
        if day.date != due.date() or day.weekday in {None, due.weekday()}:
            continue
        for year in (due.year + 1, due.year - 1):
            with suppress(ValueError):
                if due.replace(year=year).weekday() == day.weekday:
                    return year
    return 0
