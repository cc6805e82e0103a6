"""Examples below the help of a command, as click's epilog."""

from __future__ import annotations


def examples(*commands: tuple[str, str]) -> str:
    """The epilog that shows each command with what it is for."""
    width = max(len(command) for command, _ in commands)
    lines = [f"  {command:{width}}  {purpose}".rstrip() for command, purpose in commands]
    return "\n".join(["\b", "Examples:", *lines])  # \b: click wraps nothing of the paragraph
