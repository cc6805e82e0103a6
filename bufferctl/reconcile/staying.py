"""What Buffer keeps although the files no longer say it is not said once more under another address without asking.

It left the files and is out already, or its delete is held or not asked for, or `prune` is off; or its entry says
something else by now and that edit is not sent. Once it is forgotten, matching sees it as it sees whatever people made
(design: Matching, 4); this is the plan in which both happen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from operator import is_

from bufferctl.model import Idea, LiveIdea, LivePost, Post, Slot
from bufferctl.model.comparable import normal_text, without_links
from bufferctl.plan import WRITING, Action, Cause, Change
from bufferctl.reconcile import holds

_LEFT = frozenset({Cause.REMOVED, Cause.CANCELLED})
_SAYING = frozenset({Action.CREATE, Action.UPDATE})
#: Which home (a channel's id, or an organization's for ideas), and what is said there.
_Said = tuple[str, str]


def ask_before_repeating(
    changes: Iterable[Change],
    recreate: Collection[str],
    *,
    doing: Collection[Slot] | None = None,
    strangers: Iterable[LivePost | LiveIdea] = (),
) -> list[Change]:
    """The changes, with those held that would say what another one of theirs keeps saying in Buffer.

    `recreate`: addresses that a person says are to be created whatever is there. `doing`: the slots whose edits and
    deletes are part of what is to be done, where that is not all of them. `strangers`: what no file and no state speaks
    of, which an edit may repeat as well; of what is new matching asks that.
    """
    changes = list(changes)
    if doing is None:
        doing = {change.slot for change in changes if change.action in WRITING}
    others: dict[_Said, list[LivePost | LiveIdea]] = defaultdict(list)
    for live in strangers if any(change.action is Action.UPDATE for change in changes) else ():
        others[_said(live.channel_id if isinstance(live, LivePost) else live.organization_id, live)].append(live)
    while True:
        staying: dict[_Said, list[Change]] = defaultdict(list)
        for change in changes:
            if change.live and not (change.action in WRITING and change.slot in doing) and _said_no_more(change):
                staying[_said(change.slot.home, change.live)].append(change)
        asked = [_asked(change, staying, others, recreate) for change in changes] if staying or others else changes
        if all(map(is_, asked, changes)):
            return changes
        changes = asked  # of an edit that is held, too, something stays


def _said_no_more(change: Change) -> bool:
    """Whether Buffer says something here that the files do not."""
    item, live = change.desired, change.live
    if item is None or live is None or change.cause in _LEFT:
        return True
    return change.action is not Action.NO_OP and _said("", item) != _said("", live)


def _asked(
    change: Change,
    staying: Mapping[_Said, list[Change]],
    strangers: Mapping[_Said, list[LivePost | LiveIdea]],
    recreate: Collection[str],
) -> Change:
    item = change.desired
    if change.action not in _SAYING or item is None or item.repeat_of or str(item.address) in recreate:
        return change
    says = _said(change.slot.home, item)
    if not says[-1].strip() or (change.live and _said(change.slot.home, change.live) == says):
        return change
    ours = staying.get(says, [])
    candidates = [each.live for each in ours if each.live] or (strangers.get(says, []) if change.live else [])
    if not candidates:
        return change
    hold = holds.would_repeat(candidates) if change.live else holds.ambiguous(candidates)
    if ours and ours[0].action is not Action.FORGET:  # its address is still known
        declared = ours[0].desired is not None
        hold = replace(hold, hint=holds.under(ours[0].address.key, candidates[0].id, declared=declared))
    return hold.on(change)


def _said(home: str, item: Post | Idea | LivePost | LiveIdea) -> _Said:
    title = item.title if isinstance(item, Idea | LiveIdea) else ""
    return home, without_links(f"{normal_text(title)}\n{normal_text(item.text)}")
