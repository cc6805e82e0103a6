"""Saved plans as a forger could make them: a value is changed, and the checksum matches."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from pydantic_core import PydanticSerializationError, to_json


def forged(raw: bytes | str, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """The file after `edit` of its values, with a new checksum."""
    values = json.loads(raw)
    edit(values)
    return resigned(values)


def resigned(values: dict[str, Any]) -> bytes:
    """These values as a file with a matching checksum."""
    body = {name: values.get(name) for name in ("created_at", "expires_at", "offline", "digest", "plan", "inputs")}
    with suppress(PydanticSerializationError):  # with lone surrogates, which no file can hold
        values["checksum"] = blake2b(to_json(body), digest_size=16).hexdigest()
    return json.dumps(values).encode()
