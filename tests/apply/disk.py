"""A full disk."""

from __future__ import annotations

import resource

_BEFORE = resource.getrlimit(resource.RLIMIT_FSIZE)


def fill(size: int = 0) -> None:
    """Let no file of this process grow beyond so many bytes; the caller makes room again before the test ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, _BEFORE[1]))


def make_room() -> None:
    """Let files grow again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, _BEFORE)
