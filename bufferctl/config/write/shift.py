"""Moves dates in people's files by whole days: only the characters of the dates change.

Of a file with `starts` it moves that day, which does the same as an edit of it: times that count from it move, and
dates of their own are fixed. Of another file it moves the times of posts (in the entry, in overrides, in `each`) and
the dates of events and offers. To make room after a post, it moves the times after it, however they are written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bufferctl.config.times import LocalTimeError, LocalTimes
from bufferctl.config.write.nodes import Node, walk
from bufferctl.config.write.project import Project
from bufferctl.config.write.yaml_files import FileChanges
from bufferctl.diagnostics import nearest
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import Address, Post
from bufferctl.model.base import day_of
from bufferctl.model.metadata import INSTANTS

_DATE = re.compile(r"\d{4}-\d\d-\d\d|start(?P<days>[+-]\d{1,4})d")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a file as it is written, `start+2d` for one that is counted, and the field `name` that it stands in.

    `posts`: those whose time it is (of other dates of an entry: all posts of the entry). `is_own`: of the one
    occurrence alone; where a time is that of a whole series, what is published already stays out when it moves.
    """

    file: str
    name: str
    offset: int
    written: str
    day: date
    posts: tuple[Post, ...] = ()
    is_own: bool = True

    @property
    def is_counted(self) -> bool:
        return self.written.startswith("start")

    def is_after(self, instant: datetime, test: Callable[[list[bool]], bool] = all) -> bool:
        """Whether all of its posts, or any, are due after that."""
        after = [post.due_at is not None and post.due_at > instant for post in self.posts]
        return bool(after) and test(after)

    def moved(self, days: int) -> str:
        """The date that many days later, as it is written. Raises UsageError if it is out of range."""
        if self.is_counted:
            return f"start{int(self.written[len('start') : -1]) + days:+d}d"
        try:
            return day_of((self.day + timedelta(days=days)).isoformat()).isoformat()
        except (OverflowError, ValueError) as error:
            raise UsageError(
                f"{self.day} cannot be moved by {days} days: no date can be that far away", hint="Move it by less."
            ) from error

    def stays(self, published: Collection[Address]) -> bool:
        """Whether it is not moved: it is the time of a published post, or no other post uses it."""
        over = [post.address in published for post in self.posts]
        return any(over) if self.name == "due_at" and self.is_own else bool(over) and all(over)


