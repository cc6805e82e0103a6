"""Where an apply takes its plan from: the files, a saved plan, or the files as far as a saved plan was reviewed.

`source_of` chooses; the command then treats the three alike. A source is used in this order: `files` opens the session,
`options` go into planning, `select` takes the plan that Buffer gives now and returns the one to carry out.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from bufferctl.cli import plan_options, saved
from bufferctl.cli.files import Files, declared_now, load_files, of_saved
from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.errors import StalePlanError, UsageError
from bufferctl.model.plain_text import visible

if TYPE_CHECKING:
    from bufferctl.cli.console import Console
    from bufferctl.cli.options import Choices
    from bufferctl.model import Desired
    from bufferctl.plan import Plan
    from bufferctl.planfile import Reviewed, SavedPlan
    from bufferctl.reconcile import Options

#: Suffixes of posts files; any other single file passed to apply is a saved plan.
_POST_FILES = frozenset({".yaml", ".yml"})


class PlanSource(Protocol):
    """One way to a plan. `choices`: the options of this or of the saved run that overrule a plan."""

    @property
    def files(self) -> Files:
        """The declared objects: of the files, or of the saved plan."""

    @property
    def choices(self) -> Choices:
        """Choices that overrule or narrow the plan; `planning_options` turns them into planning's options."""

    @property
    def asks(self) -> bool:
        """Whether a person confirms on the terminal; not if the plan was reviewed before."""

    @property
    def not_created(self) -> frozenset[str]:
        """Addresses that a person says, in this very run, an earlier one did not create (`--recreate`)."""

    @property
    def already_applied(self) -> str:
        """Printed instead of an empty plan; empty if the plan is always printed."""

    @property
    def selection(self) -> str:
        """What of the command line limits the plan to some posts; empty if nothing does."""

    def options(self, base: Options) -> Options:
        """The options to plan with, made from those that `choices` give."""

    def select(self, today: Plan, console: Console) -> Plan:
        """The part of today's plan to carry out. Raises StalePlanError and UsageError, with nothing sent."""


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
    plan_file = saved_plan_among(paths)
    if plan_file and reviewed:
        raise UsageError(
            f"{plan_file} is a saved plan, and --reviewed names another",
            hint="Name one: PATH applies the whole plan or nothing, --reviewed applies what the files still declare.",
        )
    if plan_file:
        _check_alone(choices, plan_file)
        plan = saved.read(plan_file)
        return FromSavedPlan(plan, plan_file, file, of_saved(file, plan.desired))
    agreed = saved.read(reviewed) if reviewed else None
    files = load_files(file, paths, console, as_json=as_json)
    plan_options.check_named(choices, files)
    fresh = FromFiles(files, choices)
    if reviewed is None or agreed is None:
        return fresh
    from bufferctl.planfile import Reviewed

    return FromReviewed(fresh, agreed, reviewed, Reviewed(agreed.plan, str(reviewed)))


def saved_plan_among(paths: Sequence[Path]) -> Path | None:
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


@dataclass(frozen=True, slots=True)
class FromFiles:
    """The plan of the files as they are now, narrowed to PATHs, --target and --exclude."""

    files: Files
    choices: Choices
    asks: bool = True
    already_applied: str = ""

    @property
    def not_created(self) -> frozenset[str]:
        """What --recreate names."""
        return self.choices.recreate

    @property
    def selection(self) -> str:
        """PATHs, --target and --exclude."""
        return plan_options.selection(self.files, self.choices)

    def options(self, base: Options) -> Options:
        """As the command line has them."""
        return base

    def select(self, today: Plan, console: Console) -> Plan:
        """The plan, narrowed. Raises UsageError if a glob fits no address."""
        return plan_options.narrowed(today, self.files, self.choices)


@dataclass(frozen=True, slots=True)
class FromSavedPlan:
    """All of a saved plan, or nothing if it no longer holds (exit code 3)."""

    saved: SavedPlan
    path: Path
    root: Path | None
    files: Files
    asks: bool = False
    #: A saved plan was made before its writes were sent, so it cannot know that one of them did not arrive.
    not_created: frozenset[str] = frozenset()

    @property
    def choices(self) -> Choices:
        """Those of the command that made the plan."""
        return saved.choices_of(self.saved)

    @property
    def already_applied(self) -> str:
        """Printed if all of the plan is done."""
        return f"{self.path} is already applied."

    def options(self, base: Options) -> Options:
        """As the saved plan has them."""
        return base

    @property
    def selection(self) -> str:
        """Nothing: the whole saved plan is applied."""
        return ""

    def select(self, today: Plan, console: Console) -> Plan:
        """What of the saved plan is still to be done. Raises StalePlanError, naming what moved."""
        left = still_to_do(self.saved, self.path, today, declared_now(self.root))
        if 0 < len(left.writes) < (total := len(self.saved.plan.writes)):
            console.note(f"{len(left.writes)} of {total} changes of {self.path} are still to be applied.")
        return left


@dataclass(frozen=True, slots=True)
class FromReviewed:
    """The plan of the files, limited to the changes in a saved plan (`apply --reviewed`); the rest is held."""

    fresh: FromFiles
    saved: SavedPlan
    path: Path
    reviewed: Reviewed
    asks: bool = False
    already_applied: str = ""

    @property
    def files(self) -> Files:
        """The files as they are now."""
        return self.fresh.files

    @property
    def choices(self) -> Choices:
        """Those of this command, and those that the reviewed plan was made with.

        Each delete was reviewed by itself, so their number counts only where this command line limits it.
        """
        now, then = self.fresh.choices, saved.choices_of(self.saved)
        return replace(
            now,
            recreate=now.recreate | then.recreate,
            reapply=now.reapply | then.reapply,
            max_deletes=sys.maxsize if now.max_deletes is None else now.max_deletes,
            planned_at=then.planned_at,
        )

    @property
    def not_created(self) -> frozenset[str]:
        """What --recreate names in this run."""
        return self.fresh.not_created

    @property
    def selection(self) -> str:
        """As of the files' plan."""
        return self.fresh.selection

    def options(self, base: Options) -> Options:
        """With what was not reviewed held."""
        return replace(base, review=self.reviewed.hold)

    def select(self, today: Plan, console: Console) -> Plan:
        """The plan, narrowed; prints what was reviewed and will not happen. Raises StalePlanError, UsageError."""
        _check_fits(self.saved, self.path, today)
        self._check_organizations(today)
        for message in self.reviewed.undone(today):
            console.note(f"{console.err.change('note:')} reviewed, but not done: {visible(message)}.")
        return self.fresh.select(today, console)

    def _check_organizations(self, today: Plan) -> None:
        reviewed = self.reviewed.organizations()
        for change in today.changes:
            name, id_now = change.address.organization, change.slot.organization_id
            if reviewed.get(name, id_now) != id_now:
                raise StalePlanError(
                    f"The saved plan {self.path} is for another organization that is also called {name}",
                    hint="Use the key of the account that it was made for, or plan again.",
                )


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
    from bufferctl.cli.options import Choices

    if choices != Choices():
        raise UsageError(
            f"The saved plan {path} is applied whole or not at all, so options that narrow or overrule a plan do not "
            "go with it; nothing was sent",
            hint="Pass --target, --exclude, --recreate, --reapply and --max-deletes to `plan -o FILE`.",
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
