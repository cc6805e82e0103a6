"""`bufferctl ci plan`: check the files and plan, keep the plan as an artifact, and comment on the request.

`bufferctl ci comment` links the comment to the plan's page, which has an address only after it was uploaded.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from posixpath import join, normpath
from typing import NamedTuple

from bufferctl.ci.approvals import notes as approval_notes
from bufferctl.ci.commits import SHORT
from bufferctl.ci.forge import PLAN, PLANNED_FOR, ChangeRequest, CommentKind, artifact_name, marker, title
from bufferctl.ci.held import Held, held
from bufferctl.ci.job import Job, name_of
from bufferctl.ci.log import say
from bufferctl.ci.report_file import load_report
from bufferctl.ci.state_place import moved_state
from bufferctl.ci.suggestions import suggest
from bufferctl.ci.unread import left_behind, unread
from bufferctl.config import place_for
from bufferctl.config.write.convert import to_fill_in
from bufferctl.diagnostics import some_of
from bufferctl.errors import PENDING, ForgeError
from bufferctl.render.lines import count
from bufferctl.render.markdown import Context, Note, is_about, with_page, without_report
from bufferctl.render.markdown import comment as rendered
from bufferctl.render.report import Report
from bufferctl.render.since import commit_of
from bufferctl.value import replace

#: An address that can stand in parentheses, where Markdown has it.
_ADDRESS = re.compile(r"https?://[^\s()<>]+")
#: The formats of a plan for people and programs, besides its page.
_REPORTS = ("plan.md", "plan.report.json", "plan.sarif")


def plan(
    job: Job,
    *,
    branch: str,
    offline: bool = False,
    strict: bool = True,
    artifact: Path | None = None,
    number: int = 0,
    check: str = "plan",
) -> int:
    """Plan, and show the plan on the request.

    Returns exit code 0 if there is a plan, or none is needed; 1 if a change of the request needs a person, with
    `strict`; and bufferctl's exit code if there is no plan. `branch` is the one that apply publishes, `artifact` the
    folder that keeps the plan, and `number` the request to plan again by hand, whose check `check` then shows the
    result.
    """
    job = replace(job, is_offline=offline)
    job.output(changes="false", needs_you="0")  # what later steps read if nothing is planned; the last value counts
    request = job.forge.request(number)
    if request and request.merged_at:
        say(f"{name_of(request, job.forge)} is already merged, so a plan made now would not count.")
        return 0
    again = request if number else None
    if again and again.head not in {job.commit, job.commits.parents[-1]}:
        raise ForgeError("The checkout is not of the pull request's newest commit", hint="Run the workflow again.")
    code = 1
    try:
        code = _plan(job, request, branch, offline=offline, strict=strict, artifact=artifact)
    finally:
        if again:
            job.forge.post_check(again, check, passed=code == 0)
    return code


class _Made(NamedTuple):
    """What `bufferctl plan` made."""

    report: Report | None
    is_plan: bool  # whether there is a plan; also true for one that a freeze refuses
    held: Held
    code: int  # its exit code
    printed: str


def _plan(
    job: Job, request: ChangeRequest | None, branch: str, *, offline: bool, strict: bool, artifact: Path | None
) -> int:
    stranded = left_behind(job, request) if request else None
    if not stranded and not _is_needed(job, request):
        say(f"None of the files of {job.name} changed, so there is nothing to plan.")
        return 0
    moved = None if offline else moved_state(job, branch)
    overlooked = unread(job, request) if request else None
    for each in filter(None, (moved, overlooked, stranded)):
        job.annotate("warning", each.words)
    if moved:
        job = replace(job, has_state=False)
    folder = job.work / "plan"
    folder.mkdir()
    page = _page_name(job, request)
    made = _make(job, request, folder, page, offline=offline, saved=not (offline or moved))
    if artifact:
        _keep(job, request, made, folder, page, artifact)
    fails = bool(made.held.by_request) if strict else made.held.is_refused
    if request and job.options.comment:
        notes = [
            _elsewhere(job, request, branch),
            overlooked,
            stranded,
            moved if made.is_plan else None,
            _failure(job, made.held) if fails else None,
        ]
        if made.report and request.branch == branch and not offline:
            addresses = {change.address for change in made.report.plan.changes}
            notes += approval_notes(job, request, branch, addresses)
        url = job.forge.page_url((artifact / page).as_posix()) if artifact else ""
        job.post(CommentKind.PLAN, request, _comment(job, request, made, branch, tuple(filter(None, notes)), url))
    _report(job, made.held, fails=fails)
    if fails:
        return 1
    return 0 if made.is_plan else made.code


def _make(job: Job, request: ChangeRequest | None, folder: Path, page: str, *, offline: bool, saved: bool) -> _Made:
    """Run `bufferctl plan`, which writes its reports into `folder`.

    `saved`: whether apply may take this plan for a reviewed one.
    """
    data = job.work / "plan.data"
    options = _options(folder, page, saved=saved) + _links(job, request)
    options += _since_last_look(job, request) + _before(job, request)
    options += ["--offline"] if offline else []
    ran = job.run("plan", *options, "--data", str(data), without=f"Saved to {folder}")
    report = load_report(data) if data.exists() else None
    is_refused = report is not None and any(change.is_refused for change in report.plan.changes)
    is_plan = ran.code in {0, PENDING} or (ran.code == 1 and is_refused)
    (folder / "plan.txt").write_text(ran.printed, encoding="utf-8")
    if request:
        (folder / PLANNED_FOR).write_bytes(request.describe(job.base_of(request)))
    found = held(job, request, report) if is_plan and request and report else Held()
    return _Made(report, is_plan, found, ran.code, ran.printed)


def _keep(job: Job, request: ChangeRequest | None, made: _Made, folder: Path, page: str, artifact: Path) -> None:
    """Keep the plan as an artifact, and hand what later steps need to the job."""
    keep_artifact(folder, artifact, job.checkout)
    changes = bool(made.is_plan and made.report and made.report.plan.writes)
    job.output(
        folder=str(artifact),
        artifact=artifact_name(job.artifact, request) if request else f"{job.artifact}-{job.commit}",
        page=str(artifact / page) if made.is_plan else "",
        changes=str(changes).lower(),
        needs_you=str(len(made.held.by_request)),
    )


def _comment(job: Job, request: ChangeRequest, made: _Made, branch: str, notes: tuple[Note, ...], page: str) -> str:
    """The comment on the plan, or on why there is none. `branch`: that posts are published from; `page`: the URL."""
    context = Context(
        mark=marker(CommentKind.PLAN, job.about),
        title=title(CommentKind.PLAN, job.about),
        commit=request.head,
        run=job.forge.run_url,
        page=page,
        publishes=branch if request.branch != branch else "",
        into=request.branch,
        notes=notes,
        new_post=_new_post(job, request),
        again=f"to plan again, {job.forge.plan_again(request.number)}",
        decide=job.forge.decide(publishes=False),
        decides_for=job.decides_for,
        lines=suggest(job, request, made.report) if made.is_plan and made.report else {},
        files=job.forge.files_at(request.head),
        printed=made.printed,
    )
    is_sound = made.is_plan or (made.report is not None and not made.report.is_planned)
    with job.naming():
        return rendered(made.report, context) if made.report and is_sound else without_report(_unplanned(context))


def _new_post(job: Job, request: ChangeRequest) -> str:
    """The address of the forge's editor with a valid new post; empty where no file could hold it."""
    loaded = job.loaded
    if loaded is None or loaded.desired is None:
        return ""
    started = to_fill_in(loaded.desired, job.forge.now().date())
    place = place_for(f"{started.key}.yaml", loaded.patterns, loaded.files[1:]) if started else ""
    if started is None or not place:
        return ""
    return job.forge.new_file_url(request.branch, normpath(join(job.options.directory, place)), started.text)


