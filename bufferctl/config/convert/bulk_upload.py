"""Reads rows of Buffer's bulk upload as posts, for one channel or those that a column names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import zip_longest
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bufferctl.config.catalog import UnknownNameError
from bufferctl.config.convert.destination import Destination, NewPost
from bufferctl.config.names import listed, nearest_value
from bufferctl.config.source import Source
from bufferctl.config.times import LocalTimeError, in_our_form
from bufferctl.diagnostics import Diagnostic, Place
from bufferctl.errors import UsageError
from bufferctl.model import Channel, Service
from bufferctl.model.base import Url, When
from bufferctl.model.plain_text import LINK
from bufferctl.value import value

#: The columns that Buffer's format has; `Board Name` is for Pinterest. `Channel` is ours: a file of Buffer's is all for
#: one channel.
COLUMNS = ("Text", "Image URL", "Tags", "Posting Time", "Board Name", "Channel")
_SEPARATORS = (",", ";", "\t")
_LINE_ENDS = re.compile(r"\r\n?")
_SEP_LINE = re.compile(r"\"?sep=(.)\"?[ \t]*(?:\r\n?|\n)", re.IGNORECASE)
_HINT = f"Buffer's first line is `{','.join(COLUMNS[:-2])}`"


@value()
class Row:
    """A row of the CSV. `values` by column, stripped; `start` and `end` are the row's offsets in the file."""

    values: dict[str, str]
    start: int
    end: int

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def read_rows(source: Source) -> tuple[list[Row], list[Diagnostic]]:
    """The rows of the table that are not empty, and problems of the table itself."""
    sep = _SEP_LINE.match(source.text)
    start = sep.end() if sep else 0
    text = source.text[start:]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sep[1] if sep else _separator(text), strict=True)
    problems: list[Diagnostic] = []
    rows: list[Row] = []
    columns: list[str] = []
    began = start
    try:
        for cells in reader:
            values = [_LINE_ENDS.sub("\n", cell.strip()) for cell in cells]
            end = source.offset(Place("", 1 + bool(sep) + reader.line_num, 1)) or len(source.text)
            if any(values) and not columns:
                columns = _columns(values, source, began, problems)
                if not set(columns) & set(COLUMNS):
                    break
            elif any(values):
                row = Row(dict(zip(columns, values, strict=False)), began, end)  # empty ones at the end may be missing
                rows.append(row)
                problems += _unnamed(columns, values, row, source)
            began = end
    except csv.Error as error:
        problems.append(_broken(source, began, str(error)))
    if not columns and not problems:
        problems.append(source.diagnostic(0, "the file is empty", hint=_HINT))
    return rows, problems


