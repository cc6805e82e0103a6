"""The decision of a run by hand, from the input `decision`: checked words, each with its addresses or number."""

from __future__ import annotations

import shlex
from collections.abc import Collection
from glob import escape

from bufferctl.diagnostics import nearest
from bufferctl.errors import UsageError
from bufferctl.render.decisions import APPROVE, EVERYTHING
from bufferctl.said import Overrule
from bufferctl.value import value

#: Each begins a part of a decision.
WORDS = (EVERYTHING, Overrule.REAPPLY, Overrule.RECREATE, Overrule.MAX_DELETES, APPROVE)
_HINT = (
    "Write everything, reapply ADDRESS, recreate ADDRESS, max-deletes NUMBER or approve NUMBER, with spaces between "
    "addresses."
)


@value()
class Decision:
    """What a person decided; nothing by default.

    `everything`: publish all of the files, reviewed or not. `roots`: the root files that it is for, if any is named.
    `reapply`, `recreate`: addresses. `max_deletes`: a number, empty for none; `deletes`: addresses that it is limited
    to. `approved`: the numbers of merged requests that count though they lack approvals.
    """

    everything: bool = False
    roots: tuple[str, ...] = ()
    reapply: tuple[str, ...] = ()
    recreate: tuple[str, ...] = ()
    max_deletes: str = ""
    deletes: tuple[str, ...] = ()
    approved: tuple[int, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.reapply, *self.recreate, *self.deletes)))

    @property
    def is_for_any_files(self) -> bool:
        """Whether neither a root file nor an address limits it, so that it would count for each root file."""
        return not self.roots and (self.everything or bool(self.max_deletes and not self.addresses))

    @property
    def options(self) -> list[str]:
        """The options of apply that overrule a hold."""
        options: list[str] = []
        for name, addresses in ((Overrule.REAPPLY, self.reapply), (Overrule.RECREATE, self.recreate)):
            options += [part for address in addresses for part in (f"--{name}", address)]
        return [*options, *([f"--{Overrule.MAX_DELETES}", self.max_deletes] if self.max_deletes else [])]

    @property
    def targets(self) -> list[str]:
        """The options that limit apply to the addresses; empty if there are none."""
        return [part for address in self.addresses for part in ("--target", escape(address))]

    def concerns(self, name: str, organizations: Collection[str]) -> bool:
        """Whether it is about the root file `name`, which has these organizations; each address begins with one."""
        if self.roots:
            return name in self.roots
        return all(address.partition("/")[0] in organizations for address in self.addresses)


def read_decision(text: str, root_files: Collection[str] = ()) -> Decision:
    """Read the input. Raises UsageError if a word is unknown, or lacks its address or number.

    `root_files`: those of the checkout, which may follow a number in place of addresses.
    """
    given = _given(text)
    for each in (Overrule.REAPPLY, Overrule.RECREATE):
        if given.get(each) == []:
            raise UsageError(f"The decision {each} names no address", hint=_HINT)
    number, *limits = given.get(Overrule.MAX_DELETES) or [""]
    if Overrule.MAX_DELETES in given and not number.isdecimal():
        raise UsageError(f"The decision {Overrule.MAX_DELETES} needs a number", hint=_HINT)
    requests = [each.lstrip("#!") for each in given.get(APPROVE, [])]
    if APPROVE in given and not (requests and all(each.isdecimal() for each in requests)):
        raise UsageError(f"The decision {APPROVE} needs the number of a request", hint=_HINT)
    if APPROVE in given and len(given) > 1:
        raise UsageError(
            f"The decision {APPROVE} cannot be combined with others", hint="Start a run for each decision."
        )
    return Decision(
        everything=EVERYTHING in given,
        roots=(*given.get(EVERYTHING, ()), *(each for each in limits if each in root_files)),
        reapply=tuple(given.get(Overrule.REAPPLY, ())),
        recreate=tuple(given.get(Overrule.RECREATE, ())),
        max_deletes=number,
        deletes=tuple(each for each in limits if each not in root_files),
        approved=tuple(map(int, requests)),
    )


def _given(text: str) -> dict[str, list[str]]:
    """What follows each word of a decision. Raises UsageError for text that begins with another word."""
    try:
        parts = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"The decision {text!r} cannot be read: {error}", hint=_HINT) from error
    given: dict[str, list[str]] = {}
    word = ""
    for part in parts:
        if part in WORDS:
            word = part
            given.setdefault(word, [])
        elif word:
            given[word].append(part)
        else:
            raise UsageError(f"{part} is not a decision", hint=f"{nearest(part, WORDS)} {_HINT}".strip())
    return given
