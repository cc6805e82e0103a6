"""Converts files to the text of one YAML file, or reports everything that is wrong with them."""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bufferctl.config.format import clock_named, zone_hint
from bufferctl.config.read import MAX_BYTES, Source, UnreadableError, read_source
from bufferctl.config.resolve import UnknownNameError
from bufferctl.config.write.convert.calendars import Answers, Calendar, CalendarQuestion
from bufferctl.config.write.convert.destination import Destination, NewPost, entries, repeated
from bufferctl.config.write.convert.documents import DatedDocument, has_dates
from bufferctl.config.write.convert.front_matter import MarkdownFile
from bufferctl.config.write.convert.pictures import PictureFinder
from bufferctl.config.write.yaml_files import yaml_text
from bufferctl.diagnostics import Diagnostic, Kind, Place, Severity, has_errors
from bufferctl.errors import UsageError
from bufferctl.model import Channel, Desired

_TABLES = (".csv", ".tsv", ".txt")
_MARKDOWN = (".md", ".markdown")
#: How to make a file that is read of one that is not.
_HOW_TO_SAVE = {
    **dict.fromkeys(
        (".xlsx", ".xls", ".ods", ".numbers"), "Save it as CSV: in Excel, CSV UTF-8; in Google Sheets, File, Download."
    ),
    **dict.fromkeys(
        (".docx", ".doc", ".odt"), "Save it as Markdown: open it in Google Docs, then File, Download, Markdown."
    ),
    ".json": "Export it as CSV: in Trello, on the workspace's page Export.",
}
#: What no text has, but other files do.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


@dataclass
class Converted:
    """Entries as a file.

    `text`: to put below the root file, empty if there are none; `posts`: entries in it. `left`: what could not be
    placed, by the file that it is from, as the text of a file of the same kind, and how much in `not_placed`.
    `unread`: columns that are not read. `out`: how many posts were left out on purpose, by what they are. `questions`:
    what to answer first.
    """

    text: str = ""
    posts: int = 0
    problems: tuple[Diagnostic, ...] = ()
    left: dict[Path, str] = field(default_factory=dict)
    not_placed: dict[Path, int] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    out: Counter[str] = field(default_factory=Counter)
    questions: tuple[CalendarQuestion, ...] = ()


def convert(
    paths: Sequence[Path],
    desired: Desired,
    root: Path,
    *,
    channels: Sequence[str],
    zone: str | None,
    now: datetime,
    answers: Answers | None = None,
) -> Converted:
    """The posts of files (and of Markdown files in folders), for channels of the root file, which is in `root`.

    `channels`: where those go that do not say so themselves. `zone`: of times without an offset, otherwise the
    channel's. `now`: what was due before is left out of calendars. Raises UsageError for a channel, a zone or a kind of
    file that there is not.
    """
    clock = clock_named(zone)
    if zone and clock is None:
        raise UsageError(f"There is no time zone {zone}", hint=zone_hint(zone))
    destination = Destination(desired, clock)
    reading = _Converting(destination, named_channels(destination, channels), root, answers or Answers(), now)
    for path in _files(paths):
        reading.read(path)
    found = reading.found
    if found.questions or reading.is_broken:
        found.left.clear()
        return found
    found.problems += tuple(repeated(reading.posts))
    written = entries(reading.posts, destination)
    if written:
        found.text, found.posts = yaml_text({"posts": written}), len(written)
    return found


