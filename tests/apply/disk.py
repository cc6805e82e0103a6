"""A full disk."""

from __future__ import annotations

import resource

_BEFORE = resource.getrlimit(resource.RLIMIT_FSIZE)


def fill() -> None:
    """Let no file of this process grow any more; the caller makes room again before the test ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, _BEFORE[1]))


def make_room() -> None:
    """Let files grow again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, _BEFORE)