def _since_last_look(job: Job, request: ChangeRequest | None) -> list[str]:
    """The option that names the comment of an earlier commit, so that the new one says what changed since."""
    found = job.find_comment(CommentKind.PLAN, request) if request and job.options.comment else None
    if found is None or request is None or commit_of(found.body) == request.head[:SHORT]:
        return []
    path = job.work / "earlier.md"
    path.write_text(found.body, encoding="utf-8")
    return ["--previous", str(path)]


def _before(job: Job, request: ChangeRequest | None) -> list[str]:
    """The option that names the files without the request, so that the plan records which entries it changes."""
    if request is None:
        return []
    try:
        base = job.base_of(request)
        return ["--base", str(job.commits.unpacked(base))] if base else []
    except ForgeError as error:
        job.annotate(
            "warning", f"This plan does not record which entries the {job.forge.noun} changes: {error.message}."
        )
        return []


def _is_needed(job: Job, request: ChangeRequest | None) -> bool:
    """Whether the request changes the files, or did when its comment was written, or the forge names no base."""
    base = job.base_of(request) if request else job.forge.tested_base()
    if job.is_touched(base):
        return True
    return request is not None and job.options.comment and job.find_comment(CommentKind.PLAN, request) is not None


def _unplanned(context: Context) -> Context:
    no_plan = Note("No plan.", "The plan could not be made, so nothing in it can be published yet.")
    return replace(context, notes=(*context.notes, no_plan))


