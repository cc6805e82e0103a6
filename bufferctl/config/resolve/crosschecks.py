"""Checks across entries: duplicate addresses, and keys that do not exist."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cached_property

from bufferctl.config.read import Reading
from bufferctl.config.resolve.expand.layers import Resolved
from bufferctl.diagnostics import Diagnostic, Kind, Place, Related
from bufferctl.model import IDEAS, Address, Idea, Post
from bufferctl.model.address import is_id
from bufferctl.value import replace

Entry = Resolved[Post | Idea]


def crosschecks(posts: list[Resolved[Post]], ideas: list[Resolved[Idea]], reading: Reading) -> Iterator[Diagnostic]:
    """Every problem between entries. If not everything could be read, a missing name may be in the unreadable part."""
    places: dict[Address, Place] = {}
    entries: list[Entry] = [*ideas, *posts]
    again: dict[tuple[Place, Place], list[Entry]] = {}
    for each in entries:
        first = places.setdefault(each.item.address, each.item.place)
        if first is not each.item.place:
            again.setdefault((each.item.place, first), []).append(each)
    for (_, first), duplicates in again.items():
        yield _twice(duplicates, first)
    yield from _missing(entries, _Keys(places, posts), whole=reading.is_complete)
    yield from _claimed_twice(entries)
    yield from _same_text_and_instant(posts, reading)


class _Keys:
    """Where each key is declared, to find one that was probably meant."""

    def __init__(self, places: dict[Address, Place], posts: Iterable[Resolved[Post]]) -> None:
        self.places, self._posts = places, posts

    @cached_property
    def series(self) -> dict[Address, Address]:
        """By the key that a repeated entry is written under, its first occurrence."""
        first: dict[Address, Address] = {}
        for address in (each.item.address for each in self._posts if each.item.number):
            first.setdefault(replace(address, key=address.key.rpartition("-")[0]), address)
        return first

    @cached_property
    def _sorted(self) -> list[Address]:
        return sorted(self.places)

    def near(self, address: Address) -> list[str]:
        """The keys on the same channel whose beginnings are most like the missing one."""
        at = bisect_left(self._sorted, address)
        beside = self._sorted[max(0, at - _COMPARED) : at + _COMPARED]
        return [each.key for each in beside if replace(each, key=address.key) == address]

    def on_another_channel(self, declared: Entry, named: Address) -> Address | None:
        """The post with that key on another channel of the same entry."""
        found = (replace(named, channel=channel) for channel in self._channels.get(declared.item.place, ()))
        return next((each for each in found if each in self.places), None)

    @cached_property
    def _channels(self) -> Mapping[Place, list[str]]:
        return _channels_of(self._posts)


def _channels_of(posts: Iterable[Resolved[Post]]) -> Mapping[Place, list[str]]:
    """The channels of each entry."""
    found: dict[Place, list[str]] = defaultdict(list)
    for each in posts:
        found[each.item.place].append(each.item.address.channel)
    return found


#: With how many keys on either side a missing one is compared.
_COMPARED = 100


def _missing(entries: list[Entry], keys: _Keys, *, whole: bool) -> Iterator[Diagnostic]:
    """Names of entries that are wrong; only the first occurrence of a repeated entry is checked."""
    reported: set[tuple[Place, str, str]] = set()
    for declared in entries:
        item = declared.item
        if item.previous_keys or item.repeat_of or (isinstance(item, Post) and item.idea):
            for name, problem in _wrong_names(declared, keys, whole=whole):
                if (at := (item.place, item.address.channel, name)) not in reported:
                    reported.add(at)
                    yield problem


def _wrong_names(declared: Entry, keys: _Keys, *, whole: bool) -> Iterator[tuple[str, Diagnostic]]:
    """What is wrong with `was`, `repeat_of` and `idea`, by field."""
    item, address = declared.item, declared.item.address
    for key in item.previous_keys:
        if there := keys.places.get(replace(address, key=key)):
            message = f"`{key}` is still declared, so this cannot be the same under another key"
            hint = "rename the old entry instead of copying it, or delete `was`"
            related = (Related(there, "declared here"),)
            yield "was", declared.spot("was").at("was", message, hint=hint, related=related, kind=Kind.CONFLICT)
    if address.key in item.repeat_of:
        itself = "this names the entry itself; an entry cannot repeat itself"
        yield "repeat_of", declared.spot("repeat_of").at("repeat_of", itself, hint="name the earlier one")
    for name in item.repeat_of:
        if name == address.key or is_id(name):
            continue
        what = "idea" if address.is_idea else f"post on {address.channel}"
        yield from _nothing(declared, "repeat_of", replace(address, key=name), what, keys, whole=whole)
    if isinstance(item, Post) and item.idea:
        named = Address(address.organization, IDEAS, item.idea)
        yield from _nothing(declared, "idea", named, "idea", keys, whole=whole)


def _nothing(
    declared: Entry, name: str, named: Address, what: str, keys: _Keys, *, whole: bool
) -> Iterator[tuple[str, Diagnostic]]:
    if whole and named not in keys.places:
        first = keys.series.get(named)
        elsewhere = keys.on_another_channel(declared, named)
        own = declared.item.address
        is_beside = replace(named, key=own.key) == own
        others = [key for key in keys.near(named) if not (is_beside and key == own.key)]
        near = get_close_matches(named.key, others, n=1)
        if first is not None:
            hint = f"`{named.key}` is repeated: name one of its posts, such as `{first.key}`"
        elif elsewhere is not None:
            hint = f"if you mean that of {elsewhere.channel}, write `{name}: {{{elsewhere.channel}: {named.key}}}`"
        else:
            gone = "; if that entry was removed, delete `repeat_of`" if name == "repeat_of" else ""
            hint = f"did you mean `{near[0]}`?" if near else f"name the key of one that is declared{gone}"
        message = f"there is no {what} with the key `{named.key}`"
        yield name, declared.spot(name).at(name, message, hint=hint, kind=Kind.UNKNOWN_NAME)


def _twice(duplicates: list[Entry], first: Place) -> Diagnostic:
    """One problem for two entries, however many channels they share."""
    item = duplicates[0].item
    what = "idea" if item.address.is_idea else "post"
    where = "" if item.address.is_idea else f" on {' and '.join(each.item.address.channel for each in duplicates)}"
    message = f"there are two {what}s `{item.address.key}`{where}"
    related = (Related(first, "the first is here"),)
    hint = "give one of them another key"
    return duplicates[0].spots[-1].at("key", message, hint=hint, related=related, kind=Kind.DUPLICATE)


def _claimed_twice(entries: list[Entry]) -> Iterator[Diagnostic]:
    """Entries that name the same old key, or the same id in Buffer: only one can be that. Once for an entry."""
    renamed: dict[Address, Place] = {}
    existing: dict[str, Post | Idea] = {}
    reported: set[Place] = set()
    for declared in entries:
        item = declared.item
        for key in item.previous_keys:
            first = renamed.setdefault(replace(item.address, key=key), item.place)
            if first != item.place and item.place not in reported:
                reported.add(item.place)
                what = "idea" if item.address.is_idea else "post"
                message = f"another entry is renamed from `{key}` too, and only one of them can be that {what}"
                related = (Related(first, "the other one is here"),)
                hint = f"delete `was` from the one that is not it, which is then a {what} of its own"
                yield declared.spot("was").at("was", message, hint=hint, related=related, kind=Kind.DUPLICATE)
        other = existing.setdefault(item.existing, item) if item.existing else item
        if other is not item and item.place not in reported:
            reported.add(item.place)
            both = f"{item.address.channel} `{item.address.key}` and {other.address.channel} `{other.address.key}`"
            own = "give each its own id, by channel: `existing: {twitter: ID}`"
            hint = "delete `existing` from one of them" if other.place != item.place else own
            message = f"{both} cannot both be {item.existing}"
            yield declared.spot("existing").at("existing", message, hint=hint, kind=Kind.DUPLICATE)


def _same_text_and_instant(posts: list[Resolved[Post]], reading: Reading) -> Iterator[Diagnostic]:
    """The same post under two keys, on one channel at one instant (design: Actions), unless `repeat_of` confirms it.

    Posts without text are the same if their assets are.
    """
    same: dict[tuple[object, ...], list[Resolved[Post]]] = {}
    for each in posts:
        if content := text_and_time(each.item):
            same.setdefault(content, []).append(each)
    reported: set[tuple[Place, Place]] = set()
    channels = _channels_of(posts if len(same) < len(posts) else ())  # else nothing is the same, and this is not needed
    for group in same.values():
        if len(group) == 1:
            continue
        readable = [each for each in group if reading.is_intact(*each.spots)]
        if len(readable) > 1:
            yield from _not_meant(readable[0], readable[1:], reported, channels)


def text_and_time(item: Post | Idea) -> tuple[object, ...] | None:
    """The channel, time and text that no two posts may share; None if it is cancelled, untimed or empty."""
    if isinstance(item, Idea) or item.due_at is None or item.cancelled:
        return None
    content = item.text.strip() or item.assets
    return (item.address.organization, item.address.channel, item.due_at, content) if content else None


def _not_meant(
    first: Resolved[Post],
    others: list[Resolved[Post]],
    reported: set[tuple[Place, Place]],
    channels: Mapping[Place, list[str]],
) -> Iterator[Diagnostic]:
    """Those of `others` that no `repeat_of` connects with the group, once for all channels of an entry."""
    group, earlier = (first, *others), first.item
    keys = {each.item.address.key for each in group}
    named = {name for each in group for name in each.item.given_repeat_of}
    for each in others:
        post = each.item
        meant = not keys.isdisjoint(post.given_repeat_of) or post.address.key in named
        if meant or post.address == earlier.address or (post.place, earlier.place) in reported:
            continue
        reported.add((post.place, earlier.place))
        key = earlier.address.key
        in_series = post.number and post.place == earlier.place
        who = f"`{post.address.key}` and `{key}` have" if in_series else f"`{key}` has"
        here, there = set(channels[post.place]), set(channels[earlier.place])
        shared = ", ".join(f"{channel}: {key}" for channel in sorted(here & there))
        answer = key if here <= there else f"{{{shared}}}"
        hint = f"delete one of them; if both are intended, add `repeat_of: {answer}` here"
        hint = "give one of them another time or text under `each`" if in_series else hint
        message = f"{who} the same text at the same time, so it would be published twice"
        related = (Related(earlier.place, "the other one is here"),)
        yield each.spots[-1].at("key", message, hint=hint, related=related, kind=Kind.DUPLICATE)
