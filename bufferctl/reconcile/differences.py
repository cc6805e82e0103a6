"""How a live object differs from the declared one, field by field (the only user of deepdiff)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bufferctl.model import (
    Binding,
    EditPost,
    Idea,
    Item,
    LiveIdea,
    LiveItem,
    LivePost,
    MediaFile,
    Post,
    PostStatus,
    SchedulingType,
    content_of_desired,
    content_of_live,
    instant,
)
from bufferctl.model.attached import attached
from bufferctl.model.comparable import (
    AssetContent,
    Content,
    card_differences,
    is_filled_in,
    list_differences,
    lost,
    text_digest,
)
from bufferctl.model.media_file import size_words
from bufferctl.model.seen import Seen, as_it_was
from bufferctl.model.unsaid import Given, hidden_changes, left_out
from bufferctl.plan import Action, Change, Difference

#: What a post that is let out of a freeze shows: only the state has this field.
EXEMPTION = Difference("freeze", True, False)


def differences(desired: Content, live: Content) -> tuple[Difference, ...]:
    """Each differing field with the value in Buffer (`before`) and the declared one (`after`)."""
    found = []
    for name, before, after in (*list_differences(desired, live), *card_differences(desired, live)):
        if name in {"tags", "services"}:
            found.append(Difference(name, ", ".join(before), ", ".join(after)))
        elif name == "thread":  # where one side is no thread, its text is the first part, which is shown as `text`
            found.extend(_deep(name, _parts(before or after[:1]), _parts(after or before[:1])))
        else:
            deep = name in Content._fields and isinstance(after, dict | tuple)
            found.extend(_deep(name, before, after) if deep else [Difference(name, _shown(before), _shown(after))])
    return tuple(found)


def _parts(thread: tuple[tuple[str, tuple[AssetContent, ...]], ...]) -> list[dict[str, Any]]:
    """The parts of a thread with their fields' names."""
    return [{"text": text, "assets": assets} if assets else {"text": text} for text, assets in thread]


def shows_edit(change: Change) -> bool:
    """Whether an edit lists exactly the differences between its two sides. True for every other change."""
    item, live = change.desired, change.live
    if change.action is not Action.UPDATE or change.takes_off:
        return True
    if change.lets_out:  # its digest agrees to that alone
        return change.differences == (EXEMPTION,)
    if change.puts_back and change.binding:  # it is shown as it was before the suspension
        live = as_it_was(change.binding, live)
    if item is None or live is None or not isinstance(change.write, EditPost):
        return False
    content, schedule = differences(content_of_desired(item), content_of_live(live)), schedule_differences(item, live)
    needed = (*content, *schedule) if change.write.reschedule and not change.write.back_to else content
    media = media_differences(item, change.binding.media) if change.binding else ()
    given = change.binding.given if change.binding else None
    unsaid = unsaid_differences(content_of_desired(item), content_of_live(live), given)
    hidden = hidden_differences(item, given, content_of_live(live))
    deleted: tuple[Difference, ...] = ()
    if change.binding:
        deleted = deleted_differences(content_of_desired(item), content_of_live(live), change.binding.seen)
    possible = (*content, *schedule, *handling_differences(item, live), *media, *unsaid, *hidden, *deleted)
    return all(each in change.differences for each in needed) and all(each in possible for each in change.differences)


def media_differences(item: Item, before: Sequence[str]) -> tuple[Difference, ...]:
    """Each file or URL that differs from the last applied one, in the form that the binding keeps (`sources_of`).

    Empty if their number differs, which the content shows, or if none were recorded.
    """
    now = tuple(attached(item))
    if len(now) != len(before):
        return ()
    found = []
    for each, old in zip(now, before, strict=True):
        was = MediaFile.read_summary(old)
        name = each.file.path.rpartition("/")[2] if each.file else ""
        if (was.digest if was else old) != (each.file.digest if each.file else each.source):
            path = each.path[2:] if each.path[0] == "metadata" else each.path  # without the network, as elsewhere
            words = _media_words(was, old), _media_words(each.file, each.source, name)
            found.append(Difference(".".join(map(str, path)), *words))
    return tuple(found)