def _separator(text: str) -> str:
    """The separator that gives the first line the most columns."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    cells = {separator: next(csv.reader([first], delimiter=separator), []) for separator in _SEPARATORS}
    return max(_SEPARATORS, key=lambda separator: sum(map(bool, map(_column, cells[separator]))))


def _column(name: str) -> str | None:
    plain = " ".join(name.replace("_", " ").casefold().split())
    return next((column for column in COLUMNS if column.casefold() == plain), None)


def _columns(names: list[str], source: Source, start: int, problems: list[Diagnostic]) -> list[str]:
    """The name of each column; empty for one without a name."""
    if not any(map(_column, names)):
        message = "the first line does not name the columns, so the columns cannot be told apart"
        problems.append(source.diagnostic(start, message, hint=_HINT))
    found: list[str] = []
    for name in names:
        column, at = _column(name), max(source.text.find(name, start), start)
        if name and column is None and any(map(_column, names)):
            near = nearest_value(name, COLUMNS)
            hint = f"did you mean `{near}`?" if near else f"there are {listed(COLUMNS)}; remove the column"
            message = f"Buffer's format has no column `{name}`, and what it holds would be lost"
            problems.append(source.diagnostic(at, message, hint=hint, width=len(name)))
        if column is not None and column in found:
            message = f"there are two columns `{column}`"
            problems.append(source.diagnostic(start, message, hint="remove one of them"))
        found.append(column or name)
    return found


def _unnamed(columns: list[str], values: list[str], row: Row, source: Source) -> Iterator[Diagnostic]:
    """A value in a column without a name: usually a text that contains the separator and is not in quotes."""
    beside = [value for name, value in zip_longest(columns, values, fillvalue="") if value and not name]
    if beside:
        message = f"this row has more values than there are columns, from `{beside[0][:40]}` on"
        hint = 'put a text that holds the separator in quotes: "one, two"'
        yield source.diagnostic(row.start, message, hint=hint)


def _broken(source: Source, start: int, reason: str) -> Diagnostic:
    if "end of data" in reason:
        message = "a quote is opened in this row and never closed, so the following rows cannot be read"
        return source.diagnostic(start, message, hint='close it with `"`; a `"` inside a text is written `""`')
    if "expected after" in reason:
        message = "text goes on after the quote that ends it"
        return source.diagnostic(start, message, hint='a `"` inside a text in quotes is written `""`')
    return source.diagnostic(start, f"this row cannot be read ({reason})", hint="save the file as CSV again")


_WHEN: TypeAdapter[datetime] = TypeAdapter(When)
_URL: TypeAdapter[str] = TypeAdapter(Url)
_FORM = "write it as 2026-12-01 09:00"
#: Between two URLs in one cell.
_BETWEEN = re.compile(rf"[\s,;|]+(?={LINK.pattern})", re.IGNORECASE)
_FILM = re.compile(r"\.(mp4|m4v|mov|webm)(?:[?#]|$)", re.IGNORECASE)


@dataclass
class BulkUpload:
    """Reads one file. `channels`: for rows that name none."""

    source: Source
    channels: tuple[Channel, ...]
    destination: Destination
    problems: list[Diagnostic] = field(default_factory=list)

    def posts(self) -> list[NewPost]:
        """The posts in the order of the file; problems are in `problems`. Raises UsageError if no channel is named."""
        rows, problems = read_rows(self.source)
        self.problems += [*self.source.controls(), *problems]
        found = ((row, self._channels(row)) for row in rows)
        return [self._post(row, channels) for row, channels in found if channels]

    def _channels(self, row: Row) -> tuple[Channel, ...]:
        """The channels of a row; empty if they are unclear."""
        names = list(filter(None, map(str.strip, re.split("[,;]", row["Channel"]))))
        if not names:
            if not self.channels and "Channel" not in row.values:
                raise UsageError(
                    f"{self.source.name} names no channel",
                    hint="Give --channel, such as twitter:acme, or add a column `Channel`.",
                )
            if not self.channels:
                message = "this row names no channel"
                self._problem(row, "Text", message, "fill in `Channel`, such as twitter:acme, or give --channel")
            return self.channels
        found: list[Channel] = []
        for name in names:
            try:
                found.append(self.destination.any_channel(name))
            except UnknownNameError as error:
                self._problem(row, "Channel", error.message, error.hint)
        if len({each.organization for each in found}) > 1:
            self._problem(row, "Channel", "these channels are of several organizations", "write a row for each of them")
            return ()
        return tuple(dict.fromkeys(found))

    def _post(self, row: Row, channels: tuple[Channel, ...]) -> NewPost:
        text, assets, when = row["Text"], list(self._assets(row)), self._time(row)
        if not (text or row["Image URL"]):
            self._problem(row, "Text", "this row has neither text nor an image, so there is nothing to publish", "")
        try:
            due_at = self.destination.moment(when, channels) if when else None
        except LocalTimeError as error:
            self._problem(row, "Posting Time", error.message, error.hint)
            due_at = None
        fields: dict[str, Any] = {
            "text": text or None,
            "assets": assets,
            "tags": tuple(dict.fromkeys(filter(None, map(str.strip, row["Tags"].split(","))))),
            "metadata": self._board(row, channels),
            "due_at": due_at,
        }
        return NewPost(channels, fields, text, when.date() if when else None)

    def _time(self, row: Row) -> datetime | None:
        """The time of a row, None for the queue."""
        given, hint = row["Posting Time"], _FORM
        if not given:
            return None
        if written := in_our_form(given):
            try:
                return _WHEN.validate_python(written)
            except ValidationError as error:
                reason = error.errors()[0].get("ctx", {}).get("error", "is no time")
        else:
            reason = "is not a date and a time"
            is_american = re.match(r"\d{1,2}/\d{1,2}/\d{4}", given)
            hint += ", because either number could be the month" if is_american else "; empty is the queue"
        self._problem(row, "Posting Time", f"`{given[:40]}` {reason}", hint)
        return None

    def _assets(self, row: Row) -> Iterator[dict[str, Any]]:
        for url in filter(None, _BETWEEN.split(row["Image URL"])):
            try:
                _URL.validate_python(url)
            except ValidationError:
                message = f"`{url[:60]}` is not a URL that starts with https://, and Buffer has no upload"
                hint = "put the file at a public URL, and use that"
                if not re.search(r"[/\\.]", url):
                    hint = 'give the whole URL; if it belongs to the text, put all of the text in quotes: "one, two"'
                self._problem(row, "Image URL", message, hint)
            yield {"video" if _FILM.search(url) else "image": {"url": url}}

    def _board(self, row: Row, channels: tuple[Channel, ...]) -> dict[str, Any] | None:
        board = row["Board Name"]
        is_pinterest = any(each.service is Service.PINTEREST for each in channels)
        if board and not is_pinterest:
            message = f"`Board Name` is for Pinterest, and {channels[0].label} has no boards"
            self._problem(row, "Board Name", message, "name a Pinterest channel with --channel")
        if is_pinterest and not board:
            self._problem(row, "Text", "a pin needs a board", "fill in `Board Name`")
        return {"pinterest": {"board": board}} if board and is_pinterest else None

    def _problem(self, row: Row, column: str, message: str, hint: str) -> None:
        """A problem with a value, at its place in the row, or at the start of the row if it is empty."""
        first = row[column].partition("\n")[0].strip()
        found = self.source.text.find(first, row.start, row.end) if first else -1
        width = len(first) if found >= 0 else 1
        self.problems.append(self.source.diagnostic(max(found, row.start), message, hint=hint, width=width))
