"""Which part of a plan a run is about: files, addresses and globs, and what then has to wait for the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from fnmatch import fnmatchcase

from bufferctl.choices import Choices
from bufferctl.diagnostics import Diagnostic, Severity, check_declared, check_known, nearest, some_of
from bufferctl.errors import UsageError
from bufferctl.model import Slot
from bufferctl.model.desired import FREEZE
from bufferctl.plan import Action, Change, Plan, Reason
from bufferctl.reconcile import hold_repeats
from bufferctl.reconcile.repeats import hold_replacements
from bufferctl.reconcile.sending import hold_without_idea
from bufferctl.reconcile.suspending import first_off
from bufferctl.run.files import Files
from bufferctl.value import replace

#: Selectors that are shown of a limited plan.
_NAMED = 3


def narrow(plan: Plan, files: Files, choices: Choices) -> Plan:
    """The plan, narrowed to the files and addresses named. Raises UsageError if a glob fits no address."""
    if choices.targets or choices.excludes or choices.confirmed:
        _check_selected(choices, {str(change.address) for change in plan.changes})
    if not (choices.targets or choices.excludes or files.named is not None):
        return plan

    def keeps(change: Change) -> bool:
        if change.is_never_left_out:  # the line that suspends it says more than a selection
            return True
        address = str(change.address)
        is_targeted = not choices.targets or matches(address, choices.targets)
        in_file = files.named is None or (change.place is not None and change.place.file in files.named)
        return is_targeted and in_file and not matches(address, choices.excludes)

    doing = {change.slot for change in filter(keeps, plan.writes)}
    off = plan.recording.off
    left = [
        each for each in plan.of(Action.DELETE) if each.slot not in doing and each.goes_out and each.slot not in off
    ]
    plan = replace(plan, warnings=(*plan.warnings, *([_not_deleted(left)] if left else [])))
    return naming_frozen(plan, hold_dependent(plan, doing).narrow(keeps))


def _check_selected(choices: Choices, addresses: Collection[str]) -> None:
    """Raises UsageError if an option names none of the plan's addresses."""
    check_globs("--target", choices.targets, addresses)
    check_globs("--exclude", choices.excludes, addresses)
    for each in sorted(choices.confirmed):  # in full, since a pattern would confirm more than was read
        check_known(f"There is no {each} to confirm", each, addresses, hint="Run `bufferctl plan` to see addresses.")


def describe_selection(files: Files, choices: Choices) -> str:
    """The PATHs and options that narrow a plan, as they were typed, at most three; empty if none does."""
    options = [("--target", choices.targets), ("--exclude", choices.excludes)]
    parts = [*sorted(files.named or ()), *(f"{name} {glob}" for name, globs in options for glob in globs)]
    return ", ".join([*parts[:_NAMED], *(["…"] if len(parts) > _NAMED else [])])


def matches(address: str, globs: Iterable[str]) -> bool:
    return any(address == glob or fnmatchcase(address, glob) for glob in globs)  # names may contain `[`, too


def check_globs(option: str, globs: Iterable[str], addresses: Collection[str]) -> None:
    """Raises UsageError if a glob given to `option` fits no address."""
    for glob in globs:
        if not any(matches(address, [glob]) for address in addresses):
            raise UsageError(
                f"No address matches {option} {glob}",
                hint=nearest(glob, addresses) or "Run `bufferctl plan` to see addresses.",
            )


def _not_deleted(changes: Sequence[Change]) -> Diagnostic:
    """Objects that the files no longer have, and that this narrowed run does not delete."""
    first, more = str(changes[0].address), len(changes) - 1
    return Diagnostic(
        Severity.WARNING,
        f"{first}{f' and {more} more are' if more else ' is'} removed from the files or cancelled, and will be "
        "published all the same: deletes are not part of this selection",
        hint="To delete what no file declares any more, run it without PATH, --target and --exclude.",
    )


def naming_frozen(whole: Plan, part: Plan) -> Plan:
    """The part of a plan, with a warning that names the posts in the rest that go out during a freeze."""
    kept = {change.slot for change in part.changes}
    frozen = [each for each in whole.changes if each.reason is Reason.FREEZE and each.slot not in kept]
    if not frozen:
        return part
    named = some_of([str(each.address) for each in frozen], _NAMED)
    one = len(frozen) == 1
    warning = Diagnostic(
        Severity.WARNING,
        f"{len(frozen):,} {'post goes' if one else 'posts go'} out during a freeze that your team agreed on, and "
        f"{'is' if one else 'are'} not part of this run: {named}",
        hint="To see how to answer, run `bufferctl plan` without PATH, --target and --exclude.",
        code=FREEZE,
    )
    return replace(part, warnings=(*part.warnings, warning))


def hold_dependent(plan: Plan, doing: Collection[Slot]) -> Plan:
    """The plan of a run that makes only the writes of `doing`: what would repeat a post, or lack its idea, is held.

    What is suspended and would be deleted by the rest is taken off the schedule instead.
    """
    changes = hold_repeats(plan.changes, plan.channels, doing=doing)
    changes = hold_without_idea(hold_replacements(changes, doing=doing), doing)
    off = {slot: change for slot, change in plan.recording.off.items() if slot not in doing}
    if off:
        changes = first_off(off.get(change.slot, change) for change in changes)
    return replace(plan, changes=tuple(changes))


def check_named(choices: Choices, files: Files) -> None:
    """Raises UsageError if --recreate or --reapply names what no file declares."""
    if named := sorted(choices.recreate | choices.reapply):
        check_declared(named, {str(item.address) for item in files.desired.items})


def check_offline(choices: Choices) -> None:
    """Raises UsageError if an option needs the account."""
    options = {"--recreate": choices.recreate, "--reapply": choices.reapply}
    if wrong := [name for name, given in options.items() if given]:
        raise UsageError(
            f"--offline does not read from Buffer, so it cannot be combined with {' and '.join(wrong)}",
            hint=f"Leave out --offline, or {' and '.join(wrong)}.",
        )
