"""Reads a document with dated headings as posts: each heading has a time and channels, the text below it is a post.

```markdown
## Tuesday 15 January 2030, 9:00 | X, LinkedIn

We are live: https://acme.example

![The console](console.png)
```
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from bufferctl.config.format import LocalTimeError
from bufferctl.config.read import Source
from bufferctl.config.write.convert.calendars import Answers, CalendarQuestion, several
from bufferctl.config.write.convert.days import has_day, order_of, orders_of, read_time
from bufferctl.config.write.convert.destination import Destination, NewPost
from bufferctl.config.write.convert.pictures import PictureFinder
from bufferctl.diagnostics import Diagnostic
from bufferctl.errors import BufferctlError
from bufferctl.model import Channel
from bufferctl.value import value

_HEADING = re.compile(r"^(?P<signs>#{1,6})[ \t]+(?P<words>.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
#: What word processors add to a heading: emphasis, and a name to link to.
_ANCHOR = re.compile(r"\s*\{#[^}]*\}\s*$")
#: What says that a post is not ready: in brackets, or at the end of a heading.
_UNREADY = "draft|idea|in review|entwurf|idee|brouillon|idée"
_DRAFT = re.compile(rf"\s*[(\[](?:{_UNREADY})[)\]]|\s*\b(?:{_UNREADY})\s*$", re.IGNORECASE)
#: The same as the first or the last words of a text.
_DRAFT_TEXT = re.compile(rf"^[(\[](?:{_UNREADY})[)\]]:?\s*|\s*[(\[](?:{_UNREADY})[)\]]$", re.IGNORECASE)
#: Between the time and the channels.
_BETWEEN = re.compile(r"\s*[\u2013\u2014|]\s*|\s+-\s+|:\s+|\s+on\s+|,\s+|\s+(?=[A-Z])")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LINK = re.compile(r"(?<!!)\[(?P<words>[^\[\]\n]+)\]\((?P<url>https?://[^\s()]+)\)")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3})(?=[^\s*])([^*\n]+?)(?<=[^\s*])\1(?![\w*])")
_IMAGE = re.compile(r"!\[(?P<alt>[^\[\]\n]*)\](?:\((?P<source>[^()\n]+)\)|\[(?P<name>[^\[\]\n]+)\])")
_DEFINITION = re.compile(r"^\[[^\[\]\n]+\]:\s*<?data:.*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_LINE_ENDS = re.compile(r"\r\n?")


@value()
class DatedSection:
    """A heading with a day, and what is below it. `start` and `end` are its offsets in the file."""

    heading: str
    text: str
    start: int
    end: int


class _SectionError(BufferctlError):
    """Why a section cannot be placed."""


def has_dates(text: str) -> bool:
    """Whether a heading of a document has a day."""
    return any(has_day(_plain(found["words"])) for found in _HEADING.finditer(text))


def _plain(words: str) -> str:
    """A heading without what word processors add to it."""
    return _ESCAPE.sub(r"\1", _ANCHOR.sub("", words)).strip().strip("*_").strip()


@dataclass
class DatedDocument:
    """Reads one file. `channels`: for sections that name none. `now`: what is due before is past."""

    source: Source
    channels: tuple[Channel, ...]
    destination: Destination
    pictures: PictureFinder
    answers: Answers
    now: datetime
    problems: list[Diagnostic] = field(default_factory=list)
    questions: list[CalendarQuestion] = field(default_factory=list)
    left: list[tuple[DatedSection, str]] = field(default_factory=list)
    """Sections that cannot be placed, each with the reason."""
    unread: list[str] = field(default_factory=list)
    past: int = 0

    def posts(self) -> list[NewPost]:
        """The posts in the order of the file."""
        self.problems += self.source.controls()
        if self.problems:
            return []
        sections = list(self._sections())
        self._days = orders_of(section.heading for section in sections)
        if len(self._days) > 1 and self.answers.order is None:
            first = next(section.heading for section in sections if orders_of([section.heading]))
            self.questions.append(CalendarQuestion(example=first))
            return []
        found = [self._placed(section) for section in sections]
        return [post for post in found if post is not None]

    def left_text(self) -> str:
        """A document of the sections that cannot be placed, each below its problem."""
        return "".join(
            f"<!-- Problem: {why} -->\n{self.source.text[each.start : each.end].strip()}\n\n" for each, why in self.left
        )

    def _sections(self) -> Iterator[DatedSection]:
        """Each heading with a day, up to the next one, or to another heading that is not below it."""
        text = self.source.text
        headings = [*_HEADING.finditer(text)]
        dated = [has_day(_plain(each["words"])) for each in headings]
        ends = [0, *(each.start() for each in headings), len(text)]
        if self._is_text(text[: ends[1]]):
            self.unread.append("what is above the first heading")
        index = 0
        while index < len(headings):
            heading, below = headings[index], index + 1
            if dated[index]:
                depth = len(heading["signs"])
                while below < len(headings) and not dated[below] and len(headings[below]["signs"]) > depth:
                    below += 1
            body = text[heading.end() : ends[below + 1]]
            if dated[index]:
                yield DatedSection(_plain(heading["words"]), body, heading.start(), ends[below + 1])
            elif self._is_text(body):
                self.unread.append(f"the text below \u201c{_plain(heading['words'])[:40]}\u201d, which is not dated")
            index = below

    @staticmethod
    def _is_text(text: str) -> bool:
        return bool(_DEFINITION.sub("", _COMMENT.sub("", text)).strip())

    def _placed(self, section: DatedSection) -> NewPost | None:
        """The post of a section; None if it is past, or cannot be placed."""
        try:
            return self._post(section)
        except (LocalTimeError, _SectionError) as error:
            place = self.source.text.index(section.heading[:20], section.start) if section.heading else section.start
            self.problems.append(
                self.source.diagnostic(place, error.message, hint=error.hint, width=len(section.heading))
            )
            self.left.append((section, f"{error.message}: {error.hint}" if error.hint else error.message))
        return None

    def _post(self, section: DatedSection) -> NewPost | None:
        is_draft = _DRAFT.search(section.heading) is not None
        heading = _DRAFT.sub("", section.heading)
        when, channels = self._when_and_where(heading)
        due_at = self.destination.moment(when, channels)
        instant = self.destination.instant(when, channels)
        if instant is not None and instant < self.now:
            self.past += 1
            return None
        text, media = self._content(section.text)
        is_draft = is_draft or _DRAFT_TEXT.search(text) is not None
        text = _DRAFT_TEXT.sub("", text)
        if not (text or media):
            raise _SectionError(
                "there is nothing below this heading, so there is nothing to publish", hint="write a text"
            )
        fields = {"text": text or None, "due_at": due_at, "draft": is_draft or None, **media}
        return NewPost(channels, fields, text, when.date(), source=self.source, at=section.start)

    def _when_and_where(self, heading: str) -> tuple[datetime, tuple[Channel, ...]]:
        """The time and the channels of a heading: the longest beginning that is a time, and what is behind it."""
        gaps = [(heading[: gap.start()], heading[gap.end() :]) for gap in reversed([*_BETWEEN.finditer(heading)])]
        for before, behind in [(heading, ""), *gaps]:
            when = self._time(before)
            if when is None:
                continue
            names = behind.strip(" ()[]")
            if not (names or self.channels):
                hint = "write them behind the time, such as `| X, LinkedIn`, or give --channel"
                raise _SectionError("this heading names no channel", hint=hint)
            return when, self._channels(names) if names else self.channels
        raise _SectionError(f"`{heading[:60]}` has no time", hint=_TIME)

    def _time(self, given: str) -> datetime | None:
        order, today = order_of(self._days, self.answers.order), self.now.date()
        try:
            found = read_time(given, "", order, today)
            if found is None and self.answers.time:
                found = read_time(given, self.answers.time, order, today)
        except ValueError as error:
            hint = "correct the day" if re.search(r"\d{4}", given) else "correct the day, or write its year"
            raise _SectionError(f"`{given[:60]}` {error}", hint=hint) from None
        return found

    def _channels(self, names: str) -> tuple[Channel, ...]:
        try:
            found = tuple(dict.fromkeys(self.destination.called(name) for name in several(names)))
        except BufferctlError as error:
            raise _SectionError(error.message, hint=error.hint) from None
        if len({each.organization for each in found}) > 1:
            hint = "write a heading for each of them"
            raise _SectionError("these channels are of several organizations", hint=hint)
        return found

    def _content(self, body: str) -> tuple[str, dict[str, object]]:
        """The text of a section, as readers see it, and its images."""
        body = _DEFINITION.sub("", _COMMENT.sub("", _LINE_ENDS.sub("\n", body)))
        images = [*_IMAGE.finditer(body)]
        if any(image["source"] is None for image in images):
            hint = "save it in media/, and write `![what it shows](NAME.png)`"
            raise _SectionError("the image is inside the document", hint=hint)
        text = re.sub(r"[ \t]+$", "", _IMAGE.sub("", body), flags=re.MULTILINE)
        text = _LINK.sub(lambda found: _link(found["words"], found["url"]), text)
        text = _ESCAPE.sub(r"\1", _EMPHASIS.sub(r"\2", text))
        text = re.sub(r"\n{3,}", "\n\n", text).strip()
        if not images:
            return text, {}
        try:
            alts = "\n".join(image["alt"] for image in images)
            return text, self.pictures.of("\n".join(image["source"].split(' "')[0] for image in images), alts.strip())
        except BufferctlError as error:
            raise _SectionError(error.message, hint=error.hint) from None


#: What to do about a day without a time.
_TIME = "add the time, or give --time 09:00 for all that have none"


def _link(words: str, url: str) -> str:
    """A link as a text can have it."""
    return url if _ESCAPE.sub(r"\1", words).rstrip("/") == url.rstrip("/") else f"{words} ({url})"
