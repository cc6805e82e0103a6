"""`apply --reviewed PLANFILE`: today's plan, of which only what was reviewed is done."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from bufferctl.cli import saved_plans
from bufferctl.cli.console import Console
from bufferctl.errors import StalePlanError
from bufferctl.planfile import Reviewed, SavedPlan
from bufferctl.render.paint import safe

if TYPE_CHECKING:
    from bufferctl.plan import Plan
    from bufferctl.reconcile import Options


@dataclass(frozen=True, slots=True)
class Reviewing:
    """A saved plan that was reviewed, by the name of its file."""

    saved: SavedPlan
    name: str
    reviewed: Reviewed

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read the plan. Raises UsageError where that cannot be, StalePlanError where it was altered."""
        saved = saved_plans.read(path)
        return cls(saved, str(path), Reviewed(saved.plan, str(path)))

    def told(self, options: Options) -> Options:
        """What planning is told: the choices that were reviewed too, and to hold what was not.

        Each delete was reviewed by itself, so how many there are matters only where the command line says so.
        """
        then = saved_plans.choices_of(self.saved)
        return replace(
            options,
            recreate=options.recreate | then.recreate,
            reapply=options.reapply | then.reapply,
            allow_share_now=options.allow_share_now or then.allow_share_now,
            max_deletes=sys.maxsize if options.max_deletes is None else options.max_deletes,
            review=self.reviewed.hold,
            planned_at=then.planned_at,
        )

    def check(self, now: Plan) -> None:
        """Raises StalePlanError where the plan is of another account, or expired."""
        saved_plans.check_fits(self.saved, now, self.name)
        then = self.reviewed.organizations()
        for change in now.changes:
            name, found = change.address.organization, change.slot.organization_id
            if then.get(name, found) != found:
                raise StalePlanError(
                    f"The saved plan {self.name} is of another organization that is called {name} too",
                    hint="Use the key of the account that it was made for, or plan again.",
                )

    def note_undone(self, now: Plan, console: Console) -> None:
        """Say what was reviewed and will not happen."""
        for said in self.reviewed.undone(now):
            console.note(f"{console.err.change('note:')} reviewed, but not done: {safe(said)}.")
