"""Saved plans, complete as they were reviewed, and receipts: the results of an apply, to be shown again in every form.

A saved plan has the declared objects, and for each change the version in Buffer. The content that a change would send
or show is not stored again but taken from the declared object, and the digests in the file must match that content. So
no edit of a file can show one thing and agree to another. Applying it makes a new plan from the files and the current
account, and makes the changes that are the same in both: unrelated changes do not make a saved plan stale, and neither
does an earlier run of it that was interrupted.

Everything that is read goes through pydantic models: damaged data raises one of `DAMAGE`, and no other exception.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from hashlib import blake2b
from itertools import repeat
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Discriminator, PlainValidator, Tag, TypeAdapter
from pydantic_core import from_json, to_json

from bufferctl import __version__
from bufferctl.choices import Choices
from bufferctl.diagnostics import Diagnostic
from bufferctl.digests import change_digest, plan_digest
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import (
    IDEAS,
    Address,
    Channel,
    DeletePost,
    Desired,
    DraftPost,
    Idea,
    LiveChannel,
    LiveIdea,
    LivePost,
    Organization,
    Post,
    Settings,
    Slot,
    Write,
)
from bufferctl.model.attached import files_of
from bufferctl.model.base import Aware
from bufferctl.model.serial import adapter, dump_item, dump_write, load_item, load_write
from bufferctl.plan import Action, Change, Outcome, Plan, Recording
from bufferctl.said import Said
from bufferctl.value import replace, value

#: What reading one of bufferctl's own files raises if it does not have the content that was written. Pydantic's
#: ValidationError is a ValueError.
DAMAGE = (LookupError, TypeError, ValueError, AttributeError)
#: Actions that change nothing, so that a saved plan leaves them out.
_LEFT_OUT = frozenset({Action.NO_OP, Action.KEEP})


def read_head(raw: bytes) -> tuple[str, int, dict[str, Any]]:
    """The kind of a document, its major version, and its values; kind "" and version 0 for any other file."""
    try:
        values = from_json(raw)
        return values["kind"], int(values["format_version"].partition(".")[0]), values
    except DAMAGE:
        return "", 0, {}


_Live = Annotated[
    Annotated[LivePost, Tag("post")] | Annotated[LiveIdea, Tag("idea")],
    Discriminator(lambda values: "post" if isinstance(values, Mapping) and "channel_id" in values else "idea"),
]


def _as_said(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a change; a plan of an earlier version has its sentences as text."""
    texts = {new: values[old] for old, new in (("message", "why"), ("hint", "todo")) if old in values}
    return {**values, **{name: {"template": "{text}", "facts": {"text": text}} for name, text in texts.items()}}


class _ChangeValues(BaseModel):
    """A change; `change` has everything except the three other fields."""

    change: Annotated[Change, BeforeValidator(_as_said)]
    live: _Live | None
    desired: Annotated[Post | Idea, PlainValidator(load_item)] | None
    write: Annotated[Write, PlainValidator(load_write)] | None


class _PlanValues(BaseModel):
    """A plan; `plan` has everything except the three other fields."""

    plan: Plan
    channels: dict[str, LiveChannel]
    warnings: tuple[Diagnostic, ...]
    changes: tuple[_ChangeValues, ...]


def dump_plan(plan: Plan, dumped: Callable[[Change], dict[str, Any]], *, is_whole: bool = False) -> dict[str, Any]:
    """A plan with its changes in the form of `dumped`, without its run's recording.

    `is_whole`: also changes that do nothing.
    """
    files = (each.file for change in plan.writes if change.desired for each in files_of(change.desired))
    public = plan.public & {file.url for file in files if file}
    bare = replace(plan, changes=(), warnings=(), channels={}, recording=Recording(), queue_times={}, public=public)
    return {
        "plan": adapter(Plan).dump_python(bare, mode="json", exclude={"recording", "freed_by"}),
        "channels": adapter(dict[str, LiveChannel]).dump_python(dict(plan.channels), mode="json"),
        "warnings": adapter(tuple[Diagnostic, ...]).dump_python(plan.warnings, mode="json"),
        "changes": [dumped(change) for change in plan.changes if is_whole or change.action not in _LEFT_OUT],
    }


