"""`--merged FILE`: the requests that were merged, in the order of the merges, as a forge knows them.

CI writes it for the bufferctl that it starts, which gets no token of the forge. The times are the forge's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError
from pydantic_core import from_json, to_json

from bufferctl.errors import UsageError
from bufferctl.model import Address
from bufferctl.planfile.reviewed import Merged
from bufferctl.planfile.saved import SavedPlan
from bufferctl.value import replace

_KIND, _VERSION = "merged-requests", "1.0"
_HINT = "`bufferctl ci apply` writes it."


class MergedFile(BaseModel):
    """A request in the file.

    `plan` is the file of its plan, None if no plan of it counts. `changed`, `beside` and `ended` are addresses, as in
    `Merged`. The times are the forge's.
    """

    name: str
    plan: Path | None = None
    changed: tuple[str, ...] | None = None
    beside: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    made_at: AwareDatetime | None = None
    merged_at: AwareDatetime | None = None


class _Requests(BaseModel):
    kind: str
    format_version: str
    requests: tuple[MergedFile, ...]


def dump_merged(requests: Iterable[MergedFile]) -> bytes:
    """The content of the file."""
    dumped = [each.model_dump(mode="json") for each in requests]
    return to_json({"kind": _KIND, "format_version": _VERSION, "requests": dumped}, indent=1) + b"\n"


def load_merged(raw: bytes, name: str, read: Callable[[Path], SavedPlan]) -> tuple[Merged, ...]:
    """The requests in the file `name`. `read`: reads a saved plan. Raises UsageError if it has another form."""
    try:
        found = _Requests.model_validate(from_json(raw))
        merged = tuple(map(_without_plan, found.requests))
    except (ValueError, ValidationError) as error:
        raise UsageError(f"{name} does not list merged requests", hint=_HINT) from error
    if found.kind != _KIND or found.format_version.partition(".")[0] != _VERSION.partition(".")[0]:
        raise UsageError(f"{name} does not list merged requests", hint=_HINT)
    files = (each.plan for each in found.requests)
    return tuple(replace(each, plan=read(file) if file else None) for each, file in zip(merged, files, strict=True))


def _without_plan(found: MergedFile) -> Merged:
    return Merged(
        title=f"the plan of {found.name}",
        plan=None,
        changed=None if found.changed is None else frozenset(map(Address.parse, found.changed)),
        beside=frozenset(map(Address.parse, found.beside)),
        ended=frozenset(map(Address.parse, found.ended)),
        made_at=found.made_at,
        merged_at=found.merged_at,
        name=found.name,
    )
