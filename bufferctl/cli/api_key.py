"""The API key: read from where the user keeps it, and removed from everything that a run prints or writes."""

from __future__ import annotations

import os
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import quote

from bufferctl.errors import KeyRefusedError

if TYPE_CHECKING:
    from bufferctl.api import Buffer
    from bufferctl.cli.console import Console
    from bufferctl.cli.options import Connection

#: What replaces it.
MARK = "[API key]"
#: A shorter key (the sandbox's is a word) is no secret, and would take words out of texts.
_SHORTEST = 8

_known: dict[str, re.Pattern[str]] = {}


def keep(key: str | None) -> None:
    """From now on, take this key out."""
    if key and len(key) >= _SHORTEST and key not in _known:
        _known[key] = re.compile("|".join(map(_pattern, sorted(set(_forms(key)), key=len, reverse=True))))


def without_secrets(text: str) -> str:
    """`text` without any key: as it is, percent-encoded, and in base64 wherever in the encoded bytes it begins."""
    for pattern in _known.values():
        text = pattern.sub(MARK, text)
    return text


def _pattern(form: str) -> str:
    """The form with what Markdown's escaping may have put between its characters."""
    return r"(?:\\|\u200b|&#8203;)*".join(map(re.escape, form))


def _forms(key: str) -> Iterator[str]:
    yield key
    yield quote(key, safe="")
    for before in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            # The first and the last digit also depend on the text around the key.
            digits = encode(b"\0" * before + key.encode()).decode().rstrip("=")
            yield digits[-(-8 * before // 6) : -1]


@contextmanager
def connected(connection: Connection, console: Console) -> Iterator[Buffer]:
    """A connection to the account, with the key from the environment or from a file."""
    from bufferctl.api import connect

    key = _key(connection)
    keep(key)
    tell = console.note if connection.debug else None
    with connect(connection.api_url, key, timeout=connection.timeout, debug=tell) as buffer:
        yield buffer


def _key(connection: Connection) -> str | None:
    if connection.api_key_file is None:
        return os.environ.get("BUFFER_API_KEY")
    try:
        key = connection.api_key_file.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise KeyRefusedError(
            f"The key file {connection.api_key_file} cannot be read: {reason}",
            hint="Name a file that holds the key, or set BUFFER_API_KEY.",
        ) from error
    if not key:
        raise KeyRefusedError(f"The key file {connection.api_key_file} is empty", hint="Put the API key into it.")
    return key
