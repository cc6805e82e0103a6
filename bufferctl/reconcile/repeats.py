"""Asks before a text is published while another object in Buffer still has it.

Matching asks about new objects and objects in Buffer. Questions that need a plan are asked here: whether the delete
that frees a text is part of this run, and whether an edit would have the same text as another object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from operator import is_

from bufferctl.model import Likeness, LiveChannel, Slot
from bufferctl.model.address import is_id
from bufferctl.model.comparable import content_of_desired, content_of_live, text_digest
from bufferctl.plan import WRITING, Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.matches import Mark, Matches, Suspect, applied_mark, mark_of

_REMOVED = frozenset({Cause.REMOVED, Cause.CANCELLED})


def wanted(change: Change) -> Mark:
    """The content that a change would publish."""
    item = change.desired
    return change.slot.home, mark_of(item, content_of_desired(item)) if item else ""


def kept(change: Change) -> Mark:
    """The content that Buffer has for a change; an object without a text has the images that were applied."""
    words = text_digest(content_of_live(change.live)) or applied_mark(change.binding) if change.live else ""
    return change.slot.home, words


def hold_repeats(
    changes: Iterable[Change],
    channels: Mapping[str, LiveChannel],
    matches: Matches | None = None,
    *,
    doing: Collection[Slot] | None = None,
) -> list[Change]:
    """Hold creates and edits with a text that another object keeps in Buffer.

    `doing` are the slots whose writes are part of the run, None for all of them. Unclaimed objects count for an edit,
    too.
    """
    changes = list(changes)
    matches = matches or Matches(())
    doing = {change.slot for change in changes} if doing is None else doing
    writes = {change.action for change in changes} & {Action.CREATE, Action.UPDATE}
    published = matches.claims.published if matches.claims and writes else {}
    unclaimed: dict[Mark, list[Suspect]] = defaultdict(list)
    for live in matches.unclaimed if Action.UPDATE in writes else ():
        unclaimed[live.home, text_digest(content_of_live(live))].append(Suspect.of(live))
    while True:
        found = (_staying(changes, doing), unclaimed, published)
        held = [_held(change, *found, channels) for change in changes] if any(found) else changes
        if all(map(is_, held, changes)):
            return changes
        changes = held  # a held edit keeps its old text, too


def _staying(changes: Iterable[Change], doing: Collection[Slot]) -> dict[Mark, list[Suspect]]:
    """Texts that Buffer keeps although the files no longer have them."""
    staying: dict[Mark, list[Suspect]] = defaultdict(list)
    for change in changes:
        live = change.live
        is_removed = change.cause in _REMOVED
        if live is None or (change.action in WRITING and change.slot in doing):
            continue
        if is_removed or (change.action is not Action.NO_OP and wanted(change) != kept(change)):
            declared = not is_removed
            staying[kept(change)].append(Suspect(live.id, live.created_at, live, change.address, declared))
    return staying


def _held(
    change: Change,
    staying: Mapping[Mark, list[Suspect]],
    unclaimed: Mapping[Mark, list[Suspect]],
    published: Mapping[Mark, list[Suspect]],
    channels: Mapping[str, LiveChannel],
) -> Change:
    if change.action not in {Action.CREATE, Action.UPDATE} or change.desired is None:
        return change
    words, is_new = wanted(change), change.action is Action.CREATE
    if words == kept(change):
        return change
    theirs = [] if is_new else unclaimed.get(words, [])
    every = {each.id: each for each in (*staying.get(words, ()), *theirs, *published.get(words, ()))}
    named = change.desired.repeat_of
    names_a_key = any(not is_id(each) and each not in every for each in named)  # an id speaks for one post alone
    repeated = [each for each in every.values() if each.id not in named]
    if not repeated or names_a_key:
        return change
    channel = channels.get(change.slot.channel_id)
    hold = holds.ambiguous(Likeness.SAME_TEXT, repeated, channel) if is_new else holds.would_repeat(repeated, channel)
    return hold.on(change)
