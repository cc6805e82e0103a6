"""The API key, read from where the user keeps it, and the connection that it opens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.errors import KeyRefusedError
from bufferctl.run.secrets import keep

if TYPE_CHECKING:
    from bufferctl.api import Buffer
    from bufferctl.cli.console import Console


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach Buffer. `timeout` in seconds."""

    api_url: str | None
    api_key_file: Path | None
    timeout: float
    debug: bool


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
