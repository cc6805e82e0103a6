"""`bufferctl ci fork-comment`: comment with the plan from a fork's own run, in a run that the fork cannot change.

This is for GitHub's `workflow_run`. Nothing of the pull request is checked out or run here, and its artifact may
contain anything, so the event says which pull request it belongs to, and the text is shown as a code block.
"""

from __future__ import annotations

from pydantic import AliasPath, BaseModel, Field

from bufferctl.ci.forge import CommentKind, artifact_name, marker, title
from bufferctl.ci.github import GitHub
from bufferctl.ci.job import Job
from bufferctl.ci.log import say
from bufferctl.errors import ForgeError
from bufferctl.render.markdown import Context, Note, without_report

_INTRODUCTION = Note(
    "Not checked against Buffer.",
    "This pull request comes from a fork. Its own run made the text below from its files, without a key: it shows what "
    "the files say and proves nothing. For a plan that can be applied, push the branch to this repository and open a "
    "pull request from it.",
)


class _Run(BaseModel):
    id: int
    head_sha: str
    head_branch: str
    owner: str = Field(validation_alias=AliasPath("head_repository", "owner", "login"))


def fork_comment(job: Job) -> int:
    """Comment with the text from the fork's run. Returns exit code 0, even if there is nothing to show (any more)."""
    forge = job.forge
    if not isinstance(forge, GitHub):
        raise ForgeError("`bufferctl ci fork-comment` is for GitHub; on GitLab a fork's plan is in the log of its job")
    run = forge.event_of(_Run, "workflow_run")
    if run is None:
        raise ForgeError("`bufferctl ci fork-comment` is for workflows that `workflow_run` starts")
    request = forge.open_request_of(run.owner, run.head_branch, run.head_sha)
    if request is None:
        say("No open pull request has this commit as its head (any more), so there is nothing to show.")
        return 0
    text = forge.artifact_of_run(run.id, artifact_name(job.artifact, request), "plan.txt")
    if text is None:
        say("The run of the fork kept no plan, so there is nothing to show.")
        return 0
    context = Context(
        mark=marker(CommentKind.PLAN, job.about),
        title=title(CommentKind.PLAN, job.about),
        commit=run.head_sha,
        notes=(_INTRODUCTION,),
        printed=text.decode("utf-8", "replace"),
    )
    job.post(CommentKind.PLAN, request, without_report(context))
    return 0
