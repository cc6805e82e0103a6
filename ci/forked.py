"""`python -m ci.forked`: show what a fork's own run made of its files, in a run that the fork has no hand in.

For GitHub's `workflow_run`. Nothing of the pull request is checked out or run here, and its artifact is data that may
say anything: which pull request it is comes from the event, and the text is shown as code that links nowhere.
"""

from __future__ import annotations

import os

from ci.comments import fenced, marker, put
from ci.github import GitHub
from ci.http import ForgeError
from ci.job import SHORT, arguments, end, job

_SAID = (
    "**Not checked against Buffer.** This comes from a fork. What follows was made by its own run, from its files "
    "alone and without a key: it shows what the files say, and proves nothing. For a plan that can be applied, bring "
    "the branch into this repository."
)


def main() -> int:
    """Exit code 0, also where there is nothing to show (any more)."""
    this = job(arguments(__doc__ or "").parse_args())
    forge = GitHub(os.environ)
    run = forge.event.get("workflow_run")
    if not run:
        raise ForgeError("this is for workflows that `workflow_run` starts")
    number = forge.open_request_of(run["head_repository"]["owner"]["login"], run["head_branch"], run["head_sha"])
    if number is None:
        print("No open pull request is at this commit (any more).")
        return 0
    text = forge.artifact_of_run(run["id"], f"{this.artifact}-{run['head_sha']}", "plan.txt")
    if text is None:
        print("The run left no plan.")
        return 0
    body = f"{_SAID}\n\n{fenced(text.decode('utf-8', 'replace'))}"
    end_ = f"<sub>Commit {run['head_sha'][:SHORT]}</sub>"
    put(forge, number, marker("plan", this.about), f"{body}\n\n{end_}")
    return 0


if __name__ == "__main__":
    end(main)
