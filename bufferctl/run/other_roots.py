"""The declarations of other root files beside this one, since an entry may be on its way from one to another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from os.path import relpath
from pathlib import Path

from bufferctl.config import load, root_files_beside
from bufferctl.errors import BufferctlError
from bufferctl.model import Account, Desired, Service, Slot
from bufferctl.reconcile import find_targets
from bufferctl.state.local import repository_of
from bufferctl.value import value


@value()
class Removed:
    """Posts that this root file does not declare: their slots by their ids, and the networks of channels by theirs."""

    slots: Mapping[str, Slot]
    services: Mapping[str, Service]


def declared_beside(root_file: Path, account: Account, removed: Removed) -> dict[str, str]:
    """The posts among these that another root file's files declare: its path from this one, by their ids.

    A root file that cannot be read declares nothing here; its state is known without it.
    """
    found: dict[str, str] = {}
    for path in root_files_beside(root_file, repository_of(root_file)):
        with suppress(BufferctlError):
            desired = load(path, path.parent, today=datetime.now(UTC).date()).sound
            if desired:
                name = relpath(path, root_file.absolute().parent)
                found |= {id_: name for id_ in _declared(desired, account, removed) if id_ not in found}
    return found


def _declared(desired: Desired, account: Account, removed: Removed) -> Iterator[str]:
    """The ids of those whose post an entry is, or was before it was renamed.

    An entry of another customer is none of them, nor is one that repeats that very post.
    """
    targets, _ = find_targets(desired, account)
    for post in desired.posts:
        organization = targets.organizations.get(post.address.organization)
        if post.cancelled or organization is None:
            continue
        channel, keys = targets.channel(post), {post.address.key, *post.previous_keys}
        for id_, slot in removed.slots.items():
            # a channel that is not clear may be any of its network
            is_there = slot.channel_id == channel.id if channel else removed.services[slot.channel_id] is post.service
            is_same = slot.key in keys and slot.organization_id == organization.id
            if is_same and is_there and id_ not in post.repeat_of:
                yield id_