def unsaid_differences(desired: Content, live: Content, given: Given | None) -> tuple[Difference, ...]:
    """Fields that the file lacks and Buffer has, unless `differences` shows them."""
    return tuple(
        Difference(each.path, _shown(each.there), each.default, then=each.then)
        for each in left_out(desired, live, given)
        if is_filled_in(each.name, each.there) or each.path in live.details
    )


def deleted_differences(desired: Content, live: Content, seen: str) -> tuple[Difference, ...]:
    """Declared fields that Buffer may lose but had kept when it was `seen`, if their lack is all that changed since."""
    gone = {name: (desired.metadata or {})[name] for name in lost(desired, live)}
    before = live._replace(metadata={**(live.metadata or {}), **gone})
    if not gone or not Seen.read(seen).matches(before):
        return ()
    return tuple(Difference(f"metadata.{name}", None, str(text)) for name, text in gone.items())


def hidden_differences(item: Item, given: Given | None, live: Content) -> tuple[Difference, ...]:
    """Fields that Buffer does not return, with their last applied values."""
    return tuple(Difference(*each, is_recorded=True) for each in hidden_changes(item, given, live))


def idea_differences(item: Item, live: LiveItem) -> Iterator[Difference]:
    """Differences that count only if an idea's file was edited.

    People move ideas along the board, and Buffer may set `ai_assisted` itself.
    """
    if not isinstance(item, Idea) or not isinstance(live, LiveIdea):
        return
    if item.group is not None and item.group.group_id != live.group_id:
        yield Difference("group.group_id", live.group_id, item.group.group_id)
    if live.ai_assisted and not item.ai_assisted:
        yield Difference("ai_assisted", True, False)


def edits_of_unread(binding: Binding, item: Item) -> tuple[Difference, ...]:
    """The changes that an edit makes in a post that is not read, as far as the state shows them: the text, the time."""
    due = instant(item.due_at)
    is_reworded = binding.text != text_digest(content_of_desired(item))
    text = (Difference("text", None, item.text),) if is_reworded else ()
    return (*text, *((Difference("due_at", binding.due_at or None, due or None),) if due != binding.due_at else ()))


def _media_words(file: MediaFile | None, source: str, name: str = "") -> str:
    """A description of a file: its `name`, which state does not store, and its size; or the URL itself."""
    if file is None:
        return source
    measures = ", ".join(filter(None, (file.pixels, size_words(file.size))))
    return f"{name} ({measures})" if name else measures


def _deep(name: str, before: Any, after: Any) -> list[Difference]:
    """The differences inside a field, found by deepdiff; paths are as in the file."""
    from deepdiff import DeepDiff  # slow to import, and needed only when something differs

    tree = DeepDiff({name: before}, {name: after}, view="tree")
    found = []
    for kind in tree:
        for item in tree[kind]:
            path = ".".join(map(str, item.path(output_format="list")))
            found.append(Difference(path, _shown(item.t1), _shown(item.t2)))
    return sorted(found, key=lambda difference: difference.path)


def _shown(value: Any) -> Any:
    """The value to show in a difference, as plain data; None for deepdiff's marker of an absent value."""
    if type(value).__name__ == "NotPresent":
        return None
    if isinstance(value, AssetContent):
        return f"{value.kind} ({value.alt_text or 'no alt text'})" if value.kind in {"image", "video"} else value.kind
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, dict):
        return {key: _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list | tuple) else value


def schedule_differences(item: Item, live: LiveItem) -> tuple[Difference, ...]:
    """How the schedules differ, with the field names of the file."""
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


def handling_differences(item: Item, live: LiveItem) -> tuple[Difference, ...]:
    """How the handling differs: approval, position in the queue, a reminder instead of publishing.

    If the file has not changed, these show people's later actions in Buffer, so they do not count as differences.
    """
    if not isinstance(item, Post) or not isinstance(live, LivePost) or live.is_out:
        return ()
    found = []
    waits = live.status is PostStatus.NEEDS_APPROVAL
    if item.needs_approval != waits and not item.draft:
        found.append(Difference("needs_approval", waits, item.needs_approval))
    if item.due_at is None and live.share_mode not in {"", item.mode}:
        found.append(Difference("mode", live.share_mode, item.mode.value))
    kind = live.scheduling_type or SchedulingType.AUTOMATIC
    if item.scheduling_type != kind:
        found.append(Difference("scheduling_type", str(kind), item.scheduling_type.value))
    return tuple(found)
