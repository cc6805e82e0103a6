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

from bufferctl.config.format import LocalTimeError, LocalTimes
from bufferctl.config.write.nodes import Node, walk
from bufferctl.config.write.source_files import SourceFiles
from bufferctl.config.write.yaml_files import FileChanges
from bufferctl.diagnostics import nearest
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import Address, Post
from bufferctl.model.base import day_of
from bufferctl.model.metadata import INSTANTS
from bufferctl.value import value

_DATE = re.compile(r"\d{4}-\d\d-\d\d|start(?P<days>[+-]\d{1,4})d")


@value()
class Dated:
    """A date in a file, with the posts whose time it is, or else all posts of its entry.

    `is_own`: of one occurrence alone; of a series, what is published already stays out when it moves.
    """

    file: str  # its name
    name: str  # the field that it stands in
    offset: int  # in the text of the file
    written: str  # `2027-01-15`, or `start+2d` for one that is counted
    day: date  # what it means
    posts: tuple[Post, ...] = ()  # in file order
    is_own: bool = True  # not of a whole series

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

    def is_time_of(self, addresses: Collection[str]) -> bool:
        """Whether it is the time of posts with these addresses, and of no others."""
        is_own = self.name == "due_at" and self.is_own and bool(self.posts)
        return is_own and all(str(post.address) in addresses for post in self.posts)

    def stays(self, published: Collection[Address]) -> bool:
        """Whether it is not moved: it is the time of a published post, or no other post uses it."""
        over = [post.address in published for post in self.posts]
        return any(over) if self.name == "due_at" and self.is_own else bool(over) and all(over)


@dataclass
class Shift:
    """What a shift changes."""

    published: Collection[Address]  # addresses of what is out
    now: datetime  # aware
    days: int = 0  # by how many
    changes: FileChanges = field(default_factory=FileChanges)  # to files, not made yet
    dates: int = 0  # how many move
    kept: dict[Address, None] = field(default_factory=dict)  # published posts, which keep their dates
    refused: list[tuple[Address, str]] = field(default_factory=list)  # posts that cannot be moved, with the reason
    late: list[Address] = field(default_factory=list)  # whose new time, from `starts` or a first occurrence, is past
    fixed: dict[str, None] = field(default_factory=dict)  # keys of posts that stay where `starts` moves
    begun: dict[str, None] = field(default_factory=dict)  # keys of series that began earlier, and keep their dates

    def is_left(self, post: Post) -> bool:
        return post.address not in self.published

    def note(self, post: Post, *, is_own: bool) -> None:
        """Note in `refused` if a post cannot be moved, in `late` if its new time is past and it moves all the same.

        `is_own`: its time is neither one of a series nor counted from `starts`.
        """
        if post.cancelled or post.due_at is None or not self.is_left(post):
            return
        zone, when = post.due_at.tzinfo, post.due_at + timedelta(days=self.days)
        try:
            if isinstance(zone, ZoneInfo):
                when = LocalTimes(zone.key, zone).instant(when.replace(tzinfo=None))
        except LocalTimeError as error:
            self.refused.append((post.address, error.message))
            return
        if when <= self.now and is_own:
            self.refused.append((post.address, f"{when:%Y-%m-%d %H:%M} is in the past"))
        elif when <= self.now:
            self.late.append(post.address)


def shift(
    source_files: SourceFiles,
    names: Collection[str],
    by: int | date,
    *,
    published: Collection[Address],
    now: datetime,
    after: str | None = None,
    fixed_too: bool = False,
) -> Shift:
    """Move the dates of these files by days, or so that the first one becomes a day; nothing is written yet.

    `after`: only of posts after the one with this key. `fixed_too`: also dates of their own in files with `starts`.
    Raises ConfigError if a date cannot be edited; UsageError if there is no date, or no post with that key has a time.
    """
    found = Shift(published, now)
    moving = _moving(source_files, names, found, after, fixed_too=fixed_too)
    found.days = by if isinstance(by, int) else (by - _first(moving, published)).days
    for dated in moving:
        if dated.stays(published):
            found.kept |= {post.address: None for post in dated.posts if post.address in published}
            continue
        end = dated.offset + len(dated.written)
        source_files.edits[dated.file].replace(dated.offset, end, dated.moved(found.days))
        found.dates += 1
        for post in dated.posts if dated.name == "due_at" else ():
            found.note(post, is_own=dated.is_own)
    source_files.put_edited(found.changes)
    files = {dated.file for dated in moving if dated.name == "starts"}
    for post in source_files.desired.posts:
        if post.place.file in files and post.is_counted:
            found.note(post, is_own=False)
    return found


