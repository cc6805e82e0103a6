"""Where an apply takes its plan from: the files, a saved plan, or the files as far as a saved plan was reviewed.

`source_of` chooses; the command then treats the three alike.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bufferctl.cli import plan_options, saved
from bufferctl.cli.files import Files, load_declared, load_files
from bufferctl.cli.options import Choices
from bufferctl.config import find_root
from bufferctl.diagnostics import Diagnostic, Severity, has_errors
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model.plain_text import visible

if TYPE_CHECKING:
    from bufferctl.cli.console import Console
    from bufferctl.model import Desired
    from bufferctl.plan import Change, Plan
    from bufferctl.planfile import Reviewed, SavedPlan

#: Suffixes of posts files; any other single file passed to apply is a saved plan.
_POST_FILES = frozenset({".yaml", ".yml"})


@dataclass(frozen=True, slots=True)
class PlanSource:
    """One way to a plan of `files`.

    `choices`: the options, of this run or of the one that saved the plan, that overrule a plan. `select`: what of
    today's plan to carry out; raises StalePlanError and UsageError, with nothing sent. `saved_plan`: the file that is
    applied whole or not at all. `review`: holds what was not reviewed. `not_created`: addresses that a person says, in
    this very run, an earlier one did not create (`--recreate`). `selection`: what of the command line limits the plan.
    """

    files: Files
    choices: Choices
    select: Callable[[Plan], Plan]
    saved_plan: Path | None = None
    review: Callable[[Change], Change] | None = None
    not_created: frozenset[str] = frozenset()
    selection: str = ""

    @property
    def asks(self) -> bool:
        """Whether a person confirms on the terminal; not if the plan was reviewed before."""
        return self.saved_plan is None and self.review is None


def source_of(
    file: Path | None,
    paths: Sequence[Path],
    reviewed: Path | None,
    choices: Choices,
    console: Console,
    *,
    as_json: bool,
) -> PlanSource:
    """The source that the command line names, its files read and checked. `as_json`: as in `load_files`.

    Raises UsageError, ConfigError, and StalePlanError if a saved plan was altered.
    """
    plan_file = _saved_plan_among(paths)
    if plan_file and reviewed:
        raise UsageError(
            f"{plan_file} is a saved plan, and --reviewed names another",
            hint="Name one: PATH applies the whole plan or nothing, --reviewed applies what the files still declare.",
        )
    if plan_file:
        _check_alone(choices, plan_file)
        return _from_saved_plan(plan_file, file, console)
    agreed = saved.read(reviewed) if reviewed else None
    files = load_files(file, paths, console, as_json=as_json)
    plan_options.check_named(choices, files)
    fresh = PlanSource(
        files,
        choices,
        lambda today: plan_options.narrowed(today, files, choices),
        not_created=choices.recreate,
        selection=plan_options.selection(files, choices),
    )
    return _from_reviewed(fresh, agreed, reviewed, console) if reviewed and agreed else fresh


def _saved_plan_among(paths: Sequence[Path]) -> Path | None:
    """The saved plan that apply is given; None if it is given files of posts, or nothing."""
    if len(paths) == 1 and paths[0].is_file() and paths[0].suffix not in _POST_FILES:
        return paths[0]
    return None


def check_plan_name(path: Path | None) -> None:
    """Before any work. Raises UsageError if apply would take a plan of this name for posts; None is passed over."""
    if path and path.suffix in _POST_FILES:
        raise UsageError(
            f"`bufferctl apply` would read {path} as a file of posts, so nothing was done",
            hint="Choose another name with -o, such as plan.json.",
        )


def _from_saved_plan(path: Path, file: Path | None, console: Console) -> PlanSource:
    """All of a saved plan, or nothing if it no longer holds.

    It was made before its writes were sent, so it cannot know that one of them did not arrive: `not_created` is empty.
    """
    plan = saved.read(path)

    def select(today: Plan) -> Plan:
        found = load_declared(file)
        left = still_to_do(plan, path, today, None if has_errors(found.diagnostics) else found.desired)
        if 0 < len(left.writes) < (total := len(plan.plan.writes)):
            console.note(f"{len(left.writes)} of {total} changes of {path} are still to be applied.")
        return left

    root = find_root(file, Path.cwd())
    files = Files(root.parent, plan.desired, root_name=root.name)
    return PlanSource(files, saved.choices_of(plan), select, saved_plan=path)


def _from_reviewed(fresh: PlanSource, agreed: SavedPlan, path: Path, console: Console) -> PlanSource:
    """The plan of the files, limited to the changes in a saved plan (`apply --reviewed`); the rest is held."""
    from bufferctl.planfile import Reviewed

    reviewed = Reviewed(agreed.plan, str(path))
    now, then = fresh.choices, saved.choices_of(agreed)
    choices = replace(
        now,
        recreate=now.recreate | then.recreate,
        reapply=now.reapply | then.reapply,
        # each delete was reviewed by itself, so their number counts only where this command line limits it
        max_deletes=sys.maxsize if now.max_deletes is None else now.max_deletes,
        planned_at=then.planned_at,
    )

    def select(today: Plan) -> Plan:
        _check_fits(agreed, path, today)
        _check_organizations(reviewed, path, today)
        for message in reviewed.undone(today):
            console.notice(f"reviewed, but not done: {visible(message)}.")
        return fresh.select(today)

    return replace(fresh, choices=choices, select=select, review=reviewed.hold)


def still_to_do(plan: SavedPlan, path: Path, today: Plan, declared: Desired | None) -> Plan:
    """The rest of a saved plan. Raises StalePlanError, naming what changed, if it is out of date.

    `declared`: what the files say today, None if they have errors.
    """
    from bufferctl import planfile

    _check_fits(plan, path, today)
    writes = {change.slot for change in plan.plan.writes}
    verified = planfile.verify(plan, plan_options.without_repeating(today, writes))
    back, warnings = planfile.overruled(verified.plan, declared) if declared else ((), (_UNREADABLE,))
    if moved := (*verified.moved, *back):
        raise StalePlanError(
            "\n  ".join((f"The saved plan {path} is out of date, so nothing was sent:", *moved)),
            hint="Plan again, and have that reviewed.",
        )
    return replace(verified.plan, warnings=(*verified.plan.warnings, *warnings))


def _check_alone(choices: Choices, path: Path) -> None:
    """Raises UsageError if options would change a saved plan: they were fixed when it was made."""
    if choices != Choices():
        raise UsageError(
            f"The saved plan {path} is applied whole or not at all, so options that narrow or overrule a plan do not "
            "go with it; nothing was sent",
            hint="Pass --target, --exclude, --recreate, --reapply and --max-deletes to `plan -o FILE`.",
        )


def _check_organizations(reviewed: Reviewed, path: Path, today: Plan) -> None:
    """Raises StalePlanError if a reviewed organization is now another one of the same name."""
    organizations = reviewed.organizations()
    for change in today.changes:
        name, id_now = change.address.organization, change.slot.organization_id
        if organizations.get(name, id_now) != id_now:
            raise StalePlanError(
                f"The saved plan {path} is for another organization that is also called {name}",
                hint="Use the key of the account that it was made for, or plan again.",
            )


def _check_fits(plan: SavedPlan, path: Path, today: Plan) -> None:
    """Raises StalePlanError if the saved plan is of another endpoint, or expired."""
    if today.endpoint != plan.plan.endpoint:
        raise StalePlanError(
            f"The saved plan {path} is for {plan.plan.endpoint}, and this run talks to {today.endpoint}",
            hint="Set BUFFER_API_URL to that endpoint, or plan again.",
        )
    if today.at > plan.expires_at:
        raise StalePlanError(
            f"The saved plan {path} expired on {plan.expires_at:%Y-%m-%d %H:%M} UTC",
            hint="Plan again, and have that reviewed.",
        )


#: A saved plan is applied although the files cannot be compared with it.
_UNREADABLE = Diagnostic(
    Severity.WARNING,
    "The files have errors, so they could not be compared with the saved plan",
    hint="To see them, run `bufferctl validate`.",
)
