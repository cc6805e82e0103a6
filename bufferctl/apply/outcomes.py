"""Turns a result or a verdict into the outcome to report and the binding to keep. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from shlex import quote

from bufferctl.apply.settling import Written
from bufferctl.diagnostics import all_of
from bufferctl.model import Binding, Idea, LiveIdea, LivePost, Origin, Post, Refusal, Refused, Result, Unknown, Write
from bufferctl.model.comparable import (
    content_of_desired,
    content_of_live,
    instant,
    list_differences,
    lost,
    with_board_of,
)
from bufferctl.model.seen import bind
from bufferctl.plan import Change, Outcome, Status
from bufferctl.value import replace, value

_HINTS = {
    Refusal.INVALID: "Fix it in the file as Buffer's message says.",
    Refusal.NOT_FOUND: "Run `bufferctl plan` again.",
    Refusal.UNAUTHORIZED: "Ask an owner of the organization for permission to post on this channel.",
    Refusal.LIMIT: "A later apply sends it once your Buffer plan has room.",
    Refusal.KEPT: "Run `bufferctl plan` again.",
    Refusal.PAST: "Give it a later `due_at`.",
    Refusal.REPEAT: "Check in Buffer whether it is there already; to post it again, change a word.",
}


_BOTH = "Run `bufferctl plan` again; it shows both versions."


@value()
class Conclusion:
    """The outcome of a change, and the binding that the state keeps (None: nothing)."""

    outcome: Outcome
    binding: Binding | None


def bound(
    item: Post | Idea, live: LivePost | LiveIdea, origin: Origin, *, links_may_differ: bool, early: str = ""
) -> tuple[Binding, tuple[str, ...]]:
    """The binding to keep for what was sent and came back, and the fields that came back different.

    If there are any, what came back is not the baseline: the next plan still compares with the file.
    `early`: a field that differs because the post goes out too early.
    """
    live = with_board_of(item, live)
    found = list_differences(content_of_desired(item), content_of_live(live), links_may_differ=links_may_differ)
    names = [name for name, *_ in found]
    if isinstance(item, Post) and isinstance(live, LivePost):
        if item.due_at and instant(item.due_at) != instant(live.due_at or live.sent_at):
            names.append("due_at")
        if live.reminds and not item.reminds:
            names.append("scheduling_type")
    fields = (*names, early) if early else tuple(names)
    return bind(item, live, origin, as_declared=not fields), fields


def written(change: Change, write: Write, live: LivePost | LiveIdea | None, at: datetime, *, links: bool) -> Conclusion:
    """The outcome of a write that Buffer confirmed. `links`: the channel shortens links."""
    early = write.goes_out_early(live) if live else ""
    return _conclusion(change, write, live, Origin.CREATED, at, links=links, early=early)


def found(change: Change, write: Write, verdict: Written, at: datetime, *, links: bool) -> Conclusion:
    """The outcome of a write whose answer was lost and that was carried out. People may have changed the post since."""
    conclusion = _conclusion(change, write, verdict.live, verdict.origin, at, links=links)
    outcome = conclusion.outcome
    if verdict.by_person and outcome.status is Status.DONE:
        hint = _IMPORT.format(quote(str(change.address)), outcome.id)
        return replace(conclusion, outcome=replace(outcome, message=_BY_PERSON, hint=hint))
    return conclusion


#: An equal post by a person takes the place of one whose answer was lost.
_BY_PERSON = (
    "Somebody created an equal post in Buffer in the meantime, so this one was not sent again; edits to it are held"
)
_IMPORT = "To let bufferctl edit and delete it, run `bufferctl import {} {}`."


def _conclusion(
    change: Change,
    write: Write,
    live: LivePost | LiveIdea | None,
    origin: Origin,
    at: datetime,
    *,
    links: bool,
    early: str = "",
) -> Conclusion:
    """The outcome of a write that was carried out. `origin`: of what it created; `early`: as for `bound`."""
    if write.item is None or live is None:
        return Conclusion(Outcome(change, Status.DONE, change.live_id, at=at), None)
    if change.binding and change.live:
        origin = change.binding.origin
    binding, fields = bound(write.item, live, origin, links_may_differ=links, early=early)
    link = live.external_link if isinstance(live, LivePost) else None
    outcome = Outcome(change, Status.DONE, live.id, link=link, at=at)
    if gone := lost(content_of_desired(write.item), content_of_live(live)):
        message = f"Buffer did not keep its {' and '.join(gone)}, so that is not published with it"
        outcome = replace(outcome, message=message, hint="Add it by hand once the post is published.")
    if fields:
        outcome = replace(
            outcome,
            status=Status.DIFFERS,
            message=f"Buffer took it, but its {' and '.join(fields)} came back different",
            hint="Check it in Buffer; plan shows both versions.",
        )
    return Conclusion(outcome, binding)


def refused(change: Change, result: Refused, at: datetime) -> Outcome:
    """The outcome of a write that Buffer refused."""
    status = Status.WAITING if result.why is Refusal.LIMIT else Status.REFUSED
    hint = _HINTS[result.why]
    named = {field for field, words in _NAMED.items() if re.search(words, result.message, re.IGNORECASE)}
    edited = {each.path.removeprefix("metadata.").partition(".")[0] for each in change.differences}
    if result.why is Refusal.INVALID and named and edited and not named & edited:
        fields = all_of(f"`{field}`" for field in sorted(named))
        hint = f"This edit leaves {fields} as it is, but Buffer checks the whole post again: fix that in the file too."
    return Outcome(change, status, change.live_id, message=result.message, hint=hint, at=at)


#: What the messages of refusals call each field (notes: Errors).
_NAMED = {
    "text": r"\bcharacters\b|\btext\b|hashtag",
    "assets": r"\b(?:images?|videos?|media|documents?|assets)\b",
    "title": r"\btitle\b",
    "category_id": r"\bcategory\b",
    "board": r"\bboard\b",
    "first_comment": r"first comment",
    "type": r"\ba type\b",
    "tags": r"\btag\b",
    "scheduling_type": r"notification scheduling",
}


def missed(change: Change) -> Outcome:
    """The outcome of a post whose time is too near by now."""
    timed = isinstance(change.desired, Post) and change.desired.due_at
    message = "Its time is now too near, and Buffer might publish it at once, so it was not sent"
    hint = "Give it a later due_at." if timed else "Change it in Buffer, or wait until it is published."
    return Outcome(change, Status.HELD, message=message, hint=hint)


def moved_on(change: Change) -> Outcome:
    """The outcome if somebody changed the post after its edit or delete was planned."""
    message = "It was changed in Buffer after this was planned, so it was not sent"
    return Outcome(change, Status.HELD, change.live_id, message=message, hint=_BOTH)


def without_idea(change: Change, idea: str) -> Outcome:
    """The outcome of a post whose idea was not created."""
    return Outcome(change, Status.HELD, message=f"Its idea {idea!r} was not created", hint="Fix the idea first.")


def unanswered(change: Change) -> Outcome:
    """The outcome of a write that was sent, if the run ends before checking what happened."""
    hint = "Run apply again: it checks first what Buffer did."
    return Outcome(change, Status.HELD, message="It was sent, but no answer arrived", hint=hint)


def given_up(change: Change, result: Result, at: datetime) -> Outcome:
    """The outcome of a write that Buffer failed on every time and did not carry out."""
    why = f" ({result.why})" if isinstance(result, Unknown) else ""
    message = f"Buffer failed on it each time and did not carry it out{why}"
    hint = "Check it for anything unusual; a later apply tries again."
    return Outcome(change, Status.REFUSED, change.live_id, message=message, hint=hint, at=at)


def touched(change: Change, at: datetime) -> Outcome:
    """The outcome of an edit whose answer was lost, if the post matches neither version."""
    message = "The answer was lost, and the post matches neither its earlier version nor the file"
    return Outcome(change, Status.HELD, change.live_id, message=message, hint=_BOTH, at=at)


def held(change: Change, candidates: tuple[str, ...], at: datetime) -> Outcome:
    """The outcome of a create whose answer was lost, if Buffer's list does not show whether it was carried out."""
    address = quote(str(change.address))
    recreate = f"If it is not there, run `bufferctl apply --recreate {address}`."
    message = "The answer was lost, and it is unknown whether Buffer carried it out"
    hint = f"Check in Buffer. {recreate}"
    if candidates:
        message = f"The answer was lost; it may be {' or '.join(candidates)} in Buffer, but that is not certain"
        hint = f"Check in Buffer. If that is it, run `bufferctl import {address} {candidates[0]}`. {recreate}"
    return Outcome(change, Status.HELD, message=message, hint=hint, at=at)
