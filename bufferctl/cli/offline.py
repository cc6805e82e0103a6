"""`plan --offline`: from files and state alone, and said to be so."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli.files import Files
from bufferctl.cli.options import Choices
from bufferctl.errors import UsageError

if TYPE_CHECKING:
    from bufferctl.plan import Plan


def check(choices: Choices, *, out: Path | None) -> None:
    """Raises UsageError where what is asked for needs the account."""
    options = {
        "-o": out is not None,
        "--recreate": bool(choices.recreate),
        "--reapply": bool(choices.reapply),
    }
    if wrong := [name for name, given in options.items() if given]:
        raise UsageError(
            f"--offline does not read from Buffer, so it cannot be combined with {' and '.join(wrong)}",
            hint=f"Leave out --offline, or {' and '.join(wrong)}.",
        )


def offline_plan(files: Files, state_file: Path | None, choices: Choices) -> Plan:
    """The plan that files and state give now. Raises StateError."""
    from bufferctl.reconcile import offline
    from bufferctl.state import StoredRecord

    store = StoredRecord(files.store(state_file), None)
    state = store.load()
    return offline(
        files.desired, state, endpoint=store.endpoint, now=datetime.now(UTC), max_deletes=choices.max_deletes
    )
