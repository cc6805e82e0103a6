"""Why the plan has what it has for one address: the rule of matching, the action table, and the pass that decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bufferctl.plan import Change
from bufferctl.reconcile.matches import How, Match

_RULES = {
    How.KNOWN: "the state says which one in Buffer it is",
    How.MOVED: "the state has it under an earlier key (`was`)",
    How.EXACT: "Buffer has exactly one equal to it",
    How.KEY_TAKEN: "the state has its key for something else",
    How.PERHAPS_RENAMED: "it may be one whose entry is gone, under another key",
    How.IN_QUESTION: "Buffer has something that may be it",
    How.NAMED: "`existing` names it",
    How.NOT_THERE: "`existing` names something that is not there",
    How.NEW: "nothing in Buffer is it",
}


@dataclass
class Trace:
    """Follows one address through planning. `lines`: what decided, in order."""

    address: str
    lines: list[str] = field(default_factory=list)
    _last: tuple[object, ...] | None = None

    def start(self, matches: Iterable[Match], changes: Iterable[Change]) -> None:
        """Tell by which rule it was matched, and what the action table made of it."""
        for each in matches:
            if str(each.declared.item.address) == self.address:
                live = f" ({each.live.id})" if each.live else ""
                asks = ", so a person is asked" if each.question else ""
                self.lines.append(f"Matching: {_RULES[each.how]}{live}{asks}.")
        self.step("Action table", changes)

    def step(self, name: str, changes: Iterable[Change]) -> None:
        """Tell what a step made of it, if anything."""
        for change in changes:
            now = change.action, change.cause, change.reason
            if str(change.address) == self.address and now != self._last:
                self._last = now
                reason = f", {change.reason.value}" if change.reason else ""
                self.lines.append(f"{name}: {change.action.value} ({change.cause.value}{reason}).")
                self.lines += [f"  {change.message}."] if change.message else []
