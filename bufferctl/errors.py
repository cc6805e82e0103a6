"""The exceptions that bufferctl raises on purpose, each class with its exit code.

The command line catches `BufferctlError` in one place and prints `message` and `hint`.
"""

from __future__ import annotations

from typing import ClassVar

#: The exit code where nothing went wrong, but there are changes to apply (plan --detailed-exitcode) or drift.
PENDING = 2
#: If several exit codes apply, the first of these wins (design: Contracts).
EXIT_PRECEDENCE = (4, 3, 130, 5, 1)


class BufferctlError(Exception):
    """An error for people. `message`: what is wrong and its consequence. `hint`: one thing to do, may be empty."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BufferctlError):
    """The command line is wrong, or there is no terminal to ask a question on."""

    exit_code = 64


class ConfigError(BufferctlError):
    """The files cannot be used at all (problems inside them are diagnostics, not this)."""


class StateError(BufferctlError):
    """The state cannot be read or written, or belongs to another account."""


class OvertakenError(StateError):
    """Another run changed the document first, so it was not replaced. Read it again."""


class LockedError(BufferctlError):
    """Another run is working on the same account."""


class StalePlanError(BufferctlError):
    """A fact that a saved plan relies on no longer holds."""

    exit_code = 3


class ApiError(BufferctlError):
    """Buffer refused the request, or the requested object does not exist."""


class KeyRefusedError(ApiError):
    """No API key, or one that Buffer does not accept."""

    exit_code = 4


class RateLimitedError(ApiError):
    """Out of requests; this one was not carried out.

    `retry_after` is in seconds, None if the service gave none. `window` is the service's name ("15m") for the window
    that is used up, empty if it gave none.
    """

    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None, window: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
        self.window = window


class TooLargeError(ApiError):
    """The request is too large for the service (aliases, tokens, depth, complexity); nothing was carried out."""


class UnreachableError(ApiError):
    """No readable answer: refused, timed out, cut, 5xx, or not JSON. A write may have been carried out."""


class ForgeError(BufferctlError):
    """A forge refused a request from `bufferctl ci`. `status`: the HTTP status, 0 if there is none."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class PartWayError(BufferctlError):
    """Part of the plan is done and recorded; running again continues from there."""

    exit_code = 5


class InterruptError(BufferctlError):
    """Ctrl-C or SIGTERM, after all known results were recorded."""

    exit_code = 130


def worst(codes: list[int]) -> int:
    """The exit code to use for all of `codes`; 0 if there are none."""
    for code in EXIT_PRECEDENCE:
        if code in codes:
            return code
    return next((code for code in codes if code), 0)