def load_plan(values: Any) -> Plan:
    """Load the output of `dump_plan`. Raises one of `DAMAGE` for anything else."""
    read = _PlanValues.model_validate(values)
    changes = tuple(
        replace(each.change, desired=each.desired, live=each.live, write=each.write) for each in read.changes
    )
    return replace(read.plan, changes=changes, channels=read.channels, warnings=read.warnings)


def dump_change(change: Change) -> dict[str, Any]:
    bare = replace(change, desired=None, live=None, write=None)
    values = adapter(Change).dump_python(bare, mode="json", exclude_defaults=True)
    slots = {"slot": change.slot, "moved_from": change.moved_from}
    values |= {name: slot._asdict() for name, slot in slots.items() if slot}  # pydantic dumps a tuple as a list
    return {
        "change": values,
        "desired": dump_item(change.desired) if change.desired else None,
        "live": adapter(type(change.live)).dump_python(change.live, mode="json"),
        "write": dump_write(change.write) if change.write else None,
    }


KIND = "saved-plan"
FORMAT_MAJOR, FORMAT_MINOR = 3, 2


@value()
class SavedPlan:
    """The content of a file. Times are aware."""

    plan: Plan  # what was reviewed
    desired: Desired  # what the files declared
    choices: Choices  # what the command line overruled, and when
    created_at: datetime  # when it was made
    expires_at: datetime  # after this it is not applied
    offline: bool = False  # made from files and state alone, so nobody saw the account
    #: The entries that the request changes which the plan was made for; None if the plan does not record them.
    changed: frozenset[Address] | None = None
    #: The suspensions that it knows of, by when they began; None if it does not record them.
    suspended: Mapping[Slot, datetime] | None = None


class _Saved(BaseModel):
    """The values of a file besides its plan. `items`: in the form of `dump_item`."""

    created_at: Aware
    expires_at: Aware
    offline: bool
    settings: Settings
    organizations: tuple[Organization, ...]
    channels: tuple[Channel, ...]
    items: list[dict[str, dict[str, Any]]]
    files: tuple[str, ...]
    choices: Choices
    changed: tuple[str, ...] | None = None
    suspended: tuple[tuple[Slot, Aware], ...] | None = None


def dump(
    plan: Plan,
    desired: Desired,
    choices: Choices,
    *,
    expires_at: datetime,
    offline: bool = False,
    changed: Collection[Address] | None = None,
) -> bytes:
    body: dict[str, Any] = {
        "created_at": plan.at.isoformat(),
        "expires_at": expires_at.isoformat(),
        "offline": offline,
        "digest": plan_digest(plan),
        "plan": dump_plan(plan, _dump),
        "inputs": {
            "settings": adapter(Settings).dump_python(desired.settings, mode="json"),
            "organizations": [adapter(Organization).dump_python(each, mode="json") for each in desired.organizations],
            "channels": [adapter(Channel).dump_python(each, mode="json") for each in desired.channels],
            "items": [dump_item(item) for item in desired.items],
            "files": list(desired.files),
            "choices": {
                **{name: sorted(getattr(choices, name)) for name in ("recreate", "reapply", "confirmed")},
                "max_deletes": choices.max_deletes,
            },
        },
    }
    if not offline:
        began = [(slot, each.since) for slot, each in plan.recording.suspended.items()]
        body["inputs"]["suspended"] = TypeAdapter(list[tuple[Slot, Aware]]).dump_python(began, mode="json")
    if changed is not None:
        body["inputs"]["changed"] = sorted(map(str, changed))
    head = {
        "format_version": f"{FORMAT_MAJOR}.{FORMAT_MINOR}",
        "bufferctl_version": __version__,
        "kind": KIND,
        "checksum": _checksum(body),
    }
    return to_json({**head, **body}, indent=1) + b"\n"