@dataclass
class _Converting:
    """Reads one file after the other."""

    destination: Destination
    channels: tuple[Channel, ...]
    root: Path
    answers: Answers
    now: datetime
    found: Converted = field(default_factory=Converted)
    posts: list[NewPost] = field(default_factory=list)
    is_broken: bool = False
    """Whether a file has an error that is not about one of its rows alone."""

    def read(self, path: Path) -> None:
        """The posts of a file, and what is wrong with it."""
        name = path.as_posix()
        try:
            source = read_source(path, name)
        except UnreadableError as error:
            as_excel_saves = _from_excel(path, name) if path.suffix.lower() in _TABLES else None
            if as_excel_saves is None:
                error.hint += " (in Excel: CSV UTF-8)" if error.is_not_utf8 else ""
                self._add([], [error.of(name)])
                return
            source = as_excel_saves
            if not path.read_bytes().startswith(_UTF_16):
                self._add([], [_perhaps_garbled(source)])
        if path.suffix.lower() in _MARKDOWN and has_dates(source.text) and not source.text.startswith("---"):
            self._read_document(source, path)
        elif path.suffix.lower() in _MARKDOWN:
            self._read_markdown(source)
        else:
            self._read_calendar(source, path)

    def _read_markdown(self, source: Source) -> None:
        reader = MarkdownFile(source, self.channels, self.destination)
        posts = reader.posts()
        self._add(posts, reader.problems)

    def _read_document(self, source: Source, path: Path) -> None:
        pictures = PictureFinder(path.parent, self.root)
        reader = DatedDocument(source, self.channels, self.destination, pictures, self.answers, self.now)
        posts = reader.posts()
        self._add(posts, reader.problems, is_broken=has_errors(reader.problems) and not reader.left)
        if reader.left:
            self.found.left[path], self.found.not_placed[path] = reader.left_text(), len(reader.left)
        self.found.unread += tuple(reader.unread)
        self.found.out += Counter({"past": reader.past})
        self.found.questions += tuple(reader.questions)

    def _read_calendar(self, source: Source, path: Path) -> None:
        pictures = PictureFinder(path.parent, self.root)
        reader = Calendar(source, self.channels, self.destination, pictures, self.answers, self.now)
        posts = reader.posts()
        is_empty = not (posts or reader.problems or reader.out or reader.questions)
        problems = [_nothing_in(source)] if is_empty else reader.problems
        self._add(posts, problems, is_broken=reader.is_broken or is_empty)
        if reader.left:
            mark = "\ufeff" if source.data.startswith(b"\xef\xbb\xbf") else ""
            self.found.left[path] = mark + reader.table.left(reader.left)
            self.found.not_placed[path] = len(reader.left)
        self.found.unread += reader.table.unread
        self.found.out += reader.out
        self.found.questions += tuple(reader.questions)

    def _add(self, posts: list[NewPost], problems: list[Diagnostic], *, is_broken: bool | None = None) -> None:
        self.posts += posts
        in_order = sorted(problems, key=lambda each: each.place or Place(""))
        self.found.problems = tuple(dict.fromkeys((*self.found.problems, *in_order)))
        self.is_broken |= has_errors(problems) if is_broken is None else is_broken


_UTF_16 = (BOM_UTF16_LE, BOM_UTF16_BE)


def _from_excel(path: Path, name: str) -> Source | None:
    """A table in an encoding that Excel saves beside UTF-8: "Unicode text", and "CSV" on Windows in Western Europe.

    None if it is in neither, or no text at all.
    """
    try:
        data = path.read_bytes()
        text = data.decode("utf-16" if data.startswith(_UTF_16) else "cp1252")
    except (OSError, UnicodeError):
        return None
    is_text = text.isprintable() or not _CONTROL.search(text)
    return Source(name, text, path.parent) if is_text and len(data) <= MAX_BYTES else None


def _perhaps_garbled(source: Source) -> Diagnostic:
    """What to check in a file that says nowhere in which encoding it is: its first letter beyond ASCII."""
    at = next(number for number, letter in enumerate(source.text) if not letter.isascii())
    message = "the file is not UTF-8, so it was read as Windows-1252, as Excel saves it in Western Europe"
    hint = f"check that `{source.text[at]}` and letters like it are right, or save it as CSV UTF-8"
    return source.diagnostic(at, message, hint=hint, severity=Severity.WARNING, kind=Kind.UNUSABLE_FILE)


def _nothing_in(source: Source) -> Diagnostic:
    message = "there are no posts in it"
    place = Place(source.name)
    return Diagnostic(Severity.ERROR, message, place, hint="name another file", kind=Kind.SYNTAX)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in _MARKDOWN)
            seen = [each for each in inside if not any(part.startswith(".") for part in each.relative_to(path).parts)]
            if not seen:
                raise UsageError(f"There is no Markdown file in {path}", hint="Name a CSV file by itself.")
            yield from seen
        elif not path.exists():
            raise UsageError(f"There is no {path}", hint="Check the spelling of the path.")
        elif path.suffix.lower() in (*_TABLES, *_MARKDOWN):
            yield path
        elif path.suffix.lower() in _HOW_TO_SAVE:
            message = f"{path} is not a kind of file that convert reads"
            raise UsageError(message, hint=_HOW_TO_SAVE[path.suffix.lower()])
        else:
            hint = f"It reads {', '.join((_TABLES[0], _TABLES[1], *_MARKDOWN))}, and folders of Markdown."
            raise UsageError(f"{path} is not a kind of file that convert reads", hint=hint)


def named_channels(destination: Destination, names: Sequence[str]) -> tuple[Channel, ...]:
    """The channels named on the command line, of one organization. Raises UsageError."""
    try:
        found = tuple(dict.fromkeys(map(destination.called, names)))
    except UnknownNameError as error:
        raise UsageError(error.message, hint=error.hint) from None
    if len({each.organization for each in found}) > 1:
        raise UsageError("These channels are of several organizations", hint="Name the channels of one organization.")
    return found
