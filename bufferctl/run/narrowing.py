"""A plan narrowed to a selection: files, addresses, globs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from bufferctl.choices import Choices
from bufferctl.diagnostics import Diagnostic, Severity, check_declared, nearest
from bufferctl.errors import UsageError
from bufferctl.model import Slot
from bufferctl.plan import Action, Change, Plan
from bufferctl.reconcile import hold_repeats
from bufferctl.run.files import Files

#: Selectors that are shown of a limited plan.
_NAMED = 3


def narrow(plan: Plan, files: Files, choices: Choices) -> Plan:
    """The plan, narrowed to the files and addresses named. Raises UsageError if a glob fits no address."""
    addresses = [str(change.address) for change in plan.changes]
    check_globs("--target", choices.targets, addresses)
    check_globs("--exclude", choices.excludes, addresses)
    check_globs("--confirm-removed", choices.confirmed, addresses)
    if not (choices.targets or choices.excludes or files.named is not None):
        return plan

    def keeps(change: Change) -> bool:
        address = str(change.address)
        is_targeted = not choices.targets or matches(address, choices.targets)
        in_file = files.named is None or (change.place is not None and change.place.file in files.named)
        return is_targeted and in_file and not matches(address, choices.excludes)

    doing = {change.slot for change in filter(keeps, plan.writes)}
    left = [c for c in plan.of(Action.DELETE) if c.slot not in doing and c.goes_out]
    plan = replace(plan, warnings=(*plan.warnings, *([_not_deleted(left)] if left else [])))
    return hold_repeats_outside(plan, doing).narrow(keeps)


def describe_selection(files: Files, choices: Choices) -> str:
    """The PATHs and options that narrow a plan, as they were typed, at most three; empty if none does."""
    options = [("--target", choices.targets), ("--exclude", choices.excludes)]
    parts = [*sorted(files.named or ()), *(f"{name} {glob}" for name, globs in options for glob in globs)]
    return ", ".join([*parts[:_NAMED], *(["…"] if len(parts) > _NAMED else [])])


def matches(address: str, globs: Iterable[str]) -> bool:
    """Whether an address fits one of the globs."""
    return any(fnmatchcase(address, glob) for glob in globs)


def check_globs(option: str, globs: Iterable[str], addresses: Collection[str]) -> None:
    """Raises UsageError if a glob given to `option` fits no address."""
    for glob in globs:
        if not any(fnmatchcase(address, glob) for address in addresses):
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


def hold_repeats_outside(plan: Plan, doing: Collection[Slot]) -> Plan:
    """The plan with what would repeat a post held, if only the writes of the slots `doing` are part of the run."""
    return replace(plan, changes=tuple(hold_repeats(plan.changes, plan.channels, doing=doing)))


def check_named(choices: Choices, files: Files) -> None:
    """Raises UsageError if --recreate or --reapply names what no file declares."""
    if named := sorted(choices.recreate | choices.reapply):
        check_declared(named, {str(item.address) for item in files.desired.items})


def check_offline(choices: Choices) -> None:
    """Raises UsageError if an option needs the account."""
    options = {"--recreate": bool(choices.recreate), "--reapply": bool(choices.reapply)}
    if wrong := [name for name, given in options.items() if given]:
        raise UsageError(
            f"--offline does not read from Buffer, so it cannot be combined with {' and '.join(wrong)}",
            hint=f"Leave out --offline, or {' and '.join(wrong)}.",
        )
