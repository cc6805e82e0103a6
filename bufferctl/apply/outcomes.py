"""Turns a result or a verdict into the outcome to report and the binding to keep. Pure."""

from __future__ import annotations

import re
from datetime import datetime

from bufferctl.apply.settling import Written
from bufferctl.diagnostics import all_of
from bufferctl.errors import TooLargeError
from bufferctl.model import (
    Binding,
    Doubtful,
    DraftPost,
    EditPost,
    Freeze,
    LiveIdea,
    LivePost,
    Origin,
    Post,
    PostStatus,
    Refusal,
    Refused,
    Result,
    Unknown,
    Write,
    bind,
    content_of_desired,
    content_of_live,
    instant,
)
from bufferctl.model.comparable import list_differences, lost, with_board_of
from bufferctl.model.desired import beyond
from bufferctl.model.state import QUEUE, back_at
from bufferctl.model.unsaid import given_of
from bufferctl.plan import Change, Outcome, Reason, Status, Trouble
from bufferctl.said import Answer, Overrule, Said, Way, prose
from bufferctl.value import replace, value

_PLAN_AGAIN = Answer(Way.RUN, command=("bufferctl", "plan"))
_APPLY_AGAIN = Answer(Way.RUN, command=("bufferctl", "apply"))
_HINTS = {
    Refusal.INVALID: Said("Fix it in the file as Buffer's message says.", beside=(Answer(Way.EDIT, "text"),)),
    Refusal.NOT_FOUND: Said("Run `bufferctl plan` again.", beside=(_PLAN_AGAIN,)),
    Refusal.UNAUTHORIZED: Said("Ask an owner of the organization for permission to post on this channel."),
    Refusal.LIMIT: Said("A later apply sends it once your Buffer plan has room."),
    Refusal.KEPT: Said("Run `bufferctl plan` again.", beside=(_PLAN_AGAIN,)),
    Refusal.PAST: Said("Give it a later `due_at`.", beside=(Answer(Way.EDIT, "due_at"),)),
    Refusal.SENT: Said("It was published meanwhile. Run `bufferctl plan` again.", beside=(_PLAN_AGAIN,)),
    Refusal.REPEAT: Said(
        "Check in Buffer whether it is there already; to post it again, change a word.",
        beside=(Answer(Way.EDIT, "text"),),
    ),
}
_BOTH = Said("Run `bufferctl plan` again; it shows both versions.", beside=(_PLAN_AGAIN,))


@value()
class Conclusion:
    """The outcome of a change, and the binding that the state keeps (None: nothing)."""

    outcome: Outcome
    binding: Binding | None


def bound(
    write: Write,
    live: LivePost | LiveIdea,
    origin: Origin,
    *,
    links_may_differ: bool,
    early: str = "",
    exempt: tuple[Freeze, ...] = (),
    old: Binding | None = None,
) -> tuple[Binding, tuple[str, ...]]:
    """The binding to keep for what was sent and came back, and the fields that came back different.

    If any field differs, the answer does not become the baseline: the next plan still compares with the file. `early`
    is a field that differs because the post goes out too early. A post that stayed a draft still counts as taken off
    the schedule, so that the next plan does not take it for settled. `exempt`: the freezes during which it may go out,
    as in the change. `old` is the binding so far: of a post without a known time, what was agreed to before stays.
    """
    item = write.item
    if item is None:
        raise ValueError("what is deleted has no binding")
    live = with_board_of(item, live)
    found = list_differences(content_of_desired(item), content_of_live(live), links_may_differ=links_may_differ)
    names = [name for name, *_ in found]
    taken_from = ""
    if isinstance(item, Post) and isinstance(live, LivePost):
        due = _due(write, item)
        if due and instant(due) != instant(live.due_at or live.sent_at):
            names.append("due_at")
        if _goes_back(write) and live.status is PostStatus.DRAFT:
            names.append("draft")
            taken_from = instant(due) or QUEUE
        if live.reminds and not item.reminds:
            names.append("scheduling_type")
    fields = (*names, early) if early else tuple(names)
    binding = bind(item, live, origin, as_declared=not fields, given=given_of(item))
    agreed = old.exempt if old and _is_queued(write) else ()
    return replace(binding, taken_from=taken_from, exempt=(*exempt, *beyond(agreed, exempt))), fields


