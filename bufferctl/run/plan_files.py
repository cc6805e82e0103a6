"""Saved plans and receipts on disk, for plan, apply and show."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.choices import Choices
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model import Desired
from bufferctl.run.secrets import write_whole

if TYPE_CHECKING:
    from bufferctl.plan import Plan
    from bufferctl.planfile import Receipt, SavedPlan
    from bufferctl.render.report import Report


def save(
    path: Path, plan: Plan, desired: Desired, choices: Choices, expires_at: datetime, *, offline: bool = False
) -> None:
    """Write the plan. Raises BufferctlError if it cannot be written."""
    from bufferctl import planfile  # slow to import, and most runs save nothing

    write_whole(path, planfile.dump(plan, desired, choices, expires_at=expires_at, offline=offline))


def read(path: Path) -> SavedPlan:
    """Read a saved plan. Raises UsageError if that cannot be, StalePlanError if it was altered."""
    from bufferctl import planfile
    from bufferctl.reconcile import shows_edit

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The saved plan {path} cannot be read: {error.strerror}", hint="Pass a file that `plan -o` wrote."
        ) from error
    plan = planfile.load(raw, str(path))
    if not plan.offline and not all(map(shows_edit, plan.plan.changes)):
        raise StalePlanError(
            f"The saved plan {path} does not show what it would send, so it was edited after it was made",
            hint="Plan again, and have that plan reviewed.",
        )
    return plan


def write_receipt(path: Path, report: Report, finished_at: datetime) -> None:
    """Write the receipt of an apply. Raises BufferctlError if it cannot be written."""
    from bufferctl.planfile import receipt
    from bufferctl.render.json import receipt_json

    write_whole(path, receipt_json(report, finished_at, receipt.details(report.plan, report.left)).encode())


def read_receipt(path: Path) -> Receipt | None:
    """Read a receipt; None if the file is something else or cannot be read. Raises UsageError."""
    from pydantic_core import from_json

    from bufferctl.planfile import receipt

    try:
        raw = path.read_bytes()
        kind = from_json(raw)["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return receipt.load(raw, str(path)) if kind == receipt.KIND else None
