"""Rows of Buffer's bulk upload as posts of one channel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bufferctl.config.convert.bulk_table import Row, read_rows
from bufferctl.config.convert.destination import Destination
from bufferctl.config.convert.new_post import NewPost
from bufferctl.config.locate import Located
from bufferctl.config.source import Source
from bufferctl.config.times import in_our_form
from bufferctl.config.zones import LocalTimeError
from bufferctl.diagnostics import Diagnostic
from bufferctl.model import Channel, Service
from bufferctl.model.scalars import Url, When

_WHEN: TypeAdapter[datetime] = TypeAdapter(When)
_URL: TypeAdapter[str] = TypeAdapter(Url)
_FORM = "write it as 2026-12-01 09:00"
#: Between two addresses in one cell.
_BETWEEN = re.compile(r"[\s,;|]+(?=https?://)", re.IGNORECASE)
_FILM = re.compile(r"\.(mp4|m4v|mov|webm)(?:[?#]|$)", re.IGNORECASE)


@dataclass
class BulkUpload:
    """Reads one file, all of it for `channel`."""

    source: Source
    channel: Channel
    destination: Destination
    problems: list[Diagnostic] = field(default_factory=list)

    def posts(self) -> list[NewPost]:
        """The posts in the order of the file; what is wrong is in `problems`."""
        rows, problems = read_rows(self.source)
        self.problems += [*self.source.controls(), *problems]
        return [self._post(row) for row in rows]

    def _post(self, row: Row) -> NewPost:
        text, assets, when = row["Text"], list(self._assets(row)), self._time(row)
        if not (text or row["Image URL"]):
            self._problem(row, "Text", "this row has neither text nor an image, so there is nothing to publish", "")
        fields: dict[str, Any] = {
            "text": text or None,
            "assets": assets,
            "tags": tuple(dict.fromkeys(filter(None, (tag.strip() for tag in row["Tags"].split(","))))),
            "metadata": self._board(row),
            "due_at": self._unclear(row, lambda: self.destination.moment(when, [self.channel])) if when else None,
        }
        at = Located(self.source.place(row.start), self.source.line(row.start))
        return NewPost((self.channel,), fields, text, when.date() if when else None, at)

    def _time(self, row: Row) -> datetime | None:
        """The time of a row, None for the queue."""
        given = row["Posting Time"]
        if not given:
            return None
        written = in_our_form(given)
        if written is None:
            hint = f"{_FORM}; empty is the queue"
            if re.match(r"\d{1,2}/\d{1,2}/\d{4}", given):
                hint = f"{_FORM}, since nobody can tell here which number is the month"
            self._problem(row, "Posting Time", f"`{given[:40]}` is not a date and a time", hint)
            return None
        try:
            return _WHEN.validate_python(written)
        except ValidationError as error:
            said = str(error.errors()[0].get("ctx", {}).get("error", "is no time"))
            self._problem(row, "Posting Time", f"`{given[:40]}` {said}", _FORM)
            return None

    def _assets(self, row: Row) -> Iterator[dict[str, Any]]:
        for url in filter(None, _BETWEEN.split(row["Image URL"])):
            try:
                _URL.validate_python(url)
            except ValidationError:
                message = f"`{url[:60]}` is not a web address that starts with https://, and Buffer has no upload"
                hint = "put the file where everybody can reach it, and say where"
                if not re.search(r"[/\\.]", url):
                    hint = 'give the whole address; if it is of the text, put all of the text in quotes: "one, two"'
                self._problem(row, "Image URL", message, hint)
            yield {"video" if _FILM.search(url) else "image": {"url": url}}

    def _board(self, row: Row) -> dict[str, Any] | None:
        board, is_pinterest = row["Board Name"], self.channel.service is Service.PINTEREST
        if board and not is_pinterest:
            message = f"`Board Name` is for Pinterest, and {self.channel.label} has no boards"
            self._problem(row, "Board Name", message, "name a Pinterest channel with --channel")
        if is_pinterest and not board:
            self._problem(row, "Text", "a pin needs a board", "fill in `Board Name`")
        return {"pinterest": {"board": board}} if board and is_pinterest else None

    def _unclear(self, row: Row, moment: Callable[[], str]) -> str | None:
        try:
            return moment()
        except LocalTimeError as error:
            self._problem(row, "Posting Time", str(error), error.hint)
            return None

    def _problem(self, row: Row, column: str, message: str, hint: str) -> None:
        self.problems.append(row.problem(self.source, column, message, hint))
