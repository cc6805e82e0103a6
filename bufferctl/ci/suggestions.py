"""Answers to what needs a person, as suggestions on the lines of a request: one tap, and the file has the answer.

Only an answer that adds a field to an entry (`repeat_of`, `was`, `existing`) is suggested; a forge takes it only on a
line that the request's diff shows. The others stand in the plan's comment as the lines to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath

from bufferctl.ci.forge import ChangeRequest, marker
from bufferctl.ci.held import held_in
from bufferctl.ci.job import Job
from bufferctl.diagnostics import Place
from bufferctl.errors import ForgeError
from bufferctl.render.markdown_text import code, plain

#: How many suggestions a plan makes: each is a request to the forge, and a comment to read.
_MOST = 5
#: A field that a hint proposes; below `each` it would need more than a line.
_FIELD = re.compile(r"`((?:repeat_of|was|existing): [^`]+)`(?! under `each`)")
#: What an entry is on one of its channels; on several, one answer says it for all.
_ON_CHANNEL = re.compile(r"existing: \{(.+)\}")
#: The line of a key, and where its entry's other fields begin.
_KEY = re.compile(r"(\s*(?:- )?)key: *\S+\s*")


@dataclass(frozen=True)
class Suggestion:
    """Answers on a line of a file, each with the lines that take its place."""

    place: Place
    message: str
    answers: tuple[str, ...]


def suggest(job: Job, request: ChangeRequest, report: Path, body: str) -> str:
    """Replace the suggestions on a request by those of its plan; the plan's comment, with those that have no line."""
    first = marker("suggestion", job.about)
    for old in list(job.forge.suggestions(request.number)):
        if old.mine and old.body.startswith(first):
            job.forge.delete_suggestion(request.number, old.id)
    left = list(_suggestions(job, report))
    suggested, left = left[:_MOST], left[_MOST:]
    for each in suggested:
        path = normpath(join(job.options.directory, each.place.file))
        try:
            job.forge.add_suggestion(request, path, each.place.line, f"{first}\n{_text(each, job.forge.suggestion)}")
        except ForgeError:  # the diff does not show the line, or the token may not comment on lines
            left.append(each)
    for each in left:
        body = _with_lines(body, each)
    return body


def _suggestions(job: Job, report: Path) -> Iterator[Suggestion]:
    """Those of the changes that are held, one for each place of an entry."""
    held: dict[Place, dict[str, str]] = {}
    for change in held_in(report):
        if change.place and change.place.line:
            held.setdefault(change.place, {}).update(dict.fromkeys(_FIELD.findall(change.hint), change.message))
    for place, fields in held.items():
        try:
            text = (job.folder / place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]
        except (OSError, ValueError, IndexError):
            continue
        if fields and (key := _KEY.fullmatch(text)):
            indent = " " * len(key[1])
            there = ", ".join(found[1] for field in fields if (found := _ON_CHANNEL.fullmatch(field)))
            whole = (f"existing: {{{there}}}" if _ON_CHANNEL.fullmatch(field) else field for field in fields)
            answers = tuple(f"{text.rstrip()}\n{indent}{field}" for field in dict.fromkeys(whole))
            yield Suggestion(place, next(iter(fields.values())), answers)


def _text(suggestion: Suggestion, fence: str) -> str:
    answers = [f"```{fence}\n{answer}\n```" for answer in suggestion.answers]
    return "\n\n".join([f"{plain(suggestion.message)}. One of these answers it:", *answers])


def _with_lines(body: str, suggestion: Suggestion) -> str:
    """The comment with the lines to write below the post that they are about."""
    place = f" · {code(str(suggestion.place))}\n"
    lines = [f"```yaml\n{answer}\n```" for answer in suggestion.answers]
    return body.replace(place, "\n\n".join([place.rstrip("\n"), *lines, ""]), 1)