@dataclass
class Shift:
    """What a shift changes. `kept`: published posts, which keep their dates.

    `refused`: posts that cannot be moved, with the reason. `late`: posts whose new time, from `starts` or from the
    first occurrence, is past.
    """

    days: int
    changes: FileChanges = field(default_factory=FileChanges)
    dates: int = 0
    kept: list[Address] = field(default_factory=list)
    refused: list[tuple[Address, str]] = field(default_factory=list)
    late: list[Address] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates that a shift moves, in file order.

    `fixed`: keys of posts with dates of their own in a file whose `starts` moves. `begun`: keys of series that began
    before the post after which room is made.
    """

    moving: tuple[Dated, ...]
    fixed: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()


def dates_in(
    project: Project, names: Collection[str], *, published: Collection[Address], after: str | None, fixed_too: bool
) -> Dates:
    """The dates of these files that a shift moves. `after`: only of posts after the one with this key.

    `fixed_too`: also dates of their own in files with `starts`. Raises ConfigError; UsageError if no post with that
    key has a time.
    """
    instant = _instant_of(project, names, after) if after else None
    moving: list[Dated] = []
    fixed: dict[str, None] = {}
    begun: dict[str, None] = {}
    for dated in (each for name in project.desired.files if name in names for each in _File(project, name).dates()):
        has_starts = project.root_of(dated.file).get("starts") is not None
        left = {post.address.key: None for post in dated.posts if not post.cancelled and post.address not in published}
        if instant is not None and not dated.is_after(instant):
            is_begun = dated.name == "due_at" and not dated.is_own and dated.is_after(instant, any)
            begun |= left if is_begun else {}
        elif has_starts and dated.posts and not dated.is_counted and not fixed_too:
            fixed |= left if dated.name == "due_at" else {}
        elif not dated.is_counted or instant is not None:
            moving.append(dated)
    return Dates(tuple(moving), tuple(fixed), tuple(begun))


def _instant_of(project: Project, names: Collection[str], key: str) -> datetime:
    """When the last post of an entry, or the occurrence with that key, is due. Raises UsageError if none is."""
    due: dict[str, datetime] = {}
    for post in project.desired.posts:
        if post.due_at is not None and post.place.file in names:
            entry = post.address.key.removesuffix(f"-{post.number}") if post.number else post.address.key
            due |= {each: max(post.due_at, due.get(each, post.due_at)) for each in (entry, post.address.key)}
    if key not in due:
        raise UsageError(f"No post with a time has the key {key} in these files", hint=nearest(key, due))
    return due[key]


def days_to(day: date, dates: Collection[Dated], published: Collection[Address]) -> int:
    """The number of days by which the earliest `starts`, or else the earliest date, has to move to become `day`.

    Dates of published posts do not count. Raises UsageError if no date is left.
    """
    starts = [dated.day for dated in dates if dated.name == "starts"]
    left = [dated.day for dated in dates if dated.name == "due_at" and not dated.stays(published)]
    first = min(starts or left, default=None)
    if first is None:
        raise UsageError("There are no dates to shift", hint="Pass files with unpublished posts.")
    return (day - first).days


def shifted(project: Project, dates: Dates, days: int, *, published: Collection[Address], now: datetime) -> Shift:
    """The shift by `days`, nothing written yet. Raises ConfigError if a date cannot be edited."""
    shift = Shift(days)
    for dated in dates.moving:
        if dated.stays(published):
            shift.kept += [post.address for post in dated.posts if post.address in published]
            continue
        end = dated.offset + len(dated.written)
        project.edits[dated.file].replace(dated.offset, end, dated.moved(days))
        shift.dates += 1
        for post in dated.posts if dated.name == "due_at" else ():
            if post.address not in published:
                _check(post, now, shift, is_own=dated.is_own)
    project.edited(shift.changes)
    files = {dated.file for dated in dates.moving if dated.name == "starts"}
    for post in project.desired.posts:
        if post.place.file in files and post.is_counted and post.address not in published:
            _check(post, now, shift, is_own=False)
    shift.kept = list(dict.fromkeys(shift.kept))
    return shift


def _check(post: Post, now: datetime, shift: Shift, *, is_own: bool) -> None:
    """Note what prevents moving a post. `is_own`: its time is not shared by occurrences, nor counted from `starts`."""
    if post.cancelled or post.due_at is None:
        return
    zone, when = post.due_at.tzinfo, post.due_at + timedelta(days=shift.days)
    try:
        if isinstance(zone, ZoneInfo):
            when = LocalTimes(zone.key, zone).instant(when.replace(tzinfo=None))
    except LocalTimeError as error:
        shift.refused.append((post.address, error.message))
        return
    if when <= now and is_own:
        shift.refused.append((post.address, f"{when:%Y-%m-%d %H:%M} is in the past"))
    elif when <= now:
        shift.late.append(post.address)


class _File:
    """Finds the dates of one file."""

    def __init__(self, project: Project, name: str) -> None:
        self._name = name
        root = project.root_of(name)
        self._starts = root.get("starts")
        self._takers: dict[int, list[Post]] = defaultdict(list)  # by the offset of the time that they take
        self._series: set[int] = set()  # offsets of times that several occurrences take
        self._entries: dict[int, tuple[Node, list[Post]]] = {}
        anchors = {node.anchor: node for _, node in walk(root) if node.is_scalar and node.anchor}
        for post in (each for each in project.desired.posts if each.place.file == name):
            layers = project.layers(post)
            self._entries.setdefault(layers.entry.start, (layers.entry, []))[1].append(post)
            owner = layers.supplier("due_at")
            time = owner.written.get("due_at")
            if time:
                offset = anchors[time.text.removeprefix("*")].start if time.is_alias else time.start
                self._takers[offset].append(post)
                if layers.number and owner.path[:1] != ("repeat",):
                    self._series.add(offset)

    def dates(self) -> Iterator[Dated]:
        if self._starts:
            yield self._dated("starts", self._starts, (), is_own=False)
        for _, (entry, posts) in sorted(self._entries.items()):
            for name, scalar in walk(entry):
                if not scalar.is_scalar or scalar.is_alias or not _DATE.match(scalar.value):
                    continue
                if name == "due_at":
                    taken = tuple(self._takers[scalar.start])
                    yield self._dated(name, scalar, taken, is_own=scalar.start not in self._series)
                elif name in INSTANTS:
                    yield self._dated(name, scalar, tuple(posts))

    def _dated(self, name: str, scalar: Node, posts: tuple[Post, ...], *, is_own: bool = True) -> Dated:
        found = _DATE.search(scalar.tree.source.text, scalar.start, scalar.end)
        if found is None or not scalar.value.startswith(found[0]):
            raise ConfigError(
                f"A date in {self._name} is written in a way that cannot be edited, so nothing was written",
                hint=f"Write it plainly, as {scalar.value[:10]}.",
            )
        first = self._starts.value if found["days"] and self._starts else found[0]
        day = date.fromisoformat(first) + timedelta(days=int(found["days"] or 0))
        return Dated(self._name, name, found.start(), found[0], day, posts, is_own)
