"""Moves dates in people's files by whole days: only the characters of the dates change.

It moves `starts` at the top of a file and, of its posts, absolute times (in the entry, in overrides, in `each`) and
the dates of events and offers. Times that count from `starts` move with it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bufferctl.config.times import LocalTimeError, LocalTimes
from bufferctl.config.write.nodes import Mapping, Node, Scalar, Sequence
from bufferctl.config.write.project import Project
from bufferctl.config.write.yaml_files import FileChanges
from bufferctl.errors import ConfigError, UsageError
from bufferctl.model import Address, Post
from bufferctl.model.base import day_of
from bufferctl.model.metadata import INSTANTS

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Dated:
    """A date in a file, and the field `name` that it stands in.

    `posts`: those whose time it is (of other dates of an entry: all posts of the entry). `is_own`: of the one
    occurrence alone; where a time is that of a whole series, what is published already stays out when it moves.
    """

    file: str
    name: str
    offset: int
    day: date
    posts: tuple[Post, ...] = ()
    is_own: bool = True

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


def dates_in(project: Project, names: Collection[str]) -> list[Dated]:
    """The dates of these files that a shift moves, in file order. Raises ConfigError."""
    return [dated for name in project.desired.files if name in names for dated in _File(project, name).dates()]


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


def shifted(
    project: Project, dates: Collection[Dated], days: int, *, published: Collection[Address], now: datetime
) -> Shift:
    """The shift by `days`, nothing written yet. Raises ConfigError if a date cannot be edited."""
    shift = Shift(days)
    edits: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for dated in dates:
        if dated.stays(published):
            shift.kept += [post.address for post in dated.posts if post.address in published]
            continue
        edits[dated.file].append((dated.offset, _moved(dated.day, days)))
        shift.dates += 1
        for post in dated.posts if dated.name == "due_at" else ():
            if post.address not in published:
                _check(post, now, shift, is_own=dated.is_own)
    for name, made in edits.items():
        text = project.texts[name]
        new = text.text
        for offset, day in made:  # each is as long as what it replaces
            new = f"{new[:offset]}{day}{new[offset + len(day) :]}"
        shift.changes.put(text.path, text.data, text.with_text(new))
    files = {dated.file for dated in dates if dated.name == "starts"}
    for post in project.desired.posts:
        if post.place.file in files and post.is_counted and post.address not in published:
            _check(post, now, shift, is_own=False)
    shift.kept = list(dict.fromkeys(shift.kept))
    return shift


def _check(post: Post, now: datetime, shift: Shift, *, is_own: bool) -> None:
    """Note what prevents moving a post. `is_own`: its time is not shared by occurrences, nor counted from `starts`."""
    if post.cancelled:
        return
    try:
        when = _later(post, shift.days)
    except LocalTimeError as error:
        shift.refused.append((post.address, str(error)))
        return
    if when is not None and when <= now:
        if is_own:
            shift.refused.append((post.address, f"{when:%Y-%m-%d %H:%M} is in the past"))
        else:
            shift.late.append(post.address)


def _later(post: Post, days: int) -> datetime | None:
    """The post's time that many days later, by its clock. Raises LocalTimeError if a clock change skips it."""
    if post.due_at is None:
        return None
    zone = post.due_at.tzinfo
    when = post.due_at.replace(tzinfo=None) + timedelta(days=days)
    if not isinstance(zone, ZoneInfo):
        return when.replace(tzinfo=zone)
    return LocalTimes(zone.key, zone).instant(when)


def _moved(day: date, days: int) -> str:
    """The day as written in files. Raises UsageError if it is out of range."""
    try:
        moved = day_of((day + timedelta(days=days)).isoformat())
    except (OverflowError, ValueError) as error:
        raise UsageError(
            f"{day} cannot be moved by {days} days: no date can be that far away", hint="Move it by less."
        ) from error
    return moved.isoformat()


class _File:
    """Finds the dates of one file."""

    def __init__(self, project: Project, name: str) -> None:
        self._name = name
        self._text = project.texts[name].text
        self._root = project.root_of(name)
        self._takers: dict[int, list[Post]] = defaultdict(list)  # by the offset of the time that they take
        self._series: set[int] = set()  # offsets of times that several occurrences take
        self._entries: dict[int, tuple[Mapping, list[Post]]] = {}
        anchors = {scalar.anchor: scalar for _, scalar in _scalars(self._root) if scalar.anchor}
        for post in (each for each in project.desired.posts if each.place.file == name):
            layers = project.layers(post)
            self._entries.setdefault(layers.entry.start, (layers.entry, []))[1].append(post)
            owner = layers.supplier("due_at")
            time = owner.get("due_at")
            if isinstance(time, Scalar):
                offset = anchors[time.value].start if time.alias else time.start
                self._takers[offset].append(post)
                if layers.number and (owner is layers.entry or owner is layers.override):
                    self._series.add(offset)

    def dates(self) -> Iterator[Dated]:
        starts = self._root.get("starts")
        if isinstance(starts, Scalar):
            yield self._dated("starts", starts, (), is_own=False)
        for _, (entry, posts) in sorted(self._entries.items()):
            for name, scalar in _scalars(entry):
                if scalar.alias or not _DATE.match(scalar.value):
                    continue
                if name == "due_at":
                    taken = tuple(self._takers[scalar.start])
                    yield self._dated(name, scalar, taken, is_own=scalar.start not in self._series)
                elif name in INSTANTS:
                    yield self._dated(name, scalar, tuple(posts))

    def _dated(self, name: str, scalar: Scalar, posts: tuple[Post, ...], *, is_own: bool = True) -> Dated:
        found = _DATE.search(self._text, scalar.start, scalar.end)
        if found is None or found[0] != scalar.value[:10]:
            raise ConfigError(
                f"A date in {self._name} is written in a way that cannot be edited, so nothing was written",
                hint=f"Write it plainly, as {scalar.value[:10]}.",
            )
        return Dated(self._name, name, found.start(), date.fromisoformat(found[0]), posts, is_own)


def _scalars(node: Node, name: str = "") -> Iterator[tuple[str, Scalar]]:
    """Every value below a node, with its name."""
    if isinstance(node, Scalar):
        yield name, node
    elif isinstance(node, Mapping):
        for key, value in node.pairs:
            yield from _scalars(value, key.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _scalars(item)
