"""Asks before a text is published while another object in Buffer still has it.

Matching asks about new objects and objects in Buffer. Questions that need a plan are asked here: whether the delete
that frees a text is part of this run, and whether an edit would have the same text as another object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from operator import is_

from bufferctl.model import Binding, Idea, Item, LiveChannel, LiveIdea, LiveItem, Post, Rule, Slot
from bufferctl.model.comparable import Fingerprint, content_of_desired, fingerprint, normal_text, text_digest
from bufferctl.plan import WRITING, Action, Cause, Change
from bufferctl.reconcile import holds
from bufferctl.reconcile.matches import Matches, Suspect, is_out

_REMOVED = frozenset({Cause.REMOVED, Cause.CANCELLED})
#: A home (a channel's id, or an organization's for ideas) and a text in it.
Saying = tuple[str, str]


def saying(home: str, item: Item | LiveItem) -> Saying:
    """The text of an object, and its home."""
    title = item.title if isinstance(item, Idea | LiveIdea) else ""
    return home, f"{normal_text(title)}\n{normal_text(item.text)}"


def _wanted(change: Change, item: Item) -> Saying | None:
    """The text that a change would publish; without a text, the URLs of its images."""
    words = saying(change.slot.home, item)
    if words[-1].strip():
        return words
    if not isinstance(item, Post) or not item.assets:
        return None
    return change.slot.home, fingerprint(item, content_of_desired(item)).hidden


def _kept(change: Change, live: LiveItem) -> Saying | None:
    """The current text in Buffer for a change, in the same form; None if its images are unknown."""
    words = saying(change.slot.home, live)
    if words[-1].strip():
        return words
    applied = Fingerprint.read(change.binding.applied) if change.binding else None
    return (change.slot.home, applied.hidden) if applied else None


def hold_repeats(
    changes: Iterable[Change],
    channels: Mapping[str, LiveChannel],
    matches: Matches | None = None,
    *,
    doing: Collection[Slot] | None = None,
) -> list[Change]:
    """Hold creates and edits with a text that another object keeps in Buffer.

    `doing`: the slots whose writes are part of the run, None for all of them. An edit may repeat what no address claims
    as well, and what is out, of addresses with another text by now: the text that was sent counts, since Buffer may not
    list it any more, and shortens links.
    """
    changes, matches = list(changes), matches or Matches(())
    doing = {change.slot for change in changes} if doing is None else doing
    others: dict[Saying, list[Suspect]] = defaultdict(list)
    for live in matches.unclaimed if any(change.action is Action.UPDATE for change in changes) else ():
        others[saying(live.home, live)].append(Suspect.of(live))
    for slot, binding in _published_before(matches):
        if binding.text:
            others[slot.home, binding.text].append(Suspect.recorded(slot, binding))
    while True:
        staying = _staying(changes, doing)
        held = [_held(change, staying, others, channels) for change in changes] if staying or others else changes
        if all(map(is_, held, changes)):
            return changes
        changes = held  # a held edit keeps its old text, too


def _published_before(matches: Matches) -> Iterator[tuple[Slot, Binding]]:
    """What is out, of addresses that left the files or have another text by now."""
    yield from ((slot, b) for slot, b in matches.released.items() if b.retired or is_out(b, None))
    for m in matches.matches:
        if m.binding and is_out(m.binding, m.live) and m.binding.text != text_digest(m.declared.content):
            yield m.declared.slot, m.binding


def _staying(changes: Iterable[Change], doing: Collection[Slot]) -> dict[Saying, list[Suspect]]:
    """Texts that Buffer keeps although the files no longer have them."""
    staying: dict[Saying, list[Suspect]] = defaultdict(list)
    for change in changes:
        is_done = change.action in WRITING and change.slot in doing
        if change.live is not None and not is_done and _is_outdated(change):
            declared = change.desired is not None and change.cause not in _REMOVED
            suspect = Suspect(change.live.id, change.live.created_at, change.live, change.address, declared)
            if (words := _kept(change, change.live)) is not None:
                staying[words].append(suspect)
    return staying


def _is_outdated(change: Change) -> bool:
    """Whether Buffer's text for this change is no longer in the files."""
    item, live = change.desired, change.live
    if item is None or live is None or change.cause in _REMOVED:
        return True
    return change.action is not Action.NO_OP and saying("", item) != saying("", live)


def _held(
    change: Change,
    staying: Mapping[Saying, list[Suspect]],
    others: Mapping[Saying, list[Suspect]],
    channels: Mapping[str, LiveChannel],
) -> Change:
    item = change.desired
    if change.action not in {Action.CREATE, Action.UPDATE} or item is None or item.repeat_of:
        return change
    words = _wanted(change, item)
    if words is None or (change.live is not None and _kept(change, change.live) == words):
        return change
    channel = channels.get(change.slot.channel_id)
    theirs = others.get(words, []) if change.action is Action.UPDATE else []
    repeated = staying.get(words) or theirs or others.get((change.slot.home, text_digest(content_of_desired(item))))
    if not repeated:
        return change
    if change.action is Action.CREATE:
        return holds.ambiguous(Rule.SAME_TEXT, repeated[:1], channel).on(change)
    return holds.would_repeat(repeated, channel).on(change)
