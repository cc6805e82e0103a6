"""Reads a content calendar as posts: a table with a row for each, as teams keep it in a spreadsheet or on a board."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bufferctl.config.format import LocalTimeError, with_offset
from bufferctl.config.read import Source
from bufferctl.config.write.convert.columns import Role, aside_of
from bufferctl.config.write.convert.days import Order, order_of, orders_of, read_time
from bufferctl.config.write.convert.destination import Destination, NewPost
from bufferctl.config.write.convert.pictures import PictureFinder
from bufferctl.config.write.convert.table import CalendarRow, CalendarTable, read_table
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import BufferctlError, UsageError
from bufferctl.model import Channel, Service
from bufferctl.model.base import Url
from bufferctl.model.metadata import MODELS
from bufferctl.value import replace, value


class RowFate(StrEnum):
    """What becomes of a row with a status."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    LEFT_OUT = "skip"


_FATES = {
    RowFate.DRAFT: """draft drafts drafting idea ideas backlog writing todo to-do in-progress in-review review to-review
        needs-review ready-for-review under-review pending pending-approval needs-approval waiting-for-approval
        awaiting-approval not-started planned concept entwurf idee brouillon idée""",
    RowFate.SCHEDULED: """approved ready scheduled final ready-to-post ready-to-publish ready-to-schedule to-publish
        to-schedule freigegeben geplant validé programmé planifié""",
    RowFate.LEFT_OUT: "published posted sent live cancelled canceled archived rejected veröffentlicht publié",
}
_FATE = {name: fate for fate, names in _FATES.items() for name in names.split()}


@value()
class Answers:
    """What somebody said about a calendar. `time`: of rows with a day alone; `fates`: by status, in lower case."""

    order: Order | None = None
    time: str = ""
    fates: Mapping[str, RowFate] = field(default_factory=dict)


@value()
class CalendarQuestion:
    """What only somebody who knows the calendar can say: about a `status`, or about days, such as the `example`."""

    example: str = ""
    status: str = ""
    rows: int = 0


