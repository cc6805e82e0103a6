"""What a visit writes down: the shape of each answer, without ids, texts, names, addresses or the key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.live.visit import Answer

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)")
#: Fields whose values are Buffer's own words, not the account's.
_WORDS = frozenset(
    {
        "__typename", "status", "schedulingType", "via", "mode", "type", "service", "code", "window", "kind",
        "allowedActions",
    }
)  # fmt: skip
#: Fields with sentences of the service; what was sent in the request is taken out of them.
_SENTENCES = frozenset({"message"})
_HEADERS = frozenset({"ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "retry-after"})


def redacted(exchanges: Iterable[tuple[str, Mapping[str, Any], Answer]]) -> list[dict[str, Any]]:
    """Each exchange as JSON data: the document, the variables, the status, quota headers and the body."""
    names: dict[str, str] = {}
    return [
        {
            "query": " ".join(query.split()),
            "variables": _plain(variables, names),
            "status": answer.status,
            "headers": {
                name: re.sub(r"pk=:[^:]*:", "pk=::", value)
                for name, value in answer.headers.items()
                if name in _HEADERS
            },
            "body": _body(query, answer, names),
        }
        for query, variables, answer in exchanges
    ]


def _body(query: str, answer: Answer, names: dict[str, str]) -> object:
    """The body; the schema is public and stays as it is."""
    if not answer.body:
        return f"<{len(answer.text)} characters>"
    return answer.body if "__schema" in query else _plain(answer.body, names)


def _plain(value: object, names: dict[str, str], name: str = "") -> object:
    if isinstance(value, Mapping):
        return {key: _plain(each, names, str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, names, name) for each in value]
    if not isinstance(value, str) or name in _WORDS:
        return value
    if name in _SENTENCES:
        for known in sorted(names, key=len, reverse=True):
            value = value.replace(known, names[known])
        return re.sub(r"https?://\S+|[0-9a-f]{16,}|\S+@\S+", "<…>", value)
    if _INSTANT.fullmatch(value):
        return value
    return names.setdefault(value, f"<{name or 'text'} {len(names) + 1}>") if value else value
