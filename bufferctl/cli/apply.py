"""`bufferctl apply`: show the plan, ask, send it, verify."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl import limits
from bufferctl.choices import Choices
from bufferctl.cli import examples, options, outputs

if TYPE_CHECKING:
    from bufferctl.run.session import Session


@click.command(
    epilog=examples(
        ("bufferctl apply", "show the plan, ask, apply it"),
        ("bufferctl apply plan.json", "apply exactly that plan"),
        ("bufferctl apply --reviewed plan.json", "apply what was reviewed"),
        ("bufferctl apply --receipt receipt.json", "save the results"),
        codes=(0, 1, 3, 4, 5, 64, 130),
    )
)
@options.paths_argument
@options.choice_options
@options.json_option
@options.full_option
@outputs.report_option
@options.file_option(
    "--reviewed",
    metavar="PLANFILE",
    multiple=True,
    help_text="Apply only changes that are also in this saved plan, and hold the rest. Does not ask. Repeatable: of "
    "several plans with an address, the last one counts.",
)
@click.option(
    "--reviewed-at",
    type=options.Instant(),
    metavar="TIME",
    help="When the plan for --reviewed was made, as CI knows it, for the `policy` of the files. Default: now.",
)
@click.option("--digest", default="", metavar="D", help="Refuse any saved plan but the one with this digest.")
@options.file_option("--receipt", help_text="Write the result of each change, with id and link, even after a failure.")
@options.auto_approve_option
@options.seconds_option(
    "--settle",
    limits.SETTLE,
    "Seconds to wait before checking what happened to a request whose answer was lost; five times as long before "
    "anything of it is sent again.",
)
@options.seconds_option(
    "--max-wait",
    limits.MAX_WAIT,
    "Longest wait for Buffer's quota, in seconds; stop with exit code 5 if it takes longer.",
)
@options.lock_option
@options.setup_options
def apply(
    paths: tuple[Path, ...],
    choices: Choices,
    as_json: bool,
    report_files: tuple[Path, ...],
    reviewed: tuple[Path, ...],
    reviewed_at: datetime | None,
    digest: str,
    receipt: Path | None,
    auto_approve: bool,
    settle: float,
    max_wait: float,
    lock_timeout: float,
    setup: options.Setup,
) -> int:
    """Make Buffer match the files: show the plan, ask, send the changes, verify.

    Running it again continues where it stopped and never posts twice. PATHs limit it to those files or folders. If PATH
    is a saved plan (`plan -o FILE`), it applies exactly that plan, or exits with 3 if the files or Buffer no longer
    give that plan.
    """
    from bufferctl.cli import annotating
    from bufferctl.cli.finishing import Results, finish_apply
    from bufferctl.run.applying import Applying
    from bufferctl.run.reachable import publisher
    from bufferctl.run.sources import source_of

    outputs.check_writable("--receipt", receipt)
    outputs.check_writable("--report", *report_files)
    console, choices = setup.console, replace(choices, planned_at=reviewed_at)
    source = source_of(setup.file, paths, reviewed, digest, choices, console)
    outputs.check_apart(receipt, *reviewed, source.saved_plan, *report_files)
    files = source.files
    with setup.changing(files, lock_timeout, quiet=as_json, settle=settle) as session:
        applying = Applying(
            session,
            source.choices,
            max_wait,
            source.review(session.state),
            source.reviewed,
            source.not_created,
            publisher(files, session.buffer.endpoint, whole=source.saved_plan is not None),
        )
        plan = source.select(applying.plan())
        console.diagnostics(plan.warnings)
        session.note_leftovers()
        report = outputs.report_of(plan, files.desired, problems=files.warnings)
        report = replace(annotating.with_repository_paths(report, files.root), selection=source.selection)
        if plan.is_empty and source.saved_plan:
            console.note(f"{source.saved_plan} is already applied.")
        elif not as_json:
            outputs.show_plan(report, console, as_json=False)
        if plan.writes and source.asks and not auto_approve and not _agreed(len(plan.writes), session, console):
            return 1
        return finish_apply(Results(applying, report, console, receipt, report_files), as_json=as_json)


def _agreed(number: int, session: Session, console: options.Console) -> bool:
    with session.store.keeping_lock():
        return console.confirm(
            f"Send {'this change' if number == 1 else f'these {number} changes'} to Buffer?",
            nothing_was="sent",
            hint="Review the plan, then run apply with --auto-approve.",
        )
