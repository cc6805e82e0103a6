"""One HTTP answer as it is judged: its status, what it holds, and what its errors say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is None where it was no JSON object; `text` is the start of it then. `at`: the server's clock, aware."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] | None
    text: str
    at: datetime

    @property
    def data(self) -> dict[str, Any] | None:
        """What was asked for, None where the answer has none."""
        data = self.body.get("data") if self.body else None
        return data if isinstance(data, dict) else None

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The entries of `errors`, oddly formed ones as well as they can be."""
        errors = self.body.get("errors") if self.body else None
        if not errors:
            return []
        entries = errors if isinstance(errors, list) else [errors]
        return [entry if isinstance(entry, dict) else {"message": str(entry)} for entry in entries]

    @property
    def refused_whole(self) -> bool:
        """Whether the errors are about the request, not about one of its fields, and nothing came back."""
        return self.data is None and not any(entry.get("path") for entry in self.errors)

    @property
    def extensions(self) -> dict[str, Any]:
        """Those of the first error."""
        found = self.errors[0].get("extensions") if self.errors else None
        return found if isinstance(found, dict) else {}

    @property
    def code(self) -> str:
        """The first error's code, empty where it has none (notes: Errors)."""
        return str(self.extensions.get("code") or "")

    @property
    def message(self) -> str:
        """What all errors say, on one line."""
        return brief("; ".join(str(entry.get("message") or "") for entry in self.errors))


def brief(text: str) -> str:
    """The first line's worth of a text that others wrote."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
