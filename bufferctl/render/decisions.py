"""Decisions for a CI run by hand, where nobody types a command: words in place of options of apply."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from shlex import join, quote

from bufferctl.said import Answer, Overrule

#: The word that publishes all of the files, reviewed or not.
EVERYTHING = "everything"
#: The word that lets a merged request count though it lacks approvals.
APPROVE = "approve"


def with_root_file(decision: str, root_file: str) -> str:
    """A decision that is for the files of this root file alone; unchanged without one."""
    return f"{decision} {quote(root_file)}" if root_file else decision


def decisions_of(answers: Iterable[Answer], root_file: str = "") -> Iterator[str]:
    """The answers that a run by hand accepts, in its form: one line for each word, with all its addresses.

    `root_file`: what limits a line that has no address.
    """
    addresses: dict[Overrule, dict[str, None]] = {Overrule.REAPPLY: {}, Overrule.RECREATE: {}}
    numbers: dict[int, None] = {}
    for answer in answers:
        if answer.suspended:
            continue  # it would send nothing
        if answer.overrules is Overrule.MAX_DELETES:
            numbers[answer.number] = None
        elif answer.overrules:
            addresses[answer.overrules].update(dict.fromkeys(answer.addresses))
    yield from (f"{word} {join(found)}" for word, found in addresses.items() if found)
    yield from (with_root_file(f"{Overrule.MAX_DELETES} {number}", root_file) for number in numbers)
