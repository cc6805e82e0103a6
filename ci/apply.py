"""`python -m ci.apply`: after a merge, do what was reviewed, and say on the pull or merge request what became of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ci.comments import fenced, marker, put
from ci.forge import Request
from ci.http import ForgeError
from ci.job import SHORT, Job, arguments, end, job, say, tell

#: The plan holds no longer and never will again.
_STALE = 3
#: What an apply in CI is told: nobody is there to ask, and the last run may still hold the lock of a shared runner.
_OPTIONS = ("--auto-approve", "--lock-timeout", "600")
_PENDING = 2


def main() -> int:
    """The exit code of bufferctl's last apply: earlier ones leave what later ones see."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--branch", required=True, help="the branch that is published")
    parser.add_argument("--reviewed", choices=["true", "false"], default="true", help="only what was reviewed")
    told = parser.parse_args()
    this = job(told)
    commit = this.commit()
    newest = this.forge.newest(told.branch)
    if commit != newest:
        raise ForgeError(
            f"{told.branch} is at {newest[:SHORT]} and {commit[:SHORT]} is checked out; older files are not applied. "
            "Check out the branch itself (`ref:` of actions/checkout), so that every run takes the newest"
        )
    with this.state(message=f"Apply {commit[:SHORT]}") as folder:
        record = _Record(folder / "applied.json" if folder else None)
        ended = _reviewed(this, told.branch, commit, record) if told.reviewed == "true" else _apply(this)
        record.write(commit, ended)
    tell(**{"exit-code": str(ended.code)})
    return ended.code


@dataclass(frozen=True)
class _End:
    """How an apply ended. `is_over`: what it left needs a person or another plan, and not another try.

    `waiting`: requests of which posts wait for room in Buffer's plan, so that a later run does their plans again.
    """

    code: int
    is_over: bool
    waiting: tuple[Request, ...] = ()


@dataclass(frozen=True)
class _Record:
    """Which commit was applied last, and how that ended; kept beside the state."""

    path: Path | None

    def read(self) -> dict[str, Any]:
        """`commit`, `exit_code` and, where there are some, `waiting`; empty before the first apply."""
        if self.path is None or not self.path.exists():
            return {}
        read: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        return read

    def write(self, commit: str, ended: _End) -> None:
        """Keep it, where that is over: else the next run begins where this one did."""
        if self.path is not None and ended.is_over:
            waiting = {"waiting": [asdict(each) for each in ended.waiting]} if ended.waiting else {}
            kept = {"commit": commit, "exit_code": ended.code, **waiting}
            self.path.write_text(json.dumps(kept) + "\n", encoding="utf-8")


def _reviewed(this: Job, branch: str, commit: str, record: _Record) -> _End:
    """Apply the plans of all that was merged since the last apply, in the order of the merges; first those that wait.

    A forge that lets only the newest of several waiting runs go leaves the others' plans to it.
    """
    before = record.read()
    waiting = [Request(**each) for each in before.get("waiting", [])]
    is_done = before.get("commit") == commit and before.get("exit_code") == 0
    if is_done and not waiting:
        print(f"{commit[:SHORT]} was applied already.")
        return _End(0, is_over=True)
    commits = this.forge.history(before["commit"], commit) if before.get("commit") not in {None, commit} else []
    merged = [] if is_done else [each for one in commits or [commit] for each in this.forge.merged(one, branch)]
    ended, still = None, list[Request]()
    for request in dict.fromkeys([*waiting, *merged]):
        plan = this.forge.plan(request, this.artifact)
        if plan is None:
            print(f"There is no plan of {this.forge.mention}{request.number} (any more).")
            continue
        print(f"Applying the plan of {this.forge.mention}{request.number}.", flush=True)
        file = this.work / f"reviewed-{request.number}.json"
        file.write_bytes(plan)
        ended = _apply(this, "--reviewed", str(file), request=request, again=request in waiting)
        if not ended.is_over:
            return ended
        still += ended.waiting
    return replace(ended, waiting=tuple(still)) if ended else _nothing_reviewed(this)


def _apply(this: Job, *options: str, request: Request | None = None, again: bool = False) -> _End:
    """One apply, and its receipt as a comment of the request whose plan it is.

    `again`: it has one, which stays unless something came of this apply.
    """
    page, receipt = (this.work / f"receipt{f'-{request.number}' if request else ''}{form}" for form in (".md", ".json"))
    page.unlink(missing_ok=True)
    receipt.unlink(missing_ok=True)
    ran = this.run("apply", *_OPTIONS, *options, "--report", str(page), "--receipt", str(receipt))
    kept = json.loads(receipt.read_text(encoding="utf-8")) if receipt.exists() else {}
    if request and this.comments and not (again and kept and not kept["outcomes"]):
        told = page.read_text(encoding="utf-8") if page.exists() else f"**Not applied.**\n\n{fenced(ran.printed)}"
        text = f"{told}\n\n{this.end_of_comment(this.commit())}"
        try:
            put(this.forge, request.number, marker("receipt", this.about), text)
        except ForgeError as error:  # what is done is done, and the log has it too
            say("warning", f"The receipt could not be shown on {this.forge.mention}{request.number}: {error}")
    finished = bool(kept) and not kept["stopped"]
    waits = finished and any(each["action"] == "waiting" for each in kept["details"]["plan"]["changes"])
    return _End(ran.code, finished or ran.code == _STALE, (request,) if request and waits else ())


def _nothing_reviewed(this: Job) -> _End:
    """No plan was reviewed: well where nothing is to be done, else a person must see to it."""
    ran = this.run("plan", "--detailed-exitcode")
    if ran.code != _PENDING:
        return _End(ran.code, is_over=ran.code == 0)
    say("error", "None of this was reviewed, so nothing was sent. Make a pull or merge request of it.")
    return _End(1, is_over=True)


if __name__ == "__main__":
    end(main)
