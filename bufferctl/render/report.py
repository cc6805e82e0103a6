"""The input of every report: a plan, its results after an apply, and the problems in the files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import TypeVar

from bufferctl.diagnostics import Diagnostic, Kind, RuleHelp, Severity
from bufferctl.digests import change_digest, plan_digest
from bufferctl.model import Address, Idea, Post, TextLength
from bufferctl.plan import WRITING, Change, Outcome, Plan, Reason
from bufferctl.value import field, replace, value

#: How many lines about what is worth a look a form for people has, before the rest is counted.
LOOKS = 12
#: Equal in two plans where the same change is held for the same reason.
HoldIdentity = tuple[Address, Reason | None, str]


def hold_identity(change: Change) -> HoldIdentity:
    """A key that distinguishes held changes."""
    return change.address, change.reason, change_digest(change)


L = TypeVar("L", bound=Change | Diagnostic | Post | Idea)


@value()
class Report:
    """One plan with all data for its report."""

    plan: Plan  # its warnings are the problems found by planning
    diagnostics: tuple[Diagnostic, ...] = ()  # problems in the files
    lengths: Callable[[Address], TextLength | None] = lambda _: None  # of each declared text, as its network counts
    outcomes: tuple[Outcome, ...] | None = None  # None before an apply
    left: Plan | None = None  # the plan after an apply
    stopped: str = ""  # why an apply ended early
    selection: str = ""  # the options that limit the plan to some posts, as typed
    expires_at: datetime | None = None  # until when a saved plan may be applied
    is_offline: bool = False  # made from files and state alone, not checked against Buffer
    folder: str = ""  # the root file's, below the repository's root, with `/`; empty if they are the same
    rules: tuple[RuleHelp, ...] = ()  # those whose codes `diagnostics` use
    line_url: str = ""  # where a forge shows a line of a file: a template with `{path}` and `{line}`
    diff_url: str = ""  # where it shows the request's change of it: the same with `{sha256}` or `{sha1}` of the path
    page: str = ""  # the name of the HTML page written next to this report, which shows everything
    pictures: Mapping[str, str] = field(default_factory=dict)  # thumbnails as `data:`, by digest (`shown.pictures_of`)
    public: frozenset[str] = frozenset()  # summaries of files that were applied before, so their addresses answer
    worth_a_look: tuple[Diagnostic, ...] = ()  # what a reviewer could overlook; nothing is held for it
    earlier: str = ""  # the report that this one replaces
    is_planned: bool = True  # False: the files have errors, and `plan` is empty
    #: The entries that the request changes which the plan was made for; None if nobody knows.
    changed: frozenset[Address] | None = None
    #: What is held without the request, each by its `hold_identity`; None if nothing is held, or nobody knows.
    held_before: frozenset[HoldIdentity] | None = None

    @cached_property
    def digests(self) -> tuple[str, ...]:
        """The digest of each change, empty if it changes nothing; made once, since that takes a while."""
        return tuple(map(change_digest, self.plan.changes))

    @property
    def digest(self) -> str:
        """The digest that a reviewer agrees to."""
        return plan_digest(self.plan, self.digests)

    @property
    def own(self) -> Report:
        """The report without changes that are sent although the request does not change them; `waiting` has those."""
        return self._with(lambda change: not self.is_waiting(change))

    @property
    def waiting(self) -> Report:
        """Changes that are on the branch already and not in Buffer, so that they are sent with the request."""
        return self._with(self.is_waiting)

    def is_waiting(self, change: Change) -> bool:
        """Whether it is sent with the request although that does not change it."""
        return self.changed is not None and change.action in WRITING and change.address not in self.changed

    def _with(self, keeps: Callable[[Change], bool]) -> Report:
        outcomes = self.outcomes and tuple(each for each in self.outcomes if keeps(each.change))
        plan = replace(self.plan, changes=tuple(filter(keeps, self.plan.changes)))
        return replace(self, plan=plan, outcomes=outcomes)

    @property
    def in_repository(self) -> Report:
        """The report with the paths of files in their repository."""

        def located(each: L) -> L:
            return replace(each, place=each.place.below(self.folder)) if each.place else each

        def change(each: Change) -> Change:
            return located(replace(each, desired=each.desired and located(each.desired)))

        if not self.folder:
            return self
        plan = replace(
            self.plan, changes=tuple(map(change, self.plan.changes)), warnings=tuple(map(located, self.plan.warnings))
        )
        outcomes = self.outcomes and tuple(replace(each, change=change(each.change)) for each in self.outcomes)
        diagnostics, look = (tuple(map(located, each)) for each in (self.diagnostics, self.worth_a_look))
        return replace(self, plan=plan, diagnostics=diagnostics, worth_a_look=look, outcomes=outcomes)

    @property
    def problems(self) -> list[Diagnostic]:
        """The problems in plan and files, errors first, without those in `first`."""
        return by_severity(each for each in (*self.plan.warnings, *self.diagnostics) if not each.comes_first)

    @property
    def first(self) -> list[Diagnostic]:
        """The problems that come first: people's posts are deleted, or posts go out although no file has them."""
        return [each for each in self.plan.warnings if each.comes_first]

    @property
    def undeclared(self) -> list[Diagnostic]:
        """What is said of posts that go out though no file has them and the state does not know them."""
        return [each for each in self.plan.warnings if each.kind is Kind.UNDECLARED]


def by_severity(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """The problems, errors first."""
    return sorted(problems, key=lambda each: each.severity is not Severity.ERROR)
