"""What in Buffer is no longer as it was applied, as text and as JSON. It must stand alone: CI puts it in an issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import NamedTuple

from bufferctl.model.invisible import visible
from bufferctl.plan import Action, Change, Difference, Plan, Reason
from bufferctl.render import words
from bufferctl.render.columns import wrapped
from bufferctl.render.diagnostics import diagnostics_text
from bufferctl.render.hints import hint_lines, indented
from bufferctl.render.json import document, plan_values
from bufferctl.render.paint import Paint, count, sentence

#: What is told apart, the most urgent first.
_HEADINGS = {
    Reason.ERROR: "Not published: refused after Buffer had accepted it",
    Reason.CHANNEL: "On a channel that does not publish",
    Reason.GONE: "Deleted in Buffer",
    Reason.CONFLICT: "Changed in Buffer, and in the file too",
    Reason.CHANGED: "Changed in Buffer",
}
_ORDER = list(_HEADINGS)
_PROGRESS = {
    Reason.APPROVED: "approved",
    Reason.SCHEDULED: "a draft that a person scheduled",
    Reason.SHARED: "published at once by a person",
}


class LostMedia(NamedTuple):
    """An image, a video or a document that Buffer may not be able to fetch when its post is published.

    `address`: of the post, `place`: in the files, `url`: where the file should be. `verdict`: a code, `message`: a
    predicate. `is_certain`: asking again would give the same answer.
    """

    address: str
    place: str
    url: str
    verdict: str = ""
    message: str = ""
    is_certain: bool = True


_LOST = "Media that Buffer cannot fetch when the post is published"
_UNCERTAIN = "Media whose address did not answer"
_LOST_HINT = "Put the file there again, or name another one and apply. Buffer shows the post as failed otherwise."
_NO_RECORD = "If there is one elsewhere, bring it here: it is .bufferctl/state.json, or what --state names."


def drift_text(plan: Plan, known: int, paint: Paint, lost: Sequence[LostMedia] = ()) -> str:
    """The whole report, ending in a newline.

    `known`: of how many posts and ideas there is a record. `lost`: the media that may be gone.
    """
    lines = [*_verdict(plan, known, lost, paint)]
    drift = sorted(plan.drift, key=lambda change: _ORDER.index(change.reason or Reason.CHANGED))
    for reason, group in groupby(drift, key=lambda change: change.reason):
        lines += ["", paint.bad(_HEADINGS[reason or Reason.CHANGED]), *_changes(list(group), plan, paint)]
    for heading, found in (
        (paint.bad(_LOST), [each for each in lost if each.is_certain]),
        (paint.strong(_UNCERTAIN), [each for each in lost if not each.is_certain]),
    ):
        lines += ["", heading, *_media(found, paint)] if found else []
    if plan.progress:
        lines += ["", paint.strong("Not drift: what people brought further in Buffer since the last apply")]
        lines += [f"  {visible(str(c.address))}  {_PROGRESS[c.reason or Reason.SHARED]}" for c in plan.progress]
    if plan.warnings:
        lines += ["", diagnostics_text(plan.warnings, paint)]
    return "\n".join([*lines, "", *_footer(plan, paint)]) + "\n"


def drift_json(plan: Plan, known: int, lost: Sequence[LostMedia] = ()) -> str:
    """The same for machines; changes are as in the JSON of a plan: `before` is Buffer's, `after` the file's."""
    drift, progress = (plan_values(replace(plan, changes=changes)) for changes in (plan.drift, plan.progress))
    counts = Counter(change.reason for change in (*plan.drift, *plan.progress))
    return document(
        {
            "kind": "drift",
            **{name: drift[name] for name in ("at", "endpoint", "narrowed", "warnings")},
            "known": known,
            "summary": {reason.value: counts[reason] for reason in (*_HEADINGS, *_PROGRESS)},
            "drift": drift["changes"],
            "progress": progress["changes"],
            "media": [each._asdict() for each in lost],
        }
    )


def _verdict(plan: Plan, known: int, lost: Sequence[LostMedia], paint: Paint) -> Iterator[str]:
    drift = plan.drift
    ideas = sum(change.address.is_idea for change in drift)
    counted = ((len(drift) - ideas, "post"), (ideas, "idea"))
    if drift:
        said = " and ".join(count(number, what) for number, what in counted if number)
        said += " is not as it was applied." if len(drift) == 1 else " are not as they were applied."
        yield paint.strong(paint.bad(f"Drift: {said}"))
    elif gone := len({each.url for each in lost if each.is_certain}):
        said = f"{count(gone, 'file')} that Buffer will fetch {'is' if gone == 1 else 'are'} gone or changed."
        yield paint.strong(paint.bad(f"Media lost: {said}"))
    elif known:
        about = ", in what was named" if plan.narrowed else ""
        what = "What Buffer shows is" if _unseen(plan) else "What was applied is in Buffer"
        yield f"{paint.strong(paint.good(f'No drift{about}.'))} {what} as it was applied."
    else:
        yield paint.strong("No drift, since there is no record of anything applied.")
        yield from wrapped(_NO_RECORD, paint.width)


def _changes(changes: Sequence[Change], plan: Plan, paint: Paint) -> Iterator[str]:
    """Each change; what is to be said of several alike is said once, below the last."""
    for _, alike in groupby(changes, key=lambda change: (change.message, change.hint, change.differences)):
        group = list(alike)
        for change in group:
            yield f"  {paint.bad('!')} {paint.strong(visible(str(change.address)))}"
            about = filter(None, [words.when(change, plan), str(change.place or "")])
            yield f"      {visible(', '.join(about))}"
        last = group[-1]
        yield from indented(sentence(last.message), paint)
        for difference in last.differences:
            yield from _difference(difference, words.zone_of(last, plan), paint)
        if last.hint:
            yield from hint_lines(last.hint, paint)


def _media(lost: Sequence[LostMedia], paint: Paint) -> Iterator[str]:
    """Each address once, with the posts that need it."""
    for url, group in groupby(lost, key=lambda each: each.url):
        posts = list(group)
        yield f"  {paint.bad('!')} {paint.strong(visible(url))}"
        yield from indented(sentence(f"It {posts[0].message}"), paint)
        for each in posts:
            yield f"      {visible(', '.join(filter(None, [each.address, each.place])))}"
    if lost[0].is_certain:
        yield from hint_lines(_LOST_HINT, paint)


def _difference(difference: Difference, zone: str, paint: Paint) -> Iterator[str]:
    """Both values under their names, so that it is clear without colour which is whose."""
    yield f"      {visible(words.field(difference.path))}"
    field = difference.path.rpartition(".")[2]
    for name, value in (("file:", difference.after), ("Buffer:", difference.before)):
        said = words.value(value, zone, field) or "nothing"
        lines = [part for line in said.splitlines() for part in wrapped(line, paint.width - 16)]
        yield f"        {paint.faint(f'{name:<7}')} {lines[0]}"
        yield from (f"                {line}".rstrip() for line in lines[1:])


def _unseen(plan: Plan) -> int:
    """How many were created within the hour and are not there: Buffer may be behind, or somebody deleted them."""
    return sum(change.reason is Reason.LAG for change in plan.of(Action.HOLD))


def _footer(plan: Plan, paint: Paint) -> Iterator[str]:
    """When was looked, and what is not drift but explains what a reader may find."""
    if number := _unseen(plan):
        them, verb = ("it", "is") if number == 1 else ("them", "are")
        said = f"{count(number, 'post')} created within the last hour {verb} not shown by Buffer"
        yield from wrapped(f"{said}: Buffer is behind, or somebody deleted {them}. Look again in an hour.", paint.width)
    yield f"Looked on {words.local(plan.at, 'UTC')}; nothing was changed."
    if number := len(plan.writes):
        yield f"{count(number, 'change')} of the files {'is' if number == 1 else 'are'} not applied yet."
