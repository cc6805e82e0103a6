"""The name of a declared object: `Acme/twitter:acme/launch`, `Acme/ideas/hiring`.

It has three parts: organization, channel label (`service:name`, or `ideas`), key. A part with characters other than
letters, digits and `._@:+-` is written as a JSON string, so that an address fits on one line and parses back.
"""

from __future__ import annotations

import json
import re

from bufferctl.value import value

IDEAS = "ideas"
KEY_PATTERN = r"[a-z0-9][a-z0-9._-]{0,63}"
_ID = re.compile(r"[0-9a-f]{24}")
_PLAIN = re.compile(r"[\w.@:+-]+")
_PART = re.compile(r'"(?:[^"\\]|\\.)*"|[^/"]+')


def is_id(name: str) -> bool:
    """Whether a value of `repeat_of` is an id in Buffer, for an undeclared object, and not a key."""
    return _ID.fullmatch(name) is not None


@value(order=True)
class Address:
    """The address of a post or an idea. `channel`: the channel's label, or `ideas` for an idea."""

    organization: str
    channel: str
    key: str

    def __str__(self) -> str:
        return "/".join(map(_quoted, (self.organization, self.channel, self.key)))

    @property
    def is_idea(self) -> bool:
        return self.channel == IDEAS

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address as `str` writes it. Raises ValueError if it is not one."""
        parts = _PART.findall(text)
        if len(parts) != 3 or "/".join(parts) != text:  # noqa: PLR2004 - organization, channel, key
            raise ValueError(f"{text!r} is not an address such as Acme/twitter:acme/launch")
        organization, channel, key = (json.loads(each) if each.startswith('"') else each for each in parts)
        return cls(organization, channel, key)


def _quoted(part: str) -> str:
    return part if _PLAIN.fullmatch(part) else json.dumps(part, ensure_ascii=False)
