"""Everything bufferctl raises on purpose, each class with the exit code it ends the program with.

```
BufferctlError              1   something failed, or needs a person
├── UsageError             64   the command line, or a question without a terminal
├── ConfigError             1   the files
├── StateError              1   the state file: damaged, newer, not writable, of another account
├── LockedError             1   another run holds the lock
├── StalePlanError          3   what was reviewed no longer holds
├── ApiError                1   Buffer answered, and the answer is no
│   ├── KeyRefusedError     4   no key, or a refused one
│   ├── RateLimitedError    5   out of requests; come back later
│   ├── TooLargeError       1   the request is over one of the service's limits
│   └── UnreachableError    1   no answer that can be read
├── ForgeError              1   GitHub or GitLab refused a request, or cannot be reached
├── PartWayError            5   stopped part-way; run again to go on
└── InterruptError       130   Ctrl-C or SIGTERM
```

The command line catches `BufferctlError` in one place and prints `message` and `hint`.
"""

from __future__ import annotations

from typing import ClassVar

#: Where several exit codes apply, the first of these wins (design: Contracts).
EXIT_PRECEDENCE = (4, 3, 130, 5, 1)


class BufferctlError(Exception):
    """What is wrong and its consequence (`message`), and one thing to do about it (`hint`, may be empty)."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(BufferctlError):
    """The command line asks for something that cannot be."""

    exit_code = 64


class ConfigError(BufferctlError):
    """The files cannot be used at all (problems inside them are diagnostics, not this)."""


class StateError(BufferctlError):
    """The state cannot be read, written, or is not this account's."""


class LockedError(BufferctlError):
    """Another run works on the same account."""


class StalePlanError(BufferctlError):
    """A fact that a saved plan rests on no longer holds."""

    exit_code = 3


class ApiError(BufferctlError):
    """Buffer said no, or what was asked for is not there."""


class KeyRefusedError(ApiError):
    """No API key, or one that Buffer does not take."""

    exit_code = 4


class RateLimitedError(ApiError):
    """Out of requests; nothing of the request was done.

    `retry_after` is in seconds, None where the service did not say. `window` names the window that is used up in the
    service's words ("15m"), empty where it did not say.
    """

    exit_code = 5

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None, window: str = "") -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
        self.window = window


class TooLargeError(ApiError):
    """The service refuses the size of the request (aliases, tokens, depth, complexity); nothing of it was done."""


class UnreachableError(ApiError):
    """No readable answer: refused, timed out, cut, 5xx, or not JSON. Of a write it says nothing."""


class ForgeError(BufferctlError):
    """GitHub or GitLab did not do what `bufferctl ci` asked. `status`: the HTTP status, 0 where there is none."""

    def __init__(self, message: str, *, hint: str = "", status: int = 0) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class PartWayError(BufferctlError):
    """Some of the plan is done and recorded; running again goes on from there."""

    exit_code = 5


class InterruptError(BufferctlError):
    """Ctrl-C or SIGTERM, after everything known was recorded."""

    exit_code = 130


def worst(codes: list[int]) -> int:
    """The exit code that stands for all of `codes`; 0 where there are none."""
    for code in EXIT_PRECEDENCE:
        if code in codes:
            return code
    return next((code for code in codes if code), 0)
