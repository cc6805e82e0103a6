"""What Buffer keeps although the files no longer say it is not said once more under another address without asking.

It left the files and is out already, or its delete is held or not asked for, or `prune` is off; or its entry says
something else by now and that edit is not sent. Once it is forgotten, matching sees it as it sees whatever people made
(design: Matching, 4); this is the plan in which both happen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from operator import is_

from bufferctl.model import Idea, LiveIdea, LivePost, Post, Slot
from bufferctl.model.comparable import normal_text, without_links
from bufferctl.plan import WRITING, Action, Cause, Change
from bufferctl.reconcile import holds

_LEFT = frozenset({Cause.REMOVED, Cause.CANCELLED})
_SAYING = frozenset({Action.CREATE, Action.UPDATE})
#: Which of the channel's posts (or of the organization's ideas) say the same.
_Said = tuple[str, str, str]


def ask_before_repeating(
    changes: Iterable[Change], recreate: Collection[str], *, doing: Collection[Slot] | None = None
) -> list[Change]:
    """The changes, with those held that would say what another one of theirs keeps saying in Buffer.

    `recreate`: addresses that a person says are to be created whatever is there. `doing`: the slots whose edits and
    deletes are part of what is to be done, where that is not all of them.
    """
    changes = list(changes)
    if doing is None:
        doing = {change.slot for change in changes if change.action in WRITING}
    while True:
        staying: dict[_Said, list[Change]] = defaultdict(list)
        for change in changes:
            if change.live and not (change.action in WRITING and change.slot in doing) and _said_no_more(change):
                staying[_said(change, change.live)].append(change)
        asked = [_asked(change, staying, recreate) for change in changes] if staying else changes
        if all(map(is_, asked, changes)):
            return changes
        changes = asked  # of an edit that is held, too, something stays


def _said_no_more(change: Change) -> bool:
    """Whether Buffer says something here that the files do not."""
    item, live = change.desired, change.live
    if item is None or live is None or change.cause in _LEFT:
        return True
    return change.action is not Action.NO_OP and _said(change, item) != _said(change, live)


def _asked(change: Change, staying: dict[_Said, list[Change]], recreate: Collection[str]) -> Change:
    item = change.desired
    if change.action not in _SAYING or item is None or item.repeat_of or str(item.address) in recreate:
        return change
    says = _said(change, item)
    others = staying.get(says, ())
    if not others or not says[-1].strip() or (change.live and _said(change, change.live) == says):
        return change
    candidates = [other.live for other in others if other.live]
    hold = holds.would_repeat(candidates) if change.live else holds.ambiguous(candidates)
    if others[0].action is not Action.FORGET:  # its address is still known
        declared = others[0].desired is not None
        hold = replace(hold, hint=holds.under(others[0].address.key, candidates[0].id, declared=declared))
    return hold.on(change)


def _said(change: Change, item: Post | Idea | LivePost | LiveIdea) -> _Said:
    title = item.title if isinstance(item, Idea | LiveIdea) else ""
    text = f"{normal_text(title)}\n{normal_text(item.text)}"
    return change.slot.organization_id, change.slot.channel_id, without_links(text)