def postponed(
    source_files: SourceFiles, late: Collection[str], until: datetime
) -> Iterator[tuple[Post, datetime, int, str]]:
    """For the posts with these addresses their first days after `until`, on lines that are the times of no others.

    Each with its new time, the number of the line, and the line as it would be. Of those that count from `starts`, only
    if it is one in its file, since several would lose their distances. Raises ConfigError if a date cannot be edited.
    """
    taken = {(post.address.channel, post.due_at) for post in source_files.desired.posts}
    for name in dict.fromkeys(post.place.file for post in source_files.desired.posts if str(post.address) in late):
        own = [each for each in _File(source_files, name).dates() if each.is_time_of(late)]
        is_one = sum(each.is_counted for each in own) == 1
        source = source_files.root_of(name).tree.source
        for dated in own:
            due = [(post.address.channel, post.due_at) for post in dated.posts if post.due_at]
            passed = max(until.astimezone(at.tzinfo).replace(tzinfo=None) - at.replace(tzinfo=None) for _, at in due)
            moved = Shift((), until, passed.days + 1)
            for post in dated.posts:
                moved.note(post, is_own=True)
            later = [(channel, at + timedelta(moved.days)) for channel, at in due]
            if moved.refused or not taken.isdisjoint(later) or (dated.is_counted and not is_one):
                continue
            place, line = source.place(dated.offset), source.line(dated.offset)
            before, after = line[: place.column - 1], line[place.column - 1 + len(dated.written) :]
            yield dated.posts[0], later[0][1], place.line, f"{before}{dated.moved(moved.days)}{after}"


def _moving(
    source_files: SourceFiles, names: Collection[str], found: Shift, after: str | None, *, fixed_too: bool
) -> list[Dated]:
    """The dates that move, in file order."""
    instant = _instant_of(source_files, names, after) if after else None
    moving: list[Dated] = []
    for dated in (
        each for name in source_files.desired.files if name in names for each in _File(source_files, name).dates()
    ):
        has_starts = source_files.root_of(dated.file).get("starts") is not None
        left = {post.address.key: None for post in dated.posts if not post.cancelled and found.is_left(post)}
        if instant is not None and not dated.is_after(instant):
            is_begun = dated.name == "due_at" and not dated.is_own and dated.is_after(instant, any)
            found.begun |= left if is_begun else {}
        elif has_starts and dated.posts and not dated.is_counted and not fixed_too:
            found.fixed |= left if dated.name == "due_at" else {}
        elif not dated.is_counted or instant is not None:
            moving.append(dated)
    return moving


def _instant_of(source_files: SourceFiles, names: Collection[str], key: str) -> datetime:
    """When the last post of an entry, or the occurrence with that key, is due. Raises UsageError if none is."""
    due: dict[str, datetime] = {}
    for post in source_files.desired.posts:
        if post.due_at is not None and post.place.file in names:
            entry = post.address.key.removesuffix(f"-{post.number}") if post.number else post.address.key
            due |= {each: max(post.due_at, due.get(each, post.due_at)) for each in (entry, post.address.key)}
    if key not in due:
        raise UsageError(f"No post with a time has the key {key} in these files", hint=nearest(key, due))
    return due[key]


def _first(dates: Collection[Dated], published: Collection[Address]) -> date:
    """The earliest `starts`, or else the earliest date that is not published. Raises UsageError if none is left."""
    starts = [dated.day for dated in dates if dated.name == "starts"]
    left = [dated.day for dated in dates if dated.name == "due_at" and not dated.stays(published)]
    if not (starts or left):
        raise UsageError("There are no dates to shift", hint="Pass files with unpublished posts.")
    return min(starts or left)


class _File:
    """Finds the dates of one file."""

    def __init__(self, source_files: SourceFiles, name: str) -> None:
        self._name = name
        root = source_files.root_of(name)
        self._starts = root.get("starts")
        self._takers: dict[int, list[Post]] = defaultdict(list)  # by the offset of the time that they take
        self._series: set[int] = set()  # offsets of times that several occurrences take
        self._entries: dict[int, tuple[Node, list[Post]]] = {}
        anchors = {node.anchor: node for _, node in walk(root)}
        for post in (each for each in source_files.desired.posts if each.place.file == name):
            layers = source_files.layers(post)
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
