"""Checks across entries: duplicate addresses, and keys that do not exist."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from difflib import get_close_matches
from functools import cached_property

from bufferctl.config.expand.layers import DeclaredPost
from bufferctl.config.reading import Reading
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Diagnostic, Place, Related
from bufferctl.model import IDEAS, Address, Idea, Post


def crosschecks(posts: list[DeclaredPost], ideas: list[tuple[Idea, Spot]], reading: Reading) -> Iterator[Diagnostic]:
    """Every problem between entries. If not everything could be read, a missing name may be in the unreadable part."""
    whole = reading.is_complete
    places: dict[Address, Place] = {}
    keys = _Keys(places)
    items: list[tuple[Post | Idea, Spot]] = [*ideas, *((each.post, each.layers[-1].spot) for each in posts)]
    again: dict[tuple[Place, Place], list[tuple[Post | Idea, Spot]]] = {}
    for item, spot in items:
        first = places.setdefault(item.address, item.place)
        if first is not item.place:
            again.setdefault((item.place, first), []).append((item, spot))
    for (_, first), duplicates in again.items():
        yield _twice(duplicates, first)
    yield from _of_posts(posts, keys, whole=whole)
    for idea, spot in ideas:
        if idea.previous_keys or idea.repeat_of:
            yield from (problem for _, problem in _fate(idea, spot, keys, whole=whole))
    yield from _renamed_twice(items)
    yield from _existing_twice(items)
    yield from _same_text_and_instant(posts, reading)


def _of_posts(posts: list[DeclaredPost], keys: _Keys, *, whole: bool) -> Iterator[Diagnostic]:
    """Names in posts that do not exist; only the first occurrence of a repeated entry is checked."""
    reported: set[tuple[Place, str]] = set()
    for declared in posts:
        post = declared.post
        if post.previous_keys or post.repeat_of:
            for name, problem in _fate(post, declared, keys, whole=whole):
                if (post.place, name) not in reported:
                    reported.add((post.place, name))
                    yield problem
        if post.idea and whole:
            named = Address(post.address.organization, IDEAS, post.idea)
            if named not in keys.places:
                yield _nothing(declared.spot("idea"), "idea", named, "idea", keys)


class _Keys:
    """The declared keys, to find one that was probably meant."""

    def __init__(self, places: dict[Address, Place]) -> None:
        self.places = places

    @cached_property
    def _sorted(self) -> dict[tuple[str, str], list[str]]:
        homes: dict[tuple[str, str], list[str]] = {}
        for each in sorted(self.places):
            homes.setdefault((each.organization, each.channel), []).append(each.key)
        return homes

    def near(self, address: Address) -> list[str]:
        """The keys of a home; if there are many, those whose beginning is most like the missing one."""
        keys = self._sorted.get((address.organization, address.channel), [])
        at = bisect_left(keys, address.key)
        return keys if len(keys) <= _COMPARED else keys[max(0, at - _COMPARED // 2) : at + _COMPARED // 2]


#: How many keys a missing one is compared with.
_COMPARED = 100


def _twice(duplicates: list[tuple[Post | Idea, Spot]], first: Place) -> Diagnostic:
    """One problem for two entries, however many channels they share."""
    item, spot = duplicates[0]
    what = "idea" if item.address.is_idea else "post"
    where = "" if item.address.is_idea else f" on {' and '.join(each.address.channel for each, _ in duplicates)}"
    message = f"there are two {what}s `{item.address.key}`{where}"
    related = (Related(first, "the first is here"),)
    return spot.at("key", message, hint="give one of them another key", related=related)


def _renamed_twice(items: list[tuple[Post | Idea, Spot]]) -> Iterator[Diagnostic]:
    """Entries that name the same old key: only one of them can be the same post or idea."""
    renamed: dict[Address, Place] = {}
    reported: set[Place] = set()
    for item, spot in items:
        for key in item.previous_keys:
            first = renamed.setdefault(replace(item.address, key=key), item.place)
            if first != item.place and item.place not in reported:
                reported.add(item.place)  # of a repeated entry the first occurrence is enough
                message = f"another entry is renamed from `{key}` too"
                related = (Related(first, "the other one is here"),)
                yield spot.at("was", message, hint="delete `was` from the new one", related=related)


def _existing_twice(items: list[tuple[Post | Idea, Spot]]) -> Iterator[Diagnostic]:
    """Posts that name the same id in Buffer: only one of them can be that post."""
    first: dict[str, Post | Idea] = {}
    for item, spot in items:
        if item.existing is None or (other := first.setdefault(item.existing, item)) is item:
            continue
        message = f"{item.address.channel} `{item.address.key}` and {other.address.channel} `{other.address.key}` "
        hint = "give each its own id, by channel: `existing: {twitter: ID}`"
        if other.place != item.place:
            hint = "delete `existing` from one of them"
        yield spot.at("existing", f"{message}cannot both be {item.existing}", hint=hint)
        return  # of a repeated entry the first is enough


def _same_text_and_instant(posts: list[DeclaredPost], reading: Reading) -> Iterator[Diagnostic]:
    """The same post under two keys, on one channel at one instant (design: Actions), unless `repeat_of` confirms it.

    Posts without text are the same if their assets are.
    """
    same: dict[tuple[str, str, object], list[DeclaredPost]] = {}
    for each in posts:
        post = each.post
        content = post.text.strip() or post.assets
        if content and post.due_at is not None and not post.cancelled:
            same.setdefault((post.address.organization, post.address.channel, content), []).append(each)
    reported: set[tuple[Place, Place]] = set()
    groups = [group for repeats in same.values() if len(repeats) > 1 for group in _by_instant(repeats)]
    for group in groups:
        sound = [each for each in group if reading.is_intact(*(layer.spot for layer in each.layers))]
        if len(sound) > 1:
            yield from _not_meant(sound[0], sound[1:], reported)


def _by_instant(posts: list[DeclaredPost]) -> Iterable[list[DeclaredPost]]:
    groups: dict[datetime | None, list[DeclaredPost]] = {}
    for each in posts:
        groups.setdefault(each.post.due_at, []).append(each)
    return groups.values()


def _not_meant(
    first: DeclaredPost, others: list[DeclaredPost], reported: set[tuple[Place, Place]]
) -> Iterator[Diagnostic]:
    """Those of `others` that no `repeat_of` connects with the group, once for all channels of an entry."""
    group, earlier = (first, *others), first.post
    keys, named = {each.post.address.key for each in group}, {_given_repeat_of(each.post) for each in group}
    for each in others:
        post = each.post
        meant = _given_repeat_of(post) in keys or post.address.key in named
        if meant or post.address == earlier.address or (post.place, earlier.place) in reported:
            continue
        reported.add((post.place, earlier.place))
        key = earlier.address.key
        message = f"`{key}` has the same text at the same time, so it would be published twice"
        hint = f"delete one of them; if both are intended, add `repeat_of: {key}` here"
        if post.number and post.place == earlier.place:
            message = (
                f"`{post.address.key}` and `{key}` have the same text at the same time, so it would be published twice"
            )
            hint = "give one of them another time or text under `each`"
        related = (Related(earlier.place, "the other one is here"),)
        yield each.layers[-1].spot.at("key", message, hint=hint, related=related)


def _given_repeat_of(post: Post) -> str | None:
    """The `repeat_of` that an entry gives: occurrences repeat each other implicitly, but only at different times."""
    return None if post.expansion and post.expansion.repeats else post.repeat_of


#: An id of Buffer's, which `repeat_of` may name if no entry declares the earlier post.
_ID = re.compile(r"[0-9a-f]{24}")


def _fate(item: Post | Idea, at: DeclaredPost | Spot, keys: _Keys, *, whole: bool) -> Iterator[tuple[str, Diagnostic]]:
    """What is wrong with `was` and `repeat_of`; each problem with the channel and the field."""
    places = keys.places

    def spot(name: str) -> Spot:
        return at.spot(name) if isinstance(at, DeclaredPost) else at

    address = item.address
    for key in item.previous_keys:
        old = Address(address.organization, address.channel, key)
        if old in places:
            message = f"`{key}` is still declared, so this cannot be the same under another key"
            hint = "rename the old entry instead of copying it, or delete `was`"
            problem = spot("was").at("was", message, hint=hint, related=(Related(places[old], "declared here"),))
            yield f"{address.channel} was", problem
    if item.repeat_of:
        named = Address(address.organization, address.channel, item.repeat_of)
        if named == address:
            message = "this names the entry itself; an entry cannot repeat itself"
            yield "itself", spot("repeat_of").at("repeat_of", message, hint="name the earlier one")
        elif named not in places and whole and not _ID.fullmatch(item.repeat_of):
            what = "idea" if address.is_idea else f"post on {address.channel}"
            yield f"{address.channel} repeat_of", _nothing(spot("repeat_of"), "repeat_of", named, what, keys)


def _nothing(spot: Spot, name: str, named: Address, what: str, keys: _Keys) -> Diagnostic:
    near = get_close_matches(named.key, keys.near(named), n=1)
    hint = f"did you mean `{near[0]}`?" if near else "name the key of one that is declared"
    return spot.at(name, f"there is no {what} with the key `{named.key}`", hint=hint)
