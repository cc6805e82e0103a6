"""`bufferctl show FILE`: what a saved plan holds, or what an apply did, without asking anybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli import examples, options, outputs
from bufferctl.errors import UsageError

if TYPE_CHECKING:
    from bufferctl.planfile import Receipt
    from bufferctl.render.report import Report


@click.command(
    epilog=examples(
        ("bufferctl show plan.json", "as `plan` printed it"),
        ("bufferctl show receipt.json --report done.md", "the results, as a comment"),
    )
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@options.json_option
@outputs.report_option
@options.full_option
@options.console_options
def show(file: Path, as_json: bool, report_files: tuple[Path, ...], console: options.Console) -> None:
    """Show a plan that `plan -o` saved, or a receipt that `apply --receipt` wrote. Works offline."""
    from bufferctl.render.text import receipt_text
    from bufferctl.render.words import local
    from bufferctl.run import plan_files

    outputs.check_writable("--report", *report_files)
    outputs.check_apart(file, *report_files)
    receipt = plan_files.read_receipt(file)
    if receipt:
        report = report_of_receipt(receipt)
        outputs.write_reports(report_files, report)
        if as_json:
            outputs.show_plan(report, console, as_json=True)
        else:
            console.data(receipt_text(report, receipt.finished_at, console.out))
        return
    try:
        plan = plan_files.read(file)
    except UsageError as error:
        raise UsageError(
            error.message, hint="It shows files that `plan -o FILE` and `apply --receipt FILE` wrote."
        ) from error
    report = replace(outputs.report_of(plan.plan, plan.desired), expires_at=plan.expires_at)
    console.diagnostics(plan.plan.warnings)
    outputs.write_reports(report_files, report)
    outputs.show_plan(report, console, as_json=as_json)
    if not as_json:
        made, until = (local(moment, "UTC") for moment in (plan.created_at, plan.expires_at))
        console.data(f"\nMade {made}; may be applied until {until}.")


def report_of_receipt(receipt: Receipt) -> Report:
    """The report of a receipt, for every format."""
    from bufferctl.model import Desired, Idea, Post

    items = [change.desired for change in receipt.plan.changes]
    desired = Desired(
        posts=tuple(item for item in items if isinstance(item, Post)),
        ideas=tuple(item for item in items if isinstance(item, Idea)),
    )
    report = outputs.report_of(receipt.plan, desired)
    return replace(report, outcomes=receipt.outcomes, left=receipt.left, stopped=receipt.stopped)
