"""Which changes need a person because of a request, and which needed one before it.

A held change counts as the request's where planning the base commit does not hold it in the same way. So the base is
planned too, and only where something is held at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import Job
from bufferctl.ci.report_file import load_report
from bufferctl.digests import change_digest
from bufferctl.errors import ForgeError
from bufferctl.model import Address
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.value import value

#: Held since the request's branch is behind, which is nothing that it brings.
_BEHIND = Reason.DIVERGED


@value()
class Held:
    """The keys of entries that need a person: those that the request brings, and those that did before it.

    `uncompared`: why the base could not be compared, so that all count as the request's; empty if it was.
    """

    by_request: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    uncompared: str = ""


def held(job: Job, request: ChangeRequest, plan: Plan, *options: str) -> Held:
    """Compare a plan with one of the request's base, made with the same `options` of `plan`."""
    found = plan.of(Action.HOLD)
    behind = [change for change in found if change.reason is _BEHIND]
    now = [change for change in found if change.reason is not _BEHIND]
    then, uncompared = tuple[Change, ...](), ""
    try:
        then = _held_at_base(job, request, *options) if now else ()
    except ForgeError as error:
        uncompared = error.message
    known = set(map(_identity, then))
    before = [*behind, *(change for change in now if _identity(change) in known)]
    return Held(_entries(change for change in now if _identity(change) not in known), _entries(before), uncompared)


def _identity(change: Change) -> tuple[Address, Reason | None, str]:
    """Equal in two plans where the same change is held for the same reason."""
    return change.address, change.reason, change_digest(change)


def _entries(changes: Iterable[Change]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.address.key for change in changes))


def _held_at_base(job: Job, request: ChangeRequest, *options: str) -> tuple[Change, ...]:
    """What planning the base holds. Raises ForgeError if it cannot be planned."""
    base, report = job.base_of(request), job.work / "base.json"
    if not base:
        raise ForgeError("the base commit cannot be fetched: the forge names none")
    folder = job.files_at(base)
    ran = job.run_silently(folder, "plan", "--detailed-exitcode", "--data", str(report), *options)
    if ran.code not in {0, 2}:
        raise ForgeError("the files of the base commit cannot be planned")
    return load_report(report).plan.of(Action.HOLD)