def load(raw: bytes, name: str) -> SavedPlan:
    """Read a saved plan.

    Raises UsageError if it is not a plan or is damaged, StalePlanError if it was altered or has another version.
    """
    kind, major, values = read_head(raw)
    if kind != KIND:
        raise UsageError(f"There is no saved plan in {name}", hint="To write one, run `bufferctl plan -o FILE`.")
    if major != FORMAT_MAJOR:
        by, first = ("a newer", "Update bufferctl, or plan again.") if major > FORMAT_MAJOR else ("an older", _AGAIN)
        raise StalePlanError(f"The saved plan {name} was written by {by} bufferctl", hint=first)
    if _checksum({key: values.get(key) for key in _SIGNED}) != values.get("checksum"):
        raise StalePlanError(f"The saved plan {name} was edited after it was made", hint=_AGAIN)
    try:
        saved = _load(values)
        named = [values["digest"], *(each["digest"] for each in values["plan"]["changes"])]
    except DAMAGE as error:
        raise UsageError(f"The saved plan {name} is damaged", hint=_AGAIN) from error
    if named != [plan_digest(saved.plan), *map(change_digest, saved.plan.changes)]:
        raise StalePlanError(f"The saved plan {name} would send something other than its digests cover", hint=_AGAIN)
    return saved


def load_shown(raw: bytes, name: str, shows: Callable[[Change], bool]) -> SavedPlan:
    """Like `load`; also raises StalePlanError if, by `shows`, a change does not show the content that it would send."""
    saved = load(raw, name)
    if not saved.offline and not all(map(shows, saved.plan.changes)):
        raise StalePlanError(
            f"The saved plan {name} does not show what it would send, so it was edited after it was made", hint=_AGAIN
        )
    return saved


_AGAIN = "Plan again, and have that plan reviewed."
_SIGNED = ("created_at", "expires_at", "offline", "digest", "plan", "inputs")


def _load(values: Mapping[str, Any]) -> SavedPlan:
    read = _Saved.model_validate({**values, **values["inputs"]})
    desired = Desired(
        settings=read.settings,
        organizations=read.organizations,
        channels=read.channels,
        files=read.files,
    ).with_items(map(load_item, read.items))
    declared = {_address(each): each for each in read.items}
    changes = [_with_item(each, declared) for each in values["plan"]["changes"]]
    plan = load_plan({**values["plan"], "changes": changes})
    _word(plan.changes)
    return SavedPlan(
        plan=plan,
        desired=desired,
        choices=replace(read.choices, planned_at=read.created_at),
        created_at=read.created_at,
        expires_at=read.expires_at,
        offline=read.offline,
        changed=None if read.changed is None else frozenset(map(Address.parse, read.changed)),
        suspended=None if read.suspended is None else dict(read.suspended),
    )


def _word(said_of: Iterable[Change | Outcome]) -> None:
    """Word every sentence once: one of a damaged file may lack what its blanks stand for. Raises what is in DAMAGE."""
    for each in said_of:
        for said in filter(None, (each.why, each.todo)):
            _ = str(said), [str(answer) for answer in said.answers]


def _dump(change: Change) -> dict[str, Any]:
    """A change without the declared object, which is in the inputs; `declared` says whether it has one.

    Everything that the write sends is in the inputs, except the id that planning found for a Pinterest board.
    """
    values = dump_change(change)
    values |= {"digest": change_digest(change), "declared": values.pop("desired") is not None}
    if isinstance(change.write, DraftPost):  # it has what is in Buffer, and its digest says so
        return values
    for kind in ("post", "idea"):
        if values["write"] and kind in values["write"]:
            item = values["write"].pop(kind)
            board = item.get("metadata", {}).get("pinterest", {}).get("board_service_id")
            values["write"] |= {"board_service_id": board} if board else {}
    return values


