"""Asks before a text is published while another object in Buffer still has it.

Matching asks about new objects and objects in Buffer. Questions that need a plan are asked here: whether the delete
that frees a text is part of this run, and whether an edit would have the same text as another object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from operator import is_

from bufferctl.model import LiveChannel, Post, Rule, Slot
from bufferctl.model.comparable import Fingerprint, content_of_desired, content_of_live, fingerprint, text_digest
from bufferctl.plan import WRITING, Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.matches import Matches, Suspect, is_out

_REMOVED = frozenset({Cause.REMOVED, Cause.CANCELLED})
#: A home (a channel's id, or an organization's for ideas), and a digest of the text there; without a text, of images.
Saying = tuple[str, str]


def wanted(change: Change) -> Saying:
    """What a change would publish. The digest is empty if there is neither a text nor an image."""
    item = change.desired
    content = content_of_desired(item) if item else None
    words = text_digest(content) if content else ""
    if content and not words and isinstance(item, Post) and item.assets:
        words = fingerprint(item, content).hidden
    return change.slot.home, words


def kept(change: Change) -> Saying:
    """What Buffer has for a change, in the same form; the digest is empty if its images are unknown."""
    words = text_digest(content_of_live(change.live)) if change.live else ""
    applied = Fingerprint.read(change.binding.applied) if change.binding else None
    return change.slot.home, words or (applied.hidden if change.live and applied else "")


def hold_repeats(
    changes: Iterable[Change],
    channels: Mapping[str, LiveChannel],
    matches: Matches | None = None,
    *,
    doing: Collection[Slot] | None = None,
) -> list[Change]:
    """Hold creates and edits with a text that another object keeps in Buffer.

    `doing`: the slots whose writes are part of the run, None for all of them. What is out counts, of addresses that
    left the files or have another text by now: with the text that was sent, since Buffer may not list it any more, and
    shortens links. An edit may repeat what no address claims as well.
    """
    changes, matches = list(changes), matches or Matches(())
    doing = {change.slot for change in changes} if doing is None else doing
    out = [(slot, b) for slot, b in matches.released.items() if b.retired or is_out(b, None)]
    bound = ((m, m.binding) for m in matches.matches if m.binding and is_out(m.binding, m.live))
    out += [(m.declared.slot, b) for m, b in bound if b.text != text_digest(m.declared.content)]
    published: dict[Saying, list[Suspect]] = defaultdict(list)
    for slot, binding in out:
        if binding.text:
            published[slot.home, binding.text].append(Suspect.recorded(slot, binding))
    unclaimed: dict[Saying, list[Suspect]] = defaultdict(list)
    for live in matches.unclaimed if any(change.action is Action.UPDATE for change in changes) else ():
        unclaimed[live.home, text_digest(content_of_live(live))].append(Suspect.of(live))
    while True:
        found = (_staying(changes, doing), unclaimed, published)
        held = [_held(change, *found, channels) for change in changes] if any(found) else changes
        if all(map(is_, held, changes)):
            return changes
        changes = held  # a held edit keeps its old text, too


def _staying(changes: Iterable[Change], doing: Collection[Slot]) -> dict[Saying, list[Suspect]]:
    """Texts that Buffer keeps although the files no longer have them."""
    staying: dict[Saying, list[Suspect]] = defaultdict(list)
    for change in changes:
        live, is_removed = change.live, change.desired is None or change.cause in _REMOVED
        if live is None or (change.action in WRITING and change.slot in doing):
            continue
        if is_removed or (change.action is not Action.NO_OP and wanted(change) != kept(change)):
            declared = not is_removed
            staying[kept(change)].append(Suspect(live.id, live.created_at, live, change.address, declared))
    return staying


def _held(
    change: Change,
    staying: Mapping[Saying, list[Suspect]],
    unclaimed: Mapping[Saying, list[Suspect]],
    published: Mapping[Saying, list[Suspect]],
    channels: Mapping[str, LiveChannel],
) -> Change:
    if change.action not in {Action.CREATE, Action.UPDATE} or change.desired is None or change.desired.repeat_of:
        return change
    words, is_new = wanted(change), change.action is Action.CREATE
    if not words[1] or words == kept(change):
        return change
    repeated = staying.get(words) or (not is_new and unclaimed.get(words)) or published.get(words)
    if not repeated:
        return change
    channel = channels.get(change.slot.channel_id)
    hold = holds.ambiguous(Rule.SAME_TEXT, repeated[:1], channel) if is_new else holds.would_repeat(repeated, channel)
    return hold.on(change)
