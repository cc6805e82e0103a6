"""One HTTP answer: its status, data and errors, and the result of each write in the request.

A write succeeded only if its `__typename` says so; four typed errors mean that it did not. Anything else leaves open
whether it was carried out (design: Applying; notes: Writing and Errors). An error whose message explains why nothing
was written is only believed after reading the lists again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from bufferctl.api.parsing import UNREADABLE, live_idea, live_post
from bufferctl.model import (
    CreateIdea,
    CreatePost,
    DeletePost,
    Done,
    Doubtful,
    DraftPost,
    EditPost,
    Refusal,
    Refused,
    Result,
    Unknown,
    Write,
)
from bufferctl.value import value

_LONGEST = 300
_REFUSALS = {
    "InvalidInputError": Refusal.INVALID,
    "NotFoundError": Refusal.NOT_FOUND,
    "UnauthorizedError": Refusal.UNAUTHORIZED,
    "LimitReachedError": Refusal.LIMIT,
}
#: Messages of `VoidMutationError` that give no reason (notes: Errors).
_VAGUE = {"", "unknown error"}
#: "You've posted that one recently", "you've already got this one scheduled": the rule is unpublished (notes: Writing).
_REPEAT = re.compile(r"\bposted th(?:at|is) one\b|\bth(?:at|is) one scheduled\b", flags=re.IGNORECASE)

#: "Invalid post input: dueAt must be in the future": refused before anything is written (notes: Writing).
_PAST = re.compile(r"\bdueAt must be in the future", flags=re.IGNORECASE)
#: "Sent posts cannot be edited": the schema has no type for it.
_SENT = re.compile(r"\bsent\b.*\bcannot be edited\b", flags=re.IGNORECASE)


@value()
class WriteAnswer:
    """One answer.

    `body` is None unless the answer is a JSON object; then `text` is its start. `at` is aware, by the server's clock.
    """

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any] | None
    text: str
    at: datetime

    @property
    def data(self) -> dict[str, Any] | None:
        """The answer's `data`, None if it has none."""
        data = self.body.get("data") if self.body else None
        return data if isinstance(data, dict) else None

    @property
    def errors(self) -> list[dict[str, Any]]:
        """The entries of `errors`; an entry that is not an object is turned into a message."""
        errors = self.body.get("errors") if self.body else None
        if not errors:
            return []
        entries = errors if isinstance(errors, list) else [errors]
        return [entry if isinstance(entry, dict) else {"message": str(entry)} for entry in entries]

    @property
    def refused_whole(self) -> bool:
        """Whether the errors are about the request rather than one of its fields, and there is no data."""
        return self.data is None and not any(entry.get("path") for entry in self.errors)

    @property
    def extensions(self) -> dict[str, Any]:
        """The extensions of the first error."""
        found = self.errors[0].get("extensions") if self.errors else None
        return found if isinstance(found, dict) else {}

    @property
    def code(self) -> str:
        """The first error's code, empty if it has none (notes: Errors)."""
        return str(self.extensions.get("code") or "")

    @property
    def message(self) -> str:
        """The messages of all errors, on one line."""
        return brief("; ".join(str(entry.get("message") or "") for entry in self.errors))


def brief(text: str) -> str:
    """External text on one line, shortened to a readable length."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"


def results(answer: WriteAnswer, writes: Sequence[Write]) -> tuple[Result, ...]:
    """One result for each write (aliases `a0`, `a1`, …) from a readable answer."""
    message = answer.message or ("an error without a message" if answer.errors else "")
    if answer.data is None:
        return (Unknown(message or "Buffer's answer does not say what happened to it"),) * len(writes)
    affected = {str(entry["path"][0]) for entry in answer.errors if _has_path(entry)}
    affects_all = any(not _has_path(entry) for entry in answer.errors)
    return tuple(
        Unknown(message) if affects_all or f"a{number}" in affected else _result(write, answer.data.get(f"a{number}"))
        for number, write in enumerate(writes)
    )


def _result(write: Write, payload: Any) -> Result:
    if not isinstance(payload, Mapping):
        return Unknown("Buffer's answer does not mention it")
    kind, message = str(payload.get("__typename")), str(payload.get("message") or "")
    if kind != "LimitReachedError" and _REPEAT.search(message):
        return Doubtful(Refusal.REPEAT, message)
    if _PAST.search(message):
        return Refused(Refusal.PAST, message)
    if isinstance(write, EditPost | DraftPost) and _SENT.search(message):
        return Refused(Refusal.SENT, message)
    if refusal := _REFUSALS.get(kind):
        return Refused(refusal, message or kind)
    try:
        done = _success(write, kind, payload)
    except UNREADABLE:
        return Unknown(f"Buffer did it, but its answer cannot be read ({kind})")
    if done and done.live and write.target not in {None, done.live.id}:
        return Unknown("Buffer's answer is about another post")
    if done:
        return done
    if kind == "VoidMutationError" and message.casefold() not in _VAGUE:
        return Doubtful(Refusal.KEPT, message)
    return Unknown(
        f"{message} ({kind})" if message else f"Buffer answered with {kind}, which is neither a success nor a refusal"
    )


def _success(write: Write, kind: str, payload: Mapping[str, Any]) -> Done | None:
    """The result of a successful write; None if the answer is not a success of that write."""
    match write:
        case CreatePost() | EditPost() | DraftPost():
            return Done(live_post(payload["post"])) if kind == "PostActionSuccess" else None
        case CreateIdea():
            idea = {"Idea": payload, "IdeaResponse": payload.get("idea")}
            return Done(live_idea(idea[kind])) if kind in idea else None
        case DeletePost():
            is_gone = kind == "VoidMutationError" and "not found" in str(payload.get("message")).casefold()
            return Done(None) if kind == "DeletePostSuccess" or is_gone else None
        case _:
            assert_never(write)


def _has_path(entry: Mapping[str, Any]) -> bool:
    path = entry.get("path")
    return isinstance(path, Sequence) and not isinstance(path, str) and bool(path)
