"""`apply --receipt FILE`: what became of each change, kept; and read again by show."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli import planning
from bufferctl.cli.outputs import write_whole
from bufferctl.model import Desired, Idea, Post

if TYPE_CHECKING:
    from bufferctl.planfile import Receipt
    from bufferctl.render.report import Report


def write(path: Path, report: Report, finished_at: datetime) -> None:
    """Write the receipt of an apply. Raises BufferctlError where it cannot be written."""
    from bufferctl.planfile import receipt
    from bufferctl.render.json import receipt_json

    write_whole(path, receipt_json(report, finished_at, receipt.details(report.plan, report.left)).encode())


def read(path: Path) -> Receipt | None:
    """Read a receipt, None where the file holds something else, or cannot be read. Raises UsageError."""
    from pydantic_core import from_json

    from bufferctl.planfile import receipt

    try:
        raw = path.read_bytes()
        kind = from_json(raw)["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return receipt.load(raw, str(path)) if kind == receipt.KIND else None


def report_of(receipt: Receipt) -> Report:
    """What every form shows of it."""
    items = [change.desired for change in receipt.plan.changes]
    desired = Desired(
        posts=tuple(item for item in items if isinstance(item, Post)),
        ideas=tuple(item for item in items if isinstance(item, Idea)),
    )
    report = planning.report_of(receipt.plan, desired)
    return replace(report, outcomes=receipt.outcomes, left=receipt.left, stopped=receipt.stopped)
