"""Counts posts in the same way for every form: as in a plan, an entry for several channels is one post."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bufferctl.model import Address, Item
from bufferctl.model.entries import occurrence_of
from bufferctl.render.lines import count

if TYPE_CHECKING:
    from bufferctl.plan import Change


def posts_counted(posts: Iterable[tuple[Address, Item | None]]) -> str:
    """`9 posts on 3 networks (27 counting each channel)`."""
    pairs = list(posts)
    entries = {occurrence_of(address, item) for address, item in pairs}
    networks = {address.channel.partition(":")[0] for address, _ in pairs}
    return f"{count(len(entries), 'post')} on {count(len(networks), 'network')}{_each(len(entries), len(pairs))}"


def changes_counted(changes: Iterable[Change], name: str = "post") -> tuple[str, bool]:
    """`9 posts (27 counting each channel)`, and whether it is one post."""
    found = list(changes)
    entries = {occurrence_of(each.address, each.desired) for each in found}
    return f"{count(len(entries), name)}{_each(len(entries), len(found))}", len(entries) == 1


def _each(entries: int, posts: int) -> str:
    return f" ({posts:,} counting each channel)" if posts != entries else ""
