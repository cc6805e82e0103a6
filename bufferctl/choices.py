"""What narrows or overrules a plan. It loads nothing, so that `--help` stays fast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Choices:
    """What narrows or overrules a plan: options of plan and apply, or those that a saved plan was made with."""

    #: Globs of addresses; empty: all.
    targets: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()  # globs of addresses that are left out
    #: Addresses whose post is created again after it was deleted in Buffer.
    recreate: frozenset[str] = frozenset()
    #: Addresses whose version in Buffer is overwritten.
    reapply: frozenset[str] = frozenset()
    #: How many posts one run may delete; None for the `max_deletes` of the files.
    max_deletes: int | None = None
    #: Addresses whose change a person confirms although the checkout has diverged.
    confirmed: frozenset[str] = frozenset()
    #: When a saved plan was made, aware; None: now.
    planned_at: datetime | None = None


#: No choices: the settings of the files apply.
NONE = Choices()
