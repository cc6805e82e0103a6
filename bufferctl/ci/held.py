"""Which changes need a person because of a request, and which needed one before it.

A held change counts as the request's where planning the base commit does not hold it in the same way. So the base is
planned too, and only where something is held at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel
from pydantic_core import from_json

from bufferctl.ci.forge import ChangeRequest
from bufferctl.ci.job import Job
from bufferctl.diagnostics import Place
from bufferctl.errors import ForgeError
from bufferctl.plan import Reason
from bufferctl.value import value

#: Held since the request's branch is behind, which is nothing that it brings.
_BEHIND = Reason.DIVERGED


class HeldChange(BaseModel):
    """A held change, as the JSON of a plan has it."""

    address: str
    reason: str | None = None
    digest: str | None = None
    message: str = ""
    hint: str = ""
    place: Place | None = None
    candidates: list[str] = []

    @property
    def identity(self) -> tuple[str, str | None, str | None]:
        """Equal in two plans where the same change is held for the same reason."""
        return self.address, self.reason, self.digest


@value()
class Held:
    """The keys of entries that need a person: those that the request brings, and those that did before it.

    `uncompared`: why the base could not be compared, so that all count as the request's; empty if it was.
    """

    by_request: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    uncompared: str = ""


def held(job: Job, request: ChangeRequest, report: Path, *options: str) -> Held:
    """Compare the plan in `report` (JSON) with one of the request's base, made with the same `options` of `plan`."""
    found = held_in(report)
    behind = [change for change in found if change.reason == _BEHIND]
    now = [change for change in found if change.reason != _BEHIND]
    then, uncompared = list[HeldChange](), ""
    try:
        then = _held_at_base(job, request, *options) if now else []
    except ForgeError as error:
        uncompared = error.message
    known = {change.identity for change in then}
    before = [*behind, *(change for change in now if change.identity in known)]
    return Held(_entries(change for change in now if change.identity not in known), _entries(before), uncompared)


def _entries(changes: Iterable[HeldChange]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(change.address.rpartition("/")[2] for change in changes))


def _held_at_base(job: Job, request: ChangeRequest, *options: str) -> list[HeldChange]:
    """What planning the base holds. Raises ForgeError if it cannot be planned."""
    base, report = job.base_of(request), job.work / "base.report.json"
    if not base:
        raise ForgeError("the base commit cannot be fetched: the forge names none")
    folder = job.files_at(base)
    ran = job.run_silently(folder, "plan", "--detailed-exitcode", "--report", str(report), *options)
    if ran.code not in {0, 2}:
        raise ForgeError("the files of the base commit cannot be planned")
    return held_in(report)


def held_in(report: Path) -> list[HeldChange]:
    """The held changes of the plan in `report` (JSON). Raises ForgeError."""
    try:
        changes = from_json(report.read_bytes())["changes"]
        return [HeldChange.model_validate(each) for each in changes if each["action"] == "hold"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ForgeError(f"{report.name} cannot be read: {error}") from error
