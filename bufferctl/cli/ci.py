"""`bufferctl ci`: what action.yml and the GitLab example run around pull and merge requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import click

from bufferctl.cli import examples, options

_files = options.in_order(
    click.option("--directory", default=".", metavar="DIR", help="Folder of the files within the checkout."),
    click.option(
        "--file",
        default="",
        callback=options.name_file,
        metavar="FILE",
        help="Root file in that folder; default: buffer.yaml.",
    ),
)


def _switch(name: str, *, default: bool, help_text: str) -> Callable[[options.F], options.F]:
    """An option that is `true` or `false`, as inputs of actions are."""
    return click.option(
        name,
        type=click.Choice(["true", "false"]),
        default=str(default).lower(),
        show_default=True,
        metavar="true|false",
        help=help_text,
        callback=lambda _context, _parameter, value: value == "true",
    )


def _request(help_text: str) -> Callable[[options.F], options.F]:
    """The option that names a request."""
    return click.option("--request", "number", type=click.IntRange(min=0), default=0, metavar="N", help=help_text)


_branch = click.option("--branch", required=True, metavar="NAME", help="Branch whose files are published.")
_comment = _switch("--comment", default=True, help_text="Comment on the pull or merge request.")


@click.group(
    epilog=examples(
        ("bufferctl ci plan --branch main", "in the job of a pull or merge request"),
        ("bufferctl ci apply --branch main", "in the job after the merge"),
    )
)
def ci() -> None:
    """Run bufferctl for pull and merge requests: comments, checks, plans as artifacts.

    action.yml and the GitLab example call these commands; docs/run/ci.md explains how to set them up. They read the
    API key from BUFFER_API_KEY, and the token for comments from GITHUB_TOKEN or GITLAB_TOKEN. buffer.yaml must set
    `state`, so that all runs share it (docs/run/state.md).
    """


@ci.command(
    short_help="Plan a pull or merge request and comment on it.",
    epilog=examples(
        ("bufferctl ci plan --branch main --artifact kept", "keep the plan in kept/"),
        ("bufferctl ci plan --branch main --offline true", "without an API key"),
    ),
)
@_files
@_comment
@_branch
@_switch(
    "--offline", default=False, help_text="Plan without an API key, for forks; the plan is not checked against Buffer."
)
@_switch("--strict", default=True, help_text="Fail if a change of the request needs a person.")
@_request("Plan this pull request again, in a run started by hand (GitHub).")
@click.option(
    "--check-name",
    "check",
    default="plan",
    show_default=True,
    metavar="NAME",
    help="Check that shows the result of --request.",
)
@click.option(
    "--artifact",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Folder to keep the plan in; emptied first.",
)
def plan(
    branch: str, offline: bool, strict: bool, number: int, check: str, artifact: Path | None, **job_options: Any
) -> int:
    """Check the files, plan, keep the plan for apply, and comment on the pull or merge request.

    Exits with 1 if the files have errors, or if a change of the request needs a person.
    """
    from bufferctl.ci.job import JobOptions, run_job
    from bufferctl.ci.plan import plan as run

    command = partial(run, branch=branch, offline=offline, strict=strict, artifact=artifact, number=number, check=check)
    return run_job(JobOptions(**job_options), command)


@ci.command(
    short_help="Link the comment of a plan to its page.",
    epilog=examples(("bufferctl ci comment --page https://…", "after the page was uploaded")),
)
@_files
@click.option("--page", required=True, metavar="URL", help="Where the page of the plan was uploaded to.")
@_request("The pull request, in a run started by hand (GitHub).")
def comment(page: str, number: int, **job_options: Any) -> int:
    """Link the comment of the plan to its page, so that a reviewer opens it with one tap.

    The page has a URL only after it was uploaded as an artifact of its own, which happens after ci plan.
    """
    from bufferctl.ci.job import JobOptions, run_job
    from bufferctl.ci.plan import comment as run

    return run_job(JobOptions(**job_options), partial(run, page=page, number=number))


@ci.command(
    short_help="Apply the reviewed plans after the merge.",
    epilog=examples(
        ("bufferctl ci apply --branch main", "reviewed plans"),
        ("bufferctl ci apply --branch main --decision everything", "all of the files"),
    ),
)
@_files
@_comment
@_branch
@click.option(
    "--decision",
    default="",
    metavar="WORDS",
    help="everything, reapply ADDRESS, recreate ADDRESS, max-deletes NUMBER or approve NUMBER.",
)
@click.option(
    "--plan-workflow",
    default=".github/workflows/plan.yml",
    show_default=True,
    metavar="FILE",
    help="Workflow whose plans count as reviewed (GitHub).",
)
def apply(branch: str, decision: str, **job_options: Any) -> int:
    """Apply the reviewed plans of all requests merged since the last apply, and comment with the receipt.

    A scheduled run also checks Buffer for drift, and keeps an issue open while something needs a person.

    A decision overrules holds: "reapply" overwrites Buffer's version, "recreate" creates a post again after it was
    deleted, "max-deletes" allows more deletes, and "approve" publishes a merged request that lacks approvals, if
    somebody else wrote it; each only in a run that a person started on the branch. Addresses are separated by spaces,
    and limit the run to them. "everything" publishes all of the files, reviewed or not. In a checkout with several root
    files, "everything" and a number of deletes without addresses are followed by the root file that is meant.
    """
    from bufferctl.ci.apply import apply as run
    from bufferctl.ci.job import JobOptions, run_job

    return run_job(JobOptions(**job_options), partial(run, branch=branch, decision=decision))


@ci.command(
    "fork-comment",
    short_help="Comment with the plan of a fork's pull request.",
    epilog=examples(("bufferctl ci fork-comment", "in a workflow triggered by workflow_run")),
)
@_files
def fork_comment(**job_options: Any) -> int:
    """Comment with the plan from a fork's own run; for workflows triggered by workflow_run (GitHub)."""
    from bufferctl.ci.fork_comment import fork_comment as run
    from bufferctl.ci.job import JobOptions, run_job

    return run_job(JobOptions(**job_options), run)
