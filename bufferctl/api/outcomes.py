"""What became of each write of a request (design: Applying; notes: Writing and Errors).

Success is known by its `__typename` alone, a definite no by one of four typed errors. Everything else leaves open
whether the write was carried out; where it says in words why it was not, it is believed once one has looked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bufferctl.api.answers import Answer
from bufferctl.api.reading import live_idea, live_post
from bufferctl.api.shapes import UNREADABLE
from bufferctl.model import Done, Refusal, Refused, Result, Unknown

_REFUSALS = {
    "InvalidInputError": Refusal.INVALID,
    "NotFoundError": Refusal.NOT_FOUND,
    "UnauthorizedError": Refusal.UNAUTHORIZED,
    "LimitReachedError": Refusal.LIMIT,
}
#: What `VoidMutationError` says where it says nothing (notes: Errors).
_VAGUE = {"", "unknown error"}
#: "You've posted that one recently", "you've already got this one scheduled": its rule is unpublished (notes: Writing).
_REPEAT = re.compile(r"\bposted th(?:at|is) one\b|\bth(?:at|is) one scheduled\b", flags=re.IGNORECASE)


def results(answer: Answer, count: int) -> tuple[Result, ...]:
    """One result for each of the `count` aliases `a0`, `a1`, … of a request whose answer came back readable."""
    said = answer.message or ("an error without words" if answer.errors else "")
    if answer.data is None:
        return (Unknown(said or "Buffer answered without saying what became of it"),) * count
    concerned = {str(entry["path"][0]) for entry in answer.errors if _has_path(entry)}
    everyone = any(not _has_path(entry) for entry in answer.errors)
    return tuple(
        Unknown(said) if everyone or alias in concerned else _result(answer.data.get(alias))
        for alias in (f"a{number}" for number in range(count))
    )


def _result(payload: Any) -> Result:
    if not isinstance(payload, Mapping):
        return Unknown("Buffer's answer says nothing of it")
    kind, message = payload.get("__typename"), str(payload.get("message") or "")
    if kind != "LimitReachedError" and _REPEAT.search(message):
        return Refused(Refusal.REPEAT, message)
    if refusal := _REFUSALS.get(str(kind)):
        return Refused(refusal, message or str(kind))
    if kind == "VoidMutationError" and "not found" in message.casefold():
        return Done(None)  # only a delete answers so: what was to go is gone
    if kind == "VoidMutationError" and message.casefold() not in _VAGUE:
        return Refused(Refusal.KEPT, message)
    try:
        return _success(str(kind), payload)
    except UNREADABLE:
        return Unknown(f"Buffer did it, but what came back cannot be read ({kind})")


def _success(kind: str, payload: Mapping[str, Any]) -> Result:
    match kind:
        case "PostActionSuccess":
            return Done(live_post(payload["post"]))
        case "Idea":
            return Done(live_idea(payload))
        case "IdeaResponse":
            return Done(live_idea(payload["idea"]))
        case "DeletePostSuccess":
            return Done(None)
    said = str(payload.get("message") or "")
    return Unknown(f"{said} ({kind})" if said else f"Buffer answered with {kind}, which says neither yes nor no")


def _has_path(entry: Mapping[str, Any]) -> bool:
    path = entry.get("path")
    return isinstance(path, Sequence) and not isinstance(path, str) and bool(path)
