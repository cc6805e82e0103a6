"""The issue that is open while somebody is needed, and the one about a history that was replaced.

A run on a schedule reads Buffer even when everything is applied. So refused posts, people's changes, and merged changes
that are not sent are noticed even if nobody merges, or the run after a merge never started.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta

from bufferctl.ci.applied import End
from bufferctl.ci.explain import about_key
from bufferctl.ci.forge import ChangeRequest, CommentKind, marker, title
from bufferctl.ci.job import Job, name_of
from bufferctl.ci.report_file import load_report
from bufferctl.diagnostics import Kind
from bufferctl.errors import KeyRefusedError
from bufferctl.limits import KEY_NOTICE
from bufferctl.model import dates
from bufferctl.plan import WRITING, Action, Change, Plan, Reason
from bufferctl.render.decisions import EVERYTHING
from bufferctl.render.lines import count
from bufferctl.render.markdown import Context, Note, issue, without_report
from bufferctl.render.report import Report
from bufferctl.render.words import to_publish_again
from bufferctl.value import replace

_OPEN = Note("Buffer needs you.", "Each run updates this issue, and closes it once nothing is left.")
_OVER = Note("Resolved.", "Everything that was merged is in Buffer, and Buffer matches your files.")
_HISTORY = (
    "What was merged before, and not sent, waits until a later pull or merge request shows it in its plan, or somebody "
    "publishes everything in the files by hand. Do not force-push to this branch."
)
_AGAIN = Note("Resolved.", "A later apply found the commit that was applied before it.")
#: How long after the merge.
_PATIENCE = timedelta(hours=1)
_SENT = (
    "Buffer now has everything that this request and the files still say. The receipt lists what was sent, and when."
)
_ASK = "The receipt says what is left now; while anything is, there is an open issue about it."


def tell_history(job: Job, last: End, end: End) -> None:
    """Open an issue about a branch that lost the commit that was applied last, and close it with the next apply.

    Raises ForgeError.
    """
    if end.gone or last.gone:
        notes = [Note(markdown=f"{end.gone}\n\n{_HISTORY}") if end.gone else _AGAIN]
        text = without_report(_context(job, CommentKind.HISTORY, notes))
        job.keep_issue(CommentKind.HISTORY, text, is_open=bool(end.gone))


def watch(job: Job, end: End, requests: Sequence[ChangeRequest] = ()) -> int:
    """Read Buffer, and keep the issue about everything that needs somebody; only a run on a schedule opens one.

    Returns exit code 0 if Buffer could be read, or the issue was open before; otherwise bufferctl's. `end` is how the
    last apply ended. `requests` are those of this run; a request with a comment that it waits gets one about the end,
    too. Raises ForgeError.
    """
    was_open = job.forge.open_issue(marker(CommentKind.NEEDS_YOU, job.about)) is not None
    if not (job.forge.is_scheduled or was_open):
        return 0
    data = job.work / "look.data"
    ran = job.run("drift", "--data", str(data))
    report = load_report(data) if data.exists() else None
    now = job.forge.now()
    late = [each for each in end.unsent if _is_late(each, now)]
    shown = _shown(report.plan, is_whole=len(late) == len(end.unsent)) if report else Plan(now, endpoint="")
    if report and report.is_planned and not any(map(_is_unsent, report.plan.changes)):
        late = []  # a person did it since, or a later run
    _comment(job, late, [*requests, *end.unsent], now)
    is_refused = ran.code == KeyRefusedError.exit_code
    notes = [
        *([about_key(job.forge, job.environment)] if is_refused else _about_expiry(job, now.date())),
        *_about_requests(job, late),
        *_about_unplanned(job, shown),
        *_about_channels(report.plan if report else shown),
    ]
    left = replace(report, plan=shown) if report else Report(shown)
    needs = bool(notes or shown.changes or left.problems)
    if report or needs:
        first = replace(_OPEN, markdown=" ".join(job.settings.notify)) if needs else _OVER
        context = _context(job, CommentKind.NEEDS_YOU, [first, *notes])
        with job.naming():
            text = issue(left, replace(context, decide=job.forge.decide(), decides_for=job.decides_for))
        job.keep_issue(CommentKind.NEEDS_YOU, text, is_open=needs)
    return 0 if report or was_open else ran.code


def _context(job: Job, kind: CommentKind, notes: Iterable[Note]) -> Context:
    return Context(
        mark=marker(kind, job.about),
        title=title(kind, job.about),
        commit=job.commit,
        run=job.forge.run_url,
        notes=tuple(notes),
        files=job.forge.files_at(job.commit),
    )


def _shown(plan: Plan, *, is_whole: bool) -> Plan:
    """What the issue is about, and posts that go out undeclared.

    `is_whole`: also what was merged and is not sent, which has an hour's time.
    """
    found = {change.slot for change in plan.drift}
    changes = [each for each in plan.changes if each.slot in found or (is_whole and _is_unsent(each))]
    undeclared = tuple(each for each in plan.warnings if each.kind is Kind.UNDECLARED)
    return replace(plan, changes=tuple(changes), warnings=undeclared)


def _is_unsent(change: Change) -> bool:
    """Whether Buffer lacks what the files say; changes that were just sent have an hour to show up."""
    return change.action in WRITING or (change.action is Action.HOLD and change.reason is not Reason.LAG)


def _is_late(request: ChangeRequest, now: datetime) -> bool:
    return request.merged_at is not None and now - request.merged_at >= _PATIENCE


def _comment(job: Job, late: Sequence[ChangeRequest], requests: Iterable[ChangeRequest], now: datetime) -> None:
    """Comment on requests that were merged an hour ago: those that are not sent, and those that are by now."""
    for each in late:
        job.comment(CommentKind.UNSENT, each, f"Not everything in it was applied an hour after the merge. {_ASK}")
    left = {each.number for each in late}
    over = {each.number: each for each in requests if _is_late(each, now) and each.number not in left}
    for each in over.values():
        if job.find_comment(CommentKind.UNSENT, each):
            job.comment(CommentKind.UNSENT, each, _SENT, job.footer(job.commit), heading=CommentKind.SENT)


def _about_expiry(job: Job, today: date) -> Iterator[Note]:
    """A note that the API key expires soon, or has expired."""
    expires, place = job.settings.api_key_expires, job.forge.key_place
    if expires and expires <= today:
        yield Note(
            f"According to `api_key_expires`, the API key expired on {dates.day(expires)}",
            f". If it was renewed, write into {job.name} when the key in {place} expires.",
        )
    elif expires and expires - today <= KEY_NOTICE:
        renew = f"Create a new one in Buffer (Settings, API), put it into {place}, and write down when that expires."
        yield Note(f"The API key expires on {dates.day(expires)}", f", and nothing is published from then on. {renew}")


def _about_requests(job: Job, late: Sequence[ChangeRequest]) -> Iterator[Note]:
    if late:
        names = ", ".join(name_of(each, job.forge) for each in late)
        yield Note("Not applied", markdown=f"an hour after the merge: {names}. The newest comment of each says why.")


def _about_unplanned(job: Job, shown: Plan) -> Iterator[Note]:
    """The changes in the files that no counting plan has, such as those pushed straight to the branch."""
    if number := len(shown.writes):
        are, them = ("is", "it") if number == 1 else ("are", "them")
        what = f"{count(number, 'change')} in {job.name} {are} not in Buffer"
        way = f"To apply everything in the files, {job.decide(EVERYTHING)}."
        yield Note(what, f", because no plan that counts shows {them}.", way)


def _about_channels(plan: Plan) -> Iterator[Note]:
    """The channels of the files on which nothing is published, unless a post that waits there says so."""
    ours = {change.slot.channel_id for change in plan.changes}
    said = {change.slot.channel_id for change in plan.drift if change.reason is Reason.CHANNEL}
    for each in plan.channels.values():
        if each.id in ours - said and each.unavailable:
            what = f"`{each.label}` is {each.unavailable} in Buffer"
            yield Note(what, f", so nothing is published there. {to_publish_again(each.unavailable)}")