def _with_item(values: Mapping[str, Any], declared: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The output of `_dump` in the form of `dump_change`. Raises LookupError if the inputs do not have the object."""
    if not values["declared"]:
        return {**values, "desired": None}
    desired = declared[_key(values["change"]["address"])]
    write = dict(values["write"]) if values["write"] else None
    if write and write["kind"] not in {DeletePost.kind, DraftPost.kind}:
        ((kind, item),) = desired.items()
        if board := write.pop("board_service_id", None):
            pinterest = {**item["metadata"]["pinterest"], "board_service_id": board}
            item = {**item, "metadata": {"pinterest": pinterest}}
        write[kind] = item
    return {**values, "desired": desired, "write": write}


def _address(item: Mapping[str, Mapping[str, Any]]) -> str:
    (values,) = item.values()
    return _key(values["address"])


def _key(address: Any) -> str:
    return to_json(address).decode()


def _checksum(body: Mapping[str, Any]) -> str:
    """A checksum against accidents; anybody who edits a file can compute a new one."""
    return blake2b(to_json(body), digest_size=16).hexdigest()


RECEIPT = "receipt"
_RECEIPT_MAJOR = 2
_AWARE = TypeAdapter[datetime](Aware)
#: The fields of an outcome that are read back from JSON, besides its change.
_RESULT = ("status", "id", "code", "message", "hint", "link", "at")


@value()
class Receipt:
    """The plan, its results, and the remaining plan (None if it was not planned again).

    `stopped`: why it ended early, empty if it did not. Times are aware.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...]
    left: Plan | None
    stopped: str
    finished_at: datetime


def receipt_details(plan: Plan, outcomes: Iterable[Outcome], left: Plan | None) -> dict[str, Any]:
    """The part of a receipt that `load_receipt` needs besides the public form of its outcomes."""
    return {
        "plan": dump_plan(plan, dump_change),
        "left": dump_plan(left, dump_change) if left else None,
        "said": [_dump_said(outcome) for outcome in outcomes],
    }


def _dump_said(outcome: Outcome) -> dict[str, Any]:
    said = {"why": outcome.why, "todo": outcome.todo}
    return {
        name: adapter(Said).dump_python(each, mode="json", exclude_defaults=True) for name, each in said.items() if each
    }


def load_receipt(raw: bytes, name: str) -> Receipt:
    """Read a receipt. Raises UsageError if it is not one, has another version, or is damaged."""
    kind, major, values = read_head(raw)
    if kind != RECEIPT:
        raise UsageError(f"There is no receipt in {name}", hint="To write one, run `bufferctl apply --receipt FILE`.")
    if major > _RECEIPT_MAJOR:
        raise UsageError(f"The receipt {name} was written by a newer bufferctl", hint="Update bufferctl.")
    if major < _RECEIPT_MAJOR:
        raise UsageError(f"The receipt {name} was written by an older bufferctl", hint="Show it with that version.")
    try:
        return _load_receipt(values)
    except DAMAGE as error:
        raise UsageError(f"The receipt {name} is damaged", hint="Use the file that `apply --receipt` wrote.") from error


def _load_receipt(values: Mapping[str, Any]) -> Receipt:
    details = values["details"]
    plan = load_plan(details["plan"])
    changes = {change.slot: change for change in plan.changes}
    outcomes = tuple(map(_outcome, values["outcomes"], repeat(changes), details.get("said") or repeat({})))
    left = load_plan(details["left"]) if details["left"] else None
    _word([*plan.changes, *outcomes, *(left.changes if left else ())])
    return Receipt(
        plan=plan,
        outcomes=outcomes,
        left=left,
        stopped=str(values["stopped"] or ""),
        finished_at=_AWARE.validate_python(values["finished_at"]),
    )


def _outcome(values: Mapping[str, Any], changes: Mapping[Slot, Change], said: Mapping[str, Any]) -> Outcome:
    slot = Slot(values["organization_id"], values["channel_id"] or IDEAS, values["key"])
    result = {name: values[name] for name in _RESULT if name in values}  # an earlier version has no code
    return adapter(Outcome).validate_python({**_as_said(result), **said, "change": changes[slot]})
