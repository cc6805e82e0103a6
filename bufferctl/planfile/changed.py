"""Finds the entries that a request changes, by comparing the files before and after it, with each entry expanded.

Defaults of files, variables, text files and the bytes of images count, because they are part of the expanded entry.
Places in the files do not.
"""

from __future__ import annotations

from typing import Any

from bufferctl.digests import what_it_says
from bufferctl.model import Address, Desired, Idea, Item, Post
from bufferctl.model.about import fields_with

#: Fields that nobody decides by: the name, the place, and how the entry was expanded.
_SHOWN_ONLY = frozenset({"address", "place", "expansion"})
#: Fields that are not public and still decide what happens to an entry, such as `cancelled`.
_DECIDING = {kind: frozenset(fields_with(kind, lambda about: about.private)) - _SHOWN_ONLY for kind in (Post, Idea)}


def changed_entries(before: Desired, after: Desired) -> frozenset[Address]:
    """The addresses whose entries differ between two versions of the files, or are in one of them only."""
    then, now = _by_address(before), _by_address(after)
    return frozenset(address for address in then.keys() | now.keys() if then.get(address) != now.get(address))


def _by_address(desired: Desired) -> dict[Address, Any]:
    """All that decides about each entry, in a form that can be compared."""
    organizations = {each.label: each for each in desired.organizations}
    channels = {(each.organization, each.label): each for each in desired.channels}

    def declared(item: Item) -> list[Any]:
        address = item.address
        organization = organizations.get(address.organization)
        channel = channels.get((address.organization, address.channel))
        tags = organization.tags if organization else ()
        return [
            what_it_says(item),
            {name: getattr(item, name) for name in _DECIDING[type(item)]},
            (organization.name, organization.id) if organization else None,
            (channel.service, channel.name, channel.id) if channel else None,
            {tag.name: tag.id for tag in tags if tag.name in item.tags},
        ]

    return {item.address: declared(item) for item in desired.items}
