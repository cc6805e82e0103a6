"""`bufferctl show FILE`: what a saved plan holds, or what an apply did, without asking anybody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from bufferctl.cli import examples, options, outputs
from bufferctl.errors import UsageError


@click.command(
    epilog=examples(
        ("bufferctl show plan.json", "as `plan` printed it"),
        ("bufferctl show receipt.json --report done.md", "the results, as a comment"),
    ),
)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE")
@options.json_option
@outputs.report_option
@options.full_option
@options.console_options
def show(file: Path, as_json: bool, report_files: tuple[Path, ...], console: options.Console) -> None:
    """Show a plan that `plan -o` saved, or a receipt that `apply --receipt` wrote. Works offline."""
    from bufferctl.cli import saved
    from bufferctl.render.text import receipt_text
    from bufferctl.render.words import local

    outputs.check_writable("--report", *report_files)
    outputs.check_apart(file, *report_files)
    receipt = saved.read_receipt(file)
    if receipt:
        report = saved.report_of_receipt(receipt)
        outputs.write_reports(report_files, report)
        if as_json:
            outputs.show_plan(report, console, as_json=True)
        else:
            console.data(receipt_text(report, receipt.finished_at, console.out))
        return
    try:
        plan = saved.read(file)
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
