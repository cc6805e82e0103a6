"""Facts about the machine: its clock, streams, the home folder, proxies and certificates, the date of an answer.

Any of them may be missing or unusable. The message then names it, and no run ends half-way because of it.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from bufferctl.errors import BufferctlError

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

#: The signals that ask a process to stop: Ctrl-C, the end of a job, and Ctrl-Break on Windows.
STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name))
#: The variables with a proxy, each also in lower case.
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY")
_PROXY = re.compile(r"(?:https?://)?(?:[^\s/@]*@)?(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?/?")
#: A clock further away than this is a mistake of whatever answered.
_CENTURY = timedelta(days=36525)


def waking_clock() -> Callable[[], float]:
    """A clock of seconds that never goes backwards, and also counts while the machine sleeps, if the system has one.

    For spans of time by which a run decides what may still be sent: a laptop may sleep in the middle.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    if clock is None and sys.platform == "darwin":  # on macOS it counts sleep; `monotonic` does so on Windows only
        clock = time.CLOCK_MONOTONIC
    if sys.platform != "win32" and clock is not None:
        with suppress(OSError):  # Python has clocks that a kernel or a container's filter refuses
            time.clock_gettime(clock)
            return lambda: time.clock_gettime(clock)  # looked up each time: tests have clocks of their own
    return lambda: time.monotonic()  # noqa: PLW0108 - likewise


#: The same clock for the whole run: two of them have nothing in common.
awake = waking_clock()
_STARTED, _AT_START = awake(), datetime.now(UTC)


def now() -> datetime:
    """The system time when the program started plus the time since, whatever changes the system clock; aware."""
    return _AT_START + timedelta(seconds=awake() - _STARTED)


@contextmanager
def hearing(hear: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Let `hear` take these signals while this lasts."""
    before = {number: signal.signal(number, hear) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def in_job() -> bool:
    """Whether this runs in GitHub Actions, where printed lines can be commands."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def take_streams() -> None:
    """Make the three streams usable: a closed one leads nowhere, and what an encoding lacks is printed as `?`.

    Windows would write files and pipes in a code page, which neither JSON nor YAML allows.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            os.dup2(os.open(os.devnull, os.O_RDWR), number)  # otherwise the next file or connection gets this number
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115 - it stays open
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace", encoding=encoding_of(stream))


def encoding_of(stream: TextIO, platform: str = sys.platform) -> str:
    """The encoding of a stream: UTF-8 for a file or a pipe on Windows, unless PYTHONIOENCODING says otherwise."""
    chosen = platform != "win32" or os.environ.get("PYTHONIOENCODING") or stream.isatty()
    return stream.encoding if chosen else "utf-8"


def state_folder() -> Path:
    """The user's state folder, outside every project: journal, lock, and work folders. Raises BufferctlError."""
    from platformdirs import user_state_path

    try:
        return user_state_path("bufferctl")
    except RuntimeError as error:
        raise BufferctlError(
            "HOME is not set and this user has no home folder, so there is no place for the lock and the journal",
            hint="Set HOME or XDG_STATE_HOME to a folder that this user can write.",
        ) from error


@contextmanager
def opening_connections() -> Iterator[None]:
    """A context for creating an HTTP client, which reads proxies and certificates. Raises BufferctlError."""
    from urllib.parse import urlsplit

    try:
        for name in _PROXIES:  # httpx2 overlooks what it cannot take apart
            urlsplit(os.environ.get(name) or os.environ.get(name.lower(), ""))
        yield
    except (ImportError, ValueError, OSError) as error:
        raise _unusable(error) from error
    except Exception as error:  # httpx2.InvalidURL has no base class but this
        if type(error).__name__ != "InvalidURL":
            raise
        raise _unusable(error) from error


def _unusable(error: Exception) -> BufferctlError:
    """The variable to blame, without its value, which may hold a password."""
    if isinstance(error, OSError):
        file = os.environ.get("SSL_CERT_FILE", "")
        reason = "it holds no certificates" if "X509" in str(error) else (error.strerror or str(error)).lower()
        return BufferctlError(
            f"The file in SSL_CERT_FILE cannot be used: {file}: {reason}",
            hint="Name a PEM file with the certificates, or unset SSL_CERT_FILE.",
        )
    given = {name: os.environ[name] for each in _PROXIES for name in (each, each.lower()) if os.environ.get(name)}
    names = [name for name, value in given.items() if not _PROXY.fullmatch(value)] or list(given)
    return BufferctlError(
        f"The proxy in {names[0] if names else 'the system settings'} cannot be used, so nothing was sent",
        hint="Use a proxy of the form http://host:port, or unset the variable.",
    )


def clock_ahead(date: str, now: datetime) -> timedelta | None:
    """How far the clock of a `Date` header is ahead of `now`; None if the header has no plausible date."""
    from email.utils import parsedate_to_datetime  # slow to import

    try:
        ahead = parsedate_to_datetime(date).astimezone(UTC) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return ahead if abs(ahead) < _CENTURY else None
