"""How a live object differs from what is asked for, field by field (the only user of deepdiff)."""

from __future__ import annotations

from typing import Any

from bufferctl.model import Idea, LiveIdea, LivePost, Post, PostStatus
from bufferctl.model.comparable import Content, differing, instant
from bufferctl.plan import Difference


def differences(desired: Content, live: Content, *, links_may_differ: bool = False) -> tuple[Difference, ...]:
    """Each differing field with what Buffer has (`before`) and what is asked for (`after`)."""
    found = []
    for name, before, after in differing(desired, live, links_may_differ=links_may_differ):
        found.extend(
            _deep(name, before, after) if isinstance(after, dict | tuple) else [Difference(name, before, after)]
        )
    return tuple(found)


def _deep(name: str, before: Any, after: Any) -> list[Difference]:
    """Where inside a field two values differ, by deepdiff; the paths are the file's."""
    from deepdiff import DeepDiff  # slow to import, and needed for what differs only

    tree = DeepDiff({name: before}, {name: after}, view="tree", ignore_type_in_groups=[(list, tuple)])
    found = []
    for kind in tree:
        for item in tree[kind]:
            path = ".".join(map(str, item.path(output_format="list")))
            found.append(Difference(path, _shown(item.t1), _shown(item.t2)))
    return sorted(found, key=lambda d: d.path)


def _shown(value: Any) -> Any:
    """What a difference shows for `value`: nothing at all for deepdiff's mark of absence."""
    return None if type(value).__name__ == "NotPresent" else value


def schedule_differences(item: Post | Idea, live: LivePost | LiveIdea) -> tuple[Difference, ...]:
    """How the schedules differ, in the file's words."""
    if not isinstance(item, Post) or not isinstance(live, LivePost):
        return ()
    found = []
    if item.due_at is not None and instant(item.due_at) != instant(live.due_at):
        found.append(Difference("due_at", instant(live.due_at) or None, instant(item.due_at)))
    if item.due_at is None and live.is_custom_scheduled and not item.draft:
        found.append(Difference("due_at", instant(live.due_at) or None, None))
    if item.draft != (live.status is PostStatus.DRAFT):
        found.append(Difference("draft", live.status is PostStatus.DRAFT, item.draft))
    return tuple(found)
