"""What leaves the files and stays in Buffer is not posted again under another address without asking.

It is out already, or its delete is held or not asked for, or `prune` is off. Once it is forgotten, matching sees it as
it sees whatever people made (design: Matching, 4); this is the plan in which both happen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace

from bufferctl.model import LivePost, Post, Slot
from bufferctl.model.comparable import normal_text, without_links
from bufferctl.plan import Action, Cause, Change
from bufferctl.reconcile import holds

_LEFT = frozenset({Cause.REMOVED, Cause.CANCELLED})


def ask_before_repeating(
    changes: Iterable[Change], recreate: Collection[str], *, deleting: Collection[Slot] | None = None
) -> list[Change]:
    """The changes, with creates held whose text is that of a post of the same channel that stays.

    `recreate`: addresses that a person says are to be created whatever is there. `deleting`: the slots whose deletes
    are part of what is to be done, where that is not all of them.
    """
    changes = list(changes)
    if deleting is None:
        deleting = {change.slot for change in changes if change.action is Action.DELETE}
    staying: dict[tuple[str, str], list[Change]] = defaultdict(list)
    for change in changes:
        if change.cause in _LEFT and change.slot not in deleting and isinstance(change.live, LivePost):
            staying[change.slot.channel_id, _text(change.live)].append(change)
    return [_asked(change, staying, recreate) for change in changes] if staying else changes


def _asked(change: Change, staying: dict[tuple[str, str], list[Change]], recreate: Collection[str]) -> Change:
    post = change.desired
    if change.action is not Action.CREATE or not isinstance(post, Post) or post.repeat_of:
        return change
    found = staying.get((change.slot.channel_id, _text(post)))
    if not found or not _text(post) or str(post.address) in recreate:
        return change
    hold = holds.ambiguous([each.live for each in found if each.live])
    if found[0].action is not Action.FORGET:  # its address is still known
        hold = replace(hold, hint=holds.renamed(found[0].slot.key, found[0].live_id or ""))
    return hold.on(change)


def _text(post: Post | LivePost) -> str:
    return without_links(normal_text(post.text))
