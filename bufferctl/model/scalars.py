"""The scalar types that the content models share, each reading the text of a YAML scalar.

YAML values reach the models as text (so `no`, `on` and `12:30` stay text); these turn that text into what the API
takes, strictly: `true` and `false` are the only truth values, an instant looks like a date.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

_WHOLE = re.compile(r"[-+]?\d+")
_DECIMAL = re.compile(r"[-+]?\d+(\.\d+)?")
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)? ?(Z|[+-]\d\d:?\d\d)?", flags=re.ASCII | re.IGNORECASE
)


def _flag(value: Any) -> Any:
    if isinstance(value, str):
        if value in {"true", "false"}:
            return value == "true"
        raise ValueError("must be true or false")
    return value


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            raise ValueError("must be a whole number")
        return int(value)
    return value


def _decimal(value: Any) -> Any:
    if isinstance(value, str):
        if not _DECIMAL.fullmatch(value):
            raise ValueError("must be a number")
        return float(value)
    return value


def _when(value: Any) -> Any:
    if isinstance(value, str):
        if not _INSTANT.fullmatch(value):
            raise ValueError("must be a date and a time such as 2026-12-01 09:00")
        return datetime.fromisoformat(value.upper().replace(" +", "+").replace(" -", "-").replace(" Z", "Z"))
    return value


def _https(value: str) -> str:
    if not value.lower().startswith(("https://", "http://")):
        raise ValueError("must be a web address that starts with https://")
    return value


Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole)]
Decimal = Annotated[float, BeforeValidator(_decimal)]
#: A date and a time; without an offset it is local time, and config gives it its zone.
When = Annotated[
    datetime, BeforeValidator(_when), WithJsonSchema({"type": "string", "pattern": f"^{_INSTANT.pattern}$"})
]
Url = Annotated[str, AfterValidator(_https), Field(min_length=1)]
