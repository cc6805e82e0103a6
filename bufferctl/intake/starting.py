"""The first buffer.yaml, which `bufferctl init` writes from what the account has. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from bufferctl.intake.homes import ChannelHome, OrganizationHome, find_homes, root_zone
from bufferctl.model import Account, Desired, Service
from bufferctl.reconcile import Targets

#: Networks that take a text without anything else, so that the example post is valid there.
_TEXT_ALONE = (
    Service.TWITTER,
    Service.LINKEDIN,
    Service.BLUESKY,
    Service.MASTODON,
    Service.THREADS,
    Service.FACEBOOK,
)
_PLAIN = re.compile(r"[A-Za-z][\w./-]*(?: [\w./-]+)*")
_WORDS = {"true", "false", "null"}


def starter_text(account: Account, managed_since: datetime, *, in_git: bool = False) -> str:
    """A whole root file, valid as it stands: every organization and channel, and one example post as a draft.

    Channels whose zone differs from most others' name it, as import writes them. `managed_since` is aware. `in_git`:
    whether the state is on a branch.
    """
    homes = find_homes(account, Desired(), Targets({}, {}), None, ())
    zone = root_zone(account, homes)
    example = _example(homes)
    lines = [
        "# Your Buffer queue: edit this file, review with `bufferctl plan`, publish with `bufferctl apply`.",
        "# Posts may also go into files of their own, such as posts/2026-w49.yaml.",
        "version: 1",
        f"timezone: {_scalar(zone)}   # for times without an offset",
        f"managed_since: {managed_since.isoformat(' ', 'seconds')}   # written by init; keep it",
        *(["state: git   # on the branch bufferctl-state, for CI and every machine"] if in_git else []),
        "organizations:",
    ]
    for home in homes:
        entry = home.entry((), around=zone)
        label = f"name: {_scalar(entry.name)}" if entry.name else f"id: {_scalar(entry.id or '')}"
        lines.append(f"  - {label}")
        lines += [f"    timezone: {_scalar(entry.timezone)}"] if entry.timezone else []
        lines += ["    channels:" if home.channels else "    channels: []"]
        lines += [line for channel in home.channels for line in _channel(channel, is_example=channel is example)]
    return "\n".join(lines) + "\n"


def _channel(channel: ChannelHome, *, is_example: bool) -> Iterator[str]:
    entry = channel.entry
    yield f"      - service: {entry.service}"
    for name, value in (("name", entry.name), ("id", entry.id), ("timezone", entry.timezone)):
        if value:
            yield f"        {name}: {_scalar(value)}"
    if is_example:
        yield "        posts:"
        yield "          - key: first-post        # a stable name: text and time may change, this may not"
        yield "            draft: true            # delete this line to schedule the post"
        yield "            text: |"
        yield "              Hello from git!"


def _example(homes: Sequence[OrganizationHome]) -> ChannelHome | None:
    """The channel for the example post."""
    usable = [c for home in homes for c in home.channels if not (c.live.is_disconnected or c.live.is_locked)]
    for service in _TEXT_ALONE:
        if found := next((channel for channel in usable if channel.live.service is service), None):
            return found
    return None


def _scalar(text: str) -> str:
    """A YAML scalar that reads back as `text`: a JSON string is one."""
    plain = _PLAIN.fullmatch(text) and text not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