def _is_queued(write: Write) -> bool:
    """Whether it goes to a place in a queue, so that no plan shows when it goes out."""
    return isinstance(write, EditPost) and write.reschedule and _due(write, write.item) is None


def _due(write: Write, item: Post) -> datetime | None:
    """The due time that a write was sent with, None for a queued post."""
    return back_at(write.back_to) if isinstance(write, EditPost) and write.back_to else item.due_at


def _goes_back(write: Write) -> bool:
    """Whether a write puts a draft on the schedule."""
    if not isinstance(write, EditPost) or not write.reschedule:
        return False
    return bool(write.back_to) or not (write.item.draft or write.item.needs_approval)


def taken_off(old: Binding, write: DraftPost, live: LivePost | LiveIdea) -> Binding:
    """The binding after a post was to become a draft, with the time that it was taken from; unchanged if it is none.

    Everything else stays, so that earlier changes are still noticed.
    """
    is_off = isinstance(live, LivePost) and live.status is PostStatus.DRAFT
    return replace(old, taken_from=write.taken_from) if is_off else old


def written(change: Change, write: Write, live: LivePost | LiveIdea | None, at: datetime, *, links: bool) -> Conclusion:
    """The outcome of a write that Buffer confirmed. `links`: the channel shortens links."""
    early = write.goes_out_early(live) if live else ""
    return _conclusion(change, write, live, Origin.CREATED, at, links=links, early=early)


def found(change: Change, write: Write, verdict: Written, at: datetime, *, links: bool) -> Conclusion:
    """The outcome of a write whose answer was lost and that was carried out. People may have changed the post since."""
    conclusion = _conclusion(change, write, verdict.live, verdict.origin, at, links=links)
    outcome = conclusion.outcome
    if verdict.by_person and outcome.status is Status.DONE:
        todo = replace(_IMPORT, own={"import": _import(change, outcome.id or "")})
        return replace(conclusion, outcome=replace(outcome, code=Trouble.BY_PERSON, why=_BY_PERSON, todo=todo))
    return conclusion


#: An equal post by a person takes the place of one whose answer was lost.
_BY_PERSON = Said(
    "Somebody created an equal post in Buffer in the meantime, so this one was not sent again; edits to it are held"
)
_IMPORT = Said("To let bufferctl edit and delete it, {import}.")
#: What came back from Buffer otherwise than it was sent.
_LOST = Said("Buffer did not keep its {fields}, so that is not published with it")
_BY_HAND = Said("Add it by hand once the post is published.", beside=(Answer(Way.IN_BUFFER),))
_DIFFERS = Said("Buffer took it, but its {fields} came back different")
#: What was to become a draft and did not.
_STILL_SCHEDULED = Said("Buffer took it and did not make it a draft, so it still goes out")
_PAUSE = Said("Pause the channel in Buffer, or make it a draft there.", beside=(Answer(Way.IN_BUFFER),))
_CHECK = Said("Check it in Buffer; plan shows both versions.", beside=(Answer(Way.IN_BUFFER), _PLAN_AGAIN))


