"""Checks across entries: addresses given twice, and keys that name nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from bufferctl.config.posts import Declared
from bufferctl.config.tree import Spot
from bufferctl.diagnostics import Diagnostic, Place, Related
from bufferctl.model import IDEAS, Address, Idea, Post


def crosschecks(posts: list[Declared], ideas: list[tuple[Idea, Spot]], *, whole: bool) -> Iterator[Diagnostic]:
    """Every problem between entries. Unless `whole`, what names nothing may be in what could not be read."""
    places: dict[Address, Place] = {}
    items: list[tuple[Post | Idea, Spot]] = [*ideas, *((each.post, each.layers[-1].spot) for each in posts)]
    again: dict[tuple[Place, Place], list[tuple[Post | Idea, Spot]]] = {}
    for item, spot in items:
        first = places.setdefault(item.address, item.place)
        if first is not item.place:
            again.setdefault((item.place, first), []).append((item, spot))
    for (_, first), those in again.items():
        yield _twice(those, first)
    for declared in posts:
        post = declared.post
        if post.was or post.repeat_of:
            yield from _fate(post, declared, places, whole=whole)
        if post.idea and whole:
            named = Address(post.address.organization, IDEAS, post.idea)
            if named not in places:
                yield _nothing(declared.spot("idea"), "idea", named, "idea", places)
    for idea, spot in ideas:
        if idea.was or idea.repeat_of:
            yield from _fate(idea, spot, places, whole=whole)


def _twice(those: list[tuple[Post | Idea, Spot]], first: Place) -> Diagnostic:
    """One problem for an entry and an earlier one, however many channels they share."""
    item, spot = those[0]
    what = "idea" if item.address.is_idea else "post"
    where = "" if item.address.is_idea else f" on {' and '.join(each.address.channel for each, _ in those)}"
    return spot.at(
        "key",
        f"there are two {what}s `{item.address.key}`{where}",
        hint="give one of them another key",
        related=(Related(first, "the first is here"),),
    )


#: An id of Buffer's: what `repeat_of` names where the earlier one is nobody's in the files.
_ID = re.compile(r"[0-9a-f]{24}")


def _fate(item: Post | Idea, at: Declared | Spot, places: dict[Address, Place], *, whole: bool) -> Iterator[Diagnostic]:
    def spot(name: str) -> Spot:
        return at.spot(name) if isinstance(at, Declared) else at

    address = item.address
    if item.was:
        old = Address(address.organization, address.channel, item.was)
        if old in places:
            message = f"`{item.was}` is still declared, so this cannot be the same under another key"
            hint = "rename the old entry instead of copying it, or take `was` out"
            yield spot("was").at("was", message, hint=hint, related=(Related(places[old], "declared here"),))
    if item.repeat_of:
        named = Address(address.organization, address.channel, item.repeat_of)
        if named == address:
            message = "this names the entry itself; nothing repeats itself"
            yield spot("repeat_of").at("repeat_of", message, hint="name the earlier one")
        elif named not in places and whole and not _ID.fullmatch(item.repeat_of):
            what = "idea" if address.is_idea else f"post on {address.channel}"
            yield _nothing(spot("repeat_of"), "repeat_of", named, what, places)


def _nothing(spot: Spot, name: str, named: Address, what: str, places: dict[Address, Place]) -> Diagnostic:
    keys = [each.key for each in places if (each.organization, each.channel) == (named.organization, named.channel)]
    near = get_close_matches(named.key, keys, n=1)
    hint = f"did you mean `{near[0]}`?" if near else "name the key of one that is declared"
    return spot.at(name, f"there is no {what} with the key `{named.key}`", hint=hint)