def _elsewhere(job: Job, request: ChangeRequest, branch: str) -> Note | None:
    """A note that the request does not go into the published branch; None if it does."""
    if request.branch == branch:
        return None
    return Note(
        "Merging this publishes nothing.",
        f"It goes into `{request.branch}`, and posts are published from `{branch}`. If you change the target of this "
        f"{job.forge.noun} to `{branch}`, plan it again before you merge.",
    )


def _failure(job: Job, found: Held) -> Note:
    """Why the check fails."""
    return Note("This check fails:", _because_of_request(job, [f"`{key}`" for key in found.by_request]))


def _page_name(job: Job, request: ChangeRequest | None) -> str:
    """The name of the page, which an artifact of this file alone takes; no two attempts or sets of files share one."""
    about = str(request.number) if request else job.commit[:SHORT]
    parts = ["plan", about, re.sub(r"[^\w.]+", "-", job.about), job.environment.get("GITHUB_RUN_ATTEMPT", "1")]
    return f"{'-'.join(filter(None, parts))}.html"


def _options(folder: Path, page: str, *, saved: bool) -> list[str]:
    reports = [option for name in (*_REPORTS, page) for option in ("--report", str(folder / name))]
    return ["--detailed-exitcode", *(["--output", str(folder / PLAN)] if saved else []), *reports]


def _links(job: Job, request: ChangeRequest | None) -> list[str]:
    """The options that name the forge's pages of a line, and of the request's change of it."""
    line = job.forge.files_at(request.head if request else job.commit).line
    return ["--line-url", line, "--diff-url", job.forge.diff_of(request) if request else ""]


def _report(job: Job, found: Held, *, fails: bool) -> None:
    noun = job.forge.noun
    if found.uncompared:
        job.annotate("warning", f"Everything that needs you counts as changed by this {noun}: {found.uncompared}.")
    if found.before:
        entries = count(len(found.before), "entry", "entries")
        job.annotate("warning", f"{entries} already needed you before this {noun}: {some_of(found.before)}.")
    if found.by_request:
        job.annotate("error" if fails else "warning", _because_of_request(job, found.by_request))


def _because_of_request(job: Job, keys: Sequence[str]) -> str:
    need = count(len(keys), "entry needs", "entries need")
    return f"{need} you because of this {job.forge.noun}: {some_of(keys)}."


def keep_artifact(folder: Path, artifact: Path, checkout: Path) -> None:
    """Copy `folder` to `artifact`, replacing what is there. A relative `artifact` is below the `checkout`.

    Raises ForgeError if the path to it has a link below the checkout.
    """
    target = Path(os.path.normpath(checkout / artifact))
    if target.is_relative_to(checkout) and target.parent.resolve() != target.parent:
        raise ForgeError(
            f"The path to {artifact} contains a symbolic link, so nothing is written there",
            hint="Choose a folder whose path has no links.",
        )
    if target.is_symlink() or target.is_file():
        target.unlink()
    elif target.exists():
        shutil.rmtree(target)  # removes links, and never follows them
    shutil.copytree(folder, target, symlinks=True)


def comment(job: Job, *, page: str, number: int = 0) -> int:
    """Link the comment of the request's plan to `page`.

    Returns exit code 0, even if the comment is by now about a newer commit. Raises ForgeError if `page` is not a URL.
    """
    if not _ADDRESS.fullmatch(page):
        raise ForgeError(f"{page!r} is not the address of a page", hint="Name the uploaded page with --page URL.")
    request = job.forge.request(number)
    found = job.find_comment(CommentKind.PLAN, request) if request else None
    if request is None or found is None or not is_about(found.body, request.head):
        say("There is no comment on the plan of this commit, so there is nothing to link.")
        return 0
    linked = with_page(found.body, page)
    if linked != found.body:
        job.forge.edit_comment(request.number, found.id, linked)
    return 0
