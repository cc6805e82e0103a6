"""What pull takes: Buffer's version of what people changed there, into the files and the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from shlex import quote
from typing import Any

from bufferctl.config.write.document import FileChanges
from bufferctl.config.write.layers import Project
from bufferctl.config.write.revise import Revision, made_by_expansion, revise
from bufferctl.diagnostics import Place, nearest
from bufferctl.errors import BufferctlError, ConfigError, UsageError
from bufferctl.intake.pulling import fields_to_take, zone_for
from bufferctl.intake.writing import Reread
from bufferctl.model import Address, Binding, Desired, Idea, LiveChannel, Post, Slot, State
from bufferctl.model.comparable import Fingerprint, applied_fingerprint, bind, fingerprint, of_desired, of_live, same
from bufferctl.model.desired import Expansion
from bufferctl.model.from_live import NotExpressibleError
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.reconcile import schedule_differences

_CHANGED = frozenset({Reason.CHANGED, Reason.CONFLICT, Reason.GONE})


@dataclass
class Pulled:
    """`taken`: changes with the fields to write. `left_out`: with the reason. `equal`: the file has it already.

    `made`: changes of `left_out` in whose entry Buffer's version cannot be written, since it makes more than this post.
    """

    made: list[Change] = field(default_factory=list)
    taken: dict[Address, tuple[Change, Mapping[str, Any]]] = field(default_factory=dict)
    left_out: list[tuple[Address, str]] = field(default_factory=list)
    equal: list[Address] = field(default_factory=list)


def choose(plan: Plan, addresses: Sequence[str]) -> Pulled:
    """What to take: the addresses named, else everything that was changed in Buffer. Raises UsageError."""
    by_name = {str(change.address): change for change in plan.changes if change.desired is not None}
    for address in addresses:
        if address not in by_name:
            raise UsageError(
                f"No file declares {address}",
                hint=nearest(address, by_name) or "Run `bufferctl plan` to see addresses.",
            )
    drifted = [change for change in by_name.values() if change.action is Action.HOLD and change.reason in _CHANGED]
    pulled = Pulled()
    for change in [by_name[address] for address in dict.fromkeys(addresses)] if addresses else drifted:
        if change.binding is None or (change.live is None and change.reason is not Reason.GONE):
            pulled.left_out.append(
                (change.address, "bufferctl cannot tell which post in Buffer it is; run `bufferctl plan`")
            )
            continue
        try:
            fields = fields_to_take(change, plan.channels.get(change.slot.channel_id))
        except NotExpressibleError as error:
            pulled.left_out.append((change.address, str(error)))
            continue
        if fields:
            pulled.taken[change.address] = change, fields
        else:
            pulled.equal.append(change.address)
    return pulled


def _why_not(change: Change, post: Post, names: Sequence[str]) -> str:
    """Why Buffer's version of these fields cannot be written into the entry, and what to do."""
    made = post.expansion or Expansion()
    sources = [f"`$({each.name})`" for each in made.variables]
    sources += ["the parameters of `utm`"] if made.parameters else []
    where = f"Edit the entry at {change.place} by hand"
    if made.number:
        where = (
            f"It is occurrence {made.number} of {made.times}: write what is different under "
            f"`each: {{{made.number}: {{{names[0]}: …}}}}` of the entry at {change.place}"
        )
    return (
        f"its text and links are made from {', '.join(sources) or 'variables'}, so Buffer's version cannot be written "
        f"back. {where}. Or send the file's version: run `bufferctl apply --reapply {quote(str(change.address))}`"
    )


def changed_files(project: Project, pulled: Pulled) -> FileChanges:
    """The changes of files, not made yet; what cannot be written there is left out. Raises ConfigError."""
    desired = project.desired
    zones = {(each.organization, each.label): each.timezone for each in desired.channels}
    of_ideas = {each.label: each.timezone for each in desired.organizations}
    revisions = []
    for change, fields in list(pulled.taken.values()):
        item = change.desired
        if item is not None:
            address = item.address
            names = made_by_expansion(project, item, fields)
            if names and isinstance(item, Post):
                del pulled.taken[address]
                pulled.left_out.append((address, _why_not(change, item, names)))
                pulled.made.append(change)
                continue
            zone = of_ideas[address.organization] if address.is_idea else zones[address.organization, address.channel]
            zone = project.layers(item).timezone or zone
            revisions.append(Revision(item, fields, zone_for(item, zone)))
    return revise(project, revisions)


def write_pulled(
    pulled: Pulled,
    files: FileChanges,
    before: Desired,
    plan: Plan,
    state: State,
    save: Callable[[State], None],
    reread: Reread,
) -> None:
    """Write files and the record. `before`: what the files declared, `plan` and `state` what pulling began with.

    Raises ConfigError and StateError, with nothing changed.
    """
    files.make()
    try:
        items: dict[Address, Post | Idea] = {item.address: item for item in reread().items}
        _check(pulled, before, items, plan)
        save(replace(state, bindings=_bindings(pulled, state, items)))
    except BufferctlError:
        files.undo()
        raise


def _check(pulled: Pulled, before: Desired, items: Mapping[Address, Post | Idea], plan: Plan) -> None:
    """What was taken is what Buffer has, and nothing else declares anything else. Raises ConfigError."""
    for old in before.items:
        new = items.get(old.address)
        taken = pulled.taken.get(old.address)
        fine = new is not None and (
            _content(new) == _content(old) if taken is None else _is_taken(new, taken[0], plan.channels)
        )
        if not fine:
            what = "would not become what Buffer has" if taken else "would be changed too"
            raise ConfigError(
                f"{old.address} {what}, so nothing was written",
                hint=f"Edit {old.place} by hand; `bufferctl plan` shows what differs.",
            )


def _content(item: Post | Idea) -> Post | Idea:
    """What it says, wherever and however it is written."""
    if isinstance(item, Post):
        implied = item.expansion is not None and item.expansion.repeats is not None
        repeat_of = None if implied else item.repeat_of
        return replace(item, place=Place(""), expansion=None, repeat_of=repeat_of)
    return replace(item, place=Place(""))


def _is_taken(item: Post | Idea, change: Change, channels: Mapping[str, LiveChannel]) -> bool:
    if change.reason is Reason.GONE or change.live is None:
        return item.cancelled
    channel = channels.get(change.slot.channel_id)
    shortened = bool(channel and channel.link_shortening)
    return same(of_desired(item), of_live(change.live), links_may_differ=shortened) and not schedule_differences(
        item, change.live
    )


def _bindings(pulled: Pulled, state: State, items: Mapping[Address, Post | Idea]) -> dict[Slot, Binding]:
    """The bindings with Buffer's version as what was last applied, without those of what is gone."""
    bindings = dict(state.bindings)
    for address, (change, fields) in pulled.taken.items():
        old = bindings.pop(change.moved_from or change.slot)
        if change.live is None:
            continue
        bindings[change.slot] = _pulled_binding(change, items[address], fields, old)
    return bindings


def _pulled_binding(change: Change, item: Post | Idea, fields: Mapping[str, Any], old: Binding) -> Binding:
    """The binding with Buffer's version applied; an edit of the file that Buffer does not show is still to be sent."""
    if change.live is None:
        return old
    new = bind(item, change.live, old.origin)
    after = Fingerprint.read(new.applied)
    if not after or not change.desired or "assets" in fields:
        return new
    now = fingerprint(change.desired, of_desired(change.desired))
    before = applied_fingerprint(old, change.desired, now)
    if not before:
        return new
    edited = before.hidden != now.hidden
    return replace(new, applied=str(after._replace(hidden=before.hidden))) if edited else new
