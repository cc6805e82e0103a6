"""Reads Markdown with YAML front matter as a post: fields above, the text below, as written.

```markdown
---
due_at: 2026-12-01 09:00
channels: [twitter, linkedin]
tags: [launch]
---
We are live: https://acme.example
```
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath
from typing import Any

from bufferctl.config.format import EVERY, EXISTING, REPEAT_OF, Faults, LocalTimeError, PostFields, read_model
from bufferctl.config.read import Source, Spot, Tree, explain, parse
from bufferctl.config.resolve import UnknownNameError
from bufferctl.config.write.convert.destination import Destination, NewPost
from bufferctl.diagnostics import Diagnostic, Kind, Severity
from bufferctl.model import Channel, NetworkMetadata
from bufferctl.model.base import Filled, Key, When
from bufferctl.model.metadata import ALWAYS, MODELS
from bufferctl.value import replace

#: The front matter with its first line, and the line that ends it.
_FRONT = re.compile(r"---[ \t]*(?:\r\n?|\n)(?P<inner>(?:.*(?:\r\n?|\n))*?)(?P<end>---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)")
_DATED = re.compile(r"(\d{4}-\d\d-\d\d)[-_. ]?")
_LINE_ENDS = re.compile(r"\r\n?")


class FrontMatter(PostFields):
    """The fields that may be above the text."""

    key: Key | None = None  # without one the file's name is taken
    channels: tuple[Filled, ...] = ()  # without any, where `--channel` says
    organization: Filled | None = None  # whose channels these are, where there are several
    title: str | None = None  # on networks that show one
    date: When | None = None  # `due_at`, as other programs call it


@dataclass
class MarkdownFile:
    """Reads one file. `channels`: used if it names none."""

    source: Source
    channels: tuple[Channel, ...]
    destination: Destination
    problems: list[Diagnostic] = field(default_factory=list)

    def posts(self) -> list[NewPost]:
        """The post of the file; none where it cannot be read. What is wrong is in `problems`."""
        self.problems += self.source.controls()
        text = self.source.text
        front = _FRONT.match(text)
        if front is None and text.startswith(("---", "+++")):
            what = "TOML front matter is not read" if text.startswith("+") else "the front matter has no end"
            hint = "put the fields between two lines of `---`"
            self.problems.append(self.source.diagnostic(0, what, hint=hint, width=3))
            return []
        body = _LINE_ENDS.sub("\n", text[front.end() if front else 0 :]).strip()
        if front is None or not front["inner"].strip():
            return self._post(FrontMatter(), Spot(Tree(self.source), {}), body)
        tree, problems = parse(Source(self.source.name, text[: front.start("end")], self.source.folder))
        self.problems += problems
        if not isinstance(tree.data, dict):
            if tree.data is not None:
                message = "the front matter is a group of fields (`name: value`), and this is not one"
                self.problems.append(self.source.diagnostic(0, message, hint="write `due_at: 2026-12-01 09:00`"))
            return []
        faults = Faults()
        found = read_model(FrontMatter, tree.data, faults)
        self.problems += explain(tree, faults)
        return self._post(found, Spot(tree, tree.data), body) if found else []

    def _post(self, front: FrontMatter, spot: Spot, text: str) -> list[NewPost]:
        channels = self._channels(front, spot)
        self._check_text(front, spot, text)
        when = front.due_at or front.date
        if front.due_at and front.date:
            self.problems.append(spot.at_key("date", "`date` and `due_at` are both given", hint="keep one of them"))
        try:
            due_at = self.destination.moment(when, channels) if when and channels else None
        except LocalTimeError as error:
            self.problems.append(spot.at("due_at" if spot.has("due_at") else "date", error.message, hint=error.hint))
            due_at = None
        names = front.model_fields_set & PostFields.model_fields.keys()
        given = {name: _in_short(getattr(front, name)) for name in names}
        metadata = _metadata(front, channels)
        fields = {**given, "text": text or None, "due_at": due_at, "metadata": metadata}
        titled = any(getattr(metadata.get(each.service), "title", None) for each in channels)
        if front.title and channels and not titled:
            message = "none of this post's channels shows a title, so it is left out"
            found = spot.at_key("title", message, hint="put it into the text, or remove it")
            self.problems.append(replace(found, severity=Severity.WARNING))
        name = PurePath(self.source.name).stem
        day = when.date() if when else None
        if (dated := _DATED.match(name)) and not when:
            with suppress(ValueError):
                day = date.fromisoformat(dated[1])
        words = name[dated.end() if dated else 0 :] or front.title or text
        if front.key and channels and self.destination.take(front.key, channels):
            taken = f"there is already a post `{front.key}` on {' or '.join(each.label for each in channels)}"
            self.problems.append(spot.at("key", taken, hint="give it another key", kind=Kind.DUPLICATE))
        return [NewPost(channels, fields, words, day, front.key, self.source)] if channels else []

    def _channels(self, front: FrontMatter, spot: Spot) -> tuple[Channel, ...]:
        if not front.channels:
            if not self.channels and not spot.has("channels"):
                hint = "write `channels: [twitter]` in the front matter, or give --channel"
                self.problems.append(self.source.diagnostic(0, "this names no channel", hint=hint))
            return self.channels
        found: list[Channel] = []
        for index, reference in enumerate(front.channels):
            try:
                found.append(self.destination.channel(reference, front.organization))
            except UnknownNameError as error:
                self.problems.append(
                    spot.down("channels").at(index, error.message, hint=error.hint, kind=Kind.UNKNOWN_NAME)
                )
        return tuple(dict.fromkeys(found))

    def _check_text(self, front: FrontMatter, spot: Spot, text: str) -> None:
        for name in ("text", "text_file"):
            if spot.has(name):
                message = f"the text is below the front matter, and `{name}` would be another"
                self.problems.append(spot.at_key(name, message, hint="take it out"))
        attachment = any(getattr(each, "link_attachment", None) for _, each in front.metadata or ())
        if not (text or front.assets or attachment):
            last = self.source.text.rstrip().rfind("\n") + 1
            message = "there is no text below the front matter, so there is nothing to publish"
            self.problems.append(self.source.diagnostic(last, message, hint="write one", width=3))


def _in_short(given: Any) -> Any:
    """A value that names no channel as people write it: `repeat_of: KEY`, `existing: ID`, `cancelled: true`."""
    if given == (EVERY,):
        return True
    for name in (EXISTING, REPEAT_OF):
        if isinstance(given, dict) and set(given) == {name}:
            short = given[name]
            return short[0] if isinstance(short, list | tuple) and len(short) == 1 else short
    return given


def _metadata(front: FrontMatter, channels: tuple[Channel, ...]) -> dict[str, NetworkMetadata]:
    """The networks' metadata, with the title for networks that show one and have none yet.

    Where each post has other fields, too (`ALWAYS`), a title alone makes no metadata.
    """
    found: dict[str, NetworkMetadata] = {name: each for name, each in front.metadata or () if each is not None}
    if not front.title:
        return found
    for service in dict.fromkeys(channel.service for channel in channels):
        metadata = found.get(service) or (MODELS[service]() if service in MODELS and service not in ALWAYS else None)
        if metadata is not None and "title" in type(metadata).model_fields and not getattr(metadata, "title", None):
            found[service.value] = metadata.model_copy(update={"title": front.title})
    return found
