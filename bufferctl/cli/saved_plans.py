"""Saved plans on disk, for plan, show and apply."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli.options import Choices
from bufferctl.cli.outputs import write_whole
from bufferctl.cli.planning import without_repeating
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import Desired
from bufferctl.plan import Plan

if TYPE_CHECKING:
    from bufferctl.planfile import SavedPlan

#: Suffixes of files that people write.
_OF_POSTS = frozenset({".yaml", ".yml"})


def save(path: Path, plan: Plan, desired: Desired, choices: Choices, expires_at: datetime) -> None:
    """Write the plan. Raises BufferctlError where it cannot be written."""
    from bufferctl import planfile  # slow to import, and most runs save nothing

    values = {
        "recreate": sorted(choices.recreate),
        "reapply": sorted(choices.reapply),
        "allow_share_now": choices.allow_share_now,
        "max_deletes": choices.max_deletes,
    }
    raw = planfile.dump(plan, desired, values, expires_at=expires_at)
    write_whole(path, raw)


def named(paths: Sequence[Path]) -> Path | None:
    """The saved plan that an apply is given, None where it is given files of posts, or nothing."""
    if len(paths) == 1 and paths[0].is_file() and paths[0].suffix not in _OF_POSTS:
        return paths[0]
    return None


def check_name(path: Path | None) -> None:
    """Before any work. Raises UsageError where an apply would not know a plan by this name; None is passed over."""
    if path and path.suffix in _OF_POSTS:
        raise UsageError(
            f"`bufferctl apply` would take {path} for a file of posts, so nothing was done",
            hint="Name it otherwise with -o, such as plan.json.",
        )


def check_alone(choices: Choices, name: str) -> None:
    """Raises UsageError where more is told than the saved plan: what it does was settled when it was made."""
    if choices != Choices():
        raise UsageError(
            f"The saved plan {name} is done whole or not at all, so options that narrow or overrule a plan do not "
            "go with it; nothing was sent",
            hint="Give --target, --recreate, --reapply, --allow-share-now and --max-deletes to `plan -o FILE`.",
        )


def read(path: Path) -> SavedPlan:
    """Read a saved plan. Raises UsageError where that cannot be, StalePlanError where it was altered."""
    from bufferctl import planfile

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The saved plan {path} cannot be read: {error.strerror}", hint="Name a file that `plan -o` wrote."
        ) from error
    return planfile.load(raw, str(path))


def choices_of(saved: SavedPlan) -> Choices:
    """What the command line said when the plan was made."""
    values = saved.choices
    return Choices(
        (),
        frozenset(values["recreate"]),
        frozenset(values["reapply"]),
        values["allow_share_now"],
        values["max_deletes"],
        saved.created_at,
    )


def check_fits(saved: SavedPlan, now: Plan, name: str) -> None:
    """Raises StalePlanError where the plan is of another endpoint, or expired."""
    if now.endpoint != saved.plan.endpoint:
        raise StalePlanError(
            f"The saved plan {name} is for {saved.plan.endpoint}, and this run talks to {now.endpoint}",
            hint="Set BUFFER_API_URL to the address that it was made for, or plan again.",
        )
    if now.at > saved.expires_at:
        raise StalePlanError(
            f"The saved plan {name} expired on {saved.expires_at:%Y-%m-%d %H:%M} UTC",
            hint="Plan again, and have that reviewed.",
        )


def check_holds(saved: SavedPlan, now: Plan, name: str, declared: Desired | None) -> Plan:
    """What of the saved plan is still to be done. Raises StalePlanError, naming what moved where it holds no longer.

    `declared`: what the files say today, None where they have errors.
    """
    from bufferctl import planfile

    check_fits(saved, now, name)
    doing = {change.slot for change in saved.plan.writes}
    verified = planfile.verify(saved, without_repeating(now, choices_of(saved), doing))
    back, warnings = planfile.overruled(verified.plan, declared) if declared else ((), (_UNREADABLE,))
    if moved := (*verified.moved, *back):
        raise StalePlanError(
            "\n  ".join((f"The saved plan {name} no longer holds, so nothing was sent:", *moved)),
            hint="Plan again, and have that reviewed.",
        )
    return replace(verified.plan, warnings=(*verified.plan.warnings, *warnings))


#: Said where it cannot be told whether the files still want what a saved plan does.
_UNREADABLE = Diagnostic(
    Severity.WARNING,
    "The files have errors, so whether they still say what the plan does cannot be told",
    hint="`bufferctl validate` shows them.",
)
