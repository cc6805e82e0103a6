"""Counts posts in the same way for every form."""

from __future__ import annotations

from collections.abc import Iterable

from bufferctl.model import Address, Item
from bufferctl.model.entries import occurrence_of
from bufferctl.render.lines import count


def posts_counted(posts: Iterable[tuple[Address, Item | None]]) -> str:
    """`9 posts on 3 networks (27 counting each channel)`: as in a plan, an entry for several channels is one post."""
    pairs = list(posts)
    entries = {occurrence_of(address, item) for address, item in pairs}
    networks = {address.channel.partition(":")[0] for address, _ in pairs}
    found = f"{count(len(entries), 'post')} on {count(len(networks), 'network')}"
    return f"{found} ({len(pairs):,} counting each channel)" if len(pairs) != len(entries) else found
