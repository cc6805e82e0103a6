"""What a report shows, whatever its form: a plan, and after an apply what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bufferctl.diagnostics import Diagnostic, Severity
from bufferctl.model import Address
from bufferctl.model.content import TextLength
from bufferctl.plan import Outcome, Plan


class RuleHelp(Protocol):
    """What a report tells of a rule that found something: code, name, level; what is found, why it matters, what to do.

    The last three are a sentence of Markdown each, without its full stop.
    """

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def summary(self) -> str: ...
    @property
    def why(self) -> str: ...
    @property
    def hint(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Report:
    """One plan with what belongs to it.

    `diagnostics`: problems of the files; those of planning are `plan.warnings`. `lengths`: of each declared text, as
    its network counts. `digest`: `digests.plan_digest`, of what a reviewer agrees to; `digests.change_digest` gives
    that of one change. `outcomes`: what became of the changes, None before an apply. `left`: the plan after it.
    `stopped`: why an apply ended early, empty where it did not. `expires_at`: until when a saved plan may be applied.
    `is_offline`: made from files and state alone, not checked against Buffer. `folder`: that of the root file below the
    root of the repository, with `/`, empty where they are the same; `rules`: those that `diagnostics` name by code.
    `page`: the name of the HTML page that is written beside this report, which shows everything; empty without one.
    """

    plan: Plan
    diagnostics: tuple[Diagnostic, ...] = ()
    lengths: Mapping[Address, TextLength] = field(default_factory=dict)
    digest: str = ""
    outcomes: tuple[Outcome, ...] | None = None
    left: Plan | None = None
    stopped: str = ""
    expires_at: datetime | None = None
    is_offline: bool = False
    folder: str = ""
    rules: tuple[RuleHelp, ...] = ()
    page: str = ""
