"""The API key, removed from everything that a run prints or writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bufferctl.errors import BufferctlError

if TYPE_CHECKING:
    from pathlib import Path

#: What replaces it.
MARK = "[API key]"
#: A shorter key (the sandbox's is a word) is no secret, and would take words out of texts.
_SHORTEST = 8

#: What Markdown's escaping may have put between its characters.
_ESCAPES = r"(?:\\|\u200b|&#8203;)*"
_known: dict[str, re.Pattern[str]] = {}


def keep(key: str | None) -> None:
    """From now on, remove this key from output."""
    if key and len(key) >= _SHORTEST and key not in _known:
        forms = sorted(set(_forms(key)), key=len, reverse=True)
        _known[key] = re.compile("|".join(_ESCAPES.join(map(re.escape, form)) for form in forms))


def without_secrets(text: str) -> str:
    """`text` without any key: as it is, percent-encoded, and in base64 wherever in the encoded bytes it begins."""
    for pattern in _known.values():
        text = pattern.sub(MARK, text)
    return text


def write_whole(path: Path, data: bytes) -> None:
    """Replace the file by `data` atomically, readable by its owner only, since it contains unpublished posts.

    For a link, its target is replaced; a device or a pipe is written as it is. The API key is removed. Raises
    BufferctlError if the file cannot be written.
    """
    from bufferctl.disk import replace_file

    data = without_secrets(data.decode()).encode()
    try:
        if path.exists() and not path.is_file():  # /dev/stdout leads to a pipe that has no name
            path.write_bytes(data)
            return
        replace_file(path.resolve(), data)
    except OSError as error:
        raise BufferctlError(f"{path} cannot be written: {error.strerror}", hint="Name another file.") from error


def _forms(key: str) -> Iterator[str]:
    from base64 import b64encode, urlsafe_b64encode
    from urllib.parse import quote

    yield key
    yield quote(key, safe="")
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            # The first and the last digit also depend on the text around the key.
            digits = encode(b"\0" * before + key.encode()).decode().rstrip("=")
            yield digits[-(-8 * before // 6) : -1]
