"""Answers to what needs a person, as suggestions on the lines of a request: one tap, and the file has the answer.

Suggested are a field that is added to an entry (`repeat_of`, `was`, `existing`) and a later day for a time that is
past. A forge takes them only on a line that the request's diff shows; the others stand in the plan's comment as the
lines to write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from bufferctl.ci.forge import ChangeRequest, marker
from bufferctl.ci.held import HeldChange, held_in
from bufferctl.ci.job import Job
from bufferctl.config.write.project import Project
from bufferctl.config.write.shift import postponed
from bufferctl.diagnostics import Place
from bufferctl.errors import ConfigError, ForgeError
from bufferctl.plan import Reason
from bufferctl.render.markdown_text import LIMIT, code, plain, size
from bufferctl.render.words import local
from bufferctl.value import replace, value

#: How many suggestions a plan makes: each is a request to the forge, and a comment to read.
_MOST = 5
#: How long there is to take a later time over and merge it.
_NOTICE = timedelta(hours=1)
#: A field that a hint proposes; below `each` it would need more than a line.
_FIELD = re.compile(r"`((?:repeat_of|was|existing): [^`]+)`(?! under `each`)")
#: What an entry is on one of its channels; on several, one answer says it for all.
_ON_CHANNEL = re.compile(r"existing: \{(.+)\}")
#: The line of a key, and where its entry's other fields begin.
_KEY = re.compile(r"(\s*(?:- )?)key: *\S+\s*")


@value()
class Suggestion:
    """Answers on a `line` of the file of an entry, each with the lines that take its place. `about`: what they do."""

    place: Place  # of the entry
    line: int
    about: str
    answers: tuple[str, ...]


def suggest(job: Job, request: ChangeRequest, report: Path, body: str) -> str:
    """Replace the suggestions on a request by those of its plan; the plan's comment, with those that have no line."""
    first = marker("suggestion", job.about)
    for old in list(job.forge.suggestions(request.number)):
        if old.mine and old.body.startswith(first):
            job.forge.delete_suggestion(request.number, old.id)
    held = [change for change in held_in(report) if change.place and change.place.line]
    found = (*_fields(job, held), *_times(job, held))
    left = [replace(each, place=each.place.below(job.options.directory)) for each in found]
    suggested, left = left[:_MOST], left[_MOST:]
    for each in suggested:
        text = f"{first}\n{_text(each, job.forge.suggestion)}"
        try:
            job.forge.add_suggestion(request, each.place.file, each.line, text)
        except ForgeError:  # the diff does not show the line, or the token may not comment on lines
            left.append(each)
    for each in left:
        longer = _with_lines(body, each)
        body = longer if size(longer) < LIMIT else body
    return body


def _fields(job: Job, held: Iterable[HeldChange]) -> Iterator[Suggestion]:
    """The fields that the hints propose, once for each place of an entry."""
    proposed: dict[Place, dict[str, str]] = {}
    for change in held:
        if change.place:
            fields = dict.fromkeys(_FIELD.findall(change.hint), change.message)
            proposed.setdefault(change.place, {}).update(fields)
    for place, fields in proposed.items():
        try:
            text = (job.folder / place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]
        except (OSError, ValueError, IndexError):
            continue
        if fields and (key := _KEY.fullmatch(text)):
            indent = " " * len(key[1])
            there = ", ".join(found[1] for field in fields if (found := _ON_CHANNEL.fullmatch(field)))
            whole = (f"existing: {{{there}}}" if _ON_CHANNEL.fullmatch(field) else field for field in fields)
            answers = tuple(f"{text.rstrip()}\n{indent}{field}" for field in dict.fromkeys(whole))
            way = "One of these answers it" if answers[1:] else "This answers it"
            yield Suggestion(place, place.line, f"{next(iter(fields.values()))}. {way}", answers)


def _times(job: Job, held: Iterable[HeldChange]) -> Iterator[Suggestion]:
    """Later days for posts that are late and not in Buffer; without it, nobody knows whether one is there already."""
    late = {each.address: each.message for each in held if each.reason == Reason.MISSED and not each.candidates}
    desired = job.loaded.desired if job.loaded and not job.is_offline else None
    if not late or desired is None:
        return
    try:
        for post, due_at, line, text in postponed(Project(job.folder, desired), late, job.forge.now() + _NOTICE):
            about = f"{late[str(post.address)]}. This moves it to {local(due_at, '')}"
            yield Suggestion(post.place, line, about, (text,))
    except ConfigError:  # a date that is not written plainly
        return


def _text(suggestion: Suggestion, fence: str) -> str:
    answers = [f"```{fence}\n{answer}\n```" for answer in suggestion.answers]
    return "\n\n".join([f"{plain(suggestion.about)}:", *answers])


def _with_lines(body: str, suggestion: Suggestion) -> str:
    """The comment with the lines to write below the post that they are about."""
    place = f" · {code(str(suggestion.place))}\n"
    lines = [f"```yaml\n{answer}\n```" for answer in suggestion.answers]
    return body.replace(place, "\n\n".join([place.rstrip("\n"), *lines, ""]), 1)
