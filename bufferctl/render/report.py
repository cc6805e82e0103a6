"""The input of every report: a plan, its results after an apply, and the problems in the files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from bufferctl.diagnostics import Diagnostic, RuleHelp, Severity
from bufferctl.digests import change_digest, plan_digest
from bufferctl.model import Address
from bufferctl.model.content import TextLength
from bufferctl.plan import Outcome, Plan


@dataclass(frozen=True)
class Report:
    """One plan with everything that a report of it needs.

    `diagnostics`: problems in the files; those found by planning are `plan.warnings`. `lengths`: the length of each
    declared text, as its network counts. `outcomes`: the results of the changes, None before an apply. `left`: the plan
    after it. `stopped`: why an apply ended early, empty if it did not. `expires_at`: until when a saved plan may be
    applied. `is_offline`: made from files and state alone, not checked against Buffer. `folder`: the root file's folder
    below the repository's root, with `/`, empty if they are the same; `rules`: the rules whose codes `diagnostics` use.
    `page`: the name of the HTML page written next to this report, which shows everything; empty without one.
    `pictures`: thumbnails of files as `data:` addresses, by digest (`shown.pictures_of`).
    `selection`: the options that limit the plan to some posts, as typed; empty without any.
    `public`: the summaries of files that were applied before, whose addresses therefore answer.
    `worth_a_look`: what a reviewer could overlook (`checks.worth_a_look`); nothing is held for it.
    `earlier`: the report that this one replaces, empty without one.
    """

    plan: Plan
    diagnostics: tuple[Diagnostic, ...] = ()
    lengths: Mapping[Address, TextLength] = field(default_factory=dict)
    outcomes: tuple[Outcome, ...] | None = None
    left: Plan | None = None
    stopped: str = ""
    selection: str = ""
    expires_at: datetime | None = None
    is_offline: bool = False
    folder: str = ""
    rules: tuple[RuleHelp, ...] = ()
    page: str = ""
    pictures: Mapping[str, str] = field(default_factory=dict)
    public: frozenset[str] = frozenset()
    worth_a_look: tuple[Diagnostic, ...] = ()
    earlier: str = ""

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """The digest of each change, empty if it changes nothing; made once, since that takes a while."""
        return tuple(map(change_digest, self.plan.changes))

    @property
    def digest(self) -> str:
        """The digest of what a reviewer agrees to."""
        return plan_digest(self.plan, self.digests)

    @property
    def problems(self) -> list[Diagnostic]:
        """The problems in plan and files, errors first, without what is worth a look."""
        looked = {each.code for each in self.worth_a_look}
        return by_severity(each for each in (*self.plan.warnings, *self.diagnostics) if each.code not in looked)


def by_severity(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems, errors first."""
    return sorted(problems, key=lambda each: each.severity is not Severity.ERROR)