class _RowError(BufferctlError):
    """Why a row cannot be placed."""

    def __init__(self, role: Role, message: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.role = role


#: The kinds of posts that only these networks have, by what calendars call them.
_WITH_KINDS = frozenset({Service.INSTAGRAM, Service.FACEBOOK})
_KINDS = {"story": "story", "stories": "story", "reel": "reel", "reels": "reel"}
_URL: TypeAdapter[str] = TypeAdapter(Url)
#: What a board puts behind a label.
_COLOR = re.compile(r"\s*\([a-z_ ]+\)\s*$")


@dataclass
class Calendar:
    """Reads one file. `channels`: for rows that name none. `now`: what is due before is past."""

    source: Source
    channels: tuple[Channel, ...]
    destination: Destination
    pictures: PictureFinder
    answers: Answers
    now: datetime
    table: CalendarTable = field(init=False)
    problems: list[Diagnostic] = field(default_factory=list)
    is_broken: bool = False
    """Whether the table itself has an error, so that rows may be missing."""
    questions: list[CalendarQuestion] = field(default_factory=list)
    left: list[tuple[CalendarRow, str]] = field(default_factory=list)
    """Rows that cannot be placed, each with the reason."""
    out: Counter[str] = field(default_factory=Counter)
    """How many rows were left out, by what they are."""

    def posts(self) -> list[NewPost]:
        """The posts in the order of the file. Raises UsageError if no channel is named."""
        self.table = read_table(self.source)
        self.problems += [*self.source.controls(), *self.table.problems]
        self.is_broken = bool(self.problems)
        if not self.table.rows or not {Role.TEXT, Role.IMAGE} & set(self.table.roles):
            return []
        roles = set(self.table.roles)
        if not (self.channels or roles & {Role.CHANNELS, Role.LABELS}):
            raise UsageError(
                f"{self.source.name} names no channel",
                hint="Give --channel, such as twitter:acme, or add a column `Channels`.",
            )
        self._days = orders_of(row[role] for row in self.table.rows for role in (Role.DATE, Role.SLOT))
        if not self.is_broken:
            self._ask(self.table.rows)
        found = [] if self.questions else [self._placed(row) for row in self.table.rows]
        return [post for post in found if post is not None]

    def _ask(self, rows: list[CalendarRow]) -> None:
        """What is unclear about the whole table."""
        if len(self._days) > 1 and self.answers.order is None:
            first = next(row[role] for row in rows for role in (Role.DATE, Role.SLOT) if orders_of([row[role]]))
            self.questions.append(CalendarQuestion(example=first))
        statuses = Counter(row[Role.STATUS] for row in rows if row[Role.STATUS])
        for status, number in statuses.items():
            if self._fate(status) is None:
                self.questions.append(CalendarQuestion(status=status, rows=number))

    def _fate(self, status: str) -> RowFate | None:
        plain = status.casefold()
        return self.answers.fates.get(plain) or _FATE.get(
            re.sub(r"[\s_-]+", "-", re.sub(r"[^\w\s-]", "", plain).strip())
        )

    def _placed(self, row: CalendarRow) -> NewPost | None:
        """The post of a row; None if it is left out, or cannot be placed."""
        fate = self._fate(row[Role.STATUS]) if row[Role.STATUS] else None
        if row[Role.ARCHIVED].casefold() in {"true", "yes", "checked"}:
            self.out["archived"] += 1
            return None
        if fate is RowFate.LEFT_OUT:
            self.out[row[Role.STATUS].casefold()] += 1
            return None
        is_draft = fate is RowFate.DRAFT or (fate is None and Role.STATUS in self.table.roles)
        try:
            channels = self._channels(row)
            when = self._time(row, is_draft=is_draft)
            due_at = self.destination.moment(when, channels) if when else None
            if when and self._is_past(when, channels):
                self.out["past"] += 1
                return None
            return self._post(row, channels, when, {"due_at": due_at, "draft": is_draft or None})
        except LocalTimeError as error:
            self._leave(row, Role.DATE, error)
        except _RowError as error:
            self._leave(row, error.role, error)
        return None

    def _post(
        self, row: CalendarRow, channels: tuple[Channel, ...], when: datetime | None, more: dict[str, Any]
    ) -> NewPost:
        text = self._text(row)
        fields = {
            **more,
            "text": text or None,
            "tags": tuple(self._tags(row)),
            "metadata": self._metadata(row, channels),
            **self._media(row),
        }
        if not (text or fields.get("image") or fields.get("assets")):
            message = "this row has neither text nor an image, so there is nothing to publish"
            raise _RowError(Role.TEXT, message, f"fill in `{self.table.name_of(Role.TEXT)}`")
        words, day = row[Role.TITLE] or text, when.date() if when else None
        return NewPost(channels, fields, words, day, source=self.source, at=self._start_of(row, Role.TEXT)[0])

    def _text(self, row: CalendarRow) -> str:
        """The text with its hashtags, and with the link below it, unless it has that already."""
        text, link = row[Role.TEXT], row[Role.LINK]
        if row[Role.HASHTAGS] and row[Role.HASHTAGS] not in text:
            text = f"{text}\n\n{row[Role.HASHTAGS]}".strip()
        if not link or link in text:
            return text
        try:
            _URL.validate_python(link)
        except ValidationError:
            raise _RowError(Role.LINK, f"`{link[:60]}` is not a link", "write the whole link, https://…") from None
        return f"{text}\n\n{link}" if text else link

    def _channels(self, row: CalendarRow) -> tuple[Channel, ...]:
        """The channels of a row."""
        names = [_COLOR.sub("", each) for each in several(row[Role.CHANNELS])]
        found: list[Channel] = []
        for name in names:
            try:
                found.append(self.destination.called(name))
            except BufferctlError as error:
                raise _RowError(Role.CHANNELS, error.message, error.hint) from None
        found += filter(None, map(self._labeled, several(row[Role.LABELS])))
        if not found and not self.channels:
            name = self.table.name_of(Role.CHANNELS)
            hint = f"fill in `{name}`, such as twitter:acme, or give --channel"
            raise _RowError(Role.CHANNELS, "this row names no channel", hint)
        if len({each.organization for each in found}) > 1:
            hint = "write a row for each of them"
            raise _RowError(Role.CHANNELS, "these channels are of several organizations", hint)
        return tuple(dict.fromkeys(found)) or self.channels

    def _labeled(self, label: str) -> Channel | None:
        """The channel that a label names; None if it is another label."""
        try:
            return self.destination.called(_COLOR.sub("", label))
        except BufferctlError:
            return None

    def _tags(self, row: CalendarRow) -> Iterator[str]:
        others = [_COLOR.sub("", each) for each in row[Role.LABELS].split(",") if not self._labeled(each.strip())]
        tags = (*row[Role.TAGS].split(","), *others, row[Role.CAMPAIGN])
        yield from dict.fromkeys(filter(None, map(str.strip, tags)))

    def _time(self, row: CalendarRow, *, is_draft: bool) -> datetime | None:
        """The time of a row; None for the queue, or for a draft without one."""
        slot, day = row[Role.SLOT], row[Role.DATE]
        if not (slot or day):
            if Role.SLOT in self.table.roles or is_draft or not {Role.DATE, Role.TIME} & set(self.table.roles):
                return None
            name = self.table.name_of(Role.DATE)
            raise _RowError(Role.DATE, "this row has no day, so it cannot be scheduled", f"fill in `{name}`")
        given, order = slot or day, order_of(self._days, self.answers.order)
        time = row[Role.TIME]
        try:
            when = self._in_zone(read_time(given, time, order, self.now.date()))
            if when is None and not time and read_time(given, "00:00", order, self.now.date()):
                if not self.answers.time:
                    hint = "add the time, or give --time 09:00 for every row without one"
                    raise _RowError(Role.DATE, f"`{given[:40]}` has no time", hint)
                when = self._in_zone(read_time(given, self.answers.time, order, self.now.date()))
        except ValueError as error:
            raise _RowError(Role.DATE, f"`{given[:40]}` {error}", "write it as 2026-12-01 09:00") from None
        if when is None:
            shown = f"{given} {row[Role.TIME]}".strip()[:40]
            raise _RowError(Role.DATE, f"`{shown}` is not a date and a time", "write it as 2026-12-01 09:00")
        return when

    def _in_zone(self, when: datetime | None) -> datetime | None:
        """A time in the zone that the name of its column gives: `Time (CET)`."""
        if when is None or when.tzinfo is not None:
            return when
        asides = (aside_of(self.table.name_of(role)) for role in (Role.TIME, Role.DATE, Role.SLOT))
        zone = next(filter(None, asides), "")
        zoned = with_offset(f"{when:%Y-%m-%d %H:%M} {zone}") if zone else None
        return datetime.fromisoformat(zoned[0]) if zoned else when

    def _is_past(self, when: datetime, channels: tuple[Channel, ...]) -> bool:
        instant = self.destination.instant(when, channels)
        return instant is not None and instant < self.now.astimezone(UTC)

    def _media(self, row: CalendarRow) -> dict[str, Any]:
        given = row[Role.IMAGE]
        if not given:
            return {}
        try:
            return self.pictures.of(given, row[Role.ALT])
        except BufferctlError as error:
            raise _RowError(Role.IMAGE, error.message, error.hint) from None

    def _metadata(self, row: CalendarRow, channels: tuple[Channel, ...]) -> dict[str, Any] | None:
        """The options of networks that the row has columns for."""
        services = {each.service for each in channels}
        board = row[Role.BOARD]
        if board and Service.PINTEREST not in services:
            message = f"`{self.table.name_of(Role.BOARD)}` is for Pinterest, and {channels[0].label} has no boards"
            raise _RowError(Role.BOARD, message, "name a Pinterest channel")
        if Service.PINTEREST in services and not board:
            raise _RowError(Role.BOARD, "a pin needs a board", f"fill in `{self.table.name_of(Role.BOARD)}`")
        found: dict[str, Any] = {"pinterest": {"board": board}} if board else {}
        if kind := _KINDS.get(row[Role.FORMAT].casefold()):
            having = services & _WITH_KINDS
            if len(having) < len(services):
                hint = f"write a separate row for the channels without a {kind}"
                raise _RowError(Role.FORMAT, f"not all channels of this row have a {kind}", hint)
            found |= {service.value: {"type": kind} for service in sorted(having)}
        for name, role in (("first_comment", Role.COMMENT), ("title", Role.TITLE)):
            taking = [each for each in services if name in MODELS[each].model_fields] if row[role] else []
            for service in sorted(taking):
                found.setdefault(service.value, {})[name] = row[role]
            # a title is also the name of the entry, so one that no channel takes is not lost
            if role is Role.COMMENT and row[role] and not taking:
                message = "none of this row's channels takes a first comment, so it is left out"
                self.problems.append(replace(self._problem(row, role, message, ""), severity=Severity.WARNING))
        return found or None

    def _leave(self, row: CalendarRow, role: Role, error: BufferctlError) -> None:
        """Leave a row out, with the reason."""
        found = self._problem(row, role, error.message, error.hint)
        self.problems.append(found)
        self.left.append((row, f"{error.message}: {error.hint}" if error.hint else error.message))

    def _problem(self, row: CalendarRow, role: Role, message: str, hint: str) -> Diagnostic:
        """A problem with a value, at its place in the row, or at the start of the row if it is empty."""
        start, width = self._start_of(row, role)
        return self.source.diagnostic(start, message, hint=hint, width=width)

    def _start_of(self, row: CalendarRow, role: Role) -> tuple[int, int]:
        """Where the first line of a value begins, and its width; the start of the row if it is empty."""
        first = (row[role] or row[Role.SLOT] if role is Role.DATE else row[role]).partition("\n")[0].strip()
        found = self.source.text.find(first, row.start, row.end) if first else -1
        return max(found, row.start), len(first) if found >= 0 else 1


def several(names: str) -> Iterable[str]:
    """The names in a cell."""
    return filter(None, map(str.strip, re.split(r"[,;|+\n]|\s&\s|\sand\s|(?<=\w)/(?=\w)|\s/\s", names)))
