"""`bufferctl ci apply`: after a merge, do what was reviewed, and comment on the request with the receipt."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json, to_json

from bufferctl.ci.forge import ChangeRequest, fenced, without_marker
from bufferctl.ci.job import SHORT, Job, name_of
from bufferctl.ci.plan import PENDING
from bufferctl.errors import ForgeError, StalePlanError, StateError
from bufferctl.model.base import Commit
from bufferctl.state import Store, Stored

#: Nobody can answer a question here, and on a shared runner the last run may still hold the lock.
_OPTIONS = ("--auto-approve", "--lock-timeout", "600")


def apply(job: Job, *, branch: str, reviewed: bool = True) -> int:
    """Apply what was merged into `branch`; the exit code is that of bufferctl's last apply.

    `reviewed`: only what the plans of the merged requests have; else everything that the files say. Raises ForgeError
    where the checkout is not the newest commit of the branch.
    """
    commit = job.commit()
    newest = job.forge.newest(branch)
    if commit != newest:
        raise ForgeError(
            f"{branch} is at {newest[:SHORT]} and the checkout at {commit[:SHORT]}; older files are not applied",
            hint="Check out the branch itself (`ref:` of actions/checkout), so that every run takes its newest commit.",
        )
    job.check_state_is_kept()
    file = _AppliedFile(job.store("applied"))
    end = _apply_reviewed(job, branch, commit, file) if reviewed else _apply(job)
    file.write(commit, end)
    job.output(exit_code=str(end.code))
    return end.code


@dataclass(frozen=True)
class _End:
    """How an apply ended.

    `is_over`: what it left needs a person or another plan, and another try would not help. `waiting`: the requests
    whose posts wait for room in Buffer's plan; a later run applies their plans again.
    """

    code: int
    is_over: bool
    waiting: tuple[ChangeRequest, ...] = ()


@dataclass(frozen=True)
class _Applied:
    """The content of `applied.json`, beside the state: the commit that was applied last, and how that ended."""

    commit: Commit = ""
    exit_code: int = 0
    waiting: tuple[ChangeRequest, ...] = ()


class _AppliedFile:
    """`applied.json`; `store` is None if the state is not shared, and then nothing is kept."""

    def __init__(self, store: Store | None) -> None:
        self._store = store
        self._stored = store.read() if store else Stored(None, "")

    def read(self) -> _Applied:
        """The last apply; all empty before the first one. Raises StateError if the file is damaged."""
        if self._stored.document is None:
            return _Applied()
        try:
            return TypeAdapter(_Applied).validate_json(self._stored.document)
        except ValidationError as error:
            raise StateError(
                "applied.json beside the state is damaged, so bufferctl does not know which merges were applied",
                hint="Restore it from the store's history, or delete it: then only the newest merge is applied.",
            ) from error

    def write(self, commit: str, end: _End) -> None:
        """Keep how it ended, if it is over; otherwise the next run starts where this one did. Raises StateError."""
        if self._store is None or not end.is_over:
            return
        waiting = {"waiting": [asdict(each) for each in end.waiting]} if end.waiting else {}
        document = to_json({"commit": commit, "exit_code": end.code, **waiting}) + b"\n"
        if document != self._stored.document:
            self._store.swap(document, self._stored.version, f"ci apply: merges up to {commit[:SHORT]}")


def _apply_reviewed(job: Job, branch: str, commit: str, file: _AppliedFile) -> _End:
    """Apply the plans of everything merged since the last apply, in the order of the merges; those that wait go first.

    GitHub drops all but the newest of several waiting runs; that run applies the others' plans.
    """
    last = file.read()
    is_done = last.commit == commit and last.exit_code == 0
    if is_done and not last.waiting:
        print(f"Commit {commit[:SHORT]} is already applied.")
        return _End(0, is_over=True)
    commits = job.forge.history(last.commit, commit) if last.commit not in {"", commit} else []
    merged = [] if is_done else [each for one in commits or [commit] for each in job.forge.merged(one, branch)]
    waiting = [replace(each, branch=branch) for each in last.waiting]
    end, still = None, list[ChangeRequest]()
    for request in dict.fromkeys([*waiting, *merged]):
        plan = _reviewed_plan(job, request)
        if plan is None:
            continue
        print(f"Applying the plan of {name_of(request, job.forge)}.", flush=True)
        end = _apply(job, "--reviewed", str(plan), request=request, is_again=request in waiting)
        if not end.is_over:
            return end
        still += end.waiting
    return replace(end, waiting=tuple(still)) if end else _without_review(job)


def _reviewed_plan(job: Job, request: ChangeRequest) -> Path | None:
    """The file of the plan that was reviewed, None if there is none, which the log explains."""
    found = job.forge.reviewed_plan(request, job.artifact)
    for reason in found.ignored:
        print(f"{name_of(request, job.forge)}: {reason}.")
    if found.content is None:
        print(f"There is no reviewed plan for {name_of(request, job.forge)} (any more), so it is not applied.")
        return None
    file = job.work / f"reviewed-{request.number}.json"
    file.write_bytes(found.content)
    return file


def _apply(job: Job, *options: str, request: ChangeRequest | None = None, is_again: bool = False) -> _End:
    """Run one apply, and comment on the request with its receipt.

    `is_again`: the request has a receipt already, which stays unless this apply did something.
    """
    stem = f"receipt-{request.number}" if request else "receipt"
    page, file = job.work / f"{stem}.md", job.work / f"{stem}.json"
    ran = job.run("apply", *_OPTIONS, *options, "--report", str(page), "--receipt", str(file))
    receipt: dict[str, Any] = from_json(file.read_bytes()) if file.exists() else {}
    if request and job.options.comment and not (is_again and receipt and not receipt["outcomes"]):
        text = page.read_text(encoding="utf-8") if page.exists() else f"**Not applied.**\n\n{fenced(ran.printed)}"
        try:
            job.comment("receipt", request, without_marker(text), job.footer(job.commit()))
        except ForgeError as error:  # what is done is done, and the log shows it
            name = name_of(request, job.forge)
            job.annotate("warning", f"The receipt could not be added to {name}: {error.message}")
    is_finished = bool(receipt) and not receipt["stopped"]
    waits = is_finished and any(each["change"]["action"] == "waiting" for each in receipt["details"]["plan"]["changes"])
    is_stale = ran.code == StalePlanError.exit_code  # it never fits again
    return _End(ran.code, is_finished or is_stale, (request,) if request and waits else ())


def _without_review(job: Job) -> _End:
    """Nothing was reviewed: fine where there is nothing to do, else an error that a person sees."""
    ran = job.run("plan", "--detailed-exitcode")
    if ran.code != PENDING:
        return _End(ran.code, is_over=ran.code == 0)
    job.annotate(
        "error",
        "Nothing of this was reviewed, so nothing was sent. Publish it with a pull or merge request that changes these "
        "files.",
    )
    return _End(1, is_over=True)
