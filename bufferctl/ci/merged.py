"""Which requests were merged into the branch since the last apply, and which entries each of them changes there.

A request stays in the list while its plan agrees to something that was not sent yet, and so does everything that was
merged after it, since a later request may have taken back part of an earlier one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from bufferctl.ci.applied import End
from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import Job, load_if_there
from bufferctl.errors import BufferctlError, ForgeError
from bufferctl.model import Address, Desired
from bufferctl.planfile import changed_entries
from bufferctl.value import replace, value

#: How long the plans of a request are kept by the example workflows, and so how long it can be applied.
KEPT = timedelta(days=30)
#: Stands for the time of a merge that the forge does not say.
_UNKNOWN = datetime.min.replace(tzinfo=UTC)


@value()
class MergedSince:
    """The requests in the order of the merges. `gone`: the commit applied last, if the branch no longer has it."""

    requests: tuple[ChangeRequest, ...] = ()
    gone: str = ""


def merged_since(job: Job, branch: str, commit: str, last: End) -> MergedSince:
    """The requests whose plans count now: those of `last` that wait, and those merged since. Raises ForgeError."""
    waiting = [replace(each, branch=branch) for each in left_over(last)]
    if last.commit == commit:
        return MergedSince(tuple(waiting))
    gone = ""
    try:
        line = job.forge.history(last.commit, commit) if last.commit else []
        line = line or [commit]
        by_commit = {each: job.forge.merged(each, branch) for each in line}
    except ForgeError as error:
        if error.status != HTTPStatus.NOT_FOUND or not last.commit:
            raise
        gone, since = last.commit, job.forge.now() - KEPT
        line = job.forge.line(commit, since)
        by_commit = job.forge.merged_lately(branch, since)
    found = {each.number: each for each in waiting}
    found |= {each.number: each for each in _placed(line, by_commit, last.commit if not gone else "")}
    return MergedSince(tuple(found.values()), gone)


def left_over(last: End) -> list[ChangeRequest]:
    """The requests that the last run left to the next one, in the order of the merges, those of unknown time first."""
    found = {each.number: each for each in (*last.waiting, *last.unsent)}
    return sorted(found.values(), key=lambda each: (each.merged_at or _UNKNOWN, each.number))


def _placed(
    line: Sequence[str], by_commit: Mapping[str, Iterable[ChangeRequest]], before: str
) -> Iterable[ChangeRequest]:
    """The requests of the commits of a branch, each with the commits before and after it.

    A rebase makes several commits, of which a forge may name only the last; so what nobody claims counts to the next
    request.
    """
    found: dict[int, ChangeRequest] = {}
    for commit in line:
        requests = list(by_commit.get(commit, ()))
        for each in requests:
            start = found[each.number].before if each.number in found else before
            found[each.number] = replace(each, before=start, after=commit)
        before = commit if requests else before
    return found.values()


def changed_by(job: Job, request: ChangeRequest) -> frozenset[Address] | None:
    """The entries that differ between the commits before and after a merge; None, with a warning, if unknown."""
    if not (request.before and request.after):
        return None
    if not job.is_touched(request.before, request.after):
        return frozenset()
    try:
        before, after = (_declared(job, commit) for commit in (request.before, request.after))
    except ForgeError as error:
        job.annotate("warning", f"Nobody knows what {job.forge.sign}{request.number} changed: {error.message}.")
        return None
    return changed_entries(before, after)


def _declared(job: Job, commit: str) -> Desired:
    """What the files declare at a commit, without entries that have errors. Raises ForgeError."""
    from bufferctl.media.reading import read_files

    loaded = load_if_there(job.commits.unpacked(commit) / job.root_file.name)
    if loaded is None or loaded.sound is None:
        return Desired()
    try:
        return read_files(loaded.sound, loaded.root) if loaded.names_files else loaded.sound
    except BufferctlError:
        return loaded.sound
