"""What a command prints only because it waits: a slow machine's tests must not see it."""

from __future__ import annotations

from bufferctl.cli.console import READING, STORING, WAITING

_LINES = frozenset(f"{each}…\n" for each in (READING, STORING, WAITING))


def without_waiting(err: str) -> str:
    """What was printed without the lines that depend on how long Buffer, or the state's host, takes."""
    return "".join(line for line in err.splitlines(keepends=True) if line not in _LINES)
