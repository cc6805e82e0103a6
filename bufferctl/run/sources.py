"""The sources of an apply's plan: the files, a saved plan, or the files as far as reviewed plans agree.

`source_of` chooses; the command then treats the three alike. Each plans from the files: a plan file only selects, and
none of its options, limits or times lifts a hold of a reviewed plan. Saved plans and receipts are read and written
here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from bufferctl.choices import NONE, Choices
from bufferctl.config import load
from bufferctl.digests import SHORT, plan_digest
from bufferctl.errors import ConfigError, StalePlanError, UsageError
from bufferctl.model import Address, Desired, dates, visible
from bufferctl.plan import Action
from bufferctl.run.files import POST_FILES, Files, load_declared, open_files
from bufferctl.run.listener import SILENT, Listener
from bufferctl.run.secrets import write_whole
from bufferctl.run.selection import check_named, describe_selection, hold_dependent, naming_frozen, narrow
from bufferctl.value import replace, value

if TYPE_CHECKING:
    from bufferctl.config import Loaded
    from bufferctl.model import State
    from bufferctl.plan import Change, Plan
    from bufferctl.planfile import Merged, Receipt, Reviewed, SavedPlan
    from bufferctl.render.report import Report

_AGAIN = "Plan again, and have that reviewed."


@value()
class PlanSource:
    """One way to a plan of `files`."""

    files: Files  # those of now
    choices: Choices = NONE  # the options that overrule a plan: of this run, or of the one that saved the plan
    #: What of today's plan to carry out, by the state; raises StalePlanError and UsageError, with nothing sent.
    select: Callable[[Plan, State], Plan] = lambda today, _: today
    saved_plan: Path | None = None  # the file that is applied whole or not at all
    nothing_left: str = ""  # what to say of it once there is nothing more to do
    reviewed: Reviewed | None = None  # the plans that people agreed to
    #: Addresses that a person says, in this very run, an earlier one did not create (`--recreate`).
    not_created: frozenset[str] = frozenset()
    selection: str = ""  # what of the command line limits the plan

    @property
    def asks(self) -> bool:
        """Whether a person has to confirm on the terminal, which a reviewed plan does not need."""
        return self.saved_plan is None and self.reviewed is None

    def review(self, state: State, endpoint: str) -> Callable[[Change, datetime], Change] | None:
        """The function that holds changes that nobody agreed to, if plans were reviewed.

        `state` is the one before the run.
        """
        if self.reviewed is None:
            return None
        return partial(
            self.reviewed.hold,
            state=state,
            declared=self.files.desired,
            endpoint=endpoint,
            may_delete=self.choices.max_deletes is not None,
        )


def source_of(
    file: Path | None,
    paths: Sequence[Path],
    reviewed: Sequence[Path],
    digest: str,
    choices: Choices,
    listener: Listener,
    *,
    merged: Path | None = None,
) -> PlanSource:
    """The source that the command line names, with its files read and checked.

    `merged` is the file that lists merged requests (`read_merged`). `digest` is the beginning of the expected saved
    plan's digest, empty for any plan. Raises UsageError, ConfigError, and StalePlanError if a saved plan was altered or
    is another one.
    """
    is_plan = len(paths) == 1 and paths[0].is_file() and paths[0].suffix.lower() not in POST_FILES
    plan_file = paths[0] if is_plan else None
    _refuse_combined(plan_file, reviewed, merged, digest, choices)
    if plan_file:
        plan = read_plan(plan_file)
        _check_meant(plan, plan_file, digest)
        return _from_saved_plan(plan, plan_file, open_files(file, (), listener, or_suspends=True), listener)
    agreed = {path: read_plan(path) for path in reviewed}
    files = open_files(file, paths, listener, or_suspends=True)
    check_named(choices, files)
    fresh = PlanSource(
        files,
        choices,
        lambda today, _: narrow(today, files, choices),
        not_created=choices.recreate,
        selection=describe_selection(files, choices),
    )
    if merged:
        return _from_merged(fresh, read_merged(merged), listener)
    return _from_reviewed(fresh, agreed, listener) if agreed else fresh


def _refuse_combined(
    plan_file: Path | None, reviewed: Sequence[Path], merged: Path | None, digest: str, choices: Choices
) -> None:
    """Raises UsageError where the command line names several sources, or options of another one."""
    if plan_file and (reviewed or merged):
        option = "--merged" if merged else "--reviewed"
        raise UsageError(
            f"{plan_file} is a saved plan, and {option} names another",
            hint="Name one: PATH applies the whole plan or nothing, --reviewed applies what the files still declare.",
        )
    if merged and reviewed:
        raise UsageError(
            "--merged already names the plans, so it cannot be combined with --reviewed", hint="Leave one of them out."
        )
    if choices.planned_at and not reviewed:
        raise UsageError(
            "--reviewed-at says when the plan of --reviewed was made, and none is given",
            hint="Pass that plan with --reviewed, or leave out --reviewed-at.",
        )
    if digest and not plan_file:
        raise UsageError("--digest identifies a saved plan, and none is given", hint="Pass the plan as PATH.")
    if plan_file and choices != Choices():  # they were fixed when it was made
        raise UsageError(
            f"The saved plan {plan_file} is applied whole or not at all, so options that narrow or overrule a plan "
            "do not go with it; nothing was sent",
            hint="Pass them to `plan -o FILE`.",
        )


def _from_saved_plan(plan: SavedPlan, path: Path, files: Files, listener: Listener) -> PlanSource:
    """All of a saved plan, or nothing if the files or the account no longer give it.

    It was made before its writes were sent, so it cannot know that one of them did not arrive: `not_created` is empty.
    """

    def select(today: Plan, state: State) -> Plan:
        left = still_to_do(plan, path, today, state)
        to_do, total = (len(each.writes) + len(each.of(Action.WAITING)) for each in (left, plan.plan))
        if 0 < to_do < total:
            listener.note(
                f"{to_do:,} of {total:,} changes of {path} {'is' if to_do == 1 else 'are'} still to be applied."
            )
        return left

    # Not "already applied": of a post that was published meanwhile, nobody can tell.
    nothing_left = f"{path} has nothing left to apply."
    return PlanSource(files, plan.choices, select, saved_plan=path, nothing_left=nothing_left)


def _from_reviewed(fresh: PlanSource, agreed: dict[Path, SavedPlan], listener: Listener) -> PlanSource:
    """The plan of the files, limited to the changes in reviewed plans (`apply --reviewed`); the rest is held."""
    from bufferctl.planfile import Reviewed

    reviewed = Reviewed.by_hand({str(path): plan for path, plan in agreed.items()})

    def check(today: Plan) -> None:
        for path, plan in agreed.items():
            _check_fits(plan, path, today)
        _check_organizations(reviewed, agreed, today)

    return _reviewed(fresh, reviewed, check, listener)


def _from_merged(fresh: PlanSource, merged: Sequence[Merged], listener: Listener) -> PlanSource:
    """The plan of the files, limited to what merged requests agree to (`apply --merged`); the rest is held."""
    from bufferctl.planfile import Reviewed

    return _reviewed(fresh, Reviewed(merged), lambda _: None, listener)


def _reviewed(fresh: PlanSource, reviewed: Reviewed, check: Callable[[Plan], None], listener: Listener) -> PlanSource:
    def select(today: Plan, state: State) -> Plan:
        check(today)
        for message in reviewed.undone(today, state):
            listener.notice(f"reviewed, but not done: {visible(message)}.")
        return fresh.select(today, state)

    return replace(fresh, select=select, reviewed=reviewed)


def still_to_do(plan: SavedPlan, path: Path, today: Plan, state: State) -> Plan:
    """The rest of a saved plan. Raises StalePlanError, naming what changed, if it is out of date.

    `state` is the one before the run.
    """
    from bufferctl import planfile

    _check_fits(plan, path, today)
    writes = {change.slot for change in plan.plan.writes}
    verified = planfile.verify(plan, hold_dependent(today, writes), state)
    if verified.moved:
        raise StalePlanError(
            "\n  ".join((f"The saved plan {path} is out of date, so nothing of it was sent:", *verified.moved)),
            hint=_AGAIN,
        )
    return naming_frozen(today, verified.plan)


def _check_meant(plan: SavedPlan, path: Path, digest: str) -> None:
    """Raises UsageError if `digest` cannot be one, StalePlanError if the plan has another."""
    if digest and not re.fullmatch(rf"[0-9a-fA-F]{{{SHORT},}}", digest):
        raise UsageError(
            f"--digest {visible(digest)} is not a digest of {SHORT} or more hexadecimal digits",
            hint="Copy it from the comment, the page, or `bufferctl show`.",
        )
    if not (found := plan_digest(plan.plan)).startswith(digest.lower()):
        raise StalePlanError(
            f"The saved plan {path} has the digest {found[:SHORT]}, not {digest}, so nothing was sent",
            hint="Use the plan that was reviewed.",
        )
    if plan.offline:
        raise UsageError(
            f"The saved plan {path} was made with --offline, so it does not know what is in Buffer",
            hint=f"Apply what it agrees to: bufferctl apply --reviewed {quote(str(path))}",
        )


def _check_organizations(reviewed: Reviewed, paths: Collection[Path], today: Plan) -> None:
    """Raises StalePlanError if a reviewed organization is now another one of the same name."""
    organizations = reviewed.organizations()
    for change in today.changes:
        name, id_now = change.address.organization, change.slot.organization_id
        if organizations.get(name, id_now) != id_now:
            raise StalePlanError(
                f"The saved plan {' or '.join(map(str, paths))} is for another organization that is also called {name}",
                hint="Use the key of the account that it was made for, or plan again.",
            )


def _check_fits(plan: SavedPlan, path: Path, today: Plan) -> None:
    """Raises StalePlanError if the saved plan is of another endpoint, or expired."""
    if plan.plan.endpoint not in {today.endpoint, ""}:  # an offline plan without a state has none
        raise StalePlanError(
            f"The saved plan {path} is for {plan.plan.endpoint}, and this run talks to {today.endpoint}",
            hint="Set BUFFER_API_URL to that endpoint, or plan again.",
        )
    if today.at > plan.expires_at:
        raise StalePlanError(f"The saved plan {path} expired on {dates.local(plan.expires_at, 'UTC')}", hint=_AGAIN)


def save(
    path: Path,
    plan: Plan,
    desired: Desired,
    choices: Choices,
    expires_at: datetime,
    *,
    offline: bool = False,
    changed: Collection[Address] | None = None,
) -> None:
    """Write the plan. Raises BufferctlError if it cannot be written.

    `changed` are the entries that the plan's request changes; None if unknown.
    """
    from bufferctl import planfile  # slow to import, and most runs save nothing

    raw = planfile.dump(plan, desired, choices, expires_at=expires_at, offline=offline, changed=changed)
    write_whole(path, raw)


def changed_since(base: Path, files: Files, listener: Listener) -> frozenset[Address] | None:
    """The entries that differ from the files in the folder `base`; all of them if it has no root file.

    None, with a warning, if the files there have errors. Raises UsageError if there is no such folder.
    """
    from bufferctl.planfile import changed_entries

    if not base.is_dir():
        raise UsageError(f"{base} is not a folder", hint="Name the folder with the earlier files.")
    before: Desired | None = Desired()
    root_file = base / files.root_name
    if root_file.exists():
        try:
            before = load_declared(root_file).desired
        except ConfigError:
            before = None
    if before is None:
        listener.warning("the files to compare with have errors, so this plan does not record which entries differ")
        return None
    return changed_entries(before, files.desired)


def files_of_base(base: Path, files: Files) -> Files | None:
    """The files as they are in the folder `base`; None if they cannot be planned."""
    root_file = base / files.root_name
    try:
        return open_files(root_file, (), SILENT) if root_file.exists() else None
    except ConfigError:
        return None


def files_near() -> Loaded | None:
    """What the nearest root file reads; None without one."""
    try:
        return load(None, Path.cwd())
    except ConfigError:
        return None


def read_plan(path: Path) -> SavedPlan:
    """Read a saved plan. Raises UsageError if that cannot be, StalePlanError if it was altered."""
    from bufferctl import planfile
    from bufferctl.reconcile import shows_edit

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The saved plan {path} cannot be read: {error.strerror}", hint="Pass a file that `plan -o` wrote."
        ) from error
    return planfile.load_shown(raw, str(path), shows_edit)


def read_merged(path: Path) -> tuple[Merged, ...]:
    """The merged requests of a file that `bufferctl ci apply` wrote. Raises as `read_plan`."""
    from bufferctl.planfile import load_merged

    try:
        return load_merged(path.read_bytes(), str(path), read_plan)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint="`bufferctl ci apply` writes it.") from error


def write_receipt(path: Path, report: Report, finished_at: datetime) -> None:
    """Write the receipt of an apply. Raises BufferctlError if it cannot be written."""
    from bufferctl.planfile import receipt_details
    from bufferctl.render.json_documents import receipt_json

    write_whole(
        path,
        receipt_json(report, finished_at, receipt_details(report.plan, report.outcomes or (), report.left)).encode(),
    )


def read_receipt(path: Path) -> Receipt | None:
    """Read a receipt; None if the file is something else or cannot be read. Raises UsageError."""
    from pydantic_core import from_json

    from bufferctl.planfile import RECEIPT, load_receipt

    try:
        raw = path.read_bytes()
        kind = from_json(raw)["kind"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return load_receipt(raw, str(path)) if kind == RECEIPT else None
