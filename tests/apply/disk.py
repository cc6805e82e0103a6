"""A disk without room."""

from __future__ import annotations

import resource

_BEFORE = resource.getrlimit(resource.RLIMIT_FSIZE)


def fill() -> None:
    """From now on no file of this process can grow; whoever calls it makes room again before the test ends."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, _BEFORE[1]))


def make_room() -> None:
    """Files may grow again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, _BEFORE)
