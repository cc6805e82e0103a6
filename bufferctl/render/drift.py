"""Changes in Buffer since the last apply, as text and JSON. CI posts them as an issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import dates, visible
from bufferctl.plan import Action, Plan, Reason
from bufferctl.render.diagnostics import diagnostics_text
from bufferctl.render.grouped import grouped
from bufferctl.render.lines import Paint, count, hint_lines, indented, posts_and_ideas, sentence, wrapped
from bufferctl.render.report import Report
from bufferctl.render.text import cause_lines
from bufferctl.said import with_pasted
from bufferctl.value import replace

#: Kinds of drift, most urgent first.
_HEADINGS = {
    Reason.ERROR: "Not published: refused after Buffer had accepted it",
    Reason.CHANNEL: "On a channel that cannot publish",
    Reason.GONE: "Deleted in Buffer",
    Reason.CONFLICT: "Changed in Buffer, and in the file too",
    Reason.CHANGED: "Changed in Buffer",
}
_PROGRESS = {
    Reason.APPROVED: "approved",
    Reason.SCHEDULED: "a draft that a person scheduled",
    Reason.SHARED: "published at once by a person",
}


class LostMedia(NamedTuple):
    """An image, a video or a document that Buffer may not be able to fetch when its post is published.

    `address`: that of the post, `place`: in the files, `url`: where the file should be. `verdict`: a code, `message`: a
    predicate. `is_certain`: another request would get the same answer.
    """

    address: str
    place: str
    url: str
    verdict: str = ""
    message: str = ""
    is_certain: bool = True


_LOST_HINT = "Put the file back, or use another URL and apply. Buffer shows the post as failed otherwise."


class Drift(NamedTuple):
    """The result of `drift`. `recorded` is how many posts and ideas the state has; `lost` are media that may be gone.

    `missing`: the location of a shared state that was not found, empty if it is the local state that was not found;
    None if no state is missing.
    """

    plan: Plan
    recorded: int
    lost: Sequence[LostMedia] = ()
    missing: str | None = None

    @property
    def is_found(self) -> bool:
        """Whether there is drift, or media that Buffer can no longer fetch."""
        return bool(self.plan.drift or self.gone)

    @property
    def gone(self) -> frozenset[str]:
        """The URLs that Buffer certainly can no longer fetch."""
        return frozenset(each.url for each in self.lost if each.is_certain)

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """Each file that Buffer certainly can no longer fetch, with a post that needs it."""
        first = {each.url: each for each in reversed(self.lost) if each.is_certain}
        return tuple(
            Diagnostic(Severity.ERROR, f"{url} {each.message}, and `{each.address}` needs it", hint=_LOST_HINT)
            for url, each in reversed(first.items())
        )

    @property
    def numbers(self) -> dict[Reason, int]:
        """How many changes of each kind of drift and of progress."""
        counts = Counter(change.reason for change in (*self.plan.drift, *self.plan.progress))
        return {reason: counts[reason] for reason in (*_HEADINGS, *_PROGRESS)}


def drift_text(drift: Drift, paint: Paint) -> str:
    """The whole report, ending in a newline."""
    plan, lost = drift.plan, drift.lost
    lines = [*(_verdict(drift, paint) if drift.missing is None else _nothing_to_compare(drift.missing, paint))]
    causes = grouped(Report(replace(plan, changes=plan.drift))).causes
    for reason, heading in _HEADINGS.items():
        found = [
            line for cause in causes if cause.code == reason for line in cause_lines(cause, replace(paint, full=True))
        ]
        lines += ["", paint.bad(heading), *found] if found else []
    for heading, media in (
        (
            paint.bad("Media that Buffer cannot fetch when the post is published"),
            [each for each in lost if each.is_certain],
        ),
        (paint.strong("Media whose URL did not answer"), [each for each in lost if not each.is_certain]),
    ):
        lines += ["", heading, *_media(media, paint)] if media else []
    if plan.progress:
        lines += ["", paint.strong("Not drift: progress that people made in Buffer since the last apply")]
        lines += [
            f"  {visible(str(each.address))}  {_PROGRESS[each.reason or Reason.SHARED]}" for each in plan.progress
        ]
    if plan.warnings:
        lines += ["", diagnostics_text(plan.warnings, paint)]
    return "\n".join([*lines, "", *_footer(plan, paint)]) + "\n"


def _verdict(drift: Drift, paint: Paint) -> Iterator[str]:
    plan = drift.plan
    if plan.drift:
        differ = "differs" if len(plan.drift) == 1 else "differ"
        number = posts_and_ideas(change.address.is_idea for change in plan.drift)
        yield paint.strong(paint.bad(f"Drift: {number} {differ} from what was last applied."))
    elif drift.gone:
        number = f"{count(len(drift.gone), 'file')} that Buffer will fetch {'is' if len(drift.gone) == 1 else 'are'}"
        yield paint.strong(paint.bad(f"Media lost: {number} gone or changed."))
    elif drift.recorded:
        where = " in the selected posts" if plan.narrowed else ""
        what = "What Buffer shows matches" if _unseen(plan) else "Buffer matches"
        yield f"{paint.strong(paint.good(f'No drift{where}.'))} {what} what was last applied."
    else:
        yield paint.strong("No drift: the state has no posts or ideas to compare with Buffer.")


def _nothing_to_compare(shared: str, paint: Paint) -> Iterator[str]:
    where = f"in {shared}" if shared else "on this machine"
    yield paint.strong(f"Not checked: there is no state {where}.")
    elsewhere = "If it was deleted, restore it from a clone or a backup."
    if not shared:
        elsewhere = "If the state is kept elsewhere, copy it to .bufferctl/state.json, or name it with --state."
    yield from wrapped(f"If nothing was applied yet, run apply first. {elsewhere}", paint.width)


def _media(lost: Sequence[LostMedia], paint: Paint) -> Iterator[str]:
    """Each URL once, with the posts that need it."""
    for url, group in groupby(lost, key=lambda each: each.url):
        posts = list(group)
        yield f"  {paint.bad('!')} {paint.strong(visible(url))}"
        yield from indented(sentence(f"It {posts[0].message}"), paint)
        for each in posts:
            yield f"      {visible(', '.join(filter(None, [each.address, each.place])))}"
    if lost[0].is_certain:
        yield from hint_lines(_LOST_HINT, paint)


def _unseen(plan: Plan) -> int:
    """How many posts of the last hour Buffer does not show: it may lag, or somebody deleted them."""
    return sum(change.reason is Reason.LAG for change in plan.of(Action.HOLD))


def _footer(plan: Plan, paint: Paint) -> Iterator[str]:
    """When Buffer was read, and facts that are not drift but explain the result."""
    if number := _unseen(plan):
        them, verb = ("it", "is") if number == 1 else ("them", "are")
        text = f"{count(number, 'post')} created within the last hour {verb} not shown by Buffer yet"
        yield from wrapped(
            with_pasted(f"{text}, or somebody deleted {them}. `bufferctl plan` says when to check again."), paint.width
        )
    yield f"Checked on {dates.local(plan.at, 'UTC')}; nothing was changed."
    if number := len(plan.writes):
        yield f"{count(number, 'change')} of the files {'is' if number == 1 else 'are'} not applied yet."
