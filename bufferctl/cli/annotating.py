"""In GitHub Actions: annotates problems at their lines, and adds the report to the step's summary. Elsewhere, nothing.

No switch: pytest's, RuboCop's and Vitest's reporters do so too where `GITHUB_ACTIONS` is `true`. Annotations go to
stderr, which the runner reads as it reads stdout, so that data stays data.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bufferctl.cli.console import Console, in_job
from bufferctl.diagnostics import Diagnostic
from bufferctl.run.secrets import without_secrets

if TYPE_CHECKING:
    from bufferctl.render.report import Report

#: Seconds for git to list the changes of the last commit.
_PATIENCE = 10.0


def shows_problems() -> bool:
    """Whether problems are shown in more places than in the terminal."""
    return in_job() or bool(os.environ.get("GITHUB_STEP_SUMMARY"))


def annotate(problems: Sequence[Diagnostic], root: Path) -> None:
    """Show problems at their lines. `root`: the folder that places are named from."""
    if not in_job() or not problems:
        return
    from bufferctl.render.annotations import annotations_text

    text = annotations_text(problems, changed=_changed(root), folder=folder_of(root))
    click.echo(without_secrets(text), err=True, nl=False)


def summarize(markdown: str, console: Console) -> None:
    """Add to the step's summary, if there is one; a failure is only reported."""
    if not (path := os.environ.get("GITHUB_STEP_SUMMARY")):
        return
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(without_secrets(f"{markdown}\n"))
    except OSError as error:
        console.notice(f"the step's summary cannot be written: {error.strerror}")


def annotate_report(report: Report, root: Path, console: Console) -> None:
    """Show a plan, or an apply: problems and posts that need somebody at their lines, everything as the summary."""
    if in_job():
        from bufferctl.render.report import problems_of

        annotate(problems_of(report), root)
    if os.environ.get("GITHUB_STEP_SUMMARY"):
        from bufferctl.render.markdown import report_markdown

        summarize(report_markdown(report), console)


def annotate_problems(problems: Sequence[Diagnostic], root: Path, console: Console, files: Sequence[Path] = ()) -> None:
    """Show the problems of the files likewise, if there are any; always write them to `files`."""
    annotate(problems, root)
    wants_summary = problems and os.environ.get("GITHUB_STEP_SUMMARY")
    if not (files or wants_summary):
        return
    from bufferctl.cli import outputs
    from bufferctl.plan import Plan
    from bufferctl.render.markdown import problems_markdown
    from bufferctl.render.report import Report

    report = with_repository_paths(Report(Plan(datetime.now(UTC), endpoint=""), tuple(problems)), root)
    outputs.write_reports(files, report, outputs.PROBLEMS)
    if wants_summary:
        summarize(problems_markdown(report), console)


def with_repository_paths(report: Report, root: Path) -> Report:
    """The report with the paths of its files in their repository, and the meaning of the broken rules."""
    from bufferctl.checks import RULES

    return replace(report, folder=folder_of(root), rules=RULES)


def folder_of(root: Path) -> str:
    """Where a folder is below the root of its repository; empty at the root, and outside of any."""
    root = root.resolve()
    for folder in (root, *root.parents):
        if (folder / ".git").exists():
            return root.relative_to(folder).as_posix().removeprefix(".")
    return ""


def _changed(root: Path) -> frozenset[str]:
    """The files that a pull request or a push changed, relative to `root`; empty if git cannot tell.

    What is checked out for a pull request is its merge, whose first parent is the branch that it goes to.
    """
    import subprocess

    from bufferctl.git import git

    options = ("diff", "--name-only", "--no-ext-diff", "--relative", "-z")
    try:
        ran = git(root, *options, operands=["HEAD^1", "HEAD", "--", "."], timeout=_PATIENCE)
    except (OSError, subprocess.SubprocessError):
        return frozenset()
    return frozenset(filter(None, ran.stdout.split("\0"))) if ran.returncode == 0 else frozenset()
