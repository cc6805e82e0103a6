"""Which fields the file changed, and which a person in Buffer, where both changed an object since it was applied.

The state keeps digests only. But of each differing field what was applied is what Buffer has (the file changed it) or
what the file has (a person did), unless both changed it. So the mixture of the two versions that has the recorded
digest says who changed what.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from bufferctl.model import Binding, Item, LiveItem, LivePost, Post, PostStatus, SchedulingType, fingerprint, instant
from bufferctl.model.comparable import Content, Fingerprint, digest, text_digest
from bufferctl.model.seen import Seen, details_digest
from bufferctl.plan import Difference
from bufferctl.reconcile.differences import media_differences
from bufferctl.value import replace

#: Of how many differing fields all mixtures are tried; each further one doubles their number.
_MOST = 8
#: The fields that say when and how a post goes out.
SCHEDULE = frozenset({"due_at", "mode", "draft", "needs_approval", "scheduling_type"})


class Sides(NamedTuple):
    """The fields that changed since an object was applied; both sides may have changed the same one."""

    in_file: tuple[str, ...]
    in_buffer: tuple[str, ...]

    @property
    def are_apart(self) -> bool:
        """Whether each side changed fields of its own, so that both changes can be kept."""
        return bool(self.in_file and self.in_buffer) and set(self.in_file).isdisjoint(self.in_buffer)


class Fields(NamedTuple):
    """The differing fields, by the digest in the state that covers them; `unread` are in none."""

    schedule: tuple[str, ...]
    details: tuple[str, ...]
    content: tuple[str, ...]
    unread: tuple[str, ...]


class Versions(NamedTuple):
    """An object in the file and in Buffer, with the content of each, and its binding."""

    item: Item
    wanted: Content
    live: LiveItem
    there: Content
    binding: Binding


def sides_of(both: Versions, differences: Sequence[Difference]) -> Sides | None:
    """Who changed which field of an object that has these differences; None unless that is certain of each."""
    before, fields = Fingerprint.read(both.binding.applied), fields_of(both, differences)
    if before is None or fields is None:
        return None
    found = [
        _in_schedule(fields.schedule, both, before),
        _in_details(fields.details, both),
        _in_content(fields.content, both, before),
    ]
    known = [each for each in found if each is not None]
    if len(known) < len(found):
        return None
    in_file = {name for each in known for name in each.in_file}
    in_buffer = {name for each in known for name in each.in_buffer}
    names = dict.fromkeys(field_of(each.path, both) for each in differences if each.path not in fields.unread)
    return Sides(
        (*(name for name in names if name in in_file), *fields.unread),
        tuple(name for name in names if name in in_buffer),
    )


def fields_of(both: Versions, differences: Sequence[Difference]) -> Fields | None:
    """The fields that these differences are in; None if one is of a card, which Buffer may have scraped since."""
    sources = {each.path for each in media_differences(both.item, both.binding.media)}
    unread = tuple(each.path for each in differences if each.is_recorded or each.path in sources)
    names = dict.fromkeys(field_of(each.path, both) for each in differences if each.path not in unread)
    if not both.wanted.cards.keys().isdisjoint(each.path for each in differences):
        return None
    scheduled = tuple(name for name in names if name in SCHEDULE)
    details = tuple(name for name in names if _is_detail(name, both))
    content = tuple(name for name in names if name not in {*scheduled, *details})
    return Fields(scheduled, details, content, unread)


def field_of(path: str, both: Versions) -> str:
    """The field that a difference is in: a detail, one of the network's, or one of the entry's."""
    if path in SCHEDULE or _is_detail(path, both):
        return path
    first, *rest = path.split(".")
    return f"metadata.{rest[0]}" if first == "metadata" and rest else first


def _is_detail(name: str, both: Versions) -> bool:
    return name in both.wanted.details or name in both.there.details


def _found(names: Sequence[str], is_as_applied: Callable[[Collection[str]], bool]) -> Sides | None:
    """`is_as_applied`: whether, with Buffer's version of these names, the file's is what was applied."""
    if len(names) > _MOST:
        return None
    for number in range(len(names) + 1):
        for in_file in combinations(names, number):
            if is_as_applied(in_file):
                return Sides(in_file, tuple(name for name in names if name not in in_file))
    return None


def _in_content(names: Sequence[str], both: Versions, before: Fingerprint) -> Sides | None:
    recorded = {before.content, Seen.read(both.binding.seen).content}

    def is_as_applied(in_file: Collection[str]) -> bool:
        in_buffer = [name for name in names if name not in in_file]
        mixtures = mixed(both.wanted, both.there, in_file), mixed(both.there, both.wanted, in_buffer)
        return any(digest(each) in recorded for each in mixtures)

    if not names:
        return Sides((), ())
    found = _found(names, is_as_applied)
    if found is None and list(names) == ["text"]:
        texts = {text_digest(both.wanted), text_digest(both.there)}
        return None if both.binding.text in texts else Sides(("text",), ("text",))
    return found


def _in_details(names: Sequence[str], both: Versions) -> Sides | None:
    def is_as_applied(in_file: Collection[str]) -> bool:
        in_buffer = [name for name in names if name not in in_file]
        mixtures = mixed(both.wanted, both.there, in_file), mixed(both.there, both.wanted, in_buffer)
        return any(details_digest(each.details) == recorded for each in mixtures)

    if not names:
        return Sides((), ())
    recorded = Seen.read(both.binding.seen).details
    return None if recorded is None else _found(names, is_as_applied)


def _in_schedule(names: Sequence[str], both: Versions, before: Fingerprint) -> Sides | None:
    item, live, was_at = both.item, both.live, both.binding.due_at
    if not names:
        return Sides((), ())
    if not isinstance(item, Post) or not isinstance(live, LivePost):
        return None
    theirs: dict[str, Any] = {
        "due_at": live.due_at if live.is_custom_scheduled else None,
        "mode": live.share_mode or item.mode,
        "draft": live.status is PostStatus.DRAFT,
        "needs_approval": live.status is PostStatus.NEEDS_APPROVAL,
        "scheduling_type": live.scheduling_type or SchedulingType.AUTOMATIC,
    }
    is_queued_or_not = {"mode"} if (item.due_at is None) != (theirs["due_at"] is None) else set()

    def is_as_applied(in_file: Collection[str]) -> bool:
        taken = {*in_file, *(is_queued_or_not if "due_at" in in_file else ())}
        mixture = replace(item, **{name: theirs[name] for name in taken})
        return fingerprint(mixture, both.wanted).schedule == before.schedule

    found = _found(names, is_as_applied)
    if found is None and list(names) == ["due_at"]:
        times = {instant(item.due_at), instant(theirs["due_at"])}
        return None if was_at in times else Sides(("due_at",), ("due_at",))
    return found


def mixed(content: Content, other: Content, names: Iterable[str]) -> Content:
    """The content with these fields as the other one has them."""
    values: dict[str, Any] = {
        "others": dict(content.others),
        "metadata": dict(content.metadata or {}),
        "details": dict(content.details),
    }
    theirs = {"others": other.others, "metadata": other.metadata or {}, "details": other.details}
    whole: dict[str, Any] = {}
    for name in names:
        first, _, rest = name.partition(".")
        if name in content.details or name in other.details:
            kind, key = "details", name
        elif first == "metadata":
            kind, key = "metadata", rest
        elif name in Content._fields:
            whole[name] = getattr(other, name)
            continue
        else:
            kind, key = "others", name
        values[kind].pop(key, None)
        if key in theirs[kind]:
            values[kind][key] = theirs[kind][key]
    return content._replace(**{**values, **whole})