def _import(change: Change, id_: str) -> Answer:
    """The import command that names the object; it takes one address."""
    return Answer(Way.RUN, command=("bufferctl", "import", str(change.address), id_), id=id_)


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
    """The outcome of a write that was carried out. `origin`: of what it created; an edit leaves whose it is.

    `links`: the channel shortens links. `early`: the field that should have kept it from going out, if Buffer publishes
    it all the same.
    """
    if write.item is None or live is None:
        return Conclusion(Outcome(change, Status.DONE, change.live_id, at=at), None)
    link = live.external_link if isinstance(live, LivePost) else None
    if isinstance(write, DraftPost) and change.binding:
        outcome = Outcome(change, Status.DONE, live.id, link=link, at=at)
        if early:
            outcome = replace(outcome, status=Status.DIFFERS, code=Trouble.DIFFERS, why=_STILL_SCHEDULED, todo=_PAUSE)
        return Conclusion(outcome, taken_off(change.binding, write, live))  # the old one, if it did not become a draft
    if change.binding and change.live:
        origin = change.binding.origin
    binding, fields = bound(
        write, live, origin, links_may_differ=links, early=early, exempt=change.exempt, old=change.binding
    )
    outcome = Outcome(change, Status.DONE, live.id, link=link, at=at)
    if gone := lost(content_of_desired(write.item), content_of_live(live)):
        why = replace(_LOST, facts={"fields": " and ".join(gone)})
        outcome = replace(outcome, code=Trouble.LOST, why=why, todo=_BY_HAND)
    if fields:
        outcome = replace(
            outcome,
            status=Status.DIFFERS,
            code=Trouble.DIFFERS,
            why=replace(_DIFFERS, facts={"fields": " and ".join(fields)}),
            todo=_CHECK,
        )
    return Conclusion(outcome, binding)


def refused(change: Change, result: Refused | Doubtful, at: datetime) -> Outcome:
    """The outcome of a write that Buffer refused."""
    status = Status.WAITING if result.why is Refusal.LIMIT else Status.REFUSED
    todo = _HINTS[result.why]
    named = {field for field, words in _NAMED.items() if re.search(words, result.message, re.IGNORECASE)}
    edited = {each.path.removeprefix("metadata.").partition(".")[0] for each in change.differences}
    if result.why is Refusal.INVALID and named and edited and not named & edited:
        fields = all_of(f"`{field}`" for field in sorted(named))
        beside = tuple(Answer(Way.EDIT, field) for field in sorted(named))
        todo = replace(_FIX_TOO, facts={"fields": fields}, beside=beside)
    return Outcome(change, status, change.live_id, result.why, prose(result.message), todo, at=at)


_FIX_TOO = Said("This edit leaves {fields} as it is, but Buffer checks the whole post again: fix that in the file too.")


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


_MISSED = Said("Its time is now too near, and Buffer might publish it at once, so it was not sent")
_LATER = Said("Give it a later `due_at`.", beside=(Answer(Way.EDIT, "due_at"),))
_LATER_THERE = Said("Change it in Buffer, or wait until it is published.", beside=(Answer(Way.IN_BUFFER),))


def missed(change: Change) -> Outcome:
    """The outcome of a post whose time has become too near."""
    timed = isinstance(change.desired, Post) and change.desired.due_at
    return Outcome(change, Status.HELD, code=Reason.MISSED, why=_MISSED, todo=_LATER if timed else _LATER_THERE)


_MOVED_ON = Said("It was changed in Buffer after this was planned, so it was not sent")


def moved_on(change: Change) -> Outcome:
    """The outcome if somebody changed the post after its edit or delete was planned."""
    return Outcome(change, Status.HELD, change.live_id, Reason.CHANGED, _MOVED_ON, _BOTH)


_NOT_FREED = Said(
    "`{other}` still has its text, or nearly, in Buffer, since that was not changed or deleted, so this was not sent"
)
_FREE_FIRST = Said("Fix that first, then {run}.", {"run": _APPLY_AGAIN})


def not_freed(change: Change, other: str) -> Outcome:
    """The outcome of a post whose text another one keeps, because the change that was to free it was not made.

    `other`: the key of that one.
    """
    why = replace(_NOT_FREED, own={"other": other})
    return Outcome(change, Status.HELD, change.live_id, Reason.AMBIGUOUS, why, _FREE_FIRST)


_CUT_SHORT = Said(
    "It exchanges texts with `{other}`, which goes out {before}, so neither was sent, and both go out as they are in "
    "Buffer"
)
#: No later time in the files helps: that would be sent too late as well.
_THERE_OR_BACK = Said(
    "Change both in Buffer, or restore their texts in the files.",
    beside=(Answer(Way.IN_BUFFER), Answer(Way.EDIT, "text")),
)


