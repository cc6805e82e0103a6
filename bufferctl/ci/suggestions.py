"""Answers to holds, as suggestions on the lines of a request, which one tap writes into the file.

A suggestion adds a field to an entry (`repeat_of`, `was`, `existing`), or moves a time that is past to a later day. A
forge accepts it only on a line that the request's diff shows; the plan's comment has the other answers as lines to
write.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

from bufferctl.ci.forge import ChangeRequest, CommentKind, marker
from bufferctl.ci.job import Job
from bufferctl.config.write import SourceFiles, postponed
from bufferctl.diagnostics import Place
from bufferctl.errors import ConfigError, ForgeError
from bufferctl.model import dates
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.render.markdown_text import plain
from bufferctl.render.report import Report
from bufferctl.said import Answer, Way, merged
from bufferctl.value import replace, value

#: How many suggestions a plan makes: each is a request to the forge, and a comment to read.
_MOST = 5
#: How long there is to take a later time over and merge it.
_NOTICE = timedelta(hours=1)
#: The fields of an entry that an answer may add.
_FIELDS = ("existing", "was", "repeat_of")
#: The line of a key, and where its entry's other fields begin.
_KEY = re.compile(r"(\s*(?:- )?)key: *\S+\s*")


@value()
class Suggestion:
    """Answers on a `line` of an entry's file, each with the lines that replace it. `about` says what they do."""

    place: Place  # of the entry
    line: int
    about: str
    answers: tuple[str, ...]


def suggest(job: Job, request: ChangeRequest, report: Report) -> dict[Place, tuple[str, ...]]:
    """Replace the suggestions on a request by those of its plan.

    Returns the lines of answers that did not become suggestions, by the place of their entry in the repository.
    """
    first = marker(CommentKind.SUGGESTION, job.about)
    for old in list(job.forge.suggestions(request.number)):
        if old.mine and old.body.startswith(first):
            job.forge.delete_suggestion(request.number, old.id)
    found = (*fields_of(job.folder, report.plan), *_times(job, report.plan))
    there = [replace(each, place=each.place.below(job.options.directory)) for each in found]
    left: dict[Place, tuple[str, ...]] = {each.place: each.answers for each in there[_MOST:]}
    for each in there[:_MOST]:
        text = f"{first}\n{_text(each, job.forge.suggestion)}"
        try:
            job.forge.add_suggestion(request, each.place.file, each.line, text)
        except ForgeError:  # the diff does not show the line, or the token may not comment on lines
            left[each.place] = each.answers
    return left


def fields_of(folder: Path, plan: Plan) -> Iterator[Suggestion]:
    """The fields that answer for an entry of the files in `folder`, on the line of its key."""
    entries: dict[Place, list[Change]] = {}
    for change in plan.changes:
        if change.place and change.place.line:
            entries.setdefault(change.place, []).append(change)
    for place, changes in entries.items():
        held = [change for change in changes if change.action is Action.HOLD]
        has = {name for name in _FIELDS for change in changes if getattr(change.desired, name, None)}
        answers = _ready_to_take(held, has)
        if not answers:
            continue
        try:
            text = (folder / place.file).read_text(encoding="utf-8").split("\n")[place.line - 1]
        except (OSError, ValueError, IndexError):
            continue
        if key := _KEY.fullmatch(text):
            indent = " " * len(key[1])
            lines = tuple(f"{text.rstrip()}\n{indent}{each.yaml}" for each in answers)
            way = "One of these answers it" if lines[1:] else "This answers it"
            fields = {each.field for each in answers}
            about = next(change.message for change in held if any(each.field in fields for each in _given(change)))
            yield Suggestion(place, place.line, f"{about}. {way}", lines)


def _ready_to_take(held: Iterable[Change], has: Collection[str]) -> list[Answer]:
    """The answers that can be taken as they are, each for all channels of an entry. `has`: the fields that it has."""
    found: dict[str, list[Answer]] = {}
    several = set[str]()
    for change in held:
        names = Counter[str]()
        for answer in _given(change):
            found.setdefault(answer.field, []).append(answer)
            names[answer.field] += 1
        several |= {name for name, number in names.items() if number > 1}
    whole = (merged(each, of_one_entry=True) for name, each in found.items() if name not in {*has, *several})
    return [each for each in whole if each and not (each.is_open or each.later)]


def _given(change: Change) -> list[Answer]:
    """The answers to a held change that add one of the fields to its entry."""
    answers = change.todo.answers if change.todo else ()
    return [each for each in answers if each.way is Way.ADD and each.field in _FIELDS and not each.occurrence]


def _times(job: Job, plan: Plan) -> Iterator[Suggestion]:
    """Later days for posts that are late and not in Buffer.

    None offline or if the files have errors: nobody knows then whether a post is in Buffer already.
    """
    held = (each for each in plan.of(Action.HOLD) if each.reason is Reason.MISSED and not each.candidates)
    late = {str(each.address): each.message for each in held}
    desired = job.loaded.desired if job.loaded and not job.is_offline else None
    if not late or desired is None:
        return
    try:
        for post, due_at, line, text in postponed(SourceFiles(job.folder, desired), late, job.forge.now() + _NOTICE):
            about = f"{late[str(post.address)]}. This moves it to {dates.moment(due_at)}"
            yield Suggestion(post.place, line, about, (text,))
    except ConfigError:  # a date that is not written plainly
        return


def _text(suggestion: Suggestion, fence: str) -> str:
    answers = [f"```{fence}\n{answer}\n```" for answer in suggestion.answers]
    return "\n\n".join([f"{plain(suggestion.about)}:", *answers])
