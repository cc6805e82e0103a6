"""`bufferctl pull`: Buffer's version of what people changed there, into the files and into state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bufferctl.cli.checking import judged, judged_by_account
from bufferctl.cli.planning import nearest
from bufferctl.cli.pull_fields import fields_to_take, zone_for
from bufferctl.cli.session import Session
from bufferctl.config import load
from bufferctl.config.write.changes import FileChanges
from bufferctl.config.write.layers import Project
from bufferctl.config.write.revise import Revision, revise
from bufferctl.diagnostics import Place, has_errors
from bufferctl.errors import BufferctlError, ConfigError, UsageError
from bufferctl.model import Address, Binding, Idea, LiveChannel, Post, Slot
from bufferctl.model.comparable import Fingerprint, bind, fingerprint, of_desired, of_live, same
from bufferctl.model.from_live import NotSayableError
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.reconcile import Targets, schedule_differences

_CHANGED = frozenset({Reason.CHANGED, Reason.CONFLICT, Reason.GONE})


@dataclass
class Pulled:
    """What is taken, with the fields that change; what cannot be, with why; and what is as Buffer has it already."""

    taken: dict[Address, tuple[Change, Mapping[str, Any]]] = field(default_factory=dict)
    left_out: list[tuple[Address, str]] = field(default_factory=list)
    equal: list[Address] = field(default_factory=list)


def choose(plan: Plan, addresses: Sequence[str]) -> Pulled:
    """What to take: the addresses named, else everything that was changed in Buffer. Raises UsageError."""
    by_name = {str(change.address): change for change in plan.changes if change.desired is not None}
    for address in addresses:
        if address not in by_name:
            raise UsageError(
                f"No file declares {address}", hint=nearest(address, by_name) or "Addresses are those that plan shows."
            )
    drifted = [change for change in by_name.values() if change.action is Action.HOLD and change.reason in _CHANGED]
    pulled = Pulled()
    for change in [by_name[address] for address in dict.fromkeys(addresses)] if addresses else drifted:
        if change.binding is None or (change.live is None and change.reason is not Reason.GONE):
            pulled.left_out.append((change.address, "it is not known which one in Buffer it is; `plan` says more"))
            continue
        try:
            fields = fields_to_take(change, plan.channels.get(change.slot.channel_id))
        except NotSayableError as error:
            pulled.left_out.append((change.address, str(error)))
            continue
        if fields:
            pulled.taken[change.address] = change, fields
        else:
            pulled.equal.append(change.address)
    return pulled


def revised_files(project: Project, pulled: Pulled) -> FileChanges:
    """The changes of files, not made yet. Raises ConfigError."""
    desired = project.desired
    zones = {(each.organization, each.label): each.timezone for each in desired.channels}
    of_ideas = {each.label: each.timezone for each in desired.organizations}
    revisions = []
    for change, fields in pulled.taken.values():
        item = change.desired
        if item is not None:
            address = item.address
            zone = of_ideas[address.organization] if address.is_idea else zones[address.organization, address.channel]
            revisions.append(Revision(item, fields, zone_for(item, zone)))
    return revise(project, revisions)


def make(session: Session, pulled: Pulled, files: FileChanges, plan: Plan, targets: Targets) -> None:
    """Write files and state. Raises ConfigError and StateError, with nothing changed."""
    files.make()
    try:
        items = _read_back(session, targets)
        _check(session, pulled, items, plan)
        session.store.save(replace(session.state, bindings=_bindings(session, pulled, items)))
    except BufferctlError:
        files.undo()
        raise


def _read_back(session: Session, targets: Targets) -> dict[Address, Post | Idea]:
    """Everything that is declared now. Raises ConfigError, and tells why, where the files are not valid."""
    loaded = load(session.files.root / session.files.desired.files[0], Path.cwd())
    problems = judged(loaded, account_follows=True)
    if loaded.desired is not None:
        problems += judged_by_account(loaded.root, loaded.desired, targets.channels)
    if loaded.desired is None or has_errors(problems):
        session.console.diagnostics(problems)
        raise ConfigError(
            "With Buffer's version the files would have these errors, so nothing was written",
            hint="Name the addresses to pull one by one, or edit the files by hand.",
        )
    return {item.address: item for item in loaded.desired.items}


def _check(session: Session, pulled: Pulled, items: Mapping[Address, Post | Idea], plan: Plan) -> None:
    """What was taken is what Buffer has, and nothing else says anything else. Raises ConfigError."""
    for old in session.files.desired.items:
        new = items.get(old.address)
        taken = pulled.taken.get(old.address)
        fine = new is not None and (
            _said(new) == _said(old) if taken is None else _is_taken(new, taken[0], plan.channels)
        )
        if not fine:
            what = "would not be said as Buffer has it" if taken else "would be changed too"
            raise ConfigError(
                f"{old.address} {what}, so nothing was written",
                hint=f"Edit {old.place} by hand; `bufferctl plan` shows what differs.",
            )


def _said(item: Post | Idea) -> Post | Idea:
    return replace(item, place=Place(""))


def _is_taken(item: Post | Idea, change: Change, channels: Mapping[str, LiveChannel]) -> bool:
    if change.reason is Reason.GONE or change.live is None:
        return item.cancelled
    channel = channels.get(change.slot.channel_id)
    shortened = bool(channel and channel.link_shortening)
    return same(of_desired(item), of_live(change.live), links_may_differ=shortened) and not schedule_differences(
        item, change.live
    )


def _bindings(session: Session, pulled: Pulled, items: Mapping[Address, Post | Idea]) -> dict[Slot, Binding]:
    """State with Buffer's version as what was last applied; what is gone is no longer remembered."""
    bindings = dict(session.state.bindings)
    for address, (change, fields) in pulled.taken.items():
        old = bindings.pop(change.moved_from or change.slot)
        if change.live is None:
            continue
        new = bind(items[address], change.live, old.origin)
        before, desired = Fingerprint.read(old.applied), change.desired
        if before and desired and "assets" not in fields:
            now = fingerprint(desired, of_desired(desired))
            after = Fingerprint.read(new.applied)
            if (
                after and before.hidden != now.hidden
            ):  # an edit of the file that Buffer does not show is still to be sent
                new = replace(new, applied=str(after._replace(hidden=before.hidden)))
        bindings[change.slot] = new
    return bindings