def cut_short(change: Change, other: str, *, by_quota: bool) -> Outcome:
    """The outcome of a post that takes the text of one that goes out too soon. `other`: the key of that one."""
    before = "before Buffer's quota allows changing it" if by_quota else "too soon to be changed after this one"
    why = replace(_CUT_SHORT, facts={"before": before}, own={"other": other})
    return Outcome(change, Status.HELD, change.live_id, Reason.AMBIGUOUS, why, _THERE_OR_BACK)


_WITHOUT_IDEA = Said("Its idea `{idea}` was not created")
_FIX_IDEA = Said("Fix the idea first.", beside=(Answer(Way.EDIT, "idea"),))


def without_idea(change: Change, idea: str) -> Outcome:
    """The outcome of a post whose idea was not created."""
    why = replace(_WITHOUT_IDEA, own={"idea": idea})
    return Outcome(change, Status.HELD, code=Reason.UNRESOLVED, why=why, todo=_FIX_IDEA)


_UNANSWERED = Said("It was sent, but no answer arrived")
_CHECKS_FIRST = Said("Run apply again: it checks first what Buffer did.", beside=(_APPLY_AGAIN,))


def unanswered(change: Change) -> Outcome:
    """The outcome of a write that was sent, if the run ends before checking what happened."""
    return Outcome(change, Status.HELD, code=Reason.UNSETTLED, why=_UNANSWERED, todo=_CHECKS_FIRST)


_GIVEN_UP = Said("Buffer failed on it each time and did not carry it out{cause}")
_TRIES_AGAIN = Said("Check it for anything unusual; a later apply tries again.", beside=(_APPLY_AGAIN,))


def given_up(change: Change, result: Result, at: datetime) -> Outcome:
    """The outcome of a write that Buffer failed on every time and did not carry out."""
    cause = f" ({result.why})" if isinstance(result, Unknown) else ""
    why = replace(_GIVEN_UP, asides={"cause": cause})
    return Outcome(change, Status.REFUSED, change.live_id, Trouble.GIVEN_UP, why, _TRIES_AGAIN, at=at)


def too_large(change: Change, error: TooLargeError) -> Outcome:
    """The outcome of a write that is too large for Buffer even if nothing is sent with it."""
    return Outcome(change, Status.REFUSED, code=Trouble.TOO_LARGE, why=prose(error.message), todo=prose(error.hint))


_TOUCHED = Said("The answer was lost, and the post matches neither its earlier version nor the file")


def touched(change: Change, at: datetime) -> Outcome:
    """The outcome of an edit whose answer was lost, if the post matches neither version."""
    return Outcome(change, Status.HELD, change.live_id, Reason.UNSETTLED, _TOUCHED, _BOTH, at=at)


_UNKNOWN = Said("The answer was lost, and it is unknown whether Buffer carried it out")
_UNKNOWN_CANDIDATES = Said("The answer was lost; it may be {candidates} in Buffer, but that is not certain")
_CHECK_OR_RECREATE = Said("Check in Buffer. If it is not there, {recreate}.")
_IMPORT_OR_RECREATE = Said("Check in Buffer. If that is it, {import}. If it is not there, {recreate}.")


def held(change: Change, candidates: tuple[str, ...], at: datetime) -> Outcome:
    """The outcome of a create whose answer was lost, if Buffer's list does not show whether it was carried out."""
    again = replace(_APPLY_AGAIN, overrules=Overrule.RECREATE, addresses=(str(change.address),))
    why, todo = _UNKNOWN, replace(_CHECK_OR_RECREATE, own={"recreate": again})
    if candidates:
        why = replace(_UNKNOWN_CANDIDATES, own={"candidates": " or ".join(candidates)})
        todo = replace(_IMPORT_OR_RECREATE, own={"import": _import(change, candidates[0]), "recreate": again})
    return Outcome(change, Status.HELD, code=Reason.UNSETTLED, why=why, todo=todo, at=at)
