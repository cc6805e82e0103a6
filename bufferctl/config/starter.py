"""The first buffer.yaml that `bufferctl init` writes, from what the account has. Pure."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from bufferctl.model import Account, LiveChannel, LiveOrganization, Service

#: What an example can be written for: these take a text alone.
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


def starter_text(account: Account) -> str:
    """A whole file, valid as it stands: every organization and channel, and one example post as a draft."""
    zones = Counter(channel.timezone for o in account.organizations for channel in o.channels)
    zone = account.timezone or next((name for name, _ in zones.most_common(1)), "UTC")
    lines = [
        "# Your Buffer queue. `bufferctl plan` shows what would change, `bufferctl apply` makes it so.",
        "# More files can stand in posts/: posts/2026-w49.yaml and so on, in folders of their own if you like.",
        "version: 1",
        f"timezone: {_scalar(zone)}   # for times without an offset",
        "organizations:",
    ]
    example = _example(account)
    names = Counter(organization.name for organization in account.organizations)
    for organization in account.organizations:
        label = "name" if names[organization.name] == 1 else "id"
        lines += [f"  - {label}: {_scalar(getattr(organization, label))}", *_channels(organization, example)]
    return "\n".join(lines) + "\n"


def _channels(organization: LiveOrganization, example: LiveChannel | None) -> Iterator[str]:
    yield "    channels:" if organization.channels else "    channels: []"
    names = Counter((c.service, c.name.casefold()) for c in organization.channels)
    for channel in organization.channels:
        named = names[channel.service, channel.name.casefold()] == 1
        yield f"      - service: {channel.service.value}"
        yield f"        name: {_scalar(channel.name)}"
        if not named:
            yield f"        id: {_scalar(channel.id)}"
        if channel is example:
            yield "        posts:"
            yield "          - key: first-post        # its name here; never change it, the text and the time can"
            yield "            draft: true            # take this line away to schedule it"
            yield "            text: |"
            yield "              Hello from git!"


def _example(account: Account) -> LiveChannel | None:
    channels = [channel for organization in account.organizations for channel in organization.channels]
    for service in _TEXT_ALONE:
        found = next((c for c in channels if c.service is service and not (c.is_disconnected or c.is_locked)), None)
        if found:
            return found
    return None


def _scalar(text: str) -> str:
    """A YAML scalar that reads back as `text`: a JSON string is one."""
    plain = _PLAIN.fullmatch(text) and text not in _WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
