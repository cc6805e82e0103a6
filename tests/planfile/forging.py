"""Saved plans as somebody could make them who edits one: a value is another, and the checksum fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from typing import Any

from pydantic_core import PydanticSerializationError, to_json


def forged(raw: bytes | str, edit: Callable[[dict[str, Any]], object]) -> bytes:
    """The file after `edit` of its values, with a checksum made anew."""
    values = json.loads(raw)
    edit(values)
    return resigned(values)


def resigned(values: dict[str, Any]) -> bytes:
    """These values as a file with the checksum of what they are."""
    body = {name: values.get(name) for name in ("created_at", "expires_at", "digest", "plan", "inputs")}
    with suppress(PydanticSerializationError):  # of halves of characters, which no file holds
        values["checksum"] = blake2b(to_json(body), digest_size=16).hexdigest()
    return json.dumps(values).encode()
